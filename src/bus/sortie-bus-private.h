/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-bus.h"
#include "sortie-pipeline.h"

G_BEGIN_DECLS

#define SORTIE_BUS_MAX_PARTITIONS 64
#define SORTIE_BUS_N_SHARED_KEYS 13
#define SORTIE_BUS_N_KEYS (SORTIE_BUS_N_SHARED_KEYS + SORTIE_N_AGENTS)

struct _SortieBus
{
  SortieRedisUrl *url;
  SortiePipeline *requests; /* reads and what people ask for */
  SortiePipeline *commits;  /* what the steps of this process do */
  int n_partitions;
  GStrv tags;
  int max_running; /* per partition */
  gint64 patience; /* µs */
  gboolean opened;
};

int sortie_bus_get_partition (SortieBus *self, const char *mission);
/* (transfer full): sortie:{tag}:suffix */
char *sortie_bus_dup_key (SortieBus *self, int partition, const char *suffix);
char *sortie_bus_dup_mission_key (SortieBus *self, const char *kind, const char *mission);

/* A script with the keys that all scripts share, and the mission's ID as first argument. */
SortieCommand *sortie_bus_new_script (SortieBus *self,
                                      SortieScript script,
                                      const char *mission,
                                      const char *user);
/* A request: fails when Redis does not answer within the bus's patience. */
SortieReply *sortie_bus_request (SortieBus *self, SortieCommand *command, GError **error);
GPtrArray *sortie_bus_request_many (SortieBus *self, GPtrArray *commands, GError **error);

/* As sortie_bus_dead_letter(), for the janitor: STALE where the worker was not silent for
 * `silence_ms`, and a request. */
gboolean sortie_bus_bury (SortieBus *self,
                          const SortieQueueEntry *entry,
                          int attempts,
                          const SortieEventBatch *events,
                          const char *message,
                          const char *payload,
                          gint64 silence_ms,
                          GError **error);

/* Puts back what was fetched for a worker that works no more. */
gboolean sortie_bus_give_back (SortieBus *self, const char *consumer, GError **error);
/* Forgets the consumers that were not heard of for so long and hold nothing: every worker that ever
 * ran has left one in each queue. */
gboolean sortie_bus_tidy_consumers (SortieBus *self, gint64 idle_ms, guint *n, GError **error);

/* "mine" and "again" are fine; the others become errors. */
gboolean sortie_bus_check_answer (const SortieReply *reply, const char *mission, GError **error);

/* The shared arguments of scripts. */
void sortie_event_batch_append (const SortieEventBatch *self, SortieCommand *command);
void sortie_bus_append_steps (SortieCommand *command,
                              const SortiePlan *plan,
                              int first,
                              char **results);
/* The steps that wait for `number` and, where results are given, are not done: "3 4". */
char *sortie_bus_dup_following (const SortiePlan *plan, int number, char **results);
char *sortie_bus_dup_dispatch (const SortieStep *step, const char *agent, int number, int attempt);
SortieEvent *sortie_bus_new_done (SortieMissionState outcome, const char *message);

SortieMissionRecord *sortie_mission_record_new_from_reply (const char *id,
                                                           const SortieReply *reply);
SortieCommand *sortie_bus_new_record_command (SortieBus *self, const char *mission);
/* What a worker needs, in one command and its answer. */
SortieCommand *sortie_bus_new_work_command (SortieBus *self, const SortieQueueEntry *entry);
SortieMissionRecord *sortie_mission_record_new_from_work (const SortieQueueEntry *entry,
                                                          const SortieReply *reply);

G_END_DECLS
