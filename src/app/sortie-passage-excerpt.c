/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-passage-excerpt.h"

#include "sortie-shown-text.h"

#include <string.h>

#define ELLIPSIS "\342\200\246"
#define MAX_QUOTE (16 * 1024) /* bytes of a quotation that are shown */

static const char *
find_quote (const char *passage, gint64 offset, const char *quote)
{
  gsize length = strlen (passage);
  gsize wanted = strlen (quote);

  if (wanted == 0)
    return NULL;
  if (offset >= 0 && (gsize) offset <= length && wanted <= length - (gsize) offset &&
      memcmp (passage + offset, quote, wanted) == 0)
    return passage + offset;
  return strstr (passage, quote);
}

/* So many characters back, then on to where a word begins. */
static const char *
go_back (const char *passage, const char *from, guint context)
{
  const char *at = from;

  while (context > 0 && at > passage)
    {
      at = g_utf8_prev_char (at);
      context--;
    }
  if (at == passage)
    return at;
  for (const char *word = at; word < from; word = g_utf8_next_char (word))
    if (g_unichar_isspace (g_utf8_get_char (word)))
      return word;
  return at;
}

static const char *
go_on (const char *from, guint context)
{
  const char *at = from;
  const char *word = NULL;

  for (; context > 0 && *at != '\0'; context--, at = g_utf8_next_char (at))
    if (g_unichar_isspace (g_utf8_get_char (at)))
      word = at;
  return *at == '\0' || word == NULL ? at : word;
}

/* (transfer full): one paragraph, as the line breaks of a page mean nothing here */
static char *
join (const char *text, gsize length)
{
  g_autofree char *copy = g_strndup (text, length);

  for (char *c = copy; *c != '\0'; c++)
    if (*c == '\n' || *c == '\r' || *c == '\t' || *c == '\f')
      *c = ' ';
  return sortie_shown_text (copy, strlen (copy));
}

SortiePassageExcerpt *
sortie_passage_excerpt_new (const char *passage, gint64 offset, const char *quote, guint context)
{
  SortiePassageExcerpt *self = g_new0 (SortiePassageExcerpt, 1);
  const char *wanted = quote != NULL ? quote : "";
  const char *found = passage != NULL ? find_quote (passage, offset, wanted) : NULL;
  g_autofree char *middle = join (wanted, MIN (strlen (wanted), MAX_QUOTE));
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  const char *first;
  const char *last;

  if (found == NULL && (passage == NULL || *wanted != '\0'))
    {
      self->text = g_steal_pointer (&middle);
      self->end = strlen (self->text);
      return self;
    }
  if (found == NULL)
    found = passage;
  first = go_back (passage, found, context);
  last = go_on (found + strlen (wanted), context);
  before = join (first, (gsize) (found - first));
  after = join (found + strlen (wanted), (gsize) (last - found) - strlen (wanted));
  self->text = g_strconcat (first > passage ? ELLIPSIS : "", before, middle, after,
                            *last != '\0' ? ELLIPSIS : "", NULL);
  self->start = strlen (before) + (first > passage ? strlen (ELLIPSIS) : 0);
  self->end = self->start + strlen (middle);
  return self;
}

void
sortie_passage_excerpt_free (SortiePassageExcerpt *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_free (self);
}
