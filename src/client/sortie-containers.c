/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-containers-private.h"
#include "sortie-error.h"
#include "sortie-sandbox.h"

#define PAUSE_MS 500

enum
{
  STAGE,
  LOG_LINE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SortieContainers, sortie_containers, G_TYPE_OBJECT)

/* --- what is known --- */

void
sortie_containers_enter (SortieContainers *self, SortieContainersStage stage)
{
  if (self->stage == stage)
    return;

  self->stage = stage;
  g_signal_emit (self, signals[STAGE], 0, (int) stage);
}

void
sortie_containers_add_line (SortieContainers *self, const char *line)
{
  if (self->log->len == SORTIE_CONTAINERS_LOG_LINES)
    g_ptr_array_remove_index (self->log, 0);
  g_ptr_array_add (self->log, g_strdup (line));
  g_signal_emit (self, signals[LOG_LINE], 0, line);
}

GError *
sortie_containers_fail (SortieContainers *self, SortieContainersFailure *failure)
{
  sortie_containers_failure_free (self->failure);
  self->failure = failure;

  return sortie_containers_failure_to_error (failure);
}

/* --- programs --- */

static void
line_cb (const char *line, gpointer user_data)
{
  sortie_containers_add_line (user_data, line);
}

void
sortie_containers_run (SortieContainers *self,
                       gboolean is_told,
                       GStrv arguments,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  sortie_process_run_async ((const char *const *) arguments, self->folder,
                            (const char *const *) self->environment, is_told ? line_cb : NULL, self,
                            cancellable, callback, user_data);
  g_strfreev (arguments);
}

GStrv
sortie_containers_dup_compose (SortieContainers *self, const char *const *arguments)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_addv (builder, (const char **) self->engine->compose);
  g_strv_builder_add (builder, "-p");
  g_strv_builder_add (builder, self->project);
  g_strv_builder_add (builder, "-f");
  g_strv_builder_add (builder, "compose.yaml");
  g_strv_builder_addv (builder, (const char **) arguments);

  return g_strv_builder_end (builder);
}

/* --- an engine, and where things are --- */

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SortieContainers *self = g_task_get_source_object (task);
  gboolean prepares = g_task_get_source_tag (task) == sortie_containers_begin_async;
  SortieContainersFailure *failure = NULL;

  g_clear_pointer (&self->engine, sortie_container_engine_free);
  self->engine = sortie_container_engine_find_finish (result, &failure);
  if (g_task_return_error_if_cancelled (task))
    sortie_containers_failure_free (failure);
  else if (self->engine == NULL || (prepares && !sortie_containers_prepare (self, &failure)))
    g_task_return_error (task, sortie_containers_fail (self, failure));
  else
    g_task_return_boolean (task, TRUE);
}

static void
find (SortieContainers *self, GTask *task)
{
  g_clear_pointer (&self->failure, sortie_containers_failure_free);
  /* No engine can be reached out of one. */
  if (sortie_sandbox_get_id ((const char *const *) self->base) != NULL)
    g_task_return_error (task,
                         sortie_containers_fail (self, sortie_containers_failure_new (
                                                           SORTIE_CONTAINERS_SANDBOX, NULL, NULL)));
  else
    sortie_container_engine_find_async ((const char *const *) self->base,
                                        g_task_get_cancellable (task), found_cb,
                                        g_object_ref (task));
}

void
sortie_containers_look_async (SortieContainers *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, sortie_containers_look_async);
  if (self->is_busy)
    g_task_return_new_error (task, SORTIE_ERROR, SORTIE_ERROR_CONFLICT,
                             "the containers are being started or stopped");
  else
    find (self, task);
}

const SortieContainerEngine *
sortie_containers_look_finish (SortieContainers *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_boolean (G_TASK (result), error) ? self->engine : NULL;
}

void
sortie_containers_begin_async (SortieContainers *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  SortieContainersFailure *failure = NULL;

  g_task_set_source_tag (task, sortie_containers_begin_async);
  if (self->engine == NULL)
    find (self, task);
  else if (sortie_containers_prepare (self, &failure))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, sortie_containers_fail (self, failure));
}

gboolean
sortie_containers_begin_finish (SortieContainers *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- the object --- */

static void
sortie_containers_finalize (GObject *object)
{
  SortieContainers *self = SORTIE_CONTAINERS (object);

  g_strfreev (self->base);
  g_strfreev (self->environment);
  g_free (self->folder);
  g_free (self->secrets);
  g_free (self->project);
  g_free (self->token);
  sortie_container_engine_free (self->engine);
  sortie_containers_failure_free (self->failure);
  g_clear_pointer (&self->address, sortie_backend_address_free);
  g_ptr_array_unref (self->log);

  G_OBJECT_CLASS (sortie_containers_parent_class)->finalize (object);
}

static void
sortie_containers_class_init (SortieContainersClass *class)
{
  G_OBJECT_CLASS (class)->finalize = sortie_containers_finalize;

  signals[STAGE] = g_signal_new ("stage", SORTIE_TYPE_CONTAINERS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  signals[LOG_LINE] = g_signal_new ("log-line", SORTIE_TYPE_CONTAINERS, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
sortie_containers_init (SortieContainers *self)
{
  g_auto (GStrv) environment = g_get_environ ();

  self->log = g_ptr_array_new_with_free_func (g_free);
  self->deadline = SORTIE_CONTAINERS_START_SECONDS * 1000;
  self->pause = PAUSE_MS;
  sortie_containers_set_environment (self, (const char *const *) environment);
}

/* --- public functions --- */

SortieContainers *
sortie_containers_new (void)
{
  return g_object_new (SORTIE_TYPE_CONTAINERS, NULL);
}

void
sortie_containers_set_folder (SortieContainers *self, const char *path)
{
  g_free (self->folder);
  self->folder = g_strdup (path);
}

void
sortie_containers_set_environment (SortieContainers *self, const char *const *environment)
{
  const char *project = g_environ_getenv ((char **) environment, "COMPOSE_PROJECT_NAME");

  g_strfreev (self->base);
  self->base = g_strdupv ((char **) environment);
  g_free (self->project);
  self->has_own_project = project != NULL && *project != '\0';
  self->project = g_strdup (self->has_own_project ? project : SORTIE_CONTAINERS_PROJECT);
}

void
sortie_containers_set_timing (SortieContainers *self, guint deadline, guint pause)
{
  self->deadline = deadline;
  self->pause = pause;
}

const SortieContainerEngine *
sortie_containers_get_engine (SortieContainers *self)
{
  return self->engine;
}

SortieContainersStage
sortie_containers_get_stage (SortieContainers *self)
{
  return self->stage;
}

const SortieBackendAddress *
sortie_containers_get_address (SortieContainers *self)
{
  return self->address;
}

const char *
sortie_containers_get_token (SortieContainers *self)
{
  return self->token;
}

const SortieContainersFailure *
sortie_containers_get_failure (SortieContainers *self)
{
  return self->failure;
}

GPtrArray *
sortie_containers_get_log (SortieContainers *self)
{
  return self->log;
}
