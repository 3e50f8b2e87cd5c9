/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-citations.h"

#include <string.h>

#define MAX_DIGITS 6

/* The number of `[n]` that stands at `at`, and where it ends; 0 where there is none. */
static guint
read_citation (const char *at, const char *end, const char **after)
{
  const char *p = at + 1;
  guint number = 0;

  if (*at != '[')
    return 0;
  for (; p < end && p - at <= MAX_DIGITS && g_ascii_isdigit (*p); p++)
    number = number * 10 + (guint) (*p - '0');
  if (p == end || *p != ']' || at[1] == '0')
    return 0;

  *after = p + 1;
  return number;
}

static const char *
next_line (const char *line, const char *end)
{
  const char *feed = memchr (line, '\n', (gsize) (end - line));

  return feed != NULL ? feed + 1 : end;
}

static const char *
find_last_section (const char *report, const char *end)
{
  const char *found = end;

  for (const char *line = report; line < end; line = next_line (line, end))
    if (end - line > 3 && strncmp (line, "## ", 3) == 0)
      found = line;

  return found;
}

static void
read_text (SortieCtlCitations *self, const char *text, const char *end)
{
  const char *after;
  guint number;

  for (const char *p = text; p < end; p++)
    {
      if (*p == '\\')
        {
          p++;
          continue;
        }
      number = read_citation (p, end, &after);
      if (number == 0)
        continue;
      g_hash_table_add (self->cited, GUINT_TO_POINTER (number));
      self->n_citations++;
      p = after - 1;
    }
}

SortieCtlCitations *
sortie_ctl_citations_read (const char *report, gsize length)
{
  SortieCtlCitations *self = g_new0 (SortieCtlCitations, 1);
  const char *end = report + length;
  const char *list = find_last_section (report, end);

  self->cited = g_hash_table_new (NULL, NULL);
  self->listed = g_hash_table_new (NULL, NULL);
  read_text (self, report, list);
  for (const char *line = list; line < end; line = next_line (line, end))
    {
      const char *after;
      guint number = read_citation (line, end, &after);

      if (number > 0)
        g_hash_table_add (self->listed, GUINT_TO_POINTER (number));
      else
        read_text (self, line, next_line (line, end));
    }

  return self;
}

void
sortie_ctl_citations_free (SortieCtlCitations *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->cited);
  g_hash_table_unref (self->listed);
  g_free (self);
}

gboolean
sortie_ctl_citations_has (GHashTable *numbers, guint number)
{
  return g_hash_table_contains (numbers, GUINT_TO_POINTER (number));
}
