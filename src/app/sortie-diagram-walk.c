/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-diagram-walk.h"

#include <math.h>

/* How far beside, to how far along, a neighbour may lie: one that an edge leads to, and any. Ranks lie
 * below each other, so that edges lead up and down, while a row is walked from side to side. */
#define EDGE_UPRIGHT 1.6
#define EDGE_SIDEWAYS 0.5
#define ANY 2.5

/* How far a place lies in a direction, and how far beside. */
static gboolean
project (
    SortiePoint from, SortiePoint to, GtkDirectionType direction, double *along, double *beside)
{
  double dx = to.x - from.x;
  double dy = to.y - from.y;

  switch (direction)
    {
    case GTK_DIR_LEFT:
      *along = -dx;
      *beside = fabs (dy);
      return TRUE;
    case GTK_DIR_RIGHT:
      *along = dx;
      *beside = fabs (dy);
      return TRUE;
    case GTK_DIR_UP:
      *along = -dy;
      *beside = fabs (dx);
      return TRUE;
    case GTK_DIR_DOWN:
      *along = dy;
      *beside = fabs (dx);
      return TRUE;
    case GTK_DIR_TAB_FORWARD:
    case GTK_DIR_TAB_BACKWARD:
    default:
      return FALSE;
    }
}

static gboolean
are_linked (const SortieLayoutRequest *request, guint a, guint b)
{
  for (guint i = 0; i < request->n_links; i++)
    if ((request->links[i].from == a && request->links[i].to == b) ||
        (request->links[i].from == b && request->links[i].to == a))
      return TRUE;
  return FALSE;
}

int
sortie_diagram_walk (const SortieDiagramLayout *layout,
                     const SortieLayoutRequest *request,
                     guint from,
                     GtkDirectionType direction)
{
  double best = G_MAXDOUBLE;
  int found = -1;
  gboolean linked = FALSE;
  double steep =
      direction == GTK_DIR_UP || direction == GTK_DIR_DOWN ? EDGE_UPRIGHT : EDGE_SIDEWAYS;

  for (guint i = 0; i < layout->n_boxes; i++)
    {
      double along;
      double beside;
      gboolean here;

      if (i == from ||
          !project (layout->centers[from], layout->centers[i], direction, &along, &beside) ||
          along < 1 || beside > ANY * along)
        continue;
      here = beside <= steep * along && are_linked (request, from, i);
      if (linked && !here)
        continue;
      if (along + 2 * beside < best || (here && !linked))
        {
          best = along + 2 * beside;
          found = (int) i;
          linked = here;
        }
    }
  return found;
}

/* Whether one place is read before another: nodes of a row have one height. */
static gboolean
is_before (const SortieDiagramLayout *layout, int a, int b)
{
  SortiePoint one = layout->centers[a];
  SortiePoint other = layout->centers[b];

  if (fabs (one.y - other.y) > 1)
    return one.y < other.y;
  return one.x != other.x ? one.x < other.x : a < b;
}

int
sortie_diagram_walk_tab (const SortieDiagramLayout *layout, int from, gboolean forward)
{
  int found = -1;

  for (int i = 0; i < (int) layout->n_boxes; i++)
    {
      if (i == from || (from >= 0 && is_before (layout, i, from) == forward))
        continue;
      if (found < 0 || is_before (layout, i, found) == forward)
        found = i;
    }
  return found;
}
