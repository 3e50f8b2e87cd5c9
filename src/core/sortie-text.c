/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-text.h"

#include "sortie-utf8-private.h"

#include <string.h>

#define ELLIPSIS "\xE2\x80\xA6"

/* What g_unichar_fully_decompose() can give for one character. */
#define MAX_DECOMPOSITION 18

typedef enum
{
  CLASS_OTHER,
  CLASS_LETTER,
  CLASS_DIGIT,
  CLASS_MARK,
  CLASS_IDEOGRAPH, /* a word by itself: scripts written without spaces */
  CLASS_JOINER,    /* joins two letters or digits that stand around it */
  CLASS_STOP,      /* a full stop, which joins two digits only */
} CharacterClass;

/* Han, Hiragana, Katakana (half-width too) and Thai. */
static gboolean
is_unspaced (gunichar c)
{
  return (c >= 0x0E00 && c <= 0x0E7F) || (c >= 0x3005 && c <= 0x3007) ||
         (c >= 0x3021 && c <= 0x3029) || (c >= 0x3031 && c <= 0x3035) ||
         (c >= 0x3038 && c <= 0x303C) || (c >= 0x3041 && c <= 0x30FF) ||
         (c >= 0x31F0 && c <= 0x31FF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFF66 && c <= 0xFF9F) || (c >= 0x20000 && c <= 0x3FFFF);
}

static CharacterClass
classify (gunichar c)
{
  if (c < 0x80)
    {
      if (g_ascii_isalpha ((char) c))
        return CLASS_LETTER;
      if (g_ascii_isdigit ((char) c))
        return CLASS_DIGIT;
      if (c == '\'' || c == '_')
        return CLASS_JOINER;
      return c == '.' ? CLASS_STOP : CLASS_OTHER;
    }
  if (c == 0x2019 || c == 0xB7)
    return CLASS_JOINER;
  if (g_unichar_ismark (c))
    return CLASS_MARK;
  if (!g_unichar_isalnum (c))
    return CLASS_OTHER;
  if (is_unspaced (c))
    return CLASS_IDEOGRAPH;
  return g_unichar_isdigit (c) ? CLASS_DIGIT : CLASS_LETTER;
}

/* The end of the word that begins at `at`, whose first character is of class `last`. */
static const char *
find_word_end (const char *at, const char *end, CharacterClass last)
{
  gboolean alone = last == CLASS_IDEOGRAPH;

  while (at < end)
    {
      gunichar c;
      const char *next = at + sortie_utf8_decode (at, end, &c);
      CharacterClass class = classify (c);

      if (class == CLASS_MARK)
        {
          at = next;
          continue;
        }
      if (!alone && next < end && (class == CLASS_JOINER || class == CLASS_STOP))
        {
          const char *after = next + sortie_utf8_decode (next, end, &c);
          CharacterClass follower = classify (c);

          if (follower != CLASS_DIGIT && (class == CLASS_STOP || follower != CLASS_LETTER))
            return at;
          if (class == CLASS_STOP && last != CLASS_DIGIT)
            return at;
          class = follower;
          next = after;
        }
      else if (alone || (class != CLASS_LETTER && class != CLASS_DIGIT))
        return at;
      last = class;
      at = next;
    }
  return at;
}

/* The next word at or after *position, which moves behind it; FALSE where there is none. */
static gboolean
next_word (const char *text, gsize length, gsize *position, SortieSpan *word)
{
  const char *at = text + *position;
  const char *end = text + length;

  while (at < end)
    {
      gunichar c;
      const char *next = at + sortie_utf8_decode (at, end, &c);
      CharacterClass class = classify (c);

      if (class == CLASS_LETTER || class == CLASS_DIGIT || class == CLASS_IDEOGRAPH)
        {
          word->start = (gsize) (at - text);
          word->end = (gsize) (find_word_end (next, end, class) - text);
          *position = word->end;
          return TRUE;
        }
      at = next;
    }
  *position = length;
  return FALSE;
}

static gboolean
is_ascii (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if ((guchar) text[i] >= 0x80)
      return FALSE;
  return TRUE;
}

/* Character by character, not with g_utf8_normalize(): that one sorts marks, which takes quadratic
 * time on a long run of them, and here they go anyway. */
static void
append_base_characters (GString *out, const char *text, gsize length)
{
  const char *end = text + length;
  gunichar parts[MAX_DECOMPOSITION];

  for (const char *at = text; at < end;)
    {
      gunichar c;
      gsize n;

      at += sortie_utf8_decode (at, end, &c);
      if (c == 0x2019)
        c = '\'';
      n = c == 0 ? 0 : g_unichar_fully_decompose (c, TRUE, parts, G_N_ELEMENTS (parts));
      for (gsize i = 0; i < n; i++)
        if (!g_unichar_ismark (parts[i]))
          g_string_append_unichar (out, parts[i]);
    }
}

GArray *
sortie_text_tokenize (const char *text, gsize length)
{
  GArray *words = g_array_new (FALSE, FALSE, sizeof (SortieSpan));
  gsize position = 0;
  SortieSpan word;

  while (next_word (text, length, &position, &word))
    g_array_append_val (words, word);
  return words;
}

guint
sortie_text_count_words (const char *text, gsize length)
{
  guint n = 0;
  gsize position = 0;
  SortieSpan word;

  while (next_word (text, length, &position, &word))
    n++;
  return n;
}

char *
sortie_text_fold (const char *text, gsize length)
{
  g_autoptr (GString) base = NULL;

  if (is_ascii (text, length))
    return g_ascii_strdown (text, (gssize) length);
  base = g_string_sized_new (length + 1);
  append_base_characters (base, text, length);
  /* A few letters are nothing but a mark by compatibility (the half-width voicing marks). */
  if (base->len == 0)
    {
      g_autofree char *valid = g_utf8_make_valid (text, (gssize) length);

      return g_utf8_casefold (valid, -1);
    }
  return g_utf8_casefold (base->str, (gssize) base->len);
}

gsize
sortie_text_whole_characters (const char *bytes, gsize length)
{
  for (gsize back = 1; back <= 3 && back <= length; back++)
    {
      guchar c = (guchar) bytes[length - back];
      gsize needed = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;

      if ((c & 0xC0) != 0x80)
        return needed > back ? length - back : length;
    }
  return length;
}

char *
sortie_text_shorten (const char *text, gsize limit)
{
  g_autoptr (GString) shortened = NULL;
  gsize length = strlen (text);
  gsize keep;
  gunichar c;

  if (length <= limit)
    return g_strdup (text);
  keep = sortie_text_whole_characters (text, limit);
  while (keep > 0)
    {
      gsize bytes = sortie_utf8_decode_before (text, text + keep, &c);

      if (!sortie_is_space (c))
        break;
      keep -= bytes;
    }
  shortened = g_string_new_len (text, (gssize) keep);
  g_string_append (shortened, ELLIPSIS);
  return g_string_free (g_steal_pointer (&shortened), FALSE);
}
