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
 * @ca_file: (nullable): path of certificates (PEM) to trust beside the system's; this and the next
 *   two are no part of an address, and count for `rediss://` only
 * @cert_file: (nullable): path of a certificate (PEM) to show to the server
 * @key_file: (nullable): path of its key
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
  char *ca_file;
  char *cert_file;
  char *key_file;
} SortieRedisUrl;

SortieRedisUrl *sortie_redis_url_parse (const char *text, GError **error);
SortieRedisUrl *sortie_redis_url_new_unix (const char *path);
SortieRedisUrl *sortie_redis_url_copy (const SortieRedisUrl *self);
void sortie_redis_url_free (SortieRedisUrl *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieRedisUrl, sortie_redis_url_free)

/* For messages: without user and password. */
char *sortie_redis_url_dup_display (const SortieRedisUrl *self);

G_END_DECLS
