/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report-fixture.h"

#include "peer.h"
#include "sortie-citation-popover.h"
#include "sortie-document-opener.h"
#include "sortie-opened-folder.h"

#include <adwaita.h>
#include <string.h>

#define QUOTE "Defects are repaired free of charge."
#define PASSAGE "Of the goods. Defects are repaired free of charge. Wear parts are not."
#define REPORT                                                                                     \
  "Repaired free of charge. [2] Also \\[2\\] and `[2]`. [9]\n\n- Links: "                          \
  "[here](https://example.org/page) [2](https://example.org/other)\n"
#define SOURCES                                                                                    \
  "[{\"n\":2,\"document\":\"d-1\",\"title\":\"Nordwerk <b>contract</b>\",\"uri\":"                 \
  "\"file:///nowhere/nordwerk.pdf\",\"page\":11,\"heading\":\"Warranty\",\"passage\":4,"           \
  "\"start\":114,\"end\":150,\"quote\":\"" QUOTE "\"}]"

static SortieCitationPopover *
get_popover (ReportFixture *self)
{
  return SORTIE_CITATION_POPOVER (
      report_fixture_find (GTK_WIDGET (self->view), SORTIE_TYPE_CITATION_POPOVER));
}

static void
show_report (ReportFixture *self, const char *address)
{
  report_fixture_init (self, 900, 700);
  report_fixture_new_mission (self, address);
  report_fixture_begin_draft (self, "deterministic");
  report_fixture_write (self, REPORT, -1);
  report_fixture_settle (self);
}

static const SortieReportAnchor *
get_anchor (ReportFixture *self, guint index)
{
  const GArray *anchors =
      sortie_report_buffer_get_anchors (sortie_report_text_get_report (self->text));

  g_assert_cmpuint (index, <, anchors->len);
  return &g_array_index (anchors, SortieReportAnchor, index);
}

/* Citations are where they are meant, and only there. */
static void
test_anchors (void)
{
  ReportFixture self;
  static const guint numbers[] = { 2, 9, 0, 0 };
  static const char *const words[] = { "[2]", "[9]", "here", "2" };
  GtkTextBuffer *buffer;

  show_report (&self, NULL);
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self.text));
  g_assert_cmpuint (
      sortie_report_buffer_get_anchors (sortie_report_text_get_report (self.text))->len, ==,
      G_N_ELEMENTS (numbers));
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      const SortieReportAnchor *anchor = get_anchor (&self, i);
      GtkTextTag *tag = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (buffer),
                                                   numbers[i] > 0 ? "citation" : "link");
      g_autofree char *text = NULL;
      GtkTextIter start;
      GtkTextIter end;

      gtk_text_buffer_get_iter_at_offset (buffer, &start, (int) anchor->start);
      gtk_text_buffer_get_iter_at_offset (buffer, &end, (int) anchor->end);
      text = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
      g_assert_cmpstr (text, ==, words[i]);
      g_assert_cmpuint (anchor->number, ==, numbers[i]);
      g_assert_true (gtk_text_iter_starts_tag (&start, tag));
      g_assert_true (gtk_text_iter_ends_tag (&end, tag));
    }
  g_assert_cmpstr (get_anchor (&self, 2)->target, ==, "https://example.org/page");
  report_fixture_clear (&self);
}

/* Tab walks all of them and then on, Enter opens. */
static void
test_walk (void)
{
  ReportFixture self;

  show_report (&self, NULL);
  report_fixture_complete (&self, "deterministic", SOURCES, "[]");
  report_fixture_settle (&self);
  gtk_widget_grab_focus (GTK_WIDGET (self.text));
  for (guint i = 0; i < 4; i++)
    {
      g_assert_true (sortie_report_text_walk (self.text, TRUE));
      g_assert_true (sortie_report_text_get_focused (self.text) == get_anchor (&self, i));
    }
  g_assert_true (sortie_report_text_walk (self.text, FALSE));
  g_assert_true (sortie_report_text_get_focused (self.text) == get_anchor (&self, 2));
  g_assert_true (sortie_report_text_walk (self.text, TRUE));
  g_assert_false (sortie_report_text_walk (self.text, TRUE));
  g_assert_null (sortie_report_text_get_focused (self.text));
  report_fixture_clear (&self);
}

