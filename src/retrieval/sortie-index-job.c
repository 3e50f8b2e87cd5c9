/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-index-job.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sortie-error.h"
#include "sortie-passages.h"

#define NANOSECONDS G_GINT64_CONSTANT (1000000000)
/* A file changed so short a time before it was read may change again unseen. */
#define SETTLE_NANOSECONDS (2 * NANOSECONDS)
#define READ_SIZE (256 * 1024)

static void
note_stat (SortieFileFacts *facts, const struct stat *info)
{
  gint64 now = g_get_real_time () * 1000;

  facts->size = info->st_size;
  facts->modified = (gint64) info->st_mtim.tv_sec * NANOSECONDS + info->st_mtim.tv_nsec;
  facts->settled = facts->modified < now - SETTLE_NANOSECONDS;
}

/* At most one byte more than a file may have. */
static GBytes *
read_all (int fd, gsize expected, char **reason)
{
  g_autoptr (GByteArray) out =
      g_byte_array_sized_new ((guint) MIN (expected, SORTIE_EXTRACT_MAX_FILE) + READ_SIZE);
  gssize n = -1;

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
  return *reason == NULL ? g_byte_array_free_to_bytes (g_steal_pointer (&out)) : NULL;
}

/* NULL with the reason where the file can't be read, and without one where it has vanished. */
static GBytes *
read_file (SortieIndexJob *self)
{
  struct stat info = { 0 };
  GBytes *content = NULL;
  int fd = open (self->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

  if (fd < 0)
    {
      if (errno != ENOENT)
        self->reason = g_strdup_printf ("it can’t be opened: %s", g_strerror (errno));
      return NULL;
    }
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode))
    {
      note_stat (&self->facts, &info);
      content = read_all (fd, (gsize) info.st_size, &self->reason);
    }
  close (fd);
  return content;
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

static void
extract (SortieIndexJob *self, GBytes *content)
{
  g_autoptr (GError) failure = NULL;

  self->extract = sortie_extract_document (self->title, content, self->cancellable, &failure);
  if (self->extract != NULL)
    {
      self->cuts = sortie_passages_cut (self->extract);
      self->outcome = SORTIE_INDEX_JOB_EXTRACTED;
      return;
    }
  /* Without a hash it is tried again the next time. */
  if (g_error_matches (failure, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE))
    self->facts.hash = NULL;
  self->reason = g_strdup (failure->message);
  self->outcome = SORTIE_INDEX_JOB_SKIPPED;
}

SortieIndexJob *
sortie_index_job_new (const char *path, const char *shown, char *uri, GCancellable *cancellable)
{
  SortieIndexJob *self = g_new0 (SortieIndexJob, 1);
  g_autofree char *name = g_path_get_basename (path);

  self->path = g_strdup (path);
  self->shown = g_strdup (shown);
  self->uri = uri;
  self->title = g_utf8_make_valid (name, -1);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->facts.uri = self->uri;
  self->facts.path = self->shown;
  self->facts.title = self->title;
  return self;
}

void
sortie_index_job_free (SortieIndexJob *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self->shown);
  g_free (self->uri);
  g_free (self->title);
  g_free (self->reason);
  sortie_indexed_file_clear (&self->known);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->hash, g_bytes_unref);
  g_clear_pointer (&self->extract, sortie_extract_free);
  g_clear_pointer (&self->cuts, g_array_unref);
  g_free (self);
}

gboolean
sortie_index_job_is_unchanged (SortieIndexJob *self)
{
  struct stat info;

  if (stat (self->path, &info) != 0)
    return FALSE;
  note_stat (&self->facts, &info);
  return self->known.id != 0 && self->known.hash != NULL && self->known.settled &&
         self->known.size == self->facts.size && self->known.modified == self->facts.modified;
}

void
sortie_index_job_run (SortieIndexJob *self)
{
  g_autoptr (GBytes) content = NULL;

  self->outcome = SORTIE_INDEX_JOB_SKIPPED;
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  content = read_file (self);
  if (content == NULL)
    {
      if (self->reason == NULL)
        self->outcome = SORTIE_INDEX_JOB_VANISHED;
      return;
    }
  self->hash = hash_of (content);
  self->facts.hash = g_bytes_get_data (self->hash, &self->facts.hash_length);
  if (self->known.hash != NULL && g_bytes_equal (self->known.hash, self->hash))
    self->outcome = SORTIE_INDEX_JOB_UNCHANGED;
  else
    extract (self, content);
}
