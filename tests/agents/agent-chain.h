/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-agent.h"

G_BEGIN_DECLS

/* The four agents in a row without Redis: what a mission does, recorded. */

typedef struct
{
  char *code; /* NULL for step.progress */
  char *message;
  char *data;
} Said;

typedef struct
{
  SortieStepOutput output;
  GString *draft;   /* of the last draft */
  char *draft_data; /* of the last completed draft */
  char *written_by;
  int n_drafts;
  int n_writes;
  GPtrArray *messages; /* progress messages in order */
  GPtrArray *said;     /* (element-type Said): the same with code and data */
  GPtrArray *drafts;   /* (element-type GString): all drafts as far as they came */
  int fails_at;        /* the write from 1, over all drafts, that fails as stale; 0 for none */
  int cancelled_after; /* writes after which the mission is cancelled; 0 for never */
  gboolean cancelled;
} Recorder;

Recorder *recorder_new (void);
void recorder_free (Recorder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Recorder, recorder_free)

typedef struct
{
  SortieLibrary *library;
  GPtrArray *collections; /* SortiePinnedCollection */
  int words;
  const char *locale;
  gboolean faults;
  int failing_step; /* a retrieval step that is given up; 0 for none */
  gpointer cognition;
} ChainOptions;

typedef struct
{
  SortiePlan *plan;
  GPtrArray *results;
  Recorder *recorder;
} Chain;

/* Runs planner, retrievers, analyzer and writer; asserts that each of them succeeds. */
Chain *chain_run (const char *mission, const ChainOptions *options);
void chain_free (Chain *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Chain, chain_free)

GPtrArray *pinned_new (const char *collection);

/* Asserts what holds for every report: each citation has a source and each source is cited; the
 * sources are numbered without a gap; each quote is exactly the bytes of its range in the extracted
 * text, and stands in the report. `library` may be NULL: then the documents are not looked up. */
void assert_report_is_sound (const char *report, const char *data, SortieLibrary *library);

G_END_DECLS
