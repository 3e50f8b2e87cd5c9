/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-sentence-private.h"

#include <string.h>

SortieEndKind
sortie_sentence_end_kind (gunichar c)
{
  switch (c)
    {
    case '.':
      return SORTIE_END_STOP;
    case 0x2026:
      return SORTIE_END_ELLIPSIS;
    case '!':
    case '?':
    case 0x203C:
    case 0x203D:
    case 0x2047 ... 0x2049:
      return SORTIE_END_MARK;
    case 0x0589: /* Armenian */
    case 0x061F: /* Arabic */
    case 0x06D4:
    case 0x0964: /* Devanagari */
    case 0x0965:
    case 0x104B: /* Myanmar */
    case 0x1362: /* Ethiopic */
    case 0x17D4: /* Khmer */
    case 0x3002: /* ideographic */
    case 0xFE52:
    case 0xFF01:
    case 0xFF0E:
    case 0xFF1F:
    case 0xFF61:
      return SORTIE_END_HARD;
    default:
      return SORTIE_END_NONE;
    }
}

gboolean
sortie_sentence_is_closer (gunichar c)
{
  if (c < 0x80)
    return c != 0 && strchr ("\"')]}*_`~", (int) c) != NULL;
  switch (c)
    {
    case 0xB2: /* superscript digits: marks of footnotes */
    case 0xB3:
    case 0xB9:
    case 0xAB: /* closes where » opens */
    case 0xBB:
    case 0x2018 ... 0x201F:
    case 0x2039:
    case 0x203A:
    case 0x2070 ... 0x2079:
    case 0x3009:
    case 0x300B:
    case 0x300D:
    case 0x300F:
    case 0x3011:
    case 0x3015:
    case 0xFF02:
    case 0xFF07:
    case 0xFF09:
    case 0xFF3D:
    case 0xFF5D:
    case 0xFF63:
      return TRUE;
    default:
      return FALSE;
    }
}

gboolean
sortie_sentence_is_opener (gunichar c)
{
  if (c < 0x80)
    return c != 0 && strchr ("\"'([{*_`-", (int) c) != NULL;
  return c == 0xA1 || c == 0xBF || c == 0xAB || c == 0xBB || (c >= 0x2010 && c <= 0x201F) ||
         c == 0x2039 || c == 0x203A || (c >= 0x3008 && c <= 0x3011) || c == 0xFF08;
}

gboolean
sortie_sentence_is_ideograph (gunichar c)
{
  return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}
