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
  SortieEvent *self = g_new0 (SortieEvent, 1);

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

void
sortie_event_free (SortieEvent *self)
{
  if (self == NULL)
    return;
  g_free (self->source);
  g_free (self->message);
  g_free (self->code);
  g_free (self->to);
  g_free (self->data);
  g_free (self->mission_id);
  g_free (self->id);
  g_free (self);
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

static char *
dup_member (JsonObject *object, const char *name)
{
  const char *text = NULL;

  if (!sortie_json_get_string (object, name, FALSE, &text, NULL))
    return NULL;
  return g_strdup (text);
}

static gboolean
read_numbers (SortieEvent *self, JsonObject *object, GError **error)
{
  gint64 step = 0, attempt = 0, draft = 0;

  if (!sortie_json_get_integer (object, "step", FALSE, 1, G_MAXINT, &step, error) ||
      !sortie_json_get_integer (object, "attempt", FALSE, 1, G_MAXINT, &attempt, error) ||
      !sortie_json_get_integer (object, "draft", FALSE, 1, G_MAXINT, &draft, error) ||
      !sortie_json_get_integer (object, "offset", FALSE, 0, G_MAXINT64, &self->offset, error))
    return FALSE;
  self->step = (int) step;
  self->attempt = (int) attempt;
  self->draft = (int) draft;
  return TRUE;
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
  g_autoptr (JsonNode) node = sortie_json_parse (json, length, &limits, error);
  g_autoptr (SortieEvent) self = g_new0 (SortieEvent, 1);
  const char *type = NULL;
  JsonObject *object;
  JsonObject *data = NULL;

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "An event must be a JSON object");
      return NULL;
    }
  object = json_node_get_object (node);
  if (!sortie_json_get_string (object, "type", TRUE, &type, error) ||
      !sortie_json_get_object (object, "data", FALSE, &data, error) ||
      !read_numbers (self, object, error))
    return NULL;
  if (!sortie_event_type_from_string (type, &self->type))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "Unknown event type “%s”", type);
      return NULL;
    }

  self->source = dup_member (object, "source");
  self->message = dup_member (object, "message");
  self->code = dup_member (object, "code");
  self->to = dup_member (object, "to");
  self->mission_id = dup_member (object, "mission_id");
  if (self->source == NULL || self->message == NULL || self->code == NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
                   "An event needs “source”, “message” and “code”, all strings");
      return NULL;
    }
  if (data != NULL)
    self->data = sortie_json_node_to_string (json_object_get_member (object, "data"));
  if (json_object_has_member (object, "timestamp"))
    {
      g_autofree char *time = dup_member (object, "timestamp");
      self->timestamp = time != NULL ? MAX (sortie_timestamp_parse (time), 0) : 0;
    }
  return g_steal_pointer (&self);
}

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

/**
 * sortie_timestamp_parse:
 * @text: an RFC 3339 time
 *
 * Returns: milliseconds since 1970 UTC, or -1
 */
gint64
sortie_timestamp_parse (const char *text)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, utc);

  if (time == NULL)
    return -1;
  return g_date_time_to_unix (time) * 1000 + g_date_time_get_microsecond (time) / 1000;
}
