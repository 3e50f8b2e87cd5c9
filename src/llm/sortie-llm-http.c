/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-http.h"

#include <string.h>

/* More answers at once than there are missions; libsoup's own limit is 2 a host. */
#define MAX_CONNECTIONS 1024
#define IDLE_SECONDS 30

static const char *
get_header_cb (const char *name, gpointer user_data)
{
  return soup_message_headers_get_one (user_data, name);
}

/* Visible ASCII, as RFC 6750 has it and more. */
static gboolean
is_key (const char *key)
{
  for (const char *at = key; *at != '\0'; at++)
    if (!g_ascii_isgraph (*at))
      return FALSE;
  return TRUE;
}

static gboolean
is_http (GUri *uri)
{
  const char *scheme = g_uri_get_scheme (uri);
  const char *host = g_uri_get_host (uri);

  return (strcmp (scheme, "http") == 0 || strcmp (scheme, "https") == 0) && host != NULL &&
         *host != '\0';
}

static void
append_key (SoupMessageHeaders *headers, const char *key)
{
  char *value = g_strconcat ("Bearer ", key, NULL);

  soup_message_headers_append (headers, "Authorization", value);
  explicit_bzero (value, strlen (value));
  g_free (value);
}

static void
copy_header_cb (const char *name, const char *value, gpointer user_data)
{
  soup_message_headers_replace (user_data, name, value);
}

/* Connections are kept and used again for POST too: a request on one that turns out to be dead is sent
 * once more by the client itself. */
static void
set_up (SoupMessage *message, GBytes *body)
{
  soup_message_set_request_body_from_bytes (message, "application/json", body);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT);
}

SoupSession *
sortie_llm_http_session_new (gboolean is_local)
{
  SoupSession *session =
      soup_session_new_with_options ("max-conns", MAX_CONNECTIONS, "max-conns-per-host",
                                     MAX_CONNECTIONS, "idle-timeout", IDLE_SECONDS, "timeout", 0,
                                     "user-agent", "Sortie/" SORTIE_VERSION, NULL);

  /* Plain HTTP is let in to this machine since nothing of it leaves the machine: no proxy may get it,
   * whatever the environment says. */
  if (is_local)
    soup_session_set_proxy_resolver (session, NULL);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_MANAGER);
  return session;
}

SoupMessage *
sortie_llm_http_message_new (const SortieLlmSettings *settings, GBytes *body, GError **error)
{
  g_autofree char *address = g_strconcat (settings->base_url, "/chat/completions", NULL);
  g_autoptr (GUri) uri = g_uri_parse (address, SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (SoupMessage) message = NULL;
  SoupMessageHeaders *headers;

  if (uri == NULL || !is_http (uri))
    {
      g_set_error_literal (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_REJECTED,
                           "the provider's address is no http or https URL");
      return NULL;
    }
  if (settings->key != NULL && !is_key (settings->key))
    {
      g_set_error_literal (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_AUTH,
                           "the key holds characters that no key can have");
      return NULL;
    }
  message = soup_message_new_from_uri ("POST", uri);
  set_up (message, body);
  headers = soup_message_get_request_headers (message);
  soup_message_headers_append (headers, "Accept", "text/event-stream, application/json");
  if (settings->key != NULL && *settings->key != '\0')
    append_key (headers, settings->key);
  return g_steal_pointer (&message);
}

SoupMessage *
sortie_llm_http_message_again (SoupMessage *message, GBytes *body)
{
  SoupMessage *again = soup_message_new_from_uri ("POST", soup_message_get_uri (message));

  set_up (again, body);
  soup_message_add_flags (again, SOUP_MESSAGE_NEW_CONNECTION);
  soup_message_headers_foreach (soup_message_get_request_headers (message), copy_header_cb,
                                soup_message_get_request_headers (again));
  return again;
}

void
sortie_llm_http_read_headers (SoupMessage *message, SortieLlmHeaders *headers)
{
  sortie_llm_headers_read (headers, soup_message_get_status (message), get_header_cb,
                           soup_message_get_response_headers (message));
}

/* A name that may stand in a message though the provider wrote it. */
static gboolean
is_plain_host (const char *host)
{
  gsize length = host != NULL ? strlen (host) : 0;

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (host[i]) && strchr (".:-", host[i]) == NULL)
      return FALSE;
  return length > 0 && length < 254;
}

