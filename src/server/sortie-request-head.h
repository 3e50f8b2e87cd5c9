/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The head of one HTTP request, taken line by line and strictly (RFC 9112): what a lenient parser
 * would guess about is refused here. */

#define SORTIE_REQUEST_MAX_LINE (8 * 1024)          /* the request line, bytes */
#define SORTIE_REQUEST_MAX_HEADER_BYTES (32 * 1024) /* all header lines together */
#define SORTIE_REQUEST_MAX_HEADERS 100
#define SORTIE_REQUEST_MAX_METHOD 32

typedef struct _SortieRequestHead SortieRequestHead;

SortieRequestHead *sortie_request_head_new (void);
void sortie_request_head_free (SortieRequestHead *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieRequestHead, sortie_request_head_free)

/**
 * sortie_request_head_add_request_line:
 * @line: without its line end; any bytes
 * @detail: (out) (transfer none): where refused, why, as a sentence without input in it
 *
 * Returns: 0, or the HTTP status to refuse the request with
 */
guint sortie_request_head_add_request_line (SortieRequestHead *self,
                                            const char *line,
                                            gsize length,
                                            const char **detail);
/* A header line, likewise. */
guint sortie_request_head_add_field (SortieRequestHead *self,
                                     const char *line,
                                     gsize length,
                                     const char **detail);
/* What can be judged only when all header lines are there. */
guint sortie_request_head_finish (SortieRequestHead *self, const char **detail);

/* All strings are lent, NUL-terminated, and hold no NUL inside. */
const char *sortie_request_head_get_method (const SortieRequestHead *self);
const char *sortie_request_head_get_target (const SortieRequestHead *self); /* as it was sent */
const char *sortie_request_head_get_host (const SortieRequestHead *self);   /* (nullable) for 1.0 */
/* The first header of that name, white space around it removed; (nullable). */
const char *sortie_request_head_get (const SortieRequestHead *self, const char *name);
int sortie_request_head_get_minor_version (const SortieRequestHead *self);
gint64 sortie_request_head_get_content_length (const SortieRequestHead *self); /* -1: none given */
gboolean sortie_request_head_wants_close (const SortieRequestHead *self);
gboolean sortie_request_head_expects_continue (const SortieRequestHead *self);

/* `HOST` or `HOST:PORT` with HOST a name, an IPv4 address or a bracketed IPv6 address.
 * @host: (out) (nullable): without the port, in lower case; @port: (out) (nullable): 0 where none
 * */
gboolean sortie_host_split (const char *text, char **host, guint *port);

G_END_DECLS
