/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-writer-private.h"

#include "sortie-json.h"
#include "sortie-phrases.h"
#include "sortie-report-private.h"
#include "sortie-text.h"

#include <string.h>

/* Of each passage that is cited the sentence that shares most with the first sentence that cites it. */
static void
find_sources (SortieModelReport *self)
{
  GArray *order = sortie_citations_get_order (self->citations);

  self->sources = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_source_free);
  for (guint i = 0; i < order->len; i++)
    {
      const SortieSpan *first = &g_array_index (self->checked.firsts, SortieSpan, i);

      g_ptr_array_add (self->sources,
                       sortie_support_new_source (self->support,
                                                  g_array_index (order, guint, i) - 1,
                                                  self->text->str + first->start,
                                                  first->end - first->start));
    }
}

static void
add_block (SortieModelReport *self, GPtrArray *blocks, char *block)
{
  self->words += sortie_text_count_words (block, strlen (block));
  g_ptr_array_add (blocks, block);
}

GPtrArray *
sortie_model_report_list_end (SortieModelReport *self,
                              const SortieStepInput *input,
                              const SortieQuestions *questions,
                              const SortieAnalysis *analysis)
{
  const char *language = questions->report_language;
  const SortiePhrases *phrases = sortie_phrases_get (language);
  GPtrArray *blocks = g_ptr_array_new_with_free_func (g_free);
  char *gaps = sortie_report_dup_gaps (input->plan, questions, analysis);
  g_autofree char *closing = NULL;

  find_sources (self);
  self->words = sortie_text_count_words (self->text->str, self->text->len);
  g_ptr_array_add (blocks, g_strdup ("\n\n"));
  if (gaps != NULL)
    add_block (self, blocks, gaps);
  g_ptr_array_add (blocks, sortie_report_dup_heading (phrases->sources));
  g_ptr_array_add (blocks, sortie_report_dup_source_list (self->sources, language));
  closing = sortie_report_dup_closing_line (analysis, self->sources, language);
  add_block (self, blocks, g_strdup_printf ("---\n%s %s\n", closing, phrases->written_by_model));
  return blocks;
}

static void
append_unsupported (GString *json, GArray *spans)
{
  sortie_json_append_name (json, "unsupported");
  g_string_append_c (json, '[');
  for (guint i = 0; i < spans->len; i++)
    {
      const SortieSpan *span = &g_array_index (spans, SortieSpan, i);

      sortie_json_append_separator (json);
      g_string_append_c (json, '{');
      sortie_json_append_member_int (json, "start", (gint64) span->start);
      sortie_json_append_member_int (json, "end", (gint64) span->end);
      g_string_append_c (json, '}');
    }
  g_string_append_c (json, ']');
}

static gboolean
has_gap (const SortieAnalysis *analysis)
{
  for (guint i = 0; i < analysis->answers->len; i++)
    if (!((SortieAnswer *) g_ptr_array_index (analysis->answers, i))->searched)
      return TRUE;
  return FALSE;
}

char *
sortie_model_report_to_data (const SortieModelReport *self,
                             const SortieAnalysis *analysis,
                             const char *model)
{
  GString *json = g_string_new ("{");

  sortie_json_append_member_string (json, "written_by", SORTIE_WRITTEN_BY_MODEL);
  sortie_json_append_member_string (json, "model", model);
  sortie_json_append_member_int (json, "words", self->words);
  sortie_json_append_member_bool (json, "partial", has_gap (analysis));
  sortie_json_append_member_int (json, "citations_removed",
                                 sortie_citations_get_n_removed (self->citations));
  sortie_json_append_name (json, "sources");
  g_string_append_c (json, '[');
  for (guint i = 0; i < self->sources->len; i++)
    sortie_source_append_json (g_ptr_array_index (self->sources, i), (int) i + 1, json);
  g_string_append_c (json, ']');
  append_unsupported (json, self->checked.unsupported);
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

char *
sortie_model_report_to_result (const SortieModelReport *self)
{
  GString *json = g_string_new ("{");

  sortie_json_append_member_int (json, "bytes", (gint64) self->text->len);
  sortie_json_append_member_int (json, "words", self->words);
  sortie_json_append_member_int (json, "sources", self->sources->len);
  sortie_json_append_member_string (json, "written_by", SORTIE_WRITTEN_BY_MODEL);
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

void
sortie_model_report_clear (SortieModelReport *self)
{
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  sortie_citations_free (self->citations);
  sortie_support_free (self->support);
  sortie_support_result_clear (&self->checked);
  g_clear_pointer (&self->sources, g_ptr_array_unref);
}
