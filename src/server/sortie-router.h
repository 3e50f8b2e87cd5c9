/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-http.h"
#include "sortie-sse-connection.h"

G_BEGIN_DECLS

#define SORTIE_ROUTER_DEFAULT_BODY (256 * 1024)      /* of a JSON route, bytes */
#define SORTIE_ROUTER_UPLOAD_BODY (64 * 1024 * 1024) /* of an upload route, bytes */

/**
 * SortieHandlerFunc:
 *
 * Called in a thread of the server's pool; may block.
 *
 * Returns: (transfer full): the response; NULL is answered as 500
 */
typedef SortieResponse *(*SortieHandlerFunc) (SortieRequest *request, gpointer user_data);

/**
 * SortieStreamFunc:
 * @connection: (transfer none): its response head has been written; valid until its closed function
 *   has run
 * @stream: (transfer full): what the handler gave to sortie_response_new_stream()
 *
 * Called on the main thread when a stream route's handler has accepted a client.
 */
typedef void (*SortieStreamFunc) (SortieSseConnection *connection,
                                  gpointer stream,
                                  gpointer user_data);

typedef enum
{
  SORTIE_BODY_NONE,   /* a body is refused; a POST may carry an empty JSON object */
  SORTIE_BODY_JSON,   /* there must be one, and it is parsed */
  SORTIE_BODY_UPLOAD, /* bytes of one of the route's types; without a list, of any but a form's */
} SortieBodyKind;

/**
 * SortieRoute:
 * @method: `GET` (serves HEAD too), `POST`, `PUT`, `PATCH` or `DELETE`
 * @pattern: like `/missions/{id}/events`; a `{name}` takes one whole segment
 * @body: what it takes as a body
 * @max_body: bytes; 0 for the default of that kind
 * @types: (nullable): media types of an upload, NULL-terminated
 * @is_public: whether it answers without a token
 * @handler: what does it
 * @stream: (nullable): makes it a stream route
 *
 * Strings are static.
 */
typedef struct
{
  const char *method;
  const char *pattern;
  SortieBodyKind body;
  gsize max_body;
  const char *const *types;
  gboolean is_public;
  SortieHandlerFunc handler;
  SortieStreamFunc stream;
  gpointer user_data;
} SortieRoute;

typedef struct _SortieRouter SortieRouter;

SortieRouter *sortie_router_new (void);
void sortie_router_free (SortieRouter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieRouter, sortie_router_free)

void sortie_router_add (SortieRouter *self, const SortieRoute *route);

/**
 * sortie_router_match:
 * @parameters: (out): the pattern's names with the decoded segments
 * @allow: (out) (nullable): where the path is known but not with that method (and for OPTIONS): the
 *   methods, for the Allow header
 * @status: (out): where nothing matched: 404, 405, or 400 for a segment that is no UTF-8 text;
 *   204 for OPTIONS
 *
 * A literal segment wins over a name. A segment that decodes to `.`, `..` or something with a slash
 * matches nothing.
 */
const SortieRoute *sortie_router_match (SortieRouter *self,
                                        const char *method,
                                        const char *path,
                                        GHashTable **parameters,
                                        char **allow,
                                        guint *status);

/* Whether a body of that many bytes and that Content-Type may be sent to the route.
 * Returns: (transfer full) (nullable): the refusal, or NULL where it may. */
SortieResponse *sortie_route_check_body (const SortieRoute *route,
                                         const char *method,
                                         const char *content_type,
                                         gint64 content_length);

G_END_DECLS
