/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The private redis-server: one a data folder, whoever starts, adopts or kills it. Its damages are
 * in test-durability.c. */

static SortiePrivateServer *
start (const char *data, const char *runtime)
{
  g_autoptr (GError) error = NULL;
  SortiePrivateServer *server =
      sortie_private_server_start (data, runtime, SORTIE_DURABILITY_ALWAYS, &error);

  g_assert_no_error (error);
  return server;
}

static SortieReply *
try_to_ask (SortiePrivateServer *server, const SortieCommand *command)
{
  g_autoptr (SortieRedis) redis =
      sortie_redis_connect (sortie_private_server_get_url (server), "test", NULL);

  return redis != NULL ? sortie_redis_call (redis, command, NULL) : NULL;
}

/* The answer, or the last part of it. Asks again while the server is being started. */
static char *
ask (SortiePrivateServer *server, const char *name, const char *argument, const char *more)
{
  g_autoptr (SortieCommand) command = sortie_command_new (name, argument, more, NULL);
  gint64 deadline = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  g_autoptr (SortieReply) reply = try_to_ask (server, command);
  const SortieReply *last;

  while (reply == NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (1000); /* between two looks */
      reply = try_to_ask (server, command);
    }
  last = sortie_reply_get_length (reply) > 0 ? reply->element[reply->elements - 1] : reply;
  return g_strdup (sortie_reply_get_string (last));
}

static GPid
get_pid (SortiePrivateServer *server)
{
  return bus_get_server_pid (sortie_private_server_get_url (server));
}

static gboolean
has_ended (gpointer data)
{
  return kill (GPOINTER_TO_INT (data), 0) < 0;
}

static int
get_mode (const char *folder, const char *name)
{
  g_autofree char *path = name != NULL ? g_build_filename (folder, name, NULL) : g_strdup (folder);
  GStatBuf status;

  g_test_message ("%s", path);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  return status.st_mode & 0777;
}

/* How many servers work on this folder: one of them holds its log open. */
static int
count_servers (const char *data)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  g_autofree char *log = g_build_filename (data, "redis.log", NULL);
  const char *name;
  int n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "cmdline", NULL);
      g_autofree char *cwd = g_build_filename ("/proc", name, "cwd", NULL);
      g_autofree char *where = g_ascii_isdigit (*name) ? g_file_read_link (cwd, NULL) : NULL;
      g_autofree char *line = NULL;

      if (g_strcmp0 (where, data) == 0 && g_file_get_contents (path, &line, NULL, NULL))
        n += strstr (line, "redis-server") != NULL || strstr (line, "valkey-server") != NULL;
    }
  return n;
}

typedef struct
{
  char *folder;
  char *data;
} Folder;

static void
set_up (Folder *f, gconstpointer data)
{
  f->folder = bus_make_folder ();
  f->data = g_build_filename (f->folder, "data", NULL);
}

static gboolean
has_no_server (gpointer data)
{
  return count_servers (data) == 0;
}

/* One whose backend was killed may still be writing out what it has. */
static void
tear_down (Folder *f, gconstpointer data)
{
  bus_wait_until (has_no_server, f->data);
  bus_remove_folder (f->folder);
  g_free (f->folder);
  g_free (f->data);
}

/* ---- One server ---- */

