/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-bus"

#include "sortie-bus-private.h"

#include "sortie-error.h"

/* What a worker does with the steps it has fetched. */

void
sortie_queue_entry_free (SortieQueueEntry *self)
{
  if (self == NULL)
    return;
  g_free (self->entry);
  g_free (self->mission);
  sortie_mission_record_free (self->record);
  g_free (self);
}

static SortieCommand *
new_step_script (SortieBus *self, SortieScript script, const SortieQueueEntry *entry)
{
  SortieCommand *command = sortie_bus_new_script (self, script, entry->mission, NULL);

  sortie_command_add_int (command, entry->step);
  sortie_command_add (command, entry->entry);
  return command;
}

/* Steps wait for Redis as long as it takes: what they have done must not be lost. */
static gboolean
commit (SortieBus *self, const SortieQueueEntry *entry, SortieCommand *command, GError **error)
{
  g_autoptr (SortieReply) reply =
      sortie_pipeline_call (self->commits, command, SORTIE_PATIENCE_FOREVER, error);

  return reply != NULL && sortie_bus_check_answer (reply, entry->mission, error);
}

/**
 * sortie_bus_publish:
 * @self: the bus
 * @entry: the step, as fetched
 * @sequence: number of this call within this start, from 1
 * @events: what to say
 * @error: STALE, NOT_FOUND or CANCELLED
 *
 * Returns: whether the events were published
 */
gboolean
sortie_bus_publish (SortieBus *self,
                    const SortieQueueEntry *entry,
                    guint sequence,
                    const SortieEventBatch *events,
                    GError **error)
{
  SortieCommand *command = new_step_script (self, SORTIE_SCRIPT_PUBLISH, entry);

  sortie_command_add_int (command, sequence);
  sortie_event_batch_append (events, command);
  return commit (self, entry, command, error);
}

static SortieCommand *
new_complete (SortieBus *self,
              const SortieQueueEntry *entry,
              const SortieEventBatch *events,
              const char *result,
              const SortiePlan *plan,
              const SortieEvent *done,
              SortieMissionState outcome)
{
  SortieCommand *command = new_step_script (self, SORTIE_SCRIPT_COMPLETE, entry);
  g_autofree char *plan_text = plan != NULL ? sortie_plan_to_json (plan) : g_strdup ("");
  g_autofree char *following =
      plan != NULL ? sortie_bus_dup_following (plan, entry->step, NULL) : g_strdup ("");
  g_autofree char *done_body = done != NULL ? sortie_event_to_body (done) : g_strdup ("");

  sortie_event_batch_append (events, command);
  sortie_command_add (command, result);
  sortie_command_add (command, plan_text);
  if (plan != NULL)
    sortie_bus_append_steps (command, plan, 2, NULL);
  else
    sortie_command_add_int (command, 0);
  sortie_command_add (command, following);
  sortie_command_add (command, done != NULL ? sortie_mission_state_to_string (outcome) : "");
  sortie_command_add (command, done_body);
  return command;
}

/**
 * sortie_bus_complete:
 * @self: the bus
 * @entry: the step, as fetched
 * @events: what is left to say
 * @result: the step's result
 * @plan: (nullable): from the planner: the steps to install
 * @done: (nullable): from the last step: the event that ends the mission
 * @outcome: the mission's, where @done is given
 * @error: STALE, NOT_FOUND or CANCELLED
 *
 * Also queues what has waited for this step alone.
 *
 * Returns: whether the step is done
 */
gboolean
sortie_bus_complete (SortieBus *self,
                     const SortieQueueEntry *entry,
                     const SortieEventBatch *events,
                     const char *result,
                     const SortiePlan *plan,
                     const SortieEvent *done,
                     SortieMissionState outcome,
                     GError **error)
{
  return commit (self, entry, new_complete (self, entry, events, result, plan, done, outcome),
                 error);
}

typedef struct
{
  char *mission;
  SortieBusCommittedFunc func;
  gpointer user_data;
} Sent;

static void
answered_cb (const SortieReply *reply, const GError *error, gpointer user_data)
{
  Sent *sent = user_data;
  g_autoptr (GError) local = NULL;

  if (reply != NULL && sortie_reply_check (reply, &local))
    sortie_bus_check_answer (reply, sent->mission, &local);
  sent->func (reply != NULL ? local : error, sent->user_data);
  g_free (sent->mission);
  g_free (sent);
}

