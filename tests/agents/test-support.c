/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-figures.h"
#include "sortie-support.h"
#include "sortie-text.h"

#include <string.h>

/* Whether what is said is in what is cited: over passages of the sample documents, put in other words
 * and made up. */

static SortiePassage *
passage_new (const char *text)
{
  SortiePassage *passage = g_new0 (SortiePassage, 1);

  passage->document = g_strdup ("d-1");
  passage->uri = g_strdup ("file:///d");
  passage->title = g_strdup ("Paper");
  passage->number = 1;
  passage->start = 50;
  passage->end = 50 + (gint64) strlen (text);
  passage->text = g_strdup (text);
  return passage;
}

static GPtrArray *
passages_new (const char *const *texts)
{
  GPtrArray *passages = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_passage_free);

  for (guint i = 0; texts[i] != NULL; i++)
    g_ptr_array_add (passages, passage_new (texts[i]));
  return passages;
}

static GArray *
order_new (guint n)
{
  GArray *order = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 1; i <= n; i++)
    g_array_append_val (order, i);
  return order;
}

static gboolean
holds (SortieSupport *support, const char *sentence, guint n_passages)
{
  g_autoptr (GArray) cited = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < n_passages; i++)
    g_array_append_val (cited, i);
  return sortie_support_holds (support, sentence, strlen (sentence), cited);
}

/* Put in other words it passes, made up it does not: all of them, by the threshold as it stands. */
static void
test_sentences (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "agents", "data", "support.txt", NULL);
  g_autofree char *content = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GPtrArray) passages = NULL;
  g_autoptr (SortieSupport) support = NULL;
  guint n_good = 0, n_bad = 0;
  guint n_good_wrong = 0, n_bad_wrong = 0;

  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  lines = g_strsplit (content, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *text = *lines[i] != '\0' ? lines[i] + 2 : "";
      gboolean fine;

      if (*lines[i] == '=')
        {
          g_clear_pointer (&support, sortie_support_free);
          g_clear_pointer (&passages, g_ptr_array_unref);
          passages = passages_new ((const char *const[]){ text, NULL });
          support = sortie_support_new (sortie_text_guess_language (text, strlen (text)), passages,
                                        SORTIE_SUPPORT_LEAST_SHARE);
        }
      if (*lines[i] != '+' && *lines[i] != '-')
        continue;
      fine = holds (support, text, 1);
      n_good += *lines[i] == '+';
      n_bad += *lines[i] == '-';
      n_good_wrong += *lines[i] == '+' && !fine;
      n_bad_wrong += *lines[i] == '-' && fine;
      if (fine != (*lines[i] == '+'))
        g_test_message ("%s", lines[i]);
    }
  g_test_message ("%u of %u paraphrases pass, %u of %u fabrications are found",
                  n_good - n_good_wrong, n_good, n_bad - n_bad_wrong, n_bad);
  g_assert_cmpuint (n_good, >=, 35);
  g_assert_cmpuint (n_bad, >=, 20);
  g_assert_cmpuint (n_good_wrong, ==, 0);
  g_assert_cmpuint (n_bad_wrong, ==, 0);
}

static void
test_figures (void)
{
  static const struct
  {
    const char *passage;
    const char *sentence;
    gboolean holds;
  } cases[] = {
    { "1,000 and 3.5 and 2,048", "1000, 3,5, 2.048 and 1.000", TRUE },
    { "ten years, twenty-four months", "10 years, 24 months", TRUE },
    { "24 months", "24 months [3][12] and [99]", TRUE },
    { "24 months", "25 months", FALSE },
    { "24 months", "24.5 months", FALSE },
    { "version v2 of sha256 in x86_64", "v3 and sha512 and b4", TRUE },
    { "between 2 and 4", "2–4 times, §4", TRUE },
    { "between 2 and 4", "2–5 times", FALSE },
    { "on 2024-06-10", "10/06/2024", TRUE },
    { "10 ms", "10ms", TRUE },
    { "", "no figure at all", TRUE },
    { "", "\\[7\\]", FALSE },
    { "zwei", "2", TRUE },
    { "trente-six", "36", TRUE },
    { "", "1", FALSE },
    { "a", "99999999999999999999999999999999999999999999999999", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SortieFigures) figures = sortie_figures_new ();

      sortie_figures_add (figures, cases[i].passage);
      if (sortie_figures_hold (figures, cases[i].sentence, strlen (cases[i].sentence)) !=
          cases[i].holds)
        g_error ("'%s' in '%s'", cases[i].sentence, cases[i].passage);
    }
}

#define PUMP "The pump is repaired within 24 months of acceptance."
#define PARTS "Spare parts remain available for ten years after delivery of the pump."

static char *
spans_of (GArray *spans, const char *text)
{
  GString *joined = g_string_new (NULL);

  for (guint i = 0; i < spans->len; i++)
    {
      const SortieSpan *span = &g_array_index (spans, SortieSpan, i);

      g_string_append_printf (joined, "{%.*s}", (int) (span->end - span->start),
                              text + span->start);
    }
  return g_string_free (joined, FALSE);
}

