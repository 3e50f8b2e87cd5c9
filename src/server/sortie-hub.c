/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-hub.h"

#include "sortie-hub-private.h"
#include "sortie-sse-parser.h"

#include <string.h>

#define READERS 4

void
sortie_hub_append_preamble (GString *out)
{
  g_string_append_printf (out, "retry: %d\n\n", SORTIE_HUB_RETRY_MS);
}

void
sortie_hub_append_event (GString *out, const SortieStoredEvent *event)
{
  sortie_sse_append_frame (out, event->id, "message", event->wire);
}

/* ---- Reading missions' streams ---- */

typedef struct
{
  SortieHub *hub;
  char *mission;
  char *after;
  SortieHubReadFunc func;
  gpointer user_data;
  GPtrArray *events;
  gboolean reset;
} Read;

static void
read_free (gpointer data)
{
  Read *read = data;

  g_clear_pointer (&read->events, g_ptr_array_unref);
  g_free (read->mission);
  g_free (read->after);
  g_free (read);
}

static gboolean
deliver_read_cb (gpointer user_data)
{
  Read *read = user_data;

  read->func (read->events, read->reset, read->user_data);
  return G_SOURCE_REMOVE;
}

static void
read_cb (gpointer data, gpointer user_data)
{
  SortieHub *self = user_data;
  Read *read = data;

  read->events = sortie_bus_read_events (self->bus, read->mission, read->after,
                                         SORTIE_HUB_READ_LIMIT, &read->reset, NULL);
  /* A mission's first events came into the world with it. */
  if (read->events != NULL && read->events->len == 0 &&
      (read->after == NULL || g_str_equal (read->after, "0-0")))
    read->reset = TRUE;
  g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, deliver_read_cb, read, read_free);
}

void
sortie_hub_read (
    SortieHub *self, const char *mission, const char *after, SortieHubReadFunc func, gpointer data)
{
  Read *read = g_new0 (Read, 1);

  read->hub = self;
  read->mission = g_strdup (mission);
  read->after = g_strdup (after);
  read->func = func;
  read->user_data = data;
  g_thread_pool_push (self->readers, read, NULL);
}

/* ---- The feed ---- */

typedef struct
{
  SortieHub *hub;
  GPtrArray *entries;
  gboolean gap;
} Batch;

static gboolean
take_cb (gpointer user_data)
{
  Batch *batch = user_data;

  sortie_hub_channels_take (batch->hub->channels, batch->entries, batch->gap);
  sortie_hub_feed_take (batch->hub->feed_subscribers, batch->entries, batch->gap);
  return G_SOURCE_REMOVE;
}

static void
batch_free (gpointer data)
{
  Batch *batch = data;

  g_ptr_array_unref (batch->entries);
  g_free (batch);
}

/* In the feed's thread. */
static void
feed_cb (GPtrArray *entries, gboolean gap, gpointer user_data)
{
  SortieHub *self = user_data;
  Batch *batch = g_new0 (Batch, 1);

  batch->hub = self;
  batch->entries = entries;
  batch->gap = gap;
  g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, take_cb, batch, batch_free);
}

/**
 * sortie_hub_new:
 * @bus: the bus
 *
 * Returns: (transfer full): a hub that lives in the thread's default main context
 */
SortieHub *
sortie_hub_new (SortieBus *bus)
{
  SortieHub *self = g_new0 (SortieHub, 1);

  self->bus = bus;
  self->context = g_main_context_ref_thread_default ();
  self->channels = sortie_hub_channels_new (self);
  self->feed_subscribers = sortie_hub_feed_new (self);
  self->readers = g_thread_pool_new (read_cb, self, READERS, FALSE, NULL);
  self->feed = sortie_feed_new (bus, feed_cb, self);
  return self;
}

void
sortie_hub_free (SortieHub *self)
{
  if (self == NULL)
    return;
  sortie_feed_free (self->feed);
  g_thread_pool_free (self->readers, FALSE, TRUE);
  /* What the threads have handed over is still to be taken. */
  while (g_main_context_iteration (self->context, FALSE))
    ;
  sortie_hub_channels_free (self->channels);
  sortie_hub_feed_free (self->feed_subscribers);
  g_main_context_unref (self->context);
  g_free (self);
}

void
sortie_hub_broadcast (SortieHub *self, const SortieEvent *event)
{
  g_autofree char *body = sortie_event_to_body (event);
  g_autofree char *wire =
      sortie_event_body_to_wire (body, strlen (body), NULL, 0, NULL, g_get_real_time () / 1000);

  sortie_hub_feed_broadcast (self->feed_subscribers, wire);
}

guint
sortie_hub_get_n_feed_subscribers (SortieHub *self)
{
  return sortie_hub_feed_get_n (self->feed_subscribers);
}
