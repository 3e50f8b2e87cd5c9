/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-bus.h"
#include "sortie-library.h"

G_BEGIN_DECLS

/* Brings collections up to date in the background and tells the feed how far it is. Thread-safe. */
typedef struct _SortieIndexing SortieIndexing;

/* Both must outlive it. */
SortieIndexing *sortie_indexing_new (SortieLibrary *library, SortieBus *bus);
/* Stops what runs. */
void sortie_indexing_free (SortieIndexing *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieIndexing, sortie_indexing_free)

/* Once more where it is being indexed already. */
void sortie_indexing_start (SortieIndexing *self, const char *user, const char *collection);
gboolean sortie_indexing_is_running (SortieIndexing *self, const char *collection);
/* Why the last run ended early. (transfer full) (nullable) */
char *sortie_indexing_dup_failure (SortieIndexing *self, const char *collection);

G_END_DECLS
