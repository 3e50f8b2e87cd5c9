/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent-chain.h"

#include "sortie-findings.h"
#include "sortie-phrases.h"
#include "sortie-report.h"

#include <string.h>

static SortiePassage *
passage_new (const char *document, int page, const char *heading, const char *text)
{
  SortiePassage *passage = g_new0 (SortiePassage, 1);

  passage->document = g_strdup (document);
  passage->uri = g_strdup_printf ("file:///%s", document);
  passage->path = g_strdup_printf ("contracts/%s", document);
  passage->title = g_strdup_printf ("%s contract", document);
  passage->heading = g_strdup (heading);
  passage->number = page + 1;
  passage->page = page;
  passage->start = 100;
  passage->end = 100 + (gint64) strlen (text);
  passage->text = g_strdup (text);
  return passage;
}

static SortieSource *
source_new (const char *document, int page, const char *heading, const char *text)
{
  SortiePassage *passage = passage_new (document, page, heading, text);
  SortieSource *source = sortie_source_new (passage, passage->start, passage->end);

  sortie_passage_free (passage);
  return source;
}

static SortieFinding *
finding_new (const char *document, int page, const char *heading, const char *text)
{
  return sortie_finding_new (source_new (document, page, heading, text), 1.0);
}

static void
add_to_summary (SortieAnalysis *analysis, int answer, int finding)
{
  SortieFindingRef ref = { answer, finding };

  g_array_append_val (analysis->summary, ref);
}

static char *
compose (const char *mission, const char *language, const SortieAnalysis *analysis, char **data)
{
  g_autoptr (SortieQuestions) questions = sortie_questions_from_mission (mission);
  g_autoptr (SortiePlan) plan = sortie_plan_new (questions->title, language, "deterministic");
  g_autoptr (SortieReport) report = NULL;
  GString *text = g_string_new (NULL);

  g_free (questions->report_language);
  questions->report_language = g_strdup (language);
  report = sortie_report_compose (plan, questions, analysis);
  for (guint i = 0; i < report->blocks->len; i++)
    g_string_append (text, g_ptr_array_index (report->blocks, i));
  *data = sortie_report_to_data (report, "deterministic");
  return g_string_free (text, FALSE);
}

static SortieAnalysis *
two_answers_new (void)
{
  SortieAnalysis *analysis = sortie_analysis_new ();
  SortieAnswer *first = sortie_answer_new (2, "What do the contracts say about warranty?", TRUE);
  SortieAnswer *second = sortie_answer_new (3, "What do the contracts say about freight?", TRUE);
  SortieFinding *shared = finding_new ("nordwerk", 11, "Part 2 › § 8 Warranty",
                                       "Defects are repaired\nfree of charge.");

  g_ptr_array_add (shared->sources, source_new ("ostrava", 0, NULL, "Defects are repaired free."));
  g_ptr_array_add (first->findings, shared);
  g_ptr_array_add (first->findings,
                   finding_new ("hartmann", 0, "9 Defects", "The period is 36 months"));
  g_ptr_array_add (second->terms, g_strdup ("freight"));
  g_ptr_array_add (second->absent, g_strdup ("freight"));
  g_ptr_array_add (analysis->answers, first);
  g_ptr_array_add (analysis->answers, second);
  g_ptr_array_add (analysis->collections, sortie_searched_new ("Contracts", 3, 1));
  analysis->n_passages = 41;
  add_to_summary (analysis, 0, 1);
  return analysis;
}

#define TWO "What do the contracts say about warranty and freight?"

static void
test_golden (void)
{
  g_autoptr (SortieAnalysis) analysis = two_answers_new ();
  g_autofree char *data = NULL;
  g_autofree char *report = compose (TWO, "en", analysis, &data);

  g_assert_cmpstr (
      report, ==,
      "# What do the contracts say about warranty and freight?\n"
      "\n"
      "**In short.** The period is 36 months. [3] The documents do not answer: Freight.\n"
      "\n"
      "## Warranty\n"
      "- \"Defects are repaired free of charge.\" [1][2]\n"
      "- \"The period is 36 months\" [3]\n"
      "\n"
      "## Not found\n"
      "- Freight: searched for *freight*; no passage answers it. The word *freight* occurs in none "
      "of the documents.\n"
      "\n"
      "## Sources\n"
      "[1] nordwerk contract, p. 11, § 8 Warranty — contracts/nordwerk\\\n"
      "[2] ostrava contract — contracts/ostrava\\\n"
      "[3] hartmann contract, 9 Defects — contracts/hartmann\n"
      "\n"
      "---\n"
      "Searched 3 documents (3 indexed, 1 skipped) in *Contracts*; 41 passages read closely, 3 "
      "cited. Written without a language model.\n");
  assert_report_is_sound (report, data, NULL);
}

