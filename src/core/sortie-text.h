/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SortieSpan:
 *
 * A half-open byte range in a UTF-8 text, always on character borders.
 */
typedef struct
{
  gsize start;
  gsize end;
} SortieSpan;

/* The words of a text, in order: runs of letters, marks and digits (UAX #29 in spirit: an inner
 * apostrophe, full stop between digits, underscore or middle dot joins; a run of Han, Hiragana,
 * Katakana or Thai is cut per character). (element-type SortieSpan) */
GArray *sortie_text_tokenize (const char *text, gsize length);

/* The token folded for comparison: NFKD, marks dropped, case-folded. Never empty for a token. */
char *sortie_text_fold (const char *text, gsize length);

/* Sentences of running text as byte spans, in order, without surrounding white space. Splits at
 * sentence ends, paragraph breaks (a blank line), list items and heading lines; survives
 * abbreviations, initials, decimals, ordinals, ellipses, URLs, quotes and brackets after the full
 * stop. A single line break is white space. (element-type SortieSpan) */
GArray *sortie_text_split_sentences (const char *text, gsize length);

/* How many words sortie_text_tokenize() finds. */
guint sortie_text_count_words (const char *text, gsize length);

/* The ISO 639-1 code whose function words the text uses most ("en", "de", "fr", "es", "it", "nl",
 * "pt"), or whose script it is written in ("ja", "zh"); "en" where there is too little to tell. */
const char *sortie_text_guess_language (const char *text, gsize length);

/* The same, but NULL where there is too little to tell, or as much for another language. */
const char *sortie_text_tell_language (const char *text, gsize length);

/* How many function words of that language the text has. */
guint sortie_text_count_stop_words (const char *language, const char *text, gsize length);

/* Whether the folded token is a function word of that language. */
gboolean sortie_text_is_stop_word (const char *language, const char *folded);

/* A copy of which no more than `limit` bytes are kept, cut on a character border; with an ellipsis
 * where something was cut. */
char *sortie_text_shorten (const char *text, gsize limit);

/* The longest prefix of `bytes` that ends on a UTF-8 character border. */
gsize sortie_text_whole_characters (const char *bytes, gsize length);

/* Text in which every character that Markdown could take as markup is escaped with a backslash, so
 * that it renders as written and stays one line (line breaks become spaces). */
char *sortie_text_escape_markdown (const char *text, gsize length);

G_END_DECLS
