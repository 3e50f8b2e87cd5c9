/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-mission-list.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SortieMissionListView:
 *
 * The missions in the sidebar: filter, selection, context menu, delete with undo.
 *
 * Signals:
 * - `open` (const char *mission_id): a person has chosen one
 * - `stop`, `retry` (const char *mission_id)
 * - `removed` (const char *mission_id): it was deleted, for the time being
 */
#define SORTIE_TYPE_MISSION_LIST_VIEW (sortie_mission_list_view_get_type ())
G_DECLARE_FINAL_TYPE (
    SortieMissionListView, sortie_mission_list_view, SORTIE, MISSION_LIST_VIEW, GtkWidget)

GtkWidget *sortie_mission_list_view_new (void);

void sortie_mission_list_view_set_list (SortieMissionListView *self, SortieMissionList *list);
/* Shows as selected, without `open`. @id: (nullable): none */
void sortie_mission_list_view_select (SortieMissionListView *self, const char *id);
/* Puts the cursor into the filter. */
void sortie_mission_list_view_focus_filter (SortieMissionListView *self);
void sortie_mission_list_view_set_filter (SortieMissionListView *self, const char *text);

G_END_DECLS
