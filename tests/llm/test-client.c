/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "llm-asking.h"

#include <string.h>

/* One caller: what is sent, what is made of what comes back. */

static void
test_request (void)
{
  g_autoptr (LlmPeer) peer =
      llm_peer_new_scripted (llm_peer_response_new_answer ("Hi", NULL), NULL);
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  g_autofree char *head = NULL;
  g_autofree char *body = NULL;
  SortieLlmSettings settings;

  llm_asking_init (&settings, llm_peer_get_url (peer));
  llm_assert_answers (client, &settings, "Hi");
  head = llm_peer_dup_head (peer);
  body = llm_peer_dup_body (peer);
  g_assert_true (g_str_has_prefix (head, "POST /v1/chat/completions HTTP/1.1\r\n"));
  g_assert_nonnull (strstr (head, "\r\nAuthorization: Bearer " LLM_TEST_KEY "\r\n"));
  g_assert_nonnull (strstr (head, "\r\nAccept: text/event-stream, application/json\r\n"));
  g_assert_nonnull (strstr (head, "\r\nUser-Agent: Sortie/" SORTIE_VERSION "\r\n"));
  g_assert_nonnull (strstr (head, "\r\nContent-Type: application/json\r\n"));
  g_assert_null (strstr (head, "Accept-Encoding"));
  g_assert_null (strstr (head, "Cookie"));
  g_assert_cmpstr (body, ==, LLM_TEST_BODY);
}

static void
test_no_key (void)
{
  static const char *const keys[] = { NULL, "" };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (LlmPeer) peer =
          llm_peer_new_scripted (llm_peer_response_new_answer ("Hi", NULL), NULL);
      g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
      g_autofree char *head = NULL;
      SortieLlmSettings settings;

      llm_asking_init (&settings, llm_peer_get_url (peer));
      settings.key = (char *) keys[i];
      llm_assert_answers (client, &settings, "Hi");
      head = llm_peer_dup_head (peer);
      g_assert_null (strstr (head, "Authorization"));
    }
}

static void
test_answer (void)
{
  LlmPeerResponse *response = llm_peer_response_new_stream ();
  g_autoptr (LlmPeer) peer = NULL;
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  g_auto (SortieLlmAnswer) answer = { NULL };
  g_autoptr (GError) error = NULL;
  SortieLlmSettings settings;

  llm_peer_response_add_text (response, "na\xC3\xAF");
  llm_peer_response_add_text (response, "ve");
  llm_peer_response_add_finish (response, "length");
  llm_peer_response_add_usage (response, 11, 7);
  llm_peer_response_add_done (response);
  llm_peer_response_add_header (response, "x-ratelimit-remaining-requests", "14399");
  llm_peer_response_add_header (response, "X-RateLimit-Reset-Tokens", "7.66s");
  peer = llm_peer_new_scripted (response, NULL);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  llm_ask (client, &settings, NULL, &answer, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (answer.text->str, ==, "na\xC3\xAFve");
  g_assert_cmpint (answer.finish, ==, SORTIE_LLM_FINISH_LENGTH);
  g_assert_cmpint (answer.usage.prompt_tokens, ==, 11);
  g_assert_cmpint (answer.usage.completion_tokens, ==, 7);
  g_assert_cmpuint (answer.pieces, ==, 2);
  g_assert_cmpint (answer.headers.remaining_requests, ==, 14399);
  g_assert_cmpint (answer.headers.reset_tokens_ms, ==, 7660);
  g_assert_cmpint (answer.first_token_us, >=, 0);
}

/* More than any buffer on the way holds. */
static void
test_large_request (void)
{
  g_autoptr (LlmPeer) peer =
      llm_peer_new_scripted (llm_peer_response_new_answer ("Hi", NULL), NULL);
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  g_autofree char *text = g_strnfill (16 * 1024 * 1024, 'x');
  g_auto (SortieLlmAnswer) answer = { NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *body = NULL;
  SortieLlmSettings settings;

  llm_asking_init (&settings, llm_peer_get_url (peer));
  sortie_llm_answer_init (&answer);
  sortie_llm_client_ask (client, &settings, text, settings.total_ms, NULL, &answer, &error);
  g_assert_no_error (error);
  body = llm_peer_dup_body (peer);
  g_assert_true (strcmp (body, text) == 0);
}

/* Neither made nor freed does a client touch the network. */
static void
test_no_connection (void)
{
  g_autoptr (LlmDeaf) deaf = llm_deaf_new ();
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/v1", llm_deaf_get_port (deaf));
  SortieLlmSettings settings;

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();

      llm_asking_init (&settings, url);
      settings.key = (char *) "two words";
      if (i == 1)
        llm_assert_fails (client, &settings, SORTIE_LLM_ERROR_AUTH);
      settings.key = (char *) "line\r\nX-Evil: 1";
      if (i == 2)
        llm_assert_fails (client, &settings, SORTIE_LLM_ERROR_AUTH);
    }
  g_assert_cmpuint (llm_deaf_count (deaf), ==, 0);
}

static void
test_addresses (void)
{
  static const char *const bad[] = {
    "",           "nothing", "ftp://127.0.0.1/v1", "http:",
    "file:///v1", "http://", "http:///v1",         "http://[::1/v1"
  };
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  SortieLlmSettings settings;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_test_message ("%s", bad[i]);
      llm_asking_init (&settings, bad[i]);
      llm_assert_fails (client, &settings, SORTIE_LLM_ERROR_REJECTED);
    }
}

