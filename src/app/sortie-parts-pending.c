/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stand-ins for parts of the window that are being written; each gives way to its own file. */
#include "sortie-dead-letters-page.h"
#include "sortie-diagram-view.h"
#include "sortie-report-view.h"
#include "sortie-sources-page.h"
#include "sortie-timeline-view.h"

#define PENDING(Type, type)                                                                        \
  struct _##Type                                                                                   \
  {                                                                                                \
    GtkWidget parent_instance;                                                                     \
  };                                                                                               \
  G_DEFINE_FINAL_TYPE (Type, type, GTK_TYPE_WIDGET)                                                \
  static void type##_class_init (Type##Class *class)                                               \
  {                                                                                                \
    static const char *const names[] = { "node-activated", "enlarge", "changed", "open-mission" }; \
    for (guint i = 0; i < 4; i++)                                                                  \
      g_signal_new (names[i], G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,   \
                    G_TYPE_NONE, 0);                                                               \
  }                                                                                                \
  static void type##_init (Type *self)                                                             \
  {                                                                                                \
  }

#pragma weak sortie_report_view_get_type
#pragma weak sortie_report_view_set_mission
PENDING (SortieReportView, sortie_report_view)
void
sortie_report_view_set_mission (SortieReportView *self, SortieLiveMission *mission)
{
}

#pragma weak sortie_timeline_view_get_type
#pragma weak sortie_timeline_view_set_mission
PENDING (SortieTimelineView, sortie_timeline_view)
void
sortie_timeline_view_set_mission (SortieTimelineView *self, SortieLiveMission *mission)
{
}

#pragma weak sortie_dead_letters_page_get_type
#pragma weak sortie_dead_letters_page_set_api
#pragma weak sortie_dead_letters_page_refresh
PENDING (SortieDeadLettersPage, sortie_dead_letters_page)
void
sortie_dead_letters_page_set_api (SortieDeadLettersPage *self, SortieApi *api)
{
}
void
sortie_dead_letters_page_refresh (SortieDeadLettersPage *self)
{
}

#pragma weak sortie_sources_page_get_type
#pragma weak sortie_sources_page_set_api
#pragma weak sortie_sources_page_take_progress
#pragma weak sortie_sources_page_add_files
PENDING (SortieSourcesPage, sortie_sources_page)
void
sortie_sources_page_set_api (SortieSourcesPage *self, SortieApi *api)
{
}
void
sortie_sources_page_take_progress (SortieSourcesPage *self, const SortieEvent *event)
{
}
void
sortie_sources_page_add_files (SortieSourcesPage *self, const char *collection, GListModel *files)
{
}

#pragma weak sortie_diagram_view_get_type
#pragma weak sortie_diagram_view_set_topology
#pragma weak sortie_diagram_view_take_counters
#pragma weak sortie_diagram_view_set_mission
#pragma weak sortie_diagram_view_set_large
PENDING (SortieDiagramView, sortie_diagram_view)
void
sortie_diagram_view_set_topology (SortieDiagramView *self, const SortieTopology *topology)
{
}
void
sortie_diagram_view_take_counters (SortieDiagramView *self, const char *data)
{
}
void
sortie_diagram_view_set_mission (SortieDiagramView *self, SortieLiveMission *mission)
{
}
void
sortie_diagram_view_set_large (SortieDiagramView *self, gboolean large)
{
}
