/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-chunk.h"

#include "sortie-json.h"
#include "sortie-llm-chunk-error.h"

#include <string.h>

static const SortieJsonLimits limits = {
  .max_bytes = SORTIE_LLM_MAX_EVENT,
  .max_depth = SORTIE_JSON_MAX_DEPTH,
  .max_values = SORTIE_JSON_MAX_VALUES,
};

static gboolean
fail_protocol (const char *what, GError **error)
{
  g_set_error_literal (error, SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_PROTOCOL, what);
  return FALSE;
}

/* The code unit of `\uXXXX` at a place, -1 where none stands there. */
static int
read_unit (const char *at, const char *end)
{
  int unit = 0;

  if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
    return -1;
  for (int i = 2; i < 6; i++)
    {
      int digit = g_ascii_xdigit_value (at[i]);

      if (digit < 0)
        return -1;
      unit = unit * 16 + digit;
    }
  return unit;
}

/* Models do write U+0000, and servers that cut text by UTF-16 units send half a pair: legal to the
 * letter of JSON, and nothing that our reader lets in. They become U+FFFD, which takes as many bytes.
 * NULL where there are none, as nearly always. */
static char *
dup_repaired (const char *json, gsize length)
{
  char *copy = NULL;
  const char *end = json + length;
  const char *at = memmem (json, length, "\\u", 2);

  if (at == NULL)
    return NULL;
  /* From the start: a backslash before it might have been escaped itself. */
  for (at = json; (at = memchr (at, '\\', (gsize) (end - at))) != NULL && end - at >= 2;)
    {
      int unit = read_unit (at, end);

      if (unit >= 0xD800 && unit <= 0xDBFF && end - at >= 12)
        {
          int low = read_unit (at + 6, end);

          if (low >= 0xDC00 && low <= 0xDFFF)
            {
              at += 12;
              continue;
            }
        }
      if (unit == 0 || (unit >= 0xD800 && unit <= 0xDFFF))
        {
          if (copy == NULL)
            copy = g_memdup2 (json, length);
          memcpy (copy + (at - json), "\\ufffd", 6);
        }
      at += unit >= 0 ? 6 : 2;
    }
  return copy;
}

/* NULL where it is not there, or null. */
static JsonNode *
get_member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

