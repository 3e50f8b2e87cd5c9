/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include "sortie-bus-private.h"

#include <signal.h>
#include <string.h>

/* One connection for many threads, whatever happens to the server. */

#define SECOND G_USEC_PER_SEC

typedef struct
{
  SortiePipeline *pipeline;
} PipeTest;

static void
set_up (PipeTest *t, gconstpointer data)
{
  g_free (bus_call_string ("FLUSHALL", NULL));
  t->pipeline = sortie_pipeline_new (bus_get_url (), "test-pipeline");
}

static void
tear_down (PipeTest *t, gconstpointer data)
{
  sortie_pipeline_free (t->pipeline);
}

static gint64
call_int (PipeTest *t, SortieCommand *command, gint64 patience)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieReply) reply = sortie_pipeline_call (t->pipeline, command, patience, &error);

  g_assert_no_error (error);
  return sortie_reply_get_int (reply, -1);
}

/* ---- Threads ---- */

enum
{
  N_THREADS = 16,
  N_CALLS = 300
};

typedef struct
{
  PipeTest *t;
  guint8 *seen; /* by value; each once */
} Counter;

static gpointer
count_thread (gpointer data)
{
  Counter *counter = data;

  for (int i = 0; i < N_CALLS; i++)
    {
      gint64 value =
          call_int (counter->t, sortie_command_new ("INCR", "counter", NULL), 20 * SECOND);

      g_assert_cmpint (value, >=, 1);
      g_assert_cmpint (value, <=, N_THREADS * N_CALLS);
      counter->seen[value]++;
    }
  return NULL;
}

