/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-report.h"

#include "sortie-json.h"
#include "sortie-phrases.h"
#include "sortie-question-terms.h"
#include "sortie-report-private.h"
#include "sortie-text.h"

#include <string.h>

typedef struct
{
  const SortiePhrases *phrases;
  const char *language;
  const SortieQuestions *questions;
  const SortieAnalysis *analysis;
  SortieReport *report;
} Composer;

/* -- sources -- */

static gboolean
is_same_place (const SortieSource *a, const SortieSource *b)
{
  return a->start == b->start && a->end == b->end && g_str_equal (a->document, b->document);
}

/* The number of a source, from 1; a new one where it was not cited before. */
static int
number_of (Composer *self, SortieSource *source)
{
  GPtrArray *sources = self->report->sources;

  for (guint i = 0; i < sources->len; i++)
    if (is_same_place (g_ptr_array_index (sources, i), source))
      return (int) i + 1;
  g_ptr_array_add (sources, source);
  return (int) sources->len;
}

/* Numbers follow the sections, so the summary before them can already use them. */
static void
number_sources (Composer *self)
{
  for (guint i = 0; i < self->analysis->answers->len; i++)
    {
      const SortieAnswer *answer = g_ptr_array_index (self->analysis->answers, i);

      for (guint j = 0; j < answer->findings->len; j++)
        {
          const SortieFinding *finding = g_ptr_array_index (answer->findings, j);

          for (guint k = 0; k < finding->sources->len; k++)
            number_of (self, g_ptr_array_index (finding->sources, k));
        }
    }
}

static void
append_citations (Composer *self, GString *out, const SortieFinding *finding)
{
  g_string_append_c (out, ' ');
  for (guint i = 0; i < finding->sources->len; i++)
    g_string_append_printf (out, "[%d]", number_of (self, g_ptr_array_index (finding->sources, i)));
}

static const SortieSource *
quoted_of (const SortieFinding *finding)
{
  return g_ptr_array_index (finding->sources, 0);
}

static void
append_text (Composer *self, GString *out, const char *text, const SortieFinding *finding)
{
  g_autofree char *quote = sortie_report_dup_quote (text);

  g_string_append_printf (out, "%s%s%s", self->phrases->quote_open, quote,
                          self->phrases->quote_close);
  append_citations (self, out, finding);
}

static void
append_quote (Composer *self, GString *out, const SortieFinding *finding)
{
  append_text (self, out, quoted_of (finding)->quote, finding);
}

/* -- blocks -- */

static void
composer_add (Composer *self, GString *block)
{
  self->report->words += sortie_text_count_words (block->str, block->len);
  g_ptr_array_add (self->report->blocks, g_string_free (block, FALSE));
}

static void
composer_add_heading (Composer *self, const char *heading)
{
  g_autofree char *block = sortie_report_dup_heading (heading);

  composer_add (self, g_string_new (block));
}

static char *
label_of (const Composer *self, const SortieAnswer *answer)
{
  const SortieQuestion *question = sortie_questions_find (self->questions, answer->question);

  return question != NULL ? g_strdup (question->label)
                          : sortie_question_dup_label (self->language, answer->question);
}

static char *
escaped_label_of (const Composer *self, const SortieAnswer *answer)
{
  g_autofree char *label = label_of (self, answer);

  return sortie_report_escape (label);
}

/* "a, b and c", each escaped. */
static char *
join_words (const Composer *self, GPtrArray *words, gboolean with_and)
{
  GString *joined = g_string_new (NULL);

  for (guint i = 0; i < words->len; i++)
    {
      const char *word = g_ptr_array_index (words, i);
      g_autofree char *escaped = sortie_report_escape (word);

      if (i > 0 && with_and && i + 1 == words->len)
        g_string_append (joined, self->phrases->and_join);
      else if (i > 0)
        g_string_append (joined, self->phrases->list_comma);
      g_string_append (joined, escaped);
    }
  return g_string_free (joined, FALSE);
}

static void
composer_add_title (Composer *self, const char *title)
{
  g_autofree char *block = sortie_report_dup_title (title);

  composer_add (self, g_string_new (block));
}

/* -- the summary -- */

static gboolean
ends_a_sentence (const char *text)
{
  const char *last = text + strlen (text);

  static const char *const ends[] = {
    "…", "。", "！", "？", "。」", "。』", "。）", "？」", "！」"
  };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_suffix (text, ends[i]))
      return TRUE;
  while (last > text && strchr ("\"')]\\*_", last[-1]) != NULL)
    last--;
  return last > text && strchr (".!?", last[-1]) != NULL;
}

