/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-diagram-view-private.h"

#include "sortie-diagram-export.h"
#include "sortie-diagram-state.h"
#include "sortie-diagram-zoom.h"
#include "sortie-dialogs.h"
#include "sortie-error.h"
#include "sortie-toast.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#define LOWEST_HEIGHT 160
#define PNG_SCALE 2.0
#define MAX_COUNTDOWN (60 * 60) /* seconds; more is no countdown */

struct _SortieDiagramView
{
  GtkWidget parent_instance;
  GtkWidget *stack;
  GtkScrolledWindow *scrolled;
  SortieDiagramCanvas *canvas;
  GtkWidget *enlarge;
  GtkWidget *toolbar;
  GtkLabel *zoom_label;
  SortieTopology *topology;   /* (nullable) */
  SortieLiveMission *mission; /* (nullable) */
  SortieModelUses uses;
  SortieNodeState *states; /* what the nodes show */
  int *seconds;            /* and of their countdowns */
  SortieNodeState *new_states;
  SortieEdgeLook *new_looks;
  guint countdown; /* source ID */
  gboolean large;
};

G_DEFINE_FINAL_TYPE (SortieDiagramView, sortie_diagram_view, GTK_TYPE_WIDGET)

enum
{
  NODE_ACTIVATED,
  ENLARGE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* ---- Showing the state ---- */

static const SortieMissionModel *
get_model (SortieDiagramView *self)
{
  return self->mission != NULL ? sortie_live_mission_get_model (self->mission) : NULL;
}

/* Until the next attempt; -1 where unknown. The backend's clock may not be ours: never longer than it
 * was when the attempt was put off. */
static int
get_seconds (SortieDiagramView *self, const SortieNodeState *state)
{
  gint64 longest;
  gint64 left;

  if (state->look != SORTIE_LOOK_RETRYING || state->retry_at == 0 || self->mission == NULL)
    return -1;
  longest = MAX (0, state->retry_at - sortie_mission_model_get_time (get_model (self)));
  left = sortie_live_mission_is_live (self->mission) ? state->retry_at - g_get_real_time () / 1000
                                                     : longest;
  left = CLAMP (left, 0, longest);
  return left <= MAX_COUNTDOWN * 1000 ? (int) ((left + 999) / 1000) : -1;
}

static gboolean
is_same (const SortieNodeState *a, const SortieNodeState *b)
{
  return a->look == b->look && a->fallback == b->fallback && a->of_mission == b->of_mission &&
         a->retry_at == b->retry_at && a->n_done == b->n_done && a->n_steps == b->n_steps;
}

static void schedule_countdown (SortieDiagramView *self);

/* @all: whether counters may be others, too */
static void
refresh (SortieDiagramView *self, gboolean all)
{
  gboolean counting = FALSE;

  if (self->topology == NULL)
    return;
  sortie_diagram_state_compute (self->topology, get_model (self), &self->uses, self->new_states,
                                self->new_looks);
  for (guint i = 0; i < self->topology->nodes->len; i++)
    {
      const SortieNodeState *state = &self->new_states[i];
      int seconds = get_seconds (self, state);

      counting = counting || seconds > 0;
      if (!all && is_same (state, &self->states[i]) && seconds == self->seconds[i])
        continue;
      self->states[i] = *state;
      self->seconds[i] = seconds;
      sortie_diagram_node_show (sortie_diagram_canvas_get_node (self->canvas, i),
                                g_ptr_array_index (self->topology->nodes, i), state, seconds);
    }
  for (guint i = 0; i < self->topology->edges->len; i++)
    sortie_diagram_edge_set_look (sortie_diagram_canvas_get_edge (self->canvas, i),
                                  self->new_looks[i]);
  if (counting)
    schedule_countdown (self);
  else
    g_clear_handle_id (&self->countdown, g_source_remove);
}

static gboolean
countdown_cb (gpointer user_data)
{
  SortieDiagramView *self = user_data;

  self->countdown = 0;
  refresh (self, FALSE);
  return G_SOURCE_REMOVE;
}

/* Once, at the moment when the first of the countdowns shows another second. */
static void
schedule_countdown (SortieDiagramView *self)
{
  gint64 now = g_get_real_time () / 1000;
  gint64 next = 1000;

  if (self->countdown != 0 || !gtk_widget_get_mapped (GTK_WIDGET (self)) ||
      !sortie_live_mission_is_live (self->mission))
    return;
  for (guint i = 0; i < self->topology->nodes->len; i++)
    if (self->seconds[i] > 0)
      {
        gint64 left = self->states[i].retry_at - now;

        next = MIN (next, left > 0 ? (left + 999) % 1000 + 1 : 1000);
      }
  self->countdown = g_timeout_add ((guint) next + 1, countdown_cb, self);
}

/* ---- Events ---- */

static gboolean
is_node (SortieDiagramView *self, guint i, const char *name)
{
  const SortieTopologyNode *node = g_ptr_array_index (self->topology->nodes, i);

  return g_str_equal (node->id, name) || g_str_equal (node->kind, name);
}

/* Each edge between nodes of these ids or kinds. */
static void
pulse (SortieDiagramView *self, const char *from, const char *to)
{
  for (guint i = 0; i < self->topology->edges->len; i++)
    {
      const SortieTopologyEdge *edge = g_ptr_array_index (self->topology->edges, i);

      if (is_node (self, edge->from, from) && is_node (self, edge->to, to))
        sortie_diagram_edge_pulse (sortie_diagram_canvas_get_edge (self->canvas, i));
    }
}

static void
pulse_for (SortieDiagramView *self, const SortieEvent *event, guint changes)
{
  if (g_str_equal (event->code, SORTIE_CODE_STEP_DISPATCHED) && event->to != NULL)
    pulse (self, "orchestrator", event->to);
  else if (g_str_equal (event->code, SORTIE_CODE_STEP_STARTED))
    pulse (self, event->source, "collection");
  else if (g_str_equal (event->code, SORTIE_CODE_MISSION_ACCEPTED))
    pulse (self, "client", "orchestrator");
  else if (g_str_equal (event->code, SORTIE_CODE_LLM_USED))
    pulse (self, event->source, "llm");
  if ((changes & SORTIE_MODEL_DRAFT_STARTED) != 0)
    pulse (self, event->source, "client");
}

static void
event_cb (SortieLiveMission *mission,
          const SortieEvent *event,
          guint changes,
          SortieDiagramView *self)
{
  /* Text of a draft that is on its way already changes nothing here. */
  if ((changes & ~(guint) (SORTIE_MODEL_CHANGED | SORTIE_MODEL_DRAFT_GREW)) == 0 &&
      event->type == SORTIE_EVENT_PARTIAL_OUTPUT)
    return;
  sortie_model_uses_take (&self->uses, event, sortie_live_mission_get_model (mission));
  if (self->topology == NULL)
    return;
  refresh (self, FALSE);
  pulse_for (self, event, changes);
}

static void
stop_pulses (SortieDiagramView *self)
{
  for (guint i = 0; self->topology != NULL && i < self->topology->edges->len; i++)
    sortie_diagram_edge_stop_pulse (sortie_diagram_canvas_get_edge (self->canvas, i));
}

/* Another moment is shown: everything anew, and nothing moves. */
static void
jumped_cb (SortieDiagramView *self)
{
  guint position = self->mission != NULL ? sortie_live_mission_get_position (self->mission) : 0;

  self->uses = (SortieModelUses){ 0 };
  for (guint i = 0; i < position; i++)
    sortie_model_uses_take (&self->uses, sortie_live_mission_get_event (self->mission, i),
                            get_model (self));
  stop_pulses (self);
  refresh (self, FALSE);
}

/* ---- Zoom and export ---- */

static void
update_zoom (SortieDiagramView *self)
{
  double zoom = sortie_diagram_canvas_get_zoom (self->canvas);
  g_autofree char *text = NULL;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "diagram.zoom-in",
                                 zoom < SORTIE_DIAGRAM_MAX_ZOOM - 0.001);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "diagram.zoom-out",
                                 zoom > SORTIE_DIAGRAM_MIN_ZOOM + 0.001);
  text = sortie_diagram_canvas_is_fitting (self->canvas)
             /* Translators: the zoom at which the whole diagram is seen */
             ? g_strdup (_ ("Fit"))
             /* Translators: a zoom in percent */
             : g_strdup_printf (_ ("%d %%"), (int) round (zoom * 100));
  gtk_label_set_text (self->zoom_label, text);
}

