/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report-fixture.h"

#include <adwaita.h>
#include <string.h>

#define MISSION_ID "2f4c9f3e-6f0a-4f7e-9a53-0a2a4a3b5c01"

char *
report_fixture_read_data (const char *name, gsize *length)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "app", "data", name, NULL);
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, length, &error);
  g_assert_no_error (error);
  return text;
}

static void
load_style (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/io/github/sortie_app/Sortie/report.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                              GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

void
report_fixture_new_mission (ReportFixture *self, const char *address)
{
  g_autoptr (SortieBackendAddress) where = NULL;
  g_autoptr (SortieApi) api = NULL;
  g_autoptr (GError) error = NULL;

  where =
      sortie_backend_address_parse (address != NULL ? address : "unix:///nonexistent/sortie.sock",
                                    &error);
  g_assert_no_error (error);
  api = sortie_api_new (where, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&self->mission);
  self->mission = sortie_live_mission_new (api, MISSION_ID);
  self->draft = 0;
  self->n_bytes = 0;
  sortie_report_view_set_mission (self->view, self->mission);
}

void
report_fixture_init (ReportFixture *self, int width, int height)
{
  static gboolean ready;

  if (!ready)
    load_style ();
  ready = TRUE;
  *self = (ReportFixture){ 0 };
  self->window = GTK_WINDOW (adw_window_new ());
  self->view = SORTIE_REPORT_VIEW (sortie_report_view_new ());
  adw_window_set_content (ADW_WINDOW (self->window), GTK_WIDGET (self->view));
  gtk_window_set_default_size (self->window, width, height);
  self->text =
      SORTIE_REPORT_TEXT (report_fixture_find (GTK_WIDGET (self->view), SORTIE_TYPE_REPORT_TEXT));
  report_fixture_new_mission (self, NULL);
  gtk_window_present (self->window);
  report_fixture_settle (self);
}

void
report_fixture_clear (ReportFixture *self)
{
  sortie_report_view_set_mission (self->view, NULL);
  g_object_add_weak_pointer (G_OBJECT (self->mission), (gpointer *) &self->mission);
  g_object_unref (self->mission);
  g_assert_null (self->mission);
  g_object_add_weak_pointer (G_OBJECT (self->view), (gpointer *) &self->view);
  gtk_window_destroy (self->window);
  while (self->view != NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* ---- Events ---- */

static void
take (ReportFixture *self, SortieEvent *event)
{
  g_autoptr (SortieEvent) taken = event;

  taken->id = g_strdup_printf ("%u-0", ++self->n_events);
  taken->mission_id = g_strdup (MISSION_ID);
  taken->timestamp = 1700000000000 + (gint64) self->n_events;
  sortie_live_mission_take (self->mission, taken);
}

void
report_fixture_begin_draft (ReportFixture *self, const char *written_by)
{
  SortieEvent *event = sortie_event_new (SORTIE_EVENT_STATUS, "writer", SORTIE_CODE_DRAFT_STARTED,
                                         "[Writer] Draft started");

  self->n_bytes = 0;
  self->draft++;
  event->data = g_strdup_printf ("{\"draft\":%d,\"written_by\":\"%s\"}", self->draft, written_by);
  take (self, event);
}

void
report_fixture_write (ReportFixture *self, const char *text, gssize length)
{
  g_autofree char *chunk = length < 0 ? g_strdup (text) : g_strndup (text, (gsize) length);
  SortieEvent *event =
      sortie_event_new (SORTIE_EVENT_PARTIAL_OUTPUT, "writer", SORTIE_CODE_DRAFT_CHUNK, chunk);

  event->draft = self->draft;
  event->offset = (gint64) self->n_bytes;
  self->n_bytes += strlen (chunk);
  take (self, event);
}

void
report_fixture_complete (ReportFixture *self,
                         const char *written_by,
                         const char *sources,
                         const char *unsupported)
{
  SortieEvent *event = sortie_event_new (SORTIE_EVENT_STATUS, "writer", SORTIE_CODE_DRAFT_COMPLETED,
                                         "[Writer] Completed");

  event->data = g_strdup_printf ("{\"draft\":%d,\"bytes\":%" G_GSIZE_FORMAT
                                 ",\"written_by\":\"%s\",\"sources\":%s,\"unsupported\":%s}",
                                 self->draft, self->n_bytes, written_by, sources, unsupported);
  take (self, event);
}

void
report_fixture_done (ReportFixture *self, const char *outcome)
{
  SortieEvent *event =
      sortie_event_new (SORTIE_EVENT_DONE, "system", SORTIE_CODE_MISSION_DONE, "Done");

  event->data = g_strdup_printf ("{\"outcome\":\"%s\"}", outcome);
  take (self, event);
}

/* ---- Waiting ---- */

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  guint *frames = user_data;

  ++*frames;
  return G_SOURCE_CONTINUE;
}

void
report_fixture_settle (ReportFixture *self)
{
  guint frames = 0;
  guint tick = gtk_widget_add_tick_callback (GTK_WIDGET (self->window), tick_cb, &frames, NULL);

  while (frames < 5)
    g_main_context_iteration (NULL, TRUE);
  gtk_widget_remove_tick_callback (GTK_WIDGET (self->window), tick);
  /* GtkTextView lays out what can't be seen when there is nothing else to do. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static gboolean
late_cb (gpointer user_data)
{
  g_error ("what was waited for did not happen");
  return G_SOURCE_REMOVE;
}

void
report_fixture_wait (ReportFixtureFunc func, gpointer user_data)
{
  guint late = g_timeout_add_seconds (30, late_cb, NULL);

  while (!func (user_data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (late);
}

/* ---- Looking ---- */

static char *
dup_all (GtkTextBuffer *buffer)
{
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
}

char *
report_fixture_dup_text (ReportFixture *self)
{
  return dup_all (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text)));
}

char *
report_fixture_expect (const char *text, gsize length)
{
  GtkWidget *widget = g_object_ref_sink (gtk_label_new (NULL));
  SortieReportBuffer *report = sortie_report_buffer_new (widget);
  char *shown;

  while (!sortie_report_buffer_update (report, text, length, 0))
    ;
  shown = dup_all (sortie_report_buffer_get_buffer (report));
  sortie_report_buffer_free (report);
  g_object_unref (widget);
  return shown;
}

GtkWidget *
report_fixture_find (GtkWidget *below, GType type)
{
  if (g_type_is_a (G_OBJECT_TYPE (below), type))
    return below;
  for (GtkWidget *child = gtk_widget_get_first_child (below); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = report_fixture_find (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

GtkWidget *
report_fixture_find_id (GtkWidget *below, const char *id)
{
  if (g_strcmp0 (gtk_buildable_get_buildable_id (GTK_BUILDABLE (below)), id) == 0)
    return below;
  for (GtkWidget *child = gtk_widget_get_first_child (below); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = report_fixture_find_id (child, id);

      if (found != NULL)
        return found;
    }
  return NULL;
}

void
report_fixture_activate (ReportFixture *self, const char *action)
{
  g_action_group_activate_action (sortie_report_view_get_action_group (self->view), action, NULL);
  report_fixture_settle (self);
}

void
report_fixture_picture (ReportFixture *self, const char *name)
{
  const char *folder = g_getenv ("SORTIE_TEST_PICTURES");
  g_autofree char *file = NULL;
  g_autofree char *command = NULL;

  if (folder == NULL)
    return;
  for (guint i = 0; i < 5; i++)
    report_fixture_settle (self);
  file = g_strdup_printf ("%s/%s.png", folder, name);
  command = g_strdup_printf ("import -window root %s", file);
  g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL);
}
