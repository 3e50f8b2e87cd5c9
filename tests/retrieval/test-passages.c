/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "retrieval-fixture.h"

#include <string.h>

#include "sortie-passages.h"

static void
append (SortieExtract *extract, SortieBlockKind kind, int page, const char *text)
{
  sortie_extract_append (extract, kind, page, text, strlen (text));
}

static char *
words (guint n, const char *end)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (out, "%sword%u", i > 0 ? " " : "", i);
  g_string_append (out, end);
  return g_string_free (out, FALSE);
}

static char *
sentences (guint n, guint n_words)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *sentence = words (n_words, ". ");

      sentence[0] = 'W';
      g_string_append (out, sentence);
    }
  return g_string_free (out, FALSE);
}

/* The cuts tile the text, and none is too long or falls inside a character. */
static GArray *
cut (const SortieExtract *extract)
{
  GArray *cuts = sortie_passages_cut (extract);
  gsize position = 0;

  for (guint i = 0; i < cuts->len; i++)
    {
      const SortieCut *one = &g_array_index (cuts, SortieCut, i);

      g_assert_cmpuint (one->start, ==, position);
      g_assert_cmpuint (one->end, >, one->start);
      g_assert_cmpuint (one->end - one->start, <=, SORTIE_PASSAGE_MAX_BYTES);
      g_assert_true (
          g_utf8_validate_len (extract->text->str + one->start, one->end - one->start, NULL));
      position = one->end;
    }
  g_assert_cmpuint (position, ==, extract->text->len);
  return cuts;
}

static const SortieCut *
at (GArray *cuts, guint i)
{
  g_assert_cmpuint (i, <, cuts->len);
  return &g_array_index (cuts, SortieCut, i);
}

static void
test_short_paragraphs (void)
{
  g_autoptr (SortieExtract) extract = sortie_extract_new ();
  g_autoptr (GArray) cuts = NULL;
  g_autofree char *text = words (30, ".");

  for (guint i = 0; i < 20; i++)
    append (extract, SORTIE_BLOCK_PARAGRAPH, 0, text);
  cuts = cut (extract);
  g_assert_cmpuint (cuts->len, ==, 5);
  for (guint i = 0; i < cuts->len; i++)
    g_assert_cmpuint (at (cuts, i)->words, ==, 120);
}

static void
test_headings_and_pages (void)
{
  g_autoptr (SortieExtract) extract = sortie_extract_new ();
  g_autoptr (GArray) cuts = NULL;

  append (extract, SORTIE_BLOCK_PARAGRAPH, 1, "Before any heading.");
  sortie_extract_append_heading (extract, 1, 1, "One", 3);
  sortie_extract_append_heading (extract, 2, 1, "Two", 3);
  append (extract, SORTIE_BLOCK_PARAGRAPH, 2, "Below two headings.");
  append (extract, SORTIE_BLOCK_PARAGRAPH, 3, "On the next page.");
  cuts = cut (extract);
  g_assert_cmpuint (cuts->len, ==, 3);
  g_assert_cmpint (at (cuts, 0)->heading, ==, -1);
  /* Headings go with the text below them, and have its page. */
  g_assert_cmpstr (g_ptr_array_index (extract->headings, (guint) at (cuts, 1)->heading), ==,
                   "One › Two");
  g_assert_cmpint (at (cuts, 1)->page, ==, 2);
  g_assert_cmpint (at (cuts, 2)->page, ==, 3);
}

/* A rest of a few words joins what is before it, unless a heading or a page parts them. */
static void
test_small_rest (void)
{
  g_autoptr (SortieExtract) extract = sortie_extract_new ();
  g_autoptr (GArray) cuts = NULL;
  g_autofree char *text = words (150, ".");

  append (extract, SORTIE_BLOCK_PARAGRAPH, 1, text);
  append (extract, SORTIE_BLOCK_PARAGRAPH, 1, "A short rest.");
  append (extract, SORTIE_BLOCK_PARAGRAPH, 2, "Another page.");
  cuts = cut (extract);
  g_assert_cmpuint (cuts->len, ==, 2);
  g_assert_cmpint (at (cuts, 1)->page, ==, 2);
}

