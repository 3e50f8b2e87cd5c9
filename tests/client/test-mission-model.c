/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-error.h"
#include "sortie-mission-model.h"

#include <string.h>

#define ID "0b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11"
#define PLAN                                                                                       \
  "{\"title\":\"The title\",\"language\":\"en\",\"written_by\":\"deterministic\",\"steps\":["      \
  "{\"step\":1,\"agent\":\"planner\",\"needs\":[]},"                                               \
  "{\"step\":2,\"agent\":\"retriever\",\"question\":\"Why?\",\"needs\":[1]},"                      \
  "{\"step\":3,\"agent\":\"retriever\",\"question\":\"How?\",\"needs\":[1]},"                      \
  "{\"step\":4,\"agent\":\"analyzer\",\"needs\":[2,3]},"                                           \
  "{\"step\":5,\"agent\":\"writer\",\"needs\":[4]}]}"

/* Events get IDs and times that grow by one millisecond each. */
static gint64 now;

static SortieEvent *
make (SortieEventType type, const char *source, const char *code, const char *message)
{
  SortieEvent *event = sortie_event_new (type, source, code, message);

  event->timestamp = ++now;
  event->id = g_strdup_printf ("%" G_GINT64_FORMAT "-0", now);

  return event;
}

static SortieModelChange
apply (SortieMissionModel *model, SortieEvent *event)
{
  g_autoptr (SortieEvent) owned = event;
  g_autoptr (GError) error = NULL;
  SortieModelChange change = sortie_mission_model_apply (model, owned, &error);

  g_assert_no_error (error);

  return change;
}

static void
refuse (SortieMissionModel *model, SortieEvent *event, int code)
{
  g_autoptr (SortieEvent) owned = event;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (sortie_mission_model_apply (model, owned, &error), ==, SORTIE_MODEL_UNCHANGED);
  g_assert_error (error, SORTIE_ERROR, code);
}

static SortieEvent *
of_step (const char *code, const char *agent, int step, int attempt)
{
  gboolean bad = g_str_equal (code, SORTIE_CODE_STEP_RETRYING) ||
                 g_str_equal (code, SORTIE_CODE_STEP_DEAD_LETTERED);
  SortieEvent *event = make (bad ? SORTIE_EVENT_ERROR : SORTIE_EVENT_STATUS, agent, code, code);

  event->step = step;
  event->attempt = attempt;

  return event;
}

static SortieEvent *
with_data (SortieEvent *event, const char *data)
{
  event->data = g_strdup (data);

  return event;
}

static SortieEvent *
chunk (int draft, gint64 offset, const char *text)
{
  SortieEvent *event = make (SORTIE_EVENT_PARTIAL_OUTPUT, "writer", SORTIE_CODE_DRAFT_CHUNK, text);

  event->step = 5;
  event->attempt = 1;
  event->draft = draft;
  event->offset = offset;

  return event;
}

static SortieEvent *
done (const char *outcome)
{
  g_autofree char *data = g_strdup_printf ("{\"outcome\":\"%s\"}", outcome);

  return with_data (make (SORTIE_EVENT_DONE, "system", SORTIE_CODE_MISSION_DONE, "Done."), data);
}

static void
assert_draft (const SortieMissionModel *model, int number, const char *text)
{
  const SortieModelDraft *draft = sortie_mission_model_get_current_draft (model);
  const char *bytes;
  gsize length;

  g_assert_nonnull (draft);
  g_assert_cmpint (sortie_model_draft_get_number (draft), ==, number);
  bytes = sortie_model_draft_get_text (draft, &length);
  g_assert_cmpmem (bytes, length, text, strlen (text));
}

static SortieModelStepState
state_of (const SortieMissionModel *model, int step)
{
  return sortie_mission_model_get_step (model, step)->state;
}

/* Up to where steps 2 and 3 are dispatched. */
static SortieMissionModel *
planned (void)
{
  SortieMissionModel *model = sortie_mission_model_new (ID);
  SortieEvent *dispatch;

  now = 1000;
  apply (model, make (SORTIE_EVENT_STATUS, "system", SORTIE_CODE_MISSION_ACCEPTED, "Accepted"));
  g_assert_cmpint (sortie_mission_model_get_state (model), ==, SORTIE_MISSION_WAITING);
  dispatch = of_step (SORTIE_CODE_STEP_DISPATCHED, "system", 1, 1);
  dispatch->to = g_strdup ("planner");
  apply (model, dispatch);
  apply (model, of_step (SORTIE_CODE_STEP_STARTED, "planner", 1, 1));
  apply (model,
         with_data (make (SORTIE_EVENT_STATUS, "planner", SORTIE_CODE_PLAN_READY, "Plan"), PLAN));
  apply (model, of_step (SORTIE_CODE_STEP_COMPLETED, "planner", 1, 1));
  for (int step = 2; step <= 3; step++)
    {
      dispatch = of_step (SORTIE_CODE_STEP_DISPATCHED, "system", step, 1);
      dispatch->to = g_strdup ("retriever");
      apply (model, dispatch);
    }

  return model;
}