static void
test_start (Folder *f, gconstpointer data)
{
  g_autofree char *runtime = g_build_filename (f->folder, "run", NULL);
  SortiePrivateServer *server;
  const SortieRedisUrl *url;
  g_autofree char *log = NULL, *socket_path = NULL;
  static const struct
  {
    const char *name;
    const char *value;
  } settings[] = { { "port", "0" },
                   { "appendonly", "yes" },
                   { "appendfsync", "always" },
                   { "maxmemory-policy", "noeviction" },
                   { "save", "" },
                   { "aof-load-truncated", "yes" } };
  g_autofree char *log_path = g_build_filename (f->data, "redis.log", NULL);
  GPid pid;

  g_mkdir_with_parents (f->data, 0755); /* found wide open, it is closed */
  server = start (f->data, runtime);
  g_test_message ("ready in %.1f ms",
                  (double) sortie_private_server_get_start_time (server) / 1000);
  g_assert_cmpint (sortie_private_server_get_start_time (server), >, 0);
  g_assert_cmpint (sortie_private_server_get_start_time (server), <, 5 * G_USEC_PER_SEC);
  url = sortie_private_server_get_url (server);
  socket_path = g_strdup (url->socket_path);
  g_assert_true (g_str_has_prefix (socket_path, runtime));
  g_assert_cmpint (get_mode (f->data, NULL), ==, 0700);
  g_assert_cmpint (get_mode (runtime, NULL), ==, 0700);
  g_assert_cmpint (get_mode (socket_path, NULL), ==, 0600);
  g_assert_cmpint (get_mode (f->data, "redis.lock"), ==, 0600);
  g_assert_cmpint (get_mode (f->data, "redis.log"), ==, 0600);
  g_assert_cmpint (get_mode (f->data, "appendonlydir"), ==, 0700);
  g_assert_cmpint (get_mode (f->data, "appendonlydir/appendonly.aof.1.incr.aof"), ==, 0600);
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autofree char *is = ask (server, "CONFIG", "GET", settings[i].name);

      g_assert_cmpstr (is, ==, settings[i].value);
    }
  g_assert_true (sortie_private_server_is_alone (server));
  pid = get_pid (server);
  g_assert_cmpint (count_servers (f->data), ==, 1);

  sortie_private_server_free (server);
  g_assert_true (has_ended (GINT_TO_POINTER (pid)));
  g_assert_false (g_file_test (socket_path, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_get_contents (log_path, &log, NULL, NULL));
  g_assert_nonnull (strstr (log, "ready to exit, bye bye"));
}

/* A locale that the system does not have, as in a sandbox. */
static void
test_unknown_locale (Folder *f, gconstpointer self)
{
  g_autofree char *before = g_strdup (g_getenv ("LC_ALL"));
  g_autofree char *runtime = g_build_filename (f->folder, "run", NULL);
  SortiePrivateServer *server;
  g_autofree char *answer = NULL;

  g_setenv ("LC_ALL", "xx_XX.nowhere", TRUE);
  server = start (f->data, runtime);
  answer = ask (server, "ECHO", "here", NULL);
  g_assert_cmpstr (answer, ==, "here");
  sortie_private_server_free (server);
  if (before != NULL)
    g_setenv ("LC_ALL", before, TRUE);
  else
    g_unsetenv ("LC_ALL");
}

static void
test_everysec (Folder *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  SortiePrivateServer *server =
      sortie_private_server_start (f->data, f->folder, SORTIE_DURABILITY_EVERYSEC, &error);
  g_autofree char *value = NULL;

  g_assert_no_error (error);
  value = ask (server, "CONFIG", "GET", "appendfsync");
  g_assert_cmpstr (value, ==, "everysec");
  sortie_private_server_free (server);
}

static void
test_kept_over_a_stop (Folder *f, gconstpointer data)
{
  for (int times = 1; times <= 3; times++)
    {
      SortiePrivateServer *server = start (f->data, f->folder);
      g_autofree char *number = g_strdup_printf ("%d", times);
      g_autofree char *was = times > 1 ? ask (server, "GET", "times", NULL) : NULL;
      g_autofree char *before = g_strdup_printf ("%d", times - 1);

      if (times > 1)
        g_assert_cmpstr (was, ==, before);
      g_free (ask (server, "SET", "times", number));
      sortie_private_server_free (server);
    }
}

static void
test_odd_folders (Folder *f, gconstpointer data)
{
  static const char *const names[] = { "two words", "qu'ote \"d\"", "ä 世界",
                                       "--port",    "$HOME;`x`",    "a\\b\tc",
                                       "#",         "new\nline",    "%s{}" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (f->folder, names[i], NULL);
      g_autofree char *log = g_build_filename (path, "redis.log", NULL);
      SortiePrivateServer *server;

      g_test_message ("%s", names[i]);
      server = start (path, path);
      g_free (ask (server, "SET", "x", "1"));
      sortie_private_server_free (server);
      g_assert_true (g_file_test (log, G_FILE_TEST_EXISTS));
    }
}

