/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-progress.h"

#include "sortie-json.h"

#include <string.h>

#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define RED "\033[31m"
#define PLAIN "\033[0m"

/* Names come from the plan, so they may be anything. */
static char *
dup_agent (const SortieModelStep *step)
{
  if (sortie_agent_index (step->agent) >= 0)
    return g_strdup (sortie_agent_label (step->agent));

  return sortie_ctl_dup_line (*step->agent != '\0' ? step->agent : "step", 40);
}

/* --- lines that stay --- */

static char *
dup_took (const SortieModelStep *step)
{
  const SortieModelAttempt *attempt = step->n_kept > 0 ? &step->attempts[step->n_kept - 1] : NULL;

  if (attempt == NULL || attempt->started == 0 || attempt->ended == 0)
    return g_strdup ("done");
  else
    {
      g_autofree char *took = sortie_ctl_dup_duration (attempt->ended - attempt->started);

      return g_strdup_printf ("done in %s", took);
    }
}

static char *
dup_step_line (const SortieMissionModel *model,
               const SortieModelStep *step,
               const char *colour,
               const char *what)
{
  g_autofree char *agent = dup_agent (step);
  g_autofree char *attempt = NULL;
  g_autofree char *question = NULL;

  if (step->n_attempts > 1)
    attempt = g_strdup_printf (" (attempt %d)", step->n_attempts);
  if (step->question != NULL)
    question = sortie_ctl_dup_line (step->question, 60);

  return g_strdup_printf ("  %2d/%d  %-10s %s%s%s%s%s%s", step->number,
                          sortie_mission_model_get_n_steps (model), agent,
                          colour != NULL ? colour : "", what, colour != NULL ? PLAIN : "",
                          attempt != NULL ? attempt : "", question != NULL ? "  " : "",
                          question != NULL ? question : "");
}

char *
sortie_ctl_progress_dup_line (const SortieMissionModel *model,
                              const SortieEvent *event,
                              gboolean colour)
{
  const SortieModelStep *step = sortie_mission_model_get_step (model, event->step);
  const struct
  {
    const char *code;
    const char *colour;
  } shown[] = {
    { SORTIE_CODE_STEP_COMPLETED, GREEN },   { SORTIE_CODE_STEP_RETRYING, YELLOW },
    { SORTIE_CODE_STEP_DEAD_LETTERED, RED }, { SORTIE_CODE_STEP_RECLAIMED, YELLOW },
    { SORTIE_CODE_LLM_FALLBACK, YELLOW },    { SORTIE_CODE_MISSION_LOST, RED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (shown); i++)
    {
      const char *with = colour ? shown[i].colour : NULL;
      g_autofree char *message = NULL;

      if (!g_str_equal (shown[i].code, event->code))
        continue;
      if (i == 0 && step != NULL)
        message = dup_took (step);
      else
        message = sortie_ctl_dup_line (event->message, 300);

      if (i == 0 && step != NULL)
        return dup_step_line (model, step, with, message);
      return g_strdup_printf ("  %s%s%s", with != NULL ? with : "", message,
                              with != NULL ? PLAIN : "");
    }

  return NULL;
}

/* --- the line that is replaced --- */

static char *
dup_activity (const SortieModelStep *step, gint64 now)
{
  g_autofree char *agent = dup_agent (step);

  if (step->state == SORTIE_MODEL_STEP_RETRYING && step->retry_at > now)
    {
      g_autofree char *wait = sortie_ctl_dup_duration (step->retry_at - now);

      return g_strdup_printf ("%s tries again in %s", agent, wait);
    }
  if (step->state == SORTIE_MODEL_STEP_RUNNING && step->n_attempts > 1)
    return g_strdup_printf ("%s at work (attempt %d)", agent, step->n_attempts);
  if (step->state == SORTIE_MODEL_STEP_RUNNING)
    return g_strdup_printf ("%s at work", agent);

  return g_strdup_printf ("%s waits for a worker", agent);
}

/* What the steps are at; what several of them are at is said once. */
static void
append_activities (GString *line, const SortieMissionModel *model, gint64 now)
{
  g_autoptr (GPtrArray) said = g_ptr_array_new_with_free_func (g_free);
  guint times[SORTIE_PLAN_MAX_STEPS] = { 0 };

  for (int number = 2; number <= sortie_mission_model_get_n_steps (model); number++)
    {
      const SortieModelStep *step = sortie_mission_model_get_step (model, number);
      g_autofree char *activity = NULL;
      guint place;

      if (step->state != SORTIE_MODEL_STEP_RUNNING && step->state != SORTIE_MODEL_STEP_RETRYING &&
          step->state != SORTIE_MODEL_STEP_QUEUED)
        continue;
      activity = dup_activity (step, now);
      if (!g_ptr_array_find_with_equal_func (said, activity, g_str_equal, &place))
        {
          place = said->len;
          g_ptr_array_add (said, g_steal_pointer (&activity));
        }
      times[place]++;
    }

  for (guint i = 0; i < said->len; i++)
    {
      g_string_append (line, "; ");
      if (times[i] > 1)
        g_string_append_printf (line, "%u × ", times[i]);
      g_string_append (line, g_ptr_array_index (said, i));
    }
}

char *
sortie_ctl_progress_dup_status (const SortieMissionModel *model, gint64 now, gint64 elapsed)
{
  int n_steps = sortie_mission_model_get_n_steps (model);
  int n_done = sortie_mission_model_get_n_steps_done (model);
  g_autofree char *time = sortie_ctl_dup_duration (elapsed);
  GString *line = g_string_new (NULL);

  if (n_steps == 0)
    g_string_append (line, "Waiting to be admitted");
  else if (n_steps == 1)
    g_string_append (line, "Planning");
  else
    g_string_append_printf (line, "%d of %d steps done", n_done, n_steps);
  append_activities (line, model, now);
  g_string_append_printf (line, "; %s", time);

  return g_string_free (line, FALSE);
}

/* --- the end --- */

/* Of an array in the data of the report's draft. */
static guint
count_members (const SortieMissionModel *model, const char *member)
{
  const SortieModelDraft *draft = sortie_mission_model_get_current_draft (model);
  const char *data = draft != NULL ? sortie_model_draft_get_data (draft) : NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonArray *members = NULL;

  if (data != NULL)
    node = sortie_json_parse (data, strlen (data), &sortie_json_default_limits, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node) ||
      !sortie_json_get_array (json_node_get_object (node), member, TRUE, &members, NULL))
    return 0;

  return json_array_get_length (members);
}