static void
test_plain_mission (void)
{
  g_autoptr (SortieMissionModel) model = planned ();
  const SortieModelStep *step;

  g_assert_cmpstr (sortie_mission_model_get_title (model), ==, "The title");
  g_assert_cmpint (sortie_mission_model_get_state (model), ==, SORTIE_MISSION_RUNNING);
  g_assert_cmpint (sortie_mission_model_get_n_steps (model), ==, 5);
  g_assert_cmpint (sortie_mission_model_get_n_steps_done (model), ==, 1);
  g_assert_cmpint (state_of (model, 2), ==, SORTIE_MODEL_STEP_QUEUED);
  g_assert_cmpint (state_of (model, 4), ==, SORTIE_MODEL_STEP_PENDING);
  step = sortie_mission_model_get_step (model, 4);
  g_assert_cmpint (step->n_needs, ==, 2);
  g_assert_cmpstr (step->agent, ==, "analyzer");
  g_assert_cmpstr (sortie_mission_model_get_step (model, 3)->question, ==, "How?");
  g_assert_null (sortie_mission_model_get_step (model, 6));
  g_assert_null (sortie_mission_model_get_step (model, 0));

  for (int number = 2; number <= 5; number++)
    {
      apply (model, of_step (SORTIE_CODE_STEP_STARTED, "retriever", number, 1));
      g_assert_cmpint (state_of (model, number), ==, SORTIE_MODEL_STEP_RUNNING);
      apply (model, of_step (SORTIE_CODE_STEP_COMPLETED, "retriever", number, 1));
    }
  step = sortie_mission_model_get_step (model, 2);
  g_assert_cmpint (step->ended - step->started, ==, 1);
  g_assert_cmpint (step->n_attempts, ==, 1);
  g_assert_cmpint (step->attempts[0].state, ==, SORTIE_MODEL_STEP_COMPLETED);
  g_assert_cmpint (step->attempts[0].queued, <, step->attempts[0].started);

  g_assert_cmpint (apply (model, chunk (1, 0, "# Title\n")), ==,
                   SORTIE_MODEL_CHANGED | SORTIE_MODEL_DRAFT_STARTED | SORTIE_MODEL_DRAFT_GREW);
  apply (model, chunk (1, 8, "Text."));
  apply (model, with_data (make (SORTIE_EVENT_STATUS, "writer", SORTIE_CODE_DRAFT_COMPLETED, "x"),
                           "{\"written_by\":\"deterministic\",\"sources\":[{\"n\":1}]}"));
  assert_draft (model, 1, "# Title\nText.");
  g_assert_true (apply (model, done ("completed")) & SORTIE_MODEL_ENDED);
  g_assert_cmpint (sortie_mission_model_get_state (model), ==, SORTIE_MISSION_COMPLETED);
  g_assert_cmpint (sortie_mission_model_get_finished (model), ==, now);
  g_assert_cmpint (sortie_mission_model_get_n_steps_done (model), ==, 5);
  g_assert_cmpstr (sortie_model_draft_get_written_by (
                       sortie_mission_model_get_current_draft (model)),
                   ==, "deterministic");
}

/* A short step tells how long it took only when it is over. */
static void
test_short_step (void)
{
  g_autoptr (SortieMissionModel) model = planned ();
  const SortieModelStep *step = sortie_mission_model_get_step (model, 2);

  now += 100;
  apply (model, with_data (of_step (SORTIE_CODE_STEP_COMPLETED, "retriever", 2, 1),
                           "{\"elapsed_us\":7900}"));
  g_assert_cmpint (step->ended - step->started, ==, 7);
  g_assert_cmpint (step->attempts[0].started, ==, step->started);
  g_assert_cmpint (step->n_attempts, ==, 1);
  step = sortie_mission_model_get_step (model, 3);
  apply (model, with_data (of_step (SORTIE_CODE_STEP_COMPLETED, "retriever", 3, 1),
                           "{\"elapsed_us\":9223372036854775807}"));
  g_assert_cmpint (step->started, ==, step->queued);
}

