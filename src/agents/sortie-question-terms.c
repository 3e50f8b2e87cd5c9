/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-question-terms.h"

#include "sortie-language.h"
#include "sortie-question-patterns.h"
#include "sortie-text.h"
#include "sortie-vocabulary.h"

#include <string.h>

/* How often a pattern at the start may be taken off: "Please, could you tell me …". */
#define MAX_PEELS 6

static gboolean
is_strippable (gunichar c)
{
  return g_unichar_isspace (c) || strchr (".,;:\"'*_", (int) MIN (c, 0x7f)) != NULL ||
         c == 0x3001 || c == 0x3002 || c == 0xff0c || c == 0xff1a || c == 0xff1b ||
         (c >= 0x2018 && c <= 0x201f) || c == 0xab || c == 0xbb || c == 0x2022 || c == 0x2013 ||
         c == 0x2014;
}

char *
sortie_question_strip (const char *text)
{
  const char *start = text;
  const char *end = text + strlen (text);

  while (start < end && is_strippable (g_utf8_get_char (start)))
    start = g_utf8_next_char (start);
  while (end > start)
    {
      const char *before = g_utf8_prev_char (end);

      if (!is_strippable (g_utf8_get_char (before)))
        break;
      end = before;
    }
  return g_strndup (start, (gsize) (end - start));
}

/* Cuts the match out of the text. */
static char *
without_match (GMatchInfo *info, const char *text)
{
  int start = 0;
  int end = 0;
  g_autofree char *rest = NULL;

  g_match_info_fetch_pos (info, 0, &start, &end);
  rest = g_strdup_printf ("%.*s %s", start, text, text + end);
  return sortie_question_strip (rest);
}

static char *
remove_pattern (const char *language, SortiePattern pattern, const char *text)
{
  char *result = g_strdup (text);

  for (int i = 0; i < MAX_PEELS; i++)
    {
      g_autoptr (GMatchInfo) info = sortie_pattern_match (language, pattern, result);
      g_autofree char *old = result;

      if (info == NULL)
        return g_steal_pointer (&old);
      result = without_match (info, old);
    }
  return result;
}

static gboolean
is_function_word (const char *language, const char *folded)
{
  return sortie_text_is_stop_word (language, folded);
}

/* The B of "contract B" tells it from contract A. */
static gboolean
is_letter_name (const char *text, const SortieSpan *span)
{
  gboolean alone = text[span->end] == '\0';

  return (span->start > 0 || alone) && span->end - span->start == 1 &&
         g_ascii_isupper (text[span->start]) && text[span->start] != 'I';
}

typedef gboolean (*WordFilter) (const char *language, const char *folded);

static gboolean
is_no_subject (const char *language, const char *folded)
{
  return is_function_word (language, folded) || sortie_pattern_is_generic (language, folded);
}

static gboolean
is_form (const char *language, const char *folded)
{
  return is_no_subject (language, folded) || sortie_pattern_is_form (language, folded);
}

/* The terms in a stretch of characters without spaces. */
static void
add_unspaced (GPtrArray *words, GHashTable *seen, const char *text, gsize length)
{
  g_autoptr (GArray) terms = sortie_text_list_unspaced_terms (text, length);

  for (guint i = 0; i < terms->len && words->len < SORTIE_QUESTION_MAX_TERMS; i++)
    {
      const SortieSpan *term = &g_array_index (terms, SortieSpan, i);
      char *folded = sortie_text_fold (text + term->start, term->end - term->start);

      if (g_hash_table_add (seen, folded))
        g_ptr_array_add (words, g_strndup (text + term->start, term->end - term->start));
    }
}

static GPtrArray *
list_words (const char *language, const char *text, WordFilter leave_out)
{
  g_autoptr (GArray) tokens = sortie_text_tokenize (text, strlen (text));
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < tokens->len && words->len < SORTIE_QUESTION_MAX_TERMS; i++)
    {
      const SortieSpan *span = &g_array_index (tokens, SortieSpan, i);
      const char *word = text + span->start;
      gsize length = span->end - span->start;
      gsize run = sortie_text_unspaced_run (word, strlen (word));
      char *folded;

      if (run > 0)
        {
          add_unspaced (words, seen, word, run);
          while (i + 1 < tokens->len &&
                 g_array_index (tokens, SortieSpan, i + 1).start < span->start + run)
            i++;
          continue;
        }
      sortie_word_trim (language, &word, &length);
      folded = sortie_text_fold (word, length);

      if ((leave_out (language, folded) && !is_letter_name (text, span)) ||
          g_hash_table_contains (seen, folded))
        {
          g_free (folded);
          continue;
        }
      g_hash_table_add (seen, folded);
      g_ptr_array_add (words, g_strndup (word, length));
    }
  return words;
}

