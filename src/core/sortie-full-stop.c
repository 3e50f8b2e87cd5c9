/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-sentence-private.h"

#include "sortie-text-private.h"
#include "sortie-utf8-private.h"

#include <string.h>

#define MAX_TOKEN 32 /* bytes of the word before a full stop; a longer one is no abbreviation */

/* The word that ends at `at`, at most MAX_TOKEN bytes of it; begins behind white space or an opening
 * quote or bracket. */
static const char *
find_token (const char *start, const char *at)
{
  const char *token = at;
  gunichar c;

  while (token > start && at - token <= MAX_TOKEN)
    {
      gsize bytes = sortie_utf8_decode_before (start, token, &c);

      if (sortie_is_space (c) ||
          (c != '-' && c != 0x2019 && c != 0x2010 && sortie_sentence_is_opener (c)))
        break;
      token -= bytes;
    }
  return token;
}

static gboolean
consists_of (const char *at, gsize length, const char *characters)
{
  for (gsize i = 0; i < length; i++)
    if (at[i] == '\0' || strchr (characters, at[i]) == NULL)
      return FALSE;
  return length > 0;
}

static gboolean
is_number (const char *at, gsize length)
{
  return consists_of (at, length, "0123456789");
}

/* "IV", "xii". */
static gboolean
is_roman (const char *at, gsize length)
{
  return consists_of (at, length, "IVXLCivxlc");
}

/* "U.S", "p.m", "e.V": letters with full stops between, one or two at a time. */
static gboolean
is_dotted (const char *at, const char *end)
{
  guint letters = 0;
  guint stops = 0;
  gunichar c;

  while (at < end)
    {
      at += sortie_utf8_decode (at, end, &c);
      if (c == '.' && letters > 0)
        {
          letters = 0;
          stops++;
        }
      else if (!g_unichar_isalpha (c) || ++letters > 2)
        return FALSE;
    }
  return stops > 0 && letters > 0;
}

static gboolean
opens_sentence (const SortieNextWord *next)
{
  return !next->initial && sortie_word_opens_sentence (next->word, next->length);
}

/* Digits and a full stop: an ordinal, the number of a section or list item, or just a number. */
static gboolean
number_ends (const char *start, const char *token, const char *stop, const SortieNextWord *next)
{
  const char *before_end = token;
  const char *before;
  gunichar c;

  if (token == start)
    return FALSE;
  if (!is_number (token, (gsize) (stop - token)) || stop - token > 2)
    return TRUE;
  if (sortie_word_is_month (next->word, next->length))
    return FALSE;
  while (before_end > start && token - before_end < 4 &&
         sortie_utf8_decode_before (start, before_end, &c) > 0 && sortie_is_space (c))
    before_end -= sortie_utf8_decode_before (start, before_end, &c);
  before = find_token (start, before_end);
  if (sortie_word_precedes_ordinal (before, (gsize) (before_end - before)))
    return opens_sentence (next);
  /* "am 3. 10. Mai": the number after an ordinal. */
  return !(before_end - before >= 2 && before_end - before <= 3 && before_end[-1] == '.' &&
           is_number (before, (gsize) (before_end - before - 1)));
}

/* By the word before the full stop, given that the next word has a capital or none at all. */
static gboolean
abbreviation_ends (SortieAbbreviation kind, const SortieNextWord *next)
{
  switch (kind)
    {
    case SORTIE_ABBREVIATION_LEADS:
      return FALSE;
    case SORTIE_ABBREVIATION_LEADS_NUMBER:
      return !g_unichar_isdigit (next->first) && next->first != 0xA7 &&
             !is_roman (next->word, next->length) && next->length != 1;
    case SORTIE_ABBREVIATION_MAY_END:
      return opens_sentence (next);
    case SORTIE_ABBREVIATION_ENDS:
    case SORTIE_ABBREVIATION_NONE:
    default:
      return TRUE;
    }
}

/* "Mfg", "Stk": a capital, then consonants only. */
static gboolean
is_unspeakable (const char *at, const char *end)
{
  if (end - at < 2 || end - at > 5 || !g_ascii_isupper (*at))
    return FALSE;
  for (const char *c = at + 1; c < end; c++)
    if (!g_ascii_islower (*c) || strchr ("aeiouy", *c) != NULL)
      return FALSE;
  return TRUE;
}

/* Behind the last of these signs, or `token`. */
static const char *
skip_past (const char *token, const char *stop, const char *sign)
{
  const char *found = g_strrstr_len (token, stop - token, sign);

  return found != NULL ? found + strlen (sign) : token;
}

/* As it is, or without the article elided before it ("l’art") or the other word before a slash
 * ("Mr./Mrs"). */
static SortieAbbreviation
lookup_word (const char *token, const char *stop)
{
  SortieAbbreviation kind = sortie_abbreviation_lookup (token, (gsize) (stop - token));
  const char *word = skip_past (token, stop, "\xE2\x80\x99");

  word = skip_past (word, stop, "'");
  word = skip_past (word, stop, "/");
  if (kind != SORTIE_ABBREVIATION_NONE || word == token)
    return kind;
  return sortie_abbreviation_lookup (word, (gsize) (stop - word));
}

gboolean
sortie_full_stop_ends (const char *start, const char *stop, const SortieNextWord *next)
{
  const char *token = find_token (start, stop);
  const char *hyphen;
  SortieAbbreviation kind;
  gunichar c;

  if (token == stop || stop - token > MAX_TOKEN)
    return TRUE;
  if (consists_of (token, (gsize) (stop - token), "0123456789."))
    return number_ends (start, token, stop, next);
  kind = lookup_word (token, stop);
  if (kind != SORTIE_ABBREVIATION_NONE)
    return abbreviation_ends (kind, next);
  hyphen = g_strrstr_len (token, stop - token, ".-");
  if (hyphen != NULL)
    token = hyphen + 2;
  if (hyphen != NULL &&
      sortie_abbreviation_lookup (token, (gsize) (stop - token)) == SORTIE_ABBREVIATION_LEADS)
    return FALSE;
  if (token == start && is_roman (token, (gsize) (stop - token)))
    return FALSE;
  if (token < stop && sortie_utf8_decode (token, stop, &c) == (gsize) (stop - token) &&
      g_unichar_isalpha (c) && !sortie_sentence_is_ideograph (c))
    return opens_sentence (next);
  return is_dotted (token, stop) || is_unspeakable (token, stop) ? opens_sentence (next) : TRUE;
}

gboolean
sortie_full_stop_is_after_plain_word (const char *start, const char *stop)
{
  const char *token = find_token (start, stop);
  gunichar c;

  if (stop - token < 3 || is_dotted (token, stop) ||
      consists_of (token, (gsize) (stop - token), "0123456789.") ||
      sortie_abbreviation_lookup (token, (gsize) (stop - token)) != SORTIE_ABBREVIATION_NONE)
    return FALSE;
  sortie_utf8_decode_before (token, stop, &c);
  return g_unichar_isalnum (c) || sortie_sentence_is_closer (c);
}
