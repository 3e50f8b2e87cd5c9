/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backend-fixture.h"
#include "pane-fixture.h"
#include "sortie-collection-row.h"
#include "sortie-document-row.h"
#include "sortie-documents-view.h"
#include "sortie-error.h"
#include "sortie-event-stream.h"
#include "sortie-sources-page.h"
#include "sortie-upload.h"

#include <string.h>

typedef struct
{
  TestBackend *backend;
  SortieEventStream *feed;
  GtkWidget *page;
  GtkWidget *window;
  guint n_changed;
  guint n_progress;
} Fixture;

static void
changed_cb (SortieSourcesPage *page, Fixture *fixture)
{
  fixture->n_changed++;
}

static void
event_cb (SortieEventStream *stream, const SortieEvent *event, const char *json, Fixture *fixture)
{
  if (!g_str_equal (event->code, SORTIE_CODE_INDEX_PROGRESS))
    return;
  fixture->n_progress++;
  sortie_sources_page_take_progress (SORTIE_SOURCES_PAGE (fixture->page), event);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->page = sortie_sources_page_new ();
  g_signal_connect (fixture->page, "changed", G_CALLBACK (changed_cb), fixture);
  fixture->window = test_window_new (fixture->page, 1000, 700);
}

/* With a backend and its feed, as the window has them. */
static void
set_up_backend (Fixture *fixture, gconstpointer data)
{
  fixture->backend = test_backend_new ();
  set_up (fixture, data);
  fixture->feed = sortie_event_stream_new_feed (test_backend_get_api (fixture->backend));
  g_signal_connect (fixture->feed, "event", G_CALLBACK (event_cb), fixture);
  sortie_event_stream_start (fixture->feed);
  test_wait_for (sortie_event_stream_get_state (fixture->feed) == SORTIE_EVENT_STREAM_OPEN);
  sortie_sources_page_set_api (SORTIE_SOURCES_PAGE (fixture->page),
                               test_backend_get_api (fixture->backend));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->feed != NULL)
    {
      sortie_event_stream_stop (fixture->feed);
      g_signal_handlers_disconnect_by_data (fixture->feed, fixture);
      g_clear_object (&fixture->feed);
    }
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  if (fixture->backend != NULL)
    test_backend_free (fixture->backend);
}

static gboolean
shows (Fixture *fixture, const char *text)
{
  return test_find_text (fixture->window, text) != NULL;
}

/* Whether a visible label begins so. */
static gboolean
shows_beginning (GtkWidget *widget, const char *text)
{
  const char *label = NULL;

  if (!gtk_widget_get_mapped (widget))
    return FALSE;
  if (GTK_IS_LABEL (widget))
    label = gtk_label_get_text (GTK_LABEL (widget));
  else if (GTK_IS_INSCRIPTION (widget))
    label = gtk_inscription_get_text (GTK_INSCRIPTION (widget));
  if (label != NULL && g_str_has_prefix (label, text))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (shows_beginning (child, text))
      return TRUE;
  return FALSE;
}

static SortieCollectionRow *
find_row (GtkWidget *widget, const char *name)
{
  if (SORTIE_IS_COLLECTION_ROW (widget) &&
      g_str_equal (sortie_collection_row_get_info (SORTIE_COLLECTION_ROW (widget))->name, name))
    return SORTIE_COLLECTION_ROW (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      SortieCollectionRow *found = find_row (child, name);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static const SortieCollectionInfo *
find_info (Fixture *fixture, const char *name)
{
  SortieCollectionRow *row = find_row (fixture->page, name);

  return row != NULL ? sortie_collection_row_get_info (row) : NULL;
}

static gboolean
is_indexed (Fixture *fixture, const char *name, int n_documents)
{
  const SortieCollectionInfo *info = find_info (fixture, name);

  return info != NULL && !info->indexing && info->updated > 0 && info->n_documents == n_documents;
}

static GListModel *
new_files (const char *path, const char *other)
{
  GListStore *files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GFile) first = g_file_new_for_path (path);
  g_autoptr (GFile) second = other != NULL ? g_file_new_for_path (other) : NULL;

  g_list_store_append (files, first);
  if (second != NULL)
    g_list_store_append (files, second);
  return G_LIST_MODEL (files);
}

static void
add (Fixture *fixture, const char *collection, const char *path, const char *other)
{
  g_autoptr (GListModel) files = new_files (path, other);

  sortie_sources_page_add_files (SORTIE_SOURCES_PAGE (fixture->page), collection, files);
}

/* The message dialog that is open, and its entry. */
static AdwMessageDialog *
find_dialog (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GObject) window = g_list_model_get_item (windows, i);

      if (ADW_IS_MESSAGE_DIALOG (window))
        return ADW_MESSAGE_DIALOG (window);
    }
  return NULL;
}

