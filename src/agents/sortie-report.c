/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-report.h"

#include "sortie-json.h"
#include "sortie-phrases.h"
#include "sortie-question-terms.h"
#include "sortie-text.h"

#include <string.h>

/* Of a heading, a title and a path so much is shown in the list of sources, bytes. */
#define MAX_SHOWN_HEADING 100
#define MAX_SHOWN_TITLE 120
#define MAX_SHOWN_PATH 240

typedef struct
{
  const SortiePhrases *phrases;
  const char *language;
  const SortieQuestions *questions;
  const SortieAnalysis *analysis;
  SortieReport *report;
} Composer;

/* -- text -- */

/* White space in one blank, without what a reader can't see. */
static char *
one_line (const char *text)
{
  GString *line = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isspace (c))
        {
          if (line->len > 0 && line->str[line->len - 1] != ' ')
            g_string_append_c (line, ' ');
        }
      else if (!(c >= 0x202a && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069) && c != 0xad)
        g_string_append_unichar (line, c);
    }
  if (line->len > 0 && line->str[line->len - 1] == ' ')
    g_string_truncate (line, line->len - 1);
  return g_string_free (line, FALSE);
}

/* Escaped as text that something stands before, where "10." begins no list. */
static char *
escape_inline (const char *text)
{
  g_autofree char *led = g_strconcat ("x", text, NULL);
  g_autofree char *escaped = sortie_text_escape_markdown (led, strlen (led));

  return g_strdup (escaped + 1);
}

char *
sortie_report_dup_quote (const char *quote)
{
  g_autofree char *line = one_line (quote);

  return escape_inline (line);
}

static char *
shown (const char *text, gsize limit)
{
  g_autofree char *line = one_line (text);
  g_autofree char *shortened = sortie_text_shorten (line, limit);

  return escape_inline (shortened);
}

static const char *
last_heading (const char *heading)
{
  const char *last = heading != NULL ? g_strrstr (heading, " › ") : NULL;

  return last != NULL ? last + strlen (" › ") : heading;
}

char *
sortie_report_dup_source_line (const SortieSource *source, int n, const char *language)
{
  const SortiePhrases *phrases = sortie_phrases_get (language);
  const char *place = source->path != NULL && *source->path != '\0' ? source->path : source->uri;
  const char *heading = last_heading (source->heading);
  g_autofree char *title = shown (*source->title != '\0' ? source->title : place, MAX_SHOWN_TITLE);
  g_autofree char *path = shown (place, MAX_SHOWN_PATH);
  GString *line = g_string_new (NULL);

  g_string_append_printf (line, "[%d] %s", n, title);
  if (source->page > 0)
    {
      g_autofree char *number = g_strdup_printf ("%d", source->page);
      g_autofree char *page = sortie_phrases_format (phrases->page_format, "n", number, NULL);

      g_string_append_printf (line, ", %s", page);
    }
  if (heading != NULL && *heading != '\0' && g_strcmp0 (heading, source->title) != 0)
    {
      g_autofree char *escaped = shown (heading, MAX_SHOWN_HEADING);

      g_string_append_printf (line, ", %s", escaped);
    }
  g_string_append_printf (line, " — %s", path);
  return g_string_free (line, FALSE);
}

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
append_quote (Composer *self, GString *out, const SortieFinding *finding)
{
  g_autofree char *quote = sortie_report_dup_quote (quoted_of (finding)->quote);

  g_string_append_printf (out, "%s%s%s", self->phrases->quote_open, quote,
                          self->phrases->quote_close);
  append_citations (self, out, finding);
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
  g_autofree char *line = one_line (heading);
  g_autofree char *escaped = escape_inline (line);
  GString *block = g_string_new (NULL);

  g_string_append_printf (block, "## %s\n", escaped);
  composer_add (self, block);
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
  g_autofree char *line = one_line (label);

  return escape_inline (line);
}

/* "a, b and c", each escaped. */
static char *
join_words (const Composer *self, GPtrArray *words, gboolean with_and)
{
  GString *joined = g_string_new (NULL);

  for (guint i = 0; i < words->len; i++)
    {
      const char *word = g_ptr_array_index (words, i);
      g_autofree char *escaped = escape_inline (word);

      if (i > 0 && with_and && i + 1 == words->len)
        g_string_append_printf (joined, " %s ", self->phrases->and_word);
      else if (i > 0)
        g_string_append (joined, ", ");
      g_string_append (joined, escaped);
    }
  return g_string_free (joined, FALSE);
}

static void
composer_add_title (Composer *self, const char *title)
{
  g_autofree char *line = one_line (title);
  g_autofree char *escaped = escape_inline (line);
  GString *block = g_string_new (NULL);

  g_string_append_printf (block, "# %s\n\n", escaped);
  composer_add (self, block);
}