static void
test_long_paragraph (void)
{
  g_autoptr (SortieExtract) extract = sortie_extract_new ();
  g_autoptr (GArray) cuts = NULL;
  g_autofree char *text = sentences (40, 20);

  append (extract, SORTIE_BLOCK_PARAGRAPH, 0, text);
  cuts = cut (extract);
  g_assert_cmpuint (cuts->len, ==, 6);
  for (guint i = 0; i < cuts->len; i++)
    {
      g_assert_cmpuint (at (cuts, i)->words, >=, 80);
      g_assert_cmpuint (at (cuts, i)->words, <=, 160);
      /* Each begins a sentence. */
      g_assert_cmpint (extract->text->str[at (cuts, i)->start], ==, 'W');
    }
}

static void
test_long_pre (void)
{
  g_autoptr (SortieExtract) extract = sortie_extract_new ();
  g_autoptr (GString) code = g_string_new (NULL);
  g_autoptr (GArray) cuts = NULL;

  for (guint i = 0; i < 300; i++)
    g_string_append_printf (code, "line_%u (a, b, c);\n", i);
  append (extract, SORTIE_BLOCK_PRE, 0, code->str);
  cuts = cut (extract);
  g_assert_cmpuint (cuts->len, >, 3);
  for (guint i = 0; i < cuts->len; i++)
    g_assert_cmpint (extract->text->str[at (cuts, i)->start], ==, 'l');
}

/* Runs without spaces, sentence ends or both, of every kind of character. */
static void
test_unspaced (void)
{
  static const char *const characters[] = { "x", "é", "港", "𝄞", "x ", "港。", "a\u0301" };

  for (guint i = 0; i < G_N_ELEMENTS (characters); i++)
    {
      g_autoptr (SortieExtract) extract = sortie_extract_new ();
      g_autoptr (GString) run = g_string_new (NULL);
      g_autoptr (GArray) cuts = NULL;

      while (run->len < 100000)
        g_string_append (run, characters[i]);
      append (extract, SORTIE_BLOCK_PARAGRAPH, 0, run->str);
      append (extract, SORTIE_BLOCK_PRE, 0, run->str);
      cuts = cut (extract);
      g_assert_cmpuint (cuts->len, >=, 48);
    }
}

/* Any mixture: blocks of all kinds and lengths around every limit. */
static void
test_mixtures (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (SortieExtract) extract = sortie_extract_new ();
      g_autoptr (GArray) cuts = NULL;
      int page = 0;

      for (int i = g_rand_int_range (random, 1, 30); i > 0; i--)
        {
          guint n = (guint) g_rand_int_range (random, 1, g_rand_boolean (random) ? 15 : 600);
          g_autofree char *text =
              g_rand_boolean (random) ? words (n, ".") : sentences (n / 10 + 1, 9);

          page += g_rand_int_range (random, 0, 4) == 0;
          if (g_rand_int_range (random, 0, 5) == 0)
            sortie_extract_append_heading (extract, g_rand_int_range (random, 1, 7), page, text,
                                           MIN (strlen (text), 60));
          else
            append (extract, (SortieBlockKind) g_rand_int_range (random, 0, 5), page, text);
        }
      cuts = cut (extract);
      for (guint i = 1; i < cuts->len; i++)
        g_assert_cmpint (at (cuts, i)->page, >=, at (cuts, i - 1)->page);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passages/short-paragraphs", test_short_paragraphs);
  g_test_add_func ("/passages/headings-and-pages", test_headings_and_pages);
  g_test_add_func ("/passages/small-rest", test_small_rest);
  g_test_add_func ("/passages/long-paragraph", test_long_paragraph);
  g_test_add_func ("/passages/long-pre", test_long_pre);
  g_test_add_func ("/passages/unspaced", test_unspaced);
  g_test_add_func ("/passages/mixtures", test_mixtures);
  return g_test_run ();
}
