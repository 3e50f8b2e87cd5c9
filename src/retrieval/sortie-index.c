/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-library-private.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sortie-error.h"
#include "sortie-index-writer.h"
#include "sortie-walk.h"

#define NANOSECONDS G_GINT64_CONSTANT (1000000000)
/* A file changed so short a time before it was read may change again unseen. */
#define SETTLE_NANOSECONDS (2 * NANOSECONDS)
#define READ_SIZE (256 * 1024)
/* A larger file may take its time to read: others may write to the database meanwhile. */
#define SLOW_BYTES (1024 * 1024)

/* A pass over a collection. */
typedef struct
{
  const SortieShelf *shelf;
  const char *data_dir;
  SortieIndexWriter writer;
  SortieIndexFunc func;
  gpointer user_data;
  GCancellable *cancellable;
  SortieIndexResult result;
  GArray *seen; /* gint64: the IDs of documents that are still there */
  gint64 n_done;
  gint64 n_total;
} Pass;

static void
report (Pass *self, const char *path, const char *skipped)
{
  SortieIndexProgress progress = { .collection = self->shelf->name,
                                   .path = path,
                                   .skipped = skipped,
                                   .n_done = self->n_done,
                                   .n_total = self->n_total };

  if (self->func != NULL)
    self->func (&progress, self->user_data);
}

static gboolean
check_cancelled (Pass *self, GError **error)
{
  if (!g_cancellable_is_cancelled (self->cancellable))
    return TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED, "Indexing was cancelled");
  return FALSE;
}

static char *
uri_of (Pass *self, const SortieWalkEntry *entry)
{
  g_autofree char *folder = g_path_get_dirname (entry->path);

  if (g_str_equal (folder, self->shelf->uploads))
    return sortie_library_make_upload_uri (entry->path + strlen (folder) + 1);
  return g_filename_to_uri (entry->path, NULL, NULL);
}

/* The whole file; NULL with the reason in `reason` where it can't be read, and with none where it
 * has vanished. */
