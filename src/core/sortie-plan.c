/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-plan.h"

#include "sortie-error.h"
#include "sortie-json.h"

#include <string.h>

const char *const sortie_agents[] = { SORTIE_AGENT_PLANNER, SORTIE_AGENT_RETRIEVER,
                                      SORTIE_AGENT_ANALYZER, SORTIE_AGENT_WRITER, NULL };

static const char *const labels[] = { "Planner", "Retriever", "Analyzer", "Writer" };

/**
 * sortie_agent_index:
 * @name: an agent's name, or anything else
 *
 * Returns: its place in sortie_agents, or -1
 */
int
sortie_agent_index (const char *name)
{
  for (int i = 0; i < SORTIE_N_AGENTS; i++)
    if (g_strcmp0 (name, sortie_agents[i]) == 0)
      return i;
  return -1;
}

const char *
sortie_agent_label (const char *name)
{
  int index = sortie_agent_index (name);

  return index >= 0 ? labels[index] : "Orchestrator";
}

gboolean
sortie_agent_is_vital (const char *name)
{
  return g_strcmp0 (name, SORTIE_AGENT_RETRIEVER) != 0;
}

static void
step_free (gpointer data)
{
  SortieStep *step = data;

  g_free (step->agent);
  g_free (step->question);
  g_free (step->query);
  g_free (step);
}

/**
 * sortie_plan_new:
 * @title: the report's title
 * @language: ISO 639-1 code
 * @written_by: `deterministic` or `llm`
 *
 * Returns: (transfer full): a plan that holds step 1, planning itself
 */
SortiePlan *
sortie_plan_new (const char *title, const char *language, const char *written_by)
{
  SortiePlan *self = g_new0 (SortiePlan, 1);

  self->title = g_strdup (title);
  self->language = g_strdup (language);
  self->written_by = g_strdup (written_by);
  self->steps = g_ptr_array_new_with_free_func (step_free);
  sortie_plan_add_step (self, SORTIE_AGENT_PLANNER, NULL, NULL, 0);
  return self;
}

void
sortie_plan_free (SortiePlan *self)
{
  if (self == NULL)
    return;
  g_free (self->title);
  g_free (self->language);
  g_free (self->written_by);
  g_ptr_array_unref (self->steps);
  g_free (self);
}

/**
 * sortie_plan_add_step:
 * @self: a plan
 * @agent: who does it
 * @question: (nullable): the sub-question
 * @needs: (array length=n_needs) (nullable): the steps it waits for
 * @n_needs: how many; more than SORTIE_PLAN_MAX_STEPS are cut off
 *
 * Returns: (transfer none): the new step
 */
SortieStep *
sortie_plan_add_step (
    SortiePlan *self, const char *agent, const char *question, const int *needs, int n_needs)
{
  SortieStep *step = g_new0 (SortieStep, 1);

  step->number = (int) self->steps->len + 1;
  step->agent = g_strdup (agent);
  step->question = g_strdup (question);
  step->n_needs = MIN (n_needs, SORTIE_PLAN_MAX_STEPS);
  for (int i = 0; i < step->n_needs; i++)
    step->needs[i] = needs[i];
  g_ptr_array_add (self->steps, step);
  return step;
}

SortieStep *
sortie_plan_get_step (const SortiePlan *self, int number)
{
  if (number < 1 || number > (int) self->steps->len)
    return NULL;
  return g_ptr_array_index (self->steps, number - 1);
}

int
sortie_plan_get_n_steps (const SortiePlan *self)
{
  return (int) self->steps->len;
}

static gboolean invalid (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
invalid (GError **error, const char *format, ...)
{
  va_list args;
  g_autofree char *message = NULL;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "Plan: %s", message);
  return FALSE;
}

static gboolean
text_fits (const char *text)
{
  return text == NULL ||
         (strlen (text) <= SORTIE_PLAN_MAX_TEXT && g_utf8_validate (text, -1, NULL));
}

