/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-sentence-ranker.h"

#include "sortie-rank-private.h"

#include <math.h>
#include <string.h>

#define K1 0.9
/* What another word of the same stem counts. */
#define FAMILY 0.6
/* What a word in the heading counts towards the match. */
#define HEADING 0.4
/* Of the words covered, what the sentence itself holds counts so much, its surroundings the rest. */
#define OWN_SHARE 0.6
/* A name weighs more than a word: who asks about Ostrava wants nothing on other places. */
#define NAME_WEIGHT 1.8
/* Sentences that have less in common than this are not neighbours. */
#define SIMILAR 0.12
/* Centrality compares each with each: so many of the best are enough. */
#define MAX_CENTRAL 400

const SortieRankWeights sortie_rank_default_weights = {
  .match = 1.0,
  .coverage = 1.0,
  .context = 0.4,
  .passage = 0.6,
  .centrality = 0.3,
  .position = 0.05,
  .length_b = 0.3,
  .redundancy = 0.5,
};

/* A sentence as the words it holds, ascending, each with how often. */
typedef struct
{
  guint *words;
  double *weights; /* tf × idf, of length 1 */
  guint *counts;
  guint n;
} Vector;

struct _SortieRanker
{
  const SortieSentences *sentences;
  SortieRankWeights weights;
  double *idf;
  guint n_words;
  double average_length;
  Vector *vectors;
};

/* -- vectors -- */

static int
compare_words (gconstpointer a, gconstpointer b)
{
  guint x = *(const guint *) a;
  guint y = *(const guint *) b;

  return x < y ? -1 : x > y;
}

static void
vector_init (Vector *self, const SortieSentence *sentence)
{
  g_autofree guint *sorted = g_memdup2 (sentence->terms, sentence->n_terms * sizeof (guint));

  self->words = g_new (guint, sentence->n_terms + 1);
  self->counts = g_new (guint, sentence->n_terms + 1);
  self->weights = g_new0 (double, sentence->n_terms + 1);
  self->n = 0;
  if (sentence->n_terms > 1)
    qsort (sorted, sentence->n_terms, sizeof (guint), compare_words);
  for (guint i = 0; i < sentence->n_terms; i++)
    {
      if (self->n > 0 && self->words[self->n - 1] == sorted[i])
        {
          self->counts[self->n - 1]++;
          continue;
        }
      self->words[self->n] = sorted[i];
      self->counts[self->n++] = 1;
    }
}

static void
vector_weigh (Vector *self, const double *idf)
{
  double sum = 0.0;

  for (guint i = 0; i < self->n; i++)
    {
      self->weights[i] = self->counts[i] * idf[self->words[i]];
      sum += self->weights[i] * self->weights[i];
    }
  for (guint i = 0; i < self->n && sum > 0.0; i++)
    self->weights[i] /= sqrt (sum);
}

static double
vector_cosine (const Vector *a, const Vector *b)
{
  double sum = 0.0;

  for (guint i = 0, j = 0; i < a->n && j < b->n;)
    {
      if (a->words[i] == b->words[j])
        sum += a->weights[i++] * b->weights[j++];
      else if (a->words[i] < b->words[j])
        i++;
      else
        j++;
    }
  return sum;
}

static guint
vector_count (const Vector *self, guint word)
{
  guint low = 0;
  guint high = self->n;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (self->words[middle] < word)
        low = middle + 1;
      else
        high = middle;
    }
  return low < self->n && self->words[low] == word ? self->counts[low] : 0;
}

/* -- the ranker -- */

