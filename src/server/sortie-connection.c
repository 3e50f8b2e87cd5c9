/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-connection-private.h"

#include "sortie-linger.h"

#include <string.h>
#include <sys/socket.h>

/* What a blocking close of a TLS stream may cost its thread. */
#define TLS_CLOSE_SECONDS 2
/* Of the remote address: the connection. */
#define OWNER_KEY "sortie-connection"

G_DEFINE_FINAL_TYPE (SortieConnection, sortie_connection, G_TYPE_IO_STREAM)

/* Lets libsoup, which waits for input, find that there will be none. */
static void
stop_reading (SortieConnection *self)
{
  self->is_over = TRUE;
  sortie_reactor_disarm (self->reactor, &self->deadline);
  if (self->source != NULL)
    g_source_set_ready_time (self->source, 0);
}

void
sortie_connection_refuse_with (SortieConnection *self, GBytes *response)
{
  GOutputStream *out = g_io_stream_get_output_stream (self->base);
  gsize length;
  const char *data = g_bytes_get_data (response, &length);

  /* A peer whose window can't take a few hundred bytes goes without them. */
  if (!self->is_over)
    g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (out), data, length, NULL,
                                                NULL);
  self->is_over = TRUE;
  sortie_reactor_disarm (self->reactor, &self->deadline);
}

void
sortie_connection_refuse (SortieConnection *self, guint status, const char *detail)
{
  g_autoptr (GBytes) response = self->hooks->refusal (self, status, detail, self->hooks_data);

  sortie_connection_refuse_with (self, response);
}

static void
expired_cb (SortieDeadline *deadline, gpointer user_data)
{
  g_autoptr (SortieConnection) self = g_object_ref (user_data);
  gboolean moves = self->progress >= SORTIE_CONNECTION_MIN_PROGRESS;

  if ((deadline->kind == SORTIE_DEADLINE_BODY || deadline->kind == SORTIE_DEADLINE_WRITE) && moves)
    {
      self->progress = 0;
      sortie_reactor_arm (self->reactor, deadline, deadline->kind);
      return;
    }
  if (deadline->kind == SORTIE_DEADLINE_WRITE)
    {
      sortie_connection_abort (self);
      return;
    }
  if (deadline->kind == SORTIE_DEADLINE_BODY || sortie_request_guard_has_begun (self->guard))
    sortie_connection_refuse (self, 408, "The request did not arrive in time.");
  stop_reading (self);
}

/* Once, when libsoup or a take-over lets go. */
static void
forget (SortieConnection *self)
{
  self->is_closed = TRUE;
  sortie_reactor_disarm (self->reactor, &self->deadline);
  self->hooks->closed (self, self->hooks_data);
}

static void
tls_closed_cb (GObject *base, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GSocket) socket = user_data;

  g_io_stream_close_finish (G_IO_STREAM (base), result, NULL);
  g_socket_close (socket, NULL);
}

static gboolean
connection_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  SortieConnection *self = SORTIE_CONNECTION (stream);

  if (self->is_closed)
    return TRUE;
  forget (self);
  if (self->is_tls)
    {
      /* Saying goodbye may block, so it is done in a thread, and not for long; where the handshake
       * is not yet done it would wait for that. */
      if (!self->has_read)
        shutdown (g_socket_get_fd (self->socket), SHUT_RDWR);
      g_socket_set_timeout (self->socket, TLS_CLOSE_SECONDS);
      g_io_stream_close_async (self->base, G_PRIORITY_DEFAULT, NULL, tls_closed_cb,
                               g_object_ref (self->socket));
      sortie_reactor_closed (self->reactor);
    }
  else if (self->saw_end)
    sortie_linger_close_now (self->reactor, g_object_ref (self->socket));
  else
    sortie_linger_start (self->reactor, g_object_ref (self->socket));
  return TRUE;
}

static GInputStream *
connection_get_input_stream (GIOStream *stream)
{
  return G_INPUT_STREAM (SORTIE_CONNECTION (stream)->input);
}

static GOutputStream *
connection_get_output_stream (GIOStream *stream)
{
  return g_io_stream_get_output_stream (SORTIE_CONNECTION (stream)->base);
}

static void
sortie_connection_finalize (GObject *object)
{
  SortieConnection *self = SORTIE_CONNECTION (object);

  self->input->connection = NULL;
  g_object_unref (self->input);
  g_clear_pointer (&self->source, g_source_unref);
  g_clear_object (&self->base);
  g_clear_object (&self->socket);
  g_object_set_data (G_OBJECT (self->remote_address), OWNER_KEY, NULL);
  g_clear_object (&self->local_address);
  g_clear_object (&self->remote_address);
  sortie_request_guard_free (self->guard);
  g_clear_pointer (&self->pending, g_byte_array_unref);
  if (self->head != NULL)
    g_string_free (self->head, TRUE);
  G_OBJECT_CLASS (sortie_connection_parent_class)->finalize (object);
}

static void
sortie_connection_class_init (SortieConnectionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sortie_connection_finalize;
  G_IO_STREAM_CLASS (klass)->get_input_stream = connection_get_input_stream;
  G_IO_STREAM_CLASS (klass)->get_output_stream = connection_get_output_stream;
  G_IO_STREAM_CLASS (klass)->close_fn = connection_close;
}

