/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-language.h"
#include "sortie-text.h"

#include <string.h>

static void
test_find (void)
{
  static const char *const cases[][2] = {
    { "de", "de" },     { "pt-BR", "pt" },  { "pt_BR.UTF-8", "pt" }, { "ZH-Hans-CN", "zh" },
    { "ja@x", "ja" },   { "en", "en" },     { "C", NULL },           { "POSIX", NULL },
    { "", NULL },       { "d", NULL },      { "deu", NULL },         { "it", NULL },
    { "de/../", NULL }, { "de\xff", NULL }, { "1de", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (sortie_language_find (cases[i][0], strlen (cases[i][0])), ==, cases[i][1]);
}

static void
test_accept (void)
{
  static const char *const cases[][2] = {
    { "de", "de" },
    { "de, en;q=0.5", "de" },
    { "en;q=0.5, de", "de" },
    { "en-US,en;q=0.9,ja;q=0.8", "en" },
    { "it, nl;q=0.9, zh-CN;q=0.8", "zh" },
    { "fr;q=0.500, es;q=0.5", "fr" },
    { "es;q=0.499 , fr ; q=0.5", "fr" },
    { "\tpt ;Q=1.000", "pt" },
    { "ja;q=0", NULL },
    { "ja;q=0.000, de;q=0.001", "de" },
    { "*", NULL },
    { "", NULL },
    { ",,,;q=1,;", NULL },
    { "de;q=2", NULL },
    { "de;q=1.1", NULL },
    { "de;q=", NULL },
    { "de;q=0.5x", NULL },
    { "de;level=1", NULL },
    { "\xff\xfe, es", "es" },
  };
  g_autoptr (GString) many = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i][0]);
      g_assert_cmpstr (sortie_language_accept (cases[i][0]), ==, cases[i][1]);
    }
  for (guint i = 1; i < SORTIE_LANGUAGE_MAX_RANGES; i++)
    g_string_append (many, "xx,");
  g_string_append (many, "de");
  g_assert_cmpstr (sortie_language_accept (many->str), ==, "de");
  g_string_prepend (many, "xx,");
  g_assert_null (sortie_language_accept (many->str));
}

/* What a short text says of its language: a wrong guess is worse than none. */
static void
test_tell (void)
{
  static const char *const cases[][2] = {
    { "What are the duties of the supplier?", "en" },
    { "Qual é o prazo de garantia?", "pt" },
    { "O que é Redis?", "pt" },
    { "¿Qué es Redis?", "es" },
    { "保証期間はどれくらいですか？", "ja" },
    { "RedisのAOFとRDBの違いは何ですか", "ja" },
    { "カタカナ", "ja" },
    { "保修期是多久？", NULL },
    { "设备发生故障时如何联系？", "zh" },
    { "比较 AOF 与 RDB", "zh" },
    { "What does 「取扱説明書」 mean here?", "en" },
    { "Explain 「取扱説明書」", NULL },
    { "What is the meaning of 「取扱説明書」 in this?", "en" },
    { "保守契約", NULL },
    { "LVM RAID", NULL },
    { "Redis", NULL },
    { "Резервное копирование", NULL },
    { "12 34", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i][0]);
      g_assert_cmpstr (sortie_text_tell_language (cases[i][0], strlen (cases[i][0])), ==,
                       cases[i][1]);
    }
  g_assert_cmpstr (sortie_text_guess_language ("保守契約", strlen ("保守契約")), ==, "zh");
}

static void
test_terms (void)
{
  static const char *const cases[][2] = {
    { "保証期間はどれくらいですか", "保証期間" },
    { "故障のときの連絡先", "故障|連絡先" },
    { "年間保守サービスの料金", "年間保守|サービス|料金" },
    { "设备发生故障时如何联系", "设备发生故障时|联系" },
    { "请比较合同的保修期", "合同|保修期" },
    { "すべてひらがな", "" },
    { "ABC", "" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *text = cases[i][0];
      g_autoptr (GArray) terms = sortie_text_list_unspaced_terms (text, strlen (text));
      g_autoptr (GString) joined = g_string_new (NULL);

      for (guint j = 0; j < terms->len; j++)
        {
          const SortieSpan *term = &g_array_index (terms, SortieSpan, j);

          g_string_append_printf (joined, "%s%.*s", j > 0 ? "|" : "",
                                  (int) (term->end - term->start), text + term->start);
        }
      g_assert_cmpstr (joined->str, ==, cases[i][1]);
    }
}

/* No cut may be read over, however the bytes are broken. */
static void
test_broken (void)
{
  static const char text[] = "保証\xff期\xe4\xbf間 サービ\xe3\x82";

  for (gsize cut = 0; cut <= strlen (text); cut++)
    {
      g_autofree char *head = g_strndup (text, cut);
      g_autoptr (GArray) terms = sortie_text_list_unspaced_terms (head, cut);

      g_assert_cmpuint (sortie_text_unspaced_run (head, cut), <=, cut);
      for (guint i = 0; i < terms->len; i++)
        g_assert_cmpuint (g_array_index (terms, SortieSpan, i).end, <=, cut);
      sortie_language_of_script (head, cut, NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/language/find", test_find);
  g_test_add_func ("/language/accept", test_accept);
  g_test_add_func ("/language/tell", test_tell);
  g_test_add_func ("/language/terms", test_terms);
  g_test_add_func ("/language/broken", test_broken);
  return g_test_run ();
}
