/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-backend-address.h"
#include "sortie-container-engine.h"
#include "sortie-line-reader.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define SORTIE_CONTAINERS_PROJECT "sortie"
#define SORTIE_CONTAINERS_START_SECONDS                                                            \
  120 /* from the start of the containers until they are ready */
#define SORTIE_CONTAINERS_DOWN_SECONDS 30 /* that each container has to end in order */
#define SORTIE_CONTAINERS_LOG_LINES 500   /* kept of what is said while they are started */
#define SORTIE_CONTAINERS_MAX_LISTED 64   /* containers of one stack */

/**
 * SortieContainersStage:
 * @SORTIE_CONTAINERS_IDLE: nothing is under way, and nothing was started by this object
 * @SORTIE_CONTAINERS_LOOKING: an engine is looked for, and what runs already
 * @SORTIE_CONTAINERS_FETCHING: images are fetched from their registry
 * @SORTIE_CONTAINERS_BUILDING: images are built from the source beside the compose files
 * @SORTIE_CONTAINERS_STARTING: containers are made and started
 * @SORTIE_CONTAINERS_WAITING: they were started; the backend is asked whether it is ready
 * @SORTIE_CONTAINERS_READY: the backend answers, and its workers take steps
 * @SORTIE_CONTAINERS_STOPPING: the stack is being stopped
 */
typedef enum
{
  SORTIE_CONTAINERS_IDLE,
  SORTIE_CONTAINERS_LOOKING,
  SORTIE_CONTAINERS_FETCHING,
  SORTIE_CONTAINERS_BUILDING,
  SORTIE_CONTAINERS_STARTING,
  SORTIE_CONTAINERS_WAITING,
  SORTIE_CONTAINERS_READY,
  SORTIE_CONTAINERS_STOPPING,
} SortieContainersStage;

/**
 * SortieContainers:
 *
 * The backend in containers: Redis and `sortied` of `compose/compose.yaml`, started with Podman or
 * Docker, taken as it is where it runs already, and left running when this object goes.
 *
 * Where `./setup` has made secrets beside the compose files, or SORTIE_SECRETS names a folder, those
 * are used; else they are made in the user's own data folder, where every start finds them again.
 *
 * Signals:
 * - `stage` (int stage): a SortieContainersStage begins
 * - `log-line` (const char *line): what the engine says meanwhile
 */
#define SORTIE_TYPE_CONTAINERS (sortie_containers_get_type ())
G_DECLARE_FINAL_TYPE (SortieContainers, sortie_containers, SORTIE, CONTAINERS, GObject)

SortieContainers *sortie_containers_new (void);

/* The folder of compose.yaml; unset, the one that sortie_containers_find_folder() finds. */
void sortie_containers_set_folder (SortieContainers *self, const char *path);
/* All of the environment, that of the programs which are run; unset, this process's. */
void sortie_containers_set_environment (SortieContainers *self, const char *const *environment);
/* How long the backend may take until it is ready, and how often it is asked, milliseconds. */
void sortie_containers_set_timing (SortieContainers *self, guint deadline, guint pause);

/**
 * sortie_containers_find_folder:
 *
 * SORTIE_COMPOSE_DIR of the environment (for uninstalled runs), else `share/sortie/compose` beside
 * this process's own `bin`, else in the system's data folders.
 *
 * Returns: (transfer full) (nullable): the folder of compose.yaml
 */
char *sortie_containers_find_folder (const char *const *environment);

/* --- an engine --- */

/* Looks which engine there is; anew at each call. Not while something else is under way. */
void sortie_containers_look_async (SortieContainers *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/* (transfer none): the engine; NULL with an error, as those of sortie_containers_up_finish() */
const SortieContainerEngine *sortie_containers_look_finish (SortieContainers *self,
                                                            GAsyncResult *result,
                                                            GError **error);
/* (nullable): the engine that was found last */
const SortieContainerEngine *sortie_containers_get_engine (SortieContainers *self);

/* --- up and down --- */

/**
 * sortie_containers_up_async:
 *
 * Finds an engine, builds or fetches the images that are missing, starts the stack and waits until
 * its backend is ready. Does nothing but wait where it runs already. Cancelled, it stops what it has
 * started. One call at a time.
 */
void sortie_containers_up_async (SortieContainers *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/* FALSE with an error whose message says what happened and what to do; for programs it is
 * sortie_containers_get_failure(). SORTIE_ERROR_CONFLICT where something is under way already. */
gboolean sortie_containers_up_finish (SortieContainers *self, GAsyncResult *result, GError **error);

/* Stops and removes the containers, in order; the data stays. Nothing to stop is a success. */
void sortie_containers_down_async (SortieContainers *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean sortie_containers_down_finish (SortieContainers *self,
                                        GAsyncResult *result,
                                        GError **error);

/* --- what runs --- */

/**
 * SortieContainer:
 * @name: the container's
 * @service: that of the compose file it was made from
 * @state: `running`, `exited`, …
 * @status: the engine's words for it: `Up 2 minutes (healthy)`
 */
typedef struct
{
  char *name;
  char *service;
  char *state;
  char *status;
} SortieContainer;
void sortie_container_free (SortieContainer *self);

/* Lists the stack's containers and, where its backend is published, learns its address and token. */
void sortie_containers_list_async (SortieContainers *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/* (transfer full) (element-type SortieContainer): none where it is not started */
GPtrArray *sortie_containers_list_finish (SortieContainers *self,
                                          GAsyncResult *result,
                                          GError **error);

/**
 * sortie_containers_read_log_async:
 * @n: so many of the last lines of each container
 * @follow: whether what comes later is told too, until cancelled
 * @func: told each line, which begins with the service's name
 */
void sortie_containers_read_log_async (SortieContainers *self,
                                       guint n,
                                       gboolean follow,
                                       SortieLineFunc func,
                                       gpointer func_data,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
gboolean sortie_containers_read_log_finish (SortieContainers *self,
                                            GAsyncResult *result,
                                            GError **error);

/* --- what is known --- */

SortieContainersStage sortie_containers_get_stage (SortieContainers *self);
/* (nullable): after a start, or a list of what runs */
const SortieBackendAddress *sortie_containers_get_address (SortieContainers *self);
const char *sortie_containers_get_token (SortieContainers *self);
/* (nullable): why the last call failed */
const SortieContainersFailure *sortie_containers_get_failure (SortieContainers *self);
/* (element-type utf8): what was said while it was started, the oldest first */
GPtrArray *sortie_containers_get_log (SortieContainers *self);

G_END_DECLS
