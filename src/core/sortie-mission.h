/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* 64 KiB of mission text; a larger one is refused, naming the field. */
#define SORTIE_MISSION_MAX_TEXT (64 * 1024)
#define SORTIE_MISSION_MAX_COLLECTIONS 16
#define SORTIE_MISSION_DEADLINE_SECONDS 900
#define SORTIE_MISSION_DEFAULT_WORDS 600

/* States in which a mission rests between events; the last four are outcomes and final. */
typedef enum
{
  SORTIE_MISSION_WAITING, /* accepted, to be admitted later */
  SORTIE_MISSION_RUNNING,
  SORTIE_MISSION_COMPLETED,
  SORTIE_MISSION_PARTIAL,
  SORTIE_MISSION_FAILED,
  SORTIE_MISSION_CANCELLED,
} SortieMissionState;

const char *sortie_mission_state_to_string (SortieMissionState state);
gboolean sortie_mission_state_from_string (const char *text, SortieMissionState *state);
gboolean sortie_mission_state_is_final (SortieMissionState state);

/* UTF-8, not blank, no NUL, at most SORTIE_MISSION_MAX_TEXT bytes; SORTIE_ERROR_INVALID or
 * SORTIE_ERROR_TOO_LARGE naming the field `mission`. */
gboolean sortie_mission_text_validate (const char *text, gsize length, GError **error);

/* A UUID in its canonical lower-case form. */
gboolean sortie_mission_id_is_valid (const char *id);
char *sortie_mission_id_new (void);

/* The UUIDv8 that a user's idempotency key stands for, so that the same key always names the same
 * mission and one script on one partition decides. */
char *sortie_mission_id_for_key (const char *user, const char *key);

G_END_DECLS
