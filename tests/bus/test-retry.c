/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include "sortie-bus-private.h"
#include "sortie-janitor.h"

#include <string.h>

/* Steps that fail: retries, dead letters, and what becomes of the mission. */

static gboolean
retry (BusTest *t, const SortieQueueEntry *entry, int attempt, int delay_ms)
{
  g_autoptr (SortieEventBatch) events = sortie_event_batch_new ();
  g_autoptr (SortieEvent) event = bus_new_event (entry, SORTIE_CODE_STEP_RETRYING, "Retrying");

  event->attempt = attempt;
  sortie_event_batch_add (events, event);
  return sortie_bus_retry_step (t->bus, entry, attempt, delay_ms, events, NULL);
}

static void
kill_step (BusTest *t, const SortieQueueEntry *entry, int attempts, const char *why)
{
  g_autoptr (SortieEventBatch) events = sortie_event_batch_new ();
  g_autoptr (SortieEvent) event = bus_new_event (entry, SORTIE_CODE_STEP_DEAD_LETTERED, why);
  g_autoptr (GError) error = NULL;

  event->type = SORTIE_EVENT_ERROR;
  sortie_event_batch_add (events, event);
  sortie_bus_dead_letter (t->bus, entry, attempts, events, why, "{\"query\":\"äöü\"}", &error);
  g_assert_no_error (error);
}

static gint64
get_redis_time (void)
{
  g_autoptr (SortieReply) time = bus_call ("TIME", NULL);

  return sortie_reply_get_int (time->element[0], 0) * 1000 +
         sortie_reply_get_int (time->element[1], 0) / 1000;
}

typedef struct
{
  BusTest *t;
  const char *mission;
  int step;
  SortieStepState state;
} StateWanted;

static gboolean
has_state (gpointer data)
{
  StateWanted *wanted = data;

  return bus_get_step_state (wanted->t, wanted->mission, wanted->step) == wanted->state;
}

static void
test_delayed (BusTest *t, gconstpointer data)
{
  const int delay = 300;
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autoptr (SortieJanitor) janitor = sortie_janitor_new (t->bus, &sortie_retry_policy_default);
  StateWanted queued = { t, id, 2, SORTIE_STEP_QUEUED };
  gint64 began = get_redis_time ();
  g_autoptr (SortieMissionRecord) record = NULL;
  SortieStepRecord *step;

  g_assert_true (retry (t, entry, 1, delay));
  g_assert_cmpint (bus_get_step_state (t, id, 2), ==, SORTIE_STEP_DELAYED);
  g_assert_cmpint (bus_call_int ("ZCARD", "sortie:{p0}:delayed", NULL), ==, 1);
  bus_wait_until (has_state, &queued);
  record = bus_get (t, id);
  step = sortie_mission_record_get_step (record, 2);
  g_assert_cmpint (step->queued, >=, began + delay);
  g_assert_cmpint (step->queued, <, began + delay + 5000);
  g_test_message ("queued %d ms after it was due", (int) (step->queued - began - delay));
  g_assert_cmpint (step->starts, ==, 2);
  g_assert_cmpint (bus_call_int ("ZCARD", "sortie:{p0}:delayed", NULL), ==, 0);

  g_autoptr (SortieQueueEntry) again = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_assert_cmpint (again->step, ==, 2);
  g_assert_true (bus_complete (t, again, "{}", NULL));
  assert_codes (t, id,
                "mission.accepted plan.started step.dispatched step.started step.completed "
                "plan.ready step.dispatched step.retrying step.dispatched step.started "
                "step.completed step.dispatched");
}

