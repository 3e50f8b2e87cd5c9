/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-error.h"
#include "sortie-event.h"
#include "sortie-json.h"

#include <string.h>

#define HEAD                                                                                       \
  "{\"type\":\"status\",\"source\":\"writer\",\"message\":\"m\",\"code\":\"step.progress\""

static SortieEvent *
read_event (const char *json, GError **error)
{
  g_autofree char *exact = g_memdup2 (json, strlen (json)); /* without a NUL behind it */

  return sortie_event_from_wire (exact, strlen (json), error);
}

static void
test_all_members (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SortieEvent) event = read_event (
      "{ \"timestamp\" : \"2024-05-01T10:00:00.123Z\", \"offset\":7.0, \"draft\":2,\"attempt\":3,"
      "\"step\":4,\"unknown\":[{\"type\":\"x\"},null],\"to\":\"writer\",\"mission_id\":\"id\","
      "\"data\":{ \"a\" : [1, true] },\"code\":\"draft.chunk\",\"message\":\"\\u00e9\\n\\ud83d\\ude00\","
      "\"source\":\"writer\",\"type\":\"partial_output\"}\n",
      &error);

  g_assert_no_error (error);
  g_assert_cmpint (event->type, ==, SORTIE_EVENT_PARTIAL_OUTPUT);
  g_assert_cmpstr (event->source, ==, "writer");
  g_assert_cmpstr (event->message, ==, "é\n😀");
  g_assert_cmpstr (event->code, ==, "draft.chunk");
  g_assert_cmpstr (event->to, ==, "writer");
  g_assert_cmpstr (event->mission_id, ==, "id");
  g_assert_cmpstr (event->data, ==, "{\"a\":[1,true]}");
  g_assert_cmpint (event->step, ==, 4);
  g_assert_cmpint (event->attempt, ==, 3);
  g_assert_cmpint (event->draft, ==, 2);
  g_assert_cmpint (event->offset, ==, 7);
  g_assert_cmpint (event->timestamp, ==, G_GINT64_CONSTANT (1714557600123));
  g_assert_null (event->id);
}

/* null counts as absent, and so does a text of another type where none is needed. */
static void
test_absent (void)
{
  g_autoptr (SortieEvent) event =
      read_event (HEAD ",\"to\":null,\"data\":null,\"step\":null,\"attempt\":null,\"draft\":null,"
                       "\"offset\":null,\"mission_id\":5,\"timestamp\":1714557600123}",
                  NULL);

  g_assert_nonnull (event);
  g_assert_null (event->to);
  g_assert_null (event->data);
  g_assert_null (event->mission_id);
  g_assert_cmpint (event->step + event->attempt + event->draft, ==, 0);
  g_assert_cmpint (event->offset, ==, 0);
  g_assert_cmpint (event->timestamp, ==, 0);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *json;
    const char *error; /* a part of it */
  } cases[] = {
    { "", "byte 0" },
    { "[]", "object" },
    { "\"text\"", "object" },
    { "[", "byte 1" },
    { "{}", "'type' is missing" },
    { "{\"type\":null}", "'type' is missing" },
    { "{\"type\":5}", "'type' must be a string" },
    { "{\"type\":\"other\"}", "“other”" },
    { "{\"type\":\"status\"}", "needs" },
    { "{\"type\":\"status\",\"source\":\"s\",\"message\":5,\"code\":\"c\"}", "needs" },
    { "{\"type\":\"status\",\"source\":\"s\",\"message\":\"m\"}", "needs" },
    { HEAD ",\"type\":\"status\"}", "second time" },
    { HEAD ",\"x\":1,\"x\":1}", "second time" },
    { HEAD ",\"data\":[]}", "'data' must be an object" },
    { HEAD ",\"data\":\"{}\"}", "'data' must be an object" },
    { HEAD ",\"step\":0}", "'step' must be an integer" },
    { HEAD ",\"step\":1.5}", "'step' must be an integer" },
    { HEAD ",\"step\":2147483648}", "'step' must be an integer" },
    { HEAD ",\"attempt\":\"1\"}", "'attempt' must be an integer" },
    { HEAD ",\"draft\":true}", "'draft' must be an integer" },
    { HEAD ",\"offset\":-1}", "'offset' must be an integer" },
    { HEAD ",\"offset\":9223372036854775808}", "'offset' must be an integer" },
    { HEAD ",}", "comma" },
    { HEAD, "comma" },
    { HEAD "}}", "follows" },
    { HEAD ",\"step\":0}x", "follows" }, /* the text first, then what it says */
    { HEAD ",\"data\":{\"a\":1,\"a\":2}}", "second time" },
    { HEAD ",\"to\":\"\\u0000\"}", "U+0000" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SortieEvent) event = read_event (cases[i].json, &error);

      g_test_message ("%s", cases[i].json);
      g_assert_null (event);
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, cases[i].error));
      g_assert_null (read_event (cases[i].json, NULL));
    }
}

static void
test_truncated (void)
{
  static const char json[] =
      HEAD ",\"step\":1,\"attempt\":1,\"data\":{\"a\":[1,2,{}]},\"to\":\"\\u00e9\",\"x\":-1.5e3}";

  for (gsize length = 0; length < strlen (json); length++)
    {
      g_autofree char *start = g_strndup (json, length);

      g_assert_null (read_event (start, NULL));
    }
  sortie_event_free (read_event (json, NULL));
}

