/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-documents-view.h"

#include "sortie-document-opener.h"
#include "sortie-document-row.h"
#include "sortie-json.h"
#include "sortie-pane-words.h"
#include "sortie-shown-text.h"
#include "sortie-toast.h"

#include <glib/gi18n.h>
#include <string.h>

struct _SortieDocumentsView
{
  GtkWidget parent_instance;
  GtkWidget *content;
  GtkLabel *title;
  GtkLabel *count;
  GtkEditable *search;
  GtkToggleButton *only_skipped;
  GtkStack *stack;
  GtkLabel *note;
  GtkListView *list;

  SortieApi *api;   /* (nullable) */
  char *collection; /* (nullable) */
  char *needle;     /* what is searched for, folded */
  GCancellable *cancellable;
  gboolean is_reading;
  gboolean read_again;
  GListStore *documents;
  GtkFilter *filter;
  GtkFilterListModel *filtered;
};

G_DEFINE_FINAL_TYPE (SortieDocumentsView, sortie_documents_view, GTK_TYPE_WIDGET)

static gboolean
match_cb (gpointer item, gpointer user_data)
{
  SortieDocumentsView *self = user_data;
  SortieDocumentItem *document = item;

  if (gtk_toggle_button_get_active (self->only_skipped) && document->skipped == NULL)
    return FALSE;
  return self->needle == NULL || strstr (document->folded, self->needle) != NULL;
}

/* @note: (nullable): what stands in place of the list */
static void
show (SortieDocumentsView *self, const char *note)
{
  guint n_all = g_list_model_get_n_items (G_LIST_MODEL (self->documents));
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->filtered));
  g_autofree char *count = NULL;

  if (n == n_all)
    count = g_strdup_printf (ngettext ("%u document", "%u documents", n), n);
  else
    count = g_strdup_printf (_ ("%u of %u documents"), n, n_all);
  gtk_label_set_text (self->count, count);
  if (note == NULL && n_all == 0)
    note = _ ("There is nothing in this collection yet. Add a folder or files to it.");
  else if (note == NULL && n == 0)
    note = _ ("No document matches.");
  gtk_label_set_text (self->note, note != NULL ? note : "");
  gtk_stack_set_visible_child_name (self->stack, note != NULL ? "note" : "list");
}

static void
filter_cb (SortieDocumentsView *self)
{
  g_autofree char *needle = g_utf8_casefold (gtk_editable_get_text (self->search), -1);

  g_free (self->needle);
  self->needle = *needle != '\0' ? g_steal_pointer (&needle) : NULL;
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  if (self->collection != NULL)
    show (self, NULL);
}

static void
fill (SortieDocumentsView *self, JsonNode *node)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  JsonArray *array = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node))
    sortie_json_get_array (json_node_get_object (node), "documents", FALSE, &array, NULL);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      SortieDocumentItem *item = NULL;

      if (JSON_NODE_HOLDS_OBJECT (element))
        item = sortie_document_item_new (json_node_get_object (element));
      if (item != NULL)
        g_ptr_array_add (items, item);
    }
  g_list_store_splice (self->documents, 0,
                       g_list_model_get_n_items (G_LIST_MODEL (self->documents)), items->pdata,
                       items->len);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieDocumentsView) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);
  g_autofree char *failure = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->is_reading = FALSE;
  if (node == NULL)
    failure = sortie_pane_dup_failure (_ ("Could not read the documents"), error);
  else
    fill (self, node);
  show (self, failure);
  if (self->read_again)
    sortie_documents_view_refresh (self);
}

void
sortie_documents_view_refresh (SortieDocumentsView *self)
{
  if (self->api == NULL || self->collection == NULL)
    return;
  self->read_again = self->is_reading;
  if (self->is_reading)
    return;
  self->is_reading = TRUE;
  sortie_api_list_documents_async (self->api, self->collection, self->cancellable, listed_cb,
                                   g_object_ref (self));
}

