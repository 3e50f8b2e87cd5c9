/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-report-layouts.h"

#include "sortie-markdown-blocks.h"

#include <string.h>

#define TEXT_FONT "Serif 10.5"
#define HEADING_FONT "Sans Bold"
#define CODE_FONT "Monospace 9"
#define LIST_STEP 18
#define QUOTE_STEP 14
#define CELL_GAP 10
#define MAX_COLUMNS 32
#define WEIGHED_ROWS 64 /* of a table, before and after the row */

static void
add_attribute (PangoAttrList *list, PangoAttribute *attribute, guint start, guint end)
{
  attribute->start_index = start;
  attribute->end_index = end;
  pango_attr_list_insert (list, attribute);
}

static void
set_spans (PangoLayout *layout, const SortieMarkdownBlock *block, guint from, guint to)
{
  g_autoptr (PangoAttrList) list = pango_attr_list_new ();

  for (guint i = 0; i < block->spans->len; i++)
    {
      const SortieMarkdownSpan *span = &g_array_index (block->spans, SortieMarkdownSpan, i);
      guint start = MAX (span->start, from);
      guint end = MIN (span->end, to);

      if (start >= end)
        continue;
      start -= from;
      end -= from;
      if ((span->style & SORTIE_MARKDOWN_BOLD) != 0)
        add_attribute (list, pango_attr_weight_new (PANGO_WEIGHT_BOLD), start, end);
      if ((span->style & SORTIE_MARKDOWN_ITALIC) != 0)
        add_attribute (list, pango_attr_style_new (PANGO_STYLE_ITALIC), start, end);
      if ((span->style & SORTIE_MARKDOWN_STRIKE) != 0)
        add_attribute (list, pango_attr_strikethrough_new (TRUE), start, end);
      if ((span->style & SORTIE_MARKDOWN_MONO) != 0)
        add_attribute (list, pango_attr_family_new ("monospace"), start, end);
      if ((span->style & SORTIE_MARKDOWN_LINK) != 0)
        add_attribute (list, pango_attr_underline_new (PANGO_UNDERLINE_SINGLE), start, end);
      if ((span->style & SORTIE_MARKDOWN_CITATION) != 0)
        add_attribute (list, pango_attr_scale_new (0.85), start, end);
    }
  pango_layout_set_attributes (layout, list);
}

static PangoLayout *
new_layout (GtkPrintContext *context, const SortieMarkdownBlock *block, const char *font)
{
  PangoLayout *layout = gtk_print_context_create_pango_layout (context);
  PangoFontDescription *description = pango_font_description_from_string (font);

  if (block->kind == SORTIE_MARKDOWN_HEADING)
    pango_font_description_set_size (description, (int) ((block->level == 1   ? 17
                                                          : block->level == 2 ? 13
                                                                              : 11) *
                                                         PANGO_SCALE));
  if (block->head)
    pango_font_description_set_weight (description, PANGO_WEIGHT_BOLD);
  pango_layout_set_font_description (layout, description);
  pango_font_description_free (description);
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_line_spacing (layout, 1.15f);
  return layout;
}

static void
add_cell (SortieReportLayout *self, PangoLayout *layout, double x, double width)
{
  int height;

  pango_layout_set_width (layout, (int) (MAX (width, 12) * PANGO_SCALE));
  pango_layout_get_size (layout, NULL, &height);
  self->height = MAX (self->height, (double) height / PANGO_SCALE);
  g_ptr_array_add (self->cells, layout);
  g_array_append_val (self->places, x);
}

/* ---- Rows ---- */

static const SortieMarkdownBlock *
get_row (GPtrArray *blocks, guint index)
{
  const SortieMarkdownBlock *block = g_ptr_array_index (blocks, index);

  return block->kind == SORTIE_MARKDOWN_ROW ? block : NULL;
}

static void
weigh_row (const SortieMarkdownBlock *row, double *weights, guint *n_columns)
{
  const char *text = row->text->str;

  for (guint column = 0; text != NULL && column < MAX_COLUMNS; column++)
    {
      const char *tab = strchr (text, '\t');
      gsize length = tab != NULL ? (gsize) (tab - text) : strlen (text);

      weights[column] = MAX (weights[column], CLAMP ((double) length, 6, 40));
      *n_columns = MAX (*n_columns, column + 1);
      text = tab != NULL ? tab + 1 : NULL;
    }
}

