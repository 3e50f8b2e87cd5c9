/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortied"

#include "sortie-daemon-secrets.h"

#include "sortie-config.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* REDIS_URL may hold a password. */
static const char *const secrets[] = { SORTIE_CONFIG_GROQ_API_KEY, SORTIE_CONFIG_TOKEN,
                                       SORTIE_CONFIG_REDIS_URL };

/* (nullable): the value, where the variable is a secret */
static char *
find_secret (char *variable)
{
  for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++)
    {
      gsize length = strlen (secrets[i]);

      if (strncmp (variable, secrets[i], length) == 0 && variable[length] == '=')
        return variable + length + 1;
    }
  return NULL;
}

static void
wipe (char **environment)
{
  for (gsize i = 0; environment != NULL && environment[i] != NULL; i++)
    {
      char *value = find_secret (environment[i]);

      if (value != NULL)
        explicit_bzero (value, strlen (value));
    }
}

/* Unsetting alone would leave the bytes where /proc/PID/environ reads them. */
void
sortie_daemon_wipe_environment (void)
{
  wipe (environ);
  for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++)
    g_unsetenv (secrets[i]);
}

void
sortie_daemon_free_environment (char **environment)
{
  wipe (environment);
  g_strfreev (environment);
}

void
sortie_daemon_free_text (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

void
sortie_daemon_forbid_dumps (void)
{
  const struct rlimit none = { 0, 0 };

  setrlimit (RLIMIT_CORE, &none);
  prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
}
