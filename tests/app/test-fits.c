/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-application.h"
#include "sortie-window.h"

#include "backend-fixture.h"
#include "pane-fixture.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>

/* The window in the language that the first argument names: no word of its own may be cut off, and no
 * page may ask for more room than the window's smallest size has. The backend is a real one. */

#define MISSION "What is a dead letter?"
#define NARROW 360 /* pixels: a phone in portrait */
#define FRAMES 12  /* after which what is shown has its size */
#define TALL 900

typedef struct
{
  SortieApplication *application;
  TestBackend *backend;
  GtkWidget *window;
  const char *state; /* what is looked at, for messages */
  guint n_looked_at; /* labels */
  guint n_cut;
} Fixture;

/* -- what is cut off -- */

/* Of labels that show what others wrote: it may be longer than any room. */
static const char *const data_labels[] = { "folders", "error" };

static gboolean
is_data (GtkWidget *widget)
{
  const char *id = gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget));

  for (guint i = 0; i < G_N_ELEMENTS (data_labels); i++)
    if (g_strcmp0 (id, data_labels[i]) == 0)
      return TRUE;
  /* Messages of the backend, in English whatever the window speaks. */
  for (GtkWidget *parent = widget; parent != NULL; parent = gtk_widget_get_parent (parent))
    if (g_str_equal (G_OBJECT_TYPE_NAME (parent), "SortieTelemetryRow") ||
        g_str_equal (G_OBJECT_TYPE_NAME (parent), "SortieTelemetryDetail"))
      return TRUE;
  return FALSE;
}

static int
text_width (GtkWidget *widget, const char *text)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, text);
  int width = 0;

  pango_layout_get_pixel_size (layout, &width, NULL);
  return width;
}

static gboolean
is_label_cut (GtkLabel *label)
{
  int natural = 0;

  if (pango_layout_is_ellipsized (gtk_label_get_layout (label)))
    return TRUE;
  if (gtk_label_get_wrap (label) || gtk_label_get_ellipsize (label) != PANGO_ELLIPSIZE_NONE)
    return FALSE;
  gtk_widget_measure (GTK_WIDGET (label), GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL,
                      NULL);
  return natural > gtk_widget_get_allocated_width (GTK_WIDGET (label));
}

static void
check_widget (Fixture *self, GtkWidget *widget)
{
  const char *text = GTK_IS_LABEL (widget) ? gtk_label_get_text (GTK_LABEL (widget))
                     : GTK_IS_INSCRIPTION (widget)
                         ? gtk_inscription_get_text (GTK_INSCRIPTION (widget))
                         : NULL;
  gboolean cut;

  if (text == NULL || *text == '\0' || g_str_has_prefix (text, MISSION) || is_data (widget))
    return;
  self->n_looked_at++;
  if (GTK_IS_LABEL (widget))
    cut = is_label_cut (GTK_LABEL (widget));
  else
    cut = gtk_inscription_get_min_lines (GTK_INSCRIPTION (widget)) < 2 &&
          text_width (widget, text) > gtk_widget_get_allocated_width (widget) &&
          gtk_inscription_get_wrap_mode (GTK_INSCRIPTION (widget)) == PANGO_WRAP_CHAR;
  if (!cut)
    return;
  g_test_message ("%s: “%s” is cut off in %s %s, %d pixels wide", self->state, text,
                  G_OBJECT_TYPE_NAME (gtk_widget_get_parent (widget)),
                  gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget)),
                  gtk_widget_get_allocated_width (widget));
  self->n_cut++;
}

