/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-api.h"

#include "sortie-error.h"
#include "sortie-json.h"

#include <stdarg.h>
#include <string.h>

static void
append_escaped (GString *out, const char *text)
{
  g_string_append_uri_escaped (out, text, NULL, FALSE);
}

char *
sortie_api_path (const char *first, ...)
{
  GString *out = g_string_new (NULL);
  va_list parts;

  va_start (parts, first);
  for (const char *part = first; part != NULL; part = va_arg (parts, const char *))
    {
      g_string_append_c (out, '/');
      append_escaped (out, part);
    }
  va_end (parts);

  return g_string_free (out, FALSE);
}

char *
sortie_api_query (const char *name, ...)
{
  GString *out = g_string_new (NULL);
  va_list pairs;

  va_start (pairs, name);
  while (name != NULL)
    {
      const char *value = va_arg (pairs, const char *);

      if (value != NULL)
        {
          if (out->len > 0)
            g_string_append_c (out, '&');
          g_string_append_printf (out, "%s=", name);
          append_escaped (out, value);
        }
      name = va_arg (pairs, const char *);
    }
  va_end (pairs);

  return g_string_free (out, out->len == 0);
}

/* The backend's default stands for 0. */
static char *
dup_limit (guint limit)
{
  return limit > 0 ? g_strdup_printf ("%u", limit) : NULL;
}

static void
append_strings (GString *out, const char *name, const char *const *values)
{
  sortie_json_append_name (out, name);
  g_string_append_c (out, '[');
  for (guint i = 0; values[i] != NULL; i++)
    {
      sortie_json_append_separator (out);
      sortie_json_append_string (out, values[i]);
    }
  g_string_append_c (out, ']');
}

/* --- missions --- */

void
sortie_api_submit_async (SortieApi *self,
                         const char *mission,
                         const char *const *collections,
                         const char *options,
                         const char *idempotency_key,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GString) body = g_string_new ("{");
  g_autoptr (GBytes) bytes = NULL;
  SortieApiRequest request = { .method = "POST", .path = "/missions" };

  sortie_json_append_member_string (body, "mission", mission);
  if (collections != NULL)
    append_strings (body, "collections", collections);
  if (options != NULL)
    sortie_json_append_member_raw (body, "options", options);
  g_string_append_c (body, '}');

  bytes = g_bytes_new (body->str, body->len);
  request.body = bytes;
  request.idempotency_key = idempotency_key;
  sortie_api_send_async (self, &request, cancellable, callback, user_data);
}

char *
sortie_api_mission_id_finish (SortieApi *self, GAsyncResult *result, GError **error)
{
  g_autoptr (JsonNode) node = sortie_api_call_finish (self, result, error);
  const char *id = NULL;

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node) ||
      !sortie_json_get_string (json_node_get_object (node), "mission_id", TRUE, &id, NULL))
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL,
                           "the backend's answer holds no “mission_id”");
      return NULL;
    }

  return g_strdup (id);
}

void
sortie_api_list_missions_async (SortieApi *self,
                                const char *status,
                                guint limit,
                                const char *cursor,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autofree char *number = dup_limit (limit);
  g_autofree char *query =
      sortie_api_query ("status", status, "limit", number, "cursor", cursor, NULL);

  sortie_api_call_async (self, "GET", "/missions", query, NULL, cancellable, callback, user_data);
}

void
sortie_api_list_events_async (SortieApi *self,
                              const char *mission_id,
                              const char *after,
                              guint limit,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autofree char *path = sortie_api_path ("missions", mission_id, "events", NULL);
  g_autofree char *number = dup_limit (limit);
  g_autofree char *query = sortie_api_query ("after", after, "limit", number, NULL);

  sortie_api_call_async (self, "GET", path, query, NULL, cancellable, callback, user_data);
}

void
sortie_api_get_report_async (SortieApi *self,
                             const char *mission_id,
                             SortieReportFormat format,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autofree char *path = sortie_api_path ("missions", mission_id, "report", NULL);
  gboolean html = format == SORTIE_REPORT_HTML;
  SortieApiRequest request = {
    .method = "GET",
    .path = path,
    .query = html ? "format=html" : NULL,
    .accept =
        html ? "text/html, application/problem+json" : "text/markdown, application/problem+json",
    .max_bytes = SORTIE_API_MAX_REPORT,
  };

  sortie_api_send_async (self, &request, cancellable, callback, user_data);
}

/* --- documents --- */

void
sortie_api_add_collection_async (SortieApi *self,
                                 const char *name,
                                 const char *const *folders,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GString) body = g_string_new ("{");

  sortie_json_append_member_string (body, "name", name);
  if (folders != NULL)
    append_strings (body, "folders", folders);
  g_string_append_c (body, '}');

  sortie_api_call_async (self, "POST", "/collections", NULL, body->str, cancellable, callback,
                         user_data);
}

void
sortie_api_upload_document_async (SortieApi *self,
                                  const char *collection,
                                  const char *file_name,
                                  GBytes *content,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autofree char *path = sortie_api_path ("collections", collection, "documents", NULL);
  g_autofree char *query = sortie_api_query ("name", file_name, NULL);
  SortieApiRequest request = {
    .method = "POST",
    .path = path,
    .query = query,
    .body = content,
    .content_type = "application/octet-stream",
  };

  sortie_api_send_async (self, &request, cancellable, callback, user_data);
}

