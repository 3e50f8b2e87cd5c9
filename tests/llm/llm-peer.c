/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "llm-peer.h"

#include "llm-peer-response.h"

#include <gio/gnetworking.h>
#include <string.h>

struct _LlmPeer
{
  LlmPeerFunc func;
  gpointer user_data;
  GPtrArray *script; /* where there is no function of the caller's */
  GTlsCertificate *certificate;
  GSocket *socket;
  GThread *thread;
  GCancellable *stopped;
  char *url;
  guint port;

  GMutex lock;
  GCond changed;
  GPtrArray *threads;
  guint n_connections;
  guint n_open;
  guint n_requests;
  char *head; /* of the last request */
  char *body;
};

typedef struct
{
  LlmPeer *peer;
  GSocket *socket;
  guint number;
} Connection;

static gboolean
read_head (LlmPeerRequest *request, GString *head)
{
  GInputStream *input = g_io_stream_get_input_stream (request->stream);
  GCancellable *stopped = llm_peer_get_cancellable (request->peer);
  char c;

  while (head->len < 64 * 1024 && g_input_stream_read (input, &c, 1, stopped, NULL) == 1)
    {
      g_string_append_c (head, c);
      if (g_str_has_suffix (head->str, "\r\n\r\n"))
        return TRUE;
    }
  return FALSE;
}

static gboolean
read_body (LlmPeerRequest *request)
{
  g_autofree char *length = llm_peer_dup_header (request, "Content-Length");
  gsize wanted = length != NULL ? (gsize) g_ascii_strtoull (length, NULL, 10) : 0;

  request->body = g_malloc0 (wanted + 1);
  return g_input_stream_read_all (g_io_stream_get_input_stream (request->stream), request->body,
                                  wanted, &request->body_length,
                                  llm_peer_get_cancellable (request->peer), NULL) &&
         request->body_length == wanted;
}

static void
note_request (LlmPeer *self, LlmPeerRequest *request)
{
  g_mutex_lock (&self->lock);
  request->number = ++self->n_requests;
  g_free (self->head);
  g_free (self->body);
  self->head = g_strdup (request->head);
  self->body = g_strdup (request->body);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* Whether a further request may follow on the connection. */
static gboolean
serve_request (LlmPeer *self, LlmPeerRequest *request)
{
  g_autoptr (GString) head = g_string_new (NULL);
  gboolean keep = FALSE;

  if (read_head (request, head))
    {
      request->head = g_strdup (head->str);
      if (read_body (request))
        {
          note_request (self, request);
          keep = self->func (request, self->user_data);
        }
    }
  g_clear_pointer (&request->head, g_free);
  g_clear_pointer (&request->body, g_free);
  request->body_length = 0;
  return keep;
}

static GIOStream *
open_stream (LlmPeer *self, GSocket *socket)
{
  /* HTTP/2 would be taken where it was offered, and this peer does not speak it. */
  static const char *const protocols[] = { "h2", "http/1.1", NULL };
  g_autoptr (GSocketConnection) plain = g_socket_connection_factory_create_connection (socket);
  g_autoptr (GIOStream) secure = NULL;

  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  if (self->certificate == NULL)
    return G_IO_STREAM (g_steal_pointer (&plain));
  secure = g_tls_server_connection_new (G_IO_STREAM (plain), self->certificate, NULL);
  if (secure != NULL)
    g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (secure), protocols);
  if (secure == NULL ||
      !g_tls_connection_handshake (G_TLS_CONNECTION (secure), self->stopped, NULL))
    return NULL;
  return g_steal_pointer (&secure);
}

static gpointer
connection_thread (gpointer data)
{
  g_autofree Connection *connection = data;
  LlmPeer *self = connection->peer;
  LlmPeerRequest request = { .peer = self,
                             .connection = connection->number,
                             .socket = connection->socket };

  request.stream = open_stream (self, connection->socket);
  while (request.stream != NULL && serve_request (self, &request))
    ;
  g_socket_close (connection->socket, NULL);
  g_clear_object (&request.stream);
  g_object_unref (connection->socket);

  g_mutex_lock (&self->lock);
  self->n_open--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  return NULL;
}

static gpointer
accept_thread (gpointer data)
{
  LlmPeer *self = data;
  GSocket *socket;

  while ((socket = g_socket_accept (self->socket, self->stopped, NULL)) != NULL)
    {
      Connection *connection = g_new0 (Connection, 1);

      connection->peer = self;
      connection->socket = socket;
      g_mutex_lock (&self->lock);
      connection->number = ++self->n_connections;
      self->n_open++;
      g_ptr_array_add (self->threads, g_thread_new ("llm-peer", connection_thread, connection));
      g_cond_broadcast (&self->changed);
      g_mutex_unlock (&self->lock);
    }
  return NULL;
}

static gboolean
script_cb (LlmPeerRequest *request, gpointer user_data)
{
  GPtrArray *script = user_data;
  guint i = MIN (request->number, script->len) - 1;

  return llm_peer_respond (request, g_ptr_array_index (script, i));
}

