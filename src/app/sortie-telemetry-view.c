/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-telemetry-view.h"

#include "sortie-dialogs.h"
#include "sortie-telemetry-detail.h"
#include "sortie-telemetry-export.h"
#include "sortie-telemetry-filters.h"
#include "sortie-telemetry-row.h"

#include <glib/gi18n.h>
#include <string.h>

/* New rows have their place only after the next layout, and a list that has just been shown even a
 * frame later. */
#define FOLLOW_FRAMES 3
#define WIDE 720 /* pixels from which list and details stand side by side */

struct _SortieTelemetryView
{
  GtkWidget parent_instance;
  GtkWidget *content;
  GtkLabel *count;
  SortieTelemetryFilters *filters;
  GtkWidget *pause;
  GtkPaned *paned;
  GtkWidget *list_side;
  GtkBox *header;
  GtkStack *stack;
  GtkLabel *empty;
  GtkListView *list;
  GtkAdjustment *adjustment;
  GtkWidget *detail_side;
  SortieTelemetryDetail *detail;

  SortieLiveMission *mission; /* (nullable) */
  GSignalGroup *signals;
  GSignalGroup *row_signals;
  GtkSliceListModel *slice;
  GtkFilterListModel *filtered;
  GtkMultiSelection *selection;
  GHashTable *bound; /* GtkListItem: those that show a row */
  GCancellable *cancellable;

  gboolean paused;
  guint paused_events; /* how many there were when it was paused */
  guint paused_rows;
  gboolean shows_details;
  guint follow; /* in so many frames to come the end is shown */
  guint tick;
};

G_DEFINE_FINAL_TYPE (SortieTelemetryView, sortie_telemetry_view, GTK_TYPE_WIDGET)

enum
{
  PROP_PAUSED = 1,
  PROP_DETAILS,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

/* ---- What is shown ---- */

/* How many events count: a draft's row tells of the chunks among them. */
static guint
get_limit (SortieTelemetryView *self)
{
  guint limit = G_MAXUINT;

  if (self->mission != NULL && !sortie_live_mission_is_live (self->mission))
    limit = sortie_live_mission_get_position (self->mission);
  return self->paused ? MIN (limit, self->paused_events) : limit;
}

/* Rows reach the list once a frame: one by one they would make its tree as long as the mission, and
 * each layout walks through that. */
static guint
get_n_rows (SortieTelemetryView *self)
{
  guint n_rows;

  if (self->mission == NULL)
    return 0;
  n_rows = sortie_live_mission_get_n_rows_shown (self->mission);
  return self->paused ? MIN (n_rows, self->paused_rows) : n_rows;
}

static gboolean
is_at_end (SortieTelemetryView *self)
{
  return gtk_adjustment_get_value (self->adjustment) +
             gtk_adjustment_get_page_size (self->adjustment) >=
         gtk_adjustment_get_upper (self->adjustment) - 4;
}

static char *
dup_count (SortieTelemetryView *self)
{
  guint n = sortie_live_mission_get_n_events (self->mission);
  guint position = sortie_live_mission_get_position (self->mission);

  if (self->paused && n > self->paused_events)
    return g_strdup_printf (ngettext ("Paused · %u new event", "Paused · %u new events",
                                      n - self->paused_events),
                            n - self->paused_events);
  if (self->paused)
    return g_strdup (_ ("Paused"));
  if (!sortie_live_mission_is_live (self->mission))
    /* Translators: a replay stands on a moment: the events until then, and all */
    return g_strdup_printf (_ ("%u of %u events"), position, n);
  return g_strdup_printf (ngettext ("%u event", "%u events", n), n);
}

static void
show_count (SortieTelemetryView *self)
{
  g_autofree char *count = self->mission != NULL ? dup_count (self) : NULL;
  gboolean is_empty = g_list_model_get_n_items (G_LIST_MODEL (self->selection)) == 0;

  gtk_label_set_text (self->count, count != NULL ? count : "");
  gtk_stack_set_visible_child_name (self->stack, is_empty ? "empty" : "list");
  if (self->mission == NULL)
    gtk_label_set_text (self->empty, _ ("Events appear here when a mission is open."));
  else if (sortie_live_mission_get_n_events (self->mission) == 0)
    gtk_label_set_text (self->empty, _ ("No event has arrived yet."));
  else
    gtk_label_set_text (self->empty, _ ("No event matches the filter."));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "telemetry.export", self->mission != NULL);
  if (self->mission != NULL)
    sortie_telemetry_filters_set_n_steps (self->filters,
                                          sortie_mission_model_get_n_steps (
                                              sortie_live_mission_get_newest (self->mission)));
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  SortieTelemetryView *self = SORTIE_TELEMETRY_VIEW (widget);

