/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diagram-fixture.h"

#include "sortie-error.h"

#include <string.h>

static const SortieTopologyNode *
get_node (const SortieTopology *topology, const char *id)
{
  int i = sortie_topology_find (topology, id);

  g_assert_cmpint (i, >=, 0);
  return g_ptr_array_index (topology->nodes, i);
}

static void
test_real (void)
{
  g_autoptr (SortieTopology) topology = diagram_fixture_read ("topology.json");
  const SortieTopologyEdge *edge = g_ptr_array_index (topology->edges, 6);

  g_assert_cmpint (topology->revision, ==, 3481443929);
  g_assert_cmpuint (topology->nodes->len, ==, 8);
  g_assert_cmpuint (topology->edges->len, ==, 8);
  g_assert_cmpstr (get_node (topology, "system")->label, ==, "Orchestrator");
  g_assert_cmpint (get_node (topology, "system")->queued, ==, -1);
  g_assert_cmpint (get_node (topology, "retriever")->workers, ==, 1);
  g_assert_cmpint (get_node (topology, "collection:sample")->passages, ==, 178);
  g_assert_cmpstr (edge->label, ==, "search");
  g_assert_cmpint ((int) edge->from, ==, sortie_topology_find (topology, "retriever"));
  g_assert_cmpint ((int) edge->to, ==, sortie_topology_find (topology, "collection:sample"));
  g_assert_cmpint (sortie_topology_find (topology, "nobody"), ==, -1);
}

static void
test_model (void)
{
  g_autoptr (SortieTopology) topology = diagram_fixture_read ("topology-llm.json");
  const SortieTopologyNode *llm = get_node (topology, "llm");

  g_assert_cmpstr (llm->state, ==, "degraded");
  g_assert_cmpstr (llm->provider, ==, "api.groq.com");
  g_assert_cmpstr (llm->reason, ==, "the provider answered 503 five times in a row");
  g_assert_nonnull (strstr (llm->models, "planner: llama-3.1-8b-instant\nanalyzer: "));
}

#define NODE "{\"id\":\"a\",\"kind\":\"agent\",\"label\":\"A\",\"state\":\"idle\"}"
#define TWO NODE ",{\"id\":\"b\",\"kind\":\"agent\",\"label\":\"B\",\"state\":\"idle\"}"
#define TOPOLOGY(nodes, edges) "{\"revision\":1,\"nodes\":[" nodes "],\"edges\":[" edges "]}"

static void
test_malformed (void)
{
  static const struct
  {
    const char *json;
    const char *named;
  } cases[] = {
    { "[]", "object" },
    { "null", "object" },
    { "{\"nodes\":[],\"edges\":[]}", "revision" },
    { "{\"revision\":\"1\",\"nodes\":[],\"edges\":[]}", "revision" },
    { "{\"revision\":1.5,\"nodes\":[],\"edges\":[]}", "revision" },
    { "{\"revision\":1,\"edges\":[]}", "nodes" },
    { "{\"revision\":1,\"nodes\":{},\"edges\":[]}", "nodes" },
    { "{\"revision\":1,\"nodes\":[]}", "edges" },
    { TOPOLOGY ("7", ""), "nodes[0]" },
    { TOPOLOGY ("{}", ""), "id" },
    { TOPOLOGY ("{\"id\":1,\"kind\":\"a\",\"state\":\"b\"}", ""), "id" },
    { TOPOLOGY ("{\"id\":\"a\",\"state\":\"b\"}", ""), "kind" },
    { TOPOLOGY ("{\"id\":\"a\",\"kind\":\"b\"}", ""), "state" },
    { TOPOLOGY ("{\"id\":\"a\",\"kind\":\"b\",\"state\":\"c\",\"label\":[]}", ""), "label" },
    { TOPOLOGY ("{\"id\":\"a\",\"kind\":\"b\",\"state\":\"c\",\"queued\":-1}", ""), "queued" },
    { TOPOLOGY ("{\"id\":\"a\",\"kind\":\"b\",\"state\":\"c\",\"done\":1e300}", ""), "done" },
    { TOPOLOGY ("{\"id\":\"a\",\"kind\":\"b\",\"state\":\"c\",\"models\":[]}", ""), "models" },
    { TOPOLOGY (NODE "," NODE, ""), "twice" },
    { TOPOLOGY (NODE, "{\"to\":\"a\"}"), "from" },
    { TOPOLOGY (NODE, "{\"from\":\"a\"}"), "to" },
    { TOPOLOGY (NODE, "{\"from\":\"a\",\"to\":\"z\"}"), "names no node" },
    { TOPOLOGY (TWO, "{\"from\":\"a\",\"to\":\"b\",\"label\":7}"), "label" },
    { TOPOLOGY (TWO, "[\"a\",\"b\"]"), "edges[0]" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SortieTopology) topology = diagram_fixture_parse (cases[i].json, &error);

      g_assert_null (topology);
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL);
      g_assert_nonnull (strstr (error->message, cases[i].named));
    }
}

