/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-bus"

#include "sortie-bus-private.h"

#include "sortie-error.h"

#include <string.h>

#define PAGE 500 /* dead letters looked at in one go */

/* What is going on, for the topology and for metrics; and the dead letters. */

static void
add_queue_commands (SortieBus *self, int partition, GPtrArray *commands)
{
  for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
    {
      g_autofree char *suffix = g_strdup_printf ("queue:%s", sortie_agents[agent]);
      g_autofree char *key = sortie_bus_dup_key (self, partition, suffix);

      g_ptr_array_add (commands, sortie_command_new ("XLEN", key, NULL));
      g_ptr_array_add (commands, sortie_command_new ("XPENDING", key, "agents", NULL));
      g_ptr_array_add (commands, sortie_command_new ("XRANGE", key, "-", "+", "COUNT", "1", NULL));
    }
}

static const char *const totals[] = { "deadlines", "waiting", "delayed" };

static GPtrArray *
collect_commands (SortieBus *self)
{
  GPtrArray *commands = g_ptr_array_new ();

  g_ptr_array_add (commands, sortie_command_new ("TIME", NULL));
  for (int partition = 0; partition < self->n_partitions; partition++)
    {
      g_autofree char *workers = sortie_bus_dup_key (self, partition, "workers");
      g_autofree char *counts = sortie_bus_dup_key (self, partition, "counts");
      g_autofree char *dead = sortie_bus_dup_key (self, partition, "dead");

      add_queue_commands (self, partition, commands);
      for (gsize i = 0; i < G_N_ELEMENTS (totals); i++)
        {
          g_autofree char *key = sortie_bus_dup_key (self, partition, totals[i]);
          g_ptr_array_add (commands, sortie_command_new ("ZCARD", key, NULL));
        }
      g_ptr_array_add (commands, sortie_command_new ("XLEN", dead, NULL));
      g_ptr_array_add (commands, sortie_command_new ("HGETALL", counts, NULL));
      g_ptr_array_add (commands,
                       sortie_command_new ("ZRANGE", workers, "0", "-1", "WITHSCORES", NULL));
    }
  return commands;
}

static void
add_queue (SortieAgentStats *stats, GPtrArray *replies, guint at, gint64 now)
{
  const SortieReply *length = g_ptr_array_index (replies, at);
  const SortieReply *pending = g_ptr_array_index (replies, at + 1);
  const SortieReply *oldest = g_ptr_array_index (replies, at + 2);
  const char *id =
      sortie_reply_get_string (sortie_reply_get_element (sortie_reply_get_element (oldest, 0), 0));
  gint64 in_flight = sortie_reply_get_int (sortie_reply_get_element (pending, 0), 0);

  stats->in_flight += in_flight;
  stats->queued += MAX (sortie_reply_get_int (length, 0) - in_flight, 0);
  if (id != NULL)
    stats->oldest_ms = MAX (stats->oldest_ms, now - g_ascii_strtoll (id, NULL, 10));
}

static gint64
get_count (const SortieReply *counts, const char *prefix, const char *name)
{
  g_autofree char *field = g_strdup_printf ("%s:%s", prefix, name);

  return sortie_reply_get_int (sortie_reply_get_field (counts, field), 0);
}

static void
add_counts (SortieBusStats *stats, const SortieReply *counts)
{
  for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
    {
      stats->agents[agent].done += get_count (counts, sortie_agents[agent], "done");
      stats->agents[agent].failed += get_count (counts, sortie_agents[agent], "failed");
      stats->agents[agent].retried += get_count (counts, sortie_agents[agent], "retried");
    }
  stats->completed += get_count (counts, "missions", "completed");
  stats->partial += get_count (counts, "missions", "partial");
  stats->failed += get_count (counts, "missions", "failed");
  stats->cancelled += get_count (counts, "missions", "cancelled");
}