/* The script decides by Redis's clock, whatever a janitor thinks, and only once. */
static void
test_not_before (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  static const char *const answers[] = { "early", "mine", "again" };
  g_autofree char *member = g_strdup_printf ("%s:2", id);

  g_assert_true (retry (t, entry, 1, 60000));
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      SortieCommand *command = sortie_bus_new_script (t->bus, SORTIE_SCRIPT_FIRE, id, NULL);
      g_autoptr (SortieReply) reply = NULL;
      g_autofree char *before = bus_dump ();

      sortie_command_add (command, "2");
      reply = sortie_bus_request (t->bus, command, NULL);
      g_assert_cmpstr (sortie_reply_get_string (reply), ==, answers[i]);
      if (i == 0)
        {
          g_autofree char *due = bus_call_string ("ZSCORE", "sortie:{p0}:delayed", member, NULL);

          assert_unchanged (before);
          g_assert_cmpint (g_ascii_strtoll (due, NULL, 10), >, get_redis_time () + 50000);
          bus_call_int ("ZADD", "sortie:{p0}:delayed", "1", member, NULL);
        }
      else if (i == 2)
        assert_unchanged (before);
    }
  g_assert_cmpint (bus_get_step_state (t, id, 2), ==, SORTIE_STEP_QUEUED);
}

static void
test_cancelled_while_delayed (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);

  g_assert_true (retry (t, entry, 1, 60000));
  g_assert_true (sortie_bus_cancel (t->bus, "ada", id, NULL));
  g_assert_cmpint (bus_get_step_state (t, id, 2), ==, SORTIE_STEP_CANCELLED);
  bus_assert_done_once (t, id, SORTIE_MISSION_CANCELLED);
  bus_assert_quiet (t);
}

static void
test_hand_back (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 1);

  for (int times = 0; times < 5; times++)
    {
      g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
      g_autoptr (SortieMissionRecord) record = bus_get (t, id);

      g_assert_cmpint (sortie_mission_record_get_step (record, 2)->starts, ==, 1);
      g_assert_true (sortie_bus_hand_back (t->bus, entry, 1, NULL));
    }
  g_assert_cmpint (bus_call_int ("XLEN", "sortie:{p0}:queue:retriever", NULL), ==, 1);
}

/* ---- Dead letters ---- */

static void
test_one_retrieval_dead (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 2);
  g_autoptr (SortieQueueEntry) dead = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autoptr (SortieQueueEntry) fine = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autoptr (SortieMissionRecord) record = NULL;

  kill_step (t, dead, 4, "the index is broken");
  g_assert_true (bus_is_idle (t, SORTIE_AGENT_ANALYZER));
  g_assert_true (bus_complete (t, fine, "{}", NULL));
  record = bus_get (t, id);
  g_assert_cmpint (record->state, ==, SORTIE_MISSION_RUNNING);
  g_assert_cmpint (sortie_mission_record_get_step (record, dead->step)->state, ==,
                   SORTIE_STEP_DEAD);
  g_assert_cmpstr (sortie_mission_record_get_step (record, dead->step)->error, ==,
                   "the index is broken");
  g_autoptr (SortieQueueEntry) analysis = bus_fetch (t, SORTIE_AGENT_ANALYZER);
  g_assert_true (bus_complete (t, analysis, "{}", NULL));
  g_autoptr (SortieQueueEntry) writing = bus_fetch (t, SORTIE_AGENT_WRITER);
  g_assert_true (bus_complete_last (t, writing, SORTIE_MISSION_PARTIAL, NULL));
  bus_assert_done_once (t, id, SORTIE_MISSION_PARTIAL);
  bus_assert_quiet (t);
}

static void
test_all_retrievals_dead (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 3);

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
      g_autoptr (SortieMissionRecord) record = bus_get (t, id);

      g_assert_cmpint (record->state, ==, SORTIE_MISSION_RUNNING);
      kill_step (t, entry, 4, "no index");
    }
  bus_assert_done_once (t, id, SORTIE_MISSION_FAILED);
  g_assert_cmpint (bus_get_step_state (t, id, 5), ==, SORTIE_STEP_CANCELLED);
  bus_assert_quiet (t);
}

