/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream-fixture.h"

#include <glib/gstdio.h>

/* --- the table --- */

static void
test_transitions (void)
{
  for (int to = 0; to < SORTIE_EVENT_STREAM_N_STATES; to++)
    {
      g_assert_false (sortie_event_stream_may_change (SORTIE_EVENT_STREAM_COMPLETED, to));
      g_assert_false (sortie_event_stream_may_change (to, to));
    }
  g_assert_true (
      sortie_event_stream_may_change (SORTIE_EVENT_STREAM_IDLE, SORTIE_EVENT_STREAM_CONNECTING));
  g_assert_false (
      sortie_event_stream_may_change (SORTIE_EVENT_STREAM_IDLE, SORTIE_EVENT_STREAM_OPEN));
  g_assert_false (
      sortie_event_stream_may_change (SORTIE_EVENT_STREAM_WAITING, SORTIE_EVENT_STREAM_OPEN));
  g_assert_true (
      sortie_event_stream_may_change (SORTIE_EVENT_STREAM_FAILED, SORTIE_EVENT_STREAM_CONNECTING));
}

/* --- done --- */

static void
test_replay_of_finished (void)
{
  Fixture self;

  fixture_init (&self, fixture_finished_mission);
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, COMPLETED);
  g_assert_cmpstr (self.messages->str, ==, "a b Draft generation complete. ");
  g_assert_cmpstr (self.states->str, ==, "coc");

  /* Nothing leads out: neither a start nor a stop nor time. */
  for (int i = 0; i < 10; i++)
    {
      sortie_event_stream_start (self.stream);
      sortie_event_stream_stop (self.stream);
      fixture_settle ();
    }
  g_assert_true (sortie_event_stream_get_state (self.stream) == SORTIE_EVENT_STREAM_COMPLETED);
  g_assert_cmpstr (self.states->str, ==, "coc");
  g_assert_cmpuint (peer_get_n_requests (self.peer), ==, 1);
  g_assert_cmpuint (sortie_event_stream_get_n_connections (self.stream), ==, 1);
  fixture_clear (&self);
}

static void
done_twice (PeerRequest *request, gpointer user_data)
{
  peer_open_stream (request);
  peer_send (request, STATUS ("1-0", "a") DONE ("2-0") DONE ("2-0") DONE ("3-0")
                          STATUS ("4-0", "after the end"));
  peer_wait_gone (request);
}

static void
test_done_twice (void)
{
  Fixture self;

  fixture_init (&self, done_twice);
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, COMPLETED);
  fixture_settle ();
  g_assert_cmpstr (self.messages->str, ==, "a Draft generation complete. ");
  g_assert_cmpstr (sortie_event_stream_get_last_event_id (self.stream), ==, "2-0");
  g_assert_cmpuint (peer_get_n_requests (self.peer), ==, 1);
  fixture_clear (&self);
}

static void
nothing_more (PeerRequest *request, gpointer user_data)
{
  fixture_note_last_id (user_data, request);
  peer_send (request, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
}

static void
test_reconnect_after_done (void)
{
  Fixture self;

  fixture_init (&self, nothing_more);
  sortie_event_stream_set_last_event_id (self.stream, "3-0");
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, COMPLETED);
  sortie_event_stream_start (self.stream);
  fixture_settle ();
  g_assert_cmpstr (self.states->str, ==, "cc");
  g_assert_cmpuint (peer_get_n_requests (self.peer), ==, 1);
  g_assert_cmpstr (g_ptr_array_index (self.last_ids, 0), ==, "3-0");
  fixture_clear (&self);
}

/* The connection breaks off right behind `done`: that is no loss. */
static void
test_drop_after_done (void)
{
  Fixture self;

  fixture_init (&self, fixture_finished_mission);
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, COMPLETED);
  fixture_settle ();
  g_assert_null (sortie_event_stream_get_error (self.stream));
  g_assert_cmpuint (peer_get_n_requests (self.peer), ==, 1);
  fixture_clear (&self);
}

/* --- losing the connection --- */

/* Breaks off three times, once in the middle of a frame, and repeats what was seen already. */
static void
breaking (PeerRequest *request, gpointer user_data)
{
  fixture_note_last_id (user_data, request);
  peer_open_stream (request);
  if (request->number == 1)
    peer_send (request, STATUS ("1-0", "a") "id: 2-0\nevent: message\ndata: {\"type\":\"sta");
  else if (request->number == 2)
    peer_send (request, STATUS ("1-0", "a") STATUS ("1-5", "b"));
  else if (request->number == 3)
    peer_send_split (request, STATUS ("2-0", "c") STATUS ("1-7", "old") STATUS ("2-0", "c"));
  else
    peer_send (request, STATUS ("3-0", "d") DONE ("4-0"));
}

