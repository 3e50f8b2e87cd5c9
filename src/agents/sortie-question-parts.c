/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-question-private.h"

#include "sortie-question-patterns.h"
#include "sortie-question-terms.h"
#include "sortie-text.h"

#include <string.h>

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

GPtrArray *
sortie_question_array_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_question_free);
}

guint
sortie_question_count_words (const char *text)
{
  return sortie_text_count_words (text, strlen (text));
}

char *
sortie_question_dup_group (GMatchInfo *info, const char *name)
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
SortieQuestion *
sortie_question_new (const char *language,
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

char **
sortie_question_split_list (const char *language, const char *text, int limit)
{
  g_autoptr (GMatchInfo) end = sortie_pattern_match (language, SORTIE_PATTERN_LIST_END, text);
  g_autofree char *commas = NULL;
  int from = 0;
  int to = 0;

  if (end == NULL)
    return g_strsplit (text, ",", limit);
  g_match_info_fetch_pos (end, 0, &from, &to);
  commas = g_strdup_printf ("%.*s,%s", from, text, text + to);
  return g_strsplit (commas, ",", limit);
}

static gboolean
leans_on_context (const char *language, const char *text)
{
  g_autoptr (GPtrArray) terms = sortie_question_list_terms (language, text);

  return terms->len <= FEW_TERMS ||
         (terms->len <= 4 && sortie_pattern_matches (language, SORTIE_PATTERN_ANAPHORA, text));
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
  SortieQuestion *self =
      sortie_question_new (language, SORTIE_QUESTION_PLAIN, text, *subject != '\0' ? subject : text,
                           leans ? context : NULL);

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
  const char *colon;

  /* "A report about dead letters: what they are, why they happen". */
  colon = strstr (peeled, ": ");
  if (colon != NULL && sortie_pattern_matches (language, SORTIE_PATTERN_QUESTION, colon + 2))
    {
      g_autofree char *after = g_strdup (colon + 2);

      g_ptr_array_add (clauses, g_strndup (peeled, (gsize) (colon - peeled)));
      g_free (rest);
      rest = g_strdup (after);
      g_free (peeled);
      peeled = g_steal_pointer (&after);
    }
  /* Only coordinated questions are cut: "Report how it works when it rains" is one. */
  while (sortie_pattern_matches (language, SORTIE_PATTERN_QUESTION, peeled) &&
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
      if (sortie_question_count_words (head) < 3 || sortie_question_count_words (rest + end) < 3)
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
  result = sortie_question_new (language,
                                disadvantages ? SORTIE_QUESTION_DISADVANTAGES
                                              : SORTIE_QUESTION_ADVANTAGES,
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

GPtrArray *
sortie_question_expand_two_sides (const char *language, const char *text, GPtrArray *context)
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
  first = sortie_question_dup_group (info, "p");
  second = sortie_question_dup_group (info, "c");
  preposition = g_match_info_fetch_named (info, "o");
  of = sortie_question_dup_group (info, "x");
  whole_first = complete_hyphen (first, second);
  questions = sortie_question_array_new ();
  g_ptr_array_add (questions,
                   side_question_new (language, reversed, whole_first, preposition, of, context));
  g_ptr_array_add (questions,
                   side_question_new (language, !reversed, second, preposition, of, context));
  return questions;
}

/* -- all -- */

GPtrArray *
sortie_question_expand (
    const char *language, const char *text, GPtrArray *context, int group, GPtrArray *aspects)
{
  g_autofree char *subject = sortie_question_dup_subject (language, text);
  GPtrArray *questions;

  while (g_str_has_suffix (subject, "?"))
    subject[strlen (subject) - 1] = '\0';
  questions = sortie_question_expand_two_sides (language, subject, context);
  if (questions == NULL)
    questions = sortie_question_expand_across (language, subject, text);
  if (questions == NULL)
    questions = sortie_question_expand_comparison (language, subject, text, group, aspects);
  if (questions == NULL)
    questions = sortie_question_expand_enumeration (language, subject, context);
  if (questions == NULL)
    {
      questions = sortie_question_array_new ();
      g_ptr_array_add (questions, sortie_question_new_plain (language, text, context));
    }
  return questions;
}
