/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-background.h"

#include "sortie-error.h"
#include "sortie-sandbox.h"
#include "sortie-timeout.h"

#define PORTAL "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define CALL_MS (10 * 1000)

typedef struct
{
  GDBusConnection *bus;
  guint subscription;
  GSource *deadline;
} Asking;

/* Nothing may come any more: the answer is known, or nobody waits for it. */
static void
stop_listening (Asking *self)
{
  if (self->subscription != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->subscription);
  self->subscription = 0;
  sortie_timeout_clear (&self->deadline);
}

static void
asking_free (Asking *self)
{
  stop_listening (self);
  g_object_unref (self->bus);
  g_free (self);
}

/* Takes @error, and returns it or the leave, whichever came first. */
static void
settle (GTask *task, GError *error)
{
  g_autoptr (GTask) held = g_object_ref (task); /* the subscription's may be the last one */
  Asking *asking = g_task_get_task_data (task);

  if (asking->subscription == 0)
    {
      g_clear_error (&error);
      return;
    }
  stop_listening (asking);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
response_cb (GDBusConnection *bus,
             const char *sender,
             const char *path,
             const char *interface,
             const char *signal,
             GVariant *parameters,
             gpointer user_data)
{
  g_autoptr (GVariant) results = NULL;
  gboolean may = FALSE;
  guint32 response = 1;

  if (g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})")))
    {
      g_variant_get (parameters, "(u@a{sv})", &response, &results);
      g_variant_lookup (results, "background", "b", &may);
    }
  settle (user_data, response == 0 && may
                         ? NULL
                         : g_error_new (SORTIE_ERROR, SORTIE_ERROR_DENIED,
                                        "the desktop does not let it run in the background"));
}

static gboolean
deadline_cb (gpointer user_data)
{
  settle (user_data, g_error_new (SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                                  "nobody answered whether it may run in the background"));
  return G_SOURCE_REMOVE;
}

static gboolean
is_no_portal (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_INTERFACE);
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) handle =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (handle != NULL)
    return; /* the answer comes as a signal */
  if (is_no_portal (error))
    settle (task, NULL);
  else
    settle (task, g_steal_pointer (&error));
}

/* Where the answer comes from is known beforehand, so that it can't come before we listen. */
static char *
dup_request_path (GDBusConnection *bus, const char *token)
{
  g_autofree char *sender = g_strdup (g_dbus_connection_get_unique_name (bus) + 1);

  g_strdelimit (sender, ".", '_');
  return g_strconcat (PORTAL_PATH "/request/", sender, "/", token, NULL);
}

gboolean
sortie_background_needs_leave (void)
{
  return sortie_sandbox_get_id (NULL) != NULL;
}

void
sortie_background_ask_async (GDBusConnection *bus,
                             const char *reason,
                             guint milliseconds,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (bus, NULL, callback, user_data);
  g_autofree char *token = g_strdup_printf ("sortie%08x", g_random_int ());
  g_autofree char *path = dup_request_path (bus, token);
  Asking *asking = g_new0 (Asking, 1);
  GVariantBuilder options;

  g_task_set_source_tag (task, sortie_background_ask_async);
  g_task_set_task_data (task, asking, (GDestroyNotify) asking_free);
  asking->bus = g_object_ref (bus);
  asking->subscription =
      g_dbus_connection_signal_subscribe (bus, PORTAL, "org.freedesktop.portal.Request", "Response",
                                          path, NULL, G_DBUS_SIGNAL_FLAGS_NONE, response_cb,
                                          g_object_ref (task), g_object_unref);
  asking->deadline = sortie_timeout_add (milliseconds, deadline_cb, task);
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "handle_token", g_variant_new_string (token));
  g_variant_builder_add (&options, "{sv}", "reason", g_variant_new_string (reason));
  g_variant_builder_add (&options, "{sv}", "autostart", g_variant_new_boolean (FALSE));
  g_dbus_connection_call (bus, PORTAL, PORTAL_PATH, "org.freedesktop.portal.Background",
                          "RequestBackground", g_variant_new ("(sa{sv})", "", &options),
                          G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NONE, CALL_MS, NULL, asked_cb,
                          g_object_ref (task));
}

gboolean
sortie_background_ask_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
