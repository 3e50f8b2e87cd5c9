/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "peer.h"
#include "sortie-error.h"
#include "sortie-event-stream.h"

#include <string.h>

G_BEGIN_DECLS

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

/* A peer, an API and a stream of the mission ID that is not started yet. */
void fixture_init (Fixture *self, PeerFunc func);
void fixture_clear (Fixture *self);
/* Puts another stream in place of the fixture's own. */
void fixture_watch (Fixture *self, SortieEventStream *stream);
/* For peers: notes the Last-Event-ID that was asked for. */
void fixture_note_last_id (Fixture *self, PeerRequest *request);
/* Runs what is due, so that a connection that should not be made would be. */
void fixture_settle (void);
void fixture_event_cb (SortieEventStream *stream,
                       const SortieEvent *event,
                       const char *json,
                       gpointer user_data);

/* Peers: one sends a finished mission and closes, the other two events and stays. */
void fixture_finished_mission (PeerRequest *request, gpointer user_data);
void fixture_open_ended (PeerRequest *request, gpointer user_data);

#define wait_for_state(self, wanted)                                                               \
  test_wait_until (sortie_event_stream_get_state ((self)->stream) == SORTIE_EVENT_STREAM_##wanted)

G_END_DECLS
