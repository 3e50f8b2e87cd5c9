/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SortiePassageExcerpt:
 * @text: what is shown
 * @start: where the cited sentence begins in it, bytes
 * @end: the byte after it
 */
typedef struct
{
  char *text;
  gsize start;
  gsize end;
} SortiePassageExcerpt;

/**
 * sortie_passage_excerpt_new:
 * @passage: (nullable): the passage's text, UTF-8
 * @offset: where the quotation should begin in it, bytes; negative where unknown
 * @quote: (nullable): the cited sentence
 * @context: characters to keep on each side
 *
 * The sentence within its passage. Where the passage does not have it, the sentence alone.
 *
 * Returns: (transfer full)
 */
SortiePassageExcerpt *sortie_passage_excerpt_new (const char *passage,
                                                  gint64 offset,
                                                  const char *quote,
                                                  guint context);
void sortie_passage_excerpt_free (SortiePassageExcerpt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortiePassageExcerpt, sortie_passage_excerpt_free)

G_END_DECLS
