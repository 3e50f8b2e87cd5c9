/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "llm-facade.h"

#include <string.h>

#define PLANNER SORTIE_LLM_ROLE_PLANNER
#define WRITER SORTIE_LLM_ROLE_WRITER

static LlmPeerResponse *
answer (const char *text)
{
  return llm_peer_response_new_answer (text, NULL);
}

/* ---- What works ---- */

static void
test_answer (void)
{
  LlmPeerResponse *response = llm_peer_response_new_stream ();
  g_auto (Facade) f = { NULL };
  g_auto (Outcome) outcome = { 0 };
  g_autoptr (GString) metrics = g_string_new (NULL);

  llm_peer_response_add_text (response, "One");
  llm_peer_response_add_text (response, " two");
  llm_peer_response_add_finish (response, "stop");
  llm_peer_response_add_usage (response, 11, 7);
  llm_peer_response_add_done (response);
  f = facade_new (llm_peer_new_scripted (response, NULL), NULL);
  outcome = facade_ask (&f, WRITER, NULL);
  g_assert_true (outcome.ok);
  g_assert_cmpstr (outcome.text, ==, "One two");
  g_assert_cmpstr (outcome.handed, ==, "One two");
  g_assert_cmpuint (outcome.requests, ==, 1);
  g_assert_false (outcome.continued);
  g_assert_cmpint (outcome.prompt_tokens, ==, 11);
  g_assert_cmpint (outcome.completion_tokens, ==, 7);
  g_assert_cmpint (outcome.first_token_us, >=, 0);
  g_assert_cmpint (outcome.elapsed_us, >=, outcome.first_token_us);

  sortie_llm_append_metrics (f.llm, metrics);
  g_assert_nonnull (strstr (metrics->str, "sortie_llm_state{state=\"on\"} 1\n"));
  g_assert_nonnull (
      strstr (metrics->str, "sortie_llm_requests_total{model=\"large\",outcome=\"ok\"} 1\n"));
  g_assert_nonnull (
      strstr (metrics->str, "sortie_llm_tokens_total{model=\"large\",kind=\"prompt\"} 11\n"));
  g_assert_nonnull (strstr (metrics->str, "sortie_llm_breaker_state{model=\"small\"} 0\n"));
  g_assert_null (strstr (metrics->str, "key-that"));
}

static gpointer
ask_often (gpointer data)
{
  for (int i = 0; i < 5; i++)
    {
      g_auto (Outcome) outcome = facade_ask (data, i % 2 ? WRITER : PLANNER, NULL);

      g_assert_true (outcome.ok);
      g_assert_cmpstr (outcome.text, ==, "same");
    }
  return NULL;
}

static void
test_many_at_once (void)
{
  g_auto (Facade) f = facade_new (llm_peer_new_scripted (answer ("same"), NULL), NULL);
  GThread *threads[8];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("ask", ask_often, &f);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, 40);
}

/* ---- Off ---- */

static void
test_off (void)
{
  static const char *const cases[][4] = {
    { "USE_GROQ=false", NULL },
    { "USE_GROQ=false", "GROQ_API_KEY=k", NULL },
    { "GROQ_API_KEY=", "LLM_ALLOW_HTTP=1", "LLM_BASE_URL=http://sortie.invalid/v1", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Facade) f = facade_new (llm_peer_new_scripted (answer ("no"), NULL), cases[i]);
      g_auto (Outcome) outcome = facade_ask (&f, PLANNER, NULL);
      g_autofree char *reason = NULL;

      assert_code (outcome, SORTIE_LLM_ERROR_OFF);
      g_assert_false (sortie_llm_is_available (f.llm));
      g_assert_cmpint (sortie_llm_get_state (f.llm, &reason), ==,
                       i < 2 ? SORTIE_LLM_STATE_OFF : SORTIE_LLM_STATE_DEGRADED);
      g_assert_cmpint (reason != NULL, ==, i == 2);
      g_assert_cmpuint (llm_peer_get_n_connections (f.peer), ==, 0);
    }
}

/* ---- Retries ---- */

static void
test_retries (void)
{
  static const guint statuses[] = { 408, 409, 429, 500, 502, 503, 504 };

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_auto (Facade) f = facade_new (llm_peer_new_scripted (facade_refusal (statuses[i], "{}"),
                                                             facade_refusal (statuses[i], "{}"),
                                                             answer ("third"), NULL),
                                      NULL);
      g_auto (Outcome) outcome = facade_ask (&f, PLANNER, NULL);

      g_assert_true (outcome.ok);
      g_assert_cmpstr (outcome.text, ==, "third");
      g_assert_cmpuint (outcome.requests, ==, 3);
      g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, 3);
    }
}

