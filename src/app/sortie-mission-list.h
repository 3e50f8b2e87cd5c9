/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-api.h"
#include "sortie-mission-item.h"

G_BEGIN_DECLS

#define SORTIE_MISSION_LIST_PAGE 50

/**
 * SortieMissionList:
 *
 * The user's missions as a GListModel of SortieMissionItem, newest first: read page by page, kept
 * current by the feed.
 *
 * Signals:
 * - `finished` (SortieMissionItem *item): the feed told that a mission has ended
 * - `failed` (const GError *error): a request of a person's did not work
 * - `removal-changed`: what is removed for the time being is another set now
 *
 * Properties:
 * - `has-more` (gboolean), `is-loading` (gboolean): about further pages
 */
#define SORTIE_TYPE_MISSION_LIST (sortie_mission_list_get_type ())
G_DECLARE_FINAL_TYPE (SortieMissionList, sortie_mission_list, SORTIE, MISSION_LIST, GObject)

SortieMissionList *sortie_mission_list_new (void);

/* @api: (nullable): another one empties the list */
void sortie_mission_list_set_api (SortieMissionList *self, SortieApi *api);
/* Reads the newest page and puts it in place of what is known of that time. */
void sortie_mission_list_refresh (SortieMissionList *self);
/* The next page; no effect while one is on its way, or where there is none. */
void sortie_mission_list_load_more (SortieMissionList *self);
/* An event of the feed. */
void sortie_mission_list_take_event (SortieMissionList *self, const SortieEvent *event);
/* Makes sure that a mission is in the list: reads it where it is unknown. */
void sortie_mission_list_learn (SortieMissionList *self, const char *id);

/* (nullable) (transfer none) */
SortieMissionItem *sortie_mission_list_find (SortieMissionList *self, const char *id);
gboolean sortie_mission_list_has_more (SortieMissionList *self);
gboolean sortie_mission_list_is_loading (SortieMissionList *self);
/* Whether the first page has been read. */
gboolean sortie_mission_list_is_known (SortieMissionList *self);

/* Marks it as removed; what a filter hides. The request goes out with the commit. */
void sortie_mission_list_remove (SortieMissionList *self, const char *id);
void sortie_mission_list_undo_remove (SortieMissionList *self, const char *id);
void sortie_mission_list_commit_remove (SortieMissionList *self, const char *id);
/* Commits whatever is marked, and waits for the answers. */
void sortie_mission_list_flush_async (SortieMissionList *self,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
void sortie_mission_list_flush_finish (SortieMissionList *self, GAsyncResult *result);

G_END_DECLS
