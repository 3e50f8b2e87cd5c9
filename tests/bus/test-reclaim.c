/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include "sortie-bus-private.h"
#include "sortie-janitor.h"

#include <string.h>

/* Workers that go silent. */

#define SILENCE_MS 150

static guint
reclaim (BusTest *t, int max_attempts, gint64 silence_ms)
{
  const SortieRetryPolicy policy = { .max_attempts = max_attempts };
  g_autoptr (GError) error = NULL;
  guint n = 99;

  sortie_bus_reclaim (t->bus, &policy, silence_ms, &n, &error);
  g_assert_no_error (error);
  return n;
}

static void
test_silent (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autoptr (SortieMissionRecord) record = NULL;

  g_assert_cmpuint (reclaim (t, 4, 60000), ==, 0);
  bus_wait_until_idle ("sortie:{p0}:queue:retriever", entry->entry, SILENCE_MS);
  g_assert_cmpuint (reclaim (t, 4, SILENCE_MS), ==, 1);
  record = bus_get (t, id);
  g_assert_cmpint (sortie_mission_record_get_step (record, 2)->state, ==, SORTIE_STEP_QUEUED);
  g_assert_cmpint (sortie_mission_record_get_step (record, 2)->starts, ==, 2);
  g_assert_cmpuint (reclaim (t, 4, 0), ==, 0); /* nobody has fetched it again */

  g_autoptr (SortieQueueEntry) again = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_assert_true (bus_complete (t, again, "{}", NULL));
  assert_codes (t, id,
                "mission.accepted plan.started step.dispatched step.started step.completed "
                "plan.ready step.dispatched step.reclaimed step.dispatched step.started "
                "step.completed step.dispatched");
}

/* A worker that beats is left alone, however long it takes, and its beat counts also where it comes
 * after the janitor has looked. */
static void
test_alive (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  static const char queue[] = "sortie:{p0}:queue:retriever";
  g_autoptr (SortieEventBatch) events = sortie_event_batch_new ();
  g_autoptr (GError) error = NULL;
  SortieCommand *late;
  g_autoptr (SortieReply) reply = NULL;
  g_autofree char *before = NULL;

  for (int beats = 0; beats < 3; beats++)
    {
      bus_wait_until_idle (queue, entry->entry, SILENCE_MS);
      g_assert_true (sortie_bus_heartbeat (t->bus, entry, "worker-1", NULL));
      g_assert_cmpuint (reclaim (t, 4, SILENCE_MS), ==, 0);
      g_assert_cmpuint (reclaim (t, 1, SILENCE_MS), ==, 0);
    }
  g_assert_cmpint (bus_count_code (t, id, SORTIE_CODE_STEP_RECLAIMED), ==, 0);

  /* The janitor saw it silent, then a beat came. */
  before = bus_dump ();
  late = sortie_bus_new_script (t->bus, SORTIE_SCRIPT_REQUEUE, id, NULL);
  sortie_command_add_int (late, entry->step);
  sortie_command_add (late, entry->entry);
  sortie_command_add (late, "0");
  sortie_command_add_int (late, 60000);
  sortie_event_batch_append (NULL, late);
  sortie_command_add (late, "{}");
  reply = sortie_bus_request (t->bus, late, NULL);
  g_assert_cmpstr (sortie_reply_get_string (reply), ==, "stale");
  assert_unchanged (before);
  g_assert_false (sortie_bus_bury (t->bus, entry, 4, events, "silent", "{}", 60000, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_STALE);
  assert_unchanged (before);
  g_assert_true (bus_complete (t, entry, "{}", NULL));
}

/* A beat moves the entry to the consumer that beats and doesn't count as a delivery. */
static void
test_heartbeat (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  static const char queue[] = "sortie:{p0}:queue:retriever";
  g_autoptr (SortieReply) pending = NULL;

  bus_wait_until_idle (queue, entry->entry, 20);
  g_assert_true (sortie_bus_heartbeat (t->bus, entry, "worker-2", NULL));
  pending = bus_call ("XPENDING", queue, "agents", "-", "+", "10", NULL);
  g_assert_cmpuint (pending->elements, ==, 1);
  g_assert_cmpstr (pending->element[0]->element[1]->str, ==, "worker-2");
  g_assert_cmpint (pending->element[0]->element[3]->integer, ==, 1);
}

/* A step that kills each worker that takes it: nobody reports an error, the starts are counted. */
static void
test_poison (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 2);
  g_autoptr (SortieQueueEntry) fine = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autoptr (SortieMissionRecord) record = NULL;
  int step = 0;

  g_assert_true (bus_complete (t, fine, "{}", NULL));
  for (int start = 1; start <= 3; start++)
    {
      g_autoptr (SortieQueueEntry) poison = bus_fetch (t, SORTIE_AGENT_RETRIEVER);

      step = poison->step;
      g_assert_cmpuint (reclaim (t, 3, 0), ==, 1);
    }
  record = bus_get (t, id);
  g_assert_cmpint (sortie_mission_record_get_step (record, step)->state, ==, SORTIE_STEP_DEAD);
  g_assert_cmpint (sortie_mission_record_get_step (record, step)->starts, ==, 3);
  g_assert_cmpint (bus_count_code (t, id, SORTIE_CODE_STEP_RECLAIMED), ==, 2);
  g_assert_cmpint (bus_count_code (t, id, SORTIE_CODE_STEP_DEAD_LETTERED), ==, 1);
  g_autoptr (GPtrArray) letters = sortie_bus_list_dead_letters (t->bus, "ada", 10, NULL);
  g_assert_cmpuint (letters->len, ==, 1);
  g_assert_cmpint (((SortieDeadLetter *) g_ptr_array_index (letters, 0))->attempts, ==, 3);
  g_assert_nonnull (
      strstr (((SortieDeadLetter *) g_ptr_array_index (letters, 0))->payload, "\"mission\":"));

  /* The other retrieval is there, so the mission goes on. */
  g_autoptr (SortieQueueEntry) analysis = bus_fetch (t, SORTIE_AGENT_ANALYZER);
  g_assert_true (bus_complete (t, analysis, "{}", NULL));
}