static void
weigh_words (SortieRanker *self)
{
  guint n = self->sentences->items->len;
  g_autofree guint *documents = g_new0 (guint, self->n_words + 1);
  gsize words = 0;

  for (guint i = 0; i < n; i++)
    {
      words += sortie_sentences_get (self->sentences, i)->n_terms;
      for (guint j = 0; j < self->vectors[i].n; j++)
        documents[self->vectors[i].words[j]]++;
    }
  self->average_length = n > 0 ? MAX (1.0, (double) words / n) : 1.0;
  for (guint i = 0; i < self->n_words; i++)
    self->idf[i] = log (1.0 + (n - documents[i] + 0.5) / (documents[i] + 0.5));
  for (guint i = 0; i < n; i++)
    vector_weigh (&self->vectors[i], self->idf);
}

SortieRanker *
sortie_ranker_new (const SortieSentences *sentences, const SortieRankWeights *weights)
{
  SortieRanker *self = g_new0 (SortieRanker, 1);

  self->sentences = sentences;
  self->weights = weights != NULL ? *weights : sortie_rank_default_weights;
  self->n_words = sortie_vocabulary_get_size (sentences->vocabulary);
  self->idf = g_new0 (double, self->n_words + 1);
  self->vectors = g_new0 (Vector, sentences->items->len + 1);
  for (guint i = 0; i < sentences->items->len; i++)
    vector_init (&self->vectors[i], sortie_sentences_get (sentences, i));
  weigh_words (self);
  return self;
}

void
sortie_ranker_free (SortieRanker *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->sentences->items->len; i++)
    {
      g_free (self->vectors[i].words);
      g_free (self->vectors[i].counts);
      g_free (self->vectors[i].weights);
    }
  g_free (self->vectors);
  g_free (self->idf);
  g_free (self);
}

double
sortie_ranker_get_similarity (const SortieRanker *self, guint a, guint b)
{
  return vector_cosine (&self->vectors[a], &self->vectors[b]);
}

/* A word that came after the ranker was made (or in no sentence) is as rare as can be. */
double
sortie_ranker_get_weight (const SortieRanker *self, guint stem)
{
  return stem < self->n_words ? self->idf[stem] : log (1.0 + self->sentences->items->len / 0.5);
}

/* -- the parts of a score -- */

/* The whole collection knows better how much a word is worth than the few passages that were found
 * for it, nearly all of which hold it. */
static double
worth_of (const SortieRanker *self, const SortieRankQuery *query, guint stem)
{
  if (stem < query->weights->len && g_array_index (query->weights, double, stem) > 0.0)
    return g_array_index (query->weights, double, stem);
  return sortie_ranker_get_weight (self, stem);
}

/* How often the word is in the sentence: in its own form in full, in another of its family by
 * FAMILY ("diversion" and "diversity" share a stem). */
static double
count_word (const SortieRanker *self, guint index, SortieWord word)
{
  const SortieSentence *sentence = sortie_sentences_get (self->sentences, index);
  double count = 0.0;

  if (vector_count (&self->vectors[index], word.stem) == 0)
    return 0.0;
  for (guint i = 0; i < sentence->n_words; i++)
    if (sentence->words[i].stem == word.stem)
      count += sentence->words[i].root == word.root ? 1.0 : FAMILY;
  return count;
}

/* 1 where the word is in the sentence in its own form, FAMILY where in another, else 0. */
static double
presence_of (const SortieRanker *self, guint index, SortieWord word)
{
  const SortieSentence *sentence = sortie_sentences_get (self->sentences, index);
  double presence = 0.0;

  if (vector_count (&self->vectors[index], word.stem) == 0)
    return 0.0;
  for (guint i = 0; i < sentence->n_words; i++)
    if (sentence->words[i].stem == word.stem)
      presence = MAX (presence, sentence->words[i].root == word.root ? 1.0 : FAMILY);
  return presence;
}

/* The same of a heading. */
static double
presence_above (GArray *heading, SortieWord word)
{
  double presence = 0.0;

  for (guint i = 0; i < heading->len; i++)
    if (g_array_index (heading, SortieWord, i).stem == word.stem)
      presence =
          MAX (presence, g_array_index (heading, SortieWord, i).root == word.root ? 1.0 : FAMILY);
  return presence;
}

