/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-json.h"
#include "sortie-llm-metrics.h"
#include "sortie-llm-request.h"

#include <string.h>

static const SortieLlmMessage messages[] = {
  { "system", "Be brief." },
  { "user", "A \"quote\", a\nline, a tab\t, \\, \xe2\x80\xa8 and 😀" },
};

static SortieLlmRequest
request_of (const SortieLlmMessage *list, gsize n)
{
  return (SortieLlmRequest){ .role = SORTIE_LLM_ROLE_WRITER,
                             .messages = list,
                             .n_messages = n,
                             .max_tokens = 512,
                             .temperature = 0.2 };
}

static void
test_body (void)
{
  const SortieLlmRequest request = request_of (messages, G_N_ELEMENTS (messages));
  const SortieLlmDialect plain = { 0 };
  const SortieLlmDialect other = { TRUE, TRUE, FALSE };
  g_autofree char *body = sortie_llm_request_dup_body (&request, "m", NULL, &plain);
  g_autofree char *odd = sortie_llm_request_dup_body (&request, "openai/gpt-oss-20b", NULL, &other);

  g_assert_cmpstr (
      body, ==,
      "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
      "{\"role\":\"user\",\"content\":\"A \\\"quote\\\", a\\nline, a tab\\t, \\\\, \\u2028 and 😀\"}],"
      "\"stream\":true,\"stream_options\":{\"include_usage\":true},\"temperature\":0.2,"
      "\"max_tokens\":512}");
  g_assert_true (sortie_json_validate (body, strlen (body), NULL, NULL));
  g_assert_true (sortie_json_validate (odd, strlen (odd), NULL, NULL));
  g_assert_null (strstr (odd, "stream_options"));
  g_assert_null (strstr (odd, "\"max_tokens\""));
  g_assert_nonnull (strstr (odd, "\"max_completion_tokens\":512"));
  g_assert_nonnull (strstr (odd, "\"reasoning_effort\":\"low\""));
}

static void
test_continuation (void)
{
  const SortieLlmRequest request = request_of (messages, 1);
  const SortieLlmDialect plain = { 0 };
  g_autofree char *body = sortie_llm_request_dup_body (&request, "m", "half a sen", &plain);
  g_autoptr (JsonNode) node = sortie_json_parse (body, strlen (body), NULL, NULL);
  JsonArray *list = json_object_get_array_member (json_node_get_object (node), "messages");
  JsonObject *written = json_array_get_object_element (list, 1);
  JsonObject *wish = json_array_get_object_element (list, 2);

  g_assert_cmpuint (json_array_get_length (list), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (written, "role"), ==, "assistant");
  g_assert_cmpstr (json_object_get_string_member (written, "content"), ==, "half a sen");
  g_assert_cmpstr (json_object_get_string_member (wish, "role"), ==, "user");
}

static void
test_limits (void)
{
  g_autofree char *much = g_strnfill (SORTIE_LLM_MAX_PROMPT, 'x');
  SortieLlmMessage many[SORTIE_LLM_MAX_MESSAGES + 1];
  SortieLlmMessage large = { "user", much };
  SortieLlmMessage broken = { "user", "\xff" };
  SortieLlmRequest request;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (many); i++)
    many[i] = (SortieLlmMessage){ "user", "x" };
  request = request_of (many, SORTIE_LLM_MAX_MESSAGES);
  g_assert_true (sortie_llm_request_check (&request, NULL));
  request = request_of (many, SORTIE_LLM_MAX_MESSAGES + 1);
  g_assert_false (sortie_llm_request_check (&request, &error));
  g_assert_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_TOO_LARGE);
  g_clear_error (&error);

  request = request_of (&large, 1);
  g_assert_true (sortie_llm_request_check (&request, NULL));
  g_assert_cmpint (sortie_llm_request_estimate_tokens (&request), ==,
                   SORTIE_LLM_MAX_PROMPT / 4 + 512);
  many[0] = large;
  request = request_of (many, 2);
  g_assert_false (sortie_llm_request_check (&request, &error));
  g_assert_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_TOO_LARGE);
  g_clear_error (&error);

  request = request_of (&broken, 1);
  g_assert_false (sortie_llm_request_check (&request, &error));
  g_assert_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_REJECTED);
}

