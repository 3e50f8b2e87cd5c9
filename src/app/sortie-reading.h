/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A list that is read from the backend, one request at a time: whoever wants it while it is being read
 * has it read once more. */
typedef struct
{
  gboolean is_under_way;
  gboolean is_wanted_again;
  gboolean is_known; /* it was read at least once */
} SortieReading;

/* Whether it is to be asked for now. */
static inline gboolean
sortie_reading_begin (SortieReading *self)
{
  self->is_wanted_again = self->is_under_way;
  if (self->is_under_way)
    return FALSE;
  self->is_under_way = TRUE;
  return TRUE;
}

static inline void
sortie_reading_end (SortieReading *self, gboolean succeeded)
{
  self->is_under_way = FALSE;
  self->is_known = self->is_known || succeeded;
}

/* Of another backend. */
static inline void
sortie_reading_reset (SortieReading *self)
{
  *self = (SortieReading){ FALSE, FALSE, FALSE };
}

G_END_DECLS
