/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-bus"

#include "sortie-bus-private.h"

#include "sortie-error.h"
#include "sortie-redis-tls.h"

#include <string.h>

#define DEFAULT_PATIENCE_US (5 * G_USEC_PER_SEC)

/* CRC-16/XMODEM, the checksum that Redis Cluster gives a key its slot by. */
static guint16
crc16 (const char *text)
{
  guint16 crc = 0;

  for (const char *p = text; *p != '\0'; p++)
    {
      crc ^= (guint16) ((guchar) *p << 8);
      for (int bit = 0; bit < 8; bit++)
        crc = (guint16) (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1);
    }
  return crc;
}

int
sortie_bus_get_partition (SortieBus *self, const char *mission)
{
  return self->n_partitions > 1 ? crc16 (mission) % self->n_partitions : 0;
}

char *
sortie_bus_dup_key (SortieBus *self, int partition, const char *suffix)
{
  return g_strconcat ("sortie:{", self->tags[partition], "}:", suffix, NULL);
}

char *
sortie_bus_dup_mission_key (SortieBus *self, const char *kind, const char *mission)
{
  return g_strconcat ("sortie:{", self->tags[sortie_bus_get_partition (self, mission)], "}:", kind,
                      ":", mission, NULL);
}

SortieCommand *
sortie_bus_new_script (SortieBus *self, SortieScript script, const char *mission, const char *user)
{
  static const char *const shared[] = { "delayed", "deadlines", "waiting",    "shares",
                                        "dead",    "counts",    "compactions" };
  const char *tag = self->tags[sortie_bus_get_partition (self, mission)];
  SortieCommand *command = sortie_command_new_script (script, SORTIE_BUS_N_KEYS);
  g_autofree char *prefix = g_strconcat ("sortie:{", tag, "}:", NULL);

  sortie_command_add_joined (command, prefix, "mission:", mission);
  sortie_command_add_joined (command, prefix, "events:", mission);
  sortie_command_add_joined (command, prefix, "report:", mission);
  sortie_command_add_joined (command, prefix, "feed", "");
  sortie_command_add_joined (command, prefix, "index:", user != NULL ? user : "");
  for (gsize i = 0; i < G_N_ELEMENTS (shared); i++)
    sortie_command_add_joined (command, prefix, shared[i], "");
  sortie_command_add_joined (command, prefix, "gone:", mission);
  for (int i = 0; i < SORTIE_N_AGENTS; i++)
    sortie_command_add_joined (command, prefix, "queue:", sortie_agents[i]);
  sortie_command_add (command, mission);
  return command;
}

/* Once the bus is open, a Redis that lets us in no more is one that is away: it is not the asker who
 * lacks a right. */
static void
settle_error (SortieBus *self, GError **error, GError *local)
{
  if (local == NULL)
    return;
  if (self->opened && local->code == SORTIE_ERROR_DENIED)
    local->code = SORTIE_ERROR_UNAVAILABLE;
  g_propagate_error (error, local);
}

SortieReply *
sortie_bus_request (SortieBus *self, SortieCommand *command, GError **error)
{
  GError *local = NULL;
  SortieReply *reply = sortie_pipeline_call (self->requests, command, self->patience, &local);

  settle_error (self, error, local);
  return reply;
}

GPtrArray *
sortie_bus_request_many (SortieBus *self, GPtrArray *commands, GError **error)
{
  GError *local = NULL;
  GPtrArray *replies = sortie_pipeline_call_many (self->requests, commands, self->patience, &local);

  settle_error (self, error, local);
  return replies;
}

