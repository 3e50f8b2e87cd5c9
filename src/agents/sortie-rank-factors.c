/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-rank-private.h"

#include "sortie-language.h"

#include <string.h>

/* What the pairs of a name can add, and what a sentence keeps that has none of them. */
#define PAIRS 0.25
#define WITHOUT_PAIR 0.4
/* What a sentence keeps that has the stem of a name, but not the name. */
#define WITHOUT_NAME 0.9
#define WITHOUT_NAME_ASKED_FOR 0.4
#define WITH_NAME 1.15
#define WITH_NAME_FIRST 1.35
/* Bytes: the name comes first, but for an article. */
#define NAME_AT_START 6
/* "A dead letter is a …", where it was asked what a dead letter is. */
#define DEFINITION 1.4
/* "The main advantage is …" beats "… is faster". */
#define STRONG_CUE 1.4
#define WEAK_CUE 0.8
#define BOTH_CUES 0.6
#define UNDER_CUE_FIRST 1.1
#define UNDER_CUE 0.7

static const char *const copulas[] = {
  "is",    "are",  "was",     "were",     "means", "mean",     "refers",     "denotes",
  "denot", "ist",  "sind",    "war",      "waren", "bedeutet", "bezeichnet", "heisst",
  "est",   "sont", "designe", "signifie", "es",    "son",      "significa",  "designa",
};

static gboolean
is_word_sign (char c)
{
  return g_ascii_isalnum (c) || (guchar) c >= 0x80 || c == '_';
}

/* Whether a word can end here: Japanese and Chinese put no space between a name and the next word. */
static gboolean
is_word_border (const char *text, const char *before, const char *after)
{
  const char *last = before > text ? g_utf8_prev_char (before) : NULL;

  return (last == NULL || !is_word_sign (*last) ||
          sortie_character_is_unspaced (g_utf8_get_char (last))) &&
         (!is_word_sign (*after) || sortie_character_is_unspaced (g_utf8_get_char (after)));
}

/* Where the sentence has the name as a word of its own, letter for letter: bytes from its start; -1
 * for nowhere. */
static int
find_name (const SortieSentences *self, guint index, const char *name)
{
  const SortieSentence *sentence = sortie_sentences_get (self, index);
  const char *text = sortie_sentences_get_passage (self, index)->text;
  const char *start = text + sentence->start;
  const char *end = text + sentence->end;
  gsize length = strlen (name);
  gboolean any_case = g_ascii_islower (*name);

  for (const char *p = start; p + length <= end; p++)
    if ((any_case ? g_ascii_strncasecmp (p, name, length) : strncmp (p, name, length)) == 0 &&
        is_word_border (text, p, p + length))
      return (int) (p - start);
  return -1;
}

/* What a sentence begins with it is about. */
static double
name_factor (const SortieSentences *self, guint index, const SortieRankQuery *query)
{
  double best = query->flags & SORTIE_RANK_NAMED ? WITHOUT_NAME_ASKED_FOR : WITHOUT_NAME;

  if (query->names->len == 0)
    return 1.0;
  for (guint i = 0; i < query->names->len; i++)
    {
      int at = find_name (self, index, g_ptr_array_index (query->names, i));

      if (at >= 0)
        best = MAX (best, at <= NAME_AT_START ? WITH_NAME_FIRST : WITH_NAME);
    }
  return best;
}

gboolean
sortie_sentence_has_pair (const SortieSentence *sentence, guint a, guint b)
{
  for (guint i = 0; i + 1 < sentence->n_words; i++)
    if (sentence->words[i].stem == a && sentence->words[i + 1].stem == b)
      return TRUE;
  return FALSE;
}

/* "At-most-once" has two of the words of "at-least-once", but is another thing. */
static double
pair_factor (const SortieSentences *self, guint index, const SortieRankQuery *query)
{
  const SortieSentence *sentence = sortie_sentences_get (self, index);
  guint n = query->pairs->len / 2;
  guint found = 0;

  if (n == 0)
    return 1.0;
  for (guint i = 0; i < n; i++)
    found += sortie_sentence_has_pair (sentence, g_array_index (query->pairs, guint, 2 * i),
                                       g_array_index (query->pairs, guint, 2 * i + 1));
  if (found == 0)
    return WITHOUT_PAIR;
  return 1.0 + PAIRS * found / n;
}

static gboolean
is_copula (const SortieSentences *self, guint stem)
{
  const char *text = sortie_vocabulary_get_stem (self->vocabulary, stem);

  for (guint i = 0; i < G_N_ELEMENTS (copulas); i++)
    if (g_str_equal (text, copulas[i]))
      return TRUE;
  return FALSE;
}

