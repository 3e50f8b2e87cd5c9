/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-routes.h"

#include <sys/socket.h>
#include <unistd.h>

/* Deadlines end what does not move, and leave alone what does. */

static TestServer *server;

#define OK "Host: localhost\r\n"

static guint
port (void)
{
  return test_server_get_port (server);
}

static void
assert_closed (int fd)
{
  g_autoptr (GString) rest = test_read_to_end (fd);

  g_assert_cmpstr (rest->str, ==, "");
  close (fd);
}

static gboolean
none_open (const SortieHttpServerStats *stats)
{
  return stats->open == 0;
}

/* One byte now and then keeps nothing alive. */
static void
test_slow_drip (void)
{
  gint64 start = g_get_monotonic_time ();
  int fd = test_connect (port ());
  g_autoptr (GString) response = NULL;

  test_send (fd, "GET /health HTTP/1.1\r\nX: ", -1);
  while (!test_is_readable (fd, 40))
    {
      test_send (fd, "a", 1);
      g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_USEC_PER_SEC);
    }
  response = test_read_to_end (fd);
  close (fd);
  g_assert_cmpint (test_status (response->str), ==, 408);
}

static void
test_slow_body (void)
{
  int fd = test_connect (port ());
  g_autoptr (GString) response = NULL;

  test_send (fd,
             "POST /upload HTTP/1.1\r\n" OK
             "Content-Type: text/plain\r\nContent-Length: 1000\r\n\r\n",
             -1);
  while (!test_is_readable (fd, 40))
    test_send (fd, "a", 1);
  response = test_read_to_end (fd);
  close (fd);
  g_assert_cmpint (test_status (response->str), ==, 408);
}

/* A connection that never says anything is closed without a word. */
static void
test_silence (void)
{
  assert_closed (test_connect (port ()));
}

static void
test_idle_deadline (void)
{
  SortieHttpServerOptions options;
  g_autoptr (TestServer) own = NULL;
  int fd;

  test_server_options_init (&options);
  options.idle_ms = 100;
  own = test_server_new (&options, NULL, test_routes_add, NULL);
  fd = test_connect (test_server_get_port (own));
  test_send (fd, "GET /health HTTP/1.1\r\n" OK "\r\n", -1);
  g_string_free (test_read_response (fd, FALSE), TRUE);
  assert_closed (fd);
  test_server_wait (own, none_open);
}

/* A response that nobody reads is given up. */
static void
test_response_not_read (void)
{
  int fd = test_connect (port ());

  test_send (fd, "GET /big?size=60000000 HTTP/1.1\r\n" OK "\r\n", -1);
  test_server_wait (server, none_open);
  close (fd);
}

/* One that is read slowly, but read, is not. */
static void
test_response_read_slowly (void)
{
  int fd = test_connect (port ());
  gsize total = 0;
  char chunk[262144];
  gssize n;

  test_send (fd, "GET /big?size=30000000 HTTP/1.1\r\n" OK "Connection: close\r\n\r\n", -1);
  while ((n = recv (fd, chunk, sizeof chunk, 0)) > 0)
    {
      total += n;
      g_usleep (5000); /* the slowness that is tried */
    }
  close (fd);
  g_assert_cmpuint (total, >, 30000000);
}

int
main (int argc, char **argv)
{
  SortieHttpServerOptions options;
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/http-deadlines/slow-drip", test_slow_drip);
  g_test_add_func ("/server/http-deadlines/slow-body", test_slow_body);
  g_test_add_func ("/server/http-deadlines/silence", test_silence);
  g_test_add_func ("/server/http-deadlines/idle-deadline", test_idle_deadline);
  g_test_add_func ("/server/http-deadlines/response-not-read", test_response_not_read);
  g_test_add_func ("/server/http-deadlines/response-read-slowly", test_response_read_slowly);

  test_server_options_init (&options);
  server = test_server_new (&options, NULL, test_routes_add, NULL);
  result = g_test_run ();
  test_server_free (server);
  return result;
}
