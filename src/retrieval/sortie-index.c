/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-library-private.h"

#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include "sortie-error.h"
#include "sortie-index-job.h"
#include "sortie-walk.h"

/* Files that are read ahead of the writer, and how large they may be together. */
#define MAX_JOBS 16
#define MAX_JOB_BYTES ((gsize) 64 * 1024 * 1024)
#define MAX_THREADS 4

/* A pass over a collection: the caller's thread looks files up in the index and writes, others read
 * and extract. */
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

  GThreadPool *pool;
  GQueue jobs; /* SortieIndexJob, in the order of the walk */
  gsize job_bytes;
  GMutex mutex; /* guards the jobs' `done` */
  GCond cond;
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

/* Counts a document that stays as it is, but for what the file system says of it. */
static gboolean
keep (Pass *self, const SortieIndexJob *job, GError **error)
{
  const SortieIndexedFile *known = &job->known;
  gboolean same = known->settled == job->facts.settled && known->size == job->facts.size &&
                  known->modified == job->facts.modified &&
                  g_strcmp0 (known->path, job->facts.path) == 0;

  if (!same && !sortie_index_writer_touch (&self->writer, known->id, &job->facts, error))
    return FALSE;
  g_array_append_val (self->seen, known->id);
  if (known->skipped != NULL)
    self->result.n_skipped++;
  else
    self->result.n_unchanged++;
  report (self, job->shown, known->skipped);
  return TRUE;
}

static gboolean
record_skipped (Pass *self, const SortieIndexJob *job, const char *reason, GError **error)
{
  const SortieIndexedFile *known = &job->known;
  gint64 id;

  if (known->id != 0 && job->facts.hash == NULL && known->hash == NULL &&
      g_strcmp0 (known->skipped, reason) == 0)
    return keep (self, job, error);
  id = sortie_index_writer_add (&self->writer, &job->facts, NULL, NULL, reason, known->id, error);
  if (id == 0)
    return FALSE;
  g_array_append_val (self->seen, id);
  self->result.n_skipped++;
  report (self, job->shown, reason);
  return TRUE;
}

static gboolean
record_extract (Pass *self, const SortieIndexJob *job, GError **error)
{
  gint64 id = sortie_index_writer_add (&self->writer, &job->facts, job->extract, job->cuts, NULL,
                                       job->known.id, error);

  if (id == 0)
    return FALSE;
  g_array_append_val (self->seen, id);
  self->result.n_indexed++;
  self->result.n_bytes += (gint64) job->extract->text->len;
  report (self, job->shown, NULL);
  return TRUE;
}

static gboolean
record (Pass *self, const SortieIndexJob *job, GError **error)
{
  self->n_done++;
  switch (job->outcome)
    {
    case SORTIE_INDEX_JOB_UNCHANGED:
      return keep (self, job, error);
    case SORTIE_INDEX_JOB_SKIPPED:
      return record_skipped (self, job, job->reason, error);
    case SORTIE_INDEX_JOB_EXTRACTED:
      return record_extract (self, job, error);
    case SORTIE_INDEX_JOB_VANISHED:
    default:
      return TRUE; /* since the walk */
    }
}

static void
run_job_cb (gpointer data, gpointer user_data)
{
  SortieIndexJob *job = data;
  Pass *self = user_data;

  sortie_index_job_run (job);
  g_mutex_lock (&self->mutex);
  job->done = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

/* While a slow file is waited for, no transaction stays open for long: others may want to write. */
static gboolean
wait_for_job (Pass *self, const SortieIndexJob *job, GError **error)
{
  for (;;)
    {
      gint64 until = g_get_monotonic_time () + G_TIME_SPAN_SECOND;
      gboolean done;

      g_mutex_lock (&self->mutex);
      while (!job->done && g_cond_wait_until (&self->cond, &self->mutex, until))
        continue;
      done = job->done;
      g_mutex_unlock (&self->mutex);
      if (done)
        return TRUE;
      if (!sortie_index_writer_commit_if_due (&self->writer, error))
        return FALSE;
    }
}

/* Writes what the oldest job found. */
static gboolean
finish_job (Pass *self, GError **error)
{
  g_autoptr (SortieIndexJob) job = NULL;

  if (!wait_for_job (self, g_queue_peek_head (&self->jobs), error))
    return FALSE;
  job = g_queue_pop_head (&self->jobs);
  self->job_bytes -= job->n_bytes;
  return check_cancelled (self, error) && record (self, job, error) &&
         sortie_index_writer_commit_if_due (&self->writer, error);
}

/* Hands a job to the threads; one that is known to be done takes its turn all the same. */
static gboolean
queue_job (Pass *self, SortieIndexJob *job, gsize n_bytes, GError **error)
{
  while (self->jobs.length > 0 &&
         (self->jobs.length >= MAX_JOBS || self->job_bytes + n_bytes > MAX_JOB_BYTES))
    if (!finish_job (self, error))
      {
        sortie_index_job_free (job);
        return FALSE;
      }
  job->n_bytes = n_bytes;
  self->job_bytes += n_bytes;
  g_queue_push_tail (&self->jobs, job);
  if (!job->done)
    g_thread_pool_push (self->pool, job, NULL);
  return TRUE;
}

static gboolean
visit_entry (Pass *self, const SortieWalkEntry *entry, GError **error)
{
  g_autoptr (SortieIndexJob) job =
      sortie_index_job_new (entry->path, entry->shown, uri_of (self, entry), self->cancellable);
  gsize n_bytes = 0;

  if (!sortie_index_writer_find (&self->writer, job->uri, &job->known, error))
    return FALSE;
  if (entry->skipped != NULL)
    {
      job->outcome = SORTIE_INDEX_JOB_SKIPPED;
      job->reason = g_strdup (entry->skipped);
      job->done = TRUE;
    }
  else if (sortie_index_job_is_unchanged (job))
    {
      job->outcome = SORTIE_INDEX_JOB_UNCHANGED;
      job->done = TRUE;
    }
  else
    {
      n_bytes = (gsize) CLAMP (job->facts.size, 0, SORTIE_EXTRACT_MAX_FILE);
    }
  return queue_job (self, g_steal_pointer (&job), n_bytes, error);
}

static gboolean
visit_entries (Pass *self, GPtrArray *entries, GError **error)
{
  guint n_threads = CLAMP (g_get_num_processors (), 1, MAX_THREADS);
  gboolean done = TRUE;

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->pool = g_thread_pool_new (run_job_cb, self, (int) n_threads, FALSE, NULL);
  for (guint i = 0; done && i < entries->len; i++)
    done =
        check_cancelled (self, error) && visit_entry (self, g_ptr_array_index (entries, i), error);
  while (done && self->jobs.length > 0)
    done = finish_job (self, error);
  g_thread_pool_free (self->pool, TRUE, TRUE);
  g_queue_clear_full (&self->jobs, (GDestroyNotify) sortie_index_job_free);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  return done;
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
  return visit_entries (self, entries, error) && remove_vanished (self, error) &&
         sortie_index_writer_finish (&self->writer, error);
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
  self->job_bytes = 0;
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
