/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-diagram"

#include "sortie-topology.h"

#include "sortie-error.h"
#include "sortie-json.h"

#include <string.h>

#define MAX_COUNTER (G_GINT64_CONSTANT (1) << 53)

/* ---- The parts ---- */

static void
node_free (gpointer data)
{
  SortieTopologyNode *node = data;

  g_free (node->id);
  g_free (node->kind);
  g_free (node->label);
  g_free (node->state);
  g_free (node->provider);
  g_free (node->reason);
  g_free (node->models);
  g_free (node);
}

static void
edge_free (gpointer data)
{
  SortieTopologyEdge *edge = data;

  g_free (edge->label);
  g_free (edge);
}

static const struct
{
  const char *name;
  gsize offset;
} counters[] = {
  { "workers", G_STRUCT_OFFSET (SortieTopologyNode, workers) },
  { "queued", G_STRUCT_OFFSET (SortieTopologyNode, queued) },
  { "in_flight", G_STRUCT_OFFSET (SortieTopologyNode, in_flight) },
  { "done", G_STRUCT_OFFSET (SortieTopologyNode, done) },
  { "failed", G_STRUCT_OFFSET (SortieTopologyNode, failed) },
  { "retried", G_STRUCT_OFFSET (SortieTopologyNode, retried) },
  { "running", G_STRUCT_OFFSET (SortieTopologyNode, running) },
  { "waiting", G_STRUCT_OFFSET (SortieTopologyNode, waiting) },
  { "delayed", G_STRUCT_OFFSET (SortieTopologyNode, delayed) },
  { "dead", G_STRUCT_OFFSET (SortieTopologyNode, dead) },
  { "oldest_ms", G_STRUCT_OFFSET (SortieTopologyNode, oldest_ms) },
  { "documents", G_STRUCT_OFFSET (SortieTopologyNode, documents) },
  { "passages", G_STRUCT_OFFSET (SortieTopologyNode, passages) },
};

#define N_COUNTERS G_N_ELEMENTS (counters)

static gint64 *
counter_of (SortieTopologyNode *node, gsize i)
{
  return &G_STRUCT_MEMBER (gint64, node, counters[i].offset);
}

/* ---- Reading members ---- */

/* What the JSON helpers call invalid input is, from the backend, a broken protocol. */
static gboolean
refuse (GError **error, GError *reason, const char *where)
{
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL, "topology: %s: %s", where,
               reason->message);
  g_error_free (reason);
  return FALSE;
}

static char *
dup_cut (const char *text, gsize limit)
{
  gsize length = strlen (text);

  if (length > limit)
    {
      length = limit;
      while (length > 0 && ((guchar) text[length] & 0xC0) == 0x80)
        length--;
    }
  return g_strndup (text, length);
}

/* A name that things are found by: it may not be cut, so a long one is refused. */
static gboolean
read_name (JsonObject *object, const char *member, const char *where, char **value, GError **error)
{
  GError *reason = NULL;
  const char *text = NULL;

  if (!sortie_json_get_string (object, member, TRUE, &text, &reason))
    return refuse (error, reason, where);
  if (strlen (text) > SORTIE_TOPOLOGY_MAX_ID)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
                   "topology: %s: “%s” is longer than %d bytes", where, member,
                   SORTIE_TOPOLOGY_MAX_ID);
      return FALSE;
    }
  *value = g_strdup (text);
  return TRUE;
}

static gboolean
read_text (JsonObject *object, const char *member, const char *where, char **value, GError **error)
{
  GError *reason = NULL;
  const char *text = NULL;

  if (!sortie_json_get_string (object, member, FALSE, &text, &reason))
    return refuse (error, reason, where);
  if (text != NULL)
    *value = dup_cut (text, SORTIE_TOPOLOGY_MAX_LABEL);
  return TRUE;
}

static gboolean
read_counters (JsonObject *object, const char *where, gint64 values[N_COUNTERS], GError **error)
{
  GError *reason = NULL;

  for (gsize i = 0; i < N_COUNTERS; i++)
    if (!sortie_json_get_integer (object, counters[i].name, FALSE, 0, MAX_COUNTER, &values[i],
                                  &reason))
      return refuse (error, reason, where);
  return TRUE;
}

