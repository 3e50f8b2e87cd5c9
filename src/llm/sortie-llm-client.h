/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-llm-codec.h"
#include "sortie-llm-settings.h"

G_BEGIN_DECLS

/* One request, one answer. A thread with a main context of its own owns libsoup's session; callers
 * are threads that may wait. Nothing is retried here, no redirect is followed, and nothing is resolved
 * or connected to before the first sortie_llm_client_ask(). */

typedef struct _SortieLlmClient SortieLlmClient;

SortieLlmClient *sortie_llm_client_new (void);
/* Ends what is under way with SORTIE_LLM_ERROR_CANCELLED; callers must be through before the free
 * returns their memory. */
void sortie_llm_client_free (SortieLlmClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieLlmClient, sortie_llm_client_free)

/**
 * SortieLlmSink:
 * @text: (nullable): takes the answer piece by piece, in the caller's thread. What arrives within a
 *   few milliseconds may come as one piece. FALSE ends the request with SORTIE_LLM_ERROR_CANCELLED;
 *   the function keeps its own error
 * @is_cancelled: (nullable): asked in the caller's thread at least four times a second
 */
typedef struct
{
  gboolean (*text) (const char *text, gsize length, gpointer user_data);
  gboolean (*is_cancelled) (gpointer user_data);
  gpointer user_data;
} SortieLlmSink;

/* What the response's headers told, whatever became of the answer. */
typedef struct
{
  guint status;          /* 0 where there was no response */
  gboolean retryable;    /* 408, 409, 429, 5xx, no connection; x-should-retry overrules */
  gint64 retry_after_ms; /* -1 where not told; retry-after-ms, seconds, or a date against Date */
  gint64 remaining_requests; /* x-ratelimit-remaining-requests; -1 where not told */
  gint64 remaining_tokens;
  gint64 reset_requests_ms; /* x-ratelimit-reset-requests ("2m59.56s"); -1 where not told */
  gint64 reset_tokens_ms;
  gint64 limit_requests;
  gint64 limit_tokens;
  gboolean rejects_stream_options; /* a 400 or 422 that names it: leave it out */
  gboolean rejects_max_tokens;     /* …: max_completion_tokens instead */
} SortieLlmHeaders;

/* sortie_llm_headers_init() sets "not told". `get` looks a header up, NULL where there is none. */
typedef const char *(*SortieLlmHeaderFunc) (const char *name, gpointer user_data);
void sortie_llm_headers_init (SortieLlmHeaders *self);
void sortie_llm_headers_read (SortieLlmHeaders *self,
                              guint status,
                              SortieLlmHeaderFunc get,
                              gpointer user_data);

/**
 * SortieLlmAnswer:
 * @text: all of the text that came, also where the answer failed
 * @pieces: pieces of text
 * @first_token_us: from the call to the first delta; -1 where none came
 * @elapsed_us: of the whole call
 */
typedef struct
{
  GString *text;
  SortieLlmFinish finish;
  SortieLlmUsage usage;
  guint64 pieces;
  gint64 first_token_us;
  gint64 elapsed_us;
  SortieLlmHeaders headers;
} SortieLlmAnswer;

void sortie_llm_answer_init (SortieLlmAnswer *self);
void sortie_llm_answer_clear (SortieLlmAnswer *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SortieLlmAnswer, sortie_llm_answer_clear)

/**
 * sortie_llm_client_ask:
 * @settings: address, key, deadlines
 * @body: the request's JSON, for `POST {base_url}/chat/completions`
 * @total_ms: the whole-answer deadline of this one request
 * @answer: filled as far as things went, also on failure
 *
 * Blocks until the answer is there or has failed. Any number of threads may ask at once.
 *
 * Returns: whether a whole answer came; else SORTIE_LLM_ERROR
 */
gboolean sortie_llm_client_ask (SortieLlmClient *self,
                                const SortieLlmSettings *settings,
                                const char *body,
                                guint total_ms,
                                const SortieLlmSink *sink,
                                SortieLlmAnswer *answer,
                                GError **error);

G_END_DECLS
