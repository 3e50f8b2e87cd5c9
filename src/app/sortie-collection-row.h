/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-collection.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SortieCollectionRow:
 *
 * A collection in the list: what is in it, what is going on with it, and what can be done.
 *
 * Signals:
 * - `chosen` (const char *what): `add-folder`, `add-files`, `reindex` or `remove`
 */
#define SORTIE_TYPE_COLLECTION_ROW (sortie_collection_row_get_type ())
G_DECLARE_FINAL_TYPE (
    SortieCollectionRow, sortie_collection_row, SORTIE, COLLECTION_ROW, GtkListBoxRow)

/* @info: (transfer full) */
GtkWidget *sortie_collection_row_new (SortieCollectionInfo *info);
/* @info: (transfer full): of the same name */
void sortie_collection_row_set_info (SortieCollectionRow *self, SortieCollectionInfo *info);
const SortieCollectionInfo *sortie_collection_row_get_info (SortieCollectionRow *self);

/* Files looked at and to look at; 0 of 0 while they are being counted.
 * @path: (nullable): the file just read */
void sortie_collection_row_set_progress (SortieCollectionRow *self,
                                         gint64 n_done,
                                         gint64 n_total,
                                         const char *path);
/* Files sent to a backend on another machine; 0 of 0 when that is over. */
void sortie_collection_row_set_upload (SortieCollectionRow *self, guint n_done, guint n_total);

G_END_DECLS
