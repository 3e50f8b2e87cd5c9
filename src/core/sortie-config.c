/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-config.h"

#include "sortie-env-file.h"
#include "sortie-error.h"

#include <string.h>

#define MASK "***"

typedef enum
{
  SHOW_PLAIN,
  SHOW_ADDRESS, /* without the password in it */
  SHOW_MASK,
} Show;

typedef struct
{
  const char *name;
  const char *value; /* (nullable): the default */
  Show show;
} Variable;

static const Variable variables[] = {
  { SORTIE_CONFIG_REDIS_URL, NULL, SHOW_ADDRESS },
  { SORTIE_CONFIG_REDIS_PASSWORD_FILE, NULL, SHOW_PLAIN },
  { SORTIE_CONFIG_REDIS_CA_FILE, NULL, SHOW_PLAIN },
  { SORTIE_CONFIG_REDIS_CERT_FILE, NULL, SHOW_PLAIN },
  { SORTIE_CONFIG_REDIS_KEY_FILE, NULL, SHOW_PLAIN },
  { SORTIE_CONFIG_USE_GROQ, "false", SHOW_PLAIN },
  { SORTIE_CONFIG_GROQ_API_KEY, NULL, SHOW_MASK },
  { SORTIE_CONFIG_LLM_BASE_URL, "https://api.groq.com/openai/v1", SHOW_ADDRESS },
  { SORTIE_CONFIG_LLM_PLANNER_MODEL, "openai/gpt-oss-20b", SHOW_PLAIN },
  { SORTIE_CONFIG_LLM_ANALYZER_MODEL, "openai/gpt-oss-120b", SHOW_PLAIN },
  { SORTIE_CONFIG_LLM_WRITER_MODEL, "openai/gpt-oss-120b", SHOW_PLAIN },
  { SORTIE_CONFIG_LLM_ALLOW_HTTP, "false", SHOW_PLAIN },
  { SORTIE_CONFIG_LLM_CONNECT_TIMEOUT, "5", SHOW_PLAIN },
  { SORTIE_CONFIG_LLM_FIRST_TOKEN_TIMEOUT, "20", SHOW_PLAIN },
  { SORTIE_CONFIG_LLM_SILENCE_TIMEOUT, "15", SHOW_PLAIN },
  { SORTIE_CONFIG_LLM_TOTAL_TIMEOUT, "180", SHOW_PLAIN },
  { SORTIE_CONFIG_LLM_REST, "30", SHOW_PLAIN },
  { SORTIE_CONFIG_LLM_CA_FILE, NULL, SHOW_PLAIN },
  { SORTIE_CONFIG_BACKEND_URL, NULL, SHOW_ADDRESS },
  { SORTIE_CONFIG_PUBLIC_URL, NULL, SHOW_ADDRESS },
  { SORTIE_CONFIG_TOKEN, NULL, SHOW_MASK },
  { SORTIE_CONFIG_TOKENS_FILE, NULL, SHOW_PLAIN },
  { SORTIE_CONFIG_FAULTS, "false", SHOW_PLAIN },
  { SORTIE_CONFIG_DATA_DIR, NULL, SHOW_PLAIN },
};

#define N_VARIABLES G_N_ELEMENTS (variables)
#define N_ORIGINS (SORTIE_CONFIG_FLAG + 1)

struct _SortieConfig
{
  char *values[N_VARIABLES][N_ORIGINS];
};

static int
find_variable (const char *name)
{
  for (gsize i = 0; i < N_VARIABLES; i++)
    if (strcmp (variables[i].name, name) == 0)
      return (int) i;
  return -1;
}

/* (nullable): as in the environment; an empty value counts as unset. */
static const char *
lookup_environment (const char *const *environment, const char *name)
{
  gsize length = strlen (name);

  for (gsize i = 0; environment != NULL && environment[i] != NULL; i++)
    if (strncmp (environment[i], name, length) == 0 && environment[i][length] == '=')
      return environment[i][length + 1] != '\0' ? environment[i] + length + 1 : NULL;
  return NULL;
}

/* As of the XDG base directory specification, from the environment that was given. */
static char *
dup_data_dir (const char *const *environment)
{
  const char *data_home = lookup_environment (environment, "XDG_DATA_HOME");
  const char *home = lookup_environment (environment, "HOME");

  if (data_home != NULL && g_path_is_absolute (data_home))
    return g_build_filename (data_home, "sortie", NULL);
  return home != NULL ? g_build_filename (home, ".local", "share", "sortie", NULL) : NULL;
}

static SortieConfigOrigin
find_origin (SortieConfig *self, int variable)
{
  for (int origin = SORTIE_CONFIG_FLAG; origin > SORTIE_CONFIG_DEFAULT; origin--)
    if (self->values[variable][origin] != NULL)
      return (SortieConfigOrigin) origin;
  return SORTIE_CONFIG_DEFAULT;
}

/* The password is all between the scheme and the last at sign: it may hold any sign unescaped. What
 * follows a question mark may hold keys. */
