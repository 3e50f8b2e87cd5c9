/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-sentences.h"

G_BEGIN_DECLS

/* Ranks sentences for a question: BM25 of the sentence and of its surroundings, the share of the
 * question's words that it holds, the rank of its passage, how much it has in common with the other
 * sentences at hand (degree centrality after LexRank, Erkan and Radev 2004), where it stands, and
 * whether it is prose at all. Each part is between 0 and 1. */

typedef enum
{
  SORTIE_RANK_DEFINES = 1 << 0, /* asks what something is */
  SORTIE_RANK_COUNTS = 1 << 1,  /* asks how many, how long, when */
  SORTIE_RANK_REASONS = 1 << 2, /* asks why */
  SORTIE_RANK_NAMED = 1 << 3,   /* asks about the names themselves */
} SortieRankFlags;

/**
 * SortieRankQuery:
 * @subject: (element-type SortieWord): the words that an answer must hold
 * @more: (element-type SortieWord): words that make an answer likelier
 * @names: (element-type utf8): words that are names: a sentence that has one as it is written
 *   answers better than one that has its stem only ("Recommends", not "recommended")
 * @name_words: (element-type SortieWord): the same as words
 * @cues: (element-type SortieWord) (nullable): where set, one of them must be in an answer
 * @strong_cues: (element-type SortieWord) (nullable): those of them that leave no doubt
 * @other_cues: (element-type SortieWord) (nullable): what leaves no doubt of the opposite
 * @pairs: (element-type guint): words of a name, as pairs of stems in turn: a sentence that
 *   has them side by side answers better
 * @weights: (element-type double): by stem, how much a word is worth; 0 where only the sentences at
 *   hand tell
 * @flags: what kind of answer is asked for
 */
typedef struct
{
  GArray *subject;
  GArray *more;
  GPtrArray *names;
  GArray *name_words;
  GArray *cues;
  GArray *strong_cues;
  GArray *other_cues;
  GArray *pairs;
  GArray *weights;
  SortieRankFlags flags;
} SortieRankQuery;

SortieRankQuery *sortie_rank_query_new (void);
void sortie_rank_query_free (SortieRankQuery *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieRankQuery, sortie_rank_query_free)

/* Adds the pairs of words that stand side by side in the text. */
void sortie_rank_query_add_pairs (SortieRankQuery *self,
                                  SortieVocabulary *vocabulary,
                                  const char *text);

/* Whether the two stems stand side by side in the sentence. */
gboolean sortie_sentence_has_pair (const SortieSentence *sentence, guint a, guint b);

/* Sets how much the words of a text are worth. */
void sortie_rank_query_set_weight (SortieRankQuery *self,
                                   SortieVocabulary *vocabulary,
                                   const char *text,
                                   double weight);

/* Adds the words of a text to the list, each stem once. (element-type SortieWord) */
void sortie_rank_query_add (GArray *list, SortieVocabulary *vocabulary, const char *text);

/**
 * SortieRankWeights:
 *
 * How much each part counts. They add up to a score; only their relation matters.
 */
typedef struct
{
  double match;    /* BM25 of the sentence */
  double coverage; /* share of the subject's words, by weight */
  double context;  /* the same words in the sentences around and in the heading */
  double passage;  /* the passage's own score */
  double centrality;
  double position;
  double length_b;   /* BM25's b */
  double redundancy; /* what MMR takes off for what was said */
} SortieRankWeights;

extern const SortieRankWeights sortie_rank_default_weights;

/**
 * SortieRank:
 * @score: 0 where the sentence is never to be quoted
 * @coverage: 0 to 1: the share of the subject's words, by weight, in the sentence, its heading and,
 *   by half, its neighbours
 * @own: the same of the sentence alone
 * @heading: the same of its heading and title alone
 * @has_name: whether a name of the question, if it has any, is in the sentence, its heading or beside it
 * @doubtful: whether only a weak word tells that it is for or against something
 */
typedef struct
{
  double score;
  double coverage;
  double own;
  double heading;
  gboolean has_name;
  gboolean doubtful;
} SortieRank;

typedef struct _SortieRanker SortieRanker;

/* Lends the sentences; all of them must be added before. `weights` may be NULL. */
SortieRanker *sortie_ranker_new (const SortieSentences *sentences,
                                 const SortieRankWeights *weights);
void sortie_ranker_free (SortieRanker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieRanker, sortie_ranker_free)

/* One rank a sentence. `passages`: the passages' scores, one a passage, below 0 where the question
 * did not find it. (element-type SortieRank) (transfer full) */
GArray *sortie_ranker_rank (SortieRanker *self, const SortieRankQuery *query, GArray *passages);

/* The cosine of two sentences' words weighted by rarity: 0 to 1. */
double sortie_ranker_get_similarity (const SortieRanker *self, guint a, guint b);

/* How rare a stem is among the sentences: above 0. */
double sortie_ranker_get_weight (const SortieRanker *self, guint stem);

/* Whether a list of SortieWord holds the stem. */
gboolean sortie_words_hold (GArray *words, guint stem);

G_END_DECLS
