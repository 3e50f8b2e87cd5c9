/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-bus"

#include "sortie-bus-private.h"

#include "sortie-error.h"

#include <string.h>

#define PAGE 100 /* missions looked at in one go */

/* What people do with missions: submit, look, cancel, delete. */

/* Steps that can run as things are: not done, and everything they need is. */
static char *
dup_ready (const SortiePlan *plan, char **results)
{
  GString *out = g_string_new (NULL);

  for (int number = 1; number <= sortie_plan_get_n_steps (plan); number++)
    {
      SortieStep *step = sortie_plan_get_step (plan, number);
      gboolean ready = results == NULL || results[number] == NULL;

      for (int i = 0; ready && i < step->n_needs; i++)
        ready = results != NULL && results[step->needs[i]] != NULL;
      if (ready)
        g_string_append_printf (out, out->len > 0 ? " %d" : "%d", number);
    }
  return g_string_free (out, FALSE);
}

/* The results that a retry can build on: not the report's itself, nor any made from a step that is
 * done again. Lent from `results`. */
static char **
keep_results (const SortiePlan *plan, char **results)
{
  int n = sortie_plan_get_n_steps (plan);
  char **kept = g_new0 (char *, (gsize) n + 1);
  gboolean changed = results != NULL;

  for (int number = 1; changed && number < n; number++)
    kept[number] = results[number];
  while (changed)
    {
      changed = FALSE;
      for (int number = 1; number < n; number++)
        for (int i = 0; i < sortie_plan_get_step (plan, number)->n_needs; i++)
          if (kept[number] != NULL && kept[sortie_plan_get_step (plan, number)->needs[i]] == NULL)
            {
              kept[number] = NULL;
              changed = TRUE;
            }
    }
  return kept;
}

static void
append_fields (SortieCommand *command, const SortieSubmission *s, char **results)
{
  g_autofree char *plan = s->plan != NULL ? sortie_plan_to_json (s->plan) : NULL;
  g_autofree char *ready = s->plan != NULL ? dup_ready (s->plan, results) : g_strdup ("1");
  const char *fields[] = { "text",   s->text,       "options",      s->options, "title",
                           s->title, "collections", s->collections, "retry_of", s->retry_of,
                           "plan",   plan,          "ready",        ready };
  int n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i += 2)
    n += fields[i + 1] != NULL;
  sortie_command_add_int (command, n);
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i += 2)
    if (fields[i + 1] != NULL)
      {
        sortie_command_add (command, fields[i]);
        sortie_command_add (command, fields[i + 1]);
      }
}

static void
append_first_events (SortieCommand *command, const SortieSubmission *s)
{
  g_autoptr (SortieEventBatch) events = sortie_event_batch_new ();
  g_autoptr (SortieEvent) accepted =
      sortie_event_new (SORTIE_EVENT_STATUS, "system", SORTIE_CODE_MISSION_ACCEPTED,
                        "Mission accepted");

  if (s->retry_of != NULL)
    accepted->data = g_strdup_printf ("{\"retry_of\":\"%s\"}", s->retry_of);
  sortie_event_batch_add (events, accepted);
  if (s->plan == NULL)
    {
      g_autoptr (SortieEvent) planning =
          sortie_event_new (SORTIE_EVENT_STATUS, "system", SORTIE_CODE_PLAN_STARTED,
                            "Planning the mission");

      sortie_event_batch_add (events, planning);
    }
  sortie_event_batch_append (events, command);
}

static gboolean
check_acceptance (const SortieReply *reply,
                  const SortieSubmission *submission,
                  gboolean *known,
                  GError **error)
{
  const char *answer = sortie_reply_get_string (sortie_reply_get_element (reply, 0));
  const char *hash = sortie_reply_get_string (sortie_reply_get_element (reply, 1));

  if (g_strcmp0 (answer, "gone") == 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT,
                   "The mission of this Idempotency-Key was deleted");
      return FALSE;
    }
  if (g_strcmp0 (answer, "exists") == 0 && g_strcmp0 (hash, submission->body_hash) != 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_MISMATCH,
                   "This Idempotency-Key was used with another request body");
      return FALSE;
    }
  if (known != NULL)
    *known = g_strcmp0 (answer, "exists") == 0;
  return TRUE;
}

