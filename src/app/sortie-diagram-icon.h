/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SORTIE_DIAGRAM_ICON_SIZE 14 /* pixels */

/* A symbolic icon of one size. A GtkImage asks for a new layout of the whole window whenever its icon is
 * another one; this only draws itself again. Presentation: what it means is said in words beside it. */
#define SORTIE_TYPE_DIAGRAM_ICON (sortie_diagram_icon_get_type ())
G_DECLARE_FINAL_TYPE (SortieDiagramIcon, sortie_diagram_icon, SORTIE, DIAGRAM_ICON, GtkWidget)

/* @name: a static string */
void sortie_diagram_icon_set_name (SortieDiagramIcon *self, const char *name);

G_END_DECLS
