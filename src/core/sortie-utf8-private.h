/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include <string.h>

G_BEGIN_DECLS

/* As g_utf8_validate_len(), which looks at each byte: most text is ASCII, of which eight bytes can be
 * looked at together. A NUL is not valid. */
static inline gboolean
sortie_utf8_validate (const char *text, gsize length, const char **end)
{
  const guint64 high = G_GUINT64_CONSTANT (0x8080808080808080);
  const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101);
  gsize ascii = 0;

  for (guint64 eight; length - ascii >= sizeof eight; ascii += sizeof eight)
    {
      memcpy (&eight, text + ascii, sizeof eight);
      /* A byte of zero borrows from its high bit, one above 0x7f has it. */
      if (((eight | (eight - ones)) & high) != 0)
        break;
    }
  return g_utf8_validate_len (text + ascii, length - ascii, end);
}

/* Decodes the character at `at` (before `end`) without ever reading at or past `end`, and gives the
 * number of its bytes, at least 1. A byte that begins no valid character is one U+FFFD. GLib's own
 * functions either trust the text or are several times slower. */
static inline gsize
sortie_utf8_decode (const char *at, const char *end, gunichar *character)
{
  const guchar *c = (const guchar *) at;
  gsize left = (gsize) (end - at);
  gunichar value;

  if (c[0] < 0x80)
    {
      *character = c[0];
      return 1;
    }
  if (c[0] >= 0xC2 && c[0] <= 0xDF && left >= 2 && (c[1] & 0xC0) == 0x80)
    {
      *character = (gunichar) (c[0] & 0x1F) << 6 | (c[1] & 0x3F);
      return 2;
    }
  if ((c[0] & 0xF0) == 0xE0 && left >= 3 && (c[1] & 0xC0) == 0x80 && (c[2] & 0xC0) == 0x80)
    {
      value = (gunichar) (c[0] & 0x0F) << 12 | (gunichar) (c[1] & 0x3F) << 6 | (c[2] & 0x3F);
      if (value >= 0x800 && (value < 0xD800 || value > 0xDFFF))
        {
          *character = value;
          return 3;
        }
    }
  if (c[0] >= 0xF0 && c[0] <= 0xF4 && left >= 4 && (c[1] & 0xC0) == 0x80 && (c[2] & 0xC0) == 0x80 &&
      (c[3] & 0xC0) == 0x80)
    {
      value = (gunichar) (c[0] & 0x07) << 18 | (gunichar) (c[1] & 0x3F) << 12 |
              (gunichar) (c[2] & 0x3F) << 6 | (c[3] & 0x3F);
      if (value >= 0x10000 && value <= 0x10FFFF)
        {
          *character = value;
          return 4;
        }
    }
  *character = 0xFFFD;
  return 1;
}

/* The character before `at` (after `start`), by the same rules, and the number of its bytes. */
static inline gsize
sortie_utf8_decode_before (const char *start, const char *at, gunichar *character)
{
  const char *lead = at - 1;
  gsize bytes;

  while (lead > start && at - lead < 4 && ((guchar) *lead & 0xC0) == 0x80)
    lead--;
  bytes = sortie_utf8_decode (lead, at, character);
  if (bytes == (gsize) (at - lead))
    return bytes;
  *character = 0xFFFD;
  return 1;
}

/* White space of any kind; the ASCII controls count too. */
static inline gboolean
sortie_is_space (gunichar c)
{
  if (c < 0x80)
    return c <= 0x20 || c == 0x7F;
  return c == 0x85 || c == 0x200B || c == 0xFEFF || g_unichar_isspace (c);
}

G_END_DECLS