static void
test_refused (void)
{
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  g_autofree char *url = NULL;
  g_auto (SortieLlmAnswer) answer = { NULL };
  g_autoptr (GError) error = NULL;
  SortieLlmSettings settings;

  {
    g_autoptr (LlmDeaf) deaf = llm_deaf_new ();

    url = g_strdup_printf ("http://127.0.0.1:%u/v1", llm_deaf_get_port (deaf));
  }
  llm_asking_init (&settings, url);
  llm_ask (client, &settings, NULL, &answer, &error);
  g_assert_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_NETWORK);
  g_assert_true (answer.headers.retryable);
  g_assert_cmpuint (answer.headers.status, ==, 0);
  g_assert_nonnull (strstr (error->message, "127.0.0.1"));
}

static void
test_statuses (void)
{
  static const struct
  {
    guint status;
    SortieLlmError code;
    gboolean retryable;
  } cases[] = {
    { 400, SORTIE_LLM_ERROR_REJECTED, FALSE },  { 401, SORTIE_LLM_ERROR_AUTH, FALSE },
    { 402, SORTIE_LLM_ERROR_QUOTA, FALSE },     { 403, SORTIE_LLM_ERROR_AUTH, FALSE },
    { 404, SORTIE_LLM_ERROR_REJECTED, FALSE },  { 407, SORTIE_LLM_ERROR_REJECTED, FALSE },
    { 408, SORTIE_LLM_ERROR_SERVER, TRUE },     { 409, SORTIE_LLM_ERROR_SERVER, TRUE },
    { 413, SORTIE_LLM_ERROR_REJECTED, FALSE },  { 422, SORTIE_LLM_ERROR_REJECTED, FALSE },
    { 429, SORTIE_LLM_ERROR_RATE_LIMIT, TRUE }, { 500, SORTIE_LLM_ERROR_SERVER, TRUE },
    { 503, SORTIE_LLM_ERROR_SERVER, TRUE },     { 529, SORTIE_LLM_ERROR_SERVER, TRUE },
    { 204, SORTIE_LLM_ERROR_TRUNCATED, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LlmPeerResponse *response = llm_peer_response_new (cases[i].status, "application/json");
      g_autoptr (LlmPeer) peer = NULL;
      g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
      g_auto (SortieLlmAnswer) answer = { NULL };
      g_autoptr (GError) error = NULL;
      SortieLlmSettings settings;

      llm_peer_response_add_header (response, "WWW-Authenticate", "Basic realm=\"FORBIDDEN\"");
      llm_peer_response_add_header (response, "Proxy-Authenticate", "Basic realm=\"FORBIDDEN\"");
      if (cases[i].status != 204)
        llm_peer_response_add_chunk (response, "{\"error\":{\"message\":\"FORBIDDEN\"}}", -1);
      peer = llm_peer_new_scripted (response, NULL);
      llm_asking_init (&settings, llm_peer_get_url (peer));
      llm_ask (client, &settings, NULL, &answer, &error);
      g_test_message ("%u: %s", cases[i].status, error->message);
      g_assert_error (error, SORTIE_LLM_ERROR, (int) cases[i].code);
      g_assert_cmpint (answer.headers.retryable, ==, cases[i].retryable);
      g_assert_cmpuint (answer.headers.status, ==, cases[i].status);
      g_assert_cmpuint (llm_peer_get_n_requests (peer), ==, 1);
    }
}

/* The key goes nowhere else, not even by a second request to the same place. */
static void
test_redirects (void)
{
  static const guint statuses[] = { 300, 301, 302, 303, 307, 308 };
  g_autoptr (LlmDeaf) deaf = llm_deaf_new ();
  g_autofree char *away = g_strdup_printf ("http://127.0.0.1:%u/v1/chat/completions?FORBIDDEN",
                                           llm_deaf_get_port (deaf));
  const char *const places[] = {
    away,   "/elsewhere", "https://user:FORBIDDEN@gateway.example/", "http://FORBIDDEN%20TEXT/",
    "::::", NULL
  };

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    for (gsize n = 0; n < G_N_ELEMENTS (places); n++)
      {
        LlmPeerResponse *response = llm_peer_response_new (statuses[i], "text/plain");
        g_autoptr (LlmPeer) peer = NULL;
        g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
        g_auto (SortieLlmAnswer) answer = { NULL };
        g_autoptr (GError) error = NULL;
        SortieLlmSettings settings;

        if (places[n] != NULL)
          llm_peer_response_add_header (response, "Location", places[n]);
        response->end = LLM_PEER_KEEP;
        peer = llm_peer_new_scripted (response, NULL);
        llm_asking_init (&settings, llm_peer_get_url (peer));
        llm_ask (client, &settings, NULL, &answer, &error);
        g_assert_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_REJECTED);
        g_assert_false (answer.headers.retryable);
        if (n == 2)
          g_assert_nonnull (strstr (error->message, "gateway.example"));
        g_assert_cmpuint (llm_peer_get_n_requests (peer), ==, 1);
        g_assert_cmpuint (llm_deaf_count (deaf), ==, 0);
      }
}

