/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "retrieval-fixture.h"

#include <sqlite3.h>
#include <string.h>

#include "sortie-tokenizer.h"

static void
assert_stem (const char *language, const char *word, const char *expected)
{
  g_autofree char *stem = sortie_stem (language, word);

  g_assert_cmpstr (stem, ==, expected);
}

static void
test_languages (void)
{
  assert_stem ("en", "relational", "relat");
  assert_stem ("en", "contracts", "contract");
  assert_stem ("de", "verträge", "vertrag");
  assert_stem ("fr", "continuellement", "continuel");
  assert_stem ("es", "contratos", "contrat");
  assert_stem ("it", "contratti", "contratt");
  assert_stem ("nl", "contracten", "contract");
  assert_stem ("pt", "contratos", "contrat");
  assert_stem ("ja", "contracts", "contracts");
  assert_stem ("", "contracts", "contracts");
  assert_stem ("en", "", "");
}

static gpointer
stem_cb (gpointer unused)
{
  for (guint i = 0; i < 1000; i++)
    assert_stem (i % 2 ? "en" : "de", "contracts", i % 2 ? "contract" : "contract");
  return NULL;
}

static void
test_threads (void)
{
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("stem", stem_cb, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

/* Made-up words over all the endings that the algorithm knows, and many that it does not. */
static GPtrArray *
make_words (void)
{
  static const char *const roots[] = { "a",      "y",        "ab",    "cat",     "hop", "fail",
                                       "tr",     "sens",     "relat", "syz",     "oy",  "agree",
                                       "electr", "prob",     "roll",  "vietnam", "x",   "bee",
                                       "sk",     "controll", "adj",   "gener" };
  static const char *const endings[] = {
    "",        "s",       "es",      "sses",  "ies",     "ss",      "eed",   "ed",    "ing",
    "ating",   "bling",   "izing",   "y",     "ational", "tional",  "enci",  "anci",  "izer",
    "abli",    "alli",    "entli",   "eli",   "ousli",   "ization", "ation", "ator",  "alism",
    "iveness", "fulness", "ousness", "aliti", "iviti",   "biliti",  "icate", "ative", "alize",
    "iciti",   "ical",    "ful",     "ness",  "al",      "ance",    "ence",  "er",    "ic",
    "able",    "ible",    "ant",     "ement", "ment",    "ent",     "ion",   "sion",  "tion",
    "ou",      "ism",     "ate",     "iti",   "ous",     "ive",     "ize",   "e",     "ll",
    "le",      "bli",     "logi",    "12"
  };
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < G_N_ELEMENTS (roots); i++)
    for (guint k = 0; k < G_N_ELEMENTS (endings); k++)
      g_ptr_array_add (words, g_strconcat (roots[i], endings[k], NULL));
  g_ptr_array_add (words, g_strnfill (63, 's'));
  g_ptr_array_add (words, g_strnfill (64, 's'));
  g_ptr_array_add (words, g_strnfill (65, 's'));
  g_ptr_array_add (words, g_strdup ("портами"));
  g_ptr_array_add (words, g_strdup ("港"));
  return words;
}

/* What is promised of English: the stem is the very term that the index holds. */
static void
test_same_as_index (void)
{
  g_autoptr (GPtrArray) words = make_words ();
  g_autoptr (GHashTable) in_index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sqlite3_stmt *statement;
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (":memory:", &db), ==, SQLITE_OK);
  g_assert_cmpint (sortie_tokenizer_register (db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db,
                                 "CREATE VIRTUAL TABLE t USING fts5 (x, tokenize = 'sortie');"
                                 "CREATE VIRTUAL TABLE v USING fts5vocab (t, instance);",
                                 NULL, NULL, NULL),
                   ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, "INSERT INTO t (rowid, x) VALUES (?, ?)", -1, &statement,
                                       NULL),
                   ==, SQLITE_OK);
  for (guint i = 0; i < words->len; i++)
    {
      sqlite3_bind_int (statement, 1, (int) i + 1);
      sqlite3_bind_text (statement, 2, g_ptr_array_index (words, i), -1, SQLITE_STATIC);
      g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_DONE);
      sqlite3_reset (statement);
    }
  sqlite3_finalize (statement);
  g_assert_cmpint (sqlite3_prepare_v2 (db, "SELECT doc, term FROM v", -1, &statement, NULL), ==,
                   SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    {
      guint i = (guint) sqlite3_column_int (statement, 0) - 1;
      g_autofree char *stem = sortie_stem ("en", g_ptr_array_index (words, i));

      g_assert_cmpstr (stem, ==, (const char *) sqlite3_column_text (statement, 1));
      g_hash_table_add (in_index, g_strdup_printf ("%u", i));
    }
  g_assert_cmpuint (g_hash_table_size (in_index), ==, words->len);
  sqlite3_finalize (statement);
  sqlite3_close (db);
}

