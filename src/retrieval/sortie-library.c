/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-library-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "sortie-error.h"
#include "sortie-extract.h"
#include "sortie-index-writer.h"

/* Connections that are kept open between calls. */
#define MAX_IDLE 8
#define UPLOAD_SCHEME "upload:"
#define MAX_UPLOADS 10000
#define MAX_UPLOAD_NAME 200 /* bytes */

struct _SortieLibrary
{
  char *data_dir;
  char *root;
  GMutex mutex;
  GQueue idle; /* SortieStore, the last used first; guarded by mutex */
};

/* An idle connection to that collection, taken out of the pool. */
static SortieStore *
take_idle (SortieLibrary *self, const char *folder)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  for (GList *link = self->idle.head; link != NULL; link = link->next)
    {
      SortieStore *store = link->data;

      if (g_str_equal (store->folder, folder))
        {
          g_queue_delete_link (&self->idle, link);
          return store;
        }
    }
  return NULL;
}

static void
drop_idle (SortieLibrary *self, const char *folder)
{
  for (SortieStore *store; (store = take_idle (self, folder)) != NULL;)
    sortie_store_free (store);
}

static gboolean
check_folders (const char *const *folders, GError **error)
{
  for (guint i = 0; folders != NULL && folders[i] != NULL; i++)
    {
      g_autofree char *shown = g_utf8_make_valid (folders[i], -1);
      const char *problem = NULL;

      if (!g_path_is_absolute (folders[i]))
        problem = "is not an absolute path";
      else if (g_access (folders[i], F_OK) != 0)
        problem = g_strerror (errno);
      if (problem != NULL)
        {
          g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "folders: “%s”: %s", shown,
                       problem);
          return FALSE;
        }
    }
  return TRUE;
}

/* Without doubled and closing slashes and dots, so that the same folder is the same text. */
static GStrv
canonical_folders (const char *const *folders)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; folders != NULL && folders[i] != NULL; i++)
    {
      g_autofree char *path = g_canonicalize_filename (folders[i], NULL);

      g_strv_builder_add (builder, path);
    }
  return g_strv_builder_end (builder);
}

static gboolean
read_counts (SortieStore *store, SortieCollection *collection, GError **error)
{
  sqlite3_stmt *row = sortie_store_get (store, SORTIE_SQL_COLLECTION, error);

  if (row == NULL || sortie_store_step (store, row, error) != SQLITE_ROW)
    return FALSE;
  collection->generation = sqlite3_column_int64 (row, 0);
  collection->n_documents = sqlite3_column_int64 (row, 1);
  collection->n_skipped = sqlite3_column_int64 (row, 2);
  collection->n_passages = sqlite3_column_int64 (row, 3);
  collection->n_bytes = sqlite3_column_int64 (row, 4);
  collection->updated = sqlite3_column_int64 (row, 6);
  sqlite3_reset (row);
  return TRUE;
}

/* All that is known without the index. */
static SortieCollection *
introduce (const SortieShelf *shelf)
{
  SortieCollection *collection = g_new0 (SortieCollection, 1);

  collection->name = g_strdup (shelf->name);
  collection->folders = g_strdupv (shelf->mirrored);
  for (guint i = 0; collection->folders[i] != NULL; i++)
    {
      char *raw = collection->folders[i];

      collection->folders[i] = g_utf8_make_valid (raw, -1);
      g_free (raw);
    }
  return collection;
}

static SortieCollection *
describe (SortieLibrary *self, const SortieShelf *shelf, GError **error)
{
  g_autoptr (SortieCollection) collection = introduce (shelf);
  SortieStore *store = sortie_library_borrow_shelf (self, shelf, error);
  gboolean read;

  if (store == NULL)
    return NULL;
  read = read_counts (store, collection, error);
  sortie_library_give_back (self, store);
  return read ? g_steal_pointer (&collection) : NULL;
}

