/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-bus"

#include "sortie-feed.h"

#include "sortie-bus-private.h"
#include "sortie-error.h"

#include <string.h>

#define BLOCK_MS 10000
#define BATCH 1000
#define CHECK_US G_USEC_PER_SEC /* how long a gap may go unnoticed */
#define SLOW_US (20 * 1000)     /* who took longer over the last entries may have been overtaken */
#define BACKOFF_FIRST_US (5 * 1000)
#define BACKOFF_LAST_US G_USEC_PER_SEC

typedef struct
{
  char *id;     /* the last entry read, or where reading began; NULL before the first connect */
  gint64 added; /* how many entries the stream had ever got up to there */
} Position;

struct _SortieFeed
{
  SortieBus *bus; /* not owned */
  SortieFeedFunc func;
  gpointer user_data;
  GThread *thread;
  Position *positions; /* a partition each */
  gint64 next_check;   /* monotonic µs */
  gboolean unchecked;  /* something was read since the last check */
  gboolean late;       /* there may be a gap right behind the positions */
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
  g_autoptr (SortieReply) reply = NULL;

  sortie_redis_append (self->redis, command);
  reply = sortie_redis_read (self->redis, error);
  if (reply == NULL ||
      (!sortie_reply_is_error (reply, "ERR no such key") && !sortie_reply_check (reply, error)))
    return NULL;
  return g_steal_pointer (&reply);
}

/* A trimmed stream is read on without a word, so what the stream has ever got is compared with what
 * was read and what is still there. This can be told where all that is there comes after the
 * position, or nothing does. Exact: only entries that are gone make a gap. */
static gboolean
check_position (Position *position, const SortieReply *info)
{
  const char *last = sortie_reply_get_string (sortie_reply_get_field (info, "last-generated-id"));
  const char *first = sortie_reply_get_string (
      sortie_reply_get_element (sortie_reply_get_field (info, "first-entry"), 0));
  gint64 added = sortie_reply_get_int (sortie_reply_get_field (info, "entries-added"), 0);
  gint64 length = sortie_reply_get_int (sortie_reply_get_field (info, "length"), 0);
  gint64 expected;
  gboolean gap;

  if (last == NULL)
    last = "0-0"; /* no feed yet, or no more */
  if (position->id == NULL)
    {
      position->id = g_strdup (last);
      position->added = added;
      return FALSE;
    }
  if (g_str_equal (last, position->id))
    expected = added;
  else if (first == NULL || sortie_stream_id_compare (first, position->id) > 0)
    expected = added - length;
  else
    return FALSE; /* somewhere in its midst: the trimming has not come so far */

  gap = position->added != expected;
  position->added = expected;
  if (sortie_stream_id_compare (last, position->id) < 0)
    {
      g_free (position->id);
      position->id = g_strdup ("0-0");
    }
  return gap;
}

/* Takes up the positions at the first connect, or finds whether something is missing since. */
static gboolean
check_positions (SortieFeed *self, gboolean *gap, GError **error)
{
  for (int partition = 0; partition < self->bus->n_partitions; partition++)
    {
      g_autoptr (SortieReply) info = get_stream_info (self, partition, error);

      if (info == NULL)
        return FALSE;
      if (check_position (&self->positions[partition], info))
        *gap = TRUE;
    }
  self->next_check = g_get_monotonic_time () + CHECK_US;
  self->unchecked = FALSE;
  self->late = FALSE;
  return TRUE;
}

static gboolean
ensure_connected (SortieFeed *self, gboolean *gap, GError **error)
{
  SortieRedis *redis;

  if (self->redis != NULL)
    return TRUE;
  redis = sortie_redis_open (self->bus->url, error);
  if (redis == NULL)
    return FALSE;
  set_redis (self, redis);
  return sortie_redis_log_in (redis, self->bus->url, "sortie-feed", error) &&
         check_positions (self, gap, error);
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
  sortie_command_add_int (command, self->unchecked ? CHECK_US / 1000 : BLOCK_MS);
  sortie_command_add (command, "STREAMS");
  for (int partition = 0; partition < self->bus->n_partitions; partition++)
    {
      g_autofree char *key = sortie_bus_dup_key (self->bus, partition, "feed");
      sortie_command_add (command, key);
    }
  for (int partition = 0; partition < self->bus->n_partitions; partition++)
    sortie_command_add (command, self->positions[partition].id);
  return sortie_redis_call (self->redis, command, error);
}

