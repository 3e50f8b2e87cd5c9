/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-mission-model-private.h"

#include "sortie-error.h"
#include "sortie-event-id.h"

#include <string.h>

/* --- the plan --- */

/* The plan stands in the data itself or in its member `plan`. */
static SortieModelChange
fold_plan_ready (SortieMissionModel *self,
                 const SortieEvent *event,
                 JsonObject *data,
                 GError **error)
{
  g_autoptr (SortiePlan) plan = NULL;
  g_autofree char *text = NULL;
  JsonObject *object = data;
  g_autoptr (JsonNode) node = NULL;

  if (data == NULL)
    return SORTIE_MODEL_CHANGED;
  if (!sortie_json_get_object (data, "plan", FALSE, &object, error))
    return SORTIE_MODEL_UNCHANGED;

  node = json_node_init_object (json_node_alloc (), object);
  text = sortie_json_node_to_string (node);
  plan = sortie_plan_from_json (text, strlen (text), error);
  if (plan == NULL)
    {
      g_prefix_error (error, "the plan in an event: ");
      return SORTIE_MODEL_UNCHANGED;
    }

  sortie_model_set_text (&self->title, plan->title);
  for (int number = 1; number <= sortie_plan_get_n_steps (plan); number++)
    sortie_model_set_step (self, sortie_plan_get_step (plan, number));

  return SORTIE_MODEL_PLAN_CHANGED;
}

/* --- drafts --- */

static SortieModelDraft *
current_draft (const SortieMissionModel *self)
{
  return self->drafts->len > 0 ? g_ptr_array_index (self->drafts, self->drafts->len - 1) : NULL;
}

static SortieModelDraft *
find_draft (SortieMissionModel *self, int number)
{
  for (guint i = self->drafts->len; i > 0; i--)
    {
      SortieModelDraft *draft = g_ptr_array_index (self->drafts, i - 1);

      if (sortie_model_draft_get_number (draft) == number)
        return draft;
    }

  return NULL;
}

static SortieModelDraft *
start_draft (SortieMissionModel *self, int number, gint64 time)
{
  if (self->drafts->len == SORTIE_MODEL_MAX_DRAFTS)
    g_ptr_array_remove_index (self->drafts, 0);
  g_ptr_array_add (self->drafts, sortie_model_draft_new (number, time));

  return current_draft (self);
}

/* The number of the draft that an event other than a chunk is about: its own member, its data's, or
 * the given one. */
static int
draft_number (const SortieEvent *event, JsonObject *data, int otherwise)
{
  gint64 number = otherwise;

  if (event->draft > 0)
    return event->draft;
  if (data != NULL)
    sortie_json_get_integer (data, "draft", FALSE, 1, G_MAXINT, &number, NULL);

  return (int) number;
}

static const char *
get_written_by (JsonObject *data)
{
  const char *written_by = NULL;

  if (data != NULL)
    sortie_json_get_string (data, "written_by", FALSE, &written_by, NULL);

  return written_by;
}

static int
current_number (const SortieMissionModel *self)
{
  SortieModelDraft *draft = current_draft (self);

  return draft != NULL ? sortie_model_draft_get_number (draft) : 0;
}

static SortieModelChange
fold_draft_started (SortieMissionModel *self,
                    const SortieEvent *event,
                    JsonObject *data,
                    GError **error)
{
  int number = draft_number (event, data, current_number (self) + 1);
  const char *written_by = get_written_by (data);
  SortieModelDraft *draft;

  if (number <= current_number (self))
    return SORTIE_MODEL_UNCHANGED;

  draft = start_draft (self, number, event->timestamp);
  if (written_by != NULL)
    sortie_model_draft_set_written_by (draft, written_by);

  return SORTIE_MODEL_DRAFT_STARTED;
}

/* Late text of a draft that was superseded goes to where it belongs, never into the current one. */
static SortieModelChange
fold_chunk (SortieMissionModel *self, const SortieEvent *event, GError **error)
{
  SortieModelChange change = SORTIE_MODEL_DRAFT_GREW;
  SortieModelDraft *draft = find_draft (self, event->draft);

  if (event->draft < 1 || (draft == NULL && event->draft < current_number (self)))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL, "text of an unknown draft %d",
                   event->draft);
      return SORTIE_MODEL_UNCHANGED;
    }
  if (draft == NULL)
    {
      if (event->offset > 0)
        {
          g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL,
                       "draft %d does not begin at its first byte", event->draft);
          return SORTIE_MODEL_UNCHANGED;
        }
      draft = start_draft (self, event->draft, event->timestamp);
      change |= SORTIE_MODEL_DRAFT_STARTED;
    }

  if (!sortie_model_draft_write (draft, event->offset, event->message, strlen (event->message),
                                 error))
    return SORTIE_MODEL_UNCHANGED;
  self->counters.n_chunks++;

  return change;
}

