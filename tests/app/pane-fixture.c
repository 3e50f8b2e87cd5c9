/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pane-fixture.h"

#include <string.h>

void
test_pane_init (int *argc, char ***argv)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  g_test_init (argc, argv, NULL);
  adw_init ();
  gtk_css_provider_load_from_resource (provider, "/io/github/sortie_app/Sortie/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                              GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

/* ---- Missions ---- */

SortieLiveMission *
test_mission_new (void)
{
  g_autoptr (SortieBackendAddress) address =
      sortie_backend_address_parse ("http://127.0.0.1:9", NULL);
  g_autoptr (SortieApi) api = sortie_api_new (address, NULL, NULL);

  return sortie_live_mission_new (api, TEST_MISSION);
}

void
test_story_tell (TestStory *story,
                 gint64 after,
                 const char *type,
                 const char *source,
                 const char *code,
                 const char *message,
                 const char *rest)
{
  g_autoptr (SortieEvent) event = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *time = NULL, *json = NULL;

  story->time += after;
  story->n++;
  time = sortie_timestamp_format (TEST_EPOCH + story->time);
  json = g_strdup_printf ("{\"type\":\"%s\",\"source\":\"%s\",\"code\":\"%s\",\"message\":\"%s\","
                          "\"mission_id\":\"" TEST_MISSION "\",\"timestamp\":\"%s\"%s%s}",
                          type, source, code, message, time, rest != NULL ? "," : "",
                          rest != NULL ? rest : "");
  event = sortie_event_from_wire (json, strlen (json), &error);
  g_assert_no_error (error);
  event->id = g_strdup_printf ("%" G_GINT64_FORMAT "-%u", TEST_EPOCH + story->time, story->n);
  sortie_live_mission_take (story->mission, event);
}

void
test_story_chunk (TestStory *story, int draft, const char *text)
{
  g_autofree char *rest =
      g_strdup_printf ("\"step\":4,\"attempt\":1,\"draft\":%d,\"offset\":%" G_GINT64_FORMAT, draft,
                       story->offset);

  test_story_tell (story, 7, "partial_output", "writer", "draft.chunk", text, rest);
  story->offset += (gint64) strlen (text);
}

/* after, type, source, code, message, rest; a chunk where the source is NULL: its draft and text */
static const struct
{
  int after;
  const char *type;
  const char *source;
  const char *code;
  const char *message;
  const char *rest;
} plot[] = {
  { 0, "status", "system", "mission.accepted", "Mission accepted.", NULL },
  { 3, "status", "system", "step.dispatched", "Step 1 to the planner",
    "\"step\":1,\"attempt\":1,\"to\":\"planner\"" },
  { 9, "status", "planner", "step.started", "Planning", "\"step\":1,\"attempt\":1" },
  { 120, "status", "planner", "step.completed", "Planned four steps",
    "\"step\":1,\"attempt\":1,\"data\":{\"elapsed_us\":118000}" },
  { 2, "status", "planner", "plan.ready", "The plan has four steps",
    "\"data\":{\"plan\":{\"title\":\"Duties after delivery\",\"language\":\"en\",\"written_by\":"
    "\"deterministic\",\"steps\":[{\"step\":1,\"agent\":\"planner\",\"needs\":[]},{\"step\":2,"
    "\"agent\":\"retriever\",\"question\":\"Which duties?\",\"needs\":[1]},{\"step\":3,\"agent\":"
    "\"analyzer\",\"needs\":[2]},{\"step\":4,\"agent\":\"writer\",\"needs\":[3]}]}}" },
  { 3, "status", "system", "step.dispatched", "Step 2 to the retriever",
    "\"step\":2,\"attempt\":1,\"to\":\"retriever\"" },
  { 240, "status", "retriever", "step.started", "Searching", "\"step\":2,\"attempt\":1" },
  { 410, "error", "retriever", "step.retrying", "[Retriever] timed out. Retrying (1/3) in 1 s",
    "\"step\":2,\"attempt\":1,\"data\":{\"delay_ms\":1000,\"error\":\"timed out\"}" },
  { 1000, "status", "system", "step.dispatched", "Step 2 to the retriever",
    "\"step\":2,\"attempt\":2,\"to\":\"retriever\"" },
  { 12, "status", "retriever", "step.started", "Searching", "\"step\":2,\"attempt\":2" },
  { 350, "status", "retriever", "step.completed", "Retrieved 9 passages from 3 documents",
    "\"step\":2,\"attempt\":2,\"data\":{\"elapsed_us\":350000,\"passages\":9}" },
  { 4, "status", "system", "step.dispatched", "Step 3 to the analyzer",
    "\"step\":3,\"attempt\":1,\"to\":\"analyzer\"" },
  { 60, "status", "analyzer", "step.started", "Analyzing", "\"step\":3,\"attempt\":1" },
  { 800, "status", "analyzer", "llm.fallback", "Going on without the language model",
    "\"step\":3,\"attempt\":1,\"data\":{\"reason\":\"unreachable\"}" },
  { 230, "status", "analyzer", "step.completed", "Found 14 insights",
    "\"step\":3,\"attempt\":1,\"data\":{\"elapsed_us\":1030000}" },
  { 3, "status", "system", "step.dispatched", "Step 4 to the writer",
    "\"step\":4,\"attempt\":1,\"to\":\"writer\"" },
  { 15, "status", "writer", "step.started", "Writing", "\"step\":4,\"attempt\":1" },
  { 2, "status", "writer", "draft.started", "A draft begins",
    "\"step\":4,\"attempt\":1,\"data\":{\"draft\":1,\"written_by\":\"llm\"}" },
  { 0, NULL, NULL, "1", "# Duties ", NULL },
  { 0, NULL, NULL, "1", "after delivery\\n\\nThe supplier ", NULL },
  { 0, NULL, NULL, "1", "repairs", NULL },
  { 20, "status", "writer", "draft.started", "A draft begins",
    "\"step\":4,\"attempt\":1,\"data\":{\"draft\":2,\"written_by\":\"deterministic\"}" },
  { 0, NULL, NULL, "2", "# Duties after delivery", NULL },
  { 0, NULL, NULL, "2", " in three contracts. ", NULL },
  { 0, NULL, NULL, "2", "All three oblige the supplier.", NULL },
  { 0, NULL, NULL, "2", " For 12 to 36 months.", NULL },
  { 5, "status", "writer", "draft.completed", "The draft is complete",
    "\"step\":4,\"attempt\":1,\"data\":{\"draft\":2,\"written_by\":\"deterministic\"}" },
  { 2, "status", "writer", "step.completed", "Written", "\"step\":4,\"attempt\":1" },
  { 3, "done", "system", "mission.done", "Draft generation complete.",
    "\"data\":{\"outcome\":\"completed\"}" },
};

void
test_story_tell_all (TestStory *story, guint until)
{
  int draft = 0;

  for (guint i = 0; i < G_N_ELEMENTS (plot) && i < until; i++)
    if (plot[i].source != NULL)
      test_story_tell (story, plot[i].after, plot[i].type, plot[i].source, plot[i].code,
                       plot[i].message, plot[i].rest);
    else
      {
        if (atoi (plot[i].code) != draft)
          story->offset = 0;
        draft = atoi (plot[i].code);
        test_story_chunk (story, draft, plot[i].message);
        /* A line break is two characters of JSON, but one byte of the draft. */
        for (const char *p = plot[i].message; (p = strstr (p, "\\n")) != NULL; p += 2)
          story->offset--;
      }
}

SortieEvent *
test_event_new (TestStory *story, const char *source, const char *message)
{
  SortieEvent *event = sortie_event_new (SORTIE_EVENT_STATUS, source, "step.progress", message);

  story->time++;
  story->n++;
  event->step = 1;
  event->attempt = 1;
  event->mission_id = g_strdup (TEST_MISSION);
  event->timestamp = TEST_EPOCH + story->time;
  event->id = g_strdup_printf ("%" G_GINT64_FORMAT "-%u", event->timestamp, story->n);
  return event;
}

/* ---- Windows ---- */

GtkWidget *
test_window_new (GtkWidget *child, int width, int height)
{
  GtkWidget *window = adw_window_new ();
  GtkWidget *overlay = adw_toast_overlay_new ();

  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), child);
  adw_window_set_content (ADW_WINDOW (window), overlay);
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_window_present (GTK_WINDOW (window));
  test_frames (window, 3);
  return window;
}

