/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-api.h"
#include "sortie-compose-file.h"
#include "sortie-containers-private.h"
#include "sortie-error.h"
#include "sortie-timeout.h"

/* The start: an engine → what runs already → images → containers → ready. */

#define SHOWN_LINES 8
#define BUILD_LINES 15
#define LOG_LINES 12
/* How often a container that does not run is looked at again before its end is taken for granted. */
#define PATIENCE 6
#define BACKEND "backend"

typedef struct
{
  GPtrArray *services; /* whose images are needed */
  guint next;          /* the service whose image is looked at */
  gboolean has_started;
  gboolean redis_runs;
  gint64 deadline; /* monotonic */
  GSource *timer;
  guint n_stopped; /* looks at a backend that does not run */
  char *reason;    /* (nullable): why the backend is not ready */
  GString *words;  /* what a failing container said */
  GError *error;   /* that the start ends with once what was started is stopped */
} Up;

static void
up_free (gpointer data)
{
  Up *self = data;

  g_clear_pointer (&self->services, g_ptr_array_unref);
  sortie_timeout_clear (&self->timer);
  g_free (self->reason);
  g_string_free (self->words, TRUE);
  g_clear_error (&self->error);
  g_free (self);
}

static void look_at_image (GTask *task);
static void start (GTask *task);
static void look_at_backend (GTask *task);

/* --- its end --- */

static void
return_up (GTask *task)
{
  SortieContainers *self = g_task_get_source_object (task);
  Up *up = g_task_get_task_data (task);

  self->is_busy = FALSE;
  sortie_containers_enter (self,
                           up->error != NULL ? SORTIE_CONTAINERS_IDLE : SORTIE_CONTAINERS_READY);
  if (up->error != NULL)
    g_task_return_error (task, g_steal_pointer (&up->error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
stopped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (SortieProcessResult) answer = sortie_process_run_finish (result, NULL);

  return_up (task);
}

/* @stops: whether what was started is to be stopped again. Not cancellable: it is what a
 * cancellation asks for. */
static void
end (GTask *task, GError *error, gboolean stops)
{
  static const char *const arguments[] = { "down", "-t", "5", NULL };
  SortieContainers *self = g_task_get_source_object (task);
  Up *up = g_task_get_task_data (task);

  g_clear_error (&up->error);
  up->error = error;
  if (stops && up->has_started)
    {
      sortie_containers_enter (self, SORTIE_CONTAINERS_STOPPING);
      sortie_containers_run (self, TRUE, sortie_containers_dup_compose (self, arguments), NULL,
                             stopped_cb, g_object_ref (task));
    }
  else
    return_up (task);
}

static gboolean
end_if_cancelled (GTask *task)
{
  GError *error = NULL;

  if (!g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    return FALSE;
  end (task, error, TRUE);
  return TRUE;
}

static void
fail (GTask *task, SortieContainersTrouble trouble, const char *subject, const char *words)
{
  SortieContainers *self = g_task_get_source_object (task);
  g_autofree char *port = NULL;
  gboolean stops =
      trouble != SORTIE_CONTAINERS_UNHEALTHY && trouble != SORTIE_CONTAINERS_OTHER_TOKEN;

  if (trouble == SORTIE_CONTAINERS_PORT_TAKEN)
    {
      port = sortie_containers_trouble_dup_port (words);
      subject = port != NULL ? port : "8000";
    }
  else if (trouble == SORTIE_CONTAINERS_DISK_FULL)
    subject = self->engine->program;
  end (task, sortie_containers_fail (self, sortie_containers_failure_new (trouble, subject, words)),
       stops);
}

/* --- why it does not become ready --- */

static void
unhealthy (GTask *task)
{
  Up *up = g_task_get_task_data (task);

  if (up->words->len == 0 && up->reason != NULL)
    g_string_append (up->words, up->reason);
  fail (task, SORTIE_CONTAINERS_UNHEALTHY, "the backend", g_strchomp (up->words->str));
}

static void
log_line_cb (const char *line, gpointer user_data)
{
  Up *up = user_data;

  /* Redis is no cause as long as it runs, and it says a lot. */
  if (!up->redis_runs || !g_str_has_prefix (line, "redis |"))
    g_string_append_printf (up->words, "%s\n", line);
}

static void
log_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  sortie_containers_read_log_finish (SORTIE_CONTAINERS (source), result, NULL);
  if (!end_if_cancelled (task))
    unhealthy (task);
}

static void
collect_words (GTask *task)
{
  SortieContainers *self = g_task_get_source_object (task);
  Up *up = g_task_get_task_data (task);

  sortie_containers_read_log_async (self, LOG_LINES, FALSE, log_line_cb, up,
                                    g_task_get_cancellable (task), log_read_cb,
                                    g_object_ref (task));
}

/* --- whether it is ready --- */

static gboolean
look_again_cb (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Up *up = g_task_get_task_data (task);

  sortie_timeout_clear (&up->timer);
  if (!end_if_cancelled (task))
    look_at_backend (task);

  return G_SOURCE_REMOVE;
}

static void
look_later (GTask *task)
{
  SortieContainers *self = g_task_get_source_object (task);
  Up *up = g_task_get_task_data (task);

  if (g_get_monotonic_time () >= up->deadline || up->n_stopped >= PATIENCE)
    collect_words (task);
  else
    up->timer = sortie_timeout_add (self->pause, look_again_cb, g_object_ref (task));
}

static void
known_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SortieContainers *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) info = sortie_api_call_finish (SORTIE_API (source), result, &error);

  if (end_if_cancelled (task))
    return;
  if (info != NULL)
    end (task, NULL, FALSE);
  else if (g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_DENIED))
    fail (task, SORTIE_CONTAINERS_OTHER_TOKEN, self->secrets, NULL);
  else
    look_later (task);
}

