/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-preferences.h"

#include "sortie-application.h"
#include "sortie-backend-banner.h"
#include "sortie-containers-group.h"
#include "sortie-keyring.h"
#include "sortie-llm-page.h"
#include "sortie-pane-words.h"
#include "sortie-shown-text.h"

#include <glib/gi18n.h>

struct _SortiePreferences
{
  AdwPreferencesWindow parent_instance;
  SortieBackend *backend;
  GSettings *settings;
  GCancellable *cancellable;
  AdwPreferencesGroup *backend_group;
  AdwComboRow *kind;
  GtkEditable *address;
  GtkEditable *token;
  AdwActionRow *connection;
  GtkWidget *connect;
  AdwComboRow *appearance;
  GtkSwitch *notifications;
  SortieContainersGroup *containers;
  SortieLlmPage *llm;
  SortieApi *tested; /* (nullable) */
  gboolean is_filling;
};

G_DEFINE_FINAL_TYPE (SortiePreferences, sortie_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static void
toast (SortiePreferences *self, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self), adw_toast_new (escaped));
}

static void
say (SortiePreferences *self, const char *text)
{
  g_autofree char *shown = sortie_shown_line (text, 400);

  adw_action_row_set_subtitle (self->connection, shown);
}

/* ---- The backend ---- */

enum
{
  AUTOMATIC,
  REMOTE,
  CONTAINERS,
};

static gboolean
is_kind (SortiePreferences *self, guint kind)
{
  return adw_combo_row_get_selected (self->kind) == kind;
}

static void
update_rows (SortiePreferences *self)
{
  gboolean remote = is_kind (self, REMOTE);
  gboolean containers = is_kind (self, CONTAINERS);

  gtk_widget_set_visible (GTK_WIDGET (self->address), remote);
  gtk_widget_set_visible (GTK_WIDGET (self->token), remote);
  gtk_widget_set_visible (GTK_WIDGET (self->connection), remote);
  gtk_widget_set_visible (GTK_WIDGET (self->containers), containers);
  if (containers)
    sortie_containers_group_look (self->containers);
}

/* Also when the preferences have been closed meanwhile: a person has chosen. */
static void
choose (int kind)
{
  g_autoptr (GSettings) settings = g_settings_new (SORTIE_APPLICATION_ID);
  GApplication *application = g_application_get_default ();

  if (g_settings_get_enum (settings, "backend") != kind)
    g_settings_set_enum (settings, "backend", kind); /* which the application sees */
  else if (SORTIE_IS_APPLICATION (application))
    sortie_application_choose_backend (SORTIE_APPLICATION (application));
}

static void
kind_cb (SortiePreferences *self)
{
  if (self->is_filling)
    return;
  update_rows (self);
  if (is_kind (self, AUTOMATIC) && g_settings_get_enum (self->settings, "backend") != AUTOMATIC)
    choose (AUTOMATIC);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortiePreferences) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!sortie_keyring_store_finish (result, &error) && self->settings != NULL)
    toast (self, sortie_keyring_is_locked (error)
                     ? _ ("The keyring is locked: the token is forgotten when Sortie is closed")
                     : _ ("There is no keyring: the token is forgotten when Sortie is closed"));
  choose (REMOTE);
}

static SortieApi *
create_api (SortiePreferences *self, GError **error)
{
  const char *token = gtk_editable_get_text (self->token);
  g_autoptr (SortieBackendAddress) address =
      sortie_backend_address_parse (gtk_editable_get_text (self->address), error);

  if (address == NULL)
    return NULL;
  return sortie_api_new (address, *token != '\0' ? token : NULL, error);
}

static void
say_failure (SortiePreferences *self, const GError *error)
{
  g_autofree char *words = sortie_pane_dup_failure (_ ("No connection"), error);

  say (self, words);
}

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortiePreferences) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);
  g_autoptr (SortieBackendInfo) info = NULL;
  g_autofree char *words = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (node != NULL)
    info = sortie_backend_info_from_json (node, &error);
  if (info == NULL)
    {
      say_failure (self, error);
      return;
    }
  if (g_str_equal (info->api_version, SORTIE_BACKEND_API_VERSION))
    /* Translators: %s is a version */
    words = g_strdup_printf (_ ("It works: Sortie %s answers."), info->version);
  else
    /* Translators: %s is a version */
    words = g_strdup_printf (_ ("Sortie %s answers, but speaks another version of the interface."),
                             info->version);
  say (self, words);
}

static void
test_cb (SortiePreferences *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieApi) api = create_api (self, &error);

  if (api == NULL)
    {
      say_failure (self, error);
      return;
    }
  say (self, _ ("Asking the backend"));
  g_set_object (&self->tested, api);
  sortie_api_get_info_async (api, self->cancellable, tested_cb, g_object_ref (self));
}

static void
connect_cb (SortiePreferences *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieApi) api = create_api (self, &error);
  const char *address = gtk_editable_get_text (self->address);

  if (api == NULL)
    {
      say_failure (self, error);
      return;
    }
  g_settings_set_string (self->settings, "remote-address", address);
  sortie_keyring_store_async (SORTIE_SECRET_TOKEN, address, gtk_editable_get_text (self->token),
                              NULL, stored_cb, g_object_ref (self));
}

