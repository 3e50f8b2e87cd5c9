/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-sentences.h"

#include "sortie-text.h"

#include <string.h>

/* How much of a text's beginning is looked at for an opening, bytes. */
#define MAX_OPENING 64
/* A single word of more bytes is no word of prose; an address is counted apart. */
#define MAX_PROSE_WORD 60

/* Openings that point back to what was said before, folded. */
static const char *const leaning[] = {
  "this",
  "these",
  "those",
  "that",
  "it",
  "they",
  "them",
  "their",
  "its",
  "he",
  "she",
  "his",
  "her",
  "such",
  "however",
  "therefore",
  "thus",
  "hence",
  "but",
  "and",
  "or",
  "so",
  "also",
  "moreover",
  "furthermore",
  "in addition",
  "additionally",
  "otherwise",
  "then",
  "instead",
  "in this case",
  "in that case",
  "in these cases",
  "in such",
  "in either case",
  "in both cases",
  "as such",
  "for this reason",
  "for this",
  "if so",
  "if not",
  "conversely",
  "similarly",
  "likewise",
  "consequently",
  "as a result",
  "nevertheless",
  "nonetheless",
  "still",
  "yet",
  "even so",
  "both",
  "neither",
  "the former",
  "the latter",
  "the above",
  "the same",
  "here",
  "there,",
  "again",
  "on the other hand",
  "by contrast",
  "in contrast",
  "in other words",
  "that is",
  "for example",
  "for instance",
  "e.g",
  "i.e",
  "another",
  "others",
  "one of these",
  "one of them",
  "note that this",
  "because of this",
  "to do this",
  "to do so",
  "doing so",
  "doing this",
  "at this",
  "at that",
  "after that",
  "after this",
  "before that",
  "with this",
  "with that",
  "under this",
  "all of these",
  "none of these",
  "each of these",
  "some of these",
  "unlike",
  "finally",
  "first,",
  "second,",
  "third,",
  "next,",
  "rather",
  "besides",
  "meanwhile",
  "of these",
  "from this",
  "from there",
  "without this",
  "dies",
  "diese",
  "dieser",
  "dieses",
  "diesem",
  "diesen",
  "jene",
  "jener",
  "er",
  "sie",
  "es",
  "sein",
  "seine",
  "ihr",
  "ihre",
  "jedoch",
  "aber",
  "und",
  "oder",
  "daher",
  "deshalb",
  "deswegen",
  "somit",
  "folglich",
  "also",
  "ausserdem",
  "ferner",
  "zudem",
  "daruber hinaus",
  "andernfalls",
  "sonst",
  "dann",
  "stattdessen",
  "dabei",
  "dafur",
  "damit",
  "dazu",
  "hierbei",
  "hierfur",
  "hiermit",
  "dort",
  "auch",
  "ebenso",
  "dagegen",
  "hingegen",
  "trotzdem",
  "dennoch",
  "in diesem fall",
  "beide",
  "letzteres",
  "ersteres",
  "zum beispiel",
  "beispielsweise",
  "d.h",
  "das heisst",
  "solche",
  "derartige",
  "so",
  "il",
  "elle",
  "ils",
  "elles",
  "ce",
  "cet",
  "cette",
  "ces",
  "cela",
  "ceci",
  "celui-ci",
  "celle-ci",
  "ceux-ci",
  "toutefois",
  "cependant",
  "mais",
  "et",
  "ou",
  "donc",
  "ainsi",
  "par consequent",
  "en outre",
  "de plus",
  "sinon",
  "alors",
  "dans ce cas",
  "par exemple",
  "c'est",
  "c’est",
  "leur",
  "leurs",
  "son",
  "sa",
  "ses",
  "neanmoins",
  "de meme",
  "en revanche",
  "au contraire",
  "enfin",
  "d'autre part",
  "tel",
  "telle",
  "tels",
  "este",
  "esta",
  "estos",
  "estas",
  "ese",
  "esa",
  "esos",
  "esas",
  "esto",
  "eso",
  "ello",
  "ellos",
  "ellas",
  "sin embargo",
  "no obstante",
  "pero",
  "y",
  "o",
  "por tanto",
  "por lo tanto",
  "asi",
  "ademas",
  "tambien",
  "en este caso",
  "en ese caso",
  "por ejemplo",
  "es decir",
  "su",
  "sus",
  "ambos",
  "ambas",
  "dicho",
  "dicha",
  "en cambio",
  "por el contrario",
  "por ello",
  "por eso",
  "finalmente",
};

