/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SortieRetryPolicy:
 * @max_attempts: starts of a step, the first included, before it is dead-lettered
 * @base_ms: the delay after the first failure, milliseconds
 * @cap_ms: no delay is longer
 * @jitter: the share of the delay that is added at random, 0 to 1
 */
typedef struct
{
  int max_attempts;
  int base_ms;
  int cap_ms;
  double jitter;
} SortieRetryPolicy;

/* Four starts, 1 s, 2 s, 4 s, each up to a fifth longer. */
extern const SortieRetryPolicy sortie_retry_policy_default;

/* The delay before start `attempt` + 1, given that start `attempt` (from 1) failed, milliseconds.
 * `random` is from [0, 1). The delay is never shorter than base × 2^(attempt − 1), capped. */
int sortie_retry_policy_get_delay (const SortieRetryPolicy *self, int attempt, double random);

G_END_DECLS
