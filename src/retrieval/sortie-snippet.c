/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-library.h"

#include <string.h>

#include "sortie-query.h"
#include "sortie-text.h"

#define ELLIPSIS "…"
#define MAX_WORDS 200

/* For each word the place of its term in `terms`, or -1. */
static GArray *
find_terms (const char *text, GArray *words, const char *const *terms)
{
  g_autoptr (GHashTable) stems = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GArray *found = g_array_sized_new (FALSE, FALSE, sizeof (int), words->len);

  for (guint i = 0; terms[i] != NULL; i++)
    {
      g_autoptr (GArray) parts = sortie_text_tokenize (terms[i], strlen (terms[i]));

      /* A term of two characters that are words by themselves is found by either. */
      for (guint j = 0; parts->len > 1 && j < parts->len; j++)
        {
          const SortieSpan *part = &g_array_index (parts, SortieSpan, j);
          g_autofree char *one = g_strndup (terms[i] + part->start, part->end - part->start);

          g_hash_table_insert (stems, sortie_stem ("en", one), GINT_TO_POINTER (i + 1));
        }
      if (parts->len <= 1)
        g_hash_table_insert (stems, sortie_stem ("en", terms[i]), GINT_TO_POINTER (i + 1));
    }
  for (guint i = 0; i < words->len; i++)
    {
      const SortieSpan *word = &g_array_index (words, SortieSpan, i);
      g_autofree char *folded = sortie_text_fold (text + word->start, word->end - word->start);
      g_autofree char *stem = sortie_stem ("en", folded);
      int place = GPOINTER_TO_INT (g_hash_table_lookup (stems, stem)) - 1;

      g_array_append_val (found, place);
    }
  return found;
}

/* The first word of the stretch that holds the most different terms, then the most of them. */
static guint
find_best_stretch (GArray *found, guint width)
{
  guint counts[SORTIE_QUERY_MAX_TERMS] = { 0 };
  guint best = 0;
  guint best_score = 0;
  guint n_different = 0;
  guint n_hits = 0;

  for (guint i = 0; i < found->len; i++)
    {
      int term = g_array_index (found, int, i);
      int left = i >= width ? g_array_index (found, int, i - width) : -1;

      if (term >= 0)
        {
          n_different += counts[term]++ == 0;
          n_hits++;
        }
      if (left >= 0)
        {
          n_different -= --counts[left] == 0;
          n_hits--;
        }
      if (n_different * (MAX_WORDS + 1) + n_hits > best_score)
        {
          best_score = n_different * (MAX_WORDS + 1) + n_hits;
          best = i + 1 >= width ? i + 1 - width : 0;
        }
    }
  return best;
}

/* As far back as the sentence begins, if that is near: a snippet reads better from there. */
static gsize
start_of_sentence (const char *text, gsize length, gsize start)
{
  g_autoptr (GArray) sentences = sortie_text_split_sentences (text, length);

  for (guint i = 0; i < sentences->len; i++)
    {
      const SortieSpan *span = &g_array_index (sentences, SortieSpan, i);

      if (span->start <= start && start < span->end && start - span->start < 60)
        return span->start;
    }
  return start;
}

static char *
collapse (const char *text, gsize start, gsize end, gsize length)
{
  GString *out = g_string_new (start > 0 ? ELLIPSIS " " : NULL);
  gboolean space = FALSE;

  for (gsize i = start; i < end; i++)
    {
      if (g_ascii_isspace (text[i]))
        {
          space = TRUE;
          continue;
        }
      if (space && out->len > 0 && i > start)
        g_string_append_c (out, ' ');
      space = FALSE;
      g_string_append_c (out, text[i]);
    }
  if (end < length)
    g_string_append (out, " " ELLIPSIS);
  return g_string_free (out, FALSE);
}

/* Where the text after the last word ends: with its punctuation, before the next word. */
static gsize
end_of_stretch (const char *text, GArray *spans, guint last, gsize length)
{
  gsize end = g_array_index (spans, SortieSpan, last).end;
  gsize limit = last + 1 < spans->len ? g_array_index (spans, SortieSpan, last + 1).start : length;

  while (end < limit && !g_ascii_isspace (text[end]))
    end++;
  return end;
}

char *
sortie_passage_dup_snippet (const SortiePassage *self, const char *query, guint words)
{
  g_auto (GStrv) terms = sortie_query_get_terms (query);
  gsize length = strlen (self->text);
  g_autoptr (GArray) spans = sortie_text_tokenize (self->text, length);
  g_autoptr (GArray) found = find_terms (self->text, spans, (const char *const *) terms);
  guint width = CLAMP (words, 1, MAX_WORDS);
  guint first;
  guint last;
  gsize start;
  gsize end;

  while (length > 0 && g_ascii_isspace (self->text[length - 1]))
    length--;
  if (spans->len <= width)
    return collapse (self->text, 0, length, length);
  first = find_best_stretch (found, width);
  last = MIN (first + width, spans->len) - 1;
  start = first == 0 ? 0 : g_array_index (spans, SortieSpan, first).start;
  if (first > 0)
    start = start_of_sentence (self->text, length, start);
  end = end_of_stretch (self->text, spans, last, length);
  return collapse (self->text, start, end, length);
}
