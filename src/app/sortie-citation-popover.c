/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-citation-popover.h"

#include "sortie-document-opener.h"
#include "sortie-json.h"
#include "sortie-passage-excerpt.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_PASSAGES 100        /* that are kept */
#define MAX_PASSAGE (64 * 1024) /* bytes of one that is kept */

struct _SortieCitationPopover
{
  GtkPopover parent_instance;
  GtkLabel *number;
  GtkLabel *title;
  GtkLabel *place;
  GtkWidget *scroller;
  GtkLabel *passage;
  GtkWidget *status_box;
  GtkSpinner *spinner;
  GtkLabel *status;
  GtkWidget *open;
  SortieReportSource *source;
  SortieApi *api;
  GCancellable *cancellable;
  GHashTable *passages; /* "document/passage" → JsonNode: what this backend has told already */
  GQueue *order;        /* keys of `passages`, the oldest first */
  int start;
  int end;
  guint scroll; /* source ID */
};

G_DEFINE_FINAL_TYPE (SortieCitationPopover, sortie_citation_popover, GTK_TYPE_POPOVER)

/* What is under way does not keep the popover alive: it has to go with its window at once, since a tooltip
 * that GTK still means to show over it would look for its surface. */
static GWeakRef *
weak_ref_new (SortieCitationPopover *self)
{
  GWeakRef *reference = g_new0 (GWeakRef, 1);

  g_weak_ref_init (reference, self);
  return reference;
}

/* (transfer full) (nullable) */
static SortieCitationPopover *
weak_ref_take (GWeakRef *reference)
{
  SortieCitationPopover *self = g_weak_ref_get (reference);

  g_weak_ref_clear (reference);
  g_free (reference);
  return self;
}

static void
set_status (SortieCitationPopover *self, const char *text, gboolean busy)
{
  gtk_label_set_text (self->status, text != NULL ? text : "");
  gtk_spinner_set_spinning (self->spinner, busy);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), busy);
  gtk_widget_set_visible (self->status_box, text != NULL);
}

/* Brings the cited sentence into view. */
static gboolean
scroll_cb (gpointer user_data)
{
  SortieCitationPopover *self = user_data;
  GtkAdjustment *adjustment =
      gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  PangoRectangle rectangle;

  self->scroll = 0;
  pango_layout_index_to_pos (gtk_label_get_layout (self->passage), self->start, &rectangle);
  gtk_adjustment_set_value (adjustment, PANGO_PIXELS (rectangle.y) - 24);
  return G_SOURCE_REMOVE;
}

/* As often as the label gets another size; who scrolls by hand changes none. */
static void
size_changed_cb (SortieCitationPopover *self)
{
  if (self->scroll == 0)
    self->scroll = g_idle_add (scroll_cb, self);
}

static void
highlight (SortieCitationPopover *self, gboolean alone)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self->passage));
  GdkRGBA colour;
  PangoAttribute *ground;
  PangoAttribute *opacity;

  if (self->end > self->start && !alone &&
      gtk_style_context_lookup_color (style, "warning_bg_color", &colour))
    {
      ground = pango_attr_background_new ((guint16) (colour.red * 65535),
                                          (guint16) (colour.green * 65535),
                                          (guint16) (colour.blue * 65535));
      ground->start_index = (guint) self->start;
      ground->end_index = (guint) self->end;
      pango_attr_list_insert (attributes, ground);
      opacity = pango_attr_background_alpha_new (22000);
      opacity->start_index = (guint) self->start;
      opacity->end_index = (guint) self->end;
      pango_attr_list_insert (attributes, opacity);
    }
  gtk_label_set_attributes (self->passage, attributes);
}

static void
show_excerpt (SortieCitationPopover *self, const char *passage, gint64 offset)
{
  g_autoptr (SortiePassageExcerpt) excerpt =
      sortie_passage_excerpt_new (passage, offset, self->source->quote, SORTIE_CITATION_CONTEXT);

  self->start = (int) excerpt->start;
  self->end = (int) excerpt->end;
  gtk_label_set_text (self->passage, excerpt->text);
  gtk_widget_set_visible (self->scroller, *excerpt->text != '\0');
  highlight (self, passage == NULL);
  size_changed_cb (self);
}