static void
ready_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Up *up = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) ready = sortie_api_call_finish (SORTIE_API (source), result, &error);

  if (end_if_cancelled (task))
    return;
  if (ready != NULL)
    {
      sortie_api_get_info_async (SORTIE_API (source), g_task_get_cancellable (task), known_cb,
                                 g_object_ref (task));
      return;
    }
  g_free (up->reason);
  up->reason = g_strdup (error->message);
  look_later (task);
}

static gboolean
has_running (GPtrArray *list, const char *service)
{
  for (guint i = 0; i < list->len; i++)
    {
      const SortieContainer *container = g_ptr_array_index (list, i);

      if (g_str_equal (container->service, service) && g_str_equal (container->state, "running"))
        return TRUE;
    }

  return FALSE;
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SortieContainers *self = SORTIE_CONTAINERS (source);
  Up *up = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = sortie_containers_list_finish (self, result, &error);
  g_autoptr (SortieApi) api = NULL;

  if (end_if_cancelled (task))
    return;
  up->redis_runs = list != NULL && has_running (list, "redis");
  if (self->address == NULL || list == NULL)
    {
      up->n_stopped++;
      look_later (task);
      return;
    }
  up->n_stopped = 0;
  api = sortie_api_new (self->address, self->token, &error);
  if (api == NULL)
    {
      fail (task, SORTIE_CONTAINERS_FAILED, self->engine->name, error->message);
      return;
    }
  sortie_api_get_ready_async (api, g_task_get_cancellable (task), ready_cb, g_object_ref (task));
}

static void
look_at_backend (GTask *task)
{
  sortie_containers_list_async (g_task_get_source_object (task), g_task_get_cancellable (task),
                                listed_cb, g_object_ref (task));
}

static void
wait (GTask *task)
{
  SortieContainers *self = g_task_get_source_object (task);
  Up *up = g_task_get_task_data (task);

  up->deadline = g_get_monotonic_time () + (gint64) self->deadline * 1000;
  sortie_containers_enter (self, SORTIE_CONTAINERS_WAITING);
  look_at_backend (task);
}

/* --- the containers --- */

