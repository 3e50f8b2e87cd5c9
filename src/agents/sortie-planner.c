/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-agent.h"

#include "sortie-cognition-private.h"
#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-question-splitter.h"

static char *
progress_message (guint n_questions)
{
  if (n_questions == 1)
    return g_strdup ("Planned one line of search");
  return g_strdup_printf ("Planned %u lines of search", n_questions);
}

static char *
progress_data (const SortiePlan *plan)
{
  GString *json = g_string_new ("{");

  sortie_json_append_name (json, "questions");
  g_string_append_c (json, '[');
  for (int n = 1; n <= sortie_plan_get_n_steps (plan); n++)
    {
      const SortieStep *step = sortie_plan_get_step (plan, n);

      if (!g_str_equal (step->agent, SORTIE_AGENT_RETRIEVER))
        continue;
      sortie_json_append_separator (json);
      sortie_json_append_string (json, step->question);
    }
  g_string_append (json, "]}");
  return g_string_free (json, FALSE);
}

static guint
count_searches (const SortiePlan *plan)
{
  guint n_searches = 0;

  for (int n = 1; n <= sortie_plan_get_n_steps (plan); n++)
    n_searches += g_str_equal (sortie_plan_get_step (plan, n)->agent, SORTIE_AGENT_RETRIEVER);
  return n_searches;
}

/* Step 1 plans, 2…k search side by side, then one analyses all and one writes. The writer waits for
 * the searches as well: they tell what was searched even where one of them failed. */
static SortiePlan *
plan_from_questions (const SortieQuestions *questions)
{
  SortiePlan *plan = sortie_plan_new (questions->title, questions->language, "deterministic");
  int first[] = { 1 };
  int needs[SORTIE_PLAN_MAX_STEPS];
  int n_needs = 0;

  for (guint i = 0; i < questions->questions->len; i++)
    {
      const SortieQuestion *question = g_ptr_array_index (questions->questions, i);
      SortieStep *step =
          sortie_plan_add_step (plan, SORTIE_AGENT_RETRIEVER, question->question, first, 1);

      if (*question->query != '\0')
        step->query = g_strdup (question->query);
      needs[n_needs++] = step->number;
    }
  needs[n_needs] = sortie_plan_add_step (plan, SORTIE_AGENT_ANALYZER, NULL, needs, n_needs)->number;
  sortie_plan_add_step (plan, SORTIE_AGENT_WRITER, NULL, needs, n_needs + 1);
  return plan;
}

/* The model's plan where there is one, else our own. (nullable): NULL with the output's error */
static SortiePlan *
make_plan (SortieCognition *cognition,
           const SortieStepInput *input,
           SortieStepOutput *output,
           GError **error)
{
  g_autoptr (SortieQuestions) questions = sortie_questions_from_mission (input->mission);
  SortiePlan *plan = NULL;

  if (sortie_cognition_is_on (cognition) &&
      sortie_planner_ask (cognition, input, output, questions, &plan, error) ==
          SORTIE_COGNITION_STOPPED)
    return NULL;
  return plan != NULL ? plan : plan_from_questions (questions);
}

/**
 * sortie_planner_run:
 * @user_data: (nullable): a SortieCognition, whose model is tried first
 *
 * Returns: the plan as JSON.
 */
char *
sortie_planner_run (const SortieStepInput *input,
                    SortieStepOutput *output,
                    gpointer user_data,
                    GError **error)
{
  g_autoptr (SortiePlan) plan = make_plan (user_data, input, output, error);
  g_autofree char *message = NULL;
  g_autofree char *data = NULL;

  if (plan == NULL || !sortie_plan_validate (plan, error))
    return NULL;
  message = progress_message (count_searches (plan));
  data = progress_data (plan);
  if (!output->progress (output, NULL, message, data, error))
    return NULL;
  return sortie_plan_to_json (plan);
}
