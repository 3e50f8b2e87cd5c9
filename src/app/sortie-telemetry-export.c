/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-telemetry-export.h"

#include "sortie-pane-words.h"
#include "sortie-shown-text.h"
#include "sortie-telemetry-row.h"
#include "sortie-toast.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_COPIED_MESSAGE 4096

static void
append_event (GString *out, const SortieEvent *event)
{
  g_autofree char *body = sortie_event_to_body (event);
  gboolean is_chunk = event->type == SORTIE_EVENT_PARTIAL_OUTPUT;
  g_autofree char *wire =
      sortie_event_body_to_wire (body, strlen (body), is_chunk ? event->message : NULL,
                                 is_chunk ? strlen (event->message) : 0, event->mission_id,
                                 event->timestamp);

  g_string_append (out, wire);
  g_string_append_c (out, '\n');
}

GBytes *
sortie_telemetry_dup_json_lines (SortieLiveMission *mission)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < sortie_live_mission_get_n_events (mission); i++)
    append_event (out, sortie_live_mission_get_event (mission, i));
  return g_string_free_to_bytes (out);
}

static void
append_row (GString *out, SortieEventRow *row, SortieLiveMission *mission, guint limit)
{
  const SortieEvent *event = sortie_event_row_get_event (row);
  g_autofree char *time = sortie_pane_dup_clock (event->timestamp);
  g_autofree char *source = sortie_pane_dup_source (event->source);
  g_autofree char *code = sortie_shown_line (event->code, 64);
  g_autofree char *message = NULL;
  guint64 n_chunks, n_bytes;

  sortie_telemetry_count_chunks (row, mission, limit, &n_chunks, &n_bytes);
  message = n_chunks > 0 || sortie_event_row_get_refusal (row) != NULL
                ? sortie_telemetry_dup_message (row, n_chunks, n_bytes)
                : sortie_shown_line (event->message, MAX_COPIED_MESSAGE);
  g_string_append_printf (out, "%s\t%s\t%s\t%s\n", time, source, code, message);
}

char *
sortie_telemetry_dup_rows (GtkSelectionModel *rows, SortieLiveMission *mission, guint limit)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (rows);
  GtkBitsetIter iter;
  guint position;

  for (gboolean valid = gtk_bitset_iter_init_first (&iter, selected, &position);
       valid && out->len < SORTIE_TELEMETRY_MAX_COPY;
       valid = gtk_bitset_iter_next (&iter, &position))
    {
      g_autoptr (SortieEventRow) row = g_list_model_get_item (G_LIST_MODEL (rows), position);

      append_row (out, row, mission, limit);
    }
  return g_string_free (out, FALSE);
}

static void
exported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWidget) widget = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *failure = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    {
      sortie_toast (widget, _ ("Telemetry exported"));
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  failure = sortie_pane_dup_failure (_ ("Could not export the telemetry"), error);
  sortie_toast (widget, failure);
}

/**
 * sortie_telemetry_export:
 * @widget: in whose window the outcome is told
 * @mission: whose events are written
 * @file: where to; replaced where it is there
 * @cancellable: (nullable): ends it without a word
 */
void
sortie_telemetry_export (GtkWidget *widget,
                         SortieLiveMission *mission,
                         GFile *file,
                         GCancellable *cancellable)
{
  g_autoptr (GBytes) lines = sortie_telemetry_dup_json_lines (mission);

  g_file_replace_contents_bytes_async (file, lines, NULL, FALSE, G_FILE_CREATE_NONE, cancellable,
                                       exported_cb, g_object_ref (widget));
}
