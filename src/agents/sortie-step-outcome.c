/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-step-outcome.h"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-language.h"

#include <string.h>

#define MIN_WORDS 50
#define MAX_WORDS 5000

static void
pinned_free (gpointer data)
{
  SortiePinnedCollection *pinned = data;

  g_free (pinned->collection);
  g_free (pinned);
}

static JsonNode *
parse_options (const char *options)
{
  return options != NULL
             ? sortie_json_parse (options, strlen (options), &sortie_json_default_limits, NULL)
             : NULL;
}

const char *
sortie_step_parse_locale (const char *options)
{
  g_autoptr (JsonNode) node = parse_options (options);
  const char *tag = NULL;

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    sortie_json_get_string (json_node_get_object (node), "language", FALSE, &tag, NULL);
  return tag != NULL ? sortie_language_find (tag, strlen (tag)) : NULL;
}

int
sortie_step_parse_words (const char *options)
{
  g_autoptr (JsonNode) node = parse_options (options);
  gint64 words = SORTIE_MISSION_DEFAULT_WORDS;

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    sortie_json_get_integer (json_node_get_object (node), "words", FALSE, MIN_WORDS, MAX_WORDS,
                             &words, NULL);
  return (int) words;
}

GPtrArray *
sortie_step_parse_collections (const char *json)
{
  GPtrArray *collections = g_ptr_array_new_with_free_func (pinned_free);
  g_autoptr (JsonNode) node =
      json != NULL ? sortie_json_parse (json, strlen (json), &sortie_json_default_limits, NULL)
                   : NULL;
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return collections;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (element) ? json_node_get_object (element) : NULL;
      const char *name = NULL;
      gint64 generation = 0;
      SortiePinnedCollection *pinned;

      if (object == NULL || !sortie_json_get_string (object, "name", TRUE, &name, NULL) ||
          !sortie_json_get_integer (object, "generation", TRUE, 0, G_MAXINT64, &generation, NULL))
        continue;
      pinned = g_new0 (SortiePinnedCollection, 1);
      pinned->collection = g_strdup (name);
      pinned->generation = generation;
      g_ptr_array_add (collections, pinned);
    }
  return collections;
}

/* ---- Done ---- */

static void
add_completed (const SortieStepOutcome *self, SortieEventBatch *events)
{
  gint64 elapsed = g_get_monotonic_time () - self->began;
  const char *label = sortie_agent_label (sortie_agents[self->entry->agent]);
  g_autofree char *message = g_strdup_printf ("[%s] Step %d completed in %" G_GINT64_FORMAT " ms",
                                              label, self->entry->step, elapsed / 1000);
  g_autoptr (SortieEvent) event =
      sortie_step_writer_new_event (self->writer, SORTIE_EVENT_STATUS, SORTIE_CODE_STEP_COMPLETED,
                                    message);

  event->data = g_strdup_printf ("{\"elapsed_us\":%" G_GINT64_FORMAT "}", elapsed);
  sortie_event_batch_add (events, event);
}

static void
add_plan (const SortieStepOutcome *self, SortieEventBatch *events, const SortiePlan *plan)
{
  g_autofree char *json = sortie_plan_to_json (plan);
  g_autofree char *message =
      g_strdup_printf ("[Planner] The plan has %d steps", sortie_plan_get_n_steps (plan));
  g_autoptr (SortieEvent) event = sortie_step_writer_new_event (self->writer, SORTIE_EVENT_STATUS,
                                                                SORTIE_CODE_PLAN_READY, message);

  event->data = g_strdup_printf ("{\"plan\":%s}", json);
  sortie_event_batch_add (events, event);
}

/* The last step decides the outcome: all retrievals were settled before it could start. */
static SortieMissionState
get_outcome (const SortieStepOutcome *self)
{
  for (guint i = 0; i < self->record->steps->len; i++)
    if (((SortieStepRecord *) g_ptr_array_index (self->record->steps, i))->state ==
        SORTIE_STEP_DEAD)
      return SORTIE_MISSION_PARTIAL;
  return SORTIE_MISSION_COMPLETED;
}