static void
sortie_connection_init (SortieConnection *self)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);

  self->input = g_object_new (SORTIE_TYPE_CONNECTION_INPUT, NULL);
  self->input->connection = self;
  self->deadline.func = expired_cb;
  self->deadline.user_data = self;
  /* libsoup takes every address for one of the Internet family, so a Unix socket gets one too. */
  self->local_address = g_inet_socket_address_new (loopback, 0);
  self->remote_address = g_inet_socket_address_new (loopback, 0);
  g_object_set_data (G_OBJECT (self->remote_address), OWNER_KEY, self);
}

static GIOStream *
wrap_tls (GIOStream *plain, GTlsCertificate *certificate, GError **error)
{
  static const char *const protocols[] = { "http/1.1", NULL };
  GIOStream *stream = g_tls_server_connection_new (plain, certificate, error);

  if (stream == NULL)
    return NULL;
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (stream), protocols);
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (stream), FALSE);
  return stream;
}

SortieConnection *
sortie_connection_new (SortieReactor *reactor,
                       GSocket *socket,
                       GTlsCertificate *certificate,
                       gboolean is_unix,
                       gboolean is_local,
                       gint64 max_body,
                       const SortieConnectionHooks *hooks,
                       gpointer user_data,
                       GError **error)
{
  g_autoptr (GSocketConnection) plain = g_socket_connection_factory_create_connection (socket);
  g_autoptr (GIOStream) base = NULL;
  SortieConnection *self;

  if (certificate != NULL)
    base = wrap_tls (G_IO_STREAM (plain), certificate, error);
  else
    base = G_IO_STREAM (g_steal_pointer (&plain));
  if (base == NULL)
    return NULL;

  self = g_object_new (SORTIE_TYPE_CONNECTION, NULL);
  self->reactor = reactor;
  self->hooks = hooks;
  self->hooks_data = user_data;
  self->socket = g_object_ref (socket);
  self->base = g_steal_pointer (&base);
  self->guard = sortie_request_guard_new (max_body);
  self->is_tls = certificate != NULL;
  self->is_unix = is_unix;
  self->is_local = is_local;
  sortie_reactor_arm (reactor, &self->deadline, SORTIE_DEADLINE_HEAD);
  return self;
}

const SortieRequestHead *
sortie_connection_get_head (SortieConnection *self)
{
  return sortie_request_guard_get_head (self->guard);
}

SortieRequestHead *
sortie_connection_steal_head (SortieConnection *self)
{
  return sortie_request_guard_steal_head (self->guard);
}

void
sortie_connection_set_exchange (SortieConnection *self, gpointer exchange)
{
  self->exchange = exchange;
}

gpointer
sortie_connection_get_exchange (SortieConnection *self)
{
  return self->exchange;
}

gboolean
sortie_connection_is_unix (SortieConnection *self)
{
  return self->is_unix;
}

gboolean
sortie_connection_is_local (SortieConnection *self)
{
  return self->is_local;
}

gboolean
sortie_connection_is_closed (SortieConnection *self)
{
  return self->is_closed;
}

gboolean
sortie_connection_is_idle (SortieConnection *self)
{
  return !self->is_writing && sortie_request_guard_get_state (self->guard) == SORTIE_GUARD_HEAD &&
         !sortie_request_guard_has_begun (self->guard);
}

char *
sortie_connection_dup_local_host (SortieConnection *self)
{
  g_autoptr (GSocketAddress) address = NULL;

  if (self->is_unix)
    return NULL;
  address = g_socket_get_local_address (self->socket, NULL);
  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return NULL;
  return g_inet_address_to_string (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

GSocketAddress *
sortie_connection_get_local_address (SortieConnection *self)
{
  return self->local_address;
}

GSocketAddress *
sortie_connection_get_remote_address (SortieConnection *self)
{
  return self->remote_address;
}

SortieConnection *
sortie_connection_from_address (GSocketAddress *address)
{
  return address == NULL ? NULL : g_object_get_data (G_OBJECT (address), OWNER_KEY);
}

void
sortie_connection_begin_response (SortieConnection *self)
{
  self->is_writing = TRUE;
  self->progress = 0;
  if (!self->is_closed)
    sortie_reactor_arm (self->reactor, &self->deadline, SORTIE_DEADLINE_WRITE);
}

void
sortie_connection_wrote (SortieConnection *self, gsize bytes)
{
  self->progress += bytes;
}

void
sortie_connection_next (SortieConnection *self)
{
  self->is_writing = FALSE;
  if (self->is_closed || self->is_over ||
      sortie_request_guard_get_state (self->guard) != SORTIE_GUARD_COMPLETE)
    return;
  sortie_request_guard_next (self->guard);
  self->gave_head = FALSE;
  sortie_reactor_arm (self->reactor, &self->deadline, SORTIE_DEADLINE_IDLE);
}

void
sortie_connection_abort (SortieConnection *self)
{
  if (self->is_closed)
    return;
  stop_reading (self);
  shutdown (g_socket_get_fd (self->socket), SHUT_RDWR);
}

GSocket *
sortie_connection_take_over (SortieConnection *self, GIOStream **tls)
{
  forget (self);
  *tls = self->is_tls ? g_object_ref (self->base) : NULL;
  return g_object_ref (self->socket);
}
