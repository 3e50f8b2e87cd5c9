/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-http-server.h"

G_BEGIN_DECLS

/* A server in a thread of its own, and a client that speaks raw bytes over real sockets. */

#define TEST_PATIENCE_MS 20000 /* longer than anything may take; only a failing test waits for it */

typedef struct _TestServer TestServer;

typedef void (*TestRoutesFunc) (SortieHttpServer *server, gpointer user_data);

/* Options with short deadlines. */
void test_server_options_init (SortieHttpServerOptions *options);
/* @address: where to listen; NULL for a free TCP port of 127.0.0.1 */
TestServer *test_server_new (const SortieHttpServerOptions *options,
                             const char *address,
                             TestRoutesFunc routes,
                             gpointer user_data);
void test_server_free (TestServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestServer, test_server_free)

SortieHttpServer *test_server_get (TestServer *self);
guint test_server_get_port (TestServer *self);
const char *test_server_get_url (TestServer *self);
/* Calls it on the server's thread and waits for it. */
void test_server_call (TestServer *self, void (*func) (gpointer), gpointer user_data);
void test_server_get_stats (TestServer *self, SortieHttpServerStats *stats);
/* Waits until the condition holds for the statistics. */
void test_server_wait (TestServer *self, gboolean (*holds) (const SortieHttpServerStats *));

int test_connect (guint port);
int test_connect_unix (const char *path);
void test_send (int fd, const char *bytes, gssize length);
/* Whether something could be read at once. */
gboolean test_is_readable (int fd, int timeout_ms);
/* Everything until the server closes; the connection must be closed within the patience. */
GString *test_read_to_end (int fd);
/* One response with a Content-Length (or without a body), of a connection that may stay open.
 * Returns: (nullable): NULL where the connection ended before it was complete */
GString *test_read_response (int fd, gboolean is_head);
/* Bytes until the text has come; NULL where the connection ended first. */
GString *test_read_until (int fd, const char *text);
/* The status of a response; 0 where it is none. */
int test_status (const char *response);
/* A header's value, or NULL. */
char *test_header (const char *response, const char *name);
const char *test_body (const char *response);

/* Sends, closes the writing side where asked, reads to the end. */
char *test_exchange (guint port, const char *bytes, gssize length);
/* `GET PATH` with Host and `Connection: close`. */
char *test_get (guint port, const char *path, const char *headers);
int test_count (const char *text, const char *needle);

G_END_DECLS
