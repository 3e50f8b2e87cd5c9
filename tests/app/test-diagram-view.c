/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diagram-story.h"

#include "sortie-diagram-view-private.h"

#include <string.h>

/* The diagram on a display, fed by hand. */

typedef struct
{
  SortieDiagramView *view;
  SortieDiagramCanvas *canvas;
  GtkWidget *window;
  SortieTopology *topology;
  SortieLiveMission *mission;
  TestStory story;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  GtkWidget *view = sortie_diagram_view_new ();
  gboolean large = g_strcmp0 (data, "large") == 0;

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, "gtk-font-name",
                "Cantarell 11", NULL);
  self->view = SORTIE_DIAGRAM_VIEW (view);
  self->canvas = sortie_diagram_view_get_canvas (self->view);
  self->topology = diagram_story_read ("topology-llm.json");
  self->mission = test_mission_new ();
  self->story = (TestStory){ .mission = self->mission };
  sortie_diagram_view_set_large (self->view, large);
  sortie_diagram_view_set_topology (self->view, self->topology);
  sortie_diagram_view_set_mission (self->view, self->mission);
  self->window = test_window_new (view, large ? 960 : 340, large ? 700 : 460);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  gpointer view = self->view;

  g_object_add_weak_pointer (G_OBJECT (self->view), &view);
  gtk_window_destroy (GTK_WINDOW (self->window));
  while (view != NULL)
    g_main_context_iteration (NULL, TRUE);
  sortie_topology_free (self->topology);
  g_object_unref (self->mission);
}

static GtkWidget *
node_of (Fixture *self, const char *id)
{
  int i = sortie_topology_find (self->topology, id);

  g_assert_cmpint (i, >=, 0);
  return GTK_WIDGET (sortie_diagram_canvas_get_node (self->canvas, (guint) i));
}

static GtkWidget *
edge_of (Fixture *self, const char *from, const char *to)
{
  for (guint i = 0; i < self->topology->edges->len; i++)
    {
      const SortieTopologyEdge *edge = g_ptr_array_index (self->topology->edges, i);

      if ((int) edge->from == sortie_topology_find (self->topology, from) &&
          (int) edge->to == sortie_topology_find (self->topology, to))
        return GTK_WIDGET (sortie_diagram_canvas_get_edge (self->canvas, i));
    }
  g_assert_not_reached ();
}

static gboolean
has_class (Fixture *self, const char *id, const char *class)
{
  return gtk_widget_has_css_class (node_of (self, id), class);
}

