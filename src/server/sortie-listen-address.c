/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-listen-address.h"

#include "sortie-error.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static SortieListenAddress *
parse_tcp (const char *rest, const char *text, GError **error)
{
  g_autoptr (SortieListenAddress) self = g_new0 (SortieListenAddress, 1);
  const char *colon = strrchr (rest, ':');
  gboolean bracketed = rest[0] == '[';
  gsize length = colon != NULL ? (gsize) (colon - rest) : 0;
  guint64 port;

  if (colon == NULL || length == 0 || (bracketed && rest[length - 1] != ']') ||
      (!bracketed && memchr (rest, ':', length) != NULL) ||
      !g_ascii_string_to_unsigned (colon + 1, 10, 0, 65535, &port, NULL))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "%s: tcp://HOST:PORT is expected, an IPv6 address in brackets", text);
      return NULL;
    }
  self->host = bracketed ? g_strndup (rest + 1, length - 2) : g_strndup (rest, length);
  self->port = port;
  return g_steal_pointer (&self);
}

SortieListenAddress *
sortie_listen_address_parse (const char *text, GError **error)
{
  g_autoptr (SortieListenAddress) self = NULL;

  if (g_str_has_prefix (text, "tcp://"))
    return parse_tcp (text + strlen ("tcp://"), text, error);
  if (!g_str_has_prefix (text, "unix:///"))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "%s: tcp://HOST:PORT or unix:///PATH is expected", text);
      return NULL;
    }
  self = g_new0 (SortieListenAddress, 1);
  self->path = g_strdup (text + strlen ("unix://"));
  if (strlen (self->path) >= sizeof ((struct sockaddr_un *) NULL)->sun_path)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "%s: the path of a Unix socket must be shorter than %" G_GSIZE_FORMAT " bytes",
                   text, sizeof ((struct sockaddr_un *) NULL)->sun_path);
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
sortie_listen_address_free (SortieListenAddress *self)
{
  if (self == NULL)
    return;
  g_free (self->host);
  g_free (self->path);
  g_free (self);
}

/* (nullable) (element-type GInetAddress): at start-up only, so it may block. */
static GList *
resolve (const char *host, GError **error)
{
  g_autoptr (GInetAddress) literal = g_inet_address_new_from_string (host);
  g_autoptr (GResolver) resolver = NULL;
  g_autoptr (GError) lookup_error = NULL;
  GList *addresses;

  if (literal != NULL)
    return g_list_prepend (NULL, g_steal_pointer (&literal));
  resolver = g_resolver_get_default ();
  addresses = g_resolver_lookup_by_name (resolver, host, NULL, &lookup_error);
  if (addresses == NULL)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "%s: no such host: %s", host,
                 lookup_error->message);
  return addresses;
}

gboolean
sortie_listen_address_is_local (const SortieListenAddress *self, gboolean *is_local, GError **error)
{
  GList *addresses = NULL;

  if (self->path == NULL)
    {
      addresses = resolve (self->host, error);
      if (addresses == NULL)
        return FALSE;
    }
  *is_local = TRUE;
  for (GList *link = addresses; link != NULL; link = link->next)
    *is_local = *is_local && g_inet_address_get_is_loopback (link->data);
  g_list_free_full (addresses, g_object_unref);
  return TRUE;
}

static gboolean
start_listening (GSocket *socket, GSocketAddress *address, GError **error)
{
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, SORTIE_LISTEN_BACKLOG);
  return g_socket_bind (socket, address, TRUE, error) && g_socket_listen (socket, error);
}

static GSocket *
bind_inet (GInetAddress *inet, guint port, GError **error)
{
  GSocketFamily family = g_inet_address_get_family (inet);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (inet, port);
  g_autoptr (GSocket) socket = NULL;
  gboolean is_any = g_inet_address_get_is_any (inet);

  socket = g_socket_new (family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (socket == NULL)
    return NULL;
  /* `[::]` means every address of the machine, of both families. */
  if (family == G_SOCKET_FAMILY_IPV6)
    g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, !is_any, NULL);
  return start_listening (socket, address, error) ? g_steal_pointer (&socket) : NULL;
}

static guint
get_port (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

static GPtrArray *
bind_tcp (const SortieListenAddress *self, GError **error)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  GList *addresses = resolve (self->host, error);
  guint port = self->port;
  g_autoptr (GError) bind_error = NULL;

  if (addresses == NULL)
    return NULL;
  for (GList *link = addresses; link != NULL; link = link->next)
    {
      g_autoptr (GError) local_error = NULL;
      GSocket *socket = bind_inet (link->data, port, &local_error);

      if (socket != NULL)
        {
          g_ptr_array_add (sockets, socket);
          port = get_port (socket);
        }
      else if (bind_error == NULL)
        bind_error = g_steal_pointer (&local_error);
    }
  g_list_free_full (addresses, g_object_unref);
  /* A name may stand for a family that this machine lacks; an address in use is never passed over.
   * */
  if (sockets->len == 0 || g_error_matches (bind_error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE, "can't listen on %s port %u: %s",
                   self->host, self->port, bind_error->message);
      return NULL;
    }
  return g_steal_pointer (&sockets);
}

/* Whether a server answers there. A full backlog is an answer too. */
static gboolean
is_alive (GSocketAddress *address)
{
  g_autoptr (GSocket) probe = NULL;
  g_autoptr (GError) error = NULL;

  probe =
      g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  if (probe == NULL)
    return TRUE;
  g_socket_set_blocking (probe, FALSE);
  return g_socket_connect (probe, address, NULL, &error) ||
         !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

/* Removes what is left of a dead server. */
static gboolean
make_way (const char *path, GSocketAddress *address, GError **error)
{
  struct stat info;

  if (lstat (path, &info) < 0)
    return TRUE; /* what else is wrong with it, bind() will say */
  if (!S_ISSOCK (info.st_mode))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT, "%s: it is there, and is no socket",
                   path);
      return FALSE;
    }
  if (is_alive (address))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT, "%s: a server is listening there",
                   path);
      return FALSE;
    }
  unlink (path);
  return TRUE;
}

static GSocket *
bind_unix_locked (const char *path, GError **error)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) bind_error = NULL;
  g_autoptr (GSocket) socket = NULL;

  if (!make_way (path, address, error))
    return NULL;
  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                         &bind_error);
  /* On Linux the socket's own mode is that of the file to be, so there is no moment in which
   * somebody else could connect, and no process-wide umask is touched. */
  if (socket != NULL && fchmod (g_socket_get_fd (socket), 0600) == 0 &&
      start_listening (socket, address, &bind_error))
    return g_steal_pointer (&socket);
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE, "can't listen on %s: %s", path,
               bind_error != NULL ? bind_error->message : g_strerror (errno));
  return NULL;
}

/* Two servers that start at once both find the old file dead; the folder's lock makes the check and
 * the bind one step. */
static GPtrArray *
bind_unix (const SortieListenAddress *self, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  int lock = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  GPtrArray *sockets = NULL;
  GSocket *socket;

  if (lock < 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE, "%s: %s", folder,
                   g_strerror (errno));
      return NULL;
    }
  while (flock (lock, LOCK_EX) < 0 && errno == EINTR)
    ;
  socket = bind_unix_locked (self->path, error);
  if (socket != NULL)
    {
      sockets = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (sockets, socket);
    }
  close (lock);
  return sockets;
}

GPtrArray *
sortie_listen_address_bind (const SortieListenAddress *self, GError **error)
{
  return self->path != NULL ? bind_unix (self, error) : bind_tcp (self, error);
}
