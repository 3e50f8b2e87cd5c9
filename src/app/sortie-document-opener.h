/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-api.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * sortie_document_open_async:
 * @api: (nullable): where the document can be fetched from
 * @document: (nullable): its ID
 * @uri: (nullable): its address; a file of a local backend is opened in its place
 *
 * Opens a document in the application that the desktop has for it. One of a remote backend is fetched
 * into a temporary file first.
 */
void sortie_document_open_async (GtkWindow *parent,
                                 SortieApi *api,
                                 const char *document,
                                 const char *uri,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean sortie_document_open_finish (GAsyncResult *result, GError **error);

/* (transfer full) (nullable): a name for a file of that address, without a path */
char *sortie_document_dup_file_name (const char *uri);

/* For tests: is called in place of gtk_show_uri(). */
typedef void (*SortieShowUriFunc) (const char *uri, gpointer user_data);
void sortie_document_set_show_func (SortieShowUriFunc func, gpointer user_data);
/* Shows an address by the desktop's own means. */
void sortie_document_show_uri (GtkWindow *parent, const char *uri);

G_END_DECLS
