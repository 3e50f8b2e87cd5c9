/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include "sortie-bus-private.h"
#include "sortie-janitor.h"

#include <string.h>

/* A mission's stream: reading it from any place, and what compaction leaves. */

static void
test_stream_ids (void)
{
  static const char *const valid[] = { "0-0", "0-1", "1700000000000-0",
                                       "18446744073709551615-18446744073709551615" };
  static const char *const wrong[] = { "",
                                       "0",
                                       "-",
                                       "1-",
                                       "-1",
                                       "a-0",
                                       "0-a",
                                       "+1-0",
                                       "1 -0",
                                       " 1-0",
                                       "1--0",
                                       "1-0-0",
                                       "*",
                                       "$",
                                       "+",
                                       "(1-0",
                                       "0x1-0",
                                       "18446744073709551616-0",
                                       "00000000000000000000000000000000000000000001-1" };

  for (gsize i = 0; i < G_N_ELEMENTS (valid); i++)
    {
      g_assert_true (sortie_stream_id_is_valid (valid[i]));
      for (gsize k = 0; k < G_N_ELEMENTS (valid); k++)
        {
          int order = sortie_stream_id_compare (valid[i], valid[k]);

          g_assert_cmpint (order > 0, ==, i > k);
          g_assert_cmpint (order < 0, ==, i < k);
        }
    }
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_test_message ("%s", wrong[i]);
      g_assert_false (sortie_stream_id_is_valid (wrong[i]));
    }
  g_assert_false (sortie_stream_id_is_valid (NULL));
  g_assert_cmpint (sortie_stream_id_compare ("9-0", "10-0"), <, 0);
  g_assert_cmpint (sortie_stream_id_compare ("1-9", "1-10"), <, 0);
}

static GPtrArray *
read_all (BusTest *t, const char *id)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *events = sortie_bus_read_events (t->bus, id, NULL, G_MAXUINT, NULL, &error);

  g_assert_no_error (error);
  return events;
}

static const char *
get_id (GPtrArray *events, guint i)
{
  return ((SortieStoredEvent *) g_ptr_array_index (events, i))->id;
}

/* From each event on, in pages of each size: nothing twice, nothing left out. */
static void
test_read_after (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit (t, "ada");
  g_autoptr (GPtrArray) all = NULL;

  bus_drive (t, 2);
  all = read_all (t, id);
  g_assert_cmpuint (all->len, >, 10);
  for (guint after = 0; after < all->len; after++)
    for (guint limit = 1; limit <= all->len + 1; limit += 3)
      {
        gboolean reset = TRUE;
        g_autoptr (GPtrArray) events =
            sortie_bus_read_events (t->bus, id, get_id (all, after), limit, &reset, NULL);

        g_assert_false (reset);
        g_assert_cmpuint (events->len, ==, MIN (limit, all->len - 1 - after));
        for (guint i = 0; i < events->len; i++)
          g_assert_cmpstr (get_id (events, i), ==, get_id (all, after + 1 + i));
      }
  for (int i = 0; i < 3; i++)
    {
      static const char *const starts[] = { NULL, "0", "0-0" };
      gboolean reset = TRUE;
      g_autoptr (GPtrArray) events =
          sortie_bus_read_events (t->bus, id, starts[i], 4, &reset, NULL);

      g_assert_false (reset);
      g_assert_cmpuint (events->len, ==, 4);
      g_assert_cmpstr (get_id (events, 0), ==, get_id (all, 0));
    }
}

