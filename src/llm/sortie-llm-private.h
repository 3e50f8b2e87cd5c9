/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-llm-breaker.h"
#include "sortie-llm-metrics.h"
#include "sortie-llm-pace.h"
#include "sortie-llm-request.h"
#include "sortie-llm.h"

G_BEGIN_DECLS

/* The facade in four files: what is known of the provider (sortie-llm.c), a whole answer to a question
 * (sortie-llm-chat.c), a request and its retries (sortie-llm-ask.c), and whether and when something may
 * be asked at all (sortie-llm-gate.c). */

/* What is known of a model. */
typedef struct
{
  const char *name; /* the settings' */
  SortieLlmBreaker breaker;
  guint openings; /* of the breaker, ever */
  SortieLlmPace pace;
  SortieLlmDialect dialect;
} SortieLlmModel;

/* What is known of the provider, from the settings on: it is made anew with them. */
typedef struct
{
  gatomicrefcount references;
  SortieLlmSettings *settings;
  char *host;
  SortieLlmModel models[SORTIE_LLM_N_ROLES]; /* one a name */
  guint n_models;
  SortieLlmModel *by_role[SORTIE_LLM_N_ROLES];
  SortieLlmBreaker breaker; /* of the way there, and of the account: it concerns all models */
  guint openings;
  const char *why;     /* static: what opened that breaker */
  gboolean is_refused; /* 401 or 403 came */
  gboolean is_over;    /* switched off */
} SortieLlmProvider;

SortieLlmProvider *sortie_llm_provider_new (SortieLlmSettings *settings);
void sortie_llm_provider_unref (SortieLlmProvider *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieLlmProvider, sortie_llm_provider_unref)

struct _SortieLlm
{
  GMutex lock; /* over all that follows; never held while something is waited for but `changed` */
  GCond changed;
  SortieLlmProvider *provider; /* in use now */
  SortieLlmClient *client;     /* (nullable): made for the first question */
  SortieLlmMetrics metrics;
  gboolean is_stopping;
  guint n_calls;

  GMutex watch_lock; /* taken before `lock` */
  SortieLlmWatchFunc watch;
  gpointer watch_data;
  SortieLlmState told;
};

/* Tells the watch where the state has changed. Without the lock. */
void sortie_llm_tell (SortieLlm *self);

/* One question, with its retries and its continuation. It lives in one thread. */
typedef struct
{
  SortieLlm *llm;
  SortieLlmProvider *provider; /* a reference */
  SortieLlmModel *model;
  const SortieLlmRequest *request;
  const SortieLlmSink *sink; /* (nullable) */
  SortieLlmReply *reply;
  gint64 started_us;
  gint64 deadline_us;
  guint provider_openings; /* as they were when it was let in */
  guint model_openings;
  guint max_tries;
  gboolean is_try;     /* past breaker and pace */
  gboolean is_asking;  /* a request is out */
  gboolean has_text;   /* a piece came in this request */
  gboolean has_handed; /* the caller has got a piece */
  gint64 generating_us;
  gint64 generated;
} SortieLlmCall;

/* Through the circuit breakers. SORTIE_LLM_ERROR_AUTH or SORTIE_LLM_ERROR_CIRCUIT_OPEN where not. */
gboolean sortie_llm_gate_enter (SortieLlmCall *call, GError **error);
/* What became of a question that was let in. @error: (nullable): none where it went well */
void sortie_llm_gate_leave (SortieLlmCall *call,
                            const SortieLlmAnswer *answer,
                            const GError *error);
/* Whether it may go on: not cancelled, stopped, switched off, or overtaken by a breaker that another
 * question opened. */
gboolean sortie_llm_gate_check (SortieLlmCall *call, GError **error);
/* FALSE where it may not go on. */
gboolean sortie_llm_gate_sleep (SortieLlmCall *call, gint64 until_us, GError **error);
/* Waits until the provider's limits have room. SORTIE_LLM_ERROR_RATE_LIMIT where that takes too long. */
gboolean sortie_llm_gate_wait_turn (SortieLlmCall *call, GError **error);

/* Asks, and again where that may help. @written: (nullable): the beginning of the answer, to be
 * continued. @answer: initialised by the caller */
gboolean sortie_llm_call_ask (SortieLlmCall *call,
                              const char *written,
                              SortieLlmAnswer *answer,
                              GError **error);

G_END_DECLS
