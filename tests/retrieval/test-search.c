/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "retrieval-fixture.h"

#include <string.h>

#include "sortie-error.h"
#include "sortie-query.h"

static void
assert_finds (Fixture *self, const char *query, const char *expected)
{
  g_autofree char *found = fixture_search (self, query, SORTIE_SEARCH_BY_DOCUMENT);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_ranking (Fixture *self, gconstpointer unused)
{
  fixture_write (self, "a.txt", "The quay was built of stone.", -1);
  fixture_write (self, "b.txt", "The quay, the old quay, and the new quay.", -1);
  fixture_write (self, "c.txt",
                 "A long text about ships, cranes, berths, pilots, tides and weather, in which the "
                 "quay is named but once among so many other things.",
                 -1);
  fixture_write (self, "d.txt", "Nothing of the kind.", -1);
  fixture_write (self, "e.txt", "Stone by stone.", -1);
  fixture_index (self);
  /* More of it, in less text, is better; a rarer word weighs more. */
  assert_finds (self, "quay", "b.txt a.txt c.txt");
  assert_finds (self, "quay stone", "a.txt e.txt b.txt c.txt");
  assert_finds (self, "the of", "d.txt a.txt b.txt c.txt");
  assert_finds (self, "absent", "");
  assert_finds (self, "", "");
  assert_finds (self, " \n.,;!? ", "");
}

static void
test_title_and_heading (Fixture *self, gconstpointer unused)
{
  fixture_write (self, "a.md", "# Cranes\n\nOf harbours and of ships.\n", -1);
  fixture_write (self, "b.md", "# Ships\n\nOf harbours and of cranes.\n", -1);
  fixture_write (self, "c.md", "# Ships\n\n## Of cranes\n\nHarbours.\n\n## Other\n\nHarbours.\n",
                 -1);
  fixture_index (self);
  assert_finds (self, "cranes", "c.md a.md b.md");
}

/* Words are found in any form that means the same. */
static void
test_folding (Fixture *self, gconstpointer unused)
{
  static const char *const queries[] = { "dredging",   "DREDGED",      "Größe",     "grosse",
                                         "GRÖSSE",     "cafe\xcc\x81", "ﬁne",       "fine",
                                         "港",         "閉鎖",         "2.74",      "ＧＲＯＳＳＥ",
                                         "l’acqua",    "acqua",        "suppliers", "supplier’s",
                                         "snake_case", "snake",        "порт" };

  fixture_write (self, "a.txt",
                 "They dredge. Größe, café, ﬁne weather. 港は閉鎖。 GLib 2.74; l'acqua; the "
                 "supplier's snake_case Порт.",
                 -1);
  fixture_write (self, "b.txt", "Unrelated.", -1);
  fixture_index (self);
  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_test_message ("%s", queries[i]);
      assert_finds (self, queries[i], "a.txt");
    }
  assert_finds (self, "74", "");
  assert_finds (self, "s", "");
}

static void
test_ties (Fixture *self, gconstpointer unused)
{
  g_autofree char *found = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 3; i++)
    g_string_append (text, "\fPage\n====\n\nThe very same words about a quay.\n\n");
  fixture_write (self, "b.txt", text->str, -1);
  fixture_write (self, "a.txt", text->str, -1);
  fixture_write (self, "c.txt", text->str, -1);
  fixture_index (self);
  found = fixture_search (self, "quay", SORTIE_SEARCH_BY_PASSAGE);
  g_assert_cmpstr (found, ==,
                   "a.txt#1 a.txt#2 a.txt#3 b.txt#1 b.txt#2 b.txt#3 c.txt#1 c.txt#2 c.txt#3");
  assert_finds (self, "quay", "a.txt b.txt c.txt");
}

static void
test_limit (Fixture *self, gconstpointer unused)
{
  static const guint limits[] = { 0, 1, 7, 30, 1000, G_MAXUINT };
  SortieSearchScope scope = { "c", 0 };

  for (guint i = 0; i < 30; i++)
    {
      g_autofree char *name = g_strdup_printf ("%02u.txt", i);
      g_autoptr (GString) text = g_string_new ("quay");

      for (guint k = 0; k < (i * 7) % 30; k++)
        g_string_append (text, " filler");
      fixture_write (self, name, text->str, -1);
    }
  fixture_index (self);
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (GPtrArray) results =
          sortie_library_search (self->library, &scope, 1, "quay", limits[i],
                                 SORTIE_SEARCH_BY_PASSAGE, NULL);

      g_assert_cmpuint (results->len, ==, MIN (limits[i], 30));
      for (guint k = 1; k < results->len; k++)
        g_assert_cmpfloat (((SortiePassage *) g_ptr_array_index (results, k - 1))->score, >=,
                           ((SortiePassage *) g_ptr_array_index (results, k))->score);
    }
}

