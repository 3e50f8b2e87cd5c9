/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-findings-private.h"

#include "sortie-error.h"
#include "sortie-mission.h"

#include <string.h>

#define MAX_PASSAGE_NUMBER G_MAXINT32

void
sortie_findings_append_words (GString *json, const char *name, GPtrArray *words)
{
  sortie_json_append_name (json, name);
  g_string_append_c (json, '[');
  for (guint i = 0; i < words->len; i++)
    {
      sortie_json_append_separator (json);
      sortie_json_append_string (json, g_ptr_array_index (words, i));
    }
  g_string_append_c (json, ']');
}

void
sortie_findings_append_collections (GString *json, GPtrArray *collections)
{
  sortie_json_append_name (json, "collections");
  g_string_append_c (json, '[');
  for (guint i = 0; i < collections->len; i++)
    {
      const SortieSearched *searched = g_ptr_array_index (collections, i);

      sortie_json_append_separator (json);
      g_string_append_c (json, '{');
      sortie_json_append_member_string (json, "name", searched->name);
      sortie_json_append_member_int (json, "documents", searched->n_documents);
      sortie_json_append_member_int (json, "skipped", searched->n_skipped);
      g_string_append_c (json, '}');
    }
  g_string_append_c (json, ']');
}

void
sortie_findings_append_optional (GString *json, const char *name, const char *text)
{
  if (text != NULL)
    sortie_json_append_member_string (json, name, text);
}

gboolean
sortie_findings_invalid (GError **error, const char *message)
{
  g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, message);
  return FALSE;
}

static gboolean
sortie_findings_too_many (GError **error, const char *member, guint limit)
{
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE, "'%s' has more than %u elements",
               member, limit);
  return FALSE;
}

/* The array's elements as objects; @limit of them at most. */
gboolean
sortie_findings_get_array (
    JsonObject *object, const char *member, guint limit, JsonArray **array, GError **error)
{
  JsonArray *found = NULL;

  if (!sortie_json_get_array (object, member, TRUE, &found, error))
    return FALSE;
  if (json_array_get_length (found) > limit)
    return sortie_findings_too_many (error, member, limit);
  *array = found;
  return TRUE;
}

JsonObject *
sortie_findings_get_object_at (JsonArray *array, guint index, const char *member, GError **error)
{
  JsonNode *node = json_array_get_element (array, index);

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "'%s' must hold objects", member);
      return NULL;
    }
  return json_node_get_object (node);
}

gboolean
sortie_findings_read_words (JsonObject *object,
                            const char *member,
                            GPtrArray *words,
                            GError **error)
{
  JsonArray *array;

  if (!sortie_findings_get_array (object, member, SORTIE_FINDINGS_MAX_TERMS, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
        return sortie_findings_invalid (error, "A list of words must hold strings");
      g_ptr_array_add (words, json_node_dup_string (node));
    }
  return TRUE;
}

gboolean
sortie_findings_read_collections (JsonObject *object, GPtrArray *collections, GError **error)
{
  JsonArray *array;

  if (!sortie_findings_get_array (object, "collections", SORTIE_MISSION_MAX_COLLECTIONS, &array,
                                  error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = sortie_findings_get_object_at (array, i, "collections", error);
      const char *name = NULL;
      gint64 documents = 0;
      gint64 skipped = 0;

      if (one == NULL || !sortie_json_get_string (one, "name", TRUE, &name, error) ||
          !sortie_json_get_integer (one, "documents", TRUE, 0, G_MAXINT64, &documents, error) ||
          !sortie_json_get_integer (one, "skipped", TRUE, 0, G_MAXINT64, &skipped, error))
        return FALSE;
      g_ptr_array_add (collections, sortie_searched_new (name, documents, skipped));
    }
  return TRUE;
}

gboolean
sortie_findings_read_score (JsonObject *object, double *score, GError **error)
{
  JsonNode *node = json_object_get_member (object, "score");
  GType type = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node)
                                                            : G_TYPE_INVALID;

  if (type != G_TYPE_DOUBLE && type != G_TYPE_INT64)
    return sortie_findings_invalid (error, "'score' must be a number");
  *score = type == G_TYPE_DOUBLE ? json_node_get_double (node) : (double) json_node_get_int (node);
  return TRUE;
}

gboolean
sortie_findings_read_place (JsonObject *object,
                            const char *text_member,
                            SortiePlace *place,
                            GError **error)
{
  if (!sortie_json_get_string (object, "document", TRUE, &place->document, error) ||
      !sortie_json_get_string (object, "uri", TRUE, &place->uri, error) ||
      !sortie_json_get_string (object, "path", FALSE, &place->path, error) ||
      !sortie_json_get_string (object, "title", TRUE, &place->title, error) ||
      !sortie_json_get_string (object, "heading", FALSE, &place->heading, error) ||
      !sortie_json_get_string (object, text_member, TRUE, &place->text, error) ||
      !sortie_json_get_integer (object, "passage", TRUE, 1, MAX_PASSAGE_NUMBER, &place->passage,
                                error) ||
      !sortie_json_get_integer (object, "page", FALSE, 0, G_MAXINT32, &place->page, error) ||
      !sortie_json_get_integer (object, "start", TRUE, 0, G_MAXINT64, &place->start, error) ||
      !sortie_json_get_integer (object, "end", TRUE, 0, G_MAXINT64, &place->end, error))
    return FALSE;
  if (place->end <= place->start || (gsize) (place->end - place->start) != strlen (place->text))
    return sortie_findings_invalid (error, "'start' and 'end' do not fit the text");
  return TRUE;
}

JsonNode *
sortie_findings_parse_object (const char *bytes, gsize length, GError **error)
{
  g_autoptr (JsonNode) root = sortie_json_parse (bytes, length, &sortie_json_default_limits, error);

  if (root != NULL && !JSON_NODE_HOLDS_OBJECT (root))
    {
      sortie_findings_invalid (error, "A result must be an object");
      return NULL;
    }
  return g_steal_pointer (&root);
}
