/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-llm-preferences.h"

#include "sortie-json.h"

static void
append_unless_empty (GString *out, const char *member, const char *value)
{
  g_autofree char *stripped = g_strstrip (g_strdup (value));

  if (*stripped != '\0')
    sortie_json_append_member_string (out, member, stripped);
}

char *
sortie_llm_preferences_build (gboolean enabled,
                              const char *base_url,
                              const char *key,
                              const char *planner,
                              const char *analyzer,
                              const char *writer)
{
  GString *out = g_string_new ("{\"llm\":{");

  sortie_json_append_member_bool (out, "enabled", enabled);
  append_unless_empty (out, "base_url", base_url);
  if (key != NULL)
    sortie_json_append_member_string (out, "key", key);
  sortie_json_append_name (out, "models");
  g_string_append_c (out, '{');
  append_unless_empty (out, "planner", planner);
  append_unless_empty (out, "analyzer", analyzer);
  append_unless_empty (out, "writer", writer);
  g_string_append (out, "}}}");
  return g_string_free (out, FALSE);
}

char *
sortie_llm_preferences_to_json (GSettings *settings, const char *key)
{
  g_autofree char *base_url = g_settings_get_string (settings, "llm-base-url");
  g_autofree char *planner = g_settings_get_string (settings, "llm-planner-model");
  g_autofree char *analyzer = g_settings_get_string (settings, "llm-analyzer-model");
  g_autofree char *writer = g_settings_get_string (settings, "llm-writer-model");

  return sortie_llm_preferences_build (g_settings_get_boolean (settings, "llm-enabled"), base_url,
                                       key, planner, analyzer, writer);
}

void
sortie_llm_preferences_save (GSettings *settings,
                             gboolean enabled,
                             const char *base_url,
                             const char *planner,
                             const char *analyzer,
                             const char *writer)
{
  g_settings_set_boolean (settings, "llm-managed", TRUE);
  g_settings_set_boolean (settings, "llm-enabled", enabled);
  g_settings_set_string (settings, "llm-base-url", base_url);
  g_settings_set_string (settings, "llm-planner-model", planner);
  g_settings_set_string (settings, "llm-analyzer-model", analyzer);
  g_settings_set_string (settings, "llm-writer-model", writer);
}
