/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-redis.h"

G_BEGIN_DECLS

/* A connection with a thread of its own that any number of threads share: what they ask for at the
 * same time goes out in one write. It reconnects with backoff and sends again what was not
 * answered: everything sent through it must bear being sent twice. */
typedef struct _SortiePipeline SortiePipeline;

#define SORTIE_PATIENCE_FOREVER G_MAXINT64

SortiePipeline *sortie_pipeline_new (const SortieRedisUrl *url, const char *name);
/* Calls under way fail with SORTIE_ERROR_CANCELLED. */
void sortie_pipeline_stop (SortiePipeline *self);
void sortie_pipeline_free (SortiePipeline *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortiePipeline, sortie_pipeline_free)

SortieReply *sortie_pipeline_call (SortiePipeline *self,
                                   SortieCommand *command,
                                   gint64 patience,
                                   GError **error);
GPtrArray *sortie_pipeline_call_many (SortiePipeline *self,
                                      GPtrArray *commands,
                                      gint64 patience,
                                      GError **error);

/**
 * SortieReplyFunc:
 * @reply: (nullable): the reply; an error reply of the server is a reply
 * @error: (nullable): why there is none
 *
 * Called once, on the pipeline's thread, or by who sends where the pipeline was stopped before. It
 * must neither block nor ask anything through the same pipeline.
 */
typedef void (*SortieReplyFunc) (const SortieReply *reply, const GError *error, gpointer user_data);

/* Asks without waiting; takes the command. The patience is endless. */
void sortie_pipeline_send (SortiePipeline *self,
                           SortieCommand *command,
                           SortieReplyFunc func,
                           gpointer user_data);

/* Whether the connection stands, and how often it was made again. Thread-safe. */
gboolean sortie_pipeline_is_connected (SortiePipeline *self);
guint sortie_pipeline_get_reconnects (SortiePipeline *self);

G_END_DECLS
