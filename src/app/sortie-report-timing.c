/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-report-timing.h"

#include <time.h>

SortieReportTiming
sortie_report_timing_now (void)
{
  struct timespec cpu = { 0 };

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &cpu);
  return (SortieReportTiming){ g_get_monotonic_time (),
                               (gint64) cpu.tv_sec * G_USEC_PER_SEC + cpu.tv_nsec / 1000 };
}

void
sortie_report_timing_add (GArray *timings, const SortieReportTiming *since)
{
  SortieReportTiming now;

  if (timings == NULL)
    return;
  now = sortie_report_timing_now ();
  now.wall -= since->wall;
  now.cpu -= since->cpu;
  g_array_append_val (timings, now);
}
