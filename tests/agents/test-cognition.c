/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cognition-fixture.h"

#include "sortie-error.h"
#include "sortie-findings.h"
#include "sortie-json.h"

#include <string.h>

/* Planner and retriever with a language model that answers as it was told. */

#define MISSION "When does the supplier repair a defect of the pump, and what is a dead letter?"

/* -- no model -- */

/* Switched off, or no model at all: nothing is asked, and nothing is said of it. */
static void
test_off (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Chain) without = fixture_run_without (fixture, MISSION);
  g_autoptr (Chain) off = NULL;

  fixture->off = TRUE;
  off = fixture_run (fixture, MISSION);
  assert_same_missions (off, without);
  g_assert_cmpuint (fixture->asked->len, ==, 0);
  g_assert_cmpuint (off->recorder->said->len, ==, without->recorder->said->len);
  for (guint i = 0; i < off->recorder->said->len; i++)
    {
      const Said *a = g_ptr_array_index (off->recorder->said, i);
      const Said *b = g_ptr_array_index (without->recorder->said, i);

      g_assert_cmpstr (a->code, ==, b->code);
      g_assert_cmpstr (a->message, ==, b->message);
      g_assert_cmpstr (a->data, ==, b->data);
    }
  for (guint n = 2; n < off->results->len; n++)
    g_assert_cmpstr (g_ptr_array_index (off->results, n), ==,
                     g_ptr_array_index (without->results, n));
}

static void
test_agents (Fixture *fixture, gconstpointer data)
{
  SortieAgent agents[SORTIE_N_AGENTS];

  sortie_cognition_get_agents (NULL, agents);
  for (guint i = 0; i < SORTIE_N_AGENTS; i++)
    {
      g_assert_cmpstr (agents[i].name, ==, sortie_agents[i]);
      g_assert_null (agents[i].user_data);
    }
  g_assert_true (agents[WRITER].func == sortie_writer_run);
  sortie_cognition_get_agents (fixture->cognition, agents);
  g_assert_true (agents[PLANNER].func == sortie_planner_run);
  g_assert_true (agents[PLANNER].user_data == fixture->cognition);
}

/* Whatever a model fails with, the mission is the one without it; each step says so once. */
static void
test_every_error (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Chain) without = fixture_run_without (fixture, MISSION);

  for (int code = 0; code < (int) SORTIE_LLM_N_ERRORS; code++)
    {
      g_autoptr (Chain) chain = NULL;
      g_autofree char *reason = NULL;
      g_autofree char *model = NULL;

      for (int i = 0; i < SORTIE_N_AGENTS; i++)
        fixture->scripts[i].error = (SortieLlmError) code;
      chain = fixture_run (fixture, MISSION);
      assert_same_missions (chain, without);
      g_assert_cmpuint (count_said (chain, SORTIE_CODE_LLM_USED), ==, 0);
      g_assert_cmpuint (count_said (chain, SORTIE_CODE_LLM_FALLBACK), ==,
                        (guint) sortie_plan_get_n_steps (chain->plan));
      reason = said_get (find_said (chain, SORTIE_CODE_LLM_FALLBACK, "report"), "reason");
      model = said_get (find_said (chain, SORTIE_CODE_LLM_FALLBACK, "plan"), "model");
      g_assert_cmpstr (reason, ==, sortie_llm_error_get_name ((SortieLlmError) code));
      g_assert_cmpstr (model, ==, "fake-model");
    }
  g_assert_cmpuint (fixture->n_unusable, ==, 0);
}

/* -- the planner -- */

#define STEPS                                                                                      \
  "[{\"step\":1,\"agent\":\"retriever\",\"question\":\"When is a defect of the pump repaired?\","  \
  "\"query\":\"warranty supplier months\",\"needs\":[]},"                                          \
  "{\"step\":2,\"agent\":\"retriever\",\"question\":\"What is a dead letter?\",\"needs\":[1]},"    \
  "{\"step\":3,\"agent\":\"analyzer\",\"needs\":[1,2]},"                                           \
  "{\"step\":4,\"agent\":\"writer\",\"needs\":[1,2,3]}]"