/* The same words in another language, whatever the process speaks. */
static void
test_languages (void)
{
  static const char *const expected[][4] = {
    { "de", "**Kurz gesagt.**", "## Nicht gefunden", "Ohne Sprachmodell geschrieben." },
    { "fr", "**En bref.**", "## Non trouvé", "Rédigé sans modèle de langage." },
    { "es", "**En resumen.**", "## No encontrado", "Escrito sin modelo de lenguaje." },
    { "xx", "**In short.**", "## Not found", "Written without a language model." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (SortieAnalysis) analysis = two_answers_new ();
      g_autofree char *data = NULL;
      g_autofree char *report = compose (TWO, expected[i][0], analysis, &data);

      for (guint j = 1; j < 4; j++)
        g_assert_nonnull (strstr (report, expected[i][j]));
      g_assert_null (strchr (report, '{'));
      assert_report_is_sound (report, data, NULL);
    }
}

static void
test_format (void)
{
  g_autofree char *one = sortie_phrases_format ("{a} and {b}, {c}{", "a", "{b}", "b", "2", NULL);

  g_assert_cmpstr (one, ==, "{b} and 2, {c}{");
}

static void
test_no_documents (void)
{
  g_autoptr (SortieAnalysis) analysis = sortie_analysis_new ();
  g_autofree char *data = NULL;
  g_autofree char *report = NULL;

  g_ptr_array_add (analysis->answers, sortie_answer_new (2, "What is a pump?", TRUE));
  report = compose ("What is a pump?", "en", analysis, &data);
  g_assert_nonnull (strstr (report, "No documents were given"));
  g_assert_nonnull (strstr (report, "--documents"));
  g_assert_nonnull (strstr (report, "No documents were searched."));
  g_assert_null (strstr (report, "## Sources"));
  g_assert_null (strstr (report, "## Not found"));
}

static void
test_nothing_found (void)
{
  g_autoptr (SortieAnalysis) analysis = sortie_analysis_new ();
  SortieAnswer *answer = sortie_answer_new (2, "What is a pump?", TRUE);
  g_autofree char *data = NULL;
  g_autofree char *report = NULL;

  g_ptr_array_add (answer->terms, g_strdup ("pump"));
  g_ptr_array_add (analysis->answers, answer);
  g_ptr_array_add (analysis->collections, sortie_searched_new ("A", 1, 0));
  report = compose ("What is a pump?", "en", analysis, &data);
  g_assert_nonnull (strstr (report, "Nothing was found"));
  g_assert_nonnull (strstr (report, "- Pump: searched for *pump*; no passage answers it."));
  g_assert_nonnull (strstr (report, "Searched 1 document (1 indexed, 0 skipped) in *A*"));
  assert_report_is_sound (report, data, NULL);
}

/* A search that was given up is a gap, and the report says so. */
static void
test_gap (void)
{
  g_autoptr (SortieAnalysis) analysis = two_answers_new ();
  g_autofree char *data = NULL;
  g_autofree char *report = NULL;

  ((SortieAnswer *) g_ptr_array_index (analysis->answers, 1))->searched = FALSE;
  report = compose (TWO, "en", analysis, &data);
  g_assert_nonnull (strstr (report, "- Freight: the search failed and was given up"));
  g_assert_nonnull (strstr (data, "\"partial\":true"));
}

static void
test_table (void)
{
  g_autoptr (SortieAnalysis) analysis = sortie_analysis_new ();
  SortieAnswer *redis = sortie_answer_new (2, "Redis: order and cost", TRUE);
  SortieAnswer *kafka = sortie_answer_new (3, "Kafka: order and cost", TRUE);
  SortieComparisonRow *order = sortie_comparison_row_new ("order");
  SortieFindingRef cells[] = { { 0, 0 }, { 1, -1 } };
  int columns[] = { 0, 1 };
  g_autofree char *data = NULL;
  g_autofree char *report = NULL;

  g_ptr_array_add (redis->findings, finding_new ("r", 0, NULL, "Redis keeps | the order."));
  g_ptr_array_add (kafka->findings, finding_new ("k", 0, NULL, "Kafka costs little."));
  g_ptr_array_add (analysis->answers, redis);
  g_ptr_array_add (analysis->answers, kafka);
  g_ptr_array_add (analysis->collections, sortie_searched_new ("A", 2, 0));
  g_array_append_vals (analysis->columns, columns, 2);
  g_array_append_vals (order->cells, cells, 2);
  g_ptr_array_add (analysis->rows, order);
  report = compose ("Compare Redis with Kafka in terms of order and cost.", "en", analysis, &data);
  g_assert_nonnull (strstr (report,
                            "## Side by side\n"
                            "| | Redis | Kafka |\n"
                            "| --- | --- | --- |\n"
                            "| order | \"Redis keeps \\| the order.\" [1] | not found |\n"));
  /* The only finding of a side stays in its section, though the table shows it. */
  g_assert_nonnull (strstr (report, "## Redis\n- \"Redis keeps"));
  assert_report_is_sound (report, data, NULL);
}

static void
test_differences (void)
{
  g_autoptr (SortieAnalysis) analysis = sortie_analysis_new ();
  SortieAnswer *answer = sortie_answer_new (2, "How long is the warranty?", TRUE);
  SortieFindingRef pair[] = { { 0, 0 }, { 0, 1 } };
  g_autofree char *data = NULL;
  g_autofree char *report = NULL;

  g_ptr_array_add (answer->findings, finding_new ("a", 0, NULL, "It lasts 24 months."));
  g_ptr_array_add (answer->findings, finding_new ("b", 0, NULL, "It lasts 36 months."));
  g_ptr_array_add (analysis->answers, answer);
  g_ptr_array_add (analysis->collections, sortie_searched_new ("A", 2, 0));
  g_array_append_vals (analysis->differences, pair, 2);
  report = compose ("How long is the warranty?", "en", analysis, &data);
  g_assert_nonnull (strstr (report,
                            "## Where the documents differ\n"
                            "- \"It lasts 24 months.\" [1] — \"It lasts 36 months.\" [2]\n"));
  assert_report_is_sound (report, data, NULL);
}

static void
assert_escaped (const char *report, const char *markup)
{
  for (const char *at = report; (at = strstr (at, markup)) != NULL; at++)
    g_assert_true (at > report && at[-1] == '\\');
}

/* A document can put no markup, no link and no line break into a report, in none of its fields. */
static void
test_hostile (void)
{
  static const char *const texts[] = {
    "x\n\n[5]: https://attacker.example/a",
    "See [this](http://attacker.example) and ![that](http://attacker.example/x.png).",
    "`code` ``` <script>alert(1)</script> <img src=x> &lt; *bold* _under_ ~~gone~~",
    "\n# heading\n## Sources\n[1] other — place\n\n---\n| a | b |\n| --- | --- |",
    "https://attacker.example www.attacker.example me@attacker.example",
    "a\xe2\x80\xae"
    "b\xe2\x81\xa6"
    "c\xc2\xad",
    "- item\n1. one\n> quote\n    code",
    "[1] [2][99] [^1]",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (SortieAnalysis) analysis = sortie_analysis_new ();
      SortieAnswer *answer = sortie_answer_new (2, texts[i], TRUE);
      SortieFinding *finding = finding_new ("d", 1, texts[i], texts[i]);
      SortieSource *source = g_ptr_array_index (finding->sources, 0);
      g_autofree char *data = NULL;
      g_autofree char *report = NULL;

      g_free (source->title);
      source->title = g_strdup (texts[i]);
      g_free (source->path);
      source->path = g_strdup (texts[i]);
      g_ptr_array_add (answer->findings, finding);
      g_ptr_array_add (answer->absent, g_strdup (texts[i]));
      g_ptr_array_add (analysis->answers, answer);
      g_ptr_array_add (analysis->answers, sortie_answer_new (3, texts[i], TRUE));
      g_ptr_array_add (analysis->collections, sortie_searched_new (texts[i], 1, 0));
      add_to_summary (analysis, 0, 0);
      report = compose (texts[i], "en", analysis, &data);
      g_assert_null (strstr (report, "\n[5]:"));
      assert_escaped (report, "](");
      assert_escaped (report, "<script");
      assert_escaped (report, "<img");
      assert_escaped (report, "://");
      g_assert_null (strstr (report, "\xe2\x80\xae"));
      /* One title, one list of sources, one end. */
      g_assert_nonnull (strstr (report, "\n## Sources\n[1] "));
      g_assert_null (strstr (strstr (report, "\n## Sources\n") + 1, "\n## "));
      assert_report_is_sound (report, data, NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/golden", test_golden);
  g_test_add_func ("/report/languages", test_languages);
  g_test_add_func ("/report/format", test_format);
  g_test_add_func ("/report/no-documents", test_no_documents);
  g_test_add_func ("/report/nothing-found", test_nothing_found);
  g_test_add_func ("/report/gap", test_gap);
  g_test_add_func ("/report/table", test_table);
  g_test_add_func ("/report/differences", test_differences);
  g_test_add_func ("/report/hostile", test_hostile);
  return g_test_run ();
}
