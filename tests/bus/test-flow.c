/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include "sortie-feed.h"

#include <string.h>

/* Whole missions, driven by hand. */

static void
test_whole_mission (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit (t, "ada");

  bus_drive (t, 3);
  assert_codes (t, id,
                "mission.accepted plan.started step.dispatched "
                "step.started step.completed plan.ready "
                "step.dispatched step.dispatched step.dispatched "
                "step.started step.completed step.started step.completed "
                "step.started step.completed step.dispatched "
                "step.started step.completed step.dispatched "
                "step.started step.completed mission.done");
  bus_assert_done_once (t, id, SORTIE_MISSION_COMPLETED);
  bus_assert_quiet (t);
}

/* ---- Dependants ---- */

typedef struct
{
  BusTest *t;
  SortieQueueEntry *entry;
} Completion;

static gpointer
complete_thread (gpointer data)
{
  Completion *completion = data;
  g_autoptr (GError) error = NULL;

  bus_complete (completion->t, completion->entry, "{\"passages\":[]}", &error);
  g_assert_no_error (error);
  return NULL;
}

/* The last of several steps that end at once, and it alone, dispatches what waits for them all. */
static void
test_dispatched_once (BusTest *t, gconstpointer data)
{
  enum
  {
    N = 9,
    ROUNDS = 10
  };

  for (int round = 0; round < ROUNDS; round++)
    {
      g_autofree char *id = bus_submit_planned (t, "ada", N);
      Completion completions[N];
      GThread *threads[N];
      g_autoptr (SortieQueueEntry) analysis = NULL;

      for (int i = 0; i < N; i++)
        completions[i] = (Completion){ t, bus_fetch (t, SORTIE_AGENT_RETRIEVER) };
      g_assert_cmpint (bus_get_step_state (t, id, N + 2), ==, SORTIE_STEP_BLOCKED);
      for (int i = 0; i < N; i++)
        threads[i] = g_thread_new ("complete", complete_thread, &completions[i]);
      for (int i = 0; i < N; i++)
        {
          g_thread_join (threads[i]);
          sortie_queue_entry_free (completions[i].entry);
        }
      analysis = bus_fetch (t, SORTIE_AGENT_ANALYZER);
      g_assert_cmpstr (analysis->mission, ==, id);
      g_assert_cmpint (analysis->step, ==, N + 2);
      g_assert_true (bus_is_idle (t, SORTIE_AGENT_ANALYZER));
      g_assert_cmpint (bus_count_code (t, id, SORTIE_CODE_STEP_DISPATCHED), ==, 1 + N + 1);
      g_assert_true (bus_complete (t, analysis, "{}", NULL));
      g_autoptr (SortieQueueEntry) writing = bus_fetch (t, SORTIE_AGENT_WRITER);
      g_assert_true (bus_complete_last (t, writing, SORTIE_MISSION_COMPLETED, NULL));
    }
  bus_assert_quiet (t);
}

