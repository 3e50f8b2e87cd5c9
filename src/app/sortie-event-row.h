/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-event.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SortieEventRow:
 *
 * One row of the telemetry: an event, or all chunks of a draft folded into one.
 *
 * Properties:
 * - `n-chunks`, `n-bytes` (guint64, read-only): notified by sortie_event_row_tell_growth()
 */
#define SORTIE_TYPE_EVENT_ROW (sortie_event_row_get_type ())
G_DECLARE_FINAL_TYPE (SortieEventRow, sortie_event_row, SORTIE, EVENT_ROW, GObject)

/* @events: (element-type SortieEvent): the mission's events, which the row keeps alive
 * @index: its place among them, from 0 */
SortieEventRow *sortie_event_row_new (GPtrArray *events, guint index);

/* A row of an event that was not applied as it makes no sense, such as text of an unknown draft.
 * @place: how many events were applied before it */
SortieEventRow *sortie_event_row_new_refused (const SortieEvent *event,
                                              guint place,
                                              const char *reason);
/* (nullable): why it was not applied */
const char *sortie_event_row_get_refusal (SortieEventRow *self);

/* The event, for a draft its first chunk. */
const SortieEvent *sortie_event_row_get_event (SortieEventRow *self);
guint sortie_event_row_get_index (SortieEventRow *self);
/* 0 where it is no draft. */
guint64 sortie_event_row_get_n_chunks (SortieEventRow *self);
guint64 sortie_event_row_get_n_bytes (SortieEventRow *self);
/* Counts one more chunk; for many of them, who looks at the row is told once. */
void sortie_event_row_add_chunk (SortieEventRow *self, const SortieEvent *event);
void sortie_event_row_tell_growth (SortieEventRow *self);

G_END_DECLS
