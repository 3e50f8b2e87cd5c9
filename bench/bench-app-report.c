/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long the report's own callbacks take while it is streamed, with real frames. Run by `./dev bench
 * app` on a display; prints one JSON object a line. */
#include "sortie-report-view-private.h"

#include <adwaita.h>
#include <string.h>
#include <unistd.h>

#define CHUNKS_A_SECOND 1000
#define MISSION_ID "2f4c9f3e-6f0a-4f7e-9a53-0a2a4a3b5c01"

typedef struct
{
  const char *name;
  GString *text;
  GtkWindow *window;
  SortieReportView *view;
  SortieLiveMission *mission;
  GArray *work;   /* SortieReportTiming: of each frame */
  GArray *frames; /* gint64: from frame to frame */
  gint64 last_frame;
  gint64 taking; /* microseconds spent on events */
  gsize chunk;   /* bytes */
  gsize sent;
  guint n_events;
  gint64 started;
} Run;

static void
take (Run *self, SortieEvent *event)
{
  g_autoptr (SortieEvent) taken = event;
  gint64 started = g_get_monotonic_time ();

  taken->id = g_strdup_printf ("%u-0", ++self->n_events);
  taken->mission_id = g_strdup (MISSION_ID);
  sortie_live_mission_take (self->mission, taken);
  self->taking += g_get_monotonic_time () - started;
}

static void
take_status (Run *self, const char *code, const char *data)
{
  SortieEvent *event = sortie_event_new (SORTIE_EVENT_STATUS, "writer", code, "");

  event->data = g_strdup (data);
  take (self, event);
}

static void
send_chunk (Run *self, gsize length)
{
  gsize end = MIN (self->sent + length, self->text->len);
  g_autofree char *chunk = NULL;
  SortieEvent *event;

  while (end < self->text->len && ((guchar) self->text->str[end] & 0xc0) == 0x80)
    end++;
  chunk = g_strndup (self->text->str + self->sent, end - self->sent);
  event = sortie_event_new (SORTIE_EVENT_PARTIAL_OUTPUT, "writer", SORTIE_CODE_DRAFT_CHUNK, chunk);
  event->draft = 1;
  event->offset = (gint64) self->sent;
  self->sent = end;
  take (self, event);
}

/* As many as are due by now. */
static gboolean
send_cb (gpointer user_data)
{
  Run *self = user_data;
  gint64 due = (g_get_monotonic_time () - self->started) * CHUNKS_A_SECOND / G_USEC_PER_SEC;

  while ((gint64) self->n_events <= due && self->sent < self->text->len)
    send_chunk (self, self->chunk);
  return G_SOURCE_CONTINUE;
}

static gboolean
frame_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  Run *self = user_data;
  gint64 now = g_get_monotonic_time ();
  gint64 since = now - self->last_frame;

  if (self->last_frame > 0)
    g_array_append_val (self->frames, since);
  self->last_frame = now;
  return G_SOURCE_CONTINUE;
}

static int
compare_cb (gconstpointer a, gconstpointer b)
{
  gint64 first = *(const gint64 *) a;
  gint64 second = *(const gint64 *) b;

  return (first > second) - (first < second);
}

static double
get_percentile (GArray *values, double part)
{
  if (values->len == 0)
    return 0;
  g_array_sort (values, compare_cb);
  return (double) g_array_index (values, gint64, (guint) ((values->len - 1) * part)) / 1000;
}

static double
get_sum (GArray *values)
{
  gint64 sum = 0;

  for (guint i = 0; i < values->len; i++)
    sum += g_array_index (values, gint64, i);
  return (double) sum / 1000;
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

/* (transfer full): one of the two times of each frame's work */
static GArray *
pick (GArray *work, gboolean cpu)
{
  GArray *picked = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < work->len; i++)
    {
      const SortieReportTiming *timing = &g_array_index (work, SortieReportTiming, i);
      const gint64 *value = cpu ? &timing->cpu : &timing->wall;

      g_array_append_val (picked, *value);
    }
  return picked;
}

static void
print_run (Run *self, gint64 ended)
{
  g_autoptr (GArray) wall = pick (self->work, FALSE);
  g_autoptr (GArray) cpu = pick (self->work, TRUE);

  g_print ("{\"bench\":\"app-report\",\"case\":\"%s\",\"bytes\":%" G_GSIZE_FORMAT
           ",\"chunks\":%u,\"seconds\":%.2f,\"work_cpu_ms_p50\":%.2f,\"work_cpu_ms_p99\":%.2f,"
           "\"work_cpu_ms_max\":%.2f,\"work_cpu_ms_sum\":%.1f,\"work_ms_p99\":%.2f,"
           "\"events_us_each\":%.1f,\"frame_ms_p50\":%.1f,\"frame_ms_p99\":%.1f,\"frames\":%u,"
           "\"resident_mib\":%.1f}\n",
           self->name, self->text->len, self->n_events,
           (double) (ended - self->started) / G_USEC_PER_SEC, get_percentile (cpu, 0.5),
           get_percentile (cpu, 0.99), get_percentile (cpu, 1), get_sum (cpu),
           get_percentile (wall, 0.99), (double) self->taking / self->n_events,
           get_percentile (self->frames, 0.5), get_percentile (self->frames, 0.99),
           self->frames->len, get_resident ());
}

/* All of the text is shown, and some frames later nothing is left to do. */
static void
run_to_end (Run *self)
{
  guint idle = 0;
  guint seen = 0;

  while (idle < 10)
    {
      guint frames = self->frames->len;

      g_main_context_iteration (NULL, TRUE);
      if (self->frames->len == frames)
        continue;
      idle = self->sent == self->text->len && self->work->len == seen ? idle + 1 : 0;
      seen = self->work->len;
    }
}

/* @at_once: all of it in chunks of 64 KiB before the first frame */
static void
run (const char *name, GString *text, gsize chunk, gboolean at_once)
{
  Run self = { .name = name, .text = text, .chunk = chunk };
  g_autoptr (SortieBackendAddress) address =
      sortie_backend_address_parse ("unix:///nonexistent/sortie.sock", NULL);
  g_autoptr (SortieApi) api = sortie_api_new (address, NULL, NULL);
  guint source = 0;

  self.work = g_array_new (FALSE, FALSE, sizeof (SortieReportTiming));
  self.frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  self.window = GTK_WINDOW (adw_window_new ());
  self.view = SORTIE_REPORT_VIEW (sortie_report_view_new ());
  self.mission = sortie_live_mission_new (api, MISSION_ID);
  adw_window_set_content (ADW_WINDOW (self.window), GTK_WIDGET (self.view));
  gtk_window_set_default_size (self.window, 1000, 800);
  sortie_report_view_set_mission (self.view, self.mission);
  sortie_report_view_set_timings (self.view, self.work);
  gtk_window_present (self.window);
  gtk_widget_add_tick_callback (GTK_WIDGET (self.window), frame_cb, &self, NULL);
  self.started = g_get_monotonic_time ();
  take_status (&self, SORTIE_CODE_DRAFT_STARTED, "{\"draft\":1,\"written_by\":\"llm\"}");
  while (at_once && self.sent < text->len)
    send_chunk (&self, 64 * 1024);
  if (!at_once)
    source = g_timeout_add (1, send_cb, &self);
  run_to_end (&self);
  print_run (&self, g_get_monotonic_time ());
  if (source > 0)
    g_source_remove (source);
  sortie_report_view_set_timings (self.view, NULL);
  gtk_window_destroy (self.window);
  g_object_unref (self.mission);
  g_array_unref (self.work);
  g_array_unref (self.frames);
  g_string_free (text, TRUE);
}

/* ---- Texts ---- */

static GString *
make_report (gsize length)
{
  GString *text = g_string_new ("# What the documents say\n\n");

  for (guint i = 1; text->len < length; i++)
    {
      if (i % 12 == 1)
        g_string_append_printf (text, "## Section %u\n\n", i / 12 + 1);
      g_string_append_printf (
          text,
          i % 3 == 0 ? "- \"The supplier shall remedy *every* defect within %u months.\" [%u]\n"
                     : "The **documents** agree that %u months are the rule, with exceptions "
                       "that depend on `the contract`. [%u]\n\n",
          i % 36, i % 40 + 1);
    }
  return text;
}

static GString *
make_list (gsize length)
{
  GString *text = g_string_new (NULL);

  for (guint i = 1; text->len < length; i++)
    g_string_append_printf (text, "- item %u of a *single* long list, with a citation [%u]\n", i,
                            i % 40 + 1);
  return text;
}

static GString *
make_table (gsize length)
{
  GString *text = g_string_new ("| name | value | note |\n| --- | --- | --- |\n");

  for (guint i = 1; text->len < length; i++)
    g_string_append_printf (text, "| row %u | %u months [%u] | *some* note |\n", i, i % 36,
                            i % 40 + 1);
  return text;
}

static GString *
make_word (gsize length)
{
  GString *text = g_string_new (NULL);

  while (text->len < length)
    g_string_append (text, "unspaced");
  return text;
}

int
main (int argc, char **argv)
{
  gboolean quick = argc > 1 && strcmp (argv[1], "--quick") == 0;

  adw_init ();
  run ("stream a report", make_report (quick ? 64 * 1024 : 256 * 1024), 64, FALSE);
  run ("stream twice the report", make_report (quick ? 128 * 1024 : 512 * 1024), 64, FALSE);
  run ("stream one list", make_list (quick ? 50 * 1024 : 200 * 1024), 64, FALSE);
  run ("stream one table", make_table (quick ? 50 * 1024 : 200 * 1024), 64, FALSE);
  run ("show a report of 5 MiB", make_report (5 * 1024 * 1024), 0, TRUE);
  run ("show a word of 1 MiB", make_word (1024 * 1024), 0, TRUE);
  return 0;
}
