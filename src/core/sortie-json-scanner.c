/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-json-scanner.h"

#include "sortie-error.h"

#include <math.h>
#include <string.h>

gboolean
sortie_json_scanner_fail (SortieJsonScanner *self, const char *what)
{
  g_set_error (self->error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "Not valid JSON at byte %zu: %s",
               (gsize) (self->at - self->start), what);
  return FALSE;
}

gboolean
sortie_json_scanner_fail_large (SortieJsonScanner *self, const char *what, guint limit)
{
  g_set_error (self->error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
               "JSON too large at byte %zu: more than %u %s", (gsize) (self->at - self->start),
               limit, what);
  return FALSE;
}

gboolean
sortie_json_scanner_count (SortieJsonScanner *self)
{
  if (self->values >= self->max_values)
    return sortie_json_scanner_fail_large (self, "values", self->max_values);
  self->values++;
  return TRUE;
}

static gboolean
read_hex4 (SortieJsonScanner *self, gunichar *unit)
{
  gunichar value = 0;

  if (self->end - self->at < 4)
    return sortie_json_scanner_fail (self, "\\u needs four hexadecimal digits");
  for (int i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (self->at[i]);

      if (digit < 0)
        return sortie_json_scanner_fail (self, "\\u needs four hexadecimal digits");
      value = value * 16 + (gunichar) digit;
    }
  self->at += 4;
  *unit = value;
  return TRUE;
}

