/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-report-text.h"

#include "sortie-report-drawing.h"
#include "sortie-shown-text.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#define MAX_SHOWN_TARGET 300

struct _SortieReportText
{
  GtkTextView parent_instance;
  SortieReportBuffer *report;
  SortieReportTipFunc tip_func;
  gpointer tip_data;
  gboolean focused;  /* whether an anchor has the focus */
  guint focus_start; /* that anchor's first character */
  GtkCssProvider *style;
};

G_DEFINE_FINAL_TYPE (SortieReportText, sortie_report_text, GTK_TYPE_TEXT_VIEW)

enum
{
  CITATION_ACTIVATED,
  LINK_ACTIVATED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

SortieReportBuffer *
sortie_report_text_get_report (SortieReportText *self)
{
  return self->report;
}

void
sortie_report_text_set_tip_func (SortieReportText *self,
                                 SortieReportTipFunc func,
                                 gpointer user_data)
{
  self->tip_func = func;
  self->tip_data = user_data;
}

/* ---- Anchors ---- */

const SortieReportAnchor *
sortie_report_text_get_focused (SortieReportText *self)
{
  const SortieReportAnchor *anchor =
      self->focused ? sortie_report_buffer_get_anchor_at (self->report, self->focus_start) : NULL;

  return anchor != NULL && anchor->start == self->focus_start ? anchor : NULL;
}

static const SortieReportAnchor *
get_anchor_at (SortieReportText *self, double x, double y, GtkTextIter *iter)
{
  int buffer_x;
  int buffer_y;

  gtk_text_view_window_to_buffer_coords (GTK_TEXT_VIEW (self), GTK_TEXT_WINDOW_WIDGET, (int) x,
                                         (int) y, &buffer_x, &buffer_y);
  if (!gtk_text_view_get_iter_at_location (GTK_TEXT_VIEW (self), iter, buffer_x, buffer_y))
    return NULL;
  return sortie_report_buffer_get_anchor_at (self->report, (guint) gtk_text_iter_get_offset (iter));
}

static void
activate (SortieReportText *self, const SortieReportAnchor *anchor)
{
  g_autofree char *target = g_strdup (anchor->target);
  guint start = anchor->start;

  if (anchor->number > 0)
    g_signal_emit (self, signals[CITATION_ACTIVATED], 0, anchor->number, start);
  else
    g_signal_emit (self, signals[LINK_ACTIVATED], 0, target);
}

void
sortie_report_text_activate_focused (SortieReportText *self)
{
  const SortieReportAnchor *anchor = sortie_report_text_get_focused (self);

  if (anchor != NULL)
    activate (self, anchor);
}

void
sortie_report_text_get_rectangle (SortieReportText *self,
                                  guint start,
                                  guint end,
                                  GdkRectangle *rectangle)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkTextIter iter;
  GdkRectangle last;

  gtk_text_buffer_get_iter_at_offset (buffer, &iter, (int) start);
  gtk_text_view_get_iter_location (view, &iter, rectangle);
  gtk_text_buffer_get_iter_at_offset (buffer, &iter, (int) MAX (end, start + 1) - 1);
  gtk_text_view_get_iter_location (view, &iter, &last);
  if (last.y == rectangle->y)
    rectangle->width = last.x + last.width - rectangle->x;
  gtk_text_view_buffer_to_window_coords (view, GTK_TEXT_WINDOW_WIDGET, rectangle->x, rectangle->y,
                                         &rectangle->x, &rectangle->y);
}

/* What a screen reader says of the anchor that has the focus. */
static void
describe_focus (SortieReportText *self, const SortieReportAnchor *anchor)
{
  g_autofree char *tip = NULL;
  g_autofree char *words = NULL;

  if (anchor->number > 0 && self->tip_func != NULL)
    tip = self->tip_func (anchor->number, self->tip_data);
  if (anchor->number > 0)
    /* Translators: read aloud; %s is the title of a document, and the place in it */
    words = g_strdup_printf (tip != NULL ? _ ("Citation %u: %s") : _ ("Citation %u"),
                             anchor->number, tip);
  else
    /* Translators: read aloud; %s is an address */
    words = g_strdup_printf (_ ("Link to %s"), anchor->target);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words,
                                  -1);
}