static void
check_refusal (
    const char *body, guint status, LlmPeerEnd end, gboolean stream_options, gboolean max_tokens)
{
  LlmPeerResponse *response = llm_peer_response_new (status, "application/json");
  g_autoptr (LlmPeer) peer = NULL;
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  g_auto (SortieLlmAnswer) answer = { NULL };
  g_autoptr (GError) error = NULL;
  SortieLlmSettings settings;
  int code;

  llm_peer_response_add_chunk (response, body, -1);
  response->end = end;
  response->chunked = TRUE;
  peer = llm_peer_new_scripted (response, NULL);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  llm_ask (client, &settings, NULL, &answer, &error);
  code = status == 500 ? SORTIE_LLM_ERROR_SERVER : SORTIE_LLM_ERROR_REJECTED;
  g_assert_error (error, SORTIE_LLM_ERROR, code);
  g_assert_cmpint (answer.headers.rejects_stream_options, ==, stream_options);
  g_assert_cmpint (answer.headers.rejects_max_tokens, ==, max_tokens);
}

static void
test_refusals (void)
{
  static const char options[] = "{\"detail\":\"FORBIDDEN: extra field stream_options\"}";
  static const char tokens[] = "{\"error\":{\"message\":\"Unsupported parameter: 'max_tokens'. Use "
                               "'max_completion_tokens'.\"}}";

  check_refusal (options, 400, LLM_PEER_KEEP, TRUE, FALSE);
  check_refusal (options, 422, LLM_PEER_EOF, TRUE, FALSE);
  check_refusal (tokens, 400, LLM_PEER_NO_TERMINATOR, FALSE, TRUE);
  check_refusal (tokens, 400, LLM_PEER_STALL, FALSE, TRUE);
  check_refusal (tokens, 400, LLM_PEER_REPEAT, FALSE, TRUE);
  check_refusal ("{}", 400, LLM_PEER_EOF, FALSE, FALSE);
  /* Only where it may be about the request. */
  check_refusal (options, 404, LLM_PEER_EOF, FALSE, FALSE);
  check_refusal (tokens, 500, LLM_PEER_REPEAT, FALSE, FALSE);
}

