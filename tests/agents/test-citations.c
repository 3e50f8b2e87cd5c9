/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-citations.h"

#include <md4c.h>
#include <string.h>

/* The filter through which a language model's text goes into a report: each case whole, cut at every
 * place, and byte by byte. */

#define N_PASSAGES 9
#define MAX_HELD 4096

typedef struct
{
  GString *text;
  gboolean cut_character; /* a piece that is no whole characters */
} Taken;

static void
take_cb (const char *text, gsize length, gpointer user_data)
{
  Taken *taken = user_data;

  g_assert_cmpuint (length, >, 0);
  if (!g_utf8_validate (text, (gssize) length, NULL))
    taken->cut_character = TRUE;
  g_string_append_len (taken->text, text, (gssize) length);
}

typedef struct
{
  char *text;
  guint n_kept;
  guint n_removed;
  char *order;
} Filtered;

static void
filtered_clear (Filtered *self)
{
  g_free (self->text);
  g_free (self->order);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Filtered, filtered_clear)

static char *
order_of (const SortieCitations *citations)
{
  GArray *order = sortie_citations_get_order (citations);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < order->len; i++)
    g_string_append_printf (text, "%s%u", i > 0 ? " " : "", g_array_index (order, guint, i));
  return g_string_free (text, FALSE);
}

/* Fed in pieces of `step` bytes after a first one of `first`. */
static void
filter (const char *input, gsize length, gsize first, gsize step, Filtered *filtered)
{
  Taken taken = { g_string_new (NULL), FALSE };
  g_autoptr (SortieCitations) citations = sortie_citations_new (N_PASSAGES, take_cb, &taken);

  for (gsize at = 0; at < length;)
    {
      gsize n = MIN (at == 0 && first > 0 ? first : step, length - at);
      /* What is fed must not be read beyond its end. */
      g_autofree char *piece = g_memdup2 (input + at, n);

      sortie_citations_feed (citations, piece, n);
      g_assert_cmpuint (sortie_citations_get_held (citations), <, MAX_HELD);
      at += n;
    }
  sortie_citations_end (citations);
  g_assert_cmpuint (sortie_citations_get_held (citations), ==, 0);
  g_assert_false (taken.cut_character);
  filtered->n_kept = sortie_citations_get_n_kept (citations);
  filtered->n_removed = sortie_citations_get_n_removed (citations);
  filtered->order = order_of (citations);
  filtered->text = g_string_free (taken.text, FALSE);
}

static void
assert_same (const Filtered *a, const Filtered *b)
{
  g_assert_cmpstr (a->text, ==, b->text);
  g_assert_cmpstr (a->order, ==, b->order);
  g_assert_cmpuint (a->n_kept, ==, b->n_kept);
  g_assert_cmpuint (a->n_removed, ==, b->n_removed);
}

static void
filter_every_way (const char *input, gsize length, Filtered *whole)
{
  filter (input, length, 0, MAX (length, 1), whole);
  for (gsize cut = 1; cut < length; cut++)
    {
      g_auto (Filtered) split = { 0 };

      filter (input, length, cut, length, &split);
      assert_same (&split, whole);
    }
  for (gsize step = 1; step <= 3; step++)
    {
      g_auto (Filtered) bytes = { 0 };

      filter (input, length, 0, step, &bytes);
      assert_same (&bytes, whole);
    }
}

/* -- what a reader of Markdown makes of it -- */

static int
enter_block_cb (MD_BLOCKTYPE type, void *detail, void *user_data)
{
  g_assert_cmpint (type, !=, MD_BLOCK_HTML);
  return 0;
}

static int
leave_block_cb (MD_BLOCKTYPE type, void *detail, void *user_data)
{
  return 0;
}

static int
span_cb (MD_SPANTYPE type, void *detail, void *user_data)
{
  g_assert_cmpint (type, !=, MD_SPAN_A);
  g_assert_cmpint (type, !=, MD_SPAN_IMG);
  g_assert_cmpint (type, !=, MD_SPAN_WIKILINK);
  return 0;
}

