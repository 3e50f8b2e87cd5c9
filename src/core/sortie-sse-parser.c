/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-sse-parser.h"

#include "sortie-error.h"
#include "sortie-utf8-private.h"

#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD"
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

struct _SortieSseParser
{
  SortieSseFunc func;
  gpointer user_data;
  gsize max_line;
  gsize max_event;
  GString *line;    /* of a line that is not complete, as it came */
  GString *decoded; /* a line that was not valid UTF-8, repaired */
  GString *type;
  GString *data;
  GString *id_buffer;     /* as of the last `id` field */
  GString *last_event_id; /* as of the last blank line */
  gsize type_length;
  gint64 retry;
  gboolean id_changed; /* saves the copy of a long ID at each of many blank lines */
  gboolean past_first_line;
  gboolean after_cr; /* an LF at the start of the next bytes belongs to a CR before them */
  gboolean failed;
};

/* How many bytes after a lead byte make its character, and the range of the first of them (Unicode,
 * table 3-7), which alone rules out overlong forms, surrogates and what lies beyond U+10FFFF. 0 for
 * a byte that leads nothing. */
static int
get_tail (guchar lead, guchar *low, guchar *high)
{
  *low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  *high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF)
    return 1;
  if (lead >= 0xE0 && lead <= 0xEF)
    return 2;
  return lead >= 0xF0 && lead <= 0xF4 ? 3 : 0;
}

/* One U+FFFD for each maximal part of a character that was cut short, as the WHATWG decoder does
 * (g_utf8_make_valid() gives one for each byte). */
static void
append_repaired (GString *out, const char *bytes, gsize length)
{
  const guchar *at = (const guchar *) bytes;
  const guchar *end = at + length;

  while (at < end)
    {
      const guchar *start = at++;
      guchar low, high;
      int tail = get_tail (*start, &low, &high);

      if (*start < 0x80)
        {
          g_string_append_c (out, (char) *start);
          continue;
        }
      while (tail > 0 && at < end && *at >= low && *at <= high)
        {
          at++;
          tail--;
          low = 0x80;
          high = 0xBF;
        }
      if (tail > 0 || at == start + 1)
        g_string_append (out, REPLACEMENT);
      else
        g_string_append_len (out, (const char *) start, at - start);
    }
}

static gboolean
fail (SortieSseParser *self, const char *what, gsize limit, GError **error)
{
  self->failed = TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
               "The event stream holds %s of more than %zu bytes", what, limit);
  return FALSE;
}

static void
dispatch (SortieSseParser *self)
{
  if (self->id_changed)
    g_string_assign (self->last_event_id, self->id_buffer->str);
  self->id_changed = FALSE;
  if (self->data->len > 0)
    {
      g_string_truncate (self->data, self->data->len - 1);
      if (self->type->len == 0)
        g_string_append (self->type, "message");
      self->type_length = self->type->len;
      self->func (self->type->str, self->data->str, self->data->len, self->last_event_id->str,
                  self->user_data);
    }
  g_string_truncate (self->data, 0);
  g_string_truncate (self->type, 0);
}

static void
set_retry (SortieSseParser *self, const char *value, gsize length)
{
  gint64 retry = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (value[i]))
        return;
      if (retry > (G_MAXINT64 - (value[i] - '0')) / 10)
        retry = G_MAXINT64; /* the number is legal: only its use may floor and cap it */
      else
        retry = retry * 10 + (value[i] - '0');
    }
  if (length > 0)
    self->retry = retry;
}

static gboolean
take_field (SortieSseParser *self,
            const char *name,
            gsize name_length,
            const char *value,
            gsize length,
            GError **error)
{
  if (name_length == 4 && memcmp (name, "data", 4) == 0)
    {
      if (length + 1 > self->max_event - self->data->len)
        return fail (self, "an event", self->max_event, error);
      g_string_append_len (self->data, value, (gssize) length);
      g_string_append_c (self->data, '\n');
    }
  else if (name_length == 5 && memcmp (name, "event", 5) == 0)
    {
      g_string_truncate (self->type, 0);
      g_string_append_len (self->type, value, (gssize) length);
    }
  else if (name_length == 2 && memcmp (name, "id", 2) == 0)
    {
      if (memchr (value, '\0', length) == NULL)
        {
          g_string_truncate (self->id_buffer, 0);
          g_string_append_len (self->id_buffer, value, (gssize) length);
          self->id_changed = TRUE;
        }
    }
  else if (name_length == 5 && memcmp (name, "retry", 5) == 0)
    set_retry (self, value, length);
  return TRUE;
}

