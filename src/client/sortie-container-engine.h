/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-containers-trouble.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SortieContainerEngine:
 * @name: `Podman` or `Docker`, for people
 * @version: what it says its version is
 * @program: `podman` or `docker`
 * @compose: what reads compose files: `podman-compose`, or `docker compose`, …
 *
 * An engine that was found and answers. Plain data.
 */
typedef struct
{
  char *name;
  char *version;
  char *program;
  char **compose;
} SortieContainerEngine;

SortieContainerEngine *sortie_container_engine_copy (const SortieContainerEngine *self);
void sortie_container_engine_free (SortieContainerEngine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieContainerEngine, sortie_container_engine_free)

/* "Podman 4.3.1 with podman-compose". (transfer full) */
char *sortie_container_engine_dup_display (const SortieContainerEngine *self);

/* The arguments of a call: of the engine, or of its compose program. (transfer full) */
GStrv sortie_container_engine_dup_call (const SortieContainerEngine *self,
                                        const char *first,
                                        ...) G_GNUC_NULL_TERMINATED;
GStrv sortie_container_engine_dup_compose (const SortieContainerEngine *self,
                                           const char *first,
                                           ...) G_GNUC_NULL_TERMINATED;

/**
 * sortie_container_engine_find_async:
 * @environment: whose PATH is looked at, and with which programs are run
 *
 * Podman with `podman-compose` or `podman compose`, else Docker with `docker compose` or
 * `docker-compose`; in this order, unless SORTIE_CONTAINER_ENGINE names `podman` or `docker`. An
 * engine is found when it answers for itself, not where it is merely installed.
 */
void sortie_container_engine_find_async (const char *const *environment,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
/**
 * sortie_container_engine_find_finish:
 * @failure: (out) (transfer full): why there is none, where there is none and nobody cancelled
 *
 * Returns: (transfer full) (nullable): the engine
 */
SortieContainerEngine *sortie_container_engine_find_finish (GAsyncResult *result,
                                                            SortieContainersFailure **failure);

G_END_DECLS
