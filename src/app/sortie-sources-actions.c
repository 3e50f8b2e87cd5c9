/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-sources-private.h"

#include "sortie-dialogs.h"
#include "sortie-pane-words.h"
#include "sortie-shown-text.h"
#include "sortie-toast.h"

#include <glib/gi18n.h>

#define MAX_CHOICES 8 /* collections that a question offers */

/* A request about one collection. `files`: what is to be sent into it when it is there */
typedef struct
{
  SortieSourcesPage *page;
  char *collection;
  GListModel *files; /* (nullable) */
} Call;

static Call *
call_new (SortieSourcesPage *page, const char *collection, GListModel *files)
{
  Call *self = g_new0 (Call, 1);

  self->page = g_object_ref (page);
  self->collection = g_strdup (collection);
  g_set_object (&self->files, files);
  return self;
}

static void
call_free (Call *self)
{
  g_object_unref (self->page);
  g_free (self->collection);
  g_clear_object (&self->files);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
tell_failure (SortieSourcesPage *self, const char *what, const GError *error)
{
  g_autofree char *text = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  text = sortie_pane_dup_failure (what, error);
  sortie_toast (GTK_WIDGET (self), text);
}

static void
changed (SortieSourcesPage *self)
{
  sortie_sources_refresh (self);
  sortie_sources_emit_changed (self);
}

/* ---- Uploading ---- */

static void
show_upload (SortieUpload *upload, GParamSpec *pspec, SortieSourcesPage *self)
{
  SortieCollectionRow *row = sortie_sources_find_row (self, sortie_upload_get_collection (upload));

  if (row != NULL)
    sortie_collection_row_set_upload (row, sortie_upload_get_n_done (upload),
                                      sortie_upload_get_n_total (upload));
}

static void
uploaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieSourcesPage) self = user_data;
  SortieUpload *upload = SORTIE_UPLOAD (source);
  SortieCollectionRow *row = sortie_sources_find_row (self, sortie_upload_get_collection (upload));
  g_autoptr (GError) error = NULL;
  guint n_left_out = sortie_upload_get_n_left_out (upload);

  if (row != NULL)
    sortie_collection_row_set_upload (row, 0, 0);
  if (!sortie_upload_start_finish (upload, result, &error))
    tell_failure (self, _ ("Could not upload the files"), error);
  else if (n_left_out > 0)
    {
      /* Translators: %s is the reason for the first of them */
      g_autofree char *text = g_strdup_printf (ngettext ("%u file was left out: %s",
                                                         "%u files were left out: %s", n_left_out),
                                               n_left_out, sortie_upload_get_reason (upload));

      sortie_toast (GTK_WIDGET (self), text);
    }
  g_signal_handlers_disconnect_by_data (upload, self);
  g_ptr_array_remove (self->uploads, upload);
  if (self->api != NULL)
    changed (self);
}

static void
upload (SortieSourcesPage *self, const char *collection, GListModel *files)
{
  SortieUpload *made = sortie_upload_new (self->api, collection);

  g_ptr_array_add (self->uploads, made);
  g_signal_connect_object (made, "notify", G_CALLBACK (show_upload), self, 0);
  sortie_upload_start_async (made, files, self->cancellable, uploaded_cb, g_object_ref (self));
}

/* ---- Adding ---- */

/* The paths, where all of the files have one that the backend on this machine can be told. */
static GStrv
dup_paths (SortieSourcesPage *self, GListModel *files)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  guint n = g_list_model_get_n_items (files);

  if (!sortie_api_takes_paths (self->api) || n > SORTIE_COLLECTION_MAX_PATHS)
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);
      const char *path = g_file_peek_path (file);

      if (path == NULL || !g_utf8_validate (path, -1, NULL))
        return NULL;
      g_strv_builder_add (builder, path);
    }
  return g_strv_builder_end (builder);
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);

  if (node == NULL)
    {
      tell_failure (call->page, _ ("Could not add the documents"), error);
      return;
    }
  changed (call->page);
  if (call->files != NULL && call->page->api == SORTIE_API (source))
    upload (call->page, call->collection, call->files);
}

