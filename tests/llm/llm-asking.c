/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "llm-asking.h"

#include <string.h>

#define AMPLE_MS 60000

void
llm_asking_init (SortieLlmSettings *settings, const char *base_url)
{
  *settings = (SortieLlmSettings){
    .enabled = TRUE,
    .base_url = (char *) base_url,
    .key = (char *) LLM_TEST_KEY,
    .connect_ms = AMPLE_MS,
    .first_token_ms = AMPLE_MS,
    .silence_ms = AMPLE_MS,
    .total_ms = AMPLE_MS,
  };
}

/* No message says what is secret, or what the peer wrote. */
static void
assert_discreet (const GError *error)
{
  static const char *const secrets[] = { LLM_TEST_KEY, "Bearer",          LLM_TEST_PROMPT,
                                         "FORBIDDEN",  "Invalid API Key", "CUDA",
                                         "upstream",   "over capacity" };

  g_assert_true (error->domain == SORTIE_LLM_ERROR);
  g_assert_cmpint (error->code, >=, 0);
  g_assert_cmpint (error->code, <, SORTIE_LLM_N_ERRORS);
  for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++)
    g_assert_null (strstr (error->message, secrets[i]));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpuint (strlen (error->message), <, 400);
}

gboolean
llm_ask (SortieLlmClient *client,
         const SortieLlmSettings *settings,
         const SortieLlmSink *sink,
         SortieLlmAnswer *answer,
         GError **error)
{
  gboolean ok;

  sortie_llm_answer_init (answer);
  ok = sortie_llm_client_ask (client, settings, LLM_TEST_BODY, settings->total_ms, sink, answer,
                              error);
  g_assert_true (ok == (*error == NULL));
  g_assert_cmpint (answer->elapsed_us, >=, 0);
  g_assert_cmpint (answer->first_token_us, <=, answer->elapsed_us);
  if (!ok)
    assert_discreet (*error);
  return ok;
}

void
llm_assert_answers (SortieLlmClient *client, const SortieLlmSettings *settings, const char *text)
{
  g_auto (SortieLlmAnswer) answer = { NULL };
  g_autoptr (GError) error = NULL;

  llm_ask (client, settings, NULL, &answer, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (answer.text->str, ==, text);
  g_assert_cmpuint (answer.headers.status, ==, 200);
}

void
llm_assert_fails (SortieLlmClient *client, const SortieLlmSettings *settings, SortieLlmError code)
{
  g_auto (SortieLlmAnswer) answer = { NULL };
  g_autoptr (GError) error = NULL;

  llm_ask (client, settings, NULL, &answer, &error);
  g_assert_error (error, SORTIE_LLM_ERROR, (int) code);
}
