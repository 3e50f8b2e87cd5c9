/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-private.h"

#include <string.h>

#define BACKOFF_MS 500
#define MAX_BACKOFF_MS 8000

/* A trial of the settings wants to know whether there is an answer, whatever it says. */
#define TRY_PROMPT "Answer with the one word: ready"
#define TRY_TOKENS 64

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
  gboolean is_new =
      !call->has_handed && ((headers->rejects_stream_options && !dialect->no_stream_options) ||
                            (headers->rejects_max_tokens && !dialect->max_completion_tokens));

  if (!is_new)
    return FALSE;
  dialect->no_stream_options = dialect->no_stream_options || headers->rejects_stream_options;
  dialect->max_completion_tokens = dialect->max_completion_tokens || headers->rejects_max_tokens;
  g_mutex_lock (&call->llm->lock);
  call->model->dialect = *dialect;
  g_mutex_unlock (&call->llm->lock);
  return TRUE;
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

/* @written: (nullable): the beginning of the answer, to be continued */
static gboolean
ask (SortieLlmCall *call, const char *written, SortieLlmAnswer *answer, GError **error)
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
        return TRUE;
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

/* ---- The whole conversation ---- */

static gboolean
fail_length (SortieLlmCall *call, GError **error)
{
  g_set_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_LENGTH,
               "The answer of %s was cut off by its length", call->model->name);
  return FALSE;
}

/* Goes on where the answer was cut off, once. */
static gboolean
continue_answer (SortieLlmCall *call, SortieLlmAnswer *answer, GError **error)
{
  gboolean ok;

  /* Nothing but thoughts came: there is nothing to go on from. */
  if (call->reply->text->len == 0)
    return fail_length (call, error);
  call->reply->continued = TRUE;
  sortie_llm_answer_clear (answer);
  sortie_llm_answer_init (answer);
  ok = ask (call, call->reply->text->str, answer, error);
  g_string_append_len (call->reply->text, answer->text->str, answer->text->len);
  return ok && (answer->finish != SORTIE_LLM_FINISH_LENGTH || fail_length (call, error));
}

static gboolean
converse (SortieLlmCall *call, SortieLlmAnswer *answer, GError **error)
{
  gboolean ok = ask (call, NULL, answer, error);

  g_string_append_len (call->reply->text, answer->text->str, answer->text->len);
  if (!ok || answer->finish != SORTIE_LLM_FINISH_LENGTH)
    return ok;
  return call->is_try || continue_answer (call, answer, error);
}

static gboolean
refuse_off (const SortieLlmSettings *settings, GError **error)
{
  g_autofree char *problem = sortie_llm_settings_dup_problem (settings);

  g_set_error_literal (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_OFF,
                       problem != NULL ? problem : "The language model is switched off");
  return FALSE;
}

/* With the lock: from here on the call counts. */
static void
begin_call (SortieLlmCall *call, SortieLlm *self, SortieLlmProvider *provider, guint total_ms)
{
  call->llm = self;
  call->provider = provider;
  call->model = provider->by_role[call->request->role];
  call->started_us = g_get_monotonic_time ();
  call->deadline_us = call->started_us + (gint64) total_ms * 1000;
  call->provider_openings = provider->openings;
  call->model_openings = call->model->openings;
  self->n_calls++;
}

