/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pane-fixture.h"
#include "sortie-replay-clock.h"
#include "sortie-timeline-bar.h"
#include "sortie-timeline-chart.h"
#include "sortie-timeline-view.h"

#include <string.h>

#define N_PLOT 29
#define N_ATTEMPTS 5 /* of the fixture's mission: step 2 was tried twice */

typedef TestPane Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->mission = test_mission_new ();
  fixture->story = (TestStory){ .mission = fixture->mission };
  fixture->view = sortie_timeline_view_new ();
  sortie_timeline_view_set_mission (SORTIE_TIMELINE_VIEW (fixture->view), fixture->mission);
  fixture->window = test_window_new (fixture->view, 1000, 240);
}

static GtkRange *
slider (Fixture *fixture)
{
  return GTK_RANGE (test_find (fixture->view, GTK_TYPE_SCALE));
}

static guint
n_bars (Fixture *fixture)
{
  return test_count_type (fixture->view, SORTIE_TYPE_TIMELINE_BAR);
}

static SortieTimelineBar *
find_bar (GtkWidget *widget, int step, int attempt)
{
  if (SORTIE_IS_TIMELINE_BAR (widget) &&
      sortie_timeline_bar_get_step (SORTIE_TIMELINE_BAR (widget)) == step &&
      sortie_timeline_bar_get_attempt (SORTIE_TIMELINE_BAR (widget)) == attempt)
    return SORTIE_TIMELINE_BAR (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      SortieTimelineBar *found = find_bar (child, step, attempt);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
assert_bar (Fixture *fixture, int step, int attempt, const char *css_class, const char *words)
{
  SortieTimelineBar *bar = find_bar (fixture->view, step, attempt);

  g_assert_nonnull (bar);
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (bar), css_class));
  g_assert_cmpstr (gtk_widget_get_tooltip_text (GTK_WIDGET (bar)), ==, words);
}

/* ---- Bars ---- */

static void
test_bars (Fixture *fixture, gconstpointer data)
{
  test_screenshot (fixture->window, "timeline-empty");
  test_story_tell_all (&fixture->story, G_MAXUINT);
  test_frames (fixture->window, 2);
  g_assert_cmpuint (n_bars (fixture), ==, N_ATTEMPTS);
  assert_bar (fixture, 1, 1, "completed",
              "Planner, step 1, attempt 1\nDone in 118 ms\nWaited 11 ms");
  assert_bar (fixture, 2, 1, "retrying",
              "Retriever, step 2, attempt 1\nFailed after 410 ms, tried again\nWaited 240 ms");
  assert_bar (fixture, 2, 2, "completed",
              "Retriever, step 2, attempt 2\nDone in 350 ms\nWaited 12 ms");
  test_screenshot (fixture->window, "timeline-1000");
}

/* At every event, live: the bars are those of the model. */
static void
test_every_event (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SortieLiveMission) whole = test_mission_new ();
  TestStory story = { .mission = whole };

  test_story_tell_all (&story, G_MAXUINT);
  for (guint i = 0; i < N_PLOT; i++)
    {
      const SortieMissionModel *model;
      guint expected = 0;

      sortie_live_mission_take (fixture->mission, sortie_live_mission_get_event (whole, i));
      test_frames (fixture->window, 1);
      model = sortie_live_mission_get_model (fixture->mission);
      for (int step = 1; step <= sortie_mission_model_get_n_steps (model); step++)
        expected += (guint) sortie_mission_model_get_step (model, step)->n_kept;
      g_assert_cmpuint (n_bars (fixture), ==, expected);
    }
}

static void
test_failed (Fixture *fixture, gconstpointer data)
{
  TestStory *story = &fixture->story;

  test_story_tell_all (story, 9);
  test_story_tell (story, 10, "status", "retriever", "step.started", "Searching",
                   "\"step\":2,\"attempt\":2");
  test_frames (fixture->window, 2);
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (find_bar (fixture->view, 2, 2)), "running"));
  test_screenshot (fixture->window, "timeline-running");
  test_story_tell (story, 700, "error", "retriever", "step.dead_lettered", "Given up",
                   "\"step\":2,\"attempt\":2,\"data\":{\"error\":\"gone\"}");
  test_story_tell (story, 5, "done", "system", "mission.done", "The mission failed.",
                   "\"data\":{\"outcome\":\"failed\"}");
  test_frames (fixture->window, 2);
  assert_bar (fixture, 2, 2, "dead-lettered",
              "Retriever, step 2, attempt 2\nFailed after 700 ms, given up\nWaited 10 ms");
  test_screenshot (fixture->window, "timeline-failed");
}

