/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-private.h"

#include <string.h>

#define BACKOFF_MS 500
#define MAX_BACKOFF_MS 8000

/* ---- Asking once ---- */

static gboolean
text_cb (const char *text, gsize length, gpointer user_data)
{
  SortieLlmCall *call = user_data;

  call->has_text = TRUE;
  if (call->sink == NULL || call->sink->text == NULL)
    return TRUE;
  call->has_handed = TRUE;
  return call->sink->text (text, length, call->sink->user_data);
}

static gboolean
is_cancelled_cb (gpointer user_data)
{
  return !sortie_llm_gate_check (user_data, NULL);
}

static SortieLlmClient *
get_client (SortieLlm *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->client == NULL)
    self->client = sortie_llm_client_new ();
  return self->client;
}

/* What a response told beside its text. */
static void
count_request (SortieLlmCall *call, const SortieLlmAnswer *answer, const GError *error)
{
  SortieLlmReply *reply = call->reply;
  gint64 completion = answer->usage.completion_tokens >= 0 ? answer->usage.completion_tokens
                                                           : (gint64) answer->pieces;
  SortieLlmModelMetrics *metrics;

  reply->requests++;
  if (answer->usage.prompt_tokens >= 0)
    reply->prompt_tokens = MAX (reply->prompt_tokens, 0) + answer->usage.prompt_tokens;
  reply->completion_tokens = MAX (reply->completion_tokens, 0) + completion;
  if (answer->first_token_us >= 0)
    {
      call->generating_us += MAX (answer->elapsed_us - answer->first_token_us, 0);
      call->generated += completion;
    }
  if (call->generating_us > 0)
    reply->tokens_per_second =
        (double) call->generated * G_USEC_PER_SEC / (double) call->generating_us;

  g_mutex_lock (&call->llm->lock);
  sortie_llm_pace_learn (&call->model->pace, &answer->headers, g_get_monotonic_time () / 1000);
  metrics = sortie_llm_metrics_get (&call->llm->metrics, call->model->name);
  if (error == NULL)
    metrics->ok++;
  else
    metrics->errors[error->code]++;
  metrics->prompt_tokens += (guint64) MAX (answer->usage.prompt_tokens, 0);
  metrics->completion_tokens += (guint64) completion;
  if (answer->first_token_us >= 0)
    {
      sortie_llm_metrics_count_first_token (metrics, answer->first_token_us);
      metrics->generating_seconds +=
          (double) MAX (answer->elapsed_us - answer->first_token_us, 0) / G_USEC_PER_SEC;
      metrics->tokens_per_second = reply->tokens_per_second;
    }
  g_mutex_unlock (&call->llm->lock);
}

/* The client knows only that it was to end; why is the gate's to say. */
static void
explain (SortieLlmCall *call, GError **error)
{
  GError *better = NULL;

  if (!g_error_matches (*error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_CANCELLED) ||
      sortie_llm_gate_check (call, &better))
    return;
  g_error_free (*error);
  *error = better;
}

static gboolean
send_request (SortieLlmCall *call,
              const char *written,
              const SortieLlmDialect *dialect,
              SortieLlmAnswer *answer,
              GError **error)
{
  const SortieLlmSink sink = { .text = text_cb,
                               .is_cancelled = is_cancelled_cb,
                               .user_data = call };
  g_autofree char *body =
      sortie_llm_request_dup_body (call->request, call->model->name, written, dialect);
  gint64 now = g_get_monotonic_time ();
  gint64 left_ms = (call->deadline_us - now) / 1000;
  GError *local = NULL;
  gboolean ok;

  if (left_ms <= 0)
    {
      g_set_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_TIMEOUT,
                   "%s at %s did not answer in time", call->model->name, call->provider->host);
      return FALSE;
    }
  call->is_asking = TRUE;
  call->has_text = FALSE;
  ok = sortie_llm_client_ask (get_client (call->llm), call->provider->settings, body,
                              (guint) left_ms, &sink, answer, &local);
  if (!ok)
    explain (call, &local);
  call->is_asking = FALSE;
  if (answer->first_token_us >= 0 && call->reply->first_token_us < 0)
    call->reply->first_token_us = now - call->started_us + answer->first_token_us;
  count_request (call, answer, local);
  if (!ok)
    g_propagate_error (error, local);
  return ok;
}