static SortieModelChange
fold_draft_completed (SortieMissionModel *self,
                      const SortieEvent *event,
                      JsonObject *data,
                      GError **error)
{
  SortieModelDraft *draft = find_draft (self, draft_number (event, data, current_number (self)));

  if (draft == NULL)
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL,
                           "a draft that never started was completed");
      return SORTIE_MODEL_UNCHANGED;
    }
  sortie_model_draft_complete (draft, get_written_by (data), event->data, event->timestamp);

  return SORTIE_MODEL_DRAFT_COMPLETED;
}

/* --- the mission --- */

static SortieModelChange
fold_cancelled (SortieMissionModel *self,
                const SortieEvent *event,
                JsonObject *data,
                GError **error)
{
  self->cancelling = TRUE;

  return SORTIE_MODEL_CHANGED;
}

static SortieModelChange
fold_llm (SortieMissionModel *self, const SortieEvent *event, JsonObject *data, GError **error)
{
  if (g_str_equal (event->code, SORTIE_CODE_LLM_FALLBACK))
    self->counters.n_fallbacks++;
  else
    self->counters.n_llm_uses++;

  return SORTIE_MODEL_CHANGED;
}

static SortieModelChange
fold_done (SortieMissionModel *self, const SortieEvent *event, JsonObject *data, GError **error)
{
  SortieMissionState state = SORTIE_MISSION_WAITING;
  const char *outcome = NULL;

  if (data != NULL)
    sortie_json_get_string (data, "outcome", FALSE, &outcome, NULL);
  if (outcome == NULL || !sortie_mission_state_from_string (outcome, &state) ||
      !sortie_mission_state_is_final (state))
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL,
                           "the mission ended without a valid “outcome”");
      state = SORTIE_MISSION_FAILED;
    }

  self->state = state;
  self->finished = event->timestamp;
  sortie_model_drop_steps (self, event->timestamp);

  return SORTIE_MODEL_ENDED;
}

static const struct
{
  const char *code;
  SortieModelFold *fold;
} folds[] = {
  { SORTIE_CODE_PLAN_READY, fold_plan_ready },
  { SORTIE_CODE_STEP_DISPATCHED, sortie_model_fold_step_dispatched },
  { SORTIE_CODE_STEP_STARTED, sortie_model_fold_step_started },
  { SORTIE_CODE_STEP_PROGRESS, sortie_model_fold_step_progress },
  { SORTIE_CODE_STEP_COMPLETED, sortie_model_fold_step_completed },
  { SORTIE_CODE_STEP_RETRYING, sortie_model_fold_step_retrying },
  { SORTIE_CODE_STEP_DEAD_LETTERED, sortie_model_fold_step_dead_lettered },
  { SORTIE_CODE_STEP_RECLAIMED, sortie_model_fold_step_reclaimed },
  { SORTIE_CODE_LLM_USED, fold_llm },
  { SORTIE_CODE_LLM_FALLBACK, fold_llm },
  { SORTIE_CODE_DRAFT_STARTED, fold_draft_started },
  { SORTIE_CODE_DRAFT_COMPLETED, fold_draft_completed },
  { SORTIE_CODE_MISSION_CANCELLED, fold_cancelled },
};

static SortieModelFold *
find_fold (const SortieEvent *event)
{
  if (event->type == SORTIE_EVENT_DONE)
    return fold_done;
  for (gsize i = 0; i < G_N_ELEMENTS (folds); i++)
    if (g_str_equal (folds[i].code, event->code))
      return folds[i].fold;

  return NULL;
}

static SortieModelChange
fold (SortieMissionModel *self, const SortieEvent *event, GError **error)
{
  SortieModelFold *func = find_fold (event);
  g_autoptr (JsonNode) node = NULL;
  JsonObject *data = NULL;

  if (event->type == SORTIE_EVENT_PARTIAL_OUTPUT && func == NULL)
    return fold_chunk (self, event, error);
  if (func == NULL)
    return SORTIE_MODEL_CHANGED;

  if (event->data != NULL)
    node = sortie_json_parse (event->data, strlen (event->data), &sortie_json_default_limits, NULL);
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    data = json_node_get_object (node);

  return func (self, event, data, error);
}

static gboolean
was_seen (const SortieMissionModel *self, const SortieEvent *event)
{
  return event->id != NULL && self->last_event_id != NULL &&
         sortie_event_id_compare (event->id, self->last_event_id) <= 0;
}

