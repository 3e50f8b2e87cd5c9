/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pane-fixture.h"
#include "sortie-report-view.h"
#include "sortie-telemetry-view.h"
#include "sortie-timeline-view.h"

#include <string.h>

/* A mission that is open in the window: each event counts once, `done` is the end, and every moment of a
 * replay is what the events up to it make. That a client connects once and never again after `done` is
 * tested where the connections are made, in tests/client. */

#define N_LONG (3 * SORTIE_LIVE_MISSION_CHECKPOINT + 7)
#define STILL_MS 400 /* without a frame: the window is at rest */
#define DEADLINE_MS 30000

typedef struct
{
  guint n_events;
  guint n_jumps;
} Told;

static void
event_cb (SortieLiveMission *mission, const SortieEvent *event, guint changes, gpointer user_data)
{
  g_assert_cmpuint (changes, !=, SORTIE_MODEL_UNCHANGED);
  ((Told *) user_data)->n_events++;
}

static void
jumped_cb (SortieLiveMission *mission, gpointer user_data)
{
  ((Told *) user_data)->n_jumps++;
}

static void
listen_to (SortieLiveMission *mission, Told *told)
{
  g_signal_connect (mission, "event", G_CALLBACK (event_cb), told);
  g_signal_connect (mission, "jumped", G_CALLBACK (jumped_cb), told);
}

/* ---- The end ---- */

/* Everything a second time, `done` too, and what comes after it: nobody is told of any of it. */
static void
test_done_twice (void)
{
  g_autoptr (SortieLiveMission) mission = test_mission_new ();
  TestStory story = { .mission = mission };
  Told told = { 0 };
  guint n;

  listen_to (mission, &told);
  test_story_tell_all (&story, G_MAXUINT);
  n = sortie_live_mission_get_n_events (mission);
  g_assert_cmpuint (told.n_events, ==, n);
  g_assert_true (sortie_mission_state_is_final (
      sortie_mission_model_get_state (sortie_live_mission_get_model (mission))));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SortieEvent) again =
          sortie_event_copy (sortie_live_mission_get_event (mission, i));

      sortie_live_mission_take (mission, again);
    }
  test_story_tell (&story, 1, "done", "system", "mission.done", "Once more",
                   "\"data\":{\"outcome\":\"failed\"}");
  test_story_tell (&story, 1, "status", "system", "step.progress", "After the end", NULL);
  g_assert_cmpuint (sortie_live_mission_get_n_events (mission), ==, n);
  g_assert_cmpuint (told.n_events, ==, n);
  g_assert_cmpuint (told.n_jumps, ==, 0);
  g_assert_cmpint (sortie_mission_model_get_state (sortie_live_mission_get_newest (mission)), ==,
                   SORTIE_MISSION_COMPLETED);
}

/* ---- Replay ---- */

static void
assert_same_moment (const SortieMissionModel *shown, const SortieMissionModel *expected)
{
  const SortieModelDraft *draft = sortie_mission_model_get_current_draft (shown);
  const SortieModelDraft *other = sortie_mission_model_get_current_draft (expected);
  gsize length = 0;
  gsize expected_length = 0;

  g_assert_cmpint (sortie_mission_model_get_state (shown), ==,
                   sortie_mission_model_get_state (expected));
  g_assert_cmpint (sortie_mission_model_get_n_steps_done (shown), ==,
                   sortie_mission_model_get_n_steps_done (expected));
  g_assert_cmpstr (sortie_mission_model_get_last_event_id (shown), ==,
                   sortie_mission_model_get_last_event_id (expected));
  g_assert_cmpuint (sortie_mission_model_get_n_drafts (shown), ==,
                    sortie_mission_model_get_n_drafts (expected));
  g_assert_true ((draft == NULL) == (other == NULL));
  if (draft == NULL)
    return;
  g_assert_cmpmem (sortie_model_draft_get_text (draft, &length), length,
                   sortie_model_draft_get_text (other, &expected_length), expected_length);
}

static SortieMissionModel *
fold (SortieLiveMission *mission, guint position)
{
  SortieMissionModel *model =
      sortie_mission_model_new (sortie_live_mission_get_mission_id (mission));

  for (guint i = 0; i < position; i++)
    sortie_mission_model_apply (model, sortie_live_mission_get_event (mission, i), NULL);
  return model;
}

static void
assert_moment (SortieLiveMission *mission, guint position)
{
  g_autoptr (SortieMissionModel) expected = fold (mission, position);

  sortie_live_mission_show (mission, position);
  g_assert_cmpuint (sortie_live_mission_get_position (mission), ==, position);
  g_assert_false (sortie_live_mission_is_live (mission));
  assert_same_moment (sortie_live_mission_get_model (mission), expected);
}

