/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "peer.h"
#include "sortie-error.h"
#include "sortie-event-stream.h"

#include <glib/gstdio.h>
#include <string.h>

#define ID "0b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11"
#define OTHER_ID "1b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11"

#define EVENT(type, code, message)                                                                 \
  "{\"type\":\"" type "\",\"source\":\"system\",\"message\":\"" message "\",\"code\":\"" code      \
  "\",\"mission_id\":\"" ID "\",\"timestamp\":\"2024-05-01T10:00:00.000Z\"}"
#define FRAME(id, type, code, message)                                                             \
  "id: " id "\nevent: message\ndata: " EVENT (type, code, message) "\n\n"
#define STATUS(id, message) FRAME (id, "status", "step.progress", message)
#define DONE(id)                                                                                   \
  "id: " id "\nevent: message\ndata: {\"type\":\"done\",\"source\":\"system\",\"message\":"        \
  "\"Draft generation complete.\",\"code\":\"mission.done\",\"mission_id\":\"" ID                  \
  "\",\"timestamp\":\"2024-05-01T10:00:00.000Z\",\"data\":{\"outcome\":\"completed\"}}\n\n"
#define RESET FRAME ("9-0", "status", "stream.reset", "gone")

/* What a test sees of a stream. */
typedef struct
{
  Peer *peer;
  SortieApi *api;
  SortieEventStream *stream;
  GString *messages;   /* of the events, each followed by a space; `!` for a reset */
  GString *states;     /* their first letters */
  GPtrArray *last_ids; /* what the peer was asked for, in order; "" for none */
  GMutex lock;
} Fixture;

static void
event_cb (SortieEventStream *stream, const SortieEvent *event, const char *json, gpointer user_data)
{
  Fixture *self = user_data;

  g_assert_nonnull (json);
  g_assert_null (strchr (json, '\n'));
  g_string_append_printf (self->messages, "%s ", event->message);
}

static void
reset_cb (SortieEventStream *stream, gpointer user_data)
{
  Fixture *self = user_data;

  g_string_append (self->messages, "! ");
}

static void
state_cb (SortieEventStream *stream, GParamSpec *pspec, gpointer user_data)
{
  Fixture *self = user_data;

  g_string_append_c (self->states, sortie_event_stream_state_to_string (
                                       sortie_event_stream_get_state (stream))[0]);
}

static void
note_last_id (Fixture *self, PeerRequest *request)
{
  char *id = peer_dup_header (request, "Last-Event-ID");

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->last_ids, id != NULL ? id : g_strdup (""));
  g_mutex_unlock (&self->lock);
}

static void
watch_stream (Fixture *self, SortieEventStream *stream)
{
  self->stream = stream;
  sortie_event_stream_set_timing (stream, 10, 100, 20000);
  g_signal_connect (stream, "event", G_CALLBACK (event_cb), self);
  g_signal_connect (stream, "reset", G_CALLBACK (reset_cb), self);
  g_signal_connect (stream, "notify::state", G_CALLBACK (state_cb), self);
}

static void
fixture_init (Fixture *self, PeerFunc func)
{
  g_autoptr (SortieBackendAddress) address = NULL;

  memset (self, 0, sizeof *self);
  g_mutex_init (&self->lock);
  self->messages = g_string_new (NULL);
  self->states = g_string_new (NULL);
  self->last_ids = g_ptr_array_new_with_free_func (g_free);
  self->peer = peer_new (func, self);
  address = sortie_backend_address_parse (peer_get_url (self->peer), NULL);
  self->api = sortie_api_new (address, "a-token", NULL);
  watch_stream (self, sortie_event_stream_new (self->api, ID));
}

static void
fixture_clear (Fixture *self)
{
  g_clear_object (&self->stream);
  test_finalize (self->api);
  peer_free (self->peer);
  g_string_free (self->messages, TRUE);
  g_string_free (self->states, TRUE);
  g_ptr_array_unref (self->last_ids);
  g_mutex_clear (&self->lock);
}

static gboolean
is_state (Fixture *self, SortieEventStreamState state)
{
  return sortie_event_stream_get_state (self->stream) == state;
}

#define wait_for_state(self, state) test_wait_until (is_state (self, SORTIE_EVENT_STREAM_##state))

