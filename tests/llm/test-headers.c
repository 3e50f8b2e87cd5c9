/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-llm-client.h"

#include <string.h>

#define DAY_MS (24 * 60 * 60 * 1000)

/* Name, value, name, value, …, NULL. */
static const char *
get_cb (const char *name, gpointer user_data)
{
  const char *const *pairs = user_data;

  for (guint i = 0; pairs[i] != NULL; i += 2)
    if (strcmp (pairs[i], name) == 0)
      return pairs[i + 1];
  return NULL;
}

static SortieLlmHeaders
read_pairs (guint status, const char *const *pairs)
{
  SortieLlmHeaders headers;

  sortie_llm_headers_init (&headers);
  sortie_llm_headers_read (&headers, status, get_cb, (gpointer) pairs);
  return headers;
}

static gint64
read_retry_after (const char *value, const char *date)
{
  const char *pairs[] = { "retry-after", value, date != NULL ? "date" : NULL, date, NULL };

  return read_pairs (429, pairs).retry_after_ms;
}

static gint64
read_reset (const char *value)
{
  const char *pairs[] = { "x-ratelimit-reset-requests", value, "x-ratelimit-reset-tokens", value,
                          NULL };
  SortieLlmHeaders headers = read_pairs (200, pairs);

  g_assert_cmpint (headers.reset_requests_ms, ==, headers.reset_tokens_ms);
  return headers.reset_tokens_ms;
}

static void
test_nothing (void)
{
  const char *pairs[] = { NULL };
  SortieLlmHeaders headers = read_pairs (200, pairs);

  g_assert_cmpuint (headers.status, ==, 200);
  g_assert_false (headers.retryable);
  g_assert_cmpint (headers.retry_after_ms, ==, -1);
  g_assert_cmpint (headers.remaining_requests, ==, -1);
  g_assert_cmpint (headers.remaining_tokens, ==, -1);
  g_assert_cmpint (headers.limit_requests, ==, -1);
  g_assert_cmpint (headers.limit_tokens, ==, -1);
  g_assert_cmpint (headers.reset_requests_ms, ==, -1);
  g_assert_cmpint (headers.reset_tokens_ms, ==, -1);
  g_assert_false (headers.rejects_stream_options);
  g_assert_false (headers.rejects_max_tokens);
}

static void
test_retryable (void)
{
  static const guint yes[] = { 408, 409, 429, 500, 502, 503, 504, 529, 599 };
  static const guint no[] = { 200, 301, 400, 401, 402, 403, 404, 410, 413, 422, 451 };
  const char *none[] = { NULL };
  const char *should[] = { "x-should-retry", "true", NULL };
  const char *should_not[] = { "x-should-retry", "false", NULL };
  const char *perhaps[] = { "x-should-retry", "perhaps", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (yes); i++)
    {
      g_assert_true (read_pairs (yes[i], none).retryable);
      g_assert_true (read_pairs (yes[i], perhaps).retryable);
      g_assert_false (read_pairs (yes[i], should_not).retryable);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (no); i++)
    {
      g_assert_false (read_pairs (no[i], none).retryable);
      g_assert_false (read_pairs (no[i], perhaps).retryable);
      g_assert_true (read_pairs (no[i], should).retryable);
    }
}

