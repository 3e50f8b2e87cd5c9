/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-text.h"

#include <string.h>

/* The words between bars. */
static char *
list_words (const char *text, gsize length)
{
  g_autofree char *exact = length > 0 ? g_memdup2 (text, length) : g_malloc0 (1);
  g_autoptr (GArray) words = sortie_text_tokenize (exact, length);
  g_autoptr (GString) out = g_string_new (NULL);
  gsize last = 0;

  g_assert_cmpuint (words->len, ==, sortie_text_count_words (exact, length));
  for (guint i = 0; i < words->len; i++)
    {
      SortieSpan span = g_array_index (words, SortieSpan, i);

      g_assert_cmpuint (span.start, >=, last);
      g_assert_cmpuint (span.end, >, span.start);
      g_assert_cmpuint (span.end, <=, length);
      last = span.end;
      g_string_append_printf (out, "%s%.*s", i > 0 ? "|" : "", (int) (span.end - span.start),
                              exact + span.start);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static const struct
{
  const char *text;
  const char *words;
} word_cases[] = {
  { "", "" },
  { " \n.,;-–!", "" },
  { "one", "one" },
  { "one two,three.four", "one|two|three|four" },
  { "It's the writer’s 'own' draft", "It's|the|writer’s|own|draft" },
  { "rock'n'roll l'acqua", "rock'n'roll|l'acqua" },
  { "'tis o'' ''x''", "tis|o|x" },
  { "3.5 and 1.2.3. 4.", "3.5|and|1.2.3|4" },
  { "a.b 3.b a.3 v1.2", "a|b|3|b|a|3|v1.2" },
  { "foo_bar __init__ _x", "foo_bar|init|x" },
  { "col·lecció", "col·lecció" },
  { "Müller-Lüdenscheidt", "Müller|Lüdenscheidt" },
  { "don't-stop x-ray", "don't|stop|x|ray" },
  { "a1b2 42nd", "a1b2|42nd" },
  { "e\xcc\x81t\xc3\xa9 x\xcc\x81\xcc\x82y", "e\xcc\x81t\xc3\xa9|x\xcc\x81\xcc\x82y" },
  { "\xcc\x81 \xcc\x81"
    "a",
    "a" },
  { "漢字かなカナ", "漢|字|か|な|カ|ナ" },
  { "abc漢字def", "abc|漢|字|def" },
  { "か\xe3\x82\x99x", "か\xe3\x82\x99|x" },
  { "ไทย", "ไ|ท|ย" },
  { "Привет, мир", "Привет|мир" },
  { "한국어 텍스트", "한국어|텍스트" },
  { "x\xf0\x9f\x92\xa9y", "x|y" },
  { "x\xffy", "x|y" },
  { "x\xe2\x82", "x" },
  { "C++ and C#", "C|and|C" },
  { "https://example.org/a_b?c=d", "https|example|org|a_b|c|d" },
};

static void
test_tokenize (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (word_cases); i++)
    {
      g_autofree char *words = list_words (word_cases[i].text, strlen (word_cases[i].text));

      g_assert_cmpstr (words, ==, word_cases[i].words);
    }
}

/* Every prefix of a text full of borders: nothing is read past the end. */
static void
test_tokenize_prefixes (void)
{
  static const char text[] = "It's 3.5 e\xcc\x81t\xc3\xa9’s 漢字 \xf0\x9f\x92\xa9 foo_bar·x.9";

  for (gsize length = 0; length < sizeof text; length++)
    {
      g_autofree char *words = list_words (text, length);

      g_assert_nonnull (words);
    }
}

static void
test_tokenize_nul (void)
{
  g_autoptr (GArray) words = sortie_text_tokenize ("a\0b", 3);

  g_assert_cmpuint (words->len, ==, 2);
}

static const struct
{
  const char *text;
  const char *folded;
} fold_cases[] = {
  { "", "" },
  { "Hello", "hello" },
  { "Été", "ete" },
  { "E\xcc\x81te\xcc\x81", "ete" },
  { "STRASSE", "strasse" },
  { "Straße", "strasse" },
  { "Ärger", "arger" },
  { "ﬁne", "fine" },
  { "ΣΊΣΥΦΟΣ", "σισυφοσ" },
  { "σίσυφος", "σισυφοσ" },
  { "İstanbul", "istanbul" },
  { "Ёлка", "елка" },
  { "①²", "12" },
  { "ＡＢＣ", "abc" },
  { "don’t", "don't" },
  { "naïve_X", "naive_x" },
};

static void
test_fold (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fold_cases); i++)
    {
      gsize length = strlen (fold_cases[i].text);
      g_autofree char *exact = length > 0 ? g_memdup2 (fold_cases[i].text, length) : g_malloc0 (1);
      g_autofree char *folded = sortie_text_fold (exact, length);

      g_assert_cmpstr (folded, ==, fold_cases[i].folded);
    }
}

