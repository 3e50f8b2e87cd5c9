/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SORTIE_UPLOAD_MAX_NAME 200 /* bytes */

/**
 * SortieUploadNames:
 *
 * The names under which the files of one upload go into a collection. The backend knows a file's name
 * only, no folders, so the folders become a part of it; and no two files of an upload get the same
 * name, as the second would take the place of the first.
 */
typedef struct _SortieUploadNames SortieUploadNames;

SortieUploadNames *sortie_upload_names_new (void);
void sortie_upload_names_free (SortieUploadNames *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieUploadNames, sortie_upload_names_free)

/**
 * sortie_upload_names_take:
 * @path: in the file system's encoding: a file's name, or its path below the folder that is uploaded
 *
 * The same files in the same order get the same names again.
 *
 * Returns: (transfer full): UTF-8 of at most %SORTIE_UPLOAD_MAX_NAME bytes, as the backend takes it
 */
char *sortie_upload_names_take (SortieUploadNames *self, const char *path);

G_END_DECLS