  gtk_slice_list_model_set_size (self->slice, get_n_rows (self));
  show_count (self);
  if (self->follow > 0)
    gtk_adjustment_set_value (self->adjustment,
                              gtk_adjustment_get_upper (self->adjustment) -
                                  gtk_adjustment_get_page_size (self->adjustment));
  if (self->follow > 0 && --self->follow > 0)
    return G_SOURCE_CONTINUE;
  self->tick = 0;
  return G_SOURCE_REMOVE;
}

static void
queue_tick (SortieTelemetryView *self)
{
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
follow (SortieTelemetryView *self)
{
  self->follow = FOLLOW_FRAMES;
  queue_tick (self);
}

/* Before the list hears of the new rows, as its adjustment still tells where the reader was. */
static void
rows_changed_cb (SortieTelemetryView *self)
{
  if (!self->paused && (self->follow > 0 || is_at_end (self)))
    follow (self);
  queue_tick (self);
}

/* A draft's row tells of other chunks at another moment. */
static void
rebind_drafts (SortieTelemetryView *self)
{
  GHashTableIter iter;
  gpointer item;

  g_hash_table_iter_init (&iter, self->bound);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    {
      SortieEventRow *row = gtk_list_item_get_item (item);

      if (sortie_event_row_get_n_chunks (row) > 0)
        sortie_telemetry_row_bind (SORTIE_TELEMETRY_ROW (gtk_list_item_get_child (item)), row,
                                   self->mission, get_limit (self));
    }
}

static void
show_pause (SortieTelemetryView *self, gboolean paused)
{
  self->paused = paused;
  gtk_button_set_icon_name (GTK_BUTTON (self->pause), paused ? "media-playback-start-symbolic"
                                                             : "media-playback-pause-symbolic");
  /* Translators: after a pause */
  gtk_widget_set_tooltip_text (self->pause, paused ? _ ("Go On") : _ ("Pause"));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
}

static void
jumped_cb (SortieTelemetryView *self)
{
  /* Everything came anew: what was paused is no more. */
  if (self->paused && sortie_live_mission_get_n_events (self->mission) < self->paused_events)
    show_pause (self, FALSE);
  follow (self);
  gtk_slice_list_model_set_size (self->slice, get_n_rows (self));
  rebind_drafts (self);
}

/* A list that nobody sees holds no rows, so events cost it nothing. */
static void
update_model (SortieTelemetryView *self)
{
  gboolean is_shown = self->mission != NULL && gtk_widget_get_mapped (GTK_WIDGET (self));
  GListModel *rows = is_shown ? sortie_live_mission_get_rows (self->mission) : NULL;

  if (gtk_slice_list_model_get_model (self->slice) == rows)
    return;
  g_signal_group_set_target (self->row_signals, rows);
  gtk_slice_list_model_set_size (self->slice, get_n_rows (self));
  gtk_slice_list_model_set_model (self->slice, rows);
  if (is_shown)
    follow (self);
}

/* ---- Rows ---- */

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  gtk_list_item_set_child (item, sortie_telemetry_row_new ());
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, SortieTelemetryView *self)
{
  sortie_telemetry_row_bind (SORTIE_TELEMETRY_ROW (gtk_list_item_get_child (item)),
                             gtk_list_item_get_item (item), self->mission, get_limit (self));
  g_hash_table_add (self->bound, item);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, SortieTelemetryView *self)
{
  g_hash_table_remove (self->bound, item);
  sortie_telemetry_row_bind (SORTIE_TELEMETRY_ROW (gtk_list_item_get_child (item)), NULL, NULL, 0);
}

