/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * SortieReportScroll:
 *
 * Where the reader is in a report that grows: stays there, or follows the end where the reader has gone
 * to the end.
 */
typedef struct _SortieReportScroll SortieReportScroll;

/* Both outlive this. */
SortieReportScroll *sortie_report_scroll_new (GtkScrolledWindow *scroller, GtkTextView *view);
void sortie_report_scroll_free (SortieReportScroll *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieReportScroll, sortie_report_scroll_free)

/* Another text comes: from its top on. */
void sortie_report_scroll_to_top (SortieReportScroll *self);
/* The same text is about to be shown anew: the reader stays where he is. */
void sortie_report_scroll_keep (SortieReportScroll *self);
/* Text was added. @done: that was all of it */
void sortie_report_scroll_grown (SortieReportScroll *self, gboolean done);

gboolean sortie_report_scroll_is_following (SortieReportScroll *self);

G_END_DECLS