gboolean
sortie_bus_check_answer (const SortieReply *reply, const char *mission, GError **error)
{
  const char *answer = sortie_reply_get_string (reply);

  if (g_strcmp0 (answer, "mine") == 0 || g_strcmp0 (answer, "again") == 0)
    return TRUE;
  if (g_strcmp0 (answer, "gone") == 0)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND, "There is no mission %s", mission);
  else if (g_strcmp0 (answer, "stale") == 0)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_STALE,
                 "The step of mission %s is no longer this worker's", mission);
  else
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT, "Mission %s: Redis answered “%s”",
                 mission, answer != NULL ? answer : "nothing");
  return FALSE;
}

/* What the server says of itself: the value of `name:value` in an INFO reply. */
static char *
dup_info (const char *info, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (info, "\r\n", -1);
  gsize length = strlen (name);

  for (gsize i = 0; lines[i] != NULL; i++)
    if (strncmp (lines[i], name, length) == 0 && lines[i][length] == ':')
      return g_strdup (lines[i] + length + 1);
  return g_strdup ("");
}

static gboolean
check_server (SortieBus *self, gboolean accept_data_loss, GError **error)
{
  g_autoptr (SortieReply) reply =
      sortie_bus_request (self, sortie_command_new ("INFO", "everything", NULL), error);
  const char *info = sortie_reply_get_string (reply);
  g_autofree char *version = NULL, *append_only = NULL, *policy = NULL, *limit = NULL;

  if (reply == NULL)
    return FALSE;
  version = dup_info (info, "redis_version");
  append_only = dup_info (info, "aof_enabled");
  policy = dup_info (info, "maxmemory_policy");
  limit = dup_info (info, "maxmemory");
  if (g_ascii_strtoll (version, NULL, 10) < 7)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "REDIS_URL: that Redis is version %s; 7.0 or newer is needed", version);
      return FALSE;
    }
  if (accept_data_loss)
    return TRUE;
  if (!g_str_equal (append_only, "1"))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "REDIS_URL: that Redis keeps no append-only file, so a restart loses missions. "
                   "Set “appendonly yes” there, or start with --accept-data-loss");
      return FALSE;
    }
  if (!g_str_equal (policy, "noeviction") && !g_str_equal (limit, "0"))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "REDIS_URL: that Redis evicts keys when it is full (%s), so missions can "
                   "vanish. Set “maxmemory-policy noeviction” there, or start with "
                   "--accept-data-loss",
                   policy);
      return FALSE;
    }
  return TRUE;
}

/* What else may be lacking, the rights to work there foremost, shows when the scripts are loaded. */
static gboolean
load_scripts (SortieBus *self, GError **error)
{
  g_autoptr (GPtrArray) replies = NULL;
  GPtrArray *commands = g_ptr_array_new ();

  for (int i = 0; i < SORTIE_N_SCRIPTS; i++)
    g_ptr_array_add (commands,
                     sortie_command_new ("SCRIPT", "LOAD",
                                         sortie_script_get_text ((SortieScript) i), NULL));
  replies = sortie_bus_request_many (self, commands, error);
  for (guint i = 0; replies != NULL && i < replies->len; i++)
    if (!sortie_reply_check (g_ptr_array_index (replies, i), error))
      return FALSE;
  return replies != NULL;
}

static char *
make_tags (int n_partitions)
{
  GString *tags = g_string_new (NULL);

  for (int i = 0; i < n_partitions; i++)
    g_string_append_printf (tags, i > 0 ? ",p%d" : "p%d", i);
  return g_string_free (tags, FALSE);
}

/* Partitions and schema are set once, by whoever comes first, and never changed. The partitions are
 * one field, their tags, so that two processes that come first at once can't set half of it each. */
