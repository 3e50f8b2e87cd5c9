/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-diagram-edge.h"

#include "sortie-shown-text.h"

#include <adwaita.h>
#include <math.h>

#define PULSE_MILLISECONDS 700
#define PULSE_RADIUS 4.0
#define HALO_RADIUS 8.0
#define PAD 10.0 /* around the spline: the pulse, the arrow head, the width of the line */
#define MAX_LABEL 64

struct _SortieDiagramEdge
{
  GtkWidget parent_instance;
  GtkWidget *label; /* (nullable) */
  SortieLayoutSpline spline;
  graphene_rect_t area;
  SortieEdgeLook look;
  AdwAnimation *animation; /* (nullable): while it pulses */
  double pulse;            /* 0 to 1 */
};

G_DEFINE_FINAL_TYPE (SortieDiagramEdge, sortie_diagram_edge, GTK_TYPE_WIDGET)

/* ---- Geometry ---- */

static SortiePoint
point_at (const SortieLayoutSpline *spline, double t)
{
  guint n = (spline->n_points - 1) / 3;
  double place = CLAMP (t, 0, 1) * n;
  guint piece = MIN ((guint) place, n - 1);
  const SortiePoint *p = spline->points + piece * 3;
  double v = place - piece;
  double u = 1 - v;

  return (SortiePoint){
    u * u * u * p[0].x + 3 * u * u * v * p[1].x + 3 * u * v * v * p[2].x + v * v * v * p[3].x,
    u * u * u * p[0].y + 3 * u * u * v * p[1].y + 3 * u * v * v * p[2].y + v * v * v * p[3].y,
  };
}

static void
include (graphene_rect_t *area, double x, double y, double half_width, double half_height)
{
  graphene_rect_t part = GRAPHENE_RECT_INIT ((float) (x - half_width), (float) (y - half_height),
                                             (float) half_width * 2, (float) half_height * 2);

  graphene_rect_union (area, &part, area);
}

static void
find_area (SortieDiagramEdge *self)
{
  const SortieLayoutSpline *spline = &self->spline;
  double width;
  double height;

  self->area = GRAPHENE_RECT_INIT (0, 0, 0, 0);
  if (spline->n_points == 0)
    return;
  self->area = GRAPHENE_RECT_INIT ((float) (spline->tip.x - PAD), (float) (spline->tip.y - PAD),
                                   (float) PAD * 2, (float) PAD * 2);
  for (guint i = 0; i <= spline->n_points * 2; i++)
    {
      SortiePoint point = point_at (spline, i / (spline->n_points * 2.0));

      include (&self->area, point.x, point.y, PAD, PAD);
    }
  sortie_diagram_edge_measure_label (self, &width, &height);
  if (width > 0)
    include (&self->area, spline->label.x, spline->label.y, width / 2, height / 2);
}

/* ---- Drawing ---- */

