/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-markdown-line.h"

#include <string.h>

#define MAX_NUMBER_DIGITS 9
#define TAB_WIDTH 4

static guint
next_column (guint column, char c)
{
  return c == '\t' ? (column / TAB_WIDTH + 1) * TAB_WIDTH : column + 1;
}

SortieMarkdownLine
sortie_markdown_line (const char *text, gsize length, guint column)
{
  SortieMarkdownLine line = { .text = text, .length = length, .indent = column };

  while (line.length > 0 && (text[line.length - 1] == '\n' || text[line.length - 1] == '\r'))
    line.length--;
  while (line.at < line.length && (text[line.at] == ' ' || text[line.at] == '\t'))
    line.indent = next_column (line.indent, text[line.at++]);
  return line;
}

gboolean
sortie_markdown_line_is_blank (const SortieMarkdownLine *line)
{
  return line->at == line->length;
}

gboolean
sortie_markdown_line_is_rule (const SortieMarkdownLine *line)
{
  char sign;
  guint n = 0;

  if (line->at == line->length || strchr ("*-_", line->text[line->at]) == NULL)
    return FALSE;
  sign = line->text[line->at];
  if (sign == '\0')
    return FALSE;
  for (gsize i = line->at; i < line->length; i++)
    if (line->text[i] == sign)
      n++;
    else if (line->text[i] != ' ' && line->text[i] != '\t')
      return FALSE;
  return n >= 3;
}

gboolean
sortie_markdown_line_is_heading (const SortieMarkdownLine *line)
{
  gsize i = line->at;

  while (i < line->length && line->text[i] == '#')
    i++;
  return i > line->at && i - line->at <= 6 &&
         (i == line->length || line->text[i] == ' ' || line->text[i] == '\t');
}

gboolean
sortie_markdown_line_is_underline (const SortieMarkdownLine *line)
{
  gsize i = line->at;
  char sign;

  if (line->at == line->length || (line->text[i] != '=' && line->text[i] != '-'))
    return FALSE;
  sign = line->text[i];
  while (i < line->length && line->text[i] == sign)
    i++;
  while (i < line->length && (line->text[i] == ' ' || line->text[i] == '\t'))
    i++;
  return i == line->length;
}

gboolean
sortie_markdown_line_may_be_delimiter (const SortieMarkdownLine *line)
{
  gboolean pipe = FALSE;
  gboolean dash = FALSE;

  for (gsize i = line->at; i < line->length; i++)
    {
      if (line->text[i] == '\0' || strchr ("|-: \t", line->text[i]) == NULL)
        return FALSE;
      pipe |= line->text[i] == '|';
      dash |= line->text[i] == '-';
    }
  return pipe && dash;
}

guint
sortie_markdown_line_opens_fence (const SortieMarkdownLine *line)
{
  gsize i = line->at;
  char sign;

  if (line->at == line->length || (line->text[i] != '`' && line->text[i] != '~'))
    return 0;
  sign = line->text[i];
  while (i < line->length && line->text[i] == sign)
    i++;
  if (i - line->at < 3)
    return 0;
  /* A code span may begin with three backticks as well: then another one follows. */
  if (sign == '`' && memchr (line->text + i, '`', line->length - i) != NULL)
    return 0;
  return (guint) (i - line->at);
}

gboolean
sortie_markdown_line_closes_fence (const SortieMarkdownLine *line, char sign, guint length)
{
  gsize i = line->at;

  while (i < line->length && line->text[i] == sign)
    i++;
  if (i - line->at < length)
    return FALSE;
  while (i < line->length && (line->text[i] == ' ' || line->text[i] == '\t'))
    i++;
  return i == line->length;
}

gboolean
sortie_markdown_line_read_marker (const SortieMarkdownLine *line, SortieMarkdownMarker *marker)
{
  gsize i = line->at;
  guint column = line->indent;
  guint blanks;
  SortieMarkdownMarker found = { 0 };

  while (i < line->length && g_ascii_isdigit (line->text[i]) && i - line->at < MAX_NUMBER_DIGITS)
    found.number = found.number * 10 + (guint) (line->text[i++] - '0');
  found.ordered = i > line->at;
  if (i == line->length || line->text[i] == '\0' ||
      strchr (found.ordered ? ".)" : "-+*", line->text[i]) == NULL)
    return FALSE;
  found.sign = line->text[i++];
  column += (guint) (i - line->at);
  if (i < line->length && line->text[i] != ' ' && line->text[i] != '\t')
    return FALSE;
  found.rest = i;
  found.column = column;
  while (found.rest < line->length &&
         (line->text[found.rest] == ' ' || line->text[found.rest] == '\t'))
    found.column = next_column (found.column, line->text[found.rest++]);
  found.empty = found.rest == line->length;
  blanks = found.column - column;
  /* Five blanks or more: the item's text begins after the first, with blanks of its own. */
  if (found.empty || blanks > 4)
    {
      found.column = column + 1;
      found.rest = MIN (i + 1, line->length);
    }
  *marker = found;
  return TRUE;
}
