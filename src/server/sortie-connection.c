/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-connection.h"

#include "sortie-error.h"
#include "sortie-linger.h"

#include <string.h>
#include <sys/socket.h>

#define READ_CHUNK 8192
/* What a blocking close of a TLS stream may cost its thread. */
#define TLS_CLOSE_SECONDS 2

#define SORTIE_TYPE_CONNECTION_INPUT (sortie_connection_input_get_type ())
G_DECLARE_FINAL_TYPE (
    SortieConnectionInput, sortie_connection_input, SORTIE, CONNECTION_INPUT, GInputStream)

struct _SortieConnection
{
  GIOStream parent_instance;

  SortieReactor *reactor;
  const SortieConnectionHooks *hooks;
  gpointer hooks_data;

  GSocket *socket;
  GIOStream *base; /* the socket's stream, or TLS over it */
  SortieConnectionInput *input;
  GSocketAddress *local_address;
  GSocketAddress *remote_address;

  SortieRequestGuard *guard;
  GByteArray *pending; /* (nullable): read, but not yet taken by the guard */
  GString *head;       /* (nullable): the head for libsoup that is left to be read */
  gsize head_read;
  GSource *source; /* (nullable): with which libsoup waits for input */

  SortieDeadline deadline;
  gsize progress; /* bytes in the current window of BODY or WRITE */

  gboolean is_tls;
  gboolean is_unix;
  gboolean is_local;
  gboolean is_writing;
  gboolean gave_head; /* libsoup has read the whole head of the current request */
  gboolean gave_end;
  gboolean has_read;
  gboolean saw_end; /* the peer has closed its direction */
  gboolean is_over; /* refused, aborted or expired: nothing more is read */
  gboolean is_closed;
};

struct _SortieConnectionInput
{
  GInputStream parent_instance;
  SortieConnection *connection; /* its owner; NULL once that is gone */
};

static void sortie_connection_input_pollable_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SortieConnectionInput,
                               sortie_connection_input,
                               G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      sortie_connection_input_pollable_init))

G_DEFINE_FINAL_TYPE (SortieConnection, sortie_connection, G_TYPE_IO_STREAM)

static G_DEFINE_QUARK (sortie - connection, address_owner)

    /* Lets libsoup, which waits for input, find that there will be none. */
    static void stop_reading (SortieConnection *self)
{
  self->is_over = TRUE;
  sortie_reactor_disarm (self->reactor, &self->deadline);
  if (self->source != NULL)
    g_source_set_ready_time (self->source, 0);
}

/* Nothing else can be on its way out: while a head or body is read, no response is written. */
static void
refuse_with (SortieConnection *self, GBytes *response)
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

static void
refuse (SortieConnection *self, guint status, const char *detail)
{
  g_autoptr (GBytes) response = self->hooks->refusal (self, status, detail, self->hooks_data);

  refuse_with (self, response);
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
    refuse (self, 408, "The request did not arrive in time.");
  stop_reading (self);
}

/* What libsoup gets to read of a request. Host and target are placeholders: the server looks at the
 * guard's head only. */
static void
write_head (SortieConnection *self, const SortieRequestHead *head)
{
  gint64 length = sortie_request_head_get_content_length (head);

  self->head = g_string_sized_new (128);
  self->head_read = 0;
  g_string_append_printf (self->head, "%s / HTTP/1.%d\r\nHost: localhost\r\nConnection: %s\r\n",
                          sortie_request_head_get_method (head),
                          sortie_request_head_get_minor_version (head),
                          sortie_request_head_wants_close (head) ? "close" : "keep-alive");
  if (length >= 0)
    g_string_append_printf (self->head, "Content-Length: %" G_GINT64_FORMAT "\r\n", length);
  if (sortie_request_head_expects_continue (head))
    g_string_append (self->head, "Expect: 100-continue\r\n");
  g_string_append (self->head, "\r\n");
}

static void
end_of_head (SortieConnection *self)
{
  g_autoptr (GBytes) refusal = NULL;

  write_head (self, sortie_request_guard_get_head (self->guard));
  refusal = self->hooks->check (self, self->hooks_data); /* takes the head */
  if (refusal != NULL)
    {
      refuse_with (self, refusal);
      return;
    }
  self->progress = 0;
  if (sortie_request_guard_get_state (self->guard) == SORTIE_GUARD_BODY)
    sortie_reactor_arm (self->reactor, &self->deadline, SORTIE_DEADLINE_BODY);
  else
    sortie_reactor_disarm (self->reactor, &self->deadline);
}

static void
keep_pending (SortieConnection *self, const char *bytes, gsize length)
{
  if (length == 0)
    return;
  if (self->pending == NULL)
    self->pending = g_byte_array_new ();
  g_byte_array_append (self->pending, (const guint8 *) bytes, length);
}

static void
feed_head (SortieConnection *self, const char *bytes, gsize length)
{
  gboolean had_begun = sortie_request_guard_has_begun (self->guard);
  gsize taken = sortie_request_guard_feed (self->guard, bytes, length);

  keep_pending (self, bytes + taken, length - taken);
  switch (sortie_request_guard_get_state (self->guard))
    {
    case SORTIE_GUARD_HEAD:
      if (!had_begun && self->deadline.kind != SORTIE_DEADLINE_HEAD)
        sortie_reactor_arm (self->reactor, &self->deadline, SORTIE_DEADLINE_HEAD);
      break;
    case SORTIE_GUARD_REFUSED:
      refuse (self, sortie_request_guard_get_status (self->guard),
              sortie_request_guard_get_detail (self->guard));
      break;
    case SORTIE_GUARD_BODY:
    case SORTIE_GUARD_COMPLETE:
      end_of_head (self);
      break;
    }
}

