/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-writer-private.h"

#include "sortie-prompt.h"
#include "sortie-report-private.h"
#include "sortie-text.h"

#include <string.h>

/* A token is about half a word in some languages, and citations and Markdown take their share. */
#define TOKENS_A_WORD 4
#define MIN_TOKENS 1024
#define MAX_TOKENS 8192

/* A model's text that is longer is given up, bytes. */
#define MAX_BODY (128 * 1024)
/* One with fewer words is no report. */
#define MIN_WORDS 20
/* Many a model cites at the end of a paragraph only; what cites still less is not bound to its sources. */
#define LEAST_CITED_SHARE 0.2
/* The test fault waits until so many bytes were shown. */
#define FAULT_BYTES 64

typedef struct
{
  const SortieStepInput *input;
  SortieStepOutput *output;
  SortieCognitionCall *call;
  SortieModelReport report;
  GString *taken; /* what came through the filter and is not written yet */
} Writing;

/* -- what is asked -- */

static void
append_insights (GString *message, const SortieAnalysis *analysis, const SortieEvidence *evidence)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < analysis->insights->len; i++)
    {
      const SortieInsight *insight = g_ptr_array_index (analysis->insights, i);
      g_autoptr (GString) numbers = g_string_new (NULL);

      for (guint j = 0; j < insight->refs->len; j++)
        {
          const SortiePassageRef *ref = g_ptr_array_index (insight->refs, j);
          guint n = sortie_evidence_find (evidence, ref->document, ref->passage);

          if (n > 0)
            g_string_append_printf (numbers, "[%u]", n);
        }
      if (numbers->len > 0)
        g_string_append_printf (list, "- %s %s\n", insight->text, numbers->str);
    }
  if (list->len == 0)
    return;
  g_string_append_c (message, '\n');
  sortie_prompt_append_fenced (message, "insights", list->str, SORTIE_PROMPT_MAX_MISSION);
}

static int
words_of (const SortieStepInput *input)
{
  return input->words > 0 ? input->words : SORTIE_MISSION_DEFAULT_WORDS;
}

static char *
message_new (const SortieStepInput *input,
             const SortieQuestions *questions,
             const SortieAnalysis *analysis,
             const SortieEvidence *evidence)
{
  GString *message = g_string_new (NULL);

  sortie_prompt_append_fenced (message, "mission", input->mission, SORTIE_PROMPT_MAX_MISSION);
  append_insights (message, analysis, evidence);
  sortie_evidence_append (evidence, message);
  g_string_append_printf (message, "\nLanguage of the report: %s\nLength: about %d words\n",
                          sortie_prompt_get_language_name (questions->report_language),
                          words_of (input));
  return g_string_free (message, FALSE);
}

/* -- what comes -- */

static gboolean
write_text (Writing *self, const char *text, gsize length, GError **error)
{
  if (!self->output->write (self->output, text, length, error))
    return FALSE;
  g_string_append_len (self->report.text, text, (gssize) length);
  self->call->written = (gint64) self->report.text->len;
  return TRUE;
}

/* The draft begins with the first text of use, so that a failure before it leaves no trace. Both go
 * out together: a reader sees the first word as soon as it is there. */
static gboolean
begin_draft (Writing *self, GError **error)
{
  g_autofree char *title = sortie_report_dup_title (self->input->plan->title);

  if (!self->output->start_draft (self->output, SORTIE_WRITTEN_BY_MODEL, error))
    return FALSE;
  self->call->draft = self->output->draft;
  self->report.body_start = strlen (title);
  g_string_prepend (self->taken, title);
  return TRUE;
}

/* Writes what came through the filter. */
static gboolean
write_taken (Writing *self, GError **error)
{
  gsize written;

  if (self->taken->len == 0)
    return TRUE;
  if ((self->report.text->len == 0 && !begin_draft (self, error)) ||
      !write_text (self, self->taken->str, self->taken->len, error))
    return FALSE;
  g_string_truncate (self->taken, 0);
  written = self->report.text->len - self->report.body_start;
  if (written > MAX_BODY)
    {
      g_set_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_UNUSABLE,
                   "the report has more than %d bytes", MAX_BODY);
      return FALSE;
    }
  if (written >= FAULT_BYTES && sortie_writer_is_faulty (self->input))
    {
      sortie_writer_set_fault (error);
      return FALSE;
    }
  return TRUE;
}

static void
taken_cb (const char *text, gsize length, gpointer user_data)
{
  Writing *self = user_data;

  g_string_append_len (self->taken, text, (gssize) length);
}

static gboolean
text_cb (const char *text, gsize length, gpointer user_data, GError **error)
{
  Writing *self = user_data;

  sortie_citations_feed (self->report.citations, text, length);
  return write_taken (self, error);
}

/* -- whether it is of use -- */

