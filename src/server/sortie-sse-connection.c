/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-sse-connection.h"

#include "sortie-linger.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* Pieces of a queue that are written in one call. */
#define BATCH 64
/* What the kernel may hold for one client before it counts as slow; the rest waits in our queue,
 * where it is counted. */
#define KERNEL_QUEUE (512 * 1024)

struct _SortieSseConnection
{
  SortieSseGroup *group;
  guint index; /* in the group */
  GSocket *socket;
  SortieWatch watch;
  GIOStream *tls; /* (nullable) */
  GSource *tls_reader;
  GSource *tls_writer; /* while something is queued */

  GQueue queue;  /* of GBytes */
  gsize written; /* bytes of the first that are written */
  gsize queued;  /* bytes that are not */
  gsize input;   /* bytes that came in and were thrown away */

  SortieDeadline heartbeat;
  guint stalls; /* heartbeats since something of the queue was taken */
  SortieSseClosedFunc closed;
  gpointer closed_data;
  SortieSseDrainedFunc drained;
  gpointer drained_data;

  gboolean is_finishing;
  gboolean is_over;
  SortieSseEnd reason;
};

struct _SortieSseGroup
{
  SortieReactor *reactor;
  GMainContext *context;
  gsize queue_limit;
  GPtrArray *connections;
  GQueue over; /* connections whose closed function is to be called */
  GSource *reaper;
  GBytes *comment;
  guint64 n_slow;
};

static void
connection_free (SortieSseConnection *self)
{
  SortieSseGroup *group = self->group;

  g_ptr_array_remove_index_fast (group->connections, self->index);
  if (self->index < group->connections->len)
    ((SortieSseConnection *) g_ptr_array_index (group->connections, self->index))->index =
        self->index;
  if (self->closed != NULL)
    self->closed (self, self->reason, self->closed_data);
  g_free (self);
}

static gboolean
reap_cb (gpointer user_data)
{
  SortieSseGroup *group = user_data;
  SortieSseConnection *connection;

  g_clear_pointer (&group->reaper, g_source_unref);
  while ((connection = g_queue_pop_head (&group->over)) != NULL)
    connection_free (connection);
  return G_SOURCE_REMOVE;
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
tls_closed_cb (GObject *tls, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GSocket) socket = user_data;

  g_io_stream_close_finish (G_IO_STREAM (tls), result, NULL);
  g_socket_close (socket, NULL);
}

/* Lets go of the socket now, and of the rest from the main loop. */
static void
end (SortieSseConnection *self, SortieSseEnd reason)
{
  SortieSseGroup *group = self->group;
  GSocket *socket;

  if (self->is_over)
    return;
  socket = g_steal_pointer (&self->socket);
  self->is_over = TRUE;
  self->reason = reason;
  sortie_reactor_remove (group->reactor, &self->watch);
  sortie_reactor_disarm (group->reactor, &self->heartbeat);
  clear_source (&self->tls_reader);
  clear_source (&self->tls_writer);
  g_queue_clear_full (&self->queue, (GDestroyNotify) g_bytes_unref);
  self->queued = 0;

  if (self->tls != NULL && reason == SORTIE_SSE_FINISHED)
    {
      g_socket_set_timeout (socket, 2); /* saying goodbye may block; it has a thread for that */
      g_io_stream_close_async (self->tls, G_PRIORITY_DEFAULT, NULL, tls_closed_cb, socket);
      sortie_reactor_closed (group->reactor);
    }
  else if (reason == SORTIE_SSE_FINISHED)
    sortie_linger_start (group->reactor, socket);
  else
    sortie_linger_close_now (group->reactor, socket);
  g_clear_object (&self->tls);

  g_queue_push_tail (&group->over, self);
  if (group->reaper == NULL)
    {
      group->reaper = g_idle_source_new ();
      g_source_set_priority (group->reaper, G_PRIORITY_DEFAULT);
      g_source_set_callback (group->reaper, reap_cb, group, NULL);
      g_source_attach (group->reaper, group->context);
    }
}

/* Bytes written; -1 with errno, as write() does. */
static gssize
write_tls (SortieSseConnection *self)
{
  GOutputStream *out = g_io_stream_get_output_stream (self->tls);
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *data = g_bytes_get_data (g_queue_peek_head (&self->queue), &length);
  gssize n;

  n = g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (out),
                                                  data + self->written, length - self->written,
                                                  NULL, &error);
  errno = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? EAGAIN : EPIPE;
  return n;
}

