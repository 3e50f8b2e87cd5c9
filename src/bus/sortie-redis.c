/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-redis.h"

#include "sortie-error.h"
#include "sortie-redis-tls.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>

struct _SortieRedis
{
  redisContext *context;
  gboolean tls; /* it has begun */
};

static struct timeval
milliseconds (int value)
{
  return (struct timeval){ .tv_sec = value / 1000, .tv_usec = value % 1000 * 1000 };
}

static redisContext *
open_context (const SortieRedisUrl *url)
{
  struct timeval timeout = milliseconds (SORTIE_REDIS_CONNECT_MS);

  if (url->socket_path != NULL)
    return redisConnectUnixWithTimeout (url->socket_path, timeout);
  return redisConnectWithTimeout (url->host, url->port, timeout);
}

static gboolean
greet (SortieRedis *self, SortieCommand *command, GError **error)
{
  g_autoptr (SortieCommand) owned = command;
  g_autoptr (SortieReply) reply = sortie_redis_call (self, owned, error);

  return reply != NULL;
}

/* hiredis writes to a socket that the server has closed without saying that no signal is wanted; as
 * with GSocket, the signal is off for the whole process, and the write fails instead. */
static void
ignore_sigpipe (void)
{
  static gsize once = 0;

  if (!g_once_init_enter (&once))
    return;
  signal (SIGPIPE, SIG_IGN);
  g_once_init_leave (&once, 1);
}

/**
 * sortie_redis_open:
 * @url: where
 * @error: SORTIE_ERROR_UNAVAILABLE, or SORTIE_ERROR_INVALID for an address that can't be used
 *
 * Opens the connection without a word to Redis, so that the caller can have it woken by others
 * before it waits for an answer in sortie_redis_log_in().
 *
 * Returns: (transfer full): a connection that is not logged in
 */
SortieRedis *
sortie_redis_open (const SortieRedisUrl *url, GError **error)
{
  g_autoptr (SortieRedis) self = g_new0 (SortieRedis, 1);
  g_autofree char *display = sortie_redis_url_dup_display (url);

  ignore_sigpipe ();
  self->context = open_context (url);
  if (self->context == NULL || self->context->err != 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE, "Redis at %s: %s", display,
                   self->context != NULL ? self->context->errstr : "out of memory");
      return NULL;
    }
  /* TLS is a part of connecting. */
  redisSetTimeout (self->context,
                   milliseconds (url->tls ? SORTIE_REDIS_CONNECT_MS : SORTIE_REDIS_REPLY_MS));
  if (url->socket_path == NULL)
    redisEnableKeepAlive (self->context);
  return g_steal_pointer (&self);
}

static gboolean
start_tls (SortieRedis *self, const SortieRedisUrl *url, GError **error)
{
  if (!sortie_redis_tls_start (self->context, url, error))
    return FALSE;
  self->tls = TRUE;
  redisSetTimeout (self->context, milliseconds (SORTIE_REDIS_REPLY_MS));
  return TRUE;
}

/**
 * sortie_redis_log_in:
 * @self: a connection; only free it after a failure
 * @url: the password and the database, and whose certificate is expected
 * @name: for CLIENT LIST, without spaces
 * @error: SORTIE_ERROR_UNAVAILABLE, or SORTIE_ERROR_DENIED for a wrong password or certificate
 *
 * Returns: whether the connection can be used now
 */
gboolean
sortie_redis_log_in (SortieRedis *self, const SortieRedisUrl *url, const char *name, GError **error)
{
  if (url->tls && !start_tls (self, url, error))
    return FALSE;
  if (url->password != NULL)
    {
      SortieCommand *auth = sortie_command_new ("AUTH", NULL);

      if (url->user != NULL)
        sortie_command_add (auth, url->user);
      sortie_command_add (auth, url->password);
      if (!greet (self, auth, error))
        return FALSE;
    }
  if (url->database > 0)
    {
      SortieCommand *select = sortie_command_new ("SELECT", NULL);

      sortie_command_add_int (select, url->database);
      if (!greet (self, select, error))
        return FALSE;
    }
  return greet (self, sortie_command_new ("CLIENT", "SETNAME", name, NULL), error);
}

