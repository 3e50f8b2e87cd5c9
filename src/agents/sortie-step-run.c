/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-step-run.h"

#include "sortie-error.h"
#include "sortie-step-output.h"
#include "sortie-step-outcome.h"

#include <signal.h>
#include <string.h>

#define BEAT_US (SORTIE_BUS_IDLE_LIMIT_MS / 3 * 1000)
#define STUCK_US (60 * G_USEC_PER_SEC) /* without a sign of progress the heart stops beating */
#define STARTED_US (10 * 1000)         /* a shorter step's start is published by its end */
#define HOLD_US (3 * G_USEC_PER_SEC)

struct _SortieStepRun
{
  gatomicrefcount references;
  SortieStepContext context;
  SortieQueueEntry *entry;
  SortieStepWriter *writer;
  gint64 began;
  gint64 next_beat;
};

SortieStepRun *
sortie_step_run_new (const SortieStepContext *context, SortieQueueEntry *entry)
{
  SortieStepRun *self = g_new0 (SortieStepRun, 1);

  g_atomic_ref_count_init (&self->references);
  self->context = *context;
  self->entry = entry;
  self->began = g_get_monotonic_time ();
  self->next_beat = self->began + BEAT_US;
  self->writer = sortie_step_writer_new (context->options->bus, entry, context->stopping);
  return self;
}

SortieStepRun *
sortie_step_run_ref (SortieStepRun *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
sortie_step_run_unref (SortieStepRun *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  sortie_step_writer_free (self->writer);
  sortie_queue_entry_free (self->entry);
  g_free (self);
}

gboolean
sortie_step_run_is_of (const SortieStepRun *self, const SortieQueueEntry *entry)
{
  return self->entry->agent == entry->agent && self->entry->partition == entry->partition &&
         g_strcmp0 (self->entry->entry, entry->entry) == 0;
}

void
sortie_step_run_watch (SortieStepRun *self, gint64 now)
{
  if (now >= self->began + STARTED_US)
    sortie_step_writer_let_out (self->writer, now);
  if (now < self->next_beat)
    return;
  self->next_beat = now + BEAT_US;
  if (now - sortie_step_writer_get_last_progress (self->writer) < STUCK_US)
    {
      g_autoptr (GError) error = NULL;

      if (!sortie_bus_heartbeat (self->context.options->bus, self->entry, self->context.consumer,
                                 &error) &&
          error->code != SORTIE_ERROR_CANCELLED)
        sortie_step_writer_set_lost (self->writer);
    }
}

/* ---- Input ---- */

static gboolean
load_results (SortieStepRun *self,
              const SortieMissionRecord *record,
              SortieStepInput *input,
              GError **error)
{
  SortieStep *step = record->plan != NULL ? sortie_plan_get_step (record->plan, input->step) : NULL;
  int n_steps = record->plan != NULL ? sortie_plan_get_n_steps (record->plan) : 1;

  if (step == NULL)
    {
      input->results = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_set_size (input->results, n_steps + 1);
      return TRUE;
    }
  input->results = sortie_bus_get_needed_results (self->context.options->bus, record->id,
                                                  record->plan, input->step, error);
  return input->results != NULL;
}

static gboolean
run_agent (SortieStepRun *self, const SortieMissionRecord *record, char **result, GError **error)
{
  const SortieWorkerOptions *options = self->context.options;
  const SortieAgent *agent = &options->agents[self->entry->agent];
  g_autoptr (GPtrArray) collections = sortie_step_parse_collections (record->collections);
  SortieStepInput input = {
    .mission_id = record->id,
    .mission = record->text,
    .words = sortie_step_parse_words (record->options),
    .locale = sortie_step_parse_locale (record->options),
    .collections = collections,
    .plan = self->entry->step > 1 ? record->plan : NULL,
    .step = self->entry->step,
    .attempt = sortie_mission_record_get_step (record, self->entry->step)->starts,
    .faults = options->faults,
    .library = options->library,
  };

  if (!load_results (self, record, &input, error))
    return FALSE;
  *result =
      agent->func (&input, sortie_step_writer_get_output (self->writer), agent->user_data, error);
  g_ptr_array_unref (input.results);
  return *result != NULL;
}

/* A test fault: the word HOLD_AT_ and an agent's name in the mission keeps that agent's first attempt
 * from its commit for a while, so that a test can end processes just there. */
static void
hold (SortieStepRun *self, const SortieMissionRecord *record, int attempt)
{
  g_autofree char *upper = g_ascii_strup (sortie_agents[self->entry->agent], -1);
  g_autofree char *word = g_strconcat ("HOLD_AT_", upper, NULL);
  SortieStepOutput *output = sortie_step_writer_get_output (self->writer);
  gint64 until = g_get_monotonic_time () + HOLD_US;

  if (!self->context.options->faults || attempt > 1 || strstr (record->text, word) == NULL)
    return;
  while (g_get_monotonic_time () < until && !output->is_cancelled (output))
    g_usleep (10 * 1000);
}

/* The word CRASH_AT_ and an agent's name ends the process in each of that agent's attempts. */
static void
crash (SortieStepRun *self, const SortieMissionRecord *record)
{
  g_autofree char *upper = g_ascii_strup (sortie_agents[self->entry->agent], -1);
  g_autofree char *word = g_strconcat ("CRASH_AT_", upper, NULL);

  if (self->context.options->faults && strstr (record->text, word) != NULL)
    raise (SIGKILL);
}

/* ---- Process ---- */

/* As it was fetched with the entry; else waits for Redis as long as the process may. */
static SortieMissionRecord *
get_record (SortieStepRun *self, GError **error)
{
  if (self->entry->record != NULL)
    return g_steal_pointer (&self->entry->record);
  while (TRUE)
    {
      g_autoptr (GError) local = NULL;
      SortieMissionRecord *record =
          sortie_bus_get_work (self->context.options->bus, self->entry, &local);

      if (record != NULL)
        return record;
      if (local->code != SORTIE_ERROR_UNAVAILABLE ||
          sortie_step_writer_is_wanted_back (self->writer))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
    }
}

/* The record, where the entry is still the open one; NULL where there is nothing to do here: then
 * the entry is a leftover. */
static SortieMissionRecord *
load_record (SortieStepRun *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieMissionRecord) record = get_record (self, &error);
  SortieStepRecord *step =
      record != NULL ? sortie_mission_record_get_step (record, self->entry->step) : NULL;

  if (step != NULL && g_strcmp0 (step->entry, self->entry->entry) == 0 &&
      record->state == SORTIE_MISSION_RUNNING)
    return g_steal_pointer (&record);
  if (record != NULL || error->code == SORTIE_ERROR_NOT_FOUND)
    sortie_bus_drop_entry (self->context.options->bus, self->entry, NULL);
  return NULL;
}

