/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "llm-cases.h"

#include "sortie-json.h"

#include <string.h>

static void
case_free (gpointer data)
{
  LlmCase *self = data;

  g_free (self->id);
  g_free (self->content_type);
  g_free (self->headers);
  g_hash_table_unref (self->header_table);
  g_ptr_array_unref (self->chunks);
  g_free (self->end);
  g_ptr_array_unref (self->texts);
  g_free (self->error_class);
  g_free (self->shown);
  g_free (self->reasoning);
  g_free (self->finish);
  g_free (self);
}

/* The file's escapes, a byte each. */
static GBytes *
unescape (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *at = text; *at != '\0'; at++)
    {
      if (*at != '\\')
        {
          g_string_append_c (out, *at);
          continue;
        }
      at++;
      switch (*at)
        {
        case 'n':
          g_string_append_c (out, '\n');
          break;
        case 'r':
          g_string_append_c (out, '\r');
          break;
        case 't':
          g_string_append_c (out, '\t');
          break;
        case '\\':
          g_string_append_c (out, '\\');
          break;
        case 'x':
          g_assert_true (g_ascii_isxdigit (at[1]) && g_ascii_isxdigit (at[2]));
          g_string_append_c (out, (char) (g_ascii_xdigit_value (at[1]) * 16 +
                                          g_ascii_xdigit_value (at[2])));
          at += 2;
          break;
        default:
          g_error ("no such escape in the case file: %c", *at);
        }
    }
  return g_string_free_to_bytes (out);
}

static char *
dup_member (JsonObject *object, const char *name)
{
  return g_strdup (json_object_get_string_member_with_default (object, name, NULL));
}

static void
read_response (LlmCase *self, JsonObject *response)
{
  JsonObject *headers = json_object_get_object_member (response, "headers");
  JsonArray *chunks = json_object_get_array_member (response, "chunks");
  g_autoptr (GList) names = json_object_get_members (headers);
  g_autoptr (GString) lines = g_string_new (NULL);

  self->status = (guint) json_object_get_int_member (response, "status");
  self->content_type = dup_member (headers, "content-type");
  self->header_table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (GList *at = names; at != NULL; at = at->next)
    {
      const char *value = json_object_get_string_member (headers, at->data);

      g_string_append_printf (lines, "%s: %s\r\n", (const char *) at->data, value);
      g_hash_table_insert (self->header_table, g_ascii_strdown (at->data, -1), g_strdup (value));
    }
  self->headers = g_strdup (lines->str);
  self->chunks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < json_array_get_length (chunks); i++)
    {
      GBytes *chunk = unescape (json_array_get_string_element (chunks, i));

      self->length += g_bytes_get_size (chunk);
      g_ptr_array_add (self->chunks, chunk);
    }
  self->end = dup_member (response, "end");
}

static void
read_expected (LlmCase *self, JsonObject *expected)
{
  JsonObject *usage = NULL;
  JsonArray *others = NULL;

  self->ok = strcmp (json_object_get_string_member (expected, "outcome"), "ok") == 0;
  self->texts = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->texts, dup_member (expected, "text"));
  if (json_object_has_member (expected, "text_alternatives"))
    others = json_object_get_array_member (expected, "text_alternatives");
  for (guint i = 0; others != NULL && i < json_array_get_length (others); i++)
    g_ptr_array_add (self->texts, g_strdup (json_array_get_string_element (others, i)));
  self->error_class = dup_member (expected, "error_class");
  self->shown = dup_member (expected, "shown_before_failure");
  self->reasoning = dup_member (expected, "reasoning");
  self->finish = dup_member (expected, "finish_reason");
  self->retryable = json_object_has_member (expected, "retryable")
                        ? json_object_get_boolean_member (expected, "retryable")
                        : -1;
  self->retry_after_ms = json_object_get_int_member_with_default (expected, "retry_after_ms", -1);
  if (json_object_has_member (expected, "usage"))
    usage = json_object_get_object_member (expected, "usage");
  self->prompt_tokens = usage != NULL ? json_object_get_int_member (usage, "prompt_tokens") : -1;
  self->completion_tokens =
      usage != NULL ? json_object_get_int_member (usage, "completion_tokens") : -1;
}

GPtrArray *
llm_cases_load (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "llm", "data", "llm-cases.json", NULL);
  GPtrArray *cases = g_ptr_array_new_with_free_func (case_free);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) error = NULL;
  JsonArray *all;
  gsize length;

  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  root = sortie_json_parse (text, length, NULL, &error);
  g_assert_no_error (error);
  all = json_object_get_array_member (json_node_get_object (root), "cases");
  for (guint i = 0; i < json_array_get_length (all); i++)
    {
      JsonObject *object = json_array_get_object_element (all, i);
      LlmCase *self = g_new0 (LlmCase, 1);

      self->id = dup_member (object, "id");
      read_response (self, json_object_get_object_member (object, "response"));
      read_expected (self, json_object_get_object_member (object, "expected"));
      g_ptr_array_add (cases, self);
    }
  g_assert_cmpuint (cases->len, ==, 53);
  return cases;
}

gboolean
llm_case_has_text (const LlmCase *self, const char *text)
{
  for (guint i = 0; i < self->texts->len; i++)
    if (strcmp (g_ptr_array_index (self->texts, i), text) == 0)
      return TRUE;
  return FALSE;
}

void
llm_case_assert_shown (const LlmCase *self, const char *text)
{
  const char *shown = self->shown != NULL ? self->shown : "";

  if (strcmp (self->end, "tokens-forever") == 0)
    g_assert_true (g_str_has_prefix (text, shown));
  else
    g_assert_cmpstr (text, ==, shown);
}
