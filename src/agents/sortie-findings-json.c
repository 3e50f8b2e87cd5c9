/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-findings.h"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-mission.h"

#include <math.h>
#include <string.h>

#define MAX_TERMS 64
#define MAX_PASSAGE_NUMBER G_MAXINT32

/* -- writing -- */

static void
append_words (GString *json, const char *name, GPtrArray *words)
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
append_collections (GString *json, GPtrArray *collections)
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

static void
append_optional (GString *json, const char *name, const char *text)
{
  if (text != NULL)
    sortie_json_append_member_string (json, name, text);
}

static void
append_passage (GString *json, const SortiePassage *passage)
{
  sortie_json_append_separator (json);
  g_string_append_c (json, '{');
  sortie_json_append_member_string (json, "document", passage->document);
  sortie_json_append_member_string (json, "collection", passage->collection);
  sortie_json_append_member_string (json, "uri", passage->uri);
  append_optional (json, "path", passage->path);
  sortie_json_append_member_string (json, "title", passage->title);
  append_optional (json, "heading", passage->heading);
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
  append_collections (json, self->collections);
  append_words (json, "absent", self->absent);
  append_weights (json, self->weights);
  sortie_json_append_name (json, "passages");
  g_string_append_c (json, '[');
  for (guint i = 0; i < self->passages->len; i++)
    append_passage (json, g_ptr_array_index (self->passages, i));
  g_string_append (json, "]}");
  return g_string_free (json, FALSE);
}

void
sortie_source_append_json (const SortieSource *self, int n, GString *json)
{
  sortie_json_append_separator (json);
  g_string_append_c (json, '{');
  if (n > 0)
    sortie_json_append_member_int (json, "n", n);
  sortie_json_append_member_string (json, "document", self->document);
  sortie_json_append_member_string (json, "title", self->title);
  sortie_json_append_member_string (json, "uri", self->uri);
  append_optional (json, "path", self->path);
  if (self->page > 0)
    sortie_json_append_member_int (json, "page", self->page);
  append_optional (json, "heading", self->heading);
  sortie_json_append_member_int (json, "passage", self->passage);
  sortie_json_append_member_int (json, "start", self->start);
  sortie_json_append_member_int (json, "end", self->end);
  sortie_json_append_member_string (json, "quote", self->quote);
  g_string_append_c (json, '}');
}

static void
append_answer (GString *json, const SortieAnswer *answer)
{
  sortie_json_append_separator (json);
  g_string_append_c (json, '{');
  sortie_json_append_member_int (json, "step", answer->step);
  sortie_json_append_member_string (json, "question", answer->question);
  sortie_json_append_member_bool (json, "searched", answer->searched);
  append_words (json, "terms", answer->terms);
  append_words (json, "absent", answer->absent);
  sortie_json_append_name (json, "findings");
  g_string_append_c (json, '[');
  for (guint i = 0; i < answer->findings->len; i++)
    {
      const SortieFinding *finding = g_ptr_array_index (answer->findings, i);

      sortie_json_append_separator (json);
      g_string_append_c (json, '{');
      sortie_json_append_member_double (json, "score", finding->score);
      sortie_json_append_member_int (json, "lead_start", finding->lead_start);
      sortie_json_append_member_int (json, "lead_end", finding->lead_end);
      sortie_json_append_name (json, "sources");
      g_string_append_c (json, '[');
      for (guint j = 0; j < finding->sources->len; j++)
        sortie_source_append_json (g_ptr_array_index (finding->sources, j), 0, json);
      g_string_append (json, "]}");
    }
  g_string_append (json, "]}");
}

static void
append_refs (GString *json, const char *name, GArray *refs)
{
  sortie_json_append_name (json, name);
  g_string_append_c (json, '[');
  for (guint i = 0; i < refs->len; i++)
    {
      const SortieFindingRef *ref = &g_array_index (refs, SortieFindingRef, i);

      sortie_json_append_separator (json);
      g_string_append_printf (json, "[%d,%d]", ref->answer, ref->finding);
    }
  g_string_append_c (json, ']');
}

