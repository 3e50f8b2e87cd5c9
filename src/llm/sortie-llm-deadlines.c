/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-deadlines.h"

#include "sortie-llm-error.h"

static gint64
to_us (guint ms)
{
  return (gint64) ms * 1000;
}

static gint64
get_phase_us (const SortieLlmDeadlines *self)
{
  switch (self->phase)
    {
    case SORTIE_LLM_PHASE_CONNECTING:
      return self->connect_us;
    case SORTIE_LLM_PHASE_WAITING:
      return self->first_token_us;
    case SORTIE_LLM_PHASE_ANSWERING:
      return self->silence_us;
    case SORTIE_LLM_PHASE_AFTERWORD:
      return MIN (self->silence_us, SORTIE_LLM_AFTERWORD_US);
    case SORTIE_LLM_PHASE_REFUSED:
    case SORTIE_LLM_PHASE_LINGERING:
      return SORTIE_LLM_LINGER_US;
    case SORTIE_LLM_PHASE_GONE:
    default:
      return -1;
    }
}

void
sortie_llm_deadlines_init (SortieLlmDeadlines *self,
                           const SortieLlmSettings *settings,
                           guint total_ms,
                           gint64 now_us)
{
  *self = (SortieLlmDeadlines){
    .phase = SORTIE_LLM_PHASE_CONNECTING,
    .began_us = now_us,
    .phase_us = now_us,
    .connect_us = to_us (settings->connect_ms),
    .first_token_us = to_us (settings->first_token_ms),
    .silence_us = to_us (settings->silence_ms),
    .total_us = to_us (total_ms),
  };
}

void
sortie_llm_deadlines_enter (SortieLlmDeadlines *self, SortieLlmPhase phase, gint64 now_us)
{
  self->phase = phase;
  self->phase_us = now_us;
}

void
sortie_llm_deadlines_see (SortieLlmDeadlines *self,
                          guint64 n_deltas,
                          gboolean finished,
                          gint64 now_us)
{
  if (n_deltas > self->n_deltas)
    self->phase_us = now_us;
  if (n_deltas > self->n_deltas && self->phase == SORTIE_LLM_PHASE_WAITING)
    self->phase = SORTIE_LLM_PHASE_ANSWERING;
  self->n_deltas = n_deltas;
  if (finished && self->phase != SORTIE_LLM_PHASE_AFTERWORD)
    sortie_llm_deadlines_enter (self, SORTIE_LLM_PHASE_AFTERWORD, now_us);
}

gint64
sortie_llm_deadlines_get_due (const SortieLlmDeadlines *self)
{
  gint64 phase_us = get_phase_us (self);
  gint64 due;

  if (phase_us < 0)
    return G_MAXINT64;
  due = self->phase_us + phase_us;
  return self->phase == SORTIE_LLM_PHASE_LINGERING ? due
                                                   : MIN (due, self->began_us + self->total_us);
}

GError *
sortie_llm_deadlines_explain (const SortieLlmDeadlines *self)
{
  gint64 phase_us = get_phase_us (self);
  const char *what;

  if (self->began_us + self->total_us <= self->phase_us + phase_us)
    {
      what = "the answer was not whole within %g s";
      phase_us = self->total_us;
    }
  else if (self->phase == SORTIE_LLM_PHASE_CONNECTING)
    what = "no connection within %g s";
  else if (self->phase == SORTIE_LLM_PHASE_WAITING)
    what = "the answer did not begin within %g s";
  else
    what = "nothing more came for %g s";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  return g_error_new (SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_TIMEOUT, what,
                      (double) phase_us / G_USEC_PER_SEC);
#pragma GCC diagnostic pop
}
