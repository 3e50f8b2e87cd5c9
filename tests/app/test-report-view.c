/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report-fixture.h"

#include "sortie-report-find.h"

#include <adwaita.h>
#include <string.h>

#define SOURCES                                                                                    \
  "[{\"n\":2,\"document\":\"d-1\",\"title\":\"Nordwerk frame contract\","                          \
  "\"uri\":\"file:///nowhere/nordwerk.pdf\",\"page\":11,\"heading\":\"Warranty\",\"passage\":4,"   \
  "\"start\":0,\"end\":20,\"quote\":\"free of charge\"}]"

static void
assert_shows (ReportFixture *self, const char *text)
{
  g_autofree char *shown = report_fixture_dup_text (self);
  g_autofree char *expected = report_fixture_expect (text, strlen (text));

  g_assert_cmpstr (shown, ==, expected);
}

/* In pieces that end anywhere between characters, with a frame after each. */
static void
test_streamed (void)
{
  ReportFixture self;
  gsize length;
  g_autofree char *text = report_fixture_read_data ("rich.md", &length);

  report_fixture_init (&self, 900, 700);
  report_fixture_begin_draft (&self, "llm");
  for (gsize at = 0; at < length;)
    {
      gsize end = MIN (at + 67, length);
      g_autofree char *prefix = NULL;

      while (end < length && ((guchar) text[end] & 0xc0) == 0x80)
        end++;
      report_fixture_write (&self, text + at, (gssize) (end - at));
      report_fixture_settle (&self);
      prefix = g_strndup (text, end);
      assert_shows (&self, prefix);
      at = end;
    }
  report_fixture_complete (&self, "llm", "[]", "[]");
  report_fixture_settle (&self);
  assert_shows (&self, text);
  report_fixture_picture (&self, "streamed");
  report_fixture_clear (&self);
}

/* Of the draft before nothing is left, and it can be read again. */
static void
test_next_draft (void)
{
  ReportFixture self;
  GtkWidget *drafts;
  GActionGroup *actions;

  report_fixture_init (&self, 900, 700);
  drafts = report_fixture_find_id (GTK_WIDGET (self.view), "drafts");
  actions = sortie_report_view_get_action_group (self.view);
  report_fixture_begin_draft (&self, "llm");
  report_fixture_write (&self, "# First\n\nBroken *off* in the mid", -1);
  report_fixture_settle (&self);
  assert_shows (&self, "# First\n\nBroken *off* in the mid");
  g_assert_false (gtk_widget_get_visible (drafts));
  report_fixture_begin_draft (&self, "deterministic");
  report_fixture_settle (&self);
  assert_shows (&self, "");
  report_fixture_write (&self, "# Second\n", -1);
  report_fixture_complete (&self, "deterministic", "[]", "[]");
  report_fixture_settle (&self);
  assert_shows (&self, "# Second\n");
  g_assert_true (gtk_widget_get_visible (drafts));
  g_action_group_change_action_state (actions, "draft", g_variant_new_int32 (1));
  report_fixture_settle (&self);
  assert_shows (&self, "# First\n\nBroken *off* in the mid");
  g_assert_cmpstr (gtk_menu_button_get_label (GTK_MENU_BUTTON (drafts)), ==,
                   "Draft 1 (broken off)");
  g_action_group_change_action_state (actions, "draft", g_variant_new_int32 (0));
  report_fixture_settle (&self);
  assert_shows (&self, "# Second\n");
  report_fixture_clear (&self);
}

static void
test_writer (void)
{
  ReportFixture self;
  GtkWidget *label;

  report_fixture_init (&self, 900, 700);
  label = report_fixture_find_id (GTK_WIDGET (self.view), "written_by");
  report_fixture_begin_draft (&self, "llm");
  report_fixture_write (&self, "text", -1);
  report_fixture_settle (&self);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (label)), ==, "Written by a language model");
  report_fixture_begin_draft (&self, "deterministic");
  report_fixture_write (&self, "text", -1);
  report_fixture_settle (&self);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (label)), ==, "Written without a language model");
  report_fixture_clear (&self);
}

