/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A mission cut into the questions that can be looked up one by one. */

/* With planning, analysis and writing that fills a plan of SORTIE_PLAN_MAX_STEPS. */
#define SORTIE_MAX_QUESTIONS 9

typedef enum
{
  SORTIE_QUESTION_PLAIN,
  SORTIE_QUESTION_SIDE,       /* one side of a comparison */
  SORTIE_QUESTION_SHARED,     /* what the sides of a comparison have in common */
  SORTIE_QUESTION_ADVANTAGES, /* of a pair */
  SORTIE_QUESTION_DISADVANTAGES,
  SORTIE_QUESTION_ACROSS, /* what each of the documents says about one thing */
} SortieQuestionKind;

/**
 * SortieQuestion:
 * @kind: what it is in its group
 * @group: the same number, from 1, for the sides of one comparison; 0 outside one
 * @question: the sub-question in the user's words
 * @query: the words to search for
 * @subject: the words that an answer must hold; the query may hold more
 * @label: a heading
 */
typedef struct
{
  SortieQuestionKind kind;
  int group;
  char *question;
  char *query;
  char *subject;
  char *label;
} SortieQuestion;

/**
 * SortieQuestions:
 * @title: the mission in one line
 * @language: ISO 639-1 code
 * @report_language: that of the report's own words: the mission's; where that can't be told, the
 *   submitter's
 * @questions: (element-type SortieQuestion): 1 to SORTIE_MAX_QUESTIONS
 * @aspects: (element-type utf8): what a comparison is about ("safety", "performance"); may be empty
 */
typedef struct
{
  char *title;
  char *language;
  char *report_language;
  GPtrArray *questions;
  GPtrArray *aspects;
} SortieQuestions;

/**
 * sortie_questions_from_mission:
 * @mission: UTF-8
 *
 * Splits by list items, sentences, coordinated clauses, comparisons, pairs of advantages and
 * disadvantages, and enumerations; leaves out what only speaks of the report's form. Deterministic
 * and without I/O, so the analyzer and the writer ask it again rather than carry its result along.
 *
 * Returns: (transfer full): at least one question
 */
SortieQuestions *sortie_questions_from_mission (const char *mission);
void sortie_questions_free (SortieQuestions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieQuestions, sortie_questions_free)

/**
 * sortie_questions_take_locale:
 * @mission: what the questions were made from
 * @locale: (nullable): the submitter's language, one of sortie_languages
 *
 * Chooses the language of the report's own words: the submitter's, where the mission's can't be
 * told. Questions and searches stay as they are.
 */
void sortie_questions_take_locale (SortieQuestions *self, const char *mission, const char *locale);

/* Whether documents are compared as a whole: there is nothing to search for. */
gboolean sortie_question_is_overview (const SortieQuestion *self);

/* The one with exactly this text; NULL where a plan was made elsewhere. */
const SortieQuestion *sortie_questions_find (const SortieQuestions *self, const char *question);

G_END_DECLS
