/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-query.h"

#include <string.h>

#include "sortie-library.h"
#include "sortie-text.h"

static void
collect_terms (GStrvBuilder *builder, const char *query, gsize length, const char *language)
{
  g_autoptr (GArray) words = sortie_text_tokenize (query, length);
  g_autoptr (GHashTable) stems = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < words->len && g_hash_table_size (stems) < SORTIE_QUERY_MAX_TERMS; i++)
    {
      const SortieSpan *word = &g_array_index (words, SortieSpan, i);
      g_autofree char *folded = sortie_text_fold (query + word->start, word->end - word->start);

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
