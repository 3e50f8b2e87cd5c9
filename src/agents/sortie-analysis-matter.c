/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-analysis-private.h"

#include "sortie-question-patterns.h"
#include "sortie-question-terms.h"

#include <string.h>

static void
topic_free (gpointer data)
{
  SortieTopic *self = data;

  sortie_retrieval_free (self->retrieval);
  sortie_rank_query_free (self->query);
  g_array_unref (self->own_words);
  g_array_unref (self->scores);
  g_clear_pointer (&self->ranks, g_array_unref);
  g_free (self);
}

void
sortie_matter_free (SortieMatter *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->ranker, sortie_ranker_free);
  g_ptr_array_unref (self->topics);
  sortie_sentences_free (self->sentences);
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

/* -- questions -- */

static gboolean
matches (const char *language, SortiePattern pattern, const char *text)
{
  g_autoptr (GMatchInfo) info = sortie_pattern_match (language, pattern, text);

  return info != NULL;
}

static SortieRankFlags
flags_of (const char *language, const char *question)
{
  return (matches (language, SORTIE_PATTERN_DEFINES, question) ? SORTIE_RANK_DEFINES : 0) |
         (matches (language, SORTIE_PATTERN_COUNTS, question) ? SORTIE_RANK_COUNTS : 0) |
         (matches (language, SORTIE_PATTERN_REASONS, question) ? SORTIE_RANK_REASONS : 0);
}

static void
add_terms (GArray *list, SortieVocabulary *vocabulary, const char *language, const char *text)
{
  g_autoptr (GPtrArray) terms = sortie_question_list_terms (language, text);
  g_autofree char *joined = sortie_question_join_terms (terms);

  sortie_rank_query_add (list, vocabulary, joined);
}

static gboolean
holds (GArray *list, guint word)
{
  for (guint i = 0; i < list->len; i++)
    if (g_array_index (list, guint, i) == word)
      return TRUE;
  return FALSE;
}

static gboolean
is_kind (const SortieTopic *topic, SortieQuestionKind kind)
{
  return topic->question != NULL && topic->question->kind == kind;
}

/* The more words a question has, the fewer of them an answer repeats. */
static double
threshold_of (guint n_words)
{
  if (n_words <= 2)
    return 0.5;
  if (n_words <= 5)
    return 0.45;
  return n_words <= 9 ? 0.4 : 0.3;
}

static void
topic_make_query (SortieTopic *self, const char *language, SortieVocabulary *vocabulary)
{
  const char *subject = self->question != NULL ? self->question->subject : self->text;
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (guint));
  gboolean against = is_kind (self, SORTIE_QUESTION_DISADVANTAGES);

  self->query = sortie_rank_query_new ();
  self->query->flags = flags_of (language, self->text);
  add_terms (self->query->subject, vocabulary, language, subject);
  if (self->retrieval != NULL)
    add_terms (all, vocabulary, language, self->retrieval->query);
  /* A question that leans on the one before has its subject in the query only. */
  if (self->query->subject->len == 0)
    g_array_append_vals (self->query->subject, all->data, all->len);
  for (guint i = 0; i < all->len; i++)
    {
      guint word = g_array_index (all, guint, i);

      if (!holds (self->query->subject, word))
        g_array_append_val (self->query->more, word);
    }
  if (against || is_kind (self, SORTIE_QUESTION_ADVANTAGES))
    {
      self->query->cues = g_array_new (FALSE, FALSE, sizeof (guint));
      sortie_rank_query_add (self->query->cues, vocabulary,
                             sortie_pattern_get_side_cues (language, against));
    }
  self->threshold = threshold_of (self->query->subject->len);
}

/* Of "contract A" against "contract B" only A and B tell the sides apart. */
static void
matter_find_own_words (SortieMatter *self)
{
  for (guint i = 0; i < self->topics->len; i++)
    {
      SortieTopic *topic = g_ptr_array_index (self->topics, i);

      if (!is_kind (topic, SORTIE_QUESTION_SIDE))
        continue;
      for (guint w = 0; w < topic->query->subject->len; w++)
        {
          guint word = g_array_index (topic->query->subject, guint, w);
          gboolean shared = FALSE;

          for (guint j = 0; j < self->topics->len && !shared; j++)
            {
              SortieTopic *other = g_ptr_array_index (self->topics, j);

              shared = j != i && is_kind (other, SORTIE_QUESTION_SIDE) &&
                       other->question->group == topic->question->group &&
                       holds (other->query->subject, word);
            }
          if (!shared)
            g_array_append_val (topic->own_words, word);
        }
    }
}

