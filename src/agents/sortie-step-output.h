/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-agent.h"
#include "sortie-bus.h"

G_BEGIN_DECLS

/* What a running step says, gathered and published: the SortieStepOutput that agents see. Its
 * functions are called by the agent's thread; those below also by the watching one. */
typedef struct _SortieStepWriter SortieStepWriter;

#define SORTIE_DRAFT_CHUNK_BYTES 1024
#define SORTIE_DRAFT_INTERVAL_US (33 * 1000)

/* How far the process's end has come. */
typedef enum
{
  SORTIE_STOPPING_NOT,
  SORTIE_STOPPING_DRAINING,     /* no more is fetched, what runs may end */
  SORTIE_STOPPING_HANDING_BACK, /* what runs is to stop and goes back to its queue */
} SortieStopping;

/* `stopping` is read atomically. */
SortieStepWriter *sortie_step_writer_new (SortieBus *bus,
                                          const SortieQueueEntry *entry,
                                          int *stopping);
void sortie_step_writer_free (SortieStepWriter *self);

/* The step is this start's, and the mission has had so many drafts. */
void sortie_step_writer_begin (SortieStepWriter *self, int attempt, int drafts);
SortieStepOutput *sortie_step_writer_get_output (SortieStepWriter *self);

/* From the watching thread: publishes what has waited long enough. */
void sortie_step_writer_let_out (SortieStepWriter *self, gint64 now);
gint64 sortie_step_writer_get_last_progress (SortieStepWriter *self);
/* Whether the process is handing its steps back. */
gboolean sortie_step_writer_is_wanted_back (SortieStepWriter *self);
/* The step belongs to somebody else now, or the mission has ended. */
void sortie_step_writer_set_lost (SortieStepWriter *self);

/* An event of this step, ready to be filled. */
SortieEvent *sortie_step_writer_new_event (SortieStepWriter *self,
                                           SortieEventType type,
                                           const char *code,
                                           const char *message);
/* Ends the gathering: everything not yet published, for the commit. The caller adds its own. */
SortieEventBatch *sortie_step_writer_end (SortieStepWriter *self);

G_END_DECLS
