/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent-chain.h"

#include "sortie-language.h"
#include "sortie-phrases.h"

#include <glib/gstdio.h>
#include <string.h>

/* A report's own words in each language, and missions over documents that are written in it. */

/* -- the tables -- */

#define N_STRINGS                                                                                  \
  ((sizeof (SortiePhrases) - G_STRUCT_OFFSET (SortiePhrases, document_one) +                       \
    G_STRUCT_OFFSET (SortiePhrases, zero_is_one)) /                                                \
   sizeof (char *))

/* The strings of a table in order. */
static const char *
string_at (const SortiePhrases *phrases, gsize index)
{
  gsize before = G_STRUCT_OFFSET (SortiePhrases, zero_is_one) / sizeof (char *);
  const char *const *first = (const char *const *) phrases;
  const char *const *rest = &phrases->document_one;

  return index < before ? first[index] : rest[index - before];
}

static int
compare_cb (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The names in braces, each as often as it stands there, in alphabetical order. */
static char *
list_names (const char *format)
{
  g_autoptr (GRegex) regex = g_regex_new ("\\{[a-z]+\\}", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (g_regex_match (regex, format, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL))
    g_ptr_array_add (names, g_match_info_fetch (match, 0));
  g_ptr_array_sort (names, compare_cb);
  g_ptr_array_add (names, NULL);
  return g_strjoinv (" ", (char **) names->pdata);
}

static void
test_tables (void)
{
  const SortiePhrases *english = sortie_phrases_get ("en");

  for (guint i = 0; sortie_languages[i] != NULL; i++)
    {
      const SortiePhrases *phrases = sortie_phrases_get (sortie_languages[i]);

      g_assert_cmpstr (phrases->language, ==, sortie_languages[i]);
      for (gsize j = 0; j < N_STRINGS; j++)
        {
          g_autofree char *names = NULL;
          g_autofree char *wanted = list_names (string_at (english, j));

          g_test_message ("%s: %s", sortie_languages[i], string_at (english, j));
          g_assert_nonnull (string_at (phrases, j));
          g_assert_cmpstr (string_at (phrases, j), !=, "");
          g_assert_true (g_utf8_validate (string_at (phrases, j), -1, NULL));
          names = list_names (string_at (phrases, j));
          g_assert_cmpstr (names, ==, wanted);
        }
    }
  g_assert_true (sortie_phrases_get ("it") == english);
  g_assert_true (sortie_phrases_get (NULL) == english);
}

/* -- missions -- */

typedef struct
{
  const char *language;
  const char *documents[2];
  const char *mission;
  const char *holds[6]; /* what the report must have */
} Case;

static const Case cases[] = {
  { "ja",
    { "# 保守契約\n\n## 保証期間\n\n"
      "供給者は、引き渡しの日から24か月間、製品の欠陥を無償で修理します。消耗品は保証の対象に含まれ"
      "ません。\n\n## 連絡方法\n\n"
      "故障が起きたときは、まずサポート窓口に電話で連絡してください。夜間は受け付けません！\n",
      "# 料金\n\n年間の保守料金は48万円です。料金は毎年4月に請求されます。\n" },
    "保証の対象は何ですか？故障のときはどこに連絡しますか？宇宙船はありますか？",
    { "**要約。**", "消耗品は保証の対象に含まれません。",
      "故障が起きたときは、まずサポート窓口に電話で連絡してくだ"
      "さい。",
      "「宇宙船」を検索しましたが", "\n## 出典\n", "言語モデルを使わずに作成されました。" } },
  { "zh",
    { "# 保修合同\n\n## 保修期\n\n"
      "供应商自交付之日起二十四个月内免费修理产品的缺陷。易损件不在保修范围之内。\n\n## 联系方式\n\n"
      "设备发生故障时，请先拨打服务热线。夜间不受理！\n",
      "# 费用\n\n每年的维护费用为人民币三万元。费用于每年四月开具发票。\n" },
    "保修范围包括什么？设备发生故障时如何联系？有飞船吗？",
    { "**摘要。**", "易损件不在保修范围之内。", "设备发生故障时，请先拨打服务热线。", "飞船",
      "\n## 来源\n", "未使用语言模型撰写。" } },
  { "pt",
    { "# Contrato de manutenção\n\n## Garantia\n\n"
      "O fornecedor repara gratuitamente todos os defeitos do produto durante o prazo de garantia. "
      "As peças de desgaste não estão incluídas na garantia.\n",
      "# Preço\n\nA manutenção custa doze mil reais por ano. O valor é cobrado em abril.\n" },
    "O que a garantia não inclui? Quanto custa a manutenção por ano? Quem paga o frete?",
    { "**Em resumo.**", "As peças de desgaste não estão incluídas na garantia.",
      "A manutenção custa doze mil reais por ano.", "\n## Não encontrado\n", "\n## Fontes\n",
      "Escrito sem modelo de linguagem." } },
};

typedef struct
{
  char *folder;
  SortieLibrary *library;
  GPtrArray *collections;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  const Case *one = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *documents = NULL;
  g_autofree char *index = NULL;
  SortieIndexResult result = { 0 };

  self->folder = g_dir_make_tmp ("sortie-languages-XXXXXX", &error);
  g_assert_no_error (error);
  documents = g_build_filename (self->folder, "documents", NULL);
  index = g_build_filename (self->folder, "index", NULL);
  g_mkdir (documents, 0700);
  g_mkdir (index, 0700);
  for (guint i = 0; i < G_N_ELEMENTS (one->documents); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u.md", documents, i);

      g_file_set_contents (path, one->documents[i], -1, &error);
      g_assert_no_error (error);
    }
  self->library = sortie_library_open (index, &error);
  g_assert_no_error (error);
  sortie_library_add (self->library, "Papers", (const char *const[]){ documents, NULL }, &error);
  g_assert_no_error (error);
  sortie_library_index (self->library, "Papers", NULL, NULL, NULL, &result, &error);
  g_assert_no_error (error);
  self->collections = pinned_new ("Papers");
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  sortie_library_free (self->library);
  g_ptr_array_unref (self->collections);
  remove_folder (self->folder);
  g_free (self->folder);
}

static char *
run (Fixture *self, const char *mission, const char *locale)
{
  ChainOptions options = {
    .library = self->library, .collections = self->collections, .words = 600, .locale = locale
  };
  g_autoptr (Chain) chain = chain_run (mission, &options);

  assert_report_is_sound (chain->recorder->draft->str, chain->recorder->draft_data, self->library);
  return g_strdup (chain->recorder->draft->str);
}

/* The mission's language stands above the submitter's. */
static void
test_mission (Fixture *self, gconstpointer data)
{
  static const char *const locales[] = { NULL, "de", "ja" };
  const Case *one = data;

  for (guint i = 0; i < G_N_ELEMENTS (locales); i++)
    {
      g_autofree char *report = run (self, one->mission, locales[i]);

      g_test_message ("%s", report);
      for (guint j = 0; j < G_N_ELEMENTS (one->holds); j++)
        {
          g_test_message ("%s", one->holds[j]);
          g_assert_nonnull (strstr (report, one->holds[j]));
        }
    }
}

/* Where the mission tells no language, the submitter's is taken; where it does, never. */
static void
test_locale (Fixture *self, gconstpointer unused)
{
  static const char *const told[][3] = {
    { "RAID LVM", NULL, "**In short.**" },
    { "RAID LVM", "de", "**Kurz gesagt.**" },
    { "RAID LVM", "fr", "**En bref.**" },
    { "RAID LVM", "pt", "**Em resumo.**" },
    { "RAID LVM", "ja", "**要約。**" },
    { "保守契約", NULL, "**摘要。**" },
    { "保守契約", "ja", "**要約。**" },
    { "What is RAID, and what is it for?", "ja", "**In short.**" },
    { "Explain RAID", "de", "**In short.**" },
    { "Compare RAID e LVM", "pt", "**Em resumo.**" },
    { "Vergleiche RAID mit LVM", "ja", "**Kurz gesagt.**" },
    { "Summarise 取扱説明書", "de", "**In short.**" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (told); i++)
    {
      g_autofree char *report = run (self, told[i][0], told[i][1]);

      g_test_message ("%s in %s: %s", told[i][0], told[i][1], report);
      g_assert_nonnull (strstr (report, told[i][2]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/languages/tables", test_tables);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/languages/mission/", cases[i].language, NULL);

      g_test_add (path, Fixture, &cases[i], set_up, test_mission, tear_down);
    }
  g_test_add ("/languages/locale", Fixture, &cases[0], set_up, test_locale, tear_down);
  return g_test_run ();
}
