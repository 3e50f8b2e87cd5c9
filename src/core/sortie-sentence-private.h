/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The parts of sentence splitting; for sortie-sentences.c only. */

typedef enum
{
  SORTIE_END_NONE,
  SORTIE_END_STOP,     /* one full stop */
  SORTIE_END_ELLIPSIS, /* several, or the ellipsis character */
  SORTIE_END_MARK,     /* ! or ? is in the run */
  SORTIE_END_HARD,     /* a sign that has no other use: Chinese, Japanese, Hindi, … */
} SortieEndKind;

/* The first word after a possible end. */
typedef struct
{
  gunichar first; /* its first character; 0 at the end of the block */
  const char *word;
  gsize length;       /* of the word's letters, bytes */
  gboolean initial;   /* it is one letter and a full stop */
  gboolean in_code;   /* a backtick stands before it */
  gboolean bracketed; /* a bracket or quote stands before it */
} SortieNextWord;

/* What the character does as the end of a sentence. */
SortieEndKind sortie_sentence_end_kind (gunichar c);

/* Closes (opens) a quotation, bracket or emphasis, or marks a footnote. */
gboolean sortie_sentence_is_closer (gunichar c);
gboolean sortie_sentence_is_opener (gunichar c);

/* A letter of a script written without spaces, after which no space is waited for. */
gboolean sortie_sentence_is_ideograph (gunichar c);

/* Whether the full stop at `stop` ends the sentence that begins at `start`, when what follows it
 * could begin one. */
gboolean sortie_full_stop_ends (const char *start, const char *stop, const SortieNextWord *next);

/* Whether the word before the full stop is a common one, so that even a name in lower case after it
 * may begin a sentence. */
gboolean sortie_full_stop_is_after_plain_word (const char *start, const char *stop);

G_END_DECLS
