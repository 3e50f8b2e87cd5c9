/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-application.h"
#include "sortie-window.h"

#include "backend-fixture.h"
#include "pane-fixture.h"

/* A latched state costs nothing: once a mission has ended, the whole window draws not one frame more,
 * also after it was replayed, after the backend went away and came back, and when it is opened again. */

#define STILL_MS 2000     /* in which no frame may be drawn */
#define DEADLINE_MS 45000 /* by when the window has to be at rest */

typedef struct
{
  SortieApplication *application;
  TestBackend *backend;
  GtkWidget *window;
  guint n_frames;
} Fixture;

static void
after_paint_cb (GdkFrameClock *clock, guint *n_frames)
{
  (*n_frames)++;
}

static gboolean
set_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Runs the main loop for the time in which nothing may be drawn. Returns: frames in that time */
static guint
count_frames (Fixture *self)
{
  guint before = self->n_frames;
  gboolean is_over = FALSE;

  g_timeout_add (STILL_MS, set_cb, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
  return self->n_frames - before;
}

static void
assert_rests (Fixture *self, const char *state)
{
  gint64 until = g_get_monotonic_time () + DEADLINE_MS * G_GINT64_CONSTANT (1000);
  guint n;

  while ((n = count_frames (self)) > 0)
    if (g_get_monotonic_time () > until)
      g_error ("%s: still %u frames in %d ms", state, n, STILL_MS);
  g_test_message ("%s: at rest after %u frames in all", state, self->n_frames);
}

static char *
submit (Fixture *self)
{
  g_autoptr (JsonNode) answer = test_backend_call (self->backend, "POST", "/missions",
                                                   "{\"mission\": \"What is a dead letter?\"}");

  return g_strdup (json_object_get_string_member (json_node_get_object (answer), "mission_id"));
}

static gboolean
is_shown (Fixture *self, const char *text)
{
  GtkWidget *found = test_find_text (self->window, text);

  return found != NULL && gtk_widget_get_mapped (found);
}

static void
walk (Fixture *self)
{
  SortieBackend *backend = sortie_application_get_backend (self->application);
  g_autofree char *id = NULL;
  GtkWidget *slider;

  g_signal_connect (gtk_widget_get_frame_clock (self->window), "after-paint",
                    G_CALLBACK (after_paint_cb), &self->n_frames);
  test_wait_for (sortie_backend_get_state (backend) == SORTIE_BACKEND_ONLINE);
  assert_rests (self, "before the first mission");
  id = submit (self);
  sortie_window_open_mission (SORTIE_WINDOW (self->window), id);
  test_wait_for (is_shown (self, "Completed"));
  g_assert_cmpuint (self->n_frames, >, 0);
  assert_rests (self, "completed");

  g_action_group_activate_action (G_ACTION_GROUP (self->window), "timeline-visible", NULL);
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "telemetry-visible", NULL);
  test_wait_for (test_find (self->window, GTK_TYPE_SCALE) != NULL);
  assert_rests (self, "with all panes");
  slider = test_find (self->window, GTK_TYPE_SCALE);
  gtk_range_set_value (GTK_RANGE (slider), 0);
  test_wait_for (!is_shown (self, "Completed"));
  assert_rests (self, "a moment of the replay");
  gtk_range_set_value (GTK_RANGE (slider),
                       gtk_adjustment_get_upper (gtk_range_get_adjustment (GTK_RANGE (slider))));
  test_wait_for (is_shown (self, "Completed"));
  assert_rests (self, "the replay's end");

  test_backend_stop (self->backend);
  test_wait_for (sortie_backend_get_state (backend) != SORTIE_BACKEND_ONLINE);
  test_backend_restart (self->backend);
  test_wait_for (sortie_backend_get_state (backend) == SORTIE_BACKEND_ONLINE);
  assert_rests (self, "connected again after done");
  g_assert_true (is_shown (self, "Completed"));

  gtk_widget_activate_action (self->window, "win.new-mission", NULL);
  sortie_window_open_mission (SORTIE_WINDOW (self->window), id);
  test_wait_for (is_shown (self, "Completed"));
  assert_rests (self, "opened again");
}

static gboolean
walk_cb (gpointer user_data)
{
  Fixture *self = user_data;

  walk (self);
  gtk_window_destroy (GTK_WINDOW (self->window));
  g_application_quit (G_APPLICATION (self->application));
  return G_SOURCE_REMOVE;
}

static void
window_added_cb (GtkApplication *application, GtkWindow *window, gpointer user_data)
{
  Fixture *self = user_data;

  if (self->window != NULL)
    return;
  self->window = GTK_WIDGET (window);
  g_idle_add (walk_cb, self);
}

static void
test_rest (void)
{
  char *arguments[] = { (char *) "sortie", NULL };
  Fixture self = { 0 };
  const SortieBackendAddress *address;

  self.backend = test_backend_new ();
  address = sortie_api_get_address (test_backend_get_api (self.backend));
  g_setenv ("BACKEND_URL", sortie_backend_address_get_base (address), TRUE);
  self.application = sortie_application_new ();
  g_signal_connect (self.application, "window-added", G_CALLBACK (window_added_cb), &self);
  g_assert_cmpint (g_application_run (G_APPLICATION (self.application), 1, arguments), ==, 0);
  g_object_unref (self.application);
  test_backend_free (self.backend);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/window/rest", test_rest);
  return g_test_run ();
}
