/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-agent.h"
#include "sortie-bus.h"

G_BEGIN_DECLS

/* The worker: fetch → process → ack. One thread fetches as many entries as there are free slots, a
 * pool processes them, and the bus commits what they did. */
typedef struct _SortieWorker SortieWorker;

#define SORTIE_WORKER_DEFAULT_CONCURRENCY 16
#define SORTIE_WORKER_MAX_CONCURRENCY 256

/**
 * SortieWorkerOptions:
 * @bus: must outlive the worker
 * @library: (nullable): the documents; must outlive the worker
 * @agents: by index in sortie_agents; those without a function are not served here
 * @concurrency: steps processed at once; 0 for the default
 * @policy: when a failed step is tried again, and when no more
 * @faults: whether missions may inject the two test faults
 */
typedef struct
{
  SortieBus *bus;
  SortieLibrary *library;
  SortieAgent agents[SORTIE_N_AGENTS];
  int concurrency;
  SortieRetryPolicy policy;
  gboolean faults;
} SortieWorkerOptions;

SortieWorker *sortie_worker_new (const SortieWorkerOptions *options);
/* Fetches no more, gives running steps `grace` µs, then asks them to stop and hands them back. Blocks
 * until all are through. */
void sortie_worker_stop (SortieWorker *self, gint64 grace);
void sortie_worker_free (SortieWorker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieWorker, sortie_worker_free)

/* Whether it fetches steps, or has all that it can do: from any thread. */
gboolean sortie_worker_is_consuming (SortieWorker *self);
guint sortie_worker_get_n_active (SortieWorker *self);

/* Agents that return at once, for benchmarks: a fixed chain of four steps. */
extern const SortieAgent sortie_noop_agents[SORTIE_N_AGENTS];
/* The four deterministic agents. */
extern const SortieAgent sortie_deterministic_agents[SORTIE_N_AGENTS];

G_END_DECLS
