/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "llm-peer.h"
#include "sortie-llm.h"

G_BEGIN_DECLS

/* What tests of the facade share: one over a peer, and a question put to it. */

typedef struct
{
  LlmPeer *peer; /* (nullable) */
  SortieLlm *llm;
} Facade;

/* @peer: (transfer full); @variables: (nullable): more NAME=value, NULL-terminated */
Facade facade_new (LlmPeer *peer, const char *const *variables);
void facade_clear (Facade *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Facade, facade_clear)

SortieLlmSettings *facade_settings (const char *url, const char *const *variables);

/* What came of a question. */
typedef struct
{
  gboolean ok;
  int code; /* of the error; -1 without */
  char *message;
  char *text;   /* the reply's */
  char *handed; /* what the sink got */
  guint requests;
  gboolean continued;
  gint64 prompt_tokens;
  gint64 completion_tokens;
  gint64 first_token_us;
  gint64 elapsed_us;
} Outcome;

void outcome_clear (Outcome *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

/* @cancelled: (nullable): read atomically, ends the question */
Outcome facade_ask (Facade *self, SortieLlmRole role, int *cancelled);

#define assert_code(outcome, expected)                                                             \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_false ((outcome).ok);                                                                 \
    g_assert_cmpstr (sortie_llm_error_get_name ((SortieLlmError) (outcome).code), ==,              \
                     sortie_llm_error_get_name (expected));                                        \
  }                                                                                                \
  G_STMT_END

/* A response without a body worth reading. */
LlmPeerResponse *facade_refusal (guint status, const char *body);

G_END_DECLS
