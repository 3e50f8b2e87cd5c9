/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-chunk-error.h"

#include <string.h>

/* Why the provider says it failed, told from its identifiers only: what it wrote for people is never
 * repeated, for it may quote the prompt. */
typedef struct
{
  const char *part;
  SortieLlmError code;
} Hint;

/* Found anywhere in `code`, `type` or `status`; the first that fits counts. */
static const Hint hints[] = {
  { "rate_limit", SORTIE_LLM_ERROR_RATE_LIMIT },
  { "ratelimit", SORTIE_LLM_ERROR_RATE_LIMIT },
  { "too_many_requests", SORTIE_LLM_ERROR_RATE_LIMIT },
  { "resource_exhausted", SORTIE_LLM_ERROR_RATE_LIMIT },
  { "insufficient", SORTIE_LLM_ERROR_QUOTA },
  { "billing", SORTIE_LLM_ERROR_QUOTA },
  { "payment", SORTIE_LLM_ERROR_QUOTA },
  { "invalid_api_key", SORTIE_LLM_ERROR_AUTH },
  { "authentication", SORTIE_LLM_ERROR_AUTH },
  { "unauthenticated", SORTIE_LLM_ERROR_AUTH },
  { "unauthorized", SORTIE_LLM_ERROR_AUTH },
  { "permission_denied", SORTIE_LLM_ERROR_AUTH },
  { "permission_error", SORTIE_LLM_ERROR_AUTH },
};

typedef struct
{
  const char *reason;
  SortieLlmFinish finish; /* NONE: the error */
  SortieLlmError code;
} Ending;

/* OpenAI's own words, and those that servers of the same protocol send in their place: `eos` Together,
 * `eos_token` and `stop_sequence` text-generation-inference, `end_turn` and `max_tokens` gateways to
 * Anthropic's models, `model_length` Mistral; upper case is how Gemini's names leak through proxies.
 * `insufficient_system_resource` is DeepSeek's way to say that it was cut off. */
static const Ending endings[] = {
  { "stop", SORTIE_LLM_FINISH_STOP, 0 },
  { "eos", SORTIE_LLM_FINISH_STOP, 0 },
  { "eos_token", SORTIE_LLM_FINISH_STOP, 0 },
  { "stop_sequence", SORTIE_LLM_FINISH_STOP, 0 },
  { "end_turn", SORTIE_LLM_FINISH_STOP, 0 },
  { "length", SORTIE_LLM_FINISH_LENGTH, 0 },
  { "max_tokens", SORTIE_LLM_FINISH_LENGTH, 0 },
  { "model_length", SORTIE_LLM_FINISH_LENGTH, 0 },
  { "content_filter", SORTIE_LLM_FINISH_NONE, SORTIE_LLM_ERROR_FILTERED },
  { "safety", SORTIE_LLM_FINISH_NONE, SORTIE_LLM_ERROR_FILTERED },
  { "refusal", SORTIE_LLM_FINISH_NONE, SORTIE_LLM_ERROR_REFUSAL },
  { "tool_calls", SORTIE_LLM_FINISH_NONE, SORTIE_LLM_ERROR_TOOL_CALL },
  { "tool_use", SORTIE_LLM_FINISH_NONE, SORTIE_LLM_ERROR_TOOL_CALL },
  { "function_call", SORTIE_LLM_FINISH_NONE, SORTIE_LLM_ERROR_TOOL_CALL },
  { "error", SORTIE_LLM_FINISH_NONE, SORTIE_LLM_ERROR_SERVER },
  { "insufficient_system_resource", SORTIE_LLM_FINISH_NONE, SORTIE_LLM_ERROR_SERVER },
};

static const char *
describe (SortieLlmError code)
{
  switch ((int) code)
    {
    case SORTIE_LLM_ERROR_RATE_LIMIT:
      return "the provider's rate limit was reached during the answer";
    case SORTIE_LLM_ERROR_QUOTA:
      return "the provider says that there is nothing left to spend";
    case SORTIE_LLM_ERROR_AUTH:
      return "the provider does not accept the key";
    case SORTIE_LLM_ERROR_FILTERED:
      return "the provider's content filter ended the answer";
    case SORTIE_LLM_ERROR_REFUSAL:
      return "the model declined to answer";
    case SORTIE_LLM_ERROR_TOOL_CALL:
      return "the model called a tool, and none was offered";
    case SORTIE_LLM_ERROR_FINISH:
      return "the answer ended with a finish_reason that is not known";
    default:
      return "the provider reported an error in its answer";
    }
}

