/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-line-reader.h"

#include <string.h>

#define READ_BYTES 4096

/* It outlives sortie_line_reader_free() while a read is under way; `func` is NULL from then on. */
struct _SortieLineReader
{
  GInputStream *stream;
  GCancellable *cancellable;
  SortieLineFunc func;
  gpointer user_data;
  GString *line;
  char buffer[READ_BYTES];
};

static void read_cb (GObject *source, GAsyncResult *result, gpointer user_data);

static void
reader_clear (gpointer data)
{
  SortieLineReader *self = data;

  g_clear_object (&self->stream);
  g_clear_object (&self->cancellable);
  g_string_free (self->line, TRUE);
}

static void
reader_unref (SortieLineReader *self)
{
  g_rc_box_release_full (self, reader_clear);
}

static void
read_more (SortieLineReader *self)
{
  g_input_stream_read_async (self->stream, self->buffer, READ_BYTES, G_PRIORITY_DEFAULT,
                             self->cancellable, read_cb, g_rc_box_acquire (self));
}

static void
emit_line (SortieLineReader *self)
{
  g_autofree char *line = g_utf8_make_valid (self->line->str, (gssize) self->line->len);

  g_string_truncate (self->line, 0);
  self->func (line, self->user_data);
}

static void
take (SortieLineReader *self, const char *bytes, gsize length)
{
  for (gsize i = 0; i < length && self->func != NULL; i++)
    {
      if (bytes[i] == '\n')
        emit_line (self);
      else if (self->line->len < SORTIE_LINE_READER_MAX_LINE && bytes[i] != '\0')
        g_string_append_c (self->line, bytes[i]);
    }
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SortieLineReader *self = user_data;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  if (n > 0)
    {
      take (self, self->buffer, (gsize) n);
      if (self->func != NULL)
        read_more (self);
    }
  else if (self->func != NULL)
    {
      if (self->line->len > 0)
        emit_line (self);
      if (self->func != NULL)
        self->func (NULL, self->user_data);
    }

  reader_unref (self);
}

SortieLineReader *
sortie_line_reader_new (GInputStream *stream, SortieLineFunc func, gpointer user_data)
{
  SortieLineReader *self = g_rc_box_new0 (SortieLineReader);

  self->stream = g_object_ref (stream);
  self->cancellable = g_cancellable_new ();
  self->func = func;
  self->user_data = user_data;
  self->line = g_string_new (NULL);
  read_more (self);

  return self;
}

void
sortie_line_reader_free (SortieLineReader *self)
{
  if (self == NULL)
    return;

  self->func = NULL;
  g_cancellable_cancel (self->cancellable);
  reader_unref (self);
}