/* Runs until nothing moves any more. */
static void
settle (Fixture *self)
{
  while (sortie_diagram_view_get_n_pulses (self->view) > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* ---- What is there ---- */

static void
test_nodes (Fixture *self, gconstpointer data)
{
  GtkWidget *retriever = node_of (self, "retriever");

  g_assert_cmpuint (sortie_diagram_canvas_get_n_nodes (self->canvas), ==,
                    self->topology->nodes->len);
  for (guint i = 0; i < self->topology->nodes->len; i++)
    {
      GtkWidget *node = GTK_WIDGET (sortie_diagram_canvas_get_node (self->canvas, i));

      gtk_test_accessible_assert_role (GTK_ACCESSIBLE (node), GTK_ACCESSIBLE_ROLE_BUTTON);
      g_assert_true (gtk_widget_get_focusable (node));
      g_assert_true (gtk_widget_get_mapped (node));
      g_assert_cmpint (gtk_widget_get_width (node), >, 40);
    }
  gtk_test_accessible_assert_property (retriever, GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Retriever, idle, 0 queued, 0 in flight, 0 done, 1 worker");
  gtk_test_accessible_assert_property (
      retriever, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
      "From Orchestrator: dispatch. To Language model: ask. To sample: search.");
  g_assert_true (has_class (self, "retriever", "idle"));
  g_assert_true (has_class (self, "llm", "degraded"));
  sortie_diagram_view_take_counters (
      self->view, "{\"retriever\":{\"workers\":0,\"queued\":2,\"in_flight\":0,\"done\":14}}");
  g_assert_true (has_class (self, "retriever", "absent"));
  gtk_test_accessible_assert_property (
      retriever, GTK_ACCESSIBLE_PROPERTY_LABEL,
      "Retriever, no worker, 2 queued, 0 in flight, 14 done, 0 workers");
  sortie_diagram_view_take_counters (self->view, "{\"retriever\":7}");
  g_assert_true (has_class (self, "retriever", "absent"));
  g_assert_cmpuint (sortie_diagram_canvas_get_n_layouts (self->canvas), ==, 1);
  test_screenshot (self->window, "diagram");
}

/* It fits the sidebar without scrolling sideways, and can be read. */
static void
test_sidebar (Fixture *self, gconstpointer data)
{
  int minimum;
  double width;
  double height;

  gtk_widget_measure (GTK_WIDGET (self->canvas), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL,
                      NULL, NULL);
  g_assert_cmpint (minimum, <=, 330);
  g_assert_true (sortie_diagram_canvas_get_size (self->canvas, &width, &height));
  g_assert_cmpfloat (sortie_diagram_canvas_zoom_for_width (self->canvas, 330), >=, 0.8);
  g_assert_cmpfloat (height, <, 460);
}

/* ---- Events ---- */

static void
test_course (Fixture *self, gconstpointer data)
{
  diagram_story_begin (&self->story);
  diagram_story_dispatch (&self->story, 1, 1, "planner");
  g_assert_true (gtk_widget_has_css_class (edge_of (self, "system", "planner"), "lit"));
  g_assert_true (
      sortie_diagram_edge_is_pulsing (SORTIE_DIAGRAM_EDGE (edge_of (self, "system", "planner"))));
  g_assert_true (has_class (self, "planner", "queued"));
  diagram_story_start (&self->story, 1, 1, "planner");
  g_assert_true (has_class (self, "planner", "active"));
  g_assert_false (has_class (self, "planner", "queued"));
  diagram_story_plan (&self->story);
  diagram_story_say (&self->story, 1, "planner", "step.completed", "status");
  g_assert_true (has_class (self, "planner", "done"));
  diagram_story_dispatch (&self->story, 2, 1, "retriever");
  diagram_story_start (&self->story, 2, 1, "retriever");
  g_assert_true (
      gtk_widget_has_css_class (edge_of (self, "retriever", "collection:sample"), "lit"));
  test_frames (self->window, 10);
  test_screenshot (self->window, "diagram-active");
  diagram_story_say (&self->story, 2, "retriever", "step.dead_lettered", "error");
  g_assert_true (has_class (self, "retriever", "failed"));
  diagram_story_dispatch (&self->story, 4, 1, "analyzer");
  diagram_story_say (&self->story, 4, "analyzer", "llm.fallback", "status");
  g_assert_true (has_class (self, "analyzer", "fallback"));
  g_assert_true (gtk_widget_has_css_class (edge_of (self, "analyzer", "llm"), "fallback"));
  diagram_story_dispatch (&self->story, 5, 1, "writer");
  diagram_story_draft (&self->story, 1);
  g_assert_true (gtk_widget_has_css_class (edge_of (self, "writer", "you"), "lit"));
  g_assert_true (has_class (self, "you", "active"));
  settle (self);
  test_screenshot (self->window, "diagram-fallback");
  diagram_story_end (&self->story, "partial");
  g_assert_true (has_class (self, "system", "degraded"));
  g_assert_true (has_class (self, "you", "done"));
  g_assert_cmpuint (sortie_diagram_canvas_get_n_layouts (self->canvas), ==, 1);
}

/* A countdown ticks while an attempt is put off, and only then. */
static void
test_countdown (Fixture *self, gconstpointer data)
{
  self->story.time = g_get_real_time () / 1000 - TEST_EPOCH;
  diagram_story_to_search (&self->story);
  g_assert_false (sortie_diagram_view_is_counting (self->view));
  diagram_story_retry (&self->story, 2, "retriever", 2000);
  g_assert_true (has_class (self, "retriever", "retrying"));
  g_assert_true (sortie_diagram_view_is_counting (self->view));
  while (test_find_text (node_of (self, "retriever"), "Retry in 1 s") == NULL)
    g_main_context_iteration (NULL, TRUE);
  test_screenshot (self->window, "diagram-retrying");
  while (test_find_text (node_of (self, "retriever"), "Retrying") == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (sortie_diagram_view_is_counting (self->view));
  diagram_story_dispatch (&self->story, 2, 2, "retriever");
  g_assert_true (has_class (self, "retriever", "queued"));
}

static void
test_many_events (Fixture *self, gconstpointer data)
{
  const int n = 10000;
  gint64 start;
  double each;

  diagram_story_to_search (&self->story);
  settle (self);
  start = g_get_monotonic_time ();
  for (int i = 0; i < n / 4; i++)
    {
      diagram_story_dispatch (&self->story, 3, i + 1, "retriever");
      diagram_story_start (&self->story, 3, i + 1, "retriever");
      diagram_story_retry (&self->story, 3, "retriever", 1000);
      diagram_story_say (&self->story, 2, "retriever", "step.progress", "status");
    }
  each = (double) (g_get_monotonic_time () - start) / n;
  test_frames (self->window, 2);
  g_assert_cmpuint (sortie_diagram_canvas_get_n_layouts (self->canvas), ==, 1);
  g_assert_cmpuint (sortie_live_mission_get_n_events (self->mission), >, (guint) n);
  g_test_message ("%.1f µs an event, the fixture's JSON included", each);
  g_assert_cmpfloat (each, <, 2000);
}

/* ---- Replay ---- */

static void
test_replay (Fixture *self, gconstpointer data)
{
  diagram_story_to_search (&self->story);
  diagram_story_say (&self->story, 1, "planner", "llm.fallback", "status");
  diagram_story_end (&self->story, "failed");
  settle (self);
  sortie_live_mission_show (self->mission, 2);
  g_assert_true (has_class (self, "planner", "queued"));
  g_assert_true (has_class (self, "retriever", "idle"));
  g_assert_false (has_class (self, "planner", "fallback"));
  g_assert_true (gtk_widget_has_css_class (edge_of (self, "system", "planner"), "lit"));
  sortie_live_mission_show (self->mission, 7);
  g_assert_true (has_class (self, "planner", "done"));
  g_assert_true (has_class (self, "retriever", "active"));
  sortie_live_mission_show (self->mission, 0);
  g_assert_true (has_class (self, "planner", "idle"));
  sortie_live_mission_go_live (self->mission);
  g_assert_true (has_class (self, "planner", "fallback"));
  g_assert_true (has_class (self, "system", "failed"));
  g_assert_cmpuint (sortie_diagram_view_get_n_pulses (self->view), ==, 0);
  sortie_diagram_view_set_mission (self->view, NULL);
  g_assert_true (has_class (self, "system", "idle"));
  g_assert_false (has_class (self, "planner", "fallback"));
  g_assert_cmpuint (sortie_diagram_canvas_get_n_layouts (self->canvas), ==, 1);
}

/* ---- When it lays out ---- */

static void
test_relayout (Fixture *self, gconstpointer data)
{
  g_autoptr (SortieTopology) other = diagram_story_read ("topology.json");
  GtkWidget *node = node_of (self, "writer");
  guint before;

  sortie_diagram_view_set_topology (self->view, self->topology);
  test_frames (self->window, 2);
  g_assert_true (node == node_of (self, "writer"));
  g_assert_cmpuint (sortie_diagram_canvas_get_n_layouts (self->canvas), ==, 1);
  gtk_widget_activate_action (GTK_WIDGET (self->view), "diagram.zoom-in", NULL);
  test_frames (self->window, 2);
  g_assert_cmpuint (sortie_diagram_canvas_get_n_layouts (self->canvas), ==, 1);
  g_object_set (gtk_settings_get_default (), "gtk-font-name", "Cantarell 16", NULL);
  test_frames (self->window, 4);
  before = sortie_diagram_canvas_get_n_layouts (self->canvas);
  g_assert_cmpuint (before, ==, 2);
  sortie_diagram_view_set_topology (self->view, other);
  test_frames (self->window, 4);
  /* New widgets may be measured once before GTK has given them their styles. */
  g_assert_cmpuint (sortie_diagram_canvas_get_n_layouts (self->canvas), >, before);
  g_assert_cmpuint (sortie_diagram_canvas_get_n_layouts (self->canvas), <=, before + 2);
  before = sortie_diagram_canvas_get_n_layouts (self->canvas);
  test_frames (self->window, 4);
  g_assert_cmpuint (sortie_diagram_canvas_get_n_layouts (self->canvas), ==, before);
  g_assert_cmpuint (sortie_diagram_canvas_get_n_nodes (self->canvas), ==, 8);
  sortie_diagram_view_set_topology (self->view, NULL);
  g_assert_cmpuint (sortie_diagram_canvas_get_n_nodes (self->canvas), ==, 0);
  diagram_story_begin (&self->story);
  test_frames (self->window, 2);
}

/* ---- Keys and zoom ---- */

static void
test_walk (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *from;
    GtkDirectionType direction;
    const char *to;
  } steps[] = {
    { "you", GTK_DIR_DOWN, "system" },       { "system", GTK_DIR_LEFT, "planner" },
    { "planner", GTK_DIR_RIGHT, "system" },  { "system", GTK_DIR_DOWN, "analyzer" },
    { "analyzer", GTK_DIR_RIGHT, "writer" }, { "writer", GTK_DIR_UP, "system" },
    { "writer", GTK_DIR_DOWN, "llm" },       { "retriever", GTK_DIR_DOWN, "collection:sample" },
    { "system", GTK_DIR_UP, "you" },
  };
  GtkWidget *reached[9];
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self->view));

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      GtkWidget *expected = node_of (self, steps[i].to);

      gtk_widget_grab_focus (node_of (self, steps[i].from));
      g_assert_true (gtk_widget_child_focus (GTK_WIDGET (self->canvas), steps[i].direction));
      if (gtk_root_get_focus (root) != expected)
        g_test_message ("%s", steps[i].from);
      g_assert_true (gtk_root_get_focus (root) == expected);
    }
  /* Tab goes through all of them, as they are read. */
  gtk_root_set_focus (root, NULL);
  for (int i = 0; i < 9; i++)
    {
      g_assert_true (gtk_widget_child_focus (GTK_WIDGET (self->canvas), GTK_DIR_TAB_FORWARD));
      reached[i] = gtk_root_get_focus (root);
      for (int k = 0; k < i; k++)
        g_assert_true (reached[i] != reached[k]);
    }
  g_assert_true (reached[0] == node_of (self, "you"));
  g_assert_true (reached[8] == node_of (self, "llm"));
  g_assert_false (gtk_widget_child_focus (GTK_WIDGET (self->canvas), GTK_DIR_TAB_FORWARD));
  for (int i = 7; i >= 0; i--)
    {
      g_assert_true (gtk_widget_child_focus (GTK_WIDGET (self->canvas), GTK_DIR_TAB_BACKWARD));
      g_assert_true (gtk_root_get_focus (root) == reached[i]);
    }
}

