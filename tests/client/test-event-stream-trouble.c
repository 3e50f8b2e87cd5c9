/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream-fixture.h"

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
      fixture_settle ();
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
  g_assert_true (sortie_event_stream_get_state (self.stream) == SORTIE_EVENT_STREAM_CONNECTING);
  wait_for_state (&self, FAILED);
  g_assert_cmpuint (peer_get_n_requests (self.peer), ==, 2);
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
stop_cb (SortieEventStream *stream, const SortieEvent *event, const char *json, gpointer user_data)
{
  if (g_str_equal (event->message, "b"))
    sortie_event_stream_stop (stream);
}

static void
test_stop_in_handler (void)
{
  Fixture self;

  fixture_init (&self, fixture_open_ended);
  g_signal_connect (self.stream, "event", G_CALLBACK (stop_cb), NULL);
  sortie_event_stream_start (self.stream);
  test_wait_until (strstr (self.messages->str, "b") != NULL);
  fixture_settle ();
  g_assert_true (sortie_event_stream_get_state (self.stream) == SORTIE_EVENT_STREAM_IDLE);
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

  fixture_init (&self, fixture_open_ended);
  g_signal_connect (self.stream, "event", G_CALLBACK (drop_cb), &self);
  sortie_event_stream_start (self.stream);
  test_wait_until (self.stream == NULL);
  fixture_settle ();
  g_assert_true (g_str_has_prefix (self.messages->str, "a "));
  g_assert_cmpuint (peer_get_n_requests (self.peer), ==, 1);
  fixture_clear (&self);
}

static void
test_unref_while_open (void)
{
  Fixture self;

  fixture_init (&self, fixture_open_ended);
  sortie_event_stream_start (self.stream);
  test_wait_until (strstr (self.messages->str, "c") != NULL);
  g_assert_finalize_object (g_steal_pointer (&self.stream));
  fixture_clear (&self);
}

static void
test_start_and_stop_at_once (void)
{
  Fixture self;

  fixture_init (&self, fixture_open_ended);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/event-stream-trouble/refusals", test_refusals);
  g_test_add_func ("/client/event-stream-trouble/start-after-failure", test_start_after_failure);
  g_test_add_func ("/client/event-stream-trouble/malformed", test_malformed_are_skipped);
  g_test_add_func ("/client/event-stream-trouble/endless-rubbish", test_endless_rubbish);
  g_test_add_func ("/client/event-stream-trouble/endless-line", test_endless_line);
  g_test_add_func ("/client/event-stream-trouble/stop-in-handler", test_stop_in_handler);
  g_test_add_func ("/client/event-stream-trouble/unref-in-handler", test_unref_in_handler);
  g_test_add_func ("/client/event-stream-trouble/unref-while-open", test_unref_while_open);
  g_test_add_func ("/client/event-stream-trouble/start-and-stop", test_start_and_stop_at_once);
  return g_test_run ();
}
