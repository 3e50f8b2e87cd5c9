/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SortieContainersTrouble:
 * @SORTIE_CONTAINERS_SANDBOX: this process runs in a sandbox, from which no engine can be reached
 * @SORTIE_CONTAINERS_NO_ENGINE: neither Podman nor Docker is installed
 * @SORTIE_CONTAINERS_NO_COMPOSE: an engine is, but nothing that reads compose files
 * @SORTIE_CONTAINERS_NOT_RUNNING: the engine's service does not run
 * @SORTIE_CONTAINERS_DENIED: this user may not use the engine
 * @SORTIE_CONTAINERS_NO_SUBIDS: rootless containers have no range of user IDs for this user
 * @SORTIE_CONTAINERS_NO_FOLDER: the compose files are not there
 * @SORTIE_CONTAINERS_PORT_TAKEN: another program listens on the port
 * @SORTIE_CONTAINERS_NO_IMAGE: an image is neither there nor to be had
 * @SORTIE_CONTAINERS_BUILD_FAILED: building an image failed
 * @SORTIE_CONTAINERS_DISK_FULL: no space left
 * @SORTIE_CONTAINERS_UNHEALTHY: all was started, but the backend did not become ready in time
 * @SORTIE_CONTAINERS_OTHER_TOKEN: a stack runs that was started with another token
 * @SORTIE_CONTAINERS_NOT_STARTED: nothing is started, so there is nothing to look at or to stop
 * @SORTIE_CONTAINERS_FAILED: anything else
 *
 * What keeps containers from being started: for programs that say it in words of their own.
 */
typedef enum
{
  SORTIE_CONTAINERS_NO_TROUBLE,
  SORTIE_CONTAINERS_SANDBOX,
  SORTIE_CONTAINERS_NO_ENGINE,
  SORTIE_CONTAINERS_NO_COMPOSE,
  SORTIE_CONTAINERS_NOT_RUNNING,
  SORTIE_CONTAINERS_DENIED,
  SORTIE_CONTAINERS_NO_SUBIDS,
  SORTIE_CONTAINERS_NO_FOLDER,
  SORTIE_CONTAINERS_PORT_TAKEN,
  SORTIE_CONTAINERS_NO_IMAGE,
  SORTIE_CONTAINERS_BUILD_FAILED,
  SORTIE_CONTAINERS_DISK_FULL,
  SORTIE_CONTAINERS_UNHEALTHY,
  SORTIE_CONTAINERS_OTHER_TOKEN,
  SORTIE_CONTAINERS_NOT_STARTED,
  SORTIE_CONTAINERS_FAILED,
} SortieContainersTrouble;

/**
 * sortie_containers_trouble_from_words:
 * @words: what an engine or its compose program said
 * @otherwise: what it is where the words are of no known kind
 *
 * Engines tell their troubles apart by words only, and podman-compose ends with success whatever
 * happened.
 */
SortieContainersTrouble sortie_containers_trouble_from_words (const char *words,
                                                              SortieContainersTrouble otherwise);

/**
 * SortieContainersFailure:
 * @trouble: what kind
 * @subject: (nullable): what it is about: the engine, the image, the folder, the port
 * @words: (nullable): the last that was said
 */
typedef struct
{
  SortieContainersTrouble trouble;
  char *subject;
  char *words;
} SortieContainersFailure;

SortieContainersFailure *sortie_containers_failure_new (SortieContainersTrouble trouble,
                                                        const char *subject,
                                                        const char *words);
SortieContainersFailure *sortie_containers_failure_copy (const SortieContainersFailure *self);
void sortie_containers_failure_free (SortieContainersFailure *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieContainersFailure, sortie_containers_failure_free)

/* (transfer full): a SORTIE_ERROR whose message says what happened and what to do */
GError *sortie_containers_failure_to_error (const SortieContainersFailure *self);

/* (transfer full) (nullable): the port that words about one that is taken name */
char *sortie_containers_trouble_dup_port (const char *words);

G_END_DECLS
