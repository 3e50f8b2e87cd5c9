/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-report-private.h"

#include "sortie-phrases.h"

static guint
count_cited_passages (GPtrArray *sources)
{
  guint n = 0;

  for (guint i = 0; i < sources->len; i++)
    {
      const SortieSource *source = g_ptr_array_index (sources, i);
      gboolean known = FALSE;

      for (guint j = 0; j < i && !known; j++)
        {
          const SortieSource *other = g_ptr_array_index (sources, j);

          known =
              other->passage == source->passage && g_str_equal (other->document, source->document);
        }
      n += !known;
    }
  return n;
}

static char *
collection_names (const SortiePhrases *phrases, GPtrArray *collections)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < collections->len; i++)
    {
      const SortieSearched *searched = g_ptr_array_index (collections, i);
      g_autofree char *escaped = sortie_report_escape (searched->name);

      if (i > 0 && i + 1 == collections->len)
        g_string_append (names, phrases->and_join);
      else if (i > 0)
        g_string_append (names, phrases->list_comma);
      g_string_append_printf (names, "*%s*", escaped);
    }
  return g_string_free (names, FALSE);
}

char *
sortie_report_dup_title (const char *title)
{
  g_autofree char *escaped = sortie_report_escape (title);

  return g_strdup_printf ("# %s\n\n", escaped);
}

char *
sortie_report_dup_heading (const char *heading)
{
  g_autofree char *escaped = sortie_report_escape (heading);

  return g_strdup_printf ("## %s\n", escaped);
}

char *
sortie_report_dup_source_list (GPtrArray *sources, const char *language)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < sources->len; i++)
    {
      g_autofree char *line =
          sortie_report_dup_source_line (g_ptr_array_index (sources, i), (int) i + 1, language);

      g_string_append_printf (list, "%s%s\n", line, i + 1 < sources->len ? "\\" : "");
    }
  g_string_append_c (list, '\n');
  return g_string_free (list, FALSE);
}

char *
sortie_report_dup_closing_line (const SortieAnalysis *analysis,
                                GPtrArray *sources,
                                const char *language)
{
  const SortiePhrases *phrases = sortie_phrases_get (language);
  GPtrArray *collections = analysis->collections;
  gint64 n_documents = 0;
  gint64 n_skipped = 0;
  g_autofree char *names = collection_names (phrases, collections);
  g_autofree char *documents = NULL;
  g_autofree char *skipped = NULL;
  g_autofree char *passages = g_strdup_printf ("%d", analysis->n_passages);
  g_autofree char *cited = g_strdup_printf ("%u", count_cited_passages (sources));

  if (collections->len == 0)
    return g_strdup (phrases->closing_without_documents);
  for (guint i = 0; i < collections->len; i++)
    {
      const SortieSearched *searched = g_ptr_array_index (collections, i);

      n_documents += searched->n_documents;
      n_skipped += searched->n_skipped;
    }
  documents = g_strdup_printf ("%" G_GINT64_FORMAT, n_documents);
  skipped = g_strdup_printf ("%" G_GINT64_FORMAT, n_skipped);
  return sortie_phrases_format (
      phrases->closing_format, "n", documents, "documents",
      sortie_phrases_is_one (phrases, n_documents) ? phrases->document_one : phrases->document_many,
      "indexed", documents, "skipped", skipped, "collections", names, "read", passages, "passages",
      sortie_phrases_is_one (phrases, analysis->n_passages) ? phrases->passage_one
                                                            : phrases->passage_many,
      "cited", cited, NULL);
}
