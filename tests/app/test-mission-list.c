/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of missions: pages, the feed, deleting, and what hostile titles look like. */
#include "peer.h"
#include "sortie-error.h"
#include "sortie-mission-list.h"
#include "sortie-mission-words.h"

#include <string.h>

#define N_MISSIONS 10000

typedef struct
{
  Peer *peer;
  SortieApi *api;
  SortieMissionList *list;
  guint n_missions; /* that the peer has */
  int n_deleted;    /* atomic */
  int refuses;      /* atomic: to delete */
  GString *finished;
  guint n_failed;
} Fixture;

/* Number 0 is the newest. (transfer full) */
static char *
dup_id (guint number)
{
  return g_strdup_printf ("00000000-0000-4000-8000-%012x", 0xfffff - number);
}

static char *
dup_snapshot (guint number, const char *state)
{
  g_autofree char *id = dup_id (number);
  g_autofree char *time = sortie_timestamp_format (1700000000000 - (gint64) number * 60000);

  return g_strdup_printf (
      "{\"mission_id\":\"%s\",\"mission\":\"Question %u\",\"title\":\"Title %u\","
      "\"state\":\"%s\",\"created\":\"%s\",\"finished\":null}",
      id, number, number, state, time);
}

static void
answer_page (PeerRequest *request, Fixture *self)
{
  const char *cursor = strstr (request->line, "cursor=");
  guint first = cursor != NULL ? (guint) g_ascii_strtoull (cursor + 7, NULL, 10) : 0;
  guint end = MIN (first + SORTIE_MISSION_LIST_PAGE, self->n_missions);
  g_autoptr (GString) body = g_string_new ("{\"missions\":[");

  for (guint i = first; i < end; i++)
    {
      g_autofree char *snapshot = dup_snapshot (i, i == 0 ? "running" : "completed");

      g_string_append_printf (body, "%s%s", i > first ? "," : "", snapshot);
    }
  if (end < self->n_missions)
    g_string_append_printf (body, "],\"next\":\"%u\"}", end);
  else
    g_string_append (body, "],\"next\":null}");
  peer_answer (request, "200 OK", NULL, "application/json", body->str);
}

static void
serve (PeerRequest *request, gpointer user_data)
{
  Fixture *self = user_data;
  g_autofree char *snapshot = NULL;

  if (g_str_has_prefix (request->line, "DELETE") && g_atomic_int_get (&self->refuses))
    peer_answer (request, "409 Conflict", NULL, "application/problem+json",
                 "{\"detail\":\"runs\"}");
  else if (g_str_has_prefix (request->line, "DELETE"))
    {
      g_atomic_int_inc (&self->n_deleted);
      peer_answer (request, "204 No Content", NULL, "application/json", "");
    }
  else if (g_str_has_prefix (request->line, "GET /missions?"))
    answer_page (request, self);
  else
    {
      const char *digits = strrchr (request->line, '-') + 1;

      snapshot = dup_snapshot (0xfffff - (guint) g_ascii_strtoull (digits, NULL, 16), "running");
      peer_answer (request, "200 OK", NULL, "application/json", snapshot);
    }
}

static void
finished_cb (Fixture *self, SortieMissionItem *item)
{
  g_string_append_printf (self->finished, "%s ", sortie_mission_item_get_title (item));
}

static void
failed_cb (Fixture *self, const GError *error)
{
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT);
  self->n_failed++;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (SortieBackendAddress) address = NULL;

  self->n_missions = GPOINTER_TO_UINT (data);
  self->peer = peer_new (serve, self);
  address = sortie_backend_address_parse (peer_get_url (self->peer), NULL);
  self->api = sortie_api_new (address, NULL, NULL);
  self->list = sortie_mission_list_new ();
  self->finished = g_string_new (NULL);
  g_signal_connect_swapped (self->list, "finished", G_CALLBACK (finished_cb), self);
  g_signal_connect_swapped (self->list, "failed", G_CALLBACK (failed_cb), self);
  sortie_mission_list_set_api (self->list, self->api);
  sortie_mission_list_refresh (self->list);
  test_wait_until (sortie_mission_list_is_known (self->list));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_signal_handlers_disconnect_by_data (self->list, self);
  sortie_mission_list_set_api (self->list, NULL);
  test_finalize (self->list);
  test_finalize (self->api);
  peer_free (self->peer);
  g_string_free (self->finished, TRUE);
}

