/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-report-scroll.h"

#define NEAR_END 4 /* pixels */

struct _SortieReportScroll
{
  GtkTextView *view;
  GtkAdjustment *adjustment;
  gboolean following; /* the reader is at the end */
  int kept;           /* the character at the top that is to be there again; -1 for none */
  gboolean moving;    /* the adjustment is moved by this */
  guint pending;      /* going to the end */
};

static gboolean
follow_cb (gpointer user_data)
{
  SortieReportScroll *self = user_data;

  self->moving = TRUE;
  gtk_adjustment_set_value (self->adjustment, gtk_adjustment_get_upper (self->adjustment) -
                                                  gtk_adjustment_get_page_size (self->adjustment));
  self->moving = FALSE;
  self->pending = 0;
  return G_SOURCE_REMOVE;
}

/* The text has grown, or its height has become known better. The text view still sets the value itself
 * after this: the end is gone to when it has done so. Until then no change of it is the reader's. */
static void
changed_cb (SortieReportScroll *self)
{
  if (self->following && self->kept < 0 && self->pending == 0)
    self->pending = g_idle_add_full (GTK_PRIORITY_RESIZE - 1, follow_cb, self, NULL);
}

static void
value_changed_cb (SortieReportScroll *self)
{
  double upper = gtk_adjustment_get_upper (self->adjustment);
  double page = gtk_adjustment_get_page_size (self->adjustment);

  if (self->moving || self->pending != 0 || self->kept >= 0)
    return;
  self->following =
      upper > page && gtk_adjustment_get_value (self->adjustment) + page >= upper - NEAR_END;
}

SortieReportScroll *
sortie_report_scroll_new (GtkScrolledWindow *scroller, GtkTextView *view)
{
  SortieReportScroll *self = g_new0 (SortieReportScroll, 1);

  self->view = view;
  self->adjustment = g_object_ref (gtk_scrolled_window_get_vadjustment (scroller));
  self->kept = -1;
  g_signal_connect_swapped (self->adjustment, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (self->adjustment, "value-changed", G_CALLBACK (value_changed_cb), self);
  return self;
}

void
sortie_report_scroll_free (SortieReportScroll *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->pending, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->adjustment, self);
  g_object_unref (self->adjustment);
  g_free (self);
}

void
sortie_report_scroll_to_top (SortieReportScroll *self)
{
  self->following = FALSE;
  self->kept = -1;
  g_clear_handle_id (&self->pending, g_source_remove);
  self->moving = TRUE;
  gtk_adjustment_set_value (self->adjustment, 0);
  self->moving = FALSE;
}

void
sortie_report_scroll_keep (SortieReportScroll *self)
{
  GdkRectangle visible;
  GtkTextIter iter;

  if (self->kept >= 0)
    return;
  gtk_text_view_get_visible_rect (self->view, &visible);
  gtk_text_view_get_iter_at_location (self->view, &iter, 0, visible.y);
  self->kept = gtk_text_iter_get_offset (&iter);
}

void
sortie_report_scroll_grown (SortieReportScroll *self, gboolean done)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  GtkTextIter iter;

  if (self->kept < 0 || (!done && gtk_text_buffer_get_char_count (buffer) <= self->kept))
    return;
  gtk_text_buffer_get_iter_at_offset (buffer, &iter, self->kept);
  if (self->kept > 0)
    gtk_text_view_scroll_to_iter (self->view, &iter, 0, TRUE, 0, 0);
  self->kept = -1;
}

gboolean
sortie_report_scroll_is_following (SortieReportScroll *self)
{
  return self->following;
}