/* What was lost once starts again at once; what was lost again waits for a time of its own, so that it
 * does not take the same neighbours with it each time. */
static void
test_waits (BusTest *t, gconstpointer data)
{
  const SortieRetryPolicy policy = { .max_attempts = 4, .base_ms = 50, .cap_ms = 100 };
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) first = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autoptr (SortieMissionRecord) queued = NULL, delayed = NULL;
  guint n = 0;

  g_assert_true (sortie_bus_reclaim (t->bus, &policy, 0, &n, NULL));
  queued = bus_get (t, id);
  g_assert_cmpint (sortie_mission_record_get_step (queued, 2)->state, ==, SORTIE_STEP_QUEUED);
  g_autoptr (SortieQueueEntry) second = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_assert_true (sortie_bus_reclaim (t->bus, &policy, 0, &n, NULL));
  g_assert_cmpuint (n, ==, 1);
  delayed = bus_get (t, id);
  g_assert_cmpint (sortie_mission_record_get_step (delayed, 2)->state, ==, SORTIE_STEP_DELAYED);
  g_assert_cmpint (bus_call_int ("ZCARD", "sortie:{p0}:delayed", NULL), ==, 1);
  g_assert_false (bus_complete (t, second, "{}", NULL));

  SortieJanitor *janitor = sortie_janitor_new (t->bus, &policy);
  g_autoptr (SortieQueueEntry) third = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_assert_cmpint (third->step, ==, 2);
  g_assert_true (bus_complete (t, third, "{}", NULL));
  sortie_janitor_free (janitor);
}

static void
test_poisonous_planning (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit (t, "ada");
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_PLANNER);

  g_assert_cmpuint (reclaim (t, 1, 0), ==, 1);
  bus_assert_done_once (t, id, SORTIE_MISSION_FAILED);
  bus_assert_quiet (t);
}

/* Entries that stand for nothing: of a mission that is gone, of a step that is not, without any
 * fields, deleted from the stream but still pending. */
