/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-api-private.h"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-late-cancel.h"

#include <gio/gunixsocketaddress.h>
#include <libsoup/soup.h>
#include <string.h>

#define READ_BYTES (64 * 1024)

struct _SortieApi
{
  GObject parent_instance;

  SortieBackendAddress *address;
  SoupSession *session;
  char *authorization; /* (nullable) */
  gboolean denies_paths;
};

G_DEFINE_FINAL_TYPE (SortieApi, sortie_api, G_TYPE_OBJECT)

/* One call from request to the last byte of its answer. */
typedef struct
{
  SoupMessage *message;
  GInputStream *stream;
  GByteArray *body;
  gsize max_bytes;
  gboolean with_idempotency_key;
} Call;

static void
call_free (Call *call)
{
  g_clear_object (&call->stream);
  g_clear_object (&call->message);
  g_clear_pointer (&call->body, g_byte_array_unref);
  g_free (call);
}

void
sortie_api_response_free (SortieApiResponse *self)
{
  if (self == NULL)
    return;

  g_free (self->content_type);
  g_free (self->location);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}

void
sortie_api_stream_free (SortieApiStream *self)
{
  if (self == NULL)
    return;

  g_free (self->reason);
  g_free (self->content_type);
  g_clear_object (&self->body);
  g_free (self);
}

static SoupMessage *
new_message (SortieApi *self,
             const char *method,
             const char *path,
             const char *query,
             const char *accept,
             GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GUri) uri = NULL;
  SoupMessageHeaders *headers;
  SoupMessage *message;

  text = g_strconcat (sortie_backend_address_get_base (self->address), path,
                      query != NULL ? "?" : NULL, query, NULL);
  uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);
  if (uri == NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "“%s” is no valid request path",
                   path);
      return NULL;
    }

  message = soup_message_new_from_uri (method, uri);
  /* The token must not travel to wherever a redirect points. */
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  headers = soup_message_get_request_headers (message);
  soup_message_headers_replace (headers, "Accept", accept);
  if (self->authorization != NULL)
    soup_message_headers_replace (headers, "Authorization", self->authorization);

  return message;
}

/* --- an ordinary call --- */

static void
return_response (GTask *task)
{
  Call *call = g_task_get_task_data (task);
  SoupMessageHeaders *headers = soup_message_get_response_headers (call->message);
  guint status = soup_message_get_status (call->message);
  g_autoptr (GBytes) body = g_byte_array_free_to_bytes (g_steal_pointer (&call->body));
  SortieApiResponse *response;

  if (status < 200 || status > 299)
    {
      g_task_return_error (task, sortie_api_error_from_answer (
                                     status, soup_message_get_reason_phrase (call->message), body,
                                     call->with_idempotency_key));
      return;
    }

  response = g_new0 (SortieApiResponse, 1);
  response->status = status;
  response->content_type = g_strdup (soup_message_headers_get_content_type (headers, NULL));
  response->location = g_strdup (soup_message_headers_get_one (headers, "Location"));
  response->body = g_steal_pointer (&body);
  g_task_return_pointer (task, response, (GDestroyNotify) sortie_api_response_free);
}

static void
return_transport_error (GTask *task, GError *error)
{
  SortieApi *self = g_task_get_source_object (task);

  g_task_return_error (task, sortie_api_error_from_transport (error, self->address));
}

static void
return_too_large (GTask *task)
{
  Call *call = g_task_get_task_data (task);

  g_task_return_new_error (task, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
                           "the backend's answer is longer than %" G_GSIZE_FORMAT " bytes",
                           call->max_bytes);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Call *call = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize length;

  bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  if (bytes == NULL)
    {
      return_transport_error (task, g_steal_pointer (&error));
      return;
    }

  length = g_bytes_get_size (bytes);
  if (length == 0)
    {
      return_response (task);
      return;
    }
  if (length > call->max_bytes - call->body->len)
    {
      return_too_large (task);
      return;
    }

  g_byte_array_append (call->body, g_bytes_get_data (bytes, NULL), (guint) length);
  g_input_stream_read_bytes_async (call->stream, READ_BYTES, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), read_cb, g_object_ref (task));
}

/* What was cancelled when its answer had come already, but before this is told of it, makes libsoup look at what
 * it has freed. So it is left an answer; the first read finds out that it is not wanted any more. */
