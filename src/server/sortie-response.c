/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-http.h"

#include "sortie-error.h"
#include "sortie-json.h"

#include <libsoup/soup.h>
#include <string.h>

/* Nothing the server answers is to be guessed at, framed, or kept by a cache unless a route says
 * so. */
const char *const sortie_response_common_headers[] = {
  "X-Content-Type-Options",
  "nosniff",
  "X-Frame-Options",
  "DENY",
  "Referrer-Policy",
  "no-referrer",
  "Content-Security-Policy",
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  "Cache-Control",
  "no-store",
  NULL,
};

static const struct
{
  guint status;
  const char *reason;
} reasons[] = {
  { 200, "OK" },
  { 201, "Created" },
  { 202, "Accepted" },
  { 204, "No Content" },
  { 304, "Not Modified" },
  { 400, "Bad Request" },
  { 401, "Unauthorized" },
  { 403, "Forbidden" },
  { 404, "Not Found" },
  { 405, "Method Not Allowed" },
  { 406, "Not Acceptable" },
  { 408, "Request Timeout" },
  { 409, "Conflict" },
  { 410, "Gone" },
  { 411, "Length Required" },
  { 413, "Content Too Large" },
  { 414, "URI Too Long" },
  { 415, "Unsupported Media Type" },
  { 417, "Expectation Failed" },
  { 421, "Misdirected Request" },
  { 422, "Unprocessable Content" },
  { 429, "Too Many Requests" },
  { 431, "Request Header Fields Too Large" },
  { 500, "Internal Server Error" },
  { 501, "Not Implemented" },
  { 502, "Bad Gateway" },
  { 503, "Service Unavailable" },
  { 505, "HTTP Version Not Supported" },
};

const char *
sortie_http_reason (guint status)
{
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (reasons[i].status == status)
      return reasons[i].reason;
  return "Unknown";
}

/* Without control characters, so that no header can be broken out of. */
static char *
clean_value (const char *value)
{
  char *clean = g_strdup (value);
  gsize kept = 0;

  for (gsize i = 0; clean != NULL && clean[i] != '\0'; i++)
    if ((guint8) clean[i] >= 0x20 && clean[i] != 0x7f)
      clean[kept++] = clean[i];
  if (clean != NULL)
    clean[kept] = '\0';
  return clean;
}

SortieResponse *
sortie_response_new (guint status, const char *content_type, GBytes *body)
{
  SortieResponse *self = g_new0 (SortieResponse, 1);

  self->status = status;
  self->content_type = clean_value (content_type);
  self->body = body != NULL ? g_bytes_ref (body) : NULL;
  return self;
}

SortieResponse *
sortie_response_new_empty (guint status)
{
  return sortie_response_new (status, NULL, NULL);
}

SortieResponse *
sortie_response_new_text (guint status, const char *content_type, char *text)
{
  g_autoptr (GBytes) body = g_bytes_new_take (text, strlen (text));

  return sortie_response_new (status, content_type, body);
}

SortieResponse *
sortie_response_new_json (guint status, char *json)
{
  return sortie_response_new_text (status, "application/json", json);
}

SortieResponse *
sortie_response_new_problem (guint status, const char *detail)
{
  g_autoptr (GString) json = g_string_new ("{");
  g_autofree char *clean = g_utf8_make_valid (detail, -1);

  sortie_json_append_member_string (json, "type", "about:blank");
  sortie_json_append_member_string (json, "title", sortie_http_reason (status));
  sortie_json_append_member_int (json, "status", status);
  sortie_json_append_member_string (json, "detail", clean);
  g_string_append_c (json, '}');
  return sortie_response_new_text (status, "application/problem+json",
                                   g_string_free (g_steal_pointer (&json), FALSE));
}

static guint
error_status (int code)
{
  switch ((SortieError) code)
    {
    case SORTIE_ERROR_INVALID:
      return 400;
    case SORTIE_ERROR_DENIED:
      return 403;
    case SORTIE_ERROR_NOT_FOUND:
      return 404;
    case SORTIE_ERROR_CONFLICT:
      return 409;
    case SORTIE_ERROR_TOO_LARGE:
      return 413;
    case SORTIE_ERROR_MISMATCH:
      return 422;
    case SORTIE_ERROR_RATE_LIMIT:
      return 429;
    case SORTIE_ERROR_UNAVAILABLE:
    case SORTIE_ERROR_CANCELLED:
      return 503;
    case SORTIE_ERROR_PROTOCOL:
    case SORTIE_ERROR_STALE:
    case SORTIE_ERROR_FAILED:
      break;
    }
  return 500;
}

SortieResponse *
sortie_response_new_error (const GError *error)
{
  gboolean is_ours = error != NULL && error->domain == SORTIE_ERROR;
  guint status = is_ours ? error_status (error->code) : 500;
  SortieResponse *self;

  self =
      sortie_response_new_problem (status, is_ours ? error->message : "Something went wrong here.");
  if (status == 429 || status == 503)
    sortie_response_set_header (self, "Retry-After", "1");
  return self;
}

SortieResponse *
sortie_response_new_stream (gpointer stream, GDestroyNotify destroy)
{
  SortieResponse *self = sortie_response_new_empty (200);

  self->stream = stream;
  self->stream_destroy = destroy;
  return self;
}

void
sortie_response_free (SortieResponse *self)
{
  if (self == NULL)
    return;
  g_free (self->content_type);
  g_clear_pointer (&self->headers, g_ptr_array_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  if (self->stream != NULL && self->stream_destroy != NULL)
    self->stream_destroy (self->stream);
  g_free (self);
}

void
sortie_response_set_header (SortieResponse *self, const char *name, const char *value)
{
  if (self->headers == NULL)
    self->headers = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->headers, g_strdup (name));
  g_ptr_array_add (self->headers, clean_value (value));
}

const char *
sortie_response_get_header (const SortieResponse *self, const char *name)
{
  for (guint i = 0; self->headers != NULL && i < self->headers->len; i += 2)
    if (g_ascii_strcasecmp (g_ptr_array_index (self->headers, i), name) == 0)
      return g_ptr_array_index (self->headers, i + 1);
  return NULL;
}

GBytes *
sortie_response_to_bytes (const SortieResponse *self, const char *request_id)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = soup_date_time_to_string (now, SOUP_DATE_HTTP); /* not the locale's */
  gsize length = self->body != NULL ? g_bytes_get_size (self->body) : 0;
  GString *out = g_string_sized_new (512 + length);

  g_string_append_printf (out,
                          "HTTP/1.1 %u %s\r\nDate: %s\r\nConnection: close\r\nX-Request-ID: %s\r\n",
                          self->status, sortie_http_reason (self->status), date, request_id);
  for (guint i = 0; sortie_response_common_headers[i] != NULL; i += 2)
    if (sortie_response_get_header (self, sortie_response_common_headers[i]) == NULL)
      g_string_append_printf (out, "%s: %s\r\n", sortie_response_common_headers[i],
                              sortie_response_common_headers[i + 1]);
  for (guint i = 0; self->headers != NULL && i < self->headers->len; i += 2)
    g_string_append_printf (out, "%s: %s\r\n", (char *) g_ptr_array_index (self->headers, i),
                            (char *) g_ptr_array_index (self->headers, i + 1));
  if (self->content_type != NULL)
    g_string_append_printf (out, "Content-Type: %s\r\n", self->content_type);
  g_string_append_printf (out, "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n", length);
  if (self->body != NULL)
    g_string_append_len (out, g_bytes_get_data (self->body, NULL), length);
  return g_string_free_to_bytes (out);
}
