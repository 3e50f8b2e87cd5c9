/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-api.h"

G_BEGIN_DECLS

/* Files and folders that are sent into a collection of a backend which can't read them by their
 * paths. Folders are walked through; hidden files and links to folders are left out. */

#define SORTIE_UPLOAD_MAX_FILES 10000
#define SORTIE_UPLOAD_MAX_BYTES (64 * 1024 * 1024) /* of one file */
#define SORTIE_UPLOAD_MAX_DEPTH 32
#define SORTIE_UPLOAD_AT_ONCE 3

/**
 * SortieUpload:
 *
 * Properties:
 * - `n-done`, `n-total` (guint): files; notified as they change
 */
#define SORTIE_TYPE_UPLOAD (sortie_upload_get_type ())
G_DECLARE_FINAL_TYPE (SortieUpload, sortie_upload, SORTIE, UPLOAD, GObject)

SortieUpload *sortie_upload_new (SortieApi *api, const char *collection);

const char *sortie_upload_get_collection (SortieUpload *self);
guint sortie_upload_get_n_done (SortieUpload *self);
guint sortie_upload_get_n_total (SortieUpload *self);
/* Files that were left out, and the reason of the first: (nullable) */
guint sortie_upload_get_n_left_out (SortieUpload *self);
const char *sortie_upload_get_reason (SortieUpload *self);

/**
 * sortie_upload_start_async:
 * @files: (element-type GFile): files and folders
 *
 * A file that can't be read, is too large or is refused is left out and counted; a backend that does
 * not answer or has no such collection ends the upload. Once in an object's life.
 */
void sortie_upload_start_async (SortieUpload *self,
                                GListModel *files,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean sortie_upload_start_finish (SortieUpload *self, GAsyncResult *result, GError **error);

G_END_DECLS
