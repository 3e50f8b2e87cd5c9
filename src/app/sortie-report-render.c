/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-report-render.h"

#include <string.h>

static void
clear_anchor_cb (gpointer data)
{
  SortieReportAnchor *anchor = data;

  g_free (anchor->target);
}

SortieReportRender *
sortie_report_render_new (void)
{
  SortieReportRender *self = g_new0 (SortieReportRender, 1);

  self->text = g_string_new (NULL);
  self->runs = g_array_new (FALSE, FALSE, sizeof (SortieReportRun));
  self->anchors = g_array_new (FALSE, FALSE, sizeof (SortieReportAnchor));
  g_array_set_clear_func (self->anchors, clear_anchor_cb);
  return self;
}

void
sortie_report_render_free (SortieReportRender *self)
{
  if (self == NULL)
    return;
  g_string_free (self->text, TRUE);
  g_array_unref (self->runs);
  g_array_unref (self->anchors);
  g_free (self);
}

static void
add_run (SortieReportRender *self, guint start, guint end, GtkTextTag *tag)
{
  SortieReportRun run = { start, end, tag };

  if (end > start)
    g_array_append_val (self->runs, run);
}

static void
append_words (SortieReportRender *self, const char *text)
{
  g_string_append (self->text, text);
  self->n_chars += (guint) g_utf8_strlen (text, -1);
}

static void
add_citation (SortieReportRender *self, SortieReportTags *tags, guint start, guint end)
{
  GtkTextTag *bracket = sortie_report_tags_get (tags, SORTIE_REPORT_TAG_BRACKET);

  add_run (self, start, end, sortie_report_tags_get (tags, SORTIE_REPORT_TAG_CITATION));
  add_run (self, start, start + 1, bracket);
  add_run (self, end - 1, end, bracket);
}

static void
add_span (SortieReportRender *self,
          SortieReportTags *tags,
          const SortieMarkdownSpan *span,
          guint start,
          guint end)
{
  static const struct
  {
    guint style;
    SortieReportTag tag;
  } styles[] = { { SORTIE_MARKDOWN_BOLD, SORTIE_REPORT_TAG_BOLD },
                 { SORTIE_MARKDOWN_ITALIC, SORTIE_REPORT_TAG_ITALIC },
                 { SORTIE_MARKDOWN_STRIKE, SORTIE_REPORT_TAG_STRIKE },
                 { SORTIE_MARKDOWN_MONO, SORTIE_REPORT_TAG_MONO },
                 { SORTIE_MARKDOWN_LINK, SORTIE_REPORT_TAG_LINK } };
  SortieReportAnchor anchor = { start, end, span->number, g_strdup (span->target) };

  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    if ((span->style & styles[i].style) != 0)
      add_run (self, start, end, sortie_report_tags_get (tags, styles[i].tag));
  if ((span->style & SORTIE_MARKDOWN_CITATION) != 0)
    add_citation (self, tags, start, end);
  if (span->number > 0 || span->target != NULL)
    g_array_append_val (self->anchors, anchor);
}

/* The first range that ends after the block's first byte. */
static guint
find_range (const SortieReportRender *self, const SortieMarkdownBlock *block)
{
  gsize first = g_array_index (block->origins, SortieMarkdownOrigin, 0).source;
  guint low = 0;
  guint high = self->unsupported->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->unsupported, SortieReportRange, middle).end <= first)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
add_unsupported (SortieReportRender *self,
                 SortieReportTags *tags,
                 const SortieMarkdownBlock *block,
                 guint from,
                 guint to,
                 guint base)
{
  const char *text = block->text->str;
  const SortieMarkdownOrigin *last;

  if (self->unsupported == NULL || block->origins->len == 0)
    return;
  last = &g_array_index (block->origins, SortieMarkdownOrigin, block->origins->len - 1);
  for (guint i = find_range (self, block); i < self->unsupported->len; i++)
    {
      const SortieReportRange *range = &g_array_index (self->unsupported, SortieReportRange, i);
      guint start;
      guint end;

      if (range->start >= last->source + last->length)
        return;
      if (!sortie_markdown_block_find_origin (block, range->start, range->end, &start, &end))
        continue;
      start = MAX (start, from);
      end = MIN (end, to);
      if (start < end)
        add_run (self, base + (guint) g_utf8_strlen (text + from, start - from),
                 base + (guint) g_utf8_strlen (text + from, end - from),
                 sortie_report_tags_get (tags, SORTIE_REPORT_TAG_UNSUPPORTED));
    }
}