static void
append_unanswered (Composer *self, GString *block)
{
  GString *list = g_string_new (NULL);
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->analysis->answers->len; i++)
    {
      const SortieAnswer *answer = g_ptr_array_index (self->analysis->answers, i);
      const SortieQuestion *question = sortie_questions_find (self->questions, answer->question);
      g_autofree char *label = NULL;

      /* That no sentence names both sides of a comparison is no gap. */
      if (answer->findings->len > 0 ||
          (question != NULL && question->kind == SORTIE_QUESTION_SHARED))
        continue;
      label = escaped_label_of (self, answer);
      while (g_str_has_suffix (label, "?"))
        label[strlen (label) - 1] = '\0';
      while (g_str_has_suffix (label, "？"))
        label[strlen (label) - strlen ("？")] = '\0';
      g_string_append_printf (list, "%s%s", list->len > 0 ? self->phrases->semicolon : "", label);
    }
  if (list->len > 0)
    {
      text = sortie_phrases_format (self->phrases->unanswered_format, "list", list->str, NULL);
      g_string_append_printf (block, " %s", text);
    }
  g_string_free (list, TRUE);
}

static void
composer_add_summary (Composer *self)
{
  const SortieAnalysis *analysis = self->analysis;
  GString *block = g_string_new (NULL);

  g_string_append_printf (block, "**%s**", self->phrases->in_short);
  for (guint i = 0; i < analysis->summary->len; i++)
    {
      const SortieFinding *finding =
          sortie_analysis_get_finding (analysis,
                                       g_array_index (analysis->summary, SortieFindingRef, i));
      g_autofree char *lead = sortie_finding_dup_lead (finding);
      g_autofree char *quote = sortie_report_dup_quote (lead);

      g_string_append_printf (block, " %s%s", quote,
                              ends_a_sentence (quote) ? "" : self->phrases->full_stop);
      append_citations (self, block, finding);
    }
  if (analysis->collections->len == 0)
    g_string_append_printf (block, " %s %s", self->phrases->no_documents,
                            self->phrases->how_to_add);
  else if (analysis->summary->len == 0)
    g_string_append_printf (block, " %s", self->phrases->nothing);
  else
    append_unanswered (self, block);
  g_string_append (block, "\n\n");
  composer_add (self, block);
}

/* -- the comparison -- */

/* Whether the table shows all of the finding. */
static gboolean
is_in_table (const Composer *self, guint answer, guint finding)
{
  const SortieFinding *whole =
      sortie_analysis_get_finding (self->analysis,
                                   (SortieFindingRef){ (int) answer, (int) finding });

  if (whole->lead_end - whole->lead_start != (gint64) strlen (quoted_of (whole)->quote))
    return FALSE;
  for (guint i = 0; i < self->analysis->rows->len; i++)
    {
      const SortieComparisonRow *row = g_ptr_array_index (self->analysis->rows, i);

      for (guint j = 0; j < row->cells->len; j++)
        {
          const SortieFindingRef *ref = &g_array_index (row->cells, SortieFindingRef, j);

          if (ref->answer == (int) answer && ref->finding == (int) finding)
            return TRUE;
        }
    }
  return FALSE;
}

static void
append_row (Composer *self, GString *block, const SortieComparisonRow *row, gboolean with_aspects)
{
  if (with_aspects)
    {
      g_autofree char *aspect =
          sortie_report_dup_shown (row->aspect != NULL ? row->aspect : "", SORTIE_REPORT_MAX_SHOWN);

      g_string_append_printf (block, "| %s ", aspect);
    }
  for (guint i = 0; i < row->cells->len; i++)
    {
      const SortieFinding *finding =
          sortie_analysis_get_finding (self->analysis,
                                       g_array_index (row->cells, SortieFindingRef, i));

      g_string_append (block, "| ");
      if (finding != NULL)
        {
          g_autofree char *lead = sortie_finding_dup_lead (finding);

          append_text (self, block, lead, finding);
        }
      else
        g_string_append (block, self->phrases->empty_cell);
      g_string_append_c (block, ' ');
    }
  g_string_append (block, "|\n");
}

static void
composer_add_table (Composer *self)
{
  const SortieAnalysis *analysis = self->analysis;
  GString *block;
  gboolean with_aspects;

  if (analysis->rows->len == 0)
    return;
  with_aspects = ((SortieComparisonRow *) g_ptr_array_index (analysis->rows, 0))->aspect != NULL;
  composer_add_heading (self, self->phrases->side_by_side);
  block = g_string_new (with_aspects ? "| " : "");
  for (guint i = 0; i < analysis->columns->len; i++)
    {
      g_autofree char *label =
          escaped_label_of (self, g_ptr_array_index (analysis->answers,
                                                     g_array_index (analysis->columns, int, i)));

      g_string_append_printf (block, "| %s ", label);
    }
  g_string_append (block, "|\n");
  for (guint i = 0; i < analysis->columns->len + with_aspects; i++)
    g_string_append (block, "| --- ");
  g_string_append (block, "|\n");
  for (guint i = 0; i < analysis->rows->len; i++)
    append_row (self, block, g_ptr_array_index (analysis->rows, i), with_aspects);
  g_string_append_c (block, '\n');
  composer_add (self, block);
}

