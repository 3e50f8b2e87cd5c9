/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pane-fixture.h"
#include "sortie-telemetry-detail.h"
#include "sortie-telemetry-export.h"
#include "sortie-telemetry-filters.h"
#include "sortie-telemetry-row.h"
#include "sortie-telemetry-view.h"

#include <string.h>

#define N_PLOT 29 /* events of the fixture's mission, 7 of them chunks */
#define N_PLOT_ROWS 24
#define STEP "\"step\":1,\"attempt\":1"

typedef TestPane Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->mission = test_mission_new ();
  fixture->story = (TestStory){ .mission = fixture->mission };
  fixture->view = sortie_telemetry_view_new ();
  sortie_telemetry_view_set_mission (SORTIE_TELEMETRY_VIEW (fixture->view), fixture->mission);
  fixture->window = test_window_new (fixture->view, 1000, 360);
}

static GListModel *
rows (Fixture *fixture)
{
  return G_LIST_MODEL (sortie_telemetry_view_get_rows (SORTIE_TELEMETRY_VIEW (fixture->view)));
}

static guint
n_rows (Fixture *fixture)
{
  return g_list_model_get_n_items (rows (fixture));
}

static SortieTelemetryFilters *
filters (Fixture *fixture)
{
  return SORTIE_TELEMETRY_FILTERS (test_find (fixture->view, SORTIE_TYPE_TELEMETRY_FILTERS));
}

/* The choices of the filter are list views too. */
static GtkWidget *
find_list (GtkWidget *view)
{
  return test_find (test_find (view, GTK_TYPE_PANED), GTK_TYPE_LIST_VIEW);
}

static GtkAdjustment *
adjustment (Fixture *fixture)
{
  return gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (find_list (fixture->view)));
}

static gboolean
is_at_end (Fixture *fixture)
{
  GtkAdjustment *a = adjustment (fixture);

  return gtk_adjustment_get_value (a) + gtk_adjustment_get_page_size (a) >=
         gtk_adjustment_get_upper (a) - 1;
}

static void
assert_shown (Fixture *fixture, const char *text)
{
  if (test_find_text (fixture->window, text) != NULL)
    return;
  test_screenshot (fixture->window, "failure");
  g_error ("“%s” is not shown", text);
}

/* ---- Rows ---- */

static void
test_folding (Fixture *fixture, gconstpointer data)
{
  assert_shown (fixture, "No event has arrived yet.");
  test_story_tell_all (&fixture->story, 19);
  test_frames (fixture->window, 2);
  assert_shown (fixture, "Draft 1 · 1 chunk · 9 bytes");
  test_story_chunk (&fixture->story, 1, "after delivery");
  test_frames (fixture->window, 2);
  assert_shown (fixture, "Draft 1 · 2 chunks · 23 bytes");
  g_assert_cmpuint (n_rows (fixture), ==, 19);
  assert_shown (fixture, "20 events");
  assert_shown (fixture, "Retriever");
  assert_shown (fixture, "step.retrying");
}

static void
test_all (Fixture *fixture, gconstpointer data)
{
  test_story_tell_all (&fixture->story, G_MAXUINT);
  test_frames (fixture->window, 2);
  g_assert_cmpuint (sortie_live_mission_get_n_events (fixture->mission), ==, N_PLOT);
  g_assert_cmpuint (n_rows (fixture), ==, N_PLOT_ROWS);
  g_assert_true (is_at_end (fixture));
  test_screenshot (fixture->window, "telemetry-1000");
}

static void
test_empty (Fixture *fixture, gconstpointer data)
{
  test_screenshot (fixture->window, "telemetry-empty");
  sortie_telemetry_view_set_mission (SORTIE_TELEMETRY_VIEW (fixture->view), NULL);
  test_frames (fixture->window, 2);
  assert_shown (fixture, "Events appear here when a mission is open.");
  gtk_widget_activate_action (fixture->view, "telemetry.copy", NULL);
  gtk_widget_activate_action (fixture->view, "telemetry.pause", NULL);
  sortie_telemetry_view_set_mission (SORTIE_TELEMETRY_VIEW (fixture->view), fixture->mission);
}