static void
test_threads (PipeTest *t, gconstpointer data)
{
  g_autofree guint8 *seen = g_new0 (guint8, N_THREADS * N_CALLS + 1);
  Counter counter = { t, seen };
  GThread *threads[N_THREADS];

  for (int i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("count", count_thread, &counter);
  for (int i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  for (int i = 1; i <= N_THREADS * N_CALLS; i++)
    g_assert_cmpint (seen[i], ==, 1);
  g_assert_true (sortie_pipeline_is_connected (t->pipeline));
  g_assert_cmpuint (sortie_pipeline_get_reconnects (t->pipeline), ==, 0);
}

/* More than one batch, in its order, with the server's errors where they belong. */
static void
test_many (PipeTest *t, gconstpointer data)
{
  GPtrArray *commands = g_ptr_array_new ();
  g_autoptr (GPtrArray) replies = NULL;
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 3000; i++)
    g_ptr_array_add (commands, i % 100 == 50 ? sortie_command_new ("INCR", "list", NULL)
                                             : sortie_command_new ("RPUSH", "list", "x", NULL));
  replies = sortie_pipeline_call_many (t->pipeline, commands, 20 * SECOND, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (replies->len, ==, 3000);
  for (guint i = 0, n = 0; i < replies->len; i++)
    {
      SortieReply *reply = g_ptr_array_index (replies, i);

      if (i % 100 == 50)
        g_assert_true (sortie_reply_is_error (reply, "WRONGTYPE"));
      else
        g_assert_cmpint (reply->integer, ==, ++n);
    }
  g_assert_null (sortie_pipeline_call (t->pipeline, sortie_command_new ("INCR", "list", NULL),
                                       SECOND, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_null (
      sortie_pipeline_call (t->pipeline, sortie_command_new ("NONSENSE", NULL), SECOND, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED);

  g_autoptr (GPtrArray) none =
      sortie_pipeline_call_many (t->pipeline, g_ptr_array_new (), SECOND, NULL);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_large (PipeTest *t, gconstpointer data)
{
  gsize length = 8 * 1024 * 1024;
  g_autofree char *bytes = g_malloc (length);
  SortieCommand *command = sortie_command_new ("SET", "large", NULL);
  g_autoptr (SortieReply) reply = NULL;

  for (gsize i = 0; i < length; i++)
    bytes[i] = (char) (i * 7);
  sortie_command_add_len (command, bytes, length);
  reply = sortie_pipeline_call (t->pipeline, command, 20 * SECOND, NULL);
  g_assert_nonnull (reply);
  g_clear_pointer (&reply, freeReplyObject);
  reply = sortie_pipeline_call (t->pipeline, sortie_command_new ("GET", "large", NULL), 20 * SECOND,
                                NULL);
  g_assert_cmpmem (reply->str, reply->len, bytes, length);
}

/* ---- Accidents ---- */

typedef struct
{
  BusTest *t;
  GPtrArray *ids; /* accepted */
  GMutex lock;
  int n_running; /* atomic */
} Submitters;

static gpointer
submit_thread (gpointer data)
{
  Submitters *submitters = data;

  for (int i = 0; i < 60; i++)
    {
      char *id = bus_submit (submitters->t, "ada");

      g_mutex_lock (&submitters->lock);
      g_ptr_array_add (submitters->ids, id);
      g_mutex_unlock (&submitters->lock);
    }
  g_atomic_int_add (&submitters->n_running, -1);
  return NULL;
}

static void
flush_scripts (void)
{
  g_free (bus_call_string ("SCRIPT", "FLUSH", NULL));
}

static void
throw_out (void)
{
  bus_call_int ("CLIENT", "KILL", "TYPE", "normal", NULL);
}

static void
kill_server (void)
{
  kill (bus_get_server_pid (bus_get_url ()), SIGKILL);
}

/* A server that has become a replica refuses to write, for a while. */
static void
demote (void)
{
  g_free (bus_call_string ("REPLICAOF", "127.0.0.1", "1", NULL));
  g_free (bus_call_string ("REPLICAOF", "NO", "ONE", NULL));
}

/* Missions are submitted by many threads while it happens again and again: what was accepted is
 * there, once, and nobody sees an error. */
static void
test_accidents (BusTest *t, gconstpointer data)
{
  static const struct
  {
    const char *name;
    void (*happens) (void);
    int times;
  } accidents[] = {
    { "scripts flushed", flush_scripts, 20 },
    { "thrown out", throw_out, 20 },
    { "killed", kill_server, 4 },
    { "demoted", demote, 10 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (accidents); i++)
    {
      Submitters submitters = { t, g_ptr_array_new_with_free_func (g_free), .n_running = 8 };
      GThread *threads[8];
      int happened = 0;

      for (gsize k = 0; k < G_N_ELEMENTS (threads); k++)
        threads[k] = g_thread_new ("submit", submit_thread, &submitters);
      while (g_atomic_int_get (&submitters.n_running) > 0 && happened < accidents[i].times)
        {
          guint n;

          accidents[i].happens ();
          happened++;
          g_mutex_lock (&submitters.lock);
          n = submitters.ids->len;
          g_mutex_unlock (&submitters.lock);
          while (g_atomic_int_get (&submitters.n_running) > 0)
            {
              gboolean moved;

              g_mutex_lock (&submitters.lock);
              moved = submitters.ids->len > n;
              g_mutex_unlock (&submitters.lock);
              if (moved)
                break;
              g_usleep (200); /* between two looks */
            }
        }
      for (gsize k = 0; k < G_N_ELEMENTS (threads); k++)
        g_thread_join (threads[k]);
      g_test_message ("%s %d times; %u reconnects so far", accidents[i].name, happened,
                      sortie_bus_get_reconnects (t->bus));
      g_assert_cmpint (happened, >=, 2);
      g_assert_cmpuint (submitters.ids->len, ==, 8 * 60);
      for (guint k = 0; k < submitters.ids->len; k++)
        assert_codes (t, g_ptr_array_index (submitters.ids, k),
                      "mission.accepted plan.started step.dispatched");
      g_ptr_array_unref (submitters.ids);
    }
  g_assert_cmpint (bus_call_int ("XLEN", "sortie:{p0}:queue:planner", NULL), ==, 4 * 8 * 60);
}

/* Everything is gone, and it goes on. */
static void
test_flushed (BusTest *t, gconstpointer data)
{
  g_autofree char *lost = bus_submit (t, "ada");
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  g_free (bus_call_string ("FLUSHALL", NULL));
  g_free (bus_call_string ("SCRIPT", "FLUSH", NULL));
  g_assert_null (sortie_bus_get_mission (t->bus, "ada", lost, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND);
  g_assert_false (sortie_bus_is_deleted (t->bus, lost));
  id = bus_submit (t, "ada");
  bus_drive (t, 2);
  bus_assert_done_once (t, id, SORTIE_MISSION_COMPLETED);
}

static gpointer
loop_thread (gpointer data)
{
  SortieRedis *redis = sortie_redis_connect (bus_get_url (), "loop", NULL);
  g_autoptr (SortieCommand) command =
      sortie_command_new ("EVAL", "local i = 0 while i < 1e7 do i = i + 1 end return 1", "0", NULL);
  g_autoptr (SortieReply) reply = sortie_redis_call (redis, command, NULL);

  g_assert_nonnull (reply);
  sortie_redis_free (redis);
  return NULL;
}

static gboolean
is_busy (gpointer data)
{
  g_autoptr (SortieCommand) command = sortie_command_new ("PING", NULL);
  g_autoptr (SortieReply) reply = NULL;

  sortie_redis_append (data, command);
  reply = sortie_redis_read (data, NULL);
  return sortie_reply_is_error (reply, "BUSY");
}

/* While somebody's script holds the server up, calls wait. */
static void
test_busy (BusTest *t, gconstpointer data)
{
  g_autoptr (SortieRedis) redis = sortie_redis_connect (bus_get_url (), "looker", NULL);
  GThread *thread;

  g_free (bus_call_string ("CONFIG", "SET", "busy-reply-threshold", "20", NULL));
  thread = g_thread_new ("loop", loop_thread, NULL);
  bus_wait_until (is_busy, redis);
  g_free (bus_submit (t, "ada"));
  g_thread_join (thread);
  g_free (bus_call_string ("CONFIG", "SET", "busy-reply-threshold", "5000", NULL));
}

/* ---- Sending without waiting ---- */

typedef struct
{
  GMutex lock;
  int n_answers;
  int n_errors; /* all of them CANCELLED */
  gint64 last;  /* the last number that was answered: they come in order */
} Answers;

static void
answer_cb (const SortieReply *reply, const GError *error, gpointer user_data)
{
  Answers *answers = user_data;

  g_mutex_lock (&answers->lock);
  if (error != NULL)
    {
      g_assert_null (reply);
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED);
      answers->n_errors++;
    }
  else
    {
      g_assert_cmpint (reply->integer, >, answers->last);
      answers->last = reply->integer;
      answers->n_answers++;
    }
  g_mutex_unlock (&answers->lock);
}

typedef struct
{
  Answers *answers;
  int wanted;
} AnswersWanted;

static gboolean
has_answers (gpointer data)
{
  AnswersWanted *wanted = data;
  gboolean enough;

  g_mutex_lock (&wanted->answers->lock);
  enough = wanted->answers->n_answers + wanted->answers->n_errors >= wanted->wanted;
  g_mutex_unlock (&wanted->answers->lock);
  return enough;
}

/* Each is answered once and in order, also where the connection breaks between (then a command may
 * be carried out twice, which is what commands here must bear). */
static void
test_send (PipeTest *t, gconstpointer data)
{
  Answers answers = { .last = 0 };
  AnswersWanted wanted = { &answers, 4000 };

  for (int i = 0; i < 4000; i++)
    {
      sortie_pipeline_send (t->pipeline, sortie_command_new ("INCR", "x", NULL), answer_cb,
                            &answers);
      if (i % 1000 == 500)
        throw_out ();
    }
  bus_wait_until (has_answers, &wanted);
  g_assert_cmpint (answers.n_answers, ==, 4000);
  g_assert_cmpint (answers.n_errors, ==, 0);
  g_assert_cmpint (answers.last, >=, 4000);
}

/* What is under way at the stop is told so, before the stop returns; what comes later at once. */
static void
test_send_and_stop (PipeTest *t, gconstpointer data)
{
  GPid pid = bus_get_server_pid (bus_get_url ());
  Answers answers = { .last = 0 };

  call_int (t, sortie_command_new ("INCR", "x", NULL), SECOND);
  kill (pid, SIGSTOP);
  for (int i = 0; i < 2000; i++)
    sortie_pipeline_send (t->pipeline, sortie_command_new ("INCR", "x", NULL), answer_cb, &answers);
  sortie_pipeline_stop (t->pipeline);
  g_assert_cmpint (answers.n_errors, ==, 2000);
  sortie_pipeline_send (t->pipeline, sortie_command_new ("INCR", "x", NULL), answer_cb, &answers);
  g_assert_cmpint (answers.n_errors, ==, 2001);
  g_assert_cmpint (answers.n_answers, ==, 0);
  kill (pid, SIGCONT);
}

/* ---- Patience ---- */

static void
test_patience (PipeTest *t, gconstpointer data)
{
  GPid pid = bus_get_server_pid (bus_get_url ());
  g_autoptr (GError) error = NULL;
  gint64 began;

  g_assert_cmpint (call_int (t, sortie_command_new ("INCR", "x", NULL), SECOND), ==, 1);
  kill (pid, SIGSTOP);
  for (int i = 0; i < 3; i++)
    {
      began = g_get_monotonic_time ();
      g_assert_null (sortie_pipeline_call (t->pipeline, sortie_command_new ("INCR", "x", NULL),
                                           SECOND / 10, &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
      g_assert_cmpint (g_get_monotonic_time () - began, >=, SECOND / 10);
      g_assert_cmpint (g_get_monotonic_time () - began, <, 2 * SECOND);
      g_clear_error (&error);
    }
  kill (pid, SIGCONT);
  /* What was given up may have been done or not, but the pipeline goes on in step. */
  gint64 value = call_int (t, sortie_command_new ("INCR", "x", NULL), 20 * SECOND);
  g_assert_cmpint (value, >=, 2);
  g_assert_cmpint (value, <=, 5);
  g_assert_cmpint (call_int (t, sortie_command_new ("INCR", "x", NULL), SECOND), ==, value + 1);
}

static void
test_nobody_there (void)
{
  g_autoptr (SortieRedisUrl) url = sortie_redis_url_new_unix ("/nowhere/redis.sock");
  SortiePipeline *pipeline = sortie_pipeline_new (url, "test-pipeline");
  g_autoptr (GError) error = NULL;
  gint64 began = g_get_monotonic_time ();

  g_assert_null (
      sortie_pipeline_call (pipeline, sortie_command_new ("PING", NULL), SECOND / 5, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "/nowhere/redis.sock"));
  g_assert_false (sortie_pipeline_is_connected (pipeline));
  sortie_pipeline_free (pipeline);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 3 * SECOND);
}

/* ---- Stopping ---- */

typedef struct
{
  SortiePipeline *pipeline;
  GError *error;
} Blocked;

static gpointer
blocked_thread (gpointer data)
{
  Blocked *blocked = data;
  g_autoptr (SortieReply) reply =
      sortie_pipeline_call (blocked->pipeline, sortie_command_new ("PING", NULL),
                            SORTIE_PATIENCE_FOREVER, &blocked->error);

  g_assert_null (reply);
  return NULL;
}

static void
assert_stops (SortiePipeline *pipeline)
{
  Blocked blocked[4];
  GThread *threads[4];
  gint64 began = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      blocked[i] = (Blocked){ pipeline, NULL };
      threads[i] = g_thread_new ("blocked", blocked_thread, &blocked[i]);
    }
  g_usleep (20 * 1000); /* most have begun to wait; those that have not end as well */
  sortie_pipeline_stop (pipeline);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_thread_join (threads[i]);
      g_assert_error (blocked[i].error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED);
      g_clear_error (&blocked[i].error);
    }
  g_assert_null (
      sortie_pipeline_call (pipeline, sortie_command_new ("PING", NULL), SECOND, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 2 * SECOND);
  sortie_pipeline_stop (pipeline);
  sortie_pipeline_free (pipeline);
}

static void
test_stop (PipeTest *t, gconstpointer data)
{
  GPid pid = bus_get_server_pid (bus_get_url ());
  g_autoptr (SortieRedisUrl) nowhere = sortie_redis_url_new_unix ("/nowhere/redis.sock");

  sortie_pipeline_stop (t->pipeline); /* never used */
  sortie_pipeline_free (t->pipeline);
  t->pipeline = sortie_pipeline_new (bus_get_url (), "test-pipeline");
  call_int (t, sortie_command_new ("INCR", "x", NULL), SECOND);
  kill (pid, SIGSTOP);
  assert_stops (g_steal_pointer (&t->pipeline));                        /* waits for an answer */
  assert_stops (sortie_pipeline_new (bus_get_url (), "test-pipeline")); /* logs in */
  kill (pid, SIGCONT);
  assert_stops (sortie_pipeline_new (nowhere, "test-pipeline")); /* waits to try again */
  t->pipeline = sortie_pipeline_new (bus_get_url (), "test-pipeline");
}

int
main (int argc, char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  bus_begin (SORTIE_DURABILITY_ALWAYS);
#define ADD(name, func) g_test_add ("/pipeline/" name, PipeTest, NULL, set_up, func, tear_down)
#define ADD_BUS(name, func)                                                                        \
  g_test_add ("/pipeline/" name, BusTest, NULL, bus_set_up, func, bus_tear_down)
  ADD ("threads", test_threads);
  ADD ("many", test_many);
  ADD ("large", test_large);
  ADD_BUS ("accidents", test_accidents);
  ADD_BUS ("flushed", test_flushed);
  ADD_BUS ("busy", test_busy);
  ADD ("send", test_send);
  ADD ("send-and-stop", test_send_and_stop);
  ADD ("patience", test_patience);
  g_test_add_func ("/pipeline/nobody-there", test_nobody_there);
  ADD ("stop", test_stop);
#undef ADD
  result = g_test_run ();
  bus_end ();
  return result;
}
