/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Copies of documents of a remote backend, which another program is to open: below the cache, in a
 * folder of this process that is locked while it runs. All of it is called on the main thread. */

/**
 * sortie_opened_folder_make:
 *
 * Returns: (transfer full) (nullable): the path of a new, empty folder, for this user alone
 */
char *sortie_opened_folder_make (GError **error);

/* Removes what processes have left that ended without doing so themselves. */
void sortie_opened_folder_clean (void);

/* At the end: removes what this process has made. */
void sortie_opened_folder_remove (void);

G_END_DECLS
