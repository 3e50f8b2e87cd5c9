/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-bus"

#include "sortie-feed.h"

#include "sortie-bus-private.h"
#include "sortie-error.h"

#include <string.h>

#define BLOCK_MS 10000
#define BATCH 1000
#define BACKOFF_FIRST_US (5 * 1000)
#define BACKOFF_LAST_US G_USEC_PER_SEC

struct _SortieFeed
{
  SortieBus *bus; /* not owned */
  SortieFeedFunc func;
  gpointer user_data;
  GThread *thread;
  char **positions; /* the last ID read, a partition each; NULL before the first connect */
  GMutex lock;
  GCond stopped;
  gboolean stopping;
  SortieRedis *redis; /* the thread's, but for sortie_feed_free() */
};

void
sortie_feed_entry_free (SortieFeedEntry *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->user);
  g_free (self->mission);
  g_free (self->wire);
  g_free (self);
}

static char *
dup_field (const SortieReply *fields, const char *name)
{
  const char *text = sortie_reply_get_string (sortie_reply_get_field (fields, name));

  return g_strdup (text != NULL ? text : "");
}

/* Type comes first in a body, so looking at its start is exact. */
#define CHUNK_PREFIX "{\"type\":\"partial_output\""
#define DONE_PREFIX "{\"type\":\"done\""

static SortieFeedEntry *
read_entry (int partition, const SortieReply *item)
{
  const char *id = sortie_reply_get_string (sortie_reply_get_element (item, 0));
  const SortieReply *fields = sortie_reply_get_element (item, 1);
  const SortieReply *body = sortie_reply_get_field (fields, "e");
  SortieFeedEntry *entry;

  if (id == NULL || sortie_reply_get_string (body) == NULL)
    return NULL;
  entry = g_new0 (SortieFeedEntry, 1);
  entry->partition = partition;
  entry->id = g_strdup (id);
  entry->user = dup_field (fields, "u");
  entry->mission = dup_field (fields, "m");
  entry->done = g_str_has_prefix (body->str, DONE_PREFIX);
  if (!g_str_has_prefix (body->str, CHUNK_PREFIX))
    entry->wire = sortie_event_body_to_wire (body->str, body->len, NULL, 0,
                                             *entry->mission != '\0' ? entry->mission : NULL,
                                             g_ascii_strtoll (id, NULL, 10));
  return entry;
}

static void
set_redis (SortieFeed *self, SortieRedis *redis)
{
  SortieRedis *old;

  g_mutex_lock (&self->lock);
  old = self->redis;
  self->redis = redis;
  if (redis != NULL && self->stopping)
    sortie_redis_wake (redis);
  g_mutex_unlock (&self->lock);
  sortie_redis_free (old);
}

static gboolean
wait_for (SortieFeed *self, gint64 microseconds)
{
  gint64 until = g_get_monotonic_time () + microseconds;
  gboolean stopping;

  g_mutex_lock (&self->lock);
  while (!self->stopping && g_cond_wait_until (&self->stopped, &self->lock, until))
    ;
  stopping = self->stopping;
  g_mutex_unlock (&self->lock);
  return stopping;
}

static SortieReply *
get_stream_info (SortieFeed *self, int partition, GError **error)
{
  g_autofree char *key = sortie_bus_dup_key (self->bus, partition, "feed");
  g_autoptr (SortieCommand) command = sortie_command_new ("XINFO", "STREAM", key, NULL);

  sortie_redis_append (self->redis, command);
  return sortie_redis_read (self->redis, error);
}

/* Takes up the position of every partition, at the first connect, or finds after a pause whether the
 * feed was trimmed or flushed beyond it: a trimmed stream is read on without a word. */