static void
test_strays (BusTest *t, gconstpointer data)
{
  static const char queue[] = "sortie:{p0}:queue:retriever";
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autofree char *gone = sortie_mission_id_new ();
  g_autofree char *empty = NULL;

  g_free (bus_call_string ("XADD", queue, "*", "m", gone, "s", "2", NULL));
  g_free (bus_call_string ("XADD", queue, "*", "m", id, "s", "2", NULL));
  g_free (bus_call_string ("XADD", queue, "*", "m", id, "s", "77", NULL));
  g_free (bus_call_string ("XADD", queue, "*", "m", "", "s", "", NULL));
  g_free (bus_call_string ("XADD", queue, "*", "x", "y", NULL));
  empty = bus_call_string ("XADD", queue, "*", "m", gone, "s", "2", NULL);
  for (int i = 0; i < 7; i++)
    {
      g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
      g_assert_nonnull (entry->mission);
    }
  g_assert_cmpint (bus_call_int ("XDEL", queue, empty, NULL), ==, 1);
  g_assert_cmpuint (reclaim (t, 4, 0), ==, 7);
  g_assert_cmpuint (reclaim (t, 4, 0), ==, 0);
  g_assert_cmpint (bus_call_int ("XLEN", queue, NULL), ==, 1); /* the mission's own step, again */
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_assert_cmpstr (entry->mission, ==, id);
  g_assert_true (bus_complete (t, entry, "{}", NULL));
}

/* More than one look's worth, and one mission whose keys were tampered with in their midst. */
static void
test_many (BusTest *t, gconstpointer data)
{
  enum
  {
    N = 450
  };
  g_autofree char *broken = NULL;
  guint n = 0;

  for (int i = 0; i < N; i++)
    {
      g_autofree char *id = bus_submit (t, "ada");

      if (i == 5)
        broken = g_steal_pointer (&id);
    }
  while (n < N)
    {
      g_autoptr (GPtrArray) entries = sortie_fetcher_read (t->fetchers[0], 100);
      n += entries->len;
    }
  g_autofree char *key = g_strdup_printf ("sortie:{p0}:events:%s", broken);
  g_assert_cmpint (bus_call_int ("DEL", key, NULL), ==, 1);
  g_free (bus_call_string ("SET", key, "no stream", NULL));
  g_assert_cmpuint (reclaim (t, 4, 0), ==, N - 1);
  g_assert_cmpuint (bus_call_int ("XLEN", "sortie:{p0}:queue:planner", NULL), ==, N);
}

static void
test_nothing_fetched_yet (BusTest *t, gconstpointer data)
{
  g_assert_cmpuint (reclaim (t, 4, 0), ==, 0);
  g_free (bus_submit (t, "ada"));
  g_assert_cmpuint (reclaim (t, 4, 0), ==, 0);
}

/* Two janitors at once do it once. */
static gpointer
reclaim_thread (gpointer data)
{
  return GUINT_TO_POINTER (reclaim (data, 4, 0));
}

static void
test_two_janitors (BusTest *t, gconstpointer data)
{
  guint n = 0, total = 0;
  GThread *threads[4];

  for (int i = 0; i < 60; i++)
    g_free (bus_submit (t, "ada"));
  while (n < 60)
    {
      g_autoptr (GPtrArray) entries = sortie_fetcher_read (t->fetchers[0], 100);
      n += entries->len;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reclaim", reclaim_thread, t);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    total += GPOINTER_TO_UINT (g_thread_join (threads[i]));
  g_assert_cmpuint (total, >=, 60);
  g_assert_cmpint (bus_call_int ("XLEN", "sortie:{p0}:queue:planner", NULL), ==, 60);
  for (int i = 0; i < 60; i++)
    {
      g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_PLANNER);
      g_autoptr (SortieMissionRecord) record = bus_get (t, entry->mission);

      g_assert_cmpint (sortie_mission_record_get_step (record, 1)->starts, ==, 2);
      g_assert_cmpint (bus_count_code (t, entry->mission, SORTIE_CODE_STEP_RECLAIMED), ==, 1);
    }
}

/* ---- Workers and their leases ---- */