static void
test_resume (void)
{
  Fixture self;

  fixture_init (&self, breaking);
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, COMPLETED);
  g_assert_cmpstr (self.messages->str, ==, "a b c d Draft generation complete. ");
  g_assert_cmpuint (self.last_ids->len, ==, 4);
  g_assert_cmpstr (g_ptr_array_index (self.last_ids, 0), ==, "");
  g_assert_cmpstr (g_ptr_array_index (self.last_ids, 1), ==, "1-0");
  g_assert_cmpstr (g_ptr_array_index (self.last_ids, 2), ==, "1-5");
  g_assert_cmpstr (g_ptr_array_index (self.last_ids, 3), ==, "2-0");
  g_assert_cmpstr (self.states->str, ==, "cowcowcowcoc");
  fixture_clear (&self);
}

static void
byte_by_byte (PeerRequest *request, gpointer user_data)
{
  peer_open_stream (request);
  peer_send_split (request, "\xef\xbb\xbf: hello\n\nretry: 50\n\n" STATUS ("1-0", "ä→𝄞")
                                STATUS ("2-0", "b") ": beat\n\n" DONE ("3-0"));
}

static void
test_split_at_every_byte (void)
{
  Fixture self;

  fixture_init (&self, byte_by_byte);
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, COMPLETED);
  g_assert_cmpstr (self.messages->str, ==, "ä→𝄞 b Draft generation complete. ");
  g_assert_cmpuint (peer_get_n_requests (self.peer), ==, 1);
  fixture_clear (&self);
}

/* Says something and then nothing more, without closing. */
static void
stalling (PeerRequest *request, gpointer user_data)
{
  peer_open_stream (request);
  if (request->number == 1)
    {
      peer_send (request, STATUS ("1-0", "a"));
      peer_wait_gone (request);
    }
  else
    peer_send (request, DONE ("2-0"));
}

static void
test_stall (void)
{
  Fixture self;

  fixture_init (&self, stalling);
  sortie_event_stream_set_timing (self.stream, 10, 100, 150);
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, COMPLETED);
  g_assert_cmpuint (peer_get_n_requests (self.peer), ==, 2);
  g_assert_cmpstr (self.states->str, ==, "cowcoc");
  fixture_clear (&self);
}

/* Takes the connection and never answers at all. */
static void
mute (PeerRequest *request, gpointer user_data)
{
  if (request->number == 1)
    peer_wait_gone (request);
  else
    fixture_finished_mission (request, user_data);
}

static void
test_no_answer (void)
{
  Fixture self;

  fixture_init (&self, mute);
  sortie_event_stream_set_timing (self.stream, 10, 100, 150);
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, COMPLETED);
  g_assert_cmpstr (self.states->str, ==, "cwcoc");
  fixture_clear (&self);
}

static void
unavailable (PeerRequest *request, gpointer user_data)
{
  if (request->number <= 3)
    peer_answer (request, "503 Service Unavailable", NULL, "application/problem+json",
                 "{\"title\":\"Redis is unreachable\"}");
  else
    fixture_finished_mission (request, user_data);
}

static void
test_unavailable_then_recovered (void)
{
  Fixture self;

  fixture_init (&self, unavailable);
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, WAITING);
  g_assert_error (sortie_event_stream_get_error (self.stream), SORTIE_ERROR,
                  SORTIE_ERROR_UNAVAILABLE);
  g_assert_cmpint (sortie_event_stream_get_next_attempt (self.stream), >, 0);
  wait_for_state (&self, COMPLETED);
  g_assert_cmpstr (self.states->str, ==, "cwcwcwcoc");
  g_assert_cmpuint (peer_get_n_requests (self.peer), ==, 4);
  g_assert_cmpint (sortie_event_stream_get_next_attempt (self.stream), ==, 0);
  fixture_clear (&self);
}

static void
test_nobody_there (void)
{
  Fixture self;

  fixture_init (&self, fixture_finished_mission);
  g_clear_pointer (&self.peer, peer_free);
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, WAITING);
  g_assert_error (sortie_event_stream_get_error (self.stream), SORTIE_ERROR,
                  SORTIE_ERROR_UNAVAILABLE);
  test_wait_until (sortie_event_stream_get_n_connections (self.stream) >= 3);
  sortie_event_stream_stop (self.stream);
  self.peer = peer_new (fixture_finished_mission, &self);
  fixture_clear (&self);
}

/* --- reset --- */

