/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-llm.h"

G_BEGIN_DECLS

/* What a provider does not take, as its refusals have told. */
typedef struct
{
  gboolean no_stream_options;
  gboolean max_completion_tokens; /* the newer name of max_tokens */
  gboolean no_reasoning_effort;
} SortieLlmDialect;

/**
 * sortie_llm_request_check:
 *
 * SORTIE_LLM_ERROR_TOO_LARGE beyond SORTIE_LLM_MAX_MESSAGES or SORTIE_LLM_MAX_PROMPT,
 * SORTIE_LLM_ERROR_REJECTED where the text is no UTF-8 or a number is out of range.
 */
gboolean sortie_llm_request_check (const SortieLlmRequest *request, GError **error);

/**
 * sortie_llm_request_dup_body:
 * @request: one that has passed the check
 * @written: (nullable): what the model has written already: it is asked to go on from there
 *
 * Returns: (transfer full): the JSON of a streamed chat completion
 */
char *sortie_llm_request_dup_body (const SortieLlmRequest *request,
                                   const char *model,
                                   const char *written,
                                   const SortieLlmDialect *dialect);

/* Whether the body asks the model to think little: those do that think before they answer. */
gboolean sortie_llm_request_has_effort (const char *model, const SortieLlmDialect *dialect);

/* About how many tokens it takes of a limit, answer included. */
gint64 sortie_llm_request_estimate_tokens (const SortieLlmRequest *request);

G_END_DECLS
