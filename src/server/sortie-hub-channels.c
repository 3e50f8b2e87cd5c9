/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-hub-private.h"

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
  gboolean again; /* more was told of while it read */
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

/* Redis has lost what the client knows: with the mission itself there is nothing more to come, else
 * the client gets all from the first. */
static void
start_again (Client *client, gboolean lost)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GBytes) frames = NULL;

  if (lost)
    sortie_hub_append_lost (out, client->mission);
  else
    sortie_hub_append_reset (out, client->mission);
  frames = g_bytes_new (out->str, out->len);
  sortie_sse_connection_send (client->connection, frames);
  g_clear_pointer (&client->position, g_free);
  if (!lost)
    return;
  client->ended = TRUE;
  client->live = FALSE;
  sortie_sse_connection_finish (client->connection);
}

/* ---- The channel ---- */

static void catch_up (Client *client);
static void channel_read (Channel *channel);

/* The events that come right after `from`. Everybody who is live and stands there gets the very same
 * bytes. */
static void
deliver (Channel *channel, const char *from, GPtrArray *events)
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
      if (g_strcmp0 (client->position, from) != 0 || done)
        {
          send_events (client, events);
          continue;
        }
      set_id (&client->position, last);
      sortie_sse_connection_send (client->connection, frames);
    }
  if (is_after (last, channel->position))
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
  char *after;
} ChannelRead;

static void
channel_read_free (ChannelRead *read)
{
  g_free (read->mission);
  g_free (read->after);
  g_free (read);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ChannelRead, channel_read_free)

/* Redis is away. The clients come again and resume by their IDs: better than to wait for an event
 * that may have been the last. */
static void
drop_live_clients (Channel *channel)
{
  for (guint i = 0; i < channel->clients->len; i++)
    {
      Client *client = g_ptr_array_index (channel->clients, i);

      if (client->live && client->connection != NULL)
        sortie_sse_connection_drop (client->connection);
    }
}

/* What the live clients have is no longer there. */
static void
channel_start_again (Channel *channel, GPtrArray *events)
{
  for (guint i = 0; i < channel->clients->len; i++)
    {
      Client *client = g_ptr_array_index (channel->clients, i);

      if (!client->live || client->connection == NULL)
        continue;
      start_again (client, events->len == 0);
      send_events (client, events);
    }
  if (events->len > 0)
    set_id (&channel->position,
            ((SortieStoredEvent *) g_ptr_array_index (events, events->len - 1))->id);
}

static void
channel_read_cb (GPtrArray *events, gboolean reset, gpointer user_data)
{
  g_autoptr (ChannelRead) read = user_data;
  Channel *channel = g_hash_table_lookup (read->owner->by_mission, read->mission);
  gboolean again;

  if (channel == NULL)
    return;
  again = channel->again;
  channel->reading = FALSE;
  channel->again = FALSE;
  if (channel->clients->len == 0)
    g_hash_table_remove (channel->owner->by_mission, channel->mission);
  else if (events == NULL)
    drop_live_clients (channel);
  else
    {
      if (reset)
        channel_start_again (channel, events);
      else
        deliver (channel, read->after, events);
      if (has_live_clients (channel) && (again || events->len == SORTIE_HUB_READ_LIMIT))
        channel_read (channel);
    }
}

static void
channel_read (Channel *channel)
{
  ChannelRead *read;

  if (channel->reading)
    {
      channel->again = TRUE;
      return;
    }
  channel->reading = TRUE;
  read = g_new0 (ChannelRead, 1);
  read->owner = channel->owner;
  read->mission = g_strdup (channel->mission);
  read->after = g_strdup (channel->position);
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
    deliver (channel, channel->position, events);
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
    {
      Channel *channel = value;

      set_id (&channel->latest, SORTIE_HUB_LAST_ID);
      if (has_live_clients (channel))
        channel_read (channel);
    }
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
  if (is_after (channel->latest, channel->position))
    channel_read (channel);
}

static void
caught_up_cb (GPtrArray *events, gboolean reset, gpointer user_data)
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
  if (reset)
    start_again (client, events->len == 0);
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

/* `events` are those right after `position`, read before the channel took notice of the mission. */
void
sortie_hub_channels_add (SortieHubChannels *self,
                         SortieSseConnection *connection,
                         const char *mission,
                         const char *position,
                         GPtrArray *events)
{
  Channel *channel = ensure_channel (self, mission);
  Client *client = g_new0 (Client, 1);

  client->owner = self;
  client->mission = g_strdup (mission);
  client->connection = connection;
  client->position = g_strdup (position);
  g_ptr_array_add (channel->clients, client);
  sortie_sse_connection_set_closed_func (connection, closed_cb, client);
  sortie_sse_connection_set_drained_func (connection, drained_cb, client);
  send_events (client, events);
  /* Between that read and this moment the feed may have told of more that no channel was there to
   * take: one more read settles it, at once or when the client has taken what it got. */
  client->full = TRUE;
  if (!client->ended && sortie_sse_connection_get_queued (connection) == 0)
    catch_up (client);
}
