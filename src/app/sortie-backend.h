/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-api.h"
#include "sortie-backend-info.h"
#include "sortie-backend-state.h"
#include "sortie-containers.h"
#include "sortie-event.h"
#include "sortie-launcher.h"

G_BEGIN_DECLS

/* The own backend may die this often in a row before it is given up. */
#define SORTIE_BACKEND_MAX_DEATHS 5

/**
 * SortieBackend:
 *
 * The backend that the window works with: the own child, or a remote one. It finds or starts it, asks
 * who it is, follows its feed, takes it up again when it went away, and starts the own one anew when
 * it died.
 *
 * Signals:
 * - `feed-event` (const SortieEvent *event): of the feed; belongs to the stream
 * - `connected`: it answers (again): what was read before may be stale
 * - `log-line` (const char *line): what the own backend says
 * - `progressed`: the start of the one in containers has come further
 *
 * Properties:
 * - `state` (SortieBackendState)
 * - `api` (SortieApi, nullable): how to speak to it; NULL before it was first reached. The same one
 *   after a restart at the same address
 */
#define SORTIE_TYPE_BACKEND (sortie_backend_get_type ())
G_DECLARE_FINAL_TYPE (SortieBackend, sortie_backend, SORTIE, BACKEND, GObject)

SortieBackend *sortie_backend_new (void);

/* Which backend: an address and (nullable) token, or the own one where `address` is NULL. Stops what
 * was before; sortie_backend_start() begins. */
void sortie_backend_choose (SortieBackend *self, const char *address, const char *token);

/* The same for the one in containers, which runs on this computer and goes on without us. */
void sortie_backend_choose_containers (SortieBackend *self);
/* (nullable): the containers, where they are chosen */
SortieContainers *sortie_backend_get_containers (SortieBackend *self);
/* To idle, and stops the containers. */
void sortie_backend_stop_containers_async (SortieBackend *self,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
gboolean sortie_backend_stop_containers_finish (SortieBackend *self,
                                                GAsyncResult *result,
                                                GError **error);

/* For tests: the launcher, before the first start, and the pauses, in milliseconds. */
SortieLauncher *sortie_backend_get_launcher (SortieBackend *self);
void sortie_backend_set_timing (SortieBackend *self, guint first_pause, guint longest_pause);

/* Starts or connects: from idle, offline, failed or wrong version. No effect in other states. */
void sortie_backend_start (SortieBackend *self);
/* To idle. The own child is left alone. */
void sortie_backend_stop (SortieBackend *self);

/* Stops, and ends the own child in order, unless it is to be kept running. Containers go on, but those
 * that are not ready yet are stopped. Never fails. */
void sortie_backend_shut_down_async (SortieBackend *self,
                                     gboolean keep_running,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
void sortie_backend_shut_down_finish (SortieBackend *self, GAsyncResult *result);

SortieBackendState sortie_backend_get_state (SortieBackend *self);
SortieApi *sortie_backend_get_api (SortieBackend *self);
/* Whether it is the own one rather than an address that a person named, or one in containers. */
gboolean sortie_backend_is_automatic (SortieBackend *self);
/* Whether we start it where it does not run: the own one, or the one in containers. */
gboolean sortie_backend_is_started_here (SortieBackend *self);
/* Whether it is a living child of this process. */
gboolean sortie_backend_has_child (SortieBackend *self);
/* (nullable): where calls go; NULL for the own one */
const char *sortie_backend_get_address (SortieBackend *self);
/* The same as people know it (PUBLIC_URL), where calls go to a name that only containers know. Set
 * after the choice, before the start. */
void sortie_backend_set_shown_address (SortieBackend *self, const char *shown);
const char *sortie_backend_get_shown_address (SortieBackend *self);
/* (nullable): why it is offline or failed */
const GError *sortie_backend_get_error (SortieBackend *self);
/* (nullable): what it said of itself */
const SortieBackendInfo *sortie_backend_get_info (SortieBackend *self);

G_END_DECLS
