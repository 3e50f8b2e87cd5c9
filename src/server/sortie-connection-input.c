/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-connection-private.h"

#include <string.h>

#define READ_CHUNK 8192

static void sortie_connection_input_pollable_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SortieConnectionInput,
                               sortie_connection_input,
                               G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      sortie_connection_input_pollable_init))

/* What libsoup gets to read of a request. Host and target are placeholders: the server looks at the
 * guard's head only. */
static void
write_head (SortieConnection *self, const SortieRequestHead *head)
{
  gint64 length = sortie_request_head_get_content_length (head);

  self->head = g_string_sized_new (128);
  self->head_read = 0;
  g_string_append_printf (self->head, "%s / HTTP/1.%d\r\nHost: localhost\r\nConnection: %s\r\n",
                          sortie_request_head_get_method (head),
                          sortie_request_head_get_minor_version (head),
                          sortie_request_head_wants_close (head) ? "close" : "keep-alive");
  if (length >= 0)
    g_string_append_printf (self->head, "Content-Length: %" G_GINT64_FORMAT "\r\n", length);
  if (sortie_request_head_expects_continue (head))
    g_string_append (self->head, "Expect: 100-continue\r\n");
  g_string_append (self->head, "\r\n");
}

static void
end_of_head (SortieConnection *self)
{
  g_autoptr (GBytes) refusal = NULL;

  write_head (self, sortie_request_guard_get_head (self->guard));
  refusal = self->hooks->check (self, self->hooks_data); /* takes the head */
  if (refusal != NULL)
    {
      sortie_connection_refuse_with (self, refusal);
      return;
    }
  self->progress = 0;
  if (sortie_request_guard_get_state (self->guard) == SORTIE_GUARD_BODY)
    sortie_reactor_arm (self->reactor, &self->deadline, SORTIE_DEADLINE_BODY);
  else
    sortie_reactor_disarm (self->reactor, &self->deadline);
}

static void
keep_pending (SortieConnection *self, const char *bytes, gsize length)
{
  if (length == 0)
    return;
  if (self->pending == NULL)
    self->pending = g_byte_array_new ();
  g_byte_array_append (self->pending, (const guint8 *) bytes, length);
}

static void
feed_head (SortieConnection *self, const char *bytes, gsize length)
{
  gboolean had_begun = sortie_request_guard_has_begun (self->guard);
  gsize taken = sortie_request_guard_feed (self->guard, bytes, length);

  keep_pending (self, bytes + taken, length - taken);
  switch (sortie_request_guard_get_state (self->guard))
    {
    case SORTIE_GUARD_HEAD:
      if (!had_begun && self->deadline.kind != SORTIE_DEADLINE_HEAD)
        sortie_reactor_arm (self->reactor, &self->deadline, SORTIE_DEADLINE_HEAD);
      break;
    case SORTIE_GUARD_REFUSED:
      sortie_connection_refuse (self, sortie_request_guard_get_status (self->guard),
                                sortie_request_guard_get_detail (self->guard));
      break;
    case SORTIE_GUARD_BODY:
    case SORTIE_GUARD_COMPLETE:
      end_of_head (self);
      break;
    }
}

static gssize
read_base (SortieConnection *self, char *buffer, gsize count, GError **error)
{
  GInputStream *input = g_io_stream_get_input_stream (self->base);
  gssize n;

  n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input), buffer, count,
                                                NULL, error);
  self->has_read = self->has_read || n > 0;
  self->saw_end = self->saw_end || n == 0;
  return n;
}

/* Brings the head one read further. Returns as read() does. */
static gssize
read_head (SortieConnection *self, GError **error)
{
  g_autoptr (GByteArray) pending = g_steal_pointer (&self->pending);
  char chunk[READ_CHUNK];
  gssize n;

  if (pending != NULL)
    {
      feed_head (self, (const char *) pending->data, pending->len);
      return 1;
    }
  n = read_base (self, chunk, sizeof chunk, error);
  if (n > 0)
    feed_head (self, chunk, n);
  return n;
}

