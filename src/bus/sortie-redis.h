/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-command.h"
#include "sortie-redis-url.h"

#include <hiredis/hiredis.h>

G_BEGIN_DECLS

/* One blocking connection, used by one thread; only sortie_redis_wake() may be called from others. */
typedef struct _SortieRedis SortieRedis;
typedef redisReply SortieReply;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieReply, freeReplyObject)

#define SORTIE_REDIS_CONNECT_MS 2000
#define SORTIE_REDIS_REPLY_MS 15000

SortieRedis *sortie_redis_open (const SortieRedisUrl *url, GError **error);
gboolean sortie_redis_log_in (SortieRedis *self,
                              const SortieRedisUrl *url,
                              const char *name,
                              GError **error);
SortieRedis *sortie_redis_connect (const SortieRedisUrl *url, const char *name, GError **error);
void sortie_redis_free (SortieRedis *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieRedis, sortie_redis_free)

/* How long to wait for a reply, milliseconds. */
void sortie_redis_set_timeout (SortieRedis *self, int timeout);

/* Queues a command; it goes out with the next read. */
void sortie_redis_append (SortieRedis *self, const SortieCommand *command);

/* The next reply, in order. UNAVAILABLE, or DENIED for a certificate of ours that
 * the server does not want: the connection is broken, free it. An error reply of the
 * server is a reply. */
SortieReply *sortie_redis_read (SortieRedis *self, GError **error);

/* Append and read; an error reply becomes an error. */
SortieReply *sortie_redis_call (SortieRedis *self, const SortieCommand *command, GError **error);

/* Ends a blocked read at once, from any thread; the connection is broken afterwards. */
void sortie_redis_wake (SortieRedis *self);

/* Whether an error reply says that the command can be sent again later as it is (LOADING, MOVED, …). */
gboolean sortie_reply_is_transient (const SortieReply *reply);
gboolean sortie_reply_is_error (const SortieReply *reply, const char *prefix);

/* Turns an error reply into an error; FALSE then. */
gboolean sortie_reply_check (const SortieReply *reply, GError **error);

/* Reading replies that may be anything: NULL, 0 or -1 where the shape is another. */
const char *sortie_reply_get_string (const SortieReply *reply);
gint64 sortie_reply_get_int (const SortieReply *reply, gint64 otherwise);
gsize sortie_reply_get_length (const SortieReply *reply);
const SortieReply *sortie_reply_get_element (const SortieReply *reply, gsize index);
/* A stream entry's field, or NULL: `fields` is the flat list of names and values. */
const SortieReply *sortie_reply_get_field (const SortieReply *fields, const char *name);

G_END_DECLS
