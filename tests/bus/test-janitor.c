/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include "sortie-bus-private.h"
#include "sortie-janitor.h"

#include <string.h>

/* What time brings about: places for waiting missions, deadlines, compaction. */

typedef struct
{
  BusTest *t;
  int running;
  int waiting;
} Load;

static gboolean
has_load (gpointer data)
{
  Load *load = data;
  SortieBusStats stats;

  g_assert_true (sortie_bus_get_stats (load->t->bus, &stats, NULL));
  return stats.running == load->running && stats.waiting == load->waiting;
}

/* The bus of the test, with places for so many missions only. */
static void
limit_to (BusTest *t, int max_running)
{
  sortie_bus_free (t->bus);
  t->bus = bus_open (1, max_running);
  for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
    {
      sortie_fetcher_free (t->fetchers[agent]);
      t->fetchers[agent] = sortie_fetcher_new (t->bus, "worker-1", 1u << agent);
    }
}

static gint64
get_redis_time (void)
{
  g_autoptr (SortieReply) time = bus_call ("TIME", NULL);

  return sortie_reply_get_int (time->element[0], 0) * 1000 +
         sortie_reply_get_int (time->element[1], 0) / 1000;
}

static gint64
get_score (const char *key, const char *member)
{
  g_autofree char *score = bus_call_string ("ZSCORE", key, member, NULL);

  g_assert_nonnull (score);
  return g_ascii_strtoll (score, NULL, 10);
}

static void
set_score (const char *key, gint64 score, const char *member)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, score);

  bus_call_int ("ZADD", key, text, member, NULL);
}

static SortieMissionState
get_state (BusTest *t, const char *mission)
{
  g_autoptr (SortieMissionRecord) record = bus_get (t, mission);

  return record->state;
}

/* ---- Admission ---- */

static void
test_waiting (BusTest *t, gconstpointer data)
{
  g_autofree char *first = NULL, *second = NULL, *third = NULL;
  g_autoptr (SortieJanitor) janitor = NULL;
  Load load = { t, 2, 1 };

  limit_to (t, 2);
  first = bus_submit (t, "ada");
  second = bus_submit (t, "ada");
  third = bus_submit (t, "ada");
  g_assert_true (has_load (&load));
  g_assert_cmpint (get_state (t, third), ==, SORTIE_MISSION_WAITING);
  g_assert_cmpint (bus_get_step_state (t, third, 1), ==, SORTIE_STEP_BLOCKED);
  g_assert_cmpint (bus_call_int ("XLEN", "sortie:{p0}:queue:planner", NULL), ==, 2);
  assert_codes (t, third, "mission.accepted plan.started");

  janitor = sortie_janitor_new (t->bus, &sortie_retry_policy_default);
  g_assert_true (sortie_bus_cancel (t->bus, "ada", first, NULL));
  load.waiting = 0;
  bus_wait_until (has_load, &load);
  g_assert_cmpint (get_state (t, third), ==, SORTIE_MISSION_RUNNING);
  assert_codes (t, third, "mission.accepted plan.started step.dispatched");
  g_assert_false (bus_has_key ("sortie:{p0}:shares"));
}

static void
test_cancelled_while_waiting (BusTest *t, gconstpointer data)
{
  g_autofree char *running = NULL, *waiting = NULL;

  limit_to (t, 1);
  running = bus_submit (t, "ada");
  waiting = bus_submit (t, "ada");
  g_assert_true (bus_has_key ("sortie:{p0}:shares"));
  g_assert_true (sortie_bus_cancel (t->bus, "ada", waiting, NULL));
  bus_assert_done_once (t, waiting, SORTIE_MISSION_CANCELLED);
  g_assert_cmpint (get_state (t, running), ==, SORTIE_MISSION_RUNNING);
  g_assert_false (bus_has_key ("sortie:{p0}:shares"));
  g_assert_true (sortie_bus_cancel (t->bus, "ada", running, NULL));
  bus_assert_quiet (t);
}

/* Admits one more: which is told by whose it is. */
static char *
admit_next (BusTest *t, GPtrArray *waiting)
{
  for (guint i = 0; i < waiting->len; i++)
    {
      const char *id = g_ptr_array_index (waiting, i);
      g_autoptr (SortieMissionRecord) record = bus_get (t, id);

      if (record->state == SORTIE_MISSION_RUNNING)
        {
          g_assert_true (sortie_bus_cancel (t->bus, record->user, id, NULL));
          g_ptr_array_remove_index (waiting, i);
          return g_steal_pointer (&record->user);
        }
    }
  return NULL;
}

