/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * sortie_backend_probe_async:
 * @socket: the path of a Unix socket
 * @milliseconds: how long the answer may take
 *
 * Asks whether a backend answers there (`GET /healthz`).
 */
void sortie_backend_probe_async (const char *socket,
                                 guint milliseconds,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/* Whether it does; never fails. */
gboolean sortie_backend_probe_finish (GAsyncResult *result);

G_END_DECLS
