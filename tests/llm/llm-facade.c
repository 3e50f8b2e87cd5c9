/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "llm-facade.h"

#define KEY "key-that-nobody-may-see"

SortieLlmSettings *
facade_settings (const char *url, const char *const *variables)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *address = g_strconcat ("LLM_BASE_URL=", url, NULL);
  g_autoptr (SortieConfig) config = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) all = NULL;
  SortieLlmSettings *settings;

  /* The first one of a name counts. */
  if (variables != NULL)
    g_strv_builder_addv (builder, (const char **) variables);
  g_strv_builder_add_many (builder, address, "USE_GROQ=true", "GROQ_API_KEY=" KEY,
                           "LLM_PLANNER_MODEL=small", "LLM_ANALYZER_MODEL=large",
                           "LLM_WRITER_MODEL=large", "LLM_CONNECT_TIMEOUT=20",
                           "LLM_FIRST_TOKEN_TIMEOUT=20", "LLM_TOTAL_TIMEOUT=60", NULL);
  all = g_strv_builder_end (builder);
  config = sortie_config_new ((const char *const *) all, NULL, 0, NULL);
  settings = sortie_llm_settings_new (config, &error);
  g_assert_no_error (error);
  return settings;
}

Facade
facade_new (LlmPeer *peer, const char *const *variables)
{
  g_autoptr (SortieLlmSettings) settings = facade_settings (llm_peer_get_url (peer), variables);

  return (Facade){ .peer = peer, .llm = sortie_llm_new (settings) };
}

void
facade_clear (Facade *self)
{
  g_clear_pointer (&self->llm, sortie_llm_free);
  g_clear_pointer (&self->peer, llm_peer_free);
}

void
outcome_clear (Outcome *self)
{
  g_free (self->message);
  g_free (self->text);
  g_free (self->handed);
}

typedef struct
{
  GString *handed;
  int *cancelled;
} Listener;

static gboolean
text_cb (const char *text, gsize length, gpointer user_data)
{
  Listener *listener = user_data;

  g_string_append_len (listener->handed, text, (gssize) length);
  return TRUE;
}

static gboolean
is_cancelled_cb (gpointer user_data)
{
  Listener *listener = user_data;

  return listener->cancelled != NULL && g_atomic_int_get (listener->cancelled) != 0;
}

Outcome
facade_ask (Facade *self, SortieLlmRole role, int *cancelled)
{
  const SortieLlmMessage messages[] = { { "system", "Be brief." }, { "user", "Say something." } };
  const SortieLlmRequest request = { .role = role,
                                     .messages = messages,
                                     .n_messages = G_N_ELEMENTS (messages),
                                     .max_tokens = 100,
                                     .temperature = 0.2 };
  Listener listener = { .handed = g_string_new (NULL), .cancelled = cancelled };
  const SortieLlmSink sink = { text_cb, is_cancelled_cb, &listener };
  g_auto (SortieLlmReply) reply;
  g_autoptr (GError) error = NULL;
  Outcome outcome = { .code = -1 };

  sortie_llm_reply_init (&reply);
  outcome.ok = sortie_llm_chat (self->llm, &request, &sink, &reply, &error);
  g_assert_true (outcome.ok == (error == NULL));
  if (error != NULL)
    {
      g_assert_true (error->domain == SORTIE_LLM_ERROR);
      g_assert_null (strstr (error->message, KEY));
      outcome.code = error->code;
      outcome.message = g_strdup (error->message);
    }
  outcome.text = g_strdup (reply.text->str);
  outcome.handed = g_string_free (listener.handed, FALSE);
  outcome.requests = reply.requests;
  outcome.continued = reply.continued;
  outcome.prompt_tokens = reply.prompt_tokens;
  outcome.completion_tokens = reply.completion_tokens;
  outcome.first_token_us = reply.first_token_us;
  outcome.elapsed_us = reply.elapsed_us;
  return outcome;
}

LlmPeerResponse *
facade_refusal (guint status, const char *body)
{
  LlmPeerResponse *response = llm_peer_response_new (status, "application/json");

  response->end = LLM_PEER_KEEP;
  llm_peer_response_add_chunk (response, body, -1);
  return response;
}
