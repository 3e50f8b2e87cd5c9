/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-error.h"
#include "sortie-hub-private.h"
#include "sortie-sse-parser.h"

#include <string.h>

/* Clients of one mission's stream. Each client has a position, the ID of the last event it was sent.
 * A client first catches up: its own reads, from its position to the stream's end. Then it is live:
 * it gets what the channel gets. The channel takes events from the feed as they are, but for chunks,
 * whose text the feed leaves out: then the channel reads the mission's stream itself. */

struct _SortieHubChannels
{
  SortieHub *hub;
  GHashTable *by_mission; /* Channel */
};

typedef struct
{
  SortieHubChannels *owner;
  char *mission;
  GPtrArray *clients; /* Client */
  char *position;     /* last event that the live clients have got; NULL without any */
  char *latest;       /* last event that the feed told of, or NULL */
  gboolean reading;
} Channel;

typedef struct
{
  SortieHubChannels *owner;
  char *mission;
  SortieSseConnection *connection; /* NULL once it is closed */
  char *position;
  gboolean live;
  gboolean reading;
  gboolean full;  /* the last read was cut off by its limit */
  gboolean ended; /* the mission's last event has been sent */
} Client;

/* What a handler found out before the connection was taken over. */
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

static void
client_free (gpointer data)
{
  Client *client = data;

  g_free (client->mission);
  g_free (client->position);
  g_free (client);
}

static void
channel_free (gpointer data)
{
  Channel *channel = data;

  g_ptr_array_unref (channel->clients);
  g_free (channel->mission);
  g_free (channel->position);
  g_free (channel->latest);
  g_free (channel);
}

SortieHubChannels *
sortie_hub_channels_new (SortieHub *hub)
{
  SortieHubChannels *self = g_new0 (SortieHubChannels, 1);

  self->hub = hub;
  self->by_mission = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, channel_free);
  return self;
}

void
sortie_hub_channels_free (SortieHubChannels *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->by_mission);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Channel *channel = value;

      for (guint i = 0; i < channel->clients->len; i++)
        {
          Client *client = g_ptr_array_index (channel->clients, i);

          if (client->connection == NULL)
            continue;
          sortie_sse_connection_set_closed_func (client->connection, NULL, NULL);
          sortie_sse_connection_set_drained_func (client->connection, NULL, NULL);
          sortie_sse_connection_drop (client->connection);
        }
    }
  g_hash_table_unref (self->by_mission);
  g_free (self);
}

static void
set_id (char **place, const char *id)
{
  char *copy = g_strdup (id);

  g_free (*place);
  *place = copy;
}

static gboolean
is_after (const char *id, const char *position)
{
  return position == NULL || (id != NULL && sortie_stream_id_compare (id, position) > 0);
}

/* A client whose connection is closed stays while a read of its own is under way. */
static void
drop_client (Client *client)
{
  SortieHubChannels *self = client->owner;
  Channel *channel = g_hash_table_lookup (self->by_mission, client->mission);

  if (client->reading || channel == NULL)
    return;
  g_ptr_array_remove_fast (channel->clients, client);
  if (channel->clients->len == 0 && !channel->reading)
    g_hash_table_remove (self->by_mission, channel->mission);
}

static void
closed_cb (SortieSseConnection *connection, SortieSseEnd reason, gpointer user_data)
{
  Client *client = user_data;

  client->connection = NULL;
  client->live = FALSE;
  drop_client (client);
}

/* Sends those of the events that the client has not got. */
static void
send_events (Client *client, GPtrArray *events)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GBytes) frames = NULL;

  for (guint i = 0; i < events->len && !client->ended; i++)
    {
      SortieStoredEvent *event = g_ptr_array_index (events, i);

      if (!is_after (event->id, client->position))
        continue;
      sortie_hub_append_event (out, event);
      set_id (&client->position, event->id);
      client->ended = event->done;
    }
  if (out->len > 0)
    {
      frames = g_bytes_new (out->str, out->len);
      sortie_sse_connection_send (client->connection, frames);
    }
  if (client->ended)
    {
      client->live = FALSE;
      sortie_sse_connection_finish (client->connection);
    }
}

/* ---- The channel ---- */

static void catch_up (Client *client);
static void channel_read (Channel *channel);

/* Everybody who is live and stands where the channel stands gets the very same bytes. */
static void
deliver (Channel *channel, GPtrArray *events)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GBytes) frames = NULL;
  const char *last;
  gboolean done = FALSE;

  if (events->len == 0)
    return;
  for (guint i = 0; i < events->len; i++)
    {
      sortie_hub_append_event (out, g_ptr_array_index (events, i));
      done = done || ((SortieStoredEvent *) g_ptr_array_index (events, i))->done;
    }
  frames = g_bytes_new (out->str, out->len);
  last = ((SortieStoredEvent *) g_ptr_array_index (events, events->len - 1))->id;
  for (guint i = 0; i < channel->clients->len; i++)
    {
      Client *client = g_ptr_array_index (channel->clients, i);

      if (!client->live || client->connection == NULL)
        continue;
      if (g_strcmp0 (client->position, channel->position) != 0 || done)
        {
          send_events (client, events);
          continue;
        }
      set_id (&client->position, last);
      sortie_sse_connection_send (client->connection, frames);
    }
  set_id (&channel->position, last);
}

