/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-timeline-chart.h"

#include "sortie-pane-words.h"
#include "sortie-shown-text.h"
#include "sortie-timeline-bar.h"

#include <glib/gi18n.h>

#define MIN_SPAN 50   /* milliseconds that the axis spans at least */
#define TICK_WIDTH 96 /* pixels between two marks, at least */
#define MIN_BAR 8     /* pixels of the shortest bar */
#define ROW_SPACING 4
#define GAP 9          /* between labels and bars */
#define MAX_LABELS 0.3 /* of the width that the labels may take */
#define MAX_QUESTION 300

struct _SortieTimelineChart
{
  GtkWidget parent_instance;
  GPtrArray *labels; /* GtkWidget: of step 1, 2, … */
  GPtrArray *bars;   /* SortieTimelineBar */
  gint64 begin;
  gint64 end;
  gint64 moment;
  gboolean shows_line;
  int label_width; /* of the last layout, as what follows */
  int row_height;
  int axis_height;
};

G_DEFINE_FINAL_TYPE (SortieTimelineChart, sortie_timeline_chart, GTK_TYPE_WIDGET)

enum
{
  SEEK,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

gint64
sortie_timeline_get_tick (gint64 span, int width)
{
  static const gint64 ticks[] = {
    1,      2,      5,       10,      20,      50,       100,      200,      500,
    1000,   2000,   5000,    10000,   15000,   30000,    60000,    120000,   300000,
    600000, 900000, 1800000, 3600000, 7200000, 14400000, 28800000, 86400000,
  };
  gint64 n = MAX (width / TICK_WIDTH, 1);

  for (guint i = 0; i < G_N_ELEMENTS (ticks); i++)
    if (span / ticks[i] <= n)
      return ticks[i];
  /* Days: what a broken clock can tell. */
  return (span / n / 86400000 + 1) * 86400000;
}

/* ---- Places ---- */

static int
get_bars_width (SortieTimelineChart *self)
{
  return MAX (gtk_widget_get_width (GTK_WIDGET (self)) - self->label_width - GAP, 1);
}

/* From the left end of the bars. */
static int
place_of (SortieTimelineChart *self, gint64 time, int width)
{
  gint64 span = MAX (self->end - self->begin, MIN_SPAN);

  return (int) ((double) (CLAMP (time, self->begin, self->begin + span) - self->begin) * width /
                (double) span);
}

static int
mirror (SortieTimelineChart *self, int x, int width)
{
  if (gtk_widget_get_direction (GTK_WIDGET (self)) != GTK_TEXT_DIR_RTL)
    return x;
  return gtk_widget_get_width (GTK_WIDGET (self)) - x - width;
}

/* ---- Steps and attempts ---- */

static GtkWidget *
ensure_label (SortieTimelineChart *self, guint index)
{
  while (self->labels->len <= index)
    {
      GtkWidget *label = gtk_label_new (NULL);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      gtk_widget_add_css_class (label, "step");
      gtk_widget_set_parent (label, GTK_WIDGET (self));
      g_ptr_array_add (self->labels, label);
    }
  return g_ptr_array_index (self->labels, index);
}

static void
show_step (SortieTimelineChart *self, const SortieModelStep *step)
{
  GtkWidget *label = ensure_label (self, (guint) step->number - 1);
  g_autofree char *agent = sortie_pane_dup_source (step->agent);
  g_autofree char *question = sortie_shown_line (step->question, MAX_QUESTION);
  g_autofree char *text = g_strdup_printf ("%d  %s", step->number, agent);

  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_widget_set_tooltip_text (label, *question != '\0' ? question : NULL);
  if (step->n_kept == 0)
    gtk_widget_add_css_class (label, "dim-label");
  else
    gtk_widget_remove_css_class (label, "dim-label");
}

static void
chosen_cb (SortieTimelineBar *bar, SortieTimelineChart *self)
{
  g_signal_emit (self, signals[SEEK], 0, sortie_timeline_bar_get_begin (bar));
}

/* The bar at `*next` where it is that attempt's, else a new one in its place: attempts come in the
 * order of steps, so those that are no more drop out. */
static SortieTimelineBar *
take_bar (SortieTimelineChart *self, guint *next, int step, int attempt)
{
  GtkWidget *before, *bar;

  while (*next < self->bars->len)
    {
      SortieTimelineBar *there = g_ptr_array_index (self->bars, *next);
      int other = sortie_timeline_bar_get_step (there);

      if (other == step && sortie_timeline_bar_get_attempt (there) == attempt)
        {
          (*next)++;
          return there;
        }
      if (other > step || (other == step && sortie_timeline_bar_get_attempt (there) > attempt))
        break;
      gtk_widget_unparent (GTK_WIDGET (there));
      g_ptr_array_remove_index (self->bars, *next);
    }
  bar = sortie_timeline_bar_new (step, attempt);
  g_signal_connect (bar, "chosen", G_CALLBACK (chosen_cb), self);
  before = *next < self->bars->len ? g_ptr_array_index (self->bars, *next) : NULL;
  gtk_widget_insert_before (bar, GTK_WIDGET (self), before);
  g_ptr_array_insert (self->bars, (int) (*next)++, bar);
  return SORTIE_TIMELINE_BAR (bar);
}

static void
drop_from (GPtrArray *widgets, guint length)
{
  for (guint i = length; i < widgets->len; i++)
    gtk_widget_unparent (g_ptr_array_index (widgets, i));
  if (length < widgets->len)
    g_ptr_array_set_size (widgets, (int) length);
}

void
sortie_timeline_chart_update (SortieTimelineChart *self,
                              const SortieMissionModel *model,
                              gint64 begin,
                              gint64 end,
                              gint64 moment,
                              gboolean shows_line)
{
  int n_steps = model != NULL ? sortie_mission_model_get_n_steps (model) : 0;
  guint n_bars = 0;
  guint n_before = self->bars->len + self->labels->len;

  self->begin = begin;
  self->end = end;
  self->moment = moment;
  self->shows_line = shows_line;
  for (int i = 1; i <= n_steps; i++)
    {
      const SortieModelStep *step = sortie_mission_model_get_step (model, i);

      show_step (self, step);
      for (int j = 0; j < step->n_kept; j++)
        sortie_timeline_bar_update (take_bar (self, &n_bars, i, step->attempts[j].number), step,
                                    &step->attempts[j], moment);
    }
  drop_from (self->bars, n_bars);
  drop_from (self->labels, (guint) n_steps);
  if (self->bars->len + self->labels->len != n_before)
    gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- Layout ---- */

static void
measure_rows (SortieTimelineChart *self)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), "0");

  self->row_height = 20;
  pango_layout_get_pixel_size (layout, NULL, &self->axis_height);
  self->axis_height += 6;
  for (guint i = 0; i < self->labels->len; i++)
    {
      int height;

      gtk_widget_measure (g_ptr_array_index (self->labels, i), GTK_ORIENTATION_VERTICAL, -1, NULL,
                          &height, NULL, NULL);
      self->row_height = MAX (self->row_height, height);
    }
}

