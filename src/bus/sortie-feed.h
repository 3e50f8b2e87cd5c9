/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-bus.h"

G_BEGIN_DECLS

/* The one reader of the feed in a process: every event of every mission passes here once, draft text
 * left out. */
typedef struct _SortieFeed SortieFeed;

/**
 * SortieFeedEntry:
 * @partition: whose feed it stands in
 * @id: its stream ID, which is the event's ID in the mission's own stream too
 * @user: whose mission; empty for everybody's
 * @mission: the mission, empty for events of the whole system
 * @wire: (nullable): one line of JSON; NULL for a chunk, whose text is only in the mission's stream
 */
typedef struct
{
  int partition;
  char *id;
  char *user;
  char *mission;
  char *wire;
  gboolean done;
} SortieFeedEntry;

/**
 * SortieFeedFunc:
 * @entries: (element-type SortieFeedEntry) (transfer full): what came in one wake-up, in order
 * @gap: something may have been missed before these: read the missions' own streams
 *
 * Called in the feed's thread.
 */
typedef void (*SortieFeedFunc) (GPtrArray *entries, gboolean gap, gpointer user_data);

/* `bus` must outlive the feed. */
SortieFeed *sortie_feed_new (SortieBus *bus, SortieFeedFunc func, gpointer user_data);
/* Joins the thread: no call comes afterwards. */
void sortie_feed_free (SortieFeed *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieFeed, sortie_feed_free)

/* Entries after a position, for a subscriber that resumes: blocking, from any thread. `positions` is
 * the opaque text of sortie_feed_dup_positions(). `reset` is set where it is gone. */
GPtrArray *sortie_bus_read_feed (SortieBus *bus,
                                 const char *user,
                                 const char *positions,
                                 guint limit,
                                 gboolean *reset,
                                 GError **error);

void sortie_feed_entry_free (SortieFeedEntry *self);

G_END_DECLS
