/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "llm-peer-response.h"

#include "sortie-json.h"

#include <string.h>
#include <sys/socket.h>

LlmPeerResponse *
llm_peer_response_new (guint status, const char *content_type)
{
  LlmPeerResponse *self = g_new0 (LlmPeerResponse, 1);

  self->status = status;
  self->headers = g_string_new (NULL);
  self->chunks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  if (content_type != NULL)
    llm_peer_response_add_header (self, "Content-Type", content_type);
  return self;
}

LlmPeerResponse *
llm_peer_response_new_stream (void)
{
  LlmPeerResponse *self = llm_peer_response_new (200, "text/event-stream");

  self->chunked = TRUE;
  self->end = LLM_PEER_KEEP;
  return self;
}

LlmPeerResponse *
llm_peer_response_new_answer (const char *first_piece, ...)
{
  LlmPeerResponse *self = llm_peer_response_new_stream ();
  va_list more;

  va_start (more, first_piece);
  for (const char *at = first_piece; at != NULL; at = va_arg (more, const char *))
    llm_peer_response_add_text (self, at);
  va_end (more);
  llm_peer_response_add_finish (self, "stop");
  llm_peer_response_add_done (self);
  return self;
}

void
llm_peer_response_free (LlmPeerResponse *self)
{
  if (self == NULL)
    return;
  g_string_free (self->headers, TRUE);
  g_ptr_array_unref (self->chunks);
  g_free (self);
}

void
llm_peer_response_add_header (LlmPeerResponse *self, const char *name, const char *value)
{
  g_string_append_printf (self->headers, "%s: %s\r\n", name, value);
}

void
llm_peer_response_add_chunk (LlmPeerResponse *self, const char *bytes, gssize length)
{
  gsize size = length < 0 ? strlen (bytes) : (gsize) length;

  g_ptr_array_add (self->chunks, g_bytes_new (bytes, size));
}

static void
add_event (LlmPeerResponse *self, const char *members)
{
  g_autofree char *event = g_strdup_printf (
      "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1770000000,"
      "\"model\":\"test-model\",%s}\n\n",
      members);

  llm_peer_response_add_chunk (self, event, -1);
}

void
llm_peer_response_add_text (LlmPeerResponse *self, const char *text)
{
  g_autoptr (GString) members = g_string_new ("\"choices\":[{\"index\":0,\"delta\":{\"content\":");

  sortie_json_append_string (members, text);
  g_string_append (members, "},\"finish_reason\":null}]");
  add_event (self, members->str);
}

void
llm_peer_response_add_finish (LlmPeerResponse *self, const char *reason)
{
  g_autofree char *members =
      g_strdup_printf ("\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"%s\"}]", reason);

  add_event (self, members);
}

void
llm_peer_response_add_usage (LlmPeerResponse *self, guint prompt, guint completion)
{
  g_autofree char *members =
      g_strdup_printf ("\"choices\":[],\"usage\":{\"prompt_tokens\":%u,\"completion_tokens\":%u}",
                       prompt, completion);

  add_event (self, members);
}

void
llm_peer_response_add_done (LlmPeerResponse *self)
{
  llm_peer_response_add_chunk (self, "data: [DONE]\n\n", -1);
}

gboolean
llm_peer_send (LlmPeerRequest *request, const char *bytes, gsize length)
{
  return g_output_stream_write_all (g_io_stream_get_output_stream (request->stream), bytes, length,
                                    NULL, llm_peer_get_cancellable (request->peer), NULL);
}

void
llm_peer_wait_gone (LlmPeerRequest *request)
{
  char byte;

  while (g_input_stream_read (g_io_stream_get_input_stream (request->stream), &byte, 1,
                              llm_peer_get_cancellable (request->peer), NULL) > 0)
    ;
}

void
llm_peer_reset (LlmPeerRequest *request)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  g_assert_cmpint (setsockopt (g_socket_get_fd (request->socket), SOL_SOCKET, SO_LINGER, &linger,
                               sizeof linger),
                   ==, 0);
}