static guint
count (Fixture *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->list));
}

static const char *
get_title (Fixture *self, guint place)
{
  g_autoptr (SortieMissionItem) item = g_list_model_get_item (G_LIST_MODEL (self->list), place);

  return sortie_mission_item_get_title (item);
}

static void
take (Fixture *self, guint number, SortieEventType type, const char *code, const char *data)
{
  g_autoptr (SortieEvent) event = sortie_event_new (type, "system", code, "message");

  event->mission_id = dup_id (number);
  event->data = g_strdup (data);
  event->timestamp = 1700000100000;
  sortie_mission_list_take_event (self->list, event);
}

/* ---- Pages ---- */

static void
test_pages (Fixture *self, gconstpointer data)
{
  g_assert_cmpuint (count (self), ==, 50);
  g_assert_true (sortie_mission_list_has_more (self->list));
  sortie_mission_list_load_more (self->list);
  sortie_mission_list_load_more (self->list); /* one at a time */
  test_wait_until (!sortie_mission_list_is_loading (self->list));
  g_assert_cmpuint (count (self), ==, 100);
  sortie_mission_list_load_more (self->list);
  test_wait_until (!sortie_mission_list_is_loading (self->list));
  g_assert_cmpuint (count (self), ==, 120);
  g_assert_false (sortie_mission_list_has_more (self->list));
  g_assert_cmpstr (get_title (self, 0), ==, "Title 0");
  g_assert_cmpstr (get_title (self, 119), ==, "Title 119");
  g_assert_cmpuint (peer_get_n_requests (self->peer), ==, 3);
}

static void
test_many (Fixture *self, gconstpointer data)
{
  gint64 begun = g_get_monotonic_time ();

  while (sortie_mission_list_has_more (self->list))
    {
      sortie_mission_list_load_more (self->list);
      test_wait_until (!sortie_mission_list_is_loading (self->list));
    }
  g_assert_cmpuint (count (self), ==, N_MISSIONS);
  for (guint i = 0; i < N_MISSIONS; i += 999)
    {
      g_autofree char *expected = g_strdup_printf ("Title %u", i);

      g_assert_cmpstr (get_title (self, i), ==, expected);
    }
  g_test_message ("%u missions in %.1f s", N_MISSIONS,
                  (double) (g_get_monotonic_time () - begun) / G_USEC_PER_SEC);
}

/* A refresh takes in what is new, and out what was deleted elsewhere, and keeps later pages. */
static void
test_refresh (Fixture *self, gconstpointer data)
{
  g_autofree char *id = dup_id (3);

  sortie_mission_list_load_more (self->list);
  test_wait_until (!sortie_mission_list_is_loading (self->list));
  g_assert_cmpuint (count (self), ==, 100);
  sortie_mission_list_refresh (self->list);
  test_wait_until (!sortie_mission_list_is_loading (self->list));
  g_assert_cmpuint (count (self), ==, 100);
  g_assert_nonnull (sortie_mission_list_find (self->list, id));
  self->n_missions = 2;
  sortie_mission_list_refresh (self->list);
  test_wait_until (!sortie_mission_list_is_loading (self->list));
  g_assert_cmpuint (count (self), ==, 2);
  g_assert_null (sortie_mission_list_find (self->list, id));
  g_assert_false (sortie_mission_list_has_more (self->list));
}

/* ---- The feed ---- */

