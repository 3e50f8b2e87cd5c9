/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-listen-address.h"
#include "sortie-reactor.h"

G_BEGIN_DECLS

/* Listening sockets with an accept loop that survives what accept() can bring: a lack of
 * descriptors, connections that are gone again, a burst. */

typedef struct _SortieListener SortieListener;

/* @socket: (transfer none): accepted, not blocking; counted by sortie_reactor_opened() */
typedef void (*SortieAcceptFunc) (GSocket *socket, gboolean is_unix, gpointer user_data);

/**
 * sortie_listener_new:
 * @max_connections: over it a connection is answered 503 and closed
 */
SortieListener *sortie_listener_new (SortieReactor *reactor,
                                     guint max_connections,
                                     SortieAcceptFunc func,
                                     gpointer user_data);
/* Stops, and removes the socket files. */
void sortie_listener_free (SortieListener *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieListener, sortie_listener_free)

/**
 * sortie_listener_listen:
 * @scheme: `http` or `https`, for the URLs of TCP sockets
 *
 * Returns: (transfer full): the URLs listened on, `http://HOST:PORT` or `unix://PATH`,
 *   NULL-terminated; NULL with an error of sortie_listen_address_bind()
 */
char **sortie_listener_listen (SortieListener *self,
                               const SortieListenAddress *address,
                               const char *scheme,
                               GError **error);

/* Takes no more connections; the listening sockets are closed. */
void sortie_listener_stop (SortieListener *self);

/* How many were turned away because of the cap or for want of a descriptor. */
guint64 sortie_listener_get_n_refused (SortieListener *self);

G_END_DECLS
