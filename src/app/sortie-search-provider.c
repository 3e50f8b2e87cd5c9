/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-search-provider.h"

#include "sortie-mission-words.h"
#include "sortie-title-cache.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#define INTERFACE "org.gnome.Shell.SearchProvider2"

struct _SortieSearchProvider
{
  GtkApplication *application; /* borrowed */
  char *path;
  SortieTitleCache *cache;
  GStatBuf read; /* the file as it was when it was read */
  GDBusConnection *connection;
  guint object;
  guint linger;
};

static const char interface_xml[] =
    "<node><interface name='" INTERFACE "'>"
    "<method name='GetInitialResultSet'>"
    "<arg type='as' direction='in'/><arg type='as' direction='out'/></method>"
    "<method name='GetSubsearchResultSet'>"
    "<arg type='as' direction='in'/><arg type='as' direction='in'/>"
    "<arg type='as' direction='out'/></method>"
    "<method name='GetResultMetas'>"
    "<arg type='as' direction='in'/><arg type='aa{sv}' direction='out'/></method>"
    "<method name='ActivateResult'>"
    "<arg type='s' direction='in'/><arg type='as' direction='in'/>"
    "<arg type='u' direction='in'/></method>"
    "<method name='LaunchSearch'>"
    "<arg type='as' direction='in'/><arg type='u' direction='in'/></method>"
    "</interface></node>";

/* ---- The cache ---- */