static gboolean
frame_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  int *left = user_data;

  return --*left > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void
test_frames (GtkWidget *widget, int n)
{
  int left = n + 1; /* the callback comes before the layout of its frame */

  gtk_widget_add_tick_callback (widget, frame_cb, &left, NULL);
  while (left > 0)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
save (GtkWidget *window, const char *folder, const char *name, const char *scheme)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (window);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autofree char *file = g_strdup_printf ("%s/%s-%s.png", folder, name, scheme);

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (window),
                          gtk_widget_get_height (window));
  node = gtk_snapshot_free_to_node (snapshot);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, NULL);
  g_assert_true (gdk_texture_save_to_png (texture, file));
}

void
test_screenshot (GtkWidget *window, const char *name)
{
  const char *folder = g_getenv ("SORTIE_TEST_SCREENSHOTS");
  AdwStyleManager *style = adw_style_manager_get_default ();

  if (folder == NULL)
    return;
  test_frames (window, 30); /* transitions */
  save (window, folder, name, "light");
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_DARK);
  test_frames (window, 30);
  save (window, folder, name, "dark");
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_LIGHT);
  test_frames (window, 2);
}

/* ---- Looking into widgets ---- */

typedef gboolean (*MatchFunc) (GtkWidget *widget, gconstpointer data);

