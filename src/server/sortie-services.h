/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-auth.h"
#include "sortie-bus.h"
#include "sortie-http-server.h"
#include "sortie-hub.h"
#include "sortie-indexing.h"
#include "sortie-library.h"
#include "sortie-provider.h"

G_BEGIN_DECLS

/**
 * SortieServices:
 * @bus: missions
 * @library: documents
 * @indexing: keeps collections up to date
 * @hub: event streams
 * @http: the edge, for its counters
 * @auth: who may ask
 * @public_url: what is shown to people and put in links
 * @is_consuming: (nullable): whether the worker of this process takes steps; NULL where it has none
 * @worker: for @is_consuming
 * @provider: the language model
 * @trials: how many trials of its settings are under way
 *
 * What the routes work with; all of it outlives them.
 */
typedef struct
{
  SortieBus *bus;
  SortieLibrary *library;
  SortieIndexing *indexing;
  SortieHub *hub;
  SortieHttpServer *http;
  SortieAuth *auth;
  const char *public_url;
  gboolean (*is_consuming) (gpointer worker);
  gpointer worker;
  SortieProvider provider;
  gint64 started; /* monotonic µs */
  int trials;     /* atomic */
} SortieServices;

/* Adds every route of the contract. */
void sortie_services_add_routes (SortieServices *self);

/* Where it has another role than the API: whether it lives and works, for health checks. */
void sortie_routes_add_health (SortieServices *self);

/* By topic. */
void sortie_routes_add_missions (SortieServices *self);
void sortie_routes_add_collections (SortieServices *self);
void sortie_routes_add_system (SortieServices *self);
void sortie_routes_add_topology (SortieServices *self);
void sortie_routes_add_settings (SortieServices *self);

/* For the routes' files. */
void sortie_routes_add (SortieServices *self,
                        const char *method,
                        const char *pattern,
                        SortieBodyKind body,
                        SortieHandlerFunc handler);

G_END_DECLS
