/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-agent.h"

#include "sortie-error.h"
#include "sortie-findings.h"
#include "sortie-json.h"
#include "sortie-question-splitter.h"
#include "sortie-report.h"

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

static gboolean
write_blocks (const SortieStepInput *input,
              SortieStepOutput *output,
              const SortieReport *report,
              GError **error)
{
  gboolean faulty =
      input->faults && input->attempt == 1 && strstr (input->mission, FAULT_WORD) != NULL;

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
          g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_FAILED,
                               "simulated failure in mid-stream");
          return FALSE;
        }
      if (!output->write (output, block, strlen (block), error))
        return FALSE;
    }
  return TRUE;
}

static char *
result_of (const SortieReport *report)
{
  GString *json = g_string_new ("{");
  gsize bytes = 0;

  for (guint i = 0; i < report->blocks->len; i++)
    bytes += strlen (g_ptr_array_index (report->blocks, i));
  sortie_json_append_member_int (json, "bytes", (gint64) bytes);
  sortie_json_append_member_int (json, "words", report->words);
  sortie_json_append_member_int (json, "sources", report->sources->len);
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

/**
 * sortie_writer_run:
 *
 * Composes the report and streams it as a draft. Returns: bytes, words and number of sources as
 * JSON; the report itself is the draft.
 */
char *
sortie_writer_run (const SortieStepInput *input,
                   SortieStepOutput *output,
                   gpointer user_data,
                   GError **error)
{
  g_autoptr (SortieAnalysis) analysis = read_analysis (input, error);
  g_autoptr (SortieQuestions) questions = NULL;
  g_autoptr (SortieReport) report = NULL;
  g_autofree char *data = NULL;

  if (analysis == NULL)
    return NULL;
  questions = sortie_questions_from_mission (input->mission);
  report = sortie_report_compose (input->plan, questions, analysis);
  data = sortie_report_to_data (report, WRITTEN_BY);
  if (!output->start_draft (output, WRITTEN_BY, error) ||
      !write_blocks (input, output, report, error) || !output->complete_draft (output, data, error))
    return NULL;
  return result_of (report);
}
