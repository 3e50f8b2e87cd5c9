/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-event.h"
#include "sortie-mission.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define SORTIE_MISSION_ITEM_MAX_TITLE 200 /* bytes shown */

/**
 * SortieMissionItem:
 *
 * A mission in the list.
 *
 * Properties (all read-only):
 * - `title` (string): one line, fit to be shown
 * - `state` (int): SortieMissionState
 * - `is-removed` (gboolean): a person has deleted it, and may still undo that
 */
#define SORTIE_TYPE_MISSION_ITEM (sortie_mission_item_get_type ())
G_DECLARE_FINAL_TYPE (SortieMissionItem, sortie_mission_item, SORTIE, MISSION_ITEM, GObject)

/* @snapshot: an element of `missions`, or what `GET /missions/{id}` answered. SORTIE_ERROR_PROTOCOL
 * naming the member. */
SortieMissionItem *sortie_mission_item_new (JsonNode *snapshot, GError **error);
/* The missions of an answer of `GET /missions`, those that can't be read left out, and its cursor
 * (nullable), which belongs to the answer. (transfer full) (element-type SortieMissionItem) */
GPtrArray *sortie_mission_item_read_page (JsonNode *node, const char **cursor, GError **error);
/* Takes over what another one of the same mission says. */
void sortie_mission_item_update (SortieMissionItem *self, SortieMissionItem *newer);
/* An event of the feed about this mission. */
void sortie_mission_item_take_event (SortieMissionItem *self, const SortieEvent *event);

const char *sortie_mission_item_get_id (SortieMissionItem *self);
const char *sortie_mission_item_get_title (SortieMissionItem *self);
/* The mission's whole text, as it came. */
const char *sortie_mission_item_get_text (SortieMissionItem *self);
SortieMissionState sortie_mission_item_get_state (SortieMissionItem *self);
gboolean sortie_mission_item_is_final (SortieMissionItem *self);
/* Milliseconds since 1970 UTC; finished is 0 where not yet. */
gint64 sortie_mission_item_get_created (SortieMissionItem *self);
gint64 sortie_mission_item_get_finished (SortieMissionItem *self);
gboolean sortie_mission_item_is_removed (SortieMissionItem *self);
void sortie_mission_item_set_removed (SortieMissionItem *self, gboolean removed);
/* Whether title or text hold the words, case-folded. @folded: from sortie_mission_item_fold() */
gboolean sortie_mission_item_matches (SortieMissionItem *self, const char *folded);
char *sortie_mission_item_fold (const char *text);

G_END_DECLS
