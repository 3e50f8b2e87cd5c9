/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-sentence-ranker.h"

G_BEGIN_DECLS

/* Between sortie-sentence-ranker.c (the score) and sortie-rank-factors.c (what it is multiplied by).
 */

/* How well the sentence suits the kind of question, whatever words it has: about 1; 0 where it is no
 * answer at all. `doubtful` (out): see SortieRank. */
double sortie_rank_get_factor (const SortieSentences *self,
                               guint index,
                               const SortieRankQuery *query,
                               gboolean *doubtful);

G_END_DECLS
