/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-question-private.h"

#include "sortie-question-patterns.h"
#include "sortie-question-terms.h"

#include <string.h>

/* The most things that one clause compares documents by, and the most words of one. */
#define MAX_THINGS 4
#define MAX_THING_WORDS 6

/* The mission's language first; a short mission is easily taken for English. Empty where the
 * documents are compared as a whole. `noun`: what they are called. */
static char *
match_thing (const char *language, const char *text, char **noun)
{
  g_autoptr (GMatchInfo) info = sortie_pattern_match (language, SORTIE_PATTERN_ACROSS, text);
  g_autofree char *thing = NULL;

  for (guint i = 0; info == NULL && sortie_pattern_languages[i] != NULL; i++)
    info = sortie_pattern_match (sortie_pattern_languages[i], SORTIE_PATTERN_ACROSS, text);
  if (info == NULL)
    return NULL;
  *noun = sortie_question_dup_group (info, "d");
  thing = sortie_question_dup_group (info, "t");
  return thing != NULL ? g_steal_pointer (&thing) : g_strdup ("");
}

/* "liability and term" are two things. NULL where one of the parts is none. */
static GPtrArray *
split_things (const char *language, const char *thing)
{
  g_autoptr (GPtrArray) things = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) parts = NULL;

  if (!sortie_pattern_matches (language, SORTIE_PATTERN_LIST_END, thing))
    return NULL;
  parts = sortie_question_split_list (language, thing, -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree char *part = sortie_question_strip (parts[i]);
      g_autoptr (GPtrArray) terms = sortie_question_list_terms (language, part);

      if (terms->len == 0 || sortie_question_count_words (part) > MAX_THING_WORDS ||
          things->len == MAX_THINGS)
        return NULL;
      g_ptr_array_add (things, g_steal_pointer (&part));
    }
  return g_steal_pointer (&things);
}

/* "Compare what our three contracts say about liability": an answer speaks of liability, not of
 * "three contracts", and each of the documents is asked. */
GPtrArray *
sortie_question_expand_across (const char *language, const char *subject, const char *clause)
{
  g_autofree char *noun = NULL;
  g_autofree char *thing = match_thing (language, subject, &noun);
  g_autofree char *whole = NULL;
  g_autoptr (GPtrArray) terms = NULL;
  g_autoptr (GPtrArray) things = NULL;
  g_autoptr (GPtrArray) more = NULL;
  GPtrArray *questions;

  if (thing == NULL)
    {
      /* What the documents are may have been left out of the subject already. */
      whole = sortie_question_strip (clause);
      while (g_str_has_suffix (whole, "?"))
        whole[strlen (whole) - 1] = '\0';
      thing = match_thing (language, whole, &noun);
    }
  if (thing == NULL)
    return NULL;
  terms = sortie_question_list_terms (language, thing);
  if (terms->len == 0 && *thing != '\0')
    return NULL;
  more = sortie_question_list_terms (language, noun != NULL ? noun : "");
  questions = sortie_question_array_new ();
  things = split_things (language, thing);
  if (things == NULL)
    g_ptr_array_add (questions,
                     sortie_question_new (language, SORTIE_QUESTION_ACROSS, clause, thing, more));
  for (guint i = 0; things != NULL && i < things->len; i++)
    {
      const char *one = g_ptr_array_index (things, i);

      g_ptr_array_add (questions,
                       sortie_question_new (language, SORTIE_QUESTION_ACROSS, one, one, more));
    }
  return questions;
}

gboolean
sortie_question_is_overview (const SortieQuestion *self)
{
  return self->kind == SORTIE_QUESTION_ACROSS && *self->subject == '\0';
}
