/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-markdown-html.h"

#include "sortie-markdown-blocks.h"

#include <stdlib.h>
#include <string.h>

static const char head[] =
    "<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
    "style-src 'unsafe-inline'\">";
static const char style[] =
    ":root{color-scheme:light dark}"
    "body{font:17px/1.55 system-ui,sans-serif;max-width:44rem;margin:2.5rem auto;padding:0 1.2rem}"
    "h1{font-size:1.75rem;line-height:1.25}h2{font-size:1.3rem;margin-top:2rem}"
    "table{border-collapse:collapse;margin:1rem 0}"
    "th,td{border-bottom:1px solid #8886;padding:.4rem 1rem .4rem 0;text-align:left;"
    "vertical-align:top}"
    "blockquote{margin:1rem 0;padding-left:1rem;border-left:3px solid #8886}"
    "pre{background:#8882;padding:.7rem;overflow:auto}code{font-size:.92em}"
    "a.n{font-size:.75em;font-weight:600;text-decoration:none;padding:0 .3em;border-radius:.4em;"
    "background:#3584e429}hr{border:0;border-top:1px solid #8886;margin:2rem 0}"
    "ul,ol{padding-left:1.6rem}";

/* What is open around a block. */
typedef struct
{
  GString *out;
  guint quotes;
  guint depth;
  char lists[SORTIE_MARKDOWN_MAX_DEPTH + 1]; /* u or o, by depth */
  gboolean table;
  gboolean code;
  gboolean last;       /* section: the list of sources */
  GHashTable *sources; /* numbers that have a line in it */
} Page;

static void
append_text (GString *out, const char *text, gsize length)
{
  g_autofree char *escaped = g_markup_escape_text (text, (gssize) length);

  g_string_append (out, escaped);
}

static gboolean
may_link (const char *target)
{
  return g_ascii_strncasecmp (target, "https://", 8) == 0 ||
         g_ascii_strncasecmp (target, "http://", 7) == 0 ||
         g_ascii_strncasecmp (target, "mailto:", 7) == 0;
}

static void
append_span (Page *self, const SortieMarkdownBlock *block, const SortieMarkdownSpan *span)
{
  static const struct
  {
    guint style;
    const char *element;
  } elements[] = { { SORTIE_MARKDOWN_BOLD, "strong" },
                   { SORTIE_MARKDOWN_ITALIC, "em" },
                   { SORTIE_MARKDOWN_STRIKE, "del" },
                   { SORTIE_MARKDOWN_MONO, "code" } };
  gboolean link = span->target != NULL && may_link (span->target);
  gsize n = G_N_ELEMENTS (elements);

  if (link)
    {
      g_string_append (self->out, "<a rel=\"noreferrer\" href=\"");
      append_text (self->out, span->target, strlen (span->target));
      g_string_append (self->out, "\">");
    }
  if (span->number > 0)
    {
      /* At the start of a block it is a line of the list of sources. */
      gboolean source = self->last && span->start == 0 &&
                        g_hash_table_add (self->sources, GUINT_TO_POINTER (span->number));

      g_string_append_printf (self->out, "<a class=\"n\" %s%u\">",
                              source ? "id=\"source-" : "href=\"#source-", span->number);
    }
  for (gsize i = 0; i < n; i++)
    if ((span->style & elements[i].style) != 0)
      g_string_append_printf (self->out, "<%s>", elements[i].element);
  append_text (self->out, block->text->str + span->start, span->end - span->start);
  for (gsize i = n; i > 0; i--)
    if ((span->style & elements[i - 1].style) != 0)
      g_string_append_printf (self->out, "</%s>", elements[i - 1].element);
  if (link || span->number > 0)
    g_string_append (self->out, "</a>");
}

static void
append_part (Page *self, const SortieMarkdownBlock *block, guint from, guint to)
{
  for (guint i = 0; i < block->spans->len; i++)
    {
      SortieMarkdownSpan span = g_array_index (block->spans, SortieMarkdownSpan, i);

      span.start = MAX (span.start, from);
      span.end = MIN (span.end, to);
      if (span.start >= span.end)
        continue;
      append_text (self->out, block->text->str + from, span.start - from);
      append_span (self, block, &span);
      from = span.end;
    }
  append_text (self->out, block->text->str + from, to - from);
}

static void
append_row (Page *self, const SortieMarkdownBlock *block)
{
  const char *cell = block->head ? "th" : "td";
  guint from = 0;

  if (!self->table || block->head)
    g_string_append (self->out, self->table ? "</table>\n<table>" : "<table>");
  self->table = TRUE;
  g_string_append (self->out, "<tr>");
  while (from <= block->text->len)
    {
      const char *tab = memchr (block->text->str + from, '\t', block->text->len - from);
      guint to = tab != NULL ? (guint) (tab - block->text->str) : (guint) block->text->len;

      g_string_append_printf (self->out, "<%s>", cell);
      append_part (self, block, from, to);
      g_string_append_printf (self->out, "</%s>", cell);
      from = to + 1;
    }
  g_string_append (self->out, "</tr>\n");
}