static void
committed_cb (const GError *error, gpointer user_data)
{
  SortieStepRun *self = user_data;

  if (error != NULL)
    g_debug ("step %d of mission %s: %s", self->entry->step, self->entry->mission, error->message);
  self->context.settled (self, self->context.user_data);
}

void
sortie_step_run_process (SortieStepRun *self)
{
  const SortieWorkerOptions *options = self->context.options;
  g_autoptr (SortieMissionRecord) record = load_record (self);
  g_autoptr (GError) error = NULL, commit_error = NULL;
  g_autofree char *result = NULL;
  SortieStepOutcome outcome = { .committed = committed_cb,
                                .user_data = self,
                                .bus = options->bus,
                                .entry = self->entry,
                                .writer = self->writer,
                                .record = record,
                                .policy = &options->policy,
                                .stopping = g_atomic_int_get (self->context.stopping) != 0 };

  if (record == NULL)
    {
      self->context.settled (self, self->context.user_data);
      return;
    }
  outcome.attempt = sortie_mission_record_get_step (record, self->entry->step)->starts;
  outcome.began = self->began;
  sortie_step_writer_begin (self->writer, outcome.attempt, record->drafts);
  if (outcome.attempt > options->policy.max_attempts)
    g_set_error (&error, SORTIE_ERROR, SORTIE_ERROR_FAILED,
                 "it was started %d times and never finished", outcome.attempt - 1);
  else
    {
      crash (self, record);
      run_agent (self, record, &result, &error);
    }
  hold (self, record, outcome.attempt);

  outcome.stopping = g_atomic_int_get (self->context.stopping) != 0;
  if (sortie_step_outcome_commit (&outcome, result, error, &commit_error) !=
      SORTIE_COMMIT_UNDER_WAY)
    committed_cb (commit_error, self);
}
