/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-error.h"
#include "sortie-listen-address.h"
#include "test-routes.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Addresses, sockets and the accept loop. */

#define BURST 500
#define REQUEST "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

static void
test_parse (void)
{
  const struct
  {
    const char *text;
    const char *host;
    guint port;
    const char *path;
  } good[] = {
    { "tcp://127.0.0.1:8000", "127.0.0.1", 8000, NULL },
    { "tcp://localhost:0", "localhost", 0, NULL },
    { "tcp://[::1]:65535", "::1", 65535, NULL },
    { "unix:///run/x.sock", NULL, 0, "/run/x.sock" },
  };
  static const char *const bad[] = {
    "",
    "8000",
    "http://a:1",
    "tcp://",
    "tcp://a",
    "tcp://:80",
    "tcp://a:",
    "tcp://a:b",
    "tcp://a:65536",
    "tcp://a:-1",
    "tcp://::1:80",
    "tcp://[::1:80",
    "tcp://[::1]",
    "unix://",
    "unix://run/x",
    "unix:///run/a-path-that-is-longer-than-the-hundred-and-eight-bytes-that-the-kernel-gives-to"
    "-the-name-of-a-socket-of-this-family",
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SortieListenAddress) address = sortie_listen_address_parse (good[i].text, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (address->host, ==, good[i].host);
      g_assert_cmpuint (address->port, ==, good[i].port);
      g_assert_cmpstr (address->path, ==, good[i].path);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sortie_listen_address_parse (bad[i], &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
    }
}

static SortieHttpServer *
server_on (const char *address, char ***urls, GError **error)
{
  g_autoptr (SortieHttpServer) server = NULL;
  SortieHttpServerOptions options;

  test_server_options_init (&options);
  server = sortie_http_server_new (&options, error);
  g_assert_nonnull (server);
  *urls = sortie_http_server_listen (server, address, error);
  return *urls != NULL ? g_steal_pointer (&server) : NULL;
}

static void
assert_cannot_listen (const char *address, int code)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) urls = NULL;

  g_assert_null (server_on (address, &urls, &error));
  g_assert_error (error, SORTIE_ERROR, code);
}

static void
test_urls (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) first = NULL;
  g_auto (GStrv) second = NULL;
  g_autoptr (SortieHttpServer) server = server_on ("tcp://127.0.0.1:0", &first, &error);
  g_autofree char *same = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (first), ==, 1);
  g_assert_true (g_regex_match_simple ("^http://127\\.0\\.0\\.1:[1-9][0-9]*$", first[0], 0, 0));
  /* More than one address for one server, and one port for one server. */
  second = sortie_http_server_listen (server, "tcp://127.0.0.1:0", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first[0], !=, second[0]);
  same = g_strconcat ("tcp://", first[0] + strlen ("http://"), NULL);
  assert_cannot_listen (same, SORTIE_ERROR_UNAVAILABLE);
  assert_cannot_listen ("tcp://host.invalid:0", SORTIE_ERROR_INVALID);
}

/* Beyond this machine nothing is served without a token. */
static void
test_token_required (void)
{
  assert_cannot_listen ("tcp://0.0.0.0:0", SORTIE_ERROR_DENIED);
  assert_cannot_listen ("tcp://[::]:0", SORTIE_ERROR_DENIED);
  assert_cannot_listen ("tcp://192.0.2.1:0", SORTIE_ERROR_DENIED);
}

