/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-config.h"
#include "sortie-error.h"

#include <string.h>

static SortieConfig *
load (const char *const *environment, const char *env_file)
{
  g_autoptr (GError) error = NULL;
  SortieConfig *config =
      sortie_config_new (environment, env_file, env_file != NULL ? strlen (env_file) : 0, &error);

  g_assert_no_error (error);
  g_assert_nonnull (config);
  return config;
}

static void
assert_value (SortieConfig *config, const char *name, const char *value, SortieConfigOrigin origin)
{
  g_assert_cmpstr (sortie_config_get (config, name), ==, value);
  g_assert_cmpint (sortie_config_get_origin (config, name), ==, origin);
}

static void
test_defaults (void)
{
  g_autoptr (SortieConfig) config = load (NULL, NULL);
  gboolean flag = TRUE;

  assert_value (config, "REDIS_URL", NULL, SORTIE_CONFIG_DEFAULT);
  assert_value (config, "GROQ_API_KEY", NULL, SORTIE_CONFIG_DEFAULT);
  assert_value (config, "PUBLIC_URL", NULL, SORTIE_CONFIG_DEFAULT);
  assert_value (config, "SORTIE_DATA_DIR", NULL, SORTIE_CONFIG_DEFAULT);
  assert_value (config, "LLM_BASE_URL", "https://api.groq.com/openai/v1", SORTIE_CONFIG_DEFAULT);
  g_assert_nonnull (sortie_config_get (config, "LLM_WRITER_MODEL"));
  g_assert_null (sortie_config_get (config, "PATH"));
  g_assert_true (sortie_config_get_boolean (config, "USE_GROQ", &flag, NULL));
  g_assert_false (flag);
}

static void
test_precedence (void)
{
  static const char *const environment[] = {
    "USE_GROQ=1",         "LLM_WRITER_MODEL=from-environment",
    "LLM_PLANNER_MODEL=", "LLM_WRITER_MODELX=no",
    "GROQ_API_KEY",       NULL
  };
  g_autoptr (SortieConfig) config =
      load (environment, "LLM_WRITER_MODEL=from-file\nLLM_PLANNER_MODEL=from-file\n"
                         "BACKEND_URL=http://from-file\nREDIS_URL=redis://from-file\nHOME=/x\n");

  assert_value (config, "LLM_WRITER_MODEL", "from-environment", SORTIE_CONFIG_ENVIRONMENT);
  assert_value (config, "LLM_PLANNER_MODEL", "from-file", SORTIE_CONFIG_ENV_FILE);
  assert_value (config, "BACKEND_URL", "http://from-file", SORTIE_CONFIG_ENV_FILE);
  assert_value (config, "REDIS_URL", "redis://from-file", SORTIE_CONFIG_ENV_FILE);
  assert_value (config, "GROQ_API_KEY", NULL, SORTIE_CONFIG_DEFAULT);
  g_assert_null (sortie_config_get (config, "HOME"));
  sortie_config_set_flag (config, "LLM_WRITER_MODEL", "from-flag");
  sortie_config_set_flag (config, "BACKEND_URL", "http://from-flag");
  assert_value (config, "LLM_WRITER_MODEL", "from-flag", SORTIE_CONFIG_FLAG);
  sortie_config_set_flag (config, "LLM_WRITER_MODEL", "again");
  assert_value (config, "LLM_WRITER_MODEL", "again", SORTIE_CONFIG_FLAG);
  sortie_config_set_flag (config, "LLM_WRITER_MODEL", NULL);
  assert_value (config, "LLM_WRITER_MODEL", "from-environment", SORTIE_CONFIG_ENVIRONMENT);
  assert_value (config, "BACKEND_URL", "http://from-flag", SORTIE_CONFIG_FLAG);
}