static gboolean
check_upload (const char *name, GBytes *content, GError **error)
{
  const char *problem = NULL;

  if (*name == '\0' || *name == '.' || strchr (name, '/') != NULL)
    problem = "it is empty, hidden or a path";
  else if (strlen (name) > MAX_UPLOAD_NAME)
    problem = "it is longer than " G_STRINGIFY (MAX_UPLOAD_NAME) " bytes";
  else if (!g_utf8_validate (name, -1, NULL))
    problem = "it is not UTF-8";
  for (const char *p = name; problem == NULL && *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      problem = "it holds control characters";
  if (problem != NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID, "name: not a file’s name: %s",
                   problem);
      return FALSE;
    }
  if (g_bytes_get_size (content) > SORTIE_EXTRACT_MAX_FILE)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE, "“%s” is larger than %d MiB", name,
                   SORTIE_EXTRACT_MAX_FILE / 1024 / 1024);
      return FALSE;
    }
  return TRUE;
}

static gboolean
has_room_for_upload (const SortieShelf *shelf, const char *path, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (shelf->uploads, 0, NULL);
  guint n = 0;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  while (dir != NULL && n < MAX_UPLOADS && g_dir_read_name (dir) != NULL)
    n++;
  if (n < MAX_UPLOADS)
    return TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_TOO_LARGE,
               "The collection “%s” holds %d uploads already, more are not kept", shelf->name,
               MAX_UPLOADS);
  return FALSE;
}

/* Takes the source away, so that the next indexing does not bring the document back. */
static gboolean
remove_source (SortieShelf *shelf, const char *uri, GError **error)
{
  g_autofree char *path = sortie_library_path_of_uri (shelf, uri);

  if (path != NULL && g_str_has_prefix (uri, UPLOAD_SCHEME))
    {
      if (g_unlink (path) == 0 || errno == ENOENT)
        return TRUE;
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "Can’t remove “%s”: %s", path,
                   g_strerror (errno));
      return FALSE;
    }
  if (path != NULL && g_strv_contains ((const char *const *) shelf->mirrored, path))
    return sortie_shelf_forget (shelf, path, error);
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CONFLICT,
               "“%s” lies in a folder that the collection mirrors; remove it there", uri);
  return FALSE;
}

const char *
sortie_library_get_data_dir (SortieLibrary *self)
{
  return self->data_dir;
}

const char *
sortie_library_get_root (SortieLibrary *self)
{
  return self->root;
}

SortieStore *
sortie_library_borrow_shelf (SortieLibrary *self, const SortieShelf *shelf, GError **error)
{
  SortieStore *store;

  while ((store = take_idle (self, shelf->folder)) != NULL)
    {
      if (!sortie_store_has_moved (store))
        return store;
      sortie_store_free (store);
    }
  return sortie_store_open (shelf->folder, shelf->name, NULL, error);
}

SortieStore *
sortie_library_borrow (SortieLibrary *self, const char *name, GError **error)
{
  g_autoptr (SortieShelf) shelf = sortie_shelf_load (self->root, name, error);

  return shelf != NULL ? sortie_library_borrow_shelf (self, shelf, error) : NULL;
}

void
sortie_library_give_back (SortieLibrary *self, SortieStore *store)
{
  SortieStore *surplus = NULL;

  if (store->damaged)
    {
      sortie_store_set_aside (store);
      sortie_store_free (store);
      return;
    }
  /* A statement that was left in the middle would pin the state that it reads. */
  for (guint i = 0; i < SORTIE_N_SQL; i++)
    if (store->statements[i] != NULL)
      sqlite3_reset (store->statements[i]);
  g_mutex_lock (&self->mutex);
  g_queue_push_head (&self->idle, store);
  if (self->idle.length > MAX_IDLE)
    surplus = g_queue_pop_tail (&self->idle);
  g_mutex_unlock (&self->mutex);
  sortie_store_free (surplus);
}

