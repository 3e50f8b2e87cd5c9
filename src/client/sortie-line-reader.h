/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What does not fit into a line of this length is dropped up to its end. */
#define SORTIE_LINE_READER_MAX_LINE 4096

/* Reads a child's output line by line, to its end. */
typedef struct _SortieLineReader SortieLineReader;

/* `line` is valid UTF-8 without its line break; NULL at the end of the stream. */
typedef void (*SortieLineFunc) (const char *line, gpointer user_data);

SortieLineReader *sortie_line_reader_new (GInputStream *stream,
                                          SortieLineFunc func,
                                          gpointer user_data);
/* Nothing is called after this. */
void sortie_line_reader_free (SortieLineReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieLineReader, sortie_line_reader_free)

G_END_DECLS