/* A passage never changes: a document that is indexed again gets another ID. */
static char *
dup_key (const SortieReportSource *source)
{
  return g_strdup_printf ("%s/%u", source->document, (guint) source->passage);
}

static void
forget_passages (SortieCitationPopover *self)
{
  g_queue_clear (self->order);
  g_hash_table_remove_all (self->passages);
}

static void
keep_passage (SortieCitationPopover *self, JsonNode *answer)
{
  const char *text = json_object_get_string_member (json_node_get_object (answer), "text");
  char *key = dup_key (self->source);

  if (g_hash_table_contains (self->passages, key) || strlen (text) > MAX_PASSAGE)
    {
      g_free (key);
      return;
    }
  if (g_queue_get_length (self->order) == MAX_PASSAGES)
    g_hash_table_remove (self->passages, g_queue_pop_head (self->order));
  g_hash_table_insert (self->passages, key, json_node_ref (answer));
  g_queue_push_tail (self->order, key);
}

/* Whether there is one in the answer. */
static gboolean
show_passage (SortieCitationPopover *self, JsonNode *answer)
{
  JsonObject *passage = JSON_NODE_HOLDS_OBJECT (answer) ? json_node_get_object (answer) : NULL;
  const char *text = NULL;
  gint64 start = 0;

  if (passage == NULL || !sortie_json_get_string (passage, "text", TRUE, &text, NULL))
    return FALSE;
  sortie_json_get_integer (passage, "start", FALSE, 0, G_MAXINT64, &start, NULL);
  set_status (self, NULL, FALSE);
  show_excerpt (self, text, self->source->start - start);
  return TRUE;
}

static void
passage_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieCitationPopover) self = weak_ref_take (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = sortie_api_call_finish (SORTIE_API (object), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self == NULL ||
      self->source == NULL)
    return;
  if (answer != NULL && show_passage (self, answer))
    keep_passage (self, answer);
  else
    set_status (self, _ ("The passage around this sentence could not be fetched."), FALSE);
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieCitationPopover) self = weak_ref_take (user_data);
  g_autoptr (GError) error = NULL;

  if (sortie_document_open_finish (result, &error))
    {
      if (self != NULL)
        gtk_popover_popdown (GTK_POPOVER (self));
    }
  else if (self != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    set_status (self, _ ("The document could not be opened."), FALSE);
}

static void
open_clicked_cb (SortieCitationPopover *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (self->source == NULL)
    return;
  set_status (self, _ ("Opening the document…"), TRUE);
  sortie_document_open_async (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, self->api,
                              self->source->document, self->source->uri, self->cancellable,
                              opened_cb, weak_ref_new (self));
}

static void
restart (SortieCitationPopover *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
}

static void
show_unknown (SortieCitationPopover *self, gboolean complete)
{
  gtk_label_set_text (self->title, complete ? _ ("Unknown Source") : _ ("Source Not Known Yet"));
  gtk_label_set_text (self->place, "");
  gtk_label_set_text (self->passage, "");
  gtk_widget_set_visible (GTK_WIDGET (self->place), FALSE);
  gtk_widget_set_visible (self->scroller, FALSE);
  set_status (self,
              complete ? _ ("The report names no source of this number.")
                       : _ ("What this cites is known when the draft is complete."),
              FALSE);
}

