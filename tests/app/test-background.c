/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking the Background portal, of which this program plays the part: on the session's bus, under the
 * portal's own name, with a connection of its own. */
#include "sortie-background.h"
#include "sortie-error.h"

#include <string.h>

#define PORTAL "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"

static const char interface_xml[] =
    "<node><interface name='org.freedesktop.portal.Background'><method name='RequestBackground'>"
    "<arg type='s' direction='in'/><arg type='a{sv}' direction='in'/>"
    "<arg type='o' direction='out'/></method></interface></node>";

/* What the portal does when it is asked. */
typedef enum
{
  SILENT,
  GRANT,
  GRANT_EARLY, /* before it returns the handle, as it may */
  GRANT_TWICE,
  REFUSE,
  CLOSED, /* a person closed the question */
  RUBBISH,
  FAIL,
} Manner;

typedef struct
{
  GDBusConnection *bus;    /* the program's */
  GDBusConnection *portal; /* the portal's */
  guint object;
  Manner manner;
  guint n_asked;
  char *reason;
  gboolean autostart;
} Fixture;

static void
respond (Fixture *self, const char *path, guint32 response, gboolean background)
{
  GVariantBuilder results;

  g_variant_builder_init (&results, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&results, "{sv}", "background", g_variant_new_boolean (background));
  g_assert_true (g_dbus_connection_emit_signal (self->portal, NULL, path,
                                                "org.freedesktop.portal.Request", "Response",
                                                g_variant_new ("(ua{sv})", response, &results),
                                                NULL));
}

static void
called_cb (GDBusConnection *connection,
           const char *sender,
           const char *path,
           const char *interface,
           const char *method,
           GVariant *parameters,
           GDBusMethodInvocation *invocation,
           gpointer user_data)
{
  Fixture *self = user_data;
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 1);
  g_autofree char *name = g_strdup (sender + 1);
  g_autofree char *handle = NULL;
  const char *token = NULL;

  self->n_asked++;
  g_assert_true (g_variant_lookup (options, "handle_token", "&s", &token));
  g_assert_true (g_variant_lookup (options, "reason", "s", &self->reason));
  g_assert_true (g_variant_lookup (options, "autostart", "b", &self->autostart));
  g_strdelimit (name, ".", '_');
  handle = g_strconcat (PORTAL_PATH "/request/", name, "/", token, NULL);
  if (self->manner == GRANT_EARLY)
    respond (self, handle, 0, TRUE);
  if (self->manner == FAIL)
    {
      g_dbus_method_invocation_return_error (invocation, G_DBUS_ERROR, G_DBUS_ERROR_FAILED,
                                             "broken");
      return;
    }
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", handle));
  if (self->manner == GRANT || self->manner == GRANT_TWICE)
    respond (self, handle, 0, TRUE);
  if (self->manner == GRANT_TWICE || self->manner == REFUSE)
    respond (self, handle, 0, FALSE);
  if (self->manner == CLOSED)
    respond (self, handle, 1, TRUE);
  if (self->manner == RUBBISH)
    g_dbus_connection_emit_signal (self->portal, NULL, handle, "org.freedesktop.portal.Request",
                                   "Response", g_variant_new ("(s)", "yes"), NULL);
}

static GDBusConnection *
connect_to_bus (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SESSION, NULL, &error);
  GDBusConnection *connection = NULL;

  g_assert_no_error (error);
  connection =
      g_dbus_connection_new_for_address_sync (address,
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);
  g_assert_no_error (error);
  return connection;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  static const GDBusInterfaceVTable table = { called_cb, NULL, NULL, { NULL } };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (interface_xml, NULL);
  g_autoptr (GVariant) owned = NULL;
  g_autoptr (GError) error = NULL;

  self->bus = connect_to_bus ();
  self->portal = connect_to_bus ();
  if (data == NULL)
    self->object =
        g_dbus_connection_register_object (self->portal, PORTAL_PATH, node->interfaces[0], &table,
                                           self, NULL, &error);
  g_assert_no_error (error);
  owned = g_dbus_connection_call_sync (self->portal, "org.freedesktop.DBus",
                                       "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                       "RequestName", g_variant_new ("(su)", PORTAL, 4u), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  if (self->object != 0)
    g_dbus_connection_unregister_object (self->portal, self->object);
  g_dbus_connection_close_sync (self->portal, NULL, NULL);
  g_dbus_connection_close_sync (self->bus, NULL, NULL);
  g_object_unref (self->portal);
  g_object_unref (self->bus);
  g_free (self->reason);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **slot = user_data;

  g_assert_null (*slot); /* one answer, whatever comes */
  *slot = g_object_ref (result);
}

static gboolean
ask (Fixture *self, Manner manner, guint milliseconds, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  self->manner = manner;
  sortie_background_ask_async (self->bus, "Missions go on", milliseconds, answered_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  return sortie_background_ask_finish (result, error);
}

static void
test_granted (Fixture *self, gconstpointer data)
{
  static const Manner manners[] = { GRANT, GRANT_EARLY, GRANT_TWICE };

  for (gsize i = 0; i < G_N_ELEMENTS (manners); i++)
    {
      g_autoptr (GError) error = NULL;

      g_clear_pointer (&self->reason, g_free);
      g_assert_true (ask (self, manners[i], SORTIE_BACKGROUND_MS, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (self->n_asked, ==, i + 1);
      g_assert_cmpstr (self->reason, ==, "Missions go on");
      g_assert_false (self->autostart);
    }
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  static const Manner manners[] = { REFUSE, CLOSED, RUBBISH };

  for (gsize i = 0; i < G_N_ELEMENTS (manners); i++)
    {
      g_autoptr (GError) error = NULL;

      g_clear_pointer (&self->reason, g_free);
      g_assert_false (ask (self, manners[i], SORTIE_BACKGROUND_MS, &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_DENIED);
    }
}

static void
test_broken (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (ask (self, FAIL, SORTIE_BACKGROUND_MS, &error));
  g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_FAILED);
}

static void
test_silent (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (ask (self, SILENT, 50, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
}

/* A desktop without that portal ends nobody. */
static void
test_no_portal (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ask (self, SILENT, SORTIE_BACKGROUND_MS, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (self->n_asked, ==, 0);
}

static void
test_needs_leave (void)
{
  g_assert_false (sortie_background_needs_leave ());
  g_setenv ("FLATPAK_ID", "io.github.sortie_app.Sortie", TRUE);
  g_assert_true (sortie_background_needs_leave ());
  g_setenv ("FLATPAK_ID", "", TRUE);
  g_assert_false (sortie_background_needs_leave ());
  g_unsetenv ("FLATPAK_ID");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("FLATPAK_ID");
  g_test_add ("/background/granted", Fixture, NULL, set_up, test_granted, tear_down);
  g_test_add ("/background/refused", Fixture, NULL, set_up, test_refused, tear_down);
  g_test_add ("/background/broken", Fixture, NULL, set_up, test_broken, tear_down);
  g_test_add ("/background/silent", Fixture, NULL, set_up, test_silent, tear_down);
  g_test_add ("/background/no-portal", Fixture, "none", set_up, test_no_portal, tear_down);
  g_test_add_func ("/background/needs-leave", test_needs_leave);
  return g_test_run ();
}
