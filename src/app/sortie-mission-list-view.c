/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-mission-list-view.h"

#include "sortie-mission-row.h"
#include "sortie-shown-text.h"
#include "sortie-toast.h"

#include <glib/gi18n.h>

/* Pages are read until the filter has found this many, so that the view can be scrolled. */
#define ENOUGH_FOUND 30
/* How near the end, in pixels, the next page is asked for. */
#define NEAR_END 400
#define TIME_SECONDS 30
#define MAX_FILTER 500 /* bytes */

struct _SortieMissionListView
{
  GtkWidget parent_instance;
  SortieMissionList *list; /* (nullable) */
  GSignalGroup *signals;
  GtkFilterListModel *filtered;
  GtkCustomFilter *filter;
  GtkSingleSelection *selection;
  GtkSearchEntry *search;
  GtkMenuButton *state_button;
  GtkStack *stack;
  GtkScrolledWindow *scroller;
  GtkListView *view;
  GtkLabel *empty;
  GtkWidget *menu;
  GSimpleActionGroup *actions;
  GPtrArray *rows; /* SortieMissionRow that are bound, borrowed */
  char *words;     /* what is searched, folded; "" for nothing */
  char *states;    /* which states: `all`, `running`, … */
  char *wanted;    /* (nullable): the id that is selected, whether it is there or not */
  gboolean is_selecting;
  guint timer;
};

G_DEFINE_FINAL_TYPE (SortieMissionListView, sortie_mission_list_view, GTK_TYPE_WIDGET)

enum
{
  OPEN,
  STOP,
  RETRY,
  REMOVED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* ---- Filter ---- */

static gboolean
has_state (SortieMissionListView *self, SortieMissionItem *item)
{
  SortieMissionState state = sortie_mission_item_get_state (item);

  if (g_str_equal (self->states, "running"))
    return !sortie_mission_state_is_final (state);
  if (g_str_equal (self->states, "completed"))
    return state == SORTIE_MISSION_COMPLETED || state == SORTIE_MISSION_PARTIAL;
  if (g_str_equal (self->states, "failed"))
    return state == SORTIE_MISSION_FAILED || state == SORTIE_MISSION_CANCELLED;
  return TRUE;
}

static gboolean
match_cb (gpointer object, gpointer user_data)
{
  SortieMissionListView *self = user_data;
  SortieMissionItem *item = object;

  return !sortie_mission_item_is_removed (item) && has_state (self, item) &&
         (*self->words == '\0' || sortie_mission_item_matches (item, self->words));
}

static gboolean
is_filtering (SortieMissionListView *self)
{
  return *self->words != '\0' || !g_str_equal (self->states, "all");
}

static void
update_stack (SortieMissionListView *self)
{
  gboolean has_rows = g_list_model_get_n_items (G_LIST_MODEL (self->filtered)) > 0;

  gtk_label_set_text (self->empty, is_filtering (self) ? _ ("No mission matches the filter.")
                                                       : _ ("Your missions appear here."));
  gtk_stack_set_visible_child (self->stack,
                               has_rows ? GTK_WIDGET (self->scroller) : GTK_WIDGET (self->empty));
}

static void
load_if_wanted (SortieMissionListView *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  double below = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_value (adjustment) -
                 gtk_adjustment_get_page_size (adjustment);
  gboolean too_few = is_filtering (self) &&
                     g_list_model_get_n_items (G_LIST_MODEL (self->filtered)) < ENOUGH_FOUND;

  if (self->list != NULL && (too_few || below < NEAR_END))
    sortie_mission_list_load_more (self->list);
}

static void
refilter (SortieMissionListView *self)
{
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  update_stack (self);
  load_if_wanted (self);
}

static void
filter_changed_cb (SortieMissionListView *self)
{
  g_free (self->words);
  self->words = sortie_mission_item_fold (gtk_editable_get_text (GTK_EDITABLE (self->search)));
  refilter (self);
}

static void
show_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SortieMissionListView *self = user_data;

  g_simple_action_set_state (action, parameter);
  g_free (self->states);
  self->states = g_variant_dup_string (parameter, NULL);
  refilter (self);
}

/* ---- Selection ---- */

/* Puts the selection where the wanted mission is, if it is there. */
static void
select_wanted (SortieMissionListView *self)
{
  GListModel *model = G_LIST_MODEL (self->selection);
  guint place = GTK_INVALID_LIST_POSITION;

  for (guint i = 0; self->wanted != NULL && i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (SortieMissionItem) item = g_list_model_get_item (model, i);

      if (g_str_equal (sortie_mission_item_get_id (item), self->wanted))
        {
          place = i;
          break;
        }
    }
  self->is_selecting = TRUE;
  gtk_single_selection_set_selected (self->selection, place);
  self->is_selecting = FALSE;
}

