/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-routes.h"

#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a good client relies on: keep-alive, pipelining, bodies of every size, deadlines that hit
 * only the slow, an orderly stop. No tokens: the user is `local`. */

static TestServer *server;

#define OK "Host: localhost\r\n"

static guint
port (void)
{
  return test_server_get_port (server);
}

static void
assert_response (int fd, const char *request, int status, const char *body)
{
  g_autoptr (GString) response = NULL;

  test_send (fd, request, -1);
  response = test_read_response (fd, g_str_has_prefix (request, "HEAD"));
  g_assert_nonnull (response);
  g_assert_cmpint (test_status (response->str), ==, status);
  if (body != NULL)
    g_assert_cmpstr (test_body (response->str), ==, body);
}

static void
assert_closed (int fd)
{
  g_autoptr (GString) rest = test_read_to_end (fd);

  g_assert_cmpstr (rest->str, ==, "");
  close (fd);
}

static void
test_keep_alive (void)
{
  int fd = test_connect (port ());

  for (int i = 0; i < 20; i++)
    {
      assert_response (fd, "GET /health HTTP/1.1\r\n" OK "\r\n", 200, "{\"status\":\"ok\"}");
      assert_response (fd, "HEAD /health HTTP/1.1\r\n" OK "\r\n", 200, "");
      assert_response (fd, "GET /empty HTTP/1.1\r\n" OK "\r\n", 204, "");
      assert_response (fd, "GET /nowhere HTTP/1.1\r\n" OK "\r\n", 404, NULL);
      assert_response (fd, "OPTIONS /echo/x HTTP/1.1\r\n" OK "\r\n", 204, "");
      assert_response (fd,
                       "POST /json HTTP/1.1\r\n" OK
                       "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
                       200, "POST /json user=local local=1 unix=0 name=- q=- body={}");
      assert_response (fd,
                       "POST /echo/x HTTP/1.1\r\n" OK
                       "Content-Type: application/json\r\nContent-Length: 0\r\n\r\n",
                       200, "POST /echo/x user=local local=1 unix=0 name=x q=-");
    }
  assert_response (fd, "GET /health HTTP/1.1\r\n" OK "Connection: close\r\n\r\n", 200, NULL);
  assert_closed (fd);
}

static void
test_http_1_0 (void)
{
  g_autofree char *response =
      test_exchange (port (), "GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n", -1);

  g_assert_cmpint (test_status (response), ==, 200);
  g_assert_cmpstr (test_body (response), ==, "{\"status\":\"ok\"}");
}

static void
test_pipelining (void)
{
  g_autoptr (GString) requests = g_string_new (NULL);
  g_autofree char *responses = NULL;
  const char *at;

  for (int i = 0; i < 200; i++)
    g_string_append_printf (
        requests,
        i % 2 == 0 ? "GET /echo/n%d HTTP/1.1\r\n" OK "\r\n"
                   : "POST /echo/n%d HTTP/1.1\r\n" OK
                     "Content-Type: application/json\r\nContent-Length: 4\r\n\r\n\"\r\n\"",
        i);
  g_string_append (requests, "GET /health HTTP/1.1\r\n" OK "Connection: close\r\n\r\n");
  responses = test_exchange (port (), requests->str, requests->len);
  g_assert_cmpint (test_count (responses, "HTTP/1.1 200"), ==, 201);
  at = responses;
  for (int i = 0; i < 200; i++)
    {
      g_autofree char *name = g_strdup_printf ("name=n%d q", i);

      at = strstr (at, name);
      g_assert_nonnull (at);
    }
}

/* What comes after a refused request is never answered. */
static void
test_nothing_after_refusal (void)
{
  g_autofree char *responses =
      test_exchange (port (),
                     "GET /health HTTP/1.1\r\n" OK "\r\n"
                     "GET /health HTTP/1.1\r\n" OK "Transfer-Encoding: chunked\r\n\r\n"
                     "GET /health HTTP/1.1\r\n" OK "\r\n",
                     -1);

  g_assert_cmpint (test_count (responses, "HTTP/1.1 "), ==, 2);
  g_assert_cmpint (test_status (responses), ==, 200);
  g_assert_nonnull (strstr (responses, "HTTP/1.1 501"));
}

