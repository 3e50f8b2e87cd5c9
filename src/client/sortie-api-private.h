/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-api.h"

G_BEGIN_DECLS

/* The error that an HTTP answer stands for; see sortie_api_send_async(). `body` may be NULL. */
GError *sortie_api_error_from_answer (guint status,
                                      const char *reason,
                                      GBytes *body,
                                      gboolean with_idempotency_key);

/* What a failed connection is called towards callers. Takes `error`; a cancelled call stays one. */
GError *sortie_api_error_from_transport (GError *error, const SortieBackendAddress *address);

/**
 * SortieApiStream:
 * @status: HTTP status
 * @reason: (nullable): its phrase
 * @content_type: (nullable): without parameters
 * @retry_after: seconds, 0 where the backend named none
 * @body: the body, to be read and then closed with an already cancelled cancellable
 */
typedef struct
{
  guint status;
  char *reason;
  char *content_type;
  guint retry_after;
  GInputStream *body;
} SortieApiStream;
void sortie_api_stream_free (SortieApiStream *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieApiStream, sortie_api_stream_free)

/* Opens a server-sent event stream; any status is a success here. */
void sortie_api_open_stream_async (SortieApi *self,
                                   const char *path,
                                   const char *last_event_id,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
SortieApiStream *sortie_api_open_stream_finish (SortieApi *self,
                                                GAsyncResult *result,
                                                GError **error);

/* Drops the connection of a body that has not ended. A plain close would read up to that end, which
 * an event stream does not have; one with a cancelled cancellable does not. */
void sortie_api_drop_body (GInputStream *body);

G_END_DECLS
