/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-bus"

#include "sortie-janitor.h"

#include "sortie-bus-private.h"
#include "sortie-error.h"

#include <string.h>

#define TICK_US G_USEC_PER_SEC
#define BUSY_TICK_US (20 * 1000) /* while missions wait for a place */
#define LONGEST_PAUSE_MS 10000 /* between ticks; a longer one is not time in which the system ran */
#define CLOCK_JUMP_US (5 * G_USEC_PER_SEC)
#define RECLAIM_EVERY_US (5 * G_USEC_PER_SEC)
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
  gint64 next_reclaim;  /* monotonic µs */
  gint64 last_tick;     /* monotonic µs; 0 before the first */
  gint64 last_time;     /* wall clock at the last tick, µs */
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

  if (self->last_tick > 0 &&
      ABS ((wall - self->last_time) - (monotonic - self->last_tick)) > CLOCK_JUMP_US)
    be_patient (self);
  self->last_tick = monotonic;
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

static gboolean
fire (SortieBus *bus, const char *mission, const char *step, GError **error)
{
  SortieCommand *command = sortie_bus_new_script (bus, SORTIE_SCRIPT_FIRE, mission, NULL);
  g_autoptr (SortieReply) reply = NULL;

  sortie_command_add (command, step);
  reply = sortie_bus_request (bus, command, error);
  return reply != NULL;
}

static gboolean
fire_due (SortieJanitor *self, int partition, gint64 now, GError **error)
{
  g_auto (GStrv) due = list_due (self->bus, partition, "delayed", now, error);

  for (gsize i = 0; due != NULL && due[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (due[i], ":", 2);
      gboolean fine;

      if (g_strv_length (parts) != 2)
        continue;
      fine = g_str_equal (parts[1], "compact") ? sortie_bus_compact (self->bus, parts[0], error)
                                               : fire (self->bus, parts[0], parts[1], error);
      if (!fine)
        return FALSE;
    }
  return due != NULL;
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

static gboolean
expire_due (SortieJanitor *self, int partition, gint64 now, GError **error)
{
  g_auto (GStrv) due = NULL;

  if (g_get_monotonic_time () < self->patient_until)
    return TRUE;
  due = list_due (self->bus, partition, "deadlines", now, error);
  for (gsize i = 0; due != NULL && due[i] != NULL; i++)
    if (!expire (self->bus, due[i], error))
      return FALSE;
  return due != NULL;
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
tick_partition (SortieJanitor *self, int partition, gint64 *now, GError **error)
{
  g_autofree char *tick = sortie_bus_dup_key (self->bus, partition, "tick");
  g_autofree char *deadlines = sortie_bus_dup_key (self->bus, partition, "deadlines");
  SortieCommand *command = sortie_command_new_script (SORTIE_SCRIPT_TICK, SORTIE_BUS_N_KEYS);
  GPtrArray *commands = g_ptr_array_new ();
  g_autoptr (GPtrArray) replies = NULL;

  /* The script's keys by their places: the time of the last tick is the first, deadlines the
   * seventh; it touches no other. */
  for (int i = 0; i < SORTIE_BUS_N_KEYS; i++)
    sortie_command_add (command, i == 6 ? deadlines : tick);
  sortie_command_add (command, "");
  sortie_command_add_int (command, LONGEST_PAUSE_MS);
  g_ptr_array_add (commands, command);
  g_ptr_array_add (commands, sortie_command_new ("TIME", NULL));
  replies = sortie_bus_request_many (self->bus, commands, error);
  if (replies == NULL || !sortie_reply_check (g_ptr_array_index (replies, 0), error))
    return FALSE;
  if (sortie_reply_get_int (g_ptr_array_index (replies, 0), 0) > 0)
    be_patient (self);
  *now =
      sortie_reply_get_int (sortie_reply_get_element (g_ptr_array_index (replies, 1), 0), 0) *
          1000 +
      sortie_reply_get_int (sortie_reply_get_element (g_ptr_array_index (replies, 1), 1), 0) / 1000;
  return TRUE;
}

static gboolean
work (SortieJanitor *self, gboolean *busy, GError **error)
{
  gint64 now = 0;

  watch_clocks (self);
  for (int partition = 0; partition < self->bus->n_partitions; partition++)
    if (!tick_partition (self, partition, &now, error) || !fire_due (self, partition, now, error) ||
        !expire_due (self, partition, now, error) || !admit_waiting (self, partition, busy, error))
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
        pause = MIN (pause, MAX (due - g_get_real_time (), 1000));
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