static void
test_ipv6 (void)
{
  SortieHttpServerOptions options;
  g_autoptr (TestServer) server = NULL;
  struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  int probe = socket (AF_INET6, SOCK_STREAM, 0);
  gboolean has_ipv6 = probe >= 0 && bind (probe, (struct sockaddr *) &address, sizeof address) == 0;
  g_autoptr (GString) response = NULL;
  int fd;

  if (probe >= 0)
    close (probe);
  if (!has_ipv6)
    {
      /* A machine without IPv6 is told so. */
      assert_cannot_listen ("tcp://[::1]:0", SORTIE_ERROR_UNAVAILABLE);
      return;
    }
  test_server_options_init (&options);
  server = test_server_new (&options, "tcp://[::1]:0", test_routes_add, NULL);
  g_assert_true (g_str_has_prefix (test_server_get_url (server), "http://[::1]:"));
  address.sin6_port = htons (test_server_get_port (server));
  fd = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  test_send (fd, "GET /echo/a HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close\r\n\r\n", -1);
  response = test_read_to_end (fd);
  close (fd);
  g_assert_nonnull (strstr (response->str, "local=1 unix=0"));
}

static gboolean
none_open (const SortieHttpServerStats *stats)
{
  return stats->open == 0;
}

static void
test_burst (void)
{
  SortieHttpServerOptions options;
  g_autoptr (TestServer) server = NULL;
  static int fds[BURST];
  gint64 start;
  double seconds;

  test_server_options_init (&options);
  options.head_ms = TEST_PATIENCE_MS;
  server = test_server_new (&options, NULL, test_routes_add, NULL);
  start = g_get_monotonic_time ();
  for (int i = 0; i < BURST; i++)
    fds[i] = test_connect (test_server_get_port (server));
  for (int i = 0; i < BURST; i++)
    test_send (fds[i], REQUEST, -1);
  for (int i = 0; i < BURST; i++)
    {
      g_autoptr (GString) response = test_read_to_end (fds[i]);

      close (fds[i]);
      g_assert_cmpint (test_status (response->str), ==, 200);
    }
  seconds = (g_get_monotonic_time () - start) / 1e6;
  g_test_minimized_result (seconds, "500 connections in %.3f s", seconds);
  test_server_wait (server, none_open);
}

/* Over the cap: 503, and whoever is connected is served on. */
static void
test_cap (void)
{
  SortieHttpServerOptions options;
  g_autoptr (TestServer) server = NULL;
  SortieHttpServerStats stats;
  int fds[5];

  test_server_options_init (&options);
  options.max_connections = 5;
  options.head_ms = TEST_PATIENCE_MS;
  server = test_server_new (&options, NULL, test_routes_add, NULL);
  for (int round = 0; round < 3; round++)
    {
      for (int i = 0; i < 5; i++)
        fds[i] = test_connect (test_server_get_port (server));
      for (int i = 0; i < 3; i++)
        {
          int fd = test_connect (test_server_get_port (server));
          g_autoptr (GString) refusal = test_read_to_end (fd);
          g_autofree char *type = test_header (refusal->str, "Content-Type");

          close (fd);
          g_assert_cmpint (test_status (refusal->str), ==, 503);
          g_assert_cmpstr (type, ==, "application/problem+json");
        }
      for (int i = 0; i < 5; i++)
        {
          g_autoptr (GString) response = NULL;

          test_send (fds[i], REQUEST, -1);
          response = test_read_to_end (fds[i]);
          close (fds[i]);
          g_assert_cmpint (test_status (response->str), ==, 200);
        }
      test_server_wait (server, none_open);
    }
  test_server_get_stats (server, &stats);
  g_assert_cmpuint (stats.busy, ==, 9);
}

/* A child with few descriptors: the accept loop survives running out of them, the clients in the
 * way are told, and it serves again when there is room. */
