/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortied"

#include "sortie-daemon.h"

#include "sortie-cognition.h"
#include "sortie-counters.h"
#include "sortie-daemon-documents.h"
#include "sortie-daemon-llm.h"
#include "sortie-error.h"
#include "sortie-janitor.h"
#include "sortie-sandbox.h"
#include "sortie-services.h"
#include "sortie-worker.h"

#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define GRACE_US (10 * G_USEC_PER_SEC) /* for running steps, before they are handed back */
#define HTTP_STOP_MS 3000
#define MAX_PASSWORD 4096
/* A Redis that is away must not hold the end up: with the 10 s that the private one then gets, all is
 * over in 25 s. */
#define GIVE_UP_US (14 * G_USEC_PER_SEC)

/* Missions that run at once for each slot of a worker, the others wait their user's turn. Enough that
 * no slot is ever idle for want of one; more would only let one user's many go before another's one. */
#define MISSIONS_PER_SLOT 4

struct _SortieDaemon
{
  SortiePrivateServer *server;
  SortieBus *bus;
  SortieLibrary *library;
  SortieJanitor *janitor;
  SortieWorker *worker;
  SortieAuth *auth;
  SortieOrigin *origin;
  SortieHttpServer *http;
  SortieHub *hub;
  SortieCounters *counters;
  SortieIndexing *indexing;
  SortieDaemonLlm *llm;
  SortieCognition *cognition;
  SortieServices services;
  /* The end's own watch. */
  GMutex lock;
  GCond ended_changed;
  gboolean ended;
};

/* Where sockets live. */
static char *
dup_runtime_dir (void)
{
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");

  if (runtime == NULL || *runtime == '\0')
    return g_strdup_printf ("%s/sortie-%u", g_get_tmp_dir (), (guint) getuid ());

  return sortie_sandbox_dup_runtime_folder (runtime, NULL);
}

/* Whether the descriptor that ties us to the app has been closed. What stands in it is left there. */
static gboolean
is_parent_gone (int fd)
{
  struct pollfd watch = { .fd = fd, .events = POLLIN };
  int n = 0;

  return fd >= 0 && poll (&watch, 1, 0) > 0 && ioctl (fd, FIONREAD, &n) == 0 && n == 0;
}

/* A Redis of the user's own may come up later than we do. */
static SortieBus *
open_bus (const SortieBusOptions *options, int parent_fd, GError **error)
{
  while (TRUE)
    {
      g_autoptr (GError) local = NULL;
      SortieBus *bus = sortie_bus_open (options, &local);

      if (bus != NULL)
        return bus;
      if (local->code != SORTIE_ERROR_UNAVAILABLE)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      if (is_parent_gone (parent_fd))
        {
          g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED, "Nobody waits any more: %s",
                       local->message);
          return NULL;
        }
      g_message ("Waiting for Redis: %s", local->message);
    }
}

/* A password in a file of its own, as of a container's secret, for an address that has none. */
static gboolean
add_password (SortieRedisUrl *url, const SortieDaemonOptions *options, GError **error)
{
  const char *path = sortie_config_get (options->config, SORTIE_CONFIG_REDIS_PASSWORD_FILE);
  g_autofree char *password = NULL;
  gsize length = 0;

  if (path == NULL || url->password != NULL || url->socket_path != NULL)
    return TRUE;
  if (!g_file_get_contents (path, &password, &length, error))
    {
      g_prefix_error (error, "REDIS_PASSWORD_FILE: ");
      return FALSE;
    }
  g_strchomp (password);
  if (*password == '\0' || length > MAX_PASSWORD || strlen (password) + 2 < length)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "REDIS_PASSWORD_FILE: %s holds no password", path);
      return FALSE;
    }
  url->password = g_steal_pointer (&password);
  return TRUE;
}

/* The Redis of the user's own. */
static SortieRedisUrl *
new_redis_url (const char *address, SortieConfig *config, GError **error)
{
  SortieRedisUrl *url = sortie_redis_url_parse (address, error);

  if (url == NULL)
    return NULL;
  url->ca_file = g_strdup (sortie_config_get (config, SORTIE_CONFIG_REDIS_CA_FILE));
  url->cert_file = g_strdup (sortie_config_get (config, SORTIE_CONFIG_REDIS_CERT_FILE));
  url->key_file = g_strdup (sortie_config_get (config, SORTIE_CONFIG_REDIS_KEY_FILE));
  return url;
}

