/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent-chain.h"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-report.h"
#include "sortie-text.h"

#include <string.h>

static void
said_free (gpointer data)
{
  Said *said = data;

  g_free (said->code);
  g_free (said->message);
  g_free (said->data);
  g_free (said);
}

static void
string_free (gpointer data)
{
  g_string_free (data, TRUE);
}

static gboolean
record_progress (SortieStepOutput *output,
                 const char *code,
                 const char *message,
                 const char *data,
                 GError **error)
{
  Recorder *self = (Recorder *) output;
  Said *said = g_new0 (Said, 1);

  said->code = g_strdup (code);
  said->message = g_strdup (message);
  said->data = g_strdup (data);
  g_ptr_array_add (self->said, said);
  g_ptr_array_add (self->messages, g_strdup (message));
  if (data != NULL)
    {
      g_assert_true (
          sortie_json_validate (data, strlen (data), &sortie_json_default_limits, error));
      g_assert_cmpint (*data, ==, '{');
    }
  return TRUE;
}

static gboolean
record_start (SortieStepOutput *output, const char *written_by, GError **error)
{
  Recorder *self = (Recorder *) output;

  self->n_drafts++;
  self->output.draft = self->n_drafts;
  g_string_truncate (self->draft, 0);
  g_ptr_array_add (self->drafts, g_string_new (NULL));
  g_free (self->written_by);
  self->written_by = g_strdup (written_by);
  return TRUE;
}

static gboolean
record_write (SortieStepOutput *output, const char *text, gsize length, GError **error)
{
  Recorder *self = (Recorder *) output;

  g_assert_cmpint (self->n_drafts, >, 0);
  g_assert_true (g_utf8_validate (text, (gssize) length, NULL));
  self->n_writes++;
  if (self->n_writes == self->fails_at)
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_STALE, "Somebody else's step");
      return FALSE;
    }
  g_string_append_len (self->draft, text, (gssize) length);
  g_string_append_len (g_ptr_array_index (self->drafts, self->drafts->len - 1), text,
                       (gssize) length);
  return TRUE;
}

static gboolean
record_complete (SortieStepOutput *output, const char *data, GError **error)
{
  Recorder *self = (Recorder *) output;

  g_assert_true (sortie_json_validate (data, strlen (data), &sortie_json_default_limits, error));
  g_free (self->draft_data);
  self->draft_data = g_strdup (data);
  return TRUE;
}

static gboolean
record_is_cancelled (SortieStepOutput *output)
{
  const Recorder *self = (const Recorder *) output;

  return self->cancelled || (self->cancelled_after > 0 && self->n_writes >= self->cancelled_after);
}

Recorder *
recorder_new (void)
{
  Recorder *self = g_new0 (Recorder, 1);

  self->output.progress = record_progress;
  self->output.start_draft = record_start;
  self->output.write = record_write;
  self->output.complete_draft = record_complete;
  self->output.is_cancelled = record_is_cancelled;
  self->draft = g_string_new (NULL);
  self->messages = g_ptr_array_new_with_free_func (g_free);
  self->said = g_ptr_array_new_with_free_func (said_free);
  self->drafts = g_ptr_array_new_with_free_func (string_free);
  return self;
}

void
recorder_free (Recorder *self)
{
  if (self == NULL)
    return;
  g_string_free (self->draft, TRUE);
  g_free (self->draft_data);
  g_free (self->written_by);
  g_ptr_array_unref (self->messages);
  g_ptr_array_unref (self->said);
  g_ptr_array_unref (self->drafts);
  g_free (self);
}

static void
pinned_free (gpointer data)
{
  SortiePinnedCollection *pinned = data;

  g_free (pinned->collection);
  g_free (pinned);
}

GPtrArray *
pinned_new (const char *collection)
{
  GPtrArray *pinned = g_ptr_array_new_with_free_func (pinned_free);

  if (collection != NULL)
    {
      SortiePinnedCollection *one = g_new0 (SortiePinnedCollection, 1);

      one->collection = g_strdup (collection);
      g_ptr_array_add (pinned, one);
    }
  return pinned;
}

static SortieAgentFunc
func_of (const char *agent)
{
  if (g_str_equal (agent, SORTIE_AGENT_RETRIEVER))
    return sortie_retriever_run;
  if (g_str_equal (agent, SORTIE_AGENT_ANALYZER))
    return sortie_analyzer_run;
  return sortie_writer_run;
}

/* A step that fails is tried again, as the worker would. */
static char *
run_step (SortieAgentFunc func, SortieStepInput *input, Recorder *recorder, gpointer cognition)
{
  char *result = NULL;

  for (input->attempt = 1; input->attempt <= 2 && result == NULL; input->attempt++)
    {
      g_autoptr (GError) error = NULL;

      result = func (input, &recorder->output, cognition, &error);
      g_assert_true ((result == NULL) == (error != NULL));
      if (error != NULL)
        {
          g_ptr_array_add (recorder->messages, g_strdup (error->message));
          if (input->attempt == 2)
            g_test_message ("%s", error->message);
        }
    }
  g_assert_nonnull (result);
  g_assert_true (sortie_json_validate (result, strlen (result), &sortie_json_default_limits, NULL));
  return result;
}

