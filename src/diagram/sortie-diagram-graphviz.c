/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-diagram"

#include "sortie-diagram-layout-private.h"

#include "sortie-error.h"

#include <graphviz/gvc.h>
#include <math.h>

/* Graphviz's own library. Boxes are named b0, b1, …: no text from outside gets here, and numbers go in
 * as the C locale writes them, which is what Graphviz reads. */

#define MANY_LINKS 120 /* routed as straight lines: splines take too long, and nobody could tell */

static int
quiet_cb (char *message)
{
  return 0;
}

static void
set_number (void *object, Agsym_t *attribute, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.4f", value);
  agxset (object, attribute, text);
}

static void
set_graph_number (Agraph_t *graph, const char *name, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.4f", value);
  agattr (graph, AGRAPH, (char *) name, text);
}

static void
set_up (Agraph_t *graph, const SortieLayoutRequest *request)
{
  agattr (graph, AGRAPH, (char *) "splines",
          (char *) (request->n_links > MANY_LINKS ? "line" : "true"));
  agattr (graph, AGRAPH, (char *) "rankdir", (char *) "TB");
  agattr (graph, AGRAPH, (char *) "notranslate", (char *) "true");
  agattr (graph, AGRAPH, (char *) "nslimit", (char *) "4");
  agattr (graph, AGRAPH, (char *) "nslimit1", (char *) "4");
  agattr (graph, AGRAPH, (char *) "mclimit", (char *) "0.5");
  agattr (graph, AGRAPH, (char *) "esep", (char *) "+3");
  agattr (graph, AGRAPH, (char *) "sep", (char *) "+5");
  set_graph_number (graph, "nodesep", request->gap_x / POINTS_PER_INCH);
  set_graph_number (graph, "ranksep", request->gap_y / POINTS_PER_INCH);
  agattr (graph, AGNODE, (char *) "shape", (char *) "box");
  agattr (graph, AGNODE, (char *) "fixedsize", (char *) "true");
  agattr (graph, AGNODE, (char *) "label", (char *) "");
}

static Agnode_t **
add_boxes (Agraph_t *graph, const SortieLayoutRequest *request)
{
  Agnode_t **nodes = g_new0 (Agnode_t *, request->n_boxes + 1);
  Agsym_t *width = agattr (graph, AGNODE, (char *) "width", (char *) "1");
  Agsym_t *height = agattr (graph, AGNODE, (char *) "height", (char *) "1");
  Agsym_t *pos = request->placed ? agattr (graph, AGNODE, (char *) "pos", (char *) "") : NULL;

  for (guint i = 0; i < request->n_boxes; i++)
    {
      const SortieLayoutBox *box = &request->boxes[i];
      char name[16];

      g_snprintf (name, sizeof name, "b%u", i);
      nodes[i] = agnode (graph, name, TRUE);
      set_number (nodes[i], width, box->width / POINTS_PER_INCH);
      set_number (nodes[i], height, box->height / POINTS_PER_INCH);
      if (pos != NULL)
        {
          char x[G_ASCII_DTOSTR_BUF_SIZE];
          char y[G_ASCII_DTOSTR_BUF_SIZE];
          g_autofree char *place = NULL;

          g_ascii_formatd (x, sizeof x, "%.4f", box->center.x);
          g_ascii_formatd (y, sizeof y, "%.4f", -box->center.y);
          place = g_strconcat (x, ",", y, NULL);
          agxset (nodes[i], pos, place);
        }
    }
  return nodes;
}

static Agedge_t **
add_links (Agraph_t *graph, const SortieLayoutRequest *request, Agnode_t **nodes)
{
  Agedge_t **edges = g_new0 (Agedge_t *, request->n_links + 1);
  Agsym_t *arrow = agattr (graph, AGEDGE, (char *) "arrowsize", (char *) "1");

  for (guint i = 0; i < request->n_links; i++)
    {
      const SortieLayoutLink *link = &request->links[i];
      char name[16];

      if (link->from == link->to)
        continue;
      g_snprintf (name, sizeof name, "l%u", i);
      edges[i] = agedge (graph, nodes[link->from], nodes[link->to], name, TRUE);
      set_number (edges[i], arrow,
                  SORTIE_LAYOUT_ARROW / 10.0); /* an arrow of size 1 has 10 points */
    }
  return edges;
}

static void
take_spline (Agedge_t *edge, SortieLayoutSpline *spline)
{
  const splines *from = edge != NULL ? ED_spl (edge) : NULL;
  const bezier *curve = from != NULL && from->size > 0 ? &from->list[0] : NULL;

  if (curve == NULL || curve->size < 4 || curve->size > SORTIE_LAYOUT_MAX_POINTS ||
      curve->size % 3 != 1)
    return;
  spline->n_points = (guint) curve->size;
  spline->points = g_new (SortiePoint, spline->n_points);
  for (guint i = 0; i < spline->n_points; i++)
    spline->points[i] = (SortiePoint){ curve->list[i].x, -curve->list[i].y };
  spline->tip = curve->eflag != 0 ? (SortiePoint){ curve->ep.x, -curve->ep.y }
                                  : spline->points[spline->n_points - 1];
}

static SortieDiagramLayout *
take_layout (const SortieLayoutRequest *request, Agnode_t **nodes, Agedge_t **edges)
{
  SortieDiagramLayout *layout = sortie_diagram_layout_new (request->n_boxes, request->n_links);
  g_autofree SortieLayoutBox *boxes = g_memdup2 (request->boxes, request->n_boxes * sizeof *boxes);

  for (guint i = 0; i < request->n_boxes; i++)
    {
      layout->centers[i] = (SortiePoint){ ND_coord (nodes[i]).x, -ND_coord (nodes[i]).y };
      boxes[i].center = layout->centers[i];
    }
  for (guint i = 0; i < request->n_links; i++)
    {
      const SortieLayoutLink *link = &request->links[i];

      take_spline (edges[i], &layout->splines[i]);
      if (layout->splines[i].n_points == 0 && link->from != link->to)
        sortie_layout_draw_straight (&boxes[link->from], &boxes[link->to], &layout->splines[i]);
    }
  sortie_diagram_layout_settle (layout, request);
  return layout;
}

SortieDiagramLayout *
sortie_diagram_layout_run (const SortieLayoutRequest *request, GError **error)
{
  GVC_t *context;
  Agraph_t *graph;
  g_autofree Agnode_t **nodes = NULL;
  g_autofree Agedge_t **edges = NULL;
  SortieDiagramLayout *layout = NULL;

  if (!sortie_layout_request_check (request, error))
    return NULL;
  if (request->n_boxes == 0)
    return sortie_diagram_layout_plain (request);

  agseterrf (quiet_cb);
  context = gvContext ();
  graph = agopen ((char *) "g", Agdirected, NULL);
  set_up (graph, request);
  nodes = add_boxes (graph, request);
  edges = add_links (graph, request, nodes);
  if (gvLayout (context, graph, request->placed ? "nop2" : "dot") == 0)
    {
      layout = take_layout (request, nodes, edges);
      gvFreeLayout (context, graph);
    }
  else
    g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "Graphviz found no layout");
  agclose (graph);
  gvFreeContext (context);
  return layout;
}
