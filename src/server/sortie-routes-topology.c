/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-services.h"

#include <string.h>

/* The running system as nodes and edges. `revision` is made of the structure alone, so that a diagram
 * is laid out again only when it must be. */

static void
append_node (GString *out, const char *id, const char *kind, const char *label, const char *state)
{
  sortie_json_append_separator (out);
  g_string_append_c (out, '{');
  sortie_json_append_member_string (out, "id", id);
  sortie_json_append_member_string (out, "kind", kind);
  sortie_json_append_member_string (out, "label", label);
  sortie_json_append_member_string (out, "state", state);
}

static void
append_agent_counters (GString *out, const SortieAgentStats *stats)
{
  sortie_json_append_member_int (out, "workers", stats->workers);
  sortie_json_append_member_int (out, "queued", stats->queued);
  sortie_json_append_member_int (out, "in_flight", stats->in_flight);
  sortie_json_append_member_int (out, "oldest_ms", stats->oldest_ms);
  sortie_json_append_member_int (out, "done", stats->done);
  sortie_json_append_member_int (out, "failed", stats->failed);
  sortie_json_append_member_int (out, "retried", stats->retried);
}

static const char *
get_agent_state (const SortieAgentStats *stats)
{
  if (stats->workers == 0)
    return "absent";
  return stats->in_flight > 0 ? "active" : "idle";
}

static void
append_agents (GString *out, const SortieBusStats *stats)
{
  for (int i = 0; i < SORTIE_N_AGENTS; i++)
    {
      append_node (out, sortie_agents[i], "agent", sortie_agent_label (sortie_agents[i]),
                   get_agent_state (&stats->agents[i]));
      append_agent_counters (out, &stats->agents[i]);
      g_string_append_c (out, '}');
    }
}

static void
append_redis (GString *out, const SortieBusStats *stats)
{
  append_node (out, "redis", "bus", "Redis Streams", "active");
  sortie_json_append_member_int (out, "running", stats->running);
  sortie_json_append_member_int (out, "waiting", stats->waiting);
  sortie_json_append_member_int (out, "delayed", stats->delayed);
  sortie_json_append_member_int (out, "dead", stats->dead);
  g_string_append_c (out, '}');
}

static void
append_collections (SortieServices *self, GString *out, GPtrArray *collections)
{
  for (guint i = 0; i < collections->len; i++)
    {
      SortieCollection *collection = g_ptr_array_index (collections, i);
      g_autofree char *id = g_strdup_printf ("collection:%s", collection->name);

      append_node (out, id, "collection", collection->name,
                   sortie_indexing_is_running (self->indexing, collection->name) ? "active"
                                                                                 : "idle");
      sortie_json_append_member_int (out, "documents", collection->n_documents);
      sortie_json_append_member_int (out, "passages", collection->n_passages);
      g_string_append_c (out, '}');
    }
}

static void
append_llm (GString *out, const SortieProviderInfo *llm)
{
  append_node (out, "llm", "llm", "Language model", llm->state);
  sortie_json_append_member_string (out, "provider", llm->host);
  sortie_provider_append_models (out, llm);
  if (llm->reason != NULL)
    sortie_json_append_member_string (out, "reason", llm->reason);
  g_string_append_c (out, '}');
}

static void
append_edge (GString *out, const char *from, const char *to, const char *label)
{
  sortie_json_append_separator (out);
  g_string_append_c (out, '{');
  sortie_json_append_member_string (out, "from", from);
  sortie_json_append_member_string (out, "to", to);
  sortie_json_append_member_string (out, "label", label);
  g_string_append_c (out, '}');
}

static void
append_edges (GString *out, GPtrArray *collections, gboolean with_llm)
{
  append_edge (out, "you", "system", "mission");
  for (int i = 0; i < SORTIE_N_AGENTS; i++)
    {
      append_edge (out, "system", sortie_agents[i], "dispatch");
      if (with_llm)
        append_edge (out, sortie_agents[i], "llm", "ask");
    }
  append_edge (out, "system", "redis", "events");
  for (guint i = 0; i < collections->len; i++)
    {
      g_autofree char *id =
          g_strdup_printf ("collection:%s",
                           ((SortieCollection *) g_ptr_array_index (collections, i))->name);

      append_edge (out, SORTIE_AGENT_RETRIEVER, id, "search");
    }
  append_edge (out, SORTIE_AGENT_WRITER, "you", "report");
}