static GBytes *
read_file (const char *path, struct stat *info, char **reason)
{
  g_autoptr (GByteArray) out = NULL;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  gssize n = -1;

  if (fd < 0 || fstat (fd, info) != 0 || !S_ISREG (info->st_mode))
    {
      if (errno != ENOENT)
        *reason = g_strdup_printf ("it can’t be opened: %s", g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  out = g_byte_array_sized_new ((guint) CLAMP (info->st_size, 0, SORTIE_EXTRACT_MAX_FILE) + 1);
  while (out->len <= SORTIE_EXTRACT_MAX_FILE)
    {
      guint before = out->len;

      g_byte_array_set_size (out, before + READ_SIZE);
      n = read (fd, out->data + before, READ_SIZE);
      g_byte_array_set_size (out, before + (guint) MAX (n, 0));
      if (n == 0 || (n < 0 && errno != EINTR))
        break;
    }
  if (n < 0)
    *reason = g_strdup_printf ("it can’t be read: %s", g_strerror (errno));
  else if (out->len > SORTIE_EXTRACT_MAX_FILE)
    *reason = g_strdup_printf ("it is larger than %d MiB", SORTIE_EXTRACT_MAX_FILE / 1024 / 1024);
  close (fd);
  return *reason == NULL ? g_byte_array_free_to_bytes (g_steal_pointer (&out)) : NULL;
}

static void
note_stat (SortieFileFacts *facts, const struct stat *info)
{
  gint64 now = g_get_real_time () * 1000;

  facts->size = info->st_size;
  facts->modified = (gint64) info->st_mtim.tv_sec * NANOSECONDS + info->st_mtim.tv_nsec;
  facts->settled = facts->modified < now - SETTLE_NANOSECONDS;
}

static GBytes *
hash_of (GBytes *content)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length;
  const guint8 *bytes = g_bytes_get_data (content, &length);
  guint8 digest[32];
  gsize digest_length = sizeof digest;

  g_checksum_update (checksum, bytes, (gssize) length);
  g_checksum_get_digest (checksum, digest, &digest_length);
  return g_bytes_new (digest, digest_length);
}

/* Counts a document that stays as it is, but for what the file system says of it. */
static gboolean
keep (Pass *self,
      const SortieWalkEntry *entry,
      const SortieFileFacts *facts,
      const SortieIndexedFile *known,
      GError **error)
{
  gboolean same = known->settled == facts->settled && known->size == facts->size &&
                  known->modified == facts->modified && g_strcmp0 (known->path, facts->path) == 0;

  if (!same && !sortie_index_writer_touch (&self->writer, known->id, facts, error))
    return FALSE;
  g_array_append_val (self->seen, known->id);
  if (known->skipped != NULL)
    self->result.n_skipped++;
  else
    self->result.n_unchanged++;
  report (self, entry->shown, known->skipped);
  return TRUE;
}

static gboolean
record_skipped (Pass *self,
                const SortieWalkEntry *entry,
                const SortieFileFacts *facts,
                const SortieIndexedFile *known,
                const char *reason,
                GError **error)
{
  gint64 id;

  if (known->id != 0 && facts->hash == NULL && known->hash == NULL &&
      g_strcmp0 (known->skipped, reason) == 0)
    return keep (self, entry, facts, known, error);
  id = sortie_index_writer_add (&self->writer, facts, NULL, reason, known->id, error);
  if (id == 0)
    return FALSE;
  g_array_append_val (self->seen, id);
  self->result.n_skipped++;
  report (self, entry->shown, reason);
  return TRUE;
}

static gboolean
record_content (Pass *self,
                const SortieWalkEntry *entry,
                SortieFileFacts *facts,
                const SortieIndexedFile *known,
                GBytes *content,
                GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (SortieExtract) extract = NULL;
  gint64 id;

  if (g_bytes_get_size (content) >= SLOW_BYTES &&
      !sortie_index_writer_commit (&self->writer, error))
    return FALSE;
  extract = sortie_extract_document (facts->title, content, self->cancellable, &failure);
  if (!check_cancelled (self, error))
    return FALSE;
  if (extract == NULL)
    {
      /* Without a hash it is tried again the next time. */
      if (g_error_matches (failure, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE))
        facts->hash = NULL;
      return record_skipped (self, entry, facts, known, failure->message, error);
    }
  id = sortie_index_writer_add (&self->writer, facts, extract, NULL, known->id, error);
  if (id == 0)
    return FALSE;
  g_array_append_val (self->seen, id);
  self->result.n_indexed++;
  self->result.n_bytes += (gint64) extract->text->len;
  report (self, entry->shown, NULL);
  return TRUE;
}

/* A file that is there: read only where size or time say so, extracted only where it changed. */
static gboolean
visit_file (Pass *self,
            const SortieWalkEntry *entry,
            SortieFileFacts *facts,
            const SortieIndexedFile *known,
            GError **error)
{
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GBytes) hash = NULL;
  g_autofree char *reason = NULL;
  struct stat info = { 0 };

  if (stat (entry->path, &info) == 0)
    {
      note_stat (facts, &info);
      if (known->id != 0 && known->hash != NULL && known->settled && known->size == facts->size &&
          known->modified == facts->modified)
        return keep (self, entry, facts, known, error);
    }
  content = read_file (entry->path, &info, &reason);
  note_stat (facts, &info);
  if (reason != NULL)
    return record_skipped (self, entry, facts, known, reason, error);
  if (content == NULL)
    return TRUE; /* vanished since the walk */

  hash = hash_of (content);
  facts->hash = g_bytes_get_data (hash, &facts->hash_length);
  if (known->hash != NULL && g_bytes_equal (known->hash, hash))
    return keep (self, entry, facts, known, error);
  return record_content (self, entry, facts, known, content, error);
}

static gboolean
visit_entry (Pass *self, const SortieWalkEntry *entry, GError **error)
{
  g_autofree char *uri = uri_of (self, entry);
  g_autofree char *name = g_path_get_basename (entry->path);
  g_autofree char *title = g_utf8_make_valid (name, -1);
  g_auto (SortieIndexedFile) known = { 0 };
  SortieFileFacts facts = { .uri = uri, .path = entry->shown, .title = title };

  if (!sortie_index_writer_find (&self->writer, uri, &known, error))
    return FALSE;
  self->n_done++;
  if (entry->skipped != NULL)
    return record_skipped (self, entry, &facts, &known, entry->skipped, error);
  return visit_file (self, entry, &facts, &known, error);
}

static gboolean
walk (Pass *self, SortieWalk *found, GError **error)
{
  const char *const *mirrored = (const char *const *) self->shelf->mirrored;
  guint n_folders = 0;

  sortie_walk_exclude (found, self->data_dir);
  for (guint i = 0; mirrored[i] != NULL; i++)
    n_folders += g_file_test (mirrored[i], G_FILE_TEST_IS_DIR);
  for (guint i = 0; mirrored[i] != NULL; i++)
    {
      g_autofree char *name = g_path_get_basename (mirrored[i]);
      gboolean prefixed = n_folders > 1 && g_file_test (mirrored[i], G_FILE_TEST_IS_DIR);

      if (!sortie_walk_add (found, mirrored[i], prefixed ? name : NULL, error))
        return FALSE;
    }
  return sortie_walk_add (found, self->shelf->uploads, NULL, error);
}

