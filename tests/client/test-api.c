/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "peer.h"
#include "sortie-api.h"
#include "sortie-error.h"

#include <string.h>

#define ID "0b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11"
#define TOKEN "top-secret-token"

/* What the peer is to answer, and what it was asked. */
typedef struct
{
  const char *status;
  const char *headers;
  const char *type;
  const char *body;
  char *line;
  char *head;
  char *sent;
} Script;

static void
scripted (PeerRequest *request, gpointer user_data)
{
  Script *script = user_data;

  script->line = g_strdup (request->line);
  script->head = g_strdup (request->head);
  script->sent = g_strdup (request->body);
  peer_answer (request, script->status, script->headers, script->type, script->body);
}

static void
script_clear (Script *script)
{
  g_clear_pointer (&script->line, g_free);
  g_clear_pointer (&script->head, g_free);
  g_clear_pointer (&script->sent, g_free);
}

static SortieApi *
connect_to (Peer *peer, const char *token)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieBackendAddress) address =
      sortie_backend_address_parse (peer_get_url (peer), &error);
  SortieApi *api;

  g_assert_no_error (error);
  api = sortie_api_new (address, token, &error);
  g_assert_no_error (error);

  return api;
}

/* --- routes --- */

typedef void (*SimpleFunc) (SortieApi *, GCancellable *, GAsyncReadyCallback, gpointer);
typedef void (*NamedFunc) (
    SortieApi *, const char *, GCancellable *, GAsyncReadyCallback, gpointer);

static void
assert_asked (SortieApi *api, Script *script, GAsyncResult *result, const char *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (api, result, &error);

  g_assert_no_error (error);
  g_assert_nonnull (node);
  g_assert_cmpstr (script->line, ==, line);
  script_clear (script);
}

static void
test_simple_routes (void)
{
  static const struct
  {
    SimpleFunc func;
    const char *line;
  } cases[] = {
    { sortie_api_get_info_async, "GET /" },
    { sortie_api_get_health_async, "GET /healthz" },
    { sortie_api_get_ready_async, "GET /readyz" },
    { sortie_api_get_topology_async, "GET /topology" },
    { sortie_api_list_dead_letters_async, "GET /dead-letters" },
    { sortie_api_get_settings_async, "GET /settings" },
    { sortie_api_list_collections_async, "GET /collections" },
  };
  Script script = { "200 OK", NULL, "application/json", "{}", NULL };
  g_autoptr (Peer) peer = peer_new (scripted, &script);
  SortieApi *api = connect_to (peer, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GAsyncResult) result = NULL;

      cases[i].func (api, NULL, test_result_cb, &result);
      test_wait_until (result != NULL);
      g_assert_null (strstr (script.head, "Authorization"));
      assert_asked (api, &script, result, cases[i].line);
    }
  test_finalize (api);
}

static void
test_named_routes (void)
{
  static const struct
  {
    NamedFunc func;
    const char *name;
    const char *line;
  } cases[] = {
    { sortie_api_get_mission_async, ID, "GET /missions/" ID },
    { sortie_api_cancel_async, ID, "POST /missions/" ID "/cancel" },
    { sortie_api_delete_mission_async, ID, "DELETE /missions/" ID },
    { sortie_api_discard_dead_letter_async, "17-0", "DELETE /dead-letters/17-0" },
    { sortie_api_get_collection_async, "a b/ä?", "GET /collections/a%20b%2F%C3%A4%3F" },
    { sortie_api_remove_collection_async, "x%y", "DELETE /collections/x%25y" },
    { sortie_api_list_documents_async, "x", "GET /collections/x/documents" },
    { sortie_api_reindex_async, "x", "POST /collections/x/reindex" },
    { sortie_api_patch_settings_async, "{\"a\":1}", "PATCH /settings" },
    { sortie_api_test_settings_async, "{\"a\":1}", "POST /settings/test" },
  };
  Script script = { "202 Accepted", NULL, "application/json", "{}", NULL };
  g_autoptr (Peer) peer = peer_new (scripted, &script);
  SortieApi *api = connect_to (peer, TOKEN);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GAsyncResult) result = NULL;

      cases[i].func (api, cases[i].name, NULL, test_result_cb, &result);
      test_wait_until (result != NULL);
      g_assert_nonnull (strstr (script.head, "\r\nAuthorization: Bearer " TOKEN "\r\n"));
      /* A request without a body says so, or strict servers refuse it. */
      if (g_str_has_prefix (script.line, "POST"))
        g_assert_nonnull (strstr (script.head, "\r\nContent-Length: "));
      if (g_str_has_prefix (cases[i].name, "{"))
        g_assert_cmpstr (script.sent, ==, cases[i].name);
      assert_asked (api, &script, result, cases[i].line);
    }
  test_finalize (api);
}

