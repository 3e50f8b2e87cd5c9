/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-api.h"
#include "sortie-event.h"

G_BEGIN_DECLS

/**
 * SortieEventStreamState:
 * @SORTIE_EVENT_STREAM_IDLE: not started, or stopped
 * @SORTIE_EVENT_STREAM_CONNECTING: a request is on its way
 * @SORTIE_EVENT_STREAM_OPEN: events arrive
 * @SORTIE_EVENT_STREAM_WAITING: the connection was lost; the next attempt comes by itself
 * @SORTIE_EVENT_STREAM_COMPLETED: the mission's `done` was seen: latched, nothing leads out
 * @SORTIE_EVENT_STREAM_FAILED: trying again would not help; see sortie_event_stream_get_error()
 */
typedef enum
{
  SORTIE_EVENT_STREAM_IDLE,
  SORTIE_EVENT_STREAM_CONNECTING,
  SORTIE_EVENT_STREAM_OPEN,
  SORTIE_EVENT_STREAM_WAITING,
  SORTIE_EVENT_STREAM_COMPLETED,
  SORTIE_EVENT_STREAM_FAILED,
} SortieEventStreamState;
#define SORTIE_EVENT_STREAM_N_STATES 6

#define SORTIE_TYPE_EVENT_STREAM_STATE (sortie_event_stream_state_get_type ())
GType sortie_event_stream_state_get_type (void);
const char *sortie_event_stream_state_to_string (SortieEventStreamState state);

/* The transition table. No row leads out of COMPLETED. */
gboolean sortie_event_stream_may_change (SortieEventStreamState from, SortieEventStreamState to);

/* A malformed event is skipped; this many in a row end the stream. */
#define SORTIE_EVENT_STREAM_MAX_MALFORMED 16

/**
 * SortieEventStream:
 *
 * The events of one mission, or the feed of all of them, over server-sent events: each applied once
 * by its ID, resumed where it broke off, never asked for again after `done`.
 *
 * Signals:
 * - `event` (SortieEvent *event, const char *json): an event, in order; both belong to the stream
 *   and live for the call (sortie_event_ref() keeps the event). `json` is its wire form on one line
 * - `events-told`: all events that one read has brought were told: what is better done once for many
 *   of them is done now
 * - `reset`: what was received so far is void; everything comes again from the first event
 * - `notify::state`
 */
#define SORTIE_TYPE_EVENT_STREAM (sortie_event_stream_get_type ())
G_DECLARE_FINAL_TYPE (SortieEventStream, sortie_event_stream, SORTIE, EVENT_STREAM, GObject)

SortieEventStream *sortie_event_stream_new (SortieApi *api, const char *mission_id);
/* All missions of this user, without draft text. It never completes by a mission's `done`. */
SortieEventStream *sortie_event_stream_new_feed (SortieApi *api);

/* Where to resume: the ID of the last event already known. Before the first start only. */
void sortie_event_stream_set_last_event_id (SortieEventStream *self, const char *id);

/* How long to wait, milliseconds: the first and the longest pause between attempts, and the silence
 * after which a connection counts as dead. The defaults are 1,000, 30,000 and 40,000. */
void sortie_event_stream_set_timing (SortieEventStream *self,
                                     guint first_pause,
                                     guint longest_pause,
                                     guint silence);

/* From idle or failed; no effect in any other state, so a completed stream never connects again. In
 * the waiting state the next attempt is made at once. */
void sortie_event_stream_start (SortieEventStream *self);
/* To idle, from where a start resumes; no effect on a completed stream. */
void sortie_event_stream_stop (SortieEventStream *self);

SortieEventStreamState sortie_event_stream_get_state (SortieEventStream *self);
/* (nullable): why the stream failed, or why it waits */
const GError *sortie_event_stream_get_error (SortieEventStream *self);
/* (nullable): the ID of the last event that was applied */
const char *sortie_event_stream_get_last_event_id (SortieEventStream *self);
/* When the next attempt is due, g_get_monotonic_time(); 0 in other states than waiting. */
gint64 sortie_event_stream_get_next_attempt (SortieEventStream *self);
/* How many connections were made so far. */
guint sortie_event_stream_get_n_connections (SortieEventStream *self);
/* How many events could not be read and were skipped. */
guint sortie_event_stream_get_n_malformed (SortieEventStream *self);

G_END_DECLS
