/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-backend-private.h"
#include "sortie-error.h"
#include "sortie-timeout.h"

/* The backend in containers. Once they run, it is a backend at an address as any other. */

#define CONFLICT_MS 200

/* ---- Starting ---- */

static gboolean
again_cb (gpointer user_data)
{
  SortieBackend *self = user_data;

  sortie_timeout_clear (&self->retry);
  sortie_backend_start_containers (self);
  return G_SOURCE_REMOVE;
}

static void
connect_to_containers (SortieBackend *self)
{
  const SortieBackendAddress *address = sortie_containers_get_address (self->containers);
  const char *token = sortie_containers_get_token (self->containers);
  const char *display = sortie_backend_address_get_display (address);
  GError *error = NULL;

  if (g_strcmp0 (token, self->token) != 0 || g_strcmp0 (display, self->address) != 0)
    sortie_backend_forget_api (self);
  g_free (self->address);
  self->address = g_strdup (display);
  g_free (self->token);
  self->token = g_strdup (token);
  if (!sortie_backend_speak_to (self, address, &error))
    {
      sortie_backend_fail (self, error);
      return;
    }
  sortie_backend_change_state (self, SORTIE_BACKEND_CONNECTING);
  sortie_backend_ask (self);
}

static void
up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieBackend) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_up = sortie_containers_up_finish (SORTIE_CONTAINERS (source), result, &error);

  self->n_starts--;
  if (self->end != NULL && self->n_starts == 0)
    {
      g_autoptr (GTask) end = g_steal_pointer (&self->end);

      g_task_return_boolean (end, TRUE);
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || !self->in_containers ||
      self->state != SORTIE_BACKEND_STARTING)
    return;
  if (is_up)
    connect_to_containers (self);
  else if (g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT))
    /* What was given up a moment ago is still being stopped. */
    self->retry = sortie_timeout_add (CONFLICT_MS, again_cb, self);
  else
    sortie_backend_fail (self, g_steal_pointer (&error));
}

void
sortie_backend_start_containers (SortieBackend *self)
{
  sortie_timeout_clear (&self->retry);
  sortie_backend_change_state (self, SORTIE_BACKEND_STARTING);
  self->n_starts++;
  sortie_containers_up_async (self->containers, self->cancellable, up_cb, g_object_ref (self));
}

/* ---- Choosing ---- */

static void
stage_cb (SortieBackend *self)
{
  if (self->in_containers)
    g_signal_emit_by_name (self, "progressed");
}

void
sortie_backend_choose_containers (SortieBackend *self)
{
  sortie_backend_stop (self);
  if (self->in_containers)
    return;
  if (self->address == NULL)
    sortie_launcher_stop_async (self->launcher, NULL, NULL, NULL);
  if (self->containers == NULL)
    {
      self->containers = sortie_containers_new ();
      g_signal_connect_swapped (self->containers, "stage", G_CALLBACK (stage_cb), self);
    }
  self->in_containers = TRUE;
  sortie_backend_forget_api (self);
  g_clear_pointer (&self->address, g_free);
  g_clear_pointer (&self->shown, g_free);
  g_clear_pointer (&self->token, g_free);
}

SortieContainers *
sortie_backend_get_containers (SortieBackend *self)
{
  return self->in_containers ? self->containers : NULL;
}

gboolean
sortie_backend_is_started_here (SortieBackend *self)
{
  return self->in_containers || sortie_backend_is_automatic (self);
}

/* ---- Stopping ---- */

static void
down_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (sortie_containers_down_finish (SORTIE_CONTAINERS (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
sortie_backend_stop_containers_async (SortieBackend *self,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, sortie_backend_stop_containers_async);
  sortie_backend_stop (self);
  sortie_containers_down_async (self->containers, NULL, down_cb, task);
}

gboolean
sortie_backend_stop_containers_finish (SortieBackend *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