static void
end_call (SortieLlmCall *call)
{
  SortieLlm *self = call->llm;

  call->reply->elapsed_us = g_get_monotonic_time () - call->started_us;
  g_mutex_lock (&self->lock);
  sortie_llm_provider_unref (call->provider);
  self->n_calls--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
count_fallback (SortieLlm *self, const GError *error)
{
  if (error->code == SORTIE_LLM_ERROR_CANCELLED || error->code == SORTIE_LLM_ERROR_OFF)
    return;
  g_mutex_lock (&self->lock);
  self->metrics.fallbacks[error->code]++;
  g_mutex_unlock (&self->lock);
}

static gboolean
chat (SortieLlmCall *call, GError **error)
{
  g_auto (SortieLlmAnswer) answer;
  g_autoptr (GError) local = NULL;

  sortie_llm_answer_init (&answer);
  call->max_tries = SORTIE_LLM_MAX_TRIES;
  if (!sortie_llm_request_check (call->request, error) || !sortie_llm_gate_check (call, error) ||
      !sortie_llm_gate_enter (call, error))
    return FALSE;
  converse (call, &answer, &local);
  sortie_llm_gate_leave (call, &answer, local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
sortie_llm_chat (SortieLlm *self,
                 const SortieLlmRequest *request,
                 const SortieLlmSink *sink,
                 SortieLlmReply *reply,
                 GError **error)
{
  SortieLlmCall call = { .request = request, .sink = sink, .reply = reply };
  SortieLlmProvider *provider;
  GError *local = NULL;

  g_mutex_lock (&self->lock);
  provider = self->provider;
  if (!sortie_llm_settings_is_usable (provider->settings))
    {
      refuse_off (provider->settings, error);
      g_mutex_unlock (&self->lock);
      return FALSE;
    }
  g_atomic_ref_count_inc (&provider->references);
  begin_call (&call, self, provider, provider->settings->total_ms);
  g_mutex_unlock (&self->lock);

  g_free (reply->model);
  reply->model = g_strdup (call.model->name);
  if (!chat (&call, &local))
    {
      count_fallback (self, local);
      g_propagate_error (error, local);
    }
  end_call (&call);
  return local == NULL;
}

/* The settings in use have proved good. */
static void
restore (SortieLlm *self, const SortieLlmSettings *settings)
{
  g_mutex_lock (&self->lock);
  if (self->provider->settings == settings)
    {
      self->provider->is_refused = FALSE;
      sortie_llm_breaker_report_success (&self->provider->breaker);
      sortie_llm_breaker_report_success (
          &self->provider->by_role[SORTIE_LLM_ROLE_PLANNER]->breaker);
    }
  g_mutex_unlock (&self->lock);
  sortie_llm_tell (self);
}

gboolean
sortie_llm_try (SortieLlm *self, SortieLlmSettings *settings, SortieLlmReply *reply, GError **error)
{
  const SortieLlmMessage message = { .role = "user", .content = TRY_PROMPT };
  const SortieLlmRequest request = {
    .role = SORTIE_LLM_ROLE_PLANNER, .messages = &message, .n_messages = 1, .max_tokens = TRY_TOKENS
  };
  SortieLlmCall call = { .request = &request, .reply = reply, .is_try = TRUE, .max_tries = 1 };
  g_auto (SortieLlmAnswer) answer;
  g_autoptr (GError) local = NULL;
  gboolean ok;

  sortie_llm_answer_init (&answer);
  if (!sortie_llm_settings_is_usable (settings))
    return refuse_off (settings, error);
  g_mutex_lock (&self->lock);
  begin_call (&call, self, sortie_llm_provider_new (settings), SORTIE_LLM_TRY_MS);
  g_mutex_unlock (&self->lock);
  g_free (reply->model);
  reply->model = g_strdup (call.model->name);
  ok = sortie_llm_gate_check (&call, &local) && converse (&call, &answer, &local);
  /* It had no room for more than its thoughts: an answer nevertheless. */
  ok = ok || g_error_matches (local, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_LENGTH);
  if (ok)
    restore (self, settings);
  else
    g_propagate_error (error, g_steal_pointer (&local));
  end_call (&call);
  return ok;
}

void
sortie_llm_reply_init (SortieLlmReply *self)
{
  *self = (SortieLlmReply){
    .text = g_string_new (NULL), .prompt_tokens = -1, .completion_tokens = -1, .first_token_us = -1
  };
}

void
sortie_llm_reply_clear (SortieLlmReply *self)
{
  g_free (self->model);
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  *self = (SortieLlmReply){ .prompt_tokens = -1 };
}
