/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm.h"

#include "sortie-llm-private.h"

#include <string.h>

static SortieLlmModel *
add_model (SortieLlmProvider *self, const char *name)
{
  SortieLlmModel *model;

  for (guint i = 0; i < self->n_models; i++)
    if (g_str_equal (self->models[i].name, name))
      return &self->models[i];
  model = &self->models[self->n_models++];
  model->name = name;
  sortie_llm_pace_init (&model->pace);
  return model;
}

SortieLlmProvider *
sortie_llm_provider_new (SortieLlmSettings *settings)
{
  SortieLlmProvider *self = g_new0 (SortieLlmProvider, 1);

  g_atomic_ref_count_init (&self->references);
  self->settings = sortie_llm_settings_ref (settings);
  self->host = sortie_llm_settings_dup_host (settings);
  for (int i = 0; i < SORTIE_LLM_N_ROLES; i++)
    self->by_role[i] = add_model (self, settings->models[i]);
  return self;
}

void
sortie_llm_provider_unref (SortieLlmProvider *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  sortie_llm_settings_unref (self->settings);
  g_free (self->host);
  g_free (self);
}

/* ---- State ---- */

static const SortieLlmModel *
find_open_model (const SortieLlmProvider *provider)
{
  for (guint i = 0; i < provider->n_models; i++)
    if (provider->models[i].breaker.state != SORTIE_LLM_BREAKER_CLOSED)
      return &provider->models[i];
  return NULL;
}

/* With the lock. */
static SortieLlmState
get_state (SortieLlm *self, char **reason)
{
  const SortieLlmProvider *provider = self->provider;
  const SortieLlmModel *model = find_open_model (provider);
  char *why = sortie_llm_settings_dup_problem (provider->settings);

  if (why == NULL && provider->is_refused)
    why = g_strdup_printf ("%s does not accept the key", provider->host);
  else if (why == NULL && provider->breaker.state != SORTIE_LLM_BREAKER_CLOSED)
    why = g_strdup_printf ("%s %s", provider->host, provider->why);
  else if (why == NULL && model != NULL)
    why = g_strdup_printf ("%s at %s keeps failing", model->name, provider->host);
  if (reason != NULL)
    *reason = g_strdup (why);
  if (!provider->settings->enabled)
    {
      g_free (why);
      return SORTIE_LLM_STATE_OFF;
    }
  if (why == NULL)
    return SORTIE_LLM_STATE_ON;
  g_free (why);
  return SORTIE_LLM_STATE_DEGRADED;
}

SortieLlmState
sortie_llm_get_state (SortieLlm *self, char **reason)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return get_state (self, reason);
}

const char *
sortie_llm_state_get_name (SortieLlmState state)
{
  static const char *const names[] = {
    [SORTIE_LLM_STATE_OFF] = "off",
    [SORTIE_LLM_STATE_ON] = "on",
    [SORTIE_LLM_STATE_DEGRADED] = "degraded",
  };

  return names[state];
}

gboolean
sortie_llm_is_available (SortieLlm *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const SortieLlmProvider *provider = self->provider;
  const SortieLlmBreaker *breaker = &provider->breaker;

  if (self->is_stopping || provider->is_refused ||
      !sortie_llm_settings_is_usable (provider->settings))
    return FALSE;
  return breaker->state == SORTIE_LLM_BREAKER_CLOSED ||
         (breaker->state == SORTIE_LLM_BREAKER_OPEN &&
          g_get_monotonic_time () / 1000 >= breaker->until_ms) ||
         (breaker->state == SORTIE_LLM_BREAKER_HALF_OPEN && !breaker->trying);
}

void
sortie_llm_tell (SortieLlm *self)
{
  g_autofree char *reason = NULL;
  gboolean has_changed;
  SortieLlmState state;

  g_mutex_lock (&self->watch_lock);
  g_mutex_lock (&self->lock);
  state = get_state (self, &reason);
  has_changed = state != self->told;
  self->told = state;
  g_mutex_unlock (&self->lock);
  if (has_changed && self->watch != NULL)
    self->watch (state, reason, self->watch_data);
  g_mutex_unlock (&self->watch_lock);
}

