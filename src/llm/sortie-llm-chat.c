/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-private.h"

/* What came in less time came all at once: that says nothing of a rate. */
#define LEAST_RATED_US 10000

/* A trial of the settings wants to know whether there is an answer, whatever it says. */
#define TRY_PROMPT "Answer with the one word: ready"
#define TRY_TOKENS 64

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
  ok = sortie_llm_call_ask (call, call->reply->text->str, answer, error);
  g_string_append_len (call->reply->text, answer->text->str, answer->text->len);
  return ok && (answer->finish != SORTIE_LLM_FINISH_LENGTH || fail_length (call, error));
}

static gboolean
converse (SortieLlmCall *call, SortieLlmAnswer *answer, GError **error)
{
  gboolean ok = sortie_llm_call_ask (call, NULL, answer, error);

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
