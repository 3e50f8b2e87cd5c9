/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-diagram"

#include "sortie-diagram-layout-private.h"

#include "sortie-error.h"
#include "sortie-helper-path.h"

/* The way to the helper process, `sortie-layout`: a request into its standard input, a layout out of
 * its standard output. */

#define HELPER "sortie-layout"

typedef struct
{
  SortieLayoutRequest *request;
  GSubprocess *process;
  GSource *deadline;
  gboolean too_late;
} Call;

static void
call_free (gpointer data)
{
  Call *self = data;

  if (self->deadline != NULL)
    {
      g_source_destroy (self->deadline);
      g_source_unref (self->deadline);
    }
  g_clear_object (&self->process);
  sortie_layout_request_free (self->request);
  g_free (self);
}

static char *
find_helper (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_auto (GStrv) paths = sortie_helper_paths (HELPER, g_getenv ("SORTIE_LIBEXEC_DIR"), program,
                                              SORTIE_LAYOUT_BUILD_DIR, SORTIE_LIBEXEC_DIR);

  for (guint i = 0; paths[i] != NULL; i++)
    if (g_file_test (paths[i], G_FILE_TEST_IS_EXECUTABLE))
      return g_strdup (paths[i]);
  return NULL;
}

static gboolean
deadline_cb (gpointer user_data)
{
  Call *self = user_data;

  self->too_late = TRUE;
  g_subprocess_force_exit (self->process);
  return G_SOURCE_REMOVE;
}

static void
communicate_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GBytes) out = NULL;
  g_autoptr (GError) error = NULL;
  Call *self = g_task_get_task_data (task);
  SortieDiagramLayout *layout = NULL;

  if (!g_subprocess_communicate_finish (self->process, result, &out, NULL, &error))
    g_subprocess_force_exit (self->process);
  else if (self->too_late)
    g_set_error (&error, SORTIE_ERROR, SORTIE_ERROR_FAILED,
                 "layout: the helper took more than %d seconds", SORTIE_LAYOUT_SECONDS);
  else if (!g_subprocess_get_successful (self->process))
    g_set_error_literal (&error, SORTIE_ERROR, SORTIE_ERROR_FAILED,
                         "layout: the helper ended without one");
  else if (g_bytes_get_size (out) > SORTIE_LAYOUT_MAX_BYTES)
    g_set_error_literal (&error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
                         "layout: the helper's answer is too long");
  else
    layout = sortie_diagram_layout_from_bytes (g_bytes_get_data (out, NULL), g_bytes_get_size (out),
                                               self->request, &error);
  if (layout != NULL)
    g_task_return_pointer (task, layout, (GDestroyNotify) sortie_diagram_layout_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
sortie_diagram_layout_async (const SortieLayoutRequest *request,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autofree char *helper = find_helper ();
  g_autoptr (GBytes) input = NULL;
  GError *error = NULL;
  Call *self;

  g_task_set_source_tag (task, sortie_diagram_layout_async);
  if (helper == NULL)
    g_set_error_literal (&error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                         "layout: the program sortie-layout is not there");
  if (error != NULL || !sortie_layout_request_check (request, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  self = g_new0 (Call, 1);
  g_task_set_task_data (task, self, call_free);
  self->request = sortie_layout_request_copy (request);
  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                        G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                                    &error, helper, NULL);
  if (self->process == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  self->deadline = g_timeout_source_new_seconds (SORTIE_LAYOUT_SECONDS);
  g_source_set_callback (self->deadline, deadline_cb, self, NULL);
  g_source_attach (self->deadline, g_main_context_get_thread_default ());
  input = sortie_layout_request_to_bytes (request);
  g_subprocess_communicate_async (self->process, input, cancellable, communicate_cb,
                                  g_steal_pointer (&task));
}

SortieDiagramLayout *
sortie_diagram_layout_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