static void
append_count (GString *line, const char *before, guint count, const char *one, const char *many)
{
  g_string_append_printf (line, "%s%u %s", before, count, count == 1 ? one : many);
}

/* Whether a language model wrote the report, where one was asked at all. */
static void
append_model (GString *line, const SortieMissionModel *model)
{
  const SortieModelDraft *draft = sortie_mission_model_get_current_draft (model);
  const SortieModelCounters *counters = sortie_mission_model_get_counters (model);
  guint n_unsupported = count_members (model, "unsupported");

  if (draft == NULL)
    return;
  if (g_strcmp0 (sortie_model_draft_get_written_by (draft), "llm") == 0)
    g_string_append (line, "; written by a language model");
  else if (counters->n_fallbacks > 0)
    g_string_append (line, "; written without the language model, which failed");
  if (n_unsupported > 0)
    append_count (line, "; ", n_unsupported, "sentence shares little with what it cites",
                  "sentences share little with what they cite");
}

/* In seconds also where it took less than one: the line is for people to compare. */
static char *
dup_seconds (gint64 milliseconds)
{
  if (milliseconds >= 0 && milliseconds < 1000)
    return g_strdup_printf ("%.2f s", (double) milliseconds / 1000);

  return sortie_ctl_dup_duration (milliseconds);
}

char *
sortie_ctl_progress_dup_summary (const SortieMissionModel *model)
{
  const SortieModelCounters *counters = sortie_mission_model_get_counters (model);
  SortieMissionState state = sortie_mission_model_get_state (model);
  gint64 finished = sortie_mission_model_get_finished (model);
  gint64 created = sortie_mission_model_get_created (model);
  g_autofree char *took = dup_seconds (finished - created);
  GString *line = g_string_new (NULL);

  g_string_append_printf (line, "%s %s %s", sortie_mission_state_to_string (state),
                          state == SORTIE_MISSION_CANCELLED ? "after" : "in", took);
  if (state == SORTIE_MISSION_FAILED)
    {
      g_autofree char *message =
          sortie_ctl_dup_line (sortie_mission_model_get_message (model), 300);

      g_string_append_printf (line, ": %s", message);
      return g_string_free (line, FALSE);
    }

  append_count (line, ": ", (guint) sortie_mission_model_get_n_steps (model), "step", "steps");
  if (counters->n_retries > 0)
    append_count (line, ", ", counters->n_retries, "retry", "retries");
  if (counters->n_dead_letters > 0)
    append_count (line, ", ", counters->n_dead_letters, "step given up", "steps given up");
  if (sortie_mission_model_get_n_drafts (model) > 1)
    append_count (line, ", ", sortie_mission_model_get_n_drafts (model), "draft", "drafts");
  if (state != SORTIE_MISSION_CANCELLED)
    append_count (line, ", ", count_members (model, "sources"), "source", "sources");
  append_model (line, model);

  return g_string_free (line, FALSE);
}

char *
sortie_ctl_progress_dup_advice (const SortieMissionModel *model)
{
  const char *id = sortie_mission_model_get_mission_id (model);
  gboolean has_draft = sortie_mission_model_get_current_draft (model) != NULL;

  switch (sortie_mission_model_get_state (model))
    {
    case SORTIE_MISSION_CANCELLED:
    case SORTIE_MISSION_FAILED:
      if (has_draft)
        return g_strdup_printf ("What was done is kept: sortiectl show %s\n"
                                "The draft as far as it came: sortiectl report %s\n"
                                "To go on from there: sortiectl retry %s",
                                id, id, id);
      return g_strdup_printf ("What was done is kept: sortiectl show %s\n"
                              "To go on from there: sortiectl retry %s",
                              id, id);
    case SORTIE_MISSION_PARTIAL:
      return g_strdup_printf ("The report names what is missing. To try that again: sortiectl "
                              "retry %s",
                              id);
    case SORTIE_MISSION_WAITING:
    case SORTIE_MISSION_RUNNING:
    case SORTIE_MISSION_COMPLETED:
    default:
      return NULL;
    }
}
