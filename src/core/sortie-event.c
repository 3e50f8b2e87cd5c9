/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-event.h"

#include "sortie-error.h"
#include "sortie-json.h"

#include <string.h>

static const char *const type_names[] = { "status", "partial_output", "error", "done" };

/**
 * sortie_event_type_to_string:
 * @type: an event type
 *
 * Returns: the name on the wire
 */
const char *
sortie_event_type_to_string (SortieEventType type)
{
  return type_names[type];
}

/**
 * sortie_event_type_from_string:
 * @text: a name on the wire
 * @type: (out): set where the name is known
 *
 * Returns: whether it is
 */
gboolean
sortie_event_type_from_string (const char *text, SortieEventType *type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (type_names); i++)
    if (g_str_equal (text, type_names[i]))
      {
        *type = (SortieEventType) i;
        return TRUE;
      }
  return FALSE;
}

/**
 * sortie_event_new:
 * @type: its type
 * @source: who speaks
 * @code: one of SORTIE_CODE_*
 * @message: UTF-8
 *
 * Returns: (transfer full): an event about no step
 */
SortieEvent *
sortie_event_new (SortieEventType type, const char *source, const char *code, const char *message)
{
  SortieEvent *self = g_rc_box_new0 (SortieEvent);

  self->type = type;
  self->source = g_strdup (source);
  self->code = g_strdup (code);
  self->message = g_strdup (message);
  return self;
}

/**
 * sortie_event_copy:
 * @self: an event
 *
 * Returns: (transfer full): a deep copy
 */
SortieEvent *
sortie_event_copy (const SortieEvent *self)
{
  SortieEvent *copy = sortie_event_new (self->type, self->source, self->code, self->message);

  copy->step = self->step;
  copy->attempt = self->attempt;
  copy->draft = self->draft;
  copy->offset = self->offset;
  copy->to = g_strdup (self->to);
  copy->data = g_strdup (self->data);
  copy->mission_id = g_strdup (self->mission_id);
  copy->id = g_strdup (self->id);
  copy->timestamp = self->timestamp;
  return copy;
}

/**
 * sortie_event_ref:
 * @self: an event that nobody changes any more
 *
 * Returns: (transfer full): the same event, for one more holder of the same thread
 */
SortieEvent *
sortie_event_ref (const SortieEvent *self)
{
  return g_rc_box_acquire ((SortieEvent *) self);
}

static void
clear_event (gpointer data)
{
  SortieEvent *self = data;

  g_free (self->source);
  g_free (self->message);
  g_free (self->code);
  g_free (self->to);
  g_free (self->data);
  g_free (self->mission_id);
  g_free (self->id);
}

/**
 * sortie_event_free:
 * @self: (nullable): an event
 *
 * Lets go of it; it is gone with the last of its holders.
 */
void
sortie_event_free (SortieEvent *self)
{
  if (self != NULL)
    g_rc_box_release_full (self, clear_event);
}

/**
 * sortie_event_to_body:
 * @self: an event
 *
 * Returns: (transfer full): the JSON object that the bus stores
 */
