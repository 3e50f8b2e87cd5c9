/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a mission looks like in each language, as tables: the words that open a question or a
 * request, that compare, that ask for two sides, and that speak of the report's form only. */

/* The longest text that any pattern is tried on, bytes: matching is bounded by it. */
#define SORTIE_PATTERN_MAX_TEXT 1500

typedef enum
{
  SORTIE_PATTERN_CONNECTIVE,    /* "and", "then" at the start */
  SORTIE_PATTERN_OPENER,        /* politeness at the start: "please", "I would like to know" */
  SORTIE_PATTERN_REQUEST,       /* what asks for a text at the start: "write a report about" */
  SORTIE_PATTERN_QUESTION,      /* a question word at the start */
  SORTIE_PATTERN_LEAD,          /* the start that a heading does without: "what are the" */
  SORTIE_PATTERN_DOCUMENTS,     /* "according to the documents", which names no subject */
  SORTIE_PATTERN_LENGTH,        /* "in 200 words" */
  SORTIE_PATTERN_FORM,          /* "as a table", taken out of requests only */
  SORTIE_PATTERN_CLAUSE,        /* the border between two coordinated questions */
  SORTIE_PATTERN_LIST_END,      /* the conjunction before an enumeration's last item */
  SORTIE_PATTERN_BOUNDARY,      /* one word, after which an enumeration's first item may begin */
  SORTIE_PATTERN_WEAK_BOUNDARY, /* such a word that begins none where it stands alone */
  SORTIE_PATTERN_TAIL,          /* what follows an enumeration's last item and belongs to all */
  SORTIE_PATTERN_VERB,          /* a finite verb: no item of an enumeration holds one */
  SORTIE_PATTERN_ASPECT,        /* the loose tail of a comparison: "in Debian"; group t */
  SORTIE_PATTERN_THAT_OF,       /* "those of": a comparison that does not repeat its noun */
  SORTIE_PATTERN_ANAPHORA,      /* a word that points back */
  SORTIE_PATTERN_DETERMINER,    /* an article at the start */
  SORTIE_PATTERN_MEASURE,       /* "how long": no subject of its own */
  SORTIE_PATTERN_DEFINES,       /* asks what something is */
  SORTIE_PATTERN_COUNTS,        /* asks how many, how long or when */
  SORTIE_PATTERN_REASONS,       /* asks why */
  SORTIE_PATTERN_ACROSS, /* asks what each of several documents says about something; groups d and t */
  SORTIE_N_PATTERNS,
} SortiePattern;

#define SORTIE_MAX_COMPARISONS 10

/* SORTIE_ERROR is never set: a text that is too long, or a language without such a pattern, simply
 * does not match. (transfer full) (nullable): the match; free with g_match_info_unref(). */
GMatchInfo *sortie_pattern_match (const char *language, SortiePattern pattern, const char *text);

gboolean sortie_pattern_matches (const char *language, SortiePattern pattern, const char *text);

/* A comparison: named groups a, b and, where there is one, t. (transfer full) (nullable) */
GMatchInfo *sortie_pattern_match_comparison (const char *language, const char *text);

/* "Advantages and disadvantages of X": named groups p, c, o (the preposition) and x. Sets
 * `reversed` where the disadvantages come first. (transfer full) (nullable) */
GMatchInfo *sortie_pattern_match_two_sides (const char *language,
                                            const char *text,
                                            gboolean *reversed);

/* More words under which advantages, or disadvantages, may be found. */
const char *sortie_pattern_get_side_words (const char *language, gboolean disadvantages);

/* The words that tell an advantage, or a disadvantage, when a sentence holds one of them. */
const char *sortie_pattern_get_side_cues (const char *language, gboolean disadvantages);

/* "and" in that language. */
const char *sortie_pattern_get_and (const char *language);

/* Whether the text asks, requests or compares in the way of this language. */
gboolean sortie_pattern_speaks (const char *language, const char *text);

/* Whether the folded word asks or instructs rather than names a subject: "explain", "overview". */
gboolean sortie_pattern_is_generic (const char *language, const char *folded);

/* Whether the folded word speaks of the report's form: "words", "table", "concise". */
gboolean sortie_pattern_is_form (const char *language, const char *folded);

/* Whether the two words are a fixed pair that is one thing: "terms" and "conditions". */
gboolean sortie_pattern_is_pair (const char *language, const char *first, const char *second);

/* The languages with tables, `en` first, NULL-terminated. */
extern const char *const sortie_pattern_languages[];

G_END_DECLS
