/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cache of titles follows the list of missions: pages, changes, deletions, another backend. */
#include "peer.h"
#include "sortie-title-cache.h"
#include "sortie-title-keeper.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  Peer *peer;
  SortieApi *api;
  SortieMissionList *list;
  SortieTitleKeeper *keeper;
  char *path;
  int n_missions; /* atomic: that the peer has */
} Fixture;

/* Number 0 is the newest. (transfer full) */
static char *
dup_id (guint number)
{
  return g_strdup_printf ("00000000-0000-4000-8000-%012x", 0xfffff - number);
}

static void
append_snapshot (GString *out, guint number)
{
  g_autofree char *id = dup_id (number);
  g_autofree char *time = sortie_timestamp_format (1700000000000 - (gint64) number * 60000);

  g_string_append_printf (out,
                          "{\"mission_id\":\"%s\",\"mission\":\"Question\",\"title\":\"Title %u\","
                          "\"state\":\"running\",\"created\":\"%s\"}",
                          id, number, time);
}

static void
serve (PeerRequest *request, gpointer user_data)
{
  Fixture *self = user_data;
  const char *cursor = strstr (request->line, "cursor=");
  guint first = cursor != NULL ? (guint) g_ascii_strtoull (cursor + 7, NULL, 10) : 0;
  guint end = MIN (first + SORTIE_MISSION_LIST_PAGE, (guint) g_atomic_int_get (&self->n_missions));
  g_autoptr (GString) body = g_string_new ("{\"missions\":[");

  if (g_str_has_prefix (request->line, "DELETE"))
    {
      peer_answer (request, "204 No Content", NULL, "application/json", "");
      return;
    }
  for (guint i = first; i < end; i++)
    {
      g_string_append (body, i > first ? "," : "");
      append_snapshot (body, i);
    }
  if (end < (guint) g_atomic_int_get (&self->n_missions))
    g_string_append_printf (body, "],\"next\":\"%u\"}", end);
  else
    g_string_append (body, "],\"next\":null}");
  peer_answer (request, "200 OK", NULL, "application/json", body->str);
}

static void
connect_list (Fixture *self)
{
  sortie_mission_list_set_api (self->list, self->api);
  sortie_mission_list_refresh (self->list);
  test_wait_until (sortie_mission_list_is_known (self->list));
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (SortieBackendAddress) address = NULL;
  g_autofree char *folder = g_dir_make_tmp ("sortie-keeper-XXXXXX", NULL);

  self->n_missions = GPOINTER_TO_INT (data);
  self->path = g_build_filename (folder, "missions.json", NULL);
  self->peer = peer_new (serve, self);
  address = sortie_backend_address_parse (peer_get_url (self->peer), NULL);
  self->api = sortie_api_new (address, NULL, NULL);
  self->list = sortie_mission_list_new ();
  self->keeper = sortie_title_keeper_new (self->list, self->path);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (self->path);

  sortie_title_keeper_free (self->keeper);
  sortie_mission_list_set_api (self->list, NULL);
  test_finalize (self->list);
  test_finalize (self->api);
  peer_free (self->peer);
  g_unlink (self->path);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (self->path);
}

/* What the file holds; without one nothing. */
static SortieTitleCache *
read_cache (Fixture *self)
{
  SortieTitleCache *cache = sortie_title_cache_new ();

  sortie_title_cache_load (cache, self->path, NULL);
  return cache;
}

static void
assert_size (Fixture *self, guint size)
{
  g_autoptr (SortieTitleCache) cache = NULL;

  sortie_title_keeper_flush (self->keeper);
  cache = read_cache (self);
  g_assert_cmpuint (sortie_title_cache_get_size (cache), ==, size);
}

static const SortieTitle *
find (SortieTitleCache *cache, guint number)
{
  g_autofree char *id = dup_id (number);

  return sortie_title_cache_find (cache, id);
}

/* ---- Tests ---- */

