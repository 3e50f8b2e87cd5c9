/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "sortie-private-server.h"

G_BEGIN_DECLS

/* Starting one redis-server process for sortie-private-server.c. */

typedef struct
{
  const char *data_dir;
  const char *socket_path;
  SortieDurability durability;
} SortieRedisSetup;

/* Takes `lock_fd` over: the child inherits the lock and keeps it as long as it lives. */
GSubprocess *sortie_redis_process_spawn (const SortieRedisSetup *setup,
                                         int lock_fd,
                                         GError **error);

/* Whether a server answers on the socket. `loading` (may be NULL): it is there, but has not read
 * all of its data yet. */
gboolean sortie_redis_process_answers (const char *socket_path, gboolean *loading);

/* Waits until the server answers. Fails when it has ended, is silent for long, or on `stop`. */
gboolean sortie_redis_process_wait_ready (const SortieRedisSetup *setup,
                                          GSubprocess *process,
                                          GCancellable *stop,
                                          GError **error);

/* In order: it writes out and syncs what it has. Returns when it has ended. */
void sortie_redis_process_stop (GSubprocess *process);

/* Where the append-only file is damaged: sets a copy aside and cuts it back to its last whole
 * command. Fails where it is not. */
gboolean sortie_redis_process_repair (const char *data_dir, GError **error);

G_END_DECLS