/* To the host at most: the rest of the address may hold anything. */
static void
set_redirect_error (SoupMessage *message, const char *host, GError **error)
{
  const char *location =
      soup_message_headers_get_one (soup_message_get_response_headers (message), "Location");
  g_autoptr (GUri) uri = location != NULL
                             ? g_uri_parse_relative (soup_message_get_uri (message), location,
                                                     SOUP_HTTP_URI_FLAGS, NULL)
                             : NULL;
  const char *to = uri != NULL ? g_uri_get_host (uri) : NULL;

  g_set_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_REJECTED,
               "%s redirects to %s (%u); redirects are not followed, so that the key goes nowhere "
               "else",
               host, is_plain_host (to) ? to : "another address",
               soup_message_get_status (message));
}

static gboolean
check_status (SoupMessage *message, const char *host, GError **error)
{
  guint status = soup_message_get_status (message);
  SortieLlmError code = SORTIE_LLM_ERROR_REJECTED;
  const char *what = "does not take the request";

  if (status >= 200 && status < 300)
    return TRUE;
  if (status >= 300 && status < 400)
    {
      set_redirect_error (message, host, error);
      return FALSE;
    }
  if (status == 401 || status == 403)
    {
      code = SORTIE_LLM_ERROR_AUTH;
      what = "does not accept the key";
    }
  else if (status == 402)
    {
      code = SORTIE_LLM_ERROR_QUOTA;
      what = "says that there is nothing left to spend";
    }
  else if (status == 429)
    {
      code = SORTIE_LLM_ERROR_RATE_LIMIT;
      what = "says that its rate limit is reached";
    }
  else if (status == 408 || status == 409 || status >= 500)
    {
      code = SORTIE_LLM_ERROR_SERVER;
      what = "has failed";
    }
  else if (status == 404)
    what = "knows no such address or model";
  else if (status < 200)
    {
      code = SORTIE_LLM_ERROR_PROTOCOL;
      what = "gave no answer of HTTP";
    }
  g_set_error (error, SORTIE_LLM_ERROR, (int) code, "%s %s (%u)", host, what, status);
  return FALSE;
}

gboolean
sortie_llm_http_check (SoupMessage *message, const char *host, GError **error)
{
  const char *encoding = soup_message_headers_get_list (soup_message_get_response_headers (message),
                                                        "Content-Encoding");

  if (!check_status (message, host, error))
    return FALSE;
  if (encoding == NULL || g_ascii_strcasecmp (encoding, "identity") == 0)
    return TRUE;
  g_set_error (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_PROTOCOL,
               "%s sent its answer in an encoding that was not asked for", host);
  return FALSE;
}

gboolean
sortie_llm_http_may_tell_why (guint status)
{
  return status == 400 || status == 422;
}

void
sortie_llm_http_read_refusal (const char *body, gsize length, SortieLlmHeaders *headers)
{
  headers->rejects_stream_options =
      memmem (body, length, "stream_options", strlen ("stream_options")) != NULL;
  headers->rejects_max_tokens = memmem (body, length, "max_tokens", strlen ("max_tokens")) != NULL;
}

/* GIO's own messages are not passed on: a proxy's address, with its password, may stand in one. */
static const char *
describe_failure (const GError *failure)
{
  if (failure->domain == G_RESOLVER_ERROR)
    return "its name can't be resolved";
  if (failure->domain == G_TLS_ERROR)
    return g_error_matches (failure, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE)
               ? "its certificate is not trusted"
               : "no secure connection came about";
  if (failure->domain != G_IO_ERROR)
    return "the connection broke before the answer began";
  switch (failure->code)
    {
    case G_IO_ERROR_CONNECTION_REFUSED:
      return "it takes no connection";
    case G_IO_ERROR_HOST_NOT_FOUND:
      return "its name can't be resolved";
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_NETWORK_UNREACHABLE:
      return "it can't be reached";
    case G_IO_ERROR_PROXY_FAILED:
    case G_IO_ERROR_PROXY_AUTH_FAILED:
    case G_IO_ERROR_PROXY_NEED_AUTH:
    case G_IO_ERROR_PROXY_NOT_ALLOWED:
      return "the proxy makes no connection to it";
    case G_IO_ERROR_TIMED_OUT:
      return "it does not respond";
    default:
      return "the connection broke before the answer began";
    }
}

GError *
sortie_llm_http_explain (const GError *failure, const char *host, gboolean *retryable)
{
  if (g_error_matches (failure, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_PARSING) ||
      g_error_matches (failure, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_ENCODING))
    {
      *retryable = FALSE;
      return g_error_new (SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_PROTOCOL,
                          "%s: what came is no answer of HTTP", host);
    }
  *retryable = !g_error_matches (failure, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  return g_error_new (SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_NETWORK, "%s: %s", host,
                      describe_failure (failure));
}