/* With REDIS_URL in the environment the file does not count: it is not even read. */
static void
test_redis_url_shuts_the_file_out (void)
{
  static const char *const with[] = { "REDIS_URL=redis://r", "HOME=/home/x", NULL };
  static const char *const empty[] = { "REDIS_URL=", NULL };
  static const char *const other[] = { "REDIS_URLS=redis://r", "XREDIS_URL=y", NULL };
  g_autoptr (SortieConfig) config = load (with, "USE_GROQ=true\nthis is no assignment\n\xff");

  g_assert_false (sortie_config_wants_env_file (with));
  g_assert_true (sortie_config_wants_env_file (empty));
  g_assert_true (sortie_config_wants_env_file (other));
  g_assert_true (sortie_config_wants_env_file (NULL));
  assert_value (config, "REDIS_URL", "redis://r", SORTIE_CONFIG_ENVIRONMENT);
  assert_value (config, "USE_GROQ", "false", SORTIE_CONFIG_DEFAULT);
}

/* Each line sets BACKEND_URL to this. */
static const struct
{
  const char *file;
  const char *value;
} values[] = {
  { "BACKEND_URL=a", "a" },
  { "BACKEND_URL=a\n", "a" },
  { "BACKEND_URL=a\r\n", "a" },
  { "\xef\xbb\xbf"
    "BACKEND_URL=a",
    "a" },
  { "\r\n\n# comment\n  \t\n  # other\nBACKEND_URL=a", "a" },
  { "  BACKEND_URL = a b  \t", "a b" },
  { "export BACKEND_URL=a", "a" },
  { "export \t BACKEND_URL=a", "a" },
  { "export=b\nBACKEND_URL=a", "a" },
  { "export = b\nBACKEND_URL=a", "a" },
  { "exports=b\nBACKEND_URL=a", "a" },
  { "BACKEND_URL=a # comment", "a" },
  { "BACKEND_URL=a#b", "a#b" },
  { "BACKEND_URL=a\t#b", "a" },
  { "BACKEND_URL=#b", NULL },
  { "BACKEND_URL= # b", NULL },
  { "BACKEND_URL=", NULL },
  { "BACKEND_URL=\"\"", NULL },
  { "BACKEND_URL=''", NULL },
  { "BACKEND_URL=a=b=c", "a=b=c" },
  { "BACKEND_URL=$HOME/${X}`y`\\n", "$HOME/${X}`y`\\n" },
  { "BACKEND_URL=a\"b\"'c'", "a\"b\"'c'" },
  { "BACKEND_URL=\"a # b\"", "a # b" },
  { "BACKEND_URL=\" a \" # comment", " a " },
  { "BACKEND_URL=\"a\"   ", "a" },
  { "BACKEND_URL=\"a\"#b", "a" },
  { "BACKEND_URL=\"a\\nb\\tc\\rd\"", "a\nb\tc\rd" },
  { "BACKEND_URL=\"\\\"\\\\\\$\\`\\'\"", "\"\\$`'" },
  { "BACKEND_URL=\"\\x\\d\"", "\\x\\d" },
  { "BACKEND_URL=\"it's\"", "it's" },
  { "BACKEND_URL='a # \"b\" $c \\n'", "a # \"b\" $c \\n" },
  { "BACKEND_URL='a\\'", "a\\" },
  { "BACKEND_URL=caf\xc3\xa9", "caf\xc3\xa9" },
  { "BACKEND_URL=a\nBACKEND_URL=b", "b" },
  { "BACKEND_URL=a\nBACKEND_URL=", NULL },
  { "_X9=y\nBACKEND_URL=a\nOTHER=\"z\"", "a" },
};

static void
test_env_file_values (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (SortieConfig) config = load (NULL, values[i].file);

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_cmpstr (sortie_config_get (config, "BACKEND_URL"), ==, values[i].value);
    }
}

static const struct
{
  const char *file;
  const char *line;
} bad_files[] = {
  { "secret", "line 1" },
  { "A=1\n\nsecret\n", "line 3" },
  { "A=1\r\n=secret", "line 2" },
  { "1A=secret", "line 1" },
  { "A-B=secret", "line 1" },
  { "A B=secret", "line 1" },
  { "export", "line 1" },
  { "export A", "line 1" },
  { "export =secret\nexport export A=secret", "line 2" },
  { "A=\"secret", "line 1" },
  { "A=\"secret\\\"", "line 1" },
  { "A='secret", "line 1" },
  { "A='secret\n'", "line 1" },
  { "A=\"secret\" more", "line 1" },
  { "A='it''secret'", "line 1" },
  { "A=1\nB=secret\xff\nC=2", "line 2" },
  { "\xff\xfe"
    "A=secret",
    "line 1" },
};