static void
show_detail (SortieTelemetryView *self)
{
  g_autoptr (GtkBitset) selected =
      gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  g_autoptr (SortieEventRow) row = NULL;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "telemetry.copy",
                                 !gtk_bitset_is_empty (selected));
  if (!self->shows_details)
    return;
  if (!gtk_bitset_is_empty (selected))
    row = g_list_model_get_item (G_LIST_MODEL (self->selection), gtk_bitset_get_minimum (selected));
  sortie_telemetry_detail_set_row (self->detail, row);
}

/* ---- Actions ---- */

static void
set_paused (SortieTelemetryView *self, gboolean paused)
{
  if (self->paused == paused || (paused && self->mission == NULL))
    return;
  if (paused)
    {
      self->paused_events = sortie_live_mission_get_n_events (self->mission);
      self->paused_rows = g_list_model_get_n_items (sortie_live_mission_get_rows (self->mission));
    }
  show_pause (self, paused);
  if (self->mission != NULL)
    jumped_cb (self);
}

static void
arrange (SortieTelemetryView *self)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  gboolean is_wide = width == 0 || width >= WIDE;

  gtk_widget_set_visible (self->detail_side, self->shows_details);
  gtk_widget_set_visible (self->list_side, is_wide || !self->shows_details);
}

/* Details of nothing would be an empty pane: the newest event, where none is selected. */
static void
select_any (SortieTelemetryView *self)
{
  GtkSelectionModel *selection = GTK_SELECTION_MODEL (self->selection);
  g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (selection);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (selection));

  if (self->shows_details && gtk_bitset_is_empty (selected) && n > 0)
    gtk_selection_model_select_item (selection, n - 1, TRUE);
}

static void
set_details (SortieTelemetryView *self, gboolean shows_details)
{
  if (self->shows_details == shows_details)
    return;
  self->shows_details = shows_details;
  select_any (self);
  show_detail (self);
  arrange (self);
  if (!shows_details)
    gtk_widget_grab_focus (GTK_WIDGET (self->list));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DETAILS]);
}

static void
activate_cb (SortieTelemetryView *self, guint position)
{
  gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);
  set_details (self, TRUE);
}

static void
copy_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SortieTelemetryView *self = SORTIE_TELEMETRY_VIEW (widget);
  g_autofree char *text = NULL;

  if (self->mission == NULL)
    return;
  text = sortie_telemetry_dup_rows (GTK_SELECTION_MODEL (self->selection), self->mission,
                                    get_limit (self));
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}

static void
export_chosen_cb (GFile *file, gpointer user_data)
{
  SortieTelemetryView *self = user_data;

  if (self->mission != NULL)
    sortie_telemetry_export (GTK_WIDGET (self), self->mission, file, self->cancellable);
}

static void
export_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SortieTelemetryView *self = SORTIE_TELEMETRY_VIEW (widget);
  g_autofree char *name = NULL;

  if (self->mission == NULL)
    return;
  name = g_strdup_printf ("%.8s.jsonl", sortie_live_mission_get_mission_id (self->mission));
  sortie_dialogs_save_file (widget, _ ("Export Telemetry"), name, export_chosen_cb, self);
}

/* ---- The widget ---- */

static void
sortie_telemetry_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sortie_telemetry_view_parent_class)->map (widget);
  update_model (SORTIE_TELEMETRY_VIEW (widget));
}

