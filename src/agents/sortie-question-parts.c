/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-question-private.h"

#include "sortie-question-patterns.h"
#include "sortie-question-terms.h"
#include "sortie-text.h"

#include <string.h>

/* The most sides of a comparison: with what they share they must leave room in the plan. */
#define MAX_SIDES 4
#define MAX_ITEMS 8
/* No item of an enumeration has more words than this. */
#define MAX_ITEM_WORDS 6
/* With so few content words a clause leans on what came before. */
#define FEW_TERMS 1
/* More words than these of what came before are background, not a subject. */
#define MAX_CONTEXT_TERMS 4

void
sortie_question_free (SortieQuestion *self)
{
  g_free (self->question);
  g_free (self->query);
  g_free (self->subject);
  g_free (self->label);
  g_free (self);
}

static GPtrArray *
question_array_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_question_free);
}

static guint
count_words (const char *text)
{
  return sortie_text_count_words (text, strlen (text));
}

static gboolean
matches (const char *language, SortiePattern pattern, const char *text)
{
  g_autoptr (GMatchInfo) info = sortie_pattern_match (language, pattern, text);

  return info != NULL;
}

static char *
dup_group (GMatchInfo *info, const char *name)
{
  g_autofree char *text = g_match_info_fetch_named (info, name);
  g_autofree char *stripped = text != NULL ? sortie_question_strip (text) : NULL;

  if (stripped == NULL)
    return NULL;
  while (g_str_has_suffix (stripped, "?"))
    stripped[strlen (stripped) - 1] = '\0';
  return *stripped != '\0' ? g_steal_pointer (&stripped) : NULL;
}

/* `query`: the terms of the subject, then more terms. */
static SortieQuestion *
question_new (const char *language,
              SortieQuestionKind kind,
              const char *question,
              const char *subject,
              GPtrArray *more)
{
  SortieQuestion *self = g_new0 (SortieQuestion, 1);
  g_autoptr (GPtrArray) terms = sortie_question_list_terms (language, subject);
  g_autofree char *one_line = NULL;

  self->kind = kind;
  if (more != NULL)
    sortie_question_add_terms (terms, more);
  one_line = g_strdelimit (g_strdup (question), "\r\n\t\v\f", ' ');
  self->question = sortie_text_shorten (g_strstrip (one_line), SORTIE_PATTERN_MAX_TEXT);
  self->subject = g_strdup (subject);
  self->query = terms->len > 0 ? sortie_question_join_terms (terms) : g_strdup ("");
  self->label = sortie_question_dup_label (language, subject);
  return self;
}

static gboolean
leans_on_context (const char *language, const char *text)
{
  g_autoptr (GPtrArray) terms = sortie_question_list_terms (language, text);

  return terms->len <= FEW_TERMS ||
         (terms->len <= 4 && matches (language, SORTIE_PATTERN_ANAPHORA, text));
}

/* "How is it upgraded?" after "What is a conffile?": an answer must speak of conffiles. */
static void
take_subject_from (SortieQuestion *self, const char *language, GPtrArray *context)
{
  g_autoptr (GPtrArray) terms = sortie_question_list_terms (language, self->subject);

  if (context->len > MAX_CONTEXT_TERMS)
    return;
  sortie_question_add_terms (terms, context);
  g_free (self->subject);
  self->subject = sortie_question_join_terms (terms);
}

SortieQuestion *
sortie_question_new_plain (const char *language, const char *text, GPtrArray *context)
{
  gboolean leans = context != NULL && context->len > 0 && leans_on_context (language, text);
  g_autofree char *subject = sortie_question_dup_subject (language, text);
  SortieQuestion *self = question_new (language, SORTIE_QUESTION_PLAIN, text,
                                       *subject != '\0' ? subject : text, leans ? context : NULL);

  if (leans)
    take_subject_from (self, language, context);
  return self;
}

