/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-json.h"

#include <math.h>
#include <string.h>

/* How many bytes at `at` form a character that must be escaped, 0 where none does. Beyond what JSON
 * asks for these are DEL, the C1 controls and the two line separators, at which some readers of SSE
 * and JavaScript break lines. */
static gsize
must_escape (const char *at, gsize left, gunichar *character)
{
  const guchar *c = (const guchar *) at;

  if (c[0] < 0x20 || c[0] == 0x7F || c[0] == '"' || c[0] == '\\')
    {
      *character = c[0];
      return 1;
    }
  if (c[0] == 0xC2 && left >= 2 && c[1] >= 0x80 && c[1] <= 0x9F)
    {
      *character = c[1];
      return 2;
    }
  if (c[0] == 0xE2 && left >= 3 && c[1] == 0x80 && (c[2] == 0xA8 || c[2] == 0xA9))
    {
      *character = 0x2028 + (c[2] - 0xA8u);
      return 3;
    }
  return 0;
}

static void
append_escape (GString *out, gunichar c)
{
  switch (c)
    {
    case '"':
      g_string_append (out, "\\\"");
      break;
    case '\\':
      g_string_append (out, "\\\\");
      break;
    case '\n':
      g_string_append (out, "\\n");
      break;
    case '\r':
      g_string_append (out, "\\r");
      break;
    case '\t':
      g_string_append (out, "\\t");
      break;
    default:
      g_string_append_printf (out, "\\u%04x", c);
    }
}

/* The shortest of three precisions that reads back as the same double. */
static void
append_double (GString *out, double value)
{
  static const char *const formats[] = { "%.15g", "%.16g", "%.17g" };
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value))
    {
      g_string_append (out, "null");
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_ascii_formatd (text, sizeof text, formats[i], value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }
  g_string_append (out, text);
}

static void
append_scalar (GString *out, JsonNode *node)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (type == G_TYPE_STRING)
    sortie_json_append_string (out, json_node_get_string (node));
  else if (type == G_TYPE_BOOLEAN)
    g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
  else if (type == G_TYPE_DOUBLE)
    append_double (out, json_node_get_double (node));
  else if (type == G_TYPE_INT64)
    g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
  else
    g_string_append (out, "null");
}

static void
append_node (GString *out, JsonNode *node)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      g_string_append_c (out, '{');
      json_object_iter_init_ordered (&iter, json_node_get_object (node));
      while (json_object_iter_next_ordered (&iter, &name, &value))
        {
          sortie_json_append_name (out, name);
          append_node (out, value);
        }
      g_string_append_c (out, '}');
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      g_string_append_c (out, '[');
      for (guint i = 0; i < json_array_get_length (array); i++)
        {
          sortie_json_append_separator (out);
          append_node (out, json_array_get_element (array, i));
        }
      g_string_append_c (out, ']');
    }
  else
    append_scalar (out, node);
}

void
sortie_json_append_string (GString *out, const char *text)
{
  sortie_json_append_string_len (out, text, strlen (text));
}

void
sortie_json_append_string_len (GString *out, const char *text, gsize length)
{
  gsize run = 0;

  g_string_append_c (out, '"');
  for (gsize i = 0; i < length;)
    {
      gunichar c;
      gsize bytes = must_escape (text + i, length - i, &c);

      if (bytes == 0)
        {
          i++;
          continue;
        }
      g_string_append_len (out, text + run, (gssize) (i - run));
      append_escape (out, c);
      i += bytes;
      run = i;
    }
  g_string_append_len (out, text + run, (gssize) (length - run));
  g_string_append_c (out, '"');
}

void
sortie_json_append_separator (GString *out)
{
  /* No complete value ends in one of these, so the last byte tells. */
  if (out->len > 0 && strchr ("{[,:", out->str[out->len - 1]) == NULL)
    g_string_append_c (out, ',');
}

void
sortie_json_append_name (GString *out, const char *name)
{
  sortie_json_append_separator (out);
  sortie_json_append_string (out, name);
  g_string_append_c (out, ':');
}

void
sortie_json_append_member_string (GString *out, const char *name, const char *text)
{
  sortie_json_append_name (out, name);
  if (text != NULL)
    sortie_json_append_string (out, text);
  else
    g_string_append (out, "null");
}

void
sortie_json_append_member_int (GString *out, const char *name, gint64 value)
{
  sortie_json_append_name (out, name);
  g_string_append_printf (out, "%" G_GINT64_FORMAT, value);
}

void
sortie_json_append_member_double (GString *out, const char *name, double value)
{
  sortie_json_append_name (out, name);
  append_double (out, value);
}

void
sortie_json_append_member_bool (GString *out, const char *name, gboolean value)
{
  sortie_json_append_name (out, name);
  g_string_append (out, value ? "true" : "false");
}

void
sortie_json_append_member_raw (GString *out, const char *name, const char *json)
{
  sortie_json_append_name (out, name);
  g_string_append (out, json);
}

char *
sortie_json_node_to_string (JsonNode *node)
{
  g_autoptr (GString) out = g_string_new (NULL);

  append_node (out, node);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