/* Returns whether there may be more right behind: a reader that lags is the one to be overtaken. */
static gboolean
read_entries (SortieFeed *self, const SortieReply *stream, GPtrArray *entries)
{
  const SortieReply *list = sortie_reply_get_element (stream, 1);
  int partition =
      find_partition (self, sortie_reply_get_string (sortie_reply_get_element (stream, 0)));

  for (gsize i = 0; partition >= 0 && i < sortie_reply_get_length (list); i++)
    {
      Position *position = &self->positions[partition];
      const char *id = sortie_reply_get_string (sortie_reply_get_element (list->element[i], 0));
      SortieFeedEntry *entry = read_entry (partition, list->element[i]);

      if (id != NULL)
        {
          g_free (position->id);
          position->id = g_strdup (id);
          position->added++;
        }
      if (entry != NULL)
        g_ptr_array_add (entries, entry);
    }
  return sortie_reply_get_length (list) == BATCH;
}

/* Hands the entries over, where there are any. Takes them. */
static void
tell (SortieFeed *self, GPtrArray *entries, gboolean gap)
{
  if (entries->len > 0 || gap)
    self->func (entries, gap, self->user_data);
  else
    g_ptr_array_unref (entries);
}

static GPtrArray *
new_entries (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_feed_entry_free);
}

static gboolean
read_once (SortieFeed *self, GError **error)
{
  g_autoptr (SortieReply) reply = NULL;
  GPtrArray *entries;
  gboolean gap = FALSE;
  gint64 began;

  if (!ensure_connected (self, &gap, error) || (self->late && !check_positions (self, &gap, error)))
    return FALSE;
  tell (self, new_entries (), gap);
  reply = read_stream (self, error);
  if (reply == NULL)
    return FALSE;

  began = g_get_monotonic_time ();
  entries = new_entries ();
  for (gsize i = 0; i < sortie_reply_get_length (reply); i++)
    if (read_entries (self, reply->element[i], entries))
      self->late = TRUE;
  self->unchecked = TRUE;
  tell (self, entries, FALSE);
  if (g_get_monotonic_time () - began > SLOW_US)
    self->late = TRUE;

  gap = FALSE;
  if (g_get_monotonic_time () >= self->next_check && !check_positions (self, &gap, error))
    return FALSE;
  tell (self, new_entries (), gap);
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
  self->positions = g_new0 (Position, (gsize) bus->n_partitions);
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
    g_free (self->positions[partition].id);
  g_free (self->positions);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->stopped);
  g_free (self);
}

/* ---- Resuming ---- */

typedef struct
{
  SortieBus *bus;
  const char *user;
  guint limit;
  GPtrArray *entries;
} Resumption;

/* Whether the position is where a partition's feed begins, or one of its entries. */
static gboolean
stands (const SortieReply *reply, const char *after)
{
  const char *first =
      sortie_reply_get_string (sortie_reply_get_element (sortie_reply_get_element (reply, 0), 0));

  return g_str_equal (after, "0-0") || g_strcmp0 (first, after) == 0;
}

static SortieReply *
read_page (SortieBus *bus, const char *key, const char *from, GError **error)
{
  SortieCommand *command = sortie_command_new ("XRANGE", key, from, "+", "COUNT", NULL);

  sortie_command_add_int (command, BATCH);
  return sortie_bus_request (bus, command, error);
}

static gboolean
resume_partition (
    const Resumption *self, int partition, const char *after, gboolean *reset, GError **error)
{
  g_autofree char *key = sortie_bus_dup_key (self->bus, partition, "feed");
  g_autofree char *from = g_strdup (after);
  guint n_kept = 0;
  gsize n;

  do
    {
      g_autoptr (SortieReply) reply = read_page (self->bus, key, from, error);

      if (reply == NULL)
        return FALSE;
      if (*from != '(' && !stands (reply, after))
        *reset = TRUE;
      n = sortie_reply_get_length (reply);
      for (gsize i = 0; i < n && n_kept < self->limit; i++)
        {
          const char *id =
              sortie_reply_get_string (sortie_reply_get_element (reply->element[i], 0));
          SortieFeedEntry *entry = read_entry (partition, reply->element[i]);

          g_free (from);
          from = g_strdup_printf ("(%s", id != NULL ? id : "+");
          if (entry != NULL && entry->wire != NULL && !g_str_equal (entry->id, after) &&
              (*entry->user == '\0' || g_str_equal (entry->user, self->user)))
            {
              g_ptr_array_add (self->entries, entry);
              n_kept++;
            }
          else
            sortie_feed_entry_free (entry);
        }
    }
  while (n == BATCH && n_kept < self->limit);
  return TRUE;
}

/**
 * sortie_bus_read_feed:
 * @bus: the bus
 * @user: whose events
 * @positions: the last ID seen, a partition each, joined by commas
 * @limit: at most so many of each partition; fewer are all that there are
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
  const Resumption resumption = { bus, user, limit, entries };
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
    if (!resume_partition (&resumption, partition, ids[partition], reset, error))
      return NULL;
  return g_steal_pointer (&entries);
}