static void
selected_cb (SortieMissionListView *self)
{
  SortieMissionItem *item = gtk_single_selection_get_selected_item (self->selection);

  if (self->is_selecting || item == NULL ||
      g_strcmp0 (self->wanted, sortie_mission_item_get_id (item)) == 0)
    return;
  g_free (self->wanted);
  self->wanted = g_strdup (sortie_mission_item_get_id (item));
  g_signal_emit (self, signals[OPEN], 0, self->wanted);
}

/* Also the selected one, which may be hidden behind another page. */
static void
activated_cb (SortieMissionListView *self, guint position)
{
  g_autoptr (SortieMissionItem) item =
      g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (item != NULL)
    g_signal_emit (self, signals[OPEN], 0, sortie_mission_item_get_id (item));
}

static void
items_changed_cb (SortieMissionListView *self)
{
  update_stack (self);
  if (self->wanted != NULL && gtk_single_selection_get_selected_item (self->selection) == NULL)
    select_wanted (self);
}

/* ---- What a person does with a mission ---- */

typedef struct
{
  SortieMissionList *list;
  char *id;
} Removal;

static void
undo_cb (gpointer user_data)
{
  Removal *removal = user_data;

  sortie_mission_list_undo_remove (removal->list, removal->id);
  g_object_unref (removal->list);
  g_free (removal->id);
  g_free (removal);
}

static void
commit_cb (gpointer user_data)
{
  Removal *removal = user_data;

  sortie_mission_list_commit_remove (removal->list, removal->id);
  g_object_unref (removal->list);
  g_free (removal->id);
  g_free (removal);
}

static void
delete_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  SortieMissionListView *self = user_data;
  const char *id = g_variant_get_string (parameter, NULL);
  SortieMissionItem *item = self->list != NULL ? sortie_mission_list_find (self->list, id) : NULL;
  Removal *removal;

  if (item == NULL || !sortie_mission_item_is_final (item) || sortie_mission_item_is_removed (item))
    return;
  removal = g_new (Removal, 1);
  removal->list = g_object_ref (self->list);
  removal->id = g_strdup (id);
  if (g_strcmp0 (self->wanted, id) == 0)
    g_clear_pointer (&self->wanted, g_free);
  sortie_mission_list_remove (self->list, id);
  g_signal_emit (self, signals[REMOVED], 0, removal->id);
  sortie_toast_with_undo (GTK_WIDGET (self), _ ("Mission deleted"), undo_cb, commit_cb, removal);
}

static void
emit_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  const char *name = g_action_get_name (G_ACTION (action));
  guint signal = g_str_equal (name, "open") ? OPEN : g_str_equal (name, "stop") ? STOP : RETRY;

  g_signal_emit (user_data, signals[signal], 0, g_variant_get_string (parameter, NULL));
}

static void
append_choice (GMenu *menu, const char *label, const char *action, const char *id)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "s", id);
  g_menu_append_item (menu, item);
}

static GMenuModel *
create_menu (SortieMissionItem *item)
{
  const char *id = sortie_mission_item_get_id (item);
  GMenu *menu = g_menu_new ();

  append_choice (menu, _ ("_Open"), "missions.open", id);
  if (sortie_mission_item_is_final (item))
    {
      append_choice (menu, _ ("_Retry"), "missions.retry", id);
      append_choice (menu, _ ("_Delete"), "missions.delete", id);
    }
  else
    append_choice (menu, _ ("_Stop"), "missions.stop", id);
  return G_MENU_MODEL (menu);
}

static void
pop_up (SortieMissionListView *self, SortieMissionItem *item, GtkWidget *row, double x, double y)
{
  g_autoptr (GMenuModel) model = create_menu (item);
  GdkRectangle at = { 0 };
  double there_x = 0;
  double there_y = 0;

  gtk_widget_translate_coordinates (row, GTK_WIDGET (self), x, y, &there_x, &there_y);
  at = (GdkRectangle){ (int) there_x, (int) there_y, 1, 1 };
  gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (self->menu), model);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &at);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
pressed_cb (GtkGestureClick *click, int n_press, double x, double y, SortieMissionListView *self)
{
  GtkWidget *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (click));
  SortieMissionItem *item = sortie_mission_row_get_item (SORTIE_MISSION_ROW (row));

  if (item == NULL)
    return;
  gtk_gesture_set_state (GTK_GESTURE (click), GTK_EVENT_SEQUENCE_CLAIMED);
  pop_up (self, item, row, x, y);
}

