/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-dialogs.h"
#include "sortie-toast.h"

#include <string.h>

typedef struct
{
  GtkWidget *window;
  GtkWidget *child;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  GtkWidget *overlay = adw_toast_overlay_new ();

  fixture->window = adw_window_new ();
  fixture->child = gtk_label_new ("inside");
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), fixture->child);
  adw_window_set_content (ADW_WINDOW (fixture->window), overlay);
  gtk_window_present (GTK_WINDOW (fixture->window));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->window != NULL)
    gtk_window_destroy (GTK_WINDOW (fixture->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static AdwMessageDialog *
find_dialog (void)
{
  g_autoptr (GListModel) windows = g_object_ref (gtk_window_get_toplevels ());

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GObject) window = g_list_model_get_item (windows, i);

      if (ADW_IS_MESSAGE_DIALOG (window))
        return ADW_MESSAGE_DIALOG (window);
    }
  g_assert_not_reached ();
}

/* As a click on one of its buttons. */
static void
answer (const char *response)
{
  AdwMessageDialog *dialog = find_dialog ();

  adw_message_dialog_response (dialog, response);
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
count_cb (gpointer user_data)
{
  (*(int *) user_data)++;
}

static void
choice_cb (const char *id, gpointer user_data)
{
  g_assert_null (*(char **) user_data);
  *(char **) user_data = g_strdup (id);
}

static void
text_cb (const char *text, gpointer user_data)
{
  choice_cb (text, user_data);
}

static char *
check_cb (const char *text, gpointer user_data)
{
  return strchr (text, '/') != NULL ? g_strdup ("No slash, please.") : NULL;
}

static void
test_confirm (Fixture *fixture, gconstpointer data)
{
  int agreed = 0;

  sortie_dialogs_confirm (fixture->child, "<b>Remove?</b>", "a\u202eb", "Remove", TRUE, count_cb,
                          &agreed);
  g_assert_cmpstr (adw_message_dialog_get_heading (find_dialog ()), ==, "<b>Remove?</b>");
  g_assert_cmpstr (adw_message_dialog_get_body (find_dialog ()), ==, "ab");
  answer ("cancel");
  g_assert_cmpint (agreed, ==, 0);

  sortie_dialogs_confirm (fixture->child, "Remove?", NULL, "Remove", TRUE, count_cb, &agreed);
  answer ("agree");
  g_assert_cmpint (agreed, ==, 1);
}

static void
test_ask (Fixture *fixture, gconstpointer data)
{
  const char *const choices[] = { "cancel", "Go Back", "keep", "Keep Running", NULL };
  g_autofree char *chosen = NULL;

  sortie_dialogs_ask (fixture->child, "Missions are running", NULL, choices, "keep", choice_cb,
                      &chosen);
  answer ("keep");
  g_assert_cmpstr (chosen, ==, "keep");
}

static GtkEditable *
find_entry (GtkWidget *widget)
{
  if (ADW_IS_ENTRY_ROW (widget))
    return GTK_EDITABLE (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkEditable *found = find_entry (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
test_ask_text (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;
  AdwMessageDialog *dialog;
  GtkEditable *entry;

  sortie_dialogs_ask_text (fixture->child, "New collection", "Name", "", "Create", check_cb,
                           text_cb, &text);
  dialog = find_dialog ();
  entry = find_entry (GTK_WIDGET (dialog));
  g_assert_false (adw_message_dialog_get_response_enabled (dialog, "agree"));
  gtk_editable_set_text (entry, "a/b");
  g_assert_false (adw_message_dialog_get_response_enabled (dialog, "agree"));
  gtk_editable_set_text (entry, "Contracts");
  g_assert_true (adw_message_dialog_get_response_enabled (dialog, "agree"));
  answer ("agree");
  g_assert_cmpstr (text, ==, "Contracts");
}

static void
test_toast_outside (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GtkWidget) alone = g_object_ref_sink (gtk_label_new ("alone"));
  int closed = 0;

  sortie_toast (alone, "Nobody sees this");
  sortie_toast_with_undo (alone, "Deleted", NULL, count_cb, &closed);
  g_assert_cmpint (closed, ==, 1);
}

/* A window that goes away leaves nothing undone, and nothing done twice. */
static void
test_toast_window_gone (Fixture *fixture, gconstpointer data)
{
  int undone = 0;
  int closed = 0;

  sortie_toast (fixture->child, "<b>not bold</b> & <i>");
  sortie_toast_with_undo (fixture->child, "One deleted", NULL, count_cb, &closed);
  sortie_toast_with_undo (fixture->child, "Another deleted", count_cb, count_cb, &undone);
  g_assert_cmpint (closed, ==, 0);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  fixture->window = NULL;
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (closed, ==, 1);
  g_assert_cmpint (undone, ==, 1);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

static GtkDialog *
find_chooser (void)
{
  g_autoptr (GListModel) windows = g_object_ref (gtk_window_get_toplevels ());

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GObject) window = g_list_model_get_item (windows, i);

      if (GTK_IS_FILE_CHOOSER_DIALOG (window))
        return GTK_DIALOG (window);
    }
  return NULL;
}

static gboolean
has_file (GtkDialog *chooser)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));

  return file != NULL;
}

