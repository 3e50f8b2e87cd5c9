/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-exchange-private.h"

#include "sortie-llm-http.h"

/* ---- The end ---- */

void
sortie_llm_exchange_release (SortieLlmExchange *self)
{
  g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->message);
  g_clear_object (&self->session);
  g_clear_object (&self->trusted);
  self->released (self, self->released_data);
}

static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

/* libsoup 3.6 frees a request twice that is cancelled after its answer has come and before libsoup has told
 * itself so, which it does from the main loop at the request's priority. */
static void
cancel_late (SortieLlmExchange *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, cancel_cb, g_object_ref (self->cancellable), g_object_unref);
  g_source_attach (source, g_main_context_get_thread_default ());
}

void
sortie_llm_exchange_let_go (SortieLlmExchange *self)
{
  if (self->deadlines.phase == SORTIE_LLM_PHASE_GONE)
    return;
  self->deadlines.phase = SORTIE_LLM_PHASE_GONE;
  g_source_destroy (self->timer);
  if (self->reader != NULL)
    sortie_llm_reader_stop (self->reader);
  if (self->sending)
    cancel_late (self);
  else
    sortie_llm_exchange_release (self);
}

void
sortie_llm_exchange_settle (SortieLlmExchange *self, GError *error)
{
  SortieLlmOutcome *outcome = &self->outcome;
  gint64 now = g_get_monotonic_time ();

  if (self->codec != NULL)
    {
      outcome->finish = sortie_llm_codec_get_finish (self->codec);
      outcome->usage = sortie_llm_codec_get_usage (self->codec);
      outcome->pieces = sortie_llm_codec_get_n_pieces (self->codec);
    }
  outcome->elapsed_us = now - self->deadlines.began_us;
  outcome->error = error;
  sortie_llm_deadlines_enter (&self->deadlines, SORTIE_LLM_PHASE_LINGERING, now);
  g_string_truncate (self->refusal, 0);
  sortie_llm_mailbox_end (&self->mailbox);
}

void
sortie_llm_exchange_fail (SortieLlmExchange *self, GError *error)
{
  sortie_llm_exchange_settle (self, error);
  sortie_llm_exchange_let_go (self);
}

static GError *
name_host (SortieLlmExchange *self, GError *error)
{
  if (error != NULL)
    g_prefix_error (&error, "%s: ", self->host);
  return error;
}

/* There will be no more of the answer. */
static void
conclude (SortieLlmExchange *self)
{
  GError *error = NULL;

  sortie_llm_codec_end (self->codec, &error);
  sortie_llm_exchange_settle (self, name_host (self, error));
}

static void
conclude_refusal (SortieLlmExchange *self)
{
  GError *error = NULL;

  sortie_llm_http_read_refusal (self->refusal->str, self->refusal->len, &self->outcome.headers);
  sortie_llm_http_check (self->message, self->host, &error);
  sortie_llm_exchange_settle (self, error);
}

/* ---- Time ---- */

void
sortie_llm_exchange_arm (SortieLlmExchange *self, gint64 now)
{
  gint64 due = sortie_llm_mailbox_announce (&self->mailbox, now);

  if (self->deadlines.phase == SORTIE_LLM_PHASE_GONE)
    return;
  due = MIN (due, sortie_llm_deadlines_get_due (&self->deadlines));
  /* Later deadlines are found when the earlier time has come: this is called for each token. */
  if (g_source_get_ready_time (self->timer) < 0 || due < g_source_get_ready_time (self->timer))
    g_source_set_ready_time (self->timer, due);
}

static void
expire (SortieLlmExchange *self)
{
  switch (self->deadlines.phase)
    {
    case SORTIE_LLM_PHASE_AFTERWORD: /* all of the answer is there */
      conclude (self);
      sortie_llm_exchange_let_go (self);
      break;
    case SORTIE_LLM_PHASE_REFUSED:
      conclude_refusal (self);
      sortie_llm_exchange_let_go (self);
      break;
    case SORTIE_LLM_PHASE_LINGERING:
      sortie_llm_exchange_let_go (self);
      break;
    default:
      sortie_llm_exchange_fail (self,
                                name_host (self, sortie_llm_deadlines_explain (&self->deadlines)));
    }
}

