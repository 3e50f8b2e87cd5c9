/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-markdown-blocks.h"

#include <string.h>

static char *
read_data (const char *name, gsize *length)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "app", "data", name, NULL);
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, length, &error);
  g_assert_no_error (error);
  return text;
}

/* Everything of the blocks, as text. */
static void
append_blocks (GString *out, GPtrArray *blocks)
{
  for (guint i = 0; i < blocks->len; i++)
    {
      const SortieMarkdownBlock *block = g_ptr_array_index (blocks, i);

      g_assert_true (g_utf8_validate (block->text->str, (gssize) block->text->len, NULL));
      g_assert_cmpuint (block->text->len, <=, SORTIE_MARKDOWN_MAX_BLOCK + SORTIE_MARKDOWN_MAX_RUN);
      g_string_append_printf (out, "%d %u %u %u%s%s %s «%s»", block->kind, block->level,
                              block->depth, block->quotes, block->head ? " head" : "",
                              block->joined ? " joined" : "",
                              block->marker != NULL ? block->marker : "", block->text->str);
      for (guint s = 0; s < block->spans->len; s++)
        {
          const SortieMarkdownSpan *span = &g_array_index (block->spans, SortieMarkdownSpan, s);

          g_assert_cmpuint (span->start, <, span->end);
          g_assert_cmpuint (span->end, <=, block->text->len);
          g_string_append_printf (out, " %u-%u:%u:%u:%s", span->start, span->end, span->style,
                                  span->number, span->target != NULL ? span->target : "");
        }
      g_string_append_c (out, '\n');
    }
}

static void
append_pieces (GString *out, const char *text, const GArray *pieces, guint from)
{
  for (guint i = from; i < pieces->len; i++)
    {
      g_autoptr (GPtrArray) blocks =
          sortie_markdown_parse (text, &g_array_index (pieces, SortieMarkdownPiece, i));

      append_blocks (out, blocks);
    }
}

static char *
describe_whole (const char *text, gsize length)
{
  SortieMarkdownPiece all = { .end = length, .kind = SORTIE_MARKDOWN_PIECE_TEXT };
  g_autoptr (GPtrArray) blocks = sortie_markdown_parse (text, &all);
  GString *out = g_string_new (NULL);

  append_blocks (out, blocks);
  return g_string_free (out, FALSE);
}

/* Whether of the last line nothing but blanks has come. */
static gboolean
ends_in_blanks (const char *text, gsize length)
{
  gsize at = length;

  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t'))
    at--;
  return at < length && (at == 0 || text[at - 1] == '\n');
}

/* What is shown while the text grows byte by byte is at each moment what md4c makes of the whole. */
static void
check_growth (const char *name)
{
  gsize length;
  g_autofree char *text = read_data (name, &length);
  g_autoptr (SortieMarkdownCutter) cutter = sortie_markdown_cutter_new ();
  g_autoptr (GString) closed = g_string_new (NULL);
  const GArray *pieces = sortie_markdown_cutter_get_pieces (cutter);
  guint n_closed = 0;

  for (gsize cut = 0; cut <= length; cut++)
    {
      g_autofree char *prefix = g_strndup (text, cut);
      g_autofree char *whole = describe_whole (prefix, cut);
      g_autoptr (GArray) open = NULL;
      g_autoptr (GString) seen = NULL;

      g_assert_true (sortie_markdown_cutter_feed (cutter, prefix, cut, 0) || cut > 0);
      append_pieces (closed, prefix, pieces, n_closed);
      n_closed = pieces->len;
      open = sortie_markdown_cutter_dup_open (cutter, prefix, cut);
      seen = g_string_new (closed->str);
      append_pieces (seen, prefix, open, 0);
      /* md4c shows the blanks of a list's indentation between fences until their line ends. */
      if (ends_in_blanks (prefix, cut))
        continue;
      if (strcmp (seen->str, whole) != 0)
        g_error ("%s, cut at %" G_GSIZE_FORMAT " (…%s):\n%s\ninstead of\n%s", name, cut,
                 prefix + (cut > 60 ? cut - 60 : 0), seen->str, whole);
    }
  g_assert_cmpuint (n_closed, >, 10);
}