static void
activated_cb (SortieDiagramView *view, const char *id, char **seen)
{
  g_free (*seen);
  *seen = g_strdup (id);
}

static void
enlarge_cb (SortieDiagramView *view, int *n)
{
  (*n)++;
}

static void
test_activate (Fixture *self, gconstpointer data)
{
  g_autofree char *seen = NULL;
  int n = 0;

  g_signal_connect (self->view, "node-activated", G_CALLBACK (activated_cb), &seen);
  g_signal_connect (self->view, "enlarge", G_CALLBACK (enlarge_cb), &n);
  gtk_widget_activate (node_of (self, "collection:sample"));
  while (seen == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (seen, ==, "collection:sample");
  gtk_widget_activate_action (GTK_WIDGET (self->view), "diagram.enlarge", NULL);
  g_assert_cmpint (n, ==, 1);
}

static void
test_zoom (Fixture *self, gconstpointer data)
{
  for (int i = 0; i < 20; i++)
    gtk_widget_activate_action (GTK_WIDGET (self->view), "diagram.zoom-in", NULL);
  g_assert_cmpfloat_with_epsilon (sortie_diagram_canvas_get_zoom (self->canvas), 3, 0.001);
  test_frames (self->window, 2);
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (self->canvas)), >, 1000);
  for (int i = 0; i < 20; i++)
    gtk_widget_activate_action (GTK_WIDGET (self->view), "diagram.zoom-out", NULL);
  g_assert_cmpfloat_with_epsilon (sortie_diagram_canvas_get_zoom (self->canvas), 0.8, 0.001);
  gtk_widget_activate_action (GTK_WIDGET (self->view), "diagram.zoom-reset", NULL);
  g_assert_true (sortie_diagram_canvas_is_fitting (self->canvas));
  test_frames (self->window, 2);
  g_assert_cmpfloat (sortie_diagram_canvas_get_zoom (self->canvas), >=, 0.8);
}