static void
test_tries_are_counted (void)
{
  g_auto (Facade) f = facade_new (llm_peer_new_scripted (facade_refusal (500, "{}"), NULL), NULL);
  g_auto (Outcome) outcome = facade_ask (&f, PLANNER, NULL);

  assert_code (outcome, SORTIE_LLM_ERROR_SERVER);
  g_assert_cmpuint (outcome.requests, ==, SORTIE_LLM_MAX_TRIES);
  g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, SORTIE_LLM_MAX_TRIES);
  g_assert_cmpint (sortie_llm_get_state (f.llm, NULL), ==, SORTIE_LLM_STATE_ON);
}

static void
test_not_again (void)
{
  static const struct
  {
    guint status;
    SortieLlmError code;
  } cases[] = {
    { 400, SORTIE_LLM_ERROR_REJECTED }, { 401, SORTIE_LLM_ERROR_AUTH },
    { 402, SORTIE_LLM_ERROR_QUOTA },    { 403, SORTIE_LLM_ERROR_AUTH },
    { 404, SORTIE_LLM_ERROR_REJECTED }, { 413, SORTIE_LLM_ERROR_REJECTED },
    { 422, SORTIE_LLM_ERROR_REJECTED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Facade) f =
          facade_new (llm_peer_new_scripted (facade_refusal (cases[i].status, "{}"), NULL), NULL);
      g_auto (Outcome) outcome = facade_ask (&f, PLANNER, NULL);

      assert_code (outcome, cases[i].code);
      g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, 1);
    }
}

/* Once a piece is out, asking anew would say it twice. */
static void
test_not_after_text (void)
{
  LlmPeerResponse *response = llm_peer_response_new_stream ();
  g_auto (Facade) f = { NULL };
  g_auto (Outcome) outcome = { 0 };

  llm_peer_response_add_text (response, "Half");
  response->end = LLM_PEER_RESET;
  f = facade_new (llm_peer_new_scripted (response, answer ("whole"), NULL), NULL);
  outcome = facade_ask (&f, WRITER, NULL);
  g_assert_false (outcome.ok);
  g_assert_cmpstr (outcome.handed, ==, "Half");
  g_assert_cmpstr (outcome.text, ==, "Half");
  g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, 1);
}

static LlmPeerResponse *
refusal_with (guint status, const char *name, const char *value)
{
  LlmPeerResponse *response = facade_refusal (status, "{}");

  llm_peer_response_add_header (response, name, value);
  return response;
}

static void
test_retry_after (void)
{
  g_auto (Facade) f = facade_new (llm_peer_new_scripted (refusal_with (503, "Retry-After", "1"),
                                                         answer ("then"), NULL),
                                  NULL);
  g_auto (Outcome) outcome = facade_ask (&f, PLANNER, NULL);

  g_assert_true (outcome.ok);
  g_assert_cmpint (outcome.elapsed_us, >=, G_USEC_PER_SEC);
  g_assert_cmpint (outcome.first_token_us, >=, G_USEC_PER_SEC);
}

/* A pause that is too long is not waited for, and kept by those who come after. */
static void
test_long_retry_after (void)
{
  g_auto (Facade) f = facade_new (llm_peer_new_scripted (refusal_with (429, "Retry-After", "21"),
                                                         answer ("no"), NULL),
                                  NULL);
  g_auto (Outcome) first = facade_ask (&f, PLANNER, NULL);
  g_auto (Outcome) second = facade_ask (&f, PLANNER, NULL);
  g_auto (Outcome) other = { 0 };

  assert_code (first, SORTIE_LLM_ERROR_RATE_LIMIT);
  assert_code (second, SORTIE_LLM_ERROR_RATE_LIMIT);
  g_assert_cmpint (first.elapsed_us, <, 15 * G_USEC_PER_SEC);
  g_assert_cmpuint (second.requests, ==, 0);
  g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, 1);
  /* Limits are a model's own. */
  other = facade_ask (&f, WRITER, NULL);
  g_assert_true (other.ok);
}

