/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-retrieval"

#include "sortie-walk.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "sortie-error.h"

/* Files and folders together, so that folders without files have an end too. */
#define MAX_VISITED (3 * SORTIE_WALK_MAX_FILES)

struct _SortieWalk
{
  GPtrArray *entries;
  GHashTable *visited; /* "device:inode" */
  GCancellable *cancellable;
  gboolean full;
};

static void
entry_free (gpointer data)
{
  SortieWalkEntry *entry = data;

  g_free (entry->path);
  g_free (entry->shown);
  g_free (entry->skipped);
  g_free (entry);
}

static void
add_entry (SortieWalk *self, const char *path, const char *shown, const char *skipped)
{
  SortieWalkEntry *entry;

  if (self->full)
    return;
  self->full = self->entries->len >= SORTIE_WALK_MAX_FILES;
  entry = g_new0 (SortieWalkEntry, 1);
  entry->path = g_strdup (path);
  entry->shown = g_utf8_make_valid (shown, -1);
  if (self->full)
    entry->skipped =
        g_strdup_printf ("there are more than %d files; those from here on are left out",
                         SORTIE_WALK_MAX_FILES);
  else
    entry->skipped = g_strdup (skipped);
  g_ptr_array_add (self->entries, entry);
}

static gboolean
is_new (SortieWalk *self, const struct stat *info)
{
  self->full = self->full || g_hash_table_size (self->visited) >= MAX_VISITED;
  return g_hash_table_add (self->visited,
                           g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                            (guint64) info->st_dev, (guint64) info->st_ino));
}

static int
compare_names_cb (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The visible names in a folder, sorted; NULL where it can't be read (errno tells why). */
static GPtrArray *
read_names (const char *path, char **reason)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local = NULL;
  GDir *dir;
  const char *name;

  errno = 0;
  dir = g_dir_open (path, 0, &local);
  if (dir == NULL)
    {
      *reason = g_strdup_printf ("the folder can’t be read: %s", g_strerror (errno));
      return NULL;
    }
  while ((name = g_dir_read_name (dir)) != NULL && names->len <= SORTIE_WALK_MAX_FILES)
    if (name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_dir_close (dir);
  g_ptr_array_sort (names, compare_names_cb);
  return g_steal_pointer (&names);
}

static gboolean visit (SortieWalk *self, const char *path, const char *shown, guint depth);

static gboolean
visit_folder (SortieWalk *self, const char *path, const char *shown, guint depth)
{
  g_autofree char *reason = NULL;
  g_autoptr (GPtrArray) names = NULL;

  if (depth >= SORTIE_WALK_MAX_DEPTH)
    {
      add_entry (self, path, shown, "the folder is nested too deeply");
      return TRUE;
    }
  names = read_names (path, &reason);
  if (names == NULL)
    {
      add_entry (self, path, *shown != '\0' ? shown : path, reason);
      return TRUE;
    }
  for (guint i = 0; i < names->len && !self->full; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *child = g_build_filename (path, name, NULL);
      g_autofree char *child_shown =
          *shown != '\0' ? g_build_filename (shown, name, NULL) : g_strdup (name);

      if (!visit (self, child, child_shown, depth + 1))
        return FALSE;
    }
  return TRUE;
}

static gboolean
visit (SortieWalk *self, const char *path, const char *shown, guint depth)
{
  struct stat info;

  if (g_cancellable_is_cancelled (self->cancellable))
    return FALSE;
  if (stat (path, &info) != 0)
    {
      g_autofree char *reason = g_strdup_printf ("it can’t be found: %s", g_strerror (errno));

      add_entry (self, path, *shown != '\0' ? shown : path, reason);
      return TRUE;
    }
  if (S_ISDIR (info.st_mode))
    return !is_new (self, &info) || visit_folder (self, path, shown, depth);
  /* Sockets, pipes and devices are no documents, and reading one may never end. */
  if (S_ISREG (info.st_mode) && is_new (self, &info))
    add_entry (self, path, *shown != '\0' ? shown : path, NULL);
  return TRUE;
}

SortieWalk *
sortie_walk_new (GCancellable *cancellable)
{
  SortieWalk *self = g_new0 (SortieWalk, 1);

  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->visited = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  return self;
}

void
sortie_walk_free (SortieWalk *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->entries);
  g_hash_table_unref (self->visited);
  g_clear_object (&self->cancellable);
  g_free (self);
}

void
sortie_walk_exclude (SortieWalk *self, const char *path)
{
  struct stat info;

  if (stat (path, &info) == 0)
    is_new (self, &info);
}

gboolean
sortie_walk_add (SortieWalk *self, const char *path, const char *prefix, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  const char *shown = prefix != NULL ? prefix : "";

  /* A file that is named directly is shown by its own name. */
  if (*shown == '\0' && g_file_test (path, G_FILE_TEST_IS_REGULAR))
    shown = name;
  if (visit (self, path, shown, 0))
    return TRUE;
  g_set_error (error, SORTIE_ERROR, SORTIE_ERROR_CANCELLED, "Indexing was cancelled");
  return FALSE;
}

GPtrArray *
sortie_walk_get_entries (SortieWalk *self)
{
  return self->entries;
}
