/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-cognition-private.h"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-prompt.h"
#include "sortie-text.h"

/* What a model wrote enters a message only where it says what is wrong with it, up to so many bytes. */
#define MAX_WHY 300
#define TEMPERATURE 0.2

typedef struct
{
  SortieStepOutput *output;
  SortieCognitionCall *call;
  GError *error; /* what the taker of the text failed with */
} Asking;

void
sortie_cognition_call_init (SortieCognitionCall *self)
{
  *self = (SortieCognitionCall){ 0 };
  sortie_llm_reply_init (&self->reply);
}

void
sortie_cognition_call_clear (SortieCognitionCall *self)
{
  sortie_llm_reply_clear (&self->reply);
}

/* -- what is said of it -- */

static char *
used_message (const SortieCognitionCall *call)
{
  static const struct
  {
    const char *purpose;
    const char *did;
  } deeds[] = {
    { "plan", "planned the searches" },
    { "query", "added words to the search" },
    { "insights", "read the passages for insights" },
    { "report", "wrote the report" },
  };
  const char *model = call->reply.model != NULL ? call->reply.model : "The language model";
  const char *did = "answered";
  GString *message = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (deeds); i++)
    if (g_str_equal (deeds[i].purpose, call->purpose))
      did = deeds[i].did;
  g_string_append_printf (message, "%s %s", model, did);
  if (call->reply.completion_tokens >= 0)
    g_string_append_printf (message, ": %" G_GINT64_FORMAT " token%s",
                            call->reply.completion_tokens,
                            call->reply.completion_tokens == 1 ? "" : "s");
  if (call->reply.completion_tokens >= 0 && call->reply.tokens_per_second >= 1.0)
    g_string_append_printf (message, ", %.0f a second", call->reply.tokens_per_second);
  return g_string_free (message, FALSE);
}

static void
append_count (GString *data, const char *name, gint64 count)
{
  if (count >= 0)
    sortie_json_append_member_int (data, name, count);
  else
    sortie_json_append_member_raw (data, name, "null");
}

static void
append_usage (GString *data, const SortieLlmReply *reply)
{
  append_count (data, "prompt_tokens", reply->prompt_tokens);
  append_count (data, "completion_tokens", reply->completion_tokens);
  append_count (data, "first_token_ms",
                reply->first_token_us >= 0 ? reply->first_token_us / 1000 : -1);
  /* A tenth is more than anybody can measure. */
  sortie_json_append_member_double (data, "tokens_per_second",
                                    (double) (gint64) (reply->tokens_per_second * 10.0 + 0.5) /
                                        10.0);
  sortie_json_append_member_int (data, "requests", reply->requests);
}

gboolean
sortie_cognition_say_used (SortieCognition *self,
                           SortieStepOutput *output,
                           const SortieCognitionCall *call,
                           GError **error)
{
  g_autofree char *message = used_message (call);
  g_autoptr (GString) data = g_string_new ("{");

  sortie_json_append_member_string (data, "purpose", call->purpose);
  sortie_json_append_member_string (data, "model", call->reply.model);
  append_usage (data, &call->reply);
  g_string_append_c (data, '}');
  return output->progress (output, SORTIE_CODE_LLM_USED, message, data->str, error);
}

static SortieCognitionOutcome
say_fallback (SortieStepOutput *output,
              const SortieCognitionCall *call,
              SortieLlmError code,
              const char *why,
              GError **error)
{
  const char *reason = sortie_llm_error_get_name (code);
  g_autofree char *shown = sortie_text_shorten (why, MAX_WHY);
  g_autofree char *message =
      g_strdup_printf ("The language model failed (%s): going on without it", reason);
  g_autoptr (GString) data = g_string_new ("{");

  sortie_json_append_member_string (data, "purpose", call->purpose);
  sortie_json_append_member_string (data, "reason", reason);
  sortie_json_append_member_string (data, "message", shown);
  sortie_json_append_member_string (data, "model", call->reply.model);
  if (call->draft > 0)
    sortie_json_append_member_int (data, "draft", call->draft);
  if (g_str_equal (call->purpose, "report"))
    sortie_json_append_member_int (data, "written", call->written);
  g_string_append_c (data, '}');
  return output->progress (output, SORTIE_CODE_LLM_FALLBACK, message, data->str, error)
             ? SORTIE_COGNITION_WITHOUT
             : SORTIE_COGNITION_STOPPED;
}