/* A whole line without its end. */
static gboolean
take_line (SortieSseParser *self, const char *line, gsize length, GError **error)
{
  const char *colon;
  const char *value;

  if (length > self->max_line)
    return fail (self, "a line", self->max_line, error);
  if (!self->past_first_line && length >= 3 && memcmp (line, BYTE_ORDER_MARK, 3) == 0)
    {
      line += 3;
      length -= 3;
    }
  self->past_first_line = TRUE;
  if (length == 0)
    {
      dispatch (self);
      return TRUE;
    }
  if (*line == ':')
    return TRUE;
  if (!sortie_utf8_validate (line, length, NULL))
    {
      g_string_truncate (self->decoded, 0);
      append_repaired (self->decoded, line, length);
      line = self->decoded->str;
      length = self->decoded->len;
    }
  colon = memchr (line, ':', length);
  if (colon == NULL)
    return take_field (self, line, length, "", 0, error);
  value = colon + 1;
  if (value < line + length && *value == ' ')
    value++;
  return take_field (self, line, (gsize) (colon - line), value, (gsize) (line + length - value),
                     error);
}

SortieSseParser *
sortie_sse_parser_new (SortieSseFunc func, gpointer user_data)
{
  SortieSseParser *self = g_new0 (SortieSseParser, 1);

  self->func = func;
  self->user_data = user_data;
  self->max_line = SORTIE_SSE_MAX_LINE;
  self->max_event = SORTIE_SSE_MAX_EVENT;
  self->line = g_string_new (NULL);
  self->decoded = g_string_new (NULL);
  self->type = g_string_new (NULL);
  self->data = g_string_new (NULL);
  self->id_buffer = g_string_new (NULL);
  self->last_event_id = g_string_new (NULL);
  self->retry = -1;
  return self;
}

void
sortie_sse_parser_free (SortieSseParser *self)
{
  if (self == NULL)
    return;
  g_string_free (self->line, TRUE);
  g_string_free (self->decoded, TRUE);
  g_string_free (self->type, TRUE);
  g_string_free (self->data, TRUE);
  g_string_free (self->id_buffer, TRUE);
  g_string_free (self->last_event_id, TRUE);
  g_free (self);
}

void
sortie_sse_parser_set_limits (SortieSseParser *self, gsize max_line, gsize max_event)
{
  self->max_line = max_line;
  self->max_event = MAX (max_event, self->data->len);
}

gboolean
sortie_sse_parser_feed (SortieSseParser *self, const char *bytes, gsize length, GError **error)
{
  const char *at = bytes;
  const char *end = bytes + length;

  if (self->failed)
    return fail (self, "a line or an event", MIN (self->max_line, self->max_event), error);
  while (at < end)
    {
      const char *start = at;
      gboolean taken;

      if (self->after_cr)
        {
          self->after_cr = FALSE;
          if (*at == '\n')
            {
              at++;
              continue;
            }
        }
      while (at < end && *at != '\n' && *at != '\r')
        at++;
      if (at == end || self->line->len > 0)
        g_string_append_len (self->line, start, at - start);
      if (self->line->len > self->max_line)
        return fail (self, "a line", self->max_line, error);
      if (at == end)
        return TRUE;
      self->after_cr = *at == '\r';
      if (self->line->len > 0)
        taken = take_line (self, self->line->str, self->line->len, error);
      else
        taken = take_line (self, start, (gsize) (at - start), error);
      g_string_truncate (self->line, 0);
      at++;
      if (!taken)
        return FALSE;
    }
  return TRUE;
}

const char *
sortie_sse_parser_get_last_event_id (SortieSseParser *self)
{
  return self->last_event_id->str;
}

gsize
sortie_sse_parser_get_type_length (SortieSseParser *self)
{
  return self->type_length;
}

gint64
sortie_sse_parser_get_retry (SortieSseParser *self)
{
  return self->retry;
}
