/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A provider that does as it is told, byte for byte: plain sockets on the loopback address, a thread a
 * connection. What a test makes it say is a list of responses (the nth request gets the nth, the last
 * one serves all that follow) or a function that is called for each request. */

#define LLM_PEER_DEADLINE_SECONDS 60

typedef struct _LlmPeer LlmPeer;

/* How a response ends. */
typedef enum
{
  LLM_PEER_EOF,           /* in order; the connection is closed */
  LLM_PEER_KEEP,          /* in order; the connection takes the next request (needs `chunked` or a
                           * Content-Length, which is added where `chunked` is not set) */
  LLM_PEER_RESET,         /* RST */
  LLM_PEER_STALL,         /* nothing more, until the client goes */
  LLM_PEER_REPEAT,        /* the last chunk again and again, until the client goes */
  LLM_PEER_NO_TERMINATOR, /* chunked, closed without the chunk of length 0 */
} LlmPeerEnd;

/**
 * LlmPeerResponse:
 * @status: 0 for no response at all: the connection then only ends as @end says
 * @headers: lines, each with its CRLF; Transfer-Encoding, Content-Length, Connection come by themselves
 * @chunks: (element-type GBytes): of the body, each in a segment of its own
 * @chunked: Transfer-Encoding: chunked, an HTTP chunk a chunk
 * @split: every byte of the body in a segment of its own
 * @delay_ms: before each chunk, so that they arrive apart
 * @head_delay_ms: before the head
 * @repeat_ms: between the repetitions of the last chunk
 */
typedef struct
{
  guint status;
  GString *headers;
  GPtrArray *chunks;
  LlmPeerEnd end;
  gboolean chunked;
  gboolean split;
  guint delay_ms;
  guint head_delay_ms;
  guint repeat_ms;
} LlmPeerResponse;

/* @content_type: (nullable) */
LlmPeerResponse *llm_peer_response_new (guint status, const char *content_type);
/* A whole good stream of these pieces of text, NULL-terminated: chunked, the connection kept. */
LlmPeerResponse *llm_peer_response_new_answer (const char *first_piece, ...) G_GNUC_NULL_TERMINATED;
/* The same without an end: the caller sets what comes of it. */
LlmPeerResponse *llm_peer_response_new_stream (void);
void llm_peer_response_free (LlmPeerResponse *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LlmPeerResponse, llm_peer_response_free)

void llm_peer_response_add_header (LlmPeerResponse *self, const char *name, const char *value);
/* @length: -1 for all of a string */
void llm_peer_response_add_chunk (LlmPeerResponse *self, const char *bytes, gssize length);
/* Events of a stream: a delta with text, one with a finish_reason, usage, [DONE]. */
void llm_peer_response_add_text (LlmPeerResponse *self, const char *text);
void llm_peer_response_add_finish (LlmPeerResponse *self, const char *reason);
void llm_peer_response_add_usage (LlmPeerResponse *self, guint prompt, guint completion);
void llm_peer_response_add_done (LlmPeerResponse *self);

/**
 * LlmPeerRequest:
 * @peer: who was asked
 * @number: which request this is, from 1
 * @connection: on which connection, from 1
 * @head: all of the head, as it came
 * @body: NUL-terminated
 */
typedef struct
{
  LlmPeer *peer;
  guint number;
  guint connection;
  char *head;
  char *body;
  gsize body_length;
  GSocket *socket;
  GIOStream *stream; /* over the socket; TLS where that is asked for */
} LlmPeerRequest;

/* Called in the connection's thread. TRUE keeps the connection for a further request, FALSE closes
 * it. */
typedef gboolean (*LlmPeerFunc) (LlmPeerRequest *request, gpointer user_data);

LlmPeer *llm_peer_new (LlmPeerFunc func, gpointer user_data);
/* (transfer full) of each response; NULL-terminated */
LlmPeer *llm_peer_new_scripted (LlmPeerResponse *first, ...) G_GNUC_NULL_TERMINATED;
/* What has a certificate and key in PEM speaks TLS; before the first connection. */
void llm_peer_set_tls (LlmPeer *self, GTlsCertificate *certificate);
/* Closes all connections and waits for the threads. */
void llm_peer_free (LlmPeer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LlmPeer, llm_peer_free)

/* `http://127.0.0.1:PORT/v1`, for a base URL; with TLS `https://localhost:PORT/v1` */
const char *llm_peer_get_url (LlmPeer *self);
guint llm_peer_get_port (LlmPeer *self);
guint llm_peer_get_n_connections (LlmPeer *self);
guint llm_peer_get_n_open (LlmPeer *self); /* connections now */
guint llm_peer_get_n_requests (LlmPeer *self);
/* (transfer full) (nullable): of the request that came last */
char *llm_peer_dup_head (LlmPeer *self);
char *llm_peer_dup_body (LlmPeer *self);
/* Waits until so many requests have come, or until no connection is open; ends the test at the
 * deadline. */
void llm_peer_wait_requests (LlmPeer *self, guint n);
void llm_peer_wait_closed (LlmPeer *self);

/* For functions. FALSE where the client is gone. */
gboolean llm_peer_send (LlmPeerRequest *request, const char *bytes, gsize length);
/* All of a response. TRUE where the connection may be kept. */
gboolean llm_peer_respond (LlmPeerRequest *request, const LlmPeerResponse *response);
void llm_peer_reset (LlmPeerRequest *request); /* RST when the function returns FALSE */
/* Until the client closes, or the peer is freed. */
void llm_peer_wait_gone (LlmPeerRequest *request);
/* (transfer full) (nullable) */
char *llm_peer_dup_header (const LlmPeerRequest *request, const char *name);

/* A free port of the loopback address that listens and counts who connects, and answers nothing: the
 * place that must see no connection. */
typedef struct _LlmDeaf LlmDeaf;
LlmDeaf *llm_deaf_new (void);
void llm_deaf_free (LlmDeaf *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LlmDeaf, llm_deaf_free)
guint llm_deaf_get_port (LlmDeaf *self);
/* Connections so far, by accepting what waits. */
guint llm_deaf_count (LlmDeaf *self);

G_END_DECLS
