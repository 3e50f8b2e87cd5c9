/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortied"

#include "sortie-daemon-llm.h"

#include "sortie-daemon-secrets.h"

#define FIXED_ELSEWHERE                                                                             \
  "No agent works in this process. The processes that have the role “worker” ask the language " \
  "model: set USE_GROQ, GROQ_API_KEY and LLM_… in their environment and start them again"

struct _SortieDaemonLlm
{
  SortieLlm *llm;
  GMutex changing; /* one change after the other */
  gboolean has_worker;
};

static void
changed_cb (SortieLlmState state, const char *reason, gpointer user_data)
{
  if (state == SORTIE_LLM_STATE_DEGRADED)
    g_warning ("%s; missions go on without a language model", reason);
  else
    g_message ("The language model is %s", sortie_llm_state_get_name (state));
}

SortieDaemonLlm *
sortie_daemon_llm_new (const SortieDaemonOptions *options)
{
  SortieDaemonLlm *self = g_new0 (SortieDaemonLlm, 1);
  g_autoptr (SortieLlmSettings) settings = sortie_llm_settings_read (options->config);
  g_autofree char *reason = NULL;
  g_autofree char *host = sortie_llm_settings_dup_host (settings);
  SortieLlmState state;

  g_mutex_init (&self->changing);
  self->has_worker = (options->roles & SORTIE_ROLE_WORKER) != 0;
  self->llm = sortie_llm_new (settings);
  state = sortie_llm_get_state (self->llm, &reason);
  if (state == SORTIE_LLM_STATE_DEGRADED)
    changed_cb (state, reason, self);
  else if (state == SORTIE_LLM_STATE_ON)
    g_message ("The language model at %s is on: it gets missions and passages", host);
  sortie_llm_set_watch (self->llm, changed_cb, self);
  return self;
}

void
sortie_daemon_llm_free (SortieDaemonLlm *self)
{
  if (self == NULL)
    return;
  sortie_llm_free (self->llm);
  g_mutex_clear (&self->changing);
  g_free (self);
}

SortieLlm *
sortie_daemon_llm_get (SortieDaemonLlm *self)
{
  return self->llm;
}

/* ---- What the server asks for ---- */

G_STATIC_ASSERT (SORTIE_PROVIDER_N_ROLES == SORTIE_LLM_N_ROLES);
G_STATIC_ASSERT ((int) SORTIE_PROVIDER_WRITER == (int) SORTIE_LLM_ROLE_WRITER);
G_STATIC_ASSERT ((int) SORTIE_PROVIDER_ANALYZER == (int) SORTIE_LLM_ROLE_ANALYZER);

static void
describe_cb (SortieProviderInfo *info, gpointer user_data)
{
  SortieDaemonLlm *self = user_data;
  g_autoptr (SortieLlmSettings) settings = sortie_llm_ref_settings (self->llm);

  info->state = sortie_llm_state_get_name (sortie_llm_get_state (self->llm, &info->reason));
  info->enabled = settings->enabled;
  info->base_url = g_strdup (settings->base_url);
  info->host = sortie_llm_settings_dup_host (settings);
  info->has_key = settings->key != NULL;
  for (int i = 0; i < SORTIE_LLM_N_ROLES; i++)
    info->models[i] = g_strdup (settings->models[i]);
}

/* (transfer full): the settings in use with these changes */
static SortieLlmSettings *
apply (SortieDaemonLlm *self, const SortieProviderChanges *changes, GError **error)
{
  g_autoptr (SortieLlmSettings) settings = sortie_llm_ref_settings (self->llm);

  if (changes == NULL)
    return g_steal_pointer (&settings);
  if (changes->key != NULL && *changes->key != '\0')
    sortie_daemon_forbid_dumps ();
  return sortie_llm_settings_change (settings, changes->has_enabled ? &changes->enabled : NULL,
                                     changes->base_url, changes->key, changes->models, error);
}

static gboolean
change_cb (const SortieProviderChanges *changes, gpointer user_data, GError **error)
{
  SortieDaemonLlm *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->changing);
  g_autoptr (SortieLlmSettings) settings = apply (self, changes, error);

  if (settings == NULL)
    return FALSE;
  sortie_llm_set_settings (self->llm, settings);
  return TRUE;
}

static gboolean
attempt_cb (const SortieProviderChanges *changes,
            SortieProviderTrial *trial,
            gpointer user_data,
            GError **error)
{
  SortieDaemonLlm *self = user_data;
  g_autoptr (SortieLlmSettings) settings = apply (self, changes, error);
  g_auto (SortieLlmReply) reply;
  g_autoptr (GError) local = NULL;

  sortie_llm_reply_init (&reply);
  if (settings == NULL)
    return FALSE;
  trial->ok = sortie_llm_try (self->llm, settings, &reply, &local);
  trial->model = g_steal_pointer (&reply.model);
  trial->first_token_ms = reply.first_token_us >= 0 ? reply.first_token_us / 1000 : -1;
  trial->elapsed_ms = reply.elapsed_us / 1000;
  if (!trial->ok)
    {
      trial->reason = g_strdup (sortie_llm_error_get_name ((SortieLlmError) local->code));
      trial->message = g_strdup (local->message);
    }
  return TRUE;
}

static void
append_metrics_cb (GString *out, gpointer user_data)
{
  SortieDaemonLlm *self = user_data;

  sortie_llm_append_metrics (self->llm, out);
}

SortieProvider
sortie_daemon_llm_get_provider (SortieDaemonLlm *self)
{
  return (SortieProvider){ .describe = describe_cb,
                           .change = change_cb,
                           .attempt = attempt_cb,
                           .append_metrics = append_metrics_cb,
                           .fixed = self->has_worker ? NULL : FIXED_ELSEWHERE,
                           .user_data = self };
}
