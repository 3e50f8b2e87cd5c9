/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-reader.h"

#include <gio/gfiledescriptorbased.h>
#include <glib-unix.h>

/* Reads in a row before others have their turn. */
#define MAX_READS 64
/* So many wake-ups, each within a pause of the one before, make a stream a fast one. */
#define FAST_AFTER 4

struct _SortieLlmReader
{
  SortieLlmReadFunc func;
  gpointer user_data;
  GInputStream *stream;
  int fd;         /* of the connection, where readability can be told by it; else -1 */
  GSource *watch; /* for what can be read */
  GSource *timer; /* the end of a pause, or the next turn */
  gboolean hurried;
  gboolean paused; /* what comes is looked for when the pause is over */
  guint n_fast;
  gint64 read_us;
};

typedef enum
{
  READ_NOTHING,
  READ_ALL,  /* there is no more for now */
  READ_SOME, /* its turn is over */
  READ_OVER, /* nobody wants more */
} ReadResult;

static void read_more (SortieLlmReader *self);

static gboolean
dispatch_source (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSource *
create_source (GSourceFunc callback, SortieLlmReader *self)
{
  static GSourceFuncs funcs = { .dispatch = dispatch_source };
  GSource *source = g_source_new (&funcs, sizeof (GSource));

  g_source_set_callback (source, callback, self, NULL);
  /* Nothing here iterates the context: spares it from taking the source out while it runs. */
  g_source_set_can_recurse (source, TRUE);
  return source;
}

static gboolean
timer_cb (gpointer user_data)
{
  SortieLlmReader *self = user_data;

  g_source_set_ready_time (self->timer, -1);
  read_more (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
fd_cb (gpointer user_data)
{
  read_more (user_data);
  return G_SOURCE_CONTINUE;
}

static void
unwatch (SortieLlmReader *self)
{
  if (self->watch != NULL)
    g_source_destroy (self->watch);
  g_clear_pointer (&self->watch, g_source_unref);
}

static gboolean
stream_cb (GObject *stream, gpointer user_data)
{
  SortieLlmReader *self = user_data;

  unwatch (self);
  read_more (self);
  return G_SOURCE_REMOVE;
}

/* libsoup's own sources are five deep and last for one read only, which costs more than all the rest;
 * a source on the connection itself stays. */
static void
watch (SortieLlmReader *self)
{
  if (self->watch != NULL)
    return;
  if (self->fd >= 0)
    {
      self->watch = create_source (fd_cb, self);
      g_source_add_unix_fd (self->watch, self->fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
    }
  else
    {
      self->watch =
          g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (self->stream), NULL);
      g_source_set_callback (self->watch, (GSourceFunc) (void *) stream_cb, self, NULL);
    }
  g_source_attach (self->watch, g_main_context_get_thread_default ());
}

static ReadResult
read_turn (SortieLlmReader *self, gint64 now)
{
  for (int i = 0; i < MAX_READS; i++)
    {
      g_autoptr (GError) error = NULL;
      char buffer[SORTIE_LLM_READ_SIZE];
      gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (self->stream),
                                                           buffer, sizeof buffer, NULL, &error);

      if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return i == 0 ? READ_NOTHING : READ_ALL;
      if (!self->func (buffer, n, now, self->user_data) || n <= 0)
        return READ_OVER;
    }
  return READ_SOME;
}

/* Whether the next look can wait: what comes faster than the pauses is taken several at a time, as long
 * as each pause brings something. */
static gboolean
may_pause (SortieLlmReader *self, gint64 now, gboolean found)
{
  gboolean fast = found && (self->paused || now - self->read_us < SORTIE_LLM_PAUSE_US);

  self->n_fast = fast ? self->n_fast + 1 : 0;
  self->read_us = now;
  self->paused = self->n_fast >= FAST_AFTER && !self->hurried;
  return self->paused;
}

static void
read_more (SortieLlmReader *self)
{
  gint64 now = g_get_monotonic_time ();
  ReadResult result = read_turn (self, now);

  if (result == READ_OVER)
    return;
  if (result == READ_SOME)
    g_source_set_ready_time (self->timer, 0);
  else if (may_pause (self, now, result == READ_ALL))
    {
      unwatch (self);
      g_source_set_ready_time (self->timer, now + SORTIE_LLM_PAUSE_US);
    }
  else
    watch (self);
}

/* Plain HTTP: the streams are filters over the socket's. Not so with TLS. */
static int
find_fd (GInputStream *stream)
{
  while (G_IS_FILTER_INPUT_STREAM (stream))
    stream = g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (stream));
  return G_IS_FILE_DESCRIPTOR_BASED (stream)
             ? g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (stream))
             : -1;
}

SortieLlmReader *
sortie_llm_reader_new (GInputStream *stream, SortieLlmReadFunc func, gpointer user_data)
{
  SortieLlmReader *self = g_new0 (SortieLlmReader, 1);

  self->func = func;
  self->user_data = user_data;
  self->stream = stream;
  self->fd = find_fd (stream);
  self->timer = create_source (timer_cb, self);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
  return self;
}

void
sortie_llm_reader_free (SortieLlmReader *self)
{
  if (self == NULL)
    return;
  g_assert (self->stream == NULL);
  g_source_unref (self->timer);
  g_free (self);
}

void
sortie_llm_reader_start (SortieLlmReader *self)
{
  read_more (self);
}

void
sortie_llm_reader_hurry (SortieLlmReader *self)
{
  self->hurried = TRUE;
}

void
sortie_llm_reader_stop (SortieLlmReader *self)
{
  if (self->stream == NULL)
    return;
  unwatch (self);
  g_source_destroy (self->timer);
  g_input_stream_close (self->stream, NULL, NULL);
  g_clear_object (&self->stream);
}
