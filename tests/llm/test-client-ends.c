/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "llm-asking.h"

#include <string.h>

/* When an answer ends, by whom, and what becomes of its connection. */

#define SHORT_MS 200

/* Whose end is known with its last byte, so that nothing of it comes after the answer. */
static LlmPeerResponse *
create_measured_answer (void)
{
  LlmPeerResponse *response = llm_peer_response_new_answer ("Hi", NULL);

  response->chunked = FALSE;
  return response;
}

static void
test_kept_connection (void)
{
  g_autoptr (LlmPeer) peer = llm_peer_new_scripted (create_measured_answer (), NULL);
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  SortieLlmSettings settings;

  llm_asking_init (&settings, llm_peer_get_url (peer));
  for (guint i = 0; i < 5; i++)
    llm_assert_answers (client, &settings, "Hi");
  g_assert_cmpuint (llm_peer_get_n_requests (peer), ==, 5);
  g_assert_cmpuint (llm_peer_get_n_connections (peer), ==, 1);
  g_clear_pointer (&client, sortie_llm_client_free);
  llm_peer_wait_closed (peer);
}

/* [DONE] is the end of the answer, whether or not the response ends; a while later so does the
 * connection. */
static void
test_done_without_end (void)
{
  LlmPeerResponse *response = llm_peer_response_new_answer ("Hi", NULL);
  g_autoptr (LlmPeer) peer = NULL;
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  gint64 began = g_get_monotonic_time ();
  SortieLlmSettings settings;

  response->end = LLM_PEER_STALL;
  peer = llm_peer_new_scripted (response, NULL);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  llm_assert_answers (client, &settings, "Hi");
  g_assert_cmpint (g_get_monotonic_time () - began, <, 20 * G_USEC_PER_SEC);
  llm_peer_wait_closed (peer);
}

static void
test_chatter_after_done (void)
{
  LlmPeerResponse *response = llm_peer_response_new_answer ("Hi", NULL);
  g_autoptr (LlmPeer) peer = NULL;
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  SortieLlmSettings settings;

  response->end = LLM_PEER_REPEAT;
  peer = llm_peer_new_scripted (response, NULL);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  llm_assert_answers (client, &settings, "Hi");
  llm_peer_wait_closed (peer);
}

/* A finish_reason makes it whole: what was to come after it may be missing. */
static void
test_finish_without_done (void)
{
  static const LlmPeerEnd ends[] = { LLM_PEER_STALL, LLM_PEER_RESET, LLM_PEER_NO_TERMINATOR };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      LlmPeerResponse *response = llm_peer_response_new_stream ();
      g_autoptr (LlmPeer) peer = NULL;
      g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
      SortieLlmSettings settings;

      llm_peer_response_add_text (response, "Hi");
      llm_peer_response_add_finish (response, "stop");
      /* So that the reset does not overtake what was sent. */
      llm_peer_response_add_chunk (response, ": \n", -1);
      response->delay_ms = 30;
      response->end = ends[i];
      peer = llm_peer_new_scripted (response, NULL);
      llm_asking_init (&settings, llm_peer_get_url (peer));
      settings.silence_ms = 2000;
      llm_assert_answers (client, &settings, "Hi");
      llm_peer_wait_closed (peer);
    }
}

#define EARLY_HINTS "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"

static gboolean
early_hints_cb (LlmPeerRequest *request, gpointer user_data)
{
  g_autoptr (LlmPeerResponse) response = create_measured_answer ();
  g_autoptr (GString) many = g_string_new (NULL);

  if (request->number == 1)
    return llm_peer_send (request, EARLY_HINTS EARLY_HINTS, 2 * strlen (EARLY_HINTS)) &&
           llm_peer_respond (request, response);
  for (guint i = 0; i < 2000; i++)
    g_string_append (many, EARLY_HINTS);
  while (llm_peer_send (request, many->str, many->len))
    ;
  return FALSE;
}

/* Provisional responses are no sign of life: a few are passed over, not so many. */
static void
test_early_hints (void)
{
  g_autoptr (LlmPeer) peer = llm_peer_new (early_hints_cb, NULL);
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  SortieLlmSettings settings;

  llm_asking_init (&settings, llm_peer_get_url (peer));
  llm_assert_answers (client, &settings, "Hi");
  llm_assert_fails (client, &settings, SORTIE_LLM_ERROR_PROTOCOL);
  llm_peer_wait_closed (peer);
}