/* -- the sections -- */

/* What the table shows already is not said again, where there is more to say. */
static gboolean
says_more_than_table (const Composer *self, guint index)
{
  const SortieAnswer *answer = g_ptr_array_index (self->analysis->answers, index);

  for (guint i = 0; i < answer->findings->len; i++)
    if (!is_in_table (self, index, i))
      return TRUE;
  return FALSE;
}

/* Where each document is asked, the quotations of one stand under its title. */
static void
append_document (Composer *self, GString *block, const SortieAnswer *answer, guint index)
{
  const SortieQuestion *question = sortie_questions_find (self->questions, answer->question);
  const SortieSource *own = quoted_of (g_ptr_array_index (answer->findings, index));
  const SortieSource *last =
      index > 0 ? quoted_of (g_ptr_array_index (answer->findings, index - 1)) : NULL;
  g_autofree char *title = NULL;

  if (question == NULL || question->kind != SORTIE_QUESTION_ACROSS ||
      (last != NULL && g_str_equal (last->document, own->document)))
    return;
  title = sortie_report_dup_shown (own->title, SORTIE_REPORT_MAX_SHOWN);
  g_string_append_printf (block, "%s**%s**\n\n", index > 0 ? "\n" : "", title);
}

static void
composer_add_section (Composer *self, guint index)
{
  const SortieAnswer *answer = g_ptr_array_index (self->analysis->answers, index);
  gboolean skip_table = says_more_than_table (self, index);
  g_autofree char *label = NULL;
  GString *block;

  if (answer->findings->len == 0)
    return;
  label = self->analysis->answers->len > 1 ? label_of (self, answer)
                                           : g_strdup (self->phrases->findings);
  composer_add_heading (self, label);
  block = g_string_new (NULL);
  for (guint i = 0; i < answer->findings->len; i++)
    {
      if (skip_table && is_in_table (self, index, i))
        continue;
      append_document (self, block, answer, i);
      g_string_append (block, "- ");
      append_quote (self, block, g_ptr_array_index (answer->findings, i));
      g_string_append_c (block, '\n');
    }
  g_string_append_c (block, '\n');
  composer_add (self, block);
}

static void
composer_add_differences (Composer *self)
{
  const SortieAnalysis *analysis = self->analysis;
  GString *block;

  if (analysis->differences->len == 0)
    return;
  composer_add_heading (self, self->phrases->differences);
  block = g_string_new (NULL);
  for (guint i = 0; i + 1 < analysis->differences->len; i += 2)
    {
      g_string_append (block, "- ");
      append_quote (self, block,
                    sortie_analysis_get_finding (analysis, g_array_index (analysis->differences,
                                                                          SortieFindingRef, i)));
      g_string_append (block, " — ");
      append_quote (self, block,
                    sortie_analysis_get_finding (analysis,
                                                 g_array_index (analysis->differences,
                                                                SortieFindingRef, i + 1)));
      g_string_append_c (block, '\n');
    }
  g_string_append_c (block, '\n');
  composer_add (self, block);
}

/* -- what is missing -- */

static void
append_absent (Composer *self, GString *block, const SortieAnswer *answer)
{
  g_autofree char *terms = NULL;
  g_autofree char *text = NULL;

  if (answer->absent->len == 0)
    return;
  terms = join_words (self, answer->absent, FALSE);
  text = sortie_phrases_format (answer->absent->len == 1 ? self->phrases->absent_one_format
                                                         : self->phrases->absent_many_format,
                                "terms", terms, NULL);
  g_string_append_printf (block, " %s", text);
}