static gboolean
fail (SortieLlmError code, GError **error)
{
  g_set_error_literal (error, SORTIE_LLM_ERROR, (int) code, describe (code));
  return FALSE;
}

static gboolean
judge_status (gint64 status, SortieLlmError *code)
{
  switch (status)
    {
    case 401:
    case 403:
      *code = SORTIE_LLM_ERROR_AUTH;
      return TRUE;
    case 402:
      *code = SORTIE_LLM_ERROR_QUOTA;
      return TRUE;
    case 429:
      *code = SORTIE_LLM_ERROR_RATE_LIMIT;
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
judge_word (const char *word, SortieLlmError *code)
{
  g_autofree char *lower = g_ascii_strdown (word, -1);
  gint64 status;

  if (g_ascii_string_to_signed (lower, 10, 0, 999, &status, NULL))
    return judge_status (status, code);
  if (strcmp (lower, "tokens") == 0 || strcmp (lower, "requests") == 0) /* which limit it was */
    {
      *code = SORTIE_LLM_ERROR_RATE_LIMIT;
      return TRUE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (hints); i++)
    if (strstr (lower, hints[i].part) != NULL)
      {
        *code = hints[i].code;
        return TRUE;
      }
  return FALSE;
}

static SortieLlmError
classify (JsonObject *object)
{
  static const char *const members[] = { "code", "type", "status", "status_code" };
  SortieLlmError code = SORTIE_LLM_ERROR_SERVER;

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      JsonNode *node = json_object_get_member (object, members[i]);
      GType type = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node)
                                                                : G_TYPE_INVALID;

      if (type == G_TYPE_INT64 && judge_status (json_node_get_int (node), &code))
        break;
      if (type == G_TYPE_STRING && judge_word (json_node_get_string (node), &code))
        break;
    }
  return code;
}

/* `null`, `false` and `""` say that there is none. */
static gboolean
says_error (JsonNode *node)
{
  GType type;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return FALSE;
  if (!JSON_NODE_HOLDS_VALUE (node))
    return TRUE;
  type = json_node_get_value_type (node);
  if (type == G_TYPE_BOOLEAN)
    return json_node_get_boolean (node);
  return type != G_TYPE_STRING || *json_node_get_string (node) != '\0';
}

gboolean
sortie_llm_chunk_check_error (JsonObject *object, gboolean is_error, GError **error)
{
  JsonNode *node = json_object_get_member (object, "error");
  JsonNode *groq = json_object_get_member (object, "x_groq");
  JsonNode *kind = json_object_get_member (object, "object");

  if (says_error (node))
    return fail (JSON_NODE_HOLDS_OBJECT (node) ? classify (json_node_get_object (node))
                                               : classify (object),
                 error);
  if (groq != NULL && JSON_NODE_HOLDS_OBJECT (groq))
    {
      node = json_object_get_member (json_node_get_object (groq), "error");
      if (says_error (node))
        return fail (JSON_NODE_HOLDS_OBJECT (node) ? classify (json_node_get_object (node))
                                                   : SORTIE_LLM_ERROR_SERVER,
                     error);
    }
  if (is_error || (kind != NULL && JSON_NODE_HOLDS_VALUE (kind) &&
                   g_strcmp0 (json_node_get_string (kind), "error") == 0))
    return fail (classify (object), error);
  return TRUE;
}

gboolean
sortie_llm_chunk_read_finish (const char *reason, SortieLlmFinish *finish, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      if (g_ascii_strcasecmp (reason, endings[i].reason) != 0)
        continue;
      if (endings[i].finish == SORTIE_LLM_FINISH_NONE)
        return fail (endings[i].code, error);
      *finish = endings[i].finish;
      return TRUE;
    }
  return fail (SORTIE_LLM_ERROR_FINISH, error);
}
