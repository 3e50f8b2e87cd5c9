/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-application-private.h"
#include "sortie-keyring.h"
#include "sortie-llm-preferences.h"
#include "sortie-mission-words.h"

#include <glib/gi18n.h>

/* ---- Which backend ---- */

static void
token_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieApplication) self = user_data;
  char *token = sortie_keyring_lookup_finish (result);
  g_autofree char *address = NULL;

  /* Shut down, or decided otherwise meanwhile. */
  if (self->backend != NULL && g_settings_get_enum (self->settings, "backend") == 1)
    {
      address = g_settings_get_string (self->settings, "remote-address");
      sortie_backend_choose (self->backend, address, token);
      sortie_backend_start (self->backend);
    }
  sortie_keyring_free_secret (token);
}

void
sortie_application_choose_backend (SortieApplication *self)
{
  const char *address = self->override != NULL ? self->override : g_getenv ("BACKEND_URL");
  g_autofree char *remote = g_settings_get_string (self->settings, "remote-address");

  if (address != NULL && *address != '\0')
    {
      sortie_backend_choose (self->backend, address, g_getenv ("SORTIE_TOKEN"));
      if (self->override == NULL)
        sortie_backend_set_shown_address (self->backend, g_getenv ("PUBLIC_URL"));
      sortie_backend_start (self->backend);
    }
  else if (g_settings_get_enum (self->settings, "backend") == 1)
    sortie_keyring_lookup_async (SORTIE_SECRET_TOKEN, remote, NULL, token_cb, g_object_ref (self));
  else if (g_settings_get_enum (self->settings, "backend") == 2)
    {
      sortie_backend_choose_containers (self->backend);
      sortie_backend_start (self->backend);
    }
  else
    {
      sortie_backend_choose (self->backend, NULL, NULL);
      sortie_backend_start (self->backend);
    }
}

/* ---- The language model's settings ---- */

static void
patched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);

  if (node == NULL)
    g_debug ("The backend did not take the settings: %s", error->message);
}

static void
key_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieApplication) self = user_data;
  char *key = sortie_keyring_lookup_finish (result);
  SortieApi *api = self->backend != NULL ? sortie_backend_get_api (self->backend) : NULL;

  if (api != NULL && sortie_backend_address_is_local (sortie_api_get_address (api)))
    {
      g_autofree char *changes = sortie_llm_preferences_to_json (self->settings, key);

      sortie_api_patch_settings_async (api, changes, NULL, patched_cb, NULL);
    }
  sortie_keyring_free_secret (key);
}

void
sortie_application_hand_over_settings (SortieApplication *self)
{
  SortieApi *api = sortie_backend_get_api (self->backend);
  g_autofree char *provider = g_settings_get_string (self->settings, "llm-base-url");

  if (api == NULL || !g_settings_get_boolean (self->settings, "llm-managed") ||
      !sortie_backend_address_is_local (sortie_api_get_address (api)))
    return;
  sortie_keyring_lookup_async (SORTIE_SECRET_LLM_KEY, provider, NULL, key_cb, g_object_ref (self));
}

/* ---- Notifications ---- */

void
sortie_application_notify_finished (SortieApplication *self, SortieMissionItem *item)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));
  const char *id = sortie_mission_item_get_id (item);
  SortieMissionState state = sortie_mission_item_get_state (item);
  g_autoptr (GNotification) notification = NULL;
  const char *body;

  if (state == SORTIE_MISSION_CANCELLED || self->is_quitting ||
      !g_settings_get_boolean (self->settings, "notifications") ||
      (window != NULL && gtk_window_is_active (window)))
    return;
  body = state == SORTIE_MISSION_COMPLETED ? _ ("The report is ready.")
         : state == SORTIE_MISSION_PARTIAL ? _ ("The report is ready, with a gap.")
                                           : _ ("The mission failed.");
  notification = g_notification_new (sortie_mission_item_get_title (item));
  g_notification_set_body (notification, body);
  g_notification_set_category (notification, state == SORTIE_MISSION_FAILED
                                                 ? "x-sortie.mission.failed"
                                                 : "x-sortie.mission.completed");
  g_notification_set_default_action_and_target (notification, "app.open-mission", "s", id);
  g_application_send_notification (G_APPLICATION (self), id, notification);
}
