/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-telemetry-filters.h"

#include "sortie-plan.h"

#include <glib/gi18n.h>

struct _SortieTelemetryFilters
{
  GtkWidget parent_instance;
  GtkWidget *content;
  GtkWidget *chip;
  GtkLabel *chip_label;
  GtkDropDown *source;
  GtkDropDown *step;
  GtkDropDown *level;
  SortieEventFilter *filter;
  int n_steps;
  gboolean is_showing; /* the choices are being set to what the filter says */
};

G_DEFINE_FINAL_TYPE (SortieTelemetryFilters, sortie_telemetry_filters, GTK_TYPE_WIDGET)

/* In the order of the template's list, after "All sources". */
static const char *const sources[] = { "system", SORTIE_AGENT_PLANNER, SORTIE_AGENT_RETRIEVER,
                                       SORTIE_AGENT_ANALYZER, SORTIE_AGENT_WRITER };

static guint
find_source (const char *source)
{
  for (guint i = 0; source != NULL && i < G_N_ELEMENTS (sources); i++)
    if (g_str_equal (sources[i], source))
      return i + 1;
  return source == NULL ? 0 : GTK_INVALID_LIST_POSITION;
}

static void
append_word (GString *out, const char *word)
{
  if (out->len > 0)
    g_string_append (out, " · ");
  g_string_append (out, word);
}

static char *
dup_summary (SortieTelemetryFilters *self)
{
  GString *out = g_string_new (NULL);
  const char *source = sortie_event_filter_get_source (self->filter);
  int step = sortie_event_filter_get_step (self->filter);
  SortieEventLevel level = sortie_event_filter_get_level (self->filter);

  if (source != NULL)
    {
      g_autofree char *name = sortie_pane_dup_source (source);

      append_word (out, name);
    }
  if (step > 0)
    {
      g_autofree char *name = g_strdup_printf (_ ("Step %d"), step);

      append_word (out, name);
    }
  if (level == SORTIE_EVENT_LEVEL_WARNING)
    append_word (out, _ ("Warnings and errors"));
  else if (level == SORTIE_EVENT_LEVEL_ERROR)
    append_word (out, _ ("Errors"));
  return g_string_free (out, FALSE);
}

/* Brings the choices in line with the filter. */
static void
show_filter (SortieTelemetryFilters *self)
{
  g_autofree char *summary = dup_summary (self);

  self->is_showing = TRUE;
  gtk_drop_down_set_selected (self->source,
                              find_source (sortie_event_filter_get_source (self->filter)));
  gtk_drop_down_set_selected (self->step, (guint) sortie_event_filter_get_step (self->filter));
  gtk_drop_down_set_selected (self->level, (guint) sortie_event_filter_get_level (self->filter));
  self->is_showing = FALSE;
  gtk_widget_set_visible (self->chip, !sortie_event_filter_is_open (self->filter));
  gtk_label_set_text (self->chip_label, summary);
}

static void
selected_cb (SortieTelemetryFilters *self)
{
  guint source = gtk_drop_down_get_selected (self->source);
  guint step = gtk_drop_down_get_selected (self->step);
  guint level = gtk_drop_down_get_selected (self->level);

  if (self->is_showing)
    return;
  if (source != GTK_INVALID_LIST_POSITION)
    sortie_event_filter_set_source (self->filter, source > 0 ? sources[source - 1] : NULL);
  if (step != GTK_INVALID_LIST_POSITION)
    sortie_event_filter_set_step (self->filter, (int) step);
  if (level != GTK_INVALID_LIST_POSITION)
    sortie_event_filter_set_level (self->filter, (SortieEventLevel) level);
}

static void
clear_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SortieTelemetryFilters *self = SORTIE_TELEMETRY_FILTERS (widget);

  sortie_event_filter_set_source (self->filter, NULL);
  sortie_event_filter_set_step (self->filter, 0);
  sortie_event_filter_set_level (self->filter, SORTIE_EVENT_LEVEL_NORMAL);
}

static void
fill_steps (SortieTelemetryFilters *self)
{
  g_autoptr (GtkStringList) steps = gtk_string_list_new (NULL);

  gtk_string_list_append (steps, _ ("All steps"));
  for (int i = 1; i <= self->n_steps; i++)
    gtk_string_list_take (steps, g_strdup_printf (_ ("Step %d"), i));
  self->is_showing = TRUE;
  gtk_drop_down_set_model (self->step, G_LIST_MODEL (steps));
  self->is_showing = FALSE;
}

static void
sortie_telemetry_filters_dispose (GObject *object)
{
  SortieTelemetryFilters *self = SORTIE_TELEMETRY_FILTERS (object);

  if (self->filter != NULL)
    g_signal_handlers_disconnect_by_data (self->filter, self);
  g_clear_object (&self->filter);
  g_clear_pointer (&self->content, gtk_widget_unparent);
  G_OBJECT_CLASS (sortie_telemetry_filters_parent_class)->dispose (object);
}

static void
sortie_telemetry_filters_class_init (SortieTelemetryFiltersClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_telemetry_filters_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/telemetry-filters.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieTelemetryFilters, content);
  gtk_widget_class_bind_template_child (widget_class, SortieTelemetryFilters, chip);
  gtk_widget_class_bind_template_child (widget_class, SortieTelemetryFilters, chip_label);
  gtk_widget_class_bind_template_child (widget_class, SortieTelemetryFilters, source);
  gtk_widget_class_bind_template_child (widget_class, SortieTelemetryFilters, step);
  gtk_widget_class_bind_template_child (widget_class, SortieTelemetryFilters, level);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_install_action (widget_class, "filters.clear", NULL, clear_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
sortie_telemetry_filters_init (SortieTelemetryFilters *self)
{
  self->filter = sortie_event_filter_new ();
  self->is_showing = TRUE; /* until the choices are there */
  gtk_widget_init_template (GTK_WIDGET (self));
  fill_steps (self);
  g_signal_connect_swapped (self->filter, "changed", G_CALLBACK (show_filter), self);
  show_filter (self);
}

SortieEventFilter *
sortie_telemetry_filters_get_filter (SortieTelemetryFilters *self)
{
  return self->filter;
}

void
sortie_telemetry_filters_set_source (SortieTelemetryFilters *self, const char *source)
{
  sortie_event_filter_set_source (self->filter, source);
}

void
sortie_telemetry_filters_set_step (SortieTelemetryFilters *self, int step)
{
  sortie_event_filter_set_step (self->filter, step);
}

void
sortie_telemetry_filters_set_level (SortieTelemetryFilters *self, SortieEventLevel level)
{
  sortie_event_filter_set_level (self->filter, level);
}

void
sortie_telemetry_filters_set_n_steps (SortieTelemetryFilters *self, int n_steps)
{
  if (self->n_steps == n_steps)
    return;
  self->n_steps = n_steps;
  fill_steps (self);
  show_filter (self);
}
