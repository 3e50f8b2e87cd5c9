/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-llm-breaker.h"

#define REST 1000

typedef enum
{
  CLOSED = SORTIE_LLM_BREAKER_CLOSED,
  OPEN = SORTIE_LLM_BREAKER_OPEN,
  HALF = SORTIE_LLM_BREAKER_HALF_OPEN,
} State;

/* What is done to it, in letters: a: asks and may; x: asks and may not; s: success; f: failure; g: grave
 * failure; n: neither; digits: so many tenths of a rest pass; W: a rest passes. */
static void
run (SortieLlmBreaker *breaker, const char *script, guint rest_ms, gint64 *now)
{
  for (const char *at = script; *at != '\0'; at++)
    switch (*at)
      {
      case 'a':
      case 'x':
        g_assert_cmpint (sortie_llm_breaker_may_ask (breaker, *now), ==, *at == 'a');
        break;
      case 's':
        sortie_llm_breaker_report_success (breaker);
        break;
      case 'n':
        sortie_llm_breaker_report_nothing (breaker);
        break;
      case 'f':
      case 'g':
        sortie_llm_breaker_report_failure (breaker, *at == 'g', rest_ms, *now);
        break;
      case 'W':
        *now += REST;
        break;
      default:
        *now += (*at - '0') * REST / 10;
      }
}

static void
test_transitions (void)
{
  static const struct
  {
    const char *script;
    State state;
    const char *afterwards;
  } cases[] = {
    { "", CLOSED, "aaa" },     { "a s", CLOSED, "a" }, { "f", CLOSED, "a" },
    { "ff", CLOSED, "a" },     { "fff", OPEN, "x" },   { "ffsff", CLOSED, "a" }, /* in a row */
    { "ffnf", OPEN, "x" },     /* a cancelled one in between breaks no row */
    { "g", OPEN, "x9x" },      /* one is enough */
    { "g9", OPEN, "x1a" },     /* exactly when the rest is over */
    { "gWa", HALF, "xxx" },    /* one trial */
    { "gWas", CLOSED, "aaa" }, /* which decides */
    { "gWaf", OPEN, "x" },     /* … for the worse, and not only if grave */
    { "gWag", OPEN, "x" },     { "gWan", HALF, "ax" }, /* it was cancelled: the next one tries */
    { "gWans", CLOSED, "a" },  { "gg", OPEN, "xWa" }, /* begun before it opened: no longer rest by that */
    { "g5f", OPEN, "5a" },     { "gW", OPEN, "ax" }, /* nobody has asked yet */
    { "gWafWxWa", HALF, "x" },                       /* twice the rest */
    { "gWasg", OPEN, "9x1a" }, /* a success begins anew: the first rest again */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SortieLlmBreaker breaker = { 0 };
      gint64 now = 123456;
      g_autofree char *script = g_strdup (cases[i].script);
      g_auto (GStrv) parts = g_strsplit (script, " ", -1);
      g_autofree char *joined = g_strjoinv ("", parts);

      g_test_message ("%s", cases[i].script);
      run (&breaker, joined, REST, &now);
      g_assert_cmpint (breaker.state, ==, cases[i].state);
      run (&breaker, cases[i].afterwards, REST, &now);
    }
}

static void
test_doubling (void)
{
  SortieLlmBreaker breaker = { 0 };
  gint64 now = 0;
  gint64 rest = 30000;

  g_assert_true (sortie_llm_breaker_report_failure (&breaker, TRUE, 30000, now));
  for (int i = 0; i < 100; i++)
    {
      g_assert_cmpint (breaker.until_ms - now, ==, rest);
      now = breaker.until_ms;
      g_assert_true (sortie_llm_breaker_may_ask (&breaker, now));
      g_assert_true (sortie_llm_breaker_report_failure (&breaker, FALSE, 30000, now));
      rest = MIN (rest * 2, SORTIE_LLM_BREAKER_MAX_REST_MS);
    }
}

/* A first rest beyond the limit of doubling is kept as it was wanted. */
static void
test_long_rest (void)
{
  SortieLlmBreaker breaker = { 0 };

  g_assert_true (sortie_llm_breaker_report_failure (&breaker, TRUE, 3600000, 5));
  g_assert_cmpint (breaker.until_ms, ==, 3600005);
  g_assert_true (sortie_llm_breaker_may_ask (&breaker, 3600005));
  g_assert_true (sortie_llm_breaker_report_failure (&breaker, TRUE, 3600000, 3600005));
  g_assert_cmpint (breaker.until_ms, ==, 7200005);
}

static void
test_without_rest (void)
{
  SortieLlmBreaker breaker = { 0 };
  gint64 now = 0;

  run (&breaker, "agagagafafafafa", 0, &now);
  g_assert_cmpint (breaker.state, ==, CLOSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llm-breaker/transitions", test_transitions);
  g_test_add_func ("/llm-breaker/doubling", test_doubling);
  g_test_add_func ("/llm-breaker/long-rest", test_long_rest);
  g_test_add_func ("/llm-breaker/without-rest", test_without_rest);
  return g_test_run ();
}
