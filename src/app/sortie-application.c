/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-application-private.h"

#include "sortie-accessible.h"
#include "sortie-dialogs.h"
#include "sortie-log-window.h"
#include "sortie-opened-folder.h"
#include "sortie-preferences.h"
#include "sortie-title-cache.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (SortieApplication, sortie_application, ADW_TYPE_APPLICATION)

/* ---- Windows ---- */

SortieWindow *
sortie_application_get_window (SortieApplication *self)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  for (GList *l = windows; l != NULL; l = l->next)
    if (SORTIE_IS_WINDOW (l->data))
      return l->data;
  return NULL;
}

static SortieWindow *
show_window (SortieApplication *self)
{
  SortieWindow *window = sortie_application_get_window (self);

  if (window == NULL)
    {
      window = sortie_window_new (GTK_APPLICATION (self), self->backend, self->list);
      if (!self->is_quitting && sortie_backend_get_state (self->backend) == SORTIE_BACKEND_IDLE)
        sortie_application_choose_backend (self);
    }
  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static void
sortie_application_activate (GApplication *application)
{
  show_window (SORTIE_APPLICATION (application));
}

/* ---- Command line ---- */

static int
sortie_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("sortie %s\n", SORTIE_VERSION);
      return 0;
    }
  return -1;
}

static int
sortie_application_command_line (GApplication *application, GApplicationCommandLine *command_line)
{
  SortieApplication *self = SORTIE_APPLICATION (application);
  GVariantDict *options = g_application_command_line_get_options_dict (command_line);
  g_autofree const char **arguments = NULL;
  g_autofree char *text = NULL;
  const char *backend = NULL;
  SortieWindow *window;

  if (g_variant_dict_lookup (options, "backend", "&s", &backend) &&
      g_strcmp0 (backend, self->override) != 0)
    {
      g_free (self->override);
      self->override = g_strdup (backend);
      sortie_application_choose_backend (self);
    }
  if (g_variant_dict_lookup (options, G_OPTION_REMAINING, "^a&ay", &arguments))
    text = sortie_application_take_arguments (self, command_line, arguments);
  window = show_window (self);
  /* A mission over sources that are not there yet waits for the person. */
  if (text != NULL || g_variant_dict_contains (options, "new"))
    sortie_window_compose (window, text, text != NULL && self->files == NULL);
  sortie_application_take_files (self);
  return 0;
}

static void
sortie_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  SortieApplication *self = SORTIE_APPLICATION (application);

  for (int i = 0; i < n_files; i++)
    sortie_application_add_file (self, files[i]);
  show_window (self);
  sortie_application_take_files (self);
}

/* ---- Actions ---- */

static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  sortie_application_quit_in_order (user_data, TRUE);
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  sortie_dialogs_about (GTK_WIDGET (show_window (user_data)));
}

static void
preferences_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SortieApplication *self = user_data;
  GtkWindow *window = sortie_preferences_new (GTK_WINDOW (show_window (self)), self->backend);

  gtk_window_present (window);
}

static void
show_log_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SortieApplication *self = user_data;

  gtk_window_present (sortie_log_window_new (GTK_WINDOW (show_window (self)), self->backend));
}

static void
new_mission_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  sortie_window_compose (show_window (user_data), NULL, FALSE);
}

static void
open_mission_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  sortie_window_open_mission (show_window (user_data), g_variant_get_string (parameter, NULL));
}

static void
search_missions_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  sortie_window_search_missions (show_window (user_data), g_variant_get_string (parameter, NULL));
}