char *
sortie_analysis_to_json (const SortieAnalysis *self)
{
  GString *json = g_string_new ("{");

  append_collections (json, self->collections);
  sortie_json_append_member_int (json, "passages", self->n_passages);
  sortie_json_append_name (json, "answers");
  g_string_append_c (json, '[');
  for (guint i = 0; i < self->answers->len; i++)
    append_answer (json, g_ptr_array_index (self->answers, i));
  g_string_append_c (json, ']');
  append_refs (json, "summary", self->summary);
  append_refs (json, "differences", self->differences);
  sortie_json_append_name (json, "columns");
  g_string_append_c (json, '[');
  for (guint i = 0; i < self->columns->len; i++)
    {
      sortie_json_append_separator (json);
      g_string_append_printf (json, "%d", g_array_index (self->columns, int, i));
    }
  g_string_append_c (json, ']');
  sortie_json_append_name (json, "rows");
  g_string_append_c (json, '[');
  for (guint i = 0; i < self->rows->len; i++)
    {
      const SortieComparisonRow *row = g_ptr_array_index (self->rows, i);

      sortie_json_append_separator (json);
      g_string_append_c (json, '{');
      append_optional (json, "aspect", row->aspect);
      append_refs (json, "cells", row->cells);
      g_string_append_c (json, '}');
    }
  g_string_append (json, "]}");
  return g_string_free (json, FALSE);
}

/* -- reading -- */

static gboolean
invalid (GError **error, const char *message)
{
  g_set_error_literal (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, message);
  return FALSE;
}

static gboolean
too_many (GError **error, const char *member, guint limit)
{
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE, "'%s' has more than %u elements",
               member, limit);
  return FALSE;
}

/* The array's elements as objects; @limit of them at most. */
static gboolean
get_array (JsonObject *object, const char *member, guint limit, JsonArray **array, GError **error)
{
  JsonArray *found = NULL;

  if (!sortie_json_get_array (object, member, TRUE, &found, error))
    return FALSE;
  if (json_array_get_length (found) > limit)
    return too_many (error, member, limit);
  *array = found;
  return TRUE;
}

static JsonObject *
get_object_at (JsonArray *array, guint index, const char *member, GError **error)
{
  JsonNode *node = json_array_get_element (array, index);

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "'%s' must hold objects", member);
      return NULL;
    }
  return json_node_get_object (node);
}

