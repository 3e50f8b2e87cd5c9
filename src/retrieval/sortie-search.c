/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-library-private.h"

#include "sortie-error.h"
#include "sortie-query.h"

typedef struct
{
  gint64 passage;
  double score;
} Hit;

/* A hit that is to be seen, with what decides between equals. */
typedef struct
{
  gint64 passage;
  gint64 document;
  gint64 start;
  double score;
  char *uri;
} Place;

typedef struct
{
  SortieStore *store;
  SortieShelf *shelf;
  gint64 generation; /* 0: now */
  SortieSearchBy by;
  guint limit;
  GHashTable *documents; /* gint64: those that have their best passage */
  GPtrArray *results;    /* SortiePassage, best first */
} Search;

static void
place_clear (gpointer data)
{
  Place *place = data;

  g_free (place->uri);
}

static int
compare_places_cb (gconstpointer a, gconstpointer b)
{
  const Place *left = a;
  const Place *right = b;
  int order = strcmp (left->uri, right->uri);

  if (order != 0)
    return order;
  return left->start < right->start ? -1 : left->start > right->start;
}

static int
compare_passages_cb (gconstpointer a, gconstpointer b)
{
  const SortiePassage *left = *(const SortiePassage *const *) a;
  const SortiePassage *right = *(const SortiePassage *const *) b;
  int order;

  if (left->score != right->score)
    return left->score > right->score ? -1 : 1;
  order = strcmp (left->uri, right->uri);
  if (order != 0)
    return order;
  return left->start < right->start ? -1 : left->start > right->start;
}

/* Restores the heap (the best on top) below `i`. */
static void
sift_down (Hit *hits, gsize n, gsize i)
{
  for (;;)
    {
      gsize best = i;
      Hit hit;

      for (gsize child = 2 * i + 1; child <= 2 * i + 2 && child < n; child++)
        if (hits[child].score > hits[best].score)
          best = child;
      if (best == i)
        return;
      hit = hits[i];
      hits[i] = hits[best];
      hits[best] = hit;
      i = best;
    }
}

/* The mean length of a passage, in words. */
static gboolean
read_average (Search *self, double *average, GError **error)
{
  sqlite3_stmt *row = sortie_store_get (self->store, SORTIE_SQL_COLLECTION, error);

  if (row == NULL || sortie_store_step (self->store, row, error) != SQLITE_ROW)
    return FALSE;
  *average = sqlite3_column_double (row, 5) / MAX (sqlite3_column_double (row, 3), 1);
  sqlite3_reset (row);
  return TRUE;
}

/* The hits as a heap: as a rule few of many are wanted, and sorting them all would be waste. */
static GArray *
find_hits (Search *self, const char *match, GError **error)
{
  g_autoptr (GArray) hits = g_array_new (FALSE, FALSE, sizeof (Hit));
  sqlite3_stmt *statement = sortie_store_get (self->store, SORTIE_SQL_SEARCH, error);
  double average;
  int code;

  if (statement == NULL || !read_average (self, &average, error))
    return NULL;
  sortie_store_bind_text (statement, 1, match);
  sqlite3_bind_double (statement, 2, average);
  while ((code = sortie_store_step (self->store, statement, error)) == SQLITE_ROW)
    {
      Hit hit = { sqlite3_column_int64 (statement, 0), sqlite3_column_double (statement, 1) };

      g_array_append_val (hits, hit);
    }
  if (code != SQLITE_DONE)
    return NULL;
  for (gsize i = hits->len / 2; i-- > 0;)
    sift_down ((Hit *) hits->data, hits->len, i);
  return g_steal_pointer (&hits);
}

static Hit
take_best (GArray *hits)
{
  Hit best = g_array_index (hits, Hit, 0);

  g_array_index (hits, Hit, 0) = g_array_index (hits, Hit, hits->len - 1);
  g_array_set_size (hits, hits->len - 1);
  sift_down ((Hit *) hits->data, hits->len, 0);
  return best;
}

static gboolean
is_visible (Search *self, sqlite3_stmt *row)
{
  gboolean removed = sqlite3_column_type (row, 4) != SQLITE_NULL;

  if (self->generation == 0)
    return !removed;
  return sqlite3_column_int64 (row, 3) <= self->generation &&
         (!removed || sqlite3_column_int64 (row, 4) > self->generation);
}

static gboolean
add_place (Search *self, const Hit *hit, GArray *places, GError **error)
{
  sqlite3_stmt *row = sortie_store_get (self->store, SORTIE_SQL_PLACE, error);
  int code;

  if (row == NULL)
    return FALSE;
  sqlite3_bind_int64 (row, 1, hit->passage);
  code = sortie_store_step (self->store, row, error);
  if (code == SQLITE_ROW && is_visible (self, row))
    {
      Place place = { .passage = hit->passage,
                      .document = sqlite3_column_int64 (row, 0),
                      .start = sqlite3_column_int64 (row, 2),
                      .score = hit->score,
                      .uri = sortie_store_dup_column (row, 1) };

      g_array_append_val (places, place);
    }
  sqlite3_reset (row);
  return code != 0;
}

