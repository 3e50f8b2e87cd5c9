/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-feed.h"
#include "sortie-hub.h"

G_BEGIN_DECLS

#define SORTIE_HUB_READ_LIMIT 500 /* events of one read from a mission's stream */
#define SORTIE_HUB_RECENT 512     /* feed entries kept for subscribers that come just now */
#define SORTIE_HUB_MAX_MISSED                                                                      \
  20000                          /* feed entries that a subscriber who resumes gets, a partition */
#define SORTIE_HUB_RETRY_MS 1000 /* told to clients: how long to wait before they reconnect */

/* No event has this ID, and none comes after it. The end of a lost mission carries it, so that a client
 * which comes back with it can be told to stop. A channel that may have missed something takes it
 * for the last event that it was told of. */
#define SORTIE_HUB_LAST_ID "18446744073709551615-18446744073709551615"

typedef struct _SortieHubChannels SortieHubChannels;
typedef struct _SortieHubFeed SortieHubFeed;

struct _SortieHub
{
  SortieBus *bus; /* not owned */
  SortieFeed *feed;
  GMainContext *context;
  GThreadPool *readers;
  SortieHubChannels *channels;
  SortieHubFeed *feed_subscribers;
};

/* Reads a mission's stream on a thread, then calls back on the hub's context. `reset`: the position
 * is gone from the stream, so the events are those from the first; there are none where the mission
 * itself is gone. */
typedef void (*SortieHubReadFunc) (GPtrArray *events, /* (nullable) SortieStoredEvent */
                                   gboolean reset,
                                   gpointer user_data);
void sortie_hub_read (
    SortieHub *self, const char *mission, const char *after, SortieHubReadFunc func, gpointer data);

/* What a client of a mission's stream gets at its head: how long to wait before it comes again. */
void sortie_hub_append_preamble (GString *out);
void sortie_hub_append_event (GString *out, const SortieStoredEvent *event);
/* What is told where Redis has lost events that the client knows: all follow again, or none ever. */
void sortie_hub_append_reset (GString *out, const char *mission);
void sortie_hub_append_lost (GString *out, const char *mission);

SortieHubChannels *sortie_hub_channels_new (SortieHub *hub);
void sortie_hub_channels_free (SortieHubChannels *self);
void sortie_hub_channels_take (SortieHubChannels *self, GPtrArray *entries, gboolean gap);
/* A client of a mission's stream that has everything up to `position` (nullable: nothing). */
void sortie_hub_channels_add (SortieHubChannels *self,
                              SortieSseConnection *connection,
                              const char *mission,
                              const char *position,
                              GPtrArray *events);

SortieHubFeed *sortie_hub_feed_new (SortieHub *hub);
void sortie_hub_feed_free (SortieHubFeed *self);
void sortie_hub_feed_take (SortieHubFeed *self, GPtrArray *entries, gboolean gap);
void sortie_hub_feed_broadcast (SortieHubFeed *self, const char *wire);
guint sortie_hub_feed_get_n (SortieHubFeed *self);

G_END_DECLS
