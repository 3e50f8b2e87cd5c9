/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-sentence-private.h"
#include "sortie-text-private.h"
#include "sortie-utf8-private.h"

#include <string.h>

/* Sentence ends inside a block, in the spirit of UAX #29 but with what that leaves to tailoring: a
 * full stop is judged by the word before it and the word after it. Every look to the left or right
 * is bounded, so that the whole takes linear time on any input. */

#define MAX_OPENERS 6    /* quotes, brackets and dashes before the first word of a sentence */
#define MAX_CITATION 4   /* digits in [n] */
#define MAX_NEXT_WORD 24 /* bytes of the word after */

typedef struct
{
  const char *text;
  const char *start; /* of the sentence at hand */
  const char *end;   /* of the block */
  int guillemets;    /* « without » in the sentence at hand */
  GArray *sentences;
} Scanner;

static gunichar
character_at (const char *at, const char *end, const char **next)
{
  gunichar c = 0;

  *next = at;
  if (at < end)
    *next = at + sortie_utf8_decode (at, end, &c);
  return c;
}

static const char *
skip_spaces (const char *at, const char *end)
{
  const char *next;

  while (at < end && sortie_is_space (character_at (at, end, &next)))
    at = next;
  return at;
}

static gboolean
has_word (const char *at, const char *end)
{
  const char *next;

  for (; at < end; at = next)
    if (g_unichar_isalnum (character_at (at, end, &next)))
      return TRUE;
  return FALSE;
}

/* Ends the sentence at hand and begins the next. Rows of dots and dashes are no sentence. */
static void
cut (Scanner *self, const char *end, const char *next_start)
{
  gunichar c;
  SortieSpan span;

  while (end > self->start)
    {
      gsize bytes = sortie_utf8_decode_before (self->start, end, &c);

      if (!sortie_is_space (c))
        break;
      end -= bytes;
    }
  if (has_word (self->start, end))
    {
      span.start = (gsize) (self->start - self->text);
      span.end = (gsize) (end - self->text);
      g_array_append_val (self->sentences, span);
    }
  self->start = skip_spaces (next_start, self->end);
  self->guillemets = 0;
}

/* Behind `[12]`, or `at` where no such thing stands there. */
static const char *
skip_citation (const char *at, const char *end)
{
  const char *c = at + 1;

  if (at >= end || *at != '[')
    return at;
  while (c < end && c - at <= MAX_CITATION && g_ascii_isdigit (*c))
    c++;
  return c > at + 1 && c < end && *c == ']' ? c + 1 : at;
}

/* Behind `[1][3]`, or `at`: citations after the full stop belong to the sentence before it, on the
 * next line too (where that line is an entry of a list of references, it is a block of its own). */
static const char *
skip_citations (const char *at, const char *end)
{
  for (;;)
    {
      const char *start = at;
      const char *next;

      while (start < end && (*start == ' ' || *start == '\t' || *start == '\r' || *start == '\n'))
        start++;
      next = skip_citation (start, end);
      if (next == start)
        return at;
      at = next;
    }
}

/* Behind closing quotes, brackets and footnote marks; French puts a space before its ». */
static const char *
skip_closers (Scanner *self, const char *at)
{
  const char *next;
  const char *after;

  for (;;)
    {
      gunichar c = character_at (at, self->end, &next);

      if (self->guillemets > 0 && (c == ' ' || c == 0xA0 || c == 0x202F) &&
          character_at (next, self->end, &after) == 0xBB)
        next = after;
      else if (c == 0 || !sortie_sentence_is_closer (c))
        return at;
      at = next;
    }
}

static SortieNextWord
look_ahead (const char *at, const char *end)
{
  SortieNextWord next = { 0 };
  const char *after;
  gunichar c = character_at (at, end, &after);

  for (int i = 0;
       i < MAX_OPENERS && at < end && (sortie_sentence_is_opener (c) || sortie_is_space (c)); i++)
    {
      next.in_code = next.in_code || c == '`';
      next.bracketed = next.bracketed || !sortie_is_space (c);
      at = after;
      c = character_at (at, end, &after);
    }
  next.first = c;
  next.word = at;
  while (at < end && at - next.word <= MAX_NEXT_WORD && g_unichar_isalpha (c))
    {
      at = after;
      c = character_at (at, end, &after);
    }
  next.length = (gsize) (at - next.word);
  next.initial = c == '.' && next.length > 0 &&
                 next.length == (gsize) (g_utf8_next_char (next.word) - next.word);
  return next;
}