/* A replay shows the report as it was, forwards and backwards. */
static void
test_replay (void)
{
  static const char *const words[] = { "# A", " title\n\n", "- one\n", "- two [2]\n", "\nEnd." };
  ReportFixture self;
  GString *prefixes[G_N_ELEMENTS (words) + 1];
  guint order[] = { 3, 1, 5, 0, 4, 2 };

  report_fixture_init (&self, 900, 700);
  report_fixture_begin_draft (&self, "llm");
  prefixes[0] = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      report_fixture_write (&self, words[i], -1);
      prefixes[i + 1] = g_string_new (prefixes[i]->str);
      g_string_append (prefixes[i + 1], words[i]);
    }
  report_fixture_complete (&self, "llm", SOURCES, "[]");
  report_fixture_settle (&self);
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      sortie_live_mission_show (self.mission, order[i] + 1);
      report_fixture_settle (&self);
      assert_shows (&self, prefixes[order[i]]->str);
    }
  sortie_live_mission_show (self.mission, 0); /* before there was a draft */
  report_fixture_settle (&self);
  assert_shows (&self, "");
  sortie_live_mission_go_live (self.mission);
  report_fixture_settle (&self);
  assert_shows (&self, prefixes[G_N_ELEMENTS (words)]->str);
  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    g_string_free (prefixes[i], TRUE);
  report_fixture_clear (&self);
}

static void
test_waiting (void)
{
  ReportFixture self;
  GtkWidget *title;

  report_fixture_init (&self, 900, 700);
  title = report_fixture_find_id (GTK_WIDGET (self.view), "empty_title");
  g_assert_true (gtk_widget_get_mapped (title));
  report_fixture_done (&self, "cancelled");
  report_fixture_settle (&self);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (title)), ==, "Mission Stopped");
  g_assert_false (
      g_action_group_get_action_enabled (sortie_report_view_get_action_group (self.view),
                                         "export-pdf"));
  report_fixture_clear (&self);
}

/* ---- Scrolling ---- */

static GtkAdjustment *
get_adjustment (ReportFixture *self)
{
  return gtk_scrolled_window_get_vadjustment (
      GTK_SCROLLED_WINDOW (report_fixture_find_id (GTK_WIDGET (self->view), "scroller")));
}

static double
get_end (GtkAdjustment *adjustment)
{
  return gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);
}

static void
write_paragraphs (ReportFixture *self, guint n)
{
  for (guint i = 0; i < n; i++)
    report_fixture_write (
        self,
        "A paragraph that is long enough to be broken into two lines, which makes "
        "the text grow by more than one of them at once. [2]\n\n",
        -1);
  report_fixture_settle (self);
}

/* The reader stays where he is; at the end he follows it. */
static void
test_scroll (void)
{
  ReportFixture self;
  GtkAdjustment *adjustment;

  report_fixture_init (&self, 700, 500);
  adjustment = get_adjustment (&self);
  report_fixture_begin_draft (&self, "llm");
  write_paragraphs (&self, 40);
  g_assert_cmpfloat (get_end (adjustment), >, 500);
  g_assert_cmpfloat (gtk_adjustment_get_value (adjustment), ==, 0);
  gtk_adjustment_set_value (adjustment, 333);
  for (guint i = 0; i < 10; i++)
    {
      write_paragraphs (&self, 3);
      g_assert_cmpfloat (gtk_adjustment_get_value (adjustment), ==, 333);
    }
  gtk_adjustment_set_value (adjustment, get_end (adjustment));
  for (guint i = 0; i < 10; i++)
    {
      write_paragraphs (&self, 3);
      g_assert_cmpfloat (gtk_adjustment_get_value (adjustment), >=, get_end (adjustment) - 4);
    }
  gtk_adjustment_set_value (adjustment, 100);
  write_paragraphs (&self, 10);
  g_assert_cmpfloat (gtk_adjustment_get_value (adjustment), ==, 100);
  report_fixture_complete (&self, "llm", "[]", "[]");
  report_fixture_settle (&self);
  g_assert_cmpfloat (gtk_adjustment_get_value (adjustment), ==, 100);
  report_fixture_clear (&self);
}

/* ---- Tables, zoom, find ---- */

/* A table that has no room is shown cell below cell, and as a table again when there is. */
static void
test_narrow_table (void)
{
  const char *table = "| Name of it | First value | Second value |\n|---|---|---|\n"
                      "| a thing | some hundred and ten | two hundred and twenty |\n\nEnd\n";
  ReportFixture self;
  g_autofree char *wide = NULL;
  g_autofree char *large = NULL;
  g_autofree char *again = NULL;

  report_fixture_init (&self, 700, 500);
  report_fixture_begin_draft (&self, "llm");
  report_fixture_write (&self, table, -1);
  report_fixture_settle (&self);
  wide = report_fixture_dup_text (&self);
  g_assert_nonnull (strstr (wide, "a thing\tsome hundred and ten\ttwo hundred"));
  g_object_set (self.view, "zoom", 2.2, NULL);
  report_fixture_settle (&self);
  large = report_fixture_dup_text (&self);
  g_assert_nonnull (
      strstr (large, "a thing\nFirst value: some hundred and ten\nSecond value: two"));
  g_object_set (self.view, "zoom", 1.0, NULL);
  report_fixture_settle (&self);
  again = report_fixture_dup_text (&self);
  g_assert_cmpstr (again, ==, wide);
  report_fixture_clear (&self);
}

