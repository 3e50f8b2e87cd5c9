/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-findings.h"
#include "sortie-plan.h"

G_BEGIN_DECLS

/* The passages that a language model is given, numbered from 1. */

#define SORTIE_EVIDENCE_MAX_PASSAGES 32
#define SORTIE_EVIDENCE_MAX_BYTES (24 * 1024) /* of their texts together */

/**
 * SortieEvidence:
 * @passages: (element-type SortiePassage): passage n is element n − 1; each once
 * @retrievals: (element-type SortieRetrieval): whose passages they are
 */
typedef struct
{
  GPtrArray *passages;
  GPtrArray *retrievals;
} SortieEvidence;

/**
 * sortie_evidence_new:
 * @plan: the plan
 * @results: as in SortieStepInput, with the retrievals' results
 * @analysis: what was found
 *
 * Those behind the findings first, in plan order, then the best of the others, as far as there is
 * room. The same input gives the same passages in the same order.
 *
 * Returns: (transfer full): NULL with the error of sortie_retrieval_from_json()
 */
SortieEvidence *sortie_evidence_new (const SortiePlan *plan,
                                     GPtrArray *results,
                                     const SortieAnalysis *analysis,
                                     GError **error);
void sortie_evidence_free (SortieEvidence *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieEvidence, sortie_evidence_free)

/* The number of a passage, from 1; 0 where it is none of them. */
guint sortie_evidence_find (const SortieEvidence *self, const char *document, int passage);

/* Adds them to a message, each between its fences. */
void sortie_evidence_append (const SortieEvidence *self, GString *message);

G_END_DECLS
