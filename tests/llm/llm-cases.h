/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The transcripts of data/llm-cases.json. */

/**
 * LlmCase:
 * @headers: lines with their CRLF
 * @chunks: (element-type GBytes)
 * @length: of all chunks together
 * @texts: what is accepted as the answer
 * @error_class: (nullable)
 * @shown: (nullable): what came before it failed
 * @reasoning: (nullable)
 * @finish: (nullable)
 * @retryable: -1 where the case does not say
 * @retry_after_ms: -1 …
 * @completion_tokens: -1 …
 */
typedef struct
{
  char *id;
  guint status;
  char *content_type;
  char *headers;
  GHashTable *header_table; /* names in lower case */
  GPtrArray *chunks;
  gsize length;
  char *end;
  gboolean ok;
  GPtrArray *texts;
  char *error_class;
  char *shown;
  char *reasoning;
  char *finish;
  int retryable;
  gint64 retry_after_ms;
  gint64 prompt_tokens;
  gint64 completion_tokens;
} LlmCase;

/* (element-type LlmCase) (transfer full) */
GPtrArray *llm_cases_load (void);

gboolean llm_case_has_text (const LlmCase *self, const char *text);
/* Whether the text that came before a failure is what the case says. */
void llm_case_assert_shown (const LlmCase *self, const char *text);

G_END_DECLS
