/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-question-patterns.h"

#include "sortie-question-tables.h"

#include <string.h>

const char *const sortie_pattern_languages[] = { "en", "de", "fr", "es", NULL };

static const SortieQuestionTable *const tables[] = {
  &sortie_question_table_en,
  &sortie_question_table_de,
  &sortie_question_table_fr,
  &sortie_question_table_es,
};

#define N_LANGUAGES G_N_ELEMENTS (tables)
/* All patterns of a language, then its comparisons, then the two orders of advantages. */
#define N_REGEXES (SORTIE_N_PATTERNS + SORTIE_MAX_COMPARISONS + 2)
#define FIRST_COMPARISON SORTIE_N_PATTERNS
#define FIRST_TWO_SIDES (SORTIE_N_PATTERNS + SORTIE_MAX_COMPARISONS)

static int
language_index (const char *language)
{
  for (guint i = 0; i < N_LANGUAGES; i++)
    if (g_strcmp0 (language, sortie_pattern_languages[i]) == 0)
      return (int) i;
  return 0;
}

static const char *
source_of (const SortieQuestionTable *table, guint index)
{
  if (index < SORTIE_N_PATTERNS)
    return table->patterns[index];
  if (index < FIRST_TWO_SIDES)
    return table->comparisons[index - FIRST_COMPARISON];
  return index == FIRST_TWO_SIDES ? table->advantages_first : table->disadvantages_first;
}

/* Compiled at first use and kept for the life of the process; a compiled GRegex may be used by any
 * number of threads. */
static GRegex *
regex_get (int language, guint index)
{
  static gsize compiled[N_LANGUAGES][N_REGEXES];
  gsize *slot = &compiled[language][index];

  if (source_of (tables[language], index) == NULL)
    return NULL;
  if (g_once_init_enter (slot))
    {
      g_autoptr (GError) error = NULL;
      GRegex *regex = g_regex_new (source_of (tables[language], index),
                                   G_REGEX_CASELESS | G_REGEX_DUPNAMES, 0, &error);

      /* The tables are constants, so a pattern that does not compile is a programming error. */
      if (regex == NULL)
        g_error ("Pattern %u of %s: %s", index, sortie_pattern_languages[language], error->message);
      g_once_init_leave (slot, (gsize) regex);
    }
  return (GRegex *) *slot;
}

static GMatchInfo *
match (int language, guint index, const char *text)
{
  GRegex *regex = regex_get (language, index);
  g_autoptr (GMatchInfo) info = NULL;

  if (regex == NULL || strlen (text) > SORTIE_PATTERN_MAX_TEXT)
    return NULL;
  if (!g_regex_match (regex, text, 0, &info))
    return NULL;
  return g_steal_pointer (&info);
}

/**
 * sortie_pattern_match:
 * @language: ISO 639-1 code; one without tables is treated as English
 * @pattern: what to look for
 * @text: UTF-8
 *
 * Returns: (transfer full) (nullable): the first match
 */
GMatchInfo *
sortie_pattern_match (const char *language, SortiePattern pattern, const char *text)
{
  return match (language_index (language), pattern, text);
}

gboolean
sortie_pattern_matches (const char *language, SortiePattern pattern, const char *text)
{
  g_autoptr (GMatchInfo) info = sortie_pattern_match (language, pattern, text);

  return info != NULL;
}

/**
 * sortie_pattern_match_comparison:
 * @language: the language to try first; the others follow, since a short mission is easily taken
 *   for English
 * @text: UTF-8, without a final question mark
 *
 * Returns: (transfer full) (nullable): a match with the named groups a, b and, optionally, t
 */
GMatchInfo *
sortie_pattern_match_comparison (const char *language, const char *text)
{
  int first = language_index (language);

  for (guint i = 0; i < N_LANGUAGES; i++)
    for (guint j = 0; j < SORTIE_MAX_COMPARISONS; j++)
      {
        int which = (int) ((first + i) % N_LANGUAGES);
        GMatchInfo *info = match (which, FIRST_COMPARISON + j, text);

        if (info != NULL)
          return info;
      }
  return NULL;
}

/**
 * sortie_pattern_match_two_sides:
 * @language: the language to try first
 * @text: UTF-8, without a final question mark
 * @reversed: (out): whether the disadvantages are named first; untouched without a match
 *
 * Returns: (transfer full) (nullable): a match with the named groups p, c, o and x
 */
GMatchInfo *
sortie_pattern_match_two_sides (const char *language, const char *text, gboolean *reversed)
{
  int first = language_index (language);

  for (guint i = 0; i < N_LANGUAGES; i++)
    for (guint order = 0; order < 2; order++)
      {
        int which = (int) ((first + i) % N_LANGUAGES);
        GMatchInfo *info = match (which, FIRST_TWO_SIDES + order, text);

        if (info != NULL)
          {
            *reversed = order == 1;
            return info;
          }
      }
  return NULL;
}

gboolean
sortie_pattern_speaks (const char *language, const char *text)
{
  int which = language_index (language);

  for (guint i = 0; i < SORTIE_MAX_COMPARISONS + 2; i++)
    {
      g_autoptr (GMatchInfo) info = match (which, FIRST_COMPARISON + i, text);

      if (info != NULL)
        return TRUE;
    }
  return sortie_pattern_matches (language, SORTIE_PATTERN_OPENER, text) ||
         sortie_pattern_matches (language, SORTIE_PATTERN_REQUEST, text) ||
         sortie_pattern_matches (language, SORTIE_PATTERN_QUESTION, text);
}

const char *
sortie_pattern_get_side_words (const char *language, gboolean disadvantages)
{
  const SortieQuestionTable *table = tables[language_index (language)];

  return disadvantages ? table->disadvantages : table->advantages;
}

const char *
sortie_pattern_get_side_cues (const char *language, gboolean disadvantages)
{
  const SortieQuestionTable *table = tables[language_index (language)];

  return disadvantages ? table->disadvantage_cues : table->advantage_cues;
}

const char *
sortie_pattern_get_and (const char *language)
{
  return tables[language_index (language)]->and_word;
}

/* The lists are short and are asked for the words of a mission only, so a scan is enough. */
static gboolean
list_holds (const char *list, const char *word, gsize length)
{
  const char *at = list;

  if (length == 0)
    return FALSE;
  while ((at = strchr (at, ' ')) != NULL)
    {
      at++;
      if (strncmp (at, word, length) == 0 && at[length] == ' ')
        return TRUE;
    }
  return FALSE;
}

gboolean
sortie_pattern_is_generic (const char *language, const char *folded)
{
  return list_holds (tables[language_index (language)]->generic, folded, strlen (folded));
}

gboolean
sortie_pattern_is_form (const char *language, const char *folded)
{
  return list_holds (tables[language_index (language)]->form, folded, strlen (folded));
}

gboolean
sortie_pattern_is_pair (const char *language, const char *first, const char *second)
{
  g_autofree char *pair = g_strdup_printf ("%s/%s", first, second);

  return list_holds (tables[language_index (language)]->pairs, pair, strlen (pair));
}
