/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-diagram-canvas.h"

#include "sortie-diagram-arrange.h"
#include "sortie-diagram-walk.h"
#include "sortie-diagram-words.h"

#include <math.h>

/* The sidebar is 330 pixels wide. Three agents of the usual fonts stand side by side in these, and the
 * whole is shown at 0.9 then; the smallest zoom leaves room for larger letters. */
#define SIDEBAR_WIDTH 350.0
#define LARGE_WIDTH 800.0
#define LABEL_BLANK 4.0 /* pixels of a label's border that may be hidden */
#define MAX_FIT 1.0     /* a fitting diagram is not enlarged beyond this */
#define MAX_FIT_LARGE 1.5

struct _SortieDiagramCanvas
{
  GtkWidget parent_instance;
  const SortieTopology *topology;
  GPtrArray *nodes;             /* SortieDiagramNode */
  GPtrArray *edges;             /* SortieDiagramEdge */
  SortieLayoutRequest *request; /* (nullable): what was laid out, or is being */
  SortieDiagramLayout *layout;  /* (nullable) */
  GCancellable *cancellable;    /* (nullable): of a layout by the helper */
  gboolean large;
  double wanted; /* zoom; 0 to fit */
  double zoom;   /* what is shown */
  double left;   /* where the layout's origin is */
  double top;
  guint n_layouts;
};

G_DEFINE_FINAL_TYPE (SortieDiagramCanvas, sortie_diagram_canvas, GTK_TYPE_WIDGET)

enum
{
  NODE_ACTIVATED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static SortieDiagramNode *
get_node (SortieDiagramCanvas *self, guint i)
{
  return g_ptr_array_index (self->nodes, i);
}

/* ---- Layout ---- */

/* Whether a label would lie on a node for more than its blank border. */
static gboolean
is_crowded (SortieDiagramCanvas *self, const SortieDiagramLayout *layout, guint edge)
{
  const SortieLayoutLink *link = &self->request->links[edge];
  SortiePoint label = layout->splines[edge].label;

  for (guint i = 0; i < layout->n_boxes; i++)
    {
      const SortieLayoutBox *box = &self->request->boxes[i];
      SortiePoint center = layout->centers[i];

      if (fabs (label.x - center.x) < (link->label_width + box->width) / 2 - LABEL_BLANK &&
          fabs (label.y - center.y) < (link->label_height + box->height) / 2 - LABEL_BLANK)
        return TRUE;
    }
  return FALSE;
}

static void
take_layout (SortieDiagramCanvas *self, SortieDiagramLayout *layout)
{
  sortie_diagram_layout_free (self->layout);
  self->layout = layout;
  for (guint i = 0; i < self->edges->len; i++)
    {
      GtkWidget *edge = g_ptr_array_index (self->edges, i);

      sortie_diagram_edge_set_spline (SORTIE_DIAGRAM_EDGE (edge), &layout->splines[i]);
      if (is_crowded (self, layout, i))
        gtk_widget_add_css_class (edge, "crowded");
      else
        gtk_widget_remove_css_class (edge, "crowded");
    }
}

static void
layout_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SortieDiagramCanvas *self = user_data;
  g_autoptr (GError) error = NULL;
  SortieDiagramLayout *layout = sortie_diagram_layout_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* and `self` may be gone */
  g_clear_object (&self->cancellable);
  if (layout == NULL)
    {
      g_debug ("%s", error->message); /* the plain one is shown already */
      return;
    }
  take_layout (self, layout);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/* Boxes of one kind have one width: that of the widest. */
static void
measure_boxes (SortieDiagramCanvas *self, SortieLayoutRequest *request)
{
  g_autoptr (GHashTable) widest = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < request->n_boxes; i++)
    {
      GtkWidget *node = g_ptr_array_index (self->nodes, i);
      gpointer kind = (gpointer) sortie_diagram_node_get_kind (get_node (self, i));
      int width;
      int height;

      gtk_widget_measure (node, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &width, NULL, NULL);
      gtk_widget_measure (node, GTK_ORIENTATION_VERTICAL, width, NULL, &height, NULL, NULL);
      width = CLAMP (width, 1, (int) SORTIE_LAYOUT_MAX_SIZE);
      width = MAX (width, GPOINTER_TO_INT (g_hash_table_lookup (widest, kind)));
      g_hash_table_insert (widest, kind, GINT_TO_POINTER (width));
      request->boxes[i].height = CLAMP (height, 1, SORTIE_LAYOUT_MAX_SIZE);
    }
  for (guint i = 0; i < request->n_boxes; i++)
    request->boxes[i].width = GPOINTER_TO_INT (
        g_hash_table_lookup (widest, sortie_diagram_node_get_kind (get_node (self, i))));
}