/* On a free port of the loopback address. */
static GSocket *
listen_somewhere (guint *port)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);
  g_socket_set_listen_backlog (socket, 512);
  g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
  g_assert_true (g_socket_listen (socket, NULL));
  address = g_socket_get_local_address (socket, NULL);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  return socket;
}

/* In one thread all along, so that no fork or signal mask of a test matters. */
LlmPeer *
llm_peer_new (LlmPeerFunc func, gpointer user_data)
{
  LlmPeer *self = g_new0 (LlmPeer, 1);

  self->func = func;
  self->user_data = user_data;
  self->stopped = g_cancellable_new ();
  self->threads = g_ptr_array_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->socket = listen_somewhere (&self->port);
  self->url = g_strdup_printf ("http://127.0.0.1:%u/v1", self->port);
  self->thread = g_thread_new ("llm-peer", accept_thread, self);
  return self;
}

LlmPeer *
llm_peer_new_scripted (LlmPeerResponse *first, ...)
{
  GPtrArray *script = g_ptr_array_new_with_free_func ((GDestroyNotify) llm_peer_response_free);
  LlmPeer *self;
  va_list more;

  va_start (more, first);
  for (LlmPeerResponse *at = first; at != NULL; at = va_arg (more, LlmPeerResponse *))
    g_ptr_array_add (script, at);
  va_end (more);
  self = llm_peer_new (script_cb, script);
  self->script = script;
  return self;
}

void
llm_peer_set_tls (LlmPeer *self, GTlsCertificate *certificate)
{
  g_set_object (&self->certificate, certificate);
  g_free (self->url);
  self->url = g_strdup_printf ("https://localhost:%u/v1", self->port);
}

void
llm_peer_free (LlmPeer *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->stopped);
  g_thread_join (self->thread);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (g_ptr_array_index (self->threads, i));
  g_ptr_array_unref (self->threads);
  g_clear_pointer (&self->script, g_ptr_array_unref);
  g_clear_object (&self->certificate);
  g_object_unref (self->socket);
  g_object_unref (self->stopped);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self->head);
  g_free (self->body);
  g_free (self->url);
  g_free (self);
}

const char *
llm_peer_get_url (LlmPeer *self)
{
  return self->url;
}

guint
llm_peer_get_port (LlmPeer *self)
{
  return self->port;
}

GCancellable *
llm_peer_get_cancellable (LlmPeer *self)
{
  return self->stopped;
}

static guint
get_locked (LlmPeer *self, const guint *counter)
{
  guint value;

  g_mutex_lock (&self->lock);
  value = *counter;
  g_mutex_unlock (&self->lock);
  return value;
}

guint
llm_peer_get_n_connections (LlmPeer *self)
{
  return get_locked (self, &self->n_connections);
}

guint
llm_peer_get_n_open (LlmPeer *self)
{
  return get_locked (self, &self->n_open);
}

guint
llm_peer_get_n_requests (LlmPeer *self)
{
  return get_locked (self, &self->n_requests);
}

static char *
dup_locked (LlmPeer *self, char *const *text)
{
  char *copy;

  g_mutex_lock (&self->lock);
  copy = g_strdup (*text);
  g_mutex_unlock (&self->lock);
  return copy;
}

char *
llm_peer_dup_head (LlmPeer *self)
{
  return dup_locked (self, &self->head);
}

char *
llm_peer_dup_body (LlmPeer *self)
{
  return dup_locked (self, &self->body);
}

static void
wait_changed (LlmPeer *self, gint64 deadline, const char *what)
{
  if (!g_cond_wait_until (&self->changed, &self->lock, deadline))
    g_error ("not within %d s: %s", LLM_PEER_DEADLINE_SECONDS, what);
}

void
llm_peer_wait_requests (LlmPeer *self, guint n)
{
  gint64 deadline = g_get_monotonic_time () + LLM_PEER_DEADLINE_SECONDS * G_TIME_SPAN_SECOND;

  g_mutex_lock (&self->lock);
  while (self->n_requests < n)
    wait_changed (self, deadline, "a request");
  g_mutex_unlock (&self->lock);
}

void
llm_peer_wait_closed (LlmPeer *self)
{
  gint64 deadline = g_get_monotonic_time () + LLM_PEER_DEADLINE_SECONDS * G_TIME_SPAN_SECOND;

  g_mutex_lock (&self->lock);
  while (self->n_open > 0)
    wait_changed (self, deadline, "the end of all connections");
  g_mutex_unlock (&self->lock);
}

struct _LlmDeaf
{
  GSocket *socket;
  guint port;
  guint count;
};

LlmDeaf *
llm_deaf_new (void)
{
  LlmDeaf *self = g_new0 (LlmDeaf, 1);

  self->socket = listen_somewhere (&self->port);
  g_socket_set_blocking (self->socket, FALSE);
  return self;
}

void
llm_deaf_free (LlmDeaf *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->socket);
  g_free (self);
}

guint
llm_deaf_get_port (LlmDeaf *self)
{
  return self->port;
}

guint
llm_deaf_count (LlmDeaf *self)
{
  GSocket *socket;

  while ((socket = g_socket_accept (self->socket, NULL, NULL)) != NULL)
    {
      self->count++;
      g_object_unref (socket);
    }
  return self->count;
}
