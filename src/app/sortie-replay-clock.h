/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* When each event of a mission comes while it is played again: in real time, but a long wait is cut
 * short, and a long mission goes by faster. Pure. */

#define SORTIE_REPLAY_MAX_GAP 2000     /* milliseconds between two events */
#define SORTIE_REPLAY_MAX_LENGTH 60000 /* milliseconds in all */

typedef struct _SortieReplayClock SortieReplayClock;

SortieReplayClock *sortie_replay_clock_new (void);
void sortie_replay_clock_free (SortieReplayClock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieReplayClock, sortie_replay_clock_free)

/* The next event's time, milliseconds; one that goes backwards counts as no time at all. */
void sortie_replay_clock_add (SortieReplayClock *self, gint64 time);
void sortie_replay_clock_clear (SortieReplayClock *self);
guint sortie_replay_clock_get_n_events (const SortieReplayClock *self);

/* How long it plays, milliseconds. */
double sortie_replay_clock_get_length (const SortieReplayClock *self);
/* How many events have come after so many milliseconds; the first comes at once. */
guint sortie_replay_clock_get_position (const SortieReplayClock *self, double elapsed);
/* When the event before that position came: the inverse, milliseconds. */
double sortie_replay_clock_get_elapsed (const SortieReplayClock *self, guint position);

G_END_DECLS