gboolean
sortie_bus_accept (SortieBus *self,
                   const SortieSubmission *submission,
                   gboolean *known,
                   GError **error)
{
  g_autoptr (SortiePlan) planning = sortie_plan_new ("", "en", "deterministic");
  int seconds = submission->deadline_seconds > 0 ? submission->deadline_seconds
                                                 : SORTIE_MISSION_DEADLINE_SECONDS;
  SortieCommand *command =
      sortie_bus_new_script (self, SORTIE_SCRIPT_ACCEPT, submission->id, submission->user);
  g_autofree char **results =
      submission->plan != NULL ? keep_results (submission->plan, submission->results) : NULL;
  g_autoptr (SortieReply) reply = NULL;

  sortie_command_add (command, submission->user);
  sortie_command_add (command, submission->body_hash != NULL ? submission->body_hash : "");
  sortie_command_add_int (command, (gint64) seconds * 1000);
  sortie_command_add_int (command, self->max_running);
  append_fields (command, submission, results);
  if (submission->plan != NULL)
    sortie_bus_append_steps (command, submission->plan, 1, results);
  else
    sortie_bus_append_steps (command, planning, 1, NULL);
  append_first_events (command, submission);
  reply = sortie_bus_request (self, command, error);
  return reply != NULL && check_acceptance (reply, submission, known, error);
}

static gboolean
not_found (const char *id, GError **error)
{
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND, "There is no mission %s", id);
  return FALSE;
}

SortieMissionRecord *
sortie_bus_get_mission (SortieBus *self, const char *user, const char *id, GError **error)
{
  g_autoptr (SortieMissionRecord) record = NULL;
  g_autoptr (SortieReply) reply = NULL;

  if (!sortie_mission_id_is_valid (id))
    {
      not_found (id, error);
      return NULL;
    }
  reply = sortie_bus_request (self, sortie_bus_new_record_command (self, id), error);
  if (reply == NULL)
    return NULL;
  record = sortie_mission_record_new_from_reply (id, reply);
  if (record == NULL || (user != NULL && g_strcmp0 (user, record->user) != 0))
    {
      not_found (id, error);
      return NULL;
    }
  return g_steal_pointer (&record);
}

gboolean
sortie_bus_get_state (
    SortieBus *self, const char *user, const char *id, SortieMissionState *state, GError **error)
{
  g_autofree char *key = NULL;
  g_autoptr (SortieReply) reply = NULL;
  const char *owner, *name;
  SortieMissionState found;

  if (!sortie_mission_id_is_valid (id))
    return not_found (id, error);
  key = sortie_bus_dup_mission_key (self, "mission", id);
  reply =
      sortie_bus_request (self, sortie_command_new ("HMGET", key, "state", "user", NULL), error);
  if (reply == NULL)
    return FALSE;
  name = sortie_reply_get_string (sortie_reply_get_element (reply, 0));
  owner = sortie_reply_get_string (sortie_reply_get_element (reply, 1));
  if (name == NULL || !sortie_mission_state_from_string (name, &found) ||
      (user != NULL && g_strcmp0 (user, owner) != 0))
    return not_found (id, error);
  *state = found;
  return TRUE;
}

SortieMissionRecord *
sortie_bus_get_work (SortieBus *self, const SortieQueueEntry *entry, GError **error)
{
  g_autoptr (SortieReply) reply =
      sortie_bus_request (self, sortie_bus_new_work_command (self, entry), error);
  SortieMissionRecord *record;

  if (reply == NULL)
    return NULL;
  record = sortie_mission_record_new_from_work (entry, reply);
  if (record == NULL)
    not_found (entry->mission, error);
  return record;
}

/* The results of the steps whose bits are set, in one request. */
static GPtrArray *
read_results (SortieBus *self, const char *id, int n_steps, guint wanted, GError **error)
{
  g_autofree char *key = sortie_bus_dup_mission_key (self, "mission", id);
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func (g_free);
  SortieCommand *command;
  g_autoptr (SortieReply) reply = NULL;
  gsize index = 0;

  g_ptr_array_set_size (results, n_steps + 1);
  if (wanted == 0)
    return g_steal_pointer (&results);
  command = sortie_command_new ("HMGET", key, NULL);
  for (int step = 1; step <= n_steps; step++)
    if (wanted & (1u << step))
      {
        g_autofree char *field = g_strdup_printf ("%d:result", step);
        sortie_command_add (command, field);
      }
  reply = sortie_bus_request (self, command, error);
  if (reply == NULL)
    return NULL;
  for (int step = 1; step <= n_steps; step++)
    if (wanted & (1u << step))
      {
        const SortieReply *field = sortie_reply_get_element (reply, index++);
        const char *text = sortie_reply_get_string (field);

        g_ptr_array_index (results, step) = text != NULL ? g_strndup (text, field->len) : NULL;
      }
  return g_steal_pointer (&results);
}

GPtrArray *
sortie_bus_get_results (SortieBus *self, const char *id, int n_steps, GError **error)
{
  g_assert (n_steps >= 0 && n_steps <= SORTIE_PLAN_MAX_STEPS);
  return read_results (self, id, n_steps, (2u << n_steps) - 2, error);
}

