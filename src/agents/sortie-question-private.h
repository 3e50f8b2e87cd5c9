/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-question-splitter.h"

G_BEGIN_DECLS

/* Between sortie-question-units.c (a mission's sentences and list items), sortie-question-parts.c
 * (the parts of one of them) and sortie-question-splitter.c (all together). */

/**
 * SortieUnit:
 * @text: one sentence or list item, at most SORTIE_PATTERN_MAX_TEXT bytes
 * @context: (nullable): the line that introduced the list
 * @whole: the sentence that an inline list is inside of; else @text
 * @item: whether it is a list item
 */
typedef struct
{
  char *text;
  char *context;
  char *whole;
  gboolean item;
} SortieUnit;

/* At most SORTIE_MAX_UNITS of them; what comes after is background, not a question.
 * (element-type SortieUnit) */
#define SORTIE_MAX_UNITS 200
GPtrArray *sortie_question_list_units (const char *mission);

/* The coordinated questions in one sentence; the sentence itself where there is one.
 * (element-type utf8) */
GPtrArray *sortie_question_split_clauses (const char *language, const char *text);

/* The questions in one clause. `context` are words that the clause may leave out.
 * `aspects` gains what a comparison is about. (element-type SortieQuestion) */
GPtrArray *sortie_question_expand (
    const char *language, const char *text, GPtrArray *context, int group, GPtrArray *aspects);

/* The clause as one question. */
SortieQuestion *sortie_question_new_plain (const char *language,
                                           const char *text,
                                           GPtrArray *context);

void sortie_question_free (SortieQuestion *self);

/* What the parts are made of. Each `expand` gives NULL where the text is not of its kind;
 * `subject` is without question mark, `clause` the user's words. */
GPtrArray *sortie_question_expand_two_sides (const char *language,
                                             const char *subject,
                                             GPtrArray *context);
GPtrArray *sortie_question_expand_comparison (
    const char *language, const char *subject, const char *clause, int group, GPtrArray *aspects);
GPtrArray *sortie_question_expand_across (const char *language,
                                          const char *subject,
                                          const char *clause);
GPtrArray *sortie_question_expand_enumeration (const char *language,
                                               const char *subject,
                                               GPtrArray *context);
GPtrArray *sortie_question_array_new (void);
/* The query has the content words of the subject, then `more` (nullable). */
SortieQuestion *sortie_question_new (const char *language,
                                     SortieQuestionKind kind,
                                     const char *question,
                                     const char *subject,
                                     GPtrArray *more);
/* "a, b and c" at its commas and at the conjunction before the last; at most `limit` parts, any number
 * where it is -1. (transfer full) */
char **sortie_question_split_list (const char *language, const char *text, int limit);
guint sortie_question_count_words (const char *text);
/* (transfer full) (nullable): a named group, stripped, without question mark; NULL where empty. */
char *sortie_question_dup_group (GMatchInfo *info, const char *name);

G_END_DECLS