static void
test_filters (Fixture *fixture, gconstpointer data)
{
  SortieTelemetryView *view = SORTIE_TELEMETRY_VIEW (fixture->view);

  test_story_tell_all (&fixture->story, G_MAXUINT);
  sortie_telemetry_view_set_source (view, "retriever");
  test_frames (fixture->window, 2);
  g_assert_cmpuint (n_rows (fixture), ==, 4);
  assert_shown (fixture, "Retriever");
  sortie_telemetry_filters_set_level (filters (fixture), SORTIE_EVENT_LEVEL_WARNING);
  g_assert_cmpuint (n_rows (fixture), ==, 1);
  test_frames (fixture->window, 2);
  assert_shown (fixture, "Retriever · Warnings and errors");
  test_screenshot (fixture->window, "telemetry-filtered");
  sortie_telemetry_filters_set_level (filters (fixture), SORTIE_EVENT_LEVEL_ERROR);
  test_frames (fixture->window, 2);
  assert_shown (fixture, "No event matches the filter.");
  gtk_widget_activate_action (GTK_WIDGET (filters (fixture)), "filters.clear", NULL);
  g_assert_cmpuint (n_rows (fixture), ==, N_PLOT_ROWS);
  sortie_telemetry_filters_set_level (filters (fixture), SORTIE_EVENT_LEVEL_WARNING);
  g_assert_cmpuint (n_rows (fixture), ==, 2); /* the retry and the fallback */
  gtk_widget_activate_action (GTK_WIDGET (filters (fixture)), "filters.clear", NULL);
  sortie_telemetry_view_set_step (view, 2);
  g_assert_cmpuint (n_rows (fixture), ==, 6);
  sortie_telemetry_view_set_source (view, "no such agent");
  g_assert_cmpuint (n_rows (fixture), ==, 0);
  sortie_telemetry_view_set_source (view, NULL);
  g_assert_cmpuint (n_rows (fixture), ==, 6);
}

/* The choices in the popover and the filter stay in line with each other. */
static void
test_choices (Fixture *fixture, gconstpointer data)
{
  GtkWidget *button = test_find (GTK_WIDGET (filters (fixture)), GTK_TYPE_MENU_BUTTON);
  GtkWidget *popover = GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)));
  GtkWidget *grid = gtk_widget_get_first_child (gtk_popover_get_child (GTK_POPOVER (popover)));
  GtkWidget *source = NULL;

  test_story_tell_all (&fixture->story, G_MAXUINT);
  test_frames (fixture->window, 2);
  for (GtkWidget *child = grid; child != NULL && source == NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_DROP_DOWN (child))
      source = child;
  g_assert_nonnull (source);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (source), 5);
  g_assert_cmpstr (sortie_event_filter_get_source (
                       sortie_telemetry_filters_get_filter (filters (fixture))),
                   ==, "writer");
  sortie_telemetry_view_set_source (SORTIE_TELEMETRY_VIEW (fixture->view), "planner");
  g_assert_cmpuint (gtk_drop_down_get_selected (GTK_DROP_DOWN (source)), ==, 2);
}

static void
test_pause (Fixture *fixture, gconstpointer data)
{
  test_story_tell_all (&fixture->story, 20);
  test_frames (fixture->window, 2);
  gtk_widget_activate_action (fixture->view, "telemetry.pause", NULL);
  test_story_chunk (&fixture->story, 1, "more");
  test_story_tell (&fixture->story, 5, "status", "system", "step.progress", "unseen", STEP);
  test_frames (fixture->window, 2);
  g_assert_cmpuint (n_rows (fixture), ==, 19);
  g_assert_null (test_find_text (fixture->window, "unseen"));
  assert_shown (fixture, "Draft 1 · 2 chunks · 38 bytes");
  assert_shown (fixture, "Paused · 2 new events");
  gtk_widget_activate_action (fixture->view, "telemetry.pause", NULL);
  test_frames (fixture->window, 2);
  g_assert_cmpuint (n_rows (fixture), ==, 20);
  assert_shown (fixture, "unseen");
  assert_shown (fixture, "Draft 1 · 3 chunks · 42 bytes");
}

static void
test_replay (Fixture *fixture, gconstpointer data)
{
  test_story_tell_all (&fixture->story, G_MAXUINT);
  for (guint position = 0; position <= N_PLOT; position++)
    {
      sortie_live_mission_show (fixture->mission, position);
      g_assert_cmpuint (n_rows (fixture), ==,
                        sortie_live_mission_get_n_rows_shown (fixture->mission));
    }
  sortie_live_mission_show (fixture->mission, 20);
  test_frames (fixture->window, 2);
  g_assert_cmpuint (n_rows (fixture), ==, 19);
  assert_shown (fixture, "20 of 29 events");
  assert_shown (fixture, "Draft 1 · 2 chunks · 38 bytes");
  sortie_live_mission_show (fixture->mission, 21);
  test_frames (fixture->window, 2);
  assert_shown (fixture, "Draft 1 · 3 chunks · 45 bytes");
  sortie_live_mission_show (fixture->mission, 0);
  test_frames (fixture->window, 2);
  g_assert_cmpuint (n_rows (fixture), ==, 0);
  sortie_live_mission_go_live (fixture->mission);
  test_frames (fixture->window, 2);
  g_assert_cmpuint (n_rows (fixture), ==, N_PLOT_ROWS);
}