/* A folder with two documents and one that can't be read. */
static char *
write_documents (Fixture *fixture)
{
  g_autofree char *a = test_backend_write (
      fixture->backend, "docs/streams.md",
      "# Streams\n\nA consumer group hands each entry to one of its consumers.\n");
  g_autofree char *b = test_backend_write (fixture->backend, "docs/deep/retries.txt",
                                           "A retry is a second attempt.");
  g_autofree char *c = test_backend_write (fixture->backend, "docs/broken.pdf", "%PDF-1.4 rubbish");

  return g_path_get_dirname (a);
}

/* ---- States ---- */

static void
test_offline (Fixture *fixture, gconstpointer data)
{
  g_assert_true (shows (fixture, "No Backend"));
  add (fixture, NULL, "/nowhere", NULL);
  test_wait_for (shows (fixture, "Documents can be added when a backend is connected"));
  gtk_widget_activate_action (fixture->page, "sources.refresh", NULL);
  gtk_widget_activate_action (fixture->page, "sources.new-collection", NULL);
  g_assert_null (find_dialog ());
}

static void
test_unreachable (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SortieBackendAddress) address =
      sortie_backend_address_parse ("http://127.0.0.1:9", NULL);
  g_autoptr (SortieApi) api = sortie_api_new (address, NULL, NULL);

  sortie_sources_page_set_api (SORTIE_SOURCES_PAGE (fixture->page), api);
  test_wait_for (shows (fixture, "Something Went Wrong"));
  g_assert_true (shows (fixture, "Could not read the collections: the backend does not answer"));
}

static void
test_names (void)
{
  const char *const bad[] = { "",   ".hidden", "-option", "a/b",     " a",
                              "a ", "a\nb",    "\xff",    "a\u200bb" };
  const char *const good[] = { "docs", "Zwölf Verträge", "日本語", "a b", "a.b-c", "100 %" };
  const char *const folders[] = { "docs", ".git", "--x", "  ", "a/b", "\xff\xfe", "tab\there", "" };
  g_autofree char *longest = g_strnfill (100, 'x');
  g_autofree char *too_long = g_strnfill (101, 'x');
  g_autofree char *no_problem = sortie_collection_dup_name_problem (longest);
  g_autofree char *problem = sortie_collection_dup_name_problem (too_long);

  g_assert_null (no_problem);
  g_assert_nonnull (problem);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *words = sortie_collection_dup_name_problem (bad[i]);

      g_assert_nonnull (words);
    }
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_null (sortie_collection_dup_name_problem (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *name = sortie_collection_dup_name_for (folders[i]);

      g_assert_null (sortie_collection_dup_name_problem (name));
    }
  for (const char *const *text = test_hostile_strings (); *text != NULL; text++)
    {
      g_autofree char *name = sortie_collection_dup_name_for (*text);

      g_assert_null (sortie_collection_dup_name_problem (name));
    }
}

/* ---- With a backend ---- */

