/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-error.h"
#include "test-routes.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* TLS under the guard, with a certificate made for this run by openssl. */

static char *folder;
static char *certificate;
static char *key;

static void
make_certificate (void)
{
  g_autoptr (GError) error = NULL;
  int status = -1;

  folder = g_dir_make_tmp ("sortie-XXXXXX", &error);
  g_assert_no_error (error);
  certificate = g_build_filename (folder, "cert.pem", NULL);
  key = g_build_filename (folder, "key.pem", NULL);
  {
    const char *argv[] = { "openssl",
                           "req",
                           "-x509",
                           "-newkey",
                           "ec",
                           "-pkeyopt",
                           "ec_paramgen_curve:P-256",
                           "-nodes",
                           "-keyout",
                           key,
                           "-out",
                           certificate,
                           "-days",
                           "2",
                           "-subj",
                           "/CN=localhost",
                           "-addext",
                           "subjectAltName=DNS:localhost",
                           NULL };

    g_spawn_sync (NULL, (char **) argv, NULL,
                  G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                  NULL, NULL, NULL, NULL, &status, &error);
  }
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
}

static void
remove_certificate (void)
{
  g_unlink (certificate);
  g_unlink (key);
  g_rmdir (folder);
  g_free (folder);
  g_free (certificate);
  g_free (key);
}

static TestServer *
start (void (*adjust) (SortieHttpServerOptions *))
{
  SortieHttpServerOptions options;

  test_server_options_init (&options);
  options.tls_certificate = certificate;
  options.tls_key = key;
  options.head_ms = 2000;
  if (adjust != NULL)
    adjust (&options);
  return test_server_new (&options, NULL, test_routes_add, NULL);
}

static GIOStream *
connect_tls (TestServer *server)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) plain = NULL;
  g_autoptr (GTlsCertificate) known = g_tls_certificate_new_from_file (certificate, &error);
  g_autoptr (GSocketConnectable) name = g_network_address_new ("localhost", 0);
  g_autoptr (GTlsDatabase) database = NULL;
  GIOStream *tls;

  g_assert_no_error (error);
  g_socket_client_set_timeout (client, TEST_PATIENCE_MS / 1000);
  g_socket_client_set_enable_proxy (client, FALSE);
  plain = g_socket_client_connect_to_host (client, "127.0.0.1", test_server_get_port (server), NULL,
                                           &error);
  g_assert_no_error (error);
  tls = g_tls_client_connection_new (G_IO_STREAM (plain), name, &error);
  g_assert_no_error (error);
  database = g_tls_file_database_new (certificate, &error);
  g_assert_no_error (error);
  g_tls_connection_set_database (G_TLS_CONNECTION (tls), database);
  return tls;
}

static void
tls_send (GIOStream *tls, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (tls), text, strlen (text), NULL, NULL,
                             &error);
  g_assert_no_error (error);
}

/* Until the text has come, or to the end for NULL. */
static char *
tls_read (GIOStream *tls, const char *until)
{
  GString *got = g_string_new (NULL);

  while (until == NULL || strstr (got->str, until) == NULL)
    {
      g_autoptr (GError) error = NULL;
      char chunk[65536];
      gssize n = g_input_stream_read (g_io_stream_get_input_stream (tls), chunk, sizeof chunk, NULL,
                                      &error);

      g_assert_no_error (error);
      if (n == 0)
        break;
      g_string_append_len (got, chunk, n);
    }
  return g_string_free (got, FALSE);
}