GPtrArray *
sortie_question_list_terms (const char *language, const char *text)
{
  g_autofree char *bare = remove_pattern (language, SORTIE_PATTERN_DOCUMENTS, text);
  g_autofree char *subject = remove_pattern (language, SORTIE_PATTERN_MEASURE, bare);

  return list_words (language, subject, is_no_subject);
}

void
sortie_question_add_terms (GPtrArray *terms, GPtrArray *more)
{
  for (guint i = 0; i < more->len && terms->len < SORTIE_QUESTION_MAX_TERMS; i++)
    {
      const char *word = g_ptr_array_index (more, i);
      g_autofree char *folded = sortie_text_fold (word, strlen (word));
      gboolean known = FALSE;

      for (guint j = 0; j < terms->len && !known; j++)
        {
          const char *other = g_ptr_array_index (terms, j);
          g_autofree char *other_folded = sortie_text_fold (other, strlen (other));

          known = g_str_equal (folded, other_folded);
        }
      if (!known)
        g_ptr_array_add (terms, g_strdup (word));
    }
}

char *
sortie_question_join_terms (GPtrArray *terms)
{
  GString *joined = g_string_new (NULL);

  for (guint i = 0; i < terms->len; i++)
    g_string_append_printf (joined, "%s%s", i > 0 ? " " : "",
                            (const char *) g_ptr_array_index (terms, i));
  return g_string_free (joined, FALSE);
}

gboolean
sortie_question_is_form_only (const char *language, const char *text)
{
  g_autofree char *rest = remove_pattern (language, SORTIE_PATTERN_LENGTH, text);
  g_autofree char *subject = remove_pattern (language, SORTIE_PATTERN_DOCUMENTS, rest);
  g_autoptr (GPtrArray) left = list_words (language, subject, is_form);

  /* Numbers alone are no subject either. */
  for (guint i = 0; i < left->len; i++)
    {
      const char *word = g_ptr_array_index (left, i);

      if (strspn (word, "0123456789.,") != strlen (word))
        return FALSE;
    }
  return TRUE;
}

/* A question or a request of Japanese or Chinese shows at its end, or begins with "please". */
static gboolean
asks_unspaced (const char *text)
{
  static const char *const ends[] = { "？", "か", "ください", "下さい", "なさい", "吗", "呢" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_suffix (text, ends[i]))
      return TRUE;
  return g_str_has_prefix (text, "请") || g_str_has_prefix (text, "請");
}

gboolean
sortie_question_is_asking (const char *language, const char *text)
{
  g_autofree char *stripped = sortie_question_strip (text);
  g_autofree char *started = remove_pattern (language, SORTIE_PATTERN_CONNECTIVE, stripped);
  g_autofree char *peeled = remove_pattern (language, SORTIE_PATTERN_OPENER, started);
  g_autoptr (GMatchInfo) comparison = sortie_pattern_match_comparison (language, peeled);

  return g_str_has_suffix (stripped, "?") || asks_unspaced (stripped) ||
         !g_str_equal (peeled, started) || comparison != NULL ||
         sortie_pattern_matches (language, SORTIE_PATTERN_QUESTION, peeled) ||
         sortie_pattern_matches (language, SORTIE_PATTERN_REQUEST, peeled);
}

/* Form is only taken out of requests: in a question "in a table" may be the very subject. */
char *
sortie_question_dup_subject (const char *language, const char *text)
{
  g_autofree char *stripped = sortie_question_strip (text);
  g_autofree char *started = remove_pattern (language, SORTIE_PATTERN_CONNECTIVE, stripped);
  g_autofree char *peeled = remove_pattern (language, SORTIE_PATTERN_OPENER, started);
  g_autofree char *sized = remove_pattern (language, SORTIE_PATTERN_LENGTH, peeled);
  g_autofree char *bare = remove_pattern (language, SORTIE_PATTERN_DOCUMENTS, sized);
  g_autofree char *formless = NULL;

  if (sortie_pattern_matches (language, SORTIE_PATTERN_QUESTION, bare) ||
      g_str_has_suffix (bare, "?"))
    return g_steal_pointer (&bare);
  formless = remove_pattern (language, SORTIE_PATTERN_FORM, bare);
  return remove_pattern (language, SORTIE_PATTERN_REQUEST, formless);
}

/* "What are the steps to build a package?" is headed "Steps to build a package", but "What is
 * required of maintainers?" stays what it is. */