static SortieMissionRow *
find_row (SortieMissionListView *self, SortieMissionItem *item)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (sortie_mission_row_get_item (g_ptr_array_index (self->rows, i)) == item)
      return g_ptr_array_index (self->rows, i);
  return NULL;
}

/* Shift+F10 and the menu key. */
/* (nullable): the mission that has the focus, which need not be the one that is open */
static SortieMissionItem *
get_focused (SortieMissionListView *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *row = focus != NULL ? gtk_widget_get_first_child (focus) : NULL;

  return SORTIE_IS_MISSION_ROW (row) ? sortie_mission_row_get_item (SORTIE_MISSION_ROW (row))
                                     : gtk_single_selection_get_selected_item (self->selection);
}

static gboolean
menu_key_cb (GtkWidget *widget, GVariant *arguments, gpointer user_data)
{
  SortieMissionListView *self = SORTIE_MISSION_LIST_VIEW (widget);
  SortieMissionItem *item = get_focused (self);
  SortieMissionRow *row = item != NULL ? find_row (self, item) : NULL;

  if (row == NULL)
    return FALSE;
  pop_up (self, item, GTK_WIDGET (row), 24, 24);
  return TRUE;
}

static gboolean
delete_key_cb (GtkWidget *widget, GVariant *arguments, gpointer user_data)
{
  SortieMissionListView *self = SORTIE_MISSION_LIST_VIEW (widget);
  SortieMissionItem *item = get_focused (self);

  if (item == NULL || !gtk_widget_has_focus (gtk_root_get_focus (gtk_widget_get_root (widget))))
    return FALSE;
  g_action_group_activate_action (G_ACTION_GROUP (self->actions), "delete",
                                  g_variant_new_string (sortie_mission_item_get_id (item)));
  return TRUE;
}

/* ---- Rows ---- */

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, SortieMissionListView *self)
{
  GtkWidget *row = sortie_mission_row_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (click));
  gtk_list_item_set_child (item, row);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, SortieMissionListView *self)
{
  GtkWidget *row = gtk_list_item_get_child (item);

  sortie_mission_row_set_item (SORTIE_MISSION_ROW (row), gtk_list_item_get_item (item));
  g_ptr_array_add (self->rows, row);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, SortieMissionListView *self)
{
  GtkWidget *row = gtk_list_item_get_child (item);

  g_ptr_array_remove_fast (self->rows, row);
  sortie_mission_row_set_item (SORTIE_MISSION_ROW (row), NULL);
}

static gboolean
time_cb (gpointer user_data)
{
  SortieMissionListView *self = user_data;

  for (guint i = 0; i < self->rows->len; i++)
    sortie_mission_row_update_time (g_ptr_array_index (self->rows, i));
  return G_SOURCE_CONTINUE;
}

/* ---- The widget ---- */

static void
sortie_mission_list_view_map (GtkWidget *widget)
{
  SortieMissionListView *self = SORTIE_MISSION_LIST_VIEW (widget);

  GTK_WIDGET_CLASS (sortie_mission_list_view_parent_class)->map (widget);
  time_cb (self);
  self->timer = g_timeout_add_seconds (TIME_SECONDS, time_cb, self);
}

static void
sortie_mission_list_view_unmap (GtkWidget *widget)
{
  SortieMissionListView *self = SORTIE_MISSION_LIST_VIEW (widget);

  g_clear_handle_id (&self->timer, g_source_remove);
  GTK_WIDGET_CLASS (sortie_mission_list_view_parent_class)->unmap (widget);
}

static void
sortie_mission_list_view_dispose (GObject *object)
{
  SortieMissionListView *self = SORTIE_MISSION_LIST_VIEW (object);
  GtkWidget *child;

  g_clear_object (&self->signals);
  if (self->filter != NULL)
    gtk_custom_filter_set_filter_func (self->filter, NULL, NULL, NULL);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->selection);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);
  g_clear_object (&self->list);
  g_clear_object (&self->actions);
  G_OBJECT_CLASS (sortie_mission_list_view_parent_class)->dispose (object);
}

static void
sortie_mission_list_view_finalize (GObject *object)
{
  SortieMissionListView *self = SORTIE_MISSION_LIST_VIEW (object);

  g_ptr_array_unref (self->rows);
  g_free (self->words);
  g_free (self->states);
  g_free (self->wanted);
  G_OBJECT_CLASS (sortie_mission_list_view_parent_class)->finalize (object);
}

