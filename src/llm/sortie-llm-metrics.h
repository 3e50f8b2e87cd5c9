/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-llm-error.h"

G_BEGIN_DECLS

/* What is counted of the language model, for Prometheus. It outlives changes of the settings. The
 * caller brings the lock. */

#define SORTIE_LLM_MAX_COUNTED_MODELS 16 /* those beyond are counted as `other` */
#define SORTIE_LLM_N_BUCKETS 10

typedef struct
{
  char *model;
  guint64 ok;
  guint64 errors[SORTIE_LLM_N_ERRORS]; /* requests by outcome */
  guint64 retries;
  guint64 prompt_tokens;
  guint64 completion_tokens;
  guint64 first_tokens[SORTIE_LLM_N_BUCKETS]; /* by upper bound, not added up */
  guint64 n_first_tokens;
  double first_token_seconds;
  double generating_seconds;
  double tokens_per_second; /* of the last answer */
} SortieLlmModelMetrics;

typedef struct
{
  SortieLlmModelMetrics models[SORTIE_LLM_MAX_COUNTED_MODELS + 1];
  guint n_models;
  guint64 fallbacks[SORTIE_LLM_N_ERRORS];
  guint64 citations_kept;
  guint64 citations_removed;
  guint64 citations_unsupported;
} SortieLlmMetrics;

void sortie_llm_metrics_clear (SortieLlmMetrics *self);
SortieLlmModelMetrics *sortie_llm_metrics_get (SortieLlmMetrics *self, const char *model);
void sortie_llm_metrics_count_first_token (SortieLlmModelMetrics *self, gint64 first_token_us);
/* The counts as Prometheus text. */
void sortie_llm_metrics_append (const SortieLlmMetrics *self, GString *out);

/* One line `name{label="value",…} `, the values escaped; @labels: name, value, …, NULL. The number and
 * a line break are the caller's. */
void sortie_llm_metrics_append_name (GString *out, const char *name, const char *const *labels);
void sortie_llm_metrics_append_head (GString *out,
                                     const char *name,
                                     const char *type,
                                     const char *help);

G_END_DECLS
