/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-extract.h"

#include <string.h>

/* Plain text: paragraphs are told by blank lines, headings by underlines and numbers, and the line
 * breaks of wrapped prose are undone, so that a quotation reads as a sentence. What looks laid out
 * by hand (verse, code, tables) keeps its lines. */

#define MAX_GROUP_LINES 2000
#define MAX_HEADING_LINE 120 /* bytes */
#define LONG_LINE 200        /* a line of this many bytes is a paragraph of its own */
#define NARROW 40            /* bytes: narrower lines were broken on purpose */

typedef struct
{
  const char *text; /* without indentation */
  gsize length;
  gsize indent; /* columns; a tab counts as 8 */
} Line;

typedef struct
{
  SortieExtract *extract;
  const char *text;
  gsize length;
  gsize position;
  GArray *lines;          /* Line: those between two blank lines */
  char underline_seen[8]; /* underline characters in the order of their first use: the levels */
  gboolean next_marker;   /* whether the text after the group begins with a list marker */
  gboolean after_item;    /* whether the group before ended in a list item */
} TextReader;

static gsize
line_end (const char *text, gsize length, gsize start)
{
  gsize end = start;

  while (end < length && text[end] != '\n' && text[end] != '\r' && text[end] != '\f')
    end++;
  return end;
}

static gsize
after_line (const char *text, gsize length, gsize end)
{
  if (end < length && text[end] == '\r' && end + 1 < length && text[end + 1] == '\n')
    return end + 2;
  return MIN (end + 1, length);
}

static Line
make_line (const char *text, gsize length)
{
  Line line = { .text = text, .length = length };

  for (; line.length > 0 && (*line.text == ' ' || *line.text == '\t'); line.text++, line.length--)
    line.indent += *line.text == '\t' ? 8 - line.indent % 8 : 1;
  while (line.length > 0 && g_ascii_isspace (line.text[line.length - 1]))
    line.length--;
  return line;
}

/* Bytes of the list marker with its space, or 0. */
static gsize
marker_length (const Line *line)
{
  static const char *const bullets[] = { "- ", "* ", "+ ", "• ", "– ", "— ", "· ", "◦ ", "▪ " };
  gsize digits = 0;

  for (guint i = 0; i < G_N_ELEMENTS (bullets); i++)
    if (line->length > strlen (bullets[i]) &&
        memcmp (line->text, bullets[i], strlen (bullets[i])) == 0)
      return strlen (bullets[i]);
  while (digits < line->length && digits < 4 && g_ascii_isdigit (line->text[digits]))
    digits++;
  if (digits == 0 && line->length > 1 && g_ascii_islower (line->text[0]) && line->text[1] == ')')
    digits = 1;
  if (digits > 0 && digits < 4 && digits + 2 < line->length &&
      strchr (".)", line->text[digits]) != NULL && line->text[digits + 1] == ' ')
    return digits + 2;
  return 0;
}

/* The character of which the line consists, or 0. */
static char
rule_character (const Line *line)
{
  if (line->length < 3 || strchr ("=-~^*#+\"'`:.", line->text[0]) == NULL)
    return 0;
  for (gsize i = 1; i < line->length; i++)
    if (line->text[i] != line->text[0])
      return 0;
  return line->text[0];
}

static int
underline_level (TextReader *self, char c)
{
  char *place = strchr (self->underline_seen, c);

  if (place == NULL)
    {
      gsize n = strlen (self->underline_seen);

      if (n + 1 >= sizeof self->underline_seen)
        return 6;
      self->underline_seen[n] = c;
      place = self->underline_seen + n;
    }
  return (int) (place - self->underline_seen) + 1;
}

static Line *
line_at (TextReader *self, guint i)
{
  return &g_array_index (self->lines, Line, i);
}

/* Whether lines i and i + 1 are a heading and the line under it. */
static gboolean
is_underlined (TextReader *self, guint i)
{
  Line *line = line_at (self, i);
  Line *rule;

  if (i + 1 >= self->lines->len || line->length > MAX_HEADING_LINE || rule_character (line) != 0)
    return FALSE;
  rule = line_at (self, i + 1);
  return rule_character (rule) != 0 && line->indent == rule->indent &&
         rule->length + 2 >= (gsize) g_utf8_strlen (line->text, (gssize) line->length);
}

