/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-extract.h"

G_BEGIN_DECLS

#define SORTIE_PDF_MAX_PAGES 20000

/* One line as it stands on a page; lengths in points, y downwards. */
typedef struct
{
  char *text;
  int page; /* from 1 */
  double x1;
  double x2;
  double y1;
  double y2;
  double size; /* of the font */
  gboolean bold;
  gboolean mono; /* all of it in letters of one width: code */
  double page_height;
} SortiePdfLine;

/* An entry of the document's outline: its title without white space, and the page, 0 if unknown. */
typedef struct
{
  char *title;
  int level;
  int page;
} SortiePdfHeading;

/* Reads the document with poppler. SORTIE_ERROR_INVALID: damaged, encrypted, or without text. */
SortieExtract *sortie_pdf_extract (GBytes *content, GError **error);

/* Empties lines that belong to no sentence: running headers and footers, page numbers, tables of
 * contents. The sizes are those of running text, in points. */
void sortie_pdf_drop_running_lines (GPtrArray *lines, double body_size, double leading);

/* Joins lines to paragraphs: leaves out running headers and footers, undoes hyphenation, finds
 * headings by the outline, else by their size. */
void sortie_pdf_append_lines (SortieExtract *extract,
                              GPtrArray *lines,   /* SortiePdfLine */
                              GPtrArray *outline, /* SortiePdfHeading */
                              int n_pages);

G_END_DECLS
