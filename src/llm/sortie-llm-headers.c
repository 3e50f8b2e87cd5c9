/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-llm"

#include "sortie-llm-client.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The longest time that a header can tell: the window of the longest limit that anybody has. */
#define MAX_TOLD_MS (24 * 60 * 60 * 1000.0)

/* A decimal number without sign and exponent: all that such headers hold. NULL where none stands
 * there, else what follows it. */
static const char *
read_number (const char *at, double *number)
{
  char *end;

  if (!g_ascii_isdigit (*at) || strspn (at, "0123456789.") != strcspn (at, "hmsnuµ \t,;") ||
      (at[0] == '0' && (at[1] == 'x' || at[1] == 'X')))
    return NULL;
  *number = g_ascii_strtod (at, &end);
  return isfinite (*number) ? end : NULL;
}

/* Rather a moment later than asked for. */
static gint64
to_ms (double ms)
{
  gint64 whole = (gint64) MIN (ms, MAX_TOLD_MS);

  return (double) whole < MIN (ms, MAX_TOLD_MS) ? whole + 1 : whole;
}

/* The whole value is a number, which is `unit_ms` milliseconds. -1 where it is none. */
static gint64
read_plain (const char *value, double unit_ms)
{
  double number;
  const char *end = read_number (value, &number);

  return end != NULL && *end == '\0' ? to_ms (number * unit_ms) : -1;
}

static double
read_unit (const char **at)
{
  static const struct
  {
    const char *name;
    double ms;
  } units[] = {
    { "ms", 1 },        { "us", 0.001 }, { "µs", 0.001 }, { "ns", 0.000001 },
    { "h", 3600000.0 }, { "m", 60000 },  { "s", 1000 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_str_has_prefix (*at, units[i].name))
      {
        *at += strlen (units[i].name);
        return units[i].ms;
      }
  return 0;
}

/* `2m59.56s`, `120ms`, `1h0m0s`: the way Go writes a time; a bare number is seconds. */
static gint64
read_duration (const char *value)
{
  double sum = 0;
  const char *at = value;

  if (read_plain (value, 1000) >= 0)
    return read_plain (value, 1000);
  if (*at == '\0')
    return -1;
  while (*at != '\0')
    {
      double number, unit;

      at = read_number (at, &number);
      unit = at != NULL ? read_unit (&at) : 0;
      if (unit <= 0)
        return -1;
      sum += number * unit;
    }
  return to_ms (sum);
}

static GDateTime *
read_date (const char *value)
{
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  char month[4];
  int day, year, hour, minute, second, end = 0;

  /* IMF-fixdate (RFC 9110, section 5.6.7); nobody sends the two older forms. */
  if (sscanf (value, "%*3[A-Za-z], %2d %3s %4d %2d:%2d:%2d GMT%n", &day, month, &year, &hour,
              &minute, &second, &end) != 6 ||
      end == 0 || value[end] != '\0')
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (months); i++)
    if (strcmp (month, months[i]) == 0)
      return g_date_time_new_utc (year, (int) i + 1, day, hour, minute, second);
  return NULL;
}

/* A date, against the provider's own clock where it tells it: ours may be wrong. */
static gint64
read_until (const char *value, const char *date)
{
  g_autoptr (GDateTime) until = read_date (value);
  g_autoptr (GDateTime) now = date != NULL ? read_date (date) : NULL;

  if (until == NULL)
    return -1;
  if (now == NULL)
    now = g_date_time_new_now_utc ();
  return to_ms (MAX (0.0, (double) g_date_time_difference (until, now) / 1000));
}

static gint64
read_count (const char *value)
{
  guint64 count;

  return g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT64, &count, NULL) ? (gint64) count : -1;
}

static char *
dup_header (SortieLlmHeaderFunc get, const char *name, gpointer user_data)
{
  const char *value = get (name, user_data);

  return value != NULL ? g_strstrip (g_strndup (value, 128)) : NULL;
}

static void
read_retry_after (SortieLlmHeaders *self, SortieLlmHeaderFunc get, gpointer user_data)
{
  g_autofree char *exact = dup_header (get, "retry-after-ms", user_data);
  g_autofree char *value = dup_header (get, "retry-after", user_data);
  g_autofree char *date = dup_header (get, "date", user_data);

  if (exact != NULL)
    self->retry_after_ms = read_plain (exact, 1);
  if (self->retry_after_ms < 0 && value != NULL)
    self->retry_after_ms = read_plain (value, 1000);
  if (self->retry_after_ms < 0 && value != NULL)
    self->retry_after_ms = read_until (value, date);
}

static void
read_limits (SortieLlmHeaders *self, SortieLlmHeaderFunc get, gpointer user_data)
{
  const struct
  {
    const char *name;
    gint64 (*read) (const char *value);
    gint64 *place;
  } limits[] = {
    { "x-ratelimit-remaining-requests", read_count, &self->remaining_requests },
    { "x-ratelimit-remaining-tokens", read_count, &self->remaining_tokens },
    { "x-ratelimit-limit-requests", read_count, &self->limit_requests },
    { "x-ratelimit-limit-tokens", read_count, &self->limit_tokens },
    { "x-ratelimit-reset-requests", read_duration, &self->reset_requests_ms },
    { "x-ratelimit-reset-tokens", read_duration, &self->reset_tokens_ms },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autofree char *value = dup_header (get, limits[i].name, user_data);

      if (value != NULL)
        *limits[i].place = limits[i].read (value);
    }
}

void
sortie_llm_headers_init (SortieLlmHeaders *self)
{
  *self = (SortieLlmHeaders){
    .retry_after_ms = -1,
    .remaining_requests = -1,
    .remaining_tokens = -1,
    .reset_requests_ms = -1,
    .reset_tokens_ms = -1,
    .limit_requests = -1,
    .limit_tokens = -1,
  };
}

/**
 * sortie_llm_headers_read:
 * @self: initialised
 * @status: the response's
 * @get: looks a header up by its name in lower case
 *
 * What can't be read counts as not told; no time is longer than a day.
 */
void
sortie_llm_headers_read (SortieLlmHeaders *self,
                         guint status,
                         SortieLlmHeaderFunc get,
                         gpointer user_data)
{
  g_autofree char *should_retry = dup_header (get, "x-should-retry", user_data);

  self->status = status;
  self->retryable = status == 408 || status == 409 || status == 429 || status >= 500;
  if (g_strcmp0 (should_retry, "true") == 0)
    self->retryable = TRUE;
  else if (g_strcmp0 (should_retry, "false") == 0)
    self->retryable = FALSE;
  read_retry_after (self, get, user_data);
  read_limits (self, get, user_data);
}
