/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-diagram-node.h"

#include "sortie-diagram-icon.h"
#include "sortie-diagram-words.h"

#include <adwaita.h>

#define TITLE_CHARS 16            /* shown of a title before it is cut, in the sidebar */
#define TITLE_CHARS_COLLECTION 13 /* two of them side by side */
#define TITLE_CHARS_LARGE 28
#define TITLE_CHARS_COLLECTION_LARGE 19 /* three */
#define BORDER 1.5                      /* pixels */
#define NOTE_CHARS 11
#define NOTE_CHARS_LARGE 20

struct _SortieDiagramNode
{
  GtkButton parent_instance;
  SortieDiagramIcon *kind_icon;
  GtkLabel *title;
  GtkWidget *state_row;
  SortieDiagramIcon *look_icon;
  GtkLabel *longest; /* not seen: as wide as the longest word */
  GtkInscription *word;
  GtkInscription *note;
  char *id;
  char *kind;
  char *tooltip;
  char *spoken;
  gboolean large;
  gboolean shown; /* whether it has shown a state already */
  SortieNodeState state;
};

G_DEFINE_FINAL_TYPE (SortieDiagramNode, sortie_diagram_node, GTK_TYPE_BUTTON)

/* ---- Showing ---- */

static void
set_look (SortieDiagramNode *self, const SortieNodeState *state)
{
  GtkWidget *widget = GTK_WIDGET (self);

  if (self->shown && self->state.look == state->look && self->state.fallback == state->fallback)
    return;
  if (self->shown)
    gtk_widget_remove_css_class (widget, sortie_node_look_to_class (self->state.look));
  gtk_widget_add_css_class (widget, sortie_node_look_to_class (state->look));
  if (state->fallback)
    gtk_widget_add_css_class (widget, "fallback");
  else
    gtk_widget_remove_css_class (widget, "fallback");
  sortie_diagram_icon_set_name (self->look_icon, sortie_diagram_get_look_icon (state));
}

static void
set_inscription (GtkInscription *inscription, const char *text)
{
  if (g_strcmp0 (gtk_inscription_get_text (inscription), text) != 0)
    gtk_inscription_set_text (inscription, text);
}

void
sortie_diagram_node_show (SortieDiagramNode *self,
                          const SortieTopologyNode *node,
                          const SortieNodeState *state,
                          int seconds)
{
  g_autofree char *word = sortie_diagram_dup_word (node, state, seconds);
  g_autofree char *note = sortie_diagram_dup_note (node, state, self->large);
  char *spoken = sortie_diagram_dup_spoken (node, state, seconds);

  set_look (self, state);
  set_inscription (self->word, word);
  set_inscription (self->note, note);
  self->state = *state;
  self->shown = TRUE;
  g_free (self->tooltip);
  self->tooltip = sortie_diagram_dup_tooltip (node, state, seconds);
  if (g_strcmp0 (self->spoken, spoken) != 0)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken,
                                    -1);
  g_free (self->spoken);
  self->spoken = spoken;
}

void
sortie_diagram_node_set_links (SortieDiagramNode *self, const char *links)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, links,
                                  -1);
}

static gboolean
sortie_diagram_node_query_tooltip (
    GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  SortieDiagramNode *self = SORTIE_DIAGRAM_NODE (widget);

  if (self->tooltip == NULL)
    return FALSE;
  gtk_tooltip_set_text (tooltip, self->tooltip);
  return TRUE;
}

/* ---- The dashed border ---- */

static gboolean
is_dashed (SortieDiagramNode *self)
{
  static const gboolean dashed[SORTIE_N_NODE_LOOKS] = {
    [SORTIE_LOOK_RETRYING] = TRUE,
    [SORTIE_LOOK_ABSENT] = TRUE,
    [SORTIE_LOOK_DEGRADED] = TRUE,
    [SORTIE_LOOK_STOPPED] = TRUE,
  };

  return dashed[self->state.look] || (self->state.fallback && g_str_equal (self->kind, "llm"));
}

static void
trace_border (SortieDiagramNode *self, cairo_t *cr, double width, double height)
{
  gboolean cut = g_str_equal (self->kind, "collection"); /* one round corner, as of a sheet */
  double large = g_str_equal (self->kind, "llm") ? 18 : cut ? 14 : 10;
  double small = cut ? 3 : large;
  double half = BORDER / 2;

  cairo_new_sub_path (cr);
  cairo_arc (cr, width - large, large, large - half, -G_PI / 2, 0);
  cairo_arc (cr, width - small, height - small, small - half, 0, G_PI / 2);
  cairo_arc (cr, small, height - small, small - half, G_PI / 2, G_PI);
  cairo_arc (cr, small, small, small - half, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

/* The border as a node of its own with its origin at 0, 0. Cairo writes a recorded drawing that begins
 * elsewhere to the wrong place of an SVG, which is also why the style sheet does not draw the dashes. */
static GskRenderNode *
draw_border (SortieDiagramNode *self, float width, float height)
{
  static const double dashes[] = { 4.5, 3 };
  GskRenderNode *node = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (0, 0, width, height));
  cairo_t *cr = gsk_cairo_node_get_draw_context (node);
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self->look_icon)), &color);
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_set_line_width (cr, BORDER);
  cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0);
  trace_border (self, cr, width, height);
  cairo_stroke (cr);
  cairo_destroy (cr);
  return node;
}

