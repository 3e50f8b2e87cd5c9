/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-mission-words.h"
#include "sortie-pane-words.h"
#include "sortie-progress-line.h"

#include <glib/gi18n.h>

#define MAX_NAMES 3 /* of agents, in one sentence */

char *
sortie_progress_words_dup_count (const SortieMissionModel *model)
{
  int n = sortie_mission_model_get_n_steps (model);
  int done = sortie_mission_model_get_n_steps_done (model);
  SortieMissionState state = sortie_mission_model_get_state (model);

  if (sortie_mission_state_is_final (state))
    return g_strdup (sortie_mission_words_get_state (state));
  if (sortie_mission_model_is_cancelling (model))
    return g_strdup (_ ("Stopping"));
  if (state == SORTIE_MISSION_WAITING && n == 0)
    return g_strdup (_ ("Waiting"));
  if (n <= 1)
    return g_strdup (_ ("Planning"));
  return g_strdup_printf (ngettext ("%d of %d step done", "%d of %d steps done", (unsigned long) n),
                          done, n);
}

/* The steps in that state; their agents' names joined, each once. (nullable) */
static char *
dup_agents (const SortieMissionModel *model, SortieModelStepState state, int *n, int *attempt)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  int n_steps = sortie_mission_model_get_n_steps (model);

  *n = 0;
  *attempt = 0;
  for (int i = 1; i <= n_steps; i++)
    {
      const SortieModelStep *step = sortie_mission_model_get_step (model, i);
      g_autofree char *name = NULL;

      if (step == NULL || step->state != state || step->agent == NULL)
        continue;
      (*n)++;
      *attempt = MAX (*attempt, step->n_attempts);
      name = sortie_pane_dup_source (step->agent);
      if (names->len < MAX_NAMES &&
          !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
        g_ptr_array_add (names, g_steal_pointer (&name));
    }
  if (names->len == 0)
    return NULL;
  g_ptr_array_add (names, NULL);
  /* Translators: between the names of agents that work at the same time */
  return g_strjoinv (_ (", "), (char **) names->pdata);
}

/* The step whose next attempt comes first, or NULL. */
static const SortieModelStep *
find_retry (const SortieMissionModel *model)
{
  const SortieModelStep *first = NULL;

  for (int i = 1; i <= sortie_mission_model_get_n_steps (model); i++)
    {
      const SortieModelStep *step = sortie_mission_model_get_step (model, i);

      if (step != NULL && step->state == SORTIE_MODEL_STEP_RETRYING &&
          (first == NULL || step->retry_at < first->retry_at))
        first = step;
    }
  return first;
}

static char *
dup_retry (const SortieModelStep *step, gint64 now)
{
  g_autofree char *agent = sortie_pane_dup_source (step->agent);
  gint64 seconds = (step->retry_at - now + 999) / 1000;

  if (seconds <= 0)
    /* Translators: %s is the name of an agent */
    return g_strdup_printf (_ ("%s: attempt %d begins"), agent, step->n_attempts + 1);
  /* Translators: %s is the name of an agent */
  return g_strdup_printf (ngettext ("%s: attempt %d in %d second", "%s: attempt %d in %d seconds",
                                    (unsigned long) seconds),
                          agent, step->n_attempts + 1, (int) MIN (seconds, 100000));
}

static char *
dup_outcome (const SortieMissionModel *model)
{
  switch (sortie_mission_model_get_state (model))
    {
    case SORTIE_MISSION_PARTIAL:
      return g_strdup (_ ("A search had to be given up; the report says what is missing"));
    case SORTIE_MISSION_FAILED:
      return g_strdup (_ ("A step had to be given up; see the dead letters"));
    case SORTIE_MISSION_WAITING:
    case SORTIE_MISSION_RUNNING:
    case SORTIE_MISSION_COMPLETED:
    case SORTIE_MISSION_CANCELLED:
    default:
      return g_strdup ("");
    }
}

char *
sortie_progress_words_dup_detail (const SortieMissionModel *model, gint64 now)
{
  const SortieModelStep *retry = find_retry (model);
  int n = 0;
  int attempt = 0;
  g_autofree char *running = dup_agents (model, SORTIE_MODEL_STEP_RUNNING, &n, &attempt);
  g_autofree char *queued = NULL;

  if (sortie_mission_state_is_final (sortie_mission_model_get_state (model)))
    return dup_outcome (model);
  if (retry != NULL)
    return dup_retry (retry, now);
  if (running != NULL && attempt > 1)
    /* Translators: %s is the name of an agent, or several with commas */
    return g_strdup_printf (_ ("%s at work, attempt %d"), running, attempt);
  if (running != NULL)
    /* Translators: %s is the name of an agent, or several with commas */
    return g_strdup_printf (_ ("%s at work"), running);
  queued = dup_agents (model, SORTIE_MODEL_STEP_QUEUED, &n, &attempt);
  if (queued != NULL)
    /* Translators: %s is the name of an agent, or several with commas */
    return g_strdup_printf (_ ("Waiting for a free worker: %s"), queued);
  if (sortie_mission_model_get_state (model) == SORTIE_MISSION_WAITING)
    return g_strdup (_ ("Other missions come first"));
  return g_strdup ("");
}
