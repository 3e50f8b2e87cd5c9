/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The composer: what may be submitted, once; and what it says where it can't be. */
#include "peer.h"
#include "sortie-composer.h"
#include "sortie-dialogs.h"
#include "sortie-llm-page.h"
#include "sortie-llm-preferences.h"
#include "sortie-mission.h"
#include "sortie-progress-line.h"

#include <string.h>

#define ID "0b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11"

typedef struct
{
  Peer *peer;
  SortieApi *api;
  GtkWidget *window;
  SortieComposer *composer;
  GMutex lock;
  GPtrArray *keys;   /* of the submissions, as they came */
  GPtrArray *bodies; /* as they came */
  int is_failing;    /* atomic */
  char *submitted;   /* (nullable): the id that the composer told */
  guint n_submitted;
} Fixture;

static void
serve (PeerRequest *request, gpointer user_data)
{
  Fixture *self = user_data;

  if (g_str_has_prefix (request->line, "GET /collections"))
    {
      peer_answer (request, "200 OK", NULL, "application/json",
                   "{\"collections\":[{\"name\":\"<b>first</b>\"},{\"name\":\"second\"},5,{}]}");
      return;
    }
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->keys, peer_dup_header (request, "Idempotency-Key"));
  g_ptr_array_add (self->bodies, g_strdup (request->body));
  g_mutex_unlock (&self->lock);
  if (g_atomic_int_get (&self->is_failing))
    peer_answer (request, "503 Service Unavailable", NULL, "application/json", "{}");
  else
    peer_answer (request, "202 Accepted", NULL, "application/json", "{\"mission_id\":\"" ID "\"}");
}

static guint
count_requests (Fixture *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->keys->len;
  g_mutex_unlock (&self->lock);
  return n;
}

static void
submitted_cb (Fixture *self, const char *id)
{
  g_free (self->submitted);
  self->submitted = g_strdup (id);
  self->n_submitted++;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (SortieBackendAddress) address = NULL;

  g_mutex_init (&self->lock);
  self->keys = g_ptr_array_new_with_free_func (g_free);
  self->bodies = g_ptr_array_new_with_free_func (g_free);
  self->peer = peer_new (serve, self);
  address = sortie_backend_address_parse (peer_get_url (self->peer), NULL);
  self->api = sortie_api_new (address, NULL, NULL);
  self->window = adw_window_new ();
  self->composer = SORTIE_COMPOSER (sortie_composer_new ());
  adw_window_set_content (ADW_WINDOW (self->window), GTK_WIDGET (self->composer));
  g_signal_connect_swapped (self->composer, "submitted", G_CALLBACK (submitted_cb), self);
  sortie_composer_set_api (self->composer, self->api);
  gtk_window_present (GTK_WINDOW (self->window));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (self->window));
  test_finalize (self->api);
  peer_free (self->peer);
  g_ptr_array_unref (self->keys);
  g_ptr_array_unref (self->bodies);
  g_free (self->submitted);
  g_mutex_clear (&self->lock);
}

static void
test_submit_once (Fixture *self, gconstpointer data)
{
  sortie_composer_set_text (self->composer, "A question with \"quotes\"");
  for (int i = 0; i < 5; i++)
    sortie_composer_submit (self->composer);
  test_wait_until (self->n_submitted == 1);
  g_assert_cmpstr (self->submitted, ==, ID);
  g_assert_cmpuint (count_requests (self), ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (self->bodies, 0),
                            "\"mission\":\"A question with \\\"quotes\\\"\""));
  g_assert_nonnull (strstr (g_ptr_array_index (self->bodies, 0), "\"words\":600"));
  g_assert_null (strstr (g_ptr_array_index (self->bodies, 0), "collections"));

  sortie_composer_submit (self->composer); /* it is empty now */
  g_assert_cmpuint (count_requests (self), ==, 1);
}

