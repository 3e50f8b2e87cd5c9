/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-diagram-layout.h"

G_BEGIN_DECLS

/* What the helper reads and writes: lines of numbers, in the C locale. */

#define SORTIE_LAYOUT_MAX_BYTES (16 * 1024 * 1024)

/* (transfer full) */
GBytes *sortie_layout_request_to_bytes (const SortieLayoutRequest *self);
/* SORTIE_ERROR_PROTOCOL naming the line; checked as by sortie_layout_request_check(). */
SortieLayoutRequest *sortie_layout_request_from_bytes (const char *bytes,
                                                       gsize length,
                                                       GError **error);
GBytes *sortie_diagram_layout_to_bytes (const SortieDiagramLayout *self);
SortieDiagramLayout *sortie_diagram_layout_from_bytes (const char *bytes,
                                                       gsize length,
                                                       const SortieLayoutRequest *request,
                                                       GError **error);

/* A straight spline between the borders of two boxes. */
void sortie_layout_draw_straight (const SortieLayoutBox *from,
                                  const SortieLayoutBox *to,
                                  SortieLayoutSpline *spline);
/* Finds places for the labels on their splines, moves everything into the first quadrant with its
 * margin, and notes the size. */
void sortie_diagram_layout_settle (SortieDiagramLayout *self, const SortieLayoutRequest *request);

G_END_DECLS
