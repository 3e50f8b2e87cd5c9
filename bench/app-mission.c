/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "bench"

#include "sortie-diagram-view.h"
#include "sortie-json.h"
#include "sortie-mission-page.h"

#include <adwaita.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* bench-app-mission open|long: what it takes to open missions that are over, from the first byte of the
 * request to the frame that shows them: from a server in another thread, through HTTP, parser and model
 * into progress, report, timeline, telemetry and diagram. What a person does not look at yet, the end of
 * a long report, follows in the next frames. One JSON object on standard output. Needs a display. */

#define MISSION "0b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11"
#define LARGE_EVENTS 20000
#define USUAL_EVENTS 120
#define N_OPENED 10
#define N_USED 240 /* missions in an hour, one each 15 s */
#define SETTLE_FRAMES 3

#define NODE(id, kind) "{\"id\":\"" id "\",\"kind\":\"" kind "\",\"state\":\"idle\"},"
#define EDGE(from, to) "{\"from\":\"" from "\",\"to\":\"" to "\",\"label\":\"dispatch\"},"

/* clang-format off */
static const char topology_json[] =
  "{\"revision\":1,\"nodes\":[" NODE ("you", "client") NODE ("system", "orchestrator")
  NODE ("planner", "agent") NODE ("retriever", "agent") NODE ("analyzer", "agent")
  NODE ("writer", "agent") "{\"id\":\"redis\",\"kind\":\"bus\",\"state\":\"idle\"}],\"edges\":["
  EDGE ("you", "system") EDGE ("system", "planner") EDGE ("system", "retriever")
  EDGE ("system", "analyzer") EDGE ("system", "writer") EDGE ("system", "redis")
  "{\"from\":\"writer\",\"to\":\"you\",\"label\":\"report\"}]}";

static const char plan_json[] =
  "{\"title\":\"A title\",\"language\":\"en\",\"written_by\":\"deterministic\",\"steps\":["
  "{\"step\":1,\"agent\":\"planner\",\"needs\":[]},"
  "{\"step\":2,\"agent\":\"retriever\",\"question\":\"Which?\",\"needs\":[1]},"
  "{\"step\":3,\"agent\":\"analyzer\",\"needs\":[2]},"
  "{\"step\":4,\"agent\":\"writer\",\"needs\":[3]}]}";
/* clang-format on */

typedef struct
{
  GBytes *stream; /* the whole answer */
  GSocketService *service;
  char *url;
  GtkWidget *window;
  GtkWidget *page;
  GtkWidget *diagram;
  SortieApi *api;
} Bench;

/* ---- What the server sends ---- */

static void
add (GString *out, guint n, const char *rest)
{
  g_string_append_printf (out,
                          "id: 1714557600000-%u\nevent: message\ndata: {\"mission_id\":\"" MISSION
                          "\",\"timestamp\":\"2024-05-01T10:00:%02u.%03uZ\",%s}\n\n",
                          n + 1, n / 1000 % 60, n % 1000, rest);
}

/* What comes before the report. Returns: how many events */
static guint
add_start (GString *out)
{
  g_autofree char *plan = g_strdup_printf (
      "\"type\":\"status\",\"source\":\"planner\",\"code\":\"plan.ready\",\"message\":\"Four "
      "steps\",\"data\":{\"plan\":%s}",
      plan_json);

  add (out, 0,
       "\"type\":\"status\",\"source\":\"system\",\"code\":\"mission.accepted\",\"message\":\"\"");
  add (out, 1, plan);
  add (out, 2,
       "\"type\":\"status\",\"source\":\"system\",\"code\":\"step.dispatched\",\"message\":\"Step "
       "4 to the writer\",\"step\":4,\"attempt\":1,\"to\":\"writer\"");
  add (out, 3,
       "\"type\":\"status\",\"source\":\"writer\",\"code\":\"draft.started\",\"message\":\"\","
       "\"step\":4,\"attempt\":1,\"data\":{\"draft\":1,\"written_by\":\"deterministic\"}");
  return 4;
}

