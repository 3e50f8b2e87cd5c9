/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-private.h"

/* How often a question that waits looks whether it still may. */
#define LOOK_US (100 * 1000)

/* What an outcome says of a breaker's subject. */
typedef enum
{
  SAYS_NOTHING,
  SAYS_GOOD,
  SAYS_BAD,
  SAYS_GRAVE,
} Says;

static gint64
get_now_ms (void)
{
  return g_get_monotonic_time () / 1000;
}

static gboolean
refuse_auth (SortieLlmProvider *provider, GError **error)
{
  g_set_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_AUTH, "%s does not accept the key",
               provider->host);
  return FALSE;
}

static gboolean
refuse_open (SortieLlmCall *call, GError **error)
{
  g_set_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_CIRCUIT_OPEN,
               "%s at %s failed a moment ago and is left alone for a while", call->model->name,
               call->provider->host);
  return FALSE;
}

gboolean
sortie_llm_gate_enter (SortieLlmCall *call, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&call->llm->lock);
  SortieLlmProvider *provider = call->provider;
  gint64 now_ms = get_now_ms ();

  if (provider->is_refused)
    return refuse_auth (provider, error);
  if (!sortie_llm_breaker_may_ask (&provider->breaker, now_ms))
    return refuse_open (call, error);
  if (!sortie_llm_breaker_may_ask (&call->model->breaker, now_ms))
    {
      if (provider->breaker.state == SORTIE_LLM_BREAKER_HALF_OPEN)
        sortie_llm_breaker_report_nothing (&provider->breaker);
      return refuse_open (call, error);
    }
  call->provider_openings = provider->openings;
  call->model_openings = call->model->openings;
  /* A trial is one request. */
  if (provider->breaker.trying || call->model->breaker.trying)
    call->max_tries = 1;
  return TRUE;
}

/* ---- The outcome ---- */

static Says
judge_provider (SortieLlmError code, guint status)
{
  switch (code)
    {
    case SORTIE_LLM_ERROR_NETWORK:
    case SORTIE_LLM_ERROR_QUOTA:
      return SAYS_GRAVE;
    case SORTIE_LLM_ERROR_TIMEOUT:
      return status == 0 ? SAYS_GRAVE : SAYS_GOOD;
    case SORTIE_LLM_ERROR_AUTH:
      return SAYS_NOTHING;
    default:
      return status != 0 ? SAYS_GOOD : SAYS_NOTHING;
    }
}

static Says
judge_model (SortieLlmError code, const SortieLlmAnswer *answer)
{
  switch (code)
    {
    case SORTIE_LLM_ERROR_LENGTH:
    case SORTIE_LLM_ERROR_FILTERED:
    case SORTIE_LLM_ERROR_REFUSAL:
    case SORTIE_LLM_ERROR_TOOL_CALL:
      return SAYS_GOOD;
    case SORTIE_LLM_ERROR_TIMEOUT:
      if (answer->headers.status == 0)
        return SAYS_NOTHING; /* the provider's matter */
      return answer->first_token_us < 0 ? SAYS_GRAVE : SAYS_BAD;
    case SORTIE_LLM_ERROR_REJECTED:
      /* There is no such model; anything else is this question's own fault. */
      return answer->headers.status == 404 ? SAYS_BAD : SAYS_NOTHING;
    case SORTIE_LLM_ERROR_RATE_LIMIT:
      /* A provider that says until when is paced; one that does not would be asked again and again. */
      return answer->headers.status == 429 && answer->headers.retry_after_ms < 0 ? SAYS_BAD
                                                                                 : SAYS_NOTHING;
    case SORTIE_LLM_ERROR_SERVER:
    case SORTIE_LLM_ERROR_TRUNCATED:
    case SORTIE_LLM_ERROR_PROTOCOL:
    case SORTIE_LLM_ERROR_CONTENT_TYPE:
    case SORTIE_LLM_ERROR_TOO_LARGE:
    case SORTIE_LLM_ERROR_FINISH:
      return SAYS_BAD;
    default:
      return SAYS_NOTHING;
    }
}

/* Returns: whether it opened by this. */
static gboolean
report (SortieLlmBreaker *breaker, Says says, guint rest_ms)
{
  switch (says)
    {
    case SAYS_GOOD:
      sortie_llm_breaker_report_success (breaker);
      return FALSE;
    case SAYS_BAD:
    case SAYS_GRAVE:
      return sortie_llm_breaker_report_failure (breaker, says == SAYS_GRAVE, rest_ms,
                                                get_now_ms ());
    default:
      sortie_llm_breaker_report_nothing (breaker);
      return FALSE;
    }
}

