/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-error.h"
#include "sortie-hub-private.h"
#include "sortie-sse-parser.h"

#include <string.h>

/* A client asks for a mission's stream: whether there is one is found out on the handler's thread,
 * then the main thread takes the connection over. */

typedef struct
{
  char *mission;
  char *position;    /* (nullable) */
  GPtrArray *events; /* SortieStoredEvent: the first of what it gets */
  gboolean reset;
  gboolean lost;
} MissionStream;

static void
mission_stream_free (gpointer data)
{
  MissionStream *stream = data;

  g_free (stream->mission);
  g_free (stream->position);
  g_clear_pointer (&stream->events, g_ptr_array_unref);
  g_free (stream);
}

/* Events that stand in no stream. `id` (nullable) */
static void
append_own_event (GString *out,
                  const char *id,
                  const char *mission,
                  SortieEventType type,
                  const char *code,
                  const char *message)
{
  g_autoptr (SortieEvent) event = sortie_event_new (type, "system", code, message);
  g_autofree char *body = NULL, *wire = NULL;

  if (type == SORTIE_EVENT_DONE)
    event->data = g_strdup ("{\"outcome\":\"failed\"}");
  body = sortie_event_to_body (event);
  wire =
      sortie_event_body_to_wire (body, strlen (body), NULL, 0, mission, g_get_real_time () / 1000);
  sortie_sse_append_frame (out, id, "message", wire);
}

void
sortie_hub_append_reset (GString *out, const char *mission)
{
  append_own_event (out, NULL, mission, SORTIE_EVENT_STATUS, SORTIE_CODE_STREAM_RESET,
                    "That event is gone; all events follow from the first");
}

void
sortie_hub_append_lost (GString *out, const char *mission)
{
  append_own_event (out, NULL, mission, SORTIE_EVENT_ERROR, SORTIE_CODE_MISSION_LOST,
                    "The mission is no longer in Redis: its last answers were lost in a crash");
  append_own_event (out, SORTIE_HUB_LAST_ID, mission, SORTIE_EVENT_DONE, SORTIE_CODE_MISSION_DONE,
                    "The mission was lost.");
}

static void
send_preamble (SortieSseConnection *connection, const MissionStream *stream)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;

  sortie_hub_append_preamble (out);
  if (stream->lost)
    sortie_hub_append_lost (out, stream->mission);
  else if (stream->reset)
    sortie_hub_append_reset (out, stream->mission);
  bytes = g_bytes_new (out->str, out->len);
  sortie_sse_connection_send (connection, bytes);
}

void
sortie_hub_stream_mission (SortieSseConnection *connection, gpointer data, gpointer user_data)
{
  SortieHub *hub = user_data;
  MissionStream *stream = data;

  send_preamble (connection, stream);
  if (stream->lost)
    sortie_sse_connection_finish (connection);
  else
    sortie_hub_channels_add (hub->channels, connection, stream->mission, stream->position,
                             stream->events);
  mission_stream_free (stream);
}

static SortieResponse *
accept_lost (const char *id, const char *after)
{
  MissionStream *stream;

  if (g_str_equal (after, SORTIE_HUB_LAST_ID))
    return sortie_response_new_empty (204);
  stream = g_new0 (MissionStream, 1);
  stream->mission = g_strdup (id);
  stream->lost = TRUE;
  return sortie_response_new_stream (stream, mission_stream_free);
}

SortieResponse *
sortie_hub_handle_mission (SortieHub *self, SortieRequest *request, const char *id)
{
  const char *after = sortie_request_get_header (request, "Last-Event-ID");
  gboolean given = FALSE, reset = FALSE;
  guint64 time, sequence;
  g_autoptr (GError) error = NULL;
  SortieMissionState state;
  g_autoptr (GPtrArray) events = NULL;
  MissionStream *stream;

  if (!sortie_request_get_last_event_id (request, &given, &time, &sequence, &error))
    return sortie_response_new_error (error);
  if (!sortie_bus_get_state (self->bus, request->user, id, &state, &error))
    return given && sortie_mission_id_is_valid (id) && error->code == SORTIE_ERROR_NOT_FOUND &&
                   !sortie_bus_is_deleted (self->bus, id)
               ? accept_lost (id, after)
               : sortie_response_new_error (error);
  /* Without an ID there is nothing to be found out: the client begins by catching up. */
  events =
      given ? sortie_bus_read_events (self->bus, id, after, SORTIE_HUB_READ_LIMIT, &reset, &error)
            : g_ptr_array_new ();
  if (events == NULL)
    return sortie_response_new_error (error);
  if (given && !reset && events->len == 0 && sortie_mission_state_is_final (state))
    return sortie_response_new_empty (204); /* it has seen the last event: nothing will follow */

  stream = g_new0 (MissionStream, 1);
  stream->mission = g_strdup (id);
  stream->position = given && !reset ? g_strdup (after) : NULL;
  stream->events = g_steal_pointer (&events);
  stream->reset = reset;
  return sortie_response_new_stream (stream, mission_stream_free);
}
