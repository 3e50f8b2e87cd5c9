/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-mission-model.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SortieTimelineChart:
 *
 * A row a step with a bar an attempt, over a time axis, and a line at the shown moment.
 *
 * Signals:
 * - `seek` (gint64 time): a person wants to see that moment; milliseconds since 1970
 */
#define SORTIE_TYPE_TIMELINE_CHART (sortie_timeline_chart_get_type ())
G_DECLARE_FINAL_TYPE (SortieTimelineChart, sortie_timeline_chart, SORTIE, TIMELINE_CHART, GtkWidget)

/* @model: (nullable): whose attempts are shown; read, not kept
 * @begin, @end: what the axis spans, milliseconds since 1970
 * @moment: what has not ended lasts until then, and there the line stands
 * @shows_line: whether it is shown: not while the newest moment is */
void sortie_timeline_chart_update (SortieTimelineChart *self,
                                   const SortieMissionModel *model,
                                   gint64 begin,
                                   gint64 end,
                                   gint64 moment,
                                   gboolean shows_line);

/* The distance of the axis's marks that suits so many milliseconds on so many pixels: 1, 2 or 5
 * times a power of ten up to a second, then what divides minutes and hours. */
gint64 sortie_timeline_get_tick (gint64 span, int width);

G_END_DECLS