static SortieLayoutRequest *
make_request (SortieDiagramCanvas *self)
{
  SortieLayoutRequest *request = sortie_layout_request_new (self->nodes->len, self->edges->len);

  request->gap_x = self->large ? 56 : 12;
  request->gap_y = self->large ? 60 : 34;
  measure_boxes (self, request);
  for (guint i = 0; i < request->n_links; i++)
    {
      const SortieTopologyEdge *edge = g_ptr_array_index (self->topology->edges, i);
      SortieLayoutLink *link = &request->links[i];

      link->from = edge->from;
      link->to = edge->to;
      sortie_diagram_edge_measure_label (g_ptr_array_index (self->edges, i), &link->label_width,
                                         &link->label_height);
    }
  return request;
}

static void
lay_out (SortieDiagramCanvas *self)
{
  SortieLayoutRequest *request = make_request (self);
  g_autoptr (GError) error = NULL;
  SortieDiagramLayout *layout = NULL;

  self->n_layouts++;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  sortie_layout_request_free (self->request);
  self->request = sortie_layout_request_copy (request);
  sortie_diagram_arrange (self->topology, request, self->large ? LARGE_WIDTH : SIDEBAR_WIDTH);
  if (!sortie_diagram_layout_is_large (request))
    layout = sortie_diagram_layout_run (request, &error);
  else
    {
      self->cancellable = g_cancellable_new ();
      sortie_diagram_layout_async (request, self->cancellable, layout_cb, self);
    }
  if (error != NULL)
    g_debug ("%s", error->message);
  take_layout (self, layout != NULL ? layout : sortie_diagram_layout_plain (request));
  sortie_layout_request_free (request);
}

/* Whether a node needs another size than it had when it was laid out. */
static gboolean
is_stale (SortieDiagramCanvas *self)
{
  g_autoptr (SortieLayoutRequest) now = sortie_layout_request_new (self->nodes->len, 0);

  measure_boxes (self, now);
  for (guint i = 0; i < now->n_boxes; i++)
    if (now->boxes[i].width != self->request->boxes[i].width ||
        now->boxes[i].height != self->request->boxes[i].height)
      return TRUE;
  return FALSE;
}

/* Without a root there is no font yet. */
static void
ensure_layout (SortieDiagramCanvas *self)
{
  if (self->topology == NULL || gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return;
  if (self->layout == NULL || is_stale (self))
    lay_out (self);
}

/* ---- Size ---- */

static double
get_max_fit (SortieDiagramCanvas *self)
{
  return self->large ? MAX_FIT_LARGE : MAX_FIT;
}

double
sortie_diagram_canvas_zoom_for_width (SortieDiagramCanvas *self, int width)
{
  ensure_layout (self);
  if (self->wanted > 0)
    return self->wanted;
  if (self->layout == NULL || width < 0)
    return get_max_fit (self);
  return CLAMP (width / self->layout->width, SORTIE_DIAGRAM_MIN_ZOOM, get_max_fit (self));
}

static void
sortie_diagram_canvas_measure (GtkWidget *widget,
                               GtkOrientation orientation,
                               int for_size,
                               int *minimum,
                               int *natural,
                               int *minimum_baseline,
                               int *natural_baseline)
{
  SortieDiagramCanvas *self = SORTIE_DIAGRAM_CANVAS (widget);
  double smallest = self->wanted > 0 ? self->wanted : SORTIE_DIAGRAM_MIN_ZOOM;
  double best;

  ensure_layout (self);
  if (self->layout == NULL)
    {
      *minimum = *natural = 0;
      return;
    }
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      best = self->wanted > 0 ? self->wanted : get_max_fit (self);
      *minimum = (int) floor (self->layout->width * smallest);
      *natural = (int) ceil (self->layout->width * best);
    }
  else
    {
      best = sortie_diagram_canvas_zoom_for_width (self, for_size);
      *minimum = (int) floor (self->layout->height * smallest);
      *natural = (int) ceil (self->layout->height * best);
    }
  *natural = MAX (*natural, *minimum);
}

static GtkSizeRequestMode
sortie_diagram_canvas_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
place (SortieDiagramCanvas *self, GtkWidget *child, double x, double y, int width, int height)
{
  graphene_point_t origin = GRAPHENE_POINT_INIT ((float) (self->left + x * self->zoom),
                                                 (float) (self->top + y * self->zoom));
  GskTransform *transform = gsk_transform_translate (NULL, &origin);

  if (self->zoom != 1)
    transform = gsk_transform_scale (transform, (float) self->zoom, (float) self->zoom);
  /* GTK wants to be asked before it is told. */
  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, NULL, NULL, NULL, NULL);
  gtk_widget_allocate (child, width, height, -1, transform);
}

