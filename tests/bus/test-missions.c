/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include "sortie-bus-private.h"

#include <string.h>

/* What people do with missions. */

/* ---- Accepting ---- */

static void
test_accept_again (BusTest *t, gconstpointer data)
{
  g_autofree char *id = sortie_mission_id_for_key ("ada", "key 1");
  SortieSubmission submission = bus_new_submission (id, "ada");
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  gboolean known = TRUE;

  g_assert_true (sortie_bus_accept (t->bus, &submission, &known, &error));
  g_assert_false (known);
  before = bus_dump ();
  g_assert_true (sortie_bus_accept (t->bus, &submission, &known, &error));
  g_assert_true (known);
  g_assert_true (sortie_bus_accept (t->bus, &submission, NULL, &error));

  submission.body_hash = "another hash";
  known = FALSE;
  g_assert_false (sortie_bus_accept (t->bus, &submission, &known, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_MISMATCH);
  g_assert_false (known);
  g_clear_error (&error);
  submission.body_hash = NULL;
  g_assert_false (sortie_bus_accept (t->bus, &submission, &known, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_MISMATCH);
  g_clear_error (&error);
  assert_unchanged (before);

  /* Also when it has ended, and not when it was deleted. */
  submission.body_hash = "hash of the body";
  g_assert_true (sortie_bus_cancel (t->bus, "ada", id, &error));
  g_assert_true (sortie_bus_accept (t->bus, &submission, &known, &error));
  g_assert_true (known);
  g_assert_true (sortie_bus_delete (t->bus, "ada", id, &error));
  g_assert_false (sortie_bus_accept (t->bus, &submission, &known, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT);
}

typedef struct
{
  BusTest *t;
  const SortieSubmission *submission;
  gboolean known;
} Acceptance;

static gpointer
accept_thread (gpointer data)
{
  Acceptance *acceptance = data;
  g_autoptr (GError) error = NULL;

  sortie_bus_accept (acceptance->t->bus, acceptance->submission, &acceptance->known, &error);
  g_assert_no_error (error);
  return NULL;
}

static void
test_accept_at_once (BusTest *t, gconstpointer data)
{
  g_autofree char *id = sortie_mission_id_for_key ("ada", "key 2");
  SortieSubmission submission = bus_new_submission (id, "ada");
  Acceptance acceptances[8];
  GThread *threads[8];
  int n_new = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      acceptances[i] = (Acceptance){ t, &submission, FALSE };
      threads[i] = g_thread_new ("accept", accept_thread, &acceptances[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_thread_join (threads[i]);
      n_new += !acceptances[i].known;
    }
  g_assert_cmpint (n_new, ==, 1);
  g_assert_cmpint (bus_count_code (t, id, SORTIE_CODE_MISSION_ACCEPTED), ==, 1);
}

/* Texts as people write them, and users with names of any length. */
static void
test_odd_texts (BusTest *t, gconstpointer data)
{
  g_autofree char *id = sortie_mission_id_new ();
  g_autofree char *other = sortie_mission_id_new ();
  g_autofree char *text = g_strnfill (60000, 'x');
  g_autofree char *user = g_strnfill (400, 'u');
  g_autofree char *same_start = g_strconcat (user, "2", NULL);
  SortieSubmission submission = bus_new_submission (id, user);
  g_autofree char *next = NULL;

  memcpy (text, "\"{[%s%n}\r\n$5\r\n*1\r\n 'ä' \t 世界", 32);
  submission.text = text;
  submission.title = "“Title” \\ \r\n";
  submission.options = "{\"words\":600}";
  submission.collections = "[{\"collection\":\"c\",\"generation\":12345678901234567}]";
  g_assert_true (sortie_bus_accept (t->bus, &submission, NULL, NULL));
  submission.id = other;
  submission.user = same_start;
  g_assert_true (sortie_bus_accept (t->bus, &submission, NULL, NULL));

  g_autoptr (SortieMissionRecord) record = bus_get (t, id);
  g_assert_cmpstr (record->text, ==, text);
  g_assert_cmpstr (record->title, ==, submission.title);
  g_assert_cmpstr (record->options, ==, submission.options);
  g_assert_cmpstr (record->collections, ==, submission.collections);
  g_assert_cmpstr (record->user, ==, user);
  g_autoptr (GPtrArray) list = sortie_bus_list_missions (t->bus, user, NULL, 10, NULL, &next, NULL);
  g_assert_cmpuint (list->len, ==, 1);
}

static void
test_unknown (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit (t, "ada");
  g_autofree char *gone = sortie_mission_id_new ();
  const char *const wrong[] = { gone, "", "*", "not a UUID", "../../x", "{p0}" };
  g_autofree char *before = bus_dump ();

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sortie_bus_get_mission (t->bus, "ada", wrong[i], &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
      g_clear_error (&error);
      g_assert_false (sortie_bus_cancel (t->bus, "ada", wrong[i], &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
      g_clear_error (&error);
      g_assert_false (sortie_bus_delete (t->bus, "ada", wrong[i], &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
      g_assert_false (sortie_bus_is_deleted (t->bus, wrong[i]));
    }

  /* Another user's are as if they were not there. */
  g_autoptr (GError) error = NULL;
  g_assert_null (sortie_bus_get_mission (t->bus, "bob", id, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (sortie_bus_cancel (t->bus, "bob", id, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (sortie_bus_delete (t->bus, "bob", id, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
  assert_unchanged (before);
}

/* ---- Ending ---- */

static void
test_cancel (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 3);
  g_autoptr (SortieQueueEntry) running = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autoptr (SortieQueueEntry) delayed = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autofree char *before = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (sortie_bus_retry_step (t->bus, delayed, 1, 60000, NULL, NULL));
  g_assert_true (sortie_bus_cancel (t->bus, "ada", id, &error));
  bus_assert_done_once (t, id, SORTIE_MISSION_CANCELLED);
  bus_assert_quiet (t);
  for (int step = 2; step <= 6; step++)
    g_assert_cmpint (bus_get_step_state (t, id, step), ==, SORTIE_STEP_CANCELLED);
  g_assert_cmpint (bus_get_step_state (t, id, 1), ==, SORTIE_STEP_DONE);
  g_assert_cmpint (bus_count_code (t, id, SORTIE_CODE_MISSION_CANCELLED), ==, 1);

  before = bus_dump ();
  for (int times = 0; times < 3; times++)
    g_assert_true (sortie_bus_cancel (t->bus, "ada", id, &error));
  assert_unchanged (before);
}

static void
test_cancel_what_has_ended (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit (t, "ada");
  g_autofree char *before = NULL;
  g_autoptr (GError) error = NULL;

  bus_drive (t, 1);
  before = bus_dump ();
  g_assert_false (sortie_bus_cancel (t->bus, "ada", id, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT);
  assert_unchanged (before);
  bus_assert_done_once (t, id, SORTIE_MISSION_COMPLETED);
}

/* Cancelled from many sides while the last step ends: one of them wins, there is one end. */
static gpointer
cancel_thread (gpointer data)
{
  Acceptance *race = data;

  sortie_bus_cancel (race->t->bus, "ada", race->submission->id, NULL);
  return NULL;
}

static void
test_cancel_race (BusTest *t, gconstpointer data)
{
  int n_completed = 0;

  for (int round = 0; round < 20; round++)
    {
      g_autofree char *id = bus_submit_planned (t, "ada", 1);
      g_autoptr (SortieQueueEntry) retrieval = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
      SortieSubmission submission = bus_new_submission (id, "ada");
      Acceptance race = { t, &submission, FALSE };
      GThread *threads[3];
      gboolean completed;

      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("cancel", cancel_thread, &race);
      completed = bus_complete_last (t, retrieval, SORTIE_MISSION_COMPLETED, NULL);
      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
      bus_assert_done_once (t, id, completed ? SORTIE_MISSION_COMPLETED : SORTIE_MISSION_CANCELLED);
      n_completed += completed;
    }
  g_test_message ("%d of 20 were completed", n_completed);
  bus_assert_quiet (t);
}

static void
test_delete (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit (t, "ada");
  g_autofree char *other = NULL, *next = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (sortie_bus_delete (t->bus, "ada", id, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT);
  g_clear_error (&error);
  bus_drive (t, 2);
  other = bus_submit (t, "ada");
  g_assert_true (sortie_bus_delete (t->bus, "ada", id, &error));
  g_assert_true (sortie_bus_is_deleted (t->bus, id));
  g_assert_false (sortie_bus_is_deleted (t->bus, other));
  g_assert_null (sortie_bus_get_mission (t->bus, "ada", id, NULL));
  g_assert_false (sortie_bus_delete (t->bus, "ada", id, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
  for (int i = 0; i < 3; i++)
    {
      static const char *const kinds[] = { "mission", "events", "report" };

      g_assert_false (bus_has_key ("sortie:{p0}:%s:%s", kinds[i], id));
    }
  g_autofree char *tombstone = g_strdup_printf ("sortie:{p0}:gone:%s", id);
  g_assert_cmpint (bus_call_int ("TTL", tombstone, NULL), >, 86000);
  g_assert_cmpint (bus_call_int ("TTL", tombstone, NULL), <=, 86400);
  g_autoptr (GPtrArray) list =
      sortie_bus_list_missions (t->bus, "ada", NULL, 10, NULL, &next, NULL);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_null (next);
}

/* ---- Starting again ---- */

typedef struct
{
  const char *done; /* a digit each: which steps have a result */
  const char *states;
} RetryCase;

/* Planning, two retrievals (2, 3), analysis (4), writing (5). */
static void
test_retry_of (BusTest *t, gconstpointer data)
{
  static const char letters[] = "bqrwdxc"; /* blocked queued running delayed(w) done dead(x) */
  static const RetryCase cases[] = {
    { "", "qbbbb" },   /* planned but nothing is left of it */
    { "1", "dqqbb" },  /* after planning */
    { "12", "ddqbb" }, /* one retrieval was dead-lettered */
    { "123", "dddqb" },   { "1234", "ddddq" },
    { "12345", "ddddq" }, /* a finished mission: the report is written again */
    { "124", "ddqbb" },   /* what was made without the dead one is made again */
    { "1245", "ddqbb" },  { "5", "qbbbb" },
    { "2345", "qbbbb" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *id = sortie_mission_id_new ();
      g_autofree char *old = sortie_mission_id_new ();
      SortieSubmission submission = bus_new_submission (id, "ada");
      g_autoptr (SortiePlan) plan = bus_new_plan (2);
      char *results[6] = { NULL };
      g_autoptr (GError) error = NULL;
      g_autoptr (SortieMissionRecord) record = NULL;
      g_autoptr (GString) states = g_string_new (NULL);

      for (const char *p = cases[i].done; *p != '\0'; p++)
        results[*p - '0'] = (char *) "{\"kept\":true}";
      submission.retry_of = old;
      submission.plan = plan;
      submission.results = results;
      sortie_bus_accept (t->bus, &submission, NULL, &error);
      g_assert_no_error (error);
      record = bus_get (t, id);
      g_assert_cmpstr (record->retry_of, ==, old);
      for (int step = 1; step <= 5; step++)
        g_string_append_c (states, letters[sortie_mission_record_get_step (record, step)->state]);
      g_test_message ("“%s”", cases[i].done);
      g_assert_cmpstr (states->str, ==, cases[i].states);

      /* It goes on to its end by itself. */
      while (record->state == SORTIE_MISSION_RUNNING)
        {
          for (int agent = 1; agent < SORTIE_N_AGENTS; agent++)
            while (!bus_is_idle (t, sortie_agents[agent]))
              {
                g_autoptr (SortieQueueEntry) entry = bus_fetch (t, sortie_agents[agent]);

                if (agent == 3)
                  g_assert_true (bus_complete_last (t, entry, SORTIE_MISSION_COMPLETED, NULL));
                else
                  g_assert_true (bus_complete (t, entry, "{}", NULL));
              }
          if (!bus_is_idle (t, SORTIE_AGENT_PLANNER))
            {
              g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_PLANNER);
              g_assert_true (bus_complete (t, entry, "{}", NULL));
            }
          sortie_mission_record_free (record);
          record = bus_get (t, id);
        }
      bus_assert_done_once (t, id, SORTIE_MISSION_COMPLETED);
      bus_assert_quiet (t);
    }
}

/* ---- Figures ---- */

static void
test_stats (BusTest *t, gconstpointer data)
{
  g_autofree char *first = bus_submit_planned (t, "ada", 2);
  g_autofree char *second = bus_submit (t, "ada");
  g_autoptr (SortieQueueEntry) retrieval = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  SortieBusStats stats;

  g_assert_true (sortie_bus_get_stats (t->bus, &stats, NULL));
  g_assert_cmpint (stats.running, ==, 2);
  g_assert_cmpint (stats.agents[0].queued, ==, 1);
  g_assert_cmpint (stats.agents[0].in_flight, ==, 0);
  g_assert_cmpint (stats.agents[0].done, ==, 1);
  g_assert_cmpint (stats.agents[1].queued, ==, 1);
  g_assert_cmpint (stats.agents[1].in_flight, ==, 1);
  g_assert_cmpint (stats.agents[1].oldest_ms, >=, 0);
  g_assert_cmpint (stats.agents[1].oldest_ms, <, 60000);
  g_assert_cmpint (stats.agents[2].queued, ==, 0);
  g_assert_cmpint (stats.agents[2].oldest_ms, ==, 0);
  g_assert_true (sortie_bus_cancel (t->bus, "ada", second, NULL));
  g_assert_true (bus_complete_last (t, retrieval, SORTIE_MISSION_PARTIAL, NULL));
  g_assert_true (sortie_bus_get_stats (t->bus, &stats, NULL));
  g_assert_cmpint (stats.running, ==, 0);
  g_assert_cmpint (stats.cancelled, ==, 1);
  g_assert_cmpint (stats.partial, ==, 1);
  g_assert_cmpint (stats.completed, ==, 0);
  g_assert_cmpint (stats.delayed, ==, 0);
}

int
main (int argc, char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  bus_begin (SORTIE_DURABILITY_EVERYSEC);
#define ADD(name, func)                                                                            \
  g_test_add ("/missions/" name, BusTest, NULL, bus_set_up, func, bus_tear_down)
  ADD ("accept-again", test_accept_again);
  ADD ("accept-at-once", test_accept_at_once);
  ADD ("odd-texts", test_odd_texts);
  ADD ("unknown", test_unknown);
  ADD ("cancel", test_cancel);
  ADD ("cancel-what-has-ended", test_cancel_what_has_ended);
  ADD ("cancel-race", test_cancel_race);
  ADD ("delete", test_delete);
  ADD ("retry-of", test_retry_of);
  ADD ("stats", test_stats);
#undef ADD
  result = g_test_run ();
  bus_end ();
  return result;
}