/* One user's hundreds do not starve another's few, nor a third who comes later. */
static void
test_fair (BusTest *t, gconstpointer data)
{
  g_autoptr (GPtrArray) waiting = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) order = g_string_new (NULL);
  g_autofree char *blocker = NULL;
  g_autoptr (SortieJanitor) janitor = NULL;

  limit_to (t, 1);
  blocker = bus_submit (t, "ada");
  for (int i = 0; i < 60; i++)
    g_ptr_array_add (waiting, bus_submit (t, "ada"));
  for (int i = 0; i < 3; i++)
    g_ptr_array_add (waiting, bus_submit (t, "bob"));
  janitor = sortie_janitor_new (t->bus, &sortie_retry_policy_default);
  g_assert_true (sortie_bus_cancel (t->bus, "ada", blocker, NULL));
  while (order->len < 30)
    {
      Load load = { t, 1, (int) waiting->len - 1 };
      g_autofree char *user = NULL;

      bus_wait_until (has_load, &load);
      if (order->len == 10)
        {
          /* Carol comes when ada has had ten turns' worth. */
          g_ptr_array_add (waiting, bus_submit (t, "carol"));
          g_ptr_array_add (waiting, bus_submit (t, "carol"));
        }
      user = admit_next (t, waiting);
      g_string_append_c (order, user[0]);
    }
  g_test_message ("order: %s", order->str);
  /* Bob's three are among the first six; carol's come at once, each between two of ada's. */
  for (int turn = 0; turn < 3; turn++)
    {
      g_autofree char *pair = g_strndup (order->str + 2 * turn, 2);
      g_assert_true (g_str_equal (pair, "ab") || g_str_equal (pair, "ba"));
    }
  g_autofree char *after = g_strndup (order->str + 10, 6);
  g_autofree char *rest = g_strdup (order->str + 16);
  g_assert_cmpint (strlen (after), ==, 6);
  g_assert_nonnull (strchr (after, 'c'));
  g_assert_nonnull (strchr (strchr (after, 'c') + 1, 'c'));
  g_assert_null (strchr (rest, 'c'));
  g_assert_null (strchr (order->str + 6, 'b'));
}

/* ---- Deadlines ---- */

static gboolean
is_failed (gpointer data)
{
  Load *load = data;
  SortieBusStats stats;

  g_assert_true (sortie_bus_get_stats (load->t->bus, &stats, NULL));
  return stats.failed == load->running;
}

static void
test_expired (BusTest *t, gconstpointer data)
{
  g_autofree char *late = bus_submit_planned (t, "ada", 2);
  g_autofree char *in_time = bus_submit (t, "ada");
  g_autoptr (SortieQueueEntry) running = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  Load one = { t, 1, 0 };
  g_autoptr (SortieJanitor) janitor = NULL;
  gint64 now = get_redis_time ();

  g_assert_cmpint (ABS (get_score ("sortie:{p0}:deadlines", late) - now - 900000), <, 60000);
  set_score ("sortie:{p0}:deadlines", now - 1, late);
  janitor = sortie_janitor_new (t->bus, &sortie_retry_policy_default);
  bus_wait_until (is_failed, &one);
  bus_assert_done_once (t, late, SORTIE_MISSION_FAILED);
  g_assert_cmpint (get_state (t, in_time), ==, SORTIE_MISSION_RUNNING);
  g_assert_cmpint (bus_get_step_state (t, late, running->step), ==, SORTIE_STEP_CANCELLED);
  g_assert_true (sortie_bus_cancel (t->bus, "ada", in_time, NULL));
  bus_assert_quiet (t);
}

static void
test_own_deadline (BusTest *t, gconstpointer data)
{
  g_autofree char *id = sortie_mission_id_new ();
  SortieSubmission submission = bus_new_submission (id, "ada");
  g_autoptr (SortieJanitor) janitor = sortie_janitor_new (t->bus, &sortie_retry_policy_default);
  Load one = { t, 1, 0 };
  g_autoptr (SortieMissionRecord) record = NULL;

  submission.deadline_seconds = 1;
  g_assert_true (sortie_bus_accept (t->bus, &submission, NULL, NULL));
  bus_wait_until (is_failed, &one);
  record = bus_get (t, id);
  g_assert_cmpint (record->finished - record->created, >=, 1000);
  g_assert_cmpint (record->finished - record->created, <, 10000);
}

static void
test_not_early (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit (t, "ada");
  g_autofree char *before = bus_dump ();
  SortieCommand *command = sortie_bus_new_script (t->bus, SORTIE_SCRIPT_END, id, NULL);
  g_autoptr (SortieReply) reply = NULL;

  sortie_command_add (command, "expire");
  sortie_command_add (command, "failed");
  sortie_event_batch_append (NULL, command);
  sortie_command_add (command, "{}");
  reply = sortie_bus_request (t->bus, command, NULL);
  g_assert_cmpstr (sortie_reply_get_string (reply), ==, "early");
  assert_unchanged (before);
}

typedef struct
{
  gint64 after;
} TickWanted;

static gboolean
has_ticked (gpointer data)
{
  TickWanted *wanted = data;

  return bus_call_int ("GET", "sortie:{p0}:tick", NULL) >= wanted->after;
}

/* Nobody ticked for a while: that was no time in which the mission could have run. Two janitors at
 * once shift the deadlines once. */