static void
test_numbers (void)
{
  const double temperatures[] = { -0.1, 2.1, G_MAXDOUBLE, -1 };
  SortieLlmRequest request = request_of (messages, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (temperatures); i++)
    {
      request.temperature = temperatures[i];
      g_assert_false (sortie_llm_request_check (&request, NULL));
    }
  request = request_of (messages, 0);
  g_assert_false (sortie_llm_request_check (&request, NULL));
  request = request_of (messages, 1);
  request.max_tokens = 0;
  g_assert_false (sortie_llm_request_check (&request, NULL));
}

/* ---- Metrics ---- */

static void
test_labels (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  sortie_llm_metrics_append_name (out, "x",
                                  (const char *[]){ "a", "q\"u\\o\nte", "b", "{},=", NULL });
  g_assert_cmpstr (out->str, ==, "x{a=\"q\\\"u\\\\o\\nte\",b=\"{},=\"} ");
}

/* However many models there are in a process's life, so many are told apart. */
static void
test_many_models (void)
{
  SortieLlmMetrics metrics = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);

  for (int i = 0; i < 1000; i++)
    {
      g_autofree char *name = g_strdup_printf ("model-%d", i);

      sortie_llm_metrics_get (&metrics, name)->ok++;
    }
  sortie_llm_metrics_get (&metrics, "model-3")->ok++;
  sortie_llm_metrics_append (&metrics, out);
  g_assert_cmpuint (metrics.n_models, ==, SORTIE_LLM_MAX_COUNTED_MODELS + 1);
  g_assert_nonnull (strstr (out->str, "{model=\"model-3\",outcome=\"ok\"} 2\n"));
  g_assert_nonnull (strstr (out->str, "{model=\"other\",outcome=\"ok\"} 984\n"));
  sortie_llm_metrics_clear (&metrics);
}

static void
test_histogram (void)
{
  SortieLlmMetrics metrics = { 0 };
  SortieLlmModelMetrics *model = sortie_llm_metrics_get (&metrics, "m");
  g_autoptr (GString) out = g_string_new (NULL);

  sortie_llm_metrics_count_first_token (model, 50000);
  sortie_llm_metrics_count_first_token (model, 60000);
  sortie_llm_metrics_count_first_token (model, 90 * G_USEC_PER_SEC);
  sortie_llm_metrics_append (&metrics, out);
  g_assert_nonnull (strstr (out->str, "_bucket{model=\"m\",le=\"0.05\"} 1\n"));
  g_assert_nonnull (strstr (out->str, "_bucket{model=\"m\",le=\"0.1\"} 2\n"));
  g_assert_nonnull (strstr (out->str, "_bucket{model=\"m\",le=\"60\"} 2\n"));
  g_assert_nonnull (strstr (out->str, "_bucket{model=\"m\",le=\"+Inf\"} 3\n"));
  g_assert_nonnull (strstr (out->str, "_count{model=\"m\"} 3\n"));
  g_assert_nonnull (strstr (out->str, "_sum{model=\"m\"} 90.110000\n"));
  sortie_llm_metrics_clear (&metrics);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llm-request/body", test_body);
  g_test_add_func ("/llm-request/continuation", test_continuation);
  g_test_add_func ("/llm-request/limits", test_limits);
  g_test_add_func ("/llm-request/numbers", test_numbers);
  g_test_add_func ("/llm-metrics/labels", test_labels);
  g_test_add_func ("/llm-metrics/many-models", test_many_models);
  g_test_add_func ("/llm-metrics/histogram", test_histogram);
  return g_test_run ();
}
