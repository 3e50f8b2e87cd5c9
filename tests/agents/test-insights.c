/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cognition-fixture.h"

#include "sortie-error.h"
#include "sortie-findings.h"

#include <string.h>

/* The analyzer with a language model: insights that are bound to passages. */

#define MISSION "When does the supplier repair a defect of the pump, and what is a dead letter?"

static SortieAnalysis *
analysis_of (const Chain *chain)
{
  const char *json = g_ptr_array_index (chain->results, sortie_plan_get_n_steps (chain->plan) - 1);
  g_autoptr (GError) error = NULL;
  SortieAnalysis *analysis = sortie_analysis_from_json (json, strlen (json), &error);

  g_assert_no_error (error);
  return analysis;
}

static void
test_insights (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Chain) without = fixture_run (fixture, MISSION);
  guint nordwerk = number_of (fixture_get_asked (fixture, ANALYZER)->message, "24 months");
  guint hartmann = number_of (fixture_get_asked (fixture, ANALYZER)->message, "36 months");
  g_autofree char *longer = g_strnfill (700, 'x');
  g_autofree char *answer = g_strdup_printf (
      "Of course:\n[{\"text\":\" The supplier repairs defects within 24 or 36 months of acceptance. "
      "\",\"passages\":[%u,%u],\"confidence\":1},"
      "{\"text\":\"The supplier repairs defects within 48 months.\",\"passages\":[%u]},"
      "{\"text\":\"Elves polish the moon in winter nights.\",\"passages\":[%u]},"
      "{\"text\":\"Spare parts remain available.\",\"passages\":[99]},"
      "{\"text\":\"Spare parts remain available.\",\"passages\":[0]},"
      "{\"text\":\"Spare parts remain available.\",\"passages\":[]},"
      "{\"text\":\"Spare parts remain available.\"},"
      "{\"text\":\"Spare\\nparts remain available.\",\"passages\":[%u]},"
      "{\"text\":\"Parts\",\"passages\":[%u]},{\"text\":\"%s\",\"passages\":[%u]},7,null,"
      "{\"text\":\"Spare parts remain available for ten years.\",\"passages\":[%u]}]",
      nordwerk, hartmann, nordwerk, nordwerk, nordwerk, nordwerk, longer, nordwerk, nordwerk);
  g_autoptr (Chain) chain = NULL;
  g_autoptr (SortieAnalysis) analysis = NULL;
  const SortieInsight *insight;
  g_autofree char *numbers = g_strdup_printf ("acceptance. [%u][%u]\n", nordwerk, hartmann);

  fixture_answer (fixture, ANALYZER, answer);
  chain = fixture_run (fixture, MISSION);
  analysis = analysis_of (chain);
  g_assert_cmpuint (analysis->insights->len, ==, 2);
  insight = g_ptr_array_index (analysis->insights, 0);
  g_assert_cmpstr (insight->text, ==,
                   "The supplier repairs defects within 24 or 36 months of acceptance.");
  g_assert_cmpuint (insight->refs->len, ==, 2);
  g_assert_nonnull (find_said (chain, SORTIE_CODE_LLM_USED, "insights"));
  g_assert_true (g_ptr_array_find_with_equal_func (chain->recorder->messages,
                                                   "Kept 2 of 13 insights", g_str_equal, NULL));
  /* The writer's model is given them under the numbers of its own passages; the report without one
   * knows nothing of them. */
  assert_contains (fixture_get_asked (fixture, WRITER)->message, "<<<insights>>>\n- The supplier");
  assert_contains (fixture_get_asked (fixture, WRITER)->message, numbers);
  assert_same_missions (chain, without);
}

static void
test_no_insights (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *answer;
    gboolean used;
  } cases[] = {
    { "[]", TRUE },
    { "{\"insights\":[]}", TRUE },
    { "[{\"text\":\"Elves polish the moon in winter nights.\",\"passages\":[1]}]", FALSE },
    { "nothing to add", FALSE },
    { "[{\"text\":\"Spare parts", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Chain) chain = NULL;
      g_autoptr (SortieAnalysis) analysis = NULL;

      fixture_answer (fixture, ANALYZER, cases[i].answer);
      chain = fixture_run (fixture, MISSION);
      analysis = analysis_of (chain);
      g_assert_cmpuint (analysis->insights->len, ==, 0);
      g_assert_true (cases[i].used ==
                     (find_said (chain, SORTIE_CODE_LLM_USED, "insights") != NULL));
    }
}

/* A report that finds nothing has nothing to draw insights from. */
static void
test_nothing_found (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Chain) chain = fixture_run (fixture, "What is zymurgy?");

  g_assert_cmpuint (fixture_count_asked (fixture, ANALYZER), ==, 0);
  assert_contains (chain->recorder->draft->str, "Nothing was found");
}

static void
test_insights_json (Fixture *fixture, gconstpointer data)
{
  static const char *const bad[] = {
    "{\"text\":\"An insight of sorts\",\"passages\":[]}",
    "{\"text\":\"An insight of sorts\"}",
    "{\"text\":\"An insight of sorts\",\"passages\":[{\"document\":\"d\",\"passage\":0}]}",
    "{\"text\":\"An insight of sorts\",\"passages\":[{\"passage\":1}]}",
    "{\"text\":\"short\",\"passages\":[{\"document\":\"d\",\"passage\":1}]}",
    "{\"text\":\"An insight\\nof sorts\",\"passages\":[{\"document\":\"d\",\"passage\":1}]}",
    "7",
  };
  g_autoptr (SortieAnalysis) analysis = sortie_analysis_new ();
  g_autofree char *without = sortie_analysis_to_json (analysis);
  SortieInsight *insight = sortie_insight_new ("What several passages say");
  g_autofree char *with = NULL;
  g_autofree char *again = NULL;
  g_autoptr (SortieAnalysis) read = NULL;
  g_autoptr (GError) error = NULL;

  assert_lacks (without, "insights");
  sortie_insight_add (insight, "d-1", 7);
  g_ptr_array_add (analysis->insights, insight);
  with = sortie_analysis_to_json (analysis);
  read = sortie_analysis_from_json (with, strlen (with), &error);
  g_assert_no_error (error);
  again = sortie_analysis_to_json (read);
  g_assert_cmpstr (again, ==, with);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *json =
          g_strdup_printf ("%.*s,\"insights\":[%s]}", (int) strlen (without) - 1, without, bad[i]);
      g_autoptr (GError) problem = NULL;

      g_assert_null (sortie_analysis_from_json (json, strlen (json), &problem));
      g_assert_error (problem, SORTIE_ERROR, SORTIE_ERROR_INVALID);
    }
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/insights/kept", test_insights);
  ADD ("/insights/none", test_no_insights);
  ADD ("/insights/nothing-found", test_nothing_found);
  ADD ("/insights/json", test_insights_json);
  return g_test_run ();
}
