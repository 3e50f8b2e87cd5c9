/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-reactor.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* One client of an event stream: a socket that was taken over from the HTTP server, written to
 * directly. Frames are shared: the same GBytes goes to every client, and only a client that can't
 * keep up holds a reference to it. Main thread only. */

#define SORTIE_SSE_QUEUE_LIMIT (1024 * 1024) /* bytes that may wait for one client */
#define SORTIE_SSE_MAX_INPUT (64 * 1024)     /* bytes a client may send after its request */
#define SORTIE_SSE_MAX_STALL 4 /* heartbeats in which a client took nothing of its queue */

typedef struct _SortieSseConnection SortieSseConnection;
/* All connections of a server. */
typedef struct _SortieSseGroup SortieSseGroup;

typedef enum
{
  SORTIE_SSE_FINISHED, /* after sortie_sse_connection_finish(), everything was written */
  SORTIE_SSE_GONE,     /* the client went away, or broke the connection */
  SORTIE_SSE_TOO_SLOW, /* its queue was full, or did not move for too long */
  SORTIE_SSE_DROPPED,  /* by sortie_sse_connection_drop(), or the server stops */
} SortieSseEnd;

/* The last call for this connection, which is freed after it. It comes from the main loop, never
 * from within a call of sortie_sse_connection_*(). */
typedef void (*SortieSseClosedFunc) (SortieSseConnection *self,
                                     SortieSseEnd reason,
                                     gpointer user_data);
/* Everything that was queued has been written. Comes from the main loop. */
typedef void (*SortieSseDrainedFunc) (SortieSseConnection *self, gpointer user_data);

/**
 * sortie_sse_connection_send:
 * @frames: any number of complete frames
 *
 * Writes at once what the socket takes and queues the rest. What is sent to an empty queue is
 * always taken, however large; beyond that, a client whose queue would pass the limit is dropped.
 *
 * Returns: FALSE where the connection is over; its closed function is still to come
 */
gboolean sortie_sse_connection_send (SortieSseConnection *self, GBytes *frames);

/* Bytes that wait; a replay in pieces sends the next one when this is small. */
gsize sortie_sse_connection_get_queued (SortieSseConnection *self);

/* Closes it in order once everything is written. Nothing can be sent after it. */
void sortie_sse_connection_finish (SortieSseConnection *self);
/* Closes it without waiting. */
void sortie_sse_connection_drop (SortieSseConnection *self);

void sortie_sse_connection_set_closed_func (SortieSseConnection *self,
                                            SortieSseClosedFunc func,
                                            gpointer user_data);
void sortie_sse_connection_set_drained_func (SortieSseConnection *self,
                                             SortieSseDrainedFunc func,
                                             gpointer user_data);

/* @queue_limit: bytes; 0 for SORTIE_SSE_QUEUE_LIMIT */
SortieSseGroup *sortie_sse_group_new (SortieReactor *reactor,
                                      GMainContext *context,
                                      gsize queue_limit);
/* Drops and frees what is left, calling the closed functions. */
void sortie_sse_group_free (SortieSseGroup *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieSseGroup, sortie_sse_group_free)

guint sortie_sse_group_get_n_connections (SortieSseGroup *self);
/* How many were dropped because they were too slow. */
guint64 sortie_sse_group_get_n_slow (SortieSseGroup *self);
/* Finishes all of them: for a server that stops. */
void sortie_sse_group_finish (SortieSseGroup *self);

/**
 * sortie_sse_connection_new:
 * @socket: (transfer full): counted by sortie_reactor_opened(); not blocking
 * @tls: (transfer full) (nullable): the TLS stream over it
 * @head: the response head
 *
 * Returns: (transfer none): it belongs to the group
 */
SortieSseConnection *sortie_sse_connection_new (SortieSseGroup *group,
                                                GSocket *socket,
                                                GIOStream *tls,
                                                GBytes *head);

G_END_DECLS