static GtkWidget *
find (GtkWidget *parent, MatchFunc match, gconstpointer data)
{
  if (match (parent, data))
    return parent;
  for (GtkWidget *child = gtk_widget_get_first_child (parent); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, match, data);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
match_type (GtkWidget *widget, gconstpointer data)
{
  return g_type_is_a (G_OBJECT_TYPE (widget), GPOINTER_TO_SIZE (data));
}

GtkWidget *
test_find (GtkWidget *parent, GType type)
{
  return find (parent, match_type, GSIZE_TO_POINTER (type));
}

static gboolean
match_text (GtkWidget *widget, gconstpointer data)
{
  const char *text = NULL;

  if (!gtk_widget_get_mapped (widget))
    return FALSE;
  if (GTK_IS_LABEL (widget))
    text = gtk_label_get_text (GTK_LABEL (widget));
  else if (GTK_IS_INSCRIPTION (widget))
    text = gtk_inscription_get_text (GTK_INSCRIPTION (widget));
  else if (GTK_IS_BUTTON (widget))
    text = gtk_button_get_label (GTK_BUTTON (widget));
  return g_strcmp0 (text, data) == 0;
}

GtkWidget *
test_find_text (GtkWidget *parent, const char *text)
{
  return find (parent, match_text, text);
}

guint
test_count_type (GtkWidget *parent, GType type)
{
  guint n = g_type_is_a (G_OBJECT_TYPE (parent), type);

  for (GtkWidget *child = gtk_widget_get_first_child (parent); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += test_count_type (child, type);
  return n;
}

const char *const *
test_hostile_strings (void)
{
  static char *long_word, *longest_word;
  static const char *strings[12];

  if (long_word != NULL)
    return strings;
  long_word = g_strnfill (64 * 1024, 'x');
  longest_word = g_strnfill (1024 * 1024, 'W');
  strings[0] = "<b>bold</b> <a href='javascript:alert(1)'>x</a> &amp; & < _under_";
  strings[1] = "\u202egnp.exe\u202c \u2066isolated\u2069 \u200f";
  strings[2] = "bad \xff\xfe\xc3 bytes";
  strings[3] = "bell\a \x1b[31mred\x1b[0m \x7f";
  strings[4] = "%s %n %d %%";
  strings[5] = "line\none\r\nand\ttwo\xe2\x80\xa8three";
  strings[6] = "";
  strings[7] = "a\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308 \U0001F600 \uffff";
  strings[8] = long_word;
  strings[9] = longest_word;
  strings[10] = "<span foreground=\"";
  return strings;
}

void
test_pane_tear_down (TestPane *pane, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (pane->window));
  g_assert_finalize_object (pane->mission);
}
