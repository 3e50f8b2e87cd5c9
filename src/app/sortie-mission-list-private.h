/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-mission-list.h"

G_BEGIN_DECLS

/* Between sortie-mission-list.c (what is in the list) and sortie-mission-list-removal.c (what a person
 * takes out of it). */

struct _SortieMissionList
{
  GObject parent_instance;
  SortieApi *api;     /* (nullable) */
  GPtrArray *items;   /* SortieMissionItem, newest first */
  GHashTable *by_id;  /* id → item (borrowed) */
  GHashTable *asked;  /* ids that are being read; a value where events came meanwhile */
  GHashTable *marked; /* ids that are removed but not committed */
  GCancellable *cancellable;
  char *cursor; /* (nullable): of the next page */
  gboolean is_known, is_loading, is_refreshing;
  gboolean is_stale; /* something was left out while too much was being read */
  guint n_deleting;
  GTask *flush; /* (nullable) */
};

/* A call about one mission, which keeps the list alive. */
typedef struct
{
  SortieMissionList *self;
  char *id;
} SortieMissionSingle;

SortieMissionSingle *sortie_mission_single_new (SortieMissionList *self, const char *id);
void sortie_mission_single_free (SortieMissionSingle *single);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieMissionSingle, sortie_mission_single_free)

/* Takes the mission out, where it is in. */
void sortie_mission_list_drop (SortieMissionList *self, const char *id);

G_END_DECLS
