/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-mission-cache.h"

struct _SortieMissionCache
{
  GPtrArray *missions; /* SortieLiveMission, the last opened first */
};

static void
mission_free (gpointer data)
{
  SortieLiveMission *mission = data;

  sortie_live_mission_stop (mission);
  g_object_unref (mission);
}

SortieMissionCache *
sortie_mission_cache_new (void)
{
  SortieMissionCache *self = g_new0 (SortieMissionCache, 1);

  self->missions = g_ptr_array_new_with_free_func (mission_free);
  return self;
}

void
sortie_mission_cache_free (SortieMissionCache *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->missions);
  g_free (self);
}

SortieLiveMission *
sortie_mission_cache_open (SortieMissionCache *self, SortieApi *api, const char *id)
{
  SortieLiveMission *mission = NULL;

  for (guint i = 0; i < self->missions->len && mission == NULL; i++)
    {
      mission = g_ptr_array_index (self->missions, i);
      if (g_str_equal (sortie_live_mission_get_mission_id (mission), id) &&
          sortie_live_mission_get_api (mission) == api)
        g_ptr_array_steal_index (self->missions, i);
      else
        mission = NULL;
    }
  if (mission == NULL)
    mission = sortie_live_mission_new (api, id);
  g_ptr_array_insert (self->missions, 0, mission);
  if (self->missions->len > SORTIE_MISSION_CACHE_SIZE)
    g_ptr_array_set_size (self->missions, SORTIE_MISSION_CACHE_SIZE);
  sortie_live_mission_start (mission);
  return mission;
}

void
sortie_mission_cache_drop (SortieMissionCache *self, const char *id)
{
  for (guint i = self->missions->len; i > 0; i--)
    {
      SortieLiveMission *mission = g_ptr_array_index (self->missions, i - 1);

      if (id == NULL || g_str_equal (sortie_live_mission_get_mission_id (mission), id))
        g_ptr_array_remove_index (self->missions, i - 1);
    }
}

void
sortie_mission_cache_wake (SortieMissionCache *self)
{
  for (guint i = 0; i < self->missions->len; i++)
    sortie_live_mission_start (g_ptr_array_index (self->missions, i));
}

guint
sortie_mission_cache_get_size (SortieMissionCache *self)
{
  return self->missions->len;
}