static void
test_reset (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit (t, "ada");
  g_autofree char *gone = sortie_mission_id_new ();
  g_autoptr (GPtrArray) all = NULL;
  static const char *const wrong[] = { "0-1", "1-0", "99999999999999-0", "rubbish", "", "$", "+",
                                       "-",   "(0-1" };

  bus_drive (t, 1);
  all = read_all (t, id);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      gboolean reset = FALSE;
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) events =
          sortie_bus_read_events (t->bus, id, wrong[i], 1000, &reset, &error);

      g_test_message ("%s", wrong[i]);
      g_assert_no_error (error);
      g_assert_true (reset);
      g_assert_cmpuint (events->len, ==, all->len);
      g_assert_cmpstr (get_id (events, 0), ==, get_id (all, 0));
    }
  g_autoptr (GPtrArray) none = sortie_bus_read_events (t->bus, gone, NULL, 10, NULL, NULL);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_wire (BusTest *t, gconstpointer data)
{
  g_autofree char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) entry = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  static const char *const chunks[] = { "\"quoted\" \\ \n\t “ä” \xe2\x80\xa8\x01", NULL };
  g_autoptr (GPtrArray) events = NULL;
  SortieStoredEvent *last;
  g_autoptr (SortieEvent) event = NULL;

  g_assert_true (bus_write_draft (t, entry, 1, 1, chunks, NULL));
  events = read_all (t, id);
  last = g_ptr_array_index (events, events->len - 1);
  g_assert_null (strchr (last->wire, '\n'));
  event = sortie_event_from_wire (last->wire, strlen (last->wire), NULL);
  g_assert_cmpstr (event->message, ==, chunks[0]);
  g_assert_cmpstr (event->mission_id, ==, id);
  g_assert_cmpint (event->timestamp, ==, g_ascii_strtoll (last->id, NULL, 10));
  g_assert_cmpint (event->draft, ==, 1);
  g_assert_cmpint (event->step, ==, 2);
}

/* ---- Compaction ---- */

typedef struct
{
  char *id;
  char *wire;
} Kept;

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  g_free (kept->id);
  g_free (kept->wire);
  g_free (kept);
}

/* All events but the chunks of one draft. */
static GPtrArray *
list_others (BusTest *t, const char *id, int draft)
{
  g_autoptr (GPtrArray) events = read_all (t, id);
  GPtrArray *others = g_ptr_array_new_with_free_func (kept_free);

  for (guint i = 0; i < events->len; i++)
    {
      SortieStoredEvent *stored = g_ptr_array_index (events, i);
      g_autoptr (SortieEvent) event =
          sortie_event_from_wire (stored->wire, strlen (stored->wire), NULL);
      Kept *kept;

      if (event->type == SORTIE_EVENT_PARTIAL_OUTPUT && event->draft == draft)
        continue;
      kept = g_new0 (Kept, 1);
      kept->id = g_strdup (stored->id);
      kept->wire = g_strdup (stored->wire);
      g_ptr_array_add (others, kept);
    }
  return others;
}

/* The chunks of one draft put together by their offsets. */
static GString *
join_draft (BusTest *t, const char *id, int draft, guint *n_chunks)
{
  g_autoptr (GPtrArray) events = read_all (t, id);
  GString *text = g_string_new (NULL);

  *n_chunks = 0;
  for (guint i = 0; i < events->len; i++)
    {
      SortieStoredEvent *stored = g_ptr_array_index (events, i);
      g_autoptr (SortieEvent) event =
          sortie_event_from_wire (stored->wire, strlen (stored->wire), NULL);

      if (event->type != SORTIE_EVENT_PARTIAL_OUTPUT || event->draft != draft)
        continue;
      g_assert_cmpint (event->offset, ==, (gint64) text->len);
      g_assert_true (g_utf8_validate (event->message, -1, NULL));
      g_assert_cmpuint (strlen (event->message), <=, 64 * 1024);
      g_assert_cmpstr (event->code, ==, SORTIE_CODE_DRAFT_CHUNK);
      g_string_append (text, event->message);
      *n_chunks += 1;
    }
  return text;
}

