/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-text.h"

#include "sortie-utf8-private.h"

#include <string.h>

#define REPLACEMENT 0xFFFD

static gboolean
is_line_break (gunichar c)
{
  return (c >= '\n' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* Not only does no renderer show it: a terminal would act on it. */
static gboolean
is_control (gunichar c)
{
  return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

/* Whether the character at `at` needs a backslash wherever it stands. A colon, an at sign and a full
 * stop do only where they would make a bare address a link. */
static gboolean
is_markup (const char *text, const char *at, const char *end)
{
  gsize left = (gsize) (end - at);

  switch (*at)
    {
    case '\\':
    case '`':
    case '*':
    case '_':
    case '[':
    case ']':
    case '<':
    case '>':
    case '|':
    case '~':
    case '$':
    case '^':
      return TRUE;
    case '&':
      return left > 1 && (at[1] == '#' || g_ascii_isalpha (at[1]));
    case ':':
      return (left > 2 && at[1] == '/' && at[2] == '/') ||
             (at - text >= 6 && g_ascii_strncasecmp (at - 6, "mailto", 6) == 0) ||
             (at - text >= 4 && g_ascii_strncasecmp (at - 4, "xmpp", 4) == 0);
    case '@':
      return at > text && left > 1 && !g_ascii_isspace (at[-1]) && !g_ascii_isspace (at[1]);
    case '.':
      return at - text >= 3 && g_ascii_strncasecmp (at - 3, "www", 3) == 0;
    default:
      return FALSE;
    }
}

/* Where a backslash is due because of what the text begins with: a heading, a list item, the
 * underline of a heading. The offset in `text`, or `length` for none. */
static gsize
find_leading_markup (const char *text, gsize length)
{
  gsize digits = 0;

  if (length > 0 && strchr ("#+-=:", text[0]) != NULL && text[0] != '\0')
    return 0;
  while (digits < length && g_ascii_isdigit (text[digits]))
    digits++;
  if (digits == 0 || digits == length || (text[digits] != '.' && text[digits] != ')'))
    return length;
  if (digits + 1 < length && !g_ascii_isspace (text[digits + 1]))
    return length;
  return digits;
}

char *
sortie_text_escape_markdown (const char *text, gsize length)
{
  g_autoptr (GString) out = g_string_sized_new (length + length / 8);
  const char *end = text + length;
  const char *lead;
  gunichar c;

  while (text < end && sortie_utf8_decode (text, end, &c) > 0 && sortie_is_space (c))
    text += sortie_utf8_decode (text, end, &c);
  lead = text + find_leading_markup (text, (gsize) (end - text));
  for (const char *at = text; at < end;)
    {
      gsize bytes = sortie_utf8_decode (at, end, &c);

      if (is_line_break (c) || c == '\t')
        {
          if (out->len > 0 && out->str[out->len - 1] != ' ')
            g_string_append_c (out, ' ');
        }
      else if (c == REPLACEMENT || is_control (c))
        g_string_append_unichar (out, REPLACEMENT);
      else
        {
          if (at == lead || is_markup (text, at, end))
            g_string_append_c (out, '\\');
          g_string_append_len (out, at, (gssize) bytes);
        }
      at += bytes;
    }
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
