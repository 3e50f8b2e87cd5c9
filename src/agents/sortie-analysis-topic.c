/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-analysis-private.h"

#include "sortie-question-patterns.h"
#include "sortie-question-terms.h"

#include <string.h>

SortieTopic *
sortie_topic_new (const SortieStep *step, const SortieQuestions *questions)
{
  SortieTopic *self = g_new0 (SortieTopic, 1);

  self->step = step->number;
  self->text = step->question;
  self->question = sortie_questions_find (questions, step->question);
  self->own_words = g_array_new (FALSE, FALSE, sizeof (SortieWord));
  self->own_pairs = g_array_new (FALSE, FALSE, sizeof (guint));
  self->scores = g_array_new (FALSE, FALSE, sizeof (double));
  return self;
}

void
sortie_topic_free (SortieTopic *self)
{
  sortie_retrieval_free (self->retrieval);
  sortie_rank_query_free (self->query);
  g_array_unref (self->own_words);
  g_array_unref (self->own_pairs);
  g_array_unref (self->scores);
  g_clear_pointer (&self->ranks, g_array_unref);
  g_free (self);
}

gboolean
sortie_topic_is_kind (const SortieTopic *topic, SortieQuestionKind kind)
{
  return topic->question != NULL && topic->question->kind == kind;
}

static SortieRankFlags
flags_of (const char *language, const char *question)
{
  return (sortie_pattern_matches (language, SORTIE_PATTERN_DEFINES, question) ? SORTIE_RANK_DEFINES
                                                                              : 0) |
         (sortie_pattern_matches (language, SORTIE_PATTERN_COUNTS, question) ? SORTIE_RANK_COUNTS
                                                                             : 0) |
         (sortie_pattern_matches (language, SORTIE_PATTERN_REASONS, question) ? SORTIE_RANK_REASONS
                                                                              : 0);
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

/* Words with a capital or a figure are names, and a side that is called "testing" is no test; but
 * not at the start of a sentence, and in German, where every noun
 * has one. */
static void
topic_find_names (SortieTopic *self,
                  const char *language,
                  const char *subject,
                  SortieVocabulary *vocabulary)
{
  g_autoptr (GPtrArray) terms = sortie_question_list_terms (language, subject);
  gboolean side = sortie_topic_is_kind (self, SORTIE_QUESTION_SIDE);

  if (g_str_equal (language, "de"))
    return;
  for (guint i = 0; i < terms->len; i++)
    {
      const char *term = g_ptr_array_index (terms, i);

      if (!(side && g_str_has_suffix (term, "ing")) &&
          (!is_name (term) || (!side && g_str_has_prefix (self->text, term))))
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

static GArray *
read_cues (SortieTopic *self, SortieVocabulary *vocabulary, const char *text)
{
  GArray *cues = g_array_new (FALSE, FALSE, sizeof (SortieWord));

  sortie_rank_query_add (cues, vocabulary, text);
  remove_words (cues, self->query->subject);
  return cues;
}

static void
topic_take_cues (SortieTopic *self,
                 const char *language,
                 SortieVocabulary *vocabulary,
                 gboolean against)
{
  self->query->cues =
      read_cues (self, vocabulary, sortie_pattern_get_side_cues (language, against));
  self->query->strong_cues =
      read_cues (self, vocabulary, sortie_pattern_get_side_words (language, against));
  self->query->other_cues =
      read_cues (self, vocabulary, sortie_pattern_get_side_words (language, !against));
}

void
sortie_topic_make_query (SortieTopic *self, const char *language, SortieVocabulary *vocabulary)
{
  const char *subject = self->question != NULL ? self->question->subject : self->text;
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (SortieWord));
  gboolean against = sortie_topic_is_kind (self, SORTIE_QUESTION_DISADVANTAGES);

  self->query = sortie_rank_query_new ();
  self->query->flags = flags_of (language, self->text);
  if (sortie_topic_is_kind (self, SORTIE_QUESTION_SIDE))
    self->query->flags |= SORTIE_RANK_DEFINES | SORTIE_RANK_NAMED;
  add_terms (self->query->subject, vocabulary, language, subject);
  topic_find_names (self, language, subject, vocabulary);
  if (sortie_topic_is_kind (self, SORTIE_QUESTION_SIDE))
    sortie_rank_query_add_pairs (self->query, vocabulary, subject);
  if (self->retrieval != NULL && !sortie_question_is_form_only (language, self->retrieval->query) &&
      !(self->question != NULL && sortie_question_is_overview (self->question)))
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
  if (against || sortie_topic_is_kind (self, SORTIE_QUESTION_ADVANTAGES))
    topic_take_cues (self, language, vocabulary, against);
  self->threshold = threshold_of (self->query->subject->len);
}