/* The end is followed only where the reader is there. */
static void
test_follow (Fixture *fixture, gconstpointer data)
{
  for (int i = 0; i < 60; i++)
    test_story_tell (&fixture->story, 1, "status", "system", "step.progress", "line", STEP);
  test_frames (fixture->window, 3);
  g_assert_true (is_at_end (fixture));
  for (int i = 0; i < 60; i++)
    {
      test_story_tell (&fixture->story, 1, "status", "system", "step.progress", "line", STEP);
      if (i % 7 == 0)
        test_frames (fixture->window, 1);
    }
  test_frames (fixture->window, 3);
  g_assert_true (is_at_end (fixture));

  gtk_adjustment_set_value (adjustment (fixture), 100);
  test_frames (fixture->window, 2);
  test_story_tell (&fixture->story, 1, "status", "system", "step.progress", "line", STEP);
  test_frames (fixture->window, 3);
  g_assert_cmpfloat_with_epsilon (gtk_adjustment_get_value (adjustment (fixture)), 100, 1);
}

/* ---- Export, copy, details ---- */

static void
assert_events_equal (const SortieEvent *a, const SortieEvent *b)
{
  g_assert_cmpint (a->type, ==, b->type);
  g_assert_cmpstr (a->source, ==, b->source);
  g_assert_cmpstr (a->code, ==, b->code);
  g_assert_cmpstr (a->message, ==, b->message);
  g_assert_cmpstr (a->to, ==, b->to);
  g_assert_cmpstr (a->data, ==, b->data);
  g_assert_cmpstr (a->mission_id, ==, b->mission_id);
  g_assert_cmpint (a->step, ==, b->step);
  g_assert_cmpint (a->attempt, ==, b->attempt);
  g_assert_cmpint (a->draft, ==, b->draft);
  g_assert_cmpint (a->offset, ==, b->offset);
  g_assert_cmpint (a->timestamp, ==, b->timestamp);
}

static void
test_export (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SortieEvent) odd = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  test_story_tell_all (&fixture->story, 21);
  odd = test_event_new (&fixture->story, "system", "line\nbreaks \u2028 and \"quotes\" \u202e");
  sortie_live_mission_take (fixture->mission, odd);
  bytes = sortie_telemetry_dup_json_lines (fixture->mission);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 23);
  g_assert_cmpstr (lines[22], ==, "");
  for (guint i = 0; i < 22; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SortieEvent) read = sortie_event_from_wire (lines[i], strlen (lines[i]), &error);

      g_assert_no_error (error);
      assert_events_equal (read, sortie_live_mission_get_event (fixture->mission, i));
    }
}

static void
test_export_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFileIOStream) stream = NULL;
  g_autoptr (GFile) file = g_file_new_tmp ("sortie-XXXXXX.jsonl", &stream, NULL);
  g_autoptr (GFile) nowhere = g_file_new_for_path ("/no/such/folder/file.jsonl");
  g_autoptr (GBytes) expected = NULL;
  g_autoptr (GBytes) written = NULL;

  test_story_tell_all (&fixture->story, G_MAXUINT);
  expected = sortie_telemetry_dup_json_lines (fixture->mission);
  sortie_telemetry_export (fixture->view, fixture->mission, file, NULL);
  while (test_find_text (fixture->window, "Telemetry exported") == NULL)
    g_main_context_iteration (NULL, TRUE);
  written = g_file_load_bytes (file, NULL, NULL, NULL);
  g_assert_true (g_bytes_equal (written, expected));
  g_file_delete (file, NULL, NULL);
  sortie_telemetry_export (fixture->view, fixture->mission, nowhere, NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
got_text_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(char **) user_data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

static void
test_copy (Fixture *fixture, gconstpointer data)
{
  GtkSelectionModel *selection = GTK_SELECTION_MODEL (rows (fixture));
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  test_story_tell_all (&fixture->story, G_MAXUINT);
  test_frames (fixture->window, 1);
  gtk_selection_model_select_item (selection, 7, TRUE);
  gtk_selection_model_select_item (selection, 18, FALSE);
  gtk_widget_activate_action (fixture->view, "telemetry.copy", NULL);
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (fixture->view), NULL, got_text_cb,
                                 &text);
  while (text == NULL)
    g_main_context_iteration (NULL, TRUE);
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  g_assert_true (g_str_has_suffix (lines[0], "\tRetriever\tstep.retrying\t[Retriever] timed out. "
                                             "Retrying (1/3) in 1 s"));
  g_assert_true (
      g_str_has_suffix (lines[1], "\tWriter\tdraft.chunk\tDraft 1 · 3 chunks · 45 bytes"));
}

