/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-diagram-layout.h"
#include "sortie-topology.h"

G_BEGIN_DECLS

/**
 * sortie_diagram_arrange:
 * @topology: what the boxes of the request stand for, in its order
 * @request: its boxes have sizes; they get places here
 * @width: pixels that the boxes may take, margins not counted
 *
 * Places the boxes in rows that a person reads from top to bottom, as the mission goes: who asks, who
 * conducts, who works, what they work with. Graphviz then draws the links around them. Left to itself
 * it ranks all workers side by side (729 pixels for nine boxes), and where they are forced into rows
 * its long edges keep a column free each; in 330 pixels neither is readable.
 *
 * Returns: %FALSE where the topology is not of that kind (no orchestrator, or too many boxes): then
 *   nothing was placed, and Graphviz ranks as it likes
 */
gboolean sortie_diagram_arrange (const SortieTopology *topology,
                                 SortieLayoutRequest *request,
                                 double width);

G_END_DECLS
