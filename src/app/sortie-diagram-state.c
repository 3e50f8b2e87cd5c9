/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-diagram-state.h"

#include <string.h>

static const char *const node_classes[SORTIE_N_NODE_LOOKS] = {
  [SORTIE_LOOK_IDLE] = "idle",       [SORTIE_LOOK_QUEUED] = "queued",
  [SORTIE_LOOK_ACTIVE] = "active",   [SORTIE_LOOK_RETRYING] = "retrying",
  [SORTIE_LOOK_FAILED] = "failed",   [SORTIE_LOOK_DONE] = "done",
  [SORTIE_LOOK_ABSENT] = "absent",   [SORTIE_LOOK_DEGRADED] = "degraded",
  [SORTIE_LOOK_STOPPED] = "stopped",
};

static const char *const edge_classes[SORTIE_N_EDGE_LOOKS] = {
  [SORTIE_EDGE_IDLE] = "idle",           [SORTIE_EDGE_LIT] = "lit",
  [SORTIE_EDGE_TRAVELLED] = "travelled", [SORTIE_EDGE_RETRYING] = "retrying",
  [SORTIE_EDGE_FAILED] = "failed",       [SORTIE_EDGE_FALLBACK] = "fallback",
};

const char *
sortie_node_look_to_class (SortieNodeLook look)
{
  return node_classes[look];
}

const char *
sortie_edge_look_to_class (SortieEdgeLook look)
{
  return edge_classes[look];
}

/* ---- The language model ---- */

int
sortie_model_uses_take (SortieModelUses *self,
                        const SortieEvent *event,
                        const SortieMissionModel *model)
{
  int agent;

  if (strncmp (event->code, "llm.", 4) != 0)
    return -1;
  agent = sortie_agent_index (event->source);
  if (agent < 0 && model != NULL && event->step >= 1 &&
      event->step <= sortie_mission_model_get_n_steps (model))
    agent = sortie_agent_index (sortie_mission_model_get_step (model, event->step)->agent);
  if (agent < 0)
    return -1;
  if (g_str_equal (event->code, SORTIE_CODE_LLM_USED))
    self->of[agent] = SORTIE_MODEL_USE_USED;
  else if (g_str_equal (event->code, SORTIE_CODE_LLM_FALLBACK))
    self->of[agent] = SORTIE_MODEL_USE_FALLBACK;
  else
    return -1;
  return agent;
}

/* ---- Nodes ---- */

typedef struct
{
  const SortieTopology *topology;
  const SortieMissionModel *model; /* (nullable) */
  const SortieModelUses *uses;
  SortieNodeState *nodes;
  gboolean writing;
  gboolean ended;
} Context;

gboolean
sortie_diagram_is_writing (const SortieMissionModel *model)
{
  const SortieModelDraft *draft = sortie_mission_model_get_current_draft (model);

  return draft != NULL && !sortie_model_draft_is_complete (draft) &&
         !sortie_mission_state_is_final (sortie_mission_model_get_state (model));
}

static gboolean
is_kind (const SortieTopologyNode *node, const char *kind)
{
  return g_str_equal (node->kind, kind);
}

/* An agent's steps: what is going on counts more than what was. */
static void
judge_steps (const Context *self, const SortieTopologyNode *node, SortieNodeState *state)
{
  static const SortieNodeLook looks[] = {
    [SORTIE_MODEL_STEP_PENDING] = SORTIE_LOOK_IDLE,
    [SORTIE_MODEL_STEP_QUEUED] = SORTIE_LOOK_QUEUED,
    [SORTIE_MODEL_STEP_RUNNING] = SORTIE_LOOK_ACTIVE,
    [SORTIE_MODEL_STEP_RETRYING] = SORTIE_LOOK_RETRYING,
    [SORTIE_MODEL_STEP_COMPLETED] = SORTIE_LOOK_DONE,
    [SORTIE_MODEL_STEP_DEAD_LETTERED] = SORTIE_LOOK_FAILED,
    [SORTIE_MODEL_STEP_DROPPED] = SORTIE_LOOK_STOPPED,
  };
  static const int ranks[SORTIE_N_NODE_LOOKS] = {
    [SORTIE_LOOK_IDLE] = 2,     [SORTIE_LOOK_DONE] = 1,   [SORTIE_LOOK_STOPPED] = 3,
    [SORTIE_LOOK_FAILED] = 4,   [SORTIE_LOOK_QUEUED] = 5, [SORTIE_LOOK_ACTIVE] = 6,
    [SORTIE_LOOK_RETRYING] = 7,
  };
  int n_steps = sortie_mission_model_get_n_steps (self->model);
  int best = 0;

  for (int i = 1; i <= n_steps; i++)
    {
      const SortieModelStep *step = sortie_mission_model_get_step (self->model, i);
      SortieNodeLook look = looks[step->state];

      if (!g_str_equal (step->agent, node->id))
        continue;
      state->n_steps++;
      state->n_done += step->state == SORTIE_MODEL_STEP_COMPLETED;
      if (ranks[look] > best)
        {
          best = ranks[look];
          state->look = look;
        }
      if (look == SORTIE_LOOK_RETRYING && step->retry_at > 0 &&
          (state->retry_at == 0 || step->retry_at < state->retry_at))
        state->retry_at = step->retry_at;
    }
  state->of_mission = state->n_steps > 0;
}

