/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-bus.h"

G_BEGIN_DECLS

/* Fetches queue entries for a worker, on a connection of its own. One thread reads. */
typedef struct _SortieFetcher SortieFetcher;

/* `agents` is a bit per agent, in the order of sortie_agents. `bus` must outlive the fetcher. */
SortieFetcher *sortie_fetcher_new (SortieBus *bus, const char *consumer, guint agents);
void sortie_fetcher_free (SortieFetcher *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieFetcher, sortie_fetcher_free)

GPtrArray *sortie_fetcher_read (SortieFetcher *self, guint budget);
/* Whether a read goes on in Redis that is not overdue; from any thread. */
gboolean sortie_fetcher_is_reading (SortieFetcher *self);
/* Ends the read under way and all further ones, from any thread. */
void sortie_fetcher_stop (SortieFetcher *self);

G_END_DECLS
