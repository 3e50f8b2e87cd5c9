/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-event-row.h"

#include <string.h>

struct _SortieEventRow
{
  GObject parent_instance;
  GPtrArray *events;
  guint index;
  char *refusal; /* (nullable) */
  guint64 n_chunks;
  guint64 n_bytes;
};

G_DEFINE_FINAL_TYPE (SortieEventRow, sortie_event_row, G_TYPE_OBJECT)

enum
{
  PROP_N_CHUNKS = 1,
  PROP_N_BYTES,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

static void
sortie_event_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SortieEventRow *self = SORTIE_EVENT_ROW (object);

  if (id == PROP_N_CHUNKS)
    g_value_set_uint64 (value, self->n_chunks);
  else if (id == PROP_N_BYTES)
    g_value_set_uint64 (value, self->n_bytes);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
sortie_event_row_finalize (GObject *object)
{
  SortieEventRow *self = SORTIE_EVENT_ROW (object);

  g_ptr_array_unref (self->events);
  g_free (self->refusal);
  G_OBJECT_CLASS (sortie_event_row_parent_class)->finalize (object);
}

static void
sortie_event_row_class_init (SortieEventRowClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sortie_event_row_get_property;
  object_class->finalize = sortie_event_row_finalize;
  properties[PROP_N_CHUNKS] =
      g_param_spec_uint64 ("n-chunks", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_N_BYTES] = g_param_spec_uint64 ("n-bytes", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
sortie_event_row_init (SortieEventRow *self)
{
}

SortieEventRow *
sortie_event_row_new (GPtrArray *events, guint index)
{
  SortieEventRow *self = g_object_new (SORTIE_TYPE_EVENT_ROW, NULL);

  self->events = g_ptr_array_ref (events);
  self->index = index;
  return self;
}

SortieEventRow *
sortie_event_row_new_refused (const SortieEvent *event, guint place, const char *reason)
{
  SortieEventRow *self = g_object_new (SORTIE_TYPE_EVENT_ROW, NULL);

  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_event_free);
  g_ptr_array_add (self->events, sortie_event_copy (event));
  self->index = place;
  self->refusal = g_strdup (reason);
  return self;
}

const char *
sortie_event_row_get_refusal (SortieEventRow *self)
{
  return self->refusal;
}

const SortieEvent *
sortie_event_row_get_event (SortieEventRow *self)
{
  return g_ptr_array_index (self->events, self->refusal != NULL ? 0 : self->index);
}

guint
sortie_event_row_get_index (SortieEventRow *self)
{
  return self->index;
}

guint64
sortie_event_row_get_n_chunks (SortieEventRow *self)
{
  return self->n_chunks;
}

guint64
sortie_event_row_get_n_bytes (SortieEventRow *self)
{
  return self->n_bytes;
}

void
sortie_event_row_add_chunk (SortieEventRow *self, const SortieEvent *event)
{
  self->n_chunks++;
  self->n_bytes += strlen (event->message);
}

void
sortie_event_row_tell_growth (SortieEventRow *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_CHUNKS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_BYTES]);
}
