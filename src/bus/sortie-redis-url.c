/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-redis-url.h"

#include "sortie-error.h"

#include <string.h>

#define DEFAULT_PORT 6379
#define MAX_SOCKET_PATH 107 /* bytes of sun_path, less the NUL; hiredis would cut it off */

void
sortie_redis_url_free (SortieRedisUrl *self)
{
  if (self == NULL)
    return;
  g_free (self->host);
  g_free (self->socket_path);
  g_free (self->user);
  g_free (self->password);
  g_free (self->ca_file);
  g_free (self->cert_file);
  g_free (self->key_file);
  g_free (self);
}

SortieRedisUrl *
sortie_redis_url_copy (const SortieRedisUrl *self)
{
  SortieRedisUrl *copy = g_new0 (SortieRedisUrl, 1);

  copy->host = g_strdup (self->host);
  copy->port = self->port;
  copy->socket_path = g_strdup (self->socket_path);
  copy->user = g_strdup (self->user);
  copy->password = g_strdup (self->password);
  copy->database = self->database;
  copy->tls = self->tls;
  copy->ca_file = g_strdup (self->ca_file);
  copy->cert_file = g_strdup (self->cert_file);
  copy->key_file = g_strdup (self->key_file);
  return copy;
}

SortieRedisUrl *
sortie_redis_url_new_unix (const char *path)
{
  SortieRedisUrl *self = g_new0 (SortieRedisUrl, 1);

  self->socket_path = g_strdup (path);
  return self;
}

static gboolean
parse_database (const char *text, int *database, GError **error)
{
  guint64 value;

  if (text == NULL || *text == '\0')
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, 0, 1023, &value, NULL))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "REDIS_URL: the database must be a number from 0 to 1023");
      return FALSE;
    }
  *database = (int) value;
  return TRUE;
}

static gboolean
parse_unix (SortieRedisUrl *self, GUri *uri, GError **error)
{
  const char *query = g_uri_get_query (uri);

  const char *host = g_uri_get_host (uri);

  if (*g_uri_get_path (uri) != '/' || (host != NULL && *host != '\0'))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "REDIS_URL: unix:// needs an absolute path, as in unix:///run/redis.sock");
      return FALSE;
    }
  if (strlen (g_uri_get_path (uri)) > MAX_SOCKET_PATH)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "REDIS_URL: the path of a socket may have %d bytes", MAX_SOCKET_PATH);
      return FALSE;
    }
  self->socket_path = g_strdup (g_uri_get_path (uri));
  if (query == NULL || *query == '\0')
    return TRUE;
  if (!g_str_has_prefix (query, "db="))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "REDIS_URL: after a socket's path only ?db=NUMBER may follow");
      return FALSE;
    }
  return parse_database (query + 3, &self->database, error);
}

static gboolean
parse_tcp (SortieRedisUrl *self, GUri *uri, GError **error)
{
  const char *path = g_uri_get_path (uri);

  if (g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "REDIS_URL: the host is missing");
      return FALSE;
    }
  self->host = g_strdup (g_uri_get_host (uri));
  self->port = g_uri_get_port (uri) > 0 ? g_uri_get_port (uri) : DEFAULT_PORT;
  return parse_database (*path == '/' ? path + 1 : path, &self->database, error);
}

static char *
dup_nonempty (const char *text)
{
  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

/**
 * sortie_redis_url_parse:
 * @text: `redis://[user:password@]host[:port][/database]`, `rediss://…` or
 *   `unix://[user:password@]/path[?db=N]`
 * @error: SORTIE_ERROR_INVALID; the message never holds the password
 *
 * Returns: (transfer full): the address
 */
SortieRedisUrl *
sortie_redis_url_parse (const char *text, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_HAS_PASSWORD, NULL);
  g_autoptr (SortieRedisUrl) self = g_new0 (SortieRedisUrl, 1);
  const char *scheme;
  gboolean fine;

  if (uri == NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "REDIS_URL is no address; it should look like redis://host:6379/0");
      return NULL;
    }
  scheme = g_uri_get_scheme (uri);
  self->user = dup_nonempty (g_uri_get_user (uri));
  self->password = dup_nonempty (g_uri_get_password (uri));
  self->tls = g_str_equal (scheme, "rediss");

  if (g_str_equal (scheme, "unix"))
    fine = parse_unix (self, uri, error);
  else if (g_str_equal (scheme, "redis") || self->tls)
    fine = parse_tcp (self, uri, error);
  else
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "REDIS_URL: “%s” is not one of redis, rediss, unix", scheme);
      return NULL;
    }
  return fine ? g_steal_pointer (&self) : NULL;
}

/**
 * sortie_redis_url_dup_display:
 * @self: an address
 *
 * Returns: (transfer full): the address for people, without user and password
 */
char *
sortie_redis_url_dup_display (const SortieRedisUrl *self)
{
  if (self->socket_path != NULL)
    return g_strdup_printf ("unix://%s", self->socket_path);
  if (strchr (self->host, ':') != NULL)
    return g_strdup_printf ("%s://[%s]:%d/%d", self->tls ? "rediss" : "redis", self->host,
                            self->port, self->database);
  return g_strdup_printf ("%s://%s:%d/%d", self->tls ? "rediss" : "redis", self->host, self->port,
                          self->database);
}
