/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream-fixture.h"

void
fixture_event_cb (SortieEventStream *stream,
                  const SortieEvent *event,
                  const char *json,
                  gpointer user_data)
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

void
fixture_note_last_id (Fixture *self, PeerRequest *request)
{
  char *id = peer_dup_header (request, "Last-Event-ID");

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->last_ids, id != NULL ? id : g_strdup (""));
  g_mutex_unlock (&self->lock);
}

void
fixture_watch (Fixture *self, SortieEventStream *stream)
{
  self->stream = stream;
  sortie_event_stream_set_timing (stream, 10, 100, 20000);
  g_signal_connect (stream, "event", G_CALLBACK (fixture_event_cb), self);
  g_signal_connect (stream, "reset", G_CALLBACK (reset_cb), self);
  g_signal_connect (stream, "notify::state", G_CALLBACK (state_cb), self);
}

void
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
  fixture_watch (self, sortie_event_stream_new (self->api, ID));
}

void
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

void
fixture_settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

void
fixture_finished_mission (PeerRequest *request, gpointer user_data)
{
  fixture_note_last_id (user_data, request);
  peer_open_stream (request);
  peer_send (request, "retry: 10\n\n" STATUS ("1-0", "a") STATUS ("2-0", "b") DONE ("3-0"));
}

void
fixture_open_ended (PeerRequest *request, gpointer user_data)
{
  fixture_note_last_id (user_data, request);
  peer_open_stream (request);
  peer_send (request, STATUS ("1-0", "a") STATUS ("2-0", "b") STATUS ("3-0", "c"));
  peer_wait_gone (request);
}
