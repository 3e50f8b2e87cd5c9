/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-launcher.h"

#include "sortie-backend-probe.h"
#include "sortie-error.h"
#include "sortie-line-reader.h"
#include "sortie-timeout.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#define PROBE_MS 3000
#define LAST_WORDS_MS 500 /* for what a child that has ended left in its pipe */
#define READY_PREFIX "listening on "
#define CHILD_FD 3          /* where the child finds the descriptor that ties it to us */
#define ERROR_LINES 5       /* of the child's last words, in an error message */
#define LOG_TAIL_BYTES 2000 /* the same, where they are in a file */

struct _SortieLauncher
{
  GObject parent_instance;

  char *program;
  char *data_dir;
  char *env_file;
  char *working_dir;
  char *socket;
  char *log_file;
  guint deadline; /* milliseconds */

  GSubprocess *child; /* (nullable) */
  GCancellable *child_gone;
  int tie; /* write end of the pipe, or -1 */
  SortieLineReader *output;
  SortieLineReader *errors;
  GPtrArray *log;
  GTask *start;   /* the start under way */
  gboolean tried; /* whether it has started a child */
  GSource *deadline_source;
  GSource *cancel_source;
  GTask *stop; /* the stop under way */
  GSource *kill_source;
  gboolean ended;    /* whether the child has */
  gboolean said_all; /* whether its standard error has */
  GSource *words_source;
};

enum
{
  LOG_LINE,
  EXITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SortieLauncher, sortie_launcher, G_TYPE_OBJECT)

static void
cut_tie (SortieLauncher *self)
{
  if (self->tie >= 0)
    close (self->tie);
  self->tie = -1;
}

/* Forgets the child; where it still lives it ends by the descriptor that closes. */
static void
let_child_go (SortieLauncher *self)
{
  cut_tie (self);
  if (self->child_gone != NULL)
    g_cancellable_cancel (self->child_gone);
  g_clear_object (&self->child_gone);
  g_clear_object (&self->child);
  g_clear_pointer (&self->output, sortie_line_reader_free);
  g_clear_pointer (&self->errors, sortie_line_reader_free);
  sortie_timeout_clear (&self->kill_source);
  sortie_timeout_clear (&self->words_source);
}

/* --- what the child said --- */

static void
add_log_line (SortieLauncher *self, const char *line)
{
  if (self->log->len == SORTIE_LAUNCHER_LOG_LINES)
    g_ptr_array_remove_index (self->log, 0);
  g_ptr_array_add (self->log, g_strdup (line));
  g_signal_emit (self, signals[LOG_LINE], 0, line);
}

static void
append_log_tail (GString *words, const char *path)
{
  char bytes[LOG_TAIL_BYTES];
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  off_t end = fd >= 0 ? lseek (fd, 0, SEEK_END) : -1;
  ssize_t n = end >= 0 ? pread (fd, bytes, sizeof bytes, MAX (end - LOG_TAIL_BYTES, 0)) : -1;
  g_autofree char *text = n > 0 ? g_utf8_make_valid (bytes, n) : NULL;

  if (fd >= 0)
    close (fd);
  if (text != NULL)
    g_string_append (words, g_strchomp (text));
}

static char *
dup_last_words (SortieLauncher *self)
{
  GString *words = g_string_new (NULL);

  if (self->log_file != NULL)
    append_log_tail (words, self->log_file);
  for (guint i = self->log->len > ERROR_LINES ? self->log->len - ERROR_LINES : 0;
       i < self->log->len; i++)
    g_string_append_printf (words, "%s%s", words->len > 0 ? "\n" : "",
                            (char *) g_ptr_array_index (self->log, i));

  return g_string_free (words, FALSE);
}

/* --- the end of a start --- */

