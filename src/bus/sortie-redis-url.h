/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SortieRedisUrl:
 * @host: (nullable): NULL where @socket_path is set
 * @port: TCP port
 * @socket_path: (nullable): path of a Unix socket
 * @user: (nullable): for AUTH
 * @password: (nullable): for AUTH; never printed
 * @database: for SELECT
 * @tls: `rediss://`
 */
typedef struct
{
  char *host;
  int port;
  char *socket_path;
  char *user;
  char *password;
  int database;
  gboolean tls;
} SortieRedisUrl;

SortieRedisUrl *sortie_redis_url_parse (const char *text, GError **error);
SortieRedisUrl *sortie_redis_url_new_unix (const char *path);
SortieRedisUrl *sortie_redis_url_copy (const SortieRedisUrl *self);
void sortie_redis_url_free (SortieRedisUrl *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieRedisUrl, sortie_redis_url_free)

/* For messages: without user and password. */
char *sortie_redis_url_dup_display (const SortieRedisUrl *self);

G_END_DECLS