static void
test_requests (void)
{
  g_autoptr (TestServer) server = start (NULL);
  g_autoptr (GIOStream) tls = connect_tls (server);
  g_autofree char *first = NULL;
  g_autofree char *rest = NULL;

  g_assert_true (g_str_has_prefix (test_server_get_url (server), "https://127.0.0.1:"));
  tls_send (tls, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  first = tls_read (tls, "{\"status\":\"ok\"}");
  g_assert_cmpint (test_status (first), ==, 200);
  tls_send (tls, "GET /echo/a HTTP/1.1\r\nHost: localhost\r\n\r\n"
                 "GET /big?size=3000000 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  rest = tls_read (tls, NULL);
  g_assert_cmpint (test_count (rest, "HTTP/1.1 200"), ==, 2);
  g_assert_cmpuint (strlen (rest), >, 3000000);
  g_io_stream_close (tls, NULL, NULL);
}

static void
test_refusal (void)
{
  g_autoptr (TestServer) server = start (NULL);
  g_autoptr (GIOStream) tls = connect_tls (server);
  g_autofree char *response = NULL;

  tls_send (tls, "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n");
  response = tls_read (tls, NULL);
  g_assert_cmpint (test_status (response), ==, 400);
  g_io_stream_close (tls, NULL, NULL);
}

static void
test_stream (void)
{
  g_autoptr (TestServer) server = start (NULL);
  g_autoptr (GIOStream) tls = connect_tls (server);
  g_autofree char *response = NULL;

  tls_send (tls, "GET /stream/" TEST_KNOWN " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  response = tls_read (tls, NULL);
  g_assert_cmpint (test_status (response), ==, 200);
  g_assert_true (g_str_has_suffix (response, "data: {\"type\":\"done\"}\n\n"));
  g_io_stream_close (tls, NULL, NULL);
}

/* A stream that holds more than the sockets take is resumed when there is room. */

static SortieSseConnection *long_stream;
static guint long_stream_ended;

static void
ended_cb (SortieSseConnection *connection, SortieSseEnd reason, gpointer user_data)
{
  long_stream_ended = reason + 1;
  long_stream = NULL;
}

static SortieResponse *
accept_stream (SortieRequest *request, gpointer user_data)
{
  return sortie_response_new_stream (g_strdup ("x"), g_free);
}

static void
fill_stream (SortieSseConnection *connection, gpointer stream, gpointer user_data)
{
  g_autofree char *payload = g_strnfill (6 * 1024 * 1024, 'p');
  g_autoptr (GBytes) frames = g_bytes_new (payload, strlen (payload));

  long_stream = connection;
  sortie_sse_connection_set_closed_func (connection, ended_cb, NULL);
  sortie_sse_connection_send (connection, frames);
  if (user_data == NULL)
    sortie_sse_connection_finish (connection);
  g_free (stream);
}

static void
add_long_streams (SortieHttpServer *server, gpointer user_data)
{
  const SortieRoute once = {
    .method = "GET", .pattern = "/once", .handler = accept_stream, .stream = fill_stream
  };
  const SortieRoute stay = { .method = "GET",
                             .pattern = "/stay",
                             .handler = accept_stream,
                             .stream = fill_stream,
                             .user_data = &long_stream };

  sortie_http_server_add_route (server, &once);
  sortie_http_server_add_route (server, &stay);
}

static gboolean
no_streams (const SortieHttpServerStats *stats)
{
  return stats->streams == 0;
}

static void
test_long_stream (void)
{
  SortieHttpServerOptions options;
  g_autoptr (TestServer) server = NULL;
  g_autoptr (GIOStream) tls = NULL;
  g_autoptr (GIOStream) other = NULL;
  g_autofree char *response = NULL;
  g_autofree char *part = NULL;

  test_server_options_init (&options);
  options.tls_certificate = certificate;
  options.tls_key = key;
  options.head_ms = 2000;
  server = test_server_new (&options, NULL, add_long_streams, NULL);
  tls = connect_tls (server);
  tls_send (tls, "GET /once HTTP/1.1\r\nHost: localhost\r\n\r\n");
  response = tls_read (tls, NULL);
  g_assert_cmpuint (strlen (test_body (response)), ==, 6 * 1024 * 1024);
  test_server_wait (server, no_streams);
  g_assert_cmpuint (long_stream_ended, ==, SORTIE_SSE_FINISHED + 1);
  g_io_stream_close (tls, NULL, NULL);

  /* And a client that goes away in the middle is noticed. */
  other = connect_tls (server);
  tls_send (other, "GET /stay HTTP/1.1\r\nHost: localhost\r\n\r\n");
  part = tls_read (other, "ppppp");
  g_io_stream_close (other, NULL, NULL);
  test_server_wait (server, no_streams);
  g_assert_cmpuint (long_stream_ended, ==, SORTIE_SSE_GONE + 1);
}

static gboolean
none_open (const SortieHttpServerStats *stats)
{
  return stats->open == 0;
}

static void
hurry (SortieHttpServerOptions *options)
{
  options->head_ms = 200;
}

/* Plain HTTP, rubbish and silence on a TLS port end there. */
static void
test_not_tls (void)
{
  g_autoptr (TestServer) server = start (hurry);
  g_autofree char *response = NULL;
  int silent = test_connect (test_server_get_port (server));

  response = test_exchange (test_server_get_port (server),
                            "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", -1);
  g_assert_null (strstr (response, "200"));
  g_string_free (test_read_to_end (silent), TRUE);
  close (silent);
  test_server_wait (server, none_open);
}

static void
test_bad_files (void)
{
  SortieHttpServerOptions options;
  g_autoptr (GError) error = NULL;

  test_server_options_init (&options);
  options.tls_certificate = certificate;
  g_assert_null (sortie_http_server_new (&options, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
  g_clear_error (&error);
  options.tls_key = "/nonexistent/key.pem";
  g_assert_null (sortie_http_server_new (&options, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
  g_clear_error (&error);
  options.tls_certificate = key;
  options.tls_key = certificate;
  g_assert_null (sortie_http_server_new (&options, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
}

static guint
count_pool_threads (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", name, "comm", NULL);
      g_autofree char *comm = NULL;

      if (g_file_get_contents (path, &comm, NULL, NULL) && g_str_has_prefix (comm, "pool-"))
        n++;
    }
  return n;
}

/* The leak sanitizer of gcc 12 stumbles over the thread-local data that gnutls, a loaded module,
 * has left in idle threads: waits until they are gone. */
static void
end_idle_threads (void)
{
  gint64 end = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;

  g_thread_pool_set_max_unused_threads (0);
  while (count_pool_threads () > 0 && g_get_monotonic_time () < end)
    g_usleep (1000); /* between two looks at the fact */
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/tls/requests", test_requests);
  g_test_add_func ("/server/tls/refusal", test_refusal);
  g_test_add_func ("/server/tls/stream", test_stream);
  g_test_add_func ("/server/tls/long-stream", test_long_stream);
  g_test_add_func ("/server/tls/not-tls", test_not_tls);
  g_test_add_func ("/server/tls/bad-files", test_bad_files);
  make_certificate ();
  result = g_test_run ();
  remove_certificate ();
  end_idle_threads ();
  return result;
}
