/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-report-text.h"
#include "sortie-report-view.h"

/* A window with a report view and a mission that the test feeds. */
typedef struct
{
  GtkWindow *window;
  SortieReportView *view;
  SortieReportText *text;
  SortieLiveMission *mission;
  int draft;
  guint n_events;
  gsize n_bytes; /* of the draft */
} ReportFixture;

void report_fixture_init (ReportFixture *self, int width, int height);
void report_fixture_clear (ReportFixture *self);

/* Another mission, whose backend is at @address (nullable: nobody is there). */
void report_fixture_new_mission (ReportFixture *self, const char *address);

void report_fixture_begin_draft (ReportFixture *self, const char *written_by);
/* A chunk of the draft; length −1 for all of the text. */
void report_fixture_write (ReportFixture *self, const char *text, gssize length);
/* @sources, @unsupported: JSON arrays */
void report_fixture_complete (ReportFixture *self,
                              const char *written_by,
                              const char *sources,
                              const char *unsupported);
void report_fixture_done (ReportFixture *self, const char *outcome);

/* Until the frame after everything that was to be done in a frame has been done. */
void report_fixture_settle (ReportFixture *self);
/* Until `func` is true; fails after some seconds. */
typedef gboolean (*ReportFixtureFunc) (gpointer user_data);
void report_fixture_wait (ReportFixtureFunc func, gpointer user_data);

/* (transfer full): what the view shows */
char *report_fixture_dup_text (ReportFixture *self);
/* (transfer full): what a text becomes when it is shown at once */
char *report_fixture_expect (const char *text, gsize length);
/* (nullable): the first widget below of that type, visible or not */
GtkWidget *report_fixture_find (GtkWidget *below, GType type);
/* … the one of that ID in its template */
GtkWidget *report_fixture_find_id (GtkWidget *below, const char *id);
void report_fixture_activate (ReportFixture *self, const char *action);
/* A picture of the window, where SORTIE_TEST_PICTURES names a folder. */
void report_fixture_picture (ReportFixture *self, const char *name);

char *report_fixture_read_data (const char *name, gsize *length);
