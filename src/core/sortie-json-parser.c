/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-error.h"
#include "sortie-json-scanner.h"
#include "sortie-utf8-private.h"

#include <string.h>

/* One pass that checks and, where a tree is asked for, builds it out of json-glib's nodes. json-glib's
 * own parser is not used at all: even on valid input it wraps large integers and cuts long numbers. */

/* Strings of this length are read without making room anew. */
#define TEXT_BYTES 256

const SortieJsonLimits sortie_json_default_limits = {
  .max_bytes = SORTIE_JSON_MAX_BYTES,
  .max_depth = SORTIE_JSON_MAX_DEPTH,
  .max_values = SORTIE_JSON_MAX_VALUES,
};

static gboolean read_value (SortieJsonScanner *self, JsonNode **node);

static gboolean
read_number (SortieJsonScanner *self, JsonNode **node)
{
  gboolean integer;
  gint64 whole = 0;
  double value = 0;

  if (!sortie_json_scan_number (self, &integer, &whole, &value))
    return FALSE;
  if (node != NULL)
    *node = integer ? json_node_init_int (json_node_alloc (), whole)
                    : json_node_init_double (json_node_alloc (), value);
  return TRUE;
}

static gboolean
read_word (SortieJsonScanner *self, JsonNode **node)
{
  SortieJsonWord word;

  if (!sortie_json_scan_word (self, &word))
    return FALSE;
  if (node != NULL && word == SORTIE_JSON_WORD_NULL)
    *node = json_node_init_null (json_node_alloc ());
  else if (node != NULL)
    *node = json_node_init_boolean (json_node_alloc (), word == SORTIE_JSON_WORD_TRUE);
  return TRUE;
}

static gboolean
read_array (SortieJsonScanner *self, JsonNode **node)
{
  g_autoptr (JsonArray) array = node != NULL ? json_array_new () : NULL;

  if (!sortie_json_scanner_enter (self))
    return FALSE;
  while (!sortie_json_scanner_next_is (self, ']'))
    {
      JsonNode *element = NULL;

      if (!read_value (self, array != NULL ? &element : NULL))
        return FALSE;
      if (array != NULL)
        json_array_add_element (array, element);
      sortie_json_scanner_skip_space (self);
      if (sortie_json_scanner_next_is (self, ']'))
        break;
      if (!sortie_json_scanner_next_is (self, ','))
        return sortie_json_scanner_fail (self, "a comma or ']' must follow the element");
      self->at++;
      sortie_json_scanner_skip_space (self);
      if (sortie_json_scanner_next_is (self, ']'))
        return sortie_json_scanner_fail (self, "a comma after the last element");
    }
  sortie_json_scanner_leave (self);
  if (node != NULL)
    *node = json_node_init_array (json_node_alloc (), array);
  return TRUE;
}

/* The name and the colon. The names so far are the object's members where one is built, else those of
 * the table: one table an object is enough. */
static gboolean
read_name (SortieJsonScanner *self, JsonObject *object, GHashTable *names, char **name)
{
  gboolean known;
  guint count;

  if (!sortie_json_scan_name (self))
    return FALSE;
  known = object != NULL ? json_object_has_member (object, self->text->str)
                         : g_hash_table_contains (names, self->text->str);
  count = object != NULL ? json_object_get_size (object) : g_hash_table_size (names);
  if (!sortie_json_scanner_check_name (self, known, count))
    return FALSE;
  *name = g_strndup (self->text->str, self->text->len);
  return sortie_json_scan_colon (self);
}

static gboolean
read_object (SortieJsonScanner *self, JsonNode **node)
{
  g_autoptr (JsonObject) object = node != NULL ? json_object_new () : NULL;
  g_autoptr (GHashTable) names =
      node == NULL ? g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) : NULL;
  gboolean more;

  if (!sortie_json_scanner_enter (self))
    return FALSE;
  more = !sortie_json_scanner_next_is (self, '}');
  while (more)
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
      if (!sortie_json_scan_comma (self, &more))
        return FALSE;
    }
  sortie_json_scanner_leave (self);
  if (node != NULL)
    *node = json_node_init_object (json_node_alloc (), object);
  return TRUE;
}

