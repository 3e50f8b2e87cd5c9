/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-bus.h"

G_BEGIN_DECLS

/* What no script can see is time passing: the janitor moves due retries back to their queues,
 * reclaims steps whose worker went silent, admits waiting missions, ends missions past their
 * deadline and compacts finished ones. Any number of janitors may run side by side. */
typedef struct _SortieJanitor SortieJanitor;

SortieJanitor *sortie_janitor_new (SortieBus *bus, const SortieRetryPolicy *policy);
void sortie_janitor_free (SortieJanitor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieJanitor, sortie_janitor_free)

/* Reclaims every fetched step that has been silent for `silence_ms` (0: all of them, right for a
 * backend that knows itself alone). `n_reclaimed` may be NULL. */
gboolean sortie_bus_reclaim (SortieBus *bus,
                             const SortieRetryPolicy *policy,
                             gint64 silence_ms,
                             guint *n_reclaimed,
                             GError **error);

/* One mission's stream rebuilt with fewer, larger chunks of its last draft. */
gboolean sortie_bus_compact (SortieBus *bus, const char *mission, GError **error);

G_END_DECLS
