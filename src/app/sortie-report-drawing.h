/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-report-text.h"

G_BEGIN_DECLS

/* Below the text of what can be seen: badges, bars of quotes, rules, lines of tables, grounds of code.
 * @focused: (nullable): the anchor that gets a ring */
void sortie_report_draw (SortieReportText *text,
                         GtkSnapshot *snapshot,
                         const SortieReportAnchor *focused);

G_END_DECLS
