/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-http-server-private.h"

#include "sortie-connection.h"
#include "sortie-error.h"

#include <sys/socket.h>
#include <unistd.h>

void
sortie_http_server_options_init (SortieHttpServerOptions *options)
{
  *options = (SortieHttpServerOptions){
    .threads = 8,
    .max_connections = 4096,
    .max_body = SORTIE_ROUTER_UPLOAD_BODY,
    .max_bodies = 4 * (gint64) SORTIE_ROUTER_UPLOAD_BODY,
    .sse_queue = SORTIE_SSE_QUEUE_LIMIT,
    .head_ms = 10000,
    .body_ms = 30000,
    .write_ms = 30000,
    .idle_ms = 60000,
    .linger_ms = 2000,
    .heartbeat_ms = 15000,
    .pause_ms = 100,
  };
}

static GTlsCertificate *
load_certificate (const SortieHttpServerOptions *options, GError **error)
{
  g_autoptr (GError) tls_error = NULL;
  GTlsCertificate *certificate = NULL;

  if (options->tls_certificate == NULL || options->tls_key == NULL)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                 "TLS needs both a certificate and its key");
  else if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                 "there is no TLS here; the package glib-networking brings it");
  else
    certificate =
        g_tls_certificate_new_from_files (options->tls_certificate, options->tls_key, &tls_error);
  if (tls_error != NULL)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "%s: %s", options->tls_certificate,
                 tls_error->message);
  return certificate;
}

/* libsoup closes a connection after one response unless the server has a listener, so it gets one:
 * one end of a pair of sockets, on which nobody can ever connect. */
static gboolean
add_unreachable_listener (SortieHttpServer *self, GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  int pair[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE, "no descriptor is left");
      return FALSE;
    }
  self->unreachable_fd = pair[1];
  socket = g_socket_new_from_fd (pair[0], error);
  return socket != NULL && soup_server_listen_socket (self->soup, socket, 0, error);
}

static gboolean
start_soup (SortieHttpServer *self, GError **error)
{
  self->soup = soup_server_new ("raw-paths", TRUE, NULL);
  sortie_http_server_connect_soup (self);
  return add_unreachable_listener (self, error);
}

SortieHttpServer *
sortie_http_server_new (const SortieHttpServerOptions *options, GError **error)
{
  const guint periods[SORTIE_N_DEADLINES] = {
    [SORTIE_DEADLINE_HEAD] = options->head_ms,
    [SORTIE_DEADLINE_BODY] = options->body_ms,
    [SORTIE_DEADLINE_WRITE] = options->write_ms,
    [SORTIE_DEADLINE_IDLE] = options->idle_ms,
    [SORTIE_DEADLINE_LINGER] = options->linger_ms,
    [SORTIE_DEADLINE_HEARTBEAT] = options->heartbeat_ms,
    [SORTIE_DEADLINE_PAUSE] = options->pause_ms,
  };
  g_autoptr (SortieHttpServer) self = g_new0 (SortieHttpServer, 1);

  self->options = *options;
  g_mutex_init (&self->published_lock);
  self->context = g_main_context_ref_thread_default ();
  self->unreachable_fd = -1;
  self->connections = g_hash_table_new (NULL, NULL);
  self->router = sortie_router_new ();
  self->own_auth = sortie_auth_new ();
  self->own_origin = sortie_origin_new ();
  if (options->auth == NULL)
    self->options.auth = self->own_auth;
  if (options->tls_certificate != NULL || options->tls_key != NULL)
    {
      self->certificate = load_certificate (options, error);
      if (self->certificate == NULL)
        return NULL;
    }
  self->reactor = sortie_reactor_new (self->context, periods, error);
  if (self->reactor == NULL)
    return NULL;
  self->streams = sortie_sse_group_new (self->reactor, self->context, options->sse_queue);
  self->listener = sortie_listener_new (self->reactor, options->max_connections,
                                        sortie_http_server_accepted_cb, self);
  sortie_http_server_start_pool (self);
  return start_soup (self, error) ? g_steal_pointer (&self) : NULL;
}