static void
finish_start (SortieLauncher *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->start);
  SortieBackendAddress *address;

  sortie_timeout_clear (&self->deadline_source);
  sortie_timeout_clear (&self->cancel_source);
  if (error != NULL)
    {
      let_child_go (self);
      g_task_return_error (task, error);
      return;
    }

  address = sortie_backend_address_new_for_socket (self->socket, &error);
  if (address != NULL)
    g_task_return_pointer (task, address, (GDestroyNotify) sortie_backend_address_free);
  else
    g_task_return_error (task, error);
}

static void
fail_start (SortieLauncher *self, const char *what)
{
  g_autofree char *words = dup_last_words (self);

  finish_start (self, g_error_new (SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE, "the backend %s%s%s",
                                   what, *words != '\0' ? "; it said:\n" : "", words));
}

static gboolean
deadline_cb (gpointer user_data)
{
  SortieLauncher *self = user_data;
  g_autoptr (SortieLauncher) keep = g_object_ref (self);

  sortie_timeout_clear (&self->deadline_source);
  if (self->child != NULL)
    g_subprocess_send_signal (self->child, SIGTERM);
  fail_start (self, "did not start in time");

  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  SortieLauncher *self = user_data;
  g_autoptr (SortieLauncher) keep = g_object_ref (self);

  finish_start (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled"));

  return G_SOURCE_REMOVE;
}

/* --- the child --- */

static void start_child (SortieLauncher *self);

static void
probed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) start = user_data;
  SortieLauncher *self = g_task_get_source_object (start);
  gboolean answers = sortie_backend_probe_finish (result);

  if (self->start != start)
    return; /* it was cancelled meanwhile */

  if (answers)
    finish_start (self, NULL);
  else if (!self->tried)
    start_child (self);
  else
    fail_start (self, "ended while it started");
}

static void
probe (SortieLauncher *self)
{
  sortie_backend_probe_async (self->socket, PROBE_MS, probed_cb, g_object_ref (self->start));
}

static void
conclude_exit (SortieLauncher *self)
{
  g_autoptr (SortieLauncher) keep = g_object_ref (self);
  g_autoptr (GTask) stop = g_steal_pointer (&self->stop);

  let_child_go (self);
  if (stop != NULL)
    g_task_return_boolean (stop, TRUE);
  else if (self->start != NULL)
    probe (self); /* another process's start may have been faster and have the socket now */
  else
    g_signal_emit (self, signals[EXITED], 0);
}

static gboolean
words_timeout_cb (gpointer user_data)
{
  conclude_exit (user_data);

  return G_SOURCE_REMOVE;
}

/* Its last words may still be in the pipe. They are waited for, but not long: a child of its own
 * may hold the pipe open. */
static void
exited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SortieLauncher *self = user_data;

  if (!g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL))
    return; /* cancelled: it is not ours any more, and self may be gone */

  self->ended = TRUE;
  if (self->said_all)
    conclude_exit (self);
  else
    self->words_source = sortie_timeout_add (LAST_WORDS_MS, words_timeout_cb, self);
}

static void
error_line_cb (const char *line, gpointer user_data)
{
  SortieLauncher *self = user_data;
  g_autoptr (SortieLauncher) keep = g_object_ref (self);

  if (line != NULL)
    {
      add_log_line (self, line);
      return;
    }

  self->said_all = TRUE;
  if (self->ended)
    conclude_exit (self);
}

static void
output_line_cb (const char *line, gpointer user_data)
{
  SortieLauncher *self = user_data;
  g_autoptr (SortieLauncher) keep = g_object_ref (self);

  if (line != NULL && self->start != NULL && g_str_has_prefix (line, READY_PREFIX))
    finish_start (self, NULL);
}

/* Runs in the child between fork and exec. In a session of its own it does not get the Ctrl-C that
 * is meant for us, and can end in order afterwards. */
static void
child_setup_cb (gpointer user_data)
{
  setsid ();
}

