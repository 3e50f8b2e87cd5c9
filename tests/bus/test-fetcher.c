/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include "sortie-bus-private.h"

#include <signal.h>
#include <string.h>

/* Fetching: the budget, the order of the queues, and a Redis that forgets the groups. */

#define ALL_AGENTS ((1u << SORTIE_N_AGENTS) - 1)

static void
add_entry (int partition, int agent, int step)
{
  g_autofree char *key = g_strdup_printf ("sortie:{p%d}:queue:%s", partition, sortie_agents[agent]);
  g_autofree char *number = g_strdup_printf ("%d", step);

  g_free (bus_call_string ("XADD", key, "*", "m", "mission", "s", number, NULL));
}

/* Reads until so many are there; never more than the budget in one go. */
static GPtrArray *
read_all (SortieFetcher *fetcher, guint budget, guint n)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_queue_entry_free);
  gint64 deadline = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  while (all->len < n)
    {
      g_autoptr (GPtrArray) entries = sortie_fetcher_read (fetcher, budget);

      g_assert_cmpuint (entries->len, <=, budget);
      while (entries->len > 0)
        g_ptr_array_add (all, g_ptr_array_steal_index (entries, 0));
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
  g_assert_cmpuint (all->len, ==, n);
  return all;
}

static void
test_budget (BusTest *t, gconstpointer data)
{
  static const guint budgets[] = { 1, 3, 4, 16, 1000 };
  int n_partitions = GPOINTER_TO_INT (data);

  for (gsize i = 0; i < G_N_ELEMENTS (budgets); i++)
    {
      SortieFetcher *fetcher = sortie_fetcher_new (t->bus, "worker", ALL_AGENTS);
      g_autoptr (GPtrArray) entries = NULL;
      g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      guint n = (guint) n_partitions * SORTIE_N_AGENTS * 12;

      for (int partition = 0; partition < n_partitions; partition++)
        for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
          for (int step = 1; step <= 12; step++)
            add_entry (partition, agent, step);
      entries = read_all (fetcher, budgets[i], n);
      for (guint k = 0; k < entries->len; k++)
        {
          SortieQueueEntry *entry = g_ptr_array_index (entries, k);

          g_assert_true (g_hash_table_add (seen, g_strdup_printf ("%d %d %s", entry->partition,
                                                                  entry->agent, entry->entry)));
          g_assert_cmpstr (entry->mission, ==, "mission");
          g_assert_cmpint (entry->step, >=, 1);
          g_assert_true (sortie_bus_drop_entry (t->bus, entry, NULL));
        }
      bus_assert_quiet (t);
      sortie_fetcher_free (fetcher);
    }
}

/* However few slots there are, no queue is left waiting behind a full one, though those that end
 * missions come before those that begin some. */
static void
test_no_queue_first (BusTest *t, gconstpointer data)
{
  static const guint budgets[] = { 1, 2, 3, 4, 7 };

  for (gsize i = 0; i < G_N_ELEMENTS (budgets); i++)
    {
      SortieFetcher *fetcher = sortie_fetcher_new (t->bus, "worker", ALL_AGENTS);
      int counts[SORTIE_N_AGENTS] = { 0 };

      for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
        for (int step = 1; step <= 60; step++)
          add_entry (0, agent, step);
      for (int reads = 0; reads < 32; reads++)
        {
          g_autoptr (GPtrArray) entries = sortie_fetcher_read (fetcher, budgets[i]);

          for (guint k = 0; k < entries->len; k++)
            counts[((SortieQueueEntry *) g_ptr_array_index (entries, k))->agent]++;
        }
      g_test_message ("budget %u: %d %d %d %d", budgets[i], counts[0], counts[1], counts[2],
                      counts[3]);
      for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
        g_assert_cmpint (counts[agent], >=, 2);
      if (budgets[i] < SORTIE_N_AGENTS)
        g_assert_cmpint (counts[SORTIE_N_AGENTS - 1], >, counts[0]);
      sortie_fetcher_free (fetcher);
      g_free (bus_call_string ("FLUSHALL", NULL));
    }
}