static void
bind_template (GtkWidgetClass *class)
{
  gtk_widget_class_set_template_from_resource (class,
                                               "/io/github/sortie_app/Sortie/mission-list-view.ui");
  gtk_widget_class_bind_template_child (class, SortieMissionListView, search);
  gtk_widget_class_bind_template_child (class, SortieMissionListView, state_button);
  gtk_widget_class_bind_template_child (class, SortieMissionListView, stack);
  gtk_widget_class_bind_template_child (class, SortieMissionListView, scroller);
  gtk_widget_class_bind_template_child (class, SortieMissionListView, view);
  gtk_widget_class_bind_template_child (class, SortieMissionListView, empty);
  gtk_widget_class_bind_template_callback (class, filter_changed_cb);
}

static void
sortie_mission_list_view_class_init (SortieMissionListViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  static const char *const names[N_SIGNALS] = { "open", "stop", "retry", "removed" };

  G_OBJECT_CLASS (class)->dispose = sortie_mission_list_view_dispose;
  G_OBJECT_CLASS (class)->finalize = sortie_mission_list_view_finalize;
  widget_class->map = sortie_mission_list_view_map;
  widget_class->unmap = sortie_mission_list_view_unmap;
  bind_template (widget_class);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "missionlist");
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, menu_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, menu_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Delete, 0, delete_key_cb, NULL);
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], SORTIE_TYPE_MISSION_LIST_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
init_actions (SortieMissionListView *self)
{
  static const GActionEntry entries[] = {
    { "open", emit_cb, "s", NULL, NULL, { 0 } },    { "stop", emit_cb, "s", NULL, NULL, { 0 } },
    { "retry", emit_cb, "s", NULL, NULL, { 0 } },   { "delete", delete_cb, "s", NULL, NULL, { 0 } },
    { "show", show_cb, "s", "'all'", NULL, { 0 } },
  };

  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "missions", G_ACTION_GROUP (self->actions));
}

static void
init_view (SortieMissionListView *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  self->filter = gtk_custom_filter_new (match_cb, self, NULL);
  self->filtered = gtk_filter_list_model_new (NULL, g_object_ref (GTK_FILTER (self->filter)));
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->filtered));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), self);
  gtk_list_view_set_factory (self->view, factory);
  g_object_unref (factory);
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (selected_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->filtered, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "activate", G_CALLBACK (activated_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (self->scroller), "value-changed",
                           G_CALLBACK (load_if_wanted), self, G_CONNECT_SWAPPED);
}

static void
finished_cb (SortieMissionListView *self)
{
  if (!g_str_equal (self->states, "all"))
    refilter (self);
}

static void
sortie_mission_list_view_init (SortieMissionListView *self)
{
  self->words = g_strdup ("");
  self->states = g_strdup ("all");
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_orientable_set_orientation (GTK_ORIENTABLE (
                                      gtk_widget_get_layout_manager (GTK_WIDGET (self))),
                                  GTK_ORIENTATION_VERTICAL);
  init_actions (self);
  init_view (self);
  self->menu = gtk_popover_menu_new_from_model (NULL);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
  self->signals = g_signal_group_new (SORTIE_TYPE_MISSION_LIST);
  g_signal_group_connect_swapped (self->signals, "notify::is-loading", G_CALLBACK (load_if_wanted),
                                  self);
  g_signal_group_connect_swapped (self->signals, "removal-changed", G_CALLBACK (refilter), self);
  g_signal_group_connect_swapped (self->signals, "finished", G_CALLBACK (finished_cb), self);
  update_stack (self);
}

GtkWidget *
sortie_mission_list_view_new (void)
{
  return g_object_new (SORTIE_TYPE_MISSION_LIST_VIEW, NULL);
}

void
sortie_mission_list_view_set_list (SortieMissionListView *self, SortieMissionList *list)
{
  if (!g_set_object (&self->list, list))
    return;
  g_signal_group_set_target (self->signals, list);
  gtk_filter_list_model_set_model (self->filtered, G_LIST_MODEL (list));
}

void
sortie_mission_list_view_select (SortieMissionListView *self, const char *id)
{
  if (g_strcmp0 (self->wanted, id) == 0)
    return;
  g_free (self->wanted);
  self->wanted = g_strdup (id);
  select_wanted (self);
}

void
sortie_mission_list_view_focus_filter (SortieMissionListView *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

void
sortie_mission_list_view_set_filter (SortieMissionListView *self, const char *text)
{
  g_autofree char *line = sortie_shown_line (text, MAX_FILTER);

  gtk_editable_set_text (GTK_EDITABLE (self->search), line);
  gtk_editable_set_position (GTK_EDITABLE (self->search), -1);
}