/* (nullable): what is wrong with the text. */
static char *
find_fault (Writing *self, const SortieEvidence *evidence)
{
  SortieModelReport *report = &self->report;
  const char *body = report->text->str + report->body_start;
  gsize length = report->text->len - MIN (report->body_start, report->text->len);
  guint n_kept = sortie_citations_get_n_kept (report->citations);
  guint n_words = sortie_text_count_words (body, length);

  n_words -= MIN (n_words, n_kept); /* their numbers are no words of the report */
  report->body_end = report->text->len;
  if (n_kept == 0)
    return g_strdup ("the report cites none of the passages");
  if (n_words < MIN_WORDS)
    return g_strdup_printf ("the report has only %u words", n_words);
  report->support = sortie_support_new (sortie_text_guess_language (body, length),
                                        evidence->passages, SORTIE_SUPPORT_LEAST_SHARE);
  sortie_support_check (report->support, report->text->str, report->body_start, report->body_end,
                        sortie_citations_get_order (report->citations), &report->checked);
  if (report->checked.unsupported->len * 2 > report->checked.n_cited)
    return g_strdup_printf ("%u of the %u sentences that cite are not in what they cite",
                            report->checked.unsupported->len, report->checked.n_cited);
  if (report->checked.n_cited_words < report->checked.n_words * LEAST_CITED_SHARE)
    return g_strdup_printf ("only %u of its %u words are in sentences that cite",
                            report->checked.n_cited_words, report->checked.n_words);
  return NULL;
}

/* What the report needs beside the model's text, and its end. */
static gboolean
complete (Writing *self,
          SortieCognition *cognition,
          const SortieQuestions *questions,
          const SortieAnalysis *analysis,
          GError **error)
{
  const SortieCognitionPort *port = sortie_cognition_get_port (cognition);
  SortieModelReport *report = &self->report;
  g_autoptr (GPtrArray) blocks =
      sortie_model_report_list_end (report, self->input, questions, analysis);
  g_autofree char *data = NULL;

  if (sortie_writer_is_faulty (self->input))
    {
      sortie_writer_set_fault (error);
      return FALSE;
    }
  for (guint i = 0; i < blocks->len; i++)
    if (!sortie_cognition_may_go_on (self->output, error) ||
        !write_text (self, g_ptr_array_index (blocks, i), strlen (g_ptr_array_index (blocks, i)),
                     error))
      return FALSE;
  data = sortie_model_report_to_data (report, analysis, self->call->reply.model);
  if (!sortie_cognition_say_used (cognition, self->output, self->call, error) ||
      !self->output->complete_draft (self->output, data, error))
    return FALSE;
  port->count_citations (port->llm, sortie_citations_get_n_kept (report->citations),
                         sortie_citations_get_n_removed (report->citations),
                         report->checked.unsupported->len);
  return TRUE;
}

static SortieCognitionOutcome
take_report (Writing *self,
             SortieCognition *cognition,
             const SortieEvidence *evidence,
             const SortieQuestions *questions,
             const SortieAnalysis *analysis,
             GError **error)
{
  g_autofree char *fault = NULL;
  g_autoptr (GError) local = NULL;

  sortie_citations_end (self->report.citations);
  if (!write_taken (self, &local))
    {
      if (local->domain == SORTIE_LLM_ERROR)
        return sortie_cognition_say_unusable (cognition, self->output, self->call, local->message,
                                              error);
      g_propagate_error (error, g_steal_pointer (&local));
      return SORTIE_COGNITION_STOPPED;
    }
  fault = find_fault (self, evidence);
  if (fault != NULL)
    return sortie_cognition_say_unusable (cognition, self->output, self->call, fault, error);
  return complete (self, cognition, questions, analysis, error) ? SORTIE_COGNITION_ANSWERED
                                                                : SORTIE_COGNITION_STOPPED;
}

static guint
tokens_for (int words)
{
  return (guint) CLAMP ((gint64) words * TOKENS_A_WORD, MIN_TOKENS, MAX_TOKENS);
}

SortieCognitionOutcome
sortie_writer_ask (SortieCognition *self,
                   const SortieStepInput *input,
                   SortieStepOutput *output,
                   const SortieQuestions *questions,
                   const SortieAnalysis *analysis,
                   char **result,
                   GError **error)
{
  g_auto (SortieCognitionCall) call;
  Writing writing = { input, output, &call, { 0 }, NULL };
  g_autoptr (SortieEvidence) evidence = NULL;
  g_autofree char *message = NULL;
  g_autoptr (GString) taken = g_string_new (NULL);
  SortieCognitionOutcome outcome;

  sortie_cognition_call_init (&call);
  evidence = sortie_evidence_new (input->plan, input->results, analysis, error);
  if (evidence == NULL)
    return SORTIE_COGNITION_STOPPED;
  if (evidence->passages->len == 0)
    return SORTIE_COGNITION_WITHOUT;
  message = message_new (input, questions, analysis, evidence);
  writing.taken = taken;
  writing.report.text = g_string_new (NULL);
  writing.report.citations = sortie_citations_new (evidence->passages->len, taken_cb, &writing);
  call.purpose = "report";
  call.agent = SORTIE_AGENT_WRITER;
  call.role = SORTIE_LLM_ROLE_WRITER;
  call.message = message;
  call.max_tokens = tokens_for (words_of (input));
  call.text = text_cb;
  call.user_data = &writing;
  outcome = sortie_cognition_ask (self, output, &call, error);
  if (outcome == SORTIE_COGNITION_ANSWERED)
    outcome = take_report (&writing, self, evidence, questions, analysis, error);
  if (outcome == SORTIE_COGNITION_ANSWERED)
    *result = sortie_model_report_to_result (&writing.report);
  sortie_model_report_clear (&writing.report);
  return outcome;
}
