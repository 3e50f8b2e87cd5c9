/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include "sortie-bus-private.h"

#include <string.h>

#define FETCH_US (20 * G_USEC_PER_SEC)

/* Missions that the tests drive by hand. */

SortieSubmission
bus_new_submission (const char *id, const char *user)
{
  return (SortieSubmission){
    .id = id,
    .user = user,
    .text = "Compare the warranties.",
    .collections = "[]",
    .title = "Warranties",
    .body_hash = "hash of the body",
  };
}

char *
bus_submit (BusTest *t, const char *user)
{
  char *id = sortie_mission_id_new ();
  SortieSubmission submission = bus_new_submission (id, user);
  g_autoptr (GError) error = NULL;

  sortie_bus_accept (t->bus, &submission, NULL, &error);
  g_assert_no_error (error);
  return id;
}

SortiePlan *
bus_new_plan (int n_retrievals)
{
  SortiePlan *plan = sortie_plan_new ("Warranties", "en", "deterministic");
  int needs[SORTIE_PLAN_MAX_STEPS];
  int analysis;

  for (int i = 0; i < n_retrievals; i++)
    {
      g_autofree char *question = g_strdup_printf ("Question “%d”?", i + 1);

      needs[i] =
          sortie_plan_add_step (plan, SORTIE_AGENT_RETRIEVER, question, (int[]){ 1 }, 1)->number;
    }
  analysis = sortie_plan_add_step (plan, SORTIE_AGENT_ANALYZER, NULL, needs, n_retrievals)->number;
  sortie_plan_add_step (plan, SORTIE_AGENT_WRITER, NULL, &analysis, 1);
  g_assert_true (sortie_plan_validate (plan, NULL));
  return plan;
}

SortieQueueEntry *
bus_fetch (BusTest *t, const char *agent)
{
  gint64 deadline = g_get_monotonic_time () + FETCH_US;

  while (TRUE)
    {
      g_autoptr (GPtrArray) entries =
          sortie_fetcher_read (t->fetchers[sortie_agent_index (agent)], 1);

      g_assert_cmpuint (entries->len, <=, 1);
      if (entries->len == 1)
        {
          SortieQueueEntry *entry = g_ptr_array_steal_index (entries, 0);

          g_assert_cmpstr (sortie_agents[entry->agent], ==, agent);
          g_assert_true (sortie_stream_id_is_valid (entry->entry));
          return entry;
        }
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
}

gboolean
bus_is_idle (BusTest *t, const char *agent)
{
  SortieBusStats stats;
  g_autoptr (GError) error = NULL;

  sortie_bus_get_stats (t->bus, &stats, &error);
  g_assert_no_error (error);
  return stats.agents[sortie_agent_index (agent)].queued == 0;
}

/* ---- What steps say ---- */

SortieEvent *
bus_new_event (const SortieQueueEntry *entry, const char *code, const char *message)
{
  SortieEvent *event =
      sortie_event_new (SORTIE_EVENT_STATUS, sortie_agents[entry->agent], code, message);

  event->step = entry->step;
  event->attempt = 1;
  return event;
}

SortieEvent *
bus_new_chunk (const SortieQueueEntry *entry, int draft, gint64 at, const char *text)
{
  SortieEvent *event = sortie_event_new (SORTIE_EVENT_PARTIAL_OUTPUT, sortie_agents[entry->agent],
                                         SORTIE_CODE_DRAFT_CHUNK, text);

  event->step = entry->step;
  event->attempt = 1;
  event->draft = draft;
  event->offset = at;
  return event;
}

SortieEventBatch *
bus_new_batch (const SortieQueueEntry *entry)
{
  SortieEventBatch *batch = sortie_event_batch_new ();
  g_autoptr (SortieEvent) started = bus_new_event (entry, SORTIE_CODE_STEP_STARTED, "Started");
  g_autoptr (SortieEvent) completed =
      bus_new_event (entry, SORTIE_CODE_STEP_COMPLETED, "Completed");

  sortie_event_batch_add_started (batch, started);
  sortie_event_batch_add (batch, completed);
  return batch;
}

gboolean
bus_complete (BusTest *t, const SortieQueueEntry *entry, const char *result, GError **error)
{
  g_autoptr (SortieEventBatch) events = bus_new_batch (entry);

  return sortie_bus_complete (t->bus, entry, events, result, NULL, NULL, SORTIE_MISSION_RUNNING,
                              error);
}

gboolean
bus_complete_plan (BusTest *t,
                   const SortieQueueEntry *entry,
                   const SortiePlan *plan,
                   GError **error)
{
  g_autoptr (SortieEventBatch) events = bus_new_batch (entry);
  g_autoptr (SortieEvent) ready = bus_new_event (entry, SORTIE_CODE_PLAN_READY, "Planned");

  sortie_event_batch_add (events, ready);
  return sortie_bus_complete (t->bus, entry, events, "{}", plan, NULL, SORTIE_MISSION_RUNNING,
                              error);
}

gboolean
bus_complete_last (BusTest *t,
                   const SortieQueueEntry *entry,
                   SortieMissionState outcome,
                   GError **error)
{
  g_autoptr (SortieEventBatch) events = bus_new_batch (entry);
  g_autoptr (SortieEvent) done = sortie_bus_new_done (outcome, "Draft generation complete.");

  return sortie_bus_complete (t->bus, entry, events, "{}", NULL, done, outcome, error);
}

gboolean
bus_write_draft (BusTest *t,
                 const SortieQueueEntry *entry,
                 guint sequence,
                 int draft,
                 const char *const *chunks,
                 GError **error)
{
  g_autoptr (SortieEventBatch) events = sortie_event_batch_new ();
  g_autoptr (SortieEvent) started =
      bus_new_event (entry, SORTIE_CODE_DRAFT_STARTED, "The draft starts");
  gint64 at = 0;

  sortie_event_batch_add_draft (events, started, draft);
  for (gsize i = 0; chunks[i] != NULL; i++)
    {
      g_autoptr (SortieEvent) chunk = bus_new_chunk (entry, draft, at, chunks[i]);

      sortie_event_batch_add_chunk (events, chunk);
      at += (gint64) strlen (chunks[i]);
    }
  return sortie_bus_publish (t->bus, entry, sequence, events, error);
}

static void
finish_agent (BusTest *t, const char *agent)
{
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, agent);
  g_autoptr (GError) error = NULL;

  if (g_str_equal (agent, SORTIE_AGENT_WRITER))
    bus_complete_last (t, entry, SORTIE_MISSION_COMPLETED, &error);
  else
    bus_complete (t, entry, "{}", &error);
  g_assert_no_error (error);
}