/* What failed and is tried again is the same mission; what was changed is another one. */
static void
test_key (Fixture *self, gconstpointer data)
{
  g_atomic_int_set (&self->is_failing, 1);
  sortie_composer_set_text (self->composer, "first");
  for (guint i = 1; i <= 3; i++)
    {
      test_wait_until ((sortie_composer_submit (self->composer), count_requests (self) >= i));
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_cmpstr (g_ptr_array_index (self->keys, 0), ==, g_ptr_array_index (self->keys, 1));
  g_assert_cmpstr (g_ptr_array_index (self->keys, 0), ==, g_ptr_array_index (self->keys, 2));

  g_atomic_int_set (&self->is_failing, 0);
  sortie_composer_set_text (self->composer, "second");
  test_wait_until ((sortie_composer_submit (self->composer), self->n_submitted == 1));
  g_assert_cmpstr (g_ptr_array_index (self->keys, 0), !=,
                   g_ptr_array_index (self->keys, self->keys->len - 1));
}

/* What is to be submitted before there is a backend goes out once there is. */
static void
test_obstacle (Fixture *self, gconstpointer data)
{
  sortie_composer_set_obstacle (self->composer, "There is no backend.");
  sortie_composer_set_text (self->composer, "A question");
  sortie_composer_submit (self->composer);
  sortie_composer_submit (self->composer);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (count_requests (self), ==, 0);
  sortie_composer_set_obstacle (self->composer, NULL);
  test_wait_until (self->n_submitted == 1);
  g_assert_cmpuint (count_requests (self), ==, 1);
}

static void
test_collections (Fixture *self, gconstpointer data)
{
  sortie_composer_refresh (self->composer);
  test_wait_until (peer_get_n_requests (self->peer) == 1);
  sortie_composer_set_text (self->composer, "A question");
  sortie_composer_submit (self->composer);
  test_wait_until (self->n_submitted == 1);
}

static void
documents_cb (SortieComposer *composer, GListModel *files, GString *names)
{
  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);
      g_autofree char *path = g_file_get_path (file);

      g_string_append_printf (names, "%s\n", path);
    }
}

/* As GDK does when files are dropped on it: returns whether they were taken. */
static gboolean
drop (Fixture *self, GdkFileList *files)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (self->composer));
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_set_boxed (&value, files);
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GObject) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        g_signal_emit_by_name (controller, "drop", &value, 5.0, 5.0, &taken);
    }
  return taken;
}

static void
test_drop (Fixture *self, gconstpointer data)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GFile) one = g_file_new_for_path ("/tmp/a folder");
  g_autoptr (GFile) two = g_file_new_for_path ("/tmp/two.md");
  GFile *both[] = { one, two };
  GdkFileList *files = gdk_file_list_new_from_array (both, 2);
  GdkFileList *none = gdk_file_list_new_from_array (both, 0);

  g_signal_connect (self->composer, "add-documents", G_CALLBACK (documents_cb), names);
  sortie_composer_set_text (self->composer, "stays");
  sortie_composer_set_obstacle (self->composer, "There is no backend.");
  g_assert_false (drop (self, files));
  sortie_composer_set_obstacle (self->composer, NULL);
  g_assert_false (drop (self, none));
  g_assert_cmpstr (names->str, ==, "");
  g_assert_true (drop (self, files));
  g_assert_cmpstr (names->str, ==, "/tmp/a folder\n/tmp/two.md\n");
  sortie_composer_submit (self->composer);
  test_wait_until (self->n_submitted == 1);
  g_assert_nonnull (strstr (g_ptr_array_index (self->bodies, 0), "\"mission\":\"stays\""));
  g_boxed_free (GDK_TYPE_FILE_LIST, files);
}

static void
test_check_text (void)
{
  g_autofree char *most = g_strnfill (SORTIE_MISSION_MAX_TEXT, 'x');
  g_autofree char *more = g_strnfill (SORTIE_MISSION_MAX_TEXT + 1, 'x');
  g_autofree char *none = sortie_composer_check_text ("");
  g_autofree char *blank = sortie_composer_check_text (" \n\t ");
  g_autofree char *complaint = sortie_composer_check_text (more);

  g_assert_null (sortie_composer_check_text ("What?"));
  g_assert_null (sortie_composer_check_text (most));
  g_assert_nonnull (none);
  g_assert_cmpstr (none, ==, blank);
  g_assert_cmpstr (complaint, ==, "The mission is too long: 65 KiB, where 64 KiB are allowed.");
}

/* ---- Words of other parts ---- */

