/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-extract.h"

G_BEGIN_DECLS

#define SORTIE_PASSAGE_MAX_BYTES 4096

/**
 * SortieCut:
 *
 * One passage as a byte range of the extracted text. The cuts of a text tile it: the first starts
 * at 0, each next where the one before ends, the last ends with the text.
 */
typedef struct
{
  gsize start;
  gsize end;
  int page;
  int heading; /* index into the extract's headings, or -1 */
  guint words; /* how many, roughly */
} SortieCut;

/* Cuts at headings, pages and paragraphs into passages of about 80 to 160 words; a paragraph that
 * is longer is cut at sentence ends. (element-type SortieCut) (transfer full) */
GArray *sortie_passages_cut (const SortieExtract *extract);

G_END_DECLS