static void
test_vital_step_dead (BusTest *t, gconstpointer data)
{
  static const char *const agents[] = { "planner", "analyzer", "writer" };

  for (gsize i = 0; i < G_N_ELEMENTS (agents); i++)
    {
      g_autofree char *id = i == 0 ? bus_submit (t, "ada") : bus_submit_planned (t, "ada", 1);
      g_autoptr (SortieQueueEntry) entry = NULL;

      if (i > 0)
        {
          g_autoptr (SortieQueueEntry) retrieval = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
          g_assert_true (bus_complete (t, retrieval, "{}", NULL));
        }
      if (i > 1)
        {
          g_autoptr (SortieQueueEntry) analysis = bus_fetch (t, SORTIE_AGENT_ANALYZER);
          g_assert_true (bus_complete (t, analysis, "{}", NULL));
        }
      entry = bus_fetch (t, agents[i]);
      kill_step (t, entry, 4, "it can't be done");
      bus_assert_done_once (t, id, SORTIE_MISSION_FAILED);
      bus_assert_quiet (t);
    }
}

/* A vital step that dies takes the mission's other open steps with it. */
static void
test_failure_takes_out_the_rest (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit (t, "ada");
  g_autoptr (SortieQueueEntry) planning = bus_fetch (t, SORTIE_AGENT_PLANNER);
  g_autoptr (SortiePlan) plan = sortie_plan_new ("Two analyses", "en", "deterministic");
  SortieBusStats stats;

  for (int i = 0; i < 3; i++)
    sortie_plan_add_step (plan, SORTIE_AGENT_RETRIEVER, "what?", (int[]){ 1 }, 1);
  sortie_plan_add_step (plan, SORTIE_AGENT_ANALYZER, NULL, (int[]){ 1 }, 1);
  sortie_plan_add_step (plan, SORTIE_AGENT_WRITER, NULL, (int[]){ 2, 3, 4, 5 }, 4);
  g_assert_true (bus_complete_plan (t, planning, plan, NULL));
  g_autoptr (SortieQueueEntry) running = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autoptr (SortieQueueEntry) delayed = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_assert_true (retry (t, delayed, 1, 60000));
  g_autoptr (SortieQueueEntry) analysis = bus_fetch (t, SORTIE_AGENT_ANALYZER);

  g_assert_true (sortie_bus_get_stats (t->bus, &stats, NULL));
  g_assert_cmpint (stats.agents[1].in_flight, ==, 1);
  g_assert_cmpint (stats.agents[1].queued, ==, 1);
  g_assert_cmpint (stats.agents[1].retried, ==, 1);
  g_assert_cmpint (stats.delayed, ==, 1);
  g_assert_cmpint (stats.running, ==, 1);
  kill_step (t, analysis, 4, "out of words");
  bus_assert_done_once (t, id, SORTIE_MISSION_FAILED);
  bus_assert_quiet (t);
  g_assert_true (sortie_bus_get_stats (t->bus, &stats, NULL));
  g_assert_cmpint (stats.failed, ==, 1);
  g_assert_cmpint (stats.agents[2].failed, ==, 1);
  g_assert_cmpint (stats.dead, ==, 1);
}

static GPtrArray *
list_letters (BusTest *t, const char *user, guint limit)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *letters = sortie_bus_list_dead_letters (t->bus, user, limit, &error);

  g_assert_no_error (error);
  return letters;
}