static void
assert_good_plan (Fixture *fixture, const char *answer)
{
  g_autoptr (Chain) chain = NULL;
  const SortieStep *step;

  fixture_answer (fixture, PLANNER, answer);
  chain = fixture_run (fixture, MISSION);
  if (!g_str_equal (chain->plan->written_by, "llm"))
    g_error ("%s\n%s", answer,
             find_said (chain, SORTIE_CODE_LLM_FALLBACK, "plan") != NULL
                 ? find_said (chain, SORTIE_CODE_LLM_FALLBACK, "plan")->data
                 : "");
  g_assert_cmpint (sortie_plan_get_n_steps (chain->plan), ==, 5);
  step = sortie_plan_get_step (chain->plan, 2);
  g_assert_cmpstr (step->question, ==, "When is a defect of the pump repaired?");
  g_assert_cmpint (step->n_needs, ==, 1);
  step = sortie_plan_get_step (chain->plan, 3);
  g_assert_cmpstr (step->question, ==, "What is a dead letter?");
  g_assert_cmpint (step->n_needs, ==, 1);
  step = sortie_plan_get_step (chain->plan, 4);
  g_assert_cmpstr (step->agent, ==, "analyzer");
  g_assert_cmpint (step->n_needs, ==, 2);
  step = sortie_plan_get_step (chain->plan, 5);
  g_assert_cmpint (step->n_needs, ==, 3);
  g_assert_nonnull (find_said (chain, SORTIE_CODE_LLM_USED, "plan"));
  assert_contains (chain->recorder->draft->str, "## Dead letter\n");
  assert_contains (chain->recorder->draft->str, "within 24 months");
  assert_contains (chain->recorder->draft->str, "Written without a language model.");
}

static void
test_plans (Fixture *fixture, gconstpointer data)
{
  static const char *const answers[] = {
    STEPS,
    "{\"steps\":" STEPS ",\"title\":\"whatever\",\"confidence\":0.5}",
    "```json\n" STEPS "\n```",
    "Here is the plan [1]:\n\n{\"steps\":" STEPS "}\n\nI hope that {it} helps [2].",
    /* Named by texts, in the other words, analysis and report left to us, a search asked for twice. */
    "{\"steps\":[{\"id\":\"a\",\"agent\":\"retriever\",\"question\":\" When is a defect of the pump "
    "repaired? \"},{\"id\":\"b\",\"agent\":\"retriever\",\"question\":\"What is a dead letter?\","
    "\"depends_on\":[\"a\"],\"priority\":1},{\"id\":\"c\",\"agent\":\"retriever\",\"question\":"
    "\"what is a DEAD letter?\",\"depends_on\":null}]}",
    /* The planner's own step, and an analysis for each search. */
    "[{\"agent\":\"planner\"},{\"agent\":\"retriever\",\"question\":\"When is a defect of the pump "
    "repaired?\",\"needs\":[1]},{\"agent\":\"analyzer\",\"needs\":[2]},{\"agent\":\"retriever\","
    "\"question\":\"What is a dead letter?\",\"query\":\"\",\"needs\":[\"1\"]},{\"agent\":"
    "\"analyzer\",\"needs\":[4]},{\"agent\":\"writer\",\"needs\":[3,5]}]",
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    assert_good_plan (fixture, answers[i]);
}

/* The user's own words stay in a search, whatever else is searched for. */
static void
test_planned_queries (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Chain) chain = NULL;

  fixture_answer (fixture, PLANNER, STEPS);
  chain = fixture_run (fixture, MISSION);
  g_assert_cmpstr (sortie_plan_get_step (chain->plan, 2)->query, ==,
                   "defect pump repaired warranty supplier months");
  g_assert_null (sortie_plan_get_step (chain->plan, 3)->query);
  /* Only the search without words of the model's asks for some. */
  g_assert_cmpuint (fixture_count_asked (fixture, RETRIEVER), ==, 1);
  assert_contains (fixture_get_asked (fixture, RETRIEVER)->message, "What is a dead letter?");
}

typedef struct
{
  const char *answer;
  const char *why;
} BadPlan;

