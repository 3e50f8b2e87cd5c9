/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-backend-probe.h"

#include "sortie-api.h"

static gboolean
timeout_cb (gpointer user_data)
{
  GTask *task = user_data;

  g_cancellable_cancel (g_task_get_cancellable (task));

  return G_SOURCE_REMOVE;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GSource *timeout = g_task_get_task_data (task);
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, NULL);

  g_source_destroy (timeout);
  g_task_return_boolean (task, node != NULL);
}

void
sortie_backend_probe_async (const char *socket,
                            guint milliseconds,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (SortieBackendAddress) address = NULL;
  g_autoptr (SortieApi) api = NULL;
  GSource *timeout;

  g_task_set_source_tag (task, sortie_backend_probe_async);
  g_task_set_check_cancellable (task, FALSE);
  address = sortie_backend_address_new_for_socket (socket, NULL);
  if (address == NULL)
    {
      g_task_return_boolean (task, FALSE);
      return;
    }

  timeout = g_timeout_source_new (milliseconds);
  g_source_set_callback (timeout, timeout_cb, task, NULL);
  g_source_attach (timeout, g_main_context_get_thread_default ());
  g_task_set_task_data (task, timeout, (GDestroyNotify) g_source_unref);

  api = sortie_api_new (address, NULL, NULL);
  sortie_api_get_health_async (api, cancellable, answered_cb, g_steal_pointer (&task));
}

gboolean
sortie_backend_probe_finish (GAsyncResult *result)
{
  return g_task_propagate_boolean (G_TASK (result), NULL);
}