/* Bars are real widgets: keys reach them and Enter shows where the attempt began. */
static void
test_choose (Fixture *fixture, gconstpointer data)
{
  GtkWidget *bar;

  test_story_tell_all (&fixture->story, G_MAXUINT);
  test_frames (fixture->window, 2);
  bar = GTK_WIDGET (find_bar (fixture->view, 3, 1));
  g_assert_true (gtk_widget_grab_focus (bar));
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (fixture->window)) == bar);
  gtk_widget_activate_action (bar, "bar.show", NULL);
  test_frames (fixture->window, 2);
  g_assert_false (sortie_live_mission_is_live (fixture->mission));
  g_assert_cmpint (
      sortie_mission_model_get_time (sortie_live_mission_get_model (fixture->mission)), ==,
      sortie_mission_model_get_step (sortie_live_mission_get_newest (fixture->mission), 3)->queued);
  g_assert_cmpuint (n_bars (fixture), ==, 4);
}

/* ---- The slider ---- */

/* The fields of two models that a replay can show. */
static void
assert_models_equal (const SortieMissionModel *a, const SortieMissionModel *b)
{
  const SortieModelDraft *draft_a = sortie_mission_model_get_current_draft (a);
  const SortieModelDraft *draft_b = sortie_mission_model_get_current_draft (b);

  g_assert_cmpint (sortie_mission_model_get_state (a), ==, sortie_mission_model_get_state (b));
  g_assert_cmpint (sortie_mission_model_get_time (a), ==, sortie_mission_model_get_time (b));
  g_assert_cmpstr (sortie_mission_model_get_title (a), ==, sortie_mission_model_get_title (b));
  g_assert_cmpstr (sortie_mission_model_get_message (a), ==, sortie_mission_model_get_message (b));
  g_assert_cmpint (sortie_mission_model_get_n_steps (a), ==, sortie_mission_model_get_n_steps (b));
  for (int i = 1; i <= sortie_mission_model_get_n_steps (a); i++)
    {
      const SortieModelStep *step_a = sortie_mission_model_get_step (a, i);
      const SortieModelStep *step_b = sortie_mission_model_get_step (b, i);

      g_assert_cmpint (step_a->state, ==, step_b->state);
      g_assert_cmpint (step_a->n_kept, ==, step_b->n_kept);
      g_assert_cmpmem (step_a->attempts, (gsize) step_a->n_kept * sizeof step_a->attempts[0],
                       step_b->attempts, (gsize) step_b->n_kept * sizeof step_b->attempts[0]);
    }
  g_assert_true ((draft_a == NULL) == (draft_b == NULL));
  if (draft_a != NULL)
    {
      gsize length_a, length_b;
      const char *text_a = sortie_model_draft_get_text (draft_a, &length_a);
      const char *text_b = sortie_model_draft_get_text (draft_b, &length_b);

      g_assert_cmpmem (text_a, length_a, text_b, length_b);
    }
}

static void
test_slider (Fixture *fixture, gconstpointer data)
{
  test_story_tell_all (&fixture->story, G_MAXUINT);
  test_frames (fixture->window, 2);
  g_assert_cmpfloat (gtk_range_get_value (slider (fixture)), ==, N_PLOT);
  for (int i = 0; i < N_PLOT; i++)
    {
      guint position = (guint) (i * 11 % N_PLOT);
      g_autoptr (SortieMissionModel) expected = sortie_mission_model_new (TEST_MISSION);

      for (guint j = 0; j < position; j++)
        sortie_mission_model_apply (expected, sortie_live_mission_get_event (fixture->mission, j),
                                    NULL);
      gtk_range_set_value (slider (fixture), position);
      test_frames (fixture->window, 1);
      g_assert_cmpuint (sortie_live_mission_get_position (fixture->mission), ==, position);
      g_assert_false (sortie_live_mission_is_live (fixture->mission));
      assert_models_equal (sortie_live_mission_get_model (fixture->mission), expected);
      g_assert_cmpfloat (gtk_range_get_value (slider (fixture)), ==, position);
    }
  gtk_range_set_value (slider (fixture), 12);
  test_frames (fixture->window, 2);
  test_screenshot (fixture->window, "timeline-replay");
  gtk_range_set_value (slider (fixture), N_PLOT);
  test_frames (fixture->window, 2);
  g_assert_true (sortie_live_mission_is_live (fixture->mission));
}