/* ---- Refused ---- */

static void
assert_refused (const char *data, const char *runtime, int code, const char *says)
{
  g_autoptr (GError) error = NULL;
  gint64 began = g_get_monotonic_time ();

  g_assert_null (sortie_private_server_start (data, runtime, SORTIE_DURABILITY_ALWAYS, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, SORTIE_ERROR, code);
  g_assert_nonnull (strstr (error->message, says));
  g_assert_cmpint (g_get_monotonic_time () - began, <, 20 * G_USEC_PER_SEC);
}

static void
test_refused (Folder *f, gconstpointer data)
{
  g_autofree char *name = g_strnfill (110, 'x');
  g_autofree char *too_long = g_build_filename (f->folder, name, NULL);
  g_autofree char *file = g_build_filename (f->folder, "file", NULL);
  g_autofree char *below_file = g_build_filename (file, "data", NULL);
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *lock_path = g_build_filename (f->data, "redis.lock", NULL);
  g_autofree char *manifest_folder = g_build_filename (f->data, "appendonlydir", NULL);
  g_autofree char *manifest = g_build_filename (manifest_folder, "appendonly.aof.manifest", NULL);

  g_assert_true (g_file_set_contents (file, "x", -1, NULL));
  assert_refused (f->data, too_long, SORTIE_ERROR_INVALID, "XDG_RUNTIME_DIR");
  assert_refused (file, f->folder, SORTIE_ERROR_FAILED, file);
  assert_refused (below_file, f->folder, SORTIE_ERROR_FAILED, below_file);
  assert_refused (f->data, below_file, SORTIE_ERROR_FAILED, below_file);

  /* Folders in which nothing can be made, even by root; and somebody else's. */
  assert_refused ("/proc/self", f->folder, SORTIE_ERROR_DENIED, "/proc/self");
  g_mkdir_with_parents (lock_path, 0700);
  assert_refused (f->data, f->folder, SORTIE_ERROR_FAILED, lock_path);
  g_assert_cmpint (g_rmdir (lock_path), ==, 0);
  if (geteuid () == 0)
    {
      g_autofree char *others = g_build_filename (f->folder, "others", NULL);

      g_assert_cmpint (g_mkdir (others, 0700), ==, 0);
      g_assert_cmpint (chown (others, 65534, 65534), ==, 0);
      assert_refused (f->data, others, SORTIE_ERROR_DENIED, others);
    }
  else
    assert_refused (f->data, "/", SORTIE_ERROR_DENIED, "/");

  /* What the server itself says at its start is told. */
  g_mkdir_with_parents (manifest_folder, 0700);
  g_assert_true (g_file_set_contents (manifest, "rubbish\n", -1, NULL));
  assert_refused (f->data, f->folder, SORTIE_ERROR_FAILED, "manifest");

  g_setenv ("PATH", f->folder, TRUE);
  assert_refused (f->data, f->folder, SORTIE_ERROR_UNAVAILABLE, "redis-server");
  g_setenv ("PATH", path, TRUE);
}

/* ---- Several backends ---- */

static void
test_second_adopts (Folder *f, gconstpointer data)
{
  g_autofree char *elsewhere = g_build_filename (f->folder, "elsewhere", NULL);
  SortiePrivateServer *first = start (f->data, f->folder);
  SortiePrivateServer *second = start (f->data, f->folder);
  SortiePrivateServer *third = start (f->data, elsewhere); /* with another XDG_RUNTIME_DIR */
  GPid pid = get_pid (first);
  g_autofree char *value = NULL, *socket_path = NULL;

  g_assert_true (sortie_private_server_is_alone (first));
  g_assert_false (sortie_private_server_is_alone (second));
  g_assert_false (sortie_private_server_is_alone (third));
  g_assert_cmpint (get_pid (second), ==, pid);
  g_assert_cmpint (get_pid (third), ==, pid);
  g_assert_cmpstr (sortie_private_server_get_url (third)->socket_path, ==,
                   sortie_private_server_get_url (first)->socket_path);
  g_assert_cmpint (count_servers (f->data), ==, 1);
  g_free (ask (first, "SET", "x", "kept"));

  /* Those who adopted it leave it running; when its own backend stops it, they start it again. */
  sortie_private_server_free (second);
  g_assert_false (has_ended (GINT_TO_POINTER (pid)));
  sortie_private_server_free (first);
  g_assert_true (has_ended (GINT_TO_POINTER (pid)));
  g_assert_cmpint (get_pid (third), !=, pid); /* waits for it */
  value = ask (third, "GET", "x", NULL);
  g_assert_cmpstr (value, ==, "kept");
  g_assert_cmpint (count_servers (f->data), ==, 1);
  sortie_private_server_free (third);
}

typedef struct
{
  Folder *f;
  SortiePrivateServer *server;
} Starter;

static gpointer
start_thread (gpointer data)
{
  Starter *starter = data;

  starter->server = start (starter->f->data, starter->f->folder);
  return NULL;
}

static void
test_at_once (Folder *f, gconstpointer data)
{
  for (int round = 0; round < 3; round++)
    {
      Starter starters[6];
      GThread *threads[6];
      GPid pid;

      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        {
          starters[i] = (Starter){ f, NULL };
          threads[i] = g_thread_new ("start", start_thread, &starters[i]);
        }
      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
      pid = get_pid (starters[0].server);
      for (gsize i = 1; i < G_N_ELEMENTS (threads); i++)
        g_assert_cmpint (get_pid (starters[i].server), ==, pid);
      g_assert_cmpint (count_servers (f->data), ==, 1);
      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        sortie_private_server_free (starters[i].server);
      g_assert_cmpint (count_servers (f->data), ==, 0);
    }
}

/* ---- Deaths ---- */

static void
test_killed_server (Folder *f, gconstpointer data)
{
  SortiePrivateServer *server = start (f->data, f->folder);
  GPid pid = get_pid (server);

  for (int times = 0; times < 3; times++)
    {
      g_autofree char *number = g_strdup_printf ("%d", times);
      g_autofree char *value = NULL;
      GPid before = pid;

      g_free (ask (server, "SET", "x", number));
      kill (pid, SIGKILL);
      bus_wait_until (has_ended, GINT_TO_POINTER (before));
      pid = get_pid (server);
      g_assert_cmpint (pid, !=, before);
      value = ask (server, "GET", "x", NULL);
      g_assert_cmpstr (value, ==, number);
    }
  sortie_private_server_free (server);
}

/* Stopped while the server is being started again, or dies. */
static void
test_stopped_after_a_kill (Folder *f, gconstpointer data)
{
  for (int i = 0; i < 8; i++)
    {
      SortiePrivateServer *server = start (f->data, f->folder);

      kill (get_pid (server), SIGKILL);
      g_usleep ((gulong) i * 2000); /* any moment will do */
      sortie_private_server_free (server);
      g_assert_cmpint (count_servers (f->data), ==, 0);
    }
}

/* This program again, as a backend that a test kills: see hold() below. */
static GSubprocess *
start_holder (Folder *f, const char *self)
{
  const char *const argv[] = { self, "--hold", f->data, f->folder, NULL };
  g_autoptr (GError) error = NULL;
  GSubprocess *holder = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_autoptr (GDataInputStream) output = NULL;
  g_autofree char *line = NULL;

  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (holder));
  line = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (line, ==, "ready");
  return holder;
}

