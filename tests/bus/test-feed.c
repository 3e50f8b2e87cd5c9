/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include "sortie-bus-private.h"
#include "sortie-feed.h"

#include <signal.h>
#include <string.h>

/* The feed of all missions: every entry once and in order, and never a gap without a word. */

typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean held;      /* the callback waits while this is set */
  gboolean waiting;   /* it does */
  GPtrArray *entries; /* SortieFeedEntry */
  guint n_gaps;
  guint wanted; /* for has_heard() */
  gboolean freed;
} Ear;

static void
hear_cb (GPtrArray *entries, gboolean gap, gpointer user_data)
{
  Ear *ear = user_data;

  g_mutex_lock (&ear->lock);
  g_assert_false (ear->freed);
  g_assert_true (gap || entries->len > 0);
  ear->n_gaps += gap;
  g_ptr_array_extend_and_steal (ear->entries, entries);
  ear->waiting = ear->held;
  while (ear->held)
    g_cond_wait (&ear->changed, &ear->lock);
  ear->waiting = FALSE;
  g_mutex_unlock (&ear->lock);
}

static Ear *
ear_new (void)
{
  Ear *ear = g_new0 (Ear, 1);

  g_mutex_init (&ear->lock);
  g_cond_init (&ear->changed);
  ear->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_feed_entry_free);
  return ear;
}

static void
ear_free (Ear *ear)
{
  g_ptr_array_unref (ear->entries);
  g_mutex_clear (&ear->lock);
  g_cond_clear (&ear->changed);
  g_free (ear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Ear, ear_free)

static void
hold (Ear *ear, gboolean held)
{
  g_mutex_lock (&ear->lock);
  ear->held = held;
  g_cond_broadcast (&ear->changed);
  g_mutex_unlock (&ear->lock);
}

static gboolean
is_held (gpointer data)
{
  Ear *ear = data;
  gboolean waiting;

  g_mutex_lock (&ear->lock);
  waiting = ear->waiting;
  g_mutex_unlock (&ear->lock);
  return waiting;
}

static gboolean
has_heard (gpointer data)
{
  Ear *ear = data;
  gboolean enough;

  g_mutex_lock (&ear->lock);
  enough = ear->entries->len >= ear->wanted;
  g_mutex_unlock (&ear->lock);
  return enough;
}

static gboolean
has_gap (gpointer data)
{
  Ear *ear = data;
  gboolean gap;

  g_mutex_lock (&ear->lock);
  gap = ear->n_gaps > 0;
  g_mutex_unlock (&ear->lock);
  return gap;
}

static void
wait_for_entries (Ear *ear, guint n)
{
  ear->wanted = n;
  bus_wait_until (has_heard, ear);
}

static gboolean
is_listening (gpointer data)
{
  g_autofree char *list = bus_call_string ("CLIENT", "LIST", NULL);
  const char *line = strstr (list, "name=sortie-feed");
  g_autofree char *own = line != NULL ? g_strndup (line, strcspn (line, "\n")) : NULL;

  return own != NULL && strstr (own, "cmd=xread") != NULL && strstr (own, "flags=b") != NULL;
}

static SortieFeed *
listen_to (BusTest *t, Ear *ear)
{
  SortieFeed *feed = sortie_feed_new (t->bus, hear_cb, ear);

  bus_wait_until (is_listening, NULL);
  return feed;
}

static void
stop_listening (SortieFeed **feed, Ear *ear)
{
  gint64 began = g_get_monotonic_time ();

  hold (ear, FALSE);
  g_clear_pointer (feed, sortie_feed_free);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 5 * G_USEC_PER_SEC);
  g_mutex_lock (&ear->lock);
  ear->freed = TRUE;
  g_mutex_unlock (&ear->lock);
}

static void
announce (BusTest *t, const char *user, const char *message)
{
  g_autoptr (SortieEvent) event =
      sortie_event_new (SORTIE_EVENT_STATUS, "system", SORTIE_CODE_INDEX_PROGRESS, message);
  g_autoptr (GError) error = NULL;

  sortie_bus_announce (t->bus, user, event, &error);
  g_assert_no_error (error);
}

