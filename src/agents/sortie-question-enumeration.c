/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-question-private.h"

#include "sortie-question-patterns.h"
#include "sortie-question-terms.h"
#include "sortie-text.h"

#include <string.h>

#define MAX_ITEMS 8
/* No item of an enumeration has more words than this. */
#define MAX_ITEM_WORDS 6

typedef struct
{
  char *head; /* before the first item */
  char *tail; /* after the last item; may be empty */
  GPtrArray *items;
  gboolean shares_noun; /* the items are adjectives of a noun in the head */
} Enumeration;

static void
enumeration_clear (Enumeration *self)
{
  g_clear_pointer (&self->head, g_free);
  g_clear_pointer (&self->tail, g_free);
  g_clear_pointer (&self->items, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Enumeration, enumeration_clear)

static gboolean
is_item (const char *language, const char *text)
{
  guint words = sortie_question_count_words (text);

  return words > 0 && words <= MAX_ITEM_WORDS &&
         !sortie_pattern_matches (language, SORTIE_PATTERN_VERB, text);
}

/* The byte at which the first item begins in the first segment: after a colon or after the last
 * word that can't be part of an item. */
static gsize
find_first_item (const char *language, const char *segment, gboolean *bounded)
{
  const char *colon = strrchr (segment, ':');
  gsize start = 0;
  const char *word = segment;

  *bounded = FALSE;
  if (colon != NULL && colon[1] == ' ')
    {
      *bounded = TRUE;
      return (gsize) (colon + 2 - segment);
    }
  while (*word != '\0')
    {
      gsize length = strcspn (word, " ");
      g_autofree char *one = g_strndup (word, length);

      if (word[length] != '\0' && sortie_pattern_matches (language, SORTIE_PATTERN_BOUNDARY, one) &&
          (*bounded || !sortie_pattern_matches (language, SORTIE_PATTERN_WEAK_BOUNDARY, one)))
        {
          start = (gsize) (word - segment) + length + 1;
          *bounded = TRUE;
        }
      word += length;
      word += strspn (word, " ");
    }
  return start;
}

/* "How are the priorities required, important and optional defined": where all other items are one
 * word, only the last word of the first one and the first word of the last one are items. */
static void
enumeration_trim (Enumeration *self, const char *language)
{
  char *first = g_ptr_array_index (self->items, 0);
  char *last = g_ptr_array_index (self->items, self->items->len - 1);
  char *space = strrchr (first, ' ');

  if (self->items->len < 3 || space == NULL || sortie_question_count_words (first) < 3 ||
      !sortie_pattern_matches (language, SORTIE_PATTERN_DETERMINER, first))
    return;
  for (guint i = 1; i + 1 < self->items->len; i++)
    if (sortie_question_count_words (g_ptr_array_index (self->items, i)) != 1)
      return;
  {
    g_autofree char *old_head = self->head;

    self->head = g_strdup_printf ("%s%.*s ", old_head, (int) (space - first), first);
    g_ptr_array_index (self->items, 0) = g_strdup (space + 1);
    g_free (first);
  }
  self->shares_noun = TRUE;
  space = strchr (last, ' ');
  if (space != NULL)
    {
      g_autofree char *old_tail = self->tail;

      self->tail = g_strdup_printf ("%s%s%s", space + 1, old_tail != NULL ? " " : "",
                                    old_tail != NULL ? old_tail : "");
      *space = '\0';
    }
}

/* Cuts "A, B, C" before the conjunction and "D of X" after it. */
static gboolean
enumeration_parse (Enumeration *self, const char *language, const char *text, gsize from)
{
  g_autoptr (GMatchInfo) end =
      sortie_pattern_match (language, SORTIE_PATTERN_LIST_END, text + from);
  g_autofree char *front = NULL;
  g_autofree char *last = NULL;
  g_auto (GStrv) segments = NULL;
  g_autoptr (GMatchInfo) tail = NULL;
  gboolean bounded = FALSE;
  int start = 0;
  int stop = 0;
  gsize first;

  if (end == NULL)
    return FALSE;
  g_match_info_fetch_pos (end, 0, &start, &stop);
  front = g_strndup (text, from + (gsize) start);
  last = sortie_question_strip (text + from + stop);
  while (g_str_has_suffix (last, "?"))
    last[strlen (last) - 1] = '\0';
  tail = sortie_pattern_match (language, SORTIE_PATTERN_TAIL, last);
  if (tail != NULL)
    {
      int cut = 0;

      g_match_info_fetch_pos (tail, 0, &cut, NULL);
      self->tail = g_strdup (g_strstrip (last + cut + 1));
      last[cut] = '\0';
    }
  segments = g_strsplit (front, ", ", MAX_ITEMS);
  first = find_first_item (language, segments[0], &bounded);
  self->head = g_strndup (segments[0], first);
  self->items = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->items, sortie_question_strip (segments[0] + first));
  for (guint i = 1; segments[i] != NULL; i++)
    g_ptr_array_add (self->items, sortie_question_strip (segments[i]));
  g_ptr_array_add (self->items, sortie_question_strip (last));
  enumeration_trim (self, language);
  for (guint i = 0; i < self->items->len; i++)
    if (!is_item (language, g_ptr_array_index (self->items, i)))
      return FALSE;
  return bounded || self->shares_noun || sortie_question_count_words (self->head) == 0;
}