/* Columns are as wide as their longest cells ask for, within reason; the same in all rows nearby. */
static void
weigh_table (GPtrArray *blocks, guint index, double *weights, guint *n_columns)
{
  guint first = index;
  const SortieMarkdownBlock *row;

  while (first > 0 && !get_row (blocks, first)->head && get_row (blocks, first - 1) != NULL &&
         index - first < WEIGHED_ROWS)
    first--;
  for (guint i = first; i < blocks->len && i < first + WEIGHED_ROWS; i++)
    {
      row = get_row (blocks, i);
      if (row == NULL || (row->head && i > first))
        return;
      weigh_row (row, weights, n_columns);
    }
}

static void
lay_out_row (
    SortieReportLayout *self, GtkPrintContext *context, GPtrArray *blocks, guint index, double left)
{
  const SortieMarkdownBlock *row = g_ptr_array_index (blocks, index);
  const char *text = row->text->str;
  double weights[MAX_COLUMNS] = { 0 };
  double total = 0;
  guint n_columns = 0;
  guint from = 0;

  weigh_row (row, weights, &n_columns);
  weigh_table (blocks, index, weights, &n_columns);
  for (guint i = 0; i < n_columns; i++)
    total += weights[i];
  for (guint column = 0; column < n_columns && from <= row->text->len; column++)
    {
      const char *tab = memchr (text + from, '\t', row->text->len - from);
      guint to = tab != NULL ? (guint) (tab - text) : (guint) row->text->len;
      double width = (self->width - left) * weights[column] / total;
      PangoLayout *cell = new_layout (context, row, TEXT_FONT);

      pango_layout_set_text (cell, text + from, (int) (to - from));
      set_spans (cell, row, from, to);
      add_cell (self, cell, left, width - CELL_GAP);
      left += width;
      from = to + 1;
    }
  self->height += 6;
  self->rule = row->head ? 1 : 0.5;
  self->row = TRUE;
  self->keep = row->head;
}

/* ---- Blocks ---- */

static void
set_room (SortieReportLayout *self, const SortieMarkdownBlock *block)
{
  self->above = block->joined ? 0 : 3;
  self->below = 4;
  if (block->kind == SORTIE_MARKDOWN_HEADING)
    {
      self->above = block->level <= 2 ? 14 : 9;
      self->below = 5;
      self->keep = TRUE;
    }
  else if (block->kind == SORTIE_MARKDOWN_CODE || block->kind == SORTIE_MARKDOWN_ROW)
    {
      self->above = 0;
      self->below = 0;
    }
  else if (block->depth > 0)
    self->above = self->below = 1.5;
}

static void
add_marker (SortieReportLayout *self,
            GtkPrintContext *context,
            const SortieMarkdownBlock *block,
            double left)
{
  if (block->marker == NULL)
    return;
  self->marker = new_layout (context, block, TEXT_FONT);
  pango_layout_set_text (self->marker, block->marker, -1);
  self->marker_x = left - LIST_STEP + 3;
}

SortieReportLayout *
sortie_report_layout_new (GtkPrintContext *context, GPtrArray *blocks, guint index)
{
  SortieReportLayout *self = g_new0 (SortieReportLayout, 1);
  const SortieMarkdownBlock *block = g_ptr_array_index (blocks, index);
  double left = block->depth * LIST_STEP + block->quotes * QUOTE_STEP;
  const char *font = block->kind == SORTIE_MARKDOWN_HEADING ? HEADING_FONT
                     : block->kind == SORTIE_MARKDOWN_CODE  ? CODE_FONT
                                                            : TEXT_FONT;
  PangoLayout *layout;

  self->cells = g_ptr_array_new_with_free_func (g_object_unref);
  self->places = g_array_new (FALSE, FALSE, sizeof (double));
  self->width = gtk_print_context_get_width (context);
  self->quote = block->quotes > 0 ? (double) block->depth * LIST_STEP : -1;
  self->ground = block->kind == SORTIE_MARKDOWN_CODE;
  set_room (self, block);
  add_marker (self, context, block, left);
  if (block->kind == SORTIE_MARKDOWN_ROW)
    {
      lay_out_row (self, context, blocks, index, left);
      return self;
    }
  if (block->kind == SORTIE_MARKDOWN_RULE)
    self->rule = 0.5;
  layout = new_layout (context, block, font);
  pango_layout_set_text (layout, block->text->str, (int) block->text->len);
  set_spans (layout, block, 0, (guint) block->text->len);
  add_cell (self, layout, left, self->width - left);
  return self;
}

