/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-sentences.h"

#include <stdlib.h>

/* The Jaccard index of two sentences' content words from which on they say the same. */
#define SAME 0.8
/* For a difference in figures nearly everything else must be the same. */
#define SAME_BUT_FIGURES 0.85
#define MIN_TERMS 4

static int
compare_words (gconstpointer a, gconstpointer b)
{
  guint x = *(const guint *) a;
  guint y = *(const guint *) b;

  return x < y ? -1 : x > y;
}

/* The content words once each, ascending: figures, or all others. (transfer full) */
static guint *
distinct_terms (const SortieSentences *self,
                const SortieSentence *sentence,
                gboolean figures,
                guint *n)
{
  guint *terms = g_new (guint, sentence->n_terms + 1);
  guint count = 0;
  guint kept = 0;

  for (guint i = 0; i < sentence->n_terms; i++)
    if (sortie_vocabulary_is_number (self->vocabulary, sentence->terms[i]) == figures)
      terms[count++] = sentence->terms[i];
  if (count > 1)
    qsort (terms, count, sizeof (guint), compare_words);
  for (guint i = 0; i < count; i++)
    if (kept == 0 || terms[kept - 1] != terms[i])
      terms[kept++] = terms[i];
  *n = kept;
  return terms;
}

static guint
count_common (const guint *a, guint n_a, const guint *b, guint n_b)
{
  guint common = 0;

  for (guint i = 0, j = 0; i < n_a && j < n_b;)
    {
      if (a[i] == b[j])
        {
          common++;
          i++;
          j++;
        }
      else if (a[i] < b[j])
        i++;
      else
        j++;
    }
  return common;
}

static guint
count_negations (const SortieSentences *self, const SortieSentence *sentence)
{
  guint n = 0;

  for (guint i = 0; i < sentence->n_words; i++)
    n += sortie_vocabulary_is_negation (self->vocabulary, sentence->words[i]);
  return n;
}

typedef struct
{
  double words; /* Jaccard index without figures */
  gboolean same_figures;
  guint n_figures_a;
  guint n_figures_b;
  guint n_words; /* the fewer of both */
} Likeness;

static Likeness
compare (const SortieSentences *self, guint a, guint b)
{
  const SortieSentence *x = sortie_sentences_get (self, a);
  const SortieSentence *y = sortie_sentences_get (self, b);
  Likeness result = { 0 };
  guint n_x = 0;
  guint n_y = 0;
  guint common;
  g_autofree guint *words_x = NULL;
  g_autofree guint *words_y = NULL;
  g_autofree guint *figures_x = NULL;
  g_autofree guint *figures_y = NULL;

  /* So different in length, they can't be alike. */
  if (x->n_terms > 2 * y->n_terms || y->n_terms > 2 * x->n_terms ||
      count_negations (self, x) != count_negations (self, y))
    return result;
  words_x = distinct_terms (self, x, FALSE, &n_x);
  words_y = distinct_terms (self, y, FALSE, &n_y);
  common = count_common (words_x, n_x, words_y, n_y);
  result.words = n_x + n_y > 0 ? (double) common / (n_x + n_y - common) : 0.0;
  result.n_words = MIN (n_x, n_y);
  figures_x = distinct_terms (self, x, TRUE, &result.n_figures_a);
  figures_y = distinct_terms (self, y, TRUE, &result.n_figures_b);
  result.same_figures = result.n_figures_a == result.n_figures_b &&
                        count_common (figures_x, result.n_figures_a, figures_y,
                                      result.n_figures_b) == result.n_figures_a;
  return result;
}

gboolean
sortie_sentences_are_near_duplicates (const SortieSentences *self, guint a, guint b)
{
  Likeness likeness = compare (self, a, b);

  return likeness.same_figures && likeness.words >= SAME && likeness.n_words > 0;
}

gboolean
sortie_sentences_differ_in_figures (const SortieSentences *self, guint a, guint b)
{
  Likeness likeness = compare (self, a, b);

  return !likeness.same_figures && likeness.words >= SAME_BUT_FIGURES &&
         likeness.n_words >= MIN_TERMS && likeness.n_figures_a > 0 &&
         likeness.n_figures_a == likeness.n_figures_b;
}
