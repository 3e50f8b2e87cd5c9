/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-diagram-canvas.h"

G_BEGIN_DECLS

#define SORTIE_DIAGRAM_MAX_PIXELS (100 * 1000 * 1000) /* of a PNG */

/* The diagram as it stands on the screen, whole, at zoom 1. SORTIE_ERROR_UNAVAILABLE where it is not
 * on the screen, SORTIE_ERROR_TOO_LARGE, or an error of GIO. */
gboolean sortie_diagram_export_svg (SortieDiagramCanvas *canvas, GFile *file, GError **error);
/* @scale: device pixels a pixel */
gboolean sortie_diagram_export_png (SortieDiagramCanvas *canvas,
                                    GFile *file,
                                    double scale,
                                    GError **error);

G_END_DECLS
