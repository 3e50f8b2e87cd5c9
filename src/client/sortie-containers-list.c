/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-containers-private.h"
#include "sortie-error.h"

#include <stdlib.h>
#include <string.h>

/* What of the stack there is, what it says, and its end. */

#define BACKEND_PORT "8000/tcp"
#define SHOWN_LINES 8

void
sortie_container_free (SortieContainer *self)
{
  if (self == NULL)
    return;

  g_free (self->name);
  g_free (self->service);
  g_free (self->state);
  g_free (self->status);
  g_free (self);
}

/* --- the list --- */

/* `sortie_backend_1`, or `sortie-backend-1` */
static char *
dup_service (const char *project, const char *name)
{
  gsize length = strlen (project);
  char *service;
  char *end;

  if (!g_str_has_prefix (name, project) || (name[length] != '_' && name[length] != '-'))
    return g_strdup (name);

  service = g_strdup (name + length + 1);
  end = service + strlen (service);
  while (end > service && g_ascii_isdigit (end[-1]))
    end--;
  if (end > service + 1 && *end != '\0' && (end[-1] == '_' || end[-1] == '-'))
    end[-1] = '\0';

  return service;
}

/* `running`, or what Podman 4 says in its place: `Up 5 minutes ago` */
static char *
dup_state (const char *text)
{
  g_autofree char *word = g_ascii_strdown (text, (gssize) strcspn (text, " "));

  return g_strdup (g_str_equal (word, "up") ? "running" : word);
}

static GPtrArray *
parse_list (SortieContainers *self, GPtrArray *lines)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_container_free);

  for (guint i = 0; i < lines->len && list->len < SORTIE_CONTAINERS_MAX_LISTED; i++)
    {
      g_auto (GStrv) parts = g_strsplit (g_ptr_array_index (lines, i), "|", 3);
      SortieContainer *container;

      if (g_strv_length (parts) != 3)
        continue;
      container = g_new0 (SortieContainer, 1);
      container->service = dup_service (self->project, parts[0]);
      container->name = g_strdup (parts[0]);
      container->state = dup_state (parts[1]);
      container->status = g_strdup (parts[2]);
      g_ptr_array_add (list, container);
    }

  return list;
}

/* The one that is published: of the profile `scale` it is another. */
static const SortieContainer *
find_published (GPtrArray *list)
{
  for (guint i = 0; i < list->len; i++)
    {
      const SortieContainer *container = g_ptr_array_index (list, i);

      if ((g_str_equal (container->service, "backend") ||
           g_str_equal (container->service, "api")) &&
          g_str_equal (container->state, "running"))
        return container;
    }

  return NULL;
}

/* `127.0.0.1:8000`, one or several lines of which the last part is the port. */
static void
take_port (SortieContainers *self, GPtrArray *lines)
{
  const char *colon = lines->len > 0 ? strrchr (g_ptr_array_index (lines, 0), ':') : NULL;
  guint64 port = 0;
  g_autofree char *url = NULL;

  g_clear_pointer (&self->address, sortie_backend_address_free);
  if (colon == NULL || !g_ascii_string_to_unsigned (colon + 1, 10, 1, G_MAXUINT16, &port, NULL))
    return;
  url = g_strdup_printf ("http://127.0.0.1:%u", (guint) port);
  self->address = sortie_backend_address_parse (url, NULL);
}

static void
port_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SortieContainers *self = g_task_get_source_object (task);
  g_autoptr (SortieProcessResult) answer = sortie_process_run_finish (result, NULL);

  if (answer != NULL && answer->status == 0)
    take_port (self, answer->output);
  g_task_return_pointer (task, g_ptr_array_ref (g_task_get_task_data (task)),
                         (GDestroyNotify) g_ptr_array_unref);
}

static void listed_cb (GObject *source, GAsyncResult *result, gpointer user_data);

/* @by_hand: those that somebody has started in our folder without naming the project. podman-compose 1.0
 * calls it after the folder then, as does whoever else has a folder of that name. */
static void
ask_for_list (GTask *task, gboolean by_hand)
{
  SortieContainers *self = g_task_get_source_object (task);
  g_autofree char *real = realpath (self->folder, NULL);
  g_autofree char *filter =
      by_hand ? g_strdup_printf ("label=com.docker.compose.project.working_dir=%s", real)
              : g_strdup_printf ("label=com.docker.compose.project=%s", self->project);

  g_object_set_data (G_OBJECT (task), "by-hand", GINT_TO_POINTER (by_hand));
  sortie_containers_run (self, FALSE,
                         sortie_container_engine_dup_call (self->engine, "ps", "-a", "--filter",
                                                           filter, "--format",
                                                           "{{.Names}}|{{.State}}|{{.Status}}",
                                                           NULL),
                         g_task_get_cancellable (task), listed_cb, g_object_ref (task));
}

