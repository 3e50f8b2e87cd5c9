/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-redis-tls.h"

#include "sortie-error.h"

/* Built in place of sortie-redis-tls.c where hiredis has no TLS. */

gboolean
sortie_redis_tls_check (const SortieRedisUrl *url, GError **error)
{
  if (!url->tls)
    return TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
               "REDIS_URL: this build's hiredis has no TLS, so rediss:// can't be used");
  return FALSE;
}

gboolean
sortie_redis_tls_start (redisContext *context, const SortieRedisUrl *url, GError **error)
{
  return sortie_redis_tls_check (url, error);
}

gboolean
sortie_redis_tls_explain (GError **error)
{
  return FALSE;
}
