/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "llm-facade.h"

#include <string.h>

#define PLANNER SORTIE_LLM_ROLE_PLANNER
#define ANALYZER SORTIE_LLM_ROLE_ANALYZER
#define WRITER SORTIE_LLM_ROLE_WRITER

/* A time that only what hangs passes. */
#define SOON_US (15 * G_USEC_PER_SEC)

static LlmPeerResponse *
answer (const char *text)
{
  return llm_peer_response_new_answer (text, NULL);
}

/* Takes the request and says nothing. */
static LlmPeerResponse *
silence (void)
{
  LlmPeerResponse *response = llm_peer_response_new (0, NULL);

  response->end = LLM_PEER_STALL;
  return response;
}

static LlmPeerResponse *
final_refusal (guint status)
{
  LlmPeerResponse *response = facade_refusal (status, "{}");

  llm_peer_response_add_header (response, "x-should-retry", "false");
  return response;
}

static void
assert_state (Facade *f, SortieLlmState state, const char *in_reason)
{
  g_autofree char *reason = NULL;

  g_assert_cmpint (sortie_llm_get_state (f->llm, &reason), ==, state);
  if (in_reason == NULL)
    g_assert_null (reason);
  else
    g_assert_nonnull (strstr (reason, in_reason));
}

/* ---- The key ---- */

static void
count_cb (SortieLlmState state, const char *reason, gpointer user_data)
{
  guint *counts = user_data;

  counts[state]++;
  g_assert_cmpint (reason != NULL, ==, state == SORTIE_LLM_STATE_DEGRADED);
}

static gpointer
ask_cb (gpointer data)
{
  g_auto (Outcome) outcome = facade_ask (data, PLANNER, NULL);

  return GINT_TO_POINTER (outcome.code);
}

static void
test_refused_key (void)
{
  static const guint statuses[] = { 401, 403 };

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_auto (Facade) f = facade_new (llm_peer_new_scripted (facade_refusal (statuses[i], "{}"),
                                                             answer ("yes"), NULL),
                                      NULL);
      guint counts[3] = { 0 };
      g_autoptr (SortieLlmSettings) old = sortie_llm_ref_settings (f.llm);
      g_autoptr (SortieLlmSettings) settings =
          sortie_llm_settings_change (old, NULL, NULL, "another", NULL, NULL);
      g_auto (Outcome) good = { 0 };

      sortie_llm_set_watch (f.llm, count_cb, counts);
      for (int k = 0; k < 5; k++)
        {
          g_auto (Outcome) outcome = facade_ask (&f, k % 2 ? WRITER : PLANNER, NULL);

          assert_code (outcome, SORTIE_LLM_ERROR_AUTH);
          assert_state (&f, SORTIE_LLM_STATE_DEGRADED, "key");
          g_assert_false (sortie_llm_is_available (f.llm));
        }
      g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, 1);
      g_assert_cmpuint (llm_peer_get_n_connections (f.peer), ==, 1);
      g_assert_cmpuint (counts[SORTIE_LLM_STATE_DEGRADED], ==, 1);

      sortie_llm_set_settings (f.llm, settings);
      assert_state (&f, SORTIE_LLM_STATE_ON, NULL);
      good = facade_ask (&f, PLANNER, NULL);
      g_assert_true (good.ok);
      g_assert_cmpuint (counts[SORTIE_LLM_STATE_ON], ==, 1);
      g_assert_cmpuint (counts[SORTIE_LLM_STATE_DEGRADED], ==, 1);
    }
}

/* ---- The breaker ---- */

static void
test_refused_connection (void)
{
  g_autofree char *url = NULL;
  g_autoptr (LlmDeaf) taken = llm_deaf_new ();
  g_auto (Facade) f = facade_new (llm_peer_new_scripted (answer ("no"), NULL), NULL);
  g_autoptr (SortieLlmSettings) settings = NULL;
  g_auto (Outcome) first = { 0 }, second = { 0 };

  url = g_strdup_printf ("http://127.0.0.1:%u/v1", llm_deaf_get_port (taken));
  g_clear_pointer (&taken, llm_deaf_free); /* nobody listens there any more */
  settings = facade_settings (url, NULL);
  sortie_llm_set_settings (f.llm, settings);
  first = facade_ask (&f, PLANNER, NULL);
  assert_code (first, SORTIE_LLM_ERROR_NETWORK);
  g_assert_cmpuint (first.requests, ==, SORTIE_LLM_MAX_TRIES);
  assert_state (&f, SORTIE_LLM_STATE_DEGRADED, "127.0.0.1 can't be reached");
  g_assert_false (sortie_llm_is_available (f.llm));
  /* No way there for one model is none for the others. */
  second = facade_ask (&f, WRITER, NULL);
  assert_code (second, SORTIE_LLM_ERROR_CIRCUIT_OPEN);
  g_assert_cmpuint (second.requests, ==, 0);
}