static void
test_feed (Fixture *self, gconstpointer data)
{
  g_autofree char *id = dup_id (0);
  SortieMissionItem *item = sortie_mission_list_find (self->list, id);

  take (self, 0, SORTIE_EVENT_STATUS, SORTIE_CODE_PLAN_READY,
        "{\"plan\":{\"title\":\"A\\nbetter title\"}}");
  g_assert_cmpstr (sortie_mission_item_get_title (item), ==, "A better title");
  take (self, 0, SORTIE_EVENT_STATUS, SORTIE_CODE_PLAN_READY, "rubbish");
  take (self, 0, SORTIE_EVENT_STATUS, SORTIE_CODE_PLAN_READY, "{\"plan\":[1,2]}");
  g_assert_cmpstr (sortie_mission_item_get_title (item), ==, "A better title");
  take (self, 0, SORTIE_EVENT_DONE, SORTIE_CODE_MISSION_DONE, "{\"outcome\":\"partial\"}");
  g_assert_cmpint (sortie_mission_item_get_state (item), ==, SORTIE_MISSION_PARTIAL);

  /* The end is latched, and told once. */
  take (self, 0, SORTIE_EVENT_STATUS, SORTIE_CODE_STEP_STARTED, NULL);
  take (self, 0, SORTIE_EVENT_DONE, SORTIE_CODE_MISSION_DONE, "{\"outcome\":\"failed\"}");
  g_assert_cmpint (sortie_mission_item_get_state (item), ==, SORTIE_MISSION_PARTIAL);
  g_assert_cmpstr (self->finished->str, ==, "A better title ");
}

static void
test_outcome_rubbish (Fixture *self, gconstpointer data)
{
  g_autofree char *id = dup_id (0);

  take (self, 0, SORTIE_EVENT_DONE, SORTIE_CODE_MISSION_DONE, "{\"outcome\":\"running\"}");
  g_assert_cmpint (sortie_mission_item_get_state (sortie_mission_list_find (self->list, id)), ==,
                   SORTIE_MISSION_FAILED);
}

/* One that the list does not know is read, once, and stands at its place. */
static void
test_feed_unknown (Fixture *self, gconstpointer data)
{
  guint n = count (self);
  guint n_requests = peer_get_n_requests (self->peer);
  g_autofree char *id = dup_id (70);

  for (int i = 0; i < 20; i++)
    take (self, 70, SORTIE_EVENT_STATUS, SORTIE_CODE_STEP_STARTED, NULL);
  test_wait_until (sortie_mission_list_find (self->list, id) != NULL);
  g_assert_cmpuint (count (self), ==, n + 1);
  /* Once more where events came while it was read. */
  g_assert_cmpuint (peer_get_n_requests (self->peer), <=, n_requests + 2);
  g_assert_cmpstr (get_title (self, n), ==, "Title 70");
}

/* A flood of unknown ones is not read one by one. */
static void
test_feed_flood (Fixture *self, gconstpointer data)
{
  guint n_requests = peer_get_n_requests (self->peer);

  for (guint i = 200; i < 1200; i++)
    take (self, i, SORTIE_EVENT_STATUS, SORTIE_CODE_STEP_STARTED, NULL);
  test_wait_until (count (self) == 58);
  test_wait_until (!sortie_mission_list_is_loading (self->list));
  g_assert_cmpuint (peer_get_n_requests (self->peer), <=, n_requests + 9);
}

static void
test_feed_foreign (Fixture *self, gconstpointer data)
{
  guint n_requests = peer_get_n_requests (self->peer);
  g_autoptr (SortieEvent) event =
      sortie_event_new (SORTIE_EVENT_STATUS, "system", SORTIE_CODE_INDEX_PROGRESS, "m");

  sortie_mission_list_take_event (self->list, event);
  event->mission_id = g_strdup ("../../settings");
  sortie_mission_list_take_event (self->list, event);
  g_assert_cmpuint (peer_get_n_requests (self->peer), ==, n_requests);
}

