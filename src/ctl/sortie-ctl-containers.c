/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-private.h"

#include "sortie-containers.h"
#include "sortie-error.h"

#include <glib-unix.h>
#include <signal.h>

/* The backend in containers: `--containers`. */

#define LOG_LINES 200 /* of each container */

/* --- progress --- */

static void
stage_cb (SortieContainers *containers, int stage, gpointer user_data)
{
  static const char *const words[] = {
    [SORTIE_CONTAINERS_LOOKING] = "Looking for a container engine …",
    [SORTIE_CONTAINERS_FETCHING] = "Fetching images …",
    [SORTIE_CONTAINERS_BUILDING] = "Building images (some minutes for the first time) …",
    [SORTIE_CONTAINERS_STARTING] = "Starting containers …",
    [SORTIE_CONTAINERS_WAITING] = "Waiting until the backend is ready …",
    [SORTIE_CONTAINERS_READY] = NULL,
    [SORTIE_CONTAINERS_STOPPING] = "Stopping containers …",
  };

  if (stage != SORTIE_CONTAINERS_IDLE && words[stage] != NULL)
    sortie_ctl_say (user_data, "%s", words[stage]);
}

static void
line_cb (SortieContainers *containers, const char *line, gpointer user_data)
{
  SortieCtl *ctl = user_data;
  g_autofree char *shown = sortie_ctl_dup_line (line, sortie_ctl_get_columns (ctl));

  if (ctl->options.verbose)
    sortie_ctl_say (ctl, "%s", shown);
  else
    sortie_ctl_show_line (ctl, shown);
}

/* --- Ctrl-C --- */

/* The second one is for whoever can't wait until what was started is stopped. */
static gboolean
interrupt_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  signal (SIGINT, SIG_DFL);

  return G_SOURCE_CONTINUE;
}

/* --- the commands --- */

static SortieContainers *
create (SortieCtl *ctl)
{
  SortieContainers *containers = sortie_containers_new ();

  g_signal_connect (containers, "stage", G_CALLBACK (stage_cb), ctl);
  g_signal_connect (containers, "log-line", G_CALLBACK (line_cb), ctl);

  return containers;
}

static GPtrArray *
list (SortieContainers *containers, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sortie_containers_list_async (containers, NULL, sortie_ctl_wait_cb, &result);

  return sortie_containers_list_finish (containers, sortie_ctl_wait (&result), error);
}

static int
run_up (SortieCtl *ctl, GError **error)
{
  g_autoptr (SortieContainers) containers = create (ctl);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) reason = NULL;
  guint interrupt = g_unix_signal_add (SIGINT, interrupt_cb, cancellable);
  gboolean is_up;

  sortie_containers_up_async (containers, cancellable, sortie_ctl_wait_cb, &result);
  is_up = sortie_containers_up_finish (containers, sortie_ctl_wait (&result), &reason);
  g_source_remove (interrupt);
  sortie_ctl_show_line (ctl, NULL);
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED,
                           "interrupted; what it had started is stopped");
      return SORTIE_CTL_ERROR;
    }
  if (!is_up)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return SORTIE_CTL_ERROR;
    }

  sortie_ctl_say (ctl, "The backend is ready. With --containers other commands use it as well.");
  fprintf (ctl->out, "%s\n",
           sortie_backend_address_get_display (sortie_containers_get_address (containers)));

  return SORTIE_CTL_OK;
}

static int
run_down (SortieCtl *ctl, GError **error)
{
  g_autoptr (SortieContainers) containers = create (ctl);
  g_autoptr (GAsyncResult) result = NULL;
  gboolean is_down;

  sortie_containers_down_async (containers, NULL, sortie_ctl_wait_cb, &result);
  is_down = sortie_containers_down_finish (containers, sortie_ctl_wait (&result), error);
  sortie_ctl_show_line (ctl, NULL);
  if (!is_down)
    return SORTIE_CTL_ERROR;
  sortie_ctl_say (ctl, "The containers are stopped. What they keep stays.");

  return SORTIE_CTL_OK;
}

static void
print_line_cb (const char *line, gpointer user_data)
{
  SortieCtl *ctl = user_data;
  g_autofree char *shown = sortie_ctl_clean (line, -1, FALSE);

  fprintf (ctl->out, "%s\n", shown);
  fflush (ctl->out);
}

static int
run_logs (SortieCtl *ctl, GError **error)
{
  g_autoptr (SortieContainers) containers = create (ctl);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) reason = NULL;
  guint interrupt = g_unix_signal_add (SIGINT, interrupt_cb, cancellable);
  gboolean is_read;

  sortie_containers_read_log_async (containers, LOG_LINES, ctl->options.follow, print_line_cb, ctl,
                                    cancellable, sortie_ctl_wait_cb, &result);
  is_read = sortie_containers_read_log_finish (containers, sortie_ctl_wait (&result), &reason);
  g_source_remove (interrupt);
  if (!is_read && !g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return SORTIE_CTL_ERROR;
    }

  return SORTIE_CTL_OK;
}

static void
print_list (SortieCtl *ctl, SortieContainers *containers, GPtrArray *found)
{
  const char *const headings[] = { "SERVICE", "CONTAINER", "STATUS", NULL };
  g_autofree char *engine =
      sortie_container_engine_dup_display (sortie_containers_get_engine (containers));
  g_autoptr (SortieCtlTable) table = sortie_ctl_table_new (headings);

  for (guint i = 0; i < found->len; i++)
    {
      const SortieContainer *container = g_ptr_array_index (found, i);

      sortie_ctl_table_add (table, g_strdup (container->service), g_strdup (container->name),
                            g_strdup (container->status));
    }
  fprintf (ctl->out, "engine    %s\n", engine);
  sortie_ctl_table_print (table, ctl);
}

/* What the engine knows; whether the backend is ready is told as of any other. */
static int
run_status (SortieCtl *ctl, GError **error)
{
  g_autoptr (SortieContainers) containers = create (ctl);
  g_autoptr (GPtrArray) found = list (containers, error);

  if (found == NULL)
    return SORTIE_CTL_ERROR;
  if (found->len == 0)
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                           "the containers are not started; see “sortiectl backend up "
                           "--containers”");
      return SORTIE_CTL_ERROR;
    }
  if (!ctl->options.json)
    print_list (ctl, containers, found);

  return sortie_ctl_run_status (ctl, error);
}

int
sortie_ctl_run_containers (SortieCtl *ctl, const char *action, GError **error)
{
  if (g_str_equal (action, "up"))
    return run_up (ctl, error);
  if (g_str_equal (action, "down"))
    return run_down (ctl, error);
  if (g_str_equal (action, "logs"))
    return run_logs (ctl, error);

  return run_status (ctl, error);
}

SortieBackendAddress *
sortie_ctl_find_containers (SortieCtl *ctl, char **token, GError **error)
{
  g_autoptr (SortieContainers) containers = sortie_containers_new ();
  g_autoptr (GPtrArray) found = list (containers, error);
  const SortieBackendAddress *address = sortie_containers_get_address (containers);

  if (found == NULL)
    return NULL;
  if (address == NULL)
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                           "no backend runs in containers; start one with “sortiectl backend up "
                           "--containers”");
      return NULL;
    }
  g_free (*token);
  *token = g_strdup (sortie_containers_get_token (containers));

  return sortie_backend_address_copy (address);
}
