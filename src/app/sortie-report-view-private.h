/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-report-data.h"
#include "sortie-report-find.h"
#include "sortie-report-text.h"
#include "sortie-report-timing.h"
#include "sortie-report-view.h"

G_BEGIN_DECLS

/* Between sortie-report-view.c (the widget and what it shows) and sortie-report-actions.c. */

/* (nullable): the draft that is shown, valid until the next event or jump */
const SortieModelDraft *sortie_report_view_get_draft (SortieReportView *self);
/* (transfer full): what a file of this report is called, without its ending */
char *sortie_report_view_dup_name (SortieReportView *self);
SortieReportFind *sortie_report_view_get_find (SortieReportView *self);
double sortie_report_view_get_zoom (SortieReportView *self);
void sortie_report_view_set_zoom (SortieReportView *self, double zoom);
/* @number: of a draft; 0 for the current one, always */
void sortie_report_view_choose_draft (SortieReportView *self, int number);

/* @timings: (nullable) (element-type SortieReportTiming): gets what each frame's work takes */
void sortie_report_view_set_timings (SortieReportView *self, GArray *timings);

/* (transfer full): the actions of the group `report` */
GActionGroup *sortie_report_actions_new (SortieReportView *self);
void sortie_report_actions_add_shortcuts (GtkWidgetClass *widget_class);
void sortie_report_actions_update (GActionGroup *group, gboolean has_report);

/* ---- What is said of drafts ---- */

/* (nullable): the draft of that number, or else the current one */
const SortieModelDraft *sortie_report_find_draft (SortieLiveMission *mission, int number);
/* (transfer full): what a file of the mission's report is called, without its ending.
 * @mission: (nullable) */
char *sortie_report_dup_name (SortieLiveMission *mission);
/* What is said while there is no draft. @mission: (nullable) */
void sortie_report_describe_waiting (SortieLiveMission *mission,
                                     const char **icon,
                                     const char **title,
                                     const char **text);
/* (transfer full) (nullable): who wrote it */
char *sortie_report_dup_writer (SortieLiveMission *mission, const SortieModelDraft *draft);
/* (transfer full): the menu of a mission's drafts */
GMenuModel *sortie_report_new_drafts_menu (const SortieMissionModel *model);
/* (transfer full): `Draft 1 (broken off)` */
char *sortie_report_dup_draft_name (const SortieMissionModel *model, const SortieModelDraft *draft);

G_END_DECLS