/* Two of three events are chunks of the report, as in a mission that streams. */
static GBytes *
make_stream (guint n_events, guint salt)
{
  GString *out = g_string_new ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                               "Connection: close\r\n\r\n");
  gint64 offset = 0;
  guint n = add_start (out);

  for (; n < n_events - 2; n++)
    {
      g_autofree char *text =
          n % 60 == 0
              ? g_strdup_printf ("\\n\\n## Section %u of %u\\n\\n", n / 60, salt)
              : g_strdup_printf ("- finding %u is held by passage %u [%u]\\n", n, salt, n % 9);
      g_autofree char *chunk = g_strdup_printf (
          "\"type\":\"partial_output\",\"source\":\"writer\",\"code\":\"draft.chunk\","
          "\"step\":4,\"attempt\":1,\"draft\":1,\"offset\":%" G_GINT64_FORMAT ",\"message\":\"%s\"",
          offset, text);

      if (n % 3 != 0 || n % 60 == 0)
        {
          add (out, n, chunk);
          for (const char *c = text; *c != '\0'; c++)
            offset += c[0] == '\\' ? 0 : 1;
        }
      else
        add (out, n,
             "\"type\":\"status\",\"source\":\"writer\",\"code\":\"step.progress\",\"message\":"
             "\"[Writer] goes on\",\"step\":4,\"attempt\":1");
    }
  add (out, n++,
       "\"type\":\"status\",\"source\":\"writer\",\"code\":\"draft.completed\",\"message\":\"\","
       "\"step\":4,\"attempt\":1,\"data\":{\"draft\":1,\"sources\":[]}");
  add (
      out, n,
      "\"type\":\"done\",\"source\":\"system\",\"code\":\"mission.done\",\"message\":\"\",\"data\":"
      "{\"outcome\":\"completed\"}");
  return g_string_free_to_bytes (out);
}

static gboolean
serve_cb (GThreadedSocketService *service,
          GSocketConnection *connection,
          GObject *source,
          gpointer user_data)
{
  Bench *self = user_data;
  gsize length;
  const char *bytes = g_bytes_get_data (self->stream, &length);
  char head[4096];

  if (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), head,
                           sizeof head, NULL, NULL) > 0)
    g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), bytes,
                               length, NULL, NULL, NULL);
  return TRUE;
}

static void
start_server (Bench *self)
{
  guint16 port;

  self->service = g_threaded_socket_service_new (4);
  port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (self->service), NULL, NULL);
  self->url = g_strdup_printf ("http://127.0.0.1:%u", port);
  g_signal_connect (self->service, "run", G_CALLBACK (serve_cb), self);
}

/* ---- Frames ---- */

static void
painted_cb (GdkFrameClock *clock, guint *n_frames)
{
  (*n_frames)++;
}

static void
draw_frames (Bench *self, guint n)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (self->window);
  guint n_frames = 0;
  gulong handler = g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), &n_frames);

  while (n_frames < n)
    {
      gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_PAINT);
      g_main_context_iteration (NULL, TRUE);
    }
  g_signal_handler_disconnect (clock, handler);
}

static void
make_window (Bench *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (SortieTopology) topology = NULL;

  gtk_css_provider_load_from_resource (provider, "/io/github/sortie_app/Sortie/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                              GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  self->page = sortie_mission_page_new ();
  self->diagram = sortie_diagram_view_new ();
  node = sortie_json_parse (topology_json, strlen (topology_json), NULL, NULL);
  topology = sortie_topology_from_json (node, NULL);
  sortie_diagram_view_set_topology (SORTIE_DIAGRAM_VIEW (self->diagram), topology);
  gtk_widget_set_hexpand (self->page, TRUE);
  gtk_widget_set_size_request (self->diagram, 330, -1);
  gtk_box_append (GTK_BOX (box), self->diagram);
  gtk_box_append (GTK_BOX (box), self->page);
  self->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (self->window), 1180, 820);
  gtk_window_set_child (GTK_WINDOW (self->window), box);
  gtk_window_present (GTK_WINDOW (self->window));
  draw_frames (self, SETTLE_FRAMES);
}

