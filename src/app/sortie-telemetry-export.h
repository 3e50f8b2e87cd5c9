/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-live-mission.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SORTIE_TELEMETRY_MAX_COPY (8 * 1024 * 1024) /* bytes that one copy puts on the clipboard */

/* All events of the mission as they came, chunks included: a JSON object a line, in the wire form.
 * (transfer full) */
GBytes *sortie_telemetry_dup_json_lines (SortieLiveMission *mission);

/* The selected rows as they are shown: a line each, its columns between tabs. (transfer full) */
char *sortie_telemetry_dup_rows (GtkSelectionModel *rows, SortieLiveMission *mission, guint limit);

/* Writes them to a file and tells of the outcome by a toast. */
void sortie_telemetry_export (GtkWidget *widget,
                              SortieLiveMission *mission,
                              GFile *file,
                              GCancellable *cancellable);

G_END_DECLS
