/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include "sortie-bus-private.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How many missions of four steps the bus carries when the steps do nothing, and what each script
 * costs Redis: bench-bus [MISSIONS [THREADS [everysec]]] */

#define IN_FLIGHT 100

typedef struct
{
  BusTest t;
  SortieFetcher *fetcher;
  SortiePlan *plan;
  GThreadPool *pool;
  guint n_threads;
  int n_missions;
  int n_submitted;
  int n_done;
  int n_free; /* slots of the pool */
  GMutex lock;
  GCond changed;
} Bench;

static void
work_cb (gpointer data, gpointer user_data)
{
  Bench *bench = user_data;
  g_autoptr (SortieQueueEntry) entry = data;
  gboolean last = entry->agent == 3;
  gboolean fine;

  if (entry->agent == 0)
    fine = bus_complete_plan (&bench->t, entry, bench->plan, NULL);
  else if (last)
    fine = bus_complete_last (&bench->t, entry, SORTIE_MISSION_COMPLETED, NULL);
  else
    fine = bus_complete (&bench->t, entry, "{}", NULL);
  g_assert_true (fine);
  g_mutex_lock (&bench->lock);
  bench->n_free++;
  bench->n_done += last;
  g_cond_broadcast (&bench->changed);
  g_mutex_unlock (&bench->lock);
}

static gpointer
submit_thread (gpointer data)
{
  Bench *bench = data;

  while (TRUE)
    {
      g_mutex_lock (&bench->lock);
      while (bench->n_submitted - bench->n_done >= IN_FLIGHT)
        g_cond_wait (&bench->changed, &bench->lock);
      if (bench->n_submitted == bench->n_missions)
        {
          g_mutex_unlock (&bench->lock);
          return NULL;
        }
      bench->n_submitted++;
      g_mutex_unlock (&bench->lock);
      g_free (bus_submit (&bench->t, "ada"));
    }
}

static gpointer
fetch_thread (gpointer data)
{
  Bench *bench = data;

  while (TRUE)
    {
      g_autoptr (GPtrArray) entries = NULL;
      guint budget;

      g_mutex_lock (&bench->lock);
      while (bench->n_free == 0)
        g_cond_wait (&bench->changed, &bench->lock);
      budget = (guint) bench->n_free;
      if (bench->n_done == bench->n_missions)
        {
          g_mutex_unlock (&bench->lock);
          return NULL;
        }
      g_mutex_unlock (&bench->lock);
      entries = sortie_fetcher_read (bench->fetcher, budget);
      g_mutex_lock (&bench->lock);
      bench->n_free -= (int) entries->len;
      g_mutex_unlock (&bench->lock);
      while (entries->len > 0)
        g_thread_pool_push (bench->pool, g_ptr_array_steal_index (entries, 0), NULL);
    }
}

/* Processor time of Redis and of this process so far, us: other than the clock's it tells the same on
 * a busy machine. */
static double
get_redis_time (void)
{
  g_autofree char *info = bus_call_string ("INFO", "cpu", NULL);
  const char *system = strstr (info, "used_cpu_sys:"), *user = strstr (info, "used_cpu_user:");

  return (g_ascii_strtod (system + strlen ("used_cpu_sys:"), NULL) +
          g_ascii_strtod (user + strlen ("used_cpu_user:"), NULL)) *
         1e6;
}

static double
get_own_time (void)
{
  return (double) clock () / CLOCKS_PER_SEC * 1e6;
}

/* What a call of a script has cost Redis since the last call of this: processor time of all that was
 * asked, and the time on the clock that Redis counts for scripts alone. */
static void
print_cost (const char *name, double *since, int n)
{
  g_autofree char *info = bus_call_string ("INFO", "commandstats", NULL);
  const char *line = strstr (info, "cmdstat_evalsha:");
  double now = get_redis_time ();

  g_print ("%-12s %5.0f us of Redis's processor", name, (now - *since) / n);
  if (line != NULL)
    g_print (", %.*s", (int) strcspn (line, "\r\n"), line);
  g_print ("\n");
  g_free (bus_call_string ("CONFIG", "RESETSTAT", NULL));
  *since = now;
}