static void
sortie_diagram_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SortieDiagramCanvas *self = SORTIE_DIAGRAM_CANVAS (widget);

  if (self->layout == NULL)
    return;
  self->zoom =
      self->wanted > 0
          ? self->wanted
          : CLAMP (MIN ((width + 1) / self->layout->width, (height + 1) / self->layout->height),
                   SORTIE_DIAGRAM_MIN_ZOOM, get_max_fit (self));
  self->left = MAX (0, floor ((width - self->layout->width * self->zoom) / 2));
  self->top = MAX (0, floor ((height - self->layout->height * self->zoom) / 2));
  for (guint i = 0; i < self->nodes->len; i++)
    {
      const SortieLayoutBox *box = &self->request->boxes[i];
      SortiePoint center = self->layout->centers[i];

      place (self, g_ptr_array_index (self->nodes, i), round (center.x - box->width / 2),
             round (center.y - box->height / 2), (int) box->width, (int) box->height);
    }
  for (guint i = 0; i < self->edges->len; i++)
    {
      SortieDiagramEdge *edge = g_ptr_array_index (self->edges, i);
      graphene_rect_t area;

      sortie_diagram_edge_get_area (edge, &area);
      place (self, GTK_WIDGET (edge), area.origin.x, area.origin.y, (int) ceilf (area.size.width),
             (int) ceilf (area.size.height));
    }
}

/* ---- Focus ---- */

static gboolean
sortie_diagram_canvas_focus (GtkWidget *widget, GtkDirectionType direction)
{
  SortieDiagramCanvas *self = SORTIE_DIAGRAM_CANVAS (widget);
  GtkWidget *focus = gtk_widget_get_focus_child (widget);
  gboolean tab = direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD;
  gboolean inside;
  guint i;
  int next;

  if (self->layout == NULL)
    return FALSE;
  inside = focus != NULL && g_ptr_array_find (self->nodes, focus, &i);
  if (tab)
    next = sortie_diagram_walk_tab (self->layout, inside ? (int) i : -1,
                                    direction == GTK_DIR_TAB_FORWARD);
  else if (inside)
    next = sortie_diagram_walk (self->layout, self->request, i, direction);
  else
    return GTK_WIDGET_CLASS (sortie_diagram_canvas_parent_class)->focus (widget, direction);
  return next >= 0 && gtk_widget_grab_focus (g_ptr_array_index (self->nodes, next));
}

/* The edges of a node that is pointed at, or has the focus, tell their labels. */
static void
flags_cb (GtkWidget *widget, GtkStateFlags before, SortieDiagramCanvas *self)
{
  const GtkStateFlags interest = GTK_STATE_FLAG_PRELIGHT | GTK_STATE_FLAG_FOCUS_VISIBLE;
  gboolean near = (gtk_widget_get_state_flags (widget) & interest) != 0;
  guint node;

  if (((before & interest) != 0) == near || !g_ptr_array_find (self->nodes, widget, &node))
    return;
  for (guint i = 0; i < self->edges->len; i++)
    {
      const SortieTopologyEdge *edge = g_ptr_array_index (self->topology->edges, i);
      GtkWidget *arrow = g_ptr_array_index (self->edges, i);

      if (edge->from != node && edge->to != node)
        continue;
      if (near)
        gtk_widget_add_css_class (arrow, "near");
      else
        gtk_widget_remove_css_class (arrow, "near");
    }
}

static void
clicked_cb (SortieDiagramNode *node, SortieDiagramCanvas *self)
{
  g_signal_emit (self, signals[NODE_ACTIVATED], 0, sortie_diagram_node_get_id (node));
}

/* ---- The object ---- */

static void
clear_topology (SortieDiagramCanvas *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_ptr_array_set_size (self->nodes, 0);
  g_ptr_array_set_size (self->edges, 0);
  g_clear_pointer (&self->request, sortie_layout_request_free);
  g_clear_pointer (&self->layout, sortie_diagram_layout_free);
  self->topology = NULL;
}

static void
sortie_diagram_canvas_dispose (GObject *object)
{
  SortieDiagramCanvas *self = SORTIE_DIAGRAM_CANVAS (object);

  clear_topology (self);
  G_OBJECT_CLASS (sortie_diagram_canvas_parent_class)->dispose (object);
}

static void
sortie_diagram_canvas_finalize (GObject *object)
{
  SortieDiagramCanvas *self = SORTIE_DIAGRAM_CANVAS (object);

  g_ptr_array_unref (self->nodes);
  g_ptr_array_unref (self->edges);
  G_OBJECT_CLASS (sortie_diagram_canvas_parent_class)->finalize (object);
}