/* Exact ranges of the whole report, whatever stands before and after what is checked. */
static void
test_report (void)
{
  static const char *const report =
      "# Pümp title [1] 999\n\n"
      "The pump is repaired within 24 months of acceptance. [1] It is painted green by elves. [1] "
      "Spare parts remain available ten years [2]. Nothing is cited here about dragons.\n\n"
      "## Further\n"
      "- The pump is repaired within 36 months. [1][2]\n"
      "- Parts stay available after delivery.[2]\n\n"
      "| pump | repaired in 24 months [1] |\n"
      "| sünk | of purple granite [2] |\n\n"
      "## Sources\n[1] Paper 77\n";
  g_autoptr (GPtrArray) passages = passages_new ((const char *const[]){ PUMP, PARTS, NULL });
  g_autoptr (SortieSupport) support =
      sortie_support_new ("en", passages, SORTIE_SUPPORT_LEAST_SHARE);
  g_autoptr (GArray) order = order_new (2);
  gsize start = (gsize) (strstr (report, "The pump") - report);
  gsize end = (gsize) (strstr (report, "## Sources") - report);
  g_auto (SortieSupportResult) result = { 0 };
  g_autofree char *unsupported = NULL;
  g_autofree char *firsts = NULL;

  sortie_support_check (support, report, start, end, order, &result);
  unsupported = spans_of (result.unsupported, report);
  firsts = spans_of (result.firsts, report);
  g_assert_cmpstr (unsupported, ==,
                   "{It is painted green by elves. [1]}"
                   "{The pump is repaired within 36 months. [1][2]}"
                   "{| sünk | of purple granite [2] |}");
  g_assert_cmpstr (firsts, ==,
                   "{The pump is repaired within 24 months of acceptance. [1]}"
                   "{Spare parts remain available ten years [2].}");
  g_assert_cmpuint (result.n_cited, ==, 7);
}

/* What is cited under other numbers than the passages have. */
static void
test_order (void)
{
  static const char *const report = "Spare parts remain available for ten years. [1]";
  g_autoptr (GPtrArray) passages = passages_new ((const char *const[]){ PUMP, PARTS, NULL });
  g_autoptr (SortieSupport) support =
      sortie_support_new ("en", passages, SORTIE_SUPPORT_LEAST_SHARE);
  guint right = 2;
  guint wrong = 1;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (guint));
      g_auto (SortieSupportResult) result = { 0 };

      g_array_append_val (order, *(i == 0 ? &right : &wrong));
      sortie_support_check (support, report, 0, strlen (report), order, &result);
      g_assert_cmpuint (result.unsupported->len, ==, i);
    }
}

/* A German report over English documents: words can't be compared, figures can. */
static void
test_across_languages (void)
{
  g_autoptr (GPtrArray) passages = passages_new ((const char *const[]){
      "The supplier repairs every defect of the pump within 24 months of acceptance, and it bears "
      "all the costs of that.",
      "Der Lieferant beseitigt jeden Mangel der Pumpe und trägt alle Kosten, die dabei für den "
      "Käufer entstehen.",
      NULL });
  g_autoptr (SortieSupport) support =
      sortie_support_new ("de", passages, SORTIE_SUPPORT_LEAST_SHARE);
  g_autoptr (GArray) german = g_array_new (FALSE, FALSE, sizeof (guint));
  const char *told = "Das Mondgestein wird im Winter von Zwergen poliert.";
  guint second = 1;

  g_assert_true (holds (support, "Der Lieferant behebt Mängel binnen 24 Monaten.", 1));
  g_assert_false (holds (support, "Der Lieferant behebt Mängel binnen 36 Monaten.", 1));
  g_array_append_val (german, second);
  g_assert_false (sortie_support_holds (support, told, strlen (told), german));
}

static void
test_source (void)
{
  g_autoptr (GPtrArray) passages =
      passages_new ((const char *const[]){ "\n  Heading\n\n" PUMP " " PARTS "\n", NULL });
  g_autoptr (SortieSupport) support =
      sortie_support_new ("en", passages, SORTIE_SUPPORT_LEAST_SHARE);
  static const struct
  {
    const char *sentence;
    const char *quote;
  } cases[] = {
    { "Available are spare parts after delivery. [1]", PARTS },
    { "Within 24 months it is repaired after acceptance. [1]", PUMP },
    { "Elves paint moons. [1]", "Heading\n\n" PUMP " " PARTS },
    { "", "Heading\n\n" PUMP " " PARTS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SortieSource *source =
          sortie_support_new_source (support, 0, cases[i].sentence, strlen (cases[i].sentence));
      const SortiePassage *passage = g_ptr_array_index (passages, 0);

      g_assert_cmpstr (source->quote, ==, cases[i].quote);
      g_assert_cmpmem (passage->text + (source->start - passage->start),
                       source->end - source->start, source->quote, strlen (source->quote));
      sortie_source_free (source);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/support/sentences", test_sentences);
  g_test_add_func ("/support/figures", test_figures);
  g_test_add_func ("/support/report", test_report);
  g_test_add_func ("/support/order", test_order);
  g_test_add_func ("/support/across-languages", test_across_languages);
  g_test_add_func ("/support/source", test_source);
  return g_test_run ();
}