static int
text_cb (MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *user_data)
{
  g_assert_cmpint (type, !=, MD_TEXT_HTML);
  return 0;
}

static void
assert_no_markup (const char *text)
{
  MD_PARSER parser = { .flags = MD_DIALECT_GITHUB | MD_FLAG_WIKILINKS | MD_FLAG_UNDERLINE,
                       .enter_block = enter_block_cb,
                       .leave_block = leave_block_cb,
                       .enter_span = span_cb,
                       .leave_span = span_cb,
                       .text = text_cb };

  g_assert_cmpint (md_parse (text, (MD_SIZE) strlen (text), &parser, NULL), ==, 0);
}

typedef struct
{
  const char *input;
  const char *text;
  const char *order;
  guint n_removed;
} Case;

static void
check_cases (const Case *cases, gsize n_cases)
{
  for (gsize i = 0; i < n_cases; i++)
    {
      g_auto (Filtered) filtered = { 0 };

      filter_every_way (cases[i].input, strlen (cases[i].input), &filtered);
      g_assert_cmpstr (filtered.text, ==, cases[i].text);
      assert_no_markup (filtered.text);
      g_assert_cmpstr (filtered.order, ==, cases[i].order);
      g_assert_cmpuint (filtered.n_removed, ==, cases[i].n_removed);
    }
}

