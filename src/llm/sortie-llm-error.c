/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-llm-error.h"

G_DEFINE_QUARK (sortie - llm - error - quark, sortie_llm_error)

const char *
sortie_llm_error_get_name (SortieLlmError code)
{
  static const char *const names[SORTIE_LLM_N_ERRORS] = {
    [SORTIE_LLM_ERROR_OFF] = "off",
    [SORTIE_LLM_ERROR_AUTH] = "auth",
    [SORTIE_LLM_ERROR_QUOTA] = "quota",
    [SORTIE_LLM_ERROR_RATE_LIMIT] = "rate_limit",
    [SORTIE_LLM_ERROR_REJECTED] = "rejected",
    [SORTIE_LLM_ERROR_SERVER] = "server",
    [SORTIE_LLM_ERROR_NETWORK] = "network",
    [SORTIE_LLM_ERROR_TIMEOUT] = "timeout",
    [SORTIE_LLM_ERROR_TRUNCATED] = "truncated",
    [SORTIE_LLM_ERROR_PROTOCOL] = "protocol",
    [SORTIE_LLM_ERROR_CONTENT_TYPE] = "bad_content_type",
    [SORTIE_LLM_ERROR_TOO_LARGE] = "too_large",
    [SORTIE_LLM_ERROR_LENGTH] = "length",
    [SORTIE_LLM_ERROR_FILTERED] = "content_filter",
    [SORTIE_LLM_ERROR_REFUSAL] = "refusal",
    [SORTIE_LLM_ERROR_TOOL_CALL] = "unexpected_tool_call",
    [SORTIE_LLM_ERROR_FINISH] = "unknown_finish",
    [SORTIE_LLM_ERROR_CIRCUIT_OPEN] = "circuit_open",
    [SORTIE_LLM_ERROR_CANCELLED] = "cancelled",
    [SORTIE_LLM_ERROR_UNUSABLE] = "unusable",
  };

  return (guint) code < SORTIE_LLM_N_ERRORS ? names[code] : "unknown";
}
