/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-rank.h"

#include <glib.h>
#include <math.h>

#include "sortie-store.h"

#define K1 1.2
#define B 0.75
#define MAX_COLUMNS 8

/* What all rows of one query share. */
typedef struct
{
  int n_phrases;
  double weights[]; /* inverse document frequencies */
} RankData;

static int
count_row_cb (const Fts5ExtensionApi *api, Fts5Context *context, void *user_data)
{
  sqlite3_int64 *n = user_data;

  (*n)++;
  return SQLITE_OK;
}

static int
make_data (const Fts5ExtensionApi *api, Fts5Context *context, RankData **data)
{
  int n_phrases = api->xPhraseCount (context);
  RankData *self = g_malloc0 (sizeof (RankData) + sizeof (double) * (gsize) MAX (n_phrases, 1));
  sqlite3_int64 n_rows = 0;
  int code = api->xRowCount (context, &n_rows);

  self->n_phrases = n_phrases;
  for (int i = 0; code == SQLITE_OK && i < n_phrases; i++)
    {
      sqlite3_int64 n_hits = 0;

      code = api->xQueryPhrase (context, i, &n_hits, count_row_cb);
      self->weights[i] = log1p (((double) (n_rows - n_hits) + 0.5) / ((double) n_hits + 0.5));
    }
  if (code == SQLITE_OK)
    code = api->xSetAuxdata (context, self, g_free);
  else
    g_free (self);
  *data = self;
  return code;
}

/* How often the phrase stands in the row, each column by its weight. */
static int
weigh_phrase (const Fts5ExtensionApi *api,
              Fts5Context *context,
              int phrase,
              const double *column_weights,
              double *frequency)
{
  Fts5PhraseIter iter;
  int column;
  int offset;
  int code = api->xPhraseFirst (context, phrase, &iter, &column, &offset);

  *frequency = 0;
  if (code != SQLITE_OK)
    return code;
  for (; column >= 0; api->xPhraseNext (context, &iter, &column, &offset))
    *frequency += column < MAX_COLUMNS ? column_weights[column] : 1;
  return SQLITE_OK;
}

static void
rank_cb (const Fts5ExtensionApi *api,
         Fts5Context *context,
         sqlite3_context *result,
         int n_values,
         sqlite3_value **values)
{
  double column_weights[MAX_COLUMNS] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  RankData *data = api->xGetAuxdata (context, 0);
  double length = SORTIE_PASSAGE_WORDS (api->xRowid (context));
  double average = n_values > 0 ? MAX (sqlite3_value_double (values[0]), 1) : 1;
  double score = 0;
  int code = data != NULL ? SQLITE_OK : make_data (api, context, &data);

  for (int i = 1; i < MIN (n_values, MAX_COLUMNS + 1); i++)
    column_weights[i - 1] = sqlite3_value_double (values[i]);
  for (int i = 0; code == SQLITE_OK && i < data->n_phrases; i++)
    {
      double frequency;

      code = weigh_phrase (api, context, i, column_weights, &frequency);
      if (frequency > 0)
        score += data->weights[i] * frequency * (K1 + 1) /
                 (frequency + K1 * (1 - B + B * length / average));
    }
  if (code == SQLITE_OK)
    sqlite3_result_double (result, score);
  else
    sqlite3_result_error_code (result, code);
}

int
sortie_rank_register (sqlite3 *db)
{
  sqlite3_stmt *statement = NULL;
  fts5_api *api = NULL;

  if (sqlite3_prepare_v2 (db, "SELECT fts5(?1)", -1, &statement, NULL) == SQLITE_OK)
    {
      sqlite3_bind_pointer (statement, 1, &api, "fts5_api_ptr", NULL);
      sqlite3_step (statement);
    }
  sqlite3_finalize (statement);
  if (api == NULL)
    return SQLITE_ERROR;
  return api->xCreateFunction (api, "sortie_rank", NULL, rank_cb, NULL);
}
