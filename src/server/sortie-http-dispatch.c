/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-http-server-private.h"

#include "sortie-connection.h"
#include "sortie-exchange.h"

#include <string.h>

/* A request in the pool. Only the exchange is touched there. */
typedef struct
{
  SortieExchange *exchange;
  SortieConnection *connection;
  SoupServerMessage *message;
  SortieHttpServer *server;
} Job;

typedef struct
{
  GSource base;
  SortieHttpServer *server;
} DoneSource;

static void
count_response (SortieHttpServer *self, guint status)
{
  self->stats.classes[MIN (status / 100, G_N_ELEMENTS (self->stats.classes) - 1)]++;
}

static void
end_exchange (SortieHttpServer *self, SortieExchange *exchange)
{
  self->bodies -= exchange->reserved;
  sortie_exchange_free (exchange);
}

static SortieExchange *
steal_exchange (SortieConnection *connection)
{
  SortieExchange *exchange = sortie_connection_get_exchange (connection);

  sortie_connection_set_exchange (connection, NULL);
  return exchange;
}

/* The hooks of a connection. */

static GBytes *
check_cb (SortieConnection *connection, gpointer user_data)
{
  SortieHttpServer *self = user_data;
  const SortieOrigin *origin =
      self->options.origin != NULL ? self->options.origin : self->own_origin;
  SortieExchange *exchange =
      sortie_exchange_new (connection, self->options.auth, origin, self->router);
  gint64 length = sortie_request_head_get_content_length (exchange->request->head);
  GBytes *refusal = NULL;

  self->stats.requests++;
  if (exchange->response == NULL && length > 0 && self->bodies + length > self->options.max_bodies)
    {
      exchange->response =
          sortie_response_new_problem (503, "Too much is being uploaded just now.");
      sortie_response_set_header (exchange->response, "Retry-After", "5");
    }
  /* A refused body is not read, so the connection can't go on. */
  if (exchange->response != NULL && length > 0)
    {
      count_response (self, exchange->response->status);
      refusal = sortie_response_to_bytes (exchange->response, exchange->request->id);
      end_exchange (self, exchange);
      return refusal;
    }
  exchange->reserved = MAX (length, 0);
  self->bodies += exchange->reserved;
  sortie_connection_set_exchange (connection, exchange);
  return NULL;
}

