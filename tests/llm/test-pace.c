/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-llm-pace.h"

/* What headers tell; what is not told is -1. */
#define TOLD(...)                                                                                  \
  (&(SortieLlmHeaders){ .status = 200,                                                             \
                        .retry_after_ms = -1,                                                      \
                        .remaining_requests = -1,                                                  \
                        .remaining_tokens = -1,                                                    \
                        .reset_requests_ms = -1,                                                   \
                        .reset_tokens_ms = -1,                                                     \
                        .limit_requests = -1,                                                      \
                        .limit_tokens = -1,                                                        \
                        __VA_ARGS__ })

#pragma GCC diagnostic ignored "-Woverride-init"

static void
test_nothing_told (void)
{
  SortieLlmPace pace;

  sortie_llm_pace_init (&pace);
  for (int i = 0; i < 1000; i++)
    g_assert_cmpint (sortie_llm_pace_take (&pace, 1000000, 5), ==, 0);
  sortie_llm_pace_learn (&pace, TOLD (.status = 200), 5);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 1000000, 5), ==, 0);
}

/* As Groq sends them: requests of a day, tokens of a minute. */
static void
test_groq (void)
{
  SortieLlmPace pace;
  const SortieLlmHeaders *told =
      TOLD (.limit_requests = 14400, .remaining_requests = 14370, .reset_requests_ms = 179560,
            .limit_tokens = 18000, .remaining_tokens = 17997, .reset_tokens_ms = 7);

  sortie_llm_pace_init (&pace);
  sortie_llm_pace_learn (&pace, told, 1000);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 10000, 1000), ==, 0);
  /* 7,997 are left, and come back at 3 in 7 ms. */
  g_assert_cmpint (sortie_llm_pace_take (&pace, 10000, 1000), ==, (2003 * 7 + 2) / 3);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 7997, 1000), ==, 0);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 3, 1000), ==, 7);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 3, 1007), ==, 0);
}

static void
test_requests (void)
{
  SortieLlmPace pace;

  sortie_llm_pace_init (&pace);
  sortie_llm_pace_learn (
      &pace, TOLD (.limit_requests = 30, .remaining_requests = 2, .reset_requests_ms = 56000), 0);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 1, 0), ==, 0);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 1, 0), ==, 0);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 1, 0), ==, 2000); /* one in 2 s */
  g_assert_cmpint (sortie_llm_pace_take (&pace, 1, 1999), ==, 1);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 1, 2000), ==, 0);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 1, 2000), ==, 2000);
  /* Never more than the limit, however long nobody asked. */
  for (int i = 0; i < 30; i++)
    g_assert_cmpint (sortie_llm_pace_take (&pace, 1, 10000000), ==, 0);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 1, 10000000), >, 0);
}

/* A refused turn takes nothing of the other bucket. */
static void
test_both (void)
{
  SortieLlmPace pace;

  sortie_llm_pace_init (&pace);
  sortie_llm_pace_learn (&pace,
                         TOLD (.limit_requests = 10, .remaining_requests = 1,
                               .reset_requests_ms = 90000, .limit_tokens = 1000,
                               .remaining_tokens = 0, .reset_tokens_ms = 60000),
                         0);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 600, 0), ==, 36000);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 600, 36000), ==, 0);
  /* More than can ever be there waits until all is there. */
  g_assert_cmpint (sortie_llm_pace_take (&pace, 5000, 36000), ==, 60000);
}

/* The number of what is left without the limit, and the time when all is there again. */
static void
test_window (void)
{
  SortieLlmPace pace;

  sortie_llm_pace_init (&pace);
  sortie_llm_pace_learn (&pace, TOLD (.remaining_requests = 0, .reset_requests_ms = 4000), 0);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 1, 0), ==, 4000);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 1, 4000), ==, 0);
  /* All is there, and it is not known how fast it comes back. */
  sortie_llm_pace_init (&pace);
  sortie_llm_pace_learn (
      &pace, TOLD (.limit_requests = 1, .remaining_requests = 1, .reset_requests_ms = 0), 0);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 1, 0), ==, 0);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 1, 1), ==, 0);
}

static void
test_retry_after (void)
{
  SortieLlmPace pace;

  sortie_llm_pace_init (&pace);
  sortie_llm_pace_learn (&pace, TOLD (.status = 503, .retry_after_ms = 9000), 0);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 1, 0), ==, 0);
  sortie_llm_pace_learn (&pace, TOLD (.status = 429, .retry_after_ms = 9000), 100);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 1, 100), ==, 9000);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 1, 9100), ==, 0);
}

/* No header can keep us away for good. */
static void
test_absurd (void)
{
  SortieLlmPace pace;

  sortie_llm_pace_init (&pace);
  sortie_llm_pace_learn (&pace,
                         TOLD (.status = 429, .retry_after_ms = G_MAXINT64 / 2, .limit_tokens = 1,
                               .remaining_tokens = 0, .reset_tokens_ms = G_MAXINT64,
                               .limit_requests = G_MAXINT64, .remaining_requests = 0,
                               .reset_requests_ms = G_MAXINT64),
                         0);
  g_assert_cmpint (sortie_llm_pace_take (&pace, G_MAXINT64, 0), ==, SORTIE_LLM_PACE_MAX_MS);
  sortie_llm_pace_learn (&pace,
                         TOLD (.limit_tokens = 5, .remaining_tokens = G_MAXINT64,
                               .reset_tokens_ms = G_MAXINT64, .limit_requests = 0,
                               .remaining_requests = 0, .reset_requests_ms = 0),
                         0);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 1, 0), ==, SORTIE_LLM_PACE_MAX_MS);
  g_assert_cmpint (sortie_llm_pace_take (&pace, 1, SORTIE_LLM_PACE_MAX_MS), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llm-pace/nothing-told", test_nothing_told);
  g_test_add_func ("/llm-pace/groq", test_groq);
  g_test_add_func ("/llm-pace/requests", test_requests);
  g_test_add_func ("/llm-pace/both", test_both);
  g_test_add_func ("/llm-pace/window", test_window);
  g_test_add_func ("/llm-pace/retry-after", test_retry_after);
  g_test_add_func ("/llm-pace/absurd", test_absurd);
  return g_test_run ();
}
