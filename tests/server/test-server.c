/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct _TestServer
{
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  SortieHttpServerOptions options;
  const char *address;
  TestRoutesFunc routes;
  gpointer user_data;
  SortieHttpServer *server;
  char *url;
  GMutex mutex;
  GCond cond;
  gboolean is_ready;
};

static gpointer
run (gpointer data)
{
  TestServer *self = data;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) urls = NULL;

  g_main_context_push_thread_default (self->context);
  self->server = sortie_http_server_new (&self->options, &error);
  g_assert_no_error (error);
  self->routes (self->server, self->user_data);
  urls = sortie_http_server_listen (self->server, self->address, &error);
  g_assert_no_error (error);
  self->url = g_strdup (urls[0]);

  g_mutex_lock (&self->mutex);
  self->is_ready = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_main_loop_run (self->loop);

  sortie_http_server_stop (self->server, 2000);
  sortie_http_server_free (self->server);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

void
test_server_options_init (SortieHttpServerOptions *options)
{
  sortie_http_server_options_init (options);
  options->threads = 4;
  options->head_ms = 300;
  options->body_ms = 300;
  options->write_ms = 500;
  options->idle_ms = 3000;
  options->linger_ms = 200;
  options->pause_ms = 20;
}

TestServer *
test_server_new (const SortieHttpServerOptions *options,
                 const char *address,
                 TestRoutesFunc routes,
                 gpointer user_data)
{
  TestServer *self = g_new0 (TestServer, 1);

  self->options = *options;
  self->address = address != NULL ? address : "tcp://127.0.0.1:0";
  self->routes = routes;
  self->user_data = user_data;
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("server", run, self);
  g_mutex_lock (&self->mutex);
  while (!self->is_ready)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
  return self;
}

static void
quit (gpointer data)
{
  g_main_loop_quit (data);
}

void
test_server_free (TestServer *self)
{
  test_server_call (self, quit, self->loop);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self->url);
  g_free (self);
}

SortieHttpServer *
test_server_get (TestServer *self)
{
  return self->server;
}

const char *
test_server_get_url (TestServer *self)
{
  return self->url;
}

guint
test_server_get_port (TestServer *self)
{
  return (guint) strtoul (strrchr (self->url, ':') + 1, NULL, 10);
}

typedef struct
{
  void (*func) (gpointer);
  gpointer user_data;
  GMutex mutex;
  GCond cond;
  gboolean is_done;
} Call;

static gboolean
call_cb (gpointer data)
{
  Call *call = data;

  call->func (call->user_data);
  g_mutex_lock (&call->mutex);
  call->is_done = TRUE;
  g_cond_signal (&call->cond);
  g_mutex_unlock (&call->mutex);
  return G_SOURCE_REMOVE;
}

void
test_server_call (TestServer *self, void (*func) (gpointer), gpointer user_data)
{
  Call call = { .func = func, .user_data = user_data };
  g_autoptr (GSource) source = g_idle_source_new ();

  g_mutex_init (&call.mutex);
  g_cond_init (&call.cond);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, call_cb, &call, NULL);
  g_source_attach (source, self->context);
  g_mutex_lock (&call.mutex);
  while (!call.is_done)
    g_cond_wait (&call.cond, &call.mutex);
  g_mutex_unlock (&call.mutex);
  g_mutex_clear (&call.mutex);
  g_cond_clear (&call.cond);
}

typedef struct
{
  SortieHttpServer *server;
  SortieHttpServerStats *stats;
} StatsCall;

static void
get_stats (gpointer data)
{
  StatsCall *call = data;

  sortie_http_server_get_stats (call->server, call->stats);
}

void
test_server_get_stats (TestServer *self, SortieHttpServerStats *stats)
{
  StatsCall call = { self->server, stats };

  test_server_call (self, get_stats, &call);
}

void
test_server_wait (TestServer *self, gboolean (*holds) (const SortieHttpServerStats *))
{
  gint64 end = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;
  SortieHttpServerStats stats;

  do
    {
      test_server_get_stats (self, &stats);
      if (holds (&stats))
        return;
      g_usleep (1000); /* polls the server's own state; the loop ends as soon as it is reached */
    }
  while (g_get_monotonic_time () < end);
  g_error ("the server's state was not reached: %u open, %u streams, %u handling", stats.open,
           stats.streams, stats.handling);
}

