/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-report-drawing.h"

#include <adwaita.h>

#define RADIUS 5
#define MAX_LINES 512 /* more are never seen at once */

typedef struct
{
  GtkTextView *view;
  GtkWidget *widget;
  GtkSnapshot *snapshot;
  SortieReportTags *tags;
  GdkRectangle visible; /* buffer coordinates, as all here */
  GdkRGBA faint;
  GdkRGBA ground;
  GdkRGBA badge;
  GdkRGBA ring;
} Drawing;

static void
fill (const Drawing *self, const GdkRGBA *colour, float x, float y, float width, float height)
{
  gtk_snapshot_append_color (self->snapshot, colour, &GRAPHENE_RECT_INIT (x, y, width, height));
}

static void
draw_line (const Drawing *self, const GtkTextIter *iter, int y, int height)
{
  float left = (float) sortie_report_tags_get_margin (self->tags);
  float width = (float) gtk_widget_get_width (self->widget) - 2 * left;
  double zoom = sortie_report_tags_get_zoom (self->tags);
  static const SortieReportTag kinds[] = { SORTIE_REPORT_TAG_CODE, SORTIE_REPORT_TAG_QUOTE,
                                           SORTIE_REPORT_TAG_RULE, SORTIE_REPORT_TAG_ROW };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (!gtk_text_iter_has_tag (iter, sortie_report_tags_get (self->tags, kinds[i])))
        continue;
      if (kinds[i] == SORTIE_REPORT_TAG_CODE)
        fill (self, &self->ground, left, (float) y, width, (float) height);
      else if (kinds[i] == SORTIE_REPORT_TAG_QUOTE)
        fill (self, &self->faint, left + 2, (float) y, (float) (3 * zoom), (float) height);
      else if (kinds[i] == SORTIE_REPORT_TAG_RULE)
        fill (self, &self->faint, left, (float) (y + height / 2), width, 1);
      else
        {
          gboolean head =
              gtk_text_iter_has_tag (iter,
                                     sortie_report_tags_get (self->tags, SORTIE_REPORT_TAG_HEAD));

          fill (self, &self->faint, left, (float) (y + height - (head ? 2 : 1)), width,
                head ? 2 : 1);
        }
    }
}

static void
draw_lines (const Drawing *self)
{
  GtkTextIter iter;
  int bottom = self->visible.y + self->visible.height;

  gtk_text_view_get_line_at_y (self->view, &iter, self->visible.y, NULL);
  for (guint i = 0; i < MAX_LINES; i++)
    {
      int y;
      int height;

      gtk_text_view_get_line_yrange (self->view, &iter, &y, &height);
      if (y > bottom)
        return;
      draw_line (self, &iter, y, height);
      if (!gtk_text_iter_forward_line (&iter))
        return;
    }
}

static void
draw_badge (const Drawing *self, const SortieReportAnchor *anchor, gboolean focused)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  gboolean contrast = adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
  GtkTextIter first;
  GtkTextIter last;
  GdkRectangle from;
  GdkRectangle to;
  GskRoundedRect outline;
  float width = focused ? 2 : 1;
  float widths[4] = { width, width, width, width };
  GdkRGBA colours[4] = { self->ring, self->ring, self->ring, self->ring };

  gtk_text_buffer_get_iter_at_offset (buffer, &first, (int) anchor->start);
  gtk_text_buffer_get_iter_at_offset (buffer, &last, (int) anchor->end - 1);
  gtk_text_view_get_iter_location (self->view, &first, &from);
  gtk_text_view_get_iter_location (self->view, &last, &to);
  if (to.y != from.y) /* a link over several lines: its first */
    {
      to = from;
      gtk_text_view_forward_display_line_end (self->view, &first);
      gtk_text_view_get_iter_location (self->view, &first, &to);
    }
  gsk_rounded_rect_init_from_rect (&outline,
                                   &GRAPHENE_RECT_INIT ((float) from.x + 0.5f, (float) from.y - 1,
                                                        (float) MAX (to.x + to.width - from.x, 4) -
                                                            1,
                                                        (float) from.height + 2),
                                   RADIUS);
  if (anchor->number > 0)
    {
      gtk_snapshot_push_rounded_clip (self->snapshot, &outline);
      gtk_snapshot_append_color (self->snapshot, &self->badge, &outline.bounds);
      gtk_snapshot_pop (self->snapshot);
    }
  if (focused || (contrast && anchor->number > 0))
    gtk_snapshot_append_border (self->snapshot, &outline, widths, colours);
}

static void
draw_badges (const Drawing *self, SortieReportBuffer *report, const SortieReportAnchor *focused)
{
  const GArray *anchors = sortie_report_buffer_get_anchors (report);
  GtkTextIter start;
  GtkTextIter end;
  guint last;

  gtk_text_view_get_line_at_y (self->view, &start, self->visible.y, NULL);
  gtk_text_view_get_line_at_y (self->view, &end, self->visible.y + self->visible.height, NULL);
  gtk_text_iter_forward_line (&end);
  last = (guint) gtk_text_iter_get_offset (&end);
  if (gtk_text_iter_is_end (&end))
    last = G_MAXUINT;
  for (guint i =
           sortie_report_buffer_find_anchor (report, (guint) gtk_text_iter_get_offset (&start));
       i < anchors->len; i++)
    {
      const SortieReportAnchor *anchor = &g_array_index (anchors, SortieReportAnchor, i);

      if (anchor->start > last)
        return;
      if (anchor->number > 0 || anchor == focused)
        draw_badge (self, anchor, anchor == focused);
    }
}

void
sortie_report_draw (SortieReportText *text,
                    GtkSnapshot *snapshot,
                    const SortieReportAnchor *focused)
{
  SortieReportBuffer *report = sortie_report_text_get_report (text);
  GtkWidget *widget = GTK_WIDGET (text);
  Drawing self = { .view = GTK_TEXT_VIEW (text),
                   .widget = widget,
                   .snapshot = snapshot,
                   .tags = sortie_report_buffer_get_tags (report),
                   .faint = sortie_report_colour (widget, "view_fg_color", 0.18),
                   .ground = sortie_report_colour (widget, "view_fg_color", 0.06),
                   .badge = sortie_report_colour (widget, "accent_bg_color", 0.16),
                   .ring = sortie_report_colour (widget, "accent_color", 1) };

  gtk_text_view_get_visible_rect (self.view, &self.visible);
  draw_lines (&self);
  draw_badges (&self, report, focused);
}
