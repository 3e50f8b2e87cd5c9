/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-analysis-private.h"

#include "sortie-question-patterns.h"
#include "sortie-question-terms.h"

#include <string.h>

/* The share of the subject's words that a sentence must hold itself, whatever is around it. */
#define LEAST_OWN_SHARE 0.25
/* … unless its heading holds so many of them: under "Version 4.6" each sentence is about it. */
#define HEADING_SHARE 0.6
/* How much more of the other words a sentence must have that lacks a name of the question. */
#define WITHOUT_NAME 0.25

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

static void
remove_words (GArray *from, GArray *words)
{
  for (guint i = from->len; i > 0; i--)
    if (sortie_words_hold (words, g_array_index (from, SortieWord, i - 1).stem))
      g_array_remove_index (from, i - 1);
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

static gboolean
is_name (const char *word)
{
  for (const char *p = word; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_isupper (g_utf8_get_char (p)) || g_unichar_isdigit (g_utf8_get_char (p)))
      return TRUE;
  return FALSE;
}

/* Words with a capital or a figure are names, but at the start of a sentence, and in German, where every noun
 * has one. */
static void
topic_find_names (SortieTopic *self,
                  const char *language,
                  const char *subject,
                  SortieVocabulary *vocabulary)
{
  g_autoptr (GPtrArray) terms = sortie_question_list_terms (language, subject);
  gboolean side = is_kind (self, SORTIE_QUESTION_SIDE);

  if (g_str_equal (language, "de"))
    return;
  for (guint i = 0; i < terms->len; i++)
    {
      const char *term = g_ptr_array_index (terms, i);

      if (!is_name (term) || (!side && g_str_has_prefix (self->text, term)))
        continue;
      g_ptr_array_add (self->query->names, g_strdup (term));
      sortie_rank_query_add (self->query->name_words, vocabulary, term);
    }
}

/* A word that occurs nowhere is worth as much as the rarest one. */
static void
topic_take_weights (SortieTopic *self, SortieVocabulary *vocabulary)
{
  double most = 0.0;

  for (guint i = 0; i < self->retrieval->weights->len; i++)
    {
      const SortieTermWeight *weight = g_ptr_array_index (self->retrieval->weights, i);

      most = MAX (most, weight->weight);
      sortie_rank_query_set_weight (self->query, vocabulary, weight->term, weight->weight);
    }
  for (guint i = 0; i < self->retrieval->absent->len; i++)
    sortie_rank_query_set_weight (self->query, vocabulary,
                                  g_ptr_array_index (self->retrieval->absent, i), most);
}

static void
topic_make_query (SortieTopic *self, const char *language, SortieVocabulary *vocabulary)
{
  const char *subject = self->question != NULL ? self->question->subject : self->text;
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (SortieWord));
  gboolean against = is_kind (self, SORTIE_QUESTION_DISADVANTAGES);

  self->query = sortie_rank_query_new ();
  self->query->flags = flags_of (language, self->text);
  if (is_kind (self, SORTIE_QUESTION_SIDE))
    self->query->flags |= SORTIE_RANK_DEFINES | SORTIE_RANK_NAMED;
  add_terms (self->query->subject, vocabulary, language, subject);
  topic_find_names (self, language, subject, vocabulary);
  if (self->retrieval != NULL)
    {
      add_terms (all, vocabulary, language, self->retrieval->query);
      topic_take_weights (self, vocabulary);
    }
  /* A question that leans on the one before has its subject in the query only. */
  if (self->query->subject->len == 0)
    g_array_append_vals (self->query->subject, all->data, all->len);
  for (guint i = 0; i < all->len; i++)
    {
      SortieWord word = g_array_index (all, SortieWord, i);

      if (!sortie_words_hold (self->query->subject, word.stem))
        g_array_append_val (self->query->more, word);
    }
  if (against || is_kind (self, SORTIE_QUESTION_ADVANTAGES))
    {
      self->query->cues = g_array_new (FALSE, FALSE, sizeof (SortieWord));
      sortie_rank_query_add (self->query->cues, vocabulary,
                             sortie_pattern_get_side_cues (language, against));
      remove_words (self->query->cues, self->query->subject);
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
          SortieWord word = g_array_index (topic->query->subject, SortieWord, w);
          gboolean shared = FALSE;

          for (guint j = 0; j < self->topics->len && !shared; j++)
            {
              SortieTopic *other = g_ptr_array_index (self->topics, j);

              shared = j != i && is_kind (other, SORTIE_QUESTION_SIDE) &&
                       other->question->group == topic->question->group &&
                       sortie_words_hold (other->query->subject, word.stem);
            }
          if (!shared)
            g_array_append_val (topic->own_words, word);
        }
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
        if (sortie_words_hold (words, g_array_index (above, guint, i)))
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
  if (rank->own < LEAST_OWN_SHARE && rank->heading < HEADING_SHARE)
    return FALSE;
  return rank->coverage >= topic->threshold + (rank->has_names ? 0.0 : WITHOUT_NAME);
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
  self->own_words = g_array_new (FALSE, FALSE, sizeof (SortieWord));
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
  matter_find_copies (self);
  matter_assign (self);
  return g_steal_pointer (&self);
}
