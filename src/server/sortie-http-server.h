/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-auth.h"
#include "sortie-http.h"
#include "sortie-router.h"
#include "sortie-sse-connection.h"

G_BEGIN_DECLS

/* The edge as one piece: accepted sockets in, calls of route handlers out. It lives in the main
 * context that was the thread's default when it was made; handlers run in a pool of threads. */

typedef struct _SortieHttpServer SortieHttpServer;

/**
 * SortieHttpServerOptions:
 * @auth: (transfer none) (nullable): tokens; it must outlive the server
 * @origin: (transfer none) (nullable): hosts beside those that are listened on; likewise
 * @tls_certificate, @tls_key: (nullable): PEM files; with them TCP sockets speak TLS
 * @threads: how many handlers run at once
 * @max_connections: sockets of clients at once, event streams included
 * @max_body: bytes of a body, whatever the route says
 * @max_bodies: bytes of all bodies that are being received or handled
 * @sse_queue: bytes that may wait for one client of an event stream
 * @head_ms: for a whole head, from its first byte (of the first request: from the connect on)
 * @body_ms, @write_ms: a window in which a body, or a response, must move 64 KiB or be complete
 * @idle_ms: between two requests of a connection
 * @linger_ms: for the client to close after us
 * @heartbeat_ms: between two comments on an event stream
 * @pause_ms: before the next accept() where no descriptor was left
 *
 * Initialised by sortie_http_server_options_init(); strings are copied.
 */
typedef struct
{
  SortieAuth *auth;
  SortieOrigin *origin;
  const char *tls_certificate;
  const char *tls_key;
  guint threads;
  guint max_connections;
  gint64 max_body;
  gint64 max_bodies;
  gsize sse_queue;
  guint head_ms;
  guint body_ms;
  guint write_ms;
  guint idle_ms;
  guint linger_ms;
  guint heartbeat_ms;
  guint pause_ms;
} SortieHttpServerOptions;

void sortie_http_server_options_init (SortieHttpServerOptions *options);

/* SORTIE_ERROR_INVALID for a certificate or key that can't be used, SORTIE_ERROR_UNAVAILABLE where
 * there is no TLS (package glib-networking) or no descriptor left. */
SortieHttpServer *sortie_http_server_new (const SortieHttpServerOptions *options, GError **error);
/* Stops at once. No handler may be running that never returns. */
void sortie_http_server_free (SortieHttpServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieHttpServer, sortie_http_server_free)

/* Before listening. */
void sortie_http_server_add_route (SortieHttpServer *self, const SortieRoute *route);

/**
 * sortie_http_server_listen:
 * @address: `tcp://HOST:PORT` or `unix://PATH`
 *
 * Without tokens an address beyond this machine is SORTIE_ERROR_DENIED; the other errors are those
 * of sortie_listen_address_parse() and sortie_listen_address_bind().
 *
 * Returns: (transfer full): the URLs for people and clients, NULL-terminated
 */
char **sortie_http_server_listen (SortieHttpServer *self, const char *address, GError **error);

/**
 * sortie_http_server_stop:
 * @deadline_ms: how long running handlers and streams may take
 *
 * Takes no new connections, ends idle ones and event streams, and runs the main context until the
 * rest is done or the deadline has passed.
 *
 * Returns: whether everything was done in time
 */
gboolean sortie_http_server_stop (SortieHttpServer *self, guint deadline_ms);

typedef struct
{
  guint open;         /* sockets of clients */
  guint streams;      /* of these, event streams */
  guint handling;     /* requests in the pool */
  guint64 requests;   /* heads that were in order */
  guint64 refused;    /* heads that were not, or that a deadline ended */
  guint64 busy;       /* connections that the cap turned away */
  guint64 slow;       /* event streams that were dropped because their queue was full */
  guint64 classes[6]; /* responses by status / 100 */
} SortieHttpServerStats;

void sortie_http_server_get_stats (SortieHttpServer *self, SortieHttpServerStats *stats);

G_END_DECLS
