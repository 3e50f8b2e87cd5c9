/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus-fixture.h"

#include "sortie-pipeline.h"

#include <string.h>

/* What answers at a rediss:// address and is no Redis with TLS. The real one, with certificates of
 * all kinds, is in tests/system/test-redis-tls.py. */

typedef struct
{
  const char *answer; /* (nullable): bytes to the greeting; NULL: none */
  gsize length;
  gboolean closes;
  int code;
  const char *says;
} Peer;

#define BYTES(text) text, sizeof (text) - 1

static const Peer peers[] = {
  { BYTES ("HTTP/1.1 400 Bad Request\r\n\r\n"), TRUE, SORTIE_ERROR_DENIED, "redis://" },
  { BYTES ("-ERR Protocol error\r\n"), TRUE, SORTIE_ERROR_DENIED, "redis://" },
  { BYTES ("\x15\x03\x03\x00\x02\x02\x28"), TRUE, SORTIE_ERROR_DENIED, "REDIS_CERT_FILE" },
  { BYTES ("\x15\x03\x03\x00\x02\x02\x50"), TRUE, SORTIE_ERROR_UNAVAILABLE, "internal error" },
  { BYTES ("\x16\x03\x03"), TRUE, SORTIE_ERROR_UNAVAILABLE, "TLS failed" },
  { BYTES (""), TRUE, SORTIE_ERROR_UNAVAILABLE, "TLS failed" },
  { BYTES ("\x16\x03\x03"), FALSE, SORTIE_ERROR_UNAVAILABLE, "no answer to the TLS greeting" },
  { BYTES (""), FALSE, SORTIE_ERROR_UNAVAILABLE, "no answer to the TLS greeting" },
};

typedef struct
{
  const Peer *peer;
  GSocketListener *listener;
  GCancellable *stop;
  SortieRedisUrl *url;
  GThread *thread;
  int greeted; /* atomic: how many greetings have come */
} Listening;

static gpointer
answer_thread (gpointer data)
{
  Listening *self = data;
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_object_unref);

  while (TRUE)
    {
      GSocketConnection *connection =
          g_socket_listener_accept (self->listener, NULL, self->stop, NULL);
      char greeting[5];

      if (connection == NULL)
        return NULL;
      g_ptr_array_add (kept, connection);
      g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (connection)), greeting,
                               sizeof greeting, NULL, self->stop, NULL);
      g_atomic_int_inc (&self->greeted);
      g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                                 self->peer->answer, self->peer->length, NULL, NULL, NULL);
      /* Only this way: to close what holds unread bytes would reset the connection. */
      if (self->peer->closes)
        g_socket_shutdown (g_socket_connection_get_socket (connection), FALSE, TRUE, NULL);
    }
}

static void
listen_as (Listening *self, const Peer *peer)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  *self = (Listening){ .peer = peer };
  self->listener = g_socket_listener_new ();
  self->stop = g_cancellable_new ();
  text = g_strdup_printf ("rediss://:s3cret@127.0.0.1:%d",
                          g_socket_listener_add_any_inet_port (self->listener, NULL, &error));
  g_assert_no_error (error);
  self->url = sortie_redis_url_parse (text, &error);
  g_assert_no_error (error);
  self->thread = g_thread_new ("peer", answer_thread, self);
}

static void
listen_no_more (Listening *self)
{
  g_cancellable_cancel (self->stop);
  g_thread_join (self->thread);
  g_clear_object (&self->listener);
  g_clear_object (&self->stop);
  sortie_redis_url_free (self->url);
}

static void
test_peers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      Listening listening;
      g_autoptr (GError) error = NULL;
      gint64 began = g_get_monotonic_time ();

      listen_as (&listening, &peers[i]);
      g_assert_null (sortie_redis_connect (listening.url, "test", &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, SORTIE_ERROR, peers[i].code);
      g_assert_nonnull (strstr (error->message, peers[i].says));
      g_assert_nonnull (strstr (error->message, "rediss://127.0.0.1:"));
      g_assert_null (strstr (error->message, "s3cret"));
      g_assert_cmpint (g_get_monotonic_time () - began, <, 10 * G_USEC_PER_SEC);
      listen_no_more (&listening);
    }
}

static gboolean
was_greeted (gpointer data)
{
  return g_atomic_int_get (&((Listening *) data)->greeted) > 0;
}

static void
expect_cancelled_cb (const SortieReply *reply, const GError *error, gpointer data)
{
  g_assert_null (reply);
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED);
}

/* Who waits for the answer to the greeting is woken like any other. */
static void
test_stop_in_greeting (void)
{
  static const Peer silent = { BYTES (""), FALSE, 0, NULL };
  Listening listening;
  SortiePipeline *pipeline;
  gint64 began;

  listen_as (&listening, &silent);
  pipeline = sortie_pipeline_new (listening.url, "test");
  sortie_pipeline_send (pipeline, sortie_command_new ("PING", NULL), expect_cancelled_cb, NULL);
  bus_wait_until (was_greeted, &listening);
  began = g_get_monotonic_time ();
  sortie_pipeline_stop (pipeline);
  g_assert_cmpint (g_get_monotonic_time () - began, <, SORTIE_REDIS_CONNECT_MS * 1000 / 2);
  sortie_pipeline_free (pipeline);
  listen_no_more (&listening);
}

/* Files that can't be used are told before anything is asked of the network. */
static void
test_files (void)
{
  g_autoptr (SortieRedisUrl) url = sortie_redis_url_parse ("rediss://127.0.0.1:1", NULL);
  const SortieBusOptions options = { .url = url, .patience = 1 };
  g_autoptr (GError) error = NULL;

  url->ca_file = g_strdup ("/nonexistent/authority.pem");
  g_assert_null (sortie_bus_open (&options, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "REDIS_CA_FILE: /nonexistent/authority.pem"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redis-tls/peers", test_peers);
  g_test_add_func ("/redis-tls/stop-in-greeting", test_stop_in_greeting);
  g_test_add_func ("/redis-tls/files", test_files);
  return g_test_run ();
}