GPtrArray *
sortie_question_split_clauses (const char *language, const char *text)
{
  GPtrArray *clauses = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *rest = g_strdup (text);
  g_autofree char *peeled = sortie_question_dup_subject (language, text);
  gboolean question = g_str_has_suffix (text, "?");

  /* Only coordinated questions are cut: "Report how it works when it rains" is one. */
  while (matches (language, SORTIE_PATTERN_QUESTION, peeled) &&
         clauses->len + 1 < SORTIE_MAX_QUESTIONS)
    {
      g_autoptr (GMatchInfo) info = sortie_pattern_match (language, SORTIE_PATTERN_CLAUSE, rest);
      int start = 0;
      int end = 0;
      g_autofree char *head = NULL;
      char *tail;

      if (info == NULL)
        break;
      g_match_info_fetch_pos (info, 0, &start, &end);
      head = g_strndup (rest, (gsize) start);
      /* A clause of its own says something: "what, when and how" is one question. */
      if (count_words (head) < 3 || count_words (rest + end) < 3)
        break;
      g_ptr_array_add (clauses, g_strdup_printf ("%s%s", head, question ? "?" : ""));
      tail = g_strdup (rest + end);
      g_free (rest);
      rest = tail;
    }
  g_ptr_array_add (clauses, g_steal_pointer (&rest));
  return clauses;
}

/* -- advantages and disadvantages -- */

static SortieQuestion *
side_question_new (const char *language,
                   gboolean disadvantages,
                   const char *word,
                   const char *preposition,
                   const char *of,
                   GPtrArray *context)
{
  const char *synonyms = sortie_pattern_get_side_words (language, disadvantages);
  g_autoptr (GPtrArray) more = sortie_question_list_terms (language, synonyms);
  g_autofree char *question = NULL;
  SortieQuestion *result;

  if (of == NULL)
    sortie_question_add_terms (more, context);
  question = of == NULL ? g_strdup (word)
                        : g_strdup_printf ("%s %s%s%s", word, preposition,
                                           g_str_has_suffix (preposition, "'") ||
                                                   g_str_has_suffix (preposition, "’")
                                               ? ""
                                               : " ",
                                           of);
  /* An answer names the subject; whether it speaks for or against it shows in other words. */
  result = question_new (language,
                         disadvantages ? SORTIE_QUESTION_DISADVANTAGES : SORTIE_QUESTION_ADVANTAGES,
                         question, of != NULL ? of : word, more);
  g_free (result->label);
  result->label = sortie_question_dup_label (language, question);
  return result;
}

/* "Vor-" of "Vor- und Nachteile" is "Vorteile". */
static char *
complete_hyphen (const char *first, const char *second)
{
  const char *stem = strstr (second, "teil");

  if (!g_str_has_suffix (first, "-") || stem == NULL)
    return g_strdup (first);
  return g_strdup_printf ("%.*s%s", (int) strlen (first) - 1, first, stem);
}

static GPtrArray *
expand_two_sides (const char *language, const char *text, GPtrArray *context)
{
  gboolean reversed = FALSE;
  g_autoptr (GMatchInfo) info = sortie_pattern_match_two_sides (language, text, &reversed);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *preposition = NULL;
  g_autofree char *of = NULL;
  g_autofree char *whole_first = NULL;
  GPtrArray *questions;

  if (info == NULL)
    return NULL;
  first = dup_group (info, "p");
  second = dup_group (info, "c");
  preposition = g_match_info_fetch_named (info, "o");
  of = dup_group (info, "x");
  whole_first = complete_hyphen (first, second);
  questions = question_array_new ();
  g_ptr_array_add (questions,
                   side_question_new (language, reversed, whole_first, preposition, of, context));
  g_ptr_array_add (questions,
                   side_question_new (language, !reversed, second, preposition, of, context));
  return questions;
}

/* -- comparisons -- */

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

  if (noun == NULL || strchr (*a, ' ') != NULL || count_words (b) > 4 ||
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

      if (count_words (side) > 0 && !known_side (sides, side))
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
  new_b = dup_group (info, "b");
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

  if (info == NULL || matches (language, SORTIE_PATTERN_ASPECT, a))
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
  g_auto (GStrv) parts = NULL;
  g_autofree char *commas = NULL;
  g_autoptr (GMatchInfo) end = sortie_pattern_match (language, SORTIE_PATTERN_LIST_END, topic);

  if (end != NULL)
    {
      int from = 0;
      int to = 0;

      g_match_info_fetch_pos (end, 0, &from, &to);
      commas = g_strdup_printf ("%.*s,%s", from, topic, topic + to);
    }
  parts = g_strsplit (commas != NULL ? commas : topic, ",", MAX_ITEMS);
  for (guint i = 0; parts[i] != NULL && aspects->len < MAX_ITEMS; i++)
    {
      g_autofree char *aspect = sortie_question_strip (parts[i]);

      if (count_words (aspect) > 0 && count_words (aspect) <= MAX_ITEM_WORDS)
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
  GPtrArray *questions = question_array_new ();
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
      SortieQuestion *one = question_new (language, SORTIE_QUESTION_SIDE, question, side, terms);

      one->group = group;
      g_ptr_array_add (questions, one);
    }
  shared = question_new (language, SORTIE_QUESTION_SHARED, text, all, terms);
  shared->group = group;
  g_ptr_array_add (questions, shared);
  return questions;
}

