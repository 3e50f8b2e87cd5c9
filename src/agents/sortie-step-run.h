/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-worker.h"

G_BEGIN_DECLS

/* One start of one step, from the fetched entry to its commit. For sortie-worker.c. */
typedef struct _SortieStepRun SortieStepRun;

/**
 * SortieStepContext:
 * @options: the worker's
 * @consumer: its name at Redis
 * @stopping: atomic; see SortieStopping
 * @settled: called once for each processed run, from any thread, when nothing of it is under way any
 *   more; must not block
 */
typedef struct
{
  const SortieWorkerOptions *options;
  const char *consumer;
  int *stopping;
  void (*settled) (SortieStepRun *run, gpointer user_data);
  gpointer user_data;
} SortieStepContext;

/* Takes the entry over. */
SortieStepRun *sortie_step_run_new (const SortieStepContext *context, SortieQueueEntry *entry);
SortieStepRun *sortie_step_run_ref (SortieStepRun *self);
void sortie_step_run_unref (SortieStepRun *self);
/* Whether it is this very entry that the run works on. */
gboolean sortie_step_run_is_of (const SortieStepRun *self, const SortieQueueEntry *entry);

/* Blocks: loads the mission, lets the agent work, hands what came of it over to be committed. */
void sortie_step_run_process (SortieStepRun *self);

/* Called by the watching thread every few milliseconds while the step runs: says that it has started,
 * lets gathered text out, beats its heart. */
void sortie_step_run_watch (SortieStepRun *self, gint64 now);

G_END_DECLS
