/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-request-head.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What a route handler sees: a request that has passed every check of the edge, and a response.
 * Both are plain data and may be used in any one thread at a time. */

#define SORTIE_HTTP_MAX_PARAMETERS 8
#define SORTIE_HTTP_MAX_QUERY_FIELDS 64
#define SORTIE_HTTP_MAX_REQUEST_ID 64 /* characters of an X-Request-ID that is taken over */

/**
 * SortieRequest:
 * @id: the value of X-Request-ID, the client's where it sent a sane one
 * @method: `GET`, `HEAD`, … in capitals
 * @path: the path as it was sent, without the query
 * @head: all headers
 * @query: (element-type utf8 utf8): the decoded query; each name once
 * @body: (nullable): the body; NULL where there is none
 * @json: (nullable): the body's value, on routes that take JSON
 * @user: who asks; `local` where the server has no tokens
 * @is_local: whether the peer sits on this machine (loopback or Unix socket)
 * @is_unix: whether it came over a Unix socket
 */
typedef struct
{
  char *id;
  const char *method;
  char *path;
  SortieRequestHead *head;
  GHashTable *parameters; /* (element-type utf8 utf8) */
  GHashTable *query;
  GBytes *body;
  JsonNode *json;
  char *user;
  gboolean is_local;
  gboolean is_unix;
} SortieRequest;

/* A value of the route's pattern, decoded; never NULL for a name that stands in it. */
const char *sortie_request_get_parameter (const SortieRequest *self, const char *name);
const char *sortie_request_get_query (const SortieRequest *self, const char *name); /* (nullable) */
/* (nullable): the header's value; at most one is there of the headers that mean one thing. */
const char *sortie_request_get_header (const SortieRequest *self, const char *name);

/* The query field as a number. SORTIE_ERROR_INVALID, naming the field, where it is none or out of
 * range; @value is untouched where the field is absent. */
gboolean sortie_request_get_query_integer (const SortieRequest *self,
                                           const char *name,
                                           gint64 minimum,
                                           gint64 maximum,
                                           gint64 *value,
                                           GError **error);

/* SORTIE_ERROR_INVALID naming the first query field that is not in @allowed (NULL-terminated). */
gboolean sortie_request_check_query (const SortieRequest *self,
                                     const char *const *allowed,
                                     GError **error);

/**
 * sortie_request_negotiate:
 * @offers: media types, NULL-terminated, the one preferred by the server first
 *
 * Returns: (nullable): the offer that the Accept header likes best (RFC 9110 section 12.5.1); the
 *   first without that header; NULL where it accepts none
 */
const char *sortie_request_negotiate (const SortieRequest *self, const char *const *offers);

/**
 * sortie_request_get_last_event_id:
 * @milliseconds, @sequence: (out): the two numbers of an ID of the form `N-N`
 *
 * Returns: FALSE with SORTIE_ERROR_INVALID where Last-Event-ID has another form or a number above
 *   64 bits; TRUE without touching the numbers where the header is absent or empty
 */
gboolean sortie_request_get_last_event_id (const SortieRequest *self,
                                           gboolean *is_given,
                                           guint64 *milliseconds,
                                           guint64 *sequence,
                                           GError **error);

/**
 * SortieResponse:
 * @status: HTTP status
 * @content_type: (nullable): NULL without a body
 * @headers: (nullable) (element-type utf8): name, value, name, value, …
 * @body: (nullable)
 * @stream: (nullable): on a stream route: take the connection over and hand this on
 */
typedef struct
{
  guint status;
  char *content_type;
  GPtrArray *headers;
  GBytes *body;
  gpointer stream;
  GDestroyNotify stream_destroy;
} SortieResponse;

/* @body: (nullable) (transfer none) */
SortieResponse *sortie_response_new (guint status, const char *content_type, GBytes *body);
SortieResponse *sortie_response_new_empty (guint status);
/* @json: (transfer full): a JSON value as text */
SortieResponse *sortie_response_new_json (guint status, char *json);
/* @text: (transfer full): UTF-8 */
SortieResponse *sortie_response_new_text (guint status, const char *content_type, char *text);
/* RFC 9457 problem details. @detail: one or more sentences of UTF-8 for a person, without secrets.
 * */
SortieResponse *sortie_response_new_problem (guint status, const char *detail);
/* The problem that an error is. Only messages of SORTIE_ERROR are shown to the client. */
SortieResponse *sortie_response_new_error (const GError *error);
/**
 * sortie_response_new_stream:
 * @stream: (transfer full): handed to the stream route's function on the main thread
 * @destroy: (nullable): for where the connection went away before that
 */
SortieResponse *sortie_response_new_stream (gpointer stream, GDestroyNotify destroy);
void sortie_response_free (SortieResponse *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieResponse, sortie_response_free)

/* Adds a header. Control characters in @value are a programmer's error; they are left out. */
void sortie_response_set_header (SortieResponse *self, const char *name, const char *value);
const char *sortie_response_get_header (const SortieResponse *self, const char *name);

/* The edge's own. */

/* @head: (transfer full) */
SortieRequest *sortie_request_new (SortieRequestHead *head);
void sortie_request_free (SortieRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieRequest, sortie_request_free)

/* Decodes the query of a target (`application/x-www-form-urlencoded`) strictly: valid UTF-8, no
 * NUL, no name twice. SORTIE_ERROR_INVALID otherwise. */
GHashTable *sortie_query_parse (const char *query, GError **error);
/* (nullable): NULL where the escapes, or the UTF-8 they stand for, are broken, or there is a NUL.
 * */
char *sortie_percent_decode (const char *text, gsize length, gboolean plus_is_space);

/* The client's X-Request-ID where it is short and plain, else a new one. */
char *sortie_request_id_for (const SortieRequestHead *head);
const char *sortie_http_reason (guint status);
/* The headers that every response carries, as pairs, NULL-terminated. */
extern const char *const sortie_response_common_headers[];
/* A whole response that ends its connection. */
GBytes *sortie_response_to_bytes (const SortieResponse *self, const char *request_id);

G_END_DECLS