static void
test_nothing_after_done (void)
{
  g_autoptr (SortieMissionModel) model = planned ();
  guint64 n_events;

  apply (model, chunk (1, 0, "a"));
  apply (model, done ("partial"));
  n_events = sortie_mission_model_get_counters (model)->n_events;
  g_assert_cmpint (apply (model, done ("failed")), ==, SORTIE_MODEL_UNCHANGED);
  g_assert_cmpint (apply (model, chunk (1, 1, "b")), ==, SORTIE_MODEL_UNCHANGED);
  g_assert_cmpint (apply (model, of_step (SORTIE_CODE_STEP_STARTED, "writer", 5, 1)), ==,
                   SORTIE_MODEL_UNCHANGED);
  g_assert_cmpint (sortie_mission_model_get_state (model), ==, SORTIE_MISSION_PARTIAL);
  g_assert_cmpuint (sortie_mission_model_get_counters (model)->n_events, ==, n_events);
  g_assert_cmpint (state_of (model, 5), ==, SORTIE_MODEL_STEP_DROPPED);
  assert_draft (model, 1, "a");
}

static void
test_once_by_id (void)
{
  g_autoptr (SortieMissionModel) model = planned ();
  g_autoptr (SortieEvent) event = of_step (SORTIE_CODE_STEP_RETRYING, "retriever", 2, 1);

  g_assert_cmpint (sortie_mission_model_apply (model, event, NULL), !=, SORTIE_MODEL_UNCHANGED);
  g_assert_cmpint (sortie_mission_model_apply (model, event, NULL), ==, SORTIE_MODEL_UNCHANGED);
  g_free (event->id);
  event->id = g_strdup ("500-0");
  g_assert_cmpint (sortie_mission_model_apply (model, event, NULL), ==, SORTIE_MODEL_UNCHANGED);
  g_assert_cmpuint (sortie_mission_model_get_counters (model)->n_retries, ==, 1);
}

static void
test_retries (void)
{
  g_autoptr (SortieMissionModel) model = planned ();
  const SortieModelStep *step = sortie_mission_model_get_step (model, 2);

  apply (model, of_step (SORTIE_CODE_STEP_STARTED, "retriever", 2, 1));
  apply (model,
         with_data (of_step (SORTIE_CODE_STEP_RETRYING, "retriever", 2, 1), "{\"delay_ms\":1000}"));
  g_assert_cmpint (step->state, ==, SORTIE_MODEL_STEP_RETRYING);
  g_assert_cmpint (step->retry_at, ==, now + 1000);
  g_assert_cmpint (step->attempts[0].state, ==, SORTIE_MODEL_STEP_RETRYING);
  apply (model, of_step (SORTIE_CODE_STEP_DISPATCHED, "system", 2, 2));
  g_assert_cmpint (step->state, ==, SORTIE_MODEL_STEP_QUEUED);
  g_assert_cmpint (step->n_attempts, ==, 1);
  apply (model, of_step (SORTIE_CODE_STEP_STARTED, "retriever", 2, 2));
  g_assert_cmpint (step->n_attempts, ==, 2);
  g_assert_cmpint (step->n_kept, ==, 2);
  apply (model, of_step (SORTIE_CODE_STEP_DEAD_LETTERED, "retriever", 2, 2));
  g_assert_cmpint (step->state, ==, SORTIE_MODEL_STEP_DEAD_LETTERED);
  g_assert_cmpuint (sortie_mission_model_get_counters (model)->n_dead_letters, ==, 1);
  g_assert_cmpuint (sortie_mission_model_get_counters (model)->n_errors, ==, 2);

  /* What is over stays over. */
  apply (model, of_step (SORTIE_CODE_STEP_STARTED, "retriever", 2, 3));
  g_assert_cmpint (step->state, ==, SORTIE_MODEL_STEP_DEAD_LETTERED);
}

