/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#define LONG_US (30 * G_USEC_PER_SEC)
#define PROBE_US 1000

static struct
{
  char *folder;
  SortiePrivateServer *server;
  SortieRedis *redis;
} shared;

char *
bus_make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *path = g_dir_make_tmp ("sortie-XXXXXX", &error);

  g_assert_no_error (error);
  return path;
}

void
bus_remove_folder (const char *path)
{
  const char *const argv[] = { "rm", "-rf", "--", path, NULL };
  g_autoptr (GSubprocess) process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_NONE, NULL);

  g_assert_true (g_subprocess_wait_check (process, NULL, NULL));
}

/* ---- The server ---- */

static SortieRedis *
connect_to (const SortieRedisUrl *url)
{
  g_autoptr (GError) error = NULL;
  SortieRedis *redis = sortie_redis_connect (url, "test", &error);

  g_assert_no_error (error);
  return redis;
}

void
bus_begin (SortieDurability durability)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;

  shared.folder = bus_make_folder ();
  data = g_build_filename (shared.folder, "data", NULL);
  shared.server = sortie_private_server_start (data, shared.folder, durability, &error);
  g_assert_no_error (error);
  shared.redis = connect_to (bus_get_url ());
}

void
bus_end (void)
{
  g_clear_pointer (&shared.redis, sortie_redis_free);
  g_clear_pointer (&shared.server, sortie_private_server_free);
  bus_remove_folder (shared.folder);
  g_clear_pointer (&shared.folder, g_free);
}

const SortieRedisUrl *
bus_get_url (void)
{
  return sortie_private_server_get_url (shared.server);
}

const char *
bus_get_data_folder (void)
{
  return shared.folder;
}

/* A test has killed the server, which is being started again. */
static gboolean
has_reconnected (gpointer data)
{
  g_autoptr (SortieRedis) redis = sortie_redis_connect (bus_get_url (), "test", NULL);
  g_autoptr (SortieCommand) ping = sortie_command_new ("PING", NULL);
  g_autoptr (SortieReply) reply = redis != NULL ? sortie_redis_call (redis, ping, NULL) : NULL;

  if (reply == NULL)
    return FALSE;
  sortie_redis_free (shared.redis);
  shared.redis = g_steal_pointer (&redis);
  return TRUE;
}

static SortieReply *
send_command (const SortieCommand *command)
{
  g_autoptr (GError) error = NULL;
  SortieReply *reply = sortie_redis_call (shared.redis, command, &error);

  if (reply == NULL && g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE))
    {
      g_clear_error (&error);
      bus_wait_until (has_reconnected, NULL);
      reply = sortie_redis_call (shared.redis, command, &error);
    }
  g_assert_no_error (error);
  return reply;
}

static SortieCommand *
read_command (const char *name, va_list args)
{
  SortieCommand *command = sortie_command_new (name, NULL);
  const char *text;

  while ((text = va_arg (args, const char *)) != NULL)
    sortie_command_add (command, text);
  return command;
}

SortieReply *
bus_call (const char *name, ...)
{
  g_autoptr (SortieCommand) command = NULL;
  va_list args;

  va_start (args, name);
  command = read_command (name, args);
  va_end (args);
  return send_command (command);
}

gint64
bus_call_int (const char *name, ...)
{
  g_autoptr (SortieCommand) command = NULL;
  g_autoptr (SortieReply) reply = NULL;
  va_list args;

  va_start (args, name);
  command = read_command (name, args);
  va_end (args);
  reply = send_command (command);
  return sortie_reply_get_int (reply, -1);
}

char *
bus_call_string (const char *name, ...)
{
  g_autoptr (SortieCommand) command = NULL;
  g_autoptr (SortieReply) reply = NULL;
  va_list args;

  va_start (args, name);
  command = read_command (name, args);
  va_end (args);
  reply = send_command (command);
  return g_strdup (sortie_reply_get_string (reply));
}

gboolean
bus_has_key (const char *format, ...)
{
  g_autofree char *key = NULL;
  va_list args;

  va_start (args, format);
  key = g_strdup_vprintf (format, args);
  va_end (args);
  return bus_call_int ("EXISTS", key, NULL) == 1;
}

