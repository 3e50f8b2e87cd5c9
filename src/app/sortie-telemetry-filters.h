/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-event-filter.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The button with the choice of source, step and level, and what of it is chosen. */
#define SORTIE_TYPE_TELEMETRY_FILTERS (sortie_telemetry_filters_get_type ())
G_DECLARE_FINAL_TYPE (
    SortieTelemetryFilters, sortie_telemetry_filters, SORTIE, TELEMETRY_FILTERS, GtkWidget)

/* Belongs to the widget. */
SortieEventFilter *sortie_telemetry_filters_get_filter (SortieTelemetryFilters *self);
/* @source: (nullable): NULL for all; a source that is none of ours is taken too */
void sortie_telemetry_filters_set_source (SortieTelemetryFilters *self, const char *source);
void sortie_telemetry_filters_set_step (SortieTelemetryFilters *self, int step);
void sortie_telemetry_filters_set_level (SortieTelemetryFilters *self, SortieEventLevel level);
/* How many steps there are to choose from. */
void sortie_telemetry_filters_set_n_steps (SortieTelemetryFilters *self, int n_steps);

G_END_DECLS
