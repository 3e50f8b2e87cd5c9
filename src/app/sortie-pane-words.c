/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-pane-words.h"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-plan.h"
#include "sortie-shown-text.h"
#include "sortie-text.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_NAME 64
#define MAX_REASON 300
#define MAX_JSON_TO_FORMAT (256 * 1024) /* what is longer is shown as it came */

static const struct
{
  const char *name;
  const char *label;
  const char *css_class;
} sources[] = {
  { "system", N_ ("System"), "source-system" },
  { SORTIE_AGENT_PLANNER, N_ ("Planner"), "source-planner" },
  { SORTIE_AGENT_RETRIEVER, N_ ("Retriever"), "source-retriever" },
  { SORTIE_AGENT_ANALYZER, N_ ("Analyzer"), "source-analyzer" },
  { SORTIE_AGENT_WRITER, N_ ("Writer"), "source-writer" },
};

char *
sortie_pane_dup_source (const char *source)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    if (g_strcmp0 (sources[i].name, source) == 0)
      return g_strdup (_ (sources[i].label));
  return sortie_shown_line (source != NULL ? source : "", MAX_NAME);
}

const char *
sortie_pane_get_source_class (const char *source)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    if (g_strcmp0 (sources[i].name, source) == 0)
      return sources[i].css_class;
  return "source-other";
}

char *
sortie_pane_dup_clock (gint64 milliseconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (milliseconds / 1000);

  if (time == NULL || milliseconds < 0)
    return g_strdup ("–");
  return g_strdup_printf ("%02d:%02d:%02d.%03d", g_date_time_get_hour (time),
                          g_date_time_get_minute (time), g_date_time_get_second (time),
                          (int) (milliseconds % 1000));
}

char *
sortie_pane_dup_moment (gint64 milliseconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (milliseconds / 1000);

  if (time == NULL || milliseconds <= 0)
    return g_strdup ("");
  /* Translators: date and time of day in the locale's form; see the manual of strftime. */
  return g_date_time_format (time, _ ("%x, %H:%M"));
}

gint64
sortie_pane_get_time (JsonObject *object, const char *member)
{
  const char *text = NULL;

  if (!sortie_json_get_string (object, member, FALSE, &text, NULL) || text == NULL)
    return 0;
  return MAX (sortie_timestamp_parse (text), 0);
}

char *
sortie_pane_dup_duration (gint64 milliseconds)
{
  gint64 seconds = milliseconds / 1000;

  if (milliseconds < 1000)
    /* Translators: milliseconds */
    return g_strdup_printf (_ ("%d ms"), (int) MAX (milliseconds, 0));
  if (seconds < 60)
    /* Translators: seconds */
    return g_strdup_printf (_ ("%.1f s"), (double) milliseconds / 1000);
  if (seconds < 3600)
    /* Translators: minutes and seconds */
    return g_strdup_printf (_ ("%d min %d s"), (int) (seconds / 60), (int) (seconds % 60));
  /* Translators: hours and minutes */
  return g_strdup_printf (_ ("%d h %d min"), (int) MIN (seconds / 3600, G_MAXINT),
                          (int) (seconds / 60 % 60));
}

guint
sortie_pane_count (gint64 n)
{
  return (guint) CLAMP (n, 0, G_MAXUINT);
}

char *
sortie_pane_dup_size (guint64 bytes)
{
  return g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS);
}

static char *
shorten (const char *text, gsize limit)
{
  g_autofree char *cut = sortie_text_shorten (text, limit);

  return sortie_shown_text (cut, strlen (cut));
}

char *
sortie_pane_dup_json (const char *json, gsize limit)
{
  const SortieJsonLimits limits = { MAX_JSON_TO_FORMAT, SORTIE_JSON_MAX_DEPTH, 100000 };
  g_autoptr (JsonNode) node = sortie_json_parse (json, strlen (json), &limits, NULL);
  g_autoptr (JsonGenerator) generator = NULL;
  g_autofree char *text = NULL;

  if (node == NULL)
    {
      g_autofree char *valid = g_utf8_make_valid (json, -1);

      return shorten (valid, limit);
    }
  generator = json_generator_new ();
  json_generator_set_pretty (generator, TRUE);
  json_generator_set_root (generator, node);
  text = json_generator_to_data (generator, NULL);
  return shorten (text, limit);
}

SortieEventLevel
sortie_event_get_level (const SortieEvent *event)
{
  static const char *const warnings[] = {
    SORTIE_CODE_STEP_RETRYING,     SORTIE_CODE_STEP_RECLAIMED, SORTIE_CODE_LLM_FALLBACK,
    SORTIE_CODE_MISSION_CANCELLED, SORTIE_CODE_STREAM_RESET,   NULL,
  };

  if (g_strv_contains (warnings, event->code))
    return SORTIE_EVENT_LEVEL_WARNING;
  if (event->type == SORTIE_EVENT_ERROR || g_str_equal (event->code, SORTIE_CODE_MISSION_LOST))
    return SORTIE_EVENT_LEVEL_ERROR;
  if (event->type == SORTIE_EVENT_DONE && event->data != NULL &&
      strstr (event->data, "\"outcome\":\"failed\"") != NULL)
    return SORTIE_EVENT_LEVEL_ERROR;
  return SORTIE_EVENT_LEVEL_NORMAL;
}

SortieEventLevel
sortie_event_row_get_level (SortieEventRow *row)
{
  SortieEventLevel level = sortie_event_get_level (sortie_event_row_get_event (row));

  return sortie_event_row_get_refusal (row) != NULL ? MAX (level, SORTIE_EVENT_LEVEL_WARNING)
                                                    : level;
}

char *
sortie_pane_dup_failure (const char *what, const GError *error)
{
  g_autofree char *reason = sortie_shown_line (error->message, MAX_REASON);

  if (g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE))
    /* Translators: %s is a sentence such as "Could not read the collections" */
    return g_strdup_printf (_ ("%s: the backend does not answer"), what);
  if (g_error_matches (error, SORTIE_ERROR, SORTIE_ERROR_DENIED))
    /* Translators: %s is a sentence such as "Could not read the collections" */
    return g_strdup_printf (_ ("%s: the backend does not allow it"), what);
  /* Translators: what was tried, and the reason that it did not work */
  return g_strdup_printf (_ ("%s: %s"), what, reason);
}
