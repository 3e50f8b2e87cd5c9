/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-library.h"

#include <libstemmer.h>
#include <string.h>

#include "sortie-tokenizer.h"

static const struct
{
  const char *language;
  const char *algorithm;
} stemmers[] = {
  { "en", SORTIE_STEM_ENGLISH }, { "de", "german" }, { "fr", "french" },     { "es", "spanish" },
  { "it", "italian" },           { "nl", "dutch" },  { "pt", "portuguese" },
};

typedef struct
{
  struct sb_stemmer *stemmers[G_N_ELEMENTS (stemmers)];
} StemmerSet;

static void
stemmer_set_free (gpointer data)
{
  StemmerSet *set = data;

  for (guint i = 0; i < G_N_ELEMENTS (set->stemmers); i++)
    if (set->stemmers[i] != NULL)
      sb_stemmer_delete (set->stemmers[i]);
  g_free (set);
}

/* A stemmer is a work space, so each thread has its own. */
static GPrivate thread_stemmers = G_PRIVATE_INIT (stemmer_set_free);

static struct sb_stemmer *
get_stemmer (const char *language)
{
  StemmerSet *set = g_private_get (&thread_stemmers);

  if (set == NULL)
    {
      set = g_new0 (StemmerSet, 1);
      g_private_set (&thread_stemmers, set);
    }
  for (guint i = 0; i < G_N_ELEMENTS (stemmers); i++)
    if (g_strcmp0 (language, stemmers[i].language) == 0)
      {
        if (set->stemmers[i] == NULL)
          set->stemmers[i] = sb_stemmer_new (stemmers[i].algorithm, "UTF_8");
        return set->stemmers[i];
      }
  return NULL;
}

char *
sortie_stem (const char *language, const char *folded)
{
  struct sb_stemmer *stemmer = get_stemmer (language);
  gsize length = strlen (folded);
  const sb_symbol *stem;

  if (stemmer == NULL || length == 0 || length > SORTIE_STEM_MAX_BYTES)
    return g_strdup (folded);
  stem = sb_stemmer_stem (stemmer, (const sb_symbol *) folded, (int) length);
  return stem != NULL ? g_strndup ((const char *) stem, (gsize) sb_stemmer_length (stemmer))
                      : g_strdup (folded);
}