/* Runs what is due, so that a connection that should not be made would be. */
static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

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
finished_mission (PeerRequest *request, gpointer user_data)
{
  note_last_id (user_data, request);
  peer_open_stream (request);
  peer_send (request, "retry: 10\n\n" STATUS ("1-0", "a") STATUS ("2-0", "b") DONE ("3-0"));
}

static void
test_replay_of_finished (void)
{
  Fixture self;

  fixture_init (&self, finished_mission);
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, COMPLETED);
  g_assert_cmpstr (self.messages->str, ==, "a b Draft generation complete. ");
  g_assert_cmpstr (self.states->str, ==, "coc");

  /* Nothing leads out: neither a start nor a stop nor time. */
  for (int i = 0; i < 10; i++)
    {
      sortie_event_stream_start (self.stream);
      sortie_event_stream_stop (self.stream);
      settle ();
    }
  g_assert_true (is_state (&self, SORTIE_EVENT_STREAM_COMPLETED));
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
  settle ();
  g_assert_cmpstr (self.messages->str, ==, "a Draft generation complete. ");
  g_assert_cmpstr (sortie_event_stream_get_last_event_id (self.stream), ==, "2-0");
  g_assert_cmpuint (peer_get_n_requests (self.peer), ==, 1);
  fixture_clear (&self);
}

static void
nothing_more (PeerRequest *request, gpointer user_data)
{
  note_last_id (user_data, request);
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
  settle ();
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

  fixture_init (&self, finished_mission);
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, COMPLETED);
  settle ();
  g_assert_null (sortie_event_stream_get_error (self.stream));
  g_assert_cmpuint (peer_get_n_requests (self.peer), ==, 1);
  fixture_clear (&self);
}

/* --- losing the connection --- */

/* Breaks off three times, once in the middle of a frame, and repeats what was seen already. */
static void
breaking (PeerRequest *request, gpointer user_data)
{
  note_last_id (user_data, request);
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
    finished_mission (request, user_data);
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
    finished_mission (request, user_data);
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

  fixture_init (&self, finished_mission);
  g_clear_pointer (&self.peer, peer_free);
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, WAITING);
  g_assert_error (sortie_event_stream_get_error (self.stream), SORTIE_ERROR,
                  SORTIE_ERROR_UNAVAILABLE);
  test_wait_until (sortie_event_stream_get_n_connections (self.stream) >= 3);
  sortie_event_stream_stop (self.stream);
  self.peer = peer_new (finished_mission, &self);
  fixture_clear (&self);
}

/* --- what trying again does not help --- */

static const char *refusal_status;
static const char *refusal_type;

static void
refusing (PeerRequest *request, gpointer user_data)
{
  peer_answer (request, refusal_status, "Location: http://127.0.0.1:1/elsewhere\r\n", refusal_type,
               "nothing to see here");
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *status;
    const char *type;
    int code;
  } cases[] = {
    { "404 Not Found", "application/problem+json", SORTIE_ERROR_NOT_FOUND },
    { "401 Unauthorized", "application/problem+json", SORTIE_ERROR_DENIED },
    { "400 Bad Request", "application/problem+json", SORTIE_ERROR_INVALID },
    { "307 Temporary Redirect", "text/plain", SORTIE_ERROR_PROTOCOL },
    { "200 OK", "text/html", SORTIE_ERROR_PROTOCOL },
    { "200 OK", "application/json", SORTIE_ERROR_PROTOCOL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Fixture self;

      refusal_status = cases[i].status;
      refusal_type = cases[i].type;
      fixture_init (&self, refusing);
      sortie_event_stream_start (self.stream);
      wait_for_state (&self, FAILED);
      settle ();
      g_assert_error (sortie_event_stream_get_error (self.stream), SORTIE_ERROR, cases[i].code);
      g_assert_null (strstr (sortie_event_stream_get_error (self.stream)->message, "a-token"));
      g_assert_cmpstr (self.states->str, ==, "cf");
      g_assert_cmpuint (peer_get_n_requests (self.peer), ==, 1);
      fixture_clear (&self);
    }
}

