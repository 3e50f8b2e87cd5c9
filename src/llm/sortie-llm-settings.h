/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-config.h"

G_BEGIN_DECLS

typedef enum
{
  SORTIE_LLM_ROLE_PLANNER, /* the retriever's small questions too */
  SORTIE_LLM_ROLE_ANALYZER,
  SORTIE_LLM_ROLE_WRITER,
} SortieLlmRole;

#define SORTIE_LLM_N_ROLES 3
#define SORTIE_LLM_MAX_KEY 4096
#define SORTIE_LLM_MAX_ADDRESS 2048
#define SORTIE_LLM_MAX_MODEL 256

/**
 * SortieLlmSettings:
 * @enabled: the explicit switch
 * @base_url: without a slash at its end, e.g. `https://host/openai/v1`
 * @key: (nullable): wiped when freed
 * @models: one a role
 * @allow_http: lets the address be plain http beyond loopback
 * @ca_file: (nullable): certificates to trust beside the system's, for a gateway of one's own
 * @problem: (nullable): why what was configured can't be used, in one sentence
 * @connect_ms: deadlines: until the connection stands
 * @first_token_ms: from then until the first delta
 * @silence_ms: between two deltas
 * @total_ms: the whole answer, with its retries
 * @rest_ms: how long a provider that failed is left alone at first; 0: never
 *
 * The cognitive layer's settings: immutable once made, shared by reference between threads.
 */
typedef struct
{
  gatomicrefcount references;
  gboolean enabled;
  char *base_url;
  char *key;
  char *models[SORTIE_LLM_N_ROLES];
  gboolean allow_http;
  char *ca_file;
  char *problem;
  gboolean problem_is_key; /* then a key alone puts it right, else only an address */
  guint connect_ms;
  guint first_token_ms;
  guint silence_ms;
  guint total_ms;
  guint rest_ms;
} SortieLlmSettings;

/* From the configuration. SORTIE_ERROR_INVALID naming the variable: an address that is no http(s)
 * URL or is plain http where that is not allowed, a key with characters that no header can hold, a
 * deadline that is no positive number of seconds. */
SortieLlmSettings *sortie_llm_settings_new (SortieConfig *config, GError **error);

/* As above, and never fails: what is wrong becomes the `problem` of settings that are not usable. The
 * language model is no infrastructure, so that a slip in its settings must keep nobody from starting.
 * Returns: (transfer full) */
SortieLlmSettings *sortie_llm_settings_read (SortieConfig *config);

/**
 * sortie_llm_settings_change:
 * @enabled: (nullable): what changes; NULL leaves it as it was
 * @base_url: (nullable): another origin drops the key unless a new one comes along; it also puts
 *   settings right that could not be used
 * @key: (nullable): "" takes it away
 * @models: (array length=SORTIE_LLM_N_ROLES) (nullable): elements may be NULL
 *
 * Returns: (transfer full): changed settings. SORTIE_ERROR_INVALID naming the member of
 *   `PATCH /settings`
 */
SortieLlmSettings *sortie_llm_settings_change (const SortieLlmSettings *self,
                                               const gboolean *enabled,
                                               const char *base_url,
                                               const char *key,
                                               const char *const *models,
                                               GError **error);
SortieLlmSettings *sortie_llm_settings_ref (SortieLlmSettings *self);
void sortie_llm_settings_unref (SortieLlmSettings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieLlmSettings, sortie_llm_settings_unref)

/* Whether the address leads to this machine (loopback). */
gboolean sortie_llm_settings_is_local (const SortieLlmSettings *self);
/* Whether it may be asked at all: switched on, and a key is there or none is needed (loopback). */
gboolean sortie_llm_settings_is_usable (const SortieLlmSettings *self);
/* Why it can't be asked though it is switched on, as one sentence. (nullable) (transfer full) */
char *sortie_llm_settings_dup_problem (const SortieLlmSettings *self);
/* `api.groq.com`: for messages. (transfer full) */
char *sortie_llm_settings_dup_host (const SortieLlmSettings *self);

G_END_DECLS
