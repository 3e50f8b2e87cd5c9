/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-mission-model.h"
#include "sortie-topology.h"

G_BEGIN_DECLS

/* What the diagram shows of each node and edge: a function of the topology and of the shown mission.
 * Without widgets, so that it can be tried by itself. */

typedef enum
{
  SORTIE_LOOK_IDLE,
  SORTIE_LOOK_QUEUED,   /* has something to do, not begun */
  SORTIE_LOOK_ACTIVE,   /* at work */
  SORTIE_LOOK_RETRYING, /* waits for its next attempt */
  SORTIE_LOOK_FAILED,
  SORTIE_LOOK_DONE,
  SORTIE_LOOK_ABSENT,   /* no worker, or switched off */
  SORTIE_LOOK_DEGRADED, /* works less well than it should */
  SORTIE_LOOK_STOPPED,  /* the mission was ended before it was done */
} SortieNodeLook;
#define SORTIE_N_NODE_LOOKS 9

typedef enum
{
  SORTIE_EDGE_IDLE,
  SORTIE_EDGE_LIT,       /* something travels it, or what it led to is at work */
  SORTIE_EDGE_TRAVELLED, /* was lit in this mission */
  SORTIE_EDGE_RETRYING,
  SORTIE_EDGE_FAILED,
  SORTIE_EDGE_FALLBACK, /* what it leads to was left out */
} SortieEdgeLook;
#define SORTIE_N_EDGE_LOOKS 6

/**
 * SortieNodeState:
 * @look: how it is shown
 * @fallback: whether this mission went on without the language model here
 * @of_mission: whether @look is about the shown mission, not about all of them
 * @retry_at: when the next attempt is due, milliseconds since 1970 UTC; 0 where unknown
 * @n_done: steps done of the shown mission: of this agent, or all for the orchestrator
 * @n_steps: of how many
 */
typedef struct
{
  SortieNodeLook look;
  gboolean fallback;
  gboolean of_mission;
  gint64 retry_at;
  int n_done;
  int n_steps;
} SortieNodeState;

typedef enum
{
  SORTIE_MODEL_USE_NONE,
  SORTIE_MODEL_USE_USED,
  SORTIE_MODEL_USE_FALLBACK,
} SortieModelUse;

/* How each agent, in the order of sortie_agents, came to terms with the language model. */
typedef struct
{
  SortieModelUse of[SORTIE_N_AGENTS];
} SortieModelUses;

/* The class of each look for style sheets; a static string. */
const char *sortie_node_look_to_class (SortieNodeLook look);
const char *sortie_edge_look_to_class (SortieEdgeLook look);

/* Takes note of `llm.used` and `llm.fallback`. Returns the agent that the event is about, or -1. */
int sortie_model_uses_take (SortieModelUses *self,
                            const SortieEvent *event,
                            const SortieMissionModel *model);

/* Whether text of a report is on its way. */
gboolean sortie_diagram_is_writing (const SortieMissionModel *model);

/**
 * sortie_diagram_state_compute:
 * @model: (nullable): the shown mission
 * @nodes: one state a node of the topology
 * @edges: one look an edge
 */
void sortie_diagram_state_compute (const SortieTopology *topology,
                                   const SortieMissionModel *model,
                                   const SortieModelUses *uses,
                                   SortieNodeState *nodes,
                                   SortieEdgeLook *edges);

G_END_DECLS
