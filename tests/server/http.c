/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-http.h"
#include "sortie-router.h"

#include "sortie-error.h"
#include "sortie-json.h"

#include <string.h>

/* The request and response model, and the route table. */

static SortieRequest *
request_with (const char *name, const char *value)
{
  g_autofree char *line = g_strdup_printf ("%s: %s", name, value);
  SortieRequestHead *head = sortie_request_head_new ();
  const char *detail;

  g_assert_cmpuint (sortie_request_head_add_request_line (head, "GET / HTTP/1.0", 14, &detail), ==,
                    0);
  g_assert_cmpuint (sortie_request_head_add_field (head, line, strlen (line), &detail), ==, 0);
  return sortie_request_new (head);
}

static void
test_percent_decode (void)
{
  const struct
  {
    const char *text;
    gboolean plus;
    const char *decoded;
  } cases[] = {
    { "", FALSE, "" },
    { "a+b", FALSE, "a+b" },
    { "a+b", TRUE, "a b" },
    { "%41%6a%6A", FALSE, "Ajj" },
    { "%C3%A9", FALSE, "\xc3\xa9" },
    { "%2F%25", FALSE, "/%" },
    { "%", FALSE, NULL },
    { "%4", FALSE, NULL },
    { "%4g", FALSE, NULL },
    { "%00", FALSE, NULL },
    { "%C3", FALSE, NULL },
    { "%C0%80", FALSE, NULL },
    { "%ED%A0%80", FALSE, NULL },
    { "%FF", FALSE, NULL },
    { "\xff", FALSE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *decoded =
          sortie_percent_decode (cases[i].text, strlen (cases[i].text), cases[i].plus);

      g_assert_cmpstr (decoded, ==, cases[i].decoded);
    }
}

static void
test_query (void)
{
  static const char *const bad[] = { "a=1&a=2", "a&a", "%=1", "a=%", "a=%ff", "%00=1", "a=%00" };
  g_autoptr (GHashTable) table = sortie_query_parse ("a=1&b=&c&&d=x%3Dy=z&e+e=+", NULL);
  g_autoptr (GString) many = g_string_new (NULL);

  g_assert_cmpuint (g_hash_table_size (table), ==, 5);
  g_assert_cmpstr (g_hash_table_lookup (table, "a"), ==, "1");
  g_assert_cmpstr (g_hash_table_lookup (table, "b"), ==, "");
  g_assert_cmpstr (g_hash_table_lookup (table, "c"), ==, "");
  g_assert_cmpstr (g_hash_table_lookup (table, "d"), ==, "x=y=z");
  g_assert_cmpstr (g_hash_table_lookup (table, "e e"), ==, " ");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sortie_query_parse (bad[i], &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
    }
  for (int i = 0; i <= SORTIE_HTTP_MAX_QUERY_FIELDS; i++)
    g_string_append_printf (many, "&f%d", i);
  g_assert_null (sortie_query_parse (many->str, NULL));
}

static void
test_query_integer (void)
{
  const struct
  {
    const char *query;
    gint64 value; /* -1: refused */
  } cases[] = {
    { "n=1", 1 },     { "n=100", 100 }, { "x=1", 7 },    { "n=", -1 },
    { "n=0", -1 },    { "n=101", -1 },  { "n=1.0", -1 }, { "n=+1", -1 },
    { "n=%201", -1 }, { "n=0x1", -1 },  { "n=1e2", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      static const char *const allowed[] = { "n", NULL };
      g_autoptr (SortieRequest) request = request_with ("X", "y");
      g_autoptr (GError) error = NULL;
      gint64 value = 7;

      request->query = sortie_query_parse (cases[i].query, NULL);
      g_assert_cmpint (sortie_request_get_query_integer (request, "n", 1, 100, &value, &error), ==,
                       cases[i].value >= 0);
      g_assert_cmpint (value, ==, cases[i].value >= 0 ? cases[i].value : 7);
      if (error != NULL)
        g_assert_true (g_str_has_prefix (error->message, "n:"));
      g_assert_cmpint (sortie_request_check_query (request, allowed, NULL), ==,
                       cases[i].query[0] == 'n');
    }
}

static void
test_negotiate (void)
{
  static const char *const offers[] = { "text/event-stream", "application/json", NULL };
  const struct
  {
    const char *accept;
    const char *best;
  } cases[] = {
    { "", "text/event-stream" },
    { "*/*", "text/event-stream" },
    { "text/event-stream", "text/event-stream" },
    { "application/json", "application/json" },
    { "Application/JSON", "application/json" },
    { "application/json;charset=utf-8", "application/json" },
    { "application/*", "application/json" },
    { "text/*;q=0.2, application/json;q=0.3", "application/json" },
    { "application/json, */*;q=0.1", "application/json" },
    { "*/*, text/event-stream;q=0", "application/json" },
    { "text/event-stream;q=0.5, text/*;q=0.9, application/json; q=0.6", "application/json" },
    { "text/html", NULL },
    { "application/json;q=0", NULL },
    { ",;, ;q=1", NULL },
    { "application/jsonp", NULL },
    { "*/json", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SortieRequest) request = request_with ("Accept", cases[i].accept);

      g_test_message ("Accept: %s", cases[i].accept);
      g_assert_cmpstr (sortie_request_negotiate (request, offers), ==, cases[i].best);
    }
}

static void
test_last_event_id (void)
{
  const struct
  {
    const char *text;
    gboolean is_good;
    guint64 milliseconds, sequence;
  } cases[] = {
    { "0-0", TRUE, 0, 0 },
    { "1700000000000-3", TRUE, 1700000000000, 3 },
    { "18446744073709551615-18446744073709551615", TRUE, G_MAXUINT64, G_MAXUINT64 },
    { "18446744073709551616-0", FALSE, 0, 0 },
    { "1", FALSE, 0, 0 },
    { "1-", FALSE, 0, 0 },
    { "-1", FALSE, 0, 0 },
    { "1-2-3", FALSE, 0, 0 },
    { "+1-0", FALSE, 0, 0 },
    { "1 -0", FALSE, 0, 0 },
    { "0x1-0", FALSE, 0, 0 },
    { "0-0 COUNT 9", FALSE, 0, 0 },
    { "$", FALSE, 0, 0 },
  };
  g_autoptr (SortieRequest) none = request_with ("X", "y");
  gboolean is_given = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SortieRequest) request = request_with ("Last-Event-ID", cases[i].text);
      guint64 milliseconds = 1, sequence = 1;
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (sortie_request_get_last_event_id (request, &is_given, &milliseconds,
                                                         &sequence, &error),
                       ==, cases[i].is_good);
      if (!cases[i].is_good)
        {
          g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
          continue;
        }
      g_assert_true (is_given);
      g_assert_cmpuint (milliseconds, ==, cases[i].milliseconds);
      g_assert_cmpuint (sequence, ==, cases[i].sequence);
    }
  g_assert_true (sortie_request_get_last_event_id (none, &is_given, NULL, NULL, NULL));
  g_assert_false (is_given);
}