static void
test_growth_rich (void)
{
  check_growth ("rich.md");
}

static void
test_growth_report (void)
{
  check_growth ("report.md");
}

/* ---- Anything at all ---- */

static char *
describe_all (const char *text, gsize length)
{
  g_autoptr (GPtrArray) blocks = sortie_markdown_parse_all (text, length);
  GString *out = g_string_new (NULL);

  append_blocks (out, blocks);
  return g_string_free (out, FALSE);
}

/* Pieces follow each other without a gap, none is too long, and how the text came does not matter. */
static void
check_any (const char *text, gsize length, gsize step)
{
  g_autoptr (SortieMarkdownCutter) cutter = sortie_markdown_cutter_new ();
  const GArray *pieces = sortie_markdown_cutter_get_pieces (cutter);
  g_autoptr (GArray) open = NULL;
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autofree char *at_once = describe_all (text, length);
  gsize end = 0;

  for (gsize at = step; at < length; at += step)
    sortie_markdown_cutter_feed (cutter, text, at, 0);
  sortie_markdown_cutter_feed (cutter, text, length, 0);
  open = sortie_markdown_cutter_dup_open (cutter, text, length);
  for (guint i = 0; i < pieces->len + open->len; i++)
    {
      const SortieMarkdownPiece *piece =
          i < pieces->len ? &g_array_index (pieces, SortieMarkdownPiece, i)
                          : &g_array_index (open, SortieMarkdownPiece, i - pieces->len);

      g_assert_cmpuint (piece->start, ==, end);
      g_assert_cmpuint (piece->end, >, piece->start);
      g_assert_cmpuint (piece->end - piece->start, <=, 2 * SORTIE_MARKDOWN_MAX_PIECE);
      end = piece->end;
    }
  g_assert_cmpuint (end, ==, length);
  append_pieces (seen, text, pieces, 0);
  append_pieces (seen, text, open, 0);
  g_assert_cmpstr (seen->str, ==, at_once);
}

static void
check_repeated (const char *part, guint times)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < times; i++)
    g_string_append (text, part);
  check_any (text->str, text->len, 7919);
  g_string_free (text, TRUE);
}

static void
test_long (void)
{
  static const char *const parts[] = {
    "word ",   "word",     "> ",       "- ", "  - a\n",  "[",        "**a *b ",   "`",   "|a",
    "| a |\n", "\303\244", "```\n",    "\r", "\n",       "1. ",      "![](",      "<a ", "&#1;",
    "[1]",     "\\",       "~~~\na\n", "\t", "[a]: b\n", "a\n- b\n", "| a\n|-|\n"
  };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    check_repeated (parts[i], 9000);
}

/* Bytes that are no UTF-8, NUL, and lines put together by chance. */
static void
test_random (void)
{
  static const char *const parts[] = { "- ",    "1. ",    "  ",   "\n",       "\n\n",  "> ",
                                       "```\n", "# ",     "| a ", "|-|",      "|\n",   "text ",
                                       "[1]",   "[2]: x", "*",    "\t",       "---\n", "    ",
                                       "\\",    "`",      "\377", "\342\202", "<b>" };

  for (guint round = 0; round < 400; round++)
    {
      GString *text = g_string_new (NULL);
      guint n_parts = (guint) g_test_rand_int_range (1, 60);

      for (guint i = 0; i < n_parts; i++)
        g_string_append (text, parts[g_test_rand_int_range (0, G_N_ELEMENTS (parts))]);
      if (round % 10 == 0)
        g_string_append_c (text, '\0');
      for (gsize step = 1; step < 8; step += 3)
        check_any (text->str, text->len, step);
      g_string_free (text, TRUE);
    }
}

