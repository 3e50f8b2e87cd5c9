/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backend-fixture.h"
#include "pane-fixture.h"
#include "peer.h"
#include "sortie-dead-letter-row.h"
#include "sortie-dead-letters-page.h"

#include <string.h>

#define MISSION_A "0b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11"
#define MISSION_B "1b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11"
#define MISSION_NEW "2b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11"
#define MISSION_GONE "3b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11"

typedef struct
{
  GMutex lock;
  GHashTable *letters; /* ID → its JSON */
  GPtrArray *asked;    /* request lines that change something */
  const char *trouble; /* (nullable): the status of every answer */
  gboolean refuses_retry;

  Peer *peer;
  GtkWidget *page;
  GtkWidget *window;
  char *opened; /* the last `open-mission` */
} Fixture;

/* ---- A backend with letters ---- */

static char *
dup_list (Fixture *fixture)
{
  GString *out = g_string_new ("{\"dead_letters\":[");
  GHashTableIter iter;
  gpointer json;

  g_hash_table_iter_init (&iter, fixture->letters);
  while (g_hash_table_iter_next (&iter, NULL, &json))
    g_string_append_printf (out, "%s%s", out->str[out->len - 1] == '[' ? "" : ",", (char *) json);
  g_string_append (out, "]}");
  return g_string_free (out, FALSE);
}

static char *
answer (Fixture *fixture, const char *line, const char **status)
{
  if (g_str_equal (line, "GET /dead-letters"))
    return dup_list (fixture);
  if (strstr (line, "/events") != NULL)
    return g_strdup (
        "{\"events\":[{\"type\":\"error\",\"code\":\"step.retrying\",\"step\":2,\"attempt\":1,"
        "\"timestamp\":\"2024-05-01T10:00:00.000Z\",\"message\":\"m\",\"data\":{\"error\":"
        "\"timed out\"}},{\"code\":\"step.retrying\",\"step\":3,\"message\":\"another step\"},7],"
        "\"next\":null}");
  if (g_str_has_prefix (line, "GET /missions/" MISSION_GONE))
    {
      *status = "404 Not Found";
      return g_strdup ("{\"title\":\"Not found\",\"status\":404,\"detail\":\"no such mission\"}");
    }
  if (g_str_has_prefix (line, "GET /missions/" MISSION_A))
    return g_strdup ("{\"title\":\"Duties after delivery\"}");
  if (g_str_has_prefix (line, "GET /missions/"))
    return g_strdup ("{\"title\":\"Compare the three <b>heating</b> offers\"}");
  g_ptr_array_add (fixture->asked, g_strdup (line));
  if (g_str_has_prefix (line, "POST "))
    {
      *status = fixture->refuses_retry ? "409 Conflict" : "202 Accepted";
      return g_strdup (fixture->refuses_retry
                           ? "{\"title\":\"Conflict\",\"status\":409,\"detail\":\"it runs\"}"
                           : "{\"mission_id\":\"" MISSION_NEW "\"}");
    }
  g_hash_table_remove (fixture->letters, strrchr (line, '/') + 1);
  *status = "204 No Content";
  return g_strdup ("");
}

static void
backend (PeerRequest *request, gpointer user_data)
{
  Fixture *fixture = user_data;
  const char *status = "200 OK";
  g_autofree char *body = NULL;

  g_mutex_lock (&fixture->lock);
  if (fixture->trouble != NULL)
    {
      status = fixture->trouble;
      body = g_strdup ("{\"title\":\"T\",\"status\":500,\"detail\":\"<b>broken</b>\"}");
    }
  else
    body = answer (fixture, request->line, &status);
  g_mutex_unlock (&fixture->lock);
  peer_answer (request, status, NULL, "application/json", body);
}

static void
add_letter (Fixture *fixture, const char *id, const char *mission, int step, const char *error)
{
  char *json = g_strdup_printf (
      "{\"id\":\"%s\",\"mission_id\":\"%s\",\"step\":%d,\"agent\":\"retriever\",\"error\":\"%s\","
      "\"payload\":{\"question\":\"Which duties?\",\"collections\":[\"docs\"]},\"attempts\":4,"
      "\"time\":\"2024-05-01T10:00:0%d.000Z\"}",
      id, mission, step, error, step);

  g_mutex_lock (&fixture->lock);
  g_hash_table_replace (fixture->letters, g_strdup (id), json);
  g_mutex_unlock (&fixture->lock);
}