static void
test_every_moment (void)
{
  g_autoptr (SortieLiveMission) mission = test_mission_new ();
  TestStory story = { .mission = mission };
  guint n;

  test_story_tell_all (&story, G_MAXUINT);
  n = sortie_live_mission_get_n_events (mission);
  for (guint position = 0; position <= n; position++)
    assert_moment (mission, position);
  for (guint position = n + 1; position-- > 0;)
    assert_moment (mission, position);
  sortie_live_mission_go_live (mission);
  g_assert_true (sortie_live_mission_is_live (mission));
  g_assert_cmpuint (sortie_live_mission_get_position (mission), ==, n);
}

/* Around each checkpoint; and what arrives meanwhile does not move the moment that is shown. */
static void
test_checkpoints (void)
{
  static const guint moments[] = { 0,    1,    510,  511,  512,        513,        1023,
                                   1024, 1025, 1535, 1536, N_LONG - 1, N_LONG - 2, 700 };
  g_autoptr (SortieLiveMission) mission = test_mission_new ();
  TestStory story = { .mission = mission };
  Told told = { 0 };

  test_story_tell_all (&story, 3);
  while (sortie_live_mission_get_n_events (mission) < N_LONG)
    test_story_tell (&story, 1, "status", "system", "step.progress", "On it",
                     "\"step\":1,\"attempt\":1");
  for (gsize i = 0; i < G_N_ELEMENTS (moments); i++)
    assert_moment (mission, moments[i]);
  listen_to (mission, &told);
  test_story_tell (&story, 1, "status", "system", "step.progress", "Later",
                   "\"step\":1,\"attempt\":1");
  g_assert_cmpuint (told.n_events + told.n_jumps, ==, 0);
  g_assert_cmpuint (sortie_live_mission_get_position (mission), ==, 700);
  g_assert_cmpuint (sortie_live_mission_get_n_rows_shown (mission), ==, 700);
  sortie_live_mission_go_live (mission);
  g_assert_cmpuint (told.n_jumps, ==, 1);
  g_assert_cmpuint (sortie_live_mission_get_position (mission), ==, N_LONG + 1);
}

/* ---- Redraws ---- */

static void
paint_cb (GdkFrameClock *clock, gpointer user_data)
{
  *(gint64 *) user_data = g_get_monotonic_time ();
}

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Until no frame was drawn for a while. A window that redraws itself for ever never gets there. */
static void
assert_comes_to_rest (gint64 *last_frame)
{
  gint64 until = g_get_monotonic_time () + DEADLINE_MS * 1000;
  guint wake = g_timeout_add (20, wake_cb, NULL);

  *last_frame = g_get_monotonic_time ();
  while (g_get_monotonic_time () - *last_frame < STILL_MS * 1000)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (wake);
}

static void
test_rest (void)
{
  g_autoptr (SortieLiveMission) mission = test_mission_new ();
  TestStory story = { .mission = mission };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *report = sortie_report_view_new ();
  GtkWidget *telemetry = sortie_telemetry_view_new ();
  GtkWidget *timeline = sortie_timeline_view_new ();
  GtkWidget *window;
  gint64 last_frame = 0;
  guint n_rows;

  gtk_widget_set_vexpand (report, TRUE);
  gtk_box_append (GTK_BOX (box), report);
  gtk_box_append (GTK_BOX (box), timeline);
  gtk_box_append (GTK_BOX (box), telemetry);
  window = test_window_new (box, 900, 900);
  sortie_report_view_set_mission (SORTIE_REPORT_VIEW (report), mission);
  sortie_telemetry_view_set_mission (SORTIE_TELEMETRY_VIEW (telemetry), mission);
  sortie_timeline_view_set_mission (SORTIE_TIMELINE_VIEW (timeline), mission);
  g_signal_connect (gtk_widget_get_frame_clock (window), "paint", G_CALLBACK (paint_cb),
                    &last_frame);
  test_story_tell_all (&story, G_MAXUINT);
  assert_comes_to_rest (&last_frame);
  n_rows = g_list_model_get_n_items (sortie_live_mission_get_rows (mission));

  /* `done` again changes nothing; a replay draws its moment and rests as well. */
  test_story_tell (&story, 1, "done", "system", "mission.done", "Once more",
                   "\"data\":{\"outcome\":\"completed\"}");
  assert_comes_to_rest (&last_frame);
  g_assert_cmpuint (g_list_model_get_n_items (sortie_live_mission_get_rows (mission)), ==, n_rows);
  sortie_live_mission_show (mission, 5);
  assert_comes_to_rest (&last_frame);
  sortie_live_mission_go_live (mission);
  assert_comes_to_rest (&last_frame);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  test_pane_init (&argc, &argv);
  g_test_add_func ("/live-mission/done-twice", test_done_twice);
  g_test_add_func ("/live-mission/every-moment", test_every_moment);
  g_test_add_func ("/live-mission/checkpoints", test_checkpoints);
  g_test_add_func ("/live-mission/rest", test_rest);
  return g_test_run ();
}