static gboolean
agree_on_meta (SortieBus *self, int n_partitions, GError **error)
{
  g_autoptr (GPtrArray) replies = NULL;
  GPtrArray *commands = g_ptr_array_new ();
  g_autofree char *tags = make_tags (n_partitions);
  g_autofree char *schema = g_strdup_printf ("%d", SORTIE_BUS_SCHEMA);
  const SortieReply *meta;
  const char *list;
  gint64 found;

  g_ptr_array_add (commands, sortie_command_new ("HSETNX", "sortie:meta", "schema", schema, NULL));
  g_ptr_array_add (commands, sortie_command_new ("HSETNX", "sortie:meta", "tags", tags, NULL));
  g_ptr_array_add (commands, sortie_command_new ("HMGET", "sortie:meta", "schema", "tags", NULL));
  replies = sortie_bus_request_many (self, commands, error);
  if (replies == NULL)
    return FALSE;
  for (guint i = 0; i < replies->len; i++)
    if (!sortie_reply_check (g_ptr_array_index (replies, i), error))
      return FALSE;

  meta = g_ptr_array_index (replies, 2);
  found = sortie_reply_get_int (sortie_reply_get_element (meta, 0), -1);
  if (found != SORTIE_BUS_SCHEMA)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "This Redis holds missions of schema %" G_GINT64_FORMAT
                   "; this Sortie speaks schema %d",
                   found, SORTIE_BUS_SCHEMA);
      return FALSE;
    }
  list = sortie_reply_get_string (sortie_reply_get_element (meta, 1));
  self->tags = g_strsplit (list != NULL ? list : "", ",", SORTIE_BUS_MAX_PARTITIONS + 1);
  self->n_partitions = (int) g_strv_length (self->tags);
  if (self->n_partitions < 1 || self->n_partitions > SORTIE_BUS_MAX_PARTITIONS)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "sortie:meta in Redis is damaged");
      return FALSE;
    }
  return TRUE;
}

/**
 * sortie_bus_open:
 * @options: how
 * @error: UNAVAILABLE where Redis does not answer within the patience, DENIED for a wrong password,
 *   INVALID for a Redis that can't be used, with the reason
 *
 * Returns: (transfer full): the bus
 */
SortieBus *
sortie_bus_open (const SortieBusOptions *options, GError **error)
{
  g_autoptr (SortieBus) self = g_new0 (SortieBus, 1);
  int running = options->max_running > 0 ? options->max_running : SORTIE_BUS_DEFAULT_RUNNING;

  if (!sortie_redis_tls_check (options->url, error))
    return NULL;
  self->url = sortie_redis_url_copy (options->url);
  self->patience = options->patience > 0 ? options->patience : DEFAULT_PATIENCE_US;
  self->requests = sortie_pipeline_new (self->url, "sortie-requests");
  self->commits = sortie_pipeline_new (self->url, "sortie-commits");
  if ((!options->is_private &&
       (!check_server (self, options->accept_data_loss, error) || !load_scripts (self, error))) ||
      !agree_on_meta (self, CLAMP (options->partitions, 1, SORTIE_BUS_MAX_PARTITIONS), error))
    return NULL;
  self->opened = TRUE;
  self->max_running = (running + self->n_partitions - 1) / self->n_partitions;
  return g_steal_pointer (&self);
}

void
sortie_bus_stop (SortieBus *self)
{
  sortie_pipeline_stop (self->requests);
  sortie_pipeline_stop (self->commits);
}

void
sortie_bus_free (SortieBus *self)
{
  if (self == NULL)
    return;
  sortie_pipeline_free (self->requests);
  sortie_pipeline_free (self->commits);
  sortie_redis_url_free (self->url);
  g_strfreev (self->tags);
  g_free (self);
}

int
sortie_bus_get_n_partitions (SortieBus *self)
{
  return self->n_partitions;
}

gboolean
sortie_bus_ping (SortieBus *self, GError **error)
{
  g_autoptr (SortieReply) reply =
      sortie_pipeline_call (self->requests, sortie_command_new ("PING", NULL), G_USEC_PER_SEC,
                            error);

  return reply != NULL;
}

guint
sortie_bus_get_reconnects (SortieBus *self)
{
  return sortie_pipeline_get_reconnects (self->requests) +
         sortie_pipeline_get_reconnects (self->commits);
}
