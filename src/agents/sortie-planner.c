/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-agent.h"

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
progress_data (const SortieQuestions *questions)
{
  GString *json = g_string_new ("{");

  sortie_json_append_name (json, "questions");
  g_string_append_c (json, '[');
  for (guint i = 0; i < questions->questions->len; i++)
    {
      const SortieQuestion *question = g_ptr_array_index (questions->questions, i);

      sortie_json_append_separator (json);
      sortie_json_append_string (json, question->question);
    }
  g_string_append (json, "]}");
  return g_string_free (json, FALSE);
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

/**
 * sortie_planner_run:
 *
 * Plans without a language model. Returns: the plan as JSON.
 */
char *
sortie_planner_run (const SortieStepInput *input,
                    SortieStepOutput *output,
                    gpointer user_data,
                    GError **error)
{
  g_autoptr (SortieQuestions) questions = sortie_questions_from_mission (input->mission);
  g_autoptr (SortiePlan) plan = plan_from_questions (questions);
  g_autofree char *message = progress_message (questions->questions->len);
  g_autofree char *data = progress_data (questions);

  if (!sortie_plan_validate (plan, error))
    return NULL;
  if (!output->progress (output, NULL, message, data, error))
    return NULL;
  return sortie_plan_to_json (plan);
}
