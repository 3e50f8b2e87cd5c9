/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-api-private.h"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-text.h"

/* A problem document is a few words; more than this of its detail is not shown. */
#define MAX_DETAIL_BYTES 4096
#define MAX_PROBLEM_BYTES (64 * 1024)

static SortieError
code_for_status (guint status, gboolean with_idempotency_key)
{
  switch (status)
    {
    case 400:
      return SORTIE_ERROR_INVALID;
    case 401:
    case 403:
      return SORTIE_ERROR_DENIED;
    case 404:
    case 410:
      return SORTIE_ERROR_NOT_FOUND;
    case 409:
      return SORTIE_ERROR_CONFLICT;
    case 413:
    case 431:
      return SORTIE_ERROR_TOO_LARGE;
    case 422:
      return with_idempotency_key ? SORTIE_ERROR_MISMATCH : SORTIE_ERROR_INVALID;
    case 429:
      return SORTIE_ERROR_RATE_LIMIT;
    case 502:
    case 503:
    case 504:
      return SORTIE_ERROR_UNAVAILABLE;
    default:
      return status >= 200 && status < 400 ? SORTIE_ERROR_PROTOCOL : SORTIE_ERROR_FAILED;
    }
}

/* The backend's own words, or NULL where the answer is no problem document. */
static char *
dup_detail (GBytes *body)
{
  const SortieJsonLimits limits = { MAX_PROBLEM_BYTES, SORTIE_JSON_MAX_DEPTH, 1000 };
  g_autoptr (JsonNode) node = NULL;
  const char *text = NULL;
  JsonObject *object;
  gsize length;
  const char *bytes;

  bytes = body != NULL ? g_bytes_get_data (body, &length) : NULL;
  if (bytes == NULL)
    return NULL;
  node = sortie_json_parse (bytes, length, &limits, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;

  object = json_node_get_object (node);
  if (!sortie_json_get_string (object, "detail", TRUE, &text, NULL) || *text == '\0')
    text = NULL;
  if (text == NULL && !sortie_json_get_string (object, "title", TRUE, &text, NULL))
    return NULL;

  return *text != '\0' ? sortie_text_shorten (text, MAX_DETAIL_BYTES) : NULL;
}

GError *
sortie_api_error_from_answer (guint status,
                              const char *reason,
                              GBytes *body,
                              gboolean with_idempotency_key)
{
  SortieError code = code_for_status (status, with_idempotency_key);
  g_autofree char *detail = dup_detail (body);

  if (status >= 300 && status < 400)
    return g_error_new (SORTIE_ERROR, code,
                        "the backend answered with a redirect (%u), which is not followed; give "
                        "its final address",
                        status);
  if (detail != NULL)
    return g_error_new_literal (SORTIE_ERROR, code, detail);
  if (status == 401 || status == 403)
    return g_error_new (SORTIE_ERROR, code,
                        "the backend asks for a valid token; give it with --token-file or in "
                        "SORTIE_TOKEN");

  return g_error_new (SORTIE_ERROR, code, "the backend answered %u %s", status,
                      reason != NULL ? reason : "");
}

static char *
dup_host (const char *address)
{
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_NONE, NULL);

  return uri != NULL ? g_strdup (g_uri_get_host (uri)) : NULL;
}

/* What went wrong, with the name that people know where it speaks of the other one */
static char *
dup_public_reason (const GError *error, const SortieBackendAddress *address)
{
  g_autofree char *host = dup_host (sortie_backend_address_get_base (address));
  g_autofree char *shown = dup_host (sortie_backend_address_get_display (address));
  g_auto (GStrv) parts = NULL;

  if (host == NULL || shown == NULL || g_str_equal (host, shown))
    return g_strdup (error->message);
  parts = g_strsplit (error->message, host, -1);
  return g_strjoinv (shown, parts);
}

GError *
sortie_api_error_from_transport (GError *error, const SortieBackendAddress *address)
{
  g_autofree char *reason = dup_public_reason (error, address);
  GError *wrapped;
  SortieError code = SORTIE_ERROR_UNAVAILABLE;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || error->domain == SORTIE_ERROR)
    return error;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    code = SORTIE_ERROR_PROTOCOL;

  wrapped = g_error_new (SORTIE_ERROR, code, "can't reach the backend at %s: %s",
                         sortie_backend_address_get_display (address), reason);
  g_error_free (error);

  return wrapped;
}
