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

/* A sentence as sets, made once: each word once, ascending. */
typedef struct
{
  guint *words;
  guint *figures;
  guint n_words;
  guint n_figures;
  guint n_negations;
} Gist;

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

static void
gist_init (Gist *self, const SortieSentences *sentences, guint index)
{
  const SortieSentence *sentence = sortie_sentences_get (sentences, index);

  self->words = distinct_terms (sentences, sentence, FALSE, &self->n_words);
  self->figures = distinct_terms (sentences, sentence, TRUE, &self->n_figures);
  self->n_negations = 0;
  for (guint i = 0; i < sentence->n_words; i++)
    self->n_negations +=
        sortie_vocabulary_is_negation (sentences->vocabulary, sentence->words[i].stem);
}

static void
gist_clear (Gist *self)
{
  g_free (self->words);
  g_free (self->figures);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Gist, gist_clear)

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

/* The Jaccard index of the words; 0 where one denies what the other says. */
static double
likeness (const Gist *a, const Gist *b)
{
  guint common;

  if (a->n_negations != b->n_negations || a->n_words == 0 || b->n_words == 0)
    return 0.0;
  common = count_common (a->words, a->n_words, b->words, b->n_words);
  return (double) common / (a->n_words + b->n_words - common);
}

static gboolean
have_same_figures (const Gist *a, const Gist *b)
{
  return a->n_figures == b->n_figures &&
         count_common (a->figures, a->n_figures, b->figures, b->n_figures) == a->n_figures;
}

static gboolean
are_near_duplicates (const Gist *a, const Gist *b)
{
  return have_same_figures (a, b) && likeness (a, b) >= SAME;
}

gboolean
sortie_sentences_are_near_duplicates (const SortieSentences *self, guint a, guint b)
{
  g_auto (Gist) x = { 0 };
  g_auto (Gist) y = { 0 };

  gist_init (&x, self, a);
  gist_init (&y, self, b);
  return are_near_duplicates (&x, &y);
}

gboolean
sortie_sentences_differ_in_figures (const SortieSentences *self, guint a, guint b)
{
  g_auto (Gist) x = { 0 };
  g_auto (Gist) y = { 0 };

  gist_init (&x, self, a);
  gist_init (&y, self, b);
  return !have_same_figures (&x, &y) && likeness (&x, &y) >= SAME_BUT_FIGURES &&
         MIN (x.n_words, y.n_words) >= MIN_TERMS && x.n_figures > 0 && x.n_figures == y.n_figures;
}

/* -- clusters -- */

typedef struct
{
  const SortieSentences *sentences;
  Gist *gists;
  guint *frequencies;  /* in how many sentences a word is */
  GHashTable *by_word; /* a word → the leaders that are filed under it (GArray of guint) */
  GArray *leaders;
} Clusterer;

static int
compare_rarity (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const guint *frequencies = user_data;
  guint x = *(const guint *) a;
  guint y = *(const guint *) b;

  if (frequencies[x] != frequencies[y])
    return frequencies[x] < frequencies[y] ? -1 : 1;
  return x < y ? -1 : x > y;
}

/* Two sets that are alike by at least SAME share one of so many of their rarest words (prefix
 * filtering, Chaudhuri et al. 2006): only those need to be looked up. */
static guint *
rarest_words (const Clusterer *self, const Gist *gist, guint *n)
{
  guint *sorted = g_memdup2 (gist->words, gist->n_words * sizeof (guint));

  g_qsort_with_data (sorted, (int) gist->n_words, sizeof (guint), compare_rarity,
                     self->frequencies);
  *n = gist->n_words - (guint) (SAME * gist->n_words + 0.999) + 1;
  *n = MIN (*n, gist->n_words);
  return sorted;
}

static int
find_leader (const Clusterer *self, const Gist *gist, const guint *rare, guint n)
{
  int found = -1;

  for (guint i = 0; i < n; i++)
    {
      GArray *filed = g_hash_table_lookup (self->by_word, GUINT_TO_POINTER (rare[i] + 1));

      for (guint j = 0; filed != NULL && j < filed->len; j++)
        {
          guint leader = g_array_index (filed, guint, j);

          if ((found < 0 || leader < (guint) found) &&
              are_near_duplicates (gist, &self->gists[leader]))
            found = (int) leader;
        }
    }
  return found;
}

static void
file_leader (Clusterer *self, guint leader, const guint *rare, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      GArray *filed = g_hash_table_lookup (self->by_word, GUINT_TO_POINTER (rare[i] + 1));

      if (filed == NULL)
        {
          filed = g_array_new (FALSE, FALSE, sizeof (guint));
          g_hash_table_insert (self->by_word, GUINT_TO_POINTER (rare[i] + 1), filed);
        }
      g_array_append_val (filed, leader);
    }
}

static void
clusterer_take (Clusterer *self, guint index)
{
  const Gist *gist = &self->gists[index];
  g_autofree guint *rare = NULL;
  guint n = 0;
  int leader = -1;

  if (gist->n_words > 0 && sortie_sentences_get (self->sentences, index)->quality > 0.0)
    {
      rare = rarest_words (self, gist, &n);
      leader = find_leader (self, gist, rare, n);
      if (leader < 0)
        file_leader (self, index, rare, n);
    }
  if (leader < 0)
    leader = (int) index;
  g_array_append_val (self->leaders, leader);
}

/**
 * sortie_sentences_cluster:
 * @self: the sentences
 *
 * Groups those that say the same in nearly the same words.
 *
 * Returns: (transfer full) (element-type int): for each sentence the first one of its group, itself
 *   where it is alone
 */
GArray *
sortie_sentences_cluster (const SortieSentences *self)
{
  guint n = self->items->len;
  guint n_words = sortie_vocabulary_get_size (self->vocabulary);
  Clusterer clusterer = { .sentences = self };

  clusterer.gists = g_new0 (Gist, n + 1);
  clusterer.frequencies = g_new0 (guint, n_words + 1);
  clusterer.by_word =
      g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, (GDestroyNotify) g_array_unref);
  clusterer.leaders = g_array_new (FALSE, FALSE, sizeof (int));
  for (guint i = 0; i < n; i++)
    {
      gist_init (&clusterer.gists[i], self, i);
      for (guint j = 0; j < clusterer.gists[i].n_words; j++)
        clusterer.frequencies[clusterer.gists[i].words[j]]++;
    }
  for (guint i = 0; i < n; i++)
    clusterer_take (&clusterer, i);
  for (guint i = 0; i < n; i++)
    gist_clear (&clusterer.gists[i]);
  g_free (clusterer.gists);
  g_free (clusterer.frequencies);
  g_hash_table_unref (clusterer.by_word);
  return clusterer.leaders;
}
