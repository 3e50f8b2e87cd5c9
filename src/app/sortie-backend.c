/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-backend-private.h"
#include "sortie-error.h"
#include "sortie-timeout.h"

#define FIRST_PAUSE_MS 1000
#define LONGEST_PAUSE_MS 30000
/* A child that has lived this long did not die of its start. */
#define SOUND_LIFE_US (60 * G_USEC_PER_SEC)
/* Attempts of the feed after which a backend is called offline, or an own one that is not our child
 * is started anew. */
#define FRUITLESS_ATTEMPTS 3
#define CONFLICT_MS 50

G_DEFINE_FINAL_TYPE (SortieBackend, sortie_backend, G_TYPE_OBJECT)

enum
{
  PROP_STATE = 1,
  PROP_API,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

enum
{
  FEED_EVENT,
  CONNECTED,
  LOG_LINE,
  PROGRESSED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void launch (SortieBackend *self);

/* ---- States ---- */

void
sortie_backend_change_state (SortieBackend *self, SortieBackendState state)
{
  if (self->state == state || !sortie_backend_state_may_change (self->state, state))
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
take_error (SortieBackend *self, GError *error)
{
  g_clear_error (&self->error);
  self->error = error;
}

/* Ends whatever is under way; nothing of it comes back. */
static void
abandon (SortieBackend *self)
{
  sortie_timeout_clear (&self->retry);
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->is_asking = FALSE;
}

static void
drop_feed (SortieBackend *self)
{
  if (self->feed == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->feed, self);
  sortie_event_stream_stop (self->feed);
  g_clear_object (&self->feed);
}

void
sortie_backend_fail (SortieBackend *self, GError *error)
{
  abandon (self);
  drop_feed (self);
  take_error (self, error);
  sortie_backend_change_state (self, SORTIE_BACKEND_FAILED);
}

/* ---- The feed ---- */

static void
feed_event_cb (SortieEventStream *feed,
               const SortieEvent *event,
               const char *json,
               SortieBackend *self)
{
  g_signal_emit (self, signals[FEED_EVENT], 0, event);
}

static void
feed_waits (SortieBackend *self)
{
  const GError *error = sortie_event_stream_get_error (self->feed);

  self->n_fruitless++;
  take_error (self, error != NULL ? g_error_copy (error) : NULL);
  if (self->state == SORTIE_BACKEND_ONLINE)
    sortie_backend_change_state (self, SORTIE_BACKEND_RECONNECTING);
  if (self->n_fruitless < FRUITLESS_ATTEMPTS || self->state != SORTIE_BACKEND_RECONNECTING)
    return;
  if (self->address == NULL && !sortie_launcher_has_child (self->launcher))
    {
      /* It was another process's backend, and has gone with it. */
      sortie_backend_change_state (self, SORTIE_BACKEND_STARTING);
      launch (self);
    }
  else
    sortie_backend_change_state (self, SORTIE_BACKEND_OFFLINE);
}

static void
feed_state_cb (SortieBackend *self)
{
  SortieEventStreamState state = sortie_event_stream_get_state (self->feed);
  const GError *error = sortie_event_stream_get_error (self->feed);

  if (state == SORTIE_EVENT_STREAM_OPEN)
    {
      self->n_fruitless = 0;
      if (self->state == SORTIE_BACKEND_RECONNECTING || self->state == SORTIE_BACKEND_OFFLINE)
        sortie_backend_ask (self);
    }
  else if (state == SORTIE_EVENT_STREAM_WAITING)
    feed_waits (self);
  else if (state == SORTIE_EVENT_STREAM_FAILED)
    sortie_backend_fail (self, error != NULL ? g_error_copy (error) : NULL);
}

static void
follow_feed (SortieBackend *self)
{
  if (self->feed == NULL)
    {
      self->feed = sortie_event_stream_new_feed (self->api);
      sortie_event_stream_set_timing (self->feed, self->first_pause, self->backoff.longest, 40000);
      g_signal_connect (self->feed, "event", G_CALLBACK (feed_event_cb), self);
      g_signal_connect_swapped (self->feed, "notify::state", G_CALLBACK (feed_state_cb), self);
    }
  sortie_event_stream_start (self->feed);
}

/* ---- Who is it? ---- */

static gboolean
retry_cb (gpointer user_data)
{
  SortieBackend *self = user_data;

  sortie_timeout_clear (&self->retry);
  sortie_backend_ask (self);
  return G_SOURCE_REMOVE;
}

static void
not_answered (SortieBackend *self, GError *error)
{
  guint pause;

  if (!g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE) &&
      !g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_RATE_LIMIT))
    {
      sortie_backend_fail (self, error);
      return;
    }
  take_error (self, error);
  sortie_backend_change_state (self, SORTIE_BACKEND_OFFLINE);
  if (self->feed != NULL) /* which tries by itself, and asks anew when it is open */
    return;
  pause =
      sortie_backoff_next (&self->backoff, FALSE, 0, g_get_monotonic_time (), g_random_double ());
  sortie_timeout_clear (&self->retry);
  self->retry = sortie_timeout_add (pause, retry_cb, self);
}

static void
answered (SortieBackend *self)
{
  take_error (self, NULL);
  self->backoff.n_fruitless = 0;
  self->n_fruitless = 0;
  if (!g_str_equal (self->info->api_version, SORTIE_BACKEND_API_VERSION))
    {
      drop_feed (self);
      sortie_backend_change_state (self, SORTIE_BACKEND_WRONG_VERSION);
      return;
    }
  sortie_backend_change_state (self, SORTIE_BACKEND_ONLINE);
  follow_feed (self);
  g_signal_emit (self, signals[CONNECTED], 0);
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieBackend) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);
  SortieBackendInfo *info;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->is_asking = FALSE;
  if (node == NULL)
    {
      not_answered (self, g_steal_pointer (&error));
      return;
    }
  info = sortie_backend_info_from_json (node, &error);
  if (info == NULL)
    {
      sortie_backend_fail (self, g_steal_pointer (&error));
      return;
    }
  g_clear_pointer (&self->info, sortie_backend_info_free);
  self->info = info;
  sortie_api_take_info (SORTIE_API (source), node);
  answered (self);
}