static GPtrArray *
expand_comparison (
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
  a = dup_group (info, "a");
  b = dup_group (info, "b");
  topic = dup_group (info, "t");
  if (a == NULL || b == NULL)
    return NULL;
  resolve_that_of (language, &a, &b, &topic);
  if (topic == NULL)
    tail = take_loose_aspect (language, a, b);
  if (!matches (language, SORTIE_PATTERN_DETERMINER, b))
    share_noun (&a, b);
  add_sides (language, sides, a);
  add_sides (language, sides, b);
  if (sides->len < 2)
    return NULL;
  if (topic != NULL)
    add_aspects (language, aspects, topic);
  return questions_of_sides (language, clause, sides, topic, tail, group);
}

/* -- enumerations -- */

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
  guint words = count_words (text);

  return words > 0 && words <= MAX_ITEM_WORDS && !matches (language, SORTIE_PATTERN_VERB, text);
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

      if (word[length] != '\0' && matches (language, SORTIE_PATTERN_BOUNDARY, one) &&
          (*bounded || !matches (language, SORTIE_PATTERN_WEAK_BOUNDARY, one)))
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

  if (self->items->len < 3 || space == NULL || count_words (first) < 3 ||
      !matches (language, SORTIE_PATTERN_DETERMINER, first))
    return;
  for (guint i = 1; i + 1 < self->items->len; i++)
    if (count_words (g_ptr_array_index (self->items, i)) != 1)
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
  return bounded || count_words (self->head) == 0;
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
  gboolean multiple = count_words (a) > 1 && count_words (b) > 1;
  gboolean single = count_words (a) == 1 && count_words (b) == 1;

  return (multiple || single) && !sortie_pattern_is_pair (language, folded_a, folded_b) &&
         !sortie_pattern_is_generic (language, folded_a) &&
         !sortie_pattern_is_generic (language, folded_b) &&
         !sortie_text_is_stop_word (language, folded_a);
}

static GPtrArray *
questions_of_items (const char *language, const Enumeration *list, GPtrArray *context)
{
  GPtrArray *questions = question_array_new ();
  g_autoptr (GPtrArray) shared = sortie_question_list_terms (language, list->head);

  if (context != NULL && shared->len == 0 && (list->tail == NULL || *list->tail == '\0'))
    sortie_question_add_terms (shared, context);
  for (guint i = 0; i < list->items->len; i++)
    {
      const char *item = g_ptr_array_index (list->items, i);
      gboolean tailed = list->tail != NULL && *list->tail != '\0';
      g_autofree char *subject =
          tailed ? g_strdup_printf ("%s %s", item, list->tail) : g_strdup (item);
      gboolean asks = matches (language, SORTIE_PATTERN_QUESTION, list->head);
      g_autofree char *question = g_strdup_printf ("%s%s%s", list->head, subject, asks ? "?" : "");
      SortieQuestion *one =
          question_new (language, SORTIE_QUESTION_PLAIN, question, subject, shared);

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

static GPtrArray *
expand_enumeration (const char *language, const char *text, GPtrArray *context)
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

GPtrArray *
sortie_question_expand (
    const char *language, const char *text, GPtrArray *context, int group, GPtrArray *aspects)
{
  g_autofree char *subject = sortie_question_dup_subject (language, text);
  GPtrArray *questions;

  while (g_str_has_suffix (subject, "?"))
    subject[strlen (subject) - 1] = '\0';
  questions = expand_two_sides (language, subject, context);
  if (questions == NULL)
    questions = expand_comparison (language, subject, text, group, aspects);
  if (questions == NULL)
    questions = expand_enumeration (language, subject, context);
  if (questions == NULL)
    {
      questions = question_array_new ();
      g_ptr_array_add (questions, sortie_question_new_plain (language, text, context));
    }
  return questions;
}