static void
file_cb (GFile *file, gpointer user_data)
{
  g_assert_null (*(char **) user_data);
  *(char **) user_data = g_file_get_basename (file);
}

static void
files_cb (GListModel *files, gpointer user_data)
{
  g_autoptr (GFile) file = g_list_model_get_item (files, 0);

  file_cb (file, user_data);
}

static void
test_chooser (Fixture *fixture, gconstpointer data)
{
  g_autofree char *chosen = NULL;

  sortie_dialogs_save_file (fixture->child, "Save", "name.md", file_cb, &chosen);
  gtk_dialog_response (find_chooser (), GTK_RESPONSE_CANCEL);
  g_assert_null (chosen);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (find_chooser ());
  sortie_dialogs_save_file (fixture->child, "Save", "name.md", file_cb, &chosen);
  while (!has_file (find_chooser ()))
    g_main_context_iteration (NULL, TRUE);
  gtk_dialog_response (find_chooser (), GTK_RESPONSE_ACCEPT);
  while (chosen == NULL) /* it looks first whether there is such a file already */
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (chosen, ==, "name.md");
}

static gboolean
is_in (GtkDialog *chooser, GFile *folder)
{
  g_autoptr (GFile) current = gtk_file_chooser_get_current_folder (GTK_FILE_CHOOSER (chooser));

  return current != NULL && g_file_equal (current, folder);
}

/* It begins at home, and then where the last one ended. */
static void
test_chooser_folder (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) home = g_file_new_for_path (g_get_home_dir ());
  g_autoptr (GFile) folder = g_file_get_child (home, "folder");
  g_autofree char *chosen = NULL;

  g_assert_true (g_file_make_directory (folder, NULL, NULL));
  sortie_dialogs_save_file (fixture->child, "Save", "folder/name.md", file_cb, &chosen);
  while (!is_in (find_chooser (), home) || !has_file (find_chooser ()))
    g_main_context_iteration (NULL, TRUE);
  gtk_dialog_response (find_chooser (), GTK_RESPONSE_ACCEPT);
  while (chosen == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (find_chooser ());
  sortie_dialogs_choose_files (fixture->child, "Add", files_cb, &chosen);
  while (!is_in (find_chooser (), folder))
    g_main_context_iteration (NULL, TRUE);
  gtk_dialog_response (find_chooser (), GTK_RESPONSE_CANCEL);
  while (find_chooser () != NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* What asked goes while the person still chooses: nobody is told, and the chooser goes too. */
static void
test_chooser_outlives (Fixture *fixture, gconstpointer data)
{
  char **chosen = g_new0 (char *, 1);

  sortie_dialogs_choose_folders (fixture->child, "Add", files_cb, chosen);
  g_assert_nonnull (find_chooser ());
  g_free (chosen); /* so that the address sanitizer tells who writes there */
  adw_window_set_content (ADW_WINDOW (fixture->window), NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (find_chooser ());
}

/* As that, but the window goes as a whole. */
static void
test_chooser_window (Fixture *fixture, gconstpointer data)
{
  g_autofree char *chosen = NULL;

  sortie_dialogs_choose_files (fixture->child, "Add", files_cb, &chosen);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  fixture->window = NULL;
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (find_chooser ());
  g_assert_null (chosen);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("/dialogs/confirm", test_confirm);
  ADD ("/dialogs/ask", test_ask);
  ADD ("/dialogs/ask-text", test_ask_text);
  ADD ("/toast/outside", test_toast_outside);
  ADD ("/toast/window-gone", test_toast_window_gone);
  ADD ("/dialogs/chooser", test_chooser);
  ADD ("/dialogs/chooser-folder", test_chooser_folder);
  ADD ("/dialogs/chooser-outlives", test_chooser_outlives);
  ADD ("/dialogs/chooser-window", test_chooser_window);
  return g_test_run ();
}
