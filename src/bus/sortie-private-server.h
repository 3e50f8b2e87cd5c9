/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-redis-url.h"

G_BEGIN_DECLS

/* The private server: a redis-server (or valkey-server) on a Unix socket, with its data in the
 * user's data folder. It holds the folder's lock as long as it lives, so that two never run on the
 * same data: a second Sortie uses the running one. It is started again when it dies. */
typedef struct _SortiePrivateServer SortiePrivateServer;

typedef enum
{
  SORTIE_DURABILITY_ALWAYS,
  SORTIE_DURABILITY_EVERYSEC,
} SortieDurability;

/* Blocks until the server answers. `runtime_dir` is for the socket, made with mode 0700. */
SortiePrivateServer *sortie_private_server_start (const char *data_dir,
                                                  const char *runtime_dir,
                                                  SortieDurability durability,
                                                  GError **error);
/* Stops the server in order where this process has started it. */
void sortie_private_server_free (SortiePrivateServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortiePrivateServer, sortie_private_server_free)

const SortieRedisUrl *sortie_private_server_get_url (SortiePrivateServer *self);
/* Whether no other backend works on this server: then nobody else can hold fetched steps. */
gboolean sortie_private_server_is_alone (SortiePrivateServer *self);
/* How long the start took, µs; for the log. */
gint64 sortie_private_server_get_start_time (SortiePrivateServer *self);

G_END_DECLS
