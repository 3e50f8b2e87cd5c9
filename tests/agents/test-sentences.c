/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-sentences.h"

#include <string.h>

static SortiePassage *
passage_new (const char *document, int number, const char *heading, const char *text)
{
  SortiePassage *passage = g_new0 (SortiePassage, 1);

  passage->document = g_strdup (document);
  passage->collection = g_strdup ("c");
  passage->uri = g_strdup_printf ("file:///%s", document);
  passage->title = g_strdup (document);
  passage->heading = g_strdup (heading);
  passage->number = number;
  passage->start = 1000;
  passage->end = 1000 + (gint64) strlen (text);
  passage->text = g_strdup (text);
  return passage;
}

static double
judge (const char *text)
{
  g_autoptr (SortieVocabulary) vocabulary = sortie_vocabulary_new ("en");
  g_autoptr (GArray) words = sortie_vocabulary_read (vocabulary, text, strlen (text));

  return sortie_sentence_judge (text, strlen (text), vocabulary, words);
}

/* What may stand in a report. */
static void
test_prose (void)
{
  static const char *const sentences[] = {
    "The supplier shall remedy every defect notified within twenty-four months of acceptance.",
    "A dead letter is a message that could not be delivered and has been set aside.",
    "dpkg-divert is a program that is used by packages to move files out of the way.",
    "\"Nothing is lost\", says the manual, \"as long as the file is synced.\"",
    "Der Lieferant behebt jeden Mangel, der innerhalb von zwei Jahren angezeigt wird.",
    "Le fournisseur répare tout défaut signalé dans les deux ans qui suivent la réception.",
    "El proveedor repara todo defecto comunicado en los dos años siguientes a la entrega.",
    "Packages must not modify files in /usr/local (see section 9.1.2), even by accident.",
  };

  for (guint i = 0; i < G_N_ELEMENTS (sentences); i++)
    g_assert_cmpfloat (judge (sentences[i]), >=, 0.7);
}

