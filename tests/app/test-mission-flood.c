/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pane-fixture.h"
#include "peer.h"
#include "sortie-report-view.h"
#include "sortie-telemetry-view.h"

#include <string.h>

/* A mission's history that arrives all at once: each of its events counts, but nobody is told of them one
 * by one. */

#define N_FLOOD 5000
#define N_FEW 12

typedef struct
{
  Peer *peer;
  SortieApi *api;
  SortieLiveMission *mission;
  guint n;         /* events that the peer sends first */
  gboolean done;   /* whether the last of them is `done` */
  gboolean again;  /* whether everything comes a second time, after a reset */
  int go_on;       /* atomic: the peer sends one more event */
  int let_go;      /* atomic: the peer may close the connection */
  GString *expect; /* the draft's text */
  guint n_told;
  guint n_jumps;
  guint n_counted; /* notifications of n-events */
  guint n_appended;
} Flood;

static void
append_event (GString *out, guint n, const char *type, const char *code, const char *rest)
{
  g_string_append_printf (out,
                          "id: 1714557600000-%u\nevent: message\ndata: {\"type\":\"%s\",\"source\":"
                          "\"writer\",\"code\":\"%s\",\"mission_id\":\"" TEST_MISSION
                          "\",\"timestamp\":\"2024-05-01T10:00:00.000Z\",%s}\n\n",
                          n, type, code, rest);
}

/* A chunk, then what is none, in turns. */
static void
append_history (Flood *self, GString *out)
{
  g_string_truncate (self->expect, 0);
  for (guint i = 1; i <= self->n; i++)
    {
      g_autofree char *rest = NULL;

      if (self->done && i == self->n)
        append_event (out, i, "done", "mission.done",
                      "\"message\":\"\",\"data\":{\"outcome\":\"completed\"}");
      else if (i % 2 == 0)
        append_event (out, i, "status", "step.progress", "\"message\":\"On it\",\"step\":1");
      else
        {
          rest = g_strdup_printf ("\"draft\":1,\"offset\":%" G_GSIZE_FORMAT
                                  ",\"message\":\"word %u \"",
                                  self->expect->len, i);
          append_event (out, i, "partial_output", "draft.chunk", rest);
          g_string_append_printf (self->expect, "word %u ", i);
        }
    }
}

static void
wait_for (const int *flag)
{
  while (g_atomic_int_get (flag) == 0)
    g_usleep (1000); /* the peer's own thread has nothing else to do */
}

static void
peer_cb (PeerRequest *request, gpointer user_data)
{
  Flood *self = user_data;
  g_autoptr (GString) out = g_string_new (NULL);

  peer_open_stream (request);
  append_history (self, out);
  if (self->again)
    {
      g_string_append (out,
                       "event: message\ndata: {\"type\":\"status\",\"source\":\"system\",\"code\":"
                       "\"stream.reset\",\"message\":\"gone\"}\n\n");
      append_history (self, out);
    }
  peer_send (request, out->str);
  wait_for (&self->go_on);
  g_string_truncate (out, 0);
  append_event (out, self->n + 1, "status", "step.progress", "\"message\":\"Later\",\"step\":1");
  peer_send (request, out->str);
  wait_for (&self->let_go);
}

static void
event_cb (SortieLiveMission *mission, const SortieEvent *event, guint changes, Flood *self)
{
  g_assert_cmpuint (changes, !=, SORTIE_MODEL_UNCHANGED);
  g_assert_false (sortie_live_mission_is_behind (mission));
  self->n_told++;
}

static void
jumped_cb (Flood *self)
{
  self->n_jumps++;
}

static void
counted_cb (Flood *self)
{
  self->n_counted++;
}

static void
appended_cb (GListModel *rows, guint at, guint removed, guint added, Flood *self)
{
  self->n_appended++;
}

static void
open_mission (Flood *self)
{
  g_autoptr (SortieBackendAddress) address = NULL;

  self->expect = g_string_new (NULL);
  self->peer = peer_new (peer_cb, self);
  address = sortie_backend_address_parse (peer_get_url (self->peer), NULL);
  self->api = sortie_api_new (address, NULL, NULL);
  self->mission = sortie_live_mission_new (self->api, TEST_MISSION);
  g_signal_connect (self->mission, "event", G_CALLBACK (event_cb), self);
  g_signal_connect_swapped (self->mission, "jumped", G_CALLBACK (jumped_cb), self);
  g_signal_connect_swapped (self->mission, "notify::n-events", G_CALLBACK (counted_cb), self);
  g_signal_connect (sortie_live_mission_get_rows (self->mission), "items-changed",
                    G_CALLBACK (appended_cb), self);
  sortie_live_mission_start (self->mission);
}