static gboolean
step_validate (const SortiePlan *self, const SortieStep *step, int number, GError **error)
{
  if (step->number != number)
    return invalid (error, "step %d is numbered %d", number, step->number);
  if (sortie_agent_index (step->agent) < 0)
    return invalid (error, "step %d has the unknown agent “%s”", number, step->agent);
  if ((number == 1) != g_str_equal (step->agent, SORTIE_AGENT_PLANNER))
    return invalid (error, "step 1, and no other, is the planner's");
  if (number > 1 && step->n_needs == 0)
    return invalid (error, "step %d waits for nothing", number);
  if (g_str_equal (step->agent, SORTIE_AGENT_RETRIEVER) &&
      (step->question == NULL || *step->question == '\0'))
    return invalid (error, "step %d, a retrieval, has no question", number);
  if (!text_fits (step->question) || !text_fits (step->query))
    return invalid (error, "step %d has a text over %d bytes", number, SORTIE_PLAN_MAX_TEXT);
  for (int i = 0; i < step->n_needs; i++)
    {
      if (step->needs[i] < 1 || step->needs[i] > sortie_plan_get_n_steps (self))
        return invalid (error, "step %d needs step %d, which does not exist", number,
                        step->needs[i]);
      for (int k = 0; k < i; k++)
        if (step->needs[k] == step->needs[i])
          return invalid (error, "step %d needs step %d twice", number, step->needs[i]);
    }
  return TRUE;
}

/* Kahn's algorithm: whatever can't be removed layer by layer stands on a cycle. */
static gboolean
is_acyclic (const SortiePlan *self)
{
  int n = sortie_plan_get_n_steps (self);
  gboolean done[SORTIE_PLAN_MAX_STEPS + 1] = { FALSE };
  gboolean moved = TRUE;
  int n_done = 0;

  while (moved)
    {
      moved = FALSE;
      for (int number = 1; number <= n; number++)
        {
          SortieStep *step = sortie_plan_get_step (self, number);
          gboolean ready = !done[number];

          for (int i = 0; ready && i < step->n_needs; i++)
            ready = done[step->needs[i]];
          if (ready)
            {
              done[number] = moved = TRUE;
              n_done++;
            }
        }
    }
  return n_done == n;
}

static gboolean
ends_in_the_writer (const SortiePlan *self, GError **error)
{
  int n = sortie_plan_get_n_steps (self);
  gboolean needed[SORTIE_PLAN_MAX_STEPS + 1] = { FALSE };
  int writers = 0;

  for (int number = 1; number <= n; number++)
    {
      SortieStep *step = sortie_plan_get_step (self, number);

      writers += g_str_equal (step->agent, SORTIE_AGENT_WRITER);
      for (int i = 0; i < step->n_needs; i++)
        needed[step->needs[i]] = TRUE;
    }
  if (writers != 1 || !g_str_equal (sortie_plan_get_step (self, n)->agent, SORTIE_AGENT_WRITER))
    return invalid (error, "there must be one writing step, the last");
  for (int number = 1; number < n; number++)
    if (!needed[number])
      return invalid (error, "nothing uses step %d", number);
  return TRUE;
}

/**
 * sortie_plan_validate:
 * @self: a plan
 * @error: SORTIE_ERROR_INVALID, saying which step is wrong and how
 *
 * Returns: whether the plan can be carried out
 */
gboolean
sortie_plan_validate (const SortiePlan *self, GError **error)
{
  int n = sortie_plan_get_n_steps (self);

  if (n < 2 || n > SORTIE_PLAN_MAX_STEPS)
    return invalid (error, "it has %d steps; 2 to %d are allowed", n, SORTIE_PLAN_MAX_STEPS);
  if (!text_fits (self->title) || self->title == NULL)
    return invalid (error, "it needs a title of at most %d bytes", SORTIE_PLAN_MAX_TEXT);
  for (int number = 1; number <= n; number++)
    if (!step_validate (self, sortie_plan_get_step (self, number), number, error))
      return FALSE;
  if (!is_acyclic (self))
    return invalid (error, "its steps wait for each other in a circle");
  return ends_in_the_writer (self, error);
}

/**
 * sortie_plan_to_json:
 * @self: a plan
 *
 * Returns: (transfer full): a JSON object
 */
char *
sortie_plan_to_json (const SortiePlan *self)
{
  GString *out = g_string_new ("{");

  sortie_json_append_member_string (out, "title", self->title);
  sortie_json_append_member_string (out, "language", self->language);
  sortie_json_append_member_string (out, "written_by", self->written_by);
  sortie_json_append_name (out, "steps");
  g_string_append_c (out, '[');
  for (int number = 1; number <= sortie_plan_get_n_steps (self); number++)
    {
      SortieStep *step = sortie_plan_get_step (self, number);

      sortie_json_append_separator (out);
      g_string_append_c (out, '{');
      sortie_json_append_member_int (out, "step", step->number);
      sortie_json_append_member_string (out, "agent", step->agent);
      if (step->question != NULL)
        sortie_json_append_member_string (out, "question", step->question);
      if (step->query != NULL)
        sortie_json_append_member_string (out, "query", step->query);
      sortie_json_append_name (out, "needs");
      g_string_append_c (out, '[');
      for (int i = 0; i < step->n_needs; i++)
        g_string_append_printf (out, i > 0 ? ",%d" : "%d", step->needs[i]);
      g_string_append (out, "]}");
    }
  g_string_append (out, "]}");
  return g_string_free (out, FALSE);
}