static void
sortie_diagram_canvas_class_init (SortieDiagramCanvasClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->dispose = sortie_diagram_canvas_dispose;
  object_class->finalize = sortie_diagram_canvas_finalize;
  widget_class->measure = sortie_diagram_canvas_measure;
  widget_class->get_request_mode = sortie_diagram_canvas_get_request_mode;
  widget_class->size_allocate = sortie_diagram_canvas_size_allocate;
  widget_class->focus = sortie_diagram_canvas_focus;
  signals[NODE_ACTIVATED] =
      g_signal_new ("node-activated", SORTIE_TYPE_DIAGRAM_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_css_name (widget_class, "diagram-canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
unparent (gpointer widget)
{
  g_signal_handlers_disconnect_by_data (widget, gtk_widget_get_parent (widget));
  gtk_widget_unparent (widget);
}

static void
sortie_diagram_canvas_init (SortieDiagramCanvas *self)
{
  self->nodes = g_ptr_array_new_with_free_func (unparent);
  self->edges = g_ptr_array_new_with_free_func (unparent);
  self->zoom = 1;
}

static void
add_nodes (SortieDiagramCanvas *self)
{
  for (guint i = 0; i < self->topology->nodes->len; i++)
    {
      GtkWidget *node =
          sortie_diagram_node_new (g_ptr_array_index (self->topology->nodes, i), self->large);
      g_autofree char *links = sortie_diagram_dup_links (self->topology, i);

      sortie_diagram_node_set_links (SORTIE_DIAGRAM_NODE (node), links);
      gtk_widget_set_parent (node, GTK_WIDGET (self));
      g_signal_connect (node, "clicked", G_CALLBACK (clicked_cb), self);
      g_signal_connect (node, "state-flags-changed", G_CALLBACK (flags_cb), self);
      g_ptr_array_add (self->nodes, node);
    }
}

void
sortie_diagram_canvas_set_topology (SortieDiagramCanvas *self,
                                    const SortieTopology *topology,
                                    gboolean large)
{
  clear_topology (self);
  self->topology = topology;
  self->large = large;
  if (large)
    gtk_widget_remove_css_class (GTK_WIDGET (self), "narrow");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self), "narrow");
  if (topology != NULL)
    {
      /* Edges first: they lie under the nodes. */
      for (guint i = 0; i < topology->edges->len; i++)
        {
          const SortieTopologyEdge *edge = g_ptr_array_index (topology->edges, i);
          g_autofree char *label = sortie_diagram_dup_edge_label (edge);
          GtkWidget *widget = sortie_diagram_edge_new (label);

          gtk_widget_set_parent (widget, GTK_WIDGET (self));
          g_ptr_array_add (self->edges, widget);
        }
      add_nodes (self);
    }
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
sortie_diagram_canvas_replace_topology (SortieDiagramCanvas *self, const SortieTopology *topology)
{
  self->topology = topology;
}

guint
sortie_diagram_canvas_get_n_nodes (SortieDiagramCanvas *self)
{
  return self->nodes->len;
}

SortieDiagramNode *
sortie_diagram_canvas_get_node (SortieDiagramCanvas *self, guint i)
{
  return g_ptr_array_index (self->nodes, i);
}

SortieDiagramEdge *
sortie_diagram_canvas_get_edge (SortieDiagramCanvas *self, guint i)
{
  return g_ptr_array_index (self->edges, i);
}

void
sortie_diagram_canvas_set_zoom (SortieDiagramCanvas *self, double zoom)
{
  zoom = zoom > 0 ? CLAMP (zoom, SORTIE_DIAGRAM_MIN_ZOOM, SORTIE_DIAGRAM_MAX_ZOOM) : 0;
  if (zoom == self->wanted)
    return;
  self->wanted = zoom;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

double
sortie_diagram_canvas_get_zoom (SortieDiagramCanvas *self)
{
  return self->wanted > 0 ? self->wanted : self->zoom;
}

gboolean
sortie_diagram_canvas_is_fitting (SortieDiagramCanvas *self)
{
  return self->wanted <= 0;
}

gboolean
sortie_diagram_canvas_get_size (SortieDiagramCanvas *self, double *width, double *height)
{
  if (self->layout == NULL)
    return FALSE;
  *width = self->layout->width;
  *height = self->layout->height;
  return TRUE;
}

GskRenderNode *
sortie_diagram_canvas_render (SortieDiagramCanvas *self)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  graphene_point_t origin = GRAPHENE_POINT_INIT ((float) -self->left, (float) -self->top);

  gtk_snapshot_scale (snapshot, (float) (1 / self->zoom), (float) (1 / self->zoom));
  gtk_snapshot_translate (snapshot, &origin);
  GTK_WIDGET_GET_CLASS (self)->snapshot (GTK_WIDGET (self), snapshot);
  return gtk_snapshot_free_to_node (snapshot);
}

guint
sortie_diagram_canvas_get_n_layouts (SortieDiagramCanvas *self)
{
  return self->n_layouts;
}
