/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-json.h"

#include "sortie-error.h"

#include <math.h>
#include <string.h>

/* One pass that checks and, where a tree is asked for, builds it out of json-glib's nodes. json-glib's
 * own parser is not used at all: even on valid input it wraps large integers and cuts long numbers. */

const SortieJsonLimits sortie_json_default_limits = {
  .max_bytes = SORTIE_JSON_MAX_BYTES,
  .max_depth = SORTIE_JSON_MAX_DEPTH,
  .max_values = SORTIE_JSON_MAX_VALUES,
};

typedef struct
{
  const char *start;
  const char *at;
  const char *end;
  guint max_depth;
  guint max_values;
  guint depth;
  guint values;
  GString *text; /* the string read last, unescaped */
  GError **error;
} Reader;

static gboolean read_value (Reader *self, JsonNode **node);

static gboolean
fail (Reader *self, const char *what)
{
  g_set_error (self->error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "Not valid JSON at byte %zu: %s",
               (gsize) (self->at - self->start), what);
  return FALSE;
}

static gboolean
fail_large (Reader *self, const char *what, guint limit)
{
  g_set_error (self->error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
               "JSON too large at byte %zu: more than %u %s", (gsize) (self->at - self->start),
               limit, what);
  return FALSE;
}

static void
skip_space (Reader *self)
{
  while (self->at < self->end &&
         (*self->at == ' ' || *self->at == '\t' || *self->at == '\n' || *self->at == '\r'))
    self->at++;
}

static gboolean
next_is (Reader *self, char c)
{
  return self->at < self->end && *self->at == c;
}

static gboolean
count_value (Reader *self)
{
  if (self->values >= self->max_values)
    return fail_large (self, "values", self->max_values);
  self->values++;
  return TRUE;
}

static gboolean
read_hex4 (Reader *self, gunichar *unit)
{
  gunichar value = 0;

  if (self->end - self->at < 4)
    return fail (self, "\\u needs four hexadecimal digits");
  for (int i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (self->at[i]);

      if (digit < 0)
        return fail (self, "\\u needs four hexadecimal digits");
      value = value * 16 + (gunichar) digit;
    }
  self->at += 4;
  *unit = value;
  return TRUE;
}