static gboolean
read_needs (JsonObject *object, int *needs, int *n_needs, GError **error)
{
  JsonArray *array = NULL;

  if (!sortie_json_get_array (object, "needs", TRUE, &array, error))
    return FALSE;
  if (json_array_get_length (array) > SORTIE_PLAN_MAX_STEPS)
    return invalid (error, "“needs” has more than %d entries", SORTIE_PLAN_MAX_STEPS);
  *n_needs = (int) json_array_get_length (array);
  for (int i = 0; i < *n_needs; i++)
    {
      JsonNode *node = json_array_get_element (array, (guint) i);

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
        return invalid (error, "“needs” must hold whole numbers");
      needs[i] = (int) CLAMP (json_node_get_int (node), -1, G_MAXINT);
    }
  return TRUE;
}

static gboolean
read_step (SortiePlan *self, JsonNode *node, int number, GError **error)
{
  const char *agent = NULL, *question = NULL, *query = NULL;
  int needs[SORTIE_PLAN_MAX_STEPS];
  int n_needs = 0;
  gint64 stated = 0;
  JsonObject *object;
  SortieStep *step;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return invalid (error, "step %d is no object", number);
  object = json_node_get_object (node);
  if (!sortie_json_get_integer (object, "step", TRUE, 1, G_MAXINT, &stated, error) ||
      !sortie_json_get_string (object, "agent", TRUE, &agent, error) ||
      !sortie_json_get_string (object, "question", FALSE, &question, error) ||
      !sortie_json_get_string (object, "query", FALSE, &query, error) ||
      !read_needs (object, needs, &n_needs, error))
    return FALSE;
  if (stated != number)
    return invalid (error, "step %d is numbered %" G_GINT64_FORMAT, number, stated);
  if (number == 1)
    {
      if (!g_str_equal (agent, SORTIE_AGENT_PLANNER) || n_needs > 0)
        return invalid (error, "step 1 must be the planner's and wait for nothing");
      return TRUE; /* sortie_plan_new() has made it */
    }
  step = sortie_plan_add_step (self, agent, question, needs, n_needs);
  step->query = g_strdup (query);
  return TRUE;
}

/**
 * sortie_plan_from_json:
 * @bytes: a JSON object, from anywhere
 * @length: its bytes
 * @error: SORTIE_ERROR_INVALID or SORTIE_ERROR_TOO_LARGE
 *
 * Returns: (transfer full): a valid plan
 */
SortiePlan *
sortie_plan_from_json (const char *bytes, gsize length, GError **error)
{
  g_autoptr (JsonNode) node = sortie_json_parse (bytes, length, &sortie_json_default_limits, error);
  g_autoptr (SortiePlan) self = NULL;
  const char *title = NULL, *language = NULL, *written_by = NULL;
  JsonObject *object;
  JsonArray *steps = NULL;

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      invalid (error, "it must be a JSON object");
      return NULL;
    }
  object = json_node_get_object (node);
  if (!sortie_json_get_string (object, "title", TRUE, &title, error) ||
      !sortie_json_get_string (object, "language", TRUE, &language, error) ||
      !sortie_json_get_string (object, "written_by", TRUE, &written_by, error) ||
      !sortie_json_get_array (object, "steps", TRUE, &steps, error))
    return NULL;
  if (json_array_get_length (steps) > SORTIE_PLAN_MAX_STEPS)
    {
      invalid (error, "it has more than %d steps", SORTIE_PLAN_MAX_STEPS);
      return NULL;
    }
  self = sortie_plan_new (title, language, written_by);
  for (guint i = 0; i < json_array_get_length (steps); i++)
    if (!read_step (self, json_array_get_element (steps, i), (int) i + 1, error))
      return NULL;
  if (!sortie_plan_validate (self, error))
    return NULL;
  return g_steal_pointer (&self);
}