static void
add_accels (GtkApplication *application)
{
  static const struct
  {
    const char *action;
    const char *accels[4];
  } all[] = {
    { "win.new-mission", { "<Primary>n" } },
    { "window.close", { "<Primary>w" } },
    { "app.quit", { "<Primary>q" } },
    { "app.preferences", { "<Primary>comma" } },
    { "win.show-help-overlay", { "<Primary>question" } },
    { "win.toggle-sidebar", { "F9" } },
    { "win.telemetry-visible", { "F12" } },
    { "win.timeline-visible", { "<Primary>t" } },
    { "win.back", { "<Alt>Left" } },
    { "win.filter-missions", { "<Primary>k" } },
    { "win.find", { "<Primary>f" } },
    { "win.print", { "<Primary>p" } },
    { "win.zoom-in", { "<Primary>plus", "<Primary>equal", "<Primary>KP_Add" } },
    { "win.zoom-out", { "<Primary>minus", "<Primary>KP_Subtract" } },
    { "win.zoom-reset", { "<Primary>0", "<Primary>KP_0" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    gtk_application_set_accels_for_action (application, all[i].action, all[i].accels);
}

static void
add_actions (SortieApplication *self)
{
  static const GActionEntry entries[] = {
    { "quit", quit_cb, NULL, NULL, NULL, { 0 } },
    { "about", about_cb, NULL, NULL, NULL, { 0 } },
    { "preferences", preferences_cb, NULL, NULL, NULL, { 0 } },
    { "show-log", show_log_cb, NULL, NULL, NULL, { 0 } },
    { "new-mission", new_mission_cb, NULL, NULL, NULL, { 0 } },
    { "open-mission", open_mission_cb, "s", NULL, NULL, { 0 } },
    { "search-missions", search_missions_cb, "s", NULL, NULL, { 0 } },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}

/* ---- What the backend says ---- */

static void
feed_event_cb (SortieApplication *self, const SortieEvent *event)
{
  sortie_mission_list_take_event (self->list, event);
}

static void
connected_cb (SortieApplication *self)
{
  sortie_mission_list_refresh (self->list);
  sortie_application_hand_over_settings (self);
  sortie_application_take_files (self);
}

static void
api_cb (SortieApplication *self)
{
  sortie_title_keeper_set_backend (self->titles, sortie_backend_get_address (self->backend));
  sortie_mission_list_set_api (self->list, sortie_backend_get_api (self->backend));
}

/* ---- Appearance ---- */

static void
color_scheme_cb (SortieApplication *self)
{
  static const AdwColorScheme schemes[] = { ADW_COLOR_SCHEME_DEFAULT, ADW_COLOR_SCHEME_FORCE_LIGHT,
                                            ADW_COLOR_SCHEME_FORCE_DARK };
  int chosen = g_settings_get_enum (self->settings, "color-scheme");

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), schemes[chosen]);
}

/* ---- The object ---- */

static gboolean
terminate_cb (gpointer user_data)
{
  sortie_application_quit_in_order (user_data, FALSE);
  return G_SOURCE_CONTINUE;
}

/* Before the name is ours, so that who asks for it finds everything in its place. */
static gboolean
sortie_application_dbus_register (GApplication *application,
                                  GDBusConnection *connection,
                                  const char *object_path,
                                  GError **error)
{
  SortieApplication *self = SORTIE_APPLICATION (application);
  g_autofree char *titles = sortie_title_cache_dup_path ();

  if (!G_APPLICATION_CLASS (sortie_application_parent_class)
           ->dbus_register (application, connection, object_path, error))
    return FALSE;
  self->search = sortie_search_provider_new (GTK_APPLICATION (self), titles);
  return sortie_search_provider_export (self->search, connection, object_path, error);
}

static void
sortie_application_dbus_unregister (GApplication *application,
                                    GDBusConnection *connection,
                                    const char *object_path)
{
  g_clear_pointer (&SORTIE_APPLICATION (application)->search, sortie_search_provider_free);
  G_APPLICATION_CLASS (sortie_application_parent_class)
      ->dbus_unregister (application, connection, object_path);
}

/* Of all windows, also of those that libraries bring. */
static void
windows_changed_cb (
    GListModel *windows, guint position, guint removed, guint added, gpointer user_data)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      g_signal_connect (window, "map", G_CALLBACK (sortie_accessible_complete), NULL);
    }
}

