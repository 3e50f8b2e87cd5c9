/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-mission-list.h"

G_BEGIN_DECLS

/* How long changes are gathered before the cache is written: a running mission changes often. */
#define SORTIE_TITLE_KEEPER_PAUSE_MS 1000

/**
 * SortieTitleKeeper:
 *
 * Keeps the cache of titles as the list of missions is: what the list has not read yet stays in it,
 * what is deleted goes.
 */
typedef struct _SortieTitleKeeper SortieTitleKeeper;

/* @path: of the cache, see sortie_title_cache_dup_path() */
SortieTitleKeeper *sortie_title_keeper_new (SortieMissionList *list, const char *path);
/* Writes what is not written yet. */
void sortie_title_keeper_free (SortieTitleKeeper *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieTitleKeeper, sortie_title_keeper_free)

/* Which backend the list is of. @address: (nullable): NULL for the own one */
void sortie_title_keeper_set_backend (SortieTitleKeeper *self, const char *address);
/* Writes now, where there is anything to write. */
void sortie_title_keeper_flush (SortieTitleKeeper *self);

G_END_DECLS