/* "iPhone", "foo_bar", "foo.conf", "dpkg(1)" or a quoted word: a name that begins a sentence without a capital. */
static gboolean
is_identifier (const SortieNextWord *next, const char *end)
{
  const char *at = next->word;

  if (next->in_code)
    return TRUE;
  for (; at < end && at - next->word < MAX_NEXT_WORD && (guchar) *at > ' '; at++)
    {
      if (g_ascii_isupper (*at) || g_ascii_isdigit (*at) || strchr ("_/(", *at) != NULL ||
          (*at == '"' && next->bracketed))
        return at > next->word;
      if (*at == '.' && at - next->word > 2 && end - at > 2 && g_ascii_isalpha (at[1]) &&
          g_ascii_isalpha (at[2]))
        return TRUE;
    }
  return FALSE;
}

/* `run` is where the signs begin, `after` where closers and citations after them end. */
static gboolean
ends_sentence (
    Scanner *self, SortieEndKind kind, const char *run, const char *closed, const char *after)
{
  const char *next_at;
  gunichar c = character_at (after, self->end, &next_at);
  SortieNextWord next;

  if (c == 0 || kind == SORTIE_END_HARD)
    return TRUE;
  if (kind == SORTIE_END_MARK && sortie_sentence_is_ideograph (c))
    return TRUE;
  if (!sortie_is_space (c))
    return FALSE;
  if (run > self->start && (run[-1] == '[' || run[-1] == '('))
    return FALSE;
  next = look_ahead (skip_spaces (after, self->end), self->end);
  if (sortie_sentence_end_kind (next.first) != SORTIE_END_NONE ||
      (next.first < 0x80 && next.first != 0 && strchr (",;:)]}", (int) next.first) != NULL))
    return FALSE;
  if (g_unichar_islower (next.first))
    {
      if (kind == SORTIE_END_MARK)
        return *closed == '?' && closed + 1 == after && !next.bracketed;
      return kind == SORTIE_END_STOP && is_identifier (&next, self->end) &&
             sortie_full_stop_is_after_plain_word (self->start, run);
    }
  if (kind == SORTIE_END_ELLIPSIS)
    return !g_unichar_isdigit (next.first);
  return kind == SORTIE_END_MARK || sortie_full_stop_ends (self->start, run, &next);
}

/* At a sign that may end the sentence; gives where to go on. */
static const char *
scan_end (Scanner *self, const char *run, SortieEndKind kind)
{
  const char *at = run;
  const char *last = run;
  const char *next;
  const char *after;
  SortieEndKind found;

  for (int n = 0;
       (found = sortie_sentence_end_kind (character_at (at, self->end, &next))) != SORTIE_END_NONE;
       n++)
    {
      if (n > 0)
        kind = found == SORTIE_END_STOP ? MAX (kind, SORTIE_END_ELLIPSIS) : MAX (kind, found);
      last = at;
      at = next;
    }
  after = skip_closers (self, at);
  after = skip_citations (after, self->end);
  if (!ends_sentence (self, kind, run, last, after))
    return after;
  cut (self, after, after);
  return self->start;
}

/* A bullet in mid-line: the items of a list that lost its line breaks. */
static gboolean
is_inline_bullet (Scanner *self, const char *at, const char *next, gunichar c)
{
  const char *after;

  return (c == 0x2022 || c == 0x2023 || c == 0x25AA || c == 0x25CF || c == 0x25E6) &&
         at > self->start && (guchar) at[-1] <= ' ' &&
         sortie_is_space (character_at (next, self->end, &after));
}

static void
scan_block (Scanner *self, const char *start, const char *end)
{
  const char *next;

  self->start = start;
  self->end = end;
  self->guillemets = 0;
  for (const char *at = start; at < end;)
    {
      gunichar c = character_at (at, end, &next);
      SortieEndKind kind = sortie_sentence_end_kind (c);

      if (kind != SORTIE_END_NONE)
        {
          at = scan_end (self, at, kind);
          continue;
        }
      if (c == 0xAB)
        self->guillemets++;
      else if (c == 0xBB)
        self->guillemets--;
      else if (is_inline_bullet (self, at, next, c))
        {
          cut (self, at, next);
          next = self->start;
        }
      at = next;
    }
  cut (self, end, end);
}

GArray *
sortie_text_split_sentences (const char *text, gsize length)
{
  g_autoptr (GArray) blocks = sortie_text_split_blocks (text, length);
  Scanner self = { .text = text };

  self.sentences = g_array_new (FALSE, FALSE, sizeof (SortieSpan));
  for (guint i = 0; i < blocks->len; i++)
    {
      SortieSpan block = g_array_index (blocks, SortieSpan, i);

      scan_block (&self, text + block.start, text + block.end);
    }
  return self.sentences;
}
