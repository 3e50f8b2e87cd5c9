/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Configuration by the contract's rule: flag, process environment, `.env`, default. The `.env` file
 * counts only where REDIS_URL is not set in the environment, and never overrides a variable that
 * is. Reading the file is the caller's: core does no I/O. */

#define SORTIE_CONFIG_MAX_ENV_FILE (256 * 1024) /* bytes of a `.env` file */

/* The names that are known; any other has no value. */
#define SORTIE_CONFIG_REDIS_URL "REDIS_URL"
#define SORTIE_CONFIG_REDIS_PASSWORD_FILE "REDIS_PASSWORD_FILE" /* for a REDIS_URL without one */
#define SORTIE_CONFIG_REDIS_CA_FILE "REDIS_CA_FILE" /* this and the next two: for rediss:// only */
#define SORTIE_CONFIG_REDIS_CERT_FILE "REDIS_CERT_FILE"
#define SORTIE_CONFIG_REDIS_KEY_FILE "REDIS_KEY_FILE"
#define SORTIE_CONFIG_USE_GROQ "USE_GROQ"
#define SORTIE_CONFIG_GROQ_API_KEY "GROQ_API_KEY"
#define SORTIE_CONFIG_LLM_BASE_URL "LLM_BASE_URL"
#define SORTIE_CONFIG_LLM_PLANNER_MODEL "LLM_PLANNER_MODEL"
#define SORTIE_CONFIG_LLM_ANALYZER_MODEL "LLM_ANALYZER_MODEL"
#define SORTIE_CONFIG_LLM_WRITER_MODEL "LLM_WRITER_MODEL"
#define SORTIE_CONFIG_LLM_ALLOW_HTTP "LLM_ALLOW_HTTP"
#define SORTIE_CONFIG_LLM_CONNECT_TIMEOUT "LLM_CONNECT_TIMEOUT" /* seconds, as the next four */
#define SORTIE_CONFIG_LLM_FIRST_TOKEN_TIMEOUT "LLM_FIRST_TOKEN_TIMEOUT"
#define SORTIE_CONFIG_LLM_SILENCE_TIMEOUT "LLM_SILENCE_TIMEOUT"
#define SORTIE_CONFIG_LLM_TOTAL_TIMEOUT "LLM_TOTAL_TIMEOUT"
#define SORTIE_CONFIG_LLM_REST "LLM_REST"
#define SORTIE_CONFIG_LLM_CA_FILE "LLM_CA_FILE"
#define SORTIE_CONFIG_BACKEND_URL "BACKEND_URL"
#define SORTIE_CONFIG_PUBLIC_URL "PUBLIC_URL" /* without one of its own: that of BACKEND_URL */
#define SORTIE_CONFIG_TOKEN "SORTIE_TOKEN"
#define SORTIE_CONFIG_TOKENS_FILE "SORTIE_TOKENS_FILE"
#define SORTIE_CONFIG_FAULTS "SORTIE_FAULTS"
#define SORTIE_CONFIG_DATA_DIR "SORTIE_DATA_DIR" /* default: the user's data folder + "sortie" */

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
 * The file holds `NAME=value` or `export NAME=value` a line, and comments from `#` on. A value is
 * bare (white space around it and a comment after white space do not belong to it), in single quotes
 * (taken as it is) or in double quotes (`\n \r \t \" \' \\ \$` and a backslash before a
 * backtick are escapes). Nothing is expanded; of two lines for a name the later one counts. Names that
 * are not known are passed over: the file may serve other programs too.
 *
 * SORTIE_ERROR_INVALID, naming the line, where the `.env` file can't be read as one, and
 * SORTIE_ERROR_TOO_LARGE; no message holds a value. A file that is not to be used (REDIS_URL is set)
 * is not looked at.
 *
 * Returns: (transfer full): the configuration, or NULL
 */
SortieConfig *sortie_config_new (const char *const *environment,
                                 const char *env_file,
                                 gsize env_file_length,
                                 GError **error);
/* Wipes what is secret. */
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
                                    const char *name,
                                    gboolean *value,
                                    GError **error);

/* Every known variable, one a line: `NAME=value  (origin)`; keys and tokens masked, passwords in
 * addresses replaced by `***`. */
char *sortie_config_print (SortieConfig *self);

G_END_DECLS
