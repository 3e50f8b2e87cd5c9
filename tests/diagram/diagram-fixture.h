/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-diagram-layout.h"
#include "sortie-topology.h"

G_BEGIN_DECLS

/* The topology of data/NAME. */
SortieTopology *diagram_fixture_read (const char *name);
/* From JSON text, or NULL with the error. */
SortieTopology *diagram_fixture_parse (const char *json, GError **error);
/* One box a node, each of the given size, one link an edge. */
SortieLayoutRequest *diagram_fixture_request (const SortieTopology *topology,
                                              double width,
                                              double height);

/* What holds for every layout: boxes inside and apart, splines from box to box, numbers that are. */
void diagram_fixture_check (const SortieLayoutRequest *request, const SortieDiagramLayout *layout);

G_END_DECLS
