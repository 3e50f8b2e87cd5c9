/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-progress-line.h"

#include "sortie-mission-words.h"

#include <glib/gi18n.h>

struct _SortieProgressLine
{
  GtkWidget parent_instance;
  SortieLiveMission *mission; /* (nullable) */
  GSignalGroup *signals;
  GtkStack *status;
  GtkImage *icon;
  GtkSpinner *spinner;
  GtkLabel *count;
  GtkLabel *detail;
  GtkProgressBar *bar;
  GtkLabel *elapsed;
  guint timer; /* while a mission runs and the line is seen */
  guint tick;  /* an update that waits for the next frame */
};

G_DEFINE_FINAL_TYPE (SortieProgressLine, sortie_progress_line, GTK_TYPE_WIDGET)

static gboolean
is_running (SortieProgressLine *self)
{
  const SortieMissionModel *model;

  if (self->mission == NULL || !sortie_live_mission_is_live (self->mission))
    return FALSE;
  model = sortie_live_mission_get_model (self->mission);
  return !sortie_mission_state_is_final (sortie_mission_model_get_state (model));
}

static void
set_text (GtkLabel *label, const char *text)
{
  if (!g_str_equal (gtk_label_get_text (label), text))
    gtk_label_set_text (label, text);
}

static void
update_status (SortieProgressLine *self, SortieMissionState state)
{
  const char *icon = sortie_mission_words_get_icon (state);
  const char *classes[] = { sortie_mission_words_get_class (state), NULL };

  if (icon != NULL)
    gtk_image_set_from_icon_name (self->icon, icon);
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon), classes);
  gtk_spinner_set_spinning (self->spinner, icon == NULL);
  gtk_stack_set_visible_child (self->status,
                               icon != NULL ? GTK_WIDGET (self->icon) : GTK_WIDGET (self->spinner));
}

static void
update_times (SortieProgressLine *self, const SortieMissionModel *model)
{
  gint64 now = is_running (self) ? g_get_real_time () / 1000 : 0;
  gint64 created = sortie_mission_model_get_created (model);
  gint64 finished = sortie_mission_model_get_finished (model);
  gint64 end = finished > 0 ? finished : now > 0 ? now : sortie_mission_model_get_time (model);
  g_autofree char *elapsed =
      sortie_mission_words_dup_elapsed (created > 0 ? end - created : 0, finished > 0);
  g_autofree char *detail =
      sortie_progress_words_dup_detail (model,
                                        now > 0 ? now : sortie_mission_model_get_time (model));

  set_text (self->elapsed, elapsed);
  set_text (self->detail, detail);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->detail), *detail != '\0' ? detail : NULL);
}

static gboolean
timer_cb (gpointer user_data)
{
  SortieProgressLine *self = user_data;

  update_times (self, sortie_live_mission_get_model (self->mission));
  return G_SOURCE_CONTINUE;
}

/* The clock ticks only while there is something to tell, and somebody sees it. */
static void
update_timer (SortieProgressLine *self)
{
  gboolean wanted = is_running (self) && gtk_widget_get_mapped (GTK_WIDGET (self));

  if (wanted && self->timer == 0)
    self->timer = g_timeout_add_seconds (1, timer_cb, self);
  else if (!wanted)
    g_clear_handle_id (&self->timer, g_source_remove);
}

static void
update (SortieProgressLine *self)
{
  const SortieMissionModel *model;
  g_autofree char *count = NULL;
  SortieMissionState state;
  int n, done;

  update_timer (self);
  if (self->mission == NULL)
    return;
  model = sortie_live_mission_get_model (self->mission);
  state = sortie_mission_model_get_state (model);
  n = sortie_mission_model_get_n_steps (model);
  done = sortie_mission_model_get_n_steps_done (model);
  count = sortie_progress_words_dup_count (model);
  update_status (self, state);
  set_text (self->count, count);
  gtk_progress_bar_set_fraction (self->bar, n > 0 ? (double) done / n : 0);
  gtk_widget_set_visible (GTK_WIDGET (self->bar), !sortie_mission_state_is_final (state));
  update_times (self, model);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  SortieProgressLine *self = SORTIE_PROGRESS_LINE (widget);

  self->tick = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

/* Once a frame, however many events there are. */
static void
event_cb (SortieLiveMission *mission,
          const SortieEvent *event,
          guint changes,
          SortieProgressLine *self)
{
  if (changes == SORTIE_MODEL_DRAFT_GREW || self->tick != 0)
    return;
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
sortie_progress_line_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sortie_progress_line_parent_class)->map (widget);
  update (SORTIE_PROGRESS_LINE (widget));
}

static void
sortie_progress_line_unmap (GtkWidget *widget)
{
  SortieProgressLine *self = SORTIE_PROGRESS_LINE (widget);

  if (self->tick != 0)
    gtk_widget_remove_tick_callback (widget, self->tick);
  self->tick = 0;
  GTK_WIDGET_CLASS (sortie_progress_line_parent_class)->unmap (widget);
  update_timer (self);
}

static void
sortie_progress_line_dispose (GObject *object)
{
  SortieProgressLine *self = SORTIE_PROGRESS_LINE (object);
  GtkWidget *child;

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->signals);
  g_clear_object (&self->mission);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (sortie_progress_line_parent_class)->dispose (object);
}

static void
sortie_progress_line_class_init (SortieProgressLineClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_progress_line_dispose;
  widget_class->map = sortie_progress_line_map;
  widget_class->unmap = sortie_progress_line_unmap;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/progress-line.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieProgressLine, status);
  gtk_widget_class_bind_template_child (widget_class, SortieProgressLine, icon);
  gtk_widget_class_bind_template_child (widget_class, SortieProgressLine, spinner);
  gtk_widget_class_bind_template_child (widget_class, SortieProgressLine, count);
  gtk_widget_class_bind_template_child (widget_class, SortieProgressLine, detail);
  gtk_widget_class_bind_template_child (widget_class, SortieProgressLine, bar);
  gtk_widget_class_bind_template_child (widget_class, SortieProgressLine, elapsed);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "progressline");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
sortie_progress_line_init (SortieProgressLine *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Progress"), -1);
  self->signals = g_signal_group_new (SORTIE_TYPE_LIVE_MISSION);
  g_signal_group_connect (self->signals, "event", G_CALLBACK (event_cb), self);
  g_signal_group_connect_swapped (self->signals, "jumped", G_CALLBACK (update), self);
}

GtkWidget *
sortie_progress_line_new (void)
{
  return g_object_new (SORTIE_TYPE_PROGRESS_LINE, NULL);
}

void
sortie_progress_line_set_mission (SortieProgressLine *self, SortieLiveMission *mission)
{
  if (!g_set_object (&self->mission, mission))
    return;
  g_signal_group_set_target (self->signals, mission);
  gtk_spinner_set_spinning (self->spinner, FALSE);
  update (self);
}