static void
test_many_attempts (void)
{
  g_autoptr (SortieMissionModel) model = planned ();
  const SortieModelStep *step = sortie_mission_model_get_step (model, 2);

  for (int attempt = 1; attempt <= 100; attempt++)
    {
      apply (model, of_step (SORTIE_CODE_STEP_STARTED, "retriever", 2, attempt));
      apply (model, of_step (SORTIE_CODE_STEP_RECLAIMED, "system", 2, attempt));
    }
  g_assert_cmpint (step->n_attempts, ==, 100);
  g_assert_cmpint (step->n_kept, ==, SORTIE_MODEL_MAX_ATTEMPTS);
  g_assert_cmpint (step->attempts[step->n_kept - 1].number, ==, 100);
  g_assert_cmpint (step->attempts[0].number, ==, 100 - SORTIE_MODEL_MAX_ATTEMPTS + 1);
}

/* --- drafts --- */

static void
test_overwriting (void)
{
  g_autoptr (SortieMissionModel) model = planned ();

  apply (model, chunk (1, 0, "Hello world"));
  apply (model, chunk (1, 0, "Hello"));
  assert_draft (model, 1, "Hello world");
  apply (model, chunk (1, 6, "there, you"));
  assert_draft (model, 1, "Hello there, you");
  apply (model, chunk (1, 0, "J"));
  assert_draft (model, 1, "Jello there, you");
  apply (model, chunk (1, 16, ""));
  assert_draft (model, 1, "Jello there, you");
}

static void
test_superseded (void)
{
  g_autoptr (SortieMissionModel) model = planned ();
  const SortieModelDraft *first;
  const char *text;
  gsize length;

  apply (model, with_data (make (SORTIE_EVENT_STATUS, "writer", SORTIE_CODE_DRAFT_STARTED, "x"),
                           "{\"draft\":1,\"written_by\":\"llm\"}"));
  apply (model, chunk (1, 0, "broken"));
  g_assert_true (
      apply (model, with_data (make (SORTIE_EVENT_STATUS, "writer", SORTIE_CODE_DRAFT_STARTED, "x"),
                               "{\"draft\":2}")) &
      SORTIE_MODEL_DRAFT_STARTED);
  assert_draft (model, 2, "");
  apply (model, chunk (2, 0, "whole"));
  apply (model, chunk (1, 6, " late"));
  assert_draft (model, 2, "whole");

  g_assert_cmpuint (sortie_mission_model_get_n_drafts (model), ==, 2);
  first = sortie_mission_model_get_draft (model, 0);
  text = sortie_model_draft_get_text (first, &length);
  g_assert_cmpmem (text, length, "broken late", 11);
  g_assert_cmpstr (sortie_model_draft_get_written_by (first), ==, "llm");
  g_assert_false (sortie_model_draft_is_complete (first));

  /* Told again, it changes nothing. */
  apply (model, with_data (make (SORTIE_EVENT_STATUS, "writer", SORTIE_CODE_DRAFT_STARTED, "x"),
                           "{\"draft\":1}"));
  assert_draft (model, 2, "whole");
}

static void
test_refused_chunks (void)
{
  g_autoptr (SortieMissionModel) model = planned ();
  g_autofree char *block = g_strnfill (1024 * 1024, 'x');

  refuse (model, chunk (1, 1, "gap"), SORTIE_ERROR_PROTOCOL);
  g_assert_null (sortie_mission_model_get_current_draft (model));
  apply (model, chunk (1, 0, "abc"));
  refuse (model, chunk (1, 4, "gap"), SORTIE_ERROR_PROTOCOL);
  refuse (model, chunk (0, 0, "no draft"), SORTIE_ERROR_PROTOCOL);
  refuse (model, chunk (1, -1, "before"), SORTIE_ERROR_PROTOCOL);
  refuse (model, chunk (1, G_MAXINT64, "far"), SORTIE_ERROR_PROTOCOL);
  assert_draft (model, 1, "abc");

  for (int i = 0; i < SORTIE_MODEL_DRAFT_MAX_BYTES / (1024 * 1024); i++)
    apply (model, chunk (2, (gint64) i * 1024 * 1024, block));
  refuse (model, chunk (2, SORTIE_MODEL_DRAFT_MAX_BYTES, "y"), SORTIE_ERROR_TOO_LARGE);
}

static void
test_many_drafts (void)
{
  g_autoptr (SortieMissionModel) model = planned ();

  for (int draft = 1; draft <= 1000; draft++)
    apply (model, chunk (draft, 0, "text"));
  g_assert_cmpuint (sortie_mission_model_get_n_drafts (model), ==, SORTIE_MODEL_MAX_DRAFTS);
  assert_draft (model, 1000, "text");
  refuse (model, chunk (1, 0, "long gone"), SORTIE_ERROR_PROTOCOL);
}

/* --- contradictions --- */

