/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-codec.h"

#include "sortie-llm-chunk.h"
#include "sortie-llm-think.h"
#include "sortie-sse-parser.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"
#define BLANKS " \t\r\n"

/* Of the reasoning, which nobody but a test reads. */
#define MAX_REASONING (64 * 1024)

typedef enum
{
  KIND_UNKNOWN, /* blank so far */
  KIND_STREAM,
  KIND_DOCUMENT, /* one JSON value, read when it is all there */
} Kind;

struct _SortieLlmCodec
{
  SortieLlmTextFunc func;
  gpointer user_data;
  gboolean is_page; /* by its content type, which may lie */
  Kind kind;
  GString *gathered; /* the first bytes, or the document */
  SortieSseParser *parser;
  SortieLlmChunk chunk;
  SortieLlmThink think;
  GString *text; /* of one object, past the think block */
  GString *reasoning;
  GString *all_reasoning;
  gsize n_bytes;
  gsize n_text;
  guint64 n_deltas;
  guint64 n_pieces;
  guint64 n_events;
  gboolean has_text; /* that is not blank */
  gboolean done;
  gboolean ended;
  SortieLlmFinish finish;
  SortieLlmUsage usage;
  GError *error;
};

static void
fail (SortieLlmCodec *self, SortieLlmError code, const char *what)
{
  if (self->error == NULL)
    self->error = g_error_new_literal (SORTIE_LLM_ERROR, (int) code, what);
}

static gboolean
result (SortieLlmCodec *self, GError **error)
{
  if (self->error == NULL)
    return TRUE;
  if (error != NULL)
    *error = g_error_copy (self->error);
  return FALSE;
}

static void
give_reasoning (SortieLlmCodec *self)
{
  GString *all = self->all_reasoning;
  gsize room = MAX_REASONING - all->len;

  if (self->reasoning->len == 0)
    return;
  self->n_deltas++;
  g_string_append_len (all, self->reasoning->str, (gssize) MIN (room, self->reasoning->len));
  g_string_truncate (self->reasoning, 0);
}

static void
give_text (SortieLlmCodec *self)
{
  gsize length = self->text->len;

  if (length == 0)
    return;
  if (length > SORTIE_LLM_MAX_TEXT - self->n_text)
    {
      fail (self, SORTIE_LLM_ERROR_TOO_LARGE, "the answer is longer than any that is of use");
      return;
    }
  self->n_text += length;
  self->n_deltas++;
  self->n_pieces++;
  self->has_text = self->has_text || strspn (self->text->str, BLANKS) < length;
  self->func (self->text->str, length, self->user_data);
  g_string_truncate (self->text, 0);
}

static void
take_object (SortieLlmCodec *self, const char *json, gsize length, gboolean is_error)
{
  SortieLlmChunk *chunk = &self->chunk;
  g_autoptr (GError) failure = NULL;

  sortie_llm_chunk_read (chunk, json, length, is_error, &failure);
  g_string_append_len (self->reasoning, chunk->reasoning->str, (gssize) chunk->reasoning->len);
  if (chunk->text->len > 0)
    sortie_llm_think_feed (&self->think, chunk->text->str, chunk->text->len, self->text,
                           self->reasoning);
  give_reasoning (self);
  give_text (self);
  if (chunk->finish != SORTIE_LLM_FINISH_NONE)
    self->finish = chunk->finish;
  if (chunk->usage.prompt_tokens >= 0)
    self->usage.prompt_tokens = chunk->usage.prompt_tokens;
  if (chunk->usage.completion_tokens >= 0)
    self->usage.completion_tokens = chunk->usage.completion_tokens;
  if (failure != NULL)
    fail (self, (SortieLlmError) failure->code, failure->message);
}

static void
event_cb (
    const char *type, const char *data, gsize length, const char *last_event_id, gpointer user_data)
{
  SortieLlmCodec *self = user_data;
  gsize blanks = strspn (data, BLANKS);

  if (self->done || self->error != NULL)
    return;
  self->n_events++;
  if (g_str_has_prefix (data + blanks, "[DONE]"))
    self->done = TRUE;
  else if (blanks < length) /* an event without data keeps a connection alive */
    take_object (self, data, length, strcmp (type, "error") == 0);
}

static void
feed_stream (SortieLlmCodec *self, const char *bytes, gsize length)
{
  if (!sortie_sse_parser_feed (self->parser, bytes, length, NULL))
    fail (self, SORTIE_LLM_ERROR_TOO_LARGE, "an event of the answer is larger than any real one");
}

static void
feed_document (SortieLlmCodec *self, const char *bytes, gsize length)
{
  if (self->gathered->len + length > SORTIE_LLM_MAX_EVENT)
    fail (self, SORTIE_LLM_ERROR_TOO_LARGE, "the answer is larger than any real one");
  else
    g_string_append_len (self->gathered, bytes, (gssize) length);
}

/* What stands before the first sign of what this is. FALSE where there may be more of it. */
static gboolean
skip_blanks (GString *head)
{
  gsize mark = strlen (BYTE_ORDER_MARK);

  g_string_erase (head, 0, (gssize) strspn (head->str, BLANKS));
  if (head->len == 0 || (head->len < mark && memcmp (head->str, BYTE_ORDER_MARK, head->len) == 0))
    return FALSE;
  if (!g_str_has_prefix (head->str, BYTE_ORDER_MARK))
    return TRUE;
  g_string_erase (head, 0, (gssize) mark);
  g_string_erase (head, 0, (gssize) strspn (head->str, BLANKS));
  return head->len > 0;
}

