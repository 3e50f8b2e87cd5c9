/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-provider.h"

#include "sortie-json.h"

const char *const sortie_provider_roles[SORTIE_PROVIDER_N_ROLES] = {
  [SORTIE_PROVIDER_PLANNER] = "planner",
  [SORTIE_PROVIDER_ANALYZER] = "analyzer",
  [SORTIE_PROVIDER_WRITER] = "writer",
};

void
sortie_provider_info_clear (SortieProviderInfo *self)
{
  g_free (self->reason);
  g_free (self->base_url);
  g_free (self->host);
  for (int i = 0; i < SORTIE_PROVIDER_N_ROLES; i++)
    g_free (self->models[i]);
  *self = (SortieProviderInfo){ 0 };
}

void
sortie_provider_trial_clear (SortieProviderTrial *self)
{
  g_free (self->model);
  g_free (self->reason);
  g_free (self->message);
  *self = (SortieProviderTrial){ 0 };
}

void
sortie_provider_append_models (GString *out, const SortieProviderInfo *info)
{
  sortie_json_append_name (out, "models");
  g_string_append_c (out, '{');
  for (int i = 0; i < SORTIE_PROVIDER_N_ROLES; i++)
    sortie_json_append_member_string (out, sortie_provider_roles[i], info->models[i]);
  g_string_append_c (out, '}');
}
