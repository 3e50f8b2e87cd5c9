/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-agent.h"

#include "sortie-analysis-private.h"
#include "sortie-cognition-private.h"
#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-question-terms.h"
#include "sortie-text.h"

#include <string.h>

/* How many findings the summary repeats: of several answers one each, of one answer two. */
#define MAX_SUMMARY 4
#define SUMMARY_OF_ONE 2
/* A summary wants short sentences, and a cell of a table shorter ones. Words. */
#define MAX_SUMMARY_WORDS 45
#define MAX_CELL_WORDS 32

static guint
count_lead_words (const SortieFinding *finding)
{
  g_autofree char *lead = sortie_finding_dup_lead (finding);

  return sortie_text_count_words (lead, strlen (lead));
}

/* -- the summary -- */

/* What is long, spans lines (a term and its definition) or points back reads badly in running text.
 */
static double
summary_factor (const SortieFinding *finding)
{
  g_autofree char *lead = sortie_finding_dup_lead (finding);

  return (count_lead_words (finding) > MAX_SUMMARY_WORDS ? 0.5 : 1.0) *
         (strchr (lead, '\n') != NULL ? 0.6 : 1.0) *
         (sortie_sentence_leans (lead, strlen (lead)) ? 0.5 : 1.0) * (*lead == '(' ? 0.6 : 1.0);
}

static gboolean
is_of_document (const SortieFinding *finding, const SortieFinding *other)
{
  return g_str_equal (((SortieSource *) g_ptr_array_index (finding->sources, 0))->document,
                      ((SortieSource *) g_ptr_array_index (other->sources, 0))->document);
}

/* The best short finding of an answer that is not taken yet; -1 for none. `across`: of a document
 * that none is taken of. */
static int
best_for_summary (const SortieAnalysis *analysis, int answer_index, gboolean across)
{
  const SortieAnswer *answer = g_ptr_array_index (analysis->answers, answer_index);
  int best = -1;
  double best_score = 0.0;

  for (guint i = 0; i < answer->findings->len; i++)
    {
      const SortieFinding *finding = g_ptr_array_index (answer->findings, i);
      double score = finding->score * summary_factor (finding);
      gboolean taken = FALSE;

      for (guint j = 0; j < analysis->summary->len; j++)
        {
          const SortieFindingRef *ref = &g_array_index (analysis->summary, SortieFindingRef, j);

          taken =
              taken || (ref->answer == answer_index &&
                        (ref->finding == (int) i ||
                         (across &&
                          is_of_document (finding, sortie_analysis_get_finding (analysis, *ref)))));
        }
      if (!taken && score > best_score)
        {
          best = (int) i;
          best_score = score;
        }
    }
  return best;
}

static int
compare_refs (gconstpointer a, gconstpointer b)
{
  const SortieFindingRef *x = a;
  const SortieFindingRef *y = b;

  if (x->answer != y->answer)
    return x->answer < y->answer ? -1 : 1;
  return x->finding < y->finding ? -1 : x->finding > y->finding;
}

static void
summarise (SortieAnalysis *analysis, const SortieMatter *matter)
{
  guint n_answered = 0;
  guint n_findings = 0;
  guint n_across = 0;
  guint rounds;

  for (guint i = 0; i < analysis->answers->len; i++)
    {
      const SortieAnswer *answer = g_ptr_array_index (analysis->answers, i);

      n_answered += answer->findings->len > 0;
      n_findings += answer->findings->len;
      n_across +=
          sortie_topic_is_kind (g_ptr_array_index (matter->topics, i), SORTIE_QUESTION_ACROSS);
    }
  rounds = n_answered == 1 && n_findings > SUMMARY_OF_ONE + 1 ? SUMMARY_OF_ONE : 1;
  /* What each document says: one of each, as far as there is room. */
  if (n_across > 0)
    rounds = MAX_SUMMARY;
  for (guint round = 0; round < rounds; round++)
    for (guint i = 0; i < analysis->answers->len && analysis->summary->len < MAX_SUMMARY; i++)
      {
        gboolean across =
            sortie_topic_is_kind (g_ptr_array_index (matter->topics, i), SORTIE_QUESTION_ACROSS);
        SortieFindingRef ref = { (int) i, -1 };

        if (round == 0 || n_across == 0 || across)
          ref.finding = best_for_summary (analysis, (int) i, across);

        if (ref.finding >= 0)
          g_array_append_val (analysis->summary, ref);
      }
  g_array_sort (analysis->summary, compare_refs);
}

/* -- the comparison -- */

/* Whether a word of the aspect, or of its family, is in the finding. */
static gboolean
speaks_of (const SortieFinding *finding, const char *language, const char *aspect)
{
  g_autofree char *lead = sortie_finding_dup_lead (finding);
  g_autoptr (SortieVocabulary) vocabulary = sortie_vocabulary_new (language);
  g_autoptr (GPtrArray) terms = sortie_question_list_terms (language, aspect);
  g_autofree char *joined = sortie_question_join_terms (terms);
  g_autoptr (GArray) wanted = sortie_vocabulary_read (vocabulary, joined, strlen (joined));
  g_autoptr (GArray) words = sortie_vocabulary_read (vocabulary, lead, strlen (lead));

  for (guint i = 0; i < words->len; i++)
    for (guint j = 0; j < wanted->len; j++)
      if (g_array_index (words, SortieWord, i).stem == g_array_index (wanted, SortieWord, j).stem)
        return TRUE;
  return FALSE;
}

