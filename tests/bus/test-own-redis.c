/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include "sortie-bus-private.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

/* A Redis of the user's own, over TCP: with a password, another database, and settings with which
 * missions would get lost. */

#define PASSWORD "s3cret pass@word/ä"
#define PASSWORD_IN_URL "s3cret%20pass%40word%2F%C3%A4"

typedef struct
{
  char *folder;
  GSubprocess *process;
  int port;
} OwnRedis;

static void
follow_parent_cb (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static int
find_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  int port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);

  g_assert_cmpint (port, >, 0);
  g_socket_listener_close (listener);
  return port;
}

static SortieRedisUrl *
get_url (OwnRedis *own, const char *login, const char *rest)
{
  g_autofree char *text = g_strdup_printf ("redis://%s127.0.0.1:%d%s", login, own->port, rest);
  g_autoptr (GError) error = NULL;
  SortieRedisUrl *url = sortie_redis_url_parse (text, &error);

  g_assert_no_error (error);
  return url;
}

static gboolean
answers (gpointer data)
{
  g_autoptr (SortieRedisUrl) url = get_url (data, "", "");
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieRedis) redis = sortie_redis_connect (url, "test", &error);

  return redis != NULL || g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_DENIED);
}

static void
start (OwnRedis *own, const char *const *settings)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *port = NULL;

  own->folder = bus_make_folder ();
  own->port = find_port ();
  port = g_strdup_printf ("%d", own->port);
  const char *const first[] = { bus_get_server_program (),
                                "--port",
                                port,
                                "--bind",
                                "127.0.0.1",
                                "--dir",
                                own->folder,
                                "--save",
                                "" };
  for (gsize i = 0; i < G_N_ELEMENTS (first); i++)
    g_ptr_array_add (argv, (gpointer) first[i]);
  for (gsize i = 0; settings[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) settings[i]);
  g_ptr_array_add (argv, NULL);
  g_subprocess_launcher_set_child_setup (launcher, follow_parent_cb, NULL, NULL);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C",
                                TRUE); /* Valkey minds a locale that is not there */
  own->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  bus_wait_until (answers, own);
}

static void
stop (OwnRedis *own)
{
  g_subprocess_force_exit (own->process);
  g_subprocess_wait (own->process, NULL, NULL);
  g_clear_object (&own->process);
  bus_remove_folder (own->folder);
  g_clear_pointer (&own->folder, g_free);
}

static SortieBus *
open_with (const SortieRedisUrl *url, gboolean accept_data_loss, gint64 patience, GError **error)
{
  const SortieBusOptions options = {
    .url = url,
    .accept_data_loss = accept_data_loss,
    .patience = patience,
  };

  return sortie_bus_open (&options, error);
}

static void
assert_refused (const SortieRedisUrl *url, int code, const char *says)
{
  g_autoptr (GError) error = NULL;
  gint64 began = g_get_monotonic_time ();

  g_assert_null (open_with (url, FALSE, G_USEC_PER_SEC, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, SORTIE_ERROR, code);
  g_assert_nonnull (strstr (error->message, says));
  g_assert_null (strstr (error->message, "s3cret"));
  g_assert_null (strstr (error->message, "wrong"));
  g_assert_cmpint (g_get_monotonic_time () - began, <, 10 * G_USEC_PER_SEC);
}

static char *
call_string (
    const SortieRedisUrl *url, const char *name, const char *a, const char *b, const char *c)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieRedis) redis = sortie_redis_connect (url, "test", &error);
  g_autoptr (SortieCommand) command = sortie_command_new (name, a, b, c, NULL);
  g_autoptr (SortieReply) reply = NULL;

  g_assert_no_error (error);
  reply = sortie_redis_call (redis, command, &error);
  g_assert_no_error (error);
  return g_strdup (sortie_reply_get_string (reply));
}

/* A whole mission over this bus. */
static void
drive (SortieBus *bus)
{
  BusTest t = { .bus = bus };
  g_autofree char *id = NULL;

  for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
    t.fetchers[agent] = sortie_fetcher_new (bus, "worker", 1u << agent);
  id = bus_submit (&t, "ada");
  bus_drive (&t, 2);
  bus_assert_done_once (&t, id, SORTIE_MISSION_COMPLETED);
  for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
    sortie_fetcher_free (t.fetchers[agent]);
}

