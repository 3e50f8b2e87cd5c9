/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-json.h"
#include "sortie-pane-words.h"
#include "sortie-shown-text.h"
#include "sortie-toast.h"
#include "sortie-window-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_NAME 24 /* bytes of a remote backend's name in the header bar */

/* ---- The topology ---- */

static void
topology_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);
  g_autoptr (SortieTopology) topology = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->reads_topology = FALSE;
  if (node != NULL)
    topology = sortie_topology_from_json (node, &error);
  if (topology != NULL)
    {
      sortie_diagram_view_set_topology (self->diagram, topology);
      sortie_diagram_view_set_topology (self->large_diagram, topology);
    }
  else
    g_debug ("No topology: %s", error->message);
  if (self->topology_again)
    sortie_window_read_topology (self);
}

void
sortie_window_read_topology (SortieWindow *self)
{
  SortieApi *api = sortie_backend_get_api (self->backend);

  self->topology_again = self->reads_topology;
  if (self->reads_topology || api == NULL)
    return;
  self->reads_topology = TRUE;
  sortie_api_get_topology_async (api, self->cancellable, topology_cb, g_object_ref (self));
}

/* ---- The feed ---- */

static JsonObject *
parse_data (const SortieEvent *event, JsonNode **node)
{
  *node = event->data != NULL ? sortie_json_parse (event->data, strlen (event->data), NULL, NULL)
                              : NULL;
  return *node != NULL && JSON_NODE_HOLDS_OBJECT (*node) ? json_node_get_object (*node) : NULL;
}

/* A language model that comes or goes is another node of the diagram. */
static void
look_at_llm (SortieWindow *self, const SortieEvent *event)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObject *data = parse_data (event, &node);
  JsonObject *llm = NULL;
  const char *state = NULL;

  if (data == NULL || !sortie_json_get_object (data, "llm", FALSE, &llm, NULL) || llm == NULL ||
      !sortie_json_get_string (llm, "state", FALSE, &state, NULL) ||
      g_strcmp0 (state, self->llm_state) == 0)
    return;
  g_free (self->llm_state);
  self->llm_state = g_strdup (state);
  sortie_window_read_topology (self);
}

static void
take_progress (SortieWindow *self, const SortieEvent *event)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObject *data = parse_data (event, &node);
  gboolean finished = FALSE;

  sortie_sources_page_take_progress (self->sources, event);
  if (data == NULL || !sortie_json_get_boolean (data, "finished", FALSE, &finished, NULL) ||
      !finished)
    return;
  sortie_window_read_topology (self);
  sortie_composer_refresh (self->composer);
}

static void
feed_event_cb (SortieBackend *backend, const SortieEvent *event, SortieWindow *self)
{
  if (g_strcmp0 (event->code, SORTIE_CODE_TOPOLOGY_COUNTERS) == 0 && event->data != NULL)
    {
      sortie_diagram_view_take_counters (self->diagram, event->data);
      sortie_diagram_view_take_counters (self->large_diagram, event->data);
      look_at_llm (self, event);
    }
  else if (g_strcmp0 (event->code, SORTIE_CODE_INDEX_PROGRESS) == 0)
    take_progress (self, event);
  else if (g_strcmp0 (event->code, SORTIE_CODE_STEP_DEAD_LETTERED) == 0)
    sortie_dead_letters_page_refresh (self->dead_letters);
}

/* ---- States ---- */

static void
connected_cb (SortieWindow *self)
{
  g_autofree char *awaited = g_steal_pointer (&self->awaited);

  sortie_mission_cache_wake (self->cache);
  sortie_window_read_topology (self);
  sortie_composer_refresh (self->composer);
  sortie_dead_letters_page_refresh (self->dead_letters);
  if (awaited != NULL)
    sortie_window_open_mission (self, awaited);
}

/* In the header bar only where something is wrong, or the backend is not the own one. */
static void
update_button (SortieWindow *self)
{
  SortieBackendState state = sortie_backend_get_state (self->backend);
  const char *address = sortie_backend_get_shown_address (self->backend);
  g_autofree char *words = sortie_backend_words_dup_state (self->backend);
  gboolean is_online = state == SORTIE_BACKEND_ONLINE;
  g_autofree char *tooltip =
      /* Translators: %s is an address */
      is_online ? g_strdup_printf (_ ("Connected to %s"), address != NULL ? address : "")
                : g_strdup (words);
  g_autofree char *shown = sortie_shown_line (tooltip, 300);

  gtk_widget_set_visible (self->backend_button,
                          (is_online && address != NULL) ||
                              (!is_online && state != SORTIE_BACKEND_STARTING &&
                               state != SORTIE_BACKEND_CONNECTING));
  gtk_button_set_icon_name (GTK_BUTTON (self->backend_button),
                            is_online ? "network-server-symbolic"
                            : state == SORTIE_BACKEND_RECONNECTING
                                ? "network-transmit-receive-symbolic"
                                : "network-offline-symbolic");
  gtk_widget_set_tooltip_text (self->backend_button, shown);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->backend_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, shown, -1);
}

static void
state_cb (SortieWindow *self)
{
  g_autofree char *obstacle = sortie_backend_words_dup_obstacle (self->backend);

  sortie_composer_set_obstacle (self->composer, obstacle);
  update_button (self);
  sortie_window_update_actions (self);
}

static void
api_cb (SortieWindow *self)
{
  SortieApi *api = sortie_backend_get_api (self->backend);

  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->reads_topology = FALSE;
  sortie_mission_cache_drop (self->cache, NULL);
  sortie_window_compose (self, NULL, FALSE);
  sortie_composer_set_api (self->composer, api);
  sortie_sources_page_set_api (self->sources, api);
  sortie_dead_letters_page_set_api (self->dead_letters, api);
  if (api == NULL)
    {
      sortie_diagram_view_set_topology (self->diagram, NULL);
      sortie_diagram_view_set_topology (self->large_diagram, NULL);
    }
}

static void
list_failed_cb (SortieWindow *self, const GError *error)
{
  g_autofree char *words = sortie_pane_dup_failure (_ ("The mission could not be deleted"), error);

  sortie_toast (GTK_WIDGET (self->stack), words);
}

void
sortie_window_init_backend (SortieWindow *self)
{
  sortie_backend_banner_set_backend (self->banner, self->backend);
  sortie_mission_list_view_set_list (self->missions, self->list);
  g_signal_connect_object (self->backend, "feed-event", G_CALLBACK (feed_event_cb), self, 0);
  g_signal_connect_object (self->backend, "connected", G_CALLBACK (connected_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->backend, "notify::state", G_CALLBACK (state_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->backend, "notify::api", G_CALLBACK (api_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "items-changed", G_CALLBACK (sortie_window_update_title),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "failed", G_CALLBACK (list_failed_cb), self,
                           G_CONNECT_SWAPPED);
  api_cb (self);
  state_cb (self);
  if (sortie_backend_get_state (self->backend) == SORTIE_BACKEND_ONLINE)
    connected_cb (self);
}