/* Only a person's wish leads out of FAILED. */
static void
test_start_after_failure (void)
{
  Fixture self;

  refusal_status = "401 Unauthorized";
  refusal_type = "text/plain";
  fixture_init (&self, refusing);
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, FAILED);
  sortie_event_stream_start (self.stream);
  g_assert_true (is_state (&self, SORTIE_EVENT_STREAM_CONNECTING));
  wait_for_state (&self, FAILED);
  g_assert_cmpuint (peer_get_n_requests (self.peer), ==, 2);
  fixture_clear (&self);
}

/* --- reset --- */

static void
resetting (PeerRequest *request, gpointer user_data)
{
  note_last_id (user_data, request);
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

/* --- rubbish --- */

static void
rubbish (PeerRequest *request, gpointer user_data)
{
  peer_open_stream (request);
  peer_send (request, "data: not json\n\n"
                      "data: {\"type\":\"status\"}\n\n"
                      "data: {\"type\":\"status\",\"source\":1,\"message\":2,\"code\":3}\n\n"
                      "data: []\n\n"
                      "data: {\"type\":\"status\",\"source\":\"system\",\"message\":\"x\",\"code\":"
                      "\"y\",\"mission_id\":\"" OTHER_ID "\"}\n\n"
                      "event: other\ndata: whatever\n\n");
  peer_send (request, STATUS ("1-0", "a") DONE ("2-0"));
}

static void
test_malformed_are_skipped (void)
{
  Fixture self;

  fixture_init (&self, rubbish);
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, COMPLETED);
  g_assert_cmpstr (self.messages->str, ==, "a Draft generation complete. ");
  g_assert_cmpuint (sortie_event_stream_get_n_malformed (self.stream), ==, 5);
  fixture_clear (&self);
}

static void
endless_rubbish (PeerRequest *request, gpointer user_data)
{
  peer_open_stream (request);
  while (peer_send (request, "data: rubbish\n\n"))
    ;
}

static void
test_endless_rubbish (void)
{
  Fixture self;

  fixture_init (&self, endless_rubbish);
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, FAILED);
  g_assert_error (sortie_event_stream_get_error (self.stream), SORTIE_ERROR, SORTIE_ERROR_PROTOCOL);
  g_assert_cmpuint (sortie_event_stream_get_n_malformed (self.stream), ==,
                    SORTIE_EVENT_STREAM_MAX_MALFORMED);
  fixture_clear (&self);
}

static void
endless_line (PeerRequest *request, gpointer user_data)
{
  g_autofree char *block = g_strnfill (64 * 1024, 'x');

  peer_open_stream (request);
  peer_send (request, "data: ");
  while (peer_send (request, block))
    ;
}

static void
test_endless_line (void)
{
  Fixture self;

  fixture_init (&self, endless_line);
  sortie_event_stream_start (self.stream);
  wait_for_state (&self, FAILED);
  g_assert_error (sortie_event_stream_get_error (self.stream), SORTIE_ERROR,
                  SORTIE_ERROR_TOO_LARGE);
  g_assert_cmpuint (peer_get_n_requests (self.peer), ==, 1);
  fixture_clear (&self);
}

/* --- letting go --- */

static void
open_ended (PeerRequest *request, gpointer user_data)
{
  note_last_id (user_data, request);
  peer_open_stream (request);
  peer_send (request, STATUS ("1-0", "a") STATUS ("2-0", "b") STATUS ("3-0", "c"));
  peer_wait_gone (request);
}

static void
stop_cb (SortieEventStream *stream, const SortieEvent *event, const char *json, gpointer user_data)
{
  if (g_str_equal (event->message, "b"))
    sortie_event_stream_stop (stream);
}

static void
test_stop_in_handler (void)
{
  Fixture self;

  fixture_init (&self, open_ended);
  g_signal_connect (self.stream, "event", G_CALLBACK (stop_cb), NULL);
  sortie_event_stream_start (self.stream);
  test_wait_until (strstr (self.messages->str, "b") != NULL);
  settle ();
  g_assert_true (is_state (&self, SORTIE_EVENT_STREAM_IDLE));
  g_assert_cmpstr (self.messages->str, ==, "a b ");

  /* It goes on where it stopped. */
  g_signal_handlers_disconnect_by_func (self.stream, stop_cb, NULL);
  sortie_event_stream_start (self.stream);
  test_wait_until (strstr (self.messages->str, "c") != NULL);
  g_assert_cmpstr (self.messages->str, ==, "a b c ");
  g_assert_cmpstr (g_ptr_array_index (self.last_ids, 1), ==, "2-0");
  fixture_clear (&self);
}