/* "It is possible to …" points at nothing. */
static const char *const expletive[] = {
  "it is possible",
  "it is recommended",
  "it is necessary",
  "it is important",
  "it is permissible",
  "it is permitted",
  "it is required",
  "it is best",
  "it is advisable",
  "it is acceptable",
  "it is common",
  "it is easy",
  "it is difficult",
  "it is forbidden",
  "it is allowed",
  "it is strongly",
  "it is usually",
  "it is often",
  "it is sometimes",
  "it is generally",
  "it is not possible",
  "it is not necessary",
  "it is not required",
  "it is not recommended",
  "it is not permitted",
  "it is not allowed",
  "it is also possible",
  "it is impossible",
  "it is good",
  "it is wise",
  "it is essential",
  "it is crucial",
  "it is wrong",
  "it is an error",
  "it is worth",
  "it is hard",
  "it is safe",
  "it should be noted",
  "it takes",
  "those who",
  "so that",
  "both the",
  "so far as",
  "one of the",
  "es ist moglich",
  "es ist notwendig",
  "es gibt",
  "es ist wichtig",
  "es empfiehlt sich",
  "es ist erforderlich",
  "es ist nicht",
  "es wird empfohlen",
  "es muss",
  "es darf",
  "es kann",
  "il est possible",
  "il est necessaire",
  "il est recommande",
  "il est interdit",
  "il faut",
  "il existe",
  "il y a",
  "il est important",
  "il convient",
  "il est conseille",
  "c'est pourquoi",
};

/* What pages say about themselves, folded. Nobody asks for it. */
static const char *const boilerplate[] = {
  "all rights reserved",
  "click here",
  "enable javascript",
  "accept cookies",
  "uses cookies",
  "skip to content",
  "skip to main",
  "powered by",
  "last updated",
  "last modified",
  "generated by",
  "table of contents",
  "back to top",
  "previous page",
  "next page",
  "sign in",
  "log in to",
  "subscribe to our",
  "share this",
  "follow us",
  "terms of use",
  "privacy policy",
  "this page was",
  "built with sphinx",
  "page last",
  "alle rechte vorbehalten",
  "inhaltsverzeichnis",
  "nach oben",
  "zuletzt aktualisiert",
  "tous droits reserves",
  "cliquez ici",
  "table des matieres",
  "haut de page",
  "todos los derechos reservados",
  "haga clic",
  "tabla de contenidos",
  "indice de contenidos",
};

/* Openings of sentences that send the reader elsewhere or speak about the text. */
static const char *const pointing[] = {
  "see ",
  "details of",
  "see also",
  "refer to",
  "cf.",
  "(see",
  "for more information",
  "for more details",
  "for further",
  "for details",
  "for a description",
  "more information",
  "this section",
  "this chapter",
  "this document",
  "this appendix",
  "this manual",
  "the following section",
  "the next section",
  "this article",
  "this guide",
  "as described in",
  "as mentioned",
  "as noted",
  "as discussed",
  "as we",
  "in this section",
  "in this chapter",
  "note:",
  "footnote",
  "figure ",
  "fig. ",
  "table ",
  "example:",
  "siehe ",
  "vgl.",
  "weitere informationen",
  "dieser abschnitt",
  "dieses kapitel",
  "dieses dokument",
  "voir ",
  "cf ",
  "pour plus",
  "cette section",
  "ce chapitre",
  "ce document",
  "vease",
  "ver ",
  "para mas",
  "esta seccion",
  "este capitulo",
  "este documento",
};