static gboolean
start_bus (SortieDaemon *self, const SortieDaemonOptions *options, GError **error)
{
  const char *address = sortie_config_get (options->config, SORTIE_CONFIG_REDIS_URL);
  g_autoptr (SortieRedisUrl) url = NULL;
  SortieBusOptions bus = { .accept_data_loss = options->accept_data_loss };
  g_autofree char *data_dir = g_build_filename (options->data_dir, "redis", NULL);
  g_autofree char *runtime_dir = dup_runtime_dir ();

  if (address != NULL)
    url = new_redis_url (address, options->config, error);
  else
    {
      self->server =
          sortie_private_server_start (data_dir, runtime_dir, options->durability, error);
      if (self->server != NULL)
        {
          url = sortie_redis_url_copy (sortie_private_server_get_url (self->server));
          g_debug ("the private redis-server answers after %" G_GINT64_FORMAT " µs",
                   sortie_private_server_get_start_time (self->server));
        }
    }
  if (url == NULL || !add_password (url, options, error))
    return FALSE;
  bus.url = url;
  bus.is_private = self->server != NULL;
  if (options->roles & SORTIE_ROLE_WORKER)
    bus.max_running = options->concurrency * MISSIONS_PER_SLOT;
  self->bus = open_bus (&bus, options->parent_fd, error);
  return self->bus != NULL;
}

/* What an earlier backend of this user had fetched and not finished: nobody else can hold it, so
 * there is nothing to wait for. */
static void
reclaim (SortieDaemon *self)
{
  g_autoptr (GError) error = NULL;
  guint n = 0;

  if (self->server == NULL || !sortie_private_server_is_alone (self->server))
    return;
  if (!sortie_bus_reclaim (self->bus, &sortie_retry_policy_default, 0, &n, &error))
    g_warning ("Can't take up what was left unfinished: %s", error->message);
  else if (n > 0)
    g_message ("Taking up %u unfinished steps", n);
}

static void
start_worker (SortieDaemon *self, const SortieDaemonOptions *options)
{
  SortieAgent agents[SORTIE_N_AGENTS];
  SortieWorkerOptions worker = { .bus = self->bus,
                                 .library = self->library,
                                 .concurrency = options->concurrency,
                                 .policy = sortie_retry_policy_default,
                                 .faults = options->faults };

  /* Always with the model, off or on: it can be switched on while we run. */
  self->cognition = sortie_cognition_new (sortie_daemon_llm_get (self->llm));
  sortie_cognition_get_agents (self->cognition, agents);
  for (int i = 0; i < SORTIE_N_AGENTS; i++)
    if (options->agents & (1u << i))
      worker.agents[i] = options->noop_agents ? sortie_noop_agents[i] : agents[i];
  self->worker = sortie_worker_new (&worker);
}

/* ---- HTTP ---- */

static gboolean
load_tokens (SortieDaemon *self, const SortieDaemonOptions *options, GError **error)
{
  const char *token = sortie_config_get (options->config, SORTIE_CONFIG_TOKEN);
  const char *file = sortie_config_get (options->config, SORTIE_CONFIG_TOKENS_FILE);

  self->auth = sortie_auth_new ();
  if (token != NULL && !sortie_auth_add (self->auth, token, error))
    {
      g_prefix_error (error, "SORTIE_TOKEN: ");
      return FALSE;
    }
  return file == NULL || sortie_auth_load_file (self->auth, file, error);
}

static gboolean
listen_everywhere (SortieDaemon *self, const SortieDaemonOptions *options, GError **error)
{
  for (gsize i = 0; options->listen[i] != NULL; i++)
    {
      g_auto (GStrv) urls = sortie_http_server_listen (self->http, options->listen[i], error);

      if (urls == NULL)
        return FALSE;
      for (gsize k = 0; urls[k] != NULL; k++)
        g_print ("listening on %s\n", urls[k]);
    }
  return TRUE;
}

static gboolean
is_consuming (gpointer user_data)
{
  return sortie_worker_is_consuming (user_data);
}

