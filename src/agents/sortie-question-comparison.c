/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-question-private.h"

#include "sortie-question-patterns.h"
#include "sortie-question-terms.h"
#include "sortie-text.h"

#include <string.h>

/* The most sides of a comparison: with what they share they must leave room in the plan. */
#define MAX_SIDES 4
/* The most aspects of a comparison, and the most words of one. */
#define MAX_ASPECTS 8
#define MAX_ASPECT_WORDS 6

static gboolean
known_side (GPtrArray *sides, const char *side)
{
  for (guint i = 0; i < sides->len; i++)
    if (g_ascii_strcasecmp (g_ptr_array_index (sides, i), side) == 0)
      return TRUE;
  return FALSE;
}

/* "native and non-native packages": both are packages. Names stand for themselves. */
static void
share_noun (char **a, const char *b)
{
  const char *noun = strchr (b, ' ');
  g_autofree char *lower_a = g_utf8_strdown (*a, -1);
  g_autofree char *lower_b = g_utf8_strdown (b, -1);
  char *whole;

  /* A plural of its own is a noun: "retries and dead letters". */
  if (g_str_has_suffix (*a, "s") || !g_str_has_suffix (b, "s"))
    return;
  if (noun == NULL || strchr (*a, ' ') != NULL || sortie_question_count_words (b) > 4 ||
      !g_str_equal (lower_a, *a) || !g_str_equal (lower_b, b))
    return;
  whole = g_strconcat (*a, noun, NULL);
  g_free (*a);
  *a = whole;
}

static void
add_sides (const char *language, GPtrArray *sides, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (guint i = 0; parts[i] != NULL && sides->len < MAX_SIDES; i++)
    {
      g_autofree char *side = sortie_question_strip (parts[i]);

      if (sortie_question_count_words (side) > 0 && !known_side (sides, side))
        g_ptr_array_add (sides, g_steal_pointer (&side));
    }
}

/* "the rights of tenants with those of owners": tenants and owners, as to the rights. */
static void
resolve_that_of (const char *language, char **a, char **b, char **topic)
{
  g_autoptr (GMatchInfo) info = sortie_pattern_match (language, SORTIE_PATTERN_THAT_OF, *b);
  g_autoptr (GMatchInfo) tail = NULL;
  g_autofree char *noun = NULL;
  g_autofree char *new_a = NULL;
  g_autofree char *new_b = NULL;
  int start = 0;
  const char *owner;

  if (info == NULL)
    return;
  tail = sortie_pattern_match (language, SORTIE_PATTERN_TAIL, *a);
  if (tail == NULL)
    return;
  g_match_info_fetch_pos (tail, 0, &start, NULL);
  noun = g_strndup (*a, (gsize) start);
  owner = strchr (*a + start + 1, ' ');
  if (owner == NULL)
    return;
  if (*topic == NULL)
    *topic = g_steal_pointer (&noun);
  /* The match points into the text of b, so that is given up last. */
  new_a = g_strdup (owner + 1);
  new_b = sortie_question_dup_group (info, "b");
  g_free (*a);
  *a = g_steal_pointer (&new_a);
  if (new_b != NULL)
    {
      g_free (*b);
      *b = g_steal_pointer (&new_b);
    }
}

/* "Depends and Recommends in Debian": the loose tail belongs to both where the first has none.
 * (transfer full) (nullable): the tail with its preposition. */
static char *
take_loose_aspect (const char *language, const char *a, char *b)
{
  g_autoptr (GMatchInfo) info = sortie_pattern_match (language, SORTIE_PATTERN_ASPECT, b);
  g_autofree char *tail = NULL;
  int start = 0;

  if (info == NULL || sortie_pattern_matches (language, SORTIE_PATTERN_ASPECT, a))
    return NULL;
  g_match_info_fetch_pos (info, 0, &start, NULL);
  if (start <= 0)
    return NULL;
  tail = sortie_question_strip (b + start);
  b[start] = '\0';
  return g_steal_pointer (&tail);
}

