/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortied"

#include "sortie-daemon-options.h"

#include "sortie-daemon-secrets.h"
#include "sortie-error.h"
#include "sortie-plan.h"
#include "sortie-worker.h"

#include <fcntl.h>
#include <string.h>

#define DEFAULT_LISTEN "tcp://127.0.0.1:8000"
#define MAX_ENV_FILE (256 * 1024)

/* The command line as GOption gives it, before it means something. */
typedef struct
{
  char *roles;
  char *agents;
  char *durability;
  char *tokens_file;
  char *env_file;
} Raw;

static void
raw_clear (Raw *raw)
{
  g_free (raw->roles);
  g_free (raw->agents);
  g_free (raw->durability);
  g_free (raw->tokens_file);
  g_free (raw->env_file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Raw, raw_clear)

/* What may hold a key. */
typedef char *Environment;
typedef char Text;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Environment, sortie_daemon_free_environment)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Text, sortie_daemon_free_text)

static gboolean invalid (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
invalid (GError **error, const char *format, ...)
{
  va_list args;
  g_autofree char *message = NULL;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, message);
  return FALSE;
}

static gboolean
parse_roles (const char *text, SortieRoles *roles, GError **error)
{
  g_auto (GStrv) names = g_strsplit (text != NULL ? text : "api,worker,janitor", ",", -1);

  *roles = 0;
  for (gsize i = 0; names[i] != NULL; i++)
    {
      if (g_str_equal (names[i], "api"))
        *roles |= SORTIE_ROLE_API;
      else if (g_str_equal (names[i], "worker"))
        *roles |= SORTIE_ROLE_WORKER;
      else if (g_str_equal (names[i], "janitor"))
        *roles |= SORTIE_ROLE_JANITOR;
      else
        return invalid (error, "--roles: “%s” is not one of api, worker, janitor", names[i]);
    }
  return *roles != 0 || invalid (error, "--roles: name at least one");
}

static gboolean
parse_agents (const char *text, guint *agents, GError **error)
{
  g_auto (GStrv) names = text != NULL ? g_strsplit (text, ",", -1) : NULL;

  *agents = 0;
  if (names == NULL)
    *agents = (1u << SORTIE_N_AGENTS) - 1;
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    {
      int agent = sortie_agent_index (names[i]);

      if (agent < 0)
        return invalid (error, "--agents: “%s” is not one of planner, retriever, analyzer, writer",
                        names[i]);
      *agents |= 1u << agent;
    }
  return *agents != 0 || invalid (error, "--agents: name at least one");
}

static gboolean
parse_durability (const char *text, SortieDurability *durability, GError **error)
{
  if (text == NULL || g_str_equal (text, "always"))
    *durability = SORTIE_DURABILITY_ALWAYS;
  else if (g_str_equal (text, "everysec"))
    *durability = SORTIE_DURABILITY_EVERYSEC;
  else
    return invalid (error, "--durability: “%s” is neither always nor everysec", text);
  return TRUE;
}

/* The `.env` of the working directory may be missing; one that is named must be there. */
static gboolean
load_config (SortieDaemonOptions *self, const Raw *raw, GError **error)
{
  g_autoptr (Environment) environment = g_get_environ ();
  const char *const *variables = (const char *const *) environment;
  g_autoptr (Text) contents = NULL;
  gsize length = 0;

  if (sortie_config_wants_env_file (variables) &&
      !g_file_get_contents (raw->env_file != NULL ? raw->env_file : ".env", &contents, &length,
                            raw->env_file != NULL ? error : NULL) &&
      raw->env_file != NULL)
    return FALSE;
  if (length > MAX_ENV_FILE)
    return invalid (error, "The .env file is larger than %s", "256 KiB");
  self->config = sortie_config_new (variables, contents, length, error);
  if (self->config == NULL)
    return FALSE;
  sortie_daemon_wipe_environment ();
  if (sortie_config_get (self->config, SORTIE_CONFIG_GROQ_API_KEY) != NULL)
    sortie_daemon_forbid_dumps ();
  if (raw->tokens_file != NULL)
    sortie_config_set_flag (self->config, SORTIE_CONFIG_TOKENS_FILE, raw->tokens_file);
  if (self->data_dir != NULL)
    sortie_config_set_flag (self->config, SORTIE_CONFIG_DATA_DIR, self->data_dir);
  return sortie_config_get_boolean (self->config, SORTIE_CONFIG_FAULTS, &self->faults, error);
}