/* Asked for in full: it may just be dying by a test's hand. */
static char *
read_server_info (const SortieRedisUrl *url)
{
  g_autoptr (SortieRedis) redis = sortie_redis_connect (url, "test", NULL);
  g_autoptr (SortieCommand) command = sortie_command_new ("INFO", "server", NULL);
  g_autoptr (SortieReply) reply = redis != NULL ? sortie_redis_call (redis, command, NULL) : NULL;

  return g_strdup (sortie_reply_get_string (reply));
}

GPid
bus_get_server_pid (const SortieRedisUrl *url)
{
  gint64 deadline = g_get_monotonic_time () + LONG_US;
  g_autofree char *info = read_server_info (url);
  const char *line;

  while (info == NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (PROBE_US); /* between two looks */
      info = read_server_info (url);
    }
  line = strstr (info, "process_id:");
  g_assert_nonnull (line);
  return (GPid) g_ascii_strtoll (line + strlen ("process_id:"), NULL, 10);
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* A hash comes in any order: Redis may be moving it to another table. */
static char *
dump_hash (const char *key)
{
  g_autoptr (SortieReply) reply = bus_call ("HGETALL", key, NULL);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i + 1 < reply->elements; i += 2)
    g_ptr_array_add (lines, g_strdup_printf ("%s %s=%s", key, reply->element[i]->str,
                                             reply->element[i + 1]->str));
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

static char *
dump_key (const char *key)
{
  g_autofree char *type = bus_call_string ("TYPE", key, NULL);
  g_autoptr (SortieReply) dump = NULL;
  g_autofree char *sum = NULL;

  if (g_str_equal (type, "hash"))
    return dump_hash (key);
  dump = bus_call ("DUMP", key, NULL);
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA1, (const guchar *) dump->str, dump->len);
  return g_strdup_printf ("%s %s", key, sum);
}

char *
bus_dump (void)
{
  g_autoptr (SortieReply) keys = bus_call ("KEYS", "*", NULL);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < keys->elements; i++)
    g_ptr_array_add (lines, dump_key (keys->element[i]->str));
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

void
bus_wait_until (BusCondition condition, gpointer data)
{
  gint64 deadline = g_get_monotonic_time () + LONG_US;

  while (!condition (data))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (PROBE_US); /* between two looks */
    }
}

void
bus_wait_until_idle (const char *queue, const char *entry, int milliseconds)
{
  gint64 deadline = g_get_monotonic_time () + LONG_US;
  gint64 idle = -1;

  while (idle < milliseconds)
    {
      g_autoptr (SortieReply) reply =
          bus_call ("XPENDING", queue, "agents", entry, entry, "1", NULL);

      g_assert_cmpuint (reply->elements, ==, 1);
      idle = sortie_reply_get_int (sortie_reply_get_element (reply->element[0], 2), -1);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (PROBE_US); /* between two looks */
    }
}

/* ---- Set-up of a test ---- */

SortieBus *
bus_open (int partitions, int max_running)
{
  const SortieBusOptions options = {
    .url = bus_get_url (),
    .is_private = TRUE,
    .partitions = partitions,
    .max_running = max_running,
    .patience = LONG_US, /* the machine may be busy */
  };
  g_autoptr (GError) error = NULL;
  SortieBus *bus = sortie_bus_open (&options, &error);

  g_assert_no_error (error);
  return bus;
}

void
bus_set_up (BusTest *t, gconstpointer partitions)
{
  g_autoptr (SortieReply) reply = bus_call ("FLUSHALL", NULL);

  t->bus = bus_open (GPOINTER_TO_INT (partitions), 3000);
  for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
    t->fetchers[agent] = sortie_fetcher_new (t->bus, "worker-1", 1u << agent);
}

void
bus_tear_down (BusTest *t, gconstpointer partitions)
{
  for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
    sortie_fetcher_free (t->fetchers[agent]);
  sortie_bus_free (t->bus);
}

const char *
bus_get_server_program (void)
{
  g_autofree char *path = g_find_program_in_path ("redis-server");

  return path != NULL ? "redis-server" : "valkey-server";
}