static guint
n_asked (Fixture *fixture)
{
  guint n;

  g_mutex_lock (&fixture->lock);
  n = fixture->asked->len;
  g_mutex_unlock (&fixture->lock);
  return n;
}

static void
opened_cb (SortieDeadLettersPage *page, const char *mission_id, Fixture *fixture)
{
  g_free (fixture->opened);
  fixture->opened = g_strdup (mission_id);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_mutex_init (&fixture->lock);
  fixture->letters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  fixture->asked = g_ptr_array_new_with_free_func (g_free);
  fixture->peer = peer_new (backend, fixture);
  fixture->page = sortie_dead_letters_page_new ();
  g_signal_connect (fixture->page, "open-mission", G_CALLBACK (opened_cb), fixture);
  fixture->window = test_window_new (fixture->page, 1000, 700);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->window != NULL)
    gtk_window_destroy (GTK_WINDOW (fixture->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  peer_free (fixture->peer);
  g_hash_table_unref (fixture->letters);
  g_ptr_array_unref (fixture->asked);
  g_mutex_clear (&fixture->lock);
  g_free (fixture->opened);
}

static void
connect_page (Fixture *fixture)
{
  g_autoptr (SortieBackendAddress) address =
      sortie_backend_address_parse (peer_get_url (fixture->peer), NULL);
  g_autoptr (SortieApi) api = sortie_api_new (address, NULL, NULL);

  sortie_dead_letters_page_set_api (SORTIE_DEAD_LETTERS_PAGE (fixture->page), api);
}

static guint
n_rows (Fixture *fixture)
{
  return test_count_type (fixture->page, SORTIE_TYPE_DEAD_LETTER_ROW);
}

static gboolean
shows (Fixture *fixture, const char *text)
{
  return test_find_text (fixture->window, text) != NULL;
}

/* ---- States ---- */

static void
test_offline (Fixture *fixture, gconstpointer data)
{
  g_assert_true (shows (fixture, "No Backend"));
  sortie_dead_letters_page_refresh (SORTIE_DEAD_LETTERS_PAGE (fixture->page));
  gtk_widget_activate_action (fixture->page, "dead-letters.retry-all", NULL);
  test_screenshot (fixture->window, "dead-letters-offline");
  connect_page (fixture);
  test_wait_for (shows (fixture, "No Failed Steps"));
  test_screenshot (fixture->window, "dead-letters-empty");
  sortie_dead_letters_page_set_api (SORTIE_DEAD_LETTERS_PAGE (fixture->page), NULL);
  test_wait_for (shows (fixture, "No Backend"));
}

static void
test_trouble (Fixture *fixture, gconstpointer data)
{
  fixture->trouble = "500 Internal Server Error";
  connect_page (fixture);
  test_wait_for (shows (fixture, "Something Went Wrong"));
  g_assert_true (shows (fixture, "Could not read the failed steps: <b>broken</b>"));
  g_mutex_lock (&fixture->lock);
  fixture->trouble = NULL;
  g_mutex_unlock (&fixture->lock);
  gtk_widget_activate_action (fixture->page, "dead-letters.refresh", NULL);
  test_wait_for (shows (fixture, "No Failed Steps"));
}

static void
fill (Fixture *fixture)
{
  add_letter (fixture, "1-0", MISSION_A, 2, "The collection “docs” is gone");
  add_letter (fixture, "2-0", MISSION_A, 3, "The collection “docs” is gone");
  add_letter (fixture, "3-0", MISSION_B, 4, "timed out");
  connect_page (fixture);
  test_wait_for (n_rows (fixture) == 3 && shows (fixture, "Duties after delivery"));
}

static void
test_list (Fixture *fixture, gconstpointer data)
{
  fill (fixture);
  g_assert_true (shows (fixture, "3 failed steps"));
  test_wait_for (shows (fixture, "Compare the three <b>heating</b> offers"));
  g_assert_true (shows (fixture, "Retriever"));
  test_screenshot (fixture->window, "dead-letters-1000");
  g_assert_cmpuint (n_asked (fixture), ==, 0);
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 400, 700);
  test_frames (fixture->window, 4);
  g_assert_cmpint (gtk_widget_get_width (fixture->page), <=, 400);
  test_screenshot (fixture->window, "dead-letters-400");
}