static void
test_only_its_agents (BusTest *t, gconstpointer data)
{
  SortieFetcher *fetcher = sortie_fetcher_new (t->bus, "worker", 1u << 1 | 1u << 3);
  SortieFetcher *idle = sortie_fetcher_new (t->bus, "worker", 0);
  g_autoptr (GPtrArray) entries = NULL, none = NULL, no_slot = NULL;

  for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
    add_entry (0, agent, 1);
  entries = read_all (fetcher, 8, 2);
  for (guint i = 0; i < entries->len; i++)
    g_assert_cmpint (((SortieQueueEntry *) g_ptr_array_index (entries, i))->agent % 2, ==, 1);
  none = sortie_fetcher_read (idle, 8);
  g_assert_cmpuint (none->len, ==, 0);
  no_slot = sortie_fetcher_read (fetcher, 0);
  g_assert_cmpuint (no_slot->len, ==, 0);
  sortie_fetcher_free (fetcher);
  sortie_fetcher_free (idle);
}

static void
test_rubbish (BusTest *t, gconstpointer data)
{
  static const char queue[] = "sortie:{p0}:queue:planner";
  g_autoptr (GPtrArray) entries = NULL;

  g_free (bus_call_string ("XADD", queue, "*", "x", "y", NULL));
  g_free (bus_call_string ("XADD", queue, "*", "m", "", "s", "many", NULL));
  g_free (bus_call_string ("XADD", queue, "*", "s", "99999999999999999999", "m", "x", NULL));
  entries = read_all (t->fetchers[0], 16, 3);
  for (guint i = 0; i < entries->len; i++)
    {
      SortieQueueEntry *entry = g_ptr_array_index (entries, i);
      g_autoptr (GError) error = NULL;

      g_assert_nonnull (entry->mission);
      g_assert_false (bus_complete (t, entry, "{}", &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
      g_assert_true (sortie_bus_drop_entry (t->bus, entry, NULL));
    }
  bus_assert_quiet (t);
}

/* ---- Blocked reads ---- */

typedef struct
{
  SortieFetcher *fetcher;
  guint budget;
  GPtrArray *entries;
  gint64 ended;
} Reader;

static gpointer
read_thread (gpointer data)
{
  Reader *reader = data;
  gint64 deadline = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  reader->entries = sortie_fetcher_read (reader->fetcher, reader->budget);
  while (reader->entries->len == 0 && g_get_monotonic_time () < deadline)
    {
      g_ptr_array_unref (reader->entries);
      reader->entries = sortie_fetcher_read (reader->fetcher, reader->budget);
    }
  reader->ended = g_get_monotonic_time ();
  return NULL;
}

static int
get_last_step (const Reader *reader)
{
  guint n = reader->entries->len;

  return n > 0 ? ((SortieQueueEntry *) g_ptr_array_index (reader->entries, n - 1))->step : 0;
}

/* Past the entries of step 1, which may come once more after an accident. */
static gpointer
read_on_thread (gpointer data)
{
  Reader *reader = data;

  read_thread (reader);
  while (get_last_step (reader) == 1)
    {
      g_ptr_array_unref (reader->entries);
      read_thread (reader);
    }
  return NULL;
}

static gpointer
read_once_thread (gpointer data)
{
  Reader *reader = data;

  reader->entries = sortie_fetcher_read (reader->fetcher, reader->budget);
  reader->ended = g_get_monotonic_time ();
  return NULL;
}

static gboolean
is_blocked (gpointer data)
{
  g_autofree char *list = bus_call_string ("CLIENT", "LIST", NULL);
  const char *line = strstr (list, "name=sortie-fetch");
  g_autofree char *own = line != NULL ? g_strndup (line, strcspn (line, "\n")) : NULL;

  return own != NULL && strstr (own, "cmd=xreadgroup") != NULL && strstr (own, "flags=b") != NULL;
}

/* What is queued is there at once, with free slots for all queues and with one. */
static void
test_woken_by_an_entry (BusTest *t, gconstpointer data)
{
  static const guint budgets[] = { 16, 4, 1 };

  for (gsize i = 0; i < G_N_ELEMENTS (budgets); i++)
    for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
      {
        Reader reader = { sortie_fetcher_new (t->bus, "worker", ALL_AGENTS), budgets[i], NULL, 0 };
        GThread *thread = g_thread_new ("read", read_thread, &reader);
        gint64 added;

        bus_wait_until (is_blocked, NULL);
        added = g_get_monotonic_time ();
        add_entry (0, agent, 1);
        g_thread_join (thread);
        g_assert_cmpuint (reader.entries->len, ==, 1);
        g_assert_cmpint (reader.ended - added, <, 2 * G_USEC_PER_SEC);
        g_ptr_array_unref (reader.entries);
        sortie_fetcher_free (reader.fetcher);
      }
}

static void
test_stop (BusTest *t, gconstpointer data)
{
  GPid pid = bus_get_server_pid (bus_get_url ());

  for (int stopped_server = 0; stopped_server < 2; stopped_server++)
    {
      Reader reader = { sortie_fetcher_new (t->bus, "worker", ALL_AGENTS), 16, NULL, 0 };
      GThread *thread = g_thread_new ("read", read_once_thread, &reader);
      gint64 began;

      bus_wait_until (is_blocked, NULL);
      if (stopped_server)
        kill (pid, SIGSTOP);
      began = g_get_monotonic_time ();
      sortie_fetcher_stop (reader.fetcher);
      g_thread_join (thread);
      g_assert_cmpint (reader.ended - began, <, 2 * G_USEC_PER_SEC);
      g_assert_cmpuint (reader.entries->len, ==, 0);
      g_ptr_array_unref (reader.entries);
      for (int i = 0; i < 3; i++)
        {
          g_autoptr (GPtrArray) none = sortie_fetcher_read (reader.fetcher, 16);
          g_assert_cmpuint (none->len, ==, 0);
        }
      g_assert_cmpint (g_get_monotonic_time () - began, <, 3 * G_USEC_PER_SEC);
      sortie_fetcher_free (reader.fetcher);
    }

  /* Stopped while it logs in at a server that says nothing. */
  Reader reader = { sortie_fetcher_new (t->bus, "worker", ALL_AGENTS), 16, NULL, 0 };
  GThread *thread = g_thread_new ("read", read_once_thread, &reader);
  gint64 began = g_get_monotonic_time ();
  g_usleep (1000); /* either way is fine: the thread has begun to connect or not */
  sortie_fetcher_stop (reader.fetcher);
  g_thread_join (thread);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 2 * G_USEC_PER_SEC);
  kill (pid, SIGCONT);
  g_ptr_array_unref (reader.entries);
  sortie_fetcher_free (reader.fetcher);
}

/* ---- Redis forgets, or goes away ---- */

static void
delete_queue (void)
{
  g_assert_cmpint (bus_call_int ("DEL", "sortie:{p0}:queue:retriever", NULL), ==, 1);
}

static void
destroy_group (void)
{
  g_assert_cmpint (bus_call_int ("XGROUP", "DESTROY", "sortie:{p0}:queue:retriever", "agents",
                                 NULL),
                   ==, 1);
}

static void
flush_all (void)
{
  g_free (bus_call_string ("FLUSHALL", NULL));
}

static void
throw_out (void)
{
  bus_call_int ("CLIENT", "KILL", "TYPE", "normal", NULL);
}

static void
unblock (void)
{
  g_autofree char *list = bus_call_string ("CLIENT", "LIST", NULL);
  g_auto (GStrv) lines = g_strsplit (list, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], "name=sortie-fetch") != NULL)
      {
        g_autofree char *id = g_strndup (lines[i] + 3, strcspn (lines[i] + 3, " "));
        bus_call_int ("CLIENT", "UNBLOCK", id, "ERROR", NULL);
      }
}

