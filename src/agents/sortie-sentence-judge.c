/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-sentences.h"

#include "sortie-language.h"
#include "sortie-sentence-tables.h"
#include "sortie-text.h"

#include <string.h>

/* How much of a text's beginning is looked at for an opening, bytes. */
#define MAX_OPENING 64
/* A single word of more bytes is no word of prose; an address is counted apart. */
#define MAX_PROSE_WORD 60

static gboolean
is_boundary (char c)
{
  return c == '\0' || !(g_ascii_isalnum (c) || (guchar) c >= 0x80);
}

/* Whether the text opens with one of the phrases, as whole words. */
static gboolean
opens_with (const char *folded, const char *phrases)
{
  for (const char *p = phrases + 1; *p != '\0'; p = strchr (p, '|') + 1)
    {
      gsize length = *p == *folded ? strcspn (p, "|") : 0;

      if (length > 0 && strncmp (folded, p, length) == 0 &&
          (is_boundary (folded[length]) || is_boundary (p[length - 1])))
        return TRUE;
    }
  return FALSE;
}

/* Whether one of the phrases is anywhere in the text. */
static gboolean
contains_phrase (const char *folded, const char *phrases)
{
  for (const char *p = phrases + 1; *p != '\0'; p = strchr (p, '|') + 1)
    if (memmem (folded, strlen (folded), p, strcspn (p, "|")) != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
is_phrase (const char *word, const char *phrases)
{
  g_autofree char *between = g_strdup_printf ("|%s|", word);

  return strstr (phrases, between) != NULL;
}

/* The beginning, folded, without quotes and brackets before it. */
static char *
fold_opening (const char *text, gsize length)
{
  gsize skip = 0;

  while (skip < length && strchr ("\"'([*_`- ", text[skip]) != NULL)
    skip++;
  return sortie_text_fold (text + skip,
                           sortie_text_whole_characters (text + skip,
                                                         MIN (length - skip, MAX_OPENING)));
}

gboolean
sortie_sentence_leans (const char *text, gsize length)
{
  g_autofree char *opening = fold_opening (text, length);

  return opens_with (opening, sortie_sentence_leaning) &&
         !opens_with (opening, sortie_sentence_expletive);
}

typedef struct
{
  guint letters;
  guint upper;
  guint digits;
  guint spaces;
  guint others; /* signs that prose has little of */
  guint total;
  guint addresses; /* bytes of URLs */
  guint longest;   /* word, bytes, addresses left out */
  gboolean invisible;
  gboolean leader; /* "....": a line of a table of contents */
  guint bars;
  guint colons;
  guint unspaced; /* letters of a script written without spaces */
} Shape;

/* So many characters without spaces are as long as one word of others. */
#define CHARACTERS_A_WORD 2

static gboolean
is_invisible (gunichar c)
{
  return (c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f || c == 0xfffd ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
         (c >= 0x200b && c <= 0x200f);
}

static void
shape_count (Shape *shape, gunichar c)
{
  shape->total++;
  if (g_unichar_isalpha (c))
    {
      shape->letters++;
      shape->upper += g_unichar_isupper (c);
      shape->unspaced += sortie_character_is_unspaced (c);
    }
  else if (g_unichar_isdigit (c))
    shape->digits++;
  else if (g_unichar_isspace (c))
    shape->spaces++;
  else if (!g_unichar_ismark (c) && (c > 0x7f || strchr (",.;:()'\"-?!", (int) c) == NULL) &&
           !(c >= 0x2010 && c <= 0x201f) && c != 0xab && c != 0xbb && c != 0x2026 &&
           !sortie_character_is_unspaced_sign (c))
    shape->others++;
  shape->bars += c == '|' || c == 0x2502;
  shape->colons += c == ':';
  shape->invisible = shape->invisible || is_invisible (c);
}

static Shape
measure (const char *text, gsize length)
{
  Shape shape = { 0 };
  const char *end = text + length;

  for (const char *word = text; word < end;)
    {
      const char *stop = word;
      gboolean address;

      while (stop < end && !g_ascii_isspace (*stop))
        stop++;
      address = g_strstr_len (word, stop - word, "://") != NULL ||
                g_strstr_len (word, stop - word, "www.") != NULL;
      if (address)
        shape.addresses += (guint) (stop - word);
      else
        shape.longest = MAX (shape.longest, (guint) (stop - word));
      word = stop;
      while (word < end && g_ascii_isspace (*word))
        word++;
    }
  for (const char *p = text; p < end; p = g_utf8_next_char (p))
    shape_count (&shape, g_utf8_get_char (p));
  shape.leader = g_strstr_len (text, (gssize) length, "....") != NULL ||
                 g_strstr_len (text, (gssize) length, ". . .") != NULL ||
                 g_strstr_len (text, (gssize) length, "____") != NULL ||
                 g_strstr_len (text, (gssize) length, "----") != NULL ||
                 g_strstr_len (text, (gssize) length, "====") != NULL;
  return shape;
}

/* The last character that is no closing quote or bracket. */
static gunichar
last_sign (const char *text, gsize length)
{
  const char *p = text + length;

  while (p > text)
    {
      gunichar c;

      p = g_utf8_prev_char (p);
      c = g_utf8_get_char (p);
      if (!g_unichar_isspace (c) && c != '"' && c != '\'' && c != ')' && c != ']' && c != 0x201d &&
          c != 0x2019 && c != 0xbb && c != 0x201c && c != '*' && c != '_' && c != 0x300d &&
          c != 0x300f && c != 0xff09)
        return c;
    }
  return 0;
}

static gboolean
is_final (gunichar c)
{
  return c == '.' || c == '!' || c == '?' || c == 0x2026 || c == 0x3002 || c == 0xff01 ||
         c == 0xff1f || c == 0x0964 || c == 0x061f;
}

static double
judge_shape (const Shape *shape, gsize length)
{
  guint signs = shape->total - shape->spaces;
  double quality = 1.0;

  if (shape->invisible || shape->leader || shape->bars > 1 || signs == 0)
    return 0.0;
  if (shape->letters * 10 < signs * 7 || shape->others * 8 > signs)
    return 0.0;
  if (shape->addresses * 3 > length || (shape->longest > MAX_PROSE_WORD && shape->unspaced == 0))
    return 0.0;
  if (shape->digits * 5 > signs)
    quality *= 0.7;
  if (shape->others * 20 > signs)
    quality *= 0.85;
  if (shape->upper * 2 > shape->letters)
    quality *= 0.6;
  if (shape->addresses > 0)
    quality *= 0.85;
  /* Fields of a form: "Files: * Copyright: 2008". */
  if (shape->colons > 2)
    quality *= 0.4;
  return quality;
}

/* "11 dpkg-shlibdeps will use …": the number of a footnote, or of a line, before its text. */
static gboolean
has_loose_number (const char *text, gsize length)
{
  gsize digits = 0;

  while (digits < length && g_ascii_isdigit (text[digits]))
    digits++;
  return digits < 4 && digits + 2 < length && text[digits] == ' ' &&
         !g_ascii_isdigit (text[digits + 1]);
}

/* A point of a list that says something has a verb, and the commonest ones are function words. */
static gboolean
has_verb (const SortieVocabulary *vocabulary, GArray *words)
{
  for (guint i = 0; i < words->len; i++)
    {
      guint stem = g_array_index (words, SortieWord, i).stem;

      if (sortie_vocabulary_is_stop (vocabulary, stem) &&
          is_phrase (sortie_vocabulary_get_stem (vocabulary, stem), sortie_sentence_verbs))
        return TRUE;
    }
  return FALSE;
}

static double
judge_ends (const char *text, gsize length, const SortieVocabulary *vocabulary, GArray *words)
{
  guint n_words = words->len;
  gboolean stop_first =
      sortie_vocabulary_is_stop (vocabulary, g_array_index (words, SortieWord, 0).stem);
  gunichar first = g_utf8_get_char (text);
  gunichar last = last_sign (text, length);
  double quality = 1.0;

  /* A line without a full stop is a heading or a menu; a long one may be a point of a list. */
  if (last == ':' || last == 0xff1a)
    return 0.0;
  if (!is_final (last))
    {
      if (n_words < 9 || last == ',')
        return 0.0;
      quality *= has_verb (vocabulary, words) ? 0.7 : 0.3;
    }
  if (last == '?' || last == 0xff1f)
    quality *= 0.5;
  if (last == 0x2026)
    quality *= 0.6;
  if (g_unichar_islower (first))
    {
      /* "and then …" is the rest of something; "dpkg-divert is …" is a sentence. */
      if (stop_first)
        return 0.0;
      quality *= 0.85;
    }
  else if (first == '(')
    quality *= 0.7;
  else if (g_unichar_isdigit (first) && has_loose_number (text, length))
    quality *= 0.6;
  else if (!g_unichar_isalnum (first) && first != '"' && first != 0x201c && first != 0x201e &&
           first != 0xab && first != '\'' && first != '/' && first != '`' && first != 0xbf &&
           first != 0xa1 && first != '[' && first != 0x300c && first != 0x300e)
    quality *= 0.7;
  return quality;
}

/* Prose has function words; lists of names, headings and code have few. */
static double
judge_words (const SortieVocabulary *vocabulary, GArray *words, gboolean unspaced)
{
  guint stops = 0;

  for (guint i = 0; i < words->len; i++)
    stops += sortie_vocabulary_is_function (vocabulary, g_array_index (words, SortieWord, i).stem);
  if (words->len >= 7 && stops == 0 && !unspaced)
    return 0.0;
  if (stops * 8 < words->len)
    return 0.6;
  if (stops == words->len)
    return 0.0;
  return 1.0;
}

static double
judge_openings (const char *text, gsize length, guint n_words)
{
  g_autofree char *opening = fold_opening (text, length);
  g_autofree char *folded = NULL;

  if (opens_with (opening, sortie_sentence_pointing))
    return 0.35;
  folded = sortie_text_fold (text, length);
  if (contains_phrase (folded, sortie_sentence_referring))
    return 0.45;
  if (n_words > 30)
    return 1.0;
  return contains_phrase (folded, sortie_sentence_boilerplate) ? 0.0 : 1.0;
}

double
sortie_sentence_judge (const char *text,
                       gsize length,
                       const SortieVocabulary *vocabulary,
                       GArray *words)
{
  Shape shape;
  double quality;
  guint n = words->len;

  if (length == 0 || length > SORTIE_SENTENCE_MAX_BYTES || n < SORTIE_SENTENCE_MIN_WORDS)
    return 0.0;
  shape = measure (text, length);
  n -= MIN (n, shape.unspaced - shape.unspaced / CHARACTERS_A_WORD);
  if (n < SORTIE_SENTENCE_MIN_WORDS || n > SORTIE_SENTENCE_MAX_WORDS)
    return 0.0;
  quality = judge_shape (&shape, length);
  if (quality > 0.0)
    quality *= judge_ends (text, length, vocabulary, words);
  if (quality > 0.0)
    quality *= judge_words (vocabulary, words, shape.unspaced > 0);
  if (quality > 0.0)
    quality *= judge_openings (text, length, n);
  /* Markup that was left in the text shows that there may be a better copy. */
  if (g_strstr_len (text, (gssize) length, "`") != NULL ||
      g_strstr_len (text, (gssize) length, "**") != NULL ||
      g_strstr_len (text, (gssize) length, "\\") != NULL)
    quality *= 0.85;
  /* Very short says little, very long tires. */
  if (n < 8)
    quality *= 0.8;
  else if (n > 45)
    quality *= 0.8;
  return quality;
}