void
sortie_backend_ask (SortieBackend *self)
{
  if (self->is_asking)
    return;
  self->is_asking = TRUE;
  sortie_timeout_clear (&self->retry);
  sortie_api_get_info_async (self->api, self->cancellable, asked_cb, g_object_ref (self));
}

/* The same address keeps its API, so that open missions go on with theirs. */
gboolean
sortie_backend_speak_to (SortieBackend *self, const SortieBackendAddress *address, GError **error)
{
  g_autoptr (SortieApi) api = NULL;

  if (self->api != NULL &&
      sortie_backend_address_equal (sortie_api_get_address (self->api), address))
    return TRUE;
  api = sortie_api_new (address, self->token, error);
  if (api == NULL)
    return FALSE;
  drop_feed (self);
  g_set_object (&self->api, api);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_API]);
  return TRUE;
}

/* ---- The own backend ---- */

static gboolean relaunch_cb (gpointer user_data);

static void
launched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieBackend) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieBackendAddress) address =
      sortie_launcher_start_finish (SORTIE_LAUNCHER (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      self->state != SORTIE_BACKEND_STARTING)
    return;
  if (g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT))
    {
      /* A start that was abandoned a moment ago has not quite ended. */
      sortie_timeout_clear (&self->retry);
      self->retry = sortie_timeout_add (CONFLICT_MS, relaunch_cb, self);
      return;
    }
  if (address == NULL || !sortie_backend_speak_to (self, address, &error))
    {
      sortie_backend_fail (self, g_steal_pointer (&error));
      return;
    }
  sortie_backend_change_state (self, SORTIE_BACKEND_CONNECTING);
  sortie_backend_ask (self);
}

static void
launch (SortieBackend *self)
{

  self->born = g_get_monotonic_time ();
  sortie_launcher_start_async (self->launcher, self->cancellable, launched_cb, g_object_ref (self));
}

