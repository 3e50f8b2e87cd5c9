/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* In a sandbox, a chosen folder is found below the document portal's folder, under a path that tells a
 * person nothing. The portal knows where it lies on the computer; that is shown instead. */

/**
 * sortie_host_path_learn_async:
 * @paths: (array zero-terminated=1): some of which may be the portal's
 * @callback: (scope async): called once, after what is known now can be asked for
 *
 * Asks the portal about those that it has not been asked about.
 */
void sortie_host_path_learn_async (const char *const *paths,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/* Whether something was learnt, so that what is shown is to be shown anew. */
gboolean sortie_host_path_learn_finish (GAsyncResult *result, GError **error);

/* Returns: (transfer full): the path as a person knows it, or @path itself */
char *sortie_host_path_dup_shown (const char *path);

G_END_DECLS