/* Whether there is a name that those would have; it is taken. */
static gboolean
take_folder_name (SortieContainers *self)
{
  g_autofree char *real = realpath (self->folder, NULL);

  if (self->has_own_project || real == NULL)
    return FALSE;
  g_free (self->project);
  self->project = g_path_get_basename (real);
  return TRUE;
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SortieContainers *self = g_task_get_source_object (task);
  g_autoptr (SortieProcessResult) answer = sortie_process_run_finish (result, NULL);
  g_autofree char *words = NULL;
  const SortieContainer *published;
  gboolean by_hand;
  GPtrArray *list;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (answer == NULL || answer->status != 0)
    {
      words =
          answer != NULL ? sortie_process_result_dup_words (answer, SHOWN_LINES) : g_strdup ("");
      g_task_return_error (task,
                           sortie_containers_fail (self, sortie_containers_failure_new (
                                                             sortie_containers_trouble_from_words (
                                                                 words, SORTIE_CONTAINERS_FAILED),
                                                             self->engine->name, words)));
      return;
    }

  by_hand = g_object_get_data (G_OBJECT (task), "by-hand") != NULL;
  if (answer->output->len == 0 && !by_hand && take_folder_name (self))
    {
      ask_for_list (task, TRUE);
      return;
    }
  if (answer->output->len == 0 && by_hand)
    {
      g_free (self->project);
      self->project = g_strdup (SORTIE_CONTAINERS_PROJECT);
    }
  list = parse_list (self, answer->output);
  g_task_set_task_data (task, list, (GDestroyNotify) g_ptr_array_unref);
  published = find_published (list);
  if (published != NULL)
    {
      sortie_containers_run (self, FALSE,
                             sortie_container_engine_dup_call (self->engine, "port",
                                                               published->name, BACKEND_PORT, NULL),
                             g_task_get_cancellable (task), port_cb, g_object_ref (task));
      return;
    }
  g_clear_pointer (&self->address, sortie_backend_address_free);
  g_task_return_pointer (task, g_ptr_array_ref (list), (GDestroyNotify) g_ptr_array_unref);
}

static void
begun_list_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SortieContainers *self = SORTIE_CONTAINERS (source);
  GError *error = NULL;

  if (!sortie_containers_begin_finish (self, result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (!self->has_own_project)
    {
      g_free (self->project);
      self->project = g_strdup (SORTIE_CONTAINERS_PROJECT);
    }
  ask_for_list (task, FALSE);
}

void
sortie_containers_list_async (SortieContainers *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, sortie_containers_list_async);
  sortie_containers_begin_async (self, cancellable, begun_list_cb, task);
}

