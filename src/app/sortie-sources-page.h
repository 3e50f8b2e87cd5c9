/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-api.h"
#include "sortie-event.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SortieSourcesPage:
 *
 * Collections and their documents: add, index again, remove.
 *
 * Signals:
 * - `changed`: collections came, went or have other documents
 */
#define SORTIE_TYPE_SOURCES_PAGE (sortie_sources_page_get_type ())
G_DECLARE_FINAL_TYPE (SortieSourcesPage, sortie_sources_page, SORTIE, SOURCES_PAGE, GtkWidget)

GtkWidget *sortie_sources_page_new (void);

/* @api: (nullable): NULL while there is no backend */
void sortie_sources_page_set_api (SortieSourcesPage *self, SortieApi *api);
/* An `index.progress` event of the feed. */
void sortie_sources_page_take_progress (SortieSourcesPage *self, const SortieEvent *event);
/* Files and folders that were dropped on the window or chosen: into `collection` (nullable: a person is
 * asked, or the only one is taken). */
void sortie_sources_page_add_files (SortieSourcesPage *self,
                                    const char *collection,
                                    GListModel *files);

G_END_DECLS