static void
test_keys (Fixture *fixture, gconstpointer data)
{
  test_story_tell_all (&fixture->story, G_MAXUINT);
  test_frames (fixture->window, 2);
  g_signal_emit_by_name (slider (fixture), "move-slider", GTK_SCROLL_STEP_BACKWARD);
  test_frames (fixture->window, 2);
  g_assert_cmpuint (sortie_live_mission_get_position (fixture->mission), ==, N_PLOT - 1);
  g_signal_emit_by_name (slider (fixture), "move-slider", GTK_SCROLL_START);
  test_frames (fixture->window, 2);
  g_assert_cmpuint (sortie_live_mission_get_position (fixture->mission), ==, 0);
  g_signal_emit_by_name (slider (fixture), "move-slider", GTK_SCROLL_STEP_FORWARD);
  test_frames (fixture->window, 2);
  g_assert_cmpuint (sortie_live_mission_get_position (fixture->mission), ==, 1);
  g_signal_emit_by_name (slider (fixture), "move-slider", GTK_SCROLL_END);
  test_frames (fixture->window, 2);
  g_assert_true (sortie_live_mission_is_live (fixture->mission));
}

static void
test_live (Fixture *fixture, gconstpointer data)
{
  test_story_tell_all (&fixture->story, 10);
  test_frames (fixture->window, 2);
  gtk_range_set_value (slider (fixture), 4);
  test_frames (fixture->window, 2);
  test_story_tell (&fixture->story, 1, "status", "retriever", "step.progress", "More",
                   "\"step\":2,\"attempt\":2");
  test_frames (fixture->window, 2);
  /* It stands where it was, and there is more to come. */
  g_assert_cmpuint (sortie_live_mission_get_position (fixture->mission), ==, 4);
  g_assert_cmpfloat (gtk_range_get_value (slider (fixture)), ==, 4);
  g_assert_cmpfloat (gtk_adjustment_get_upper (gtk_range_get_adjustment (slider (fixture))), ==,
                     11);
  gtk_widget_activate_action (fixture->view, "timeline.live", NULL);
  test_frames (fixture->window, 2);
  g_assert_true (sortie_live_mission_is_live (fixture->mission));
  g_assert_cmpfloat (gtk_range_get_value (slider (fixture)), ==, 11);
}

static void
seen_cb (SortieLiveMission *mission, GParamSpec *pspec, gpointer user_data)
{
  GArray *seen = user_data;
  guint position = sortie_live_mission_get_position (mission);

  g_array_append_val (seen, position);
}

/* It plays through all of it, in order, and ends where the mission does. */
static void
test_play (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (guint));
  gint64 begin = g_get_monotonic_time ();
  gboolean plays = TRUE;

  test_story_tell_all (&fixture->story, G_MAXUINT);
  test_frames (fixture->window, 2);
  g_signal_connect (fixture->mission, "notify::position", G_CALLBACK (seen_cb), seen);
  gtk_widget_activate_action (fixture->view, "timeline.play", NULL);
  g_assert_cmpuint (sortie_live_mission_get_position (fixture->mission), ==, 0);
  while (plays)
    {
      g_main_context_iteration (NULL, TRUE);
      g_object_get (fixture->view, "playing", &plays, NULL);
    }
  g_assert_true (sortie_live_mission_is_live (fixture->mission));
  g_assert_cmpuint (seen->len, >, 10);
  for (guint i = 1; i < seen->len; i++)
    g_assert_cmpuint (g_array_index (seen, guint, i), >=, g_array_index (seen, guint, i - 1));
  /* The fixture's mission takes 3.3 s. */
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 3 * G_USEC_PER_SEC);
  g_signal_handlers_disconnect_by_data (fixture->mission, seen);
}