/* A worker has a lease in every partition; the first one's are counted. */
static void
add_workers (SortieBusStats *stats, const SortieReply *workers, gint64 now)
{
  for (gsize i = 0; i + 1 < sortie_reply_get_length (workers); i += 2)
    {
      const char *member = sortie_reply_get_string (workers->element[i]);
      const char *mask = member != NULL ? strrchr (member, ' ') : NULL;
      guint64 agents = mask != NULL ? g_ascii_strtoull (mask, NULL, 10) : 0;

      if (sortie_reply_get_int (workers->element[i + 1], 0) < now)
        continue;
      for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
        stats->agents[agent].workers += (agents >> agent) & 1;
    }
}

/**
 * sortie_bus_get_stats:
 * @self: the bus
 * @stats: (out caller-allocates): what is going on
 * @error: UNAVAILABLE
 *
 * Returns: whether Redis answered
 */
gboolean
sortie_bus_get_stats (SortieBus *self, SortieBusStats *stats, GError **error)
{
  g_autoptr (GPtrArray) replies = sortie_bus_request_many (self, collect_commands (self), error);
  SortieBusStats sum = { 0 };
  guint at = 1;
  gint64 now;

  if (replies == NULL)
    return FALSE;
  now =
      sortie_reply_get_int (sortie_reply_get_element (g_ptr_array_index (replies, 0), 0), 0) * 1000;
  for (int partition = 0; partition < self->n_partitions; partition++)
    {
      for (int agent = 0; agent < SORTIE_N_AGENTS; agent++, at += 3)
        add_queue (&sum.agents[agent], replies, at, now);
      sum.running += sortie_reply_get_int (g_ptr_array_index (replies, at++), 0);
      sum.waiting += sortie_reply_get_int (g_ptr_array_index (replies, at++), 0);
      sum.delayed += sortie_reply_get_int (g_ptr_array_index (replies, at++), 0);
      sum.dead += sortie_reply_get_int (g_ptr_array_index (replies, at++), 0);
      add_counts (&sum, g_ptr_array_index (replies, at++));
      if (partition == 0)
        add_workers (&sum, g_ptr_array_index (replies, at), now);
      at++;
    }
  *stats = sum;
  return TRUE;
}

/* ---- Dead letters ---- */

void
sortie_dead_letter_free (SortieDeadLetter *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->mission);
  g_free (self->agent);
  g_free (self->error);
  g_free (self->payload);
  g_free (self);
}

static char *
dup_field (const SortieReply *fields, const char *name)
{
  const SortieReply *field = sortie_reply_get_field (fields, name);
  const char *text = sortie_reply_get_string (field);

  return text != NULL ? g_strndup (text, field->len) : g_strdup ("");
}

static SortieDeadLetter *
read_letter (int partition, const char *user, const SortieReply *entry)
{
  const char *id = sortie_reply_get_string (sortie_reply_get_element (entry, 0));
  const SortieReply *fields = sortie_reply_get_element (entry, 1);
  const char *owner = sortie_reply_get_string (sortie_reply_get_field (fields, "u"));
  SortieDeadLetter *letter;

  if (id == NULL || g_strcmp0 (owner, user) != 0)
    return NULL;
  letter = g_new0 (SortieDeadLetter, 1);
  letter->id = g_strdup_printf ("%d-%s", partition, id);
  letter->mission = dup_field (fields, "m");
  letter->step = (int) sortie_reply_get_int (sortie_reply_get_field (fields, "s"), 0);
  letter->agent = dup_field (fields, "a");
  letter->error = dup_field (fields, "r");
  letter->payload = dup_field (fields, "p");
  letter->attempts = (int) sortie_reply_get_int (sortie_reply_get_field (fields, "n"), 0);
  letter->time = g_ascii_strtoll (id, NULL, 10);
  return letter;
}

