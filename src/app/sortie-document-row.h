/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-collection.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A document of a collection in two lines: its title, then where it is and what it holds, or why it
 * was skipped. */
#define SORTIE_TYPE_DOCUMENT_ROW (sortie_document_row_get_type ())
G_DECLARE_FINAL_TYPE (SortieDocumentRow, sortie_document_row, SORTIE, DOCUMENT_ROW, GtkWidget)

GtkWidget *sortie_document_row_new (void);
void sortie_document_row_bind (SortieDocumentRow *self, SortieDocumentItem *item);

G_END_DECLS
