/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-question-splitter.h"

#include "sortie-question-patterns.h"
#include "sortie-question-private.h"
#include "sortie-question-terms.h"
#include "sortie-text.h"

#include <string.h>

/* The longest title, bytes; an ellipsis may follow. */
#define MAX_TITLE 120
/* More statements than these without any question are a pasted text, not a list of wishes. */
#define MAX_STATEMENTS 4
/* A sentence with no more words may be a bare subject: "Warranty in supply contracts." */
#define MAX_SUBJECT_WORDS 10

typedef struct
{
  const char *language;
  GPtrArray *units;        /* SortieUnit that ask for something */
  GPtrArray *context;      /* content words of what came before */
  gboolean after_question; /* the context is a question, not background or a list's introduction */
  SortieQuestions *result;
  int n_groups;
} Splitter;

static gboolean
is_bare_subject (const char *language, const char *text)
{
  g_autoptr (GMatchInfo) verb = sortie_pattern_match (language, SORTIE_PATTERN_VERB, text);

  return verb == NULL && sortie_text_count_words (text, strlen (text)) <= MAX_SUBJECT_WORDS;
}

/* Those that ask; where none does, all that are about something. */
static GPtrArray *
choose_units (const char *language, GPtrArray *all)
{
  g_autoptr (GPtrArray) asking = g_ptr_array_new ();
  g_autoptr (GPtrArray) telling = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    {
      SortieUnit *unit = g_ptr_array_index (all, i);

      if (sortie_question_is_form_only (language, unit->text))
        continue;
      g_ptr_array_add (telling, unit);
      if (unit->item || sortie_question_is_asking (language, unit->text))
        g_ptr_array_add (asking, unit);
    }
  if (asking->len > 0)
    return g_steal_pointer (&asking);
  for (guint i = 0; i < telling->len; i++)
    {
      SortieUnit *unit = g_ptr_array_index (telling, i);

      if (is_bare_subject (language, unit->text))
        g_ptr_array_add (asking, unit);
    }
  /* Among many sentences that tell something, a short one is no subject either. */
  return asking->len * 2 > telling->len ? g_steal_pointer (&asking) : g_steal_pointer (&telling);
}

/* -- a pasted text without a question -- */

typedef struct
{
  char *word;
  guint count;
  guint first;
} Frequency;

static void
frequency_free (gpointer data)
{
  Frequency *frequency = data;

  g_free (frequency->word);
  g_free (frequency);
}

static int
compare_frequency (gconstpointer a, gconstpointer b)
{
  const Frequency *x = *(const Frequency *const *) a;
  const Frequency *y = *(const Frequency *const *) b;

  if (x->count != y->count)
    return x->count > y->count ? -1 : 1;
  return x->first < y->first ? -1 : x->first > y->first;
}

/* Its most frequent content words, the earlier first among equals. */
static char *
frequent_terms (const char *language, GPtrArray *units)
{
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) ordered = g_ptr_array_new_with_free_func (frequency_free);
  g_autoptr (GPtrArray) terms = g_ptr_array_new ();

  for (guint i = 0; i < units->len; i++)
    {
      const SortieUnit *unit = g_ptr_array_index (units, i);
      g_autoptr (GPtrArray) words = sortie_question_list_terms (language, unit->text);

      for (guint j = 0; j < words->len; j++)
        {
          const char *word = g_ptr_array_index (words, j);
          char *folded = sortie_text_fold (word, strlen (word));
          Frequency *frequency = g_hash_table_lookup (counts, folded);

          if (frequency != NULL)
            {
              frequency->count++;
              g_free (folded);
              continue;
            }
          frequency = g_new0 (Frequency, 1);
          frequency->word = g_strdup (word);
          frequency->count = 1;
          frequency->first = ordered->len;
          g_ptr_array_add (ordered, frequency);
          g_hash_table_insert (counts, folded, frequency);
        }
    }
  g_ptr_array_sort (ordered, compare_frequency);
  for (guint i = 0; i < MIN (ordered->len, SORTIE_QUESTION_MAX_TERMS); i++)
    g_ptr_array_add (terms, ((Frequency *) g_ptr_array_index (ordered, i))->word);
  return sortie_question_join_terms (terms);
}