static void
focus_anchor (SortieReportText *self, const SortieReportAnchor *anchor)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter iter;

  self->focused = TRUE;
  self->focus_start = anchor->start;
  gtk_text_buffer_get_iter_at_offset (buffer, &iter, (int) anchor->start);
  gtk_text_buffer_place_cursor (buffer, &iter);
  gtk_text_view_scroll_to_iter (GTK_TEXT_VIEW (self), &iter, 0.1, FALSE, 0, 0);
  describe_focus (self, anchor);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* The first anchor that a walk comes to, from what can be seen on. */
static guint
find_first (SortieReportText *self, gboolean forward)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);
  GdkRectangle visible;
  GtkTextIter iter;

  gtk_text_view_get_visible_rect (view, &visible);
  gtk_text_view_get_line_at_y (view, &iter, visible.y + (forward ? 0 : visible.height), NULL);
  if (!forward)
    gtk_text_iter_forward_line (&iter);
  return sortie_report_buffer_find_anchor (self->report, (guint) gtk_text_iter_get_offset (&iter));
}

gboolean
sortie_report_text_walk (SortieReportText *self, gboolean forward)
{
  const GArray *anchors = sortie_report_buffer_get_anchors (self->report);
  const SortieReportAnchor *focused = sortie_report_text_get_focused (self);
  guint at = focused != NULL ? sortie_report_buffer_find_anchor (self->report, focused->start)
                             : find_first (self, forward);

  if (focused != NULL && forward)
    at++;
  else if (!forward && at-- == 0)
    at = anchors->len;
  if (at >= anchors->len)
    {
      self->focused = FALSE;
      gtk_widget_queue_draw (GTK_WIDGET (self));
      return FALSE;
    }
  focus_anchor (self, &g_array_index (anchors, SortieReportAnchor, at));
  return TRUE;
}

/* ---- Pointer and keyboard ---- */

static void
released_cb (GtkGestureClick *gesture, int n_press, double x, double y, SortieReportText *self)
{
  GtkTextIter iter;
  const SortieReportAnchor *anchor;

  if (gtk_text_buffer_get_has_selection (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self))))
    return;
  anchor = get_anchor_at (self, x, y, &iter);
  self->focused = anchor != NULL;
  if (anchor == NULL)
    return;
  self->focus_start = anchor->start;
  activate (self, anchor);
}

static void
motion_cb (GtkEventControllerMotion *motion, double x, double y, SortieReportText *self)
{
  GtkTextIter iter;
  const char *name = get_anchor_at (self, x, y, &iter) != NULL ? "pointer" : "text";

  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), name);
}

static gboolean
key_pressed_cb (GtkEventControllerKey *key,
                guint value,
                guint code,
                GdkModifierType state,
                SortieReportText *self)
{
  gboolean back = value == GDK_KEY_ISO_Left_Tab || (state & GDK_SHIFT_MASK) != 0;

  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  if (value == GDK_KEY_Tab || value == GDK_KEY_KP_Tab || value == GDK_KEY_ISO_Left_Tab)
    return sortie_report_text_walk (self, !back) ? GDK_EVENT_STOP : GDK_EVENT_PROPAGATE;
  if ((value == GDK_KEY_Return || value == GDK_KEY_KP_Enter || value == GDK_KEY_space) &&
      sortie_report_text_get_focused (self) != NULL)
    {
      sortie_report_text_activate_focused (self);
      return GDK_EVENT_STOP;
    }
  return GDK_EVENT_PROPAGATE;
}

static char *
dup_tip (SortieReportText *self, const SortieReportAnchor *anchor, const GtkTextIter *iter)
{
  GtkTextTag *unsupported = sortie_report_tags_get (sortie_report_buffer_get_tags (self->report),
                                                    SORTIE_REPORT_TAG_UNSUPPORTED);

  if (anchor != NULL && anchor->target != NULL)
    {
      g_autofree char *target = sortie_shown_line (anchor->target, MAX_SHOWN_TARGET);

      /* Translators: %s is an address */
      return g_strdup_printf (_ ("Open %s"), target);
    }
  if (anchor != NULL && self->tip_func != NULL)
    return self->tip_func (anchor->number, self->tip_data);
  if (anchor == NULL && gtk_text_iter_has_tag (iter, unsupported))
    return g_strdup (_ ("This sentence shares little with what it cites."));
  return NULL;
}

static gboolean
query_tooltip_cb (
    SortieReportText *self, int x, int y, gboolean keyboard, GtkTooltip *tooltip, gpointer data)
{
  GtkTextIter iter;
  const SortieReportAnchor *anchor;
  g_autofree char *tip = NULL;

  if (keyboard)
    return FALSE;
  gtk_text_buffer_get_start_iter (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self)), &iter);
  anchor = get_anchor_at (self, x, y, &iter);
  tip = dup_tip (self, anchor, &iter);
  gtk_tooltip_set_text (tooltip, tip);
  return tip != NULL;
}

