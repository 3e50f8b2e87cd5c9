/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-diagram-zoom.h"

#include <math.h>

typedef struct
{
  GtkScrolledWindow *scrolled;
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
  guint tick;
} Zoom;

/* A scroll position for which a place of the content lies under the pointer. */
static void
scroll_to (GtkAdjustment *adjustment, double part, double at)
{
  gtk_adjustment_set_value (adjustment, part * gtk_adjustment_get_upper (adjustment) - at);
}

/* The new size is known in the next frame only. */
static gboolean
anchor_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  Zoom *self = user_data;

  scroll_to (gtk_scrolled_window_get_hadjustment (self->scrolled), self->x_part, self->anchor_x);
  scroll_to (gtk_scrolled_window_get_vadjustment (self->scrolled), self->y_part, self->anchor_y);
  self->tick = 0;
  return G_SOURCE_REMOVE;
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
  if (self->tick == 0)
    {
      self->x_part = part_at (gtk_scrolled_window_get_hadjustment (self->scrolled), x);
      self->y_part = part_at (gtk_scrolled_window_get_vadjustment (self->scrolled), y);
      self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self->canvas), anchor_cb, self, NULL);
    }
  self->anchor_x = x;
  self->anchor_y = y;
  sortie_diagram_canvas_set_zoom (self->canvas, zoom);
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

  self->scrolled = scrolled;
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
  /* The canvas is inside of the scrolled window, and its tick callbacks end with it. */
  g_object_set_data_full (G_OBJECT (scrolled), "sortie-diagram-zoom", self, g_free);
}
