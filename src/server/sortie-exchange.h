/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-auth.h"
#include "sortie-connection.h"
#include "sortie-router.h"

G_BEGIN_DECLS

/* One request on its way to its handler: what the head alone can decide. */

typedef struct
{
  SortieRequest *request;
  const SortieRoute *route; /* (nullable): NULL where the response is known already */
  SortieResponse *response; /* (nullable) */
  GByteArray *body;         /* (nullable): what has arrived of it */
  gint64 reserved;          /* bytes of the declared body that are counted for the server */
} SortieExchange;

/**
 * sortie_exchange_new:
 *
 * Judges a head: host and origin, token, route, size and type of the body, query. Where one of them
 * does not hold, `response` is the refusal.
 */
SortieExchange *sortie_exchange_new (SortieConnection *connection,
                                     const SortieAuth *auth,
                                     const SortieOrigin *origin,
                                     SortieRouter *router);
void sortie_exchange_free (SortieExchange *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieExchange, sortie_exchange_free)

/* Calls the handler; sets `response`. In a thread of the pool. */
void sortie_exchange_handle (SortieExchange *self);

G_END_DECLS
