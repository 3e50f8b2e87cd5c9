/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-text-private.h"
#include "sortie-utf8-private.h"

#include <string.h>

/* Running text gives few hints at where a heading or a list item ends: lines. A line break inside a
 * paragraph is white space, unless the next line begins with a marker or the line looks like a
 * heading, that is, could have held more and ends in nothing that asks for more. */

#define MAX_MARKERS 4         /* nested at the start of one line: "> - 1. [ ]" */
#define MAX_NUMBER 3          /* digits of a list marker: "1984." begins no list item */
#define MAX_HEADING_WIDTH 80  /* characters */
#define MAX_NUMBERED_WIDTH 60 /* of a heading that is known by its number only */
#define MAX_LAST_WORD 8       /* bytes */

typedef struct
{
  const char *start; /* without white space around */
  const char *end;
  guint width;  /* characters */
  gsize indent; /* bytes of white space before it */
} Line;

typedef enum
{
  MARKER_NONE,
  MARKER_SURE, /* makes a new block wherever it begins a line */
  MARKER_WEAK, /* may as well be part of a sentence: looks at what was before */
  MARKER_QUOTE,
  MARKER_HEADING,
} MarkerKind;

typedef struct
{
  const char *text;
  GArray *blocks; /* SortieSpan */
  GArray *lines;  /* Line; of the paragraph at hand */
  gboolean in_code;
  gboolean in_list;
  guint wrap_width; /* about what the lines of the paragraph were wrapped at */
  guint n_dashes;   /* lines of the paragraph that begin with "- " */
} Splitter;

static gunichar
first_character (const char *at, const char *end)
{
  gunichar c = 0;

  if (at < end)
    sortie_utf8_decode (at, end, &c);
  return c;
}

static const char *
skip_spaces (const char *at, const char *end)
{
  gunichar c;

  while (at < end)
    {
      gsize bytes = sortie_utf8_decode (at, end, &c);

      if (!sortie_is_space (c))
        break;
      at += bytes;
    }
  return at;
}

static const char *
skip_spaces_before (const char *start, const char *end)
{
  gunichar c;

  while (end > start)
    {
      gsize bytes = sortie_utf8_decode_before (start, end, &c);

      if (!sortie_is_space (c))
        break;
      end -= bytes;
    }
  return end;
}

static void
add_block (Splitter *self, const char *start, const char *end)
{
  SortieSpan span;

  start = skip_spaces (start, end);
  end = skip_spaces_before (start, end);
  if (start == end)
    return;
  span.start = (gsize) (start - self->text);
  span.end = (gsize) (end - self->text);
  g_array_append_val (self->blocks, span);
}

static gboolean
ends_marker (const char *at, const char *end)
{
  return at >= end || sortie_is_space (first_character (at, end));
}

/* `1.` `12)` `a)` `iv.`: the marker's length, or 0. A capital letter with a full stop is an initial. */
static gsize
enumerator_length (const char *at, const char *end)
{
  const char *c = at;

  while (c < end && c - at < MAX_NUMBER && g_ascii_isdigit (*c))
    c++;
  if (c == at)
    {
      while (c < end && c - at < MAX_NUMBER && strchr ("ivx", *c) != NULL && *c != '\0')
        c++;
      if (c == at && c < end && g_ascii_isalpha (*c))
        c++;
    }
  if (c == at || c >= end || (*c != '.' && *c != ')') || !ends_marker (c + 1, end))
    return 0;
  if (*c == '.' && g_ascii_isupper (*at))
    return 0;
  return (gsize) (c + 1 - at);
}

/* `(1)` `(a)` `(iv)` `[x]` `[ ]`. */
static gsize
bracketed_length (const char *at, const char *end)
{
  const char *c = at + 1;

  if (*at == '[')
    return end - at >= 3 && strchr (" xX", at[1]) != NULL && at[1] != '\0' && at[2] == ']' &&
                   ends_marker (at + 3, end)
               ? 3
               : 0;
  while (c < end && c - at <= MAX_NUMBER && g_ascii_isalnum (*c))
    c++;
  if (c == at + 1 || c >= end || *c != ')' || !ends_marker (c + 1, end))
    return 0;
  if (!g_ascii_isdigit (at[1]) && c - at > 2 && strspn (at + 1, "ivx") < (gsize) (c - at - 1))
    return 0;
  return (gsize) (c + 1 - at);
}

