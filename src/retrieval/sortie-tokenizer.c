/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-tokenizer.h"

#include <libstemmer.h>
#include <string.h>

#include "sortie-text.h"

/* Most words of a text have been there a moment before; stemming them anew would take longer than
 * all the rest of indexing. Who only searches has no such memory: it would be most of a connection. */
#define MEMORY_ENTRIES 16384 /* a power of two */
#define MEMORY_WORD 23       /* bytes; longer words are not remembered */

typedef struct
{
  guint8 length;
  guint8 stem_length; /* 0: nothing remembered here */
  char word[MEMORY_WORD];
  char stem[MEMORY_WORD];
} Remembered;

/* What FTS5 holds as a tokenizer: one for each table of a connection, so for one thread at a time. */
typedef struct
{
  struct sb_stemmer *stemmer;
  Remembered *memory; /* (nullable) until a document is indexed */
} Tokenizer;

typedef struct
{
  Tokenizer *tokenizer;
  void *context;
  int (*emit) (void *, int, const char *, int, int, int);
} Fts5Sink;

static char
to_lower (char c)
{
  return c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c;
}

/* Bytes of the character at `p` if it parts a word's pieces, else 0. */
static gsize
parting_length (const char *p, const char *end)
{
  if (*p == '_' || *p == '\'')
    return 1;
  if (end - p >= 3 && memcmp (p, "\xe2\x80\x99", 3) == 0)
    return 3;
  return 0;
}

static int
emit_piece (const char *text,
            gsize start,
            gsize end,
            gboolean ascii,
            SortieTokenFunc func,
            gpointer user_data)
{
  char buffer[SORTIE_TOKEN_MAX_BYTES];
  g_autofree char *folded = NULL;
  gsize length = end - start;

  if (ascii)
    {
      length = MIN (length, sizeof buffer);
      for (gsize i = 0; i < length; i++)
        buffer[i] = to_lower (text[start + i]);
      return func (user_data, buffer, length, start, end);
    }
  length = sortie_text_whole_characters (text + start, MIN (length, sizeof buffer));
  folded = sortie_text_fold (text + start, length);
  length = strlen (folded);
  if (length > sizeof buffer)
    length = sortie_text_whole_characters (folded, sizeof buffer);
  return length > 0 ? func (user_data, folded, length, start, end) : 0;
}

static int
emit_word (const char *text, const SortieSpan *word, SortieTokenFunc func, gpointer user_data)
{
  const char *end = text + word->end;
  gsize start = word->start;
  gboolean after_apostrophe = FALSE;
  gboolean ascii = TRUE;
  int code = 0;

  for (const char *p = text + start; code == 0 && p <= end;)
    {
      gsize parting = p < end ? parting_length (p, end) : 0;
      gsize at = (gsize) (p - text);

      if (p < end && parting == 0)
        {
          ascii = ascii && (guchar) *p < 0x80;
          p++;
          continue;
        }
      /* The letter of "supplier's" and "don't" is no word of its own. */
      if (at > start && !(after_apostrophe && p == end && at - start == 1))
        code = emit_piece (text, start, at, ascii, func, user_data);
      if (p == end)
        break;
      after_apostrophe = *p != '_';
      p += parting;
      start = (gsize) (p - text);
      ascii = TRUE;
    }
  return code;
}

/* Whether a stretch without white space holds none of what takes more than a look at each byte. */
static gboolean
is_simple (const char *text, gsize start, gsize end)
{
  for (gsize i = start; i < end; i++)
    {
      if ((guchar) text[i] >= 0x80 || text[i] == '_' || text[i] == '\'')
        return FALSE;
      if (text[i] == '.' && i > start && i + 1 < end && g_ascii_isdigit (text[i + 1]))
        return FALSE;
    }
  return TRUE;
}

static int
run_simple (const char *text, gsize start, gsize end, SortieTokenFunc func, gpointer user_data)
{
  int code = 0;

  while (code == 0 && start < end)
    {
      gsize stop = start;

      while (stop < end && g_ascii_isalnum (text[stop]))
        stop++;
      if (stop > start)
        code = emit_piece (text, start, stop, TRUE, func, user_data);
      start = stop + 1;
    }
  return code;
}

static int
run_stretch (const char *text, gsize start, gsize end, SortieTokenFunc func, gpointer user_data)
{
  g_autoptr (GArray) words = sortie_text_tokenize (text + start, end - start);
  int code = 0;

  for (guint i = 0; code == 0 && i < words->len; i++)
    {
      SortieSpan word = g_array_index (words, SortieSpan, i);

      word.start += start;
      word.end += start;
      code = emit_word (text, &word, func, user_data);
    }
  return code;
}

