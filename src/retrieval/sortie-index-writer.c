/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-index-writer.h"

#include <string.h>

#include "sortie-error.h"
#include "sortie-passages.h"

#define BATCH_BYTES (16 * 1024 * 1024)
#define BATCH_MICROSECONDS (G_USEC_PER_SEC)

enum
{
  COLUMN_ID = 0,
  COLUMN_PATH = 2,
  COLUMN_SIZE = 5,
  COLUMN_MODIFIED = 6,
  COLUMN_N_PASSAGES = 7,
  COLUMN_SKIPPED = 9,
  COLUMN_HASH = 10,
  COLUMN_FIRST_PASSAGE = 11,
  COLUMN_SETTLED = 12,
};

static gint64
now_milliseconds (void)
{
  return g_get_real_time () / 1000;
}

/* One row of one number. */
static gboolean
read_number (SortieStore *store, SortieSql sql, gint64 *number, GError **error)
{
  sqlite3_stmt *statement = sortie_store_get (store, sql, error);

  if (statement == NULL || sortie_store_step (store, statement, error) != SQLITE_ROW)
    return FALSE;
  *number = sqlite3_column_int64 (statement, 0);
  sqlite3_reset (statement);
  return TRUE;
}

static gboolean
begin (SortieIndexWriter *self, GError **error)
{
  gint64 generation;
  gint64 last;

  if (self->open)
    return TRUE;
  if (!sortie_store_execute (self->store, SORTIE_SQL_BEGIN_WRITE, error))
    return FALSE;
  self->open = TRUE;
  self->changed = FALSE;
  self->n_bytes = 0;
  self->opened = g_get_monotonic_time ();
  if (!read_number (self->store, SORTIE_SQL_COLLECTION, &generation, error) ||
      !read_number (self->store, SORTIE_SQL_LAST_PASSAGE, &last, error))
    return FALSE;
  self->next_passage = SORTIE_PASSAGE_SERIAL (last) + 1;
  self->generation = generation + 1;
  return TRUE;
}

/* Writes generation and counts; `updated` is 0 to leave the time of the last full run. */
static gboolean
update_collection (SortieIndexWriter *self, gint64 updated, GError **error)
{
  sqlite3_stmt *old = sortie_store_get (self->store, SORTIE_SQL_COLLECTION, error);
  sqlite3_stmt *count;
  sqlite3_stmt *update;

  if (old == NULL || sortie_store_step (self->store, old, error) != SQLITE_ROW)
    return FALSE;
  if (updated == 0)
    updated = sqlite3_column_int64 (old, 6);
  sqlite3_reset (old);
  count = sortie_store_get (self->store, SORTIE_SQL_COUNT, error);
  if (count == NULL || sortie_store_step (self->store, count, error) != SQLITE_ROW)
    return FALSE;
  update = sortie_store_get (self->store, SORTIE_SQL_UPDATE_COLLECTION, error);
  if (update == NULL)
    return FALSE;
  sqlite3_bind_int64 (update, 1, self->generation - (self->changed ? 0 : 1));
  for (int i = 0; i < 5; i++)
    sqlite3_bind_int64 (update, i + 2, sqlite3_column_int64 (count, i));
  sqlite3_bind_int64 (update, 7, updated);
  sqlite3_reset (count);
  return sortie_store_run (self->store, update, error);
}

static void
bind_facts (sqlite3_stmt *statement, const SortieFileFacts *facts)
{
  sortie_store_bind_text (statement, 1, facts->uri);
  sortie_store_bind_text (statement, 2, facts->path);
  sqlite3_bind_int64 (statement, 5, facts->size);
  sqlite3_bind_int64 (statement, 6, facts->modified);
  sqlite3_bind_int (statement, 7, facts->settled);
  if (facts->hash != NULL)
    sqlite3_bind_blob (statement, 8, facts->hash, (int) facts->hash_length, SQLITE_STATIC);
}

static gint64
insert_document (SortieIndexWriter *self,
                 const SortieFileFacts *facts,
                 const SortieExtract *extract,
                 GArray *cuts,
                 const char *skipped,
                 GError **error)
{
  gint64 n_words = 0;
  sqlite3_stmt *statement = sortie_store_get (self->store, SORTIE_SQL_INSERT_DOCUMENT, error);
  const char *title = extract != NULL && extract->title != NULL ? extract->title : facts->title;

  if (statement == NULL)
    return 0;
  for (guint i = 0; cuts != NULL && i < cuts->len; i++)
    n_words += g_array_index (cuts, SortieCut, i).words;
  bind_facts (statement, facts);
  sortie_store_bind_text (statement, 3, title);
  sortie_store_bind_text (statement, 4, extract != NULL ? extract->media_type : NULL);
  sqlite3_bind_int (statement, 9, extract != NULL ? extract->n_pages : 0);
  sqlite3_bind_int64 (statement, 10, self->next_passage);
  sqlite3_bind_int64 (statement, 11, cuts != NULL ? cuts->len : 0);
  sqlite3_bind_int64 (statement, 12, extract != NULL ? (gint64) extract->text->len : 0);
  sqlite3_bind_int64 (statement, 13, n_words);
  sortie_store_bind_text (statement, 14, skipped);
  sqlite3_bind_int64 (statement, 15, self->generation);
  if (!sortie_store_run (self->store, statement, error))
    return 0;
  return sqlite3_last_insert_rowid (self->store->db);
}