static gsize
heading_marker_length (const char *at, const char *end)
{
  gsize n = 0;

  while (at + n < end && at[n] == '#' && n < 7)
    n++;
  return n >= 1 && n <= 6 && ends_marker (at + n, end) ? n : 0;
}

/* The marker at the start of a line, its length in bytes and its kind. */
static gsize
find_marker (const char *at, const char *end, MarkerKind *kind)
{
  gunichar c;
  gsize bytes;

  *kind = MARKER_NONE;
  if (at >= end)
    return 0;
  bytes = sortie_utf8_decode (at, end, &c);
  switch (c)
    {
    case '#':
      *kind = MARKER_HEADING;
      return heading_marker_length (at, end);
    case '>':
      *kind = MARKER_QUOTE;
      return bytes;
    case '-':
    case '*':
    case 0x2022: /* bullet */
    case 0x2023:
    case 0x2043:
    case 0x25A0:
    case 0x25AA:
    case 0x25CB:
    case 0x25CF:
    case 0x25E6:
    case 0xB7:
      *kind = MARKER_SURE;
      return ends_marker (at + bytes, end) ? bytes : 0;
    case '+':
    case 0x2013: /* en dash */
    case 0x2014:
      *kind = MARKER_WEAK;
      return ends_marker (at + bytes, end) ? bytes : 0;
    case '(':
    case '[':
      *kind = MARKER_WEAK;
      return bracketed_length (at, end);
    default:
      *kind = MARKER_WEAK;
      return enumerator_length (at, end);
    }
}

/* Behind all markers of the line; the kind is that of the first. */
static const char *
skip_markers (const Line *line, MarkerKind *kind)
{
  const char *at = line->start;
  MarkerKind found;

  *kind = MARKER_NONE;
  for (int i = 0; i < MAX_MARKERS; i++)
    {
      gsize length = find_marker (at, line->end, &found);

      if (length == 0)
        break;
      if (i == 0)
        *kind = found;
      at = skip_spaces (at + length, line->end);
    }
  return at;
}

/* The last character but closing quotes, brackets and marks of emphasis. */
static gunichar
last_character (const Line *line)
{
  const char *at = line->end;
  gunichar c = 0;

  for (int i = 0; i < 4 && at > line->start; i++)
    {
      at -= sortie_utf8_decode_before (line->start, at, &c);
      if (c >= 0x80 ? c != 0x201D && c != 0x2019 && c != 0xBB
                    : strchr ("\"')]*_`", (int) c) == NULL)
        break;
    }
  return c;
}

static gboolean
ends_sentence (gunichar c)
{
  return c == '.' || c == '!' || c == '?' || c == 0x2026 || c == 0x3002 || c == 0xFF01 ||
         c == 0xFF1F;
}

/* Whether something was finished with this line, so that a new item may begin on the next. */
static gboolean
ends_part (const Line *line)
{
  gunichar c = last_character (line);

  return ends_sentence (c) || c == ':' || c == ';' || c == 0xFF1A || c == 0xFF1B;
}

/* A row of one and the same sign: a rule, or the underline of a heading. */
static gboolean
is_rule (const Line *line)
{
  if (line->end - line->start < 3 || g_ascii_isalnum (*line->start) ||
      (guchar) *line->start >= 0x80)
    return FALSE;
  for (const char *at = line->start; at < line->end; at++)
    if (*at != *line->start && *at != ' ')
      return FALSE;
  return TRUE;
}

static gboolean
is_fence (const Line *line)
{
  return line->end - line->start >= 3 && memcmp (line->start, "```", 3) == 0;
}

static gboolean
is_row (const Line *line)
{
  return *line->start == '|';
}

/* At least three letters, none of them lower case. */
static gboolean
is_all_capitals (const Line *line)
{
  guint letters = 0;
  gunichar c;

  if (line->width > MAX_HEADING_WIDTH)
    return FALSE;
  for (const char *at = line->start; at < line->end; at += sortie_utf8_decode (at, line->end, &c))
    {
      sortie_utf8_decode (at, line->end, &c);
      if (g_unichar_islower (c))
        return FALSE;
      letters += g_unichar_isupper (c) ? 1 : 0;
    }
  return letters >= 3;
}