#define SEARCH(n) "{\"agent\":\"retriever\",\"question\":\"What of the pump " #n "?\"}"
#define NINE                                                                                       \
  SEARCH (1)                                                                                       \
  "," SEARCH (2) "," SEARCH (3) "," SEARCH (4) "," SEARCH (5) "," SEARCH (6) "," SEARCH (          \
      7) "," SEARCH (8) "," SEARCH (9)

static const BadPlan bad_plans[] = {
  { "", "no JSON" },
  { "I'm sorry, but I can't help with that.", "no JSON" },
  { "{\"steps\":[{\"agent\":\"retriever\",\"question\":\"a pump\"},{\"ag", "not closed" },
  { "{\"steps\":[{\"agent\":\"retriever\",\"question\":\"a pump\",}]}", "" },
  { "{\"steps\":{\"agent\":\"retriever\"}}", "no JSON" },
  { "{\"plan\":[]}", "no JSON" },
  { "[1,2,3]", "no JSON" },
  { "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]", "" },
  { "[]", "no search" },
  { "[{\"agent\":\"writer\"}]", "no search" },
  { "[{\"agent\":\"hacker\",\"question\":\"pump\"}]", "unknown agent “hacker”" },
  { "[{\"question\":\"pump\"}]", "agent" },
  { "[{\"agent\":7,\"question\":\"pump\"}]", "agent" },
  { "[{\"agent\":\"retriever\"}]", "no question" },
  { "[{\"agent\":\"retriever\",\"question\":\"  \"}]", "no question" },
  { "[{\"agent\":\"retriever\",\"question\":[\"pump\"]}]", "question" },
  { "[{\"agent\":\"retriever\",\"question\":\"pump\\nand more\"}]", "control characters" },
  { "[{\"agent\":\"retriever\",\"question\":\"pump \\u001b[31m\"}]", "control characters" },
  { "[{\"agent\":\"retriever\",\"question\":\"pump\",\"query\":\"a\\u0007b\"}]", "query" },
  { "[" SEARCH (1) ",{\"agent\":\"retriever\",\"question\":\"pump\",\"needs\":[9]}]",
    "step 2 needs a step that does not exist" },
  { "[" SEARCH (1) ",{\"agent\":\"retriever\",\"question\":\"pump\",\"needs\":[1.5]}]",
    "does not exist" },
  { "[{\"step\":1,\"agent\":\"retriever\",\"question\":\"pump\",\"needs\":[2]},{\"step\":2,\"agent\":"
    "\"retriever\",\"question\":\"defect\",\"needs\":[1]}]",
    "circle" },
  { "[{\"agent\":\"retriever\",\"question\":\"pump\",\"needs\":[1]}]", "circle" },
  { "[{\"agent\":\"analyzer\"},{\"agent\":\"retriever\",\"question\":\"pump\",\"needs\":[1]}]",
    "waits for the analyzer" },
  { "[" SEARCH (1) ",{\"agent\":\"analyzer\",\"needs\":[3]},{\"agent\":\"writer\",\"needs\":[1]}]",
    "waits for the writer" },
  { "[" SEARCH (1) ",{\"agent\":\"writer\"},{\"agent\":\"writer\"}]", "one writing step" },
  { "[" SEARCH (1) ",{\"agent\":\"planner\"}]", "planner" },
  { "[{\"step\":1,\"agent\":\"retriever\",\"question\":\"pump\"},{\"step\":1,\"agent\":\"retriever\","
    "\"question\":\"defect\"}]",
    "the same name" },
  { "[{\"step\":{},\"agent\":\"retriever\",\"question\":\"pump\"}]", "name of step 1" },
  /* 13 steps with planning: by the list, and by what is completed. */
  { "[" NINE "," SEARCH (10) "," SEARCH (11) ",{\"agent\":\"analyzer\"},{\"agent\":\"writer\"}]",
    "13 steps" },
  { "[" NINE "," SEARCH (10) "]", "13 steps" },
  /* Valid, and about something else. */
  { "[{\"agent\":\"retriever\",\"question\":\"Which crypto coins should I buy?\"}]",
    "no search has a word of the mission" },
};