static gboolean
add_result (Search *self, const Place *place, GError **error)
{
  SortiePassage *passage;

  if (self->by == SORTIE_SEARCH_BY_DOCUMENT)
    {
      if (g_hash_table_contains (self->documents, &place->document))
        return TRUE;
      g_hash_table_add (self->documents, g_memdup2 (&place->document, sizeof place->document));
    }
  passage = sortie_library_load_passage (self->store, self->shelf,
                                         SORTIE_PASSAGE_SERIAL (place->passage), error);
  if (passage == NULL)
    return FALSE;
  passage->score = place->score;
  g_ptr_array_add (self->results, passage);
  return TRUE;
}

/* The best hits in order; those with one score are put in the order of their places first. */
static gboolean
collect_results (Search *self, GArray *hits, GError **error)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (Place));

  g_array_set_clear_func (places, place_clear);
  while (hits->len > 0 && self->results->len < self->limit)
    {
      double score = g_array_index (hits, Hit, 0).score;

      g_array_set_size (places, 0);
      while (hits->len > 0 && g_array_index (hits, Hit, 0).score == score)
        {
          Hit hit = take_best (hits);

          if (!add_place (self, &hit, places, error))
            return FALSE;
        }
      g_array_sort (places, compare_places_cb);
      for (guint i = 0; i < places->len && self->results->len < self->limit; i++)
        if (!add_result (self, &g_array_index (places, Place, i), error))
          return FALSE;
    }
  return TRUE;
}

/* All in one read transaction: an indexing at the same time changes nothing in between. */
static gboolean
search_store (Search *self, const char *match, GError **error)
{
  g_autoptr (GArray) hits = NULL;
  gboolean done;

  if (!sortie_store_execute (self->store, SORTIE_SQL_BEGIN, error))
    return FALSE;
  hits = find_hits (self, match, error);
  done = hits != NULL && collect_results (self, hits, error);
  sortie_store_execute (self->store, SORTIE_SQL_ROLLBACK, NULL);
  return done;
}

static GPtrArray *
search_scope (SortieLibrary *library,
              const SortieSearchScope *scope,
              const char *match,
              guint limit,
              SortieSearchBy by,
              GError **error)
{
  g_autoptr (SortieShelf) shelf =
      sortie_shelf_load (sortie_library_get_root (library), scope->collection, error);
  g_autoptr (GPtrArray) results =
      g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_passage_free);
  g_autoptr (GHashTable) documents =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  Search search = { .shelf = shelf,
                    .generation = scope->generation,
                    .by = by,
                    .limit = limit,
                    .documents = documents,
                    .results = results };
  gboolean done = TRUE;

  if (shelf == NULL)
    return NULL;
  if (*match == '\0')
    return g_steal_pointer (&results);
  search.store = sortie_library_borrow_shelf (library, shelf, error);
  if (search.store == NULL)
    return NULL;
  done = search_store (&search, match, error);
  sortie_library_give_back (library, search.store);
  return done ? g_steal_pointer (&results) : NULL;
}

SortiePassage *
sortie_library_load_passage (SortieStore *store,
                             const SortieShelf *shelf,
                             gint64 serial,
                             GError **error)
{
  sqlite3_stmt *row = sortie_store_get (store, SORTIE_SQL_PASSAGE, error);
  SortiePassage *passage;
  int code;

  if (row == NULL)
    return NULL;
  sqlite3_bind_int64 (row, 1, SORTIE_PASSAGE_ID (serial, 0));
  sqlite3_bind_int64 (row, 2, SORTIE_PASSAGE_ID (serial + 1, 0));
  code = sortie_store_step (store, row, error);
  if (code != SQLITE_ROW)
    {
      if (code == SQLITE_DONE)
        g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND, "No such passage");
      return NULL;
    }
  passage = g_new0 (SortiePassage, 1);
  passage->document = sortie_library_make_document_id (shelf, sqlite3_column_int64 (row, 0));
  passage->collection = g_strdup (shelf->name);
  passage->page = sqlite3_column_int (row, 1);
  passage->start = sqlite3_column_int64 (row, 2);
  passage->heading = sortie_store_dup_column (row, 3);
  passage->text = sortie_store_dup_column (row, 4);
  passage->end = passage->start + sqlite3_column_bytes (row, 4);
  passage->uri = sortie_store_dup_column (row, 5);
  passage->path = sortie_store_dup_column (row, 6);
  passage->title = sortie_store_dup_column (row, 7);
  passage->number = (int) (serial - sqlite3_column_int64 (row, 8)) + 1;
  sqlite3_reset (row);
  return passage;
}

GPtrArray *
sortie_library_search (SortieLibrary *self,
                       const SortieSearchScope *scopes,
                       guint n_scopes,
                       const char *query,
                       guint limit,
                       SortieSearchBy by,
                       GError **error)
{
  g_auto (GStrv) terms = sortie_query_get_terms (query);
  g_autofree char *match = sortie_query_to_match ((const char *const *) terms);
  g_autoptr (GPtrArray) merged =
      g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_passage_free);

  limit = MIN (limit, SORTIE_SEARCH_MAX_LIMIT);
  for (guint i = 0; i < n_scopes; i++)
    {
      g_autoptr (GPtrArray) results = search_scope (self, &scopes[i], match, limit, by, error);

      if (results == NULL)
        return NULL;
      g_ptr_array_extend_and_steal (merged, g_steal_pointer (&results));
    }
  if (n_scopes > 1)
    g_ptr_array_sort (merged, compare_passages_cb);
  if (merged->len > limit)
    g_ptr_array_set_size (merged, (int) limit);
  return g_steal_pointer (&merged);
}
