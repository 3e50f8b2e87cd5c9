/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Server-sent events, parsed as WHATWG HTML section 9.2.6 says. Push-fed and bounded. */

#define SORTIE_SSE_MAX_LINE (2 * 1024 * 1024)
#define SORTIE_SSE_MAX_EVENT (4 * 1024 * 1024)

typedef struct _SortieSseParser SortieSseParser;

/**
 * SortieSseFunc:
 * @type: the event type, `message` where the stream named none
 * @data: the data, lines joined by LF; NUL-terminated, may hold NUL bytes inside
 * @length: bytes of @data
 * @last_event_id: the last event ID at this point, empty where none was set
 */
typedef void (*SortieSseFunc) (const char *type,
                               const char *data,
                               gsize length,
                               const char *last_event_id,
                               gpointer user_data);

/* `func` is called inside sortie_sse_parser_feed(); it may neither feed nor free the parser. What it
 * is given is valid UTF-8 (what was not came as U+FFFD) and lives until it returns. */
SortieSseParser *sortie_sse_parser_new (SortieSseFunc func, gpointer user_data);
void sortie_sse_parser_free (SortieSseParser *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieSseParser, sortie_sse_parser_free)

/* Smaller limits than the default ones, for tests and for narrow peers; bytes. */
void sortie_sse_parser_set_limits (SortieSseParser *self, gsize max_line, gsize max_event);

/* Takes the next bytes of the stream, cut anywhere. An event is handed over with the line end that
 * completes it; what the stream's end leaves unfinished is dropped, as the standard says.
 * SORTIE_ERROR_TOO_LARGE when a limit is passed; the parser then takes nothing more. */
gboolean sortie_sse_parser_feed (SortieSseParser *self,
                                 const char *bytes,
                                 gsize length,
                                 GError **error);

/* The ID to send as Last-Event-ID: that of the last completed event or earlier, never NULL. */
const char *sortie_sse_parser_get_last_event_id (SortieSseParser *self);
/* Bytes of the type handed to the function that is being called: it may hold NUL bytes inside. */
gsize sortie_sse_parser_get_type_length (SortieSseParser *self);
gint64 sortie_sse_parser_get_retry (SortieSseParser *self); /* milliseconds; -1 where never set */

/* One frame: `id:` (where given), `event:` (where given), `data:` a line of `data` each, and the
 * blank line. A line break inside an ID or a type, which could forge fields, is left out; any kind of
 * line break in the data arrives as LF. */
void sortie_sse_append_frame (GString *out, const char *id, const char *type, const char *data);
/* One comment line and a blank line: the heartbeat. */
void sortie_sse_append_comment (GString *out, const char *text);

G_END_DECLS
