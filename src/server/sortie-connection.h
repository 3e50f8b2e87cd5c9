/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-reactor.h"
#include "sortie-request-guard.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* One accepted connection as libsoup gets it: a GIOStream whose input has passed the request guard.
 *
 * Of a request that is in order libsoup reads a head that is written anew, with no more in it than
 * it needs to find the body and to know whether the connection stays open; everything else is taken
 * from the guard's own head. So nothing a client writes into a head reaches a second parser.
 *
 * The input is a pollable stream of its own and not a GConverterInputStream around a converter:
 * that one asks its base stream whether it is readable, and so forgets what it has read but not yet
 * converted, which is where a pipelined request sits. */

#define SORTIE_TYPE_CONNECTION (sortie_connection_get_type ())
G_DECLARE_FINAL_TYPE (SortieConnection, sortie_connection, SORTIE, CONNECTION, GIOStream)

/* A body or a response that moves less than this in its window is given up. */
#define SORTIE_CONNECTION_MIN_PROGRESS (64 * 1024)

typedef struct
{
  /* A head is complete. Returns: (transfer full) (nullable): a whole response to refuse it with,
   * which ends the connection; NULL to go on. */
  GBytes *(*check) (SortieConnection *connection, gpointer user_data);
  /* The guard refused, or a deadline passed. Returns: (transfer full): the response. */
  GBytes *(*refusal) (SortieConnection *connection,
                      guint status,
                      const char *detail,
                      gpointer user_data);
  /* It is closed or taken over; the last call for this connection. */
  void (*closed) (SortieConnection *connection, gpointer user_data);
} SortieConnectionHooks;

/**
 * sortie_connection_new:
 * @socket: connected, not blocking; counted by sortie_reactor_opened()
 * @certificate: (nullable): speak TLS with it
 * @is_unix: whether it is a Unix socket
 * @is_local: whether the peer sits on this machine
 * @max_body: bytes
 * @hooks: static
 */
SortieConnection *sortie_connection_new (SortieReactor *reactor,
                                         GSocket *socket,
                                         GTlsCertificate *certificate,
                                         gboolean is_unix,
                                         gboolean is_local,
                                         gint64 max_body,
                                         const SortieConnectionHooks *hooks,
                                         gpointer user_data,
                                         GError **error);

/* (nullable): what is known of the current request; NULL once it was stolen. */
const SortieRequestHead *sortie_connection_get_head (SortieConnection *self);
/* (transfer full): for `check`. */
SortieRequestHead *sortie_connection_steal_head (SortieConnection *self);
/* (nullable): what the hooks keep for the current request; theirs to free. */
void sortie_connection_set_exchange (SortieConnection *self, gpointer exchange);
gpointer sortie_connection_get_exchange (SortieConnection *self);
gboolean sortie_connection_is_unix (SortieConnection *self);
gboolean sortie_connection_is_local (SortieConnection *self);
gboolean sortie_connection_is_closed (SortieConnection *self);
/* Whether no request is being received or answered. */
gboolean sortie_connection_is_idle (SortieConnection *self);
/* (nullable): our own address as text, without port; NULL on a Unix socket. */
char *sortie_connection_dup_local_host (SortieConnection *self);

/* The addresses to give to libsoup. The remote one belongs to this connection alone and leads back
 * to it, since libsoup lends its messages no other way to their stream. (transfer none) */
GSocketAddress *sortie_connection_get_local_address (SortieConnection *self);
GSocketAddress *sortie_connection_get_remote_address (SortieConnection *self);
SortieConnection *sortie_connection_from_address (GSocketAddress *address); /* (nullable) */

/* The response begins to be written; progress is watched from now on. */
void sortie_connection_begin_response (SortieConnection *self);
void sortie_connection_wrote (SortieConnection *self, gsize bytes);
/* The response is complete: lets the next request in. */
void sortie_connection_next (SortieConnection *self);
/* Ends it from outside, whatever it is doing. libsoup lets go of it at its next turn. */
void sortie_connection_abort (SortieConnection *self);

/**
 * sortie_connection_take_over:
 * @tls: (out) (nullable) (transfer full): the TLS stream to go on with, or NULL
 *
 * Takes the socket out of the connection, which is empty from now on and closes nothing any more.
 * Its place among the open sockets goes with it.
 *
 * Returns: (transfer full): the socket
 */
GSocket *sortie_connection_take_over (SortieConnection *self, GIOStream **tls);

G_END_DECLS