void
sortie_api_search_async (SortieApi *self,
                         const char *collection,
                         const char *text,
                         guint limit,
                         const char *by,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autofree char *path = sortie_api_path ("collections", collection, "search", NULL);
  g_autofree char *number = dup_limit (limit);
  g_autofree char *query = sortie_api_query ("q", text, "limit", number, "by", by, NULL);

  sortie_api_call_async (self, "GET", path, query, NULL, cancellable, callback, user_data);
}

void
sortie_api_get_document_async (SortieApi *self,
                               const char *document,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autofree char *path = sortie_api_path ("documents", document, "content", NULL);
  SortieApiRequest request = {
    .method = "GET",
    .path = path,
    .accept = "*/*",
    .max_bytes = SORTIE_API_MAX_DOCUMENT,
  };

  sortie_api_send_async (self, &request, cancellable, callback, user_data);
}

void
sortie_api_get_passage_async (SortieApi *self,
                              const char *document,
                              guint number,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autofree char *digits = g_strdup_printf ("%u", number);
  g_autofree char *path = sortie_api_path ("documents", document, "passages", digits, NULL);

  sortie_api_call_async (self, "GET", path, NULL, NULL, cancellable, callback, user_data);
}

/* --- routes without a query or a body of their own --- */

void
sortie_api_retry_async (SortieApi *self,
                        const char *mission_id,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autofree char *path = sortie_api_path ("missions", mission_id, "retry", NULL);

  sortie_api_call_async (self, "POST", path, NULL, NULL, cancellable, callback, user_data);
}

void
sortie_api_get_mission_async (SortieApi *self,
                              const char *mission_id,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autofree char *path = sortie_api_path ("missions", mission_id, NULL);

  sortie_api_call_async (self, "GET", path, NULL, NULL, cancellable, callback, user_data);
}

void
sortie_api_cancel_async (SortieApi *self,
                         const char *mission_id,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autofree char *path = sortie_api_path ("missions", mission_id, "cancel", NULL);

  sortie_api_call_async (self, "POST", path, NULL, NULL, cancellable, callback, user_data);
}

void
sortie_api_delete_mission_async (SortieApi *self,
                                 const char *mission_id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autofree char *path = sortie_api_path ("missions", mission_id, NULL);

  sortie_api_call_async (self, "DELETE", path, NULL, NULL, cancellable, callback, user_data);
}

void
sortie_api_get_info_async (SortieApi *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  sortie_api_call_async (self, "GET", "/", NULL, NULL, cancellable, callback, user_data);
}

void
sortie_api_get_health_async (SortieApi *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  sortie_api_call_async (self, "GET", "/healthz", NULL, NULL, cancellable, callback, user_data);
}

void
sortie_api_get_ready_async (SortieApi *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  sortie_api_call_async (self, "GET", "/readyz", NULL, NULL, cancellable, callback, user_data);
}

void
sortie_api_get_topology_async (SortieApi *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  sortie_api_call_async (self, "GET", "/topology", NULL, NULL, cancellable, callback, user_data);
}

void
sortie_api_list_dead_letters_async (SortieApi *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  sortie_api_call_async (self, "GET", "/dead-letters", NULL, NULL, cancellable, callback,
                         user_data);
}

void
sortie_api_discard_dead_letter_async (SortieApi *self,
                                      const char *id,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_autofree char *path = sortie_api_path ("dead-letters", id, NULL);

  sortie_api_call_async (self, "DELETE", path, NULL, NULL, cancellable, callback, user_data);
}

void
sortie_api_get_settings_async (SortieApi *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  sortie_api_call_async (self, "GET", "/settings", NULL, NULL, cancellable, callback, user_data);
}

void
sortie_api_patch_settings_async (SortieApi *self,
                                 const char *changes,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  sortie_api_call_async (self, "PATCH", "/settings", NULL, changes, cancellable, callback,
                         user_data);
}

void
sortie_api_test_settings_async (SortieApi *self,
                                const char *settings,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  sortie_api_call_async (self, "POST", "/settings/test", NULL, settings, cancellable, callback,
                         user_data);
}

void
sortie_api_list_collections_async (SortieApi *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  sortie_api_call_async (self, "GET", "/collections", NULL, NULL, cancellable, callback, user_data);
}

void
sortie_api_get_collection_async (SortieApi *self,
                                 const char *name,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autofree char *path = sortie_api_path ("collections", name, NULL);

  sortie_api_call_async (self, "GET", path, NULL, NULL, cancellable, callback, user_data);
}

void
sortie_api_remove_collection_async (SortieApi *self,
                                    const char *name,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autofree char *path = sortie_api_path ("collections", name, NULL);

  sortie_api_call_async (self, "DELETE", path, NULL, NULL, cancellable, callback, user_data);
}

void
sortie_api_list_documents_async (SortieApi *self,
                                 const char *collection,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autofree char *path = sortie_api_path ("collections", collection, "documents", NULL);

  sortie_api_call_async (self, "GET", path, NULL, NULL, cancellable, callback, user_data);
}

void
sortie_api_reindex_async (SortieApi *self,
                          const char *collection,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autofree char *path = sortie_api_path ("collections", collection, "reindex", NULL);

  sortie_api_call_async (self, "POST", path, NULL, NULL, cancellable, callback, user_data);
}
