/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-event-filter.h"

#include "sortie-event-row.h"

struct _SortieEventFilter
{
  GtkFilter parent_instance;
  char *source; /* (nullable) */
  int step;     /* 0 for all */
  SortieEventLevel level;
};

G_DEFINE_FINAL_TYPE (SortieEventFilter, sortie_event_filter, GTK_TYPE_FILTER)

static gboolean
sortie_event_filter_match (GtkFilter *filter, gpointer item)
{
  SortieEventFilter *self = SORTIE_EVENT_FILTER (filter);
  const SortieEvent *event = sortie_event_row_get_event (item);

  return (self->source == NULL || g_str_equal (self->source, event->source)) &&
         (self->step == 0 || self->step == event->step) &&
         (self->level == SORTIE_EVENT_LEVEL_NORMAL ||
          sortie_event_row_get_level (item) >= self->level);
}

gboolean
sortie_event_filter_is_open (SortieEventFilter *self)
{
  return self->source == NULL && self->step == 0 && self->level == SORTIE_EVENT_LEVEL_NORMAL;
}

static GtkFilterMatch
sortie_event_filter_get_strictness (GtkFilter *filter)
{
  return sortie_event_filter_is_open (SORTIE_EVENT_FILTER (filter)) ? GTK_FILTER_MATCH_ALL
                                                                    : GTK_FILTER_MATCH_SOME;
}

static void
sortie_event_filter_finalize (GObject *object)
{
  g_free (SORTIE_EVENT_FILTER (object)->source);
  G_OBJECT_CLASS (sortie_event_filter_parent_class)->finalize (object);
}

static void
sortie_event_filter_class_init (SortieEventFilterClass *class)
{
  GTK_FILTER_CLASS (class)->match = sortie_event_filter_match;
  GTK_FILTER_CLASS (class)->get_strictness = sortie_event_filter_get_strictness;
  G_OBJECT_CLASS (class)->finalize = sortie_event_filter_finalize;
}

static void
sortie_event_filter_init (SortieEventFilter *self)
{
}

SortieEventFilter *
sortie_event_filter_new (void)
{
  return g_object_new (SORTIE_TYPE_EVENT_FILTER, NULL);
}

void
sortie_event_filter_set_source (SortieEventFilter *self, const char *source)
{
  if (g_strcmp0 (self->source, source) == 0)
    return;
  g_free (self->source);
  self->source = g_strdup (source);
  gtk_filter_changed (GTK_FILTER (self), GTK_FILTER_CHANGE_DIFFERENT);
}

void
sortie_event_filter_set_step (SortieEventFilter *self, int step)
{
  if (self->step == step)
    return;
  self->step = step;
  gtk_filter_changed (GTK_FILTER (self), GTK_FILTER_CHANGE_DIFFERENT);
}

void
sortie_event_filter_set_level (SortieEventFilter *self, SortieEventLevel level)
{
  if (self->level == level)
    return;
  self->level = level;
  gtk_filter_changed (GTK_FILTER (self), GTK_FILTER_CHANGE_DIFFERENT);
}

const char *
sortie_event_filter_get_source (SortieEventFilter *self)
{
  return self->source;
}

int
sortie_event_filter_get_step (SortieEventFilter *self)
{
  return self->step;
}

SortieEventLevel
sortie_event_filter_get_level (SortieEventFilter *self)
{
  return self->level;
}
