/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-library-private.h"

#include <string.h>
#include <sys/stat.h>

#include "sortie-error.h"
#include "sortie-extract.h"

enum
{
  COLUMN_ID,
  COLUMN_URI,
  COLUMN_PATH,
  COLUMN_TITLE,
  COLUMN_MEDIA_TYPE,
  COLUMN_SIZE,
  COLUMN_MODIFIED,
  COLUMN_N_PASSAGES,
  COLUMN_N_PAGES,
  COLUMN_SKIPPED,
  COLUMN_HASH,
  COLUMN_FIRST_PASSAGE,
};

/* A document's row, borrowed with its connection until clear_row(). */
typedef struct
{
  SortieLibrary *library;
  SortieShelf *shelf;
  SortieStore *store;
  sqlite3_stmt *row;
} DocumentRow;

static void
clear_row (DocumentRow *self)
{
  if (self->row != NULL)
    sqlite3_reset (self->row);
  if (self->store != NULL)
    sortie_library_give_back (self->library, self->store);
  sortie_shelf_free (self->shelf);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DocumentRow, clear_row)

static gboolean
fail_not_found (GError **error, const char *what)
{
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND, "%s", what);
  return FALSE;
}

static gboolean
find_row (SortieLibrary *library, const char *id, DocumentRow *self, GError **error)
{
  gint64 number;
  int code;

  self->library = library;
  self->shelf = sortie_library_find_shelf (library, id, &number, error);
  if (self->shelf == NULL)
    return FALSE;
  self->store = sortie_library_borrow_shelf (library, self->shelf, error);
  if (self->store == NULL)
    return FALSE;
  self->row = sortie_store_get (self->store, SORTIE_SQL_DOCUMENT, error);
  if (self->row == NULL)
    return FALSE;
  sqlite3_bind_int64 (self->row, 1, number);
  code = sortie_store_step (self->store, self->row, error);
  return code == SQLITE_ROW || (code == SQLITE_DONE && fail_not_found (error, "No such document"));
}

static SortieDocument *
read_document_row (const SortieShelf *shelf, sqlite3_stmt *row)
{
  SortieDocument *document = g_new0 (SortieDocument, 1);

  document->id = sortie_library_make_document_id (shelf, sqlite3_column_int64 (row, COLUMN_ID));
  document->collection = g_strdup (shelf->name);
  document->uri = sortie_store_dup_column (row, COLUMN_URI);
  document->path = sortie_store_dup_column (row, COLUMN_PATH);
  document->title = sortie_store_dup_column (row, COLUMN_TITLE);
  document->media_type = sortie_store_dup_column (row, COLUMN_MEDIA_TYPE);
  if (document->media_type == NULL)
    document->media_type = g_strdup ("application/octet-stream");
  document->size = sqlite3_column_int64 (row, COLUMN_SIZE);
  document->modified = sqlite3_column_int64 (row, COLUMN_MODIFIED) / 1000000;
  document->n_passages = sqlite3_column_int64 (row, COLUMN_N_PASSAGES);
  document->n_pages = sqlite3_column_int64 (row, COLUMN_N_PAGES);
  document->skipped = sortie_store_dup_column (row, COLUMN_SKIPPED);
  return document;
}

static gboolean
has_hash (GBytes *content, sqlite3_stmt *row)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof digest;

  g_checksum_update (checksum, g_bytes_get_data (content, NULL),
                     (gssize) g_bytes_get_size (content));
  g_checksum_get_digest (checksum, digest, &length);
  return sqlite3_column_bytes (row, COLUMN_HASH) == (int) length &&
         memcmp (sqlite3_column_blob (row, COLUMN_HASH), digest, length) == 0;
}