static void
splitter_add_pasted_text (Splitter *self)
{
  const SortieUnit *first = g_ptr_array_index (self->units, 0);
  SortieQuestion *question = sortie_question_new_plain (self->language, first->text, NULL);
  g_autofree char *query = frequent_terms (self->language, self->units);

  if (*query != '\0')
    {
      g_free (question->query);
      question->query = g_steal_pointer (&query);
    }
  g_ptr_array_add (self->result->questions, question);
}

/* -- questions -- */

static gboolean
is_known (GPtrArray *questions, const SortieQuestion *question)
{
  for (guint i = 0; i < questions->len; i++)
    {
      const SortieQuestion *other = g_ptr_array_index (questions, i);

      if (g_str_equal (other->question, question->question))
        return TRUE;
    }
  return FALSE;
}

static void
splitter_take_questions (Splitter *self, GPtrArray *questions)
{
  for (guint i = 0; i < questions->len; i++)
    {
      SortieQuestion *question = g_ptr_array_index (questions, i);

      g_ptr_array_index (questions, i) = NULL;
      if (self->result->questions->len < SORTIE_MAX_QUESTIONS &&
          !is_known (self->result->questions, question))
        g_ptr_array_add (self->result->questions, question);
      else
        sortie_question_free (question);
    }
  g_ptr_array_set_free_func (questions, NULL);
}

/* A question leans on the one before it only where it points back or names no subject. */
static GPtrArray *
context_for (const Splitter *self, const char *clause)
{
  g_autoptr (GPtrArray) terms = sortie_question_list_terms (self->language, clause);
  gboolean leans =
      terms->len == 0 || sortie_pattern_matches (self->language, SORTIE_PATTERN_ANAPHORA, clause);

  if (self->after_question && !leans)
    return g_ptr_array_new ();
  return g_ptr_array_ref (self->context);
}

/* One clause: as many questions as it has, or itself as one where the plan has no room for them
 * and for what is still to come. */
static void
splitter_take_clause (Splitter *self, const char *clause, guint still_to_come)
{
  guint n_aspects = self->result->aspects->len;
  g_autoptr (GPtrArray) context = context_for (self, clause);
  g_autoptr (GPtrArray) questions =
      sortie_question_expand (self->language, clause, context, self->n_groups + 1,
                              self->result->aspects);
  guint room = SORTIE_MAX_QUESTIONS - MIN (SORTIE_MAX_QUESTIONS, self->result->questions->len);
  g_autoptr (GPtrArray) terms = NULL;

  if (questions->len > 1 && questions->len + still_to_come > room)
    {
      g_ptr_array_set_size (self->result->aspects, (int) n_aspects);
      g_ptr_array_set_size (questions, 0);
      g_ptr_array_add (questions, sortie_question_new_plain (self->language, clause, context));
    }
  else if (((SortieQuestion *) g_ptr_array_index (questions, 0))->group > 0)
    self->n_groups++;
  splitter_take_questions (self, questions);

  terms = sortie_question_list_terms (self->language, clause);
  if (terms->len > 1 || self->context->len == 0)
    {
      g_ptr_array_set_size (self->context, 0);
      sortie_question_add_terms (self->context, terms);
      self->after_question = TRUE;
    }
}

/* What does not fit any more is asked together, so that nothing is left out silently. */
static void
splitter_take_rest (Splitter *self, guint from)
{
  GString *rest = g_string_new (NULL);

  for (guint i = from; i < self->units->len && rest->len < SORTIE_PATTERN_MAX_TEXT; i++)
    {
      const SortieUnit *unit = g_ptr_array_index (self->units, i);

      g_string_append_printf (rest, "%s%s", rest->len > 0 ? " " : "", unit->text);
    }
  g_ptr_array_add (self->result->questions,
                   sortie_question_new_plain (self->language, rest->str, NULL));
  g_string_free (rest, TRUE);
}

