/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-server.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Event streams: one topic, many subscribers, some of which can't keep up or go away. */

#define SUBSCRIBERS 1000
#define OK "Host: localhost\r\n"

typedef struct
{
  TestServer *server;
  GPtrArray *connections; /* on the server's thread */
  GBytes *frames;         /* of the next publish() */
  guint ended[4];         /* by SortieSseEnd */
  guint drained;
} Topic;

static void
ended_cb (SortieSseConnection *connection, SortieSseEnd reason, gpointer user_data)
{
  Topic *topic = user_data;

  topic->ended[reason]++;
  g_ptr_array_remove_fast (topic->connections, connection);
}

static void
drained_cb (SortieSseConnection *connection, gpointer user_data)
{
  Topic *topic = user_data;

  g_assert_cmpuint (sortie_sse_connection_get_queued (connection), ==, 0);
  topic->drained++;
}

static SortieResponse *
subscribe (SortieRequest *request, gpointer user_data)
{
  static const char *const offers[] = { "text/event-stream", "application/json", NULL };
  const char *best = sortie_request_negotiate (request, offers);

  if (best == NULL)
    return sortie_response_new_problem (406, "Events are text/event-stream or application/json.");
  if (g_str_equal (best, "application/json"))
    return sortie_response_new_json (200, g_strdup ("[]"));
  return sortie_response_new_stream (g_strdup ("subscriber"), g_free);
}

static void
subscribed (SortieSseConnection *connection, gpointer stream, gpointer user_data)
{
  Topic *topic = user_data;

  g_free (stream);
  sortie_sse_connection_set_closed_func (connection, ended_cb, topic);
  sortie_sse_connection_set_drained_func (connection, drained_cb, topic);
  g_ptr_array_add (topic->connections, connection);
}

static void
add_routes (SortieHttpServer *server, gpointer user_data)
{
  const SortieRoute route = { .method = "GET",
                              .pattern = "/events",
                              .handler = subscribe,
                              .stream = subscribed,
                              .user_data = user_data };

  sortie_http_server_add_route (server, &route);
}

static void
topic_start (Topic *topic, void (*adjust) (SortieHttpServerOptions *))
{
  SortieHttpServerOptions options;

  memset (topic, 0, sizeof *topic);
  topic->connections = g_ptr_array_new ();
  test_server_options_init (&options);
  if (adjust != NULL)
    adjust (&options);
  topic->server = test_server_new (&options, NULL, add_routes, topic);
}

static void
topic_end (Topic *topic)
{
  test_server_free (topic->server);
  g_assert_cmpuint (topic->connections->len, ==, 0);
  g_ptr_array_unref (topic->connections);
}

static void
publish_cb (gpointer data)
{
  Topic *topic = data;

  for (guint i = 0; i < topic->connections->len; i++)
    sortie_sse_connection_send (g_ptr_array_index (topic->connections, i), topic->frames);
}

static void
publish (Topic *topic, const char *frames)
{
  topic->frames = g_bytes_new (frames, strlen (frames));
  test_server_call (topic->server, publish_cb, topic);
  g_clear_pointer (&topic->frames, g_bytes_unref);
}

static void
finish_cb (gpointer data)
{
  Topic *topic = data;

  for (guint i = 0; i < topic->connections->len; i++)
    sortie_sse_connection_finish (g_ptr_array_index (topic->connections, i));
}

static void
drop_cb (gpointer data)
{
  Topic *topic = data;

  for (guint i = 0; i < topic->connections->len; i++)
    sortie_sse_connection_drop (g_ptr_array_index (topic->connections, i));
}

static int
open_stream (Topic *topic, const char *headers)
{
  int fd = test_connect (test_server_get_port (topic->server));

  test_send (fd, "GET /events HTTP/1.1\r\n" OK, -1);
  test_send (fd, headers, -1);
  test_send (fd, "\r\n", -1);
  return fd;
}

static guint wanted;

static gboolean
has_streams (const SortieHttpServerStats *stats)
{
  return stats->streams == wanted;
}

static void
wait_for_streams (Topic *topic, guint n)
{
  wanted = n;
  test_server_wait (topic->server, has_streams);
}