static void
draw_line (SortieDiagramEdge *self, cairo_t *cr)
{
  static const double widths[SORTIE_N_EDGE_LOOKS] = {
    [SORTIE_EDGE_IDLE] = 1.4,     [SORTIE_EDGE_LIT] = 2.6,    [SORTIE_EDGE_TRAVELLED] = 1.6,
    [SORTIE_EDGE_RETRYING] = 2.2, [SORTIE_EDGE_FAILED] = 2.2, [SORTIE_EDGE_FALLBACK] = 1.8,
  };
  static const double dashes[] = { 5, 4 };
  const SortiePoint *p = self->spline.points;

  /* Not by colour alone: what is interrupted is dashed. */
  if (self->look == SORTIE_EDGE_RETRYING || self->look == SORTIE_EDGE_FALLBACK ||
      self->look == SORTIE_EDGE_FAILED)
    cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_set_line_width (cr, widths[self->look]);
  cairo_move_to (cr, p[0].x, p[0].y);
  for (guint i = 1; i + 2 < self->spline.n_points; i += 3)
    cairo_curve_to (cr, p[i].x, p[i].y, p[i + 1].x, p[i + 1].y, p[i + 2].x, p[i + 2].y);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
draw_head (SortieDiagramEdge *self, cairo_t *cr)
{
  SortiePoint end = self->spline.points[self->spline.n_points - 1];
  SortiePoint tip = self->spline.tip;
  double length = hypot (tip.x - end.x, tip.y - end.y);
  double half = self->look == SORTIE_EDGE_LIT ? 4.4 : 3.4;
  double dx;
  double dy;

  if (length < 0.5)
    return;
  dx = (tip.x - end.x) / length;
  dy = (tip.y - end.y) / length;
  cairo_move_to (cr, tip.x, tip.y);
  cairo_line_to (cr, end.x - dy * half, end.y + dx * half);
  cairo_line_to (cr, end.x + dy * half, end.y - dx * half);
  cairo_close_path (cr);
  cairo_fill (cr);
}

static void
draw_pulse (SortieDiagramEdge *self, cairo_t *cr, const GdkRGBA *color)
{
  SortiePoint point = point_at (&self->spline, self->pulse);

  cairo_set_source_rgba (cr, color->red, color->green, color->blue, color->alpha * 0.3);
  cairo_arc (cr, point.x, point.y, HALO_RADIUS, 0, 2 * G_PI);
  cairo_fill (cr);
  gdk_cairo_set_source_rgba (cr, color);
  cairo_arc (cr, point.x, point.y, PULSE_RADIUS, 0, 2 * G_PI);
  cairo_fill (cr);
}

static void
sortie_diagram_edge_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SortieDiagramEdge *self = SORTIE_DIAGRAM_EDGE (widget);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, self->area.size.width, self->area.size.height);
  GdkRGBA color;
  cairo_t *cr;

  if (self->spline.n_points == 0)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  cairo_translate (cr, -self->area.origin.x, -self->area.origin.y);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  gdk_cairo_set_source_rgba (cr, &color);
  draw_line (self, cr);
  draw_head (self, cr);
  cairo_destroy (cr);
  if (self->label != NULL)
    gtk_widget_snapshot_child (widget, self->label, snapshot);
  if (self->animation == NULL)
    return;
  cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  cairo_translate (cr, -self->area.origin.x, -self->area.origin.y);
  draw_pulse (self, cr, &color);
  cairo_destroy (cr);
}

/* ---- Size ---- */

/* Its parent knows its area. */
static void
sortie_diagram_edge_measure (GtkWidget *widget,
                             GtkOrientation orientation,
                             int for_size,
                             int *minimum,
                             int *natural,
                             int *minimum_baseline,
                             int *natural_baseline)
{
  *minimum = *natural = 0;
}

static void
sortie_diagram_edge_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SortieDiagramEdge *self = SORTIE_DIAGRAM_EDGE (widget);
  graphene_point_t place;
  double label_width;
  double label_height;

  if (self->label == NULL)
    return;
  sortie_diagram_edge_measure_label (self, &label_width, &label_height);
  place.x = (float) (self->spline.label.x - self->area.origin.x - label_width / 2);
  place.y = (float) (self->spline.label.y - self->area.origin.y - label_height / 2);
  gtk_widget_allocate (self->label, (int) label_width, (int) label_height, -1,
                       gsk_transform_translate (NULL, &place));
}

void
sortie_diagram_edge_measure_label (SortieDiagramEdge *self, double *width, double *height)
{
  int natural_width = 0;
  int natural_height = 0;

  if (self->label != NULL)
    {
      gtk_widget_measure (self->label, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural_width, NULL,
                          NULL);
      gtk_widget_measure (self->label, GTK_ORIENTATION_VERTICAL, natural_width, NULL,
                          &natural_height, NULL, NULL);
    }
  *width = natural_width;
  *height = natural_height;
}

/* ---- Pulse ---- */

