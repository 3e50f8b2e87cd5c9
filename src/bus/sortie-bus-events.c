/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-bus"

#include "sortie-bus-private.h"

#include "sortie-error.h"

#include <string.h>

#define MAX_STREAM_ID 41 /* bytes: two numbers of 64 bits */

void
sortie_stored_event_free (SortieStoredEvent *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->wire);
  g_free (self);
}

/* A decimal number of 64 bits from `*text` on, which moves behind it. */
static gboolean
parse_number (const char **text, guint64 *value)
{
  const char *p = *text;

  *value = 0;
  for (; g_ascii_isdigit (*p); p++)
    if (!g_uint64_checked_mul (value, *value, 10) ||
        !g_uint64_checked_add (value, *value, (guint64) (*p - '0')))
      return FALSE;
  if (p == *text)
    return FALSE;
  *text = p;
  return TRUE;
}

/* IDs are compared for each event and client, so no memory is taken for it. */
static gboolean
parse_stream_id (const char *id, guint64 *time, guint64 *sequence)
{
  const char *p = id;

  return parse_number (&p, time) && *p++ == '-' && parse_number (&p, sequence) && *p == '\0' &&
         p - id <= MAX_STREAM_ID;
}

/**
 * sortie_stream_id_is_valid:
 * @id: anything
 *
 * Returns: whether it is a Redis stream ID, `MS-SEQ`, both 64 bits
 */
gboolean
sortie_stream_id_is_valid (const char *id)
{
  guint64 time, sequence;

  return id != NULL && parse_stream_id (id, &time, &sequence);
}

/**
 * sortie_stream_id_compare:
 * @a: a valid stream ID
 * @b: another
 *
 * Returns: below, at or above 0 as @a comes before, at or after @b
 */
int
sortie_stream_id_compare (const char *a, const char *b)
{
  guint64 at = 0, as = 0, bt = 0, bs = 0;

  parse_stream_id (a, &at, &as);
  parse_stream_id (b, &bt, &bs);
  if (at != bt)
    return at < bt ? -1 : 1;
  return as == bs ? 0 : as < bs ? -1 : 1;
}

static SortieStoredEvent *
read_event (const char *mission, const SortieReply *entry)
{
  const char *id = sortie_reply_get_string (sortie_reply_get_element (entry, 0));
  const SortieReply *fields = sortie_reply_get_element (entry, 1);
  const SortieReply *body = sortie_reply_get_field (fields, "e");
  const SortieReply *text = sortie_reply_get_field (fields, "t");
  SortieStoredEvent *event;

  if (id == NULL || sortie_reply_get_string (body) == NULL)
    return NULL;
  event = g_new0 (SortieStoredEvent, 1);
  event->id = g_strdup (id);
  event->wire = sortie_event_body_to_wire (body->str, body->len, sortie_reply_get_string (text),
                                           text != NULL ? text->len : 0, mission,
                                           g_ascii_strtoll (id, NULL, 10));
  event->done = strstr (event->wire, "\"type\":\"done\"") == event->wire + 1;
  return event;
}

static GPtrArray *
read_range (SortieBus *self, const char *mission, const char *from, guint limit, GError **error)
{
  g_autofree char *key = sortie_bus_dup_mission_key (self, "events", mission);
  SortieCommand *command = sortie_command_new ("XRANGE", key, from, "+", "COUNT", NULL);
  g_autoptr (SortieReply) reply = NULL;
  GPtrArray *events;

  sortie_command_add_int (command, limit);
  reply = sortie_bus_request (self, command, error);
  if (reply == NULL)
    return NULL;
  events = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_stored_event_free);
  for (gsize i = 0; i < sortie_reply_get_length (reply); i++)
    {
      SortieStoredEvent *event = read_event (mission, reply->element[i]);

      if (event != NULL)
        g_ptr_array_add (events, event);
    }
  return events;
}

GPtrArray *
sortie_bus_read_events (SortieBus *self,
                        const char *mission,
                        const char *after,
                        guint limit,
                        gboolean *reset,
                        GError **error)
{
  g_autoptr (GPtrArray) events = NULL;

  limit = MIN (limit, G_MAXUINT - 1);
  if (reset != NULL)
    *reset = FALSE;
  if (after == NULL || g_str_equal (after, "0") || g_str_equal (after, "0-0"))
    return read_range (self, mission, "-", limit, error);

  /* From the ID itself on, so that its presence is seen in the same answer. */
  if (sortie_stream_id_is_valid (after))
    {
      events = read_range (self, mission, after, limit + 1, error);
      if (events == NULL)
        return NULL;
    }
  if (events != NULL && events->len > 0 &&
      g_str_equal (((SortieStoredEvent *) g_ptr_array_index (events, 0))->id, after))
    {
      g_ptr_array_remove_index (events, 0);
      return g_steal_pointer (&events);
    }
  if (reset != NULL)
    *reset = TRUE;
  return read_range (self, mission, "-", limit, error);
}

gboolean
sortie_bus_announce (SortieBus *self, const char *user, const SortieEvent *event, GError **error)
{
  g_autofree char *key = sortie_bus_dup_key (self, 0, "feed");
  g_autofree char *body = sortie_event_to_body (event);
  g_autoptr (SortieReply) reply =
      sortie_bus_request (self,
                          sortie_command_new ("XADD", key, "MAXLEN", "~", "20000", "*", "u", user,
                                              "m", "", "e", body, NULL),
                          error);

  return reply != NULL;
}