static LlmPeerResponse *
with_limits (const char *left, const char *reset)
{
  LlmPeerResponse *response = answer ("ok");

  llm_peer_response_add_header (response, "x-ratelimit-limit-requests", "1");
  llm_peer_response_add_header (response, "x-ratelimit-remaining-requests", left);
  llm_peer_response_add_header (response, "x-ratelimit-reset-requests", reset);
  return response;
}

static void
test_pace (void)
{
  g_auto (Facade) f = facade_new (llm_peer_new_scripted (with_limits ("0", "700ms"),
                                                         with_limits ("0", "2m59.56s"), NULL),
                                  NULL);
  g_auto (Outcome) first = facade_ask (&f, PLANNER, NULL);
  g_auto (Outcome) second = facade_ask (&f, PLANNER, NULL);
  g_auto (Outcome) third = facade_ask (&f, PLANNER, NULL);

  g_assert_true (first.ok);
  g_assert_true (second.ok);
  g_assert_cmpint (second.elapsed_us, >=, G_USEC_PER_SEC / 2);
  assert_code (third, SORTIE_LLM_ERROR_RATE_LIMIT);
  g_assert_cmpint (third.elapsed_us, <, 15 * G_USEC_PER_SEC);
  g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, 2);
}

/* ---- Length ---- */

static LlmPeerResponse *
cut_off (const char *text)
{
  LlmPeerResponse *response = llm_peer_response_new_stream ();

  llm_peer_response_add_text (response, text);
  llm_peer_response_add_finish (response, "length");
  llm_peer_response_add_usage (response, 10, 5);
  llm_peer_response_add_done (response);
  return response;
}

static void
test_continuation (void)
{
  g_auto (Facade) f =
      facade_new (llm_peer_new_scripted (cut_off ("The first ha"), answer ("lf."), NULL), NULL);
  g_auto (Outcome) outcome = facade_ask (&f, WRITER, NULL);
  g_autofree char *body = llm_peer_dup_body (f.peer);

  g_assert_true (outcome.ok);
  g_assert_cmpstr (outcome.text, ==, "The first half.");
  g_assert_cmpstr (outcome.handed, ==, "The first half.");
  g_assert_true (outcome.continued);
  g_assert_cmpuint (outcome.requests, ==, 2);
  g_assert_nonnull (strstr (body, "{\"role\":\"assistant\",\"content\":\"The first ha\"}"));
  g_assert_nonnull (strstr (body, "Say something."));
}

static void
test_one_continuation (void)
{
  g_auto (Facade) f =
      facade_new (llm_peer_new_scripted (cut_off ("a"), cut_off ("b"), answer ("c"), NULL), NULL);
  g_auto (Outcome) outcome = facade_ask (&f, WRITER, NULL);

  assert_code (outcome, SORTIE_LLM_ERROR_LENGTH);
  g_assert_cmpstr (outcome.text, ==, "ab");
  g_assert_cmpint (outcome.prompt_tokens, ==, 20);
  g_assert_cmpint (outcome.completion_tokens, ==, 10);
  g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, 2);
}

/* ---- Dialects ---- */

static void
test_dialect (void)
{
  g_auto (Facade) f = facade_new (
      llm_peer_new_scripted (
          facade_refusal (400, "{\"error\":{\"message\":\"Unknown parameter: stream_options\"}}"),
          facade_refusal (400,
                          "{\"error\":{\"message\":\"Unsupported parameter: 'max_tokens' is not "
                          "supported with this model. Use 'max_completion_tokens' instead.\","
                          "\"param\":\"max_tokens\"}}"),
          answer ("ok"), NULL),
      NULL);
  g_auto (Outcome) first = facade_ask (&f, PLANNER, NULL);
  g_auto (Outcome) second = facade_ask (&f, PLANNER, NULL);
  g_autofree char *body = llm_peer_dup_body (f.peer);

  g_assert_true (first.ok);
  g_assert_cmpuint (first.requests, ==, 3);
  g_assert_true (second.ok);
  g_assert_cmpuint (second.requests, ==, 1);
  g_assert_null (strstr (body, "stream_options"));
  g_assert_nonnull (strstr (body, "\"max_completion_tokens\":100"));
}