static void
listed_after_start_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SortieContainers *self = SORTIE_CONTAINERS (source);
  const char *words = g_object_get_data (G_OBJECT (task), "words");
  g_autoptr (GPtrArray) list = sortie_containers_list_finish (self, result, NULL);
  SortieContainersTrouble trouble =
      sortie_containers_trouble_from_words (words, SORTIE_CONTAINERS_NO_TROUBLE);

  if (end_if_cancelled (task))
    return;
  /* Its words count only where something does not run: about what is there already it complains as
   * well. A backend that has ended again is given the time to be started once more. */
  if (list != NULL && has_running (list, "redis") && (self->address != NULL || trouble == 0))
    wait (task);
  else
    fail (task, trouble != 0 ? trouble : SORTIE_CONTAINERS_FAILED, self->engine->name, words);
}

/* The lines that say so of themselves, or the last ones where none does. */
static char *
dup_errors (const SortieProcessResult *answer)
{
  g_autoptr (GPtrArray) errors = g_ptr_array_new ();

  for (guint i = 0; i < answer->words->len && errors->len < SHOWN_LINES; i++)
    if (g_ascii_strncasecmp (g_ptr_array_index (answer->words, i), "error", 5) == 0)
      g_ptr_array_add (errors, g_ptr_array_index (answer->words, i));
  if (errors->len == 0)
    return sortie_process_result_dup_words (answer, SHOWN_LINES);
  g_ptr_array_add (errors, NULL);

  return g_strjoinv ("\n", (char **) errors->pdata);
}

static void
started_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SortieContainers *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieProcessResult) answer = sortie_process_run_finish (result, &error);
  g_autofree char *words = NULL;

  if (end_if_cancelled (task))
    return;
  words = answer != NULL ? dup_errors (answer) : g_strdup (error->message);
  if (answer == NULL || answer->status != 0)
    {
      fail (task, sortie_containers_trouble_from_words (words, SORTIE_CONTAINERS_FAILED),
            self->engine->name, words);
      return;
    }
  g_object_set_data_full (G_OBJECT (task), "words", g_steal_pointer (&words), g_free);
  sortie_containers_list_async (self, g_task_get_cancellable (task), listed_after_start_cb,
                                g_object_ref (task));
}

static void
start (GTask *task)
{
  static const char *const arguments[] = { "up", "-d", "--no-build", "redis", BACKEND, NULL };
  SortieContainers *self = g_task_get_source_object (task);
  Up *up = g_task_get_task_data (task);

  sortie_containers_enter (self, SORTIE_CONTAINERS_STARTING);
  up->has_started = TRUE;
  sortie_containers_run (self, TRUE, sortie_containers_dup_compose (self, arguments),
                         g_task_get_cancellable (task), started_cb, g_object_ref (task));
}

/* --- the images --- */

static const SortieComposeService *
get_service (GTask *task)
{
  Up *up = g_task_get_task_data (task);

  return g_ptr_array_index (up->services, up->next);
}

static void
image_failed (GTask *task, SortieProcessResult *answer, SortieContainersTrouble otherwise)
{
  g_autofree char *words =
      answer != NULL
          ? sortie_process_result_dup_words (answer, otherwise == SORTIE_CONTAINERS_BUILD_FAILED
                                                         ? BUILD_LINES
                                                         : SHOWN_LINES)
          : NULL;
  SortieContainersTrouble trouble =
      words != NULL ? sortie_containers_trouble_from_words (words, otherwise) : otherwise;

  /* A build that can't have what it builds upon says so in its last lines. */
  if (otherwise == SORTIE_CONTAINERS_BUILD_FAILED && trouble == SORTIE_CONTAINERS_NO_IMAGE)
    trouble = SORTIE_CONTAINERS_BUILD_FAILED;
  fail (task, trouble, get_service (task)->image, words);
}

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Up *up = g_task_get_task_data (task);
  g_autoptr (SortieProcessResult) answer = sortie_process_run_finish (result, NULL);

  if (end_if_cancelled (task))
    return;
  if (answer != NULL && answer->status == 0)
    {
      up->next++;
      look_at_image (task);
    }
  else
    image_failed (task, g_object_get_data (G_OBJECT (task), "build"),
                  SORTIE_CONTAINERS_BUILD_FAILED);
}

static void
inspect (GTask *task, GAsyncReadyCallback callback)
{
  SortieContainers *self = g_task_get_source_object (task);

  sortie_containers_run (self, FALSE,
                         sortie_container_engine_dup_call (self->engine, "image", "inspect",
                                                           "--format", "{{.Id}}",
                                                           get_service (task)->image, NULL),
                         g_task_get_cancellable (task), callback, g_object_ref (task));
}