static void
test_events (void)
{
  Topic topic;
  g_autoptr (GString) first = NULL;
  g_autoptr (GString) rest = NULL;
  g_autofree char *type = NULL;
  g_autofree char *id = NULL;
  g_autofree char *cache = NULL;
  int fd;

  topic_start (&topic, NULL);
  fd = open_stream (&topic, "X-Request-ID: s1\r\n");
  wait_for_streams (&topic, 1);
  publish (&topic, "id: 1-0\ndata: one\n\n");
  first = test_read_until (fd, "data: one\n\n");
  publish (&topic, "data: two\n\ndata: three\n\n");
  test_server_call (topic.server, finish_cb, &topic);
  rest = test_read_to_end (fd);
  close (fd);
  type = test_header (first->str, "Content-Type");
  id = test_header (first->str, "X-Request-ID");
  cache = test_header (first->str, "Cache-Control");
  g_assert_cmpint (test_status (first->str), ==, 200);
  g_assert_cmpstr (type, ==, "text/event-stream");
  g_assert_cmpstr (id, ==, "s1");
  g_assert_true (g_str_has_prefix (cache, "no-store"));
  g_assert_cmpstr (test_body (first->str), ==, "id: 1-0\ndata: one\n\n");
  g_assert_cmpstr (rest->str, ==, "data: two\n\ndata: three\n\n");
  wait_for_streams (&topic, 0);
  g_assert_cmpuint (topic.ended[SORTIE_SSE_FINISHED], ==, 1);
  topic_end (&topic);
}

static void
test_negotiation (void)
{
  const struct
  {
    const char *accept;
    int status;
    const char *type;
  } cases[] = {
    { "Accept: application/json\r\n", 200, "application/json" },
    { "Accept: application/json, text/event-stream;q=0.5\r\n", 200, "application/json" },
    { "Accept: text/event-stream;q=0, application/*\r\n", 200, "application/json" },
    { "Accept: text/html\r\n", 406, "application/problem+json" },
  };
  Topic topic;

  topic_start (&topic, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *response =
          test_get (test_server_get_port (topic.server), "/events", cases[i].accept);
      g_autofree char *type = test_header (response, "Content-Type");

      g_assert_cmpint (test_status (response), ==, cases[i].status);
      g_assert_cmpstr (type, ==, cases[i].type);
    }
  topic_end (&topic);
}

/* HEAD tells what GET would, and opens no stream. */
static void
test_head (void)
{
  Topic topic;
  g_autofree char *response = NULL;
  g_autofree char *type = NULL;

  topic_start (&topic, NULL);
  response = test_exchange (test_server_get_port (topic.server),
                            "HEAD /events HTTP/1.1\r\n" OK "Connection: close\r\n\r\n", -1);
  type = test_header (response, "Content-Type");
  g_assert_cmpint (test_status (response), ==, 200);
  g_assert_cmpstr (type, ==, "text/event-stream");
  g_assert_cmpstr (test_body (response), ==, "");
  topic_end (&topic);
}

static void
test_many (void)
{
  static int fds[SUBSCRIBERS];
  Topic topic;
  g_autoptr (GString) expected = g_string_new (NULL);

  topic_start (&topic, NULL);
  for (int i = 0; i < SUBSCRIBERS; i++)
    fds[i] = open_stream (&topic, "");
  wait_for_streams (&topic, SUBSCRIBERS);
  for (int i = 0; i < 50; i++)
    {
      g_autofree char *frame = g_strdup_printf ("id: %d-0\ndata: event %d\n\n", i, i);

      g_string_append (expected, frame);
      publish (&topic, frame);
    }
  test_server_call (topic.server, finish_cb, &topic);
  for (int i = 0; i < SUBSCRIBERS; i++)
    {
      g_autoptr (GString) got = test_read_to_end (fds[i]);

      close (fds[i]);
      g_assert_cmpstr (test_body (got->str), ==, expected->str);
    }
  wait_for_streams (&topic, 0);
  g_assert_cmpuint (topic.ended[SORTIE_SSE_FINISHED], ==, SUBSCRIBERS);
  topic_end (&topic);
}

static void
narrow (SortieHttpServerOptions *options)
{
  options->sse_queue = 256 * 1024;
}