/* A mission whose writer has made these drafts. */
static char *
write_mission (BusTest *t, const char *const *const *drafts, int n_drafts)
{
  char *id = bus_submit_planned (t, "ada", 1);
  g_autoptr (SortieQueueEntry) retrieval = bus_fetch (t, SORTIE_AGENT_RETRIEVER);
  g_autoptr (SortieQueueEntry) analysis = NULL, writing = NULL;

  g_assert_true (bus_complete (t, retrieval, "{}", NULL));
  analysis = bus_fetch (t, SORTIE_AGENT_ANALYZER);
  g_assert_true (bus_complete (t, analysis, "{}", NULL));
  writing = bus_fetch (t, SORTIE_AGENT_WRITER);
  for (int i = 0; i < n_drafts; i++)
    g_assert_true (bus_write_draft (t, writing, (guint) i + 1, i + 1, drafts[i], NULL));
  g_assert_true (bus_complete_last (t, writing, SORTIE_MISSION_COMPLETED, NULL));
  return id;
}

static void
assert_compacts (BusTest *t, const char *id, int draft, guint n_expected)
{
  g_autoptr (GPtrArray) before = list_others (t, id, draft);
  g_autoptr (GPtrArray) after = NULL;
  g_autoptr (GBytes) report = sortie_bus_get_report (t->bus, id, NULL);
  g_autoptr (GString) text = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL;
  guint n_chunks;

  sortie_bus_compact (t->bus, id, &error);
  g_assert_no_error (error);
  text = join_draft (t, id, draft, &n_chunks);
  g_assert_cmpmem (text->str, text->len, g_bytes_get_data (report, NULL),
                   g_bytes_get_size (report));
  g_assert_cmpuint (n_chunks, ==, n_expected);
  after = list_others (t, id, draft);
  g_assert_cmpuint (after->len, ==, before->len);
  for (guint i = 0; i < before->len; i++)
    {
      Kept *a = g_ptr_array_index (before, i), *b = g_ptr_array_index (after, i);

      g_assert_cmpstr (a->id, ==, b->id);
      g_assert_cmpstr (a->wire, ==, b->wire);
    }
  bus_assert_done_once (t, id, SORTIE_MISSION_COMPLETED);

  /* Once more changes nothing. */
  first = bus_dump ();
  g_assert_true (sortie_bus_compact (t->bus, id, NULL));
  assert_unchanged (first);
}

/* `n` chunks of `length` bytes each, of two-byte characters. */
static GStrv
make_chunks (int n, int length)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  GStrv chunks;

  for (int i = 0; i < n; i++)
    {
      GString *chunk = g_string_new (i % 2 == 0 ? "a" : "bcd");

      while ((int) chunk->len + 2 <= length)
        g_string_append (chunk, "ä");
      g_strv_builder_add (builder, chunk->str);
      g_string_free (chunk, TRUE);
    }
  chunks = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return chunks;
}

static void
test_compact (BusTest *t, gconstpointer data)
{
  static const char *const broken[] = { "# A draft", " that", " broke", NULL };
  static const struct
  {
    int n_chunks;
    int length;
    guint n_after;
  } cases[] = {
    { 1, 10, 1 },    { 2, 10, 1 },    { 100, 10, 1 },  { 150, 1024, 3 },
    { 64, 1024, 1 }, { 65, 1024, 2 }, { 3, 60000, 3 }, { 5, 40000, 4 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GStrv) chunks = make_chunks (cases[i].n_chunks, cases[i].length);
      const char *const *drafts[2] = { broken, (const char *const *) chunks };
      g_autofree char *id = write_mission (t, drafts, 2);
      g_autoptr (GString) first = NULL;
      guint n;

      g_test_message ("%d chunks of %d", cases[i].n_chunks, cases[i].length);
      assert_compacts (t, id, 2, cases[i].n_after);
      first = join_draft (t, id, 1, &n);
      g_assert_cmpstr (first->str, ==, "# A draft that broke");
      g_assert_cmpuint (n, ==, 3);
    }
}

