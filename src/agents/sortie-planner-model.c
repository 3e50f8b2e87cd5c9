/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-cognition-private.h"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-prompt.h"
#include "sortie-question-terms.h"
#include "sortie-text.h"
#include "sortie-vocabulary.h"

#include <string.h>

/* A plan out of a model's answer. It is validated as any other input, and what is kept of it is its
 * searches: searches know nothing of each other, so all of them run side by side, and one analysis and
 * one report follow, which is the form that these two agents need. */

#define MAX_TOKENS 1500
#define MAX_ID 64

/* A step as the model gave it. */
typedef struct
{
  char *id;
  const char *agent;
  char *question;
  char *query;
  JsonArray *needs; /* (nullable) */
} Given;

static void
given_free (gpointer data)
{
  Given *given = data;

  g_free (given->id);
  g_free (given->question);
  g_free (given->query);
  g_free (given);
}

static gboolean G_GNUC_PRINTF (2, 3) invalid (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "Plan: %s", message);
  return FALSE;
}

/* -- reading -- */

/* Steps are named by numbers or by short texts. (nullable): NULL for anything else */
static char *
dup_id (JsonNode *node)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (type == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (type == G_TYPE_STRING && strlen (json_node_get_string (node)) <= MAX_ID)
    return g_strdup (json_node_get_string (node));
  return NULL;
}

static gboolean
read_id (Given *given, JsonObject *object, guint index, GError **error)
{
  JsonNode *node = json_object_get_member (object, "step");

  if (node == NULL)
    node = json_object_get_member (object, "id");
  given->id = node != NULL ? dup_id (node) : g_strdup_printf ("%u", index + 1);
  return given->id != NULL ||
         invalid (error, "the name of step %u is neither a number nor a short text", index + 1);
}

/* (nullable) */
static gboolean
read_text (JsonObject *object, const char *member, gsize limit, char **text, GError **error)
{
  const char *value = NULL;
  g_autofree char *stripped = NULL;

  if (!sortie_json_get_string (object, member, FALSE, &value, error))
    return FALSE;
  stripped = g_strstrip (g_strdup (value != NULL ? value : ""));
  if (strlen (stripped) > limit)
    return invalid (error, "a %s has more than %" G_GSIZE_FORMAT " bytes", member, limit);
  if (!sortie_cognition_is_one_line (stripped))
    return invalid (error, "a %s has control characters in it", member);
  if (*stripped != '\0')
    *text = g_steal_pointer (&stripped);
  return TRUE;
}

static gboolean
read_given (JsonNode *node, guint index, GPtrArray *steps, GError **error)
{
  Given *given = g_new0 (Given, 1);
  JsonObject *object;
  const char *member;

  g_ptr_array_add (steps, given);
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return invalid (error, "step %u is no object", index + 1);
  object = json_node_get_object (node);
  member = json_object_has_member (object, "needs") ? "needs" : "depends_on";
  if (!sortie_json_get_string (object, "agent", TRUE, &given->agent, error) ||
      !sortie_json_get_array (object, member, FALSE, &given->needs, error) ||
      !read_id (given, object, index, error))
    return FALSE;
  if (sortie_agent_index (given->agent) < 0)
    return invalid (error, "step %u has the unknown agent “%s”", index + 1, given->agent);
  if (!g_str_equal (given->agent, SORTIE_AGENT_RETRIEVER))
    return TRUE;
  if (!read_text (object, "question", SORTIE_PLAN_MAX_TEXT, &given->question, error) ||
      !read_text (object, "query", SORTIE_COGNITION_MAX_QUERY, &given->query, error))
    return FALSE;
  return given->question != NULL ||
         invalid (error, "step %u, a retrieval, has no question", index + 1);
}

/* -- checking -- */

/* The index of the step that is needed; -1 where there is none. */
static int
find_needed (GPtrArray *steps, JsonNode *node)
{
  g_autofree char *id = dup_id (node);

  for (guint i = 0; id != NULL && i < steps->len; i++)
    if (g_str_equal (((Given *) g_ptr_array_index (steps, i))->id, id))
      return (int) i;
  return -1;
}

static gboolean
is_retriever (const Given *given)
{
  return g_str_equal (given->agent, SORTIE_AGENT_RETRIEVER);
}