static gboolean
has_live_clients (Channel *channel)
{
  for (guint i = 0; i < channel->clients->len; i++)
    if (((Client *) g_ptr_array_index (channel->clients, i))->live)
      return TRUE;
  return FALSE;
}

typedef struct
{
  SortieHubChannels *owner;
  char *mission;
} ChannelRead;

static void
channel_read_cb (GPtrArray *events, gpointer user_data)
{
  ChannelRead *read = user_data;
  Channel *channel = g_hash_table_lookup (read->owner->by_mission, read->mission);

  g_free (read->mission);
  g_free (read);
  if (channel == NULL)
    return;
  channel->reading = FALSE;
  if (channel->clients->len == 0)
    {
      g_hash_table_remove (channel->owner->by_mission, channel->mission);
      return;
    }
  if (events == NULL) /* Redis is away: what comes next starts another read */
    return;
  deliver (channel, events);
  if (has_live_clients (channel) &&
      (events->len == SORTIE_HUB_READ_LIMIT ||
       (events->len > 0 && is_after (channel->latest, channel->position))))
    channel_read (channel);
}

static void
channel_read (Channel *channel)
{
  ChannelRead *read;

  if (channel->reading || channel->position == NULL)
    return;
  channel->reading = TRUE;
  read = g_new0 (ChannelRead, 1);
  read->owner = channel->owner;
  read->mission = g_strdup (channel->mission);
  sortie_hub_read (channel->owner->hub, channel->mission, channel->position, channel_read_cb, read);
}

/* The entries of one mission in one wake-up. Without a chunk among them, and nothing missing before
 * them, they are sent as they are. */
static void
channel_take (Channel *channel, GPtrArray *entries)
{
  g_autoptr (GPtrArray) events =
      g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_stored_event_free);
  gboolean whole = !channel->reading && (channel->latest == NULL || channel->position == NULL ||
                                         !is_after (channel->latest, channel->position));

  for (guint i = 0; i < entries->len; i++)
    {
      SortieFeedEntry *entry = g_ptr_array_index (entries, i);

      whole = whole && entry->wire != NULL;
      if (whole && is_after (entry->id, channel->position))
        {
          SortieStoredEvent *event = g_new0 (SortieStoredEvent, 1);

          event->id = g_strdup (entry->id);
          event->wire = g_strdup (entry->wire);
          event->done = entry->done;
          g_ptr_array_add (events, event);
        }
      set_id (&channel->latest, entry->id);
    }
  if (!has_live_clients (channel))
    return;
  if (whole)
    deliver (channel, events);
  else
    channel_read (channel);
}

static void
take_gap (SortieHubChannels *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->by_mission);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (has_live_clients (value))
      channel_read (value);
}

void
sortie_hub_channels_take (SortieHubChannels *self, GPtrArray *entries, gboolean gap)
{
  g_autoptr (GHashTable) groups = NULL;
  GHashTableIter iter;
  gpointer key, value;

  if (g_hash_table_size (self->by_mission) == 0)
    return;
  if (gap)
    take_gap (self);
  groups = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  for (guint i = 0; i < entries->len; i++)
    {
      SortieFeedEntry *entry = g_ptr_array_index (entries, i);
      Channel *channel = g_hash_table_lookup (self->by_mission, entry->mission);
      GPtrArray *group;

      if (channel == NULL)
        continue;
      group = g_hash_table_lookup (groups, channel);
      if (group == NULL)
        {
          group = g_ptr_array_new ();
          g_hash_table_insert (groups, channel, group);
        }
      g_ptr_array_add (group, entry);
    }
  g_hash_table_iter_init (&iter, groups);
  while (g_hash_table_iter_next (&iter, &key, &value))
    channel_take (key, value);
}

/* ---- Catching up ---- */

/* The client has everything up to its position: is that the stream's end? */
static void
join_or_read_on (Client *client)
{
  Channel *channel = g_hash_table_lookup (client->owner->by_mission, client->mission);

  if (client->ended || client->connection == NULL)
    return;
  if (client->full || (channel->position != NULL && has_live_clients (channel) &&
                       is_after (channel->position, client->position)))
    {
      catch_up (client);
      return;
    }
  if (!has_live_clients (channel))
    set_id (&channel->position, client->position != NULL ? client->position : "0-0");
  client->live = TRUE;
  if (is_after (channel->latest, channel->position) && channel->latest != NULL)
    channel_read (channel);
}

static void
caught_up_cb (GPtrArray *events, gpointer user_data)
{
  Client *client = user_data;

  client->reading = FALSE;
  if (client->connection == NULL)
    {
      drop_client (client);
      return;
    }
  if (events == NULL)
    {
      sortie_sse_connection_drop (client->connection); /* it comes again and resumes by its ID */
      return;
    }
  client->full = events->len >= SORTIE_HUB_READ_LIMIT;
  send_events (client, events);
  if (sortie_sse_connection_get_queued (client->connection) == 0)
    join_or_read_on (client);
}