/* One reads nothing: it is dropped, and what the others get is whole. */
static void
test_slow_reader (void)
{
  Topic topic;
  g_autofree char *payload = g_strnfill (60000, 'p');
  g_autofree char *frame = g_strdup_printf ("data: %s\n\n", payload);
  SortieHttpServerStats stats;
  gsize frame_length = strlen (frame);
  guint n = 0;
  int slow, good;

  topic_start (&topic, narrow);
  slow = open_stream (&topic, "");
  good = open_stream (&topic, "");
  wait_for_streams (&topic, 2);
  g_string_free (test_read_until (good, "\r\n\r\n"), TRUE);
  do
    {
      g_autoptr (GString) got = NULL;

      publish (&topic, frame);
      n++;
      got = test_read_until (good, "\n\n");
      g_assert_cmpuint (got->len, ==, frame_length);
      test_server_get_stats (topic.server, &stats);
      g_assert_cmpuint (n, <, 2000);
    }
  while (stats.streams == 2);
  g_assert_cmpuint (topic.ended[SORTIE_SSE_TOO_SLOW], ==, 1);
  g_assert_cmpuint (stats.slow, ==, 1);
  /* It can have held no more than its queue, the kernel's two and the frame that was too much. */
  g_assert_cmpuint (n * frame_length, <, 16 * 1024 * 1024);
  g_string_free (test_read_to_end (slow), TRUE);
  close (slow);
  close (good);
  wait_for_streams (&topic, 0);
  topic_end (&topic);
}

/* A slow reader within the limit gets everything, in order, and its owner hears when it has. */
static void
test_backlog_is_resumed (void)
{
  Topic topic;
  g_autoptr (GString) got = g_string_new (NULL);
  g_autoptr (GString) rest = NULL;
  g_autoptr (GString) frames = g_string_new (NULL);
  g_autoptr (GString) sent = g_string_new (NULL);
  int fd;

  topic_start (&topic, NULL);
  fd = open_stream (&topic, "");
  wait_for_streams (&topic, 1);
  /* One that is larger than the queue's limit is taken as long as nothing waits. */
  for (int i = 0; frames->len < 6 * 1024 * 1024; i++)
    g_string_append_printf (frames, "data: %d\n\n", i);
  publish (&topic, frames->str);
  g_string_append (sent, frames->str);
  while (topic.drained == 0)
    {
      char chunk[100000];
      gssize n;

      if (!test_is_readable (fd, 10))
        {
          wait_for_streams (&topic, 1); /* it is still there, and `drained` is seen */
          continue;
        }
      n = recv (fd, chunk, sizeof chunk, 0);
      g_assert_cmpint (n, >, 0);
      g_string_append_len (got, chunk, n);
    }
  publish (&topic, "data: last\n\n");
  g_string_append (sent, "data: last\n\n");
  test_server_call (topic.server, finish_cb, &topic);
  rest = test_read_to_end (fd);
  g_string_append_len (got, rest->str, rest->len);
  close (fd);
  g_assert_true (g_str_equal (test_body (got->str), sent->str));
  topic_end (&topic);
}