/* Fills the needs in as bits. A search may only wait for searches, nothing for the writer. */
static gboolean
check_needs (GPtrArray *steps, guint index, guint *needs, GError **error)
{
  const Given *given = g_ptr_array_index (steps, index);
  guint n = given->needs != NULL ? json_array_get_length (given->needs) : 0;

  for (guint i = 0; i < n; i++)
    {
      int needed = find_needed (steps, json_array_get_element (given->needs, i));
      const Given *other = needed >= 0 ? g_ptr_array_index (steps, needed) : NULL;

      if (other == NULL)
        return invalid (error, "step %u needs a step that does not exist", index + 1);
      if (g_str_equal (other->agent, SORTIE_AGENT_WRITER) ||
          (is_retriever (given) && g_str_equal (other->agent, SORTIE_AGENT_ANALYZER)))
        return invalid (error, "step %u, a %s, waits for the %s", index + 1, given->agent,
                        other->agent);
      *needs |= 1u << needed;
    }
  return TRUE;
}

static gboolean
check_acyclic (const guint *needs, guint n, GError **error)
{
  guint done = 0;

  for (guint round = 0; round < n; round++)
    for (guint i = 0; i < n; i++)
      if ((needs[i] & ~done) == 0)
        done |= 1u << i;
  return done == (1u << n) - 1 || invalid (error, "its steps wait for each other in a circle");
}

static gboolean
check_agents (GPtrArray *steps, GError **error)
{
  guint n_writers = 0;
  guint n_searches = 0;

  for (guint i = 0; i < steps->len; i++)
    {
      const Given *given = g_ptr_array_index (steps, i);

      for (guint k = 0; k < i; k++)
        if (g_str_equal (given->id, ((Given *) g_ptr_array_index (steps, k))->id))
          return invalid (error, "two steps have the same name");
      if (g_str_equal (given->agent, SORTIE_AGENT_PLANNER) && i > 0)
        return invalid (error, "step %u is the planner's, which only the first may be", i + 1);
      n_writers += g_str_equal (given->agent, SORTIE_AGENT_WRITER);
      n_searches += is_retriever (given);
    }
  if (n_writers > 1)
    return invalid (error, "there must be one writing step");
  return n_searches > 0 || invalid (error, "it has no search");
}

static gboolean
check_steps (GPtrArray *steps, GError **error)
{
  guint needs[SORTIE_PLAN_MAX_STEPS] = { 0 };

  if (!check_agents (steps, error))
    return FALSE;
  for (guint i = 0; i < steps->len; i++)
    if (!check_needs (steps, i, &needs[i], error))
      return FALSE;
  return check_acyclic (needs, steps->len, error);
}

/* Whether any search has a content word of the mission: a plan about something else is none. */
static gboolean
check_subject (const SortieQuestions *questions,
               const char *mission,
               GPtrArray *steps,
               GError **error)
{
  g_autoptr (SortieVocabulary) vocabulary = sortie_vocabulary_new (questions->language);
  g_autofree char *shown = sortie_text_shorten (mission, SORTIE_PROMPT_MAX_MISSION);
  g_autoptr (GArray) wanted = sortie_vocabulary_read (vocabulary, shown, strlen (shown));
  guint n_known = sortie_vocabulary_get_size (vocabulary);
  guint n_content = 0;

  for (guint i = 0; i < wanted->len; i++)
    n_content +=
        !sortie_vocabulary_is_stop (vocabulary, g_array_index (wanted, SortieWord, i).stem);
  for (guint i = 0; i < steps->len; i++)
    {
      const Given *given = g_ptr_array_index (steps, i);
      g_autofree char *both =
          g_strjoin (" ", given->question != NULL ? given->question : "", given->query, NULL);
      g_autoptr (GArray) words = sortie_vocabulary_read (vocabulary, both, strlen (both));

      for (guint k = 0; k < words->len; k++)
        {
          guint stem = g_array_index (words, SortieWord, k).stem;

          if (stem < n_known && !sortie_vocabulary_is_stop (vocabulary, stem))
            return TRUE;
        }
    }
  return n_content == 0 || invalid (error, "no search has a word of the mission");
}

/* -- the plan -- */

static gboolean
is_repeated (const SortiePlan *plan, const char *question)
{
  g_autofree char *folded = sortie_text_fold (question, strlen (question));

  for (int n = 2; n <= sortie_plan_get_n_steps (plan); n++)
    {
      const char *other = sortie_plan_get_step (plan, n)->question;
      g_autofree char *other_folded = sortie_text_fold (other, strlen (other));

      if (g_str_equal (folded, other_folded))
        return TRUE;
    }
  return FALSE;
}

