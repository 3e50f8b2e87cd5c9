/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-report-buffer.h"

G_BEGIN_DECLS

/**
 * SortieReportText:
 *
 * The text view of a report: badges for citations, links, and the keyboard's way through them.
 *
 * Signals:
 * - `citation-activated` (guint number, guint start): a person wants to see the passage
 * - `link-activated` (const char *target)
 */
#define SORTIE_TYPE_REPORT_TEXT (sortie_report_text_get_type ())
G_DECLARE_FINAL_TYPE (SortieReportText, sortie_report_text, SORTIE, REPORT_TEXT, GtkTextView)

GtkWidget *sortie_report_text_new (void);

/* What is shown; lives as long as the widget. */
SortieReportBuffer *sortie_report_text_get_report (SortieReportText *self);

/* What a citation's tooltip says. @func: (transfer full) (nullable): its words */
typedef char *(*SortieReportTipFunc) (guint number, gpointer user_data);
void sortie_report_text_set_tip_func (SortieReportText *self,
                                      SortieReportTipFunc func,
                                      gpointer user_data);

/* Where a range of the text is, in the widget's coordinates. */
void sortie_report_text_get_rectangle (SortieReportText *self,
                                       guint start,
                                       guint end,
                                       GdkRectangle *rectangle);

/* Moves the focus to the next or previous anchor. Returns: whether there was one */
gboolean sortie_report_text_walk (SortieReportText *self, gboolean forward);
/* (nullable): the anchor that has the focus */
const SortieReportAnchor *sortie_report_text_get_focused (SortieReportText *self);
void sortie_report_text_activate_focused (SortieReportText *self);

void sortie_report_text_set_zoom (SortieReportText *self, double zoom);

G_END_DECLS
