/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-event.h"
#include "sortie-mission.h"
#include "sortie-plan.h"
#include "sortie-redis-url.h"
#include "sortie-retry-policy.h"

G_BEGIN_DECLS

/* The bus: missions as they live in Redis (see bus.md of the design). Every function blocks its
 * thread until Redis has answered and may be called from any thread. */
typedef struct _SortieBus SortieBus;

#define SORTIE_BUS_SCHEMA 1
#define SORTIE_BUS_IDLE_LIMIT_MS 30000
#define SORTIE_BUS_DEFAULT_RUNNING 256

/**
 * SortieBusOptions:
 * @url: where Redis is
 * @is_private: it is this user's private server, configured by Sortie itself: not checked
 * @accept_data_loss: go on with a Redis that may forget
 * @partitions: how many to make where the Redis is new; 0 for one
 * @max_running: how many missions run at once, the others wait; 0 for the default
 * @patience: µs that a request waits for a Redis that is away; 0 for 5 s
 */
typedef struct
{
  const SortieRedisUrl *url;
  gboolean is_private;
  gboolean accept_data_loss;
  int partitions;
  int max_running;
  gint64 patience;
} SortieBusOptions;

SortieBus *sortie_bus_open (const SortieBusOptions *options, GError **error);
/* Ends calls under way with SORTIE_ERROR_CANCELLED; then free it. */
void sortie_bus_stop (SortieBus *self);
void sortie_bus_free (SortieBus *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieBus, sortie_bus_free)

int sortie_bus_get_n_partitions (SortieBus *self);
gboolean sortie_bus_ping (SortieBus *self, GError **error);
guint sortie_bus_get_reconnects (SortieBus *self);

/* ---- Missions ---- */

/**
 * SortieSubmission:
 * @id: UUID; for a repeatable request that of its key
 * @user: who submits
 * @text: the mission, valid UTF-8
 * @options: (nullable): JSON object
 * @collections: JSON array of pinned collections
 * @title: (nullable): short, for lists
 * @body_hash: (nullable): of the raw request, to tell a repetition from a reuse of the key
 * @deadline_seconds: 0 for SORTIE_MISSION_DEADLINE_SECONDS
 * @retry_of: (nullable): the mission whose finished steps are taken over
 * @plan: (nullable): its plan
 * @results: (nullable): results[n] of step n where it was done, NULL otherwise; n_steps + 1 long
 */
typedef struct
{
  const char *id;
  const char *user;
  const char *text;
  const char *options;
  const char *collections;
  const char *title;
  const char *body_hash;
  int deadline_seconds;
  const char *retry_of;
  const SortiePlan *plan;
  char **results;
} SortieSubmission;

/* Accepts, or finds that this very submission was accepted before (`known`, may be NULL). MISMATCH:
 * the ID is taken by another body; CONFLICT: that mission was deleted; UNAVAILABLE: Redis is away
 * or full. */
gboolean sortie_bus_accept (SortieBus *self,
                            const SortieSubmission *submission,
                            gboolean *known,
                            GError **error);

typedef enum
{
  SORTIE_STEP_BLOCKED,
  SORTIE_STEP_QUEUED,
  SORTIE_STEP_RUNNING,
  SORTIE_STEP_DELAYED,
  SORTIE_STEP_DONE,
  SORTIE_STEP_DEAD,
  SORTIE_STEP_CANCELLED,
} SortieStepState;

const char *sortie_step_state_to_string (SortieStepState state);

typedef struct
{
  int number;
  char *agent;
  SortieStepState state;
  char *entry; /* the open queue entry: the fence */
  int starts;
  gint64 queued; /* ms since 1970; 0 where it did not happen */
  gint64 started;
  gint64 ended;
  char *error; /* (nullable) why it is dead */
} SortieStepRecord;

typedef struct
{
  char *id;
  char *user;
  char *text;
  char *title;
  char *options;     /* (nullable) JSON */
  char *collections; /* JSON */
  char *retry_of;    /* (nullable) */
  SortieMissionState state;
  gint64 created;
  gint64 finished;
  int drafts;
  gint64 length;
  SortiePlan *plan; /* (nullable) until planning is done */
  GPtrArray *steps; /* SortieStepRecord */
} SortieMissionRecord;

void sortie_mission_record_free (SortieMissionRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieMissionRecord, sortie_mission_record_free)
SortieStepRecord *sortie_mission_record_get_step (const SortieMissionRecord *self, int number);
/* What a step is given to work on, as JSON for its dead letter. */
char *sortie_mission_record_dup_payload (const SortieMissionRecord *self, int number);