static void
assert_in_order (Ear *ear)
{
  const char *last[3] = { "0-0", "0-0", "0-0" };

  for (guint i = 0; i < ear->entries->len; i++)
    {
      SortieFeedEntry *entry = g_ptr_array_index (ear->entries, i);

      g_assert_cmpint (sortie_stream_id_compare (last[entry->partition], entry->id), <, 0);
      last[entry->partition] = entry->id;
    }
}

/* ---- Listening ---- */

static gpointer
submit_thread (gpointer data)
{
  for (int i = 0; i < 100; i++)
    g_free (bus_submit (data, i % 2 == 0 ? "ada" : "bob"));
  return NULL;
}

static void
submit_many (BusTest *t)
{
  GThread *threads[4];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("submit", submit_thread, t);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_once_and_in_order (BusTest *t, gconstpointer data)
{
  g_autoptr (Ear) ear = ear_new ();
  g_autofree char *before = bus_submit (t, "ada");
  SortieFeed *feed = listen_to (t, ear);

  submit_many (t);
  wait_for_entries (ear, 1200); /* three each */
  announce (t, "", "the last");
  wait_for_entries (ear, 1201);
  stop_listening (&feed, ear);
  g_assert_cmpuint (ear->entries->len, ==, 1201);
  g_assert_cmpuint (ear->n_gaps, ==, 0);
  assert_in_order (ear);
  for (guint i = 0; i < ear->entries->len; i++)
    g_assert_cmpstr (((SortieFeedEntry *) g_ptr_array_index (ear->entries, i))->mission, !=,
                     before);
  SortieFeedEntry *last = g_ptr_array_index (ear->entries, 1200);
  g_assert_cmpstr (last->mission, ==, "");
  g_assert_cmpstr (last->user, ==, "");
  g_assert_nonnull (strstr (last->wire, "\"message\":\"the last\""));
  g_assert_null (strstr (last->wire, "mission_id"));
}

/* Thrown out again and again while events come: nothing is lost, nothing comes twice. */
static void
test_thrown_out (BusTest *t, gconstpointer data)
{
  g_autoptr (Ear) ear = ear_new ();
  SortieFeed *feed = listen_to (t, ear);
  GThread *thread = g_thread_new ("submit", submit_thread, t);

  for (guint n = 30; n < 300; n += 30)
    {
      wait_for_entries (ear, n);
      bus_call_int ("CLIENT", "KILL", "TYPE", "normal", NULL);
    }
  g_thread_join (thread);
  wait_for_entries (ear, 300);
  stop_listening (&feed, ear);
  g_assert_cmpuint (ear->entries->len, ==, 300);
  g_assert_cmpuint (ear->n_gaps, ==, 0);
  assert_in_order (ear);
}

/* ---- Gaps ---- */

static void
test_trimmed_before_the_position (BusTest *t, gconstpointer data)
{
  g_autoptr (Ear) ear = ear_new ();
  SortieFeed *feed = listen_to (t, ear);

  for (int i = 0; i < 20; i++)
    announce (t, "ada", "one");
  wait_for_entries (ear, 20);
  g_assert_cmpint (bus_call_int ("XTRIM", "sortie:{p0}:feed", "MAXLEN", "0", NULL), ==, 20);
  bus_call_int ("CLIENT", "KILL", "TYPE", "normal", NULL);
  bus_wait_until (is_listening, NULL);
  announce (t, "ada", "two");
  wait_for_entries (ear, 21);
  stop_listening (&feed, ear);
  g_assert_cmpuint (ear->n_gaps, ==, 0);
}

/* While the reader is held up, some of what it has not read is trimmed. */
static void
test_trimmed_while_held (BusTest *t, gconstpointer data)
{
  g_autoptr (Ear) ear = ear_new ();
  SortieFeed *feed = listen_to (t, ear);

  hold (ear, TRUE);
  announce (t, "ada", "first");
  bus_wait_until (is_held, ear);
  for (int i = 0; i < 10; i++)
    announce (t, "ada", "next");
  bus_call_int ("XTRIM", "sortie:{p0}:feed", "MAXLEN", "4", NULL);
  hold (ear, FALSE);
  bus_wait_until (has_gap, ear);
  wait_for_entries (ear, 5);
  announce (t, "ada", "last");
  wait_for_entries (ear, 6);
  stop_listening (&feed, ear);
  g_assert_cmpuint (ear->n_gaps, ==, 1);
  assert_in_order (ear);
}

/* Overtaken by the feed's own cap. */
static void
test_overtaken (BusTest *t, gconstpointer data)
{
  static const char flood[] =
      "for i = 1, 30000 do redis.call('XADD', KEYS[1], 'MAXLEN', '~', 20000,"
      " '*', 'u', '', 'm', '', 'e', '{\"type\":\"status\"}') end return 1";
  g_autoptr (Ear) ear = ear_new ();
  SortieFeed *feed = listen_to (t, ear);

  hold (ear, TRUE);
  announce (t, "ada", "first");
  bus_wait_until (is_held, ear);
  g_assert_cmpint (bus_call_int ("EVAL", flood, "1", "sortie:{p0}:feed", NULL), ==, 1);
  hold (ear, FALSE);
  bus_wait_until (has_gap, ear);
  wait_for_entries (ear, 20001);
  stop_listening (&feed, ear);
  g_assert_cmpuint (ear->n_gaps, ==, 1);
  assert_in_order (ear);
}

/* An entry of a new feed may have the ID of the last one before only within its millisecond. */
static gboolean
is_later (gpointer data)
{
  const char *id = data;
  g_autoptr (SortieReply) time = bus_call ("TIME", NULL);

  return sortie_reply_get_int (time->element[0], 0) * 1000 +
             sortie_reply_get_int (time->element[1], 0) / 1000 >
         g_ascii_strtoll (id, NULL, 10);
}

static void
test_flushed (BusTest *t, gconstpointer data)
{
  g_autoptr (Ear) ear = ear_new ();
  SortieFeed *feed = listen_to (t, ear);

  announce (t, "ada", "first");
  wait_for_entries (ear, 1);
  bus_wait_until (is_later, ((SortieFeedEntry *) g_ptr_array_index (ear->entries, 0))->id);
  g_free (bus_call_string ("FLUSHALL", NULL));
  announce (t, "ada", "second");
  bus_wait_until (has_gap, ear);
  wait_for_entries (ear, 2);
  announce (t, "ada", "third");
  wait_for_entries (ear, 3);
  stop_listening (&feed, ear);
  g_assert_cmpuint (ear->entries->len, ==, 3);
  g_assert_cmpuint (ear->n_gaps, ==, 1);
}

static void
test_flushed_while_away (BusTest *t, gconstpointer data)
{
  g_autoptr (Ear) ear = ear_new ();
  SortieFeed *feed = listen_to (t, ear);

  hold (ear, TRUE);
  announce (t, "ada", "first");
  bus_wait_until (is_held, ear);
  bus_wait_until (is_later, ((SortieFeedEntry *) g_ptr_array_index (ear->entries, 0))->id);
  bus_call_int ("CLIENT", "KILL", "TYPE", "normal", NULL);
  g_free (bus_call_string ("FLUSHALL", NULL));
  announce (t, "ada", "second");
  announce (t, "ada", "third");
  hold (ear, FALSE);
  bus_wait_until (has_gap, ear);
  wait_for_entries (ear, 3);
  stop_listening (&feed, ear);
  g_assert_cmpuint (ear->n_gaps, ==, 1);
}

/* ---- Stopping ---- */

static void
test_stop (BusTest *t, gconstpointer data)
{
  g_autoptr (Ear) ear = ear_new ();
  GPid pid = bus_get_server_pid (bus_get_url ());
  SortieFeed *feed = listen_to (t, ear);
  gint64 began = g_get_monotonic_time ();

  g_clear_pointer (&feed, sortie_feed_free);
  feed = sortie_feed_new (t->bus, hear_cb, ear); /* at once, while it connects */
  g_clear_pointer (&feed, sortie_feed_free);

  feed = listen_to (t, ear);
  kill (pid, SIGSTOP);
  g_clear_pointer (&feed, sortie_feed_free);
  feed = sortie_feed_new (t->bus, hear_cb, ear); /* waits for its log-in */
  g_clear_pointer (&feed, sortie_feed_free);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 5 * G_USEC_PER_SEC);
  kill (pid, SIGCONT);
}

