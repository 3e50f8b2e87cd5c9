/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-bus"

#include "sortie-fetcher.h"

#include "sortie-bus-private.h"
#include "sortie-error.h"

#define BLOCK_MS 10000 /* below the connection's reply timeout */
#define SHORT_BLOCK_MS 50
#define SETTLED_US (100 * 1000) /* after a failure, a read that blocks for so long has been taken */
#define OVERDUE_US (15 * G_USEC_PER_SEC) /* for a read: that it blocks, and some more */
#define FAIR_ROUNDS 4                    /* every so many rounds no queue is preferred */
#define BACKOFF_FIRST_US (5 * 1000)
#define BACKOFF_LAST_US G_USEC_PER_SEC

typedef struct
{
  char *key;
  int partition;
  int agent;
} Queue;

struct _SortieFetcher
{
  SortieBus *bus; /* not owned */
  char *consumer;
  GPtrArray *queues; /* Queue: the last agents of a plan first, of each agent all partitions */
  guint start;       /* where the next round begins, so that no queue is always first */
  guint rounds;      /* with few free slots */
  gint64 backoff;    /* µs */
  GMutex lock;
  GCond stopped;
  gboolean stopping;
  SortieRedis *redis; /* the reading thread's, but for sortie_fetcher_stop() */
  gboolean failing;   /* no read has been answered since one failed */
  gint64 reading;     /* when the last read was sent, monotonic µs; 0: it failed */
  gboolean broken;    /* a connection was lost, maybe with entries on their way */
};

static void
queue_free (gpointer data)
{
  Queue *queue = data;

  g_free (queue->key);
  g_free (queue);
}

SortieFetcher *
sortie_fetcher_new (SortieBus *bus, const char *consumer, guint agents)
{
  SortieFetcher *self = g_new0 (SortieFetcher, 1);

  self->bus = bus;
  self->consumer = g_strdup (consumer);
  self->backoff = BACKOFF_FIRST_US;
  self->queues = g_ptr_array_new_with_free_func (queue_free);
  for (int agent = SORTIE_N_AGENTS - 1; agent >= 0; agent--)
    for (int partition = 0; partition < bus->n_partitions; partition++)
      if (agents & (1u << agent))
        {
          g_autofree char *suffix = g_strdup_printf ("queue:%s", sortie_agents[agent]);
          Queue *queue = g_new0 (Queue, 1);

          queue->key = sortie_bus_dup_key (bus, partition, suffix);
          queue->partition = partition;
          queue->agent = agent;
          g_ptr_array_add (self->queues, queue);
        }
  g_mutex_init (&self->lock);
  g_cond_init (&self->stopped);
  return self;
}

void
sortie_fetcher_free (SortieFetcher *self)
{
  if (self == NULL)
    return;
  sortie_redis_free (self->redis);
  g_ptr_array_unref (self->queues);
  g_free (self->consumer);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->stopped);
  g_free (self);
}

void
sortie_fetcher_stop (SortieFetcher *self)
{
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  if (self->redis != NULL)
    sortie_redis_wake (self->redis);
  g_cond_broadcast (&self->stopped);
  g_mutex_unlock (&self->lock);
}

gboolean
sortie_fetcher_is_reading (SortieFetcher *self)
{
  gint64 age;
  gboolean fine;

  g_mutex_lock (&self->lock);
  age = g_get_monotonic_time () - self->reading;
  fine = self->reading > 0 && age < OVERDUE_US && (!self->failing || age > SETTLED_US);
  g_mutex_unlock (&self->lock);
  return fine;
}

static void
set_redis (SortieFetcher *self, SortieRedis *redis)
{
  SortieRedis *old;

  g_mutex_lock (&self->lock);
  old = self->redis;
  self->redis = redis;
  self->reading = 0;
  if (redis != NULL && self->stopping)
    sortie_redis_wake (redis);
  g_mutex_unlock (&self->lock);
  sortie_redis_free (old);
}

static void
set_reading (SortieFetcher *self)
{
  g_mutex_lock (&self->lock);
  self->reading = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
}

static void
set_failing (SortieFetcher *self, gboolean failing)
{
  g_mutex_lock (&self->lock);
  self->failing = failing;
  if (failing)
    self->reading = 0;
  g_mutex_unlock (&self->lock);
}

static void
back_off (SortieFetcher *self)
{
  gint64 until = g_get_monotonic_time () + self->backoff;

  g_mutex_lock (&self->lock);
  while (!self->stopping && g_cond_wait_until (&self->stopped, &self->lock, until))
    ;
  g_mutex_unlock (&self->lock);
  self->backoff = MIN (self->backoff * 2, BACKOFF_LAST_US);
}