/* Two columns with names of their own: neither is the name of the row. */
static void
test_narrow_pair (void)
{
  const char *table = "| Retries | Dead letters |\n|---|---|\n"
                      "| a retry is a second attempt | a dead letter has been set aside |\n"
                      "| | it is kept |\n\nEnd\n";
  ReportFixture self;
  g_autofree char *shown = NULL;

  report_fixture_init (&self, 400, 500);
  report_fixture_begin_draft (&self, "llm");
  report_fixture_write (&self, table, -1);
  report_fixture_settle (&self);
  shown = report_fixture_dup_text (&self);
  g_assert_nonnull (strstr (shown, "Retries: a retry is a second attempt\n"
                                   "Dead letters: a dead letter has been set aside\n"));
  g_assert_nonnull (strstr (shown, "Dead letters: it is kept\n"));
  report_fixture_clear (&self);
}

static void
test_zoom (void)
{
  ReportFixture self;
  GdkRectangle before;
  GdkRectangle after;
  double zoom;

  report_fixture_init (&self, 900, 600);
  report_fixture_begin_draft (&self, "llm");
  report_fixture_write (&self, "Some words\n", -1);
  report_fixture_settle (&self);
  sortie_report_text_get_rectangle (self.text, 0, 4, &before);
  for (guint i = 0; i < 5; i++)
    report_fixture_activate (&self, "zoom-in");
  sortie_report_text_get_rectangle (self.text, 0, 4, &after);
  g_assert_cmpint (after.width, >, before.width * 13 / 10);
  for (guint i = 0; i < 60; i++)
    report_fixture_activate (&self, "zoom-in");
  g_object_get (self.view, "zoom", &zoom, NULL);
  g_assert_cmpfloat (zoom, ==, 3);
  report_fixture_activate (&self, "zoom-reset");
  sortie_report_text_get_rectangle (self.text, 0, 4, &after);
  g_assert_cmpint (after.width, ==, before.width);
  report_fixture_clear (&self);
}

static gboolean
has_matches (gpointer user_data)
{
  return sortie_report_find_get_n_matches (user_data) == 3;
}

static void
test_find (void)
{
  ReportFixture self;
  SortieReportFind *find;
  GtkTextBuffer *buffer;
  GtkTextIter start;
  GtkTextIter end;
  g_autofree char *selected = NULL;

  report_fixture_init (&self, 900, 600);
  find = SORTIE_REPORT_FIND (report_fixture_find (GTK_WIDGET (self.view), SORTIE_TYPE_REPORT_FIND));
  report_fixture_begin_draft (&self, "llm");
  report_fixture_write (&self, "Über the *wa*ter.\n\n- WATER\n\nwat", -1);
  report_fixture_settle (&self);
  report_fixture_activate (&self, "find");
  g_assert_true (sortie_report_find_is_open (find));
  gtk_editable_set_text (GTK_EDITABLE (
                             report_fixture_find (GTK_WIDGET (find), GTK_TYPE_SEARCH_ENTRY)),
                         "water");
  report_fixture_write (&self, "er again", -1); /* the third comes while it is searched */
  report_fixture_wait (has_matches, find);
  g_assert_cmpuint (sortie_report_find_get_current (find), ==, 1);
  sortie_report_find_step (find, TRUE);
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self.text));
  g_assert_true (gtk_text_buffer_get_selection_bounds (buffer, &start, &end));
  selected = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
  g_assert_cmpstr (selected, ==, "WATER");
  sortie_report_find_step (find, FALSE);
  sortie_report_find_step (find, FALSE);
  g_assert_cmpuint (sortie_report_find_get_current (find), ==, 3);
  report_fixture_picture (&self, "find");
  sortie_report_find_close (find);
  report_fixture_settle (&self);
  g_assert_false (sortie_report_find_is_open (find));
  report_fixture_clear (&self);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv);
  adw_init ();
  g_test_add_func ("/report-view/streamed", test_streamed);
  g_test_add_func ("/report-view/next-draft", test_next_draft);
  g_test_add_func ("/report-view/writer", test_writer);
  g_test_add_func ("/report-view/replay", test_replay);
  g_test_add_func ("/report-view/waiting", test_waiting);
  g_test_add_func ("/report-view/scroll", test_scroll);
  g_test_add_func ("/report-view/narrow-table", test_narrow_table);
  g_test_add_func ("/report-view/narrow-pair", test_narrow_pair);
  g_test_add_func ("/report-view/zoom", test_zoom);
  g_test_add_func ("/report-view/find", test_find);
  return g_test_run ();
}
