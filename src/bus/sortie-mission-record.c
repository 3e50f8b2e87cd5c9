/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-bus-private.h"
#include "sortie-json.h"

#include <string.h>

/* A mission's hash is read as a fixed list of fields, so that the steps' results, which may be
 * large, stay where they are. */

static const char *const mission_fields[] = { "state",    "user",        "text",     "title",
                                              "options",  "collections", "retry_of", "created",
                                              "finished", "drafts",      "length",   "plan",
                                              "steps" };
enum
{
  F_STATE,
  F_USER,
  F_TEXT,
  F_TITLE,
  F_OPTIONS,
  F_COLLECTIONS,
  F_RETRY_OF,
  F_CREATED,
  F_FINISHED,
  F_DRAFTS,
  F_LENGTH,
  F_PLAN,
  F_STEPS,
  N_MISSION_FIELDS
};

static const char *const step_fields[] = { "agent",  "state",   "entry", "starts",
                                           "queued", "started", "ended", "error" };
enum
{
  S_AGENT,
  S_STATE,
  S_ENTRY,
  S_STARTS,
  S_QUEUED,
  S_STARTED,
  S_ENDED,
  S_ERROR,
  N_STEP_FIELDS
};

static const char *const step_states[] = { "blocked", "queued", "running",  "delayed",
                                           "done",    "dead",   "cancelled" };

const char *
sortie_step_state_to_string (SortieStepState state)
{
  return step_states[state];
}

SortieCommand *
sortie_bus_new_record_command (SortieBus *self, const char *mission)
{
  g_autofree char *key = sortie_bus_dup_mission_key (self, "mission", mission);
  SortieCommand *command = sortie_command_new ("HMGET", key, NULL);
  char field[32];

  for (int i = 0; i < N_MISSION_FIELDS; i++)
    sortie_command_add (command, mission_fields[i]);
  for (int step = 1; step <= SORTIE_PLAN_MAX_STEPS; step++)
    for (int i = 0; i < N_STEP_FIELDS; i++)
      {
        g_snprintf (field, sizeof field, "%d:%s", step, step_fields[i]);
        sortie_command_add (command, field);
      }
  return command;
}

static void
step_record_free (gpointer data)
{
  SortieStepRecord *step = data;

  g_free (step->agent);
  g_free (step->entry);
  g_free (step->error);
  g_free (step);
}

void
sortie_mission_record_free (SortieMissionRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->user);
  g_free (self->text);
  g_free (self->title);
  g_free (self->options);
  g_free (self->collections);
  g_free (self->retry_of);
  g_clear_pointer (&self->plan, sortie_plan_free);
  g_clear_pointer (&self->steps, g_ptr_array_unref);
  g_free (self);
}

SortieStepRecord *
sortie_mission_record_get_step (const SortieMissionRecord *self, int number)
{
  if (number < 1 || number > (int) self->steps->len)
    return NULL;
  return g_ptr_array_index (self->steps, number - 1);
}

char *
sortie_mission_record_dup_payload (const SortieMissionRecord *self, int number)
{
  SortieStep *step = self->plan != NULL ? sortie_plan_get_step (self->plan, number) : NULL;
  GString *payload = g_string_new ("{");

  sortie_json_append_member_string (payload, "mission", self->text);
  if (step != NULL && step->question != NULL)
    sortie_json_append_member_string (payload, "question", step->question);
  if (step != NULL && step->query != NULL)
    sortie_json_append_member_string (payload, "query", step->query);
  if (self->collections != NULL)
    sortie_json_append_member_raw (payload, "collections", self->collections);
  g_string_append_c (payload, '}');
  return g_string_free (payload, FALSE);
}

static char *
dup_field (const SortieReply *reply, gsize index)
{
  const SortieReply *field = sortie_reply_get_element (reply, index);
  const char *text = sortie_reply_get_string (field);

  return text != NULL ? g_strndup (text, field->len) : NULL;
}

static gint64
get_int (const SortieReply *reply, gsize index)
{
  return sortie_reply_get_int (sortie_reply_get_element (reply, index), 0);
}

static SortieStepState
parse_step_state (const char *text)
{
  for (gsize i = 0; text != NULL && i < G_N_ELEMENTS (step_states); i++)
    if (g_str_equal (text, step_states[i]))
      return (SortieStepState) i;
  return SORTIE_STEP_BLOCKED;
}

static SortieStepRecord *
read_step (const SortieReply *reply, int number)
{
  gsize base = N_MISSION_FIELDS + (gsize) (number - 1) * N_STEP_FIELDS;
  SortieStepRecord *step = g_new0 (SortieStepRecord, 1);

  step->number = number;
  step->agent = dup_field (reply, base + S_AGENT);
  step->state =
      parse_step_state (sortie_reply_get_string (sortie_reply_get_element (reply, base + S_STATE)));
  step->entry = dup_field (reply, base + S_ENTRY);
  step->starts = (int) get_int (reply, base + S_STARTS);
  step->queued = get_int (reply, base + S_QUEUED);
  step->started = get_int (reply, base + S_STARTED);
  step->ended = get_int (reply, base + S_ENDED);
  step->error = dup_field (reply, base + S_ERROR);
  return step;
}