static int
collect_cb (gpointer user_data, const char *token, gsize length, gsize start, gsize end)
{
  g_string_append_printf (user_data, "%.*s@%" G_GSIZE_FORMAT " ", (int) length, token, start);
  return 0;
}

static void
assert_tokens (const char *text, const char *expected)
{
  g_autoptr (GString) tokens = g_string_new (NULL);

  g_assert_cmpint (sortie_tokenizer_run (text, strlen (text), collect_cb, tokens), ==, 0);
  g_assert_cmpstr (tokens->str, ==, expected);
}

static void
test_tokens (void)
{
  assert_tokens ("The Quay, (again) now.", "the@0 quay@4 again@11 now@18 ");
  assert_tokens ("don't l'acqua supplier's rock'n'roll",
                 "don@0 l@6 acqua@8 supplier@14 rock@25 n@30 roll@32 ");
  assert_tokens ("snake_case __x__ a.b 3.14 1.2.3. e-mail",
                 "snake@0 case@6 x@13 a@17 b@19 3.14@21 1.2.3@26 e@33 mail@35 ");
  assert_tokens ("Größe ﬁn 港は", "grosse@0 fin@8 港@13 は@16 ");
  assert_tokens ("", "");
  assert_tokens ("... --- '' __", "");
}

/* Tokens of any length are bounded and valid. */
static int
check_cb (gpointer user_data, const char *token, gsize length, gsize start, gsize end)
{
  g_assert_cmpuint (length, >, 0);
  g_assert_cmpuint (length, <=, SORTIE_TOKEN_MAX_BYTES);
  g_assert_true (g_utf8_validate_len (token, length, NULL));
  g_assert_cmpuint (start, <, end);
  return 0;
}

static void
test_long_tokens (void)
{
  static const char *const characters[] = { "x", "é", "ß", "ﬃ", "𝄞", "x'", "é_", "ẞ", "ǰ" };

  for (guint i = 0; i < G_N_ELEMENTS (characters); i++)
    for (guint n = 1; n < 300; n += 7)
      {
        g_autoptr (GString) text = g_string_new (NULL);

        for (guint k = 0; k < n; k++)
          g_string_append (text, characters[i]);
        sortie_tokenizer_run (text->str, text->len, check_cb, NULL);
      }
}

static char *
snippet (const char *text, const char *query, guint words)
{
  SortiePassage passage = { .text = (char *) text };

  return sortie_passage_dup_snippet (&passage, query, words);
}

static void
assert_snippet (const char *text, const char *query, guint words, const char *expected)
{
  g_autofree char *result = snippet (text, query, words);

  g_assert_cmpstr (result, ==, expected);
}

static void
test_snippet (void)
{
  const char *text = "Harbours\n\nThe first sentence is about ships.  The second\nis about cranes. "
                     "A third one speaks of quays, and of cranes on quays. The last is empty.\n\n";

  assert_snippet (text, "quays", 100,
                  "Harbours The first sentence is about ships. The second is about cranes. A third "
                  "one speaks of quays, and of cranes on quays. The last is empty.");
  assert_snippet (text, "crane quay", 8,
                  "… A third one speaks of quays, and of cranes on quays. …");
  assert_snippet (text, "absent", 5, "Harbours The first sentence is …");
  assert_snippet (text, "", 5, "Harbours The first sentence is …");
  assert_snippet ("", "x", 5, "");
  assert_snippet ("one", "x", 0, "one");
  assert_snippet ("港は朝から閉鎖されている。", "閉鎖", 4, "港は朝から閉鎖 …");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stem/languages", test_languages);
  g_test_add_func ("/stem/threads", test_threads);
  g_test_add_func ("/stem/same-as-index", test_same_as_index);
  g_test_add_func ("/tokenizer/tokens", test_tokens);
  g_test_add_func ("/tokenizer/long-tokens", test_long_tokens);
  g_test_add_func ("/snippet", test_snippet);
  return g_test_run ();
}