static GtkWidget *
find_row (GtkWidget *widget, const char *id)
{
  if (SORTIE_IS_DEAD_LETTER_ROW (widget) &&
      g_str_equal (sortie_dead_letter_row_get_letter (SORTIE_DEAD_LETTER_ROW (widget))->id, id))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_row (child, id);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
test_details (Fixture *fixture, gconstpointer data)
{
  GtkWidget *row, *details;
  GtkTextIter start, end;
  GtkTextBuffer *buffer;
  g_autofree char *payload = NULL;

  fill (fixture);
  row = find_row (fixture->page, "1-0");
  details = test_find_text (row, "Details");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (details), TRUE);
  test_wait_for (shows (fixture, "Attempt 1 · 10:00:00.000 · timed out"));
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (test_find (row, GTK_TYPE_TEXT_VIEW)));
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  payload = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
  g_assert_nonnull (strstr (payload, "\"question\" : \"Which duties?\""));
  test_screenshot (fixture->window, "dead-letters-details");

  /* What is open stays open when the list is read again. */
  add_letter (fixture, "4-0", MISSION_B, 5, "timed out");
  sortie_dead_letters_page_refresh (SORTIE_DEAD_LETTERS_PAGE (fixture->page));
  test_wait_for (n_rows (fixture) == 4);
  g_assert_true (find_row (fixture->page, "1-0") == row);
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (details)));
  g_mutex_lock (&fixture->lock);
  g_hash_table_remove (fixture->letters, "3-0");
  g_mutex_unlock (&fixture->lock);
  sortie_dead_letters_page_refresh (SORTIE_DEAD_LETTERS_PAGE (fixture->page));
  test_wait_for (n_rows (fixture) == 3);
  g_assert_null (find_row (fixture->page, "3-0"));
}

/* ---- Acting ---- */

static void
test_retry (Fixture *fixture, gconstpointer data)
{
  fill (fixture);
  gtk_widget_activate_action (find_row (fixture->page, "2-0"), "letter.retry", NULL);
  test_wait_for (fixture->opened != NULL);
  g_assert_cmpstr (fixture->opened, ==, MISSION_NEW);
  /* Both letters of that mission are dealt with; the other one's stays. */
  test_wait_for (n_asked (fixture) == 3);
  g_assert_cmpstr (g_ptr_array_index (fixture->asked, 0), ==, "POST /missions/" MISSION_A "/retry");
  g_assert_cmpuint (n_rows (fixture), ==, 1);
  g_assert_nonnull (find_row (fixture->page, "3-0"));
  sortie_dead_letters_page_refresh (SORTIE_DEAD_LETTERS_PAGE (fixture->page));
  test_frames (fixture->window, 5);
  g_assert_cmpuint (n_rows (fixture), ==, 1);
}

static void
test_retry_refused (Fixture *fixture, gconstpointer data)
{
  fixture->refuses_retry = TRUE;
  fill (fixture);
  gtk_widget_activate_action (find_row (fixture->page, "2-0"), "letter.retry", NULL);
  test_wait_for (shows (fixture, "Could not retry the mission: it runs"));
  g_assert_cmpuint (n_rows (fixture), ==, 3);
  g_assert_null (fixture->opened);
  g_assert_cmpuint (n_asked (fixture), ==, 1);
}

static void
test_retry_all (Fixture *fixture, gconstpointer data)
{
  add_letter (fixture, "5-0", MISSION_GONE, 6, "gone");
  add_letter (fixture, "1-0", MISSION_A, 2, "The collection “docs” is gone");
  add_letter (fixture, "2-0", MISSION_A, 3, "The collection “docs” is gone");
  add_letter (fixture, "3-0", MISSION_B, 4, "timed out");
  connect_page (fixture);
  test_wait_for (n_rows (fixture) == 4 && shows (fixture, "Mission 3b6ff4a2") &&
                 shows (fixture, "Compare the three <b>heating</b> offers"));
  gtk_widget_activate_action (fixture->page, "dead-letters.retry-all", NULL);
  test_wait_for (shows (fixture, "2 missions started again"));
  test_wait_for (n_asked (fixture) == 5); /* two retries, three letters */
  g_assert_cmpuint (n_rows (fixture), ==, 1);
  g_assert_nonnull (find_row (fixture->page, "5-0"));
  g_assert_null (fixture->opened);
}

/* A mission that was deleted meanwhile can't be retried or opened. */
static void
test_gone (Fixture *fixture, gconstpointer data)
{
  GtkWidget *row;

  add_letter (fixture, "5-0", MISSION_GONE, 6, "gone");
  connect_page (fixture);
  test_wait_for (n_rows (fixture) == 1);
  row = find_row (fixture->page, "5-0");
  test_wait_for (!gtk_widget_is_sensitive (test_find_text (row, "Retry")));
  gtk_widget_activate_action (row, "letter.open", NULL);
  g_assert_null (fixture->opened);
}

