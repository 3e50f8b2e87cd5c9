/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-passages.h"

#include <string.h>

#include "sortie-text.h"

#define ENOUGH_WORDS 100 /* a passage of so many ends with its paragraph */
#define FULL_WORDS 160   /* no paragraph is added beyond */
#define WHOLE_WORDS 200  /* a paragraph of so many stays in one piece */
#define PIECE_WORDS 140  /* about as many are in a piece of a longer one */
#define FEW_WORDS 20     /* a rest of so few joins the passage before it */
#define UNIT_BYTES 4000  /* what is never cut; below SORTIE_PASSAGE_MAX_BYTES */

typedef struct
{
  const SortieExtract *extract;
  GArray *cuts;
  SortieCut open;
  gboolean has_body;
  gboolean has_heading;
} Cutter;

/* White space parts words; in scripts without spaces two characters count as one. */
static guint
count_words (const char *text, gsize length)
{
  gboolean inside = FALSE;
  guint n = 0;
  guint n_wide = 0;

  for (gsize i = 0; i < length; i++)
    {
      guchar byte = (guchar) text[i];

      n_wide += byte >= 0xe3 && byte < 0xf5;
      if (byte <= ' ')
        inside = FALSE;
      else if (!inside)
        {
          inside = TRUE;
          n++;
        }
    }
  return n + n_wide / 2;
}

static void
flush (Cutter *self)
{
  SortieCut *last;

  if (self->open.end == self->open.start)
    return;
  last = self->cuts->len > 0 ? &g_array_index (self->cuts, SortieCut, self->cuts->len - 1) : NULL;
  if (last != NULL && !self->has_heading && self->open.words < FEW_WORDS &&
      last->page == self->open.page && last->heading == self->open.heading &&
      last->words + self->open.words <= WHOLE_WORDS &&
      self->open.end - last->start <= SORTIE_PASSAGE_MAX_BYTES)
    {
      last->end = self->open.end;
      last->words += self->open.words;
    }
  else
    {
      g_array_append_val (self->cuts, self->open);
    }
  self->open.start = self->open.end;
  self->open.words = 0;
  self->has_body = FALSE;
  self->has_heading = FALSE;
}

/* Adds what is not cut any further: a range that starts where the last one ended. */
static void
add_unit (Cutter *self, const SortieBlock *block, gsize end, guint words)
{
  gboolean is_heading = block->kind == SORTIE_BLOCK_HEADING;

  if (end - self->open.start > SORTIE_PASSAGE_MAX_BYTES)
    flush (self);
  if (!self->has_body)
    {
      self->open.page = block->page;
      self->open.heading = block->heading;
    }
  self->open.end = end;
  self->open.words += words;
  self->has_body = self->has_body || !is_heading;
  self->has_heading = self->has_heading || is_heading;
}

static void
append_span (GArray *spans, gsize start, gsize end)
{
  SortieSpan span = { start, end };

  g_array_append_val (spans, span);
}

/* A run without sentence ends, cut at spaces, and where there is none at characters. */
static void
append_bounded (GArray *spans, const char *text, gsize start, gsize end)
{
  while (end - start > UNIT_BYTES || count_words (text + start, end - start) > WHOLE_WORDS)
    {
      gsize limit = start + MIN (end - start, UNIT_BYTES);
      gsize cut = start;
      guint words = 0;

      for (gsize i = start + 1; i < limit; i++)
        if (text[i - 1] == ' ' || text[i - 1] == '\n')
          {
            cut = i;
            if (++words >= PIECE_WORDS)
              break;
          }
      if (cut == start || (words < PIECE_WORDS && cut < limit - UNIT_BYTES / 2))
        cut = start + sortie_text_whole_characters (text + start, limit - start);
      if (cut == start || cut >= end)
        break;
      append_span (spans, start, cut);
      start = cut;
    }
  append_span (spans, start, end);
}

/* The units of a long block: its lines, or its sentences with the white space after them. */
static GArray *
split_block (const char *text, const SortieBlock *block, gsize end)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (SortieSpan));
  gsize start = block->start;

  if (block->kind == SORTIE_BLOCK_PRE)
    {
      for (const char *p = memchr (text + start, '\n', end - start); p != NULL;
           p = memchr (text + start, '\n', end - start))
        {
          gsize next = (gsize) (p + 1 - text);

          append_bounded (spans, text, start, next);
          start = next;
          if (start == end)
            return spans;
        }
    }
  else
    {
      g_autoptr (GArray) sentences =
          sortie_text_split_sentences (text + block->start, block->end - block->start);

      for (guint i = 1; i < sentences->len; i++)
        {
          gsize next = block->start + g_array_index (sentences, SortieSpan, i).start;

          if (next <= start)
            continue;
          append_bounded (spans, text, start, next);
          start = next;
        }
    }
  append_bounded (spans, text, start, end);
  return spans;
}

static void
add_long_block (Cutter *self, const SortieBlock *block, gsize end, guint words)
{
  const char *text = self->extract->text->str;
  g_autoptr (GArray) spans = split_block (text, block, end);
  guint n_pieces = (words + PIECE_WORDS - 1) / PIECE_WORDS;
  guint target = words / MAX (n_pieces, 1);
  guint taken = 0;

  for (guint i = 0; i < spans->len; i++)
    {
      const SortieSpan *span = &g_array_index (spans, SortieSpan, i);
      guint n = count_words (text + span->start, span->end - span->start);

      if (taken > 0 && taken + n / 2 > target)
        {
          flush (self);
          taken = 0;
        }
      add_unit (self, block, span->end, n);
      taken += n;
    }
}

static void
add_block (Cutter *self, const SortieBlock *block, gsize end)
{
  const char *text = self->extract->text->str;
  guint words = count_words (text + block->start, end - block->start);
  gboolean whole = words <= WHOLE_WORDS && end - block->start <= UNIT_BYTES;
  gboolean list = block->kind == SORTIE_BLOCK_ITEM || block->kind == SORTIE_BLOCK_ROW;

  if (self->has_body && (block->kind == SORTIE_BLOCK_HEADING || block->page != self->open.page ||
                         (self->open.words >= ENOUGH_WORDS && !list)))
    flush (self);
  if (self->open.words + words > FULL_WORDS && self->open.words >= 2 * FEW_WORDS)
    flush (self);
  if (whole)
    add_unit (self, block, end, words);
  else
    add_long_block (self, block, end, words);
}

GArray *
sortie_passages_cut (const SortieExtract *extract)
{
  Cutter cutter = { .extract = extract, .open = { .heading = -1 } };

  cutter.cuts = g_array_new (FALSE, FALSE, sizeof (SortieCut));
  for (guint i = 0; i < extract->blocks->len; i++)
    {
      const SortieBlock *block = &g_array_index (extract->blocks, SortieBlock, i);
      gsize end = i + 1 < extract->blocks->len
                      ? g_array_index (extract->blocks, SortieBlock, i + 1).start
                      : extract->text->len;

      add_block (&cutter, block, end);
    }
  flush (&cutter);
  return cutter.cuts;
}
