/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-breaker.h"

/* How long the next rest is: doubled with each opening in a row. */
static gint64
get_rest (const SortieLlmBreaker *self, guint rest_ms)
{
  gint64 longest = MAX ((gint64) rest_ms, SORTIE_LLM_BREAKER_MAX_REST_MS);
  gint64 rest = rest_ms;

  for (guint i = 1; i < self->opened && rest < longest; i++)
    rest *= 2;
  return MIN (rest, longest);
}

gboolean
sortie_llm_breaker_may_ask (SortieLlmBreaker *self, gint64 now_ms)
{
  if (self->state == SORTIE_LLM_BREAKER_CLOSED)
    return TRUE;
  if (self->state == SORTIE_LLM_BREAKER_OPEN && now_ms >= self->until_ms)
    {
      self->state = SORTIE_LLM_BREAKER_HALF_OPEN;
      self->trying = FALSE;
    }
  if (self->state == SORTIE_LLM_BREAKER_OPEN || self->trying)
    return FALSE;
  self->trying = TRUE;
  return TRUE;
}

void
sortie_llm_breaker_report_success (SortieLlmBreaker *self)
{
  *self = (SortieLlmBreaker){ .state = SORTIE_LLM_BREAKER_CLOSED };
}

gboolean
sortie_llm_breaker_report_failure (SortieLlmBreaker *self,
                                   gboolean grave,
                                   guint rest_ms,
                                   gint64 now_ms)
{
  if (self->state == SORTIE_LLM_BREAKER_OPEN)
    return FALSE; /* begun before it opened: that is known */
  if (self->failures < G_MAXUINT)
    self->failures++;
  if (rest_ms == 0)
    {
      self->state = SORTIE_LLM_BREAKER_CLOSED;
      self->trying = FALSE;
      return FALSE;
    }
  if (self->state == SORTIE_LLM_BREAKER_CLOSED && !grave &&
      self->failures < SORTIE_LLM_BREAKER_FAILURES)
    return FALSE;
  self->opened++;
  self->until_ms = now_ms + get_rest (self, rest_ms);
  self->state = SORTIE_LLM_BREAKER_OPEN;
  self->trying = FALSE;
  return TRUE;
}

void
sortie_llm_breaker_report_nothing (SortieLlmBreaker *self)
{
  self->trying = FALSE;
}
