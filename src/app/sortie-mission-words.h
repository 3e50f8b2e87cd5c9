/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-mission.h"

G_BEGIN_DECLS

/* A mission's state and times in the user's words. */

/* "Completed" */
const char *sortie_mission_words_get_state (SortieMissionState state);
/* A symbolic icon's name; NULL where a spinner stands for it. */
const char *sortie_mission_words_get_icon (SortieMissionState state);
/* A CSS class for it, or NULL. */
const char *sortie_mission_words_get_class (SortieMissionState state);

/* "Just now", "5 minutes ago", "10:42", "Yesterday", "Thursday", "3 March", "3 March 2025".
 * @time, @now: milliseconds since 1970 UTC. (transfer full) */
char *sortie_mission_words_dup_time (gint64 time, gint64 now);
/* "0:04", "12:31", "1:02:03"; "0.4 s" where it was short and is over. (transfer full) */
char *sortie_mission_words_dup_elapsed (gint64 milliseconds, gboolean is_final);

G_END_DECLS