static void
sortie_diagram_node_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SortieDiagramNode *self = SORTIE_DIAGRAM_NODE (widget);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GtkBorder border;
  GtkBorder padding;
  GskRenderNode *drawn;
  GskRenderNode *moved;
  GskTransform *move;
  graphene_point_t origin;
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);

  GTK_WIDGET_CLASS (sortie_diagram_node_parent_class)->snapshot (widget, snapshot);
  if (!is_dashed (self))
    return;
  gtk_style_context_get_border (style, &border);
  gtk_style_context_get_padding (style, &padding);
  origin.x = (float) -(border.left + padding.left);
  origin.y = (float) -(border.top + padding.top);
  width += border.left + border.right + padding.left + padding.right;
  height += border.top + border.bottom + padding.top + padding.bottom;
  drawn = draw_border (self, (float) width, (float) height);
  move = gsk_transform_translate (NULL, &origin);
  moved = gsk_transform_node_new (drawn, move);
  gtk_snapshot_append_node (snapshot, moved);
  gsk_render_node_unref (moved);
  gsk_render_node_unref (drawn);
  gsk_transform_unref (move);
}

/* ---- The object ---- */

static void
sortie_diagram_node_finalize (GObject *object)
{
  SortieDiagramNode *self = SORTIE_DIAGRAM_NODE (object);

  g_free (self->id);
  g_free (self->kind);
  g_free (self->tooltip);
  g_free (self->spoken);
  G_OBJECT_CLASS (sortie_diagram_node_parent_class)->finalize (object);
}

static void
sortie_diagram_node_class_init (SortieDiagramNodeClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  g_type_ensure (SORTIE_TYPE_DIAGRAM_ICON);
  G_OBJECT_CLASS (class)->finalize = sortie_diagram_node_finalize;
  widget_class->snapshot = sortie_diagram_node_snapshot;
  widget_class->query_tooltip = sortie_diagram_node_query_tooltip;
  gtk_widget_class_set_css_name (widget_class, "diagram-node");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_BUTTON);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/diagram-node.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieDiagramNode, kind_icon);
  gtk_widget_class_bind_template_child (widget_class, SortieDiagramNode, title);
  gtk_widget_class_bind_template_child (widget_class, SortieDiagramNode, state_row);
  gtk_widget_class_bind_template_child (widget_class, SortieDiagramNode, look_icon);
  gtk_widget_class_bind_template_child (widget_class, SortieDiagramNode, longest);
  gtk_widget_class_bind_template_child (widget_class, SortieDiagramNode, word);
  gtk_widget_class_bind_template_child (widget_class, SortieDiagramNode, note);
}

static void
sortie_diagram_node_init (SortieDiagramNode *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
}

static int
get_title_chars (const SortieTopologyNode *node, gboolean large)
{
  if (g_str_equal (node->kind, "collection"))
    return large ? TITLE_CHARS_COLLECTION_LARGE : TITLE_CHARS_COLLECTION;
  return large ? TITLE_CHARS_LARGE : TITLE_CHARS;
}

/* How much room the line of counters has; 0 for no such line. */
static guint
get_note_chars (const SortieTopologyNode *node, gboolean large)
{
  if (g_str_equal (node->kind, "client"))
    return 0;
  if (g_str_equal (node->kind, "llm") || g_str_equal (node->kind, "collection"))
    return large ? NOTE_CHARS_LARGE : NOTE_CHARS;
  if (large)
    return NOTE_CHARS_LARGE;
  return g_str_equal (node->kind, "agent") ? 1 : 0; /* as wide as the rest of it */
}

GtkWidget *
sortie_diagram_node_new (const SortieTopologyNode *node, gboolean large)
{
  SortieDiagramNode *self = g_object_new (SORTIE_TYPE_DIAGRAM_NODE, NULL);
  static const char *const kinds[] = {
    "client", "orchestrator", "agent", "bus", "llm", "collection"
  };
  g_autofree char *title = sortie_diagram_dup_title (node);
  g_autofree char *longest = sortie_diagram_dup_longest_word (node);

  self->id = g_strdup (node->id);
  self->kind = g_strdup (node->kind);
  self->large = large;
  gtk_label_set_text (self->title, title);
  gtk_label_set_max_width_chars (self->title, get_title_chars (node, large));
  sortie_diagram_icon_set_name (self->kind_icon, sortie_diagram_get_kind_icon (node));
  gtk_label_set_text (self->longest, longest);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->longest), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE,
                               -1);
  gtk_inscription_set_nat_chars (self->note, get_note_chars (node, large));
  if (large && (g_str_equal (node->kind, "agent") || g_str_equal (node->kind, "collection")))
    gtk_inscription_set_min_lines (self->note, 2);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (node->kind, kinds[i]))
      {
        g_autofree char *class = g_strconcat ("kind-", kinds[i], NULL);

        gtk_widget_add_css_class (GTK_WIDGET (self), class);
      }
  /* A person needs no counters, and no state where there is little room. */
  gtk_widget_set_visible (self->state_row, large || !g_str_equal (node->kind, "client"));
  gtk_widget_set_visible (GTK_WIDGET (self->note), get_note_chars (node, large) > 0);
  return GTK_WIDGET (self);
}

const char *
sortie_diagram_node_get_id (SortieDiagramNode *self)
{
  return self->id;
}

const char *
sortie_diagram_node_get_kind (SortieDiagramNode *self)
{
  return self->kind;
}
