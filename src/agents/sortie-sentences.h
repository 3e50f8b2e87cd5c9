/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-library.h"
#include "sortie-vocabulary.h"

G_BEGIN_DECLS

/* Passages cut into sentences, each with what is needed to judge and to quote it. */

/* The longest and the shortest sentence that is quoted. */
#define SORTIE_SENTENCE_MAX_BYTES 700
#define SORTIE_SENTENCE_MAX_WORDS 80
#define SORTIE_SENTENCE_MIN_WORDS 5

typedef enum
{
  SORTIE_SENTENCE_LEANS = 1 << 0,     /* opens with a word that points back: "This", "However" */
  SORTIE_SENTENCE_CONTINUES = 1 << 1, /* follows the sentence before it in the same paragraph */
  SORTIE_SENTENCE_OPENS = 1 << 2,     /* is the first of its paragraph */
} SortieSentenceFlags;

/**
 * SortieSentence:
 * @passage: index of its passage
 * @start: byte range in the passage's text
 * @end: …
 * @words: (array length=n_words): its words, in order
 * @terms: (array length=n_terms): the stems of its content words, in order
 * @n_words: how many words
 * @n_terms: how many content words
 * @flags: how it stands to its neighbours
 * @quality: from 0 (never to be quoted: a heading, a menu, code, …) to 1
 */
typedef struct
{
  guint passage;
  gsize start;
  gsize end;
  SortieWord *words;
  guint *terms;
  guint n_words;
  guint n_terms;
  SortieSentenceFlags flags;
  double quality;
} SortieSentence;

/**
 * SortieSentences:
 * @passages: (element-type SortiePassage): each once
 * @items: (element-type SortieSentence): in order of passage and place
 * @vocabulary: the words of all
 * @headings: (element-type GArray): the content words (SortieWord) of each
 *   passage's heading and title
 * @sections: (element-type GArray): the same of the last level of the heading alone
 */
typedef struct
{
  GPtrArray *passages;
  GArray *items;
  SortieVocabulary *vocabulary;
  GPtrArray *headings;
  GPtrArray *sections;
} SortieSentences;

/* `language` is the mission's. */
SortieSentences *sortie_sentences_new (const char *language);
void sortie_sentences_free (SortieSentences *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieSentences, sortie_sentences_free)

/* Takes the passage; returns its index. */
guint sortie_sentences_add (SortieSentences *self, SortiePassage *passage);

const SortieSentence *sortie_sentences_get (const SortieSentences *self, guint index);
const SortiePassage *sortie_sentences_get_passage (const SortieSentences *self, guint index);

/* Whether two sentences say the same in nearly the same words: most content words in common, the
 * same figures, and neither denies what the other says. */
gboolean sortie_sentences_are_near_duplicates (const SortieSentences *self, guint a, guint b);

/* For each sentence the first one that is nearly the same, itself where none is. (element-type int)
 * (transfer full) */
GArray *sortie_sentences_cluster (const SortieSentences *self);

/* Whether they say the same but for their figures: a difference worth a reader's notice. */
gboolean sortie_sentences_differ_in_figures (const SortieSentences *self, guint a, guint b);

/* How much a stretch of text is a sentence that can stand in a report: 0 to 1. */
double sortie_sentence_judge (const char *text,
                              gsize length,
                              const SortieVocabulary *vocabulary,
                              GArray *words);

/* Whether it opens with a word that points back to what was said before. */
gboolean sortie_sentence_leans (const char *text, gsize length);

G_END_DECLS