char *
llm_peer_dup_header (const LlmPeerRequest *request, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (request->head, "\r\n", -1);
  gsize length = strlen (name);

  for (guint i = 1; lines[i] != NULL; i++)
    if (g_ascii_strncasecmp (lines[i], name, length) == 0 && lines[i][length] == ':')
      return g_strstrip (g_strdup (lines[i] + length + 1));
  return NULL;
}

static gboolean
send_head (LlmPeerRequest *request, const LlmPeerResponse *response)
{
  g_autoptr (GString) head = g_string_new (NULL);
  gsize length = 0;

  g_string_printf (head, "HTTP/1.1 %u Told\r\n%s", response->status, response->headers->str);
  for (guint i = 0; i < response->chunks->len; i++)
    length += g_bytes_get_size (g_ptr_array_index (response->chunks, i));
  if (response->chunked)
    g_string_append (head, "Transfer-Encoding: chunked\r\n");
  else if (response->end == LLM_PEER_KEEP)
    g_string_append_printf (head, "Content-Length: %zu\r\n", length);
  if (response->end != LLM_PEER_KEEP)
    g_string_append (head, "Connection: close\r\n");
  g_string_append (head, "\r\n");
  return llm_peer_send (request, head->str, head->len);
}

static gboolean
send_piece (LlmPeerRequest *request,
            const LlmPeerResponse *response,
            const char *bytes,
            gsize length)
{
  g_autoptr (GString) wire = NULL;

  if (!response->chunked)
    return llm_peer_send (request, bytes, length);
  wire = g_string_new (NULL);
  g_string_printf (wire, "%zx\r\n", length);
  g_string_append_len (wire, bytes, (gssize) length);
  g_string_append (wire, "\r\n");
  return llm_peer_send (request, wire->str, wire->len);
}

static gboolean
send_chunk (LlmPeerRequest *request, const LlmPeerResponse *response, GBytes *chunk)
{
  gsize length;
  const char *bytes = g_bytes_get_data (chunk, &length);

  if (response->delay_ms > 0)
    g_usleep (response->delay_ms * 1000); /* a slow provider */
  if (length == 0)                        /* which would end a chunked body */
    return TRUE;
  if (!response->split)
    return send_piece (request, response, bytes, length);
  for (gsize i = 0; i < length; i++)
    if (!send_piece (request, response, bytes + i, 1))
      return FALSE;
  return TRUE;
}

static gboolean
end_response (LlmPeerRequest *request, const LlmPeerResponse *response)
{
  GPtrArray *chunks = response->chunks;

  switch (response->end)
    {
    case LLM_PEER_RESET:
      llm_peer_reset (request);
      return FALSE;
    case LLM_PEER_STALL:
      llm_peer_wait_gone (request);
      return FALSE;
    case LLM_PEER_REPEAT:
      while (send_chunk (request, response, g_ptr_array_index (chunks, chunks->len - 1)))
        if (response->repeat_ms > 0)
          g_usleep (response->repeat_ms * 1000); /* a slow provider */
      return FALSE;
    case LLM_PEER_NO_TERMINATOR:
      return FALSE;
    case LLM_PEER_EOF:
    case LLM_PEER_KEEP:
    default:
      return (!response->chunked || response->status == 0 ||
              llm_peer_send (request, "0\r\n\r\n", 5)) &&
             response->end == LLM_PEER_KEEP;
    }
}

gboolean
llm_peer_respond (LlmPeerRequest *request, const LlmPeerResponse *response)
{
  if (response->head_delay_ms > 0)
    g_usleep (response->head_delay_ms * 1000); /* a slow provider */
  if (response->status != 0 && !send_head (request, response))
    return FALSE;
  for (guint i = 0; response->status != 0 && i < response->chunks->len; i++)
    if (!send_chunk (request, response, g_ptr_array_index (response->chunks, i)))
      return FALSE;
  return end_response (request, response);
}
