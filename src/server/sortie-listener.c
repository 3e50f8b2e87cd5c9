/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-listener.h"

#include "sortie-http.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Connections taken from one socket before others get a turn. */
#define BATCH 128
/* A peer that acknowledges nothing for so long is gone, though it never said so. */
#define PEER_TIMEOUT_MS 60000

struct _SortieListener
{
  SortieReactor *reactor;
  SortieAcceptFunc func;
  gpointer user_data;
  guint max_connections;
  guint64 n_refused;
  GPtrArray *ports; /* of Port */
  GBytes *busy;     /* the response of a full server */
  int spare_fd;     /* given up to accept, and refuse, one connection when there is none left */
};

typedef struct
{
  SortieListener *listener;
  GSocket *socket;
  SortieWatch watch;
  SortieDeadline pause;
  char *path; /* (nullable): of a Unix socket */
  dev_t device;
  ino_t inode;
} Port;

static void
port_free (gpointer data)
{
  Port *port = data;
  struct stat info;

  sortie_reactor_remove (port->listener->reactor, &port->watch);
  sortie_reactor_disarm (port->listener->reactor, &port->pause);
  /* Only our own file: another server may have replaced it. */
  if (port->path != NULL && lstat (port->path, &info) == 0 && info.st_dev == port->device &&
      info.st_ino == port->inode)
    unlink (port->path);
  g_socket_close (port->socket, NULL);
  g_object_unref (port->socket);
  g_free (port->path);
  g_free (port);
}

static void
refuse_busy (SortieListener *self, int fd)
{
  gsize length;
  const char *data = g_bytes_get_data (self->busy, &length);
  char waste[4096];

  self->n_refused++;
  if (send (fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
    shutdown (fd, SHUT_WR);
  /* Closing with unread input would send a reset and take the response away. */
  for (int i = 0; i < 16 && recv (fd, waste, sizeof waste, MSG_DONTWAIT) > 0; i++)
    ;
  close (fd);
}

static void
hand_over (SortieListener *self, Port *port, int fd)
{
  int yes = 1;
  int timeout = PEER_TIMEOUT_MS;
  GSocket *socket;

  if (sortie_reactor_get_n_open (self->reactor) >= self->max_connections)
    {
      refuse_busy (self, fd);
      return;
    }
  if (port->path == NULL)
    {
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      setsockopt (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout);
    }
  socket = g_socket_new_from_fd (fd, NULL);
  if (socket == NULL)
    {
      close (fd);
      return;
    }
  g_socket_set_blocking (socket, FALSE);
  sortie_reactor_opened (self->reactor);
  self->func (socket, port->path != NULL, self->user_data);
  g_object_unref (socket);
}

static int
accept_one (Port *port)
{
  return accept4 (port->watch.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* No descriptor is left: refuses one connection with the spare, so that the backlog does not fill
 * with clients that wait for nothing, and lets the others wait a moment. */
static void
out_of_descriptors (SortieListener *self, Port *port)
{
  int fd;

  g_debug ("out of file descriptors, connections are refused");
  if (self->spare_fd >= 0)
    {
      close (self->spare_fd);
      fd = accept_one (port);
      if (fd >= 0)
        refuse_busy (self, fd);
      self->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
    }
  sortie_reactor_modify (self->reactor, &port->watch, 0);
  sortie_reactor_arm (self->reactor, &port->pause, SORTIE_DEADLINE_PAUSE);
}

static void
pause_over_cb (SortieDeadline *deadline, gpointer user_data)
{
  Port *port = user_data;

  sortie_reactor_modify (port->listener->reactor, &port->watch, EPOLLIN);
}

static void
acceptable_cb (guint32 events, gpointer user_data)
{
  Port *port = user_data;
  SortieListener *self = port->listener;

  for (int i = 0; i < BATCH; i++)
    {
      int fd = accept_one (port);

      if (fd >= 0)
        hand_over (self, port, fd);
      else if (errno == EAGAIN)
        return;
      else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        {
          out_of_descriptors (self, port);
          return;
        }
      /* Anything else is about that one connection (it is gone again, a firewall forbade it, …). */
    }
}

SortieListener *
sortie_listener_new (SortieReactor *reactor,
                     guint max_connections,
                     SortieAcceptFunc func,
                     gpointer user_data)
{
  g_autoptr (SortieResponse) busy = sortie_response_new_problem (503, "The server is full.");
  SortieListener *self = g_new0 (SortieListener, 1);

  sortie_response_set_header (busy, "Retry-After", "5");
  self->reactor = reactor;
  self->max_connections = max_connections;
  self->func = func;
  self->user_data = user_data;
  self->ports = g_ptr_array_new_with_free_func (port_free);
  self->busy = sortie_response_to_bytes (busy, "-");
  self->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  return self;
}

void
sortie_listener_free (SortieListener *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->ports);
  g_bytes_unref (self->busy);
  if (self->spare_fd >= 0)
    close (self->spare_fd);
  g_free (self);
}

static char *
socket_url (GSocket *socket, const char *scheme)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);
  GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (address);
  g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (inet));
  guint port = g_inet_socket_address_get_port (inet);
  gboolean is_v6 = g_socket_address_get_family (address) == G_SOCKET_FAMILY_IPV6;

  return g_strdup_printf (is_v6 ? "%s://[%s]:%u" : "%s://%s:%u", scheme, host, port);
}

static char *
add_port (SortieListener *self,
          GSocket *socket,
          const SortieListenAddress *address,
          const char *scheme)
{
  Port *port = g_new0 (Port, 1);
  struct stat info;

  port->listener = self;
  port->socket = g_object_ref (socket);
  port->watch.func = acceptable_cb;
  port->watch.user_data = port;
  port->pause.func = pause_over_cb;
  port->pause.user_data = port;
  if (address->path != NULL && lstat (address->path, &info) == 0)
    {
      port->path = g_strdup (address->path);
      port->device = info.st_dev;
      port->inode = info.st_ino;
    }
  sortie_reactor_add (self->reactor, &port->watch, g_socket_get_fd (socket), EPOLLIN);
  g_ptr_array_add (self->ports, port);
  if (address->path != NULL)
    return g_strconcat ("unix://", address->path, NULL);
  return socket_url (socket, scheme);
}

char **
sortie_listener_listen (SortieListener *self,
                        const SortieListenAddress *address,
                        const char *scheme,
                        GError **error)
{
  g_autoptr (GPtrArray) sockets = sortie_listen_address_bind (address, error);
  GPtrArray *urls;

  if (sockets == NULL)
    return NULL;
  urls = g_ptr_array_new ();
  for (guint i = 0; i < sockets->len; i++)
    g_ptr_array_add (urls, add_port (self, g_ptr_array_index (sockets, i), address, scheme));
  g_ptr_array_add (urls, NULL);
  return (char **) g_ptr_array_free (urls, FALSE);
}

void
sortie_listener_stop (SortieListener *self)
{
  g_ptr_array_set_size (self->ports, 0);
}

guint64
sortie_listener_get_n_refused (SortieListener *self)
{
  return self->n_refused;
}
