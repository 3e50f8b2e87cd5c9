/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-sentence-ranker.h"

#include <string.h>

/* One passage a line: title, heading, text. */
typedef struct
{
  const char *title;
  const char *heading;
  const char *text;
} Line;

static const Line lines[] = {
  { "Queues", "Dead letters",
    "A dead letter is a message that could not be processed. It is set aside by the worker." },
  { "Queues", "Dead letters",
    "Operators look at each dead letter in the morning. The letter tells what failed." },
  { "Queues", "Retries", "A retry waits longer after each failure of the same step." },
  { "Queues", "Retries", "The worker writes a letter of farewell when it stops for good." },
  { "Pumps", "Advantages of pumps", "Pumps move water uphill without any effort of people." },
  { "Pumps", "Use", "The main advantage of pumps is that they save time." },
  { "Pumps", "Use", "The main disadvantage of pumps is that they make noise." },
  { "Packages", "Fields", "The Recommends field lists packages that are usually wanted." },
  { "Packages", "Fields", "It is recommended that each package has a manual page." },
  { "Packages", "Diversions", "A diversion moves the file of another package out of the way." },
  { "Packages", "People", "The diversity of people is a strength of the project." },
};

typedef struct
{
  SortieSentences *sentences;
  GArray *scores;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  double none = -1.0;

  fixture->sentences = sortie_sentences_new ("en");
  fixture->scores = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      SortiePassage *passage = g_new0 (SortiePassage, 1);

      passage->document = g_strdup (lines[i].title);
      passage->uri = g_strdup (lines[i].title);
      passage->title = g_strdup (lines[i].title);
      passage->heading = g_strdup (lines[i].heading);
      passage->number = (int) i + 1;
      passage->text = g_strdup (lines[i].text);
      passage->end = (gint64) strlen (lines[i].text);
      sortie_sentences_add (fixture->sentences, passage);
      g_array_append_val (fixture->scores, none);
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  sortie_sentences_free (fixture->sentences);
  g_array_unref (fixture->scores);
}

static GArray *
rank (Fixture *fixture, SortieRankQuery *query)
{
  g_autoptr (SortieRanker) ranker = sortie_ranker_new (fixture->sentences, NULL);
  GArray *ranks = sortie_ranker_rank (ranker, query, fixture->scores);

  g_assert_cmpuint (ranks->len, ==, fixture->sentences->items->len);
  return ranks;
}

static const char *
best (Fixture *fixture, GArray *ranks)
{
  guint top = 0;
  const SortieSentence *sentence;

  for (guint i = 1; i < ranks->len; i++)
    if (g_array_index (ranks, SortieRank, i).score > g_array_index (ranks, SortieRank, top).score)
      top = i;
  sentence = sortie_sentences_get (fixture->sentences, top);
  return sortie_sentences_get_passage (fixture->sentences, top)->text + sentence->start;
}

static SortieRankQuery *
query_new (Fixture *fixture, const char *subject)
{
  SortieRankQuery *query = sortie_rank_query_new ();

  sortie_rank_query_add (query->subject, fixture->sentences->vocabulary, subject);
  return query;
}

static void
test_definition (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SortieRankQuery) query = query_new (fixture, "dead letter");
  g_autoptr (GArray) ranks = NULL;

  query->flags = SORTIE_RANK_DEFINES;
  ranks = rank (fixture, query);
  g_assert_true (g_str_has_prefix (best (fixture, ranks), "A dead letter is a message"));
}

static void
test_coverage (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SortieRankQuery) query = query_new (fixture, "dead letter freight");
  g_autoptr (GArray) ranks = rank (fixture, query);

  for (guint i = 0; i < ranks->len; i++)
    {
      const SortieRank *one = &g_array_index (ranks, SortieRank, i);

      g_assert_cmpfloat (one->coverage, >=, 0.0);
      g_assert_cmpfloat (one->coverage, <, 1.0);
      g_assert_cmpfloat (one->own, <=, one->coverage + 1e-9);
      g_assert_true (one->has_name);
    }
}

/* A word that is in all passages at hand may still be what the question is about. */
static void
test_weights (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SortieRankQuery) query = query_new (fixture, "package wanted");
  g_autoptr (GArray) ranks = NULL;

  sortie_rank_query_set_weight (query, fixture->sentences->vocabulary, "package", 0.1);
  sortie_rank_query_set_weight (query, fixture->sentences->vocabulary, "wanted", 9.0);
  ranks = rank (fixture, query);
  g_assert_true (g_str_has_prefix (best (fixture, ranks), "The Recommends field"));
}

