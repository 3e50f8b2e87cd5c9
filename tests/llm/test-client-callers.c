/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "llm-asking.h"

#include <string.h>

/* Those who ask: one that wants no more, many at once, and a client that goes while they wait. */

/* ---- Who wants no more ---- */

typedef struct
{
  LlmPeer *peer;
  gboolean refuse; /* the second piece */
  gboolean cancel; /* after the first */
  guint n_taken;
  gint64 since_us; /* no longer wanted */
} Wish;

static gboolean
take_cb (const char *text, gsize length, gpointer user_data)
{
  Wish *wish = user_data;

  g_assert_cmpint (wish->since_us, ==, 0);
  wish->n_taken++;
  if (!wish->refuse || wish->n_taken < 2)
    return TRUE;
  wish->since_us = g_get_monotonic_time ();
  return FALSE;
}

static gboolean
is_cancelled_cb (gpointer user_data)
{
  Wish *wish = user_data;

  if (!wish->cancel || wish->n_taken == 0)
    return FALSE;
  if (wish->since_us == 0)
    wish->since_us = g_get_monotonic_time ();
  return TRUE;
}

static void
check_cancel (Wish *wish, LlmPeerEnd end)
{
  LlmPeerResponse *response = llm_peer_response_new_stream ();
  const SortieLlmSink sink = { take_cb, is_cancelled_cb, wish };
  g_autoptr (LlmPeer) peer = NULL;
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  g_auto (SortieLlmAnswer) answer = { NULL };
  g_autoptr (GError) error = NULL;
  SortieLlmSettings settings;

  llm_peer_response_add_text (response, "Hi");
  response->end = end;
  response->repeat_ms = 1;
  peer = llm_peer_new_scripted (response, NULL);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  llm_ask (client, &settings, &sink, &answer, &error);
  g_assert_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_CANCELLED);
  g_assert_true (g_str_has_prefix (answer.text->str, "Hi"));
  llm_peer_wait_closed (peer);
  g_test_message ("returned and closed after %" G_GINT64_FORMAT " ms",
                  (g_get_monotonic_time () - wish->since_us) / 1000);
  /* It takes a few milliseconds, and far longer on a machine that is busy with other tests. */
  g_assert_cmpint (g_get_monotonic_time () - wish->since_us, <, 2 * G_USEC_PER_SEC);
}

static void
test_cancel (void)
{
  Wish refusal = { .refuse = TRUE };
  Wish cancel = { .cancel = TRUE };
  Wish silent = { .cancel = TRUE };

  check_cancel (&refusal, LLM_PEER_REPEAT);
  check_cancel (&cancel, LLM_PEER_REPEAT);
  check_cancel (&silent, LLM_PEER_STALL);
}

/* The sink's word counts also where all of the answer is there already. */
static gboolean
refuse_cb (const char *text, gsize length, gpointer user_data)
{
  return FALSE;
}

static void
test_cancel_at_end (void)
{
  LlmPeerResponse *response = llm_peer_response_new_stream ();
  const SortieLlmSink sink = { .text = refuse_cb };
  g_autoptr (LlmPeer) peer = NULL;
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  g_auto (SortieLlmAnswer) answer = { NULL };
  g_autoptr (GError) error = NULL;
  SortieLlmSettings settings;

  llm_peer_response_add_chunk (response,
                               "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},"
                               "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
                               -1);
  peer = llm_peer_new_scripted (response, NULL);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  llm_ask (client, &settings, &sink, &answer, &error);
  g_assert_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_CANCELLED);
}

/* Before there is a connection, and before there is a response. */
static gboolean
yes_cb (gpointer user_data)
{
  return TRUE;
}

static void
test_cancel_early (void)
{
  const SortieLlmSink sink = { .is_cancelled = yes_cb };
  static const char *const schemes[] = { "http", "https" };

  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      g_autoptr (LlmDeaf) deaf = llm_deaf_new ();
      g_autofree char *url =
          g_strdup_printf ("%s://127.0.0.1:%u/v1", schemes[i], llm_deaf_get_port (deaf));
      g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
      g_auto (SortieLlmAnswer) answer = { NULL };
      g_autoptr (GError) error = NULL;
      SortieLlmSettings settings;

      llm_asking_init (&settings, url);
      llm_ask (client, &settings, &sink, &answer, &error);
      g_assert_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_CANCELLED);
    }
}

