/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-error.h"
#include "sortie-hub-private.h"
#include "sortie-json.h"
#include "sortie-sse-parser.h"

#include <string.h>

/* Clients of the feed over all missions of a user. The last entries are kept for a client that comes
 * while others pass by: what it has not got of these it gets from here. */

struct _SortieHubFeed
{
  SortieHub *hub;
  GPtrArray *clients; /* FeedClient */
  GQueue recent;      /* Frame, oldest first */
  GPtrArray
      *positions; /* char*: the last ID that passed, a partition each; NULL before the first */
};

typedef struct
{
  SortieHubFeed *owner;
  SortieSseConnection *connection;
  char *user;
  GStrv seen; /* (nullable): what it has, a partition each, where that is ahead of the others */
} FeedClient;

/* One entry as it goes out. It is put together once, for everybody, when the first client wants it:
 * mostly nobody does. */
typedef struct
{
  SortieFeedEntry *entry;
  char *positions;
  GBytes *bytes; /* (nullable) */
} Frame;

typedef struct
{
  char *user;
  char *positions;    /* (nullable): what the client has seen */
  GPtrArray *entries; /* (nullable): what it has missed, from Redis */
  gboolean reset;
} FeedStream;

static void
frame_free (gpointer data)
{
  Frame *frame = data;

  sortie_feed_entry_free (frame->entry);
  g_free (frame->positions);
  g_clear_pointer (&frame->bytes, g_bytes_unref);
  g_free (frame);
}

static void
feed_client_free (gpointer data)
{
  FeedClient *client = data;

  g_free (client->user);
  g_strfreev (client->seen);
  g_free (client);
}

static void
feed_stream_free (gpointer data)
{
  FeedStream *stream = data;

  g_free (stream->user);
  g_free (stream->positions);
  g_clear_pointer (&stream->entries, g_ptr_array_unref);
  g_free (stream);
}

SortieHubFeed *
sortie_hub_feed_new (SortieHub *hub)
{
  SortieHubFeed *self = g_new0 (SortieHubFeed, 1);

  self->hub = hub;
  self->clients = g_ptr_array_new_with_free_func (feed_client_free);
  g_queue_init (&self->recent);
  self->positions = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_set_size (self->positions, sortie_bus_get_n_partitions (hub->bus));
  return self;
}

void
sortie_hub_feed_free (SortieHubFeed *self)
{
  for (guint i = 0; i < self->clients->len; i++)
    {
      FeedClient *client = g_ptr_array_index (self->clients, i);

      sortie_sse_connection_set_closed_func (client->connection, NULL, NULL);
      sortie_sse_connection_drop (client->connection);
    }
  g_ptr_array_unref (self->clients);
  g_queue_clear_full (&self->recent, frame_free);
  g_ptr_array_unref (self->positions);
  g_free (self);
}

guint
sortie_hub_feed_get_n (SortieHubFeed *self)
{
  return self->clients->len;
}

/* The vector of positions as the SSE ID: opaque to clients. */
static char *
dup_positions (SortieHubFeed *self)
{
  GString *out = g_string_sized_new (32);

  for (guint i = 0; i < self->positions->len; i++)
    {
      const char *id = g_ptr_array_index (self->positions, i);

      if (i > 0)
        g_string_append_c (out, ',');
      g_string_append (out, id != NULL ? id : "0-0");
    }
  return g_string_free (out, FALSE);
}

/* The event with its own ID among its members, since the frame's ID is the vector. */
static GBytes *
new_frame_bytes (const char *positions, const SortieFeedEntry *entry)
{
  g_autoptr (GString) data = g_string_new_len (entry->wire, (gssize) strlen (entry->wire) - 1);
  GString *out = g_string_sized_new (data->len + 128);

  sortie_json_append_member_string (data, "event_id", entry->id);
  g_string_append_c (data, '}');
  sortie_sse_append_frame (out, positions, "message", data->str);
  return g_string_free_to_bytes (out);
}

static GBytes *
get_bytes (Frame *frame)
{
  if (frame->bytes == NULL)
    frame->bytes = new_frame_bytes (frame->positions, frame->entry);
  return frame->bytes;
}

static void
set_position (SortieHubFeed *self, const SortieFeedEntry *entry)
{
  g_free (g_ptr_array_index (self->positions, (guint) entry->partition));
  g_ptr_array_index (self->positions, (guint) entry->partition) = g_strdup (entry->id);
}

static gboolean
concerns (const char *owner, const char *user)
{
  return *owner == '\0' || g_str_equal (owner, user);
}

static gboolean
has_seen (const FeedClient *client, const Frame *frame)
{
  return client->seen != NULL &&
         sortie_stream_id_compare (frame->entry->id, client->seen[frame->entry->partition]) <= 0;
}

static void
send_frame (SortieHubFeed *self, Frame *frame)
{
  for (guint i = 0; i < self->clients->len; i++)
    {
      FeedClient *client = g_ptr_array_index (self->clients, i);

      if (concerns (frame->entry->user, client->user) && !has_seen (client, frame))
        sortie_sse_connection_send (client->connection, get_bytes (frame));
    }
}

/* A client that resumes may have read further than the feed's reader has come. Once the reader is
 * there too, there is nothing to be left out any more. */
static void
forget_seen (SortieHubFeed *self)
{
  for (guint i = 0; i < self->clients->len; i++)
    {
      FeedClient *client = g_ptr_array_index (self->clients, i);
      gboolean passed = client->seen != NULL;

      for (guint p = 0; passed && p < self->positions->len; p++)
        {
          const char *id = g_ptr_array_index (self->positions, p);

          passed = sortie_stream_id_compare (id != NULL ? id : "0-0", client->seen[p]) >= 0;
        }
      if (passed)
        g_clear_pointer (&client->seen, g_strfreev);
    }
}