void
sortie_documents_view_open (SortieDocumentsView *self, SortieApi *api, const char *collection)
{
  g_autofree char *name = sortie_shown_line (collection, 120);

  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->is_reading = self->read_again = FALSE;
  g_set_object (&self->api, api);
  g_free (self->collection);
  self->collection = g_strdup (collection);
  g_list_store_remove_all (self->documents);
  gtk_editable_set_text (self->search, "");
  gtk_toggle_button_set_active (self->only_skipped, FALSE);
  gtk_label_set_text (self->title, name);
  show (self, _ ("Reading the documents…"));
  sortie_documents_view_refresh (self);
}

/* ---- Opening one ---- */

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieDocumentsView) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *failure = NULL;

  if (sortie_document_open_finish (result, &error) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  failure = sortie_pane_dup_failure (_ ("Could not open the document"), error);
  sortie_toast (GTK_WIDGET (self), failure);
}

static void
activate_cb (SortieDocumentsView *self, guint position)
{
  g_autoptr (SortieDocumentItem) item =
      g_list_model_get_item (G_LIST_MODEL (self->filtered), position);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (item != NULL && self->api != NULL)
    sortie_document_open_async (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, self->api,
                                item->id, item->uri, self->cancellable, opened_cb,
                                g_object_ref (self));
}

/* ---- The widget ---- */

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  gtk_list_item_set_child (item, sortie_document_row_new ());
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  sortie_document_row_bind (SORTIE_DOCUMENT_ROW (gtk_list_item_get_child (item)),
                            gtk_list_item_get_item (item));
}

static void
sortie_documents_view_dispose (GObject *object)
{
  SortieDocumentsView *self = SORTIE_DOCUMENTS_VIEW (object);

  g_cancellable_cancel (self->cancellable);
  if (self->content != NULL)
    gtk_list_view_set_model (self->list, NULL);
  if (self->filter != NULL)
    gtk_custom_filter_set_filter_func (GTK_CUSTOM_FILTER (self->filter), NULL, NULL, NULL);
  g_clear_pointer (&self->content, gtk_widget_unparent);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);
  g_clear_object (&self->documents);
  g_clear_object (&self->api);
  G_OBJECT_CLASS (sortie_documents_view_parent_class)->dispose (object);
}

static void
sortie_documents_view_finalize (GObject *object)
{
  SortieDocumentsView *self = SORTIE_DOCUMENTS_VIEW (object);

  g_object_unref (self->cancellable);
  g_free (self->collection);
  g_free (self->needle);
  G_OBJECT_CLASS (sortie_documents_view_parent_class)->finalize (object);
}

static void
sortie_documents_view_class_init (SortieDocumentsViewClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->dispose = sortie_documents_view_dispose;
  object_class->finalize = sortie_documents_view_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/documents-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieDocumentsView, content);
  gtk_widget_class_bind_template_child (widget_class, SortieDocumentsView, title);
  gtk_widget_class_bind_template_child (widget_class, SortieDocumentsView, count);
  gtk_widget_class_bind_template_child (widget_class, SortieDocumentsView, search);
  gtk_widget_class_bind_template_child (widget_class, SortieDocumentsView, only_skipped);
  gtk_widget_class_bind_template_child (widget_class, SortieDocumentsView, stack);
  gtk_widget_class_bind_template_child (widget_class, SortieDocumentsView, note);
  gtk_widget_class_bind_template_child (widget_class, SortieDocumentsView, list);
  gtk_widget_class_bind_template_callback (widget_class, filter_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
sortie_documents_view_init (SortieDocumentsView *self)
{
  GtkNoSelection *selection;

  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  self->documents = g_list_store_new (SORTIE_TYPE_DOCUMENT_ITEM);
  self->filter = GTK_FILTER (gtk_custom_filter_new (match_cb, self, NULL));
  self->filtered = gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (self->documents)),
                                              g_object_ref (self->filter));
  selection = gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->filtered)));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  g_object_unref (selection);
}

const char *
sortie_documents_view_get_collection (SortieDocumentsView *self)
{
  return self->collection;
}

GListModel *
sortie_documents_view_get_documents (SortieDocumentsView *self)
{
  return G_LIST_MODEL (self->filtered);
}
