/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-ctl-private.h"
#include "sortie-mission-model.h"

G_BEGIN_DECLS

/* Prints a mission's draft while it is written, where a terminal shows it; into a file or a pipe
 * only the finished report goes, in one piece, as what was written there can't be taken back. */
typedef struct _SortieCtlDraft SortieCtlDraft;

SortieCtlDraft *sortie_ctl_draft_new (SortieCtl *ctl);
void sortie_ctl_draft_free (SortieCtlDraft *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieCtlDraft, sortie_ctl_draft_free)

/* Prints what is new. When another draft has taken the place of the one printed so far it says so
 * and prints the new one after a separator. */
void sortie_ctl_draft_update (SortieCtlDraft *self, const SortieMissionModel *model);
/* At the mission's end: prints what is still to be printed. */
void sortie_ctl_draft_finish (SortieCtlDraft *self, const SortieMissionModel *model);

/* Whether text of the report is on the terminal. */
gboolean sortie_ctl_draft_has_begun (SortieCtlDraft *self);
/* Makes sure that a message does not stand in the middle of a line of the report. */
void sortie_ctl_draft_break_line (SortieCtlDraft *self);

G_END_DECLS