static GInputStream *
finish_sending (GObject *session, GAsyncResult *result, GTask *task, GError **error)
{
  sortie_late_cancel_end (task);
  g_task_set_check_cancellable (G_TASK (result), FALSE);
  return soup_session_send_finish (SOUP_SESSION (session), result, error);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Call *call = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  goffset announced;

  call->stream = finish_sending (source, result, task, &error);
  if (call->stream == NULL)
    {
      return_transport_error (task, g_steal_pointer (&error));
      return;
    }

  announced =
      soup_message_headers_get_content_length (soup_message_get_response_headers (call->message));
  if (announced > 0 && (guint64) announced > call->max_bytes)
    {
      return_too_large (task);
      return;
    }

  g_input_stream_read_bytes_async (call->stream, READ_BYTES, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), read_cb, g_object_ref (task));
}

void
sortie_api_send_async (SortieApi *self,
                       const SortieApiRequest *request,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GError) error = NULL;
  Call *call = g_new0 (Call, 1);

  g_task_set_source_tag (task, sortie_api_send_async);
  g_task_set_task_data (task, call, (GDestroyNotify) call_free);
  call->max_bytes = request->max_bytes > 0 ? request->max_bytes : SORTIE_API_MAX_JSON;
  call->with_idempotency_key = request->idempotency_key != NULL;
  call->body = g_byte_array_new ();
  call->message =
      new_message (self, request->method, request->path, request->query,
                   request->accept != NULL ? request->accept : "application/json", &error);
  if (call->message == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  if (request->idempotency_key != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (call->message),
                                  "Idempotency-Key", request->idempotency_key);
  if (request->body != NULL)
    soup_message_set_request_body_from_bytes (call->message,
                                              request->content_type != NULL ? request->content_type
                                                                            : "application/json",
                                              request->body);

  soup_session_send_async (self->session, call->message, G_PRIORITY_DEFAULT,
                           sortie_late_cancel_begin (task), sent_cb, g_object_ref (task));
}

SortieApiResponse *
sortie_api_send_finish (SortieApi *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
sortie_api_call_async (SortieApi *self,
                       const char *method,
                       const char *path,
                       const char *query,
                       const char *body,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GBytes) bytes = body != NULL ? g_bytes_new (body, strlen (body)) : NULL;
  SortieApiRequest request = { .method = method, .path = path, .query = query, .body = bytes };

  sortie_api_send_async (self, &request, cancellable, callback, user_data);
}

JsonNode *
sortie_api_call_finish (SortieApi *self, GAsyncResult *result, GError **error)
{
  g_autoptr (SortieApiResponse) response = sortie_api_send_finish (self, result, error);
  const SortieJsonLimits limits = { SORTIE_API_MAX_JSON, SORTIE_JSON_MAX_DEPTH,
                                    SORTIE_API_MAX_JSON_VALUES };
  g_autoptr (GError) reason = NULL;
  JsonNode *node;
  const char *bytes;
  gsize length;

  if (response == NULL)
    return NULL;

  bytes = g_bytes_get_data (response->body, &length);
  if (length == 0)
    return json_node_new (JSON_NODE_NULL);

  node = sortie_json_parse (bytes, length, &limits, &reason);
  if (node == NULL)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL,
                 "the backend's answer is no valid JSON: %s", reason->message);

  return node;
}

GBytes *
sortie_api_bytes_finish (SortieApi *self, GAsyncResult *result, GError **error)
{
  g_autoptr (SortieApiResponse) response = sortie_api_send_finish (self, result, error);

  return response != NULL ? g_steal_pointer (&response->body) : NULL;
}

/* --- a stream of events --- */

static guint
parse_retry_after (const char *text)
{
  guint64 seconds = 0;

  /* The other form, a date, is not worth a clock: the usual backoff takes its place. */
  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, 3600, &seconds, NULL))
    return 0;

  return (guint) seconds;
}

static void
stream_sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SoupMessage *message = g_task_get_task_data (task);
  SoupMessageHeaders *headers;
  g_autoptr (GError) error = NULL;
  GInputStream *body;
  SortieApiStream *stream;

  body = finish_sending (source, result, task, &error);
  if (body == NULL)
    {
      return_transport_error (task, g_steal_pointer (&error));
      return;
    }

  headers = soup_message_get_response_headers (message);
  stream = g_new0 (SortieApiStream, 1);
  stream->status = soup_message_get_status (message);
  stream->reason = g_strdup (soup_message_get_reason_phrase (message));
  stream->content_type = g_strdup (soup_message_headers_get_content_type (headers, NULL));
  stream->retry_after = parse_retry_after (soup_message_headers_get_one (headers, "Retry-After"));
  stream->body = body;
  g_task_return_pointer (task, stream, (GDestroyNotify) sortie_api_stream_free);
}

