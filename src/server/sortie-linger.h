/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-reactor.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* More than this is not read from a peer that goes on sending after its connection was ended. */
#define SORTIE_LINGER_MAX_BYTES (16 * 1024 * 1024)

/**
 * sortie_linger_start:
 * @socket: (transfer full): what was written to it may still be on its way
 *
 * Ends a connection in order (RFC 9112 section 9.6): closes our direction, then reads and discards
 * until the peer has closed its own, or SORTIE_DEADLINE_LINGER has passed. Closing with unread
 * input would send a reset, which can take the response away from the peer.
 */
void sortie_linger_start (SortieReactor *reactor, GSocket *socket);

/* Closes the socket at once and gives its place back. @socket: (transfer full) */
void sortie_linger_close_now (SortieReactor *reactor, GSocket *socket);

G_END_DECLS