static void
test_quota (void)
{
  g_auto (Facade) f = facade_new (llm_peer_new_scripted (facade_refusal (402, "{}"), NULL), NULL);
  g_auto (Outcome) first = facade_ask (&f, PLANNER, NULL);
  g_auto (Outcome) second = facade_ask (&f, WRITER, NULL);

  assert_code (first, SORTIE_LLM_ERROR_QUOTA);
  assert_code (second, SORTIE_LLM_ERROR_CIRCUIT_OPEN);
  assert_state (&f, SORTIE_LLM_STATE_DEGRADED, "quota");
  g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, 1);
}

/* Failures that may be chance open a model's breaker when there are three in a row. */
static void
test_failures_in_a_row (void)
{
  g_auto (Facade) f =
      facade_new (llm_peer_new_scripted (final_refusal (500), final_refusal (500), answer ("yes"),
                                         final_refusal (500), final_refusal (502),
                                         final_refusal (503), answer ("other"), NULL),
                  NULL);
  static const int codes[] = {
    SORTIE_LLM_ERROR_SERVER,      SORTIE_LLM_ERROR_SERVER, -1,
    SORTIE_LLM_ERROR_SERVER,      SORTIE_LLM_ERROR_SERVER, SORTIE_LLM_ERROR_SERVER,
    SORTIE_LLM_ERROR_CIRCUIT_OPEN
  };
  g_auto (Outcome) other = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_auto (Outcome) outcome = facade_ask (&f, PLANNER, NULL);

      g_assert_cmpint (outcome.code, ==, codes[i]);
    }
  g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, 6);
  assert_state (&f, SORTIE_LLM_STATE_DEGRADED, "small");
  other = facade_ask (&f, WRITER, NULL);
  g_assert_true (other.ok);
  g_assert_true (sortie_llm_is_available (f.llm));
}

/* One that is busy and does not say until when is left alone, too. */
static void
test_busy (void)
{
  g_auto (Facade) f = facade_new (llm_peer_new_scripted (final_refusal (429), NULL), NULL);

  for (int i = 0; i < 5; i++)
    {
      g_auto (Outcome) outcome = facade_ask (&f, PLANNER, NULL);

      assert_code (outcome, i < 3 ? SORTIE_LLM_ERROR_RATE_LIMIT : SORTIE_LLM_ERROR_CIRCUIT_OPEN);
    }
  g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, 3);
}

/* A model that is gone is asked for three times, not for ever; what is wrong with a question says nothing
 * of the model. */
static void
test_no_such_model (void)
{
  g_auto (Facade) gone = facade_new (llm_peer_new_scripted (final_refusal (404), NULL), NULL);
  g_auto (Facade) wrong = facade_new (llm_peer_new_scripted (final_refusal (400), NULL), NULL);

  for (int i = 0; i < 5; i++)
    {
      g_auto (Outcome) outcome = facade_ask (&gone, PLANNER, NULL);
      g_auto (Outcome) other = facade_ask (&wrong, PLANNER, NULL);

      assert_code (outcome, i < 3 ? SORTIE_LLM_ERROR_REJECTED : SORTIE_LLM_ERROR_CIRCUIT_OPEN);
      assert_code (other, SORTIE_LLM_ERROR_REJECTED);
    }
  assert_state (&gone, SORTIE_LLM_STATE_DEGRADED, "small");
  assert_state (&wrong, SORTIE_LLM_STATE_ON, NULL);
}

