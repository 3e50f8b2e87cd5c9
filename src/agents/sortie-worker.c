/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-worker.h"

#include "sortie-fetcher.h"
#include "sortie-step-output.h"
#include "sortie-step-pool.h"

#include <malloc.h>

#define WATCH_US (10 * 1000)
/* Finished steps whose commit Redis has not answered; they hold no slot. */
#define MAX_COMMITS 256
#define LEASE_US (SORTIE_BUS_IDLE_LIMIT_MS / 3 * 1000)
#define LEASE_RETRY_US (50 * 1000) /* while nothing is fetched */

const SortieAgent sortie_deterministic_agents[SORTIE_N_AGENTS] = {
  { SORTIE_AGENT_PLANNER, sortie_planner_run, NULL },
  { SORTIE_AGENT_RETRIEVER, sortie_retriever_run, NULL },
  { SORTIE_AGENT_ANALYZER, sortie_analyzer_run, NULL },
  { SORTIE_AGENT_WRITER, sortie_writer_run, NULL },
};

struct _SortieWorker
{
  SortieWorkerOptions options;
  char *consumer;
  guint agents; /* a bit each */
  SortieFetcher *fetcher;
  SortieStepPool *pool;
  GThread *fetching;
  GThread *watching;
  int stopping; /* atomic */
  GMutex lock;
  GCond changed;       /* a slot is free, or the worker stops */
  GCond watched;       /* there is something to watch, or the worker stops */
  GPtrArray *active;   /* SortieStepRun: fetched and not yet committed */
  guint n_taken;       /* slots: entries fetched and not processed */
  gboolean waiting;    /* somebody waits for `changed` */
  gboolean watch_ends; /* nothing will run any more */
};

/* Under the lock, but not when it returns. */
static void
unlock_and_tell (SortieWorker *self)
{
  gboolean waiting = self->waiting;

  g_mutex_unlock (&self->lock);
  if (waiting)
    g_cond_broadcast (&self->changed);
}

/* Nothing of the run is under way any more. */
static void
settled_cb (SortieStepRun *run, gpointer user_data)
{
  SortieWorker *self = user_data;

  g_mutex_lock (&self->lock);
  g_ptr_array_remove_fast (self->active, run);
  unlock_and_tell (self);
  sortie_step_run_unref (run);
}

/* Process one entry, on a thread of the pool. */
static void
process_cb (SortieStepRun *run, gpointer user_data)
{
  SortieWorker *self = user_data;

  sortie_step_run_process (run);

  g_mutex_lock (&self->lock);
  self->n_taken--;
  unlock_and_tell (self);
}

/* Under the lock: waits for a change, until a monotonic time or, with 0, for ever. */
static gboolean
wait_for_change (SortieWorker *self, gint64 until)
{
  gboolean in_time = TRUE;

  self->waiting = TRUE;
  if (until > 0)
    in_time = g_cond_wait_until (&self->changed, &self->lock, until);
  else
    g_cond_wait (&self->changed, &self->lock);
  self->waiting = FALSE;
  return in_time;
}

/* What the steps have left behind, mostly freed memory that malloc keeps, is given back: an idle
 * worker is to be small. */
static void
rest_cb (gpointer user_data)
{
  SortieWorker *self = user_data;

  if (self->options.library != NULL)
    sortie_library_trim (self->options.library);
  malloc_trim (0);
}

/* Under the lock. A full worker fetches nothing, and is none the worse. */
static gboolean
is_full (SortieWorker *self)
{
  return self->n_taken >= (guint) self->options.concurrency ||
         self->active->len >= (guint) self->options.concurrency + MAX_COMMITS;
}

gboolean
sortie_worker_is_consuming (SortieWorker *self)
{
  gboolean full;

  if (g_atomic_int_get (&self->stopping) != SORTIE_STOPPING_NOT)
    return FALSE;
  g_mutex_lock (&self->lock);
  full = is_full (self);
  g_mutex_unlock (&self->lock);
  return full || sortie_fetcher_is_reading (self->fetcher);
}

/* The free slots; waits for one. 0: the worker stops. */
static guint
wait_for_slot (SortieWorker *self)
{
  guint slots;

  g_mutex_lock (&self->lock);
  while (is_full (self) && g_atomic_int_get (&self->stopping) == SORTIE_STOPPING_NOT)
    wait_for_change (self, 0);
  slots = (guint) self->options.concurrency - self->n_taken;
  g_mutex_unlock (&self->lock);
  return g_atomic_int_get (&self->stopping) == SORTIE_STOPPING_NOT ? slots : 0;
}

/* Under the lock. */
static gboolean
has_taken (SortieWorker *self, const SortieQueueEntry *entry)
{
  for (guint i = 0; i < self->active->len; i++)
    if (sortie_step_run_is_of (g_ptr_array_index (self->active, i), entry))
      return TRUE;
  return FALSE;
}

/* Turns the entries into runs. A consumer group that was lost and made again hands out anew what has
 * been handed out: an entry that is worked on here already is left out. */
static void
take (SortieWorker *self, const SortieStepContext *context, GPtrArray *entries)
{
  g_autoptr (GPtrArray) taken = g_ptr_array_copy (entries, NULL, NULL);

  g_ptr_array_set_free_func (taken, NULL);
  g_ptr_array_set_free_func (entries, NULL);
  g_ptr_array_set_size (entries, 0);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < taken->len; i++)
    {
      SortieQueueEntry *entry = g_ptr_array_index (taken, i);

      if (has_taken (self, entry))
        {
          sortie_queue_entry_free (entry);
          continue;
        }
      g_ptr_array_add (entries, sortie_step_run_new (context, entry));
      g_ptr_array_add (self->active, g_ptr_array_index (entries, entries->len - 1));
    }
  self->n_taken += entries->len;
  if (entries->len > 0 && self->active->len == entries->len)
    g_cond_signal (&self->watched);
  g_mutex_unlock (&self->lock);
}

