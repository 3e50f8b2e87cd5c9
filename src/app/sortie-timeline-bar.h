/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-mission-model.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SortieTimelineBar:
 *
 * One attempt at a step: the time it waited, then the time it ran, told by colour, pattern, icon and
 * words. It can have the focus; Enter goes to its beginning.
 *
 * Signals:
 * - `chosen`: a person wants to see that moment
 */
#define SORTIE_TYPE_TIMELINE_BAR (sortie_timeline_bar_get_type ())
G_DECLARE_FINAL_TYPE (SortieTimelineBar, sortie_timeline_bar, SORTIE, TIMELINE_BAR, GtkWidget)

GtkWidget *sortie_timeline_bar_new (int step, int attempt);

int sortie_timeline_bar_get_step (SortieTimelineBar *self);
int sortie_timeline_bar_get_attempt (SortieTimelineBar *self);

/* @now: what has not ended lasts until then; milliseconds since 1970, as the attempt's times */
void sortie_timeline_bar_update (SortieTimelineBar *self,
                                 const SortieModelStep *step,
                                 const SortieModelAttempt *attempt,
                                 gint64 now);
/* From when to when it reaches. */
gint64 sortie_timeline_bar_get_begin (SortieTimelineBar *self);
gint64 sortie_timeline_bar_get_end (SortieTimelineBar *self);

G_END_DECLS
