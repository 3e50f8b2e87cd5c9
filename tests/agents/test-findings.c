/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-error.h"
#include "sortie-findings.h"

#include <string.h>

static SortiePassage *
passage_new (const char *text)
{
  SortiePassage *passage = g_new0 (SortiePassage, 1);

  passage->document = g_strdup ("0123abcd-7");
  passage->collection = g_strdup ("Contracts");
  passage->uri = g_strdup ("file:///x/nordwerk.pdf");
  passage->path = g_strdup ("nordwerk.pdf");
  passage->title = g_strdup ("Nordwerk \"frame\" contract");
  passage->heading = g_strdup ("Part 2 › § 8 Warranty");
  passage->number = 3;
  passage->page = 11;
  passage->start = 500;
  passage->end = 500 + (gint64) strlen (text);
  passage->score = 12.345678901234567;
  passage->text = g_strdup (text);
  return passage;
}

static SortieRetrieval *
retrieval_new (void)
{
  SortieRetrieval *self = sortie_retrieval_new ("What is owed?", "owed");

  g_ptr_array_add (self->collections, sortie_searched_new ("Contracts", 3, 1));
  g_ptr_array_add (self->passages,
                   passage_new ("Defects are repaired.\nAt once \xe2\x80\x94 free."));
  g_ptr_array_add (self->weights, sortie_term_weight_new ("owed", 3.25));
  g_ptr_array_add (self->absent, g_strdup ("freight"));
  return self;
}

static void
test_retrieval_round_trip (void)
{
  g_autoptr (SortieRetrieval) before = retrieval_new ();
  g_autofree char *json = sortie_retrieval_to_json (before);
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieRetrieval) after = sortie_retrieval_from_json (json, strlen (json), &error);
  g_autofree char *again = NULL;
  const SortiePassage *passage;

  g_assert_no_error (error);
  again = sortie_retrieval_to_json (after);
  g_assert_cmpstr (json, ==, again);
  passage = g_ptr_array_index (after->passages, 0);
  g_assert_cmpfloat (passage->score, ==, 12.345678901234567);
  g_assert_cmpint (passage->start, ==, 500);
  g_assert_cmpint (passage->page, ==, 11);
  g_assert_cmpstr (passage->heading, ==, "Part 2 › § 8 Warranty");
  g_assert_cmpint (((SortieSearched *) g_ptr_array_index (after->collections, 0))->n_skipped, ==,
                   1);
}

static SortieAnalysis *
analysis_new (void)
{
  SortieAnalysis *self = sortie_analysis_new ();
  g_autofree char *text = g_strdup ("Defects are repaired. They are repaired at once.");
  SortiePassage *passage = passage_new (text);
  SortieAnswer *first = sortie_answer_new (2, "What is owed?", TRUE);
  SortieAnswer *second = sortie_answer_new (3, "By whom?", FALSE);
  SortieFinding *finding = sortie_finding_new (sortie_source_new (passage, 500, 548), 2.5);
  SortieFindingRef ref = { 0, 0 };
  SortieComparisonRow *row = sortie_comparison_row_new ("speed");
  SortieFindingRef hole = { 1, -1 };
  int columns[] = { 0, 1 };

  finding->lead_start = 0;
  finding->lead_end = 21;
  g_ptr_array_add (finding->sources, sortie_source_new (passage, 500, 521));
  g_ptr_array_add (first->findings, finding);
  g_ptr_array_add (first->terms, g_strdup ("owed"));
  g_ptr_array_add (second->absent, g_strdup ("whom"));
  g_ptr_array_add (self->answers, first);
  g_ptr_array_add (self->answers, second);
  g_array_append_val (self->summary, ref);
  g_array_append_val (self->differences, ref);
  g_array_append_val (self->differences, ref);
  g_array_append_vals (self->columns, columns, 2);
  g_array_append_val (row->cells, ref);
  g_array_append_val (row->cells, hole);
  g_ptr_array_add (self->rows, row);
  g_ptr_array_add (self->collections, sortie_searched_new ("Contracts", 3, 0));
  self->n_passages = 41;
  sortie_passage_free (passage);
  return self;
}

static void
test_analysis_round_trip (void)
{
  g_autoptr (SortieAnalysis) before = analysis_new ();
  g_autofree char *json = sortie_analysis_to_json (before);
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieAnalysis) after = sortie_analysis_from_json (json, strlen (json), &error);
  g_autofree char *again = NULL;
  g_autofree char *lead = NULL;

  g_assert_no_error (error);
  again = sortie_analysis_to_json (after);
  g_assert_cmpstr (json, ==, again);
  lead = sortie_finding_dup_lead (sortie_analysis_get_finding (after, (SortieFindingRef){ 0, 0 }));
  g_assert_cmpstr (lead, ==, "Defects are repaired.");
  g_assert_null (sortie_analysis_get_finding (after, (SortieFindingRef){ 1, 0 }));
  g_assert_null (sortie_analysis_get_finding (after, (SortieFindingRef){ -1, 0 }));
  g_assert_null (sortie_analysis_get_finding (after, (SortieFindingRef){ 0, -1 }));
}

/* Nothing but the whole is taken, and no part of it does harm. */
static void
test_every_cut (void)
{
  g_autoptr (SortieRetrieval) retrieval = retrieval_new ();
  g_autoptr (SortieAnalysis) analysis = analysis_new ();
  g_autofree char *first = sortie_retrieval_to_json (retrieval);
  g_autofree char *second = sortie_analysis_to_json (analysis);

  for (gsize cut = 0; cut < strlen (first); cut++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sortie_retrieval_from_json (first, cut, &error));
      g_assert_nonnull (error);
    }
  for (gsize cut = 0; cut < strlen (second); cut++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sortie_analysis_from_json (second, cut, &error));
      g_assert_nonnull (error);
    }
}

