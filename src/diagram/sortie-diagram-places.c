/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-diagram"

#include "sortie-diagram-layout-private.h"

#include <math.h>

/* What is done to a layout whoever made it: labels, margins; and the plain one. */

SortieDiagramLayout *
sortie_diagram_layout_new (guint n_boxes, guint n_splines)
{
  SortieDiagramLayout *self = g_new0 (SortieDiagramLayout, 1);

  self->n_boxes = n_boxes;
  self->n_splines = n_splines;
  self->centers = g_new0 (SortiePoint, n_boxes);
  self->splines = g_new0 (SortieLayoutSpline, n_splines);
  return self;
}

void
sortie_diagram_layout_free (SortieDiagramLayout *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_splines; i++)
    g_free (self->splines[i].points);
  g_free (self->splines);
  g_free (self->centers);
  g_free (self);
}

/* ---- Straight links ---- */

/* Where the line from the centre of a box towards a point leaves the box. */
static SortiePoint
leave_box (const SortieLayoutBox *box, SortiePoint towards)
{
  double dx = towards.x - box->center.x;
  double dy = towards.y - box->center.y;
  double scale = G_MAXDOUBLE;

  if (fabs (dx) > 1e-9)
    scale = MIN (scale, box->width / 2 / fabs (dx));
  if (fabs (dy) > 1e-9)
    scale = MIN (scale, box->height / 2 / fabs (dy));
  scale = MIN (scale, 1);
  return (SortiePoint){ box->center.x + dx * scale, box->center.y + dy * scale };
}

static SortiePoint
between (SortiePoint a, SortiePoint b, double t)
{
  return (SortiePoint){ a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t };
}

void
sortie_layout_draw_straight (const SortieLayoutBox *from,
                             const SortieLayoutBox *to,
                             SortieLayoutSpline *spline)
{
  SortiePoint start = leave_box (from, to->center);
  SortiePoint tip = leave_box (to, from->center);
  double length = hypot (tip.x - start.x, tip.y - start.y);
  SortiePoint end =
      between (start, tip, length > 0 ? MAX (0, 1 - SORTIE_LAYOUT_ARROW / length) : 1);

  spline->n_points = 4;
  spline->points = g_new (SortiePoint, 4);
  spline->points[0] = start;
  spline->points[1] = between (start, end, 1 / 3.0);
  spline->points[2] = between (start, end, 2 / 3.0);
  spline->points[3] = end;
  spline->tip = tip;
}

/* ---- Labels ---- */

typedef struct
{
  double left;
  double top;
  double right;
  double bottom;
} Area;

static Area
area_around (SortiePoint center, double width, double height)
{
  return (Area){ center.x - width / 2, center.y - height / 2, center.x + width / 2,
                 center.y + height / 2 };
}

static double
get_overlap (const Area *a, const Area *b)
{
  double width = MIN (a->right, b->right) - MAX (a->left, b->left);
  double height = MIN (a->bottom, b->bottom) - MAX (a->top, b->top);

  return width > 0 && height > 0 ? width * height : 0;
}

static SortiePoint
point_on_curve (const SortiePoint *p, double t)
{
  double u = 1 - t;
  double a = u * u * u;
  double b = 3 * u * u * t;
  double c = 3 * u * t * t;
  double d = t * t * t;

  return (SortiePoint){ a * p[0].x + b * p[1].x + c * p[2].x + d * p[3].x,
                        a * p[0].y + b * p[1].y + c * p[2].y + d * p[3].y };
}

/* `t` from 0, the start, to 1, the end: by pieces, which Graphviz makes of about the same length. */
static SortiePoint
point_on_spline (const SortieLayoutSpline *spline, double t)
{
  guint n = (spline->n_points - 1) / 3;
  double place = CLAMP (t, 0, 1) * n;
  guint piece = MIN ((guint) place, n - 1);

  return point_on_curve (spline->points + piece * 3, place - piece);
}

/* The place on its spline where a label hides least, the middle where all are as good. */
static void
place_label (SortieDiagramLayout *self,
             const SortieLayoutRequest *request,
             guint i,
             const GArray *labels)
{
  static const double places[] = { 0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7, 0.25, 0.75 };
  const SortieLayoutLink *link = &request->links[i];
  double best = G_MAXDOUBLE;

  for (gsize k = 0; k < G_N_ELEMENTS (places); k++)
    {
      SortiePoint point = point_on_spline (&self->splines[i], places[k]);
      Area area = area_around (point, link->label_width, link->label_height);
      double hidden = 0;

      for (guint j = 0; j < self->n_boxes; j++)
        {
          Area box =
              area_around (self->centers[j], request->boxes[j].width, request->boxes[j].height);

          hidden += 2 * get_overlap (&area, &box);
        }
      for (guint j = 0; j < labels->len; j++)
        hidden += get_overlap (&area, &g_array_index (labels, Area, j));
      if (hidden < best)
        {
          best = hidden;
          self->splines[i].label = point;
        }
      if (hidden <= 0)
        break;
    }
}