static SortieResponse *
topology_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  g_auto (SortieProviderInfo) llm = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) collections = sortie_library_list (self->library, &error);
  g_autoptr (GString) edges = g_string_new ("[");
  SortieBusStats stats = { 0 };
  gboolean with_llm;
  GString *out;

  self->provider.describe (&llm, self->provider.user_data);
  with_llm = !g_str_equal (llm.state, "off");
  if (collections == NULL || !sortie_bus_get_stats (self->bus, &stats, &error))
    return sortie_response_new_error (error);
  append_edges (edges, collections, with_llm);
  g_string_append_c (edges, ']');

  out = g_string_new ("{");
  sortie_json_append_member_int (out, "revision", g_str_hash (edges->str));
  sortie_json_append_name (out, "nodes");
  g_string_append_c (out, '[');
  append_node (out, "you", "client", "You", "idle");
  g_string_append_c (out, '}');
  append_node (out, "system", "orchestrator", "Orchestrator",
               stats.running > 0 ? "active" : "idle");
  sortie_json_append_member_int (out, "running", stats.running);
  sortie_json_append_member_int (out, "waiting", stats.waiting);
  g_string_append_c (out, '}');
  append_agents (out, &stats);
  append_redis (out, &stats);
  if (with_llm)
    append_llm (out, &llm);
  append_collections (self, out, collections);
  g_string_append_c (out, ']');
  sortie_json_append_member_raw (out, "edges", edges->str);
  g_string_append_c (out, '}');
  return sortie_response_new_json (200, g_string_free (out, FALSE));
}

/* ---- Metrics ---- */