static void
test_submit (void)
{
  static const char *const collections[] = { "a", "b \"c\"", NULL };
  Script script = { "202 Accepted", "Location: /missions/" ID "\r\n", "application/json",
                    "{\"mission_id\":\"" ID "\"}", NULL };
  g_autoptr (Peer) peer = peer_new (scripted, &script);
  SortieApi *api = connect_to (peer, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  sortie_api_submit_async (api, "Why?\n\"ä\"", collections, "{\"words\":300}", "key-1", NULL,
                           test_result_cb, &result);
  test_wait_until (result != NULL);
  id = sortie_api_mission_id_finish (api, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (id, ==, ID);
  g_assert_cmpstr (script.line, ==, "POST /missions");
  g_assert_cmpstr (script.sent, ==,
                   "{\"mission\":\"Why?\\n\\\"ä\\\"\",\"collections\":[\"a\",\"b \\\"c\\\"\"],"
                   "\"options\":{\"words\":300}}");
  g_assert_nonnull (strstr (script.head, "\r\nIdempotency-Key: key-1\r\n"));
  g_assert_nonnull (strstr (script.head, "\r\nContent-Type: application/json\r\n"));
  script_clear (&script);
  g_clear_object (&result);

  sortie_api_submit_async (api, "Why?", NULL, NULL, NULL, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  g_assert_cmpstr (script.sent, ==, "{\"mission\":\"Why?\"}");
  g_assert_null (strstr (script.head, "Idempotency-Key"));
  script_clear (&script);
  g_clear_object (&result);
  test_finalize (api);
}

static void
test_no_mission_id (void)
{
  static const char *const bodies[] = { "{}", "[]", "null", "{\"mission_id\":7}", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      Script script = { "202 Accepted", NULL, "application/json", bodies[i], NULL };
      g_autoptr (Peer) peer = peer_new (scripted, &script);
      SortieApi *api = connect_to (peer, NULL);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      sortie_api_retry_async (api, ID, NULL, test_result_cb, &result);
      test_wait_until (result != NULL);
      g_assert_null (sortie_api_mission_id_finish (api, result, &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL);
      g_assert_cmpstr (script.line, ==, "POST /missions/" ID "/retry");
      script_clear (&script);
      g_clear_object (&result);
      test_finalize (api);
    }
}

static void
test_queries (void)
{
  Script script = { "200 OK", NULL, "application/json", "{}", NULL };
  g_autoptr (Peer) peer = peer_new (scripted, &script);
  SortieApi *api = connect_to (peer, NULL);
  g_autoptr (GBytes) content = g_bytes_new_static ("\0\xff", 2);
  GAsyncResult *result = NULL;

#define ASK(call, line)                                                                            \
  G_STMT_START                                                                                     \
  {                                                                                                \
    call;                                                                                          \
    test_wait_until (result != NULL);                                                              \
    assert_asked (api, &script, result, line);                                                     \
    g_clear_object (&result);                                                                      \
  }                                                                                                \
  G_STMT_END
  ASK (sortie_api_list_missions_async (api, NULL, 0, NULL, NULL, test_result_cb, &result),
       "GET /missions");
  ASK (sortie_api_list_missions_async (api, "failed", 5, "a&b=c", NULL, test_result_cb, &result),
       "GET /missions?status=failed&limit=5&cursor=a%26b%3Dc");
  ASK (sortie_api_list_events_async (api, ID, "1-2", 0, NULL, test_result_cb, &result),
       "GET /missions/" ID "/events?after=1-2");
  ASK (sortie_api_search_async (api, "c", "ä + b", 3, "document", NULL, test_result_cb, &result),
       "GET /collections/c/search?q=%C3%A4%20%2B%20b&limit=3&by=document");
  ASK (sortie_api_get_passage_async (api, "ab-1", 7, NULL, test_result_cb, &result),
       "GET /documents/ab-1/passages/7");
  ASK (sortie_api_upload_document_async (api, "c", "sub/a b.txt", content, NULL, test_result_cb,
                                         &result),
       "POST /collections/c/documents?name=sub%2Fa%20b.txt");
#undef ASK
  test_finalize (api);
}

static void
test_add_collection (void)
{
  static const char *const folders[] = { "/a", "/b", NULL };
  Script script = { "201 Created", NULL, "application/json", "{\"name\":\"c\"}", NULL };
  g_autoptr (Peer) peer = peer_new (scripted, &script);
  SortieApi *api = connect_to (peer, NULL);
  g_autoptr (GAsyncResult) result = NULL;

  sortie_api_add_collection_async (api, "c", folders, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  g_assert_cmpstr (script.sent, ==, "{\"name\":\"c\",\"folders\":[\"/a\",\"/b\"]}");
  assert_asked (api, &script, result, "POST /collections");
  g_clear_object (&result);
  test_finalize (api);
}

static void
test_bytes (void)
{
  Script script = { "200 OK", NULL, "text/markdown", "# Report\n", NULL };
  g_autoptr (Peer) peer = peer_new (scripted, &script);
  SortieApi *api = connect_to (peer, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) report = NULL;
  g_autoptr (GBytes) expected = g_bytes_new_static ("# Report\n", 9);

  sortie_api_get_report_async (api, ID, SORTIE_REPORT_HTML, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  report = sortie_api_bytes_finish (api, result, NULL);
  g_assert_true (g_bytes_equal (report, expected));
  g_assert_cmpstr (script.line, ==, "GET /missions/" ID "/report?format=html");
  script_clear (&script);
  g_clear_object (&result);
  test_finalize (api);
}

/* --- errors --- */

/* Asks for something and returns how it failed. */
static GError *
fail (Script *script, PeerFunc func, const char *idempotency_key, gsize max_bytes)
{
  g_autoptr (Peer) peer = peer_new (func, script);
  SortieApi *api = connect_to (peer, TOKEN);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SortieApiResponse) response = NULL;
  GError *error = NULL;
  SortieApiRequest request = {
    .method = "GET",
    .path = "/missions",
    .idempotency_key = idempotency_key,
    .max_bytes = max_bytes,
  };

  sortie_api_send_async (api, &request, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  response = sortie_api_send_finish (api, result, &error);
  g_assert_null (response);
  g_assert_nonnull (error);
  g_assert_null (strstr (error->message, TOKEN));
  g_assert_cmpuint (peer_get_n_requests (peer), ==, 1);
  script_clear (script);
  g_clear_object (&result);
  test_finalize (api);

  return error;
}

static void
test_statuses (void)
{
  static const struct
  {
    const char *status;
    const char *key;
    int code;
  } cases[] = {
    { "400 Bad Request", NULL, SORTIE_ERROR_INVALID },
    { "401 Unauthorized", NULL, SORTIE_ERROR_DENIED },
    { "403 Forbidden", NULL, SORTIE_ERROR_DENIED },
    { "404 Not Found", NULL, SORTIE_ERROR_NOT_FOUND },
    { "409 Conflict", NULL, SORTIE_ERROR_CONFLICT },
    { "413 Content Too Large", NULL, SORTIE_ERROR_TOO_LARGE },
    { "422 Unprocessable Content", "key", SORTIE_ERROR_MISMATCH },
    { "422 Unprocessable Content", NULL, SORTIE_ERROR_INVALID },
    { "429 Too Many Requests", NULL, SORTIE_ERROR_RATE_LIMIT },
    { "500 Internal Server Error", NULL, SORTIE_ERROR_FAILED },
    { "503 Service Unavailable", NULL, SORTIE_ERROR_UNAVAILABLE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Script script = { cases[i].status, NULL, "application/problem+json",
                        "{\"title\":\"T\",\"status\":1,\"detail\":\"“mission” is empty\"}", NULL };
      g_autoptr (GError) error = fail (&script, scripted, cases[i].key, 0);

      g_assert_error (error, SORTIE_ERROR, cases[i].code);
      g_assert_cmpstr (error->message, ==, "“mission” is empty");
    }
}

static void
test_problem_documents (void)
{
  static const struct
  {
    const char *body;
    const char *says;
  } cases[] = {
    { "{\"title\":\"Only a title\"}", "Only a title" },
    { "{\"title\":\"T\",\"detail\":\"\"}", "T" },
    { "{\"detail\":7}", "404 Not Found" },
    { "<html>gateway</html>", "404 Not Found" },
    { "", "404 Not Found" },
    { "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "404 Not Found" },
    { "\"text\"", "404 Not Found" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Script script = { "404 Not Found", NULL, "application/problem+json", cases[i].body, NULL };
      g_autoptr (GError) error = fail (&script, scripted, NULL, 0);

      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
      g_assert_nonnull (strstr (error->message, cases[i].says));
    }
}

static void
test_long_detail (void)
{
  g_autofree char *detail = g_strnfill (20000, 'x');
  g_autofree char *body = g_strdup_printf ("{\"detail\":\"%s\"}", detail);
  Script script = { "400 Bad Request", NULL, "application/problem+json", body, NULL };
  g_autoptr (GError) error = fail (&script, scripted, NULL, 0);

  g_assert_cmpuint (strlen (error->message), <, 5000);
}

/* The token stays here: a redirect is an error and nobody else is asked. */
static void
test_redirects (void)
{
  Script elsewhere_script = { "200 OK", NULL, "application/json", "{}", NULL };
  g_autoptr (Peer) elsewhere = peer_new (scripted, &elsewhere_script);
  g_autofree char *location = g_strdup_printf ("Location: %s/\r\n", peer_get_url (elsewhere));
  static const char *const statuses[] = { "301 Moved", "302 Found", "303 See Other",
                                          "307 Temporary Redirect", "308 Permanent Redirect" };

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      Script script = { statuses[i], location, "text/plain", "moved", NULL };
      g_autoptr (GError) error = fail (&script, scripted, NULL, 0);

      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL);
      g_assert_nonnull (strstr (error->message, "redirect"));
    }
  g_assert_cmpuint (peer_get_n_requests (elsewhere), ==, 0);
}

static void
endless (PeerRequest *request, gpointer user_data)
{
  g_autofree char *block = g_strnfill (64 * 1024, 'x');

  peer_send (request,
             "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n");
  while (peer_send (request, block))
    ;
}

static void
test_too_large (void)
{
  Script script = { "200 OK", NULL, "application/json", "0123456789", NULL };
  g_autoptr (GError) announced = fail (&script, scripted, NULL, 9);
  g_autoptr (GError) never_ending = fail (&script, endless, NULL, 0);

  g_assert_error (announced, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE);
  g_assert_error (never_ending, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE);
}

static void
truncated (PeerRequest *request, gpointer user_data)
{
  peer_send (request, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                      "Content-Length: 100\r\n\r\n{\"a\":");
}

static void
no_http (PeerRequest *request, gpointer user_data)
{
  peer_send (request, "+OK this is no HTTP\r\n");
}

static void
hang_up (PeerRequest *request, gpointer user_data)
{
}

static void
test_broken_answers (void)
{
  static const PeerFunc peers[] = { truncated, no_http, hang_up };

  for (gsize i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      Script script = { NULL };
      g_autoptr (GError) error = fail (&script, peers[i], NULL, 0);

      g_assert_true (error->domain == SORTIE_ERROR);
    }
}

static void
test_no_json (void)
{
  static const char *const bodies[] = { "{", "{'a':1}", "{} {}", "\xff", "nul", "[1,]" };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      Script script = { "200 OK", NULL, "application/json", bodies[i], NULL };
      g_autoptr (Peer) peer = peer_new (scripted, &script);
      SortieApi *api = connect_to (peer, NULL);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      sortie_api_get_topology_async (api, NULL, test_result_cb, &result);
      test_wait_until (result != NULL);
      g_assert_null (sortie_api_call_finish (api, result, &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL);
      script_clear (&script);
      g_clear_object (&result);
      test_finalize (api);
    }
}

static void
test_nobody_there (void)
{
  static const char *const urls[] = { "http://127.0.0.1:1", "unix:///nonexistent/socket" };

  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autoptr (SortieBackendAddress) address = sortie_backend_address_parse (urls[i], NULL);
      SortieApi *api = sortie_api_new (address, NULL, NULL);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      sortie_api_get_info_async (api, NULL, test_result_cb, &result);
      test_wait_until (result != NULL);
      g_assert_null (sortie_api_call_finish (api, result, &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
      g_assert_nonnull (strstr (error->message, urls[i]));
      g_clear_object (&result);
      test_finalize (api);
    }
}

/* --- cancelling --- */

static void
silent (PeerRequest *request, gpointer user_data)
{
  peer_wait_gone (request);
}

static void
half (PeerRequest *request, gpointer user_data)
{
  peer_send (request, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
  peer_wait_gone (request);
}

static void
test_cancel (void)
{
  static const PeerFunc peers[] = { silent, half };

  for (gsize i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      g_autoptr (Peer) peer = peer_new (peers[i], NULL);
      SortieApi *api = connect_to (peer, NULL);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      sortie_api_get_info_async (api, cancellable, test_result_cb, &result);
      test_wait_until (peer_get_n_requests (peer) == 1);
      g_cancellable_cancel (cancellable);
      test_wait_until (result != NULL);
      g_assert_null (sortie_api_call_finish (api, result, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_object (&result);
      test_finalize (api);
    }
}

/* --- tokens and paths --- */

static void
test_tokens (void)
{
  g_autoptr (SortieBackendAddress) address =
      sortie_backend_address_parse ("http://127.0.0.1:1", NULL);
  g_autofree char *long_token = g_strnfill (SORTIE_API_MAX_TOKEN + 1, 'x');
  const char *const bad[] = { "", "a b", "a\r\nX: y", "ä", "\x7f", long_token };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sortie_api_new (address, bad[i], &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
      if (strlen (bad[i]) > 1)
        g_assert_null (strstr (error->message, bad[i]));
    }
}

static void
test_paths (void)
{
  g_autofree char *path = sortie_api_path ("a", "../b", "c d%", NULL);
  g_autofree char *one = sortie_api_query ("a", NULL, "b", "", "c", "&=+ ", NULL);
  g_autofree char *none = sortie_api_query ("a", NULL, NULL);

  g_assert_cmpstr (path, ==, "/a/..%2Fb/c%20d%25");
  g_assert_cmpstr (one, ==, "b=&c=%26%3D%2B%20");
  g_assert_null (none);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/api/simple-routes", test_simple_routes);
  g_test_add_func ("/client/api/named-routes", test_named_routes);
  g_test_add_func ("/client/api/submit", test_submit);
  g_test_add_func ("/client/api/no-mission-id", test_no_mission_id);
  g_test_add_func ("/client/api/queries", test_queries);
  g_test_add_func ("/client/api/add-collection", test_add_collection);
  g_test_add_func ("/client/api/bytes", test_bytes);
  g_test_add_func ("/client/api/statuses", test_statuses);
  g_test_add_func ("/client/api/problem-documents", test_problem_documents);
  g_test_add_func ("/client/api/long-detail", test_long_detail);
  g_test_add_func ("/client/api/redirects", test_redirects);
  g_test_add_func ("/client/api/too-large", test_too_large);
  g_test_add_func ("/client/api/broken-answers", test_broken_answers);
  g_test_add_func ("/client/api/no-json", test_no_json);
  g_test_add_func ("/client/api/nobody-there", test_nobody_there);
  g_test_add_func ("/client/api/cancel", test_cancel);
  g_test_add_func ("/client/api/tokens", test_tokens);
  g_test_add_func ("/client/api/paths", test_paths);
  return g_test_run ();
}
