/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-request.h"

#include "sortie-json.h"

#include <string.h>

#define BYTES_PER_TOKEN 4 /* in European languages about so many */
#define MAX_TOKENS 1000000

#define GO_ON                                                                                      \
  "Your answer was cut off because it had reached its length. Go on exactly where it stopped, in " \
  "the middle of a word if need be. Repeat nothing of it, and say nothing about this."

static gsize
get_prompt_bytes (const SortieLlmRequest *request)
{
  gsize bytes = 0;

  for (gsize i = 0; i < request->n_messages; i++)
    bytes += strlen (request->messages[i].content);
  return bytes;
}

static void
append_message (GString *out, const char *role, const char *content)
{
  sortie_json_append_separator (out);
  g_string_append_c (out, '{');
  sortie_json_append_member_string (out, "role", role);
  sortie_json_append_member_string (out, "content", content);
  g_string_append_c (out, '}');
}

static void
append_messages (GString *out, const SortieLlmRequest *request, const char *written)
{
  sortie_json_append_name (out, "messages");
  g_string_append_c (out, '[');
  for (gsize i = 0; i < request->n_messages; i++)
    append_message (out, request->messages[i].role, request->messages[i].content);
  if (written != NULL)
    {
      append_message (out, "assistant", written);
      append_message (out, "user", GO_ON);
    }
  g_string_append_c (out, ']');
}

gboolean
sortie_llm_request_check (const SortieLlmRequest *request, GError **error)
{
  if (request->n_messages > SORTIE_LLM_MAX_MESSAGES ||
      get_prompt_bytes (request) > SORTIE_LLM_MAX_PROMPT)
    {
      g_set_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_TOO_LARGE,
                   "The prompt is larger than %d messages or %d KiB", SORTIE_LLM_MAX_MESSAGES,
                   SORTIE_LLM_MAX_PROMPT / 1024);
      return FALSE;
    }
  for (gsize i = 0; i < request->n_messages; i++)
    if (!g_utf8_validate (request->messages[i].content, -1, NULL))
      {
        g_set_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_REJECTED,
                     "The prompt is not UTF-8 text");
        return FALSE;
      }
  if (request->n_messages == 0 || request->max_tokens == 0 || request->max_tokens > MAX_TOKENS ||
      !(request->temperature >= 0 && request->temperature <= 2))
    {
      g_set_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_REJECTED,
                   "The prompt is empty, or its max_tokens or temperature is out of range");
      return FALSE;
    }
  return TRUE;
}

char *
sortie_llm_request_dup_body (const SortieLlmRequest *request,
                             const char *model,
                             const char *written,
                             const SortieLlmDialect *dialect)
{
  GString *out = g_string_new ("{");
  char temperature[G_ASCII_DTOSTR_BUF_SIZE];

  sortie_json_append_member_string (out, "model", model);
  append_messages (out, request, written);
  sortie_json_append_member_bool (out, "stream", TRUE);
  if (!dialect->no_stream_options)
    sortie_json_append_member_raw (out, "stream_options", "{\"include_usage\":true}");
  g_ascii_formatd (temperature, sizeof temperature, "%.4g", request->temperature);
  sortie_json_append_member_raw (out, "temperature", temperature);
  sortie_json_append_member_int (out,
                                 dialect->max_completion_tokens ? "max_completion_tokens"
                                                                : "max_tokens",
                                 request->max_tokens);
  if (sortie_llm_request_has_effort (model, dialect))
    sortie_json_append_member_string (out, "reasoning_effort", "low");
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

/* Thoughts are paid from max_tokens, and what agents ask needs few of them. Other models may refuse the
 * member, so it is sent to those alone of which it is known. */
gboolean
sortie_llm_request_has_effort (const char *model, const SortieLlmDialect *dialect)
{
  return !dialect->no_reasoning_effort && strstr (model, "gpt-oss") != NULL;
}

gint64
sortie_llm_request_estimate_tokens (const SortieLlmRequest *request)
{
  return (gint64) (get_prompt_bytes (request) / BYTES_PER_TOKEN) + request->max_tokens;
}
