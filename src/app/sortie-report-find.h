/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-report-text.h"

G_BEGIN_DECLS

#define SORTIE_REPORT_MAX_MATCHES 10000
#define SORTIE_REPORT_MAX_NEEDLE 512 /* bytes of what is looked for */

/* The bar that looks for words in a report. The search goes on as the report grows, a little a frame. */
#define SORTIE_TYPE_REPORT_FIND (sortie_report_find_get_type ())
G_DECLARE_FINAL_TYPE (SortieReportFind, sortie_report_find, SORTIE, REPORT_FIND, GtkWidget)

/* @text: what is searched; outlives this */
void sortie_report_find_set_text (SortieReportFind *self, SortieReportText *text);
/* The text has got another buffer: search that one. */
void sortie_report_find_take_buffer (SortieReportFind *self);
void sortie_report_find_open (SortieReportFind *self);
void sortie_report_find_close (SortieReportFind *self);
gboolean sortie_report_find_is_open (SortieReportFind *self);
void sortie_report_find_step (SortieReportFind *self, gboolean forward);
guint sortie_report_find_get_n_matches (SortieReportFind *self);
/* From 1; 0 for none. */
guint sortie_report_find_get_current (SortieReportFind *self);

G_END_DECLS