static void
append_metric (GString *out, const char *name, const char *type, const char *help)
{
  g_string_append_printf (out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
append_agent_metric (GString *out,
                     const char *name,
                     const char *type,
                     const char *help,
                     const SortieBusStats *stats,
                     gsize offset)
{
  append_metric (out, name, type, help);
  for (int i = 0; i < SORTIE_N_AGENTS; i++)
    g_string_append_printf (out, "%s{agent=\"%s\"} %" G_GINT64_FORMAT "\n", name, sortie_agents[i],
                            G_STRUCT_MEMBER (gint64, &stats->agents[i], offset));
}

static void
append_bus_metrics (GString *out, const SortieBusStats *stats)
{
#define AGENT(name, type, help, member)                                                            \
  append_agent_metric (out, name, type, help, stats, G_STRUCT_OFFSET (SortieAgentStats, member))
  AGENT ("sortie_workers", "gauge", "Live workers that serve the agent.", workers);
  AGENT ("sortie_steps_queued", "gauge", "Steps waiting to be fetched.", queued);
  AGENT ("sortie_steps_in_flight", "gauge", "Steps fetched and not finished.", in_flight);
  AGENT ("sortie_queue_oldest_milliseconds", "gauge", "Age of the oldest entry.", oldest_ms);
  AGENT ("sortie_steps_done_total", "counter", "Steps completed.", done);
  AGENT ("sortie_steps_failed_total", "counter", "Steps dead-lettered.", failed);
  AGENT ("sortie_steps_retried_total", "counter", "Attempts that failed and were tried again.",
         retried);
#undef AGENT
  append_metric (out, "sortie_missions", "gauge", "Missions that have not ended.");
  g_string_append_printf (out,
                          "sortie_missions{state=\"running\"} %" G_GINT64_FORMAT
                          "\nsortie_missions{state=\"waiting\"} %" G_GINT64_FORMAT "\n",
                          stats->running, stats->waiting);
  append_metric (out, "sortie_missions_ended_total", "counter", "Missions that have ended.");
  g_string_append_printf (out,
                          "sortie_missions_ended_total{outcome=\"completed\"} %" G_GINT64_FORMAT
                          "\nsortie_missions_ended_total{outcome=\"partial\"} %" G_GINT64_FORMAT
                          "\nsortie_missions_ended_total{outcome=\"failed\"} %" G_GINT64_FORMAT
                          "\nsortie_missions_ended_total{outcome=\"cancelled\"} %" G_GINT64_FORMAT
                          "\n",
                          stats->completed, stats->partial, stats->failed, stats->cancelled);
  append_metric (out, "sortie_dead_letters", "gauge", "Dead letters kept.");
  g_string_append_printf (out, "sortie_dead_letters %" G_GINT64_FORMAT "\n", stats->dead);
  append_metric (out, "sortie_retries_waiting", "gauge", "Retries that are not due yet.");
  g_string_append_printf (out, "sortie_retries_waiting %" G_GINT64_FORMAT "\n", stats->delayed);
}

static void
append_http_metrics (SortieServices *self, GString *out)
{
  SortieHttpServerStats stats;

  sortie_http_server_get_stats (self->http, &stats);
  append_metric (out, "sortie_http_connections", "gauge", "Open connections of clients.");
  g_string_append_printf (out, "sortie_http_connections %u\n", stats.open);
  append_metric (out, "sortie_http_streams", "gauge", "Of these, event streams.");
  g_string_append_printf (out, "sortie_http_streams %u\n", stats.streams);
  append_metric (out, "sortie_http_requests_total", "counter", "Requests taken.");
  g_string_append_printf (out, "sortie_http_requests_total %" G_GUINT64_FORMAT "\n",
                          stats.requests);
  append_metric (out, "sortie_http_refused_total", "counter", "Requests refused at the edge.");
  g_string_append_printf (out, "sortie_http_refused_total %" G_GUINT64_FORMAT "\n", stats.refused);
  append_metric (out, "sortie_http_slow_clients_total", "counter",
                 "Event streams dropped because the client did not keep up.");
  g_string_append_printf (out, "sortie_http_slow_clients_total %" G_GUINT64_FORMAT "\n",
                          stats.slow);
  append_metric (out, "sortie_http_responses_total", "counter", "Responses by class of status.");
  for (int i = 1; i < 6; i++)
    g_string_append_printf (out,
                            "sortie_http_responses_total{class=\"%dxx\"} %" G_GUINT64_FORMAT "\n",
                            i, stats.classes[i]);
}

static SortieResponse *
metrics_cb (SortieRequest *request, gpointer user_data)
{
  SortieServices *self = user_data;
  SortieBusStats stats = { 0 };
  gboolean up = sortie_bus_get_stats (self->bus, &stats, NULL);
  GString *out = g_string_new (NULL);

  append_metric (out, "sortie_redis_up", "gauge", "Whether Redis answers.");
  g_string_append_printf (out, "sortie_redis_up %d\n", up);
  append_metric (out, "sortie_redis_reconnects_total", "counter", "Connections made again.");
  g_string_append_printf (out, "sortie_redis_reconnects_total %u\n",
                          sortie_bus_get_reconnects (self->bus));
  append_metric (out, "sortie_uptime_seconds", "gauge", "Since this process started.");
  g_string_append_printf (out, "sortie_uptime_seconds %" G_GINT64_FORMAT "\n",
                          (g_get_monotonic_time () - self->started) / G_USEC_PER_SEC);
  if (up)
    append_bus_metrics (out, &stats);
  append_http_metrics (self, out);
  self->provider.append_metrics (out, self->provider.user_data);
  return sortie_response_new_text (200, "text/plain; version=0.0.4; charset=utf-8",
                                   g_string_free (out, FALSE));
}

void
sortie_routes_add_topology (SortieServices *self)
{
  sortie_routes_add (self, "GET", "/topology", SORTIE_BODY_NONE, topology_cb);
  sortie_routes_add (self, "GET", "/metrics", SORTIE_BODY_NONE, metrics_cb);
}
