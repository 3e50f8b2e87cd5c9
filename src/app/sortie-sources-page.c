/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-sources-page.h"

#include "sortie-json.h"
#include "sortie-narrow-box.h"
#include "sortie-pane-words.h"
#include "sortie-sources-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_SHOWN 500   /* collections */
#define LOOK_AGAIN 2000 /* milliseconds */

G_DEFINE_FINAL_TYPE (SortieSourcesPage, sortie_sources_page, GTK_TYPE_WIDGET)

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

void
sortie_sources_emit_changed (SortieSourcesPage *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

SortieCollectionRow *
sortie_sources_get_row (SortieSourcesPage *self, int index)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, index);

  return row != NULL ? SORTIE_COLLECTION_ROW (row) : NULL;
}

SortieCollectionRow *
sortie_sources_find_row (SortieSourcesPage *self, const char *name)
{
  SortieCollectionRow *row;

  for (int i = 0; (row = sortie_sources_get_row (self, i)) != NULL; i++)
    if (g_str_equal (sortie_collection_row_get_info (row)->name, name))
      return row;
  return NULL;
}

/* ---- What is shown ---- */

static gboolean
look_again_cb (gpointer user_data)
{
  sortie_sources_refresh (SORTIE_SOURCES_PAGE (user_data));
  return G_SOURCE_CONTINUE;
}

/* The end of an indexing is told on the feed; but one that ended before the feed was heard, or while
 * it was not, would seem to go on for ever. */
static void
update_timer (SortieSourcesPage *self)
{
  gboolean is_needed = FALSE;
  SortieCollectionRow *row;

  for (int i = 0; (row = sortie_sources_get_row (self, i)) != NULL; i++)
    is_needed |= sortie_collection_row_get_info (row)->indexing;
  is_needed &= gtk_widget_get_mapped (GTK_WIDGET (self)) && self->api != NULL;
  if (is_needed && self->timer == 0)
    self->timer = g_timeout_add (LOOK_AGAIN, look_again_cb, self);
  else if (!is_needed)
    g_clear_handle_id (&self->timer, g_source_remove);
}

static const char *
choose_page (SortieSourcesPage *self, guint n)
{
  if (self->api == NULL)
    return "offline";
  if (self->failure != NULL)
    return "failed";
  if (!self->reading.is_known)
    return "loading";
  if (self->shows_documents)
    return "documents";
  return n > 0 ? "list" : "empty";
}

static void
show_state (SortieSourcesPage *self)
{
  guint n = 0;
  g_autofree char *count = NULL;
  g_autofree char *escaped = g_markup_escape_text (self->failure != NULL ? self->failure : "", -1);

  while (sortie_sources_get_row (self, (int) n) != NULL)
    n++;
  count = g_strdup_printf (ngettext ("%u collection", "%u collections", n), n);
  gtk_label_set_text (self->count, count);
  adw_status_page_set_description (self->failed, escaped);
  gtk_stack_set_visible_child_name (self->stack, choose_page (self, n));
  /* One that nobody sees would have the window drawn for ever. */
  gtk_spinner_set_spinning (self->spinner, g_str_equal (choose_page (self, n), "loading"));
  for (guint i = 0; i < 2; i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self),
                                   i == 0 ? "sources.add-folder" : "sources.add-files",
                                   self->api != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "sources.new-collection", self->api != NULL);
  update_timer (self);
}

void
sortie_sources_show_documents (SortieSourcesPage *self, const char *collection)
{
  self->shows_documents = collection != NULL;
  sortie_documents_view_open (self->documents, collection != NULL ? self->api : NULL, collection);
  show_state (self);
}

/* ---- Reading the collections ---- */

static GPtrArray *
read_collections (JsonNode *node)
{
  GPtrArray *infos = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_collection_info_free);
  JsonArray *array = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node))
    sortie_json_get_array (json_node_get_object (node), "collections", FALSE, &array, NULL);
  for (guint i = 0; array != NULL && i < MIN (json_array_get_length (array), MAX_SHOWN); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      SortieCollectionInfo *info = NULL;

      if (JSON_NODE_HOLDS_OBJECT (element))
        info = sortie_collection_info_new (json_node_get_object (element), NULL);
      if (info != NULL)
        g_ptr_array_add (infos, info);
    }
  return infos;
}