/* A part of the block's text with its spans. */
static void
append_part (SortieReportRender *self,
             SortieReportTags *tags,
             const SortieMarkdownBlock *block,
             guint from,
             guint to)
{
  const char *text = block->text->str;
  guint base = self->n_chars;
  guint at = from;
  guint n_chars = base;

  for (guint i = 0; i < block->spans->len; i++)
    {
      const SortieMarkdownSpan *span = &g_array_index (block->spans, SortieMarkdownSpan, i);
      guint start = MAX (span->start, from);
      guint end = MIN (span->end, to);
      guint first;

      if (start >= end)
        continue;
      n_chars += (guint) g_utf8_strlen (text + at, start - at);
      first = n_chars;
      n_chars += (guint) g_utf8_strlen (text + start, end - start);
      add_span (self, tags, span, first, n_chars);
      at = end;
    }
  n_chars += (guint) g_utf8_strlen (text + at, to - at);
  g_string_append_len (self->text, text + from, to - from);
  self->n_chars = n_chars;
  add_unsupported (self, tags, block, from, to, base);
}

/* A paragraph's tag has to be in its place before those of its spans: runs are in order. */
static guint
begin_line (SortieReportRender *self, GtkTextTag *tag)
{
  add_run (self, self->n_chars, self->n_chars + 1, tag);
  return self->runs->len - 1;
}

static void
end_line (SortieReportRender *self, guint run)
{
  g_string_append_c (self->text, '\n');
  self->n_chars++;
  self->line++;
  g_array_index (self->runs, SortieReportRun, run).end = self->n_chars;
}

static void
add_line_tag (SortieReportRender *self, SortieReportTags *tags, SortieReportTag tag, guint *run)
{
  *run = begin_line (self, sortie_report_tags_get (tags, tag));
}

/* A row that is too wide: its first cell, below it each other one after its column's name. Of two columns
 * that both have a name, the first names no rows: both are put one below the other in the same way. */
static void
add_stacked (SortieReportRender *self,
             SortieReportTags *tags,
             const SortieMarkdownBlock *row,
             const SortieReportTable *table)
{
  const char *text = row->text->str;
  gboolean pair = table->n_columns == 2 && sortie_report_table_get_head (table, 0) != NULL &&
                  sortie_report_table_get_head (table, 1) != NULL;
  gboolean begun = FALSE;
  guint from = 0;

  for (guint column = 0; from <= row->text->len; column++)
    {
      gboolean named = column > 0 || pair;
      const char *tab = memchr (text + from, '\t', row->text->len - from);
      guint to = tab != NULL ? (guint) (tab - text) : (guint) row->text->len;
      const char *head = sortie_report_table_get_head (table, column);
      SortieMarkdownBlock like = { .kind = SORTIE_MARKDOWN_PARAGRAPH,
                                   .depth = column > 0 && !pair,
                                   .joined = begun };
      guint line = begin_line (self, sortie_report_tags_get_block (tags, &like, to < row->text->len,
                                                                   self->line % 2 == 1));
      guint bold = self->n_chars;

      if (to > from || !named)
        {
          if (named && head != NULL)
            {
              append_words (self, head);
              append_words (self, ": ");
              add_run (self, bold, self->n_chars,
                       sortie_report_tags_get (tags, SORTIE_REPORT_TAG_BOLD));
            }
          append_part (self, tags, row, from, to);
          if (!named)
            add_run (self, bold, self->n_chars,
                     sortie_report_tags_get (tags, SORTIE_REPORT_TAG_BOLD));
          end_line (self, line);
          begun = TRUE;
        }
      else
        g_array_set_size (self->runs, line);
      from = to + 1;
    }
}