static gboolean
settle (SortieDaemonOptions *self, const Raw *raw, GError **error)
{
  if (!parse_roles (raw->roles, &self->roles, error) ||
      !parse_agents (raw->agents, &self->agents, error) ||
      !parse_durability (raw->durability, &self->durability, error) ||
      !load_config (self, raw, error))
    return FALSE;
  if (self->concurrency < 1 || self->concurrency > SORTIE_WORKER_MAX_CONCURRENCY)
    return invalid (error, "--concurrency must be from 1 to %d", SORTIE_WORKER_MAX_CONCURRENCY);
  if (self->parent_fd != -1 && fcntl (self->parent_fd, F_GETFD) < 0)
    return invalid (error, "--parent-fd: %d is no open descriptor", self->parent_fd);
  if ((self->tls_cert == NULL) != (self->tls_key == NULL))
    return invalid (error, "--tls-cert and --tls-key belong together");
  if (self->listen == NULL && (self->roles & SORTIE_ROLE_API))
    self->listen = g_strsplit (DEFAULT_LISTEN, ",", -1);
  if (self->data_dir == NULL)
    self->data_dir = g_strdup (sortie_config_get (self->config, SORTIE_CONFIG_DATA_DIR));
  if (self->data_dir == NULL)
    self->data_dir = g_build_filename (g_get_user_data_dir (), "sortie", NULL);
  return TRUE;
}

/**
 * sortie_daemon_options_parse:
 * @argc: (inout): as main() has it
 * @argv: (inout): likewise
 * @error: what is wrong with the command line, the environment or the `.env` file
 *
 * Returns: (transfer full): the options, checked
 */
SortieDaemonOptions *
sortie_daemon_options_parse (int *argc, char ***argv, GError **error)
{
  g_autoptr (SortieDaemonOptions) self = g_new0 (SortieDaemonOptions, 1);
  g_auto (Raw) raw = { NULL };
  g_autoptr (GOptionContext) context = g_option_context_new ("— the backend of Sortie");
  const GOptionEntry entries[] = {
    { "listen", 'l', 0, G_OPTION_ARG_STRING_ARRAY, &self->listen,
      "Serve here (repeatable); default " DEFAULT_LISTEN "; port 0 takes a free one. "
      "Without the role api only whether this process works",
      "tcp://HOST:PORT|unix://PATH" },
    { "data-dir", 'd', 0, G_OPTION_ARG_FILENAME, &self->data_dir, "Keep missions and indexes here",
      "DIR" },
    { "documents", 'D', 0, G_OPTION_ARG_FILENAME_ARRAY, &self->documents,
      "Make or refresh a collection of this folder (repeatable)", "DIR" },
    { "roles", 0, 0, G_OPTION_ARG_STRING, &raw.roles, "What this process does; default: all",
      "api,worker,janitor" },
    { "agents", 0, 0, G_OPTION_ARG_STRING, &raw.agents, "Which agents work here; default: all",
      "LIST" },
    { "concurrency", 0, 0, G_OPTION_ARG_INT, &self->concurrency,
      "How many steps run at once; default 16", "N" },
    { "tokens-file", 0, 0, G_OPTION_ARG_FILENAME, &raw.tokens_file,
      "Ask for one of these bearer tokens: “token” or “user:token” a line", "FILE" },
    { "tls-cert", 0, 0, G_OPTION_ARG_FILENAME, &self->tls_cert, "Serve TLS with this certificate",
      "FILE" },
    { "tls-key", 0, 0, G_OPTION_ARG_FILENAME, &self->tls_key, "The certificate's key", "FILE" },
    { "durability", 0, 0, G_OPTION_ARG_STRING, &raw.durability,
      "When the private Redis has kept an answer; default always", "always|everysec" },
    { "accept-data-loss", 0, 0, G_OPTION_ARG_NONE, &self->accept_data_loss,
      "Work with a Redis that may forget", NULL },
    { "noop-agents", 0, 0, G_OPTION_ARG_NONE, &self->noop_agents,
      "Agents that do nothing, for benchmarks", NULL },
    { "env-file", 0, 0, G_OPTION_ARG_FILENAME, &raw.env_file,
      "Read this instead of .env in the working directory", "FILE" },
    { "print-config", 0, 0, G_OPTION_ARG_NONE, &self->print_config,
      "Show each setting and where it comes from, and end", NULL },
    { "parent-fd", 0, 0, G_OPTION_ARG_INT, &self->parent_fd,
      "End when this descriptor closes, unless a byte K came first", "N" },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &self->verbose, "Say more on standard error", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->version, "Show the version and end", NULL },
    G_OPTION_ENTRY_NULL
  };

  self->concurrency = SORTIE_WORKER_DEFAULT_CONCURRENCY;
  self->parent_fd = -1;
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (context,
                                    "Without REDIS_URL a private redis-server keeps the missions.\n"
                                    "See sortied(8) for the environment variables.\n");
  if (!g_option_context_parse (context, argc, argv, error))
    return NULL;
  if (*argc > 1)
    {
      invalid (error, "What is “%s”? sortied takes options only; see --help", (*argv)[1]);
      return NULL;
    }
  return settle (self, &raw, error) ? g_steal_pointer (&self) : NULL;
}

void
sortie_daemon_options_free (SortieDaemonOptions *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->listen);
  g_free (self->data_dir);
  g_strfreev (self->documents);
  g_free (self->tls_cert);
  g_free (self->tls_key);
  g_clear_pointer (&self->config, sortie_config_free);
  g_free (self);
}
