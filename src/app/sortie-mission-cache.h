/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-live-mission.h"

G_BEGIN_DECLS

/* The missions that were open last, which need not be read again. */

#define SORTIE_MISSION_CACHE_SIZE 4

typedef struct _SortieMissionCache SortieMissionCache;

SortieMissionCache *sortie_mission_cache_new (void);
void sortie_mission_cache_free (SortieMissionCache *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieMissionCache, sortie_mission_cache_free)

/* The mission, started; the one that was not asked for longest goes. (transfer none) */
SortieLiveMission *sortie_mission_cache_open (SortieMissionCache *self,
                                              SortieApi *api,
                                              const char *id);
/* Lets one go, or all where `id` is NULL. */
void sortie_mission_cache_drop (SortieMissionCache *self, const char *id);
/* Lets those that wait for their next attempt try at once: the backend is back. */
void sortie_mission_cache_wake (SortieMissionCache *self);
guint sortie_mission_cache_get_size (SortieMissionCache *self);

G_END_DECLS