static GPtrArray *
build_arguments (SortieLauncher *self, const char *program)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (arguments, g_strdup (program));
  g_ptr_array_add (arguments, g_strdup ("--listen"));
  g_ptr_array_add (arguments, g_strconcat ("unix://", self->socket, NULL));
  g_ptr_array_add (arguments, g_strdup ("--parent-fd"));
  g_ptr_array_add (arguments, g_strdup_printf ("%d", CHILD_FD));
  if (self->data_dir != NULL)
    {
      g_ptr_array_add (arguments, g_strdup ("--data-dir"));
      g_ptr_array_add (arguments, g_strdup (self->data_dir));
    }
  if (self->env_file != NULL)
    {
      g_ptr_array_add (arguments, g_strdup ("--env-file"));
      g_ptr_array_add (arguments, g_canonicalize_filename (self->env_file, NULL));
    }
  g_ptr_array_add (arguments, NULL);

  return arguments;
}

static gboolean
spawn (SortieLauncher *self, GError **error)
{
  GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDOUT_PIPE;
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autofree char *program = g_strdup (self->program);
  g_autoptr (GPtrArray) arguments = NULL;
  int ends[2];

  if (program == NULL)
    program = sortie_launcher_find_program (error);
  if (program == NULL || !g_unix_open_pipe (ends, FD_CLOEXEC, error))
    return FALSE;

  if (self->log_file == NULL)
    flags |= G_SUBPROCESS_FLAGS_STDERR_PIPE;
  launcher = g_subprocess_launcher_new (flags);
  g_subprocess_launcher_take_fd (launcher, ends[0], CHILD_FD);
  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, NULL, NULL);
  if (self->log_file != NULL)
    g_subprocess_launcher_set_stderr_file_path (launcher, self->log_file);
  if (self->working_dir != NULL)
    g_subprocess_launcher_set_cwd (launcher, self->working_dir);

  self->tie = ends[1];
  arguments = build_arguments (self, program);
  self->child =
      g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments->pdata, error);

  return self->child != NULL;
}

static void
start_child (SortieLauncher *self)
{
  g_autoptr (GError) error = NULL;

  self->tried = TRUE;
  let_child_go (self);
  g_ptr_array_set_size (self->log, 0);
  if (!spawn (self, &error))
    {
      if (error->domain != SORTIE_ERROR)
        {
          GError *wrapped = g_error_new (SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                                         "can't start the backend: %s", error->message);

          g_clear_error (&error);
          error = wrapped;
        }
      finish_start (self, g_steal_pointer (&error));
      return;
    }

  self->ended = FALSE;
  self->said_all = self->log_file != NULL;
  self->child_gone = g_cancellable_new ();
  g_subprocess_wait_async (self->child, self->child_gone, exited_cb, self);
  if (self->log_file == NULL)
    self->errors =
        sortie_line_reader_new (g_subprocess_get_stderr_pipe (self->child), error_line_cb, self);
  self->output =
      sortie_line_reader_new (g_subprocess_get_stdout_pipe (self->child), output_line_cb, self);
  self->deadline_source = sortie_timeout_add (self->deadline, deadline_cb, self);
}

/* --- the object --- */

static void
sortie_launcher_dispose (GObject *object)
{
  SortieLauncher *self = SORTIE_LAUNCHER (object);

  sortie_timeout_clear (&self->deadline_source);
  sortie_timeout_clear (&self->cancel_source);
  let_child_go (self);

  G_OBJECT_CLASS (sortie_launcher_parent_class)->dispose (object);
}

static void
sortie_launcher_finalize (GObject *object)
{
  SortieLauncher *self = SORTIE_LAUNCHER (object);

  g_free (self->program);
  g_free (self->data_dir);
  g_free (self->env_file);
  g_free (self->working_dir);
  g_free (self->socket);
  g_free (self->log_file);
  g_ptr_array_unref (self->log);

  G_OBJECT_CLASS (sortie_launcher_parent_class)->finalize (object);
}