static void
test_parameters (void)
{
  const struct
  {
    const char *path;
    const char *body;
  } cases[] = {
    { "/echo/abc", "GET /echo/abc user=local local=1 unix=0 name=abc q=-" },
    { "/echo/%C3%A9%20a?q=a+b%26&x",
      "GET /echo/%C3%A9%20a user=local local=1 unix=0 name=\xc3\xa9 a q=a b&" },
    { "/echo/a%25b?q=", "GET /echo/a%25b user=local local=1 unix=0 name=a%b q=" },
    { "/echo/...?q=a%0Ab", "GET /echo/... user=local local=1 unix=0 name=... q=a\nb" },
    { "/echo/literal", "{\"status\":\"ok\"}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *response = test_get (port (), cases[i].path, NULL);

      g_assert_cmpstr (test_body (response), ==, cases[i].body);
    }
}

static void
test_headers (void)
{
  g_autofree char *response = test_get (port (), "/health", "X-Request-ID: abc-1.2_3\r\n");
  g_autofree char *id = test_header (response, "X-Request-ID");
  g_autofree char *sniff = test_header (response, "X-Content-Type-Options");
  g_autofree char *cache = test_header (response, "Cache-Control");
  g_autofree char *connection = test_header (response, "Connection");
  g_autofree char *name = test_header (response, "Server");
  g_autofree char *other = test_get (port (), "/nowhere", "X-Request-ID: a b<script>\r\n");
  g_autofree char *other_id = test_header (other, "X-Request-ID");
  g_autofree char *options =
      test_exchange (port (), "OPTIONS /echo/x HTTP/1.1\r\n" OK "Connection: close\r\n\r\n", -1);
  g_autofree char *allow = test_header (options, "Allow");

  g_assert_cmpstr (id, ==, "abc-1.2_3");
  g_assert_cmpstr (sniff, ==, "nosniff");
  g_assert_cmpstr (cache, ==, "no-store");
  g_assert_cmpstr (connection, ==, "close");
  g_assert_null (name);
  g_assert_cmpuint (strlen (other_id), ==, 16);
  g_assert_cmpstr (allow, ==, "GET, HEAD, POST, DELETE, OPTIONS");
}

static void
test_same_origin (void)
{
  g_autofree char *headers = g_strdup_printf ("Origin: http://127.0.0.1:%u\r\n"
                                              "Sec-Fetch-Site: same-origin\r\n",
                                              port ());
  g_autofree char *response = test_get (port (), "/health", headers);

  g_assert_cmpint (test_status (response), ==, 200);
}

/* A range of a response could be asked for in a thousand overlapping pieces. */
static void
test_ranges_are_ignored (void)
{
  g_autofree char *response = test_get (port (), "/big?size=100", "Range: bytes=0-9,0-9,5-\r\n");

  g_assert_cmpint (test_status (response), ==, 200);
  g_assert_cmpuint (strlen (test_body (response)), ==, 100);
}

static void
test_large_bodies (void)
{
  const gsize sizes[] = { 1, 8191, 8192, 8193, 1000000, 20 * 1024 * 1024 };
  int fd = test_connect (port ());

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *body = g_malloc (sizes[i]);
      g_autofree char *head = g_strdup_printf ("POST /upload HTTP/1.1\r\n" OK
                                               "Content-Type: text/markdown\r\nContent-Length: "
                                               "%" G_GSIZE_FORMAT "\r\n\r\n",
                                               sizes[i]);
      g_autofree char *digest = NULL;
      g_autofree char *expected = NULL;
      g_autoptr (GString) response = NULL;

      for (gsize at = 0; at < sizes[i]; at++)
        body[at] = (char) (at * 31 + (at >> 9));
      digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) body, sizes[i]);
      expected =
          g_strdup_printf ("{\"size\":%" G_GSIZE_FORMAT ",\"sha256\":\"%s\"}", sizes[i], digest);
      test_send (fd, head, -1);
      test_send (fd, body, sizes[i]);
      response = test_read_response (fd, FALSE);
      g_assert_cmpstr (test_body (response->str), ==, expected);
    }
  close (fd);
}

static void
test_expect_continue (void)
{
  int fd = test_connect (port ());
  g_autoptr (GString) interim = NULL;
  g_autoptr (GString) response = NULL;
  g_autoptr (GString) refusal = NULL;

  test_send (fd,
             "POST /json HTTP/1.1\r\n" OK
             "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
             -1);
  interim = test_read_response (fd, FALSE);
  g_assert_cmpint (test_status (interim->str), ==, 100);
  test_send (fd, "{}", -1);
  response = test_read_response (fd, FALSE);
  g_assert_cmpint (test_status (response->str), ==, 200);
  /* Refused before the body is sent. */
  test_send (fd,
             "POST /json HTTP/1.1\r\n" OK
             "Content-Type: text/plain\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
             -1);
  refusal = test_read_response (fd, FALSE);
  g_assert_cmpint (test_status (refusal->str), ==, 415);
  assert_closed (fd);
}

