/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-agents"

#include "sortie-vocabulary.h"

#include "sortie-library.h"
#include "sortie-text.h"

#include <string.h>

/* A longer token is no word: its beginning stands for it. Bytes. */
#define MAX_WORD 64
/* No ending is taken off so that less is left, bytes. */
#define MIN_ROOT 3

enum
{
  WORD_STOP = 1 << 0,
  WORD_NUMBER = 1 << 1,
  WORD_NEGATION = 1 << 2,
  WORD_FUNCTION = 1 << 3,
};

typedef struct
{
  char *stem;
  guint flags;
} Word;

struct _SortieVocabulary
{
  char *language;
  GHashTable *by_form; /* a word as written → SortieWord */
  GHashTable *by_stem; /* a stem → its number + 1; function words with a leading blank */
  GHashTable *by_root; /* an inflected form's root → its number + 1 */
  GArray *words;
};

static const char *const negations[] = {
  "not",    "no",      "never",  "without", "neither", "nor",        "cannot",    "can't",
  "don't",  "doesn't", "won't",  "isn't",   "aren't",  "shouldn't",  "nicht",     "kein",
  "keine",  "keinen",  "keiner", "nie",     "niemals", "ohne",       "ne",        "pas",
  "jamais", "sans",    "aucun",  "aucune",  "nunca",   "sin",        "ningun",    "ninguna",
  "unless", "except",  "ausser", "sauf",    "salvo",   "prohibited", "forbidden",
};

static void
word_clear (gpointer data)
{
  g_free (((Word *) data)->stem);
}

SortieVocabulary *
sortie_vocabulary_new (const char *language)
{
  SortieVocabulary *self = g_new0 (SortieVocabulary, 1);

  self->language = g_strdup (language);
  self->by_form = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->by_stem = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->by_root = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->words = g_array_new (FALSE, FALSE, sizeof (Word));
  g_array_set_clear_func (self->words, word_clear);
  return self;
}

void
sortie_vocabulary_free (SortieVocabulary *self)
{
  if (self == NULL)
    return;
  g_free (self->language);
  g_hash_table_unref (self->by_form);
  g_hash_table_unref (self->by_stem);
  g_hash_table_unref (self->by_root);
  g_array_unref (self->words);
  g_free (self);
}

static gsize
elision_length (const char *word, gsize length)
{
  static const char *const elisions[] = { "l", "d", "j",  "m",     "n",     "s",
                                          "t", "c", "qu", "jusqu", "lorsqu" };

  for (guint i = 0; i < G_N_ELEMENTS (elisions); i++)
    {
      gsize n = strlen (elisions[i]);

      if (length < n + 2 || g_ascii_strncasecmp (word, elisions[i], n) != 0)
        continue;
      if (word[n] == '\'')
        return n + 1;
      if (length > n + 3 && strncmp (word + n, "’", 3) == 0)
        return n + 3;
    }
  return 0;
}

void
sortie_word_trim (const char *language, const char **word, gsize *length)
{
  if (g_strcmp0 (language, "fr") == 0 || g_strcmp0 (language, "it") == 0)
    {
      gsize skip = elision_length (*word, *length);

      *word += skip;
      *length -= skip;
    }
  else if (*length > 2 && g_ascii_strncasecmp (*word + *length - 2, "'s", 2) == 0)
    *length -= 2;
  else if (*length > 4 && g_ascii_strncasecmp (*word + *length - 4, "’s", 4) == 0)
    *length -= 4;
}

static gboolean
is_negation (const char *folded)
{
  for (guint i = 0; i < G_N_ELEMENTS (negations); i++)
    if (g_str_equal (folded, negations[i]))
      return TRUE;
  return FALSE;
}

/* A word in no English text that is no function word of the mission's language either may still be
 * one of English: documents are often in English whatever the mission is in. */
static gboolean
is_stop (const char *language, const char *folded)
{
  return sortie_text_is_stop_word (language, folded) || sortie_text_is_stop_word ("en", folded);
}

static gboolean
is_function (const char *folded)
{
  static const char *const languages[] = { "de", "fr", "es", "it", "nl", "pt", "ja", "zh" };

  for (guint i = 0; i < G_N_ELEMENTS (languages); i++)
    if (sortie_text_is_stop_word (languages[i], folded))
      return TRUE;
  return FALSE;
}

