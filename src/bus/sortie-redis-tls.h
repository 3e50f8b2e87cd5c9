/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-redis-url.h"

#include <hiredis/hiredis.h>

G_BEGIN_DECLS

/* TLS to Redis, by hiredis_ssl and OpenSSL. hiredis itself checks no host name, and it got TLS later
 * than Debian 12's version; without it each of these says so. */

/* Whether the address can be used: SORTIE_ERROR_INVALID where this build has no TLS, or where a file
 * that the address needs can't be read. An address without TLS is always fine. */
gboolean sortie_redis_tls_check (const SortieRedisUrl *url, GError **error);

/**
 * sortie_redis_tls_start:
 * @context: a blocking connection over which nothing has gone yet, with a timeout
 * @url: whose certificate is expected there
 * @error: SORTIE_ERROR_UNAVAILABLE, or SORTIE_ERROR_DENIED where waiting doesn't help: a certificate
 *   that is not trusted or is another host's, a server that speaks no TLS
 *
 * After a failure the context can only be freed.
 *
 * Returns: whether what follows is encrypted, and to whom it should be
 */
gboolean sortie_redis_tls_start (redisContext *context, const SortieRedisUrl *url, GError **error);

/* Whether TLS is the reason for the last failure of this thread to read or write; then it is told in
 * the error: SORTIE_ERROR_UNAVAILABLE, or SORTIE_ERROR_DENIED where the server wants another
 * certificate of us. */
gboolean sortie_redis_tls_explain (GError **error);

G_END_DECLS