static void
add_block (SortieReportRender *self,
           SortieReportTags *tags,
           const SortieMarkdownBlock *block,
           gboolean followed,
           const SortieReportTable *table)
{
  guint lines[5];
  guint n_lines = 0;

  lines[n_lines++] =
      begin_line (self, sortie_report_tags_get_block (tags, block, followed, self->line % 2 == 1));
  if (block->kind == SORTIE_MARKDOWN_ROW)
    {
      if (table != NULL)
        lines[n_lines++] = begin_line (self, table->tag);
      add_line_tag (self, tags, SORTIE_REPORT_TAG_ROW, &lines[n_lines++]);
      if (block->head)
        add_line_tag (self, tags, SORTIE_REPORT_TAG_HEAD, &lines[n_lines++]);
    }
  else if (block->kind == SORTIE_MARKDOWN_CODE)
    add_line_tag (self, tags, SORTIE_REPORT_TAG_CODE, &lines[n_lines++]);
  else if (block->kind == SORTIE_MARKDOWN_RULE)
    add_line_tag (self, tags, SORTIE_REPORT_TAG_RULE, &lines[n_lines++]);
  if (block->quotes > 0)
    add_line_tag (self, tags, SORTIE_REPORT_TAG_QUOTE, &lines[n_lines++]);
  if (block->marker != NULL)
    {
      append_words (self, block->marker);
      append_words (self, "\t");
    }
  append_part (self, tags, block, 0, (guint) block->text->len);
  end_line (self, lines[0]);
  for (guint i = 1; i < n_lines; i++)
    g_array_index (self->runs, SortieReportRun, lines[i]).end = self->n_chars;
}

void
sortie_report_render_add (SortieReportRender *self,
                          SortieReportTags *tags,
                          GPtrArray *blocks,
                          SortieReportTable *table)
{
  for (guint i = 0; i < blocks->len; i++)
    {
      const SortieMarkdownBlock *block = g_ptr_array_index (blocks, i);
      const SortieMarkdownBlock *next = i + 1 < blocks->len ? blocks->pdata[i + 1] : NULL;
      gboolean row = block->kind == SORTIE_MARKDOWN_ROW && table != NULL && !block->joined;

      if (row)
        sortie_report_table_measure (table, block, sortie_report_tags_get_zoom (tags));
      if (row && table->stacked && block->head)
        continue;
      if (row && table->stacked)
        add_stacked (self, tags, block, table);
      else
        add_block (self, tags, block, next != NULL && next->joined, row ? table : NULL);
    }
}

/* The first character that any run from the index on touches. */
static guint
get_first_start (const GArray *runs, guint from, guint limit)
{
  for (guint i = from; i < runs->len; i++)
    limit = MIN (limit, g_array_index (runs, SortieReportRun, i).start);
  return limit;
}

guint
sortie_report_render_compare (const SortieReportRender *self,
                              const SortieReportRender *other,
                              gsize *bytes)
{
  gsize limit = MIN (self->text->len, other->text->len);
  gsize same = 0;
  guint i = 0;
  guint n_chars;

  while (same < limit && self->text->str[same] == other->text->str[same])
    same++;
  while (same > 0 && (self->text->str[same] & 0xc0) == 0x80)
    same--;
  n_chars = (guint) g_utf8_strlen (self->text->str, (gssize) same);
  for (; i < MIN (self->runs->len, other->runs->len); i++)
    {
      const SortieReportRun *a = &g_array_index (self->runs, SortieReportRun, i);
      const SortieReportRun *b = &g_array_index (other->runs, SortieReportRun, i);

      if (a->start != b->start || a->tag != b->tag)
        break;
      if (a->end != b->end)
        n_chars = MIN (n_chars, MIN (a->end, b->end));
    }
  n_chars = get_first_start (self->runs, i, n_chars);
  n_chars = get_first_start (other->runs, i, n_chars);
  *bytes = (gsize) (g_utf8_offset_to_pointer (self->text->str, n_chars) - self->text->str);
  return n_chars;
}
