/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * sortie_accessible_complete:
 * @root: a window or another widget, after its template was built
 *
 * Makes good, for this widget and all below it, what GTK 4.8 leaves out for screen readers: pages of a
 * stack that are not shown and what a revealer hides are taken out of the accessibility tree, and a
 * button that shows nothing but an icon is named by its tooltip. What is made later is not covered.
 */
void sortie_accessible_complete (GtkWidget *root);

G_END_DECLS
