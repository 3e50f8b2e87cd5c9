/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-timeline-view.h"

#include "sortie-pane-words.h"
#include "sortie-replay-clock.h"
#include "sortie-timeline-chart.h"

#include <glib/gi18n.h>

#define REDRAW_MS 250 /* how often a running mission's bars grow */

struct _SortieTimelineView
{
  GtkWidget parent_instance;
  GtkWidget *content;
  GtkStack *stack;
  SortieTimelineChart *chart;
  GtkWidget *play;
  GtkRange *slider;
  GtkAdjustment *adjustment;
  GtkLabel *time;

  SortieLiveMission *mission; /* (nullable) */
  GSignalGroup *signals;
  guint tick;     /* brings everything up to date with the next frame */
  guint timer;    /* while a mission runs and is seen */
  gint64 arrived; /* g_get_monotonic_time () when the last event came */
  guint wanted;   /* the position that the slider asks for; G_MAXUINT for none */
  gboolean is_showing;

  SortieReplayClock *clock;
  guint playing; /* the tick callback; 0 while it does not play */
  gint64
      play_from; /* frame time at which `play_base` was shown, microseconds; 0 before the first */
  double play_base; /* milliseconds of the replay */
  guint play_position;
};

G_DEFINE_FINAL_TYPE (SortieTimelineView, sortie_timeline_view, GTK_TYPE_WIDGET)

enum
{
  PROP_PLAYING = 1,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

/* ---- What is shown ---- */

static gboolean
is_running (SortieTimelineView *self)
{
  const SortieMissionModel *newest;

  if (self->mission == NULL)
    return FALSE;
  newest = sortie_live_mission_get_newest (self->mission);
  return sortie_mission_model_get_created (newest) > 0 &&
         !sortie_mission_state_is_final (sortie_mission_model_get_state (newest));
}

/* The backend's clock, as far as it is known: ours where it is this machine, else the last event's
 * time and what has passed since. */
static gint64
get_now (SortieTimelineView *self)
{
  const SortieMissionModel *newest = sortie_live_mission_get_newest (self->mission);
  SortieApi *api = sortie_live_mission_get_api (self->mission);
  gint64 time = sortie_mission_model_get_time (newest);

  if (!is_running (self))
    return time;
  if (sortie_backend_address_is_local (sortie_api_get_address (api)) &&
      sortie_event_stream_get_state (sortie_live_mission_get_stream (self->mission)) ==
          SORTIE_EVENT_STREAM_OPEN)
    return MAX (time, g_get_real_time () / 1000);
  return time + (g_get_monotonic_time () - self->arrived) / 1000;
}

static gint64
get_moment (SortieTimelineView *self)
{
  if (sortie_live_mission_is_live (self->mission))
    return get_now (self);
  return sortie_mission_model_get_time (sortie_live_mission_get_model (self->mission));
}

static void
show_slider (SortieTimelineView *self, guint position, guint n_events)
{
  const SortieEvent *event =
      position > 0 ? sortie_live_mission_get_event (self->mission, position - 1) : NULL;
  g_autofree char *clock = event != NULL ? sortie_pane_dup_clock (event->timestamp) : NULL;
  g_autofree char *text = NULL;

  self->is_showing = TRUE;
  gtk_adjustment_configure (self->adjustment, position, 0, n_events, 1, MAX (n_events / 20, 1), 0);
  self->is_showing = FALSE;
  /* Translators: the moment that a replay shows: time of day, events until then, events in all */
  text = g_strdup_printf (_ ("%s · %u of %u"), clock != NULL ? clock : "–", position, n_events);
  gtk_label_set_text (self->time, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->slider), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                  text, -1);
}

static void
show (SortieTimelineView *self)
{
  guint n_events = self->mission != NULL ? sortie_live_mission_get_n_events (self->mission) : 0;
  gboolean is_live = self->mission == NULL || sortie_live_mission_is_live (self->mission);

  gtk_stack_set_visible_child_name (self->stack, n_events > 0 ? "chart" : "empty");
  gtk_widget_set_sensitive (GTK_WIDGET (self->slider), n_events > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "timeline.live", !is_live);
  gtk_widget_set_sensitive (self->play, n_events > 0);
  if (n_events == 0)
    {
      sortie_timeline_chart_update (self->chart, NULL, 0, 0, 0, FALSE);
      return;
    }
  sortie_timeline_chart_update (self->chart, sortie_live_mission_get_model (self->mission),
                                sortie_mission_model_get_created (
                                    sortie_live_mission_get_newest (self->mission)),
                                get_now (self), get_moment (self), !is_live);
  show_slider (self, sortie_live_mission_get_position (self->mission), n_events);
}

static gboolean
timer_cb (gpointer user_data)
{
  show (SORTIE_TIMELINE_VIEW (user_data));
  return G_SOURCE_CONTINUE;
}