static gssize
read_base (SortieConnection *self, char *buffer, gsize count, GError **error)
{
  GInputStream *input = g_io_stream_get_input_stream (self->base);
  gssize n;

  n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input), buffer, count,
                                                NULL, error);
  self->has_read = self->has_read || n > 0;
  self->saw_end = self->saw_end || n == 0;
  return n;
}

/* Brings the head one read further. Returns as read() does. */
static gssize
read_head (SortieConnection *self, GError **error)
{
  g_autoptr (GByteArray) pending = g_steal_pointer (&self->pending);
  char chunk[READ_CHUNK];
  gssize n;

  if (pending != NULL)
    {
      feed_head (self, (const char *) pending->data, pending->len);
      return 1;
    }
  n = read_base (self, chunk, sizeof chunk, error);
  if (n > 0)
    feed_head (self, chunk, n);
  return n;
}

static gssize
read_body (SortieConnection *self, char *buffer, gsize count, GError **error)
{
  gsize left = sortie_request_guard_get_body_left (self->guard);
  gssize n;

  count = MIN (count, left);
  if (self->pending != NULL)
    {
      n = MIN (count, self->pending->len);
      memcpy (buffer, self->pending->data, n);
      g_byte_array_remove_range (self->pending, 0, n);
      if (self->pending->len == 0)
        g_clear_pointer (&self->pending, g_byte_array_unref);
    }
  else
    n = read_base (self, buffer, count, error);
  if (n <= 0)
    return n;
  sortie_request_guard_feed (self->guard, buffer, n);
  self->progress += n;
  if (sortie_request_guard_get_state (self->guard) == SORTIE_GUARD_COMPLETE)
    sortie_reactor_disarm (self->reactor, &self->deadline);
  return n;
}

static gssize
take_head (SortieConnection *self, char *buffer, gsize count)
{
  gsize n = MIN (count, self->head->len - self->head_read);

  memcpy (buffer, self->head->str + self->head_read, n);
  self->head_read += n;
  if (self->head_read == self->head->len)
    {
      g_string_free (g_steal_pointer (&self->head), TRUE);
      self->head_read = 0;
      self->gave_head = TRUE;
    }
  return n;
}

/* The end of the input. libsoup 3.2 forgets a kept-alive connection, without ever closing it, that
 * fails before the first line of its next request, so there is one; and it would answer a plain end
 * after it, so it gets an error. */
static gssize
give_end (SortieConnection *self, char *buffer, gsize count, GError **error)
{
  static const char line[] = "-\r\n";

  if (self != NULL && !self->is_closed && !self->gave_head && !self->gave_end)
    {
      count = MIN (count, strlen (line));
      memcpy (buffer, line, count);
      self->gave_end = TRUE;
      return count;
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the connection is over");
  return -1;
}

static gssize
input_read_nonblocking (GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  SortieConnection *self = SORTIE_CONNECTION_INPUT (stream)->connection;

  while (self != NULL && !self->is_over && !self->is_closed)
    {
      g_autoptr (GError) local_error = NULL;
      gssize n;

      if (self->head != NULL)
        return take_head (self, buffer, count);
      switch (sortie_request_guard_get_state (self->guard))
        {
        case SORTIE_GUARD_BODY:
          return read_body (self, buffer, count, error);
        case SORTIE_GUARD_HEAD:
          n = read_head (self, &local_error);
          break;
        default:
          n = -1;
          g_set_error (&local_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "the request is complete");
        }
      if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return -1;
        }
      if (n <= 0)
        break;
    }
  return give_end (self, buffer, count, error);
}

static gboolean
input_has_bytes (SortieConnection *self)
{
  if (self == NULL || self->is_over || self->is_closed || self->head != NULL)
    return TRUE;
  return self->pending != NULL &&
         sortie_request_guard_get_state (self->guard) != SORTIE_GUARD_COMPLETE;
}

static GPollableInputStream *
base_input (SortieConnection *self)
{
  return G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->base));
}

static gboolean
input_is_readable (GPollableInputStream *stream)
{
  SortieConnection *self = SORTIE_CONNECTION_INPUT (stream)->connection;

  return input_has_bytes (self) || g_pollable_input_stream_is_readable (base_input (self));
}

static GSource *
input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  SortieConnection *self = SORTIE_CONNECTION_INPUT (stream)->connection;
  g_autoptr (GSource) child = NULL;
  GSource *source;

  if (!input_has_bytes (self))
    child = g_pollable_input_stream_create_source (base_input (self), NULL);
  source = g_pollable_source_new_full (stream, child, cancellable);
  if (child == NULL)
    g_source_set_ready_time (source, 0);
  if (self != NULL)
    {
      g_clear_pointer (&self->source, g_source_unref);
      self->source = g_source_ref (source);
    }
  return source;
}

static gssize
input_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  return input_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), buffer, count, error);
}

static void
sortie_connection_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->read_nonblocking = input_read_nonblocking;
  iface->is_readable = input_is_readable;
  iface->create_source = input_create_source;
}

static void
sortie_connection_input_class_init (SortieConnectionInputClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = input_read;
}

static void
sortie_connection_input_init (SortieConnectionInput *self)
{
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
      /* Saying goodbye may block, so it is done in a thread, and not for long; where the handshake is
       * not yet done it would wait for that. */
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
  g_object_set_qdata (G_OBJECT (self->remote_address), address_owner_quark (), NULL);
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
  g_object_set_qdata (G_OBJECT (self->remote_address), address_owner_quark (), self);
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
  return address == NULL ? NULL : g_object_get_qdata (G_OBJECT (address), address_owner_quark ());
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
