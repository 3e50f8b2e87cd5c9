/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-diagram-edge.h"
#include "sortie-diagram-node.h"

G_BEGIN_DECLS

#define SORTIE_DIAGRAM_MIN_ZOOM 0.8 /* smaller can't be read */
#define SORTIE_DIAGRAM_MAX_ZOOM 3.0

/**
 * SortieDiagramCanvas:
 *
 * Nodes and edges at the places that the layout gives them, at a zoom. It lays out when it is first
 * measured, and again where the topology, or the size of a node (font, language), is another.
 *
 * Signals:
 * - `node-activated` (const char *id)
 */
#define SORTIE_TYPE_DIAGRAM_CANVAS (sortie_diagram_canvas_get_type ())
G_DECLARE_FINAL_TYPE (SortieDiagramCanvas, sortie_diagram_canvas, SORTIE, DIAGRAM_CANVAS, GtkWidget)

/* Takes the nodes and edges of another structure. @topology: kept alive by the caller until the next
 * call */
void sortie_diagram_canvas_set_topology (SortieDiagramCanvas *self,
                                         const SortieTopology *topology,
                                         gboolean large);

/* Another topology of the very same structure: nothing is laid out. */
void sortie_diagram_canvas_replace_topology (SortieDiagramCanvas *self,
                                             const SortieTopology *topology);

guint sortie_diagram_canvas_get_n_nodes (SortieDiagramCanvas *self);
SortieDiagramNode *sortie_diagram_canvas_get_node (SortieDiagramCanvas *self, guint i);
SortieDiagramEdge *sortie_diagram_canvas_get_edge (SortieDiagramCanvas *self, guint i);

/* 0: as large as there is room, between readable and natural. */
void sortie_diagram_canvas_set_zoom (SortieDiagramCanvas *self, double zoom);
/* The zoom that is shown. */
double sortie_diagram_canvas_get_zoom (SortieDiagramCanvas *self);
gboolean sortie_diagram_canvas_is_fitting (SortieDiagramCanvas *self);

/* The size of the whole at zoom 1; FALSE before it was laid out. */
gboolean sortie_diagram_canvas_get_size (SortieDiagramCanvas *self, double *width, double *height);
/* The zoom that a fitting diagram has in that width. */
double sortie_diagram_canvas_zoom_for_width (SortieDiagramCanvas *self, int width);

/* What it shows, at zoom 1, with the layout's origin at 0, 0. (transfer full) (nullable): NULL where it
 * is not on the screen */
GskRenderNode *sortie_diagram_canvas_render (SortieDiagramCanvas *self);

/* How often it was laid out. */
guint sortie_diagram_canvas_get_n_layouts (SortieDiagramCanvas *self);

G_END_DECLS