/* After `\u`. */
static gboolean
read_unicode_escape (SortieJsonScanner *self)
{
  gunichar c = 0, low = 0;

  if (!read_hex4 (self, &c))
    return FALSE;
  if (c == 0)
    return sortie_json_scanner_fail (self, "the character U+0000 is not allowed");
  if (c >= 0xDC00 && c <= 0xDFFF)
    return sortie_json_scanner_fail (self, "a low surrogate without the high one before it");
  if (c >= 0xD800 && c <= 0xDBFF)
    {
      if (self->end - self->at < 2 || self->at[0] != '\\' || self->at[1] != 'u')
        return sortie_json_scanner_fail (self, "a high surrogate without the low one after it");
      self->at += 2;
      if (!read_hex4 (self, &low))
        return FALSE;
      if (low < 0xDC00 || low > 0xDFFF)
        return sortie_json_scanner_fail (self, "a high surrogate without the low one after it");
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
  g_string_append_unichar (self->text, c);
  return TRUE;
}

/* After the backslash. */
static gboolean
read_escape (SortieJsonScanner *self)
{
  static const char names[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  const char *found;

  if (self->at == self->end)
    return sortie_json_scanner_fail (self, "the text ends inside a string");
  if (*self->at == 'u')
    {
      self->at++;
      return read_unicode_escape (self);
    }
  found = memchr (names, *self->at, sizeof names - 1);
  if (found == NULL)
    return sortie_json_scanner_fail (self, "no such escape");
  g_string_append_c (self->text, meanings[found - names]);
  self->at++;
  return TRUE;
}

gboolean
sortie_json_scan_string (SortieJsonScanner *self)
{
  g_string_truncate (self->text, 0);
  self->at++;
  for (;;)
    {
      const char *run = self->at;

      while (self->at < self->end && *self->at != '"' && *self->at != '\\' &&
             (guchar) *self->at >= 0x20)
        self->at++;
      g_string_append_len (self->text, run, self->at - run);
      if (self->at == self->end)
        return sortie_json_scanner_fail (self, "the text ends inside a string");
      if ((guchar) *self->at < 0x20)
        return sortie_json_scanner_fail (self, "a control character inside a string");
      if (*self->at++ == '"')
        return TRUE;
      if (!read_escape (self))
        return FALSE;
    }
}

static gboolean
skip_digits (SortieJsonScanner *self)
{
  if (self->at == self->end || !g_ascii_isdigit (*self->at))
    return sortie_json_scanner_fail (self, "a number needs a digit here");
  while (self->at < self->end && g_ascii_isdigit (*self->at))
    self->at++;
  return TRUE;
}

/* The number's grammar; what its value is comes after. */
static gboolean
scan_grammar (SortieJsonScanner *self, gboolean *integer)
{
  *integer = TRUE;
  if (sortie_json_scanner_next_is (self, '-'))
    self->at++;
  if (sortie_json_scanner_next_is (self, '0'))
    {
      self->at++;
      if (self->at < self->end && g_ascii_isdigit (*self->at))
        return sortie_json_scanner_fail (self, "a number with a leading zero");
    }
  else if (!skip_digits (self))
    return FALSE;
  if (sortie_json_scanner_next_is (self, '.'))
    {
      *integer = FALSE;
      self->at++;
      if (!skip_digits (self))
        return FALSE;
    }
  if (sortie_json_scanner_next_is (self, 'e') || sortie_json_scanner_next_is (self, 'E'))
    {
      *integer = FALSE;
      self->at++;
      if (sortie_json_scanner_next_is (self, '+') || sortie_json_scanner_next_is (self, '-'))
        self->at++;
      return skip_digits (self);
    }
  return TRUE;
}

gboolean
sortie_json_scan_number (SortieJsonScanner *self, gboolean *integer, gint64 *whole, double *value)
{
  const char *start = self->at;
  char digits[SORTIE_JSON_MAX_NUMBER + 1];

  if (!scan_grammar (self, integer))
    return FALSE;
  if (self->at - start > SORTIE_JSON_MAX_NUMBER)
    return sortie_json_scanner_fail_large (self, "characters in a number", SORTIE_JSON_MAX_NUMBER);
  memcpy (digits, start, (gsize) (self->at - start));
  digits[self->at - start] = '\0';
  *integer = *integer && g_ascii_string_to_signed (digits, 10, G_MININT64, G_MAXINT64, whole, NULL);
  if (*integer)
    return TRUE;
  *value = g_ascii_strtod (digits, NULL);
  return isfinite (*value) || sortie_json_scanner_fail (self, "a number out of range");
}

gboolean
sortie_json_scan_word (SortieJsonScanner *self, SortieJsonWord *word)
{
  static const char *const words[] = { "true", "false", "null" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize length = strlen (words[i]);

      if ((gsize) (self->end - self->at) < length || memcmp (self->at, words[i], length) != 0)
        continue;
      self->at += length;
      *word = (SortieJsonWord) i;
      return TRUE;
    }
  return sortie_json_scanner_fail (self, "a value must stand here");
}

gboolean
sortie_json_scanner_enter (SortieJsonScanner *self)
{
  if (self->depth >= self->max_depth)
    return sortie_json_scanner_fail_large (self, "levels of nesting", self->max_depth);
  self->depth++;
  self->at++;
  sortie_json_scanner_skip_space (self);
  return TRUE;
}

void
sortie_json_scanner_leave (SortieJsonScanner *self)
{
  self->depth--;
  self->at++;
}

gboolean
sortie_json_scan_name (SortieJsonScanner *self)
{
  if (!sortie_json_scanner_next_is (self, '"'))
    return sortie_json_scanner_fail (self, "a member name in double quotes must stand here");
  return sortie_json_scanner_count (self) && sortie_json_scan_string (self);
}

gboolean
sortie_json_scanner_check_name (SortieJsonScanner *self, gboolean known, guint count)
{
  if (known)
    return sortie_json_scanner_fail (self, "a member name for the second time in its object");
  if (count >= SORTIE_JSON_MAX_MEMBERS)
    return sortie_json_scanner_fail_large (self, "members in an object", SORTIE_JSON_MAX_MEMBERS);
  return TRUE;
}

gboolean
sortie_json_scan_colon (SortieJsonScanner *self)
{
  sortie_json_scanner_skip_space (self);
  if (!sortie_json_scanner_next_is (self, ':'))
    return sortie_json_scanner_fail (self, "a colon must follow the member name");
  self->at++;
  sortie_json_scanner_skip_space (self);
  return TRUE;
}

gboolean
sortie_json_scan_comma (SortieJsonScanner *self, gboolean *more)
{
  sortie_json_scanner_skip_space (self);
  *more = !sortie_json_scanner_next_is (self, '}');
  if (!*more)
    return TRUE;
  if (!sortie_json_scanner_next_is (self, ','))
    return sortie_json_scanner_fail (self, "a comma or '}' must follow the member");
  self->at++;
  sortie_json_scanner_skip_space (self);
  if (sortie_json_scanner_next_is (self, '}'))
    return sortie_json_scanner_fail (self, "a comma after the last member");
  return TRUE;
}
