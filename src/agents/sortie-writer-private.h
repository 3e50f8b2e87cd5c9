/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-citations.h"
#include "sortie-cognition-private.h"
#include "sortie-support.h"

G_BEGIN_DECLS

/* Between sortie-writer.c (the step), sortie-writer-model.c (the model's text) and
 * sortie-writer-end.c (what the report needs beside it). */

/* Whether the test fault is to break this attempt in mid-stream. */
gboolean sortie_writer_is_faulty (const SortieStepInput *input);
void sortie_writer_set_fault (GError **error);

/**
 * SortieModelReport:
 * @text: the whole report as it is published
 * @body_start: where the model's text begins, after the title; bytes
 * @body_end: where it ends
 * @citations: what was cited
 * @support: over the passages that were given
 * @checked: the check of the model's text
 * @sources: (element-type SortieSource): source n is element n − 1
 * @words: of the report without its list of sources
 *
 * A report by a model.
 */
typedef struct
{
  GString *text;
  gsize body_start;
  gsize body_end;
  SortieCitations *citations;
  SortieSupport *support;
  SortieSupportResult checked;
  GPtrArray *sources;
  guint words;
} SortieModelReport;

/* What follows the model's text: gaps, sources, closing line. (transfer full) (element-type utf8)
 * Fills in the sources and the words. */
GPtrArray *sortie_model_report_list_end (SortieModelReport *self,
                                         const SortieStepInput *input,
                                         const SortieQuestions *questions,
                                         const SortieAnalysis *analysis);
/* The data of `draft.completed`. */
char *sortie_model_report_to_data (const SortieModelReport *self,
                                   const SortieAnalysis *analysis,
                                   const char *model);
/* The step's result. */
char *sortie_model_report_to_result (const SortieModelReport *self);
void sortie_model_report_clear (SortieModelReport *self);

G_END_DECLS
