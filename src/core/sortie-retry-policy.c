/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-retry-policy.h"

const SortieRetryPolicy sortie_retry_policy_default = {
  .max_attempts = 4,
  .base_ms = 1000,
  .cap_ms = 60000,
  .jitter = 0.2,
};

int
sortie_retry_policy_get_delay (const SortieRetryPolicy *self, int attempt, double random)
{
  gint64 cap = MAX (self->cap_ms, 0);
  gint64 delay = CLAMP (self->base_ms, 0, cap);

  for (int i = 1; i < attempt && delay > 0 && delay < cap; i++)
    delay *= 2;
  delay = MIN (delay, cap);
  if (random > 0 && self->jitter > 0)
    delay += (gint64) ((double) delay * MIN (self->jitter, 1) * MIN (random, 1));
  return (int) MIN (delay, cap);
}
