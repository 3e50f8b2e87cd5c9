/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-api.h"
#include "sortie-report-data.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SORTIE_CITATION_CONTEXT                                                                    \
  700 /* characters of the passage on each side of the cited sentence */

/**
 * SortieCitationPopover:
 *
 * The passage behind a citation, with the cited sentence highlighted. It is fetched when it is asked
 * for; until then, and where that fails, the quotation alone is shown.
 */
#define SORTIE_TYPE_CITATION_POPOVER (sortie_citation_popover_get_type ())
G_DECLARE_FINAL_TYPE (
    SortieCitationPopover, sortie_citation_popover, SORTIE, CITATION_POPOVER, GtkPopover)

GtkWidget *sortie_citation_popover_new (void);

/**
 * sortie_citation_popover_show:
 * @source: (nullable): NULL where nothing is known of it yet
 * @number: of the citation
 * @complete: whether the draft is, so that nothing more will come to be known
 * @api: (nullable): where to fetch from
 */
void sortie_citation_popover_show (SortieCitationPopover *self,
                                   const SortieReportSource *source,
                                   guint number,
                                   gboolean complete,
                                   SortieApi *api);

/* Where the focus goes when it has popped up. */
void sortie_citation_popover_take_focus (SortieCitationPopover *self);

/* What is shown as text, for tests: the passage's label and where the highlight is, bytes. */
const char *sortie_citation_popover_get_text (SortieCitationPopover *self, int *start, int *end);

G_END_DECLS