static gssize
read_body (SortieConnection *self, char *buffer, gsize count, GError **error)
{
  gsize left = sortie_request_guard_get_body_left (self->guard);
  gssize n;

  count = MIN (count, left);
  if (self->pending != NULL)
    {
      n = MIN (count, self->pending->len);
      memcpy (buffer, self->pending->data, n);
      g_byte_array_remove_range (self->pending, 0, n);
      if (self->pending->len == 0)
        g_clear_pointer (&self->pending, g_byte_array_unref);
    }
  else
    n = read_base (self, buffer, count, error);
  if (n <= 0)
    return n;
  sortie_request_guard_feed (self->guard, buffer, n);
  self->progress += n;
  if (sortie_request_guard_get_state (self->guard) == SORTIE_GUARD_COMPLETE)
    sortie_reactor_disarm (self->reactor, &self->deadline);
  return n;
}

static gssize
take_head (SortieConnection *self, char *buffer, gsize count)
{
  gsize n = MIN (count, self->head->len - self->head_read);

  memcpy (buffer, self->head->str + self->head_read, n);
  self->head_read += n;
  if (self->head_read == self->head->len)
    {
      g_string_free (g_steal_pointer (&self->head), TRUE);
      self->head_read = 0;
      self->gave_head = TRUE;
    }
  return n;
}

/* The end of the input. libsoup 3.2 forgets a kept-alive connection, without ever closing it, that
 * fails before the first line of its next request, so there is one; and it would answer a plain end
 * after it, so it gets an error. */
static gssize
give_end (SortieConnection *self, char *buffer, gsize count, GError **error)
{
  static const char line[] = "-\r\n";

  if (self != NULL && !self->is_closed && !self->gave_head && !self->gave_end)
    {
      count = MIN (count, strlen (line));
      memcpy (buffer, line, count);
      self->gave_end = TRUE;
      return count;
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the connection is over");
  return -1;
}

static gssize
input_read_nonblocking (GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  SortieConnection *self = SORTIE_CONNECTION_INPUT (stream)->connection;

  while (self != NULL && !self->is_over && !self->is_closed)
    {
      g_autoptr (GError) local_error = NULL;
      gssize n;

      if (self->head != NULL)
        return take_head (self, buffer, count);
      switch (sortie_request_guard_get_state (self->guard))
        {
        case SORTIE_GUARD_BODY:
          return read_body (self, buffer, count, error);
        case SORTIE_GUARD_HEAD:
          n = read_head (self, &local_error);
          break;
        default:
          n = -1;
          g_set_error (&local_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "the request is complete");
        }
      if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return -1;
        }
      if (n <= 0)
        break;
    }
  return give_end (self, buffer, count, error);
}

static gboolean
input_has_bytes (SortieConnection *self)
{
  if (self == NULL || self->is_over || self->is_closed || self->head != NULL)
    return TRUE;
  return self->pending != NULL &&
         sortie_request_guard_get_state (self->guard) != SORTIE_GUARD_COMPLETE;
}

static GPollableInputStream *
base_input (SortieConnection *self)
{
  return G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->base));
}

static gboolean
input_is_readable (GPollableInputStream *stream)
{
  SortieConnection *self = SORTIE_CONNECTION_INPUT (stream)->connection;

  return input_has_bytes (self) || g_pollable_input_stream_is_readable (base_input (self));
}

static GSource *
input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  SortieConnection *self = SORTIE_CONNECTION_INPUT (stream)->connection;
  g_autoptr (GSource) child = NULL;
  GSource *source;

  if (!input_has_bytes (self))
    child = g_pollable_input_stream_create_source (base_input (self), NULL);
  source = g_pollable_source_new_full (stream, child, cancellable);
  if (child == NULL)
    g_source_set_ready_time (source, 0);
  if (self != NULL)
    {
      g_clear_pointer (&self->source, g_source_unref);
      self->source = g_source_ref (source);
    }
  return source;
}

static gssize
input_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  return input_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), buffer, count, error);
}

static void
sortie_connection_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->read_nonblocking = input_read_nonblocking;
  iface->is_readable = input_is_readable;
  iface->create_source = input_create_source;
}

static void
sortie_connection_input_class_init (SortieConnectionInputClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = input_read;
}

static void
sortie_connection_input_init (SortieConnectionInput *self)
{
}