static int
measure_labels (SortieTimelineChart *self)
{
  int width = 0;

  for (guint i = 0; i < self->labels->len; i++)
    {
      int natural;

      gtk_widget_measure (g_ptr_array_index (self->labels, i), GTK_ORIENTATION_HORIZONTAL, -1, NULL,
                          &natural, NULL, NULL);
      width = MAX (width, natural);
    }
  return width;
}

static void
sortie_timeline_chart_measure (GtkWidget *widget,
                               GtkOrientation orientation,
                               int for_size,
                               int *minimum,
                               int *natural,
                               int *minimum_baseline,
                               int *natural_baseline)
{
  SortieTimelineChart *self = SORTIE_TIMELINE_CHART (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = 200;
      *natural = 600;
      return;
    }
  measure_rows (self);
  *minimum = *natural =
      (int) self->labels->len * (self->row_height + ROW_SPACING) + self->axis_height;
}

static void
allocate_at (SortieTimelineChart *self, GtkWidget *child, int x, int y, int width, int height)
{
  GskTransform *place =
      gsk_transform_translate (NULL,
                               &GRAPHENE_POINT_INIT ((float) mirror (self, x, width), (float) y));
  int least;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  gtk_widget_allocate (child, MAX (width, least), height, -1, place);
}

static void
sortie_timeline_chart_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SortieTimelineChart *self = SORTIE_TIMELINE_CHART (widget);
  int row = 0, left = 0, last = 0, bars_width;

  measure_rows (self);
  row = self->row_height + ROW_SPACING;
  self->label_width = MIN (measure_labels (self), (int) (width * MAX_LABELS));
  bars_width = get_bars_width (self);
  for (guint i = 0; i < self->labels->len; i++)
    allocate_at (self, g_ptr_array_index (self->labels, i), 0, (int) i * row, self->label_width,
                 self->row_height);
  for (guint i = 0; i < self->bars->len; i++)
    {
      SortieTimelineBar *bar = g_ptr_array_index (self->bars, i);
      int x = place_of (self, sortie_timeline_bar_get_begin (bar), bars_width);
      int end = place_of (self, sortie_timeline_bar_get_end (bar), bars_width);

      /* Short ones are made longer, so the next of the same step may have to stand aside. */
      if (sortie_timeline_bar_get_step (bar) != last)
        left = 0;
      last = sortie_timeline_bar_get_step (bar);
      x = CLAMP (x, MIN (left, bars_width - MIN_BAR), MAX (bars_width - MIN_BAR, 0));
      end = MIN (MAX (end, x + MIN_BAR), bars_width);
      allocate_at (self, GTK_WIDGET (bar), self->label_width + GAP + x,
                   (sortie_timeline_bar_get_step (bar) - 1) * row, MAX (end - x, 1),
                   self->row_height);
      left = end + 1;
    }
}

