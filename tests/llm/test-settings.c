/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-error.h"
#include "sortie-llm-settings.h"

#include <string.h>

/* @variables: NAME=value, …, NULL-terminated */
static SortieConfig *
config_of (const char *const *variables)
{
  return sortie_config_new (variables, NULL, 0, NULL);
}

static SortieLlmSettings *
settings_of (const char *const *variables)
{
  g_autoptr (SortieConfig) config = config_of (variables);
  g_autoptr (GError) error = NULL;
  SortieLlmSettings *settings = sortie_llm_settings_new (config, &error);

  g_assert_no_error (error);
  return settings;
}

#define SETTINGS(...) settings_of ((const char *const[]){ __VA_ARGS__, NULL })

static void
test_defaults (void)
{
  g_autoptr (SortieLlmSettings) self = settings_of ((const char *const[]){ NULL });
  g_autofree char *host = sortie_llm_settings_dup_host (self);

  g_assert_false (self->enabled);
  g_assert_cmpstr (self->base_url, ==, "https://api.groq.com/openai/v1");
  g_assert_cmpstr (host, ==, "api.groq.com");
  g_assert_null (self->key);
  g_assert_null (self->problem);
  g_assert_cmpuint (self->connect_ms, ==, 5000);
  g_assert_cmpuint (self->first_token_ms, ==, 20000);
  g_assert_cmpuint (self->silence_ms, ==, 15000);
  g_assert_cmpuint (self->total_ms, ==, 180000);
  g_assert_cmpuint (self->rest_ms, ==, 30000);
  for (int i = 0; i < SORTIE_LLM_N_ROLES; i++)
    g_assert_nonnull (self->models[i]);
}

/* Whether a model may be asked with a switch, an address and a key. */
static void
test_usable (void)
{
  static const struct
  {
    const char *variables[4];
    gboolean usable;
    gboolean degraded;
  } cases[] = {
    { { NULL }, FALSE, FALSE },
    { { "GROQ_API_KEY=k" }, FALSE, FALSE },
    { { "USE_GROQ=false", "GROQ_API_KEY=k" }, FALSE, FALSE },
    { { "USE_GROQ=false", "LLM_BASE_URL=http://127.0.0.1:1/v1" }, FALSE, FALSE },
    { { "USE_GROQ=true" }, FALSE, TRUE },
    { { "USE_GROQ=true", "GROQ_API_KEY=" }, FALSE, TRUE },
    { { "USE_GROQ=true", "GROQ_API_KEY=k" }, TRUE, FALSE },
    { { "USE_GROQ=true", "LLM_BASE_URL=http://127.0.0.1:1/v1" }, TRUE, FALSE },
    { { "USE_GROQ=true", "LLM_BASE_URL=http://127.8.9.10/v1" }, TRUE, FALSE },
    { { "USE_GROQ=true", "LLM_BASE_URL=https://[::1]:8443" }, TRUE, FALSE },
    { { "USE_GROQ=true", "LLM_BASE_URL=http://LocalHost:11434/v1" }, TRUE, FALSE },
    { { "USE_GROQ=true", "LLM_BASE_URL=https://localhost.example/v1" }, FALSE, TRUE },
    { { "USE_GROQ=true", "LLM_BASE_URL=https://127.0.0.1.example/v1" }, FALSE, TRUE },
    { { "USE_GROQ=true", "LLM_BASE_URL=https://xlocalhost/v1" }, FALSE, TRUE },
    { { "USE_GROQ=true", "LLM_BASE_URL=http://10.0.0.1/v1", "LLM_ALLOW_HTTP=1" }, FALSE, TRUE },
    { { "USE_GROQ=true", "LLM_BASE_URL=https://0.0.0.0/v1" }, FALSE, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SortieLlmSettings) self = settings_of (cases[i].variables);
      g_autofree char *problem = sortie_llm_settings_dup_problem (self);

      g_test_message ("%" G_GSIZE_FORMAT, i);
      g_assert_cmpint (sortie_llm_settings_is_usable (self), ==, cases[i].usable);
      g_assert_cmpint (problem != NULL, ==, cases[i].degraded);
    }
}

static void
test_addresses (void)
{
  static const struct
  {
    const char *given;
    const char *settled;
  } cases[] = {
    { "https://a.example", "https://a.example" },
    { "https://a.example/", "https://a.example" },
    { "HTTPS://a.example/v1///", "https://a.example/v1" },
    { "https://a.example:443/v1", "https://a.example/v1" },
    { "https://a.example:8443/v1", "https://a.example:8443/v1" },
    { "http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080/v1" },
    { "http://[::1]:80/", "http://[::1]" },
    { "https://a.example/p%20q", "https://a.example/p%20q" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *variable = g_strconcat ("LLM_BASE_URL=", cases[i].given, NULL);
      g_autoptr (SortieLlmSettings) self = SETTINGS (variable);

      g_assert_cmpstr (self->base_url, ==, cases[i].settled);
    }
}

/* A wrong value is named by its variable, is told to nobody, and keeps nobody from starting. */
static void
assert_refused (const char *name, const char *value)
{
  g_autofree char *variable = g_strdup_printf ("%s=%s", name, value);
  g_autoptr (SortieConfig) config =
      config_of ((const char *const[]){ variable, "USE_GROQ=yes", NULL });
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieLlmSettings) settings = NULL;
  g_autofree char *problem = NULL;

  g_test_message ("%s, %u bytes", name, (guint) strlen (value));
  g_assert_null (sortie_llm_settings_new (config, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, name));
  if (strlen (value) > 8)
    g_assert_null (strstr (error->message, value));

  settings = sortie_llm_settings_read (config);
  problem = sortie_llm_settings_dup_problem (settings);
  g_assert_cmpstr (problem, ==, error->message);
  g_assert_false (sortie_llm_settings_is_usable (settings));
  g_assert_null (settings->key);
}

