/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-bus"

#include "sortie-bus-private.h"
#include "sortie-error.h"
#include "sortie-janitor.h"

#include <string.h>

#define BATCH 200
#define MAX_CHUNK (64 * 1024)
#define MAX_EVENTS 200000

/* Reclaiming steps from silent workers, and compacting what has finished. */

static SortieEvent *
new_reclaimed (const SortieQueueEntry *entry, int starts)
{
  const char *agent = sortie_agents[entry->agent];
  g_autofree char *message = g_strdup_printf ("[%s] The worker went silent; the step starts again",
                                              sortie_agent_label (agent));
  SortieEvent *event =
      sortie_event_new (SORTIE_EVENT_STATUS, "system", SORTIE_CODE_STEP_RECLAIMED, message);

  event->step = entry->step;
  event->attempt = starts;
  return event;
}

/* Whether it was done: no error where the worker spoke up, or ended, meanwhile. */
static gboolean
was_changed (gboolean fine, gboolean *changed, GError **local, GError **error)
{
  *changed = fine;
  if (fine || g_error_matches (*local, SORTIE_ERROR, SORTIE_ERROR_STALE) ||
      g_error_matches (*local, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (local));
  return FALSE;
}

/* At once after the first start. A step that was lost again may be what ends its workers, and the
 * steps beside it must not die of that too: each waits for a time of its own before it starts again.
 */
static int
get_delay (const SortieRetryPolicy *policy, int starts)
{
  int delay = starts > 1 ? sortie_retry_policy_get_delay (policy, starts - 1, 0) : 0;

  return delay + (int) (2 * delay * g_random_double ());
}

static gboolean
requeue (SortieBus *bus,
         const SortieRetryPolicy *policy,
         const SortieQueueEntry *entry,
         int starts,
         gint64 silence_ms,
         gboolean *changed,
         GError **error)
{
  SortieCommand *command = sortie_bus_new_script (bus, SORTIE_SCRIPT_REQUEUE, entry->mission, NULL);
  g_autoptr (SortieEventBatch) events = sortie_event_batch_new ();
  g_autoptr (SortieEvent) reclaimed = new_reclaimed (entry, starts);
  g_autofree char *dispatch =
      sortie_bus_dup_dispatch (NULL, sortie_agents[entry->agent], entry->step, starts + 1);
  g_autoptr (SortieReply) reply = NULL;
  g_autoptr (GError) local = NULL;
  gboolean fine;

  sortie_event_batch_add (events, reclaimed);
  sortie_command_add_int (command, entry->step);
  sortie_command_add (command, entry->entry);
  sortie_command_add (command, "0");
  sortie_command_add_int (command, silence_ms);
  sortie_event_batch_append (events, command);
  sortie_command_add (command, dispatch);
  sortie_command_add_int (command, get_delay (policy, starts));
  reply = sortie_bus_request (bus, command, &local);
  fine = reply != NULL && sortie_bus_check_answer (reply, entry->mission, &local);
  return was_changed (fine, changed, &local, error);
}

static gboolean
bury (SortieBus *bus,
      const SortieMissionRecord *record,
      const SortieQueueEntry *entry,
      int starts,
      gint64 silence_ms,
      gboolean *changed,
      GError **error)
{
  g_autoptr (SortieEventBatch) events = sortie_event_batch_new ();
  g_autoptr (SortieEvent) event = NULL;
  g_autoptr (GError) local = NULL;
  const char *agent = sortie_agents[entry->agent];
  g_autofree char *why = g_strdup_printf ("the worker went silent in each of %d attempts", starts);
  g_autofree char *message = g_strdup_printf ("[%s] Given up: %s", sortie_agent_label (agent), why);
  g_autofree char *payload = sortie_mission_record_dup_payload (record, entry->step);
  gboolean fine;

  event = sortie_event_new (SORTIE_EVENT_ERROR, agent, SORTIE_CODE_STEP_DEAD_LETTERED, message);
  event->step = entry->step;
  event->attempt = starts;
  sortie_event_batch_add (events, event);
  fine = sortie_bus_bury (bus, entry, starts, events, why, payload, silence_ms, &local);
  return was_changed (fine, changed, &local, error);
}

/* What stands behind a pending entry decides: dropped where nobody waits for it any more, given up
 * where it was started too often, queued again otherwise. */
static gboolean
reclaim_entry (SortieBus *bus,
               const SortieRetryPolicy *policy,
               const SortieQueueEntry *entry,
               gint64 silence_ms,
               gboolean *changed,
               GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (SortieMissionRecord) record =
      sortie_bus_get_mission (bus, NULL, entry->mission, &local);
  SortieStepRecord *step;

  if (record == NULL && !g_error_matches (local, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  step = record != NULL ? sortie_mission_record_get_step (record, entry->step) : NULL;
  if (step == NULL || g_strcmp0 (step->entry, entry->entry) != 0)
    {
      *changed = sortie_bus_drop_entry (bus, entry, error);
      return *changed;
    }
  if (step->starts >= policy->max_attempts)
    return bury (bus, record, entry, step->starts, silence_ms, changed, error);
  return requeue (bus, policy, entry, step->starts, silence_ms, changed, error);
}

static gboolean
read_pending (
    SortieBus *bus, const char *key, const char *id, SortieQueueEntry *entry, GError **error)
{
  g_autoptr (SortieReply) reply =
      sortie_bus_request (bus, sortie_command_new ("XRANGE", key, id, id, NULL), error);
  const SortieReply *fields;
  const char *mission;

  if (reply == NULL)
    return FALSE;
  fields = sortie_reply_get_element (sortie_reply_get_element (reply, 0), 1);
  mission = sortie_reply_get_string (sortie_reply_get_field (fields, "m"));
  entry->entry = g_strdup (id);
  entry->mission = g_strdup (mission != NULL ? mission : "");
  entry->step = (int) sortie_reply_get_int (sortie_reply_get_field (fields, "s"), 0);
  return TRUE;
}

/* Fetched entries that were silent for so long, after the one with ID `after`. */
static SortieReply *
list_silent (SortieBus *bus, const char *key, gint64 silence_ms, const char *after, GError **error)
{
  SortieCommand *command = sortie_command_new ("XPENDING", key, "agents", "IDLE", NULL);
  g_autofree char *from = after != NULL ? g_strdup_printf ("(%s", after) : g_strdup ("-");

  sortie_command_add_int (command, silence_ms);
  sortie_command_add (command, from);
  sortie_command_add (command, "+");
  sortie_command_add_int (command, BATCH);
  return sortie_bus_request (bus, command, error);
}

/* Refused by Redis itself, as with a mission whose keys were tampered with: passed over, so that
 * the others are served. */
static gboolean
pass_over (GError **local, GError **error)
{
  if (g_error_matches (*local, SORTIE_ERROR, SORTIE_ERROR_FAILED) ||
      g_error_matches (*local, SORTIE_ERROR, SORTIE_ERROR_CONFLICT))
    {
      g_debug ("reclaiming: %s", (*local)->message);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (local));
  return FALSE;
}

static gboolean
reclaim_pending (SortieBus *bus,
                 const SortieRetryPolicy *policy,
                 const char *key,
                 SortieQueueEntry *entry,
                 const char *id,
                 gint64 silence_ms,
                 guint *n_reclaimed,
                 GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean changed = FALSE;
  gboolean fine = read_pending (bus, key, id, entry, &local) &&
                  reclaim_entry (bus, policy, entry, silence_ms, &changed, &local);

  g_clear_pointer (&entry->entry, g_free);
  g_clear_pointer (&entry->mission, g_free);
  *n_reclaimed += changed;
  return fine || pass_over (&local, error);
}

static gboolean
reclaim_queue (SortieBus *bus,
               const SortieRetryPolicy *policy,
               int partition,
               int agent,
               gint64 silence_ms,
               guint *n_reclaimed,
               GError **error)
{
  g_autofree char *suffix = g_strdup_printf ("queue:%s", sortie_agents[agent]);
  g_autofree char *key = sortie_bus_dup_key (bus, partition, suffix);
  g_autofree char *after = NULL;
  gsize n;

  do
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (SortieReply) reply = list_silent (bus, key, silence_ms, after, &local);

      if (reply == NULL) /* FAILED is NOGROUP: nobody has fetched anything yet */
        return pass_over (&local, error);
      n = sortie_reply_get_length (reply);
      for (gsize i = 0; i < n; i++)
        {
          const char *id =
              sortie_reply_get_string (sortie_reply_get_element (reply->element[i], 0));
          SortieQueueEntry entry = { .partition = partition, .agent = agent };

          if (id == NULL)
            continue;
          g_free (after);
          after = g_strdup (id);
          if (!reclaim_pending (bus, policy, key, &entry, id, silence_ms, n_reclaimed, error))
            return FALSE;
        }
    }
  while (n == BATCH);
  return TRUE;
}

static gboolean
give_back (SortieBus *bus, const SortieQueueEntry *entry, GError **error)
{
  g_autoptr (SortieMissionRecord) record =
      sortie_bus_get_mission (bus, NULL, entry->mission, error);
  SortieStepRecord *step =
      record != NULL ? sortie_mission_record_get_step (record, entry->step) : NULL;

  if (step == NULL || g_strcmp0 (step->entry, entry->entry) != 0)
    return FALSE;
  return sortie_bus_hand_back (bus, entry, step->starts, error);
}

static gboolean
give_back_queue (SortieBus *bus, int partition, int agent, const char *consumer, GError **error)
{
  g_autofree char *suffix = g_strdup_printf ("queue:%s", sortie_agents[agent]);
  g_autofree char *key = sortie_bus_dup_key (bus, partition, suffix);
  g_autofree char *most = g_strdup_printf ("%d", BATCH);
  g_autoptr (GError) local = NULL;
  g_autoptr (SortieReply) reply = sortie_bus_request (
      bus, sortie_command_new ("XPENDING", key, "agents", "-", "+", most, consumer, NULL), &local);

  if (reply == NULL) /* FAILED is NOGROUP: nobody has fetched anything yet */
    return pass_over (&local, error);
  for (gsize i = 0; i < sortie_reply_get_length (reply); i++)
    {
      const char *id = sortie_reply_get_string (sortie_reply_get_element (reply->element[i], 0));
      SortieQueueEntry entry = { .partition = partition, .agent = agent };

      if (id != NULL && read_pending (bus, key, id, &entry, NULL))
        give_back (bus, &entry, NULL);
      g_free (entry.entry);
      g_free (entry.mission);
    }
  return TRUE;
}

/* Entries that were on their way to a worker when it stopped to listen: nobody has worked on them. */
gboolean
sortie_bus_give_back (SortieBus *bus, const char *consumer, GError **error)
{
  for (int partition = 0; partition < bus->n_partitions; partition++)
    for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
      if (!give_back_queue (bus, partition, agent, consumer, error))
        return FALSE;
  return TRUE;
}

gboolean
sortie_bus_reclaim (SortieBus *bus,
                    const SortieRetryPolicy *policy,
                    gint64 silence_ms,
                    guint *n_reclaimed,
                    GError **error)
{
  guint n = 0;

  for (int partition = 0; partition < bus->n_partitions; partition++)
    for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
      if (!reclaim_queue (bus, policy, partition, agent, silence_ms, &n, error))
        return FALSE;
  if (n_reclaimed != NULL)
    *n_reclaimed = n;
  return TRUE;
}

/* A consumer may fetch again at any time, so looking and deleting are one script. */
#define TIDY_CONSUMERS                                                                             \
  "#!lua flags=allow-oom\n"                                                                        \
  "local n = 0 "                                                                                   \
  "if redis.call('EXISTS', KEYS[1]) == 0 then return n end "                                       \
  "for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do "                             \
  "  for _, c in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], group[2])) do "                  \
  "    if c[4] == 0 and c[6] >= tonumber(ARGV[1]) then "                                           \
  "      redis.call('XGROUP', 'DELCONSUMER', KEYS[1], group[2], c[2]) "                            \
  "      n = n + 1 "                                                                               \
  "    end "                                                                                       \
  "  end "                                                                                         \
  "end "                                                                                           \
  "return n"

gboolean
sortie_bus_tidy_consumers (SortieBus *self, gint64 idle_ms, guint *n, GError **error)
{
  guint sum = 0;

  for (int partition = 0; partition < self->n_partitions; partition++)
    for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
      {
        g_autofree char *suffix = g_strdup_printf ("queue:%s", sortie_agents[agent]);
        g_autofree char *key = sortie_bus_dup_key (self, partition, suffix);
        SortieCommand *command = sortie_command_new ("EVAL", TIDY_CONSUMERS, "1", key, NULL);
        g_autoptr (SortieReply) reply = NULL;

        sortie_command_add_int (command, idle_ms);
        reply = sortie_bus_request (self, command, error);
        if (reply == NULL)
          return FALSE;
        sum += (guint) sortie_reply_get_int (reply, 0);
      }
  if (n != NULL)
    *n = sum;
  return TRUE;
}

/* ---- Compaction ---- */

typedef struct
{
  char *id;
  char *body;
  char *text; /* "" for none */
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->id);
  g_free (row->body);
  g_free (row->text);
  g_free (row);
}

static GPtrArray *
read_rows (SortieBus *bus, const char *mission, GError **error)
{
  g_autofree char *key = sortie_bus_dup_mission_key (bus, "events", mission);
  SortieCommand *command = sortie_command_new ("XRANGE", key, "-", "+", "COUNT", NULL);
  g_autoptr (SortieReply) reply = NULL;
  GPtrArray *rows;

  sortie_command_add_int (command, MAX_EVENTS);
  reply = sortie_bus_request (bus, command, error);
  if (reply == NULL)
    return NULL;
  rows = g_ptr_array_new_with_free_func (row_free);
  for (gsize i = 0; i < sortie_reply_get_length (reply); i++)
    {
      const SortieReply *fields = sortie_reply_get_element (reply->element[i], 1);
      const SortieReply *body = sortie_reply_get_field (fields, "e");
      const SortieReply *text = sortie_reply_get_field (fields, "t");
      Row *row = g_new0 (Row, 1);

      row->id =
          g_strdup (sortie_reply_get_string (sortie_reply_get_element (reply->element[i], 0)));
      row->body = g_strdup (sortie_reply_get_string (body));
      row->text = g_strdup (text != NULL ? sortie_reply_get_string (text) : "");
      g_ptr_array_add (rows, row);
    }
  return rows;
}

/* The chunk that a row holds, or NULL. */
static SortieEvent *
read_chunk (const Row *row)
{
  g_autofree char *wire = NULL;

  if (*row->text == '\0' || row->body == NULL)
    return NULL;
  wire = sortie_event_body_to_wire (row->body, strlen (row->body), row->text, strlen (row->text),
                                    NULL, 0);
  return sortie_event_from_wire (wire, strlen (wire), NULL);
}

/* Gathers the last draft's chunks: their rows' places and their text. */
static int
gather_last_draft (GPtrArray *rows, GArray *places, GString *text)
{
  int draft = 0;

  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr (SortieEvent) chunk = read_chunk (g_ptr_array_index (rows, i));

      if (chunk == NULL)
        continue;
      if (chunk->draft != draft)
        {
          draft = chunk->draft;
          g_array_set_size (places, 0);
          g_string_truncate (text, 0);
        }
      g_array_append_val (places, i);
      g_string_append (text, chunk->message);
    }
  return draft;
}