static void
judge_agent (const Context *self, const SortieTopologyNode *node, SortieNodeState *state)
{
  int agent = sortie_agent_index (node->id);

  if (self->model != NULL)
    judge_steps (self, node, state);
  else if (g_str_equal (node->state, "active") || node->in_flight > 0)
    state->look = SORTIE_LOOK_ACTIVE;
  else if (node->queued > 0)
    state->look = SORTIE_LOOK_QUEUED;
  /* Nobody is there to take it up: more worth saying than that it waits. */
  if (g_str_equal (node->state, "absent") && !self->ended &&
      (state->look == SORTIE_LOOK_IDLE || state->look == SORTIE_LOOK_QUEUED))
    state->look = SORTIE_LOOK_ABSENT;
  if (agent >= 0 && self->model != NULL)
    state->fallback = self->uses->of[agent] == SORTIE_MODEL_USE_FALLBACK;
}

static void
judge_orchestrator (const Context *self, const SortieTopologyNode *node, SortieNodeState *state)
{
  static const SortieNodeLook looks[] = {
    [SORTIE_MISSION_WAITING] = SORTIE_LOOK_QUEUED, [SORTIE_MISSION_RUNNING] = SORTIE_LOOK_ACTIVE,
    [SORTIE_MISSION_COMPLETED] = SORTIE_LOOK_DONE, [SORTIE_MISSION_PARTIAL] = SORTIE_LOOK_DEGRADED,
    [SORTIE_MISSION_FAILED] = SORTIE_LOOK_FAILED,  [SORTIE_MISSION_CANCELLED] = SORTIE_LOOK_STOPPED,
  };

  if (self->model == NULL)
    {
      state->look = node->running > 0 ? SORTIE_LOOK_ACTIVE : SORTIE_LOOK_IDLE;
      return;
    }
  state->of_mission = TRUE;
  state->look = looks[sortie_mission_model_get_state (self->model)];
  state->n_steps = sortie_mission_model_get_n_steps (self->model);
  state->n_done = sortie_mission_model_get_n_steps_done (self->model);
}

static void
judge_bus (const Context *self, const SortieTopologyNode *node, SortieNodeState *state)
{
  if (self->model != NULL && !self->ended)
    state->look = SORTIE_LOOK_ACTIVE;
  else if (node->running > 0 || node->waiting > 0)
    state->look = SORTIE_LOOK_ACTIVE;
}

static void
judge_client (const Context *self, const SortieTopologyNode *node, SortieNodeState *state)
{
  if (self->model == NULL)
    return;
  state->of_mission = TRUE;
  if (self->writing)
    state->look = SORTIE_LOOK_ACTIVE;
  else if (sortie_mission_model_get_state (self->model) == SORTIE_MISSION_COMPLETED ||
           sortie_mission_model_get_state (self->model) == SORTIE_MISSION_PARTIAL)
    state->look = SORTIE_LOOK_DONE;
}

static void
judge_llm (const Context *self, const SortieTopologyNode *node, SortieNodeState *state)
{
  gboolean used = FALSE;

  if (g_str_equal (node->state, "degraded"))
    state->look = SORTIE_LOOK_DEGRADED;
  else if (g_str_equal (node->state, "off"))
    state->look = SORTIE_LOOK_ABSENT;
  for (int i = 0; i < SORTIE_N_AGENTS && self->model != NULL; i++)
    {
      used = used || self->uses->of[i] == SORTIE_MODEL_USE_USED;
      state->fallback = state->fallback || self->uses->of[i] == SORTIE_MODEL_USE_FALLBACK;
    }
  if (used && state->look == SORTIE_LOOK_IDLE)
    {
      state->of_mission = TRUE;
      state->look = self->ended ? SORTIE_LOOK_DONE : SORTIE_LOOK_ACTIVE;
    }
}

/* What an agent uses is at work while the agent is. */
static void
judge_collection (const Context *self, const SortieTopologyNode *node, SortieNodeState *state)
{
  int retriever = sortie_topology_find (self->topology, SORTIE_AGENT_RETRIEVER);

  if (g_str_equal (node->state, "active"))
    state->look = SORTIE_LOOK_ACTIVE;
  if (self->model == NULL || retriever < 0)
    return;
  if (self->nodes[retriever].look == SORTIE_LOOK_ACTIVE)
    {
      state->look = SORTIE_LOOK_ACTIVE;
      state->of_mission = TRUE;
    }
  else if (self->nodes[retriever].n_done > 0 && state->look == SORTIE_LOOK_IDLE)
    {
      state->look = SORTIE_LOOK_DONE;
      state->of_mission = TRUE;
    }
}

static void
judge_other (const Context *self, const SortieTopologyNode *node, SortieNodeState *state)
{
  for (int look = 0; look < SORTIE_N_NODE_LOOKS; look++)
    if (g_str_equal (node->state, node_classes[look]))
      state->look = look;
}

