/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-language.h"

#include "sortie-utf8-private.h"

#include <string.h>

const char *const sortie_languages[] = { "en", "de", "es", "fr", "ja", "pt", "zh", NULL };

/* How much of a text is looked at for its script, bytes. */
#define SCRIPT_BYTES (16 * 1024)
/* So many characters weigh as much as one word written in letters; and as one in capitals, which may
 * be a name in any text. */
#define CHARACTERS_A_WORD 2
#define CHARACTERS_A_NAME 1
/* Of the characters of a Japanese text at least one in so many is kana. */
#define KANA_SHARE 20

/* Quality values count in thousandths. */
#define FULL_QUALITY 1000

/* Characters of everyday Chinese that no Japanese text holds: simplified forms, pronouns and the
 * particles of a question. */
static const char chinese_only[] =
    "们这么为说时对发样经问题间关请动还进过实现应该类设备标质护产网络线图书买卖车东门传统语认识计"
    "议证评试话详误读调谁负责财贸费资软连选适长闻钟钱铁错键际险难预领风飞马验齐龙优较你您吗哪怎它";

const char *
sortie_language_find (const char *tag, gsize length)
{
  gsize primary = 0;

  while (primary < length && g_ascii_isalpha (tag[primary]))
    primary++;
  if (primary != 2 || (length > 2 && strchr ("-_.@", tag[2]) == NULL))
    return NULL;
  for (guint i = 0; sortie_languages[i] != NULL; i++)
    if (g_ascii_strncasecmp (tag, sortie_languages[i], 2) == 0)
      return sortie_languages[i];
  return NULL;
}

/* `;q=0.8` in thousandths; -1 for what is no weight. */
static int
read_weight (const char *at, const char *end)
{
  int weight;
  int place = FULL_QUALITY / 10;

  while (at < end && strchr (" \t;", *at) != NULL)
    at++;
  if (at == end)
    return FULL_QUALITY;
  if (end - at < 3 || g_ascii_tolower (at[0]) != 'q' || at[1] != '=' ||
      (at[2] != '0' && at[2] != '1'))
    return -1;
  weight = at[2] == '1' ? FULL_QUALITY : 0;
  at += 3;
  if (at < end && *at == '.')
    at++;
  for (; at < end && g_ascii_isdigit (*at); at++, place /= 10)
    weight += (*at - '0') * place;
  while (at < end && (*at == ' ' || *at == '\t'))
    at++;
  return at == end && weight <= FULL_QUALITY ? weight : -1;
}

const char *
sortie_language_accept (const char *field)
{
  const char *best = NULL;
  int best_weight = 0;
  const char *at = field;

  for (int n = 0; n < SORTIE_LANGUAGE_MAX_RANGES; n++)
    {
      const char *end = at + strcspn (at, ",");
      const char *language;
      gsize length;
      int weight;

      while (at < end && (*at == ' ' || *at == '\t'))
        at++;
      length = strcspn (at, ",; \t");
      language = sortie_language_find (at, length);
      weight = language != NULL ? read_weight (at + length, end) : -1;
      /* What was named first stays where the weights are the same. */
      if (weight > best_weight)
        {
          best = language;
          best_weight = weight;
        }
      if (*end == '\0')
        break;
      at = end + 1;
    }
  return best;
}

static gboolean
is_kana (gunichar c)
{
  return (c >= 0x3041 && c <= 0x30FF && c != 0x30FB) || (c >= 0x31F0 && c <= 0x31FF) ||
         (c >= 0xFF66 && c <= 0xFF9F);
}

static gboolean
is_han (gunichar c)
{
  return c == 0x3005 || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

static gboolean
is_chinese_only (const char *at, gsize bytes)
{
  return memmem (chinese_only, sizeof chinese_only - 1, at, bytes) != NULL;
}

const char *
sortie_language_of_script (const char *text, gsize length, gboolean *sure)
{
  const char *end = text + MIN (length, SCRIPT_BYTES);
  guint n_kana = 0;
  guint n_han = 0;
  guint n_chinese = 0;
  guint weight = 0;
  gboolean in_word = FALSE;
  gboolean in_name = FALSE;
  gunichar c;
  gsize bytes;

  for (const char *at = text; at < end; at += bytes)
    {
      gboolean letter;

      bytes = sortie_utf8_decode (at, end, &c);
      letter = !is_kana (c) && !is_han (c) && g_unichar_isalpha (c);
      if (letter && !in_word)
        weight += g_unichar_islower (c) ? CHARACTERS_A_WORD : CHARACTERS_A_NAME;
      else if (letter && in_name && g_unichar_islower (c))
        weight += CHARACTERS_A_WORD - CHARACTERS_A_NAME;
      in_name = letter && (in_name || !in_word) && !g_unichar_islower (c);
      in_word = letter;
      n_kana += is_kana (c);
      if (is_han (c))
        {
          n_han++;
          n_chinese += is_chinese_only (at, bytes);
        }
    }
  if (n_kana + n_han == 0 || n_kana + n_han < weight)
    return NULL;
  if (sure != NULL)
    *sure = n_kana > 0 || n_chinese > 0;
  return n_kana * KANA_SHARE > n_kana + n_han ? "ja" : "zh";
}