/* ---- Resuming ---- */

static GPtrArray *
read_feed (BusTest *t, const char *user, const char *positions, guint limit, gboolean expect_reset)
{
  g_autoptr (GError) error = NULL;
  gboolean reset = !expect_reset;
  GPtrArray *entries = sortie_bus_read_feed (t->bus, user, positions, limit, &reset, &error);

  g_assert_no_error (error);
  g_assert_cmpint (reset, ==, expect_reset);
  return entries;
}

static void
test_resume (BusTest *t, gconstpointer data)
{
  static const char *const chunks[] = { "text", "text", NULL };
  g_autofree char *first = bus_submit (t, "ada");
  g_autofree char *other = bus_submit (t, "bob");
  g_autofree char *position = g_strdup ("0-0");
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_PLANNER);
  guint n = 0;

  announce (t, "", "for all");
  g_assert_true (bus_write_draft (t, entry, 1, 1, chunks, NULL));
  g_autoptr (GPtrArray) ada = read_feed (t, "ada", "0-0", 1000, FALSE);
  g_autoptr (GPtrArray) bob = read_feed (t, "bob", "0-0", 1000, FALSE);
  g_autoptr (GPtrArray) eve = read_feed (t, "eve", "0-0", 1000, FALSE);
  g_assert_cmpuint (ada->len, ==, 5); /* three, the announcement, the draft's start */
  g_assert_cmpuint (bob->len, ==, 4);
  g_assert_cmpuint (eve->len, ==, 1);
  for (guint i = 0; i < ada->len; i++)
    {
      SortieFeedEntry *item = g_ptr_array_index (ada, i);

      g_assert_nonnull (item->wire);
      g_assert_true (*item->user == '\0' || g_str_equal (item->user, "ada"));
    }

  /* One by one, each page from the last one's end. */
  while (TRUE)
    {
      g_autoptr (GPtrArray) page = read_feed (t, "ada", position, 1, FALSE);

      if (page->len == 0)
        break;
      g_assert_cmpuint (page->len, ==, 1);
      g_free (position);
      position = g_strdup (((SortieFeedEntry *) g_ptr_array_index (page, 0))->id);
      g_assert_cmpstr (position, ==, ((SortieFeedEntry *) g_ptr_array_index (ada, n))->id);
      n++;
    }
  g_assert_cmpuint (n, ==, ada->len);
  g_assert_cmpstr (first, !=, other);
}

