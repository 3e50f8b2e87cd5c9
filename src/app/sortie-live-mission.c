/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-live-mission.h"

#include <string.h>

/* A history comes as a flood. What each of its events changes is not worth a drawing: while so many
 * arrive in so many milliseconds, the mission is behind, and all is shown when it has caught up, or
 * after so long, whichever comes first. */
#define FLOOD_EVENTS 40
#define FLOOD_MS 20
#define SHOW_BEHIND_MS 250

/* An event that is applied, and that nobody was told of yet. */
typedef struct
{
  guint index;
  guint changes; /* SortieModelChange */
} Untold;

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
  guint n_refused;        /* events that were not applied */
  GPtrArray *new_rows;    /* SortieEventRow: not in the list yet */
  GPtrArray *grown_rows;  /* SortieEventRow: drafts with chunks that nobody was told of */
  gboolean has_news;      /* whether events arrived that nobody counted */
  GArray *untold;         /* Untold: of this read; too many of them are not told one by one */
  guint n_arrived; /* events since the last read, or since it was looked whether it is behind */
  guint behind;    /* the timer that looks whether it still is; 0 while it is not */
  gint64 shown_at; /* g_get_monotonic_time () when it was last shown while behind */
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
add_chunk (SortieLiveMission *self, SortieEventRow *row, const SortieEvent *event)
{
  guint n = self->grown_rows->len;

  sortie_event_row_add_chunk (row, event);
  if (n == 0 || g_ptr_array_index (self->grown_rows, n - 1) != row)
    g_ptr_array_add (self->grown_rows, g_object_ref (row));
}

static void
add_row (SortieLiveMission *self, const SortieEvent *event, guint index)
{
  gboolean is_chunk = event->type == SORTIE_EVENT_PARTIAL_OUTPUT;
  SortieEventRow *row = NULL;

  if (is_chunk)
    row = g_hash_table_lookup (self->draft_rows, GINT_TO_POINTER (event->draft));
  if (row == NULL)
    {
      row = sortie_event_row_new (self->events, index);
      g_ptr_array_add (self->new_rows, row);
      if (is_chunk)
        g_hash_table_insert (self->draft_rows, GINT_TO_POINTER (event->draft), row);
    }
  if (is_chunk)
    add_chunk (self, row, event);
}

/* Who looks for a fault wants to see it. It is none of the mission's events: nothing is made of it. */
static void
add_refused_row (SortieLiveMission *self, const SortieEvent *event, const char *reason)
{
  if (self->n_refused++ < SORTIE_LIVE_MISSION_MAX_REFUSED)
    g_ptr_array_add (self->new_rows,
                     sortie_event_row_new_refused (event, self->events->len, reason));
}

/* @event: (transfer full): kept where it changes something. Returns: what it changed */
static guint
take (SortieLiveMission *self, SortieEvent *event)
{
  g_autoptr (GError) error = NULL;
  SortieModelChange changes = sortie_mission_model_apply (self->newest, event, &error);

  if (changes == SORTIE_MODEL_UNCHANGED)
    {
      if (error != NULL)
        add_refused_row (self, event, error->message);
      sortie_event_free (event);
      return changes;
    }
  g_ptr_array_add (self->events, event);
  if (self->events->len % SORTIE_LIVE_MISSION_CHECKPOINT == 0)
    g_ptr_array_add (self->checkpoints, sortie_mission_model_copy (self->newest));
  add_row (self, event, self->events->len - 1);
  self->has_news = TRUE;
  return changes;
}

static void
tell (SortieLiveMission *self, guint index, guint changes)
{
  if (self->shown == NULL && index < self->events->len)
    g_signal_emit (self, signals[EVENT], 0, g_ptr_array_index (self->events, index), changes);
}

/* What is told once for all events that arrived together. */
static void
tell_news (SortieLiveMission *self)
{
  if (self->new_rows->len > 0)
    g_list_store_splice (self->rows, g_list_model_get_n_items (G_LIST_MODEL (self->rows)), 0,
                         self->new_rows->pdata, self->new_rows->len);
  g_ptr_array_set_size (self->new_rows, 0);
  for (guint i = 0; i < self->grown_rows->len; i++)
    sortie_event_row_tell_growth (g_ptr_array_index (self->grown_rows, i));
  g_ptr_array_set_size (self->grown_rows, 0);
  if (!self->has_news)
    return;
  self->has_news = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_EVENTS]);
  if (self->shown == NULL)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
}

static void
show_news (SortieLiveMission *self)
{
  gboolean has_news = self->has_news;

  self->shown_at = g_get_monotonic_time ();
  tell_news (self);
  if (has_news && self->shown == NULL)
    g_signal_emit (self, signals[JUMPED], 0);
}

