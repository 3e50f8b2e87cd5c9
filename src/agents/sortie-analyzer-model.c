/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-cognition-private.h"

#include "sortie-json.h"
#include "sortie-prompt.h"
#include "sortie-support.h"
#include "sortie-text.h"

#include <string.h>

/* Insights: what a model makes of several passages. Each must name them and stand up to the same check
 * as a sentence of a report; one that does not is dropped. */

#define MAX_TOKENS 2000

typedef struct
{
  const SortieEvidence *evidence;
  SortieSupport *support;
  SortieAnalysis *analysis;
} Reader;

/* The passages that are named, as indices from 0. (nullable): NULL where they are not as asked for */
static GArray *
read_passages (const Reader *self, JsonObject *object)
{
  g_autoptr (GArray) passages = g_array_new (FALSE, FALSE, sizeof (guint));
  JsonArray *array = NULL;

  if (!sortie_json_get_array (object, "passages", TRUE, &array, NULL) ||
      json_array_get_length (array) == 0 ||
      json_array_get_length (array) > SORTIE_INSIGHT_MAX_PASSAGES)
    return NULL;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      guint passage;

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64 ||
          json_node_get_int (node) < 1 ||
          json_node_get_int (node) > (gint64) self->evidence->passages->len)
        return NULL;
      passage = (guint) json_node_get_int (node) - 1;
      g_array_append_val (passages, passage);
    }
  return g_steal_pointer (&passages);
}

static void
take_insight (const Reader *self, JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *text = NULL;
  g_autofree char *stripped = NULL;
  g_autoptr (GArray) passages = NULL;
  SortieInsight *insight;

  if (object == NULL || !sortie_json_get_string (object, "text", TRUE, &text, NULL))
    return;
  stripped = g_strstrip (g_strdup (text));
  passages = read_passages (self, object);
  if (passages == NULL || !sortie_insight_text_is_valid (stripped) ||
      self->analysis->insights->len >= SORTIE_ANALYSIS_MAX_INSIGHTS ||
      !sortie_support_holds (self->support, stripped, strlen (stripped), passages))
    return;
  insight = sortie_insight_new (stripped);
  for (guint i = 0; i < passages->len; i++)
    {
      const SortiePassage *passage =
          g_ptr_array_index (self->evidence->passages, g_array_index (passages, guint, i));

      sortie_insight_add (insight, passage->document, passage->number);
    }
  g_ptr_array_add (self->analysis->insights, insight);
}

/* The language that the insights are in: of all of them, since each is short. */
static const char *
guess_language (JsonArray *array)
{
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      const char *text = NULL;

      if (JSON_NODE_HOLDS_OBJECT (node) &&
          sortie_json_get_string (json_node_get_object (node), "text", TRUE, &text, NULL))
        g_string_append_printf (all, "%s ", text);
    }
  return sortie_text_guess_language (all->str, all->len);
}

static void
take_insights (const SortieEvidence *evidence, JsonArray *array, SortieAnalysis *analysis)
{
  g_autoptr (SortieSupport) support =
      sortie_support_new (guess_language (array), evidence->passages, SORTIE_SUPPORT_STRICT_SHARE);
  const Reader reader = { evidence, support, analysis };

  for (guint i = 0; i < json_array_get_length (array); i++)
    take_insight (&reader, json_array_get_element (array, i));
}

static char *
message_new (const SortieStepInput *input,
             const SortieEvidence *evidence,
             const SortieAnalysis *analysis)
{
  GString *message = g_string_new (NULL);
  g_autoptr (GString) questions = g_string_new (NULL);

  sortie_prompt_append_fenced (message, "mission", input->mission, SORTIE_PROMPT_MAX_MISSION);
  for (guint i = 0; i < analysis->answers->len; i++)
    {
      const SortieAnswer *answer = g_ptr_array_index (analysis->answers, i);

      g_string_append (questions, "- ");
      sortie_prompt_append_data (questions, answer->question, SORTIE_PLAN_MAX_TEXT, TRUE);
      g_string_append_c (questions, '\n');
    }
  g_string_append_c (message, '\n');
  sortie_prompt_append_fenced (message, "questions", questions->str, SORTIE_PROMPT_MAX_MISSION);
  sortie_evidence_append (evidence, message);
  g_string_append_printf (message, "\nLanguage of the insights: %s\n",
                          sortie_prompt_get_language_name (input->plan->language));
  return g_string_free (message, FALSE);
}

static gboolean
tell (SortieStepOutput *output, const SortieAnalysis *analysis, guint n_given, GError **error)
{
  g_autofree char *message =
      g_strdup_printf ("Kept %u of %u insights", analysis->insights->len, n_given);
  g_autoptr (GString) data = g_string_new ("{");

  sortie_json_append_name (data, "insights");
  g_string_append_c (data, '[');
  for (guint i = 0; i < analysis->insights->len; i++)
    {
      const SortieInsight *insight = g_ptr_array_index (analysis->insights, i);

      sortie_json_append_separator (data);
      sortie_json_append_string (data, insight->text);
    }
  g_string_append (data, "]}");
  return output->progress (output, NULL, message, data->str, error);
}

SortieCognitionOutcome
sortie_analyzer_ask (SortieCognition *self,
                     const SortieStepInput *input,
                     SortieStepOutput *output,
                     SortieAnalysis *analysis,
                     GError **error)
{
  g_auto (SortieCognitionCall) call;
  g_autoptr (SortieEvidence) evidence = NULL;
  g_autofree char *message = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) problem = NULL;
  SortieCognitionOutcome outcome;
  guint n_given;

  sortie_cognition_call_init (&call);
  evidence = sortie_evidence_new (input->plan, input->results, analysis, error);
  if (evidence == NULL)
    return SORTIE_COGNITION_STOPPED;
  message = message_new (input, evidence, analysis);
  call.purpose = "insights";
  call.agent = SORTIE_AGENT_ANALYZER;
  call.role = SORTIE_LLM_ROLE_ANALYZER;
  call.message = message;
  call.max_tokens = MAX_TOKENS;
  outcome = sortie_cognition_ask (self, output, &call, error);
  if (outcome != SORTIE_COGNITION_ANSWERED)
    return outcome;
  root = sortie_cognition_read_array (call.reply.text->str, "insights", &problem);
  if (root == NULL)
    return sortie_cognition_say_unusable (self, output, &call, problem->message, error);
  n_given = json_array_get_length (json_node_get_array (root));
  take_insights (evidence, json_node_get_array (root), analysis);
  if (n_given > 0 && analysis->insights->len == 0)
    return sortie_cognition_say_unusable (self, output, &call,
                                          "none of its insights is in the passages that it names",
                                          error);
  return sortie_cognition_say_used (self, output, &call, error) &&
                 (n_given == 0 || tell (output, analysis, n_given, error))
             ? SORTIE_COGNITION_ANSWERED
             : SORTIE_COGNITION_STOPPED;
}