GPtrArray *
sortie_library_list_documents (SortieLibrary *self, const char *collection, GError **error)
{
  g_auto (DocumentRow) place = { .library = self };
  g_autoptr (GPtrArray) list =
      g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_document_free);
  int code;

  place.shelf = sortie_shelf_load (sortie_library_get_root (self), collection, error);
  if (place.shelf == NULL)
    return NULL;
  place.store = sortie_library_borrow_shelf (self, place.shelf, error);
  if (place.store == NULL)
    return NULL;
  place.row = sortie_store_get (place.store, SORTIE_SQL_DOCUMENTS, error);
  if (place.row == NULL)
    return NULL;
  while ((code = sortie_store_step (place.store, place.row, error)) == SQLITE_ROW)
    g_ptr_array_add (list, read_document_row (place.shelf, place.row));
  return code == SQLITE_DONE ? g_steal_pointer (&list) : NULL;
}

SortieDocument *
sortie_library_get_document (SortieLibrary *self, const char *id, GError **error)
{
  g_auto (DocumentRow) place = { NULL };

  return find_row (self, id, &place, error) ? read_document_row (place.shelf, place.row) : NULL;
}

GBytes *
sortie_library_read_document (SortieLibrary *self, const char *id, GError **error)
{
  g_auto (DocumentRow) place = { NULL };
  g_autofree char *path = NULL;
  g_autofree char *contents = NULL;
  g_autoptr (GBytes) content = NULL;
  struct stat info;
  gsize length;

  if (!find_row (self, id, &place, error))
    return NULL;
  path = sortie_library_path_of_uri (place.shelf, sortie_store_column (place.row, COLUMN_URI));
  /* A pipe that took the file's place would block, an endless file exhaust the memory. */
  if (path != NULL && stat (path, &info) == 0 && S_ISREG (info.st_mode) &&
      info.st_size <= SORTIE_EXTRACT_MAX_FILE &&
      g_file_get_contents (path, &contents, &length, NULL))
    content = g_bytes_new_take (g_steal_pointer (&contents), length);
  if (content != NULL && has_hash (content, place.row))
    return g_steal_pointer (&content);
  fail_not_found (error, "The document’s file is gone or has changed since it was indexed");
  return NULL;
}

GBytes *
sortie_library_read_text (SortieLibrary *self, const char *id, GError **error)
{
  g_auto (DocumentRow) place = { NULL };
  g_autoptr (GByteArray) text = g_byte_array_new ();
  sqlite3_stmt *bodies;
  gint64 first;
  gint64 last;
  int code;

  if (!find_row (self, id, &place, error))
    return NULL;
  first = sqlite3_column_int64 (place.row, COLUMN_FIRST_PASSAGE);
  bodies = sortie_store_get (place.store, SORTIE_SQL_TEXT, error);
  if (bodies == NULL)
    return NULL;
  last = first + sqlite3_column_int64 (place.row, COLUMN_N_PASSAGES);
  sqlite3_bind_int64 (bodies, 1, SORTIE_PASSAGE_ID (first, 0));
  sqlite3_bind_int64 (bodies, 2, SORTIE_PASSAGE_ID (last, 0));
  while ((code = sortie_store_step (place.store, bodies, error)) == SQLITE_ROW)
    {
      const void *body = sqlite3_column_blob (bodies, 0);

      g_byte_array_append (text, body, (guint) sqlite3_column_bytes (bodies, 0));
    }
  return code == SQLITE_DONE ? g_byte_array_free_to_bytes (g_steal_pointer (&text)) : NULL;
}

SortiePassage *
sortie_library_get_passage (SortieLibrary *self, const char *document, int number, GError **error)
{
  g_auto (DocumentRow) place = { NULL };
  g_autoptr (SortiePassage) passage = NULL;
  gint64 serial;

  if (!find_row (self, document, &place, error))
    return NULL;
  if (number < 1 || number > sqlite3_column_int64 (place.row, COLUMN_N_PASSAGES))
    {
      fail_not_found (error, "The document has no such passage");
      return NULL;
    }
  serial = sqlite3_column_int64 (place.row, COLUMN_FIRST_PASSAGE) + number - 1;
  return sortie_library_load_passage (place.store, place.shelf, serial, error);
}