void
sortie_llm_set_watch (SortieLlm *self, SortieLlmWatchFunc func, gpointer user_data)
{
  g_mutex_lock (&self->watch_lock);
  self->watch = func;
  self->watch_data = user_data;
  g_mutex_unlock (&self->watch_lock);
}

/* ---- Life ---- */

SortieLlm *
sortie_llm_new (SortieLlmSettings *settings)
{
  SortieLlm *self = g_new0 (SortieLlm, 1);

  g_mutex_init (&self->lock);
  g_mutex_init (&self->watch_lock);
  g_cond_init (&self->changed);
  self->provider = sortie_llm_provider_new (settings);
  self->told = get_state (self, NULL);
  return self;
}

void
sortie_llm_stop (SortieLlm *self)
{
  g_mutex_lock (&self->lock);
  self->is_stopping = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
sortie_llm_free (SortieLlm *self)
{
  if (self == NULL)
    return;
  sortie_llm_stop (self);
  g_mutex_lock (&self->lock);
  while (self->n_calls > 0)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->client, sortie_llm_client_free);
  sortie_llm_provider_unref (self->provider);
  sortie_llm_metrics_clear (&self->metrics);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->watch_lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

/* ---- Settings ---- */

void
sortie_llm_set_settings (SortieLlm *self, SortieLlmSettings *settings)
{
  SortieLlmProvider *provider = sortie_llm_provider_new (settings);

  g_mutex_lock (&self->lock);
  self->provider->is_over = !sortie_llm_settings_is_usable (settings);
  sortie_llm_provider_unref (self->provider);
  self->provider = provider;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  sortie_llm_tell (self);
}

SortieLlmSettings *
sortie_llm_ref_settings (SortieLlm *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return sortie_llm_settings_ref (self->provider->settings);
}

/* ---- Counts ---- */

void
sortie_llm_count_citations (SortieLlm *self, guint kept, guint removed, guint unsupported)
{
  g_mutex_lock (&self->lock);
  self->metrics.citations_kept += kept;
  self->metrics.citations_removed += removed;
  self->metrics.citations_unsupported += unsupported;
  g_mutex_unlock (&self->lock);
}

void
sortie_llm_count_unusable (SortieLlm *self, SortieLlmRole role)
{
  g_mutex_lock (&self->lock);
  self->metrics.fallbacks[SORTIE_LLM_ERROR_UNUSABLE]++;
  g_mutex_unlock (&self->lock);
}

static void
append_states (SortieLlm *self, GString *out)
{
  SortieLlmState state = get_state (self, NULL);
  SortieLlmProvider *provider = self->provider;

  sortie_llm_metrics_append_head (out, "sortie_llm_state", "gauge",
                                  "1 for the state that the language model is in.");
  for (int i = SORTIE_LLM_STATE_OFF; i <= SORTIE_LLM_STATE_DEGRADED; i++)
    {
      sortie_llm_metrics_append_name (out, "sortie_llm_state",
                                      (const char *[]){ "state", sortie_llm_state_get_name (i),
                                                        NULL });
      g_string_append_printf (out, "%d\n", (int) state == i);
    }
  if (!provider->settings->enabled)
    return;
  sortie_llm_metrics_append_head (out, "sortie_llm_breaker_state", "gauge",
                                  "0 closed, 1 open: left alone, 2 half open: one is trying.");
  for (guint i = 0; i < provider->n_models; i++)
    {
      const SortieLlmModel *model = &provider->models[i];
      SortieLlmBreakerState worse = provider->breaker.state != SORTIE_LLM_BREAKER_CLOSED
                                        ? provider->breaker.state
                                        : model->breaker.state;

      sortie_llm_metrics_append_name (out, "sortie_llm_breaker_state",
                                      (const char *[]){ "model", model->name, NULL });
      g_string_append_printf (out, "%d\n", (int) worse);
    }
}

void
sortie_llm_append_metrics (SortieLlm *self, GString *out)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  append_states (self, out);
  sortie_llm_metrics_append (&self->metrics, out);
}
