/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-live-mission.h"

#include <string.h>

struct _SortieLiveMission
{
  GObject parent_instance;
  SortieApi *api;
  char *mission_id;
  SortieEventStream *stream;
  GPtrArray *events;          /* SortieEvent: all that were applied */
  GPtrArray *checkpoints;     /* SortieMissionModel: [i] after i × CHECKPOINT events */
  SortieMissionModel *newest; /* after all events */
  SortieMissionModel *shown;  /* (nullable): a replay's moment; NULL while live */
  guint position;             /* of the shown moment while a replay stands */
  GListStore *rows;
  GHashTable *draft_rows; /* draft number → its row */
};

G_DEFINE_FINAL_TYPE (SortieLiveMission, sortie_live_mission, G_TYPE_OBJECT)

enum
{
  PROP_POSITION = 1,
  PROP_N_EVENTS,
  PROP_LIVE,
  PROP_STREAM_STATE,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

enum
{
  EVENT,
  JUMPED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* ---- Taking events ---- */

static void
add_row (SortieLiveMission *self, const SortieEvent *event, guint index)
{
  g_autoptr (SortieEventRow) row = NULL;
  SortieEventRow *draft = NULL;

  if (event->type == SORTIE_EVENT_PARTIAL_OUTPUT)
    draft = g_hash_table_lookup (self->draft_rows, GINT_TO_POINTER (event->draft));
  if (draft == NULL)
    row = sortie_event_row_new (self->events, index);
  if (event->type == SORTIE_EVENT_PARTIAL_OUTPUT)
    sortie_event_row_add_chunk (draft != NULL ? draft : row, event);
  if (row == NULL)
    return;
  if (event->type == SORTIE_EVENT_PARTIAL_OUTPUT)
    g_hash_table_insert (self->draft_rows, GINT_TO_POINTER (event->draft), row);
  g_list_store_append (self->rows, row);
}

void
sortie_live_mission_take (SortieLiveMission *self, const SortieEvent *event)
{
  g_autoptr (GError) error = NULL;
  SortieModelChange changes = sortie_mission_model_apply (self->newest, event, &error);
  SortieEvent *kept;

  if (error != NULL)
    g_debug ("An event was refused: %s", error->message);
  if (changes == SORTIE_MODEL_UNCHANGED)
    return;
  kept = sortie_event_copy (event);
  g_ptr_array_add (self->events, kept);
  if (self->events->len % SORTIE_LIVE_MISSION_CHECKPOINT == 0)
    g_ptr_array_add (self->checkpoints, sortie_mission_model_copy (self->newest));
  add_row (self, kept, self->events->len - 1);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_EVENTS]);
  if (self->shown != NULL)
    return;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
  g_signal_emit (self, signals[EVENT], 0, kept, (guint) changes);
}

static void
event_cb (SortieEventStream *stream,
          const SortieEvent *event,
          const char *json,
          SortieLiveMission *self)
{
  sortie_live_mission_take (self, event);
}

/* Everything comes again from the first event. */
static void
reset_cb (SortieEventStream *stream, SortieLiveMission *self)
{
  g_list_store_remove_all (self->rows);
  g_hash_table_remove_all (self->draft_rows);
  g_ptr_array_unref (self->events); /* rows that are still shown keep theirs */
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_event_free);
  g_ptr_array_set_size (self->checkpoints, 1);
  sortie_mission_model_clear (self->newest);
  g_clear_pointer (&self->shown, sortie_mission_model_free);
  g_signal_emit (self, signals[JUMPED], 0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_EVENTS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIVE]);
}

static void
state_cb (SortieLiveMission *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STREAM_STATE]);
}

/* ---- The shown moment ---- */

void
sortie_live_mission_show (SortieLiveMission *self, guint position)
{
  guint checkpoint;
  SortieMissionModel *model;
  gboolean was_live = self->shown == NULL;

  position = MIN (position, self->events->len);
  if (!was_live && position == self->position)
    return;
  checkpoint = MIN (position / SORTIE_LIVE_MISSION_CHECKPOINT, self->checkpoints->len - 1);
  model = sortie_mission_model_copy (g_ptr_array_index (self->checkpoints, checkpoint));
  for (guint i = checkpoint * SORTIE_LIVE_MISSION_CHECKPOINT; i < position; i++)
    sortie_mission_model_apply (model, g_ptr_array_index (self->events, i), NULL);
  g_clear_pointer (&self->shown, sortie_mission_model_free);
  self->shown = model;
  self->position = position;
  g_signal_emit (self, signals[JUMPED], 0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
  if (was_live)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIVE]);
}

void
sortie_live_mission_go_live (SortieLiveMission *self)
{
  if (self->shown == NULL)
    return;
  g_clear_pointer (&self->shown, sortie_mission_model_free);
  g_signal_emit (self, signals[JUMPED], 0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIVE]);
}

guint
sortie_live_mission_get_position (SortieLiveMission *self)
{
  return self->shown != NULL ? self->position : self->events->len;
}

gboolean
sortie_live_mission_is_live (SortieLiveMission *self)
{
  return self->shown == NULL;
}

