/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-bus"

#include "sortie-janitor.h"

#include "sortie-bus-private.h"
#include "sortie-error.h"

#include <string.h>

#define TICK_US G_USEC_PER_SEC
/* Between notes of the time, well below the longest pause: each one is a write to the append-only
 * file, and synced to the disk, also where nothing goes on. */
#define NOTE_US (4 * G_USEC_PER_SEC)
#define BUSY_TICK_US (20 * 1000) /* while missions wait for a place */
#define SHORTEST_PAUSE_US (5 * 1000)
#define LONGEST_PAUSE_MS 10000 /* between ticks; a longer one is not time in which the system ran */
#define CLOCK_JUMP_US (5 * G_USEC_PER_SEC)
#define RECLAIM_EVERY_US (5 * G_USEC_PER_SEC)
#define TIDY_EVERY_US (600 * G_USEC_PER_SEC)
#define CONSUMER_IDLE_MS (3600 * 1000)
#define BATCH 100

struct _SortieJanitor
{
  SortieBus *bus; /* not owned */
  SortieRetryPolicy policy;
  GThread *thread;
  GMutex lock;
  GCond stopped;
  gboolean stopping;
  gint64 patient_until; /* monotonic µs: nothing is reclaimed or expired before */
  gint64 next_tick;     /* monotonic µs */
  gint64 next_reclaim;  /* monotonic µs */
  gint64 next_tidying;  /* monotonic µs */
  gint64 last_look;     /* at the clocks, monotonic µs; 0 before the first */
  gint64 ahead;         /* how far Redis's wall clock is ahead of ours, µs */
  gint64 last_time;     /* what the wall clock said then, µs */
};

static gboolean
wait_for (SortieJanitor *self, gint64 microseconds)
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

static void
be_patient (SortieJanitor *self)
{
  self->patient_until = g_get_monotonic_time () + SORTIE_BUS_IDLE_LIMIT_MS * 1000;
}

/* The monotonic clock stands still while the machine sleeps, the wall clock does not. */
static void
watch_clocks (SortieJanitor *self)
{
  gint64 monotonic = g_get_monotonic_time ();
  gint64 wall = g_get_real_time ();

  if (self->last_look > 0 &&
      ABS ((wall - self->last_time) - (monotonic - self->last_look)) > CLOCK_JUMP_US)
    be_patient (self);
  self->last_look = monotonic;
  self->last_time = wall;
}

/* The members of one sorted set that are due, as the janitor's work list. */
static GStrv
list_due (SortieBus *bus, int partition, const char *set, gint64 until, GError **error)
{
  g_autofree char *key = sortie_bus_dup_key (bus, partition, set);
  g_autofree char *top = g_strdup_printf ("%" G_GINT64_FORMAT, until);
  g_autofree char *count = g_strdup_printf ("%d", BATCH);
  g_autoptr (SortieReply) reply =
      sortie_bus_request (bus,
                          sortie_command_new ("ZRANGEBYSCORE", key, "-inf", top, "LIMIT", "0",
                                              count, NULL),
                          error);
  GStrvBuilder *builder;
  GStrv members;

  if (reply == NULL)
    return NULL;
  builder = g_strv_builder_new ();
  for (gsize i = 0; i < sortie_reply_get_length (reply); i++)
    g_strv_builder_add (builder, reply->element[i]->str);
  members = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return members;
}

typedef gboolean (*ServeFunc) (SortieBus *bus, const char *member, GError **error);

/* Serves what is due in one sorted set. What Redis itself refuses, such as a mission whose keys were
 * tampered with, is passed over: it must not keep the others waiting. */
static gboolean
serve_due (
    SortieBus *bus, int partition, const char *set, gint64 now, ServeFunc serve, GError **error)
{
  g_auto (GStrv) due = list_due (bus, partition, set, now, error);

  for (gsize i = 0; due != NULL && due[i] != NULL; i++)
    {
      g_autoptr (GError) local = NULL;

      if (serve (bus, due[i], &local))
        continue;
      if (!g_error_matches (local, SORTIE_ERROR, SORTIE_ERROR_FAILED))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      g_debug ("janitor: %s in %s: %s", due[i], set, local->message);
    }
  return due != NULL;
}

