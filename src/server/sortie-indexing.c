/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-server"

#include "sortie-indexing.h"

#include "sortie-json.h"

#define INDEXERS 2
#define PROGRESS_US (250 * 1000)

struct _SortieIndexing
{
  SortieLibrary *library;
  SortieBus *bus;
  GThreadPool *pool;
  GCancellable *cancellable;
  GMutex lock;
  GHashTable *running;  /* collection → Job that runs or waits */
  GHashTable *failures; /* collection → message */
};

typedef struct
{
  SortieIndexing *owner;
  char *user;
  char *collection;
  gboolean again; /* under the lock: asked for while it ran */
  gint64 last_report;
} Job;

static void
job_free (Job *job)
{
  g_free (job->user);
  g_free (job->collection);
  g_free (job);
}

static void
announce (Job *job, const char *message, const SortieIndexProgress *progress, gboolean finished)
{
  g_autoptr (SortieEvent) event =
      sortie_event_new (SORTIE_EVENT_STATUS, "system", SORTIE_CODE_INDEX_PROGRESS, message);
  GString *data = g_string_new ("{");

  sortie_json_append_member_string (data, "collection", job->collection);
  if (progress != NULL)
    {
      sortie_json_append_member_int (data, "done", progress->n_done);
      sortie_json_append_member_int (data, "total", progress->n_total);
      if (progress->path != NULL)
        sortie_json_append_member_string (data, "path", progress->path);
      if (progress->skipped != NULL)
        sortie_json_append_member_string (data, "skipped", progress->skipped);
    }
  sortie_json_append_member_bool (data, "finished", finished);
  g_string_append_c (data, '}');
  event->data = g_string_free (data, FALSE);
  sortie_bus_announce (job->owner->bus, job->user, event, NULL);
}

/* Every skipped file is told of, the rest a few times a second. */
static void
progress_cb (const SortieIndexProgress *progress, gpointer user_data)
{
  Job *job = user_data;
  gint64 now = g_get_monotonic_time ();
  g_autofree char *message = NULL;

  if (progress->skipped == NULL && now - job->last_report < PROGRESS_US)
    return;
  job->last_report = now;
  if (progress->skipped != NULL)
    message = g_strdup_printf ("Skipped %s: %s", progress->path, progress->skipped);
  else
    message = g_strdup_printf ("Indexing %s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " files",
                               job->collection, progress->n_done, progress->n_total);
  announce (job, message, progress, FALSE);
}

static void
run (Job *job)
{
  SortieIndexing *self = job->owner;
  SortieIndexResult result = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *message = NULL;

  job->last_report = g_get_monotonic_time ();
  if (sortie_library_index (self->library, job->collection, progress_cb, job, self->cancellable,
                            &result, &error))
    message =
        g_strdup_printf ("Indexed %s: %" G_GINT64_FORMAT " read, %" G_GINT64_FORMAT
                         " unchanged, %" G_GINT64_FORMAT " removed, %" G_GINT64_FORMAT " skipped",
                         job->collection, result.n_indexed, result.n_unchanged, result.n_removed,
                         result.n_skipped);
  else
    message = g_strdup_printf ("Indexing %s ended early: %s", job->collection, error->message);
  g_mutex_lock (&self->lock);
  if (error != NULL)
    g_hash_table_replace (self->failures, g_strdup (job->collection), g_strdup (error->message));
  else
    g_hash_table_remove (self->failures, job->collection);
  g_mutex_unlock (&self->lock);
  if (!g_cancellable_is_cancelled (self->cancellable))
    announce (job, message, NULL, TRUE);
}

static void
work_cb (gpointer data, gpointer user_data)
{
  SortieIndexing *self = user_data;
  Job *job = data;
  gboolean again;

  do
    {
      g_mutex_lock (&self->lock);
      job->again = FALSE;
      g_mutex_unlock (&self->lock);
      run (job);
      g_mutex_lock (&self->lock);
      again = job->again && !g_cancellable_is_cancelled (self->cancellable);
      if (!again)
        g_hash_table_remove (self->running, job->collection);
      g_mutex_unlock (&self->lock);
    }
  while (again);
  job_free (job);
}

SortieIndexing *
sortie_indexing_new (SortieLibrary *library, SortieBus *bus)
{
  SortieIndexing *self = g_new0 (SortieIndexing, 1);

  self->library = library;
  self->bus = bus;
  self->cancellable = g_cancellable_new ();
  g_mutex_init (&self->lock);
  self->running = g_hash_table_new (g_str_hash, g_str_equal);
  self->failures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->pool = g_thread_pool_new (work_cb, self, INDEXERS, FALSE, NULL);
  return self;
}

void
sortie_indexing_free (SortieIndexing *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_hash_table_unref (self->running);
  g_hash_table_unref (self->failures);
  g_object_unref (self->cancellable);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
sortie_indexing_start (SortieIndexing *self, const char *user, const char *collection)
{
  Job *job;

  g_mutex_lock (&self->lock);
  job = g_hash_table_lookup (self->running, collection);
  if (job != NULL)
    job->again = TRUE;
  else
    {
      job = g_new0 (Job, 1);
      job->owner = self;
      job->user = g_strdup (user);
      job->collection = g_strdup (collection);
      g_hash_table_insert (self->running, job->collection, job);
      g_thread_pool_push (self->pool, job, NULL);
    }
  g_mutex_unlock (&self->lock);
}

gboolean
sortie_indexing_is_running (SortieIndexing *self, const char *collection)
{
  gboolean running;

  g_mutex_lock (&self->lock);
  running = g_hash_table_contains (self->running, collection);
  g_mutex_unlock (&self->lock);
  return running;
}

char *
sortie_indexing_dup_failure (SortieIndexing *self, const char *collection)
{
  char *failure;

  g_mutex_lock (&self->lock);
  failure = g_strdup (g_hash_table_lookup (self->failures, collection));
  g_mutex_unlock (&self->lock);
  return failure;
}
