/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-live-mission.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* How far the shown mission is: steps done of all, what runs or waits and why, elapsed time. */
#define SORTIE_TYPE_PROGRESS_LINE (sortie_progress_line_get_type ())
G_DECLARE_FINAL_TYPE (SortieProgressLine, sortie_progress_line, SORTIE, PROGRESS_LINE, GtkWidget)

GtkWidget *sortie_progress_line_new (void);

/* @mission: (nullable) */
void sortie_progress_line_set_mission (SortieProgressLine *self, SortieLiveMission *mission);

/* The words of it, apart from any widget: "3 of 5 steps done", and what happens at that moment.
 * @now: milliseconds since 1970 UTC. (transfer full) */
char *sortie_progress_words_dup_count (const SortieMissionModel *model);
char *sortie_progress_words_dup_detail (const SortieMissionModel *model, gint64 now);

G_END_DECLS