static void
test_add (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = write_documents (fixture);
  SortieDocumentsView *documents;
  GtkWidget *search;
  guint n;

  test_wait_for (shows (fixture, "Add Your Documents"));
  test_screenshot (fixture->window, "sources-empty");
  add (fixture, NULL, folder, NULL);
  test_wait_for (find_dialog () != NULL);
  adw_message_dialog_response (find_dialog (), "agree"); /* the folder's name is proposed */
  test_wait_for (is_indexed (fixture, "docs", 2));
  g_assert_cmpint (find_info (fixture, "docs")->n_skipped, ==, 1);
  g_assert_cmpstr (find_info (fixture, "docs")->folders[0], ==, folder);
  g_assert_cmpuint (fixture->n_progress, >, 0);
  g_assert_cmpuint (fixture->n_changed, >, 0);
  g_assert_true (shows_beginning (fixture->window, "2 documents · "));
  test_screenshot (fixture->window, "sources-1000");

  g_signal_emit_by_name (test_find (fixture->page, GTK_TYPE_LIST_BOX), "row-activated",
                         find_row (fixture->page, "docs"));
  documents = SORTIE_DOCUMENTS_VIEW (test_find (fixture->page, SORTIE_TYPE_DOCUMENTS_VIEW));
  test_wait_for (g_list_model_get_n_items (sortie_documents_view_get_documents (documents)) == 3);
  test_frames (fixture->window, 2);
  g_assert_true (shows (fixture, "Streams"));
  g_assert_true (shows_beginning (fixture->window, "Skipped: "));
  test_screenshot (fixture->window, "sources-documents");
  search = test_find (GTK_WIDGET (documents), GTK_TYPE_SEARCH_ENTRY);
  gtk_editable_set_text (GTK_EDITABLE (search), "DEEP/ret");
  test_wait_for (g_list_model_get_n_items (sortie_documents_view_get_documents (documents)) == 1);
  gtk_editable_set_text (GTK_EDITABLE (search), "no such document");
  test_wait_for (shows (fixture, "No document matches."));
  gtk_editable_set_text (GTK_EDITABLE (search), "");
  n = 3;
  test_wait_for (g_list_model_get_n_items (sortie_documents_view_get_documents (documents)) == n);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (
                                    test_find (GTK_WIDGET (documents), GTK_TYPE_TOGGLE_BUTTON)),
                                TRUE);
  g_assert_cmpuint (g_list_model_get_n_items (sortie_documents_view_get_documents (documents)), ==,
                    1);
  gtk_widget_activate_action (fixture->page, "sources.back", NULL);
  test_frames (fixture->window, 2);
  g_assert_true (shows (fixture, "docs"));
}

static void
test_reindex_and_remove (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = write_documents (fixture);
  g_autofree char *more = NULL;
  guint n_progress;

  add (fixture, "docs", folder, NULL);
  test_wait_for (is_indexed (fixture, "docs", 2));
  more = test_backend_write (fixture->backend, "docs/more.txt", "One more document.");
  n_progress = fixture->n_progress;
  gtk_widget_activate_action (GTK_WIDGET (find_row (fixture->page, "docs")), "collection.reindex",
                              NULL);
  g_assert_true (shows (fixture, "Indexing…"));
  test_wait_for (is_indexed (fixture, "docs", 3));
  g_assert_cmpuint (fixture->n_progress, >, n_progress);

  gtk_widget_activate_action (GTK_WIDGET (find_row (fixture->page, "docs")), "collection.remove",
                              NULL);
  test_wait_for (find_dialog () != NULL);
  adw_message_dialog_response (find_dialog (), "cancel");
  gtk_window_destroy (GTK_WINDOW (find_dialog ()));
  test_frames (fixture->window, 5);
  g_assert_nonnull (find_row (fixture->page, "docs"));
  gtk_widget_activate_action (GTK_WIDGET (find_row (fixture->page, "docs")), "collection.remove",
                              NULL);
  test_wait_for (find_dialog () != NULL);
  adw_message_dialog_response (find_dialog (), "agree");
  test_wait_for (shows (fixture, "Add Your Documents"));
  test_wait_for (shows (fixture, "Collection removed"));
  gtk_window_destroy (GTK_WINDOW (find_dialog ()));
}

static void
test_new_collection (Fixture *fixture, gconstpointer data)
{
  GtkWidget *entry;

  test_wait_for (shows (fixture, "Add Your Documents"));
  gtk_widget_activate_action (fixture->page, "sources.new-collection", NULL);
  test_wait_for (find_dialog () != NULL);
  entry = test_find (GTK_WIDGET (find_dialog ()), ADW_TYPE_ENTRY_ROW);
  gtk_editable_set_text (GTK_EDITABLE (entry), "a/b");
  g_assert_false (adw_message_dialog_get_response_enabled (find_dialog (), "agree"));
  gtk_editable_set_text (GTK_EDITABLE (entry), "Verträge");
  adw_message_dialog_response (find_dialog (), "agree");
  test_wait_for (find_row (fixture->page, "Verträge") != NULL);
  gtk_window_destroy (GTK_WINDOW (find_dialog ()));
  gtk_widget_activate_action (fixture->page, "sources.new-collection", NULL);
  test_wait_for (find_dialog () != NULL);
  entry = test_find (GTK_WIDGET (find_dialog ()), ADW_TYPE_ENTRY_ROW);
  gtk_editable_set_text (GTK_EDITABLE (entry), "Verträge");
  g_assert_false (adw_message_dialog_get_response_enabled (find_dialog (), "agree"));
  gtk_window_destroy (GTK_WINDOW (find_dialog ()));
}