static gboolean
check_positions (SortieFeed *self, gboolean *gap, GError **error)
{
  for (int partition = 0; partition < self->bus->n_partitions; partition++)
    {
      g_autoptr (SortieReply) info = get_stream_info (self, partition, error);
      const char *last, *first;
      const SortieReply *entry;

      if (info == NULL)
        return FALSE;
      last = sortie_reply_get_string (sortie_reply_get_field (info, "last-generated-id"));
      entry = sortie_reply_get_field (info, "first-entry");
      first = sortie_reply_get_string (sortie_reply_get_element (entry, 0));
      if (last == NULL)
        last = "0-0"; /* no feed yet */
      if (self->positions[partition] == NULL)
        self->positions[partition] = g_strdup (last);
      else if (sortie_stream_id_compare (last, self->positions[partition]) < 0)
        {
          *gap = TRUE;
          g_free (self->positions[partition]);
          self->positions[partition] = g_strdup ("0-0");
        }
      else if (first != NULL && sortie_stream_id_compare (first, self->positions[partition]) > 0)
        *gap = TRUE;
    }
  return TRUE;
}

static gboolean
ensure_connected (SortieFeed *self, gboolean *gap, GError **error)
{
  SortieRedis *redis;

  if (self->redis != NULL)
    return TRUE;
  redis = sortie_redis_connect (self->bus->url, "sortie-feed", error);
  if (redis == NULL)
    return FALSE;
  set_redis (self, redis);
  return check_positions (self, gap, error);
}

static int
find_partition (SortieFeed *self, const char *key)
{
  for (int partition = 0; partition < self->bus->n_partitions; partition++)
    {
      g_autofree char *own = sortie_bus_dup_key (self->bus, partition, "feed");

      if (g_strcmp0 (own, key) == 0)
        return partition;
    }
  return -1;
}

static SortieReply *
read_stream (SortieFeed *self, GError **error)
{
  g_autoptr (SortieCommand) command = sortie_command_new ("XREAD", "COUNT", NULL);

  sortie_command_add_int (command, BATCH);
  sortie_command_add (command, "BLOCK");
  sortie_command_add_int (command, BLOCK_MS);
  sortie_command_add (command, "STREAMS");
  for (int partition = 0; partition < self->bus->n_partitions; partition++)
    {
      g_autofree char *key = sortie_bus_dup_key (self->bus, partition, "feed");
      sortie_command_add (command, key);
    }
  for (int partition = 0; partition < self->bus->n_partitions; partition++)
    sortie_command_add (command, self->positions[partition]);
  return sortie_redis_call (self->redis, command, error);
}

static gboolean
read_once (SortieFeed *self, GError **error)
{
  GPtrArray *entries;
  g_autoptr (SortieReply) reply = NULL;
  gboolean gap = FALSE, full = FALSE;

  if (!ensure_connected (self, &gap, error))
    return FALSE;
  if (gap)
    self->func (g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_feed_entry_free), TRUE,
                self->user_data);
  reply = read_stream (self, error);
  if (reply == NULL)
    return FALSE;
  entries = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_feed_entry_free);
  for (gsize i = 0; i < sortie_reply_get_length (reply); i++)
    {
      const SortieReply *stream = reply->element[i];
      int partition =
          find_partition (self, sortie_reply_get_string (sortie_reply_get_element (stream, 0)));
      const SortieReply *list = sortie_reply_get_element (stream, 1);

      for (gsize k = 0; partition >= 0 && k < sortie_reply_get_length (list); k++)
        {
          SortieFeedEntry *entry = read_entry (partition, list->element[k]);

          if (entry == NULL)
            continue;
          g_free (self->positions[partition]);
          self->positions[partition] = g_strdup (entry->id);
          g_ptr_array_add (entries, entry);
        }
      full = full || sortie_reply_get_length (list) == BATCH;
    }
  gap = FALSE;
  /* Only a reader that lags by whole batches can be overtaken by the trimming. */
  if (full && !check_positions (self, &gap, error))
    {
      g_ptr_array_unref (entries);
      return FALSE;
    }
  self->func (entries, gap, self->user_data);
  return TRUE;
}

