/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include "sortie-bus-private.h"
#include "sortie-janitor.h"

#include <string.h>

/* Who may change a step, and what happens when a command arrives twice. */

typedef gboolean (*StepFunc) (BusTest *t, const SortieQueueEntry *entry, GError **error);

static gboolean
publish (BusTest *t, const SortieQueueEntry *entry, GError **error)
{
  static const char *const chunks[] = { "one ", "two", NULL };

  return bus_write_draft (t, entry, 1, 1, chunks, error);
}

static gboolean
complete (BusTest *t, const SortieQueueEntry *entry, GError **error)
{
  return bus_complete (t, entry, "{\"n\":1}", error);
}

typedef struct
{
  GMutex lock;
  GError *error;
  gboolean answered;
} Answer;

static void
answer_cb (const GError *error, gpointer user_data)
{
  Answer *answer = user_data;

  g_mutex_lock (&answer->lock);
  g_assert_false (answer->answered);
  answer->error = error != NULL ? g_error_copy (error) : NULL;
  answer->answered = TRUE;
  g_mutex_unlock (&answer->lock);
}

static gboolean
is_answered (gpointer data)
{
  Answer *answer = data;
  gboolean answered;

  g_mutex_lock (&answer->lock);
  answered = answer->answered;
  g_mutex_unlock (&answer->lock);
  return answered;
}

/* The same without waiting. */
static gboolean
send_complete (BusTest *t, const SortieQueueEntry *entry, GError **error)
{
  g_autoptr (SortieEventBatch) events = bus_new_batch (entry);
  Answer answer = { .error = NULL };

  sortie_bus_send_complete (t->bus, entry, events, "{\"n\":1}", NULL, NULL, SORTIE_MISSION_RUNNING,
                            answer_cb, &answer);
  bus_wait_until (is_answered, &answer);
  if (answer.error != NULL)
    g_propagate_error (error, answer.error);
  return answer.error == NULL;
}

static gboolean
complete_last (BusTest *t, const SortieQueueEntry *entry, GError **error)
{
  return bus_complete_last (t, entry, SORTIE_MISSION_COMPLETED, error);
}

static gboolean
retry (BusTest *t, const SortieQueueEntry *entry, GError **error)
{
  g_autoptr (SortieEventBatch) events = sortie_event_batch_new ();
  g_autoptr (SortieEvent) event = bus_new_event (entry, SORTIE_CODE_STEP_RETRYING, "Retrying");

  sortie_event_batch_add (events, event);
  return sortie_bus_retry_step (t->bus, entry, 1, 60000, events, error);
}

static gboolean
dead_letter (BusTest *t, const SortieQueueEntry *entry, GError **error)
{
  g_autoptr (SortieEventBatch) events = sortie_event_batch_new ();
  g_autoptr (SortieEvent) event = bus_new_event (entry, SORTIE_CODE_STEP_DEAD_LETTERED, "Dead");

  sortie_event_batch_add (events, event);
  return sortie_bus_dead_letter (t->bus, entry, 4, events, "it broke", "{}", error);
}

static gboolean
hand_back (BusTest *t, const SortieQueueEntry *entry, GError **error)
{
  return sortie_bus_hand_back (t->bus, entry, 1, error);
}

static gboolean
heartbeat (BusTest *t, const SortieQueueEntry *entry, GError **error)
{
  return sortie_bus_heartbeat (t->bus, entry, "worker-1", error);
}

static const struct
{
  const char *name;
  StepFunc func;
  gboolean closes; /* the entry is done with */
} steps[] = {
  { "publish", publish, FALSE },
  { "complete", complete, TRUE },
  { "complete-last", complete_last, TRUE },
  { "send-complete", send_complete, TRUE },
  { "retry", retry, TRUE },
  { "dead-letter", dead_letter, TRUE },
  { "hand-back", hand_back, TRUE },
  { "heartbeat", heartbeat, FALSE },
};

/* Redis notes when a worker was heard of: the only change that a heartbeat makes. */
#define FIRST_QUIET 0
#define N_QUIET 7

static void
assert_refused (BusTest *t, const SortieQueueEntry *entry, int code)
{
  g_autofree char *before = bus_dump ();

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", steps[i].name);
      g_assert_false (steps[i].func (t, entry, &error));
      g_assert_error (error, SORTIE_ERROR, code);
      assert_unchanged (before);
    }
}

static void
test_twice (BusTest *t, gconstpointer data)
{
  for (gsize i = FIRST_QUIET; i < N_QUIET; i++)
    {
      g_autofree char *id = bus_submit_planned (t, "ada", 1);
      g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
      g_autoptr (GError) error = NULL;
      g_autofree char *between = NULL;

      g_test_message ("%s", steps[i].name);
      steps[i].func (t, entry, &error);
      g_assert_no_error (error);
      between = bus_dump ();
      for (int times = 0; times < 3; times++)
        {
          steps[i].func (t, entry, &error);
          g_assert_no_error (error);
          assert_unchanged (between);
        }
      if (steps[i].func == hand_back) /* its new entry would be the next one's first */
        {
          g_autoptr (SortieQueueEntry) again = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
          g_assert_true (bus_complete (t, again, "{}", NULL));
        }
    }
}

