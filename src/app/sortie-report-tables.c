/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-report-tables.h"

#include <math.h>
#include <string.h>

#define GAP 26
#define ROUND 8         /* tab stops move by so many pixels at least */
#define MAX_MEASURED 96 /* characters of a cell: nothing that is longer fits */
#define HANGING 0.6     /* how much the columns before the last may take, for it to wrap alone */

SortieReportTable *
sortie_report_table_new (GtkTextTag *tag, guint first_piece, PangoLayout *layout, int available)
{
  SortieReportTable *self = g_new0 (SortieReportTable, 1);

  self->tag = tag;
  self->first_piece = first_piece;
  self->layout = layout != NULL ? g_object_ref (layout) : NULL;
  self->available = available;
  self->heads = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
sortie_report_table_free (SortieReportTable *self)
{
  if (self == NULL)
    return;
  g_clear_object (&self->layout);
  g_ptr_array_unref (self->heads);
  g_free (self);
}

const char *
sortie_report_table_get_head (const SortieReportTable *self, guint column)
{
  const char *head = column < self->heads->len ? g_ptr_array_index (self->heads, column) : NULL;

  return head != NULL && *head != '\0' ? head : NULL;
}

static int
measure_cell (const SortieReportTable *self, const char *text, gsize length, gboolean head)
{
  g_autofree char *shown = NULL;
  int width = 0;
  glong n_chars = g_utf8_strlen (text, (gssize) length);

  if (self->layout == NULL || length == 0)
    return 0;
  if (n_chars > MAX_MEASURED)
    length = (gsize) (g_utf8_offset_to_pointer (text, MAX_MEASURED) - text);
  shown = g_strndup (text, length);
  pango_layout_set_text (self->layout, shown, -1);
  pango_layout_get_pixel_size (self->layout, &width, NULL);
  return head ? width + width / 8 : width;
}

/* The stops, or, where the last column is a long text, a paragraph that hangs at it. */
static void
set_stops (SortieReportTable *self, double zoom)
{
  PangoTabArray *tabs = pango_tab_array_new ((int) MAX (self->n_columns, 1), TRUE);
  int gap = (int) lround (GAP * zoom);
  int at = 0;
  int last = 0;

  for (guint i = 0; i < self->n_columns; i++)
    {
      if (i > 0)
        pango_tab_array_set_tab (tabs, (int) i - 1, PANGO_TAB_LEFT, at);
      last = at;
      at += self->widths[i] + gap;
    }
  pango_tab_array_set_tab (tabs, (int) MAX (self->n_columns, 1) - 1, PANGO_TAB_LEFT, at);
  self->unfit = at - gap > self->available && last > (int) (self->available * HANGING);
  g_object_set (self->tag, "tabs", tabs, "indent", at - gap > self->available ? -last : 0, NULL);
  pango_tab_array_free (tabs);
}

void
sortie_report_table_measure (SortieReportTable *self, const SortieMarkdownBlock *row, double zoom)
{
  const char *text = row->text->str;
  guint column = 0;
  gboolean wider = FALSE;

  if (self->n_rows >= SORTIE_REPORT_TABLE_MEASURED || self->stacked)
    return;
  if (row->head)
    g_ptr_array_set_size (self->heads, 0);
  while (text != NULL && column < SORTIE_REPORT_TABLE_MAX_COLUMNS)
    {
      const char *tab = strchr (text, '\t');
      gsize length = tab != NULL ? (gsize) (tab - text) : strlen (text);
      int width = measure_cell (self, text, length, row->head || column == 0);

      if (row->head)
        g_ptr_array_add (self->heads, g_strndup (text, length));
      width = (width + ROUND - 1) / ROUND * ROUND;
      wider |= width > self->widths[column] || column >= self->n_columns;
      self->widths[column] = MAX (self->widths[column], width);
      column++;
      self->n_columns = MAX (self->n_columns, column);
      text = tab != NULL ? tab + 1 : NULL;
    }
  if (wider)
    set_stops (self, zoom);
}