char *
sortie_event_to_body (const SortieEvent *self)
{
  GString *out = g_string_sized_new (192 + (self->data != NULL ? strlen (self->data) : 0));

  g_string_append_c (out, '{');
  sortie_json_append_member_string (out, "type", sortie_event_type_to_string (self->type));
  sortie_json_append_member_string (out, "source", self->source);
  if (self->type != SORTIE_EVENT_PARTIAL_OUTPUT)
    sortie_json_append_member_string (out, "message", self->message);
  sortie_json_append_member_string (out, "code", self->code);
  if (self->step > 0)
    {
      sortie_json_append_member_int (out, "step", self->step);
      sortie_json_append_member_int (out, "attempt", self->attempt);
    }
  if (self->type == SORTIE_EVENT_PARTIAL_OUTPUT)
    {
      sortie_json_append_member_int (out, "draft", self->draft);
      sortie_json_append_member_int (out, "offset", self->offset);
    }
  if (self->to != NULL)
    sortie_json_append_member_string (out, "to", self->to);
  if (self->data != NULL)
    sortie_json_append_member_raw (out, "data", self->data);
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

/**
 * sortie_event_body_to_wire:
 * @body: what sortie_event_to_body() gave
 * @body_length: its bytes
 * @text: (nullable): the message of a partial output
 * @text_length: its bytes
 * @mission_id: (nullable): the mission; NULL for events of the whole system
 * @timestamp: milliseconds since 1970 UTC
 *
 * Returns: (transfer full): the event as one line of JSON
 */
char *
sortie_event_body_to_wire (const char *body,
                           gsize body_length,
                           const char *text,
                           gsize text_length,
                           const char *mission_id,
                           gint64 timestamp)
{
  GString *out = g_string_sized_new (body_length + text_length + 128);
  g_autofree char *time = sortie_timestamp_format (timestamp);

  g_string_append_len (out, body, body_length > 0 ? body_length - 1 : 0);
  if (text != NULL)
    {
      sortie_json_append_name (out, "message");
      sortie_json_append_string_len (out, text, text_length);
    }
  if (mission_id != NULL)
    sortie_json_append_member_string (out, "mission_id", mission_id);
  sortie_json_append_member_string (out, "timestamp", time);
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

/* ---- Reading ---- */

typedef struct
{
  SortieEvent *event;
  gboolean has_type;
  GError *error; /* the first that is wrong with a member */
} WireReader;

static void
read_number (WireReader *self, const char *name, const SortieJsonMember *member, int *place)
{
  gint64 number = 0;

  if (sortie_json_member_get_integer (member, name, 1, G_MAXINT, &number, &self->error))
    *place = (int) number;
}

static void
read_type (WireReader *self, const SortieJsonMember *member)
{
  if (member->kind == SORTIE_JSON_NULL)
    return;
  self->has_type = TRUE;
  if (member->kind != SORTIE_JSON_STRING)
    g_set_error_literal (&self->error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                         "'type' must be a string");
  else if (!sortie_event_type_from_string (member->text, &self->event->type))
    g_set_error (&self->error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "Unknown event type “%s”",
                 member->text);
}

static void
read_data (WireReader *self, const SortieJsonMember *member)
{
  if (member->kind == SORTIE_JSON_TREE && JSON_NODE_HOLDS_OBJECT (member->node))
    self->event->data = sortie_json_node_to_string (member->node);
  else if (member->kind != SORTIE_JSON_NULL)
    g_set_error_literal (&self->error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                         "'data' must be an object");
}

static void
read_offset (WireReader *self, const char *name, const SortieJsonMember *member)
{
  sortie_json_member_get_integer (member, name, 0, G_MAXINT64, &self->event->offset, &self->error);
}

/* A text of another type counts as absent. */
static void
read_text (const SortieJsonMember *member, char **place)
{
  if (member->kind == SORTIE_JSON_STRING)
    *place = g_strdup (member->text);
}

/* By the first letter, as there are a dozen names and thousands of events. */
static void
member_cb (const char *name, const SortieJsonMember *member, gpointer user_data)
{
  WireReader *self = user_data;
  SortieEvent *event = self->event;

  if (self->error != NULL)
    return;
  switch (name[0])
    {
    case 'a':
      if (g_str_equal (name, "attempt"))
        read_number (self, name, member, &event->attempt);
      break;
    case 'c':
      if (g_str_equal (name, "code"))
        read_text (member, &event->code);
      break;
    case 'd':
      if (g_str_equal (name, "draft"))
        read_number (self, name, member, &event->draft);
      else if (g_str_equal (name, "data"))
        read_data (self, member);
      break;
    case 'm':
      if (g_str_equal (name, "message"))
        read_text (member, &event->message);
      else if (g_str_equal (name, "mission_id"))
        read_text (member, &event->mission_id);
      break;
    case 'o':
      if (g_str_equal (name, "offset"))
        read_offset (self, name, member);
      break;
    case 's':
      if (g_str_equal (name, "source"))
        read_text (member, &event->source);
      else if (g_str_equal (name, "step"))
        read_number (self, name, member, &event->step);
      break;
    case 't':
      if (g_str_equal (name, "type"))
        read_type (self, member);
      else if (g_str_equal (name, "timestamp") && member->kind == SORTIE_JSON_STRING)
        event->timestamp = MAX (sortie_timestamp_parse (member->text), 0);
      else if (g_str_equal (name, "to"))
        read_text (member, &event->to);
      break;
    default: /* a member of a later version */
      break;
    }
}

/**
 * sortie_event_from_wire:
 * @json: one JSON object, from anywhere
 * @length: its bytes
 * @error: SORTIE_ERROR_INVALID or SORTIE_ERROR_TOO_LARGE
 *
 * Returns: (transfer full): the event
 */
SortieEvent *
sortie_event_from_wire (const char *json, gsize length, GError **error)
{
  const SortieJsonLimits limits = { SORTIE_EVENT_MAX_BYTES, SORTIE_JSON_MAX_DEPTH, 100000 };
  g_autoptr (SortieEvent) self = g_rc_box_new0 (SortieEvent);
  WireReader reader = { .event = self };

  if (!sortie_json_read_object (json, length, &limits, member_cb, &reader, error))
    {
      g_clear_error (&reader.error);
      return NULL;
    }
  if (reader.error == NULL && !reader.has_type)
    g_set_error_literal (&reader.error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "'type' is missing");
  if (reader.error == NULL && (self->source == NULL || self->message == NULL || self->code == NULL))
    g_set_error (&reader.error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                 "An event needs “source”, “message” and “code”, all strings");
  if (reader.error != NULL)
    {
      g_propagate_error (error, reader.error);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/* ---- Times ---- */

/**
 * sortie_timestamp_format:
 * @milliseconds: since 1970 UTC
 *
 * Returns: (transfer full): RFC 3339 in UTC with milliseconds
 */
char *
sortie_timestamp_format (gint64 milliseconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (milliseconds / 1000);

  if (time == NULL)
    return g_strdup ("1970-01-01T00:00:00.000Z");
  return g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", g_date_time_get_year (time),
                          g_date_time_get_month (time), g_date_time_get_day_of_month (time),
                          g_date_time_get_hour (time), g_date_time_get_minute (time),
                          g_date_time_get_second (time), (int) (milliseconds % 1000));
}

/* @text: begins with @n digits */
static int
read_digits (const char *text, int n)
{
  int value = 0;

  for (int i = 0; i < n; i++)
    value = value * 10 + (text[i] - '0');
  return value;
}

/* Days from 1970-01-01 in the Gregorian calendar, whose leap day is the last of a year that begins in
 * March. */
static gint64
count_days (int year, int month, int day)
{
  gint64 y = month > 2 ? year : year - 1;
  int from_march = (month + 9) % 12;

  return 365 * y + y / 4 - y / 100 + y / 400 + (153 * from_march + 2) / 5 + day - 1 - 719468;
}

/* The very form that sortie_timestamp_format() writes. */
static gboolean
parse_own_form (const char *text, gint64 *milliseconds)
{
  static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ";
  int year, month, day, hour, minute, second;

  for (gsize i = 0; i < sizeof form; i++)
    if (form[i] == 'd' ? !g_ascii_isdigit (text[i]) : text[i] != form[i])
      return FALSE;
  year = read_digits (text, 4);
  month = read_digits (text + 5, 2);
  day = read_digits (text + 8, 2);
  hour = read_digits (text + 11, 2);
  minute = read_digits (text + 14, 2);
  second = read_digits (text + 17, 2);
  if (year < 1 || month < 1 || month > 12 || day < 1 ||
      day > g_date_get_days_in_month ((GDateMonth) month, (GDateYear) year) || hour > 23 ||
      minute > 59 || second > 59)
    return FALSE;
  *milliseconds =
      (((count_days (year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000 +
      read_digits (text + 20, 3);
  return TRUE;
}

/**
 * sortie_timestamp_parse:
 * @text: an RFC 3339 time
 *
 * Returns: milliseconds since 1970 UTC, or -1
 */
gint64
sortie_timestamp_parse (const char *text)
{
  g_autoptr (GTimeZone) utc = NULL;
  g_autoptr (GDateTime) time = NULL;
  gint64 milliseconds;

  if (parse_own_form (text, &milliseconds))
    return milliseconds;
  utc = g_time_zone_new_utc ();
  time = g_date_time_new_from_iso8601 (text, utc);
  if (time == NULL)
    return -1;
  return g_date_time_to_unix (time) * 1000 + g_date_time_get_microsecond (time) / 1000;
}