static gboolean
relaunch_cb (gpointer user_data)
{
  SortieBackend *self = user_data;

  sortie_timeout_clear (&self->retry);
  launch (self);
  return G_SOURCE_REMOVE;
}

static void
exited_cb (SortieBackend *self)
{
  gint64 lived = g_get_monotonic_time () - self->born;

  if (self->address != NULL || self->state == SORTIE_BACKEND_IDLE ||
      self->state == SORTIE_BACKEND_FAILED)
    return;
  self->n_deaths = lived > SOUND_LIFE_US ? 1 : self->n_deaths + 1;
  if (self->n_deaths >= SORTIE_BACKEND_MAX_DEATHS)
    {
      sortie_backend_fail (self,
                           sortie_backend_death_error (self->n_deaths,
                                                       sortie_launcher_get_log (self->launcher)));
      return;
    }
  abandon (self);
  sortie_backend_change_state (self, SORTIE_BACKEND_STARTING);
  self->retry = sortie_timeout_add (self->n_deaths == 1 ? 0 : self->first_pause << self->n_deaths,
                                    relaunch_cb, self);
}

static void
log_line_cb (SortieLauncher *launcher, const char *line, SortieBackend *self)
{
  g_signal_emit (self, signals[LOG_LINE], 0, line);
}

/* ---- The object ---- */

