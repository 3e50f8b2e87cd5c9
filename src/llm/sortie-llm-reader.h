/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads a response's body as it comes, at little cost for each of its many small pieces. Lives in one
 * thread, in that thread's main context. Private to the client. */

#define SORTIE_LLM_READ_SIZE (16 * 1024)
/* A stream that comes this fast is read so often and no more: its text is gathered anyway. */
#define SORTIE_LLM_PAUSE_US 30000

typedef struct _SortieLlmReader SortieLlmReader;

/**
 * SortieLlmReadFunc:
 * @bytes: what came
 * @length: 0 at the end, -1 where the connection broke: then it is not called again
 * @now_us: monotonic
 *
 * Returns: whether it wants more. FALSE after sortie_llm_reader_stop(), and then the reader may be gone
 */
typedef gboolean (*SortieLlmReadFunc) (const char *bytes,
                                       gssize length,
                                       gint64 now_us,
                                       gpointer user_data);

/* @stream: (transfer full): one that can be polled */
SortieLlmReader *sortie_llm_reader_new (GInputStream *stream,
                                        SortieLlmReadFunc func,
                                        gpointer user_data);
/* Stopped before. In any thread. */
void sortie_llm_reader_free (SortieLlmReader *self);

void sortie_llm_reader_start (SortieLlmReader *self);
/* From now on at once, however fast it comes: the end is near. */
void sortie_llm_reader_hurry (SortieLlmReader *self);
/* Closes the stream. */
void sortie_llm_reader_stop (SortieLlmReader *self);

G_END_DECLS