static void
plan (BusTest *t, int n_retrievals)
{
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_PLANNER);
  g_autoptr (SortiePlan) new_plan = bus_new_plan (n_retrievals);
  g_autoptr (GError) error = NULL;

  bus_complete_plan (t, entry, new_plan, &error);
  g_assert_no_error (error);
}

void
bus_drive (BusTest *t, int n_retrievals)
{
  plan (t, n_retrievals);
  for (int i = 0; i < n_retrievals; i++)
    finish_agent (t, SORTIE_AGENT_RETRIEVER);
  finish_agent (t, SORTIE_AGENT_ANALYZER);
  finish_agent (t, SORTIE_AGENT_WRITER);
}

char *
bus_submit_planned (BusTest *t, const char *user, int n_retrievals)
{
  char *id = bus_submit (t, user);

  plan (t, n_retrievals);
  return id;
}

/* ---- What came of it ---- */

SortieMissionRecord *
bus_get (BusTest *t, const char *mission)
{
  g_autoptr (GError) error = NULL;
  SortieMissionRecord *record = sortie_bus_get_mission (t->bus, NULL, mission, &error);

  g_assert_no_error (error);
  return record;
}

SortieStepState
bus_get_step_state (BusTest *t, const char *mission, int step)
{
  g_autoptr (SortieMissionRecord) record = bus_get (t, mission);

  g_assert_nonnull (sortie_mission_record_get_step (record, step));
  return sortie_mission_record_get_step (record, step)->state;
}

static GPtrArray *
read_events (BusTest *t, const char *mission)
{
  g_autoptr (GError) error = NULL;
  gboolean reset = TRUE;
  GPtrArray *events = sortie_bus_read_events (t->bus, mission, NULL, G_MAXUINT, &reset, &error);

  g_assert_no_error (error);
  g_assert_false (reset);
  return events;
}

char *
bus_dup_codes (BusTest *t, const char *mission)
{
  g_autoptr (GPtrArray) events = read_events (t, mission);
  GString *codes = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++)
    {
      SortieStoredEvent *stored = g_ptr_array_index (events, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (SortieEvent) event =
          sortie_event_from_wire (stored->wire, strlen (stored->wire), &error);

      g_assert_no_error (error);
      g_string_append_printf (codes, i > 0 ? " %s" : "%s", event->code);
    }
  return g_string_free (codes, FALSE);
}

int
bus_count_code (BusTest *t, const char *mission, const char *code)
{
  g_autofree char *codes = bus_dup_codes (t, mission);
  g_auto (GStrv) list = g_strsplit (codes, " ", -1);
  int n = 0;

  for (gsize i = 0; list[i] != NULL; i++)
    n += g_str_equal (list[i], code);
  return n;
}

void
bus_assert_done_once (BusTest *t, const char *mission, SortieMissionState outcome)
{
  g_autoptr (GPtrArray) events = read_events (t, mission);
  g_autoptr (SortieMissionRecord) record = bus_get (t, mission);
  g_autofree char *expected =
      g_strdup_printf ("\"outcome\":\"%s\"", sortie_mission_state_to_string (outcome));

  g_assert_cmpuint (events->len, >, 0);
  for (guint i = 0; i < events->len; i++)
    {
      SortieStoredEvent *stored = g_ptr_array_index (events, i);
      SortieStoredEvent *before = i > 0 ? g_ptr_array_index (events, i - 1) : NULL;

      g_assert_true (before == NULL || sortie_stream_id_compare (before->id, stored->id) < 0);
      g_assert_cmpint (stored->done, ==, i == events->len - 1);
      if (stored->done)
        g_assert_nonnull (strstr (stored->wire, expected));
    }
  g_assert_cmpint (record->state, ==, outcome);
  g_assert_cmpint (record->finished, >=, record->created);
}

void
bus_assert_quiet (BusTest *t)
{
  SortieBusStats stats;
  g_autoptr (GError) error = NULL;

  sortie_bus_get_stats (t->bus, &stats, &error);
  g_assert_no_error (error);
  for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
    {
      g_assert_cmpint (stats.agents[agent].queued, ==, 0);
      g_assert_cmpint (stats.agents[agent].in_flight, ==, 0);
      for (int partition = 0; partition < sortie_bus_get_n_partitions (t->bus); partition++)
        {
          g_autofree char *key =
              g_strdup_printf ("sortie:{p%d}:queue:%s", partition, sortie_agents[agent]);

          g_assert_cmpint (bus_call_int ("XLEN", key, NULL), ==, 0);
        }
    }
  g_assert_cmpint (stats.running, ==, 0);
  g_assert_cmpint (stats.waiting, ==, 0);
  g_assert_cmpint (stats.delayed, ==, 0);
}