static void
test_lenient (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieTopology) topology = diagram_fixture_parse (
      "{\"revision\":-5,\"more\":[{}],\"nodes\":[{\"id\":\"a\",\"kind\":\"what\",\"state\":\"odd\","
      "\"unknown\":{\"x\":1},\"label\":\"\"}],\"edges\":[{\"from\":\"a\",\"to\":\"a\"}]}",
      &error);
  const SortieTopologyEdge *edge;

  g_assert_no_error (error);
  edge = g_ptr_array_index (topology->edges, 0);
  g_assert_cmpint (topology->revision, ==, -5);
  g_assert_cmpstr (get_node (topology, "a")->label, ==, "a");
  g_assert_cmpstr (edge->label, ==, "");
}

static char *
make_many (guint n_nodes, guint n_edges)
{
  GString *out = g_string_new ("{\"revision\":1,\"nodes\":[");

  for (guint i = 0; i < n_nodes; i++)
    g_string_append_printf (out, "%s{\"id\":\"n%u\",\"kind\":\"agent\",\"state\":\"idle\"}",
                            i > 0 ? "," : "", i);
  g_string_append (out, "],\"edges\":[");
  for (guint i = 0; i < n_edges; i++)
    g_string_append_printf (out, "%s{\"from\":\"n%u\",\"to\":\"n%u\"}", i > 0 ? "," : "",
                            i % n_nodes, (i * 7 + 1) % n_nodes);
  g_string_append (out, "]}");
  return g_string_free (out, FALSE);
}

static void
test_limits (void)
{
  static const struct
  {
    guint n_nodes;
    guint n_edges;
    gboolean fits;
  } cases[] = {
    { SORTIE_TOPOLOGY_MAX_NODES, SORTIE_TOPOLOGY_MAX_EDGES, TRUE },
    { SORTIE_TOPOLOGY_MAX_NODES + 1, 1, FALSE },
    { 2, SORTIE_TOPOLOGY_MAX_EDGES + 1, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = make_many (cases[i].n_nodes, cases[i].n_edges);
      g_autoptr (GError) error = NULL;
      g_autoptr (SortieTopology) topology = diagram_fixture_parse (json, &error);

      if (cases[i].fits)
        g_assert_no_error (error);
      else
        g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE);
      g_assert_cmpint (topology != NULL, ==, cases[i].fits);
    }
}

/* A label of 64 KiB is cut between two characters; an id of that size is refused. */
static void
test_long_texts (void)
{
  g_autoptr (GString) label = g_string_new (NULL);
  g_autofree char *json = NULL;
  g_autofree char *with_id = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieTopology) topology = NULL;
  g_autoptr (SortieTopology) refused = NULL;
  const char *shown;

  while (label->len < 65536)
    g_string_append (label, "é€x");
  json = g_strdup_printf ("{\"revision\":1,\"nodes\":[{\"id\":\"a\",\"kind\":\"agent\",\"state\":"
                          "\"idle\",\"label\":\"%s\"}],\"edges\":[]}",
                          label->str);
  topology = diagram_fixture_parse (json, &error);
  g_assert_no_error (error);
  shown = get_node (topology, "a")->label;
  g_assert_cmpuint (strlen (shown), <=, SORTIE_TOPOLOGY_MAX_LABEL);
  g_assert_cmpuint (strlen (shown), >, SORTIE_TOPOLOGY_MAX_LABEL - 4);
  g_assert_true (g_utf8_validate (shown, -1, NULL));

  with_id = g_strdup_printf ("{\"revision\":1,\"nodes\":[{\"id\":\"%s\",\"kind\":\"agent\","
                             "\"state\":\"idle\"}],\"edges\":[]}",
                             label->str);
  refused = diagram_fixture_parse (with_id, &error);
  g_assert_null (refused);
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE);
}

