/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-findings-private.h"

#include <string.h>

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
  sortie_findings_append_optional (json, "path", self->path);
  if (self->page > 0)
    sortie_json_append_member_int (json, "page", self->page);
  sortie_findings_append_optional (json, "heading", self->heading);
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
  sortie_findings_append_words (json, "terms", answer->terms);
  sortie_findings_append_words (json, "absent", answer->absent);
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

  sortie_findings_append_collections (json, self->collections);
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
      sortie_findings_append_optional (json, "aspect", row->aspect);
      append_refs (json, "cells", row->cells);
      g_string_append_c (json, '}');
    }
  g_string_append_c (json, ']');
  sortie_findings_append_insights (json, self->insights);
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

static gboolean
read_source (JsonObject *object, GPtrArray *sources, GError **error)
{
  SortiePlace place = { 0 };
  SortieSource *source;

  if (!sortie_findings_read_place (object, "quote", &place, error))
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
    return sortie_findings_invalid (error, "'lead_start' and 'lead_end' do not fit the quote");
  return TRUE;
}

static gboolean
read_finding (JsonObject *object, GPtrArray *findings, GError **error)
{
  JsonArray *array;
  double score = 0.0;
  SortieFinding *finding;

  if (!sortie_findings_read_score (object, &score, error) ||
      !sortie_findings_get_array (object, "sources", SORTIE_FINDING_MAX_SOURCES, &array, error))
    return FALSE;
  if (json_array_get_length (array) == 0)
    return sortie_findings_invalid (error, "A finding must have sources");
  finding = sortie_finding_new (NULL, score);
  g_ptr_array_add (findings, finding);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = sortie_findings_get_object_at (array, i, "sources", error);

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
      !sortie_findings_get_array (object, "findings", SORTIE_ANALYSIS_MAX_FINDINGS, &array, error))
    return FALSE;
  answer = sortie_answer_new ((int) step, question, searched);
  g_ptr_array_add (answers, answer);
  if (!sortie_findings_read_words (object, "terms", answer->terms, error) ||
      !sortie_findings_read_words (object, "absent", answer->absent, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = sortie_findings_get_object_at (array, i, "findings", error);

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

  if (!sortie_findings_get_array (object, member, SORTIE_ANALYSIS_MAX_FINDINGS, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonArray *pair = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
      SortieFindingRef ref;

      if (pair == NULL || json_array_get_length (pair) != 2 ||
          !read_integer_at (pair, 0, &ref.answer) || !read_integer_at (pair, 1, &ref.finding))
        return sortie_findings_invalid (error, "A reference must be a pair of integers");
      if (sortie_analysis_get_finding (self, ref) == NULL && !(holes && ref.finding == -1))
        return sortie_findings_invalid (error, "A reference points at no finding");
      g_array_append_val (refs, ref);
    }
  return TRUE;
}

static gboolean
read_comparison (SortieAnalysis *self, JsonObject *object, GError **error)
{
  JsonArray *columns;
  JsonArray *rows;

  if (!sortie_findings_get_array (object, "columns", SORTIE_ANALYSIS_MAX_ANSWERS, &columns,
                                  error) ||
      !sortie_findings_get_array (object, "rows", SORTIE_ANALYSIS_MAX_FINDINGS, &rows, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (columns); i++)
    {
      int column = -1;

      if (!read_integer_at (columns, i, &column) || column < 0 ||
          column >= (int) self->answers->len)
        return sortie_findings_invalid (error, "'columns' points at no answer");
      g_array_append_val (self->columns, column);
    }
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *one = sortie_findings_get_object_at (rows, i, "rows", error);
      const char *aspect = NULL;
      SortieComparisonRow *row;

      if (one == NULL || !sortie_json_get_string (one, "aspect", FALSE, &aspect, error))
        return FALSE;
      row = sortie_comparison_row_new (aspect);
      g_ptr_array_add (self->rows, row);
      if (!read_refs (self, one, "cells", TRUE, row->cells, error))
        return FALSE;
      if (row->cells->len != self->columns->len)
        return sortie_findings_invalid (error, "A row must have one cell a column");
    }
  return TRUE;
}

static gboolean
analysis_read (SortieAnalysis *self, JsonObject *object, GError **error)
{
  JsonArray *array;
  gint64 passages = 0;

  if (!sortie_findings_read_collections (object, self->collections, error) ||
      !sortie_json_get_integer (object, "passages", TRUE, 0, G_MAXINT32, &passages, error) ||
      !sortie_findings_get_array (object, "answers", SORTIE_ANALYSIS_MAX_ANSWERS, &array, error))
    return FALSE;
  self->n_passages = (int) passages;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = sortie_findings_get_object_at (array, i, "answers", error);

      if (one == NULL || !read_answer (one, self->answers, error))
        return FALSE;
    }
  if (!read_refs (self, object, "summary", FALSE, self->summary, error) ||
      !read_refs (self, object, "differences", FALSE, self->differences, error))
    return FALSE;
  if (self->differences->len % 2 != 0)
    return sortie_findings_invalid (error, "'differences' must hold pairs");
  return read_comparison (self, object, error) &&
         sortie_findings_read_insights (object, self->insights, error);
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
  g_autoptr (JsonNode) root = sortie_findings_parse_object (bytes, length, error);
  g_autoptr (SortieAnalysis) self = NULL;

  if (root == NULL)
    return NULL;
  self = sortie_analysis_new ();
  if (!analysis_read (self, json_node_get_object (root), error))
    return NULL;
  return g_steal_pointer (&self);
}