static char *
without_lead (const char *language, const char *subject)
{
  g_autoptr (GMatchInfo) lead = sortie_pattern_match (language, SORTIE_PATTERN_LEAD, subject);
  g_autofree char *rest = NULL;
  g_autofree char *matched = NULL;
  gsize length;

  if (lead == NULL)
    return NULL;
  rest = without_match (lead, subject);
  matched = g_match_info_fetch (lead, 0);
  length = strlen (rest);
  while (length > 0 && strchr ("? ", rest[length - 1]) != NULL)
    rest[--length] = '\0';
  if (length == 0 || sortie_pattern_matches (language, SORTIE_PATTERN_VERB, rest))
    return NULL;
  /* Without an article after "what is", only a bare name follows safely. */
  g_strchomp (matched);
  if (sortie_text_count_words (matched, strlen (matched)) < 3 &&
      sortie_text_count_words (rest, length) > 2)
    return NULL;
  /* "What is it used for?" */
  if (strrchr (rest, ' ') != NULL)
    {
      g_autofree char *last =
          sortie_text_fold (strrchr (rest, ' ') + 1, strlen (strrchr (rest, ' ') + 1));

      if (is_function_word (language, last))
        return NULL;
    }
  return g_steal_pointer (&rest);
}

static char *
without_determiner (const char *language, const char *text)
{
  g_autoptr (GMatchInfo) info = sortie_pattern_match (language, SORTIE_PATTERN_DETERMINER, text);
  /* The A of "A and B" is a name. */
  gboolean letter = g_ascii_isupper (text[0]) && text[1] == ' ';
  g_autofree char *rest = info != NULL && !letter ? without_match (info, text) : NULL;

  return rest != NULL && *rest != '\0' ? g_steal_pointer (&rest) : g_strdup (text);
}

/* Commands and file names keep their small letter: only a word of letters that can be spoken gets a
 * capital, with its parts where it is compounded ("dpkg-divert" does not). */
static gboolean
is_spoken_word (const char *word, gsize length)
{
  gboolean spoken = length <= 1;

  for (const char *p = word; p < word + length; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gboolean last = g_utf8_next_char (p) >= word + length;

      if (c == '-' && !last)
        {
          if (!spoken)
            return FALSE;
          spoken = FALSE;
        }
      else if (!g_unichar_islower (c) && !(last && c < 0x7f && strchr (",?:", (int) c) != NULL))
        return FALSE;
      spoken = spoken || c > 0x7f || strchr ("aeiouy", (int) c) != NULL;
    }
  return spoken;
}

static char *
capitalise (const char *text)
{
  GString *result;

  if (*text == '\0' || !is_spoken_word (text, strcspn (text, " \t")))
    return g_strdup (text);
  result = g_string_new (NULL);
  g_string_append_unichar (result, g_unichar_toupper (g_utf8_get_char (text)));
  g_string_append (result, g_utf8_next_char (text));
  return g_string_free (result, FALSE);
}

/* Cuts at a space where there is one in the last third. */
static char *
shorten_at_word (const char *text, gsize limit)
{
  gsize length = strlen (text);
  const char *space;
  gsize cut;

  if (length <= limit)
    return g_strdup (text);
  cut = sortie_text_whole_characters (text, limit - strlen ("…"));
  space = g_strrstr_len (text, (gssize) cut, " ");
  if (space != NULL && (gsize) (space - text) > limit * 2 / 3)
    cut = (gsize) (space - text);
  while (cut > 0 && strchr (" ,;:.-", text[cut - 1]) != NULL)
    cut--;
  return g_strdup_printf ("%.*s…", (int) cut, text);
}

char *
sortie_question_dup_label (const char *language, const char *text)
{
  g_autofree char *subject = sortie_question_dup_subject (language, text);
  g_autofree char *short_form = without_lead (language, subject);
  g_autofree char *bare = without_determiner (language, short_form != NULL ? short_form : subject);
  g_autofree char *shortened = NULL;
  g_autofree char *spaced = NULL;
  g_autofree char *capital = NULL;

  if (*bare == '\0')
    {
      g_free (bare);
      bare = sortie_question_strip (text);
    }
  spaced = g_strdelimit (g_steal_pointer (&bare), "\r\n\t\v\f", ' ');
  shortened = shorten_at_word (spaced, SORTIE_QUESTION_MAX_LABEL);
  capital = capitalise (shortened);
  if (g_str_equal (language, "es") && g_str_has_suffix (capital, "?") &&
      strstr (capital, "¿") == NULL)
    return g_strconcat ("¿", capital, NULL);
  return g_steal_pointer (&capital);
}