static void
zoom_action_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SortieDiagramView *self = SORTIE_DIAGRAM_VIEW (widget);
  double zoom = sortie_diagram_canvas_get_zoom (self->canvas);

  zoom *= g_str_equal (name, "diagram.zoom-in")    ? SORTIE_DIAGRAM_ZOOM_STEP
          : g_str_equal (name, "diagram.zoom-out") ? 1 / SORTIE_DIAGRAM_ZOOM_STEP
                                                   : 0;
  sortie_diagram_zoom_to (self->scrolled, zoom);
}

static void
say_exported (SortieDiagramView *self, gboolean done, const GError *error)
{
  g_autofree char *text =
      done ? g_strdup (_ ("The diagram was exported."))
           /* Translators: %s is the reason */
           : g_strdup_printf (_ ("The diagram could not be exported: %s"), error->message);

  sortie_toast (GTK_WIDGET (self), text);
}

static void
save_svg_cb (GFile *file, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gboolean done = sortie_diagram_view_export_svg (user_data, file, &error);

  say_exported (user_data, done, error);
}

static void
save_png_cb (GFile *file, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gboolean done = sortie_diagram_view_export_png (user_data, file, PNG_SCALE, &error);

  say_exported (user_data, done, error);
}

static void
export_action_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  if (g_str_equal (name, "diagram.export-svg"))
    sortie_dialogs_save_file (widget, _ ("Export Diagram"), _ ("diagram.svg"), save_svg_cb, widget);
  else
    sortie_dialogs_save_file (widget, _ ("Export Diagram"), _ ("diagram.png"), save_png_cb, widget);
}

