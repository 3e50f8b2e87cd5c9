/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-event-row.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Bytes of an event's message or data that the details show; an export has all of them. */
#define SORTIE_TELEMETRY_MAX_SHOWN (64 * 1024)

/* All of one event: its fields, its message, its data as JSON. */
#define SORTIE_TYPE_TELEMETRY_DETAIL (sortie_telemetry_detail_get_type ())
G_DECLARE_FINAL_TYPE (
    SortieTelemetryDetail, sortie_telemetry_detail, SORTIE, TELEMETRY_DETAIL, GtkWidget)

/* @row: (nullable) */
void sortie_telemetry_detail_set_row (SortieTelemetryDetail *self, SortieEventRow *row);

G_END_DECLS