static void
test_play_ends (Fixture *fixture, gconstpointer data)
{
  gboolean plays = TRUE;

  gtk_widget_activate_action (fixture->view, "timeline.play", NULL);
  g_object_get (fixture->view, "playing", &plays, NULL);
  g_assert_false (plays); /* there is nothing to play */
  test_story_tell_all (&fixture->story, G_MAXUINT);
  gtk_widget_activate_action (fixture->view, "timeline.play", NULL);
  test_frames (fixture->window, 3);
  gtk_widget_set_visible (fixture->view, FALSE);
  g_object_get (fixture->view, "playing", &plays, NULL);
  g_assert_false (plays);
  sortie_timeline_view_set_mission (SORTIE_TIMELINE_VIEW (fixture->view), NULL);
}

/* ---- Much and bad input ---- */

static void
test_narrow (Fixture *fixture, gconstpointer data)
{
  GtkWidget *view = sortie_timeline_view_new ();
  GtkWidget *window;

  test_story_tell_all (&fixture->story, G_MAXUINT);
  sortie_timeline_view_set_mission (SORTIE_TIMELINE_VIEW (view), fixture->mission);
  window = test_window_new (view, 400, 240);
  g_assert_cmpint (gtk_widget_get_width (view), <=, 400);
  test_screenshot (window, "timeline-400");
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_hostile (Fixture *fixture, gconstpointer data)
{
  const char *const *strings = test_hostile_strings ();
  /* What RFC 3339 can say. */
  const gint64 times[] = { 0, 253402300799999, 1, 1714557600000 };

  for (guint i = 0; strings[i] != NULL; i++)
    {
      g_autoptr (SortieEvent) event = test_event_new (&fixture->story, strings[i], strings[i]);

      g_free (event->code);
      event->code = g_strdup (i % 2 ? "step.started" : "step.dispatched");
      event->to = g_strdup (strings[i]);
      event->step = (int) i % 12 + 1;
      event->attempt = (int) i * 1000 + 1;
      event->timestamp = times[i % G_N_ELEMENTS (times)];
      sortie_live_mission_take (fixture->mission, event);
      test_frames (fixture->window, 2);
    }
  gtk_range_set_value (slider (fixture), 3);
  test_frames (fixture->window, 2);
  gtk_widget_activate_action (fixture->view, "timeline.live", NULL);
  test_screenshot (fixture->window, "timeline-hostile");
}

static void
test_most (Fixture *fixture, gconstpointer data)
{
  gint64 begin;

  for (int step = 1; step <= 12; step++)
    for (int attempt = 1; attempt <= 20; attempt++)
      {
        g_autoptr (SortieEvent) event = test_event_new (&fixture->story, "retriever", "Again");

        g_free (event->code);
        event->code = g_strdup ("step.started");
        event->step = step;
        event->attempt = attempt;
        sortie_live_mission_take (fixture->mission, event);
      }
  begin = g_get_monotonic_time ();
  test_frames (fixture->window, 1);
  g_test_message ("192 bars in %.1f ms", (double) (g_get_monotonic_time () - begin) / 1000);
  g_assert_cmpuint (n_bars (fixture), ==, 192);
  begin = g_get_monotonic_time ();
  for (guint i = 0; i < 50; i++)
    {
      gtk_range_set_value (slider (fixture), 237 - i * 4);
      test_frames (fixture->window, 1);
    }
  g_test_message ("a move of the slider takes %.1f ms",
                  (double) (g_get_monotonic_time () - begin) / 50000);
}

#define ADD(path, func)                                                                            \
  g_test_add ("/timeline-view/" path, Fixture, NULL, set_up, func, test_pane_tear_down)

int
main (int argc, char *argv[])
{
  test_pane_init (&argc, &argv);
  ADD ("bars", test_bars);
  ADD ("every-event", test_every_event);
  ADD ("failed", test_failed);
  ADD ("choose", test_choose);
  ADD ("slider", test_slider);
  ADD ("keys", test_keys);
  ADD ("live", test_live);
  ADD ("play", test_play);
  ADD ("play-ends", test_play_ends);
  ADD ("narrow", test_narrow);
  ADD ("hostile", test_hostile);
  ADD ("most", test_most);
  return g_test_run ();
}