static void
test_password_and_database (void)
{
  static const char *const settings[] = {
    "--requirepass", PASSWORD, "--appendonly", "yes", "--databases", "4", NULL
  };
  OwnRedis own;
  g_autoptr (SortieRedisUrl) url = NULL, first = NULL, none = NULL, wrong = NULL, beyond = NULL;
  g_autoptr (GError) error = NULL;
  SortieBus *bus;

  start (&own, settings);
  url = get_url (&own, ":" PASSWORD_IN_URL "@", "/2");
  first = get_url (&own, "default:" PASSWORD_IN_URL "@", "");
  none = get_url (&own, "", "/2");
  wrong = get_url (&own, ":wrong@", "/2");
  beyond = get_url (&own, ":" PASSWORD_IN_URL "@", "/9");
  bus = open_with (url, FALSE, 0, &error);
  g_assert_no_error (error);
  drive (bus);
  sortie_bus_free (bus);
  g_autofree char *elsewhere = call_string (first, "HGET", "sortie:meta", "schema", NULL);
  g_autofree char *here = call_string (url, "HGET", "sortie:meta", "schema", NULL);
  g_assert_null (elsewhere);
  g_assert_cmpstr (here, ==, "1");
  assert_refused (wrong, SORTIE_ERROR_DENIED, "WRONGPASS");
  assert_refused (none, SORTIE_ERROR_DENIED, "NOAUTH");
  assert_refused (beyond, SORTIE_ERROR_UNAVAILABLE, "DB index");
  stop (&own);
}

/* Users with some rights, all of them over keys, and too few. */
static void
test_rights (void)
{
  /* clang-format off */
  static const char *const settings[] = {
    "--appendonly", "yes",
    "--user", "may", "on", ">pw1", "~sortie:*", "+@all", "-@dangerous", "+info",
    "--user", "reader", "on", ">pw2", "~*", "+@read", "+@connection", "+info",
    "--user", "noscript", "on", ">pw3", "~*", "+@all", "-@scripting",
    NULL,
  };
  /* clang-format on */
  OwnRedis own;
  g_autoptr (SortieRedisUrl) may = NULL, reader = NULL, noscript = NULL;
  g_autoptr (GError) error = NULL;
  SortieBus *bus;

  start (&own, settings);
  may = get_url (&own, "may:pw1@", "");
  reader = get_url (&own, "reader:pw2@", "");
  noscript = get_url (&own, "noscript:pw3@", "");
  bus = open_with (may, FALSE, 0, &error);
  g_assert_no_error (error);
  drive (bus);
  sortie_bus_free (bus);
  assert_refused (reader, SORTIE_ERROR_DENIED, "NOPERM");
  assert_refused (noscript, SORTIE_ERROR_DENIED, "NOPERM");
  stop (&own);
}