static void
test_pause (BusTest *t, gconstpointer data)
{
  static const int pauses[] = { 3000, 60000 };

  for (gsize i = 0; i < G_N_ELEMENTS (pauses); i++)
    {
      g_autofree char *over = bus_submit (t, "ada");
      g_autofree char *later = bus_submit (t, "ada");
      gint64 now = get_redis_time ();
      g_autofree char *last = g_strdup_printf ("%" G_GINT64_FORMAT, now - pauses[i]);
      TickWanted wanted = { now };
      g_autoptr (SortieJanitor) first = NULL, second = NULL;

      set_score ("sortie:{p0}:deadlines", now + 20000, over);
      set_score ("sortie:{p0}:deadlines", now + 500000, later);
      g_free (bus_call_string ("SET", "sortie:{p0}:tick", last, NULL));
      first = sortie_janitor_new (t->bus, &sortie_retry_policy_default);
      second = sortie_janitor_new (t->bus, &sortie_retry_policy_default);
      bus_wait_until (has_ticked, &wanted);
      wanted.after = get_redis_time () + 1;
      bus_wait_until (has_ticked, &wanted);
      gint64 shift = get_score ("sortie:{p0}:deadlines", over) - now - 20000;
      g_assert_cmpint (get_score ("sortie:{p0}:deadlines", later) - now - 500000, ==, shift);
      if (pauses[i] < 10000)
        g_assert_cmpint (shift, ==, 0);
      else
        {
          g_assert_cmpint (shift, >=, pauses[i]);
          g_assert_cmpint (shift, <, pauses[i] + 5000);
        }
    }
}

/* A deadline that fell into the pause does not end its mission at the first tick after it. */
static void
test_deadline_in_the_pause (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit (t, "ada");
  gint64 now = get_redis_time ();
  g_autofree char *last = g_strdup_printf ("%" G_GINT64_FORMAT, now - 3600000);
  g_autoptr (SortieJanitor) janitor = NULL;
  TickWanted wanted = { now };

  set_score ("sortie:{p0}:deadlines", now - 1800000, id);
  g_free (bus_call_string ("SET", "sortie:{p0}:tick", last, NULL));
  janitor = sortie_janitor_new (t->bus, &sortie_retry_policy_default);
  bus_wait_until (has_ticked, &wanted);
  wanted.after = get_redis_time () + 1;
  bus_wait_until (has_ticked, &wanted);
  g_assert_cmpint (get_state (t, id), ==, SORTIE_MISSION_RUNNING);
  g_assert_cmpint (get_score ("sortie:{p0}:deadlines", id), >, now + 1700000);
}

/* ---- Rubbish ---- */

static gboolean
is_queued (gpointer data)
{
  Load *load = data;

  return !bus_is_idle (load->t, SORTIE_AGENT_RETRIEVER);
}

static void
test_rubbish (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autofree char *gone = sortie_mission_id_new ();
  g_autofree char *gone_step = g_strdup_printf ("%s:2", gone);
  g_autoptr (SortieJanitor) janitor = NULL;
  Load load = { t, 0, 0 };
  static const char *const members[] = { "", ":", "rubbish", "a:b:c", "x:999999999999", "äö:1" };
  static const char *const sets[] = { "delayed", "deadlines", "waiting", "compactions" };

  for (gsize i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      g_autofree char *key = g_strdup_printf ("sortie:{p0}:%s", sets[i]);

      for (gsize k = 0; k < G_N_ELEMENTS (members); k++)
        set_score (key, 1, members[k]);
      set_score (key, 1, gone);
      set_score (key, 1, gone_step);
    }
  g_assert_true (sortie_bus_retry_step (t->bus, entry, 1, 30, NULL, NULL));
  janitor = sortie_janitor_new (t->bus, &sortie_retry_policy_default);
  bus_wait_until (is_queued, &load);
  g_assert_cmpint (get_state (t, id), ==, SORTIE_MISSION_RUNNING);
}

/* Stopping never waits for the next tick. */
static void
test_stop (BusTest *t, gconstpointer data)
{
  gint64 began = g_get_monotonic_time ();

  for (int i = 0; i < 20; i++)
    sortie_janitor_free (sortie_janitor_new (t->bus, &sortie_retry_policy_default));
  g_assert_cmpint (g_get_monotonic_time () - began, <, 10 * G_USEC_PER_SEC);
}

int
main (int argc, char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  bus_begin (SORTIE_DURABILITY_EVERYSEC);
#define ADD(name, func)                                                                            \
  g_test_add ("/janitor/" name, BusTest, NULL, bus_set_up, func, bus_tear_down)
  ADD ("waiting", test_waiting);
  ADD ("cancelled-while-waiting", test_cancelled_while_waiting);
  ADD ("fair", test_fair);
  ADD ("expired", test_expired);
  ADD ("own-deadline", test_own_deadline);
  ADD ("not-early", test_not_early);
  ADD ("pause", test_pause);
  ADD ("deadline-in-the-pause", test_deadline_in_the_pause);
  ADD ("rubbish", test_rubbish);
  ADD ("stop", test_stop);
#undef ADD
  result = g_test_run ();
  bus_end ();
  return result;
}