static gboolean
shows_passage (gpointer user_data)
{
  int start;
  int end;

  return g_str_equal (sortie_citation_popover_get_text (user_data, &start, &end), PASSAGE);
}

static void
answer_cb (PeerRequest *request, gpointer user_data)
{
  g_assert_cmpstr (request->line, ==, "GET /documents/d-1/passages/4");
  peer_answer (request, "200 OK", NULL, "application/json",
               "{\"start\":100,\"end\":180,\"text\":\"" PASSAGE "\"}");
}

/* The passage is fetched when it is asked for, and the sentence in it is marked. */
static void
test_popover (void)
{
  g_autoptr (Peer) peer = peer_new (answer_cb, NULL);
  ReportFixture self;
  SortieCitationPopover *popover;
  GtkWidget *title;
  int start;
  int end;

  show_report (&self, peer_get_url (peer));
  report_fixture_complete (&self, "deterministic", SOURCES, "[]");
  report_fixture_settle (&self);
  g_assert_cmpuint (peer_get_n_requests (peer), ==, 0);
  popover = get_popover (&self);
  gtk_widget_grab_focus (GTK_WIDGET (self.text));
  g_assert_true (sortie_report_text_walk (self.text, TRUE));
  sortie_report_text_activate_focused (self.text);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (popover)));
  g_assert_cmpstr (sortie_citation_popover_get_text (popover, &start, &end), ==, QUOTE);
  report_fixture_wait (shows_passage, popover);
  sortie_citation_popover_get_text (popover, &start, &end);
  g_assert_cmpint (start, ==, 14);
  g_assert_cmpint (end, ==, 14 + (int) strlen (QUOTE));
  title = report_fixture_find_id (GTK_WIDGET (popover), "title");
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (title)), ==, "Nordwerk <b>contract</b>");
  g_assert_cmpstr (gtk_label_get_text (
                       GTK_LABEL (report_fixture_find_id (GTK_WIDGET (popover), "place"))),
                   ==, "Page 11 · Warranty");
  report_fixture_picture (&self, "popover");
  gtk_popover_popdown (GTK_POPOVER (popover));
  report_fixture_settle (&self);
  g_assert_true (gtk_widget_has_focus (GTK_WIDGET (self.text)));
  g_assert_true (sortie_report_text_get_focused (self.text) == get_anchor (&self, 0));
  g_assert_cmpuint (peer_get_n_requests (peer), ==, 1);

  /* What has been shown once is not asked for again. */
  sortie_report_text_activate_focused (self.text);
  g_assert_true (shows_passage (popover));
  sortie_citation_popover_get_text (popover, &start, &end);
  g_assert_cmpint (start, ==, 14);
  gtk_popover_popdown (GTK_POPOVER (popover));
  report_fixture_settle (&self);
  g_assert_cmpuint (peer_get_n_requests (peer), ==, 1);
  report_fixture_clear (&self);
}

#define LONG_QUOTE                                                                                   \
  "The supplier keeps spare parts of every kind for ten years after the delivery of the last pump, " \
  "and tells the buyer two years ahead when it stops to make one of them."
#define FILLER "Nobody cites this one. "

static void
answer_long_cb (PeerRequest *request, gpointer user_data)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *body = NULL;

  while (text->len < 40 * strlen (FILLER))
    g_string_append (text, FILLER);
  g_string_append (text, LONG_QUOTE " " FILLER);
  body = g_strdup_printf ("{\"start\":0,\"end\":%u,\"text\":\"%s\"}", (guint) text->len, text->str);
  peer_answer (request, "200 OK", NULL, "application/json", body);
}