/* What may not: headings, menus, code, addresses, tables, fragments. */
static void
test_no_prose (void)
{
  static const char *const lines[] = {
    "",
    "Table of Contents",
    "7.2 Binary Dependencies",
    "Home | About | Contact | Imprint",
    "1.3 Consulting the manual ............................ 12",
    "Next Previous Up Index",
    "Depends: libc6 (>= 2.2.1), default-mta | mail-transport-agent",
    "if (x == NULL) { return g_strdup (\"\"); }",
    "See https://example.org/a/very/long/address/that/goes/on and on.",
    "All rights reserved by the owner of this page.",
    "Click here to subscribe to our newsletter today.",
    "The following packages are needed:",
    "and then it is removed from the list of files.",
    "Yes.",
    "Installation, configuration, removal, purging, upgrading, downgrading, testing",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa is a long word.",
    "Here is a \xe2\x80\xae hidden turn of the text in the line.",
    "the of and to in is are was were be.",
    "| period | 24 months | 36 months |",
    "== == == == == == ====",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    if (judge (lines[i]) > 0.35)
      g_error ("'%s' is judged %g", lines[i], judge (lines[i]));
}

static void
test_too_long (void)
{
  g_autoptr (GString) text = g_string_new ("The");

  while (text->len < SORTIE_SENTENCE_MAX_BYTES + 10)
    g_string_append (text, " word is");
  g_string_append_c (text, '.');
  g_assert_cmpfloat (judge (text->str), ==, 0.0);
}

static void
test_leaning (void)
{
  static const char *const leaning[] = { "This makes it slow.",  "However, there is a way.",
                                         "They are removed.",    "It then fails.",
                                         "For example, a queue", "Dies ist so.",
                                         "Cela ne va pas.",      "Sin embargo, funciona." };
  static const char *const standing[] = { "Thistles are plants.",
                                          "It is possible to wait.",
                                          "The queue is full.",
                                          "Italy is a country.",
                                          "Those who wait, gain.",
                                          "Somit"
                                          "age is a word." };

  for (guint i = 0; i < G_N_ELEMENTS (leaning); i++)
    g_assert_true (sortie_sentence_leans (leaning[i], strlen (leaning[i])));
  for (guint i = 0; i < G_N_ELEMENTS (standing); i++)
    g_assert_false (sortie_sentence_leans (standing[i], strlen (standing[i])));
}

/* Each sentence is exactly a range of the passage, in order, and no two overlap. */
static void
test_ranges (void)
{
  static const char text[] =
      "Dead letters\n\nA dead letter is a message that nobody could process. It is set aside.\n\n"
      "- First, the cause is found by a person.\n- Second, the letter is sent again.\n\n"
      "Requeue\n\nThis puts the letter back into its queue at once.";
  g_autoptr (SortieSentences) sentences = sortie_sentences_new ("en");
  gsize before = 0;

  sortie_sentences_add (sentences, passage_new ("d", 1, "Queues › Dead letters", text));
  g_assert_cmpuint (sentences->items->len, >=, 5);
  for (guint i = 0; i < sentences->items->len; i++)
    {
      const SortieSentence *sentence = sortie_sentences_get (sentences, i);

      g_assert_cmpuint (sentence->start, <, sentence->end);
      g_assert_cmpuint (sentence->end, <=, strlen (text));
      g_assert_cmpuint (sentence->end, >, before);
      before = sentence->end;
    }
  /* The heading is none; the sentence after the term begins with it. */
  g_assert_cmpfloat (sortie_sentences_get (sentences, 0)->quality, ==, 0.0);
  {
    const SortieSentence *last = sortie_sentences_get (sentences, sentences->items->len - 1);

    g_assert_true (g_str_has_prefix (text + last->start, "Requeue\n\nThis puts"));
    g_assert_cmpint (last->flags & SORTIE_SENTENCE_LEANS, ==, 0);
    g_assert_cmpfloat (last->quality, >, 0.5);
  }
  {
    const SortieSentence *second = sortie_sentences_get (sentences, 2);

    g_assert_cmpint (second->flags & SORTIE_SENTENCE_LEANS, !=, 0);
    g_assert_cmpint (second->flags & SORTIE_SENTENCE_CONTINUES, !=, 0);
  }
}

static guint
add_one (SortieSentences *sentences, const char *document, const char *text)
{
  sortie_sentences_add (sentences, passage_new (document, 1, NULL, text));
  return sentences->items->len - 1;
}

static void
test_near_duplicates (void)
{
  g_autoptr (SortieSentences) sentences = sortie_sentences_new ("en");
  guint a = add_one (sentences, "a", "The supplier repairs every defect within 24 months.");
  guint b = add_one (sentences, "b", "The supplier repairs every defect within 24 months!");
  guint c = add_one (sentences, "c", "The supplier repairs every defect within 36 months.");
  guint d = add_one (sentences, "d", "The supplier never repairs every defect within 24 months.");
  guint e = add_one (sentences, "e", "Every defect is repaired by suppliers within 24 months.");
  guint f = add_one (sentences, "f", "The buyer pays each invoice within 24 months.");
  g_autoptr (GArray) groups = sortie_sentences_cluster (sentences);

  g_assert_true (sortie_sentences_are_near_duplicates (sentences, a, b));
  g_assert_true (sortie_sentences_are_near_duplicates (sentences, a, e));
  g_assert_false (sortie_sentences_are_near_duplicates (sentences, a, c));
  g_assert_false (sortie_sentences_are_near_duplicates (sentences, a, d));
  g_assert_false (sortie_sentences_are_near_duplicates (sentences, a, f));
  g_assert_true (sortie_sentences_differ_in_figures (sentences, a, c));
  g_assert_false (sortie_sentences_differ_in_figures (sentences, a, b));
  g_assert_false (sortie_sentences_differ_in_figures (sentences, a, f));
  g_assert_cmpint (g_array_index (groups, int, a), ==, (int) a);
  g_assert_cmpint (g_array_index (groups, int, b), ==, (int) a);
  g_assert_cmpint (g_array_index (groups, int, e), ==, (int) a);
  g_assert_cmpint (g_array_index (groups, int, c), ==, (int) c);
  g_assert_cmpint (g_array_index (groups, int, d), ==, (int) d);
  g_assert_cmpint (g_array_index (groups, int, f), ==, (int) f);
}

/* The groups are those that a comparison of each with each finds. */
static void
test_cluster_finds_all (void)
{
  static const char *const words[] = { "queue", "letter", "worker", "stream", "entry",
                                       "claim", "retry",  "delay",  "group",  "report" };
  g_autoptr (SortieSentences) sentences = sortie_sentences_new ("en");
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (GArray) groups = NULL;

  for (int i = 0; i < 60; i++)
    {
      g_autoptr (GString) text = g_string_new ("The");
      int skip = g_rand_int_range (rand, 0, 14);

      for (int j = 0; j < (int) G_N_ELEMENTS (words); j++)
        if (j != skip)
          g_string_append_printf (text, " %s is", words[(j + i / 20) % G_N_ELEMENTS (words)]);
      g_string_append (text, " here.");
      add_one (sentences, "d", text->str);
    }
  groups = sortie_sentences_cluster (sentences);
  for (guint i = 0; i < sentences->items->len; i++)
    {
      guint leader = i;

      for (guint j = 0; j < i && leader == i; j++)
        if (g_array_index (groups, int, j) == (int) j &&
            sortie_sentences_are_near_duplicates (sentences, i, j))
          leader = j;
      g_assert_cmpint (g_array_index (groups, int, i), ==, (int) leader);
    }
}

static void
test_vocabulary (void)
{
  g_autoptr (SortieVocabulary) vocabulary = sortie_vocabulary_new ("en");
  SortieWord diversion = sortie_vocabulary_intern (vocabulary, "diversion", 9);
  SortieWord diversions = sortie_vocabulary_intern (vocabulary, "Diversions", 10);
  SortieWord diversity = sortie_vocabulary_intern (vocabulary, "diversity", 9);
  SortieWord possessive = sortie_vocabulary_intern (vocabulary, "diversion's", 11);
  SortieWord the = sortie_vocabulary_intern (vocabulary, "The", 3);
  SortieWord number = sortie_vocabulary_intern (vocabulary, "4.6.2", 5);
  SortieWord not = sortie_vocabulary_intern (vocabulary, "not", 3);
  g_autofree char *huge = g_strnfill (100000, 'x');
  SortieWord long_word = sortie_vocabulary_intern (vocabulary, huge, 100000);

  g_assert_cmpuint (diversion.stem, ==, diversions.stem);
  g_assert_cmpuint (diversion.root, ==, diversions.root);
  g_assert_cmpuint (diversion.root, !=, diversity.root);
  g_assert_cmpuint (diversion.stem, ==, possessive.stem);
  g_assert_true (sortie_vocabulary_is_stop (vocabulary, the.stem));
  g_assert_true (sortie_vocabulary_is_number (vocabulary, number.stem));
  g_assert_true (sortie_vocabulary_is_negation (vocabulary, not .stem));
  g_assert_cmpuint (strlen (sortie_vocabulary_get_stem (vocabulary, long_word.stem)), <=, 64);
}

static void
test_french_elision (void)
{
  g_autoptr (SortieVocabulary) vocabulary = sortie_vocabulary_new ("fr");
  SortieWord bare = sortie_vocabulary_intern (vocabulary, "énergie", strlen ("énergie"));
  SortieWord elided = sortie_vocabulary_intern (vocabulary, "l'énergie", strlen ("l'énergie"));
  SortieWord curly = sortie_vocabulary_intern (vocabulary, "L’énergie", strlen ("L’énergie"));

  g_assert_cmpuint (bare.stem, ==, elided.stem);
  g_assert_cmpuint (bare.stem, ==, curly.stem);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sentences/prose", test_prose);
  g_test_add_func ("/sentences/no-prose", test_no_prose);
  g_test_add_func ("/sentences/too-long", test_too_long);
  g_test_add_func ("/sentences/leaning", test_leaning);
  g_test_add_func ("/sentences/ranges", test_ranges);
  g_test_add_func ("/sentences/near-duplicates", test_near_duplicates);
  g_test_add_func ("/sentences/cluster-finds-all", test_cluster_finds_all);
  g_test_add_func ("/sentences/vocabulary", test_vocabulary);
  g_test_add_func ("/sentences/french-elision", test_french_elision);
  return g_test_run ();
}