static int
compare_letters (gconstpointer a, gconstpointer b)
{
  const SortieDeadLetter *first = *(SortieDeadLetter *const *) a;
  const SortieDeadLetter *second = *(SortieDeadLetter *const *) b;

  if (first->time != second->time)
    return first->time > second->time ? -1 : 1;
  return strcmp (second->id, first->id);
}

/* Of one partition: the user's newest, up to `limit`. */
static gboolean
collect_letters (SortieBus *self,
                 int partition,
                 const char *user,
                 guint limit,
                 GPtrArray *letters,
                 GError **error)
{
  g_autofree char *key = sortie_bus_dup_key (self, partition, "dead");
  g_autofree char *top = g_strdup ("+");
  guint n_kept = 0;
  gsize n;

  do
    {
      g_autoptr (SortieReply) reply =
          sortie_bus_request (self,
                              sortie_command_new ("XREVRANGE", key, top, "-", "COUNT",
                                                  G_STRINGIFY (PAGE), NULL),
                              error);

      if (reply == NULL)
        return FALSE;
      n = sortie_reply_get_length (reply);
      for (gsize i = 0; i < n && n_kept < limit; i++)
        {
          const char *id =
              sortie_reply_get_string (sortie_reply_get_element (reply->element[i], 0));
          SortieDeadLetter *letter = read_letter (partition, user, reply->element[i]);

          if (id != NULL)
            {
              g_free (top);
              top = g_strdup_printf ("(%s", id);
            }
          if (letter == NULL)
            continue;
          g_ptr_array_add (letters, letter);
          n_kept++;
        }
    }
  while (n == PAGE && n_kept < limit);
  return TRUE;
}

/**
 * sortie_bus_list_dead_letters:
 * @self: the bus
 * @user: whose
 * @limit: at most so many
 * @error: UNAVAILABLE
 *
 * Returns: (transfer full) (element-type SortieDeadLetter): newest first
 */
GPtrArray *
sortie_bus_list_dead_letters (SortieBus *self, const char *user, guint limit, GError **error)
{
  g_autoptr (GPtrArray) letters =
      g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_dead_letter_free);

  for (int partition = 0; partition < self->n_partitions; partition++)
    if (!collect_letters (self, partition, user, limit, letters, error))
      return NULL;
  g_ptr_array_sort (letters, compare_letters);
  if (letters->len > limit)
    g_ptr_array_set_size (letters, (int) limit);
  return g_steal_pointer (&letters);
}

static gboolean
no_letter (const char *id, GError **error)
{
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND, "There is no dead letter %s", id);
  return FALSE;
}

/**
 * sortie_bus_discard_dead_letter:
 * @self: the bus
 * @user: whose
 * @id: as listed
 * @error: NOT_FOUND, UNAVAILABLE
 *
 * Returns: whether it is gone now
 */
gboolean
sortie_bus_discard_dead_letter (SortieBus *self, const char *user, const char *id, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (id, "-", 2);
  g_autofree char *key = NULL;
  g_autoptr (SortieReply) found = NULL, removed = NULL;
  guint64 partition;
  SortieDeadLetter *letter;

  if (g_strv_length (parts) != 2 || !sortie_stream_id_is_valid (parts[1]) ||
      !g_ascii_string_to_unsigned (parts[0], 10, 0, (guint64) self->n_partitions - 1, &partition,
                                   NULL))
    return no_letter (id, error);
  key = sortie_bus_dup_key (self, (int) partition, "dead");
  found = sortie_bus_request (self, sortie_command_new ("XRANGE", key, parts[1], parts[1], NULL),
                              error);
  if (found == NULL)
    return FALSE;
  letter = read_letter ((int) partition, user, sortie_reply_get_element (found, 0));
  if (letter == NULL)
    return no_letter (id, error);
  sortie_dead_letter_free (letter);
  removed = sortie_bus_request (self, sortie_command_new ("XDEL", key, parts[1], NULL), error);
  return removed != NULL;
}