/* One line a role, in the order that they were told. */
static gboolean
read_models (JsonObject *object, const char *where, char **value, GError **error)
{
  GError *reason = NULL;
  JsonObject *models = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GList) names = NULL;
  guint n = 0;

  if (!sortie_json_get_object (object, "models", FALSE, &models, &reason))
    return refuse (error, reason, where);
  if (models == NULL)
    return TRUE;
  names = json_object_get_members (models);
  for (GList *l = names; l != NULL && n < SORTIE_TOPOLOGY_MAX_MODELS; l = l->next, n++)
    {
      const char *model = NULL;
      g_autofree char *role = dup_cut (l->data, SORTIE_TOPOLOGY_MAX_LABEL);
      g_autofree char *name = NULL;

      if (!sortie_json_get_string (models, l->data, FALSE, &model, &reason))
        return refuse (error, reason, where);
      if (model == NULL)
        continue;
      name = dup_cut (model, SORTIE_TOPOLOGY_MAX_LABEL);
      g_string_append_printf (out, "%s%s: %s", out->len > 0 ? "\n" : "", role, name);
    }
  if (out->len > 0)
    *value = g_strdup (out->str);
  return TRUE;
}

static SortieTopologyNode *
node_new (void)
{
  SortieTopologyNode *node = g_new0 (SortieTopologyNode, 1);

  for (gsize i = 0; i < N_COUNTERS; i++)
    *counter_of (node, i) = -1;
  return node;
}

static gboolean
read_node (SortieTopology *self, JsonObject *object, const char *where, GError **error)
{
  SortieTopologyNode *node = node_new ();
  gint64 values[N_COUNTERS];

  g_ptr_array_add (self->nodes, node);
  memset (values, -1, sizeof values);
  if (!read_name (object, "id", where, &node->id, error) ||
      !read_name (object, "kind", where, &node->kind, error) ||
      !read_text (object, "label", where, &node->label, error) ||
      !read_name (object, "state", where, &node->state, error) ||
      !read_text (object, "provider", where, &node->provider, error) ||
      !read_text (object, "reason", where, &node->reason, error) ||
      !read_models (object, where, &node->models, error) ||
      !read_counters (object, where, values, error))
    return FALSE;
  for (gsize i = 0; i < N_COUNTERS; i++)
    *counter_of (node, i) = values[i];
  if (node->label == NULL || *node->label == '\0')
    {
      g_free (node->label);
      node->label = dup_cut (node->id, SORTIE_TOPOLOGY_MAX_LABEL);
    }
  return TRUE;
}

/* The index of the node that a member names. */
static gboolean
read_end (JsonObject *object,
          const char *member,
          GHashTable *ids,
          const char *where,
          guint *index,
          GError **error)
{
  g_autofree char *id = NULL;
  gpointer found = NULL;

  if (!read_name (object, member, where, &id, error))
    return FALSE;
  if (!g_hash_table_lookup_extended (ids, id, NULL, &found))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL, "topology: %s: “%s” names no node",
                   where, member);
      return FALSE;
    }
  *index = GPOINTER_TO_UINT (found);
  return TRUE;
}

static gboolean
read_edge (
    SortieTopology *self, JsonObject *object, GHashTable *ids, const char *where, GError **error)
{
  SortieTopologyEdge *edge = g_new0 (SortieTopologyEdge, 1);

  g_ptr_array_add (self->edges, edge);
  if (!read_end (object, "from", ids, where, &edge->from, error) ||
      !read_end (object, "to", ids, where, &edge->to, error) ||
      !read_text (object, "label", where, &edge->label, error))
    return FALSE;
  if (edge->label == NULL)
    edge->label = g_strdup ("");
  return TRUE;
}

/* ---- Reading the arrays ---- */

static JsonArray *
read_array (JsonObject *object, const char *member, guint limit, GError **error)
{
  GError *reason = NULL;
  JsonArray *array = NULL;

  if (!sortie_json_get_array (object, member, TRUE, &array, &reason))
    {
      refuse (error, reason, member);
      return NULL;
    }
  if (json_array_get_length (array) > limit)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
                   "topology: “%s” has %u elements, the limit is %u", member,
                   json_array_get_length (array), limit);
      return NULL;
    }
  return array;
}

static JsonObject *
read_element (JsonArray *array, guint i, const char *where, GError **error)
{
  JsonNode *node = json_array_get_element (array, i);

  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_node_get_object (node);
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL, "topology: %s is no object", where);
  return NULL;
}

