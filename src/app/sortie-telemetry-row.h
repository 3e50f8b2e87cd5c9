/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-live-mission.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* One line of the telemetry: time, level, source, code, message. All lines of a width stand in the
 * same columns; narrow ones leave the code out. */
#define SORTIE_TYPE_TELEMETRY_ROW (sortie_telemetry_row_get_type ())
G_DECLARE_FINAL_TYPE (SortieTelemetryRow, sortie_telemetry_row, SORTIE, TELEMETRY_ROW, GtkWidget)

GtkWidget *sortie_telemetry_row_new (void);
/* The line above the list, with the names of the columns. */
GtkWidget *sortie_telemetry_row_new_header (void);

/* @row: (nullable): NULL to let go of it
 * @mission: (nullable): whose row it is: not kept
 * @limit: how many events of the mission count: a draft's row tells of the chunks among them.
 *   G_MAXUINT for all, and the row grows with its draft */
void sortie_telemetry_row_bind (SortieTelemetryRow *self,
                                SortieEventRow *row,
                                SortieLiveMission *mission,
                                guint limit);

/* What stands in the message column. (transfer full) */
char *sortie_telemetry_dup_message (SortieEventRow *row, guint64 n_chunks, guint64 n_bytes);
/* The chunks of a draft's row among the first `limit` events of the mission. */
void sortie_telemetry_count_chunks (SortieEventRow *row,
                                    SortieLiveMission *mission,
                                    guint limit,
                                    guint64 *n_chunks,
                                    guint64 *n_bytes);

G_END_DECLS
