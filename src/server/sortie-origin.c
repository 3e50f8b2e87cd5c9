/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-auth.h"
#include "sortie-request-head.h"

#include <gio/gio.h>
#include <string.h>

struct _SortieOrigin
{
  GHashTable *hosts;   /* names and addresses, in lower case, without port */
  GHashTable *origins; /* `SCHEME://HOST:PORT` */
};

/* `http://HOST:PORT` with the port always there, or NULL where the text is no origin. */
static char *
normalize_origin (const char *origin)
{
  gboolean is_https = g_ascii_strncasecmp (origin, "https://", 8) == 0;
  g_autofree char *host = NULL;
  guint port;

  if (!is_https && g_ascii_strncasecmp (origin, "http://", 7) != 0)
    return NULL;
  if (!sortie_host_split (origin + (is_https ? 8 : 7), &host, &port))
    return NULL;
  if (port == 0)
    port = is_https ? 443 : 80;
  return g_strdup_printf ("%s://%s:%u", is_https ? "https" : "http", host, port);
}

/* The way an address stands in a Host header: IPv6 in brackets, and in one spelling. */
static char *
normalize_host (const char *host)
{
  gsize length = strlen (host);
  g_autofree char *bare =
      host[0] == '[' ? g_strndup (host + 1, length - MIN (length, 2)) : g_strdup (host);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (bare);
  g_autofree char *text = NULL;

  if (address == NULL)
    return g_ascii_strdown (host, -1);
  text = g_inet_address_to_string (address);
  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    return g_strdup_printf ("[%s]", text);
  return g_steal_pointer (&text);
}

static gboolean
is_wildcard (const char *host)
{
  return g_str_equal (host, "0.0.0.0") || g_str_equal (host, "[::]");
}

SortieOrigin *
sortie_origin_new (void)
{
  SortieOrigin *self = g_new0 (SortieOrigin, 1);

  self->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->origins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_add (self->hosts, g_strdup ("localhost"));
  g_hash_table_add (self->hosts, g_strdup ("127.0.0.1"));
  g_hash_table_add (self->hosts, g_strdup ("[::1]"));
  return self;
}

void
sortie_origin_free (SortieOrigin *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->hosts);
  g_hash_table_unref (self->origins);
  g_free (self);
}

gboolean
sortie_origin_allow (SortieOrigin *self, const char *host)
{
  const char *scheme_end = strstr (host, "://");
  const char *start = scheme_end != NULL ? scheme_end + 3 : host;
  g_autofree char *authority = g_strndup (start, strcspn (start, "/?#"));
  g_autofree char *name = NULL;
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (authority);

  if (scheme_end != NULL)
    {
      g_autofree char *origin = g_strndup (host, start - host + strlen (authority));
      char *normal = normalize_origin (origin);

      if (normal == NULL)
        return FALSE;
      g_hash_table_add (self->origins, normal);
    }
  /* An IPv6 address without brackets, as of a listen address, is no HOST:PORT. */
  if (address != NULL)
    g_hash_table_add (self->hosts, normalize_host (authority));
  else if (sortie_host_split (authority, &name, NULL))
    g_hash_table_add (self->hosts, normalize_host (name));
  else
    return FALSE;
  return TRUE;
}

static gboolean
is_our_host (const SortieOrigin *self, const char *host, const char *local_host)
{
  g_autofree char *name = NULL;
  g_autofree char *normal = NULL;
  g_autofree char *local = NULL;

  if (!sortie_host_split (host, &name, NULL))
    return FALSE;
  normal = normalize_host (name);
  if (is_wildcard (normal))
    return FALSE; /* browsers reach this machine by it, whatever it listens on */
  if (g_hash_table_contains (self->hosts, normal))
    return TRUE;
  local = local_host != NULL ? normalize_host (local_host) : NULL;
  return g_strcmp0 (local, normal) == 0;
}

/* Same origin: the page's host and port are those that it asked for here. Which scheme we are
 * reached by we can't know behind a proxy. */
static gboolean
is_our_origin (const SortieOrigin *self, const char *origin, const char *host)
{
  g_autofree char *page = normalize_origin (origin);
  g_autofree char *http = g_strconcat ("http://", host, NULL);
  g_autofree char *https = g_strconcat ("https://", host, NULL);
  g_autofree char *normal_http = normalize_origin (http);
  g_autofree char *normal_https = normalize_origin (https);

  return page != NULL &&
         (g_hash_table_contains (self->origins, page) || g_strcmp0 (page, normal_http) == 0 ||
          g_strcmp0 (page, normal_https) == 0);
}

guint
sortie_origin_check (const SortieOrigin *self,
                     const char *host,
                     const char *local_host,
                     const char *origin,
                     const char *fetch_site,
                     const char **detail)
{
  if (host == NULL || !is_our_host (self, host, local_host))
    {
      *detail = "This server does not answer for that host.";
      return 421;
    }
  if (fetch_site != NULL && g_ascii_strcasecmp (fetch_site, "cross-site") == 0)
    {
      *detail = "Pages of other sites may not use this server.";
      return 403;
    }
  if (origin != NULL && !is_our_origin (self, origin, host))
    {
      *detail = "Pages of other origins may not use this server.";
      return 403;
    }
  return 0;
}