static gboolean
raw_cb (LlmPeerRequest *request, gpointer user_data)
{
  llm_peer_send (request, user_data, strlen (user_data));
  return FALSE;
}

static void
check_raw (const char *wire, SortieLlmError code)
{
  g_autoptr (LlmPeer) peer = llm_peer_new (raw_cb, (gpointer) wire);
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  SortieLlmSettings settings;

  g_test_message ("%s", wire);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  llm_assert_fails (client, &settings, code);
}

static void
test_no_http (void)
{
  check_raw ("SSH-2.0-OpenSSH\r\n\r\n", SORTIE_LLM_ERROR_PROTOCOL);
  check_raw ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", SORTIE_LLM_ERROR_PROTOCOL);
  check_raw ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n\x1f\x8b",
             SORTIE_LLM_ERROR_PROTOCOL);
  check_raw ("HTTP/1.1 200 OK\r\nContent-Encoding: br, identity\r\n\r\n",
             SORTIE_LLM_ERROR_PROTOCOL);
  check_raw ("", SORTIE_LLM_ERROR_NETWORK);
  check_raw ("HTTP/1.1 200", SORTIE_LLM_ERROR_PROTOCOL);
  check_raw ("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\ndata: {\"choices\":[]}\n\n",
             SORTIE_LLM_ERROR_TRUNCATED);
  check_raw ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFORBIDDEN\r\n",
             SORTIE_LLM_ERROR_TRUNCATED);
}

static void
test_identity_encoding (void)
{
  LlmPeerResponse *response = llm_peer_response_new_answer ("Hi", NULL);
  g_autoptr (LlmPeer) peer = NULL;
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  SortieLlmSettings settings;

  llm_peer_response_add_header (response, "Content-Encoding", "Identity");
  peer = llm_peer_new_scripted (response, NULL);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  llm_assert_answers (client, &settings, "Hi");
}

/* Too much of anything ends it, and the connection with it. */
static void
test_limits (void)
{
  g_autofree char *blanks = g_strnfill (64 * 1024, ' ');
  g_autofree char *comment = g_strconcat (":", blanks, "\n", NULL);
  g_autofree char *line = g_strconcat ("data: ", blanks, "\n", NULL);
  const char *const units[] = { blanks, comment, line };

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    {
      LlmPeerResponse *response = llm_peer_response_new (200, "text/event-stream");
      g_autoptr (LlmPeer) peer = NULL;
      g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
      SortieLlmSettings settings;

      llm_peer_response_add_chunk (response, units[i], -1);
      response->end = LLM_PEER_REPEAT;
      peer = llm_peer_new_scripted (response, NULL);
      llm_asking_init (&settings, llm_peer_get_url (peer));
      llm_assert_fails (client, &settings, SORTIE_LLM_ERROR_TOO_LARGE);
      llm_peer_wait_closed (peer);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llm/client/request", test_request);
  g_test_add_func ("/llm/client/no-key", test_no_key);
  g_test_add_func ("/llm/client/answer", test_answer);
  g_test_add_func ("/llm/client/large-request", test_large_request);
  g_test_add_func ("/llm/client/no-connection", test_no_connection);
  g_test_add_func ("/llm/client/addresses", test_addresses);
  g_test_add_func ("/llm/client/refused", test_refused);
  g_test_add_func ("/llm/client/statuses", test_statuses);
  g_test_add_func ("/llm/client/redirects", test_redirects);
  g_test_add_func ("/llm/client/refusals", test_refusals);
  g_test_add_func ("/llm/client/no-http", test_no_http);
  g_test_add_func ("/llm/client/identity-encoding", test_identity_encoding);
  g_test_add_func ("/llm/client/limits", test_limits);
  return g_test_run ();
}
