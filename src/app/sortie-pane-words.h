/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sortie-event-row.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Words and numbers that the panes share, in the user's language. All results are (transfer full)
 * and plain text, fit to be shown. */

/* "Retriever"; a name that is not known is shown as it is, shortened. */
char *sortie_pane_dup_source (const char *source);
/* A CSS class for it: `source-retriever`, or `source-other`. */
const char *sortie_pane_get_source_class (const char *source);

/* Local time of day with milliseconds: "10:58:03.214". @milliseconds: since 1970 UTC */
char *sortie_pane_dup_clock (gint64 milliseconds);
/* Date and time of day, in the locale's form; "" for 0. */
char *sortie_pane_dup_moment (gint64 milliseconds);
/* The RFC 3339 member of that name, milliseconds since 1970 UTC; 0 where there is none. */
gint64 sortie_pane_get_time (JsonObject *object, const char *member);
/* "340 ms", "1.2 s", "2 min 5 s", "1 h 4 min" */
char *sortie_pane_dup_duration (gint64 milliseconds);
/* A count as ngettext() and %u take it; translators can be given no wider type. */
guint sortie_pane_count (gint64 n);
/* "2.1 KiB" */
char *sortie_pane_dup_size (guint64 bytes);

/* JSON with line breaks and indentation, at most @limit bytes; as it is where it is no JSON. */
char *sortie_pane_dup_json (const char *json, gsize limit);

/* How grave an event is. */
typedef enum
{
  SORTIE_EVENT_LEVEL_NORMAL,
  SORTIE_EVENT_LEVEL_WARNING,
  SORTIE_EVENT_LEVEL_ERROR,
} SortieEventLevel;
SortieEventLevel sortie_event_get_level (const SortieEvent *event);
/* The same of a row; that an event was not applied is a warning at least. */
SortieEventLevel sortie_event_row_get_level (SortieEventRow *row);

/* A failure in the user's words: what was tried, and why it did not work. @what: a sentence without
 * its full stop: "Could not read the collections" */
char *sortie_pane_dup_failure (const char *what, const GError *error);

G_END_DECLS
