/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The backend's controller: its transition table, and a peer that plays the backend. */
#include "peer.h"
#include "sortie-backend.h"
#include "sortie-error.h"

#include <stdio.h>
#include <string.h>

#define INFO(version)                                                                              \
  "{\"name\":\"Sortie\",\"version\":\"9.9\",\"api_version\":\"" version "\",\"llm\":\"off\"}"

/* ---- The table ---- */

/* The states' letters in their order: idle, starting, connecting, online, reconnecting, offline,
 * failed, wrong version. */
#define LETTERS "iscnrofw"

static const char *const expected[SORTIE_BACKEND_N_STATES] = {
  "scf",     /* idle */
  "icf",     /* starting */
  "isnofw",  /* connecting */
  "isrfw",   /* online */
  "iscnofw", /* reconnecting */
  "iscnfw",  /* offline */
  "isc",     /* failed */
  "isc",     /* wrong version */
};

static void
test_table (void)
{
  for (int from = 0; from < SORTIE_BACKEND_N_STATES; from++)
    for (int to = 0; to < SORTIE_BACKEND_N_STATES; to++)
      {
        gboolean may =
            sortie_backend_state_may_change ((SortieBackendState) from, (SortieBackendState) to);

        g_test_message ("%s to %s", sortie_backend_state_to_string ((SortieBackendState) from),
                        sortie_backend_state_to_string ((SortieBackendState) to));
        g_assert_cmpint (may, ==, strchr (expected[from], LETTERS[to]) != NULL);
      }
}

/* ---- A peer that plays the backend ---- */

typedef struct
{
  Peer *peer;
  SortieBackend *backend;
  GString *states; /* letters of those that were passed through */
  GString *events; /* codes, each followed by a space */
  guint n_connected;
  int n_feeds; /* atomic: how often the feed was asked for */
  int is_deaf; /* atomic: whether nobody answers */
  const char *info;
  const char *status;
} Fixture;

static void
serve_feed (PeerRequest *request, Fixture *self)
{
  int n = g_atomic_int_add (&self->n_feeds, 1) + 1;
  g_autofree char *event = g_strdup_printf (
      "id: %d-0\nevent: message\ndata: {\"type\":\"status\",\"source\":\"system\",\"message\":\"m\","
      "\"code\":\"feed.%d\",\"timestamp\":\"2024-05-01T10:00:00.000Z\"}\n\n",
      n, n);

  peer_open_stream (request);
  peer_send (request, event);
  if (n > 1)
    peer_wait_gone (request);
}

static void
serve (PeerRequest *request, gpointer user_data)
{
  Fixture *self = user_data;

  if (g_atomic_int_get (&self->is_deaf))
    return;
  if (g_str_has_prefix (request->line, "GET /events"))
    serve_feed (request, self);
  else
    peer_answer (request, self->status, NULL, "application/json", self->info);
}

static void
state_cb (Fixture *self)
{
  g_string_append_c (self->states, LETTERS[sortie_backend_get_state (self->backend)]);
}

static void
event_cb (Fixture *self, const SortieEvent *event)
{
  g_string_append_printf (self->events, "%s ", event->code);
}

