/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * sortie_accessible_complete:
 * @root: a window or another widget, after its template was built
 *
 * Makes good, for this widget and all below it, what GTK 4.8 leaves out for screen readers: pages of a
 * stack that are not shown and what a revealer hides are taken out of the accessibility tree, a button
 * that has no name otherwise is named by its tooltip, and one with a mnemonic without its underline.
 * What is made later is not covered: it has to be called again for that, and may be called for the
 * same widget more than once.
 */
void sortie_accessible_complete (GtkWidget *root);

G_END_DECLS
