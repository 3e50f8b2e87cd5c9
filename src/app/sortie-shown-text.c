/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-shown-text.h"

#include <string.h>

#define ELLIPSIS "…"

/* Characters that change how the text around them is drawn: embeddings, overrides and isolates, which
 * can make one text look like another, and the byte order mark. The marks U+200E and U+200F act on
 * their neighbours only, and ordinary Hebrew and Arabic uses them. */
static gboolean
is_deceiving (gunichar c)
{
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x206f) || c == 0xfeff ||
         (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

static gboolean
is_control (gunichar c)
{
  return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

static gboolean
is_line_end (gunichar c)
{
  return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* Valid UTF-8 of the text up to its first NUL. (transfer full) */
static char *
make_valid (const char *text, gsize length)
{
  return g_utf8_make_valid (text, strnlen (text, length));
}

/**
 * sortie_shown_line:
 * @text: (nullable): what others wrote; need not be UTF-8
 * @limit: bytes of the result, at least 8
 *
 * Line breaks, tabs and runs of blanks become one space; control and bidi control characters go.
 *
 * Returns: (transfer full): one line of valid UTF-8, cut with an ellipsis where it is longer
 */
char *
sortie_shown_line (const char *text, gsize limit)
{
  /* Three bytes of U+FFFD can stand for one, and blanks fold: more than the limit has to be read. */
  g_autofree char *valid = make_valid (text != NULL ? text : "", limit * 4 + 64);
  GString *out = g_string_sized_new (MIN (limit, 256));
  gsize run = 0;
  gsize fits = 0; /* how much can stay before an ellipsis */

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gsize size = g_utf8_next_char (p) - p;
      gboolean is_blank = c == ' ' || c == '\t' || is_line_end (c);
      gboolean is_broken = !is_blank && run + size > SORTIE_SHOWN_MAX_RUN;

      if ((is_control (c) && !is_blank) || is_deceiving (c) || (is_blank && run == 0))
        continue;
      if (out->len + size + is_broken > limit)
        {
          g_string_truncate (out, fits);
          g_string_append (out, ELLIPSIS);
          return g_string_free (out, FALSE);
        }
      if (is_blank || is_broken)
        g_string_append_c (out, ' ');
      if (!is_blank)
        g_string_append_unichar (out, c);
      run = is_blank ? 0 : is_broken ? size : run + size;
      if (out->len + strlen (ELLIPSIS) <= limit)
        fits = out->len;
    }
  if (out->len > 0 && run == 0)
    g_string_truncate (out, out->len - 1);
  return g_string_free (out, FALSE);
}

/**
 * sortie_shown_text:
 * @text: what others wrote; need not be UTF-8
 * @length: its bytes; what follows a NUL is not shown
 *
 * Every line break becomes a line feed, tabs stay, control and bidi control characters go, and a run
 * without a blank that is longer than %SORTIE_SHOWN_MAX_RUN is broken by line feeds.
 *
 * Returns: (transfer full): valid UTF-8
 */
char *
sortie_shown_text (const char *text, gsize length)
{
  g_autofree char *valid = make_valid (text, length);
  GString *out = g_string_sized_new (strlen (valid) + 1);
  gsize run = 0;

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gsize size = g_utf8_next_char (p) - p;

      if (c == '\r' && p[1] == '\n')
        continue;
      if (is_line_end (c))
        c = '\n';
      if ((is_control (c) && c != '\n' && c != '\t') || is_deceiving (c))
        continue;
      if (c == '\n' || c == '\t' || c == ' ')
        run = 0;
      else if (run + size > SORTIE_SHOWN_MAX_RUN)
        {
          g_string_append_c (out, '\n');
          run = size;
        }
      else
        run += size;
      g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}