static void
run_out_of_descriptors (void)
{
  const struct rlimit limit = { 64, 64 };
  SortieHttpServerOptions options;
  TestServer *server;
  int peers[40];
  int hold[64];
  int n_hold = 0;
  int fd;
  int last;
  GString *response;
  SortieHttpServerStats stats;

  setrlimit (RLIMIT_NOFILE, &limit);
  test_server_options_init (&options);
  options.head_ms = TEST_PATIENCE_MS;
  server = test_server_new (&options, NULL, test_routes_add, NULL);
  last = test_connect (test_server_get_port (server));
  test_send (last, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", -1);
  g_string_free (test_read_response (last, FALSE), TRUE);
  fd = socket (AF_INET, SOCK_STREAM, 0); /* kept for later */
  while (n_hold < 64 && (hold[n_hold] = open ("/dev/null", O_RDONLY)) >= 0)
    n_hold++;
  g_assert_cmpint (errno, ==, EMFILE);

  /* The connection waits in the backlog and is refused there. */
  {
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons (test_server_get_port (server)),
                                   .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

    g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  }
  response = test_read_to_end (fd);
  g_assert_cmpint (test_status (response->str), ==, 503);
  g_string_free (response, TRUE);
  close (fd);
  /* Whoever was connected before is served on. */
  test_send (last, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", -1);
  response = test_read_response (last, FALSE);
  g_assert_cmpint (test_status (response->str), ==, 200);
  g_string_free (response, TRUE);

  while (n_hold > 0)
    close (hold[--n_hold]);
  for (int i = 0; i < 10; i++)
    {
      peers[i] = test_connect (test_server_get_port (server));
      test_send (peers[i], REQUEST, -1);
      response = test_read_to_end (peers[i]);
      g_assert_cmpint (test_status (response->str), ==, 200);
      g_string_free (response, TRUE);
      close (peers[i]);
    }
  test_server_get_stats (server, &stats);
  g_assert_cmpuint (stats.busy, >=, 1);
  close (last);
  test_server_free (server);
}

static void
test_out_of_descriptors (void)
{
  if (g_test_subprocess ())
    {
      run_out_of_descriptors ();
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

typedef struct
{
  char *folder;
  char *path;
  char *address;
} UnixPlace;

static void
unix_set_up (UnixPlace *place, gconstpointer data)
{
  place->folder = g_dir_make_tmp ("sortie-XXXXXX", NULL);
  place->path = g_build_filename (place->folder, "s.sock", NULL);
  place->address = g_strconcat ("unix://", place->path, NULL);
}

static void
unix_tear_down (UnixPlace *place, gconstpointer data)
{
  g_assert_cmpint (g_rmdir (place->folder), ==, 0); /* nothing is left in it */
  g_free (place->folder);
  g_free (place->path);
  g_free (place->address);
}

static void
test_unix (UnixPlace *place, gconstpointer data)
{
  SortieHttpServerOptions options;
  g_autoptr (TestServer) server = NULL;
  g_autoptr (GString) response = NULL;
  struct stat info;
  int fd;

  test_server_options_init (&options);
  server = test_server_new (&options, place->address, test_routes_add, NULL);
  g_assert_cmpstr (test_server_get_url (server), ==, place->address);
  g_assert_cmpint (stat (place->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  /* Any Host will do: no browser gets here. */
  fd = test_connect_unix (place->path);
  test_send (fd, "GET /echo/a HTTP/1.1\r\nHost: sortie\r\nConnection: close\r\n\r\n", -1);
  response = test_read_to_end (fd);
  close (fd);
  g_assert_nonnull (strstr (response->str, "user=local local=1 unix=1"));
  /* A second server leaves the first alone. */
  assert_cannot_listen (place->address, SORTIE_ERROR_CONFLICT);
  fd = test_connect_unix (place->path);
  close (fd);
}

static void
test_unix_http_1_0 (UnixPlace *place, gconstpointer data)
{
  SortieHttpServerOptions options;
  g_autoptr (TestServer) server = NULL;
  g_autoptr (GString) response = NULL;
  int fd;

  test_server_options_init (&options);
  server = test_server_new (&options, place->address, test_routes_add, NULL);
  fd = test_connect_unix (place->path);
  test_send (fd, "GET /health HTTP/1.0\r\n\r\n", -1);
  response = test_read_to_end (fd);
  close (fd);
  g_assert_cmpint (test_status (response->str), ==, 200);
}

/* What a killed server leaves: a socket file on which nobody listens. */
static void
leave_stale_socket (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 5), ==, 0);
  close (fd);
}

static void
test_unix_stale (UnixPlace *place, gconstpointer data)
{
  SortieHttpServerOptions options;
  g_autoptr (TestServer) server = NULL;
  g_autoptr (GString) response = NULL;
  int fd;

  leave_stale_socket (place->path);
  test_server_options_init (&options);
  server = test_server_new (&options, place->address, test_routes_add, NULL);
  fd = test_connect_unix (place->path);
  test_send (fd, REQUEST, -1);
  response = test_read_to_end (fd);
  close (fd);
  g_assert_cmpint (test_status (response->str), ==, 200);
}

static void
test_unix_in_the_way (UnixPlace *place, gconstpointer data)
{
  g_autofree char *content = NULL;
  g_autofree char *inside = g_strconcat (place->address, "/x", NULL);
  g_autofree char *nowhere = g_strconcat ("unix://", place->folder, "/none/s.sock", NULL);

  g_assert_true (g_file_set_contents (place->path, "precious", -1, NULL));
  assert_cannot_listen (place->address, SORTIE_ERROR_CONFLICT);
  assert_cannot_listen (inside, SORTIE_ERROR_UNAVAILABLE);
  assert_cannot_listen (nowhere, SORTIE_ERROR_UNAVAILABLE);
  g_assert_true (g_file_get_contents (place->path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "precious");
  g_unlink (place->path);
}

/* Another server's file is not removed at the end. */
static void
test_unix_replaced (UnixPlace *place, gconstpointer data)
{
  SortieHttpServerOptions options;
  TestServer *server;

  test_server_options_init (&options);
  server = test_server_new (&options, place->address, test_routes_add, NULL);
  g_unlink (place->path);
  leave_stale_socket (place->path);
  test_server_free (server);
  g_assert_true (g_file_test (place->path, G_FILE_TEST_EXISTS));
  g_unlink (place->path);
}

static gpointer
try_to_listen (gpointer address)
{
  g_autoptr (SortieListenAddress) parsed = sortie_listen_address_parse (address, NULL);

  return sortie_listen_address_bind (parsed, NULL);
}

/* Of many that start at once over a stale file, one wins. */
static void
test_unix_race (UnixPlace *place, gconstpointer data)
{
  for (int round = 0; round < 20; round++)
    {
      GThread *threads[8];
      int winners = 0;

      leave_stale_socket (place->path);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("starter", try_to_listen, place->address);
      {
        g_autoptr (GPtrArray) won =
            g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

        for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
          {
            GPtrArray *sockets = g_thread_join (threads[i]);

            if (sockets != NULL)
              g_ptr_array_add (won, sockets);
          }
        winners = won->len;
      }
      g_assert_cmpint (winners, ==, 1);
      g_unlink (place->path);
    }
}

int
main (int argc, char **argv)
{
  const struct
  {
    const char *name;
    void (*func) (UnixPlace *, gconstpointer);
  } unix_tests[] = {
    { "/server/listener/unix", test_unix },
    { "/server/listener/unix-http-1.0", test_unix_http_1_0 },
    { "/server/listener/unix-stale", test_unix_stale },
    { "/server/listener/unix-in-the-way", test_unix_in_the_way },
    { "/server/listener/unix-replaced", test_unix_replaced },
    { "/server/listener/unix-race", test_unix_race },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/listener/parse", test_parse);
  g_test_add_func ("/server/listener/urls", test_urls);
  g_test_add_func ("/server/listener/token-required", test_token_required);
  g_test_add_func ("/server/listener/ipv6", test_ipv6);
  g_test_add_func ("/server/listener/burst", test_burst);
  g_test_add_func ("/server/listener/cap", test_cap);
  g_test_add_func ("/server/listener/out-of-descriptors", test_out_of_descriptors);
  for (guint i = 0; i < G_N_ELEMENTS (unix_tests); i++)
    g_test_add (unix_tests[i].name, UnixPlace, NULL, unix_set_up, unix_tests[i].func,
                unix_tear_down);
  return g_test_run ();
}