/* Several collections: a person is asked which. */
static void
test_which (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) a =
      test_backend_call (fixture->backend, "POST", "/collections", "{\"name\":\"a\"}");
  g_autoptr (JsonNode) b =
      test_backend_call (fixture->backend, "POST", "/collections", "{\"name\":\"b\"}");
  g_autofree char *folder = write_documents (fixture);

  gtk_widget_activate_action (fixture->page, "sources.refresh", NULL);
  test_wait_for (find_row (fixture->page, "b") != NULL);
  add (fixture, NULL, folder, NULL);
  test_wait_for (find_dialog () != NULL);
  adw_message_dialog_response (find_dialog (), "1");
  test_wait_for (is_indexed (fixture, "b", 2));
  g_assert_cmpint (find_info (fixture, "a")->n_documents, ==, 0);
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 400, 700);
  test_frames (fixture->window, 4);
  g_assert_cmpint (gtk_widget_get_width (fixture->page), <=, 400);
  test_screenshot (fixture->window, "sources-400");
}

/* A backend on another machine gets the files themselves. */
static void
test_upload (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SortieApi) remote = test_backend_new_remote_api (fixture->backend);
  g_autofree char *folder = write_documents (fixture);
  g_autofree char *single = test_backend_write (fixture->backend, "single.txt", "A single file.");
  g_autofree char *hidden =
      test_backend_write (fixture->backend, "docs/.hidden/secret.txt", "Not to be sent.");
  g_autofree char *deep =
      test_backend_write (fixture->backend, "docs/deep/er/single.txt", "In a folder of a folder.");

  sortie_sources_page_set_api (SORTIE_SOURCES_PAGE (fixture->page), remote);
  add (fixture, "far", folder, single);
  test_wait_for (is_indexed (fixture, "far", 4));
  g_assert_cmpuint (g_strv_length (find_info (fixture, "far")->folders), ==, 0);
  g_assert_cmpint (find_info (fixture, "far")->n_skipped, ==, 1);
}