static char *
dup_details (Fixture *fixture)
{
  GtkWidget *detail = test_find (fixture->view, SORTIE_TYPE_TELEMETRY_DETAIL);
  GtkWidget *text = test_find (detail, GTK_TYPE_TEXT_VIEW);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (text));
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
}

static void
test_details (Fixture *fixture, gconstpointer data)
{
  GtkSelectionModel *selection = GTK_SELECTION_MODEL (rows (fixture));
  g_autofree char *first = NULL, *second = NULL;

  test_story_tell_all (&fixture->story, G_MAXUINT);
  test_frames (fixture->window, 1);
  gtk_selection_model_select_item (selection, 7, TRUE);
  gtk_widget_activate_action (fixture->view, "telemetry.details", NULL);
  test_frames (fixture->window, 2);
  first = dup_details (fixture);
  g_assert_nonnull (strstr (first, "attempt: 1\n"));
  g_assert_nonnull (strstr (first, "\"delay_ms\" : 1000"));
  g_assert_nonnull (strstr (first, "[Retriever] timed out."));
  test_screenshot (fixture->window, "telemetry-details");
  gtk_selection_model_select_item (selection, 0, TRUE);
  second = dup_details (fixture);
  g_assert_nonnull (strstr (second, "mission.accepted"));
  gtk_widget_activate_action (fixture->view, "telemetry.details", NULL);
  test_frames (fixture->window, 2);
}

/* An event that makes no sense is shown, and nothing is made of it. */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  GtkSelectionModel *selection = GTK_SELECTION_MODEL (rows (fixture));
  g_autofree char *details = NULL;
  guint n_events, n_shown;

  test_story_tell_all (&fixture->story, 19);
  test_frames (fixture->window, 2);
  n_events = sortie_live_mission_get_n_events (fixture->mission);
  n_shown = n_rows (fixture);
  test_story_tell (&fixture->story, 1, "partial_output", "writer", "draft.chunk", "<b>lost</b>",
                   "\"step\":4,\"attempt\":1,\"draft\":77,\"offset\":9");
  test_story_chunk (&fixture->story, 1, "after delivery");
  test_frames (fixture->window, 2);
  assert_shown (fixture, "Not applied: <b>lost</b>");
  assert_shown (fixture, "Draft 1 · 2 chunks · 23 bytes");
  g_assert_cmpuint (n_rows (fixture), ==, n_shown + 1);
  g_assert_cmpuint (sortie_live_mission_get_n_events (fixture->mission), ==, n_events + 1);

  gtk_selection_model_select_item (selection, n_shown, TRUE);
  gtk_widget_activate_action (fixture->view, "telemetry.details", NULL);
  test_frames (fixture->window, 2);
  details = dup_details (fixture);
  g_assert_nonnull (strstr (details, "Not applied: draft 77 does not begin at its first byte\n"));
  gtk_widget_activate_action (fixture->view, "telemetry.details", NULL);

  /* In a replay it stands where it came. */
  sortie_live_mission_show (fixture->mission, n_events);
  test_frames (fixture->window, 2);
  g_assert_cmpuint (n_rows (fixture), ==, n_shown);
  sortie_live_mission_show (fixture->mission, n_events + 1);
  test_frames (fixture->window, 2);
  g_assert_cmpuint (n_rows (fixture), ==, n_shown + 1);
}

