/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-live-mission.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SortieReportView:
 *
 * The report as it is written: the drafts of the shown mission, citations, sources, find, zoom.
 *
 * Actions of its own group `report`: `find`, `zoom-in`, `zoom-out`, `zoom-reset`, `copy-markdown`,
 * `export-markdown`, `export-html`, `export-pdf`, `print`, `draft`.
 *
 * Properties:
 * - `zoom` (double): 0.5 to 3; 1 is the normal size
 */
#define SORTIE_TYPE_REPORT_VIEW (sortie_report_view_get_type ())
G_DECLARE_FINAL_TYPE (SortieReportView, sortie_report_view, SORTIE, REPORT_VIEW, GtkWidget)

GtkWidget *sortie_report_view_new (void);

/* @mission: (nullable) */
void sortie_report_view_set_mission (SortieReportView *self, SortieLiveMission *mission);

/* (transfer none): the group `report`, for the window to insert: its menus and shortcuts reach it then */
GActionGroup *sortie_report_view_get_action_group (SortieReportView *self);

G_END_DECLS
