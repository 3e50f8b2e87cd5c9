/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-collection-row.h"

#include "sortie-accessible.h"
#include "sortie-host-path.h"
#include "sortie-pane-words.h"
#include "sortie-shown-text.h"

#include <glib/gi18n.h>

#define MAX_NAME 120
#define MAX_PATH 160
#define MAX_SHOWN_FOLDERS 3

struct _SortieCollectionRow
{
  GtkListBoxRow parent_instance;
  SortieCollectionInfo *info;
  GCancellable *cancellable;
  GtkLabel *name;
  GtkLabel *facts;
  GtkLabel *folders;
  GtkWidget *failure_box;
  GtkLabel *failure;
  GtkWidget *progress_box;
  GtkProgressBar *bar;
  GtkLabel *progress;
  gint64 n_done; /* of the files that are indexed; 0 of 0 where it is not known */
  gint64 n_total;
  char *path; /* (nullable) */
  guint n_sent;
  guint n_to_send;
};

G_DEFINE_FINAL_TYPE (SortieCollectionRow, sortie_collection_row, GTK_TYPE_LIST_BOX_ROW)

enum
{
  CHOSEN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
append (GString *out, char *words)
{
  if (out->len > 0)
    g_string_append (out, " · ");
  g_string_append (out, words);
  g_free (words);
}

static char *
dup_facts (const SortieCollectionInfo *info)
{
  GString *out = g_string_new (NULL);

  append (out, g_strdup_printf (ngettext ("%u document", "%u documents",
                                          sortie_pane_count (info->n_documents)),
                                sortie_pane_count (info->n_documents)));
  append (out, g_strdup_printf (ngettext ("%u passage", "%u passages",
                                          sortie_pane_count (info->n_passages)),
                                sortie_pane_count (info->n_passages)));
  if (info->n_skipped > 0)
    /* Translators: files of a collection that could not be read */
    append (out, g_strdup_printf (ngettext ("%u skipped", "%u skipped",
                                            sortie_pane_count (info->n_skipped)),
                                  sortie_pane_count (info->n_skipped)));
  append (out, sortie_pane_dup_size ((guint64) info->n_bytes));
  if (info->updated > 0)
    {
      g_autofree char *when = sortie_pane_dup_moment (info->updated);

      /* Translators: when a collection was indexed last */
      append (out, g_strdup_printf (_ ("updated %s"), when));
    }
  return g_string_free (out, FALSE);
}

static char *
dup_folders (const SortieCollectionInfo *info)
{
  guint n = g_strv_length (info->folders);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < MIN (n, MAX_SHOWN_FOLDERS); i++)
    {
      g_autofree char *path = sortie_host_path_dup_shown (info->folders[i]);
      g_autofree char *folder = sortie_shown_line (path, MAX_PATH);

      g_string_append_printf (out, "%s%s", out->len > 0 ? "\n" : "", folder);
    }
  if (n > MAX_SHOWN_FOLDERS)
    {
      g_string_append_c (out, '\n');
      g_string_append_printf (out, ngettext ("and %u more", "and %u more", n - MAX_SHOWN_FOLDERS),
                              n - MAX_SHOWN_FOLDERS);
    }
  return g_string_free (out, FALSE);
}

static char *
dup_progress (SortieCollectionRow *self)
{
  g_autofree char *path = sortie_shown_line (self->path, MAX_PATH);

  if (self->n_to_send > 0)
    return g_strdup_printf (_ ("Uploading: %u of %u files"), self->n_sent, self->n_to_send);
  if (self->n_total == 0)
    return g_strdup (_ ("Indexing…"));
  if (*path == '\0')
    return g_strdup_printf (_ ("Indexing: %u of %u files"), sortie_pane_count (self->n_done),
                            sortie_pane_count (self->n_total));
  /* Translators: files that were read, files in all, the path of the last one */
  return g_strdup_printf (_ ("Indexing: %u of %u files · %s"), sortie_pane_count (self->n_done),
                          sortie_pane_count (self->n_total), path);
}

static void
show_progress (SortieCollectionRow *self)
{
  gboolean is_busy = self->info->indexing || self->n_to_send > 0;
  gint64 n_done = self->n_to_send > 0 ? self->n_sent : self->n_done;
  gint64 n_total = self->n_to_send > 0 ? self->n_to_send : self->n_total;
  g_autofree char *text = dup_progress (self);

  gtk_widget_set_visible (self->progress_box, is_busy);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "collection.reindex", !is_busy);
  if (!is_busy)
    return;
  gtk_label_set_text (self->progress, text);
  if (n_total > 0)
    gtk_progress_bar_set_fraction (self->bar, CLAMP ((double) n_done / (double) n_total, 0, 1));
  else
    gtk_progress_bar_pulse (self->bar);
}