/* A plan whose steps wait in layers and across them, with numbers that do not follow the order. */
static void
test_layered_plan (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit (t, "ada");
  g_autoptr (SortieQueueEntry) planning = bus_fetch (t, SORTIE_AGENT_PLANNER);
  g_autoptr (SortiePlan) plan = sortie_plan_new ("Layers", "en", "llm");
  g_autoptr (GError) error = NULL;

  sortie_plan_add_step (plan, SORTIE_AGENT_ANALYZER, NULL, (int[]){ 3, 4 }, 2);  /* step 2 */
  sortie_plan_add_step (plan, SORTIE_AGENT_RETRIEVER, "a?", (int[]){ 1 }, 1);    /* step 3 */
  sortie_plan_add_step (plan, SORTIE_AGENT_RETRIEVER, "b?", (int[]){ 1, 3 }, 2); /* step 4 */
  sortie_plan_add_step (plan, SORTIE_AGENT_WRITER, NULL, (int[]){ 2, 3, 4 }, 3); /* step 5 */
  bus_complete_plan (t, planning, plan, &error);
  g_assert_no_error (error);

  for (int number = 3; number <= 4; number++)
    {
      g_autoptr (SortieQueueEntry) retrieval = bus_fetch (t, SORTIE_AGENT_RETRIEVER);

      g_assert_cmpint (retrieval->step, ==, number);
      g_assert_true (bus_is_idle (t, SORTIE_AGENT_RETRIEVER));
      g_assert_true (bus_is_idle (t, SORTIE_AGENT_ANALYZER));
      g_assert_true (bus_complete (t, retrieval, "{}", &error));
    }
  g_assert_true (bus_is_idle (t, SORTIE_AGENT_WRITER));
  g_autoptr (SortieQueueEntry) analysis = bus_fetch (t, SORTIE_AGENT_ANALYZER);
  g_assert_true (bus_complete (t, analysis, "{}", &error));
  g_autoptr (SortieQueueEntry) writing = bus_fetch (t, SORTIE_AGENT_WRITER);
  g_assert_cmpint (writing->step, ==, 5);
  g_assert_true (bus_complete_last (t, writing, SORTIE_MISSION_COMPLETED, &error));
  bus_assert_done_once (t, id, SORTIE_MISSION_COMPLETED);
  bus_assert_quiet (t);
}

/* ---- What is stored ---- */

static void
test_snapshot (BusTest *t, gconstpointer data)
{
  static const char *const chunks[] = { "# Title\n", "Grüße\n", NULL };
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) retrieval = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autoptr (SortieEventBatch) started = sortie_event_batch_new ();
  g_autoptr (SortieEvent) event = bus_new_event (retrieval, SORTIE_CODE_STEP_STARTED, "Started");
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieMissionRecord) running = NULL, finished = NULL;
  SortieStepRecord *step;

  sortie_event_batch_add_started (started, event);
  g_assert_true (sortie_bus_publish (t->bus, retrieval, 1, started, &error));
  running = bus_get (t, id);
  g_assert_cmpint (running->state, ==, SORTIE_MISSION_RUNNING);
  g_assert_cmpstr (running->user, ==, "ada");
  g_assert_cmpstr (running->text, ==, "Compare the warranties.");
  g_assert_cmpstr (running->title, ==, "Warranties");
  g_assert_cmpstr (running->collections, ==, "[]");
  g_assert_null (running->options);
  g_assert_null (running->retry_of);
  g_assert_cmpint (running->finished, ==, 0);
  g_assert_cmpint (running->steps->len, ==, 4);
  g_assert_cmpint (sortie_plan_get_n_steps (running->plan), ==, 4);
  g_assert_null (sortie_mission_record_get_step (running, 0));
  g_assert_null (sortie_mission_record_get_step (running, 5));
  step = sortie_mission_record_get_step (running, 2);
  g_assert_cmpint (step->state, ==, SORTIE_STEP_RUNNING);
  g_assert_cmpstr (step->agent, ==, "retriever");
  g_assert_cmpstr (step->entry, ==, retrieval->entry);
  g_assert_cmpint (step->starts, ==, 1);
  g_assert_cmpint (step->queued, >=, running->created);
  g_assert_cmpint (step->started, >=, step->queued);
  g_assert_cmpint (step->ended, ==, 0);
  g_assert_null (step->error);
  g_assert_cmpint (sortie_mission_record_get_step (running, 1)->state, ==, SORTIE_STEP_DONE);
  g_assert_cmpint (sortie_mission_record_get_step (running, 3)->state, ==, SORTIE_STEP_BLOCKED);

  g_assert_true (bus_complete (t, retrieval, "{}", &error));
  g_autoptr (SortieQueueEntry) analysis = bus_fetch (t, SORTIE_AGENT_ANALYZER);
  g_assert_true (bus_complete (t, analysis, "{}", &error));
  g_autoptr (SortieQueueEntry) writing = bus_fetch (t, SORTIE_AGENT_WRITER);
  g_assert_true (bus_write_draft (t, writing, 1, 1, chunks, &error));
  g_assert_true (bus_complete_last (t, writing, SORTIE_MISSION_PARTIAL, &error));
  finished = bus_get (t, id);
  g_assert_cmpint (finished->state, ==, SORTIE_MISSION_PARTIAL);
  g_assert_cmpint (finished->drafts, ==, 1);
  g_assert_cmpint (finished->length, ==, (gint64) strlen ("# Title\nGrüße\n"));
  step = sortie_mission_record_get_step (finished, 2);
  g_assert_cmpint (step->state, ==, SORTIE_STEP_DONE);
  g_assert_cmpint (step->ended, >=, step->started);
  g_assert_cmpstr (step->entry, ==, "");
}