/* One value; the caller has skipped the space before it. */
static gboolean
read_value (SortieJsonScanner *self, JsonNode **node)
{
  if (self->at == self->end)
    return sortie_json_scanner_fail (self, "the text ends where a value must stand");
  if (!sortie_json_scanner_count (self))
    return FALSE;
  switch (*self->at)
    {
    case '{':
      return read_object (self, node);
    case '[':
      return read_array (self, node);
    case '"':
      if (!sortie_json_scan_string (self))
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

/* ---- The members of one object, without a tree ---- */

/* The names so far: a few are looked through, more go into a table. */
#define FEW_NAMES 24

typedef struct
{
  SortieJsonMemberFunc func;
  gpointer user_data;
  GString *names;          /* one behind the other, each with a NUL */
  guint starts[FEW_NAMES]; /* of each name there */
  guint n_names;
  GHashTable *more; /* all names, from the first beyond FEW_NAMES on */
} Visit;

static gboolean
is_known_name (Visit *visit, const char *name, gsize length)
{
  const char *names = visit->names->str;

  if (visit->more != NULL)
    return g_hash_table_contains (visit->more, name);
  for (guint i = 0; i < visit->n_names; i++)
    {
      gsize end = i + 1 < visit->n_names ? visit->starts[i + 1] : visit->names->len;

      if (end - visit->starts[i] == length + 1 &&
          memcmp (names + visit->starts[i], name, length) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Where the name stands in visit->names. */
static gsize
keep_name (Visit *visit, const char *name, gsize length)
{
  gsize start = visit->names->len;

  if (visit->n_names == FEW_NAMES && visit->more == NULL)
    {
      visit->more = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      for (guint i = 0; i < FEW_NAMES; i++)
        g_hash_table_add (visit->more, g_strdup (visit->names->str + visit->starts[i]));
    }
  if (visit->more != NULL)
    g_hash_table_add (visit->more, g_strdup (name));
  else
    visit->starts[visit->n_names] = (guint) start;
  visit->n_names++;
  g_string_append_len (visit->names, name, (gssize) length + 1);
  return start;
}

static gboolean
visit_value (SortieJsonScanner *self, Visit *visit, gsize name)
{
  SortieJsonMember member = { .kind = SORTIE_JSON_NULL };
  g_autoptr (JsonNode) node = NULL;
  gboolean integer = FALSE;
  SortieJsonWord word = SORTIE_JSON_WORD_NULL;

  if (self->at == self->end)
    return sortie_json_scanner_fail (self, "the text ends where a value must stand");
  switch (*self->at)
    {
    case '{':
    case '[':
      if (!read_value (self, &node))
        return FALSE;
      member.kind = SORTIE_JSON_TREE;
      member.node = node;
      break;
    case '"':
      if (!sortie_json_scanner_count (self) || !sortie_json_scan_string (self))
        return FALSE;
      member.kind = SORTIE_JSON_STRING;
      member.text = self->text->str;
      break;
    case '-':
    case '0' ... '9':
      if (!sortie_json_scanner_count (self) ||
          !sortie_json_scan_number (self, &integer, &member.integer, &member.number))
        return FALSE;
      member.kind = integer ? SORTIE_JSON_INTEGER : SORTIE_JSON_DOUBLE;
      break;
    default:
      if (!sortie_json_scanner_count (self) || !sortie_json_scan_word (self, &word))
        return FALSE;
      member.kind = word == SORTIE_JSON_WORD_NULL ? SORTIE_JSON_NULL : SORTIE_JSON_BOOLEAN;
      member.boolean = word == SORTIE_JSON_WORD_TRUE;
    }
  visit->func (visit->names->str + name, &member, visit->user_data);
  return TRUE;
}

static gboolean
visit_object (SortieJsonScanner *self, Visit *visit)
{
  gboolean more;

  if (!sortie_json_scanner_count (self) || !sortie_json_scanner_enter (self))
    return FALSE;
  more = !sortie_json_scanner_next_is (self, '}');
  while (more)
    {
      gsize name;

      if (!sortie_json_scan_name (self) ||
          !sortie_json_scanner_check_name (self,
                                           is_known_name (visit, self->text->str, self->text->len),
                                           visit->n_names))
        return FALSE;
      name = keep_name (visit, self->text->str, self->text->len);
      if (!sortie_json_scan_colon (self) || !visit_value (self, visit, name) ||
          !sortie_json_scan_comma (self, &more))
        return FALSE;
    }
  sortie_json_scanner_leave (self);
  return TRUE;
}

/* ---- A whole text ---- */

static gboolean
check_encoding (SortieJsonScanner *self)
{
  if (self->end - self->start >= 3 && memcmp (self->start, "\xEF\xBB\xBF", 3) == 0)
    return sortie_json_scanner_fail (self, "a byte order mark");
  if (sortie_utf8_validate (self->start, (gsize) (self->end - self->start), &self->at))
    {
      self->at = self->start;
      return TRUE;
    }
  return sortie_json_scanner_fail (self, *self->at == '\0' ? "a NUL byte" : "not UTF-8");
}

/* `visit` (nullable): for the members of an object; then there is no tree */
static gboolean
read_text (const char *bytes,
           gsize length,
           const SortieJsonLimits *limits,
           JsonNode **node,
           Visit *visit,
           GError **error)
{
  g_autoptr (GString) text = g_string_sized_new (TEXT_BYTES);
  g_autoptr (JsonNode) root = NULL;
  SortieJsonScanner self = { bytes, bytes, bytes + length, .text = text, .error = error };
  gboolean is_object;

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
  sortie_json_scanner_skip_space (&self);
  is_object = sortie_json_scanner_next_is (&self, '{');
  if (visit != NULL && is_object ? !visit_object (&self, visit)
                                 : !read_value (&self, node != NULL ? &root : NULL))
    return FALSE;
  sortie_json_scanner_skip_space (&self);
  if (self.at != self.end)
    return sortie_json_scanner_fail (&self, "something follows the value");
  if (visit != NULL && !is_object)
    {
      g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "It must be a JSON object");
      return FALSE;
    }
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
  return read_text (bytes, length, limits, NULL, NULL, error);
}

JsonNode *
sortie_json_parse (const char *bytes, gsize length, const SortieJsonLimits *limits, GError **error)
{
  JsonNode *node = NULL;

  return read_text (bytes, length, limits, &node, NULL, error) ? node : NULL;
}

gboolean
sortie_json_read_object (const char *bytes,
                         gsize length,
                         const SortieJsonLimits *limits,
                         SortieJsonMemberFunc func,
                         gpointer user_data,
                         GError **error)
{
  g_autoptr (GString) names = g_string_sized_new (TEXT_BYTES);
  Visit visit = { .func = func, .user_data = user_data, .names = names };
  gboolean is_read = read_text (bytes, length, limits, NULL, &visit, error);

  g_clear_pointer (&visit.more, g_hash_table_unref);
  return is_read;
}
