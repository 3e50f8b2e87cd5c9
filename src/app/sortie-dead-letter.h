/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * SortieDeadLetter:
 *
 * A step that was given up, as `GET /dead-letters` tells of it. All of it is the backend's and others'
 * text: to be passed through sortie_shown_line() before it is shown.
 */
typedef struct
{
  char *id;
  char *mission_id;
  char *agent;
  char *error;
  char *payload; /* a JSON object as text */
  gint64 step;
  gint64 attempts;
  gint64 time; /* milliseconds since 1970 UTC; 0 where unknown */
} SortieDeadLetter;

/* SORTIE_ERROR_INVALID naming the member where it is none. */
SortieDeadLetter *sortie_dead_letter_new (JsonObject *object, GError **error);
void sortie_dead_letter_free (SortieDeadLetter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieDeadLetter, sortie_dead_letter_free)

/* What each attempt ended in: lines of text, from a page of the mission's events. (transfer full)
 * (nullable): NULL where nothing is told of them */
char *sortie_dead_letter_dup_attempts (JsonNode *events, gint64 step);

G_END_DECLS