static void
send_to_all (SortieHubFeed *self, GBytes *bytes)
{
  for (guint i = 0; i < self->clients->len; i++)
    sortie_sse_connection_send (((FeedClient *) g_ptr_array_index (self->clients, i))->connection,
                                bytes);
}

static GBytes *
new_reset (void)
{
  g_autoptr (SortieEvent) event =
      sortie_event_new (SORTIE_EVENT_STATUS, "system", SORTIE_CODE_STREAM_RESET,
                        "Some events were missed; read the missions again");
  g_autofree char *body = sortie_event_to_body (event);
  g_autofree char *wire =
      sortie_event_body_to_wire (body, strlen (body), NULL, 0, NULL, g_get_real_time () / 1000);
  GString *out = g_string_new (NULL);

  sortie_sse_append_frame (out, NULL, "message", wire);
  return g_string_free_to_bytes (out);
}

/* Takes entries out of the array, so it comes last of those who look at them. */
void
sortie_hub_feed_take (SortieHubFeed *self, GPtrArray *entries, gboolean gap)
{
  if (gap)
    {
      g_autoptr (GBytes) reset = new_reset ();

      send_to_all (self, reset);
    }
  for (guint i = 0; i < entries->len; i++)
    {
      SortieFeedEntry *entry = g_ptr_array_index (entries, i);
      Frame *frame;

      set_position (self, entry);
      if (entry->wire == NULL)
        continue; /* a chunk */
      frame = g_new0 (Frame, 1);
      frame->entry = g_steal_pointer (&entries->pdata[i]);
      frame->positions = dup_positions (self);
      send_frame (self, frame);
      g_queue_push_tail (&self->recent, frame);
      if (self->recent.length > SORTIE_HUB_RECENT)
        frame_free (g_queue_pop_head (&self->recent));
    }
  forget_seen (self);
}

void
sortie_hub_feed_broadcast (SortieHubFeed *self, const char *wire)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;

  sortie_sse_append_frame (out, NULL, "message", wire);
  bytes = g_string_free_to_bytes (out);
  send_to_all (self, bytes);
}

static void
closed_cb (SortieSseConnection *connection, SortieSseEnd reason, gpointer user_data)
{
  FeedClient *client = user_data;

  g_ptr_array_remove_fast (client->owner->clients, client);
}

/* What passed by after the client's position and is kept here. */
static void
append_recent (SortieHubFeed *self, GString *out, const char *user, const char *const *positions)
{
  for (GList *link = self->recent.head; link != NULL; link = link->next)
    {
      Frame *frame = link->data;
      const char *seen = positions[frame->entry->partition];
      GBytes *bytes;

      if (!concerns (frame->entry->user, user) ||
          sortie_stream_id_compare (frame->entry->id, seen) <= 0)
        continue;
      bytes = get_bytes (frame);
      g_string_append_len (out, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
    }
}

static void
append_missed (GString *out, FeedStream *stream, GStrv positions)
{
  for (guint i = 0; i < stream->entries->len; i++)
    {
      SortieFeedEntry *entry = g_ptr_array_index (stream->entries, i);
      g_autofree char *vector = NULL;
      g_autoptr (GBytes) bytes = NULL;

      g_free (positions[entry->partition]);
      positions[entry->partition] = g_strdup (entry->id);
      vector = g_strjoinv (",", positions);
      bytes = new_frame_bytes (vector, entry);
      g_string_append_len (out, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
    }
}

void
sortie_hub_stream_feed (SortieSseConnection *connection, gpointer data, gpointer user_data)
{
  SortieHub *hub = user_data;
  SortieHubFeed *self = hub->feed_subscribers;
  FeedStream *stream = data;
  GString *out = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;
  FeedClient *client = g_new0 (FeedClient, 1);

  client->owner = self;
  client->connection = connection;
  client->user = g_strdup (stream->user);
  g_ptr_array_add (self->clients, client);
  sortie_sse_connection_set_closed_func (connection, closed_cb, client);

  sortie_hub_append_preamble (out);
  if (stream->reset)
    {
      g_autoptr (GBytes) reset = new_reset ();

      g_string_append_len (out, g_bytes_get_data (reset, NULL), (gssize) g_bytes_get_size (reset));
    }
  if (stream->positions != NULL)
    {
      g_auto (GStrv) positions = g_strsplit (stream->positions, ",", -1);

      append_missed (out, stream, positions);
      append_recent (self, out, stream->user, (const char *const *) positions);
      client->seen = g_steal_pointer (&positions);
    }
  bytes = g_string_free_to_bytes (out);
  sortie_sse_connection_send (connection, bytes);
  feed_stream_free (stream);
}

SortieResponse *
sortie_hub_handle_feed (SortieHub *self, SortieRequest *request)
{
  const char *positions = sortie_request_get_header (request, "Last-Event-ID");
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;
  gboolean reset = FALSE;
  FeedStream *stream;

  if (positions != NULL && *positions != '\0')
    {
      entries = sortie_bus_read_feed (self->bus, request->user, positions, SORTIE_HUB_MAX_MISSED,
                                      &reset, &error);
      if (entries == NULL)
        return sortie_response_new_error (error);
    }
  stream = g_new0 (FeedStream, 1);
  stream->user = g_strdup (request->user);
  stream->positions = entries != NULL ? g_strdup (positions) : NULL;
  stream->entries = g_steal_pointer (&entries);
  stream->reset = reset;
  return sortie_response_new_stream (stream, feed_stream_free);
}
