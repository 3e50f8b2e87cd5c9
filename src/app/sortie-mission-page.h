/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-live-mission.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A mission in the main pane: progress, report, timeline, telemetry. What of it is open is remembered
 * in the settings. */
#define SORTIE_TYPE_MISSION_PAGE (sortie_mission_page_get_type ())
G_DECLARE_FINAL_TYPE (SortieMissionPage, sortie_mission_page, SORTIE, MISSION_PAGE, GtkWidget)

GtkWidget *sortie_mission_page_new (void);

/* @mission: (nullable) */
void sortie_mission_page_set_mission (SortieMissionPage *self, SortieLiveMission *mission);
/* Opens the telemetry and shows only what that source says. @source: (nullable): all */
void sortie_mission_page_show_source (SortieMissionPage *self, const char *source);
/* Where the actions of the group `report` are. */
GtkWidget *sortie_mission_page_get_report (SortieMissionPage *self);

G_END_DECLS
