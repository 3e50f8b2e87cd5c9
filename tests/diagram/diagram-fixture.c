/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diagram-fixture.h"

#include "sortie-json.h"

#include <math.h>
#include <string.h>

#define NEAR 4.0 /* pixels that a spline's end may be away from the border of its box */

SortieTopology *
diagram_fixture_parse (const char *json, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (JsonNode) node = sortie_json_parse (json, strlen (json), NULL, &reason);

  g_assert_no_error (reason);
  return sortie_topology_from_json (node, error);
}

SortieTopology *
diagram_fixture_read (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "diagram", "data", name, NULL);
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;
  SortieTopology *topology;

  g_file_get_contents (path, &json, NULL, &error);
  g_assert_no_error (error);
  topology = diagram_fixture_parse (json, &error);
  g_assert_no_error (error);
  return topology;
}

SortieLayoutRequest *
diagram_fixture_request (const SortieTopology *topology, double width, double height)
{
  SortieLayoutRequest *request =
      sortie_layout_request_new (topology->nodes->len, topology->edges->len);

  for (guint i = 0; i < request->n_boxes; i++)
    {
      request->boxes[i].width = width;
      request->boxes[i].height = height;
    }
  for (guint i = 0; i < request->n_links; i++)
    {
      const SortieTopologyEdge *edge = g_ptr_array_index (topology->edges, i);

      request->links[i] = (SortieLayoutLink){ edge->from, edge->to, 44, 14 };
    }
  return request;
}

static void
check_inside (const SortieDiagramLayout *layout, SortiePoint point)
{
  g_assert_true (isfinite (point.x) && isfinite (point.y));
  g_assert_cmpfloat (point.x, >=, -0.5);
  g_assert_cmpfloat (point.y, >=, -0.5);
  g_assert_cmpfloat (point.x, <=, layout->width + 0.5);
  g_assert_cmpfloat (point.y, <=, layout->height + 0.5);
}

/* How far a point is from the border of a box. */
static double
get_distance (const SortieLayoutBox *box, SortiePoint center, SortiePoint point)
{
  double dx = fabs (point.x - center.x) - box->width / 2;
  double dy = fabs (point.y - center.y) - box->height / 2;

  if (dx <= 0 && dy <= 0)
    return MIN (-dx, -dy);
  return hypot (MAX (dx, 0), MAX (dy, 0));
}

static void
check_boxes (const SortieLayoutRequest *request, const SortieDiagramLayout *layout)
{
  for (guint i = 0; i < layout->n_boxes; i++)
    {
      const SortieLayoutBox *box = &request->boxes[i];
      SortiePoint center = layout->centers[i];

      check_inside (layout, (SortiePoint){ center.x - box->width / 2, center.y - box->height / 2 });
      check_inside (layout, (SortiePoint){ center.x + box->width / 2, center.y + box->height / 2 });
      for (guint j = 0; j < i; j++)
        {
          double dx = fabs (center.x - layout->centers[j].x);
          double dy = fabs (center.y - layout->centers[j].y);

          g_assert_true (dx >= (box->width + request->boxes[j].width) / 2 - 0.01 ||
                         dy >= (box->height + request->boxes[j].height) / 2 - 0.01);
        }
    }
}

void
diagram_fixture_check (const SortieLayoutRequest *request, const SortieDiagramLayout *layout)
{
  g_assert_cmpuint (layout->n_boxes, ==, request->n_boxes);
  g_assert_cmpuint (layout->n_splines, ==, request->n_links);
  check_boxes (request, layout);
  for (guint i = 0; i < layout->n_splines; i++)
    {
      const SortieLayoutSpline *spline = &layout->splines[i];
      const SortieLayoutLink *link = &request->links[i];

      if (link->from == link->to)
        {
          g_assert_cmpuint (spline->n_points, ==, 0);
          continue;
        }
      g_assert_cmpuint (spline->n_points, >=, 4);
      g_assert_cmpuint (spline->n_points % 3, ==, 1);
      check_inside (layout, spline->points[0]);
      check_inside (layout, spline->points[spline->n_points - 1]);
      check_inside (layout, spline->tip);
      check_inside (layout, spline->label);
      g_assert_cmpfloat (get_distance (&request->boxes[link->from], layout->centers[link->from],
                                       spline->points[0]),
                         <, NEAR);
      g_assert_cmpfloat (get_distance (&request->boxes[link->to], layout->centers[link->to],
                                       spline->tip),
                         <, NEAR);
    }
}