typedef void Judge (const Context *self, const SortieTopologyNode *node, SortieNodeState *state);

static void
judge_nodes (const Context *self, gboolean collections)
{
  static const struct
  {
    const char *kind;
    Judge *judge;
  } judges[] = {
    { "agent", judge_agent }, { "orchestrator", judge_orchestrator },
    { "bus", judge_bus },     { "client", judge_client },
    { "llm", judge_llm },
  };

  for (guint i = 0; i < self->topology->nodes->len; i++)
    {
      const SortieTopologyNode *node = g_ptr_array_index (self->topology->nodes, i);
      Judge *judge = judge_other;

      if (is_kind (node, "collection") != collections)
        continue;
      for (gsize k = 0; k < G_N_ELEMENTS (judges); k++)
        if (is_kind (node, judges[k].kind))
          judge = judges[k].judge;
      self->nodes[i] = (SortieNodeState){ SORTIE_LOOK_IDLE };
      (collections ? judge_collection : judge) (self, node, &self->nodes[i]);
    }
}

/* ---- Edges ---- */

static SortieEdgeLook
look_of_dispatch (const SortieNodeState *agent)
{
  switch (agent->look)
    {
    case SORTIE_LOOK_QUEUED:
    case SORTIE_LOOK_ACTIVE:
      return SORTIE_EDGE_LIT;
    case SORTIE_LOOK_RETRYING:
      return SORTIE_EDGE_RETRYING;
    case SORTIE_LOOK_FAILED:
      return SORTIE_EDGE_FAILED;
    case SORTIE_LOOK_IDLE:
    case SORTIE_LOOK_DONE:
    case SORTIE_LOOK_ABSENT:
    case SORTIE_LOOK_DEGRADED:
    case SORTIE_LOOK_STOPPED:
    default:
      return agent->n_done > 0 ? SORTIE_EDGE_TRAVELLED : SORTIE_EDGE_IDLE;
    }
}

static SortieEdgeLook
look_of_asking (const Context *self, const SortieTopologyNode *from, const SortieNodeState *agent)
{
  int i = sortie_agent_index (from->id);

  if (i < 0 || self->uses->of[i] == SORTIE_MODEL_USE_NONE)
    return SORTIE_EDGE_IDLE;
  if (self->uses->of[i] == SORTIE_MODEL_USE_FALLBACK)
    return SORTIE_EDGE_FALLBACK;
  return agent->look == SORTIE_LOOK_ACTIVE || agent->look == SORTIE_LOOK_QUEUED
             ? SORTIE_EDGE_LIT
             : SORTIE_EDGE_TRAVELLED;
}

static SortieEdgeLook
look_of_edge (const Context *self, const SortieTopologyEdge *edge)
{
  const SortieTopologyNode *from = g_ptr_array_index (self->topology->nodes, edge->from);
  const SortieTopologyNode *to = g_ptr_array_index (self->topology->nodes, edge->to);
  const SortieNodeState *source = &self->nodes[edge->from];
  const SortieNodeState *target = &self->nodes[edge->to];

  if (is_kind (from, "orchestrator") && is_kind (to, "agent"))
    return look_of_dispatch (target);
  if (is_kind (from, "client") && is_kind (to, "orchestrator"))
    return target->look == SORTIE_LOOK_QUEUED || (!self->ended && target->n_steps == 0)
               ? SORTIE_EDGE_LIT
               : SORTIE_EDGE_TRAVELLED;
  if (is_kind (from, "orchestrator") && is_kind (to, "bus"))
    return SORTIE_EDGE_TRAVELLED;
  if (is_kind (to, "llm"))
    return look_of_asking (self, from, source);
  if (is_kind (to, "collection"))
    return source->look == SORTIE_LOOK_ACTIVE ? SORTIE_EDGE_LIT
           : source->n_done > 0               ? SORTIE_EDGE_TRAVELLED
                                              : SORTIE_EDGE_IDLE;
  if (is_kind (from, "agent") && is_kind (to, "client"))
    return self->writing                      ? SORTIE_EDGE_LIT
           : target->look == SORTIE_LOOK_DONE ? SORTIE_EDGE_TRAVELLED
                                              : SORTIE_EDGE_IDLE;
  return SORTIE_EDGE_IDLE;
}

void
sortie_diagram_state_compute (const SortieTopology *topology,
                              const SortieMissionModel *model,
                              const SortieModelUses *uses,
                              SortieNodeState *nodes,
                              SortieEdgeLook *edges)
{
  Context self = { topology, model, uses, nodes };

  if (model != NULL)
    {
      self.writing = sortie_diagram_is_writing (model);
      self.ended = sortie_mission_state_is_final (sortie_mission_model_get_state (model));
    }
  judge_nodes (&self, FALSE);
  judge_nodes (&self, TRUE); /* they look at their agent */
  for (guint i = 0; i < topology->edges->len; i++)
    edges[i] = model != NULL ? look_of_edge (&self, g_ptr_array_index (topology->edges, i))
                             : SORTIE_EDGE_IDLE;
}