/* A retry is due: `member` is MISSION:STEP. */
static gboolean
fire (SortieBus *bus, const char *member, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (member, ":", 2);
  g_autoptr (SortieReply) reply = NULL;
  SortieCommand *command;

  if (g_strv_length (parts) != 2)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "“%s” is no step", member);
      return FALSE;
    }
  command = sortie_bus_new_script (bus, SORTIE_SCRIPT_FIRE, parts[0], NULL);
  sortie_command_add (command, parts[1]);
  reply = sortie_bus_request (bus, command, error);
  return reply != NULL;
}

static gboolean
expire (SortieBus *bus, const char *mission, GError **error)
{
  g_autoptr (SortieEvent) done =
      sortie_bus_new_done (SORTIE_MISSION_FAILED, "The mission failed: it ran past its deadline.");
  g_autofree char *body = sortie_event_to_body (done);
  SortieCommand *command = sortie_bus_new_script (bus, SORTIE_SCRIPT_END, mission, NULL);
  g_autoptr (SortieReply) reply = NULL;

  sortie_command_add (command, "expire");
  sortie_command_add (command, sortie_mission_state_to_string (SORTIE_MISSION_FAILED));
  sortie_event_batch_append (NULL, command);
  sortie_command_add (command, body);
  reply = sortie_bus_request (bus, command, error);
  return reply != NULL;
}

/* Admits in the order of the start tags until the places are taken. */
static gboolean
admit_waiting (SortieJanitor *self, int partition, gboolean *busy, GError **error)
{
  g_auto (GStrv) waiting = list_due (self->bus, partition, "waiting", G_MAXINT64, error);

  if (waiting == NULL)
    return FALSE;
  *busy = *busy || waiting[0] != NULL;
  for (gsize i = 0; waiting[i] != NULL; i++)
    {
      SortieCommand *command =
          sortie_bus_new_script (self->bus, SORTIE_SCRIPT_ADMIT, waiting[i], NULL);
      g_autoptr (SortieReply) reply = NULL;

      sortie_command_add_int (command, self->bus->max_running);
      reply = sortie_bus_request (self->bus, command, error);
      if (reply == NULL)
        return FALSE;
      if (g_strcmp0 (sortie_reply_get_string (reply), "full") == 0)
        break;
    }
  return TRUE;
}

static gboolean
tick_partition (SortieJanitor *self, int partition, GError **error)
{
  g_autofree char *tick = sortie_bus_dup_key (self->bus, partition, "tick");
  g_autofree char *deadlines = sortie_bus_dup_key (self->bus, partition, "deadlines");
  SortieCommand *command = sortie_command_new_script (SORTIE_SCRIPT_TICK, SORTIE_BUS_N_SHARED_KEYS);
  g_autoptr (SortieReply) reply = NULL;

  /* The script's keys by their places: the time of the last tick is the first, deadlines the
   * seventh; it touches no other. */
  for (int i = 0; i < SORTIE_BUS_N_SHARED_KEYS; i++)
    sortie_command_add (command, i == 6 ? deadlines : tick);
  sortie_command_add (command, "");
  sortie_command_add_int (command, LONGEST_PAUSE_MS);
  reply = sortie_bus_request (self->bus, command, error);
  if (reply == NULL)
    return FALSE;
  if (sortie_reply_get_int (reply, 0) > 0)
    be_patient (self);
  return TRUE;
}

static gboolean
tick (SortieJanitor *self, GError **error)
{
  if (g_get_monotonic_time () < self->next_tick)
    return TRUE;
  for (int partition = 0; partition < self->bus->n_partitions; partition++)
    if (!tick_partition (self, partition, error))
      return FALSE;
  self->next_tick = g_get_monotonic_time () + NOTE_US;
  return TRUE;
}

