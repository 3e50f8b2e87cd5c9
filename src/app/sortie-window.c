/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-accessible.h"
#include "sortie-window-private.h"

#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (SortieWindow, sortie_window, ADW_TYPE_APPLICATION_WINDOW)

/* ---- The open mission ---- */

static void
mission_event_cb (SortieLiveMission *mission,
                  const SortieEvent *event,
                  guint changes,
                  SortieWindow *self)
{
  /* Of the thousand others a second neither the title nor an action tells anything. */
  if ((changes & (SORTIE_MODEL_PLAN_CHANGED | SORTIE_MODEL_ENDED)) == 0 &&
      !g_str_equal (event->code, SORTIE_CODE_MISSION_CANCELLED))
    return;
  sortie_window_update_title (self);
  sortie_window_update_actions (self);
}

static void
mission_jumped_cb (SortieWindow *self)
{
  sortie_window_update_title (self);
  sortie_window_update_actions (self);
}

static void
set_mission (SortieWindow *self, SortieLiveMission *mission)
{
  if (!g_set_object (&self->mission, mission))
    return;
  g_signal_group_set_target (self->mission_signals, mission);
  sortie_mission_page_set_mission (self->mission_page, mission);
  sortie_diagram_view_set_mission (self->diagram, mission);
  sortie_diagram_view_set_mission (self->large_diagram, mission);
}

void
sortie_window_open_mission (SortieWindow *self, const char *id)
{
  SortieApi *api = sortie_backend_get_api (self->backend);

  if (!sortie_mission_id_is_valid (id))
    return;
  if (api == NULL)
    {
      g_free (self->awaited);
      self->awaited = g_strdup (id);
      return;
    }
  sortie_mission_list_learn (self->list, id);
  set_mission (self, sortie_mission_cache_open (self->cache, api, id));
  sortie_mission_list_view_select (self->missions, id);
  sortie_window_show_page (self, "mission");
}

void
sortie_window_compose (SortieWindow *self, const char *text, gboolean submit)
{
  set_mission (self, NULL);
  sortie_window_show_page (self, "composer");
  if (text != NULL)
    sortie_composer_set_text (self->composer, text);
  if (submit)
    sortie_composer_submit (self->composer);
  sortie_composer_focus (self->composer);
}

void
sortie_window_add_documents (SortieWindow *self, GListModel *files)
{
  sortie_window_show_page (self, "sources");
  sortie_sources_page_add_files (self->sources, NULL, files);
}

void
sortie_window_search_missions (SortieWindow *self, const char *text)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.filter-missions", NULL);
  sortie_mission_list_view_set_filter (self->missions, text);
}

gboolean
sortie_window_is_watching (SortieWindow *self, const char *id)
{
  return gtk_window_is_active (GTK_WINDOW (self)) && self->mission != NULL &&
         g_str_equal (sortie_live_mission_get_mission_id (self->mission), id);
}

/* ---- What the parts say ---- */

static void
open_cb (SortieWindow *self, const char *id)
{
  g_autofree char *copy = g_strdup (id);

  sortie_window_open_mission (self, copy);
}

static void
stop_cb (SortieWindow *self, const char *id)
{
  sortie_window_stop_mission (self, id);
}

static void
retry_cb (SortieWindow *self, const char *id)
{
  sortie_window_retry_mission (self, id);
}

static void
removed_cb (SortieWindow *self, const char *id)
{
  if (self->mission != NULL && g_str_equal (sortie_live_mission_get_mission_id (self->mission), id))
    sortie_window_compose (self, NULL, FALSE);
  sortie_mission_cache_drop (self->cache, id);
}

static void
add_documents_cb (SortieWindow *self, GListModel *files)
{
  sortie_window_show_page (self, "sources");
  if (files != NULL)
    sortie_sources_page_add_files (self->sources, NULL, files);
}

static void
sources_changed_cb (SortieWindow *self)
{
  sortie_window_read_topology (self);
  sortie_composer_refresh (self->composer);
}

/* An agent's node leads to what that agent said. */
static void
node_activated_cb (SortieWindow *self, const char *id)
{
  static const char *const sources[] = { "planner", "retriever", "analyzer", "writer", NULL };

  if (self->mission == NULL)
    return;
  sortie_window_show_page (self, "mission");
  sortie_mission_page_show_source (self->mission_page, g_strv_contains (sources, id) ? id
                                                       : g_strcmp0 (id, "orchestrator") == 0
                                                           ? "system"
                                                           : NULL);
}

static void
enlarge_cb (SortieWindow *self)
{
  sortie_window_show_page (self, "diagram");
}

/* Wherever in the window they are dropped, but where a part of it takes them for a purpose of its own. */
static gboolean
dropped_cb (GtkDropTarget *target, const GValue *value, double x, double y, SortieWindow *self)
{
  g_autoptr (GListStore) files = NULL;
  g_autoptr (GSList) list = NULL;

  if (!G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST) || sortie_backend_get_api (self->backend) == NULL)
    return FALSE;
  files = g_list_store_new (G_TYPE_FILE);
  list = gdk_file_list_get_files (g_value_get_boxed (value));
  for (GSList *l = list; l != NULL; l = l->next)
    g_list_store_append (files, l->data);
  if (list != NULL)
    sortie_window_add_documents (self, G_LIST_MODEL (files));
  return list != NULL;
}

/* ---- The widget ---- */