static void
test_several_collections (Fixture *self, gconstpointer unused)
{
  g_autofree char *file = g_build_filename (self->folder, "other.txt", NULL);
  const char *files[] = { file, NULL };
  SortieSearchScope scopes[] = { { "c", 0 }, { "d", 0 }, { "none", 0 } };
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (GError) error = NULL;

  fixture_write (self, "a.txt", "A quay among so many other things that are named here.", -1);
  fixture_write (self, "b.txt", "Things.", -1);
  g_file_set_contents (file, "Quay, quay!", -1, NULL);
  sortie_library_add (self->library, "d", files, NULL);
  sortie_library_index (self->library, "d", NULL, NULL, NULL, NULL, NULL);
  fixture_index (self);
  results =
      sortie_library_search (self->library, scopes, 2, "quay", 10, SORTIE_SEARCH_BY_PASSAGE, NULL);
  g_assert_cmpuint (results->len, ==, 2);
  g_assert_cmpstr (((SortiePassage *) g_ptr_array_index (results, 0))->collection, !=,
                   ((SortiePassage *) g_ptr_array_index (results, 1))->collection);
  g_assert_cmpfloat (((SortiePassage *) g_ptr_array_index (results, 0))->score, >=,
                     ((SortiePassage *) g_ptr_array_index (results, 1))->score);
  g_assert_null (sortie_library_search (self->library, scopes, 3, "quay", 10,
                                        SORTIE_SEARCH_BY_PASSAGE, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
}

/* Nothing in a query is an operator, and none fails. */
static void
test_hostile_queries (Fixture *self, gconstpointer unused)
{
  static const char *const queries[] = { "quay AND absent",
                                         "quay NOT pier",
                                         "NEAR(quay pier)",
                                         "title: quay",
                                         "\"quay",
                                         "quay\"\"\"",
                                         "{title heading}: quay",
                                         "quay*",
                                         "^quay",
                                         "quay - pier",
                                         "(quay",
                                         "quay)",
                                         "quay + pier",
                                         "'; DROP TABLE terms",
                                         "quay\\",
                                         "- quay",
                                         "col : quay",
                                         "quay OR",
                                         "OR quay",
                                         "\xff\xfequay",
                                         "quay\x01\x02",
                                         "%s%n quay",
                                         "quay ' or 1=1 --" };
  g_autofree char *big = g_malloc (1024 * 1024 + 1);
  g_autoptr (GString) many = g_string_new ("quay");

  fixture_write (self, "a.txt", "A quay.", -1);
  fixture_write (self, "b.txt", "Unrelated words.", -1);
  fixture_index (self);
  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_test_message ("%s", queries[i]);
      if (strstr (queries[i], "DROP") != NULL)
        assert_finds (self, queries[i], "");
      else
        assert_finds (self, queries[i], "a.txt");
    }
  memset (big, 'x', 1024 * 1024);
  big[1024 * 1024] = '\0';
  assert_finds (self, big, "");
  memset (big, '"', 1024 * 1024);
  assert_finds (self, big, "");
  for (gsize i = 0; i < 1024 * 1024; i++)
    big[i] = "quay "[i % 5];
  assert_finds (self, big, "a.txt");
  for (guint i = 0; i < 5000; i++)
    g_string_append_printf (many, " word%u", i);
  assert_finds (self, many->str, "a.txt");
}

static void
assert_terms (const char *query, const char *expected)
{
  g_auto (GStrv) terms = sortie_query_get_terms (query);
  g_autofree char *joined = g_strjoinv (" ", terms);

  g_assert_cmpstr (joined, ==, expected);
}

static void
test_terms (void)
{
  g_autoptr (GString) many = g_string_new (NULL);
  g_auto (GStrv) bounded = NULL;
  static const char *const odd[] = { "a", "b\"c", NULL };
  g_autofree char *match = sortie_query_to_match (odd);

  assert_terms ("What are the duties of the supplier?", "duties supplier");
  assert_terms ("Contract contracts CONTRACTED", "contract");
  assert_terms ("the of and", "the of and");
  assert_terms ("Welche Pflichten hat der Lieferant nach der Lieferung?",
                "pflichten lieferant lieferung");
  assert_terms ("", "");
  g_assert_cmpstr (match, ==, "\"a\" OR \"b\"\"c\"");
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (many, "word%u ", i);
  bounded = sortie_query_get_terms (many->str);
  g_assert_cmpuint (g_strv_length (bounded), ==, SORTIE_QUERY_MAX_TERMS);
}

/* What a result says of its place is so. */
static void
test_result (Fixture *self, gconstpointer unused)
{
  SortieSearchScope scope = { "c", 0 };
  g_autoptr (GPtrArray) results = NULL;
  const SortiePassage *passage;
  g_autoptr (GBytes) text = NULL;

  fixture_write (self, "a.md", "# One\n\nFirst.\n\n## Two\n\nThe *quay* is here.\n", -1);
  fixture_index (self);
  results =
      sortie_library_search (self->library, &scope, 1, "quay", 10, SORTIE_SEARCH_BY_PASSAGE, NULL);
  g_assert_cmpuint (results->len, ==, 1);
  passage = g_ptr_array_index (results, 0);
  g_assert_cmpstr (passage->collection, ==, "c");
  g_assert_cmpstr (passage->path, ==, "a.md");
  g_assert_cmpstr (passage->title, ==, "One");
  g_assert_cmpstr (passage->heading, ==, "One › Two");
  g_assert_cmpint (passage->number, ==, 2);
  g_assert_cmpint (passage->page, ==, 0);
  g_assert_cmpstr (passage->text, ==, "Two\n\nThe quay is here.");
  text = sortie_library_read_text (self->library, passage->document, NULL);
  g_assert_cmpmem ((const char *) g_bytes_get_data (text, NULL) + passage->start,
                   (gsize) (passage->end - passage->start), passage->text, strlen (passage->text));
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/search/ranking", test_ranking);
  ADD ("/search/title-and-heading", test_title_and_heading);
  ADD ("/search/folding", test_folding);
  ADD ("/search/ties", test_ties);
  ADD ("/search/limit", test_limit);
  ADD ("/search/several-collections", test_several_collections);
  ADD ("/search/hostile-queries", test_hostile_queries);
  ADD ("/search/result", test_result);
  g_test_add_func ("/search/terms", test_terms);
  return g_test_run ();
}