/* "A dead letter is …": after an article the words of the subject, then at once the verb. */
static gboolean
defines_subject (const SortieSentences *self,
                 const SortieSentence *sentence,
                 const SortieRankQuery *query)
{
  guint at = 0;
  guint n = 0;

  while (at < sentence->n_words &&
         sortie_vocabulary_is_stop (self->vocabulary, sentence->words[at].stem))
    at++;
  for (; at < sentence->n_words && sortie_words_hold (query->subject, sentence->words[at].stem);
       at++)
    n++;
  return n > 0 && n >= MIN (query->subject->len, 3) && at < sentence->n_words &&
         is_copula (self, sentence->words[at].stem);
}

/* "X is a …" answers what X is; a figure answers how many. */
static double
answer_kind (const SortieSentences *self, guint index, const SortieRankQuery *query)
{
  const SortieSentence *sentence = sortie_sentences_get (self, index);
  double factor = 1.0;
  gboolean number = FALSE;

  for (guint i = 0; i < sentence->n_terms; i++)
    number = number || sortie_vocabulary_is_number (self->vocabulary, sentence->terms[i]);
  if ((query->flags & SORTIE_RANK_COUNTS) && number)
    factor *= 1.15;
  if (query->flags & SORTIE_RANK_DEFINES)
    factor *= defines_subject (self, sentence, query) ? DEFINITION : 1.0;
  return factor;
}

/* Who takes advantage of something praises nothing. */
static gboolean
is_taken (const SortieSentences *self, guint stem)
{
  const char *text = sortie_vocabulary_get_stem (self->vocabulary, stem);

  return g_str_equal (text, "take") || g_str_equal (text, "taken") || g_str_equal (text, "took");
}

static gboolean
has_cue (const SortieSentences *self, guint index, GArray *cues)
{
  const SortieSentence *sentence = sortie_sentences_get (self, index);

  for (guint i = 0; i < sentence->n_words; i++)
    for (guint j = 0; j < cues->len; j++)
      if (sentence->words[i].root == g_array_index (cues, SortieWord, j).root &&
          !(i > 0 && is_taken (self, sentence->words[i - 1].stem)))
        return TRUE;
  return FALSE;
}

static gboolean
section_has_cue (GArray *section, GArray *cues)
{
  /* By its own form: a section on limits is none on limitations. */
  for (guint i = 0; i < section->len; i++)
    for (guint j = 0; j < cues->len; j++)
      if (g_array_index (section, SortieWord, i).root == g_array_index (cues, SortieWord, j).root)
        return TRUE;
  return FALSE;
}

static gboolean
names_subject (const SortieSentence *sentence, const SortieRankQuery *query)
{
  for (guint i = 0; i < sentence->n_terms; i++)
    if (sortie_words_hold (query->subject, sentence->terms[i]))
      return TRUE;
  return FALSE;
}

/* What stands under "Advantages of …" is one, and best told where a paragraph begins. */
static double
cue_factor (const SortieSentences *self,
            guint index,
            const SortieRankQuery *query,
            gboolean *doubtful)
{
  const SortieSentence *sentence = sortie_sentences_get (self, index);
  GArray *section = g_ptr_array_index (self->sections, sentence->passage);
  gboolean strong = has_cue (self, index, query->strong_cues);
  gboolean other = has_cue (self, index, query->other_cues);
  gboolean under = section_has_cue (section, query->strong_cues) &&
                   !section_has_cue (section, query->other_cues);

  if (strong && !other)
    {
      *doubtful = !under && !names_subject (sentence, query);
      return STRONG_CUE;
    }
  if (under)
    return (sentence->flags & SORTIE_SENTENCE_OPENS) ? UNDER_CUE_FIRST : UNDER_CUE;
  if (other && !strong)
    return 0.0;
  *doubtful = TRUE;
  if (strong)
    return BOTH_CUES;
  return has_cue (self, index, query->cues) ? WEAK_CUE : 0.0;
}

double
sortie_rank_get_factor (const SortieSentences *self,
                        guint index,
                        const SortieRankQuery *query,
                        gboolean *doubtful)
{
  *doubtful = FALSE;
  return pair_factor (self, index, query) * name_factor (self, index, query) *
         answer_kind (self, index, query) *
         (query->cues != NULL ? cue_factor (self, index, query, doubtful) : 1.0);
}
