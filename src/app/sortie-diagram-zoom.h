/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-diagram-canvas.h"

G_BEGIN_DECLS

#define SORTIE_DIAGRAM_ZOOM_STEP 1.2

typedef void SortieDiagramZoomFunc (gpointer user_data);

/* Zoom by the wheel with Ctrl and by two fingers; what lies under the pointer stays there. `func` is
 * called after each change; it must live as long as the scrolled window. */
void sortie_diagram_zoom_attach (GtkScrolledWindow *scrolled,
                                 SortieDiagramCanvas *canvas,
                                 SortieDiagramZoomFunc *func,
                                 gpointer user_data);

/* Before the scrolled window gets this size: what is larger than that is shown from its middle, or from
 * where one has zoomed to. */
void sortie_diagram_zoom_prepare (GtkScrolledWindow *scrolled, int width, int height);
/* Zooms about the middle of what is shown; 0 to fit. */
void sortie_diagram_zoom_to (GtkScrolledWindow *scrolled, double zoom);

G_END_DECLS