static void
test_errors (void)
{
  const struct
  {
    int code;
    guint status;
  } cases[] = {
    { SORTIE_ERROR_INVALID, 400 },    { SORTIE_ERROR_NOT_FOUND, 404 },
    { SORTIE_ERROR_CONFLICT, 409 },   { SORTIE_ERROR_MISMATCH, 422 },
    { SORTIE_ERROR_TOO_LARGE, 413 },  { SORTIE_ERROR_DENIED, 403 },
    { SORTIE_ERROR_RATE_LIMIT, 429 }, { SORTIE_ERROR_UNAVAILABLE, 503 },
    { SORTIE_ERROR_CANCELLED, 503 },  { SORTIE_ERROR_PROTOCOL, 500 },
    { SORTIE_ERROR_STALE, 500 },      { SORTIE_ERROR_FAILED, 500 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = g_error_new (SORTIE_ERROR, cases[i].code, "what\n\"%s\"", "\xff");
      g_autoptr (SortieResponse) response = sortie_response_new_error (error);
      g_autoptr (JsonNode) node = NULL;
      JsonObject *problem;
      gsize length;
      const char *body = g_bytes_get_data (response->body, &length);

      g_assert_cmpuint (response->status, ==, cases[i].status);
      g_assert_cmpstr (response->content_type, ==, "application/problem+json");
      node = sortie_json_parse (body, length, &sortie_json_default_limits, NULL);
      g_assert_nonnull (node);
      problem = json_node_get_object (node);
      g_assert_cmpint (json_object_get_int_member (problem, "status"), ==, cases[i].status);
      g_assert_cmpstr (json_object_get_string_member (problem, "title"), ==,
                       sortie_http_reason (cases[i].status));
      g_assert_true (
          g_str_has_prefix (json_object_get_string_member (problem, "detail"), "what\n\""));
      g_assert_cmpint (sortie_response_get_header (response, "retry-after") != NULL, ==,
                       cases[i].status == 429 || cases[i].status == 503);
    }
}

/* A header can't be broken out of. */
static void
test_header_injection (void)
{
  g_autoptr (SortieResponse) response = sortie_response_new_empty (202);
  g_autoptr (SortieResponse) typed = sortie_response_new (200, "text/html\r\nX: y", NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpstr (typed->content_type, ==, "text/htmlX: y");
  sortie_response_set_header (response, "Location", "/a\r\nSet-Cookie: x\n\x01\x7f");
  bytes = sortie_response_to_bytes (response, "id");
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_nonnull (strstr (text, "\r\nLocation: /aSet-Cookie: x\r\n"));
  g_assert_nonnull (strstr (text, "HTTP/1.1 202 Accepted\r\n"));
  g_assert_true (g_str_has_suffix (text, "Content-Length: 0\r\n\r\n"));
}

static SortieResponse *
no_handler (SortieRequest *request, gpointer user_data)
{
  return NULL;
}

static SortieRouter *
make_router (void)
{
  static const char *const routes[][2] = {
    { "GET", "/" },           { "GET", "/a" },   { "POST", "/a" },          { "GET", "/a/{x}" },
    { "GET", "/a/b" },        { "PUT", "/a/b" }, { "GET", "/a/{x}/c/{y}" }, { "GET", "/a/b/{z}/d" },
    { "DELETE", "/a/{x}/e" },
  };
  SortieRouter *router = sortie_router_new ();

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      const SortieRoute route = { .method = routes[i][0],
                                  .pattern = routes[i][1],
                                  .handler = no_handler };

      sortie_router_add (router, &route);
    }
  return router;
}

static void
test_router (void)
{
  const struct
  {
    const char *method;
    const char *path;
    const char *pattern; /* or NULL */
    guint status;
    const char *allow;
    const char *x;
  } cases[] = {
    { "GET", "/", "/", 0, NULL, NULL },
    { "HEAD", "/", "/", 0, NULL, NULL },
    { "GET", "/a", "/a", 0, NULL, NULL },
    { "GET", "/%61", "/a", 0, NULL, NULL },
    { "POST", "/a", "/a", 0, NULL, NULL },
    { "GET", "/a/b", "/a/b", 0, NULL, NULL },
    { "GET", "/a/q", "/a/{x}", 0, NULL, "q" },
    { "GET", "/a/%7Bx%7D", "/a/{x}", 0, NULL, "{x}" },
    { "GET", "/a/q/c/d", "/a/{x}/c/{y}", 0, NULL, "q" },
    { "GET", "/a/b/c/d", "/a/b/{z}/d", 0, NULL, NULL }, /* the first literal decides */
    { "GET", "/a/b/q/d", "/a/b/{z}/d", 0, NULL, NULL },
    { "PUT", "/a/b", "/a/b", 0, NULL, NULL },
    { "PUT", "/a", NULL, 405, "GET, HEAD, POST, OPTIONS", NULL },
    { "PATCH", "/a/b", NULL, 405, "GET, HEAD, PUT, OPTIONS", NULL },
    { "GET", "/a/q/e", NULL, 405, "DELETE, OPTIONS", NULL },
    { "OPTIONS", "/a", NULL, 204, "GET, HEAD, POST, OPTIONS", NULL },
    { "OPTIONS", "/zzz", NULL, 404, NULL, NULL },
    { "GET", "/b", NULL, 404, NULL, NULL },
    { "GET", "//", NULL, 404, NULL, NULL },
    { "GET", "/a/", NULL, 404, NULL, NULL },
    { "GET", "/a//c/d", NULL, 404, NULL, NULL },
    { "GET", "/a/.", NULL, 404, NULL, NULL },
    { "GET", "/a/..", NULL, 404, NULL, NULL },
    { "GET", "/..", NULL, 404, NULL, NULL },
    { "GET", "/a/%2E%2e", NULL, 404, NULL, NULL },
    { "GET", "/a/q%2Fr", NULL, 404, NULL, NULL },
    { "GET", "/a/%ff", NULL, 400, NULL, NULL },
    { "GET", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r", NULL, 404, NULL, NULL },
  };
  g_autoptr (SortieRouter) router = make_router ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GHashTable) parameters = NULL;
      g_autofree char *allow = NULL;
      guint status = 0;
      const SortieRoute *route = sortie_router_match (router, cases[i].method, cases[i].path,
                                                      &parameters, &allow, &status);

      g_test_message ("%s %s", cases[i].method, cases[i].path);
      g_assert_cmpstr (route != NULL ? route->pattern : NULL, ==, cases[i].pattern);
      g_assert_cmpuint (status, ==, cases[i].status);
      g_assert_cmpstr (allow, ==, cases[i].allow);
      if (cases[i].x != NULL)
        g_assert_cmpstr (g_hash_table_lookup (parameters, "x"), ==, cases[i].x);
    }
}

