/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-container-engine.h"

#include "sortie-process.h"

#define SHOWN_LINES 4 /* of what an engine that can't be used says */
#define MAX_VERSION 40

/* --- the engines --- */

typedef struct
{
  const char *name;
  const char *program;
  const char *const *info;        /* answers with the version, where the engine can be used */
  const char *const *composes[2]; /* in the order in which they are tried */
} Kind;

static const char *const podman_info[] = { "podman", "info", "--format", "{{.Version.Version}}",
                                           NULL };
/* `docker info --format` does not do: without a daemon that of version 20.10 complains of the template
 * alone, and that of 26.1 ends with success. */
static const char *const docker_info[] = { "docker", "version", "--format", "{{.Server.Version}}",
                                           NULL };
static const char *const podman_compose[] = { "podman-compose", NULL };
/* Hands on to another program, and needs a service where that is Docker's: so it comes second. */
static const char *const podman_plugin[] = { "podman", "compose", NULL };
static const char *const docker_plugin[] = { "docker", "compose", NULL };
static const char *const docker_compose[] = { "docker-compose", NULL };

static const Kind kinds[] = {
  { "Podman", "podman", podman_info, { podman_compose, podman_plugin } },
  { "Docker", "docker", docker_info, { docker_plugin, docker_compose } },
};

/* --- plain data --- */

SortieContainerEngine *
sortie_container_engine_copy (const SortieContainerEngine *self)
{
  SortieContainerEngine *copy;

  if (self == NULL)
    return NULL;

  copy = g_new0 (SortieContainerEngine, 1);
  copy->name = g_strdup (self->name);
  copy->version = g_strdup (self->version);
  copy->program = g_strdup (self->program);
  copy->compose = g_strdupv (self->compose);

  return copy;
}

void
sortie_container_engine_free (SortieContainerEngine *self)
{
  if (self == NULL)
    return;

  g_free (self->name);
  g_free (self->version);
  g_free (self->program);
  g_strfreev (self->compose);
  g_free (self);
}

char *
sortie_container_engine_dup_display (const SortieContainerEngine *self)
{
  g_autofree char *compose = g_strjoinv (" ", self->compose);

  return g_strdup_printf ("%s %s with %s", self->name, self->version, compose);
}

static void
add_all (GStrvBuilder *builder, const char *first, va_list rest)
{
  for (const char *argument = first; argument != NULL; argument = va_arg (rest, const char *))
    g_strv_builder_add (builder, argument);
}

GStrv
sortie_container_engine_dup_call (const SortieContainerEngine *self, const char *first, ...)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  va_list rest;

  g_strv_builder_add (builder, self->program);
  va_start (rest, first);
  add_all (builder, first, rest);
  va_end (rest);

  return g_strv_builder_end (builder);
}

GStrv
sortie_container_engine_dup_compose (const SortieContainerEngine *self, const char *first, ...)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  va_list rest;

  g_strv_builder_addv (builder, (const char **) self->compose);
  va_start (rest, first);
  add_all (builder, first, rest);
  va_end (rest);

  return g_strv_builder_end (builder);
}

/* --- finding one --- */

typedef struct
{
  GStrv environment;
  gsize kind;    /* which engine is looked at */
  gsize compose; /* which of its compose programs */
  SortieContainerEngine *found;
  SortieContainersFailure *failure; /* of the first engine that is installed */
} Search;

static void
search_free (gpointer data)
{
  Search *self = data;

  g_strfreev (self->environment);
  sortie_container_engine_free (self->found);
  sortie_containers_failure_free (self->failure);
  g_free (self);
}

static void look_at_kind (GTask *task);
static void look_at_compose (GTask *task);

static void
keep_failure (Search *self, SortieContainersTrouble trouble, const char *words)
{
  if (self->failure == NULL)
    self->failure = sortie_containers_failure_new (trouble, kinds[self->kind].name, words);
}