static void
free_result (gpointer data)
{
  g_free (data);
}

Chain *
chain_run (const char *mission, const ChainOptions *options)
{
  Chain *self = g_new0 (Chain, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *plan = NULL;
  SortieStepInput input = { .mission_id = "00000000-0000-4000-8000-000000000000",
                            .mission = mission,
                            .words = options->words,
                            .locale = options->locale,
                            .collections = options->collections,
                            .step = 1,
                            .faults = options->faults,
                            .library = options->library };

  self->recorder = recorder_new ();
  self->results = g_ptr_array_new_with_free_func (free_result);
  input.results = self->results;
  plan = run_step (sortie_planner_run, &input, self->recorder, options->cognition);
  self->plan = sortie_plan_from_json (plan, strlen (plan), &error);
  g_assert_no_error (error);
  input.plan = self->plan;
  g_ptr_array_set_size (self->results, sortie_plan_get_n_steps (self->plan) + 1);
  for (int n = 2; n <= sortie_plan_get_n_steps (self->plan); n++)
    {
      const SortieStep *step = sortie_plan_get_step (self->plan, n);

      input.step = n;
      if (n != options->failing_step)
        g_ptr_array_index (self->results, n) =
            run_step (func_of (step->agent), &input, self->recorder, options->cognition);
    }
  return self;
}

void
chain_free (Chain *self)
{
  if (self == NULL)
    return;
  sortie_plan_free (self->plan);
  g_ptr_array_unref (self->results);
  recorder_free (self->recorder);
  g_free (self);
}

/* -- what holds for every report -- */

/* The numbers cited in the text, as flags; `[n]` at the start of a source line is no citation. */
static gboolean *
find_citations (const char *text, guint n_sources)
{
  gboolean *cited = g_new0 (gboolean, n_sources + 1);

  for (const char *p = text; (p = strchr (p, '[')) != NULL; p++)
    {
      char *end = NULL;
      guint64 n;

      if ((p > text && p[-1] == '\\') || !g_ascii_isdigit (p[1]))
        continue;
      n = g_ascii_strtoull (p + 1, &end, 10);
      if (*end != ']')
        continue;
      g_assert_cmpuint (n, >=, 1);
      g_assert_cmpuint (n, <=, n_sources);
      cited[n] = TRUE;
    }
  return cited;
}

static void
assert_quote_is_exact (JsonObject *source, SortieLibrary *library)
{
  const char *quote = json_object_get_string_member (source, "quote");
  gint64 start = json_object_get_int_member (source, "start");
  gint64 end = json_object_get_int_member (source, "end");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = NULL;
  gsize size;
  const char *bytes;

  g_assert_cmpint (end - start, ==, (gint64) strlen (quote));
  if (library == NULL)
    return;
  text = sortie_library_read_text (library, json_object_get_string_member (source, "document"),
                                   &error);
  g_assert_no_error (error);
  bytes = g_bytes_get_data (text, &size);
  g_assert_cmpuint ((gsize) end, <=, size);
  g_assert_cmpmem (bytes + start, end - start, quote, strlen (quote));
}

void
assert_report_is_sound (const char *report, const char *data, SortieLibrary *library)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root =
      sortie_json_parse (data, strlen (data), &sortie_json_default_limits, &error);
  JsonArray *sources;
  g_autofree gboolean *cited = NULL;
  g_autofree char *body = NULL;
  guint n;

  g_assert_no_error (error);
  sources = json_object_get_array_member (json_node_get_object (root), "sources");
  n = json_array_get_length (sources);
  if (n == 0)
    body = g_strdup (report);
  for (guint i = 0; i < n; i++)
    {
      JsonObject *source = json_array_get_object_element (sources, i);
      g_autofree char *line = g_strdup_printf ("\n[%u] ", i + 1);
      g_autofree char *quote =
          sortie_report_dup_quote (json_object_get_string_member (source, "quote"));
      const char *found = strstr (report, line);

      g_assert_cmpint (json_object_get_int_member (source, "n"), ==, i + 1);
      g_assert_nonnull (found);
      if (i == 0)
        body = g_strndup (report, (gsize) (found - report));
      g_assert_cmpint (strchr (found + 1, '\n')[-1] == '\\', ==, i + 1 < n);
      g_assert_cmpuint (strlen (quote), >, 0);
      assert_quote_is_exact (source, library);
    }
  cited = find_citations (body, n);
  for (guint i = 1; i <= n; i++)
    g_assert_true (cited[i]);
}
