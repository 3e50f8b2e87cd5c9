/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A circuit breaker (Nygard, Release It!): after failures a provider is left alone for a while, then
 * one trial decides. Pure: the caller brings the time and the lock. */

#define SORTIE_LLM_BREAKER_FAILURES 3 /* in a row that open it, where each may be chance */
#define SORTIE_LLM_BREAKER_MAX_REST_MS (5 * 60 * 1000) /* the rest doubles up to this */

typedef enum
{
  SORTIE_LLM_BREAKER_CLOSED,
  SORTIE_LLM_BREAKER_OPEN,
  SORTIE_LLM_BREAKER_HALF_OPEN,
} SortieLlmBreakerState;

typedef struct
{
  SortieLlmBreakerState state;
  guint failures;  /* in a row */
  guint opened;    /* times in a row */
  gint64 until_ms; /* open until then */
  gboolean trying; /* half open, and the trial is under way */
} SortieLlmBreaker;

/* Whether it may be asked now (monotonic ms). Half open: only the first who asks, until it reports. */
gboolean sortie_llm_breaker_may_ask (SortieLlmBreaker *self, gint64 now_ms);
void sortie_llm_breaker_report_success (SortieLlmBreaker *self);
/* @grave: nobody there or a deadline passed: one is enough to open. @rest_ms: the first rest; 0 never
 * opens. Returns: whether it opened by this. */
gboolean sortie_llm_breaker_report_failure (SortieLlmBreaker *self,
                                            gboolean grave,
                                            guint rest_ms,
                                            gint64 now_ms);
/* Neither: cancelled by the caller. A trial may be made by the next one. */
void sortie_llm_breaker_report_nothing (SortieLlmBreaker *self);

G_END_DECLS
