/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The pause before the next attempt to connect. Pure: time and chance come in as arguments. */

/**
 * SortieBackoff:
 * @first: the first pause, milliseconds
 * @longest: no pause is longer, milliseconds
 * @n_fruitless: attempts in a row that brought nothing
 * @last_immediate: when an attempt without a pause was allowed last, monotonic microseconds; 0 never
 */
typedef struct
{
  guint first;
  guint longest;
  guint n_fruitless;
  gint64 last_immediate;
} SortieBackoff;

/**
 * sortie_backoff_next:
 * @fruitful: whether the connection that ended brought something new
 * @asked: the pause that the peer asks for, milliseconds; 0 for none
 * @now: g_get_monotonic_time()
 * @random: from [0, 1)
 *
 * No pause after a fruitful connection, but not twice within the first pause: a peer that breaks off
 * again and again must not be hammered. Else twice as long each time, with up to a fifth added so
 * that many clients don't come back in step.
 *
 * Returns: milliseconds, at most @longest
 */
guint sortie_backoff_next (
    SortieBackoff *self, gboolean fruitful, guint asked, gint64 now, double random);

G_END_DECLS
