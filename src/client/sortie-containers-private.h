/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-containers.h"
#include "sortie-process.h"

G_BEGIN_DECLS

struct _SortieContainers
{
  GObject parent_instance;
  GStrv base;        /* the environment as it was given */
  GStrv environment; /* (nullable): with what the compose file takes of it */
  char *folder;      /* (nullable) */
  char *secrets;     /* (nullable): the folder of the secrets */
  char *project;
  gboolean has_own_project;         /* which the environment names */
  SortieContainerEngine *engine;    /* (nullable) */
  SortieContainersFailure *failure; /* (nullable) */
  SortieContainersStage stage;
  GPtrArray *log;
  SortieBackendAddress *address; /* (nullable) */
  char *token;                   /* (nullable) */
  guint deadline;                /* milliseconds */
  guint pause;
  gboolean is_busy; /* with a start or a stop */
};

void sortie_containers_enter (SortieContainers *self, SortieContainersStage stage);
void sortie_containers_add_line (SortieContainers *self, const char *line);
/* Keeps the failure (transfer full) and makes an error of it. */
GError *sortie_containers_fail (SortieContainers *self, SortieContainersFailure *failure);

/* Finds an engine where there is none yet, then the compose files and secrets. */
void sortie_containers_begin_async (SortieContainers *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean sortie_containers_begin_finish (SortieContainers *self,
                                         GAsyncResult *result,
                                         GError **error);

/* Runs a program in the folder of the compose files; what it says goes to the log where `is_told`.
 * Ends with sortie_process_run_finish(). (transfer full): the arguments */
void sortie_containers_run (SortieContainers *self,
                            gboolean is_told,
                            GStrv arguments,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
/* Of the compose program, with project and file named before the arguments. (transfer full) */
GStrv sortie_containers_dup_compose (SortieContainers *self, const char *const *arguments);

/* --- sortie-containers-places.c --- */

/* Finds the compose files, makes secrets where there are none, reads the token. */
gboolean sortie_containers_prepare (SortieContainers *self, SortieContainersFailure **failure);
/* Whether the images can be built: the source lies beside the compose files. */
gboolean sortie_containers_has_source (SortieContainers *self);
/* (transfer full) (element-type SortieComposeService): those that are started; NULL where the file
 * can't be read */
GPtrArray *sortie_containers_dup_services (SortieContainers *self);

G_END_DECLS
