/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-findings.h"

G_BEGIN_DECLS

/* Whether what is said is in what is cited, as far as words and figures can tell. It is no proof: a
 * sentence may turn round what its passage says in the passage's own words. */

/* More than this share of a sentence's content words must be in what it cites. */
#define SORTIE_SUPPORT_LEAST_SHARE 0.4
/* For what is dropped and not only marked. */
#define SORTIE_SUPPORT_STRICT_SHARE 0.6

typedef struct _SortieSupport SortieSupport;

/* `language`: of what is checked, not of the passages; `passages` (element-type SortiePassage) are
 * lent; `least_share`: what counts as enough, e.g. SORTIE_SUPPORT_LEAST_SHARE. */
SortieSupport *sortie_support_new (const char *language, GPtrArray *passages, double least_share);
void sortie_support_free (SortieSupport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieSupport, sortie_support_free)

/**
 * sortie_support_holds:
 * @text: a sentence, with or without citations
 * @length: bytes
 * @passages: (element-type guint): the passages that it cites, as indices from 0
 *
 * Whether the sentence shares enough with them: more than the least share of its content
 * words, by their stems, are in the passages or their headings, and each of its figures is. Where one
 * of the passages is in another language than the sentence, its words can't be compared; its figures
 * still are.
 */
gboolean sortie_support_holds (SortieSupport *self,
                               const char *text,
                               gsize length,
                               GArray *passages);

/* The share of its content words alone, whatever the languages; 1 where it has none. */
double sortie_support_get_share (SortieSupport *self,
                                 const char *text,
                                 gsize length,
                                 GArray *passages);

/**
 * SortieSupportResult:
 * @unsupported: (element-type SortieSpan): sentences that share too little, in order
 * @firsts: (element-type SortieSpan): for each citation number the first sentence with it; empty
 *   where there is none
 * @n_cited: how many sentences cite something
 * @n_words: words in all of the text
 * @n_cited_words: of them in sentences that cite
 */
typedef struct
{
  GArray *unsupported;
  GArray *firsts;
  guint n_cited;
  guint n_words;
  guint n_cited_words;
} SortieSupportResult;

/**
 * sortie_support_check:
 * @text: Markdown in which `[k]` cites
 * @start: from where to check, bytes
 * @end: to where
 * @order: (element-type guint): the index, from 0, of the passage that `[k]` stands for is
 *   element k − 1, less one
 *
 * Checks each sentence that cites. The spans are bytes of @text.
 */
void sortie_support_check (SortieSupport *self,
                           const char *text,
                           gsize start,
                           gsize end,
                           GArray *order,
                           SortieSupportResult *result);
void sortie_support_result_clear (SortieSupportResult *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SortieSupportResult, sortie_support_result_clear)

/**
 * sortie_support_new_source:
 * @passage: index of the passage, from 0
 * @text: a sentence that cites it
 * @length: bytes
 *
 * Returns: (transfer full): the sentence of the passage that shares most with it; the whole passage
 *   where none stands out
 */
SortieSource *sortie_support_new_source (SortieSupport *self,
                                         guint passage,
                                         const char *text,
                                         gsize length);

G_END_DECLS