/* The middle of what is shown, in the diagram's own measure. */
static graphene_point_t
find_middle (Fixture *self)
{
  GtkWidget *scrolled = test_find (GTK_WIDGET (self->view), GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *x = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (scrolled));
  GtkAdjustment *y = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));

  return GRAPHENE_POINT_INIT (
      (float) ((gtk_adjustment_get_value (x) + gtk_adjustment_get_page_size (x) / 2) /
               gtk_adjustment_get_upper (x)),
      (float) ((gtk_adjustment_get_value (y) + gtk_adjustment_get_page_size (y) / 2) /
               gtk_adjustment_get_upper (y)));
}

/* The frame around all nodes, in the view. */
static graphene_rect_t
find_frame (Fixture *self)
{
  graphene_rect_t frame;

  for (guint i = 0; i < self->topology->nodes->len; i++)
    {
      GtkWidget *node = GTK_WIDGET (sortie_diagram_canvas_get_node (self->canvas, i));
      graphene_rect_t area;

      g_assert_true (gtk_widget_compute_bounds (node, GTK_WIDGET (self->view), &area));
      if (i == 0)
        frame = area;
      graphene_rect_union (&frame, &area, &frame);
    }
  return frame;
}

static void
assert_in_the_middle (Fixture *self)
{
  graphene_rect_t frame = find_frame (self);
  graphene_point_t center;

  graphene_rect_get_center (&frame, &center);
  g_assert_cmpfloat_with_epsilon (center.x, gtk_widget_get_width (GTK_WIDGET (self->view)) / 2.0,
                                  8);
  g_assert_cmpfloat_with_epsilon (center.y, gtk_widget_get_height (GTK_WIDGET (self->view)) / 2.0,
                                  8);
}