static void
catch_up (Client *client)
{
  if (client->reading)
    return;
  client->reading = TRUE;
  sortie_hub_read (client->owner->hub, client->mission, client->position, caught_up_cb, client);
}

/* A long replay goes piece by piece, as the client takes it. */
static void
drained_cb (SortieSseConnection *connection, gpointer user_data)
{
  Client *client = user_data;

  if (!client->live && !client->reading && !client->ended)
    join_or_read_on (client);
}

static Channel *
ensure_channel (SortieHubChannels *self, const char *mission)
{
  Channel *channel = g_hash_table_lookup (self->by_mission, mission);

  if (channel != NULL)
    return channel;
  channel = g_new0 (Channel, 1);
  channel->owner = self;
  channel->mission = g_strdup (mission);
  channel->clients = g_ptr_array_new_with_free_func (client_free);
  g_hash_table_insert (self->by_mission, channel->mission, channel);
  return channel;
}

/* Events that stand in no stream: they carry no ID. */
static void
append_own_event (
    GString *out, const char *mission, SortieEventType type, const char *code, const char *message)
{
  g_autoptr (SortieEvent) event = sortie_event_new (type, "system", code, message);
  g_autofree char *body = NULL, *wire = NULL;

  if (type == SORTIE_EVENT_DONE)
    event->data = g_strdup ("{\"outcome\":\"failed\"}");
  body = sortie_event_to_body (event);
  wire =
      sortie_event_body_to_wire (body, strlen (body), NULL, 0, mission, g_get_real_time () / 1000);
  sortie_sse_append_frame (out, NULL, "message", wire);
}

static void
send_preamble (SortieSseConnection *connection, const MissionStream *stream)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;

  sortie_hub_append_preamble (out);
  if (stream->lost)
    {
      append_own_event (out, stream->mission, SORTIE_EVENT_ERROR, SORTIE_CODE_MISSION_LOST,
                        "The mission is no longer in Redis: its last answers were lost in a crash");
      append_own_event (out, stream->mission, SORTIE_EVENT_DONE, SORTIE_CODE_MISSION_DONE,
                        "The mission was lost.");
    }
  else if (stream->reset)
    append_own_event (out, stream->mission, SORTIE_EVENT_STATUS, SORTIE_CODE_STREAM_RESET,
                      "That event is gone; all events follow from the first");
  bytes = g_bytes_new (out->str, out->len);
  sortie_sse_connection_send (connection, bytes);
}

void
sortie_hub_stream_mission (SortieSseConnection *connection, gpointer data, gpointer user_data)
{
  SortieHub *hub = user_data;
  SortieHubChannels *self = hub->channels;
  MissionStream *stream = data;
  Channel *channel;
  Client *client;

  send_preamble (connection, stream);
  if (stream->lost)
    {
      sortie_sse_connection_finish (connection);
      mission_stream_free (stream);
      return;
    }
  channel = ensure_channel (self, stream->mission);
  client = g_new0 (Client, 1);
  client->owner = self;
  client->mission = g_strdup (stream->mission);
  client->connection = connection;
  client->position = g_strdup (stream->position);
  client->full = stream->events->len >= SORTIE_HUB_READ_LIMIT;
  g_ptr_array_add (channel->clients, client);
  sortie_sse_connection_set_closed_func (connection, closed_cb, client);
  sortie_sse_connection_set_drained_func (connection, drained_cb, client);
  send_events (client, stream->events);
  mission_stream_free (stream);
  /* Between the handler's read and this moment the feed may have told of more that no channel was
   * there to take: one more read settles it. */
  if (!client->ended)
    catch_up (client);
}

/* ---- The handler's half ---- */

static SortieResponse *
accept_lost (const char *id)
{
  MissionStream *stream = g_new0 (MissionStream, 1);

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
  g_autoptr (SortieMissionRecord) record = NULL;
  g_autoptr (GPtrArray) events = NULL;
  MissionStream *stream;

  if (!sortie_request_get_last_event_id (request, &given, &time, &sequence, &error))
    return sortie_response_new_error (error);
  record = sortie_bus_get_mission (self->bus, request->user, id, &error);
  if (record == NULL && given && sortie_mission_id_is_valid (id) &&
      error->code == SORTIE_ERROR_NOT_FOUND && !sortie_bus_is_deleted (self->bus, id))
    return accept_lost (id);
  if (record == NULL)
    return sortie_response_new_error (error);
  events = sortie_bus_read_events (self->bus, id, given ? after : NULL, SORTIE_HUB_READ_LIMIT,
                                   &reset, &error);
  if (events == NULL)
    return sortie_response_new_error (error);
  if (given && !reset && events->len == 0 && sortie_mission_state_is_final (record->state))
    return sortie_response_new_empty (204); /* it has seen the last event: nothing will follow */

  stream = g_new0 (MissionStream, 1);
  stream->mission = g_strdup (id);
  stream->position = given && !reset ? g_strdup (after) : NULL;
  stream->events = g_steal_pointer (&events);
  stream->reset = reset;
  return sortie_response_new_stream (stream, mission_stream_free);
}