static void
sortie_window_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sortie_window_parent_class)->realize (widget);
  sortie_window_realize_layout (SORTIE_WINDOW (widget));
}

static gboolean
sortie_window_close_request (GtkWindow *window)
{
  SortieWindow *self = SORTIE_WINDOW (window);

  sortie_window_save_layout (self);
  /* The application asks what becomes of running missions, and closes the window itself. */
  g_action_group_activate_action (G_ACTION_GROUP (gtk_window_get_application (window)), "quit",
                                  NULL);
  return TRUE;
}

static void
sortie_window_dispose (GObject *object)
{
  SortieWindow *self = SORTIE_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  if (self->mission != NULL)
    set_mission (self, NULL);
  g_clear_object (&self->mission_signals);
  g_clear_pointer (&self->cache, sortie_mission_cache_free);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (sortie_window_parent_class)->dispose (object);
  g_clear_object (&self->backend);
  g_clear_object (&self->list);
}

static void
sortie_window_finalize (GObject *object)
{
  SortieWindow *self = SORTIE_WINDOW (object);

  g_object_unref (self->cancellable);
  g_free (self->awaited);
  g_free (self->previous);
  g_free (self->llm_state);
  G_OBJECT_CLASS (sortie_window_parent_class)->finalize (object);
}

static void
ensure_types (void)
{
  g_type_ensure (SORTIE_TYPE_BACKEND_BANNER);
  g_type_ensure (SORTIE_TYPE_COMPOSER);
  g_type_ensure (SORTIE_TYPE_DEAD_LETTERS_PAGE);
  g_type_ensure (SORTIE_TYPE_DIAGRAM_VIEW);
  g_type_ensure (SORTIE_TYPE_MISSION_LIST_VIEW);
  g_type_ensure (SORTIE_TYPE_MISSION_PAGE);
  g_type_ensure (SORTIE_TYPE_SOURCES_PAGE);
}

static void
bind_template (GtkWidgetClass *class)
{
  gtk_widget_class_set_template_from_resource (class,
                                               "/io/github/sortie_app/Sortie/sortie-window.ui");
  gtk_widget_class_bind_template_child (class, SortieWindow, title);
  gtk_widget_class_bind_template_child (class, SortieWindow, back);
  gtk_widget_class_bind_template_child (class, SortieWindow, new_button);
  gtk_widget_class_bind_template_child (class, SortieWindow, sidebar_button);
  gtk_widget_class_bind_template_child (class, SortieWindow, stop);
  gtk_widget_class_bind_template_child (class, SortieWindow, retry);
  gtk_widget_class_bind_template_child (class, SortieWindow, backend_button);
  gtk_widget_class_bind_template_child (class, SortieWindow, banner);
  gtk_widget_class_bind_template_child (class, SortieWindow, paned);
  gtk_widget_class_bind_template_child (class, SortieWindow, sidebar);
  gtk_widget_class_bind_template_child (class, SortieWindow, sidebar_paned);
  gtk_widget_class_bind_template_child (class, SortieWindow, diagram);
  gtk_widget_class_bind_template_child (class, SortieWindow, missions);
  gtk_widget_class_bind_template_child (class, SortieWindow, main_pane);
  gtk_widget_class_bind_template_child (class, SortieWindow, stack);
  gtk_widget_class_bind_template_child (class, SortieWindow, composer);
  gtk_widget_class_bind_template_child (class, SortieWindow, mission_page);
  gtk_widget_class_bind_template_child (class, SortieWindow, sources);
  gtk_widget_class_bind_template_child (class, SortieWindow, dead_letters);
  gtk_widget_class_bind_template_child (class, SortieWindow, large_diagram);
}

static void
sortie_window_class_init (SortieWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_window_dispose;
  G_OBJECT_CLASS (class)->finalize = sortie_window_finalize;
  widget_class->realize = sortie_window_realize;
  GTK_WINDOW_CLASS (class)->close_request = sortie_window_close_request;
  ensure_types ();
  bind_template (widget_class);
  sortie_window_class_init_actions (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, open_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, retry_cb);
  gtk_widget_class_bind_template_callback (widget_class, removed_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_documents_cb);
  gtk_widget_class_bind_template_callback (widget_class, sources_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, node_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, enlarge_cb);
}

static void
sortie_window_init (SortieWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  self->cancellable = g_cancellable_new ();
  self->cache = sortie_mission_cache_new ();
  self->settings = g_settings_new (SORTIE_APPLICATION_ID);
  self->mission_signals = g_signal_group_new (SORTIE_TYPE_LIVE_MISSION);
  g_signal_group_connect (self->mission_signals, "event", G_CALLBACK (mission_event_cb), self);
  g_signal_group_connect_swapped (self->mission_signals, "jumped", G_CALLBACK (mission_jumped_cb),
                                  self);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (target, "drop", G_CALLBACK (dropped_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

SortieWindow *
sortie_window_new (GtkApplication *application, SortieBackend *backend, SortieMissionList *list)
{
  SortieWindow *self = g_object_new (SORTIE_TYPE_WINDOW, "application", application, NULL);

  self->backend = g_object_ref (backend);
  self->list = g_object_ref (list);
  sortie_window_init_actions (self);
  sortie_window_init_layout (self);
  sortie_window_init_backend (self);
  sortie_accessible_complete (GTK_WIDGET (self));
  return self;
}