/* Whether all of the cited sentence can be seen. */
static gboolean
shows_whole_sentence (gpointer user_data)
{
  GtkWidget *scroller = report_fixture_find_id (user_data, "scroller");
  GtkLabel *label = GTK_LABEL (report_fixture_find_id (user_data, "passage"));
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));
  double top = gtk_adjustment_get_value (adjustment);
  PangoRectangle first;
  PangoRectangle last;
  int start;
  int end;

  sortie_citation_popover_get_text (user_data, &start, &end);
  pango_layout_index_to_pos (gtk_label_get_layout (label), start, &first);
  pango_layout_index_to_pos (gtk_label_get_layout (label), end - 1, &last);
  return start > 0 && PANGO_PIXELS (first.y) >= top &&
         PANGO_PIXELS (last.y + last.height) <= top + gtk_adjustment_get_page_size (adjustment);
}

static void
test_far_down (void)
{
  g_autoptr (Peer) peer = peer_new (answer_long_cb, NULL);
  g_autofree char *sources = NULL;
  int start = 40 * (int) strlen (FILLER);
  ReportFixture self;

  sources = g_strdup_printf ("[{\"n\":2,\"document\":\"d-1\",\"title\":\"Pumps\",\"uri\":"
                             "\"file:///nowhere/p.txt\",\"passage\":4,\"start\":%d,\"end\":%d,"
                             "\"quote\":\"" LONG_QUOTE "\"}]",
                             start, start + (int) strlen (LONG_QUOTE));
  show_report (&self, peer_get_url (peer));
  report_fixture_complete (&self, "deterministic", sources, "[]");
  report_fixture_settle (&self);
  g_assert_true (sortie_report_text_walk (self.text, TRUE));
  sortie_report_text_activate_focused (self.text);
  report_fixture_wait (shows_whole_sentence, get_popover (&self));
  report_fixture_settle (&self);
  g_assert_true (shows_whole_sentence (get_popover (&self)));
  report_fixture_picture (&self, "far-down");
  gtk_popover_popdown (GTK_POPOVER (get_popover (&self)));
  report_fixture_clear (&self);
}

static gboolean
was_asked (gpointer user_data)
{
  return peer_get_n_requests (user_data) > 0;
}

static void
keep_waiting_cb (PeerRequest *request, gpointer user_data)
{
  peer_wait_gone (request);
}

static gboolean
is_gone (gpointer user_data)
{
  return *(gpointer *) user_data == NULL;
}

/* It goes with its window at once, whatever is still under way for it: GTK may yet want to show a tooltip
 * over what is there, and complains where that is a popover whose surface has gone. */
static void
test_closed_meanwhile (void)
{
  g_autoptr (Peer) peer = peer_new (keep_waiting_cb, NULL);
  ReportFixture self;
  gpointer popover;
  gpointer api;

  show_report (&self, peer_get_url (peer));
  report_fixture_complete (&self, "deterministic", SOURCES, "[]");
  report_fixture_settle (&self);
  popover = get_popover (&self);
  api = sortie_live_mission_get_api (self.mission);
  g_object_add_weak_pointer (api, &api);
  g_object_add_weak_pointer (popover, &popover);
  gtk_widget_grab_focus (GTK_WIDGET (self.text));
  g_assert_true (sortie_report_text_walk (self.text, TRUE));
  sortie_report_text_activate_focused (self.text);
  report_fixture_wait (was_asked, peer);
  g_assert_true (gtk_widget_get_mapped (popover));
  gtk_window_destroy (self.window);
  g_assert_null (popover);
  g_object_unref (self.mission);
  report_fixture_wait (is_gone, &api); /* what was under way has been told that it is cancelled */
}