/* ---- The client goes ---- */

typedef struct
{
  SortieLlmClient *client;
  const SortieLlmSettings *settings;
} Asker;

static gpointer
ask_until_freed_thread (gpointer data)
{
  Asker *asker = data;

  llm_assert_fails (asker->client, asker->settings, SORTIE_LLM_ERROR_CANCELLED);
  return NULL;
}

static void
check_free (LlmPeerEnd end, guint status)
{
  LlmPeerResponse *response = llm_peer_response_new_stream ();
  g_autoptr (LlmPeer) peer = NULL;
  SortieLlmSettings settings;
  Asker asker = { sortie_llm_client_new (), &settings };
  GThread *threads[8];

  response->status = status;
  llm_peer_response_add_text (response, "Hi");
  response->end = end;
  response->repeat_ms = 1;
  peer = llm_peer_new_scripted (response, NULL);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("asker", ask_until_freed_thread, &asker);
  llm_peer_wait_requests (peer, G_N_ELEMENTS (threads));
  sortie_llm_client_free (asker.client);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  llm_peer_wait_closed (peer);
}

static void
test_free (void)
{
  check_free (LLM_PEER_REPEAT, 200);
  check_free (LLM_PEER_STALL, 200);
  check_free (LLM_PEER_STALL, 0);
}

/* ---- Many at once ---- */

#define N_CALLERS 32
#define N_ROUNDS 20

static gboolean
echo_cb (LlmPeerRequest *request, gpointer user_data)
{
  g_autoptr (LlmPeerResponse) response = llm_peer_response_new_stream ();

  for (int i = 0; i < 10; i++)
    llm_peer_response_add_text (response, request->body);
  llm_peer_response_add_finish (response, "stop");
  llm_peer_response_add_done (response);
  return llm_peer_respond (request, response);
}

static gboolean
gather_cb (const char *text, gsize length, gpointer user_data)
{
  g_string_append_len (user_data, text, (gssize) length);
  return TRUE;
}

static gboolean
no_cb (gpointer user_data)
{
  return FALSE;
}

static gpointer
ask_often_thread (gpointer data)
{
  Asker *asker = data;

  for (int round = 0; round < N_ROUNDS; round++)
    {
      g_autofree char *body = g_strdup_printf ("{\"%p\":%d}", (void *) g_thread_self (), round);
      g_autoptr (GString) expected = g_string_new (NULL);
      g_autoptr (GString) text = g_string_new (NULL);
      const SortieLlmSink sink = { gather_cb, no_cb, text };
      g_auto (SortieLlmAnswer) answer = { NULL };
      g_autoptr (GError) error = NULL;

      for (int i = 0; i < 10; i++)
        g_string_append (expected, body);
      sortie_llm_answer_init (&answer);
      sortie_llm_client_ask (asker->client, asker->settings, body, asker->settings->total_ms, &sink,
                             &answer, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (answer.text->str, ==, expected->str);
      g_assert_cmpstr (text->str, ==, expected->str);
    }
  return NULL;
}

static void
test_many_callers (void)
{
  g_autoptr (LlmPeer) peer = llm_peer_new (echo_cb, NULL);
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  SortieLlmSettings settings;
  Asker asker = { client, &settings };
  GThread *threads[N_CALLERS];

  llm_asking_init (&settings, llm_peer_get_url (peer));
  for (int i = 0; i < N_CALLERS; i++)
    threads[i] = g_thread_new ("asker", ask_often_thread, &asker);
  for (int i = 0; i < N_CALLERS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (llm_peer_get_n_requests (peer), ==, N_CALLERS * N_ROUNDS);
  g_test_message ("%u connections", llm_peer_get_n_connections (peer));
  g_assert_cmpuint (llm_peer_get_n_connections (peer), <, N_CALLERS * N_ROUNDS);
}

/* The peer goes on when the piece it sent has been taken: nothing is held back until more comes. */
typedef struct
{
  GMutex lock;
  GCond changed;
  guint n_taken;
} Step;

static gboolean
step_taken_cb (const char *text, gsize length, gpointer user_data)
{
  Step *step = user_data;

  g_mutex_lock (&step->lock);
  step->n_taken += (guint) length;
  g_cond_signal (&step->changed);
  g_mutex_unlock (&step->lock);
  return TRUE;
}

static gboolean
step_cb (LlmPeerRequest *request, gpointer user_data)
{
  Step *step = user_data;
  g_autoptr (LlmPeerResponse) response = llm_peer_response_new_stream ();
  g_autoptr (LlmPeerResponse) end = llm_peer_response_new_answer ("x", NULL);

  response->end = LLM_PEER_EOF;
  response->chunked = FALSE;
  llm_peer_respond (request, response);
  for (guint i = 1; i <= 20; i++)
    {
      GBytes *piece = g_ptr_array_index (end->chunks, 0);

      llm_peer_send (request, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece));
      g_mutex_lock (&step->lock);
      while (step->n_taken < i)
        g_cond_wait (&step->changed, &step->lock);
      g_mutex_unlock (&step->lock);
    }
  for (guint i = 1; i < end->chunks->len; i++)
    {
      GBytes *piece = g_ptr_array_index (end->chunks, i);

      llm_peer_send (request, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece));
    }
  return FALSE;
}

