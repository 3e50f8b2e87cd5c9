/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-citation-forms.h"

#include <string.h>

#define MAX_DIGITS 6
/* A wider range is not meant: "[1990-2020]". */
#define MAX_RANGE SORTIE_CITATION_MAX_NUMBERS

/* The brackets, also with backslashes before them and in the forms of other scripts. In parentheses a
 * number alone is none. */
static const struct
{
  const char *open;
  const char *close;
  gboolean labelled;
} pairs[] = {
  { "[", "]", FALSE },   { "\\[", "\\]", FALSE }, { "【", "】", FALSE },
  { "［", "］", FALSE }, { "(", ")", TRUE },
};

typedef struct
{
  const char *at;
  const char *end;
} Cursor;

/* What may stand before a number. */
static const char *const labels[] = { "passages", "passage",  "passagen", "pasajes", "pasaje",
                                      "sources",  "source",   "quellen",  "quelle",  "fuentes",
                                      "fuente",   "extraits", "extrait",  "ref.",    "ref" };
static const char *const separators[] = { ",", ";", "&", "and ", "und ", "et ", "y ", "+" };
static const char *const dashes[] = { "-", "–", "—", "‑", "to " };

/* How a list of sources is headed, in small letters. The words of all languages that a report may be
 * in are here, beside what models write in English whatever the report's language. */
static const char *const heads[] = {
  "sources",
  "sources cited",
  "cited sources",
  "list of sources",
  "source list",
  "source",
  "references",
  "reference",
  "reference list",
  "list of references",
  "bibliography",
  "works cited",
  "citations",
  "footnotes",
  "endnotes",
  "cited passages",
  "passages cited",
  "literature",
  "quellen",
  "quellenangaben",
  "quellenverzeichnis",
  "verwendete quellen",
  "zitierte passagen",
  "referenzen",
  "literatur",
  "literaturverzeichnis",
  "einzelnachweise",
  "belege",
  "fußnoten",
  "références",
  "bibliographie",
  "sources citées",
  "liste des sources",
  "notes de bas de page",
  "fuentes",
  "fuentes citadas",
  "referencias",
  "bibliografía",
  "fonti",
  "riferimenti",
  "bibliografia",
  "bronnen",
  "referenties",
  "bronvermelding",
  "fontes",
  "referências",
};

static void
skip_blanks (Cursor *cursor)
{
  while (cursor->at < cursor->end && *cursor->at == ' ')
    cursor->at++;
}

/* Takes `word` in any case; MORE where the text ends within it. */
static SortieMatch
take (Cursor *cursor, const char *word)
{
  gsize left = (gsize) (cursor->end - cursor->at);
  gsize length = strlen (word);

  if (g_ascii_strncasecmp (cursor->at, word, MIN (left, length)) != 0)
    return SORTIE_MATCH_NO;
  if (left < length)
    return SORTIE_MATCH_MORE;
  cursor->at += length;
  return SORTIE_MATCH_YES;
}

static SortieMatch
take_one_of (Cursor *cursor, const char *const *words, gsize n_words)
{
  SortieMatch best = SORTIE_MATCH_NO;

  for (gsize i = 0; i < n_words; i++)
    {
      SortieMatch match = take (cursor, words[i]);

      if (match == SORTIE_MATCH_YES)
        return match;
      if (match == SORTIE_MATCH_MORE)
        best = match;
    }
  return best;
}

static SortieMatch
take_number (Cursor *cursor, guint *number)
{
  guint digits = 0;
  guint value = 0;

  for (; cursor->at < cursor->end && g_ascii_isdigit (*cursor->at); cursor->at++, digits++)
    {
      if (digits == MAX_DIGITS)
        return SORTIE_MATCH_NO;
      value = value * 10 + (guint) (*cursor->at - '0');
    }
  if (cursor->at == cursor->end)
    return SORTIE_MATCH_MORE;
  *number = value;
  return digits > 0 ? SORTIE_MATCH_YES : SORTIE_MATCH_NO;
}

static void
form_add (SortieCitationForm *form, guint number)
{
  for (guint i = 0; i < form->n_numbers; i++)
    if (form->numbers[i] == number)
      return;
  if (form->n_numbers < SORTIE_CITATION_MAX_NUMBERS)
    form->numbers[form->n_numbers++] = number;
  else
    form->n_excess++;
}

static void
form_add_range (SortieCitationForm *form, guint first, guint last)
{
  if (last < first || last - first >= MAX_RANGE)
    {
      form->n_excess++;
      return;
    }
  for (guint number = first; number <= last; number++)
    form_add (form, number);
}

/* "passage 3", "^3", "3", "3-5". */
static SortieMatch
take_item (Cursor *cursor, gboolean labelled, SortieCitationForm *form)
{
  guint first = 0;
  guint last = 0;
  SortieMatch match;

  if (cursor->at < cursor->end && (*cursor->at == '^' || *cursor->at == '#'))
    cursor->at++;
  match = take_one_of (cursor, labels, G_N_ELEMENTS (labels));
  if (match == SORTIE_MATCH_MORE || (labelled && match == SORTIE_MATCH_NO))
    return match;
  skip_blanks (cursor);
  match = take_number (cursor, &first);
  if (match != SORTIE_MATCH_YES)
    return match;
  skip_blanks (cursor);
  match = take_one_of (cursor, dashes, G_N_ELEMENTS (dashes));
  if (match != SORTIE_MATCH_YES)
    {
      if (match == SORTIE_MATCH_NO)
        form_add (form, first);
      return match == SORTIE_MATCH_NO ? SORTIE_MATCH_YES : match;
    }
  skip_blanks (cursor);
  match = take_number (cursor, &last);
  if (match == SORTIE_MATCH_YES)
    form_add_range (form, first, last);
  return match;
}