/* podman-compose ends with success also where the build has failed, so the image is looked for. */
static void
built_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (SortieProcessResult) answer = sortie_process_run_finish (result, NULL);

  if (end_if_cancelled (task))
    return;
  if (answer == NULL || answer->status != 0)
    {
      image_failed (task, answer, SORTIE_CONTAINERS_BUILD_FAILED);
      return;
    }
  g_object_set_data_full (G_OBJECT (task), "build", g_steal_pointer (&answer),
                          (GDestroyNotify) sortie_process_result_free);
  inspect (task, checked_cb);
}

static void
pulled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Up *up = g_task_get_task_data (task);
  g_autoptr (SortieProcessResult) answer = sortie_process_run_finish (result, NULL);

  if (end_if_cancelled (task))
    return;
  if (answer == NULL || answer->status != 0)
    {
      image_failed (task, answer, SORTIE_CONTAINERS_NO_IMAGE);
      return;
    }
  up->next++;
  look_at_image (task);
}

static void
inspected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SortieContainers *self = g_task_get_source_object (task);
  Up *up = g_task_get_task_data (task);
  g_autoptr (SortieProcessResult) answer = sortie_process_run_finish (result, NULL);
  const SortieComposeService *service = get_service (task);
  const char *const build[] = { "build", service->name, NULL };

  if (end_if_cancelled (task))
    return;
  if (answer != NULL && answer->status == 0)
    {
      up->next++;
      look_at_image (task);
    }
  else if (service->is_built && sortie_containers_has_source (self))
    {
      sortie_containers_enter (self, SORTIE_CONTAINERS_BUILDING);
      sortie_containers_run (self, TRUE, sortie_containers_dup_compose (self, build),
                             g_task_get_cancellable (task), built_cb, g_object_ref (task));
    }
  else
    {
      sortie_containers_enter (self, SORTIE_CONTAINERS_FETCHING);
      sortie_containers_run (self, TRUE,
                             sortie_container_engine_dup_call (self->engine, "pull", service->image,
                                                               NULL),
                             g_task_get_cancellable (task), pulled_cb, g_object_ref (task));
    }
}

static void
look_at_image (GTask *task)
{
  Up *up = g_task_get_task_data (task);

  if (up->next < up->services->len)
    inspect (task, inspected_cb);
  else
    start (task);
}

/* --- what runs already --- */

static void
listed_at_first_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SortieContainers *self = SORTIE_CONTAINERS (source);
  Up *up = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) list = sortie_containers_list_finish (self, result, &error);

  if (list == NULL)
    {
      end (task, error, FALSE);
      return;
    }
  if (self->address != NULL)
    {
      wait (task);
      return;
    }
  up->services = sortie_containers_dup_services (self);
  if (up->services == NULL || up->services->len == 0)
    fail (task, SORTIE_CONTAINERS_NO_FOLDER, self->folder, NULL);
  else
    look_at_image (task);
}

void
sortie_containers_up_async (SortieContainers *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Up *up = g_new0 (Up, 1);

  g_task_set_source_tag (task, sortie_containers_up_async);
  up->words = g_string_new (NULL);
  g_task_set_task_data (task, up, up_free);
  g_task_set_check_cancellable (task, FALSE);
  if (self->is_busy)
    {
      g_task_return_new_error (task, SORTIE_ERROR, SORTIE_ERROR_CONFLICT,
                               "the containers are being started or stopped already");
      return;
    }

  self->is_busy = TRUE;
  g_ptr_array_set_size (self->log, 0);
  /* Which engine there is may have changed since the last time. */
  g_clear_pointer (&self->engine, sortie_container_engine_free);
  self->stage = SORTIE_CONTAINERS_IDLE;
  sortie_containers_enter (self, SORTIE_CONTAINERS_LOOKING);
  sortie_containers_list_async (self, cancellable, listed_at_first_cb, g_steal_pointer (&task));
}

gboolean
sortie_containers_up_finish (SortieContainers *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