static void
test_bad_plans (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Chain) without = fixture_run_without (fixture, MISSION);
  g_autofree char *plan = sortie_plan_to_json (without->plan);

  for (guint i = 0; i < G_N_ELEMENTS (bad_plans); i++)
    {
      g_autoptr (Recorder) recorder = recorder_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *made = NULL;
      g_autofree char *reason = NULL;
      g_autofree char *message = NULL;
      const Said *said;
      SortieStepInput input = { .mission = MISSION,
                                .words = 300,
                                .collections = fixture->collections,
                                .step = 1,
                                .attempt = 1,
                                .library = fixture->library };

      fixture_answer (fixture, PLANNER, bad_plans[i].answer);
      made = sortie_planner_run (&input, &recorder->output, fixture->cognition, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (made, ==, plan);
      g_assert_cmpuint (recorder->said->len, ==, 2);
      said = g_ptr_array_index (recorder->said, 0);
      g_assert_cmpstr (said->code, ==, SORTIE_CODE_LLM_FALLBACK);
      g_assert_cmpstr (said->message, ==,
                       "The language model failed (unusable): going on without it");
      reason = said_get (said, "reason");
      message = said_get (said, "message");
      g_assert_cmpstr (reason, ==, "unusable");
      if (strstr (message, bad_plans[i].why) == NULL)
        g_error ("%s: %s", bad_plans[i].answer, message);
    }
  g_assert_cmpuint (fixture->n_unusable, ==, G_N_ELEMENTS (bad_plans));
}

static void
test_long_texts (Fixture *fixture, gconstpointer data)
{
  g_autofree char *longer = g_strnfill (SORTIE_PLAN_MAX_TEXT, 'x');
  g_autofree char *question =
      g_strdup_printf ("[{\"agent\":\"retriever\",\"question\":\"pump %s\"}]", longer);
  g_autofree char *many = g_strnfill (70 * 1024, ' ');
  g_autofree char *huge = g_strdup_printf ("[%s" SEARCH (1) "]", many);
  const char *answers[] = { question, huge };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (Chain) chain = NULL;

      fixture_answer (fixture, PLANNER, answers[i]);
      chain = fixture_run (fixture, MISSION);
      g_assert_cmpstr (chain->plan->written_by, ==, "deterministic");
    }
}

/* An answer that is cut off, or in which a byte is another: a plan of the model's or our own, and
 * never anything else. */
static void
test_broken_plans (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (11);
  const char *whole = "{\"steps\":" STEPS "}";
  SortieStepInput input = { .mission = MISSION,
                            .words = 300,
                            .collections = fixture->collections,
                            .step = 1,
                            .attempt = 1,
                            .library = fixture->library };
  guint n_ours = 0;

  for (gsize i = 0; i < 2 * strlen (whole); i++)
    {
      g_autoptr (Recorder) recorder = recorder_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *answer = g_strdup (whole);
      g_autofree char *made = NULL;
      g_autoptr (SortiePlan) plan = NULL;

      if (i < strlen (whole))
        answer[i] = '\0';
      else
        answer[i - strlen (whole)] = (char) g_rand_int_range (random, 1, 127);
      fixture_answer (fixture, PLANNER, answer);
      made = sortie_planner_run (&input, &recorder->output, fixture->cognition, &error);
      g_assert_no_error (error);
      plan = sortie_plan_from_json (made, strlen (made), &error);
      g_assert_no_error (error);
      n_ours += g_str_equal (plan->written_by, "deterministic");
      g_assert_true (i >= strlen (whole) || g_str_equal (plan->written_by, "deterministic"));
      g_assert_cmpuint (recorder->said->len, ==, 2);
    }
  g_assert_cmpuint (n_ours, <, 2 * strlen (whole));
}

/* -- the retriever -- */

static char *
query_of (const Chain *chain, int step)
{
  const char *json = g_ptr_array_index (chain->results, step);
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieRetrieval) retrieval = sortie_retrieval_from_json (json, strlen (json), &error);

  g_assert_no_error (error);
  return g_strdup (retrieval->query);
}