static gssize
write_plain (SortieSseConnection *self)
{
  struct iovec parts[BATCH];
  struct msghdr message = { .msg_iov = parts };
  gsize skip = self->written;

  for (GList *link = self->queue.head; link != NULL && message.msg_iovlen < BATCH;
       link = link->next)
    {
      gsize length;
      const char *data = g_bytes_get_data (link->data, &length);

      parts[message.msg_iovlen].iov_base = (char *) data + skip;
      parts[message.msg_iovlen].iov_len = length - skip;
      message.msg_iovlen++;
      skip = 0;
    }
  return sendmsg (self->watch.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
consume (SortieSseConnection *self, gsize n)
{
  self->queued -= n;
  self->stalls = 0;
  while (n > 0)
    {
      GBytes *first = g_queue_peek_head (&self->queue);
      gsize left = g_bytes_get_size (first) - self->written;

      if (n < left)
        {
          self->written += n;
          return;
        }
      n -= left;
      self->written = 0;
      g_bytes_unref (g_queue_pop_head (&self->queue));
    }
}

static gboolean tls_writable_cb (GObject *stream, gpointer user_data);

static void
wait_for_room (SortieSseConnection *self)
{
  GOutputStream *out;

  if (self->tls == NULL)
    {
      sortie_reactor_modify (self->group->reactor, &self->watch, EPOLLIN | EPOLLRDHUP | EPOLLOUT);
      return;
    }
  if (self->tls_writer != NULL)
    return;
  out = g_io_stream_get_output_stream (self->tls);
  self->tls_writer = g_pollable_output_stream_create_source (G_POLLABLE_OUTPUT_STREAM (out), NULL);
  g_source_set_callback (self->tls_writer, G_SOURCE_FUNC (tls_writable_cb), self, NULL);
  g_source_attach (self->tls_writer, self->group->context);
}

static void
flush (SortieSseConnection *self)
{
  while (self->queued > 0)
    {
      gssize n = self->tls != NULL ? write_tls (self) : write_plain (self);

      if (n >= 0)
        consume (self, n);
      else if (errno == EAGAIN)
        {
          wait_for_room (self);
          return;
        }
      else if (errno != EINTR)
        {
          end (self, SORTIE_SSE_GONE);
          return;
        }
    }
  if (self->tls == NULL)
    sortie_reactor_modify (self->group->reactor, &self->watch, EPOLLIN | EPOLLRDHUP);
  clear_source (&self->tls_writer);
  if (self->is_finishing)
    end (self, SORTIE_SSE_FINISHED);
}

/* There is room again. */
static void
flush_later (SortieSseConnection *self)
{
  flush (self);
  if (!self->is_over && self->queued == 0 && self->drained != NULL)
    self->drained (self, self->drained_data);
}

/* A client has nothing to say; what it says is thrown away, and its end is what we are after. */
static void
took_input (SortieSseConnection *self, gssize n)
{
  if (n > 0)
    self->input += n;
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || self->input > SORTIE_SSE_MAX_INPUT)
    end (self, SORTIE_SSE_GONE);
}

static gboolean
tls_writable_cb (GObject *stream, gpointer user_data)
{
  SortieSseConnection *self = user_data;

  clear_source (&self->tls_writer);
  flush_later (self);
  return G_SOURCE_REMOVE;
}

static gboolean
tls_readable_cb (GObject *stream, gpointer user_data)
{
  SortieSseConnection *self = user_data;
  g_autoptr (GError) error = NULL;
  char waste[4096];
  gssize n;

  n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), waste,
                                                sizeof waste, NULL, &error);
  errno = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? EAGAIN : EPIPE;
  took_input (self, n);
  return self->is_over ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
ready_cb (guint32 events, gpointer user_data)
{
  SortieSseConnection *self = user_data;
  char waste[4096];

  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
    {
      end (self, SORTIE_SSE_GONE);
      return;
    }
  if ((events & EPOLLIN) != 0)
    took_input (self, recv (self->watch.fd, waste, sizeof waste, MSG_DONTWAIT));
  if ((events & EPOLLOUT) != 0 && !self->is_over)
    flush_later (self);
}

static void
end_slow (SortieSseConnection *self)
{
  self->group->n_slow++;
  end (self, SORTIE_SSE_TOO_SLOW);
}

static void
heartbeat_cb (SortieDeadline *deadline, gpointer user_data)
{
  SortieSseConnection *self = user_data;

  sortie_reactor_arm (self->group->reactor, deadline, SORTIE_DEADLINE_HEARTBEAT);
  /* A client that has not yet read what waits for it needs no sign of life, but gives one. */
  if (self->queued == 0)
    sortie_sse_connection_send (self, self->group->comment);
  else if (++self->stalls > SORTIE_SSE_MAX_STALL)
    end_slow (self);
}

