/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-event.h"
#include "sortie-library.h"
#include "sortie-mission.h"
#include "sortie-plan.h"

G_BEGIN_DECLS

/* An agent is one function. What it may know of the world comes in SortieStepInput; what it tells
 * the world goes through SortieStepOutput. It knows neither Redis nor threads. */

typedef struct
{
  char *collection;
  gint64 generation;
} SortiePinnedCollection;

/**
 * SortieStepInput:
 * @mission_id: UUID
 * @mission: the user's text
 * @words: about how many words the report should have
 * @locale: (nullable): the submitter's language, one of sortie_languages; for the report's own words
 *   where the mission's language can't be told
 * @collections: (element-type SortiePinnedCollection): where to search, in order
 * @plan: (nullable): the plan; NULL for the planner
 * @step: the step's number
 * @attempt: which start this is, from 1
 * @results: (element-type utf8): results[n] is the result of step n as JSON text, NULL where it is
 *   not done, was dead-lettered or is not needed by this step; length n_steps + 1
 * @faults: whether SIMULATE_FAILURE and FAIL_WRITER_STREAM in the mission have a meaning
 * @library: the documents
 */
typedef struct
{
  const char *mission_id;
  const char *mission;
  int words;
  const char *locale;
  GPtrArray *collections;
  const SortiePlan *plan;
  int step;
  int attempt;
  GPtrArray *results;
  gboolean faults;
  SortieLibrary *library;
} SortieStepInput;

/* How an agent speaks while it works. All of these may fail with SORTIE_ERROR_STALE or
 * SORTIE_ERROR_CANCELLED (the step is not this worker's any more: return at once with that error)
 * or SORTIE_ERROR_UNAVAILABLE. */
typedef struct _SortieStepOutput SortieStepOutput;
struct _SortieStepOutput
{
  /* Which draft of the mission is under way; 0 before start_draft(). To be read only. */
  int draft;
  /* A status event, code step.progress unless another is given. `data`: JSON object text. */
  gboolean (*progress) (SortieStepOutput *self,
                        const char *code,
                        const char *message,
                        const char *data,
                        GError **error);
  /* Starts the mission's next draft; what was written before is superseded. */
  gboolean (*start_draft) (SortieStepOutput *self, const char *written_by, GError **error);
  /* Appends to the draft. The output coalesces: the first text at once, then by time and size. */
  gboolean (*write) (SortieStepOutput *self, const char *text, gsize length, GError **error);
  /* Flushes and closes the draft. `data`: JSON object text with sources, written_by, … */
  gboolean (*complete_draft) (SortieStepOutput *self, const char *data, GError **error);
  /* Whether the mission was cancelled or the process is stopping. */
  gboolean (*is_cancelled) (SortieStepOutput *self);
};

/**
 * SortieAgentFunc:
 *
 * Returns: (transfer full): the step's result as one JSON object in text form. The planner's result
 *   is the plan (sortie_plan_to_json()). No clock, ID, attempt or thread order may enter it: the
 *   same input gives the same bytes. NULL with an error means that the attempt failed.
 */
typedef char *(*SortieAgentFunc) (const SortieStepInput *input,
                                  SortieStepOutput *output,
                                  gpointer user_data,
                                  GError **error);

typedef struct
{
  const char *name;
  SortieAgentFunc func;
  gpointer user_data;
} SortieAgent;

/* The four deterministic agents. */
char *sortie_planner_run (const SortieStepInput *, SortieStepOutput *, gpointer, GError **);
char *sortie_retriever_run (const SortieStepInput *, SortieStepOutput *, gpointer, GError **);
char *sortie_analyzer_run (const SortieStepInput *, SortieStepOutput *, gpointer, GError **);
char *sortie_writer_run (const SortieStepInput *, SortieStepOutput *, gpointer, GError **);

G_END_DECLS