static gboolean
completes (StepFunc func)
{
  return func == complete || func == send_complete || func == complete_last;
}

/* An entry that was closed in one way can't be closed in another. */
static void
test_only_one_end (BusTest *t, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autofree char *id = NULL, *before = NULL;
      g_autoptr (SortieQueueEntry) entry = NULL;

      if (!steps[i].closes)
        continue;
      id = bus_submit_planned (t, "ada", 1);
      entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
      g_assert_true (steps[i].func (t, entry, NULL));
      before = bus_dump ();
      for (gsize k = 0; k < G_N_ELEMENTS (steps); k++)
        {
          g_autoptr (GError) error = NULL;

          g_test_message ("%s after %s", steps[k].name, steps[i].name);
          if (k == i || !steps[k].closes)
            continue;
          if (completes (steps[i].func) && completes (steps[k].func))
            continue; /* the same command but for the arguments */
          g_assert_false (steps[k].func (t, entry, &error));
          g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_STALE);
          assert_unchanged (before);
        }
      sortie_bus_cancel (t->bus, "ada", id, NULL);
    }
}

static void
test_after_reclaim (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) old = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autoptr (SortieQueueEntry) new = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  sortie_bus_reclaim (t->bus, &sortie_retry_policy_default, 0, &n, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 1);
  assert_refused (t, old, SORTIE_ERROR_STALE);
  new = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_assert_cmpstr (new->entry, !=, old->entry);
  assert_refused (t, old, SORTIE_ERROR_STALE);
  for (gsize i = 0; i < 2; i++) /* publish, complete */
    {
      steps[i].func (t, new, &error);
      g_assert_no_error (error);
    }
  assert_refused (t, old, SORTIE_ERROR_STALE);
  g_assert_cmpint (bus_count_code (t, id, SORTIE_CODE_STEP_RECLAIMED), ==, 1);
}

static void
test_after_burial (BusTest *t, gconstpointer data)
{
  const SortieRetryPolicy once = { .max_attempts = 1 };
  g_autofree char *id = bus_submit_planned (t, "ada", 2);
  g_autoptr (SortieQueueEntry) buried = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  guint n = 0;

  g_assert_true (sortie_bus_reclaim (t->bus, &once, 0, &n, NULL));
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpint (bus_get_step_state (t, id, buried->step), ==, SORTIE_STEP_DEAD);
  assert_refused (t, buried, SORTIE_ERROR_STALE);
}

static void
test_after_cancel (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autoptr (GError) error = NULL;

  g_assert_true (sortie_bus_cancel (t->bus, "ada", id, &error));
  assert_refused (t, entry, SORTIE_ERROR_STALE);
  g_assert_true (sortie_bus_delete (t->bus, "ada", id, &error));
  assert_refused (t, entry, SORTIE_ERROR_NOT_FOUND);
}

static void
test_after_end (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 2);
  g_autoptr (SortieQueueEntry) late = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autoptr (SortieQueueEntry) last = bus_fetch (t, SORTIE_AGENT_RETRIEVER);

  g_assert_true (complete_last (t, last, NULL));
  bus_assert_done_once (t, id, SORTIE_MISSION_COMPLETED);
  assert_refused (t, late, SORTIE_ERROR_STALE);
  bus_assert_quiet (t);
}

