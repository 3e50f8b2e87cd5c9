/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-core"

#include "sortie-json.h"

#include "sortie-error.h"
#include "sortie-text.h"

#include <math.h>
#include <string.h>

/* Beyond this a double no longer tells neighbouring integers apart. */
#define EXACT_DOUBLE 9007199254740992.0

/* A name as a peer sent it can be anything and any length; an error shows this much of it. */
#define SHOWN_NAME 80

static gboolean
fail_member (GError **error, const char *member, const char *what)
{
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "'%s' %s", member, what);
  return FALSE;
}

/* The member's node, or NULL where it is absent or null; FALSE where that is an error. */
static gboolean
lookup (JsonObject *object, const char *member, gboolean required, JsonNode **node, GError **error)
{
  JsonNode *found = json_object_get_member (object, member);

  if (found != NULL && JSON_NODE_HOLDS_NULL (found))
    found = NULL;
  if (found == NULL && required)
    return fail_member (error, member, "is missing");
  *node = found;
  return TRUE;
}

static gboolean
holds (JsonNode *node, GType type)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

/* Whether the number is an integer, and which. */
static gboolean
double_to_integer (double number, gint64 *value)
{
  if (fabs (number) > EXACT_DOUBLE || number != floor (number))
    return FALSE;
  *value = (gint64) number;
  return TRUE;
}

static gboolean
node_to_integer (JsonNode *node, gint64 *value)
{
  if (!holds (node, G_TYPE_INT64))
    return holds (node, G_TYPE_DOUBLE) && double_to_integer (json_node_get_double (node), value);
  *value = json_node_get_int (node);
  return TRUE;
}

static gboolean
fail_integer (GError **error, const char *member, gint64 minimum, gint64 maximum)
{
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID,
               "'%s' must be an integer from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, member,
               minimum, maximum);
  return FALSE;
}

gboolean
sortie_json_get_string (
    JsonObject *object, const char *member, gboolean required, const char **value, GError **error)
{
  JsonNode *node;

  if (!lookup (object, member, required, &node, error))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!holds (node, G_TYPE_STRING))
    return fail_member (error, member, "must be a string");
  *value = json_node_get_string (node);
  return TRUE;
}

gboolean
sortie_json_get_integer (JsonObject *object,
                         const char *member,
                         gboolean required,
                         gint64 minimum,
                         gint64 maximum,
                         gint64 *value,
                         GError **error)
{
  JsonNode *node;
  gint64 found;

  if (!lookup (object, member, required, &node, error))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!node_to_integer (node, &found) || found < minimum || found > maximum)
    return fail_integer (error, member, minimum, maximum);
  *value = found;
  return TRUE;
}

gboolean
sortie_json_member_get_integer (const SortieJsonMember *self,
                                const char *name,
                                gint64 minimum,
                                gint64 maximum,
                                gint64 *value,
                                GError **error)
{
  gint64 found = self->integer;

  if (self->kind == SORTIE_JSON_NULL)
    return TRUE;
  if (self->kind != SORTIE_JSON_INTEGER &&
      (self->kind != SORTIE_JSON_DOUBLE || !double_to_integer (self->number, &found)))
    return fail_integer (error, name, minimum, maximum);
  if (found < minimum || found > maximum)
    return fail_integer (error, name, minimum, maximum);
  *value = found;
  return TRUE;
}

gboolean
sortie_json_get_boolean (
    JsonObject *object, const char *member, gboolean required, gboolean *value, GError **error)
{
  JsonNode *node;

  if (!lookup (object, member, required, &node, error))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!holds (node, G_TYPE_BOOLEAN))
    return fail_member (error, member, "must be true or false");
  *value = json_node_get_boolean (node);
  return TRUE;
}

gboolean
sortie_json_get_array (
    JsonObject *object, const char *member, gboolean required, JsonArray **value, GError **error)
{
  JsonNode *node;

  if (!lookup (object, member, required, &node, error))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return fail_member (error, member, "must be an array");
  *value = json_node_get_array (node);
  return TRUE;
}

gboolean
sortie_json_get_object (
    JsonObject *object, const char *member, gboolean required, JsonObject **value, GError **error)
{
  JsonNode *node;

  if (!lookup (object, member, required, &node, error))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail_member (error, member, "must be an object");
  *value = json_node_get_object (node);
  return TRUE;
}

gboolean
sortie_json_check_members (JsonObject *object, const char *const *allowed, GError **error)
{
  JsonObjectIter iter;
  const char *name;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, NULL))
    if (!g_strv_contains (allowed, name))
      {
        g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "'%.*s' is not a known member",
                     (int) sortie_text_whole_characters (name, MIN (strlen (name), SHOWN_NAME)),
                     name);
        return FALSE;
      }
  return TRUE;
}