static gsize
get_piece (const GString *text, gsize offset)
{
  gsize length = MIN (text->len - offset, MAX_CHUNK);

  while (offset + length < text->len && (text->str[offset + length] & 0xc0) == 0x80)
    length--;
  return length;
}

/* Puts the draft's text into the last of its rows; the others are emptied. */
static void
repack (GPtrArray *rows, GArray *places, const GString *text, int draft)
{
  gsize offset = 0;
  guint n_pieces = 0;

  for (gsize at = 0; at < text->len; at += get_piece (text, at))
    n_pieces++;
  if (n_pieces >= places->len)
    return; /* nothing to gain: its chunks are as large already */
  for (guint i = 0; i < places->len; i++)
    {
      Row *row = g_ptr_array_index (rows, g_array_index (places, guint, i));
      g_autoptr (SortieEvent) chunk = read_chunk (row);
      gsize length;

      g_clear_pointer (&row->body, g_free);
      if (i + n_pieces < places->len)
        continue;
      length = get_piece (text, offset);
      chunk->draft = draft;
      chunk->offset = (gint64) offset;
      row->body = sortie_event_to_body (chunk);
      g_free (row->text);
      row->text = g_strndup (text->str + offset, length);
      offset += length;
    }
}

gboolean
sortie_bus_compact (SortieBus *bus, const char *mission, GError **error)
{
  g_autoptr (GPtrArray) rows = read_rows (bus, mission, error);
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (SortieReply) reply = NULL;
  SortieCommand *command;
  guint length, n = 0;
  int draft;

  if (rows == NULL)
    return FALSE;
  length = rows->len;
  draft = gather_last_draft (rows, places, text);
  if (places->len > 1)
    repack (rows, places, text, draft);
  for (guint i = 0; i < rows->len; i++)
    n += ((Row *) g_ptr_array_index (rows, i))->body != NULL;

  command = sortie_bus_new_script (bus, SORTIE_SCRIPT_COMPACT, mission, NULL);
  sortie_command_add (command,
                      length > 0 ? ((Row *) g_ptr_array_index (rows, length - 1))->id : "");
  sortie_command_add_int (command, length);
  sortie_command_add_int (command, n);
  for (guint i = 0; i < rows->len; i++)
    {
      Row *row = g_ptr_array_index (rows, i);

      if (row->body == NULL)
        continue;
      sortie_command_add (command, row->id);
      sortie_command_add (command, row->body);
      sortie_command_add (command, row->text);
    }
  reply = sortie_bus_request (bus, command, error);
  return reply != NULL;
}
