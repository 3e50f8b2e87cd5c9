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

/* Waits until the socket answers a PING, `process` (nullable) has ended, or time is up. */
gboolean sortie_redis_process_wait_ready (const char *socket_path,
                                          GSubprocess *process,
                                          const char *data_dir,
                                          GError **error);

/* Sets a copy of the append-only file aside and cuts it back to its last whole command. */
gboolean sortie_redis_process_repair (const char *data_dir, GError **error);

G_END_DECLS