/* Nothing is written before the list is known; then it is by itself, in time. */
static void
test_written (Fixture *self, gconstpointer data)
{
  sortie_title_keeper_flush (self->keeper);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
  connect_list (self);
  test_wait_until (g_file_test (self->path, G_FILE_TEST_EXISTS));
  assert_size (self, 3);
}

/* Pages that were not read in this run stay as an earlier one left them. */
static void
test_pages (Fixture *self, gconstpointer data)
{
  connect_list (self);
  assert_size (self, 50);
  sortie_mission_list_load_more (self->list);
  test_wait_until (!sortie_mission_list_is_loading (self->list));
  assert_size (self, 100);
  sortie_title_keeper_free (self->keeper);
  sortie_mission_list_set_api (self->list, NULL);

  self->keeper = sortie_title_keeper_new (self->list, self->path);
  connect_list (self);
  assert_size (self, 100);
  /* Deleted elsewhere, as the last page tells: there is nothing behind it. */
  g_atomic_int_set (&self->n_missions, 20);
  sortie_mission_list_refresh (self->list);
  test_wait_until (!sortie_mission_list_is_loading (self->list));
  assert_size (self, 20);
}

static void
test_event (Fixture *self, gconstpointer data)
{
  g_autoptr (SortieTitleCache) cache = NULL;
  g_autoptr (SortieEvent) done = sortie_event_new (SORTIE_EVENT_DONE, "system", NULL, "done");
  g_autoptr (SortieEvent) plan =
      sortie_event_new (SORTIE_EVENT_STATUS, "planner", SORTIE_CODE_PLAN_READY, "plan");

  connect_list (self);
  assert_size (self, 3);
  plan->mission_id = dup_id (1);
  plan->data = g_strdup ("{\"title\":\"A better title\"}");
  sortie_mission_list_take_event (self->list, plan);
  done->mission_id = dup_id (2);
  done->data = g_strdup ("{\"outcome\":\"completed\"}");
  sortie_mission_list_take_event (self->list, done);
  sortie_title_keeper_flush (self->keeper);
  cache = read_cache (self);
  g_assert_cmpstr (find (cache, 1)->title, ==, "A better title");
  g_assert_cmpint (find (cache, 2)->state, ==, SORTIE_MISSION_COMPLETED);
  g_assert_cmpint (find (cache, 0)->state, ==, SORTIE_MISSION_RUNNING);
}

/* What a person deletes is not found any more, unless it is brought back. */
static void
test_removed (Fixture *self, gconstpointer data)
{
  g_autofree char *id = dup_id (1);

  connect_list (self);
  assert_size (self, 3);
  sortie_mission_list_remove (self->list, id);
  assert_size (self, 2);
  sortie_mission_list_undo_remove (self->list, id);
  assert_size (self, 3);
  sortie_mission_list_remove (self->list, id);
  sortie_mission_list_commit_remove (self->list, id);
  test_wait_until (sortie_mission_list_find (self->list, id) == NULL);
  assert_size (self, 2);
}

/* A backend that went away says nothing of its missions; another one has others. */
static void
test_backend (Fixture *self, gconstpointer data)
{
  connect_list (self);
  assert_size (self, 50);
  sortie_mission_list_set_api (self->list, NULL);
  assert_size (self, 50);
  g_atomic_int_set (&self->n_missions, 0);
  connect_list (self);
  assert_size (self, 0);
  sortie_mission_list_set_api (self->list, NULL);
  sortie_title_keeper_set_backend (self->keeper, "https://sortie.example");
  g_atomic_int_set (&self->n_missions, 2);
  connect_list (self);
  assert_size (self, 2);
}

#define ADD(path, n, func)                                                                         \
  g_test_add ("/title-keeper/" path, Fixture, GINT_TO_POINTER (n), set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("written", 3, test_written);
  ADD ("pages", 200, test_pages);
  ADD ("event", 3, test_event);
  ADD ("removed", 3, test_removed);
  ADD ("backend", 60, test_backend);
  return g_test_run ();
}
