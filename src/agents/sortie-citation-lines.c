/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-citations-private.h"

#include <string.h>

/* A longer heading is text, bytes. */
#define MAX_HEADING 256

gsize
sortie_citation_count_mark (const char *line, gsize length, char mark)
{
  gsize n = 0;

  while (n < length && line[n] == mark)
    n++;
  return n;
}

/* Only a fence at the very beginning of a line surely opens a code block for every reader. */
static SortieMatch
match_fence (const char *line, gsize length, gboolean complete)
{
  gsize n = sortie_citation_count_mark (line, length, *line);

  for (gsize i = n; i < length; i++)
    if (!g_ascii_isalnum (line[i]) && strchr ("_+.#- ", line[i]) == NULL)
      return SORTIE_MATCH_NO;
  if (length > n && n < 3)
    return SORTIE_MATCH_NO;
  if (length >= SORTIE_LINE_MAX_FENCE)
    return SORTIE_MATCH_NO;
  if (!complete)
    return SORTIE_MATCH_MORE;
  return n >= 3 ? SORTIE_MATCH_YES : SORTIE_MATCH_NO;
}

static gboolean
is_fence_mark (char c)
{
  return c == '`' || c == '~';
}

/* "[3] Title, p. 4", "[^3]: …", "【3】 …": a line that only lists a source, if more such follow or
 * nothing at all. */
static SortieMatch
match_entry (const char *line, gsize length, gboolean complete)
{
  SortieCitationForm form;
  SortieMatch match = sortie_citation_form_read (line, length, &form);
  gsize after;

  if (match == SORTIE_MATCH_MORE)
    return complete ? SORTIE_MATCH_NO : match;
  if (match == SORTIE_MATCH_NO || form.n_numbers + form.n_excess != 1)
    return SORTIE_MATCH_NO;
  after = form.length;
  if (after < length && strchr (":.)", line[after]) != NULL)
    after++;
  if (after == length)
    return complete ? SORTIE_MATCH_YES : SORTIE_MATCH_MORE;
  if (line[after] != ' ')
    return SORTIE_MATCH_NO;
  if (complete)
    return SORTIE_MATCH_YES;
  return length >= SORTIE_LINE_MAX_HELD ? SORTIE_MATCH_NO : SORTIE_MATCH_MORE;
}

static SortieMatch
match_heading (const char *line, gsize length, gboolean complete)
{
  gsize n = sortie_citation_count_mark (line, length, '#');

  if (n > 6 || (length > n && line[n] != ' '))
    return SORTIE_MATCH_NO;
  if (complete)
    return SORTIE_MATCH_YES;
  return length >= MAX_HEADING ? SORTIE_MATCH_NO : SORTIE_MATCH_MORE;
}

/* `[3]: …` is how links and footnotes are defined, and no sentence. */
gboolean
sortie_citation_is_definition (const char *entry)
{
  SortieCitationForm form;

  return sortie_citation_form_read (entry, strlen (entry), &form) == SORTIE_MATCH_YES &&
         entry[form.length] == ':';
}

/* What the line's first characters let it be. */
static SortieMatch
match_line (const char *line, gsize length, gboolean complete, SortieLineKind *kind)
{
  gsize indent = MIN (sortie_citation_count_mark (line, length, ' '), 3);
  const char *at = line + indent;

  if (is_fence_mark (*line))
    {
      *kind = SORTIE_LINE_FENCE;
      return match_fence (line, length, complete);
    }
  if (*at == '#')
    {
      *kind = SORTIE_LINE_HEADING;
      return match_heading (at, length - indent, complete);
    }
  if (*at != '(' && sortie_citation_form_opens (at))
    {
      *kind = SORTIE_LINE_ENTRY;
      return match_entry (at, length - indent, complete);
    }
  return SORTIE_MATCH_NO;
}

gboolean
sortie_citation_line_read (const char *line, gsize length, gboolean complete, SortieLineKind *kind)
{
  SortieLineKind first = SORTIE_LINE_TEXT;
  SortieMatch match = match_line (line, length, complete, &first);
  SortieMatch head;

  if (match == SORTIE_MATCH_MORE)
    return FALSE;
  head = sortie_citation_heads_list (line, length, complete);
  if (head == SORTIE_MATCH_YES)
    *kind = SORTIE_LINE_HEAD;
  else if (match == SORTIE_MATCH_YES)
    *kind = first;
  else if (head == SORTIE_MATCH_MORE)
    return FALSE;
  else
    *kind = SORTIE_LINE_TEXT;
  return TRUE;
}