/* How many rows begin with one of the first `position` events: rows are in the order of those. */
guint
sortie_live_mission_get_n_rows_shown (SortieLiveMission *self)
{
  guint low = 0;
  guint high = g_list_model_get_n_items (G_LIST_MODEL (self->rows));

  if (self->shown == NULL)
    return high;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      g_autoptr (SortieEventRow) row = g_list_model_get_item (G_LIST_MODEL (self->rows), middle);

      if (sortie_event_row_get_index (row) < self->position)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* ---- The object ---- */

static void
sortie_live_mission_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SortieLiveMission *self = SORTIE_LIVE_MISSION (object);

  switch (id)
    {
    case PROP_POSITION:
      g_value_set_uint (value, sortie_live_mission_get_position (self));
      break;
    case PROP_N_EVENTS:
      g_value_set_uint (value, self->events->len);
      break;
    case PROP_LIVE:
      g_value_set_boolean (value, self->shown == NULL);
      break;
    case PROP_STREAM_STATE:
      g_value_set_enum (value, sortie_event_stream_get_state (self->stream));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sortie_live_mission_dispose (GObject *object)
{
  SortieLiveMission *self = SORTIE_LIVE_MISSION (object);

  if (self->stream != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->stream, self);
      sortie_event_stream_stop (self->stream);
    }
  g_clear_object (&self->stream);
  g_clear_object (&self->api);
  G_OBJECT_CLASS (sortie_live_mission_parent_class)->dispose (object);
}

static void
sortie_live_mission_finalize (GObject *object)
{
  SortieLiveMission *self = SORTIE_LIVE_MISSION (object);

  g_object_unref (self->rows);
  g_hash_table_unref (self->draft_rows);
  g_ptr_array_unref (self->checkpoints);
  g_ptr_array_unref (self->events);
  g_clear_pointer (&self->shown, sortie_mission_model_free);
  g_clear_pointer (&self->newest, sortie_mission_model_free);
  g_free (self->mission_id);
  G_OBJECT_CLASS (sortie_live_mission_parent_class)->finalize (object);
}

static void
sortie_live_mission_class_init (SortieLiveMissionClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sortie_live_mission_get_property;
  object_class->dispose = sortie_live_mission_dispose;
  object_class->finalize = sortie_live_mission_finalize;
  properties[PROP_POSITION] = g_param_spec_uint ("position", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_EVENTS] = g_param_spec_uint ("n-events", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_LIVE] = g_param_spec_boolean ("live", NULL, NULL, TRUE, flags);
  properties[PROP_STREAM_STATE] =
      g_param_spec_enum ("stream-state", NULL, NULL, SORTIE_TYPE_EVENT_STREAM_STATE,
                         SORTIE_EVENT_STREAM_IDLE, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  signals[EVENT] = g_signal_new ("event", SORTIE_TYPE_LIVE_MISSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_UINT);
  signals[JUMPED] = g_signal_new ("jumped", SORTIE_TYPE_LIVE_MISSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
sortie_live_mission_init (SortieLiveMission *self)
{
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_event_free);
  self->checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_mission_model_free);
  self->rows = g_list_store_new (SORTIE_TYPE_EVENT_ROW);
  self->draft_rows = g_hash_table_new (NULL, NULL);
}

SortieLiveMission *
sortie_live_mission_new (SortieApi *api, const char *mission_id)
{
  SortieLiveMission *self = g_object_new (SORTIE_TYPE_LIVE_MISSION, NULL);

  self->api = g_object_ref (api);
  self->mission_id = g_strdup (mission_id);
  self->newest = sortie_mission_model_new (mission_id);
  g_ptr_array_add (self->checkpoints, sortie_mission_model_new (mission_id));
  self->stream = sortie_event_stream_new (api, mission_id);
  g_signal_connect (self->stream, "event", G_CALLBACK (event_cb), self);
  g_signal_connect (self->stream, "reset", G_CALLBACK (reset_cb), self);
  g_signal_connect_swapped (self->stream, "notify::state", G_CALLBACK (state_cb), self);
  return self;
}

void
sortie_live_mission_start (SortieLiveMission *self)
{
  sortie_event_stream_start (self->stream);
}

void
sortie_live_mission_stop (SortieLiveMission *self)
{
  sortie_event_stream_stop (self->stream);
}

SortieApi *
sortie_live_mission_get_api (SortieLiveMission *self)
{
  return self->api;
}

const char *
sortie_live_mission_get_mission_id (SortieLiveMission *self)
{
  return self->mission_id;
}

SortieEventStream *
sortie_live_mission_get_stream (SortieLiveMission *self)
{
  return self->stream;
}

const SortieMissionModel *
sortie_live_mission_get_model (SortieLiveMission *self)
{
  return self->shown != NULL ? self->shown : self->newest;
}

const SortieMissionModel *
sortie_live_mission_get_newest (SortieLiveMission *self)
{
  return self->newest;
}

guint
sortie_live_mission_get_n_events (SortieLiveMission *self)
{
  return self->events->len;
}

const SortieEvent *
sortie_live_mission_get_event (SortieLiveMission *self, guint index)
{
  return index < self->events->len ? g_ptr_array_index (self->events, index) : NULL;
}

GListModel *
sortie_live_mission_get_rows (SortieLiveMission *self)
{
  return G_LIST_MODEL (self->rows);
}