static gboolean
commit_done (const SortieStepOutcome *self,
             SortieEventBatch *events,
             const char *result,
             GError **error)
{
  gboolean last = self->record->plan != NULL &&
                  self->entry->step == sortie_plan_get_n_steps (self->record->plan);
  SortieMissionState state = get_outcome (self);
  g_autoptr (SortiePlan) plan = NULL;
  g_autoptr (SortieEvent) done = NULL;

  if (self->entry->step == 1)
    {
      plan = sortie_plan_from_json (result, strlen (result), error);
      if (plan == NULL)
        return FALSE;
      add_plan (self, events, plan);
    }
  add_completed (self, events);
  if (last)
    {
      done = sortie_event_new (SORTIE_EVENT_DONE, "system", SORTIE_CODE_MISSION_DONE,
                               state == SORTIE_MISSION_COMPLETED
                                   ? "Draft generation complete."
                                   : "The report is complete but for a part that failed; it says "
                                     "which.");
      done->data = g_strdup_printf ("{\"outcome\":\"%s\"}", sortie_mission_state_to_string (state));
    }
  /* The plan is kept in a place of its own. */
  sortie_bus_send_complete (self->bus, self->entry, events, plan != NULL ? "{}" : result, plan,
                            done, state, self->committed, self->user_data);
  return TRUE;
}

/* ---- Failed ---- */

static char *
dup_failure_data (const GError *failure, int delay_ms)
{
  GString *data = g_string_new ("{");

  sortie_json_append_member_string (data, "error", failure->message);
  if (delay_ms > 0)
    sortie_json_append_member_int (data, "delay_ms", delay_ms);
  g_string_append_c (data, '}');
  return g_string_free (data, FALSE);
}

static gboolean
commit_retry (const SortieStepOutcome *self,
              SortieEventBatch *events,
              const GError *failure,
              GError **error)
{
  int delay = sortie_retry_policy_get_delay (self->policy, self->attempt, g_random_double ());
  const char *label = sortie_agent_label (sortie_agents[self->entry->agent]);
  g_autofree char *message =
      g_strdup_printf ("[%s] %s. Retrying (%d/%d) in %d s", label, failure->message, self->attempt,
                       self->policy->max_attempts - 1, MAX ((delay + 500) / 1000, 1));
  g_autoptr (SortieEvent) event = sortie_step_writer_new_event (self->writer, SORTIE_EVENT_ERROR,
                                                                SORTIE_CODE_STEP_RETRYING, message);

  event->data = dup_failure_data (failure, delay);
  sortie_event_batch_add (events, event);
  return sortie_bus_retry_step (self->bus, self->entry, self->attempt, delay, events, error);
}

static gboolean
commit_dead (const SortieStepOutcome *self,
             SortieEventBatch *events,
             const GError *failure,
             GError **error)
{
  const char *label = sortie_agent_label (sortie_agents[self->entry->agent]);
  int attempts = MIN (self->attempt, self->policy->max_attempts);
  g_autofree char *message =
      g_strdup_printf ("[%s] %s. Given up after %d attempts", label, failure->message, attempts);
  g_autofree char *payload = sortie_mission_record_dup_payload (self->record, self->entry->step);
  g_autoptr (SortieEvent) event =
      sortie_step_writer_new_event (self->writer, SORTIE_EVENT_ERROR,
                                    SORTIE_CODE_STEP_DEAD_LETTERED, message);

  event->data = dup_failure_data (failure, 0);
  sortie_event_batch_add (events, event);
  return sortie_bus_dead_letter (self->bus, self->entry, attempts, events, failure->message,
                                 payload, error);
}

static gboolean
commit_failure (const SortieStepOutcome *self,
                SortieEventBatch *events,
                const GError *failure,
                GError **error)
{
  if (g_error_matches (failure, SORTIE_ERROR, SORTIE_ERROR_STALE) ||
      g_error_matches (failure, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND))
    return TRUE; /* somebody else's now, or nobody's */
  if (g_error_matches (failure, SORTIE_ERROR, SORTIE_ERROR_CANCELLED))
    return !self->stopping || sortie_bus_hand_back (self->bus, self->entry, self->attempt, error);
  if (self->attempt < self->policy->max_attempts)
    return commit_retry (self, events, failure, error);
  return commit_dead (self, events, failure, error);
}

SortieCommit
sortie_step_outcome_commit (const SortieStepOutcome *self,
                            const char *result,
                            const GError *failure,
                            GError **error)
{
  g_autoptr (SortieEventBatch) events = sortie_step_writer_end (self->writer);
  g_autoptr (GError) local = NULL;

  if (result != NULL && commit_done (self, events, result, &local))
    return SORTIE_COMMIT_UNDER_WAY;
  /* What the agent gave may be no result. */
  return commit_failure (self, events, result != NULL ? local : failure, error)
             ? SORTIE_COMMIT_SETTLED
             : SORTIE_COMMIT_FAILED;
}