/* ---- Looks ---- */

static void
update_colours (SortieReportText *self)
{
  sortie_report_tags_set_colours (sortie_report_buffer_get_tags (self->report), GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
sortie_report_text_set_zoom (SortieReportText *self, double zoom)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);
  char percent[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *css = NULL;
  int margin;

  g_ascii_formatd (percent, sizeof percent, "%.1f", 106 * zoom);
  css = g_strdup_printf ("textview { font-size: %s%%; }", percent);
  gtk_css_provider_load_from_data (self->style, css, -1);
  sortie_report_tags_set_zoom (sortie_report_buffer_get_tags (self->report), zoom);
  margin = sortie_report_tags_get_margin (sortie_report_buffer_get_tags (self->report));
  gtk_text_view_set_pixels_inside_wrap (view, (int) lround (5 * zoom));
  gtk_text_view_set_left_margin (view, margin);
  gtk_text_view_set_right_margin (view, margin);
  gtk_text_view_set_top_margin (view, margin);
  gtk_text_view_set_bottom_margin (view, 2 * margin);
}

static void
sortie_report_text_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (sortie_report_text_parent_class)->css_changed (widget, change);
  if (SORTIE_REPORT_TEXT (widget)->report != NULL)
    update_colours (SORTIE_REPORT_TEXT (widget));
}

static void
sortie_report_text_snapshot_layer (GtkTextView *view, GtkTextViewLayer layer, GtkSnapshot *snapshot)
{
  SortieReportText *self = SORTIE_REPORT_TEXT (view);

  if (layer == GTK_TEXT_VIEW_LAYER_BELOW_TEXT)
    sortie_report_draw (self, snapshot,
                        gtk_widget_has_focus (GTK_WIDGET (self))
                            ? sortie_report_text_get_focused (self)
                            : NULL);
}

static void
sortie_report_text_dispose (GObject *object)
{
  SortieReportText *self = SORTIE_REPORT_TEXT (object);

  self->tip_func = NULL;
  G_OBJECT_CLASS (sortie_report_text_parent_class)->dispose (object);
}

static void
sortie_report_text_finalize (GObject *object)
{
  SortieReportText *self = SORTIE_REPORT_TEXT (object);

  g_clear_pointer (&self->report, sortie_report_buffer_free);
  g_clear_object (&self->style);
  G_OBJECT_CLASS (sortie_report_text_parent_class)->finalize (object);
}

static void
sortie_report_text_class_init (SortieReportTextClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->dispose = sortie_report_text_dispose;
  object_class->finalize = sortie_report_text_finalize;
  widget_class->css_changed = sortie_report_text_css_changed;
  GTK_TEXT_VIEW_CLASS (class)->snapshot_layer = sortie_report_text_snapshot_layer;
  signals[CITATION_ACTIVATED] =
      g_signal_new ("citation-activated", SORTIE_TYPE_REPORT_TEXT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
  signals[LINK_ACTIVATED] =
      g_signal_new ("link-activated", SORTIE_TYPE_REPORT_TEXT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
add_controllers (SortieReportText *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *key = gtk_event_controller_key_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_PRIMARY);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect (click, "released", G_CALLBACK (released_cb), self);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
}

static void
sortie_report_text_init (SortieReportText *self)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);

  self->report = sortie_report_buffer_new (GTK_WIDGET (self));
  self->style = gtk_css_provider_new ();
  gtk_style_context_add_provider (gtk_widget_get_style_context (GTK_WIDGET (self)),
                                  GTK_STYLE_PROVIDER (self->style),
                                  GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
  gtk_text_view_set_buffer (view, sortie_report_buffer_get_buffer (self->report));
  gtk_text_view_set_editable (view, FALSE);
  gtk_text_view_set_cursor_visible (view, FALSE);
  gtk_text_view_set_accepts_tab (view, FALSE);
  gtk_text_view_set_wrap_mode (view, GTK_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (GTK_WIDGET (self), "report");
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Report"), -1);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (query_tooltip_cb), NULL);
  add_controllers (self);
  sortie_report_text_set_zoom (self, 1);
  update_colours (self);
}

GtkWidget *
sortie_report_text_new (void)
{
  return g_object_new (SORTIE_TYPE_REPORT_TEXT, NULL);
}
