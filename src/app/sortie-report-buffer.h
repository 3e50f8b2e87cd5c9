/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-report-render.h"

G_BEGIN_DECLS

#define SORTIE_REPORT_FRAME_USEC 2500 /* of each frame, for making text of Markdown */

/**
 * SortieReportBuffer:
 *
 * A draft in a GtkTextBuffer. What is closed is put in once; of the rest only what differs from what
 * stands there is replaced, by one delete and one insert.
 */
typedef struct _SortieReportBuffer SortieReportBuffer;

/* @widget: a GtkTextView, whose fonts and colours are taken; must outlive the buffer */
SortieReportBuffer *sortie_report_buffer_new (GtkWidget *widget);
void sortie_report_buffer_free (SortieReportBuffer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieReportBuffer, sortie_report_buffer_free)

GtkTextBuffer *sortie_report_buffer_get_buffer (SortieReportBuffer *self);
SortieReportTags *sortie_report_buffer_get_tags (SortieReportBuffer *self);

/* Begins anew with nothing, in a GtkTextBuffer of its own, which the text view gets. */
void sortie_report_buffer_clear (SortieReportBuffer *self);

/**
 * sortie_report_buffer_update:
 * @text: the whole draft so far; need not be the same memory as before, but begins as it did
 * @length: its bytes
 * @deadline: g_get_monotonic_time() at which to stop; 0 for never
 *
 * Returns: whether all of it is shown; otherwise call again in the next frame
 */
gboolean sortie_report_buffer_update (SortieReportBuffer *self,
                                      const char *text,
                                      gsize length,
                                      gint64 deadline);

/* @ranges: (element-type SortieReportRange): of the Markdown; they are marked, also in what is shown
 * already */
void sortie_report_buffer_set_unsupported (SortieReportBuffer *self,
                                           const char *text,
                                           const GArray *ranges);

/* How much room lines have, pixels. Returns: whether tables have to be made anew: clear then. */
gboolean sortie_report_buffer_set_available (SortieReportBuffer *self, int pixels);

/* (element-type SortieReportAnchor): citations and links, in order; characters of the buffer */
const GArray *sortie_report_buffer_get_anchors (SortieReportBuffer *self);
/* The first anchor that ends after the character; its index, or the number of anchors. */
guint sortie_report_buffer_find_anchor (SortieReportBuffer *self, guint offset);
/* (nullable): the anchor that the character is in */
const SortieReportAnchor *sortie_report_buffer_get_anchor_at (SortieReportBuffer *self,
                                                              guint offset);

/* For tests and benchmarks. */
guint sortie_report_buffer_get_n_pieces (SortieReportBuffer *self);

G_END_DECLS