/* In a pane that is larger, in one that is smaller, and wherever one zooms. */
static void
test_middle (Fixture *self, gconstpointer data)
{
  graphene_point_t middle;

  gtk_window_set_default_size (GTK_WINDOW (self->window), 1100, 860);
  test_frames (self->window, 4);
  g_assert_cmpfloat (find_frame (self).size.height, <,
                     gtk_widget_get_height (GTK_WIDGET (self->view)) - 40);
  assert_in_the_middle (self);

  gtk_window_set_default_size (GTK_WINDOW (self->window), 260, 220);
  test_frames (self->window, 4);
  g_assert_cmpfloat (find_frame (self).size.height, >,
                     gtk_widget_get_height (GTK_WIDGET (self->view)));
  assert_in_the_middle (self);

  for (guint i = 0; i < 6; i++)
    {
      gtk_widget_activate_action (GTK_WIDGET (self->view), "diagram.zoom-in", NULL);
      test_frames (self->window, i % 3); /* also a second one before the first is drawn */
    }
  test_frames (self->window, 4);
  middle = find_middle (self);
  g_assert_cmpfloat_with_epsilon (middle.x, 0.5, 0.01);
  g_assert_cmpfloat_with_epsilon (middle.y, 0.5, 0.01);
}

static void
test_large (Fixture *self, gconstpointer data)
{
  diagram_story_to_search (&self->story);
  settle (self);
  test_screenshot (self->window, "diagram-large");
  g_assert_cmpuint (sortie_diagram_canvas_get_n_layouts (self->canvas), ==, 1);
  g_assert_true (gtk_widget_get_mapped (test_find (GTK_WIDGET (self->view), GTK_TYPE_MENU_BUTTON)));
  sortie_diagram_view_set_large (self->view, FALSE);
  test_frames (self->window, 2);
  g_assert_cmpuint (sortie_diagram_canvas_get_n_layouts (self->canvas), >=, 2);
  g_assert_true (has_class (self, "retriever", "active"));
}