static void
test_impossible_steps (void)
{
  g_autoptr (SortieMissionModel) model = planned ();

  refuse (model, of_step (SORTIE_CODE_STEP_STARTED, "retriever", 0, 1), SORTIE_ERROR_PROTOCOL);
  refuse (model, of_step (SORTIE_CODE_STEP_COMPLETED, "retriever", SORTIE_PLAN_MAX_STEPS + 1, 1),
          SORTIE_ERROR_PROTOCOL);
  refuse (model, of_step (SORTIE_CODE_STEP_RETRYING, "retriever", G_MAXINT, 1),
          SORTIE_ERROR_PROTOCOL);
  g_assert_cmpint (sortie_mission_model_get_n_steps (model), ==, 5);
}

static void
test_bad_plans (void)
{
  static const char *const plans[] = {
    "{\"plan\":7}",
    "{\"plan\":{\"steps\":[]}}",
    "{\"steps\":\"x\"}",
    "{\"title\":\"t\",\"steps\":[{\"step\":1,\"agent\":\"pirate\",\"needs\":[]}]}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (plans); i++)
    {
      g_autoptr (SortieMissionModel) model = sortie_mission_model_new (ID);
      g_autoptr (SortieEvent) event =
          with_data (make (SORTIE_EVENT_STATUS, "planner", SORTIE_CODE_PLAN_READY, "x"), plans[i]);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (sortie_mission_model_apply (model, event, &error), ==,
                       SORTIE_MODEL_UNCHANGED);
      g_assert_true (error != NULL && error->domain == SORTIE_ERROR);
      g_assert_cmpint (sortie_mission_model_get_n_steps (model), ==, 0);
    }
}

static void
test_plan_in_a_member (void)
{
  g_autoptr (SortieMissionModel) model = sortie_mission_model_new (ID);

  apply (model, with_data (make (SORTIE_EVENT_STATUS, "planner", SORTIE_CODE_PLAN_READY, "x"),
                           "{\"plan\":" PLAN "}"));
  g_assert_cmpint (sortie_mission_model_get_n_steps (model), ==, 5);
}

/* However it says so, a mission that is done is done. */
static void
test_done_without_outcome (void)
{
  static const char *const datas[] = {
    NULL, "{}", "{\"outcome\":7}", "{\"outcome\":\"running\"}", "{\"outcome\":\"grand\"}", "rubbish"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (datas); i++)
    {
      g_autoptr (SortieMissionModel) model = planned ();
      g_autoptr (SortieEvent) event =
          with_data (make (SORTIE_EVENT_DONE, "system", SORTIE_CODE_MISSION_DONE, "x"), datas[i]);
      g_autoptr (GError) error = NULL;

      g_assert_true (sortie_mission_model_apply (model, event, &error) & SORTIE_MODEL_ENDED);
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL);
      g_assert_cmpint (sortie_mission_model_get_state (model), ==, SORTIE_MISSION_FAILED);
    }
}

static void
test_unknown_codes (void)
{
  g_autoptr (SortieMissionModel) model = planned ();

  g_assert_cmpint (apply (model, make (SORTIE_EVENT_STATUS, "oracle", "future.code", "Hm")), ==,
                   SORTIE_MODEL_CHANGED);
  g_assert_cmpstr (sortie_mission_model_get_message (model), ==, "Hm");
}

/* --- checkpoints --- */

static GPtrArray *
long_mission (void)
{
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_event_free);
  gint64 offset = 0;

  now = 1000;
  g_ptr_array_add (events,
                   with_data (make (SORTIE_EVENT_STATUS, "planner", SORTIE_CODE_PLAN_READY, "x"),
                              PLAN));
  for (int draft = 1; draft <= 3; draft++, offset = 0)
    for (int i = 0; i < 400; i++)
      {
        g_autofree char *text = g_strdup_printf ("draft %d, sentence %d. ", draft, i);

        g_ptr_array_add (events, chunk (draft, offset, text));
        offset += (gint64) strlen (text);
      }
  g_ptr_array_add (events, done ("completed"));

  return events;
}

static char *
describe (const SortieMissionModel *model)
{
  const SortieModelDraft *draft = sortie_mission_model_get_current_draft (model);
  gsize length = 0;
  const char *text = draft != NULL ? sortie_model_draft_get_text (draft, &length) : "";
  g_autofree char *hash =
      g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text, length);

  return g_strdup_printf ("%s %d %u %s %s %zu", sortie_mission_model_get_title (model),
                          (int) sortie_mission_model_get_state (model),
                          sortie_mission_model_get_n_drafts (model),
                          sortie_mission_model_get_last_event_id (model), hash, length);
}

