/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "llm-cases.h"
#include "sortie-llm-codec.h"

#include <string.h>

/* Inputs up to so many bytes are fed a byte at a time, and shorter ones in every two pieces. */
#define BYTES_LIMIT 4096
#define SPLIT_LIMIT 1024

typedef struct
{
  SortieLlmCodec *codec;
  GString *text;
  gboolean failed;
  GError *error;
} Sink;

static void
text_cb (const char *text, gsize length, gpointer user_data)
{
  Sink *sink = user_data;

  g_assert_cmpuint (length, >, 0);
  g_assert_true (g_utf8_validate_len (text, length, NULL));
  g_string_append_len (sink->text, text, (gssize) length);
}

static void
sink_init (Sink *sink, const char *content_type)
{
  *sink = (Sink){ .text = g_string_new (NULL) };
  sink->codec = sortie_llm_codec_new (content_type, text_cb, sink);
}

static void
sink_clear (Sink *sink)
{
  sortie_llm_codec_free (sink->codec);
  g_string_free (sink->text, TRUE);
  g_clear_error (&sink->error);
}

/* From memory of its own, so that a read past the end is caught. */
static void
feed (Sink *sink, const char *bytes, gsize length)
{
  g_autofree char *copy = g_memdup2 (bytes, length);
  g_autoptr (GError) error = NULL;

  if (sortie_llm_codec_feed (sink->codec, copy, length, &error))
    {
      g_assert_false (sink->failed);
      return;
    }
  g_assert_nonnull (error);
  if (sink->failed)
    g_assert_error (error, sink->error->domain, sink->error->code);
  else
    sink->error = g_steal_pointer (&error);
  sink->failed = TRUE;
}

static void
end (Sink *sink)
{
  g_autoptr (GError) error = NULL;

  if (!sortie_llm_codec_end (sink->codec, &error) && !sink->failed)
    sink->error = g_steal_pointer (&error);
  else if (sink->failed)
    g_assert_error (error, sink->error->domain, sink->error->code);
}

static void
assert_ok (const LlmCase *self, const Sink *sink)
{
  SortieLlmUsage usage = sortie_llm_codec_get_usage (sink->codec);
  SortieLlmFinish finish = sortie_llm_codec_get_finish (sink->codec);

  g_assert_no_error (sink->error);
  g_assert_true (llm_case_has_text (self, sink->text->str));
  g_assert_cmpint (finish, ==,
                   g_strcmp0 (self->finish, "length") == 0 ? SORTIE_LLM_FINISH_LENGTH
                                                           : SORTIE_LLM_FINISH_STOP);
  if (self->reasoning != NULL)
    g_assert_cmpstr (sortie_llm_codec_get_reasoning (sink->codec), ==, self->reasoning);
  if (self->completion_tokens >= 0)
    {
      g_assert_cmpint (usage.prompt_tokens, ==, self->prompt_tokens);
      g_assert_cmpint (usage.completion_tokens, ==, self->completion_tokens);
    }
}

static void
assert_failed (const LlmCase *self, const Sink *sink)
{
  g_assert_nonnull (sink->error);
  g_assert_true (sink->error->domain == SORTIE_LLM_ERROR);
  llm_case_assert_shown (self, sink->text->str);
  /* A stall is for the client's deadlines to find. */
  if (self->error_class != NULL && strcmp (self->error_class, "timeout") != 0)
    g_assert_cmpstr (sortie_llm_error_get_name ((SortieLlmError) sink->error->code), ==,
                     self->error_class);
}

static void
assert_outcome (const LlmCase *self, const Sink *sink)
{
  if (self->ok)
    assert_ok (self, sink);
  else
    assert_failed (self, sink);
}

static void
check_pieces (const LlmCase *self, const char *wire, gsize length, gsize first, gsize piece)
{
  Sink sink;

  sink_init (&sink, self->content_type);
  for (gsize at = 0; at < length;)
    {
      gsize size = MIN (at == 0 && first > 0 ? first : piece, length - at);

      feed (&sink, wire + at, size);
      at += size;
    }
  end (&sink);
  assert_outcome (self, &sink);
  sink_clear (&sink);
}

static void
test_case (gconstpointer data)
{
  const LlmCase *self = data;
  g_autoptr (GString) wire = g_string_new (NULL);
  gboolean forever = g_str_has_suffix (self->end, "-forever");
  Sink sink;

  sink_init (&sink, self->content_type);
  for (guint i = 0; i < self->chunks->len; i++)
    {
      gsize length;
      const char *bytes = g_bytes_get_data (g_ptr_array_index (self->chunks, i), &length);

      feed (&sink, bytes, length);
      g_string_append_len (wire, bytes, (gssize) length);
      for (guint n = 0; forever && i + 1 == self->chunks->len && n < 1000 * 1000 && !sink.failed;
           n++)
        feed (&sink, bytes, length);
    }
  end (&sink);
  assert_outcome (self, &sink);
  sink_clear (&sink);
  if (forever)
    return;
  check_pieces (self, wire->str, wire->len, 0, MAX (wire->len, 1));
  for (gsize piece = 1; wire->len <= BYTES_LIMIT && piece <= 3; piece++)
    check_pieces (self, wire->str, wire->len, 0, piece);
  for (gsize cut = 1; wire->len <= SPLIT_LIMIT && cut < wire->len; cut++)
    check_pieces (self, wire->str, wire->len, cut, wire->len);
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) cases = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  cases = llm_cases_load ();
  for (guint i = 0; i < cases->len; i++)
    {
      LlmCase *self = g_ptr_array_index (cases, i);
      g_autofree char *path = g_strconcat ("/llm/codec-cases/", self->id, NULL);

      if (self->status == 200)
        g_test_add_data_func (path, self, test_case);
    }
  result = g_test_run ();
  return result;
}
