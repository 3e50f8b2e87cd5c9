/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-connection.h"

G_BEGIN_DECLS

/* A connection and its input stream are one thing in two files. */

#define SORTIE_TYPE_CONNECTION_INPUT (sortie_connection_input_get_type ())
G_DECLARE_FINAL_TYPE (
    SortieConnectionInput, sortie_connection_input, SORTIE, CONNECTION_INPUT, GInputStream)

struct _SortieConnection
{
  GIOStream parent_instance;

  SortieReactor *reactor;
  const SortieConnectionHooks *hooks;
  gpointer hooks_data;
  gpointer exchange; /* the hooks' own */

  GSocket *socket;
  GIOStream *base; /* the socket's stream, or TLS over it */
  SortieConnectionInput *input;
  GSocketAddress *local_address;
  GSocketAddress *remote_address;

  SortieRequestGuard *guard;
  GByteArray *pending; /* (nullable): read, but not yet taken by the guard */
  GString *head;       /* (nullable): the head for libsoup that is left to be read */
  gsize head_read;
  GSource *source; /* (nullable): with which libsoup waits for input */

  SortieDeadline deadline;
  gsize progress; /* bytes in the current window of BODY or WRITE */

  gboolean is_tls;
  gboolean is_unix;
  gboolean is_local;
  gboolean is_writing;
  gboolean gave_head; /* libsoup has read the whole head of the current request */
  gboolean gave_end;
  gboolean has_read;
  gboolean saw_end; /* the peer has closed its direction */
  gboolean is_over; /* refused, aborted or expired: nothing more is read */
  gboolean is_closed;
};

struct _SortieConnectionInput
{
  GInputStream parent_instance;
  SortieConnection *connection; /* its owner; NULL once that is gone */
};

/* Answers and ends the request that is being received. Nothing else can be on its way out then:
 * while a head or body is read, no response is written. */
void sortie_connection_refuse (SortieConnection *self, guint status, const char *detail);
void sortie_connection_refuse_with (SortieConnection *self, GBytes *response);

G_END_DECLS