static void
test_bodies (void)
{
  static const char *const types[] = { "text/plain", "application/pdf", NULL };
  const SortieRoute none = {
    .method = "POST", .pattern = "/", .handler = no_handler, .max_body = 256
  };
  const SortieRoute json = { .method = "POST",
                             .pattern = "/",
                             .handler = no_handler,
                             .body = SORTIE_BODY_JSON,
                             .max_body = 1000 };
  const SortieRoute some = { .method = "POST",
                             .pattern = "/",
                             .handler = no_handler,
                             .body = SORTIE_BODY_UPLOAD,
                             .max_body = 1000,
                             .types = types };
  const SortieRoute any = { .method = "POST",
                            .pattern = "/",
                            .handler = no_handler,
                            .body = SORTIE_BODY_UPLOAD,
                            .max_body = 1000 };
  const struct
  {
    const SortieRoute *route;
    const char *method;
    const char *type;
    gint64 length;
    guint status; /* 0: may be sent */
  } cases[] = {
    { &none, "GET", NULL, -1, 0 },
    { &none, "GET", "text/plain", -1, 0 },
    { &none, "GET", "application/json", 2, 400 },
    { &none, "POST", NULL, -1, 0 },
    { &none, "POST", NULL, 0, 0 },
    { &none, "POST", "application/json", 2, 0 },
    { &none, "POST", "application/json", 257, 413 },
    { &none, "POST", "application/x-www-form-urlencoded", 0, 415 },
    { &none, "POST", "text/plain", -1, 415 },
    { &none, "DELETE", "text/plain", 0, 0 },
    { &none, "DELETE", "text/plain", 3, 415 },
    { &json, "POST", "application/json", 1000, 0 },
    { &json, "POST", "application/json; charset=utf-8", 2, 0 },
    { &json, "POST", "APPLICATION/JSON;charset=\"UTF-8\"", 2, 0 },
    { &json, "POST", "application/json; charset=utf-16", 2, 415 },
    { &json, "POST", "application/json-patch", 2, 415 },
    { &json, "POST", "application/json", 1001, 413 },
    { &json, "POST", "application/json", 0, 400 },
    { &json, "POST", "application/json", -1, 411 },
    { &json, "POST", NULL, 2, 415 },
    { &some, "POST", "application/pdf", 10, 0 },
    { &some, "POST", "text/plain; charset=latin1", 10, 0 },
    { &some, "POST", "text/html", 10, 415 },
    { &some, "POST", "application/pdf", 0, 0 },
    { &any, "POST", "image/png", 10, 0 },
    { &any, "POST", "multipart/form-data; boundary=x", 10, 415 },
    { &any, "POST", "application/x-www-form-urlencoded", 10, 415 },
    { &any, "POST", NULL, 10, 415 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SortieResponse) refusal =
          sortie_route_check_body (cases[i].route, cases[i].method, cases[i].type, cases[i].length);

      g_test_message ("%u: %s", i, cases[i].type);
      g_assert_cmpuint (refusal != NULL ? refusal->status : 0, ==, cases[i].status);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/http/percent-decode", test_percent_decode);
  g_test_add_func ("/server/http/query", test_query);
  g_test_add_func ("/server/http/query-integer", test_query_integer);
  g_test_add_func ("/server/http/negotiate", test_negotiate);
  g_test_add_func ("/server/http/last-event-id", test_last_event_id);
  g_test_add_func ("/server/http/errors", test_errors);
  g_test_add_func ("/server/http/header-injection", test_header_injection);
  g_test_add_func ("/server/http/router", test_router);
  g_test_add_func ("/server/http/bodies", test_bodies);
  return g_test_run ();
}
