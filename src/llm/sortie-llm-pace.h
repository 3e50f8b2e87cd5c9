/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-llm-client.h"

G_BEGIN_DECLS

/* Requests and tokens as the provider's rate-limit headers allow them, so that a limit is kept before
 * it is hit. Pure: the caller brings the time and the lock. */

/* The longest that headers can make us wait: whatever they say, it is asked again after that. */
#define SORTIE_LLM_PACE_MAX_MS (5 * 60 * 1000)

/* One of the provider's two buckets. It fills up steadily, as Groq and OpenAI describe theirs: at
 * `full_at_ms` all of the limit is there again. */
typedef struct
{
  double left;    /* as of `seen_ms`; below 0 where requests were sent since that it can't hold */
  gint64 limit;   /* -1: not told, and then there is no limit */
  double per_ms;  /* what comes back in a millisecond; 0: not known */
  gint64 seen_ms; /* when `left` was right */
  gint64 full_at_ms; /* where `per_ms` is not known */
} SortieLlmBucket;

typedef struct
{
  SortieLlmBucket requests;
  SortieLlmBucket tokens;
  gint64 closed_until_ms; /* Retry-After of the last 429 */
} SortieLlmPace;

void sortie_llm_pace_init (SortieLlmPace *self);

/* How long a request of about so many tokens has to wait (monotonic ms); 0 takes its share at once. */
gint64 sortie_llm_pace_take (SortieLlmPace *self, gint64 tokens, gint64 now_ms);
/* What the response told. */
void sortie_llm_pace_learn (SortieLlmPace *self, const SortieLlmHeaders *headers, gint64 now_ms);

G_END_DECLS