/* Before the draft is complete, without a source, and without a backend, it says what it has. */
static void
test_popover_without (void)
{
  ReportFixture self;
  SortieCitationPopover *popover;
  GtkWidget *title;
  int start;
  int end;

  show_report (&self, NULL);
  popover = get_popover (&self);
  title = report_fixture_find_id (GTK_WIDGET (popover), "title");
  g_signal_emit_by_name (self.text, "citation-activated", 2u, get_anchor (&self, 0)->start);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (title)), ==, "Source Not Known Yet");
  report_fixture_complete (&self, "deterministic", SOURCES, "[]");
  report_fixture_settle (&self);
  g_signal_emit_by_name (self.text, "citation-activated", 9u, get_anchor (&self, 1)->start);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (title)), ==, "Unknown Source");
  g_signal_emit_by_name (self.text, "citation-activated", 2u, get_anchor (&self, 0)->start);
  report_fixture_settle (&self);
  g_assert_cmpstr (sortie_citation_popover_get_text (popover, &start, &end), ==, QUOTE);
  report_fixture_clear (&self);
}

/* The list of sources has a button for each, which opens the same popover. */
static void
test_sources (void)
{
  ReportFixture self;
  GtkWidget *toggle;
  GtkWidget *list;
  GtkWidget *button;

  show_report (&self, NULL);
  toggle = report_fixture_find_id (GTK_WIDGET (self.view), "sources_button");
  list = report_fixture_find_id (GTK_WIDGET (self.view), "sources");
  g_assert_false (gtk_widget_get_visible (toggle));
  report_fixture_complete (&self, "deterministic", SOURCES, "[{\"start\":0,\"end\":24}]");
  report_fixture_settle (&self);
  g_assert_true (gtk_widget_get_visible (toggle));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (toggle), TRUE);
  report_fixture_settle (&self);
  button = report_fixture_find (list, GTK_TYPE_BUTTON);
  g_assert_nonnull (button);
  g_signal_emit_by_name (button, "clicked");
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (get_popover (&self))));
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (report_fixture_find_id (list, "note"))), ==,
                   "1 sentence shares little with what it cites. It is underlined.");
  report_fixture_clear (&self);
}

/* What shares little with what it cites is marked, in the bytes that were named. */
static void
test_unsupported (void)
{
  const char *text =
      "# Ünï\n\nA *claim* here. Another é one. [2]\n\n- item *with* [1]\n\nopen é end";
  const char *wanted = strstr (text, "Another");
  const char *tail = strstr (text, "open");
  g_autofree char *ranges = g_strdup_printf (
      "[{\"start\":%d,\"end\":%d},{\"start\":%d,\"end\":%d},{\"start\":1,\"end\":99999}]",
      (int) (wanted - text), (int) (strstr (wanted, " [2]") - text), (int) (tail - text),
      (int) (tail - text + 7));
  static const char *const marked[] = { "Another é one.", "open é" };
  ReportFixture self;
  GtkTextBuffer *buffer;
  GtkTextTag *tag;
  GtkTextIter start;
  GtkTextIter end;

  report_fixture_init (&self, 900, 700);
  report_fixture_begin_draft (&self, "llm");
  report_fixture_write (&self, text, -1);
  report_fixture_settle (&self);
  report_fixture_complete (&self, "llm", "[]", ranges);
  report_fixture_settle (&self);
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self.text));
  tag = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (buffer), "unsupported");
  gtk_text_buffer_get_start_iter (buffer, &start);
  for (guint i = 0; i < G_N_ELEMENTS (marked); i++)
    {
      g_autofree char *found = NULL;

      g_assert_true (gtk_text_iter_forward_to_tag_toggle (&start, tag));
      end = start;
      g_assert_true (gtk_text_iter_forward_to_tag_toggle (&end, tag));
      found = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
      g_assert_cmpstr (found, ==, marked[i]);
      start = end;
    }
  g_assert_false (gtk_text_iter_forward_to_tag_toggle (&start, tag) &&
                  gtk_text_iter_has_tag (&start, tag));
  report_fixture_clear (&self);
}

/* ---- Links and documents ---- */

static void
shown_cb (const char *uri, gpointer user_data)
{
  g_ptr_array_add (user_data, g_strdup (uri));
}