static void
run_missions (Bench *bench)
{
  GThread *submitters[4], *fetcher;
  gint64 began = g_get_monotonic_time ();
  double redis = get_redis_time (), own = get_own_time (), seconds;

  bench->pool = g_thread_pool_new (work_cb, bench, (int) bench->n_threads, TRUE, NULL);
  bench->n_free = (int) bench->n_threads * 2;
  fetcher = g_thread_new ("fetch", fetch_thread, bench);
  for (gsize i = 0; i < G_N_ELEMENTS (submitters); i++)
    submitters[i] = g_thread_new ("submit", submit_thread, bench);
  for (gsize i = 0; i < G_N_ELEMENTS (submitters); i++)
    g_thread_join (submitters[i]);
  g_mutex_lock (&bench->lock);
  while (bench->n_done < bench->n_missions)
    g_cond_wait (&bench->changed, &bench->lock);
  g_mutex_unlock (&bench->lock);
  seconds = (double) (g_get_monotonic_time () - began) / G_USEC_PER_SEC;
  sortie_fetcher_stop (bench->fetcher);
  g_thread_join (fetcher);
  g_thread_pool_free (bench->pool, FALSE, TRUE);
  g_print ("%d missions of four steps in %.2f s: %.0f a second\n", bench->n_missions, seconds,
           bench->n_missions / seconds);
  g_print ("processor time a mission: Redis %.0f us, this process %.0f us\n",
           (get_redis_time () - redis) / bench->n_missions,
           (get_own_time () - own) / bench->n_missions);
}

static void
run_scripts (Bench *bench, int n)
{
  static const char *const names[] = { "plan", "retrieval", "analysis", "last" };
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  double since = get_redis_time ();

  bench->pool = g_thread_pool_new (work_cb, bench, (int) bench->n_threads, TRUE, NULL);
  g_free (bus_call_string ("CONFIG", "RESETSTAT", NULL));
  for (int i = 0; i < n; i++)
    g_free (bus_submit (&bench->t, "ada"));
  print_cost ("accept", &since, n);
  for (int agent = 0; agent < SORTIE_N_AGENTS; agent++)
    {
      for (int i = 0; i < n; i++)
        g_ptr_array_add (entries, bus_fetch (&bench->t, sortie_agents[agent]));
      print_cost ("fetch", &since, n);
      for (int i = 0; i < n; i++)
        g_assert_true (
            sortie_bus_heartbeat (bench->t.bus, g_ptr_array_index (entries, i), "worker-1", NULL));
      print_cost ("heartbeat", &since, n);
      while (entries->len > 0)
        work_cb (g_ptr_array_steal_index (entries, 0), bench);
      print_cost (names[agent], &since, n);
    }
  g_thread_pool_free (bench->pool, FALSE, TRUE);
}

int
main (int argc, char *argv[])
{
  Bench bench = { .n_missions = argc > 1 ? atoi (argv[1]) : 5000,
                  .n_threads = argc > 2 ? (guint) atoi (argv[2]) : 16 };
  gboolean everysec = argc > 3 && g_str_equal (argv[3], "everysec");

  bus_begin (everysec ? SORTIE_DURABILITY_EVERYSEC : SORTIE_DURABILITY_ALWAYS);
  bus_set_up (&bench.t, GINT_TO_POINTER (1));
  bench.plan = bus_new_plan (1);
  bench.fetcher = sortie_fetcher_new (bench.t.bus, "bench", (1u << SORTIE_N_AGENTS) - 1);
  run_missions (&bench);
  run_scripts (&bench, 500);
  sortie_fetcher_free (bench.fetcher);
  sortie_plan_free (bench.plan);
  bus_tear_down (&bench.t, NULL);
  bus_end ();
  return 0;
}