static void
test_letters (BusTest *t, gconstpointer data)
{
  g_auto (GStrv) missions = g_new0 (char *, 4);
  static const char *const users[] = { "ada", "bob", "ada" };
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 3; i++)
    {
      g_autofree char *why = g_strdup_printf ("broken %d", i);
      g_autoptr (SortieQueueEntry) entry = NULL;

      missions[i] = bus_submit (t, users[i]);
      entry = bus_fetch (t, SORTIE_AGENT_PLANNER);
      kill_step (t, entry, 4, why);
    }
  g_autoptr (GPtrArray) letters = list_letters (t, "ada", 10);
  g_assert_cmpuint (letters->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      SortieDeadLetter *letter = g_ptr_array_index (letters, i);

      g_assert_cmpint (letter->step, ==, 1);
      g_assert_cmpint (letter->attempts, ==, 4);
      g_assert_cmpstr (letter->agent, ==, "planner");
      g_assert_cmpstr (letter->payload, ==, "{\"query\":\"äöü\"}");
      g_assert_cmpint (ABS (letter->time - get_redis_time ()), <, 60000);
    }
  SortieDeadLetter *first = g_ptr_array_index (letters, 0);
  SortieDeadLetter *second = g_ptr_array_index (letters, 1);
  g_assert_true (g_str_equal (first->mission, missions[2]) ||
                 g_str_equal (first->mission, missions[0]));
  g_assert_cmpint (first->time, >=, second->time);
  g_assert_cmpstr (first->mission, !=, second->mission);

  /* Somebody else's, rubbish, and one's own, once. */
  static const char *const wrong[] = { "",       "0",     "0-",
                                       "0-1",    "0-1-1", "7-1-1",
                                       "-1-1-1", "x-1-1", "99999999999999999999-1-1" };
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_false (sortie_bus_discard_dead_letter (t->bus, "ada", wrong[i], &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
      g_clear_error (&error);
    }
  g_assert_false (sortie_bus_discard_dead_letter (t->bus, "bob", first->id, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (sortie_bus_discard_dead_letter (t->bus, "ada", first->id, &error));
  g_assert_false (sortie_bus_discard_dead_letter (t->bus, "ada", first->id, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);

  /* Deleting the mission takes its letter along. */
  g_assert_true (sortie_bus_delete (t->bus, "ada", second->mission, NULL));
  g_autoptr (GPtrArray) none = list_letters (t, "ada", 10);
  g_assert_cmpuint (none->len, ==, 0);
  g_autoptr (GPtrArray) others = list_letters (t, "bob", 10);
  g_assert_cmpuint (others->len, ==, 1);
}

/* One user's letters are found behind thousands of another's. */
static void
test_many_letters (BusTest *t, gconstpointer data)
{
  g_autofree char *mission = bus_submit (t, "ada");
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_PLANNER);

  kill_step (t, entry, 1, "ada's");
  for (int i = 0; i < 1200; i++)
    g_free (bus_call_string ("XADD", "sortie:{p0}:dead", "*", "u", "bob", "m", mission, "s", "1",
                             "a", "planner", "r", "bob's", "p", "{}", "n", "1", NULL));
  g_autoptr (GPtrArray) ada = list_letters (t, "ada", 5);
  g_assert_cmpuint (ada->len, ==, 1);
  g_autoptr (GPtrArray) bob = list_letters (t, "bob", 5);
  g_assert_cmpuint (bob->len, ==, 5);
  g_autoptr (GPtrArray) all = list_letters (t, "bob", 100000);
  g_assert_cmpuint (all->len, ==, 1200);
  g_autoptr (GPtrArray) none = list_letters (t, "eve", 5);
  g_assert_cmpuint (none->len, ==, 0);
}

int
main (int argc, char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  bus_begin (SORTIE_DURABILITY_EVERYSEC);
#define ADD(name, func) g_test_add ("/retry/" name, BusTest, NULL, bus_set_up, func, bus_tear_down)
  ADD ("delayed", test_delayed);
  ADD ("not-before", test_not_before);
  ADD ("cancelled-while-delayed", test_cancelled_while_delayed);
  ADD ("hand-back", test_hand_back);
  ADD ("one-retrieval-dead", test_one_retrieval_dead);
  ADD ("all-retrievals-dead", test_all_retrievals_dead);
  ADD ("vital-step-dead", test_vital_step_dead);
  ADD ("failure-takes-out-the-rest", test_failure_takes_out_the_rest);
  ADD ("letters", test_letters);
  ADD ("many-letters", test_many_letters);
#undef ADD
  result = g_test_run ();
  bus_end ();
  return result;
}
