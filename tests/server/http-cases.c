/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-routes.h"

#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Every case of data/http-cases.json over a real socket. Its `about` explains the form. */

static SortieAuth *auth;
static TestServer *server;

static void
replace (GString *text, const char *what, const char *with)
{
  g_string_replace (text, what, with, 0);
}

/* The bytes that `raw` stands for. */
static GString *
decode_raw (const char *raw)
{
  g_autofree char *port = g_strdup_printf ("%u", test_server_get_port (server));
  GString *out = g_string_new (NULL);
  GString *text = g_string_new (raw);

  replace (text, "PORT", port);
  replace (text, "TOKEN", TEST_TOKEN);
  replace (text, "KNOWN", TEST_KNOWN);
  for (const char *at = text->str; *at != '\0'; at++)
    {
      if (*at != '\\')
        {
          g_string_append_c (out, *at);
          continue;
        }
      at++;
      switch (*at)
        {
        case 'r':
          g_string_append_c (out, '\r');
          break;
        case 'n':
          g_string_append_c (out, '\n');
          break;
        case 't':
          g_string_append_c (out, '\t');
          break;
        case '\\':
          g_string_append_c (out, '\\');
          break;
        case 'x':
          g_string_append_c (out, (char) (g_ascii_xdigit_value (at[1]) * 16 +
                                          g_ascii_xdigit_value (at[2])));
          at += 2;
          break;
        default:
          g_assert_not_reached ();
        }
    }
  g_string_free (text, TRUE);
  return out;
}

/* Sends the case and then one more request on the same connection where it is still open, which
 * makes the server close it: whatever it leaves behind in the stream would answer as well. */
