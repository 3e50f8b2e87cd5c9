/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-mission-model-private.h"

#include "sortie-error.h"

#include <string.h>

static const char *const step_state_names[] = {
  "pending", "queued", "running", "retrying", "completed", "dead-lettered", "dropped",
};

const char *
sortie_model_step_state_to_string (SortieModelStepState state)
{
  return step_state_names[state];
}

static gboolean
is_over (SortieModelStepState state)
{
  return state >= SORTIE_MODEL_STEP_COMPLETED;
}

void
sortie_model_set_text (char **place, const char *text)
{
  if (g_strcmp0 (*place, text) == 0)
    return;

  g_free (*place);
  *place = g_strdup (text);
}

SortieModelStep *
sortie_model_ensure_step (SortieMissionModel *self, gint64 number, GError **error)
{
  if (number < 1 || number > SORTIE_PLAN_MAX_STEPS)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL,
                   "an event names step %" G_GINT64_FORMAT ", but a plan has 1 to %d", number,
                   SORTIE_PLAN_MAX_STEPS);
      return NULL;
    }

  for (; self->n_steps < number; self->n_steps++)
    {
      self->steps[self->n_steps].number = self->n_steps + 1;
      self->steps[self->n_steps].agent = g_strdup (self->n_steps == 0 ? SORTIE_AGENT_PLANNER : "");
    }

  return &self->steps[number - 1];
}

/* The step that the event is about, with its agent and last message brought up to date. */
static SortieModelStep *
step_of (SortieMissionModel *self, const SortieEvent *event, GError **error)
{
  SortieModelStep *step = sortie_model_ensure_step (self, event->step, error);
  const char *agent = event->to != NULL ? event->to : event->source;

  if (step == NULL)
    return NULL;
  if (*step->agent == '\0' && sortie_agent_index (agent) >= 0)
    sortie_model_set_text (&step->agent, agent);
  sortie_model_set_text (&step->message, event->message);

  return step;
}

static SortieModelAttempt *
last_attempt (SortieModelStep *step)
{
  return step->n_kept > 0 ? &step->attempts[step->n_kept - 1] : NULL;
}

static SortieModelAttempt *
ensure_attempt (SortieModelStep *step, int number)
{
  SortieModelAttempt *attempt = last_attempt (step);

  if (number < 1)
    number = MAX (step->n_attempts, 1);
  if (attempt != NULL && attempt->number >= number)
    return attempt;

  if (step->n_kept == SORTIE_MODEL_MAX_ATTEMPTS)
    {
      memmove (step->attempts, step->attempts + 1,
               (SORTIE_MODEL_MAX_ATTEMPTS - 1) * sizeof *attempt);
      step->n_kept--;
    }
  attempt = &step->attempts[step->n_kept++];
  *attempt = (SortieModelAttempt){ .number = number, .state = SORTIE_MODEL_STEP_RUNNING };
  step->n_attempts = MAX (step->n_attempts, number);

  return attempt;
}

static void
end_attempt (SortieModelStep *step, int number, SortieModelStepState state, gint64 time)
{
  SortieModelAttempt *attempt = ensure_attempt (step, number);

  step->n_attempts = MAX (step->n_attempts, attempt->number);
  attempt->state = state;
  attempt->ended = time;
  if (attempt->started == 0)
    attempt->started = attempt->queued > 0 ? attempt->queued : time;
  if (step->started == 0)
    step->started = attempt->started;
}

SortieModelChange
sortie_model_fold_step_dispatched (SortieMissionModel *self,
                                   const SortieEvent *event,
                                   JsonObject *data,
                                   GError **error)
{
  SortieModelStep *step = step_of (self, event, error);

  if (step == NULL || is_over (step->state))
    return SORTIE_MODEL_UNCHANGED;

  step->state = SORTIE_MODEL_STEP_QUEUED;
  step->retry_at = 0;
  if (step->queued == 0)
    step->queued = event->timestamp;
  if (event->attempt > step->n_attempts)
    {
      /* Dispatched is not started: the attempt shows, but does not count yet. */
      int n_attempts = step->n_attempts;
      SortieModelAttempt *attempt = ensure_attempt (step, event->attempt);

      attempt->state = SORTIE_MODEL_STEP_QUEUED;
      attempt->queued = event->timestamp;
      step->n_attempts = n_attempts;
    }

  return SORTIE_MODEL_STEP_CHANGED;
}

SortieModelChange
sortie_model_fold_step_started (SortieMissionModel *self,
                                const SortieEvent *event,
                                JsonObject *data,
                                GError **error)
{
  SortieModelStep *step = step_of (self, event, error);
  SortieModelAttempt *attempt;

  if (step == NULL || is_over (step->state))
    return SORTIE_MODEL_UNCHANGED;

  attempt = ensure_attempt (step, event->attempt > 0 ? event->attempt : step->n_attempts + 1);
  attempt->state = SORTIE_MODEL_STEP_RUNNING;
  attempt->started = event->timestamp;
  step->n_attempts = MAX (step->n_attempts, attempt->number);
  step->state = SORTIE_MODEL_STEP_RUNNING;
  step->retry_at = 0;
  if (step->started == 0)
    step->started = event->timestamp;

  return SORTIE_MODEL_STEP_CHANGED;
}

SortieModelChange
sortie_model_fold_step_progress (SortieMissionModel *self,
                                 const SortieEvent *event,
                                 JsonObject *data,
                                 GError **error)
{
  return step_of (self, event, error) != NULL ? SORTIE_MODEL_STEP_CHANGED : SORTIE_MODEL_UNCHANGED;
}

