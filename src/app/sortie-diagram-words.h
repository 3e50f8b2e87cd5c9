/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-diagram-state.h"

G_BEGIN_DECLS

/* The diagram in words: what a node shows, says to a screen reader, and tells in its tooltip. All
 * texts of others in it are fit to be shown. (transfer full) throughout. */

/* The name of a node, on one line. */
char *sortie_diagram_dup_title (const SortieTopologyNode *node);
/* What goes along an edge. */
char *sortie_diagram_dup_edge_label (const SortieTopologyEdge *edge);
/* Its state: “Active”, “Retry in 2 s”. @seconds: until the next attempt; -1 where unknown. */
char *sortie_diagram_dup_word (const SortieTopologyNode *node,
                               const SortieNodeState *state,
                               int seconds);
/* The state that takes the most room. */
char *sortie_diagram_dup_longest_word (const SortieTopologyNode *node);
/* The line below: the counters that matter most now, or that the model was left out. */
char *sortie_diagram_dup_note (const SortieTopologyNode *node,
                               const SortieNodeState *state,
                               gboolean in_full);
/* All counters: “2 queued, 1 in flight, 14 done”; empty where there are none. */
char *sortie_diagram_dup_counters (const SortieTopologyNode *node);
/* For a screen reader: title, state, counters. */
char *sortie_diagram_dup_spoken (const SortieTopologyNode *node,
                                 const SortieNodeState *state,
                                 int seconds);
char *sortie_diagram_dup_tooltip (const SortieTopologyNode *node,
                                  const SortieNodeState *state,
                                  int seconds);
/* What node `i` is linked to, a sentence a link. */
char *sortie_diagram_dup_links (const SortieTopology *topology, guint i);

/* Icon names, static; NULL for none. */
const char *sortie_diagram_get_kind_icon (const SortieTopologyNode *node);
const char *sortie_diagram_get_look_icon (const SortieNodeState *state);

G_END_DECLS
