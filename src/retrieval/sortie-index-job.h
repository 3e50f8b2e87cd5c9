/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-index-writer.h"

G_BEGIN_DECLS

/* What can be done with one file apart from the index: read, compare, extract, cut. Several threads
 * do this ahead of the one that writes. */

typedef enum
{
  SORTIE_INDEX_JOB_VANISHED,
  SORTIE_INDEX_JOB_UNCHANGED, /* by its content */
  SORTIE_INDEX_JOB_SKIPPED,
  SORTIE_INDEX_JOB_EXTRACTED,
} SortieIndexOutcome;

/**
 * SortieIndexJob:
 * @known: what the index holds of the file
 * @facts: what it is to hold
 * @outcome: set by sortie_index_job_run(), as all that follows
 * @reason: why it was skipped
 * @done: guarded by its owner's lock
 */
typedef struct
{
  char *path;  /* of the file */
  char *shown; /* for people */
  char *uri;
  char *title;
  SortieIndexedFile known;
  SortieFileFacts facts;
  GCancellable *cancellable;
  gsize n_bytes; /* that the file is thought to have, for its owner */

  SortieIndexOutcome outcome;
  char *reason;
  GBytes *hash;
  SortieExtract *extract;
  GArray *cuts;
  gboolean done;
} SortieIndexJob;

SortieIndexJob *sortie_index_job_new (const char *path,
                                      const char *shown,
                                      char *uri,
                                      GCancellable *cancellable);
void sortie_index_job_free (SortieIndexJob *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieIndexJob, sortie_index_job_free)

/* Looks at size and time only: TRUE where they tell that nothing changed. */
gboolean sortie_index_job_is_unchanged (SortieIndexJob *self);

/* Reads the file and goes as far as is needed; in any thread. */
void sortie_index_job_run (SortieIndexJob *self);

G_END_DECLS
