/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  SORTIE_REPORT_AS_MARKDOWN,
  SORTIE_REPORT_AS_HTML,
  SORTIE_REPORT_AS_PDF,
} SortieReportFormatKind;

/**
 * sortie_report_export_async:
 * @text: the report's Markdown; copied
 * @title: of the document
 *
 * Writes a report into a file: as it is shown, whether there is a backend or not.
 */
void sortie_report_export_async (GFile *file,
                                 SortieReportFormatKind kind,
                                 const char *text,
                                 gsize length,
                                 const char *title,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean sortie_report_export_finish (GAsyncResult *result, GError **error);

/* Asks for a printer and prints. */
void sortie_report_print (GtkWindow *parent, const char *text, gsize length, const char *title);

G_END_DECLS