static void
show (Bench *self, SortieLiveMission *mission)
{
  sortie_diagram_view_set_mission (SORTIE_DIAGRAM_VIEW (self->diagram), mission);
  sortie_mission_page_set_mission (SORTIE_MISSION_PAGE (self->page), mission);
}

/* Milliseconds of the processor's time. */
static double
get_thread_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

/* Milliseconds until all is there and a frame shows it. @cpu: (nullable): those of them in which this
 * thread was at work: what the machine does beside does not count */
static double
open_mission (Bench *self, guint n_events, double *cpu)
{
  double cpu_started = get_thread_time ();
  gint64 started = g_get_monotonic_time ();
  g_autoptr (SortieLiveMission) mission = sortie_live_mission_new (self->api, MISSION);
  double took;

  show (self, mission);
  sortie_live_mission_start (mission);
  while (!sortie_mission_state_is_final (
      sortie_mission_model_get_state (sortie_live_mission_get_newest (mission))))
    g_main_context_iteration (NULL, TRUE);
  draw_frames (self, 1);
  took = (double) (g_get_monotonic_time () - started) / 1000;
  if (cpu != NULL)
    *cpu = get_thread_time () - cpu_started;
  if (sortie_live_mission_get_n_events (mission) != n_events)
    g_error ("%u of %u events were taken", sortie_live_mission_get_n_events (mission), n_events);
  return took;
}

static double
get_resident (void)
{
  g_autofree char *text = NULL;
  long pages = 0;

  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    sscanf (text, "%*s %ld", &pages);
  return (double) pages * (double) sysconf (_SC_PAGESIZE) / 1048576;
}

static int
compare_cb (const void *a, const void *b)
{
  double first = *(const double *) a;
  double second = *(const double *) b;

  return (first > second) - (first < second);
}

/* ---- The two measurements ---- */

static void
run_open (Bench *self)
{
  double times[N_OPENED];
  double cpu[N_OPENED];

  self->stream = make_stream (LARGE_EVENTS, 1);
  for (guint i = 0; i < N_OPENED; i++)
    {
      times[i] = open_mission (self, LARGE_EVENTS, &cpu[i]);
      draw_frames (self, SETTLE_FRAMES);
    }
  qsort (times, N_OPENED, sizeof times[0], compare_cb);
  qsort (cpu, N_OPENED, sizeof cpu[0], compare_cb);
  g_print ("{\"median_ms\":%.1f,\"max_ms\":%.1f,\"median_cpu_ms\":%.1f,\"resident_mib\":%.1f}\n",
           times[N_OPENED / 2], times[N_OPENED - 1], cpu[N_OPENED / 2], get_resident ());
}

static void
run_long (Bench *self)
{
  double early = 0;
  double highest = 0;

  for (guint i = 0; i < N_USED; i++)
    {
      g_clear_pointer (&self->stream, g_bytes_unref);
      self->stream = make_stream (USUAL_EVENTS, i);
      open_mission (self, USUAL_EVENTS, NULL);
      draw_frames (self, SETTLE_FRAMES);
      highest = MAX (highest, get_resident ());
      if (i == N_USED / 4)
        early = get_resident ();
    }
  g_print ("{\"early_mib\":%.1f,\"late_mib\":%.1f,\"highest_mib\":%.1f}\n", early, get_resident (),
           highest);
}

int
main (int argc, char *argv[])
{
  Bench bench = { 0 };
  g_autoptr (SortieBackendAddress) address = NULL;
  gboolean is_long = argc > 1 && g_str_equal (argv[1], "long");

  adw_init ();
  make_window (&bench);
  start_server (&bench);
  address = sortie_backend_address_parse (bench.url, NULL);
  bench.api = sortie_api_new (address, NULL, NULL);
  if (is_long)
    run_long (&bench);
  else
    run_open (&bench);
  show (&bench, NULL);
  gtk_window_destroy (GTK_WINDOW (bench.window));
  g_object_unref (bench.api);
  g_socket_service_stop (bench.service);
  g_object_unref (bench.service);
  g_clear_pointer (&bench.stream, g_bytes_unref);
  g_free (bench.url);
  return 0;
}
