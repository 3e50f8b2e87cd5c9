/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-client.h"

#include "sortie-llm-exchange.h"
#include "sortie-llm-http.h"

/* How often a caller that waits asks whether it is still wanted. */
#define CANCEL_CHECK_US (100 * 1000)

struct _SortieLlmClient
{
  GMutex lock;
  GCond idle;
  guint n_asking;
  gboolean closing;
  GThread *thread; /* made by the first who asks */
  GMainContext *context;

  /* of the thread */
  SoupSession *session;
  GTlsDatabase *trusted;
  char *ca_file; /* of the two above */
  gboolean is_local;
  GPtrArray *exchanges;
  gboolean stopped; /* nothing new begins */
  gboolean quit;
};

/* What the thread is told to do. */
typedef struct
{
  SortieLlmClient *client;
  SortieLlmExchange *exchange; /* NULL: all of them */
} Order;

static void
order_free (Order *self)
{
  g_clear_pointer (&self->exchange, sortie_llm_exchange_unref);
  g_free (self);
}

/* In the thread, never at once in this one, as g_main_context_invoke() might. */
static void
post (SortieLlmClient *self, SortieLlmExchange *exchange, GSourceFunc func)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Order *order = g_new0 (Order, 1);

  order->client = self;
  order->exchange = exchange != NULL ? sortie_llm_exchange_ref (exchange) : NULL;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, order, (GDestroyNotify) order_free);
  g_source_attach (source, self->context);
}

static GError *
new_cancelled (void)
{
  return g_error_new_literal (SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_CANCELLED,
                              "the answer is not wanted any more");
}

/* ---- The thread ---- */

static void
released_cb (SortieLlmExchange *exchange, gpointer user_data)
{
  SortieLlmClient *self = user_data;

  g_ptr_array_remove_fast (self->exchanges, exchange);
}

/* One session for all; its connections are as trusted as its certificates, and go the way that they
 * went, so that others begin anew. */
static gboolean
prepare_session (SortieLlmClient *self, const char *ca_file, gboolean is_local)
{
  g_autoptr (GTlsDatabase) trusted = NULL;

  if (self->session != NULL && g_strcmp0 (ca_file, self->ca_file) == 0 &&
      is_local == self->is_local)
    return TRUE;
  if (ca_file != NULL)
    {
      g_autofree char *path = g_canonicalize_filename (ca_file, NULL);

      trusted = g_tls_file_database_new (path, NULL);
      if (trusted == NULL)
        return FALSE;
    }
  g_clear_object (&self->session);
  g_free (self->ca_file);
  self->session = sortie_llm_http_session_new (is_local);
  self->is_local = is_local;
  self->ca_file = g_strdup (ca_file);
  g_set_object (&self->trusted, trusted);
  return TRUE;
}

static gboolean
start_cb (gpointer user_data)
{
  Order *order = user_data;
  SortieLlmClient *self = order->client;

  if (self->stopped)
    sortie_llm_exchange_refuse (order->exchange, new_cancelled ());
  else if (!prepare_session (self, sortie_llm_exchange_get_ca_file (order->exchange),
                             sortie_llm_exchange_is_local (order->exchange)))
    sortie_llm_exchange_refuse (
        order->exchange, g_error_new_literal (SORTIE_LLM_ERROR, SORTIE_LLM_ERROR_REJECTED,
                                              "the file of certificates to trust can't be read"));
  else
    {
      g_ptr_array_add (self->exchanges, sortie_llm_exchange_ref (order->exchange));
      sortie_llm_exchange_start (order->exchange, self->session, self->trusted, released_cb, self);
    }
  return G_SOURCE_REMOVE;
}

static gboolean
abort_cb (gpointer user_data)
{
  Order *order = user_data;

  sortie_llm_exchange_abort (order->exchange, new_cancelled ());
  return G_SOURCE_REMOVE;
}

static gboolean
stop_cb (gpointer user_data)
{
  Order *order = user_data;
  SortieLlmClient *self = order->client;
  g_autoptr (GPtrArray) all =
      g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_llm_exchange_unref);

  self->stopped = TRUE;
  for (guint i = 0; i < self->exchanges->len; i++)
    g_ptr_array_add (all, sortie_llm_exchange_ref (g_ptr_array_index (self->exchanges, i)));
  for (guint i = 0; i < all->len; i++)
    sortie_llm_exchange_abort (g_ptr_array_index (all, i), new_cancelled ());
  return G_SOURCE_REMOVE;
}

static gboolean
quit_cb (gpointer user_data)
{
  Order *order = user_data;

  order->client->quit = TRUE;
  return G_SOURCE_REMOVE;
}

