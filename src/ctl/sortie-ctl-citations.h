/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SortieCtlCitations:
 * @cited: (element-type guint): the numbers that the report's text cites, each once
 * @listed: (element-type guint): the numbers of the lines of its list of sources
 * @n_citations: how often something is cited
 *
 * What a report cites, read from its Markdown. The list of sources is what follows the last heading
 * of level 2; its lines begin with `[n]`. Escaped brackets are text.
 */
typedef struct
{
  GHashTable *cited;
  GHashTable *listed;
  guint n_citations;
} SortieCtlCitations;

SortieCtlCitations *sortie_ctl_citations_read (const char *report, gsize length);
void sortie_ctl_citations_free (SortieCtlCitations *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieCtlCitations, sortie_ctl_citations_free)

gboolean sortie_ctl_citations_has (GHashTable *numbers, guint number);

G_END_DECLS
