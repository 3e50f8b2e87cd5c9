/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-client"

#include "sortie-event-stream.h"

#include "sortie-api-private.h"
#include "sortie-backoff.h"
#include "sortie-error.h"
#include "sortie-event-id.h"
#include "sortie-event-marshal.h"
#include "sortie-sse-parser.h"
#include "sortie-timeout.h"

#include <string.h>

#define READ_BYTES (32 * 1024)
/* That of GTK's frames, so that a long history and the frames take turns; input goes before both. */
#define READ_PRIORITY (G_PRIORITY_HIGH_IDLE + 20)
#define MAX_EVENT_ID_BYTES 4096
#define MIN_RETRY_MS 100 /* what `retry:` may bring the pause down to */

/* One connection. It outlives the stream while an operation is under way; `stream` is NULL from the
 * moment that it was let go, and what still arrives is then dropped. */
typedef struct
{
  SortieEventStream *stream;
  GCancellable *cancellable;
  GInputStream *body;
  SortieSseParser *parser;
  guint8 buffer[READ_BYTES];
} Connection;

struct _SortieEventStream
{
  GObject parent_instance;

  SortieApi *api;
  char *mission_id; /* NULL for the feed */
  char *path;

  SortieEventStreamState state;
  GError *error;
  char *last_event_id;
  Connection *connection;
  GSource *retry_source;
  GSource *silence_source;
  gint64 last_heard; /* monotonic */
  gint64 next_attempt;
  gboolean progressed; /* whether this connection brought something new */
  guint n_connections;
  guint n_malformed;
  guint n_malformed_in_row;

  SortieBackoff backoff;
  guint silence; /* milliseconds */
};

enum
{
  PROP_STATE = 1,
  N_PROPS
};

enum
{
  EVENT,
  EVENTS_TOLD,
  RESET,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SortieEventStream, sortie_event_stream, G_TYPE_OBJECT)

static void connect_now (SortieEventStream *self);

/* --- states --- */

static gboolean
set_state (SortieEventStream *self, SortieEventStreamState state)
{
  if (!sortie_event_stream_may_change (self->state, state))
    return FALSE;

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);

  return TRUE;
}

/* --- connections and timers --- */

static void
connection_free (gpointer data)
{
  Connection *connection = data;

  g_clear_object (&connection->cancellable);
  g_clear_object (&connection->body);
  g_clear_pointer (&connection->parser, sortie_sse_parser_free);
}

static void
connection_unref (Connection *connection)
{
  g_rc_box_release_full (connection, connection_free);
}

static void
let_go (SortieEventStream *self)
{
  Connection *connection = g_steal_pointer (&self->connection);

  sortie_timeout_clear (&self->silence_source);
  sortie_timeout_clear (&self->retry_source);
  self->next_attempt = 0;
  if (connection == NULL)
    return;

  connection->stream = NULL;
  g_cancellable_cancel (connection->cancellable);
  if (connection->body != NULL && !g_input_stream_has_pending (connection->body))
    sortie_api_drop_body (connection->body);
  connection_unref (connection);
}

/* --- ends of a connection --- */

static void
finish (SortieEventStream *self, SortieEventStreamState state, GError *error)
{
  let_go (self);
  g_clear_error (&self->error);
  self->error = error;
  set_state (self, state);
}

static gboolean
retry_cb (gpointer user_data)
{
  SortieEventStream *self = user_data;

  sortie_timeout_clear (&self->retry_source);
  connect_now (self);

  return G_SOURCE_REMOVE;
}

static void
adopt_retry (SortieEventStream *self)
{
  SortieBackoff *backoff = &self->backoff;
  gint64 retry = -1;

  if (self->connection != NULL)
    retry = sortie_sse_parser_get_retry (self->connection->parser);
  if (retry >= 0)
    backoff->first = (guint) CLAMP (retry, MIN (MIN_RETRY_MS, backoff->longest), backoff->longest);
}