static double
match_words (const SortieRanker *self,
             guint index,
             const SortieRankQuery *query,
             GArray *words,
             double share)
{
  const SortieSentence *sentence = sortie_sentences_get (self->sentences, index);
  GArray *heading = g_ptr_array_index (self->sentences->headings, sentence->passage);
  double norm = K1 * (1.0 - self->weights.length_b +
                      self->weights.length_b * sentence->n_terms / self->average_length);
  double sum = 0.0;

  for (guint i = 0; i < words->len; i++)
    {
      SortieWord word = g_array_index (words, SortieWord, i);
      double count = count_word (self, index, word);

      if (count > 0.0)
        sum += share * worth_of (self, query, word.stem) * count * (K1 + 1.0) / (count + norm);
      else
        sum += share * worth_of (self, query, word.stem) * HEADING * presence_above (heading, word);
    }
  return sum;
}

static double
match_query (const SortieRanker *self, guint index, const SortieRankQuery *query)
{
  return match_words (self, index, query, query->subject, 1.0) +
         match_words (self, index, query, query->more, 0.4);
}

static gboolean
are_neighbours (const SortieRanker *self, guint a, guint b)
{
  return a < self->sentences->items->len && b < self->sentences->items->len &&
         sortie_sentences_get (self->sentences, a)->passage ==
             sortie_sentences_get (self->sentences, b)->passage;
}

/* What the sentences before and after say of the subject, the nearer the more. */
static double
match_around (const SortieRanker *self, guint index, const double *matches)
{
  double sum = 0.0;

  for (guint distance = 1; distance <= 2; distance++)
    {
      double share = distance == 1 ? 0.5 : 0.25;

      if (index >= distance && are_neighbours (self, index, index - distance))
        sum += share * matches[index - distance];
      if (are_neighbours (self, index, index + distance))
        sum += share * matches[index + distance];
    }
  return sum;
}

typedef struct
{
  double own;
  double wide;
  double heading;
  gboolean has_name;
} Coverage;

static gboolean
is_beside (const SortieRanker *self, guint index, guint stem)
{
  return (index > 0 && are_neighbours (self, index, index - 1) &&
          vector_count (&self->vectors[index - 1], stem) > 0) ||
         (are_neighbours (self, index, index + 1) &&
          vector_count (&self->vectors[index + 1], stem) > 0);
}

/* The share of the subject's words: in the sentence; and in its heading or, by half, around it. */
static Coverage
cover (const SortieRanker *self, guint index, const SortieRankQuery *query)
{
  GArray *subject = query->subject;
  const SortieSentence *sentence = sortie_sentences_get (self->sentences, index);
  GArray *heading = g_ptr_array_index (self->sentences->headings, sentence->passage);
  Coverage result = { 0.0, 0.0, 0.0, query->name_words->len == 0 };
  double all = 0.0;

  for (guint i = 0; i < subject->len; i++)
    {
      SortieWord word = g_array_index (subject, SortieWord, i);
      double presence = presence_of (self, index, word);
      double above = presence_above (heading, word);
      /* The root, so that one word that is found nowhere does not outweigh all others. */
      double weight = sqrt (worth_of (self, query, word.stem));

      gboolean name = sortie_words_hold (query->name_words, word.stem);
      double share = presence;

      if (name)
        weight *= NAME_WEIGHT;
      all += weight;
      result.own += presence * weight;
      if (above > 0.0)
        {
          result.heading += above * weight;
          share = MAX (share, 0.8 * above);
        }
      if (share <= 0.0 && is_beside (self, index, word.stem))
        share = 0.5;
      result.wide += share * weight;
      result.has_name = result.has_name || (name && share > 0.0);
    }
  if (all > 0.0)
    {
      result.own /= all;
      result.wide /= all;
      result.heading /= all;
    }
  return result;
}