static gboolean
read_nodes (SortieTopology *self, JsonObject *object, GHashTable *ids, GError **error)
{
  JsonArray *array = read_array (object, "nodes", SORTIE_TOPOLOGY_MAX_NODES, error);

  if (array == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *where = g_strdup_printf ("nodes[%u]", i);
      JsonObject *element = read_element (array, i, where, error);
      SortieTopologyNode *node;

      if (element == NULL || !read_node (self, element, where, error))
        return FALSE;
      node = g_ptr_array_index (self->nodes, i);
      if (g_hash_table_contains (ids, node->id))
        {
          g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL,
                       "topology: %s: “id” is there twice", where);
          return FALSE;
        }
      g_hash_table_insert (ids, node->id, GUINT_TO_POINTER (i));
    }
  return TRUE;
}

static gboolean
read_edges (SortieTopology *self, JsonObject *object, GHashTable *ids, GError **error)
{
  JsonArray *array = read_array (object, "edges", SORTIE_TOPOLOGY_MAX_EDGES, error);

  if (array == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *where = g_strdup_printf ("edges[%u]", i);
      JsonObject *element = read_element (array, i, where, error);

      if (element == NULL || !read_edge (self, element, ids, where, error))
        return FALSE;
    }
  return TRUE;
}

SortieTopology *
sortie_topology_from_json (JsonNode *node, GError **error)
{
  g_autoptr (SortieTopology) self = g_new0 (SortieTopology, 1);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  GError *reason = NULL;
  JsonObject *object;

  self->nodes = g_ptr_array_new_with_free_func (node_free);
  self->edges = g_ptr_array_new_with_free_func (edge_free);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL, "topology: not an object");
      return NULL;
    }
  object = json_node_get_object (node);
  if (!sortie_json_get_integer (object, "revision", TRUE, G_MININT64, G_MAXINT64, &self->revision,
                                &reason))
    {
      refuse (error, reason, "revision");
      return NULL;
    }
  if (!read_nodes (self, object, ids, error) || !read_edges (self, object, ids, error))
    return NULL;
  return g_steal_pointer (&self);
}

SortieTopology *
sortie_topology_copy (const SortieTopology *self)
{
  SortieTopology *copy = g_new0 (SortieTopology, 1);

  copy->revision = self->revision;
  copy->nodes = g_ptr_array_new_with_free_func (node_free);
  copy->edges = g_ptr_array_new_with_free_func (edge_free);
  for (guint i = 0; i < self->nodes->len; i++)
    {
      const SortieTopologyNode *from = g_ptr_array_index (self->nodes, i);
      SortieTopologyNode *node = g_memdup2 (from, sizeof *from);

      node->id = g_strdup (from->id);
      node->kind = g_strdup (from->kind);
      node->label = g_strdup (from->label);
      node->state = g_strdup (from->state);
      node->provider = g_strdup (from->provider);
      node->reason = g_strdup (from->reason);
      node->models = g_strdup (from->models);
      g_ptr_array_add (copy->nodes, node);
    }
  for (guint i = 0; i < self->edges->len; i++)
    {
      const SortieTopologyEdge *from = g_ptr_array_index (self->edges, i);
      SortieTopologyEdge *edge = g_memdup2 (from, sizeof *from);

      edge->label = g_strdup (from->label);
      g_ptr_array_add (copy->edges, edge);
    }
  return copy;
}

void
sortie_topology_free (SortieTopology *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->nodes);
  g_ptr_array_unref (self->edges);
  g_free (self);
}

int
sortie_topology_find (const SortieTopology *self, const char *id)
{
  for (guint i = 0; i < self->nodes->len; i++)
    if (g_str_equal (((SortieTopologyNode *) g_ptr_array_index (self->nodes, i))->id, id))
      return (int) i;
  return -1;
}

gboolean
sortie_topology_has_same_structure (const SortieTopology *a, const SortieTopology *b)
{
  if (a->revision != b->revision || a->nodes->len != b->nodes->len ||
      a->edges->len != b->edges->len)
    return FALSE;
  for (guint i = 0; i < a->nodes->len; i++)
    {
      const SortieTopologyNode *one = g_ptr_array_index (a->nodes, i);
      const SortieTopologyNode *other = g_ptr_array_index (b->nodes, i);

      if (!g_str_equal (one->id, other->id) || !g_str_equal (one->label, other->label) ||
          !g_str_equal (one->kind, other->kind))
        return FALSE;
    }
  for (guint i = 0; i < a->edges->len; i++)
    {
      const SortieTopologyEdge *one = g_ptr_array_index (a->edges, i);
      const SortieTopologyEdge *other = g_ptr_array_index (b->edges, i);

      if (one->from != other->from || one->to != other->to ||
          !g_str_equal (one->label, other->label))
        return FALSE;
    }
  return TRUE;
}
