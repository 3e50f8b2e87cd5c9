/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-diagram-layout.h"
#include "sortie-diagram-state.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* An arrow of the diagram, along a spline of Graphviz, with its label. CSS node `diagram-edge` with the
 * class of its look (`lit`, …), whose `color` it has; its label is a `label` inside. For a screen
 * reader the nodes say what they are linked to, so that it is presentation only. */
#define SORTIE_TYPE_DIAGRAM_EDGE (sortie_diagram_edge_get_type ())
G_DECLARE_FINAL_TYPE (SortieDiagramEdge, sortie_diagram_edge, SORTIE, DIAGRAM_EDGE, GtkWidget)

/* @label: shown as it is, made fit for that */
GtkWidget *sortie_diagram_edge_new (const char *label);

/* Pixels that the label takes; 0 without one. */
void sortie_diagram_edge_measure_label (SortieDiagramEdge *self, double *width, double *height);

/* @spline: (nullable): copied; NULL for nothing to draw */
void sortie_diagram_edge_set_spline (SortieDiagramEdge *self, const SortieLayoutSpline *spline);
/* Where it has to be allocated, in the coordinates of the layout. */
void sortie_diagram_edge_get_area (SortieDiagramEdge *self, graphene_rect_t *area);

void sortie_diagram_edge_set_look (SortieDiagramEdge *self, SortieEdgeLook look);
SortieEdgeLook sortie_diagram_edge_get_look (SortieDiagramEdge *self);

/* Sends a pulse along it, where animations are enabled and it is on the screen. One that has hardly
 * begun is not begun again. */
void sortie_diagram_edge_pulse (SortieDiagramEdge *self);
gboolean sortie_diagram_edge_is_pulsing (SortieDiagramEdge *self);
void sortie_diagram_edge_stop_pulse (SortieDiagramEdge *self);

G_END_DECLS
