/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-diagram-layout.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Where the arrow keys lead: along an edge to the neighbour that lies most in that direction; where
 * none does, to the nearest node that lies there. -1 where there is nothing. */
int sortie_diagram_walk (const SortieDiagramLayout *layout,
                         const SortieLayoutRequest *request,
                         guint from,
                         GtkDirectionType direction);

/* The next node, or the one before it, in reading order: row by row. @from: -1 to begin. -1 at the
 * end. */
int sortie_diagram_walk_tab (const SortieDiagramLayout *layout, int from, gboolean forward);

G_END_DECLS