static void
place_labels (SortieDiagramLayout *self, const SortieLayoutRequest *request)
{
  g_autoptr (GArray) labels = g_array_new (FALSE, FALSE, sizeof (Area));
  gboolean careful = !sortie_diagram_layout_is_large (request);

  for (guint i = 0; i < self->n_splines; i++)
    {
      const SortieLayoutLink *link = &request->links[i];
      Area area;

      if (self->splines[i].n_points == 0)
        continue;
      if (careful && link->label_width > 0)
        place_label (self, request, i, labels);
      else
        self->splines[i].label = point_on_spline (&self->splines[i], 0.5);
      if (!careful || link->label_width <= 0)
        continue;
      area = area_around (self->splines[i].label, link->label_width, link->label_height);
      g_array_append_val (labels, area);
    }
}

/* ---- Margins ---- */

static void
include_point (Area *all, SortiePoint point)
{
  all->left = MIN (all->left, point.x);
  all->top = MIN (all->top, point.y);
  all->right = MAX (all->right, point.x);
  all->bottom = MAX (all->bottom, point.y);
}

static void
include_area (Area *all, Area area)
{
  include_point (all, (SortiePoint){ area.left, area.top });
  include_point (all, (SortiePoint){ area.right, area.bottom });
}

static void
include_spline (Area *all, const SortieLayoutSpline *spline, const SortieLayoutLink *link)
{
  guint n = spline->n_points;

  if (n == 0)
    return;
  /* Not the control points: the curve stays well inside of those. */
  for (guint k = 0; k <= n; k++)
    include_point (all, point_on_spline (spline, k / (double) n));
  include_point (all, spline->tip);
  if (link->label_width > 0)
    include_area (all, area_around (spline->label, link->label_width, link->label_height));
}

static void
move_point (SortiePoint *point, double dx, double dy)
{
  point->x += dx;
  point->y += dy;
}

void
sortie_diagram_layout_settle (SortieDiagramLayout *self, const SortieLayoutRequest *request)
{
  Area all = { G_MAXDOUBLE, G_MAXDOUBLE, -G_MAXDOUBLE, -G_MAXDOUBLE };
  double dx;
  double dy;

  place_labels (self, request);
  for (guint i = 0; i < self->n_boxes; i++)
    include_area (&all, area_around (self->centers[i], request->boxes[i].width,
                                     request->boxes[i].height));
  for (guint i = 0; i < self->n_splines; i++)
    include_spline (&all, &self->splines[i], &request->links[i]);
  if (self->n_boxes == 0)
    all = (Area){ 0, 0, 0, 0 };

  dx = SORTIE_LAYOUT_MARGIN - all.left;
  dy = SORTIE_LAYOUT_MARGIN - all.top;
  for (guint i = 0; i < self->n_boxes; i++)
    move_point (&self->centers[i], dx, dy);
  for (guint i = 0; i < self->n_splines; i++)
    {
      for (guint k = 0; k < self->splines[i].n_points; k++)
        move_point (&self->splines[i].points[k], dx, dy);
      move_point (&self->splines[i].tip, dx, dy);
      move_point (&self->splines[i].label, dx, dy);
    }
  self->width = all.right - all.left + 2 * SORTIE_LAYOUT_MARGIN;
  self->height = all.bottom - all.top + 2 * SORTIE_LAYOUT_MARGIN;
}

/* ---- The plain layout ---- */

SortieDiagramLayout *
sortie_diagram_layout_plain (const SortieLayoutRequest *request)
{
  SortieDiagramLayout *self = sortie_diagram_layout_new (request->n_boxes, request->n_links);
  guint columns = MAX (1, (guint) ceil (sqrt (request->n_boxes)));
  g_autofree SortieLayoutBox *boxes = g_memdup2 (request->boxes, request->n_boxes * sizeof *boxes);
  double width = 0;
  double height = 0;

  for (guint i = 0; i < request->n_boxes; i++)
    {
      width = MAX (width, boxes[i].width);
      height = MAX (height, boxes[i].height);
    }
  for (guint i = 0; i < request->n_boxes; i++)
    {
      if (!request->placed)
        boxes[i].center = (SortiePoint){ (i % columns) * (width + request->gap_x),
                                         (double) (i / columns) * (height + request->gap_y) };
      self->centers[i] = boxes[i].center;
    }
  for (guint i = 0; i < request->n_links; i++)
    if (request->links[i].from != request->links[i].to)
      sortie_layout_draw_straight (&boxes[request->links[i].from], &boxes[request->links[i].to],
                                   &self->splines[i]);
  sortie_diagram_layout_settle (self, request);
  return self;
}