static void
next_kind (GTask *task)
{
  Search *self = g_task_get_task_data (task);

  g_clear_pointer (&self->found, sortie_container_engine_free);
  self->kind++;
  self->compose = 0;
  look_at_kind (task);
}

static void
composed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Search *self = g_task_get_task_data (task);
  g_autoptr (SortieProcessResult) answer = sortie_process_run_finish (result, NULL);

  if (g_task_return_error_if_cancelled (task))
    return;
  if (answer != NULL && answer->status == 0)
    {
      g_task_return_pointer (task, g_steal_pointer (&self->found),
                             (GDestroyNotify) sortie_container_engine_free);
      return;
    }
  self->compose++;
  look_at_compose (task);
}

static void
look_at_compose (GTask *task)
{
  Search *self = g_task_get_task_data (task);
  g_auto (GStrv) arguments = NULL;

  if (self->compose == G_N_ELEMENTS (kinds[self->kind].composes))
    {
      keep_failure (self, SORTIE_CONTAINERS_NO_COMPOSE, NULL);
      next_kind (task);
      return;
    }

  g_strfreev (self->found->compose);
  self->found->compose = g_strdupv ((char **) kinds[self->kind].composes[self->compose]);
  arguments = sortie_container_engine_dup_compose (self->found, "version", NULL);
  sortie_process_run_async ((const char *const *) arguments, NULL,
                            (const char *const *) self->environment, NULL, NULL,
                            g_task_get_cancellable (task), composed_cb, g_object_ref (task));
}

static void
informed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Search *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieProcessResult) answer = sortie_process_run_finish (result, &error);
  g_autofree char *words = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (answer != NULL && answer->status == 0)
    {
      const char *version = answer->output->len > 0
                                ? g_ptr_array_index (answer->output, answer->output->len - 1)
                                : "";

      self->found = g_new0 (SortieContainerEngine, 1);
      self->found->name = g_strdup (kinds[self->kind].name);
      self->found->program = g_strdup (kinds[self->kind].program);
      self->found->version = g_strndup (version, MAX_VERSION);
      look_at_compose (task);
      return;
    }

  words = answer != NULL ? sortie_process_result_dup_words (answer, SHOWN_LINES)
                         : g_strdup (error->message);
  keep_failure (self, sortie_containers_trouble_from_words (words, SORTIE_CONTAINERS_FAILED),
                words);
  next_kind (task);
}

static void
look_at_kind (GTask *task)
{
  Search *self = g_task_get_task_data (task);
  const char *const *environment = (const char *const *) self->environment;
  const char *wanted = g_environ_getenv (self->environment, "SORTIE_CONTAINER_ENGINE");

  for (; self->kind < G_N_ELEMENTS (kinds); self->kind++)
    {
      g_autofree char *path = sortie_process_find_program (kinds[self->kind].program, environment);

      if (path == NULL ||
          (wanted != NULL && *wanted != '\0' && !g_str_equal (wanted, kinds[self->kind].program)))
        continue;
      sortie_process_run_async (kinds[self->kind].info, NULL, environment, NULL, NULL,
                                g_task_get_cancellable (task), informed_cb, g_object_ref (task));
      return;
    }

  if (self->failure == NULL)
    self->failure = sortie_containers_failure_new (SORTIE_CONTAINERS_NO_ENGINE, NULL, NULL);
  g_task_return_pointer (task, NULL, NULL);
}

void
sortie_container_engine_find_async (const char *const *environment,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Search *self = g_new0 (Search, 1);

  g_task_set_source_tag (task, sortie_container_engine_find_async);
  self->environment = g_strdupv ((char **) environment);
  g_task_set_task_data (task, self, search_free);
  look_at_kind (task);
}

SortieContainerEngine *
sortie_container_engine_find_finish (GAsyncResult *result, SortieContainersFailure **failure)
{
  Search *self = g_task_get_task_data (G_TASK (result));
  SortieContainerEngine *found = g_task_propagate_pointer (G_TASK (result), NULL);

  if (found == NULL && failure != NULL)
    *failure = g_steal_pointer (&self->failure);

  return found;
}