static char *
mask_address (const char *address)
{
  const char *scheme = strstr (address, "://");
  const char *user = scheme != NULL ? scheme + 3 : address;
  const char *host = strrchr (user, '@');
  const char *query = strchr (host != NULL ? host : user, '?');
  g_autoptr (GString) masked = g_string_new_len (address, user - address);

  if (host != NULL)
    {
      const char *colon = memchr (user, ':', (gsize) (host - user));

      if (colon != NULL)
        g_string_append_len (masked, user, colon + 1 - user);
      g_string_append (masked, MASK);
      user = host;
    }
  g_string_append_len (masked, user, query != NULL ? query + 1 - user : (gssize) strlen (user));
  if (query != NULL)
    g_string_append (masked, MASK);
  return g_string_free (g_steal_pointer (&masked), FALSE);
}

static char *
dup_shown (const Variable *variable, const char *value)
{
  char *shown;

  if (variable->show == SHOW_MASK)
    return g_strdup (MASK);
  shown = variable->show == SHOW_ADDRESS ? mask_address (value) : g_strdup (value);
  for (char *at = shown; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  return shown;
}

static void
take_assignment_cb (const char *name, const char *value, gpointer user_data)
{
  SortieConfig *self = user_data;
  int variable = find_variable (name);

  if (variable < 0)
    return;
  g_free (self->values[variable][SORTIE_CONFIG_ENV_FILE]);
  self->values[variable][SORTIE_CONFIG_ENV_FILE] = *value != '\0' ? g_strdup (value) : NULL;
}

gboolean
sortie_config_wants_env_file (const char *const *environment)
{
  return lookup_environment (environment, SORTIE_CONFIG_REDIS_URL) == NULL;
}

SortieConfig *
sortie_config_new (const char *const *environment,
                   const char *env_file,
                   gsize env_file_length,
                   GError **error)
{
  g_autoptr (SortieConfig) self = g_new0 (SortieConfig, 1);

  for (gsize i = 0; i < N_VARIABLES; i++)
    {
      self->values[i][SORTIE_CONFIG_DEFAULT] = g_strdup (variables[i].value);
      self->values[i][SORTIE_CONFIG_ENVIRONMENT] =
          g_strdup (lookup_environment (environment, variables[i].name));
    }
  self->values[find_variable (SORTIE_CONFIG_DATA_DIR)][SORTIE_CONFIG_DEFAULT] =
      dup_data_dir (environment);
  if (env_file != NULL && sortie_config_wants_env_file (environment) &&
      !sortie_env_file_parse (env_file, env_file_length, take_assignment_cb, self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
sortie_config_free (SortieConfig *self)
{
  if (self == NULL)
    return;
  for (gsize i = 0; i < N_VARIABLES; i++)
    for (gsize origin = 0; origin < N_ORIGINS; origin++)
      {
        char *value = self->values[i][origin];

        if (value != NULL && variables[i].show != SHOW_PLAIN)
          explicit_bzero (value, strlen (value));
        g_free (value);
      }
  g_free (self);
}

void
sortie_config_set_flag (SortieConfig *self, const char *name, const char *value)
{
  int variable = find_variable (name);

  g_return_if_fail (variable >= 0);
  g_free (self->values[variable][SORTIE_CONFIG_FLAG]);
  self->values[variable][SORTIE_CONFIG_FLAG] = g_strdup (value);
}

const char *
sortie_config_get (SortieConfig *self, const char *name)
{
  int variable = find_variable (name);
  const char *value;

  if (variable < 0)
    return NULL;
  value = self->values[variable][find_origin (self, variable)];
  if (value == NULL && strcmp (name, SORTIE_CONFIG_PUBLIC_URL) == 0)
    return sortie_config_get (self, SORTIE_CONFIG_BACKEND_URL);
  return value;
}

SortieConfigOrigin
sortie_config_get_origin (SortieConfig *self, const char *name)
{
  int variable = find_variable (name);

  return variable >= 0 ? find_origin (self, variable) : SORTIE_CONFIG_DEFAULT;
}

gboolean
sortie_config_get_boolean (SortieConfig *self, const char *name, gboolean *value, GError **error)
{
  static const char *const yes[] = { "true", "1", "yes", "on", NULL };
  static const char *const no[] = { "", "false", "0", "no", "off", NULL };
  const char *text = sortie_config_get (self, name);
  g_autofree char *word = g_ascii_strdown (text != NULL ? text : "", -1);

  g_strstrip (word);
  if (!g_strv_contains (yes, word) && !g_strv_contains (no, word))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "%s must be true or false (or 1, yes, on, 0, no, off)", name);
      return FALSE;
    }
  *value = g_strv_contains (yes, word);
  return TRUE;
}

char *
sortie_config_print (SortieConfig *self)
{
  static const char *const origins[] = { "default", ".env", "environment", "flag" };
  g_autoptr (GString) out = g_string_new (NULL);

  for (gsize i = 0; i < N_VARIABLES; i++)
    {
      const char *value = sortie_config_get (self, variables[i].name);
      SortieConfigOrigin origin = sortie_config_get_origin (self, variables[i].name);
      g_autofree char *shown = value != NULL ? dup_shown (&variables[i], value) : g_strdup ("");

      g_string_append_printf (out, "%s=%s  (%s)\n", variables[i].name, shown,
                              value != NULL ? origins[origin] : "unset");
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