/* What closes the bracket; after a dagger anything may be before it. */
static SortieMatch
take_close (Cursor *cursor, const char *close)
{
  const char *found;

  if (take (cursor, "†") != SORTIE_MATCH_YES)
    return take (cursor, close);
  found = g_strstr_len (cursor->at, cursor->end - cursor->at, close);
  if (found == NULL)
    return SORTIE_MATCH_MORE;
  cursor->at = found + strlen (close);
  return SORTIE_MATCH_YES;
}

/* What parts two numbers. They may also stand side by side: "[1 2]". */
static SortieMatch
take_separator (Cursor *cursor)
{
  SortieMatch match = take_one_of (cursor, separators, G_N_ELEMENTS (separators));

  if (match == SORTIE_MATCH_NO && cursor->at[-1] == ' ' && g_ascii_isdigit (*cursor->at))
    return SORTIE_MATCH_YES;
  return match;
}

static SortieMatch
read_pair (Cursor cursor, gsize pair, SortieCitationForm *form)
{
  const char *start = cursor.at;
  gboolean labelled = pairs[pair].labelled;
  SortieCitationForm read = { 0 };
  SortieMatch match = take (&cursor, pairs[pair].open);

  while (match == SORTIE_MATCH_YES)
    {
      skip_blanks (&cursor);
      match = take_item (&cursor, labelled, &read);
      labelled = FALSE;
      if (match != SORTIE_MATCH_YES)
        break;
      skip_blanks (&cursor);
      match = take_close (&cursor, pairs[pair].close);
      if (match == SORTIE_MATCH_YES)
        {
          read.length = (gsize) (cursor.at - start);
          *form = read;
          return match;
        }
      if (match == SORTIE_MATCH_NO)
        match = take_separator (&cursor);
    }
  return match;
}

SortieMatch
sortie_citation_form_read (const char *at, gsize left, SortieCitationForm *form)
{
  Cursor cursor = { at, at + MIN (left, SORTIE_CITATION_MAX_FORM) };
  SortieMatch best = SORTIE_MATCH_NO;

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      SortieMatch match = read_pair (cursor, i, form);

      if (match == SORTIE_MATCH_YES)
        return match;
      if (match == SORTIE_MATCH_MORE)
        best = match;
    }
  /* Too long to be one, however it goes on. */
  return best == SORTIE_MATCH_MORE && left >= SORTIE_CITATION_MAX_FORM ? SORTIE_MATCH_NO : best;
}

gboolean
sortie_citation_form_opens (const char *at)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (g_str_has_prefix (at, pairs[i].open))
      return TRUE;
  return FALSE;
}

/* -- the head of a list of sources -- */

static gboolean
is_decoration (char c)
{
  return strchr (" #*_", c) != NULL;
}

/* What comes after the head's words. */
static SortieMatch
match_tail (const char *at, const char *end, gboolean complete)
{
  gboolean colon = FALSE;

  for (; at < end && (is_decoration (*at) || *at == ':'); at++)
    colon = colon || *at == ':';
  if (at == end)
    return complete ? SORTIE_MATCH_YES : SORTIE_MATCH_MORE;
  /* "Sources: [1] …" in one line. */
  if (colon && *at != '(' && sortie_citation_form_opens (at))
    return SORTIE_MATCH_YES;
  return SORTIE_MATCH_NO;
}

/* Whether the words at `at` are, or may become, those of one head. */
static SortieMatch
match_head (const char *head, const char *words, gsize length, gboolean complete)
{
  gsize head_length = strlen (head);

  if (strncmp (head, words, MIN (head_length, length)) != 0)
    return SORTIE_MATCH_NO;
  if (length < head_length)
    return complete ? SORTIE_MATCH_NO : SORTIE_MATCH_MORE;
  return match_tail (words + head_length, words + length, complete);
}

SortieMatch
sortie_citation_heads_list (const char *line, gsize length, gboolean complete)
{
  const char *at = line;
  const char *end = line + length;
  SortieMatch best = SORTIE_MATCH_NO;
  g_autofree char *small = NULL;
  gboolean marked = FALSE;

  if (length > SORTIE_CITATION_MAX_HEAD)
    return SORTIE_MATCH_NO;
  while (at < end && *at == ' ')
    at++;
  /* An item of a list. */
  if (end - at > 1 && *at == '*' && at[1] == ' ')
    return SORTIE_MATCH_NO;
  for (; at < end && is_decoration (*at); at++)
    marked = marked || *at != ' ';
  /* "## 7. Sources" */
  if (marked)
    while (at < end && (g_ascii_isdigit (*at) || strchr (". )", *at) != NULL))
      at++;
  if (at == end)
    return complete ? SORTIE_MATCH_NO : SORTIE_MATCH_MORE;
  small = g_utf8_strdown (at, end - at);
  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      SortieMatch match = match_head (heads[i], small, strlen (small), complete);

      if (match == SORTIE_MATCH_YES)
        return match;
      if (match == SORTIE_MATCH_MORE)
        best = match;
    }
  return best;
}