void
sortie_bus_send_complete (SortieBus *self,
                          const SortieQueueEntry *entry,
                          const SortieEventBatch *events,
                          const char *result,
                          const SortiePlan *plan,
                          const SortieEvent *done,
                          SortieMissionState outcome,
                          SortieBusCommittedFunc func,
                          gpointer user_data)
{
  Sent *sent = g_new0 (Sent, 1);

  sent->mission = g_strdup (entry->mission);
  sent->func = func;
  sent->user_data = user_data;
  sortie_pipeline_send (self->commits,
                        new_complete (self, entry, events, result, plan, done, outcome),
                        answered_cb, sent);
}

/**
 * sortie_bus_retry_step:
 * @self: the bus
 * @entry: the step, as fetched
 * @attempt: the start that failed
 * @delay_ms: until the next
 * @events: what is left to say, the `step.retrying` event last
 * @error: STALE, NOT_FOUND or CANCELLED
 *
 * Returns: whether the step waits for its next start
 */
gboolean
sortie_bus_retry_step (SortieBus *self,
                       const SortieQueueEntry *entry,
                       int attempt,
                       int delay_ms,
                       const SortieEventBatch *events,
                       GError **error)
{
  SortieCommand *command = new_step_script (self, SORTIE_SCRIPT_RETRY, entry);
  g_autofree char *dispatch =
      sortie_bus_dup_dispatch (NULL, sortie_agents[entry->agent], entry->step, attempt + 1);

  sortie_command_add_int (command, delay_ms);
  sortie_event_batch_append (events, command);
  sortie_command_add (command, dispatch);
  return commit (self, entry, command, error);
}

static SortieCommand *
new_dead_letter (SortieBus *self,
                 const SortieQueueEntry *entry,
                 int attempts,
                 const SortieEventBatch *events,
                 const char *message,
                 const char *payload)
{
  SortieCommand *command = new_step_script (self, SORTIE_SCRIPT_DEAD_LETTER, entry);
  const char *agent = sortie_agents[entry->agent];
  g_autofree char *why = g_strdup_printf ("The mission failed: step %d (%s) failed %d times: %s",
                                          entry->step, agent, attempts, message);
  g_autoptr (SortieEvent) done = sortie_bus_new_done (SORTIE_MISSION_FAILED, why);
  g_autofree char *done_body = sortie_event_to_body (done);

  sortie_event_batch_append (events, command);
  sortie_command_add (command, message);
  sortie_command_add (command, payload);
  sortie_command_add_int (command, attempts);
  sortie_command_add (command, sortie_agent_is_vital (agent) ? "1" : "0");
  sortie_command_add (command, done_body);
  return command;
}

/**
 * sortie_bus_dead_letter:
 * @self: the bus
 * @entry: the step, as fetched
 * @attempts: how many starts it had
 * @events: what is left to say, the `step.dead_lettered` event last
 * @message: why, for people
 * @payload: what the step was given, as JSON
 * @error: STALE, NOT_FOUND or CANCELLED
 *
 * Ends the mission as failed where it can't go on without this step.
 *
 * Returns: whether the step lies with the dead letters
 */
gboolean
sortie_bus_dead_letter (SortieBus *self,
                        const SortieQueueEntry *entry,
                        int attempts,
                        const SortieEventBatch *events,
                        const char *message,
                        const char *payload,
                        GError **error)
{
  SortieCommand *command = new_dead_letter (self, entry, attempts, events, message, payload);

  sortie_command_add (command, "");
  return commit (self, entry, command, error);
}

gboolean
sortie_bus_bury (SortieBus *self,
                 const SortieQueueEntry *entry,
                 int attempts,
                 const SortieEventBatch *events,
                 const char *message,
                 const char *payload,
                 gint64 silence_ms,
                 GError **error)
{
  SortieCommand *command = new_dead_letter (self, entry, attempts, events, message, payload);
  g_autoptr (SortieReply) reply = NULL;

  sortie_command_add_int (command, silence_ms);
  reply = sortie_bus_request (self, command, error);
  return reply != NULL && sortie_bus_check_answer (reply, entry->mission, error);
}

/**
 * sortie_bus_hand_back:
 * @self: the bus
 * @entry: the step, as fetched
 * @attempt: the start that is given back
 * @error: STALE, NOT_FOUND or CANCELLED
 *
 * Puts the step back into its queue as if it had not been started.
 *
 * Returns: whether it is there
 */