static void
upload_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_upload_limits (Fixture *fixture, gconstpointer data)
{
  SortieApi *api = test_backend_get_api (fixture->backend);
  g_autofree char *good = test_backend_write (fixture->backend, "up/good.txt", "Good.");
  g_autofree char *large = test_backend_write (fixture->backend, "up/large.txt", "x");
  g_autofree char *folder = g_path_get_dirname (good);
  g_autoptr (GListModel) files = new_files (folder, "/no/such/file");
  g_autoptr (JsonNode) made =
      test_backend_call (fixture->backend, "POST", "/collections", "{\"name\":\"up\"}");
  g_autoptr (SortieUpload) upload = sortie_upload_new (api, "up");
  g_autoptr (SortieUpload) lost = sortie_upload_new (api, "no such collection");
  g_autoptr (SortieUpload) stopped = sortie_upload_new (api, "up");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) lost_result = NULL;
  g_autoptr (GAsyncResult) stopped_result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (truncate (large, SORTIE_UPLOAD_MAX_BYTES + 1), ==, 0);
  sortie_upload_start_async (upload, files, NULL, upload_cb, &result);
  test_wait_for (result != NULL);
  g_assert_true (sortie_upload_start_finish (upload, result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (sortie_upload_get_n_total (upload), ==, 3);
  g_assert_cmpuint (sortie_upload_get_n_done (upload), ==, 3);
  g_assert_cmpuint (sortie_upload_get_n_left_out (upload), ==, 2);
  g_assert_nonnull (sortie_upload_get_reason (upload));

  sortie_upload_start_async (lost, files, NULL, upload_cb, &lost_result);
  test_wait_for (lost_result != NULL);
  g_assert_false (sortie_upload_start_finish (lost, lost_result, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_cancellable_cancel (cancellable);
  sortie_upload_start_async (stopped, files, cancellable, upload_cb, &stopped_result);
  test_wait_for (stopped_result != NULL);
  g_assert_false (sortie_upload_start_finish (stopped, stopped_result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_errors (Fixture *fixture, gconstpointer data)
{
  test_wait_for (shows (fixture, "Add Your Documents"));
  add (fixture, "docs", "/no/such/folder", NULL);
  test_wait_for (shows_beginning (fixture->window, "Could not add the documents: "));
}

/* ---- Rows ---- */

static void
take (Fixture *fixture, const char *data)
{
  g_autoptr (SortieEvent) event =
      sortie_event_new (SORTIE_EVENT_STATUS, "system", SORTIE_CODE_INDEX_PROGRESS, "m");

  event->data = g_strdup (data);
  sortie_sources_page_take_progress (SORTIE_SOURCES_PAGE (fixture->page), event);
}

/* A listing that is still under way knows nothing of this and may overwrite it once. */
static gboolean
shows_progress (Fixture *fixture)
{
  take (fixture, "{\"collection\":\"a\",\"done\":3,\"total\":12,\"path\":\"x/y.md\","
                 "\"finished\":false}");
  test_frames (fixture->window, 1);
  return shows (fixture, "Indexing: 3 of 12 files · x/y.md");
}

static void
test_progress (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) a =
      test_backend_call (fixture->backend, "POST", "/collections", "{\"name\":\"a\"}");
  GtkWidget *bar;

  gtk_widget_activate_action (fixture->page, "sources.refresh", NULL);
  test_wait_for (find_row (fixture->page, "a") != NULL);
  test_wait_for (shows_progress (fixture));
  bar = test_find (fixture->page, GTK_TYPE_PROGRESS_BAR);
  g_assert_cmpfloat (gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (bar)), ==, 0.25);
  test_screenshot (fixture->window, "sources-progress");
  take (fixture, "{\"collection\":\"a\",\"done\":9999,\"total\":12}");
  take (fixture, "{\"collection\":7}");
  take (fixture, "[]");
  take (fixture, "rubbish");
  take (fixture, NULL);
  take (fixture, "{\"collection\":\"unknown\",\"done\":1,\"total\":2}");
  g_assert_cmpuint (fixture->n_changed, ==, 0);
  take (fixture, "{\"collection\":\"a\",\"finished\":true}");
  g_assert_cmpuint (fixture->n_changed, ==, 1);
  test_wait_for (!find_info (fixture, "a")->indexing);
}

static void
test_hostile (Fixture *fixture, gconstpointer data)
{
  const char *const *strings = test_hostile_strings ();
  GtkWidget *box = gtk_list_box_new ();

  for (guint i = 0; strings[i] != NULL; i++)
    {
      SortieCollectionInfo *info = g_new0 (SortieCollectionInfo, 1);
      g_autoptr (SortieDocumentItem) item = g_object_new (SORTIE_TYPE_DOCUMENT_ITEM, NULL);
      GtkWidget *row, *document = sortie_document_row_new ();

      info->name = g_strdup (strings[i]);
      info->failure = g_strdup (strings[i]);
      info->folders = g_strsplit (strings[i], "/", 3);
      row = sortie_collection_row_new (info);
      sortie_collection_row_set_progress (SORTIE_COLLECTION_ROW (row), 1, G_MAXINT64, strings[i]);
      item->title = g_strdup (strings[i]);
      item->path = g_strdup (strings[i]);
      item->uri = g_strdup (strings[i]);
      item->skipped = i % 2 ? g_strdup (strings[i]) : NULL;
      sortie_document_row_bind (SORTIE_DOCUMENT_ROW (document), item);
      gtk_list_box_append (GTK_LIST_BOX (box), row);
      gtk_list_box_append (GTK_LIST_BOX (box), document);
    }
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  fixture->window = test_window_new (box, 700, 800);
  test_frames (fixture->window, 3);
}

#define ADD(path, set_up_func, func)                                                               \
  g_test_add ("/sources-page/" path, Fixture, NULL, set_up_func, func, tear_down)

int
main (int argc, char *argv[])
{
  test_pane_init (&argc, &argv);
  g_test_add_func ("/sources-page/names", test_names);
  ADD ("offline", set_up, test_offline);
  ADD ("unreachable", set_up, test_unreachable);
  ADD ("hostile", set_up, test_hostile);
  ADD ("add", set_up_backend, test_add);
  ADD ("reindex-and-remove", set_up_backend, test_reindex_and_remove);
  ADD ("new-collection", set_up_backend, test_new_collection);
  ADD ("which", set_up_backend, test_which);
  ADD ("upload", set_up_backend, test_upload);
  ADD ("upload-limits", set_up_backend, test_upload_limits);
  ADD ("errors", set_up_backend, test_errors);
  ADD ("progress", set_up_backend, test_progress);
  return g_test_run ();
}