static void
test_retry_after_seconds (void)
{
  static const struct
  {
    const char *value;
    gint64 ms;
  } cases[] = {
    { "0", 0 },          { "1", 1000 },       { "20", 20000 },
    { " 7 ", 7000 },     { "1.5", 1500 },     { "0.0004", 1 },
    { "86400", DAY_MS }, { "86401", DAY_MS }, { "99999999999999999999999999999999999999", DAY_MS },
    { "1e400", -1 },     { "-1", -1 },        { "-1; DROP", -1 },
    { "+5", -1 },        { "", -1 },          { "   ", -1 },
    { "soon", -1 },      { "5 s", -1 },       { "5s", -1 },
    { "0x10", -1 },      { "1.2.3", -1 },     { ".5", -1 },
    { "nan", -1 },       { "inf", -1 },       { "1,5", -1 },
    { "１", -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("Retry-After: %s", cases[i].value);
      g_assert_cmpint (read_retry_after (cases[i].value, NULL), ==, cases[i].ms);
    }
}

static void
test_retry_after_date (void)
{
  static const char date[] = "Sun, 22 Nov 2026 15:29:50 GMT";

  g_assert_cmpint (read_retry_after ("Sun, 22 Nov 2026 15:30:00 GMT", date), ==, 10000);
  g_assert_cmpint (read_retry_after ("Sun, 22 Nov 2026 15:29:50 GMT", date), ==, 0);
  g_assert_cmpint (read_retry_after ("Sat, 21 Nov 2026 15:30:00 GMT", date), ==, 0);
  g_assert_cmpint (read_retry_after ("Mon, 23 Nov 2026 00:00:00 GMT", date), ==, 30610000);
  g_assert_cmpint (read_retry_after ("Sun, 22 Nov 9999 15:30:00 GMT", date), ==, DAY_MS);
  g_assert_cmpint (read_retry_after ("Sun, 32 Nov 2026 15:30:00 GMT", date), ==, -1);
  g_assert_cmpint (read_retry_after ("Sun, 22 Nov 2026 25:30:00 GMT", date), ==, -1);
  g_assert_cmpint (read_retry_after ("Sun, 22 Foo 2026 15:30:00 GMT", date), ==, -1);
  g_assert_cmpint (read_retry_after ("Sun, 22 Nov 2026 15:30:00", date), ==, -1);
  g_assert_cmpint (read_retry_after ("Sun, 22 Nov 2026 15:30:00 GMT;", date), ==, -1);
  g_assert_cmpint (read_retry_after ("Sun, -2 Nov 2026 15:30:00 GMT", date), ==, -1);
  /* Without a Date, or with one that is none: our own clock. */
  g_assert_cmpint (read_retry_after ("Thu, 01 Jan 1970 00:00:01 GMT", NULL), ==, 0);
  g_assert_cmpint (read_retry_after ("Sun, 22 Nov 9998 15:30:00 GMT", "today"), ==, DAY_MS);
}

static void
test_retry_after_ms (void)
{
  const char *both[] = { "retry-after-ms", "250", "retry-after", "20", NULL };
  const char *fraction[] = { "retry-after-ms", "0.5", NULL };
  const char *garbage[] = { "retry-after-ms", "-3", "retry-after", "2", NULL };
  const char *huge[] = { "retry-after-ms", "999999999999999999999", NULL };

  g_assert_cmpint (read_pairs (429, both).retry_after_ms, ==, 250);
  g_assert_cmpint (read_pairs (429, fraction).retry_after_ms, ==, 1);
  g_assert_cmpint (read_pairs (429, garbage).retry_after_ms, ==, 2000);
  g_assert_cmpint (read_pairs (429, huge).retry_after_ms, ==, DAY_MS);
}

static void
test_durations (void)
{
  static const struct
  {
    const char *value;
    gint64 ms;
  } cases[] = {
    { "2m59.56s", 179560 },
    { "7.66s", 7660 },
    { "120ms", 120 },
    { "6m0s", 360000 },
    { "1h0m0s", 3600000 },
    { "1h1m1.001s", 3661001 },
    { "0s", 0 },
    { "17.5ms", 18 },
    { "350µs", 1 },
    { "350us", 1 },
    { "12ns", 1 },
    { "12", 12000 },
    { "0.25", 250 },
    { "9999999h", DAY_MS },
    { "99999999999999999999999999999999999999999s", DAY_MS },
    { "", -1 },
    { "s", -1 },
    { "m5", -1 },
    { "-5s", -1 },
    { "5s-", -1 },
    { "5x", -1 },
    { "5 s", -1 },
    { "1m 5s", -1 },
    { "1.2.3s", -1 },
    { "1e5s", -1 },
    { "0x5s", -1 },
    { "2026-11-22T15:30:00Z", -1 },
    { "five", -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("reset: %s", cases[i].value);
      g_assert_cmpint (read_reset (cases[i].value), ==, cases[i].ms);
    }
}

static void
test_counts (void)
{
  const char *good[] = { "x-ratelimit-remaining-requests",
                         "0",
                         "x-ratelimit-remaining-tokens",
                         " 5987 ",
                         "x-ratelimit-limit-requests",
                         "14400",
                         "x-ratelimit-limit-tokens",
                         "9223372036854775807",
                         NULL };
  const char *bad[] = { "x-ratelimit-remaining-requests",
                        "-1",
                        "x-ratelimit-remaining-tokens",
                        "many",
                        "x-ratelimit-limit-requests",
                        "9223372036854775808",
                        "x-ratelimit-limit-tokens",
                        "",
                        NULL };
  SortieLlmHeaders headers = read_pairs (200, good);

  g_assert_cmpint (headers.remaining_requests, ==, 0);
  g_assert_cmpint (headers.remaining_tokens, ==, 5987);
  g_assert_cmpint (headers.limit_requests, ==, 14400);
  g_assert_cmpint (headers.limit_tokens, ==, G_MAXINT64);
  headers = read_pairs (200, bad);
  g_assert_cmpint (headers.remaining_requests, ==, -1);
  g_assert_cmpint (headers.remaining_tokens, ==, -1);
  g_assert_cmpint (headers.limit_requests, ==, -1);
  g_assert_cmpint (headers.limit_tokens, ==, -1);
}

/* Every value that a header can hold leaves something that can be used. */
static void
test_rubbish (void)
{
  static const char alphabet[] = "0123456789.-+ehmsnuµxGMT:, ;";
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (int round = 0; round < 20000; round++)
    {
      char value[40];
      guint length = (guint) g_rand_int_range (random, 0, sizeof value - 1);

      for (guint i = 0; i < length; i++)
        value[i] = alphabet[g_rand_int_range (random, 0, sizeof alphabet - 1)];
      value[length] = '\0';
      {
        const char *pairs[] = {
          "retry-after", value, "retry-after-ms", value, "date", value, NULL
        };
        gint64 ms = read_pairs (429, pairs).retry_after_ms;

        g_assert_cmpint (ms, >=, -1);
        g_assert_cmpint (ms, <=, DAY_MS);
        ms = read_reset (value);
        g_assert_cmpint (ms, >=, -1);
        g_assert_cmpint (ms, <=, DAY_MS);
      }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llm/headers/nothing", test_nothing);
  g_test_add_func ("/llm/headers/retryable", test_retryable);
  g_test_add_func ("/llm/headers/retry-after/seconds", test_retry_after_seconds);
  g_test_add_func ("/llm/headers/retry-after/date", test_retry_after_date);
  g_test_add_func ("/llm/headers/retry-after/ms", test_retry_after_ms);
  g_test_add_func ("/llm/headers/durations", test_durations);
  g_test_add_func ("/llm/headers/counts", test_counts);
  g_test_add_func ("/llm/headers/rubbish", test_rubbish);
  return g_test_run ();
}
