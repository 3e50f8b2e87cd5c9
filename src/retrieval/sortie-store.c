/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-store.h"

#include <glib/gstdio.h>

#include "sortie-error.h"
#include "sortie-rank.h"
#include "sortie-tokenizer.h"

/* Also to be raised when text is extracted, cut or stemmed in another way: an index of an older
 * version is made anew. */
#define SCHEMA_VERSION 3
#define BUSY_MILLISECONDS 15000
#define RETRY_MILLISECONDS 5
#define CACHE_KIBIBYTES 512

/* Document numbers are never used twice, not even when a collection is removed and made again: a
 * citation must not lead to another document than it meant. So they begin at a number taken from
 * the clock. */
#define NUMBER_EPOCH G_GINT64_CONSTANT (1735689600) /* 2025-01-01 */
#define NUMBERS_PER_SECOND 4096

/* `documents` holds versions: a file that changes gets a new row, the old one a
 * removed_generation. Passages of one version have adjacent serial numbers from first_passage on;
 * their bodies one after another are the document's extracted text. `terms` indexes them and stores no text. */
static const char schema[] =
    "CREATE TABLE collection ("
    "  id INTEGER PRIMARY KEY CHECK (id = 1), generation INTEGER NOT NULL,"
    "  n_documents INTEGER NOT NULL, n_skipped INTEGER NOT NULL, n_passages INTEGER NOT NULL,"
    "  n_bytes INTEGER NOT NULL, n_words INTEGER NOT NULL, updated INTEGER NOT NULL);"
    "INSERT INTO collection VALUES (1, 0, 0, 0, 0, 0, 0, 0);"
    "CREATE TABLE documents ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT, uri TEXT NOT NULL, path TEXT, title TEXT,"
    "  media_type TEXT, size INTEGER, modified INTEGER, settled INTEGER, hash BLOB,"
    "  n_pages INTEGER, first_passage INTEGER, n_passages INTEGER, n_bytes INTEGER,"
    "  n_words INTEGER, skipped TEXT,"
    "  added_generation INTEGER NOT NULL, removed_generation INTEGER, removed_at INTEGER);"
    "CREATE UNIQUE INDEX documents_current ON documents (uri) WHERE removed_generation IS NULL;"
    "CREATE INDEX documents_removed ON documents (removed_at) WHERE removed_at IS NOT NULL;"
    "CREATE TABLE passages ("
    "  id INTEGER PRIMARY KEY, document INTEGER NOT NULL, page INTEGER NOT NULL,"
    "  start INTEGER NOT NULL, heading TEXT, body TEXT NOT NULL);"
    "CREATE VIEW passage_texts AS SELECT passages.id AS id, documents.title AS title,"
    "  passages.heading AS heading, passages.body AS body"
    "  FROM passages JOIN documents ON documents.id = passages.document;"
    "CREATE VIRTUAL TABLE terms USING fts5 (title, heading, body,"
    "  content = 'passage_texts', content_rowid = 'id', columnsize = 0,"
    "  tokenize = 'sortie');"
    "INSERT INTO terms (terms, rank) VALUES ('hashsize', 4194304), ('automerge', 8);";

#define DOCUMENT_COLUMNS                                                                           \
  "id, uri, path, title, media_type, size, modified, n_passages, n_pages, skipped, hash, "         \
  "first_passage, settled, n_bytes"

/* The weights of a word in the title and in the heading path are added to those of the passage's own
 * words, among which a section's first passage has the heading once more. Larger ones were tried on
 * questions over a handbook: they put all of a chapter before the passage that answers. */
#define RANK "sortie_rank(terms, ?2, 0.5, 1.0, 1.0)"