static SortieFindingRef
cell_for (const SortieAnalysis *analysis, int column, const char *language, const char *aspect)
{
  const SortieAnswer *answer = g_ptr_array_index (analysis->answers, column);
  SortieFindingRef ref = { column, -1 };
  double best = 0.0;

  for (guint i = 0; i < answer->findings->len; i++)
    {
      const SortieFinding *finding = g_ptr_array_index (answer->findings, i);

      if (finding->score <= best || count_lead_words (finding) > MAX_CELL_WORDS ||
          (aspect != NULL && !speaks_of (finding, language, aspect)))
        continue;
      ref.finding = (int) i;
      best = finding->score;
    }
  return ref;
}

/* A row stands only where at least two sides have a word on it: else the table would say less than
 * the sections. */
static void
add_row (SortieAnalysis *analysis, const char *language, const char *aspect)
{
  SortieComparisonRow *row = sortie_comparison_row_new (aspect);
  guint filled = 0;

  for (guint i = 0; i < analysis->columns->len; i++)
    {
      SortieFindingRef cell =
          cell_for (analysis, g_array_index (analysis->columns, int, i), language, aspect);

      filled += cell.finding >= 0;
      g_array_append_val (row->cells, cell);
    }
  if (filled >= 2)
    g_ptr_array_add (analysis->rows, row);
  else
    sortie_comparison_row_free (row);
}

static void
compare_sides (SortieAnalysis *analysis,
               const SortieMatter *matter,
               const SortieQuestions *questions)
{
  for (guint i = 0; i < matter->topics->len; i++)
    {
      const SortieTopic *topic = g_ptr_array_index (matter->topics, i);
      int column = (int) i;

      /* One table a report: the first comparison's. */
      if (topic->question != NULL && topic->question->kind == SORTIE_QUESTION_SIDE &&
          topic->question->group == 1)
        g_array_append_val (analysis->columns, column);
    }
  if (analysis->columns->len >= 2)
    {
      for (guint i = 0; i < questions->aspects->len; i++)
        add_row (analysis, matter->language, g_ptr_array_index (questions->aspects, i));
      if (questions->aspects->len == 0)
        add_row (analysis, matter->language, NULL);
    }
  if (analysis->rows->len == 0)
    g_array_set_size (analysis->columns, 0);
}

/* -- the step -- */

static void
take_collections (SortieAnalysis *analysis, const SortieMatter *matter)
{
  for (guint i = 0; i < matter->topics->len; i++)
    {
      const SortieTopic *topic = g_ptr_array_index (matter->topics, i);

      if (topic->retrieval == NULL)
        continue;
      for (guint j = 0; j < topic->retrieval->collections->len; j++)
        {
          const SortieSearched *searched = g_ptr_array_index (topic->retrieval->collections, j);

          g_ptr_array_add (analysis->collections,
                           sortie_searched_new (searched->name, searched->n_documents,
                                                searched->n_skipped));
        }
      return;
    }
}

static gboolean
tell (SortieStepOutput *output, const SortieAnalysis *analysis, GError **error)
{
  guint n_findings = 0;
  guint n_answered = 0;
  g_autofree char *message = NULL;
  g_autoptr (GString) data = g_string_new ("{");

  for (guint i = 0; i < analysis->answers->len; i++)
    {
      const SortieAnswer *answer = g_ptr_array_index (analysis->answers, i);

      n_findings += answer->findings->len;
      n_answered += answer->findings->len > 0;
    }
  message = g_strdup_printf ("Read %d passages, kept %u findings for %u of %u questions",
                             analysis->n_passages, n_findings, n_answered, analysis->answers->len);
  sortie_json_append_member_int (data, "passages", analysis->n_passages);
  sortie_json_append_member_int (data, "findings", n_findings);
  sortie_json_append_member_int (data, "answered", n_answered);
  sortie_json_append_member_int (data, "questions", analysis->answers->len);
  g_string_append_c (data, '}');
  return output->progress (output, NULL, message, data->str, error);
}

/* Insights help a model to write; a report without one does not know of them. */
static gboolean
add_insights (SortieCognition *cognition,
              const SortieStepInput *input,
              SortieStepOutput *output,
              SortieAnalysis *analysis,
              GError **error)
{
  return analysis->summary->len == 0 || !sortie_cognition_is_on (cognition) ||
         sortie_analyzer_ask (cognition, input, output, analysis, error) !=
             SORTIE_COGNITION_STOPPED;
}

/**
 * sortie_analyzer_run:
 * @user_data: (nullable): a SortieCognition, whose model may draw insights from what was found
 *
 * Reads what the retrievers found and keeps what answers the questions. Returns: an analysis as
 * JSON (sortie_analysis_to_json()).
 */
char *
sortie_analyzer_run (const SortieStepInput *input,
                     SortieStepOutput *output,
                     gpointer user_data,
                     GError **error)
{
  g_autoptr (SortieQuestions) questions = sortie_questions_from_mission (input->mission);
  g_autoptr (SortieAnalysis) analysis = sortie_analysis_new ();
  g_autoptr (SortieMatter) matter = NULL;
  int words = input->words > 0 ? input->words : SORTIE_MISSION_DEFAULT_WORDS;

  if (output->is_cancelled (output))
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED, "The mission was stopped");
      return NULL;
    }
  matter = sortie_matter_new (input->plan, input->results, questions, error);
  if (matter == NULL)
    return NULL;
  sortie_matter_select (matter, words, analysis);
  take_collections (analysis, matter);
  compare_sides (analysis, matter, questions);
  summarise (analysis, matter);
  if (!tell (output, analysis, error) || !add_insights (user_data, input, output, analysis, error))
    return NULL;
  return sortie_analysis_to_json (analysis);
}
