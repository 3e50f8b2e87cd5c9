/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-dialogs.h"

#include "sortie-sandbox.h"
#include "sortie-shown-text.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_HEADING 200
#define HEADING_WIDTH 150                /* pixels; half of what the narrowest dialog has */
#define LAST_FOLDER "sortie-last-folder" /* of a window: a GFile */

static GtkWindow *
find_window (GtkWidget *parent)
{
  GtkRoot *root = gtk_widget_get_root (parent);

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

/* ---- Choosing files ---- */

/* What a native chooser is asked for. It keeps itself alive until it is answered, or until the widget that
 * asked has gone. */
typedef struct
{
  GtkFileChooserNative *chooser;
  GtkWidget *parent;
  SortieFilesFunc files_func;
  SortieFileFunc file_func;
  gpointer user_data;
} Choosing;

/* Without a folder to begin in, the chooser lists recent files, and GTK 4.18 crashes where it goes while
 * it still asks for them. In a sandbox another program chooses, which knows the folders outside. */
static void
set_folder (GtkFileChooser *chooser, GtkWindow *window)
{
  GFile *last = window != NULL ? g_object_get_data (G_OBJECT (window), LAST_FOLDER) : NULL;
  const char *path = g_get_user_special_dir (G_USER_DIRECTORY_DOCUMENTS);
  g_autoptr (GFile) folder = NULL;

  if (sortie_sandbox_get_id (NULL) != NULL)
    return;
  if (path == NULL || !g_file_test (path, G_FILE_TEST_IS_DIR))
    path = g_get_home_dir ();
  folder = last != NULL ? g_object_ref (last) : g_file_new_for_path (path);
  gtk_file_chooser_set_current_folder (chooser, folder, NULL);
}

static void
keep_folder (GFile *chosen, GtkWindow *window)
{
  if (window != NULL)
    g_object_set_data_full (G_OBJECT (window), LAST_FOLDER, g_file_get_parent (chosen),
                            g_object_unref);
}

static void
choosing_end (Choosing *self)
{
  gtk_native_dialog_destroy (GTK_NATIVE_DIALOG (self->chooser));
  g_object_unref (self->chooser);
  g_free (self);
}

/* Nobody is there any more to be told. */
static void
parent_gone_cb (gpointer user_data, GObject *parent)
{
  choosing_end (user_data);
}

static void
chosen_cb (GtkNativeDialog *dialog, int response, Choosing *choosing)
{
  GtkFileChooser *chooser = GTK_FILE_CHOOSER (dialog);

  g_object_weak_unref (G_OBJECT (choosing->parent), parent_gone_cb, choosing);
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GListModel) files = gtk_file_chooser_get_files (chooser);
      g_autoptr (GFile) file = g_list_model_get_item (files, 0);

      if (file != NULL)
        keep_folder (file, find_window (choosing->parent));
      if (file != NULL && choosing->files_func != NULL)
        choosing->files_func (files, choosing->user_data);
      else if (file != NULL)
        choosing->file_func (file, choosing->user_data);
    }
  choosing_end (choosing);
}

static void
choose (GtkWidget *parent,
        const char *title,
        GtkFileChooserAction action,
        const char *name,
        const Choosing *wanted)
{
  Choosing *choosing = g_memdup2 (wanted, sizeof *wanted);
  const char *accept = action == GTK_FILE_CHOOSER_ACTION_SAVE ? _ ("_Save") : _ ("_Add");

  choosing->parent = parent;
  g_object_weak_ref (G_OBJECT (parent), parent_gone_cb, choosing);
  choosing->chooser =
      gtk_file_chooser_native_new (title, find_window (parent), action, accept, _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (choosing->chooser), TRUE);
  set_folder (GTK_FILE_CHOOSER (choosing->chooser), find_window (parent));
  if (action == GTK_FILE_CHOOSER_ACTION_SAVE)
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (choosing->chooser), name);
  else
    gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (choosing->chooser), TRUE);
  g_signal_connect (choosing->chooser, "response", G_CALLBACK (chosen_cb), choosing);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (choosing->chooser));
}

void
sortie_dialogs_choose_files (GtkWidget *parent,
                             const char *title,
                             SortieFilesFunc func,
                             gpointer user_data)
{
  choose (parent, title, GTK_FILE_CHOOSER_ACTION_OPEN, NULL,
          &(Choosing){ .files_func = func, .user_data = user_data });
}

void
sortie_dialogs_choose_folders (GtkWidget *parent,
                               const char *title,
                               SortieFilesFunc func,
                               gpointer user_data)
{
  choose (parent, title, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, NULL,
          &(Choosing){ .files_func = func, .user_data = user_data });
}

void
sortie_dialogs_save_file (
    GtkWidget *parent, const char *title, const char *name, SortieFileFunc func, gpointer user_data)
{
  choose (parent, title, GTK_FILE_CHOOSER_ACTION_SAVE, name,
          &(Choosing){ .file_func = func, .user_data = user_data });
}

/* ---- Questions ---- */

typedef struct
{
  SortieAgreedFunc agreed;
  SortieChoiceFunc chosen;
  SortieTextCheckFunc check;
  SortieTextFunc text;
  gpointer user_data;
  AdwMessageDialog *dialog; /* of a question for text, as what follows */
  GtkEditable *entry;
  GtkWidget *complaint;
} Question;

static void
answered_cb (AdwMessageDialog *dialog, const char *response, Question *question)
{
  gboolean is_cancel = g_str_equal (response, "cancel");

  /* The answer may be the end of the window below, which this one outlives by a moment. */
  gtk_window_set_transient_for (GTK_WINDOW (dialog), NULL);
  if (question->chosen != NULL)
    question->chosen (response, question->user_data);
  else if (question->text != NULL && !is_cancel)
    question->text (gtk_editable_get_text (question->entry), question->user_data);
  else if (question->agreed != NULL && !is_cancel)
    question->agreed (question->user_data);
}