static void
test_queries (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *answer;
    const char *added; /* NULL: it is no query */
  } cases[] = {
    { "{\"query\":\"undeliverable message queue\"}", " undeliverable message queue" },
    { "```json\n{\"query\": \"undeliverable\"}\n```", " undeliverable" },
    { "undeliverable message queue", " undeliverable message queue" },
    { "\"undeliverable message\"\n", " undeliverable message" },
    { "{\"query\":\"dead letter\"}", "" },
    { "{\"query\":\"what is the\"}", "" },
    { "{\"query\":\"a1 b2 c3 d4 e5 f6 g7 h8 i9 j10 k11 l12\"}", " a1 b2 c3 d4" },
    { "", NULL },
    { "{\"query\":\"\"}", NULL },
    { "{\"query\":\"---\"}", NULL },
    { "{\"query\":[\"a\"]}", NULL },
    { "{\"search\":\"a\"}", NULL },
    { "{\"query\":\"a\\nb\"}", NULL },
    { "{\"query\":\"a", NULL },
    { "one\ntwo", NULL },
    { "I'm sorry, I can't help with that.", NULL },
    { "Sure, here are some of the words which you could look for in this case then", NULL },
  };
  g_autoptr (Chain) without = fixture_run_without (fixture, "What is a dead letter?");
  g_autofree char *own = query_of (without, 2);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Chain) chain = NULL;
      g_autofree char *query = NULL;
      g_autofree char *expected =
          g_strconcat (own, cases[i].added != NULL ? cases[i].added : "", NULL);

      fixture_answer (fixture, RETRIEVER, cases[i].answer);
      chain = fixture_run (fixture, "What is a dead letter?");
      query = query_of (chain, 2);
      g_assert_cmpstr (query, ==, expected);
      g_assert_true ((cases[i].added != NULL) ==
                     (find_said (chain, SORTIE_CODE_LLM_USED, "query") != NULL));
      g_assert_true ((cases[i].added == NULL) ==
                     (find_said (chain, SORTIE_CODE_LLM_FALLBACK, "query") != NULL));
    }
}

/* What nothing can come of is not asked. */
static void
test_no_needless_question (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Chain) nowhere = NULL;
  g_autoptr (Chain) overview = NULL;

  fixture->options.collections = fixture->nothing;
  nowhere = fixture_run (fixture, MISSION);
  g_assert_cmpuint (fixture_count_asked (fixture, PLANNER), ==, 1);
  g_assert_cmpuint (fixture->asked->len, ==, 1);
  g_assert_cmpint (nowhere->recorder->n_drafts, ==, 1);
  fixture->options.collections = fixture->collections;
  overview = fixture_run (fixture, "Summarise the documents.");
  g_assert_cmpuint (fixture_count_asked (fixture, RETRIEVER), ==, 0);
  g_assert_cmpuint (fixture_count_asked (fixture, WRITER), ==, 1);
}

/* -- what is said -- */

static void
test_said (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Chain) chain = NULL;
  const Said *said;

  fixture_answer (fixture, PLANNER, STEPS);
  chain = fixture_run (fixture, MISSION);
  said = find_said (chain, SORTIE_CODE_LLM_USED, "plan");
  g_assert_cmpstr (said->message, ==, "fake-model planned the searches: 50 tokens, 100 a second");
  g_assert_cmpstr (said->data, ==,
                   "{\"purpose\":\"plan\",\"model\":\"fake-model\",\"prompt_tokens\":100,"
                   "\"completion_tokens\":50,\"first_token_ms\":12,\"tokens_per_second\":100,"
                   "\"requests\":1}");
  said = find_said (chain, SORTIE_CODE_LLM_FALLBACK, "insights");
  g_assert_cmpstr (said->data, ==,
                   "{\"purpose\":\"insights\",\"reason\":\"server\",\"message\":\"fake-model at "
                   "nowhere failed\",\"model\":\"fake-model\"}");
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/cognition/off", test_off);
  ADD ("/cognition/agents", test_agents);
  ADD ("/cognition/every-error", test_every_error);
  ADD ("/cognition/plans", test_plans);
  ADD ("/cognition/planned-queries", test_planned_queries);
  ADD ("/cognition/bad-plans", test_bad_plans);
  ADD ("/cognition/broken-plans", test_broken_plans);
  ADD ("/cognition/long-texts", test_long_texts);
  ADD ("/cognition/queries", test_queries);
  ADD ("/cognition/no-needless-question", test_no_needless_question);
  ADD ("/cognition/said", test_said);
  return g_test_run ();
}
