/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-analysis-private.h"

#include <string.h>

/* The share of the subject's words that a sentence must hold itself, whatever is around it. */
#define LEAST_OWN_SHARE 0.25
/* The same where it is doubtful on which side it is: "X allows …" must say what X is. */
#define DOUBTFUL_SHARE 0.6
/* … unless its heading holds so many of them: under "Version 4.6" each sentence is about it. */
#define HEADING_SHARE 0.6
#define NAMED_HERE 1.25
/* How much more of the other words a sentence must have that lacks a name of the question. */
#define WITHOUT_NAME 0.25

void
sortie_matter_free (SortieMatter *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->ranker, sortie_ranker_free);
  g_ptr_array_unref (self->topics);
  sortie_sentences_free (self->sentences);
  g_clear_pointer (&self->copies, g_array_unref);
  g_array_unref (self->owners);
  g_free (self);
}

/* -- reading -- */

/* Several questions may find one passage: it is read once. Moves it out of the retrieval. */
static guint
matter_take_passage (SortieMatter *self, GHashTable *known, GPtrArray *passages, guint index)
{
  SortiePassage *passage = g_ptr_array_index (passages, index);
  char *key = g_strdup_printf ("%s/%d", passage->document, passage->number);
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (known, key));

  if (found > 0)
    {
      g_free (key);
      return found - 1;
    }
  g_ptr_array_index (passages, index) = NULL;
  found = sortie_sentences_add (self->sentences, passage) + 1;
  g_hash_table_insert (known, key, GUINT_TO_POINTER (found));
  return found - 1;
}

static void
topic_set_score (SortieTopic *self, guint passage, double score)
{
  double none = -1.0;

  while (self->scores->len <= passage)
    g_array_append_val (self->scores, none);
  g_array_index (self->scores, double, passage) = score;
}

static void
passage_free0 (gpointer data)
{
  if (data != NULL)
    sortie_passage_free (data);
}

/* By document and place, so that neither the order of the steps' completion nor that of the ranks
 * enters what follows. */
static int
compare_passages (gconstpointer a, gconstpointer b)
{
  const SortiePassage *x = *(SortiePassage *const *) a;
  const SortiePassage *y = *(SortiePassage *const *) b;
  int order = strcmp (x->uri, y->uri);

  if (order == 0)
    order = strcmp (x->document, y->document);
  if (order == 0)
    order = x->start < y->start ? -1 : x->start > y->start;
  return order;
}

static void
matter_take_passages (SortieMatter *self)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < self->topics->len; i++)
    {
      SortieTopic *topic = g_ptr_array_index (self->topics, i);
      GPtrArray *passages = topic->retrieval != NULL ? topic->retrieval->passages : NULL;

      if (passages == NULL)
        continue;
      g_ptr_array_set_free_func (passages, passage_free0);
      g_ptr_array_sort (passages, compare_passages);
      for (guint j = 0; j < passages->len; j++)
        {
          double score = ((SortiePassage *) g_ptr_array_index (passages, j))->score;

          topic_set_score (topic, matter_take_passage (self, known, passages, j), score);
        }
    }
  for (guint i = 0; i < self->topics->len; i++)
    {
      SortieTopic *topic = g_ptr_array_index (self->topics, i);

      if (self->sentences->passages->len > topic->scores->len)
        topic_set_score (topic, self->sentences->passages->len - 1, -1.0);
    }
}

/* -- the sides of a comparison -- */

static gboolean
holds_pair (GArray *pairs, guint a, guint b)
{
  for (guint i = 0; i + 1 < pairs->len; i += 2)
    if (g_array_index (pairs, guint, i) == a && g_array_index (pairs, guint, i + 1) == b)
      return TRUE;
  return FALSE;
}

static gboolean
is_other_side (const SortieTopic *topic, const SortieTopic *other)
{
  return other != topic && sortie_topic_is_kind (other, SORTIE_QUESTION_SIDE) &&
         other->question->group == topic->question->group;
}

static gboolean
another_side_has_word (const SortieMatter *self, const SortieTopic *topic, guint stem)
{
  for (guint i = 0; i < self->topics->len; i++)
    {
      const SortieTopic *other = g_ptr_array_index (self->topics, i);

      if (is_other_side (topic, other) && sortie_words_hold (other->query->subject, stem))
        return TRUE;
    }
  return FALSE;
}

static gboolean
another_side_has_pair (const SortieMatter *self, const SortieTopic *topic, guint a, guint b)
{
  for (guint i = 0; i < self->topics->len; i++)
    {
      const SortieTopic *other = g_ptr_array_index (self->topics, i);

      if (is_other_side (topic, other) && holds_pair (other->query->pairs, a, b))
        return TRUE;
    }
  return FALSE;
}

/* Of "contract A" against "contract B" only A and B tell the sides apart; of "at-least-once
 * delivery" against "exactly-once delivery" not "once delivery". */