/* NOT_FOUND where there is none. `user` NULL: anybody's. */
SortieMissionRecord *sortie_bus_get_mission (SortieBus *self,
                                             const char *user,
                                             const char *id,
                                             GError **error);
/* The results of steps 1…n as text, NULL where a step has none; n + 1 long, index 0 unused. */
GPtrArray *sortie_bus_get_results (SortieBus *self, const char *id, int n_steps, GError **error);
/* The same, but of the steps that `step` was made from; those of the others are NULL. */
GPtrArray *sortie_bus_get_needed_results (
    SortieBus *self, const char *id, const SortiePlan *plan, int step, GError **error);

/**
 * sortie_bus_list_missions:
 * @user: whose
 * @state: (nullable): only those in this state
 * @limit: at most so many
 * @cursor: (nullable): where the page before ended
 * @next: (out) (nullable) (transfer full): the next page's cursor
 *
 * Returns: (transfer full) (element-type SortieMissionRecord): newest first
 */
GPtrArray *sortie_bus_list_missions (SortieBus *self,
                                     const char *user,
                                     const SortieMissionState *state,
                                     guint limit,
                                     const char *cursor,
                                     char **next,
                                     GError **error);

/* CONFLICT where it has ended already with another outcome than cancelled. */
gboolean sortie_bus_cancel (SortieBus *self, const char *user, const char *id, GError **error);
/* CONFLICT while it runs. */
gboolean sortie_bus_delete (SortieBus *self, const char *user, const char *id, GError **error);
/* Whether the mission was deleted lately, so that its absence is no loss. */
gboolean sortie_bus_is_deleted (SortieBus *self, const char *id);
/* The current draft; (nullable) with NOT_FOUND where none was begun. */
GBytes *sortie_bus_get_report (SortieBus *self, const char *id, GError **error);

/* ---- Events ---- */

typedef struct
{
  char *id;      /* Redis stream ID */
  char *wire;    /* one line of JSON */
  gboolean done; /* it is the mission's last */
} SortieStoredEvent;

void sortie_stored_event_free (SortieStoredEvent *self);

gboolean sortie_stream_id_is_valid (const char *id);
int sortie_stream_id_compare (const char *a, const char *b);

/* Events after an ID (exclusive), oldest first. `after` NULL or "0": from the first. `reset` (may
 * be NULL) is set where `after` is neither the start nor an event of the stream: then the events
 * are those from the first. (element-type SortieStoredEvent) */
GPtrArray *sortie_bus_read_events (SortieBus *self,
                                   const char *mission,
                                   const char *after,
                                   guint limit,
                                   gboolean *reset,
                                   GError **error);

/* An event of no mission, for the feed: index.progress and the like. Not stored for long. */
gboolean sortie_bus_announce (SortieBus *self,
                              const char *user,
                              const SortieEvent *event,
                              GError **error);

/* ---- Steps: what a worker does ---- */

/**
 * SortieQueueEntry:
 * @partition: where the mission lives
 * @agent: index in sortie_agents
 * @entry: its ID in the queue, the fence
 * @mission: the mission's ID
 * @step: the step's number
 * @record: (nullable): what a worker needs of the mission, as it was when the entry was fetched; see
 *   sortie_bus_get_work()
 */
typedef struct
{
  int partition;
  int agent;
  char *entry;
  char *mission;
  int step;
  SortieMissionRecord *record;
} SortieQueueEntry;

void sortie_queue_entry_free (SortieQueueEntry *self);

/* What a step says: kept in order until it is published or the step ends. */
typedef struct _SortieEventBatch SortieEventBatch;
SortieEventBatch *sortie_event_batch_new (void);
void sortie_event_batch_free (SortieEventBatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieEventBatch, sortie_event_batch_free)
void sortie_event_batch_add (SortieEventBatch *self, const SortieEvent *event);
void sortie_event_batch_add_started (SortieEventBatch *self, const SortieEvent *event);
void sortie_event_batch_add_draft (SortieEventBatch *self, const SortieEvent *event, int draft);
void sortie_event_batch_add_chunk (SortieEventBatch *self, const SortieEvent *event);
guint sortie_event_batch_get_length (const SortieEventBatch *self);

