/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-sandbox.h"

#define VARIABLE "FLATPAK_ID"

const char *
sortie_sandbox_get_id (const char *const *environment)
{
  const char *id = environment != NULL ? g_environ_getenv ((char **) environment, VARIABLE)
                                       : g_getenv (VARIABLE);

  return id != NULL && *id != '\0' ? id : NULL;
}

char *
sortie_sandbox_dup_runtime_folder (const char *runtime, const char *const *environment)
{
  const char *id = sortie_sandbox_get_id (environment);

  return id != NULL ? g_build_filename (runtime, "app", id, NULL)
                    : g_build_filename (runtime, "sortie", NULL);
}
