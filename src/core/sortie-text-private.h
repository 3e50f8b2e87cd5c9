/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-text.h"

G_BEGIN_DECLS

/* What a word that ends in a full stop says about the end of its sentence. */
typedef enum
{
  SORTIE_ABBREVIATION_NONE,
  SORTIE_ABBREVIATION_LEADS,        /* "Dr.", "z.B.": something always follows in the sentence */
  SORTIE_ABBREVIATION_LEADS_NUMBER, /* "No.", "Art.", "Abs.": before a number only */
  SORTIE_ABBREVIATION_MAY_END, /* "Inc.", "Jan.": ends it where a typical opening word follows */
  SORTIE_ABBREVIATION_ENDS,    /* "etc.", "usw.": ends it where a capital follows */
} SortieAbbreviation;

/* `word` is without its last full stop. */
SortieAbbreviation sortie_abbreviation_lookup (const char *word, gsize length);

/* Whether the word, as written, is one that sentences begin with and names don't ("The", "Der"). */
gboolean sortie_word_opens_sentence (const char *word, gsize length);

/* Whether the word names a month, in one of the languages that write "3. Oktober". */
gboolean sortie_word_is_month (const char *word, gsize length);

/* Whether the word is one after which a number with a full stop is an ordinal ("am", "der"). */
gboolean sortie_word_precedes_ordinal (const char *word, gsize length);

/* The stretches of a text that no sentence reaches across: paragraphs, list items, headings, rows of
 * a table, lines of code. Without their markers (`-`, `1.`, `##`, …) and without white space around;
 * none is empty. (element-type SortieSpan) */
GArray *sortie_text_split_blocks (const char *text, gsize length);

G_END_DECLS