/* Two items are often one thing ("health and safety rules"); they are cut only where both sides
 * weigh the same and are no fixed pair. */
static gboolean
is_safe_pair (const char *language, const Enumeration *self)
{
  const char *a = g_ptr_array_index (self->items, 0);
  const char *b = g_ptr_array_index (self->items, 1);
  g_autofree char *folded_a = sortie_text_fold (a, strlen (a));
  g_autofree char *folded_b = sortie_text_fold (b, strlen (b));
  gboolean multiple = sortie_question_count_words (a) > 1 && sortie_question_count_words (b) > 1;
  gboolean single = sortie_question_count_words (a) == 1 && sortie_question_count_words (b) == 1;

  return (multiple || single) && !sortie_pattern_is_pair (language, folded_a, folded_b) &&
         !sortie_pattern_is_generic (language, folded_a) &&
         !sortie_pattern_is_generic (language, folded_b) &&
         !sortie_text_is_stop_word (language, folded_a);
}

static GPtrArray *
questions_of_items (const char *language, const Enumeration *list, GPtrArray *context)
{
  GPtrArray *questions = sortie_question_array_new ();
  g_autoptr (GPtrArray) shared = sortie_question_list_terms (language, list->head);

  if (context != NULL && shared->len == 0 && (list->tail == NULL || *list->tail == '\0'))
    sortie_question_add_terms (shared, context);
  for (guint i = 0; i < list->items->len; i++)
    {
      const char *item = g_ptr_array_index (list->items, i);
      gboolean tailed = list->tail != NULL && *list->tail != '\0';
      g_autofree char *subject =
          tailed ? g_strdup_printf ("%s %s", item, list->tail) : g_strdup (item);
      gboolean asks = sortie_pattern_matches (language, SORTIE_PATTERN_QUESTION, list->head);
      g_autofree char *question = g_strdup_printf ("%s%s%s", list->head, subject, asks ? "?" : "");
      SortieQuestion *one =
          sortie_question_new (language, SORTIE_QUESTION_PLAIN, question, subject, shared);

      if (list->shares_noun)
        {
          g_autoptr (GPtrArray) terms = sortie_question_list_terms (language, one->subject);

          sortie_question_add_terms (terms, shared);
          g_free (one->subject);
          one->subject = sortie_question_join_terms (terms);
        }
      /* "How do retries work?" says more than "Retries work". */
      if (asks)
        {
          g_free (one->label);
          one->label = sortie_question_dup_label (language, question);
        }
      g_ptr_array_add (questions, one);
    }
  return questions;
}

GPtrArray *
sortie_question_expand_enumeration (const char *language, const char *text, GPtrArray *context)
{
  gsize from = 0;

  /* The first conjunction may be inside the head; try the later ones as well. */
  for (int tries = 0; tries < 3; tries++)
    {
      g_auto (Enumeration) list = { 0 };
      g_autoptr (GMatchInfo) end = NULL;
      int stop = 0;

      if (enumeration_parse (&list, language, text, from) &&
          (list.items->len > 2 || is_safe_pair (language, &list)))
        return questions_of_items (language, &list, context);
      end = sortie_pattern_match (language, SORTIE_PATTERN_LIST_END, text + from);
      if (end == NULL)
        return NULL;
      g_match_info_fetch_pos (end, 0, NULL, &stop);
      from += (gsize) stop;
    }
  return NULL;
}
