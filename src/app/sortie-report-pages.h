/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A report on paper: the blocks of the view, laid out a few milliseconds at a time.
 *
 * Returns: (transfer full): an operation that is ready to be run */
GtkPrintOperation *sortie_report_pages_new (const char *text, gsize length, const char *title);

G_END_DECLS
