/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-llm-client.h"

G_BEGIN_DECLS

/* The provider as the agents know it: settings, retries, pacing, circuit breakers, counters. All of it
 * may be called from any thread. */

#define SORTIE_LLM_MAX_TRIES 3
#define SORTIE_LLM_MAX_RETRY_AFTER_MS 20000
#define SORTIE_LLM_MAX_MESSAGES 16
#define SORTIE_LLM_MAX_PROMPT (256 * 1024) /* bytes of all messages */
#define SORTIE_LLM_MAX_PACE_MS 20000 /* longer than that nobody waits for room under a limit */
#define SORTIE_LLM_TRY_MS 10000

typedef struct _SortieLlm SortieLlm;

typedef enum
{
  SORTIE_LLM_STATE_OFF, /* no host is ever resolved or contacted */
  SORTIE_LLM_STATE_ON,
  SORTIE_LLM_STATE_DEGRADED, /* switched off by 401 or 403 until the settings change, without the key
                              * that it needs, or a breaker is open */
} SortieLlmState;

/* @settings: it takes a reference of its own. No thread is started and nothing is resolved before the
 * first question. */
SortieLlm *sortie_llm_new (SortieLlmSettings *settings);
/* What is under way ends with SORTIE_LLM_ERROR_CANCELLED within a quarter of a second, and so does
 * whatever is asked later. */
void sortie_llm_stop (SortieLlm *self);
/* Stops, and waits until nothing is under way. */
void sortie_llm_free (SortieLlm *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieLlm, sortie_llm_free)

/* New settings begin anew: not degraded, breakers closed, no pace. What is under way goes on with what
 * it began with, unless the model is switched off: then it ends with SORTIE_LLM_ERROR_OFF. */
void sortie_llm_set_settings (SortieLlm *self, SortieLlmSettings *settings);
SortieLlmSettings *sortie_llm_ref_settings (SortieLlm *self);

/* @reason: (out) (nullable) (transfer full): one sentence for people where it is degraded or off
 * though it was switched on */
SortieLlmState sortie_llm_get_state (SortieLlm *self, char **reason);
const char *sortie_llm_state_get_name (SortieLlmState state); /* `off`, `on`, `degraded` */

/* @reason: (nullable): as of sortie_llm_get_state() */
typedef void (*SortieLlmWatchFunc) (SortieLlmState state, const char *reason, gpointer user_data);
/* Tells whenever the state has changed, in the thread that changed it and never twice at once; set it
 * before anything is asked. */
void sortie_llm_set_watch (SortieLlm *self, SortieLlmWatchFunc func, gpointer user_data);

/* Whether it is worth while to make a prompt at all. */
gboolean sortie_llm_is_available (SortieLlm *self);

typedef struct
{
  const char *role;    /* `system`, `user`, `assistant` */
  const char *content; /* UTF-8 */
} SortieLlmMessage;

/**
 * SortieLlmRequest:
 * @role: whose model
 * @messages: (array length=n_messages)
 * @max_tokens: of the answer
 * @temperature: 0 to 2
 */
typedef struct
{
  SortieLlmRole role;
  const SortieLlmMessage *messages;
  gsize n_messages;
  guint max_tokens;
  double temperature;
} SortieLlmRequest;

/**
 * SortieLlmReply:
 * @model: which model was asked
 * @text: what was written; on failure, what had come
 * @prompt_tokens: as the provider told, over all requests; -1 where it did not
 * @completion_tokens: …, else the pieces that were counted
 * @first_token_us: -1 where none came
 * @elapsed_us: with all waiting
 * @tokens_per_second: of the time after the first token; 0 where there is nothing to tell
 * @requests: how many were sent
 * @continued: whether the answer was cut by its length and went on
 */
typedef struct
{
  char *model;
  GString *text;
  gint64 prompt_tokens;
  gint64 completion_tokens;
  gint64 first_token_us;
  gint64 elapsed_us;
  double tokens_per_second;
  guint requests;
  gboolean continued;
} SortieLlmReply;

void sortie_llm_reply_init (SortieLlmReply *self);
void sortie_llm_reply_clear (SortieLlmReply *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SortieLlmReply, sortie_llm_reply_clear)

/**
 * sortie_llm_chat:
 * @sink: (nullable): where it has a text function, nothing is tried again once a piece was handed over
 * @reply: initialised by the caller; filled as far as things went, also on failure
 *
 * Asks, with pacing, retries (backoff with jitter, Retry-After up to 20 s) and one continuation where
 * the answer was cut by its length. Blocks.
 *
 * Returns: whether a whole answer came; else SORTIE_LLM_ERROR
 */
gboolean sortie_llm_chat (SortieLlm *self,
                          const SortieLlmRequest *request,
                          const SortieLlmSink *sink,
                          SortieLlmReply *reply,
                          GError **error);

/* A small request to the planner's model, for `POST /settings/test`: past breaker and pace, with the
 * given settings, once. Blocks, SORTIE_LLM_TRY_MS at the most. Where they are the settings in use and
 * it went well, they are no longer degraded. */
gboolean sortie_llm_try (SortieLlm *self,
                         SortieLlmSettings *settings,
                         SortieLlmReply *reply,
                         GError **error);

/* The agents' own counts. */
void sortie_llm_count_citations (SortieLlm *self, guint kept, guint removed, guint unsupported);
/* An answer came and was not usable: it is counted as a fallback. */
void sortie_llm_count_unusable (SortieLlm *self, SortieLlmRole role);

/* Prometheus text. */
void sortie_llm_append_metrics (SortieLlm *self, GString *out);

G_END_DECLS
