/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-replay-clock.h"

struct _SortieReplayClock
{
  GArray *moments; /* gint64: when each event comes, before it is made faster */
  gint64 last;     /* the last event's own time */
};

SortieReplayClock *
sortie_replay_clock_new (void)
{
  SortieReplayClock *self = g_new0 (SortieReplayClock, 1);

  self->moments = g_array_new (FALSE, FALSE, sizeof (gint64));
  return self;
}

void
sortie_replay_clock_free (SortieReplayClock *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->moments);
  g_free (self);
}

static gint64
get_moment (const SortieReplayClock *self, guint index)
{
  return g_array_index (self->moments, gint64, index);
}

static gint64
get_last_moment (const SortieReplayClock *self)
{
  return self->moments->len > 0 ? get_moment (self, self->moments->len - 1) : 0;
}

/* How much faster than life it goes. */
static double
get_speed (const SortieReplayClock *self)
{
  return MAX (1.0, (double) get_last_moment (self) / SORTIE_REPLAY_MAX_LENGTH);
}

void
sortie_replay_clock_add (SortieReplayClock *self, gint64 time)
{
  gint64 moment = get_last_moment (self);

  if (self->moments->len > 0 && time > self->last)
    moment += time - self->last < SORTIE_REPLAY_MAX_GAP && self->last >= 0 ? time - self->last
                                                                           : SORTIE_REPLAY_MAX_GAP;
  self->last = self->moments->len > 0 ? MAX (self->last, time) : time;
  g_array_append_val (self->moments, moment);
}

void
sortie_replay_clock_clear (SortieReplayClock *self)
{
  g_array_set_size (self->moments, 0);
  self->last = 0;
}

guint
sortie_replay_clock_get_n_events (const SortieReplayClock *self)
{
  return self->moments->len;
}

double
sortie_replay_clock_get_length (const SortieReplayClock *self)
{
  return (double) get_last_moment (self) / get_speed (self);
}

guint
sortie_replay_clock_get_position (const SortieReplayClock *self, double elapsed)
{
  double moment = elapsed * get_speed (self);
  guint low = 0, high = self->moments->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if ((double) get_moment (self, middle) <= moment)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

double
sortie_replay_clock_get_elapsed (const SortieReplayClock *self, guint position)
{
  if (position == 0 || self->moments->len == 0)
    return 0;
  return (double) get_moment (self, MIN (position, self->moments->len) - 1) / get_speed (self);
}
