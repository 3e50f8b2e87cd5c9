/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-process.h"

#include "sortie-error.h"
#include "sortie-timeout.h"

#include <signal.h>
#include <unistd.h>

/* For what is left in the pipes: a daemon that the program has started may hold them open. */
#define LAST_WORDS_MS 300
#define GROUP_PAUSE_MS 50 /* between looks at a group that is to end */

typedef struct
{
  GSubprocess *child;
  pid_t group; /* that it leads; 0 where it had ended before one could ask */
  gboolean is_killed;
  SortieLineReader *readers[2]; /* output, errors */
  gboolean said_all[2];
  gboolean has_ended;
  SortieLineFunc func;
  gpointer func_data;
  SortieProcessResult *result;
  GSource *cancel_source;
  GSource *kill_source;
  GSource *words_source;
  GSource *group_source;
} Run;

static void
run_free (gpointer data)
{
  Run *self = data;

  sortie_timeout_clear (&self->cancel_source);
  sortie_timeout_clear (&self->kill_source);
  sortie_timeout_clear (&self->words_source);
  sortie_timeout_clear (&self->group_source);
  for (gsize i = 0; i < G_N_ELEMENTS (self->readers); i++)
    g_clear_pointer (&self->readers[i], sortie_line_reader_free);
  g_clear_object (&self->child);
  g_clear_pointer (&self->result, sortie_process_result_free);
  g_free (self);
}

void
sortie_process_result_free (SortieProcessResult *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->output);
  g_ptr_array_unref (self->words);
  g_free (self);
}

char *
sortie_process_result_dup_words (const SortieProcessResult *self, guint n)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  for (guint i = self->words->len; i > 0 && kept->len < n; i--)
    {
      char *line = g_ptr_array_index (self->words, i - 1);

      if (*line != '\0')
        g_ptr_array_insert (kept, 0, line);
    }
  g_ptr_array_add (kept, NULL);

  return g_strjoinv ("\n", (char **) kept->pdata);
}

/* --- its end --- */

static void conclude (GTask *task);

/* It is the leader of its group, so that its children end with it: a compose program that is killed
 * alone leaves the build going on that it has started. */
static gboolean
signal_group (Run *self, int number)
{
  return self->group > 0 && kill (-self->group, number) == 0;
}

static gboolean
look_at_group_cb (gpointer user_data)
{
  GTask *task = user_data;
  Run *self = g_task_get_task_data (task);

  sortie_timeout_clear (&self->group_source);
  conclude (task);

  return G_SOURCE_REMOVE;
}

static void
conclude (GTask *task)
{
  Run *self = g_task_get_task_data (task);

  /* One that is cancelled has ended when its children have, as what undoes it must not meet them. */
  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)) && !self->is_killed &&
      signal_group (self, 0))
    {
      sortie_timeout_clear (&self->group_source);
      self->group_source = sortie_timeout_add (GROUP_PAUSE_MS, look_at_group_cb, task);
      return;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (self->readers); i++)
    g_clear_pointer (&self->readers[i], sortie_line_reader_free);
  sortie_timeout_clear (&self->cancel_source);
  sortie_timeout_clear (&self->kill_source);
  sortie_timeout_clear (&self->words_source);
  sortie_timeout_clear (&self->group_source);
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, g_steal_pointer (&self->result),
                           (GDestroyNotify) sortie_process_result_free);
  g_object_unref (task); /* the one that the running process stands for */
}

static void
conclude_if_over (GTask *task)
{
  Run *self = g_task_get_task_data (task);

  if (self->has_ended && self->said_all[0] && self->said_all[1])
    conclude (task);
}

static gboolean
words_timeout_cb (gpointer user_data)
{
  conclude (user_data);

  return G_SOURCE_REMOVE;
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Run *self = g_task_get_task_data (task);

  g_subprocess_wait_finish (self->child, result, NULL);
  if (g_subprocess_get_if_exited (self->child))
    self->result->status = g_subprocess_get_exit_status (self->child);
  else
    self->result->status = 128 + g_subprocess_get_term_sig (self->child);
  self->has_ended = TRUE;
  self->words_source = sortie_timeout_add (LAST_WORDS_MS, words_timeout_cb, task);
  conclude_if_over (task);
}

/* --- what it says --- */

static void
take_line (Run *self, const char *line, gboolean is_output)
{
  GPtrArray *words = self->result->words;

  if (is_output && self->result->output->len < SORTIE_PROCESS_MAX_OUTPUT)
    g_ptr_array_add (self->result->output, g_strdup (line));
  if (words->len == SORTIE_PROCESS_LAST_LINES)
    g_ptr_array_remove_index (words, 0);
  g_ptr_array_add (words, g_strdup (line));
  if (self->func != NULL)
    self->func (line, self->func_data);
}