/* `asked`: the pause that the backend asks for, milliseconds */
static void
lose (SortieEventStream *self, GError *error, guint asked)
{
  guint pause;

  adopt_retry (self);
  pause = sortie_backoff_next (&self->backoff, self->progressed, asked, g_get_monotonic_time (),
                               g_random_double ());

  g_debug ("stream lost, next attempt in %u ms: %s", pause, error->message);
  let_go (self);
  g_clear_error (&self->error);
  self->error = error;
  self->next_attempt = g_get_monotonic_time () + (gint64) pause * 1000;
  self->retry_source = sortie_timeout_add (pause, retry_cb, self);
  set_state (self, SORTIE_EVENT_STREAM_WAITING);
}

static gboolean
silence_cb (gpointer user_data)
{
  SortieEventStream *self = user_data;
  gint64 elapsed = (g_get_monotonic_time () - self->last_heard) / 1000;

  sortie_timeout_clear (&self->silence_source);
  if (elapsed < self->silence)
    self->silence_source = sortie_timeout_add (self->silence - (guint) elapsed, silence_cb, self);
  else
    lose (self,
          g_error_new_literal (SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE, "the backend fell silent"),
          0);

  return G_SOURCE_REMOVE;
}

/* --- events --- */

static void
take_malformed (SortieEventStream *self)
{
  self->n_malformed++;
  if (++self->n_malformed_in_row < SORTIE_EVENT_STREAM_MAX_MALFORMED)
    return;

  finish (self, SORTIE_EVENT_STREAM_FAILED,
          g_error_new (SORTIE_ERROR, SORTIE_ERROR_PROTOCOL,
                       "the backend sent %d malformed events in a row",
                       SORTIE_EVENT_STREAM_MAX_MALFORMED));
}

/* IDs of a mission's stream grow strictly; those of the feed are opaque and only compared. Counters
 * have no ID of their own and, as in any event stream, come with the one before. */
static gboolean
is_new (SortieEventStream *self, const SortieEvent *event, const char *id)
{
  if (*id == '\0' || self->last_event_id == NULL ||
      g_str_equal (event->code, SORTIE_CODE_TOPOLOGY_COUNTERS))
    return TRUE;
  if (self->mission_id == NULL)
    return !g_str_equal (id, self->last_event_id);

  return sortie_event_id_compare (id, self->last_event_id) > 0;
}

static void
apply_reset (SortieEventStream *self)
{
  g_clear_pointer (&self->last_event_id, g_free);
  g_signal_emit (self, signals[RESET], 0);
}

static void
apply_event (SortieEventStream *self, SortieEvent *event, const char *json, const char *id)
{
  if (*id != '\0')
    {
      g_free (self->last_event_id);
      self->last_event_id = g_strdup (id);
      g_free (event->id);
      event->id = g_strdup (id);
    }
  self->progressed = TRUE;
  self->n_malformed_in_row = 0;

  g_signal_emit (self, signals[EVENT], 0, event, json);
}

static void
frame_cb (const char *type, const char *data, gsize length, const char *id, gpointer user_data)
{
  Connection *connection = user_data;
  SortieEventStream *self = connection->stream;
  g_autoptr (SortieEvent) event = NULL;
  g_autofree char *line = NULL;

  /* A handler of an earlier event, or `done` itself, may have ended this connection. */
  if (self == NULL || self->state != SORTIE_EVENT_STREAM_OPEN)
    return;
  if (!g_str_equal (type, "message"))
    return;

  event = sortie_event_from_wire (data, length, NULL);
  if (event == NULL || strlen (id) > MAX_EVENT_ID_BYTES ||
      (self->mission_id != NULL && event->mission_id != NULL &&
       !g_str_equal (event->mission_id, self->mission_id)))
    {
      take_malformed (self);
      return;
    }

  if (g_str_equal (event->code, SORTIE_CODE_STREAM_RESET))
    {
      apply_reset (self);
      return;
    }
  if (!is_new (self, event, id))
    return;

  /* Valid JSON holds line breaks between its tokens only; the parser has made all of them LF. */
  if (memchr (data, '\n', length) != NULL)
    line = g_strdelimit (g_strndup (data, length), "\n", ' ');
  apply_event (self, event, line != NULL ? line : data, id);
  if (event->type == SORTIE_EVENT_DONE && self->mission_id != NULL && connection->stream != NULL)
    finish (self, SORTIE_EVENT_STREAM_COMPLETED, NULL);
}

/* --- reading --- */

