/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-hub.h"
#include "sortie-provider.h"

G_BEGIN_DECLS

/* Tells the feed's subscribers how many steps wait, run and are done, and the state of the language
 * model: event topology.counters, at most once a second, only while somebody listens and only when
 * something has changed. */
typedef struct _SortieCounters SortieCounters;

SortieCounters *sortie_counters_new (SortieBus *bus,
                                     SortieHub *hub,
                                     const SortieProvider *provider);
void sortie_counters_free (SortieCounters *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieCounters, sortie_counters_free)

G_END_DECLS
