/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-private.h"

#include "sortie-error.h"

/* What a container's health check may take; below the time-out of the check itself. */
#define DEADLINE_SECONDS 5

/* `backend health`: whether steps are taken there, for scripts and health checks. Needs no token, starts
 * nothing, and never waits for long. */

static gboolean
late_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_CONTINUE;
}

int
sortie_ctl_run_health (SortieCtl *ctl, GError **error)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) reason = NULL;
  guint timeout;

  if (!sortie_ctl_connect_running (ctl, error))
    return SORTIE_CTL_ERROR;
  timeout = g_timeout_add_seconds (DEADLINE_SECONDS, late_cb, cancellable);
  sortie_api_get_ready_async (ctl->api, cancellable, sortie_ctl_wait_cb, &result);
  node = sortie_api_call_finish (ctl->api, sortie_ctl_wait (&result), &reason);
  g_source_remove (timeout);

  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE, "unhealthy: no answer in %d s",
                   DEADLINE_SECONDS);
      return SORTIE_CTL_ERROR;
    }
  if (node == NULL)
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&reason), "unhealthy: ");
      return SORTIE_CTL_ERROR;
    }
  fputs ("healthy\n", ctl->out);

  return SORTIE_CTL_OK;
}