static void
splitter_take_unit (Splitter *self, guint index)
{
  const SortieUnit *unit = g_ptr_array_index (self->units, index);
  guint left = self->units->len - index - 1;
  g_autoptr (GPtrArray) clauses = sortie_question_split_clauses (self->language, unit->text);

  if (unit->context != NULL)
    {
      g_autofree char *subject = sortie_question_dup_subject (self->language, unit->context);
      g_autoptr (GPtrArray) terms = sortie_question_list_terms (self->language, subject);

      g_ptr_array_set_size (self->context, 0);
      sortie_question_add_terms (self->context, terms);
      self->after_question = FALSE;
    }
  if (self->result->questions->len + clauses->len + left > SORTIE_MAX_QUESTIONS)
    {
      g_ptr_array_set_size (clauses, 0);
      g_ptr_array_add (clauses, g_strdup (unit->text));
    }
  for (guint i = 0; i < clauses->len; i++)
    splitter_take_clause (self, g_ptr_array_index (clauses, i), left + clauses->len - i - 1);
}

static void
splitter_take_units (Splitter *self)
{
  for (guint i = 0; i < self->units->len; i++)
    {
      guint room = SORTIE_MAX_QUESTIONS - MIN (SORTIE_MAX_QUESTIONS, self->result->questions->len);

      if (room == 0)
        return;
      if (room == 1 && self->units->len - i > 1)
        {
          splitter_take_rest (self, i);
          return;
        }
      splitter_take_unit (self, i);
    }
}

/* Background sentences ("We buy valves.") give the words that a short question leaves out. */
static void
splitter_take_background (Splitter *self, GPtrArray *all)
{
  for (guint i = 0; i < all->len; i++)
    {
      SortieUnit *unit = g_ptr_array_index (all, i);
      g_autoptr (GPtrArray) terms = NULL;

      if (g_ptr_array_find (self->units, unit, NULL))
        return;
      if (sortie_question_is_form_only (self->language, unit->text))
        continue;
      terms = sortie_question_list_terms (self->language, unit->text);
      sortie_question_add_terms (self->context, terms);
    }
}

/* -- the title -- */

static const char *
title_source (const SortieUnit *unit)
{
  if (unit->context == NULL || !g_str_equal (unit->whole, unit->text))
    return unit->whole;
  return unit->context;
}

