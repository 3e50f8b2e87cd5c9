/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-worker.h"

G_BEGIN_DECLS

/* One start of one step, from the fetched entry to its commit. For sortie-worker.c. */
typedef struct _SortieStepRun SortieStepRun;

typedef struct
{
  const SortieWorkerOptions *options;
  const char *consumer;
  gint *stopping; /* atomic; see SortieStopping */
} SortieStepContext;

/* Takes the entry over. */
SortieStepRun *sortie_step_run_new (const SortieStepContext *context, SortieQueueEntry *entry);
SortieStepRun *sortie_step_run_ref (SortieStepRun *self);
void sortie_step_run_unref (SortieStepRun *self);

/* Blocks: loads the mission, lets the agent work, commits what came of it. */
void sortie_step_run_process (SortieStepRun *self);

/* Called by the watching thread every few milliseconds while the step runs: says that it has started,
 * lets gathered text out, beats its heart. */
void sortie_step_run_watch (SortieStepRun *self, gint64 now);

G_END_DECLS
