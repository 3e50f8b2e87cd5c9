/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-backoff.h"
#include "sortie-event-id.h"

#define SECOND G_USEC_PER_SEC

static void
test_doubling (void)
{
  SortieBackoff backoff = { .first = 1000, .longest = 30000 };
  const guint expected[] = { 1000, 2000, 4000, 8000, 16000, 30000, 30000 };

  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpuint (sortie_backoff_next (&backoff, FALSE, 0, SECOND, 0.0), ==, expected[i]);
  for (int i = 0; i < 100; i++)
    g_assert_cmpuint (sortie_backoff_next (&backoff, FALSE, 0, SECOND, 0.999), ==, 30000);
}

static void
test_jitter (void)
{
  SortieBackoff backoff = { .first = 1000, .longest = 30000 };

  g_assert_cmpuint (sortie_backoff_next (&backoff, FALSE, 0, SECOND, 0.5), ==, 1100);
  g_assert_cmpuint (sortie_backoff_next (&backoff, FALSE, 0, SECOND, 0.999), <, 2400);
}

/* The first attempt after a good connection comes at once; a peer that breaks off after every event
 * is not asked again in a tight loop. */
static void
test_immediate_once (void)
{
  SortieBackoff backoff = { .first = 1000, .longest = 30000 };
  gint64 now = 100 * SECOND;

  g_assert_cmpuint (sortie_backoff_next (&backoff, TRUE, 0, now, 0.0), ==, 0);
  g_assert_cmpuint (sortie_backoff_next (&backoff, TRUE, 0, now + 1, 0.0), ==, 1000);
  g_assert_cmpuint (sortie_backoff_next (&backoff, TRUE, 0, now + SECOND, 0.0), ==, 1000);
  g_assert_cmpuint (sortie_backoff_next (&backoff, TRUE, 0, now + SECOND + 1, 0.0), ==, 0);
}

static void
test_fruitful_resets (void)
{
  SortieBackoff backoff = { .first = 1000, .longest = 30000 };
  gint64 now = 100 * SECOND;

  for (int i = 0; i < 4; i++)
    sortie_backoff_next (&backoff, FALSE, 0, now, 0.0);
  g_assert_cmpuint (sortie_backoff_next (&backoff, TRUE, 0, now, 0.0), ==, 0);
  g_assert_cmpuint (sortie_backoff_next (&backoff, FALSE, 0, now, 0.0), ==, 1000);
}

static void
test_asked (void)
{
  SortieBackoff backoff = { .first = 1000, .longest = 30000 };

  g_assert_cmpuint (sortie_backoff_next (&backoff, FALSE, 5000, SECOND, 0.0), ==, 5000);
  g_assert_cmpuint (sortie_backoff_next (&backoff, TRUE, 5000, SECOND, 0.0), ==, 5000);
  g_assert_cmpuint (sortie_backoff_next (&backoff, FALSE, G_MAXUINT, SECOND, 0.0), ==, 30000);
}

static void
test_event_ids (void)
{
  g_assert_cmpint (sortie_event_id_compare ("1-0", "1-0"), ==, 0);
  g_assert_cmpint (sortie_event_id_compare ("1-1", "1-0"), >, 0);
  g_assert_cmpint (sortie_event_id_compare ("9-9", "10-0"), <, 0);
  g_assert_cmpint (sortie_event_id_compare ("10-10", "10-9"), >, 0);
  g_assert_cmpint (sortie_event_id_compare ("18446744073709551615-18446744073709551615", "1-0"), >,
                   0);
  /* Of other forms nothing is known but whether they are the same. */
  g_assert_cmpint (sortie_event_id_compare ("x", "x"), ==, 0);
  g_assert_cmpint (sortie_event_id_compare ("x", "1-0"), >, 0);
  g_assert_cmpint (sortie_event_id_compare ("18446744073709551616-0", "1-0"), >, 0);
  g_assert_cmpint (sortie_event_id_compare ("-", "1-0"), >, 0);
  g_assert_cmpint (sortie_event_id_compare ("1-", "1-0"), >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/backoff/doubling", test_doubling);
  g_test_add_func ("/client/backoff/jitter", test_jitter);
  g_test_add_func ("/client/backoff/immediate-once", test_immediate_once);
  g_test_add_func ("/client/backoff/fruitful-resets", test_fruitful_resets);
  g_test_add_func ("/client/backoff/asked", test_asked);
  g_test_add_func ("/client/event-id/order", test_event_ids);
  return g_test_run ();
}