static void
feed_head (SortieLlmCodec *self, const char *bytes, gsize length)
{
  GString *head = self->gathered;

  g_string_append_len (head, bytes, (gssize) length);
  if (!skip_blanks (head))
    return;
  switch (head->str[0])
    {
    case '<':
      fail (self, SORTIE_LLM_ERROR_CONTENT_TYPE,
            "a page for people came where an answer for programs was due");
      break;
    case '{':
    case '[':
      self->kind = KIND_DOCUMENT;
      feed_document (self, "", 0);
      break;
    default:
      self->kind = KIND_STREAM;
      feed_stream (self, head->str, head->len);
      g_string_truncate (head, 0);
    }
}

/* A document that does not even close its bracket was cut off on its way. */
static void
end_document (SortieLlmCodec *self)
{
  GString *document = self->gathered;
  char last;

  while (g_ascii_isspace (document->str[document->len - 1])) /* its first byte is a bracket */
    g_string_truncate (document, document->len - 1);
  last = document->str[document->len - 1];
  if (last == '}' || last == ']')
    take_object (self, document->str, document->len, FALSE);
  else
    fail (self, SORTIE_LLM_ERROR_TRUNCATED, "the answer broke off before its end");
}

static void
judge_end (SortieLlmCodec *self)
{
  if (self->is_page && self->kind != KIND_DOCUMENT && self->n_events == 0)
    fail (self, SORTIE_LLM_ERROR_CONTENT_TYPE,
          "a page for people came where an answer for programs was due");
  else if (self->finish == SORTIE_LLM_FINISH_NONE)
    fail (self, SORTIE_LLM_ERROR_TRUNCATED, "the answer broke off before its end");
  else if (!self->has_text && self->finish == SORTIE_LLM_FINISH_LENGTH)
    fail (self, SORTIE_LLM_ERROR_LENGTH, "the tokens were used up before any text of the answer");
  else if (!self->has_text)
    fail (self, SORTIE_LLM_ERROR_TRUNCATED, "the answer ended without any text");
}

SortieLlmCodec *
sortie_llm_codec_new (const char *content_type, SortieLlmTextFunc func, gpointer user_data)
{
  SortieLlmCodec *self = g_new0 (SortieLlmCodec, 1);

  self->func = func;
  self->user_data = user_data;
  self->is_page =
      content_type != NULL && (g_ascii_strncasecmp (content_type, "text/html", 9) == 0 ||
                               g_ascii_strncasecmp (content_type, "application/xhtml", 17) == 0);
  self->gathered = g_string_new (NULL);
  self->parser = sortie_sse_parser_new (event_cb, self);
  sortie_sse_parser_set_limits (self->parser, SORTIE_LLM_MAX_EVENT, SORTIE_LLM_MAX_EVENT);
  sortie_llm_chunk_init (&self->chunk);
  sortie_llm_think_init (&self->think);
  self->text = g_string_new (NULL);
  self->reasoning = g_string_new (NULL);
  self->all_reasoning = g_string_new (NULL);
  self->usage = (SortieLlmUsage){ -1, -1 };
  return self;
}

void
sortie_llm_codec_free (SortieLlmCodec *self)
{
  if (self == NULL)
    return;
  g_string_free (self->gathered, TRUE);
  sortie_sse_parser_free (self->parser);
  sortie_llm_chunk_clear (&self->chunk);
  sortie_llm_think_clear (&self->think);
  g_string_free (self->text, TRUE);
  g_string_free (self->reasoning, TRUE);
  g_string_free (self->all_reasoning, TRUE);
  g_clear_error (&self->error);
  g_free (self);
}

gboolean
sortie_llm_codec_feed (SortieLlmCodec *self, const char *bytes, gsize length, GError **error)
{
  if (self->error != NULL || self->done || self->ended || length == 0)
    return result (self, error);
  if (length > SORTIE_LLM_MAX_STREAM - self->n_bytes)
    {
      fail (self, SORTIE_LLM_ERROR_TOO_LARGE, "the answer takes more bytes than any real one");
      return result (self, error);
    }
  self->n_bytes += length;
  if (self->kind == KIND_UNKNOWN)
    feed_head (self, bytes, length);
  else if (self->kind == KIND_DOCUMENT)
    feed_document (self, bytes, length);
  else
    feed_stream (self, bytes, length);
  return result (self, error);
}

gboolean
sortie_llm_codec_end (SortieLlmCodec *self, GError **error)
{
  if (self->error != NULL || self->ended)
    return result (self, error);
  self->ended = TRUE;
  if (self->kind == KIND_DOCUMENT)
    end_document (self);
  sortie_llm_think_end (&self->think, self->text, self->reasoning);
  give_reasoning (self);
  give_text (self);
  if (self->error == NULL)
    judge_end (self);
  return result (self, error);
}

gboolean
sortie_llm_codec_is_done (const SortieLlmCodec *self)
{
  return self->done;
}

guint64
sortie_llm_codec_get_n_deltas (const SortieLlmCodec *self)
{
  return self->n_deltas;
}

guint64
sortie_llm_codec_get_n_pieces (const SortieLlmCodec *self)
{
  return self->n_pieces;
}

SortieLlmFinish
sortie_llm_codec_get_finish (const SortieLlmCodec *self)
{
  return self->finish;
}

SortieLlmUsage
sortie_llm_codec_get_usage (const SortieLlmCodec *self)
{
  return self->usage;
}

const char *
sortie_llm_codec_get_reasoning (const SortieLlmCodec *self)
{
  return self->all_reasoning->str;
}