static void
test_narrow (Fixture *fixture, gconstpointer data)
{
  GtkWidget *view = sortie_telemetry_view_new ();
  GtkWidget *window;

  test_story_tell_all (&fixture->story, G_MAXUINT);
  sortie_telemetry_view_set_mission (SORTIE_TELEMETRY_VIEW (view), fixture->mission);
  window = test_window_new (view, 400, 360);
  g_assert_cmpint (gtk_widget_get_width (view), <=, 400);
  test_screenshot (window, "telemetry-400");
  sortie_telemetry_view_set_source (SORTIE_TELEMETRY_VIEW (view), "retriever");
  gtk_widget_activate_action (view, "telemetry.details", NULL);
  test_frames (window, 3);
  g_assert_cmpint (gtk_widget_get_width (view), <=, 400);
  g_assert_false (gtk_widget_get_mapped (find_list (view)));
  test_screenshot (window, "telemetry-400-details");
  gtk_widget_activate_action (view, "telemetry.details", NULL);
  test_frames (window, 3);
  g_assert_true (gtk_widget_get_mapped (find_list (view)));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* ---- Bad input, much input ---- */

static void
test_hostile (Fixture *fixture, gconstpointer data)
{
  GtkSelectionModel *selection = GTK_SELECTION_MODEL (rows (fixture));
  const char *const *strings = test_hostile_strings ();

  gtk_widget_activate_action (fixture->view, "telemetry.details", NULL);
  for (guint i = 0; strings[i] != NULL; i++)
    {
      g_autoptr (SortieEvent) event = test_event_new (&fixture->story, strings[i], strings[i]);
      g_autofree char *details = NULL;

      g_free (event->code);
      event->code = g_strdup (strings[i]);
      event->to = g_strdup (strings[i]);
      event->data = g_strdup (strings[i]);
      sortie_live_mission_take (fixture->mission, event);
      test_frames (fixture->window, 2);
      gtk_selection_model_select_item (selection, i, TRUE);
      test_frames (fixture->window, 2);
      details = dup_details (fixture);
      g_assert_true (g_utf8_validate (details, -1, NULL));
      g_assert_null (strstr (details, "\u202e"));
      g_assert_cmpuint (strlen (details), <, 4 * SORTIE_TELEMETRY_MAX_SHOWN);
    }
  assert_shown (fixture, strings[0]);
  test_screenshot (fixture->window, "telemetry-hostile");
}

static void
test_many (Fixture *fixture, gconstpointer data)
{
  GtkWidget *view = sortie_telemetry_view_new ();
  GtkWidget *list;
  GtkWidget *window;
  gint64 begin;

  for (int i = 0; i < 20000; i++)
    {
      g_autoptr (SortieEvent) event =
          test_event_new (&fixture->story, i % 3 ? "retriever" : "writer", "Read a passage");

      sortie_live_mission_take (fixture->mission, event);
    }
  test_frames (fixture->window, 2);
  window = test_window_new (view, 1000, 400);
  begin = g_get_monotonic_time ();
  sortie_telemetry_view_set_mission (SORTIE_TELEMETRY_VIEW (view), fixture->mission);
  test_frames (window, 1);
  g_test_message ("20,000 events opened in %.1f ms",
                  (double) (g_get_monotonic_time () - begin) / 1000);
  list = find_list (view);
  g_assert_cmpuint (test_count_type (list, SORTIE_TYPE_TELEMETRY_ROW), <, 400);

  begin = g_get_monotonic_time ();
  for (int i = 1; i <= 50; i++)
    {
      GtkAdjustment *a = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list));

      gtk_adjustment_set_value (a, gtk_adjustment_get_upper (a) * i / 51);
      test_frames (window, 1);
    }
  g_test_message ("a jump takes %.1f ms", (double) (g_get_monotonic_time () - begin) / 50000);
  begin = g_get_monotonic_time ();
  sortie_telemetry_view_set_source (SORTIE_TELEMETRY_VIEW (view), "writer");
  g_test_message ("a filter takes %.1f ms", (double) (g_get_monotonic_time () - begin) / 1000);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A view that nobody sees holds no rows. */
static void
test_hidden (Fixture *fixture, gconstpointer data)
{
  test_story_tell_all (&fixture->story, 10);
  gtk_widget_set_visible (fixture->view, FALSE);
  g_assert_cmpuint (n_rows (fixture), ==, 0);
  test_story_tell (&fixture->story, 1, "status", "system", "step.progress", "line", STEP);
  g_assert_cmpuint (n_rows (fixture), ==, 0);
  gtk_widget_set_visible (fixture->view, TRUE);
  test_frames (fixture->window, 2);
  g_assert_cmpuint (n_rows (fixture), ==, 11);
}

#define ADD(path, func)                                                                            \
  g_test_add ("/telemetry-view/" path, Fixture, NULL, set_up, func, test_pane_tear_down)

int
main (int argc, char *argv[])
{
  test_pane_init (&argc, &argv);
  ADD ("folding", test_folding);
  ADD ("all", test_all);
  ADD ("empty", test_empty);
  ADD ("filters", test_filters);
  ADD ("choices", test_choices);
  ADD ("pause", test_pause);
  ADD ("replay", test_replay);
  ADD ("follow", test_follow);
  ADD ("export", test_export);
  ADD ("export-file", test_export_file);
  ADD ("copy", test_copy);
  ADD ("details", test_details);
  ADD ("refused", test_refused);
  ADD ("narrow", test_narrow);
  ADD ("hostile", test_hostile);
  ADD ("many", test_many);
  ADD ("hidden", test_hidden);
  return g_test_run ();
}