static void
kill_server (void)
{
  kill (bus_get_server_pid (bus_get_url ()), SIGKILL);
}

/* An entry that was handed out over a connection that broke before it arrived. */
static void
test_lost_on_its_way (BusTest *t, gconstpointer data)
{
  SortieFetcher *fetcher = sortie_fetcher_new (t->bus, "worker", ALL_AGENTS);
  Reader reader = { fetcher, 16, NULL, 0 };
  g_autoptr (GPtrArray) first = NULL;

  add_entry (0, 1, 1);
  first = read_all (fetcher, 16, 1);
  add_entry (0, 2, 2);
  freeReplyObject (bus_call ("XREADGROUP", "GROUP", "agents", "worker", "STREAMS",
                             "sortie:{p0}:queue:analyzer", ">", NULL));
  throw_out ();
  read_thread (&reader);
  g_assert_cmpuint (reader.entries->len, ==, 2);
  g_assert_cmpint (((SortieQueueEntry *) g_ptr_array_index (reader.entries, 0))->step, ==, 2);
  g_assert_cmpint (get_last_step (&reader), ==, 1);
  g_ptr_array_unref (reader.entries);
  sortie_fetcher_free (fetcher);
}

static void
test_accidents (BusTest *t, gconstpointer data)
{
  static const struct
  {
    const char *name;
    void (*happens) (void);
  } accidents[] = {
    { "deleted queue", delete_queue }, { "destroyed group", destroy_group },
    { "flushed", flush_all },          { "thrown out", throw_out },
    { "unblocked", unblock },          { "killed server", kill_server },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (accidents); i++)
    for (int blocked = 0; blocked < 2; blocked++)
      {
        SortieFetcher *fetcher = sortie_fetcher_new (t->bus, "worker", ALL_AGENTS);
        Reader reader = { fetcher, 16, NULL, 0 };
        g_autoptr (GPtrArray) first = NULL;
        GThread *thread = NULL;

        g_test_message ("%s, %s", accidents[i].name, blocked ? "blocked" : "between two reads");
        add_entry (0, 1, 1);
        first = read_all (fetcher, 16, 1);
        if (blocked)
          {
            thread = g_thread_new ("read", read_on_thread, &reader);
            bus_wait_until (is_blocked, NULL);
          }
        accidents[i].happens ();
        add_entry (0, 1, 77);
        if (!blocked)
          read_on_thread (&reader);
        else
          g_thread_join (thread);
        g_assert_cmpint (get_last_step (&reader), ==, 77);
        g_ptr_array_unref (reader.entries);
        sortie_fetcher_free (fetcher);
        flush_all ();
      }
}

int
main (int argc, char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  bus_begin (SORTIE_DURABILITY_EVERYSEC);
#define ADD(name, partitions, func)                                                                \
  g_test_add ("/fetcher/" name, BusTest, GINT_TO_POINTER (partitions), bus_set_up, func,           \
              bus_tear_down)
  ADD ("budget", 1, test_budget);
  ADD ("budget/3-partitions", 3, test_budget);
  ADD ("no-queue-first", 1, test_no_queue_first);
  ADD ("only-its-agents", 1, test_only_its_agents);
  ADD ("rubbish", 1, test_rubbish);
  ADD ("woken-by-an-entry", 1, test_woken_by_an_entry);
  ADD ("stop", 1, test_stop);
  ADD ("accidents", 1, test_accidents);
  ADD ("lost-on-its-way", 1, test_lost_on_its_way);
#undef ADD
  result = g_test_run ();
  bus_end ();
  return result;
}