SortieShelf *
sortie_library_find_shelf (SortieLibrary *self,
                           const char *document,
                           gint64 *number,
                           GError **error)
{
  g_autofree char *key = g_strndup (document, SORTIE_SHELF_KEY_LENGTH);
  g_autoptr (SortieShelf) shelf = NULL;
  guint64 value;

  if (strlen (document) > SORTIE_SHELF_KEY_LENGTH + 1 && document[SORTIE_SHELF_KEY_LENGTH] == '-' &&
      g_ascii_string_to_unsigned (document + SORTIE_SHELF_KEY_LENGTH + 1, 10, 1, G_MAXINT64, &value,
                                  NULL))
    shelf = sortie_shelf_load_by_key (self->root, key, NULL);
  if (shelf == NULL)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND, "No such document");
      return NULL;
    }
  *number = (gint64) value;
  return g_steal_pointer (&shelf);
}

char *
sortie_library_make_document_id (const SortieShelf *shelf, gint64 number)
{
  return g_strdup_printf ("%s-%" G_GINT64_FORMAT, shelf->key, number);
}

char *
sortie_library_make_upload_uri (const char *file_name)
{
  g_autofree char *escaped = g_uri_escape_string (file_name, NULL, FALSE);

  return g_strconcat (UPLOAD_SCHEME, escaped, NULL);
}

char *
sortie_library_path_of_uri (const SortieShelf *shelf, const char *uri)
{
  g_autofree char *name = NULL;

  if (!g_str_has_prefix (uri, UPLOAD_SCHEME))
    return g_filename_from_uri (uri, NULL, NULL);
  name = g_uri_unescape_string (uri + strlen (UPLOAD_SCHEME), NULL);
  return name != NULL ? g_build_filename (shelf->uploads, name, NULL) : NULL;
}

/**
 * sortie_library_open:
 * @data_dir: where Sortie keeps its data; made where it does not exist
 *
 * Returns: (transfer full): SORTIE_ERROR_FAILED where the folder can't be made
 */
SortieLibrary *
sortie_library_open (const char *data_dir, GError **error)
{
  static gsize configured = 0;
  g_autofree char *root = g_build_filename (data_dir, "collections", NULL);
  SortieLibrary *self;

  if (g_mkdir_with_parents (root, 0700) != 0)
    {
      g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "Can’t make the folder “%s”: %s", root,
                   g_strerror (errno));
      return NULL;
    }
  /* SQLite's own count of its memory costs a lock for each allocation, and nobody asks for it. Where
   * SQLite is in use already this does nothing. */
  if (g_once_init_enter (&configured))
    {
      sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
      g_once_init_leave (&configured, 1);
    }
  self = g_new0 (SortieLibrary, 1);
  self->data_dir = g_strdup (data_dir);
  self->root = g_steal_pointer (&root);
  g_mutex_init (&self->mutex);
  g_queue_init (&self->idle);
  return self;
}

void
sortie_library_free (SortieLibrary *self)
{
  if (self == NULL)
    return;
  g_queue_clear_full (&self->idle, (GDestroyNotify) sortie_store_free);
  g_mutex_clear (&self->mutex);
  g_free (self->data_dir);
  g_free (self->root);
  g_free (self);
}

void
sortie_library_trim (SortieLibrary *self)
{
  GQueue surplus;

  g_mutex_lock (&self->mutex);
  surplus = self->idle;
  g_queue_init (&self->idle);
  g_mutex_unlock (&self->mutex);
  g_queue_clear_full (&surplus, (GDestroyNotify) sortie_store_free);
}

GPtrArray *
sortie_library_list (SortieLibrary *self, GError **error)
{
  g_autoptr (GPtrArray) shelves = sortie_shelf_list (self->root, error);
  g_autoptr (GPtrArray) list =
      g_ptr_array_new_with_free_func ((GDestroyNotify) sortie_collection_free);

  if (shelves == NULL)
    return NULL;
  for (guint i = 0; i < shelves->len; i++)
    {
      const SortieShelf *shelf = g_ptr_array_index (shelves, i);
      SortieCollection *collection = describe (self, shelf, NULL);

      if (collection == NULL && !g_file_test (shelf->folder, G_FILE_TEST_IS_DIR))
        continue; /* removed since it was listed */
      /* One index that can't be read keeps nobody from the others. */
      g_ptr_array_add (list, collection != NULL ? collection : introduce (shelf));
    }
  return g_steal_pointer (&list);
}

