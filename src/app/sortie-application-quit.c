/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-application-private.h"
#include "sortie-background.h"
#include "sortie-dialogs.h"

#include <glib/gi18n.h>

/* The end in order: running missions are asked about, what is deleted is deleted, and the own backend
 * ends with us unless it is to go on. */

static void
shut_down_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieApplication) self = user_data;

  sortie_backend_shut_down_finish (SORTIE_BACKEND (source), result);
  g_application_release (G_APPLICATION (self));
  if (sortie_application_get_window (self) == NULL)
    {
      g_application_quit (G_APPLICATION (self));
      return;
    }
  /* It was opened again while the backend ended: so it stays. */
  self->is_quitting = FALSE;
  sortie_application_choose_backend (self);
}

typedef struct
{
  SortieApplication *self;
  gboolean keep_running;
} Quitting;

static void
flushed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Quitting *quitting = user_data;
  SortieApplication *self = quitting->self;

  sortie_mission_list_flush_finish (SORTIE_MISSION_LIST (source), result);
  sortie_backend_shut_down_async (self->backend, quitting->keep_running, shut_down_cb, self);
  g_free (quitting);
}

/* A popover that is open when its window is destroyed is kept alive by GTK's grab, but has lost its surface:
 * the tooltip that may be about to be shown over it then makes GTK complain. */
static void
close_popovers (GtkWidget *widget)
{
  GtkWidget *child = gtk_widget_get_first_child (widget);

  while (child != NULL)
    {
      close_popovers (child);
      child = gtk_widget_get_next_sibling (child);
    }
  if (GTK_IS_POPOVER (widget))
    gtk_popover_popdown (GTK_POPOVER (widget));
}

static void
quit (SortieApplication *self, gboolean keep_running)
{
  Quitting *quitting;
  GList *windows;

  if (self->is_quitting)
    return;
  self->is_quitting = TRUE;
  g_application_hold (G_APPLICATION (self));
  /* Windows go first: nobody waits for a backend that ends, and closing toasts commit deletions. */
  while ((windows = gtk_application_get_windows (GTK_APPLICATION (self))) != NULL)
    {
      close_popovers (windows->data);
      gtk_window_destroy (windows->data);
    }
  quitting = g_new (Quitting, 1);
  quitting->self = g_object_ref (self);
  quitting->keep_running = keep_running;
  sortie_mission_list_flush_async (self->list, flushed_cb, quitting);
}

static void
stop_agreed_cb (const char *id, gpointer user_data)
{
  SortieApplication *self = user_data;

  self->is_asking = FALSE;
  if (g_str_equal (id, "stop"))
    quit (self, FALSE);
}

/* The answer of the desktop, which may end what runs without its leave. */
static void
left_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieApplication) self = user_data;
  const char *const choices[] = { "cancel", _ ("_Cancel"), "stop", _ ("_Stop"), NULL };
  SortieWindow *window = sortie_application_get_window (self);
  g_autoptr (GError) error = NULL;

  if (sortie_background_ask_finish (result, &error) || window == NULL)
    {
      self->is_asking = FALSE;
      quit (self, error == NULL);
      return;
    }
  g_debug ("No leave to run in the background: %s", error->message);
  sortie_dialogs_ask (GTK_WIDGET (window), _ ("Sortie May Not Run in the Background"),
                      _ ("The desktop did not allow it. Missions that are stopped continue where "
                         "they were when Sortie is opened again."),
                      choices, "cancel", stop_agreed_cb, self);
}

static void
answered_cb (const char *id, gpointer user_data)
{
  SortieApplication *self = user_data;
  GDBusConnection *bus = g_application_get_dbus_connection (G_APPLICATION (self));

  if (g_str_equal (id, "keep") && sortie_background_needs_leave () && bus != NULL)
    {
      /* Translators: the desktop may show this where it asks whether Sortie may run on */
      sortie_background_ask_async (bus, _ ("Missions are finished after the window is closed."),
                                   SORTIE_BACKGROUND_MS, left_cb, g_object_ref (self));
      return;
    }
  self->is_asking = FALSE;
  if (!g_str_equal (id, "cancel"))
    quit (self, g_str_equal (id, "keep"));
}

static void
counted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieApplication) self = user_data;
  const char *const choices[] = { "cancel", _ ("_Cancel"),       "stop", _ ("_Stop"),
                                  "keep",   _ ("_Keep Running"), NULL };
  guint n = sortie_backend_count_unfinished_finish (result);
  SortieWindow *window = sortie_application_get_window (self);
  g_autofree char *heading = NULL;

  if (n == 0 || window == NULL)
    {
      self->is_asking = FALSE;
      quit (self, FALSE);
      return;
    }
  heading =
      g_strdup_printf (ngettext ("%u Mission Is Still Running", "%u Missions Are Still Running", n),
                       n);
  sortie_dialogs_ask (GTK_WIDGET (window), heading,
                      ngettext ("It can go on in the background. If it is stopped, it continues "
                                "where it was when Sortie is opened again.",
                                "They can go on in the background. If they are stopped, they "
                                "continue where they were when Sortie is opened again.",
                                n),
                      choices, "keep", answered_cb, self);
}

void
sortie_application_quit_in_order (SortieApplication *self, gboolean ask)
{
  SortieApi *api;

  if (self->is_quitting || (ask && self->is_asking))
    return;
  api = sortie_backend_get_api (self->backend);
  if (!ask || api == NULL || !sortie_backend_has_child (self->backend) ||
      sortie_backend_get_state (self->backend) != SORTIE_BACKEND_ONLINE)
    {
      quit (self, FALSE);
      return;
    }
  self->is_asking = TRUE;
  sortie_backend_count_unfinished_async (api, counted_cb, g_object_ref (self));
}
