/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "llm-asking.h"
#include "llm-cases.h"

#include <string.h>

/* The transcripts through real connections, each chunk in a segment of its own, and where they are
 * short every byte. */

#define SHORT 1600
#define STALL_MS 800

typedef struct
{
  const LlmCase *self;
  GString *text;
} Taken;

static gboolean
text_cb (const char *text, gsize length, gpointer user_data)
{
  Taken *taken = user_data;

  g_assert_cmpuint (length, >, 0);
  g_assert_true (g_utf8_validate_len (text, length, NULL));
  g_string_append_len (taken->text, text, (gssize) length);
  return TRUE;
}

static LlmPeerResponse *
respond_as (const LlmCase *self, gboolean chunked, gboolean split)
{
  LlmPeerResponse *response = llm_peer_response_new (self->status, NULL);

  g_string_append (response->headers, self->headers);
  for (guint i = 0; i < self->chunks->len; i++)
    g_ptr_array_add (response->chunks, g_bytes_ref (g_ptr_array_index (self->chunks, i)));
  response->chunked = chunked;
  response->split = split;
  if (strcmp (self->end, "eof") == 0)
    response->end = LLM_PEER_EOF;
  else if (strcmp (self->end, "reset") == 0)
    response->end = LLM_PEER_RESET;
  else if (strcmp (self->end, "stall") == 0)
    response->end = LLM_PEER_STALL;
  else if (g_str_has_suffix (self->end, "-forever"))
    response->end = LLM_PEER_REPEAT;
  else if (strcmp (self->end, "chunked-without-terminator") == 0)
    response->end = LLM_PEER_NO_TERMINATOR;
  else
    g_error ("no such end: %s", self->end);
  if (strcmp (self->end, "comments-forever") == 0)
    response->repeat_ms = 5;
  return response;
}

static void
assert_outcome (const LlmCase *self,
                const Taken *taken,
                const SortieLlmAnswer *answer,
                const GError *error)
{
  g_assert_cmpstr (answer->text->str, ==, taken->text->str);
  if (self->retryable >= 0 && self->error_class == NULL)
    g_assert_cmpint (answer->headers.retryable, ==, self->retryable);
  if (self->retryable >= 0 && self->status != 200)
    g_assert_cmpint (answer->headers.retryable, ==, self->retryable);
  g_assert_cmpuint (answer->headers.status, ==, self->status);
  g_assert_cmpint (answer->headers.retry_after_ms, ==, self->retry_after_ms);
  if (!self->ok)
    {
      g_assert_nonnull (error);
      llm_case_assert_shown (self, taken->text->str);
      if (self->error_class != NULL)
        g_assert_cmpstr (sortie_llm_error_get_name ((SortieLlmError) error->code), ==,
                         self->error_class);
      return;
    }
  g_assert_no_error (error);
  g_assert_true (llm_case_has_text (self, taken->text->str));
  g_assert_cmpint (answer->finish, ==,
                   g_strcmp0 (self->finish, "length") == 0 ? SORTIE_LLM_FINISH_LENGTH
                                                           : SORTIE_LLM_FINISH_STOP);
  g_assert_cmpint (answer->first_token_us, >=, 0);
  g_assert_cmpuint (answer->pieces, >, 0);
  if (self->completion_tokens >= 0)
    g_assert_cmpint (answer->usage.completion_tokens, ==, self->completion_tokens);
}

static void
check (const LlmCase *self, SortieLlmClient *client, gboolean chunked, gboolean split)
{
  g_autoptr (LlmPeer) peer = llm_peer_new_scripted (respond_as (self, chunked, split), NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  Taken taken = { self, text };
  const SortieLlmSink sink = { .text = text_cb, .user_data = &taken };
  g_auto (SortieLlmAnswer) answer = { NULL };
  g_autoptr (GError) error = NULL;
  SortieLlmSettings settings;

  llm_asking_init (&settings, llm_peer_get_url (peer));
  if (strcmp (self->end, "stall") == 0 || strcmp (self->end, "comments-forever") == 0)
    settings.silence_ms = STALL_MS;
  llm_ask (client, &settings, &sink, &answer, &error);
  assert_outcome (self, &taken, &answer, error);
  g_assert_cmpuint (llm_peer_get_n_requests (peer), ==, 1);
}

static void
test_case (gconstpointer data)
{
  const LlmCase *self = data;
  g_autoptr (SortieLlmClient) client = sortie_llm_client_new ();
  gboolean needs_chunked = strcmp (self->end, "chunked-without-terminator") == 0;
  gboolean is_short = self->length <= SHORT && !g_str_has_suffix (self->end, "-forever");

  check (self, client, TRUE, FALSE);
  if (!needs_chunked)
    check (self, client, FALSE, FALSE);
  if (is_short)
    check (self, client, TRUE, TRUE);
  if (is_short && !needs_chunked)
    check (self, client, FALSE, TRUE);
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) cases = NULL;

  g_test_init (&argc, &argv, NULL);
  cases = llm_cases_load ();
  for (guint i = 0; i < cases->len; i++)
    {
      LlmCase *self = g_ptr_array_index (cases, i);
      g_autofree char *path = g_strconcat ("/llm/client-cases/", self->id, NULL);

      g_test_add_data_func (path, self, test_case);
    }
  return g_test_run ();
}