/* The words of the question, which is what is asked, and those that the model would search for. */
static char *
dup_query (const char *language, const Given *given)
{
  g_autoptr (GPtrArray) terms = sortie_question_list_terms (language, given->question);
  g_autofree char *own = sortie_question_join_terms (terms);
  g_autofree char *query =
      given->query != NULL ? sortie_cognition_dup_query (language, own, given->query) : NULL;

  if (query == NULL || *query == '\0' || strlen (query) > SORTIE_PLAN_MAX_TEXT)
    return NULL;
  return g_steal_pointer (&query);
}

static SortiePlan *
build_plan (const SortieQuestions *questions, GPtrArray *steps)
{
  SortiePlan *plan =
      sortie_plan_new (questions->title, questions->language, SORTIE_WRITTEN_BY_MODEL);
  int first[] = { 1 };
  int needs[SORTIE_PLAN_MAX_STEPS + 1];
  int n_needs = 0;

  for (guint i = 0; i < steps->len; i++)
    {
      const Given *given = g_ptr_array_index (steps, i);
      SortieStep *step;

      if (!is_retriever (given) || is_repeated (plan, given->question))
        continue;
      step = sortie_plan_add_step (plan, SORTIE_AGENT_RETRIEVER, given->question, first, 1);
      step->query = dup_query (questions->language, given);
      needs[n_needs++] = step->number;
    }
  needs[n_needs] = sortie_plan_add_step (plan, SORTIE_AGENT_ANALYZER, NULL, needs, n_needs)->number;
  sortie_plan_add_step (plan, SORTIE_AGENT_WRITER, NULL, needs, n_needs + 1);
  return plan;
}

static SortiePlan *
plan_from_answer (const char *answer,
                  const char *mission,
                  const SortieQuestions *questions,
                  GError **error)
{
  g_autoptr (JsonNode) root = sortie_cognition_read_array (answer, "steps", error);
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func (given_free);
  g_autoptr (SortiePlan) plan = NULL;
  JsonArray *array;

  if (root == NULL)
    return NULL;
  array = json_node_get_array (root);
  if (json_array_get_length (array) > SORTIE_PLAN_MAX_STEPS)
    {
      invalid (error, "it has %u steps; at most %d are allowed", json_array_get_length (array),
               SORTIE_PLAN_MAX_STEPS);
      return NULL;
    }
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!read_given (json_array_get_element (array, i), i, steps, error))
      return NULL;
  if (!check_steps (steps, error) || !check_subject (questions, mission, steps, error))
    return NULL;
  plan = build_plan (questions, steps);
  return sortie_plan_validate (plan, error) ? g_steal_pointer (&plan) : NULL;
}

SortieCognitionOutcome
sortie_planner_ask (SortieCognition *self,
                    const SortieStepInput *input,
                    SortieStepOutput *output,
                    const SortieQuestions *questions,
                    SortiePlan **plan,
                    GError **error)
{
  g_auto (SortieCognitionCall) call;
  g_autoptr (GString) message = g_string_new (NULL);
  g_autoptr (SortiePlan) made = NULL;
  g_autoptr (GError) problem = NULL;
  SortieCognitionOutcome outcome;

  sortie_cognition_call_init (&call);
  sortie_prompt_append_fenced (message, "mission", input->mission, SORTIE_PROMPT_MAX_MISSION);
  call.purpose = "plan";
  call.agent = SORTIE_AGENT_PLANNER;
  call.role = SORTIE_LLM_ROLE_PLANNER;
  call.message = message->str;
  call.max_tokens = MAX_TOKENS;
  outcome = sortie_cognition_ask (self, output, &call, error);
  if (outcome != SORTIE_COGNITION_ANSWERED)
    return outcome;
  made = plan_from_answer (call.reply.text->str, input->mission, questions, &problem);
  if (made == NULL)
    return sortie_cognition_say_unusable (self, output, &call, problem->message, error);
  if (!sortie_cognition_say_used (self, output, &call, error))
    return SORTIE_COGNITION_STOPPED;
  *plan = g_steal_pointer (&made);
  return SORTIE_COGNITION_ANSWERED;
}
