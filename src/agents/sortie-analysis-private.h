/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-findings.h"
#include "sortie-plan.h"
#include "sortie-question-splitter.h"
#include "sortie-sentence-ranker.h"

G_BEGIN_DECLS

/* Between sortie-analyzer.c (the step), sortie-analysis-topic.c (one question),
 * sortie-analysis-matter.c (what each question has to choose from) and sortie-analysis-select.c
 * (chooses within the budget of words). */

/**
 * SortieTopic:
 * @step: its retrieval step
 * @question: (nullable): what the splitter knows of it; NULL where the plan came from elsewhere
 * @text: the question
 * @retrieval: (nullable): what was found; NULL where the step was given up
 * @query: what is ranked by
 * @own_words: (element-type SortieWord): for one side of a comparison the words that only it has
 * @own_pairs: (element-type guint): likewise the pairs of words, as stems in turn
 * @scores: (element-type double): one a passage, -1 where this question did not find it
 * @ranks: (element-type SortieRank): one a sentence
 * @threshold: the least coverage of an answer
 * @has_exact: whether a sentence has all words of the subject in their own form
 *
 * One question with what is known for it.
 */
typedef struct
{
  int step;
  const SortieQuestion *question;
  const char *text;
  SortieRetrieval *retrieval;
  SortieRankQuery *query;
  GArray *own_words;
  GArray *own_pairs;
  GArray *scores;
  GArray *ranks;
  double threshold;
  gboolean has_exact;
} SortieTopic;

SortieTopic *sortie_topic_new (const SortieStep *step, const SortieQuestions *questions);
void sortie_topic_free (SortieTopic *self);
gboolean sortie_topic_is_kind (const SortieTopic *self, SortieQuestionKind kind);
/* Needs the retrieval, where there is one, and the words of all passages. */
void sortie_topic_make_query (SortieTopic *self,
                              const char *language,
                              SortieVocabulary *vocabulary);

/**
 * SortieMatter:
 * @language: the mission's
 * @sentences: of all passages, each passage once
 * @ranker: over all sentences
 * @topics: (element-type SortieTopic): in plan order
 * @copies: (element-type int): for each sentence the one that stands for all that say the same
 * @owners: (element-type int): for each sentence the topic that it answers best, -1 for none
 */
typedef struct
{
  const char *language;
  SortieSentences *sentences;
  SortieRanker *ranker;
  GPtrArray *topics;
  GArray *copies;
  GArray *owners;
} SortieMatter;

/* `steps`: the retrieval steps; `results` as in SortieStepInput. Fails with the error of
 * sortie_retrieval_from_json(). Lends plan and questions. */
SortieMatter *sortie_matter_new (const SortiePlan *plan,
                                 GPtrArray *results,
                                 const SortieQuestions *questions,
                                 GError **error);
void sortie_matter_free (SortieMatter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieMatter, sortie_matter_free)

/* Fills the analysis: one answer a topic, its findings within the budget, in reading order. */
void sortie_matter_select (SortieMatter *self, int words, SortieAnalysis *analysis);

G_END_DECLS