/* Whoever closes, resets or only ends its sending is noticed without anything being sent. */
static void
test_vanishing (void)
{
  const struct linger reset = { 1, 0 };
  Topic topic;
  int fds[4];

  topic_start (&topic, NULL);
  for (int i = 0; i < 4; i++)
    fds[i] = open_stream (&topic, "");
  wait_for_streams (&topic, 4);
  close (fds[0]);
  setsockopt (fds[1], SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close (fds[1]);
  shutdown (fds[2], SHUT_WR);
  wait_for_streams (&topic, 1);
  g_assert_cmpuint (topic.ended[SORTIE_SSE_GONE], ==, 3);
  close (fds[2]);
  close (fds[3]);
  wait_for_streams (&topic, 0);
  topic_end (&topic);
}

/* What a client sends after its request is never answered, and no place to store things. */
static void
test_client_talks (void)
{
  Topic topic;
  g_autofree char *noise = g_strnfill (SORTIE_SSE_MAX_INPUT + 10000, 'n');
  g_autoptr (GString) got = NULL;
  int fd;

  topic_start (&topic, NULL);
  fd = open_stream (&topic, "");
  test_send (fd, "GET /events HTTP/1.1\r\n" OK "\r\n", -1);
  wait_for_streams (&topic, 1);
  publish (&topic, "data: one\n\n");
  got = test_read_until (fd, "data: one\n\n");
  g_assert_cmpint (test_count (got->str, "HTTP/1.1"), ==, 1);
  test_send (fd, noise, -1);
  wait_for_streams (&topic, 0);
  g_assert_cmpuint (topic.ended[SORTIE_SSE_GONE], ==, 1);
  close (fd);
  topic_end (&topic);
}

static void
quick_heartbeat (SortieHttpServerOptions *options)
{
  options->heartbeat_ms = 20;
}

static void
test_heartbeat (void)
{
  Topic topic;
  g_autoptr (GString) got = NULL;
  int fd;

  topic_start (&topic, quick_heartbeat);
  fd = open_stream (&topic, "");
  got = test_read_until (fd, "\n\n: still here\n\n: still here\n\n");
  g_assert_nonnull (got);
  close (fd);
  wait_for_streams (&topic, 0);
  topic_end (&topic);
}

/* A client that reads nothing of a queue that never gets full does not stay for ever. */
static void
test_stall (void)
{
  Topic topic;
  g_autofree char *payload = g_strnfill (12 * 1024 * 1024, 'p');
  int fd;

  topic_start (&topic, quick_heartbeat);
  fd = open_stream (&topic, "");
  wait_for_streams (&topic, 1);
  publish (&topic, payload);
  wait_for_streams (&topic, 0);
  g_assert_cmpuint (topic.ended[SORTIE_SSE_TOO_SLOW], ==, 1);
  close (fd);
  topic_end (&topic);
}

static void
test_drop (void)
{
  Topic topic;
  int fd;

  topic_start (&topic, NULL);
  fd = open_stream (&topic, "");
  wait_for_streams (&topic, 1);
  test_server_call (topic.server, drop_cb, &topic);
  g_string_free (test_read_to_end (fd), TRUE);
  close (fd);
  wait_for_streams (&topic, 0);
  g_assert_cmpuint (topic.ended[SORTIE_SSE_DROPPED], ==, 1);
  topic_end (&topic);
}

/* Streams end in order with the server, and are closed for their owner in any case. */
static void
test_server_stops (void)
{
  Topic topic;
  g_autoptr (GString) got = NULL;
  int fd, slow;
  g_autofree char *payload = g_strnfill (8 * 1024 * 1024, 'p');

  topic_start (&topic, NULL);
  fd = open_stream (&topic, "");
  wait_for_streams (&topic, 1);
  publish (&topic, "data: one\n\n");
  slow = open_stream (&topic, "");
  wait_for_streams (&topic, 2);
  topic.frames = g_bytes_new (payload, strlen (payload));
  test_server_call (topic.server, publish_cb, &topic);
  g_clear_pointer (&topic.frames, g_bytes_unref);
  test_server_free (topic.server);
  g_assert_cmpuint (topic.connections->len, ==, 0);
  g_assert_cmpuint (topic.ended[SORTIE_SSE_DROPPED], >=, 1);
  got = test_read_to_end (fd);
  g_assert_true (g_str_has_prefix (test_body (got->str), "data: one\n\n"));
  close (fd);
  close (slow);
  g_ptr_array_unref (topic.connections);
}

int
main (int argc, char **argv)
{
  struct rlimit limit;

  g_test_init (&argc, &argv, NULL);
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  g_test_add_func ("/server/sse/events", test_events);
  g_test_add_func ("/server/sse/negotiation", test_negotiation);
  g_test_add_func ("/server/sse/head", test_head);
  g_test_add_func ("/server/sse/many", test_many);
  g_test_add_func ("/server/sse/slow-reader", test_slow_reader);
  g_test_add_func ("/server/sse/backlog-is-resumed", test_backlog_is_resumed);
  g_test_add_func ("/server/sse/vanishing", test_vanishing);
  g_test_add_func ("/server/sse/client-talks", test_client_talks);
  g_test_add_func ("/server/sse/heartbeat", test_heartbeat);
  g_test_add_func ("/server/sse/stall", test_stall);
  g_test_add_func ("/server/sse/drop", test_drop);
  g_test_add_func ("/server/sse/server-stops", test_server_stops);
  return g_test_run ();
}
