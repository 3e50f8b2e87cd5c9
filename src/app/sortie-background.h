/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Asks the desktop whether a sandboxed program may go on when its window is closed: the Background
 * portal. Without its leave the desktop ends such a program after a while. */

#define SORTIE_BACKGROUND_MS (60 * 1000) /* for which a person may think about it */

/* Whether we run in a sandbox, so that there is somebody to ask. */
gboolean sortie_background_needs_leave (void);

/**
 * sortie_background_ask_async:
 * @bus: the session's
 * @reason: what a person is told: why it is to go on
 * @milliseconds: for which the answer is waited for
 */
void sortie_background_ask_async (GDBusConnection *bus,
                                  const char *reason,
                                  guint milliseconds,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/**
 * sortie_background_ask_finish:
 * @error: %SORTIE_ERROR_DENIED where it may not, %SORTIE_ERROR_UNAVAILABLE where nobody answered in
 * time
 *
 * Returns: whether it may go on; %TRUE also where there is no such portal, which ends nothing then
 */
gboolean sortie_background_ask_finish (GAsyncResult *result, GError **error);

G_END_DECLS
