/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-retry-policy.h"

static void
test_doubles (void)
{
  const SortieRetryPolicy *policy = &sortie_retry_policy_default;

  g_assert_cmpint (policy->max_attempts, ==, 4);
  g_assert_cmpint (sortie_retry_policy_get_delay (policy, 1, 0), ==, 1000);
  g_assert_cmpint (sortie_retry_policy_get_delay (policy, 2, 0), ==, 2000);
  g_assert_cmpint (sortie_retry_policy_get_delay (policy, 3, 0), ==, 4000);
}

static void
test_jitter_only_lengthens (void)
{
  const SortieRetryPolicy *policy = &sortie_retry_policy_default;

  for (int attempt = 1; attempt <= 3; attempt++)
    {
      int base = sortie_retry_policy_get_delay (policy, attempt, 0);
      int last = base;

      for (double random = 0; random < 1; random += 0.125)
        {
          int delay = sortie_retry_policy_get_delay (policy, attempt, random);

          g_assert_cmpint (delay, >=, last);
          g_assert_cmpint (delay, <, base + base / 5);
          last = delay;
        }
      g_assert_cmpint (last, >, base);
    }
}

static void
test_cap (void)
{
  static const SortieRetryPolicy policy = { 100, 1500, 10000, 0.5 };

  g_assert_cmpint (sortie_retry_policy_get_delay (&policy, 3, 0), ==, 6000);
  g_assert_cmpint (sortie_retry_policy_get_delay (&policy, 3, 0.9), ==, 8700);
  g_assert_cmpint (sortie_retry_policy_get_delay (&policy, 4, 0), ==, 10000);
  g_assert_cmpint (sortie_retry_policy_get_delay (&policy, 4, 0.99), ==, 10000);
  g_assert_cmpint (sortie_retry_policy_get_delay (&policy, 1000, 0.99), ==, 10000);
  g_assert_cmpint (sortie_retry_policy_get_delay (&policy, G_MAXINT, 0), ==, 10000);
}

static void
test_odd_policies (void)
{
  static const SortieRetryPolicy at_once = { 3, 0, 1000, 1 };
  static const SortieRetryPolicy large = { 3, G_MAXINT, G_MAXINT, 1 };
  static const SortieRetryPolicy low_cap = { 3, 5000, 100, 0 };

  g_assert_cmpint (sortie_retry_policy_get_delay (&at_once, G_MAXINT, 0.5), ==, 0);
  g_assert_cmpint (sortie_retry_policy_get_delay (&large, 31, 0.5), ==, G_MAXINT);
  g_assert_cmpint (sortie_retry_policy_get_delay (&low_cap, 1, 0.5), ==, 100);
  g_assert_cmpint (sortie_retry_policy_get_delay (&sortie_retry_policy_default, 0, 0), ==, 1000);
  g_assert_cmpint (sortie_retry_policy_get_delay (&sortie_retry_policy_default, -5, 0), ==, 1000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/retry-policy/doubles", test_doubles);
  g_test_add_func ("/retry-policy/jitter-only-lengthens", test_jitter_only_lengthens);
  g_test_add_func ("/retry-policy/cap", test_cap);
  g_test_add_func ("/retry-policy/odd-policies", test_odd_policies);
  return g_test_run ();
}