static void
enlarge_action_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_signal_emit (widget, signals[ENLARGE], 0);
}

static void
node_activated_cb (SortieDiagramView *self, const char *id)
{
  g_signal_emit (self, signals[NODE_ACTIVATED], 0, id);
}

/* ---- The widget ---- */

static void
sortie_diagram_view_measure (GtkWidget *widget,
                             GtkOrientation orientation,
                             int for_size,
                             int *minimum,
                             int *natural,
                             int *minimum_baseline,
                             int *natural_baseline)
{
  SortieDiagramView *self = SORTIE_DIAGRAM_VIEW (widget);
  double width;
  double height;

  gtk_widget_measure (self->stack, orientation, for_size, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL ||
      !sortie_diagram_canvas_get_size (self->canvas, &width, &height))
    return;
  /* A scrolled window measures its child without the width that it will have. */
  *natural = (int) ceil (height * sortie_diagram_canvas_zoom_for_width (self->canvas, for_size));
  *minimum = MIN (LOWEST_HEIGHT, *natural);
}

static GtkSizeRequestMode
sortie_diagram_view_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
sortie_diagram_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SortieDiagramView *self = SORTIE_DIAGRAM_VIEW (widget);

  sortie_diagram_zoom_prepare (self->scrolled, width, height);
  gtk_widget_allocate (self->stack, width, height, -1, NULL);
}

static void
sortie_diagram_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sortie_diagram_view_parent_class)->map (widget);
  refresh (SORTIE_DIAGRAM_VIEW (widget), FALSE);
}

static void
sortie_diagram_view_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&SORTIE_DIAGRAM_VIEW (widget)->countdown, g_source_remove);
  GTK_WIDGET_CLASS (sortie_diagram_view_parent_class)->unmap (widget);
}

static void
free_states (SortieDiagramView *self)
{
  g_clear_pointer (&self->topology, sortie_topology_free);
  g_clear_pointer (&self->states, g_free);
  g_clear_pointer (&self->seconds, g_free);
  g_clear_pointer (&self->new_states, g_free);
  g_clear_pointer (&self->new_looks, g_free);
}