static void
state_cb (SortiePreferences *self)
{
  g_autofree char *words = sortie_backend_words_dup_state (self->backend);
  gboolean online = sortie_backend_get_state (self->backend) == SORTIE_BACKEND_ONLINE;

  if (!sortie_backend_is_started_here (self->backend))
    say (self, words != NULL ? words : _ ("Connected."));
  sortie_llm_page_set_api (self->llm, online ? sortie_backend_get_api (self->backend) : NULL);
}

static void
token_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortiePreferences) self = user_data;
  char *token = sortie_keyring_lookup_finish (result);

  if (token != NULL && self->token != NULL && *gtk_editable_get_text (self->token) == '\0')
    gtk_editable_set_text (self->token, token);
  sortie_keyring_free_secret (token);
}

/* What command line or environment have chosen stands above these settings. */
static gboolean
is_overridden (SortiePreferences *self)
{
  g_autofree char *chosen = g_settings_get_string (self->settings, "remote-address");
  const char *used = sortie_backend_get_address (self->backend);
  gboolean remote = g_settings_get_enum (self->settings, "backend") == REMOTE;

  return used != NULL && sortie_backend_get_containers (self->backend) == NULL &&
         (!remote || !g_str_equal (chosen, used));
}

static void
fill (SortiePreferences *self)
{
  g_autofree char *address = g_settings_get_string (self->settings, "remote-address");

  self->is_filling = TRUE;
  adw_combo_row_set_selected (self->kind, (guint) g_settings_get_enum (self->settings, "backend"));
  gtk_editable_set_text (self->address, address);
  adw_combo_row_set_selected (self->appearance,
                              (guint) g_settings_get_enum (self->settings, "color-scheme"));
  self->is_filling = FALSE;
  if (*address != '\0')
    sortie_keyring_lookup_async (SORTIE_SECRET_TOKEN, address, self->cancellable, token_cb,
                                 g_object_ref (self));
  if (is_overridden (self))
    {
      g_autofree char *shown =
          sortie_shown_line (sortie_backend_get_shown_address (self->backend), 200);
      g_autofree char *text =
          /* Translators: %s is an address */
          g_strdup_printf (_ ("Sortie was opened with the backend %s, which stands above what is "
                              "chosen here."),
                           shown);
      g_autofree char *escaped = g_markup_escape_text (text, -1);

      adw_preferences_group_set_description (self->backend_group, escaped);
    }
  update_rows (self);
}

/* ---- The rest ---- */

static void
appearance_cb (SortiePreferences *self)
{
  if (!self->is_filling)
    g_settings_set_enum (self->settings, "color-scheme",
                         (int) adw_combo_row_get_selected (self->appearance));
}

static void
sortie_preferences_dispose (GObject *object)
{
  SortiePreferences *self = SORTIE_PREFERENCES (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->backend);
  g_clear_object (&self->settings);
  g_clear_object (&self->tested);
  G_OBJECT_CLASS (sortie_preferences_parent_class)->dispose (object);
}

static void
sortie_preferences_finalize (GObject *object)
{
  g_object_unref (SORTIE_PREFERENCES (object)->cancellable);
  G_OBJECT_CLASS (sortie_preferences_parent_class)->finalize (object);
}

static void
sortie_preferences_class_init (SortiePreferencesClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_preferences_dispose;
  G_OBJECT_CLASS (class)->finalize = sortie_preferences_finalize;
  g_type_ensure (SORTIE_TYPE_CONTAINERS_GROUP);
  g_type_ensure (SORTIE_TYPE_LLM_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, SortiePreferences, backend_group);
  gtk_widget_class_bind_template_child (widget_class, SortiePreferences, kind);
  gtk_widget_class_bind_template_child (widget_class, SortiePreferences, address);
  gtk_widget_class_bind_template_child (widget_class, SortiePreferences, token);
  gtk_widget_class_bind_template_child (widget_class, SortiePreferences, connection);
  gtk_widget_class_bind_template_child (widget_class, SortiePreferences, connect);
  gtk_widget_class_bind_template_child (widget_class, SortiePreferences, appearance);
  gtk_widget_class_bind_template_child (widget_class, SortiePreferences, notifications);
  gtk_widget_class_bind_template_child (widget_class, SortiePreferences, containers);
  gtk_widget_class_bind_template_child (widget_class, SortiePreferences, llm);
  gtk_widget_class_bind_template_callback (widget_class, kind_cb);
  gtk_widget_class_bind_template_callback (widget_class, test_cb);
  gtk_widget_class_bind_template_callback (widget_class, connect_cb);
  gtk_widget_class_bind_template_callback (widget_class, appearance_cb);
}

static void
sortie_preferences_init (SortiePreferences *self)
{
  self->cancellable = g_cancellable_new ();
  self->settings = g_settings_new (SORTIE_APPLICATION_ID);
  self->is_filling = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->is_filling = FALSE;
  g_settings_bind (self->settings, "notifications", self->notifications, "active",
                   G_SETTINGS_BIND_DEFAULT);
}

GtkWindow *
sortie_preferences_new (GtkWindow *parent, SortieBackend *backend)
{
  SortiePreferences *self =
      g_object_new (SORTIE_TYPE_PREFERENCES, "transient-for", parent, "modal", TRUE, NULL);

  self->backend = g_object_ref (backend);
  g_signal_connect_object (backend, "notify::state", G_CALLBACK (state_cb), self,
                           G_CONNECT_SWAPPED);
  sortie_containers_group_set_backend (self->containers, backend);
  fill (self);
  state_cb (self);
  return GTK_WINDOW (self);
}