static void
test_reset (void)
{
  LlmPeerResponse *response = llm_peer_response_new_stream ();
  g_autoptr (LlmPeer) peer = NULL;
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  g_auto (SortieLlmAnswer) answer = { NULL };
  g_autoptr (GError) error = NULL;
  SortieLlmSettings settings;

  llm_peer_response_add_text (response, "Hi");
  llm_peer_response_add_chunk (response, ": \n", -1);
  response->delay_ms = 30;
  response->end = LLM_PEER_RESET;
  peer = llm_peer_new_scripted (response, NULL);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  llm_ask (client, &settings, NULL, &answer, &error);
  g_assert_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_TRUNCATED);
  g_assert_cmpstr (answer.text->str, ==, "Hi");
}

/* ---- Kept connections that are dead ---- */

typedef struct
{
  LlmPeerResponse *good;
  guint n_bad; /* connections on which the second request meets its end */
  gboolean reset;
} Stale;

static gboolean
stale_cb (LlmPeerRequest *request, gpointer user_data)
{
  Stale *stale = user_data;

  if (request->number == 1 || request->number > 1 + stale->n_bad)
    return llm_peer_respond (request, stale->good);
  if (stale->reset)
    llm_peer_reset (request);
  return FALSE;
}

static void
check_stale (guint n_bad, gboolean reset)
{
  g_autoptr (LlmPeerResponse) good = create_measured_answer ();
  Stale stale = { good, n_bad, reset };
  g_autoptr (LlmPeer) peer = llm_peer_new (stale_cb, &stale);
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  g_autofree char *body = NULL;
  g_autofree char *head = NULL;
  SortieLlmSettings settings;

  llm_asking_init (&settings, llm_peer_get_url (peer));
  llm_assert_answers (client, &settings, "Hi");
  if (n_bad == 1)
    llm_assert_answers (client, &settings, "Hi");
  else
    llm_assert_fails (client, &settings, SORTIE_LLM_ERROR_NETWORK);
  g_assert_cmpuint (llm_peer_get_n_requests (peer), ==, 3);
  g_assert_cmpuint (llm_peer_get_n_connections (peer), ==, 2);
  body = llm_peer_dup_body (peer);
  head = llm_peer_dup_head (peer);
  g_assert_cmpstr (body, ==, LLM_TEST_BODY);
  g_assert_nonnull (strstr (head, "\r\nAuthorization: Bearer " LLM_TEST_KEY "\r\n"));
  g_assert_nonnull (strstr (head, "\r\nContent-Type: application/json\r\n"));
}

static void
test_stale_connection (void)
{
  check_stale (1, FALSE);
  check_stale (1, TRUE);
  /* Once more, and no further. */
  check_stale (2, FALSE);
  check_stale (2, TRUE);
}

/* ---- Deadlines ---- */

static void
check_deadline (const SortieLlmSettings *settings, const char *words, gboolean has_token)
{
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  g_auto (SortieLlmAnswer) answer = { NULL };
  g_autoptr (GError) error = NULL;

  llm_ask (client, settings, NULL, &answer, &error);
  g_assert_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_TIMEOUT);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_cmpint (answer.elapsed_us, >=, SHORT_MS * 1000);
  g_assert_cmpint (answer.elapsed_us, <, 20 * G_USEC_PER_SEC);
  g_assert_true ((answer.first_token_us >= 0) == has_token);
}

/* A port that takes connections and never says a word of TLS. */
static void
test_deadline_connect (void)
{
  g_autoptr (LlmDeaf) deaf = llm_deaf_new ();
  g_autofree char *url = g_strdup_printf ("https://127.0.0.1:%u/v1", llm_deaf_get_port (deaf));
  SortieLlmSettings settings;

  llm_asking_init (&settings, url);
  settings.connect_ms = SHORT_MS;
  check_deadline (&settings, "no connection within 0.2 s", FALSE);
  g_assert_cmpuint (llm_deaf_count (deaf), ==, 1);
}