static void
test_workers (BusTest *t, gconstpointer data)
{
  SortieBusStats stats;

  g_assert_true (sortie_bus_announce_worker (t->bus, "w1", 0x3, NULL));
  g_assert_true (sortie_bus_announce_worker (t->bus, "w1", 0x3, NULL));
  g_assert_true (sortie_bus_announce_worker (t->bus, "w10", 0xf, NULL));
  g_assert_true (sortie_bus_get_stats (t->bus, &stats, NULL));
  g_assert_cmpint (stats.agents[0].workers, ==, 2);
  g_assert_cmpint (stats.agents[1].workers, ==, 2);
  g_assert_cmpint (stats.agents[3].workers, ==, 1);
  g_assert_true (sortie_bus_forget_worker (t->bus, "w1", NULL));
  g_assert_true (sortie_bus_get_stats (t->bus, &stats, NULL));
  g_assert_cmpint (stats.agents[0].workers, ==, 1);
  g_assert_cmpint (stats.agents[3].workers, ==, 1);

  /* One whose lease ran out is not counted, and removed by the next that comes. */
  bus_call_int ("ZADD", "sortie:{p0}:workers", "1000", "dead 15", NULL);
  g_assert_true (sortie_bus_get_stats (t->bus, &stats, NULL));
  g_assert_cmpint (stats.agents[0].workers, ==, 1);
  g_assert_true (sortie_bus_announce_worker (t->bus, "w2", 1, NULL));
  g_assert_cmpint (bus_call_int ("ZCARD", "sortie:{p0}:workers", NULL), ==, 2);
}

/* Who has left nothing behind is forgotten; who holds something, or was heard of lately, is not. */
static void
test_consumers (BusTest *t, gconstpointer data)
{
  static const char queue[] = "sortie:{p0}:queue:planner";
  g_autofree char *id = bus_submit (t, "ada");
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_PLANNER);
  g_autoptr (SortieReply) left = NULL;
  guint n = 99;

  for (int i = 0; i < 5; i++)
    {
      g_autofree char *name = g_strdup_printf ("gone-%d", i);
      g_assert_cmpint (bus_call_int ("XGROUP", "CREATECONSUMER", queue, "agents", name, NULL), ==,
                       1);
    }
  g_assert_true (sortie_bus_tidy_consumers (t->bus, 3600 * 1000, &n, NULL));
  g_assert_cmpuint (n, ==, 0);
  bus_wait_until_idle (queue, entry->entry, 20);
  g_assert_true (sortie_bus_tidy_consumers (t->bus, 1, &n, NULL));
  g_assert_cmpuint (n, ==, 5);
  left = bus_call ("XINFO", "CONSUMERS", queue, "agents", NULL);
  g_assert_cmpuint (left->elements, ==, 1);
  g_assert_true (bus_complete (t, entry, "{}", NULL));

  /* A name that was forgotten fetches as ever. */
  g_assert_true (sortie_bus_tidy_consumers (t->bus, 0, &n, NULL));
  g_assert_cmpuint (n, ==, 1);
  g_free (bus_submit (t, "ada"));
  g_autoptr (SortieQueueEntry) next = bus_fetch (t, SORTIE_AGENT_PLANNER);
  g_assert_true (bus_complete (t, next, "{}", NULL));
}

int
main (int argc, char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  bus_begin (SORTIE_DURABILITY_EVERYSEC);
#define ADD(name, func)                                                                            \
  g_test_add ("/reclaim/" name, BusTest, NULL, bus_set_up, func, bus_tear_down)
  ADD ("silent", test_silent);
  ADD ("alive", test_alive);
  ADD ("heartbeat", test_heartbeat);
  ADD ("poison", test_poison);
  ADD ("waits", test_waits);
  ADD ("poisonous-planning", test_poisonous_planning);
  ADD ("strays", test_strays);
  ADD ("many", test_many);
  ADD ("nothing-fetched-yet", test_nothing_fetched_yet);
  ADD ("two-janitors", test_two_janitors);
  ADD ("workers", test_workers);
  ADD ("consumers", test_consumers);
#undef ADD
  result = g_test_run ();
  bus_end ();
  return result;
}