static void
drop_cb (SortieEventStream *stream, const SortieEvent *event, const char *json, gpointer user_data)
{
  Fixture *self = user_data;

  g_clear_object (&self->stream);
}

/* The last reference goes in a handler; the peer sees the connection go, or fixture_clear() would
 * wait for it in vain. */
static void
test_unref_in_handler (void)
{
  Fixture self;

  fixture_init (&self, open_ended);
  g_signal_connect (self.stream, "event", G_CALLBACK (drop_cb), &self);
  sortie_event_stream_start (self.stream);
  test_wait_until (self.stream == NULL);
  settle ();
  g_assert_true (g_str_has_prefix (self.messages->str, "a "));
  g_assert_cmpuint (peer_get_n_requests (self.peer), ==, 1);
  fixture_clear (&self);
}

static void
test_unref_while_open (void)
{
  Fixture self;

  fixture_init (&self, open_ended);
  sortie_event_stream_start (self.stream);
  test_wait_until (strstr (self.messages->str, "c") != NULL);
  g_assert_finalize_object (g_steal_pointer (&self.stream));
  fixture_clear (&self);
}

static void
test_start_and_stop_at_once (void)
{
  Fixture self;

  fixture_init (&self, open_ended);
  for (int i = 0; i < 20; i++)
    {
      sortie_event_stream_start (self.stream);
      sortie_event_stream_start (self.stream);
      sortie_event_stream_stop (self.stream);
    }
  sortie_event_stream_start (self.stream);
  test_wait_until (strstr (self.messages->str, "c") != NULL);
  g_assert_cmpstr (self.messages->str, ==, "a b c ");
  fixture_clear (&self);
}

/* --- the feed --- */

static void
feeding (PeerRequest *request, gpointer user_data)
{
  note_last_id (user_data, request);
  g_assert_cmpstr (request->line, ==, "GET /events");
  peer_open_stream (request);
  if (request->number == 1)
    peer_send (request, STATUS ("AAA", "a") DONE ("AAB") STATUS ("zzz", "b"));
  else
    {
      peer_send (request, STATUS ("zzz", "b") STATUS ("000", "c"));
      peer_wait_gone (request);
    }
}

static void
test_feed (void)
{
  Fixture self;

  fixture_init (&self, feeding);
  g_clear_object (&self.stream);
  watch_stream (&self, sortie_event_stream_new_feed (self.api));
  sortie_event_stream_start (self.stream);
  test_wait_until (strstr (self.messages->str, "c ") != NULL);
  g_assert_cmpstr (self.messages->str, ==, "a Draft generation complete. b c ");
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
  peer = peer_new_at (path, open_ended, &shared);
  address = sortie_backend_address_parse (peer_get_url (peer), NULL);
  api = sortie_api_new (address, NULL, NULL);
  for (int i = 0; i < N; i++)
    {
      Fixture *each = g_new0 (Fixture, 1);

      each->messages = messages[i] = g_string_new (NULL);
      streams[i] = sortie_event_stream_new (api, ID);
      g_signal_connect_data (streams[i], "event", G_CALLBACK (event_cb), each,
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
  g_test_add_func ("/client/event-stream/refusals", test_refusals);
  g_test_add_func ("/client/event-stream/start-after-failure", test_start_after_failure);
  g_test_add_func ("/client/event-stream/reset", test_reset);
  g_test_add_func ("/client/event-stream/malformed", test_malformed_are_skipped);
  g_test_add_func ("/client/event-stream/endless-rubbish", test_endless_rubbish);
  g_test_add_func ("/client/event-stream/endless-line", test_endless_line);
  g_test_add_func ("/client/event-stream/stop-in-handler", test_stop_in_handler);
  g_test_add_func ("/client/event-stream/unref-in-handler", test_unref_in_handler);
  g_test_add_func ("/client/event-stream/unref-while-open", test_unref_while_open);
  g_test_add_func ("/client/event-stream/start-and-stop", test_start_and_stop_at_once);
  g_test_add_func ("/client/event-stream/feed", test_feed);
  g_test_add_func ("/client/event-stream/many-over-unix-socket", test_many_over_unix_socket);
  return g_test_run ();
}