static void
show_folders (SortieCollectionRow *self)
{
  g_autofree char *folders = dup_folders (self->info);

  gtk_label_set_text (self->folders, folders);
  gtk_widget_set_visible (GTK_WIDGET (self->folders), *folders != '\0');
}

static void
learnt_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gboolean has_learnt = sortie_host_path_learn_finish (result, &error);

  /* A row that is gone has cancelled. */
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && has_learnt)
    show_folders (user_data);
}

static void
show (SortieCollectionRow *self)
{
  g_autofree char *name = sortie_shown_line (self->info->name, MAX_NAME);
  g_autofree char *facts = dup_facts (self->info);
  g_autofree char *failure = sortie_shown_line (self->info->failure, 300);
  g_autofree char *description = g_strdup_printf ("%s, %s", name, facts);

  gtk_label_set_text (self->name, name);
  gtk_label_set_text (self->facts, facts);
  show_folders (self);
  sortie_host_path_learn_async ((const char *const *) self->info->folders, self->cancellable,
                                learnt_cb, self);
  gtk_label_set_text (self->failure, failure);
  gtk_widget_set_visible (self->failure_box, *failure != '\0' && !self->info->indexing);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, description,
                                  -1);
  show_progress (self);
}

void
sortie_collection_row_set_info (SortieCollectionRow *self, SortieCollectionInfo *info)
{
  sortie_collection_info_free (self->info);
  self->info = info;
  if (!info->indexing)
    {
      self->n_done = self->n_total = 0;
      g_clear_pointer (&self->path, g_free);
    }
  show (self);
}

void
sortie_collection_row_set_progress (SortieCollectionRow *self,
                                    gint64 n_done,
                                    gint64 n_total,
                                    const char *path)
{
  self->info->indexing = TRUE;
  self->n_done = n_done;
  self->n_total = n_total;
  g_free (self->path);
  self->path = g_strdup (path);
  gtk_widget_set_visible (self->failure_box, FALSE);
  show_progress (self);
}

void
sortie_collection_row_set_upload (SortieCollectionRow *self, guint n_done, guint n_total)
{
  self->n_sent = n_done;
  self->n_to_send = n_total;
  show_progress (self);
}

static void
action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_signal_emit (widget, signals[CHOSEN], 0, strchr (action, '.') + 1);
}

static void
sortie_collection_row_dispose (GObject *object)
{
  g_cancellable_cancel (SORTIE_COLLECTION_ROW (object)->cancellable);
  G_OBJECT_CLASS (sortie_collection_row_parent_class)->dispose (object);
}

static void
sortie_collection_row_finalize (GObject *object)
{
  SortieCollectionRow *self = SORTIE_COLLECTION_ROW (object);

  sortie_collection_info_free (self->info);
  g_object_unref (self->cancellable);
  g_free (self->path);
  G_OBJECT_CLASS (sortie_collection_row_parent_class)->finalize (object);
}

static void
sortie_collection_row_class_init (SortieCollectionRowClass *class)
{
  static const char *const actions[] = { "collection.add-folder", "collection.add-files",
                                         "collection.reindex", "collection.remove" };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_collection_row_dispose;
  G_OBJECT_CLASS (class)->finalize = sortie_collection_row_finalize;
  signals[CHOSEN] = g_signal_new ("chosen", SORTIE_TYPE_COLLECTION_ROW, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/collection-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieCollectionRow, name);
  gtk_widget_class_bind_template_child (widget_class, SortieCollectionRow, facts);
  gtk_widget_class_bind_template_child (widget_class, SortieCollectionRow, folders);
  gtk_widget_class_bind_template_child (widget_class, SortieCollectionRow, failure_box);
  gtk_widget_class_bind_template_child (widget_class, SortieCollectionRow, failure);
  gtk_widget_class_bind_template_child (widget_class, SortieCollectionRow, progress_box);
  gtk_widget_class_bind_template_child (widget_class, SortieCollectionRow, bar);
  gtk_widget_class_bind_template_child (widget_class, SortieCollectionRow, progress);
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], NULL, action_cb);
}

static void
sortie_collection_row_init (SortieCollectionRow *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sortie_collection_row_new (SortieCollectionInfo *info)
{
  SortieCollectionRow *self = g_object_new (SORTIE_TYPE_COLLECTION_ROW, NULL);

  sortie_accessible_complete (GTK_WIDGET (self));
  self->info = info;
  show (self);
  return GTK_WIDGET (self);
}

const SortieCollectionInfo *
sortie_collection_row_get_info (SortieCollectionRow *self)
{
  return self->info;
}