/* -- the summary -- */

static gboolean
ends_a_sentence (const char *text)
{
  const char *last = text + strlen (text);

  while (last > text && strchr ("\"')]\\*_", last[-1]) != NULL)
    last--;
  return last > text && (strchr (".!?", last[-1]) != NULL || g_str_has_suffix (text, "…") ||
                         g_str_has_suffix (text, "。"));
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
      g_string_append_printf (list, "%s%s", list->len > 0 ? "; " : "", label);
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

      g_string_append_printf (block, " %s%s", quote, ends_a_sentence (quote) ? "" : ".");
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

static gboolean
is_in_table (const Composer *self, guint answer, guint finding)
{
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
      g_autofree char *aspect = shown (row->aspect != NULL ? row->aspect : "", MAX_SHOWN_HEADING);

      g_string_append_printf (block, "| %s ", aspect);
    }
  for (guint i = 0; i < row->cells->len; i++)
    {
      const SortieFinding *finding =
          sortie_analysis_get_finding (self->analysis,
                                       g_array_index (row->cells, SortieFindingRef, i));

      g_string_append (block, "| ");
      if (finding != NULL)
        append_quote (self, block, finding);
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
  g_string_append_printf (block, "- %s%s", label, g_str_has_suffix (label, "?") ? "" : ":");
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

/* -- the end -- */

static void
composer_add_sources (Composer *self)
{
  GPtrArray *sources = self->report->sources;
  guint words = self->report->words;
  GString *block;

  if (sources->len == 0)
    return;
  composer_add_heading (self, self->phrases->sources);
  block = g_string_new (NULL);
  for (guint i = 0; i < sources->len; i++)
    {
      g_autofree char *line = sortie_report_dup_source_line (g_ptr_array_index (sources, i),
                                                             (int) i + 1, self->language);

      g_string_append_printf (block, "%s%s\n", line, i + 1 < sources->len ? "\\" : "");
    }
  g_string_append_c (block, '\n');
  composer_add (self, block);
  self->report->words = words;
}

static guint
count_cited_passages (const Composer *self)
{
  GPtrArray *sources = self->report->sources;
  guint n = 0;

  for (guint i = 0; i < sources->len; i++)
    {
      const SortieSource *source = g_ptr_array_index (sources, i);
      gboolean known = FALSE;

      for (guint j = 0; j < i && !known; j++)
        {
          const SortieSource *other = g_ptr_array_index (sources, j);

          known =
              other->passage == source->passage && g_str_equal (other->document, source->document);
        }
      n += !known;
    }
  return n;
}

static char *
collection_names (const Composer *self)
{
  GPtrArray *collections = self->analysis->collections;
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < collections->len; i++)
    {
      const SortieSearched *searched = g_ptr_array_index (collections, i);
      g_autofree char *escaped = escape_inline (searched->name);

      if (i > 0 && i + 1 == collections->len)
        g_string_append_printf (names, " %s ", self->phrases->and_word);
      else if (i > 0)
        g_string_append (names, ", ");
      g_string_append_printf (names, "*%s*", escaped);
    }
  return g_string_free (names, FALSE);
}

static char *
closing_line (const Composer *self)
{
  const SortiePhrases *phrases = self->phrases;
  GPtrArray *collections = self->analysis->collections;
  gint64 n_documents = 0;
  gint64 n_skipped = 0;
  g_autofree char *names = collection_names (self);
  g_autofree char *documents = NULL;
  g_autofree char *skipped = NULL;
  g_autofree char *passages = g_strdup_printf ("%d", self->analysis->n_passages);
  g_autofree char *cited = g_strdup_printf ("%u", count_cited_passages (self));

  if (collections->len == 0)
    return g_strdup (phrases->closing_without_documents);
  for (guint i = 0; i < collections->len; i++)
    {
      const SortieSearched *searched = g_ptr_array_index (collections, i);

      n_documents += searched->n_documents;
      n_skipped += searched->n_skipped;
    }
  documents = g_strdup_printf ("%" G_GINT64_FORMAT, n_documents);
  skipped = g_strdup_printf ("%" G_GINT64_FORMAT, n_skipped);
  return sortie_phrases_format (phrases->closing_format, "n", documents, "documents",
                                n_documents == 1 ? phrases->document_one : phrases->document_many,
                                "indexed", documents, "skipped", skipped, "collections", names,
                                "read", passages, "passages",
                                self->analysis->n_passages == 1 ? phrases->passage_one
                                                                : phrases->passage_many,
                                "cited", cited, NULL);
}

static void
composer_add_closing (Composer *self)
{
  g_autofree char *line = closing_line (self);
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
  Composer composer = { sortie_phrases_get (plan->language), plan->language, questions, analysis,
                        report };

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