static void
test_killed_holder (Folder *f, gconstpointer self)
{
  for (int times = 0; times < 3; times++)
    {
      g_autoptr (GSubprocess) holder = start_holder (f, self);
      SortiePrivateServer *server = NULL;
      g_autofree char *value = NULL;
      GPid pid;

      if (times == 2) /* somebody else has adopted it by then */
        server = start (f->data, f->folder);
      g_assert_cmpint (count_servers (f->data), ==, 1);
      g_subprocess_force_exit (holder);
      g_subprocess_wait (holder, NULL, NULL);
      if (server == NULL)
        server = start (f->data, f->folder);
      g_assert_cmpint (sortie_private_server_is_alone (server), ==, times < 2);
      pid = get_pid (server);
      g_assert_cmpint (pid, >, 0);
      value = ask (server, "GET", "holder", NULL);
      g_assert_cmpstr (value, ==, "was here");
      g_assert_cmpint (count_servers (f->data), <=, 1);
      sortie_private_server_free (server);
    }
}

static void
test_server_follows_its_holder (Folder *f, gconstpointer self)
{
  g_autoptr (GSubprocess) holder = start_holder (f, self);

  g_assert_cmpint (count_servers (f->data), ==, 1);
  g_subprocess_force_exit (holder);
  bus_wait_until (has_no_server, f->data);
}

