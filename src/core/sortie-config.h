/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Configuration by the contract's rule: flag, process environment, `.env`, default. The `.env` file
 * counts only where REDIS_URL is not set in the environment, and never overrides a variable that
 * is. Reading the file is the caller's: core does no I/O. */

typedef enum
{
  SORTIE_CONFIG_DEFAULT,
  SORTIE_CONFIG_ENV_FILE,
  SORTIE_CONFIG_ENVIRONMENT,
  SORTIE_CONFIG_FLAG,
} SortieConfigOrigin;

typedef struct _SortieConfig SortieConfig;

/**
 * sortie_config_new:
 * @environment: (nullable): `NAME=value` strings as of g_get_environ(), NULL-terminated
 * @env_file: (nullable): the contents of the `.env` file
 * @env_file_length: bytes of @env_file
 *
 * SORTIE_ERROR_INVALID, naming the line, where the `.env` file can't be read as one. A file that is
 * not to be used (REDIS_URL is set) is not looked at.
 */
SortieConfig *sortie_config_new (const char *const *environment,
                                 const char        *env_file,
                                 gsize              env_file_length,
                                 GError           **error);
void sortie_config_free (SortieConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieConfig, sortie_config_free)

/* Whether the rule lets the `.env` file be read in this environment at all. */
gboolean sortie_config_wants_env_file (const char *const *environment);

/* A value from the command line; NULL takes it back. */
void sortie_config_set_flag (SortieConfig *self, const char *name, const char *value);

/* (nullable) where unset and without default. An empty value in the environment counts as unset. */
const char *sortie_config_get (SortieConfig *self, const char *name);
SortieConfigOrigin sortie_config_get_origin (SortieConfig *self, const char *name);

/* `true`, `1`, `yes`, `on` (any case) are true; `false`, `0`, `no`, `off` and unset are false;
 * anything else is SORTIE_ERROR_INVALID naming the variable. */
gboolean sortie_config_get_boolean (SortieConfig *self,
                                    const char   *name,
                                    gboolean     *value,
                                    GError      **error);

/* Every known variable, one a line: `NAME=value  (origin)`; keys and tokens masked, passwords in
 * addresses replaced by `***`. */
char *sortie_config_print (SortieConfig *self);

G_END_DECLS
