/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-ctl-private.h"
#include "sortie-mission-model.h"

G_BEGIN_DECLS

/* How a mission comes along, in words. All texts are (transfer full). */

/* What is worth a line of its own: a step done, an attempt that failed, a fallback. (nullable) */
char *sortie_ctl_progress_dup_line (const SortieMissionModel *model,
                                    const SortieEvent *event,
                                    gboolean colour);

/* What goes on right now, for the line that is replaced. `now`: milliseconds since 1970 UTC;
 * `elapsed`: since the command began, milliseconds */
char *sortie_ctl_progress_dup_status (const SortieMissionModel *model, gint64 now, gint64 elapsed);

/* The last line: `completed in 0.4 s: 5 steps, 9 sources` */
char *sortie_ctl_progress_dup_summary (const SortieMissionModel *model);

/* What can be done with a mission that did not complete. (nullable) */
char *sortie_ctl_progress_dup_advice (const SortieMissionModel *model);

G_END_DECLS
