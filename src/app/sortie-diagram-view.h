/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-live-mission.h"
#include "sortie-topology.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SortieDiagramView:
 *
 * The live architecture diagram.
 *
 * Signals:
 * - `node-activated` (const char *id): a person wants to know more of a node
 * - `enlarge`: a person wants to see it large (not in the large one)
 */
#define SORTIE_TYPE_DIAGRAM_VIEW (sortie_diagram_view_get_type ())
G_DECLARE_FINAL_TYPE (SortieDiagramView, sortie_diagram_view, SORTIE, DIAGRAM_VIEW, GtkWidget)

GtkWidget *sortie_diagram_view_new (void);

/* @topology: (nullable): read, not kept. Lays out again only where `revision`, font or language
 * changed. */
void sortie_diagram_view_set_topology (SortieDiagramView *self, const SortieTopology *topology);
/* The counters of a `topology.counters` event, as JSON text. */
void sortie_diagram_view_take_counters (SortieDiagramView *self, const char *data);
/* @mission: (nullable): whose events light the edges up and whose steps colour the nodes */
void sortie_diagram_view_set_mission (SortieDiagramView *self, SortieLiveMission *mission);
/* Whether it is the large one in the main pane, or the one in the sidebar. */
void sortie_diagram_view_set_large (SortieDiagramView *self, gboolean large);

/* The whole diagram as it stands. SVG by cairo; for PNG a scale in device pixels a pixel. */
gboolean sortie_diagram_view_export_svg (SortieDiagramView *self, GFile *file, GError **error);
gboolean sortie_diagram_view_export_png (SortieDiagramView *self,
                                         GFile *file,
                                         double scale,
                                         GError **error);

G_END_DECLS
