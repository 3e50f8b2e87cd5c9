/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-step-output.h"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-text.h"

#include <string.h>

struct _SortieStepWriter
{
  SortieStepOutput output; /* first, so that the agent's pointer is ours */
  SortieBus *bus;
  const SortieQueueEntry *entry;
  int *stopping;
  int lost;             /* atomic */
  gint64 last_progress; /* monotonic µs; under the lock */
  GMutex lock;
  gboolean begun;
  gboolean started; /* step.started has been said */
  int attempt;
  int drafts;
  gint64 offset;  /* of the current draft, bytes already in events */
  GString *text;  /* of the current draft, not yet in events */
  gboolean first; /* nothing of the current draft has been published */
  gint64 last_flush;
  SortieEventBatch *events; /* not yet published */
  guint sequence;
};

SortieEvent *
sortie_step_writer_new_event (SortieStepWriter *self,
                              SortieEventType type,
                              const char *code,
                              const char *message)
{
  SortieEvent *event = sortie_event_new (type, sortie_agents[self->entry->agent], code, message);

  event->step = self->entry->step;
  event->attempt = self->attempt;
  return event;
}

static void
say_started (SortieStepWriter *self)
{
  g_autofree char *message = NULL;
  g_autoptr (SortieEvent) event = NULL;

  if (self->started)
    return;
  self->started = TRUE;
  message =
      g_strdup_printf ("[%s] Step %d started",
                       sortie_agent_label (sortie_agents[self->entry->agent]), self->entry->step);
  event =
      sortie_step_writer_new_event (self, SORTIE_EVENT_STATUS, SORTIE_CODE_STEP_STARTED, message);
  sortie_event_batch_add_started (self->events, event);
}

/* Turns the gathered text into chunk events of whole characters. */
static void
cut_chunks (SortieStepWriter *self)
{
  gsize at = 0;

  while (at < self->text->len)
    {
      gsize length = MIN (self->text->len - at, SORTIE_DRAFT_CHUNK_BYTES);
      g_autofree char *piece = NULL;
      g_autoptr (SortieEvent) event = NULL;

      length = sortie_text_whole_characters (self->text->str + at, length);
      if (length == 0)
        break; /* the rest of a character is still to come */
      piece = g_strndup (self->text->str + at, length);
      event = sortie_step_writer_new_event (self, SORTIE_EVENT_PARTIAL_OUTPUT,
                                            SORTIE_CODE_DRAFT_CHUNK, piece);
      event->draft = self->drafts;
      event->offset = self->offset;
      sortie_event_batch_add_chunk (self->events, event);
      self->offset += (gint64) length;
      at += length;
    }
  g_string_erase (self->text, 0, (gssize) at);
}

/* Under the lock. */
static gboolean
publish (SortieStepWriter *self, GError **error)
{
  g_autoptr (SortieEventBatch) events = NULL;
  g_autoptr (GError) local = NULL;

  say_started (self);
  cut_chunks (self);
  if (sortie_event_batch_get_length (self->events) == 0)
    return TRUE;
  events = g_steal_pointer (&self->events);
  self->events = sortie_event_batch_new ();
  self->last_flush = g_get_monotonic_time ();
  if (sortie_bus_publish (self->bus, self->entry, ++self->sequence, events, &local))
    return TRUE;
  g_atomic_int_set (&self->lost, 1);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
is_cancelled (SortieStepOutput *output)
{
  SortieStepWriter *self = (SortieStepWriter *) output;

  g_mutex_lock (&self->lock);
  self->last_progress = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
  return g_atomic_int_get (&self->lost) || sortie_step_writer_is_wanted_back (self);
}

static gboolean
check (SortieStepWriter *self, GError **error)
{
  if (!is_cancelled (&self->output))
    return TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED, "The step is being stopped");
  return FALSE;
}

