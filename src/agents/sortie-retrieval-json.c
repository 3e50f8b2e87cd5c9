/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-findings-private.h"

#include <string.h>

static void
append_weights (GString *json, GPtrArray *weights)
{
  sortie_json_append_name (json, "weights");
  g_string_append_c (json, '[');
  for (guint i = 0; i < weights->len; i++)
    {
      const SortieTermWeight *weight = g_ptr_array_index (weights, i);

      sortie_json_append_separator (json);
      g_string_append_c (json, '{');
      sortie_json_append_member_string (json, "term", weight->term);
      sortie_json_append_member_double (json, "score", weight->weight);
      g_string_append_c (json, '}');
    }
  g_string_append_c (json, ']');
}

static void
append_passage (GString *json, const SortiePassage *passage)
{
  sortie_json_append_separator (json);
  g_string_append_c (json, '{');
  sortie_json_append_member_string (json, "document", passage->document);
  sortie_json_append_member_string (json, "collection", passage->collection);
  sortie_json_append_member_string (json, "uri", passage->uri);
  sortie_findings_append_optional (json, "path", passage->path);
  sortie_json_append_member_string (json, "title", passage->title);
  sortie_findings_append_optional (json, "heading", passage->heading);
  sortie_json_append_member_int (json, "passage", passage->number);
  if (passage->page > 0)
    sortie_json_append_member_int (json, "page", passage->page);
  sortie_json_append_member_int (json, "start", passage->start);
  sortie_json_append_member_int (json, "end", passage->end);
  sortie_json_append_member_double (json, "score", passage->score);
  sortie_json_append_member_string (json, "text", passage->text);
  g_string_append_c (json, '}');
}

char *
sortie_retrieval_to_json (const SortieRetrieval *self)
{
  GString *json = g_string_new ("{");

  sortie_json_append_member_string (json, "question", self->question);
  sortie_json_append_member_string (json, "query", self->query);
  sortie_findings_append_collections (json, self->collections);
  sortie_findings_append_words (json, "absent", self->absent);
  append_weights (json, self->weights);
  sortie_json_append_name (json, "passages");
  g_string_append_c (json, '[');
  for (guint i = 0; i < self->passages->len; i++)
    append_passage (json, g_ptr_array_index (self->passages, i));
  g_string_append (json, "]}");
  return g_string_free (json, FALSE);
}

static gboolean
read_weights (JsonObject *object, GPtrArray *weights, GError **error)
{
  JsonArray *array;

  if (!sortie_findings_get_array (object, "weights", SORTIE_FINDINGS_MAX_TERMS, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = sortie_findings_get_object_at (array, i, "weights", error);
      const char *term = NULL;
      double weight = 0.0;

      if (one == NULL || !sortie_json_get_string (one, "term", TRUE, &term, error) ||
          !sortie_findings_read_score (one, &weight, error))
        return FALSE;
      g_ptr_array_add (weights, sortie_term_weight_new (term, weight));
    }
  return TRUE;
}

static gboolean
read_passage (JsonObject *object, GPtrArray *passages, GError **error)
{
  SortiePlace place = { 0 };
  const char *collection = NULL;
  double score = 0.0;
  SortiePassage *passage;

  if (!sortie_findings_read_place (object, "text", &place, error) ||
      !sortie_json_get_string (object, "collection", TRUE, &collection, error) ||
      !sortie_findings_read_score (object, &score, error))
    return FALSE;
  passage = g_new0 (SortiePassage, 1);
  passage->document = g_strdup (place.document);
  passage->collection = g_strdup (collection);
  passage->uri = g_strdup (place.uri);
  passage->path = g_strdup (place.path);
  passage->title = g_strdup (place.title);
  passage->heading = g_strdup (place.heading);
  passage->number = (int) place.passage;
  passage->page = (int) place.page;
  passage->start = place.start;
  passage->end = place.end;
  passage->score = score;
  passage->text = g_strdup (place.text);
  g_ptr_array_add (passages, passage);
  return TRUE;
}

static gboolean
retrieval_read (SortieRetrieval *self, JsonObject *object, GError **error)
{
  JsonArray *array;

  if (!sortie_findings_read_collections (object, self->collections, error) ||
      !sortie_findings_read_words (object, "absent", self->absent, error) ||
      !read_weights (object, self->weights, error) ||
      !sortie_findings_get_array (object, "passages", SORTIE_RETRIEVAL_MAX_PASSAGES, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = sortie_findings_get_object_at (array, i, "passages", error);

      if (one == NULL || !read_passage (one, self->passages, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * sortie_retrieval_from_json:
 * @bytes: what sortie_retrieval_to_json() wrote, or anything
 * @length: bytes
 *
 * Returns: (transfer full): the retrieval; NULL with SORTIE_ERROR_INVALID or SORTIE_ERROR_TOO_LARGE
 */
SortieRetrieval *
sortie_retrieval_from_json (const char *bytes, gsize length, GError **error)
{
  g_autoptr (JsonNode) root = sortie_findings_parse_object (bytes, length, error);
  g_autoptr (SortieRetrieval) self = NULL;
  const char *question = NULL;
  const char *query = NULL;

  if (root == NULL ||
      !sortie_json_get_string (json_node_get_object (root), "question", TRUE, &question, error) ||
      !sortie_json_get_string (json_node_get_object (root), "query", TRUE, &query, error))
    return NULL;
  self = sortie_retrieval_new (question, query);
  if (!retrieval_read (self, json_node_get_object (root), error))
    return NULL;
  return g_steal_pointer (&self);
}