static gboolean
insert_passage (SortieIndexWriter *self,
                const SortieExtract *extract,
                const SortieCut *cut,
                gint64 document,
                const char *title,
                GError **error)
{
  sqlite3_stmt *row = sortie_store_get (self->store, SORTIE_SQL_INSERT_PASSAGE, error);
  sqlite3_stmt *terms = sortie_store_get (self->store, SORTIE_SQL_INSERT_TERMS, error);
  const char *heading =
      cut->heading >= 0 ? g_ptr_array_index (extract->headings, (guint) cut->heading) : NULL;
  const char *body = extract->text->str + cut->start;
  int length = (int) (cut->end - cut->start);
  gint64 id = SORTIE_PASSAGE_ID (self->next_passage, cut->words);

  if (row == NULL || terms == NULL)
    return FALSE;
  sqlite3_bind_int64 (row, 1, id);
  sqlite3_bind_int64 (row, 2, document);
  sqlite3_bind_int (row, 3, cut->page);
  sqlite3_bind_int64 (row, 4, (gint64) cut->start);
  sortie_store_bind_text (row, 5, heading);
  sqlite3_bind_text (row, 6, body, length, SQLITE_STATIC);
  sqlite3_bind_int64 (terms, 1, id);
  sortie_store_bind_text (terms, 2, title);
  sortie_store_bind_text (terms, 3, heading);
  sqlite3_bind_text (terms, 4, body, length, SQLITE_STATIC);
  self->next_passage++;
  return sortie_store_run (self->store, row, error) && sortie_store_run (self->store, terms, error);
}

/* Removes a version and its passages for good. */
static gboolean
delete_document (SortieIndexWriter *self, gint64 id, GError **error)
{
  static const SortieSql steps[] = { SORTIE_SQL_DELETE_TERMS, SORTIE_SQL_DELETE_PASSAGES };
  sqlite3_stmt *statement = sortie_store_get (self->store, SORTIE_SQL_DOCUMENT, error);
  gint64 first;
  gint64 last;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, id);
  if (sortie_store_step (self->store, statement, error) != SQLITE_ROW)
    return FALSE;
  first = sqlite3_column_int64 (statement, COLUMN_FIRST_PASSAGE);
  last = first + sqlite3_column_int64 (statement, COLUMN_N_PASSAGES);
  sqlite3_reset (statement);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      statement = sortie_store_get (self->store, steps[i], error);
      if (statement == NULL)
        return FALSE;
      sqlite3_bind_int64 (statement, 1, SORTIE_PASSAGE_ID (first, 0));
      sqlite3_bind_int64 (statement, 2, SORTIE_PASSAGE_ID (last, 0));
      if (!sortie_store_run (self->store, statement, error))
        return FALSE;
    }
  statement = sortie_store_get (self->store, SORTIE_SQL_DELETE_DOCUMENT, error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, id);
  return sortie_store_run (self->store, statement, error);
}

/* The IDs of versions that nobody may ask for any more. */
static GArray *
find_expired (SortieIndexWriter *self, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  sqlite3_stmt *statement = sortie_store_get (self->store, SORTIE_SQL_EXPIRED_DOCUMENTS, error);
  gint64 oldest = now_milliseconds () - G_GINT64_CONSTANT (1000) * SORTIE_RETAINED_SECONDS;
  gint64 retained = 0;
  int code;

  if (statement == NULL)
    return NULL;
  while ((code = sortie_store_step (self->store, statement, error)) == SQLITE_ROW)
    {
      gint64 id = sqlite3_column_int64 (statement, 0);

      retained += sqlite3_column_int64 (statement, 2);
      if (sqlite3_column_int64 (statement, 1) < oldest || retained > SORTIE_RETAINED_MAX_BYTES)
        g_array_append_val (ids, id);
    }
  return code == SQLITE_DONE ? g_steal_pointer (&ids) : NULL;
}

void
sortie_indexed_file_clear (SortieIndexedFile *self)
{
  g_clear_pointer (&self->hash, g_bytes_unref);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->skipped, g_free);
}

