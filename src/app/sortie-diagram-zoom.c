/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-diagram-zoom.h"

#include <math.h>

#define DATA_KEY "sortie-diagram-zoom"

typedef struct
{
  GtkAdjustment *x_adjustment;
  GtkAdjustment *y_adjustment;
  SortieDiagramCanvas *canvas;
  SortieDiagramZoomFunc *func;
  gpointer user_data;
  double x; /* of the pointer, in the scrolled window */
  double y;
  double start;  /* zoom at the begin of a pinch */
  double x_part; /* what is to lie under the pointer, as a part of the canvas */
  double y_part;
  double anchor_x;
  double anchor_y;
  gboolean is_anchored; /* until the next layout */
} Zoom;

static void
zoom_free (gpointer data)
{
  Zoom *self = data;

  g_object_unref (self->x_adjustment);
  g_object_unref (self->y_adjustment);
  g_free (self);
}

static double
part_at (GtkAdjustment *adjustment, double at)
{
  double upper = gtk_adjustment_get_upper (adjustment);

  return upper > 0 ? (gtk_adjustment_get_value (adjustment) + at) / upper : 0;
}

static void
zoom_at (Zoom *self, double zoom, double x, double y)
{
  double before = sortie_diagram_canvas_get_zoom (self->canvas);

  if (!self->is_anchored)
    {
      self->x_part = part_at (self->x_adjustment, x);
      self->y_part = part_at (self->y_adjustment, y);
    }
  self->anchor_x = x;
  self->anchor_y = y;
  sortie_diagram_canvas_set_zoom (self->canvas, zoom);
  self->is_anchored = self->is_anchored || sortie_diagram_canvas_get_zoom (self->canvas) != before;
  self->func (self->user_data);
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, Zoom *self)
{
  self->x = x;
  self->y = y;
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, Zoom *self)
{
  GdkModifierType state =
      gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));

  if ((state & GDK_CONTROL_MASK) == 0)
    return FALSE;
  zoom_at (self,
           sortie_diagram_canvas_get_zoom (self->canvas) * pow (SORTIE_DIAGRAM_ZOOM_STEP, -dy),
           self->x, self->y);
  return TRUE;
}

static void
begin_cb (GtkGesture *gesture, GdkEventSequence *sequence, Zoom *self)
{
  self->start = sortie_diagram_canvas_get_zoom (self->canvas);
}

static void
scale_cb (GtkGestureZoom *gesture, double scale, Zoom *self)
{
  double x = self->x;
  double y = self->y;

  gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y);
  zoom_at (self, self->start * scale, x, y);
}

void
sortie_diagram_zoom_to (GtkScrolledWindow *scrolled, double zoom)
{
  zoom_at (g_object_get_data (G_OBJECT (scrolled), DATA_KEY), zoom,
           gtk_widget_get_width (GTK_WIDGET (scrolled)) / 2.0,
           gtk_widget_get_height (GTK_WIDGET (scrolled)) / 2.0);
}

static void
prepare (Zoom *self, GtkAdjustment *adjustment, int upper, int page, double part, double at)
{
  double value;

  if (sortie_diagram_canvas_is_fitting (self->canvas))
    value = (upper - page) / 2; /* whole pixels */
  else if (self->is_anchored)
    value = part * upper - at;
  else
    return;
  /* Who has moved a diagram that fits nowhere finds it where it was left. */
  if (!self->is_anchored && upper == (int) gtk_adjustment_get_upper (adjustment) &&
      page == (int) gtk_adjustment_get_page_size (adjustment))
    return;
  /* A node that got the focus may still be scrolled to, towards a place of the former size: to set
   * a value ends that. */
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment));
  gtk_adjustment_configure (adjustment, value, 0, upper,
                            gtk_adjustment_get_step_increment (adjustment),
                            gtk_adjustment_get_page_increment (adjustment), page);
}

void
sortie_diagram_zoom_prepare (GtkScrolledWindow *scrolled, int width, int height)
{
  Zoom *self = g_object_get_data (G_OBJECT (scrolled), DATA_KEY);
  GtkWidget *canvas = GTK_WIDGET (self->canvas);
  int least_width;
  int least_height;

  gtk_widget_measure (canvas, GTK_ORIENTATION_HORIZONTAL, -1, &least_width, NULL, NULL, NULL);
  gtk_widget_measure (canvas, GTK_ORIENTATION_VERTICAL, MAX (width, least_width), &least_height,
                      NULL, NULL, NULL);
  prepare (self, self->x_adjustment, MAX (width, least_width), width, self->x_part, self->anchor_x);
  prepare (self, self->y_adjustment, MAX (height, least_height), height, self->y_part,
           self->anchor_y);
  self->is_anchored = FALSE;
}

void
sortie_diagram_zoom_attach (GtkScrolledWindow *scrolled,
                            SortieDiagramCanvas *canvas,
                            SortieDiagramZoomFunc *func,
                            gpointer user_data)
{
  Zoom *self = g_new0 (Zoom, 1);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll =
      gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkGesture *pinch = gtk_gesture_zoom_new ();

  self->x_adjustment = g_object_ref (gtk_scrolled_window_get_hadjustment (scrolled));
  self->y_adjustment = g_object_ref (gtk_scrolled_window_get_vadjustment (scrolled));
  self->canvas = canvas;
  self->func = func;
  self->user_data = user_data;
  gtk_event_controller_set_propagation_phase (motion, GTK_PHASE_CAPTURE);
  gtk_event_controller_set_propagation_phase (scroll, GTK_PHASE_CAPTURE);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (pinch), GTK_PHASE_CAPTURE);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect (pinch, "begin", G_CALLBACK (begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (scale_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (scrolled), motion);
  gtk_widget_add_controller (GTK_WIDGET (scrolled), scroll);
  gtk_widget_add_controller (GTK_WIDGET (scrolled), GTK_EVENT_CONTROLLER (pinch));
  g_object_set_data_full (G_OBJECT (scrolled), DATA_KEY, self, zoom_free);
}