static void
test_forms (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SortieRankQuery) query = query_new (fixture, "diversions");
  g_autoptr (GArray) ranks = rank (fixture, query);
  double diversion = 0.0;
  double diversity = 0.0;

  g_assert_true (g_str_has_prefix (best (fixture, ranks), "A diversion moves"));
  for (guint i = 0; i < ranks->len; i++)
    {
      const SortieSentence *sentence = sortie_sentences_get (fixture->sentences, i);
      const char *text = sortie_sentences_get_passage (fixture->sentences, i)->text;

      if (g_str_has_prefix (text + sentence->start, "A diversion"))
        diversion = g_array_index (ranks, SortieRank, i).own;
      if (g_str_has_prefix (text + sentence->start, "The diversity"))
        diversity = g_array_index (ranks, SortieRank, i).own;
    }
  g_assert_cmpfloat (diversion, ==, 1.0);
  g_assert_cmpfloat (diversity, <, diversion);
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SortieRankQuery) query = query_new (fixture, "Recommends");
  g_autoptr (GArray) ranks = NULL;

  query->flags = SORTIE_RANK_NAMED;
  g_ptr_array_add (query->names, g_strdup ("Recommends"));
  sortie_rank_query_add (query->name_words, fixture->sentences->vocabulary, "Recommends");
  ranks = rank (fixture, query);
  g_assert_true (g_str_has_prefix (best (fixture, ranks), "The Recommends field"));
}

static GArray *
words_new (Fixture *fixture, const char *text)
{
  GArray *words = g_array_new (FALSE, FALSE, sizeof (SortieWord));

  sortie_rank_query_add (words, fixture->sentences->vocabulary, text);
  return words;
}

/* For and against a thing: what tells the opposite is no answer, what stands under the heading is. */
static void
test_cues (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SortieRankQuery) query = query_new (fixture, "pumps");
  g_autoptr (GArray) ranks = NULL;

  query->cues = words_new (fixture, "advantage save");
  query->strong_cues = words_new (fixture, "advantage");
  query->other_cues = words_new (fixture, "disadvantage");
  ranks = rank (fixture, query);
  g_assert_true (g_str_has_prefix (best (fixture, ranks), "The main advantage"));
  for (guint i = 0; i < ranks->len; i++)
    {
      const SortieSentence *sentence = sortie_sentences_get (fixture->sentences, i);
      const char *text =
          sortie_sentences_get_passage (fixture->sentences, i)->text + sentence->start;
      double score = g_array_index (ranks, SortieRank, i).score;

      if (g_str_has_prefix (text, "The main disadvantage"))
        g_assert_cmpfloat (score, ==, 0.0);
      if (g_str_has_prefix (text, "Pumps move water"))
        g_assert_cmpfloat (score, >, 0.0);
    }
}

static void
test_similarity (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SortieRanker) ranker = sortie_ranker_new (fixture->sentences, NULL);

  for (guint i = 0; i < fixture->sentences->items->len; i++)
    {
      g_assert_cmpfloat_with_epsilon (sortie_ranker_get_similarity (ranker, i, i), 1.0, 1e-9);
      for (guint j = 0; j < i; j++)
        {
          double there = sortie_ranker_get_similarity (ranker, i, j);

          g_assert_cmpfloat (there, ==, sortie_ranker_get_similarity (ranker, j, i));
          g_assert_cmpfloat (there, >=, 0.0);
          g_assert_cmpfloat (there, <=, 1.0 + 1e-9);
        }
    }
}

/* Nothing at hand, no words, words that nobody has. */
static void
test_empty (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SortieSentences) none = sortie_sentences_new ("en");
  g_autoptr (SortieRanker) ranker = sortie_ranker_new (none, NULL);
  g_autoptr (SortieRankQuery) query = sortie_rank_query_new ();
  g_autoptr (GArray) scores = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) ranks = sortie_ranker_rank (ranker, query, scores);
  g_autoptr (SortieRankQuery) unknown = query_new (fixture, "zebra");
  g_autoptr (GArray) unknown_ranks = rank (fixture, unknown);
  g_autoptr (GArray) all = rank (fixture, query);

  g_assert_cmpuint (ranks->len, ==, 0);
  for (guint i = 0; i < unknown_ranks->len; i++)
    g_assert_cmpfloat (g_array_index (unknown_ranks, SortieRank, i).own, ==, 0.0);
  g_assert_cmpuint (all->len, ==, fixture->sentences->items->len);
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/ranker/definition", test_definition);
  ADD ("/ranker/coverage", test_coverage);
  ADD ("/ranker/weights", test_weights);
  ADD ("/ranker/forms", test_forms);
  ADD ("/ranker/names", test_names);
  ADD ("/ranker/cues", test_cues);
  ADD ("/ranker/similarity", test_similarity);
  ADD ("/ranker/empty", test_empty);
  return g_test_run ();
}