static void
test_forgetful (void)
{
  static const struct
  {
    const char *const settings[8];
    const char *says;
  } cases[] = {
    { { "--appendonly", "no", NULL }, "appendonly yes" },
    { { "--appendonly", "yes", "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru", NULL },
      "allkeys-lru" },
    { { "--appendonly", "yes", "--maxmemory", "64mb", "--maxmemory-policy", "volatile-ttl", NULL },
      "noeviction" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      OwnRedis own;
      g_autoptr (SortieRedisUrl) url = NULL;
      g_autoptr (GError) error = NULL;
      SortieBus *bus;

      start (&own, cases[i].settings);
      url = get_url (&own, "", "");
      assert_refused (url, SORTIE_ERROR_INVALID, cases[i].says);
      assert_refused (url, SORTIE_ERROR_INVALID, "--accept-data-loss");
      bus = open_with (url, TRUE, 0, &error);
      g_assert_no_error (error);
      drive (bus);
      sortie_bus_free (bus);
      stop (&own);
    }
}

static void
set_memory (const SortieRedisUrl *url, const char *bytes)
{
  g_free (call_string (url, "CONFIG", "SET", "maxmemory", bytes));
}

/* A full Redis takes no new missions and lets those that it has end. */
static void
test_full (void)
{
  static const char *const settings[] = { "--appendonly", "yes", NULL };
  OwnRedis own;
  g_autoptr (SortieRedisUrl) url = NULL;
  g_autoptr (GError) error = NULL;
  BusTest t = { NULL };
  g_autofree char *id = NULL, *refused = sortie_mission_id_new ();
  SortieSubmission submission = bus_new_submission (refused, "ada");

  start (&own, settings);
  url = get_url (&own, "", "");
  t.bus = open_with (url, FALSE, 0, &error);
  g_assert_no_error (error);
  for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
    {
      t.fetchers[agent] = sortie_fetcher_new (t.bus, "worker", 1u << agent);
    }
  id = bus_submit (&t, "ada");
  set_memory (url, "1");
  g_assert_false (sortie_bus_accept (t.bus, &submission, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  bus_drive (&t, 2);
  bus_assert_done_once (&t, id, SORTIE_MISSION_COMPLETED);
  g_assert_null (sortie_bus_get_mission (t.bus, NULL, refused, NULL));
  set_memory (url, "0");
  g_assert_true (sortie_bus_accept (t.bus, &submission, NULL, &error));
  for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
    sortie_fetcher_free (t.fetchers[agent]);
  sortie_bus_free (t.bus);
  stop (&own);
}

/* What others have set there is kept; what is not Sortie's, or of another time, is refused. */
static void
test_meta (void)
{
  static const char *const settings[] = { "--appendonly", "yes", NULL };
  static const struct
  {
    const char *field;
    const char *value;
  } wrong[] = { { "schema", "2" }, { "schema", "x" }, { "tags", "" } };
  OwnRedis own;
  g_autoptr (SortieRedisUrl) url = NULL;
  g_autoptr (GError) error = NULL;
  SortieBusOptions options = { .partitions = 3 };
  SortieBus *bus;

  start (&own, settings);
  url = get_url (&own, "", "");
  options.url = url;
  bus = sortie_bus_open (&options, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sortie_bus_get_n_partitions (bus), ==, 3);
  sortie_bus_free (bus);
  bus = open_with (url, FALSE, 0, &error); /* would make one */
  g_assert_cmpint (sortie_bus_get_n_partitions (bus), ==, 3);
  drive (bus);
  sortie_bus_free (bus);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *was = call_string (url, "HGET", "sortie:meta", wrong[i].field, NULL);
      g_autoptr (SortieRedis) redis = sortie_redis_connect (url, "test", NULL);
      g_autoptr (SortieCommand) set =
          sortie_command_new ("HSET", "sortie:meta", wrong[i].field, wrong[i].value, NULL);
      g_autoptr (SortieCommand) back =
          sortie_command_new ("HSET", "sortie:meta", wrong[i].field, was, NULL);

      freeReplyObject (sortie_redis_call (redis, set, NULL));
      assert_refused (url, SORTIE_ERROR_INVALID, "Redis");
      freeReplyObject (sortie_redis_call (redis, back, NULL));
    }
  stop (&own);
}

static void
test_nobody_there (void)
{
  OwnRedis own = { .port = find_port () };
  g_autoptr (SortieRedisUrl) url = get_url (&own, ":s3cret@", "");
  g_autofree char *port = g_strdup_printf (":%d", own.port);

  assert_refused (url, SORTIE_ERROR_UNAVAILABLE, port);
}

/* Something listens there that is no Redis. */
typedef struct
{
  GSocketListener *listener;
  GCancellable *stop;
} Rubbish;

static gpointer
rubbish_thread (gpointer data)
{
  Rubbish *rubbish = data;

  while (TRUE)
    {
      g_autoptr (GSocketConnection) connection =
          g_socket_listener_accept (rubbish->listener, NULL, rubbish->stop, NULL);

      if (connection == NULL)
        return NULL;
      g_output_stream_write (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                             "HTTP/1.1 400 Bad Request\r\n\r\n", 28, NULL, NULL);
    }
}

static void
test_no_redis (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GCancellable) stop_it = g_cancellable_new ();
  OwnRedis own = { .port = g_socket_listener_add_any_inet_port (listener, NULL, NULL) };
  Rubbish rubbish = { listener, stop_it };
  GThread *thread = g_thread_new ("rubbish", rubbish_thread, &rubbish);
  g_autoptr (SortieRedisUrl) url = get_url (&own, "", "");

  assert_refused (url, SORTIE_ERROR_UNAVAILABLE, "Redis");
  g_cancellable_cancel (stop_it);
  g_thread_join (thread);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/own-redis/password-and-database", test_password_and_database);
  g_test_add_func ("/own-redis/rights", test_rights);
  g_test_add_func ("/own-redis/forgetful", test_forgetful);
  g_test_add_func ("/own-redis/full", test_full);
  g_test_add_func ("/own-redis/meta", test_meta);
  g_test_add_func ("/own-redis/nobody-there", test_nobody_there);
  g_test_add_func ("/own-redis/no-redis", test_no_redis);
  return g_test_run ();
}