/* -- which sentence answers what -- */

/* Whether one of the words is in the sentence; with `heading` also above it or in the title. */
static gboolean
speaks_of (const SortieMatter *self, guint sentence, GArray *words, gboolean heading)
{
  const SortieSentence *item = sortie_sentences_get (self->sentences, sentence);

  for (guint i = 0; i < item->n_terms; i++)
    if (holds (words, item->terms[i]))
      return TRUE;
  if (heading)
    {
      GArray *above = g_ptr_array_index (self->sentences->headings, item->passage);

      for (guint i = 0; i < above->len; i++)
        if (holds (words, g_array_index (above, guint, i)))
          return TRUE;
    }
  return FALSE;
}

/* How many sides of the comparison the sentence itself names. */
static guint
count_sides (const SortieMatter *self, guint sentence, int group)
{
  guint n = 0;

  for (guint i = 0; i < self->topics->len; i++)
    {
      const SortieTopic *topic = g_ptr_array_index (self->topics, i);

      if (is_kind (topic, SORTIE_QUESTION_SIDE) && topic->question->group == group)
        n += speaks_of (self, sentence, topic->own_words, FALSE);
    }
  return n;
}

static gboolean
may_answer (const SortieMatter *self, const SortieTopic *topic, guint sentence)
{
  const SortieRank *rank = &g_array_index (topic->ranks, SortieRank, sentence);

  if (rank->score <= 0.0)
    return FALSE;
  if (is_kind (topic, SORTIE_QUESTION_SHARED))
    return count_sides (self, sentence, topic->question->group) >= 2;
  if (is_kind (topic, SORTIE_QUESTION_SIDE) && topic->own_words->len > 0 &&
      !speaks_of (self, sentence, topic->own_words, TRUE))
    return FALSE;
  if (topic->query->subject->len == 0)
    return TRUE;
  return rank->own > 0.0 && rank->coverage >= topic->threshold;
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

          if (!may_answer (self, topic, i))
            continue;
          /* What names both sides belongs to what they share. */
          if (is_kind (topic, SORTIE_QUESTION_SHARED))
            score += 10.0;
          if (owner < 0 || score > best + 1e-9)
            {
              owner = (int) t;
              best = score;
            }
        }
      g_array_append_val (self->owners, owner);
    }
}

static SortieTopic *
topic_new (const SortieStep *step, const SortieQuestions *questions)
{
  SortieTopic *self = g_new0 (SortieTopic, 1);

  self->step = step->number;
  self->text = step->question;
  self->question = sortie_questions_find (questions, step->question);
  self->own_words = g_array_new (FALSE, FALSE, sizeof (guint));
  self->scores = g_array_new (FALSE, FALSE, sizeof (double));
  return self;
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
  self->topics = g_ptr_array_new_with_free_func (topic_free);
  self->owners = g_array_new (FALSE, FALSE, sizeof (int));
  for (int n = 1; n <= sortie_plan_get_n_steps (plan); n++)
    {
      const SortieStep *step = sortie_plan_get_step (plan, n);

      if (g_str_equal (step->agent, SORTIE_AGENT_RETRIEVER))
        g_ptr_array_add (self->topics, topic_new (step, questions));
    }
  if (!matter_read_results (self, results, error))
    return NULL;
  matter_take_passages (self);
  for (guint i = 0; i < self->topics->len; i++)
    topic_make_query (g_ptr_array_index (self->topics, i), self->language,
                      self->sentences->vocabulary);
  matter_find_own_words (self);
  self->ranker = sortie_ranker_new (self->sentences, NULL);
  for (guint i = 0; i < self->topics->len; i++)
    {
      SortieTopic *topic = g_ptr_array_index (self->topics, i);

      topic->ranks = sortie_ranker_rank (self->ranker, topic->query, topic->scores);
    }
  matter_assign (self);
  return g_steal_pointer (&self);
}