/* A bare XGROUP CREATE is refused by a full Redis even where the group is there: a worker that comes
 * then could not finish what has been accepted. */
#define CREATE_GROUP                                                                               \
  "#!lua flags=allow-oom\n"                                                                        \
  "return redis.pcall('XGROUP', 'CREATE', KEYS[1], 'agents', '0', 'MKSTREAM')"

/* Groups begin at 0: what was queued before anybody listened is served too. */
static gboolean
create_groups (SortieFetcher *self, GError **error)
{
  for (guint i = 0; i < self->queues->len; i++)
    {
      Queue *queue = g_ptr_array_index (self->queues, i);
      g_autoptr (SortieCommand) command =
          sortie_command_new ("EVAL", CREATE_GROUP, "1", queue->key, NULL);
      g_autoptr (SortieReply) reply = NULL;

      sortie_redis_append (self->redis, command);
      reply = sortie_redis_read (self->redis, error);
      if (reply == NULL)
        return FALSE;
      if (!sortie_reply_is_error (reply, "BUSYGROUP") && !sortie_reply_check (reply, error))
        return FALSE;
    }
  return TRUE;
}

static void
read_entries (Queue *queue, const SortieReply *list, GPtrArray *entries)
{
  for (gsize i = 0; i < sortie_reply_get_length (list); i++)
    {
      const SortieReply *item = list->element[i];
      const SortieReply *fields = sortie_reply_get_element (item, 1);
      const char *mission = sortie_reply_get_string (sortie_reply_get_field (fields, "m"));
      SortieQueueEntry *entry = g_new0 (SortieQueueEntry, 1);

      entry->partition = queue->partition;
      entry->agent = queue->agent;
      entry->entry = g_strdup (sortie_reply_get_string (sortie_reply_get_element (item, 0)));
      entry->mission = g_strdup (mission != NULL ? mission : "");
      entry->step = (int) sortie_reply_get_int (sortie_reply_get_field (fields, "s"), 0);
      g_ptr_array_add (entries, entry);
    }
}

static Queue *
find_queue (SortieFetcher *self, const char *key)
{
  for (guint i = 0; i < self->queues->len; i++)
    {
      Queue *queue = g_ptr_array_index (self->queues, i);

      if (g_strcmp0 (queue->key, key) == 0)
        return queue;
    }
  return NULL;
}

/* What Redis has handed out to this consumer: what was on its way when a connection broke, for which
 * nobody would come before it counts as silent, and what the worker is at. */
static gboolean
read_own (SortieFetcher *self, GPtrArray *entries, GError **error)
{
  for (guint i = 0; i < self->queues->len; i++)
    {
      Queue *queue = g_ptr_array_index (self->queues, i);
      g_autoptr (SortieCommand) command =
          sortie_command_new ("XREADGROUP", "GROUP", "agents", self->consumer, "STREAMS",
                              queue->key, "0", NULL);
      g_autoptr (SortieReply) reply = sortie_redis_call (self->redis, command, error);

      if (reply == NULL)
        return FALSE;
      if (sortie_reply_get_length (reply) > 0)
        read_entries (queue, sortie_reply_get_element (reply->element[0], 1), entries);
    }
  return TRUE;
}

static gboolean
ensure_connected (SortieFetcher *self, GPtrArray *entries, GError **error)
{
  SortieRedis *redis;

  if (self->redis != NULL)
    return TRUE;
  redis = sortie_redis_open (self->bus->url, error);
  if (redis == NULL)
    return FALSE;
  set_redis (self, redis);
  if (!sortie_redis_log_in (redis, self->bus->url, "sortie-fetch", error) ||
      !create_groups (self, error) || (self->broken && !read_own (self, entries, error)))
    return FALSE;
  self->broken = FALSE;
  return TRUE;
}

/* One XREADGROUP over `n` queues from the one at `first` on, at most `count` entries each. */
static gboolean
read_once (SortieFetcher *self,
           guint first,
           guint n,
           guint count,
           int block_ms,
           GPtrArray *entries,
           GError **error)
{
  g_autoptr (SortieCommand) command =
      sortie_command_new ("XREADGROUP", "GROUP", "agents", self->consumer, "COUNT", NULL);
  g_autoptr (SortieReply) reply = NULL;

  sortie_command_add_int (command, count);
  if (block_ms > 0)
    {
      sortie_command_add (command, "BLOCK");
      sortie_command_add_int (command, block_ms);
    }
  sortie_command_add (command, "STREAMS");
  for (guint i = 0; i < n; i++)
    {
      Queue *queue = g_ptr_array_index (self->queues, (first + i) % self->queues->len);
      sortie_command_add (command, queue->key);
    }
  for (guint i = 0; i < n; i++)
    sortie_command_add (command, ">");

  set_reading (self);
  sortie_redis_append (self->redis, command);
  reply = sortie_redis_read (self->redis, error);
  if (reply == NULL)
    return FALSE;
  if (sortie_reply_is_error (reply, "NOGROUP"))
    {
      g_message ("A queue has lost its group; it is made again"); /* no caller has this error */
      return create_groups (self, error);
    }
  if (!sortie_reply_check (reply, error))
    return FALSE;
  for (gsize i = 0; i < sortie_reply_get_length (reply); i++)
    {
      const char *key = sortie_reply_get_string (sortie_reply_get_element (reply->element[i], 0));
      Queue *queue = find_queue (self, key);

      if (queue != NULL)
        read_entries (queue, sortie_reply_get_element (reply->element[i], 1), entries);
    }
  return TRUE;
}

