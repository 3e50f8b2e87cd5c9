/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-sentences.h"

#include "sortie-text.h"

#include <string.h>

#define HEADING_SEPARATOR " › "
#define MAX_LABEL_WORDS 6
/* A term and its definition on two lines read less well than one sentence. */
#define WITH_LABEL 0.85

static void
sentence_clear (gpointer data)
{
  SortieSentence *sentence = data;

  g_free (sentence->words);
  g_free (sentence->terms);
}

SortieSentences *
sortie_sentences_new (const char *language)
{
  SortieSentences *self = g_new0 (SortieSentences, 1);

  self->passages = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_passage_free);
  self->items = g_array_new (FALSE, FALSE, sizeof (SortieSentence));
  g_array_set_clear_func (self->items, sentence_clear);
  self->vocabulary = sortie_vocabulary_new (language);
  self->headings = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  self->sections = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  return self;
}

void
sortie_sentences_free (SortieSentences *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->passages);
  g_array_unref (self->items);
  sortie_vocabulary_free (self->vocabulary);
  g_ptr_array_unref (self->headings);
  g_ptr_array_unref (self->sections);
  g_free (self);
}

static GArray *
content_words (SortieVocabulary *vocabulary, GArray *words)
{
  GArray *content = g_array_sized_new (FALSE, FALSE, sizeof (guint), words->len);

  for (guint i = 0; i < words->len; i++)
    {
      guint stem = g_array_index (words, SortieWord, i).stem;

      if (!sortie_vocabulary_is_stop (vocabulary, stem))
        g_array_append_val (content, stem);
    }
  return content;
}

static const char *
last_level (const char *heading)
{
  const char *last = g_strrstr (heading, HEADING_SEPARATOR);

  return last != NULL ? last + strlen (HEADING_SEPARATOR) : heading;
}

static GArray *
read_content (SortieVocabulary *vocabulary, const char *text)
{
  GArray *words = sortie_vocabulary_read (vocabulary, text, strlen (text));

  for (guint i = words->len; i > 0; i--)
    if (sortie_vocabulary_is_stop (vocabulary, g_array_index (words, SortieWord, i - 1).stem))
      g_array_remove_index (words, i - 1);
  return words;
}

/* The heading path and the title. */
static GArray *
read_heading (SortieVocabulary *vocabulary, const SortiePassage *passage)
{
  g_autofree char *both =
      g_strdup_printf ("%s %s", passage->heading != NULL ? passage->heading : "",
                       passage->title != NULL ? passage->title : "");

  return read_content (vocabulary, both);
}

/* Whether the line is the passage's own heading, which the extracted text holds as well. */
static gboolean
is_own_heading (const SortiePassage *passage, const char *text, gsize length)
{
  const char *last;

  if (passage->heading == NULL)
    return FALSE;
  last = last_level (passage->heading);
  return strlen (last) == length && strncmp (last, text, length) == 0;
}

/* The term before its definition: a short line of its own. */
static gboolean
is_label (const char *text, const SortieSpan *span)
{
  gsize length = span->end - span->start;

  return sortie_text_count_words (text + span->start, length) <= MAX_LABEL_WORDS &&
         strchr (".!?;,", text[span->end - 1]) == NULL;
}

static gboolean
is_same_paragraph (const char *text, const SortieSpan *before, const SortieSpan *span)
{
  return memchr (text + before->end, '\n', span->start - before->end) == NULL;
}

/* "Depends", then "This declares an absolute dependency.": the sentence says nothing without the
 * line before it, so it begins there. */
static gsize
find_start (const SortiePassage *passage, GArray *spans, guint index, gboolean leans)
{
  const SortieSpan *span = &g_array_index (spans, SortieSpan, index);
  const SortieSpan *before;

  if (index == 0 || !leans)
    return span->start;
  before = &g_array_index (spans, SortieSpan, index - 1);
  if (is_same_paragraph (passage->text, before, span) || !is_label (passage->text, before) ||
      is_own_heading (passage, passage->text + before->start, before->end - before->start))
    return span->start;
  /* The line is one of its own only if another line is before it. */
  if (index > 1 && is_same_paragraph (passage->text, before - 1, before))
    return span->start;
  return before->start;
}

static void
add_sentence (SortieSentences *self, guint passage_index, GArray *spans, guint index)
{
  const SortiePassage *passage = g_ptr_array_index (self->passages, passage_index);
  const SortieSpan *span = &g_array_index (spans, SortieSpan, index);
  const char *text = passage->text + span->start;
  gsize length = span->end - span->start;
  gboolean leans = sortie_sentence_leans (text, length);
  gsize start = find_start (passage, spans, index, leans);
  g_autoptr (GArray) own = sortie_vocabulary_read (self->vocabulary, text, length);
  g_autoptr (GArray) words =
      sortie_vocabulary_read (self->vocabulary, passage->text + start, span->end - start);
  g_autoptr (GArray) terms = content_words (self->vocabulary, words);
  gboolean continues = index > 0 && is_same_paragraph (passage->text, span - 1, span);
  SortieSentence sentence = { .passage = passage_index, .start = start, .end = span->end };

  sentence.flags = continues ? SORTIE_SENTENCE_CONTINUES : SORTIE_SENTENCE_OPENS;
  if (start == span->start && leans)
    sentence.flags |= SORTIE_SENTENCE_LEANS;
  if (!is_own_heading (passage, text, length))
    sentence.quality = sortie_sentence_judge (text, length, self->vocabulary, own) *
                       (start < span->start ? WITH_LABEL : 1.0);
  sentence.n_words = words->len;
  sentence.n_terms = terms->len;
  sentence.terms = (guint *) g_array_steal (terms, NULL);
  sentence.words = (SortieWord *) g_array_steal (words, NULL);
  g_array_append_val (self->items, sentence);
}

guint
sortie_sentences_add (SortieSentences *self, SortiePassage *passage)
{
  guint index = self->passages->len;
  g_autoptr (GArray) spans = sortie_text_split_sentences (passage->text, strlen (passage->text));

  g_ptr_array_add (self->passages, passage);
  g_ptr_array_add (self->headings, read_heading (self->vocabulary, passage));
  g_ptr_array_add (self->sections,
                   read_content (self->vocabulary,
                                 passage->heading != NULL ? last_level (passage->heading) : ""));
  for (guint i = 0; i < spans->len; i++)
    add_sentence (self, index, spans, i);
  return index;
}

const SortieSentence *
sortie_sentences_get (const SortieSentences *self, guint index)
{
  return &g_array_index (self->items, SortieSentence, index);
}

const SortiePassage *
sortie_sentences_get_passage (const SortieSentences *self, guint index)
{
  return g_ptr_array_index (self->passages, sortie_sentences_get (self, index)->passage);
}