SortieCognitionOutcome
sortie_cognition_say_unusable (SortieCognition *self,
                               SortieStepOutput *output,
                               const SortieCognitionCall *call,
                               const char *why,
                               GError **error)
{
  const SortieCognitionPort *port = sortie_cognition_get_port (self);

  port->count_unusable (port->llm, call->role);
  return say_fallback (output, call, SORTIE_LLM_ERROR_UNUSABLE, why, error);
}

/* -- asking -- */

static gboolean
text_cb (const char *text, gsize length, gpointer user_data)
{
  Asking *asking = user_data;

  return asking->call->text (text, length, asking->call->user_data, &asking->error);
}

static gboolean
is_cancelled_cb (gpointer user_data)
{
  Asking *asking = user_data;

  return asking->output->is_cancelled (asking->output);
}

gboolean
sortie_cognition_may_go_on (SortieStepOutput *output, GError **error)
{
  if (!output->is_cancelled (output))
    return TRUE;
  g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED, "The mission was stopped");
  return FALSE;
}

/* There is no whole answer: whose doing is it? */
static SortieCognitionOutcome
give_up (SortieCognition *self, Asking *asking, const GError *failure, GError **error)
{
  if (asking->error != NULL && asking->error->domain == SORTIE_LLM_ERROR)
    {
      g_autoptr (GError) own = g_steal_pointer (&asking->error);

      return sortie_cognition_say_unusable (self, asking->output, asking->call, own->message,
                                            error);
    }
  if (asking->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&asking->error));
      return SORTIE_COGNITION_STOPPED;
    }
  if (!sortie_cognition_may_go_on (asking->output, error))
    return SORTIE_COGNITION_STOPPED;
  return say_fallback (asking->output, asking->call,
                       failure->domain == SORTIE_LLM_ERROR ? (SortieLlmError) failure->code
                                                           : SORTIE_LLM_ERROR_REJECTED,
                       failure->message, error);
}

/**
 * sortie_cognition_ask:
 * @self: the layer, switched on
 * @output: of the step
 * @call: what is asked; filled with what came
 * @error: the output's own error
 *
 * Asks once. Whatever goes wrong with the model is said as `llm.fallback` and is no error.
 */
SortieCognitionOutcome
sortie_cognition_ask (SortieCognition *self,
                      SortieStepOutput *output,
                      SortieCognitionCall *call,
                      GError **error)
{
  const SortieCognitionPort *port = sortie_cognition_get_port (self);
  const SortieLlmMessage messages[] = { { "system", sortie_prompt_get_rules (call->agent) },
                                        { "user", call->message } };
  const SortieLlmRequest request = { .role = call->role,
                                     .messages = messages,
                                     .n_messages = G_N_ELEMENTS (messages),
                                     .max_tokens = call->max_tokens,
                                     .temperature = TEMPERATURE };
  Asking asking = { output, call, NULL };
  const SortieLlmSink sink = { .text = call->text != NULL ? text_cb : NULL,
                               .is_cancelled = is_cancelled_cb,
                               .user_data = &asking };
  g_autoptr (GError) failure = NULL;

  if (!sortie_cognition_may_go_on (output, error))
    return SORTIE_COGNITION_STOPPED;
  if (port->ask (port->llm, &request, &sink, &call->reply, &failure))
    {
      g_clear_error (&asking.error);
      return SORTIE_COGNITION_ANSWERED;
    }
  return give_up (self, &asking, failure, error);
}