/* A thinking model's provider that knows nothing of efforts. What did not help is not kept. */
static void
test_effort (void)
{
  const char *const variables[] = { "LLM_PLANNER_MODEL=gpt-oss:20b", NULL };
  const char *refusal = "{\"error\":{\"message\":\"Extra inputs are not permitted\"}}";
  g_auto (Facade) f =
      facade_new (llm_peer_new_scripted (facade_refusal (422, refusal),
                                         facade_refusal (422, refusal),
                                         facade_refusal (400, refusal), answer ("ok"), NULL),
                  variables);
  g_auto (Outcome) first = facade_ask (&f, PLANNER, NULL);
  g_auto (Outcome) second = facade_ask (&f, PLANNER, NULL);
  g_auto (Outcome) third = facade_ask (&f, PLANNER, NULL);
  g_autofree char *body = llm_peer_dup_body (f.peer);

  assert_code (first, SORTIE_LLM_ERROR_REJECTED);
  g_assert_cmpuint (first.requests, ==, 2);
  g_assert_true (second.ok);
  g_assert_cmpuint (second.requests, ==, 2);
  g_assert_true (third.ok);
  g_assert_cmpuint (third.requests, ==, 1);
  g_assert_null (strstr (body, "reasoning_effort"));
}

/* Who refuses the same again and again is believed once. */
static void
test_stubborn_dialect (void)
{
  g_auto (Facade) f = facade_new (
      llm_peer_new_scripted (
          facade_refusal (400, "{\"error\":{\"message\":\"stream_options is not permitted\"}}"),
          NULL),
      NULL);
  g_auto (Outcome) outcome = facade_ask (&f, PLANNER, NULL);

  assert_code (outcome, SORTIE_LLM_ERROR_REJECTED);
  g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, 2);
}

/* ---- Trials of settings ---- */

static void
test_try (void)
{
  g_auto (Facade) f =
      facade_new (llm_peer_new_scripted (facade_refusal (401, "{}"), facade_refusal (401, "{}"),
                                         cut_off ("read"), NULL),
                  NULL);
  g_autoptr (SortieLlmSettings) settings = sortie_llm_ref_settings (f.llm);
  const gboolean no = FALSE;
  g_autoptr (SortieLlmSettings) off =
      sortie_llm_settings_change (settings, &no, NULL, NULL, NULL, NULL);
  g_auto (Outcome) refused = facade_ask (&f, PLANNER, NULL);
  g_auto (SortieLlmReply) reply;
  g_autoptr (GError) error = NULL;

  sortie_llm_reply_init (&reply);
  assert_code (refused, SORTIE_LLM_ERROR_AUTH);
  g_assert_false (sortie_llm_try (f.llm, off, &reply, &error));
  g_assert_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_OFF);
  g_clear_error (&error);
  g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, 1);
  /* It asks although the model is left alone, and once. */
  g_assert_false (sortie_llm_try (f.llm, settings, &reply, &error));
  g_assert_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_AUTH);
  g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, 2);
  g_assert_cmpint (sortie_llm_get_state (f.llm, NULL), ==, SORTIE_LLM_STATE_DEGRADED);
  /* Any answer is one, and what is in use has proved good by it. */
  g_assert_true (sortie_llm_try (f.llm, settings, &reply, NULL));
  g_assert_cmpint (sortie_llm_get_state (f.llm, NULL), ==, SORTIE_LLM_STATE_ON);
  g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llm-facade/answer", test_answer);
  g_test_add_func ("/llm-facade/many-at-once", test_many_at_once);
  g_test_add_func ("/llm-facade/off", test_off);
  g_test_add_func ("/llm-facade/retries", test_retries);
  g_test_add_func ("/llm-facade/tries-are-counted", test_tries_are_counted);
  g_test_add_func ("/llm-facade/not-again", test_not_again);
  g_test_add_func ("/llm-facade/not-after-text", test_not_after_text);
  g_test_add_func ("/llm-facade/retry-after", test_retry_after);
  g_test_add_func ("/llm-facade/long-retry-after", test_long_retry_after);
  g_test_add_func ("/llm-facade/pace", test_pace);
  g_test_add_func ("/llm-facade/continuation", test_continuation);
  g_test_add_func ("/llm-facade/one-continuation", test_one_continuation);
  g_test_add_func ("/llm-facade/dialect", test_dialect);
  g_test_add_func ("/llm-facade/effort", test_effort);
  g_test_add_func ("/llm-facade/stubborn-dialect", test_stubborn_dialect);
  g_test_add_func ("/llm-facade/try", test_try);
  return g_test_run ();
}