/* JSON is opaque to the scripts: what Lua's own JSON or numbers would spoil comes back as it was. */
static void
test_results (BusTest *t, gconstpointer data)
{
  static const char *const texts[] = {
    "{\"empty\":[],\"big\":12345678901234567,\"pi\":3.14159265358979312}",
    "{\"text\":\"\\u0000 “quoted” \\\\ \\n\",\"list\":[1,2.50,-0]}",
    "",
  };
  g_autofree char *id = bus_submit_planned (t, "ada", 3);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) results = NULL;

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);

      g_assert_true (bus_complete (t, entry, texts[entry->step - 2], &error));
    }
  results = sortie_bus_get_results (t->bus, id, 6, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (results->len, ==, 7);
  g_assert_null (g_ptr_array_index (results, 0));
  g_assert_cmpstr (g_ptr_array_index (results, 1), ==, "{}");
  for (int i = 0; i < 3; i++)
    g_assert_cmpstr (g_ptr_array_index (results, i + 2), ==, texts[i]);
  g_assert_null (g_ptr_array_index (results, 5));
}

/* What a worker gets with an entry, and asks for anew where it has none. */
static void
assert_work (const SortieMissionRecord *work, const SortieQueueEntry *entry, int starts)
{
  g_assert_nonnull (work);
  g_assert_cmpstr (work->id, ==, entry->mission);
  g_assert_cmpint (work->state, ==, SORTIE_MISSION_RUNNING);
  g_assert_cmpstr (work->text, ==, "Compare the warranties.");
  g_assert_cmpstr (work->collections, ==, "[]");
  g_assert_cmpint (work->steps->len, ==, 5);
  g_assert_cmpint (sortie_plan_get_n_steps (work->plan), ==, 5);
  g_assert_cmpstr (sortie_mission_record_get_step (work, entry->step)->entry, ==, entry->entry);
  g_assert_cmpint (sortie_mission_record_get_step (work, entry->step)->starts, ==, starts);
  g_assert_cmpint (sortie_mission_record_get_step (work, 1)->state, ==, SORTIE_STEP_DONE);
  g_assert_cmpint (sortie_mission_record_get_step (work, 5)->state, ==, SORTIE_STEP_BLOCKED);
}

