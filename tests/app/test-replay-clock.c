/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-replay-clock.h"
#include "sortie-timeline-chart.h"

static void
test_empty (void)
{
  g_autoptr (SortieReplayClock) clock = sortie_replay_clock_new ();

  g_assert_cmpfloat (sortie_replay_clock_get_length (clock), ==, 0);
  g_assert_cmpuint (sortie_replay_clock_get_position (clock, 1000), ==, 0);
  g_assert_cmpfloat (sortie_replay_clock_get_elapsed (clock, 5), ==, 0);
}

static void
test_real_time (void)
{
  g_autoptr (SortieReplayClock) clock = sortie_replay_clock_new ();
  const gint64 times[] = { 1000, 1000, 1500, 1400, 3000 };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    sortie_replay_clock_add (clock, times[i]);
  g_assert_cmpfloat (sortie_replay_clock_get_length (clock), ==, 2000);
  g_assert_cmpuint (sortie_replay_clock_get_position (clock, 0), ==, 2);
  g_assert_cmpuint (sortie_replay_clock_get_position (clock, 499), ==, 2);
  g_assert_cmpuint (sortie_replay_clock_get_position (clock, 500), ==, 4);
  g_assert_cmpuint (sortie_replay_clock_get_position (clock, 2000), ==, 5);
  g_assert_cmpfloat (sortie_replay_clock_get_elapsed (clock, 0), ==, 0);
  g_assert_cmpfloat (sortie_replay_clock_get_elapsed (clock, 3), ==, 500);
  g_assert_cmpfloat (sortie_replay_clock_get_elapsed (clock, 99), ==, 2000);
}

/* Whatever the times, it is monotonic and ends in time. */
static void
test_bounds (void)
{
  g_autoptr (SortieReplayClock) clock = sortie_replay_clock_new ();
  const gint64 odd[] = { 0, G_MAXINT64, G_MININT64, 5, -7, 4102444800000, 0 };
  double before = 0;

  for (guint i = 0; i < 1000; i++)
    sortie_replay_clock_add (clock, i < G_N_ELEMENTS (odd) ? odd[i] : (gint64) i * 86400000);
  g_assert_cmpfloat (sortie_replay_clock_get_length (clock), <=, SORTIE_REPLAY_MAX_LENGTH);
  for (guint i = 0; i <= 1000; i++)
    {
      double elapsed = sortie_replay_clock_get_elapsed (clock, i);

      g_assert_cmpfloat (elapsed, >=, before);
      g_assert_cmpuint (sortie_replay_clock_get_position (clock, elapsed), >=, i);
      before = elapsed;
    }
  g_assert_cmpuint (sortie_replay_clock_get_position (clock, SORTIE_REPLAY_MAX_LENGTH + 1), ==,
                    1000);
}

static void
test_waits (void)
{
  g_autoptr (SortieReplayClock) clock = sortie_replay_clock_new ();

  sortie_replay_clock_add (clock, 0);
  sortie_replay_clock_add (clock, 3600 * 1000);
  g_assert_cmpfloat (sortie_replay_clock_get_length (clock), ==, SORTIE_REPLAY_MAX_GAP);
  sortie_replay_clock_clear (clock);
  g_assert_cmpuint (sortie_replay_clock_get_n_events (clock), ==, 0);
}

static void
test_ticks (void)
{
  g_assert_cmpint (sortie_timeline_get_tick (50, 600), ==, 10);
  g_assert_cmpint (sortie_timeline_get_tick (3342, 800), ==, 500);
  g_assert_cmpint (sortie_timeline_get_tick (3342, 1), ==, 2000);
  g_assert_cmpint (sortie_timeline_get_tick (60000, 600), ==, 10000);
  for (gint64 span = 1; span > 0 && span < G_MAXINT64 / 3; span *= 3)
    for (int width = 0; width < 4000; width += 333)
      {
        gint64 tick = sortie_timeline_get_tick (span, width);

        g_assert_cmpint (tick, >, 0);
        g_assert_cmpint (span / tick, <=, MAX (width / 96, 1));
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replay-clock/empty", test_empty);
  g_test_add_func ("/replay-clock/real-time", test_real_time);
  g_test_add_func ("/replay-clock/bounds", test_bounds);
  g_test_add_func ("/replay-clock/waits", test_waits);
  g_test_add_func ("/timeline/ticks", test_ticks);
  return g_test_run ();
}