static void
test_bad_values (void)
{
  static const char *const addresses[] = {
    "a.example",
    "//a.example",
    "ftp://a.example",
    "http://a.example/v1",
    "http://10.0.0.1/v1",
    "https://",
    "https:///v1",
    "https://user@a.example/",
    "https://user:secret-word@a.example/",
    "https://@a.example/",
    "https://a.example/v1?key=secret-word",
    "https://a.example/v1?",
    "https://a.example/v1#part",
    "https://a.example:0/v1",
    "https://a.example:99999/v1",
    "https://a.example:x/v1",
    "https://a example/v1",
    " https://a.example/v1",
    "https://a.example/v1\r\nHost: b",
    "https://a.example\\@b.example/",
    "https://ä.example/v1",
    "http://localhost.example/v1",
    "file:///etc/passwd",
    "https://[::1/v1",
    "unix:///run/x",
  };
  static const char *const keys[] = { "with space", "secret-key\n", "secret-key\r\nX: y",
                                      "schlüssel",  "a\tb",         "\x7f" };
  static const char *const seconds[] = {
    "0",   "-1",     "abc",   "5s",    "0x10", "1e3", "nan",
    "inf", "0.0001", "86401", "1.2.3", "+5",   " 5",  "99999999999999999"
  };
  static const char *const timeouts[] = { "LLM_CONNECT_TIMEOUT", "LLM_FIRST_TOKEN_TIMEOUT",
                                          "LLM_SILENCE_TIMEOUT", "LLM_TOTAL_TIMEOUT" };
  g_autofree char *long_key = g_strnfill (SORTIE_LLM_MAX_KEY + 1, 'k');
  g_autofree char *long_model = g_strnfill (SORTIE_LLM_MAX_MODEL + 1, 'm');
  g_autofree char *path = g_strnfill (SORTIE_LLM_MAX_ADDRESS, 'p');
  g_autofree char *long_address = g_strconcat ("https://a.example/", path, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    assert_refused ("LLM_BASE_URL", addresses[i]);
  assert_refused ("LLM_BASE_URL", long_address);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    assert_refused ("GROQ_API_KEY", keys[i]);
  assert_refused ("GROQ_API_KEY", long_key);
  for (gsize i = 0; i < G_N_ELEMENTS (seconds); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (timeouts); k++)
      assert_refused (timeouts[k], seconds[i]);
  assert_refused ("LLM_REST", "-1");
  assert_refused ("LLM_REST", "soon");
  assert_refused ("LLM_WRITER_MODEL", long_model);
  assert_refused ("LLM_WRITER_MODEL", "a\nb");
  assert_refused ("LLM_PLANNER_MODEL", "\xff");
  assert_refused ("LLM_PLANNER_MODEL", " \xc2\xa0");
  assert_refused ("LLM_ANALYZER_MODEL", "a\xc2\x85"
                                        "b");
  assert_refused ("LLM_ANALYZER_MODEL", "a\u2028b");
  assert_refused ("LLM_ANALYZER_MODEL", "a\u202eb");
  assert_refused ("LLM_ALLOW_HTTP", "maybe");
}

static void
test_seconds (void)
{
  g_autoptr (SortieLlmSettings) self =
      SETTINGS ("LLM_CONNECT_TIMEOUT=0.25", "LLM_FIRST_TOKEN_TIMEOUT=1.5", "LLM_SILENCE_TIMEOUT=2",
                "LLM_TOTAL_TIMEOUT=86400", "LLM_REST=0");

  g_assert_cmpuint (self->connect_ms, ==, 250);
  g_assert_cmpuint (self->first_token_ms, ==, 1500);
  g_assert_cmpuint (self->silence_ms, ==, 2000);
  g_assert_cmpuint (self->total_ms, ==, 86400000);
  g_assert_cmpuint (self->rest_ms, ==, 0);
}

/* A switch that says neither yes nor no is off, and that is told. */
static void
test_unclear_switch (void)
{
  g_autoptr (SortieConfig) config =
      config_of ((const char *const[]){ "USE_GROQ=perhaps", "GROQ_API_KEY=k", NULL });
  g_autoptr (SortieLlmSettings) self = sortie_llm_settings_read (config);
  g_autofree char *problem = sortie_llm_settings_dup_problem (self);

  g_assert_false (sortie_llm_settings_is_usable (self));
  g_assert_true (g_str_has_prefix (problem, "USE_GROQ"));
}

/* ---- Changes ---- */

static void
test_change (void)
{
  g_autoptr (SortieLlmSettings) self = SETTINGS ("USE_GROQ=true", "GROQ_API_KEY=k1", "LLM_REST=7",
                                                 "LLM_BASE_URL=https://a.example/v1");
  const gboolean off = FALSE;
  const char *models[SORTIE_LLM_N_ROLES] = { [SORTIE_LLM_ROLE_WRITER] = "big" };
  g_autoptr (SortieLlmSettings) same = NULL, other = NULL, moved = NULL, keyed = NULL, bare = NULL;

  same = sortie_llm_settings_change (self, NULL, "https://A.example:443/v2/", NULL, models, NULL);
  g_assert_cmpstr (same->base_url, ==, "https://A.example/v2");
  g_assert_cmpstr (same->key, ==, "k1");
  g_assert_cmpstr (same->models[SORTIE_LLM_ROLE_WRITER], ==, "big");
  g_assert_cmpstr (same->models[SORTIE_LLM_ROLE_PLANNER], ==,
                   self->models[SORTIE_LLM_ROLE_PLANNER]);
  g_assert_cmpuint (same->rest_ms, ==, 7000);
  g_assert_true (same->enabled);

  other = sortie_llm_settings_change (same, &off, NULL, "k2", NULL, NULL);
  g_assert_false (other->enabled);
  g_assert_cmpstr (other->key, ==, "k2");
  g_assert_cmpstr (self->key, ==, "k1");

  moved = sortie_llm_settings_change (self, NULL, "https://b.example/v1", NULL, NULL, NULL);
  g_assert_null (moved->key);
  keyed = sortie_llm_settings_change (self, NULL, "https://a.example:444/v1", "k3", NULL, NULL);
  g_assert_cmpstr (keyed->key, ==, "k3");
  bare = sortie_llm_settings_change (self, NULL, NULL, "", NULL, NULL);
  g_assert_null (bare->key);
  g_assert_false (sortie_llm_settings_is_usable (bare));
}

static void
test_bad_changes (void)
{
  g_autoptr (SortieLlmSettings) self = SETTINGS ("USE_GROQ=true", "GROQ_API_KEY=k1");
  const char *models[SORTIE_LLM_N_ROLES] = { [SORTIE_LLM_ROLE_ANALYZER] = "" };
  g_autoptr (GError) error = NULL;

  g_assert_null (
      sortie_llm_settings_change (self, NULL, "http://a.example/v1", NULL, NULL, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "“base_url”"));
  g_clear_error (&error);
  g_assert_null (sortie_llm_settings_change (self, NULL, NULL, "a b", NULL, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "“key”"));
  g_assert_null (strstr (error->message, "a b"));
  g_clear_error (&error);
  g_assert_null (sortie_llm_settings_change (self, NULL, NULL, NULL, models, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "“models.analyzer”"));
}

/* What could not be used is put right by an address, as nobody knows where the old one was meant to
 * lead; a wrong key alone by a key. */
static void
test_put_right (void)
{
  g_autoptr (SortieConfig) no_address = config_of ((const char *const[]){
      "USE_GROQ=true", "GROQ_API_KEY=k1", "LLM_BASE_URL=http://a.example/v1", NULL });
  g_autoptr (SortieConfig) no_key = config_of ((const char *const[]){
      "USE_GROQ=true", "GROQ_API_KEY=k 1", "LLM_BASE_URL=https://a.example/v1", NULL });
  g_autoptr (SortieLlmSettings) lost = sortie_llm_settings_read (no_address);
  g_autoptr (SortieLlmSettings) keyless = sortie_llm_settings_read (no_key);
  g_autoptr (SortieLlmSettings) still = NULL, found = NULL, keyed = NULL;

  still = sortie_llm_settings_change (lost, NULL, NULL, "k2", NULL, NULL);
  g_assert_false (sortie_llm_settings_is_usable (still));
  found = sortie_llm_settings_change (lost, NULL, "https://a.example/v1", "k2", NULL, NULL);
  g_assert_true (sortie_llm_settings_is_usable (found));
  g_assert_cmpstr (keyless->base_url, ==, "https://a.example/v1");
  keyed = sortie_llm_settings_change (keyless, NULL, NULL, "k2", NULL, NULL);
  g_assert_true (sortie_llm_settings_is_usable (keyed));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llm-settings/defaults", test_defaults);
  g_test_add_func ("/llm-settings/usable", test_usable);
  g_test_add_func ("/llm-settings/addresses", test_addresses);
  g_test_add_func ("/llm-settings/bad-values", test_bad_values);
  g_test_add_func ("/llm-settings/seconds", test_seconds);
  g_test_add_func ("/llm-settings/unclear-switch", test_unclear_switch);
  g_test_add_func ("/llm-settings/change", test_change);
  g_test_add_func ("/llm-settings/bad-changes", test_bad_changes);
  g_test_add_func ("/llm-settings/put-right", test_put_right);
  return g_test_run ();
}
