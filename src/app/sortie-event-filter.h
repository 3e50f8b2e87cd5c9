/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-pane-words.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Which rows of the telemetry are shown: by source, step and level. */
#define SORTIE_TYPE_EVENT_FILTER (sortie_event_filter_get_type ())
G_DECLARE_FINAL_TYPE (SortieEventFilter, sortie_event_filter, SORTIE, EVENT_FILTER, GtkFilter)

SortieEventFilter *sortie_event_filter_new (void);

/* @source: (nullable): NULL for all */
void sortie_event_filter_set_source (SortieEventFilter *self, const char *source);
/* @step: 0 for all */
void sortie_event_filter_set_step (SortieEventFilter *self, int step);
/* @level: the least grave that is shown */
void sortie_event_filter_set_level (SortieEventFilter *self, SortieEventLevel level);

const char *sortie_event_filter_get_source (SortieEventFilter *self);
int sortie_event_filter_get_step (SortieEventFilter *self);
SortieEventLevel sortie_event_filter_get_level (SortieEventFilter *self);
/* Whether it shows everything. */
gboolean sortie_event_filter_is_open (SortieEventFilter *self);

G_END_DECLS
