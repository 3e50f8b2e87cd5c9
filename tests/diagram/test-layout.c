/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diagram-fixture.h"

#include "sortie-diagram-arrange.h"
#include "sortie-diagram-layout-private.h"
#include "sortie-error.h"

#include <locale.h>
#include <math.h>
#include <string.h>

static SortieDiagramLayout *
run (const SortieLayoutRequest *request)
{
  g_autoptr (GError) error = NULL;
  SortieDiagramLayout *layout = sortie_diagram_layout_run (request, &error);

  g_assert_no_error (error);
  return layout;
}

/* Graphviz ranks by itself. */
static void
test_ranked (void)
{
  static const char *const names[] = { "topology.json", "topology-llm.json" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (SortieTopology) topology = diagram_fixture_read (names[i]);
      g_autoptr (SortieLayoutRequest) request = diagram_fixture_request (topology, 112, 58);
      g_autoptr (SortieDiagramLayout) layout = run (request);

      diagram_fixture_check (request, layout);
      g_assert_cmpfloat (layout->centers[0].y, <, layout->centers[1].y);
    }
}

static void
test_placed (void)
{
  g_autoptr (SortieTopology) topology = diagram_fixture_read ("topology-llm.json");
  g_autoptr (SortieLayoutRequest) request = diagram_fixture_request (topology, 112, 58);
  g_autoptr (SortieDiagramLayout) layout = NULL;
  double dx;
  double dy;

  g_assert_true (sortie_diagram_arrange (topology, request, 390));
  layout = run (request);
  diagram_fixture_check (request, layout);
  dx = layout->centers[0].x - request->boxes[0].center.x;
  dy = layout->centers[0].y - request->boxes[0].center.y;
  for (guint i = 0; i < request->n_boxes; i++)
    {
      g_assert_cmpfloat_with_epsilon (layout->centers[i].x - request->boxes[i].center.x, dx, 0.01);
      g_assert_cmpfloat_with_epsilon (layout->centers[i].y - request->boxes[i].center.y, dy, 0.01);
    }
}

static GBytes *
lay_out_bytes (void)
{
  g_autoptr (SortieTopology) topology = diagram_fixture_read ("topology-llm.json");
  g_autoptr (SortieLayoutRequest) request = diagram_fixture_request (topology, 100, 50);
  g_autoptr (SortieDiagramLayout) layout = run (request);

  return sortie_diagram_layout_to_bytes (layout);
}

static void
test_deterministic (void)
{
  g_autoptr (GBytes) first = lay_out_bytes ();

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (GBytes) again = lay_out_bytes ();

      g_assert_true (g_bytes_equal (first, again));
    }
}

/* Two links between the same boxes, there and back, a link to itself, a box with none, one box. */
static void
test_odd_shapes (void)
{
  g_autoptr (SortieLayoutRequest) request = sortie_layout_request_new (4, 5);
  g_autoptr (SortieLayoutRequest) single = sortie_layout_request_new (1, 0);
  g_autoptr (SortieLayoutRequest) empty = sortie_layout_request_new (0, 0);
  static const guint links[][2] = { { 0, 1 }, { 0, 1 }, { 1, 0 }, { 2, 2 }, { 1, 2 } };

  single->boxes[0] = (SortieLayoutBox){ 80, 40, { 0, 0 } };
  for (guint i = 0; i < 4; i++)
    request->boxes[i] = (SortieLayoutBox){ 60 + 10 * i, 40, { 0, 100.0 * i } };
  for (guint i = 0; i < 5; i++)
    request->links[i] = (SortieLayoutLink){ links[i][0], links[i][1], 30, 12 };
  for (int placed = 0; placed < 2; placed++)
    {
      g_autoptr (SortieDiagramLayout) layout = NULL;
      g_autoptr (SortieDiagramLayout) one = NULL;
      g_autoptr (SortieDiagramLayout) none = NULL;

      request->placed = single->placed = empty->placed = placed;
      layout = run (request);
      diagram_fixture_check (request, layout);
      one = run (single);
      diagram_fixture_check (single, one);
      g_assert_cmpfloat_with_epsilon (one->width, 80 + 2 * SORTIE_LAYOUT_MARGIN, 0.01);
      none = run (empty);
      g_assert_cmpuint (none->n_boxes, ==, 0);
    }
}

static void
test_plain (void)
{
  g_autoptr (SortieTopology) topology = diagram_fixture_read ("topology-llm.json");
  g_autoptr (SortieLayoutRequest) request = diagram_fixture_request (topology, 112, 58);
  g_autoptr (SortieDiagramLayout) layout = sortie_diagram_layout_plain (request);

  diagram_fixture_check (request, layout);
}

/* Labels don't lie on each other, nor on boxes, where there is room. */
static void
test_labels_apart (void)
{
  g_autoptr (SortieTopology) topology = diagram_fixture_read ("topology.json");
  g_autoptr (SortieLayoutRequest) request = diagram_fixture_request (topology, 120, 60);
  g_autoptr (SortieDiagramLayout) layout = NULL;

  request->gap_x = 60;
  request->gap_y = 60;
  g_assert_true (sortie_diagram_arrange (topology, request, 760));
  layout = run (request);
  for (guint i = 0; i < layout->n_splines; i++)
    for (guint j = 0; j < i; j++)
      g_assert_true (fabs (layout->splines[i].label.x - layout->splines[j].label.x) >= 43.9 ||
                     fabs (layout->splines[i].label.y - layout->splines[j].label.y) >= 13.9);
}

