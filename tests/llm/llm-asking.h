/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "llm-peer.h"
#include "sortie-llm-client.h"

G_BEGIN_DECLS

/* What the tests of the client share. */

/* In no message, whatever happens. */
#define LLM_TEST_KEY "sk-test-3f9c2b7ae1"
#define LLM_TEST_PROMPT "the prompt that nobody repeats"
#define LLM_TEST_BODY                                                                              \
  "{\"model\":\"test-model\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":"        \
  "\"" LLM_TEST_PROMPT "\"}]}"

/* Deadlines that nothing in a test reaches unless it means to; the caller owns the strings. */
void llm_asking_init (SortieLlmSettings *settings, const char *base_url);

/* Asks with the settings and the body above; the answer is initialised here. On failure: that the
 * error is ours and holds neither key nor prompt nor a word in capitals of the peer's (FORBIDDEN). */
gboolean llm_ask (SortieLlmClient *client,
                  const SortieLlmSettings *settings,
                  const SortieLlmSink *sink,
                  SortieLlmAnswer *answer,
                  GError **error);

/* A good answer of this text. */
void llm_assert_answers (SortieLlmClient *client,
                         const SortieLlmSettings *settings,
                         const char *text);
void llm_assert_fails (SortieLlmClient *client,
                       const SortieLlmSettings *settings,
                       SortieLlmError code);

G_END_DECLS