/* ---- Asking again ---- */

/* Whether the refusal told what the provider does not take, so that it is asked in another way. */
static gboolean
learn_dialect (SortieLlmCall *call, const SortieLlmHeaders *headers, SortieLlmDialect *dialect)
{
  SortieLlmDialect learnt = *dialect;

  if (call->has_handed)
    return FALSE;
  learnt.no_stream_options = learnt.no_stream_options || headers->rejects_stream_options;
  learnt.max_completion_tokens = learnt.max_completion_tokens || headers->rejects_max_tokens;
  /* Nobody tells in one way that this member is not known. */
  if (memcmp (&learnt, dialect, sizeof learnt) == 0 &&
      (headers->status == 400 || headers->status == 422))
    learnt.no_reasoning_effort =
        sortie_llm_request_has_effort (call->model->name, dialect) || dialect->no_reasoning_effort;
  if (memcmp (&learnt, dialect, sizeof learnt) == 0)
    return FALSE;
  *dialect = learnt;
  return TRUE;
}

/* What has proved to be understood. */
static void
keep_dialect (SortieLlmCall *call, const SortieLlmDialect *dialect)
{
  g_mutex_lock (&call->llm->lock);
  call->model->dialect = *dialect;
  g_mutex_unlock (&call->llm->lock);
}

/* @tries: how many there were; -1: not again */
static gint64
get_delay_ms (SortieLlmCall *call,
              guint tries,
              const SortieLlmHeaders *headers,
              SortieLlmError code)
{
  gint64 longest = MIN ((gint64) BACKOFF_MS << (tries - 1), MAX_BACKOFF_MS);
  gint64 delay = headers->retry_after_ms;

  if (tries >= call->max_tries || call->has_handed || !headers->retryable ||
      (code != SORTIE_LLM_ERROR_RATE_LIMIT && code != SORTIE_LLM_ERROR_SERVER &&
       code != SORTIE_LLM_ERROR_NETWORK) ||
      delay > SORTIE_LLM_MAX_RETRY_AFTER_MS)
    return -1;
  /* All of the pause is left to chance, so that many who failed together don't come back together. */
  if (delay < 0)
    delay = g_random_int_range (0, (gint32) longest + 1);
  return g_get_monotonic_time () + delay * 1000 < call->deadline_us ? delay : -1;
}

gboolean
sortie_llm_call_ask (SortieLlmCall *call,
                     const char *written,
                     SortieLlmAnswer *answer,
                     GError **error)
{
  SortieLlmDialect dialect;

  g_mutex_lock (&call->llm->lock);
  dialect = call->model->dialect;
  g_mutex_unlock (&call->llm->lock);
  for (guint tries = 1;; tries++)
    {
      g_autoptr (GError) local = NULL;
      gint64 delay;

      if (!sortie_llm_gate_wait_turn (call, error))
        return FALSE;
      if (send_request (call, written, &dialect, answer, &local))
        {
          keep_dialect (call, &dialect);
          return TRUE;
        }
      if (learn_dialect (call, &answer->headers, &dialect))
        tries--;
      else
        {
          delay = get_delay_ms (call, tries, &answer->headers, (SortieLlmError) local->code);
          if (delay < 0)
            {
              g_propagate_error (error, g_steal_pointer (&local));
              return FALSE;
            }
          if (!sortie_llm_gate_sleep (call, g_get_monotonic_time () + delay * 1000, error))
            return FALSE;
          g_mutex_lock (&call->llm->lock);
          sortie_llm_metrics_get (&call->llm->metrics, call->model->name)->retries++;
          g_mutex_unlock (&call->llm->lock);
        }
      sortie_llm_answer_clear (answer);
      sortie_llm_answer_init (answer);
    }
}