static gboolean
progress (SortieStepOutput *output,
          const char *code,
          const char *message,
          const char *data,
          GError **error)
{
  SortieStepWriter *self = (SortieStepWriter *) output;
  g_autofree char *line = NULL;
  g_autoptr (SortieEvent) event = NULL;

  if (!check (self, error))
    return FALSE;
  line =
      g_strdup_printf ("[%s] %s", sortie_agent_label (sortie_agents[self->entry->agent]), message);
  g_mutex_lock (&self->lock);
  say_started (self);
  event = sortie_step_writer_new_event (self, SORTIE_EVENT_STATUS,
                                        code != NULL ? code : SORTIE_CODE_STEP_PROGRESS, line);
  event->data = g_strdup (data);
  cut_chunks (self); /* what was written before was said before */
  sortie_event_batch_add (self->events, event);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
start_draft (SortieStepOutput *output, const char *written_by, GError **error)
{
  SortieStepWriter *self = (SortieStepWriter *) output;
  g_autofree char *message = NULL;
  g_autoptr (SortieEvent) event = NULL;

  if (!check (self, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  say_started (self);
  cut_chunks (self);
  g_string_truncate (self->text, 0);
  self->drafts++;
  self->output.draft = self->drafts;
  self->offset = 0;
  self->first = TRUE;
  message = g_strdup_printf ("[Writer] Draft %d started", self->drafts);
  event =
      sortie_step_writer_new_event (self, SORTIE_EVENT_STATUS, SORTIE_CODE_DRAFT_STARTED, message);
  event->data = g_strdup_printf ("{\"draft\":%d,\"written_by\":\"%s\"}", self->drafts, written_by);
  sortie_event_batch_add_draft (self->events, event, self->drafts);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* The first text goes out at once, then whenever enough has gathered; what waits longer than the
 * interval is let out by the watching thread. */
static gboolean
write_text (SortieStepOutput *output, const char *text, gsize length, GError **error)
{
  SortieStepWriter *self = (SortieStepWriter *) output;
  gboolean fine = TRUE;

  if (!check (self, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  g_string_append_len (self->text, text, (gssize) length);
  if (self->first || self->text->len >= SORTIE_DRAFT_CHUNK_BYTES ||
      g_get_monotonic_time () - self->last_flush >= SORTIE_DRAFT_INTERVAL_US)
    {
      self->first = FALSE;
      fine = publish (self, error);
    }
  g_mutex_unlock (&self->lock);
  return fine;
}

static gboolean
complete_draft (SortieStepOutput *output, const char *data, GError **error)
{
  SortieStepWriter *self = (SortieStepWriter *) output;
  g_autofree char *message = NULL;
  g_autoptr (SortieEvent) event = NULL;
  const char *rest = data != NULL && *data == '{' ? data + 1 : "}";

  if (!check (self, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  cut_chunks (self);
  message = g_strdup_printf ("[Writer] Draft %d completed: %" G_GINT64_FORMAT " bytes",
                             self->drafts, self->offset);
  event = sortie_step_writer_new_event (self, SORTIE_EVENT_STATUS, SORTIE_CODE_DRAFT_COMPLETED,
                                        message);
  event->data = g_strdup_printf ("{\"draft\":%d,\"bytes\":%" G_GINT64_FORMAT "%s%s", self->drafts,
                                 self->offset, *rest == '}' ? "" : ",", rest);
  sortie_event_batch_add (self->events, event);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

SortieStepWriter *
sortie_step_writer_new (SortieBus *bus, const SortieQueueEntry *entry, int *stopping)
{
  SortieStepWriter *self = g_new0 (SortieStepWriter, 1);

  self->output = (SortieStepOutput){ .progress = progress,
                                     .start_draft = start_draft,
                                     .write = write_text,
                                     .complete_draft = complete_draft,
                                     .is_cancelled = is_cancelled };
  self->bus = bus;
  self->entry = entry;
  self->stopping = stopping;
  self->events = sortie_event_batch_new ();
  self->text = g_string_new (NULL);
  self->last_progress = g_get_monotonic_time ();
  g_mutex_init (&self->lock);
  return self;
}

void
sortie_step_writer_free (SortieStepWriter *self)
{
  sortie_event_batch_free (self->events);
  g_string_free (self->text, TRUE);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
sortie_step_writer_begin (SortieStepWriter *self, int attempt, int drafts)
{
  g_mutex_lock (&self->lock);
  self->attempt = attempt;
  self->drafts = drafts;
  self->begun = TRUE;
  g_mutex_unlock (&self->lock);
}

SortieStepOutput *
sortie_step_writer_get_output (SortieStepWriter *self)
{
  return &self->output;
}

void
sortie_step_writer_let_out (SortieStepWriter *self, gint64 now)
{
  /* The agent's thread holds the lock while it publishes: then there is nothing to do here. */
  if (!g_mutex_trylock (&self->lock))
    return;
  if (self->begun && !g_atomic_int_get (&self->lost) &&
      (!self->started || sortie_event_batch_get_length (self->events) > 0 ||
       (self->text->len > 0 && now - self->last_flush >= SORTIE_DRAFT_INTERVAL_US)))
    publish (self, NULL);
  g_mutex_unlock (&self->lock);
}

gint64
sortie_step_writer_get_last_progress (SortieStepWriter *self)
{
  gint64 last;

  g_mutex_lock (&self->lock);
  last = self->last_progress;
  g_mutex_unlock (&self->lock);
  return last;
}

gboolean
sortie_step_writer_is_wanted_back (SortieStepWriter *self)
{
  return g_atomic_int_get (self->stopping) == SORTIE_STOPPING_HANDING_BACK;
}

void
sortie_step_writer_set_lost (SortieStepWriter *self)
{
  g_atomic_int_set (&self->lost, 1);
}

SortieEventBatch *
sortie_step_writer_end (SortieStepWriter *self)
{
  SortieEventBatch *events;

  g_mutex_lock (&self->lock);
  say_started (self);
  cut_chunks (self);
  events = g_steal_pointer (&self->events);
  self->events = sortie_event_batch_new ();
  self->begun = FALSE; /* the watching thread has nothing more to let out */
  g_mutex_unlock (&self->lock);
  return events;
}
