/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-backend-address.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The backend's HTTP routes, for clients: one session, asynchronous, bounded. See src/client/README.md
 * for the documents that travel.
 *
 * Errors of every function here are in SORTIE_ERROR with the backend's own words (`detail` of its
 * problem document), except that a cancelled call ends with G_IO_ERROR_CANCELLED. */

#define SORTIE_API_MAX_JSON (32 * 1024 * 1024) /* a listing of some 50,000 documents */
#define SORTIE_API_MAX_JSON_VALUES 2000000
#define SORTIE_API_MAX_REPORT (32 * 1024 * 1024)
#define SORTIE_API_MAX_DOCUMENT (256 * 1024 * 1024)
#define SORTIE_API_MAX_TOKEN 4096 /* bytes */
#define SORTIE_API_CONNECTIONS 16
#define SORTIE_API_TIMEOUT_SECONDS 60 /* of silence on a connection */

#define SORTIE_TYPE_API (sortie_api_get_type ())
G_DECLARE_FINAL_TYPE (SortieApi, sortie_api, SORTIE, API, GObject)

/**
 * sortie_api_new:
 * @address: where the backend is
 * @token: (nullable): the bearer token, printable ASCII without spaces
 *
 * The token goes out as `Authorization` to this address only: redirects are not followed, and it
 * never shows in a message.
 *
 * Returns: (transfer full): the API, or %NULL with SORTIE_ERROR_INVALID where the token can't be one
 */
SortieApi *sortie_api_new (const SortieBackendAddress *address, const char *token, GError **error);

const SortieBackendAddress *sortie_api_get_address (SortieApi *self);

/* Whether the backend reads documents at their path on this machine. A local address says so, until
 * the answer to GET / was taken, which knows better: behind a port of this machine may be a container,
 * and that sees none of its files. */
gboolean sortie_api_takes_paths (SortieApi *self);
void sortie_api_take_info (SortieApi *self, JsonNode *info);

/* `/first/second/…`, each part percent-encoded; NULL-terminated. (transfer full) */
char *sortie_api_path (const char *first, ...) G_GNUC_NULL_TERMINATED;

/* `name=value&…` from pairs, values percent-encoded, pairs whose value is NULL left out;
 * NULL-terminated. (transfer full) (nullable): where nothing is left */
char *sortie_api_query (const char *name, ...) G_GNUC_NULL_TERMINATED;

/**
 * SortieApiRequest:
 * @method: `GET`, `POST`, …
 * @path: from `/` on, percent-encoded
 * @query: (nullable): percent-encoded
 * @body: (nullable): what to send
 * @content_type: (nullable): its type; `application/json` where unset
 * @accept: (nullable): the type wanted; `application/json` where unset
 * @idempotency_key: (nullable): for POST /missions
 * @max_bytes: the longest answer taken; 0 for SORTIE_API_MAX_JSON
 */
typedef struct
{
  const char *method;
  const char *path;
  const char *query;
  GBytes *body;
  const char *content_type;
  const char *accept;
  const char *idempotency_key;
  gsize max_bytes;
} SortieApiRequest;

typedef struct
{
  guint status;
  char *content_type; /* (nullable) without parameters */
  char *location;     /* (nullable) */
  GBytes *body;
} SortieApiResponse;
void sortie_api_response_free (SortieApiResponse *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieApiResponse, sortie_api_response_free)

/**
 * sortie_api_send_async:
 *
 * The general form. What is no 2xx ends in an error: INVALID (400), DENIED (401, 403), NOT_FOUND
 * (404), CONFLICT (409), TOO_LARGE (413, or the answer passes @max_bytes), MISMATCH (422 with an
 * idempotency key), RATE_LIMIT (429), UNAVAILABLE (502, 503, 504, or nobody there), PROTOCOL (a
 * redirect, or no HTTP), FAILED (anything else).
 */