/* Everybody asks at once and nobody answers: it costs all of them one deadline together. */
static void
test_dead_provider (void)
{
  const char *const variables[] = { "LLM_FIRST_TOKEN_TIMEOUT=2", "LLM_CONNECT_TIMEOUT=2", NULL };
  g_auto (Facade) f = facade_new (llm_peer_new_scripted (silence (), NULL), variables);
  gint64 before = g_get_monotonic_time ();
  GThread *threads[16];
  guint n_timeouts = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("ask", ask_cb, &f);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      int code = GPOINTER_TO_INT (g_thread_join (threads[i]));

      g_assert_true (code == SORTIE_LLM_ERROR_TIMEOUT || code == SORTIE_LLM_ERROR_CIRCUIT_OPEN);
      n_timeouts += code == SORTIE_LLM_ERROR_TIMEOUT;
    }
  g_assert_cmpuint (n_timeouts, >=, 1);
  for (int i = 0; i < 50; i++)
    {
      g_auto (Outcome) outcome = facade_ask (&f, i % 2 ? WRITER : ANALYZER, NULL);

      assert_code (outcome, SORTIE_LLM_ERROR_CIRCUIT_OPEN);
    }
  g_assert_cmpint (g_get_monotonic_time () - before, <, SOON_US);
  assert_state (&f, SORTIE_LLM_STATE_DEGRADED, "does not answer");
  g_assert_cmpuint (llm_peer_get_n_requests (f.peer), <=, G_N_ELEMENTS (threads));
}

/* Whoever waits while another one finds out that nobody answers need not find out as well. */
static void
test_overtaken (void)
{
  const char *const variables[] = { "LLM_FIRST_TOKEN_TIMEOUT=60", "LLM_CONNECT_TIMEOUT=60", NULL };
  g_auto (Facade) f =
      facade_new (llm_peer_new_scripted (silence (), facade_refusal (402, "{}"), NULL), variables);
  GThread *waiting = g_thread_new ("ask", ask_cb, &f);
  g_auto (Outcome) outcome = { 0 };

  llm_peer_wait_requests (f.peer, 1);
  outcome = facade_ask (&f, WRITER, NULL);
  assert_code (outcome, SORTIE_LLM_ERROR_QUOTA);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (waiting)), ==, SORTIE_LLM_ERROR_CIRCUIT_OPEN);
}

static void
wait_available (Facade *f)
{
  while (!sortie_llm_is_available (f->llm))
    g_usleep (1000); /* between two looks at the fact */
}

/* After the rest one is let in to try: it fails, and the rest is longer; it succeeds, and all is well. */
static void
test_half_open (void)
{
  const char *const variables[] = { "LLM_REST=0.05", NULL };
  g_auto (Facade) f =
      facade_new (llm_peer_new_scripted (facade_refusal (402, "{}"), facade_refusal (500, "{}"),
                                         answer ("again"), NULL),
                  variables);
  g_auto (Outcome) first = facade_ask (&f, PLANNER, NULL);
  g_auto (Outcome) trial = { 0 }, last = { 0 };

  assert_code (first, SORTIE_LLM_ERROR_QUOTA);
  wait_available (&f);
  assert_state (&f, SORTIE_LLM_STATE_DEGRADED, "quota");
  /* It answers, if only with an error: the way there is free, and a trial is one request. */
  trial = facade_ask (&f, PLANNER, NULL);
  assert_code (trial, SORTIE_LLM_ERROR_SERVER);
  g_assert_cmpuint (trial.requests, ==, 1);
  assert_state (&f, SORTIE_LLM_STATE_ON, NULL);
  last = facade_ask (&f, PLANNER, NULL);
  g_assert_true (last.ok);
  assert_state (&f, SORTIE_LLM_STATE_ON, NULL);
}

static void
test_without_rest (void)
{
  const char *const variables[] = { "LLM_REST=0", NULL };
  g_auto (Facade) f =
      facade_new (llm_peer_new_scripted (facade_refusal (402, "{}"), NULL), variables);

  for (guint i = 1; i <= 5; i++)
    {
      g_auto (Outcome) outcome = facade_ask (&f, PLANNER, NULL);

      assert_code (outcome, SORTIE_LLM_ERROR_QUOTA);
      g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, i);
      assert_state (&f, SORTIE_LLM_STATE_ON, NULL);
    }
}

/* ---- Being ended ---- */

typedef struct
{
  Facade *facade;
  int cancelled;
  Outcome outcome;
} Asking;

static gpointer
ask_thread (gpointer data)
{
  Asking *asking = data;

  asking->outcome = facade_ask (asking->facade, PLANNER, &asking->cancelled);
  return NULL;
}

typedef enum
{
  BY_CANCEL,
  BY_STOP,
  BY_SWITCH,
} Way;