static char *
run_case (const char *raw, gboolean add_close)
{
  g_autoptr (GString) bytes = decode_raw (raw);

  if (add_close)
    g_string_append_printf (bytes,
                            "GET /open HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
  return test_exchange (test_server_get_port (server), bytes->str, bytes->len);
}

static void
assert_problem (const char *response)
{
  g_autofree char *type = test_header (response, "Content-Type");
  g_autofree char *id = test_header (response, "X-Request-ID");

  g_assert_cmpstr (type, ==, "application/problem+json");
  g_assert_nonnull (id);
}

/* Refused with that status, or any from 400 to 499 or 501 for 0, as a problem. */
static void
check_reject (const char *raw, int status)
{
  g_autofree char *response = run_case (raw, FALSE);
  int got = test_status (response);

  if (status != 0)
    g_assert_cmpint (got, ==, status);
  else
    g_assert_true ((got >= 400 && got < 500) || got == 501);
  assert_problem (response);
  g_assert_cmpint (test_count (response, "HTTP/1.1 2"), ==, 0);
  if (got == 401)
    {
      g_autofree char *challenge = test_header (response, "WWW-Authenticate");

      g_assert_true (g_str_has_prefix (challenge, "Bearer"));
    }
}

/* The `must` of a case that needs no more than one connection. */
static void
check_simple (const char *must, const char *raw)
{
  g_autofree char *response = NULL;

  if (g_str_equal (must, "reject") || g_str_equal (must, "reject_4xx") ||
      g_str_equal (must, "reject_or_close"))
    check_reject (raw, 0);
  else if (g_str_has_prefix (must, "reject_"))
    check_reject (raw, (int) g_ascii_strtoll (must + strlen ("reject_"), NULL, 10));
  else if (g_str_equal (must, "no_acao"))
    {
      response = run_case (raw, TRUE);
      g_assert_cmpint (test_status (response), >, 0);
      g_assert_null (strcasestr (response, "access-control-"));
    }
  else if (g_str_equal (must, "timeout_close"))
    {
      response = run_case (raw, FALSE);
      g_assert_cmpint (test_status (response), ==, 408);
      assert_problem (response);
    }
  else if (g_str_equal (must, "ignore_upgrade"))
    {
      response = run_case (raw, TRUE);
      g_assert_cmpint (test_status (response), ==, 200);
      g_assert_cmpint (test_count (response, "HTTP/1.1 200"), ==, 2);
      g_assert_null (strstr (response, "101 "));
    }
  else
    g_error ("unknown: %s", must);
}

/* Ends by itself, and a stream has nothing but its own in it. */
static void
check_no_hang (const char *raw)
{
  g_autofree char *response = run_case (raw, TRUE);

  g_assert_true (test_status (response) == 200 || test_status (response) == 204);
  if (test_status (response) == 200)
    {
      g_assert_nonnull (strstr (response, "\"done\""));
      g_assert_cmpint (test_count (response, "HTTP/1.1"), ==, 1);
      g_assert_true (g_str_has_suffix (response, "{\"type\":\"done\"}\n\n"));
    }
}

static void
check_conflict (const char *raw)
{
  g_autoptr (GString) first = g_string_new (raw);
  g_autofree char *response = NULL;
  g_autofree char *again = NULL;

  replace (first, "{\"task\":\"y\"}", "{\"task\":\"x\"}");
  replace (first, "Idempotency-Key: k1\\r\\n", "Idempotency-Key: k1\\r\\nConnection: close\\r\\n");
  response = run_case (first->str, FALSE);
  g_assert_cmpint (test_status (response), ==, 200);
  again = run_case (first->str, FALSE);
  g_assert_cmpint (test_status (again), ==, 200);
  g_clear_pointer (&again, g_free);
  again = run_case (raw, TRUE);
  g_assert_cmpint (test_status (again), ==, 422);
  assert_problem (again);
}

/* A refusal by the handler leaves the connection open; one more request closes it, and is all that
 * may succeed on it. */
static void
check_bad_body (const char *raw)
{
  g_autofree char *response = run_case (raw, TRUE);

  g_assert_cmpint (test_status (response), ==, 400);
  assert_problem (response);
  g_assert_cmpint (test_count (response, "HTTP/1.1 "), ==, 2);
}

static void
test_case (gconstpointer data)
{
  JsonObject *item = (JsonObject *) data;
  const char *id = json_object_get_string_member (item, "id");
  const char *must = json_object_get_string_member (item, "must");
  const char *raw = json_object_get_string_member (item, "raw");

  if (g_str_equal (must, "no_hang"))
    check_no_hang (raw);
  else if (g_str_equal (must, "reject_422_after_first"))
    check_conflict (raw);
  else if (g_str_equal (id, "utf8-bad-body"))
    check_bad_body (raw);
  else if (strstr (must, "reject") != NULL && strstr (raw, "Content-Length") == NULL)
    {
      /* Asks for the connection to be closed, so that a keep-alive refusal ends too. */
      g_autoptr (GString) closing = g_string_new (raw);

      if (strstr (raw, "Host: 127.0.0.1:PORT\\r\\n") != NULL)
        g_string_replace (closing, "Host: 127.0.0.1:PORT\\r\\n",
                          "Host: 127.0.0.1:PORT\\r\\nConnection: close\\r\\n", 1);
      check_simple (must, closing->str);
    }
  else
    check_simple (must, raw);
}

/* Our own: requests that must be refused, each with the status that it must get. */
#define OK "Host: 127.0.0.1\r\nAuthorization: Bearer " TEST_TOKEN "\r\nConnection: close\r\n"
#define JSON OK "Content-Type: application/json\r\n"
/* clang-format off */
static const struct
{
  int status;
  const char *bytes;
} refused[] = {
  { 400, "GET /health HTTP/1.1\r\nAuthorization: Bearer " TEST_TOKEN "\r\n\r\n" },
  { 421, "GET /health HTTP/1.0\r\nAuthorization: Bearer " TEST_TOKEN "\r\n\r\n" },
  { 421, "GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nAuthorization: Bearer " TEST_TOKEN "\r\n\r\n" },
  { 421, "GET /health HTTP/1.1\r\nHost: localhost.evil.example\r\nConnection: close\r\n\r\n" },
  { 421, "GET /health HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\nConnection: close\r\n\r\n" },
  { 421, "GET /health HTTP/1.1\r\nHost: 0.0.0.0\r\nConnection: close\r\n\r\n" },
  { 421, "GET /health HTTP/1.1\r\nHost: [::]\r\nConnection: close\r\n\r\n" },
  { 421, "GET /health HTTP/1.1\r\nHost: 169.254.169.254\r\nConnection: close\r\n\r\n" },
  { 400, "GET /health HTTP/1.1\r\nHost: 127.0.0.1@evil.example\r\n\r\n" },
  { 400, "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\n\r\n" },
  { 400, "GET /health HTTP/1.1\nHost: 127.0.0.1\nAuthorization: Bearer " TEST_TOKEN "\n\n" },
  { 400, "GET /health HTTP/1.1\r\n" OK "X: a\n\r\n" },
  { 400, "GET /health HTTP/1.1\r\n" OK "X: a\r\n folded\r\n\r\n" },
  { 400, "GET /health HTTP/1.1\r\n" OK "X : a\r\n\r\n" },
  { 400, "GET  /health HTTP/1.1\r\n" OK "\r\n" },
  { 400, "GET /health\r\n" OK "\r\n" },
  { 400, "GET http://127.0.0.1/health HTTP/1.1\r\n" OK "\r\n" },
  { 400, "OPTIONS * HTTP/1.1\r\n" OK "\r\n" },
  { 505, "GET /health HTTP/2.0\r\n" OK "\r\n" },
  { 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
  { 501, "BREW /health HTTP/1.1\r\n" OK "\r\n" },
  { 501, "get /health HTTP/1.1\r\n" OK "\r\n" },
  { 405, "TRACE /health HTTP/1.1\r\n" OK "\r\n" },
  { 405, "CONNECT /health HTTP/1.1\r\n" OK "\r\n" },
  { 405, "DELETE /health HTTP/1.1\r\n" OK "\r\n" },
  { 405, "POST /health HTTP/1.1\r\n" OK "\r\n" },
  { 404, "GET /health/ HTTP/1.1\r\n" OK "\r\n" },
  { 404, "GET //health HTTP/1.1\r\n" OK "\r\n" },
  { 404, "GET /./health HTTP/1.1\r\n" OK "\r\n" },
  { 404, "GET /x/../health HTTP/1.1\r\n" OK "\r\n" },
  { 404, "GET /x/%2e%2e/health HTTP/1.1\r\n" OK "\r\n" },
  { 404, "GET /%2fhealth HTTP/1.1\r\n" OK "\r\n" },
  { 404, "GET /echo/a%2fb HTTP/1.1\r\n" OK "\r\n" },
  { 404, "GET /echo/%2e%2e HTTP/1.1\r\n" OK "\r\n" },
  { 404, "GET /echo/ HTTP/1.1\r\n" OK "\r\n" },
  { 404, "GET /HEALTH HTTP/1.1\r\n" OK "\r\n" },
  { 404, "GET /a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t HTTP/1.1\r\n" OK "\r\n" },
  { 400, "GET /echo/%ff HTTP/1.1\r\n" OK "\r\n" },
  { 400, "GET /echo/%c0%80 HTTP/1.1\r\n" OK "\r\n" },
  { 400, "GET /echo/%00 HTTP/1.1\r\n" OK "\r\n" },
  { 400, "GET /echo/a?q=%ff HTTP/1.1\r\n" OK "\r\n" },
  { 400, "GET /echo/a?q=1&q=2 HTTP/1.1\r\n" OK "\r\n" },
  { 400, "GET /big?size=-1 HTTP/1.1\r\n" OK "\r\n" },
  { 400, "GET /big?size=1e3 HTTP/1.1\r\n" OK "\r\n" },
  { 401, "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n" },
  { 401, "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Basic dTpw\r\n\r\n" },
  { 401, "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer\r\n\r\n" },
  { 401, "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer " TEST_TOKEN "x\r\n\r\n" },
  { 401, "GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n" },
  { 401, "GET /open HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer wrong\r\n\r\n" },
  { 401, "POST /task HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"task\":\"x\"}" },
  { 403, "GET /open HTTP/1.1\r\n" OK "Origin: null\r\n\r\n" },
  { 403, "GET /open HTTP/1.1\r\n" OK "Origin: http://127.0.0.1:1\r\n\r\n" },
  { 403, "GET /open HTTP/1.1\r\n" OK "Origin: http://localhost\r\n\r\n" },
  { 403, "GET /open HTTP/1.1\r\n" OK "Origin: file://\r\n\r\n" },
  { 403, "GET /open HTTP/1.1\r\n" OK "Sec-Fetch-Site: cross-site\r\n\r\n" },
  { 411, "POST /task HTTP/1.1\r\n" JSON "\r\n" },
  { 400, "POST /task HTTP/1.1\r\n" JSON "Content-Length: 0\r\n\r\n" },
  { 400, "POST /task HTTP/1.1\r\n" JSON "Content-Length: 3\r\n\r\n{,}" },
  { 400, "POST /task HTTP/1.1\r\n" JSON "Content-Length: 2\r\n\r\n{}" },
  { 400, "POST /task HTTP/1.1\r\n" JSON "Content-Length: 2\r\n\r\n[]" },
  { 400, "POST /task HTTP/1.1\r\n" JSON "Content-Length: 10\r\n\r\n{\"task\":1}" },
  { 400, "POST /task HTTP/1.1\r\n" JSON "Content-Length: 20\r\n\r\n{\"task\":\"x\",\"y\":\"z\"}" },
  { 415, "POST /task HTTP/1.1\r\n" OK "Content-Length: 12\r\n\r\n{\"task\":\"x\"}" },
  { 415, "POST /task HTTP/1.1\r\n" OK "Content-Type: text/plain\r\nContent-Length: 12\r\n\r\n{\"task\":\"x\"}" },
  { 415, "POST /task HTTP/1.1\r\n" OK "Content-Type: application/json;charset=latin1\r\nContent-Length: 12\r\n\r\n{\"task\":\"x\"}" },
  { 415, "POST /task HTTP/1.1\r\n" OK "Content-Type: application/jsonp\r\nContent-Length: 12\r\n\r\n{\"task\":\"x\"}" },
  { 415, "POST /upload HTTP/1.1\r\n" OK "Content-Type: multipart/form-data\r\nContent-Length: 1\r\n\r\na" },
  { 415, "POST /upload HTTP/1.1\r\n" OK "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1\r\n\r\na" },
  { 415, "POST /echo/a HTTP/1.1\r\n" OK "Content-Type: text/plain\r\nContent-Length: 0\r\n\r\n" },
  { 415, "PUT /notes HTTP/1.1\r\n" OK "Content-Type: text/html\r\nContent-Length: 1\r\n\r\na" },
  { 413, "PUT /notes HTTP/1.1\r\n" OK "Content-Type: text/plain\r\nContent-Length: 1001\r\n\r\n" },
  { 413, "POST /task HTTP/1.1\r\n" JSON "Content-Length: 262145\r\n\r\n" },
  { 413, "POST /upload HTTP/1.1\r\n" OK "Content-Type: text/plain\r\nContent-Length: 67108865\r\n\r\n" },
  { 413, "POST /task HTTP/1.1\r\n" JSON "Content-Length: 99999999999999999999\r\n\r\n" },
  { 400, "GET /health HTTP/1.1\r\n" OK "Content-Length: 1\r\n\r\na" },
  { 501, "POST /task HTTP/1.1\r\n" JSON "Transfer-Encoding: chunked\r\n\r\nc\r\n{\"task\":\"x\"}\r\n0\r\n\r\n" },
  { 400, "POST /task HTTP/1.1\r\n" JSON "Content-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
  { 400, "POST /task HTTP/1.1\r\n" JSON "Content-Length: 12\r\nContent-Length: 12\r\n\r\n{\"task\":\"x\"}" },
  { 400, "POST /task HTTP/1.1\r\n" JSON "Content-Length: 1_2\r\n\r\n{\"task\":\"x\"}" },
  { 417, "POST /task HTTP/1.1\r\n" JSON "Expect: 200-ok\r\nContent-Length: 12\r\n\r\n{\"task\":\"x\"}" },
  { 400, "GET /stream/" TEST_KNOWN " HTTP/1.1\r\n" OK "Last-Event-ID: 1\r\n\r\n" },
  { 400, "GET /stream/" TEST_KNOWN " HTTP/1.1\r\n" OK "Last-Event-ID: 1-18446744073709551616\r\n\r\n" },
  { 404, "GET /stream/4f3c1c0e-7c1a-4e0b-9a53-0d6a2f4b8a12 HTTP/1.1\r\n" OK "\r\n" },
  { 500, "GET /no-stream HTTP/1.1\r\n" OK "\r\n" },
  { 500, "GET /fail HTTP/1.1\r\n" OK "\r\n" },
  { 500, "GET /nothing HTTP/1.1\r\n" OK "\r\n" },
};
/* clang-format on */

static void
test_own_table (void)
{
  g_assert_cmpuint (G_N_ELEMENTS (refused), >=, 52);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *shown = g_strescape (refused[i].bytes, NULL);
      g_autofree char *response = NULL;

      g_test_message ("%s", shown);
      response = test_exchange (test_server_get_port (server), refused[i].bytes, -1);
      g_assert_cmpint (test_status (response), ==, refused[i].status);
      assert_problem (response);
      g_assert_cmpint (test_count (response, "HTTP/1.1 2"), ==, 0);
      g_assert_null (strstr (response, "secret"));
    }
}

/* Cut in two writes anywhere, a refused request stays refused and a good one good. */
static void
test_wire_splits (void)
{
  static const char *const requests[] = {
    "POST /task HTTP/1.1\r\n" JSON "Content-Length: 12\r\n\r\n{\"task\":\"x\"}",
    "POST /task HTTP/1.1\r\n" JSON
    "Content-Length: 3\r\nContent-Length: 12\r\n\r\n{\"task\":\"x\"}",
  };
  guint port = test_server_get_port (server);

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    for (gsize cut = 1; cut < strlen (requests[i]); cut++)
      {
        int fd = test_connect (port);
        g_autoptr (GString) response = NULL;

        test_send (fd, requests[i], cut);
        test_send (fd, requests[i] + cut, -1);
        response = test_read_to_end (fd);
        close (fd);
        g_assert_cmpint (test_status (response->str), ==, i == 0 ? 200 : 400);
      }
}

static void
mutate (GString *text)
{
  static const char spice[] = "\r\n \t:;,/%?\0\x7f\xff\"0a";
  gsize at = g_test_rand_int_range (0, text->len);
  gsize n = g_test_rand_int_range (1, 9);
  char byte = spice[g_test_rand_int_range (0, sizeof spice - 1)];

  switch (g_test_rand_int_range (0, 4))
    {
    case 0:
      text->str[at] = byte;
      break;
    case 1:
      g_string_insert_len (text, at, &byte, 1);
      break;
    case 2:
      g_string_erase (text, at, MIN (text->len - at, n));
      break;
    default:
      g_string_truncate (text, MAX (at, 1));
      break;
    }
}

/* Requests with a few bytes changed, in a row on one connection: it ends, and the server lives. */
static void
test_mutations (void)
{
  static const char wire[] =
      "GET /echo/a?q=%41 HTTP/1.1\r\n"
      "Host: 127.0.0.1\r\nAuthorization: Bearer " TEST_TOKEN "\r\nAccept: */*\r\n\r\n"
      "POST /json HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " TEST_TOKEN "\r\n"
      "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{\"a\":[1,2]}";
  g_autofree char *after = NULL;

  for (int round = 0; round < 1500; round++)
    {
      g_autoptr (GString) text = g_string_new_len (wire, sizeof wire - 1);
      g_autoptr (GString) responses = NULL;
      int fd = test_connect (test_server_get_port (server));

      for (int i = g_test_rand_int_range (1, 4); i > 0 && text->len > 0; i--)
        mutate (text);
      test_send (fd, text->str, text->len);
      shutdown (fd, SHUT_WR);
      responses = test_read_to_end (fd);
      close (fd);
      g_assert_true (responses->len == 0 || test_status (responses->str) != 0);
      g_assert_cmpint (test_count (responses->str, "HTTP/1.1 "), <=, 4);
    }
  after = test_get (test_server_get_port (server), "/open", NULL);
  g_assert_cmpint (test_status (after), ==, 200);
}

int
main (int argc, char **argv)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *path = NULL;
  SortieHttpServerOptions options;
  JsonArray *cases;
  int result;

  g_test_init (&argc, &argv, NULL);
  path = g_test_build_filename (G_TEST_DIST, "server", "data", "http-cases.json", NULL);
  g_assert_true (json_parser_load_from_file (parser, path, NULL));
  cases =
      json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "cases");
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *item = json_array_get_object_element (cases, i);
      g_autofree char *name =
          g_strdup_printf ("/server/http-cases/%s", json_object_get_string_member (item, "id"));

      g_test_add_data_func (name, item, test_case);
    }
  g_assert_cmpuint (json_array_get_length (cases), ==, 37);
  g_test_add_func ("/server/http-cases/own-table", test_own_table);
  g_test_add_func ("/server/http-cases/wire-splits", test_wire_splits);
  g_test_add_func ("/server/http-cases/mutations", test_mutations);

  auth = sortie_auth_new ();
  sortie_auth_add (auth, "alice:" TEST_TOKEN, NULL);
  test_server_options_init (&options);
  options.auth = auth;
  server = test_server_new (&options, NULL, test_routes_add, NULL);
  result = g_test_run ();
  test_server_free (server);
  sortie_auth_free (auth);
  return result;
}
