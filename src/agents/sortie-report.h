/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-findings.h"
#include "sortie-plan.h"
#include "sortie-question-splitter.h"

G_BEGIN_DECLS

/**
 * SortieReport:
 * @blocks: (element-type utf8): the Markdown, cut where a paragraph, a list or a table ends;
 *   together they are the report
 * @sources: (element-type SortieSource): source n is element n − 1; lent by the analysis
 * @words: of the report without its list of sources
 * @partial: whether a search was given up, so that something may be missing
 */
typedef struct
{
  GPtrArray *blocks;
  GPtrArray *sources;
  guint words;
  gboolean partial;
} SortieReport;

/**
 * sortie_report_compose:
 * @plan: the plan: title and language
 * @questions: the mission's questions, for headings
 * @analysis: what was found; must outlive the report
 *
 * Composes a report from quotations, each cited, without a language model. What is quoted is
 * escaped, so that no document can put markup into a report.
 */
SortieReport *sortie_report_compose (const SortiePlan *plan,
                                     const SortieQuestions *questions,
                                     const SortieAnalysis *analysis);
void sortie_report_free (SortieReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieReport, sortie_report_free)

/* The data of `draft.completed` for the report. */
char *sortie_report_to_data (const SortieReport *self, const char *written_by);

/* One line of a list of sources, without the line break: `[n] Title, p. 3, Heading — path`. */
char *sortie_report_dup_source_line (const SortieSource *source, int n, const char *language);

/* A quotation as Markdown: one line, escaped. */
char *sortie_report_dup_quote (const char *quote);

G_END_DECLS
