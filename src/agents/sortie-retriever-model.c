/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-cognition-private.h"

#include "sortie-json.h"
#include "sortie-prompt.h"
#include "sortie-question-terms.h"
#include "sortie-text.h"

#include <string.h>

/* A model may add words to a search, and nothing else. */

#define MAX_TOKENS 200
#define MAX_PLAIN_WORDS 12

/* A plan by a model has its words already, and an overview has nothing to search for. */
static gboolean
is_worth_asking (const SortieStepInput *input, const SortieStep *step, const char *query)
{
  g_autoptr (GPtrArray) terms = sortie_question_list_terms (input->plan->language, query);

  return input->collections->len > 0 && terms->len > 0 &&
         !sortie_question_is_form_only (input->plan->language, query) &&
         !(step->query != NULL &&
           g_strcmp0 (input->plan->written_by, SORTIE_WRITTEN_BY_MODEL) == 0);
}

/* JSON, or one plain line, which may have quotation marks around it but is no sentence: "I can't help
 * with that." (nullable) */
static char *
dup_answer (const char *answer)
{
  g_autoptr (JsonNode) root = sortie_cognition_read_object (answer, NULL);
  const char *query = NULL;
  g_autofree char *line = NULL;

  if (root != NULL)
    {
      sortie_json_get_string (json_node_get_object (root), "query", TRUE, &query, NULL);
      return g_strstrip (g_strdup (query != NULL ? query : ""));
    }
  line = g_strstrip (g_strdup (answer));
  if (*line == '\0' || strpbrk (line, "{}[]") != NULL ||
      strchr (".!?:", line[strlen (line) - 1]) != NULL ||
      sortie_text_count_words (line, strlen (line)) > MAX_PLAIN_WORDS)
    return NULL;
  return sortie_question_strip (line);
}

SortieCognitionOutcome
sortie_retriever_ask (SortieCognition *self,
                      const SortieStepInput *input,
                      SortieStepOutput *output,
                      char **query,
                      GError **error)
{
  const SortieStep *step = sortie_plan_get_step (input->plan, input->step);
  g_auto (SortieCognitionCall) call;
  g_autoptr (GString) message = g_string_new (NULL);
  g_autofree char *more = NULL;
  g_autofree char *longer = NULL;
  SortieCognitionOutcome outcome;

  sortie_cognition_call_init (&call);
  if (!is_worth_asking (input, step, *query))
    return SORTIE_COGNITION_WITHOUT;
  sortie_prompt_append_fenced (message, "question", step->question, SORTIE_PLAN_MAX_TEXT);
  sortie_prompt_append_fenced (message, "words", *query, SORTIE_PLAN_MAX_TEXT);
  call.purpose = "query";
  call.agent = SORTIE_AGENT_RETRIEVER;
  call.role = SORTIE_LLM_ROLE_PLANNER;
  call.message = message->str;
  call.max_tokens = MAX_TOKENS;
  outcome = sortie_cognition_ask (self, output, &call, error);
  if (outcome != SORTIE_COGNITION_ANSWERED)
    return outcome;
  more = dup_answer (call.reply.text->str);
  if (more != NULL)
    longer = sortie_cognition_dup_query (input->plan->language, *query, more);
  if (longer == NULL)
    return sortie_cognition_say_unusable (self, output, &call,
                                          "it is no query: one line of words was asked for", error);
  if (!sortie_cognition_say_used (self, output, &call, error))
    return SORTIE_COGNITION_STOPPED;
  g_free (*query);
  *query = g_steal_pointer (&longer);
  return SORTIE_COGNITION_ANSWERED;
}
