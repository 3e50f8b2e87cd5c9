/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The words of the texts at hand as small numbers, one a stem, so that sentences can be compared by
 * numbers. The numbers follow the order in which words came, so the same texts give the same. */

typedef struct _SortieVocabulary SortieVocabulary;

SortieVocabulary *sortie_vocabulary_new (const char *language);
void sortie_vocabulary_free (SortieVocabulary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieVocabulary, sortie_vocabulary_free)

/**
 * SortieWord:
 * @stem: the number of its stem, from 0; function words have numbers of their own
 * @root: the number of its form without inflection: the same for "remove", "removes" and "removed",
 *   another one for "removal", though its stem is the same. Not to be compared with stems
 */
typedef struct
{
  guint stem;
  guint root;
} SortieWord;

SortieWord sortie_vocabulary_intern (SortieVocabulary *self, const char *word, gsize length);

/* The words of a text in order. (element-type SortieWord) */
GArray *sortie_vocabulary_read (SortieVocabulary *self, const char *text, gsize length);

/* How many stems there are. */
guint sortie_vocabulary_get_size (const SortieVocabulary *self);
/* A function word: it tells sentences apart from lists and headings, but nothing of a subject. */
gboolean sortie_vocabulary_is_stop (const SortieVocabulary *self, guint stem);
/* A function word of any language: prose has some, whatever the mission is written in. */
gboolean sortie_vocabulary_is_function (const SortieVocabulary *self, guint stem);
gboolean sortie_vocabulary_is_number (const SortieVocabulary *self, guint stem);
/* A word that turns a sentence's meaning round: "not", "never", "without". */
gboolean sortie_vocabulary_is_negation (const SortieVocabulary *self, guint stem);
const char *sortie_vocabulary_get_stem (const SortieVocabulary *self, guint stem);

/* Takes off what is written on to a word: the possessive 's, the French l'. */
void sortie_word_trim (const char *language, const char **word, gsize *length);

G_END_DECLS