static const char *const sql_texts[SORTIE_N_SQL] = {
  [SORTIE_SQL_BEGIN] = "BEGIN",
  [SORTIE_SQL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
  [SORTIE_SQL_COMMIT] = "COMMIT",
  [SORTIE_SQL_ROLLBACK] = "ROLLBACK",
  [SORTIE_SQL_COLLECTION] =
      "SELECT generation, n_documents, n_skipped, n_passages, n_bytes, n_words, updated FROM collection",
  [SORTIE_SQL_UPDATE_COLLECTION] =
      "UPDATE collection SET generation = ?1, n_documents = ?2, n_skipped = ?3, n_passages = ?4, "
      "n_bytes = ?5, n_words = ?6, updated = ?7",
  [SORTIE_SQL_COUNT] =
      "SELECT count(*) FILTER (WHERE skipped IS NULL), count(*) FILTER (WHERE skipped IS NOT NULL), "
      "ifnull(sum(n_passages), 0), ifnull(sum(n_bytes), 0), ifnull(sum(n_words), 0) FROM documents "
      "WHERE removed_generation IS NULL",
  [SORTIE_SQL_DOCUMENT] = "SELECT " DOCUMENT_COLUMNS " FROM documents WHERE id = ?1",
  [SORTIE_SQL_DOCUMENTS] =
      "SELECT " DOCUMENT_COLUMNS " FROM documents WHERE removed_generation IS NULL ORDER BY uri",
  [SORTIE_SQL_CURRENT_DOCUMENT] = "SELECT " DOCUMENT_COLUMNS " FROM documents "
                                  "WHERE removed_generation IS NULL AND uri = ?1",
  [SORTIE_SQL_CURRENT_IDS] =
      "SELECT id FROM documents WHERE removed_generation IS NULL ORDER BY id",
  [SORTIE_SQL_EXPIRED_DOCUMENTS] =
      "SELECT id, removed_at, n_bytes FROM documents WHERE removed_at IS NOT NULL "
      "ORDER BY removed_at DESC",
  [SORTIE_SQL_INSERT_DOCUMENT] =
      "INSERT INTO documents (uri, path, title, media_type, size, modified, settled, hash, n_pages, "
      "first_passage, n_passages, n_bytes, n_words, skipped, added_generation) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
  [SORTIE_SQL_UPDATE_STAT] =
      "UPDATE documents SET size = ?2, modified = ?3, settled = ?4, path = ?5 WHERE id = ?1",
  [SORTIE_SQL_REMOVE_DOCUMENT] =
      "UPDATE documents SET removed_generation = ?2, removed_at = ?3 WHERE id = ?1",
  [SORTIE_SQL_DELETE_DOCUMENT] = "DELETE FROM documents WHERE id = ?1",
  [SORTIE_SQL_LAST_PASSAGE] = "SELECT ifnull(max(id), 0) FROM passages",
  [SORTIE_SQL_INSERT_PASSAGE] = "INSERT INTO passages (id, document, page, start, heading, body) "
                                "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
  [SORTIE_SQL_INSERT_TERMS] =
      "INSERT INTO terms (rowid, title, heading, body) VALUES (?1, ?2, ?3, ?4)",
  [SORTIE_SQL_DELETE_PASSAGES] = "DELETE FROM passages WHERE id >= ?1 AND id < ?2",
  [SORTIE_SQL_DELETE_TERMS] =
      "INSERT INTO terms (terms, rowid, title, heading, body) "
      "SELECT 'delete', id, title, heading, body FROM passage_texts WHERE id >= ?1 AND id < ?2",
  [SORTIE_SQL_PASSAGE] =
      "SELECT document, page, start, heading, body, uri, path, title, first_passage "
      "FROM passages JOIN documents ON documents.id = document "
      "WHERE passages.id >= ?1 AND passages.id < ?2",
  [SORTIE_SQL_TEXT] = "SELECT body FROM passages WHERE id >= ?1 AND id < ?2 ORDER BY id",
  [SORTIE_SQL_SEARCH] = "SELECT rowid, " RANK " FROM terms WHERE terms MATCH ?1",
  [SORTIE_SQL_PLACE] =
      "SELECT document, uri, start, added_generation, removed_generation "
      "FROM passages JOIN documents ON documents.id = document WHERE passages.id = ?1",
};

static gboolean
is_damage (int code)
{
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

static void
set_error (SortieStore *self, int code, GError **error)
{
  int extended = self->db != NULL ? sqlite3_extended_errcode (self->db) : code;

  self->damaged = self->damaged || is_damage (code) || is_damage (extended);
  if (self->damaged)
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                 "The index of the collection “%s” is damaged. It is set aside; index the "
                 "collection again",
                 self->collection);
  else
    g_set_error (error, SORTIE_ERROR,
                 (code & 0xff) == SQLITE_BUSY ? SORTIE_ERROR_UNAVAILABLE : SORTIE_ERROR_FAILED,
                 "The index of the collection “%s” can’t be used: %s", self->collection,
                 self->db != NULL ? sqlite3_errmsg (self->db) : sqlite3_errstr (code));
}

static gboolean
execute_text (SortieStore *self, const char *sql, GError **error)
{
  int code = sqlite3_exec (self->db, sql, NULL, NULL, NULL);

  if (code != SQLITE_OK)
    set_error (self, code, error);
  return code == SQLITE_OK;
}

static int
read_version (SortieStore *self, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2 (self->db, "PRAGMA user_version", -1, &statement, NULL);
  int version = -1;

  if (code == SQLITE_OK)
    code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    version = sqlite3_column_int (statement, 0);
  else
    set_error (self, code, error);
  sqlite3_finalize (statement);
  return version;
}

/* Two processes may find the new file at the same time, so the version is read again within the
 * transaction. */
static gboolean
make_schema (SortieStore *self, GError **error)
{
  gint64 first = (g_get_real_time () / G_USEC_PER_SEC - NUMBER_EPOCH) * NUMBERS_PER_SECOND;
  g_autofree char *finish =
      g_strdup_printf ("INSERT INTO sqlite_sequence VALUES ('documents', %" G_GINT64_FORMAT ");"
                       "PRAGMA user_version = %d;",
                       MAX (first, 0), SCHEMA_VERSION);
  gboolean made;

  if (!execute_text (self, "BEGIN IMMEDIATE", error))
    return FALSE;
  made = read_version (self, NULL) == SCHEMA_VERSION ||
         (execute_text (self, schema, error) && execute_text (self, finish, error));
  if (made)
    return execute_text (self, "COMMIT", error);
  execute_text (self, "ROLLBACK", NULL);
  return FALSE;
}

/* Two who open a new database at once both turn its journal on. SQLite then tells one of them that it
 * is busy without waiting, as the two could wait for each other for ever. */
static gboolean
turn_journal_on (SortieStore *self, GError **error)
{
  int code = SQLITE_BUSY;

  for (int waited = 0; (code & 0xff) == SQLITE_BUSY && waited < BUSY_MILLISECONDS;
       waited += RETRY_MILLISECONDS)
    {
      if (waited > 0)
        g_usleep (RETRY_MILLISECONDS * 1000);
      code = sqlite3_exec (self->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    }
  if (code != SQLITE_OK)
    set_error (self, code, error);
  return code == SQLITE_OK;
}

static gboolean
prepare_database (SortieStore *self, GError **error)
{
  int version;

  sqlite3_busy_timeout (self->db, BUSY_MILLISECONDS);
  sqlite3_extended_result_codes (self->db, 1);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  if (sortie_tokenizer_register (self->db) != SQLITE_OK ||
      sortie_rank_register (self->db) != SQLITE_OK)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "This SQLite has no FTS5");
      return FALSE;
    }
  if (!turn_journal_on (self, error) ||
      !execute_text (self,
                     "PRAGMA synchronous = NORMAL;"
                     "PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 16777216;"
                     "PRAGMA cache_size = -" G_STRINGIFY (CACHE_KIBIBYTES),
                     error))
    return FALSE;
  version = read_version (self, error);
  if (version < 0)
    return FALSE;
  if (version > SCHEMA_VERSION)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE,
                   "The index of the collection “%s” was made by a newer version of Sortie",
                   self->collection);
      return FALSE;
    }
  if (version > 0 && version < SCHEMA_VERSION)
    {
      self->damaged = TRUE;
      set_error (self, SQLITE_SCHEMA, error);
      return FALSE;
    }
  return version == SCHEMA_VERSION || make_schema (self, error);
}

