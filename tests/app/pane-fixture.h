/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-live-mission.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* For tests of widgets: a window, frames, missions that are fed by hand, screenshots. */

#define TEST_MISSION "0b6ff4a2-5f0c-4e4e-9d3e-3f1f6f3f2b11"
#define TEST_EPOCH G_GINT64_CONSTANT (1714557600000) /* 2024-05-01T10:00:00Z, in milliseconds */

/* g_test_init, adw_init, and the application's style sheet */
void test_pane_init (int *argc, char ***argv);

/* A mission without events whose backend is never asked. */
SortieLiveMission *test_mission_new (void);

typedef struct
{
  SortieLiveMission *mission;
  gint64 time; /* of the next event, milliseconds after TEST_EPOCH */
  guint n;     /* events so far */
  gint64 offset;
} TestStory;

/* Feeds one event. `rest`: (nullable): further members as JSON, without braces */
void test_story_tell (TestStory *story,
                      gint64 after, /* milliseconds */
                      const char *type,
                      const char *source,
                      const char *code,
                      const char *message,
                      const char *rest);
void test_story_chunk (TestStory *story, int draft, const char *text);
/* A mission of four steps with a retry, a fallback and two drafts; `until`: its first events only,
 * G_MAXUINT for all. Ends in `done`. */
void test_story_tell_all (TestStory *story, guint until);
/* An event of a mission whose fields say whatever a test wants. (transfer full) */
SortieEvent *test_event_new (TestStory *story, const char *source, const char *message);

/* A pane of a mission, in a window. */
typedef struct
{
  SortieLiveMission *mission;
  TestStory story;
  GtkWidget *view;
  GtkWidget *window;
} TestPane;

/* Destroys the window and looks whether that lets go of the mission. */
void test_pane_tear_down (TestPane *pane, gconstpointer data);

/* A window with a toast overlay around the widget, shown; destroyed by gtk_window_destroy(). */
GtkWidget *test_window_new (GtkWidget *child, int width, int height);
/* Runs the main context until so many frames were drawn. */
void test_frames (GtkWidget *widget, int n);
/* Writes DIR/NAME-{light,dark}.png where SORTIE_TEST_SCREENSHOTS names a folder. */
void test_screenshot (GtkWidget *window, const char *name);

/* The first descendant of that type; or of that type and name (gtk_buildable_get_buildable_id). */
GtkWidget *test_find (GtkWidget *parent, GType type);
/* The first visible label, button or inscription below with that text. (nullable) */
GtkWidget *test_find_text (GtkWidget *parent, const char *text);
guint test_count_type (GtkWidget *parent, GType type);

/* Words that a display must bear: markup, bidi controls, bad UTF-8, long unspaced words up to 1 MiB.
 * NULL-terminated; belongs to the fixture. */
const char *const *test_hostile_strings (void);

G_END_DECLS
