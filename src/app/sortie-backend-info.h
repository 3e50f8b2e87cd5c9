/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-api.h"

G_BEGIN_DECLS

#define SORTIE_BACKEND_API_VERSION "1"

/**
 * SortieBackendInfo:
 * @version: its version
 * @api_version: that of its interface; SORTIE_BACKEND_API_VERSION is the one we speak
 * @llm: `on`, `off` or `degraded`
 */
typedef struct
{
  char *version;
  char *api_version;
  char *llm;
} SortieBackendInfo;

/* What `GET /` answered; SORTIE_ERROR_PROTOCOL where it is no Sortie backend. */
SortieBackendInfo *sortie_backend_info_from_json (JsonNode *node, GError **error);
void sortie_backend_info_free (SortieBackendInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieBackendInfo, sortie_backend_info_free)

/* @log: (element-type utf8): what an own backend said before it died */
GError *sortie_backend_death_error (guint n_deaths, GPtrArray *log);

/* How many missions have not ended, at most 400; 0 where nobody answers. `callback`'s source object is
 * the API. */
void sortie_backend_count_unfinished_async (SortieApi *api,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
guint sortie_backend_count_unfinished_finish (GAsyncResult *result);

G_END_DECLS
