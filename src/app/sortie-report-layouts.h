/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SortieReportLayout:
 * @above: points of room before it
 * @below: … and after it
 * @height: of all its lines
 * @keep: whether it stays with what follows
 *
 * One block on paper. A row of a table is one line, however high.
 */
typedef struct
{
  GPtrArray *cells; /* PangoLayout: one, for a row one a column */
  GArray *places;   /* double: their x */
  PangoLayout *marker;
  double marker_x;
  double width;
  double height;
  double above;
  double below;
  double rule;  /* thickness of the line below it */
  double quote; /* x of the bar; negative for none */
  gboolean row;
  gboolean ground;
  gboolean keep;
} SortieReportLayout;

/* @blocks: (element-type SortieMarkdownBlock)
 * @index: of the block */
SortieReportLayout *sortie_report_layout_new (GtkPrintContext *context,
                                              GPtrArray *blocks,
                                              guint index);
void sortie_report_layout_free (SortieReportLayout *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieReportLayout, sortie_report_layout_free)

int sortie_report_layout_get_n_lines (const SortieReportLayout *self);
double sortie_report_layout_get_line_height (const SortieReportLayout *self, int line);
/* Draws some of its lines, the first of them at `y`. */
void sortie_report_layout_draw (
    const SortieReportLayout *self, cairo_t *cairo, int first, int last, double y);

G_END_DECLS