/* ---- Deleting ---- */

static void
flushed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  sortie_mission_list_flush_finish (SORTIE_MISSION_LIST (source), result);
  *(gboolean *) user_data = TRUE;
}

static void
flush (Fixture *self)
{
  gboolean is_flushed = FALSE;

  sortie_mission_list_flush_async (self->list, flushed_cb, &is_flushed);
  test_wait_until (is_flushed);
}

static void
test_delete_undo (Fixture *self, gconstpointer data)
{
  g_autofree char *id = dup_id (1);
  SortieMissionItem *item = sortie_mission_list_find (self->list, id);

  sortie_mission_list_remove (self->list, id);
  g_assert_true (sortie_mission_item_is_removed (item));
  sortie_mission_list_undo_remove (self->list, id);
  g_assert_false (sortie_mission_item_is_removed (item));
  sortie_mission_list_commit_remove (self->list, id); /* too late: it was undone */
  flush (self);
  g_assert_cmpint (g_atomic_int_get (&self->n_deleted), ==, 0);
}

static void
test_delete (Fixture *self, gconstpointer data)
{
  g_autofree char *first = dup_id (1);
  g_autofree char *second = dup_id (2);
  guint n = count (self);

  sortie_mission_list_remove (self->list, first);
  sortie_mission_list_commit_remove (self->list, first);
  sortie_mission_list_commit_remove (self->list, first); /* once */
  test_wait_until (sortie_mission_list_find (self->list, first) == NULL);
  g_assert_cmpint (g_atomic_int_get (&self->n_deleted), ==, 1);

  /* What is still to be undone goes out at the end. */
  sortie_mission_list_remove (self->list, second);
  flush (self);
  g_assert_cmpint (g_atomic_int_get (&self->n_deleted), ==, 2);
  g_assert_cmpuint (count (self), ==, n - 2);
  flush (self);
}

static void
test_delete_refused (Fixture *self, gconstpointer data)
{
  g_autofree char *id = dup_id (1);

  g_atomic_int_set (&self->refuses, 1);
  sortie_mission_list_remove (self->list, id);
  flush (self);
  g_assert_cmpuint (self->n_failed, ==, 1);
  g_assert_false (sortie_mission_item_is_removed (sortie_mission_list_find (self->list, id)));
}

/* ---- Items ---- */

static SortieMissionItem *
parse (const char *json, GError **error)
{
  g_autoptr (JsonNode) node = json_from_string (json, NULL);

  return sortie_mission_item_new (node, error);
}

#define ID "0b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11"

static void
test_item_hostile (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieMissionItem) item =
      parse ("{\"mission_id\":\"" ID
             "\",\"mission\":\"<b>x</b>\",\"title\":\"<b>\u202etxt.exe\\n\\u0007&amp;"
             "</b>\",\"state\":\"completed\",\"created\":\"rubbish\"}",
             &error);
  g_autofree char *run = g_strnfill (1024 * 1024, 'x');
  g_autofree char *json =
      g_strdup_printf ("{\"mission_id\":\"" ID "\",\"mission\":\"%s\",\"state\":\"running\"}", run);
  g_autoptr (SortieMissionItem) large = parse (json, NULL);

  g_assert_no_error (error);
  g_assert_cmpstr (sortie_mission_item_get_title (item), ==, "<b>txt.exe &amp;</b>");
  g_assert_cmpint (sortie_mission_item_get_created (item), ==, 0);
  g_assert_cmpuint (strlen (sortie_mission_item_get_title (large)), <=,
                    SORTIE_MISSION_ITEM_MAX_TITLE);
}

