/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include <string.h>

/* Where hiredis has no TLS, an address that asks for it is refused before anything is sent. */

static void
test_refused (void)
{
  g_autoptr (SortieRedisUrl) url = sortie_redis_url_parse ("rediss://:s3cret@127.0.0.1:1", NULL);
  const SortieBusOptions options = { .url = url };
  g_autoptr (GError) error = NULL;

  g_assert_null (sortie_bus_open (&options, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "REDIS_URL"));
  g_assert_nonnull (strstr (error->message, "TLS"));
  g_assert_null (strstr (error->message, "s3cret"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redis-no-tls/refused", test_refused);
  return g_test_run ();
}