static void
sortie_launcher_class_init (SortieLauncherClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sortie_launcher_dispose;
  object_class->finalize = sortie_launcher_finalize;

  signals[LOG_LINE] = g_signal_new ("log-line", SORTIE_TYPE_LAUNCHER, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[EXITED] = g_signal_new ("exited", SORTIE_TYPE_LAUNCHER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
}

static void
sortie_launcher_init (SortieLauncher *self)
{
  self->tie = -1;
  self->deadline = SORTIE_LAUNCHER_START_SECONDS * 1000;
  self->log = g_ptr_array_new_with_free_func (g_free);
}

/* --- public functions --- */

SortieLauncher *
sortie_launcher_new (void)
{
  return g_object_new (SORTIE_TYPE_LAUNCHER, NULL);
}

static void
set_string (char **place, const char *value)
{
  g_free (*place);
  *place = g_strdup (value);
}

void
sortie_launcher_set_program (SortieLauncher *self, const char *path)
{
  set_string (&self->program, path);
}

void
sortie_launcher_set_data_dir (SortieLauncher *self, const char *path)
{
  set_string (&self->data_dir, path);
}

void
sortie_launcher_set_env_file (SortieLauncher *self, const char *path)
{
  set_string (&self->env_file, path);
}

void
sortie_launcher_set_working_dir (SortieLauncher *self, const char *path)
{
  set_string (&self->working_dir, path);
}

void
sortie_launcher_set_socket (SortieLauncher *self, const char *path)
{
  set_string (&self->socket, path);
}

void
sortie_launcher_set_log_file (SortieLauncher *self, const char *path)
{
  set_string (&self->log_file, path);
}

void
sortie_launcher_set_deadline (SortieLauncher *self, guint milliseconds)
{
  self->deadline = milliseconds;
}

void
sortie_launcher_start_async (SortieLauncher *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GError) error = NULL;

  g_task_set_source_tag (task, sortie_launcher_start_async);
  if (self->start != NULL)
    {
      g_task_return_new_error (task, SORTIE_ERROR, SORTIE_ERROR_CONFLICT,
                               "the backend is being started already");
      return;
    }
  if (self->socket == NULL)
    self->socket = sortie_launcher_dup_socket_path (self->data_dir, &error);
  if (self->socket == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  self->start = g_steal_pointer (&task);
  if (cancellable != NULL)
    {
      self->cancel_source = g_cancellable_source_new (cancellable);
      g_source_set_callback (self->cancel_source, G_SOURCE_FUNC (cancelled_cb), self, NULL);
      g_source_attach (self->cancel_source, g_main_context_get_thread_default ());
    }
  self->tried = FALSE;
  probe (self);
}

SortieBackendAddress *
sortie_launcher_start_finish (SortieLauncher *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
sortie_launcher_has_child (SortieLauncher *self)
{
  return self->child != NULL;
}

gboolean
sortie_launcher_keep_running (SortieLauncher *self, GError **error)
{
  if (self->child == NULL || self->tie < 0 || write (self->tie, "K", 1) != 1)
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                           "there is no backend of ours to keep running");
      return FALSE;
    }

  return TRUE;
}

static gboolean
kill_cb (gpointer user_data)
{
  SortieLauncher *self = user_data;

  sortie_timeout_clear (&self->kill_source);
  if (self->child != NULL)
    g_subprocess_force_exit (self->child);

  return G_SOURCE_REMOVE;
}

void
sortie_launcher_stop_async (SortieLauncher *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, sortie_launcher_stop_async);
  if (self->stop != NULL || self->start != NULL)
    {
      g_task_return_new_error (task, SORTIE_ERROR, SORTIE_ERROR_CONFLICT,
                               "the backend is being started or stopped already");
      return;
    }
  if (self->child == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  self->stop = g_steal_pointer (&task);
  cut_tie (self);
  self->kill_source = sortie_timeout_add (SORTIE_LAUNCHER_STOP_SECONDS * 1000, kill_cb, self);
}

gboolean
sortie_launcher_stop_finish (SortieLauncher *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

GPtrArray *
sortie_launcher_get_log (SortieLauncher *self)
{
  return self->log;
}
