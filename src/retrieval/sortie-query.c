/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-query.h"

#include <string.h>

#include "sortie-language.h"
#include "sortie-library.h"
#include "sortie-text.h"

static void
add_term (GStrvBuilder *builder, GHashTable *seen, const char *text, gsize length)
{
  g_autofree char *folded = sortie_text_fold (text, length);

  if (g_hash_table_size (seen) < SORTIE_QUERY_MAX_TERMS &&
      g_hash_table_add (seen, sortie_stem ("en", folded)))
    g_strv_builder_add (builder, folded);
}

/* The index holds each character of a text without spaces as a word. Two that stand side by side
 * say more than both apart, and are found as a phrase. */
static void
add_pairs (GStrvBuilder *builder, GHashTable *seen, const char *text, gsize length)
{
  g_autoptr (GArray) terms = sortie_text_list_unspaced_terms (text, length);

  for (guint i = 0; i < terms->len; i++)
    {
      const SortieSpan *term = &g_array_index (terms, SortieSpan, i);
      const char *end = text + term->end;
      const char *first = text + term->start;
      const char *second = g_utf8_next_char (first);

      if (second >= end)
        add_term (builder, seen, first, (gsize) (end - first));
      for (; second < end; first = second, second = g_utf8_next_char (second))
        add_term (builder, seen, first, (gsize) (g_utf8_next_char (second) - first));
    }
}

static void
collect_terms (GStrvBuilder *builder, const char *query, gsize length, const char *language)
{
  g_autoptr (GArray) words = sortie_text_tokenize (query, length);
  g_autoptr (GHashTable) stems = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < words->len && g_hash_table_size (stems) < SORTIE_QUERY_MAX_TERMS; i++)
    {
      const SortieSpan *word = &g_array_index (words, SortieSpan, i);
      gsize run = sortie_text_unspaced_run (query + word->start, length - word->start);
      g_autofree char *folded = sortie_text_fold (query + word->start, word->end - word->start);

      if (language != NULL && run > 0)
        {
          add_pairs (builder, stems, query + word->start, run);
          while (i + 1 < words->len &&
                 g_array_index (words, SortieSpan, i + 1).start < word->start + run)
            i++;
          continue;
        }
      if (language != NULL && sortie_text_is_stop_word (language, folded))
        continue;
      if (g_hash_table_add (stems, sortie_stem ("en", folded)))
        g_strv_builder_add (builder, folded);
    }
}

GStrv
sortie_query_get_terms (const char *query)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *valid = NULL;
  g_auto (GStrv) terms = NULL;
  gsize length = strnlen (query, SORTIE_QUERY_MAX_BYTES);

  length = sortie_text_whole_characters (query, length);
  valid = g_utf8_make_valid (query, (gssize) length);
  length = strlen (valid);
  collect_terms (builder, valid, length, sortie_text_guess_language (valid, length));
  terms = g_strv_builder_end (builder);
  if (terms[0] != NULL)
    return g_steal_pointer (&terms);

  collect_terms (builder, valid, length, NULL);
  return g_strv_builder_end (builder);
}

char *
sortie_query_to_match (const char *const *terms)
{
  GString *match = g_string_new (NULL);

  for (guint i = 0; terms[i] != NULL; i++)
    {
      g_string_append (match, i > 0 ? " OR \"" : "\"");
      for (const char *p = terms[i]; *p != '\0'; p++)
        {
          if (*p == '"')
            g_string_append_c (match, '"');
          g_string_append_c (match, *p);
        }
      g_string_append_c (match, '"');
    }
  return g_string_free (match, FALSE);
}