static void
test_counters (void)
{
  g_autoptr (SortieTopology) topology = diagram_fixture_read ("topology-llm.json");
  g_autoptr (GError) error = NULL;

  g_assert_true (sortie_topology_take_counters (
      topology,
      "{\"planner\":{\"workers\":2,\"queued\":0,\"in_flight\":1,\"done\":3,\"failed\":0},"
      "\"retriever\":{\"workers\":0,\"queued\":4,\"in_flight\":0,\"done\":9,\"retried\":2},"
      "\"running\":1,\"waiting\":5,\"delayed\":2,\"dead\":7,\"llm\":{\"state\":\"on\"},\"new\":[]}",
      &error));
  g_assert_no_error (error);
  g_assert_cmpstr (get_node (topology, "planner")->state, ==, "active");
  g_assert_cmpint (get_node (topology, "planner")->done, ==, 3);
  g_assert_cmpint (get_node (topology, "planner")->retried, ==, 0);
  g_assert_cmpstr (get_node (topology, "retriever")->state, ==, "absent");
  g_assert_cmpint (get_node (topology, "retriever")->retried, ==, 2);
  g_assert_cmpint (get_node (topology, "writer")->workers, ==, 1);
  g_assert_cmpint (get_node (topology, "system")->waiting, ==, 5);
  g_assert_cmpint (get_node (topology, "system")->dead, ==, -1);
  g_assert_cmpint (get_node (topology, "redis")->dead, ==, 7);
  g_assert_cmpstr (get_node (topology, "llm")->state, ==, "on");
  g_assert_null (get_node (topology, "llm")->reason);
}

static void
test_bad_counters (void)
{
  static const char *const cases[] = {
    "",
    "7",
    "[]",
    "{",
    "{\"planner\":3}",
    "{\"planner\":{\"done\":1,\"queued\":\"2\"}}",
    "{\"running\":-1}",
    "{\"running\":1,\"dead\":[]}",
    "{\"planner\":{\"done\":5},\"llm\":{}}",
    "{\"planner\":{\"done\":5},\"llm\":{\"state\":5}}",
    "{\"a\":[[[[[[[[1]]]]]]]]}",
  };
  g_autoptr (SortieTopology) topology = diagram_fixture_read ("topology-llm.json");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (sortie_topology_take_counters (topology, cases[i], &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_PROTOCOL);
      g_assert_cmpint (get_node (topology, "planner")->done, ==, 0);
      g_assert_cmpint (get_node (topology, "system")->running, ==, 0);
      g_assert_cmpstr (get_node (topology, "llm")->state, ==, "degraded");
    }
}

static void
test_copy (void)
{
  g_autoptr (SortieTopology) topology = diagram_fixture_read ("topology-llm.json");
  g_autoptr (SortieTopology) copy = sortie_topology_copy (topology);

  g_assert_true (
      sortie_topology_take_counters (copy, "{\"planner\":{\"done\":5,\"workers\":1}}", NULL));
  g_assert_cmpint (get_node (copy, "planner")->done, ==, 5);
  g_assert_cmpint (get_node (topology, "planner")->done, ==, 0);
  g_assert_cmpstr (get_node (copy, "llm")->models, ==, get_node (topology, "llm")->models);
  g_assert_cmpuint (copy->edges->len, ==, topology->edges->len);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/topology/real", test_real);
  g_test_add_func ("/topology/model", test_model);
  g_test_add_func ("/topology/malformed", test_malformed);
  g_test_add_func ("/topology/lenient", test_lenient);
  g_test_add_func ("/topology/limits", test_limits);
  g_test_add_func ("/topology/long-texts", test_long_texts);
  g_test_add_func ("/topology/counters", test_counters);
  g_test_add_func ("/topology/bad-counters", test_bad_counters);
  g_test_add_func ("/topology/copy", test_copy);
  return g_test_run ();
}