/* "9.2 Liability", "§ 8 Warranty". */
static gboolean
has_section_number (const Line *line)
{
  const char *at = line->start;

  if (line->width > MAX_NUMBERED_WIDTH)
    return FALSE;
  if (first_character (at, line->end) == 0xA7)
    return TRUE;
  while (at < line->end && g_ascii_isdigit (*at))
    at++;
  return at > line->start && line->end - at >= 2 && at[0] == '.' && g_ascii_isdigit (at[1]);
}

/* Whether the line's last word can't be the last of anything. */
static gboolean
asks_for_more (const Line *line)
{
  static const char *const words[] = {
    "a",   "an",  "the", "of",   "in",   "to",   "and",   "or",    "for",   "by",   "with", "from",
    "at",  "on",  "as",  "than", "that", "into", "which", "is",    "are",   "its",  "der",  "die",
    "das", "des", "dem", "den",  "ein",  "eine", "einer", "einem", "einen", "und",  "von",  "mit",
    "für", "zu",  "zur", "zum",  "im",   "oder", "auf",   "bei",   "durch", "de",   "la",   "le",
    "les", "du",  "et",  "ou",   "un",   "une",  "dans",  "par",   "sur",   "pour", "el",   "los",
    "las", "y",   "con", "por",  "para", "que",  "del",   "al",    "una",   "di",   "il",   "che",
    "het", "een", "van", "en",   "do",   "da",   "dos",   "em",    NULL
  };
  const char *start = line->end;
  g_autofree char *word = NULL;

  while (start > line->start && line->end - start <= MAX_LAST_WORD && (guchar) start[-1] > ' ')
    start--;
  if (line->end - start > MAX_LAST_WORD)
    return FALSE;
  word = g_ascii_strdown (start, line->end - start);
  return g_strv_contains (words, word);
}

static guint
first_word_width (const Line *line)
{
  const char *at = line->start;
  guint width = 0;
  gunichar c;

  while (at < line->end && width <= MAX_HEADING_WIDTH)
    {
      at += sortie_utf8_decode (at, line->end, &c);
      if (sortie_is_space (c))
        break;
      width++;
    }
  return width;
}

/* Whether the line, which begins a block, is a heading over the next one. */
static gboolean
is_heading (Splitter *self, const Line *line, const Line *next)
{
  gunichar last = last_character (line);

  if (line->width > MAX_HEADING_WIDTH || ends_sentence (last) ||
      g_unichar_islower (first_character (line->start, line->end)) ||
      g_unichar_islower (first_character (next->start, next->end)))
    return FALSE;
  if ((last < 0x80 && strchr (",;-/&(+=", (int) last) != NULL) || last == 0x2013 || last == 0x2014)
    return FALSE;
  if (is_all_capitals (line) && !is_all_capitals (next))
    return TRUE;
  if (asks_for_more (line))
    return FALSE;
  return has_section_number (line) ||
         (line->width + 1 + first_word_width (next)) * 5 <= self->wrap_width * 4;
}

/* What is known of the paragraph as a whole. One long line (an address, say) must not pass for the
 * width of all. */
static void
measure_paragraph (Splitter *self)
{
  guint longest = 0;
  guint second = 0;

  self->n_dashes = 0;
  for (guint i = 0; i < self->lines->len; i++)
    {
      const Line *line = &g_array_index (self->lines, Line, i);

      second = MAX (second, MIN (line->width, longest));
      longest = MAX (longest, line->width);
      if (*line->start == '-' && ends_marker (line->start + 1, line->end))
        self->n_dashes++;
    }
  self->wrap_width = self->lines->len >= 4 ? second : longest;
}

/* A numbered list may begin anywhere if it begins with 1. */
static gboolean
is_first_item (const Line *line)
{
  return line->start[0] == '1' && !g_ascii_isdigit (line->start[1]);
}

/* "[3] Knuth, …": an entry of a list of references, where others stand around it. */
static gboolean
is_reference (const Line *line)
{
  const char *at = line->start + 1;

  if (*line->start != '[')
    return FALSE;
  while (at < line->end && at - line->start <= MAX_NUMBER && g_ascii_isdigit (*at))
    at++;
  return at > line->start + 1 && line->end - at >= 2 && at[0] == ']' && at[1] == ' ';
}

/* A dash between two words that came to begin a line: the line before had no room for it, and no
 * other line begins with one. */
