/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-step-output.h"

G_BEGIN_DECLS

/* What becomes of a step when its agent has returned: done, tried again, given up, handed back. */
typedef struct
{
  SortieBus *bus;
  const SortieQueueEntry *entry;
  SortieStepWriter *writer;
  const SortieMissionRecord *record;
  const SortieRetryPolicy *policy;
  int attempt;
  gint64 began; /* monotonic µs */
  gboolean stopping;
  SortieBusCommittedFunc committed;
  gpointer user_data; /* of committed */
} SortieStepOutcome;

typedef enum
{
  SORTIE_COMMIT_SETTLED,   /* nothing is left to be done here */
  SORTIE_COMMIT_UNDER_WAY, /* `committed` is called when Redis has it, or was so already */
  SORTIE_COMMIT_FAILED,
} SortieCommit;

/* `result` NULL: the attempt failed with `failure`. Only a finished step is committed without
 * waiting for Redis. */
SortieCommit sortie_step_outcome_commit (const SortieStepOutcome *self,
                                         const char *result,
                                         const GError *failure,
                                         GError **error);

/* The mission's stored options and collections; never fail, what can't be read is left out. */
int sortie_step_parse_words (const char *options);
const char *sortie_step_parse_locale (const char *options); /* (nullable) */
GPtrArray *sortie_step_parse_collections (const char *json);

G_END_DECLS
