/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-diagram-state.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A box of the diagram: a button that tells what a part of the running system does. Its size does not
 * depend on its state. CSS node `diagram-node` with the classes of its kind (`kind-agent`, …) and look
 * (`active`, …), and `fallback`. */
#define SORTIE_TYPE_DIAGRAM_NODE (sortie_diagram_node_get_type ())
G_DECLARE_FINAL_TYPE (SortieDiagramNode, sortie_diagram_node, SORTIE, DIAGRAM_NODE, GtkButton)

/* @node: read for its title and kind, not kept */
GtkWidget *sortie_diagram_node_new (const SortieTopologyNode *node, gboolean large);

const char *sortie_diagram_node_get_id (SortieDiagramNode *self);
const char *sortie_diagram_node_get_kind (SortieDiagramNode *self);

/* @node: the same one with its counters; @seconds: until the next attempt, -1 where unknown. Touches
 * only what is different. */
void sortie_diagram_node_show (SortieDiagramNode *self,
                               const SortieTopologyNode *node,
                               const SortieNodeState *state,
                               int seconds);
/* What it is linked to, in sentences: the description for a screen reader. */
void sortie_diagram_node_set_links (SortieDiagramNode *self, const char *links);

G_END_DECLS