static void
sortie_backend_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SortieBackend *self = SORTIE_BACKEND (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_API:
      g_value_set_object (value, self->api);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sortie_backend_dispose (GObject *object)
{
  SortieBackend *self = SORTIE_BACKEND (object);

  sortie_timeout_clear (&self->retry);
  g_cancellable_cancel (self->cancellable);
  drop_feed (self);
  if (self->launcher != NULL)
    g_signal_handlers_disconnect_by_data (self->launcher, self);
  g_clear_object (&self->launcher);
  if (self->containers != NULL)
    g_signal_handlers_disconnect_by_data (self->containers, self);
  g_clear_object (&self->containers);
  g_clear_object (&self->api);
  G_OBJECT_CLASS (sortie_backend_parent_class)->dispose (object);
}

static void
sortie_backend_finalize (GObject *object)
{
  SortieBackend *self = SORTIE_BACKEND (object);

  g_object_unref (self->cancellable);
  g_clear_error (&self->error);
  g_free (self->shown);
  g_free (self->address);
  g_free (self->token);
  g_clear_pointer (&self->info, sortie_backend_info_free);
  G_OBJECT_CLASS (sortie_backend_parent_class)->finalize (object);
}

static void
sortie_backend_class_init (SortieBackendClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sortie_backend_get_property;
  object_class->dispose = sortie_backend_dispose;
  object_class->finalize = sortie_backend_finalize;
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, SORTIE_TYPE_BACKEND_STATE,
                                              SORTIE_BACKEND_IDLE, flags);
  properties[PROP_API] = g_param_spec_object ("api", NULL, NULL, SORTIE_TYPE_API, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  signals[FEED_EVENT] = g_signal_new ("feed-event", SORTIE_TYPE_BACKEND, G_SIGNAL_RUN_LAST, 0, NULL,
                                      NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[CONNECTED] = g_signal_new ("connected", SORTIE_TYPE_BACKEND, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 0);
  signals[PROGRESSED] = g_signal_new ("progressed", SORTIE_TYPE_BACKEND, G_SIGNAL_RUN_LAST, 0, NULL,
                                      NULL, NULL, G_TYPE_NONE, 0);
  signals[LOG_LINE] = g_signal_new ("log-line", SORTIE_TYPE_BACKEND, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
sortie_backend_init (SortieBackend *self)
{
  g_autofree char *data_dir = g_build_filename (g_get_user_data_dir (), "sortie", NULL);

  self->cancellable = g_cancellable_new ();
  self->first_pause = FIRST_PAUSE_MS;
  self->backoff = (SortieBackoff){ .first = FIRST_PAUSE_MS, .longest = LONGEST_PAUSE_MS };
  self->launcher = sortie_launcher_new ();
  /* A `.env` must never be taken from wherever the window happens to be opened. */
  if (g_mkdir_with_parents (data_dir, 0700) == 0)
    sortie_launcher_set_working_dir (self->launcher, data_dir);
  g_signal_connect_swapped (self->launcher, "exited", G_CALLBACK (exited_cb), self);
  g_signal_connect (self->launcher, "log-line", G_CALLBACK (log_line_cb), self);
}

SortieBackend *
sortie_backend_new (void)
{
  return g_object_new (SORTIE_TYPE_BACKEND, NULL);
}

void
sortie_backend_forget_api (SortieBackend *self)
{
  g_clear_object (&self->api);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_API]);
}

void
sortie_backend_choose (SortieBackend *self, const char *address, const char *token)
{
  sortie_backend_stop (self);
  if (self->address == NULL && address != NULL)
    sortie_launcher_stop_async (self->launcher, NULL, NULL, NULL);
  if (self->in_containers || g_strcmp0 (self->address, address) != 0 ||
      g_strcmp0 (self->token, token) != 0)
    sortie_backend_forget_api (self);
  self->in_containers = FALSE;
  g_free (self->address);
  self->address = g_strdup (address);
  g_free (self->token);
  self->token = g_strdup (token);
  g_clear_pointer (&self->shown, g_free);
}

SortieLauncher *
sortie_backend_get_launcher (SortieBackend *self)
{
  return self->launcher;
}

void
sortie_backend_set_timing (SortieBackend *self, guint first_pause, guint longest_pause)
{
  self->first_pause = first_pause;
  self->backoff.first = first_pause;
  self->backoff.longest = longest_pause;
}

static void
connect_to_address (SortieBackend *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieBackendAddress) address = sortie_backend_address_parse (self->address, &error);

  if (address != NULL && self->shown != NULL)
    sortie_backend_address_set_display (address, self->shown);
  if (address == NULL || !sortie_backend_speak_to (self, address, &error))
    {
      sortie_backend_fail (self, g_steal_pointer (&error));
      return;
    }
  sortie_backend_change_state (self, SORTIE_BACKEND_CONNECTING);
  sortie_backend_ask (self);
}

void
sortie_backend_start (SortieBackend *self)
{
  if (self->state != SORTIE_BACKEND_IDLE && self->state != SORTIE_BACKEND_OFFLINE &&
      self->state != SORTIE_BACKEND_FAILED && self->state != SORTIE_BACKEND_WRONG_VERSION)
    return;
  abandon (self);
  self->n_deaths = 0;
  self->backoff.n_fruitless = 0;
  if (self->in_containers)
    {
      sortie_backend_start_containers (self);
      return;
    }
  if (self->address != NULL)
    {
      connect_to_address (self);
      return;
    }
  sortie_backend_change_state (self, SORTIE_BACKEND_STARTING);
  launch (self);
}

void
sortie_backend_stop (SortieBackend *self)
{
  abandon (self);
  drop_feed (self);
  take_error (self, NULL);
  sortie_backend_change_state (self, SORTIE_BACKEND_IDLE);
}

/* ---- The end ---- */

static void
stopped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  sortie_launcher_stop_finish (SORTIE_LAUNCHER (source), result, NULL);
  g_task_return_boolean (task, TRUE);
}

void
sortie_backend_shut_down_async (SortieBackend *self,
                                gboolean keep_running,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  sortie_backend_stop (self);
  if (self->n_starts > 0)
    self->end = g_steal_pointer (&task); /* what was started is stopped first */
  else if (keep_running && sortie_launcher_has_child (self->launcher) &&
           sortie_launcher_keep_running (self->launcher, NULL))
    g_task_return_boolean (task, TRUE);
  else
    sortie_launcher_stop_async (self->launcher, NULL, stopped_cb, g_steal_pointer (&task));
}

void
sortie_backend_shut_down_finish (SortieBackend *self, GAsyncResult *result)
{
  g_task_propagate_boolean (G_TASK (result), NULL);
}