static gpointer
run_thread (gpointer data)
{
  SortieLlmClient *self = data;

  g_main_context_push_thread_default (self->context);
  while (!self->quit || self->exchanges->len > 0)
    g_main_context_iteration (self->context, TRUE);
  if (self->session != NULL)
    soup_session_abort (self->session);
  g_clear_object (&self->session);
  g_clear_object (&self->trusted);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

/* ---- The threads that wait ---- */

/* FALSE where the client is being freed. */
static gboolean
enter (SortieLlmClient *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->closing)
    return FALSE;
  self->n_asking++;
  if (self->thread == NULL)
    self->thread = g_thread_new ("sortie-llm", run_thread, self);
  return TRUE;
}

static void
leave (SortieLlmClient *self)
{
  g_mutex_lock (&self->lock);
  self->n_asking--;
  g_cond_broadcast (&self->idle);
  g_mutex_unlock (&self->lock);
}

/* Hands the new text to the sink. FALSE where it wants no more. */
static gboolean
hand_over (const SortieLlmSink *sink, const GString *text, gsize from)
{
  return text->len == from || sink == NULL || sink->text == NULL ||
         sink->text (text->str + from, text->len - from, sink->user_data);
}

/* Until all is over: text to the sink as it comes. Returns: whether it was wanted to the end */
static gboolean
follow (SortieLlmClient *self,
        SortieLlmExchange *exchange,
        const SortieLlmSink *sink,
        GString *text)
{
  SortieLlmMailbox *mailbox = sortie_llm_exchange_get_mailbox (exchange);
  gboolean asks = sink != NULL && sink->is_cancelled != NULL;
  gboolean wanted = TRUE;
  gboolean over = FALSE;
  gint64 check_us = g_get_monotonic_time ();

  while (!over)
    {
      gsize from = text->len;

      if (wanted && asks && g_get_monotonic_time () >= check_us)
        {
          wanted = !sink->is_cancelled (sink->user_data);
          check_us = g_get_monotonic_time () + CANCEL_CHECK_US;
          if (!wanted)
            post (self, exchange, abort_cb);
        }
      over = sortie_llm_mailbox_take (mailbox, wanted && asks ? check_us : G_MAXINT64, text);
      if (wanted && !hand_over (sink, text, from))
        {
          wanted = FALSE;
          post (self, exchange, abort_cb);
        }
    }
  return wanted;
}

static void
fill_answer (SortieLlmAnswer *answer, const SortieLlmOutcome *outcome)
{
  answer->finish = outcome->finish;
  answer->usage = outcome->usage;
  answer->pieces = outcome->pieces;
  answer->first_token_us = outcome->first_token_us;
  answer->elapsed_us = outcome->elapsed_us;
  answer->headers = outcome->headers;
}

SortieLlmClient *
sortie_llm_client_new (void)
{
  SortieLlmClient *self = g_new0 (SortieLlmClient, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->idle);
  self->context = g_main_context_new ();
  self->exchanges = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_llm_exchange_unref);
  return self;
}

void
sortie_llm_client_free (SortieLlmClient *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->closing = TRUE;
  if (self->thread != NULL)
    post (self, NULL, stop_cb);
  while (self->n_asking > 0)
    g_cond_wait (&self->idle, &self->lock);
  if (self->thread !=
      NULL) /* not before all have seen their end: it is the thread that tells them */
    post (self, NULL, quit_cb);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->thread, g_thread_join);
  g_ptr_array_unref (self->exchanges);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->idle);
  g_free (self->ca_file);
  g_free (self);
}

void
sortie_llm_answer_init (SortieLlmAnswer *self)
{
  *self =
      (SortieLlmAnswer){ .text = g_string_new (NULL), .usage = { -1, -1 }, .first_token_us = -1 };
  sortie_llm_headers_init (&self->headers);
}

void
sortie_llm_answer_clear (SortieLlmAnswer *self)
{
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  self->text = NULL;
}

gboolean
sortie_llm_client_ask (SortieLlmClient *self,
                       const SortieLlmSettings *settings,
                       const char *body,
                       guint total_ms,
                       const SortieLlmSink *sink,
                       SortieLlmAnswer *answer,
                       GError **error)
{
  g_autoptr (SortieLlmExchange) exchange = NULL;
  g_autoptr (GError) failure = NULL;
  const SortieLlmOutcome *outcome;
  gboolean wanted;

  exchange = sortie_llm_exchange_new (settings, body, total_ms, error);
  if (exchange == NULL)
    return FALSE;
  if (!enter (self))
    {
      g_propagate_error (error, new_cancelled ());
      return FALSE;
    }
  post (self, exchange, start_cb);
  wanted = follow (self, exchange, sink, answer->text);
  outcome = sortie_llm_exchange_get_outcome (exchange);
  fill_answer (answer, outcome);
  if (!wanted)
    failure = new_cancelled ();
  else if (outcome->error != NULL)
    failure = g_error_copy (outcome->error);
  leave (self);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
