/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-live-mission.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SortieTelemetryView:
 *
 * The events of the shown mission as a list: filter, pause, copy, export.
 *
 * Actions of its own group `telemetry`: `pause` and `details` (both switch), `copy`, `export`.
 */
#define SORTIE_TYPE_TELEMETRY_VIEW (sortie_telemetry_view_get_type ())
G_DECLARE_FINAL_TYPE (SortieTelemetryView, sortie_telemetry_view, SORTIE, TELEMETRY_VIEW, GtkWidget)

GtkWidget *sortie_telemetry_view_new (void);

/* @mission: (nullable) */
void sortie_telemetry_view_set_mission (SortieTelemetryView *self, SortieLiveMission *mission);
/* @source: (nullable): `system` or an agent; NULL for all */
void sortie_telemetry_view_set_source (SortieTelemetryView *self, const char *source);
/* @step: from 1; 0 for all */
void sortie_telemetry_view_set_step (SortieTelemetryView *self, int step);

/* The rows that stand in the list now: (element-type SortieEventRow); empty while it is not mapped. */
GtkSelectionModel *sortie_telemetry_view_get_rows (SortieTelemetryView *self);

G_END_DECLS