/* The message names the line and holds nothing of it: it may be a key. */
static void
test_env_file_errors (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad_files); i++)
    {
      g_autoptr (GError) error = NULL;
      gsize length = strlen (bad_files[i].file);
      g_autofree char *exact = g_memdup2 (bad_files[i].file, length);

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_null (sortie_config_new (NULL, exact, length, &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, bad_files[i].line));
      g_assert_null (strstr (error->message, "secret"));
    }
}

static void
test_env_file_with_nul (void)
{
  static const char file[] = "A=1\nB=2\0\nC=3";
  g_autoptr (GError) error = NULL;

  g_assert_null (sortie_config_new (NULL, file, sizeof file - 1, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "line 2"));
}

static void
test_env_file_too_large (void)
{
  g_autofree char *file = g_strnfill (SORTIE_CONFIG_MAX_ENV_FILE + 1, '\n');
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieConfig) config =
      sortie_config_new (NULL, file, SORTIE_CONFIG_MAX_ENV_FILE, &error);

  g_assert_no_error (error);
  g_assert_null (sortie_config_new (NULL, file, SORTIE_CONFIG_MAX_ENV_FILE + 1, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE);
}

static void
test_data_dir (void)
{
  static const char *const home[] = { "HOME=/home/x", NULL };
  static const char *const xdg[] = { "HOME=/home/x", "XDG_DATA_HOME=/data", NULL };
  static const char *const relative[] = { "XDG_DATA_HOME=data", "HOME=/home/x", NULL };
  static const char *const given[] = { "SORTIE_DATA_DIR=/srv", "HOME=/home/x", NULL };
  g_autoptr (SortieConfig) of_home = load (home, NULL);
  g_autoptr (SortieConfig) of_xdg = load (xdg, NULL);
  g_autoptr (SortieConfig) of_relative = load (relative, NULL);
  g_autoptr (SortieConfig) of_given = load (given, NULL);

  assert_value (of_home, "SORTIE_DATA_DIR", "/home/x/.local/share/sortie", SORTIE_CONFIG_DEFAULT);
  assert_value (of_xdg, "SORTIE_DATA_DIR", "/data/sortie", SORTIE_CONFIG_DEFAULT);
  assert_value (of_relative, "SORTIE_DATA_DIR", "/home/x/.local/share/sortie",
                SORTIE_CONFIG_DEFAULT);
  assert_value (of_given, "SORTIE_DATA_DIR", "/srv", SORTIE_CONFIG_ENVIRONMENT);
}

static void
test_public_url (void)
{
  static const char *const backend[] = { "BACKEND_URL=http://b", NULL };
  static const char *const both[] = { "BACKEND_URL=http://b", "PUBLIC_URL=http://p", NULL };
  g_autoptr (SortieConfig) one = load (backend, NULL);
  g_autoptr (SortieConfig) two = load (both, NULL);

  assert_value (one, "PUBLIC_URL", "http://b", SORTIE_CONFIG_DEFAULT);
  assert_value (two, "PUBLIC_URL", "http://p", SORTIE_CONFIG_ENVIRONMENT);
}

static void
test_booleans (void)
{
  static const char *const yes[] = { "true", "TRUE", "1", "yes", "On", " true " };
  static const char *const no[] = { "false", "False", "0", "NO", "off" };
  static const char *const bad[] = { "2", "y", "tru", "enabled", "sk-secret" };
  g_autoptr (SortieConfig) config = load (NULL, NULL);
  gboolean value;

  for (gsize i = 0; i < G_N_ELEMENTS (yes); i++)
    {
      value = FALSE;
      sortie_config_set_flag (config, "USE_GROQ", yes[i]);
      g_assert_true (sortie_config_get_boolean (config, "USE_GROQ", &value, NULL));
      g_assert_true (value);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (no); i++)
    {
      value = TRUE;
      sortie_config_set_flag (config, "USE_GROQ", no[i]);
      g_assert_true (sortie_config_get_boolean (config, "USE_GROQ", &value, NULL));
      g_assert_false (value);
    }
  value = 42;
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      sortie_config_set_flag (config, "USE_GROQ", bad[i]);
      g_assert_false (sortie_config_get_boolean (config, "USE_GROQ", &value, &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "USE_GROQ"));
      g_assert_null (strstr (error->message, "secret"));
    }
  g_assert_cmpint (value, ==, 42);
  value = TRUE;
  g_assert_true (sortie_config_get_boolean (config, "REDIS_URL", &value, NULL));
  g_assert_false (value);
}