/* The worker loop: fetch → process; the commit at the end of processing is the ack. */
static gpointer
fetch_thread (gpointer data)
{
  SortieWorker *self = data;
  SortieStepContext context = { &self->options, self->consumer, &self->stopping, settled_cb, self };
  guint slots;

  while ((slots = wait_for_slot (self)) > 0)
    {
      g_autoptr (GPtrArray) entries = sortie_fetcher_read (self->fetcher, slots);

      take (self, &context, entries);
      sortie_step_pool_push (self->pool, entries);
    }
  return NULL;
}

/* What runs at this moment; outside the lock, since watching may wait for Redis. */
static GPtrArray *
dup_active (SortieWorker *self)
{
  GPtrArray *runs = g_ptr_array_sized_new (self->active->len);

  for (guint i = 0; i < self->active->len; i++)
    g_ptr_array_add (runs, sortie_step_run_ref (g_ptr_array_index (self->active, i)));
  return runs;
}

static void
watch_all (GPtrArray *runs, gint64 now)
{
  for (guint i = 0; i < runs->len; i++)
    {
      SortieStepRun *run = g_ptr_array_index (runs, i);

      sortie_step_run_watch (run, now);
      sortie_step_run_unref (run);
    }
  g_ptr_array_unref (runs);
}

/* The lease says that the worker takes steps, so one that takes none lets it run out. Returns when to
 * come again, in µs. While it ends it lives. */
static gint64
announce (SortieWorker *self)
{
  if (g_atomic_int_get (&self->stopping) == SORTIE_STOPPING_NOT &&
      !sortie_worker_is_consuming (self))
    return LEASE_RETRY_US;
  sortie_bus_announce_worker (self->options.bus, self->consumer, self->agents, NULL);
  return LEASE_US;
}

/* Watches the running steps: while there are some every few milliseconds, else only for the lease. */
static gpointer
watch_thread (gpointer data)
{
  SortieWorker *self = data;
  gint64 next_lease = 0;

  g_mutex_lock (&self->lock);
  while (!self->watch_ends)
    {
      gint64 now = g_get_monotonic_time ();
      GPtrArray *runs = dup_active (self);

      g_mutex_unlock (&self->lock);
      if (now >= next_lease)
        {
          next_lease = now + announce (self);
        }
      watch_all (runs, now);
      g_mutex_lock (&self->lock);
      if (!self->watch_ends)
        g_cond_wait_until (&self->watched, &self->lock,
                           self->active->len > 0 ? now + WATCH_US : next_lease);
    }
  g_mutex_unlock (&self->lock);
  return NULL;
}

/**
 * sortie_worker_new:
 * @options: how; copied
 *
 * Returns: (transfer full): a worker that has begun to work
 */
SortieWorker *
sortie_worker_new (const SortieWorkerOptions *options)
{
  SortieWorker *self = g_new0 (SortieWorker, 1);

  self->options = *options;
  if (self->options.concurrency <= 0)
    self->options.concurrency = SORTIE_WORKER_DEFAULT_CONCURRENCY;
  for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
    if (options->agents[agent].func != NULL)
      self->agents |= 1u << agent;
  self->consumer = g_uuid_string_random ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_cond_init (&self->watched);
  self->active = g_ptr_array_new ();
  self->fetcher = sortie_fetcher_new (options->bus, self->consumer, self->agents);
  self->pool = sortie_step_pool_new ((guint) self->options.concurrency, process_cb, rest_cb, self);
  self->watching = g_thread_new ("sortie-watch", watch_thread, self);
  self->fetching = g_thread_new ("sortie-fetch", fetch_thread, self);
  return self;
}

void
sortie_worker_stop (SortieWorker *self, gint64 grace)
{
  gint64 until = g_get_monotonic_time () + grace;

  if (self->fetching == NULL)
    return;
  g_mutex_lock (&self->lock);
  g_atomic_int_set (&self->stopping, SORTIE_STOPPING_DRAINING);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  sortie_fetcher_stop (self->fetcher);
  g_thread_join (g_steal_pointer (&self->fetching));

  g_mutex_lock (&self->lock);
  while ((self->n_taken > 0 || self->active->len > 0) && wait_for_change (self, until))
    ;
  g_atomic_int_set (&self->stopping, SORTIE_STOPPING_HANDING_BACK);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->pool, sortie_step_pool_free);

  g_mutex_lock (&self->lock);
  while (self->active->len > 0) /* until Redis has answered or the bus is stopped */
    wait_for_change (self, 0);
  self->watch_ends = TRUE;
  g_cond_broadcast (&self->watched);
  g_mutex_unlock (&self->lock);
  g_thread_join (g_steal_pointer (&self->watching));
  sortie_bus_forget_worker (self->options.bus, self->consumer, NULL);
}

void
sortie_worker_free (SortieWorker *self)
{
  if (self == NULL)
    return;
  sortie_worker_stop (self, 0);
  sortie_fetcher_free (self->fetcher);
  g_ptr_array_unref (self->active);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_cond_clear (&self->watched);
  g_free (self->consumer);
  g_free (self);
}

guint
sortie_worker_get_n_active (SortieWorker *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->n_taken;
  g_mutex_unlock (&self->lock);
  return n;
}
