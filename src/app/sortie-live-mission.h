/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-event-row.h"
#include "sortie-event-stream.h"
#include "sortie-mission-model.h"

G_BEGIN_DECLS

/* A checkpoint of the model is kept every so many events, from which a replay goes on. */
#define SORTIE_LIVE_MISSION_CHECKPOINT 512
#define SORTIE_LIVE_MISSION_MAX_REFUSED 10000 /* events that are shown as not applied */

/**
 * SortieLiveMission:
 *
 * A mission that is open in the window: its event stream, its events, the model that they fold into,
 * and the moment of it that is shown. Everything that the window shows of a mission is a function of
 * sortie_live_mission_get_model(): the newest state while it is live, an earlier one while a replay
 * stands on a moment.
 *
 * Signals:
 * - `event` (const SortieEvent *event, guint changes): an event was applied, and the shown model is
 *   the live one; `changes` are SortieModelChange flags. The event belongs to the mission
 * - `jumped`: the shown model is another one (a replay moved, everything comes anew, or so many
 *   events arrived together that they were not told one by one): draw all of it again
 *
 * Properties:
 * - `position` (guint): how many events have gone into the shown model
 * - `n-events` (guint): how many there are
 * - `live` (gboolean): whether the newest moment is shown and followed
 * - `stream-state` (SortieEventStreamState)
 */
#define SORTIE_TYPE_LIVE_MISSION (sortie_live_mission_get_type ())
G_DECLARE_FINAL_TYPE (SortieLiveMission, sortie_live_mission, SORTIE, LIVE_MISSION, GObject)

SortieLiveMission *sortie_live_mission_new (SortieApi *api, const char *mission_id);

/* Begins to follow, or goes on after a stop; no effect after the mission's end. */
void sortie_live_mission_start (SortieLiveMission *self);
void sortie_live_mission_stop (SortieLiveMission *self);

SortieApi *sortie_live_mission_get_api (SortieLiveMission *self);
const char *sortie_live_mission_get_mission_id (SortieLiveMission *self);
SortieEventStream *sortie_live_mission_get_stream (SortieLiveMission *self);

/* The shown moment, and the newest. Both are valid until the next event or jump. */
const SortieMissionModel *sortie_live_mission_get_model (SortieLiveMission *self);
const SortieMissionModel *sortie_live_mission_get_newest (SortieLiveMission *self);

guint sortie_live_mission_get_n_events (SortieLiveMission *self);
/* @index: from 0; the event belongs to the mission */
const SortieEvent *sortie_live_mission_get_event (SortieLiveMission *self, guint index);

/* (element-type SortieEventRow) (transfer none): one row an event, one a draft for its chunks. All of
 * them; while a replay stands on a moment, the first get_n_rows_shown() are of the past. */
GListModel *sortie_live_mission_get_rows (SortieLiveMission *self);
guint sortie_live_mission_get_n_rows_shown (SortieLiveMission *self);

guint sortie_live_mission_get_position (SortieLiveMission *self);
gboolean sortie_live_mission_is_live (SortieLiveMission *self);
/* Whether events arrive faster than it is worth to show them: a `jumped` follows. */
gboolean sortie_live_mission_is_behind (SortieLiveMission *self);
/* Shows the moment after the first `position` events, and follows no more. */
void sortie_live_mission_show (SortieLiveMission *self, guint position);
/* Shows the newest moment and follows it. */
void sortie_live_mission_go_live (SortieLiveMission *self);

/* Feeds one event as if it had come from the backend, alone: for tests and benchmarks. */
void sortie_live_mission_take (SortieLiveMission *self, const SortieEvent *event);

G_END_DECLS