/* Which queue comes at place `i` of a round over all of them, one by one. Mostly those that end
 * missions come before those that begin some: else, with many missions at once, each would be done
 * only when all are. In some rounds each queue has its turn to be the first. */
static guint
choose (SortieFetcher *self, guint i)
{
  guint n_partitions = (guint) self->bus->n_partitions;

  if (self->rounds % FAIR_ROUNDS == 0)
    return (self->start + i) % self->queues->len;
  return i / n_partitions * n_partitions + (self->start + i) % n_partitions;
}

/* COUNT counts per stream, so a read that names n queues needs n free slots. With fewer, the queues
 * are read one by one without blocking, then a few of them for a short while. */
static gboolean
read_within (SortieFetcher *self, guint budget, GPtrArray *entries, GError **error)
{
  guint n = self->queues->len;
  gboolean alive;

  if (budget >= n)
    {
      alive = read_once (self, self->start, n, budget / n, BLOCK_MS, entries, error);
      self->start = (self->start + 1) % n;
      return alive;
    }
  self->rounds++;
  for (guint i = 0; i < n && entries->len < budget; i++)
    if (!read_once (self, choose (self, i), 1, budget - entries->len, 0, entries, error))
      return FALSE;
  if (self->rounds % FAIR_ROUNDS == 0)
    self->start = (self->start + 1) % n;
  if (entries->len > 0)
    return TRUE;
  alive = read_once (self, self->start, budget, 1, SHORT_BLOCK_MS, entries, error);
  self->start = (self->start + budget) % n;
  return alive;
}

/* What the workers will need, for all entries at once, while nobody waits for it yet. An entry whose
 * record could not be read is the worker's own business: it has been fetched. */
static gboolean
read_records (SortieFetcher *self, GPtrArray *entries, GError **error)
{
  for (guint i = 0; i < entries->len; i++)
    {
      g_autoptr (SortieCommand) command =
          sortie_bus_new_work_command (self->bus, g_ptr_array_index (entries, i));

      sortie_redis_append (self->redis, command);
    }
  for (guint i = 0; i < entries->len; i++)
    {
      SortieQueueEntry *entry = g_ptr_array_index (entries, i);
      g_autoptr (SortieReply) reply = sortie_redis_read (self->redis, error);

      if (reply == NULL)
        return FALSE;
      entry->record = sortie_mission_record_new_from_work (entry, reply);
    }
  return TRUE;
}

static gboolean
is_stopping (SortieFetcher *self)
{
  gboolean stopping;

  g_mutex_lock (&self->lock);
  stopping = self->stopping;
  g_mutex_unlock (&self->lock);
  return stopping;
}

/**
 * sortie_fetcher_read:
 * @self: a fetcher
 * @budget: free slots, at least 1: no more entries than this are fetched
 *
 * Blocks until there is something, for some seconds at most, or until the fetcher is stopped. Where
 * Redis is away it keeps trying.
 *
 * After a lost connection these are all that this consumer holds, also what was returned before.
 *
 * Returns: (transfer full) (element-type SortieQueueEntry): possibly none
 */
GPtrArray *
sortie_fetcher_read (SortieFetcher *self, guint budget)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_queue_entry_free);
  g_autoptr (GError) error = NULL;

  if (self->queues->len == 0 || budget == 0 || is_stopping (self))
    return entries;
  if (ensure_connected (self, entries, &error) &&
      (entries->len > 0 || read_within (self, budget, entries, &error)) &&
      read_records (self, entries, &error))
    {
      self->backoff = BACKOFF_FIRST_US;
      set_failing (self, FALSE);
    }
  else
    {
      g_debug ("fetching: %s", error->message);
      set_redis (self, NULL);
      self->broken = TRUE;
      set_failing (self, TRUE);
      back_off (self);
    }
  return entries;
}