static void
test_step_by_step (void)
{
  Step step = { .n_taken = 0 };
  const SortieLlmSink sink = { .text = step_taken_cb, .user_data = &step };
  g_autoptr (LlmPeer) peer = llm_peer_new (step_cb, &step);
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  g_auto (SortieLlmAnswer) answer = { NULL };
  g_autoptr (GError) error = NULL;
  SortieLlmSettings settings;

  g_mutex_init (&step.lock);
  g_cond_init (&step.changed);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  llm_ask (client, &settings, &sink, &answer, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (answer.pieces, ==, 20);
  g_mutex_clear (&step.lock);
  g_cond_clear (&step.changed);
}

/* A fast stream is taken several pieces at a time, and none is lost. */
static gboolean
count_cb (const char *text, gsize length, gpointer user_data)
{
  guint *n_calls = user_data;

  (*n_calls)++;
  return TRUE;
}

static void
test_gathered (void)
{
  LlmPeerResponse *response = llm_peer_response_new_stream ();
  g_autoptr (GString) expected = g_string_new (NULL);
  guint n_calls = 0;
  const SortieLlmSink sink = { .text = count_cb, .user_data = &n_calls };
  g_autoptr (LlmPeer) peer = NULL;
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  g_auto (SortieLlmAnswer) answer = { NULL };
  g_autoptr (GError) error = NULL;
  SortieLlmSettings settings;

  for (int i = 0; i < 300; i++)
    {
      g_autofree char *piece = g_strdup_printf ("%d ", i);

      g_string_append (expected, piece);
      llm_peer_response_add_text (response, piece);
    }
  llm_peer_response_add_finish (response, "stop");
  llm_peer_response_add_done (response);
  response->delay_ms = 1;
  peer = llm_peer_new_scripted (response, NULL);
  llm_asking_init (&settings, llm_peer_get_url (peer));
  llm_ask (client, &settings, &sink, &answer, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (answer.text->str, ==, expected->str);
  g_assert_cmpuint (answer.pieces, ==, 300);
  g_test_message ("%u calls in %" G_GINT64_FORMAT " ms", n_calls, answer.elapsed_us / 1000);
  g_assert_cmpint (n_calls, <=, answer.elapsed_us / 8000 + 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llm/client-callers/cancel", test_cancel);
  g_test_add_func ("/llm/client-callers/cancel/at-end", test_cancel_at_end);
  g_test_add_func ("/llm/client-callers/cancel/early", test_cancel_early);
  g_test_add_func ("/llm/client-callers/free", test_free);
  g_test_add_func ("/llm/client-callers/many-callers", test_many_callers);
  g_test_add_func ("/llm/client-callers/step-by-step", test_step_by_step);
  g_test_add_func ("/llm/client-callers/gathered", test_gathered);
  return g_test_run ();
}