void sortie_api_send_async (SortieApi *self,
                            const SortieApiRequest *request,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
SortieApiResponse *sortie_api_send_finish (SortieApi *self, GAsyncResult *result, GError **error);

/**
 * sortie_api_call_async:
 * @body: (nullable): JSON text
 *
 * JSON in, JSON out. Every function below ends with sortie_api_call_finish() unless it says
 * otherwise.
 */
void sortie_api_call_async (SortieApi *self,
                            const char *method,
                            const char *path,
                            const char *query,
                            const char *body,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);

/* (transfer full): the parsed answer, a JSON null where it had no body. The bytes went through the
 * strict validator; SORTIE_ERROR_PROTOCOL where they are no JSON. */
JsonNode *sortie_api_call_finish (SortieApi *self, GAsyncResult *result, GError **error);

/* (transfer full): the answer as it came, for reports and documents */
GBytes *sortie_api_bytes_finish (SortieApi *self, GAsyncResult *result, GError **error);

/* --- missions --- */

/**
 * sortie_api_submit_async:
 * @mission: UTF-8
 * @collections: (nullable): names, NULL-terminated; %NULL leaves the choice to the backend
 * @options: (nullable): a JSON object as text
 * @idempotency_key: (nullable): the same key and body name the same mission
 *
 * Ends with sortie_api_mission_id_finish().
 */
void sortie_api_submit_async (SortieApi *self,
                              const char *mission,
                              const char *const *collections,
                              const char *options,
                              const char *idempotency_key,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
/* A new mission that goes on from the completed steps; ends with sortie_api_mission_id_finish(). */
void sortie_api_retry_async (SortieApi *self,
                             const char *mission_id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
char *sortie_api_mission_id_finish (SortieApi *self, GAsyncResult *result, GError **error);

void sortie_api_get_mission_async (SortieApi *self,
                                   const char *mission_id,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/* `status`, `cursor`: (nullable); `limit`: 0 for the backend's default */
void sortie_api_list_missions_async (SortieApi *self,
                                     const char *status,
                                     guint limit,
                                     const char *cursor,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/* The recorded events as a page; `after`: (nullable): the event ID to go on from */
void sortie_api_list_events_async (SortieApi *self,
                                   const char *mission_id,
                                   const char *after,
                                   guint limit,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
typedef enum
{
  SORTIE_REPORT_MARKDOWN,
  SORTIE_REPORT_HTML,
} SortieReportFormat;
/* Ends with sortie_api_bytes_finish(). */
void sortie_api_get_report_async (SortieApi *self,
                                  const char *mission_id,
                                  SortieReportFormat format,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
void sortie_api_cancel_async (SortieApi *self,
                              const char *mission_id,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
void sortie_api_delete_mission_async (SortieApi *self,
                                      const char *mission_id,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

/* --- the running system --- */

void sortie_api_get_info_async (SortieApi *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
void sortie_api_get_health_async (SortieApi *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/* A backend that is not ready gives SORTIE_ERROR_UNAVAILABLE with the reason. */
void sortie_api_get_ready_async (SortieApi *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
void sortie_api_get_topology_async (SortieApi *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
void sortie_api_list_dead_letters_async (SortieApi *self,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
void sortie_api_discard_dead_letter_async (SortieApi *self,
                                           const char *id,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
void sortie_api_get_settings_async (SortieApi *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
/* `changes`: a JSON object as text */
void sortie_api_patch_settings_async (SortieApi *self,
                                      const char *changes,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
void sortie_api_test_settings_async (SortieApi *self,
                                     const char *settings,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

/* --- documents --- */

void sortie_api_list_collections_async (SortieApi *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
void sortie_api_get_collection_async (SortieApi *self,
                                      const char *name,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
/* Makes the collection, or adds the folders to one that exists. `folders`: (nullable): absolute
 * paths on the backend's machine, taken over a Unix socket or loopback only */
void sortie_api_add_collection_async (SortieApi *self,
                                      const char *name,
                                      const char *const *folders,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
void sortie_api_remove_collection_async (SortieApi *self,
                                         const char *name,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
void sortie_api_list_documents_async (SortieApi *self,
                                      const char *collection,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
void sortie_api_reindex_async (SortieApi *self,
                               const char *collection,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
void sortie_api_upload_document_async (SortieApi *self,
                                       const char *collection,
                                       const char *file_name,
                                       GBytes *content,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/* `by`: (nullable): `passage` or `document`; `limit`: 0 for the backend's default */
void sortie_api_search_async (SortieApi *self,
                              const char *collection,
                              const char *text,
                              guint limit,
                              const char *by,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
/* Ends with sortie_api_bytes_finish(), or sortie_api_send_finish() where the type matters. */
void sortie_api_get_document_async (SortieApi *self,
                                    const char *document,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
void sortie_api_get_passage_async (SortieApi *self,
                                   const char *document,
                                   guint number,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

G_END_DECLS