/* A server whose backend is gone, but that lives on with the folder's lock: adopted, and never is
 * another one started beside it. */
static void
follow_parent_cb (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
test_orphan (Folder *f, gconstpointer data)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *lock_path = g_build_filename (f->data, "redis.lock", NULL);
  g_autofree char *socket_path = g_build_filename (f->folder, "orphan.sock", NULL);
  g_autoptr (GSubprocess) orphan = NULL;
  g_autoptr (GError) error = NULL;
  SortiePrivateServer *server;
  int fd;

  g_mkdir_with_parents (f->data, 0700);
  g_assert_true (g_file_set_contents (lock_path, socket_path, -1, NULL));
  fd = open (lock_path, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, 0);
  g_subprocess_launcher_take_fd (launcher, fd, 3);
  g_subprocess_launcher_set_child_setup (launcher, follow_parent_cb, NULL, NULL);
  orphan = g_subprocess_launcher_spawn (launcher, &error, bus_get_server_program (), "--port", "0",
                                        "--unixsocket", socket_path, "--dir", f->data, "--save", "",
                                        "--appendonly", "yes", NULL);
  g_assert_no_error (error);
  g_clear_object (&launcher);

  server = start (f->data, f->folder);
  g_assert_cmpstr (sortie_private_server_get_url (server)->socket_path, ==, socket_path);
  g_assert_true (sortie_private_server_is_alone (server));
  g_assert_cmpint (count_servers (f->data), ==, 1);
  g_free (ask (server, "SET", "x", "kept"));

  /* It dies: the adopter takes its place, on the socket that everybody knows. */
  g_subprocess_send_signal (orphan, SIGTERM);
  g_subprocess_wait (orphan, NULL, NULL);
  g_assert_cmpint (get_pid (server), >, 0);
  g_autofree char *value = ask (server, "GET", "x", NULL);
  g_assert_cmpstr (value, ==, "kept");
  g_assert_cmpint (count_servers (f->data), ==, 1);
  sortie_private_server_free (server);
}

static int
hold (const char *data, const char *runtime)
{
  SortiePrivateServer *server = start (data, runtime);

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  g_free (ask (server, "SET", "holder", "was here"));
  g_print ("ready\n");
  while (pause () < 0)
    ;
  return 1;
}

int
main (int argc, char *argv[])
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);

  if (argc == 4 && g_str_equal (argv[1], "--hold"))
    return hold (argv[2], argv[3]);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/private-server/" name, Folder, self, set_up, func, tear_down)
  ADD ("start", test_start);
  ADD ("unknown-locale", test_unknown_locale);
  ADD ("everysec", test_everysec);
  ADD ("kept-over-a-stop", test_kept_over_a_stop);
  ADD ("odd-folders", test_odd_folders);
  ADD ("refused", test_refused);
  ADD ("second-adopts", test_second_adopts);
  ADD ("at-once", test_at_once);
  ADD ("killed-server", test_killed_server);
  ADD ("stopped-after-a-kill", test_stopped_after_a_kill);
  ADD ("killed-holder", test_killed_holder);
  ADD ("server-follows-its-holder", test_server_follows_its_holder);
  ADD ("orphan", test_orphan);
#undef ADD
  return g_test_run ();
}