/* "3.1. Scope" or "GENERAL TERMS" alone between blank lines, with text after it. */
static int
lone_heading_level (TextReader *self)
{
  Line *line = line_at (self, 0);
  gboolean has_lower = FALSE;
  guint n_upper = 0;
  gsize digits = 0;
  int level = 1;

  if (self->lines->len != 1 || line->indent > 0 || line->length > MAX_HEADING_LINE - 40 ||
      self->position >= self->length || self->next_marker || self->after_item ||
      strchr (".,:;!?", line->text[line->length - 1]) != NULL)
    return 0;
  for (gsize i = 0; i < line->length; i++)
    {
      has_lower = has_lower || g_ascii_islower (line->text[i]) || (guchar) line->text[i] >= 0x80;
      n_upper += g_ascii_isupper (line->text[i]);
    }
  if (!has_lower && n_upper >= 4)
    return 1;
  for (;
       digits < line->length && (g_ascii_isdigit (line->text[digits]) || line->text[digits] == '.');
       digits++)
    level += line->text[digits] == '.' && g_ascii_isdigit (line->text[digits + 1]);
  if (digits == 0 || digits + 1 >= line->length || !g_ascii_isdigit (line->text[0]) ||
      line->text[digits] != ' ' || n_upper == 0)
    return 0;
  return MIN (level, 6);
}

static gboolean
has_columns (const Line *line)
{
  for (gsize i = 0; i + 2 < line->length; i++)
    if (line->text[i] == '\t' ||
        (line->text[i] == ' ' && line->text[i + 1] == ' ' && line->text[i + 2] == ' '))
      return TRUE;
  return FALSE;
}

static gsize
first_word (const Line *line)
{
  const char *space = memchr (line->text, ' ', line->length);

  return space != NULL ? (gsize) (space - line->text) : line->length;
}

/* Prose was wrapped where each next line's first word would not have fitted; a few exceptions are
 * editing marks. */
static gboolean
is_wrapped (TextReader *self, guint from, guint to)
{
  gsize width = 0;
  guint n_loose = 0;

  for (guint i = from; i < to; i++)
    {
      Line *line = line_at (self, i);

      if (has_columns (line) || (i > from + 1 && line->indent != line_at (self, i - 1)->indent))
        return FALSE;
      width = MAX (width, line->indent + line->length);
    }
  if (width < NARROW)
    return FALSE;
  for (guint i = from; i + 1 < to; i++)
    {
      Line *line = line_at (self, i);

      n_loose += line->indent + line->length + 1 + first_word (line_at (self, i + 1)) + 4 < width;
    }
  return n_loose <= (to - from) / 6;
}

static void
append_lines_as_they_are (TextReader *self, SortieBlockKind kind, guint from, guint to)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize margin = G_MAXSIZE;

  for (guint i = from; i < to; i++)
    margin = MIN (margin, line_at (self, i)->indent);
  for (guint i = from; i < to; i++)
    {
      Line *line = line_at (self, i);

      for (gsize column = margin; column < MIN (line->indent, margin + 80); column++)
        g_string_append_c (text, ' ');
      g_string_append_len (text, line->text, (gssize) line->length);
      g_string_append_c (text, '\n');
    }
  sortie_extract_append (self->extract, kind, 0, text->str, text->len);
}

/* The lines as one; a word that was parted after its own hyphen stays one word. */
static void
append_joined (TextReader *self, SortieBlockKind kind, guint from, guint to)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = from; i < to; i++)
    {
      Line *line = line_at (self, i);
      gboolean parted = text->len > 1 && text->str[text->len - 1] == '-' &&
                        g_ascii_isalnum (text->str[text->len - 2]) &&
                        g_ascii_isalnum (line->text[0]);

      if (text->len > 0 && !parted)
        g_string_append_c (text, ' ');
      g_string_append_len (text, line->text, (gssize) line->length);
    }
  sortie_extract_append (self->extract, kind, 0, text->str, text->len);
}

/* A term and, indented below it, what it means. */
static gboolean
begins_definition (TextReader *self, guint from, guint to)
{
  Line *term = line_at (self, from);

  return to - from > 1 && term->length < NARROW &&
         strchr ("{;)", term->text[term->length - 1]) == NULL &&
         term->indent + 2 <= line_at (self, from + 1)->indent &&
         (is_wrapped (self, from + 1, to) ||
          (to - from == 2 && line_at (self, from + 1)->length >= NARROW));
}