/* ---- Drawing ---- */

static void
draw_mark (SortieTimelineChart *self, GtkSnapshot *snapshot, const GdkRGBA *color, gint64 after)
{
  g_autofree char *text = sortie_pane_dup_duration (after);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  int bars_width = get_bars_width (self);
  int rows = (int) self->labels->len * (self->row_height + ROW_SPACING);
  int x = self->label_width + GAP + place_of (self, self->begin + after, bars_width);
  GdkRGBA faint = *color;
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  faint.alpha *= 0.15f;
  gtk_snapshot_append_color (snapshot, &faint,
                             &GRAPHENE_RECT_INIT ((float) mirror (self, x, 1), 0, 1,
                                                  (float) rows + 3));
  faint.alpha = color->alpha * 0.65f;
  x = MIN (x, self->label_width + GAP + bars_width - width);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT ((float) mirror (self, x, width), (float) rows + 4));
  gtk_snapshot_append_layout (snapshot, layout, &faint);
  gtk_snapshot_restore (snapshot);
}

static void
sortie_timeline_chart_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SortieTimelineChart *self = SORTIE_TIMELINE_CHART (widget);
  gint64 span = MAX (self->end - self->begin, MIN_SPAN);
  int bars_width = get_bars_width (self);
  gint64 tick = sortie_timeline_get_tick (span, bars_width);
  GdkRGBA color, accent;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  if (self->labels->len > 0)
    for (gint64 after = 0; after <= span; after += tick)
      draw_mark (self, snapshot, &color, after);
  GTK_WIDGET_CLASS (sortie_timeline_chart_parent_class)->snapshot (widget, snapshot);
  if (self->shows_line && self->labels->len > 0)
    {
      int x = self->label_width + GAP + place_of (self, self->moment, bars_width);

      if (!gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), "accent_color",
                                           &accent))
        accent = color;
      gtk_snapshot_append_color (snapshot, &accent,
                                 &GRAPHENE_RECT_INIT ((float) mirror (self, x - 1, 2), 0, 2,
                                                      (float) self->labels->len *
                                                          (float) (self->row_height +
                                                                   ROW_SPACING)));
    }
}

/* ---- Input ---- */

static void
seek (SortieTimelineChart *self, double x)
{
  int width = get_bars_width (self);
  double from_left = mirror (self, (int) x, 0) - self->label_width - GAP;
  gint64 span = MAX (self->end - self->begin, MIN_SPAN);

  if (self->labels->len > 0)
    g_signal_emit (self, signals[SEEK], 0,
                   self->begin + (gint64) (CLAMP (from_left / width, 0, 1) * (double) span));
}

static void
drag_begin_cb (SortieTimelineChart *self, double x, double y, GtkGestureDrag *drag)
{
  if (mirror (self, (int) x, 0) < self->label_width)
    {
      gtk_gesture_set_state (GTK_GESTURE (drag), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  gtk_gesture_set_state (GTK_GESTURE (drag), GTK_EVENT_SEQUENCE_CLAIMED);
  seek (self, x);
}

static void
drag_update_cb (SortieTimelineChart *self, double x, double y, GtkGestureDrag *drag)
{
  double start_x, start_y;

  if (gtk_gesture_drag_get_start_point (drag, &start_x, &start_y))
    seek (self, start_x + x);
}

/* ---- The object ---- */

static void
sortie_timeline_chart_dispose (GObject *object)
{
  SortieTimelineChart *self = SORTIE_TIMELINE_CHART (object);

  drop_from (self->bars, 0);
  drop_from (self->labels, 0);
  G_OBJECT_CLASS (sortie_timeline_chart_parent_class)->dispose (object);
}

static void
sortie_timeline_chart_finalize (GObject *object)
{
  SortieTimelineChart *self = SORTIE_TIMELINE_CHART (object);

  g_ptr_array_unref (self->bars);
  g_ptr_array_unref (self->labels);
  G_OBJECT_CLASS (sortie_timeline_chart_parent_class)->finalize (object);
}

static void
sortie_timeline_chart_class_init (SortieTimelineChartClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->dispose = sortie_timeline_chart_dispose;
  object_class->finalize = sortie_timeline_chart_finalize;
  widget_class->measure = sortie_timeline_chart_measure;
  widget_class->size_allocate = sortie_timeline_chart_size_allocate;
  widget_class->snapshot = sortie_timeline_chart_snapshot;
  signals[SEEK] = g_signal_new ("seek", SORTIE_TYPE_TIMELINE_CHART, G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  gtk_widget_class_set_css_name (widget_class, "timelinechart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST);
}

static void
sortie_timeline_chart_init (SortieTimelineChart *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  self->labels = g_ptr_array_new ();
  self->bars = g_ptr_array_new ();
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Attempts over time"), -1);
}