static void
sortie_telemetry_view_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sortie_telemetry_view_parent_class)->unmap (widget);
  update_model (SORTIE_TELEMETRY_VIEW (widget));
}

static gboolean
arrange_cb (gpointer user_data)
{
  arrange (SORTIE_TELEMETRY_VIEW (user_data));
  return G_SOURCE_REMOVE;
}

static void
sortie_telemetry_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SortieTelemetryView *self = SORTIE_TELEMETRY_VIEW (widget);
  gboolean is_wide = width >= WIDE;

  gtk_widget_allocate (self->content, width, height, baseline, NULL);
  /* Showing and hiding is not done in the middle of a layout. */
  if (self->shows_details && gtk_widget_get_visible (self->list_side) != is_wide)
    g_idle_add_full (G_PRIORITY_DEFAULT, arrange_cb, g_object_ref (self), g_object_unref);
}

static void
sortie_telemetry_view_measure (GtkWidget *widget,
                               GtkOrientation orientation,
                               int for_size,
                               int *minimum,
                               int *natural,
                               int *minimum_baseline,
                               int *natural_baseline)
{
  gtk_widget_measure (SORTIE_TELEMETRY_VIEW (widget)->content, orientation, for_size, minimum,
                      natural, NULL, NULL);
}

static void
sortie_telemetry_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SortieTelemetryView *self = SORTIE_TELEMETRY_VIEW (object);

  if (id == PROP_PAUSED)
    g_value_set_boolean (value, self->paused);
  else if (id == PROP_DETAILS)
    g_value_set_boolean (value, self->shows_details);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
