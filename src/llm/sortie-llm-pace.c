/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-pace.h"

#include <math.h>

/* What has come back since it was last looked at. */
static void
refill (SortieLlmBucket *self, gint64 now_ms)
{
  gint64 passed = MAX (now_ms - self->seen_ms, 0);

  if (self->per_ms > 0)
    self->left = MIN (self->left + self->per_ms * (double) passed, (double) self->limit);
  else if (now_ms >= self->full_at_ms)
    self->left = (double) self->limit;
  self->seen_ms = now_ms;
}

/* How long until so much is there. What is more than it can ever hold waits until it is full. */
static gint64
get_wait (SortieLlmBucket *self, gint64 amount, gint64 now_ms)
{
  double wanted;

  if (self->limit < 0)
    return 0;
  refill (self, now_ms);
  wanted = (double) MIN (amount, self->limit);
  if (self->left >= wanted)
    return 0;
  if (self->per_ms > 0)
    return (gint64) MIN (ceil ((wanted - self->left) / self->per_ms),
                         (double) SORTIE_LLM_PACE_MAX_MS);
  return CLAMP (self->full_at_ms - now_ms, 0, SORTIE_LLM_PACE_MAX_MS);
}

/* @reset_ms: until all of @limit is there again */
static void
learn (SortieLlmBucket *self, gint64 limit, gint64 left, gint64 reset_ms, gint64 now_ms)
{
  if (left < 0 || reset_ms < 0)
    return; /* without both nothing can be foretold */
  if (limit < 0)
    limit = MAX (self->limit, MAX (left, 1));
  self->limit = limit;
  self->left = (double) MIN (left, limit);
  self->seen_ms = now_ms;
  self->full_at_ms = now_ms + MIN (reset_ms, SORTIE_LLM_PACE_MAX_MS);
  if (left < limit && reset_ms > 0)
    self->per_ms = (double) (limit - left) / (double) reset_ms;
}

void
sortie_llm_pace_init (SortieLlmPace *self)
{
  *self = (SortieLlmPace){ .requests = { .limit = -1 }, .tokens = { .limit = -1 } };
}

gint64
sortie_llm_pace_take (SortieLlmPace *self, gint64 tokens, gint64 now_ms)
{
  gint64 wait = MAX (self->closed_until_ms - now_ms, 0);

  wait = MAX (wait, get_wait (&self->requests, 1, now_ms));
  wait = MAX (wait, get_wait (&self->tokens, tokens, now_ms));
  if (wait > 0)
    return wait;
  self->requests.left -= 1;
  self->tokens.left -= (double) tokens;
  return 0;
}

void
sortie_llm_pace_learn (SortieLlmPace *self, const SortieLlmHeaders *headers, gint64 now_ms)
{
  learn (&self->requests, headers->limit_requests, headers->remaining_requests,
         headers->reset_requests_ms, now_ms);
  learn (&self->tokens, headers->limit_tokens, headers->remaining_tokens, headers->reset_tokens_ms,
         now_ms);
  if (headers->status == 429 && headers->retry_after_ms > 0)
    self->closed_until_ms = now_ms + MIN (headers->retry_after_ms, SORTIE_LLM_PACE_MAX_MS);
}
