/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-language.h"

#include "sortie-text.h"
#include "sortie-utf8-private.h"

#include <string.h>

/* Terms of a text without spaces: what stands between the words below, and where the script changes.
 * Hiragana are particles and endings in all but a few words, so they part terms too. */

/* Words that ask or instruct and name no subject; the longer before what it begins with. */
static const char *const separators[] = {
  "为什么", "有哪些", "什么时候", "什么", "哪些", "哪个", "如何", "怎么样", "怎样", "怎么", "多久",
  "多少",   "几个",   "请问",     "请",   "说明", "介绍", "总结", "概述",   "比较", "列出", "解释",
  "根据",   "文件中", "文档中",   "文件", "文档", "报告", "是否", "可以",   "需要", "以及", "关于",
  "対する", "関する", "教えて",   "説明", "比較", "要約", "概要", "文書",   "資料", "書類", "何",
  "違い",   "方法",   "的",       "了",   "是",   "在",   "和",   "与",     "及",   "或",   "吗",
  "呢",     "对",     "把",       "被",   "将",   "从",   "于",
};

typedef enum
{
  SCRIPT_OTHER,
  SCRIPT_HAN,
  SCRIPT_HIRAGANA,
  SCRIPT_KATAKANA,
} Script;

static Script
script_of (gunichar c)
{
  if (c == 0x3005 || c == 0x3007 || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
      (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF))
    return SCRIPT_HAN;
  if (c >= 0x3041 && c <= 0x309F)
    return SCRIPT_HIRAGANA;
  if ((c >= 0x30A1 && c <= 0x30FF && c != 0x30FB) || (c >= 0x31F0 && c <= 0x31FF) ||
      (c >= 0xFF66 && c <= 0xFF9F))
    return SCRIPT_KATAKANA;
  return SCRIPT_OTHER;
}

gboolean
sortie_character_is_unspaced (gunichar c)
{
  return script_of (c) != SCRIPT_OTHER;
}

gboolean
sortie_character_is_unspaced_sign (gunichar c)
{
  return (c >= 0x3000 && c <= 0x3004) || (c >= 0x3008 && c <= 0x3011) ||
         (c >= 0x3014 && c <= 0x301B) || c == 0x30FB || c == 0xFF01 || c == 0xFF08 || c == 0xFF09 ||
         c == 0xFF0C || c == 0xFF0E || c == 0xFF1A || c == 0xFF1B || c == 0xFF1F || c == 0xFF5E ||
         (c >= 0xFF61 && c <= 0xFF65);
}

static gsize
separator_length (const char *at, gsize left)
{
  for (guint i = 0; i < G_N_ELEMENTS (separators); i++)
    {
      gsize length = strlen (separators[i]);

      if (length <= left && memcmp (at, separators[i], length) == 0)
        return length;
    }
  return 0;
}

GArray *
sortie_text_list_unspaced_terms (const char *text, gsize length)
{
  GArray *terms = g_array_new (FALSE, FALSE, sizeof (SortieSpan));
  const char *end = text + length;
  SortieSpan term = { 0, 0 };
  Script last = SCRIPT_OTHER;

  for (const char *at = text; at < end;)
    {
      gunichar c;
      gsize bytes = sortie_utf8_decode (at, end, &c);
      gsize separator = separator_length (at, (gsize) (end - at));
      Script script = separator > 0 ? SCRIPT_OTHER : script_of (c);
      gsize offset = (gsize) (at - text);

      if (script != last && term.end > term.start)
        {
          g_array_append_val (terms, term);
          term.end = term.start;
        }
      if (script == SCRIPT_HAN || script == SCRIPT_KATAKANA)
        {
          if (term.end == term.start)
            term.start = offset;
          term.end = offset + bytes;
        }
      last = script;
      at += MAX (separator, bytes);
    }
  if (term.end > term.start)
    g_array_append_val (terms, term);
  return terms;
}

gsize
sortie_text_unspaced_run (const char *text, gsize length)
{
  const char *end = text + length;
  const char *at = text;
  gunichar c;

  while (at < end)
    {
      gsize bytes = sortie_utf8_decode (at, end, &c);

      if (script_of (c) == SCRIPT_OTHER)
        break;
      at += bytes;
    }
  return (gsize) (at - text);
}
