/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-live-mission.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SortieTimelineView:
 *
 * A bar per step attempt over time, and the slider that replays the mission.
 *
 * Actions of its own group `timeline`: `play` (switches), `live`.
 */
#define SORTIE_TYPE_TIMELINE_VIEW (sortie_timeline_view_get_type ())
G_DECLARE_FINAL_TYPE (SortieTimelineView, sortie_timeline_view, SORTIE, TIMELINE_VIEW, GtkWidget)

GtkWidget *sortie_timeline_view_new (void);

/* @mission: (nullable) */
void sortie_timeline_view_set_mission (SortieTimelineView *self, SortieLiveMission *mission);

G_END_DECLS