static void
test_open (Fixture *fixture, gconstpointer data)
{
  fill (fixture);
  gtk_widget_activate_action (find_row (fixture->page, "3-0"), "letter.open", NULL);
  g_assert_cmpstr (fixture->opened, ==, MISSION_B);
}

static void
test_undo (Fixture *fixture, gconstpointer data)
{
  fill (fixture);
  gtk_widget_activate_action (find_row (fixture->page, "2-0"), "letter.discard", NULL);
  g_assert_cmpuint (n_rows (fixture), ==, 2);
  g_assert_true (shows (fixture, "2 failed steps"));
  sortie_dead_letters_page_refresh (SORTIE_DEAD_LETTERS_PAGE (fixture->page));
  test_wait_for (shows (fixture, "Undo"));
  test_frames (fixture->window, 5);
  g_assert_cmpuint (n_rows (fixture), ==, 2); /* still hidden */
  test_screenshot (fixture->window, "dead-letters-undo");
  g_signal_emit_by_name (test_find_text (fixture->window, "Undo"), "clicked");
  test_wait_for (n_rows (fixture) == 3);
  g_assert_cmpuint (n_asked (fixture), ==, 0);
}

static GtkWidget *
find_toast_close (Fixture *fixture)
{
  GtkWidget *undo = test_find_text (fixture->window, "Undo");

  return gtk_widget_get_next_sibling (undo);
}

static void
test_discard (Fixture *fixture, gconstpointer data)
{
  fill (fixture);
  gtk_widget_activate_action (find_row (fixture->page, "2-0"), "letter.discard", NULL);
  test_wait_for (shows (fixture, "Undo"));
  g_signal_emit_by_name (find_toast_close (fixture), "clicked");
  test_wait_for (n_asked (fixture) == 1);
  g_assert_cmpstr (g_ptr_array_index (fixture->asked, 0), ==, "DELETE /dead-letters/2-0");
  g_assert_cmpuint (n_rows (fixture), ==, 2);
}

/* A window that closes does what its toast had promised. */
static void
test_discard_and_close (Fixture *fixture, gconstpointer data)
{
  fill (fixture);
  gtk_widget_activate_action (find_row (fixture->page, "2-0"), "letter.discard", NULL);
  test_wait_for (shows (fixture, "Undo"));
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  fixture->window = NULL;
  test_wait_for (n_asked (fixture) == 1);
}

static void
test_discard_fails (Fixture *fixture, gconstpointer data)
{
  fill (fixture);
  gtk_widget_activate_action (find_row (fixture->page, "2-0"), "letter.discard", NULL);
  test_wait_for (shows (fixture, "Undo"));
  g_mutex_lock (&fixture->lock);
  fixture->trouble = "503 Service Unavailable";
  g_mutex_unlock (&fixture->lock);
  g_signal_emit_by_name (find_toast_close (fixture), "clicked");
  test_wait_for (shows (fixture, "Could not discard the failed step: the backend does not answer"));
  g_mutex_lock (&fixture->lock);
  fixture->trouble = NULL;
  g_mutex_unlock (&fixture->lock);
  sortie_dead_letters_page_refresh (SORTIE_DEAD_LETTERS_PAGE (fixture->page));
  test_wait_for (n_rows (fixture) == 3);
}

/* ---- Much and bad input ---- */

static void
test_malformed (Fixture *fixture, gconstpointer data)
{
  const char *const odd[] = { "7",
                              "null",
                              "[]",
                              "{}",
                              "{\"id\":1}",
                              "{\"id\":\"6-0\",\"mission_id\":\"m\",\"step\":\"x\"}",
                              "{\"id\":\"7-0\",\"mission_id\":\"m\"}" };

  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    g_hash_table_replace (fixture->letters, g_strdup_printf ("odd-%u", i), g_strdup (odd[i]));
  connect_page (fixture);
  test_wait_for (n_rows (fixture) == 1);
}