static const char *
get_string (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

static gboolean
is_filled (JsonNode *node)
{
  if (node == NULL)
    return FALSE;
  if (JSON_NODE_HOLDS_ARRAY (node))
    return json_array_get_length (json_node_get_array (node)) > 0;
  return JSON_NODE_HOLDS_OBJECT (node);
}

/* A string, or an array of parts with `text` each, as Mistral writes its thinking. */
static void
append_texts (GString *out, JsonNode *node)
{
  const char *text = get_string (node);
  JsonArray *parts = NULL;

  if (text != NULL)
    g_string_append (out, text);
  else if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    parts = json_node_get_array (node);
  for (guint i = 0; parts != NULL && i < json_array_get_length (parts); i++)
    {
      JsonNode *part = json_array_get_element (parts, i);

      text = JSON_NODE_HOLDS_OBJECT (part)
                 ? get_string (json_object_get_member (json_node_get_object (part), "text"))
                 : NULL;
      if (text != NULL)
        g_string_append (out, text);
    }
}

static void
read_part (SortieLlmChunk *self, JsonObject *part)
{
  const char *type = get_string (json_object_get_member (part, "type"));

  if (g_strcmp0 (type, "thinking") == 0 || g_strcmp0 (type, "reasoning") == 0)
    {
      JsonNode *thinking = get_member (part, "thinking");

      append_texts (self->reasoning, thinking != NULL ? thinking : get_member (part, "text"));
    }
  else if (type == NULL || strcmp (type, "text") == 0 || strcmp (type, "output_text") == 0)
    append_texts (self->text, get_member (part, "text"));
}

/* null, a string, or an array of parts. */
static gboolean
read_content (SortieLlmChunk *self, JsonNode *content, GError **error)
{
  JsonArray *parts;
  const char *text = get_string (content);

  if (content == NULL)
    return TRUE;
  if (text != NULL)
    {
      g_string_append (self->text, text);
      return TRUE;
    }
  if (!JSON_NODE_HOLDS_ARRAY (content))
    return fail_protocol ("the answer's content is neither text nor a list of parts", error);
  parts = json_node_get_array (content);
  for (guint i = 0; i < json_array_get_length (parts); i++)
    {
      JsonNode *part = json_array_get_element (parts, i);

      if (!JSON_NODE_HOLDS_OBJECT (part))
        return fail_protocol ("a part of the answer's content is no object", error);
      read_part (self, json_node_get_object (part));
    }
  return TRUE;
}

static gboolean
read_delta (SortieLlmChunk *self, JsonObject *delta, GError **error)
{
  const char *refusal = get_string (json_object_get_member (delta, "refusal"));

  /* Some send the same under both names. */
  append_texts (self->reasoning, get_member (delta, "reasoning_content"));
  if (self->reasoning->len == 0)
    append_texts (self->reasoning, get_member (delta, "reasoning"));
  if (!read_content (self, get_member (delta, "content"), error))
    return FALSE;
  if (is_filled (get_member (delta, "tool_calls")) ||
      is_filled (get_member (delta, "function_call")))
    return sortie_llm_chunk_read_finish ("tool_calls", &self->finish, error);
  if (refusal != NULL && *refusal != '\0')
    return sortie_llm_chunk_read_finish ("refusal", &self->finish, error);
  return TRUE;
}

/* Only one answer was asked for: what has another index is none of ours. */
static gboolean
is_first (JsonObject *choice)
{
  JsonNode *index = get_member (choice, "index");

  return index == NULL || !JSON_NODE_HOLDS_VALUE (index) || json_node_get_int (index) == 0;
}

static gboolean
read_choice (SortieLlmChunk *self, JsonObject *choice, GError **error)
{
  JsonNode *delta = get_member (choice, "delta");
  const char *reason = get_string (json_object_get_member (choice, "finish_reason"));

  if (!is_first (choice))
    return TRUE;
  /* A whole answer, also as the only event of a stream; after deltas it would repeat them. */
  if (delta == NULL && !self->had_text)
    delta = get_member (choice, "message");
  if (delta != NULL && !JSON_NODE_HOLDS_OBJECT (delta))
    return fail_protocol ("a choice of the answer holds no object", error);
  if (delta != NULL && !read_delta (self, json_node_get_object (delta), error))
    return FALSE;
  return reason == NULL || *reason == '\0' ||
         sortie_llm_chunk_read_finish (reason, &self->finish, error);
}

static gboolean
read_choices (SortieLlmChunk *self, JsonNode *node, GError **error)
{
  JsonArray *choices;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return fail_protocol ("the answer's choices are no list", error);
  choices = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (choices); i++)
    {
      JsonNode *choice = json_array_get_element (choices, i);

      if (!JSON_NODE_HOLDS_OBJECT (choice))
        return fail_protocol ("a choice of the answer is no object", error);
      if (!read_choice (self, json_node_get_object (choice), error))
        return FALSE;
    }
  return TRUE;
}

/* More than an answer may have bytes is no count of its tokens. */
static void
read_count (JsonObject *usage, const char *name, gint64 *count)
{
  JsonNode *node = get_member (usage, name);

  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
      json_node_get_value_type (node) == G_TYPE_INT64 && json_node_get_int (node) >= 0 &&
      json_node_get_int (node) <= SORTIE_LLM_MAX_STREAM)
    *count = json_node_get_int (node);
}

static void
read_usage (SortieLlmChunk *self, JsonObject *object)
{
  JsonNode *usage = get_member (object, "usage");

  if (usage == NULL)
    {
      JsonNode *groq = get_member (object, "x_groq");

      if (groq != NULL && JSON_NODE_HOLDS_OBJECT (groq))
        usage = get_member (json_node_get_object (groq), "usage");
    }
  if (usage == NULL || !JSON_NODE_HOLDS_OBJECT (usage))
    return;
  read_count (json_node_get_object (usage), "prompt_tokens", &self->usage.prompt_tokens);
  read_count (json_node_get_object (usage), "completion_tokens", &self->usage.completion_tokens);
}

