/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "peer.h"
#include "sortie-error.h"
#include "sortie-launcher.h"

#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* This program plays `sortied` too: it is started by the launcher with the arguments of one. */

#define STAND_IN_FD 3

static char *own_path;
static char *folder;

/* --- the stand-in --- */

static void
healthy (PeerRequest *request, gpointer user_data)
{
  peer_answer (request, "200 OK", NULL, "application/json", "{}");
}

static gboolean
tie_cb (int fd, GIOCondition condition, gpointer user_data)
{
  char *last = user_data;
  char byte;

  if (read (fd, &byte, 1) != 1)
    byte = '\0';
  if (byte != '\0')
    last[0] = byte;
  last[1] = byte == '\0' ? 'x' : '\0';

  return G_SOURCE_CONTINUE;
}

/* Listens, says so, and ends when the descriptor closes. What came through it is kept in a file
 * beside the socket. */
static int
play_backend (char **argv)
{
  const char *socket = argv[2] + strlen ("unix://");
  g_autofree char *note = g_strconcat (socket, ".note", NULL);
  g_autofree char *arguments = g_strjoinv (" ", argv + 1);
  g_autofree char *came = NULL;
  Peer *peer = peer_new_at (socket, healthy, NULL);
  char last[] = { '-', '\0' };
  guint tie = g_unix_fd_add (STAND_IN_FD, G_IO_IN | G_IO_HUP, tie_cb, last);

  g_printerr ("ready soon\n");
  g_print ("listening on unix://%s\n", socket);
  while (last[1] == '\0')
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tie);
  came = g_strdup_printf ("%c %s", last[0], arguments);
  peer_free (peer);
  g_unlink (socket);
  g_file_set_contents (note, came, -1, NULL);

  return 0;
}

/* --- helpers --- */

static char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static char *
write_script (const char *name, const char *text)
{
  g_autofree char *script = g_strconcat ("#!/bin/sh\n", text, "\n", NULL);
  char *path = in_folder (name);

  g_assert_true (g_file_set_contents (path, script, -1, NULL));
  g_assert_cmpint (g_chmod (path, 0700), ==, 0);

  return path;
}

static SortieLauncher *
new_launcher (const char *program, const char *socket)
{
  SortieLauncher *launcher = sortie_launcher_new ();
  g_autofree char *path = in_folder (socket);

  sortie_launcher_set_program (launcher, program);
  sortie_launcher_set_socket (launcher, path);

  return launcher;
}

static SortieBackendAddress *
start (SortieLauncher *launcher, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sortie_launcher_start_async (launcher, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return sortie_launcher_start_finish (launcher, result, error);
}

static void
stop (SortieLauncher *launcher)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  sortie_launcher_stop_async (launcher, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  g_assert_true (sortie_launcher_stop_finish (launcher, result, &error));
  g_assert_no_error (error);
}

static char *
read_note (const char *socket)
{
  g_autofree char *name = g_strconcat (socket, ".note", NULL);
  g_autofree char *path = in_folder (name);
  char *note = NULL;

  g_file_get_contents (path, &note, NULL, NULL);

  return note;
}

/* --- starting and stopping --- */

static void
test_start_and_stop (void)
{
  g_autoptr (SortieLauncher) launcher = new_launcher (own_path, "a.sock");
  g_autoptr (SortieBackendAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *note = NULL;

  sortie_launcher_set_data_dir (launcher, "/some/where");
  sortie_launcher_set_env_file (launcher, "/some/env");
  g_assert_false (sortie_launcher_has_child (launcher));
  address = start (launcher, &error);
  g_assert_no_error (error);
  expected = g_strdup_printf ("unix://%s/a.sock", folder);
  g_assert_cmpstr (sortie_backend_address_get_display (address), ==, expected);
  g_assert_true (sortie_launcher_has_child (launcher));

  stop (launcher);
  g_assert_false (sortie_launcher_has_child (launcher));
  g_assert_cmpuint (sortie_launcher_get_log (launcher)->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (sortie_launcher_get_log (launcher), 0), ==, "ready soon");
  note = read_note ("a.sock");
  g_clear_pointer (&expected, g_free);
  expected = g_strdup_printf ("- --listen unix://%s/a.sock --parent-fd 3 --data-dir /some/where "
                              "--env-file /some/env",
                              folder);
  g_assert_cmpstr (note, ==, expected);

  /* Nothing to stop is no failure. */
  stop (launcher);
}

static void
test_restart (void)
{
  g_autoptr (SortieLauncher) launcher = new_launcher (own_path, "b.sock");

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SortieBackendAddress) address = start (launcher, &error);

      g_assert_no_error (error);
      g_assert_nonnull (address);
      stop (launcher);
    }
}

