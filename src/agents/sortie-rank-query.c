/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-sentence-ranker.h"

#include <string.h>

#define MAX_PAIRS 32

SortieRankQuery *
sortie_rank_query_new (void)
{
  SortieRankQuery *self = g_new0 (SortieRankQuery, 1);

  self->subject = g_array_new (FALSE, FALSE, sizeof (SortieWord));
  self->more = g_array_new (FALSE, FALSE, sizeof (SortieWord));
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->name_words = g_array_new (FALSE, FALSE, sizeof (SortieWord));
  self->pairs = g_array_new (FALSE, FALSE, sizeof (guint));
  self->weights = g_array_new (FALSE, TRUE, sizeof (double));
  return self;
}

void
sortie_rank_query_free (SortieRankQuery *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->subject);
  g_array_unref (self->more);
  g_ptr_array_unref (self->names);
  g_array_unref (self->name_words);
  g_clear_pointer (&self->strong_cues, g_array_unref);
  g_clear_pointer (&self->other_cues, g_array_unref);
  g_array_unref (self->pairs);
  g_array_unref (self->weights);
  g_clear_pointer (&self->cues, g_array_unref);
  g_free (self);
}

gboolean
sortie_words_hold (GArray *words, guint stem)
{
  for (guint i = 0; i < words->len; i++)
    if (g_array_index (words, SortieWord, i).stem == stem)
      return TRUE;
  return FALSE;
}

void
sortie_rank_query_add (GArray *list, SortieVocabulary *vocabulary, const char *text)
{
  g_autoptr (GArray) words = sortie_vocabulary_read (vocabulary, text, strlen (text));

  for (guint i = 0; i < words->len; i++)
    {
      SortieWord word = g_array_index (words, SortieWord, i);

      if (!sortie_words_hold (list, word.stem))
        g_array_append_val (list, word);
    }
}

void
sortie_rank_query_add_pairs (SortieRankQuery *self, SortieVocabulary *vocabulary, const char *text)
{
  g_autoptr (GArray) words = sortie_vocabulary_read (vocabulary, text, strlen (text));

  for (guint i = 0; i + 1 < words->len && self->pairs->len < 2 * MAX_PAIRS; i++)
    {
      guint a = g_array_index (words, SortieWord, i).stem;
      guint b = g_array_index (words, SortieWord, i + 1).stem;

      g_array_append_val (self->pairs, a);
      g_array_append_val (self->pairs, b);
    }
}

void
sortie_rank_query_set_weight (SortieRankQuery *self,
                              SortieVocabulary *vocabulary,
                              const char *text,
                              double weight)
{
  g_autoptr (GArray) words = sortie_vocabulary_read (vocabulary, text, strlen (text));

  for (guint i = 0; i < words->len; i++)
    {
      guint stem = g_array_index (words, SortieWord, i).stem;

      if (stem >= self->weights->len)
        g_array_set_size (self->weights, stem + 1);
      g_array_index (self->weights, double, stem) = weight;
    }
}