static gboolean
timer_cb (gpointer user_data)
{
  SortieLlmExchange *self = user_data;
  gint64 now = g_get_monotonic_time ();

  g_source_set_ready_time (self->timer, -1);
  if (now >= sortie_llm_deadlines_get_due (&self->deadlines))
    expire (self);
  sortie_llm_exchange_arm (self, now);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_timer (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

GSource *
sortie_llm_exchange_create_timer (SortieLlmExchange *self)
{
  static GSourceFuncs funcs = { .dispatch = dispatch_timer };
  GSource *timer = g_source_new (&funcs, sizeof (GSource));

  g_source_set_callback (timer, timer_cb, sortie_llm_exchange_ref (self),
                         (GDestroyNotify) sortie_llm_exchange_unref);
  g_source_attach (timer, g_main_context_get_thread_default ());
  return timer;
}

/* ---- The response ---- */

static void
text_cb (const char *text, gsize length, gpointer user_data)
{
  SortieLlmExchange *self = user_data;

  sortie_llm_mailbox_put (&self->mailbox, text, length);
}

static void
take_answer (SortieLlmExchange *self, const char *bytes, gsize length, gint64 now)
{
  GError *error = NULL;
  gboolean taken = sortie_llm_codec_feed (self->codec, bytes, length, &error);
  guint64 n_deltas = sortie_llm_codec_get_n_deltas (self->codec);

  if (n_deltas > 0 && self->outcome.first_token_us < 0)
    self->outcome.first_token_us = now - self->deadlines.began_us;
  sortie_llm_deadlines_see (&self->deadlines, n_deltas,
                            sortie_llm_codec_get_finish (self->codec) != SORTIE_LLM_FINISH_NONE,
                            now);
  if (self->deadlines.phase == SORTIE_LLM_PHASE_AFTERWORD)
    sortie_llm_reader_hurry (self->reader);
  if (!taken)
    sortie_llm_exchange_fail (self, name_host (self, error));
  else if (sortie_llm_codec_is_done (self->codec))
    conclude (self);
}

static void
take (SortieLlmExchange *self, const char *bytes, gsize length, gint64 now)
{
  gsize room = SORTIE_LLM_MAX_REFUSAL - self->refusal->len;

  switch (self->deadlines.phase)
    {
    case SORTIE_LLM_PHASE_REFUSED:
    case SORTIE_LLM_PHASE_LINGERING:
      g_string_append_len (self->refusal, bytes, (gssize) MIN (room, length));
      if (length < room)
        return;
      if (self->deadlines.phase == SORTIE_LLM_PHASE_REFUSED)
        conclude_refusal (self);
      sortie_llm_exchange_let_go (self);
      break;
    default:
      take_answer (self, bytes, length, now);
    }
}

/* The response is at its end, in order or not. */
static void
take_end (SortieLlmExchange *self, gboolean broken)
{
  SortieLlmPhase phase = self->deadlines.phase;

  if (phase == SORTIE_LLM_PHASE_REFUSED)
    conclude_refusal (self);
  else if (broken && phase != SORTIE_LLM_PHASE_AFTERWORD && phase != SORTIE_LLM_PHASE_LINGERING)
    sortie_llm_exchange_settle (
        self, g_error_new (SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_TRUNCATED,
                           "%s: the connection broke before the end of the answer", self->host));
  else if (phase != SORTIE_LLM_PHASE_LINGERING)
    conclude (self);
  sortie_llm_exchange_let_go (self);
}

static gboolean
read_cb (const char *bytes, gssize length, gint64 now, gpointer user_data)
{
  g_autoptr (SortieLlmExchange) self = sortie_llm_exchange_ref (user_data);

  if (length > 0)
    take (self, bytes, (gsize) length, now);
  else
    take_end (self, length < 0);
  sortie_llm_exchange_arm (self, now);
  return self->deadlines.phase != SORTIE_LLM_PHASE_GONE;
}

void
sortie_llm_exchange_begin_answer (SortieLlmExchange *self, GInputStream *stream)
{
  SortieLlmOutcome *outcome = &self->outcome;
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  GError *error = NULL;

  sortie_llm_http_read_headers (self->message, &outcome->headers);
  if (sortie_llm_http_check (self->message, self->host, &error))
    self->codec =
        sortie_llm_codec_new (soup_message_headers_get_content_type (headers, NULL), text_cb, self);
  else if (sortie_llm_http_may_tell_why (outcome->headers.status))
    {
      g_clear_error (&error);
      sortie_llm_deadlines_enter (&self->deadlines, SORTIE_LLM_PHASE_REFUSED,
                                  g_get_monotonic_time ());
    }
  else
    sortie_llm_exchange_settle (self, error);
  self->reader = sortie_llm_reader_new (stream, read_cb, self);
  sortie_llm_reader_start (self->reader);
}