static GtkWindow *
find_dialog (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (ADW_IS_MESSAGE_DIALOG (window))
        return window;
    }
  return NULL;
}

static void
answer_dialog (GtkWindow *dialog, const char *answer)
{
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), answer);
  gtk_window_destroy (dialog);
}

/* A link opens only after a person has seen where it leads; some never do. */
static void
test_links (void)
{
  ReportFixture self;
  g_autoptr (GPtrArray) shown = g_ptr_array_new_with_free_func (g_free);
  GtkWindow *dialog;

  sortie_document_set_show_func (shown_cb, shown);
  show_report (&self, NULL);
  g_signal_emit_by_name (self.text, "link-activated", "https://example.org/page");
  dialog = find_dialog ();
  g_assert_nonnull (dialog);
  g_assert_cmpuint (shown->len, ==, 0);
  g_assert_cmpstr (adw_message_dialog_get_body (ADW_MESSAGE_DIALOG (dialog)), ==,
                   "https://example.org/page");
  answer_dialog (dialog, "open");
  g_assert_cmpuint (shown->len, ==, 1);
  g_assert_cmpstr (shown->pdata[0], ==, "https://example.org/page");
  report_fixture_settle (&self);
  g_signal_emit_by_name (self.text, "link-activated", "https://example.org/page");
  answer_dialog (find_dialog (), "cancel");
  report_fixture_settle (&self);
  g_signal_emit_by_name (self.text, "link-activated", "file:///etc/passwd");
  g_signal_emit_by_name (self.text, "link-activated", "javascript:alert(1)");
  g_assert_null (find_dialog ());
  g_assert_cmpuint (shown->len, ==, 1);
  sortie_document_set_show_func (NULL, NULL);
  report_fixture_clear (&self);
}

static void
document_cb (PeerRequest *request, gpointer user_data)
{
  g_assert_cmpstr (request->line, ==, "GET /documents/d-1/content");
  peer_answer (request, "200 OK", NULL, "application/pdf", "the document");
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (sortie_document_open_finish (result, &error));
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

static gboolean
is_set (gpointer user_data)
{
  return *(gboolean *) user_data;
}

/* What is not on this machine is fetched into a file of the same name. */
static void
test_document (void)
{
  g_autoptr (Peer) peer = peer_new (document_cb, NULL);
  g_autoptr (SortieBackendAddress) address =
      sortie_backend_address_parse (peer_get_url (peer), NULL);
  g_autoptr (SortieApi) api = sortie_api_new (address, NULL, NULL);
  g_autoptr (GPtrArray) shown = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *path = NULL;
  g_autofree char *content = NULL;
  gboolean opened = FALSE;

  sortie_document_set_show_func (shown_cb, shown);
  sortie_document_open_async (NULL, api, "d-1", "file:///nowhere/..%2F..%2Fa%20name.pdf", NULL,
                              opened_cb, &opened);
  report_fixture_wait (is_set, &opened);
  g_assert_cmpuint (shown->len, ==, 1);
  path = g_filename_from_uri (shown->pdata[0], NULL, NULL);
  g_assert_true (g_str_has_suffix (path, "_a name.pdf"));
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "the document");
  sortie_opened_folder_remove ();
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  sortie_document_set_show_func (NULL, NULL);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv);
  adw_init ();
  g_test_add_func ("/report-citations/anchors", test_anchors);
  g_test_add_func ("/report-citations/walk", test_walk);
  g_test_add_func ("/report-citations/popover", test_popover);
  g_test_add_func ("/report-citations/far-down", test_far_down);
  g_test_add_func ("/report-citations/closed-meanwhile", test_closed_meanwhile);
  g_test_add_func ("/report-citations/popover-without", test_popover_without);
  g_test_add_func ("/report-citations/sources", test_sources);
  g_test_add_func ("/report-citations/unsupported", test_unsupported);
  g_test_add_func ("/report-citations/links", test_links);
  g_test_add_func ("/report-citations/document", test_document);
  return g_test_run ();
}