/* More names than are looked through one by one: a second one is found all the same. */
static void
test_many_members (void)
{
  for (guint n = 0; n < 600; n += n < 40 ? 1 : 97)
    {
      g_autoptr (GString) json = g_string_new (HEAD);
      g_autoptr (GString) twice = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (SortieEvent) event = NULL;

      for (guint i = 0; i < n; i++)
        g_string_append_printf (json, ",\"x%u\":%u", i, i);
      twice = g_string_new (json->str);
      g_string_append_c (json, '}');
      g_string_append_printf (twice, ",\"x%u\":0}", n / 2);
      event = read_event (json->str, &error);
      if (n + 4 > SORTIE_JSON_MAX_MEMBERS)
        {
          g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpstr (event->code, ==, "step.progress");
      if (n > 0)
        g_assert_null (read_event (twice->str, NULL));
    }
}

static void
test_too_large (void)
{
  g_autoptr (GString) json = g_string_new (HEAD ",\"x\":\"");
  g_autoptr (GError) error = NULL;
  gsize rest = SORTIE_EVENT_MAX_BYTES - json->len - 2;
  g_autoptr (SortieEvent) event = NULL;

  for (gsize i = 0; i < rest; i++)
    g_string_append_c (json, 'x');
  g_string_append (json, "\"}");
  event = read_event (json->str, &error);
  g_assert_no_error (error);
  g_string_append_c (json, ' ');
  g_assert_null (read_event (json->str, &error));
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE);
}

static void
test_holders (void)
{
  SortieEvent *event = sortie_event_new (SORTIE_EVENT_STATUS, "system", "code", "message");
  SortieEvent *same = sortie_event_ref (event);
  SortieEvent *copy = sortie_event_copy (event);

  g_assert_true (same == event);
  g_assert_true (copy != event);
  sortie_event_free (event);
  g_assert_cmpstr (same->message, ==, "message");
  sortie_event_free (same);
  g_assert_cmpstr (copy->message, ==, "message");
  sortie_event_free (copy);
  sortie_event_free (NULL);
}

/* ---- Times ---- */

/* GLib's own reading of it; -1 where it is none. */
static gint64
parse_slowly (const char *text)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, utc);

  return time == NULL
             ? -1
             : g_date_time_to_unix (time) * 1000 + g_date_time_get_microsecond (time) / 1000;
}

/* Every day of four centuries, and times that are almost days. */
static void
test_every_day (void)
{
  for (int year = 1800; year < 2210; year++)
    for (int month = 0; month <= 13; month++)
      for (int day = year % 4 == 0 || year % 100 == 1 ? 0 : 27; day <= 32; day++)
        {
          g_autofree char *text =
              g_strdup_printf ("%04d-%02d-%02dT23:59:59.999Z", year, month, day);

          g_assert_cmpint (sortie_timestamp_parse (text), ==, parse_slowly (text));
        }
}

static void
test_odd_times (void)
{
  static const char *const times[] = {
    "",
    "Z",
    "2024-05-01",
    "2024-05-01T10:00:00Z",
    "2024-05-01T10:00:00.1Z",
    "2024-05-01T10:00:00.123456Z",
    "2024-05-01T10:00:00.123+02:00",
    "2024-05-01T10:00:00.123",
    "2024-05-01T10:00:00.123Zx",
    "2024-05-01T10:00:00.123z",
    "2024-05-01 10:00:00.123Z",
    "2024-05-01T24:00:00.000Z",
    "2024-05-01T23:60:00.000Z",
    "2024-05-01T23:59:60.000Z",
    "2024-05-01T23:59:5x.000Z",
    "0000-01-01T00:00:00.000Z",
    "0001-01-01T00:00:00.000Z",
    "9999-12-31T23:59:59.999Z",
    "1969-12-31T23:59:59.001Z",
    "2024-02-30T00:00:00.000Z",
    "2023-02-29T00:00:00.000Z",
    "２024-02-30T00:00:00.000Z",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_test_message ("%s", times[i]);
      g_assert_cmpint (sortie_timestamp_parse (times[i]), ==, parse_slowly (times[i]));
    }
}

static void
test_round_trip (void)
{
  static const gint64 times[] = {
    0, 1, 999, 1000, G_GINT64_CONSTANT (1714557600123), G_GINT64_CONSTANT (253402300799999)
  };

  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autofree char *text = sortie_timestamp_format (times[i]);

      g_assert_cmpint (sortie_timestamp_parse (text), ==, times[i]);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/all-members", test_all_members);
  g_test_add_func ("/event/absent", test_absent);
  g_test_add_func ("/event/refused", test_refused);
  g_test_add_func ("/event/truncated", test_truncated);
  g_test_add_func ("/event/many-members", test_many_members);
  g_test_add_func ("/event/too-large", test_too_large);
  g_test_add_func ("/event/holders", test_holders);
  g_test_add_func ("/event/every-day", test_every_day);
  g_test_add_func ("/event/odd-times", test_odd_times);
  g_test_add_func ("/event/round-trip", test_round_trip);
  return g_test_run ();
}
