/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-mission-words.h"

#include <glib/gi18n.h>

const char *
sortie_mission_words_get_state (SortieMissionState state)
{
  switch (state)
    {
    case SORTIE_MISSION_WAITING:
      return _ ("Waiting");
    case SORTIE_MISSION_RUNNING:
      /* Translators: a mission */
      return _ ("Running");
    case SORTIE_MISSION_COMPLETED:
      return _ ("Completed");
    case SORTIE_MISSION_PARTIAL:
      return _ ("Completed with a gap");
    case SORTIE_MISSION_FAILED:
      return _ ("Failed");
    case SORTIE_MISSION_CANCELLED:
      return _ ("Stopped");
    default:
      /* Translators: the state of a mission */
      return _ ("Unknown");
    }
}

const char *
sortie_mission_words_get_icon (SortieMissionState state)
{
  switch (state)
    {
    case SORTIE_MISSION_WAITING:
      return "content-loading-symbolic";
    case SORTIE_MISSION_RUNNING:
      return NULL;
    case SORTIE_MISSION_COMPLETED:
      return "object-select-symbolic";
    case SORTIE_MISSION_PARTIAL:
      return "dialog-warning-symbolic";
    case SORTIE_MISSION_CANCELLED:
      return "media-playback-stop-symbolic";
    case SORTIE_MISSION_FAILED:
    default:
      return "dialog-error-symbolic";
    }
}

const char *
sortie_mission_words_get_class (SortieMissionState state)
{
  switch (state)
    {
    case SORTIE_MISSION_COMPLETED:
      return "success";
    case SORTIE_MISSION_PARTIAL:
      return "warning";
    case SORTIE_MISSION_FAILED:
      return "error";
    case SORTIE_MISSION_WAITING:
    case SORTIE_MISSION_RUNNING:
    case SORTIE_MISSION_CANCELLED:
    default:
      return NULL;
    }
}

static gint64
count_days (GDateTime *time)
{
  int year, month, day;
  GDate date;

  g_date_time_get_ymd (time, &year, &month, &day);
  g_date_set_dmy (&date, (GDateDay) day, (GDateMonth) month, (GDateYear) year);
  return g_date_get_julian (&date);
}

char *
sortie_mission_words_dup_time (gint64 time, gint64 now)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time / 1000);
  g_autoptr (GDateTime) utc_now = g_date_time_new_from_unix_utc (now / 1000);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autoptr (GDateTime) local_now = utc_now != NULL ? g_date_time_to_local (utc_now) : NULL;
  gint64 minutes = (now - time) / 60000;
  gint64 days;

  if (time <= 0 || local == NULL || local_now == NULL)
    return g_strdup ("");
  if (minutes < 1 && minutes > -5) /* a clock may be a little ahead of ours */
    return g_strdup (_ ("Just now"));
  if (minutes >= 1 && minutes < 60)
    return g_strdup_printf (ngettext ("%d minute ago", "%d minutes ago", (unsigned long) minutes),
                            (int) minutes);
  days = count_days (local_now) - count_days (local);
  if (days == 0)
    return g_date_time_format (local, "%H:%M");
  if (days == 1)
    return g_strdup (_ ("Yesterday"));
  if (days > 1 && days < 7)
    return g_date_time_format (local, "%A");
  if (g_date_time_get_year (local) == g_date_time_get_year (local_now))
    /* Translators: a date of this year, as of strftime(3): 3 March */
    return g_date_time_format (local, _ ("%-d %B"));
  /* Translators: a date of another year, as of strftime(3): 3 March 2025 */
  return g_date_time_format (local, _ ("%-d %B %Y"));
}

char *
sortie_mission_words_dup_elapsed (gint64 milliseconds, gboolean is_final)
{
  gint64 seconds = MAX (milliseconds, 0) / 1000;
  int hours = (int) MIN (seconds / 3600, 100000);
  int minutes = (int) (seconds / 60 % 60);

  if (milliseconds >= 0 && milliseconds < 100 && is_final)
    /* Translators: milliseconds */
    return g_strdup_printf (_ ("%d ms"), (int) MAX (milliseconds, 1));
  if (milliseconds >= 0 && milliseconds < 10000 && is_final)
    /* Translators: a duration in seconds */
    return g_strdup_printf (_ ("%.1f s"), (double) milliseconds / 1000);
  if (hours > 0)
    return g_strdup_printf ("%d:%02d:%02d", hours, minutes, (int) (seconds % 60));
  return g_strdup_printf ("%d:%02d", minutes, (int) (seconds % 60));
}
