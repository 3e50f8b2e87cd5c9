/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-report-private.h"

#include "sortie-phrases.h"
#include "sortie-text.h"

#include <string.h>

/* Of a title and a path so much is shown in the list of sources, bytes. */
#define MAX_SHOWN_TITLE 120
#define MAX_SHOWN_PATH 240

/* White space in one blank, without what a reader can't see. */
char *
sortie_report_one_line (const char *text)
{
  GString *line = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isspace (c))
        {
          if (line->len > 0 && line->str[line->len - 1] != ' ')
            g_string_append_c (line, ' ');
        }
      else if (!(c >= 0x202a && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069) && c != 0xad)
        g_string_append_unichar (line, c);
    }
  if (line->len > 0 && line->str[line->len - 1] == ' ')
    g_string_truncate (line, line->len - 1);
  return g_string_free (line, FALSE);
}

char *
sortie_report_escape (const char *text)
{
  g_autofree char *line = sortie_report_one_line (text);
  g_autofree char *led = g_strconcat ("x", line, NULL);
  g_autofree char *escaped = sortie_text_escape_markdown (led, strlen (led));

  return g_strdup (escaped + 1);
}

char *
sortie_report_dup_quote (const char *quote)
{
  return sortie_report_escape (quote);
}

char *
sortie_report_dup_shown (const char *text, gsize limit)
{
  g_autofree char *line = sortie_report_one_line (text);
  g_autofree char *shortened = sortie_text_shorten (line, limit);

  return sortie_report_escape (shortened);
}

static const char *
last_heading (const char *heading)
{
  const char *last = heading != NULL ? g_strrstr (heading, " › ") : NULL;

  return last != NULL ? last + strlen (" › ") : heading;
}

char *
sortie_report_dup_source_line (const SortieSource *source, int n, const char *language)
{
  const SortiePhrases *phrases = sortie_phrases_get (language);
  const char *place = source->path != NULL && *source->path != '\0' ? source->path : source->uri;
  const char *heading = last_heading (source->heading);
  g_autofree char *title =
      sortie_report_dup_shown (*source->title != '\0' ? source->title : place, MAX_SHOWN_TITLE);
  g_autofree char *path = sortie_report_dup_shown (place, MAX_SHOWN_PATH);
  GString *line = g_string_new (NULL);

  g_string_append_printf (line, "[%d] %s", n, title);
  if (source->page > 0)
    {
      g_autofree char *number = g_strdup_printf ("%d", source->page);
      g_autofree char *page = sortie_phrases_format (phrases->page_format, "n", number, NULL);

      g_string_append_printf (line, "%s%s", phrases->comma, page);
    }
  if (heading != NULL && *heading != '\0' && g_strcmp0 (heading, source->title) != 0)
    {
      g_autofree char *escaped = sortie_report_dup_shown (heading, SORTIE_REPORT_MAX_SHOWN);

      g_string_append_printf (line, "%s%s", phrases->comma, escaped);
    }
  g_string_append_printf (line, " — %s", path);
  return g_string_free (line, FALSE);
}
