/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "bench"

#include "sortie-diagram-view-private.h"

#include "sortie-json.h"

#include <adwaita.h>
#include <stdlib.h>
#include <string.h>

/* bench-app-diagram: what an event costs with the diagram shown, and without; one JSON object on
 * standard output, times in microseconds. Needs a display. */

#define N_EVENTS 10000
#define MISSION "0b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11"
#define NODE(id, kind) "{\"id\":\"" id "\",\"kind\":\"" kind "\",\"state\":\"idle\",\"done\":1},"
#define EDGE(from, to) "{\"from\":\"" from "\",\"to\":\"" to "\",\"label\":\"dispatch\"},"

static const char topology_json[] = "{\"revision\":1,\"nodes\":[" NODE ("you", "client") NODE (
    "system",
    "orchestrator") NODE ("planner",
                          "agent") NODE ("retriever",
                                         "agent") NODE ("analyzer",
                                                        "agent") NODE ("writer",
                                                                       "agent") NODE ("redis",
                                                                                      "bus")
    NODE ("llm", "llm") "{\"id\":\"collection:a\",\"kind\":\"collection\",\"state\":\"idle\"}],\"edges\":[" EDGE (
        "you", "system") EDGE ("system", "planner") EDGE ("system", "retriever") EDGE ("system",
                                                                                       "analyzer")
        EDGE ("system", "writer") EDGE ("system", "redis") EDGE ("retriever", "collection:a")
            EDGE ("writer", "llm") "{\"from\":\"writer\",\"to\":\"you\",\"label\":\"report\"}]}";

static GPtrArray *
make_events (void)
{
  static const struct
  {
    const char *code;
    const char *type;
    const char *source;
    const char *rest;
  } kinds[] = {
    { "step.dispatched", "status", "system", ",\"to\":\"retriever\"" },
    { "step.started", "status", "retriever", "" },
    { "step.progress", "status", "retriever", "" },
    { "step.retrying", "error", "retriever", ",\"data\":{\"delay_ms\":1000}" },
  };
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_event_free);

  for (int i = 0; i < N_EVENTS; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *json = g_strdup_printf (
          "{\"type\":\"%s\",\"source\":\"%s\",\"code\":\"%s\",\"message\":\"m\",\"mission_id\":\"" MISSION
          "\",\"timestamp\":\"2024-05-01T10:00:00.000Z\",\"step\":2,\"attempt\":%d%s}",
          kinds[i % 4].type, kinds[i % 4].source, kinds[i % 4].code, i / 4 + 1, kinds[i % 4].rest);
      SortieEvent *event = sortie_event_from_wire (json, strlen (json), &error);

      if (event == NULL)
        g_error ("%s", error->message);
      event->id = g_strdup_printf ("1714557600000-%d", i + 1);
      g_ptr_array_add (events, event);
    }
  return events;
}

static int
compare_cb (gconstpointer a, gconstpointer b)
{
  gint64 one = *(const gint64 *) a;
  gint64 other = *(const gint64 *) b;

  return one < other ? -1 : one > other;
}

static void
measure (const char *name, SortieLiveMission *mission, GPtrArray *events, gboolean last)
{
  g_autofree gint64 *times = g_new (gint64, events->len);
  gint64 total = 0;

  for (guint i = 0; i < events->len; i++)
    {
      gint64 start = g_get_monotonic_time ();

      sortie_live_mission_take (mission, g_ptr_array_index (events, i));
      times[i] = g_get_monotonic_time () - start;
      total += times[i];
    }
  qsort (times, events->len, sizeof *times, compare_cb);
  g_print ("\"%s\":{\"mean\":%.1f,\"p50\":%d,\"p99\":%d}%s", name, (double) total / events->len,
           (int) times[events->len / 2], (int) times[events->len * 99 / 100], last ? "" : ",");
}

static SortieLiveMission *
make_mission (void)
{
  g_autoptr (SortieBackendAddress) address =
      sortie_backend_address_parse ("http://127.0.0.1:9", NULL);
  g_autoptr (SortieApi) api = sortie_api_new (address, NULL, NULL);

  return sortie_live_mission_new (api, MISSION);
}

int
main (void)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (SortieTopology) topology = NULL;
  g_autoptr (GPtrArray) events = make_events ();
  g_autoptr (SortieLiveMission) alone = make_mission ();
  g_autoptr (SortieLiveMission) shown = make_mission ();
  SortieDiagramView *view;
  GtkWidget *window;

  adw_init ();
  node = sortie_json_parse (topology_json, strlen (topology_json), NULL, NULL);
  topology = sortie_topology_from_json (node, NULL);
  view = SORTIE_DIAGRAM_VIEW (sortie_diagram_view_new ());
  sortie_diagram_view_set_topology (view, topology);
  sortie_diagram_view_set_mission (view, shown);
  window = adw_window_new ();
  adw_window_set_content (ADW_WINDOW (window), GTK_WIDGET (view));
  gtk_window_set_default_size (GTK_WINDOW (window), 330, 460);
  gtk_window_present (GTK_WINDOW (window));
  while (sortie_diagram_canvas_get_n_layouts (sortie_diagram_view_get_canvas (view)) == 0)
    g_main_context_iteration (NULL, TRUE);

  g_print ("{");
  measure ("without_diagram", alone, events, FALSE);
  measure ("with_diagram", shown, events, TRUE);
  g_print (",\"layouts\":%u}\n",
           sortie_diagram_canvas_get_n_layouts (sortie_diagram_view_get_canvas (view)));
  gtk_window_destroy (GTK_WINDOW (window));
  return 0;
}
