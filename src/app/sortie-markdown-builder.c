/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-markdown-builder.h"

#include <string.h>

#define MAX_CITATION_DIGITS 5

void
sortie_markdown_block_free (SortieMarkdownBlock *self)
{
  if (self == NULL)
    return;
  g_free (self->marker);
  g_string_free (self->text, TRUE);
  g_array_unref (self->spans);
  g_array_unref (self->origins);
  g_clear_pointer (&self->targets, g_ptr_array_unref);
  g_free (self);
}

void
sortie_markdown_builder_init (SortieMarkdownBuilder *self,
                              const SortieMarkdownCopy *copy,
                              guint depth)
{
  *self = (SortieMarkdownBuilder){ .copy = copy, .depth = depth };
  self->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_markdown_block_free);
}

GPtrArray *
sortie_markdown_builder_end (SortieMarkdownBuilder *self)
{
  sortie_markdown_builder_end_item (self);
  for (guint i = 0; i < MIN (self->n_links, SORTIE_MARKDOWN_MAX_LINKS); i++)
    g_free (self->links[i]);
  return self->blocks;
}

void
sortie_markdown_builder_open (SortieMarkdownBuilder *self)
{
  SortieMarkdownBlock *block;

  if (self->block != NULL)
    return;
  block = g_new0 (SortieMarkdownBlock, 1);
  block->kind = self->kind;
  block->level = self->kind == SORTIE_MARKDOWN_HEADING ? self->level : 0;
  block->depth = MIN (self->depth, SORTIE_MARKDOWN_MAX_DEPTH);
  block->quotes = MIN (self->quotes, SORTIE_MARKDOWN_MAX_DEPTH);
  block->head = self->kind == SORTIE_MARKDOWN_ROW && self->head;
  block->joined = self->joined;
  block->marker = g_steal_pointer (&self->marker);
  block->text = g_string_new (NULL);
  block->spans = g_array_new (FALSE, FALSE, sizeof (SortieMarkdownSpan));
  block->origins = g_array_new (FALSE, FALSE, sizeof (SortieMarkdownOrigin));
  self->joined = FALSE;
  self->run = 0;
  self->block = block;
}

void
sortie_markdown_builder_flush (SortieMarkdownBuilder *self)
{
  self->joined = FALSE;
  if (self->block != NULL)
    g_ptr_array_add (self->blocks, g_steal_pointer (&self->block));
}

void
sortie_markdown_builder_end_paragraph (SortieMarkdownBuilder *self)
{
  SortieMarkdownBlock *block = self->block;

  if (block != NULL && block->spans->len > 0 && block->text->len > 0 &&
      block->text->str[block->text->len - 1] == '\\' &&
      g_array_index (block->spans, SortieMarkdownSpan, 0).start == 0 &&
      g_array_index (block->spans, SortieMarkdownSpan, 0).number > 0 &&
      g_array_index (block->spans, SortieMarkdownSpan, block->spans->len - 1).end <
          block->text->len)
    {
      g_string_truncate (block->text, block->text->len - 1);
      if (block->origins->len > 0)
        g_array_index (block->origins, SortieMarkdownOrigin, block->origins->len - 1).length--;
    }
  sortie_markdown_builder_flush (self);
}

void
sortie_markdown_builder_take_marker (SortieMarkdownBuilder *self, char *marker)
{
  sortie_markdown_builder_end_item (self);
  self->marker = marker;
}

void
sortie_markdown_builder_end_item (SortieMarkdownBuilder *self)
{
  sortie_markdown_builder_flush (self);
  if (self->marker == NULL)
    return;
  self->kind = SORTIE_MARKDOWN_PARAGRAPH;
  sortie_markdown_builder_open (self);
  sortie_markdown_builder_flush (self);
}

void
sortie_markdown_builder_break (SortieMarkdownBuilder *self)
{
  sortie_markdown_builder_flush (self);
  self->joined = TRUE;
}

static guint
get_style (const SortieMarkdownBuilder *self)
{
  return (self->n_bold > 0 ? SORTIE_MARKDOWN_BOLD : 0) |
         (self->n_italic > 0 ? SORTIE_MARKDOWN_ITALIC : 0) |
         (self->n_strike > 0 ? SORTIE_MARKDOWN_STRIKE : 0) |
         (self->n_mono > 0 ? SORTIE_MARKDOWN_MONO : 0) |
         (self->n_links > 0 ? SORTIE_MARKDOWN_LINK : 0);
}

/* The block keeps one copy of a target that several spans have. */
static const char *
keep_target (SortieMarkdownBlock *block, const char *target)
{
  const char *last;

  if (block->targets == NULL)
    block->targets = g_ptr_array_new_with_free_func (g_free);
  last =
      block->targets->len > 0 ? g_ptr_array_index (block->targets, block->targets->len - 1) : NULL;
  if (last == NULL || strcmp (last, target) != 0)
    g_ptr_array_add (block->targets, g_strdup (target));
  return g_ptr_array_index (block->targets, block->targets->len - 1);
}

/* What was appended from `start` on looks like this. */
static void
mark_span (SortieMarkdownBuilder *self, guint start, guint style, guint number)
{
  SortieMarkdownBlock *block = self->block;
  SortieMarkdownSpan span = { start, (guint) block->text->len, style, number, NULL };
  SortieMarkdownSpan *last = NULL;

  if (style == 0 || span.end == start)
    return;
  if ((style & SORTIE_MARKDOWN_LINK) != 0)
    span.target =
        keep_target (block, self->links[MIN (self->n_links, SORTIE_MARKDOWN_MAX_LINKS) - 1]);
  if (block->spans->len > 0)
    last = &g_array_index (block->spans, SortieMarkdownSpan, block->spans->len - 1);
  if (last != NULL && last->end == start && last->style == style && number == 0 &&
      last->target == span.target)
    last->end = span.end;
  else
    g_array_append_val (block->spans, span);
}

