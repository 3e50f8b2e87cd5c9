/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-bus.h"
#include "sortie-error.h"
#include "sortie-fetcher.h"
#include "sortie-private-server.h"
#include "sortie-redis.h"

#include <gio/gio.h>

/* What the tests of the bus share: one private server a program, flushed before each test, and
 * missions that are driven by hand. */

/* Folders of their own, short enough for a socket's path. */
char *bus_make_folder (void);
void bus_remove_folder (const char *path);

/* The server that most tests use: begin before g_test_run(), end after it. */
void bus_begin (SortieDurability durability);
void bus_end (void);
const SortieRedisUrl *bus_get_url (void);
const char *bus_get_data_folder (void);

/* The server's process, found by asking it. */
GPid bus_get_server_pid (const SortieRedisUrl *url);

/* One command on a connection of the test's own; an error reply fails the test. */
SortieReply *bus_call (const char *name, ...) G_GNUC_NULL_TERMINATED;
gint64 bus_call_int (const char *name, ...) G_GNUC_NULL_TERMINATED;
char *bus_call_string (const char *name, ...) G_GNUC_NULL_TERMINATED;
/* Whether a key is there; `format` makes the key. */
gboolean bus_has_key (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* All that Redis holds, one line a key: to see that nothing has changed. */
char *bus_dump (void);
#define assert_unchanged(before)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *after_ = bus_dump ();                                                         \
    g_assert_cmpstr (after_, ==, before);                                                          \
  }                                                                                                \
  G_STMT_END

/* Looks again and again until it is so; fails the test after a long while. */
typedef gboolean (*BusCondition) (gpointer data);
void bus_wait_until (BusCondition condition, gpointer data);
/* Until the entry has not been heard of for so long, as Redis counts it. */
void bus_wait_until_idle (const char *queue, const char *entry, int milliseconds);

typedef struct
{
  SortieBus *bus;
  SortieFetcher *fetchers[SORTIE_N_AGENTS];
} BusTest;

/* For g_test_add(); the data are the number of partitions, GINT_TO_POINTER (), 0 for one. */
void bus_set_up (BusTest *t, gconstpointer partitions);
void bus_tear_down (BusTest *t, gconstpointer partitions);
SortieBus *bus_open (int partitions, int max_running);

/* ---- Missions by hand ---- */

SortieSubmission bus_new_submission (const char *id, const char *user);
/* (transfer full): the new mission's ID */
char *bus_submit (BusTest *t, const char *user);
/* Planning, so many parallel retrievals, analysis, writing. */
SortiePlan *bus_new_plan (int n_retrievals);

/* The agent's next entry; there must be one. */
SortieQueueEntry *bus_fetch (BusTest *t, const char *agent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieQueueEntry, sortie_queue_entry_free)
/* Whether the agent has nothing to fetch. */
gboolean bus_is_idle (BusTest *t, const char *agent);

SortieEvent *bus_new_event (const SortieQueueEntry *entry, const char *code, const char *message);
/* Chunk of a draft. */
SortieEvent *bus_new_chunk (const SortieQueueEntry *entry, int draft, gint64 at, const char *text);
/* What a step says that has worked without a word. */
SortieEventBatch *bus_new_batch (const SortieQueueEntry *entry);
gboolean bus_complete (BusTest *t,
                       const SortieQueueEntry *entry,
                       const char *result,
                       GError **error);
gboolean bus_complete_plan (BusTest *t,
                            const SortieQueueEntry *entry,
                            const SortiePlan *plan,
                            GError **error);
gboolean bus_complete_last (BusTest *t,
                            const SortieQueueEntry *entry,
                            SortieMissionState outcome,
                            GError **error);
/* Publishes a draft as call number `sequence` of this start. */
gboolean bus_write_draft (BusTest *t,
                          const SortieQueueEntry *entry,
                          guint sequence,
                          int draft,
                          const char *const *chunks,
                          GError **error);
/* Carries the mission out from its planning on. */
void bus_drive (BusTest *t, int n_retrievals);
/* Submits and plans a mission; the retrievals are queued then. (transfer full): its ID */
char *bus_submit_planned (BusTest *t, const char *user, int n_retrievals);

SortieMissionRecord *bus_get (BusTest *t, const char *mission);
SortieStepState bus_get_step_state (BusTest *t, const char *mission, int step);

/* The codes of the mission's events, in order, with blanks between. */
char *bus_dup_codes (BusTest *t, const char *mission);
#define assert_codes(t, mission, expected)                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *codes_ = bus_dup_codes (t, mission);                                          \
    g_assert_cmpstr (codes_, ==, expected);                                                        \
  }                                                                                                \
  G_STMT_END
/* How many of the mission's events have this code. */
int bus_count_code (BusTest *t, const char *mission, const char *code);
/* The last event is the only one that says done, with this outcome, and IDs strictly increase. */
void bus_assert_done_once (BusTest *t, const char *mission, SortieMissionState outcome);
/* Nothing is fetched, queued, delayed, waiting or running. */
void bus_assert_quiet (BusTest *t);
/* redis-server, or valkey-server where that is the one that is installed. */
const char *bus_get_server_program (void);
