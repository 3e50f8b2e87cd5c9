/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-backend.h"
#include "sortie-backoff.h"
#include "sortie-event-stream.h"

G_BEGIN_DECLS

struct _SortieBackend
{
  GObject parent_instance;
  SortieBackendState state;
  char *address; /* (nullable): of a remote one */
  char *shown;   /* (nullable): its address as people know it, where that is another one */
  char *token;   /* (nullable) */
  SortieLauncher *launcher;
  SortieContainers *containers; /* (nullable): once they were chosen */
  gboolean in_containers;       /* whether they are what is chosen */
  guint n_starts;               /* of them under way, also those that were given up */
  GTask *end;                   /* (nullable): a shut-down that waits for it */
  SortieApi *api;               /* (nullable) */
  SortieEventStream *feed;      /* (nullable) */
  GCancellable *cancellable;    /* of what is under way */
  GSource *retry;
  SortieBackoff backoff;
  guint first_pause;
  guint n_deaths;          /* of the own child, in a row */
  gint64 born;             /* when it was started last, monotonic */
  guint n_fruitless;       /* attempts of the feed since it broke off */
  gboolean is_asking;      /* who the backend is */
  GError *error;           /* (nullable) */
  SortieBackendInfo *info; /* (nullable) */
};

/* --- sortie-backend.c --- */

void sortie_backend_change_state (SortieBackend *self, SortieBackendState state);
/* (transfer full): @error */
void sortie_backend_fail (SortieBackend *self, GError *error);
gboolean sortie_backend_speak_to (SortieBackend *self,
                                  const SortieBackendAddress *address,
                                  GError **error);
void sortie_backend_ask (SortieBackend *self);
/* The API of what was chosen before goes. */
void sortie_backend_forget_api (SortieBackend *self);

/* --- sortie-backend-containers.c --- */

void sortie_backend_start_containers (SortieBackend *self);

G_END_DECLS
