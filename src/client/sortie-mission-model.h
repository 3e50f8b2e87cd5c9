/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-event.h"
#include "sortie-mission.h"
#include "sortie-model-draft.h"
#include "sortie-plan.h"

G_BEGIN_DECLS

/* A mission's state, folded from its events. Pure: the same events give the same model, and a copy
 * is a checkpoint from which a replay goes on. */

#define SORTIE_MODEL_MAX_ATTEMPTS 16 /* kept of one step; the last ones */
#define SORTIE_MODEL_MAX_DRAFTS 64   /* kept; the last ones */

/**
 * SortieModelStepState:
 * @SORTIE_MODEL_STEP_PENDING: waits for other steps
 * @SORTIE_MODEL_STEP_QUEUED: dispatched, no worker has it yet
 * @SORTIE_MODEL_STEP_RUNNING: a worker has it
 * @SORTIE_MODEL_STEP_RETRYING: an attempt failed, the next one is due at a known time
 * @SORTIE_MODEL_STEP_COMPLETED: done
 * @SORTIE_MODEL_STEP_DEAD_LETTERED: given up after its last attempt
 * @SORTIE_MODEL_STEP_DROPPED: the mission ended before the step did
 */
typedef enum
{
  SORTIE_MODEL_STEP_PENDING,
  SORTIE_MODEL_STEP_QUEUED,
  SORTIE_MODEL_STEP_RUNNING,
  SORTIE_MODEL_STEP_RETRYING,
  SORTIE_MODEL_STEP_COMPLETED,
  SORTIE_MODEL_STEP_DEAD_LETTERED,
  SORTIE_MODEL_STEP_DROPPED,
} SortieModelStepState;

const char *sortie_model_step_state_to_string (SortieModelStepState state);

/**
 * SortieModelAttempt:
 * @number: from 1
 * @state: RUNNING, RETRYING (it failed), COMPLETED, DEAD_LETTERED, or DROPPED
 * @queued: when it was dispatched, milliseconds since 1970 UTC; 0 where unknown, as the others
 * @started: when a worker began
 * @ended: when it was over
 */
typedef struct
{
  int number;
  SortieModelStepState state;
  gint64 queued;
  gint64 started;
  gint64 ended;
} SortieModelAttempt;

/**
 * SortieModelStep:
 * @number: from 1
 * @agent: who does it; empty while unknown
 * @question: (nullable): the sub-question
 * @needs: the steps that it waits for, ascending
 * @n_needs: how many
 * @state: where it stands
 * @n_attempts: how often it was started
 * @attempts: the last of them, the oldest first
 * @n_kept: how many of them are in @attempts
 * @queued: first dispatch, milliseconds since 1970 UTC; 0 where not yet, as the others
 * @started: first start
 * @ended: completion, or when it was given up
 * @retry_at: in state RETRYING when the next attempt is due; 0 where unknown
 * @message: (nullable): the last that was said about it
 */
typedef struct
{
  int number;
  char *agent;
  char *question;
  int needs[SORTIE_PLAN_MAX_STEPS];
  int n_needs;
  SortieModelStepState state;
  int n_attempts;
  SortieModelAttempt attempts[SORTIE_MODEL_MAX_ATTEMPTS];
  int n_kept;
  gint64 queued;
  gint64 started;
  gint64 ended;
  gint64 retry_at;
  char *message;
} SortieModelStep;

typedef struct
{
  guint64 n_events;
  guint64 n_chunks;
  guint n_errors;
  guint n_retries;
  guint n_dead_letters;
  guint n_llm_uses;
  guint n_fallbacks;
} SortieModelCounters;

/* What an event changed. */
typedef enum
{
  SORTIE_MODEL_UNCHANGED = 0, /* seen before, after the end, or of no consequence */
  SORTIE_MODEL_CHANGED = 1 << 0,
  SORTIE_MODEL_PLAN_CHANGED = 1 << 1,
  SORTIE_MODEL_STEP_CHANGED = 1 << 2,
  SORTIE_MODEL_DRAFT_STARTED = 1 << 3,
  SORTIE_MODEL_DRAFT_GREW = 1 << 4,
  SORTIE_MODEL_DRAFT_COMPLETED = 1 << 5,
  SORTIE_MODEL_ENDED = 1 << 6,
} SortieModelChange;

typedef struct _SortieMissionModel SortieMissionModel;

SortieMissionModel *sortie_mission_model_new (const char *mission_id);
SortieMissionModel *sortie_mission_model_copy (const SortieMissionModel *self);
void sortie_mission_model_free (SortieMissionModel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieMissionModel, sortie_mission_model_free)

/* Back to what it was when new: for `reset` of the event stream. */
void sortie_mission_model_clear (SortieMissionModel *self);

/**
 * sortie_mission_model_apply:
 * @event: the mission's next event
 *
 * An event with an ID that is not greater than the last one was seen before and changes nothing; so
 * does whatever follows `done`. An event that contradicts the contract (a step that can't be, text
 * that leaves a gap) is refused with SORTIE_ERROR_PROTOCOL or SORTIE_ERROR_TOO_LARGE, and the model
 * stays as it was, except that a `done` always ends the mission.
 *
 * Returns: what it changed; SORTIE_MODEL_UNCHANGED with @error set where it was refused
 */
SortieModelChange sortie_mission_model_apply (SortieMissionModel *self,
                                              const SortieEvent *event,
                                              GError **error);

const char *sortie_mission_model_get_mission_id (const SortieMissionModel *self);
/* (nullable): the report's title, known from the plan on */
const char *sortie_mission_model_get_title (const SortieMissionModel *self);
/* WAITING until something happens, RUNNING, then the outcome */
SortieMissionState sortie_mission_model_get_state (const SortieMissionModel *self);
gboolean sortie_mission_model_is_cancelling (const SortieMissionModel *self);
/* Milliseconds since 1970 UTC; 0 where not yet. */
gint64 sortie_mission_model_get_created (const SortieMissionModel *self);
gint64 sortie_mission_model_get_finished (const SortieMissionModel *self);
/* When the last event was published. */
gint64 sortie_mission_model_get_time (const SortieMissionModel *self);
/* (nullable): the last that was said, draft text excepted */
const char *sortie_mission_model_get_message (const SortieMissionModel *self);
/* (nullable) */
const char *sortie_mission_model_get_last_event_id (const SortieMissionModel *self);
const SortieModelCounters *sortie_mission_model_get_counters (const SortieMissionModel *self);

/* Steps are numbered 1…n; what the plan has not named yet has no agent. */
int sortie_mission_model_get_n_steps (const SortieMissionModel *self);
int sortie_mission_model_get_n_steps_done (const SortieMissionModel *self);
const SortieModelStep *sortie_mission_model_get_step (const SortieMissionModel *self, int number);

/* Drafts in their order; the last one is the current one. */
guint sortie_mission_model_get_n_drafts (const SortieMissionModel *self);
const SortieModelDraft *sortie_mission_model_get_draft (const SortieMissionModel *self,
                                                        guint index);
/* (nullable) */
const SortieModelDraft *sortie_mission_model_get_current_draft (const SortieMissionModel *self);

G_END_DECLS