/**
 * sortie_mission_record_new_from_reply:
 * @id: the mission
 * @reply: what sortie_bus_new_record_command() was answered
 *
 * Returns: (transfer full) (nullable): the record, NULL where there is no such mission
 */
SortieMissionRecord *
sortie_mission_record_new_from_reply (const char *id, const SortieReply *reply)
{
  g_autoptr (SortieMissionRecord) self = g_new0 (SortieMissionRecord, 1);
  const char *state = sortie_reply_get_string (sortie_reply_get_element (reply, F_STATE));
  const SortieReply *plan = sortie_reply_get_element (reply, F_PLAN);
  int n_steps = (int) CLAMP (get_int (reply, F_STEPS), 0, SORTIE_PLAN_MAX_STEPS);

  if (state == NULL || !sortie_mission_state_from_string (state, &self->state))
    return NULL;
  self->id = g_strdup (id);
  self->user = dup_field (reply, F_USER);
  self->text = dup_field (reply, F_TEXT);
  self->title = dup_field (reply, F_TITLE);
  self->options = dup_field (reply, F_OPTIONS);
  self->collections = dup_field (reply, F_COLLECTIONS);
  self->retry_of = dup_field (reply, F_RETRY_OF);
  self->created = get_int (reply, F_CREATED);
  self->finished = get_int (reply, F_FINISHED);
  self->drafts = (int) get_int (reply, F_DRAFTS);
  self->length = get_int (reply, F_LENGTH);
  if (sortie_reply_get_string (plan) != NULL)
    self->plan = sortie_plan_from_json (plan->str, plan->len, NULL);
  self->steps = g_ptr_array_new_with_free_func (step_record_free);
  for (int number = 1; number <= n_steps; number++)
    g_ptr_array_add (self->steps, read_step (reply, number));
  return g_steal_pointer (&self);
}

/* ---- What a worker needs ---- */

static const char *const work_fields[] = { "state",  "text", "options", "collections",
                                           "drafts", "plan", "steps" };
enum
{
  W_STATE,
  W_TEXT,
  W_OPTIONS,
  W_COLLECTIONS,
  W_DRAFTS,
  W_PLAN,
  W_STEPS,
  W_OWN_ENTRY,
  W_OWN_STARTS,
  W_STEP_STATES, /* of step 1, then of the others */
};

SortieCommand *
sortie_bus_new_work_command (SortieBus *self, const SortieQueueEntry *entry)
{
  g_autofree char *key = sortie_bus_dup_mission_key (self, "mission", entry->mission);
  SortieCommand *command = sortie_command_new ("HMGET", key, NULL);
  char field[32];

  for (gsize i = 0; i < G_N_ELEMENTS (work_fields); i++)
    sortie_command_add (command, work_fields[i]);
  g_snprintf (field, sizeof field, "%d:entry", entry->step);
  sortie_command_add (command, field);
  g_snprintf (field, sizeof field, "%d:starts", entry->step);
  sortie_command_add (command, field);
  for (int step = 1; step <= SORTIE_PLAN_MAX_STEPS; step++)
    {
      g_snprintf (field, sizeof field, "%d:state", step);
      sortie_command_add (command, field);
    }
  return command;
}

/**
 * sortie_mission_record_new_from_work:
 * @entry: what was fetched
 * @reply: what sortie_bus_new_work_command() was answered
 *
 * Returns: (transfer full) (nullable): the record, NULL where there is no such mission
 */
SortieMissionRecord *
sortie_mission_record_new_from_work (const SortieQueueEntry *entry, const SortieReply *reply)
{
  g_autoptr (SortieMissionRecord) self = g_new0 (SortieMissionRecord, 1);
  const char *state = sortie_reply_get_string (sortie_reply_get_element (reply, W_STATE));
  const SortieReply *plan = sortie_reply_get_element (reply, W_PLAN);
  int n_steps = (int) CLAMP (get_int (reply, W_STEPS), 0, SORTIE_PLAN_MAX_STEPS);

  if (state == NULL || !sortie_mission_state_from_string (state, &self->state))
    return NULL;
  self->id = g_strdup (entry->mission);
  self->text = dup_field (reply, W_TEXT);
  self->options = dup_field (reply, W_OPTIONS);
  self->collections = dup_field (reply, W_COLLECTIONS);
  self->drafts = (int) get_int (reply, W_DRAFTS);
  if (sortie_reply_get_string (plan) != NULL)
    self->plan = sortie_plan_from_json (plan->str, plan->len, NULL);
  self->steps = g_ptr_array_new_with_free_func (step_record_free);
  for (int number = 1; number <= n_steps; number++)
    {
      SortieStepRecord *step = g_new0 (SortieStepRecord, 1);

      step->number = number;
      step->state = parse_step_state (sortie_reply_get_string (
          sortie_reply_get_element (reply, (gsize) (W_STEP_STATES + number - 1))));
      if (number == entry->step)
        {
          step->entry = dup_field (reply, W_OWN_ENTRY);
          step->starts = (int) get_int (reply, W_OWN_STARTS);
        }
      g_ptr_array_add (self->steps, step);
    }
  return g_steal_pointer (&self);
}
