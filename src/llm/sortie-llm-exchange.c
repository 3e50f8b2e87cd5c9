/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-exchange.h"

#include "sortie-llm-deadlines.h"
#include "sortie-llm-http.h"

#include <string.h>

/* Reads in a row before others have their turn. */
#define MAX_READS 8

struct _SortieLlmExchange
{
  gatomicrefcount references;
  SortieLlmMailbox mailbox;
  SortieLlmOutcome outcome; /* of the client's thread until the mailbox has ended */

  char *host; /* these three never change */
  char *ca_file;
  GBytes *body;

  /* of the client's thread, once it has started */
  SortieLlmDeadlines deadlines;
  SoupMessage *message;
  GCancellable *cancellable;
  SoupSession *session;
  GTlsDatabase *trusted;
  SortieLlmReleasedFunc released;
  gpointer released_data;
  gboolean sending; /* sent_cb() is still to come */
  gboolean fresh;   /* the connection was made for this message */
  gboolean again;   /* sent for the second time */
  SortieLlmCodec *codec;
  GString *refusal; /* of an error's body; later what came while lingering, which is only counted */
  GInputStream *stream;
  GSource *readable;
  GSource *timer;
};

static void send_message (SortieLlmExchange *self);
static void read_response (SortieLlmExchange *self);

/* ---- The end ---- */

static void
release (SortieLlmExchange *self)
{
  g_clear_object (&self->stream); /* before the session that it belongs to */
  g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->message);
  g_clear_object (&self->session);
  g_clear_object (&self->trusted);
  self->released (self, self->released_data);
}

/* The connection is closed unless the response was read to its end. */
static void
let_go (SortieLlmExchange *self)
{
  if (self->deadlines.phase == SORTIE_LLM_PHASE_GONE)
    return;
  self->deadlines.phase = SORTIE_LLM_PHASE_GONE;
  g_source_destroy (self->timer);
  if (self->readable != NULL)
    g_source_destroy (self->readable);
  g_clear_pointer (&self->readable, g_source_unref);
  if (self->stream != NULL)
    g_input_stream_close (self->stream, NULL, NULL);
  if (self->sending)
    g_cancellable_cancel (self->cancellable);
  else
    release (self);
}

/* What the caller waits for. (transfer full) of the error */
static void
settle (SortieLlmExchange *self, GError *error)
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

static void
fail (SortieLlmExchange *self, GError *error)
{
  settle (self, error);
  let_go (self);
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
  settle (self, name_host (self, error));
}

static void
conclude_refusal (SortieLlmExchange *self)
{
  GError *error = NULL;

  sortie_llm_http_read_refusal (self->refusal->str, self->refusal->len, &self->outcome.headers);
  sortie_llm_http_check (self->message, self->host, &error);
  settle (self, error);
}

/* ---- Time ---- */

static void
arm (SortieLlmExchange *self, gint64 now)
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
      let_go (self);
      break;
    case SORTIE_LLM_PHASE_REFUSED:
      conclude_refusal (self);
      let_go (self);
      break;
    case SORTIE_LLM_PHASE_LINGERING:
      let_go (self);
      break;
    default:
      fail (self, name_host (self, sortie_llm_deadlines_explain (&self->deadlines)));
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
  arm (self, now);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_timer (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSource *
create_timer (SortieLlmExchange *self)
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
  guint64 n_deltas;

  if (!sortie_llm_codec_feed (self->codec, bytes, length, &error))
    {
      fail (self, name_host (self, error));
      return;
    }
  n_deltas = sortie_llm_codec_get_n_deltas (self->codec);
  if (n_deltas > 0 && self->outcome.first_token_us < 0)
    self->outcome.first_token_us = now - self->deadlines.began_us;
  sortie_llm_deadlines_see (&self->deadlines, n_deltas,
                            sortie_llm_codec_get_finish (self->codec) != SORTIE_LLM_FINISH_NONE,
                            now);
  if (sortie_llm_codec_is_done (self->codec))
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
      let_go (self);
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
    settle (self,
            g_error_new (SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_TRUNCATED,
                         "%s: the connection broke before the end of the answer", self->host));
  else if (phase != SORTIE_LLM_PHASE_LINGERING)
    conclude (self);
  let_go (self);
}

static gboolean
readable_cb (GObject *stream, gpointer user_data)
{
  SortieLlmExchange *self = user_data;

  g_clear_pointer (&self->readable, g_source_unref);
  read_response (self);
  return G_SOURCE_REMOVE;
}

