/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-mission-item.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A mission in the sidebar: status, title, time. */
#define SORTIE_TYPE_MISSION_ROW (sortie_mission_row_get_type ())
G_DECLARE_FINAL_TYPE (SortieMissionRow, sortie_mission_row, SORTIE, MISSION_ROW, GtkWidget)

GtkWidget *sortie_mission_row_new (void);

/* @item: (nullable) */
void sortie_mission_row_set_item (SortieMissionRow *self, SortieMissionItem *item);
SortieMissionItem *sortie_mission_row_get_item (SortieMissionRow *self);
/* Writes the time anew, which is told from now. */
void sortie_mission_row_update_time (SortieMissionRow *self);

G_END_DECLS
