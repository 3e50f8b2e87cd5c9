/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SORTIE_LLM_ERROR:
 *
 * Why there is no (whole) answer of a language model: the typed reason with which an agent goes on
 * without. The message is for people: it names provider and model, never a key, a prompt, a document
 * or what the provider wrote.
 */
#define SORTIE_LLM_ERROR (sortie_llm_error_quark ())

typedef enum
{
  SORTIE_LLM_ERROR_OFF,          /* not switched on, or no key */
  SORTIE_LLM_ERROR_AUTH,         /* 401, 403: the key is not accepted */
  SORTIE_LLM_ERROR_QUOTA,        /* 402: nothing left to spend */
  SORTIE_LLM_ERROR_RATE_LIMIT,   /* 429, or our own pacing found no room in time */
  SORTIE_LLM_ERROR_REJECTED,     /* 400, 404, 413, a redirect, …: asking again would not help */
  SORTIE_LLM_ERROR_SERVER,       /* 5xx, 408, 409, or an error object in the stream */
  SORTIE_LLM_ERROR_NETWORK,      /* no connection, or it broke before the answer began */
  SORTIE_LLM_ERROR_TIMEOUT,      /* one of the four deadlines */
  SORTIE_LLM_ERROR_TRUNCATED,    /* the stream ended without a finish_reason */
  SORTIE_LLM_ERROR_PROTOCOL,     /* what came is no chat completion */
  SORTIE_LLM_ERROR_CONTENT_TYPE, /* a page for people, not an answer for programs */
  SORTIE_LLM_ERROR_TOO_LARGE,    /* a named limit was passed */
  SORTIE_LLM_ERROR_LENGTH,       /* finish_reason length, after the one continuation */
  SORTIE_LLM_ERROR_FILTERED,     /* finish_reason content_filter */
  SORTIE_LLM_ERROR_REFUSAL,      /* the model declined */
  SORTIE_LLM_ERROR_TOOL_CALL,    /* it called a tool; none was offered */
  SORTIE_LLM_ERROR_FINISH,       /* a finish_reason that nobody knows */
  SORTIE_LLM_ERROR_CIRCUIT_OPEN, /* it failed a moment ago: not asked */
  SORTIE_LLM_ERROR_CANCELLED,    /* the caller wanted no more; never shown as failure */
  SORTIE_LLM_ERROR_UNUSABLE,     /* an answer came, and the agent's check of it failed */
} SortieLlmError;

#define SORTIE_LLM_N_ERRORS (SORTIE_LLM_ERROR_UNUSABLE + 1)

GQuark sortie_llm_error_quark (void);

/* The stable identifier for events and metrics: `rate_limit`, `bad_content_type`,
 * `unexpected_tool_call`, `content_filter`, `unknown_finish`, … */
const char *sortie_llm_error_get_name (SortieLlmError code);

G_END_DECLS