static int
compare_ids_cb (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a;
  gint64 right = *(const gint64 *) b;

  return left < right ? -1 : left > right;
}

/* Documents that the walk did not meet have gone. */
static gboolean
remove_vanished (Pass *self, GError **error)
{
  g_autoptr (GArray) gone = g_array_new (FALSE, FALSE, sizeof (gint64));
  sqlite3_stmt *statement = sortie_store_get (self->writer.store, SORTIE_SQL_CURRENT_IDS, error);
  int code;

  if (statement == NULL)
    return FALSE;
  g_array_sort (self->seen, compare_ids_cb);
  while ((code = sortie_store_step (self->writer.store, statement, error)) == SQLITE_ROW)
    {
      gint64 id = sqlite3_column_int64 (statement, 0);

      if (!g_array_binary_search (self->seen, &id, compare_ids_cb, NULL))
        g_array_append_val (gone, id);
    }
  if (code != SQLITE_DONE)
    return FALSE;
  for (guint i = 0; i < gone->len; i++)
    if (!sortie_index_writer_remove (&self->writer, g_array_index (gone, gint64, i), error))
      return FALSE;
  self->result.n_removed = gone->len;
  return TRUE;
}

static gboolean
run_pass (Pass *self, GError **error)
{
  g_autoptr (SortieWalk) found = sortie_walk_new (self->cancellable);
  GPtrArray *entries = sortie_walk_get_entries (found);

  if (!sortie_index_writer_purge (&self->writer, error) || !walk (self, found, error))
    return FALSE;
  self->n_total = entries->len;
  for (guint i = 0; i < entries->len; i++)
    if (!check_cancelled (self, error) ||
        !visit_entry (self, g_ptr_array_index (entries, i), error) ||
        !sortie_index_writer_commit_if_due (&self->writer, error))
      return FALSE;
  return remove_vanished (self, error) && sortie_index_writer_finish (&self->writer, error);
}

/* What was done so far stays, unless the database itself is the trouble. */
static gboolean
run (Pass *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (run_pass (self, &local))
    {
      report (self, NULL, NULL);
      return TRUE;
    }
  if (!g_error_matches (local, SORTIE_ERROR, SORTIE_ERROR_CANCELLED) ||
      !sortie_index_writer_commit (&self->writer, NULL))
    sortie_index_writer_rollback (&self->writer);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
run_over (Pass *self, gboolean *damaged, GError **error)
{
  gboolean remade = FALSE;
  g_autoptr (SortieStore) store =
      sortie_store_open (self->shelf->folder, self->shelf->name, &remade, error);
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean done;

  if (store == NULL)
    return FALSE;
  self->writer = (SortieIndexWriter){ .store = store };
  self->seen = seen;
  self->result = (SortieIndexResult){ .remade = remade || *damaged };
  self->n_done = 0;
  done = run (self, error);
  *damaged = store->damaged;
  if (done)
    sqlite3_wal_checkpoint_v2 (store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  if (store->damaged)
    sortie_store_set_aside (store);
  return done;
}

gboolean
sortie_library_index (SortieLibrary *self,
                      const char *name,
                      SortieIndexFunc func,
                      gpointer user_data,
                      GCancellable *cancellable,
                      SortieIndexResult *result,
                      GError **error)
{
  g_autoptr (SortieShelf) shelf = sortie_shelf_load (sortie_library_get_root (self), name, error);
  Pass pass = { .data_dir = sortie_library_get_data_dir (self),
                .func = func,
                .user_data = user_data,
                .cancellable = cancellable };
  g_autoptr (GError) local = NULL;
  gboolean damaged = FALSE;
  gboolean done;
  int lock;

  if (shelf == NULL)
    return FALSE;
  pass.shelf = shelf;
  lock = sortie_shelf_lock_index (shelf, cancellable, error);
  if (lock < 0)
    return FALSE;
  done = run_over (&pass, &damaged, &local);
  if (!done && damaged)
    {
      g_clear_error (&local);
      done = run_over (&pass, &damaged, &local);
    }
  close (lock);
  malloc_trim (0); /* much was held for a moment, by a process that may live for months */
  if (done && result != NULL)
    *result = pass.result;
  if (!done)
    g_propagate_error (error, g_steal_pointer (&local));
  return done;
}