static void
connected_cb (Fixture *self)
{
  self->n_connected++;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->info = INFO ("1");
  self->status = "200 OK";
  self->peer = peer_new (serve, self);
  self->states = g_string_new (NULL);
  self->events = g_string_new (NULL);
  self->backend = sortie_backend_new ();
  sortie_backend_set_timing (self->backend, 10, 20);
  g_signal_connect_swapped (self->backend, "notify::state", G_CALLBACK (state_cb), self);
  g_signal_connect_swapped (self->backend, "feed-event", G_CALLBACK (event_cb), self);
  g_signal_connect_swapped (self->backend, "connected", G_CALLBACK (connected_cb), self);
  sortie_backend_choose (self->backend, peer_get_url (self->peer), NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_signal_handlers_disconnect_by_data (self->backend, self);
  sortie_backend_stop (self->backend);
  test_finalize (self->backend);
  peer_free (self->peer);
  g_string_free (self->states, TRUE);
  g_string_free (self->events, TRUE);
}

#define wait_for_state(self, wanted)                                                               \
  test_wait_until (sortie_backend_get_state ((self)->backend) == SORTIE_BACKEND_##wanted)

static void
test_online (Fixture *self, gconstpointer data)
{
  SortieApi *api;

  g_assert_null (sortie_backend_get_api (self->backend));
  sortie_backend_start (self->backend);
  wait_for_state (self, ONLINE);
  g_assert_cmpstr (self->states->str, ==, "cn");
  g_assert_cmpstr (sortie_backend_get_info (self->backend)->version, ==, "9.9");
  api = sortie_backend_get_api (self->backend);
  g_assert_nonnull (api);

  /* The first feed breaks off by itself; the second stays. Nothing comes twice. */
  test_wait_until (strstr (self->events->str, "feed.2") != NULL && self->n_connected == 2);
  g_assert_cmpstr (self->events->str, ==, "feed.1 feed.2 ");
  g_assert_cmpstr (self->states->str, ==, "cnrn");
  g_assert_true (sortie_backend_get_api (self->backend) == api);

  sortie_backend_start (self->backend); /* no effect */
  g_assert_cmpstr (self->states->str, ==, "cnrn");
  sortie_backend_stop (self->backend);
  g_assert_cmpstr (self->states->str, ==, "cnrni");
}

static void
test_wrong_version (Fixture *self, gconstpointer data)
{
  self->info = INFO ("2");
  sortie_backend_start (self->backend);
  wait_for_state (self, WRONG_VERSION);
  g_assert_cmpstr (sortie_backend_get_info (self->backend)->api_version, ==, "2");
  g_assert_cmpint (g_atomic_int_get (&self->n_feeds), ==, 0);

  /* It was updated meanwhile. */
  self->info = INFO ("1");
  sortie_backend_start (self->backend);
  wait_for_state (self, ONLINE);
  g_assert_cmpint (strncmp (self->states->str, "cwcn", 4), ==, 0);
}

static void
assert_fails (Fixture *self, const char *status, const char *info, int code)
{
  self->status = status;
  self->info = info;
  sortie_backend_start (self->backend);
  wait_for_state (self, FAILED);
  g_assert_error (sortie_backend_get_error (self->backend), SORTIE_ERROR, code);
  g_assert_cmpuint (self->n_connected, ==, 0);
  g_assert_cmpint (g_atomic_int_get (&self->n_feeds), ==, 0);
}

static void
test_rubbish (Fixture *self, gconstpointer data)
{
  assert_fails (self, "200 OK", "not JSON", SORTIE_ERROR_PROTOCOL);
  assert_fails (self, "200 OK", "[]", SORTIE_ERROR_PROTOCOL);
  assert_fails (self, "200 OK", "{\"name\":\"Other\"}", SORTIE_ERROR_PROTOCOL);
  assert_fails (self, "200 OK", "{\"name\":5,\"api_version\":{}}", SORTIE_ERROR_PROTOCOL);
  assert_fails (self, "404 Not Found", "{}", SORTIE_ERROR_NOT_FOUND);
  assert_fails (self, "401 Unauthorized", "{}", SORTIE_ERROR_DENIED);
}

static void
test_offline_and_back (Fixture *self, gconstpointer data)
{
  self->status = "503 Service Unavailable";
  self->info = "{}";
  sortie_backend_start (self->backend);
  wait_for_state (self, OFFLINE);
  g_assert_error (sortie_backend_get_error (self->backend), SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
  test_wait_until (peer_get_n_requests (self->peer) > 3); /* it tries again by itself */
  g_assert_cmpstr (self->states->str, ==, "co");          /* and says so once */
  self->info = INFO ("1");
  self->status = "200 OK";
  wait_for_state (self, ONLINE);
  g_assert_cmpuint (self->n_connected, >=, 1);
}

/* One that goes away while it is used is told at once, then as offline, and taken up again. */
static void
test_goes_away (Fixture *self, gconstpointer data)
{
  g_atomic_int_set (&self->n_feeds, 0);
  sortie_backend_start (self->backend);
  wait_for_state (self, ONLINE);
  g_atomic_int_set (&self->is_deaf, 1);
  wait_for_state (self, OFFLINE);
  g_assert_nonnull (strstr (self->states->str, "ro"));
  g_atomic_int_set (&self->is_deaf, 0);
  wait_for_state (self, ONLINE);
}

static void
test_bad_address (Fixture *self, gconstpointer data)
{
  static const char *const addresses[] = { "", "ftp://example.org", "http://", "unix://relative",
                                           "http://\u202eexample.org:99999999" };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      sortie_backend_choose (self->backend, addresses[i], NULL);
      g_assert_null (sortie_backend_get_api (self->backend));
      sortie_backend_start (self->backend);
      wait_for_state (self, FAILED);
      g_assert_error (sortie_backend_get_error (self->backend), SORTIE_ERROR, SORTIE_ERROR_INVALID);
    }
}

/* ---- The own backend ---- */

static void
test_no_program (Fixture *self, gconstpointer data)
{
  sortie_backend_choose (self->backend, NULL, NULL);
  sortie_launcher_set_program (sortie_backend_get_launcher (self->backend), "/nonexistent/sortied");
  sortie_backend_start (self->backend);
  wait_for_state (self, FAILED);
  g_assert_true (sortie_backend_is_automatic (self->backend));
  g_assert_nonnull (sortie_backend_get_error (self->backend));
}

static void
shut_down_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  sortie_backend_shut_down_finish (SORTIE_BACKEND (source), result);
  *(gboolean *) user_data = TRUE;
}

static void
assert_shuts_down (Fixture *self)
{
  gboolean is_down = FALSE;

  sortie_backend_shut_down_async (self->backend, FALSE, shut_down_cb, &is_down);
  test_wait_until (is_down);
  g_assert_cmpint (sortie_backend_get_state (self->backend), ==, SORTIE_BACKEND_IDLE);
  g_assert_false (sortie_backend_has_child (self->backend));
}

/* A sortied of this build, on folders of this test's own (with-display has made them). */
static void
test_own (Fixture *self, gconstpointer data)
{
  g_autofree char *program =
      g_test_build_filename (G_TEST_BUILT, "..", "src", "main", "sortied", NULL);

  sortie_backend_choose (self->backend, NULL, NULL);
  sortie_launcher_set_program (sortie_backend_get_launcher (self->backend), program);
  sortie_backend_start (self->backend);
  wait_for_state (self, ONLINE);
  g_assert_true (sortie_backend_has_child (self->backend));
  g_assert_cmpstr (self->states->str, ==, "scn");
  assert_shuts_down (self);
}

/* A child that dies again and again is given up, with its last words. */
static void
test_dies (Fixture *self, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("sortie-backend-XXXXXX", NULL);
  g_autofree char *program = g_build_filename (folder, "sortied", NULL);
  const char *script = "#!/bin/sh\necho 'cannot live like this' >&2\nexit 3\n";

  g_assert_true (
      g_file_set_contents_full (program, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  sortie_backend_choose (self->backend, NULL, NULL);
  sortie_launcher_set_program (sortie_backend_get_launcher (self->backend), program);
  sortie_backend_start (self->backend);
  wait_for_state (self, FAILED);
  g_assert_nonnull (
      strstr (sortie_backend_get_error (self->backend)->message, "cannot live like this"));
  g_assert_cmpint (remove (program), ==, 0);
  g_assert_cmpint (remove (folder), ==, 0);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backend/table", test_table);
  ADD ("/backend/online", test_online);
  ADD ("/backend/wrong-version", test_wrong_version);
  ADD ("/backend/rubbish", test_rubbish);
  ADD ("/backend/offline-and-back", test_offline_and_back);
  ADD ("/backend/goes-away", test_goes_away);
  ADD ("/backend/bad-address", test_bad_address);
  ADD ("/backend/no-program", test_no_program);
  ADD ("/backend/own", test_own);
  ADD ("/backend/dies", test_dies);
  return g_test_run ();
}
