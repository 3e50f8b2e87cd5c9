/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-private.h"

#include "sortie-config.h"
#include "sortie-error.h"
#include "sortie-json.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/* --- waiting --- */

void
sortie_ctl_wait_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

GAsyncResult *
sortie_ctl_wait (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return *result;
}

JsonNode *
sortie_ctl_call (SortieCtl *ctl,
                 const char *method,
                 const char *path,
                 const char *query,
                 const char *body,
                 GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonNode) node = NULL;

  sortie_api_call_async (ctl->api, method, path, query, body, NULL, sortie_ctl_wait_cb, &result);
  node = sortie_api_call_finish (ctl->api, sortie_ctl_wait (&result), error);
  if (node == NULL)
    return NULL;
  if (JSON_NODE_HOLDS_NULL (node))
    json_node_take_object (json_node_init (node, JSON_NODE_OBJECT), json_object_new ());
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL,
                   "the backend's answer to %s is no JSON object", path);
      return NULL;
    }

  return g_steal_pointer (&node);
}

/* --- configuration --- */

/* The whole file, or NULL with an error that names it. */
static char *
read_bounded (const char *path, gsize limit, gsize *length, GError **error)
{
  FILE *file = g_fopen (path, "rbe");
  g_autofree char *bytes = g_malloc (limit + 2);
  gsize n = file != NULL ? fread (bytes, 1, limit + 1, file) : 0;
  gboolean failed = file == NULL || ferror (file);

  if (failed)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "can't read %s: %s", path,
                 g_strerror (errno));
  else if (n > limit)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
                 "%s is longer than %" G_GSIZE_FORMAT " bytes", path, limit);
  if (file != NULL)
    fclose (file);
  if (failed || n > limit)
    return NULL;

  bytes[n] = '\0';
  *length = n;
  return g_steal_pointer (&bytes);
}

static SortieConfig *
load_config (SortieCtl *ctl, GError **error)
{
  g_auto (GStrv) environment = g_get_environ ();
  const char *const *variables = (const char *const *) environment;
  const char *path = ctl->options.env_file != NULL ? ctl->options.env_file : ".env";
  g_autofree char *text = NULL;
  gsize length = 0;
  SortieConfig *config;

  if (sortie_config_wants_env_file (variables) &&
      (ctl->options.env_file != NULL || g_file_test (path, G_FILE_TEST_IS_REGULAR)))
    {
      text = read_bounded (path, SORTIE_CONFIG_MAX_ENV_FILE, &length, error);
      if (text == NULL)
        return NULL;
    }

  config = sortie_config_new (variables, text, length, error);
  if (config == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  if (ctl->options.backend != NULL)
    sortie_config_set_flag (config, SORTIE_CONFIG_BACKEND_URL, ctl->options.backend);
  if (ctl->options.data_dir != NULL)
    sortie_config_set_flag (config, SORTIE_CONFIG_DATA_DIR, ctl->options.data_dir);

  return config;
}

static gboolean
load_token (SortieCtl *ctl, SortieConfig *config, char **token, GError **error)
{
  g_autofree char *text = NULL;
  gsize length = 0;

  if (ctl->options.token_file == NULL)
    {
      *token = g_strdup (sortie_config_get (config, SORTIE_CONFIG_TOKEN));
      return TRUE;
    }

  text = read_bounded (ctl->options.token_file, SORTIE_API_MAX_TOKEN + 2, &length, error);
  if (text == NULL)
    return FALSE;
  *token = g_strdup (g_strstrip (text));

  return TRUE;
}

/* --- connecting --- */

static void
log_line_cb (SortieLauncher *launcher, const char *line, gpointer user_data)
{
  SortieCtl *ctl = user_data;

  sortie_ctl_say_verbose (ctl, "backend: %s", line);
}

/* `log_path`: (nullable): where the backend is to log when it outlives us */
static SortieBackendAddress *
launch (SortieCtl *ctl, SortieConfig *config, const char *log_path, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  SortieBackendAddress *address;

  ctl->launcher = sortie_launcher_new ();
  sortie_launcher_set_data_dir (ctl->launcher, sortie_config_get (config, SORTIE_CONFIG_DATA_DIR));
  sortie_launcher_set_env_file (ctl->launcher, ctl->options.env_file);
  sortie_launcher_set_log_file (ctl->launcher, log_path);
  g_signal_connect (ctl->launcher, "log-line", G_CALLBACK (log_line_cb), ctl);

  sortie_ctl_show_line (ctl, "Starting the backend …");
  sortie_launcher_start_async (ctl->launcher, NULL, sortie_ctl_wait_cb, &result);
  address = sortie_launcher_start_finish (ctl->launcher, sortie_ctl_wait (&result), error);
  sortie_ctl_show_line (ctl, NULL);

  return address;
}

static char *
dup_socket_path (SortieConfig *config, GError **error)
{
  return sortie_launcher_dup_socket_path (sortie_config_get (config, SORTIE_CONFIG_DATA_DIR),
                                          error);
}

static SortieBackendAddress *
find_running (SortieConfig *config, GError **error)
{
  g_autofree char *socket = dup_socket_path (config, error);

  if (socket == NULL)
    return NULL;
  if (!g_file_test (socket, G_FILE_TEST_EXISTS))
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                           "no backend is configured, and no local one is running");
      return NULL;
    }

  return sortie_backend_address_new_for_socket (socket, error);
}