/* After `\u`. */
static gboolean
read_unicode_escape (Reader *self)
{
  gunichar c, low;

  if (!read_hex4 (self, &c))
    return FALSE;
  if (c == 0)
    return fail (self, "the character U+0000 is not allowed");
  if (c >= 0xDC00 && c <= 0xDFFF)
    return fail (self, "a low surrogate without the high one before it");
  if (c >= 0xD800 && c <= 0xDBFF)
    {
      if (self->end - self->at < 2 || self->at[0] != '\\' || self->at[1] != 'u')
        return fail (self, "a high surrogate without the low one after it");
      self->at += 2;
      if (!read_hex4 (self, &low))
        return FALSE;
      if (low < 0xDC00 || low > 0xDFFF)
        return fail (self, "a high surrogate without the low one after it");
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
  g_string_append_unichar (self->text, c);
  return TRUE;
}

/* After the backslash. */
static gboolean
read_escape (Reader *self)
{
  static const char names[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  const char *found;

  if (self->at == self->end)
    return fail (self, "the text ends inside a string");
  if (*self->at == 'u')
    {
      self->at++;
      return read_unicode_escape (self);
    }
  found = memchr (names, *self->at, sizeof names - 1);
  if (found == NULL)
    return fail (self, "no such escape");
  g_string_append_c (self->text, meanings[found - names]);
  self->at++;
  return TRUE;
}

/* From the opening quote to behind the closing one; leaves the contents in self->text. */
static gboolean
read_string (Reader *self)
{
  g_string_truncate (self->text, 0);
  self->at++;
  for (;;)
    {
      const char *run = self->at;

      while (self->at < self->end && *self->at != '"' && *self->at != '\\' &&
             (guchar) *self->at >= 0x20)
        self->at++;
      g_string_append_len (self->text, run, self->at - run);
      if (self->at == self->end)
        return fail (self, "the text ends inside a string");
      if ((guchar) *self->at < 0x20)
        return fail (self, "a control character inside a string");
      if (*self->at++ == '"')
        return TRUE;
      if (!read_escape (self))
        return FALSE;
    }
}

static gboolean
skip_digits (Reader *self)
{
  if (self->at == self->end || !g_ascii_isdigit (*self->at))
    return fail (self, "a number needs a digit here");
  while (self->at < self->end && g_ascii_isdigit (*self->at))
    self->at++;
  return TRUE;
}

/* The number's grammar; what its value is comes after. */
static gboolean
scan_number (Reader *self, gboolean *integer)
{
  *integer = TRUE;
  if (next_is (self, '-'))
    self->at++;
  if (next_is (self, '0'))
    {
      self->at++;
      if (self->at < self->end && g_ascii_isdigit (*self->at))
        return fail (self, "a number with a leading zero");
    }
  else if (!skip_digits (self))
    return FALSE;
  if (next_is (self, '.'))
    {
      *integer = FALSE;
      self->at++;
      if (!skip_digits (self))
        return FALSE;
    }
  if (next_is (self, 'e') || next_is (self, 'E'))
    {
      *integer = FALSE;
      self->at++;
      if (next_is (self, '+') || next_is (self, '-'))
        self->at++;
      return skip_digits (self);
    }
  return TRUE;
}

static gboolean
read_number (Reader *self, JsonNode **node)
{
  const char *start = self->at;
  char digits[SORTIE_JSON_MAX_NUMBER + 1];
  gboolean integer;
  gint64 whole = 0;
  double value;

  if (!scan_number (self, &integer))
    return FALSE;
  if (self->at - start > SORTIE_JSON_MAX_NUMBER)
    return fail_large (self, "characters in a number", SORTIE_JSON_MAX_NUMBER);
  memcpy (digits, start, (gsize) (self->at - start));
  digits[self->at - start] = '\0';
  integer = integer && g_ascii_string_to_signed (digits, 10, G_MININT64, G_MAXINT64, &whole, NULL);
  if (integer)
    {
      if (node != NULL)
        *node = json_node_init_int (json_node_alloc (), whole);
      return TRUE;
    }
  value = g_ascii_strtod (digits, NULL);
  if (!isfinite (value))
    return fail (self, "a number out of range");
  if (node != NULL)
    *node = json_node_init_double (json_node_alloc (), value);
  return TRUE;
}

static gboolean
read_word (Reader *self, JsonNode **node)
{
  static const char *const words[] = { "true", "false", "null" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize length = strlen (words[i]);

      if ((gsize) (self->end - self->at) < length || memcmp (self->at, words[i], length) != 0)
        continue;
      self->at += length;
      if (node != NULL && i < 2)
        *node = json_node_init_boolean (json_node_alloc (), i == 0);
      else if (node != NULL)
        *node = json_node_init_null (json_node_alloc ());
      return TRUE;
    }
  return fail (self, "a value must stand here");
}

/* Past the opening bracket, and the count of levels. */
static gboolean
enter (Reader *self)
{
  if (self->depth >= self->max_depth)
    return fail_large (self, "levels of nesting", self->max_depth);
  self->depth++;
  self->at++;
  skip_space (self);
  return TRUE;
}

static void
leave (Reader *self)
{
  self->depth--;
  self->at++;
}

static gboolean
read_array (Reader *self, JsonNode **node)
{
  g_autoptr (JsonArray) array = node != NULL ? json_array_new () : NULL;

  if (!enter (self))
    return FALSE;
  while (!next_is (self, ']'))
    {
      JsonNode *element = NULL;

      if (!read_value (self, array != NULL ? &element : NULL))
        return FALSE;
      if (array != NULL)
        json_array_add_element (array, element);
      skip_space (self);
      if (next_is (self, ']'))
        break;
      if (!next_is (self, ','))
        return fail (self, "a comma or ']' must follow the element");
      self->at++;
      skip_space (self);
      if (next_is (self, ']'))
        return fail (self, "a comma after the last element");
    }
  leave (self);
  if (node != NULL)
    *node = json_node_init_array (json_node_alloc (), array);
  return TRUE;
}

/* The name and the colon. The names so far are the object's members where one is built, else those of
 * the table: one table an object is enough. */
static gboolean
read_name (Reader *self, JsonObject *object, GHashTable *names, char **name)
{
  gboolean known;
  guint count;

  if (!next_is (self, '"'))
    return fail (self, "a member name in double quotes must stand here");
  if (!count_value (self) || !read_string (self))
    return FALSE;
  known = object != NULL ? json_object_has_member (object, self->text->str)
                         : g_hash_table_contains (names, self->text->str);
  count = object != NULL ? json_object_get_size (object) : g_hash_table_size (names);
  if (known)
    return fail (self, "a member name for the second time in its object");
  if (count >= SORTIE_JSON_MAX_MEMBERS)
    return fail_large (self, "members in an object", SORTIE_JSON_MAX_MEMBERS);
  *name = g_strndup (self->text->str, self->text->len);
  skip_space (self);
  if (!next_is (self, ':'))
    return fail (self, "a colon must follow the member name");
  self->at++;
  skip_space (self);
  return TRUE;
}

static gboolean
read_object (Reader *self, JsonNode **node)
{
  g_autoptr (JsonObject) object = node != NULL ? json_object_new () : NULL;
  g_autoptr (GHashTable) names =
      node == NULL ? g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) : NULL;

  if (!enter (self))
    return FALSE;
  while (!next_is (self, '}'))
    {
      g_autofree char *name = NULL;
      JsonNode *value = NULL;

      if (!read_name (self, object, names, &name) ||
          !read_value (self, object != NULL ? &value : NULL))
        return FALSE;
      if (object != NULL)
        json_object_set_member (object, name, value);
      else
        g_hash_table_add (names, g_steal_pointer (&name));
      skip_space (self);
      if (next_is (self, '}'))
        break;
      if (!next_is (self, ','))
        return fail (self, "a comma or '}' must follow the member");
      self->at++;
      skip_space (self);
      if (next_is (self, '}'))
        return fail (self, "a comma after the last member");
    }
  leave (self);
  if (node != NULL)
    *node = json_node_init_object (json_node_alloc (), object);
  return TRUE;
}

/* One value; the caller has skipped the space before it. */
static gboolean
read_value (Reader *self, JsonNode **node)
{
  if (self->at == self->end)
    return fail (self, "the text ends where a value must stand");
  if (!count_value (self))
    return FALSE;
  switch (*self->at)
    {
    case '{':
      return read_object (self, node);
    case '[':
      return read_array (self, node);
    case '"':
      if (!read_string (self))
        return FALSE;
      if (node != NULL)
        *node = json_node_init_string (json_node_alloc (), self->text->str);
      return TRUE;
    case '-':
    case '0' ... '9':
      return read_number (self, node);
    default:
      return read_word (self, node);
    }
}

static gboolean
check_encoding (Reader *self)
{
  if (self->end - self->start >= 3 && memcmp (self->start, "\xEF\xBB\xBF", 3) == 0)
    return fail (self, "a byte order mark");
  if (g_utf8_validate_len (self->start, (gsize) (self->end - self->start), &self->at))
    {
      self->at = self->start;
      return TRUE;
    }
  return fail (self, *self->at == '\0' ? "a NUL byte" : "not UTF-8");
}

static gboolean
read_text (const char *bytes,
           gsize length,
           const SortieJsonLimits *limits,
           JsonNode **node,
           GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (JsonNode) root = NULL;
  Reader self = { bytes, bytes, bytes + length, .text = text, .error = error };

  if (limits == NULL)
    limits = &sortie_json_default_limits;
  self.max_depth = MIN (limits->max_depth, SORTIE_JSON_HARD_MAX_DEPTH);
  self.max_values = limits->max_values;
  if (length > limits->max_bytes)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
                   "JSON too large: %zu bytes, the limit is %zu", length, limits->max_bytes);
      return FALSE;
    }
  if (!check_encoding (&self))
    return FALSE;
  skip_space (&self);
  if (!read_value (&self, node != NULL ? &root : NULL))
    return FALSE;
  skip_space (&self);
  if (self.at != self.end)
    return fail (&self, "something follows the value");
  if (node != NULL)
    *node = g_steal_pointer (&root);
  return TRUE;
}

gboolean
sortie_json_validate (const char *bytes,
                      gsize length,
                      const SortieJsonLimits *limits,
                      GError **error)
{
  return read_text (bytes, length, limits, NULL, error);
}

JsonNode *
sortie_json_parse (const char *bytes, gsize length, const SortieJsonLimits *limits, GError **error)
{
  JsonNode *node = NULL;

  return read_text (bytes, length, limits, &node, error) ? node : NULL;
}