static guint
add_word (SortieVocabulary *self, const char *word, gsize length)
{
  g_autofree char *folded = sortie_text_fold (word, length);
  gboolean stop = is_stop (self->language, folded);
  g_autofree char *stem = stop ? g_strdup (folded) : sortie_stem (self->language, folded);
  g_autofree char *key = g_strconcat (stop ? " " : "", stem, NULL);
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_stem, key));
  Word entry = { NULL, 0 };

  if (found > 0)
    return found - 1;
  if (stop)
    entry.flags |= WORD_STOP;
  if (stop || is_function (folded))
    entry.flags |= WORD_FUNCTION;
  if (g_ascii_isdigit (folded[0]))
    entry.flags |= WORD_NUMBER;
  if (is_negation (folded))
    entry.flags |= WORD_NEGATION;
  entry.stem = g_steal_pointer (&stem);
  g_array_append_val (self->words, entry);
  g_hash_table_insert (self->by_stem, g_steal_pointer (&key), GUINT_TO_POINTER (self->words->len));
  return self->words->len - 1;
}

/* What is left of a folded word without the endings of its inflection. */
static gsize
root_length (const char *language, const char *folded)
{
  static const char *const english[] = { "ing", "ed", "es", "s", "e", NULL };
  static const char *const german[] = { "en", "er", "es", "em", "e", "n", "s", NULL };
  static const char *const romance[] = { "es", "s", "e", NULL };
  const char *const *endings = g_strcmp0 (language, "en") == 0   ? english
                               : g_strcmp0 (language, "de") == 0 ? german
                                                                 : romance;
  gsize length = strlen (folded);

  for (guint i = 0; endings[i] != NULL; i++)
    if (g_str_has_suffix (folded, endings[i]) && length >= strlen (endings[i]) + MIN_ROOT)
      return length - strlen (endings[i]);
  return length;
}

static guint
intern_root (SortieVocabulary *self, const char *form, gsize length)
{
  g_autofree char *folded = sortie_text_fold (form, length);
  guint found;

  folded[root_length (self->language, folded)] = '\0';
  found = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_root, folded));
  if (found == 0)
    {
      found = g_hash_table_size (self->by_root) + 1;
      g_hash_table_insert (self->by_root, g_steal_pointer (&folded), GUINT_TO_POINTER (found));
    }
  return found - 1;
}

SortieWord
sortie_vocabulary_intern (SortieVocabulary *self, const char *word, gsize length)
{
  char form[MAX_WORD + 1];
  SortieWord *known;
  SortieWord result;

  sortie_word_trim (self->language, &word, &length);
  if (length > MAX_WORD)
    length = sortie_text_whole_characters (word, MAX_WORD);
  memcpy (form, word, length);
  form[length] = '\0';
  known = g_hash_table_lookup (self->by_form, form);
  if (known != NULL)
    return *known;
  result.stem = add_word (self, form, length);
  result.root = intern_root (self, form, length);
  g_hash_table_insert (self->by_form, g_strdup (form), g_memdup2 (&result, sizeof result));
  return result;
}

GArray *
sortie_vocabulary_read (SortieVocabulary *self, const char *text, gsize length)
{
  g_autoptr (GArray) tokens = sortie_text_tokenize (text, length);
  GArray *words = g_array_sized_new (FALSE, FALSE, sizeof (SortieWord), tokens->len);

  for (guint i = 0; i < tokens->len; i++)
    {
      const SortieSpan *span = &g_array_index (tokens, SortieSpan, i);
      SortieWord word =
          sortie_vocabulary_intern (self, text + span->start, span->end - span->start);

      g_array_append_val (words, word);
    }
  return words;
}

guint
sortie_vocabulary_get_size (const SortieVocabulary *self)
{
  return self->words->len;
}

static guint
flags_of (const SortieVocabulary *self, guint stem)
{
  return g_array_index (self->words, Word, stem).flags;
}

gboolean
sortie_vocabulary_is_stop (const SortieVocabulary *self, guint stem)
{
  return (flags_of (self, stem) & WORD_STOP) != 0;
}

gboolean
sortie_vocabulary_is_function (const SortieVocabulary *self, guint stem)
{
  return (flags_of (self, stem) & WORD_FUNCTION) != 0;
}

gboolean
sortie_vocabulary_is_number (const SortieVocabulary *self, guint stem)
{
  return (flags_of (self, stem) & WORD_NUMBER) != 0;
}

gboolean
sortie_vocabulary_is_negation (const SortieVocabulary *self, guint stem)
{
  return (flags_of (self, stem) & WORD_NEGATION) != 0;
}

const char *
sortie_vocabulary_get_stem (const SortieVocabulary *self, guint stem)
{
  return g_array_index (self->words, Word, stem).stem;
}
