/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where a backend is reached: `http://HOST[:PORT][/PREFIX]`, `https://…` or `unix://PATH`. */

#define SORTIE_BACKEND_ADDRESS_MAX_BYTES 2048
/* What fits into sockaddr_un with its terminating NUL. */
#define SORTIE_BACKEND_SOCKET_MAX_BYTES 107

typedef struct _SortieBackendAddress SortieBackendAddress;

/**
 * sortie_backend_address_parse:
 * @text: the address, UTF-8
 *
 * Returns: (transfer full): the address, or %NULL with SORTIE_ERROR_INVALID and a message that says
 *   what is wrong with it. The message never repeats a password that stands in it.
 */
SortieBackendAddress *sortie_backend_address_parse (const char *text, GError **error);

/* The address of a Unix socket: an absolute path of at most SORTIE_BACKEND_SOCKET_MAX_BYTES. */
SortieBackendAddress *sortie_backend_address_new_for_socket (const char *path, GError **error);

SortieBackendAddress *sortie_backend_address_copy (const SortieBackendAddress *self);
void sortie_backend_address_free (SortieBackendAddress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieBackendAddress, sortie_backend_address_free)

/* What request paths are appended to: no slash at its end. `http://localhost` for a socket. */
const char *sortie_backend_address_get_base (const SortieBackendAddress *self);

/* (nullable): the path of the Unix socket */
const char *sortie_backend_address_get_socket (const SortieBackendAddress *self);

/* The address as people know it. */
const char *sortie_backend_address_get_display (const SortieBackendAddress *self);
/* What people see in its place (PUBLIC_URL), where it is a name that only containers know. */
void sortie_backend_address_set_display (SortieBackendAddress *self, const char *display);
/* Whether calls go to the same place. */
gboolean sortie_backend_address_equal (const SortieBackendAddress *self,
                                       const SortieBackendAddress *other);

/* Whether it is this machine: a Unix socket, `localhost` or a loopback address. Only such a backend
 * takes documents by their path. */
gboolean sortie_backend_address_is_local (const SortieBackendAddress *self);

G_END_DECLS