GPtrArray *
sortie_bus_get_needed_results (
    SortieBus *self, const char *id, const SortiePlan *plan, int step, GError **error)
{
  const SortieStep *own = sortie_plan_get_step (plan, step);
  guint wanted = 0;

  /* The plan itself is the result of step 1, and kept in a place of its own. */
  for (int i = 0; own != NULL && i < own->n_needs; i++)
    if (own->needs[i] > 1)
      wanted |= 1u << own->needs[i];
  return read_results (self, id, sortie_plan_get_n_steps (plan), wanted, error);
}

/* ---- Lists ---- */

typedef struct
{
  gint64 created;
  char *id;
} Place; /* in the list of a user's missions: newest first, then by ID downwards */

static void
place_free (gpointer data)
{
  Place *place = data;

  g_free (place->id);
  g_free (place);
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Place *first = *(Place *const *) a, *second = *(Place *const *) b;

  if (first->created != second->created)
    return first->created > second->created ? -1 : 1;
  return strcmp (second->id, first->id);
}

static gboolean
parse_cursor (const char *cursor, gint64 *created, char **id, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (cursor, ".", 2);

  if (g_strv_length (parts) == 2 && sortie_mission_id_is_valid (parts[1]) &&
      g_ascii_string_to_signed (parts[0], 10, 0, G_MAXINT64, created, NULL))
    {
      *id = g_strdup (parts[1]);
      return TRUE;
    }
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "“cursor” is none of this list's");
  return FALSE;
}

/* Of one partition: up to `limit` places after the last one. Members of a score come in the order of
 * their IDs downwards, as in compare_places(), so a page that ends among missions of one millisecond
 * is continued right there. */
static gboolean
collect_partition (SortieBus *self,
                   const char *key,
                   guint limit,
                   const Place *last,
                   GPtrArray *places,
                   GError **error)
{
  g_autofree char *top =
      last->id != NULL ? g_strdup_printf ("%" G_GINT64_FORMAT, last->created) : g_strdup ("+inf");
  gsize n_seen = 0, n;
  guint n_kept = 0;

  do
    {
      SortieCommand *command =
          sortie_command_new ("ZREVRANGEBYSCORE", key, top, "-inf", "WITHSCORES", "LIMIT", NULL);
      g_autoptr (SortieReply) reply = NULL;

      sortie_command_add_int (command, (gint64) n_seen);
      sortie_command_add_int (command, PAGE);
      reply = sortie_bus_request (self, command, error);
      if (reply == NULL)
        return FALSE;
      n = sortie_reply_get_length (reply) / 2;
      n_seen += n;
      for (gsize i = 0; i < n && n_kept < limit; i++)
        {
          Place place = { sortie_reply_get_int (reply->element[2 * i + 1], 0),
                          reply->element[2 * i]->str };
          const Place *a = last, *b = &place;

          if (last->id == NULL || compare_places (&a, &b) < 0)
            {
              Place *kept = g_new0 (Place, 1);

              kept->created = place.created;
              kept->id = g_strdup (place.id);
              g_ptr_array_add (places, kept);
              n_kept++;
            }
        }
    }
  while (n == PAGE && n_kept < limit);
  return TRUE;
}

static gboolean
collect_places (SortieBus *self,
                const char *user,
                guint limit,
                const Place *last,
                GPtrArray *places,
                GError **error)
{
  g_autofree char *suffix = g_strdup_printf ("index:%s", user);

  for (int partition = 0; partition < self->n_partitions; partition++)
    {
      g_autofree char *key = sortie_bus_dup_key (self, partition, suffix);

      if (!collect_partition (self, key, limit, last, places, error))
        return FALSE;
    }
  g_ptr_array_sort (places, compare_places);
  return TRUE;
}

static GPtrArray *
load_records (SortieBus *self, GPtrArray *places, guint n, GError **error)
{
  GPtrArray *commands = g_ptr_array_new ();
  g_autoptr (GPtrArray) replies = NULL;
  GPtrArray *records;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (commands,
                     sortie_bus_new_record_command (self,
                                                    ((Place *) g_ptr_array_index (places, i))->id));
  replies = sortie_bus_request_many (self, commands, error);
  if (replies == NULL)
    return NULL;
  records = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_mission_record_free);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (records, sortie_mission_record_new_from_reply (
                                  ((Place *) g_ptr_array_index (places, i))->id,
                                  g_ptr_array_index (replies, i)));
  return records;
}