static void
test_hostile (Fixture *fixture, gconstpointer data)
{
  const char *const *strings = test_hostile_strings ();
  GtkWidget *list = gtk_list_box_new ();

  for (guint i = 0; strings[i] != NULL; i++)
    {
      SortieDeadLetter *letter = g_new0 (SortieDeadLetter, 1);
      GtkWidget *row;

      letter->id = g_strdup (strings[i]);
      letter->mission_id = g_strdup (strings[i]);
      letter->agent = g_strdup (strings[i]);
      letter->error = g_strdup (strings[i]);
      letter->payload = g_strdup (strings[i]);
      row = sortie_dead_letter_row_new (letter);
      sortie_dead_letter_row_set_title (SORTIE_DEAD_LETTER_ROW (row), strings[i]);
      sortie_dead_letter_row_set_attempts (SORTIE_DEAD_LETTER_ROW (row), strings[i]);
      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  fixture->window = test_window_new (list, 700, 800);
  for (GtkWidget *row = gtk_widget_get_first_child (list); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    {
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (test_find_text (row, "Details")), TRUE);
      test_frames (fixture->window, 2);
    }
  test_screenshot (fixture->window, "dead-letters-hostile");
}

static void
test_many (Fixture *fixture, gconstpointer data)
{
  gint64 begin;

  for (int i = 0; i < 1000; i++)
    {
      g_autofree char *id = g_strdup_printf ("%d-0", i);

      add_letter (fixture, id, MISSION_A, i % 9, "timed out");
    }
  begin = g_get_monotonic_time ();
  connect_page (fixture);
  test_wait_for (n_rows (fixture) > 0);
  g_test_message ("1,000 letters in %.1f ms", (double) (g_get_monotonic_time () - begin) / 1000);
  g_assert_cmpuint (n_rows (fixture), ==, 200);
  g_assert_true (shows (fixture, "The newest 200 of 1000 failed steps"));
}

/* With a real backend: a mission whose collection goes away is given up, and can be retried. */
static void
test_real (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TestBackend) real = test_backend_new ();
  g_autofree char *file = test_backend_write (real, "docs/a.txt", "A dead letter is set aside.");
  g_autofree char *body = g_strdup_printf ("{\"name\":\"docs\",\"folders\":[\"%s\"]}", file);
  g_autoptr (JsonNode) made = test_backend_call (real, "POST", "/collections", body);
  g_autoptr (JsonNode) mission = NULL;
  g_autoptr (JsonNode) removed = NULL;
  SortieDeadLettersPage *page = SORTIE_DEAD_LETTERS_PAGE (fixture->page);
  const char *id;
  GtkWidget *row;

  test_backend_wait_indexed (real, "docs");
  mission = test_backend_call (
      real, "POST", "/missions",
      "{\"mission\":\"What is a dead letter? HOLD_AT_PLANNER\",\"collections\":[\"docs\"]}");
  removed = test_backend_call (real, "DELETE", "/collections/docs", NULL);
  id = json_object_get_string_member (json_node_get_object (mission), "mission_id");
  sortie_dead_letters_page_set_api (page, test_backend_get_api (real));
  test_wait_for ((sortie_dead_letters_page_refresh (page), test_frames (fixture->window, 10),
                  n_rows (fixture) > 0));
  row = test_find (fixture->page, SORTIE_TYPE_DEAD_LETTER_ROW);
  g_assert_cmpstr (sortie_dead_letter_row_get_letter (SORTIE_DEAD_LETTER_ROW (row))->mission_id, ==,
                   id);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (test_find_text (row, "Details")), TRUE);
  test_wait_for (gtk_widget_get_mapped (test_find (row, GTK_TYPE_TEXT_VIEW)));
  g_assert_cmpint (sortie_dead_letter_row_get_letter (SORTIE_DEAD_LETTER_ROW (row))->attempts, ==,
                   4);
  test_wait_for ((gtk_widget_activate_action (row, "letter.retry", NULL),
                  test_frames (fixture->window, 20),
                  fixture->opened != NULL || shows (fixture, "Could not retry the mission")));
  g_assert_cmpstr (fixture->opened, !=, id);
  test_wait_for (n_rows (fixture) == 0);
  sortie_dead_letters_page_set_api (page, NULL);
}

#define ADD(path, func)                                                                            \
  g_test_add ("/dead-letters-page/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  test_pane_init (&argc, &argv);
  ADD ("offline", test_offline);
  ADD ("trouble", test_trouble);
  ADD ("list", test_list);
  ADD ("details", test_details);
  ADD ("retry", test_retry);
  ADD ("retry-refused", test_retry_refused);
  ADD ("retry-all", test_retry_all);
  ADD ("gone", test_gone);
  ADD ("open", test_open);
  ADD ("undo", test_undo);
  ADD ("discard", test_discard);
  ADD ("discard-and-close", test_discard_and_close);
  ADD ("discard-fails", test_discard_fails);
  ADD ("malformed", test_malformed);
  ADD ("hostile", test_hostile);
  ADD ("many", test_many);
  ADD ("real", test_real);
  return g_test_run ();
}