static void
pulse_cb (double value, gpointer user_data)
{
  SortieDiagramEdge *self = user_data;

  self->pulse = value;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
done_cb (SortieDiagramEdge *self)
{
  sortie_diagram_edge_stop_pulse (self);
}

void
sortie_diagram_edge_stop_pulse (SortieDiagramEdge *self)
{
  g_autoptr (AdwAnimation) animation = g_steal_pointer (&self->animation);

  if (animation == NULL)
    return;
  g_signal_handlers_disconnect_by_data (animation, self);
  adw_animation_reset (animation);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
sortie_diagram_edge_pulse (SortieDiagramEdge *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  if (self->spline.n_points == 0 || !gtk_widget_get_mapped (widget) ||
      !adw_get_enable_animations (widget) || (self->animation != NULL && self->pulse < 0.5))
    return;
  sortie_diagram_edge_stop_pulse (self);
  self->pulse = 0;
  self->animation =
      adw_timed_animation_new (widget, 0, 1, PULSE_MILLISECONDS,
                               adw_callback_animation_target_new (pulse_cb, self, NULL));
  adw_timed_animation_set_easing (ADW_TIMED_ANIMATION (self->animation), ADW_EASE_IN_OUT_CUBIC);
  g_signal_connect_swapped (self->animation, "done", G_CALLBACK (done_cb), self);
  adw_animation_play (self->animation);
}

gboolean
sortie_diagram_edge_is_pulsing (SortieDiagramEdge *self)
{
  return self->animation != NULL;
}

/* ---- The object ---- */

static void
sortie_diagram_edge_unmap (GtkWidget *widget)
{
  sortie_diagram_edge_stop_pulse (SORTIE_DIAGRAM_EDGE (widget));
  GTK_WIDGET_CLASS (sortie_diagram_edge_parent_class)->unmap (widget);
}

static void
sortie_diagram_edge_dispose (GObject *object)
{
  SortieDiagramEdge *self = SORTIE_DIAGRAM_EDGE (object);

  sortie_diagram_edge_stop_pulse (self);
  g_clear_pointer (&self->label, gtk_widget_unparent);
  g_clear_pointer (&self->spline.points, g_free);
  self->spline.n_points = 0;
  G_OBJECT_CLASS (sortie_diagram_edge_parent_class)->dispose (object);
}

static void
sortie_diagram_edge_class_init (SortieDiagramEdgeClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_diagram_edge_dispose;
  widget_class->measure = sortie_diagram_edge_measure;
  widget_class->size_allocate = sortie_diagram_edge_size_allocate;
  widget_class->snapshot = sortie_diagram_edge_snapshot;
  widget_class->unmap = sortie_diagram_edge_unmap;
  gtk_widget_class_set_css_name (widget_class, "diagram-edge");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
sortie_diagram_edge_init (SortieDiagramEdge *self)
{
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  gtk_widget_set_can_focus (GTK_WIDGET (self), FALSE);
}

GtkWidget *
sortie_diagram_edge_new (const char *label)
{
  SortieDiagramEdge *self = g_object_new (SORTIE_TYPE_DIAGRAM_EDGE, NULL);
  g_autofree char *shown = sortie_shown_line (label, MAX_LABEL);

  if (*shown == '\0')
    return GTK_WIDGET (self);
  self->label = g_object_new (GTK_TYPE_LABEL, "label", shown, "ellipsize", PANGO_ELLIPSIZE_END,
                              "max-width-chars", 16, "single-line-mode", TRUE, "accessible-role",
                              GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  gtk_widget_set_parent (self->label, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}

void
sortie_diagram_edge_set_spline (SortieDiagramEdge *self, const SortieLayoutSpline *spline)
{
  g_clear_pointer (&self->spline.points, g_free);
  self->spline = (SortieLayoutSpline){ 0 };
  if (spline != NULL && spline->n_points >= 4)
    {
      self->spline = *spline;
      self->spline.points = g_memdup2 (spline->points, spline->n_points * sizeof *spline->points);
    }
  if (self->label != NULL)
    gtk_widget_set_child_visible (self->label, self->spline.n_points > 0);
  find_area (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
sortie_diagram_edge_get_area (SortieDiagramEdge *self, graphene_rect_t *area)
{
  *area = self->area;
}

void
sortie_diagram_edge_set_look (SortieDiagramEdge *self, SortieEdgeLook look)
{
  if (self->look == look)
    return;
  gtk_widget_remove_css_class (GTK_WIDGET (self), sortie_edge_look_to_class (self->look));
  gtk_widget_add_css_class (GTK_WIDGET (self), sortie_edge_look_to_class (look));
  self->look = look;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

SortieEdgeLook
sortie_diagram_edge_get_look (SortieDiagramEdge *self)
{
  return self->look;
}