static void
close_lists (Page *self, guint depth)
{
  for (; self->depth > depth; self->depth--)
    g_string_append (self->out, self->lists[self->depth] == 'o' ? "</li></ol>\n" : "</li></ul>\n");
}

static void
close_leaves (Page *self)
{
  if (self->table)
    g_string_append (self->out, "</table>\n");
  if (self->code)
    g_string_append (self->out, "</code></pre>\n");
  self->table = FALSE;
  self->code = FALSE;
}

/* Closes and opens what stands around the block. */
static void
enter (Page *self, const SortieMarkdownBlock *block)
{
  gboolean ordered = block->marker != NULL && g_ascii_isdigit (*block->marker);
  char kind = ordered ? 'o' : 'u';

  if (block->kind != SORTIE_MARKDOWN_ROW || block->marker != NULL || block->depth != self->depth ||
      block->quotes != self->quotes)
    if (block->kind != SORTIE_MARKDOWN_CODE || !self->code || block->marker != NULL)
      close_leaves (self);
  if (block->quotes != self->quotes)
    close_lists (self, 0);
  for (; self->quotes > block->quotes; self->quotes--)
    g_string_append (self->out, "</blockquote>\n");
  for (; self->quotes < block->quotes; self->quotes++)
    g_string_append (self->out, "<blockquote>\n");
  close_lists (self, block->depth);
  if (block->marker != NULL && self->depth == block->depth && self->lists[self->depth] != kind)
    close_lists (self, block->depth - 1);
  else if (block->marker != NULL && self->depth == block->depth)
    g_string_append (self->out, "</li>\n<li>");
  for (; self->depth < block->depth; self->depth++)
    {
      self->lists[self->depth + 1] = kind;
      if (ordered && self->depth + 1 == block->depth)
        g_string_append_printf (self->out, "<ol start=\"%d\"><li>", atoi (block->marker));
      else
        g_string_append_printf (self->out, "<%cl><li>", kind);
    }
}

static void
append_block (Page *self, const SortieMarkdownBlock *block)
{
  guint length = (guint) block->text->len;

  enter (self, block);
  switch (block->kind)
    {
    case SORTIE_MARKDOWN_HEADING:
      g_string_append_printf (self->out, "<h%u>", block->level);
      append_part (self, block, 0, length);
      g_string_append_printf (self->out, "</h%u>\n", block->level);
      break;
    case SORTIE_MARKDOWN_CODE:
      g_string_append (self->out, self->code ? "\n" : "<pre><code>");
      self->code = TRUE;
      append_part (self, block, 0, length);
      break;
    case SORTIE_MARKDOWN_ROW:
      append_row (self, block);
      break;
    case SORTIE_MARKDOWN_RULE:
      g_string_append (self->out, "<hr>\n");
      break;
    case SORTIE_MARKDOWN_PARAGRAPH:
    default:
      g_string_append (self->out, block->joined ? "<br>" : "<p>");
      append_part (self, block, 0, length);
      g_string_append_c (self->out, '\n');
      break;
    }
}

static guint
find_last_heading (GPtrArray *blocks)
{
  for (guint i = blocks->len; i > 0; i--)
    if (((const SortieMarkdownBlock *) blocks->pdata[i - 1])->kind == SORTIE_MARKDOWN_HEADING)
      return i - 1;
  return G_MAXUINT;
}

char *
sortie_markdown_to_html (const char *text, gsize length, const char *title)
{
  g_autoptr (GPtrArray) blocks = sortie_markdown_parse_all (text, length);
  g_autoptr (GHashTable) sources = g_hash_table_new (NULL, NULL);
  Page page = { .out = g_string_new ("<!DOCTYPE html>\n<html><head>"), .sources = sources };
  guint last = find_last_heading (blocks);

  g_string_append (page.out, head);
  g_string_append (page.out, "<title>");
  append_text (page.out, title, strlen (title));
  g_string_append_printf (page.out, "</title><style>%s</style></head><body>\n", style);
  for (guint i = 0; i < blocks->len; i++)
    {
      page.last |= i == last;
      append_block (&page, g_ptr_array_index (blocks, i));
    }
  close_leaves (&page);
  close_lists (&page, 0);
  for (; page.quotes > 0; page.quotes--)
    g_string_append (page.out, "</blockquote>\n");
  g_string_append (page.out, "</body></html>\n");
  return g_string_free (page.out, FALSE);
}
