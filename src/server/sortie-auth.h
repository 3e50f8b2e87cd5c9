/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Who may ask (bearer tokens, RFC 6750), and from which pages. */

#define SORTIE_AUTH_LOCAL_USER "local"
#define SORTIE_AUTH_MAX_TOKENS 1000
#define SORTIE_AUTH_MAX_TOKEN 512          /* bytes of one token */
#define SORTIE_AUTH_MAX_FILE (1024 * 1024) /* bytes of a tokens file */
#define SORTIE_AUTH_MAX_USER 64            /* bytes of a user's name */

typedef struct _SortieAuth SortieAuth;

/* Without tokens: everybody on this machine is the user `local`. Threads may share it once it is
 * filled. */
SortieAuth *sortie_auth_new (void);
void sortie_auth_free (SortieAuth *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieAuth, sortie_auth_free)

/**
 * sortie_auth_add:
 * @line: `token` (of the user `local`) or `user:token`
 *
 * The token itself is not kept, only its SHA-256. SORTIE_ERROR_INVALID where it has another form;
 * the message does not hold the token.
 */
gboolean sortie_auth_add (SortieAuth *self, const char *line, GError **error);

/**
 * sortie_auth_load_file:
 *
 * A line a token, as in sortie_auth_add(); empty lines and lines from `#` on are left out.
 * SORTIE_ERROR_DENIED where other users can read or write the file, SORTIE_ERROR_INVALID naming the
 * line, or where there is no token in it.
 */
gboolean sortie_auth_load_file (SortieAuth *self, const char *path, GError **error);

gboolean sortie_auth_has_tokens (const SortieAuth *self);
/* How many users tokens are of; 1 without tokens. */
guint sortie_auth_get_n_users (const SortieAuth *self);

/**
 * sortie_auth_require_token_for:
 * @address: `tcp://HOST:PORT` or `unix://PATH`
 *
 * A backend that listens beyond this machine does not start without a token: SORTIE_ERROR_DENIED.
 */
gboolean sortie_auth_require_token_for (const SortieAuth *self,
                                        const char *address,
                                        GError **error);

/**
 * sortie_auth_check:
 * @authorization: (nullable): the header's value
 * @is_local: whether the peer sits on this machine
 *
 * Takes as long for a wrong token as for a right one.
 *
 * Returns: (nullable): the user; NULL where a token is missing or wrong
 */
const char *sortie_auth_check (const SortieAuth *self,
                               const char *authorization,
                               gboolean is_local);

/* Which hosts a request may be for, so that no web page can drive a backend by a name of its own
 * that resolves here (DNS rebinding). */
typedef struct _SortieOrigin SortieOrigin;

/* `localhost`, `127.0.0.1` and `[::1]` are allowed from the start. */
SortieOrigin *sortie_origin_new (void);
void sortie_origin_free (SortieOrigin *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieOrigin, sortie_origin_free)

/* @host: a name, an address, `HOST:PORT`, or an http(s) URL such as PUBLIC_URL, which is then an
 * origin too. FALSE where it is none of these; a wildcard address is taken and means nothing. */
gboolean sortie_origin_allow (SortieOrigin *self, const char *host);

/**
 * sortie_origin_check:
 * @host: (nullable): the Host header
 * @local_host: (nullable): the address that the client has connected to; it is allowed as well
 * @origin: (nullable): the Origin header
 * @fetch_site: (nullable): the Sec-Fetch-Site header
 * @detail: (out) (transfer none): why not
 *
 * Returns: 0, or 421 for a host that is not ours, or 403 for a page of another origin
 */
guint sortie_origin_check (const SortieOrigin *self,
                           const char *host,
                           const char *local_host,
                           const char *origin,
                           const char *fetch_site,
                           const char **detail);

G_END_DECLS