SortieCollection *
sortie_library_get (SortieLibrary *self, const char *name, GError **error)
{
  g_autoptr (SortieShelf) shelf = sortie_shelf_load (self->root, name, error);

  return shelf != NULL ? describe (self, shelf, error) : NULL;
}

/**
 * sortie_library_add:
 * @folders: (nullable) (array zero-terminated=1): absolute paths of folders and files that exist
 *
 * SORTIE_ERROR_INVALID naming `name` or the folder; SORTIE_ERROR_CONFLICT where another name has
 * the same key.
 */
gboolean
sortie_library_add (SortieLibrary *self,
                    const char *name,
                    const char *const *folders,
                    GError **error)
{
  g_auto (GStrv) canonical = NULL;

  if (!sortie_collection_name_validate (name, error) || !check_folders (folders, error))
    return FALSE;
  canonical = canonical_folders (folders);
  return sortie_shelf_add (self->root, name, (const char *const *) canonical, error);
}

gboolean
sortie_library_remove (SortieLibrary *self, const char *name, GError **error)
{
  g_autoptr (SortieShelf) shelf = sortie_shelf_load (self->root, name, error);

  if (shelf == NULL)
    return FALSE;
  drop_idle (self, shelf->folder);
  return sortie_shelf_remove (shelf, error);
}

gboolean
sortie_library_upload (SortieLibrary *self,
                       const char *collection,
                       const char *file_name,
                       GBytes *content,
                       GError **error)
{
  g_autoptr (SortieShelf) shelf = sortie_shelf_load (self->root, collection, error);
  g_autofree char *path = NULL;
  g_autoptr (GError) local = NULL;
  gsize length;
  const char *bytes = g_bytes_get_data (content, &length);

  if (shelf == NULL || !check_upload (file_name, content, error))
    return FALSE;
  path = g_build_filename (shelf->uploads, file_name, NULL);
  if (!has_room_for_upload (shelf, path, error))
    return FALSE;
  if (g_file_set_contents_full (path, bytes != NULL ? bytes : "", (gssize) length,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                &local))
    return TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_FAILED, "%s", local->message);
  return FALSE;
}

/**
 * sortie_library_remove_document:
 *
 * Removes an upload, or a file that the collection mirrors by itself. SORTIE_ERROR_CONFLICT for a
 * file in a mirrored folder, which would come back; SORTIE_ERROR_NOT_FOUND for a document that was
 * replaced or removed.
 */
gboolean
sortie_library_remove_document (SortieLibrary *self, const char *document, GError **error)
{
  g_autoptr (SortieDocument) known = sortie_library_get_document (self, document, error);
  g_autoptr (SortieShelf) shelf = NULL;
  SortieIndexWriter writer = { NULL };
  SortieIndexedFile current = { 0 };
  gboolean removed = FALSE;
  gint64 number;

  if (known == NULL)
    return FALSE;
  shelf = sortie_library_find_shelf (self, document, &number, error);
  if (shelf == NULL)
    return FALSE;
  writer.store = sortie_library_borrow_shelf (self, shelf, error);
  if (writer.store == NULL)
    return FALSE;
  if (!sortie_index_writer_find (&writer, known->uri, &current, error))
    removed = FALSE;
  else if (current.id != number) /* the source is another document's by now, or is gone */
    g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_NOT_FOUND, "No such document");
  else
    removed = remove_source (shelf, known->uri, error) &&
              sortie_index_writer_remove (&writer, number, error) &&
              sortie_index_writer_commit (&writer, error);
  sortie_index_writer_rollback (&writer);
  sortie_indexed_file_clear (&current);
  sortie_library_give_back (self, writer.store);
  return removed;
}
