/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-findings.h"

#include <string.h>

SortieSearched *
sortie_searched_new (const char *name, gint64 n_documents, gint64 n_skipped)
{
  SortieSearched *self = g_new0 (SortieSearched, 1);

  self->name = g_strdup (name);
  self->n_documents = n_documents;
  self->n_skipped = n_skipped;
  return self;
}

void
sortie_searched_free (SortieSearched *self)
{
  g_free (self->name);
  g_free (self);
}

SortieTermWeight *
sortie_term_weight_new (const char *term, double weight)
{
  SortieTermWeight *self = g_new0 (SortieTermWeight, 1);

  self->term = g_strdup (term);
  self->weight = weight;
  return self;
}

void
sortie_term_weight_free (SortieTermWeight *self)
{
  g_free (self->term);
  g_free (self);
}

SortieRetrieval *
sortie_retrieval_new (const char *question, const char *query)
{
  SortieRetrieval *self = g_new0 (SortieRetrieval, 1);

  self->question = g_strdup (question);
  self->query = g_strdup (query);
  self->collections = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_searched_free);
  self->passages = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_passage_free);
  self->weights = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_term_weight_free);
  self->absent = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
sortie_retrieval_free (SortieRetrieval *self)
{
  if (self == NULL)
    return;
  g_free (self->question);
  g_free (self->query);
  g_ptr_array_unref (self->collections);
  g_ptr_array_unref (self->passages);
  g_ptr_array_unref (self->weights);
  g_ptr_array_unref (self->absent);
  g_free (self);
}

/**
 * sortie_source_new:
 * @passage: where it is
 * @start: byte range in the document's extracted text, within the passage
 * @end: …
 *
 * Returns: (transfer full): the place, with its bytes
 */
SortieSource *
sortie_source_new (const SortiePassage *passage, gint64 start, gint64 end)
{
  SortieSource *self = g_new0 (SortieSource, 1);

  g_return_val_if_fail (start >= passage->start && end <= passage->end && start < end, self);
  self->document = g_strdup (passage->document);
  self->uri = g_strdup (passage->uri);
  self->path = g_strdup (passage->path);
  self->title = g_strdup (passage->title);
  self->heading = g_strdup (passage->heading);
  self->passage = passage->number;
  self->page = passage->page;
  self->start = start;
  self->end = end;
  self->quote = g_strndup (passage->text + (start - passage->start), (gsize) (end - start));
  return self;
}

void
sortie_source_free (SortieSource *self)
{
  g_free (self->document);
  g_free (self->uri);
  g_free (self->path);
  g_free (self->title);
  g_free (self->heading);
  g_free (self->quote);
  g_free (self);
}

SortieFinding *
sortie_finding_new (SortieSource *quoted, double score)
{
  SortieFinding *self = g_new0 (SortieFinding, 1);

  self->sources = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_source_free);
  self->score = score;
  if (quoted != NULL)
    {
      g_ptr_array_add (self->sources, quoted);
      self->lead_end = (gint64) strlen (quoted->quote);
    }
  return self;
}

void
sortie_finding_free (SortieFinding *self)
{
  g_ptr_array_unref (self->sources);
  g_free (self);
}

char *
sortie_finding_dup_lead (const SortieFinding *self)
{
  const SortieSource *source = g_ptr_array_index (self->sources, 0);

  return g_strndup (source->quote + self->lead_start, (gsize) (self->lead_end - self->lead_start));
}

SortieAnswer *
sortie_answer_new (int step, const char *question, gboolean searched)
{
  SortieAnswer *self = g_new0 (SortieAnswer, 1);

  self->step = step;
  self->question = g_strdup (question);
  self->searched = searched;
  self->findings = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_finding_free);
  self->terms = g_ptr_array_new_with_free_func (g_free);
  self->absent = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
sortie_answer_free (SortieAnswer *self)
{
  g_free (self->question);
  g_ptr_array_unref (self->findings);
  g_ptr_array_unref (self->terms);
  g_ptr_array_unref (self->absent);
  g_free (self);
}

SortieComparisonRow *
sortie_comparison_row_new (const char *aspect)
{
  SortieComparisonRow *self = g_new0 (SortieComparisonRow, 1);

  self->aspect = g_strdup (aspect);
  self->cells = g_array_new (FALSE, FALSE, sizeof (SortieFindingRef));
  return self;
}

void
sortie_comparison_row_free (SortieComparisonRow *self)
{
  g_free (self->aspect);
  g_array_unref (self->cells);
  g_free (self);
}

SortieAnalysis *
sortie_analysis_new (void)
{
  SortieAnalysis *self = g_new0 (SortieAnalysis, 1);

  self->answers = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_answer_free);
  self->summary = g_array_new (FALSE, FALSE, sizeof (SortieFindingRef));
  self->columns = g_array_new (FALSE, FALSE, sizeof (int));
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_comparison_row_free);
  self->differences = g_array_new (FALSE, FALSE, sizeof (SortieFindingRef));
  self->collections = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_searched_free);
  self->insights = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_insight_free);
  return self;
}

void
sortie_analysis_free (SortieAnalysis *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->answers);
  g_array_unref (self->summary);
  g_array_unref (self->columns);
  g_ptr_array_unref (self->rows);
  g_array_unref (self->differences);
  g_ptr_array_unref (self->collections);
  g_ptr_array_unref (self->insights);
  g_free (self);
}

SortieFinding *
sortie_analysis_get_finding (const SortieAnalysis *self, SortieFindingRef ref)
{
  SortieAnswer *answer;

  if (ref.answer < 0 || ref.answer >= (int) self->answers->len)
    return NULL;
  answer = g_ptr_array_index (self->answers, ref.answer);
  if (ref.finding < 0 || ref.finding >= (int) answer->findings->len)
    return NULL;
  return g_ptr_array_index (answer->findings, ref.finding);
}
