/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diagram-story.h"

#include "sortie-diagram-view-private.h"
#include "sortie-error.h"
#include "sortie-json.h"

#include <glib/gstdio.h>
#include <string.h>

/* Labels that would be something else than text; topologies without measure; files. */

static GtkWidget *
show (const SortieTopology *topology, GtkWidget **window)
{
  GtkWidget *view = sortie_diagram_view_new ();

  sortie_diagram_view_set_topology (SORTIE_DIAGRAM_VIEW (view), topology);
  *window = test_window_new (view, 500, 500);
  return view;
}

static void
destroy (GtkWidget *window)
{
  gtk_window_destroy (GTK_WINDOW (window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Each string as id, kind, state, label, provider, reason, and label of an edge. */
static SortieTopology *
make_hostile (const char *text, GError **error)
{
  g_autoptr (GString) json = g_string_new ("{\"revision\":1,\"nodes\":[{\"id\":");
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *name = g_utf8_make_valid (text, (gssize) MIN (strlen (text), 400));
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  sortie_json_append_string (json, name);
  g_string_append (json, ",\"kind\":");
  sortie_json_append_string (json, name);
  g_string_append (json, ",\"state\":");
  sortie_json_append_string (json, name);
  sortie_json_append_member_string (json, "label", valid);
  sortie_json_append_member_string (json, "provider", valid);
  sortie_json_append_member_string (json, "reason", valid);
  g_string_append (json, "},{\"id\":\"system\",\"kind\":\"orchestrator\",\"state\":\"idle\"}],"
                         "\"edges\":[{\"from\":\"system\",\"to\":");
  sortie_json_append_string (json, name);
  sortie_json_append_member_string (json, "label", valid);
  g_string_append (json, "}]}");
  node = sortie_json_parse (json->str, json->len, NULL, error);
  return node != NULL ? sortie_topology_from_json (node, error) : NULL;
}

static void
check_hostile (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieTopology) topology = make_hostile (text, &error);
  g_autoptr (SortieLiveMission) mission = test_mission_new ();
  TestStory story = { .mission = mission };
  SortieDiagramCanvas *canvas;
  GtkWidget *window;
  GtkWidget *view;
  GtkWidget *label;
  double width;
  double height;

  if (topology == NULL)
    {
      g_assert_nonnull (error);
      return;
    }
  view = show (topology, &window);
  canvas = sortie_diagram_view_get_canvas (SORTIE_DIAGRAM_VIEW (view));
  g_assert_cmpuint (sortie_diagram_canvas_get_n_nodes (canvas), ==, 2);
  label = test_find (GTK_WIDGET (sortie_diagram_canvas_get_node (canvas, 0)), GTK_TYPE_LABEL);
  g_assert_false (gtk_label_get_use_markup (GTK_LABEL (label)));
  g_assert_false (gtk_label_get_use_underline (GTK_LABEL (label)));
  g_assert_null (strchr (gtk_label_get_text (GTK_LABEL (label)), '\n'));
  g_assert_true (sortie_diagram_canvas_get_size (canvas, &width, &height));
  g_assert_cmpfloat (width, <, 1000);
  g_assert_cmpfloat (height, <, 400);
  sortie_diagram_view_set_mission (SORTIE_DIAGRAM_VIEW (view), mission);
  diagram_story_to_search (&story);
  test_frames (window, 2);
  destroy (window);
}

static void
test_hostile (void)
{
  static const char *const more[] = {
    "\"];malicious[",
    "<b>bold</b>",
    "<<TABLE><TR><TD>x</TD></TR></TABLE>>",
    "a\\nb\\l\\N\\G",
    "}digraph{a->b",
    "<script>alert(1)</script>",
    "&amp;&#0;",
    "%s%n%d",
    "_under_line",
    "",
  };
  const char *const *strings = test_hostile_strings ();

  for (gsize i = 0; i < G_N_ELEMENTS (more); i++)
    check_hostile (more[i]);
  for (gsize i = 0; strings[i] != NULL; i++)
    check_hostile (strings[i]);
}

/* What a label says stands in the window as it is, and in no file at all. */
static void
test_label_is_text (void)
{
  g_autoptr (SortieTopology) topology = diagram_story_parse (
      "{\"revision\":1,\"nodes\":[{\"id\":\"x\",\"kind\":\"collection\",\"state\":\"idle\","
      "\"label\":\"<b>&lt;\"},{\"id\":\"system\",\"kind\":\"orchestrator\",\"state\":\"idle\"}],"
      "\"edges\":[{\"from\":\"system\",\"to\":\"x\",\"label\":\"<a href='x'>\"}]}");
  GtkWidget *window;
  GtkWidget *view = show (topology, &window);

  g_assert_nonnull (test_find_text (view, "<b>&lt;"));
  g_assert_nonnull (test_find_text (view, "<a href='x'>"));
  destroy (window);
}

static void
test_many_nodes (void)
{
  g_autoptr (GString) json = g_string_new ("{\"revision\":1,\"nodes\":[");
  g_autoptr (SortieTopology) topology = NULL;
  SortieDiagramCanvas *canvas;
  GtkWidget *view;
  GtkWidget *window;
  double width = 0;
  double height = 0;
  double first;

  for (int i = 0; i < 400; i++)
    g_string_append_printf (json, "%s{\"id\":\"n%d\",\"kind\":\"agent\",\"state\":\"idle\"}",
                            i > 0 ? "," : "", i);
  g_string_append (json, "],\"edges\":[");
  for (int i = 1; i < 400; i++)
    g_string_append_printf (json, "%s{\"from\":\"n%d\",\"to\":\"n%d\"}", i > 1 ? "," : "",
                            (i - 1) / 4, i);
  g_string_append (json, "]}");
  topology = diagram_story_parse (json->str);
  view = sortie_diagram_view_new ();
  sortie_diagram_view_set_topology (SORTIE_DIAGRAM_VIEW (view), topology);
  canvas = sortie_diagram_view_get_canvas (SORTIE_DIAGRAM_VIEW (view));
  window = adw_window_new ();
  adw_window_set_content (ADW_WINDOW (window), view);
  gtk_window_present (GTK_WINDOW (window));
  /* The helper's answer comes in another turn of the loop than the plain layout, however soon. */
  while (!sortie_diagram_canvas_get_size (canvas, &first, &height))
    g_main_context_iteration (NULL, TRUE);
  /* The plain one is shown until the helper answers. */
  do
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_true (sortie_diagram_canvas_get_size (canvas, &width, &height));
    }
  while (width == first);
  g_assert_cmpuint (sortie_diagram_canvas_get_n_layouts (canvas), ==, 1);
  destroy (window);
}

/* The helper's answer comes to nobody. */
static void
test_gone_before_the_answer (void)
{
  g_autoptr (GString) json = g_string_new ("{\"revision\":1,\"nodes\":[");
  g_autoptr (SortieTopology) topology = NULL;
  GtkWidget *window;

  for (int i = 0; i < 100; i++)
    g_string_append_printf (json, "%s{\"id\":\"n%d\",\"kind\":\"agent\",\"state\":\"idle\"}",
                            i > 0 ? "," : "", i);
  g_string_append (json, "],\"edges\":[]}");
  topology = diagram_story_parse (json->str);
  show (topology, &window);
  destroy (window);
  for (int i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
}

/* ---- Files ---- */

static char *
read_file (GFile *file, gsize *length)
{
  g_autoptr (GError) error = NULL;
  char *bytes = NULL;

  g_file_load_contents (file, NULL, &bytes, length, NULL, &error);
  g_assert_no_error (error);
  return bytes;
}

static void
test_export (void)
{
  g_autoptr (SortieTopology) topology = diagram_story_parse (
      "{\"revision\":1,\"nodes\":[{\"id\":\"x\",\"kind\":\"collection\",\"state\":\"idle\","
      "\"label\":\"<script>alert(1)</script>\"},{\"id\":\"system\",\"kind\":\"orchestrator\","
      "\"state\":\"idle\"}],\"edges\":[{\"from\":\"system\",\"to\":\"x\",\"label\":\"go\"}]}");
  g_autofree char *folder = g_dir_make_tmp ("sortie-diagram-XXXXXX", NULL);
  g_autoptr (GFile) parent = g_file_new_for_path (folder);
  g_autoptr (GFile) svg = g_file_get_child (parent, "diagram.svg");
  g_autoptr (GFile) png = g_file_get_child (parent, "diagram.png");
  g_autoptr (GFile) nowhere = g_file_new_for_path ("/nonexistent/diagram.svg");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *picture = NULL;
  gsize length = 0;
  GtkWidget *window;
  SortieDiagramView *view = SORTIE_DIAGRAM_VIEW (show (topology, &window));

  g_assert_true (sortie_diagram_view_export_svg (view, svg, &error));
  g_assert_no_error (error);
  text = read_file (svg, &length);
  g_assert_nonnull (g_strstr_len (text, (gssize) length, "<svg"));
  g_assert_nonnull (g_strstr_len (text, (gssize) length, "</svg>"));
  g_assert_null (g_strstr_len (text, (gssize) length, "script"));
  g_assert_true (sortie_diagram_view_export_png (view, png, 2, &error));
  g_assert_no_error (error);
  picture = read_file (png, &length);
  g_assert_cmpuint (length, >, 1000);
  g_assert_cmpint (memcmp (picture, "\x89PNG", 4), ==, 0);
  g_assert_false (sortie_diagram_view_export_png (view, png, 1e6, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_assert_false (sortie_diagram_view_export_svg (view, nowhere, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  sortie_diagram_view_set_topology (view, NULL);
  g_assert_false (sortie_diagram_view_export_svg (view, svg, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
  destroy (window);
  g_file_delete (svg, NULL, NULL);
  g_file_delete (png, NULL, NULL);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  test_pane_init (&argc, &argv);
  g_test_add_func ("/diagram-hostile/strings", test_hostile);
  g_test_add_func ("/diagram-hostile/label-is-text", test_label_is_text);
  g_test_add_func ("/diagram-hostile/many-nodes", test_many_nodes);
  g_test_add_func ("/diagram-hostile/gone-before-the-answer", test_gone_before_the_answer);
  g_test_add_func ("/diagram-hostile/export", test_export);
  return g_test_run ();
}
