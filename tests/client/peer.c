/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "peer.h"

#include <gio/gunixsocketaddress.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#define MAX_HEAD (64 * 1024)

struct _Peer
{
  GSocketService *service;
  PeerFunc func;
  gpointer user_data;
  char *url;
  guint n_requests; /* atomic */
  GMutex lock;
  GCond idle;
  guint n_open;
};

static void
request_clear (PeerRequest *request)
{
  g_free (request->line);
  g_free (request->head);
  g_free (request->body);
}

static gboolean
read_head (PeerRequest *request, GString *head)
{
  char c;

  while (head->len < MAX_HEAD && g_socket_receive (request->socket, &c, 1, NULL, NULL) == 1)
    {
      g_string_append_c (head, c);
      if (g_str_has_suffix (head->str, "\r\n\r\n"))
        return TRUE;
    }

  return FALSE;
}

static void
read_body (PeerRequest *request)
{
  g_autofree char *length = peer_dup_header (request, "Content-Length");
  gsize wanted = length != NULL ? (gsize) g_ascii_strtoull (length, NULL, 10) : 0;

  request->body = g_malloc0 (wanted + 1);
  while (request->body_length < wanted)
    {
      gssize n = g_socket_receive (request->socket, request->body + request->body_length,
                                   wanted - request->body_length, NULL, NULL);

      if (n <= 0)
        return;
      request->body_length += (gsize) n;
    }
}

static gboolean
run_cb (GThreadedSocketService *service,
        GSocketConnection *connection,
        GObject *source,
        gpointer user_data)
{
  Peer *self = user_data;
  PeerRequest request = { .socket = g_socket_connection_get_socket (connection) };
  g_autoptr (GString) head = g_string_new (NULL);

  if (g_socket_get_family (request.socket) == G_SOCKET_FAMILY_IPV4)
    g_socket_set_option (request.socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  if (read_head (&request, head))
    {
      const char *version = strstr (head->str, " HTTP/1.1\r\n");

      g_assert_nonnull (version);
      request.line = g_strndup (head->str, (gsize) (version - head->str));
      request.head = g_strdup (head->str);
      read_body (&request);
      request.number = (guint) g_atomic_int_add (&self->n_requests, 1) + 1;
      g_main_context_wakeup (NULL);
      self->func (&request, self->user_data);
    }
  g_socket_shutdown (request.socket, FALSE, TRUE, NULL);
  request_clear (&request);

  g_mutex_lock (&self->lock);
  self->n_open--;
  g_cond_signal (&self->idle);
  g_mutex_unlock (&self->lock);

  return TRUE;
}

/* Counted in the main context, before the thread runs, so that none is missed at the end. */
static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  Peer *self = user_data;

  g_mutex_lock (&self->lock);
  self->n_open++;
  g_mutex_unlock (&self->lock);

  return FALSE;
}

static Peer *
create (GSocketAddress *address, PeerFunc func, gpointer user_data, GSocketAddress **effective)
{
  Peer *self = g_new0 (Peer, 1);
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->lock);
  g_cond_init (&self->idle);
  self->func = func;
  self->user_data = user_data;
  self->service = g_threaded_socket_service_new (64);
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_DEFAULT, NULL, effective, &error);
  g_assert_no_error (error);
  g_signal_connect (self->service, "incoming", G_CALLBACK (incoming_cb), self);
  g_signal_connect (self->service, "run", G_CALLBACK (run_cb), self);
  g_socket_service_start (self->service);

  return self;
}

Peer *
peer_new (PeerFunc func, gpointer user_data)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) effective = NULL;
  Peer *self = create (address, func, user_data, &effective);

  self->url = g_strdup_printf ("http://127.0.0.1:%d",
                               g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective)));

  return self;
}

Peer *
peer_new_at (const char *socket_path, PeerFunc func, gpointer user_data)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (socket_path);
  g_autoptr (GSocketAddress) effective = NULL;
  Peer *self = create (address, func, user_data, &effective);

  self->url = g_strconcat ("unix://", socket_path, NULL);

  return self;
}

void
peer_free (Peer *self)
{
  gint64 deadline = g_get_monotonic_time () + TEST_DEADLINE_SECONDS * G_TIME_SPAN_SECOND;

  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  /* Closing a client's connection may take an iteration of the main context. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_mutex_lock (&self->lock);
  while (self->n_open > 0)
    if (!g_cond_wait_until (&self->idle, &self->lock, deadline))
      g_error ("a connection was never let go");
  g_mutex_unlock (&self->lock);

  g_signal_handlers_disconnect_by_data (self->service, self);
  g_object_unref (self->service);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->idle);
  g_free (self->url);
  g_free (self);
}

const char *
peer_get_url (Peer *self)
{
  return self->url;
}

guint
peer_get_n_requests (Peer *self)
{
  return (guint) g_atomic_int_get (&self->n_requests);
}

char *
peer_dup_header (PeerRequest *request, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (request->head, "\r\n", -1);
  gsize length = strlen (name);

  for (guint i = 1; lines[i] != NULL; i++)
    if (g_ascii_strncasecmp (lines[i], name, length) == 0 && lines[i][length] == ':')
      return g_strstrip (g_strdup (lines[i] + length + 1));

  return NULL;
}

gboolean
peer_send_bytes (PeerRequest *request, const char *bytes, gsize length)
{
  for (gsize sent = 0; sent < length;)
    {
      gssize n = g_socket_send (request->socket, bytes + sent, length - sent, NULL, NULL);

      if (n <= 0)
        return FALSE;
      sent += (gsize) n;
    }

  return TRUE;
}

gboolean
peer_send (PeerRequest *request, const char *text)
{
  return peer_send_bytes (request, text, strlen (text));
}

gboolean
peer_send_split (PeerRequest *request, const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if (!peer_send_bytes (request, p, 1))
      return FALSE;

  return TRUE;
}

void
peer_answer (PeerRequest *request,
             const char *status,
             const char *headers,
             const char *content_type,
             const char *body)
{
  g_autofree char *answer = g_strdup_printf (
      "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n%s",
      status, content_type, strlen (body), headers != NULL ? headers : "", body);

  peer_send (request, answer);
}

void
peer_open_stream (PeerRequest *request)
{
  peer_send (request, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                      "Cache-Control: no-store\r\nConnection: close\r\n\r\n");
}

void
peer_wait_gone (PeerRequest *request)
{
  char byte;

  while (g_socket_receive (request->socket, &byte, 1, NULL, NULL) > 0)
    ;
}

static gboolean
deadline_cb (gpointer user_data)
{
  g_error ("not within %d s: %s", TEST_DEADLINE_SECONDS, (const char *) user_data);
  return G_SOURCE_REMOVE;
}

guint
test_deadline_begin (const char *what)
{
  return g_timeout_add_seconds (TEST_DEADLINE_SECONDS, deadline_cb, (gpointer) what);
}

void
test_deadline_end (guint source)
{
  g_source_remove (source);
}

void
test_finalize (gpointer object)
{
  gpointer left = object;

  g_object_add_weak_pointer (object, &left);
  g_object_unref (object);
  test_wait_until (left == NULL);
}

void
test_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
  g_main_context_wakeup (NULL);
}
