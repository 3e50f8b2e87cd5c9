/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-bus.h"
#include "sortie-http-server.h"
#include "sortie-hub.h"
#include "sortie-indexing.h"
#include "sortie-library.h"

G_BEGIN_DECLS

/**
 * SortieServices:
 * @bus: missions
 * @library: documents
 * @indexing: keeps collections up to date
 * @hub: event streams
 * @http: the edge, for its counters
 * @public_url: what is shown to people and put in links
 * @llm_mode: `on`, `off` or `degraded`; called from any thread
 * @agents: a bit per agent that somebody should serve, for readiness
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
  const char *public_url;
  const char *(*llm_mode) (gpointer user_data);
  gpointer llm_data;
  gint64 started; /* monotonic µs */
} SortieServices;

/* Adds every route of the contract. */
void sortie_services_add_routes (SortieServices *self);

/* By topic. */
void sortie_routes_add_missions (SortieServices *self);
void sortie_routes_add_collections (SortieServices *self);
void sortie_routes_add_system (SortieServices *self);
void sortie_routes_add_topology (SortieServices *self);

/* For the routes' files. */
void sortie_routes_add (SortieServices *self,
                        const char *method,
                        const char *pattern,
                        SortieBodyKind body,
                        SortieHandlerFunc handler);

G_END_DECLS