/* A body that is refused while it is being sent: the answer arrives all the same. */
static void
test_refused_while_sending (void)
{
  g_autofree char *body = g_malloc0 (1024 * 1024);
  int fd = test_connect (port ());
  g_autoptr (GString) response = NULL;

  test_send (fd,
             "PUT /notes HTTP/1.1\r\n" OK
             "Content-Type: text/plain\r\nContent-Length: 1048576\r\n\r\n",
             -1);
  test_send (fd, body, 1024 * 1024);
  response = test_read_to_end (fd);
  close (fd);
  g_assert_cmpint (test_status (response->str), ==, 413);
}

static gboolean
none_open (const SortieHttpServerStats *stats)
{
  return stats->open == 0;
}

/* While handlers block, the server goes on: refusals, other connections, and as many handlers as
 * there are threads. */
static void
test_blocking_handlers (void)
{
  int sleepers[4];
  int fifth;

  for (int i = 0; i < 4; i++)
    {
      sleepers[i] = test_connect (port ());
      test_send (sleepers[i], "GET /sleep HTTP/1.1\r\n" OK "\r\n", -1);
    }
  test_routes_wait_asleep (4);
  fifth = test_connect (port ());
  assert_response (fifth, "GET /nowhere HTTP/1.1\r\n" OK "\r\n", 404, NULL);
  test_send (fifth, "GET /health HTTP/1.1\r\n" OK "\r\n", -1);
  g_assert_false (test_is_readable (fifth, 50));
  test_routes_wake (4);
  for (int i = 0; i < 4; i++)
    {
      g_autoptr (GString) response = test_read_response (sleepers[i], FALSE);

      g_assert_cmpstr (test_body (response->str), ==, "{\"slept\":true}");
      close (sleepers[i]);
    }
  g_assert_true (test_is_readable (fifth, TEST_PATIENCE_MS));
  close (fifth);
}

/* The client goes away while its handler runs. */
static void
test_client_gone_meanwhile (void)
{
  int fd = test_connect (port ());

  test_send (fd, "GET /sleep HTTP/1.1\r\n" OK "\r\n", -1);
  test_routes_wait_asleep (1);
  close (fd);
  test_routes_wake (1);
  test_server_wait (server, none_open);
}

static void
test_client_gone_in_request (void)
{
  static const char request[] =
      "POST /json HTTP/1.1\r\n" OK "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

  for (gsize cut = 0; cut < sizeof request - 1; cut++)
    {
      int fd = test_connect (port ());

      test_send (fd, request, cut);
      close (fd);
    }
  test_server_wait (server, none_open);
}

/* All bodies together have a limit too. */
static void
test_all_bodies_limit (void)
{
  SortieHttpServerOptions options;
  g_autoptr (TestServer) own = NULL;
  const char *request =
      "POST /upload HTTP/1.1\r\n" OK "Content-Type: text/plain\r\nContent-Length: 6000\r\n\r\n";
  g_autofree char *response = NULL;
  g_autoptr (GString) first = NULL;
  g_autofree char *body = g_strnfill (6000, 'x');
  int fd, other;

  test_server_options_init (&options);
  options.body_ms = 10000;
  options.max_bodies = 10000;
  own = test_server_new (&options, NULL, test_routes_add, NULL);
  fd = test_connect (test_server_get_port (own));
  test_send (fd, request, -1);
  test_send (fd, body, 1);
  other = test_connect (test_server_get_port (own));
  assert_response (other, "GET /health HTTP/1.1\r\n" OK "\r\n", 200, NULL);
  close (other);
  response = test_exchange (test_server_get_port (own), request, -1);
  g_assert_cmpint (test_status (response), ==, 503);
  test_send (fd, body + 1, 5999);
  first = test_read_response (fd, FALSE);
  g_assert_cmpint (test_status (first->str), ==, 200);
  /* Its place is free again. */
  test_send (fd, request, -1);
  test_send (fd, body, 6000);
  g_string_free (g_steal_pointer (&first), TRUE);
  first = test_read_response (fd, FALSE);
  g_assert_cmpint (test_status (first->str), ==, 200);
  close (fd);
}

typedef struct
{
  SortieHttpServer *server;
  guint deadline_ms;
  gboolean in_time;
} Stop;

static void
stop_cb (gpointer data)
{
  Stop *stop = data;

  stop->in_time = sortie_http_server_stop (stop->server, stop->deadline_ms);
}

