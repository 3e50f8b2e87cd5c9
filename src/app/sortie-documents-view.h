/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-api.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The documents of one collection, with a filter. */
#define SORTIE_TYPE_DOCUMENTS_VIEW (sortie_documents_view_get_type ())
G_DECLARE_FINAL_TYPE (SortieDocumentsView, sortie_documents_view, SORTIE, DOCUMENTS_VIEW, GtkWidget)

/* @api, @collection: (nullable): NULL empties it */
void sortie_documents_view_open (SortieDocumentsView *self, SortieApi *api, const char *collection);
/* Reads the documents again. */
void sortie_documents_view_refresh (SortieDocumentsView *self);
const char *sortie_documents_view_get_collection (SortieDocumentsView *self);

/* (element-type SortieDocumentItem) (transfer none): those that pass the filter */
GListModel *sortie_documents_view_get_documents (SortieDocumentsView *self);

G_END_DECLS