static void
assert_ends (LlmPeerResponse *response, Way way, SortieLlmError code)
{
  g_auto (Facade) f = facade_new (llm_peer_new_scripted (response, answer ("no"), NULL), NULL);
  Asking asking = { .facade = &f };
  g_autoptr (SortieLlmSettings) settings = sortie_llm_ref_settings (f.llm);
  const gboolean no = FALSE;
  g_autoptr (SortieLlmSettings) off =
      sortie_llm_settings_change (settings, &no, NULL, NULL, NULL, NULL);
  GThread *thread = g_thread_new ("ask", ask_thread, &asking);
  gint64 before;

  llm_peer_wait_requests (f.peer, 1);
  before = g_get_monotonic_time ();
  if (way == BY_CANCEL)
    g_atomic_int_set (&asking.cancelled, 1);
  else if (way == BY_STOP)
    sortie_llm_stop (f.llm);
  else
    sortie_llm_set_settings (f.llm, off);
  g_thread_join (thread);
  g_assert_cmpint (g_get_monotonic_time () - before, <, SOON_US);
  assert_code (asking.outcome, code);
  g_assert_cmpuint (llm_peer_get_n_requests (f.peer), ==, 1);
  outcome_clear (&asking.outcome);
}

/* In the pause before a request is made again, and while one is out. */
static void
test_ends (void)
{
  static const struct
  {
    Way way;
    SortieLlmError code;
  } cases[] = {
    { BY_CANCEL, SORTIE_LLM_ERROR_CANCELLED },
    { BY_STOP, SORTIE_LLM_ERROR_CANCELLED },
    { BY_SWITCH, SORTIE_LLM_ERROR_OFF },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LlmPeerResponse *later = facade_refusal (503, "{}");

      llm_peer_response_add_header (later, "Retry-After", "20");
      assert_ends (later, cases[i].way, cases[i].code);
      assert_ends (silence (), cases[i].way, cases[i].code);
    }
}

static void
test_after_stop (void)
{
  g_auto (Facade) f = facade_new (llm_peer_new_scripted (answer ("no"), NULL), NULL);
  g_auto (Outcome) outcome = { 0 };

  sortie_llm_stop (f.llm);
  g_assert_false (sortie_llm_is_available (f.llm));
  outcome = facade_ask (&f, PLANNER, NULL);
  assert_code (outcome, SORTIE_LLM_ERROR_CANCELLED);
  g_assert_cmpuint (llm_peer_get_n_connections (f.peer), ==, 0);
}

/* What is under way goes on with what it began with. */
static void
test_change_under_way (void)
{
  LlmPeerResponse *later = facade_refusal (503, "{}");
  g_auto (Facade) f = { NULL };
  Asking asking = { .facade = &f };
  g_autoptr (LlmDeaf) elsewhere = llm_deaf_new ();
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/v1", llm_deaf_get_port (elsewhere));
  g_autoptr (SortieLlmSettings) settings = facade_settings (url, NULL);
  GThread *thread;

  llm_peer_response_add_header (later, "Retry-After", "1");
  f = facade_new (llm_peer_new_scripted (later, answer ("old"), NULL), NULL);
  thread = g_thread_new ("ask", ask_thread, &asking);
  llm_peer_wait_requests (f.peer, 1);
  sortie_llm_set_settings (f.llm, settings);
  g_thread_join (thread);
  g_assert_cmpstr (asking.outcome.text, ==, "old");
  g_assert_cmpuint (llm_deaf_count (elsewhere), ==, 0);
  outcome_clear (&asking.outcome);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llm-failover/refused-key", test_refused_key);
  g_test_add_func ("/llm-failover/refused-connection", test_refused_connection);
  g_test_add_func ("/llm-failover/quota", test_quota);
  g_test_add_func ("/llm-failover/failures-in-a-row", test_failures_in_a_row);
  g_test_add_func ("/llm-failover/busy", test_busy);
  g_test_add_func ("/llm-failover/no-such-model", test_no_such_model);
  g_test_add_func ("/llm-failover/dead-provider", test_dead_provider);
  g_test_add_func ("/llm-failover/overtaken", test_overtaken);
  g_test_add_func ("/llm-failover/half-open", test_half_open);
  g_test_add_func ("/llm-failover/without-rest", test_without_rest);
  g_test_add_func ("/llm-failover/ends", test_ends);
  g_test_add_func ("/llm-failover/after-stop", test_after_stop);
  g_test_add_func ("/llm-failover/change-under-way", test_change_under_way);
  return g_test_run ();
}