sortie_telemetry_view_set_property (GObject *object,
                                    guint id,
                                    const GValue *value,
                                    GParamSpec *pspec)
{
  SortieTelemetryView *self = SORTIE_TELEMETRY_VIEW (object);

  if (id == PROP_PAUSED)
    set_paused (self, g_value_get_boolean (value));
  else if (id == PROP_DETAILS)
    set_details (self, g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
sortie_telemetry_view_dispose (GObject *object)
{
  SortieTelemetryView *self = SORTIE_TELEMETRY_VIEW (object);

  g_cancellable_cancel (self->cancellable);
  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  g_clear_object (&self->signals);
  g_clear_object (&self->row_signals);
  if (self->content != NULL)
    gtk_list_view_set_model (self->list, NULL);
  g_clear_pointer (&self->content, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_pointer (&self->bound, g_hash_table_unref);
  g_clear_object (&self->mission);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (sortie_telemetry_view_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *class)
{
  gtk_widget_class_set_template_from_resource (class,
                                               "/io/github/sortie_app/Sortie/telemetry-view.ui");
  gtk_widget_class_bind_template_child (class, SortieTelemetryView, content);
  gtk_widget_class_bind_template_child (class, SortieTelemetryView, count);
  gtk_widget_class_bind_template_child (class, SortieTelemetryView, filters);
  gtk_widget_class_bind_template_child (class, SortieTelemetryView, pause);
  gtk_widget_class_bind_template_child (class, SortieTelemetryView, paned);
  gtk_widget_class_bind_template_child (class, SortieTelemetryView, list_side);
  gtk_widget_class_bind_template_child (class, SortieTelemetryView, header);
  gtk_widget_class_bind_template_child (class, SortieTelemetryView, stack);
  gtk_widget_class_bind_template_child (class, SortieTelemetryView, empty);
  gtk_widget_class_bind_template_child (class, SortieTelemetryView, list);
  gtk_widget_class_bind_template_child (class, SortieTelemetryView, adjustment);
  gtk_widget_class_bind_template_child (class, SortieTelemetryView, detail_side);
  gtk_widget_class_bind_template_child (class, SortieTelemetryView, detail);
  gtk_widget_class_bind_template_callback (class, setup_cb);
  gtk_widget_class_bind_template_callback (class, bind_cb);
  gtk_widget_class_bind_template_callback (class, unbind_cb);
  gtk_widget_class_bind_template_callback (class, activate_cb);
}

static void
sortie_telemetry_view_class_init (SortieTelemetryViewClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = sortie_telemetry_view_get_property;
  object_class->set_property = sortie_telemetry_view_set_property;
  object_class->dispose = sortie_telemetry_view_dispose;
  widget_class->map = sortie_telemetry_view_map;
  widget_class->unmap = sortie_telemetry_view_unmap;
  widget_class->measure = sortie_telemetry_view_measure;
  widget_class->size_allocate = sortie_telemetry_view_size_allocate;
  properties[PROP_PAUSED] = g_param_spec_boolean ("paused", NULL, NULL, FALSE, flags);
  properties[PROP_DETAILS] = g_param_spec_boolean ("details", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  g_type_ensure (SORTIE_TYPE_TELEMETRY_DETAIL);
  g_type_ensure (SORTIE_TYPE_TELEMETRY_FILTERS);
  bind_template (widget_class);
  gtk_widget_class_set_css_name (widget_class, "telemetryview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_install_property_action (widget_class, "telemetry.pause", "paused");
  gtk_widget_class_install_property_action (widget_class, "telemetry.details", "details");
  gtk_widget_class_install_action (widget_class, "telemetry.copy", NULL, copy_cb);
  gtk_widget_class_install_action (widget_class, "telemetry.export", NULL, export_cb);
}

static void
sortie_telemetry_view_init (SortieTelemetryView *self)
{
  GtkFilter *filter;

  self->bound = g_hash_table_new (NULL, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  gtk_box_append (self->header, sortie_telemetry_row_new_header ());

  filter = GTK_FILTER (sortie_telemetry_filters_get_filter (self->filters));
  self->slice = gtk_slice_list_model_new (NULL, 0, 0);
  self->filtered = gtk_filter_list_model_new (G_LIST_MODEL (self->slice), g_object_ref (filter));
  self->selection = gtk_multi_selection_new (G_LIST_MODEL (self->filtered));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->selection, "selection-changed", G_CALLBACK (show_detail), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (queue_tick), self,
                           G_CONNECT_SWAPPED);

  self->signals = g_signal_group_new (SORTIE_TYPE_LIVE_MISSION);
  g_signal_group_connect_swapped (self->signals, "jumped", G_CALLBACK (jumped_cb), self);
  g_signal_group_connect_swapped (self->signals, "notify::n-events", G_CALLBACK (queue_tick), self);
  self->row_signals = g_signal_group_new (G_TYPE_LIST_MODEL);
  g_signal_group_connect_swapped (self->row_signals, "items-changed", G_CALLBACK (rows_changed_cb),
                                  self);
  show_count (self);
  show_detail (self);
  arrange (self);
}

GtkWidget *
sortie_telemetry_view_new (void)
{
  return g_object_new (SORTIE_TYPE_TELEMETRY_VIEW, NULL);
}

void
sortie_telemetry_view_set_mission (SortieTelemetryView *self, SortieLiveMission *mission)
{
  if (self->mission == mission)
    return;
  set_paused (self, FALSE);
  g_set_object (&self->mission, mission);
  g_signal_group_set_target (self->signals, mission);
  update_model (self);
  sortie_telemetry_detail_set_row (self->detail, NULL);
  show_count (self);
}

void
sortie_telemetry_view_set_source (SortieTelemetryView *self, const char *source)
{
  sortie_telemetry_filters_set_source (self->filters, source);
}

void
sortie_telemetry_view_set_step (SortieTelemetryView *self, int step)
{
  sortie_telemetry_filters_set_step (self->filters, step);
}

GtkSelectionModel *
sortie_telemetry_view_get_rows (SortieTelemetryView *self)
{
  return GTK_SELECTION_MODEL (self->selection);
}