static gboolean
start_http (SortieDaemon *self, const SortieDaemonOptions *options, GError **error)
{
  SortieHttpServerOptions http;
  const char *public_url = sortie_config_get (options->config, SORTIE_CONFIG_PUBLIC_URL);
  const char *backend_url = sortie_config_get (options->config, SORTIE_CONFIG_BACKEND_URL);

  if (!load_tokens (self, options, error))
    return FALSE;
  self->origin = sortie_origin_new ();
  if (public_url != NULL && !sortie_origin_allow (self->origin, public_url))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "PUBLIC_URL is no http(s) address");
      return FALSE;
    }
  /* The name by which clients call us, which a container network gives. */
  if (backend_url != NULL && g_str_has_prefix (backend_url, "http"))
    sortie_origin_allow (self->origin, backend_url);
  sortie_http_server_options_init (&http);
  http.auth = self->auth;
  http.origin = self->origin;
  http.tls_certificate = options->tls_cert;
  http.tls_key = options->tls_key;
  self->http = sortie_http_server_new (&http, error);
  if (self->http == NULL)
    return FALSE;
  if (options->roles & SORTIE_ROLE_API)
    self->hub = sortie_hub_new (self->bus);
  self->services = (SortieServices){ .bus = self->bus,
                                     .library = self->library,
                                     .indexing = self->indexing,
                                     .hub = self->hub,
                                     .http = self->http,
                                     .auth = self->auth,
                                     .public_url = public_url,
                                     .is_consuming = self->worker != NULL ? is_consuming : NULL,
                                     .worker = self->worker,
                                     .provider = sortie_daemon_llm_get_provider (self->llm),
                                     .started = g_get_monotonic_time () };
  if (options->roles & SORTIE_ROLE_API)
    {
      self->counters = sortie_counters_new (self->bus, self->hub, &self->services.provider);
      sortie_services_add_routes (&self->services);
    }
  else
    sortie_routes_add_health (&self->services);
  return listen_everywhere (self, options, error);
}

SortieDaemon *
sortie_daemon_start (const SortieDaemonOptions *options, GError **error)
{
  SortieDaemon *self = g_new0 (SortieDaemon, 1);
  gboolean fine;

  g_mutex_init (&self->lock);
  g_cond_init (&self->ended_changed);
  fine = start_bus (self, options, error);
  if (fine)
    {
      self->library = sortie_library_open (options->data_dir, error);
      fine = self->library != NULL;
    }
  if (fine)
    {
      reclaim (self);
      self->indexing = sortie_indexing_new (self->library, self->bus);
      fine = sortie_daemon_add_documents (self->library, self->indexing, options->documents, error);
    }
  if (fine)
    self->llm = sortie_daemon_llm_new (options);
  if (fine && (options->roles & SORTIE_ROLE_JANITOR))
    self->janitor = sortie_janitor_new (self->bus, &sortie_retry_policy_default);
  if (fine && (options->roles & SORTIE_ROLE_WORKER))
    start_worker (self, options);
  if (fine && options->listen != NULL)
    fine = start_http (self, options, error);
  if (fine)
    return self;
  sortie_daemon_stop (self);
  return NULL;
}

/* ---- The end ---- */

static gpointer
watch_the_end (gpointer data)
{
  SortieDaemon *self = data;
  gint64 until = g_get_monotonic_time () + GIVE_UP_US;

  g_mutex_lock (&self->lock);
  while (!self->ended && g_cond_wait_until (&self->ended_changed, &self->lock, until))
    ;
  if (!self->ended && self->bus != NULL)
    sortie_bus_stop (self->bus);
  g_mutex_unlock (&self->lock);
  return NULL;
}

void
sortie_daemon_stop (SortieDaemon *self)
{
  GThread *watch = g_thread_new ("sortie-end", watch_the_end, self);

  if (self->http != NULL)
    sortie_http_server_stop (self->http, HTTP_STOP_MS);
  sortie_indexing_free (self->indexing);
  if (self->worker != NULL)
    sortie_worker_stop (self->worker, GRACE_US);
  /* What still asks the model does it for steps that have been handed back, or for a trial. */
  if (self->llm != NULL)
    sortie_llm_stop (sortie_daemon_llm_get (self->llm));

  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  g_cond_broadcast (&self->ended_changed);
  g_mutex_unlock (&self->lock);
  g_thread_join (watch);

  sortie_worker_free (self->worker);
  sortie_cognition_free (self->cognition);
  if (self->bus != NULL)
    sortie_bus_stop (self->bus);
  sortie_janitor_free (self->janitor);
  sortie_counters_free (self->counters);
  sortie_hub_free (self->hub);
  sortie_http_server_free (self->http);
  sortie_origin_free (self->origin);
  sortie_auth_free (self->auth);
  sortie_daemon_llm_free (self->llm);
  sortie_library_free (self->library);
  sortie_bus_free (self->bus);
  sortie_private_server_free (self->server);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->ended_changed);
  g_free (self);
}
