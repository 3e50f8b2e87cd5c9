/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-linger.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

typedef struct
{
  SortieReactor *reactor;
  GSocket *socket;
  SortieWatch watch;
  SortieDeadline deadline;
  gsize discarded;
} SortieLinger;

static void
linger_end (SortieLinger *self)
{
  sortie_reactor_remove (self->reactor, &self->watch);
  sortie_reactor_disarm (self->reactor, &self->deadline);
  sortie_linger_close_now (self->reactor, self->socket);
  g_free (self);
}

static void
readable_cb (guint32 events, gpointer user_data)
{
  SortieLinger *self = user_data;
  char waste[16384];
  gssize n = recv (self->watch.fd, waste, sizeof waste, MSG_DONTWAIT);

  if (n > 0)
    self->discarded += n;
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) ||
      self->discarded > SORTIE_LINGER_MAX_BYTES)
    linger_end (self);
}

static void
expired_cb (SortieDeadline *deadline, gpointer user_data)
{
  linger_end (user_data);
}

void
sortie_linger_start (SortieReactor *reactor, GSocket *socket)
{
  int fd = g_socket_get_fd (socket);
  SortieLinger *self = g_new0 (SortieLinger, 1);

  self->reactor = reactor;
  self->socket = socket;
  self->watch.func = readable_cb;
  self->watch.user_data = self;
  self->deadline.func = expired_cb;
  self->deadline.user_data = self;
  if (shutdown (fd, SHUT_WR) < 0 || !sortie_reactor_add (reactor, &self->watch, fd, EPOLLIN))
    linger_end (self);
  else
    sortie_reactor_arm (reactor, &self->deadline, SORTIE_DEADLINE_LINGER);
}

void
sortie_linger_close_now (SortieReactor *reactor, GSocket *socket)
{
  g_socket_close (socket, NULL);
  g_object_unref (socket);
  sortie_reactor_closed (reactor);
}