void
sortie_api_open_stream_async (SortieApi *self,
                              const char *path,
                              const char *last_event_id,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GError) error = NULL;
  SoupMessageHeaders *headers;
  SoupMessage *message;

  g_task_set_source_tag (task, sortie_api_open_stream_async);
  message = new_message (self, "GET", path, NULL, "text/event-stream", &error);
  if (message == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  g_task_set_task_data (task, message, g_object_unref);
  headers = soup_message_get_request_headers (message);
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  if (last_event_id != NULL)
    soup_message_headers_replace (headers, "Last-Event-ID", last_event_id);
  /* A stream occupies its connection to the end; sharing one with calls gains nothing. */
  soup_message_add_flags (message, SOUP_MESSAGE_NEW_CONNECTION);

  soup_session_send_async (self->session, message, G_PRIORITY_DEFAULT,
                           sortie_late_cancel_begin (task), stream_sent_cb, g_object_ref (task));
}

SortieApiStream *
sortie_api_open_stream_finish (SortieApi *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
dropped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_input_stream_close_finish (G_INPUT_STREAM (source), result, NULL);
}

void
sortie_api_drop_body (GInputStream *body)
{
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();

  g_cancellable_cancel (cancelled);
  g_input_stream_close_async (body, G_PRIORITY_DEFAULT, cancelled, dropped_cb, NULL);
}

/* --- the object --- */

static void
sortie_api_finalize (GObject *object)
{
  SortieApi *self = SORTIE_API (object);

  g_clear_object (&self->session);
  g_clear_pointer (&self->address, sortie_backend_address_free);
  if (self->authorization != NULL)
    explicit_bzero (self->authorization, strlen (self->authorization));
  g_free (self->authorization);

  G_OBJECT_CLASS (sortie_api_parent_class)->finalize (object);
}

static void
sortie_api_class_init (SortieApiClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sortie_api_finalize;
}

static void
sortie_api_init (SortieApi *self)
{
}

static gboolean
check_token (const char *token, GError **error)
{
  gsize length = 0;

  while (length <= SORTIE_API_MAX_TOKEN && g_ascii_isgraph (token[length]))
    length++;
  if (length > 0 && length <= SORTIE_API_MAX_TOKEN && token[length] == '\0')
    return TRUE;

  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
               "token: it must be 1 to %d printable ASCII characters without spaces",
               SORTIE_API_MAX_TOKEN);
  return FALSE;
}

SortieApi *
sortie_api_new (const SortieBackendAddress *address, const char *token, GError **error)
{
  const char *socket = sortie_backend_address_get_socket (address);
  g_autoptr (GSocketAddress) connectable = NULL;
  SortieApi *self;

  if (token != NULL && !check_token (token, error))
    return NULL;
  if (socket != NULL)
    connectable = g_unix_socket_address_new (socket);

  self = g_object_new (SORTIE_TYPE_API, NULL);
  self->address = sortie_backend_address_copy (address);
  self->authorization = token != NULL ? g_strconcat ("Bearer ", token, NULL) : NULL;
  self->session =
      soup_session_new_with_options ("remote-connectable", connectable, "max-conns",
                                     2 * SORTIE_API_CONNECTIONS, "max-conns-per-host",
                                     SORTIE_API_CONNECTIONS, "timeout", SORTIE_API_TIMEOUT_SECONDS,
                                     "user-agent", "Sortie/" SORTIE_VERSION, "accept-language-auto",
                                     TRUE, NULL);
  /* It would take the Authorization header for its own. */
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_AUTH_MANAGER);
  if (sortie_backend_address_is_local (address))
    soup_session_set_proxy_resolver (self->session, NULL);

  return self;
}

const SortieBackendAddress *
sortie_api_get_address (SortieApi *self)
{
  return self->address;
}

gboolean
sortie_api_takes_paths (SortieApi *self)
{
  return sortie_backend_address_is_local (self->address) && !self->denies_paths;
}

void
sortie_api_take_info (SortieApi *self, JsonNode *info)
{
  gboolean takes = TRUE;

  if (JSON_NODE_HOLDS_OBJECT (info) &&
      sortie_json_get_boolean (json_node_get_object (info), "takes_paths", FALSE, &takes, NULL))
    self->denies_paths = !takes;
}