static gboolean
has_collection (GPtrArray *infos, const char *name)
{
  for (guint i = 0; i < infos->len; i++)
    if (infos->pdata[i] != NULL &&
        g_str_equal (((SortieCollectionInfo *) infos->pdata[i])->name, name))
      return TRUE;
  return FALSE;
}

/* Rows of collections that are still there stay, with their focus and menus. */
static void
show_collections (SortieSourcesPage *self, GPtrArray *infos)
{
  SortieCollectionRow *row;

  for (int i = 0; (row = sortie_sources_get_row (self, i)) != NULL;)
    if (has_collection (infos, sortie_collection_row_get_info (row)->name))
      i++;
    else
      gtk_list_box_remove (self->list, GTK_WIDGET (row));
  for (guint i = 0; i < infos->len; i++)
    {
      SortieCollectionInfo *info = g_steal_pointer (&infos->pdata[i]);

      row = sortie_sources_find_row (self, info->name);
      if (row != NULL)
        {
          sortie_collection_row_set_info (row, info);
          continue;
        }
      row = SORTIE_COLLECTION_ROW (sortie_collection_row_new (info));
      g_signal_connect (row, "chosen", G_CALLBACK (sortie_sources_chosen_cb), self);
      gtk_list_box_insert (self->list, GTK_WIDGET (row), (int) i);
    }
  if (self->shows_documents && sortie_sources_find_row (self, sortie_documents_view_get_collection (
                                                                  self->documents)) == NULL)
    sortie_sources_show_documents (self, NULL);
}

/* Which collection files go to is known with the list only. */
static void
take_awaited (SortieSourcesPage *self)
{
  g_autoptr (GListModel) files = self->reading.is_known ? g_steal_pointer (&self->awaited) : NULL;

  if (files != NULL)
    sortie_sources_page_add_files (self, NULL, files);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieSourcesPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  sortie_reading_end (&self->reading, node != NULL);
  g_clear_pointer (&self->failure, g_free);
  if (node == NULL)
    self->failure = sortie_pane_dup_failure (_ ("Could not read the collections"), error);
  else
    {
      g_autoptr (GPtrArray) infos = read_collections (node);

      show_collections (self, infos);
    }
  show_state (self);
  take_awaited (self);
  if (self->reading.is_wanted_again)
    sortie_sources_refresh (self);
}

void
sortie_sources_refresh (SortieSourcesPage *self)
{
  if (self->api == NULL || !sortie_reading_begin (&self->reading))
    return;
  sortie_api_list_collections_async (self->api, self->cancellable, listed_cb, g_object_ref (self));
}