/* By path where the backend is on this machine; else the collection is made, and the files are sent. */
static void
add_to (SortieSourcesPage *self, const char *collection, GListModel *files)
{
  g_auto (GStrv) paths = files != NULL ? dup_paths (self, files) : NULL;

  sortie_api_add_collection_async (self->api, collection, (const char *const *) paths,
                                   self->cancellable, added_cb,
                                   call_new (self, collection, paths == NULL ? files : NULL));
}

/* ---- Asking which collection ---- */

static char *
check_name_cb (const char *text, gpointer user_data)
{
  SortieSourcesPage *self = user_data;

  if (self->asked == NULL && sortie_sources_find_row (self, text) != NULL)
    return g_strdup (_ ("There is a collection of that name already."));
  return sortie_collection_dup_name_problem (text);
}

static void
named_cb (const char *text, gpointer user_data)
{
  SortieSourcesPage *self = user_data;
  g_autoptr (GListModel) files = g_steal_pointer (&self->asked);

  if (self->api != NULL)
    add_to (self, text, files);
}

/* @files: (nullable): what is to be added to the new collection */
static void
ask_name (SortieSourcesPage *self, GListModel *files)
{
  g_autofree char *name = g_strdup ("");

  g_set_object (&self->asked, files);
  if (files != NULL)
    {
      g_autoptr (GFile) first = g_list_model_get_item (files, 0);
      gboolean is_folder =
          g_file_query_file_type (first, G_FILE_QUERY_INFO_NONE, NULL) == G_FILE_TYPE_DIRECTORY;
      g_autofree char *base = is_folder ? g_file_get_basename (first) : g_strdup ("");

      g_free (name);
      name = sortie_collection_dup_name_for (base);
    }
  sortie_dialogs_ask_text (GTK_WIDGET (self), _ ("New Collection"), _ ("Name"), name, _ ("Create"),
                           check_name_cb, named_cb, self);
}

static void
collection_chosen_cb (const char *id, gpointer user_data)
{
  SortieSourcesPage *self = user_data;
  g_autoptr (GListModel) files = g_steal_pointer (&self->asked);
  SortieCollectionRow *row = NULL;

  if (self->api == NULL || files == NULL || g_str_equal (id, "cancel"))
    return;
  if (g_str_equal (id, "new"))
    {
      ask_name (self, files);
      return;
    }
  row = sortie_sources_get_row (self, atoi (id));
  if (row != NULL)
    add_to (self, sortie_collection_row_get_info (row)->name, files);
}

static void
ask_collection (SortieSourcesPage *self, GListModel *files)
{
  g_autoptr (GPtrArray) choices = g_ptr_array_new_with_free_func (g_free);
  SortieCollectionRow *row;

  g_set_object (&self->asked, files);
  g_ptr_array_add (choices, g_strdup ("cancel"));
  g_ptr_array_add (choices, g_strdup (_ ("Cancel")));
  for (int i = 0; i < MAX_CHOICES && (row = sortie_sources_get_row (self, i)) != NULL; i++)
    {
      g_ptr_array_add (choices, g_strdup_printf ("%d", i));
      g_ptr_array_add (choices, sortie_shown_line (sortie_collection_row_get_info (row)->name, 60));
    }
  g_ptr_array_add (choices, g_strdup ("new"));
  g_ptr_array_add (choices, g_strdup (_ ("New Collection…")));
  g_ptr_array_add (choices, NULL);
  sortie_dialogs_ask (GTK_WIDGET (self), _ ("Add to Which Collection?"), NULL,
                      (const char *const *) choices->pdata, "0", collection_chosen_cb, self);
}

void
sortie_sources_page_add_files (SortieSourcesPage *self, const char *collection, GListModel *files)
{
  SortieCollectionRow *first = sortie_sources_get_row (self, 0);

  if (g_list_model_get_n_items (files) == 0)
    return;
  if (self->api == NULL)
    sortie_toast (GTK_WIDGET (self), _ ("Documents can be added when a backend is connected"));
  else if (collection != NULL)
    add_to (self, collection, files);
  else if (!self->reading.is_known)
    g_set_object (&self->awaited, files);
  else if (first == NULL)
    ask_name (self, files);
  else if (sortie_sources_get_row (self, 1) == NULL)
    add_to (self, sortie_collection_row_get_info (first)->name, files);
  else
    ask_collection (self, files);
}