/* ---- Quiet ---- */

static gboolean
elapsed_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* After the last pulse and the last transition not a frame is drawn. */
static void
test_idle (Fixture *self, gconstpointer data)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (self->window);
  gint64 counter;
  gboolean elapsed = FALSE;

  diagram_story_to_search (&self->story);
  g_assert_cmpuint (sortie_diagram_view_get_n_pulses (self->view), >, 0);
  settle (self);
  do
    {
      counter = gdk_frame_clock_get_frame_counter (clock);
      elapsed = FALSE;
      g_timeout_add (500, elapsed_cb, &elapsed);
      while (!elapsed)
        g_main_context_iteration (NULL, TRUE);
    }
  while (gdk_frame_clock_get_frame_counter (clock) > counter + 1);
  g_assert_false (sortie_diagram_view_is_counting (self->view));
  g_assert_cmpuint (sortie_diagram_view_get_n_pulses (self->view), ==, 0);
}

static gboolean
watch_cb (GSignalInvocationHint *hint, guint n_values, const GValue *values, gpointer animations)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, g_value_get_object (&values[0]));
  g_ptr_array_add (animations, weak);
  return TRUE;
}

/* What has pulsed is gone: a window of many hours keeps none of it. */
static void
test_pulses_gone (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) animations = g_ptr_array_new ();
  guint id = g_signal_lookup ("done", ADW_TYPE_ANIMATION);
  gulong hook = g_signal_add_emission_hook (id, 0, watch_cb, animations, NULL);

  diagram_story_to_search (&self->story);
  settle (self);
  test_frames (self->window, 2);
  g_signal_remove_emission_hook (id, hook);
  g_assert_cmpuint (animations->len, >, 0);
  for (guint i = 0; i < animations->len; i++)
    {
      GWeakRef *weak = g_ptr_array_index (animations, i);
      g_autoptr (GObject) animation = g_weak_ref_get (weak);

      g_assert_null (animation);
      g_weak_ref_clear (weak);
      g_free (weak);
    }
}

static void
test_no_animations (Fixture *self, gconstpointer data)
{
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  diagram_story_begin (&self->story);
  diagram_story_dispatch (&self->story, 1, 1, "planner");
  g_assert_true (gtk_widget_has_css_class (edge_of (self, "system", "planner"), "lit"));
  g_assert_cmpuint (sortie_diagram_view_get_n_pulses (self->view), ==, 0);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
}

/* The tear-down that follows looks whether it is really gone. */
static void
test_dispose_while_moving (Fixture *self, gconstpointer data)
{
  self->story.time = g_get_real_time () / 1000 - TEST_EPOCH;
  diagram_story_to_search (&self->story);
  diagram_story_retry (&self->story, 2, "retriever", 60000);
  test_frames (self->window, 2);
  g_assert_cmpuint (sortie_diagram_view_get_n_pulses (self->view), >, 0);
  g_assert_true (sortie_diagram_view_is_counting (self->view));
}

int
main (int argc, char *argv[])
{
  test_pane_init (&argc, &argv);
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/io/github/sortie_app/Sortie/icons");
#define ADD(name, data, func)                                                                      \
  g_test_add ("/diagram-view/" name, Fixture, data, set_up, func, tear_down)
  ADD ("nodes", NULL, test_nodes);
  ADD ("sidebar", NULL, test_sidebar);
  ADD ("course", NULL, test_course);
  ADD ("countdown", NULL, test_countdown);
  ADD ("many-events", NULL, test_many_events);
  ADD ("replay", NULL, test_replay);
  ADD ("relayout", NULL, test_relayout);
  ADD ("walk", NULL, test_walk);
  ADD ("activate", NULL, test_activate);
  ADD ("zoom", NULL, test_zoom);
  ADD ("middle", NULL, test_middle);
  ADD ("middle-large", "large", test_middle);
  ADD ("large", "large", test_large);
  ADD ("idle", NULL, test_idle);
  ADD ("pulses-gone", NULL, test_pulses_gone);
  ADD ("no-animations", NULL, test_no_animations);
  ADD ("dispose-while-moving", NULL, test_dispose_while_moving);
#undef ADD
  return g_test_run ();
}