static gboolean
is_wrapped_dash (Splitter *self, const Line *line, const Line *before)
{
  return *line->start == '-' && self->n_dashes == 1 && !ends_part (before) && !self->in_list &&
         before->width + 2 > self->wrap_width && self->lines->len > 2;
}

/* Whether a new block begins with line `i` of the paragraph; `first` is the line with which the
 * block before begins. */
static gboolean
begins_block (Splitter *self, guint i, guint first)
{
  const Line *line = &g_array_index (self->lines, Line, i);
  const Line *before = line - 1;
  MarkerKind kind;
  MarkerKind kind_before;

  skip_markers (line, &kind);
  skip_markers (before, &kind_before);
  if (self->in_code || is_fence (line) || is_fence (before) || is_rule (line) || is_rule (before) ||
      is_row (line) || is_row (before) || kind_before == MARKER_HEADING)
    return TRUE;
  if (is_reference (line) &&
      (last_character (before) == ':' || is_reference (&g_array_index (self->lines, Line, first))))
    return TRUE;
  if (kind == MARKER_SURE || kind == MARKER_HEADING)
    return kind == MARKER_HEADING || !is_wrapped_dash (self, line, before);
  if (kind == MARKER_QUOTE)
    return kind_before != MARKER_QUOTE;
  if (kind == MARKER_WEAK && (self->in_list || ends_part (before) || is_first_item (line)))
    return TRUE;
  if (first < i - 1 && !ends_part (before - 1))
    return FALSE;
  if (kind_before == MARKER_SURE || (kind_before == MARKER_WEAK && line->indent > before->indent))
    return FALSE;
  return is_heading (self, before, line);
}

static void
end_block (Splitter *self, guint first, guint after)
{
  const Line *line = &g_array_index (self->lines, Line, first);
  const char *end = g_array_index (self->lines, Line, after - 1).end;
  MarkerKind kind;
  const char *start = self->in_code ? line->start : skip_markers (line, &kind);

  if (is_fence (line) || is_rule (line))
    return;
  if (!self->in_code && kind == MARKER_HEADING)
    while (end > start && end[-1] == '#')
      end--;
  add_block (self, start, end);
}

/* Cuts the paragraph gathered in self->lines. */
static void
end_paragraph (Splitter *self)
{
  guint first = 0;
  MarkerKind kind;

  if (self->lines->len == 0)
    return;
  measure_paragraph (self);
  self->in_list = FALSE;
  for (guint i = 0; i < self->lines->len; i++)
    {
      const Line *line = &g_array_index (self->lines, Line, i);
      gboolean begins = i == 0 || begins_block (self, i, first);

      if (begins && i > 0)
        {
          end_block (self, first, i);
          first = i;
        }
      if (begins)
        {
          skip_markers (line, &kind);
          self->in_list = self->in_list || kind == MARKER_SURE || kind == MARKER_WEAK;
        }
      if (is_fence (line))
        self->in_code = !self->in_code;
    }
  end_block (self, first, self->lines->len);
  g_array_set_size (self->lines, 0);
}

/* Takes one line, without its line break. */
static void
add_line (Splitter *self, const char *start, const char *end)
{
  Line line = { .start = skip_spaces (start, end) };

  line.indent = (gsize) (line.start - start);
  line.end = skip_spaces_before (line.start, end);
  if (line.start == line.end)
    {
      end_paragraph (self);
      return;
    }
  for (const char *at = line.start; at < line.end; at++)
    line.width += ((guchar) *at & 0xC0) != 0x80 ? 1 : 0;
  g_array_append_val (self->lines, line);
}

GArray *
sortie_text_split_blocks (const char *text, gsize length)
{
  g_autoptr (GArray) lines = g_array_new (FALSE, FALSE, sizeof (Line));
  Splitter self = { .text = text, .lines = lines };
  const char *end = text + length;
  const char *start = text;

  self.blocks = g_array_new (FALSE, FALSE, sizeof (SortieSpan));
  for (const char *at = text; at < end; at++)
    {
      if (*at != '\n' && *at != '\r')
        continue;
      add_line (&self, start, at);
      if (*at == '\r' && at + 1 < end && at[1] == '\n')
        at++;
      start = at + 1;
    }
  add_line (&self, start, end);
  end_paragraph (&self);
  return self.blocks;
}