static void
check_tree (Fixture *self, GtkWidget *widget)
{
  if (!gtk_widget_get_mapped (widget) || !gtk_widget_get_child_visible (widget))
    return;
  check_widget (self, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    check_tree (self, child);
}

/* Looks at one window as it is now. */
static void
check (Fixture *self, GtkWidget *window, const char *state)
{
  g_autofree char *name = g_strdelimit (g_strdup (state), " ", '-');

  self->state = state;
  test_frames (window, FRAMES);
  check_tree (self, window);
  test_screenshot (window, name);
}

static void
check_least_width (Fixture *self, const char *state)
{
  int least = 0;

  gtk_widget_measure (self->window, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  if (least <= NARROW)
    return;
  g_test_message ("%s: the window asks for %d pixels, where %d are allowed", state, least, NARROW);
  self->n_cut++;
}

/* -- the states -- */

static gboolean
is_shown (GtkWidget *widget, const char *text)
{
  GtkWidget *found = test_find_text (widget, text);

  return found != NULL && gtk_widget_get_mapped (found);
}

static char *
submit (Fixture *self, const char *body)
{
  g_autoptr (JsonNode) answer = test_backend_call (self->backend, "POST", "/missions", body);

  return g_strdup (json_object_get_string_member (json_node_get_object (answer), "mission_id"));
}

static char *
run_mission (Fixture *self)
{
  char *id = submit (self, "{\"mission\": \"" MISSION "\"}");
  g_autofree char *path = g_strconcat ("/missions/", id, NULL);
  gboolean ended = FALSE;

  while (!ended)
    {
      g_autoptr (JsonNode) found = test_backend_call (self->backend, "GET", path, NULL);

      ended = !json_object_get_null_member (json_node_get_object (found), "outcome");
    }
  return id;
}

static void
add_collection (Fixture *self, const char *name, const char *file)
{
  g_autofree char *folder = g_path_get_dirname (file);
  g_autofree char *body =
      g_strdup_printf ("{\"name\": \"%s\", \"folders\": [\"%s\"]}", name, folder);
  g_autoptr (JsonNode) added = test_backend_call (self->backend, "POST", "/collections", body);

  g_assert_nonnull (added);
  test_backend_wait_indexed (self->backend, name);
}

/* A mission whose collection goes away while its plan is made. */
static void
fail_mission (Fixture *self)
{
  g_autofree char *id = submit (self, "{\"mission\": \"" MISSION " HOLD_AT_PLANNER\", "
                                      "\"collections\": [\"gone\"]}");
  g_autoptr (JsonNode) removed = NULL;
  gboolean failed = FALSE;

  removed = test_backend_call (self->backend, "DELETE", "/collections/gone", NULL);
  while (!failed)
    {
      g_autoptr (JsonNode) found = test_backend_call (self->backend, "GET", "/dead-letters", NULL);
      JsonObject *object = json_node_get_object (found);

      failed = json_array_get_length (json_object_get_array_member (object, "dead_letters")) > 0;
    }
}

static void
show_pages (Fixture *self, const char *const *states)
{
  static const char *const actions[] = { "win.show-sources", "win.show-dead-letters",
                                         "win.show-diagram" };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      gtk_widget_activate_action (self->window, actions[i], NULL);
      check (self, self->window, states[i]);
    }
}

static GtkWidget *
newest_window (void)
{
  g_autoptr (GListModel) windows = g_object_ref (gtk_window_get_toplevels ());
  g_autoptr (GObject) newest =
      g_list_model_get_item (windows, g_list_model_get_n_items (windows) - 1);

  return GTK_WIDGET (newest);
}

static void
show_preferences (Fixture *self)
{
  GtkWidget *preferences;

  g_action_group_activate_action (G_ACTION_GROUP (self->application), "preferences", NULL);
  preferences = newest_window ();
  g_assert_true (preferences != self->window);
  check (self, preferences, "preferences");
  adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (preferences), "llm");
  check (self, preferences, "preferences of the model");
  gtk_window_destroy (GTK_WINDOW (preferences));
}

static void
show_log (Fixture *self)
{
  GtkWidget *log;

  g_action_group_activate_action (G_ACTION_GROUP (self->application), "show-log", NULL);
  log = newest_window ();
  g_assert_true (log != self->window);
  check (self, log, "log");
  gtk_window_destroy (GTK_WINDOW (log));
}

