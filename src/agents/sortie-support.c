/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-support.h"

#include "sortie-figures.h"
#include "sortie-text.h"
#include "sortie-vocabulary.h"

#include <string.h>

/* A sentence of a passage stands out that shares so many content words with what cites it, or all
 * that there are. */
#define LEAST_SHARED 2
/* Numbers of one sentence's citations. */
#define MAX_CITED 64

/* What is known of a passage, once it is cited. */
typedef struct
{
  GHashTable *stems;
  SortieFigures *figures;
  gboolean comparable; /* it is in the language of what is checked */
} Cited;

struct _SortieSupport
{
  char *language;
  GPtrArray *passages;
  double least_share;
  SortieVocabulary *vocabulary;
  Cited *cited; /* one a passage */
};

/* -- words -- */

/* The stems of the content words, each once. */
static GHashTable *
read_stems (SortieSupport *self, const char *text, gsize length, GHashTable *stems)
{
  g_autoptr (GArray) words = sortie_vocabulary_read (self->vocabulary, text, length);

  for (guint i = 0; i < words->len; i++)
    {
      guint stem = g_array_index (words, SortieWord, i).stem;

      if (!sortie_vocabulary_is_stop (self->vocabulary, stem) &&
          !sortie_vocabulary_is_number (self->vocabulary, stem))
        g_hash_table_add (stems, GUINT_TO_POINTER (stem));
    }
  return stems;
}

static GHashTable *
stems_of (SortieSupport *self, const char *text, gsize length)
{
  return read_stems (self, text, length, g_hash_table_new (NULL, NULL));
}

static const Cited *
get_cited (SortieSupport *self, guint index)
{
  const SortiePassage *passage = g_ptr_array_index (self->passages, index);
  Cited *cited = &self->cited[index];
  const char *texts[] = { passage->text, passage->title, passage->heading };

  if (cited->stems != NULL)
    return cited;
  cited->stems = g_hash_table_new (NULL, NULL);
  cited->figures = sortie_figures_new ();
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i] != NULL)
      {
        read_stems (self, texts[i], strlen (texts[i]), cited->stems);
        sortie_figures_add (cited->figures, texts[i]);
      }
  cited->comparable =
      g_str_equal (sortie_text_guess_language (passage->text, strlen (passage->text)),
                   self->language);
  return cited;
}

double
sortie_support_get_share (SortieSupport *self, const char *text, gsize length, GArray *passages)
{
  g_autoptr (GHashTable) stems = stems_of (self, text, length);
  guint n_held = 0;
  GHashTableIter iter;
  gpointer stem;

  if (g_hash_table_size (stems) == 0)
    return 1.0;
  g_hash_table_iter_init (&iter, stems);
  while (g_hash_table_iter_next (&iter, &stem, NULL))
    for (guint i = 0; i < passages->len; i++)
      if (g_hash_table_contains (get_cited (self, g_array_index (passages, guint, i))->stems, stem))
        {
          n_held++;
          break;
        }
  return (double) n_held / g_hash_table_size (stems);
}

/* -- figures -- */

/* Each figure must be in one of the passages, most often all in the same. */
static gboolean
figures_hold (SortieSupport *self, const char *text, gsize length, GArray *passages)
{
  g_autoptr (SortieFigures) all = NULL;

  for (guint i = 0; i < passages->len; i++)
    if (sortie_figures_hold (get_cited (self, g_array_index (passages, guint, i))->figures, text,
                             length))
      return TRUE;
  if (passages->len < 2)
    return FALSE;
  all = sortie_figures_new ();
  for (guint i = 0; i < passages->len; i++)
    sortie_figures_merge (all, get_cited (self, g_array_index (passages, guint, i))->figures);
  return sortie_figures_hold (all, text, length);
}

gboolean
sortie_support_holds (SortieSupport *self, const char *text, gsize length, GArray *passages)
{
  if (!figures_hold (self, text, length, passages))
    return FALSE;
  for (guint i = 0; i < passages->len; i++)
    if (!get_cited (self, g_array_index (passages, guint, i))->comparable)
      return TRUE;
  return sortie_support_get_share (self, text, length, passages) > self->least_share;
}

/* -- a report -- */

/* The citation at `at`, and what follows it; 0 for none. */
static guint
read_citation (const char *start, const char *at, const char *end, const char **after)
{
  guint64 number;
  char *rest = NULL;

  if (*at != '[' || (at > start && at[-1] == '\\') || end - at < 3 || !g_ascii_isdigit (at[1]))
    return 0;
  number = g_ascii_strtoull (at + 1, &rest, 10);
  if (rest >= end || *rest != ']' || number > G_MAXUINT)
    return 0;
  *after = rest + 1;
  return (guint) number;
}

/* The passages that a stretch of text cites. `alone`: whether there is nothing else in it. */
static GArray *
read_citations (const char *text, const SortieSpan *span, GArray *order, gboolean *alone)
{
  GArray *passages = g_array_new (FALSE, FALSE, sizeof (guint));
  const char *end = text + span->end;
  const char *after = NULL;

  *alone = TRUE;
  for (const char *p = text + span->start; p < end;)
    {
      guint number = read_citation (text, p, end, &after);

      if (number == 0)
        {
          *alone = *alone && strchr (" .,;)*_|\n", *p) != NULL;
          p++;
          continue;
        }
      if (number <= order->len && passages->len < MAX_CITED)
        {
          guint passage = g_array_index (order, guint, number - 1) - 1;

          g_array_append_val (passages, passage);
        }
      p = after;
    }
  return passages;
}