static gboolean
read_words (JsonObject *object, const char *member, GPtrArray *words, GError **error)
{
  JsonArray *array;

  if (!get_array (object, member, MAX_TERMS, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
        return invalid (error, "A list of words must hold strings");
      g_ptr_array_add (words, json_node_dup_string (node));
    }
  return TRUE;
}

static gboolean
read_collections (JsonObject *object, GPtrArray *collections, GError **error)
{
  JsonArray *array;

  if (!get_array (object, "collections", SORTIE_MISSION_MAX_COLLECTIONS, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = get_object_at (array, i, "collections", error);
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

static gboolean
read_score (JsonObject *object, double *score, GError **error)
{
  JsonNode *node = json_object_get_member (object, "score");
  GType type = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node)
                                                            : G_TYPE_INVALID;

  if (type != G_TYPE_DOUBLE && type != G_TYPE_INT64)
    return invalid (error, "'score' must be a number");
  *score = type == G_TYPE_DOUBLE ? json_node_get_double (node) : (double) json_node_get_int (node);
  return TRUE;
}

static gboolean
read_weights (JsonObject *object, GPtrArray *weights, GError **error)
{
  JsonArray *array;

  if (!get_array (object, "weights", MAX_TERMS, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = get_object_at (array, i, "weights", error);
      const char *term = NULL;
      double weight = 0.0;

      if (one == NULL || !sortie_json_get_string (one, "term", TRUE, &term, error) ||
          !read_score (one, &weight, error))
        return FALSE;
      g_ptr_array_add (weights, sortie_term_weight_new (term, weight));
    }
  return TRUE;
}

/* What passages and sources have in common, lent from the JSON. */
typedef struct
{
  const char *document;
  const char *uri;
  const char *path;
  const char *title;
  const char *heading;
  const char *text;
  gint64 passage;
  gint64 page;
  gint64 start;
  gint64 end;
} Place;

static gboolean
read_place (JsonObject *object, const char *text_member, Place *place, GError **error)
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
    return invalid (error, "'start' and 'end' do not fit the text");
  return TRUE;
}

static gboolean
read_passage (JsonObject *object, GPtrArray *passages, GError **error)
{
  Place place = { 0 };
  const char *collection = NULL;
  double score = 0.0;
  SortiePassage *passage;

  if (!read_place (object, "text", &place, error) ||
      !sortie_json_get_string (object, "collection", TRUE, &collection, error) ||
      !read_score (object, &score, error))
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

  if (!read_collections (object, self->collections, error) ||
      !read_words (object, "absent", self->absent, error) ||
      !read_weights (object, self->weights, error) ||
      !get_array (object, "passages", SORTIE_RETRIEVAL_MAX_PASSAGES, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = get_object_at (array, i, "passages", error);

      if (one == NULL || !read_passage (one, self->passages, error))
        return FALSE;
    }
  return TRUE;
}

static JsonNode *
parse_object (const char *bytes, gsize length, GError **error)
{
  g_autoptr (JsonNode) root = sortie_json_parse (bytes, length, &sortie_json_default_limits, error);

  if (root != NULL && !JSON_NODE_HOLDS_OBJECT (root))
    {
      invalid (error, "A result must be an object");
      return NULL;
    }
  return g_steal_pointer (&root);
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
  g_autoptr (JsonNode) root = parse_object (bytes, length, error);
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

static gboolean
read_source (JsonObject *object, GPtrArray *sources, GError **error)
{
  Place place = { 0 };
  SortieSource *source;

  if (!read_place (object, "quote", &place, error))
    return FALSE;
  source = g_new0 (SortieSource, 1);
  source->document = g_strdup (place.document);
  source->uri = g_strdup (place.uri);
  source->path = g_strdup (place.path);
  source->title = g_strdup (place.title);
  source->heading = g_strdup (place.heading);
  source->passage = (int) place.passage;
  source->page = (int) place.page;
  source->start = place.start;
  source->end = place.end;
  source->quote = g_strdup (place.text);
  g_ptr_array_add (sources, source);
  return TRUE;
}

/* The lead must be whole characters of the quote. */
static gboolean
read_lead (JsonObject *object, SortieFinding *finding, GError **error)
{
  const SortieSource *source = g_ptr_array_index (finding->sources, 0);
  gint64 length = (gint64) strlen (source->quote);

  finding->lead_end = length;
  if (!sortie_json_get_integer (object, "lead_start", FALSE, 0, length, &finding->lead_start,
                                error) ||
      !sortie_json_get_integer (object, "lead_end", FALSE, 0, length, &finding->lead_end, error))
    return FALSE;
  if (finding->lead_start >= finding->lead_end ||
      !g_utf8_validate (source->quote + finding->lead_start,
                        (gssize) (finding->lead_end - finding->lead_start), NULL))
    return invalid (error, "'lead_start' and 'lead_end' do not fit the quote");
  return TRUE;
}

static gboolean
read_finding (JsonObject *object, GPtrArray *findings, GError **error)
{
  JsonArray *array;
  double score = 0.0;
  SortieFinding *finding;

  if (!read_score (object, &score, error) ||
      !get_array (object, "sources", SORTIE_FINDING_MAX_SOURCES, &array, error))
    return FALSE;
  if (json_array_get_length (array) == 0)
    return invalid (error, "A finding must have sources");
  finding = sortie_finding_new (NULL, score);
  g_ptr_array_add (findings, finding);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = get_object_at (array, i, "sources", error);

      if (one == NULL || !read_source (one, finding->sources, error))
        return FALSE;
    }
  return read_lead (object, finding, error);
}

static gboolean
read_answer (JsonObject *object, GPtrArray *answers, GError **error)
{
  const char *question = NULL;
  gboolean searched = FALSE;
  gint64 step = 0;
  JsonArray *array;
  SortieAnswer *answer;

  if (!sortie_json_get_integer (object, "step", TRUE, 1, G_MAXINT32, &step, error) ||
      !sortie_json_get_string (object, "question", TRUE, &question, error) ||
      !sortie_json_get_boolean (object, "searched", TRUE, &searched, error) ||
      !get_array (object, "findings", SORTIE_ANALYSIS_MAX_FINDINGS, &array, error))
    return FALSE;
  answer = sortie_answer_new ((int) step, question, searched);
  g_ptr_array_add (answers, answer);
  if (!read_words (object, "terms", answer->terms, error) ||
      !read_words (object, "absent", answer->absent, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = get_object_at (array, i, "findings", error);

      if (one == NULL || !read_finding (one, answer->findings, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_integer_at (JsonArray *array, guint index, int *value)
{
  JsonNode *node = json_array_get_element (array, index);

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64 ||
      json_node_get_int (node) < -1 || json_node_get_int (node) > G_MAXINT32)
    return FALSE;
  *value = (int) json_node_get_int (node);
  return TRUE;
}

/* Each must point at a finding; an empty cell is allowed where `holes`. */
static gboolean
read_refs (const SortieAnalysis *self,
           JsonObject *object,
           const char *member,
           gboolean holes,
           GArray *refs,
           GError **error)
{
  JsonArray *array;

  if (!get_array (object, member, SORTIE_ANALYSIS_MAX_FINDINGS, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonArray *pair = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
      SortieFindingRef ref;

      if (pair == NULL || json_array_get_length (pair) != 2 ||
          !read_integer_at (pair, 0, &ref.answer) || !read_integer_at (pair, 1, &ref.finding))
        return invalid (error, "A reference must be a pair of integers");
      if (sortie_analysis_get_finding (self, ref) == NULL && !(holes && ref.finding == -1))
        return invalid (error, "A reference points at no finding");
      g_array_append_val (refs, ref);
    }
  return TRUE;
}

static gboolean
read_comparison (SortieAnalysis *self, JsonObject *object, GError **error)
{
  JsonArray *columns;
  JsonArray *rows;

  if (!get_array (object, "columns", SORTIE_ANALYSIS_MAX_ANSWERS, &columns, error) ||
      !get_array (object, "rows", SORTIE_ANALYSIS_MAX_FINDINGS, &rows, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (columns); i++)
    {
      int column = -1;

      if (!read_integer_at (columns, i, &column) || column < 0 ||
          column >= (int) self->answers->len)
        return invalid (error, "'columns' points at no answer");
      g_array_append_val (self->columns, column);
    }
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *one = get_object_at (rows, i, "rows", error);
      const char *aspect = NULL;
      SortieComparisonRow *row;

      if (one == NULL || !sortie_json_get_string (one, "aspect", FALSE, &aspect, error))
        return FALSE;
      row = sortie_comparison_row_new (aspect);
      g_ptr_array_add (self->rows, row);
      if (!read_refs (self, one, "cells", TRUE, row->cells, error))
        return FALSE;
      if (row->cells->len != self->columns->len)
        return invalid (error, "A row must have one cell a column");
    }
  return TRUE;
}

static gboolean
analysis_read (SortieAnalysis *self, JsonObject *object, GError **error)
{
  JsonArray *array;
  gint64 passages = 0;

  if (!read_collections (object, self->collections, error) ||
      !sortie_json_get_integer (object, "passages", TRUE, 0, G_MAXINT32, &passages, error) ||
      !get_array (object, "answers", SORTIE_ANALYSIS_MAX_ANSWERS, &array, error))
    return FALSE;
  self->n_passages = (int) passages;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = get_object_at (array, i, "answers", error);

      if (one == NULL || !read_answer (one, self->answers, error))
        return FALSE;
    }
  if (!read_refs (self, object, "summary", FALSE, self->summary, error) ||
      !read_refs (self, object, "differences", FALSE, self->differences, error))
    return FALSE;
  if (self->differences->len % 2 != 0)
    return invalid (error, "'differences' must hold pairs");
  return read_comparison (self, object, error);
}

/**
 * sortie_analysis_from_json:
 * @bytes: what sortie_analysis_to_json() wrote, or anything
 * @length: bytes
 *
 * Returns: (transfer full): the analysis; NULL with SORTIE_ERROR_INVALID or SORTIE_ERROR_TOO_LARGE
 */
SortieAnalysis *
sortie_analysis_from_json (const char *bytes, gsize length, GError **error)
{
  g_autoptr (JsonNode) root = parse_object (bytes, length, error);
  g_autoptr (SortieAnalysis) self = NULL;

  if (root == NULL)
    return NULL;
  self = sortie_analysis_new ();
  if (!analysis_read (self, json_node_get_object (root), error))
    return NULL;
  return g_steal_pointer (&self);
}