static GBytes *
refusal_cb (SortieConnection *connection, guint status, const char *detail, gpointer user_data)
{
  SortieHttpServer *self = user_data;
  SortieExchange *exchange = sortie_connection_get_exchange (connection);
  g_autoptr (SortieResponse) response = sortie_response_new_problem (status, detail);
  g_autofree char *id = exchange != NULL
                            ? g_strdup (exchange->request->id)
                            : sortie_request_id_for (sortie_connection_get_head (connection));

  if (status == 405)
    sortie_response_set_header (response, "Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  self->stats.refused++;
  count_response (self, status);
  return sortie_response_to_bytes (response, id);
}

static void
closed_cb (SortieConnection *connection, gpointer user_data)
{
  SortieHttpServer *self = user_data;
  SortieExchange *exchange = steal_exchange (connection);

  if (exchange != NULL)
    end_exchange (self, exchange);
  g_hash_table_remove (self->connections, connection);
}

static const SortieConnectionHooks hooks = { check_cb, refusal_cb, closed_cb };

static gboolean
is_loopback (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_remote_address (socket, NULL);

  return G_IS_INET_SOCKET_ADDRESS (address) &&
         g_inet_address_get_is_loopback (
             g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

void
sortie_http_server_accepted_cb (GSocket *socket, gboolean is_unix, gpointer user_data)
{
  SortieHttpServer *self = user_data;
  g_autoptr (SortieConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  connection = sortie_connection_new (self->reactor, socket, is_unix ? NULL : self->certificate,
                                      is_unix, is_unix || is_loopback (socket),
                                      self->options.max_body, &hooks, self, &error);
  if (connection == NULL)
    {
      g_debug ("a connection could not be set up: %s", error->message);
      g_socket_close (socket, NULL);
      sortie_reactor_closed (self->reactor);
      return;
    }
  g_hash_table_add (self->connections, connection);
  soup_server_accept_iostream (self->soup, G_IO_STREAM (connection),
                               sortie_connection_get_local_address (connection),
                               sortie_connection_get_remote_address (connection), NULL);
}

/* Responses. */

static void
set_headers (SortieHttpServer *self, SoupServerMessage *message, const SortieExchange *exchange)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  const SortieResponse *response = exchange->response;

  for (guint i = 0; sortie_response_common_headers[i] != NULL; i += 2)
    soup_message_headers_replace (headers, sortie_response_common_headers[i],
                                  sortie_response_common_headers[i + 1]);
  for (guint i = 0; response->headers != NULL && i < response->headers->len; i += 2)
    soup_message_headers_replace (headers, g_ptr_array_index (response->headers, i),
                                  g_ptr_array_index (response->headers, i + 1));
  soup_message_headers_replace (headers, "X-Request-ID", exchange->request->id);
  if (response->content_type != NULL)
    soup_message_headers_replace (headers, "Content-Type", response->content_type);
  if (self->is_stopping || sortie_request_head_wants_close (exchange->request->head))
    soup_message_headers_replace (headers, "Connection", "close");
}

/* Takes the exchange. */
static void
respond (SortieHttpServer *self,
         SoupServerMessage *message,
         SortieConnection *connection,
         SortieExchange *exchange)
{
  const SortieResponse *response = exchange->response;
  SoupMessageBody *body = soup_server_message_get_response_body (message);

  count_response (self, response->status);
  soup_server_message_set_status (message, response->status, sortie_http_reason (response->status));
  set_headers (self, message, exchange);
  if (response->body != NULL && response->status != 204 && response->status != 304)
    soup_message_body_append_bytes (body, response->body);
  soup_message_body_complete (body);
  sortie_connection_begin_response (connection);
  end_exchange (self, exchange);
}

static GBytes *
stream_head (const SortieExchange *exchange)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = soup_date_time_to_string (now, SOUP_DATE_HTTP);
  char *head;

  /* The end of the body is the end of the connection: no framing has to be made for each client. */
  head = g_strdup_printf ("HTTP/1.1 200 OK\r\n"
                          "Date: %s\r\n"
                          "Content-Type: text/event-stream\r\n"
                          "Cache-Control: no-store, no-transform\r\n"
                          "X-Accel-Buffering: no\r\n"
                          "X-Content-Type-Options: nosniff\r\n"
                          "X-Request-ID: %s\r\n"
                          "Connection: close\r\n\r\n",
                          date, exchange->request->id);
  return g_bytes_new_take (head, strlen (head));
}

/* Takes the connection away from libsoup and hands it to the route. */
static void
start_stream (SortieHttpServer *self, Job *job)
{
  g_autoptr (GBytes) head = stream_head (job->exchange);
  const SortieRoute *route = job->exchange->route;
  gpointer stream = g_steal_pointer (&job->exchange->response->stream);
  g_autoptr (GIOStream) stolen = NULL;
  SortieSseConnection *connection;
  GIOStream *tls;
  GSocket *socket = sortie_connection_take_over (job->connection, &tls);

  stolen = soup_server_message_steal_connection (job->message);
  count_response (self, 200);
  connection = sortie_sse_connection_new (self->streams, socket, tls, head);
  route->stream (connection, stream, route->user_data);
}

static void
check_stream_response (SortieExchange *exchange)
{
  gboolean is_head = g_str_equal (exchange->request->method, "HEAD");

  if (exchange->response->stream == NULL)
    return;
  if (exchange->route->stream != NULL && !is_head)
    return;
  g_clear_pointer (&exchange->response, sortie_response_free);
  if (exchange->route->stream == NULL)
    exchange->response = sortie_response_new_error (NULL);
  else
    exchange->response = sortie_response_new (200, "text/event-stream", NULL);
}

static void
job_free (gpointer data)
{
  Job *job = data;

  if (job->exchange != NULL)
    end_exchange (job->server, job->exchange);
  g_object_unref (job->connection);
  g_object_unref (job->message);
  g_free (job);
}

/* On the main thread again. */
static void
job_done (SortieHttpServer *self, Job *job)
{
  self->stats.handling--;
  if (!sortie_connection_is_closed (job->connection))
    {
      check_stream_response (job->exchange);
      if (job->exchange->response->stream != NULL && !self->is_stopping)
        start_stream (self, job);
      else
        {
          if (job->exchange->response->stream != NULL)
            {
              g_clear_pointer (&job->exchange->response, sortie_response_free);
              job->exchange->response =
                  sortie_response_new_problem (503, "The server is stopping.");
            }
          respond (self, job->message, job->connection, g_steal_pointer (&job->exchange));
          soup_server_message_unpause (job->message);
        }
    }
  job_free (job);
}

static gboolean
done_cb (GSource *source, GSourceFunc callback, gpointer user_data)
{
  SortieHttpServer *self = ((DoneSource *) source)->server;
  Job *job;

  g_source_set_ready_time (source, -1);
  while ((job = g_async_queue_try_pop (self->done)) != NULL)
    job_done (self, job);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs done_funcs = { .dispatch = done_cb };

/* In a thread of the pool. */
static void
work_cb (gpointer data, gpointer user_data)
{
  SortieHttpServer *self = user_data;
  Job *job = data;

  sortie_exchange_handle (job->exchange);
  g_async_queue_push (self->done, job);
  g_source_set_ready_time (self->done_source, 0);
}

/* What libsoup calls. */

static SortieConnection *
connection_of (SoupServerMessage *message)
{
  return sortie_connection_from_address (soup_server_message_get_remote_address (message));
}

static void
got_headers_cb (SoupServerMessage *message, gpointer user_data)
{
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
}

static void
got_chunk_cb (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  SortieConnection *connection = connection_of (message);
  SortieExchange *exchange =
      connection != NULL ? sortie_connection_get_exchange (connection) : NULL;
  gsize length;
  const guint8 *data = g_bytes_get_data (chunk, &length);

  if (exchange == NULL)
    return;
  if (exchange->body == NULL)
    exchange->body = g_byte_array_new ();
  g_byte_array_append (exchange->body, data, length);
}

static void
wrote_headers_cb (SoupServerMessage *message, gpointer user_data)
{
  guint status = soup_server_message_get_status (message);

  /* libsoup takes a response without a length for one that ends with the connection. */
  if (status == 204 || status == 304)
    soup_message_headers_set_encoding (soup_server_message_get_response_headers (message),
                                       SOUP_ENCODING_NONE);
}

static void
wrote_body_data_cb (SoupServerMessage *message, guint length, gpointer user_data)
{
  SortieConnection *connection = connection_of (message);

  if (connection != NULL)
    sortie_connection_wrote (connection, length);
}

static void
request_started_cb (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  g_signal_connect (message, "got-headers", G_CALLBACK (got_headers_cb), user_data);
  g_signal_connect (message, "got-chunk", G_CALLBACK (got_chunk_cb), user_data);
  g_signal_connect (message, "wrote-headers", G_CALLBACK (wrote_headers_cb), user_data);
  g_signal_connect (message, "wrote-body-data", G_CALLBACK (wrote_body_data_cb), user_data);
}

static void
request_finished_cb (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  SortieConnection *connection = connection_of (message);

  if (connection != NULL)
    sortie_connection_next (connection);
}

static void
request_cb (SoupServer *soup,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  SortieHttpServer *self = user_data;
  SortieConnection *connection = connection_of (message);
  SortieExchange *exchange = connection != NULL ? steal_exchange (connection) : NULL;
  Job *job;

  if (exchange == NULL)
    soup_server_message_set_status (message, 500, NULL);
  else if (exchange->response != NULL)
    respond (self, message, connection, exchange);
  else
    {
      job = g_new0 (Job, 1);
      job->exchange = exchange;
      job->connection = g_object_ref (connection);
      job->message = g_object_ref (message);
      job->server = self;
      self->stats.handling++;
      sortie_http_server_publish_stats (self);
      soup_server_message_pause (message);
      g_thread_pool_push (self->pool, job, NULL);
    }
}

void
sortie_http_server_connect_soup (SortieHttpServer *self)
{
  soup_server_add_handler (self->soup, NULL, request_cb, self, NULL);
  g_signal_connect (self->soup, "request-started", G_CALLBACK (request_started_cb), self);
  g_signal_connect (self->soup, "request-finished", G_CALLBACK (request_finished_cb), self);
}

void
sortie_http_server_start_pool (SortieHttpServer *self)
{
  self->done = g_async_queue_new_full (job_free);
  self->done_source = g_source_new (&done_funcs, sizeof (DoneSource));
  ((DoneSource *) self->done_source)->server = self;
  g_source_set_static_name (self->done_source, "sortie-http-done");
  g_source_attach (self->done_source, self->context);
  self->pool =
      g_thread_pool_new_full (work_cb, self, job_free, MAX (self->options.threads, 1), TRUE, NULL);
}

void
sortie_http_server_stop_pool (SortieHttpServer *self)
{
  g_thread_pool_free (self->pool, TRUE, TRUE);
  g_source_destroy (self->done_source);
  g_source_unref (self->done_source);
  g_async_queue_unref (self->done);
}