static SortieStore *
open_once (const char *folder, const char *collection, GError **error)
{
  SortieStore *self = g_new0 (SortieStore, 1);
  g_autofree char *path = g_build_filename (folder, SORTIE_STORE_FILE, NULL);
  struct stat info;
  int code;

  self->folder = g_strdup (folder);
  self->collection = g_strdup (collection);
  code = sqlite3_open_v2 (path, &self->db,
                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
  if (code != SQLITE_OK)
    set_error (self, code, error);
  else if (prepare_database (self, error))
    {
      if (stat (path, &info) == 0)
        {
          self->device = info.st_dev;
          self->inode = info.st_ino;
          return self;
        }
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND,
                   "The collection “%s” was removed just now", collection);
    }
  else if (self->damaged && stat (path, &info) == 0)
    {
      self->device = info.st_dev;
      self->inode = info.st_ino;
      sortie_store_set_aside (self);
    }
  sortie_store_free (self);
  return NULL;
}

SortieStore *
sortie_store_open (const char *folder, const char *collection, gboolean *remade, GError **error)
{
  g_autofree char *path = g_build_filename (folder, SORTIE_STORE_FILE, NULL);
  g_autoptr (GError) local = NULL;
  SortieStore *self = open_once (folder, collection, &local);

  if (self == NULL && !g_file_test (path, G_FILE_TEST_EXISTS) &&
      g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      g_clear_error (&local);
      self = open_once (folder, collection, &local);
      if (self != NULL && remade != NULL)
        *remade = TRUE;
    }
  if (self == NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return self;
}

void
sortie_store_free (SortieStore *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < SORTIE_N_SQL; i++)
    sqlite3_finalize (self->statements[i]);
  sqlite3_close (self->db);
  g_free (self->folder);
  g_free (self->collection);
  g_free (self);
}