static const struct
{
  const char *address;
  const char *shown;
} addresses[] = {
  { "redis://host:6379/0", "redis://host:6379/0" },
  { "redis://:secret@host", "redis://:***@host" },
  { "rediss://user:secret@host:1/2", "rediss://user:***@host:1/2" },
  { "redis://secret@host", "redis://***@host" },
  { "redis://user:sec@ret@host", "redis://user:***@host" },
  { "redis://user:sec/ret@host", "redis://user:***@host" },
  { "redis://user:sec?ret@host", "redis://user:***@host" },
  { "redis://host?password=secret", "redis://host?***" },
  { "user:secret@host", "user:***@host" },
  { "unix:///run/redis.sock", "unix:///run/redis.sock" },
  { "http://u:secret@h\nFORGED=1", "http://u:***@h FORGED=1" },
};

static void
test_print_masks_addresses (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr (SortieConfig) config = load (NULL, NULL);
      g_autofree char *printed = NULL;
      g_autofree char *line = g_strdup_printf ("REDIS_URL=%s  (flag)\n", addresses[i].shown);

      sortie_config_set_flag (config, "REDIS_URL", addresses[i].address);
      printed = sortie_config_print (config);
      g_assert_true (g_str_has_prefix (printed, line));
      g_assert_null (strstr (printed, "secret"));
      g_assert_null (strstr (printed, "ret@"));
    }
}

static void
test_print (void)
{
  static const char *const environment[] = { "GROQ_API_KEY=gsk_secret", "SORTIE_TOKEN=secret-token",
                                             "HOME=/h", NULL };
  g_autoptr (SortieConfig) config = load (environment, "BACKEND_URL=http://b:1\n");
  g_autofree char *printed = sortie_config_print (config);
  g_auto (GStrv) lines = g_strsplit (printed, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, 25);
  g_assert_true (g_strv_contains ((const char *const *) lines, "REDIS_URL=  (unset)"));
  g_assert_true (g_strv_contains ((const char *const *) lines, "USE_GROQ=false  (default)"));
  g_assert_true (g_strv_contains ((const char *const *) lines, "GROQ_API_KEY=***  (environment)"));
  g_assert_true (g_strv_contains ((const char *const *) lines, "SORTIE_TOKEN=***  (environment)"));
  g_assert_true (g_strv_contains ((const char *const *) lines, "BACKEND_URL=http://b:1  (.env)"));
  g_assert_true (g_strv_contains ((const char *const *) lines,
                                  "SORTIE_DATA_DIR=/h/.local/share/sortie  (default)"));
  g_assert_true (g_strv_contains ((const char *const *) lines, "LLM_REST=30  (default)"));
  g_assert_null (strstr (printed, "secret"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/defaults", test_defaults);
  g_test_add_func ("/config/precedence", test_precedence);
  g_test_add_func ("/config/redis-url-shuts-the-file-out", test_redis_url_shuts_the_file_out);
  g_test_add_func ("/config/env-file-values", test_env_file_values);
  g_test_add_func ("/config/env-file-errors", test_env_file_errors);
  g_test_add_func ("/config/env-file-with-nul", test_env_file_with_nul);
  g_test_add_func ("/config/env-file-too-large", test_env_file_too_large);
  g_test_add_func ("/config/data-dir", test_data_dir);
  g_test_add_func ("/config/public-url", test_public_url);
  g_test_add_func ("/config/booleans", test_booleans);
  g_test_add_func ("/config/print-masks-addresses", test_print_masks_addresses);
  g_test_add_func ("/config/print", test_print);
  return g_test_run ();
}
