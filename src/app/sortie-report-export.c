/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-report-export.h"

#include "sortie-error.h"
#include "sortie-markdown-html.h"
#include "sortie-report-pages.h"

#include <glib/gstdio.h>
#include <string.h>

static void
written_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (g_file_replace_contents_finish (G_FILE (object), result, NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
write_bytes (GTask *task, GFile *file, GBytes *bytes)
{
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE,
                                       g_task_get_cancellable (task), written_cb,
                                       g_object_ref (task));
}

/* GtkPrintOperation writes to a path: what has none gets the bytes of a temporary file. */
static void
printed_cb (GtkPrintOperation *operation, GtkPrintOperationResult outcome, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const char *temporary = g_object_get_data (G_OBJECT (task), "temporary");
  GError *error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  char *content;
  gsize length;

  if (outcome == GTK_PRINT_OPERATION_RESULT_ERROR)
    {
      gtk_print_operation_get_error (operation, &error);
      g_task_return_error (task, error);
      return;
    }
  if (!g_file_get_contents (temporary, &content, &length, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  g_unlink (temporary);
  bytes = g_bytes_new_take (content, length);
  write_bytes (task, g_task_get_task_data (task), bytes);
}

static void
export_pdf (GTask *task, const char *text, gsize length, const char *title)
{
  g_autoptr (GtkPrintOperation) operation = NULL;
  GError *error = NULL;
  char *temporary = NULL;
  int handle = g_file_open_tmp ("sortie-XXXXXX.pdf", &temporary, &error);

  if (handle < 0)
    {
      g_task_return_error (task, error);
      return;
    }
  g_close (handle, NULL);
  g_object_set_data_full (G_OBJECT (task), "temporary", temporary, g_free);
  operation = sortie_report_pages_new (text, length, title);
  gtk_print_operation_set_export_filename (operation, temporary);
  gtk_print_operation_set_allow_async (operation, TRUE);
  g_signal_connect (operation, "done", G_CALLBACK (printed_cb), g_object_ref (task));
  gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_EXPORT, NULL, NULL);
}

void
sortie_report_export_async (GFile *file,
                            SortieReportFormatKind kind,
                            const char *text,
                            gsize length,
                            const char *title,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GBytes) bytes = NULL;
  char *page;

  g_task_set_source_tag (task, sortie_report_export_async);
  g_task_set_task_data (task, g_object_ref (file), g_object_unref);
  switch (kind)
    {
    case SORTIE_REPORT_AS_PDF:
      export_pdf (task, text, length, title);
      return;
    case SORTIE_REPORT_AS_HTML:
      page = sortie_markdown_to_html (text, length, title);
      bytes = g_bytes_new_take (page, strlen (page));
      break;
    case SORTIE_REPORT_AS_MARKDOWN:
    default:
      bytes = g_bytes_new (text, length);
      break;
    }
  write_bytes (task, file, bytes);
}

gboolean
sortie_report_export_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
sortie_report_print (GtkWindow *parent, const char *text, gsize length, const char *title)
{
  g_autoptr (GtkPrintOperation) operation = sortie_report_pages_new (text, length, title);

  gtk_print_operation_set_allow_async (operation, TRUE);
  gtk_print_operation_set_embed_page_setup (operation, TRUE);
  gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG, parent, NULL);
}