/* PUBLIC_URL is what people see in place of BACKEND_URL, but not of what they have named themselves. */
static SortieBackendAddress *
parse_public (SortieCtl *ctl, SortieConfig *config, const char *url, GError **error)
{
  const char *shown = sortie_config_get (config, SORTIE_CONFIG_PUBLIC_URL);
  SortieBackendAddress *address = sortie_backend_address_parse (url, error);

  if (address != NULL && shown != NULL && ctl->options.backend == NULL)
    sortie_backend_address_set_display (address, shown);
  return address;
}

static gboolean
set_up (SortieCtl *ctl, gboolean starts, GError **error)
{
  g_autoptr (SortieConfig) config = load_config (ctl, error);
  g_autoptr (SortieBackendAddress) address = NULL;
  g_autofree char *token = NULL;
  const char *url;

  if (config == NULL || !load_token (ctl, config, &token, error))
    return FALSE;

  url = sortie_config_get (config, SORTIE_CONFIG_BACKEND_URL);
  if (ctl->options.containers)
    address = sortie_ctl_find_containers (ctl, &token, error);
  else if (url != NULL)
    address = parse_public (ctl, config, url, error);
  else
    address = starts ? launch (ctl, config, NULL, error) : find_running (config, error);
  if (address == NULL)
    return FALSE;

  sortie_ctl_say_verbose (ctl, "Backend: %s", sortie_backend_address_get_display (address));
  ctl->api = sortie_api_new (address, token, error);

  return ctl->api != NULL;
}

gboolean
sortie_ctl_connect (SortieCtl *ctl, GError **error)
{
  return set_up (ctl, TRUE, error);
}

gboolean
sortie_ctl_connect_running (SortieCtl *ctl, GError **error)
{
  return set_up (ctl, FALSE, error);
}

void
sortie_ctl_disconnect (SortieCtl *ctl)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_clear_object (&ctl->api);
  if (ctl->launcher == NULL)
    return;

  /* Where nobody waits, the descriptor that closes with us ends it just as well. */
  if (!ctl->hurried && sortie_launcher_has_child (ctl->launcher))
    {
      sortie_launcher_stop_async (ctl->launcher, NULL, sortie_ctl_wait_cb, &result);
      sortie_launcher_stop_finish (ctl->launcher, sortie_ctl_wait (&result), NULL);
    }
  g_clear_object (&ctl->launcher);
}

/* --- the command `backend` --- */

static char *
dup_log_path (void)
{
  return g_build_filename (g_get_user_state_dir (), "sortie", "sortied.log", NULL);
}

static int
run_up (SortieCtl *ctl, GError **error)
{
  g_autofree char *log_path = dup_log_path ();
  g_autofree char *folder = g_path_get_dirname (log_path);
  g_autoptr (SortieConfig) config = load_config (ctl, error);
  g_autoptr (SortieBackendAddress) address = NULL;

  if (config == NULL)
    return SORTIE_CTL_ERROR;
  if (sortie_config_get (config, SORTIE_CONFIG_BACKEND_URL) != NULL)
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                           "a backend is configured by --backend or BACKEND_URL; only a local one "
                           "can be started");
      return SORTIE_CTL_ERROR;
    }

  g_mkdir_with_parents (folder, 0700);
  address = launch (ctl, config, log_path, error);
  if (address == NULL)
    return SORTIE_CTL_ERROR;

  if (!sortie_launcher_has_child (ctl->launcher))
    sortie_ctl_say (ctl, "It was running already.");
  else if (!sortie_launcher_keep_running (ctl->launcher, error))
    return SORTIE_CTL_ERROR;
  g_clear_object (&ctl->launcher); /* without waiting for it: it stays */
  fprintf (ctl->out, "%s\n", sortie_backend_address_get_display (address));

  return SORTIE_CTL_OK;
}

