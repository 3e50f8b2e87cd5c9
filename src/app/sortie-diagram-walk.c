/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-diagram-walk.h"

#include <math.h>

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

  for (guint i = 0; i < layout->n_boxes; i++)
    {
      double along;
      double beside;
      gboolean here;

      if (i == from ||
          !project (layout->centers[from], layout->centers[i], direction, &along, &beside) ||
          along < 1 || beside > 2.5 * along)
        continue;
      here = are_linked (request, from, i);
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