static void
sortie_diagram_view_dispose (GObject *object)
{
  SortieDiagramView *self = SORTIE_DIAGRAM_VIEW (object);

  g_clear_handle_id (&self->countdown, g_source_remove);
  sortie_diagram_view_set_mission (self, NULL);
  if (self->canvas != NULL)
    sortie_diagram_canvas_set_topology (self->canvas, NULL, FALSE);
  free_states (self);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  self->canvas = NULL;
  G_OBJECT_CLASS (sortie_diagram_view_parent_class)->dispose (object);
}

static void
add_actions (GtkWidgetClass *class)
{
  static const struct
  {
    guint key;
    const char *action;
  } keys[] = {
    { GDK_KEY_plus, "diagram.zoom-in" },         { GDK_KEY_equal, "diagram.zoom-in" },
    { GDK_KEY_KP_Add, "diagram.zoom-in" },       { GDK_KEY_minus, "diagram.zoom-out" },
    { GDK_KEY_KP_Subtract, "diagram.zoom-out" }, { GDK_KEY_0, "diagram.zoom-reset" },
    { GDK_KEY_KP_0, "diagram.zoom-reset" },
  };

  gtk_widget_class_install_action (class, "diagram.zoom-in", NULL, zoom_action_cb);
  gtk_widget_class_install_action (class, "diagram.zoom-out", NULL, zoom_action_cb);
  gtk_widget_class_install_action (class, "diagram.zoom-reset", NULL, zoom_action_cb);
  gtk_widget_class_install_action (class, "diagram.export-svg", NULL, export_action_cb);
  gtk_widget_class_install_action (class, "diagram.export-png", NULL, export_action_cb);
  gtk_widget_class_install_action (class, "diagram.enlarge", NULL, enlarge_action_cb);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (class, keys[i].key, GDK_CONTROL_MASK, keys[i].action,
                                         NULL);
}

static void
sortie_diagram_view_class_init (SortieDiagramViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  g_type_ensure (SORTIE_TYPE_DIAGRAM_CANVAS);
  G_OBJECT_CLASS (class)->dispose = sortie_diagram_view_dispose;
  widget_class->measure = sortie_diagram_view_measure;
  widget_class->get_request_mode = sortie_diagram_view_get_request_mode;
  widget_class->size_allocate = sortie_diagram_view_size_allocate;
  widget_class->map = sortie_diagram_view_map;
  widget_class->unmap = sortie_diagram_view_unmap;
  signals[NODE_ACTIVATED] =
      g_signal_new ("node-activated", SORTIE_TYPE_DIAGRAM_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[ENLARGE] = g_signal_new ("enlarge", SORTIE_TYPE_DIAGRAM_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  add_actions (widget_class);
  gtk_widget_class_set_css_name (widget_class, "diagram-view");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/diagram-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieDiagramView, stack);
  gtk_widget_class_bind_template_child (widget_class, SortieDiagramView, scrolled);
  gtk_widget_class_bind_template_child (widget_class, SortieDiagramView, canvas);
  gtk_widget_class_bind_template_child (widget_class, SortieDiagramView, enlarge);
  gtk_widget_class_bind_template_child (widget_class, SortieDiagramView, toolbar);
  gtk_widget_class_bind_template_child (widget_class, SortieDiagramView, zoom_label);
}

/* A style sheet can't ask for it by itself. */
static void
contrast_cb (SortieDiagramView *self)
{
  if (adw_style_manager_get_high_contrast (adw_style_manager_get_default ()))
    gtk_widget_add_css_class (GTK_WIDGET (self), "high-contrast");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "high-contrast");
}

static void
sortie_diagram_view_init (SortieDiagramView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Architecture diagram"), -1);
  g_signal_connect_swapped (self->canvas, "node-activated", G_CALLBACK (node_activated_cb), self);
  sortie_diagram_zoom_attach (self->scrolled, self->canvas, (SortieDiagramZoomFunc *) update_zoom,
                              self);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::high-contrast",
                           G_CALLBACK (contrast_cb), self, G_CONNECT_SWAPPED);
  contrast_cb (self);
  update_zoom (self);
}

GtkWidget *
sortie_diagram_view_new (void)
{
  return g_object_new (SORTIE_TYPE_DIAGRAM_VIEW, NULL);
}

/* ---- What it shows ---- */