/* ---- Choosing files ---- */

static void
files_cb (GListModel *files, gpointer user_data)
{
  SortieSourcesPage *self = user_data;
  g_autofree char *collection = g_steal_pointer (&self->target);

  sortie_sources_page_add_files (self, collection, files);
}

/* @collection: (nullable) */
static void
choose (SortieSourcesPage *self, const char *collection, gboolean folders)
{
  g_free (self->target);
  self->target = g_strdup (collection);
  if (folders)
    sortie_dialogs_choose_folders (GTK_WIDGET (self), _ ("Add Folder"), files_cb, self);
  else
    sortie_dialogs_choose_files (GTK_WIDGET (self), _ ("Add Files"), files_cb, self);
}

static void
add_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SortieSourcesPage *self = SORTIE_SOURCES_PAGE (widget);
  const char *collection =
      self->shows_documents ? sortie_documents_view_get_collection (self->documents) : NULL;

  choose (self, collection, g_str_equal (action, "sources.add-folder"));
}

static void
new_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ask_name (SORTIE_SOURCES_PAGE (widget), NULL);
}

/* ---- Indexing again, removing ---- */

static void
reindexed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);

  if (node == NULL)
    tell_failure (call->page, _ ("Could not index the collection again"), error);
  sortie_sources_refresh (call->page);
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);

  if (node == NULL)
    tell_failure (call->page, _ ("Could not remove the collection"), error);
  else
    sortie_toast (GTK_WIDGET (call->page), _ ("Collection removed"));
  changed (call->page);
}

static void
remove_agreed_cb (gpointer user_data)
{
  SortieSourcesPage *self = user_data;
  g_autofree char *name = g_steal_pointer (&self->to_remove);

  if (self->api != NULL && name != NULL)
    sortie_api_remove_collection_async (self->api, name, self->cancellable, removed_cb,
                                        call_new (self, name, NULL));
}

static void
ask_remove (SortieSourcesPage *self, const char *name)
{
  g_autofree char *shown = sortie_shown_line (name, 100);
  /* Translators: %s is the name of a collection */
  g_autofree char *heading = g_strdup_printf (_ ("Remove “%s”?"), shown);

  g_free (self->to_remove);
  self->to_remove = g_strdup (name);
  sortie_dialogs_confirm (
      GTK_WIDGET (self), heading,
      _ ("The collection is no longer searched, and files that were uploaded to it are deleted. "
         "Folders and files on this computer stay as they are."),
      _ ("Remove"), TRUE, remove_agreed_cb, self);
}

void
sortie_sources_chosen_cb (SortieCollectionRow *row, const char *what, SortieSourcesPage *self)
{
  g_autofree char *name = g_strdup (sortie_collection_row_get_info (row)->name);

  if (self->api == NULL)
    return;
  if (g_str_equal (what, "add-folder") || g_str_equal (what, "add-files"))
    choose (self, name, g_str_equal (what, "add-folder"));
  else if (g_str_equal (what, "remove"))
    ask_remove (self, name);
  else
    {
      sortie_collection_row_set_progress (row, 0, 0, NULL);
      sortie_api_reindex_async (self->api, name, self->cancellable, reindexed_cb,
                                call_new (self, name, NULL));
    }
}

/* ---- Dropping ---- */

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, SortieSourcesPage *self)
{
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  const char *collection =
      self->shows_documents ? sortie_documents_view_get_collection (self->documents) : NULL;

  if (!G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return FALSE;
  for (GSList *l = g_value_get_boxed (value); l != NULL; l = l->next)
    g_list_store_append (files, l->data);
  sortie_sources_page_add_files (self, collection, G_LIST_MODEL (files));
  return TRUE;
}

void
sortie_sources_init_drop (SortieSourcesPage *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

void
sortie_sources_class_init_actions (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "sources.add-folder", NULL, add_cb);
  gtk_widget_class_install_action (class, "sources.add-files", NULL, add_cb);
  gtk_widget_class_install_action (class, "sources.new-collection", NULL, new_cb);
}
