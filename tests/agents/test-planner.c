/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent-chain.h"

#include "sortie-question-splitter.h"

#include <string.h>

static SortiePlan *
plan (const char *mission, Recorder *recorder, char **json)
{
  g_autoptr (GPtrArray) results = g_ptr_array_new ();
  g_autoptr (GPtrArray) collections = pinned_new (NULL);
  g_autoptr (GError) error = NULL;
  SortieStepInput input = { .mission = mission,
                            .words = 600,
                            .step = 1,
                            .collections = collections,
                            .attempt = 1,
                            .results = results };
  SortiePlan *result;

  *json = sortie_planner_run (&input, &recorder->output, NULL, &error);
  g_assert_no_error (error);
  result = sortie_plan_from_json (*json, strlen (*json), &error);
  g_assert_no_error (error);
  return result;
}

/* Planning, the searches side by side, one analysis of all of them, one writer of everything. */
static void
assert_shape (const SortiePlan *made, int n_questions)
{
  int n = sortie_plan_get_n_steps (made);

  g_assert_cmpint (n, ==, n_questions + 3);
  g_assert_cmpint (n, <=, SORTIE_PLAN_MAX_STEPS);
  g_assert_cmpstr (made->written_by, ==, "deterministic");
  for (int i = 2; i <= n; i++)
    {
      const SortieStep *step = sortie_plan_get_step (made, i);

      if (i <= n_questions + 1)
        {
          g_assert_cmpstr (step->agent, ==, SORTIE_AGENT_RETRIEVER);
          g_assert_cmpint (step->n_needs, ==, 1);
          g_assert_cmpint (step->needs[0], ==, 1);
          g_assert_nonnull (step->question);
          continue;
        }
      g_assert_cmpstr (step->agent, ==, i < n ? SORTIE_AGENT_ANALYZER : SORTIE_AGENT_WRITER);
      g_assert_cmpint (step->n_needs, ==, n_questions + (i == n));
      for (int j = 0; j < step->n_needs; j++)
        g_assert_cmpint (step->needs[j], ==, j + 2);
    }
}

static void
test_shape (void)
{
  static const struct
  {
    const char *mission;
    int n_questions;
  } cases[] = {
    { "What is a dead letter?", 1 },
    { "What do the contracts say about liability, warranty and termination?", 3 },
    { "Compare Redis with Kafka.", 3 },
    { "Advantages and disadvantages of pumps", 2 },
    { "Was sind die Vor- und Nachteile von Wärmepumpen?", 2 },
    { "?", 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Recorder) recorder = recorder_new ();
      g_autofree char *json = NULL;
      g_autoptr (SortiePlan) made = plan (cases[i].mission, recorder, &json);

      assert_shape (made, cases[i].n_questions);
      g_assert_cmpuint (recorder->messages->len, ==, 1);
    }
}

static void
test_full_plan (void)
{
  g_autoptr (GString) mission = g_string_new (NULL);
  g_autoptr (Recorder) recorder = recorder_new ();
  g_autofree char *json = NULL;
  g_autoptr (SortiePlan) made = NULL;

  for (int i = 0; i < 500; i++)
    g_string_append_printf (mission, "- What is part %d of the whole machine?\n", i);
  made = plan (mission->str, recorder, &json);
  assert_shape (made, SORTIE_MAX_QUESTIONS);
}

static void
test_twice_the_same (void)
{
  g_autoptr (Recorder) recorder = recorder_new ();
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  const char *mission = "Compare A with B in terms of cost, and explain why C matters.";
  g_autoptr (SortiePlan) made = plan (mission, recorder, &first);
  g_autoptr (SortiePlan) again = plan (mission, recorder, &second);

  g_assert_cmpstr (first, ==, second);
}

/* The titles and queries that a plan carries are what the splitter found. */
static void
test_contents (void)
{
  g_autoptr (Recorder) recorder = recorder_new ();
  g_autofree char *json = NULL;
  g_autoptr (SortiePlan) made =
      plan ("Please explain the duties of the supplier in 200 words.", recorder, &json);
  const SortieStep *step = sortie_plan_get_step (made, 2);

  g_assert_cmpstr (made->title, ==, "Please explain the duties of the supplier");
  g_assert_cmpstr (made->language, ==, "en");
  g_assert_cmpstr (step->question, ==, "Please explain the duties of the supplier in 200 words.");
  g_assert_cmpstr (step->query, ==, "duties supplier");
  g_assert_cmpstr (g_ptr_array_index (recorder->messages, 0), ==, "Planned one line of search");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/planner/shape", test_shape);
  g_test_add_func ("/planner/full-plan", test_full_plan);
  g_test_add_func ("/planner/twice-the-same", test_twice_the_same);
  g_test_add_func ("/planner/contents", test_contents);
  return g_test_run ();
}