/* Chunks longer than compaction would make them are left as they are: no text may be lost. */
static void
test_compact_large_chunks (BusTest *t, gconstpointer data)
{
  g_auto (GStrv) chunks = make_chunks (2, 150000);
  const char *const *drafts[1] = { (const char *const *) chunks };
  g_autofree char *id = write_mission (t, drafts, 1);
  g_autofree char *before = bus_dump ();
  g_autofree char *key = g_strdup_printf ("sortie:{p0}:events:%s", id);
  gint64 length = bus_call_int ("XLEN", key, NULL);

  g_assert_true (sortie_bus_compact (t->bus, id, NULL));
  g_assert_cmpint (bus_call_int ("XLEN", key, NULL), ==, length);
  g_autoptr (GBytes) report = sortie_bus_get_report (t->bus, id, NULL);
  g_assert_cmpuint (g_bytes_get_size (report), ==, strlen (chunks[0]) + strlen (chunks[1]));
}

static void
test_compact_nothing (BusTest *t, gconstpointer data)
{
  g_autofree char *running = bus_submit (t, "ada");
  g_autofree char *done = NULL, *before = NULL;
  g_autofree char *gone = sortie_mission_id_new ();

  bus_drive (t, 1);
  done = g_steal_pointer (&running);
  running = bus_submit (t, "ada");
  before = bus_dump ();
  g_assert_true (sortie_bus_compact (t->bus, running, NULL));
  g_assert_true (sortie_bus_compact (t->bus, gone, NULL));
  g_assert_true (sortie_bus_compact (t->bus, done, NULL)); /* it has no draft */
  bus_assert_done_once (t, done, SORTIE_MISSION_COMPLETED);
  g_autofree char *after = bus_dump ();
  g_assert_cmpuint (strlen (after), ==, strlen (before));
}

typedef struct
{
  const char *key;
  gint64 length;
} Shrunk;

static gboolean
is_shorter (gpointer data)
{
  Shrunk *shrunk = data;

  return bus_call_int ("XLEN", shrunk->key, NULL) < shrunk->length;
}

/* The janitor does it by itself a while after the end. A reader who was at a chunk that is gone
 * begins anew. */
static void
test_compacted_by_the_janitor (BusTest *t, gconstpointer data)
{
  g_auto (GStrv) chunks = make_chunks (50, 100);
  const char *const *drafts[1] = { (const char *const *) chunks };
  g_autofree char *id = write_mission (t, drafts, 1);
  g_autofree char *key = g_strdup_printf ("sortie:{p0}:events:%s", id);
  Shrunk shrunk = { key, bus_call_int ("XLEN", key, NULL) };
  g_autoptr (GPtrArray) all = read_all (t, id);
  g_autoptr (SortieJanitor) janitor = NULL;
  gboolean reset = FALSE;

  g_assert_cmpint (bus_call_int ("ZADD", "sortie:{p0}:compactions", "XX", "CH", "1", id, NULL), ==,
                   1);
  janitor = sortie_janitor_new (t->bus, &sortie_retry_policy_default);
  bus_wait_until (is_shorter, &shrunk);
  g_assert_false (bus_has_key ("sortie:{p0}:compactions"));
  g_autoptr (GPtrArray) again =
      sortie_bus_read_events (t->bus, id, get_id (all, all->len - 10), 1000, &reset, NULL);
  g_assert_true (reset);
  g_autoptr (GPtrArray) rest =
      sortie_bus_read_events (t->bus, id, get_id (all, all->len - 2), 1000, &reset, NULL);
  g_assert_false (reset);
  g_assert_cmpuint (rest->len, ==, 1);
}

int
main (int argc, char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  bus_begin (SORTIE_DURABILITY_EVERYSEC);
  g_test_add_func ("/events/stream-ids", test_stream_ids);
#define ADD(name, func) g_test_add ("/events/" name, BusTest, NULL, bus_set_up, func, bus_tear_down)
  ADD ("read-after", test_read_after);
  ADD ("reset", test_reset);
  ADD ("wire", test_wire);
  ADD ("compact", test_compact);
  ADD ("compact-large-chunks", test_compact_large_chunks);
  ADD ("compact-nothing", test_compact_nothing);
  ADD ("compacted-by-the-janitor", test_compacted_by_the_janitor);
#undef ADD
  result = g_test_run ();
  bus_end ();
  return result;
}
