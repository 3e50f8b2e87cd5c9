/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The running system as `GET /topology` tells it: nodes and edges with their counters. */

#define SORTIE_TOPOLOGY_MAX_NODES 400
#define SORTIE_TOPOLOGY_MAX_EDGES 2000
#define SORTIE_TOPOLOGY_MAX_LABEL 200 /* bytes shown of a label */
#define SORTIE_TOPOLOGY_MAX_ID 512    /* bytes of an id, kind or state; a longer one is refused */
#define SORTIE_TOPOLOGY_MAX_MODELS 8  /* of the language model node */

typedef struct
{
  char *id;
  char *kind;     /* `client`, `orchestrator`, `agent`, `bus`, `llm`, `collection`, or what comes */
  char *label;    /* a person's text: data, never markup */
  char *state;    /* `idle`, `active`, `absent`, `on`, `degraded`, … */
  char *provider; /* (nullable): of the language model: its host; data as the label */
  char *reason;   /* (nullable): why it is not as it should be, in the backend's words */
  char *models;   /* (nullable): `planner: NAME`, a line each */
  gint64 workers; /* -1 where not told, as the others */
  gint64 queued;
  gint64 in_flight;
  gint64 done;
  gint64 failed;
  gint64 retried;
  gint64 running;
  gint64 waiting;
  gint64 delayed;
  gint64 dead;
  gint64 oldest_ms; /* age of the oldest entry of the queue */
  gint64 documents;
  gint64 passages;
} SortieTopologyNode;

typedef struct
{
  guint from; /* index of the node */
  guint to;
  char *label;
} SortieTopologyEdge;

typedef struct
{
  gint64 revision; /* changes with the structure only */
  GPtrArray *nodes;
  GPtrArray *edges;
} SortieTopology;

/**
 * sortie_topology_from_json:
 * @node: what `GET /topology` answered
 *
 * Members that are not known are ignored; a label that is too long is cut between two characters.
 *
 * Returns: (transfer full): the topology, or %NULL with SORTIE_ERROR_PROTOCOL naming the member, or
 *   SORTIE_ERROR_TOO_LARGE
 */
SortieTopology *sortie_topology_from_json (JsonNode *node, GError **error);
SortieTopology *sortie_topology_copy (const SortieTopology *self);
void sortie_topology_free (SortieTopology *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SortieTopology, sortie_topology_free)

/* Whether a diagram of one is a diagram of the other but for states and counters. */
gboolean sortie_topology_has_same_structure (const SortieTopology *a, const SortieTopology *b);

/* The node's index, or -1. */
int sortie_topology_find (const SortieTopology *self, const char *id);
/**
 * sortie_topology_take_counters:
 * @data: the `data` of a `topology.counters` event as JSON text
 *
 * The counters of agents and of the mission queue, and the state of the language model. Nodes that are
 * not there are passed over. On failure nothing is changed: SORTIE_ERROR_PROTOCOL naming the member.
 */
gboolean sortie_topology_take_counters (SortieTopology *self, const char *data, GError **error);

G_END_DECLS