/* What is a user's is found behind thousands of others' entries. */
static void
test_resume_far (BusTest *t, gconstpointer data)
{
  static const char flood[] =
      "for i = 1, 5000 do redis.call('XADD', KEYS[1], '*', 'u', 'bob', 'm', "
      "'', 'e', '{\"type\":\"status\"}') end return 1";
  g_autofree char *position = NULL;

  announce (t, "ada", "one");
  g_autoptr (GPtrArray) one = read_feed (t, "ada", "0-0", 10, FALSE);
  position = g_strdup (((SortieFeedEntry *) g_ptr_array_index (one, 0))->id);
  bus_call_int ("EVAL", flood, "1", "sortie:{p0}:feed", NULL);
  announce (t, "ada", "two");
  g_autoptr (GPtrArray) two = read_feed (t, "ada", position, 10, FALSE);
  g_assert_cmpuint (two->len, ==, 1);
  g_assert_nonnull (strstr (((SortieFeedEntry *) g_ptr_array_index (two, 0))->wire, "two"));
  g_autoptr (GPtrArray) bob = read_feed (t, "bob", "0-0", 3000, FALSE);
  g_assert_cmpuint (bob->len, ==, 3000);
}

static void
test_resume_gone (BusTest *t, gconstpointer data)
{
  g_autofree char *position = NULL;
  static const char *const wrong[] = { "",  "0", "rubbish", "0-0,0-0", "0-0,", ",0-0",
                                       "-", "+", "$",       "0-0 ",    "1-2-3" };

  for (int i = 0; i < 5; i++)
    announce (t, "ada", "one");
  g_autoptr (GPtrArray) all = read_feed (t, "ada", "0-0", 10, FALSE);
  position = g_strdup (((SortieFeedEntry *) g_ptr_array_index (all, 2))->id);
  bus_call_int ("XTRIM", "sortie:{p0}:feed", "MAXLEN", "1", NULL);
  g_autoptr (GPtrArray) after = read_feed (t, "ada", position, 10, TRUE);
  g_assert_cmpuint (after->len, ==, 1);
  g_autoptr (GPtrArray) never = read_feed (t, "ada", "99999999999999-0", 10, TRUE);
  g_assert_cmpuint (never->len, ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean reset = FALSE;

      g_test_message ("“%s”", wrong[i]);
      g_assert_null (sortie_bus_read_feed (t->bus, "ada", wrong[i], 10, &reset, &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
    }
}

static void
test_resume_partitions (BusTest *t, gconstpointer data)
{
  g_autoptr (GPtrArray) entries = NULL;
  const char *last[3] = { "0-0", "0-0", "0-0" };
  g_autofree char *positions = NULL;

  for (int i = 0; i < 40; i++)
    g_free (bus_submit (t, "ada"));
  entries = read_feed (t, "ada", "0-0,0-0,0-0", 1000, FALSE);
  g_assert_cmpuint (entries->len, ==, 120);
  for (guint i = 0; i < entries->len; i++)
    {
      SortieFeedEntry *entry = g_ptr_array_index (entries, i);

      last[entry->partition] = entry->id;
    }
  positions = g_strjoin (",", last[0], last[1], last[2], NULL);
  g_autoptr (GPtrArray) none = read_feed (t, "ada", positions, 1000, FALSE);
  g_assert_cmpuint (none->len, ==, 0);
  g_free (bus_submit (t, "ada"));
  g_autoptr (GPtrArray) three = read_feed (t, "ada", positions, 1000, FALSE);
  g_assert_cmpuint (three->len, ==, 3);
}

int
main (int argc, char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  bus_begin (SORTIE_DURABILITY_EVERYSEC);
#define ADD(name, partitions, func)                                                                \
  g_test_add ("/feed/" name, BusTest, GINT_TO_POINTER (partitions), bus_set_up, func, bus_tear_down)
  ADD ("once-and-in-order", 1, test_once_and_in_order);
  ADD ("once-and-in-order/3-partitions", 3, test_once_and_in_order);
  ADD ("thrown-out", 1, test_thrown_out);
  ADD ("thrown-out/3-partitions", 3, test_thrown_out);
  ADD ("trimmed-before-the-position", 1, test_trimmed_before_the_position);
  ADD ("trimmed-while-held", 1, test_trimmed_while_held);
  ADD ("overtaken", 1, test_overtaken);
  ADD ("flushed", 1, test_flushed);
  ADD ("flushed-while-away", 1, test_flushed_while_away);
  ADD ("stop", 1, test_stop);
  ADD ("resume", 1, test_resume);
  ADD ("resume-far", 1, test_resume_far);
  ADD ("resume-gone", 1, test_resume_gone);
  ADD ("resume/3-partitions", 3, test_resume_partitions);
#undef ADD
  result = g_test_run ();
  bus_end ();
  return result;
}
