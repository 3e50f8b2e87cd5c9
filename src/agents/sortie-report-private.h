/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-report.h"

G_BEGIN_DECLS

/* Between sortie-report.c (the report), sortie-report-text.c (text of others in it)
 * and sortie-report-closing.c (its last line). */

/* A heading in the list of sources, or an aspect in a table, has no more bytes. */
#define SORTIE_REPORT_MAX_SHOWN 100

/* White space in one blank, without what a reader can't see. (transfer full) */
char *sortie_report_one_line (const char *text);

/* On one line, escaped as text that something stands before, where "10." begins no list.
 * (transfer full) */
char *sortie_report_escape (const char *text);

/* On one line, shortened to so many bytes, escaped. (transfer full) */
char *sortie_report_dup_shown (const char *text, gsize limit);

/* The first line and a blank one. (transfer full) */
char *sortie_report_dup_title (const char *title);

/* A heading of the second level. (transfer full) */
char *sortie_report_dup_heading (const char *heading);

/* The section that names the searches which were given up, with its heading and a blank line after it;
 * NULL where there is none. (transfer full) */
char *sortie_report_dup_gaps (const SortiePlan *plan,
                              const SortieQuestions *questions,
                              const SortieAnalysis *analysis);

/* The lines of the list of sources and a blank one. @sources: (element-type SortieSource)
 * (transfer full) */
char *sortie_report_dup_source_list (GPtrArray *sources, const char *language);

/* How much was searched, read and cited. (transfer full) */
char *sortie_report_dup_closing_line (const SortieAnalysis *analysis,
                                      GPtrArray *sources,
                                      const char *language);

G_END_DECLS