/* "safety and performance" are two aspects, each a row of the comparison. */
static void
add_aspects (const char *language, GPtrArray *aspects, const char *topic)
{
  g_auto (GStrv) parts = sortie_question_split_list (language, topic, MAX_ASPECTS);

  for (guint i = 0; parts[i] != NULL && aspects->len < MAX_ASPECTS; i++)
    {
      g_autofree char *aspect = sortie_question_strip (parts[i]);

      if (sortie_question_count_words (aspect) > 0 &&
          sortie_question_count_words (aspect) <= MAX_ASPECT_WORDS)
        g_ptr_array_add (aspects, g_steal_pointer (&aspect));
    }
}

/* "Depends, Recommends and Suggests". */
static char *
join_sides (const char *language, GPtrArray *sides)
{
  GString *joined = g_string_new (NULL);

  for (guint i = 0; i < sides->len; i++)
    {
      if (i > 0 && i + 1 == sides->len)
        g_string_append_printf (joined, " %s ", sortie_pattern_get_and (language));
      else if (i > 0)
        g_string_append (joined, ", ");
      {
        g_autoptr (GMatchInfo) article = sortie_pattern_match (language, SORTIE_PATTERN_DETERMINER,
                                                               g_ptr_array_index (sides, i));
        int end = 0;

        if (article != NULL)
          g_match_info_fetch_pos (article, 0, NULL, &end);
        g_string_append (joined, (const char *) g_ptr_array_index (sides, i) + end);
      }
    }
  return g_string_free (joined, FALSE);
}

/* `topic` is what the sides are compared by ("safety"), `tail` where ("in Debian"). */
static GPtrArray *
questions_of_sides (const char *language,
                    const char *text,
                    GPtrArray *sides,
                    const char *topic,
                    const char *tail,
                    int group)
{
  GPtrArray *questions = sortie_question_array_new ();
  g_autofree char *shared_words =
      g_strdup_printf ("%s %s", topic != NULL ? topic : "", tail != NULL ? tail : "");
  g_autoptr (GPtrArray) terms = sortie_question_list_terms (language, shared_words);
  g_autofree char *all = join_sides (language, sides);
  SortieQuestion *shared;

  for (guint i = 0; i < sides->len; i++)
    {
      const char *side = g_ptr_array_index (sides, i);
      g_autofree char *question = topic != NULL  ? g_strdup_printf ("%s: %s", side, topic)
                                  : tail != NULL ? g_strdup_printf ("%s %s", side, tail)
                                                 : g_strdup (side);
      SortieQuestion *one =
          sortie_question_new (language, SORTIE_QUESTION_SIDE, question, side, terms);

      one->group = group;
      g_ptr_array_add (questions, one);
    }
  shared = sortie_question_new (language, SORTIE_QUESTION_SHARED, text, all, terms);
  shared->group = group;
  g_ptr_array_add (questions, shared);
  return questions;
}

GPtrArray *
sortie_question_expand_comparison (
    const char *language, const char *text, const char *clause, int group, GPtrArray *aspects)
{
  g_autoptr (GMatchInfo) info = sortie_pattern_match_comparison (language, text);
  g_autoptr (GPtrArray) sides = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *a = NULL;
  g_autofree char *b = NULL;
  g_autofree char *topic = NULL;
  g_autofree char *tail = NULL;

  if (info == NULL)
    return NULL;
  a = sortie_question_dup_group (info, "a");
  b = sortie_question_dup_group (info, "b");
  topic = sortie_question_dup_group (info, "t");
  if (a == NULL || b == NULL)
    return NULL;
  resolve_that_of (language, &a, &b, &topic);
  if (topic == NULL)
    tail = take_loose_aspect (language, a, b);
  if (!sortie_pattern_matches (language, SORTIE_PATTERN_DETERMINER, b))
    share_noun (&a, b);
  add_sides (language, sides, a);
  add_sides (language, sides, b);
  if (sides->len < 2)
    return NULL;
  if (topic != NULL)
    add_aspects (language, aspects, topic);
  return questions_of_sides (language, clause, sides, topic, tail, group);
}
