/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-llm-settings.h"

G_BEGIN_DECLS

/* How long each part of a request may take. Pure: the caller brings the time (monotonic µs). */

/* How long the rest of an answer that is handed over already may take to come, so that the connection
 * can be used again; also the patience with a provider's reasons for a refusal. */
#define SORTIE_LLM_LINGER_US (1000 * 1000)
/* How long a whole answer waits for its usage and [DONE]. */
#define SORTIE_LLM_AFTERWORD_US (2000 * 1000)

typedef enum
{
  SORTIE_LLM_PHASE_CONNECTING,
  SORTIE_LLM_PHASE_WAITING, /* the request is on its way; no sign of life yet */
  SORTIE_LLM_PHASE_ANSWERING,
  SORTIE_LLM_PHASE_AFTERWORD, /* a finish_reason came */
  SORTIE_LLM_PHASE_REFUSED,   /* reading why */
  SORTIE_LLM_PHASE_LINGERING, /* over for the caller; the rest of the response may still come */
  SORTIE_LLM_PHASE_GONE,
} SortieLlmPhase;

/**
 * SortieLlmDeadlines:
 * @phase_us: when the phase began, or of the last sign of life in it
 */
typedef struct
{
  SortieLlmPhase phase;
  gint64 began_us;
  gint64 phase_us;
  gint64 connect_us; /* the four deadlines */
  gint64 first_token_us;
  gint64 silence_us;
  gint64 total_us;
  guint64 n_deltas;
} SortieLlmDeadlines;

void sortie_llm_deadlines_init (SortieLlmDeadlines *self,
                                const SortieLlmSettings *settings,
                                guint total_ms,
                                gint64 now_us);
void sortie_llm_deadlines_enter (SortieLlmDeadlines *self, SortieLlmPhase phase, gint64 now_us);
/* Bytes of the answer came: only what made the deltas more is a sign of life. */
void sortie_llm_deadlines_see (SortieLlmDeadlines *self,
                               guint64 n_deltas,
                               gboolean finished,
                               gint64 now_us);
/* When the phase ends by itself; G_MAXINT64: never. */
gint64 sortie_llm_deadlines_get_due (const SortieLlmDeadlines *self);
/* (transfer full): SORTIE_LLM_ERROR_TIMEOUT with which deadline it was that is due */
GError *sortie_llm_deadlines_explain (const SortieLlmDeadlines *self);

G_END_DECLS