/* Redis's wall clock, ms. */
static gboolean
get_time (SortieBus *bus, gint64 *now, GError **error)
{
  g_autoptr (SortieReply) time = sortie_bus_request (bus, sortie_command_new ("TIME", NULL), error);

  if (time == NULL)
    return FALSE;
  *now = sortie_reply_get_int (sortie_reply_get_element (time, 0), 0) * 1000 +
         sortie_reply_get_int (sortie_reply_get_element (time, 1), 0) / 1000;
  return TRUE;
}

static gboolean
serve_partition (SortieJanitor *self, int partition, gint64 now, gboolean *busy, GError **error)
{
  return serve_due (self->bus, partition, "delayed", now, fire, error) &&
         (g_get_monotonic_time () < self->patient_until ||
          serve_due (self->bus, partition, "deadlines", now, expire, error)) &&
         admit_waiting (self, partition, busy, error) &&
         serve_due (self->bus, partition, "compactions", now, sortie_bus_compact, error);
}

static gboolean
tidy (SortieJanitor *self, GError **error)
{
  if (g_get_monotonic_time () < self->next_tidying)
    return TRUE;
  self->next_tidying = g_get_monotonic_time () + TIDY_EVERY_US;
  return sortie_bus_tidy_consumers (self->bus, CONSUMER_IDLE_MS, NULL, error);
}

static gboolean
work (SortieJanitor *self, gboolean *busy, GError **error)
{
  gint64 now = 0;

  watch_clocks (self);
  if (!tick (self, error) || !get_time (self->bus, &now, error))
    return FALSE;
  self->ahead = now * 1000 - g_get_real_time ();
  for (int partition = 0; partition < self->bus->n_partitions; partition++)
    if (!serve_partition (self, partition, now, busy, error))
      return FALSE;
  if (!tidy (self, error))
    return FALSE;
  if (g_get_monotonic_time () >= MAX (self->patient_until, self->next_reclaim))
    {
      self->next_reclaim = g_get_monotonic_time () + RECLAIM_EVERY_US;
      return sortie_bus_reclaim (self->bus, &self->policy, SORTIE_BUS_IDLE_LIMIT_MS, NULL, error);
    }
  return TRUE;
}

/* Until the next retry is due, but no longer than a tick. */
static gint64
get_pause (SortieJanitor *self)
{
  gint64 pause = TICK_US;

  for (int partition = 0; partition < self->bus->n_partitions; partition++)
    {
      g_autofree char *key = sortie_bus_dup_key (self->bus, partition, "delayed");
      g_autoptr (SortieReply) reply =
          sortie_bus_request (self->bus,
                              sortie_command_new ("ZRANGE", key, "0", "0", "WITHSCORES", NULL),
                              NULL);
      gint64 due = sortie_reply_get_int (sortie_reply_get_element (reply, 1), 0) * 1000;

      if (due > 0)
        pause = MIN (pause, MAX (due - self->ahead - g_get_real_time (), SHORTEST_PAUSE_US));
    }
  return pause;
}

static gpointer
janitor_thread (gpointer data)
{
  SortieJanitor *self = data;

  while (TRUE)
    {
      g_autoptr (GError) error = NULL;
      gboolean busy = FALSE;
      gint64 pause = TICK_US;

      if (work (self, &busy, &error))
        pause = busy ? BUSY_TICK_US : get_pause (self);
      else
        {
          g_debug ("janitor: %s", error->message);
          be_patient (self); /* Redis was away: workers may beat again first */
        }
      if (wait_for (self, pause))
        return NULL;
    }
}

SortieJanitor *
sortie_janitor_new (SortieBus *bus, const SortieRetryPolicy *policy)
{
  SortieJanitor *self = g_new0 (SortieJanitor, 1);

  self->bus = bus;
  self->policy = *policy;
  g_mutex_init (&self->lock);
  g_cond_init (&self->stopped);
  self->thread = g_thread_new ("sortie-janitor", janitor_thread, self);
  return self;
}

void
sortie_janitor_free (SortieJanitor *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_broadcast (&self->stopped);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->stopped);
  g_free (self);
}
