/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the server needs of the language model. It knows none itself: whoever puts the program together
 * hands these functions in. */

typedef enum
{
  SORTIE_PROVIDER_PLANNER,
  SORTIE_PROVIDER_ANALYZER,
  SORTIE_PROVIDER_WRITER,
} SortieProviderRole;

#define SORTIE_PROVIDER_N_ROLES 3

/* `planner`, `analyzer`, `writer`: the names of the members of `models`. */
extern const char *const sortie_provider_roles[SORTIE_PROVIDER_N_ROLES];

/**
 * SortieProviderInfo:
 * @enabled: the switch
 * @state: `on`, `off` or `degraded`; static
 * @reason: (nullable): one sentence where it is not on though it was switched on
 * @base_url: the address
 * @host: of the address, for people
 * @has_key: whether there is a key
 * @models: one a role
 */
typedef struct
{
  gboolean enabled;
  const char *state;
  char *reason;
  char *base_url;
  char *host;
  gboolean has_key;
  char *models[SORTIE_PROVIDER_N_ROLES];
} SortieProviderInfo;

void sortie_provider_info_clear (SortieProviderInfo *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SortieProviderInfo, sortie_provider_info_clear)

/* What is to change; NULL leaves it as it is. An empty @key takes the key away. */
typedef struct
{
  gboolean has_enabled;
  gboolean enabled;
  const char *base_url;
  const char *key;
  const char *models[SORTIE_PROVIDER_N_ROLES];
} SortieProviderChanges;

/**
 * SortieProviderTrial:
 * @ok: whether it answered
 * @model: which model was asked
 * @first_token_ms: -1 where none came
 * @elapsed_ms: of the whole trial
 * @reason: (nullable): the stable name of what went wrong
 * @message: (nullable): the same for people, without a secret
 */
typedef struct
{
  gboolean ok;
  char *model;
  gint64 first_token_ms;
  gint64 elapsed_ms;
  char *reason;
  char *message;
} SortieProviderTrial;

void sortie_provider_trial_clear (SortieProviderTrial *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SortieProviderTrial, sortie_provider_trial_clear)

/**
 * SortieProvider:
 * @describe: fills in what is zero
 * @change: for the life of the process. SORTIE_ERROR_INVALID naming the member
 * @attempt: asks a small question, with @changes (nullable) that are forgotten afterwards. Blocks, ten
 *   seconds at the most. FALSE with SORTIE_ERROR_INVALID where the changes can't be made
 * @append_metrics: Prometheus text
 * @fixed: (nullable): why the settings can't be changed in this process, and where they can
 *
 * All functions are called from any thread.
 */
typedef struct
{
  void (*describe) (SortieProviderInfo *info, gpointer user_data);
  gboolean (*change) (const SortieProviderChanges *changes, gpointer user_data, GError **error);
  gboolean (*attempt) (const SortieProviderChanges *changes,
                       SortieProviderTrial *trial,
                       gpointer user_data,
                       GError **error);
  void (*append_metrics) (GString *out, gpointer user_data);
  const char *fixed;
  gpointer user_data;
} SortieProvider;

/* Appends the member `models`. */
void sortie_provider_append_models (GString *out, const SortieProviderInfo *info);

G_END_DECLS