static void
close_mission (Flood *self)
{
  g_atomic_int_set (&self->go_on, 1);
  g_atomic_int_set (&self->let_go, 1);
  sortie_live_mission_stop (self->mission);
  g_object_unref (self->mission);
  g_object_unref (self->api);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  peer_free (self->peer);
  g_string_free (self->expect, TRUE);
}

static guint
count_rows (Flood *self)
{
  return g_list_model_get_n_items (sortie_live_mission_get_rows (self->mission));
}

/* All that has arrived is shown. */
static void
wait_until_shown (Flood *self, guint n_events)
{
  while (sortie_live_mission_get_n_events (self->mission) < n_events ||
         sortie_live_mission_is_behind (self->mission))
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_whole (Flood *self, guint n_events)
{
  const SortieMissionModel *model = sortie_live_mission_get_model (self->mission);
  const SortieModelDraft *draft = sortie_mission_model_get_current_draft (model);
  guint n_chunks = (self->n - (self->done ? 1 : 0) + 1) / 2;
  gsize length;
  const char *text = sortie_model_draft_get_text (draft, &length);

  g_assert_cmpmem (text, length, self->expect->str, self->expect->len);
  g_assert_cmpuint (sortie_live_mission_get_n_events (self->mission), ==, n_events);
  g_assert_cmpuint (sortie_live_mission_get_position (self->mission), ==, n_events);
  g_assert_cmpuint (sortie_mission_model_get_counters (model)->n_events, ==, n_events);
  g_assert_cmpuint (sortie_mission_model_get_counters (model)->n_chunks, ==, n_chunks);
  /* A row for the draft, one for each other event. */
  g_assert_cmpuint (count_rows (self), ==, n_events - n_chunks + 1);
  for (guint i = 0; i < count_rows (self); i++)
    {
      g_autoptr (SortieEventRow) row =
          g_list_model_get_item (sortie_live_mission_get_rows (self->mission), i);

      g_assert_cmpuint (sortie_event_row_get_index (row), ==, i == 0 ? 0 : 2 * i - 1);
    }
}

/* The history in few looks at it; then what comes live, one by one. */
static void
test_flood_then_live (void)
{
  Flood self = { .n = N_FLOOD };
  guint n_jumps;

  open_mission (&self);
  wait_until_shown (&self, N_FLOOD);
  assert_whole (&self, N_FLOOD);
  g_assert_cmpuint (self.n_jumps, >, 0);
  g_assert_cmpuint (self.n_told, <, N_FLOOD / 10);
  g_assert_cmpuint (self.n_counted, <, N_FLOOD / 10);
  g_assert_cmpuint (self.n_appended, <, N_FLOOD / 10);

  n_jumps = self.n_jumps;
  self.n_told = 0;
  g_atomic_int_set (&self.go_on, 1);
  wait_until_shown (&self, N_FLOOD + 1);
  while (self.n_told == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (self.n_told, ==, 1);
  g_assert_cmpuint (self.n_jumps, ==, n_jumps);
  close_mission (&self);
}

/* With `done` nothing more is waited for. */
static void
test_flood_to_the_end (void)
{
  Flood self = { .n = N_FLOOD, .done = TRUE };

  open_mission (&self);
  while (sortie_event_stream_get_state (sortie_live_mission_get_stream (self.mission)) !=
         SORTIE_EVENT_STREAM_COMPLETED)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (sortie_live_mission_is_behind (self.mission));
  g_assert_cmpuint (self.n_jumps, >, 0);
  assert_whole (&self, N_FLOOD);
  g_assert_cmpint (sortie_mission_model_get_state (sortie_live_mission_get_model (self.mission)),
                   ==, SORTIE_MISSION_COMPLETED);
  close_mission (&self);
}

/* A short history is no flood. */
static void
test_few (void)
{
  Flood self = { .n = N_FEW };

  open_mission (&self);
  wait_until_shown (&self, N_FEW);
  while (self.n_told < N_FEW)
    g_main_context_iteration (NULL, TRUE);
  assert_whole (&self, N_FEW);
  g_assert_cmpuint (self.n_told, ==, N_FEW);
  g_assert_cmpuint (self.n_jumps, ==, 0);
  close_mission (&self);
}

/* Everything comes again in the middle of the flood. */
static void
test_reset (void)
{
  Flood self = { .n = N_FLOOD, .again = TRUE };

  open_mission (&self);
  while (self.n_jumps == 0)
    g_main_context_iteration (NULL, TRUE);
  wait_until_shown (&self, N_FLOOD);
  g_atomic_int_set (&self.go_on, 1);
  wait_until_shown (&self, N_FLOOD + 1);
  g_assert_cmpuint (sortie_live_mission_get_n_events (self.mission), ==, N_FLOOD + 1);
  close_mission (&self);
}

/* A replay that stands on a moment stays there. */
static void
test_replay_meanwhile (void)
{
  Flood self = { .n = N_FLOOD };

  open_mission (&self);
  while (sortie_live_mission_get_n_events (self.mission) < 100)
    g_main_context_iteration (NULL, TRUE);
  sortie_live_mission_show (self.mission, 50);
  while (sortie_live_mission_get_n_events (self.mission) < N_FLOOD)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (sortie_live_mission_is_behind (self.mission));
  g_assert_cmpuint (sortie_live_mission_get_position (self.mission), ==, 50);
  sortie_live_mission_go_live (self.mission);
  wait_until_shown (&self, N_FLOOD);
  assert_whole (&self, N_FLOOD);
  close_mission (&self);
}

/* The mission is let go of while it is behind. */
static void
test_gone (void)
{
  Flood self = { .n = N_FLOOD };

  open_mission (&self);
  while (!sortie_live_mission_is_behind (self.mission))
    g_main_context_iteration (NULL, TRUE);
  close_mission (&self);
}

/* What the panes show after a flood is what they show after the same events one by one. */
static void
test_panes (void)
{
  Flood self = { .n = N_FLOOD };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *report = sortie_report_view_new ();
  GtkWidget *telemetry = sortie_telemetry_view_new ();
  GtkWidget *window, *text;
  int n_chars;

  gtk_widget_set_vexpand (report, TRUE);
  gtk_box_append (GTK_BOX (box), report);
  gtk_box_append (GTK_BOX (box), telemetry);
  window = test_window_new (box, 900, 900);
  open_mission (&self);
  sortie_report_view_set_mission (SORTIE_REPORT_VIEW (report), self.mission);
  sortie_telemetry_view_set_mission (SORTIE_TELEMETRY_VIEW (telemetry), self.mission);
  wait_until_shown (&self, N_FLOOD);
  text = test_find (report, GTK_TYPE_TEXT_VIEW);
  do
    {
      test_frames (window, 1);
      n_chars = gtk_text_buffer_get_char_count (gtk_text_view_get_buffer (GTK_TEXT_VIEW (text)));
    }
  while (n_chars < (int) self.expect->len - 1); /* a space at the end is not shown */
  test_frames (window, 3);
  g_assert_nonnull (test_find_text (telemetry, "5000 events"));
  sortie_report_view_set_mission (SORTIE_REPORT_VIEW (report), NULL);
  sortie_telemetry_view_set_mission (SORTIE_TELEMETRY_VIEW (telemetry), NULL);
  test_frames (window, 3);
  g_assert_cmpint (gtk_text_buffer_get_char_count (gtk_text_view_get_buffer (GTK_TEXT_VIEW (text))),
                   ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));
  close_mission (&self);
}

int
main (int argc, char **argv)
{
  test_pane_init (&argc, &argv);
  g_test_add_func ("/mission-flood/then-live", test_flood_then_live);
  g_test_add_func ("/mission-flood/to-the-end", test_flood_to_the_end);
  g_test_add_func ("/mission-flood/few", test_few);
  g_test_add_func ("/mission-flood/reset", test_reset);
  g_test_add_func ("/mission-flood/replay-meanwhile", test_replay_meanwhile);
  g_test_add_func ("/mission-flood/gone", test_gone);
  g_test_add_func ("/mission-flood/panes", test_panes);
  return g_test_run ();
}