void
sortie_citation_popover_show (SortieCitationPopover *self,
                              const SortieReportSource *source,
                              guint number,
                              gboolean complete,
                              SortieApi *api)
{
  g_autofree char *label = g_strdup_printf ("%u", number);
  g_autofree char *title = NULL;
  g_autofree char *place = NULL;
  g_autofree char *key = NULL;
  JsonNode *known;

  restart (self);
  g_clear_pointer (&self->source, sortie_report_source_free);
  if (g_set_object (&self->api, api))
    forget_passages (self);
  gtk_label_set_text (self->number, label);
  gtk_widget_set_visible (self->open, source != NULL);
  if (source == NULL)
    {
      show_unknown (self, complete);
      return;
    }
  self->source = sortie_report_source_copy (source);
  title = sortie_report_source_dup_title (source);
  place = sortie_report_source_dup_place (source);
  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->place, place);
  gtk_widget_set_visible (GTK_WIDGET (self->place), *place != '\0');
  show_excerpt (self, NULL, -1);
  set_status (self, NULL, FALSE);
  if (api == NULL || source->document == NULL)
    return;
  key = dup_key (source);
  known = g_hash_table_lookup (self->passages, key);
  if (known != NULL && show_passage (self, known))
    return;
  set_status (self, _ ("Fetching the passage…"), TRUE);
  sortie_api_get_passage_async (api, source->document, source->passage, self->cancellable,
                                passage_cb, weak_ref_new (self));
}

void
sortie_citation_popover_take_focus (SortieCitationPopover *self)
{
  if (gtk_widget_get_visible (self->open))
    gtk_widget_grab_focus (self->open);
  gtk_label_select_region (self->passage, 0, 0); /* a label selects all when it gets the focus */
}

const char *
sortie_citation_popover_get_text (SortieCitationPopover *self, int *start, int *end)
{
  *start = self->start;
  *end = self->end;
  return gtk_label_get_text (self->passage);
}

static void
closed_cb (SortieCitationPopover *self)
{
  restart (self);
}

static void
sortie_citation_popover_dispose (GObject *object)
{
  SortieCitationPopover *self = SORTIE_CITATION_POPOVER (object);

  g_clear_handle_id (&self->scroll, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->source, sortie_report_source_free);
  g_clear_object (&self->api);
  G_OBJECT_CLASS (sortie_citation_popover_parent_class)->dispose (object);
}

static void
sortie_citation_popover_finalize (GObject *object)
{
  SortieCitationPopover *self = SORTIE_CITATION_POPOVER (object);

  g_queue_free (self->order);
  g_hash_table_unref (self->passages);
  G_OBJECT_CLASS (sortie_citation_popover_parent_class)->finalize (object);
}

static void
sortie_citation_popover_class_init (SortieCitationPopoverClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_citation_popover_dispose;
  G_OBJECT_CLASS (class)->finalize = sortie_citation_popover_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/citation-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieCitationPopover, number);
  gtk_widget_class_bind_template_child (widget_class, SortieCitationPopover, title);
  gtk_widget_class_bind_template_child (widget_class, SortieCitationPopover, place);
  gtk_widget_class_bind_template_child (widget_class, SortieCitationPopover, scroller);
  gtk_widget_class_bind_template_child (widget_class, SortieCitationPopover, passage);
  gtk_widget_class_bind_template_child (widget_class, SortieCitationPopover, status_box);
  gtk_widget_class_bind_template_child (widget_class, SortieCitationPopover, spinner);
  gtk_widget_class_bind_template_child (widget_class, SortieCitationPopover, status);
  gtk_widget_class_bind_template_child (widget_class, SortieCitationPopover, open);
}

static void
sortie_citation_popover_init (SortieCitationPopover *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->passages =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_node_unref);
  self->order = g_queue_new ();
  self->cancellable = g_cancellable_new ();
  g_signal_connect_object (self->open, "clicked", G_CALLBACK (open_clicked_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "closed", G_CALLBACK (closed_cb), NULL);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (
                               GTK_SCROLLED_WINDOW (self->scroller)),
                           "changed", G_CALLBACK (size_changed_cb), self, G_CONNECT_SWAPPED);
}

GtkWidget *
sortie_citation_popover_new (void)
{
  return g_object_new (SORTIE_TYPE_CITATION_POPOVER, NULL);
}