/* What sends the reader elsewhere in mid-sentence. */
static const char *const referring[] = {
  ", see ",           " see section",    " is described in ", " are described in ",
  " is discussed in", " are listed in ", " is documented in", " is explained in ",
  " siehe abschnitt", " voir section",   " vease la seccion", " what follows is ",
};

static const char *const verbs[] = {
  "is",   "are",    "was",    "were",    "be",    "been",    "has",    "have",   "had",
  "must", "shall",  "should", "may",     "can",   "cannot",  "will",   "would",  "does",
  "do",   "did",    "ist",    "sind",    "war",   "wird",    "werden", "hat",    "haben",
  "kann", "konnen", "muss",   "mussen",  "soll",  "sollen",  "darf",   "durfen", "est",
  "sont", "ont",    "doit",   "doivent", "peut",  "peuvent", "sera",   "es",     "son",
  "ha",   "han",    "debe",   "deben",   "puede", "pueden",  "sera",
};

static gboolean
is_boundary (char c)
{
  return c == '\0' || !(g_ascii_isalnum (c) || (guchar) c >= 0x80);
}

static gboolean
opens_with (const char *folded, const char *const *openings, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      gsize length = strlen (openings[i]);

      if (strncmp (folded, openings[i], length) == 0 &&
          (is_boundary (folded[length]) || is_boundary (openings[i][length - 1])))
        return TRUE;
    }
  return FALSE;
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

  return opens_with (opening, leaning, G_N_ELEMENTS (leaning)) &&
         !opens_with (opening, expletive, G_N_ELEMENTS (expletive));
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
} Shape;

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
    }
  else if (g_unichar_isdigit (c))
    shape->digits++;
  else if (g_unichar_isspace (c))
    shape->spaces++;
  else if (!g_unichar_ismark (c) && (c > 0x7f || strchr (",.;:()'\"-?!", (int) c) == NULL) &&
           !(c >= 0x2010 && c <= 0x201f) && c != 0xab && c != 0xbb && c != 0x2026)
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
          c != 0x2019 && c != 0xbb && c != 0x201c && c != '*' && c != '_')
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
  if (shape->addresses * 3 > length || shape->longest > MAX_PROSE_WORD)
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

      if (!sortie_vocabulary_is_stop (vocabulary, stem))
        continue;
      for (guint j = 0; j < G_N_ELEMENTS (verbs); j++)
        if (g_str_equal (sortie_vocabulary_get_stem (vocabulary, stem), verbs[j]))
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
  if (last == ':')
    return 0.0;
  if (!is_final (last))
    {
      if (n_words < 9 || last == ',')
        return 0.0;
      quality *= has_verb (vocabulary, words) ? 0.7 : 0.3;
    }
  if (last == '?')
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
           first != 0xa1 && first != '[')
    quality *= 0.7;
  return quality;
}

/* Prose has function words; lists of names, headings and code have few. */
static double
judge_words (const SortieVocabulary *vocabulary, GArray *words)
{
  guint stops = 0;

  for (guint i = 0; i < words->len; i++)
    stops += sortie_vocabulary_is_stop (vocabulary, g_array_index (words, SortieWord, i).stem);
  if (words->len >= 7 && stops == 0)
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

  if (opens_with (opening, pointing, G_N_ELEMENTS (pointing)))
    return 0.35;
  folded = sortie_text_fold (text, length);
  for (guint i = 0; i < G_N_ELEMENTS (referring); i++)
    if (strstr (folded, referring[i]) != NULL)
      return 0.45;
  if (n_words > 30)
    return 1.0;
  for (guint i = 0; i < G_N_ELEMENTS (boilerplate); i++)
    if (strstr (folded, boilerplate[i]) != NULL)
      return 0.0;
  return 1.0;
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

  if (length == 0 || length > SORTIE_SENTENCE_MAX_BYTES || n < SORTIE_SENTENCE_MIN_WORDS ||
      n > SORTIE_SENTENCE_MAX_WORDS)
    return 0.0;
  shape = measure (text, length);
  quality = judge_shape (&shape, length);
  if (quality > 0.0)
    quality *= judge_ends (text, length, vocabulary, words);
  if (quality > 0.0)
    quality *= judge_words (vocabulary, words);
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