static void
resetting (PeerRequest *request, gpointer user_data)
{
  fixture_note_last_id (user_data, request);
  peer_open_stream (request);
  if (request->number == 1)
    peer_send (request, STATUS ("5-0", "a") STATUS ("6-0", "b"));
  else
    peer_send (request, RESET STATUS ("1-0", "A") STATUS ("6-0", "B") DONE ("7-0"));
}

static void
test_reset (void)
{
  Fixture self;

  fixture_init (&self, resetting);
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, COMPLETED);
  g_assert_cmpstr (self.messages->str, ==, "a b ! A B Draft generation complete. ");
  fixture_clear (&self);
}

/* --- the feed --- */

/* Without an ID of its own, so that it has the last one's. */
#define COUNTERS(message)                                                                          \
  "event: message\ndata: " EVENT ("status", "topology.counters", message) "\n\n"

static void
feeding (PeerRequest *request, gpointer user_data)
{
  fixture_note_last_id (user_data, request);
  g_assert_cmpstr (request->line, ==, "GET /events");
  peer_open_stream (request);
  if (request->number == 1)
    peer_send (request, STATUS ("AAA", "a") COUNTERS ("one") DONE ("AAB") STATUS ("zzz", "b"));
  else
    {
      peer_send (request,
                 STATUS ("zzz", "b") COUNTERS ("two") COUNTERS ("three") STATUS ("000", "c"));
      peer_wait_gone (request);
    }
}

static void
test_feed (void)
{
  Fixture self;

  fixture_init (&self, feeding);
  g_clear_object (&self.stream);
  fixture_watch (&self, sortie_event_stream_new_feed (self.api));
  sortie_event_stream_start (self.stream);
  test_wait_until (strstr (self.messages->str, "c ") != NULL);
  g_assert_cmpstr (self.messages->str, ==, "a one Draft generation complete. b two three c ");
  g_assert_cmpstr (g_ptr_array_index (self.last_ids, 1), ==, "zzz");
  fixture_clear (&self);
}

/* --- over a Unix socket, many at once --- */

static void
test_many_over_unix_socket (void)
{
  enum
  {
    N = 12
  };
  g_autofree char *folder = g_dir_make_tmp ("sortie-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "s", NULL);
  Fixture shared = { .last_ids = g_ptr_array_new_with_free_func (g_free) };
  g_autoptr (SortieBackendAddress) address = NULL;
  SortieEventStream *streams[N];
  GString *messages[N];
  SortieApi *api;
  Peer *peer;

  g_mutex_init (&shared.lock);
  peer = peer_new_at (path, fixture_open_ended, &shared);
  address = sortie_backend_address_parse (peer_get_url (peer), NULL);
  api = sortie_api_new (address, NULL, NULL);
  for (int i = 0; i < N; i++)
    {
      Fixture *each = g_new0 (Fixture, 1);

      each->messages = messages[i] = g_string_new (NULL);
      streams[i] = sortie_event_stream_new (api, ID);
      g_signal_connect_data (streams[i], "event", G_CALLBACK (fixture_event_cb), each,
                             (GClosureNotify) (void (*) (void)) g_free, 0);
      sortie_event_stream_start (streams[i]);
    }
  for (int i = 0; i < N; i++)
    {
      test_wait_until (strstr (messages[i]->str, "c ") != NULL);
      g_assert_finalize_object (streams[i]);
      g_string_free (messages[i], TRUE);
    }

  test_finalize (api);
  peer_free (peer);
  g_ptr_array_unref (shared.last_ids);
  g_mutex_clear (&shared.lock);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/event-stream/transitions", test_transitions);
  g_test_add_func ("/client/event-stream/replay-of-finished", test_replay_of_finished);
  g_test_add_func ("/client/event-stream/done-twice", test_done_twice);
  g_test_add_func ("/client/event-stream/reconnect-after-done", test_reconnect_after_done);
  g_test_add_func ("/client/event-stream/drop-after-done", test_drop_after_done);
  g_test_add_func ("/client/event-stream/resume", test_resume);
  g_test_add_func ("/client/event-stream/split-at-every-byte", test_split_at_every_byte);
  g_test_add_func ("/client/event-stream/stall", test_stall);
  g_test_add_func ("/client/event-stream/no-answer", test_no_answer);
  g_test_add_func ("/client/event-stream/unavailable", test_unavailable_then_recovered);
  g_test_add_func ("/client/event-stream/nobody-there", test_nobody_there);
  g_test_add_func ("/client/event-stream/reset", test_reset);
  g_test_add_func ("/client/event-stream/feed", test_feed);
  g_test_add_func ("/client/event-stream/many-over-unix-socket", test_many_over_unix_socket);
  return g_test_run ();
}
