/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-dead-letter.h"

#include "sortie-event.h"
#include "sortie-json.h"
#include "sortie-pane-words.h"
#include "sortie-shown-text.h"

#include <glib/gi18n.h>

#define MAX_ATTEMPTS 100 /* lines of history */
#define MAX_REASON 500

SortieDeadLetter *
sortie_dead_letter_new (JsonObject *object, GError **error)
{
  g_autoptr (SortieDeadLetter) self = g_new0 (SortieDeadLetter, 1);
  const char *id = NULL, *mission = NULL, *agent = "", *reason = "";

  if (!sortie_json_get_string (object, "id", TRUE, &id, error) ||
      !sortie_json_get_string (object, "mission_id", TRUE, &mission, error) ||
      !sortie_json_get_string (object, "agent", FALSE, &agent, error) ||
      !sortie_json_get_string (object, "error", FALSE, &reason, error) ||
      !sortie_json_get_integer (object, "step", FALSE, 0, G_MAXINT, &self->step, error) ||
      !sortie_json_get_integer (object, "attempts", FALSE, 0, G_MAXINT, &self->attempts, error))
    return NULL;
  self->id = g_strdup (id);
  self->mission_id = g_strdup (mission);
  self->agent = g_strdup (agent);
  self->error = g_strdup (reason);
  self->time = sortie_pane_get_time (object, "time");
  if (json_object_has_member (object, "payload"))
    self->payload = sortie_json_node_to_string (json_object_get_member (object, "payload"));
  return g_steal_pointer (&self);
}

void
sortie_dead_letter_free (SortieDeadLetter *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->mission_id);
  g_free (self->agent);
  g_free (self->error);
  g_free (self->payload);
  g_free (self);
}

static void
append_attempt (GString *out, JsonObject *event, gint64 step)
{
  const char *code = "", *reason = NULL;
  gint64 of = 0, number = 0, time = sortie_pane_get_time (event, "timestamp");
  JsonObject *data = NULL;
  g_autofree char *clock = sortie_pane_dup_clock (time);
  g_autofree char *shown = NULL;

  if (!sortie_json_get_string (event, "code", FALSE, &code, NULL) ||
      !sortie_json_get_integer (event, "step", FALSE, 1, G_MAXINT, &of, NULL) || of != step ||
      (!g_str_equal (code, SORTIE_CODE_STEP_RETRYING) &&
       !g_str_equal (code, SORTIE_CODE_STEP_DEAD_LETTERED)))
    return;
  sortie_json_get_integer (event, "attempt", FALSE, 1, G_MAXINT, &number, NULL);
  if (sortie_json_get_object (event, "data", FALSE, &data, NULL) && data != NULL)
    sortie_json_get_string (data, "error", FALSE, &reason, NULL);
  if (reason == NULL)
    sortie_json_get_string (event, "message", FALSE, &reason, NULL);
  shown = sortie_shown_line (reason, MAX_REASON);
  if (out->len > 0)
    g_string_append_c (out, '\n');
  /* Translators: number of an attempt, time of day, why it failed */
  g_string_append_printf (out, _ ("Attempt %d · %s · %s"), (int) number, clock, shown);
}

char *
sortie_dead_letter_dup_attempts (JsonNode *events, gint64 step)
{
  GString *out = g_string_new (NULL);
  JsonArray *array = NULL;
  guint n = 0;

  if (JSON_NODE_HOLDS_OBJECT (events))
    sortie_json_get_array (json_node_get_object (events), "events", FALSE, &array, NULL);
  for (guint i = 0; array != NULL && i < json_array_get_length (array) && n < MAX_ATTEMPTS; i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      gsize before = out->len;

      if (JSON_NODE_HOLDS_OBJECT (node))
        append_attempt (out, json_node_get_object (node), step);
      n += out->len > before;
    }
  if (out->len > 0)
    return g_string_free (out, FALSE);
  g_string_free (out, TRUE);
  return NULL;
}