void
sortie_http_server_free (SortieHttpServer *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->listener, sortie_listener_free);
  if (self->pool != NULL)
    sortie_http_server_stop_pool (self);
  if (self->soup != NULL)
    soup_server_disconnect (self->soup); /* closes the connections */
  g_clear_object (&self->soup);
  g_clear_pointer (&self->streams, sortie_sse_group_free);
  if (self->reactor != NULL)
    sortie_reactor_expire (self->reactor, SORTIE_DEADLINE_LINGER);
  g_clear_pointer (&self->reactor, sortie_reactor_free);
  if (self->unreachable_fd >= 0)
    close (self->unreachable_fd);
  g_clear_object (&self->certificate);
  sortie_router_free (self->router);
  sortie_auth_free (self->own_auth);
  sortie_origin_free (self->own_origin);
  g_hash_table_unref (self->connections);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->published_lock);
  g_free (self);
}

void
sortie_http_server_add_route (SortieHttpServer *self, const SortieRoute *route)
{
  sortie_router_add (self->router, route);
}

char **
sortie_http_server_listen (SortieHttpServer *self, const char *address, GError **error)
{
  g_autoptr (SortieListenAddress) parsed = NULL;
  char **urls;

  if (!sortie_auth_require_token_for (self->options.auth, address, error))
    return NULL;
  parsed = sortie_listen_address_parse (address, error);
  if (parsed == NULL)
    return NULL;
  urls = sortie_listener_listen (self->listener, parsed,
                                 self->certificate != NULL ? "https" : "http", error);
  if (urls != NULL && parsed->host != NULL)
    {
      sortie_origin_allow (self->own_origin, parsed->host);
      if (self->options.origin != NULL)
        sortie_origin_allow (self->options.origin, parsed->host);
    }
  return urls;
}

static gboolean
late_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

gboolean
sortie_http_server_stop (SortieHttpServer *self, guint deadline_ms)
{
  g_autoptr (GSource) deadline = g_timeout_source_new (deadline_ms);
  gboolean is_late = FALSE;
  GHashTableIter iter;
  gpointer connection;

  self->is_stopping = TRUE;
  sortie_listener_stop (self->listener);
  sortie_sse_group_finish (self->streams);
  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    if (sortie_connection_is_idle (connection))
      sortie_connection_abort (connection);

  g_source_set_callback (deadline, late_cb, &is_late, NULL);
  g_source_attach (deadline, self->context);
  while (!is_late && (sortie_reactor_get_n_open (self->reactor) > 0 || self->stats.handling > 0))
    g_main_context_iteration (self->context, TRUE);
  g_source_destroy (deadline);
  return !is_late;
}

static void
collect_stats (SortieHttpServer *self, SortieHttpServerStats *stats)
{
  *stats = self->stats;
  stats->open = sortie_reactor_get_n_open (self->reactor);
  stats->streams = sortie_sse_group_get_n_connections (self->streams);
  stats->busy = sortie_listener_get_n_refused (self->listener);
  stats->slow = sortie_sse_group_get_n_slow (self->streams);
}

void
sortie_http_server_publish_stats (SortieHttpServer *self)
{
  g_mutex_lock (&self->published_lock);
  collect_stats (self, &self->published);
  g_mutex_unlock (&self->published_lock);
}

/**
 * sortie_http_server_get_stats:
 * @self: a server
 * @stats: (out caller-allocates): the numbers of now in the server's main context; in any other
 *   thread those of the moment when the last request was handed to a handler
 */
void
sortie_http_server_get_stats (SortieHttpServer *self, SortieHttpServerStats *stats)
{
  if (g_main_context_is_owner (self->context))
    {
      collect_stats (self, stats);
      return;
    }
  g_mutex_lock (&self->published_lock);
  *stats = self->published;
  g_mutex_unlock (&self->published_lock);
}