/* A source each time: where HTTP/2 is spoken, one that has fired is of no more use. */
static void
wait_readable (SortieLlmExchange *self)
{
  self->readable =
      g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (self->stream), NULL);
  g_source_set_callback (self->readable, (GSourceFunc) (void *) readable_cb,
                         sortie_llm_exchange_ref (self),
                         (GDestroyNotify) sortie_llm_exchange_unref);
  g_source_attach (self->readable, g_main_context_get_thread_default ());
}

static void
read_response (SortieLlmExchange *self)
{
  g_autoptr (SortieLlmExchange) keep = sortie_llm_exchange_ref (self);
  gint64 now = g_get_monotonic_time ();

  for (int i = 0; i < MAX_READS && self->deadlines.phase != SORTIE_LLM_PHASE_GONE; i++)
    {
      g_autoptr (GError) error = NULL;
      char buffer[SORTIE_LLM_READ_SIZE];
      gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (self->stream),
                                                           buffer, sizeof buffer, NULL, &error);

      if (n > 0)
        take (self, buffer, (gsize) n, now);
      else if (n == 0 || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        take_end (self, n != 0);
      else
        break;
    }
  arm (self, now);
  if (self->deadlines.phase != SORTIE_LLM_PHASE_GONE)
    wait_readable (self);
}

static void
begin_response (SortieLlmExchange *self)
{
  SortieLlmOutcome *outcome = &self->outcome;
  const char *type =
      soup_message_headers_get_content_type (soup_message_get_response_headers (self->message),
                                             NULL);
  GError *error = NULL;

  sortie_llm_http_read_headers (self->message, &outcome->headers);
  if (sortie_llm_http_check (self->message, self->host, &error))
    self->codec = sortie_llm_codec_new (type, text_cb, self);
  else if (sortie_llm_http_may_tell_why (outcome->headers.status))
    {
      g_clear_error (&error);
      sortie_llm_deadlines_enter (&self->deadlines, SORTIE_LLM_PHASE_REFUSED,
                                  g_get_monotonic_time ());
    }
  else
    settle (self, error);
}

/* ---- The request ---- */

static void
network_event_cb (SoupMessage *message,
                  GSocketClientEvent event,
                  GIOStream *connection,
                  gpointer user_data)
{
  SortieLlmExchange *self = user_data;

  self->fresh = TRUE;
}

/* The connection stands. */
static void
starting_cb (SoupMessage *message, gpointer user_data)
{
  SortieLlmExchange *self = user_data;
  gint64 now = g_get_monotonic_time ();

  if (self->deadlines.phase != SORTIE_LLM_PHASE_CONNECTING)
    return;
  sortie_llm_deadlines_enter (&self->deadlines, SORTIE_LLM_PHASE_WAITING, now);
  arm (self, now);
}

/* What the system does not trust the settings' own certificates may still vouch for. */
static gboolean
accept_certificate_cb (SoupMessage *message,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags problems,
                       gpointer user_data)
{
  SortieLlmExchange *self = user_data;
  GUri *uri = soup_message_get_uri (message);
  g_autoptr (GSocketConnectable) identity = NULL;
  g_autoptr (GError) error = NULL;

  if (self->trusted == NULL)
    return FALSE;
  identity = g_network_address_new (g_uri_get_host (uri), (guint16) MAX (g_uri_get_port (uri), 0));
  problems = g_tls_database_verify_chain (self->trusted, certificate,
                                          G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, identity,
                                          NULL, G_TLS_DATABASE_VERIFY_NONE, NULL, &error);
  return error == NULL && problems == 0;
}

/* A kept connection that the provider had given up meanwhile: it never saw the request. */
static gboolean
was_stale (SortieLlmExchange *self, const GError *error)
{
  return self->deadlines.phase == SORTIE_LLM_PHASE_WAITING && !self->fresh && !self->again &&
         soup_message_get_status (self->message) == 0 && error->domain == G_IO_ERROR;
}