/* A list is no answer, though one gateway at least sends its errors in one. */
static gboolean
read_array (JsonArray *array, GError **error)
{
  JsonNode *first = json_array_get_length (array) > 0 ? json_array_get_element (array, 0) : NULL;

  if (first != NULL && JSON_NODE_HOLDS_OBJECT (first) &&
      !sortie_llm_chunk_check_error (json_node_get_object (first), FALSE, error))
    return FALSE;
  return fail_protocol ("the answer is a JSON value that is no object", error);
}

static gboolean
read_node (SortieLlmChunk *self, JsonNode *node, gboolean is_error, GError **error)
{
  JsonObject *object;

  if (JSON_NODE_HOLDS_ARRAY (node))
    return read_array (json_node_get_array (node), error);
  if (!JSON_NODE_HOLDS_OBJECT (node) && is_error)
    return sortie_llm_chunk_read_finish ("error", &self->finish, error);
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail_protocol ("the answer is a JSON value that is no object", error);
  object = json_node_get_object (node);
  read_usage (self, object);
  return sortie_llm_chunk_check_error (object, is_error, error) &&
         read_choices (self, get_member (object, "choices"), error);
}

void
sortie_llm_chunk_init (SortieLlmChunk *self)
{
  self->text = g_string_new (NULL);
  self->reasoning = g_string_new (NULL);
  self->finish = SORTIE_LLM_FINISH_NONE;
  self->usage = (SortieLlmUsage){ -1, -1 };
  self->had_text = FALSE;
  self->known = (SortieLlmTemplate){ 0 };
}

void
sortie_llm_chunk_clear (SortieLlmChunk *self)
{
  g_string_free (self->text, TRUE);
  g_string_free (self->reasoning, TRUE);
  sortie_llm_template_clear (&self->known);
}

static void
begin (SortieLlmChunk *self)
{
  g_string_truncate (self->text, 0);
  g_string_truncate (self->reasoning, 0);
  self->finish = SORTIE_LLM_FINISH_NONE;
  self->usage = (SortieLlmUsage){ -1, -1 };
}

static gboolean
read_json (SortieLlmChunk *self, const char *json, gsize length, gboolean is_error, GError **error)
{
  g_autofree char *repaired = dup_repaired (json, length);
  g_autoptr (JsonNode) node =
      sortie_json_parse (repaired != NULL ? repaired : json, length, &limits, NULL);

  begin (self);
  if (node == NULL && is_error)
    return sortie_llm_chunk_read_finish ("error", &self->finish, error);
  if (node == NULL)
    return fail_protocol ("the answer holds something that is no valid JSON", error);
  return read_node (self, node, is_error, error);
}

/* Whether there is text in it, and nothing else that matters. */
static gboolean
is_text_alone (const SortieLlmChunk *self)
{
  return self->text->len > 0 && self->reasoning->len == 0 &&
         self->finish == SORTIE_LLM_FINISH_NONE && self->usage.prompt_tokens < 0 &&
         self->usage.completion_tokens < 0;
}

static gboolean
check_cb (const char *json, gsize length, const char *text, gpointer user_data)
{
  SortieLlmChunk *self = user_data;

  return read_json (self, json, length, FALSE, NULL) && is_text_alone (self) &&
         strcmp (self->text->str, text) == 0;
}

static void
learn (SortieLlmChunk *self, const char *json, gsize length)
{
  g_autofree char *text = g_strndup (self->text->str, self->text->len);

  sortie_llm_template_learn (&self->known, json, length, text, check_cb, self);
  begin (self); /* the proof has overwritten it */
  g_string_append (self->text, text);
}

gboolean
sortie_llm_chunk_read (
    SortieLlmChunk *self, const char *json, gsize length, gboolean is_error, GError **error)
{
  const char *text;
  gsize n_text;
  gboolean had_text = self->had_text;

  if (!is_error && sortie_llm_template_match (&self->known, json, length, &text, &n_text))
    {
      begin (self);
      g_string_append_len (self->text, text, (gssize) n_text);
      return TRUE;
    }
  if (!read_json (self, json, length, is_error, error))
    {
      self->had_text = had_text || self->text->len > 0;
      return FALSE;
    }
  self->had_text = had_text || self->text->len > 0;
  if (had_text && is_text_alone (self))
    learn (self, json, length);
  return TRUE;
}