static void
test_refused (void)
{
  for (int i = 0; i < 9; i++)
    {
      g_autoptr (SortieLayoutRequest) request = sortie_layout_request_new (2, 1);
      g_autoptr (SortieDiagramLayout) layout = NULL;
      g_autoptr (GError) error = NULL;

      request->boxes[0] = request->boxes[1] = (SortieLayoutBox){ 10, 10, { 0, 0 } };
      request->links[0] = (SortieLayoutLink){ 0, 1, 0, 0 };
      request->boxes[1].width = i == 0 ? NAN : i == 1 ? 0 : i == 2 ? 1e9 : 10;
      request->boxes[1].height = i == 3 ? -5 : i == 4 ? INFINITY : 10;
      request->boxes[1].center.x = i == 5 ? 1e30 : 0;
      request->links[0].to = i == 6 ? 2 : 1;
      request->links[0].label_width = i == 7 ? NAN : 0;
      request->gap_x = i == 8 ? -1 : 10;
      layout = sortie_diagram_layout_run (request, &error);
      g_assert_null (layout);
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
    }
}

/* A layout leaves the locale as it was, and is the same in a locale that writes a comma. */
static void
test_locale (void)
{
  static const char *const names[] = { "C", "C.UTF-8", "de_DE.UTF-8", "de_DE", "fr_FR.UTF-8" };
  g_autofree char *before = g_strdup (setlocale (LC_ALL, NULL));
  g_autoptr (GBytes) expected = lay_out_bytes ();

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GBytes) bytes = NULL;
      g_autofree char *set = NULL;

      if (setlocale (LC_ALL, names[i]) == NULL)
        continue;
      set = g_strdup (setlocale (LC_ALL, NULL));
      bytes = lay_out_bytes ();
      g_assert_cmpstr (setlocale (LC_ALL, NULL), ==, set);
      g_assert_true (g_bytes_equal (bytes, expected));
    }
  setlocale (LC_ALL, before);
}

/* ---- The wire ---- */

static void
test_wire (void)
{
  g_autoptr (SortieTopology) topology = diagram_fixture_read ("topology-llm.json");
  g_autoptr (SortieLayoutRequest) request = diagram_fixture_request (topology, 100.25, 50);
  g_autoptr (SortieDiagramLayout) layout = NULL;
  g_autoptr (GBytes) asked = NULL;
  g_autoptr (GBytes) answered = NULL;
  g_autoptr (GError) error = NULL;

  sortie_diagram_arrange (topology, request, 390);
  layout = run (request);
  asked = sortie_layout_request_to_bytes (request);
  answered = sortie_diagram_layout_to_bytes (layout);
  for (gsize cut = 0; cut <= g_bytes_get_size (asked); cut++)
    {
      g_autoptr (SortieLayoutRequest) read =
          sortie_layout_request_from_bytes (g_bytes_get_data (asked, NULL), cut, NULL);
      g_autoptr (GBytes) again = read != NULL ? sortie_layout_request_to_bytes (read) : NULL;

      g_assert_cmpint (read != NULL, ==, cut == g_bytes_get_size (asked));
      g_assert_true (again == NULL || g_bytes_equal (again, asked));
    }
  for (gsize cut = 0; cut <= g_bytes_get_size (answered); cut++)
    {
      g_autoptr (SortieDiagramLayout) read =
          sortie_diagram_layout_from_bytes (g_bytes_get_data (answered, NULL), cut, request, NULL);
      g_autoptr (GBytes) again = read != NULL ? sortie_diagram_layout_to_bytes (read) : NULL;

      g_assert_cmpint (read != NULL, ==, cut == g_bytes_get_size (answered));
      g_assert_true (again == NULL || g_bytes_equal (again, answered));
    }
}

static void
test_bad_wire (void)
{
  static const char *const texts[] = {
    "",
    "\n",
    "layout",
    "layout 1 0 0 10 10\nend\n",
    "layout 1 0 0 10 10\n10 10 0 0\n",
    "layout 1 0 2 10 10\n10 10 0 0\nend\n",
    "layout 1 0 0 10 10\n10,5 10 0 0\nend\n",
    "layout 1 0 0 10 10\n10 nan 0 0\nend\n",
    "layout 1 0 0 10 10\n10 inf 0 0\nend\n",
    "layout 1 0 0 10 10\n10 1e99 0 0\nend\n",
    "layout 401 0 0 10 10\nend\n",
    "layout 1 1 0 10 10\n10 10 0 0\n0 1 0 0\nend\n",
    "layout 1.5 0 0 10 10\n10 10 0 0\nend\n",
    "layout -1 0 0 10 10\nend\n",
    "layout 1 0 0 10 10\n10 10 0 0\nend\nmore",
    "layout  1 0 0 10 10\n10 10 0 0\nend\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SortieLayoutRequest) request =
          sortie_layout_request_from_bytes (texts[i], strlen (texts[i]), &error);

      g_assert_null (request);
      g_assert_nonnull (error);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/layout/ranked", test_ranked);
  g_test_add_func ("/layout/placed", test_placed);
  g_test_add_func ("/layout/deterministic", test_deterministic);
  g_test_add_func ("/layout/odd-shapes", test_odd_shapes);
  g_test_add_func ("/layout/plain", test_plain);
  g_test_add_func ("/layout/labels-apart", test_labels_apart);
  g_test_add_func ("/layout/refused", test_refused);
  g_test_add_func ("/layout/locale", test_locale);
  g_test_add_func ("/layout/wire", test_wire);
  g_test_add_func ("/layout/bad-wire", test_bad_wire);
  return g_test_run ();
}
