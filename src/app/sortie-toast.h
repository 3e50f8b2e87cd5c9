/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Shows a line for a moment in the toast overlay that `widget` sits in; nothing where there is none.
 * `text` is plain text, shown as it is. */
void sortie_toast (GtkWidget *widget, const char *text);

/* One with an undo button. `undone` or `closed` is called, once, with the data. */
typedef void (*SortieToastFunc) (gpointer user_data);
void sortie_toast_with_undo (GtkWidget *widget,
                             const char *text,
                             SortieToastFunc undone,
                             SortieToastFunc closed,
                             gpointer user_data);

G_END_DECLS