gboolean
sortie_index_writer_find (SortieIndexWriter *self,
                          const char *uri,
                          SortieIndexedFile *file,
                          GError **error)
{
  sqlite3_stmt *statement = sortie_store_get (self->store, SORTIE_SQL_CURRENT_DOCUMENT, error);
  int code;

  if (statement == NULL)
    return FALSE;
  sortie_store_bind_text (statement, 1, uri);
  code = sortie_store_step (self->store, statement, error);
  if (code != SQLITE_ROW)
    return code == SQLITE_DONE;
  file->id = sqlite3_column_int64 (statement, COLUMN_ID);
  file->size = sqlite3_column_int64 (statement, COLUMN_SIZE);
  file->modified = sqlite3_column_int64 (statement, COLUMN_MODIFIED);
  file->settled = sqlite3_column_int (statement, COLUMN_SETTLED) != 0;
  file->path = sortie_store_dup_column (statement, COLUMN_PATH);
  file->skipped = sortie_store_dup_column (statement, COLUMN_SKIPPED);
  if (sqlite3_column_type (statement, COLUMN_HASH) == SQLITE_BLOB)
    file->hash = g_bytes_new (sqlite3_column_blob (statement, COLUMN_HASH),
                              (gsize) sqlite3_column_bytes (statement, COLUMN_HASH));
  sqlite3_reset (statement);
  return TRUE;
}

gint64
sortie_index_writer_add (SortieIndexWriter *self,
                         const SortieFileFacts *facts,
                         const SortieExtract *extract,
                         GArray *cuts,
                         const char *skipped,
                         gint64 replaced,
                         GError **error)
{
  const char *title = extract != NULL && extract->title != NULL ? extract->title : facts->title;
  gint64 id;

  if (!begin (self, error))
    return 0;
  if (replaced != 0 && !sortie_index_writer_remove (self, replaced, error))
    return 0;
  id = insert_document (self, facts, extract, cuts, skipped, error);
  if (id == 0)
    return 0;
  for (guint i = 0; cuts != NULL && i < cuts->len; i++)
    if (!insert_passage (self, extract, &g_array_index (cuts, SortieCut, i), id, title, error))
      return 0;
  self->changed = TRUE;
  self->n_bytes += extract != NULL ? extract->text->len : 0;
  return id;
}

gboolean
sortie_index_writer_touch (SortieIndexWriter *self,
                           gint64 id,
                           const SortieFileFacts *facts,
                           GError **error)
{
  sqlite3_stmt *statement;

  if (!begin (self, error))
    return FALSE;
  statement = sortie_store_get (self->store, SORTIE_SQL_UPDATE_STAT, error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, id);
  sqlite3_bind_int64 (statement, 2, facts->size);
  sqlite3_bind_int64 (statement, 3, facts->modified);
  sqlite3_bind_int (statement, 4, facts->settled);
  sortie_store_bind_text (statement, 5, facts->path);
  return sortie_store_run (self->store, statement, error);
}

gboolean
sortie_index_writer_remove (SortieIndexWriter *self, gint64 id, GError **error)
{
  sqlite3_stmt *statement;

  if (!begin (self, error))
    return FALSE;
  statement = sortie_store_get (self->store, SORTIE_SQL_REMOVE_DOCUMENT, error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, id);
  sqlite3_bind_int64 (statement, 2, self->generation);
  sqlite3_bind_int64 (statement, 3, now_milliseconds ());
  self->changed = TRUE;
  return sortie_store_run (self->store, statement, error);
}

gboolean
sortie_index_writer_purge (SortieIndexWriter *self, GError **error)
{
  g_autoptr (GArray) ids = find_expired (self, error);

  if (ids == NULL)
    return FALSE;
  for (guint i = 0; i < ids->len; i++)
    if (!begin (self, error) || !delete_document (self, g_array_index (ids, gint64, i), error) ||
        !sortie_index_writer_commit_if_due (self, error))
      return FALSE;
  return TRUE;
}

gboolean
sortie_index_writer_commit (SortieIndexWriter *self, GError **error)
{
  if (!self->open)
    return TRUE;
  if (sortie_store_has_moved (self->store))
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND,
                   "The collection “%s” was removed while it was indexed", self->store->collection);
      return FALSE;
    }
  if ((self->changed && !update_collection (self, 0, error)) ||
      !sortie_store_execute (self->store, SORTIE_SQL_COMMIT, error))
    return FALSE;
  self->open = FALSE;
  return TRUE;
}

gboolean
sortie_index_writer_commit_if_due (SortieIndexWriter *self, GError **error)
{
  if (self->open && self->n_bytes < BATCH_BYTES &&
      g_get_monotonic_time () - self->opened < BATCH_MICROSECONDS)
    return TRUE;
  return sortie_index_writer_commit (self, error);
}

void
sortie_index_writer_rollback (SortieIndexWriter *self)
{
  if (self->open)
    sortie_store_execute (self->store, SORTIE_SQL_ROLLBACK, NULL);
  self->open = FALSE;
}

gboolean
sortie_index_writer_finish (SortieIndexWriter *self, GError **error)
{
  return begin (self, error) && update_collection (self, now_milliseconds (), error) &&
         sortie_index_writer_commit (self, error);
}
