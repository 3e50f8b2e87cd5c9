/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-figures.h"

#include "sortie-text.h"

#include <string.h>

#define MAX_FIGURE 32
#define MAX_WORD 20 /* bytes of a number in words */

struct _SortieFigures
{
  GHashTable *seen; /* digits alone: "1.000" is "1000" */
};

/* Numbers in words, up to twelve and the tens, in the languages of reports. A compound such as
 * "twenty-four" is two words here: its sum is added as well. */
static const struct
{
  const char *word;
  guint value;
} words[] = {
  { "one", 1 },
  { "two", 2 },
  { "three", 3 },
  { "four", 4 },
  { "five", 5 },
  { "six", 6 },
  { "seven", 7 },
  { "eight", 8 },
  { "nine", 9 },
  { "ten", 10 },
  { "eleven", 11 },
  { "twelve", 12 },
  { "thirteen", 13 },
  { "fourteen", 14 },
  { "fifteen", 15 },
  { "sixteen", 16 },
  { "eighteen", 18 },
  { "twenty", 20 },
  { "thirty", 30 },
  { "forty", 40 },
  { "fifty", 50 },
  { "sixty", 60 },
  { "seventy", 70 },
  { "eighty", 80 },
  { "ninety", 90 },
  { "hundred", 100 },
  { "thousand", 1000 },
  { "twice", 2 },

  { "ein", 1 },
  { "eins", 1 },
  { "eine", 1 },
  { "einen", 1 },
  { "zwei", 2 },
  { "drei", 3 },
  { "vier", 4 },
  { "funf", 5 },
  { "sechs", 6 },
  { "sieben", 7 },
  { "acht", 8 },
  { "neun", 9 },
  { "zehn", 10 },
  { "elf", 11 },
  { "zwolf", 12 },
  { "zwanzig", 20 },
  { "vierundzwanzig", 24 },
  { "dreissig", 30 },
  { "sechsunddreissig", 36 },
  { "vierzig", 40 },
  { "funfzig", 50 },
  { "sechzig", 60 },
  { "siebzig", 70 },
  { "achtzig", 80 },
  { "neunzig", 90 },
  { "hundert", 100 },
  { "tausend", 1000 },
  { "un", 1 },
  { "une", 1 },
  { "deux", 2 },
  { "trois", 3 },
  { "quatre", 4 },
  { "cinq", 5 },
  { "sept", 7 },
  { "huit", 8 },
  { "neuf", 9 },
  { "dix", 10 },
  { "onze", 11 },
  { "douze", 12 },
  { "vingt", 20 },
  { "trente", 30 },
  { "quarante", 40 },
  { "cinquante", 50 },
  { "soixante", 60 },
  { "cent", 100 },
  { "mille", 1000 },
  { "uno", 1 },
  { "una", 1 },
  { "dos", 2 },
  { "tres", 3 },
  { "cuatro", 4 },
  { "cinco", 5 },
  { "seis", 6 },
  { "siete", 7 },
  { "ocho", 8 },
  { "nueve", 9 },
  { "diez", 10 },
  { "once", 11 },
  { "doce", 12 },
  { "veinte", 20 },
  { "treinta", 30 },
  { "cuarenta", 40 },
  { "cincuenta", 50 },
  { "sesenta", 60 },
  { "cien", 100 },
  { "mil", 1000 },
};

static gboolean
is_after_letter (const char *start, const char *at)
{
  const char *before = g_utf8_find_prev_char (start, at);

  return before != NULL && (*before == '_' || g_unichar_isalpha (g_utf8_get_char (before)));
}

/* Whether `[12]`, not escaped, begins here. */
static gsize
citation_length (const char *start, const char *at, const char *end)
{
  const char *p = at + 1;

  if (*at != '[' || (at > start && at[-1] == '\\'))
    return 0;
  while (p < end && g_ascii_isdigit (*p))
    p++;
  return p > at + 1 && p < end && *p == ']' ? (gsize) (p - at) + 1 : 0;
}

/* The next figure in digits, without what parts its digits: "1,000", "3.5", "1 000". A number that
 * belongs to a name ("v2", "sha256") is none. Returns where to go on; NULL at the end. */
static const char *
next_figure (const char *start, const char *at, const char *end, char figure[MAX_FIGURE])
{
  gsize n = 0;

  for (; at < end; at++)
    {
      gsize citation = citation_length (start, at, end);

      if (citation > 0)
        at += citation - 1;
      else if (g_ascii_isdigit (*at) && !is_after_letter (start, at))
        break;
      else if (g_ascii_isdigit (*at))
        while (at + 1 < end && g_ascii_isdigit (at[1]))
          at++;
    }
  if (at >= end)
    return NULL;
  while (at < end)
    {
      if (g_ascii_isdigit (*at))
        {
          if (n + 1 < MAX_FIGURE)
            figure[n++] = *at;
        }
      else if (strchr (".,'", *at) == NULL || at + 1 >= end || !g_ascii_isdigit (at[1]))
        break;
      at++;
    }
  figure[n] = '\0';
  return at;
}

static void
add_value (SortieFigures *self, guint value)
{
  g_hash_table_add (self->seen, g_strdup_printf ("%u", value));
}

static guint
value_of (const char *folded, guint from)
{
  for (guint i = from; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i].word, folded))
      return i;
  return G_N_ELEMENTS (words);
}

static void
add_words (SortieFigures *self, const char *text)
{
  g_autoptr (GArray) tokens = sortie_text_tokenize (text, strlen (text));
  guint tens = 0;

  for (guint i = 0; i < tokens->len; i++)
    {
      const SortieSpan *span = &g_array_index (tokens, SortieSpan, i);
      g_autofree char *folded = sortie_text_fold (text + span->start, span->end - span->start);
      guint value = 0;

      if (span->end - span->start > MAX_WORD)
        continue;
      for (guint w = value_of (folded, 0); w < G_N_ELEMENTS (words); w = value_of (folded, w + 1))
        {
          value = words[w].value;
          add_value (self, value);
          if (tens > 0 && value < 10)
            add_value (self, tens + value);
        }
      tens = value >= 20 && value < 100 ? value : 0;
    }
}

SortieFigures *
sortie_figures_new (void)
{
  SortieFigures *self = g_new0 (SortieFigures, 1);

  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
sortie_figures_free (SortieFigures *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->seen);
  g_free (self);
}

void
sortie_figures_add (SortieFigures *self, const char *text)
{
  char figure[MAX_FIGURE];
  const char *end = text + strlen (text);

  for (const char *at = text; (at = next_figure (text, at, end, figure)) != NULL;)
    g_hash_table_add (self->seen, g_strdup (figure));
  add_words (self, text);
}

void
sortie_figures_merge (SortieFigures *self, const SortieFigures *other)
{
  GHashTableIter iter;
  gpointer figure;

  g_hash_table_iter_init (&iter, other->seen);
  while (g_hash_table_iter_next (&iter, &figure, NULL))
    g_hash_table_add (self->seen, g_strdup (figure));
}

gboolean
sortie_figures_hold (SortieFigures *self, const char *text, gsize length)
{
  char figure[MAX_FIGURE];
  const char *end = text + length;

  for (const char *at = text; (at = next_figure (text, at, end, figure)) != NULL;)
    if (!g_hash_table_contains (self->seen, figure))
      return FALSE;
  return TRUE;
}