/* libadwaita 1.7 asks how high its two headings are, the large one that does not wrap and the small one
 * that does, also where the one or the other has no room; of that GTK 4.18 warns. So both need the same,
 * which is always there. */
static void
let_headings_fit (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget))
    gtk_widget_set_size_request (widget, HEADING_WIDTH, -1);
  if (GTK_IS_LABEL (widget) && !gtk_label_get_wrap (GTK_LABEL (widget)))
    gtk_label_set_ellipsize (GTK_LABEL (widget), PANGO_ELLIPSIZE_END);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    let_headings_fit (child);
}

static AdwMessageDialog *
create_question (GtkWidget *parent, const char *heading, const char *body, Question *question)
{
  g_autofree char *shown_heading = sortie_shown_line (heading, MAX_HEADING);
  g_autofree char *shown_body = body != NULL ? sortie_shown_text (body, strlen (body)) : NULL;
  GtkWidget *dialog = adw_message_dialog_new (find_window (parent), shown_heading, shown_body);

  let_headings_fit (dialog);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (answered_cb), question,
                         (GClosureNotify) (void (*) (void)) g_free, 0);
  return ADW_MESSAGE_DIALOG (dialog);
}

void
sortie_dialogs_confirm (GtkWidget *parent,
                        const char *heading,
                        const char *body,
                        const char *action,
                        gboolean destructive,
                        SortieAgreedFunc func,
                        gpointer user_data)
{
  Question question = { .agreed = func, .user_data = user_data };
  AdwMessageDialog *dialog =
      create_question (parent, heading, body, g_memdup2 (&question, sizeof question));

  adw_message_dialog_add_responses (dialog, "cancel", _ ("Cancel"), "agree", action, NULL);
  adw_message_dialog_set_response_appearance (dialog, "agree",
                                              destructive ? ADW_RESPONSE_DESTRUCTIVE
                                                          : ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, destructive ? "cancel" : "agree");
  gtk_window_present (GTK_WINDOW (dialog));
}

void
sortie_dialogs_ask (GtkWidget *parent,
                    const char *heading,
                    const char *body,
                    const char *const *choices,
                    const char *default_id,
                    SortieChoiceFunc func,
                    gpointer user_data)
{
  Question question = { .chosen = func, .user_data = user_data };
  AdwMessageDialog *dialog =
      create_question (parent, heading, body, g_memdup2 (&question, sizeof question));

  for (guint i = 0; choices[i] != NULL; i += 2)
    adw_message_dialog_add_response (dialog, choices[i], choices[i + 1]);
  adw_message_dialog_set_default_response (dialog, default_id);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- A line of text ---- */

static void
text_changed_cb (GtkEditable *entry, Question *question)
{
  const char *text = gtk_editable_get_text (entry);
  g_autofree char *complaint =
      question->check != NULL ? question->check (text, question->user_data) : NULL;
  gboolean is_empty = *text == '\0';

  adw_message_dialog_set_response_enabled (question->dialog, "agree",
                                           complaint == NULL && !is_empty);
  gtk_label_set_text (GTK_LABEL (question->complaint), complaint != NULL ? complaint : "");
  gtk_widget_set_visible (question->complaint, complaint != NULL && !is_empty);
}

/* The entry in a list of its own, and below it what is wrong with the text. */
static GtkWidget *
create_entry (Question *question, const char *label, const char *text)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *row = adw_entry_row_new ();

  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), label);
  adw_entry_row_set_activates_default (ADW_ENTRY_ROW (row), TRUE);
  gtk_editable_set_text (GTK_EDITABLE (row), text != NULL ? text : "");
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  question->entry = GTK_EDITABLE (row);
  question->complaint = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (question->complaint), TRUE);
  gtk_label_set_xalign (GTK_LABEL (question->complaint), 0);
  gtk_widget_add_css_class (question->complaint, "error");
  gtk_box_append (GTK_BOX (box), list);
  gtk_box_append (GTK_BOX (box), question->complaint);
  return box;
}

void
sortie_dialogs_ask_text (GtkWidget *parent,
                         const char *heading,
                         const char *label,
                         const char *text,
                         const char *action,
                         SortieTextCheckFunc check,
                         SortieTextFunc func,
                         gpointer user_data)
{
  Question *question = g_new0 (Question, 1);

  question->check = check;
  question->text = func;
  question->user_data = user_data;
  question->dialog = create_question (parent, heading, NULL, question);
  adw_message_dialog_add_responses (question->dialog, "cancel", _ ("Cancel"), "agree", action,
                                    NULL);
  adw_message_dialog_set_response_appearance (question->dialog, "agree", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (question->dialog, "agree");
  adw_message_dialog_set_extra_child (question->dialog, create_entry (question, label, text));
  g_signal_connect (question->entry, "changed", G_CALLBACK (text_changed_cb), question);
  text_changed_cb (question->entry, question);
  gtk_window_present (GTK_WINDOW (question->dialog));
  gtk_widget_grab_focus (GTK_WIDGET (question->entry));
}

/* ---- About ---- */

void
sortie_dialogs_about (GtkWidget *parent)
{
  adw_show_about_window (find_window (parent), "application-name", _ ("Sortie"), "application-icon",
                         SORTIE_APPLICATION_ID, "version", SORTIE_VERSION, "comments",
                         _ ("Hand a question to a team of agents, watch them work through your "
                            "documents, and read a report that cites every claim."),
                         "license-type", GTK_LICENSE_GPL_3_0, NULL);
}
