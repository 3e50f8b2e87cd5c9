/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-backoff.h"

#define MAX_DOUBLINGS 16

guint
sortie_backoff_next (SortieBackoff *self, gboolean fruitful, guint asked, gint64 now, double random)
{
  guint64 pause;

  self->n_fruitless = fruitful ? 0 : MIN (self->n_fruitless + 1, MAX_DOUBLINGS);
  if (fruitful && asked == 0 &&
      (self->last_immediate == 0 ||
       now - self->last_immediate > self->first * G_GINT64_CONSTANT (1000)))
    {
      self->last_immediate = now;
      return 0;
    }

  pause = (guint64) self->first << (MAX (self->n_fruitless, 1) - 1);
  pause = MIN (pause, self->longest);
  pause += (guint64) (random * (double) pause / 5);

  return (guint) MIN (MAX (pause, asked), self->longest);
}