static void
matter_find_own_words (SortieMatter *self)
{
  for (guint i = 0; i < self->topics->len; i++)
    {
      SortieTopic *topic = g_ptr_array_index (self->topics, i);

      if (!sortie_topic_is_kind (topic, SORTIE_QUESTION_SIDE))
        continue;
      for (guint w = 0; w < topic->query->subject->len; w++)
        {
          SortieWord word = g_array_index (topic->query->subject, SortieWord, w);

          if (!another_side_has_word (self, topic, word.stem))
            g_array_append_val (topic->own_words, word);
        }
      for (guint p = 0; p + 1 < topic->query->pairs->len; p += 2)
        {
          guint pair[] = { g_array_index (topic->query->pairs, guint, p),
                           g_array_index (topic->query->pairs, guint, p + 1) };

          if (!another_side_has_pair (self, topic, pair[0], pair[1]))
            g_array_append_vals (topic->own_pairs, pair, 2);
        }
    }
  for (guint i = 0; i < self->topics->len; i++)
    {
      SortieTopic *topic = g_ptr_array_index (self->topics, i);

      g_array_set_size (topic->query->pairs, 0);
      g_array_append_vals (topic->query->pairs, topic->own_pairs->data, topic->own_pairs->len);
    }
}

/* -- copies -- */

/* How much of each document is at hand, so that what stands in several is quoted from one. */
static GHashTable *
weigh_documents (const SortieSentences *sentences)
{
  GHashTable *weights = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  for (guint i = 0; i < sentences->items->len; i++)
    {
      char *document = sortie_sentences_get_passage (sentences, i)->document;
      double *weight = g_hash_table_lookup (weights, document);

      if (weight == NULL)
        {
          weight = g_new0 (double, 1);
          g_hash_table_insert (weights, document, weight);
        }
      *weight += sortie_sentences_get (sentences, i)->quality;
    }
  return weights;
}

/* Of the sentences that say the same the cleanest one stands for all, among equals the one of the
 * document that has most to say. */
static void
matter_find_copies (SortieMatter *self)
{
  g_autoptr (GHashTable) weights = weigh_documents (self->sentences);
  g_autoptr (GArray) leaders = sortie_sentences_cluster (self->sentences);
  guint n = self->sentences->items->len;
  g_autofree int *best = g_new (int, n + 1);
  g_autofree double *values = g_new0 (double, n + 1);

  for (guint i = 0; i < n; i++)
    {
      int leader = g_array_index (leaders, int, i);
      const SortieSentence *sentence = sortie_sentences_get (self->sentences, i);
      const double *weight =
          g_hash_table_lookup (weights,
                               sortie_sentences_get_passage (self->sentences, i)->document);
      double value = 1000.0 * sentence->quality + MIN (*weight, 999.0);

      if (leader == (int) i || value > values[leader] + 1e-9)
        {
          best[leader] = (int) i;
          values[leader] = value;
        }
    }
  self->copies = g_array_sized_new (FALSE, FALSE, sizeof (int), n);
  for (guint i = 0; i < n; i++)
    g_array_append_val (self->copies, best[g_array_index (leaders, int, i)]);
}

/* -- which sentence answers what -- */

/* Whether one of the words is in the sentence; with `heading` also above it or in the title. */
static gboolean
speaks_of (const SortieMatter *self, guint sentence, GArray *words, gboolean heading)
{
  const SortieSentence *item = sortie_sentences_get (self->sentences, sentence);

  for (guint i = 0; i < item->n_terms; i++)
    if (sortie_words_hold (words, item->terms[i]))
      return TRUE;
  if (heading)
    {
      GArray *above = g_ptr_array_index (self->sentences->headings, item->passage);

      for (guint i = 0; i < above->len; i++)
        if (sortie_words_hold (words, g_array_index (above, SortieWord, i).stem))
          return TRUE;
    }
  return FALSE;
}

static gboolean
names_side (const SortieMatter *self, guint sentence, const SortieTopic *topic)
{
  const SortieSentence *item = sortie_sentences_get (self->sentences, sentence);

  for (guint i = 0; i + 1 < topic->own_pairs->len; i += 2)
    if (sortie_sentence_has_pair (item, g_array_index (topic->own_pairs, guint, i),
                                  g_array_index (topic->own_pairs, guint, i + 1)))
      return TRUE;
  return topic->own_pairs->len == 0 && speaks_of (self, sentence, topic->own_words, FALSE);
}

/* How many sides of the comparison the sentence itself names. */
static guint
count_sides (const SortieMatter *self, guint sentence, int group)
{
  guint n = 0;

  for (guint i = 0; i < self->topics->len; i++)
    {
      const SortieTopic *topic = g_ptr_array_index (self->topics, i);

      if (sortie_topic_is_kind (topic, SORTIE_QUESTION_SIDE) && topic->question->group == group)
        n += names_side (self, sentence, topic);
    }
  return n;
}