gboolean
sortie_store_has_moved (SortieStore *self)
{
  g_autofree char *path = g_build_filename (self->folder, SORTIE_STORE_FILE, NULL);
  struct stat info;

  return stat (path, &info) != 0 || info.st_dev != self->device || info.st_ino != self->inode;
}

void
sortie_store_set_aside (SortieStore *self)
{
  g_autofree char *path = g_build_filename (self->folder, SORTIE_STORE_FILE, NULL);
  g_autofree char *aside = g_strconcat (path, ".damaged", NULL);
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  g_autofree char *shm = g_strconcat (path, "-shm", NULL);

  if (sortie_store_has_moved (self) || g_rename (path, aside) != 0)
    return;
  g_unlink (wal);
  g_unlink (shm);
}

sqlite3_stmt *
sortie_store_get (SortieStore *self, SortieSql sql, GError **error)
{
  sqlite3_stmt **place = &self->statements[sql];

  if (*place == NULL)
    {
      int code =
          sqlite3_prepare_v3 (self->db, sql_texts[sql], -1, SQLITE_PREPARE_PERSISTENT, place, NULL);

      if (code != SQLITE_OK)
        {
          set_error (self, code, error);
          return NULL;
        }
    }
  sqlite3_reset (*place);
  sqlite3_clear_bindings (*place);
  return *place;
}

int
sortie_store_step (SortieStore *self, sqlite3_stmt *statement, GError **error)
{
  int code = sqlite3_step (statement);

  if (code == SQLITE_ROW)
    return code;
  if (code == SQLITE_DONE)
    {
      sqlite3_reset (statement);
      return code;
    }
  set_error (self, code, error);
  sqlite3_reset (statement);
  return 0;
}

gboolean
sortie_store_run (SortieStore *self, sqlite3_stmt *statement, GError **error)
{
  int code;

  do
    code = sortie_store_step (self, statement, error);
  while (code == SQLITE_ROW);
  return code == SQLITE_DONE;
}

gboolean
sortie_store_execute (SortieStore *self, SortieSql sql, GError **error)
{
  sqlite3_stmt *statement = sortie_store_get (self, sql, error);

  return statement != NULL && sortie_store_run (self, statement, error);
}

const char *
sortie_store_column (sqlite3_stmt *statement, int column)
{
  return (const char *) sqlite3_column_text (statement, column);
}

char *
sortie_store_dup_column (sqlite3_stmt *statement, int column)
{
  return g_strdup (sortie_store_column (statement, column));
}

void
sortie_store_bind_text (sqlite3_stmt *statement, int index, const char *text)
{
  if (text != NULL)
    sqlite3_bind_text (statement, index, text, -1, SQLITE_STATIC);
  else
    sqlite3_bind_null (statement, index);
}