/* How many of the best candidates each resembles, as a share of the most. Only those that match at
 * all take part: centrality is to tell the typical answer, not the typical sentence. */
static void
add_centrality (const SortieRanker *self, GArray *candidates, double *centrality)
{
  guint n = MIN (candidates->len, MAX_CENTRAL);
  double most = 0.0;

  for (guint i = 0; i < n; i++)
    for (guint j = i + 1; j < n; j++)
      {
        guint a = g_array_index (candidates, guint, i);
        guint b = g_array_index (candidates, guint, j);
        double similarity = vector_cosine (&self->vectors[a], &self->vectors[b]);

        /* What is nearly the same says nothing of what is typical. */
        if (similarity < SIMILAR || similarity > 0.9)
          continue;
        centrality[a] += similarity;
        centrality[b] += similarity;
      }
  for (guint i = 0; i < n; i++)
    most = MAX (most, centrality[g_array_index (candidates, guint, i)]);
  for (guint i = 0; i < n && most > 0.0; i++)
    centrality[g_array_index (candidates, guint, i)] /= most;
}

static double
maximum (const double *values, guint n)
{
  double most = 0.0;

  for (guint i = 0; i < n; i++)
    most = MAX (most, values[i]);
  return most;
}

static double
passage_share (GArray *passages, guint passage)
{
  double best = 0.0;
  double score = g_array_index (passages, double, passage);

  for (guint i = 0; i < passages->len; i++)
    best = MAX (best, g_array_index (passages, double, i));
  return score > 0.0 && best > 0.0 ? score / best : 0.0;
}

GArray *
sortie_ranker_rank (SortieRanker *self, const SortieRankQuery *query, GArray *passages)
{
  guint n = self->sentences->items->len;
  const SortieRankWeights *w = &self->weights;
  GArray *ranks = g_array_sized_new (FALSE, TRUE, sizeof (SortieRank), n);
  g_autofree double *matches = g_new0 (double, n + 1);
  g_autofree double *around = g_new0 (double, n + 1);
  g_autofree double *centrality = g_new0 (double, n + 1);
  g_autoptr (GArray) candidates = g_array_new (FALSE, FALSE, sizeof (guint));
  double best_match;
  double best_around;

  g_array_set_size (ranks, n);
  for (guint i = 0; i < n; i++)
    matches[i] = match_query (self, i, query);
  for (guint i = 0; i < n; i++)
    {
      around[i] = match_around (self, i, matches);
      if (sortie_sentences_get (self->sentences, i)->quality > 0.0 &&
          (matches[i] > 0.0 || query->subject->len == 0))
        g_array_append_val (candidates, i);
    }
  best_match = maximum (matches, n);
  best_around = maximum (around, n);
  add_centrality (self, candidates, centrality);
  for (guint i = 0; i < n; i++)
    {
      const SortieSentence *sentence = sortie_sentences_get (self->sentences, i);
      SortieRank *rank = &g_array_index (ranks, SortieRank, i);
      Coverage coverage = cover (self, i, query);
      double score;

      rank->coverage = coverage.wide;
      rank->own = coverage.own;
      rank->heading = coverage.heading;
      rank->has_name = coverage.has_name;
      if (sentence->quality <= 0.0)
        continue;
      score = w->match * (best_match > 0.0 ? matches[i] / best_match : 0.0) +
              w->coverage * (OWN_SHARE * coverage.own + (1.0 - OWN_SHARE) * coverage.wide) +
              w->context * (best_around > 0.0 ? around[i] / best_around : 0.0) +
              w->passage * passage_share (passages, sentence->passage) +
              w->centrality * centrality[i] +
              w->position * ((sentence->flags & SORTIE_SENTENCE_OPENS) ? 1.0 : 0.0);
      rank->score = score * sentence->quality *
                    sortie_rank_get_factor (self->sentences, i, query, &rank->doubtful);
    }
  return ranks;
}