void
sortie_report_layout_free (SortieReportLayout *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->cells);
  g_array_unref (self->places);
  g_clear_object (&self->marker);
  g_free (self);
}

int
sortie_report_layout_get_n_lines (const SortieReportLayout *self)
{
  return self->row ? 1 : pango_layout_get_line_count (g_ptr_array_index (self->cells, 0));
}

/* The extents of a line within its layout, in points. */
static void
get_line (PangoLayout *layout, int line, double *top, double *bottom, double *baseline)
{
  PangoLayoutIter *iter = pango_layout_get_iter (layout);
  int first;
  int last;

  while (line-- > 0 && pango_layout_iter_next_line (iter))
    ;
  pango_layout_iter_get_line_yrange (iter, &first, &last);
  *top = (double) first / PANGO_SCALE;
  *bottom = (double) last / PANGO_SCALE;
  *baseline = (double) pango_layout_iter_get_baseline (iter) / PANGO_SCALE;
  pango_layout_iter_free (iter);
}

double
sortie_report_layout_get_line_height (const SortieReportLayout *self, int line)
{
  double top;
  double bottom;
  double baseline;

  if (self->row)
    return self->height;
  get_line (g_ptr_array_index (self->cells, 0), line, &top, &bottom, &baseline);
  return bottom - top;
}

static void
draw_around (const SortieReportLayout *self, cairo_t *cairo, double y, double height)
{
  if (self->ground)
    {
      cairo_set_source_rgb (cairo, 0.95, 0.95, 0.95);
      cairo_rectangle (cairo, 0, y, self->width, height);
      cairo_fill (cairo);
    }
  cairo_set_source_rgb (cairo, 0.7, 0.7, 0.7);
  if (self->quote >= 0)
    {
      cairo_rectangle (cairo, self->quote, y, 2, height);
      cairo_fill (cairo);
    }
  if (self->rule > 0)
    {
      cairo_rectangle (cairo, 0, self->row ? y + height - 1 : y + height / 2, self->width,
                       self->rule);
      cairo_fill (cairo);
    }
  cairo_set_source_rgb (cairo, 0, 0, 0);
}

static void
draw_row (const SortieReportLayout *self, cairo_t *cairo, double y)
{
  draw_around (self, cairo, y, self->height);
  for (guint i = 0; i < self->cells->len; i++)
    {
      cairo_move_to (cairo, g_array_index (self->places, double, i), y + 3);
      pango_cairo_show_layout (cairo, g_ptr_array_index (self->cells, i));
    }
}

void
sortie_report_layout_draw (
    const SortieReportLayout *self, cairo_t *cairo, int first, int last, double y)
{
  PangoLayout *layout = g_ptr_array_index (self->cells, 0);
  double start;
  double top;
  double bottom;
  double baseline;

  if (self->row)
    {
      draw_row (self, cairo, y);
      return;
    }
  get_line (layout, last - 1, &start, &bottom, &baseline);
  get_line (layout, first, &start, &top, &baseline);
  draw_around (self, cairo, y, bottom - start);
  if (self->marker != NULL && first == 0)
    {
      cairo_move_to (cairo, self->marker_x, y);
      pango_cairo_show_layout (cairo, self->marker);
    }
  for (int line = first; line < last; line++)
    {
      get_line (layout, line, &top, &bottom, &baseline);
      cairo_move_to (cairo, g_array_index (self->places, double, 0), y + baseline - start);
      pango_cairo_show_layout_line (cairo, pango_layout_get_line_readonly (layout, line));
    }
}