GPtrArray *
sortie_bus_list_missions (SortieBus *self,
                          const char *user,
                          const SortieMissionState *state,
                          guint limit,
                          const char *cursor,
                          char **next,
                          GError **error)
{
  g_autoptr (GPtrArray) found =
      g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_mission_record_free);
  Place last = { 0, NULL };
  g_autofree char *after = NULL; /* owns last.id */
  guint page = state != NULL ? PAGE : MIN (limit, PAGE);
  gboolean more = TRUE;

  if (cursor != NULL && !parse_cursor (cursor, &last.created, &after, error))
    return NULL;
  while (more && found->len < limit)
    {
      g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (place_free);
      g_autoptr (GPtrArray) records = NULL;
      guint i;

      last.id = after;
      /* One more than wanted tells whether there is another page. */
      if (!collect_places (self, user, page + 1, &last, places, error))
        return NULL;
      more = places->len > page;
      records = load_records (self, places, MIN (places->len, page), error);
      if (records == NULL)
        return NULL;
      for (i = 0; i < records->len && found->len < limit; i++)
        {
          Place *place = g_ptr_array_index (places, i);
          SortieMissionRecord *record = g_ptr_array_index (records, i);

          last.created = place->created;
          g_free (after);
          after = g_strdup (place->id);
          if (record != NULL && (state == NULL || record->state == *state))
            g_ptr_array_add (found, g_steal_pointer (&g_ptr_array_index (records, i)));
        }
      more = more || i < records->len;
    }
  *next = more && after != NULL ? g_strdup_printf ("%" G_GINT64_FORMAT ".%s", last.created, after)
                                : NULL;
  return g_steal_pointer (&found);
}

/* ---- Ending ---- */

gboolean
sortie_bus_cancel (SortieBus *self, const char *user, const char *id, GError **error)
{
  g_autoptr (SortieMissionRecord) record = sortie_bus_get_mission (self, user, id, error);
  g_autoptr (SortieEventBatch) events = sortie_event_batch_new ();
  g_autoptr (SortieEvent) cancelled =
      sortie_event_new (SORTIE_EVENT_STATUS, "system", SORTIE_CODE_MISSION_CANCELLED,
                        "The mission was cancelled");
  g_autoptr (SortieEvent) done =
      sortie_bus_new_done (SORTIE_MISSION_CANCELLED, "The mission was cancelled.");
  g_autofree char *body = sortie_event_to_body (done);
  g_autoptr (SortieReply) reply = NULL;
  SortieCommand *command;

  if (record == NULL)
    return FALSE;
  command = sortie_bus_new_script (self, SORTIE_SCRIPT_END, id, NULL);
  sortie_event_batch_add (events, cancelled);
  sortie_command_add (command, "cancel");
  sortie_command_add (command, sortie_mission_state_to_string (SORTIE_MISSION_CANCELLED));
  sortie_event_batch_append (events, command);
  sortie_command_add (command, body);
  reply = sortie_bus_request (self, command, error);
  if (reply == NULL)
    return FALSE;
  if (g_strcmp0 (sortie_reply_get_string (reply), "ended") == 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT, "Mission %s has ended already", id);
      return FALSE;
    }
  return sortie_bus_check_answer (reply, id, error);
}

gboolean
sortie_bus_delete (SortieBus *self, const char *user, const char *id, GError **error)
{
  g_autoptr (SortieMissionRecord) record = sortie_bus_get_mission (self, user, id, error);
  g_autoptr (SortieReply) reply = NULL;

  if (record == NULL)
    return FALSE;
  reply = sortie_bus_request (self,
                              sortie_bus_new_script (self, SORTIE_SCRIPT_DELETE, id, record->user),
                              error);
  if (reply == NULL)
    return FALSE;
  if (g_strcmp0 (sortie_reply_get_string (reply), "conflict") == 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT,
                   "Mission %s is still running; cancel it first", id);
      return FALSE;
    }
  return sortie_bus_check_answer (reply, id, error);
}

gboolean
sortie_bus_is_deleted (SortieBus *self, const char *id)
{
  g_autofree char *key = sortie_bus_dup_mission_key (self, "gone", id);
  g_autoptr (SortieReply) reply =
      sortie_bus_request (self, sortie_command_new ("EXISTS", key, NULL), NULL);

  return sortie_reply_get_int (reply, 0) == 1;
}

GBytes *
sortie_bus_get_report (SortieBus *self, const char *id, GError **error)
{
  g_autofree char *key = sortie_bus_dup_mission_key (self, "report", id);
  g_autoptr (SortieReply) reply =
      sortie_bus_request (self, sortie_command_new ("GET", key, NULL), error);

  if (reply == NULL)
    return NULL;
  if (sortie_reply_get_string (reply) == NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND,
                   "Mission %s has no report: writing has not begun", id);
      return NULL;
    }
  return g_bytes_new (reply->str, reply->len);
}
