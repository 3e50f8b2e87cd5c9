/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-report-pages.h"

#include "sortie-markdown-blocks.h"
#include "sortie-report-layouts.h"

#include <glib/gi18n.h>
#include <math.h>

#define STEP_USEC 8000 /* of layout in one go */
#define FOOTER 28      /* points below the text */
#define MARGIN 54      /* points */

/* Lines of a block on a page. */
typedef struct
{
  guint page;
  guint block;
  int first; /* line */
  int last;  /* the line after */
  double y;
} Portion;

typedef struct
{
  GPtrArray *blocks; /* SortieMarkdownBlock */
  GArray *portions;  /* Portion, by page */
  GArray *pages;     /* guint: the first portion of each */
  guint next;        /* block to lay out */
  double y;          /* on the last page */
} Pages;

static void
pages_free (Pages *self)
{
  g_ptr_array_unref (self->blocks);
  g_array_unref (self->portions);
  g_array_unref (self->pages);
  g_free (self);
}

static double
get_height (GtkPrintContext *context)
{
  return gtk_print_context_get_height (context) - FOOTER;
}

static void
begin_page (Pages *self)
{
  g_array_append_val (self->pages, self->portions->len);
  self->y = 0;
}

static void
add_portion (Pages *self, int first, int last)
{
  Portion portion = { self->pages->len - 1, self->next, first, last, self->y };

  g_array_append_val (self->portions, portion);
}

/* Places a block's lines, on as many pages as they take. */
static void
place_block (Pages *self, const SortieReportLayout *layout, double height)
{
  int n_lines = sortie_report_layout_get_n_lines (layout);
  int first = 0;

  if (self->y > 0)
    self->y += layout->above;
  /* A heading does not stand alone at a page's end. */
  if (self->y > 0 && layout->keep && self->y + layout->height + 60 > height)
    begin_page (self);
  while (first < n_lines)
    {
      int last = first;
      double used = 0;

      while (last < n_lines)
        {
          double line = sortie_report_layout_get_line_height (layout, last);

          if (self->y + used + line > height && (self->y > 0 || last > first))
            break;
          used += line;
          last++;
        }
      if (last > first)
        {
          add_portion (self, first, last);
          self->y += used;
          first = last;
        }
      if (first < n_lines)
        begin_page (self);
    }
  self->y += layout->below;
}

static gboolean
paginate_cb (GtkPrintOperation *operation, GtkPrintContext *context, gpointer user_data)
{
  Pages *self = user_data;
  gint64 deadline = g_get_monotonic_time () + STEP_USEC;
  double height = get_height (context);

  if (self->pages->len == 0)
    begin_page (self);
  while (self->next < self->blocks->len)
    {
      g_autoptr (SortieReportLayout) layout =
          sortie_report_layout_new (context, self->blocks, self->next);

      place_block (self, layout, height);
      self->next++;
      if (g_get_monotonic_time () > deadline)
        return FALSE;
    }
  gtk_print_operation_set_n_pages (operation, (int) self->pages->len);
  return TRUE;
}

static void
draw_footer (GtkPrintContext *context, guint number, guint n_pages)
{
  cairo_t *cairo = gtk_print_context_get_cairo_context (context);
  g_autoptr (PangoLayout) layout = gtk_print_context_create_pango_layout (context);
  g_autofree char *text = g_strdup_printf (_ ("Page %u of %u"), number, n_pages);
  PangoFontDescription *font = pango_font_description_from_string ("Sans 8");

  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_width (layout, (int) (gtk_print_context_get_width (context) * PANGO_SCALE));
  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  pango_layout_set_text (layout, text, -1);
  cairo_set_source_rgb (cairo, 0.4, 0.4, 0.4);
  cairo_move_to (cairo, 0, gtk_print_context_get_height (context) - FOOTER / 2.0);
  pango_cairo_show_layout (cairo, layout);
}

static void
draw_page_cb (GtkPrintOperation *operation, GtkPrintContext *context, int page, gpointer user_data)
{
  Pages *self = user_data;
  cairo_t *cairo = gtk_print_context_get_cairo_context (context);

  if ((guint) page >= self->pages->len)
    return;
  for (guint i = g_array_index (self->pages, guint, (guint) page); i < self->portions->len; i++)
    {
      const Portion *portion = &g_array_index (self->portions, Portion, i);
      g_autoptr (SortieReportLayout) layout = NULL;

      if (portion->page != (guint) page)
        break;
      layout = sortie_report_layout_new (context, self->blocks, portion->block);
      sortie_report_layout_draw (layout, cairo, portion->first, portion->last, portion->y);
    }
  draw_footer (context, (guint) page + 1, self->pages->len);
}

GtkPrintOperation *
sortie_report_pages_new (const char *text, gsize length, const char *title)
{
  GtkPrintOperation *operation = gtk_print_operation_new ();
  g_autoptr (GtkPageSetup) setup = gtk_page_setup_new ();
  Pages *self = g_new0 (Pages, 1);

  self->blocks = sortie_markdown_parse_all (text, length);
  self->portions = g_array_new (FALSE, FALSE, sizeof (Portion));
  self->pages = g_array_new (FALSE, FALSE, sizeof (guint));
  gtk_page_setup_set_top_margin (setup, MARGIN, GTK_UNIT_POINTS);
  gtk_page_setup_set_bottom_margin (setup, MARGIN, GTK_UNIT_POINTS);
  gtk_page_setup_set_left_margin (setup, MARGIN, GTK_UNIT_POINTS);
  gtk_page_setup_set_right_margin (setup, MARGIN, GTK_UNIT_POINTS);
  gtk_print_operation_set_default_page_setup (operation, setup);
  gtk_print_operation_set_unit (operation, GTK_UNIT_POINTS);
  gtk_print_operation_set_job_name (operation, title);
  g_signal_connect (operation, "paginate", G_CALLBACK (paginate_cb), self);
  g_signal_connect (operation, "draw-page", G_CALLBACK (draw_page_cb), self);
  g_object_set_data_full (G_OBJECT (operation), "pages", self, (GDestroyNotify) pages_free);
  return operation;
}
