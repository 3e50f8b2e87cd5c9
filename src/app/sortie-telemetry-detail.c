/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-telemetry-detail.h"

#include "sortie-pane-words.h"
#include "sortie-shown-text.h"
#include "sortie-text.h"

#include <glib/gi18n.h>
#include <string.h>

struct _SortieTelemetryDetail
{
  GtkWidget parent_instance;
  GtkWidget *content;
  GtkLabel *title;
  GtkTextView *text;
};

G_DEFINE_FINAL_TYPE (SortieTelemetryDetail, sortie_telemetry_detail, GTK_TYPE_WIDGET)

static void
append_field (GString *out, const char *name, const char *value)
{
  g_autofree char *shown = value != NULL ? sortie_shown_line (value, 200) : NULL;

  if (shown != NULL)
    g_string_append_printf (out, "%s: %s\n", name, shown);
}

static void
append_number (GString *out, const char *name, gint64 value)
{
  if (value > 0)
    g_string_append_printf (out, "%s: %" G_GINT64_FORMAT "\n", name, value);
}

/* The names are those of the event's own members, which programs know it by. */
static char *
dup_text (SortieEventRow *row)
{
  const SortieEvent *event = sortie_event_row_get_event (row);
  GString *out = g_string_new (NULL);
  g_autofree char *time = sortie_timestamp_format (event->timestamp);
  g_autofree char *cut = sortie_text_shorten (event->message, SORTIE_TELEMETRY_MAX_SHOWN);
  g_autofree char *message = sortie_shown_text (cut, strlen (cut));

  if (sortie_event_row_get_refusal (row) != NULL)
    {
      g_autofree char *reason = sortie_shown_line (sortie_event_row_get_refusal (row), 200);

      g_string_append_printf (out, _ ("Not applied: %s"), reason);
      g_string_append_c (out, '\n');
    }
  append_field (out, "type", sortie_event_type_to_string (event->type));
  append_field (out, "source", event->source);
  append_field (out, "code", event->code);
  append_field (out, "timestamp", time);
  append_field (out, "id", event->id);
  append_number (out, "step", event->step);
  append_number (out, "attempt", event->attempt);
  append_number (out, "draft", event->draft);
  append_field (out, "to", event->to);
  g_string_append_printf (out, "\n%s\n", message);
  if (event->data != NULL)
    {
      g_autofree char *data = sortie_pane_dup_json (event->data, SORTIE_TELEMETRY_MAX_SHOWN);

      g_string_append_printf (out, "\n%s\n", data);
    }
  return g_string_free (out, FALSE);
}

void
sortie_telemetry_detail_set_row (SortieTelemetryDetail *self, SortieEventRow *row)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->text);
  g_autofree char *text = NULL, *source = NULL, *title = NULL;
  const SortieEvent *event;

  if (row == NULL)
    {
      gtk_label_set_text (self->title, _ ("No event selected"));
      gtk_text_buffer_set_text (buffer, "", 0);
      return;
    }
  event = sortie_event_row_get_event (row);
  text = dup_text (row);
  source = sortie_pane_dup_source (event->source);
  title = g_strdup_printf ("%s · #%u", source, sortie_event_row_get_index (row) + 1);
  gtk_label_set_text (self->title, title);
  gtk_text_buffer_set_text (buffer, text, -1);
}

static void
sortie_telemetry_detail_dispose (GObject *object)
{
  g_clear_pointer (&SORTIE_TELEMETRY_DETAIL (object)->content, gtk_widget_unparent);
  G_OBJECT_CLASS (sortie_telemetry_detail_parent_class)->dispose (object);
}

static void
sortie_telemetry_detail_class_init (SortieTelemetryDetailClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_telemetry_detail_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/telemetry-detail.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieTelemetryDetail, content);
  gtk_widget_class_bind_template_child (widget_class, SortieTelemetryDetail, title);
  gtk_widget_class_bind_template_child (widget_class, SortieTelemetryDetail, text);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
sortie_telemetry_detail_init (SortieTelemetryDetail *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
