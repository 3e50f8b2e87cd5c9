/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-bus.h"
#include "sortie-http.h"
#include "sortie-sse-connection.h"

G_BEGIN_DECLS

/* The hub brings events to the clients of event streams. One reader of the feed serves all of them;
 * a frame is put together once, whoever gets it. Main thread only, but for the handlers' half. */
typedef struct _SortieHub SortieHub;

/* `bus` must outlive the hub. */
SortieHub *sortie_hub_new (SortieBus *bus);
/* Drops its subscribers first: call it before the HTTP server is freed. */
void sortie_hub_free (SortieHub *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieHub, sortie_hub_free)

/* Handlers' half, on any thread: decides whether there is a stream. `self` is the hub. */
SortieResponse *sortie_hub_handle_mission (SortieHub *self, SortieRequest *request, const char *id);
SortieResponse *sortie_hub_handle_feed (SortieHub *self, SortieRequest *request);

/* Main thread's half: SortieStreamFunc with the hub as user data. */
void sortie_hub_stream_mission (SortieSseConnection *connection,
                                gpointer stream,
                                gpointer user_data);
void sortie_hub_stream_feed (SortieSseConnection *connection, gpointer stream, gpointer user_data);

/* Puts an event of the whole system on the feed of all subscribers here, without storing it. */
void sortie_hub_broadcast (SortieHub *self, const SortieEvent *event);
guint sortie_hub_get_n_feed_subscribers (SortieHub *self);

G_END_DECLS