static void
test_deadline_first_token (void)
{
  g_autoptr (LlmDeaf) deaf = llm_deaf_new ();
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/v1", llm_deaf_get_port (deaf));
  LlmPeerResponse *comments = llm_peer_response_new_stream ();
  g_autoptr (LlmPeer) peer = NULL;
  SortieLlmSettings settings;

  /* No response at all. */
  llm_asking_init (&settings, url);
  settings.first_token_ms = SHORT_MS;
  check_deadline (&settings, "did not begin within 0.2 s", FALSE);
  /* One of comments, and of deltas that hold nothing. */
  llm_peer_response_add_chunk (comments,
                               ": waiting\n\ndata: {\"choices\":[{\"delta\":{\"role\":"
                               "\"assistant\",\"content\":\"\"}}]}\n\n",
                               -1);
  comments->end = LLM_PEER_REPEAT;
  comments->repeat_ms = 5;
  peer = llm_peer_new_scripted (comments, NULL);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  settings.first_token_ms = SHORT_MS;
  settings.silence_ms = 1;
  check_deadline (&settings, "did not begin within 0.2 s", FALSE);
  llm_peer_wait_closed (peer);
}

static void
test_deadline_silence (void)
{
  LlmPeerResponse *response = llm_peer_response_new_stream ();
  g_autoptr (LlmPeer) peer = NULL;
  SortieLlmSettings settings;

  llm_peer_response_add_text (response, "Hi");
  llm_peer_response_add_chunk (response, "data: {\"choices\":[]}\n\n", -1);
  response->end = LLM_PEER_REPEAT;
  response->repeat_ms = 5;
  peer = llm_peer_new_scripted (response, NULL);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  settings.silence_ms = SHORT_MS;
  check_deadline (&settings, "nothing more came for 0.2 s", TRUE);
  llm_peer_wait_closed (peer);
}

/* Reasoning is a sign of life: its pieces, each within the silence, take longer than it together. */
static void
test_reasoning_is_life (void)
{
  LlmPeerResponse *response = llm_peer_response_new_stream ();
  g_autoptr (LlmPeer) peer = NULL;
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  SortieLlmSettings settings;

  for (int i = 0; i < 40; i++)
    llm_peer_response_add_chunk (response,
                                 "data: {\"choices\":[{\"delta\":{\"reasoning\":\"so \"}}]}\n\n",
                                 -1);
  llm_peer_response_add_text (response, "Hi");
  llm_peer_response_add_finish (response, "stop");
  llm_peer_response_add_done (response);
  response->delay_ms = 60;
  peer = llm_peer_new_scripted (response, NULL);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  settings.silence_ms = 1500;
  settings.first_token_ms = 1500;
  llm_assert_answers (client, &settings, "Hi");
}

static void
test_deadline_total (void)
{
  LlmPeerResponse *response = llm_peer_response_new_stream ();
  g_autoptr (LlmPeer) peer = NULL;
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  SortieLlmSettings settings;

  llm_peer_response_add_text (response, "Hi");
  response->end = LLM_PEER_REPEAT;
  response->repeat_ms = 5;
  peer = llm_peer_new_scripted (response, NULL);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  settings.total_ms = 1000;
  check_deadline (&settings, "not whole within 1 s", TRUE);
  llm_peer_wait_closed (peer);
  settings.total_ms = 0;
  llm_assert_fails (client, &settings, SORTIE_LLM_ERROR_TIMEOUT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llm/client-ends/kept-connection", test_kept_connection);
  g_test_add_func ("/llm/client-ends/done-without-end", test_done_without_end);
  g_test_add_func ("/llm/client-ends/chatter-after-done", test_chatter_after_done);
  g_test_add_func ("/llm/client-ends/finish-without-done", test_finish_without_done);
  g_test_add_func ("/llm/client-ends/early-hints", test_early_hints);
  g_test_add_func ("/llm/client-ends/reset", test_reset);
  g_test_add_func ("/llm/client-ends/stale-connection", test_stale_connection);
  g_test_add_func ("/llm/client-ends/deadline/connect", test_deadline_connect);
  g_test_add_func ("/llm/client-ends/deadline/first-token", test_deadline_first_token);
  g_test_add_func ("/llm/client-ends/deadline/silence", test_deadline_silence);
  g_test_add_func ("/llm/client-ends/deadline/total", test_deadline_total);
  g_test_add_func ("/llm/client-ends/reasoning-is-life", test_reasoning_is_life);
  return g_test_run ();
}
