/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diagram-fixture.h"

#include "sortie-diagram-arrange.h"

#include <string.h>

#define WIDTH 392.0 /* what the sidebar's 330 pixels hold at the smallest zoom */

static SortiePoint
place_of (const SortieTopology *topology, const SortieDiagramLayout *layout, const char *id)
{
  int i = sortie_topology_find (topology, id);

  g_assert_cmpint (i, >=, 0);
  return layout->centers[i];
}

static SortieDiagramLayout *
lay_out (const SortieTopology *topology, double width, SortieLayoutRequest **request)
{
  g_autoptr (GError) error = NULL;
  SortieDiagramLayout *layout;

  *request = diagram_fixture_request (topology, 112, 58);
  (*request)->gap_x = 12;
  (*request)->gap_y = 34;
  g_assert_true (sortie_diagram_arrange (topology, *request, width));
  layout = sortie_diagram_layout_run (*request, &error);
  g_assert_no_error (error);
  diagram_fixture_check (*request, layout);
  return layout;
}

/* As a person reads it: from top to bottom, workers in a row, and as narrow as asked for. */
static void
test_rows (void)
{
  g_autoptr (SortieTopology) topology = diagram_fixture_read ("topology-llm.json");
  g_autoptr (SortieLayoutRequest) request = NULL;
  g_autoptr (SortieDiagramLayout) layout = lay_out (topology, WIDTH, &request);
  SortiePoint you = place_of (topology, layout, "you");
  SortiePoint conductor = place_of (topology, layout, "system");
  SortiePoint planner = place_of (topology, layout, "planner");
  SortiePoint retriever = place_of (topology, layout, "retriever");
  SortiePoint analyzer = place_of (topology, layout, "analyzer");
  SortiePoint writer = place_of (topology, layout, "writer");
  SortiePoint llm = place_of (topology, layout, "llm");

  g_assert_cmpfloat (layout->width, <=, WIDTH + 2 * SORTIE_LAYOUT_MARGIN + 8);
  g_assert_cmpfloat (you.y, <, conductor.y);
  g_assert_cmpfloat_with_epsilon (planner.y, conductor.y, 0.01);
  g_assert_cmpfloat (planner.x, <, conductor.x);
  g_assert_cmpfloat (conductor.y, <, retriever.y);
  g_assert_cmpfloat_with_epsilon (retriever.y, writer.y, 0.01);
  g_assert_cmpfloat (retriever.x, <, analyzer.x);
  g_assert_cmpfloat (analyzer.x, <, writer.x);
  g_assert_cmpfloat (writer.y, <, llm.y);
}

/* Wide letters need more rows, never a wider diagram than its widest pair. */
static void
test_wide_boxes (void)
{
  g_autoptr (SortieTopology) topology = diagram_fixture_read ("topology-llm.json");
  g_autoptr (SortieLayoutRequest) request = diagram_fixture_request (topology, 180, 58);
  g_autoptr (SortieDiagramLayout) layout = NULL;

  request->gap_x = 12;
  g_assert_true (sortie_diagram_arrange (topology, request, WIDTH));
  layout = sortie_diagram_layout_run (request, NULL);
  diagram_fixture_check (request, layout);
  g_assert_cmpfloat (place_of (topology, layout, "retriever").y, <,
                     place_of (topology, layout, "writer").y);
}

static SortieTopology *
make_collections (guint n)
{
  g_autoptr (GString) nodes = g_string_new ("");
  g_autoptr (GString) edges = g_string_new ("");
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;
  SortieTopology *topology;

  for (guint i = 0; i < n; i++)
    {
      g_string_append_printf (nodes,
                              ",{\"id\":\"collection:%u\",\"kind\":\"collection\",\"state\":"
                              "\"idle\",\"label\":\"Papers %u\"}",
                              i, i);
      g_string_append_printf (edges, ",{\"from\":\"retriever\",\"to\":\"collection:%u\"}", i);
    }
  json = g_strdup_printf (
      "{\"revision\":1,\"nodes\":[{\"id\":\"you\",\"kind\":\"client\",\"state\":\"idle\"},"
      "{\"id\":\"system\",\"kind\":\"orchestrator\",\"state\":\"idle\"},"
      "{\"id\":\"retriever\",\"kind\":\"agent\",\"state\":\"idle\"},"
      "{\"id\":\"llm\",\"kind\":\"llm\",\"state\":\"on\"},"
      "{\"id\":\"odd\",\"kind\":\"something\",\"state\":\"on\"}%s],"
      "\"edges\":[{\"from\":\"you\",\"to\":\"system\"},{\"from\":\"retriever\",\"to\":\"llm\"}%s]}",
      nodes->str, edges->str);
  topology = diagram_fixture_parse (json, &error);
  g_assert_no_error (error);
  return topology;
}

static void
test_many_collections (void)
{
  for (guint n = 0; n <= 40; n += n < 6 ? 1 : 17)
    {
      g_autoptr (SortieTopology) topology = make_collections (n);
      g_autoptr (SortieLayoutRequest) request = NULL;
      g_autoptr (SortieDiagramLayout) layout = lay_out (topology, WIDTH, &request);

      g_assert_cmpfloat (layout->width, <, WIDTH + 80);
      g_assert_cmpfloat (place_of (topology, layout, "odd").y, >,
                         place_of (topology, layout, "retriever").y);
    }
}

/* Without an orchestrator Graphviz ranks; the request stays as it was. */
static void
test_unknown (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieTopology) topology = diagram_fixture_parse (
      "{\"revision\":1,\"nodes\":[{\"id\":\"a\",\"kind\":\"x\",\"state\":\"idle\"}],\"edges\":[]}",
      &error);
  g_autoptr (SortieLayoutRequest) request = NULL;

  g_assert_no_error (error);
  request = diagram_fixture_request (topology, 100, 50);
  g_assert_false (sortie_diagram_arrange (topology, request, WIDTH));
  g_assert_false (request->placed);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arrange/rows", test_rows);
  g_test_add_func ("/arrange/wide-boxes", test_wide_boxes);
  g_test_add_func ("/arrange/many-collections", test_many_collections);
  g_test_add_func ("/arrange/unknown", test_unknown);
  return g_test_run ();
}
