/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-question-patterns.h"

G_BEGIN_DECLS

/* The tables behind sortie-question-patterns.h, one a language. Patterns are regular expressions
 * without regard to case; word lists are folded words between spaces. */
typedef struct
{
  const char *patterns[SORTIE_N_PATTERNS];
  const char *comparisons[SORTIE_MAX_COMPARISONS];
  const char *advantages_first;
  const char *disadvantages_first;
  const char *advantages;
  const char *disadvantages;
  const char *advantage_cues; /* in any form that the stemmer of the language can take */
  const char *disadvantage_cues;
  const char *and_word;
  const char *generic;
  const char *form;
  const char *pairs; /* "terms/conditions" between spaces */
} SortieQuestionTable;

extern const SortieQuestionTable sortie_question_table_en;
extern const SortieQuestionTable sortie_question_table_de;
extern const SortieQuestionTable sortie_question_table_fr;
extern const SortieQuestionTable sortie_question_table_es;

G_END_DECLS