static void
sortie_application_startup (GApplication *application)
{
  SortieApplication *self = SORTIE_APPLICATION (application);
  g_autofree char *titles = sortie_title_cache_dup_path ();

  G_APPLICATION_CLASS (sortie_application_parent_class)->startup (application);
  self->settings = g_settings_new (SORTIE_APPLICATION_ID);
  self->backend = sortie_backend_new ();
  self->list = sortie_mission_list_new ();
  self->titles = sortie_title_keeper_new (self->list, titles);
  add_actions (self);
  add_accels (GTK_APPLICATION (self));
  g_signal_connect_object (gtk_window_get_toplevels (), "items-changed",
                           G_CALLBACK (windows_changed_cb), self, 0);
  g_signal_connect_swapped (self->backend, "feed-event", G_CALLBACK (feed_event_cb), self);
  g_signal_connect_swapped (self->backend, "connected", G_CALLBACK (connected_cb), self);
  g_signal_connect_swapped (self->backend, "notify::api", G_CALLBACK (api_cb), self);
  g_signal_connect_swapped (self->list, "finished", G_CALLBACK (sortie_application_notify_finished),
                            self);
  g_signal_connect_swapped (self->settings, "changed::color-scheme", G_CALLBACK (color_scheme_cb),
                            self);
  g_signal_connect_swapped (self->settings, "changed::backend",
                            G_CALLBACK (sortie_application_choose_backend), self);
  color_scheme_cb (self);
  sortie_opened_folder_clean ();
  self->signals[0] = g_unix_signal_add (SIGTERM, terminate_cb, self);
  self->signals[1] = g_unix_signal_add (SIGINT, terminate_cb, self);
  self->signals[2] = g_unix_signal_add (SIGHUP, terminate_cb, self);
}

static void
sortie_application_shutdown (GApplication *application)
{
  SortieApplication *self = SORTIE_APPLICATION (application);

  for (guint i = 0; i < G_N_ELEMENTS (self->signals); i++)
    g_clear_handle_id (&self->signals[i], g_source_remove);
  g_signal_handlers_disconnect_by_data (self->backend, self);
  g_signal_handlers_disconnect_by_data (self->list, self);
  g_signal_handlers_disconnect_by_data (self->settings, self);
  g_clear_pointer (&self->titles, sortie_title_keeper_free);
  g_clear_object (&self->list);
  g_clear_object (&self->backend);
  g_clear_object (&self->settings);
  g_clear_object (&self->files);
  sortie_opened_folder_remove ();
  G_APPLICATION_CLASS (sortie_application_parent_class)->shutdown (application);
}

static void
sortie_application_finalize (GObject *object)
{
  g_free (SORTIE_APPLICATION (object)->override);
  G_OBJECT_CLASS (sortie_application_parent_class)->finalize (object);
}

static void
sortie_application_class_init (SortieApplicationClass *class)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = sortie_application_finalize;
  application_class->activate = sortie_application_activate;
  application_class->open = sortie_application_open;
  application_class->dbus_register = sortie_application_dbus_register;
  application_class->dbus_unregister = sortie_application_dbus_unregister;
  application_class->startup = sortie_application_startup;
  application_class->shutdown = sortie_application_shutdown;
  application_class->command_line = sortie_application_command_line;
  application_class->handle_local_options = sortie_application_handle_local_options;
}

static void
sortie_application_init (SortieApplication *self)
{
  static const GOptionEntry options[] = {
    { "backend", 'b', 0, G_OPTION_ARG_STRING, NULL, N_ ("Connect to this backend"), N_ ("URL") },
    { "new", 'n', 0, G_OPTION_ARG_NONE, NULL, N_ ("Begin a new mission"), NULL },
    { "version", 'V', 0, G_OPTION_ARG_NONE, NULL, N_ ("Show the version and exit"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, NULL, NULL, N_ ("[TEXT | FILE…]") },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_summary (
      G_APPLICATION (self),
      _ ("Opens the window of Sortie, and starts TEXT as a new mission or adds "
         "each FILE to the sources."));
}

SortieApplication *
sortie_application_new (void)
{
  return g_object_new (SORTIE_TYPE_APPLICATION, "application-id", SORTIE_APPLICATION_ID, "flags",
                       G_APPLICATION_HANDLES_COMMAND_LINE | G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path", "/io/github/sortie_app/Sortie", NULL);
}

SortieBackend *
sortie_application_get_backend (SortieApplication *self)
{
  return self->backend;
}