/* How a mission stands, for less than its whole record; as sortie_bus_get_mission() else. */
gboolean sortie_bus_get_state (
    SortieBus *self, const char *user, const char *id, SortieMissionState *state, GError **error);
/* What the step's worker needs of its mission: no title, times and length, and of the steps nothing
 * but their states, but for the step itself its open entry and its starts. NOT_FOUND where there is
 * no such mission. */
SortieMissionRecord *sortie_bus_get_work (SortieBus *self,
                                          const SortieQueueEntry *entry,
                                          GError **error);

/* All of these fail with STALE where the step is not this entry's any more, with NOT_FOUND where
 * the mission is gone. They wait for Redis for ever, until the bus is stopped (CANCELLED). */
gboolean sortie_bus_publish (SortieBus *self,
                             const SortieQueueEntry *entry,
                             guint sequence,
                             const SortieEventBatch *events,
                             GError **error);
gboolean sortie_bus_complete (SortieBus *self,
                              const SortieQueueEntry *entry,
                              const SortieEventBatch *events,
                              const char *result,
                              const SortiePlan *plan,
                              const SortieEvent *done,
                              SortieMissionState outcome,
                              GError **error);
/**
 * SortieBusCommittedFunc:
 * @error: (nullable): why Redis does not have it; as of sortie_bus_complete()
 *
 * Called once, from another thread or before the sending function returns. It must not block.
 */
typedef void (*SortieBusCommittedFunc) (const GError *error, gpointer user_data);
/* As sortie_bus_complete(), but does not wait. */
void sortie_bus_send_complete (SortieBus *self,
                               const SortieQueueEntry *entry,
                               const SortieEventBatch *events,
                               const char *result,
                               const SortiePlan *plan,
                               const SortieEvent *done,
                               SortieMissionState outcome,
                               SortieBusCommittedFunc func,
                               gpointer user_data);
gboolean sortie_bus_retry_step (SortieBus *self,
                                const SortieQueueEntry *entry,
                                int attempt,
                                int delay_ms,
                                const SortieEventBatch *events,
                                GError **error);
gboolean sortie_bus_dead_letter (SortieBus *self,
                                 const SortieQueueEntry *entry,
                                 int attempts,
                                 const SortieEventBatch *events,
                                 const char *message,
                                 const char *payload,
                                 GError **error);
gboolean sortie_bus_hand_back (SortieBus *self,
                               const SortieQueueEntry *entry,
                               int attempt,
                               GError **error);
gboolean sortie_bus_heartbeat (SortieBus *self,
                               const SortieQueueEntry *entry,
                               const char *consumer,
                               GError **error);
/* Takes an entry out that belongs to no mission any more. */
gboolean sortie_bus_drop_entry (SortieBus *self, const SortieQueueEntry *entry, GError **error);

/* A worker says that it lives, every SORTIE_BUS_IDLE_LIMIT_MS / 3. `agents` is a bit per agent. */
gboolean sortie_bus_announce_worker (SortieBus *self,
                                     const char *worker,
                                     guint agents,
                                     GError **error);
gboolean sortie_bus_forget_worker (SortieBus *self, const char *worker, GError **error);

/* ---- What is going on ---- */

typedef struct
{
  gint64 workers;   /* live ones that serve this agent */
  gint64 queued;    /* waiting in the queue, not yet fetched */
  gint64 in_flight; /* fetched, not finished */
  gint64 oldest_ms; /* age of the oldest entry; 0 where there is none */
  gint64 done;
  gint64 failed;
  gint64 retried;
} SortieAgentStats;

typedef struct
{
  SortieAgentStats agents[SORTIE_N_AGENTS];
  gint64 running;
  gint64 waiting;
  gint64 delayed;
  gint64 dead;
  gint64 completed, partial, failed, cancelled;
} SortieBusStats;

gboolean sortie_bus_get_stats (SortieBus *self, SortieBusStats *stats, GError **error);

typedef struct
{
  char *id; /* PARTITION-STREAMID */
  char *mission;
  int step;
  char *agent;
  char *error;
  char *payload; /* JSON */
  int attempts;
  gint64 time; /* ms since 1970 */
} SortieDeadLetter;

void sortie_dead_letter_free (SortieDeadLetter *self);
GPtrArray *sortie_bus_list_dead_letters (SortieBus *self,
                                         const char *user,
                                         guint limit,
                                         GError **error);
gboolean sortie_bus_discard_dead_letter (SortieBus *self,
                                         const char *user,
                                         const char *id,
                                         GError **error);

G_END_DECLS