gboolean
sortie_bus_hand_back (SortieBus *self, const SortieQueueEntry *entry, int attempt, GError **error)
{
  SortieCommand *command = new_step_script (self, SORTIE_SCRIPT_REQUEUE, entry);
  g_autofree char *dispatch =
      sortie_bus_dup_dispatch (NULL, sortie_agents[entry->agent], entry->step, attempt);

  sortie_command_add (command, "1");
  sortie_command_add_int (command, 0);
  sortie_event_batch_append (NULL, command);
  sortie_command_add (command, dispatch);
  sortie_command_add_int (command, 0);
  return commit (self, entry, command, error);
}

gboolean
sortie_bus_heartbeat (SortieBus *self,
                      const SortieQueueEntry *entry,
                      const char *consumer,
                      GError **error)
{
  SortieCommand *command = new_step_script (self, SORTIE_SCRIPT_HEARTBEAT, entry);

  sortie_command_add (command, consumer);
  return commit (self, entry, command, error);
}

gboolean
sortie_bus_drop_entry (SortieBus *self, const SortieQueueEntry *entry, GError **error)
{
  g_autofree char *suffix = g_strdup_printf ("queue:%s", sortie_agents[entry->agent]);
  g_autofree char *key = sortie_bus_dup_key (self, entry->partition, suffix);
  GPtrArray *commands = g_ptr_array_new ();
  g_autoptr (GPtrArray) replies = NULL;

  g_ptr_array_add (commands, sortie_command_new ("XACK", key, "agents", entry->entry, NULL));
  g_ptr_array_add (commands, sortie_command_new ("XDEL", key, entry->entry, NULL));
  replies = sortie_pipeline_call_many (self->commits, commands, SORTIE_PATIENCE_FOREVER, error);
  return replies != NULL;
}

/* The lease of a worker in every partition: score is its end, in Redis's time. */
gboolean
sortie_bus_announce_worker (SortieBus *self, const char *worker, guint agents, GError **error)
{
  g_autofree char *member = g_strdup_printf ("%s %u", worker, agents);
  g_autoptr (SortieReply) time =
      sortie_bus_request (self, sortie_command_new ("TIME", NULL), error);
  GPtrArray *commands;
  g_autoptr (GPtrArray) replies = NULL;
  gint64 now;

  if (time == NULL)
    return FALSE;
  now = sortie_reply_get_int (sortie_reply_get_element (time, 0), 0) * 1000;
  commands = g_ptr_array_new ();
  for (int partition = 0; partition < self->n_partitions; partition++)
    {
      g_autofree char *key = sortie_bus_dup_key (self, partition, "workers");
      g_autofree char *until =
          g_strdup_printf ("%" G_GINT64_FORMAT, now + SORTIE_BUS_IDLE_LIMIT_MS);
      g_autofree char *past = g_strdup_printf ("(%" G_GINT64_FORMAT, now);

      g_ptr_array_add (commands, sortie_command_new ("ZADD", key, until, member, NULL));
      g_ptr_array_add (commands, sortie_command_new ("ZREMRANGEBYSCORE", key, "-inf", past, NULL));
    }
  replies = sortie_bus_request_many (self, commands, error);
  return replies != NULL;
}

gboolean
sortie_bus_forget_worker (SortieBus *self, const char *worker, GError **error)
{
  g_autofree char *prefix = g_strdup_printf ("%s ", worker);

  sortie_bus_give_back (self, worker, NULL); /* or the janitor will, later */

  for (int partition = 0; partition < self->n_partitions; partition++)
    {
      g_autofree char *key = sortie_bus_dup_key (self, partition, "workers");
      g_autoptr (SortieReply) members =
          sortie_bus_request (self, sortie_command_new ("ZRANGE", key, "0", "-1", NULL), error);

      if (members == NULL)
        return FALSE;
      for (gsize i = 0; i < sortie_reply_get_length (members); i++)
        {
          const char *member = sortie_reply_get_string (sortie_reply_get_element (members, i));
          g_autoptr (SortieReply) reply = NULL;

          if (member == NULL || !g_str_has_prefix (member, prefix))
            continue;
          reply = sortie_bus_request (self, sortie_command_new ("ZREM", key, member, NULL), error);
          if (reply == NULL)
            return FALSE;
        }
    }
  return TRUE;
}