/* Whatever is a token has a folded form, in valid UTF-8, that folding leaves as it is. */
static void
test_fold_every_token (void)
{
  for (gunichar c = 1; c < 0x110000; c++)
    {
      char text[8] = { 0 };
      gsize length;
      g_autofree char *folded = NULL;

      if (c >= 0xD800 && c <= 0xDFFF)
        continue;
      length = (gsize) g_unichar_to_utf8 (c, text);
      if (sortie_text_count_words (text, length) == 0)
        continue;
      folded = sortie_text_fold (text, length);
      g_assert_cmpstr (folded, !=, "");
      g_assert_true (g_utf8_validate (folded, -1, NULL));
    }
}

/* A mebibyte of marks on one letter: sorting them would take hours. */
static void
test_fold_many_marks (void)
{
  g_autoptr (GString) text = g_string_new ("a");
  g_autofree char *folded = NULL;

  while (text->len < 1024 * 1024)
    g_string_append (text, "\xcc\xa3\xcc\x81\xcc\xb4");
  g_assert_cmpuint (sortie_text_count_words (text->str, text->len), ==, 1);
  folded = sortie_text_fold (text->str, text->len);
  g_assert_cmpstr (folded, ==, "a");
}

static void
test_stop_words (void)
{
  static const char *const stop[][2] = {
    { "en", "the" }, { "en", "which" }, { "en", "don't" }, { "de", "und" }, { "de", "fur" },
    { "fr", "les" }, { "fr", "meme" },  { "es", "que" },   { "es", "mas" }, { "it", "della" },
    { "it", "piu" }, { "nl", "het" },   { "nl", "zijn" },  { "pt", "nao" }, { "pt", "uma" },
  };
  static const char *const content[][2] = {
    { "en", "supplier" }, { "en", "und" },      { "de", "the" }, { "de", "lieferant" },
    { "fr", "contrat" },  { "en", "" },         { "xx", "the" }, { "", "the" },
    { "en", "The" },      { "es", "contrato" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (stop); i++)
    g_assert_true (sortie_text_is_stop_word (stop[i][0], stop[i][1]));
  for (gsize i = 0; i < G_N_ELEMENTS (content); i++)
    g_assert_false (sortie_text_is_stop_word (content[i][0], content[i][1]));
}

static const char *const languages[][2] = {
  { "en", "" },
  { "en", "Redis" },
  { "en", "What is Redis?" },
  { "en", "Compare the duties of the supplier in the three contracts." },
  { "de", "Was ist Redis?" },
  { "de", "Welche Pflichten hat der Lieferant nach der Lieferung?" },
  { "de", "Vergleiche die Vor- und Nachteile von Redis und Kafka für kleine Betriebe." },
  { "fr", "Qu'est-ce que Redis ?" },
  { "fr", "Quelles sont les obligations du fournisseur après la livraison ?" },
  { "es", "¿Qué es Redis?" },
  { "es", "¿Cuáles son las obligaciones del proveedor después de la entrega?" },
  { "it", "Che cosa è Redis?" },
  { "it", "Quali sono gli obblighi del fornitore dopo la consegna?" },
  { "nl", "Wat is Redis en hoe werkt het?" },
  { "nl", "Welke verplichtingen heeft de leverancier na de levering van het product?" },
  { "pt", "O que é Redis?" },
  { "pt", "Quais são as obrigações do fornecedor depois da entrega?" },
  { "ja", "漢字かな" },
};

static void
test_guess_language (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    {
      const char *text = languages[i][1];

      g_test_message ("%s", text);
      g_assert_cmpstr (sortie_text_guess_language (text, strlen (text)), ==, languages[i][0]);
    }
}

static void
test_shorten (void)
{
  static const struct
  {
    const char *text;
    gsize limit;
    const char *shortened;
  } cases[] = {
    { "", 0, "" },
    { "abc", 3, "abc" },
    { "abc", 4, "abc" },
    { "abcd", 3, "abc…" },
    { "abc", 0, "…" },
    { "äöü", 3, "ä…" },
    { "äöü", 4, "äö…" },
    { "äöü", 5, "äö…" },
    { "äöü", 6, "äöü" },
    { "a€b", 1, "a…" },
    { "a€b", 2, "a…" },
    { "a€b", 3, "a…" },
    { "a€b", 4, "a€…" },
    { "ab cd", 3, "ab…" },
    { "a \n cd", 4, "a…" },
    { "   x", 2, "…" },
    { "\xf0\x9f\x92\xa9x", 3, "…" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shortened = sortie_text_shorten (cases[i].text, cases[i].limit);

      g_assert_cmpstr (shortened, ==, cases[i].shortened);
    }
}

static void
test_whole_characters (void)
{
  static const struct
  {
    const char *bytes;
    gsize whole;
  } cases[] = {
    { "", 0 },
    { "a", 1 },
    { "\xc3", 0 },
    { "a\xc3", 1 },
    { "a\xc3\xa9", 3 },
    { "\xe2\x82", 0 },
    { "\xe2\x82\xac", 3 },
    { "\xe2\x82\xac\xe2", 3 },
    { "\xf0", 0 },
    { "\xf0\x9f", 0 },
    { "\xf0\x9f\x92", 0 },
    { "\xf0\x9f\x92\xa9", 4 },
    { "\xf0\x9f\x92\xa9\xf0\x9f\x92", 4 },
    { "a\x80\x80\x80\x80", 5 },
    { "\x80", 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize length = strlen (cases[i].bytes);
      g_autofree char *exact = length > 0 ? g_memdup2 (cases[i].bytes, length) : g_malloc0 (1);

      g_assert_cmpuint (sortie_text_whole_characters (exact, length), ==, cases[i].whole);
    }
}

/* A text cut anywhere and joined from its whole characters is the text. */
static void
test_whole_characters_join (void)
{
  static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x92\xa9z";

  for (gsize cut = 0; cut < sizeof text; cut++)
    {
      gsize whole = sortie_text_whole_characters (text, cut);

      g_assert_true (g_utf8_validate (text, (gssize) whole, NULL));
      g_assert_cmpuint (cut - whole, <, 4);
      g_assert_true (g_utf8_validate (text + whole, -1, NULL));
    }
}

static const struct
{
  const char *text;
  const char *escaped;
} markdown_cases[] = {
  { "", "" },
  { "Plain text, with commas (and brackets); it's 5% - \"fine\"!",
    "Plain text, with commas (and brackets); it's 5% - \"fine\"!" },
  { "a * b_c `d` ~e~ x^2 $y$", "a \\* b\\_c \\`d\\` \\~e\\~ x\\^2 \\$y\\$" },
  { "[a](b) ![c][d]", "\\[a\\](b) !\\[c\\]\\[d\\]" },
  { "[5]: https://x.example", "\\[5\\]: https\\://x.example" },
  { "<b>x</b> a < b > c", "\\<b\\>x\\</b\\> a \\< b \\> c" },
  { "a | b", "a \\| b" },
  { "back\\slash\\", "back\\\\slash\\\\" },
  { "&amp; &#1; R&D AT& & b", "\\&amp; \\&#1; R\\&D AT& & b" },
  { "# x", "\\# x" },
  { "a # b", "a # b" },
  { "- x", "\\- x" },
  { "+ x", "\\+ x" },
  { "-----", "\\-----" },
  { "=====", "\\=====" },
  { "> x", "\\> x" },
  { "1. x", "1\\. x" },
  { "12) x", "12\\) x" },
  { "1.", "1\\." },
  { "1.5 x", "1.5 x" },
  { "1984 x", "1984 x" },
  { "www.example.org a.b", "www\\.example.org a.b" },
  { "a@b.example @x y @", "a\\@b.example @x y @" },
  { "mailto:x ftp://y", "mailto\\:x ftp\\://y" },
  { "one\ntwo\r\nthree\n\n\nfour\tfive", "one two three four five" },
  { "one\xe2\x80\xa8two\xc2\x85three", "one two three" },
  { "  \n one \n ", "one" },
  { "\n# x", "\\# x" },
  { "    code", "code" },
  { "a\x1b[31mb\x7f", "a\xef\xbf\xbd\\[31mb\xef\xbf\xbd" },
  { "caf\xc3\xa9 \xf0\x9f\x92\xa9 \xff", "caf\xc3\xa9 \xf0\x9f\x92\xa9 \xef\xbf\xbd" },
};

static void
test_escape_markdown (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (markdown_cases); i++)
    {
      gsize length = strlen (markdown_cases[i].text);
      g_autofree char *exact =
          length > 0 ? g_memdup2 (markdown_cases[i].text, length) : g_malloc0 (1);
      g_autofree char *escaped = sortie_text_escape_markdown (exact, length);

      g_assert_cmpstr (escaped, ==, markdown_cases[i].escaped);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/tokenize", test_tokenize);
  g_test_add_func ("/text/tokenize-prefixes", test_tokenize_prefixes);
  g_test_add_func ("/text/tokenize-nul", test_tokenize_nul);
  g_test_add_func ("/text/fold", test_fold);
  g_test_add_func ("/text/fold-every-token", test_fold_every_token);
  g_test_add_func ("/text/fold-many-marks", test_fold_many_marks);
  g_test_add_func ("/text/stop-words", test_stop_words);
  g_test_add_func ("/text/guess-language", test_guess_language);
  g_test_add_func ("/text/shorten", test_shorten);
  g_test_add_func ("/text/whole-characters", test_whole_characters);
  g_test_add_func ("/text/whole-characters-join", test_whole_characters_join);
  g_test_add_func ("/text/escape-markdown", test_escape_markdown);
  return g_test_run ();
}
