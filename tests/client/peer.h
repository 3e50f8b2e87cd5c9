/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A small HTTP server that says what a test tells it to say, byte for byte: one request a
 * connection, each answered in a thread of its own. */

#define TEST_DEADLINE_SECONDS 60

/**
 * PeerRequest:
 * @number: how many requests came before, plus one
 * @line: the request line without its version: `GET /missions?limit=2`
 * @head: all of the head, as it came
 * @body: the body, NUL-terminated
 */
typedef struct
{
  guint number;
  char *line;
  char *head;
  char *body;
  gsize body_length;
  GSocket *socket;
} PeerRequest;

/* Called in the connection's thread; the connection is closed when it returns. */
typedef void (*PeerFunc) (PeerRequest *request, gpointer user_data);

typedef struct _Peer Peer;

/* On a free port of the loopback address, or on a Unix socket. */
Peer *peer_new (PeerFunc func, gpointer user_data);
Peer *peer_new_at (const char *socket_path, PeerFunc func, gpointer user_data);
/* Waits for the threads, so whoever is connected must have been let go. */
void peer_free (Peer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Peer, peer_free)

const char *peer_get_url (Peer *self);
guint peer_get_n_requests (Peer *self);

/* The value of a header; NULL where there is none. (transfer full) */
char *peer_dup_header (PeerRequest *request, const char *name);

/* FALSE where the client is gone. */
gboolean peer_send (PeerRequest *request, const char *text);
gboolean peer_send_bytes (PeerRequest *request, const char *bytes, gsize length);
/* The same, every byte in a segment of its own. */
gboolean peer_send_split (PeerRequest *request, const char *text);
/* A whole answer. `headers`: (nullable): lines, each with its CRLF */
void peer_answer (PeerRequest *request,
                  const char *status,
                  const char *headers,
                  const char *content_type,
                  const char *body);
/* The head of an event stream. */
void peer_open_stream (PeerRequest *request);
/* Waits until the client lets the connection go. */
void peer_wait_gone (PeerRequest *request);

/* Runs the main context until the condition holds; ends the test at the deadline. */
#define test_wait_until(condition)                                                                 \
  G_STMT_START                                                                                     \
  {                                                                                                \
    guint test_source = test_deadline_begin (G_STRLOC ": " #condition);                            \
    while (!(condition))                                                                           \
      g_main_context_iteration (NULL, TRUE);                                                       \
    test_deadline_end (test_source);                                                               \
  }                                                                                                \
  G_STMT_END
guint test_deadline_begin (const char *what);
void test_deadline_end (guint source);

/* Drops the last reference and waits until what is under way has let go of the object too. */
void test_finalize (gpointer object);

/* For asynchronous calls: keeps the result in a GAsyncResult pointer. */
void test_result_cb (GObject *source, GAsyncResult *result, gpointer user_data);

G_END_DECLS