static void
take (SortieMissionModel *model, const char *code, int step, const char *to, const char *data)
{
  static guint n = 0;
  g_autoptr (SortieEvent) event = sortie_event_new (SORTIE_EVENT_STATUS, "system", code, "m");
  g_autoptr (GError) error = NULL;

  event->id = g_strdup_printf ("%u-0", ++n);
  event->timestamp = 1700000000000;
  event->step = step;
  event->attempt = step > 0 ? 1 : 0;
  event->to = g_strdup (to);
  event->data = g_strdup (data);
  if (g_str_equal (code, SORTIE_CODE_STEP_RETRYING))
    event->type = SORTIE_EVENT_ERROR;
  if (g_str_equal (code, SORTIE_CODE_MISSION_DONE))
    event->type = SORTIE_EVENT_DONE;
  if (step > 0 && to == NULL)
    {
      g_free (event->source);
      event->source = g_strdup (step == 1 ? "planner" : step == 2 ? "retriever" : "writer");
    }
  sortie_mission_model_apply (model, event, &error);
  g_assert_no_error (error);
}

static void
assert_words (SortieMissionModel *model, const char *count, const char *detail)
{
  g_autofree char *said = sortie_progress_words_dup_count (model);
  g_autofree char *more = sortie_progress_words_dup_detail (model, 1700000000000);

  g_assert_cmpstr (said, ==, count);
  g_assert_cmpstr (more, ==, detail);
}

static void
test_progress (void)
{
  g_autoptr (SortieMissionModel) model = sortie_mission_model_new (ID);

  assert_words (model, "Waiting", "Other missions come first");
  take (model, SORTIE_CODE_STEP_DISPATCHED, 1, "planner", NULL);
  assert_words (model, "Planning", "Waiting for a free worker: Planner");
  take (model, SORTIE_CODE_STEP_STARTED, 1, NULL, NULL);
  assert_words (model, "Planning", "Planner at work");
  take (model, SORTIE_CODE_STEP_COMPLETED, 1, NULL, NULL);
  take (model, SORTIE_CODE_STEP_DISPATCHED, 2, "retriever", NULL);
  take (model, SORTIE_CODE_STEP_STARTED, 2, NULL, NULL);
  assert_words (model, "1 of 2 steps done", "Retriever at work");
  take (model, SORTIE_CODE_STEP_RETRYING, 2, NULL, "{\"delay_ms\":4000}");
  assert_words (model, "1 of 2 steps done", "Retriever: attempt 2 in 4 seconds");
  take (model, SORTIE_CODE_MISSION_DONE, 0, NULL, "{\"outcome\":\"partial\"}");
  assert_words (model, "Completed with a gap",
                "A search had to be given up; the report says what is missing");
}

static void
assert_trial (const char *json, const char *expected)
{
  g_autoptr (JsonNode) node = json_from_string (json, NULL);
  g_autofree char *words = sortie_llm_words_dup_trial (node);

  g_assert_cmpstr (words, ==, expected);
}

static void
test_trial (void)
{
  assert_trial ("{\"ok\":true,\"model\":\"m\",\"first_token_ms\":1240}",
                "It works: m began to answer after 1.2 s.");
  assert_trial ("{\"ok\":true,\"model\":\"<b>m\\n</b>\"}", "It works: <b>m </b> answered.");
  assert_trial ("{\"ok\":false,\"reason\":\"auth\"}", "The provider does not accept the key.");
  assert_trial ("{\"ok\":false,\"reason\":\"new%s\"}", "It did not work: new%s.");
  assert_trial ("{\"ok\":false}", "It did not work.");
  assert_trial ("{\"ok\":5}", "The backend’s answer could not be understood.");
  assert_trial ("[]", "The backend’s answer could not be understood.");
}

static void
test_llm_body (void)
{
  g_autofree char *all = sortie_llm_preferences_build (TRUE, " http://x ", "k\"", "a", "", "c");
  g_autofree char *none = sortie_llm_preferences_build (FALSE, "", NULL, "", "", "");

  g_assert_cmpstr (all, ==,
                   "{\"llm\":{\"enabled\":true,\"base_url\":\"http://x\",\"key\":\"k\\\"\","
                   "\"models\":{\"planner\":\"a\",\"writer\":\"c\"}}}");
  g_assert_cmpstr (none, ==, "{\"llm\":{\"enabled\":false,\"models\":{}}}");
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("/composer/submit-once", test_submit_once);
  ADD ("/composer/key", test_key);
  ADD ("/composer/obstacle", test_obstacle);
  ADD ("/composer/collections", test_collections);
  ADD ("/composer/drop", test_drop);
  g_test_add_func ("/composer/check-text", test_check_text);
  g_test_add_func ("/words/progress", test_progress);
  g_test_add_func ("/words/trial", test_trial);
  g_test_add_func ("/words/llm-body", test_llm_body);
  return g_test_run ();
}