static gboolean
may_answer (const SortieMatter *self, const SortieTopic *topic, guint sentence)
{
  const SortieRank *rank = &g_array_index (topic->ranks, SortieRank, sentence);

  if (rank->score <= 0.0)
    return FALSE;
  if (sortie_topic_is_kind (topic, SORTIE_QUESTION_SHARED))
    return count_sides (self, sentence, topic->question->group) >= 2;
  if (sortie_topic_is_kind (topic, SORTIE_QUESTION_SIDE) && topic->own_words->len > 0 &&
      !speaks_of (self, sentence, topic->own_words, TRUE))
    return FALSE;
  if (topic->query->subject->len == 0)
    return TRUE;
  if (rank->doubtful && rank->own < DOUBTFUL_SHARE)
    return FALSE;
  if (rank->own < LEAST_OWN_SHARE && rank->heading < HEADING_SHARE)
    return FALSE;
  /* "virtual" is no answer about virtualization where others name it. */
  if (topic->query->subject->len == 1 && topic->has_exact && rank->own < 1.0 && rank->heading < 1.0)
    return FALSE;
  return rank->coverage >= topic->threshold + (rank->has_name ? 0.0 : WITHOUT_NAME);
}

static void
matter_find_exact (SortieMatter *self)
{
  for (guint t = 0; t < self->topics->len; t++)
    {
      SortieTopic *topic = g_ptr_array_index (self->topics, t);

      for (guint i = 0; i < topic->ranks->len && !topic->has_exact; i++)
        topic->has_exact = g_array_index (topic->ranks, SortieRank, i).score > 0.0 &&
                           g_array_index (topic->ranks, SortieRank, i).own >= 1.0;
    }
}

static void
matter_assign (SortieMatter *self)
{
  for (guint i = 0; i < self->sentences->items->len; i++)
    {
      int owner = -1;
      double best = 0.0;

      for (guint t = 0; t < self->topics->len; t++)
        {
          const SortieTopic *topic = g_ptr_array_index (self->topics, t);
          double score = g_array_index (topic->ranks, SortieRank, i).score;

          if (g_array_index (self->copies, int, i) != (int) i || !may_answer (self, topic, i))
            continue;
          /* What names both sides belongs to what they share. */
          if (sortie_topic_is_kind (topic, SORTIE_QUESTION_SHARED))
            score += 10.0;
          /* What names a name of one question is rather meant for that one. */
          if (topic->query->name_words->len > 0 &&
              speaks_of (self, i, topic->query->name_words, FALSE))
            score *= NAMED_HERE;
          if (owner < 0 || score > best + 1e-9)
            {
              owner = (int) t;
              best = score;
            }
        }
      g_array_append_val (self->owners, owner);
    }
}

static gboolean
matter_read_results (SortieMatter *self, GPtrArray *results, GError **error)
{
  for (guint i = 0; i < self->topics->len; i++)
    {
      SortieTopic *topic = g_ptr_array_index (self->topics, i);
      const char *json =
          (guint) topic->step < results->len ? g_ptr_array_index (results, topic->step) : NULL;

      if (json == NULL)
        continue;
      topic->retrieval = sortie_retrieval_from_json (json, strlen (json), error);
      if (topic->retrieval == NULL)
        {
          g_prefix_error (error, "The result of step %d can't be read: ", topic->step);
          return FALSE;
        }
    }
  return TRUE;
}

SortieMatter *
sortie_matter_new (const SortiePlan *plan,
                   GPtrArray *results,
                   const SortieQuestions *questions,
                   GError **error)
{
  g_autoptr (SortieMatter) self = g_new0 (SortieMatter, 1);

  self->language = plan->language;
  self->sentences = sortie_sentences_new (plan->language);
  self->topics = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_topic_free);
  self->owners = g_array_new (FALSE, FALSE, sizeof (int));
  for (int n = 1; n <= sortie_plan_get_n_steps (plan); n++)
    {
      const SortieStep *step = sortie_plan_get_step (plan, n);

      if (g_str_equal (step->agent, SORTIE_AGENT_RETRIEVER))
        g_ptr_array_add (self->topics, sortie_topic_new (step, questions));
    }
  if (!matter_read_results (self, results, error))
    return NULL;
  matter_take_passages (self);
  for (guint i = 0; i < self->topics->len; i++)
    sortie_topic_make_query (g_ptr_array_index (self->topics, i), self->language,
                             self->sentences->vocabulary);
  matter_find_own_words (self);
  self->ranker = sortie_ranker_new (self->sentences, NULL);
  for (guint i = 0; i < self->topics->len; i++)
    {
      SortieTopic *topic = g_ptr_array_index (self->topics, i);

      topic->ranks = sortie_ranker_rank (self->ranker, topic->query, topic->scores);
    }
  matter_find_copies (self);
  matter_find_exact (self);
  matter_assign (self);
  return g_steal_pointer (&self);
}