SortieSseConnection *
sortie_sse_connection_new (SortieSseGroup *group, GSocket *socket, GIOStream *tls, GBytes *head)
{
  SortieSseConnection *self = g_new0 (SortieSseConnection, 1);
  int fd = g_socket_get_fd (socket);
  int kernel_queue = KERNEL_QUEUE;

  self->group = group;
  self->index = group->connections->len;
  g_ptr_array_add (group->connections, self);
  self->socket = socket;
  self->tls = tls;
  self->watch.func = ready_cb;
  self->watch.user_data = self;
  self->heartbeat.func = heartbeat_cb;
  self->heartbeat.user_data = self;
  g_queue_init (&self->queue);
  setsockopt (fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kernel_queue, sizeof kernel_queue);

  sortie_reactor_arm (group->reactor, &self->heartbeat, SORTIE_DEADLINE_HEARTBEAT);
  if (tls != NULL)
    {
      GInputStream *in = g_io_stream_get_input_stream (tls);

      self->tls_reader = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (in), NULL);
      g_source_set_callback (self->tls_reader, G_SOURCE_FUNC (tls_readable_cb), self, NULL);
      g_source_attach (self->tls_reader, group->context);
    }
  else if (!sortie_reactor_add (group->reactor, &self->watch, fd, EPOLLIN | EPOLLRDHUP))
    {
      end (self, SORTIE_SSE_GONE);
      return self;
    }
  sortie_sse_connection_send (self, head);
  return self;
}

gboolean
sortie_sse_connection_send (SortieSseConnection *self, GBytes *frames)
{
  gsize length = g_bytes_get_size (frames);

  if (self->is_over || self->is_finishing)
    return FALSE;
  if (length == 0)
    return TRUE;
  if (self->queued > 0 && self->queued + length > self->group->queue_limit)
    {
      end_slow (self);
      return FALSE;
    }
  g_queue_push_tail (&self->queue, g_bytes_ref (frames));
  self->queued += length;
  if (self->queued == length) /* else room is being waited for */
    flush (self);
  return !self->is_over;
}

gsize
sortie_sse_connection_get_queued (SortieSseConnection *self)
{
  return self->queued;
}

void
sortie_sse_connection_finish (SortieSseConnection *self)
{
  if (self->is_over || self->is_finishing)
    return;
  self->is_finishing = TRUE;
  if (self->queued == 0)
    end (self, SORTIE_SSE_FINISHED);
}

void
sortie_sse_connection_drop (SortieSseConnection *self)
{
  end (self, SORTIE_SSE_DROPPED);
}

void
sortie_sse_connection_set_closed_func (SortieSseConnection *self,
                                       SortieSseClosedFunc func,
                                       gpointer user_data)
{
  self->closed = func;
  self->closed_data = user_data;
}

void
sortie_sse_connection_set_drained_func (SortieSseConnection *self,
                                        SortieSseDrainedFunc func,
                                        gpointer user_data)
{
  self->drained = func;
  self->drained_data = user_data;
}

SortieSseGroup *
sortie_sse_group_new (SortieReactor *reactor, GMainContext *context, gsize queue_limit)
{
  static const char comment[] = ": still here\n\n";
  SortieSseGroup *self = g_new0 (SortieSseGroup, 1);

  self->reactor = reactor;
  self->context = context != NULL ? g_main_context_ref (context) : NULL;
  self->queue_limit = queue_limit > 0 ? queue_limit : SORTIE_SSE_QUEUE_LIMIT;
  self->connections = g_ptr_array_new ();
  g_queue_init (&self->over);
  self->comment = g_bytes_new_static (comment, strlen (comment));
  return self;
}

void
sortie_sse_group_free (SortieSseGroup *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->connections->len; i++)
    end (g_ptr_array_index (self->connections, i), SORTIE_SSE_DROPPED);
  if (self->reaper != NULL)
    {
      g_source_destroy (self->reaper);
      reap_cb (self);
    }
  g_ptr_array_unref (self->connections);
  g_bytes_unref (self->comment);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self);
}

guint
sortie_sse_group_get_n_connections (SortieSseGroup *self)
{
  return self->connections->len;
}

guint64
sortie_sse_group_get_n_slow (SortieSseGroup *self)
{
  return self->n_slow;
}

void
sortie_sse_group_finish (SortieSseGroup *self)
{
  for (guint i = 0; i < self->connections->len; i++)
    sortie_sse_connection_finish (g_ptr_array_index (self->connections, i));
}