static void
report_to_provider (SortieLlmCall *call, Says says, SortieLlmError code)
{
  SortieLlmProvider *provider = call->provider;

  if (provider->openings != call->provider_openings)
    return; /* what was begun before it opened says nothing of now */
  if (!report (&provider->breaker, says, provider->settings->rest_ms))
    return;
  provider->openings++;
  provider->why = code == SORTIE_LLM_ERROR_QUOTA     ? "has no quota left for this key"
                  : code == SORTIE_LLM_ERROR_TIMEOUT ? "does not answer"
                                                     : "can't be reached";
}

static void
report_to_model (SortieLlmCall *call, Says says)
{
  SortieLlmModel *model = call->model;

  if (model->openings == call->model_openings &&
      report (&model->breaker, says, call->provider->settings->rest_ms))
    model->openings++;
}

void
sortie_llm_gate_leave (SortieLlmCall *call, const SortieLlmAnswer *answer, const GError *error)
{
  SortieLlm *self = call->llm;
  Says provider_says = SAYS_GOOD;
  Says model_says = SAYS_GOOD;
  SortieLlmError code = 0;

  if (error != NULL)
    {
      code = (SortieLlmError) error->code;
      provider_says = judge_provider (code, answer->headers.status);
      model_says = judge_model (code, answer);
    }
  g_mutex_lock (&self->lock);
  if (error != NULL && code == SORTIE_LLM_ERROR_AUTH)
    call->provider->is_refused = TRUE;
  report_to_provider (call, provider_says, code);
  report_to_model (call, model_says);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  sortie_llm_tell (self);
}

/* ---- On the way ---- */

/* With the lock. */
static gboolean
check_standing (SortieLlmCall *call, GError **error)
{
  SortieLlmProvider *provider = call->provider;

  if (call->llm->is_stopping)
    {
      g_set_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_CANCELLED, "Sortie is stopping");
      return FALSE;
    }
  if (provider->is_over)
    {
      g_set_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_OFF,
                   "The language model was switched off");
      return FALSE;
    }
  if (call->is_try || call->has_text)
    return TRUE;
  if (provider->is_refused && !call->is_asking)
    return refuse_auth (provider, error);
  /* Somebody else has found out already that nobody answers: no need to wait for it again. */
  if (provider->openings != call->provider_openings ||
      (call->model->openings != call->model_openings && !call->is_asking))
    return refuse_open (call, error);
  return TRUE;
}

gboolean
sortie_llm_gate_check (SortieLlmCall *call, GError **error)
{
  const SortieLlmSink *sink = call->sink;
  gboolean may;

  g_mutex_lock (&call->llm->lock);
  may = check_standing (call, error);
  g_mutex_unlock (&call->llm->lock);
  if (may && sink != NULL && sink->is_cancelled != NULL && sink->is_cancelled (sink->user_data))
    {
      g_set_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_CANCELLED,
                   "The answer is not wanted any more");
      return FALSE;
    }
  return may;
}

gboolean
sortie_llm_gate_sleep (SortieLlmCall *call, gint64 until_us, GError **error)
{
  SortieLlm *self = call->llm;

  while (sortie_llm_gate_check (call, error))
    {
      gint64 now = g_get_monotonic_time ();

      if (now >= until_us)
        return TRUE;
      g_mutex_lock (&self->lock);
      g_cond_wait_until (&self->changed, &self->lock, MIN (until_us, now + LOOK_US));
      g_mutex_unlock (&self->lock);
    }
  return FALSE;
}

gboolean
sortie_llm_gate_wait_turn (SortieLlmCall *call, GError **error)
{
  gint64 tokens = sortie_llm_request_estimate_tokens (call->request);
  gint64 until = MIN (g_get_monotonic_time () + SORTIE_LLM_MAX_PACE_MS * 1000, call->deadline_us);

  while (!call->is_try)
    {
      gint64 now = g_get_monotonic_time ();
      gint64 wait_ms;

      g_mutex_lock (&call->llm->lock);
      wait_ms = sortie_llm_pace_take (&call->model->pace, tokens, now / 1000);
      g_mutex_unlock (&call->llm->lock);
      if (wait_ms == 0)
        break;
      if (now + wait_ms * 1000 > until)
        {
          g_set_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_RATE_LIMIT,
                       "%s at %s has no room under its rate limit for another %" G_GINT64_FORMAT
                       " s",
                       call->model->name, call->provider->host, (wait_ms + 999) / 1000);
          return FALSE;
        }
      if (!sortie_llm_gate_sleep (call, now + wait_ms * 1000, error))
        return FALSE;
    }
  return TRUE;
}