void
sortie_live_mission_take (SortieLiveMission *self, const SortieEvent *event)
{
  guint changes = take (self, sortie_event_copy (event));

  if (changes != SORTIE_MODEL_UNCHANGED && self->behind == 0)
    tell (self, self->events->len - 1, changes);
  tell_news (self);
}

/* ---- The stream ---- */

static void
event_cb (SortieEventStream *stream,
          const SortieEvent *event,
          const char *json,
          SortieLiveMission *self)
{
  Untold untold = { .changes = take (self, sortie_event_ref (event)) };

  if (untold.changes == SORTIE_MODEL_UNCHANGED)
    return;
  untold.index = self->events->len - 1;
  if (++self->n_arrived < FLOOD_EVENTS && self->behind == 0)
    g_array_append_val (self->untold, untold);
}

static gboolean
is_over (SortieLiveMission *self)
{
  return sortie_mission_state_is_final (sortie_mission_model_get_state (self->newest));
}

static gboolean
behind_cb (gpointer user_data)
{
  SortieLiveMission *self = user_data;
  gboolean is_behind = self->n_arrived >= FLOOD_EVENTS && !is_over (self);

  self->n_arrived = 0;
  if (!is_behind)
    self->behind = 0;
  if (!is_behind || g_get_monotonic_time () - self->shown_at >= SHOW_BEHIND_MS * 1000)
    show_news (self);
  return is_behind ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
tell_one_by_one (SortieLiveMission *self)
{
  g_autoptr (GArray) untold = g_steal_pointer (&self->untold);

  self->untold = g_array_new (FALSE, FALSE, sizeof (Untold));
  for (guint i = 0; i < untold->len; i++)
    tell (self, g_array_index (untold, Untold, i).index, g_array_index (untold, Untold, i).changes);
  tell_news (self);
}

static void
events_told_cb (SortieLiveMission *self)
{
  gboolean is_flood = self->n_arrived >= FLOOD_EVENTS;
  g_autoptr (SortieLiveMission) keep = g_object_ref (self);

  if (is_over (self))
    g_clear_handle_id (&self->behind, g_source_remove);
  if (self->behind != 0)
    return;
  self->n_arrived = 0;
  if (!is_flood)
    {
      tell_one_by_one (self);
      return;
    }
  g_array_set_size (self->untold, 0);
  if (is_over (self))
    {
      show_news (self);
      return;
    }
  self->behind = g_timeout_add (FLOOD_MS, behind_cb, self);
  self->shown_at = g_get_monotonic_time ();
}

/* Everything comes again from the first event. */
static void
reset_cb (SortieEventStream *stream, SortieLiveMission *self)
{
  g_list_store_remove_all (self->rows);
  g_ptr_array_set_size (self->new_rows, 0);
  g_ptr_array_set_size (self->grown_rows, 0);
  g_array_set_size (self->untold, 0);
  g_hash_table_remove_all (self->draft_rows);
  self->n_refused = 0;
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
sortie_live_mission_is_behind (SortieLiveMission *self)
{
  return self->behind != 0 && self->shown == NULL;
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

/* What the generic marshaller does for `event`, at a tenth of its cost. */
static void
marshal_event (GClosure *closure,
               GValue *result,
               guint n_values,
               const GValue *values,
               gpointer hint,
               gpointer marshal_data)
{
  typedef void (*Func) (gpointer first, gpointer event, guint changes, gpointer last);
  Func func = (Func) (marshal_data != NULL ? marshal_data : ((GCClosure *) closure)->callback);
  gpointer instance = g_value_peek_pointer (&values[0]);
  gboolean swap = G_CCLOSURE_SWAP_DATA (closure);

  func (swap ? closure->data : instance, g_value_get_pointer (&values[1]),
        g_value_get_uint (&values[2]), swap ? instance : closure->data);
}

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
  g_clear_handle_id (&self->behind, g_source_remove);
  g_clear_object (&self->stream);
  g_clear_object (&self->api);
  G_OBJECT_CLASS (sortie_live_mission_parent_class)->dispose (object);
}

static void
sortie_live_mission_finalize (GObject *object)
{
  SortieLiveMission *self = SORTIE_LIVE_MISSION (object);

  g_object_unref (self->rows);
  g_ptr_array_unref (self->new_rows);
  g_ptr_array_unref (self->grown_rows);
  g_array_unref (self->untold);
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
                                 NULL, marshal_event, G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_UINT);
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
  self->new_rows = g_ptr_array_new_with_free_func (g_object_unref);
  self->grown_rows = g_ptr_array_new_with_free_func (g_object_unref);
  self->untold = g_array_new (FALSE, FALSE, sizeof (Untold));
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
  g_signal_connect_swapped (self->stream, "events-told", G_CALLBACK (events_told_cb), self);
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