/* Other nodes: widgets and states anew. */
static void
rebuild (SortieDiagramView *self)
{
  guint n_nodes = self->topology->nodes->len;

  self->states = g_new0 (SortieNodeState, n_nodes);
  self->seconds = g_new0 (int, n_nodes);
  self->new_states = g_new0 (SortieNodeState, n_nodes);
  self->new_looks = g_new0 (SortieEdgeLook, self->topology->edges->len);
  sortie_diagram_canvas_set_topology (self->canvas, self->topology, self->large);
  refresh (self, TRUE);
}

void
sortie_diagram_view_set_topology (SortieDiagramView *self, const SortieTopology *topology)
{
  g_return_if_fail (SORTIE_IS_DIAGRAM_VIEW (self));

  gtk_stack_set_visible_child_name (GTK_STACK (self->stack),
                                    topology != NULL ? "diagram" : "empty");
  if (topology != NULL && self->topology != NULL &&
      sortie_topology_has_same_structure (topology, self->topology))
    {
      SortieTopology *old = self->topology;

      self->topology = sortie_topology_copy (topology);
      sortie_diagram_canvas_replace_topology (self->canvas, self->topology);
      sortie_topology_free (old);
      refresh (self, TRUE);
      return;
    }
  g_clear_handle_id (&self->countdown, g_source_remove);
  sortie_diagram_canvas_set_topology (self->canvas, NULL, self->large);
  free_states (self);
  if (topology == NULL)
    return;
  self->topology = sortie_topology_copy (topology);
  rebuild (self);
}

void
sortie_diagram_view_take_counters (SortieDiagramView *self, const char *data)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (SORTIE_IS_DIAGRAM_VIEW (self));

  if (self->topology == NULL || data == NULL)
    return;
  if (!sortie_topology_take_counters (self->topology, data, &error))
    g_debug ("%s", error->message);
  else
    refresh (self, TRUE);
}

void
sortie_diagram_view_set_mission (SortieDiagramView *self, SortieLiveMission *mission)
{
  if (self->mission == mission)
    return;
  if (self->mission != NULL)
    g_signal_handlers_disconnect_by_data (self->mission, self);
  g_set_object (&self->mission, mission);
  if (mission != NULL)
    {
      g_signal_connect_object (mission, "event", G_CALLBACK (event_cb), self, 0);
      g_signal_connect_object (mission, "jumped", G_CALLBACK (jumped_cb), self, G_CONNECT_SWAPPED);
    }
  if (self->canvas != NULL)
    jumped_cb (self);
}

void
sortie_diagram_view_set_large (SortieDiagramView *self, gboolean large)
{
  g_return_if_fail (SORTIE_IS_DIAGRAM_VIEW (self));

  gtk_widget_set_visible (self->enlarge, !large);
  gtk_widget_set_visible (self->toolbar, large);
  if (large)
    gtk_widget_add_css_class (GTK_WIDGET (self), "large");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "large");
  if (self->large == large)
    return;
  self->large = large;
  if (self->topology != NULL)
    {
      g_autoptr (SortieTopology) topology = sortie_topology_copy (self->topology);

      sortie_diagram_view_set_topology (self, NULL);
      sortie_diagram_view_set_topology (self, topology);
    }
}

gboolean
sortie_diagram_view_export_svg (SortieDiagramView *self, GFile *file, GError **error)
{
  return sortie_diagram_export_svg (self->canvas, file, error);
}

gboolean
sortie_diagram_view_export_png (SortieDiagramView *self, GFile *file, double scale, GError **error)
{
  return sortie_diagram_export_png (self->canvas, file, scale, error);
}

SortieDiagramCanvas *
sortie_diagram_view_get_canvas (SortieDiagramView *self)
{
  return self->canvas;
}

guint
sortie_diagram_view_get_n_pulses (SortieDiagramView *self)
{
  guint n = 0;

  for (guint i = 0; self->topology != NULL && i < self->topology->edges->len; i++)
    n += sortie_diagram_edge_is_pulsing (sortie_diagram_canvas_get_edge (self->canvas, i));
  return n;
}

gboolean
sortie_diagram_view_is_counting (SortieDiagramView *self)
{
  return self->countdown != 0;
}
