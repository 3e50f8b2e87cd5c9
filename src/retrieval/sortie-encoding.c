/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-encoding.h"

#include <string.h>

#include "sortie-error.h"

/* A text has hardly any control characters besides white space; a binary file has many. */
#define CONTROL_SHARE 50 /* one in so many */
#define STRAY_CONTROLS 2 /* that say nothing yet */

typedef enum
{
  UNICODE_NONE,
  UNICODE_8,
  UNICODE_16LE,
  UNICODE_16BE,
  UNICODE_32LE,
  UNICODE_32BE,
} UnicodeForm;

static const struct
{
  const char *bytes;
  gsize length;
  UnicodeForm form;
} byte_order_marks[] = {
  { "\xef\xbb\xbf", 3, UNICODE_8 },    { "\xff\xfe\0\0", 4, UNICODE_32LE },
  { "\0\0\xfe\xff", 4, UNICODE_32BE }, { "\xff\xfe", 2, UNICODE_16LE },
  { "\xfe\xff", 2, UNICODE_16BE },
};

/* Windows-1252 from 0x80 to 0x9f; 0 where it defines nothing. */
static const guint16 windows_1252[32] = {
  0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
  0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
  0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

static UnicodeForm
form_by_mark (const char *bytes, gsize length, gsize *mark)
{
  for (guint i = 0; i < G_N_ELEMENTS (byte_order_marks); i++)
    if (length >= byte_order_marks[i].length &&
        memcmp (bytes, byte_order_marks[i].bytes, byte_order_marks[i].length) == 0)
      {
        *mark = byte_order_marks[i].length;
        return byte_order_marks[i].form;
      }
  *mark = 0;
  return UNICODE_NONE;
}

static guint32
read_unit (const guchar *bytes, guint width, gboolean big)
{
  guint32 unit = 0;

  for (guint i = 0; i < width; i++)
    unit |= (guint32) bytes[i] << (8 * (big ? width - 1 - i : i));
  return unit;
}

/* The character at `*i`, which moves behind it; U+FFFD for what is none. */
static gunichar
read_wide_character (const guchar *bytes, gsize length, gsize *i, guint width, gboolean big)
{
  gunichar c = read_unit (bytes + *i, width, big);

  *i += width;
  if (width == 2 && (c & 0xfc00) == 0xd800 && *i + 2 <= length)
    {
      gunichar low = read_unit (bytes + *i, 2, big);

      if ((low & 0xfc00) == 0xdc00)
        {
          *i += 2;
          return 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
        }
    }
  return g_unichar_validate (c) && c != 0 ? c : 0xfffd;
}

static GString *
from_wide (const char *bytes, gsize length, guint width, gboolean big)
{
  GString *out = g_string_sized_new (length / width + 16);

  for (gsize i = 0; i + width <= length;)
    g_string_append_unichar (out,
                             read_wide_character ((const guchar *) bytes, length, &i, width, big));
  return out;
}

/* Binary data that passed for a wide encoding shows as characters that nobody has assigned. */
static gboolean
is_plausible (const GString *text)
{
  gsize n_strange = 0;
  gsize n = 0;

  for (const char *p = text->str; p < text->str + text->len; p = g_utf8_next_char (p), n++)
    {
      gunichar c = g_utf8_get_char (p);

      n_strange +=
          c == 0xfffd || !g_unichar_isdefined (c) || g_unichar_type (c) == G_UNICODE_PRIVATE_USE;
    }
  return n_strange <= n / CONTROL_SHARE;
}

static GString *
from_windows_1252 (const char *bytes, gsize length)
{
  GString *out = g_string_sized_new (length + length / 8 + 16);

  for (gsize i = 0; i < length; i++)
    {
      guchar byte = (guchar) bytes[i];

      if (byte < 0x80)
        g_string_append_c (out, (char) byte);
      else if (byte >= 0xa0)
        g_string_append_unichar (out, byte);
      else
        g_string_append_unichar (out,
                                 windows_1252[byte - 0x80] ? windows_1252[byte - 0x80] : 0xfffd);
    }
  return out;
}

/* UTF-8 with some broken places, or another encoding: whichever leaves fewer strange places. */
static GString *
from_broken_utf8 (const char *bytes, gsize length)
{
  GString *out = g_string_sized_new (length + 16);
  gsize n_bad = 0;
  gsize n_wide = 0;
  gsize i = 0;

  while (i < length)
    {
      const char *end;

      g_utf8_validate_len (bytes + i, length - i, &end);
      for (const char *p = bytes + i; p < end; p++)
        n_wide += ((guchar) *p & 0xc0) == 0xc0;
      g_string_append_len (out, bytes + i, end - (bytes + i));
      i = (gsize) (end - bytes);
      if (i < length)
        {
          g_string_append_unichar (out, 0xfffd);
          n_bad++;
          i++;
        }
      if (n_bad > 64 && n_bad > n_wide)
        break;
    }
  if (n_bad < n_wide / 4)
    return out;
  g_string_free (out, TRUE);
  return NULL;
}

static GString *
from_declared (const char *bytes, gsize length, const char *declared)
{
  static const char *const as_windows_1252[] = { "iso-8859-1", "iso8859-1", "latin1", "latin-1",
                                                 "us-ascii",   "ascii",     NULL };
  g_autofree char *converted = NULL;
  g_autofree char *folded = g_ascii_strdown (declared, -1);
  gsize converted_length = 0;

  /* As browsers do: who says ISO-8859-1 means Windows-1252; and these bytes are not wide. */
  if (g_strv_contains (as_windows_1252, folded) || g_str_has_prefix (folded, "utf-") ||
      g_str_has_prefix (folded, "ucs-"))
    return NULL;
  converted = g_convert_with_fallback (bytes, (gssize) length, "UTF-8", declared, "?", NULL,
                                       &converted_length, NULL);
  if (converted == NULL || memchr (converted, '\0', converted_length) != NULL)
    return NULL;
  return g_string_new_len (converted, (gssize) converted_length);
}

static gboolean
has_too_many_controls (const char *text, gsize length)
{
  gsize n = 0;

  for (gsize i = 0; i < length; i++)
    n += (guchar) text[i] < 0x20 && strchr ("\t\n\r\f\v\b\x1b", text[i]) == NULL;
  return n > length / CONTROL_SHARE + STRAY_CONTROLS;
}

static GString *
from_form (const char *bytes, gsize length, UnicodeForm form)
{
  gboolean big = form == UNICODE_16BE || form == UNICODE_32BE;
  guint width = form == UNICODE_16LE || form == UNICODE_16BE ? 2 : 4;
  g_autoptr (GString) text = NULL;

  if (length % width != 0 && length > 64 * width)
    length -= length % width; /* a long text may have lost its end */
  if (length % width != 0)
    return NULL;
  text = from_wide (bytes, length, width, big);
  return is_plausible (text) ? g_steal_pointer (&text) : NULL;
}

/* Wide encodings without a mark. Any text of some length has spaces or line breaks, and these have
 * NUL bytes, more often in one place of the unit than in another. */
static GString *
from_unmarked (const char *bytes, gsize length)
{
  UnicodeForm forms[] = { UNICODE_32LE, UNICODE_32BE, UNICODE_16LE, UNICODE_16BE };
  gsize zeros[2] = { 0 };
  GString *text = NULL;

  for (gsize i = 0; i < length; i++)
    zeros[i % 2] += bytes[i] == '\0';
  if (zeros[0] > zeros[1])
    {
      forms[2] = UNICODE_16BE;
      forms[3] = UNICODE_16LE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (forms) && text == NULL; i++)
    text = from_form (bytes, length, forms[i]);
  return text;
}

static GString *
decode (const char *bytes, gsize length, const char *declared)
{
  gsize mark;
  UnicodeForm form = form_by_mark (bytes, length, &mark);
  GString *out = NULL;

  bytes += mark;
  length -= mark;
  if (form != UNICODE_NONE && form != UNICODE_8)
    return from_form (bytes, length, form);
  if (memchr (bytes, '\0', length) != NULL)
    return form == UNICODE_NONE ? from_unmarked (bytes, length) : NULL;
  if (g_utf8_validate_len (bytes, length, NULL))
    return g_string_new_len (bytes, (gssize) length);
  if (declared != NULL && form == UNICODE_NONE)
    out = from_declared (bytes, length, declared);
  if (out == NULL)
    out = from_broken_utf8 (bytes, length);
  return out != NULL ? out : from_windows_1252 (bytes, length);
}

GString *
sortie_encoding_to_utf8 (const char *bytes, gsize length, const char *declared, GError **error)
{
  GString *out = decode (bytes, length, declared);

  if (out != NULL && !has_too_many_controls (out->str, out->len))
    return out;
  if (out != NULL)
    g_string_free (out, TRUE);
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "binary data, not text");
  return NULL;
}
