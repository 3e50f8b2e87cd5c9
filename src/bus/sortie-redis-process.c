/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-bus"

#include "sortie-redis-process.h"

#include "sortie-error.h"
#include "sortie-redis.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define READY_US (30 * G_USEC_PER_SEC) /* without a sign of life */
#define PROBE_US (2 * 1000)
#define PROBE_REPLY_MS 1000
#define STOP_US (10 * G_USEC_PER_SEC)
#define LOCK_FD_IN_CHILD 3
#define MAX_LOG_BYTES (1024 * 1024)

/* The signal comes when the thread that forked ends. That is the supervising thread, which lives as
 * long as the process: so no redis-server survives a Sortie that was killed. */
static void
follow_parent_cb (gpointer user_data)
{
  pid_t parent = GPOINTER_TO_INT (user_data);

  umask (077); /* what missions say is nobody else's business */
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  if (getppid () != parent)
    _exit (1);
}

static char *
find_server (GError **error)
{
  static const char *const names[] = { "valkey-server", "redis-server" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      char *path = g_find_program_in_path (names[i]);

      if (path != NULL)
        return path;
    }
  g_set_error (
      error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
      "Neither redis-server nor valkey-server is installed; install one, or set REDIS_URL");
  return NULL;
}

GSubprocess *
sortie_redis_process_spawn (const SortieRedisSetup *setup, int lock_fd, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *program = find_server (error);
  g_autofree char *log = g_build_filename (setup->data_dir, "redis.log", NULL);
  const char *fsync = setup->durability == SORTIE_DURABILITY_ALWAYS ? "always" : "everysec";
  GStatBuf status;

  g_subprocess_launcher_take_fd (launcher, lock_fd, LOCK_FD_IN_CHILD);
  if (program == NULL)
    return NULL;
  if (g_stat (log, &status) == 0 && status.st_size > MAX_LOG_BYTES)
    g_unlink (log);
  g_subprocess_launcher_set_child_setup (launcher, follow_parent_cb, GINT_TO_POINTER (getpid ()),
                                         NULL);
  /* It refuses to start in a locale that the system lacks, as a sandbox may; it has no need of one. */
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C", TRUE);
  g_unlink (setup->socket_path);
  const char *const argv[] = { program,
                               "--port",
                               "0",
                               "--unixsocket",
                               setup->socket_path,
                               "--unixsocketperm",
                               "600",
                               "--dir",
                               setup->data_dir,
                               "--databases",
                               "1",
                               "--save",
                               "",
                               "--appendonly",
                               "yes",
                               "--appendfsync",
                               fsync,
                               "--aof-load-truncated",
                               "yes",
                               "--maxmemory-policy",
                               "noeviction",
                               "--latency-tracking",
                               "no",
                               "--daemonize",
                               "no",
                               "--logfile",
                               log,
                               NULL };
  return g_subprocess_launcher_spawnv (launcher, argv, error);
}

gboolean
sortie_redis_process_answers (const char *socket_path, gboolean *loading)
{
  g_autoptr (SortieRedisUrl) url = sortie_redis_url_new_unix (socket_path);
  g_autoptr (SortieRedis) redis = sortie_redis_open (url, NULL);
  g_autoptr (SortieCommand) ping = sortie_command_new ("PING", NULL);
  g_autoptr (SortieReply) reply = NULL;

  if (loading != NULL)
    *loading = FALSE;
  if (redis == NULL)
    return FALSE;
  sortie_redis_set_timeout (redis, PROBE_REPLY_MS);
  sortie_redis_append (redis, ping);
  reply = sortie_redis_read (redis, NULL);
  if (reply != NULL && loading != NULL)
    *loading = sortie_reply_is_error (reply, "LOADING");
  return reply != NULL && reply->type == REDIS_REPLY_STATUS;
}

/* The last lines of the log, for an error message. */
static char *
dup_log_tail (const char *data_dir)
{
  g_autofree char *path = g_build_filename (data_dir, "redis.log", NULL);
  g_autofree char *text = NULL;
  gsize length = 0;
  const char *tail;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return g_strdup ("it left no log");
  g_strchomp (text);
  tail = text + strlen (text);
  for (int lines = 0; tail > text && lines < 3; lines += *tail == '\n')
    tail--;
  return g_utf8_make_valid (*tail == '\n' ? tail + 1 : tail, -1);
}

gboolean
sortie_redis_process_wait_ready (const SortieRedisSetup *setup,
                                 GSubprocess *process,
                                 GCancellable *stop,
                                 GError **error)
{
  gint64 deadline = g_get_monotonic_time () + READY_US;

  while (g_get_monotonic_time () < deadline)
    {
      gboolean loading;

      if (g_cancellable_is_cancelled (stop))
        {
          g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED, "Sortie is stopping");
          return FALSE;
        }
      if (sortie_redis_process_answers (setup->socket_path, &loading))
        return TRUE;
      if (g_subprocess_get_identifier (process) == NULL)
        {
          g_autofree char *tail = dup_log_tail (setup->data_dir);

          g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED,
                       "The private redis-server ended at its start: %s", tail);
          return FALSE;
        }
      if (loading) /* a large append-only file takes its time */
        deadline = g_get_monotonic_time () + READY_US;
      g_usleep (PROBE_US);
    }
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
               "The private redis-server does not answer on %s", setup->socket_path);
  return FALSE;
}

void
sortie_redis_process_stop (GSubprocess *process)
{
  gint64 deadline = g_get_monotonic_time () + STOP_US;

  g_subprocess_send_signal (process, SIGTERM);
  while (g_subprocess_get_identifier (process) != NULL && g_get_monotonic_time () < deadline)
    g_usleep (PROBE_US);
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
}

static gboolean
run (const char *const *argv, const char *input, GError **error)
{
  g_autoptr (GSubprocess) process =
      g_subprocess_newv (argv,
                         G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                             G_SUBPROCESS_FLAGS_STDERR_MERGE,
                         error);
  g_autoptr (GBytes) bytes = g_bytes_new_static (input, strlen (input));
  g_autoptr (GBytes) output = NULL;

  return process != NULL && g_subprocess_communicate (process, bytes, NULL, &output, NULL, error) &&
         g_subprocess_wait_check (process, NULL, error);
}

gboolean
sortie_redis_process_repair (const char *data_dir, GError **error)
{
  g_autofree char *folder = g_build_filename (data_dir, "appendonlydir", NULL);
  g_autofree char *manifest = g_build_filename (folder, "appendonly.aof.manifest", NULL);
  g_autofree char *stamp =
      g_strdup_printf ("appendonlydir.damaged-%" G_GINT64_FORMAT, g_get_real_time ());
  g_autofree char *copy = g_build_filename (data_dir, stamp, NULL);
  g_autofree char *checker = g_find_program_in_path ("valkey-check-aof");
  g_autofree char *files = NULL;
  const char *const copy_argv[] = { "cp", "-a", "--", folder, copy, NULL };

  if (checker == NULL)
    checker = g_find_program_in_path ("redis-check-aof");
  /* What is no manifest the checker would take for the data itself, and cut it off. */
  if (checker == NULL || !g_file_get_contents (manifest, &files, NULL, NULL) ||
      !g_str_has_prefix (files, "file "))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED,
                   "There is nothing to repair the append-only file with");
      return FALSE;
    }
  const char *const check_argv[] = { checker, manifest, NULL };
  const char *const fix_argv[] = { checker, "--fix", manifest, NULL };
  if (run (check_argv, "", NULL))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "The append-only file is not damaged");
      return FALSE;
    }
  return run (copy_argv, "", error) && run (fix_argv, "y\n", error);
}