static void
append_missing (Composer *self, GString *block, const SortieAnswer *answer)
{
  const SortieQuestion *question = sortie_questions_find (self->questions, answer->question);
  g_autofree char *label = NULL;

  if (answer->findings->len > 0 && answer->absent->len == 0)
    return;
  /* That no sentence names both sides of a comparison is no gap; and what is absent is told of the
   * sides. */
  if (answer->searched && question != NULL && question->kind == SORTIE_QUESTION_SHARED)
    return;
  label = escaped_label_of (self, answer);
  g_string_append_printf (block, "- %s%s", label,
                          g_str_has_suffix (label, "?") || g_str_has_suffix (label, "？")
                              ? ""
                              : self->phrases->colon);
  if (!answer->searched)
    g_string_append_printf (block, " %s", self->phrases->gap);
  else
    {
      if (answer->findings->len == 0)
        {
          g_autofree char *terms = join_words (self, answer->terms, FALSE);
          g_autofree char *text =
              sortie_phrases_format (self->phrases->nothing_searched_format, "terms",
                                     *terms != '\0' ? terms : label, NULL);

          g_string_append_printf (block, " %s", text);
        }
      append_absent (self, block, answer);
    }
  g_string_append_c (block, '\n');
}

static void
composer_add_missing (Composer *self)
{
  GString *block;

  if (self->analysis->collections->len == 0 && !self->report->partial)
    return;
  block = g_string_new (NULL);
  for (guint i = 0; i < self->analysis->answers->len; i++)
    append_missing (self, block, g_ptr_array_index (self->analysis->answers, i));
  if (block->len == 0)
    {
      g_string_free (block, TRUE);
      return;
    }
  composer_add_heading (self, self->phrases->not_found);
  g_string_append_c (block, '\n');
  composer_add (self, block);
}

char *
sortie_report_dup_gaps (const SortiePlan *plan,
                        const SortieQuestions *questions,
                        const SortieAnalysis *analysis)
{
  Composer composer = { sortie_phrases_get (questions->report_language), plan->language, questions,
                        analysis, NULL };
  g_autofree char *heading = sortie_report_dup_heading (composer.phrases->not_found);
  GString *block = g_string_new (heading);

  for (guint i = 0; i < analysis->answers->len; i++)
    if (!((SortieAnswer *) g_ptr_array_index (analysis->answers, i))->searched)
      append_missing (&composer, block, g_ptr_array_index (analysis->answers, i));
  if (block->len == strlen (heading))
    return g_string_free (block, TRUE);
  g_string_append_c (block, '\n');
  return g_string_free (block, FALSE);
}

/* -- the end -- */

static void
composer_add_sources (Composer *self)
{
  guint words = self->report->words;
  g_autofree char *list = NULL;

  if (self->report->sources->len == 0)
    return;
  composer_add_heading (self, self->phrases->sources);
  list = sortie_report_dup_source_list (self->report->sources, self->phrases->language);
  composer_add (self, g_string_new (list));
  self->report->words = words;
}

static void
composer_add_closing (Composer *self)
{
  g_autofree char *line = sortie_report_dup_closing_line (self->analysis, self->report->sources,
                                                          self->phrases->language);
  GString *block = g_string_new (NULL);

  g_string_append_printf (block, "---\n%s %s\n", line, self->phrases->written);
  composer_add (self, block);
}

static gboolean
has_gap (const SortieAnalysis *analysis)
{
  for (guint i = 0; i < analysis->answers->len; i++)
    if (!((SortieAnswer *) g_ptr_array_index (analysis->answers, i))->searched)
      return TRUE;
  return FALSE;
}

SortieReport *
sortie_report_compose (const SortiePlan *plan,
                       const SortieQuestions *questions,
                       const SortieAnalysis *analysis)
{
  SortieReport *report = g_new0 (SortieReport, 1);
  Composer composer = { sortie_phrases_get (questions->report_language), plan->language, questions,
                        analysis, report };

  report->blocks = g_ptr_array_new_with_free_func (g_free);
  report->sources = g_ptr_array_new ();
  report->partial = has_gap (analysis);
  number_sources (&composer);
  composer_add_title (&composer, plan->title);
  composer_add_summary (&composer);
  composer_add_table (&composer);
  for (guint i = 0; i < analysis->answers->len; i++)
    composer_add_section (&composer, i);
  composer_add_differences (&composer);
  composer_add_missing (&composer);
  composer_add_sources (&composer);
  composer_add_closing (&composer);
  return report;
}

void
sortie_report_free (SortieReport *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->blocks);
  g_ptr_array_unref (self->sources);
  g_free (self);
}

char *
sortie_report_to_data (const SortieReport *self, const char *written_by)
{
  GString *json = g_string_new ("{");

  sortie_json_append_member_string (json, "written_by", written_by);
  sortie_json_append_member_int (json, "words", self->words);
  sortie_json_append_member_bool (json, "partial", self->partial);
  sortie_json_append_name (json, "sources");
  g_string_append_c (json, '[');
  for (guint i = 0; i < self->sources->len; i++)
    sortie_source_append_json (g_ptr_array_index (self->sources, i), (int) i + 1, json);
  g_string_append (json, "],\"unsupported\":[]}");
  return g_string_free (json, FALSE);
}