/* One line, without what says how long the report should be. */
static char *
title_part (const char *language, const char *text)
{
  g_autofree char *line = g_strdelimit (g_strdup (text), "\r\n\t\v\f", ' ');
  g_autoptr (GMatchInfo) length = sortie_pattern_match (language, SORTIE_PATTERN_LENGTH, line);
  g_autofree char *cut = NULL;
  g_auto (GStrv) words = NULL;
  GString *joined = g_string_new (NULL);
  int start = 0;
  int end = 0;

  if (length != NULL)
    {
      g_match_info_fetch_pos (length, 0, &start, &end);
      cut = g_strdup_printf ("%.*s%s", start, line, line + end);
    }
  words = g_strsplit (cut != NULL ? cut : line, " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (words[i][0] != '\0')
      g_string_append_printf (joined, "%s%s", joined->len > 0 ? " " : "", words[i]);
  return g_string_free (joined, FALSE);
}

static char *
shorten_title (const char *title)
{
  g_autofree char *shortened = sortie_text_shorten (title, MAX_TITLE);
  char *space = strrchr (shortened, ' ');

  if (strlen (title) <= MAX_TITLE || space == NULL || space - shortened < MAX_TITLE / 2)
    return g_steal_pointer (&shortened);
  *space = '\0';
  return g_strconcat (shortened, "…", NULL);
}

/* The sentences that ask, as many as fit; the mission itself where none does. */
static char *
make_title (const char *language, GPtrArray *units, const char *mission)
{
  g_autoptr (GString) title = g_string_new (NULL);
  const char *last = NULL;
  g_autofree char *stripped = NULL;

  for (guint i = 0; i < units->len; i++)
    {
      const char *source = title_source (g_ptr_array_index (units, i));
      g_autofree char *part = NULL;

      if (last != NULL && g_str_equal (source, last))
        continue;
      last = source;
      part = title_part (language, source);
      if (title->len > 0 && title->len + strlen (part) + 1 > MAX_TITLE)
        {
          stripped = sortie_question_strip (title->str);
          return g_strconcat (stripped, " …", NULL);
        }
      g_string_append_printf (title, "%s%s", title->len > 0 ? " " : "", part);
    }
  if (title->len == 0)
    {
      g_autofree char *part = title_part (language, mission);

      g_string_append (title, part);
    }
  stripped = sortie_question_strip (title->str);
  return shorten_title (stripped);
}

/* A short mission has too few function words to tell, but may open in the way of one language:
 * "Vergleiche LVM mit RAID". */
static const char *
guess_language (const char *mission, GPtrArray *units)
{
  const char *guess = sortie_text_guess_language (mission, strlen (mission));
  const char *first =
      units->len > 0 ? ((SortieUnit *) g_ptr_array_index (units, 0))->text : mission;
  gboolean is_sure = sortie_text_tell_language (mission, strlen (mission)) != NULL;

  /* "Summarise 取扱説明書": the script may be that of a name. */
  if (g_str_equal (guess, "zh") && !is_sure && sortie_pattern_speaks ("en", first))
    return sortie_pattern_languages[0];
  if (!g_str_equal (guess, sortie_pattern_languages[0]) || sortie_pattern_speaks (guess, first))
    return guess;
  for (guint i = 1; sortie_pattern_languages[i] != NULL; i++)
    if (sortie_pattern_speaks (sortie_pattern_languages[i], first))
      return sortie_pattern_languages[i];
  return guess;
}

SortieQuestions *
sortie_questions_from_mission (const char *mission)
{
  SortieQuestions *self = g_new0 (SortieQuestions, 1);
  g_autoptr (GPtrArray) all = sortie_question_list_units (mission);
  g_autoptr (GPtrArray) context = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) units = NULL;
  Splitter splitter = { .context = context, .result = self };

  self->language = g_strdup (guess_language (mission, all));
  self->report_language = g_strdup (self->language);
  self->questions = g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_question_free);
  self->aspects = g_ptr_array_new_with_free_func (g_free);
  units = choose_units (self->language, all);
  self->title = make_title (self->language, units, mission);
  splitter.language = self->language;
  splitter.units = units;

  if (units->len > MAX_STATEMENTS && !((SortieUnit *) g_ptr_array_index (units, 0))->item &&
      !sortie_question_is_asking (self->language,
                                  ((SortieUnit *) g_ptr_array_index (units, 0))->text))
    splitter_add_pasted_text (&splitter);
  else
    {
      splitter_take_background (&splitter, all);
      splitter_take_units (&splitter);
    }
  /* Nothing but instructions ("Summarise the documents."): the mission is the question. */
  if (self->questions->len == 0)
    {
      g_autofree char *text = sortie_text_shorten (mission, SORTIE_PATTERN_MAX_TEXT);

      g_ptr_array_add (self->questions, sortie_question_new_plain (self->language, text, NULL));
    }
  return self;
}

/* A way to ask that several languages share ("Compare LVM et RAID") tells none, where the words in
 * between are the submitter's. */
static gboolean
is_language_told (const SortieQuestions *self, const char *mission, const char *locale)
{
  gsize length = strlen (mission);
  guint n_of_locale = sortie_text_count_stop_words (locale, mission, length);
  g_autoptr (GPtrArray) units = NULL;

  if (sortie_text_tell_language (mission, length) != NULL)
    return TRUE;
  if (!g_strv_contains (sortie_pattern_languages, self->language) ||
      (n_of_locale > 0 &&
       n_of_locale >= sortie_text_count_stop_words (self->language, mission, length)))
    return FALSE;
  units = sortie_question_list_units (mission);
  return sortie_pattern_speaks (self->language,
                                units->len > 0 ? ((SortieUnit *) g_ptr_array_index (units, 0))->text
                                               : mission);
}

void
sortie_questions_take_locale (SortieQuestions *self, const char *mission, const char *locale)
{
  if (locale == NULL || is_language_told (self, mission, locale))
    return;
  g_free (self->report_language);
  self->report_language = g_strdup (locale);
}

void
sortie_questions_free (SortieQuestions *self)
{
  if (self == NULL)
    return;
  g_free (self->title);
  g_free (self->language);
  g_free (self->report_language);
  g_ptr_array_unref (self->questions);
  g_ptr_array_unref (self->aspects);
  g_free (self);
}

const SortieQuestion *
sortie_questions_find (const SortieQuestions *self, const char *question)
{
  for (guint i = 0; i < self->questions->len; i++)
    {
      const SortieQuestion *one = g_ptr_array_index (self->questions, i);

      if (g_strcmp0 (one->question, question) == 0)
        return one;
    }
  return NULL;
}
