/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backend-fixture.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_SECONDS 60
/* GLib takes every name of this kind for this machine (RFC 6761); our clients know `localhost` only. */
#define FAR "far.localhost"

struct _TestBackend
{
  GSubprocess *process;
  char *folder;
  SortieApi *api;
  guint port;
  int tie; /* our end of the pipe with which the backend ends, however this process does */
};

/* ---- Waiting ---- */

static gboolean
too_late_cb (gpointer user_data)
{
  g_error ("Waited too long for %s", (const char *) user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
look_again_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static guint look_again;

/* Conditions are not only changed by what wakes this thread: a peer's thread may do it as well. */
guint
test_wait_begin (const char *what)
{
  g_assert_cmpuint (look_again, ==, 0);
  look_again = g_timeout_add (20, look_again_cb, NULL);
  return g_timeout_add_seconds (PATIENCE_SECONDS, too_late_cb, (gpointer) what);
}

void
test_wait_end (guint source)
{
  g_clear_handle_id (&look_again, g_source_remove);
  g_source_remove (source);
}

/* ---- The backend ---- */

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      if (g_file_test (below, G_FILE_TEST_IS_DIR) && !g_file_test (below, G_FILE_TEST_IS_SYMLINK))
        remove_tree (below);
      else
        g_unlink (below);
    }
  g_rmdir (path);
}

static guint
read_port (GSubprocess *process)
{
  g_autoptr (GDataInputStream) lines =
      g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);

  g_assert_nonnull (line);
  g_assert_true (g_str_has_prefix (line, "listening on "));
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);
  return (guint) atoi (strrchr (line, ':') + 1);
}

static SortieApi *
new_api (const char *host, guint port)
{
  g_autofree char *url = g_strdup_printf ("http://%s:%u", host, port);
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieBackendAddress) address = sortie_backend_address_parse (url, &error);

  g_assert_no_error (error);
  return sortie_api_new (address, NULL, NULL);
}

/* On the port that it had, where it had one. */
static void
start (TestBackend *self)
{
  const char *build = g_getenv ("G_TEST_BUILDDIR");
  g_autofree char *program = g_build_filename (build, "..", "src", "main", "sortied", NULL);
  g_autofree char *helpers = g_build_filename (build, "..", "src", "retrieval", NULL);
  g_autofree char *data = g_build_filename (self->folder, "d", NULL);
  g_autofree char *listen = g_strdup_printf ("tcp://127.0.0.1:%u", self->port);
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GError) error = NULL;
  int ends[2];

  g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, &error));
  self->tie = ends[1];
  g_subprocess_launcher_take_fd (launcher, ends[0], 3);
  g_subprocess_launcher_setenv (launcher, "SORTIE_LIBEXEC_DIR", helpers, TRUE);
  g_subprocess_launcher_setenv (launcher, "SORTIE_FAULTS", "1", TRUE);
  /* It answers for names that it knows only. */
  g_subprocess_launcher_setenv (launcher, "PUBLIC_URL", "http://" FAR, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", self->folder, TRUE);
  g_subprocess_launcher_set_cwd (launcher, self->folder);
  self->process = g_subprocess_launcher_spawn (launcher, &error, program, "--listen", listen,
                                               "--data-dir", data, "--parent-fd", "3", NULL);
  g_assert_no_error (error);
  self->port = read_port (self->process);
}

TestBackend *
test_backend_new (void)
{
  TestBackend *self = g_new0 (TestBackend, 1);
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("sortie-app-XXXXXX", &error);
  g_assert_no_error (error);
  start (self);
  self->api = new_api ("127.0.0.1", self->port);
  return self;
}

void
test_backend_stop (TestBackend *self)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_send_signal (self->process, SIGTERM);
  g_assert_true (g_subprocess_wait_check (self->process, NULL, &error));
  g_assert_no_error (error);
  g_clear_object (&self->process);
  close (self->tie);
}

void
test_backend_restart (TestBackend *self)
{
  start (self);
}

void
test_backend_free (TestBackend *self)
{
  if (self->process != NULL)
    test_backend_stop (self);
  g_object_unref (self->api);
  remove_tree (self->folder);
  g_free (self->folder);
  g_free (self);
}

SortieApi *
test_backend_get_api (TestBackend *self)
{
  return self->api;
}

SortieApi *
test_backend_new_remote_api (TestBackend *self)
{
  return new_api (FAR, self->port);
}

const char *
test_backend_get_folder (TestBackend *self)
{
  return self->folder;
}

char *
test_backend_write (TestBackend *self, const char *name, const char *text)
{
  char *path = g_build_filename (self->folder, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  return path;
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

JsonNode *
test_backend_call (TestBackend *self, const char *method, const char *path, const char *body)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *answer;

  sortie_api_call_async (self->api, method, path, NULL, body, NULL, result_cb, &result);
  test_wait_for (result != NULL);
  answer = sortie_api_call_finish (self->api, result, &error);
  g_assert_no_error (error);
  return answer;
}

void
test_backend_wait_indexed (TestBackend *self, const char *collection)
{
  g_autofree char *path = sortie_api_path ("collections", collection, NULL);
  gboolean indexing = TRUE;

  while (indexing)
    {
      g_autoptr (JsonNode) node = test_backend_call (self, "GET", path, NULL);
      JsonObject *object = json_node_get_object (node);

      indexing = json_object_get_boolean_member (object, "indexing") ||
                 json_object_get_null_member (object, "updated");
    }
}