/* Entries that no queue ever gave. */
static void
test_forged (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  static const struct
  {
    int step;
    const char *entry;
  } forged[] = {
    { 1, "" }, { 1, "0-0" }, { 2, "" }, { 2, "1-1" }, { 2, " done" },
    { 3, "" }, { 4, "0-0" }, { 0, "" }, { 99, "" },   { -1, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (forged); i++)
    {
      SortieQueueEntry copy = { entry->partition, entry->agent, (char *) forged[i].entry,
                                entry->mission, forged[i].step };

      g_test_message ("step %d, “%s”", forged[i].step, forged[i].entry);
      assert_refused (t, &copy, SORTIE_ERROR_STALE);
    }
  for (int step = 3; step <= 4; step++)
    {
      SortieQueueEntry copy = { entry->partition, entry->agent, entry->entry, entry->mission,
                                step };

      assert_refused (t, &copy, SORTIE_ERROR_STALE);
    }
  g_assert_true (complete (t, entry, NULL));
}

/* ---- Drafts and chunks ---- */

typedef struct
{
  int draft;    /* starts this draft; 0 for none */
  gint64 at[3]; /* then chunks of four bytes at these places; -1 for none */
} Writing;

static gboolean
write_out (BusTest *t,
           const SortieQueueEntry *entry,
           guint sequence,
           const Writing *writing,
           GError **error)
{
  g_autoptr (SortieEventBatch) events = sortie_event_batch_new ();
  g_autoptr (SortieEvent) progress = bus_new_event (entry, SORTIE_CODE_STEP_PROGRESS, "Writing");

  sortie_event_batch_add (events, progress);
  if (writing->draft != 0)
    {
      g_autoptr (SortieEvent) started = bus_new_event (entry, SORTIE_CODE_DRAFT_STARTED, "Draft");
      sortie_event_batch_add_draft (events, started, writing->draft);
    }
  for (int i = 0; i < 3 && writing->at[i] >= 0; i++)
    {
      g_autoptr (SortieEvent) chunk = bus_new_chunk (entry, 1, writing->at[i], "äö");
      sortie_event_batch_add_chunk (events, chunk);
    }
  return sortie_bus_publish (t->bus, entry, sequence, events, error);
}

static void
test_offsets (BusTest *t, gconstpointer data)
{
  static const Writing none_yet[] = {
    { 0, { 0, -1 } },   { 0, { 4, -1 } },   { 2, { 0, -1 } },     { -1, { 0, -1 } },
    { 3, { -1 } },      { 1, { 4, -1 } },   { 1, { 0, 0, -1 } },  { 1, { 0, 2, -1 } },
    { 1, { 0, 8, 4 } }, { 1, { 0, 4, 4 } }, { 1, { 0, 4, 100 } },
  };
  static const Writing one_draft[] = {
    { 0, { 0, -1 } }, { 0, { 4, -1 } }, { 0, { 12, -1 } }, { 0, { 8, 8, -1 } },
    { 1, { 0, -1 } }, { 1, { 8, -1 } }, { 3, { 0, -1 } },  { 2, { 8, -1 } },
  };
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autofree char *before = bus_dump ();
  g_autofree char *with_draft = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (none_yet); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("no draft yet, %zu", i);
      g_assert_false (write_out (t, entry, 1, &none_yet[i], &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT);
      assert_unchanged (before);
    }
  g_assert_true (write_out (t, entry, 1, &(Writing){ 1, { 0, 4, -1 } }, NULL));
  with_draft = bus_dump ();
  for (gsize i = 0; i < G_N_ELEMENTS (one_draft); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("one draft, %zu", i);
      g_assert_false (write_out (t, entry, 2, &one_draft[i], &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT);
      assert_unchanged (with_draft);
    }
  g_assert_true (write_out (t, entry, 2, &(Writing){ 0, { 8, -1 } }, NULL));
  g_assert_true (write_out (t, entry, 3, &(Writing){ 2, { 0, 4, 8 } }, NULL));
  g_autoptr (GBytes) report = sortie_bus_get_report (t->bus, id, NULL);
  g_assert_cmpmem (g_bytes_get_data (report, NULL), g_bytes_get_size (report), "äöäöäö", 12);
}

/* The events of an end are checked like those of a publication. */
static void
test_offsets_at_the_end (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autoptr (SortieEventBatch) events = sortie_event_batch_new ();
  g_autoptr (SortieEvent) chunk = bus_new_chunk (entry, 1, 3, "late");
  g_autofree char *before = bus_dump ();
  g_autoptr (GError) error = NULL;

  sortie_event_batch_add_chunk (events, chunk);
  g_assert_false (sortie_bus_complete (t->bus, entry, events, "{}", NULL, NULL,
                                       SORTIE_MISSION_RUNNING, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (sortie_bus_retry_step (t->bus, entry, 1, 10, events, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (sortie_bus_dead_letter (t->bus, entry, 1, events, "why", "{}", &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT);
  assert_unchanged (before);
}

/* What was published in an earlier call comes again with the later ones, as after a lost
 * connection: each is answered, none is published twice. */
static void
test_sequence (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  static const Writing first = { 1, { 0, 4, -1 } }, second = { 0, { 8, -1 } };
  g_autofree char *before = NULL;

  g_assert_true (write_out (t, entry, 1, &first, NULL));
  g_assert_true (write_out (t, entry, 2, &second, NULL));
  before = bus_dump ();
  g_assert_true (write_out (t, entry, 1, &first, NULL));
  g_assert_true (write_out (t, entry, 2, &second, NULL));
  assert_unchanged (before);
  g_assert_true (complete (t, entry, NULL));
  g_free (before);
  before = bus_dump ();
  g_assert_true (write_out (t, entry, 2, &second, NULL));
  g_assert_true (complete (t, entry, NULL));
  assert_unchanged (before);
}

int
main (int argc, char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  bus_begin (SORTIE_DURABILITY_EVERYSEC);
#define ADD(name, func) g_test_add ("/fences/" name, BusTest, NULL, bus_set_up, func, bus_tear_down)
  ADD ("twice", test_twice);
  ADD ("only-one-end", test_only_one_end);
  ADD ("after-reclaim", test_after_reclaim);
  ADD ("after-burial", test_after_burial);
  ADD ("after-cancel", test_after_cancel);
  ADD ("after-end", test_after_end);
  ADD ("forged", test_forged);
  ADD ("offsets", test_offsets);
  ADD ("offsets-at-the-end", test_offsets_at_the_end);
  ADD ("sequence", test_sequence);
#undef ADD
  result = g_test_run ();
  bus_end ();
  return result;
}
