/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-pane-words.h"
#include "sortie-toast.h"
#include "sortie-window-private.h"

#include <glib/gi18n.h>

static SortieMissionState
get_state (SortieWindow *self)
{
  return sortie_mission_model_get_state (sortie_live_mission_get_newest (self->mission));
}

static gboolean
shows_mission (SortieWindow *self)
{
  return self->mission != NULL &&
         g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "mission") == 0;
}

static void
enable (SortieWindow *self, const char *name, gboolean enabled)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), name, enabled);
}

void
sortie_window_update_actions (SortieWindow *self)
{
  static const char *const of_report[] = {
    "win.find",       "win.print", "win.copy-markdown", "win.export-markdown", "win.export-html",
    "win.export-pdf", NULL
  };
  gboolean open = shows_mission (self);
  SortieMissionState state = open ? get_state (self) : SORTIE_MISSION_COMPLETED;
  gboolean running = open && !sortie_mission_state_is_final (state);
  gboolean retriable =
      open && sortie_mission_state_is_final (state) && state != SORTIE_MISSION_COMPLETED;
  gboolean online = sortie_backend_get_state (self->backend) == SORTIE_BACKEND_ONLINE;
  gboolean cancelling = running && sortie_mission_model_is_cancelling (
                                       sortie_live_mission_get_newest (self->mission));

  enable (self, "win.stop", running && online && !cancelling);
  enable (self, "win.retry", retriable && online);
  for (guint i = 0; of_report[i] != NULL; i++)
    enable (self, of_report[i], open);
  gtk_widget_set_visible (self->stop, running && !(self->is_narrow && self->shows_list));
  gtk_widget_set_visible (self->retry, retriable && !(self->is_narrow && self->shows_list));
}

/* ---- Stop, retry ---- */

static void
stopped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);
  g_autofree char *words = NULL;

  if (node != NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  words = sortie_pane_dup_failure (_ ("The mission could not be stopped"), error);
  sortie_toast (GTK_WIDGET (self->stack), words);
}

void
sortie_window_stop_mission (SortieWindow *self, const char *id)
{
  SortieApi *api = sortie_backend_get_api (self->backend);

  if (api != NULL)
    sortie_api_cancel_async (api, id, self->cancellable, stopped_cb, g_object_ref (self));
}

static void
retried_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = sortie_api_mission_id_finish (SORTIE_API (source), result, &error);
  g_autofree char *words = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (id != NULL)
    {
      sortie_window_open_mission (self, id);
      return;
    }
  words = sortie_pane_dup_failure (_ ("The mission could not be retried"), error);
  sortie_toast (GTK_WIDGET (self->stack), words);
}

void
sortie_window_retry_mission (SortieWindow *self, const char *id)
{
  SortieApi *api = sortie_backend_get_api (self->backend);

  if (api != NULL)
    sortie_api_retry_async (api, id, self->cancellable, retried_cb, g_object_ref (self));
}

static void
stop_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SortieWindow *self = SORTIE_WINDOW (widget);

  if (self->mission != NULL)
    sortie_window_stop_mission (self, sortie_live_mission_get_mission_id (self->mission));
}

static void
retry_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SortieWindow *self = SORTIE_WINDOW (widget);

  if (self->mission != NULL)
    sortie_window_retry_mission (self, sortie_live_mission_get_mission_id (self->mission));
}

/* ---- Pages ---- */

static void
new_mission_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sortie_window_compose (SORTIE_WINDOW (widget), NULL, FALSE);
}

static void
page_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SortieWindow *self = SORTIE_WINDOW (widget);
  const char *page = name + strlen ("win.show-");

  sortie_window_show_page (self, page);
  if (g_str_equal (page, "dead-letters"))
    sortie_dead_letters_page_refresh (self->dead_letters);
}

static void
back_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sortie_window_go_back (SORTIE_WINDOW (widget));
}

static void
sidebar_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  sortie_window_toggle_sidebar (SORTIE_WINDOW (widget));
}

static void
filter_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SortieWindow *self = SORTIE_WINDOW (widget);

  if (!gtk_widget_get_visible (self->sidebar))
    sortie_window_toggle_sidebar (self);
  sortie_mission_list_view_focus_filter (self->missions);
}

/* ---- What belongs to a part of the window ---- */

static void
report_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SortieWindow *self = SORTIE_WINDOW (widget);
  g_autofree char *action = g_strconcat ("report.", name + strlen ("win."), NULL);

  if (shows_mission (self))
    gtk_widget_activate_action_variant (sortie_mission_page_get_report (self->mission_page), action,
                                        NULL);
}

/* Zooms what has the focus: a diagram, or else the report. */
static void
zoom_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SortieWindow *self = SORTIE_WINDOW (widget);
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (self));
  g_autofree char *of_diagram = g_strconcat ("diagram.", name + strlen ("win."), NULL);
  const char *page = gtk_stack_get_visible_child_name (self->stack);

  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->diagram)))
    gtk_widget_activate_action_variant (GTK_WIDGET (self->diagram), of_diagram, NULL);
  else if (g_strcmp0 (page, "diagram") == 0)
    gtk_widget_activate_action_variant (GTK_WIDGET (self->large_diagram), of_diagram, NULL);
  else
    report_cb (widget, name, parameter);
}

void
sortie_window_class_init_actions (GtkWidgetClass *class)
{
  static const char *const pages[] = { "win.show-sources", "win.show-dead-letters",
                                       "win.show-diagram" };
  static const char *const zooms[] = { "win.zoom-in", "win.zoom-out", "win.zoom-reset" };
  static const char *const reports[] = { "win.find",          "win.print",
                                         "win.copy-markdown", "win.export-markdown",
                                         "win.export-html",   "win.export-pdf" };

  gtk_widget_class_install_action (class, "win.new-mission", NULL, new_mission_cb);
  gtk_widget_class_install_action (class, "win.stop", NULL, stop_cb);
  gtk_widget_class_install_action (class, "win.retry", NULL, retry_cb);
  gtk_widget_class_install_action (class, "win.back", NULL, back_cb);
  gtk_widget_class_install_action (class, "win.toggle-sidebar", NULL, sidebar_cb);
  gtk_widget_class_install_action (class, "win.filter-missions", NULL, filter_cb);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    gtk_widget_class_install_action (class, pages[i], NULL, page_cb);
  for (guint i = 0; i < G_N_ELEMENTS (zooms); i++)
    gtk_widget_class_install_action (class, zooms[i], NULL, zoom_cb);
  for (guint i = 0; i < G_N_ELEMENTS (reports); i++)
    gtk_widget_class_install_action (class, reports[i], NULL, report_cb);
}

/* What is remembered is an action of the settings themselves. */
void
sortie_window_init_actions (SortieWindow *self)
{
  static const char *const keys[] = { "telemetry-visible", "timeline-visible" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GAction) action = g_settings_create_action (self->settings, keys[i]);

      g_action_map_add_action (G_ACTION_MAP (self), action);
    }
}