static gpointer
feed_thread (gpointer data)
{
  SortieFeed *self = data;
  gint64 backoff = BACKOFF_FIRST_US;

  while (!wait_for (self, 0))
    {
      g_autoptr (GError) error = NULL;

      if (read_once (self, &error))
        {
          backoff = BACKOFF_FIRST_US;
          continue;
        }
      g_debug ("feed: %s", error->message);
      set_redis (self, NULL);
      if (wait_for (self, backoff))
        break;
      backoff = MIN (backoff * 2, BACKOFF_LAST_US);
    }
  return NULL;
}

SortieFeed *
sortie_feed_new (SortieBus *bus, SortieFeedFunc func, gpointer user_data)
{
  SortieFeed *self = g_new0 (SortieFeed, 1);

  self->bus = bus;
  self->func = func;
  self->user_data = user_data;
  self->positions = g_new0 (char *, (gsize) bus->n_partitions + 1);
  g_mutex_init (&self->lock);
  g_cond_init (&self->stopped);
  self->thread = g_thread_new ("sortie-feed", feed_thread, self);
  return self;
}

void
sortie_feed_free (SortieFeed *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  if (self->redis != NULL)
    sortie_redis_wake (self->redis);
  g_cond_broadcast (&self->stopped);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  sortie_redis_free (self->redis);
  for (int partition = 0; partition < self->bus->n_partitions; partition++)
    g_free (self->positions[partition]);
  g_free (self->positions);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->stopped);
  g_free (self);
}

/* ---- Resuming ---- */

static gboolean
read_partition (SortieBus *bus,
                int partition,
                const char *user,
                const char *after,
                guint limit,
                GPtrArray *entries,
                gboolean *reset,
                GError **error)
{
  g_autofree char *key = sortie_bus_dup_key (bus, partition, "feed");
  SortieCommand *command = sortie_command_new ("XRANGE", key, after, "+", "COUNT", NULL);
  g_autoptr (SortieReply) reply = NULL;
  const char *first;

  sortie_command_add_int (command, limit);
  reply = sortie_bus_request (bus, command, error);
  if (reply == NULL)
    return FALSE;
  first =
      sortie_reply_get_string (sortie_reply_get_element (sortie_reply_get_element (reply, 0), 0));
  if (!g_str_equal (after, "0-0") && g_strcmp0 (first, after) != 0)
    *reset = TRUE;
  for (gsize i = 0; i < sortie_reply_get_length (reply); i++)
    {
      SortieFeedEntry *entry = read_entry (partition, reply->element[i]);

      if (entry != NULL && entry->wire != NULL && !g_str_equal (entry->id, after) &&
          (*entry->user == '\0' || g_str_equal (entry->user, user)))
        g_ptr_array_add (entries, entry);
      else
        sortie_feed_entry_free (entry);
    }
  return TRUE;
}

/**
 * sortie_bus_read_feed:
 * @bus: the bus
 * @user: whose events
 * @positions: the last ID seen, a partition each, joined by commas
 * @limit: how many entries are looked at in each partition
 * @reset: (out): set where a position is gone, so that something may have been missed
 * @error: INVALID for positions that are none, UNAVAILABLE
 *
 * Returns: (transfer full) (element-type SortieFeedEntry): what came after, chunks left out
 */
GPtrArray *
sortie_bus_read_feed (SortieBus *bus,
                      const char *user,
                      const char *positions,
                      guint limit,
                      gboolean *reset,
                      GError **error)
{
  g_auto (GStrv) ids = g_strsplit (positions, ",", SORTIE_BUS_MAX_PARTITIONS + 1);
  g_autoptr (GPtrArray) entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_feed_entry_free);
  gboolean valid = (int) g_strv_length (ids) == bus->n_partitions;

  for (gsize i = 0; valid && ids[i] != NULL; i++)
    valid = sortie_stream_id_is_valid (ids[i]);
  if (!valid)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "“Last-Event-ID” is none of this feed's");
      return NULL;
    }
  *reset = FALSE;
  for (int partition = 0; partition < bus->n_partitions; partition++)
    if (!read_partition (bus, partition, user, ids[partition], limit, entries, reset, error))
      return NULL;
  return g_steal_pointer (&entries);
}
