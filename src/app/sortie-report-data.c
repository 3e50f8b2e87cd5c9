/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-report-data.h"

#include "sortie-json.h"
#include "sortie-shown-text.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_TITLE 200
#define MAX_HEADING 200

SortieReportSource *
sortie_report_source_copy (const SortieReportSource *self)
{
  SortieReportSource *copy = g_memdup2 (self, sizeof *self);

  copy->document = g_strdup (self->document);
  copy->title = g_strdup (self->title);
  copy->uri = g_strdup (self->uri);
  copy->heading = g_strdup (self->heading);
  copy->quote = g_strdup (self->quote);
  return copy;
}

void
sortie_report_source_free (SortieReportSource *self)
{
  if (self == NULL)
    return;
  g_free (self->document);
  g_free (self->title);
  g_free (self->uri);
  g_free (self->heading);
  g_free (self->quote);
  g_free (self);
}

static char *
dup_string (JsonObject *object, const char *member)
{
  const char *text = NULL;

  sortie_json_get_string (object, member, FALSE, &text, NULL);
  return g_strdup (text);
}

static gint64
get_integer (JsonObject *object, const char *member, gint64 maximum)
{
  gint64 value = 0;

  sortie_json_get_integer (object, member, FALSE, 0, maximum, &value, NULL);
  return value;
}

/* (nullable) */
static JsonObject *
get_object (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static SortieReportSource *
read_source (JsonObject *object)
{
  g_autoptr (SortieReportSource) source = NULL;

  if (object == NULL)
    return NULL;
  source = g_new0 (SortieReportSource, 1);
  source->n = (guint) get_integer (object, "n", SORTIE_MARKDOWN_MAX_CITATION);
  source->document = dup_string (object, "document");
  source->title = dup_string (object, "title");
  source->uri = dup_string (object, "uri");
  source->page = (guint) get_integer (object, "page", G_MAXINT);
  source->heading = dup_string (object, "heading");
  source->passage = (guint) get_integer (object, "passage", G_MAXINT);
  source->start = get_integer (object, "start", G_MAXINT64);
  source->end = get_integer (object, "end", G_MAXINT64);
  source->quote = dup_string (object, "quote");
  return source->n > 0 ? g_steal_pointer (&source) : NULL;
}

static int
compare_sources_cb (gconstpointer a, gconstpointer b)
{
  const SortieReportSource *first = *(SortieReportSource *const *) a;
  const SortieReportSource *second = *(SortieReportSource *const *) b;

  return (first->n > second->n) - (first->n < second->n);
}

static void
read_sources (SortieReportData *self, JsonObject *data)
{
  JsonArray *array = NULL;

  if (!sortie_json_get_array (data, "sources", FALSE, &array, NULL) || array == NULL)
    return;
  for (guint i = 0; i < MIN (json_array_get_length (array), SORTIE_REPORT_MAX_SOURCES); i++)
    {
      SortieReportSource *source = read_source (get_object (array, i));

      if (source != NULL)
        g_ptr_array_add (self->sources, source);
    }
  g_ptr_array_sort (self->sources, compare_sources_cb);
}

static int
compare_ranges_cb (gconstpointer a, gconstpointer b)
{
  const SortieReportRange *first = a;
  const SortieReportRange *second = b;

  return (first->start > second->start) - (first->start < second->start);
}

static gboolean
read_range (JsonObject *object, SortieReportRange *range)
{
  if (object == NULL)
    return FALSE;
  range->start = (gsize) get_integer (object, "start", G_MAXINT64);
  range->end = (gsize) get_integer (object, "end", G_MAXINT64);
  return range->start < range->end;
}

static void
read_unsupported (SortieReportData *self, JsonObject *data, gsize length)
{
  JsonArray *array = NULL;
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (SortieReportRange));
  gsize end = 0;

  if (!sortie_json_get_array (data, "unsupported", FALSE, &array, NULL) || array == NULL)
    return;
  for (guint i = 0; i < MIN (json_array_get_length (array), SORTIE_REPORT_MAX_UNSUPPORTED); i++)
    {
      SortieReportRange range = { 0 };

      if (read_range (get_object (array, i), &range) && range.end <= length)
        g_array_append_val (found, range);
    }
  g_array_sort (found, compare_ranges_cb);
  for (guint i = 0; i < found->len; i++)
    {
      SortieReportRange range = g_array_index (found, SortieReportRange, i);

      if (range.start < end)
        continue;
      end = range.end;
      g_array_append_val (self->unsupported, range);
    }
}

SortieReportData *
sortie_report_data_new (const char *json, gsize report_length)
{
  SortieReportData *self = g_new0 (SortieReportData, 1);
  g_autoptr (JsonNode) node = NULL;

  self->sources = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_report_source_free);
  self->unsupported = g_array_new (FALSE, FALSE, sizeof (SortieReportRange));
  if (json != NULL)
    node = sortie_json_parse (json, strlen (json), NULL, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return self;
  read_sources (self, json_node_get_object (node));
  read_unsupported (self, json_node_get_object (node), report_length);
  return self;
}

void
sortie_report_data_free (SortieReportData *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->sources);
  g_array_unref (self->unsupported);
  g_free (self);
}

const SortieReportSource *
sortie_report_data_find (const SortieReportData *self, guint n)
{
  guint low = 0;
  guint high = self->sources->len;
  const SortieReportSource *source;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      source = g_ptr_array_index (self->sources, middle);
      if (source->n < n)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == self->sources->len)
    return NULL;
  source = g_ptr_array_index (self->sources, low);
  return source->n == n ? source : NULL;
}

char *
sortie_report_source_dup_title (const SortieReportSource *self)
{
  const char *slash = self->uri != NULL ? strrchr (self->uri, '/') : NULL;
  g_autofree char *name = slash != NULL ? g_uri_unescape_string (slash + 1, NULL) : NULL;

  if (self->title != NULL && *self->title != '\0')
    return sortie_shown_line (self->title, MAX_TITLE);
  if (name != NULL && *name != '\0')
    return sortie_shown_line (name, MAX_TITLE);
  return g_strdup (_ ("Untitled document"));
}

char *
sortie_report_source_dup_place (const SortieReportSource *self)
{
  g_autofree char *page =
      self->page > 0 ? g_strdup_printf (_ ("Page %u"), self->page) : g_strdup ("");
  g_autofree char *heading = self->heading != NULL && *self->heading != '\0'
                                 ? sortie_shown_line (self->heading, MAX_HEADING)
                                 : g_strdup ("");

  return g_strconcat (page, *page != '\0' && *heading != '\0' ? " \302\267 " : "", heading, NULL);
}

char *
sortie_report_data_dup_tip (const SortieReportData *self, guint n)
{
  const SortieReportSource *source = sortie_report_data_find (self, n);
  g_autofree char *title = NULL;
  g_autofree char *place = NULL;

  if (source == NULL)
    return NULL;
  title = sortie_report_source_dup_title (source);
  place = sortie_report_source_dup_place (source);
  return *place != '\0' ? g_strdup_printf ("%s, %s", title, place) : g_steal_pointer (&title);
}