/* From each checkpoint on, the replay gives the same models as the first run, whatever the others
 * that share its text do meanwhile. */
static void
test_replay_from_checkpoints (void)
{
  g_autoptr (GPtrArray) events = long_mission ();
  g_autoptr (GPtrArray) checkpoints =
      g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_mission_model_free);
  g_autoptr (GPtrArray) described = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (SortieMissionModel) model = sortie_mission_model_new (ID);
  const guint every = 64;

  for (guint i = 0; i < events->len; i++)
    {
      if (i % every == 0)
        g_ptr_array_add (checkpoints, sortie_mission_model_copy (model));
      sortie_mission_model_apply (model, g_ptr_array_index (events, i), NULL);
      g_ptr_array_add (described, describe (model));
    }

  for (guint c = checkpoints->len; c > 0; c--)
    {
      g_autoptr (SortieMissionModel) replay =
          sortie_mission_model_copy (g_ptr_array_index (checkpoints, c - 1));

      for (guint i = (c - 1) * every; i < events->len; i++)
        {
          g_autofree char *description = NULL;

          sortie_mission_model_apply (replay, g_ptr_array_index (events, i), NULL);
          description = describe (replay);
          g_assert_cmpstr (description, ==, g_ptr_array_index (described, i));
        }
    }
}

/* Two copies that go different ways don't see each other's text. */
static void
test_copies_are_apart (void)
{
  g_autoptr (SortieMissionModel) model = planned ();
  g_autoptr (SortieMissionModel) copy = NULL;

  apply (model, chunk (1, 0, "common "));
  copy = sortie_mission_model_copy (model);
  apply (model, chunk (1, 7, "left"));
  apply (copy, chunk (1, 7, "right, longer"));
  assert_draft (model, 1, "common left");
  assert_draft (copy, 1, "common right, longer");
  apply (copy, chunk (1, 0, "C"));
  assert_draft (model, 1, "common left");
  assert_draft (copy, 1, "Common right, longer");
}

static void
test_clear (void)
{
  g_autoptr (SortieMissionModel) model = planned ();

  apply (model, chunk (1, 0, "a"));
  apply (model, done ("completed"));
  sortie_mission_model_clear (model);
  g_assert_cmpint (sortie_mission_model_get_state (model), ==, SORTIE_MISSION_WAITING);
  g_assert_cmpint (sortie_mission_model_get_n_steps (model), ==, 0);
  g_assert_cmpuint (sortie_mission_model_get_n_drafts (model), ==, 0);
  g_assert_cmpstr (sortie_mission_model_get_mission_id (model), ==, ID);
  g_assert_null (sortie_mission_model_get_last_event_id (model));
  now = 10;
  apply (model, chunk (1, 0, "b"));
  assert_draft (model, 1, "b");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/mission-model/plain-mission", test_plain_mission);
  g_test_add_func ("/client/mission-model/short-step", test_short_step);
  g_test_add_func ("/client/mission-model/nothing-after-done", test_nothing_after_done);
  g_test_add_func ("/client/mission-model/once-by-id", test_once_by_id);
  g_test_add_func ("/client/mission-model/retries", test_retries);
  g_test_add_func ("/client/mission-model/many-attempts", test_many_attempts);
  g_test_add_func ("/client/mission-model/overwriting", test_overwriting);
  g_test_add_func ("/client/mission-model/superseded", test_superseded);
  g_test_add_func ("/client/mission-model/refused-chunks", test_refused_chunks);
  g_test_add_func ("/client/mission-model/many-drafts", test_many_drafts);
  g_test_add_func ("/client/mission-model/impossible-steps", test_impossible_steps);
  g_test_add_func ("/client/mission-model/bad-plans", test_bad_plans);
  g_test_add_func ("/client/mission-model/plan-in-a-member", test_plan_in_a_member);
  g_test_add_func ("/client/mission-model/done-without-outcome", test_done_without_outcome);
  g_test_add_func ("/client/mission-model/unknown-codes", test_unknown_codes);
  g_test_add_func ("/client/mission-model/replay-from-checkpoints", test_replay_from_checkpoints);
  g_test_add_func ("/client/mission-model/copies-are-apart", test_copies_are_apart);
  g_test_add_func ("/client/mission-model/clear", test_clear);
  return g_test_run ();
}