static char *
replace (const char *text, const char *old, const char *new)
{
  g_auto (GStrv) parts = g_strsplit (text, old, 2);

  g_assert_nonnull (parts[1]);
  return g_strjoinv (new, parts);
}

typedef struct
{
  const char *old;
  const char *new;
  int code;
} Change;

static void
test_bad_retrieval (void)
{
  static const Change changes[] = {
    { "\"start\":500", "\"start\":501", SORTIE_ERROR_INVALID },
    { "\"start\":500", "\"start\":-1", SORTIE_ERROR_INVALID },
    { "\"start\":500", "\"start\":9e99", SORTIE_ERROR_INVALID },
    { "\"start\":500", "\"start\":\"500\"", SORTIE_ERROR_INVALID },
    { "\"passage\":3", "\"passage\":0", SORTIE_ERROR_INVALID },
    { "\"page\":11", "\"page\":-1", SORTIE_ERROR_INVALID },
    { "\"score\":12.", "\"score\":null,\"x\":12.", SORTIE_ERROR_INVALID },
    { "\"absent\":[\"freight\"]", "\"absent\":[1]", SORTIE_ERROR_INVALID },
    { "\"absent\":[\"freight\"]", "\"absent\":{}", SORTIE_ERROR_INVALID },
    { "\"documents\":3", "\"documents\":-3", SORTIE_ERROR_INVALID },
    { "\"query\":\"owed\"", "\"query\":7", SORTIE_ERROR_INVALID },
    { "\"question\"", "\"questions\"", SORTIE_ERROR_INVALID },
    { "\"passages\":[{", "\"passages\":[7,{", SORTIE_ERROR_INVALID },
    { "\"weights\":[{", "\"weights\":[[],{", SORTIE_ERROR_INVALID },
    { "Defects are", "Defect are", SORTIE_ERROR_INVALID },
    { "{\"question\"", "[{\"question\"", SORTIE_ERROR_INVALID },
  };
  g_autoptr (SortieRetrieval) retrieval = retrieval_new ();
  g_autofree char *json = sortie_retrieval_to_json (retrieval);

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *bad = replace (json, changes[i].old, changes[i].new);
      g_autoptr (GError) error = NULL;

      g_assert_null (sortie_retrieval_from_json (bad, strlen (bad), &error));
      g_assert_error (error, SORTIE_ERROR, changes[i].code);
    }
}

static void
test_bad_analysis (void)
{
  static const Change changes[] = {
    { "\"summary\":[[0,0]]", "\"summary\":[[0,1]]", SORTIE_ERROR_INVALID },
    { "\"summary\":[[0,0]]", "\"summary\":[[5,0]]", SORTIE_ERROR_INVALID },
    { "\"summary\":[[0,0]]", "\"summary\":[[0,-1]]", SORTIE_ERROR_INVALID },
    { "\"summary\":[[0,0]]", "\"summary\":[[0]]", SORTIE_ERROR_INVALID },
    { "\"summary\":[[0,0]]", "\"summary\":[0]", SORTIE_ERROR_INVALID },
    { "\"summary\":[[0,0]]", "\"summary\":[[0.5,0]]", SORTIE_ERROR_INVALID },
    { "\"differences\":[[0,0],[0,0]]", "\"differences\":[[0,0]]", SORTIE_ERROR_INVALID },
    { "\"columns\":[0,1]", "\"columns\":[0,2]", SORTIE_ERROR_INVALID },
    { "\"columns\":[0,1]", "\"columns\":[0]", SORTIE_ERROR_INVALID },
    { "\"lead_end\":21", "\"lead_end\":49", SORTIE_ERROR_INVALID },
    { "\"lead_end\":21", "\"lead_end\":0", SORTIE_ERROR_INVALID },
    { "\"step\":2", "\"step\":0", SORTIE_ERROR_INVALID },
    { "\"searched\":true", "\"searched\":1", SORTIE_ERROR_INVALID },
    { "\"passages\":41", "\"passages\":-1", SORTIE_ERROR_INVALID },
    { "\"sources\":[{", "\"sources\":[],\"more\":[{", SORTIE_ERROR_INVALID },
  };
  g_autoptr (SortieAnalysis) analysis = analysis_new ();
  g_autofree char *json = sortie_analysis_to_json (analysis);

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *bad = replace (json, changes[i].old, changes[i].new);
      g_autoptr (GError) error = NULL;

      g_assert_null (sortie_analysis_from_json (bad, strlen (bad), &error));
      g_assert_error (error, SORTIE_ERROR, changes[i].code);
    }
}

static void
test_too_many (void)
{
  g_autoptr (SortieRetrieval) retrieval = retrieval_new ();
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < SORTIE_RETRIEVAL_MAX_PASSAGES; i++)
    g_ptr_array_add (retrieval->passages, passage_new ("Text."));
  json = sortie_retrieval_to_json (retrieval);
  g_assert_null (sortie_retrieval_from_json (json, strlen (json), &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/findings/retrieval-round-trip", test_retrieval_round_trip);
  g_test_add_func ("/findings/analysis-round-trip", test_analysis_round_trip);
  g_test_add_func ("/findings/every-cut", test_every_cut);
  g_test_add_func ("/findings/bad-retrieval", test_bad_retrieval);
  g_test_add_func ("/findings/bad-analysis", test_bad_analysis);
  g_test_add_func ("/findings/too-many", test_too_many);
  return g_test_run ();
}
