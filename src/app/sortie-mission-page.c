/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-mission-page.h"

#include "sortie-progress-line.h"
#include "sortie-report-view.h"
#include "sortie-telemetry-view.h"
#include "sortie-timeline-view.h"

#define LEAST_HEIGHT 120 /* of report and telemetry */

struct _SortieMissionPage
{
  GtkWidget parent_instance;
  GSettings *settings;
  SortieProgressLine *progress;
  GtkPaned *paned;
  SortieReportView *report;
  SortieTelemetryView *telemetry;
  SortieTimelineView *timeline;
  gboolean is_placed; /* whether the telemetry has its remembered height */
};

G_DEFINE_FINAL_TYPE (SortieMissionPage, sortie_mission_page, GTK_TYPE_WIDGET)

/* The telemetry keeps its height, whatever the window's: its place is counted from below. */
static void
place_cb (SortieMissionPage *self)
{
  int height = gtk_widget_get_height (GTK_WIDGET (self->paned));
  int wanted = g_settings_get_int (self->settings, "telemetry-height");

  if (self->is_placed || height < 2 * LEAST_HEIGHT ||
      !gtk_widget_get_visible (GTK_WIDGET (self->telemetry)))
    return;
  self->is_placed = TRUE;
  gtk_paned_set_position (self->paned, MAX (height - wanted, LEAST_HEIGHT));
}

static void
visible_cb (SortieMissionPage *self)
{
  self->is_placed = FALSE;
  place_cb (self);
}

static void
moved_cb (SortieMissionPage *self)
{
  int height = gtk_widget_get_height (GTK_WIDGET (self->paned));
  int telemetry = height - gtk_paned_get_position (self->paned);

  if (self->is_placed && height > 2 * LEAST_HEIGHT && telemetry > LEAST_HEIGHT / 2 &&
      gtk_widget_get_visible (GTK_WIDGET (self->telemetry)))
    g_settings_set_int (self->settings, "telemetry-height", telemetry);
}

static void
sortie_mission_page_dispose (GObject *object)
{
  SortieMissionPage *self = SORTIE_MISSION_PAGE (object);
  GtkWidget *child;

  g_clear_object (&self->settings);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (sortie_mission_page_parent_class)->dispose (object);
}

static void
sortie_mission_page_class_init (SortieMissionPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_mission_page_dispose;
  g_type_ensure (SORTIE_TYPE_PROGRESS_LINE);
  g_type_ensure (SORTIE_TYPE_REPORT_VIEW);
  g_type_ensure (SORTIE_TYPE_TELEMETRY_VIEW);
  g_type_ensure (SORTIE_TYPE_TIMELINE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/mission-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieMissionPage, progress);
  gtk_widget_class_bind_template_child (widget_class, SortieMissionPage, paned);
  gtk_widget_class_bind_template_child (widget_class, SortieMissionPage, report);
  gtk_widget_class_bind_template_child (widget_class, SortieMissionPage, telemetry);
  gtk_widget_class_bind_template_child (widget_class, SortieMissionPage, timeline);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
}

static void
sortie_mission_page_init (SortieMissionPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_orientable_set_orientation (GTK_ORIENTABLE (
                                      gtk_widget_get_layout_manager (GTK_WIDGET (self))),
                                  GTK_ORIENTATION_VERTICAL);
  self->settings = g_settings_new (SORTIE_APPLICATION_ID);
  g_settings_bind (self->settings, "telemetry-visible", self->telemetry, "visible",
                   G_SETTINGS_BIND_GET);
  g_settings_bind (self->settings, "timeline-visible", self->timeline, "visible",
                   G_SETTINGS_BIND_GET);
  g_settings_bind (self->settings, "report-zoom", self->report, "zoom", G_SETTINGS_BIND_DEFAULT);
  g_signal_connect_object (self->telemetry, "notify::visible", G_CALLBACK (visible_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->paned, "notify::max-position", G_CALLBACK (place_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->paned, "notify::position", G_CALLBACK (moved_cb), self,
                           G_CONNECT_SWAPPED);
}

GtkWidget *
sortie_mission_page_new (void)
{
  return g_object_new (SORTIE_TYPE_MISSION_PAGE, NULL);
}

void
sortie_mission_page_set_mission (SortieMissionPage *self, SortieLiveMission *mission)
{
  sortie_progress_line_set_mission (self->progress, mission);
  sortie_report_view_set_mission (self->report, mission);
  sortie_telemetry_view_set_mission (self->telemetry, mission);
  sortie_timeline_view_set_mission (self->timeline, mission);
}

void
sortie_mission_page_show_source (SortieMissionPage *self, const char *source)
{
  sortie_telemetry_view_set_source (self->telemetry, source);
  g_settings_set_boolean (self->settings, "telemetry-visible", TRUE);
}

GtkWidget *
sortie_mission_page_get_report (SortieMissionPage *self)
{
  return GTK_WIDGET (self->report);
}