static gpointer
wake_when_refused (gpointer data)
{
  guint stopping_port = GPOINTER_TO_UINT (data);
  gint64 end = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;

  /* The listening socket is closed first: once connecting fails, the stop has begun. */
  while (g_get_monotonic_time () < end)
    {
      struct sockaddr_in address = { .sin_family = AF_INET,
                                     .sin_port = htons (stopping_port),
                                     .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
      int fd = socket (AF_INET, SOCK_STREAM, 0);
      int result = connect (fd, (struct sockaddr *) &address, sizeof address);

      close (fd);
      if (result < 0)
        break;
      g_usleep (1000); /* between two looks at the fact */
    }
  test_routes_wake (1);
  return NULL;
}

static void
test_stop (void)
{
  SortieHttpServerOptions options;
  g_autoptr (TestServer) own = NULL;
  g_autoptr (GString) response = NULL;
  g_autofree char *connection = NULL;
  Stop stop = { .deadline_ms = TEST_PATIENCE_MS };
  GThread *waker;
  int idle, busy;

  test_server_options_init (&options);
  own = test_server_new (&options, NULL, test_routes_add, NULL);
  stop.server = test_server_get (own);
  idle = test_connect (test_server_get_port (own));
  assert_response (idle, "GET /health HTTP/1.1\r\n" OK "\r\n", 200, NULL);
  busy = test_connect (test_server_get_port (own));
  test_send (busy, "GET /sleep HTTP/1.1\r\n" OK "\r\n", -1);
  test_routes_wait_asleep (1);
  waker = g_thread_new ("waker", wake_when_refused, GUINT_TO_POINTER (test_server_get_port (own)));
  test_server_call (own, stop_cb, &stop);
  g_assert_true (stop.in_time);
  g_thread_join (waker);
  assert_closed (idle);
  response = test_read_response (busy, FALSE);
  g_assert_cmpint (test_status (response->str), ==, 200);
  connection = test_header (response->str, "Connection");
  g_assert_cmpstr (connection, ==, "close");
  assert_closed (busy);
}

/* A handler that does not return in time does not hold the stop up. */
static void
test_stop_late (void)
{
  SortieHttpServerOptions options;
  g_autoptr (TestServer) own = NULL;
  Stop stop = { .deadline_ms = 50 };
  int busy;

  test_server_options_init (&options);
  own = test_server_new (&options, NULL, test_routes_add, NULL);
  stop.server = test_server_get (own);
  busy = test_connect (test_server_get_port (own));
  test_send (busy, "GET /sleep HTTP/1.1\r\n" OK "\r\n", -1);
  test_routes_wait_asleep (1);
  test_server_call (own, stop_cb, &stop);
  g_assert_false (stop.in_time);
  test_routes_wake (1);
  g_clear_pointer (&own, test_server_free);
  close (busy);
}

/* Many connections at once, each with several requests, some of them bad. */
static gpointer
storm (gpointer data)
{
  for (int i = 0; i < 60; i++)
    {
      int fd = test_connect (port ());

      assert_response (fd, "GET /echo/a HTTP/1.1\r\n" OK "\r\n", 200, NULL);
      if (i % 3 == 0)
        assert_response (fd, "POST /json HTTP/1.1\r\n" OK "Content-Length: 2\r\n\r\n{}", 415, NULL);
      else if (i % 3 == 1)
        test_send (fd, "GET /big?size=100000 HTTP/1.1\r\n" OK "\r\n", -1);
      else
        assert_response (fd, "GET /health HTTP/1.1\r\n" OK "\r\n", 200, NULL);
      close (fd);
    }
  return NULL;
}

static void
test_storm (void)
{
  GThread *threads[8];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("storm", storm, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  test_server_wait (server, none_open);
}

int
main (int argc, char **argv)
{
  SortieHttpServerOptions options;
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/http-server/keep-alive", test_keep_alive);
  g_test_add_func ("/server/http-server/http-1.0", test_http_1_0);
  g_test_add_func ("/server/http-server/pipelining", test_pipelining);
  g_test_add_func ("/server/http-server/nothing-after-refusal", test_nothing_after_refusal);
  g_test_add_func ("/server/http-server/parameters", test_parameters);
  g_test_add_func ("/server/http-server/headers", test_headers);
  g_test_add_func ("/server/http-server/same-origin", test_same_origin);
  g_test_add_func ("/server/http-server/ranges-are-ignored", test_ranges_are_ignored);
  g_test_add_func ("/server/http-server/large-bodies", test_large_bodies);
  g_test_add_func ("/server/http-server/expect-continue", test_expect_continue);
  g_test_add_func ("/server/http-server/refused-while-sending", test_refused_while_sending);
  g_test_add_func ("/server/http-server/blocking-handlers", test_blocking_handlers);
  g_test_add_func ("/server/http-server/client-gone-meanwhile", test_client_gone_meanwhile);
  g_test_add_func ("/server/http-server/client-gone-in-request", test_client_gone_in_request);
  g_test_add_func ("/server/http-server/all-bodies-limit", test_all_bodies_limit);
  g_test_add_func ("/server/http-server/stop", test_stop);
  g_test_add_func ("/server/http-server/stop-late", test_stop_late);
  g_test_add_func ("/server/http-server/storm", test_storm);

  test_server_options_init (&options);
  server = test_server_new (&options, NULL, test_routes_add, NULL);
  result = g_test_run ();
  test_server_free (server);
  return result;
}