static gboolean
is_same_file (const GStatBuf *a, const GStatBuf *b)
{
  return a->st_ino == b->st_ino && a->st_size == b->st_size &&
         a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* The titles as the file has them now; none where there is no file or it is damaged. */
static SortieTitleCache *
look_at_cache (SortieSearchProvider *self)
{
  g_autoptr (GError) error = NULL;
  GStatBuf now = { 0 };

  if (g_stat (self->path, &now) != 0)
    now = (GStatBuf){ 0 };
  if (is_same_file (&now, &self->read))
    return self->cache;
  self->read = now;
  sortie_title_cache_free (self->cache);
  self->cache = sortie_title_cache_new ();
  if (!sortie_title_cache_load (self->cache, self->path, &error))
    g_debug ("No titles: %s", error->message);
  return self->cache;
}

/* ---- The life of a process without a window ---- */

static gboolean
linger_cb (gpointer user_data)
{
  SortieSearchProvider *self = user_data;

  self->linger = 0;
  g_application_release (G_APPLICATION (self->application));
  return G_SOURCE_REMOVE;
}

static void
linger (SortieSearchProvider *self)
{
  if (self->linger == 0)
    g_application_hold (G_APPLICATION (self->application));
  g_clear_handle_id (&self->linger, g_source_remove);
  self->linger = g_timeout_add_seconds (SORTIE_SEARCH_PROVIDER_LINGER_SECONDS, linger_cb, self);
}

/* ---- Methods ---- */

/* (transfer container): the strings belong to `value` */
static const char **
get_strings (GVariant *value)
{
  gsize n;
  const char **strings = g_variant_get_strv (value, &n);

  if (n > SORTIE_SEARCH_PROVIDER_MAX_IDS)
    strings[SORTIE_SEARCH_PROVIDER_MAX_IDS] = NULL;
  return strings;
}

static GVariant *
search (SortieSearchProvider *self, GVariant *terms, GVariant *among)
{
  g_autofree const char **words = get_strings (terms);
  g_autofree const char **ids = among != NULL ? get_strings (among) : NULL;
  g_auto (GStrv) found = sortie_title_cache_search (look_at_cache (self), words, ids);

  return g_variant_new ("(^as)", found);
}

static void
add_meta (GVariantBuilder *metas, const SortieTitle *title)
{
  g_autofree char *time =
      sortie_mission_words_dup_time (title->created, g_get_real_time () / G_TIME_SPAN_MILLISECOND);
  const char *icon_name = sortie_mission_words_get_icon (title->state);
  g_autoptr (GIcon) icon =
      g_themed_icon_new (icon_name != NULL ? icon_name : "content-loading-symbolic");
  g_autoptr (GVariant) serialized = g_icon_serialize (icon);
  g_autofree char *description = NULL;

  description = g_strdup_printf (
      /* Translators: a mission's state and when it was submitted, as in "Completed · Yesterday" */
      _ ("%s · %s"), sortie_mission_words_get_state (title->state), time);
  g_variant_builder_open (metas, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (metas, "{sv}", "id", g_variant_new_string (title->id));
  g_variant_builder_add (metas, "{sv}", "name", g_variant_new_string (title->title));
  g_variant_builder_add (metas, "{sv}", "description", g_variant_new_string (description));
  g_variant_builder_add (metas, "{sv}", "icon", serialized);
  g_variant_builder_close (metas);
}

static GVariant *
get_metas (SortieSearchProvider *self, GVariant *wanted)
{
  g_autofree const char **ids = get_strings (wanted);
  SortieTitleCache *cache = look_at_cache (self);
  GVariantBuilder metas;

  g_variant_builder_init (&metas, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; ids[i] != NULL; i++)
    {
      const SortieTitle *title = sortie_title_cache_find (cache, ids[i]);

      if (title != NULL)
        add_meta (&metas, title);
    }
  return g_variant_new ("(aa{sv})", &metas);
}

/* The desktop tells when the person acted, so that it lets the window come to the front. */
static void
act (SortieSearchProvider *self, const char *action, const char *parameter, guint32 timestamp)
{
  GtkWindow *window;

  g_action_group_activate_action (G_ACTION_GROUP (self->application), action,
                                  g_variant_new_string (parameter));
  window = gtk_application_get_active_window (self->application);
  if (window != NULL)
    gtk_window_present_with_time (window, timestamp);
}

static void
launch_search (SortieSearchProvider *self, GVariant *terms, guint32 timestamp)
{
  g_autofree const char **words = get_strings (terms);
  g_autofree char *text = g_strjoinv (" ", (char **) words);

  act (self, "search-missions", text, timestamp);
}

static void
method_cb (GDBusConnection *connection,
           const char *sender,
           const char *object_path,
           const char *interface_name,
           const char *method,
           GVariant *parameters,
           GDBusMethodInvocation *invocation,
           gpointer user_data)
{
  SortieSearchProvider *self = user_data;
  g_autoptr (GVariant) first = g_variant_get_child_value (parameters, 0);
  GVariant *answer = NULL;
  guint32 timestamp = 0;

  linger (self);
  if (g_str_equal (method, "GetInitialResultSet"))
    answer = search (self, first, NULL);
  else if (g_str_equal (method, "GetSubsearchResultSet"))
    {
      g_autoptr (GVariant) terms = g_variant_get_child_value (parameters, 1);

      answer = search (self, terms, first);
    }
  else if (g_str_equal (method, "GetResultMetas"))
    answer = get_metas (self, first);
  else if (g_str_equal (method, "ActivateResult"))
    {
      g_variant_get_child (parameters, 2, "u", &timestamp);
      act (self, "open-mission", g_variant_get_string (first, NULL), timestamp);
    }
  else /* LaunchSearch: GDBus lets nothing else through */
    {
      g_variant_get_child (parameters, 1, "u", &timestamp);
      launch_search (self, first, timestamp);
    }
  g_dbus_method_invocation_return_value (invocation, answer);
}

/* ---- The object ---- */

SortieSearchProvider *
sortie_search_provider_new (GtkApplication *application, const char *path)
{
  SortieSearchProvider *self = g_new0 (SortieSearchProvider, 1);

  self->application = application;
  self->path = g_strdup (path);
  self->cache = sortie_title_cache_new ();
  return self;
}

void
sortie_search_provider_free (SortieSearchProvider *self)
{
  if (self == NULL)
    return;
  sortie_search_provider_unexport (self);
  g_clear_handle_id (&self->linger, g_source_remove);
  sortie_title_cache_free (self->cache);
  g_free (self->path);
  g_free (self);
}

gboolean
sortie_search_provider_export (SortieSearchProvider *self,
                               GDBusConnection *connection,
                               const char *parent_path,
                               GError **error)
{
  static const GDBusInterfaceVTable vtable = { method_cb, NULL, NULL, { 0 } };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (interface_xml, error);
  g_autofree char *path = g_strconcat (parent_path, "/SearchProvider", NULL);

  if (node == NULL)
    return FALSE;
  self->object = g_dbus_connection_register_object (connection, path, node->interfaces[0], &vtable,
                                                    self, NULL, error);
  if (self->object == 0)
    return FALSE;
  g_set_object (&self->connection, connection);
  return TRUE;
}

void
sortie_search_provider_unexport (SortieSearchProvider *self)
{
  if (self->object != 0)
    g_dbus_connection_unregister_object (self->connection, self->object);
  self->object = 0;
  g_clear_object (&self->connection);
}