/* Bars grow by themselves only while a mission runs and somebody sees it. */
static void
update_timer (SortieTimelineView *self)
{
  gboolean is_needed = gtk_widget_get_mapped (GTK_WIDGET (self)) && is_running (self) &&
                       sortie_live_mission_is_live (self->mission);

  if (is_needed && self->timer == 0)
    self->timer = g_timeout_add (REDRAW_MS, timer_cb, self);
  else if (!is_needed)
    g_clear_handle_id (&self->timer, g_source_remove);
}

static void
apply_wanted (SortieTimelineView *self)
{
  guint wanted = self->wanted;

  self->wanted = G_MAXUINT;
  if (self->mission == NULL || wanted == G_MAXUINT)
    return;
  if (wanted >= sortie_live_mission_get_n_events (self->mission))
    sortie_live_mission_go_live (self->mission);
  else
    sortie_live_mission_show (self->mission, wanted);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  SortieTimelineView *self = SORTIE_TIMELINE_VIEW (widget);

  apply_wanted (self);
  self->tick = 0;
  show (self);
  update_timer (self);
  return G_SOURCE_REMOVE;
}

static void
queue_update (SortieTimelineView *self)
{
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
arrived_cb (SortieTimelineView *self)
{
  self->arrived = g_get_monotonic_time ();
  queue_update (self);
}

/* ---- Seeking ---- */

static void
want (SortieTimelineView *self, guint position)
{
  self->wanted = position;
  queue_update (self);
}

static void
value_cb (SortieTimelineView *self)
{
  if (!self->is_showing)
    want (self, (guint) (gtk_adjustment_get_value (self->adjustment) + 0.5));
}

/* The moment after all events until that time. They come in order, save for clocks that were set. */
static void
seek_cb (SortieTimelineView *self, gint64 time)
{
  guint low = 0, high;

  if (self->mission == NULL)
    return;
  high = sortie_live_mission_get_n_events (self->mission);
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (sortie_live_mission_get_event (self->mission, middle)->timestamp <= time)
        low = middle + 1;
      else
        high = middle;
    }
  want (self, low);
}

static void
live_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SortieTimelineView *self = SORTIE_TIMELINE_VIEW (widget);

  self->wanted = G_MAXUINT;
  if (self->mission != NULL)
    sortie_live_mission_go_live (self->mission);
}

/* ---- Playing ---- */

static void
show_playing (SortieTimelineView *self)
{
  gboolean plays = self->playing != 0;

  gtk_button_set_icon_name (GTK_BUTTON (self->play), plays ? "media-playback-pause-symbolic"
                                                           : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (self->play, plays ? _ ("Pause Replay") : _ ("Replay Mission"));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PLAYING]);
}

static void
stop_playing (SortieTimelineView *self)
{
  if (self->playing == 0)
    return;
  gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->playing);
  self->playing = 0;
  show_playing (self);
}

static void
fill_clock (SortieTimelineView *self)
{
  guint n = sortie_live_mission_get_n_events (self->mission);

  if (sortie_replay_clock_get_n_events (self->clock) > n)
    sortie_replay_clock_clear (self->clock);
  for (guint i = sortie_replay_clock_get_n_events (self->clock); i < n; i++)
    sortie_replay_clock_add (self->clock,
                             sortie_live_mission_get_event (self->mission, i)->timestamp);
}

static gboolean
play_cb (GtkWidget *widget, GdkFrameClock *frame_clock, gpointer user_data)
{
  SortieTimelineView *self = SORTIE_TIMELINE_VIEW (widget);
  gint64 now = gdk_frame_clock_get_frame_time (frame_clock);
  guint position = sortie_live_mission_get_position (self->mission);
  double elapsed;

  fill_clock (self);
  /* From where it stands: at first, and where a person has moved the slider meanwhile. */
  if (self->play_from == 0 || position != self->play_position)
    {
      self->play_from = now;
      self->play_base = sortie_replay_clock_get_elapsed (self->clock, position);
    }
  elapsed = self->play_base + (double) (now - self->play_from) / 1000;
  position = MAX (position, sortie_replay_clock_get_position (self->clock, elapsed));
  self->play_position = position;
  if (position < sortie_live_mission_get_n_events (self->mission))
    {
      sortie_live_mission_show (self->mission, position);
      return G_SOURCE_CONTINUE;
    }
  self->playing = 0;
  show_playing (self);
  sortie_live_mission_go_live (self->mission);
  return G_SOURCE_REMOVE;
}