static int
run_down (SortieCtl *ctl, GError **error)
{
  g_autoptr (SortieConfig) config = load_config (ctl, error);
  g_autofree char *socket = config != NULL ? dup_socket_path (config, error) : NULL;

  if (socket == NULL ||
      !sortie_launcher_terminate_at (socket, SORTIE_LAUNCHER_STOP_SECONDS * 1000, error))
    return SORTIE_CTL_ERROR;
  sortie_ctl_say (ctl, "The backend has ended.");

  return SORTIE_CTL_OK;
}

static int
run_logs (SortieCtl *ctl, GError **error)
{
  g_autofree char *path = dup_log_path ();
  FILE *file = g_fopen (path, "rbe");
  char bytes[8192];
  gsize n;

  if (file == NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND,
                   "no log: %s is written by a backend that “sortiectl backend up” started", path);
      return SORTIE_CTL_ERROR;
    }
  while ((n = fread (bytes, 1, sizeof bytes, file)) > 0)
    sortie_ctl_print_text (ctl, bytes, n);
  fclose (file);

  return SORTIE_CTL_OK;
}

int
sortie_ctl_run_status (SortieCtl *ctl, GError **error)
{
  g_autoptr (JsonNode) info = NULL;
  g_autoptr (JsonNode) ready = NULL;
  g_autoptr (GError) reason = NULL;
  JsonObject *object;

  if (!sortie_ctl_connect_running (ctl, error))
    return SORTIE_CTL_ERROR;
  info = sortie_ctl_call (ctl, "GET", "/", NULL, NULL, error);
  if (info == NULL)
    return SORTIE_CTL_ERROR;

  ready = sortie_ctl_call (ctl, "GET", "/readyz", NULL, NULL, &reason);
  if (ctl->options.json)
    {
      sortie_ctl_print_json (ctl, info);
      return ready != NULL ? SORTIE_CTL_OK : SORTIE_CTL_ERROR;
    }

  object = json_node_get_object (info);
  fprintf (ctl->out, "address   %s\n",
           sortie_backend_address_get_display (sortie_api_get_address (ctl->api)));
  for (guint i = 0; i < 2; i++)
    {
      const char *name = i == 0 ? "version" : "llm";
      g_autofree char *value = sortie_ctl_dup_line (sortie_ctl_get_string (object, name), 0);

      if (*value != '\0')
        fprintf (ctl->out, "%-9s %s\n", name, value);
    }
  if (ready != NULL)
    fputs ("state     ready\n", ctl->out);
  else
    sortie_ctl_say (ctl, "state     not ready: %s", reason->message);

  return ready != NULL ? SORTIE_CTL_OK : SORTIE_CTL_ERROR;
}

int
sortie_ctl_run_backend (SortieCtl *ctl, GError **error)
{
  static const struct
  {
    const char *name;
    int (*run) (SortieCtl *ctl, GError **error);
  } actions[] = {
    { "up", run_up },
    { "down", run_down },
    { "status", sortie_ctl_run_status },
    { "health", sortie_ctl_run_health },
    { "logs", run_logs },
  };
  const char *action = ctl->n_arguments > 0 ? ctl->arguments[0] : "status";

  if (ctl->options.follow && !(ctl->options.containers && g_str_equal (action, "logs")))
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                           "backend: --follow goes with “logs --containers” only");
      return SORTIE_CTL_ERROR;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_str_equal (actions[i].name, action))
      return ctl->options.containers && actions[i].run != sortie_ctl_run_health
                 ? sortie_ctl_run_containers (ctl, action, error)
                 : actions[i].run (ctl, error);

  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
               "backend: “%s” is none of up, down, status, health and logs", action);
  return SORTIE_CTL_ERROR;
}
