/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-backend.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* The preferences' rows for the backend in containers: which engine there is, how far the start has
 * come, what went wrong, the log, and the end. */
#define SORTIE_TYPE_CONTAINERS_GROUP (sortie_containers_group_get_type ())
G_DECLARE_FINAL_TYPE (
    SortieContainersGroup, sortie_containers_group, SORTIE, CONTAINERS_GROUP, AdwPreferencesGroup)

void sortie_containers_group_set_backend (SortieContainersGroup *self, SortieBackend *backend);
/* Looks which engine there is; for when the rows are shown. */
void sortie_containers_group_look (SortieContainersGroup *self);

G_END_DECLS