/* No word reaches over white space, so core has to look only at stretches that are not plain. */
int
sortie_tokenizer_run (const char *text, gsize length, SortieTokenFunc func, gpointer user_data)
{
  int code = 0;
  gsize start = 0;

  while (code == 0 && start < length)
    {
      gsize end = start;

      while (end < length && (guchar) text[end] > ' ')
        end++;
      if (is_simple (text, start, end))
        code = run_simple (text, start, end, func, user_data);
      else
        code = run_stretch (text, start, end, func, user_data);
      start = end + 1;
    }
  return code;
}

static guint
hash_word (const char *word, gsize length)
{
  guint hash = 2166136261u; /* FNV-1a */

  for (gsize i = 0; i < length; i++)
    hash = (hash ^ (guchar) word[i]) * 16777619u;
  return hash;
}

/* The stem, which lives until the next call. */
static const char *
stem_word (Tokenizer *self, const char *word, gsize *length)
{
  Remembered *place = NULL;
  const sb_symbol *stem;
  gsize stem_length;

  if (*length > SORTIE_STEM_MAX_BYTES)
    return word;
  if (self->memory != NULL && *length <= MEMORY_WORD)
    {
      place = &self->memory[hash_word (word, *length) & (MEMORY_ENTRIES - 1)];
      if (place->stem_length > 0 && place->length == *length &&
          memcmp (place->word, word, *length) == 0)
        {
          *length = place->stem_length;
          return place->stem;
        }
    }
  stem = sb_stemmer_stem (self->stemmer, (const sb_symbol *) word, (int) *length);
  stem_length = stem != NULL ? (gsize) sb_stemmer_length (self->stemmer) : 0;
  if (stem_length == 0)
    return word;
  if (place != NULL && stem_length <= MEMORY_WORD)
    {
      place->length = (guint8) *length;
      place->stem_length = (guint8) stem_length;
      memcpy (place->word, word, *length);
      memcpy (place->stem, stem, stem_length);
    }
  *length = stem_length;
  return (const char *) stem;
}

static int
emit_to_fts5_cb (gpointer user_data, const char *token, gsize length, gsize start, gsize end)
{
  Fts5Sink *sink = user_data;
  const char *stem = stem_word (sink->tokenizer, token, &length);

  return sink->emit (sink->context, 0, stem, (int) length, (int) start, (int) end);
}

static int
create_cb (void *context, const char **arguments, int n_arguments, Fts5Tokenizer **result)
{
  Tokenizer *self = g_new0 (Tokenizer, 1);

  self->stemmer = sb_stemmer_new (SORTIE_STEM_ENGLISH, "UTF_8");
  *result = (Fts5Tokenizer *) self;
  return SQLITE_OK;
}

static void
delete_cb (Fts5Tokenizer *tokenizer)
{
  Tokenizer *self = (Tokenizer *) tokenizer;

  sb_stemmer_delete (self->stemmer);
  g_free (self->memory);
  g_free (self);
}

static int
tokenize_cb (Fts5Tokenizer *tokenizer,
             void *context,
             int flags,
             const char *text,
             int length,
             int (*emit) (void *, int, const char *, int, int, int))
{
  Tokenizer *self = (Tokenizer *) tokenizer;
  Fts5Sink sink = { self, context, emit };

  if ((flags & FTS5_TOKENIZE_DOCUMENT) && self->memory == NULL)
    self->memory = g_new0 (Remembered, MEMORY_ENTRIES);
  return text != NULL ? sortie_tokenizer_run (text, (gsize) length, emit_to_fts5_cb, &sink)
                      : SQLITE_OK;
}

static fts5_api *
get_fts5 (sqlite3 *db)
{
  sqlite3_stmt *statement = NULL;
  fts5_api *api = NULL;

  if (sqlite3_prepare_v2 (db, "SELECT fts5(?1)", -1, &statement, NULL) == SQLITE_OK)
    {
      sqlite3_bind_pointer (statement, 1, &api, "fts5_api_ptr", NULL);
      sqlite3_step (statement);
    }
  sqlite3_finalize (statement);
  return api;
}

int
sortie_tokenizer_register (sqlite3 *db)
{
  static fts5_tokenizer tokenizer = { .xCreate = create_cb,
                                      .xDelete = delete_cb,
                                      .xTokenize = tokenize_cb };
  fts5_api *api = get_fts5 (db);

  if (api == NULL)
    return SQLITE_ERROR;
  return api->xCreateTokenizer (api, "sortie", NULL, &tokenizer, NULL);
}
