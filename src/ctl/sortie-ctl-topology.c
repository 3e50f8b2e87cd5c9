/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-ctl"

#include "sortie-ctl-private.h"

static char *
dup_count (JsonObject *node, const char *name)
{
  if (!json_object_has_member (node, name) ||
      JSON_NODE_HOLDS_NULL (json_object_get_member (node, name)))
    return g_strdup ("");

  return g_strdup_printf ("%" G_GINT64_FORMAT, sortie_ctl_get_int (node, name));
}

static char *
dup_oldest (JsonObject *node)
{
  gint64 oldest = sortie_ctl_get_int (node, "oldest_ms");

  return oldest > 0 ? sortie_ctl_dup_duration (oldest) : g_strdup ("");
}

static void
print_nodes (SortieCtl *ctl, JsonObject *topology)
{
  const char *const headings[] = { "NODE",    "KIND",       "STATE",   ">WORKERS",
                                   ">QUEUED", ">IN FLIGHT", ">OLDEST", ">DONE",
                                   ">FAILED", "LABEL",      NULL };
  g_autoptr (SortieCtlTable) table = sortie_ctl_table_new (headings);
  g_autoptr (GPtrArray) nodes = sortie_ctl_get_objects (topology, "nodes");

  for (guint i = 0; i < nodes->len; i++)
    {
      JsonObject *node = g_ptr_array_index (nodes, i);

      sortie_ctl_table_add (table, g_strdup (sortie_ctl_get_string (node, "id")),
                            g_strdup (sortie_ctl_get_string (node, "kind")),
                            g_strdup (sortie_ctl_get_string (node, "state")),
                            dup_count (node, "workers"), dup_count (node, "queued"),
                            dup_count (node, "in_flight"), dup_oldest (node),
                            dup_count (node, "done"), dup_count (node, "failed"),
                            g_strdup (sortie_ctl_get_string (node, "label")));
    }
  sortie_ctl_table_print (table, ctl);
}

static void
print_edges (SortieCtl *ctl, JsonObject *topology)
{
  const char *const headings[] = { "FROM", "TO", "LABEL", NULL };
  g_autoptr (SortieCtlTable) table = sortie_ctl_table_new (headings);
  g_autoptr (GPtrArray) edges = sortie_ctl_get_objects (topology, "edges");

  for (guint i = 0; i < edges->len; i++)
    {
      JsonObject *edge = g_ptr_array_index (edges, i);

      sortie_ctl_table_add (table, g_strdup (sortie_ctl_get_string (edge, "from")),
                            g_strdup (sortie_ctl_get_string (edge, "to")),
                            g_strdup (sortie_ctl_get_string (edge, "label")));
    }
  fputc ('\n', ctl->out);
  sortie_ctl_table_print (table, ctl);
}

int
sortie_ctl_run_topology (SortieCtl *ctl, GError **error)
{
  g_autoptr (JsonNode) node = sortie_ctl_call (ctl, "GET", "/topology", NULL, NULL, error);

  if (node == NULL)
    return SORTIE_CTL_ERROR;
  if (ctl->options.json)
    {
      sortie_ctl_print_json (ctl, node);
      return SORTIE_CTL_OK;
    }

  print_nodes (ctl, json_node_get_object (node));
  print_edges (ctl, json_node_get_object (node));

  return SORTIE_CTL_OK;
}
