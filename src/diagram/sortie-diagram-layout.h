/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Boxes and links in, places and splines out, by Graphviz. Nothing but numbers gets there: its names
 * are made here, and it draws no text. All lengths are pixels; x grows to the right, y downwards. */

#define SORTIE_LAYOUT_MAX_BOXES 400
#define SORTIE_LAYOUT_MAX_LINKS 2000
#define SORTIE_LAYOUT_MAX_SIZE 4000.0 /* pixels of one box */
#define SORTIE_LAYOUT_MAX_PLACE 1.0e6 /* pixels from the origin */
#define SORTIE_LAYOUT_MAX_POINTS 4000 /* of one spline */
#define SORTIE_LAYOUT_DIRECT_BOXES 60 /* more than these, or links, go to the helper */
#define SORTIE_LAYOUT_DIRECT_LINKS 200
#define SORTIE_LAYOUT_SECONDS 10  /* that the helper may take */
#define SORTIE_LAYOUT_MARGIN 10.0 /* around everything */
#define SORTIE_LAYOUT_ARROW 7.0   /* length of an arrow head */

typedef struct
{
  double x;
  double y;
} SortiePoint;

/**
 * SortieLayoutBox:
 * @width: pixels
 * @height: pixels
 * @center: where it is, where the request says that the boxes are placed
 */
typedef struct
{
  double width;
  double height;
  SortiePoint center;
} SortieLayoutBox;

/**
 * SortieLayoutLink:
 * @from: index of a box
 * @to: index of a box
 * @label_width: pixels; 0 for no label
 * @label_height: pixels
 */
typedef struct
{
  guint from;
  guint to;
  double label_width;
  double label_height;
} SortieLayoutLink;

/**
 * SortieLayoutRequest:
 * @placed: whether the boxes have their places, so that only the links are to be routed
 * @gap_x: pixels between neighbours, where they have none
 * @gap_y: pixels between ranks, where they have none
 */
typedef struct
{
  guint n_boxes;
  guint n_links;
  SortieLayoutBox *boxes;
  SortieLayoutLink *links;
  gboolean placed;
  double gap_x;
  double gap_y;
} SortieLayoutRequest;

SortieLayoutRequest *sortie_layout_request_new (guint n_boxes, guint n_links);
SortieLayoutRequest *sortie_layout_request_copy (const SortieLayoutRequest *self);
void sortie_layout_request_free (SortieLayoutRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieLayoutRequest, sortie_layout_request_free)

/* Whether every number is in its range. SORTIE_ERROR_INVALID or SORTIE_ERROR_TOO_LARGE. */
gboolean sortie_layout_request_check (const SortieLayoutRequest *self, GError **error);

/**
 * SortieLayoutSpline:
 * @points: piecewise Bézier: a start, then three points a piece
 * @n_points: 3 n + 1; 0 where there is nothing to draw (a link from a box to itself)
 * @tip: where the arrow head ends, at the border of the box; it begins at the last point
 * @label: centre of the label
 */
typedef struct
{
  SortiePoint *points;
  guint n_points;
  SortiePoint tip;
  SortiePoint label;
} SortieLayoutSpline;

typedef struct
{
  double width;
  double height;
  guint n_boxes;
  guint n_splines;
  SortiePoint *centers;
  SortieLayoutSpline *splines;
} SortieDiagramLayout;

SortieDiagramLayout *sortie_diagram_layout_new (guint n_boxes, guint n_splines);
void sortie_diagram_layout_free (SortieDiagramLayout *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieDiagramLayout, sortie_diagram_layout_free)

/**
 * sortie_diagram_layout_run:
 *
 * Lays out in this process. On the main thread only: Graphviz is not thread-safe and changes the
 * process's locale while it works (and puts it back).
 *
 * Returns: (transfer full): the layout, or %NULL with SORTIE_ERROR_INVALID, SORTIE_ERROR_TOO_LARGE,
 *   or SORTIE_ERROR_FAILED where Graphviz can't
 */
SortieDiagramLayout *sortie_diagram_layout_run (const SortieLayoutRequest *request, GError **error);

/* Rows of boxes and straight links: what is shown where Graphviz is missing or takes too long. Never
 * fails for a request that passes the check. (transfer full) */
SortieDiagramLayout *sortie_diagram_layout_plain (const SortieLayoutRequest *request);

/* Whether a layout is too long a work for the main context. */
gboolean sortie_diagram_layout_is_large (const SortieLayoutRequest *request);

/**
 * sortie_diagram_layout_async:
 *
 * Lays out in a process of its own, which has SORTIE_LAYOUT_SECONDS. The request is not kept.
 * SORTIE_ERROR_UNAVAILABLE where the program is not there, SORTIE_ERROR_FAILED where it ended without
 * a layout or took too long; a cancelled call ends with G_IO_ERROR_CANCELLED.
 */
void sortie_diagram_layout_async (const SortieLayoutRequest *request,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
SortieDiagramLayout *sortie_diagram_layout_finish (GAsyncResult *result, GError **error);

G_END_DECLS
