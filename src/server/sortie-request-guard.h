/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-request-head.h"

G_BEGIN_DECLS

/* Cuts the byte stream of a connection into requests, strictly by RFC 9112, before any other parser
 * sees it. Push-fed; where a request breaks the rules nothing more is taken and the status to
 * answer with is kept.
 *
 * A request ends exactly where its Content-Length says. The guard stops there until
 * sortie_request_guard_next(), so that a pipelined request can't be mixed up with the one that is
 * being answered. */

typedef enum
{
  SORTIE_GUARD_HEAD,     /* wants bytes of a head */
  SORTIE_GUARD_BODY,     /* the head is complete, wants bytes of the body */
  SORTIE_GUARD_COMPLETE, /* the request is complete */
  SORTIE_GUARD_REFUSED,
} SortieGuardState;

typedef struct _SortieRequestGuard SortieRequestGuard;

/* @max_body: bytes; a larger Content-Length is refused with 413 */
SortieRequestGuard *sortie_request_guard_new (gint64 max_body);
void sortie_request_guard_free (SortieRequestGuard *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieRequestGuard, sortie_request_guard_free)

/**
 * sortie_request_guard_feed:
 *
 * In state HEAD takes bytes up to the end of the head; in state BODY, up to the end of the body:
 * then the bytes taken are the body's. In the other states takes none.
 *
 * Returns: how many bytes were taken; the rest is to be fed again in the next state
 */
gsize sortie_request_guard_feed (SortieRequestGuard *self, const char *bytes, gsize length);

SortieGuardState sortie_request_guard_get_state (const SortieRequestGuard *self);
/* Whether the head of a request has begun but is not complete. */
gboolean sortie_request_guard_has_begun (const SortieRequestGuard *self);
/* Bytes of the body that are still to come. */
gint64 sortie_request_guard_get_body_left (const SortieRequestGuard *self);
/* (transfer none) (nullable): what is known of the current request; NULL once it was stolen. */
const SortieRequestHead *sortie_request_guard_get_head (const SortieRequestGuard *self);
/* (transfer full): the head of a request whose head is complete. */
SortieRequestHead *sortie_request_guard_steal_head (SortieRequestGuard *self);
/* Where refused: the HTTP status; else 0. */
guint sortie_request_guard_get_status (const SortieRequestGuard *self);
const char *sortie_request_guard_get_detail (const SortieRequestGuard *self);

/* After COMPLETE: on to the next request of the connection. */
void sortie_request_guard_next (SortieRequestGuard *self);

G_END_DECLS
