/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-report-tags.h"

G_BEGIN_DECLS

#define SORTIE_REPORT_TABLE_MAX_COLUMNS 32 /* that are measured */
#define SORTIE_REPORT_TABLE_MEASURED 64    /* rows that decide how a table is shown */

/**
 * SortieReportTable:
 * @tag: of its rows: the tab stops
 * @first_piece: with which piece of the Markdown it begins
 * @stacked: rows are shown cell below cell, as they are too wide
 * @unfit: it should be stacked and is not yet
 * @closed: whether its head will not change any more
 * @n_rows: before the one that is measured
 * @widths: of its columns, pixels
 * @heads: (element-type utf8): of its columns
 *
 * Text with tab stops: search, selection and copy know nothing but text.
 */
typedef struct
{
  GtkTextTag *tag;
  guint first_piece;
  gboolean stacked;
  gboolean unfit;
  gboolean closed;
  guint n_rows;
  guint n_columns;
  int widths[SORTIE_REPORT_TABLE_MAX_COLUMNS];
  GPtrArray *heads;
  PangoLayout *layout; /* (nullable): what measures cells */
  int available;       /* pixels */
} SortieReportTable;

SortieReportTable *sortie_report_table_new (GtkTextTag *tag,
                                            guint first_piece,
                                            PangoLayout *layout,
                                            int available);
void sortie_report_table_free (SortieReportTable *self);

/* Takes a row into account, and moves the tab stops where it needs more room. */
void sortie_report_table_measure (SortieReportTable *self,
                                  const SortieMarkdownBlock *row,
                                  double zoom);
/* (nullable): the head of a column */
const char *sortie_report_table_get_head (const SortieReportTable *self, guint column);

G_END_DECLS