/* Sentences with their citations: those that stand alone belong to the sentence before. */
static GArray *
split (const char *text, gsize start, gsize end, GArray *order)
{
  GArray *sentences = sortie_text_split_sentences (text + start, end - start);

  for (guint i = 0; i < sentences->len;)
    {
      SortieSpan *span = &g_array_index (sentences, SortieSpan, i);
      g_autoptr (GArray) passages = NULL;
      gboolean alone = FALSE;

      span->start += start;
      span->end += start;
      passages = read_citations (text, span, order, &alone);
      if (i > 0 && alone && passages->len > 0)
        {
          g_array_index (sentences, SortieSpan, i - 1).end = span->end;
          g_array_remove_index (sentences, i);
        }
      else
        i++;
    }
  return sentences;
}

static void
note_firsts (const char *text, const SortieSpan *span, GArray *firsts)
{
  const char *end = text + span->end;
  const char *after = NULL;

  for (const char *p = text + span->start; p < end; p++)
    {
      guint number = read_citation (text, p, end, &after);

      if (number > 0 && number <= firsts->len &&
          g_array_index (firsts, SortieSpan, number - 1).end == 0)
        g_array_index (firsts, SortieSpan, number - 1) = *span;
    }
}

void
sortie_support_check (SortieSupport *self,
                      const char *text,
                      gsize start,
                      gsize end,
                      GArray *order,
                      SortieSupportResult *result)
{
  g_autoptr (GArray) sentences = split (text, start, end, order);

  result->unsupported = g_array_new (FALSE, FALSE, sizeof (SortieSpan));
  result->firsts = g_array_new (FALSE, TRUE, sizeof (SortieSpan));
  result->n_cited = 0;
  result->n_words = 0;
  result->n_cited_words = 0;
  g_array_set_size (result->firsts, order->len);
  for (guint i = 0; i < sentences->len; i++)
    {
      const SortieSpan *span = &g_array_index (sentences, SortieSpan, i);
      gboolean alone = FALSE;
      g_autoptr (GArray) passages = read_citations (text, span, order, &alone);
      guint n_words = sortie_text_count_words (text + span->start, span->end - span->start);

      result->n_words += n_words;
      if (passages->len == 0)
        continue;
      result->n_cited++;
      result->n_cited_words += n_words;
      note_firsts (text, span, result->firsts);
      if (!sortie_support_holds (self, text + span->start, span->end - span->start, passages))
        g_array_append_val (result->unsupported, *span);
    }
}

void
sortie_support_result_clear (SortieSupportResult *self)
{
  g_clear_pointer (&self->unsupported, g_array_unref);
  g_clear_pointer (&self->firsts, g_array_unref);
}

/* -- what is quoted -- */

static SortieSpan
trim (const char *text)
{
  SortieSpan span = { 0, strlen (text) };

  while (span.start < span.end && g_ascii_isspace (text[span.start]))
    span.start++;
  while (span.end > span.start && g_ascii_isspace (text[span.end - 1]))
    span.end--;
  if (span.start == span.end)
    span = (SortieSpan){ 0, strlen (text) };
  return span;
}

static guint
count_common (GHashTable *a, GHashTable *b)
{
  guint n = 0;
  GHashTableIter iter;
  gpointer stem;

  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &stem, NULL))
    n += g_hash_table_contains (b, stem);
  return n;
}

SortieSource *
sortie_support_new_source (SortieSupport *self, guint index, const char *text, gsize length)
{
  const SortiePassage *passage = g_ptr_array_index (self->passages, index);
  g_autoptr (GArray) sentences =
      sortie_text_split_sentences (passage->text, strlen (passage->text));
  g_autoptr (GHashTable) wanted = stems_of (self, text, length);
  SortieSpan best = trim (passage->text);
  double best_value = 0.0;

  for (guint i = 0; i < sentences->len; i++)
    {
      const SortieSpan *span = &g_array_index (sentences, SortieSpan, i);
      g_autoptr (GHashTable) stems =
          stems_of (self, passage->text + span->start, span->end - span->start);
      guint n_common = count_common (stems, wanted);
      /* Dice's measure: what it shares, against the length of both. */
      double value =
          2.0 * n_common / MAX (g_hash_table_size (stems) + g_hash_table_size (wanted), 1);

      if (n_common >= MIN (LEAST_SHARED, g_hash_table_size (wanted)) && value > best_value + 1e-9)
        {
          best = *span;
          best_value = value;
        }
    }
  return sortie_source_new (passage, passage->start + (gint64) best.start,
                            passage->start + (gint64) best.end);
}

/* -- life -- */

SortieSupport *
sortie_support_new (const char *language, GPtrArray *passages, double least_share)
{
  SortieSupport *self = g_new0 (SortieSupport, 1);

  self->language = g_strdup (language);
  self->passages = passages;
  self->least_share = least_share;
  self->vocabulary = sortie_vocabulary_new (language);
  self->cited = g_new0 (Cited, passages->len + 1);
  return self;
}

void
sortie_support_free (SortieSupport *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->passages->len; i++)
    {
      g_clear_pointer (&self->cited[i].stems, g_hash_table_unref);
      g_clear_pointer (&self->cited[i].figures, sortie_figures_free);
    }
  g_free (self->cited);
  sortie_vocabulary_free (self->vocabulary);
  g_free (self->language);
  g_free (self);
}
