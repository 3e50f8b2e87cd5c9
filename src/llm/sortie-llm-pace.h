/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-llm-client.h"

G_BEGIN_DECLS

/* Requests and tokens as the provider's rate-limit headers allow them, so that a limit is kept before
 * it is hit. Pure: the caller brings the time and the lock. */

typedef struct
{
  gint64 requests; /* left; -1: not told */
  gint64 tokens;
  gint64 limit_requests; /* a window's; -1: not told */
  gint64 limit_tokens;
  gint64 requests_at_ms; /* when all are there again */
  gint64 tokens_at_ms;
  gint64 closed_until_ms; /* Retry-After of the last 429 */
} SortieLlmPace;

void sortie_llm_pace_init (SortieLlmPace *self);

/* How long a request of about so many tokens has to wait; 0 takes its share at once. */
gint64 sortie_llm_pace_take (SortieLlmPace *self, gint64 tokens, gint64 now_ms);
/* What the response told. */
void sortie_llm_pace_learn (SortieLlmPace *self, const SortieLlmHeaders *headers, gint64 now_ms);

G_END_DECLS
