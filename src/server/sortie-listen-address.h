/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SORTIE_LISTEN_BACKLOG 1024

/**
 * SortieListenAddress:
 * @host: (nullable): as written, brackets removed, for TCP
 * @port: for TCP; 0 takes a free one
 * @path: (nullable): for a Unix socket
 */
typedef struct
{
  char *host;
  guint port;
  char *path;
} SortieListenAddress;

/* `tcp://HOST:PORT` (IPv6 in brackets) or `unix://PATH` (absolute). SORTIE_ERROR_INVALID otherwise.
 * */
SortieListenAddress *sortie_listen_address_parse (const char *text, GError **error);
void sortie_listen_address_free (SortieListenAddress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieListenAddress, sortie_listen_address_free)

/* Whether every address that the host stands for is of this machine alone; a Unix socket is.
 * SORTIE_ERROR_INVALID for a host name that stands for none. */
gboolean sortie_listen_address_is_local (const SortieListenAddress *self,
                                         gboolean *is_local,
                                         GError **error);

/**
 * sortie_listen_address_bind:
 *
 * Binds and listens, not blocking. A host name may stand for several addresses; all get the same
 * port. The socket file of a dead server is replaced, that of a live one is SORTIE_ERROR_CONFLICT;
 * it is made with mode 0600. SORTIE_ERROR_UNAVAILABLE for what the system refuses.
 *
 * Returns: (transfer full) (element-type GSocket)
 */
GPtrArray *sortie_listen_address_bind (const SortieListenAddress *self, GError **error);

G_END_DECLS