/* Text of the copy, to be found again in the source. */
static void
mark_origin (SortieMarkdownBuilder *self, const char *text, gsize length)
{
  const GString *copy = self->copy->text;
  SortieMarkdownOrigin origin = { (guint) self->block->text->len, (guint) length, 0 };

  if (length == 0 || text < copy->str || text >= copy->str + copy->len)
    return;
  origin.source = sortie_markdown_copy_get_source (self->copy, (gsize) (text - copy->str));
  if (origin.source != SORTIE_MARKDOWN_NO_SOURCE)
    g_array_append_val (self->block->origins, origin);
}

/* What must not be shown: a terminal's and a reader's eye would be led astray. */
static gboolean
is_unfit (gunichar c)
{
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff ||
         c == 0xfffc || c == 0x2028 || c == 0x2029 || c == 0xad;
}

static gboolean
is_blank (gunichar c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029;
}

/* Breaks what is too long to be shown on one line, or in one paragraph. */
static void
make_room (SortieMarkdownBuilder *self, gboolean blank)
{
  if (blank)
    self->run = 0;
  if (self->run < SORTIE_MARKDOWN_MAX_RUN &&
      (self->block->text->len < SORTIE_MARKDOWN_MAX_BLOCK || !blank))
    return;
  sortie_markdown_builder_break (self);
  sortie_markdown_builder_open (self);
}

void
sortie_markdown_builder_append (SortieMarkdownBuilder *self, const char *text, gsize length)
{
  const char *end = text + length;
  const char *start = text;
  guint style = get_style (self);
  guint span;

  sortie_markdown_builder_open (self);
  span = (guint) self->block->text->len;
  for (const char *p = text; p < end;)
    {
      gunichar c = g_utf8_get_char (p);
      const char *next = g_utf8_next_char (p);
      gboolean blank = is_blank (c);
      gboolean unfit = is_unfit (c);
      gboolean full =
          blank ? self->block->text->len + (gsize) (p - start) >= SORTIE_MARKDOWN_MAX_BLOCK
                : self->run >= SORTIE_MARKDOWN_MAX_RUN;

      self->run = blank ? 0 : self->run + (guint) (next - p);
      if (unfit || full)
        {
          mark_origin (self, start, (gsize) (p - start));
          g_string_append_len (self->block->text, start, p - start);
          start = unfit ? next : p;
        }
      if (full)
        {
          mark_span (self, span, style, 0);
          make_room (self, blank);
          span = 0;
          self->run = 0;
        }
      if (unfit && blank)
        g_string_append_c (self->block->text, ' ');
      p = next;
    }
  mark_origin (self, start, (gsize) (end - start));
  g_string_append_len (self->block->text, start, end - start);
  mark_span (self, span, style, 0);
}

/* `[n]` at `text`: its length; 0 where it is none. */
static gsize
read_citation (const char *text, const char *end, guint *number)
{
  gsize i = 1;
  guint n = 0;

  while (text + i < end && g_ascii_isdigit (text[i]) && i <= MAX_CITATION_DIGITS)
    n = n * 10 + (guint) (text[i++] - '0');
  if (i == 1 || text[1] == '0' || text + i >= end || text[i] != ']')
    return 0;
  *number = n;
  return i + 1;
}

/* Whether a backslash takes the bracket its meaning. */
static gboolean
is_escaped (const SortieMarkdownBuilder *self, const char *text)
{
  const GString *copy = self->copy->text;
  guint n = 0;

  if (text < copy->str || text >= copy->str + copy->len)
    return FALSE;
  while (text > copy->str && text[-1] == '\\')
    {
      n++;
      text--;
    }
  return n % 2 == 1;
}

static void
append_citation (SortieMarkdownBuilder *self, const char *text, gsize length, guint number)
{
  guint start;

  sortie_markdown_builder_open (self);
  if (self->run + length > SORTIE_MARKDOWN_MAX_RUN)
    {
      sortie_markdown_builder_break (self);
      sortie_markdown_builder_open (self);
    }
  start = (guint) self->block->text->len;
  mark_origin (self, text, length);
  g_string_append_len (self->block->text, text, (gssize) length);
  self->run += (guint) length;
  mark_span (self, start, get_style (self) | SORTIE_MARKDOWN_CITATION, number);
}

void
sortie_markdown_builder_append_prose (SortieMarkdownBuilder *self, const char *text, gsize length)
{
  const char *end = text + length;
  const char *start = text;
  const char *p = text;

  if (self->n_links > 0)
    {
      sortie_markdown_builder_append (self, text, length);
      return;
    }
  while (p < end && (p = memchr (p, '[', (gsize) (end - p))) != NULL)
    {
      guint number = 0;
      gsize citation = read_citation (p, end, &number);

      if (citation > 0 && !is_escaped (self, p))
        {
          if (p > start)
            sortie_markdown_builder_append (self, start, (gsize) (p - start));
          append_citation (self, p, citation, number);
          start = p + citation;
        }
      p += MAX (citation, 1);
    }
  if (start < end)
    sortie_markdown_builder_append (self, start, (gsize) (end - start));
}

void
sortie_markdown_builder_append_tab (SortieMarkdownBuilder *self)
{
  sortie_markdown_builder_open (self);
  g_string_append_c (self->block->text, '\t');
  self->run = 0;
}