/* One paragraph or list item: lines from..to. */
static void
append_piece (TextReader *self, SortieBlockKind kind, guint from, guint to)
{
  gboolean has_long = FALSE;

  for (guint i = from; i < to; i++)
    has_long = has_long || line_at (self, i)->length >= LONG_LINE;
  if (has_long)
    {
      for (guint i = from; i < to; i++)
        sortie_extract_append (self->extract, kind, 0, line_at (self, i)->text,
                               line_at (self, i)->length);
      return;
    }
  if (kind == SORTIE_BLOCK_PARAGRAPH && begins_definition (self, from, to))
    {
      append_piece (self, kind, from, from + 1);
      append_piece (self, kind, from + 1, to);
      return;
    }
  if (to - from == 1 || is_wrapped (self, from, to))
    append_joined (self, kind, from, to);
  else
    append_lines_as_they_are (self, SORTIE_BLOCK_PRE, from, to);
}

static guint
append_underlined_heading (TextReader *self, guint i)
{
  Line *line = line_at (self, i);
  int level = underline_level (self, line_at (self, i + 1)->text[0]);

  sortie_extract_append_heading (self->extract, level, 0, line->text, line->length);
  sortie_extract_take_title (self->extract, line->text, line->length);
  return i + 2;
}

static void
append_group (TextReader *self)
{
  int level = lone_heading_level (self);
  guint i = 0;

  if (level > 0)
    {
      Line *line = line_at (self, 0);

      sortie_extract_append_heading (self->extract, level, 0, line->text, line->length);
      return;
    }
  while (i < self->lines->len)
    {
      gboolean item = marker_length (line_at (self, i)) > 0;
      guint end = i + 1;

      if (rule_character (line_at (self, i)) != 0)
        {
          i++; /* a rule, or the line above an underlined heading */
          continue;
        }
      if (is_underlined (self, i))
        {
          i = append_underlined_heading (self, i);
          continue;
        }
      while (end < self->lines->len && marker_length (line_at (self, end)) == 0 &&
             rule_character (line_at (self, end)) == 0 && !is_underlined (self, end))
        end++;
      append_piece (self, item ? SORTIE_BLOCK_ITEM : SORTIE_BLOCK_PARAGRAPH, i, end);
      self->after_item = item;
      i = end;
    }
}

/* Reads the lines up to the next blank one; FALSE at the end of the text. */
static gboolean
read_group (TextReader *self)
{
  g_array_set_size (self->lines, 0);
  self->next_marker = FALSE;
  while (self->position < self->length)
    {
      gsize end = line_end (self->text, self->length, self->position);
      Line line = make_line (self->text + self->position, end - self->position);

      if (line.length > 0 && self->lines->len >= MAX_GROUP_LINES)
        return TRUE;
      if (line.length == 0 && self->lines->len > 0)
        break;
      self->position = after_line (self->text, self->length, end);
      if (line.length > 0)
        g_array_append_val (self->lines, line);
      if (end < self->length && self->text[end] == '\f' && self->lines->len > 0)
        break; /* a page ends */
    }
  /* Skip the blank lines, so that the next text can be looked at. */
  while (self->position < self->length && g_ascii_isspace (self->text[self->position]))
    self->position++;
  while (self->position > 0 && self->position < self->length &&
         strchr (" \t", self->text[self->position - 1]) != NULL)
    self->position--;
  if (self->position < self->length)
    {
      gsize end = line_end (self->text, self->length, self->position);
      Line line = make_line (self->text + self->position, end - self->position);

      self->next_marker = line.length > 0 && marker_length (&line) > 0;
    }
  return self->lines->len > 0;
}

gboolean
sortie_extract_text (SortieExtract *self, const char *text, gsize length, GError **error)
{
  TextReader reader = { .extract = self, .text = text, .length = length };
  g_autoptr (GArray) lines = g_array_new (FALSE, FALSE, sizeof (Line));

  reader.lines = lines;
  self->media_type = "text/plain";
  while (!self->overflow && read_group (&reader))
    append_group (&reader);
  return sortie_extract_check (self, error);
}