SortieModelChange
sortie_mission_model_apply (SortieMissionModel *self, const SortieEvent *event, GError **error)
{
  GError *reason = NULL;
  SortieModelChange change;

  if (sortie_mission_state_is_final (self->state) || was_seen (self, event))
    return SORTIE_MODEL_UNCHANGED;

  change = fold (self, event, &reason);
  if (reason != NULL && change == SORTIE_MODEL_UNCHANGED)
    {
      g_propagate_error (error, reason);
      return SORTIE_MODEL_UNCHANGED;
    }
  if (reason != NULL)
    g_propagate_error (error, reason);

  if (event->id != NULL)
    sortie_model_set_text (&self->last_event_id, event->id);
  self->counters.n_events++;
  if (event->type == SORTIE_EVENT_ERROR)
    self->counters.n_errors++;
  if (event->type != SORTIE_EVENT_PARTIAL_OUTPUT)
    sortie_model_set_text (&self->message, event->message);
  if (self->created == 0)
    self->created = event->timestamp;
  self->time = MAX (self->time, event->timestamp);
  if (self->state == SORTIE_MISSION_WAITING &&
      !g_str_equal (event->code, SORTIE_CODE_MISSION_ACCEPTED))
    self->state = SORTIE_MISSION_RUNNING;

  return change | SORTIE_MODEL_CHANGED;
}

/* --- the object --- */

SortieMissionModel *
sortie_mission_model_new (const char *mission_id)
{
  SortieMissionModel *self = g_new0 (SortieMissionModel, 1);

  self->mission_id = g_strdup (mission_id);
  self->drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_model_draft_free);

  return self;
}

SortieMissionModel *
sortie_mission_model_copy (const SortieMissionModel *self)
{
  SortieMissionModel *copy = sortie_mission_model_new (self->mission_id);

  copy->title = g_strdup (self->title);
  copy->state = self->state;
  copy->cancelling = self->cancelling;
  copy->created = self->created;
  copy->finished = self->finished;
  copy->time = self->time;
  copy->message = g_strdup (self->message);
  copy->last_event_id = g_strdup (self->last_event_id);
  copy->counters = self->counters;
  sortie_model_copy_steps (copy, self);
  for (guint i = 0; i < self->drafts->len; i++)
    g_ptr_array_add (copy->drafts, sortie_model_draft_copy (g_ptr_array_index (self->drafts, i)));

  return copy;
}

void
sortie_mission_model_clear (SortieMissionModel *self)
{
  g_clear_pointer (&self->title, g_free);
  self->state = SORTIE_MISSION_WAITING;
  self->cancelling = FALSE;
  self->created = 0;
  self->finished = 0;
  self->time = 0;
  g_clear_pointer (&self->message, g_free);
  g_clear_pointer (&self->last_event_id, g_free);
  memset (&self->counters, 0, sizeof self->counters);
  sortie_model_clear_steps (self);
  g_ptr_array_set_size (self->drafts, 0);
}

void
sortie_mission_model_free (SortieMissionModel *self)
{
  if (self == NULL)
    return;

  sortie_mission_model_clear (self);
  g_free (self->mission_id);
  g_ptr_array_unref (self->drafts);
  g_free (self);
}

const char *
sortie_mission_model_get_mission_id (const SortieMissionModel *self)
{
  return self->mission_id;
}

const char *
sortie_mission_model_get_title (const SortieMissionModel *self)
{
  return self->title;
}

SortieMissionState
sortie_mission_model_get_state (const SortieMissionModel *self)
{
  return self->state;
}

gboolean
sortie_mission_model_is_cancelling (const SortieMissionModel *self)
{
  return self->cancelling;
}

gint64
sortie_mission_model_get_created (const SortieMissionModel *self)
{
  return self->created;
}

gint64
sortie_mission_model_get_finished (const SortieMissionModel *self)
{
  return self->finished;
}

gint64
sortie_mission_model_get_time (const SortieMissionModel *self)
{
  return self->time;
}

const char *
sortie_mission_model_get_message (const SortieMissionModel *self)
{
  return self->message;
}

const char *
sortie_mission_model_get_last_event_id (const SortieMissionModel *self)
{
  return self->last_event_id;
}

const SortieModelCounters *
sortie_mission_model_get_counters (const SortieMissionModel *self)
{
  return &self->counters;
}

int
sortie_mission_model_get_n_steps (const SortieMissionModel *self)
{
  return self->n_steps;
}

int
sortie_mission_model_get_n_steps_done (const SortieMissionModel *self)
{
  int n = 0;

  for (int i = 0; i < self->n_steps; i++)
    n += self->steps[i].state == SORTIE_MODEL_STEP_COMPLETED;

  return n;
}

const SortieModelStep *
sortie_mission_model_get_step (const SortieMissionModel *self, int number)
{
  return number >= 1 && number <= self->n_steps ? &self->steps[number - 1] : NULL;
}

guint
sortie_mission_model_get_n_drafts (const SortieMissionModel *self)
{
  return self->drafts->len;
}

const SortieModelDraft *
sortie_mission_model_get_draft (const SortieMissionModel *self, guint index)
{
  return index < self->drafts->len ? g_ptr_array_index (self->drafts, index) : NULL;
}

const SortieModelDraft *
sortie_mission_model_get_current_draft (const SortieMissionModel *self)
{
  return current_draft (self);
}