static void read_cb (GObject *source, GAsyncResult *result, gpointer user_data);

static void
read_more (Connection *connection)
{
  g_input_stream_read_async (connection->body, connection->buffer, READ_BYTES, READ_PRIORITY,
                             connection->cancellable, read_cb, g_rc_box_acquire (connection));
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Connection *connection = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieEventStream) self = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (connection->stream == NULL)
    {
      sortie_api_drop_body (connection->body);
      connection_unref (connection);
      return;
    }

  self = g_object_ref (connection->stream);
  if (n <= 0)
    {
      if (error == NULL)
        error = g_error_new_literal (SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                                     "the backend closed the connection");
      lose (self,
            sortie_api_error_from_transport (g_steal_pointer (&error),
                                             sortie_api_get_address (self->api)),
            0);
    }
  else
    {
      self->last_heard = g_get_monotonic_time ();
      if (!sortie_sse_parser_feed (connection->parser, (const char *) connection->buffer, (gsize) n,
                                   &error) &&
          connection->stream != NULL)
        finish (self, SORTIE_EVENT_STREAM_FAILED, g_steal_pointer (&error));
      g_signal_emit (self, signals[EVENTS_TOLD], 0);
      if (connection->stream != NULL)
        read_more (connection);
      else
        sortie_api_drop_body (connection->body);
    }

  connection_unref (connection);
}

/* --- connecting --- */

static void
take_refusal (SortieEventStream *self, SortieApiStream *answer)
{
  gboolean passing = answer->status == 429 || answer->status == 408 || answer->status >= 500;
  GError *error = NULL;

  if (answer->status == 404 && self->mission_id != NULL)
    error = g_error_new (SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND, "no mission %s at the backend",
                         self->mission_id);
  else if (answer->status >= 200 && answer->status < 300)
    error = g_error_new_literal (SORTIE_ERROR, SORTIE_ERROR_PROTOCOL,
                                 "the backend's answer is no event stream");
  else
    error = sortie_api_error_from_answer (answer->status, answer->reason, NULL, FALSE);

  if (passing)
    lose (self, error, MIN (answer->retry_after, 3600) * 1000);
  else
    finish (self, SORTIE_EVENT_STREAM_FAILED, error);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Connection *connection = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieEventStream) self = NULL;
  g_autoptr (SortieApiStream) answer = NULL;

  answer = sortie_api_open_stream_finish (SORTIE_API (source), result, &error);
  if (answer != NULL)
    connection->body = g_object_ref (answer->body);
  if (connection->stream == NULL)
    {
      if (answer != NULL)
        sortie_api_drop_body (connection->body);
      connection_unref (connection);
      return;
    }

  self = g_object_ref (connection->stream);
  self->last_heard = g_get_monotonic_time ();
  if (answer == NULL)
    lose (self, g_steal_pointer (&error), 0);
  else if (answer->status == 204)
    finish (self, SORTIE_EVENT_STREAM_COMPLETED, NULL);
  else if (answer->status != 200 || g_strcmp0 (answer->content_type, "text/event-stream") != 0)
    take_refusal (self, answer);
  else
    {
      g_clear_error (&self->error);
      if (set_state (self, SORTIE_EVENT_STREAM_OPEN) && connection->stream != NULL)
        read_more (connection);
    }

  connection_unref (connection);
}

static void
connect_now (SortieEventStream *self)
{
  Connection *connection;

  if (!sortie_event_stream_may_change (self->state, SORTIE_EVENT_STREAM_CONNECTING))
    return;

  let_go (self);
  connection = g_rc_box_new0 (Connection);
  connection->stream = self;
  connection->cancellable = g_cancellable_new ();
  connection->parser = sortie_sse_parser_new (frame_cb, connection);
  self->connection = connection;
  self->progressed = FALSE;
  self->n_connections++;
  self->last_heard = g_get_monotonic_time ();
  self->silence_source = sortie_timeout_add (self->silence, silence_cb, self);

  sortie_api_open_stream_async (self->api, self->path, self->last_event_id, connection->cancellable,
                                opened_cb, g_rc_box_acquire (connection));
  set_state (self, SORTIE_EVENT_STREAM_CONNECTING);
}