GPtrArray *
sortie_containers_list_finish (SortieContainers *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- what they say --- */

typedef struct
{
  guint n;
  gboolean follow;
  SortieLineFunc func;
  gpointer func_data;
  GPtrArray *list;
  guint next;      /* the container that is read next */
  guint n_running; /* programs */
} Reading;

typedef struct
{
  GTask *task;
  char *service;
} Source;

static void
reading_free (gpointer data)
{
  Reading *self = data;

  g_clear_pointer (&self->list, g_ptr_array_unref);
  g_free (self);
}

static void read_next (GTask *task);

static void
said_cb (const char *line, gpointer user_data)
{
  const Source *source = user_data;
  const Reading *self = g_task_get_task_data (source->task);
  g_autofree char *whole = g_strdup_printf ("%s | %s", source->service, line);

  self->func (whole, self->func_data);
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Source *source = user_data;
  g_autoptr (GTask) task = source->task;
  Reading *self = g_task_get_task_data (task);
  g_autoptr (SortieProcessResult) answer = sortie_process_run_finish (result, NULL);

  g_free (source->service);
  g_free (source);
  self->n_running--;
  if (!self->follow && !g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    read_next (task);
  if (self->n_running == 0 && !g_task_get_completed (task))
    g_task_return_boolean (task, TRUE);
}

static void
read_next (GTask *task)
{
  SortieContainers *containers = g_task_get_source_object (task);
  Reading *self = g_task_get_task_data (task);
  g_autofree char *n = g_strdup_printf ("%u", self->n);
  const SortieContainer *container;
  g_auto (GStrv) arguments = NULL;
  Source *source;

  if (self->next == self->list->len)
    return;
  container = g_ptr_array_index (self->list, self->next++);
  source = g_new (Source, 1);
  source->task = g_object_ref (task);
  source->service = g_strdup (container->service);
  self->n_running++;
  arguments = self->follow ? sortie_container_engine_dup_call (containers->engine, "logs", "--tail",
                                                               n, "-f", container->name, NULL)
                           : sortie_container_engine_dup_call (containers->engine, "logs", "--tail",
                                                               n, container->name, NULL);
  sortie_process_run_async ((const char *const *) arguments, containers->folder,
                            (const char *const *) containers->environment, said_cb, source,
                            g_task_get_cancellable (task), read_cb, source);
}

static void
listed_for_log_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SortieContainers *containers = SORTIE_CONTAINERS (object);
  Reading *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->list = sortie_containers_list_finish (containers, result, &error);
  if (self->list == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (self->list->len == 0)
    {
      g_task_return_error (task,
                           sortie_containers_fail (containers,
                                                   sortie_containers_failure_new (
                                                       SORTIE_CONTAINERS_NOT_STARTED, NULL, NULL)));
      return;
    }
  do
    read_next (task);
  while (self->follow && self->next < self->list->len);
}

void
sortie_containers_read_log_async (SortieContainers *self,
                                  guint n,
                                  gboolean follow,
                                  SortieLineFunc func,
                                  gpointer func_data,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Reading *reading = g_new0 (Reading, 1);

  g_task_set_source_tag (task, sortie_containers_read_log_async);
  reading->n = n;
  reading->follow = follow;
  reading->func = func;
  reading->func_data = func_data;
  g_task_set_task_data (task, reading, reading_free);
  sortie_containers_list_async (self, cancellable, listed_for_log_cb, task);
}

gboolean
sortie_containers_read_log_finish (SortieContainers *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- the end --- */

static void
return_down (GTask *task, GError *error)
{
  SortieContainers *self = g_task_get_source_object (task);

  self->is_busy = FALSE;
  sortie_containers_enter (self, SORTIE_CONTAINERS_IDLE);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* podman-compose ends with success also where it could stop nothing. */
static void
listed_after_down_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SortieContainers *self = SORTIE_CONTAINERS (source);
  GError *error = NULL;
  g_autoptr (GPtrArray) list = sortie_containers_list_finish (self, result, &error);

  if (list != NULL && list->len > 0)
    error =
        sortie_containers_fail (self, sortie_containers_failure_new (SORTIE_CONTAINERS_FAILED,
                                                                     self->engine->name,
                                                                     g_task_get_task_data (task)));
  return_down (task, error);
}

static void
downed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SortieContainers *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (SortieProcessResult) answer = sortie_process_run_finish (result, &error);

  if (answer == NULL)
    {
      return_down (task, error);
      return;
    }
  g_task_set_task_data (task, sortie_process_result_dup_words (answer, SHOWN_LINES), g_free);
  sortie_containers_list_async (self, g_task_get_cancellable (task), listed_after_down_cb,
                                g_object_ref (task));
}

static void
listed_before_down_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SortieContainers *self = SORTIE_CONTAINERS (source);
  g_autofree char *seconds = g_strdup_printf ("%d", SORTIE_CONTAINERS_DOWN_SECONDS);
  const char *const arguments[] = { "down", "-t", seconds, NULL };
  GError *error = NULL;
  g_autoptr (GPtrArray) list = sortie_containers_list_finish (self, result, &error);

  if (list == NULL || list->len == 0)
    return_down (task, error);
  else
    sortie_containers_run (self, TRUE, sortie_containers_dup_compose (self, arguments),
                           g_task_get_cancellable (task), downed_cb, g_object_ref (task));
}

void
sortie_containers_down_async (SortieContainers *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, sortie_containers_down_async);
  if (self->is_busy)
    {
      g_task_return_new_error (task, SORTIE_ERROR, SORTIE_ERROR_CONFLICT,
                               "the containers are being started or stopped already");
      return;
    }

  self->is_busy = TRUE;
  sortie_containers_enter (self, SORTIE_CONTAINERS_STOPPING);
  sortie_containers_list_async (self, cancellable, listed_before_down_cb, g_steal_pointer (&task));
}

gboolean
sortie_containers_down_finish (SortieContainers *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