static SortieModelChange
end_step (SortieMissionModel *self,
          const SortieEvent *event,
          SortieModelStepState state,
          GError **error)
{
  SortieModelStep *step = step_of (self, event, error);

  if (step == NULL || is_over (step->state))
    return SORTIE_MODEL_UNCHANGED;

  end_attempt (step, event->attempt, state, event->timestamp);
  step->state = state;
  step->ended = event->timestamp;
  step->retry_at = 0;

  return SORTIE_MODEL_STEP_CHANGED;
}

/* The start of a short step is told together with its end, or not at all. */
static void
correct_start (SortieModelStep *step, gint64 elapsed)
{
  SortieModelAttempt *attempt = last_attempt (step);

  attempt->started = MAX (attempt->ended - elapsed, attempt->queued);
  if (step->n_attempts <= 1)
    step->started = attempt->started;
}

SortieModelChange
sortie_model_fold_step_completed (SortieMissionModel *self,
                                  const SortieEvent *event,
                                  JsonObject *data,
                                  GError **error)
{
  SortieModelChange change = end_step (self, event, SORTIE_MODEL_STEP_COMPLETED, error);
  gint64 elapsed_us = -1;

  if (data != NULL)
    sortie_json_get_integer (data, "elapsed_us", FALSE, 0, G_MAXINT64, &elapsed_us, NULL);
  if (change != SORTIE_MODEL_UNCHANGED && elapsed_us >= 0)
    correct_start (&self->steps[event->step - 1], elapsed_us / 1000);

  return change;
}

SortieModelChange
sortie_model_fold_step_dead_lettered (SortieMissionModel *self,
                                      const SortieEvent *event,
                                      JsonObject *data,
                                      GError **error)
{
  SortieModelChange change = end_step (self, event, SORTIE_MODEL_STEP_DEAD_LETTERED, error);

  if (change != SORTIE_MODEL_UNCHANGED)
    self->counters.n_dead_letters++;

  return change;
}

SortieModelChange
sortie_model_fold_step_retrying (SortieMissionModel *self,
                                 const SortieEvent *event,
                                 JsonObject *data,
                                 GError **error)
{
  SortieModelStep *step = step_of (self, event, error);
  gint64 delay = -1;

  if (step == NULL || is_over (step->state))
    return SORTIE_MODEL_UNCHANGED;
  if (data != NULL &&
      !sortie_json_get_integer (data, "delay_ms", FALSE, 0, 24 * 3600 * 1000, &delay, NULL))
    delay = -1;

  end_attempt (step, event->attempt, SORTIE_MODEL_STEP_RETRYING, event->timestamp);
  step->state = SORTIE_MODEL_STEP_RETRYING;
  step->retry_at = delay >= 0 ? event->timestamp + delay : 0;
  self->counters.n_retries++;

  return SORTIE_MODEL_STEP_CHANGED;
}

SortieModelChange
sortie_model_fold_step_reclaimed (SortieMissionModel *self,
                                  const SortieEvent *event,
                                  JsonObject *data,
                                  GError **error)
{
  SortieModelStep *step = step_of (self, event, error);

  if (step == NULL || is_over (step->state))
    return SORTIE_MODEL_UNCHANGED;

  if (step->state == SORTIE_MODEL_STEP_RUNNING)
    end_attempt (step, event->attempt, SORTIE_MODEL_STEP_DROPPED, event->timestamp);
  step->state = SORTIE_MODEL_STEP_QUEUED;

  return SORTIE_MODEL_STEP_CHANGED;
}

void
sortie_model_set_step (SortieMissionModel *self, const SortieStep *planned)
{
  SortieModelStep *step = sortie_model_ensure_step (self, planned->number, NULL);

  if (step == NULL)
    return;

  sortie_model_set_text (&step->agent, planned->agent);
  sortie_model_set_text (&step->question, planned->question);
  step->n_needs = planned->n_needs;
  memcpy (step->needs, planned->needs, sizeof step->needs);
}

void
sortie_model_drop_steps (SortieMissionModel *self, gint64 time)
{
  for (int i = 0; i < self->n_steps; i++)
    {
      SortieModelStep *step = &self->steps[i];

      if (is_over (step->state))
        continue;
      if (step->state == SORTIE_MODEL_STEP_RUNNING)
        end_attempt (step, 0, SORTIE_MODEL_STEP_DROPPED, time);
      step->state = SORTIE_MODEL_STEP_DROPPED;
      step->retry_at = 0;
    }
}

void
sortie_model_copy_steps (SortieMissionModel *self, const SortieMissionModel *from)
{
  memcpy (self->steps, from->steps, sizeof self->steps);
  self->n_steps = from->n_steps;
  for (int i = 0; i < self->n_steps; i++)
    {
      self->steps[i].agent = g_strdup (from->steps[i].agent);
      self->steps[i].question = g_strdup (from->steps[i].question);
      self->steps[i].message = g_strdup (from->steps[i].message);
    }
}

void
sortie_model_clear_steps (SortieMissionModel *self)
{
  for (int i = 0; i < self->n_steps; i++)
    {
      g_free (self->steps[i].agent);
      g_free (self->steps[i].question);
      g_free (self->steps[i].message);
    }
  memset (self->steps, 0, sizeof self->steps);
  self->n_steps = 0;
}