/* --- the object --- */

static void
sortie_event_stream_dispose (GObject *object)
{
  SortieEventStream *self = SORTIE_EVENT_STREAM (object);

  let_go (self);
  g_clear_object (&self->api);

  G_OBJECT_CLASS (sortie_event_stream_parent_class)->dispose (object);
}

static void
sortie_event_stream_finalize (GObject *object)
{
  SortieEventStream *self = SORTIE_EVENT_STREAM (object);

  g_clear_error (&self->error);
  g_free (self->mission_id);
  g_free (self->path);
  g_free (self->last_event_id);

  G_OBJECT_CLASS (sortie_event_stream_parent_class)->finalize (object);
}

static void
sortie_event_stream_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_STATE)
    g_value_set_enum (value, (int) SORTIE_EVENT_STREAM (object)->state);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
sortie_event_stream_class_init (SortieEventStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sortie_event_stream_dispose;
  object_class->finalize = sortie_event_stream_finalize;
  object_class->get_property = sortie_event_stream_get_property;

  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, SORTIE_TYPE_EVENT_STREAM_STATE,
                         SORTIE_EVENT_STREAM_IDLE,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[EVENT] = g_signal_new ("event", SORTIE_TYPE_EVENT_STREAM, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, sortie_event_marshal, G_TYPE_NONE, 2, G_TYPE_POINTER,
                                 G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
  signals[EVENTS_TOLD] = g_signal_new ("events-told", SORTIE_TYPE_EVENT_STREAM, G_SIGNAL_RUN_LAST,
                                       0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[RESET] = g_signal_new ("reset", SORTIE_TYPE_EVENT_STREAM, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
sortie_event_stream_init (SortieEventStream *self)
{
  self->backoff.first = 1000;
  self->backoff.longest = 30000;
  self->silence = 40000;
}

/* --- public functions --- */

SortieEventStream *
sortie_event_stream_new (SortieApi *api, const char *mission_id)
{
  SortieEventStream *self = sortie_event_stream_new_feed (api);

  g_free (self->path);
  self->path = sortie_api_path ("missions", mission_id, "events", NULL);
  self->mission_id = g_strdup (mission_id);

  return self;
}

SortieEventStream *
sortie_event_stream_new_feed (SortieApi *api)
{
  SortieEventStream *self = g_object_new (SORTIE_TYPE_EVENT_STREAM, NULL);

  self->api = g_object_ref (api);
  self->path = g_strdup ("/events");

  return self;
}

void
sortie_event_stream_set_last_event_id (SortieEventStream *self, const char *id)
{
  g_return_if_fail (self->n_connections == 0);

  g_free (self->last_event_id);
  self->last_event_id = g_strdup (id);
}

void
sortie_event_stream_set_timing (SortieEventStream *self,
                                guint first_pause,
                                guint longest_pause,
                                guint silence)
{
  self->backoff.first = MAX (first_pause, 1);
  self->backoff.longest = MAX (longest_pause, self->backoff.first);
  self->silence = MAX (silence, 1);
}

void
sortie_event_stream_start (SortieEventStream *self)
{
  g_autoptr (SortieEventStream) keep = g_object_ref (self);

  connect_now (keep);
}

void
sortie_event_stream_stop (SortieEventStream *self)
{
  g_autoptr (SortieEventStream) keep = g_object_ref (self);

  if (sortie_event_stream_may_change (self->state, SORTIE_EVENT_STREAM_IDLE))
    finish (keep, SORTIE_EVENT_STREAM_IDLE, NULL);
}

SortieEventStreamState
sortie_event_stream_get_state (SortieEventStream *self)
{
  return self->state;
}

const GError *
sortie_event_stream_get_error (SortieEventStream *self)
{
  return self->error;
}

const char *
sortie_event_stream_get_last_event_id (SortieEventStream *self)
{
  return self->last_event_id;
}

gint64
sortie_event_stream_get_next_attempt (SortieEventStream *self)
{
  return self->next_attempt;
}

guint
sortie_event_stream_get_n_connections (SortieEventStream *self)
{
  return self->n_connections;
}

guint
sortie_event_stream_get_n_malformed (SortieEventStream *self)
{
  return self->n_malformed;
}
