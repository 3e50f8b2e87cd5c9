/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-diagram"

#include "sortie-topology.h"

#include "sortie-error.h"
#include "sortie-json.h"

#include <string.h>

/* Counters travel apart from the structure: `{"retriever": {"queued": 2, …}, "running": 1, …}`. */

#define MAX_BYTES (64 * 1024)
#define MAX_COUNTER (G_GINT64_CONSTANT (1) << 53)

static const SortieJsonLimits limits = { MAX_BYTES, 4, 4096 };

typedef struct
{
  const char *name;
  gsize offset;
} Counter;

static const Counter agent_counters[] = {
  { "workers", G_STRUCT_OFFSET (SortieTopologyNode, workers) },
  { "queued", G_STRUCT_OFFSET (SortieTopologyNode, queued) },
  { "in_flight", G_STRUCT_OFFSET (SortieTopologyNode, in_flight) },
  { "done", G_STRUCT_OFFSET (SortieTopologyNode, done) },
  { "failed", G_STRUCT_OFFSET (SortieTopologyNode, failed) },
  { "retried", G_STRUCT_OFFSET (SortieTopologyNode, retried) },
};

/* Of all missions: they show at the orchestrator and at the bus. */
static const Counter mission_counters[] = {
  { "running", G_STRUCT_OFFSET (SortieTopologyNode, running) },
  { "waiting", G_STRUCT_OFFSET (SortieTopologyNode, waiting) },
  { "delayed", G_STRUCT_OFFSET (SortieTopologyNode, delayed) },
  { "dead", G_STRUCT_OFFSET (SortieTopologyNode, dead) },
};

/* One node's new values, kept until all of them are known to be good. */
static gboolean
read_counters (JsonObject *object,
               const Counter *counters,
               gsize n_counters,
               SortieTopologyNode *node,
               GError **error)
{
  for (gsize i = 0; i < n_counters; i++)
    if (!sortie_json_get_integer (object, counters[i].name, FALSE, 0, MAX_COUNTER,
                                  &G_STRUCT_MEMBER (gint64, node, counters[i].offset), error))
      return FALSE;
  return TRUE;
}

static void
copy_counters (SortieTopologyNode *to,
               const SortieTopologyNode *from,
               const Counter *counters,
               gsize n_counters)
{
  for (gsize i = 0; i < n_counters; i++)
    {
      gint64 value = G_STRUCT_MEMBER (gint64, from, counters[i].offset);

      if (value >= 0)
        G_STRUCT_MEMBER (gint64, to, counters[i].offset) = value;
    }
}

static gboolean
read_agent (JsonObject *object, SortieTopologyNode *node, GError **error)
{
  JsonObject *told = NULL;

  if (!sortie_json_get_object (object, node->id, FALSE, &told, error))
    return FALSE;
  return told == NULL ||
         read_counters (told, agent_counters, G_N_ELEMENTS (agent_counters), node, error);
}

/* The state of an agent is what its counters say, as `GET /topology` says it. */
static void
apply_agent (SortieTopologyNode *node, const SortieTopologyNode *told)
{
  const char *state;

  if (told->workers < 0 && told->in_flight < 0)
    return;
  copy_counters (node, told, agent_counters, G_N_ELEMENTS (agent_counters));
  state = node->workers == 0 ? "absent" : node->in_flight > 0 ? "active" : "idle";
  if (!g_str_equal (node->state, state))
    {
      g_free (node->state);
      node->state = g_strdup (state);
    }
}

static gboolean
read_llm (JsonObject *object, const char **state, const char **reason, GError **error)
{
  JsonObject *told = NULL;

  if (!sortie_json_get_object (object, "llm", FALSE, &told, error))
    return FALSE;
  if (told == NULL)
    return TRUE;
  if (!sortie_json_get_string (told, "state", TRUE, state, error) ||
      !sortie_json_get_string (told, "reason", FALSE, reason, error))
    return FALSE;
  if (strlen (*state) > SORTIE_TOPOLOGY_MAX_ID)
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE, "“state” is too long");
      return FALSE;
    }
  return TRUE;
}

static void
apply_llm (SortieTopologyNode *node, const char *state, const char *reason)
{
  gsize length = reason != NULL ? MIN (strlen (reason), SORTIE_TOPOLOGY_MAX_LABEL) : 0;

  if (state == NULL)
    return;
  while (length > 0 && ((guchar) reason[length] & 0xC0) == 0x80)
    length--;
  g_free (node->state);
  node->state = g_strdup (state);
  g_free (node->reason);
  node->reason = reason != NULL ? g_strndup (reason, length) : NULL;
}

static gboolean
is_kind (const SortieTopologyNode *node, const char *kind)
{
  return g_str_equal (node->kind, kind);
}

static gboolean
take (SortieTopology *self, JsonObject *object, GError **error)
{
  g_autofree SortieTopologyNode *told = g_new (SortieTopologyNode, self->nodes->len + 1);
  SortieTopologyNode *missions = &told[self->nodes->len];
  const char *state = NULL;
  const char *reason = NULL;

  memset (told, -1, (self->nodes->len + 1) * sizeof *told);
  if (!read_llm (object, &state, &reason, error) ||
      !read_counters (object, mission_counters, G_N_ELEMENTS (mission_counters), missions, error))
    return FALSE;
  for (guint i = 0; i < self->nodes->len; i++)
    {
      SortieTopologyNode *node = g_ptr_array_index (self->nodes, i);

      told[i].id = node->id;
      if (is_kind (node, "agent") && !read_agent (object, &told[i], error))
        return FALSE;
    }

  for (guint i = 0; i < self->nodes->len; i++)
    {
      SortieTopologyNode *node = g_ptr_array_index (self->nodes, i);

      if (is_kind (node, "agent"))
        apply_agent (node, &told[i]);
      else if (is_kind (node, "orchestrator"))
        copy_counters (node, missions, mission_counters, 2);
      else if (is_kind (node, "bus"))
        copy_counters (node, missions, mission_counters, G_N_ELEMENTS (mission_counters));
      else if (is_kind (node, "llm"))
        apply_llm (node, state, reason);
    }
  return TRUE;
}

gboolean
sortie_topology_take_counters (SortieTopology *self, const char *data, GError **error)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) reason = NULL;

  node = sortie_json_parse (data, strlen (data), &limits, &reason);
  if (node != NULL && !JSON_NODE_HOLDS_OBJECT (node))
    g_set_error_literal (&reason, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL, "not an object");
  if (reason == NULL && take (self, json_node_get_object (node), &reason))
    return TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL, "topology.counters: %s",
               reason->message);
  return FALSE;
}