static void
take (GTask *task, const char *line, gsize which)
{
  g_autoptr (GTask) keep = g_object_ref (task);
  Run *self = g_task_get_task_data (task);

  if (line != NULL)
    {
      take_line (self, line, which == 0);
      return;
    }
  self->said_all[which] = TRUE;
  conclude_if_over (task);
}

static void
output_cb (const char *line, gpointer user_data)
{
  take (user_data, line, 0);
}

static void
errors_cb (const char *line, gpointer user_data)
{
  take (user_data, line, 1);
}

/* --- its cancellation --- */

static gboolean
kill_cb (gpointer user_data)
{
  Run *self = user_data;

  self->is_killed = TRUE;
  signal_group (self, SIGKILL);

  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  Run *self = user_data;

  signal_group (self, SIGTERM);
  if (self->kill_source == NULL)
    self->kill_source = sortie_timeout_add (SORTIE_PROCESS_KILL_MS, kill_cb, self);

  return G_SOURCE_REMOVE;
}

/* Runs in the child between fork and exec. */
static void
child_setup_cb (gpointer user_data)
{
  setsid ();
}

/* --- its beginning --- */

char *
sortie_process_find_program (const char *name, const char *const *environment)
{
  const char *path = g_environ_getenv ((char **) environment, "PATH");
  g_auto (GStrv) folders =
      g_strsplit (path != NULL ? path : "/usr/local/bin:/usr/bin:/bin", ":", 0);

  if (strchr (name, '/') != NULL)
    return g_file_test (name, G_FILE_TEST_IS_EXECUTABLE) ? g_strdup (name) : NULL;
  for (char **folder = folders; *folder != NULL; folder++)
    {
      g_autofree char *place = g_build_filename (**folder != '\0' ? *folder : ".", name, NULL);

      if (g_file_test (place, G_FILE_TEST_IS_REGULAR) &&
          g_file_test (place, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&place);
    }

  return NULL;
}

static GSubprocess *
spawn (const char *const *arguments,
       const char *folder,
       const char *const *environment,
       GError **error)
{
  g_autofree char *program = sortie_process_find_program (arguments[0], environment);
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GError) reason = NULL;
  g_auto (GStrv) resolved = NULL;
  GSubprocess *child;

  if (program == NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND, "there is no program “%s” in PATH",
                   arguments[0]);
      return NULL;
    }

  launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_set_environ (launcher, (char **) environment);
  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, NULL, NULL);
  if (folder != NULL)
    g_subprocess_launcher_set_cwd (launcher, folder);
  resolved = g_strdupv ((char **) arguments);
  g_free (resolved[0]);
  resolved[0] = g_steal_pointer (&program);
  child = g_subprocess_launcher_spawnv (launcher, (const char *const *) resolved, &reason);
  if (child == NULL)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE, "can't start %s: %s", resolved[0],
                 reason->message);

  return child;
}

void
sortie_process_run_async (const char *const *arguments,
                          const char *folder,
                          const char *const *environment,
                          SortieLineFunc func,
                          gpointer func_data,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Run *self = g_new0 (Run, 1);
  const char *identifier;
  GError *error = NULL;

  g_task_set_source_tag (task, sortie_process_run_async);
  g_task_set_task_data (task, self, run_free);
  if (g_task_return_error_if_cancelled (task))
    return;
  self->func = func;
  self->func_data = func_data;
  self->result = g_new0 (SortieProcessResult, 1);
  self->result->output = g_ptr_array_new_with_free_func (g_free);
  self->result->words = g_ptr_array_new_with_free_func (g_free);
  self->child = spawn (arguments, folder, environment, &error);
  if (self->child == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  identifier = g_subprocess_get_identifier (self->child);
  self->group = identifier != NULL ? (pid_t) g_ascii_strtoll (identifier, NULL, 10) : 0;
  self->readers[0] =
      sortie_line_reader_new (g_subprocess_get_stdout_pipe (self->child), output_cb, task);
  self->readers[1] =
      sortie_line_reader_new (g_subprocess_get_stderr_pipe (self->child), errors_cb, task);
  if (cancellable != NULL)
    {
      self->cancel_source = g_cancellable_source_new (cancellable);
      g_source_set_callback (self->cancel_source, G_SOURCE_FUNC (cancelled_cb), self, NULL);
      g_source_attach (self->cancel_source, g_main_context_get_thread_default ());
    }
  g_subprocess_wait_async (self->child, NULL, ended_cb, g_steal_pointer (&task));
}

SortieProcessResult *
sortie_process_run_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