static void
test_forms (void)
{
  static const Case cases[] = {
    { "A queue. [3]", "A queue. [1]", "3", 0 },
    { "A queue [7][2], again [7].", "A queue [1][2], again [1].", "7 2", 0 },
    { "A [1, 2] b [1,2] c [2; 1]", "A [1][2] b [1][2] c [2][1]", "1 2", 0 },
    { "A [2-4] b [2–4] c [4 to 5]", "A [1][2][3] b [1][2][3] c [3][4]", "2 3 4 5", 0 },
    { "A [^3] b.[^3]", "A [1] b.[1]", "3", 0 },
    { "A【3】b【4†source】.", "A[1]b[2].", "3 4", 0 },
    { "A [passage 3] b [Passages 3 and 5] c [passage 3, passage 5]", "A [1] b [1][2] c [1][2]",
      "3 5", 0 },
    { "A [source 3] b [ 4 ] c [4 5] d [#4]", "A [1] b [2] c [2][3] d [2]", "3 4 5", 0 },
    { "A [3, 3, 3]", "A [1]", "3", 0 },
    { "A [Passage 3; Passage 99]", "A [1]", "3", 1 },
    { "A \\[3\\] b \\[99\\] c ［4］ d (passage 3) e (Passages 4, 99) f (3)",
      "A [1] b c [2] d [1] e [2] f (3)", "3 4", 2 },
    { "A (passage of time) b (source) c (p. 3) d (see passage 3)",
      "A (passage of time) b (source) c (p. 3) d (see passage 3)", "", 0 },
    /* No form of a citation. */
    { "A [sic] b [] c [x] d [3a] e [", "A \\[sic\\] b \\[\\] c \\[x\\] d \\[3a\\] e \\[", "", 0 },
    { "A [3, p. 12] b [12345678]", "A \\[3, p. 12\\] b \\[12345678\\]", "", 0 },
    { "A【note】", "A【note】", "", 0 },
    { "A [passage] b [ref.] c [-1]", "A \\[passage\\] b \\[ref.\\] c \\[-1\\]", "", 0 },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_invented (void)
{
  static const Case cases[] = {
    { "A queue [99]. More [0].", "A queue. More.", "", 2 },
    { "A queue  [99] goes on [1].", "A queue goes on [1].", "1", 1 },
    { "A [1][99][2].", "A [1][2].", "1 2", 1 },
    { "A [1, 99, 2].", "A [1][2].", "1 2", 1 },
    { "A [8-12].", "A [1][2].", "8 9", 3 },
    { "A [1-999] b [9-1]", "A b", "", 2 },
    { "A\n\n[99]\n\nB [1]", "A\n\nB [1]", "1", 1 },
    { "[99]", "", "", 0 },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

/* Nothing that goes in makes markup of its own. */
static void
test_markup (void)
{
  static const Case cases[] = {
    { "See [here](https://attacker.example/x).", "See \\[here\\]\\(https\\://attacker.example/x).",
      "", 0 },
    { "![x](https://attacker.example/p.png)", "!\\[x\\]\\(https\\://attacker.example/p.png)", "",
      0 },
    { "A [1](https://attacker.example)", "A [1]\\(https\\://attacker.example)", "1", 0 },
    { "A [1][99](x) b [1] [99](x)", "A [1]\\(x) b [1]\\(x)", "1", 2 },
    { "Text [1]: https://attacker.example", "Text [1]\\: https\\://attacker.example", "1", 0 },
    { "[1]: https://attacker.example \"t\"\nA [1]", "A [1]", "1", 0 },
    { "[a]: https://attacker.example\n\n[a]", "\\[a\\]: https\\://attacker.example\n\n\\[a\\]", "",
      0 },
    { "http:[99]//x and www.x.example and a@b.example",
      "http\\://x and www\\.x.example and a\\@b.example", "", 1 },
    { "mailto:x and xmpp:y and a: b", "mailto\\:x and xmpp\\:y and a: b", "", 0 },
    { "<script>alert(1)</script> <https://x.example> 1 < 2",
      "\\<script>alert(1)\\</script> \\<https\\://x.example> 1 \\< 2", "", 0 },
    { "<!-- x --> <?x?>", "\\<!-- x --> \\<?x?>", "", 0 },
    { "\\[a](b) \\\\[a](b) \\a \\", "\\[a\\]\\(b) \\\\\\[a\\]\\(b) \\a \\", "", 0 },
    { "\\<b> \\`<b>`", "\\<b> \\`\\<b>\\`", "", 0 },
    { "&#91;99&#93; &lbrack;1] R&D a & b &", "\\&#91;99\\&#93; \\&lbrack;1\\] R\\&D a & b &", "",
      0 },
    { "[[3]](x) [1](passage 4)", "\\[[1]\\]\\(x) [2][3]", "3 1 4", 0 },
    { "a * b _c_ **d** | e | $f$ ~~g~~", "a * b _c_ **d** | e | $f$ ~~g~~", "", 0 },
    { "\u202eabc\u202c d\u200be\u00adf \U000E0041g", "abc def g", "", 0 },
    { "a\rb\ac\x1b[31md", "abc\\[31md", "", 0 },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_code (void)
{
  static const Case cases[] = {
    { "Use `a[i](x)` and `<b>` [1].", "Use `a[i](x)` and `<b>` [1].", "1", 0 },
    { "Use `a[3]` and ``b[4]`` [1].", "Use `a[ 3]` and ``b[ 4]`` [1].", "1", 0 },
    { "Use `a [x](y)", "Use \\`a \\[x\\]\\(y)", "", 0 },
    { "Use `a\n[x](y)`", "Use \\`a\n\\[x\\]\\(y)\\`", "", 0 },
    { "| `a | [x](y) ` |", "| \\`a | \\[x\\]\\(y) \\` |", "", 0 },
    { "\\``[x](y)`", "\\`\\`\\[x\\]\\(y)\\`", "", 0 },
    { "``a` [x](y)", "\\`\\`a\\` \\[x\\]\\(y)", "", 0 },
    { "A\n```c\na[3] = <b>;\n\n\n  b [x](y)\n```\nB [1]",
      "A\n\n```c\na[ 3] = <b>;\n\n\n  b [x](y)\n```\nB [1]", "1", 0 },
    { "~~~\n```\n[x](y)\n~~~~\n[x](y)", "~~~\n```\n[x](y)\n~~~\n\\[x\\]\\(y)", "", 0 },
    { "```\ncode", "```\ncode\n```", "", 0 },
    { "```\ncode\n\n\n", "```\ncode\n```", "", 0 },
    { "A\n```", "A\n\n```\n```", "", 0 },
    { "```c\n", "```c\n```", "", 0 },
    { "```\ncode\n  ``` \t\n[x](y)", "```\ncode\n```\n\\[x\\]\\(y)", "", 0 },
    { "````\n```\n````\n[x]", "````\n```\n````\n\\[x\\]", "", 0 },
    { "```\n``` not the end\n```\n[x]", "```\n``` not the end\n```\n\\[x\\]", "", 0 },
    /* What readers may take for a code block or not, is none. */
    { "  ```\n[x](y)\n  ```", "  \\`\\`\\`\n\\[x\\]\\(y)\n  \\`\\`\\`", "", 0 },
    { "- ```\n[x](y)", "- \\`\\`\\`\n\\[x\\]\\(y)", "", 0 },
    { "``` a`b\n[x](y)", "\\`\\`\\` a\\`b\n\\[x\\]\\(y)", "", 0 },
    { " ~~~\n[x](y)\n~~~ é\n[x]", " \\~\\~\\~\n\\[x\\]\\(y)\n\\~\\~\\~ é\n\\[x\\]", "", 0 },
    { "[99]```\n[x](y)", "\\`\\`\\`\n\\[x\\]\\(y)", "", 1 },
    /* All of it in a code block, as models like to do. */
    { "```markdown\n## A\n\nB [2]\n```", "## A\n\nB [1]", "2", 0 },
    { "```markdown\n## A\n```c\nx[1]\n```\nB [2]\n```\n", "## A\n\n```c\nx[ 1]\n```\nB [1]", "2",
      0 },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_headings (void)
{
  static const Case cases[] = {
    { "# Title\n\n## Part [1]\nText", "## Part [1]\nText", "1", 0 },
    { "\n\n  # Title\nText\n# Second\n### Third ###\n", "Text\n## Second\n### Third ###", "", 0 },
    { "## \n#\n#tag\n####### seven", "\\#tag\n\\####### seven", "", 0 },
    { "## A [x](y) <b>", "## A \\[x\\]\\(y) \\<b>", "", 0 },
    { "A\n\n\n\n\nB  \nC", "A\n\nB\nC", "", 0 },
    { "    indented [x]\n\ttab", "    indented \\[x\\]\n\ttab", "", 0 },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

/* The model's own list of sources, and what follows it, is left out. */
static void
test_lists_of_sources (void)
{
  static const char *const heads[] = {
    "## Sources",
    "# References",
    "### **Quellen**",
    "**Sources:**",
    "Sources:",
    "Sources",
    "__Références__",
    "## 7. Fuentes",
    "SOURCES: [1] a",
    "## Bibliography ##",
    "*Sources*",
    "Literaturverzeichnis:",
    "## Works Cited:",
    "**References** [1] a?",
    "  ## List of sources",
  };
  static const Case cases[] = {
    { "A [1]\n\n[1] Title, p. 3\n[2] Other\n", "A [1]", "1", 0 },
    { "A [1]\n\n[1] Title, p. 3", "A [1]", "1", 0 },
    { "A [1]\n[^1]: Title\n\n[^2]: Other\n\nMore", "A [1]", "1", 0 },
    { "A [1]\n\n[99]: https://attacker.example\n[98]: x", "A [1]", "1", 0 },
    /* No such list. */
    { "A.\n\n[2] says so.\n\nB", "A.\n\n[1] says so.\n\nB", "2", 0 },
    { "[2] says so.\nB", "[1] says so.\nB", "2", 0 },
    { "[2] says so.\n## B\nC", "[1] says so.\n## B\nC", "2", 0 },
    { "[2][3] say so.", "[1][2] say so.", "2 3", 0 },
    { "[2], a number", "[1], a number", "2", 0 },
    { "- [2] One\n- [3] Two", "- [1] One\n- [2] Two", "2 3", 0 },
    { "## Sources of error\nA", "## Sources of error\nA", "", 0 },
    { "Sources differ.\nReferences to A: b", "Sources differ.\nReferences to A: b", "", 0 },
    { "Sources: many and good", "Sources: many and good", "", 0 },
    { "* Sources\n* Sinks", "* Sources\n* Sinks", "", 0 },
    { "**In short.** A", "**In short.** A", "", 0 },
    { "***\nA", "***\nA", "", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autofree char *input = g_strdup_printf ("A [2].\n\n%s\n- [3] b\n\nMore [4]", heads[i]);
      g_auto (Filtered) filtered = { 0 };

      filter_every_way (input, strlen (input), &filtered);
      if (strchr (heads[i], '?') != NULL)
        g_assert_nonnull (strstr (filtered.text, "More [4]"));
      else
        g_assert_cmpstr (filtered.text, ==, "A [1].");
    }
  check_cases (cases, G_N_ELEMENTS (cases));
}

/* Rubbish: no crash, nothing but UTF-8 comes out, and what is held stays bounded. */
static void
test_rubbish (void)
{
  static const char *const pieces[] = {
    "[",  "]",       "[1",   "`",           "```\n",    "~~~",    "#",     "\n",   "[^",    "【",
    "†",  "\xff",    "\xe3", "\x80",        "\\",       "<a ",    "[1]",   "](",   ":",     "//",
    "@",  "www.",    "(x)",  "(passage 3)", "\\[2\\]",  "&#91;",  "［2］", "    ", "- ",    "> ",
    "| ", "\n\n",    "http", "![",          "|---|\n",  "```a\n", "`b`",   "[99]", "[2]\n", " ",
    "\t", "Sources", "**",   "[9] x\n",     "\xf0\x9f", "a",      "é",
  };
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (guint round = 0; round < 3000; round++)
    {
      g_autoptr (GString) input = g_string_new (NULL);
      g_auto (Filtered) whole = { 0 };
      g_auto (Filtered) bytes = { 0 };
      g_auto (Filtered) thirds = { 0 };

      for (guint i = 0; i < 20; i++)
        g_string_append (input, pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))]);
      if (round % 3 == 0)
        g_string_append_len (input, "\0x\0", 3);
      filter (input->str, input->len, 0, input->len, &whole);
      filter (input->str, input->len, 0, 1, &bytes);
      filter (input->str, input->len, 2, 3, &thirds);
      assert_same (&bytes, &whole);
      assert_same (&thirds, &whole);
      assert_no_markup (whole.text);
    }
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (GString) input = g_string_new (NULL);
      g_auto (Filtered) bytes = { 0 };

      for (guint n = 0; n < 3000; n++)
        g_string_append (input, pieces[i]);
      filter (input->str, input->len, 0, 1, &bytes);
    }
}

static void
test_characters (void)
{
  static const Case cases[] = {
    { "\xff"
      "a\xc3"
      "b\xe2\x82",
      "\uFFFD"
      "a\uFFFD"
      "b\uFFFD",
      "", 0 },
    { "\xed\xa0\x80 \xc0\xaf \uFFFD", "\uFFFD \uFFFD\uFFFD \uFFFD", "", 0 },
    { "Grüße 東京 🚀 [1]", "Grüße 東京 🚀 [1]", "1", 0 },
    { "a\r\nb\u2028c", "a\nb c", "", 0 },
    { "", "", "", 0 },
  };

  check_cases (cases, G_N_ELEMENTS (cases));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/citations/forms", test_forms);
  g_test_add_func ("/citations/invented", test_invented);
  g_test_add_func ("/citations/markup", test_markup);
  g_test_add_func ("/citations/code", test_code);
  g_test_add_func ("/citations/headings", test_headings);
  g_test_add_func ("/citations/lists-of-sources", test_lists_of_sources);
  g_test_add_func ("/citations/rubbish", test_rubbish);
  g_test_add_func ("/citations/characters", test_characters);
  return g_test_run ();
}
