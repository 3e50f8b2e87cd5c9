/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-backend-address.h"

#include "sortie-error.h"

#include <gio/gio.h>
#include <string.h>

struct _SortieBackendAddress
{
  char *base;
  char *socket;
  char *display;
  gboolean local;
};

static gboolean
is_printable (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;

  for (const char *p = text; *p != '\0'; p++)
    if ((guchar) *p <= ' ' || *p == 0x7f)
      return FALSE;

  return TRUE;
}

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = NULL;

  if (g_ascii_strcasecmp (host, "localhost") == 0)
    return TRUE;

  address = g_inet_address_new_from_string (host);
  return address != NULL && g_inet_address_get_is_loopback (address);
}

static gboolean
check_uri (GUri *uri, GError **error)
{
  const char *problem = NULL;

  if (g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    problem = "it names no host";
  else if (g_uri_get_port (uri) == 0)
    problem = "port 0 is no port to connect to";
  else if (g_uri_get_userinfo (uri) != NULL)
    problem = "it holds a user or password; a token is given by --token-file or SORTIE_TOKEN";
  else if (g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    problem = "it may not hold a query or a fragment";

  if (problem != NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "backend address: %s", problem);
      return FALSE;
    }

  return TRUE;
}

static SortieBackendAddress *
parse_http (const char *text, GError **error)
{
  g_autoptr (GUri) uri = NULL;
  g_autoptr (SortieBackendAddress) self = NULL;
  gsize length;

  uri = g_uri_parse (text, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
  if (uri == NULL)
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                           "backend address: it is no valid http:// or https:// address");
      return NULL;
    }
  if (!check_uri (uri, error))
    return NULL;

  self = g_new0 (SortieBackendAddress, 1);
  self->base = g_uri_to_string (uri);
  for (length = strlen (self->base); length > 0 && self->base[length - 1] == '/'; length--)
    self->base[length - 1] = '\0';
  self->display = g_strdup (self->base);
  self->local = is_loopback (g_uri_get_host (uri));

  return g_steal_pointer (&self);
}

SortieBackendAddress *
sortie_backend_address_new_for_socket (const char *path, GError **error)
{
  SortieBackendAddress *self;

  if (!g_path_is_absolute (path))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "backend address: the socket's path must be absolute, as in "
                   "unix:///run/user/1000/sortie/backend.sock");
      return NULL;
    }
  if (strlen (path) > SORTIE_BACKEND_SOCKET_MAX_BYTES)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "backend address: the socket's path is longer than %d bytes",
                   SORTIE_BACKEND_SOCKET_MAX_BYTES);
      return NULL;
    }

  self = g_new0 (SortieBackendAddress, 1);
  self->base = g_strdup ("http://localhost");
  self->socket = g_strdup (path);
  self->display = g_strconcat ("unix://", path, NULL);
  self->local = TRUE;

  return self;
}

SortieBackendAddress *
sortie_backend_address_parse (const char *text, GError **error)
{
  if (*text == '\0')
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                           "backend address: it is empty");
      return NULL;
    }
  if (strlen (text) > SORTIE_BACKEND_ADDRESS_MAX_BYTES)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "backend address: it is longer than %d bytes", SORTIE_BACKEND_ADDRESS_MAX_BYTES);
      return NULL;
    }

  if (g_str_has_prefix (text, "unix://") && g_utf8_validate (text, -1, NULL))
    return sortie_backend_address_new_for_socket (text + strlen ("unix://"), error);

  if (!is_printable (text))
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                           "backend address: it holds spaces, control characters or bytes that "
                           "are not UTF-8");
      return NULL;
    }
  if (g_ascii_strncasecmp (text, "http://", 7) == 0 ||
      g_ascii_strncasecmp (text, "https://", 8) == 0)
    return parse_http (text, error);

  g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                       "backend address: it must begin with http://, https:// or unix://");
  return NULL;
}

SortieBackendAddress *
sortie_backend_address_copy (const SortieBackendAddress *self)
{
  SortieBackendAddress *copy = g_new0 (SortieBackendAddress, 1);

  copy->base = g_strdup (self->base);
  copy->socket = g_strdup (self->socket);
  copy->display = g_strdup (self->display);
  copy->local = self->local;

  return copy;
}

void
sortie_backend_address_free (SortieBackendAddress *self)
{
  if (self == NULL)
    return;

  g_free (self->base);
  g_free (self->socket);
  g_free (self->display);
  g_free (self);
}

const char *
sortie_backend_address_get_base (const SortieBackendAddress *self)
{
  return self->base;
}

const char *
sortie_backend_address_get_socket (const SortieBackendAddress *self)
{
  return self->socket;
}

const char *
sortie_backend_address_get_display (const SortieBackendAddress *self)
{
  return self->display;
}

void
sortie_backend_address_set_display (SortieBackendAddress *self, const char *display)
{
  g_free (self->display);
  self->display = g_strdup (display);
}

gboolean
sortie_backend_address_equal (const SortieBackendAddress *self, const SortieBackendAddress *other)
{
  return g_str_equal (self->base, other->base) && g_strcmp0 (self->socket, other->socket) == 0;
}

gboolean
sortie_backend_address_is_local (const SortieBackendAddress *self)
{
  return self->local;
}
