/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-diagram-canvas.h"
#include "sortie-diagram-view.h"

G_BEGIN_DECLS

/* For tests and benchmarks. */

SortieDiagramCanvas *sortie_diagram_view_get_canvas (SortieDiagramView *self);
/* How many pulses are on their way, and whether a countdown ticks: nothing of it in an idle view. */
guint sortie_diagram_view_get_n_pulses (SortieDiagramView *self);
gboolean sortie_diagram_view_is_counting (SortieDiagramView *self);

G_END_DECLS