static void
test_item_refused (void)
{
  static const char *const refused[] = {
    "[]",
    "\"text\"",
    "{}",
    "{\"mission_id\":\"x\",\"mission\":\"m\",\"state\":\"running\"}",
    "{\"mission_id\":\"" ID "\",\"mission\":\"m\",\"state\":\"else\"}",
    "{\"mission_id\":\"" ID "\",\"mission\":5,\"state\":\"running\"}",
    "{\"mission_id\":\"" ID "\",\"mission\":\"m\",\"state\":\"running\",\"title\":{}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (refused[i], &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL);
    }
}

static void
test_item_matches (void)
{
  g_autoptr (SortieMissionItem) item =
      parse ("{\"mission_id\":\"" ID
             "\",\"mission\":\"Größe der Übung\",\"title\":\"T\",\"state\":\"running\"}",
             NULL);
  g_autofree char *found = sortie_mission_item_fold ("GRÖSSE");
  g_autofree char *absent = sortie_mission_item_fold ("grosz");

  g_assert_true (sortie_mission_item_matches (item, found));
  g_assert_false (sortie_mission_item_matches (item, absent));
}

static void
assert_time (gint64 seconds_ago, const char *expected)
{
  const gint64 now = 1700000000000; /* a Tuesday, 22:13:20 UTC */
  g_autofree char *words = sortie_mission_words_dup_time (now - seconds_ago * 1000, now);

  g_assert_cmpstr (words, ==, expected);
}

static void
test_words (void)
{
  g_autofree char *none = sortie_mission_words_dup_time (0, 1700000000000);
  g_autofree char *elapsed = sortie_mission_words_dup_elapsed (3723999, TRUE);
  g_autofree char *fast = sortie_mission_words_dup_elapsed (134, TRUE);
  g_autofree char *faster = sortie_mission_words_dup_elapsed (48, TRUE);
  g_autofree char *fastest = sortie_mission_words_dup_elapsed (0, TRUE);
  g_autofree char *short_one = sortie_mission_words_dup_elapsed (-5, TRUE);

  assert_time (0, "Just now");
  assert_time (-30, "Just now");
  assert_time (60, "1 minute ago");
  assert_time (59 * 60, "59 minutes ago");
  assert_time (2 * 3600, "20:13");
  assert_time (23 * 3600, "Yesterday");
  assert_time (3 * 86400, "Saturday");
  assert_time (20 * 86400, "25 October");
  assert_time (400 * 86400, "10 October 2022");
  g_assert_cmpstr (none, ==, "");
  g_assert_cmpstr (elapsed, ==, "1:02:03");
  g_assert_cmpstr (short_one, ==, "0:00");
  g_assert_cmpstr (fast, ==, "0.1 s");
  g_assert_cmpstr (faster, ==, "48 ms");
  g_assert_cmpstr (fastest, ==, "1 ms");
}

#define ADD(path, n, func) g_test_add (path, Fixture, GUINT_TO_POINTER (n), set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("/mission-list/pages", 120, test_pages);
  ADD ("/mission-list/many", N_MISSIONS, test_many);
  ADD ("/mission-list/refresh", 120, test_refresh);
  ADD ("/mission-list/feed", 3, test_feed);
  ADD ("/mission-list/outcome-rubbish", 3, test_outcome_rubbish);
  ADD ("/mission-list/feed-unknown", 3, test_feed_unknown);
  ADD ("/mission-list/feed-flood", 50, test_feed_flood);
  ADD ("/mission-list/feed-foreign", 3, test_feed_foreign);
  ADD ("/mission-list/delete-undo", 3, test_delete_undo);
  ADD ("/mission-list/delete", 5, test_delete);
  ADD ("/mission-list/delete-refused", 3, test_delete_refused);
  g_test_add_func ("/mission-item/hostile", test_item_hostile);
  g_test_add_func ("/mission-item/refused", test_item_refused);
  g_test_add_func ("/mission-item/matches", test_item_matches);
  g_test_add_func ("/mission-words", test_words);
  return g_test_run ();
}