static void
take_failure (SortieLlmExchange *self, const GError *error)
{
  if (was_stale (self, error))
    {
      g_autoptr (SoupMessage) stale = g_steal_pointer (&self->message);

      g_signal_handlers_disconnect_by_data (stale, self);
      self->message = sortie_llm_http_message_again (stale, self->body);
      self->again = TRUE;
      sortie_llm_deadlines_enter (&self->deadlines, SORTIE_LLM_PHASE_CONNECTING,
                                  g_get_monotonic_time ());
      send_message (self);
      return;
    }
  fail (self, sortie_llm_http_explain (error, self->host, &self->outcome.headers.retryable));
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieLlmExchange) self = user_data;
  g_autoptr (GError) error = NULL;

  self->sending = FALSE;
  self->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (self->deadlines.phase == SORTIE_LLM_PHASE_GONE)
    release (self);
  else if (self->stream == NULL)
    take_failure (self, error);
  else
    {
      begin_response (self);
      read_response (self);
    }
}

static void
send_message (SortieLlmExchange *self)
{
  self->fresh = FALSE;
  self->sending = TRUE;
  g_signal_connect (self->message, "network-event", G_CALLBACK (network_event_cb), self);
  g_signal_connect (self->message, "starting", G_CALLBACK (starting_cb), self);
  g_signal_connect (self->message, "accept-certificate", G_CALLBACK (accept_certificate_cb), self);
  soup_session_send_async (self->session, self->message, G_PRIORITY_DEFAULT, self->cancellable,
                           sent_cb, sortie_llm_exchange_ref (self));
}

/* ---- Public functions ---- */

SortieLlmExchange *
sortie_llm_exchange_new (const SortieLlmSettings *settings,
                         const char *body,
                         guint total_ms,
                         GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));
  g_autoptr (SoupMessage) message = sortie_llm_http_message_new (settings, bytes, error);
  SortieLlmExchange *self;

  if (message == NULL)
    return NULL;
  self = g_new0 (SortieLlmExchange, 1);
  g_atomic_ref_count_init (&self->references);
  sortie_llm_mailbox_init (&self->mailbox);
  sortie_llm_deadlines_init (&self->deadlines, settings, total_ms, g_get_monotonic_time ());
  sortie_llm_headers_init (&self->outcome.headers);
  self->outcome.usage = (SortieLlmUsage){ -1, -1 };
  self->outcome.first_token_us = -1;
  self->host = g_strdup (g_uri_get_host (soup_message_get_uri (message)));
  self->ca_file = g_strdup (settings->ca_file);
  self->body = g_steal_pointer (&bytes);
  self->message = g_steal_pointer (&message);
  self->cancellable = g_cancellable_new ();
  self->refusal = g_string_new (NULL);
  return self;
}

SortieLlmExchange *
sortie_llm_exchange_ref (SortieLlmExchange *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
sortie_llm_exchange_unref (SortieLlmExchange *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  sortie_llm_mailbox_clear (&self->mailbox);
  g_clear_pointer (&self->codec, sortie_llm_codec_free);
  g_clear_error (&self->outcome.error);
  g_clear_object (&self->message);
  g_object_unref (self->cancellable);
  g_clear_pointer (&self->timer, g_source_unref);
  g_bytes_unref (self->body);
  g_string_free (self->refusal, TRUE);
  g_free (self->host);
  g_free (self->ca_file);
  g_free (self);
}

SortieLlmMailbox *
sortie_llm_exchange_get_mailbox (SortieLlmExchange *self)
{
  return &self->mailbox;
}

const SortieLlmOutcome *
sortie_llm_exchange_get_outcome (SortieLlmExchange *self)
{
  return &self->outcome;
}

const char *
sortie_llm_exchange_get_ca_file (SortieLlmExchange *self)
{
  return self->ca_file;
}

void
sortie_llm_exchange_start (SortieLlmExchange *self,
                           SoupSession *session,
                           GTlsDatabase *trusted,
                           SortieLlmReleasedFunc released,
                           gpointer user_data)
{
  self->session = g_object_ref (session);
  g_set_object (&self->trusted, trusted);
  self->released = released;
  self->released_data = user_data;
  self->timer = create_timer (self);
  arm (self, g_get_monotonic_time ());
  send_message (self);
}

void
sortie_llm_exchange_refuse (SortieLlmExchange *self, GError *error)
{
  settle (self, error);
  self->deadlines.phase = SORTIE_LLM_PHASE_GONE;
}

void
sortie_llm_exchange_abort (SortieLlmExchange *self, GError *error)
{
  g_autoptr (SortieLlmExchange) keep = sortie_llm_exchange_ref (self);

  if (self->deadlines.phase < SORTIE_LLM_PHASE_LINGERING)
    settle (self, error);
  else
    g_clear_error (&error);
  let_go (self);
}
