/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-agent.h"

#include "sortie-cognition-private.h"
#include "sortie-error.h"
#include "sortie-findings.h"
#include "sortie-json.h"
#include "sortie-question-splitter.h"
#include "sortie-report.h"
#include "sortie-writer-private.h"

#include <string.h>

#define WRITTEN_BY "deterministic"
#define FAULT_WORD "FAIL_WRITER_STREAM"

/* The result of the one analyzing step that this writer waits for. */
static SortieAnalysis *
read_analysis (const SortieStepInput *input, GError **error)
{
  for (int n = sortie_plan_get_n_steps (input->plan); n >= 1; n--)
    {
      const SortieStep *step = sortie_plan_get_step (input->plan, n);
      const char *json =
          n < (int) input->results->len ? g_ptr_array_index (input->results, n) : NULL;

      if (g_str_equal (step->agent, SORTIE_AGENT_ANALYZER) && json != NULL)
        return sortie_analysis_from_json (json, strlen (json), error);
    }
  g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                       "There is no analysis to write from");
  return NULL;
}

gboolean
sortie_writer_is_faulty (const SortieStepInput *input)
{
  return input->faults && input->attempt == 1 && strstr (input->mission, FAULT_WORD) != NULL;
}

void
sortie_writer_set_fault (GError **error)
{
  g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "simulated failure in mid-stream");
}

static gboolean
write_blocks (const SortieStepInput *input,
              SortieStepOutput *output,
              const SortieReport *report,
              GError **error)
{
  gboolean faulty = sortie_writer_is_faulty (input);

  for (guint i = 0; i < report->blocks->len; i++)
    {
      const char *block = g_ptr_array_index (report->blocks, i);

      if (output->is_cancelled (output))
        {
          g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED,
                               "The mission was stopped");
          return FALSE;
        }
      if (faulty && i > 0 && i >= report->blocks->len / 2)
        {
          sortie_writer_set_fault (error);
          return FALSE;
        }
      if (!output->write (output, block, strlen (block), error))
        return FALSE;
    }
  return TRUE;
}

static char *
result_of (const SortieReport *report, gboolean was_tried)
{
  GString *json = g_string_new ("{");
  gsize bytes = 0;

  for (guint i = 0; i < report->blocks->len; i++)
    bytes += strlen (g_ptr_array_index (report->blocks, i));
  sortie_json_append_member_int (json, "bytes", (gint64) bytes);
  sortie_json_append_member_int (json, "words", report->words);
  sortie_json_append_member_int (json, "sources", report->sources->len);
  if (was_tried)
    sortie_json_append_member_string (json, "written_by", WRITTEN_BY);
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

/* The report without a model. */
static char *
write_own (const SortieStepInput *input,
           SortieStepOutput *output,
           const SortieQuestions *questions,
           const SortieAnalysis *analysis,
           gboolean was_tried,
           GError **error)
{
  g_autoptr (SortieReport) report = sortie_report_compose (input->plan, questions, analysis);
  g_autofree char *data = sortie_report_to_data (report, WRITTEN_BY);

  if (!output->start_draft (output, WRITTEN_BY, error) ||
      !write_blocks (input, output, report, error) || !output->complete_draft (output, data, error))
    return NULL;
  return result_of (report, was_tried);
}

/**
 * sortie_writer_run:
 * @user_data: (nullable): a SortieCognition, whose model is tried first
 *
 * Composes the report and streams it as a draft; where a model's draft breaks off, as the next one.
 * Returns: bytes, words and number of sources as JSON, and who wrote where a model was tried; the
 * report itself is the last draft.
 */
char *
sortie_writer_run (const SortieStepInput *input,
                   SortieStepOutput *output,
                   gpointer user_data,
                   GError **error)
{
  SortieCognition *cognition = user_data;
  gboolean is_on = sortie_cognition_is_on (cognition);
  g_autoptr (SortieAnalysis) analysis = read_analysis (input, error);
  g_autoptr (SortieQuestions) questions = NULL;
  char *result = NULL;

  if (analysis == NULL)
    return NULL;
  questions = sortie_questions_from_mission (input->mission);
  sortie_questions_take_locale (questions, input->mission, input->locale);
  if (is_on)
    switch (sortie_writer_ask (cognition, input, output, questions, analysis, &result, error))
      {
      case SORTIE_COGNITION_ANSWERED:
        return result;
      case SORTIE_COGNITION_STOPPED:
        return NULL;
      case SORTIE_COGNITION_WITHOUT:
        break;
      }
  return write_own (input, output, questions, analysis, is_on, error);
}