/* Opens and logs in. */
SortieRedis *
sortie_redis_connect (const SortieRedisUrl *url, const char *name, GError **error)
{
  g_autoptr (SortieRedis) self = sortie_redis_open (url, error);

  if (self == NULL || !sortie_redis_log_in (self, url, name, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
sortie_redis_free (SortieRedis *self)
{
  if (self == NULL)
    return;
  if (self->context != NULL)
    redisFree (self->context);
  g_free (self);
}

void
sortie_redis_set_timeout (SortieRedis *self, int timeout)
{
  redisSetTimeout (self->context, milliseconds (timeout));
}

void
sortie_redis_append (SortieRedis *self, const SortieCommand *command)
{
  gsize length;
  g_autofree char *bytes = sortie_command_format (command, &length);

  redisAppendFormattedCommand (self->context, bytes, length);
}

SortieReply *
sortie_redis_read (SortieRedis *self, GError **error)
{
  void *reply = NULL;

  if (self->context->err != 0 || redisGetReply (self->context, &reply) != REDIS_OK)
    {
      if (!self->tls || !sortie_redis_tls_explain (error))
        g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE, "Redis: %s",
                     self->context->errstr[0] != '\0' ? self->context->errstr : "connection lost");
      return NULL;
    }
  return reply;
}

SortieReply *
sortie_redis_call (SortieRedis *self, const SortieCommand *command, GError **error)
{
  g_autoptr (SortieReply) reply = NULL;

  sortie_redis_append (self, command);
  reply = sortie_redis_read (self, error);
  if (reply == NULL || !sortie_reply_check (reply, error))
    return NULL;
  return g_steal_pointer (&reply);
}

void
sortie_redis_wake (SortieRedis *self)
{
  shutdown (self->context->fd, SHUT_RDWR);
}

gboolean
sortie_reply_is_error (const SortieReply *reply, const char *prefix)
{
  return reply->type == REDIS_REPLY_ERROR && g_str_has_prefix (reply->str, prefix);
}

gboolean
sortie_reply_is_transient (const SortieReply *reply)
{
  static const char *const prefixes[] = { "LOADING",   "READONLY", "CLUSTERDOWN",
                                          "TRYAGAIN",  "MOVED",    "ASK",
                                          "UNBLOCKED", "BUSY ",    "MASTERDOWN" };

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (sortie_reply_is_error (reply, prefixes[i]))
      return TRUE;
  return FALSE;
}

gboolean
sortie_reply_check (const SortieReply *reply, GError **error)
{
  int code = SORTIE_ERROR_FAILED;

  if (reply->type != REDIS_REPLY_ERROR)
    return TRUE;
  if (sortie_reply_is_transient (reply) || sortie_reply_is_error (reply, "OOM") ||
      sortie_reply_is_error (reply, "MISCONF"))
    code = SORTIE_ERROR_UNAVAILABLE;
  else if (sortie_reply_is_error (reply, "NOAUTH") || sortie_reply_is_error (reply, "WRONGPASS") ||
           sortie_reply_is_error (reply, "NOPERM"))
    code = SORTIE_ERROR_DENIED;
  g_set_error (error, SORTIE_ERROR, code, "Redis: %s", reply->str);
  return FALSE;
}

const char *
sortie_reply_get_string (const SortieReply *reply)
{
  if (reply == NULL || (reply->type != REDIS_REPLY_STRING && reply->type != REDIS_REPLY_STATUS))
    return NULL;
  return reply->str;
}

gint64
sortie_reply_get_int (const SortieReply *reply, gint64 otherwise)
{
  const char *text = sortie_reply_get_string (reply);

  if (reply != NULL && reply->type == REDIS_REPLY_INTEGER)
    return reply->integer;
  return text != NULL && *text != '\0' ? g_ascii_strtoll (text, NULL, 10) : otherwise;
}

gsize
sortie_reply_get_length (const SortieReply *reply)
{
  return reply != NULL && reply->type == REDIS_REPLY_ARRAY ? reply->elements : 0;
}

const SortieReply *
sortie_reply_get_element (const SortieReply *reply, gsize index)
{
  return index < sortie_reply_get_length (reply) ? reply->element[index] : NULL;
}

const SortieReply *
sortie_reply_get_field (const SortieReply *fields, const char *name)
{
  for (gsize i = 0; i + 1 < sortie_reply_get_length (fields); i += 2)
    if (g_strcmp0 (sortie_reply_get_string (fields->element[i]), name) == 0)
      return fields->element[i + 1];
  return NULL;
}