static void
test_work (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 2);
  g_autoptr (SortieQueueEntry) first = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autoptr (SortieMissionRecord) anew = sortie_bus_get_work (t->bus, first, NULL);
  SortieQueueEntry unknown = { first->partition,
                               first->agent,
                               first->entry,
                               (char *) "00000000-0000-4000-8000-000000000000",
                               2,
                               NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *result = g_strdup_printf ("{\"step\":%d}", first->step);

  assert_work (first->record, first, 1);
  assert_work (anew, first, 1);
  g_assert_null (sortie_bus_get_work (t->bus, &unknown, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_assert_true (bus_complete (t, first, result, &error));
  g_autoptr (SortieQueueEntry) second = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_assert_true (sortie_bus_hand_back (t->bus, second, 1, &error));
  g_autoptr (SortieQueueEntry) again = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  assert_work (again->record, again, 1);

  /* Of the results, those that a step builds on: the first retrieval's, the second's not yet. */
  g_autoptr (GPtrArray) needed =
      sortie_bus_get_needed_results (t->bus, id, again->record->plan, 4, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (needed->len, ==, 6);
  for (int step = 0; step <= 5; step++)
    g_assert_cmpstr (g_ptr_array_index (needed, step), ==, step == first->step ? result : NULL);
  g_autoptr (GPtrArray) none =
      sortie_bus_get_needed_results (t->bus, id, again->record->plan, 2, &error);
  g_assert_cmpuint (none->len, ==, 6);
  for (int step = 0; step <= 5; step++)
    g_assert_null (g_ptr_array_index (none, step));
}

static void
test_state (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit (t, "ada");
  g_autofree char *gone = sortie_mission_id_new ();
  const char *const wrong[] = { gone, "", "rubbish" };
  SortieMissionState state = SORTIE_MISSION_PARTIAL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_false (sortie_bus_get_state (t->bus, "ada", wrong[i], &state, &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
      g_clear_error (&error);
    }
  g_assert_false (sortie_bus_get_state (t->bus, "bob", id, &state, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
  g_assert_cmpint (state, ==, SORTIE_MISSION_PARTIAL);
  g_assert_true (sortie_bus_get_state (t->bus, "ada", id, &state, NULL));
  g_assert_cmpint (state, ==, SORTIE_MISSION_RUNNING);
  g_assert_true (sortie_bus_cancel (t->bus, "ada", id, NULL));
  g_assert_true (sortie_bus_get_state (t->bus, NULL, id, &state, NULL));
  g_assert_cmpint (state, ==, SORTIE_MISSION_CANCELLED);
}

/* After its stop a bus answers everything at once: it is being cancelled. */
static void
test_stop (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit (t, "ada");
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_PLANNER);
  g_autoptr (GError) error = NULL;
  SortieBusStats stats;

  g_assert_true (sortie_bus_ping (t->bus, &error));
  sortie_bus_stop (t->bus);
  g_assert_false (sortie_bus_ping (t->bus, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (bus_complete (t, entry, "{}", &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (sortie_bus_get_mission (t->bus, "ada", id, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (sortie_bus_get_stats (t->bus, &stats, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED);
}

static void
test_report (BusTest *t, gconstpointer data)
{
  static const char *const first[] = { "# A first draft", " that breaks", NULL };
  static const char *const second[] = { "# Ti", "tle\n\n", "Grüße, 世界\n", NULL };
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) retrieval = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) report = NULL;

  g_assert_null (sortie_bus_get_report (t->bus, id, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (bus_complete (t, retrieval, "{}", &error));
  g_autoptr (SortieQueueEntry) analysis = bus_fetch (t, SORTIE_AGENT_ANALYZER);
  g_assert_true (bus_complete (t, analysis, "{}", &error));
  g_autoptr (SortieQueueEntry) writing = bus_fetch (t, SORTIE_AGENT_WRITER);
  g_assert_true (bus_write_draft (t, writing, 1, 1, first, &error));
  g_assert_true (bus_write_draft (t, writing, 2, 2, second, &error));
  report = sortie_bus_get_report (t->bus, id, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (report, NULL), g_bytes_get_size (report),
                   "# Title\n\nGrüße, 世界\n", strlen ("# Title\n\nGrüße, 世界\n"));
}

/* ---- Feed and mission agree ---- */

typedef struct
{
  GMutex lock;
  GPtrArray *entries; /* SortieFeedEntry */
  int done;
} Heard;

static void
hear_cb (GPtrArray *entries, gboolean gap, gpointer user_data)
{
  Heard *heard = user_data;

  g_assert_false (gap);
  g_mutex_lock (&heard->lock);
  for (guint i = 0; i < entries->len; i++)
    heard->done += ((SortieFeedEntry *) g_ptr_array_index (entries, i))->done;
  g_ptr_array_extend_and_steal (heard->entries, entries);
  g_mutex_unlock (&heard->lock);
}

static gboolean
has_heard_all (gpointer data)
{
  Heard *heard = data;
  gboolean all;

  g_mutex_lock (&heard->lock);
  all = heard->done == 3;
  g_mutex_unlock (&heard->lock);
  return all;
}

static gboolean
is_listening (gpointer data)
{
  g_autofree char *list = bus_call_string ("CLIENT", "LIST", NULL);
  const char *line = strstr (list, "name=sortie-feed");

  return line != NULL && strstr (line, "cmd=xread") != NULL;
}

static void
assert_same_ids (BusTest *t, Heard *heard, const char *mission)
{
  g_autoptr (GPtrArray) events =
      sortie_bus_read_events (t->bus, mission, NULL, G_MAXUINT, NULL, NULL);
  guint n = 0;

  for (guint i = 0; i < heard->entries->len; i++)
    {
      SortieFeedEntry *entry = g_ptr_array_index (heard->entries, i);
      SortieStoredEvent *event;

      if (!g_str_equal (entry->mission, mission))
        continue;
      g_assert_cmpuint (n, <, events->len);
      event = g_ptr_array_index (events, n++);
      g_assert_cmpstr (entry->id, ==, event->id);
      g_assert_cmpstr (entry->user, ==, "ada");
      g_assert_cmpint (entry->done, ==, event->done);
      if (entry->wire != NULL)
        g_assert_cmpstr (entry->wire, ==, event->wire);
      else
        g_assert_nonnull (strstr (event->wire, "\"message\":\"text\""));
    }
  g_assert_cmpuint (n, ==, events->len);
}

static void
test_same_ids (BusTest *t, gconstpointer data)
{
  static const char *const chunks[] = { "text", "text", NULL };
  Heard heard = { .entries =
                      g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_feed_entry_free) };
  g_autoptr (SortieFeed) feed = sortie_feed_new (t->bus, hear_cb, &heard);
  char *ids[3];

  bus_wait_until (is_listening, NULL);
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (SortieQueueEntry) retrieval = NULL, analysis = NULL, writing = NULL;

      ids[i] = bus_submit_planned (t, "ada", 1);
      retrieval = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
      g_assert_true (bus_complete (t, retrieval, "{}", NULL));
      analysis = bus_fetch (t, SORTIE_AGENT_ANALYZER);
      g_assert_true (bus_complete (t, analysis, "{}", NULL));
      writing = bus_fetch (t, SORTIE_AGENT_WRITER);
      g_assert_true (bus_write_draft (t, writing, 1, 1, chunks, NULL));
      g_assert_true (bus_complete_last (t, writing, SORTIE_MISSION_COMPLETED, NULL));
    }
  bus_wait_until (has_heard_all, &heard);
  g_clear_pointer (&feed, sortie_feed_free);
  for (int i = 0; i < 3; i++)
    {
      assert_same_ids (t, &heard, ids[i]);
      bus_assert_done_once (t, ids[i], SORTIE_MISSION_COMPLETED);
      g_free (ids[i]);
    }
  bus_assert_quiet (t);
  g_ptr_array_unref (heard.entries);
}

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *name;
    void (*func) (BusTest *, gconstpointer);
  } tests[] = {
    { "whole-mission", test_whole_mission },
    { "dispatched-once", test_dispatched_once },
    { "layered-plan", test_layered_plan },
    { "snapshot", test_snapshot },
    { "results", test_results },
    { "work", test_work },
    { "state", test_state },
    { "stop", test_stop },
    { "report", test_report },
    { "same-ids", test_same_ids },
  };
  int result;

  g_test_init (&argc, &argv, NULL);
  bus_begin (SORTIE_DURABILITY_ALWAYS);
  for (int partitions = 1; partitions <= 3; partitions += 2)
    for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
      {
        g_autofree char *path =
            g_strdup_printf ("/flow/%d-partitions/%s", partitions, tests[i].name);

        g_test_add (path, BusTest, GINT_TO_POINTER (partitions), bus_set_up, tests[i].func,
                    bus_tear_down);
      }
  result = g_test_run ();
  bus_end ();
  return result;
}