/* The second launcher finds the backend of the first and starts none. */
static void
test_adopt (void)
{
  g_autoptr (SortieLauncher) first = new_launcher (own_path, "c.sock");
  g_autoptr (SortieLauncher) second = new_launcher ("/nonexistent", "c.sock");
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieBackendAddress) address = start (first, &error);
  g_autoptr (SortieBackendAddress) same = NULL;
  g_autoptr (SortieBackendAddress) again = NULL;

  g_assert_no_error (error);
  same = start (second, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sortie_backend_address_get_display (same), ==,
                   sortie_backend_address_get_display (address));
  g_assert_false (sortie_launcher_has_child (second));
  again = start (first, &error);
  g_assert_no_error (error);
  g_assert_true (sortie_launcher_has_child (first));
  g_assert_false (sortie_launcher_keep_running (second, NULL));
  stop (second);
  stop (first);
}

static void
changed_cb (
    GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer user_data)
{
  g_main_context_wakeup (NULL);
}

/* The child is not ours any more by then, so only what it leaves behind tells. */
static void
wait_for_note (const char *socket, const char *begins)
{
  g_autoptr (GFile) place = g_file_new_for_path (folder);
  g_autoptr (GFileMonitor) monitor =
      g_file_monitor_directory (place, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  g_autofree char *note = NULL;

  g_signal_connect (monitor, "changed", G_CALLBACK (changed_cb), NULL);
  test_wait_until ((note = read_note (socket)) != NULL);
  g_assert_true (g_str_has_prefix (note, begins));
}

static void
test_dropped_launcher_ends_child (void)
{
  g_autoptr (SortieLauncher) launcher = new_launcher (own_path, "d.sock");
  g_autoptr (SortieBackendAddress) address = start (launcher, NULL);

  g_assert_nonnull (address);
  g_clear_object (&launcher);
  wait_for_note ("d.sock", "- ");
}

static void
test_keep_running (void)
{
  g_autoptr (SortieLauncher) launcher = new_launcher (own_path, "e.sock");
  g_autoptr (SortieBackendAddress) address = start (launcher, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (address);
  g_assert_true (sortie_launcher_keep_running (launcher, &error));
  g_assert_no_error (error);
  g_clear_object (&launcher);
  wait_for_note ("e.sock", "K ");
}

/* --- backends that do not start --- */

static void
test_no_program (void)
{
  g_autoptr (SortieLauncher) launcher = new_launcher ("/nonexistent/sortied", "f.sock");
  g_autoptr (GError) error = NULL;

  g_assert_null (start (launcher, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "/nonexistent/sortied"));
}

static void
test_last_words (void)
{
  g_autofree char *program = write_script (
      "dies",
      "for i in 1 2 3 4 5 6 7 8; do echo \"line $i\" >&2; done; printf 'no end' >&2; exit 3");
  g_autoptr (SortieLauncher) launcher = new_launcher (program, "g.sock");
  g_autoptr (GError) error = NULL;

  g_assert_null (start (launcher, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "line 8\nno end"));
  g_assert_null (strstr (error->message, "line 1\n"));
  g_assert_cmpuint (sortie_launcher_get_log (launcher)->len, ==, 9);
}

static void
test_last_words_in_a_file (void)
{
  g_autofree char *program = write_script ("dies-too", "echo 'out of luck' >&2; exit 3");
  g_autofree char *log = in_folder ("log");
  g_autoptr (SortieLauncher) launcher = new_launcher (program, "h.sock");
  g_autoptr (GError) error = NULL;

  sortie_launcher_set_log_file (launcher, log);
  g_assert_null (start (launcher, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "out of luck"));
}

/* The child lives but never says that it listens; it is ended by the descriptor. */
static void
test_deadline (void)
{
  g_autofree char *program = write_script ("mute", "echo 'not that line'; trap '' TERM; cat <&3");
  g_autoptr (SortieLauncher) launcher = new_launcher (program, "i.sock");
  g_autoptr (GError) error = NULL;

  sortie_launcher_set_deadline (launcher, 100);
  g_assert_null (start (launcher, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "in time"));
  g_assert_false (sortie_launcher_has_child (launcher));
}

static void
test_cancel (void)
{
  g_autofree char *program = write_script ("mute-too", "cat <&3");
  g_autoptr (SortieLauncher) launcher = new_launcher (program, "j.sock");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) other = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) busy = NULL;

  sortie_launcher_start_async (launcher, cancellable, test_result_cb, &result);
  sortie_launcher_start_async (launcher, NULL, test_result_cb, &other);
  test_wait_until (other != NULL);
  g_assert_null (sortie_launcher_start_finish (launcher, other, &busy));
  g_assert_error (busy, SORTIE_ERROR, SORTIE_ERROR_CONFLICT);
  test_wait_until (sortie_launcher_has_child (launcher));
  g_cancellable_cancel (cancellable);
  test_wait_until (result != NULL);
  g_assert_null (sortie_launcher_start_finish (launcher, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (sortie_launcher_has_child (launcher));
}

/* A child that talks without end, in lines without end, takes no more than its share. */
static void
test_chatter (void)
{
  g_autofree char *program =
      write_script ("chatter",
                    "i=0; while [ $i -lt 3000 ]; do echo \"line $i\" >&2; i=$((i + 1)); done\n"
                    "head -c 100000 /dev/zero | tr '\\0' x >&2\n"
                    "printf '\\377\\n' >&2; echo 'listening on here'; cat <&3");
  g_autoptr (SortieLauncher) launcher = new_launcher (program, "k.sock");
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieBackendAddress) address = start (launcher, &error);
  GPtrArray *log = sortie_launcher_get_log (launcher);

  g_assert_no_error (error);
  stop (launcher);
  g_assert_cmpuint (log->len, ==, SORTIE_LAUNCHER_LOG_LINES);
  g_assert_cmpuint (strlen (g_ptr_array_index (log, log->len - 1)), <=, 5000);
  g_assert_true (g_utf8_validate (g_ptr_array_index (log, log->len - 1), -1, NULL));
}

static void
count_cb (SortieLauncher *launcher, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_exited (void)
{
  g_autofree char *program = write_script ("short-lived", "echo 'listening on here'; exit 0");
  g_autoptr (SortieLauncher) launcher = new_launcher (program, "l.sock");
  g_autoptr (SortieBackendAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  guint n_exits = 0;

  g_signal_connect (launcher, "exited", G_CALLBACK (count_cb), &n_exits);
  address = start (launcher, &error);
  /* The line and the end may be seen in either order. */
  if (address != NULL)
    test_wait_until (n_exits == 1);
  else
    g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
  g_assert_false (sortie_launcher_has_child (launcher));
}

/* --- ending a stranger --- */

static void
test_terminate (void)
{
  g_autoptr (SortieLauncher) launcher = new_launcher (own_path, "m.sock");
  g_autofree char *socket = in_folder ("m.sock");
  g_autoptr (SortieBackendAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  guint n_exits = 0;

  g_assert_false (sortie_launcher_terminate_at (socket, 1000, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_signal_connect (launcher, "exited", G_CALLBACK (count_cb), &n_exits);
  address = start (launcher, &error);
  g_assert_no_error (error);
  g_assert_true (sortie_launcher_terminate_at (socket, TEST_DEADLINE_SECONDS * 1000, &error));
  g_assert_no_error (error);
  test_wait_until (n_exits == 1);
  g_assert_false (sortie_launcher_terminate_at (socket, 1000, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
}

/* --- places --- */

static void
test_find_program (void)
{
  g_autofree char *program = write_script ("some-sortied", "exit 0");
  g_autofree char *found = NULL;
  g_autoptr (GError) error = NULL;

  g_setenv ("SORTIE_SORTIED", program, TRUE);
  found = sortie_launcher_find_program (&error);
  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, program);

  g_setenv ("SORTIE_SORTIED", "/nonexistent", TRUE);
  g_assert_null (sortie_launcher_find_program (&error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_setenv ("SORTIE_SORTIED", "/usr", TRUE); /* a folder that can be entered */
  g_assert_null (sortie_launcher_find_program (&error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
  g_unsetenv ("SORTIE_SORTIED");
}

static char *
socket_path (const char *runtime, const char *sandbox, const char *data_dir)
{
  g_autoptr (GError) error = NULL;
  char *path;

  if (runtime != NULL)
    g_setenv ("XDG_RUNTIME_DIR", runtime, TRUE);
  else
    g_unsetenv ("XDG_RUNTIME_DIR");
  if (sandbox != NULL)
    g_setenv ("FLATPAK_ID", sandbox, TRUE);
  path = sortie_launcher_dup_socket_path (data_dir, &error);
  g_unsetenv ("FLATPAK_ID");
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (path), <=, SORTIE_BACKEND_SOCKET_MAX_BYTES);

  return path;
}

static void
test_socket_path (void)
{
  g_autofree char *long_runtime = g_strnfill (120, 'r');
  g_autofree char *deep = in_folder (long_runtime);
  g_autofree char *usual = socket_path (folder, NULL, NULL);
  g_autofree char *same = socket_path (folder, NULL, NULL);
  g_autofree char *other = socket_path (folder, NULL, "/another/place");
  g_autofree char *boxed = socket_path (folder, "org.example.App", NULL);
  g_autofree char *fallback = NULL;
  g_autofree char *far = NULL;
  g_autofree char *parent = g_build_filename (folder, "sortie/", NULL);
  GStatBuf info;

  g_assert_true (g_str_has_prefix (usual, parent));
  g_assert_cmpstr (usual, ==, same);
  g_assert_cmpstr (usual, !=, other);
  g_assert_nonnull (strstr (boxed, "/app/org.example.App/"));
  g_assert_cmpint (g_stat (parent, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);

  g_assert_cmpint (g_mkdir (deep, 0700), ==, 0);
  far = socket_path (deep, NULL, NULL);
  fallback = socket_path (NULL, NULL, NULL);
  g_assert_true (g_str_has_prefix (far, "/tmp/sortie-"));
  g_assert_cmpstr (far, ==, fallback);
}

/* What lies there may be a trap: a link, or a folder that others can write to. */
static void
test_untrusted_folder (void)
{
  g_autofree char *runtime = in_folder ("untrusted");
  g_autofree char *inside = g_build_filename (runtime, "sortie", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (runtime, 0700), ==, 0);
  g_setenv ("XDG_RUNTIME_DIR", runtime, TRUE);
  g_assert_cmpint (symlink ("/tmp", inside), ==, 0);
  g_assert_null (sortie_launcher_dup_socket_path (NULL, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
  g_clear_error (&error);

  g_assert_cmpint (g_unlink (inside), ==, 0);
  g_assert_cmpint (g_mkdir (inside, 0700), ==, 0);
  g_assert_cmpint (g_chmod (inside, 0777), ==, 0);
  g_assert_null (sortie_launcher_dup_socket_path (NULL, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
  g_unsetenv ("XDG_RUNTIME_DIR");
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      if (g_file_test (below, G_FILE_TEST_IS_DIR))
        remove_tree (below);
      else
        g_unlink (below);
    }
  g_rmdir (path);
}

int
main (int argc, char **argv)
{
  int outcome;

  if (argc > 2 && g_str_equal (argv[1], "--listen"))
    return play_backend (argv);

  g_test_init (&argc, &argv, NULL);
  own_path = g_file_read_link ("/proc/self/exe", NULL);
  folder = g_dir_make_tmp ("sortie-XXXXXX", NULL);
  g_unsetenv ("SORTIE_SORTIED");

  g_test_add_func ("/client/launcher/start-and-stop", test_start_and_stop);
  g_test_add_func ("/client/launcher/restart", test_restart);
  g_test_add_func ("/client/launcher/adopt", test_adopt);
  g_test_add_func ("/client/launcher/dropped", test_dropped_launcher_ends_child);
  g_test_add_func ("/client/launcher/keep-running", test_keep_running);
  g_test_add_func ("/client/launcher/no-program", test_no_program);
  g_test_add_func ("/client/launcher/last-words", test_last_words);
  g_test_add_func ("/client/launcher/last-words-in-a-file", test_last_words_in_a_file);
  g_test_add_func ("/client/launcher/deadline", test_deadline);
  g_test_add_func ("/client/launcher/cancel", test_cancel);
  g_test_add_func ("/client/launcher/chatter", test_chatter);
  g_test_add_func ("/client/launcher/exited", test_exited);
  g_test_add_func ("/client/launcher/terminate", test_terminate);
  g_test_add_func ("/client/launcher/find-program", test_find_program);
  g_test_add_func ("/client/launcher/socket-path", test_socket_path);
  g_test_add_func ("/client/launcher/untrusted-folder", test_untrusted_folder);

  outcome = g_test_run ();
  remove_tree (folder);
  g_free (folder);
  g_free (own_path);

  return outcome;
}