static void
walk (Fixture *self)
{
  static const char *const wide[] = { "sources", "failed steps", "large diagram" };
  static const char *const narrow[] = { "narrow sources", "narrow failed steps",
                                        "narrow large diagram" };
  SortieBackend *backend = sortie_application_get_backend (self->application);
  GtkSettings *settings = gtk_widget_get_settings (self->window);
  g_autofree char *document = NULL;
  g_autofree char *id = NULL;

  /* As GNOME has it. */
  g_object_set (settings, "gtk-decoration-layout", "appmenu:close", "gtk-font-name", "Cantarell 11",
                NULL);
  test_wait_for (sortie_backend_get_state (backend) == SORTIE_BACKEND_ONLINE);
  check (self, self->window, "first run");
  show_pages (self, (const char *const[]){ "no sources", "no failed steps", "diagram" });

  document = test_backend_write (self->backend, "docs/a.md",
                                 "# Dead letters\n\nA dead letter is a message that nobody could "
                                 "process and that is kept.\n");
  g_free (test_backend_write (self->backend, "docs/b.pdf", "%PDF-1.4\nnothing"));
  add_collection (self, "docs", document);
  add_collection (self, "gone", document);
  fail_mission (self);
  id = run_mission (self);
  sortie_window_open_mission (SORTIE_WINDOW (self->window), id);
  test_wait_for (is_shown (self->window, _ ("Completed")));
  check (self, self->window, "report");
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "telemetry-visible", NULL);
  check (self, self->window, "telemetry");
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "telemetry-visible", NULL);
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "timeline-visible", NULL);
  check (self, self->window, "timeline");
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "timeline-visible", NULL);
  show_pages (self, wide);
  show_preferences (self);
  show_log (self);

  gtk_window_set_default_size (GTK_WINDOW (self->window), NARROW, TALL);
  show_pages (self, narrow);
  check_least_width (self, "narrow pages");
  gtk_widget_activate_action (self->window, "win.new-mission", NULL);
  check (self, self->window, "narrow composer");
  check_least_width (self, "narrow composer");
  sortie_window_open_mission (SORTIE_WINDOW (self->window), id);
  check (self, self->window, "narrow report");
  check_least_width (self, "narrow report");

  g_clear_pointer (&self->backend, test_backend_free);
  test_wait_for (sortie_backend_get_state (backend) == SORTIE_BACKEND_OFFLINE);
  check (self, self->window, "offline");
  check_least_width (self, "offline");
}

static gboolean
walk_cb (gpointer user_data)
{
  Fixture *self = user_data;

  walk (self);
  gtk_window_destroy (GTK_WINDOW (self->window));
  g_application_quit (G_APPLICATION (self->application));
  return G_SOURCE_REMOVE;
}

static void
window_added_cb (GtkApplication *application, GtkWindow *window, gpointer user_data)
{
  Fixture *self = user_data;

  if (self->window != NULL)
    return;
  self->window = GTK_WIDGET (window);
  g_idle_add (walk_cb, self);
}

static void
test_fits (gconstpointer language)
{
  char *arguments[] = { (char *) "sortie", NULL };
  Fixture self = { 0 };
  const SortieBackendAddress *address;

  self.backend = test_backend_new ();
  address = sortie_api_get_address (test_backend_get_api (self.backend));
  g_setenv ("BACKEND_URL", sortie_backend_address_get_base (address), TRUE);
  self.application = sortie_application_new ();
  g_signal_connect (self.application, "window-added", G_CALLBACK (window_added_cb), &self);
  g_assert_cmpint (g_application_run (G_APPLICATION (self.application), 1, arguments), ==, 0);
  g_object_unref (self.application);

  /* That the catalogue was read: the test would pass in English. */
  if (!g_str_equal (language, "en"))
    g_assert_cmpstr (_ ("Completed"), !=, "Completed");
  g_test_message ("%u labels", self.n_looked_at);
  g_assert_cmpuint (self.n_looked_at, >, 300);
  g_assert_cmpuint (self.n_cut, ==, 0);
}

int
main (int argc, char **argv)
{
  const char *language = argc > 1 ? argv[argc - 1] : "en";
  g_autofree char *path = g_strconcat ("/fits/", language, NULL);
  g_autofree char *catalogues = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "..", "po", NULL);

  g_setenv ("LANGUAGE", language, TRUE);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, catalogues);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func (path, language, test_fits);
  return g_test_run ();
}
