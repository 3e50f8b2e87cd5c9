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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/markdown-blocks/growth-rich", test_growth_rich);
  g_test_add_func ("/markdown-blocks/growth-report", test_growth_report);
  return g_test_run ();
}