/* No definition makes a link of a citation, however it is written. */
static void
test_definitions (void)
{
  static const char *const texts[] = {
    "[5]: https://example.org\n\nA claim. [5]",
    "A claim. [5]\n\n[5]: <https://example.org> 'title'\n",
    "> [5]: https://example.org\n\nA claim. [5]",
    "- [5]: https://example.org\n- A claim. [5]",
    "[5]:\nhttps://example.org\n\nA claim. [5]",
    "[\n5]: https://example.org\n\nA claim. [5]",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GPtrArray) blocks = sortie_markdown_parse_all (texts[i], strlen (texts[i]));
      guint n_citations = 0;

      for (guint b = 0; b < blocks->len; b++)
        {
          const SortieMarkdownBlock *block = g_ptr_array_index (blocks, b);

          for (guint s = 0; s < block->spans->len; s++)
            {
              const SortieMarkdownSpan *span = &g_array_index (block->spans, SortieMarkdownSpan, s);

              /* An address in angle brackets is a link, of itself. */
              if (span->target != NULL)
                g_assert_cmpuint (span->end - span->start, ==, strlen (span->target));
              n_citations += span->number == 5;
            }
        }
      g_assert_cmpuint (n_citations, >=, 1);
    }
}

/* Each source is a line; the backslash at its end is not seen, after the last one neither. */
static void
test_sources (void)
{
  const char *text = "## Sources\n[1] First — a.pdf\\\n[2] Second — b.md\\\n\n---\nEnd\\\n";
  static const char *const shown[] = { "Sources", "[1] First — a.pdf", "[2] Second — b.md", "",
                                       "End\\" };
  g_autoptr (GPtrArray) blocks = sortie_markdown_parse_all (text, strlen (text));

  g_assert_cmpuint (blocks->len, ==, G_N_ELEMENTS (shown));
  for (guint i = 0; i < blocks->len; i++)
    g_assert_cmpstr (((const SortieMarkdownBlock *) blocks->pdata[i])->text->str, ==, shown[i]);
}

/* A range of the Markdown is found in what is shown of it. */
static void
test_origins (void)
{
  const char *text = "Intro.\n\n> - Some *marked* wörds [1]\\\n>   and \\[more\\] `code]: x`.\n";
  const char *wanted = strstr (text, "marked*");
  gsize start = (gsize) (wanted - text);
  gsize end = (gsize) (strstr (text, " [1]") - text);
  g_autoptr (GPtrArray) blocks = sortie_markdown_parse_all (text, strlen (text));
  g_autofree char *found = NULL;
  const SortieMarkdownBlock *block = g_ptr_array_index (blocks, 1);
  const SortieMarkdownBlock *last = g_ptr_array_index (blocks, 2);
  guint from;
  guint to;

  g_assert_false (
      sortie_markdown_block_find_origin (g_ptr_array_index (blocks, 0), start, end, &from, &to));
  g_assert_true (sortie_markdown_block_find_origin (block, start, end, &from, &to));
  found = g_strndup (block->text->str + from, to - from);
  g_assert_cmpstr (found, ==, "marked wörds");
  g_assert_cmpstr (last->text->str, ==, "and [more] code]: x.");
  start = (gsize) (strstr (text, "x`") - text);
  g_assert_true (sortie_markdown_block_find_origin (last, start, start + 1, &from, &to));
  g_assert_cmpuint (from, ==, strlen ("and [more] code]: "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/markdown-blocks/growth-rich", test_growth_rich);
  g_test_add_func ("/markdown-blocks/growth-report", test_growth_report);
  g_test_add_func ("/markdown-blocks/long", test_long);
  g_test_add_func ("/markdown-blocks/random", test_random);
  g_test_add_func ("/markdown-blocks/definitions", test_definitions);
  g_test_add_func ("/markdown-blocks/sources", test_sources);
  g_test_add_func ("/markdown-blocks/origins", test_origins);
  return g_test_run ();
}