static void
set_playing (SortieTimelineView *self, gboolean plays)
{
  if (!plays)
    stop_playing (self);
  if (!plays || self->playing != 0 || self->mission == NULL ||
      sortie_live_mission_get_n_events (self->mission) == 0)
    return;
  if (sortie_live_mission_get_position (self->mission) >=
      sortie_live_mission_get_n_events (self->mission))
    sortie_live_mission_show (self->mission, 0);
  self->play_from = 0;
  self->playing = gtk_widget_add_tick_callback (GTK_WIDGET (self), play_cb, NULL, NULL);
  show_playing (self);
}

/* ---- The widget ---- */

static void
jumped_cb (SortieTimelineView *self)
{
  queue_update (self);
}

static void
sortie_timeline_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sortie_timeline_view_parent_class)->map (widget);
  queue_update (SORTIE_TIMELINE_VIEW (widget));
}

static void
sortie_timeline_view_unmap (GtkWidget *widget)
{
  SortieTimelineView *self = SORTIE_TIMELINE_VIEW (widget);

  stop_playing (self);
  g_clear_handle_id (&self->timer, g_source_remove);
  GTK_WIDGET_CLASS (sortie_timeline_view_parent_class)->unmap (widget);
}

static void
sortie_timeline_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PLAYING)
    g_value_set_boolean (value, SORTIE_TIMELINE_VIEW (object)->playing != 0);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
sortie_timeline_view_set_property (GObject *object,
                                   guint id,
                                   const GValue *value,
                                   GParamSpec *pspec)
{
  if (id == PROP_PLAYING)
    set_playing (SORTIE_TIMELINE_VIEW (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
sortie_timeline_view_dispose (GObject *object)
{
  SortieTimelineView *self = SORTIE_TIMELINE_VIEW (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  if (self->playing != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->playing);
  self->tick = self->playing = 0;
  g_clear_object (&self->signals);
  g_clear_object (&self->mission);
  g_clear_pointer (&self->content, gtk_widget_unparent);
  G_OBJECT_CLASS (sortie_timeline_view_parent_class)->dispose (object);
}

static void
sortie_timeline_view_finalize (GObject *object)
{
  sortie_replay_clock_free (SORTIE_TIMELINE_VIEW (object)->clock);
  G_OBJECT_CLASS (sortie_timeline_view_parent_class)->finalize (object);
}

static void
sortie_timeline_view_class_init (SortieTimelineViewClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->get_property = sortie_timeline_view_get_property;
  object_class->set_property = sortie_timeline_view_set_property;
  object_class->dispose = sortie_timeline_view_dispose;
  object_class->finalize = sortie_timeline_view_finalize;
  widget_class->map = sortie_timeline_view_map;
  widget_class->unmap = sortie_timeline_view_unmap;
  properties[PROP_PLAYING] =
      g_param_spec_boolean ("playing", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  g_type_ensure (SORTIE_TYPE_TIMELINE_CHART);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/timeline-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieTimelineView, content);
  gtk_widget_class_bind_template_child (widget_class, SortieTimelineView, stack);
  gtk_widget_class_bind_template_child (widget_class, SortieTimelineView, chart);
  gtk_widget_class_bind_template_child (widget_class, SortieTimelineView, play);
  gtk_widget_class_bind_template_child (widget_class, SortieTimelineView, slider);
  gtk_widget_class_bind_template_child (widget_class, SortieTimelineView, adjustment);
  gtk_widget_class_bind_template_child (widget_class, SortieTimelineView, time);
  gtk_widget_class_bind_template_callback (widget_class, value_cb);
  gtk_widget_class_bind_template_callback (widget_class, seek_cb);
  gtk_widget_class_install_property_action (widget_class, "timeline.play", "playing");
  gtk_widget_class_install_action (widget_class, "timeline.live", NULL, live_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "timelineview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
sortie_timeline_view_init (SortieTimelineView *self)
{
  self->wanted = G_MAXUINT;
  self->clock = sortie_replay_clock_new ();
  self->signals = g_signal_group_new (SORTIE_TYPE_LIVE_MISSION);
  g_signal_group_connect_swapped (self->signals, "notify::n-events", G_CALLBACK (arrived_cb), self);
  g_signal_group_connect_swapped (self->signals, "jumped", G_CALLBACK (jumped_cb), self);
  gtk_widget_init_template (GTK_WIDGET (self));
  show (self);
}

GtkWidget *
sortie_timeline_view_new (void)
{
  return g_object_new (SORTIE_TYPE_TIMELINE_VIEW, NULL);
}

void
sortie_timeline_view_set_mission (SortieTimelineView *self, SortieLiveMission *mission)
{
  if (self->mission == mission)
    return;
  stop_playing (self);
  self->wanted = G_MAXUINT;
  sortie_replay_clock_clear (self->clock);
  g_set_object (&self->mission, mission);
  g_signal_group_set_target (self->signals, mission);
  self->arrived = g_get_monotonic_time ();
  show (self);
  update_timer (self);
}
