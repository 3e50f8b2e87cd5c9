/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-exchange-private.h"

#include "sortie-llm-http.h"

#include <string.h>

/* Provisional responses (1xx) before the real one. libsoup would read on for as long as they come, and
 * let nobody else have a turn meanwhile. */
#define MAX_PROVISIONAL 16

static void send_message (SortieLlmExchange *self);

/* ---- The request ---- */

/* HTTP/1.1 is all that is offered. With HTTP/2, libsoup 3.2 breaks every answer that is on its way when
 * a server wants to close a connection in order (GOAWAY), as providers do after some requests. */
static void
network_event_cb (SoupMessage *message,
                  GSocketClientEvent event,
                  GIOStream *connection,
                  gpointer user_data)
{
  static const char *const protocols[] = { "http/1.1", NULL };
  SortieLlmExchange *self = user_data;

  self->fresh = TRUE;
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING && G_IS_TLS_CONNECTION (connection))
    g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (connection), protocols);
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
  sortie_llm_exchange_arm (self, now);
}

static void
got_informational_cb (SoupMessage *message, gpointer user_data)
{
  SortieLlmExchange *self = user_data;

  if (self->deadlines.phase != SORTIE_LLM_PHASE_GONE)
    {
      if (++self->n_provisional <= MAX_PROVISIONAL)
        return;
      sortie_llm_exchange_fail (self,
                                g_error_new (SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_PROTOCOL,
                                             "%s: what came is no answer of HTTP", self->host));
    }
  /* At once, not late: nothing else is dispatched while libsoup reads them. */
  g_cancellable_cancel (self->cancellable);
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
  sortie_llm_exchange_fail (self, sortie_llm_http_explain (error, self->host,
                                                           &self->outcome.headers.retryable));
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieLlmExchange) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = NULL;

  self->sending = FALSE;
  /* Else libsoup looks at what it has freed, where an answer came and then all was cancelled. */
  g_task_set_check_cancellable (G_TASK (result), FALSE);
  stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (self->deadlines.phase == SORTIE_LLM_PHASE_GONE)
    {
      g_clear_object (&stream);
      sortie_llm_exchange_release (self);
    }
  else if (stream == NULL)
    take_failure (self, error);
  else
    sortie_llm_exchange_begin_answer (self, g_steal_pointer (&stream));
}

static void
send_message (SortieLlmExchange *self)
{
  self->fresh = FALSE;
  self->sending = TRUE;
  g_signal_connect (self->message, "network-event", G_CALLBACK (network_event_cb), self);
  g_signal_connect (self->message, "starting", G_CALLBACK (starting_cb), self);
  g_signal_connect (self->message, "got-informational", G_CALLBACK (got_informational_cb), self);
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
  self->is_local = sortie_llm_settings_is_local (settings);
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
  g_clear_pointer (&self->reader, sortie_llm_reader_free);
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

gboolean
sortie_llm_exchange_is_local (SortieLlmExchange *self)
{
  return self->is_local;
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
  self->timer = sortie_llm_exchange_create_timer (self);
  sortie_llm_exchange_arm (self, g_get_monotonic_time ());
  send_message (self);
}

void
sortie_llm_exchange_refuse (SortieLlmExchange *self, GError *error)
{
  sortie_llm_exchange_settle (self, error);
  self->deadlines.phase = SORTIE_LLM_PHASE_GONE;
}

void
sortie_llm_exchange_abort (SortieLlmExchange *self, GError *error)
{
  g_autoptr (SortieLlmExchange) keep = sortie_llm_exchange_ref (self);

  if (self->deadlines.phase < SORTIE_LLM_PHASE_LINGERING)
    sortie_llm_exchange_settle (self, error);
  else
    g_clear_error (&error);
  sortie_llm_exchange_let_go (self);
}