void
sortie_sources_page_set_api (SortieSourcesPage *self, SortieApi *api)
{
  SortieCollectionRow *row;

  if (!g_set_object (&self->api, api))
    return;
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  sortie_reading_reset (&self->reading);
  g_clear_pointer (&self->failure, g_free);
  while ((row = sortie_sources_get_row (self, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
  sortie_sources_show_documents (self, NULL);
  sortie_sources_refresh (self);
}

/* ---- Progress ---- */

static void
indexed (SortieSourcesPage *self, const char *collection)
{
  sortie_sources_refresh (self);
  if (self->shows_documents &&
      g_strcmp0 (sortie_documents_view_get_collection (self->documents), collection) == 0)
    sortie_documents_view_refresh (self->documents);
  sortie_sources_emit_changed (self);
}

void
sortie_sources_page_take_progress (SortieSourcesPage *self, const SortieEvent *event)
{
  g_autoptr (JsonNode) node = NULL;
  const char *collection = NULL, *path = NULL;
  gint64 done = 0, total = 0;
  gboolean finished = FALSE;
  SortieCollectionRow *row;
  JsonObject *data;

  if (event->data != NULL)
    node = sortie_json_parse (event->data, strlen (event->data), &sortie_json_default_limits, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node) || self->api == NULL)
    return;
  data = json_node_get_object (node);
  if (!sortie_json_get_string (data, "collection", TRUE, &collection, NULL) ||
      !sortie_json_get_boolean (data, "finished", FALSE, &finished, NULL) ||
      !sortie_json_get_integer (data, "done", FALSE, 0, G_MAXINT64, &done, NULL) ||
      !sortie_json_get_integer (data, "total", FALSE, 0, G_MAXINT64, &total, NULL))
    return;
  sortie_json_get_string (data, "path", FALSE, &path, NULL);
  row = sortie_sources_find_row (self, collection);
  if (finished)
    indexed (self, collection);
  else if (row != NULL)
    sortie_collection_row_set_progress (row, done, total, path);
  else if (self->reading.is_known) /* somebody else made it */
    sortie_sources_refresh (self);
}

/* ---- The widget ---- */

static void
row_activated_cb (SortieSourcesPage *self, SortieCollectionRow *row)
{
  sortie_sources_show_documents (self, sortie_collection_row_get_info (row)->name);
}

static void
back_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sortie_sources_show_documents (SORTIE_SOURCES_PAGE (widget), NULL);
}

static void
refresh_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sortie_sources_refresh (SORTIE_SOURCES_PAGE (widget));
}

static void
sortie_sources_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sortie_sources_page_parent_class)->map (widget);
  sortie_sources_refresh (SORTIE_SOURCES_PAGE (widget));
  update_timer (SORTIE_SOURCES_PAGE (widget));
}

static void
sortie_sources_page_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sortie_sources_page_parent_class)->unmap (widget);
  update_timer (SORTIE_SOURCES_PAGE (widget));
}

static void
sortie_sources_page_dispose (GObject *object)
{
  SortieSourcesPage *self = SORTIE_SOURCES_PAGE (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  if (self->stack != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->stack));
  self->stack = NULL;
  g_clear_object (&self->api);
  G_OBJECT_CLASS (sortie_sources_page_parent_class)->dispose (object);
}

static void
sortie_sources_page_finalize (GObject *object)
{
  SortieSourcesPage *self = SORTIE_SOURCES_PAGE (object);

  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->uploads);
  g_clear_object (&self->awaited);
  g_clear_object (&self->asked);
  g_free (self->target);
  g_free (self->to_remove);
  g_free (self->failure);
  G_OBJECT_CLASS (sortie_sources_page_parent_class)->finalize (object);
}

static void
sortie_sources_page_class_init (SortieSourcesPageClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->dispose = sortie_sources_page_dispose;
  object_class->finalize = sortie_sources_page_finalize;
  widget_class->map = sortie_sources_page_map;
  widget_class->unmap = sortie_sources_page_unmap;
  signals[CHANGED] = g_signal_new ("changed", SORTIE_TYPE_SOURCES_PAGE, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  g_type_ensure (SORTIE_TYPE_DOCUMENTS_VIEW);
  g_type_ensure (SORTIE_TYPE_NARROW_BOX);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/sources-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieSourcesPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SortieSourcesPage, list);
  gtk_widget_class_bind_template_child (widget_class, SortieSourcesPage, count);
  gtk_widget_class_bind_template_child (widget_class, SortieSourcesPage, failed);
  gtk_widget_class_bind_template_child (widget_class, SortieSourcesPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, SortieSourcesPage, documents);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_install_action (widget_class, "sources.back", NULL, back_cb);
  gtk_widget_class_install_action (widget_class, "sources.refresh", NULL, refresh_cb);
  sortie_sources_class_init_actions (widget_class);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "sourcespage");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
sortie_sources_page_init (SortieSourcesPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->uploads = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
  sortie_sources_init_drop (self);
  show_state (self);
}

GtkWidget *
sortie_sources_page_new (void)
{
  return g_object_new (SORTIE_TYPE_SOURCES_PAGE, NULL);
}
