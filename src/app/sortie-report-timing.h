/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How long something took, microseconds: as the clock has it, and of this thread's processor time, which
 * a busy machine does not lengthen. For benchmarks. */
typedef struct
{
  gint64 wall;
  gint64 cpu;
} SortieReportTiming;

SortieReportTiming sortie_report_timing_now (void);
/* @timings: (nullable) (element-type SortieReportTiming): gets the time since then */
void sortie_report_timing_add (GArray *timings, const SortieReportTiming *since);

G_END_DECLS