int
test_connect (guint port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int yes = 1;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return fd;
}

int
test_connect_unix (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

void
test_send (int fd, const char *bytes, gssize length)
{
  gsize left = length < 0 ? strlen (bytes) : (gsize) length;

  while (left > 0)
    {
      gssize n = send (fd, bytes, left, MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return; /* the server has closed: what it said is still to be read */
      bytes += n;
      left -= n;
    }
}

gboolean
test_is_readable (int fd, int timeout_ms)
{
  struct pollfd poll_fd = { fd, POLLIN, 0 };

  return poll (&poll_fd, 1, timeout_ms) == 1;
}

/* FALSE at the end. */
static gboolean
read_more (int fd, GString *into)
{
  char chunk[65536];
  gssize n;

  if (!test_is_readable (fd, TEST_PATIENCE_MS))
    g_error ("the server hangs; so far: %.2000s", into->str);
  n = recv (fd, chunk, sizeof chunk, 0);
  if (n > 0)
    g_string_append_len (into, chunk, n);
  return n > 0;
}

GString *
test_read_to_end (int fd)
{
  GString *text = g_string_new (NULL);

  while (read_more (fd, text))
    ;
  return text;
}

GString *
test_read_until (int fd, const char *text)
{
  g_autoptr (GString) got = g_string_new (NULL);

  while (strstr (got->str, text) == NULL)
    if (!read_more (fd, got))
      return NULL;
  return g_steal_pointer (&got);
}

GString *
test_read_response (int fd, gboolean is_head)
{
  g_autoptr (GString) got = g_string_new (NULL);
  gsize wanted = G_MAXSIZE;

  while (got->len < wanted)
    {
      const char *end;
      char byte;

      /* Byte by byte up to the body, so that nothing of the next response is taken. */
      if (!test_is_readable (fd, TEST_PATIENCE_MS))
        g_error ("the server hangs; so far: %.2000s", got->str);
      if (recv (fd, &byte, 1, 0) != 1)
        return NULL;
      g_string_append_c (got, byte);
      end = wanted == G_MAXSIZE ? strstr (got->str, "\r\n\r\n") : NULL;
      if (end != NULL)
        {
          g_autofree char *length = test_header (got->str, "Content-Length");

          wanted = end + 4 - got->str;
          if (length != NULL && !is_head)
            wanted += g_ascii_strtoull (length, NULL, 10);
        }
    }
  return g_steal_pointer (&got);
}

int
test_status (const char *response)
{
  if (!g_str_has_prefix (response, "HTTP/1.1 ") && !g_str_has_prefix (response, "HTTP/1.0 "))
    return 0;
  return (int) strtol (response + 9, NULL, 10);
}

char *
test_header (const char *response, const char *name)
{
  const char *end = strstr (response, "\r\n\r\n");
  g_autofree char *head = g_strndup (response, end != NULL ? (gsize) (end - response) : 0);
  g_auto (GStrv) lines = g_strsplit (head, "\r\n", -1);
  gsize length = strlen (name);

  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    if (g_ascii_strncasecmp (lines[i], name, length) == 0 && lines[i][length] == ':')
      return g_strdup (g_strstrip (lines[i] + length + 1));
  return NULL;
}

const char *
test_body (const char *response)
{
  const char *end = strstr (response, "\r\n\r\n");

  return end != NULL ? end + 4 : "";
}

char *
test_exchange (guint port, const char *bytes, gssize length)
{
  int fd = test_connect (port);
  GString *response;

  test_send (fd, bytes, length);
  response = test_read_to_end (fd);
  close (fd);
  return g_string_free (response, FALSE);
}

char *
test_get (guint port, const char *path, const char *headers)
{
  g_autofree char *request =
      g_strdup_printf ("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n%s\r\n", path,
                       port, headers != NULL ? headers : "");

  return test_exchange (port, request, -1);
}

int
test_count (const char *text, const char *needle)
{
  int n = 0;

  for (const char *at = text; (at = strstr (at, needle)) != NULL; at += strlen (needle))
    n++;
  return n;
}
