/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-step-run.h"

G_BEGIN_DECLS

/* The threads that process a worker's steps. They are made when there is work for them and end when
 * they have waited for long, so that an idle worker costs nothing. One thread is woken at a time, and
 * wakes the next one when it has found more than it can take: steps that take no time are
 * processed in a row instead of waking a thread each. */
typedef struct _SortieStepPool SortieStepPool;

/* Processes a run, and has it from then on. */
typedef void (*SortieStepFunc) (SortieStepRun *run, gpointer user_data);
/* The last thread ends, since there has been nothing to do for a while. */
typedef void (*SortieStepRestFunc) (gpointer user_data);

SortieStepPool *sortie_step_pool_new (guint max_threads,
                                      SortieStepFunc func,
                                      SortieStepRestFunc rest,
                                      gpointer user_data);
/* (element-type SortieStepRun): takes the runs over, not the array. */
void sortie_step_pool_push (SortieStepPool *self, GPtrArray *runs);
/* Waits until all that was pushed is processed. */
void sortie_step_pool_free (SortieStepPool *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieStepPool, sortie_step_pool_free)

G_END_DECLS
